"""What things are called: always in both languages."""

from dataclasses import dataclass

from gongbao.core.errors import GongbaoError


@dataclass(frozen=True, slots=True)
class Label:
    """What a thing is called, in the Chinese of the documents and in English."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise GongbaoError(f"a label needs its Chinese and its English; here are zh “{self.zh}” and en “{self.en}”")

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

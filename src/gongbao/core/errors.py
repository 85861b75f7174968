"""Errors that are meant for the person who reads them."""


class GongbaoError(Exception):
    """Something a person did, or gave, that cannot be used, told in one clear sentence.

    `message` says what is wrong and, where it helps, what to do. `where` names the place
    (a file, a line, a field) and is printed before the message. `zh` is the message in Chinese, where it answers
    somebody who may have asked in Chinese.
    """

    def __init__(self, message: str, *, where: str = "", zh: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.zh = zh

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def in_language(self, language: str) -> str:
        if not self.zh or not language.startswith("zh"):
            return str(self)
        return f"{self.where}：{self.zh}" if self.where else self.zh


class NoAnswer(ValueError):
    """What is asked of some values has no answer, such as how many months there are from a later day to an earlier."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh

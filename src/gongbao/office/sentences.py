"""What actions say in English when they refuse something, in the language of a page. The actions know no languages."""

import re
from collections.abc import Sequence
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import override


class Sentences:
    """Sentences as they are written in the code, with %(name)s where a value stands, each to be translated."""

    def __init__(self, known: Sequence[Promise]) -> None:
        self._known = known

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Promise]]:
        with override("en"):
            told = [(str(sentence), sentence) for sentence in self._known]
        return [
            (re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(english))), sentence)
            for english, sentence in told
        ]

    def in_words(self, sentence: str) -> str:
        """The sentence in the language of the page; one that is not known stays as it is."""
        for pattern, words in self._patterns:
            if found := pattern.fullmatch(sentence):
                return str(words) % found.groupdict() if found.groupdict() else str(words)
        return sentence

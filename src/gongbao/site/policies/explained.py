"""An explanation as the page shows it: every step with its lines and the links to its clauses.

What is said is that of gongbao.rules.render; templates/policies/_explanation.html lays it out as `explained`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from gongbao.rules.explain import Chosen, Explanation
from gongbao.rules.render import (
    Line,
    Told,
    WordsOf,
    arranged,
    candidate_values,
    cited,
    heading,
    lines_of,
    origins,
    value_of,
)

ClauseUrl = Callable[[str, str], str]
"""From document and clause to an address; "" where there is none."""

MOST_OPEN = 40
"""With more steps than that all stand closed at first: who opens one looks for something."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation, with the document where it is another than the policy's, and its address, which may be empty."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    cited: Cited | None
    is_unusual: bool


@dataclass(frozen=True, slots=True)
class SaidOf:
    """What is said under one title: the conditions, the parameters."""

    kind: str
    title: str
    lines: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step. One with `see` has no lines: the step of that number tells it."""

    number: int
    name: str
    value: str
    cited: Cited
    words: str
    see: int | None
    is_folded: bool
    is_open: bool
    said: tuple[SaidOf, ...]
    below: tuple["ShownStep", ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    values: str
    applies: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """`choice` is what was chosen among `candidates`; empty where there was nothing to choose."""

    choice: str
    choice_cited: Cited | None
    candidates: tuple[Candidate, ...]
    steps: tuple[ShownStep, ...]


def explained(
    explanation: Explanation, language: str, clause_url: ClauseUrl, *, words: WordsOf | None = None
) -> Explained:
    """The explanation for the template. `words` gives the words of a clause, where the page shall have them at once."""
    return _Page(explanation, language, clause_url, words).explained()


class _Page:
    def __init__(self, explanation: Explanation, language: str, clause_url: ClauseUrl, words: WordsOf | None) -> None:
        self.explanation, self.language, self.clause_url, self.words = explanation, language, clause_url, words
        self.origins = origins(explanation)
        self.opens = len(self.origins) <= MOST_OPEN

    def explained(self) -> Explained:
        chosen = self.explanation.chosen
        return Explained(
            chosen.label.in_language(self.language) if chosen else "",
            self.cite(self.explanation.document, chosen.clause) if chosen else None,
            self.candidates(chosen) if chosen else (),
            tuple(map(self.step, arranged(self.explanation, folded=True))),
        )

    def candidates(self, chosen: Chosen) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(one.choice.in_language(self.language), candidate_values(one.values, self.language), one.chosen)
            for one in chosen.candidates
        )

    def cite(self, document: str, clause: str) -> Cited:
        own = document == self.explanation.document
        return Cited(clause if own else cited(document, clause), self.clause_url(document, clause))

    def step(self, told: Told) -> ShownStep:
        step = told.step
        lines = [] if told.see else lines_of(self.origins[step.number], self.explanation, self.language)
        document = self.explanation.document
        return ShownStep(
            step.number,
            heading(step, self.language),
            value_of(step, self.language),
            self.cite(document, step.clause),
            (self.words(document, step.clause) or "") if self.words and not told.see else "",
            told.see,
            step.folded,
            self.opens and not step.folded,
            tuple(
                SaidOf(kind, title, tuple(map(self.said, group)))
                for (kind, title), group in groupby(lines, lambda one: (one.kind, one.title))
            ),
            tuple(map(self.step, told.below)),
        )

    def said(self, line: Line) -> Said:
        return Said(line.text, self.cite(line.document, line.clause) if line.clause else None, line.unusual)


__all__ = ["Explained", "explained"]

"""What the five aspects of a rating weigh: the default of parameters.yaml, or what the operator set from a day on.

The document names five aspects and 100 points (第二十九条), and no weights. What was set later never changes a rating
that was given before: each is computed with the weights of its day, and keeps them.
"""

from dataclasses import dataclass
from datetime import date

from gongbao.core.labels import Label
from gongbao.systems.intermediary_market.ratings.models import RatingWeights
from gongbao.systems.intermediary_market.rules import Aspect, market_rating

ASPECTS = tuple(str(one.value) for one in Aspect)
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """In per cent, in the order of the document, 100 together; `by` is the row that set them, None for the default."""

    percent: tuple[int, ...]
    by: RatingWeights | None = None

    @property
    def named(self) -> list[tuple[Label, int]]:
        return [(Label(one.label.zh, one.label.en), number) for one, number in zip(Aspect, self.percent, strict=True)]

    @property
    def figures(self) -> dict[str, str]:
        """As compute(figures=...) takes them; {} where the default holds."""
        if self.by is None:
            return {}
        return {f"weight[{key}]": f"{number}%" for key, number in zip(ASPECTS, self.percent, strict=True)}


def weights_on(day: date) -> Weights:
    """The weights of a rating that is given on the day."""
    row = RatingWeights.objects.filter(since__lte=day).order_by("since", "pk").last()
    if row is not None:
        return of_row(row)
    return default_on(day)


def default_on(day: date) -> Weights:
    """Those of parameters.yaml."""
    by_aspect = market_rating.figure_table.at(day).weight  # type: ignore[attr-defined]
    return Weights(tuple(int(by_aspect[one].exact) for one in Aspect))


def of_row(row: RatingWeights) -> Weights:
    return Weights(tuple(getattr(row, key) for key in ASPECTS), row)


def history() -> list[Weights]:
    """All that was ever set, what is in force last first."""
    return [of_row(row) for row in RatingWeights.objects.order_by("-since", "-pk")]

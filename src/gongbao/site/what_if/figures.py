"""The sliders of a policy: every single figure with the range it is moved in, and what was typed into its field.

A figure is called as on the command line: limit, inpatient_rate[subsistence_allowance], pm25_above[1].gives. What is
typed is a number in the unit that stands beside the field, a percentage with or without its sign.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from gongbao.core.errors import GongbaoError
from gongbao.rules.columns import NotInColumns, program_of
from gongbao.rules.figure_values import plain, rebuilt, value_of
from gongbao.rules.figures import Entry
from gongbao.rules.policy import Policy
from gongbao.rules.types import Type
from gongbao.rules.values import Choice, Unit

LONGEST = 40
"""Signs of what is typed into a field."""

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
_NICE = (Decimal(1), Decimal("1.5"), *map(Decimal, (2, 3, 4, 5, 6, 8, 10)))


@dataclass(frozen=True, slots=True)
class Slider:
    """A single figure. `value` is that in force (the latest), `least` to `most` what may be typed, `low` to `high` in
    steps of `step` what the slider moves in; all as texts without a unit. `keys` and `part` tell it from the others of
    its entry."""

    name: str
    kind: Type
    value: str
    least: Decimal
    most: Decimal
    low: str
    high: str
    step: str
    keys: tuple[Choice, ...] = ()
    band: int | None = None
    part: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind.is_number

    def label(self, language: str, *, with_unit: bool = True) -> str:
        """What tells it from the others of its entry; "" where there are none."""
        words = (
            "、".join(one.label.zh for one in self.keys)
            if language == "zh"
            else ", ".join(one.label.en for one in self.keys)
        )
        if self.band is not None:
            number = self.band + 1
            chinese = {"above": f"第{number}档起点", "gives": f"第{number}档标准"}
            english = {"above": f"band {number} begins above", "gives": f"band {number} gives"}
            told = (chinese if language == "zh" else english)[self.part]
            if with_unit and (unit := unit_words(self.kind.unit, language)):
                told = f"{told}（{unit}）" if language == "zh" else f"{told} ({unit})"
            words = f"{words} {told}" if words else told
        return words

    def read(self, typed: str) -> tuple[str | None, str]:
        """What was typed as a change (None where it is the value in force), and what is wrong with it ("" nothing)."""
        text = unicodedata.normalize("NFKC", typed).strip().replace("−", "-").replace(",", "").removesuffix("%").strip()
        if not text or text == self.value:
            return None, ""
        if not self.is_number:
            return self._read_other(text)
        if not _NUMBER.fullmatch(text):
            return None, _("This is no number.")
        number = Decimal(text)
        if self.kind.places is not None and -Decimal(_plain(number)).as_tuple().exponent > self.kind.places:  # type: ignore[operator]
            return None, _("This has more than %(number)s decimals.") % {"number": self.kind.places}
        if self.kind.kind == "integer" and number % 1:
            return None, _("This is no whole number.")
        if not self.least <= number <= self.most:
            bounds = {"least": f"{self.least:,f}", "most": f"{self.most:,f}"}
            return None, _("This lies beyond %(least)s to %(most)s.") % bounds
        if number == Decimal(self.value):
            return None, ""
        return _plain(number) + ("%" if self.kind.kind == "percent" else ""), ""

    def options(self, chosen: str, language: str) -> list[tuple[str, str, bool]]:
        """The values there are, where they are counted: value, words, whether it is chosen; [] for any other."""
        if self.kind.kind == "flag":
            words = (("true", "是"), ("false", "否")) if language == "zh" else (("true", "yes"), ("false", "no"))
            return [(value, word, value == chosen) for value, word in words]
        if self.kind.kind == "choice":
            return [(one.value, one.label.in_language(language), one.value == chosen) for one in self.kind.python]
        return []

    def _read_other(self, text: str) -> tuple[str | None, str]:
        try:
            value_of(text, self.kind)
        except ValueError:
            return None, _("This is no value of the figure.")
        return text, ""


@dataclass(frozen=True, slots=True)
class Group:
    """A parameter with its sliders."""

    entry: Entry
    sliders: tuple[Slider, ...]


def unit_words(unit: Unit | None, language: str) -> str:
    if unit is None:
        return ""
    return unit.zh if language == "zh" else unit.en


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@cache
def groups(policy: Policy) -> tuple[Group, ...]:
    """Every figure of the policy, in the order of its sheet."""
    return tuple(Group(entry, tuple(_sliders(policy, entry))) for entry in policy.figure_table.entries.values())


@cache
def sliders(policy: Policy) -> dict[str, Slider]:
    return {one.name: one for group in groups(policy) for one in group.sliders}


def _sliders(policy: Policy, entry: Entry) -> Iterable[Slider]:
    leaves: list[tuple[str, Type, Any]] = []

    def leaf(name: str, kind: Type, value: Any) -> Any:
        leaves.append((name, kind, value))
        return value

    rebuilt(entry.name, entry.type, entry.values[-1].value, leaf)
    ranges = {part: _range([one for one in leaves if _part(one[0]) == part]) for part in {_part(n) for n, *_ in leaves}}
    for name, kind, value in leaves:
        least, most = _bounds(policy, entry.name, kind, _part(name))
        low, high, step = ranges[_part(name)]
        keys, band, part = _place(entry, name)
        text = str(plain(value)).removesuffix("%")
        if kind.kind == "flag":
            text = text.lower()
        high = min(high, most)
        yield Slider(
            name, kind, text, least, most, _plain(max(low, least)), _plain(high), _plain(step), keys, band, part
        )


def _part(name: str) -> str:
    return name.rpartition(".")[2] if "]." in name else ""


def _place(entry: Entry, name: str) -> tuple[tuple[Choice, ...], int | None, str]:
    """The keys, the band and the part of it that a name has: rate[primary,active], pm25_above[1].gives."""
    found = re.fullmatch(r"\w+((?:\[[^\]]*\])*)(?:\.(\w+))?", name)
    assert found is not None
    inside = re.findall(r"\[([^\]]*)\]", found[1])
    band = int(inside.pop()) if found[2] else None
    keys: tuple[Choice, ...] = ()
    if inside:
        members = [{one.value: one for one in key.python} for key in entry.type.key]
        keys = tuple(among[text] for among, text in zip(members, inside[0].split(","), strict=True))
    return keys, band, found[2] or ""


def _range(leaves: list[tuple[str, Type, Any]]) -> tuple[Decimal, Decimal, Decimal]:
    """The same for all that stand below one another, so that they can be compared: up to twice the greatest."""
    if not leaves[0][1].is_number:
        return Decimal(0), Decimal(0), Decimal(1)
    kind = leaves[0][1]
    values = [Decimal(str(plain(value)).removesuffix("%")) for _name, _kind, value in leaves]
    greatest = max(map(abs, values))
    if kind.kind == "percent":
        high = Decimal(100) if 20 <= greatest <= 100 else _nice(4 * greatest) if greatest else Decimal(10)
    else:
        high = _nice(2 * greatest) if greatest else Decimal(1000 if kind.kind == "money" else 10)
    low = -high if min(values) < 0 else Decimal(0)
    finest = Decimal(1).scaleb(-(kind.places if kind.places is not None else 2)) if kind.kind != "integer" else 1
    # Some eighty steps or more, that what is in force lies on.
    for power in range((high / 80).adjusted(), -13, -1):
        for times in (5, 2, 1):
            step = Decimal(times).scaleb(power)
            if finest <= step <= max(high / 80, finest) and not any(value % step for value in values):
                return low, high, step
    return low, high, Decimal(finest)


def _nice(number: Decimal) -> Decimal:
    power = Decimal(10) ** number.adjusted()
    return next(one * power for one in _NICE if one * power >= number)


def _bounds(policy: Policy, name: str, kind: Type, part: str) -> tuple[Decimal, Decimal]:
    """What the columns have room for without being made anew."""
    if not kind.is_number:
        return Decimal(0), Decimal(0)
    try:
        slot = program_of(policy).slots.of(name)
    except NotInColumns:
        return Decimal(0), Decimal(10**9)
    lo, hi, places = (
        (slot.above_lo, slot.above_hi, slot.above_places) if part == "above" else (slot.lo, slot.hi, slot.places)
    )
    return Decimal(lo).scaleb(-places), Decimal(hi).scaleb(-places)


def read(policy: Policy, typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The changes that were typed, by the figure's name, and what is wrong, likewise. What is wrong changes nothing."""
    changes: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, one in sliders(policy).items():
        if name in typed:
            change, words = one.read(typed[name][: LONGEST + 1])
            if words:
                wrong[name] = words
            elif change is not None:
                changes[name] = change
    for group in groups(policy):
        of_group = [one.name for one in group.sliders if one.name in changes]
        if any(one.part == "above" for one in group.sliders if one.name in changes):
            try:
                policy.figure_table.changed({name: changes[name] for name in of_group})
            except GongbaoError:
                for name in of_group:
                    del changes[name]
                    if name.endswith(".above"):
                        wrong[name] = _("The bands would no longer stand from low to high.")
    return changes, wrong

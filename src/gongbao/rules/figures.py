"""parameters.yaml: the figures of a system's policies, dated and cited, as a budget officer reads and changes them.

    inpatient_rate:
      zh: 住院救助比例
      en: rate of inpatient aid
      unit: "%"
      clause: 四（三）1
      values:                     # each from its date; a later one ends the one before
        2022-05-01: {extreme_hardship: 90%, subsistence_allowance: 70%}
      until: 2026-12-31           # optional: the last day of the last value

What a value is follows from the sheet: an amount in digits, a percentage with its %, a mapping with a key for every
member of the Choice (nested where the key is a tuple), or for a scale its bands from low to high, under
`scale: marginal | amount_by_band | rate_by_band`:

    - {above: 0, gives: 10}
    - {above: 5, word: 高于, included: false, gives: 20}

`included` (does exactly `above` lie in this band?) and `word` (which word of the text says so) are required from the
second band on. The first, above 0, may do without both, and its bound then belongs to it; one that begins higher says
`word` or `included`, as below it nothing is given. No amount, percentage or whole number is negative: a rule subtracts.
"""

from __future__ import annotations

import bisect
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from gongbao.core.dates import ONE_DAY
from gongbao.core.errors import GongbaoError
from gongbao.rules.bare import bare
from gongbao.rules.figure_values import (
    day_of,
    form_zh,
    innermost,
    members_of,
    number_text,
    plain,
    read_value,
    rebuilt,
    scale_of,
    unit_of,
    value_of,
)
from gongbao.rules.policy import FigureSheet, PolicyError
from gongbao.rules.types import DECIMAL, Type
from gongbao.rules.values import Label, Unit
from gongbao.rules.yaml_parts import YamlPart, label_of, nearest, read_declared, refuse_undeclared


@dataclass(frozen=True, slots=True)
class Dated:
    """A value and the days it holds for: `until` is the last of them, None where no end is known."""

    since: date
    until: date | None
    value: Any

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter. `document` is "" where the policy's own document sets it. `line` is that of the file."""

    name: str
    label: Label
    unit: Unit | None
    clause: str
    document: str
    note: str
    type: Type
    values: tuple[Dated, ...]
    line: int

    def on(self, day: date, *, nearest: bool = False) -> Dated:
        """The value of a day; with `nearest` the first for a day before all, and the last for one after.

        Raises GongbaoError where there is none.
        """
        for one in self.values:
            if one.holds(day):
                return one
        first, last = self.values[0], self.values[-1]
        before = day < first.since
        if nearest:
            return first if before else last
        bound = f"its first is from {first.since}" if before else f"its last ended on {last.until}"
        raise GongbaoError(f"the figure {self.name} ({self.label.zh}) has no value on {day}: {bound}")


@dataclass(eq=False)
class FigureTable:
    """The figures that one sheet declares, by name, with their dates."""

    sheet: type[FigureSheet]
    file: str
    entries: dict[str, Entry]
    _sheets: dict[tuple[int, bool], FigureSheet] = field(init=False, repr=False, default_factory=dict)
    _bare: dict[int, FigureSheet] = field(init=False, repr=False, default_factory=dict)

    def at(self, day: date, *, nearest: bool = False) -> FigureSheet:
        """The figures of a day, as an instance of the sheet. It is made once for each stretch of days between changes.

        Raises GongbaoError where a figure has no value on that day; with `nearest` its first or last is taken.
        """
        key = (bisect.bisect_right(self.changes, day), nearest)
        if key not in self._sheets:
            values = {name: one.on(day, nearest=nearest).value for name, one in self.entries.items()}
            self._sheets[key] = self.sheet(**values)
        return self._sheets[key]

    def bare_at(self, day: date, *, nearest: bool = False) -> FigureSheet:
        """The same with bare values (bare.py), as rules compute with them."""
        sheet = self.at(day, nearest=nearest)
        found = self._bare.get(id(sheet))
        if found is None:
            kinds = self.sheet.declared()
            found = self.sheet(**{name: bare(getattr(sheet, name), kinds[name]) for name in self.entries})
            self._bare[id(sheet)] = found
        return found

    @cached_property
    def changes(self) -> list[date]:
        """The days on which some value begins or no longer holds, in order."""
        dated = [one for entry in self.entries.values() for one in entry.values]
        ends = {one.until + ONE_DAY for one in dated if one.until is not None and one.until < date.max}
        return sorted({one.since for one in dated} | ends)

    def period(self, name: str, day: date) -> tuple[date, date | None]:
        """From when to when (the last day; None where open) the value holds that `at` takes for the day, or would take
        as the nearest."""
        found = self.entries[name].on(day, nearest=True)
        return found.since, found.until

    def covers(self, since: date, until: date | None = None) -> None:
        """Raise PolicyError, with its line, for a figure without a value on some day of a policy's time in force."""
        for entry in self.entries.values():
            first, last = entry.values[0].since, entry.values[-1].until
            if first > since:
                raise self._error(
                    entry, f"{entry.name} begins on {first}, but the policy is in force from {since}; add the value"
                )
            if last is not None and (until is None or last < until):
                raise self._error(
                    entry, f"{entry.name} ends on {last}, but the policy is in force until {until or 'further notice'}"
                )

    def _error(self, entry: Entry, message: str) -> PolicyError:
        return PolicyError(message, file=self.file, line=entry.line)

    def changed(self, figures: Mapping[str, str]) -> FigureTable:
        """The same table with some figures changed, for all dates.

        Names are `limit`, `inpatient_rate[subsistence_allowance]`, `rate[primary,active]`, and for the bands of a
        scale, counted from 0 as in JSON, `pm25_level[1].gives` and `pm25_level[1].above`. 75% and 0.75 are the same
        percentage. Raises GongbaoError, in words, for another name or a value that cannot be.
        """
        wanted = {name.replace(" ", ""): text for name, text in figures.items()}
        known: set[str] = set()

        def leaf(name: str, kind: Type, value: Any) -> Any:
            known.add(name)
            return _changed_value(name, wanted[name], kind, value) if name in wanted else value

        def entry_changed(name: str, entry: Entry) -> Entry:
            values = [replace(one, value=rebuilt(name, entry.type, one.value, leaf)) for one in entry.values]
            return replace(entry, values=tuple(values))

        try:
            entries = {name: entry_changed(name, entry) for name, entry in self.entries.items()}
        except ValueError as error:
            raise GongbaoError(str(error), zh="改后的各档不再由低到高") from None
        for name in wanted:
            if name not in known:
                within = sorted(one for one in known if one.startswith(f"{name}["))
                hint = f"; write {', '.join(within)}" if within else nearest(name, known)
                there_are = "、".join(within or self.entries)
                raise GongbaoError(f"{name} is no figure{hint}", zh=f"没有名为{name}的标准；可用的有：{there_are}")
        return FigureTable(self.sheet, self.file, entries)

    def digest(self) -> str:
        """SHA-256 of what is computed with: names, units, dates and values; not of labels, notes and citations, nor of
        how a number was typed. Equal figures have equal digests."""
        kept = ("unit", "scale", "values")
        figures = {name: {key: one[key] for key in kept} for name, one in self.as_dict().items()}
        text = json.dumps(figures, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Each figure as JSON has it: numbers as decimal strings, percentages with %, dates as YYYY-MM-DD.

        `unit` is null where there is none; `scale` is null where the figure is no scale.
        """
        return {
            name: {
                "label": {"zh": entry.label.zh, "en": entry.label.en},
                "type": innermost(entry.type).kind,
                "keys": [list(members_of(one)) for one in entry.type.key] if entry.type.kind == "mapping" else [],
                "scale": scale_of(entry.type),
                "unit": {"zh": entry.unit.zh, "en": entry.unit.en} if entry.unit else None,
                "clause": entry.clause,
                "document": entry.document,
                "note": entry.note,
                "values": [
                    {
                        "since": one.since.isoformat(),
                        "until": one.until.isoformat() if one.until else None,
                        "value": plain(one.value),
                    }
                    for one in entry.values
                ],
            }
            for name, entry in self.entries.items()
        }


def _changed_value(name: str, text: str, kind: Type, before: Any) -> Any:
    text = text.strip()
    try:
        after = value_of(_with_sign(text) if kind.kind == "percent" else text, kind)
        if kind.is_number and after < 0 <= before:
            raise ValueError(f"{text} is negative")
    except ValueError as error:
        raise GongbaoError(str(error), where=name, zh=f"“{text}”不能作为该标准的值；{form_zh(kind)}") from None
    return after


def _with_sign(text: str) -> str:
    """0.75 as 75%. From 1 on it could be either: 5 is more often meant as 5 % than as 500 %."""
    if text.endswith("%"):
        return text
    share = value_of(text, DECIMAL)
    if abs(share) >= 1:
        raise ValueError(f"{text} may mean {text}% or a hundred times that; write it with %")
    return number_text((share * 100).exact) + "%"


def read_figures(path: Path, sheet: type[FigureSheet]) -> FigureTable:
    """The figures that the sheet declares; those of other sheets in the same file are left alone.

    A sheet that declares none needs no file. Raises PolicyError, with file and line.
    """
    declared = sheet.declared()
    found = read_declared(path, declared, sheet.__qualname__)
    return FigureTable(sheet, str(path), {name: _entry(name, part, declared[name]) for name, part in found.items()})


def check_folder(path: Path, sheets: Iterable[type[FigureSheet]]) -> None:
    """Raise PolicyError, with its line, for a parameter of the file that none of the sheets declares."""
    refuse_undeclared(path, (name for sheet in sheets for name in sheet.declared()), "figure")


def _entry(name: str, part: YamlPart, kind: Type) -> Entry:
    fields = part.fields(["zh", "en", "clause", "values"], ["unit", "document", "note", "scale", "until"])
    scale, given = scale_of(kind), fields["scale"].text() if "scale" in fields else None
    if given != scale:
        wanted = f"is a scale; write scale: {scale}" if scale else "is no scale; leave the key out"
        raise fields.get("scale", part).error(f"by its declaration {name} {wanted}")
    return Entry(
        name=name,
        label=label_of(fields),
        unit=unit_of(fields.get("unit"), part, innermost(kind)),
        clause=fields["clause"].text(),
        document=fields["document"].text() if "document" in fields else "",
        note=fields["note"].text() if "note" in fields else "",
        type=kind,
        values=_dated(fields["values"], fields.get("until"), kind),
        line=part.line,
    )


def _dated(values: YamlPart, until: YamlPart | None, kind: Type) -> tuple[Dated, ...]:
    read: list[tuple[date, Any]] = []
    for text, part in values.mapping().items():
        since = _day(text, part)
        if read and since <= read[-1][0]:
            raise part.error(f"{since} stands after {read[-1][0]}; write the values from the earliest to the latest")
        read.append((since, read_value(part, kind)))
    if not read:
        raise values.error("at least one value must be given, under the date from which it holds")
    last = _day(until.text(), until) if until else None
    if until and last and last < read[-1][0]:
        raise until.error(f"until {last} lies before {read[-1][0]}, when the last value begins")
    ends = [following - ONE_DAY for following, _ in read[1:]]
    return tuple(Dated(since, end, value) for (since, value), end in zip(read, [*ends, last], strict=True))


def _day(text: str, part: YamlPart) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise part.error(str(error)) from None


__all__ = ["Dated", "Entry", "FigureTable", "check_folder", "read_figures"]

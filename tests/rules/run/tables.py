"""Tables of cases drawn from a seed, with every way of writing a cell, and what `compute` makes of them row by row."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gongbao.rules import Refused, compute
from gongbao.rules.fact_tables import from_table
from gongbao.rules.facts import as_json
from gongbao.rules.policy import Fact, Policy, Rule
from gongbao.rules.run.answers import answers_of


@dataclass
class Drawn:
    """`rows` have a text or None in each cell; the headings are `headings`."""

    policy: Policy
    headings: list[str]
    rows: list[list[str | None]]
    carried: list[str] = field(default_factory=lambda: ["district"])


def _number(rng: random.Random, fact: Fact) -> str:
    low = int(float(fact.least or 0))
    high = int(float(fact.most)) if fact.most else 60_000
    if fact.type.kind == "integer":
        return str(rng.choice([low, high, rng.randint(low, high)]) if fact.most else rng.randint(low, 40))
    places = 2 if fact.type.places is None else fact.type.places
    scale = 10**places
    number = rng.choice([rng.randint(low * scale, high * scale), rng.randint(low, high) * scale, low * scale])
    if fact.over and number <= float(fact.over) * scale:
        number = int(float(fact.over) * scale) + 1
    whole, part = divmod(number, scale)
    return f"{whole}.{part:0{places}}" if places and (part or rng.random() < 0.5) else str(whole)


def _plain(rng: random.Random, fact: Fact, day: date) -> str:
    kind = fact.type
    match kind.kind:
        case "flag":
            return rng.choice(["true", "false"])
        case "choice":
            return str(rng.choice(list(kind.python)).value)
        case "list":
            assert kind.item is not None
            members = list(kind.item.python)
            return "、".join(one.value for one in rng.sample(members, rng.randint(1, min(3, len(members)))))
        case "date":
            return (day + timedelta(days=rng.randint(-400, 400))).isoformat()
        case "month":
            return f"{day + timedelta(days=rng.randint(-400, 400)):%Y-%m}"
        case "text":
            return rng.choice(["甲院", "乙院", "Clinic 3", "丙 院"])
    return _number(rng, fact)


def _otherwise(rng: random.Random, fact: Fact, text: str) -> str:
    """The same in another spelling, or something that is wrong."""
    kind = fact.type
    if rng.random() < 0.2:
        return rng.choice(["？", "-1", "1.23456789", "2022-02-30", "1e5", "99999999999999999", "1.50\u3000", "NaN"])
    match kind.kind:
        case "flag":
            return {"true": "是", "false": " NO "}[text]
        case "choice":
            return next(one.label.zh for one in kind.python if one.value == text)
        case "list":
            return text.replace("、", " ; ").upper()
        case "date" | "month":
            return text.replace("-", rng.choice(["/", "."]))
        case "percent":
            return f"{text} %"
        case "money" | "decimal":
            return rng.choice([f"{text}０" if "." in text else f"{text}.000", f" {text}", f"1,000{text[-3:]}"])
        case "text":
            return f" {text}\u3000"
    return f"{text}.0"


def drawn(policy: Policy, seed: int, cases: int, *, odd: float = 0.03, label: bool = False) -> Drawn:
    """A table: `odd` is how often a cell is written otherwise, is wrong or is left out."""
    rng = random.Random(seed)
    facts = policy.facts.declared()
    own = [("", fact) for fact in facts.values() if not fact.type.is_records]
    of_records = [
        (name, part)
        for name, fact in facts.items()
        if fact.type.is_records
        for part in fact.type.item.python.declared().values()  # type: ignore[union-attr]
    ]
    columns = own + of_records
    headings = ["编号" if label else "case", "district"]
    for records, fact in columns:
        within = facts[records].label.zh if records else "本案"
        headings.append(f"{within}.{fact.label.zh}" if label else f"{records or 'case'}.{fact.name}")
    rows: list[list[str | None]] = []

    def cell(fact: Fact, day: date) -> str | None:
        if fact.type.optional and rng.random() < 0.6:
            return None
        text = _plain(rng, fact, day)
        if rng.random() < odd:
            return rng.choice([None, "", "  ", *[_otherwise(rng, fact, text) for _ in range(5)]])
        return text

    for number in range(cases):
        day = policy.since + timedelta(days=rng.randint(0, 700))
        if rng.random() < odd / 3:
            day = policy.since - timedelta(days=800)
        of_case = {fact.name: cell(fact, day) for _, fact in own}
        if "year" in of_case and rng.random() > odd:
            day = day.replace(month=rng.randint(1, 12), day=rng.randint(1, 28))
            of_case["year"] = str(day.year)
        records: list[dict[tuple[str, str], str | None]] = [{}]
        if of_records:
            name, _ = of_records[0]
            one_for_each = facts[name].one_for_each
            each: list[Any] = (
                [one.value for one in next(fact for _, fact in of_records if fact.name == one_for_each).type.python]
                if one_for_each
                else [None] * rng.choice([0, 1, 2, 5, 9])
            )
            records = [{(within, fact.name): cell(fact, day) for within, fact in of_records} for _ in each] or [
                {(within, fact.name): None for within, fact in of_records}
            ]
            for record, member in zip(records, each, strict=False):
                if one_for_each and rng.random() > odd / 3:
                    record[name, one_for_each] = member
                for within, fact in of_records:
                    value = record[within, fact.name]
                    if fact.type.kind == "date" and value and rng.random() > odd:
                        record[within, fact.name] = day.replace(
                            month=rng.randint(1, 12), day=rng.randint(1, 28)
                        ).isoformat()
        for place, record in enumerate(records):
            told = of_case if place == 0 or rng.random() < 0.9 else dict.fromkeys(of_case)
            if rng.random() < odd / 5 and place:
                told = {name: value and f"{value}0" for name, value in of_case.items()}
            key: str | None = f"p{number}"
            if rng.random() < odd / 5:
                key = rng.choice([f"p{number - 1}" if number else "p0", None if rows or not of_records else key])
            rows.append([key, rng.choice(["东", "西"]), *told.values(), *record.values()])
    return Drawn(policy, headings, rows)


def scattered(table: Drawn, seed: int) -> Drawn:
    """The same rows in another order, no case's together."""
    rows = list(table.rows)
    random.Random(seed).shuffle(rows)
    first = next(place for place, row in enumerate(rows) if row[0])
    return Drawn(table.policy, table.headings, [rows[first], *rows[:first], *rows[first + 1 :]])


@dataclass
class Expected:
    """For each row: the values by name as texts, and the facts that lack; or None where it is rejected, with codes."""

    rows: list[dict[str, str | None] | None]
    missing: list[str]
    codes: dict[int, set[str]]


def expected(table: Drawn, readings: Any = None, figures: Any = None, **options: Any) -> Expected:
    """By compute alone, case by case."""
    policy = table.policy
    kept = [None if heading == "district" else heading for heading in table.headings]
    rows = [[None if place == 1 else cell for place, cell in enumerate(row)] for row in table.rows]
    read = from_table(policy.facts, [kept, *rows])
    out: list[dict[str, str | None] | None] = [None] * len(rows)
    missing = [""] * len(rows)
    codes: dict[int, set[str]] = {}
    wrong: dict[int, set[str]] = {}
    for cell, problem in read.problems:
        wrong.setdefault(cell.row, set()).add(problem.code)
    has_records = any(fact.type.is_records for fact in policy.facts.declared().values())
    of_row = _case_of_rows(read, rows, has_records)
    answers = answers_of(policy)
    for case in read.cases:
        numbers = [number for number, name in of_row.items() if name == case.name]
        if not has_records:
            numbers = [case.row]
        found = set().union(*(wrong.get(number, set()) for number in numbers))
        if found:
            codes |= {number: wrong.get(number) or found for number in numbers}
            continue
        try:
            result = compute(policy, case.given, readings=readings, figures=figures, **options)
        except Refused as error:
            codes |= {number: {one.code for one in error.problems} for number in numbers}
            continue
        for number in numbers:
            told: dict[str, str | None] = {}
            for one in answers:
                if not one.records:
                    told[one.name] = as_text(result.values[one.name], one.kind)
                    continue
                records = result.values[one.records] or []
                at = [index for index in range(len(records)) if case.cells[f"{one.records}[{index}]"].row == number]
                told[one.name] = as_text(records[at[0]][one.name], one.kind) if at else None
            out[number - 2] = told
            reported = [policy.reported[name] for name in policy.reported]
            lacks = any(told[one.name] is None and not one.records for one in answers if isinstance(one.rule, Rule))
            missing[number - 2] = "some" if lacks and result.missing and reported else ""
    for number, found in wrong.items():
        codes.setdefault(number, found)
    return Expected(out, missing, codes)


def _case_of_rows(read: Any, rows: list[list[str | None]], has_records: bool) -> dict[int, str]:
    found: dict[int, str] = {}
    last = ""
    for number, row in enumerate(rows, 2):
        if not any(cell and cell.strip() for cell in row):
            continue
        key = (row[0] or "").strip() or (last if has_records else "")
        if key:
            found[number] = last = key
    return found


def as_text(value: Any, kind: Any) -> str | None:
    found = as_json(value, kind)
    if found is None:
        return None
    if isinstance(found, bool):
        return "true" if found else "false"
    return "、".join(found) if isinstance(found, list) else str(found)

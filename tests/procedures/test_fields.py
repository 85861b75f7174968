"""What people give for a step: what is taken, and what is refused in words."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.errors import GongbaoError
from gongbao.procedures import Field, Kind, Option
from gongbao.procedures.fields import SHANGHAI, Value, from_plain, read, to_plain
from tests.procedures.imaginary import label

TODAY = date(2026, 3, 10)
OPTIONS = (Option("a", label("甲", "first")), Option("b", label("乙", "second")))


def field(kind: Kind, **more: Any) -> Field:
    options = OPTIONS if kind in (Kind.CHOICE, Kind.CHOICES) else ()
    return Field("one", label("项", "One"), kind, options=options, **{"longest": 10, **more})


def value_of(one: Field, raw: Any) -> Value:
    values, problems = read([one], {"one": raw}, TODAY)
    assert problems == []
    return values["one"]


def problem_of(one: Field, raw: Any) -> str:
    values, problems = read([one], {"one": raw}, TODAY)
    assert values == {} and len(problems) == 1 and problems[0].field == "one"
    assert problems[0].message.zh
    return problems[0].message.en


GOOD: list[tuple[Kind, Any, Value]] = [
    (Kind.LINE, "  甲  ", "甲"),
    (Kind.LINE, "a" * 10, "a" * 10),
    (Kind.LINE, "龘𠮷", "龘𠮷"),
    (Kind.TEXT, "a\r\nb\rc\td", "a\nb\nc\td"),
    (Kind.TEXT, "a\r\n" * 4 + "bb", "a\na\na\na\nbb"),
    (Kind.CHOICE, "a", "a"),
    (Kind.CHOICES, "b", ("b",)),
    (Kind.CHOICES, ["b", "a", "b"], ("a", "b")),
    (Kind.FLAG, True, True),
    (Kind.FLAG, False, False),
    (Kind.FLAG, "否", False),
    (Kind.FLAG, "YES", True),
    (Kind.NUMBER, "0", 0),
    (Kind.NUMBER, "007", 7),
    (Kind.NUMBER, 999_999_999_999_999, 999_999_999_999_999),
    (Kind.MONEY, "1200.5", Decimal("1200.50")),
    (Kind.MONEY, "1,200,000", Decimal("1200000.00")),
    (Kind.MONEY, "1，200.05", Decimal("1200.05")),
    (Kind.MONEY, 3, Decimal("3.00")),
    (Kind.MONEY, Decimal("-0.00"), Decimal("0.00")),
    (Kind.DATE, "2026-03-10", TODAY),
    (Kind.DATE, TODAY, TODAY),
    (Kind.MOMENT, "2026-03-10 09:30", datetime(2026, 3, 10, 9, 30, tzinfo=SHANGHAI)),
    (Kind.MOMENT, "2026-03-10T09:30", datetime(2026, 3, 10, 9, 30, tzinfo=SHANGHAI)),
    (Kind.MOMENT, "2026-03-10T01:30:00Z", datetime(2026, 3, 10, 1, 30, tzinfo=UTC)),
    (Kind.MOMENT, datetime(2026, 3, 10, 9, 30), datetime(2026, 3, 10, 9, 30, tzinfo=SHANGHAI)),
    (Kind.FILES, "f1", ("f1",)),
    (Kind.FILES, ["f1", "f2", "f1"], ("f1", "f2")),
    (Kind.UNIT, "trade", "trade"),
    (Kind.ACCOUNT, "6b1f", "6b1f"),
]


@pytest.mark.parametrize(("kind", "raw", "value"), GOOD)
def test_what_is_taken(kind: Kind, raw: Any, value: Value) -> None:
    found = value_of(field(kind), raw)
    assert found == value and type(found) is type(value)


BAD: list[tuple[Kind, Any, str]] = [
    (Kind.LINE, "a\nb", "one line"),
    (Kind.LINE, "a\u2028b", "one line"),
    (Kind.LINE, "a\x85b", "one line"),
    (Kind.LINE, "a" * 11, "up to 10 characters, not 11"),
    (Kind.LINE, "a\x00b", "cannot be shown"),
    (Kind.LINE, "a\x1bb", "cannot be shown"),
    (Kind.LINE, "a\x7fb", "cannot be shown"),
    (Kind.LINE, "a\x9bb", "cannot be shown"),
    (Kind.LINE, "a\ud800b", "cannot be shown"),
    (Kind.LINE, "a\u202eb", "cannot be shown"),
    (Kind.LINE, 5, "text"),
    (Kind.LINE, ["a"], "text"),
    (Kind.TEXT, "a\x0cb", "cannot be shown"),
    (Kind.TEXT, {"a": 1}, "text"),
    (Kind.UNIT, "a\nb", "one line"),
    (Kind.ACCOUNT, 7, "text"),
    (Kind.CHOICE, "c", "choose one of: first, second"),
    (Kind.CHOICE, ["a"], "choose one of"),
    (Kind.CHOICE, 1, "choose one of"),
    (Kind.CHOICES, ["a", "c"], "choose one of"),
    (Kind.CHOICES, 5, "choose one of"),
    (Kind.CHOICES, {"a": 1}, "choose one of"),
    (Kind.CHOICES, [["a"]], "choose one of"),
    (Kind.FLAG, "perhaps", "yes or no"),
    (Kind.FLAG, 1, "yes or no"),
    (Kind.NUMBER, "-1", "whole number"),
    (Kind.NUMBER, -1, "whole number"),
    (Kind.NUMBER, "1.5", "whole number"),
    (Kind.NUMBER, 1.0, "whole number"),
    (Kind.NUMBER, True, "whole number"),
    (Kind.NUMBER, "١٢", "whole number"),
    (Kind.NUMBER, "１２", "whole number"),
    (Kind.NUMBER, "1_000", "whole number"),
    (Kind.NUMBER, "9" * 16, "whole number"),
    (Kind.NUMBER, 10**15, "whole number"),
    (Kind.NUMBER, 10**5000, "whole number"),
    (Kind.MONEY, "1.005", "amount"),
    (Kind.MONEY, "-1", "amount"),
    (Kind.MONEY, Decimal("-0.01"), "amount"),
    (Kind.MONEY, "1e3", "amount"),
    (Kind.MONEY, "1e400", "amount"),
    (Kind.MONEY, "NaN", "amount"),
    (Kind.MONEY, "sNaN", "amount"),
    (Kind.MONEY, "Infinity", "amount"),
    (Kind.MONEY, Decimal("NaN"), "amount"),
    (Kind.MONEY, Decimal("sNaN"), "amount"),
    (Kind.MONEY, Decimal("-Infinity"), "amount"),
    (Kind.MONEY, float("nan"), "amount"),
    (Kind.MONEY, 1.5, "amount"),
    (Kind.MONEY, True, "amount"),
    (Kind.MONEY, "1,5", "amount"),
    (Kind.MONEY, "12,34", "amount"),
    (Kind.MONEY, "1_0", "amount"),
    (Kind.MONEY, "١٢", "amount"),
    (Kind.MONEY, "10000000000000", "amount"),
    (Kind.MONEY, 10**5000, "amount"),
    (Kind.MONEY, "9" * 5000, "amount"),
    (Kind.MONEY, (0, (1,), 0), "amount"),
    (Kind.DATE, "2026-02-29", "date such as"),
    (Kind.DATE, "2026-W01-1", "date such as"),
    (Kind.DATE, "20260310", "date such as"),
    (Kind.DATE, "2026/03/10", "date such as"),
    (Kind.DATE, "٢٠٢٦-03-10", "date such as"),
    (Kind.DATE, "1899-12-31", "from 1900 to 2199"),
    (Kind.DATE, "9999-12-31", "from 1900 to 2199"),
    (Kind.DATE, datetime(2026, 3, 10), "date such as"),
    (Kind.DATE, 20260310, "date such as"),
    (Kind.MOMENT, "2026-03-10", "day and time"),
    (Kind.MOMENT, "2026-03-10 25:00", "day and time"),
    (Kind.MOMENT, "2026-03-10 24:00", "day and time"),
    (Kind.MOMENT, "2026-03-10 09:30+99:00", "day and time"),
    (Kind.MOMENT, "0001-01-01T00:00:00+14:00", "from 1900 to 2199"),
    (Kind.MOMENT, "9999-12-31T23:59:59-12:00", "from 1900 to 2199"),
    (Kind.MOMENT, TODAY, "day and time"),
    (Kind.MOMENT, 5, "day and time"),
    (Kind.FILES, 5, "files"),
    (Kind.FILES, [1], "files"),
    (Kind.FILES, ["f1", ""], "files"),
    (Kind.FILES, ["f\x00"], "files"),
    (Kind.FILES, {"f1": 1}, "files"),
    (Kind.FILES, [str(number) for number in range(11)], "up to 10 files"),
]


@pytest.mark.parametrize(("kind", "raw", "words"), BAD, ids=[f"{n}-{kind}" for n, (kind, _, _) in enumerate(BAD)])
def test_what_is_refused_in_words(kind: Kind, raw: Any, words: str) -> None:
    assert words in problem_of(field(kind), raw)


def test_a_long_list_is_not_told_again_where_it_stands_beside() -> None:
    many = tuple(Option(f"k{n}", label(f"项{n}", f"entry {n}")) for n in range(18))
    one = Field("one", label("项", "One"), Kind.CHOICE, options=many, longest=10)
    assert problem_of(one, "x") == "choose one of the options"


def test_both_lists_know_every_kind() -> None:
    assert {kind for kind, *_ in GOOD} == {kind for kind, *_ in BAD} == set(Kind)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("raw", [None, "", " \t\u3000", [], ()])
def test_what_is_left_empty(kind: Kind, raw: Any) -> None:
    assert read([field(kind, required=False)], {"one": raw}, TODAY) == ({}, [])
    assert problem_of(field(kind), raw) == "One is needed"


@pytest.mark.parametrize("name", ["two", "", "two\n", "\ud800", "a" * 5000])
def test_a_name_that_is_no_field_is_a_problem_that_can_be_printed(name: str) -> None:
    values, problems = read([field(Kind.LINE, required=False)], {name: "1"}, TODAY)
    (one,) = problems
    assert values == {} and one.field == name
    assert one.message.zh.isprintable() and one.message.en.isprintable() and len(one.message.en) < 200
    one.message.en.encode()


@pytest.mark.parametrize(
    ("more", "raw", "words"),
    [
        ({"past": True}, "2026-03-11", "may not be after today"),
        ({"past": True}, "2026-03-10", ""),
        ({"future": True}, "2026-03-09", "may not be before today"),
        ({"future": True}, "2026-03-10", ""),
    ],
)
def test_past_and_future(more: dict[str, Any], raw: str, words: str) -> None:
    assert (problem_of(field(Kind.DATE, **more), raw) if words else "") == words
    moment = field(Kind.MOMENT, **more)
    # At 23:30 in UTC it is the next day in Shanghai.
    early = (date.fromisoformat(raw) - timedelta(days=1)).isoformat()
    for given_moment in (f"{raw} 09:00", f"{early}T23:30:00Z"):
        assert (problem_of(moment, given_moment) if words else "") == words


EVERYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.decimals(allow_nan=True)
    | st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=14)))) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=5,
)  # fmt: skip


@given(st.sampled_from(Kind), EVERYTHING, st.booleans(), st.booleans(), st.booleans())
def test_whatever_is_given_is_a_value_or_a_problem(
    kind: Kind, raw: Any, required: bool, past: bool, future: bool
) -> None:
    one = field(kind, required=required, past=past, future=future)
    values, problems = read([one], {"one": raw}, TODAY)
    assert not (values and problems)
    if values:
        plain = json.loads(json.dumps(to_plain(values)))
        assert from_plain([one], plain) == values
        assert read([one], plain, TODAY) == (values, []), "what was kept could have been given"


def test_a_kept_value_outlives_its_option_and_its_field() -> None:
    short = Field("one", label("项", "One"), Kind.CHOICE, options=OPTIONS[:1])
    assert from_plain([short], {"one": "b"}) == {"one": "b"}
    assert from_plain([field(Kind.TEXT, longest=2)], {"one": "long ago"}) == {"one": "long ago"}
    assert from_plain([], {"gone": ["a"], "flag": True}) == {"gone": ("a",), "flag": True}


@pytest.mark.parametrize(
    ("kind", "raw"),
    [(Kind.DATE, "soon"), (Kind.NUMBER, True), (Kind.NUMBER, "1"), (Kind.FLAG, "yes"), (Kind.FILES, "f1"),
     (Kind.MONEY, "much"), (Kind.LINE, 1), (Kind.MOMENT, None)],
)  # fmt: skip
def test_a_kept_value_of_another_kind_is_told(kind: Kind, raw: Any) -> None:
    with pytest.raises(GongbaoError) as caught:
        from_plain([field(kind)], {"one": raw})
    assert caught.value.where == "one"

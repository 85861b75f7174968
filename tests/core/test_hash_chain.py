"""The chain of hashes: one text for one value, and no entry that can be changed unseen."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.hash_chain import START, canonical, digest, link, moment


class Colour(StrEnum):
    RED = "red"


def test_one_value_has_one_text() -> None:
    value = {
        "b": [1, True, None, "甲\n"],
        "a": date(2022, 7, 1),
        "c": datetime(2022, 7, 1, 9, 2, 3, 4, tzinfo=timezone(timedelta(hours=8))),
        "d": Decimal("1E+2"),
        "e": UUID(int=1),
        "f": Colour.RED,
    }
    assert canonical(value) == (
        '{"a":"2022-07-01","b":[1,true,null,"甲\\n"],"c":"2022-07-01T01:02:03.000004Z","d":"100",'
        '"e":"00000000-0000-0000-0000-000000000001","f":"red"}'
    )
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_a_moment_is_always_written_to_the_microsecond() -> None:
    assert moment(datetime(2022, 7, 1, tzinfo=UTC)) == "2022-07-01T00:00:00.000000Z"
    assert moment(datetime(22, 7, 1, tzinfo=UTC)) == "0022-07-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1.0, "float"),
        ({"a": [float("nan")]}, "float"),
        (datetime(2022, 7, 1), "time zone"),
        ({1: 2}, "key"),
        ("a\0", "NUL"),
        ("\ud800", "surrogates"),
        (Decimal("NaN"), "no number"),
        ({1, 2}, "set"),
        (b"a", "bytes"),
    ],
)
def test_what_has_no_one_text_is_refused(value: object, told: str) -> None:
    with pytest.raises((TypeError, ValueError), match=told):
        canonical(value)


def test_a_list_that_holds_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="levels"):
        canonical(endless)


def test_a_link_is_what_anybody_can_compute() -> None:
    assert link(START, {"a": 1}) == sha256(b"0" * 64 + b'\n{"a":1}').hexdigest()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
    max_leaves=10,
)


@given(json_values, json_values)
def test_two_values_have_two_texts_and_two_links(one: object, other: object) -> None:
    assert json.loads(canonical(one)) == one
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) is same
    assert (link(START, one) == link(START, other)) is same


def test_a_digest_needs_its_salt() -> None:
    salt = "0123456789abcdef"
    assert digest(salt, "甲") == digest(salt, "甲")
    assert digest(salt, "甲") != digest(salt[::-1], "甲")
    assert digest(salt + "1", "2") != digest(salt, "12")
    with pytest.raises(ValueError, match="salt"):
        digest("short", "甲")

"""Whatever the text: no uncaught error, every word kept, addresses unique."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.gazette import read_gazette
from gongbao.gazette.model import Gazette
from tests.gazette.test_clean import TEXTS

HEAD = "云岭市人民政府关于甲事项的通知\n云岭政〔2021〕1号\n各县：\n"


def check(gazette: Gazette) -> None:
    for document in gazette.documents:
        for attribute in ("locator", "eid"):
            values = Counter(getattr(clause, attribute) for clause in document.walk())
            assert all(count == 1 for count in values.values())
            assert all(value and not value.isspace() for value in values)
        assert document.first_line <= document.last_line


@settings(max_examples=300)
@given(TEXTS)
def test_any_text(text: str) -> None:
    check(read_gazette(text))


@settings(max_examples=200)
@given(TEXTS)
def test_any_text_below_a_head(text: str) -> None:
    gazette = read_gazette(HEAD + text)
    check(gazette)
    assert gazette.documents[0].number == "云岭政〔2021〕1号"


MARKS = st.sampled_from(
    [*(f"第{n}条 " for n in "一二三四五"), *(f"第{n}章 " for n in "一二三"), *(f"{n}、" for n in "一二三四五")]
    + [*(f"（{n}）" for n in "一二三四"), *(f"{n}. " for n in range(1, 6)), *(f"（{n}）" for n in range(1, 5)), *"①②③"]
    + ["1 ", "1.1 ", "1.2 ", "2 ", "2.1 ", "2.1.1 ", "专栏1 ", "附件1", ""]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(MARKS, st.sampled_from(["甲。", "甲乙丙", "包括：", "子；", "甲\t乙"])), max_size=40))
def test_any_numbering(lines: list[tuple[str, str]]) -> None:
    gazette = read_gazette(HEAD + "\n".join(mark + words for mark, words in lines))
    check(gazette)
    document = gazette.documents[0]
    held = "".join(c.number + c.heading + c.text for c in document.walk()) + "".join(
        part.label + part.title for part in document.parts
    )
    for sign in "甲乙丙子":
        assert held.count(sign) >= "".join(words for _, words in lines).count(sign)


@pytest.mark.parametrize(
    "text",
    [
        "一、" * 50_000,
        "（" * 100_000,
        "《" * 100_000 + "》" * 100_000,
        "第一条 " * 50_000,
        "1." * 100_000,
        " " * 200_000 + "甲",
        ("\t" * 100 + "\n") * 2_000,
        "." * 200_000 + "甲",
        "-" * 200_000 + "甲",
        "目录\n" + "." * 200_000,
        "云岭市人民政府" * 30_000,
        "云岭政〔2021〕1号" * 20_000,
        "云岭政〔2021〕1号\n" * 20_000,
        "2021年3月4日" * 20_000,
        "2021年3月4日\n" * 20_000,
        "附件\n" * 20_000,
        "专栏1 甲\n" * 10_000,
        "".join(f"{n}. 甲\n" for n in range(1, 1000)) * 10,
        "".join("1." * depth + "1 甲\n" for depth in range(1, 300)),
        "《甲》（云岭政〔2011〕1号）" * 10_000 + "同时废止。",
        "$" * 100_000,
        "PM_" * 50_000,
        "动动" * 50_000,
        "<b" * 50_000,
        "and " * 50_000,
        "年9月30日\n2022\n" * 5_000,
        "以下简称《甲》" * 10_000,
        HEAD * 2_000,
        "\x00\x01\x02" * 10_000,
        "\ud7ff\ue000\U0010ffff" * 10_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_repetition_is_read_in_linear_time(text: str) -> None:
    """Each of these takes minutes where a step is quadratic; the run as a whole would not end in time."""
    check(read_gazette(text))

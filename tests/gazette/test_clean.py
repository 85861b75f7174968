"""What cleaning mends, what it leaves alone, and that nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.gazette.clean import clean
from gongbao.gazette.edits import Edit, EditedText, rebuild
from gongbao.gazette.model import Reason


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("第一章 总 则", "第一章 总则"),
        ("# 云 岭 市 公 报", "云岭市公报"),
        ("自 2022 年 7 月 1 日起，应当在 2 个工作日内", "自2022年7月1日起，应当在2个工作日内"),
        ("第一条 为了管理", "第一条 为了管理"),
        ("⼈⺠政府第⼀条", "人民政府第一条"),
        ("１２３个（Ａ级）", "123个（A级）"),
        ("(十二) 做优服务业", "（十二） 做优服务业"),
        ("云岭政[2020] 43 号", "云岭政〔2020〕43号"),
        ("（云岭政﹝2020﹞第43号）", "（云岭政〔2020〕43号）"),
        ("县(市、区),各部门:", "县（市、区），各部门："),
        ("AAA(B+) 12,000", "AAA(B+) 12,000"),
        ("PM_{2.5}、PM₁₀、$PM_{2.5}$、PM 2.5、PM２.５", "PM2.5、PM10、PM2.5、PM2.5、PM2.5"),
        ("O₃、SO_2、NO₂", "O3、SO2、NO2"),
        ("比例 $\\geq 5$ 万", "比例 ≥ 5万"),
        ("甲部门 and 乙部门", "甲部门和乙部门"),
        ("创新人才和 workstation 培育", "创新人才和workstation培育"),
        ("R and D投入", "R and D投入"),
        ("<b>合计</b>\t<br>12", "合计\t12"),
        ("**一、目标。**内容", "一、目标。内容"),
        ("- （一）甲；", "（一）甲；"),
        ("---\t------\n甲\t乙", "甲\t乙"),
        ("-- 不是分隔", "-- 不是分隔"),
        ("第一行\r\n第二行\r\n", "第一行\n第二行\n"),
    ],
)
def test_characters(raw: str, text: str) -> None:
    cleaned = clean(raw)
    assert cleaned.text == text
    assert rebuild(cleaned.text, cleaned.changes) == raw


SENTENCE = "（五）组织实施有关服务评价工作，按照职责分工受理和处理有"


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        # The sentence goes on behind the page break.
        (f"（四）制定制度；\n{SENTENCE}\n\n关投诉；\n（六）开展培训。", True),
        ("各部门要依照规定加强管理，并且在职责范围内做好各项\n\n\n\n工作。", True),
        ("支持符合《中华人民共和国环境保护法》《中华人\n\n民共和国森林法》的项目，由市级安排资金。", True),
        ("依照《云岭市无障碍环境建设管理条例》（云岭市人民政府令\n\n第62号）的规定，各县应当照办。", True),
        # A heading, an item, a table, a list of names, a signature: nothing to join.
        ("一、深化简政放权，放出活力和创造力\n\n坚持问题导向，推进改革，各部门要加强领导。", False),
        ("各部门要依照规定加强管理，并且在职责范围内做好各项\n\n一、工作", False),
        ("1\t甲公司，位于云岭市经济技术开发区甲路一号乙栋\t10\n2\t乙公司\t20", False),
        ("甲某某 云岭市人民政府办公室副主任、云岭市信访局局长\n乙某某 云岭市财政局局长", False),
        ("请各县认真贯彻执行，并于年底前报告落实情况和存在的问题\n云岭市人民政府\n2021年3月4日", False),
        ("附件：云岭市2021年度重点工程建设项目投资计划安排任务清单，共三项\n云岭市人民政府", False),
    ],
)
def test_torn_sentences(raw: str, joined: bool) -> None:
    cleaned = clean(raw)
    assert ("page_break" in {change.reason for change in cleaned.changes}) is joined
    assert rebuild(cleaned.text, cleaned.changes) == raw


def test_page_furniture() -> None:
    page = "各部门要依照规定加强管理。\n" * 12
    raw = f"云岭市人民政府公报\n2021年第1期\n{page}— 2 —\n云岭市人民政府公报 2021年第1期\n{page}第 3 页 共 9 页\n{page}"
    cleaned = clean(raw)
    assert [change.before.strip() for change in cleaned.changes if change.reason == "page_number"] == [
        "— 2 —",
        "第 3 页 共 9 页",
    ]
    assert sum("running_head" in change.reason for change in cleaned.changes) == 1
    assert cleaned.text.startswith("云岭市人民政府公报")
    assert rebuild(cleaned.text, cleaned.changes) == raw


def test_bare_page_numbers_only_in_a_row() -> None:
    page = "各部门要依照规定加强管理。\n" * 40
    counted = clean(f"{page}7\n{page}8\n{page}9\n{page}")
    assert sum(change.reason == "page_number" for change in counted.changes) == 3
    figures = clean("数量\n12\n金额\n300\n")
    assert "12" in figures.text.split("\n")


def test_doubled_character_only_with_evidence() -> None:
    raw = "突发动物疫情处置。突发动物疫情报告。突发动动物疫情。全市市场主体。天天向上。"
    cleaned = clean(raw)
    assert [change.reason for change in cleaned.changes] == ["doubled_character"]
    assert "动动" not in cleaned.text
    assert "全市市场主体。天天向上" in cleaned.text


def test_a_signature_that_was_torn() -> None:
    raw = "云岭市人民政府关于表彰的决定\n正文。\n\n市人民政府\n\n年9月30日\n\n云岭\n\n2022\n\n附 件\n"
    cleaned = clean(raw)
    assert "云岭市人民政府\n\n2022年9月30日\n\n附件" in cleaned.text
    assert rebuild(cleaned.text, cleaned.changes) == raw


def test_lines_know_their_place() -> None:
    lines = clean("甲。\n\n各部门要依照规定加强管理，并且在职责范围内做好各项\n\n工作。\n丙。").lines
    assert [(line.text[-3:], line.number) for line in lines] == [("甲。", 1), ("工作。", 3), ("丙。", 6)]


PIECES = st.sampled_from(
    [
        "第一条 ",
        "一、",
        "（一）",
        "1. ",
        "2.1 ",
        "①",
        "，",
        "。",
        "；",
        "\n",
        "\n\n",
        "\t",
        " ",
        "\f",
        "\r\n",
        "#",
        "**",
        "- ",
    ]
    + [
        "云岭政〔2021〕1号",
        "[2020]3号",
        "云岭市人民政府",
        "2021年3月4日",
        "附件",
        "PM_{2.5}",
        "$",
        "（",
        "）",
        "《",
        "》",
    ]
    + [
        "动动",
        "废止",
        "关于",
        "的通知",
        "and",
        " and ",
        "公报",
        "— 3 —",
        "12",
        "１２",
        "<b>",
        "|",
        "---",
        "\u3000",
        "\ufeff",
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=200))


@given(TEXTS)
def test_the_raw_text_can_always_be_rebuilt(raw: str) -> None:
    cleaned = clean(raw)
    assert rebuild(cleaned.text, cleaned.changes) == raw


@given(TEXTS)
def test_cleaning_a_cleaned_text_keeps_its_words(raw: str) -> None:
    """Nothing that a person reads is lost but what the record names."""
    cleaned = clean(raw)
    removed = sum(len(change.before) for change in cleaned.changes)
    added = sum(len(change.after) for change in cleaned.changes)
    assert len(cleaned.text) == len(raw) - removed + added


@given(st.text(alphabet="abc\n", max_size=30), st.data())
def test_edits_compose(raw: str, data: st.DataObject) -> None:
    edited = EditedText(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        edits, at = [], 0
        for _ in range(data.draw(st.integers(0, 4))):
            start = at + data.draw(st.integers(0, 4))
            end = start + data.draw(st.integers(0, 3))
            if end > len(edited.text):
                break
            edits.append(
                Edit(
                    start,
                    end,
                    data.draw(st.text(alphabet="xyz\n", max_size=3)),
                    data.draw(st.sampled_from(list(Reason))),
                )
            )
            at = end
        edited.apply(edits)
    assert rebuild(edited.text, edited.changes()) == raw
    lines = edited.raw_lines()
    assert lines == sorted(lines)
    assert len(lines) == edited.text.count("\n") + 1

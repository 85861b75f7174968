"""Quantified targets, on invented sentences of an imaginary city."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.gazette.indicators import Indicator, indicators_of
from gongbao.gazette.model import Clause, ClauseKind

ISSUED = date(2022, 6, 1)
PLAN = "云岭市2022年灯会工作方案"


def found_in(
    text: str, title: str = PLAN, heading: str = "", kind: ClauseKind = ClauseKind.PARAGRAPH
) -> list[Indicator]:
    clause = Clause(kind, "一、", heading, text, 1, "一", "sec_1")
    return indicators_of([clause], title, "云岭政〔2022〕1号", ISSUED)


# text: name, change, comparison, value, high, unit
FORMS: dict[str, list[tuple[str, str, str, str, str, str]]] = {
    "花灯产值增长8.5%。": [("花灯产值", "rise", "=", "8.5", "", "%")],
    "花灯产值增长9%以上。": [("花灯产值", "rise", ">=", "9", "", "%")],
    "灯会能耗下降2.5%。": [("灯会能耗", "fall", "=", "2.5", "", "%")],
    "绿化率提高1.5个百分点左右。": [("绿化率", "rise", "about", "1.5", "", "个百分点")],
    "票价涨幅控制在3%左右。": [("票价涨幅", "", "about", "3", "", "%")],
    "破损率控制在5.5%以内。": [("破损率", "", "<=", "5.5", "", "%")],
    "破损率控制在5.5%。": [("破损率", "", "<=", "5.5", "", "%")],
    "花灯产量稳定在280万只以上。": [("花灯产量", "", ">=", "280", "", "万只")],
    "灯会投资不低于400万元。": [("灯会投资", "", ">=", "400", "", "万元")],
    "门票收入超过12亿元。": [("门票收入", "", ">", "12", "", "亿元")],
    "差评率低于20%。": [("差评率", "", "<", "20", "", "%")],
    "排队时间压减至3个工作日以内。": [("排队时间", "", "<=", "3", "", "个工作日")],
    "游客总数达到6500人次。": [("游客总数", "", "=", "6500", "", "人次")],
    "力争灯会覆盖率达到70%。": [("灯会覆盖率", "", "=", "70", "", "%")],
    "新增扎灯企业240家、制灯作坊40家。": [
        ("新增扎灯企业", "", "=", "240", "", "家"),
        ("新增制灯作坊", "", "=", "40", "", "家"),
    ],
    "新建灯廊10.6公里，挂灯674万盏以上。": [("新建灯廊", "", "=", "10.6", "", "公里")],
    "完成7万户换灯任务。": [("完成换灯任务", "", "=", "7", "", "万户")],
    "完成省定5525套换灯任务。": [("完成换灯任务", "", "=", "5525", "", "套")],
    "打造50个社区灯会示范点。": [("打造社区灯会示范点", "", "=", "50", "", "个")],
    "创建示范灯街3-5条。": [("创建示范灯街", "", "=", "3", "5", "条")],
    "培育1家以上制灯企业。": [("培育制灯企业", "", ">=", "1", "", "家")],
    "引进扎灯人才（团队）10个左右。": [("引进扎灯人才（团队）", "", "about", "10", "", "个")],
    "每年开展不少于2次巡查。": [("每年开展巡查", "", ">=", "2", "", "次")],
    "上线100个“一盏灯”。": [("上线“一盏灯”", "", "=", "100", "", "个")],
    "对300家企业开展用电诊断。": [("企业开展用电诊断", "", "=", "300", "", "家")],
    "3岁以下幼儿入园率达到80%。": [("3岁以下幼儿入园率", "", "=", "80", "", "%")],
}


@pytest.mark.parametrize("text", FORMS)
def test_forms(text: str) -> None:
    assert [
        (one.name, one.change.value, one.comparison.value, one.value, one.high, one.unit) for one in found_in(text)
    ] == FORMS[text]


@pytest.mark.parametrize(
    "text",
    [
        "2021年，全市挂灯3600盏、增长5.5%。",
        "目前灯廊达到30公里。",
        "已新增企业240家。",
        "扎灯企业增长10%的，奖励20万元。",
        "对新增企业240家的给予补助。",
        "抓好现有4个灯会园区建设。",
        "抓好主街等7个布展项目。",
        "围绕5大领域培育3个方面。",
        "长度大于500米的应增设出口。",
        "开展0—6岁儿童筛查。",
        "支付比例提高5个百分点。",
        "完成工程量50%前同步布展。",
        "按照人均不少于0.2平方米布展。",
        "“1+10+7”体系",
        "2022年5月至6月。",
        "灯会结束后15个工作日内结清。",
        "延长不超过5个工作日。",
        "办理灯会备案，最长不超过3个工作日。",
    ],
)
def test_no_target(text: str) -> None:
    assert found_in(text) == []


def test_of_a_regulation_an_award_or_a_report_nothing_is_a_target() -> None:
    text = "新增企业240家。"
    assert len(found_in(text)) == 1
    assert found_in(text, "云岭市灯会管理办法") == []
    assert found_in(text, kind=ClauseKind.ARTICLE) == []
    assert found_in(text, heading="2021年执行情况") == []


def test_the_year_is_that_of_the_sentence_the_heading_or_the_title() -> None:
    def year(text: str, title: str = PLAN, heading: str = "") -> tuple[int | None, str]:
        (one,) = found_in(text, title, heading)
        return one.year, one.year_from.value

    assert year("到2025年，覆盖率达到70%。") == (2025, "sentence")
    assert year("到“十四五”末，覆盖率达到70%。") == (2025, "sentence")
    assert year("覆盖率达到70%。", heading="2024年目标") == (2024, "heading")
    assert year("覆盖率达到70%。") == (2022, "title")
    assert year("覆盖率达到70%。", "云岭市“十五五”灯会规划") == (2030, "title")
    assert year("覆盖率达到70%。", "云岭市灯会方案") == (None, "")
    assert year("全年覆盖率达到70%。", "云岭市灯会方案") == (2022, "sentence")


def test_who_answers_for_it() -> None:
    first, second = found_in("新增企业240家。（市园林局牵头，市商务局配合）覆盖率达到70%。（市档案局负责）")
    assert (first.units, second.units) == (("市园林局",), ("市档案局",))
    (third,) = indicators_of(
        [
            Clause(ClauseKind.PARAGRAPH, "", "", "新增企业240家。", 1, "甲", "a"),
            Clause(ClauseKind.PARAGRAPH, "", "", "责任单位：市园林局。", 2, "乙", "b"),
        ],
        PLAN,
        "",
        ISSUED,
    )
    assert third.units == ("市园林局",)


def test_a_table_of_targets() -> None:
    text = (
        "序号\t指标名称\t2021现状\t2025目标\t责任单位\n一、布展\n1\t灯会覆盖率（%）\t71.8\t≥90\t市园林局\n"
        "2\t扎灯人数（人次）\t—\t1万\t市商务局、市档案局\n3\t灯会风气\t好\t更好\t市文明办\n指标\t目标值\t完成数\n4\t甲\t5\t6\t7"
    )
    first, second = found_in(text)
    assert (first.name, first.comparison.value, first.value, first.unit, first.year, first.units) == (
        "灯会覆盖率",
        ">=",
        "90",
        "%",
        2025,
        ("市园林局",),
    )
    assert (second.value, second.unit, second.units) == ("1", "万人次", ("市商务局", "市档案局"))


PIECES = [
    *FORMS,
    "（市园林局负责）",
    "、",
    "，",
    "。",
    "\n",
    "\t",
    "指标",
    "目标",
    "1",
    "%",
    "新增",
    "个",
    "2025年",
    "达到",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=80))
def test_never_fails(text: str) -> None:
    for one in found_in(text):
        assert one.name and one.value in text.replace("％", "%")
        assert one.unit

"""Duties, deadlines and targets of the two real issues, against what a person read in them by eye.

Units, clause numbers and figures only. The sample of thirty tasks was written down from the text, not from the output.
"""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.duties import Duty, find_duties
from gongbao.gazette.indicators import Indicator, find_indicators
from gongbao.gazette.model import Document

pytestmark = pytest.mark.gazettes

TASKS = "许政〔2022〕7号"
OTHERS = "其他相关部门"
COUNTIES = "各县（市、区）"
GOVERNMENTS = "各县（市、区）政府（管委会）"


@pytest.fixture(scope="module")
def documents(gazettes: Path) -> dict[str, Document]:
    texts = [(gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8") for name in ("02", "05")]
    return {document.number: document for text in texts for document in read_gazette(text).documents}


@pytest.fixture(scope="module")
def duties(documents: dict[str, Document]) -> dict[str, list[Duty]]:
    return {number: find_duties(document) for number, document in documents.items()}


@pytest.fixture(scope="module")
def indicators(documents: dict[str, Document]) -> dict[str, list[Indicator]]:
    return {number: find_indicators(document) for number, document in documents.items()}


# number of the task: lead, support, whether 等 says that there are others
SAMPLE: dict[int, tuple[str, str, bool]] = {
    1: ("市发展改革委、市商务局", OTHERS, False),
    3: ("市商务局", "市发展改革委、市文化广电和旅游局、市城市管理局", True),
    6: ("市商务局、市邮政管理局", "", False),
    11: (
        "市“万人助企联乡帮村”活动领导小组办公室、市金融工作局、市税务局、市工业和信息化局"
        "、市清理拖欠民营企业中小企业账款专项工作组办公室、市财政局",
        "",
        True,
    ),
    12: ("市工业和信息化局、市金融工作局、市市场监督管理局", "", True),
    21: ("市发展改革委、市工业和信息化局、禹州市、襄城县", "", True),
    26: ("市发展改革委、市政务服务和大数据管理局、市工业和信息化局", "", True),
    31: ("市发展改革委", f"{OTHERS}、{COUNTIES}", False),
    33: ("市发展改革委、市自然资源和规划局、市商务局、市工业和信息化局、市住房和城乡建设局", "", True),
    36: ("市自然资源和规划局、长葛市、建安区、东城区、魏都区", "", True),
    37: ("市发展改革委、市交通运输局、市工业和信息化局、市建设投资公司", "", True),
    42: ("市创文办", f"{OTHERS}、{COUNTIES}", False),
    43: (f"市工商联、{COUNTIES}", "", True),
    48: ("市农业农村局、市市场监督管理局、市自然资源和规划局、市烟草专卖局", "", True),
    50: ("市“万人助企联乡帮村”活动领导小组办公室、市农业农村局", "", True),
    56: ("市财政局、市公共资源交易中心、市委编办、市人力资源和社会保障局", "", True),
    58: (
        "市委编办、市财政局、市司法局、市人力资源和社会保障局、市政务服务和大数据管理局、市市场监督管理局"
        "、市生态环境局、市农业农村局、市发展改革委",
        "",
        True,
    ),
    60: ("市商务局", "市发展改革委、市工业和信息化局、市文化广电和旅游局、许昌海关", True),
    62: ("市商务局、许昌海关、建安区、城乡一体化示范区", "", True),
    63: (
        "市发展改革委、市政务服务和大数据管理局、市市场监督管理局、市自然资源和规划局",
        "各相关部门",
        False,
    ),
    64: ("市发展改革委、市金融工作局、市工业和信息化局、市法院", "", True),
    81: ("市民政局、市医疗保障局、市卫生健康委、市发展改革委", "", True),
    85: ("市建设投资公司、城乡一体化示范区、禹州市", "", True),
    89: ("市疫情防控指挥部办公室", f"市卫生健康委、{COUNTIES}", True),
    91: ("市体育局、建安区", "", False),
    94: ("市文化广电和旅游局、禹州市", "", False),
    99: ("市应急管理局、市自然资源和规划局、市水利局、市气象局、市防震减灾中心", "", True),
    100: ("市金融工作局、许昌银保监分局", OTHERS, False),
    108: ("市政府各相关部门", "", False),
    109: ("市相关部门和单位", "", False),
}


def test_the_109_tasks(duties: dict[str, list[Duty]]) -> None:
    tasks = {int(found[0]): duty for duty in duties[TASKS] if (found := re.search(r"\d+$", duty.locator))}
    assert list(tasks) == list(range(1, 110))
    assert all(duty.lead and duty.deadline is None for duty in tasks.values())
    # Counted by eye: where somebody 牵头 or is named beside them, the others support.
    assert sum(bool(duty.support) for duty in tasks.values()) == 16
    for number, (lead, support, others) in SAMPLE.items():
        duty = tasks[number]
        found = ("、".join(duty.lead), "、".join(duty.support), duty.others)
        assert found == (lead, support, others), number


def test_the_reporting_rule_of_the_109_tasks(duties: dict[str, list[Duty]]) -> None:
    rule = [duty for duty in duties[TASKS] if duty.locator == "引言"]
    assert [duty.lead for duty in rule] == [("各责任单位",)] * 4
    monthly, *dated = [duty.deadline for duty in rule]
    assert monthly is not None and (monthly.kind, monthly.every, monthly.day) == ("recurring", "month", 25)
    assert [one.date for one in dated if one] == [date(2022, 6, 25), date(2022, 9, 25), date(2022, 12, 25)]
    assert {one.year_from for one in dated if one} == {"document"}


# document, clause: kind, values, lead (None: not looked at)
DEADLINES: list[tuple[str, str, str, dict[str, object], str | None]] = [
    ("许政〔2022〕5号", "五（四）", "fixed_date", {"date": date(2022, 4, 30)}, ""),
    ("许政〔2022〕6号", "八20", "recurring", {"every": "year", "month": 2, "last_day": True}, None),
    ("许政〔2022〕10号", "二（二）4", "recurring", {"every": "month", "day": 25}, "各责任单位"),
    ("许政〔2022〕10号", "二（四）2（1）", "recurring", {"every": "year", "month": 10}, "发展改革部门"),
    ("许政〔2022〕10号", "二（六）3", "years", {"number": 1}, "项目单位"),
    ("许政办〔2022〕11号", "二（一）4", "fixed_date", {"date": date(2023, 6, 30)}, "各设施确权单位"),
    ("许政办〔2022〕13号", "三（三）3", "event", {"event": "汛", "year": 2023}, "市水利局"),
    ("许政办〔2022〕13号", "三（五）2", "fixed_date", {"date": date(2022, 5, 31)}, COUNTIES),
    ("许政办〔2022〕18号", "第十一条", "calendar_days", {"number": 30}, "征收人"),
    ("许政办〔2022〕19号", "三（二）", "fixed_date", {"date": date(2022, 6, 30)}, "开发区"),
    ("许政办〔2022〕19号", "三（三）", "recurring", {"every": "month", "day": 20}, None),
    ("许政办〔2022〕22号", "第二十二条", "working_days", {"number": 10}, "主办单位"),
    ("许政办〔2022〕22号", "第二十二条", "recurring", {"every": "year", "month": 12, "day": 20}, "各级各部门"),
    ("许政办〔2022〕26号", "4.3.3", "hours", {"number": 1, "event": "接到报告"}, "市动物疫病预防控制中心"),
    ("许政办〔2022〕26号", "4.3.3", "hours", {"number": 1, "event": "接到报告"}, "市农业农村局"),
    ("许政办〔2022〕27号", "第二十五条第一款", "working_days", {"number": 5}, "项目业主、中选中介机构"),
    ("许政办〔2022〕27号", "第三十六条第一款", "working_days", {"number": 2}, "投诉受理机关"),
    ("许政办〔2022〕27号", "第三十六条第一款", "working_days", {"number": 15}, "投诉受理机关"),
    ("许政办〔2022〕38号", "四（二）1", "fixed_date", {"date": date(2022, 9, 9)}, "各牵头单位"),
    ("许政办〔2022〕38号", "四（二）2", "recurring", {"every": "month", "day": 25}, f"{COUNTIES}、市直牵头部门"),
    ("许政办〔2022〕42号", "第十九条第一款", "months", {"number": 6}, "项目单位"),
    ("许政办〔2022〕42号", "第二十条第一款", "months", {"number": 24, "least": 12}, "项目单位"),
]


@pytest.mark.parametrize(("number", "clause", "kind", "values", "lead"), DEADLINES)
def test_deadlines(
    duties: dict[str, list[Duty]], number: str, clause: str, kind: str, values: dict[str, object], lead: str | None
) -> None:
    def fits(duty: Duty) -> bool:
        if duty.locator != clause or duty.deadline is None or duty.deadline.kind != kind:
            return False
        return lead in (None, "、".join(duty.lead)) and all(
            getattr(duty.deadline, name) == value for name, value in values.items()
        )

    assert sum(map(fits, duties[number])) == 1


def test_responsibilities_in_paragraphs_and_brackets_are_all_found(duties: dict[str, list[Duty]]) -> None:
    # 31 paragraphs 责任单位：… in one, 13 brackets in another, ten tasks in a third, 43 brackets in a fourth: counted by eye.
    def undated(number: str) -> list[Duty]:
        return [duty for duty in duties[number] if duty.deadline is None]

    assert sum(duty.quote.startswith("责任单位：") for duty in undated("许政办〔2022〕12号")) == 31
    assert sum(duty.quote.endswith("负责）") for duty in undated("许政〔2022〕12号")) == 13
    assert [duty.locator for duty in undated("许政办〔2022〕16号")] == list("一二三四五六七八九十")
    brackets = [duty for duty in duties["许政办〔2022〕41号"] if "（责任单位：" in duty.quote]
    assert len(brackets) == 43
    # What is said once for all tasks that follow.
    following = [duty for duty in duties["许政办〔2022〕20号"] if duty.locator.startswith("三（")]
    assert len(following) == 13
    assert all(duty.support[-1] == GOVERNMENTS for duty in following)


def test_every_quote_stands_in_the_document(documents: dict[str, Document], duties: dict[str, list[Duty]]) -> None:
    for number, document in documents.items():
        words = {clause.text for clause in document.walk()} | {clause.heading for clause in document.walk()}
        whole = "\n".join(words)
        clauses = {clause.eid: clause.locator for clause in document.walk()}
        for duty in duties[number]:
            assert duty.quote and duty.quote in whole
            assert clauses[duty.eid] == duty.locator


def test_lists_of_awards_and_repeals_oblige_nobody(duties: dict[str, list[Duty]]) -> None:
    for number in ("许政〔2022〕8号", "许政〔2022〕9号", "许政办〔2022〕15号", "许政〔2022〕37号", "许政〔2022〕40号"):
        assert duties[number] == []


# The targets of the 109 tasks, read by eye: task, figure, unit.
TARGETS = """
1 1800亿元 9 30亿元 12 40万户 12 240家 13 30家 14 60% 15 100家 15 100家 16 40家 16 8家 17 20人 17 10家 17 10个 25 400亿元
27 1600家 39 433亿元 40 132个 46 10.6万亩 46 674万亩 47 150家 48 5个 48 1家 49 357公里 49 7万户 50 3个 66 100家 69 5.27万亩
75 4.9万人 75 2万人 76 9万人 80 5525套 82 32所 82 35所 90 3个 93 50个
"""


def test_the_targets_of_the_109_tasks(indicators: dict[str, list[Indicator]]) -> None:
    words = TARGETS.split()
    expected = list(zip(words[::2], words[1::2], strict=True))
    found = [(re.findall(r"\d+$", one.locator)[0], one.value + one.unit) for one in indicators[TASKS]]
    assert found == expected
    assert {(one.year, one.year_from.value) for one in indicators[TASKS]} == {(2022, "title")}
    assert all(one.units for one in indicators[TASKS])


# The paragraph of main targets of the year's plan.
PLAN = [
    ("生产总值", "rise", "=", "8.5", "%"),
    ("规模以上工业增加值", "rise", ">=", "9", "%"),
    ("固定资产投资", "rise", "=", "11", "%"),
    ("社会消费品零售总额", "rise", "=", "9", "%"),
    ("CPI涨幅", "", "about", "3", "%"),
    ("一般公共预算收入", "rise", "=", "5.5", "%"),
    ("常住人口城镇化率", "rise", "about", "1.5", "个百分点"),
    ("城镇新增就业", "", "=", "4.9", "万人"),
    ("城镇调查失业率", "", "<=", "5.5", "%"),
    ("粮食产量", "", ">=", "280", "万吨"),
    ("万元生产总值能耗", "fall", "=", "2.5", "%"),
]


def test_the_targets_of_the_plan_of_the_year(indicators: dict[str, list[Indicator]]) -> None:
    plan = indicators["许政〔2022〕11号"]
    main = [one for one in plan if one.locator == "二第2段"]
    assert [(one.name, one.change.value, one.comparison.value, one.value, one.unit) for one in main] == PLAN
    # What the year before brought is no target.
    assert not [one for one in plan if one.locator.startswith("一")]
    # The eight groups of projects of 专栏1: how many, and how much money.
    boxes = Counter(one.unit for one in plan if one.locator.startswith("专栏1") and one.locator != "专栏1第1段")
    assert boxes == {"亿元": 8, "个": 7, "种": 1}


def test_tables_of_targets(indicators: dict[str, list[Indicator]]) -> None:
    box = [one for one in indicators["许政〔2022〕13号"] if one.locator == "专栏2"]
    assert [one.value + one.unit for one in box[:3]] == ["1万人次", "100%", "100%"]
    assert len(box) == 10  # two of the twelve rows have words instead of a figure
    old_and_young = [one for one in indicators["许政办〔2022〕41号"] if one.locator == "二（三）第7段"]
    assert len(old_and_young) == 17
    assert {one.year for one in old_and_young} == {2025}
    assert all(one.units for one in old_and_young)


def test_rules_awards_and_plans_for_emergencies_set_no_targets(indicators: dict[str, list[Indicator]]) -> None:
    for number in (
        "许政〔2022〕6号",
        "许政〔2022〕8号",
        "许政办〔2022〕24号",
        "许政办〔2022〕26号",
        "许政办〔2022〕39号",
    ):
        assert indicators[number] == []

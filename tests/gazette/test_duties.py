"""Duties, on invented sentences of an imaginary city."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.gazette import read_gazette
from gongbao.gazette.duties import Duty, duties_of, find_duties, read_responsibility, split_units
from gongbao.gazette.model import Clause, ClauseKind

ISSUED = date(2022, 6, 1)


def clause(text: str, number: str = "", heading: str = "", *below: Clause) -> Clause:
    locator = number or f"第{text[:4]}段"
    return Clause(ClauseKind.PARAGRAPH, number, heading, text, 1, locator, locator, list(below))


def duties(*clauses: Clause) -> list[Duty]:
    return duties_of(clauses, "云岭政〔2022〕1号", ISSUED)


def only(text: str, number: str = "1.") -> Duty:
    found = duties(clause(text, number))
    assert len(found) == 1, found
    return found[0]


# words of a bracket: lead, support, whether it names not all
BRACKETS: dict[str, tuple[list[str], list[str], bool]] = {
    "市档案局负责": (["市档案局"], [], False),
    "市档案局、市图书馆管理中心负责": (["市档案局", "市图书馆管理中心"], [], False),
    "市档案局、市园林局等按职责分工负责": (["市档案局", "市园林局"], [], True),
    "市园林局、市灯会办等相关部门按照职责分工负责": (["市园林局", "市灯会办"], [], True),
    "市园林局牵头，市公安局、市气象局配合": (["市园林局"], ["市公安局", "市气象局"], False),
    "市园林局牵头，其他相关部门及各县〔市、区〕按职责分工负责": (
        ["市园林局"],
        ["其他相关部门", "各县（市、区）"],
        False,
    ),
    "市园林局、市水利局分别牵头，市气象局按职责分工负责": (["市园林局", "市水利局"], ["市气象局"], False),
    "市灯会办牵头，市灯会组委会成员单位，各县〔市、区〕政府〔管委会〕负责": (
        ["市灯会办"],
        ["市灯会组委会成员单位", "各县（市、区）政府（管委会）"],
        False,
    ),
    "市园林局指导，各区政府负责建立": (["各区政府"], ["市园林局"], False),
    "市园林局负责牵头汇总": (["市园林局"], [], False),
    "市自然资源和规划局、市住房和城乡建设局负责": (["市自然资源和规划局", "市住房和城乡建设局"], [], False),
    "市委宣传部和市文化馆管理中心负责": (["市委宣传部", "市文化馆管理中心"], [], False),
    "责任单位：市园林局、市水利局，各县（市、区）政府（管委会）": (
        ["市园林局", "市水利局", "各县（市、区）政府（管委会）"],
        [],
        False,
    ),
    "牵头单位：市园林局；责任单位：市水利局、市气象局": (["市园林局"], ["市水利局", "市气象局"], False),
    "牵头单位：市园林局；配合单位：各区政府；完成时限：6月底": (["市园林局"], ["各区政府"], False),
    "责任单位：市园林法庭牵头，市直各单位按照职责分工负责": (["市园林法庭"], ["市直各单位"], False),
    "各有关部门按照职责分工负责": (["各有关部门"], [], False),
    "市“万盏花灯”活动办、禹河海关负责": (["市“万盏花灯”活动办", "禹河海关"], [], False),
    "市相关部门和单位按职责分工负责": (["市相关部门和单位"], [], False),
}


@pytest.mark.parametrize("words", BRACKETS)
def test_brackets(words: str) -> None:
    units = read_responsibility(words)
    assert units is not None
    assert (list(units.lead), list(units.support), units.others) == BRACKETS[words]


@pytest.mark.parametrize(
    "words", ["含补办的", "以下简称灯会", "附表一", "每人负责", "二期", "见第三条", "", "：", "责任单位："]
)
def test_other_brackets(words: str) -> None:
    assert read_responsibility(words) is None


def test_units_of_a_list() -> None:
    assert split_units("市园林局、各县〔市、区〕政府〔管委会〕和市直有关部门") == (
        ["市园林局", "各县（市、区）政府（管委会）", "市直有关部门"],
        False,
    )
    assert split_units("承办单位和协办单位") == (["承办单位", "协办单位"], False)
    assert split_units("") == ([], False)


def test_a_task_with_its_bracket() -> None:
    duty = only("修剪行道树，清理枯枝。（市园林局牵头，市公安局配合）")
    assert (duty.lead, duty.support, duty.deadline) == (("市园林局",), ("市公安局",), None)
    assert duty.duty == "修剪行道树，清理枯枝。"
    assert duty.quote == "修剪行道树，清理枯枝。（市园林局牵头，市公安局配合）"
    assert (duty.document, duty.locator) == ("云岭政〔2022〕1号", "1.")


def test_a_bracket_closed_in_half_width() -> None:
    assert only("修剪行道树。（市园林局、市水利局等按职责分工负责)").lead == ("市园林局", "市水利局")


def test_a_bracket_that_is_not_closed() -> None:
    duty = only("修剪行道树。（责任单位：市园林局，各县〔市、区〕政府〔管委会〕")
    assert (duty.lead, duty.duty) == (("市园林局", "各县（市、区）政府（管委会）"), "修剪行道树。")


@pytest.mark.parametrize(
    "bracket",
    [
        "（牵头单位：市园林局；配合单位：市水利局；完成时限：2026年6月30日前）",
        "（责任单位：市园林局；配合单位：市水利局；完成时间：2026年6月底前）",
        "（市园林局牵头，市水利局配合，2026年6月30日前完成）",
        "（市园林局负责，市水利局配合；2026年6月底前）",
    ],
)
def test_the_day_in_the_bracket_is_that_of_the_task(bracket: str) -> None:
    duty = only(f"新建口袋公园12个。{bracket}")
    assert (duty.lead, duty.support, duty.duty) == (("市园林局",), ("市水利局",), "新建口袋公园12个。")
    assert duty.deadline is not None
    assert duty.deadline.date == date(2026, 6, 30)


def test_a_day_in_the_words_is_a_duty_beside_that_of_the_bracket() -> None:
    found = duties(clause("3月底前确定方案，5月底前开工。（市园林局牵头，2026年6月30日前完成）", "1."))
    days = [duty.deadline.date if duty.deadline else None for duty in found]
    assert days == [date(2026, 6, 30), date(2022, 3, 31), date(2022, 5, 31)]


def test_the_heading_is_the_task_where_only_a_bracket_follows() -> None:
    found = duties(clause("（市园林局负责）", "4.", "修剪行道树。"))
    assert [(duty.duty, duty.lead) for duty in found] == [("修剪行道树。", ("市园林局",))]


def test_two_brackets_in_one_clause_are_two_tasks() -> None:
    found = duties(clause("修剪行道树。（市园林局负责）清理河道。（市水利局负责）", "5."))
    assert [(duty.duty, duty.lead[0]) for duty in found] == [
        ("修剪行道树。", "市园林局"),
        ("清理河道。", "市水利局"),
    ]


def test_a_deadline_of_the_only_sentence_is_that_of_the_task() -> None:
    duty = only("2022年9月底前完成行道树修剪。（市园林局负责）")
    assert duty.deadline is not None and duty.deadline.date == date(2022, 9, 30)


def test_of_a_longer_task_the_dated_sentence_is_a_duty_of_its_own() -> None:
    whole, dated = duties(clause("修剪行道树。2022年9月底前完成普查。（市园林局负责）", "6."))
    assert whole.deadline is None and whole.duty.startswith("修剪行道树")
    assert dated.deadline is not None and dated.duty == "2022年9月底前完成普查。"
    assert dated.lead == ("市园林局",)


def test_the_subject_of_the_dated_sentence_leads_and_the_bracket_supports() -> None:
    found = duties(clause("修剪行道树。2022年9月底前，各区政府要完成普查。（市园林局负责）", "6."))
    assert (found[1].lead, found[1].support) == (("各区政府",), ("市园林局",))


def test_a_paragraph_that_only_says_who_is_responsible() -> None:
    first, second = clause("修剪行道树，2022年9月底前完成。"), clause("责任单位：市园林局、各区政府。")
    found = duties(clause("", "1.", "绿化", first, second))
    assert [(duty.locator, duty.lead) for duty in found] == [("1.", ("市园林局", "各区政府"))] * 2
    assert [duty.deadline is not None for duty in found] == [True, False]


def test_a_bracket_below_a_numbered_item_speaks_of_that_item() -> None:
    items = (clause("种树。（市园林局负责）", "1."), clause("清河。", "2."), clause("（市水利局负责）"))
    found = duties(clause("", "（一）", "绿化", *items))
    assert [(duty.locator, duty.duty, duty.lead[0]) for duty in found] == [
        ("1.", "种树。", "市园林局"),
        ("2.", "清河。", "市水利局"),
    ]


def test_several_responsibilities_below_one_clause() -> None:
    below = [clause(text) for text in ("树木。修剪。", "责任单位：市园林局。", "河道。清淤。", "责任单位：市水利局。")]
    found = duties(clause("", "3.", "城市", *below))
    assert [(duty.locator, duty.lead[0]) for duty in found] == [("3.", "市园林局"), ("第河道。清段", "市水利局")]


def test_a_bracket_by_itself_does_not_speak_of_a_paragraph_that_has_its_own() -> None:
    below = [clause("种树。（市园林局负责）"), clause("清河。"), clause("（市水利局负责）")]
    found = duties(clause("", "3.", "城市", *below))
    assert [(duty.duty, duty.lead) for duty in found] == [("种树。", ("市园林局",)), ("清河。", ("市水利局",))]


def test_what_is_said_for_all_that_follows() -> None:
    first = clause("种树。（市园林局牵头，市水利局负责。以下均需各区政府落实，不再列出）", "1.")
    found = duties(first, clause("清河。（市水利局负责）", "2."))
    assert [duty.support for duty in found] == [("市水利局",), ("各区政府",)]


# sentence: lead, kind of the deadline
SENTENCES: dict[str, tuple[list[str], str]] = {
    "各责任单位要将修剪情况、清理情况等，以及有关问题于每月25日前报送市园林局。": (["各责任单位"], "recurring"),
    "市档案局应当自收到申请之日起10个工作日内答复。": (["市档案局"], "working_days"),
    "灯会结束后，主办单位应当于5个工作日内提交总结。": (["主办单位"], "working_days"),
    "每年9月底前，项目单位向市园林局报送下一年度计划。": (["项目单位"], "recurring"),
    "每年2月底前由各区园林主管部门组织申报。": (["各区园林主管部门"], "recurring"),
    "赏花计划由各牵头单位于8月3日前报市园林局。": (["各牵头单位"], "fixed_date"),
    "8个工作小组每日16:00前将情况报指挥部。": (["8个工作小组"], "recurring"),
    "各区政府、市直有关部门将进展情况于每月20日前反馈至市园林局，由市园林局汇总。": (
        ["各区政府", "市直有关部门"],
        "recurring",
    ),
    "开发区要在2027年4月底前制定花期表。": (["开发区"], "fixed_date"),
    "应当在接到投诉后2个工作日内作出决定。": ([], "working_days"),
    "区级园林、水利部门每月将名单抄送市园林局。": (["区级园林", "水利部门"], "recurring"),
    "政府部门在供地前完成勘察。": (["政府部门"], "event"),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences_with_a_deadline(sentence: str) -> None:
    duty = only(sentence)
    assert duty.deadline is not None
    assert (list(duty.lead), duty.deadline.kind.value) == SENTENCES[sentence]
    assert duty.quote == sentence


def test_the_subject_may_stand_in_the_sentence_before() -> None:
    found = duties(clause("各责任单位要养好花木。长势于每月20日前报市园林局（其中，5月20日、8月20日前报花期）。"))
    assert [duty.lead for duty in found] == [("各责任单位",)] * 3


@pytest.mark.parametrize(
    "text",
    [
        "市档案局逾期30日内未答复的，视为同意。",
        "自领取花灯之日起12个月内归还的，免收押金。",
        "14日内两个以上区发生虫害。",
        "健全政府负责的管理体制。",
        "完善党委领导、政府负责、社会参与的机制。",
        "市园林局主要负责同志任组长。",
        "市园林局应当修剪行道树。",
        "申请人可在10个工作日内提出异议。",
        "序号\t责任单位\t时限\n1\t市园林局\t2022年6月底前完成",
        "",
    ],
)
def test_no_duty(text: str) -> None:
    assert duties(clause(text, "7.")) == []


def test_something_to_see_to() -> None:
    found = duties(clause("市园林局负责修剪行道树；市水利局负责清理河道。本办法由市档案局负责解释。", "8."))
    assert [duty.lead for duty in found] == [("市园林局",), ("市水利局",), ("市档案局",)]
    assert found[0].duty == "市园林局负责修剪行道树"


def test_the_part_of_one_unit() -> None:
    duty = only("市商务局：牵头建立灯会工作机制，统筹各单位。", "（一）")
    assert (duty.lead, duty.duty) == (("市商务局",), "牵头建立灯会工作机制，统筹各单位。")


def test_a_long_task_is_shortened_at_a_sentence_and_says_so() -> None:
    duty = only("修剪行道树。" + "清理枯枝，" * 60 + "。（市园林局负责）")
    assert len(duty.duty) <= 202 and duty.duty.endswith("……")
    assert duty.quote.endswith("（市园林局负责）")


def test_a_whole_document() -> None:
    text = (
        "云岭市人民政府关于办好灯会的通知\n云岭政〔2022〕3号\n\n各县（市、区）人民政府：\n\n现通知如下。\n\n"
        "一、布展\n\n（一）挂灯。在主街挂灯。（市园林局牵头，市供电公司配合）\n\n"
        "（二）收灯。各区政府要于2022年3月底前完成收灯。\n\n云岭市人民政府\n2022年1月5日\n"
    )
    found = [duty for document in read_gazette(text).documents for duty in find_duties(document)]
    assert [(duty.locator, duty.lead) for duty in found] == [
        ("一（一）", ("市园林局",)),
        ("一（二）", ("各区政府",)),
    ]
    printed = found[1].as_dict()
    assert printed["clause"] == "一（二）" and printed["lead"] == ["各区政府"]
    assert isinstance(printed["deadline"], dict) and printed["deadline"]["date"] == "2022-03-31"


PIECES = [
    *BRACKETS,
    *SENTENCES,
    "（",
    "）",
    "责任单位：",
    "由",
    "、",
    "，",
    "。",
    "\n",
    "\t",
    "市",
    "等",
    "负责",
    "每月25日前",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=60)


@given(st.lists(st.tuples(TEXTS, st.sampled_from(["", "1.", "（一）"]), TEXTS), max_size=5))
def test_never_fails_and_quotes_letter_by_letter(given_clauses: list[tuple[str, str, str]]) -> None:
    below = [clause(text, number, heading) for text, number, heading in given_clauses]
    everything = "\n".join(one.text + "\n" + one.heading for one in below)
    for duty in duties(clause("", "一、", "灯会", *below)):
        assert duty.quote in everything
        assert not set(duty.lead) & set(duty.support)
        assert all(2 <= len(name) <= 40 for name in (*duty.lead, *duty.support))

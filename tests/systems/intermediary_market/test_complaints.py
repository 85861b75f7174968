"""Complaints about the market: to whom they go, what is published of them, how they are counted."""

from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import actions as case_actions
from gongbao.office.cases import queries as cases
from gongbao.office.cases.actors import as_party
from gongbao.office.people.actions import keep_unit
from gongbao.procedures import Refused
from gongbao.systems.intermediary_market import actions
from gongbao.systems.intermediary_market.complaints import procedure as market
from gongbao.systems.intermediary_market.complaints import queries
from gongbao.systems.intermediary_market.complaints.privacy import reveals
from gongbao.systems.intermediary_market.complaints.routing import route
from gongbao.systems.intermediary_market.models import Function
from tests.cases.office import COMPLAINT, MONDAY, START, Office, at, complain, open_office

pytestmark = pytest.mark.one_database

FUNCTIONS = {
    Function.OPERATOR: "government-services",
    Function.PRICES: "market-supervision",
    Function.PROCUREMENT: "finance",
    Function.COORDINATION: "development-reform",
}


@pytest.fixture
def office(db: None) -> Office:
    made = open_office()
    for key, zh in (
        ("government-services", "政务服务和大数据管理局"),
        ("finance", "财政局"),
        ("development-reform", "发展和改革委员会"),
    ):
        keep_unit(key, zh=zh, en=key, kind="department", parent="city", at=START)
    for function, unit in FUNCTIONS.items():
        actions.name_competent(function, unit, at=START)
    return made


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        ({"subject": "fees"}, "market-supervision"),
        ({"subject": "agency", "sector_unit": "housing"}, "housing"),
        ({"subject": "qualification", "sector_unit": "fees"}, "market-supervision"),  # a section is its body
        ({"subject": "agency"}, "development-reform"),  # nobody said which sector
        ({"subject": "selection"}, "government-services"),
        ({"subject": "procurement"}, "finance"),
        ({"subject": "owner"}, "development-reform"),
        ({"subject": "authority"}, "development-reform"),
        ({"subject": "other"}, "development-reform"),
        # Never the body complained of, named or called by its name.
        ({"subject": "fees", "against_unit": "market-supervision"}, "development-reform"),
        ({"subject": "fees", "against": "云岭市市场监督管理局"}, "development-reform"),
        ({"subject": "fees", "against_unit": "fees"}, "development-reform"),  # a section of it
        ({"subject": "selection", "against_kind": "operator"}, "development-reform"),
        ({"subject": "procurement", "against": "财 政 局"}, "development-reform"),
        ({"subject": "owner", "against_unit": "development-reform"}, "city"),
        ({"subject": "authority", "against": "发展和改革委员会"}, "city"),
        ({"subject": "fees", "against": "市场监督管理局。"}, "development-reform"),
        ({"subject": "fees", "against": "City of Yunling, market supervision administration"}, "development-reform"),
        # A section of an authority that the list of units has not, or somebody in it.
        ({"subject": "fees", "against_kind": "authority", "against": "市场监督管理局广告科"}, "development-reform"),
        ({"subject": "fees", "against_kind": "authority", "against": "市场监督管理局的人"}, "development-reform"),
        # Words that only look like the name of a body.
        ({"subject": "fees", "against": "市场监督管理局东邻茶馆"}, "market-supervision"),
    ],
)
def test_a_complaint_goes_to_who_is_competent_and_never_to_who_is_complained_of(
    office: Office, given: dict[str, Any], unit: str
) -> None:
    values = {"against_kind": "agency", "against": "云岭测绘有限公司", **given}
    routed = route(values)
    assert routed.unit.key == unit
    assert routed.unit.key not in routed.barred


def test_where_nobody_is_named_it_is_told(db: None) -> None:
    with pytest.raises(GongbaoError, match="no authority is named"):
        route({"subject": "fees", "against": "x", "against_kind": "agency"})


def test_every_subject_has_its_way(office: Office) -> None:
    for subject in market.SUBJECTS:
        assert route({"subject": subject.key, "against": "x", "against_kind": "agency"}).unit.key


def file(office: Office, when: Any = MONDAY, **changed: Any) -> case_actions.Begun:
    given = {**COMPLAINT, **changed}
    routed = route(given)
    return case_actions.begin(
        market.complaint, market.file, given, acting=as_party(market.complainant), unit=routed.unit, at=when,
        barred=routed.barred,
    )  # fmt: skip


def decide(office: Office, case: Any, when: Any, outcome: str = "upheld") -> None:
    office.take(case, "accept", "clerk", when)
    proposal = office.propose(case, "decide", "clerk", when, outcome=outcome, findings="属实。", decision="责令退还。")
    office.sign(proposal, "section-head", when)
    office.sign(proposal, "deputy", when)


@pytest.mark.parametrize(
    "text",
    [
        "投诉人纪小满反映的情况属实。",
        "投诉人纪 小满反映的情况属实。",
        "联系 xiaoman@example.org。",
        "电话13800000000。",
        "电话 138 0000 0000。",
        "证件110101199003070011。",
        "纪\u200b小满反映的情况属实。",
        "联系 XiaoMan＠Example．org。",
        "电话１３８００００００００。",
        "电话 138-0000.0000。",
        "电话138\u200b0000\u200b0000。",
        "证件 110101 19900307 001X。",
    ],
)
def test_what_names_a_person_is_not_published(office: Office, text: str) -> None:
    case = file(office).case
    decide(office, case, MONDAY)
    with pytest.raises(Refused, match="take it out first"):
        office.take(case, "publish", "clerk", published_text=text)
    assert not queries.published().exists()


def test_numbers_that_are_nobodys_are_no_hindrance() -> None:
    assert not reveals(
        "许政办〔2022〕27号，罚款12000元，第13800号案件，合同13-2025-00012，统一社会信用代码91410000MA00000000。", {}
    )


def test_a_decision_is_published_without_the_complainant(office: Office) -> None:
    case = file(office).case
    decide(office, case, MONDAY)
    office.take(case, "publish", "clerk", at("2026-03-03 09:00"), published_text="反映的收费问题属实，已责令退还。")
    (event,) = queries.published()
    shown = queries.as_published(event)
    assert (shown.text, shown.unit.key) == ("反映的收费问题属实，已责令退还。", "market-supervision")
    assert shown.outcome is not None and shown.outcome.zh == "投诉属实"
    assert "纪小满" not in str(shown)


def test_what_the_law_keeps_secret_is_withheld_by_a_signed_step(office: Office) -> None:
    case = file(office).case
    decide(office, case, MONDAY)
    proposal = office.propose(case, "withhold", "clerk", secret_ground="涉及商业秘密")
    office.sign(proposal, "deputy")
    case.refresh_from_db()
    assert case.state == "closed" and not queries.published().exists()


def test_complaints_are_counted_by_unit_and_kind(office: Office) -> None:
    decided, late, refused, _ = (file(office, MONDAY).case for _ in range(4))
    file(office, at("2025-12-31 23:59"))  # another year
    file(office, subject="procurement")
    decide(office, decided, MONDAY)
    decide(office, late, at("2026-03-06 10:00"), outcome="unfounded")  # two days to accept were over on the 4th
    proposal = office.propose(refused, "refuse", "clerk", reason="不属受理范围")
    office.sign(proposal, "section-head")
    found = queries.statistics(2026, at("2026-03-09 10:00"))
    by_unit = {unit.key: counted for unit, counted in found.by_unit}
    mine = by_unit["market-supervision"]
    assert (mine.received, mine.accepted, mine.decided, mine.refused, mine.waiting) == (4, 2, 2, 1, 1)
    assert (mine.late_acceptance, mine.late_decision) == (1, 0)
    assert mine.outcomes == {"upheld": 1, "unfounded": 1}
    assert by_unit["finance"].received == 1
    # Overdue now: the one nobody has looked at, that of finance, and two decisions not published in two days.
    assert (found.total.received, found.total.overdue) == (5, 3)
    assert {label.zh: counted.received for label, counted in found.by_subject} == {
        "服务收费和价格行为": 4,
        "财政性资金项目的采购": 1,
    }
    by_subject = {label.zh: counted.outcomes for label, counted in found.by_subject}
    assert by_subject["服务收费和价格行为"] == mine.outcomes
    assert found.total.outcomes == mine.outcomes
    assert queries.years() == [2026, 2025]


def test_an_unknown_function_or_unit_is_told(office: Office) -> None:
    with pytest.raises(GongbaoError, match="no function"):
        actions.name_competent("weather", "finance", at=START)
    with pytest.raises(GongbaoError, match="no open unit"):
        actions.name_competent("prices", "nowhere", at=START)


def test_a_member_of_the_body_complained_of_never_sees_it(office: Office) -> None:
    case = file(office, against_unit="market-supervision").case
    assert case.unit.key == "development-reform"
    for name in ("clerk", "section-head", "deputy", "second-clerk"):
        assert cases.find(case.uuid, office.desk(name)) is None
    assert complain(office).case.unit == office.market

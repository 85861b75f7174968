"""What belongs to a county is run by the county's desk, and by the city where the county has named none (第六条)."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actors import as_party
from gongbao.office.outbox.models import Message
from gongbao.office.people.actions import give_post, keep_account, keep_unit
from gongbao.office.people.models import Account, Unit
from gongbao.systems.intermediary_market.actions import end_competence, name_competent
from gongbao.systems.intermediary_market.competence import competent, county_of, operating_unit
from gongbao.systems.intermediary_market.complaints import sources
from gongbao.systems.intermediary_market.complaints.actions import complain
from gongbao.systems.intermediary_market.complaints.procedure import complainant
from gongbao.systems.intermediary_market.complaints.routing import route
from gongbao.systems.intermediary_market.contracts import queries as contracts
from gongbao.systems.intermediary_market.models import Competence, Function
from gongbao.systems.intermediary_market.organisations import actions as organisations
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.ratings.models import Conduct
from gongbao.systems.intermediary_market.sealing import actions as sealing
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey
from tests.replayed import replayed
from tests.systems.intermediary_market.awarded import award
from tests.systems.intermediary_market.buying import (
    ENDS,
    MONDAY,
    SELECTION,
    Market,
    again,
    at,
    buying_market,
    market_there,
    seen,
)
from tests.systems.intermediary_market.custodians import open_part, rsa_key
from tests.systems.intermediary_market.parties import FUNCTIONS, PASSWORD, START, uscc
from tests.systems.intermediary_market.test_purchase_pages import on, page, signed_in

pytestmark = pytest.mark.one_database

UNITS = (
    ("east", "东岭县", "Dongling County", "county", "city"),
    ("east-services", "东岭县政务服务中心", "Dongling County Service Centre", "department", "east"),
    ("east-finance", "东岭县财政局", "Dongling County Finance Bureau", "department", "east"),
    ("east-reform", "东岭县发展和改革局", "Dongling County Development and Reform Bureau", "department", "east"),
    ("west", "西岭县", "Xiling County", "county", "city"),
    ("west-services", "西岭县政务服务中心", "Xiling County Service Centre", "department", "west"),
)
PEOPLE = (
    ("east-clerk", "east-services", "clerk"),
    ("east-head", "east-services", "section_head"),
    ("east-second", "east-finance", "clerk"),
    ("west-clerk", "west-services", "clerk"),
)
CUSTODIANS = ("east-clerk", "east-second")


class CountyMarket(Market):
    """The market as the owner and the desk of the county play it: `operator-clerk` and so on are those of the desk."""

    def open(self, purchase: Purchase, part: Part, when: Any) -> Purchase:
        for name in CUSTODIANS:
            open_part(Everybody(), purchase, part, name, when)  # type: ignore[arg-type]
            purchase = again(purchase)
        return purchase


class Everybody:
    """Every account by its name."""

    @property
    def people(self) -> dict[str, Account]:
        return {one.username: one for one in Account.objects.all()}


@replayed
def keep_city() -> None:
    buying_market()
    keep_counties()


def keep_counties() -> None:
    for key, zh, en, kind, parent in UNITS:
        keep_unit(key, zh=zh, en=en, kind=kind, parent=parent, at=START)
    for name, unit, role in PEOPLE:
        account, _ = keep_account(name, password=PASSWORD, at=START)
        give_post(account, unit, role, since=START.date(), at=START)
    name_competent(Function.OPERATOR, "east-services", "east", at=START)
    for number, (name, called, county) in enumerate(
        (("east-school", "东岭县第一中学", "east"), ("west-school", "西岭县第一中学", "west")), start=950
    ):
        account, _ = keep_account(name, password=PASSWORD, at=START)
        organisations.enter_owner(
            uscc(number), organisations.Particulars(called, "institution", f"{called}路1号", "0991-5550099"),
            account=account, county=Unit.objects.get(key=county), actor=KEEPER, at=START,
        )  # fmt: skip


def appoint(*names: str, county: str = "east") -> None:
    for name in names:
        account = Account.objects.get(username=name)
        jwk = rsa_key(name).as_dict(private=False)
        key = sealing.register_custodian_key(account, account.posts.get().unit, jwk, actor=KEEPER, at=START)
        by = Account.objects.get(username="east-head")
        sealing.appoint_custodian(key.uuid, by=by, county=unit(county), actor=KEEPER, at=START)


def unit(key: str) -> Unit:
    return Unit.objects.get(key=key)


@pytest.fixture
def city(db: None) -> Market:
    """The market of the city, in which one county has a desk and another none."""
    keep_city()
    return market_there()


@pytest.fixture
def county(city: Market) -> CountyMarket:
    return of_east(city)


def of_east(city: Market) -> CountyMarket:
    """The market as an owner and the desk of the county have it; two custodians are appointed for it. The clerk of the
    city's operator is `city-clerk`."""
    appoint(*CUSTODIANS)
    people = Everybody().people
    people |= {
        "city-clerk": people["operator-clerk"],
        "operator-clerk": people["east-clerk"],
        "operator-head": people["east-head"],
        "school": people["east-school"],
    }
    parties = replace(
        city.parties,
        people=people,
        units={**city.parties.units, "government-services": unit("east-services")},
        owners=[Organisation.objects.get(county__key="east")],
    )
    return CountyMarket(parties, city.item)


def of_west(city: Market) -> Market:
    """The market as the owner of the county without a desk has it."""
    parties = replace(
        city.parties,
        people={**city.parties.people, "school": Account.objects.get(username="west-school")},
        owners=[Organisation.objects.get(county__key="west")],
    )
    return Market(parties, city.item)


def clients(*names: str) -> list[Client]:
    return [signed_in(Account.objects.get(username=name)) for name in names]


def post(client: Client, name: str, *args: Any, **given: Any) -> Any:
    return client.post(reverse(f"market:{name}", args=args), given)


# --- a selection at the desk of the county


def test_a_selection_of_a_county_from_the_notice_to_the_award_notice(
    city: Market, county: CountyMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    desk, operator, other = clients("east-clerk", "operator-clerk", "west-clerk")
    name_competent(Function.OPERATOR, "west-services", "west", at=START)
    purchase = county.submit()
    assert purchase.case.unit.key == "east-services"

    # The desk is served; the city's operator reads it; the desk of another county is told of nothing.
    assert "教学楼安全鉴定" in page(desk, "purchases_at_desk")
    assert "教学楼安全鉴定" in page(operator, "purchases_at_desk")
    assert "教学楼安全鉴定" not in page(other, "purchases_at_desk")
    assert reverse("market:publish_notice", args=[purchase.uuid]) in page(desk, "purchase_at_desk", purchase.uuid)
    read = page(operator, "purchase_at_desk", purchase.uuid)
    assert reverse("market:publish_notice", args=[purchase.uuid]) not in read
    assert "本采购由东岭县政务服务中心办理，此处仅供查看。" in read
    assert reverse("cases:case", args=[purchase.case.uuid]) not in read
    page(other, "purchase_at_desk", purchase.uuid, status=404)

    refused = post(operator, "publish_notice", purchase.uuid, seen=seen(purchase))
    assert refused.status_code == 403 and "须由该单位经办人操作" in refused.content.decode()
    assert operator.get(reverse("cases:step", args=[purchase.case.uuid, "ask_corrections"])).status_code == 404
    assert post(other, "publish_notice", purchase.uuid, seen=seen(purchase)).status_code == 404
    assert again(purchase).case.state == "reviewing"
    assert post(desk, "publish_notice", purchase.uuid, seen=seen(purchase)).status_code == 302
    purchase = again(purchase)
    assert purchase.case.state == "open"
    assert "东岭县政务服务中心" in page(Client(), "notice", purchase.uuid)

    county.register(purchase, (0, 1), ("500", "400"))
    purchase = county.open(county.close(purchase), Part.REGISTRATION, ENDS + timedelta(hours=9))
    purchase = county.open(county.checked(purchase), Part.OFFER, SELECTION)
    purchase = county.owner_step(county.settle(purchase), "confirm")
    on(monkeypatch, "2026-03-11 10:00")
    desk, operator, other = clients("east-clerk", "operator-clerk", "west-clerk")
    step = reverse("cases:step", args=[purchase.case.uuid, "publish_award"])
    assert operator.post(step, {"seen": seen(purchase)}).status_code == 404
    assert desk.post(step, {"seen": seen(purchase)}).status_code == 302
    purchase = again(purchase)
    assert purchase.case.state == "announced" and purchase.selected is not None
    assert purchase.selected.organisation == city.parties.agencies[1]

    # The contract that follows lies with the desk, and the city's operator reads it.
    purchase = county.desk(purchase, "issue_award", at("2026-03-19 09:00"))
    contract = contracts.of_purchase(purchase)
    assert contract is not None and contract.case.unit.key == "east-services"
    for client, status in ((desk, 200), (operator, 200), (other, 404)):
        page(client, "contract", contract.uuid, status=status)


def test_the_city_and_auditors_see_all_desks_and_everybody_whose_it_is(city: Market, county: CountyMarket) -> None:
    of_city, of_county = city.published(project_name="市级学校鉴定"), county.published(project_name="县级学校鉴定")
    for client in clients("operator-clerk", "auditor"):
        shown = page(client, "purchases_at_desk")
        assert "市级学校鉴定" in shown and "县级学校鉴定" in shown and "东岭县政务服务中心" in shown
    for found, run_by in ((of_city, "政务服务和大数据管理局"), (of_county, "东岭县政务服务中心")):
        answer = Client().get(reverse("market:release", args=[found.uuid])).json()
        assert answer["publisher"]["name"] == run_by
    package = Client().get(reverse("market:releases"), {"year": "2026"}).json()
    assert package["publisher"]["name"] == "政务服务和大数据管理局" and len(package["releases"]) == 2


def test_only_the_desk_gives_the_share_of_the_operator_in_a_draw(
    city: Market, county: CountyMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2026-03-03 09:30")
    purchase = county.published(way="random_draw")
    given = {"party": "operator", "commitment": "0" * 64, "sealed": "x"}
    address = reverse("market:draw_commit", args=[purchase.uuid])
    desk, operator, other = clients("east-clerk", "operator-clerk", "west-clerk")
    for client, has_form, status in ((desk, True, 400), (operator, False, 404), (other, False, 404)):
        assert (address in page(client, "draw", purchase.uuid)) is has_form
        assert client.post(address, given, content_type="application/json").status_code == status


def test_whom_a_result_that_is_not_confirmed_is_told(county: CountyMarket) -> None:
    name_competent(Function.COORDINATION, "east-reform", "east", at=START)
    give_post(keep_account("reform-head", password=PASSWORD, at=START)[0], "east-reform", "section_head",
              since=START.date(), at=START)  # fmt: skip
    purchase = county.selected()
    cases.tend_due(at("2026-03-13 00:00"))
    told = Message.objects.filter(about=purchase.subject, subject_zh__contains="逾期未确认")
    assert {"east-services", "east-reform", "finance"} <= {one.unit.key for one in told if one.unit}
    assert not told.filter(unit__key__in=("government-services", "development-reform")).exists()


# --- who is competent


def test_without_a_desk_the_city_runs_it_and_what_runs_stays(city: Market) -> None:
    west = of_west(city)
    before = west.published()
    assert before.case.unit.key == "government-services" and before.sealing.first.county is None
    name_competent(Function.OPERATOR, "west-services", "west", at=START)
    assert again(before).case.unit.key == "government-services"
    assert west.submit(project_name="另一项目").case.unit.key == "west-services"
    end_competence(Function.OPERATOR, "west", at=START)
    assert west.submit(project_name="又一项目").case.unit.key == "government-services"
    with pytest.raises(GongbaoError, match="has named no unit"):
        end_competence(Function.OPERATOR, "west", at=START)


def test_a_desk_that_is_closed_runs_nothing_new(city: Market) -> None:
    east = Organisation.objects.get(county__key="east")
    assert operating_unit(east).key == "east-services"
    for name in ("east-clerk", "east-head"):
        keep_account(name, is_open=False, at=START)
    with recorded("tests.close", actor=KEEPER, ground=OUR_RULE, at=START) as record:
        Unit.objects.filter(key="east-services").update(closed=True)
        record("unit:east-services")
    assert operating_unit(east).key == "government-services"


@pytest.mark.parametrize(
    ("function", "key", "county", "why"),
    [
        ("operator", "west-services", "east", "no unit of the county east"),
        ("operator", "east-services", "", "no unit of the city's own level"),
        ("operator", "east-services", "finance", "no open county or district finance"),
        ("operator", "nowhere", "east", "no open unit"),
        ("weather", "east-services", "east", "there is no function weather"),
    ],
)
def test_a_county_names_a_unit_of_its_own(city: Market, function: str, key: str, county: str, why: str) -> None:
    with pytest.raises(GongbaoError, match=why):
        name_competent(function, key, county, at=START)
    assert Competence.objects.count() == len(FUNCTIONS) + 1


def test_each_function_is_named_once_for_a_county(city: Market) -> None:
    for key in ("east-finance", "east-finance", "east-services"):
        name_competent(Function.PROCUREMENT, key, "east", at=START)
    assert competent(Function.PROCUREMENT, unit("east")) == unit("east-services")
    assert competent(Function.PROCUREMENT, unit("west")) == competent(Function.PROCUREMENT) == unit("finance")
    with pytest.raises(GongbaoError, match="not ended: name another"):
        end_competence(Function.PROCUREMENT, "", at=START)
    shown = page(Client(), "market")
    assert "东岭县政务服务中心" in shown and "西岭县" not in shown


def test_in_which_county_a_unit_stands(city: Market) -> None:
    assert county_of(unit("east-services")) == county_of(unit("east")) == unit("east")
    assert county_of(unit("finance")) is None and county_of(None) is None


# --- conduct


def test_a_desk_proposes_conduct_in_its_own_purchases_and_the_city_decides(city: Market, county: CountyMarket) -> None:
    agency, other = county.parties.agencies[:2]
    of_county = award(county.parties, owner=county.owner, agency=agency)
    of_city = award(city.parties, owner=city.owner, agency=agency, code="WATER-2")
    desk, head, of_west, operator = clients("east-clerk", "east-head", "west-clerk", "operator-clerk")
    form = page(desk, "propose_conduct")
    assert 'name="v-receipt"' in form and 'name="v-source"' not in form
    typed = {"v-kind": "b2", "v-happened_on": "2026-03-16", "v-facts": "另收资料费。"}

    def proposed(client: Client, receipt: str, uscc: str) -> Any:
        return post(client, "propose_conduct", **typed, **{"v-receipt": receipt, "v-uscc": uscc})

    receipt = of_county.purchase.case.receipt
    # Of a purchase of the city, of an agency that takes no part, of a number that is none: each is told at its field.
    for number, code in ((of_city.purchase.case.receipt, agency.uscc), (receipt, other.uscc), ("X", agency.uscc)):
        answer = proposed(desk, number, code)
        assert answer.status_code == 400 and "本单位没有该编号" in answer.content.decode()
        assert "另收资料费。" in answer.content.decode() and not Conduct.objects.exists()
    for client in (head, of_west):
        assert proposed(client, receipt, agency.uscc).status_code == 403
    assert proposed(desk, receipt, agency.uscc).status_code == 302

    conduct = Conduct.objects.get()
    event = conduct.case.events.get()
    assert (conduct.case.unit.key, event.role, event.unit_key) == ("government-services", "county", "east-services")
    assert event.values["source"] == "county" and receipt in event.personal.values["facts"]
    # The desk sees what became of it and no more; the city's operator hears the agency and decides.
    seen = page(desk, "conduct_desk")
    assert agency.name in seen and "待核查" in seen
    assert reverse("cases:case", args=[conduct.case.uuid]) not in seen
    assert desk.get(reverse("cases:case", args=[conduct.case.uuid])).status_code == 404
    assert post(desk, "check_conduct").status_code == 403
    page(of_west, "conduct_desk", status=403)
    case = operator.get(reverse("cases:case", args=[conduct.case.uuid])).content.decode()
    assert "另收资料费。" in case and "县（市、区）运维机构" in case
    assert reverse("cases:step", args=[conduct.case.uuid, "conduct_notify"]) in case


# --- complaints


FACTS = {
    "against_kind": "owner", "against": "东岭县第一中学", "facts": "评分办法与公告不符。",
    "complainant_name": "远志", "complainant_contact": "",
}  # fmt: skip


def complained(purchase: Purchase, **given: Any) -> Any:
    about = sources.find("purchase", purchase.uuid, [purchase.owner], None)
    assert about is not None
    return complain(about.source, FACTS | given, acting=as_party(complainant), at=MONDAY).case


def test_a_complaint_about_a_selection_goes_to_the_desk_that_ran_it(city: Market, county: CountyMarket) -> None:
    assert complained(city.published(), subject="selection").unit.key == "government-services"
    purchase = county.published()
    assert complained(purchase, subject="selection").unit.key == "east-services"
    end_competence(Function.OPERATOR, "east", at=START)
    assert complained(purchase, subject="selection").unit.key == "east-services"


def test_a_complaint_about_the_operator_names_the_one_that_ran_it(city: Market, county: CountyMarket) -> None:
    purchase = county.published()
    about = sources.find("purchase", purchase.uuid, [purchase.owner], None)
    assert about is not None and about.against.unit == "east-services"
    given = {"subject": "selection", "against_kind": "operator", "against": "运维机构"}
    case = complained(purchase, **given)
    assert case.unit.key == "development-reform" and case.barred == ["east-services"]
    name_competent(Function.COORDINATION, "east-reform", "east", at=START)
    assert complained(purchase, **given).unit.key == "east-reform"
    of_city = complained(city.published(), **given)
    assert of_city.unit.key == "development-reform" and of_city.barred == ["government-services"]
    # Where nobody tells which operator it is, none of them handles it.
    assert set(route(given).barred) == {"east-services", "government-services"}
    assert route({**given, "against_unit": "east-services"}).barred == ("east-services",)


def test_finance_of_the_county_has_what_concerns_its_owners(city: Market, county: CountyMarket) -> None:
    purchase = county.published()
    assert complained(purchase, subject="procurement").unit.key == "finance"
    name_competent(Function.PROCUREMENT, "east-finance", "east", at=START)
    assert complained(purchase, subject="procurement").unit.key == "east-finance"
    assert complained(city.published(), subject="procurement").unit.key == "finance"
    # Of a body of the county that is complained of without a purchase.
    given = {**FACTS, "subject": "procurement", "against": "某处", "against_unit": "east-reform"}
    assert route(given).unit.key == "east-finance"
    assert route({**given, "against_unit": "east-finance"}).unit.key == "development-reform"


# --- custodians


def test_finance_of_a_county_sees_what_its_owners_spend_and_no_other_county_any(
    city: Market, county: CountyMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2026-03-02 10:00")
    of_county, of_city = clients("east-second", "finance-clerk")
    assert of_county.get(reverse("market:spending")).status_code == 404  # the city's finance does it for the county
    name_competent(Function.PROCUREMENT, "east-finance", "east", at=START)
    city.submit()
    county.submit()
    told = page(of_county, "spending")
    assert (
        "东岭县第一中学" in told and "青禾学校" not in told and reverse("market:spending") in page(of_county, "market")
    )
    assert "东岭县第一中学" in page(of_city, "spending") and "青禾学校" in page(of_city, "spending")
    book = of_county.get(reverse("market:spending_workbook")).content
    cells = {one for row in load_workbook(BytesIO(book)).active.iter_rows(values_only=True) for one in row}
    assert "东岭县第一中学" in cells and "青禾学校" not in cells


def test_a_desk_seals_to_custodians_of_its_own(city: Market, county: CountyMarket) -> None:
    of_county, of_city = county.published().sealing, city.published().sealing
    assert [one.account.username for one in (of_county.first, of_county.second)] == ["east-clerk", "east-second"]
    assert [one.account.username for one in (of_city.first, of_city.second)] == ["operator-clerk", "housing-clerk"]


def test_a_desk_without_two_custodians_publishes_nothing(city: Market, county: CountyMarket) -> None:
    purchase = county.submit()
    sealing.end_custodian_key(CustodianKey.objects.get(account__username="east-second").uuid, actor=KEEPER, at=START)
    with pytest.raises(GongbaoError, match="two custodians are appointed"):
        county.publish(purchase)
    assert again(purchase).case.state == "reviewing"
    city.published()  # the city's are appointed


def test_the_head_of_a_desk_appoints_for_its_county_alone(city: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    second = Account.objects.get(username="east-second")
    jwk = rsa_key("east-second").as_dict(private=False)
    key = sealing.register_custodian_key(second, unit("east-finance"), jwk, actor=KEEPER, at=START)
    head, of_city, clerk = clients("east-head", "operator-head", "east-clerk")
    assert "指定（东岭县）" in page(head, "custody")
    assert post(head, "appoint_custodian", key.uuid, county="").status_code == 403
    assert post(head, "appoint_custodian", key.uuid, county="west").status_code == 403
    assert post(clerk, "appoint_custodian", key.uuid, county="east").status_code == 403
    for _again in range(2):
        assert post(head, "appoint_custodian", key.uuid, county="east").status_code == 302
    key.refresh_from_db()
    assert key.county == unit("east")
    assert "已指定（东岭县）" in page(of_city, "custody")
    refused = post(of_city, "appoint_custodian", key.uuid, county="")
    assert refused.status_code == 400 and "已指定用于另一运维机构" in refused.content.decode()
    assert post(of_city, "end_custodian_key", key.uuid).status_code == 403
    assert post(head, "end_custodian_key", key.uuid).status_code == 302


# --- where an owner belongs


def test_an_owner_says_where_it_belongs_and_the_operator_confirms_it(
    city: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2026-03-02 09:30")
    account = city.parties.people["nobody"]
    organisation = organisations.ask_to_buy(
        uscc(960), organisations.Particulars("岭上水库管理处", "institution", "岭上路1号", "0991-5550100"),
        account=account, county=unit("west"), actor=KEEPER, at=MONDAY,
    )  # fmt: skip
    operator, desk = clients("operator-clerk", "east-clerk")
    assert "西岭县" in page(operator, "desk")
    form = page(operator, "place_owner", organisation.uuid)
    assert 'value="west" checked' in form and "市本级" in form
    page(desk, "place_owner", organisation.uuid, status=404)
    assert post(desk, "admit_owner", organisation.uuid).status_code == 404
    assert post(operator, "place_owner", organisation.uuid).status_code == 400
    assert post(operator, "place_owner", organisation.uuid, **{"v-level": "east"}).status_code == 302
    assert post(operator, "admit_owner", organisation.uuid).status_code == 302
    organisation.refresh_from_db()
    assert organisation.is_owner and organisation.county == unit("east")
    assert "东岭县" in page(signed_in(account), "mine_one", organisation.uuid)
    # Later it is found to be of the city: it is told, and what it hands in goes there.
    for _again in range(2):
        assert post(operator, "place_owner", organisation.uuid, **{"v-level": "city"}).status_code == 302
    organisation.refresh_from_db()
    assert organisation.county is None and operating_unit(organisation).key == "government-services"
    assert Message.objects.filter(about=organisation.subject, account=account, subject_zh__contains="级别").count() == 1


def test_the_form_asks_an_owner_and_no_agency_where_it_belongs(city: Market) -> None:
    assert 'name="v-level"' in page(Client(), "enter_as", "owner")
    assert 'name="v-level"' not in page(Client(), "enter_as", "agency")


def test_a_body_of_the_office_belongs_where_its_unit_stands(city: Market) -> None:
    account = city.parties.people["nobody"]
    told = organisations.Particulars("东岭县财政局", "state_organ", "县府路1号", "0991-5550101")
    made = organisations.enter_owner(
        uscc(961), told, account=account, unit=unit("east-finance"), county=unit("west"), actor=KEEPER, at=START
    )
    assert made.county == unit("east") and operating_unit(made).key == "east-services"
    with pytest.raises(GongbaoError, match="that of its unit"):
        organisations.place_owner(made, None, actor=KEEPER, at=MONDAY)
    with pytest.raises(GongbaoError, match="no county or district"):
        organisations.place_owner(city.owner, unit("finance"), actor=KEEPER, at=MONDAY)
    with pytest.raises(GongbaoError, match="does not buy"):
        organisations.place_owner(city.parties.agencies[0], unit("east"), actor=KEEPER, at=MONDAY)


def test_what_was_kept_before_there_were_counties_follows_its_units(city: Market) -> None:
    account = city.parties.people["nobody"]
    told = organisations.Particulars("东岭县财政局", "state_organ", "县府路1号", "0991-5550101")
    made = organisations.enter_owner(
        uscc(961), told, account=account, unit=unit("east-finance"), actor=KEEPER, at=START
    )
    migration = import_module("gongbao.systems.intermediary_market.migrations.0010_counties")
    with recorded("tests.migrate", actor=KEEPER, ground=OUR_RULE, at=START) as record:
        Organisation.objects.filter(pk=made.pk).update(county=None)
        with connection.schema_editor(atomic=False) if connection.vendor == "postgresql" else _Editor() as editor:
            migration.follow_unit(apps, editor)
        record(made.subject)
    made.refresh_from_db()
    assert made.county == unit("east")
    assert not Organisation.objects.filter(unit=None, county__isnull=False, uscc=city.owner.uscc).exists()


class _Editor:
    """On SQLite a schema cannot be edited within a transaction; all that is asked of it here is the connection."""

    connection = connection

    def __enter__(self) -> "_Editor":
        return self

    def __exit__(self, *error: object) -> None:
        pass

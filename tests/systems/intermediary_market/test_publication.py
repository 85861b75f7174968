"""What is published of selections: never before it is public, and in the form of the standard."""

import io
import json
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft4Validator
from openpyxl import load_workbook
from referencing import Registry, Resource

from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.publication import ocds, queries, views
from gongbao.systems.intermediary_market.publication.actions import keep_figures
from gongbao.systems.intermediary_market.purchases import actions
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests import rig
from tests.systems.intermediary_market.awarded import Play
from tests.systems.intermediary_market.buying import ENDS, MONDAY, SELECTION, Market, again, at, buying_market, seen
from tests.systems.intermediary_market.parties import Parties

SCHEMAS = rig.SCHEMAS / "ocds-1.1"
ISSUED = at("2026-03-19 10:00")

once = pytest.mark.one_database


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def selection(purchase: Purchase) -> queries.Selection:
    found = queries.selection(purchase.uuid)
    assert found is not None
    return found


def package(*purchases: Purchase) -> dict[str, Any]:
    made = ocds.package(
        [selection(one) for one in purchases],
        uri="https://market.example/package.json",
        notice=lambda uuid: f"https://market.example/{uuid}/",
        publisher="政务服务和大数据管理局",
        at=ISSUED,
    )
    return json.loads(json.dumps(made, ensure_ascii=False))


def release(purchase: Purchase) -> dict[str, Any]:
    return package(purchase)["releases"][0]


def names(parties: Parties) -> list[str]:
    return [part for one in Organisation.objects.filter(is_agency=True) for part in (one.name, one.uscc)]


# --- not before it is public


@once
def test_nothing_is_told_before_the_notice(market: Market) -> None:
    purchase = market.submit()
    assert queries.selection(purchase.uuid) is None and queries.years() == []
    assert queries.figures(2026, MONDAY).notices == 0


@once
def test_no_stage_before_the_award_notice_tells_who_registered_or_how_many(market: Market) -> None:
    """Nor does what is told change on the way: each opening leaves it as it is but for the deadline."""
    purchase = market.published()
    told = release(purchase)
    assert told["tender"]["status"] == "active" and told["tag"] == ["tender"]
    stages = []
    market.register(purchase, [0, 1, 2], ["48123.45", "48123.46", "50000"])
    stages.append(release(purchase))
    purchase = market.close(purchase)
    stages.append(release(purchase))
    purchase = market.open(purchase, Part.REGISTRATION, ENDS + timedelta(hours=9))
    stages.append(release(purchase))
    purchase = market.checked(purchase)
    stages.append(release(purchase))
    purchase = market.open(purchase, Part.OFFER, SELECTION)
    stages.append(release(purchase))
    purchase = market.settle(purchase)
    stages.append(release(purchase))
    purchase = market.owner_step(purchase, "confirm")
    stages.append(release(purchase))
    held = market.owner_step(purchase, "hold_back", unpublished_ground="尚有事项未了", unpublished_until="2026-04-01")
    stages.append(release(held))
    assert all(one == told for one in stages)
    words = json.dumps(stages, ensure_ascii=False)
    assert not [one for one in names(market.parties) if one in words] and "48123" not in words
    found = queries.figures(2026, SELECTION)
    assert found.registered == () and found.shares == () and found.mean_registered is None
    # When custodians opened something is no secret; what and of whom is.
    assert [one.clock.key for one in found.stages] == ["form_review", "names_opening", "offers_opening"]


# --- as it becomes public


def test_a_selection_up_to_its_contract_is_a_release_of_the_standard(market: Market) -> None:
    purchase = market.announced(prices=("48123.45", "48123.46"))
    made = release(purchase)
    agency = market.parties.agencies[0]
    assert made["awards"][0]["status"] == "pending" and made["awards"][0]["value"]["amount"] == 48123.45
    assert made["awards"][0]["suppliers"] == [{"id": f"CN-USCC-{agency.uscc}", "name": agency.name}]
    assert made["tender"]["numberOfTenderers"] == 2 == len(made["tender"]["tenderers"])
    roles = {one["id"]: one["roles"] for one in made["parties"]}
    assert roles[f"CN-USCC-{agency.uscc}"] == ["tenderer", "supplier"]
    assert roles[f"CN-USCC-{market.owner.uscc}"] == ["buyer", "procuringEntity"]
    assert "文竹" not in json.dumps(made, ensure_ascii=False) and "0991" not in json.dumps(made)
    valid(package(purchase))
    with pytest.raises(AssertionError, match="is not one of"):
        valid({**package(purchase), "releases": [made | {"tender": made["tender"] | {"status": "done"}}]})

    purchase = market.desk(purchase, "issue_award", ISSUED)
    play = Play(market.parties, purchase.contracts.get())
    signed = ISSUED + timedelta(days=1)
    play.signed(signed, amount="48123.45", deliver_by="2026-05-01")
    before = release(purchase)
    assert "contracts" not in before
    play.filed(signed)
    made = release(purchase)
    assert made["id"] != before["id"] and made["date"] == signed.isoformat()
    assert made["tag"] == ["tender", "award", "contract"] and made["awards"][0]["status"] == "active"
    (contract,) = made["contracts"]
    assert contract["awardID"] == made["awards"][0]["id"] and contract["value"]["amount"] == 48123.45
    assert contract["dateSigned"].startswith("2026-03-20")
    valid(package(purchase))


def test_of_public_funds_instalments_and_confirmed_payments_are_told(market: Market) -> None:
    purchase = market.desk(market.announced(prices=("48123.45", "48123.46")), "issue_award", ISSUED)
    one, when = Play(market.parties, purchase.contracts.get()), ISSUED + timedelta(days=1)
    schedule = "预付款|8123.45|advance|\n成果|40000|delivery|"
    one.signed(when, amount="48123.45", deliver_by="2026-05-01", schedule=schedule).filed(when)
    one.invoiced(when, "8123.45")
    one.take("owner", "contract_pay", when, paid_on=when.date(), payment="8123.45")
    before = release(purchase)
    told = before["contracts"][0]["implementation"]
    assert [(one["type"], one["status"]) for one in told["milestones"]] == [
        ("financing", "scheduled"), ("delivery", "scheduled"),
    ]  # fmt: skip
    assert "transactions" not in told and "00001" not in json.dumps(told)  # not confirmed; and no number of an invoice
    one.take("agency", "contract_confirm", when)
    one.accepted(when + timedelta(days=1))
    made = release(purchase)
    told = made["contracts"][0]["implementation"]
    assert [one["status"] for one in told["milestones"]] == ["met", "met"] and made["id"] != before["id"]
    assert told["milestones"][1]["dateMet"].startswith("2026-03-21")
    assert [one["value"]["amount"] for one in told["transactions"]] == [8123.45]
    valid(package(purchase))


def test_a_failure_and_what_follows_it(market: Market) -> None:
    failed = market.checked(market.opened([0]), rejected=[0])
    made = release(failed)
    assert made["tender"]["status"] == "unsuccessful" and made["tender"]["numberOfTenderers"] == 1
    assert "tenderers" not in made["tender"] and "awards" not in made
    following = market.publish(market.submit(SELECTION, previous=failed), SELECTION)
    assert release(following)["relatedProcesses"][0]["identifier"] == made["ocid"]
    valid(package(failed, following))
    found = queries.figures(2026, SELECTION)
    assert found.by_way == (("lowest_price", 2, 1, 1),) and found.registered == ((1, 1),)


@once
def test_a_negotiation_is_told_from_its_award_notice_on(market: Market) -> None:
    first = market.checked(market.opened([]))
    second = market.close(market.publish(market.submit(SELECTION, previous=first), SELECTION))
    assert second.registration_ends_at is not None
    closed = second.registration_ends_at + timedelta(hours=9)
    second = market.open(second, Part.REGISTRATION, closed)
    actions.finish_check(second, account=market.account, at=closed, seen=seen(second))
    when = at("2026-03-25 10:00")
    agency = market.parties.agencies[3]
    third = actions.negotiate(again(second), agency, "79000", "no", "两次废标", account=market.account, at=when)
    assert queries.selection(third.uuid) is None
    made = release(market.desk(again(third), "publish_award", when))
    assert made["tender"]["procurementMethod"] == "limited" and made["awards"][0]["value"]["amount"] == 79000
    assert "tenderPeriod" not in made["tender"]
    valid(package(third))


@once
def test_an_annulled_award_is_told_as_cancelled(market: Market) -> None:
    purchase = market.desk(
        market.announced(), "annul", annulled_for="same_person", findings="查明", annulled_because="理由"
    )
    made = release(purchase)
    assert made["awards"][0]["status"] == "cancelled" and made["tender"]["status"] == "cancelled"
    assert queries.figures(2026, SELECTION).awards == 0
    valid(package(purchase))


@once
def test_each_release_of_another_moment_has_another_name(market: Market) -> None:
    purchase = market.published()
    before = release(purchase)
    after = release(market.owner_step(purchase, "withdraw_purchase", MONDAY + timedelta(hours=1), reason="不再需要"))
    assert after["id"] != before["id"] and after["tender"]["status"] == "cancelled"
    assert after["date"] == "2026-03-02T10:30:00+08:00"


# --- in figures


def test_awards_and_registrants_are_counted(market: Market, django_assert_num_queries: Any) -> None:
    purchase = market.announced(prices=("100", "200"))
    found = queries.figures(2026, SELECTION)
    assert found.notices == 1 and found.registered == ((2, 1),) and found.mean_registered == Decimal("2.0")
    agency = market.parties.agencies[0]
    assert [(one.agency, one.name, one.awards, one.amount) for one in found.shares] == [
        (agency.uuid, agency.name, 1, Decimal(100))
    ]
    assert found.concentration == 10_000
    stages = {one.clock.key: one for one in found.stages}
    assert stages["form_review"].met == 1 and stages["confirmation"].late == 0
    assert stages["publicity"].waiting == 1
    assert queries.figures(2025, SELECTION).notices == 0
    with django_assert_num_queries(2):  # asked again, nothing is counted again
        assert queries.figures(2026, SELECTION) == found
    market.desk(purchase, "issue_award", ISSUED)
    (stage,) = (one for one in queries.figures(2026, SELECTION).stages if one.key == "publicity")
    assert (stage.met, stage.late, stage.waiting, stage.days) == (1, 0, 0, 8)


@once
def test_a_result_confirmed_too_late_counts_as_late(market: Market) -> None:
    from gongbao.office.cases import actions as cases

    purchase = market.selected()
    late = SELECTION + timedelta(days=3)
    cases.tend_due(late)
    market.desk(market.owner_step(again(purchase), "confirm", late), "publish_award", late)
    (stage,) = (one for one in queries.figures(2026, late).stages if one.clock.key == "confirmation")
    assert (stage.met, stage.late) == (0, 1)


@once
def test_a_contract_that_is_not_signed_in_time_is_overdue(market: Market) -> None:
    """Five working days from the 19th end on the 26th."""
    purchase = market.desk(market.announced(), "issue_award", ISSUED)
    for now, waiting, overdue in ((ISSUED + timedelta(days=7), 1, 0), (ISSUED + timedelta(days=8), 0, 1)):
        (stage,) = (one for one in queries.figures(2026, now).stages if one.clock.key == "contract_signing")
        assert (stage.met, stage.late, stage.waiting, stage.overdue) == (0, 0, waiting, overdue), purchase


def test_figures_of_a_large_year_are_those_that_the_worker_kept(
    client: Any, market: Market, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    purchase = market.announced(prices=("100", "200"))
    assert keep_figures(SELECTION) == 0  # small: worked out when it is asked for
    monkeypatch.setattr(queries, "AT_ONCE", 1)
    assert queries.figures(2026, SELECTION).at == SELECTION  # nothing is kept yet
    assert (keep_figures(SELECTION), keep_figures(SELECTION)) == (1, 0)
    then = queries.compute_figures(2026, SELECTION)
    market.desk(purchase, "issue_award", ISSUED)
    with django_assert_num_queries(2):
        assert queries.figures(2026, ISSUED) == then
    assert "2026-03-11 09:30" in client.get("/market/figures/?year=2026").content.decode()
    assert keep_figures(ISSUED) == 1  # of a day before
    (stage,) = (one for one in queries.figures(2026, ISSUED).stages if one.key == "publicity")
    assert (stage.met, stage.waiting) == (1, 0)


def test_kept_figures_are_worked_out_anew_where_something_happened_and_not_too_often(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = market.announced()
    monkeypatch.setattr(queries, "AT_ONCE", 1)
    before, soon, later = (ISSUED + timedelta(minutes=one) for one in (-1, 28, 29))
    assert keep_figures(before) == 1 and keep_figures(later) == 0  # nothing happened
    market.desk(purchase, "issue_award", ISSUED)
    assert keep_figures(soon) == 0 and keep_figures(later) == 1
    assert queries.figures(2026, later) == queries.compute_figures(2026, later)
    assert keep_figures(later + queries.ANEW_AFTER) == 0


@pytest.mark.parametrize(
    ("amount", "written"), [("80000.00", 80000), ("48123.45", 48123.45), ("9999999999999.99", 9999999999999.99)]
)
def test_amounts_are_numbers_and_the_same(amount: str, written: float) -> None:
    found = ocds.number(Decimal(amount))
    assert found == written and Decimal(json.dumps(found)) == Decimal(amount)


def test_an_amount_that_json_has_no_number_for_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        ocds.number(Decimal("99999999999999999.99"))


# --- pages


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_and_files_are_there_for_everybody(client: Any, market: Market, language: str) -> None:
    client.cookies["django_language"] = language
    assert client.get("/market/figures/").status_code == client.get("/market/open-data/").status_code == 200
    purchase = market.announced()
    agency = market.parties.agencies[0].name
    page = client.get("/market/figures/?year=2026").content.decode()
    assert agency in page and "10000" in page.replace(",", "")
    assert "releases.json?year=2026&amp;page=1" in client.get("/market/open-data/").content.decode()
    told = client.get("/market/open-data/releases.json?year=2026").json()
    assert [one["ocid"] for one in told["releases"]] == [f"{ocds.PREFIX}-{purchase.uuid}"]
    one = client.get(f"/market/open-data/{purchase.uuid}.json").json()
    assert one["releases"] == told["releases"] and one["publisher"]["name"] == "政务服务和大数据管理局"
    rows = book(client.get("/market/open-data/selections.xlsx?year=2026").content)
    assert any(agency in [str(cell) for cell in row] for row in rows)
    assert book(client.get("/market/figures.xlsx?year=2026").content)


def test_a_workbook_of_selections_has_no_more_rows_than_it_may(
    client: Any, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ROWS", 1)
    for name in ("甲号楼鉴定", "乙号楼鉴定"):
        market.published(project_name=name)
    address = "/market/open-data/selections.xlsx?year=2026&page="
    told = [str(book(client.get(f"{address}{page}").content)) for page in (1, 2)]
    assert ["甲号楼鉴定" in one for one in told] == [False, True]
    assert ["乙号楼鉴定" in one for one in told] == [True, False]
    assert client.get(f"{address}3").status_code == 404
    assert "selections.xlsx?year=2026&amp;page=2" in client.get("/market/open-data/").content.decode()


@once
@pytest.mark.parametrize(
    "address",
    [
        "figures/?year=1999",
        "figures/?year=x",
        "open-data/releases.json?year=2026&page=2",
        "open-data/releases.json?page=a",
        "open-data/selections.xlsx?year=2026&page=2",
        "open-data/4c6c1a44-0f57-4a3c-9a3e-6d6f8f6f0000.json",
    ],
)
def test_what_is_not_there_is_told_as_such(client: Any, market: Market, address: str) -> None:
    assert client.get(f"/market/{address}").status_code == 404


def book(content: bytes) -> list[tuple[Any, ...]]:
    return [row for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows(values_only=True)]


def valid(made: dict[str, Any]) -> None:
    """Against the standard's own schemas, where they are at hand."""
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of the standard are not here")
    wrong = list(validator().iter_errors(made))
    assert not wrong, [f"{list(one.absolute_path)}: {one.message}" for one in wrong]


@cache
def validator() -> Draft4Validator:
    registry: Registry[Any] = Registry()
    for name in ("release-schema", "release-package-schema"):
        schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
        registry = registry.with_resource(schema["id"], Resource.from_contents(schema))
    return Draft4Validator(schema, registry=registry, format_checker=Draft4Validator.FORMAT_CHECKER)

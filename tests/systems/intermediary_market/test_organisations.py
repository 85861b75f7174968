"""Who takes part in the market: entering, qualifications, services, reviews, and what agencies share."""

import csv
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.errors import GongbaoError
from gongbao.gazette.masking import MASK
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.office.cases import files
from gongbao.office.cases.actions import Upload
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.outbox.models import Message
from gongbao.office.people.actions import DEMO_ACCOUNTS, give_post, keep_account, keep_units, open_demo_accounts
from gongbao.office.people.models import Account
from gongbao.office.people.unit_files import read_units
from gongbao.sample import UNITS
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.organisations import actions, business_register, queries
from gongbao.systems.intermediary_market.organisations.actions import Held, Offered, Particulars, Person, Practising
from gongbao.systems.intermediary_market.organisations.demo import open_demo
from gongbao.systems.intermediary_market.organisations.models import (
    Listing,
    Mending,
    Organisation,
    Paper,
    Practitioner,
    Qualification,
)
from tests.systems.intermediary_market.parties import PASSWORD, START, Parties, open_market, uscc
from tests.systems.intermediary_market.test_catalogue import keep

NOW = START + timedelta(days=60)
TODAY = NOW.date()
TEXTS = Offered("编制报告", "双方约定[[内部标准三级]]", "十个工作日", "每份三千元")
PDF = b"%PDF-1.4 invented"


@pytest.fixture
def market(db: None) -> Parties:
    return open_market()


@pytest.fixture
def item(market: Parties) -> ServiceItem:
    return keep(market, "A-1", qualification="工程咨询乙级；工程咨询甲级")


def held(agency: Organisation, name: str = "工程咨询甲级", **changed: Any) -> Qualification:
    told = {"name": name, "number": "甲-7", "issued_by": "云岭市住房局", "since": TODAY - timedelta(days=9), **changed}
    return actions.add_qualification(agency, Held(**told), actor=KEEPER, at=NOW)


def list_under(agency: Organisation, item: ServiceItem, texts: Offered = TEXTS, at: datetime = NOW) -> Listing:
    qualification = queries.qualifications(agency).first()
    return actions.enter_item(agency, item, texts, qualification=qualification, actor=KEEPER, at=at)


def refused(where: str, words: str = "") -> Any:
    class Refusal:
        def __enter__(self) -> None:
            pass

        def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
            assert isinstance(error, GongbaoError), "nothing was refused"
            assert error.where == where and words in error.message, error
            return True

    return Refusal()


# --- entering


@given(st.integers(0, 10**9 - 1), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_a_code_with_one_sign_changed_is_refused(number: int, place: int, sign: str) -> None:
    right = uscc(number)
    assert actions.checked_uscc(f" {right[:8].lower()} {right[8:]} ") == right
    changed = right[:place] + sign + right[place + 1 :]
    if changed != right:
        with refused("uscc"):
            actions.checked_uscc(changed)


def test_who_is_in_the_market_enters_no_second_time(market: Parties) -> None:
    told = Particulars("又一家公司", "enterprise")
    with refused("uscc", "ask one who acts for it"):
        actions.enter_agency(market.agencies[0].uscc, told, account=market.people["nobody"], actor=KEEPER, at=NOW)
    with refused("uscc", "already"):
        actions.enter_agency(market.agencies[0].uscc, told, account=market.people["agency-1"], actor=KEEPER, at=NOW)
    assert Organisation.objects.get(uscc=market.agencies[0].uscc).name == market.agencies[0].name


def test_an_agency_may_buy_as_well_and_the_operator_looks_first(market: Parties) -> None:
    agency = market.agencies[0]
    found = actions.ask_to_buy(
        agency.uscc, Particulars("x", "enterprise"), account=market.people["agency-1"], actor=KEEPER, at=NOW
    )
    assert not found.is_owner and list(queries.owners_waiting()) == [agency]
    assert Message.objects.filter(unit=market.operator, about=agency.subject).count() == 1
    assert queries.memberships(market.people["agency-1"], TODAY, queries.OWNER) == []
    actions.decide_on_owner(found, admitted=True, actor=KEEPER, at=NOW)
    assert len(queries.memberships(market.people["agency-1"], TODAY, queries.OWNER)) == 1
    assert not queries.owners_waiting().exists()


def test_an_owner_is_refused_with_reasons_alone_and_told_them(market: Parties) -> None:
    found = actions.ask_to_buy(
        uscc(77), Particulars("某单位", "institution"), account=market.people["nobody"], actor=KEEPER, at=NOW
    )
    with refused("reasons"):
        actions.decide_on_owner(found, admitted=False, actor=KEEPER, at=NOW)
    actions.decide_on_owner(found, admitted=False, reasons="委托书没有盖章", actor=KEEPER, at=NOW)
    assert "委托书没有盖章" in Message.objects.get(account=market.people["nobody"]).text_zh
    assert not queries.owners_waiting().exists()


def write_register(path: Path, *rows: tuple[str, str, str, str]) -> business_register.FileRegister:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([business_register.COLUMNS, *rows])
    return business_register.FileRegister(path)


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ((uscc(78), "澄心咨询有限公司", "active", "白芷"), "uscc"),
        ((uscc(77), "别的公司", "active", "白芷"), "name"),
        ((uscc(77), "澄心咨询有限公司", "dissolved", "白芷"), "uscc"),
        ((uscc(77), "澄心咨询有限公司", "active", "半夏"), "legal_representative"),
    ],
)
def test_what_the_register_says_otherwise_is_refused_and_nothing_is_kept(
    market: Parties, tmp_path: Path, row: tuple[str, str, str, str], where: str
) -> None:
    register = write_register(tmp_path / "register.csv", row)
    told = Particulars("澄心咨询有限公司", "enterprise", legal_representative="白芷")
    with refused(where):
        actions.enter_agency(uscc(77), told, account=market.people["nobody"], register=register, actor=KEEPER, at=NOW)
    assert queries.organisation_of_uscc(uscc(77)) is None


def test_a_register_is_read_anew_when_it_changes_and_says_when_it_cannot_be_read(tmp_path: Path) -> None:
    register = write_register(tmp_path / "register.csv", (uscc(1), "甲", "active", ""))
    assert register.look_up(uscc(1)) == business_register.Entry(uscc(1), "甲")
    write_register(tmp_path / "register.csv", (uscc(1), "甲", "active", ""), (uscc(22), "乙乙", "active", ""))
    assert register.look_up(uscc(22)) is not None
    (tmp_path / "register.csv").write_text("uscc\n1\n", encoding="utf-8")
    with refused("", "lacks the column name"):
        register.look_up(uscc(1))
    (tmp_path / "register.csv").unlink()
    with refused("", "cannot be read"):
        register.look_up(uscc(1))


def test_who_entered_with_a_register_is_marked_and_a_new_name_is_checked_anew(market: Parties, tmp_path: Path) -> None:
    register = write_register(tmp_path / "r.csv", (uscc(77), "澄心 咨询有限公司", "active", "白芷"))
    told = Particulars("澄心咨询有限公司", "enterprise", legal_representative="白芷")
    found = actions.enter_agency(
        uscc(77), told, account=market.people["nobody"], register=register, actor=KEEPER, at=NOW
    )
    assert found.register_checked_at == NOW
    with refused("name"):
        actions.change_particulars(found, {"name": "青禾公司"}, register=register, actor=KEEPER, at=NOW)
    assert actions.change_particulars(found, {"telephone": "1"}, actor=KEEPER, at=NOW).register_checked_at == NOW
    assert actions.change_particulars(found, {"name": "青禾公司"}, actor=KEEPER, at=NOW).register_checked_at is None


def test_no_personal_data_and_no_identity_number_is_in_the_log(market: Parties) -> None:
    agency = market.agencies[0]
    actions.change_particulars(
        agency,
        {"legal_representative": "白芷草", "legal_representative_id": "7799", "controller_id": "7788"},
        actor=KEEPER,
        at=NOW,
    )
    actions.add_practitioner(agency, Practising("半夏子", "注册造价师", "ZJ-7788"), actor=KEEPER, at=NOW)
    told = " ".join(Entry.objects.values_list("content", flat=True))
    agency.refresh_from_db()
    for secret in ("白芷草", "半夏子", "7788", agency.controller_digest):
        assert secret not in told
    assert agency.legal_representative == "白芷草" and agency.controller_digest == actions.person_digest("77 88")


def test_particulars_are_written_by_an_action_alone(market: Parties) -> None:
    agency = market.agencies[0]
    agency.name = "别的"
    with pytest.raises(WriteOutsideAction):
        agency.save()
    with pytest.raises(WriteOutsideAction):
        Listing.objects.update(ended_at=NOW)


# --- who acts


def test_a_member_acts_until_ended_and_the_last_one_stays(market: Parties) -> None:
    agency, second = market.agencies[0], market.people["nobody"]
    first = queries.members_of(agency, TODAY)[0]
    with refused("account"):
        actions.end_member(first, actor=KEEPER, at=NOW)
    actions.add_member(agency, second, since=TODAY, actor=KEEPER, at=NOW)
    with refused("account"):
        actions.add_member(agency, second, since=TODAY, actor=KEEPER, at=NOW)
    actions.end_member(first, actor=KEEPER, at=NOW)
    assert not queries.is_member(first.account, agency, TODAY)
    assert [one.organisation for one in queries.memberships(second, TODAY, queries.AGENCY)] == [agency]


def test_who_holds_a_post_in_the_office_acts_for_no_agency(market: Parties) -> None:
    clerk = market.people["housing-clerk"]
    with refused("username", "holds a post"):
        actions.add_member(market.agencies[0], clerk, since=TODAY, actor=KEEPER, at=NOW)
    with refused("username", "holds a post"):
        actions.enter_agency(uscc(77), Particulars("x", "enterprise"), account=clerk, actor=KEEPER, at=NOW)
    actions.add_member(market.owners[0], clerk, since=TODAY, actor=KEEPER, at=NOW)
    with refused("username", "holds a post"):
        actions.enter_agency(market.owners[0].uscc, Particulars("x", "enterprise"), account=clerk, actor=KEEPER, at=NOW)


def test_nobody_acts_for_another_organisation(market: Parties, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = market.people["agency-1"]
    mine, other = market.agencies[:2]
    assert queries.acting_for(request, mine.uuid) == mine
    for uuid, kind in ((other.uuid, ""), (mine.uuid, queries.OWNER), ("no uuid", "")):
        with pytest.raises(Http404):
            queries.acting_for(request, uuid, kind)


def test_a_new_signing_key_ends_the_one_before_and_a_private_one_is_refused(market: Parties) -> None:
    from joserfc.jwk import ECKey

    agency = market.agencies[0]
    one, two = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    first = actions.register_signing_key(agency, one.as_dict(private=False), actor=KEEPER, at=NOW)
    second = actions.register_signing_key(agency, two.as_dict(private=False), actor=KEEPER, at=NOW)
    first.refresh_from_db()
    assert first.ended_at == NOW and queries.signing_key(agency) == second
    for jwk in (one.as_dict(private=True), one.as_dict(private=False), {"kty": "EC", "crv": "P-256", "x": "a"}, {}):
        with refused("jwk"):
            actions.register_signing_key(agency, jwk, actor=KEEPER, at=NOW)
    with refused("organisation"):
        actions.register_signing_key(
            market.owners[0], ECKey.generate_key("P-256").as_dict(private=False), actor=KEEPER, at=NOW
        )


# --- qualifications and services


def test_an_agency_stands_under_a_service_at_once_where_it_holds_one_of_the_qualifications(
    market: Parties, item: ServiceItem
) -> None:
    agency = market.agencies[0]
    with refused("qualification"):
        list_under(agency, item)
    held(agency, "监理甲级")
    with refused("qualification"):
        list_under(agency, item)
    other = held(market.agencies[1])
    with refused("qualification", "not held"):
        actions.enter_item(agency, item, TEXTS, qualification=other, actor=KEEPER, at=NOW)
    mine = held(agency, "工程咨询 甲级")
    listing = actions.enter_item(agency, item, TEXTS, qualification=mine, actor=KEEPER, at=NOW)
    assert queries.listing_of(agency, item, TODAY) == listing
    with refused("item", "already"):
        actions.enter_item(agency, item, TEXTS, qualification=mine, actor=KEEPER, at=NOW)


def test_where_the_law_asks_for_none_none_is_shown(market: Parties) -> None:
    free = keep(market, "A-2", qualification="")
    listing = list_under(market.agencies[0], free)
    assert listing.qualification is None and queries.listed_under(free, TODAY) == [market.agencies[0]]


def test_a_qualification_that_is_over_counts_no_more(market: Parties, item: ServiceItem) -> None:
    agency = market.agencies[0]
    held(agency, until=TODAY + timedelta(days=3))
    list_under(agency, item)
    assert catalogue.agencies_under(item, TODAY + timedelta(days=3)) == 1
    assert catalogue.agencies_under(item, TODAY + timedelta(days=4)) == 0
    assert queries.listing_of(agency, item, TODAY + timedelta(days=4)) is None
    with refused("until"):
        held(agency, until=TODAY - timedelta(days=1))


def test_a_changed_qualification_keeps_what_it_was_and_what_stands_on_it(market: Parties, item: ServiceItem) -> None:
    agency = market.agencies[0]
    before = held(agency, until=TODAY + timedelta(days=3))
    listing = list_under(agency, item)
    told = Held("工程咨询甲级", "甲-8", "云岭市住房局", TODAY, TODAY + timedelta(days=900))
    after = actions.add_qualification(agency, told, replaces=before, actor=KEEPER, at=NOW)
    before.refresh_from_db()
    listing.refresh_from_db()
    assert before.ended_at == NOW and before.number == "甲-7" and after.replaces == before
    assert listing.qualification == after and queries.ended(agency) == [before]
    with refused("", "meantime"):
        actions.add_qualification(agency, told, replaces=before, actor=KEEPER, at=NOW)
    actions.end_qualification(after, actor=KEEPER, at=NOW)
    listing.refresh_from_db()
    assert listing.ended_at == NOW and listing.end == "qualification"


def test_practitioners_change_with_their_history(market: Parties) -> None:
    agency = market.agencies[0]
    before = actions.add_practitioner(agency, Practising("半夏", "注册造价师", "ZJ-1"), actor=KEEPER, at=NOW)
    actions.add_practitioner(agency, Practising("半夏", "注册监理师", "ZJ-1"), replaces=before, actor=KEEPER, at=NOW)
    assert queries.practitioners_by_profession(agency, TODAY) == [("注册监理师", 1)]
    assert queries.ended(agency) == [Practitioner.objects.get(pk=before.pk)]
    actions.end_practitioner(queries.practitioners(agency)[0], actor=KEEPER, at=NOW)
    assert queries.practitioners_by_profession(agency, TODAY) == [] and len(queries.ended(agency)) == 2


def test_what_is_secret_others_do_not_see(market: Parties) -> None:
    free = keep(market, "A-2", qualification="")
    agency = market.agencies[0]
    list_under(agency, free, Offered("联系13800138000", "双方约定[[内部\n标准]]，另行[[乙]]告知", "十日", "面议"))
    (public,) = queries.services_of(agency, TODAY, inside=False)
    (inside,) = queries.services_of(agency, TODAY, inside=True)
    assert public.requirements == f"双方约定{MASK}，另行{MASK}告知" and "138" not in public.service
    assert "内部\n标准" in inside.requirements and "138" in inside.service


@pytest.mark.parametrize("text", ["[[全部]]", "公开[[秘密", "秘密]]公开", "[[a]] ]]", "  ", "长" * 2001])
def test_a_text_that_cannot_be_masked_is_refused(market: Parties, text: str) -> None:
    free = keep(market, "A-2", qualification="")
    with refused("fee"):
        list_under(market.agencies[0], free, Offered("服务", "要求", "十日", text))
    assert not Listing.objects.exists()


def test_a_paper_is_kept_whole_or_not_at_all(market: Parties) -> None:
    agency = market.agencies[0]
    told = Held("工程咨询甲级", "甲-7", "云岭市住房局", TODAY)
    with files.together():
        made = actions.add_qualification(agency, told, upload=Upload("paper", "证书.pdf", PDF), actor=KEEPER, at=NOW)
    assert made.paper is not None and files.read(made.paper.uuid) == PDF
    with refused("证书.exe"), files.together():
        actions.add_qualification(agency, told, upload=Upload("paper", "证书.exe", b"MZ\0\0"), actor=KEEPER, at=NOW)
    assert Paper.objects.count() == 1 and Qualification.objects.count() == 1


# --- reviews


def test_the_authority_reviews_after_the_entry_and_what_changed_comes_back(market: Parties, item: ServiceItem) -> None:
    agency, housing = market.agencies[0], market.units["housing"]
    held(agency)
    listing = list_under(agency, item)
    (waits,) = queries.as_shown(queries.to_review([housing.pk], TODAY))
    assert (waits.listing, waits.unchecked, waits.lacking) == (
        listing,
        listing.organisation.register_checked_at is None,
        False,
    )
    assert queries.to_review([market.operator.pk], TODAY) == []
    actions.review(listing, "in_order", unit=housing, actor=KEEPER, at=NOW)
    assert queries.to_review([housing.pk], TODAY) == []
    later = NOW + timedelta(days=1)
    actions.change_offering(listing, TEXTS, qualification=listing.qualification, actor=KEEPER, at=later)
    assert [one.lacking for one in queries.to_review([housing.pk], TODAY)] == [False]
    actions.review(listing, "in_order", unit=housing, actor=KEEPER, at=later)
    keep(market, "A-1", at=later, since=later.date(), qualification="工程咨询特级")
    assert [one.lacking for one in queries.to_review([housing.pk], later.date())] == [True]


def test_a_longer_list_of_what_waits_for_a_review_asks_no_more_of_the_database(
    market: Parties, item: ServiceItem, django_assert_num_queries: Any
) -> None:
    housing, listed, day = market.units["housing"], [], timedelta(days=1)
    for agency, until in zip(market.agencies, (None, TODAY + day, None), strict=False):
        held(agency, until=until)
        listed.append(list_under(agency, item))
        with django_assert_num_queries(4):
            waiting = queries.to_review([housing.pk], TODAY)
        assert not any(one.lacking for one in waiting)
        with django_assert_num_queries(1):
            assert [one.listing for one in queries.as_shown(waiting)] == listed
    assert len(listed) == 3 and [one.listing for one in queries.as_shown(waiting[1:2])] == listed[1:2]
    for listing in listed:
        actions.review(listing, "in_order", unit=housing, actor=KEEPER, at=NOW)
    assert queries.to_review([housing.pk], TODAY + day) == []
    assert [(one.listing, one.lacking) for one in queries.to_review([housing.pk], TODAY + 2 * day)] == [
        (listed[1].pk, True)
    ]


def test_a_review_gives_reasons_tells_the_agency_and_is_that_authority_s_alone(
    market: Parties, item: ServiceItem
) -> None:
    agency, housing = market.agencies[0], market.units["housing"]
    held(agency)
    listing = list_under(agency, item)
    with refused("", "another authority"):
        actions.review(listing, "ended", "x", unit=market.operator, actor=KEEPER, at=NOW)
    with refused("reasons"):
        actions.review(listing, "ended", unit=housing, actor=KEEPER, at=NOW)
    with refused("mend_by"):
        actions.review(listing, "to_mend", "证书缺页", mend_by=TODAY, unit=housing, actor=KEEPER, at=NOW)
    actions.review(
        listing, "to_mend", "证书缺页", mend_by=TODAY + timedelta(days=5), unit=housing, actor=KEEPER, at=NOW
    )
    assert catalogue.agencies_under(item, TODAY) == 1
    actions.review(listing, "ended", "证书不是真的", unit=housing, actor=KEEPER, at=NOW)
    listing.refresh_from_db()
    assert listing.end == "review" and catalogue.agencies_under(item, TODAY) == 0
    told = [one.text_zh for one in Message.objects.filter(account=market.people["agency-1"])]
    assert len(told) == 2 and "证书不是真的" in " ".join(told)


def test_an_organisation_that_is_taken_out_acts_no_more_and_is_told_why(market: Parties, item: ServiceItem) -> None:
    agency = market.agencies[0]
    held(agency)
    list_under(agency, item)
    market.take_out(agency, "该单位已注销", NOW)
    assert catalogue.agencies_under(item, TODAY) == 0
    assert queries.memberships(market.people["agency-1"], TODAY) == []
    assert all("已注销" in one.text_zh for one in Message.objects.filter(account=market.people["agency-1"]))


# --- what agencies share


def test_who_comes_to_hold_a_post_acts_for_the_agency_no_more(market: Parties) -> None:
    account, agency = market.people["agency-1"], market.agencies[0]

    def given(kind: str) -> list[Organisation]:
        return [one.organisation for one in queries.memberships(account, TODAY, kind)]

    actions.add_member(market.owners[0], account, since=TODAY, actor=KEEPER, at=NOW)
    assert given(queries.AGENCY) == [agency] and set(given("")) == {agency, market.owners[0]}
    give_post(account, "housing", "clerk", since=TODAY, at=NOW)
    assert given(queries.AGENCY) == [] and given(queries.OWNER) == given("") == [market.owners[0]]


def test_an_owner_for_whom_an_official_acts_does_not_become_an_agency(market: Parties) -> None:
    owner = market.owners[1]
    actions.add_member(owner, market.people["housing-clerk"], since=TODAY, actor=KEEPER, at=NOW)
    with refused("username", "holds a post"):
        actions.enter_agency(
            owner.uscc, Particulars(owner.name, owner.kind), account=market.people["works"], actor=KEEPER, at=NOW
        )
    owner.refresh_from_db()
    assert not owner.is_agency


def test_another_representative_or_controller_has_another_number(market: Parties) -> None:
    """With the digest of the one before, nobody would see that the new one leads another agency as well."""
    agency = market.agencies[0]
    for person in ("legal_representative", "controller"):
        with refused(f"{person}_id"):
            actions.change_particulars(agency, {person: "白芷草"}, actor=KEEPER, at=NOW)
    given = {"legal_representative": "代表2", "legal_representative_id": "id-2", "controller": ""}
    changed = actions.change_particulars(agency, given, actor=KEEPER, at=NOW)
    assert changed.legal_representative_digest == actions.person_digest("id-2") and changed.controller_digest == ""
    assert [each.what for each in queries.shared()] == ["control"]


def test_what_two_agencies_share_is_found(market: Parties) -> None:
    one, two, three, four, five = market.agencies
    assert queries.shared() == []
    actions.change_particulars(two, {"address": one.address.replace("1", "１ ")}, actor=KEEPER, at=NOW)
    actions.change_particulars(three, {"telephone": "+86 0991 6660001"}, actor=KEEPER, at=NOW)
    actions.change_particulars(four, {"controller_id": " ID-1"}, actor=KEEPER, at=NOW)
    actions.add_member(five, market.people["agency-1"], since=TODAY, actor=KEEPER, at=NOW)
    for agency in (two, five):
        actions.note_network_address(agency, "203.0.113.7", actor=KEEPER, at=NOW)
        actions.note_network_address(agency, "203.0.113.7", actor=KEEPER, at=NOW)
    assert {(each.what, each.organisations) for each in queries.shared()} == {
        ("address", (one, two)),
        ("telephone", (one, three)),
        ("control", (one, four)),
        ("member", (one, five)),
        ("network", (two, five)),
    }
    assert [each.what for each in queries.shared([one.pk, two.pk])] == ["address"]


def test_the_same_person_with_two_accounts_is_found(market: Parties) -> None:
    keep_account("another", password=PASSWORD, at=START)
    for agency, name in zip(market.agencies[:2], ("nobody", "another"), strict=True):
        person = Person("0991-7770001" if name == "nobody" else "0991 777 0001", "330-1")
        actions.add_member(agency, Account.objects.get(username=name), since=TODAY, person=person, actor=KEEPER, at=NOW)
    assert [each.what for each in queries.shared()] == ["member", "telephone"]


# --- pages


@pytest.fixture
def fields() -> dict[str, str]:
    return {
        "username": "cheng.xin", "called": "白芷", "uscc": uscc(77), "name": "澄心咨询有限公司", "kind": "enterprise",
        "address": "外省云阳市一号", "telephone": "0100-1", "legal_representative": "半夏",
        "legal_representative_id": "330000199001011234", "controller": "", "controller_id": "",
        "person_telephone": "0100-2", "person_id": "330000199001015678",
    }  # fmt: skip


def form_of(given: dict[str, str], **papers: bytes) -> dict[str, Any]:
    sent: dict[str, Any] = {f"v-{key}": value for key, value in given.items()}
    sent |= {f"v-{key}": SimpleUploadedFile(f"{key}.pdf", content) for key, content in papers.items()}
    return sent


@pytest.mark.one_database
def test_an_agency_from_elsewhere_enters_by_itself(market: Parties, client: Client, fields: dict[str, str]) -> None:
    answer = client.get("/market/enter/agency/")
    assert answer.status_code == 200 and "reading" in answer.cookies
    sent = {**form_of(fields, licence=PDF, authority=PDF), "password": PASSWORD}
    answer = client.post("/market/enter/agency/", sent)
    found = queries.organisation_of_uscc(uscc(77))
    assert found is not None and answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith("/sign-in/?next=%2Fmarket%2Fmine%2F")
    assert found.is_agency and found.papers.count() == 2 and found.network_addresses.count() == 1
    assert found.register_checked_at is None
    assert client.login(username="cheng.xin", password=PASSWORD)
    page = client.get(f"/market/mine/{found.uuid}/").content.decode()
    assert "半夏" in page and "330000" not in page and "licence.pdf" in page
    paper = found.papers.get(kind="licence")
    assert client.get(f"/market/papers/{found.uuid}/{paper.uuid}/").content == PDF
    client.force_login(market.people["nobody"])
    assert client.get(f"/market/papers/{found.uuid}/{paper.uuid}/").status_code == 404
    assert client.get(f"/market/mine/{found.uuid}/").status_code == 403
    assert "半夏" not in client.get(f"/market/agencies/{found.uuid}/").content.decode()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("changed", "password", "papers", "words"),
    [
        ({"uscc": "91110101000000000X"}, PASSWORD, ("licence", "authority"), "统一社会信用代码"),
        ({}, "short", ("licence", "authority"), "id-password-wrong"),
        ({}, PASSWORD, ("licence",), "授权委托书"),
        ({"username": "agency-1"}, PASSWORD, ("licence", "authority"), "已有"),
        ({"username": "demo-x"}, PASSWORD, ("licence", "authority"), "demo-"),
        ({"name": "线一\n线二"}, PASSWORD, ("licence", "authority"), "一行"),
    ],
)
def test_what_is_wrong_is_told_nothing_is_kept_and_what_was_typed_stays(
    market: Parties, client: Client, fields: dict[str, str], changed: dict[str, str], password: str,
    papers: tuple[str, ...], words: str,
) -> None:  # fmt: skip
    before = Account.objects.count(), Organisation.objects.count(), Paper.objects.count()
    sent = {**form_of({**fields, **changed}, **dict.fromkeys(papers, PDF)), "password": password}
    answer = client.post("/market/enter/agency/", sent)
    page = answer.content.decode()
    assert answer.status_code == 400 and words in page and "外省云阳市一号" in page and PASSWORD not in page
    assert (Account.objects.count(), Organisation.objects.count(), Paper.objects.count()) == before
    assert not Account.objects.get(username="agency-1").check_password("x" + PASSWORD)
    assert Account.objects.get(username="agency-1").check_password(PASSWORD)


@pytest.mark.one_database
def test_an_agency_s_own_pages_from_qualification_to_service(market: Parties, client: Client) -> None:
    today = timezone.localdate()
    item = keep(market, "A-1", at=timezone.now(), since=today, qualification="工程咨询甲级")
    agency = market.agencies[0]
    client.force_login(market.people["agency-1"])
    mine = f"/market/mine/{agency.uuid}/"
    certificate = {
        "name": "工程咨询甲级",
        "number": "甲-7",
        "issued_by": "云岭市住房局",
        "since": str(today),
        "until": "",
    }
    answer = client.post(f"{mine}qualifications/", form_of(certificate, paper=PDF))
    assert answer.status_code == 302, answer.content.decode()
    qualification = queries.qualifications(agency)[0]
    assert "工程咨询甲级" in client.get(f"{mine}services/").content.decode()
    texts = {"service": "编制", "requirements": "要求[[内部]]", "time_limit": "十日", "fee": "面议"}
    enters = f"{mine}services/{item.uuid}/enter/"
    assert client.post(enters, form_of(texts)).status_code == 400
    answer = client.post(enters, form_of({**texts, "qualification": str(qualification.uuid)}))
    assert answer.status_code == 302, answer.content.decode()
    listing = Listing.objects.get()
    public = f"/market/agencies/{agency.uuid}/"
    assert "内部" in client.get(public).content.decode()
    assert "内部" not in Client().get(public).content.decode()
    change = f"{mine}services/{listing.uuid}/change/"
    assert "要求[[内部]]" in client.get(change).content.decode()
    answer = client.post(change, form_of({**texts, "qualification": str(qualification.uuid), "fee": "一千元"}))
    assert answer.status_code == 302 and "一千元" in Client().get(public).content.decode()
    actions.review(listing, "in_order", unit=market.units["housing"], actor=KEEPER, at=timezone.now())
    assert queries.to_review([market.units["housing"].pk], today) == []
    assert client.post(f"{mine}papers/", form_of({"kind": "licence"}, paper=b"MZ\0")).status_code == 400
    assert client.post(f"{mine}papers/", form_of({"kind": "licence"}, paper=PDF)).status_code == 302
    assert len(queries.to_review([market.units["housing"].pk], today)) == 1
    person = {"name": "半夏", "profession": "注册造价师", "number": "ZJ-1", "until": ""}
    assert client.post(f"{mine}practitioners/", form_of(person)).status_code == 302
    assert "半夏" not in Client().get(public).content.decode()
    assert client.post(f"{mine}qualifications/{qualification.uuid}/end/").status_code == 302
    assert "编制" not in Client().get(public).content.decode()
    assert client.post(f"{mine}members/{market.people['agency-1'].public_id}/end/").status_code == 400
    # Another agency's things are not there for this one.
    other = f"/market/mine/{market.agencies[1].uuid}/"
    for address in ("", "qualifications/", "members/", "particulars/", f"services/{item.uuid}/enter/"):
        assert client.get(other + address).status_code == 404


@pytest.mark.one_database
def test_the_authority_reviews_on_its_page_and_no_other(market: Parties, client: Client) -> None:
    item = keep(market, "A-2", qualification="")
    listing = list_under(market.agencies[0], item)
    page = f"/market/desk/review/{listing.uuid}/"
    for name, code in (("finance-clerk", 404), ("auditor", 403), ("nobody", 403), ("housing-clerk", 200)):
        client.force_login(market.people[name])
        assert client.get(page).status_code == code, name
    assert "内部标准三级" in client.get(page).content.decode()
    assert market.agencies[0].name in client.get("/market/desk/").content.decode()
    assert client.post(page, form_of({"outcome": "ended", "reasons": "", "mend_by": ""})).status_code == 400
    assert client.post(page, form_of({"outcome": "in_order", "reasons": "", "mend_by": ""})).status_code == 302
    client.force_login(market.people["auditor"])
    desk = client.get("/market/desk/").content.decode()
    assert "A-2" in desk and "/recommend/" not in desk


@pytest.mark.one_database
def test_the_operator_admits_an_owner_and_nobody_else_does(market: Parties, client: Client) -> None:
    found = actions.ask_to_buy(
        uscc(77), Particulars("某单位", "institution"), account=market.people["nobody"], actor=KEEPER, at=NOW
    )
    page = f"/market/desk/owners/{found.uuid}/"
    for name, code in (("housing-clerk", 404), ("nobody", 403), ("operator-clerk", 302)):
        client.force_login(market.people[name])
        assert client.post(f"{page}admit/").status_code == code, name
    found.refresh_from_db()
    assert found.is_owner and client.get(page).status_code == 404


@pytest.mark.one_database
def test_public_pages_in_both_languages(market: Parties, client: Client) -> None:
    item = keep(market, "A-2", qualification="")
    list_under(market.agencies[0], item)
    for address in (
        "/market/agencies/", f"/market/agencies/{market.agencies[0].uuid}/", "/market/services/",
        f"/market/services/{item.uuid}/", "/market/enter/", "/market/enter/owner/",
    ):  # fmt: skip
        for language, word in (("zh-hans", "中介超市"), ("en", "Services market")):
            answer = client.get(address, headers={"accept-language": language})
            assert answer.status_code == 200 and word in answer.content.decode(), address
    assert client.get(f"/market/agencies/{market.owners[0].uuid}/").status_code == 404
    assert "没有" in client.get("/market/agencies/", {"q": "不存在"}).content.decode()


# --- what shows the market


@pytest.mark.django_db
def test_the_demonstration_has_parties_services_and_something_to_look_at() -> None:
    now = timezone.now()
    keep_units(read_units(UNITS), at=now)
    open_demo_accounts(dict.fromkeys(DEMO_ACCOUNTS, "an odd pass phrase"), at=now, with_posts=True)
    made, today = open_demo(now), timezone.localdate(now)
    assert made == Organisation.objects.count() > 8
    assert catalogue.services(today).count() >= 8 and catalogue.with_few(today).exists()
    assert {one.what for one in queries.shared()} == {"telephone"}
    agency, owner = (Account.objects.get(username=name) for name in ("demo-agency", "demo-owner"))
    assert len(queries.memberships(agency, today, queries.AGENCY)) == 1
    assert len(queries.memberships(owner, today, queries.OWNER)) == 4
    authorities = [one.pk for one in catalogue.authorities(today)]
    assert 0 < len(queries.to_review(authorities, today)) < Listing.objects.count()
    assert open_demo(now) == 0
    others = Account.objects.filter(username__startswith="demo-agency-")
    assert all(len(queries.memberships(one, today, queries.AGENCY)) == 1 for one in others) and others.count() == 7


@pytest.mark.one_database
def test_an_organisation_that_another_entered_comes_back_to_those_whose_it_is(market: Parties, client: Client) -> None:
    agency = market.agencies[0]
    market.take_out(agency, "冒名入驻", NOW)
    with refused("uscc", "ask the operator"):
        actions.enter_agency(
            agency.uscc, Particulars("x", "enterprise"), account=market.people["nobody"], actor=KEEPER, at=NOW
        )
    client.force_login(market.people["housing-clerk"])
    assert client.get("/market/desk/organisations/", {"uscc": agency.uscc}).status_code == 404
    client.force_login(market.people["operator-clerk"])
    assert client.get("/market/desk/organisations/", {"uscc": "12"}).status_code == 400
    assert client.get("/market/desk/organisations/", {"uscc": uscc(555)}).status_code == 400
    assert "agency-1" in client.get("/market/desk/organisations/", {"uscc": agency.uscc}).content.decode()
    page = f"/market/desk/organisations/{agency.uuid}/hand-over/"
    for wrong in ({"username": "no.such", "reasons": "冒名"}, {"username": "nobody", "reasons": ""}):
        assert client.post(page, form_of(wrong)).status_code == 400
    assert client.post(page, form_of({"username": "nobody", "reasons": "冒名"})).status_code == 302
    market.signed(Mending.objects.get(decided_at=None), timezone.now())
    today = timezone.localdate()
    assert [one.account.username for one in queries.members_of(agency, today)] == ["nobody"]
    assert queries.memberships(market.people["nobody"], today, queries.AGENCY)


@pytest.mark.one_database
def test_whoever_looks_is_led_to_no_room_of_the_market_that_is_closed_to_them(market: Parties, client: Client) -> None:
    led: dict[str, set[str]] = {}
    for name in ("", "nobody", "school", "agency-1", "operator-clerk", "housing-clerk", "finance-clerk", "auditor"):
        if name:
            client.force_login(market.people[name])
        for first in ("/market/", "/market/mine/", "/market/desk/"):
            page = client.get(first).content.decode()
            led.setdefault(name, set()).update(re.findall(r'class="button" href="(/market/[^"]*)"', page))
        closed = {address: client.get(address).status_code for address in led[name]}
        assert not {address: code for address, code in closed.items() if code != 200}, name
    assert "/market/desk/" in led["housing-clerk"] - led["agency-1"] and "/market/enter/" in led[""]
    assert "/market/registrations/" in led["agency-1"] - led["school"]


@pytest.mark.one_database
def test_what_is_typed_of_what_ended_meanwhile_comes_back_with_the_reason(market: Parties, client: Client) -> None:
    """Two at the same desk, or of the same agency, each with the form open: the second loses no word."""
    item, agency, today = keep(market, "A-2", qualification=""), market.agencies[0], timezone.localdate()
    listing = list_under(agency, item)
    held = actions.add_qualification(
        agency, actions.Held("资质", "ZJ-9", "云澜市住房局", today), actor=KEEPER, at=timezone.now()
    )
    person = actions.add_practitioner(
        agency, actions.Practising("半夏", "注册造价师", "ZJ-1"), actor=KEEPER, at=timezone.now()
    )
    asks = actions.ask_to_buy(
        uscc(77), Particulars("某单位", "institution"), account=market.people["nobody"], actor=KEEPER, at=timezone.now()
    )
    actions.decide_on_owner(asks, admitted=True, actor=KEEPER, at=timezone.now())
    actions.leave_item(listing, actor=KEEPER, at=timezone.now())
    actions.end_qualification(held, actor=KEEPER, at=timezone.now())
    actions.end_practitioner(person, actor=KEEPER, at=timezone.now())
    mine = f"/market/mine/{agency.uuid}/"
    typed = {
        ("housing-clerk", f"/market/desk/review/{listing.uuid}/"): {
            "outcome": "ended", "reasons": "材料不符", "mend_by": "",
        },
        ("operator-clerk", f"/market/desk/owners/{asks.uuid}/"): {"reasons": "材料不符"},
        ("agency-1", f"{mine}qualifications/{held.uuid}/"): {
            "name": "材料不符", "number": "1", "issued_by": "某局", "since": "2026-01-01", "until": "",
        },
        ("agency-1", f"{mine}practitioners/{person.uuid}/"): {
            "name": "材料不符", "profession": "注册造价师", "number": "ZJ-2", "until": "",
        },
        ("agency-1", f"{mine}services/{listing.uuid}/change/"): dict.fromkeys(
            ("service", "requirements", "time_limit", "fee"), "材料不符"
        ),
    }  # fmt: skip
    for (who, address), fields in typed.items():
        client.force_login(market.people[who])
        assert client.get(address).status_code == 404, address
        answer = client.post(address, form_of(fields))
        text = answer.content.decode()
        assert answer.status_code == 400 and "材料不符" in text and 'class="notice wrong"' in text, address
    assert "已不在" in client.post(f"{mine}services/{listing.uuid}/leave/").content.decode()

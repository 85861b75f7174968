"""The pages of ratings, conduct and liabilities: who sees what, and what is typed wrongly."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from gongbao.office.cases.models import Case
from gongbao.office.people.actions import DEMO_ACCOUNTS, keep_units, open_demo_accounts
from gongbao.office.people.unit_files import read_units
from gongbao.procedures.fields import SHANGHAI
from gongbao.sample import UNITS
from gongbao.systems.intermediary_market.contracts import queries as of_contracts
from gongbao.systems.intermediary_market.organisations.demo import open_demo as open_organisations
from gongbao.systems.intermediary_market.ratings import actions, liabilities, procedure
from gongbao.systems.intermediary_market.ratings.demo import open_demo
from gongbao.systems.intermediary_market.ratings.models import CheckRun, Conduct, Rating
from gongbao.systems.intermediary_market.ratings.traces import REPORTS, Period
from tests.systems.intermediary_market.awarded import SIGNED, play
from tests.systems.intermediary_market.drawing import registered
from tests.systems.intermediary_market.parties import Parties
from tests.systems.intermediary_market.test_ratings import FULL, MONDAY, parties, propose, take, verified

__all__ = ["parties"]
DOCS = Path(__file__).parents[3] / "docs" / "market-liabilities.md"
YEAR = "?year=2026"


def typed(**given: str) -> dict[str, str]:
    return {f"v-{key}": value for key, value in given.items()}


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def test_an_owner_rates_on_the_page_and_everybody_reads_it(parties: Parties, client: Client) -> None:
    one = play(parties).signed().filed().accepted()
    client.force_login(one.account("owner"))
    assert str(one.contract.uuid) in text(client, "/market/ratings/give/")
    form = f"/market/ratings/give/{one.contract.uuid}/"
    assert text(client, form).count("任何人都可以看到此项") == len(actions.RATED)
    assert "查询本件的人" not in text(client, form)
    refused = client.post(form, typed(**{**FULL, "quality": "120", "words": "成果清楚"}))
    assert refused.status_code == 400 and not Rating.objects.exists()
    assert "成果清楚" in refused.content.decode() and 'value="120"' in refused.content.decode()
    assert client.post(form, typed(**FULL, words="成果清楚")).status_code == 302
    assert client.post(form, typed(**FULL)).status_code == 400  # once
    client.logout()
    page = text(client, f"/market/ratings/{parties.agencies[0].uuid}/")
    assert "81.00" in page and "成果清楚" in page and parties.owners[0].name in page
    assert "81.00" in text(client, "/market/ratings/")
    assert client.get(form).status_code == 302  # to sign in
    client.force_login(parties.people["works"])
    assert client.get(form).status_code == 404


def test_public_pages_show_what_counts_and_nothing_of_what_is_only_proposed(parties: Parties, client: Client) -> None:
    propose(parties, "c6", 1)
    verified(parties, "b3", 0)
    for language, words in (("zh-hans", "经核实"), ("en", "late with the service")):
        client.cookies["django_language"] = language
        page = text(client, f"/market/ratings/{parties.agencies[0].uuid}/")
        assert words in page or language == "zh-hans"
        assert "没有另收" not in page and "票据为证" not in page
        assert "贿赂" not in text(client, f"/market/ratings/{parties.agencies[1].uuid}/")
    rows = re.findall(r"<tr>.*?</tr>", text(client, f"/market/ratings/{YEAR}"), re.DOTALL)
    cells = {name: next(row for row in rows if name in row) for name in (one.name for one in parties.agencies[:2])}
    assert '<td class="figure">1</td>' in cells[parties.agencies[0].name]
    assert '<td class="figure">1</td>' not in cells[parties.agencies[1].name]
    for address in ("/market/ratings/?year=2021", "/market/ratings/?year=x", "/market/ratings/?year=9999"):
        assert client.get(address).status_code == 404


def test_the_year_as_a_workbook(parties: Parties, client: Client) -> None:
    one = play(parties).signed().filed().accepted()
    client.force_login(one.account("owner"))
    client.post(f"/market/ratings/give/{one.contract.uuid}/", typed(**FULL))
    verified(parties, "c1", 1)
    book = load_workbook(BytesIO(b"".join(client.get(f"/market/ratings.xlsx{YEAR}"))))
    grades, ratings = book.worksheets[:2]
    told = {row[0]: row[2:7] for row in grades.iter_rows(values_only=True) if row[0]}
    assert told[parties.agencies[1].name][1:3] == (0, 1) and told[parties.agencies[0].name][3] == 1
    assert any(
        81 in [cell for cell in row if isinstance(cell, int | float)] for row in ratings.iter_rows(values_only=True)
    )


def test_an_agency_answers_on_its_page_with_papers_and_appeals(parties: Parties, client: Client) -> None:
    found = propose(parties, "b2")
    client.force_login(parties.account_of(parties.agencies[0]))
    assert client.get(f"/market/conduct/{found.uuid}/").status_code == 404  # not told yet
    take(parties, found, "conduct_notify", timezone.now())
    assert "另收资料费" in text(client, f"/market/conduct/{found.uuid}/")
    form = f"/market/conduct/{found.uuid}/step/conduct_state/"
    seen = re.search(r'name="seen" value="(\d+)"', text(client, form))
    assert seen is not None
    empty = client.post(form, {"seen": seen[1], "v-statement": ""})
    assert empty.status_code == 400
    paper = SimpleUploadedFile("票据.pdf", b"%PDF-1.4 invented")
    given = {"seen": seen[1], "v-statement": "系合同约定的费用。", "v-statement_files": paper}
    assert client.post(form, given).status_code == 302
    assert client.post(form, {"seen": seen[1], "v-statement": "又一次"}).status_code == 409
    page = text(client, f"/market/conduct/{found.uuid}/")
    assert "系合同约定的费用" in page
    file = re.search(rf"/market/conduct/{found.uuid}/file/[0-9a-f-]+/", page)
    assert file is not None and b"".join(client.get(file[0])) == b"%PDF-1.4 invented"
    client.force_login(parties.account_of(parties.agencies[1]))
    for address in (f"/market/conduct/{found.uuid}/", form, file[0]):
        assert client.get(address).status_code == 404
    client.logout()
    assert client.get(f"/market/conduct/{found.uuid}/").status_code == 302


def test_the_operator_proposes_has_checked_and_sees_its_list(parties: Parties, client: Client) -> None:
    client.force_login(parties.people["operator-clerk"])
    given = typed(
        uscc=parties.agencies[2].uscc, kind="b6", happened_on="2026-03-02", source="audit", facts="电话不实。"
    )
    wrong = client.post("/market/conduct/desk/propose/", given | typed(uscc="911101010000000000", kind="b6"))
    assert wrong.status_code == 400 and "电话不实" in wrong.content.decode() and not Conduct.objects.exists()
    early = client.post("/market/conduct/desk/propose/", given | typed(happened_on="2022-07-23"))
    assert early.status_code == 400 and not Conduct.objects.exists()
    assert client.post("/market/conduct/desk/propose/", given).status_code == 302
    page = text(client, "/market/conduct/desk/")
    assert parties.agencies[2].name in page and "电话不实" not in page
    assert client.get("/market/conduct/desk/?state=nowhere").status_code == 404
    assert client.post("/market/conduct/desk/check/").status_code == 302 and CheckRun.objects.count() == 1
    assert client.get("/market/conduct/desk.xlsx").status_code == 200
    for name, status in (("auditor", 200), ("housing-clerk", 403), ("nobody", 403)):
        client.force_login(parties.people[name])
        assert client.get("/market/conduct/desk/").status_code == status, name
        assert client.post("/market/conduct/desk/check/").status_code == 403, name
    assert "电话不实" in str(Case.objects.get().events.get(number=1).personal.values)


# --- liabilities


def test_every_forbidden_act_is_impossible_or_leaves_a_trace_that_a_report_shows() -> None:
    clauses = [one.clause for one in liabilities.ACTS]
    numbers = "一二三四五六七八"
    assert clauses == [
        *(f"第三十八条第（{n}）项" for n in numbers),
        *(f"第三十九条第（{n}）项" for n in numbers[:4]),
        *(f"第四十条第（{n}）项" for n in numbers[:7]),
    ]
    for act in liabilities.ACTS:
        assert bool(act.barred) == bool(act.tests), act.clause
        assert act.reports and set(act.reports) <= REPORTS.keys(), act.clause
    assert {key for act in liabilities.ACTS for key in act.reports} == REPORTS.keys()


def test_the_tests_that_the_table_names_are_there_and_the_docs_have_the_table() -> None:
    here = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    docs = DOCS.read_text(encoding="utf-8")
    for act in liabilities.ACTS:
        row = next(line for line in docs.splitlines() if line.startswith(f"| {act.clause} "))
        assert act.label.en in row, act.clause
        for test in act.tests:
            assert f"def {test}(" in here and test in row, test
        for key in act.reports:
            assert REPORTS[key].label.en in row, (act.clause, key)


def traces(key: str) -> list[str]:
    found = {one.report.key: one.traces for one in liabilities.filled(Period.of_year(2026, timezone.now()))}
    return [f"{one.what.en} {one.about}" for one in found[key]]


def test_traces_of_contracts_are_found(parties: Parties) -> None:
    left = play(parties)
    left.take("agency", "contract_abandon", SIGNED, ground="none", reason="人手不足")
    declined = play(parties, agency=parties.agencies[1], code="WATER-2")
    declined.take("owner", "contract_decline", SIGNED, ground="none", reason="预算调整")
    refused = play(parties, agency=parties.agencies[2], code="WATER-3").signed().filed()
    refused.take("agency", "contract_deliver", SIGNED + timedelta(days=3), delivery="报告")
    refused.take("owner", "contract_refuse", SIGNED + timedelta(days=4), reason="缺图", deliver_by="2026-05-10")
    unpaid = play(parties, agency=parties.agencies[3], code="WATER-4").signed().filed().accepted().invoiced()
    for key, one in (("not_signed", declined), ("refusals", refused), ("arrears", unpaid)):
        assert any(one.contract.case.receipt in trace for trace in traces(key)), key
    assert traces("unconfirmed") == [] and not any(left.contract.case.receipt in one for one in traces("not_signed"))


def test_traces_are_counted_in_the_database_and_read_as_far_as_they_are_shown(
    parties: Parties, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(number: int, code: str) -> None:
        one = play(parties, agency=parties.agencies[number], code=code).signed().filed()
        one.take("agency", "contract_deliver", SIGNED + timedelta(days=3), delivery="报告")
        one.take("owner", "contract_refuse", SIGNED + timedelta(days=4), reason="缺图", deliver_by="2026-05-10")
        play(parties, agency=parties.agencies[number], code=f"{code}0").signed().filed().accepted().invoiced()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = text(client, f"/market/liabilities/{YEAR}")
        assert all(f'id="{key}"' in page for key in ("refusals", "arrears"))
        return len(queries)

    monkeypatch.setattr("gongbao.systems.intermediary_market.ratings.views.auditor.SHOWN", 1)
    client.force_login(parties.people["auditor"])
    refuse(0, "WATER-1")
    asked()  # who asks, and the form of the numbers, are read once
    before = asked()
    refuse(1, "WATER-2")
    assert asked() == before
    for one in liabilities.filled(Period.of_year(2026, timezone.now())):
        assert one.found.count() == len(one.traces), one.report.key
        assert one.found.latest(1) == one.traces[:1], one.report.key
        assert [each.at for each in one.traces] == sorted((each.at for each in one.traces), reverse=True)
    page = text(client, f"/market/liabilities/{YEAR}")
    shown = page.partition('id="refusals"')[2].partition("</section>")[0]
    assert "· 2</h2>" in shown and shown.count('<th scope="row"') == 1
    assert f'href="/market/liabilities.xlsx{YEAR}"' in shown


def test_openings_are_read_as_far_as_they_are_told(db: None) -> None:
    """Each purchase has some, so that a year of them is most of the workbook."""
    scene = registered()
    scene.open_offers()
    found = REPORTS["openings"].read(Period.of_year(2026, MONDAY))
    with CaptureQueriesContext(connection) as asked:
        told = [(one.about, one.address) for one in found.latest()]
    case = scene.purchase.case
    about = f"{scene.purchase.owner.name} · {case.receipt}"
    assert told == [(about, f"/cases/{case.uuid}/")] * 2
    assert len(asked) == 1 and "secret_digest" not in asked[0]["sql"]


def test_what_is_overdue_is_followed_once_for_all_reports(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    play(parties).signed().filed().accepted().invoiced()
    followed: list[datetime] = []
    real = of_contracts.overdue
    monkeypatch.setattr(of_contracts, "overdue", lambda among, now: followed.append(now) or real(among, now))
    counts = {one.report.key: one.found.count() for one in liabilities.filled(Period.of_year(2026, timezone.now()))}
    assert counts["arrears"] == 1 and counts["signing"] == counts["acceptance"] == 0 and len(followed) == 1


def test_traces_of_conduct_and_of_the_catalogue_are_found(parties: Parties) -> None:
    found = verified(parties, "b4")
    assert len(traces("returned_work")) == 1 and traces("corrections") == []
    when = MONDAY + timedelta(days=3)
    account = parties.account_of(parties.agencies[0])
    seen = Case.objects.get(pk=found.case_id).events_count
    actions.answer(found.uuid, "conduct_appeal", {"appeal": "不实"}, account=account, at=when, seen=seen)
    take(parties, found, "conduct_overturn", when, "operator-deputy", appeal_decision="证据不足")
    assert any(procedure.overturn.label.en in one for one in traces("corrections"))


def test_auditors_read_the_reports_and_nobody_else(parties: Parties, client: Client) -> None:
    verified(parties, "b4")
    client.force_login(parties.people["auditor"])
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        page = text(client, f"/market/liabilities/{YEAR}")
        assert 'id="returned_work"' in page
        assert all(report.label.in_language(language) in page for report in REPORTS.values())
    assert client.get(f"/market/liabilities.xlsx{YEAR}").status_code == 200
    people: list[Any] = [parties.people[name] for name in ("operator-clerk", "operator-head", "school", "nobody")]
    for account in people:
        client.force_login(account)
        assert client.get("/market/liabilities/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("now", [timezone.now(), datetime(2026, 3, 2, 0, 0, 1, tzinfo=SHANGHAI)], ids=["now", "monday"])
@pytest.mark.one_database
def test_the_demonstration_shows_conduct_at_its_states(now: datetime) -> None:
    keep_units(read_units(UNITS), at=now)
    open_demo_accounts(dict.fromkeys(DEMO_ACCOUNTS, "an odd pass phrase"), at=now, with_posts=True)
    open_organisations(now)
    assert open_demo(now) == Conduct.objects.count() > 5
    states = set(Case.objects.filter(procedure=procedure.conduct.key).values_list("state", flat=True))
    assert states >= set(procedure.conduct.states) - {"proposed"}
    assert open_demo(now) == 0

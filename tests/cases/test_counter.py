"""The counter: somebody stands there, and a clerk acts for them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gongbao.core.labels import Label
from gongbao.office.cases import actions, types
from gongbao.office.cases.models import Attachment, Case, CaseEvent
from gongbao.office.cases.types import CaseType, Routed
from tests.cases.office import COMPLAINT, Office
from tests.cases.pages import PERSONAL, form, seen, signed_in, stranger, today, words
from tests.site import html

pytestmark = pytest.mark.one_database

FILE = "/counter/new/market_complaint/file/"
AT_COUNTER = {"identity": "identity_card", "authority": ""}


@pytest.fixture(autouse=True)
def routed(office: Office, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Complaints go to the market supervision, whatever this city has named."""
    settings.MEDIA_ROOT = tmp_path
    known = types.case_type("market_complaint")
    there = CaseType(
        known.procedure, known.party_name, known.party_contact, known.summary,
        route=lambda values: Routed(office.market, Label("测试", "a test"), ("housing",)),
        wordings=known.wordings, letter_values=known.letter_values,
    )  # fmt: skip
    monkeypatch.setitem(types._types, "market_complaint", there)


def once(client: Any, address: str = FILE) -> str:
    return html.read(client.get(address)).one("input", name="once").attributes["value"]


def test_a_complaint_is_filed_at_the_counter(office: Office) -> None:
    counter = signed_in(office, "counter")
    assert "File a complaint" in words(counter.get("/counter/"))
    sent = AT_COUNTER | form(**COMPLAINT) | {"once": once(counter)}
    evidence = {"v-evidence": [SimpleUploadedFile("账单.pdf", b"%PDF-1.7 z")]}
    answer = counter.post(FILE, sent | evidence)
    case = Case.objects.get()
    page = html.read(answer)
    receipt, secret = (one.text() for one in page.all("dd", class_="receipt"))
    assert receipt == case.receipt and actions.right_secret(case, secret)
    assert answer["Cache-Control"] == "private, no-store"
    assert (case.unit, case.barred) == (office.market, ["housing"])
    event = case.events.get()
    assert event.account == office.people["counter"] and event.role == "complainant"
    assert event.counter == {"identity": "identity_card", "authority": ""} and Attachment.objects.count() == 1
    # Pressed again: one case, and the same secret.
    again = counter.post(FILE, sent)
    assert Case.objects.count() == 1 and secret in words(again) and "It began one case" in words(again)
    pdf = stranger().post("/follow/receipt.pdf", {"receipt": receipt, "secret": secret})
    assert pdf.content.startswith(b"%PDF-") and pdf["Content-Disposition"].startswith("attachment")
    assert stranger().post("/follow/receipt.pdf", {"receipt": receipt, "secret": "wrong"}).status_code == 400


def test_a_form_that_is_old_tells_no_secret(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = signed_in(office, "counter")
    sent = AT_COUNTER | form(**COMPLAINT) | {"once": once(counter)}
    secret = html.read(counter.post(FILE, sent)).all("dd", class_="receipt")[1].text()
    later = timezone.now() + actions._TOLD_AGAIN * 2
    monkeypatch.setattr("gongbao.office.cases.views.counter.timezone.now", lambda: later)
    answer = counter.post(FILE, sent)
    assert answer.status_code == 400 and secret not in answer.content.decode() and "sent already" in words(answer)
    assert counter.post(FILE, sent | {"once": "short"}).status_code == 400
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"identity": ""}, "say which paper showed who stands there"),
        ({"identity": "library_card"}, "say which paper showed who stands there"),
        ({"authority": "a_wink"}, "say what shows that they may act for the other"),
        ({"v-subject": "weather"}, "choose one of"),
        ({"v-facts": ""}, "is needed"),
        ({"v-against_unit": "no-such-unit"}, "there is no such unit"),
        ({"v-against": "a\u202eb"}, "cannot be shown"),
    ],
)
def test_nonsense_begins_nothing_and_is_kept_in_the_form(office: Office, changed: dict[str, str], told: str) -> None:
    counter = signed_in(office, "counter")
    answer = counter.post(FILE, AT_COUNTER | form(**COMPLAINT) | {"once": once(counter)} | changed)
    assert answer.status_code == 400 and told in words(answer)
    assert "1 field has to be mended" in words(answer) or "no such unit" in told
    assert not Case.objects.exists()
    assert COMPLAINT["complainant_name"] in answer.content.decode()


def test_a_representative_shows_a_proof(office: Office) -> None:
    counter = signed_in(office, "counter")
    sent = {"identity": "passport", "authority": "letter"} | form(**COMPLAINT) | {"once": once(counter)}
    counter.post(FILE, sent)
    assert CaseEvent.objects.get().counter == {"identity": "passport", "authority": "letter"}
    told = words(signed_in(office, "clerk").get(f"/cases/{Case.objects.get().uuid}/"))
    assert "seen: passport or travel permit; for another, by power of attorney" in told


def test_a_later_step_at_the_counter_by_the_receipt_number(office: Office) -> None:
    case = today(office).case
    counter = signed_in(office, "counter")
    assert "no case with this receipt number" in words(counter.post("/counter/", {"receipt": "XXXXXXXXXX"}))
    found = counter.post("/counter/", {"receipt": f" {case.receipt.lower()} "})
    page = counter.get(found["Location"])
    assert "Withdraw" in words(page) and not any(one in page.content.decode() for one in PERSONAL)
    address = f"{found['Location']}steps/withdraw/"
    sent = seen(case)
    assert "which paper" in words(counter.post(address, sent))
    assert counter.post(address, sent | AT_COUNTER)["Location"] == found["Location"]
    again = counter.post(address, sent | AT_COUNTER)
    assert again.status_code == 409 and "not taken there" in words(again)
    case.refresh_from_db()
    assert case.state == "withdrawn" and case.events.last().counter["identity"] == "identity_card"
    for key in ("accept", "file", "nothing"):
        assert counter.get(f"{found['Location']}steps/{key}/").status_code == 404, key


def test_the_counter_is_for_those_who_hold_its_post(office: Office) -> None:
    case = today(office).case
    pages = ["/counter/", FILE, f"/counter/cases/{case.uuid}/", f"/counter/cases/{case.uuid}/steps/withdraw/"]
    for address in pages:
        assert stranger().get(address)["Location"].startswith("/sign-in/")
        for name in ("clerk", "auditor", "nobody", "housing-head"):
            assert signed_in(office, name).get(address).status_code == 403, (address, name)
    counter = signed_in(office, "counter")
    for address in ("/counter/new/nothing/file/", "/counter/new/market_complaint/accept/", "/desk/"):
        assert counter.get(address).status_code in (403, 404), address


def test_a_case_that_came_by_post_is_begun_at_the_desk(office: Office) -> None:
    clerk = signed_in(office, "clerk")
    address = "/desk/new/market_complaint/file/"
    assert "which paper" not in words(clerk.get(address)).lower()
    on = timezone.localdate() - timedelta(days=1)
    answer = clerk.post(address, form(**COMPLAINT, received_on=on.isoformat()) | {"once": once(clerk, address)})
    links = {one.attributes["href"] for one in html.read(answer).one("main").all("a")}
    assert f"/cases/{Case.objects.get().uuid}/" in links and on.isoformat() in words(answer)
    case = Case.objects.get()
    assert case.receipt in words(answer) and case.events.get().role == "clerk"
    for name in ("section-head", "deputy", "auditor"):
        assert signed_in(office, name).get(address).status_code == 404, name

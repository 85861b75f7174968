"""The page on which anybody with the receipt number and the secret follows a case."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gongbao.office.cases.models import Attachment, Case
from gongbao.office.people.actions.tries import TRIES_OF_A_NAME
from gongbao.systems.intermediary_market.complaints import procedure as market
from tests.cases.office import COMPLAINT, Office
from tests.cases.pages import form, seen, stranger, today, words

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def opened(begun: Any, language: str = "en") -> Client:
    client = stranger(language)
    answer = client.post("/follow/", {"receipt": begun.case.receipt, "secret": begun.secret})
    assert answer.status_code == 302 and answer["Location"] == "/follow/"
    return client


def ask_correction(office: Office, case: Case, *, serve: bool = True) -> None:
    now = timezone.now()
    given = {"to_correct": "请提供服务合同", "correct_by": timezone.localdate().replace(year=2090).isoformat()}
    office.take(case, "ask_correction", "clerk", now, **given)
    if serve:
        assert market.complaint.serve is not None
        manner = market.complaint.serve.asks[2].options[0].key
        on = timezone.localdate().isoformat()
        office.take(case, "serve", "clerk", now, letter="correction", served_on=on, manner=manner)


def of(case: Case) -> dict[str, Any]:
    """What the form of a step says of its case."""
    return {"case": case.receipt, **seen(case)}


def test_the_secret_shows_the_case(office: Office) -> None:
    begun = today(office)
    client = opened(begun)
    page = client.get("/follow/")
    told = words(page)
    assert "the authority decides whether to accept it" in told and "2 working days" in told
    assert COMPLAINT["facts"] in told and page["Cache-Control"] == "private, no-store"
    assert begun.secret not in page.content.decode()
    # Nothing of it is kept but that it was right.
    assert begun.secret not in str(dict(client.session))
    assert "Give both" in words(stranger().post("/follow/", {"receipt": begun.case.receipt}))
    # An address opens nothing.
    address = f"/follow/?receipt={begun.case.receipt}&secret={begun.secret}"
    assert "Show the case" in words(stranger().get(address))


def test_a_wrong_number_and_a_wrong_secret_are_told_alike(office: Office) -> None:
    one, two = today(office), today(office)
    wrong = [
        {"receipt": "ZZZZZZZZZZ", "secret": one.secret},
        {"receipt": one.case.receipt, "secret": "ZZZZZZZZZZZZ"},
        {"receipt": one.case.receipt, "secret": two.secret},
    ]
    told = [words(stranger().post("/follow/", given)) for given in wrong]
    assert told[0].replace("ZZZZZZZZZZ", one.case.receipt) == told[1] == told[2]
    assert "no case with this receipt number and this secret" in told[0]


def test_guessing_is_slowed_down(office: Office) -> None:
    begun = today(office)
    for _ in range(TRIES_OF_A_NAME):
        assert stranger().post("/follow/", {"receipt": begun.case.receipt, "secret": "x"}).status_code == 400
    answer = stranger().post("/follow/", {"receipt": begun.case.receipt.lower(), "secret": begun.secret})
    assert answer.status_code == 429 and "tried too often" in words(answer)
    assert stranger().post("/follow/receipt.pdf", {"receipt": begun.case.receipt, "secret": "x"}).status_code == 429


def test_it_ends_by_a_button_and_after_half_an_hour(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = today(office)
    client = opened(begun)
    client.post("/follow/end/")
    assert begun.case.receipt not in client.get("/follow/").content.decode()
    client = opened(begun)
    now = time.time()
    monkeypatch.setattr("gongbao.office.cases.views.follow.time.time", lambda: now + 29 * 60)
    assert begun.case.receipt in client.get("/follow/").content.decode()
    monkeypatch.setattr("gongbao.office.cases.views.follow.time.time", lambda: now + 60 * 60)
    assert begun.case.receipt not in client.get("/follow/").content.decode()
    assert client.get("/follow/steps/withdraw/")["Location"] == "/follow/"


def test_a_correction_is_asked_for_and_given(office: Office) -> None:
    begun = today(office)
    case = begun.case
    ask_correction(office, case, serve=False)
    client = opened(begun)
    assert "请提供服务合同" not in words(client.get("/follow/"))
    assert market.complaint.serve is not None
    manner = market.complaint.serve.asks[2].options[0].key
    on = timezone.localdate().isoformat()
    office.take(case, "serve", "clerk", timezone.now(), letter="correction", served_on=on, manner=manner)
    told = words(client.get("/follow/"))
    assert "请提供服务合同" in told and f"Served on {on}" in told and "stopped since" in told
    assert "clerk of the authority" in told and "second-clerk" not in told
    letter = case.events.get(step="ask_correction").letter
    assert client.get(f"/follow/letters/{letter.uuid}.pdf").content.startswith(b"%PDF-")
    address = "/follow/steps/correct/"
    assert client.get(address).status_code == 200
    empty = client.post(address, of(case) | form(correction=""))
    assert empty.status_code == 400 and "is needed" in words(empty)
    sent = of(case) | form(correction="补充合同一份", correction_files=SimpleUploadedFile("合同.pdf", b"%PDF-1.7 a"))
    assert client.post(address, sent)["Location"] == "/follow/"
    assert "补充合同一份" in words(client.get("/follow/"))
    again = client.post(address, {key: value for key, value in sent.items() if key != "v-correction_files"})
    assert again.status_code == 409 and "补充合同一份" in words(again)
    case.refresh_from_db()
    assert case.state == "received"
    file = Attachment.objects.get()
    assert client.get(f"/follow/files/{file.uuid}/").content == b"%PDF-1.7 a"
    # Another's page opens neither.
    other = opened(today(office))
    assert other.get(f"/follow/files/{file.uuid}/").status_code == 404
    assert other.get(f"/follow/letters/{letter.uuid}.pdf").status_code == 404
    assert stranger().get(f"/follow/files/{file.uuid}/")["Location"] == "/follow/"


def test_steps_of_the_office_and_nonsense(office: Office) -> None:
    begun = today(office)
    client = opened(begun)
    for key in ("accept", "file", "serve", "nothing", "correction_missed"):
        assert client.get(f"/follow/steps/{key}/").status_code == 404, key
        assert client.post(f"/follow/steps/{key}/", {"seen": 1}).status_code == 404, key
    assert "not taken there" in words(client.get("/follow/steps/correct/"))
    sent = of(begun.case)
    assert client.post("/follow/steps/withdraw/", sent | {"seen": "x"}).status_code == 409
    assert client.post("/follow/steps/withdraw/", sent).status_code == 302
    begun.case.refresh_from_db()
    assert begun.case.state == "withdrawn"
    page = words(client.get("/follow/"))
    assert "withdrawn" in page and "Nothing is asked of you now" in page


def test_a_form_that_is_open_since_before_does_nothing_to_another_case(office: Office) -> None:
    one, two = today(office), today(office)
    client = opened(one)
    assert one.case.receipt in client.get("/follow/steps/withdraw/").content.decode()
    client.post("/follow/", {"receipt": two.case.receipt, "secret": two.secret})
    for sent in (of(one.case), seen(two.case)):
        assert "Nothing was done" in words(client.post("/follow/steps/withdraw/", sent, follow=True))
    for case in (one.case, two.case):
        case.refresh_from_db()
        assert case.state == "received"


def test_what_the_office_says_among_itself_is_not_told(office: Office) -> None:
    begun = today(office)
    case = begun.case
    office.take(case, "accept", "clerk", timezone.now())
    office.take(
        case, "commission", "clerk", timezone.now(), ground="testing", examiner="检测院", question="内部问题一则"
    )
    told = opened(begun).get("/follow/").content.decode()
    assert "内部问题一则" not in told and "检测院" not in told and "testing" in told

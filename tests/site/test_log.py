"""What the log tells of what somebody wrote: of secrets, names of persons and foreign hosts nothing. All invented."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection
from django.test import Client

from gongbao.office.library import actions
from gongbao.site import server
from gongbao.site.log import OneLine

pytestmark = pytest.mark.one_database

NAME = "祁望川"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler of the settings writes, form and filters included."""
    handler = next(one for one in logging.getLogger().handlers if isinstance(one.formatter, OneLine))
    assert isinstance(handler, logging.StreamHandler)
    held = io.StringIO()
    # Not setStream: it flushes the one before, which a capture of another test may have closed.
    before, handler.stream = handler.stream, held
    yield held
    handler.stream = before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/feeds/{token}.ics", "/feeds/<str:token>.ics 200"),
        ("/feeds/{token}x.ics", "/feeds/<str:token>.ics 404"),
        ("/FEEDS/{token}.ics", "/…/… 404"),
        ("/Feeds/{token}", "/…/… 404"),
        ("/{token}", "/… 404"),
        ("/feeds/{token}", "/…/… 404"),
        ("/documents/{name}/", "/documents/<str:key>/ 404"),
        ("/documents/{name}", "/…/… 301"),
        ("/documents/云政办〔2026〕1号/{name}/", "/documents/<str:key>/<str:eid>/ 404"),
        ("/api/documents/{name}", "/api/documents/<key> 404"),
        ("/{name}/", "/…/ 404"),
        ("/documents/?text={name}", "/documents/ 200"),
        ("/static/{name}.css", "/static/… 404"),
    ],
)
def test_an_address_is_told_without_what_was_typed(
    client: Client, sample: object, log: io.StringIO, path: str, told: str
) -> None:
    _feed, token = actions.open_feed("值班室")
    client.get(path.format(token=token, name=NAME))
    written = log.getvalue()
    assert token not in written and NAME not in written and "\\u7941" not in written
    requests = [line for line in written.splitlines() if "gongbao.request" in line]
    assert len(requests) == 1
    assert f"GET {told} " in requests[0]


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["elsewhere.example", "4Vt0ken-of-a-feed", NAME, "x" * 3000, "a b", "a.example:99999"])
@pytest.mark.parametrize("path", ["/", "/documents/", "/FEEDS/x.ics"])
def test_a_foreign_name_is_one_line_without_the_name(client: Client, log: io.StringIO, host: str, path: str) -> None:
    assert client.get(path, HTTP_HOST=host).status_code == 400
    (line,) = log.getvalue().splitlines()
    assert host not in line and "Traceback" not in line and len(line) < 200
    assert " WARNING gongbao.request: GET /" in line
    assert line.endswith(", under a name that is not in GONGBAO_HOSTS")


@pytest.mark.django_db
def test_a_fault_is_told_with_its_traceback_and_without_the_address(
    sample: object, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    _feed, token = actions.open_feed("值班室")
    monkeypatch.setattr("gongbao.office.library.queries.open_feed", lambda token: {}["missing"])
    client = Client(raise_request_exception=False)
    assert client.get(f"/feeds/{token}.ics").status_code == 500
    written = log.getvalue()
    assert token not in written
    assert " ERROR django.request: GET /feeds/<str:token>.ics 500 | Traceback" in written
    assert "KeyError: 'missing'" in written


@pytest.mark.django_db
def test_a_forged_form_is_told_without_where_it_came_from(log: io.StringIO) -> None:
    """Django's own words quote the Referer, which holds what was searched for, and the Origin."""
    client = Client(enforce_csrf_checks=True)
    for heads in ({"HTTP_REFERER": f"https://testserver/documents/?text={NAME}"}, {"HTTP_ORIGIN": "https://t0ken"}):
        assert client.post("/sign-in/", secure=True, **heads).status_code == 403
    written = log.getvalue()
    assert NAME not in written and "t0ken" not in written
    assert written.count("django.security.csrf: POST /sign-in/ 403") == 2


def test_the_server_tells_no_address_of_a_caller_who_left(log: io.StringIO) -> None:
    logger = logging.getLogger("waitress")
    assert server.Channel.logger is logger
    logger.error("Client disconnected while serving %s" % "/feeds/4Vt0ken.ics")  # noqa: UP031
    assert log.getvalue().endswith("waitress: Client disconnected while serving a request\n")


# --- is it well


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["testserver", "10.1.2.3:8001", "elsewhere.example", "a b"])
def test_a_site_that_is_well_says_so_under_any_name_and_logs_nothing(
    client: Client, log: io.StringIO, settings: object, host: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    answer = client.get("/healthz", HTTP_HOST=host)
    assert (answer.status_code, answer.content) == (200, b"well\n")
    assert answer["Cache-Control"] == "no-store" and not answer.cookies
    assert client.head("/healthz", HTTP_HOST=host).status_code == 200
    assert client.post("/healthz", HTTP_HOST=host).status_code == 405
    assert log.getvalue() == ""


@pytest.mark.django_db
def test_a_database_that_lacks_changes_is_told(client: Client, log: io.StringIO) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'library' and name like '0003%%'")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (
        503,
        b"the database is not in the form this version needs\n",
    )
    assert " WARNING gongbao.request: /healthz: the database is not in the form" in log.getvalue()


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_told_and_its_reason_logged(client: Client, log: io.StringIO) -> None:
    def refuses(*_given: object) -> None:
        raise OperationalError("no route to db.internal.example")

    with connection.execute_wrapper(refuses):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")
    assert "no route to db.internal.example" in log.getvalue()

"""What the tests of the pages share: people who are signed in, and cases of today."""

from typing import Any

from django.test import Client
from django.utils import timezone

from gongbao.office.cases.models import Case
from tests.cases.office import COMPLAINT, Office, complain
from tests.site import html

ENGLISH = "en"


def signed_in(office: Office, name: str, language: str = ENGLISH) -> Client:
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(office.people[name])
    return client


def stranger(language: str = ENGLISH) -> Client:
    client = Client()
    client.cookies["django_language"] = language
    return client


def today(office: Office, **changed: Any) -> Any:
    """A complaint that came in just now: the case and its secret."""
    return complain(office, timezone.now(), **changed)


def form(**given: Any) -> dict[str, Any]:
    """The fields of a step as its form sends them."""
    return {f"v-{name}": value for name, value in given.items()}


def page_of(case: Case) -> str:
    return f"/cases/{case.uuid}/"


def seen(case: Case) -> dict[str, int]:
    case.refresh_from_db()
    return {"seen": case.events_count}


def words(response: Any) -> str:
    """The page as text; its elements nest, or this fails."""
    return " ".join(html.read(response).text().split())


PERSONAL = tuple(COMPLAINT[name] for name in ("facts", "complainant_name", "complainant_contact"))

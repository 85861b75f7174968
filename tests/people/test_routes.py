"""Every route says who may, and keeps to it: what a stranger, a visitor with an account, and members of units get.

What each of them is to get is read from the declarations; that there is one is the first thing that is asked.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from gongbao.office.people import permissions
from gongbao.office.people.middleware import Permissions
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, SIGNED_IN, Rule, allows
from gongbao.office.people.roles import Role
from gongbao.office.people.views.office import ADMINISTERS_CITY
from gongbao.site.middleware import HEALTH
from tests.people.made import holder_of, keep_city, open_account

pytestmark = pytest.mark.one_database

MADE_UP = {"str": "made-up", "uuid": UUID(int=7), "int": 7, "slug": "made-up", "path": "made/up"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """An address of the site and a method that it takes."""

    name: str
    route: str
    view: Any
    method: str

    @property
    def rule(self) -> Rule | None:
        return permissions.declared(self.view, self.method)

    def address(self, **parts: Any) -> str:
        """An address of it; what is not given of its parts is made up."""

        def part(found: re.Match[str]) -> str:
            return str(parts.get(found["name"], MADE_UP[found["kind"] or "str"]))

        return "/" + re.sub(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>", part, self.route)

    def __str__(self) -> str:
        return f"{self.method} {self.name or self.route}".strip()


def walk(patterns: list[Any], before: str = "", spaces: tuple[str, ...] = ()) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found += walk(one.url_patterns, route, (*spaces, one.namespace) if one.namespace else spaces)
        else:
            assert isinstance(one, URLPattern)
            found.append((":".join([*spaces, one.name or ""]), route, one.callback))
    return found


def routes() -> list[Route]:
    """All of the site, each once with GET, or with POST where it takes no other; of the API each of its methods."""
    found = []
    for name, route, view in walk(get_resolver().url_patterns):
        operations = permissions.operations_of(view)
        methods = [m for m in METHODS if any(m in one.methods for one in operations)] if operations else [""]
        found += [Route(name, route, view, method) for method in methods]
    return found


ROUTES = routes()
# They ask for more than an account: whether the thing is one's own. A stranger's and a made-up one are told alike.
ASK_FURTHER = {"intake:upload", "intake:cancel"}


def test_there_are_routes_of_every_room():
    rooms = {route.route.partition("/")[0] for route in ROUTES}
    assert {"", "api", "documents", "policies", "read", "people", "me", "sign-in", "i18n", "large-print"} <= rooms
    assert len(ROUTES) > 50


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_route_declares_who_may(route):
    assert isinstance(route.rule, Rule), f"{route}: no @allows(...)"


def test_every_operation_of_an_address_of_the_api_declares_for_itself():
    for _name, route, view in walk(get_resolver().url_patterns):
        for one in permissions.operations_of(view):
            assert isinstance(getattr(one.view_func, "allows", None), Rule), f"{route} {one.methods}"


# --- what they get


@pytest.fixture
def city(db):
    return keep_city()


def asked(client: Client, route: Route, **parts: Any) -> tuple[str, Any]:
    """The answer by GET, or by POST where GET is not taken. Which method it was."""
    client.raise_request_exception = False
    for method in [route.method] if route.method else ["GET", "POST"]:
        address = route.address(**parts)
        if method == "GET":
            response = client.get(address)
        else:
            response = client.generic(method, address, b"{}", content_type="application/json")
        if response.status_code != 405:
            return method, response
    return "POST", response


def is_refused(response: Any) -> bool:
    # A form without its data is 400 or a page with what is missing; what is not there is 404: neither is a refusal.
    sent_to_sign_in = response.status_code == 302 and response["Location"].startswith("/sign-in/?next=")
    return response.status_code in (401, 403) or sent_to_sign_in


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_stranger(city, client, route):
    method, response = asked(client, route)
    if route.rule is ANYONE:
        assert not is_refused(response), response.status_code
    elif route.route.startswith("api/"):
        assert response.status_code == 401 and response.json()["error"]
    elif method == "GET":
        assert response.status_code == 302
        assert response["Location"] == f"/sign-in/?next={route.address()}"
    else:
        assert response.status_code == 403


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_visitor_with_an_account(city, client, route):
    client.force_login(open_account("yan.shu"))
    _method, response = asked(client, route)
    if route.name in ASK_FURTHER:
        assert response.status_code == 403
    else:
        assert is_refused(response) is (route.rule not in (ANYONE, SIGNED_IN)), response.status_code


OF_A_UNIT = [route for route in ROUTES if route.rule and route.rule.of_unit]


def test_some_routes_are_of_a_unit():
    assert len(OF_A_UNIT) >= 3


@pytest.mark.parametrize("route", OF_A_UNIT, ids=str)
def test_a_member_of_the_wrong_unit_of_the_right_one_and_of_one_above_it(city, client, route):
    """Each in the role that the route asks for; what stands in the address is real, and of the office of finance."""
    parts = city.parts_of("finance")
    # Accounts belong to no unit: they are kept for the whole city.
    of_the_city = route.rule is ADMINISTERS_CITY
    for unit, refused in (("health", True), ("finance", of_the_city), ("yunlan", False)):
        client.force_login(holder_of(unit, route.rule.roles[0]))
        _method, response = asked(client, route, **parts)
        assert is_refused(response) is refused, (unit, response.status_code)


IN_A_ROLE = [route for route in ROUTES if route.rule and route.rule.roles]


@pytest.mark.parametrize("route", IN_A_ROLE, ids=str)
def test_a_member_in_the_wrong_role(city, client, route):
    other = next(role for role in Role if role not in route.rule.roles)
    client.force_login(city.member("somebody.else", "yunlan", other))
    _method, response = asked(client, route, **city.parts_of("finance"))
    assert response.status_code == 403


@pytest.mark.parametrize("route", [one for one in ROUTES if one.rule and one.rule.right], ids=str)
def test_a_right_opens_what_asks_for_it(city, client, route):
    account = open_account("yan.shu", adds_gazettes=True, sees_personal_data=True)
    assert account.has_perm(route.rule.right)
    client.force_login(account)
    assert not is_refused(asked(client, route)[1])


# --- the middleware


def told_nothing(request):
    return HttpResponse("told")


urlpatterns = [path("api/me", allows(SIGNED_IN)(lambda request: HttpResponse("told")))]


def test_what_declares_nothing_is_refused_to_everybody(rf, caplog):
    request = rf.get("/nothing/")
    request.user = Account(username="root", is_superuser=True)
    with pytest.raises(PermissionDenied):
        Permissions(told_nothing).process_view(request, told_nothing, (), {})
    assert "declares not who may call it" in caplog.text
    assert Permissions(told_nothing).process_view(request, allows(SIGNED_IN)(told_nothing), (), {}) is None


@pytest.mark.urls(__name__)
def test_the_api_says_so_in_its_own_form(db, client, settings):
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if not one.startswith("gongbao.site.api.")]
    assert client.get("/api/me").status_code == 401
    client.force_login(open_account("yan.shu"))
    assert client.get("/api/me").content == b"told"


def test_whether_it_is_well_is_told_to_anyone(db, client):
    """No route: it is answered before anybody is asked who they are."""
    assert client.get(HEALTH).headers["Content-Type"].startswith("text/plain")


def test_a_post_counts_from_its_first_day_to_its_last(city, client):
    account = open_account("yan.shu")
    city.post(account, "yunlan", Role.ADMINISTRATOR, since=date(2020, 1, 1), until=date(2020, 12, 31))
    client.force_login(account)
    assert client.get("/people/").status_code == 403

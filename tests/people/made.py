"""People for tests: an invented city with a few units, and accounts in them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gongbao.office.people import actions, queries
from gongbao.office.people.models import Account, Post
from gongbao.office.people.roles import Role
from tests.replayed import replayed

PASSWORD = "three calm herons"
LONG_AGO = date(2020, 1, 1)

UNITS = (
    ("yunlan", "云岭市", "Yunling", "city", ""),
    ("finance", "市财政局", "Finance Bureau", "department", "yunlan"),
    ("budget", "预算科", "Budget Section", "section", "finance"),
    ("health", "市卫生健康委员会", "Health Commission", "department", "yunlan"),
    ("east", "东岭县", "Dongling County", "county", "yunlan"),
)


@dataclass
class City:
    """The city, with its administrators: one of the whole city, who must be there, and whoever is added."""

    def post(
        self, account: Account, unit: str, role: Role, *, since: date = LONG_AGO, until: date | None = None
    ) -> Post:
        return actions.give_post(account, unit, role, since=since, until=until, at=timezone.now())

    def member(self, name: str, unit: str, role: Role) -> Account:
        account = open_account(name)
        self.post(account, unit, role)
        return account

    def parts_of(self, unit: str) -> dict[str, Any]:
        """Parts of addresses that are real: the unit, and a post in it."""
        post = self.post(open_account(f"{unit}.{timezone.now().timestamp()}"), unit, Role.CLERK)
        return {"key": unit, "uuid": post.uuid}


@replayed
def keep_city() -> City:
    for key, zh, en, kind, parent in UNITS:
        actions.keep_unit(key, zh=zh, en=en, kind=kind, parent=parent, at=timezone.now())
    return City()


def open_account(name: str, **more: Any) -> Account:
    return actions.keep_account(name, password=PASSWORD, **more)[0]


def holder_of(unit: str, role: Role) -> Account:
    """Somebody in the role of the unit, given the post if there is nobody."""
    name = f"{role}.{unit}"
    if queries.account_exists(name):
        return queries.account_named(name)
    return City().member(name, unit, role)


def administrator_of(unit: str) -> Account:
    return holder_of(unit, Role.ADMINISTRATOR)


def today() -> date:
    return timezone.localdate()


def tomorrow() -> date:
    return today() + timedelta(days=1)

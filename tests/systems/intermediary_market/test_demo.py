"""The complaints that show the program: made once, one at each state, as if they had been worked on."""

from datetime import datetime

import pytest
from django.utils import timezone

from gongbao.office.audit import rebuild as derived
from gongbao.office.cases import queries
from gongbao.office.cases.models import Case
from gongbao.office.people.actions import DEMO_ACCOUNTS, keep_units, open_demo_accounts
from gongbao.office.people.models import Account
from gongbao.office.people.unit_files import read_units
from gongbao.procedures.fields import SHANGHAI
from gongbao.sample import UNITS
from gongbao.systems.intermediary_market.complaints.demo import open_demo
from gongbao.systems.intermediary_market.complaints.queries import published


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        timezone.now(),
        datetime(2026, 3, 2, 0, 0, 1, tzinfo=SHANGHAI),  # the first second of a working day
        datetime(2026, 10, 5, 23, 0, tzinfo=SHANGHAI),  # in the middle of days off
    ],
    ids=["now", "at midnight", "on a day off"],
)
def test_the_demonstration_has_a_case_at_each_state(now: datetime) -> None:
    keep_units(read_units(UNITS), at=now)
    open_demo_accounts(dict.fromkeys(DEMO_ACCOUNTS, "an odd pass phrase"), at=now, with_posts=True)
    made = open_demo(now)
    assert made == Case.objects.count() > 10
    states = set(Case.objects.values_list("state", flat=True))
    assert states >= {"received", "correcting", "handling", "examining", "closed", "withdrawn"}
    assert published().count() == 2
    clerk = Account.objects.get(username="demo-clerk")
    counts = queries.counts(queries.desk_of(clerk, now.astimezone(SHANGHAI).date()), now)
    assert counts["unit"] >= 6 and counts["overdue"] >= 1
    deputy = Account.objects.get(username="demo-section-head")
    assert len(queries.asked_of(queries.desk_of(deputy, now.astimezone(SHANGHAI).date()))) == 1
    assert not list(derived.differences())
    assert all(opened <= now for opened in Case.objects.values_list("opened_at", flat=True))
    assert open_demo(now) == 0

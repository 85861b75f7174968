"""The purchases that show the market: made once, one at each state, as if they had been worked on."""

from collections import Counter

import pytest
from django.utils import timezone

from gongbao.office.audit import rebuild as derived
from gongbao.office.people.actions import DEMO_ACCOUNTS, keep_units, open_demo_accounts
from gongbao.office.people.unit_files import read_units
from gongbao.sample import UNITS
from gongbao.systems.intermediary_market.organisations.demo import open_demo as open_organisations
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.demo import open_demo
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing.models import CustodianKey


@pytest.mark.django_db
def test_the_demonstration_has_a_purchase_at_each_state() -> None:
    now = timezone.now()
    keep_units(read_units(UNITS), at=now)
    open_demo_accounts(dict.fromkeys(DEMO_ACCOUNTS, "an odd pass phrase"), at=now, with_posts=True)
    open_organisations(now)
    made = open_demo(now)
    found = Counter(Purchase.objects.values_list("case__state", flat=True))
    assert made == found.total()
    # What follows the notice of award the contracts play.
    assert set(found) == set(procedure.purchase.states) - {"concluded", "unsigned"}
    assert found["awarded"] == 9
    at_county = Purchase.objects.filter(case__unit__key="linlan-government-services")
    assert {one.case.state for one in at_county} == {"reviewing", "open", "selected"}
    assert not CustodianKey.objects.filter(ended_at=None).exists()
    assert not list(derived.differences())
    assert open_demo(now) == 0

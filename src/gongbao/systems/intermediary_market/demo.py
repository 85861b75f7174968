"""What shows the market: invented, in the imaginary city of the sample. Each part makes its own, in this order."""

from datetime import datetime, timedelta

from django.utils import timezone

from gongbao.office.cases.models import Case
from gongbao.office.outbox import actions as outbox
from gongbao.office.outbox import queries as messages
from gongbao.office.people.models import Account
from gongbao.office.people.queries import acting_posts
from gongbao.systems.intermediary_market.complaints.demo import open_demo as open_complaints
from gongbao.systems.intermediary_market.contracts.demo import open_demo as open_contracts
from gongbao.systems.intermediary_market.organisations.demo import open_demo as open_organisations
from gongbao.systems.intermediary_market.purchases.demo import open_demo as open_purchases
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.ratings.demo import open_demo as open_ratings
from gongbao.systems.intermediary_market.supervision.demo import open_demo as open_supervision

PARTS = (open_complaints, open_organisations, open_purchases, open_contracts, open_ratings, open_supervision)
RECENT = timedelta(days=7)
"""What somebody has not read yet is no older."""


def open_demo(now: datetime) -> None:
    """For a site on this machine alone; see gongbao.site.server.open_demo_accounts."""
    made = [open_part(now) for open_part in PARTS]
    if any(made):
        _read_messages(now)


def _read_messages(now: datetime) -> None:
    """Each of the accounts has read its messages, but for the last one about each thing that is under way."""
    under_way = {one.subject: one.subject for one in Case.objects.filter(over=False)}
    under_way |= {one.subject: one.case.subject for one in Purchase.objects.filter(case__over=False)}
    for account in Account.objects.filter(is_active=True):
        found = messages.messages_of(account, acting_posts(account, timezone.localdate(now)))
        left: set[str] = set()
        read = []
        for one in found.order_by("-id"):
            about = under_way.get(one.about)
            if about is None or about in left or one.created_at < now - RECENT:
                read.append(one)
            else:
                left.add(about)
        outbox.mark_all_read(read, account, now)

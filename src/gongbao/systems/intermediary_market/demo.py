"""What shows the market: invented, in the imaginary city of the sample. Each part makes its own, in this order."""

from datetime import datetime

from gongbao.systems.intermediary_market.complaints.demo import open_demo as open_complaints
from gongbao.systems.intermediary_market.contracts.demo import open_demo as open_contracts
from gongbao.systems.intermediary_market.organisations.demo import open_demo as open_organisations
from gongbao.systems.intermediary_market.purchases.demo import open_demo as open_purchases
from gongbao.systems.intermediary_market.ratings.demo import open_demo as open_ratings
from gongbao.systems.intermediary_market.supervision.demo import open_demo as open_supervision

PARTS = (open_complaints, open_organisations, open_purchases, open_contracts, open_ratings, open_supervision)


def open_demo(now: datetime) -> None:
    """For a site on this machine alone; see gongbao.site.server.open_demo_accounts."""
    for open_part in PARTS:
        open_part(now)

"""The procedures of the market, each declared in the part that it belongs to."""

from gongbao.systems.intermediary_market.complaints.procedure import complaint
from gongbao.systems.intermediary_market.contracts.procedure import contract
from gongbao.systems.intermediary_market.purchases.procedure import purchase
from gongbao.systems.intermediary_market.ratings.procedure import conduct

__all__ = ["complaint", "conduct", "contract", "purchase"]

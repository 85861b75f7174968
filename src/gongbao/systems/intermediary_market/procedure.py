"""The procedures of the market, each declared in the part that it belongs to."""

from gongbao.systems.intermediary_market.complaints.procedure import complaint
from gongbao.systems.intermediary_market.contracts.procedure import contract
from gongbao.systems.intermediary_market.purchases.procedure import purchase

__all__ = ["complaint", "contract", "purchase"]

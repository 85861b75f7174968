"""The procedures of the market, each declared in the part that it belongs to."""

from gongbao.systems.intermediary_market.complaints.procedure import complaint

__all__ = ["complaint"]

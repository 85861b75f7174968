"""Prices as pages tell them. The events of a purchase keep them as Chinese texts: 46000元, 费率1.2%, 下浮率20%."""

import re
from decimal import Decimal

from gongbao.core.labels import Label

_SUM = re.compile(r"([0-9]+(?:\.[0-9]+)?)元")
_PER_CENT = re.compile(r"(费率|下浮率)([0-9]+(?:\.[0-9]+)?)%")
_KINDS = {"费率": "rate of", "下浮率": "discount of"}


def sum_told(amount: Decimal) -> Label:
    """A sum with its unit: 46,000.00 yuan."""
    return Label(f"{amount:,.2f}元", f"{amount:,.2f} yuan")


def price_told(kept: str) -> Label | None:
    """A price in both languages; what is none of the three kinds as it stands, None for nothing."""
    if found := _SUM.fullmatch(kept):
        return sum_told(Decimal(found[1]))
    if found := _PER_CENT.fullmatch(kept):
        return Label(kept, f"{_KINDS[found[1]]} {found[2]}%")
    return Label(kept, kept) if kept else None

"""The fee standards of services under government pricing (第十条): which is in force on a day, and what it bars.

Whether a service stands under it is for development and reform to say, whatever the catalogue says of its pricing. What
a standard bars is refused only where that is clear: a sum of yuan for the whole service. One for each unit, a rate or
words alone are shown to whoever decides.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, Pricing, ServiceItem
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.supervision.models import GovernmentPrice, Measure, Standard

CLAUSE = f"{DOCUMENT} 第十条"
IN_FIGURES = (Standard.MAXIMUM, Standard.FIXED)


def prices_of(item: ServiceItem) -> list[GovernmentPrice]:
    """All that was ever entered of the service, what was entered last first."""
    return list(GovernmentPrice.objects.filter(item=item).select_related("unit").order_by("-number"))


def said_on(items: Collection[ServiceItem], on: date) -> dict[int, GovernmentPrice]:
    """What development and reform says of the services on the day, by their ids: a standard, one that has run out, or
    that there is to be none. One query."""
    rows = GovernmentPrice.objects.filter(item__in=items, since__lte=on).select_related("unit")
    return {one.item_id: one for one in rows.order_by("since", "number")}


def in_force(item: ServiceItem, on: date) -> GovernmentPrice | None:
    """The fee standard of the service on the day; None where none is fixed."""
    return if_in_force(said_on([item], on).get(item.pk), on)


def if_in_force(said: GovernmentPrice | None, on: date) -> GovernmentPrice | None:
    """The same, of what said_on found."""
    if said is None or said.kind == Standard.MARKET or (said.until is not None and said.until < on):
        return None
    return said


def is_released(said: GovernmentPrice | None, on: date) -> bool:
    """Whether it says that the service does not stand under government pricing on the day."""
    return said is not None and said.kind == Standard.MARKET and (said.until is None or said.until >= on)


def stands_under(version: ItemVersion, on: date) -> bool:
    """Whether the price of the service is set by the government on the day: a standard is in force, or its catalogue
    says so and development and reform does not say otherwise."""
    said = said_on([version.item], on).get(version.item_id)
    if if_in_force(said, on) is not None:
        return True
    return version.pricing == Pricing.GOVERNMENT and not is_released(said, on)


def most(price: GovernmentPrice | None) -> Decimal | None:
    """The most that may be charged for the whole service, in yuan; None where it says nothing so clear."""
    if price is None or price.kind not in IN_FIGURES or price.measure != Measure.WHOLE or price.figure is None:
        return None
    return price.figure


def refuse_above(item: ServiceItem, amount: Decimal, on: date, where: str) -> None:
    """Raises GongbaoError where the sum is more than the standard in force on the day allows for the whole service."""
    ceiling = most(in_force(item, on))
    if ceiling is not None and amount > ceiling:
        raise GongbaoError(above(ceiling).en, where=where)


def above(ceiling: Decimal) -> Label:
    """Why a sum is refused."""
    return Label(
        f"该事项实行政府定价，现行收费标准最高为{ceiling:,.2f}元（{CLAUSE}）",
        f"the price of this service is set by the government, at {ceiling:,.2f} yuan at most ({CLAUSE})",
    )


def refuse_against(item: ServiceItem, pricing: str, since: date) -> None:
    """Raises GongbaoError where the catalogue would say of the pricing of a service, from that day on, what development
    and reform does not say."""
    said = said_on([item], since).get(item.pk)
    if pricing == Pricing.GOVERNMENT and is_released(said, since):
        raise GongbaoError(
            f"development and reform does not have this service under government pricing ({CLAUSE})", where="pricing"
        )
    if pricing != Pricing.GOVERNMENT and if_in_force(said, since) is not None:
        raise GongbaoError(
            f"development and reform has fixed the price of this service: it is set by the government ({CLAUSE})",
            where="pricing",
        )


def figure_told(price: GovernmentPrice) -> Label:
    """The figure of a standard in words: 最高8,000.00元（全部服务）; what kind of standard it is, where it has none."""
    if price.kind == Standard.MARKET:
        return Label("不属政府定价，市场调节", "not under government pricing")
    if price.figure is None:
        return Label("见收费标准文字", "see the words of the standard")
    zh, en = ("最高", "at most ") if price.kind == Standard.MAXIMUM else ("固定", "fixed at ")
    figure = number_told(price.figure)
    if price.measure == Measure.RATE:
        return Label(f"{zh}{price.per}的{figure}%", f"{en}{figure}% of: {price.per}")
    if price.measure == Measure.UNIT:
        return Label(f"{zh}{figure}元/{price.per}", f"{en}{figure} yuan per {price.per}")
    return Label(f"{zh}{figure}元（全部服务）", f"{en}{figure} yuan for the whole service")


def number_told(figure: Decimal) -> str:
    """1,250.50; 0.0035: two decimals at least, and no more than it has."""
    plain = f"{figure:,.4f}"
    return plain[:-2] if plain.endswith("00") else plain.rstrip("0")

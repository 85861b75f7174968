"""The only code that reads prices, their supervision and credit for a page, an export or another part.

What is charged is read of purchases whose award is published (fees.py); nothing that is sealed, or kept back, is read
here. What market supervision found everybody sees where it recorded it to be published; the agency sees all of it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from gongbao.gazette.masking import MASK
from gongbao.office.cases.actors import AT_DESK
from gongbao.office.people.models import Unit
from gongbao.office.people.queries import ActingPost, body_of
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, Pricing
from gongbao.systems.intermediary_market.competence import competences
from gongbao.systems.intermediary_market.complaints.privacy import NUMBERS
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.ratings.queries import is_secret
from gongbao.systems.intermediary_market.supervision import government_prices
from gongbao.systems.intermediary_market.supervision.models import (
    CreditHandOver,
    GovernmentPrice,
    JointPunishment,
    PriceInspection,
    Standard,
)

# --- who


@dataclass(frozen=True, slots=True)
class Competent:
    """A post in which somebody acts for the body that has a function; for a county where it is that of one."""

    post: ActingPost
    county: Unit | None


def competent_post(posts: Iterable[ActingPost], function: Function) -> Competent | None:
    """The post, of these, at a desk of a body that has the function: at the city's own level first, else a county's."""
    working = [one for one in posts if one.post.role in AT_DESK]
    for named in competences().filter(function=function):
        body = body_of(named.unit).pk
        for one in working:
            if body_of(one.post.unit).pk == body:
                return Competent(one, named.county)
    return None


# --- government prices


@dataclass(frozen=True, slots=True)
class Priced:
    """A service whose price is set by the government on a day, or about which development and reform said that it is
    not: its standard in force, None where none is."""

    version: ItemVersion
    said: GovernmentPrice | None
    price: GovernmentPrice | None

    @property
    def is_released(self) -> bool:
        return self.said is not None and self.said.kind == Standard.MARKET

    @property
    def says_otherwise(self) -> bool:
        """Whether the catalogue says another pricing than development and reform."""
        if self.price is not None:
            return self.version.pricing != Pricing.GOVERNMENT
        return self.is_released and self.version.pricing == Pricing.GOVERNMENT


def priced(on: date, words: str = "") -> list[Priced]:
    """All of them, by code. Two queries."""
    versions = list(catalogue.services(on, words=words).filter(
        Q(pricing=Pricing.GOVERNMENT) | ~Q(item__government_prices=None)
    ).distinct())  # fmt: skip
    said = government_prices.said_on([one.item for one in versions], on)
    return [priced_as(one, said.get(one.item_id), on) for one in versions]


def priced_as(version: ItemVersion, said: GovernmentPrice | None, on: date) -> Priced:
    return Priced(version, said, government_prices.if_in_force(said, on))


def standing_of(version: ItemVersion, on: date) -> Priced | None:
    """How the service stands to government pricing on the day; None where it has nothing to do with it."""
    found = priced_as(version, government_prices.said_on([version.item], on).get(version.item_id), on)
    return None if found.said is None and version.pricing != Pricing.GOVERNMENT else found


# --- inspections


def inspections() -> QuerySet[PriceInspection]:
    """All of them, newest first."""
    return PriceInspection.objects.select_related(
        "agency", "contract__purchase__item", "contract__case", "unit", "conduct__case", "replaces", "replaced_by"
    )


def public_inspections(agency: Organisation | None = None) -> QuerySet[PriceInspection]:
    """Those that stand and are published, of all or of one."""
    found = inspections().filter(is_public=True, replaced_by=None)
    return found if agency is None else found.filter(agency=agency)


def seen_inspections(own: Collection[Organisation], *, everything: bool) -> QuerySet[PriceInspection]:
    """Those that somebody sees: all, or what is published and what is of their own agencies."""
    if everything:
        return inspections()
    return inspections().filter(Q(is_public=True, replaced_by=None) | Q(agency__in=own))


def inspection(uuid: UUID | str) -> PriceInspection | None:
    return inspections().filter(uuid=uuid).first()


@dataclass(frozen=True, slots=True)
class ShownInspection:
    """An inspection as somebody sees it; `service` is "" where it is of no contract."""

    row: PriceInspection
    service: str
    found: str
    measure: str


def as_shown(row: PriceInspection, *, inside: bool) -> ShownInspection:
    """Not `inside`: without numbers of persons, and without the service of a contract that the law keeps secret."""
    service = row.contract.purchase.item.name if row.contract is not None else ""
    if inside:
        return ShownInspection(row, service, row.found, row.measure)
    if row.contract is not None and is_secret(row.contract):
        service = MASK
    return ShownInspection(row, service, NUMBERS.sub(MASK, row.found), NUMBERS.sub(MASK, row.measure))


def earlier(row: PriceInspection) -> list[PriceInspection]:
    """The records that it replaces, the latest first."""
    found = []
    while row.replaces is not None:
        row = row.replaces
        found.append(row)
    return found


def proposed_before(row: PriceInspection) -> bool:
    """Whether it, or a record that it replaces, was proposed as conduct."""
    return any(one.conduct_id is not None for one in (row, *earlier(row)))


# --- joint punishments


def punishments() -> QuerySet[JointPunishment]:
    """The records that stand, newest first: not replaced, not set aside."""
    return JointPunishment.objects.filter(replaced_by=None, set_aside=False).select_related(
        "agency", "unit", "replaces"
    )


def punishment(uuid: UUID | str) -> JointPunishment | None:
    return JointPunishment.objects.select_related("agency").filter(uuid=uuid).first()


def punishments_on(agencies: Collection[Organisation], on: date) -> dict[int, list[JointPunishment]]:
    """Those that hold on the day, by the ids of the agencies. One query."""
    holds = Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))
    found: dict[int, list[JointPunishment]] = {}
    for one in punishments().filter(holds, agency__in=agencies):
        found.setdefault(one.agency_id, []).append(one)
    return found


# --- credit


def hand_overs() -> QuerySet[CreditHandOver]:
    """All of them, the last first."""
    return CreditHandOver.objects.select_related("unit")


def hand_over(uuid: UUID | str) -> CreditHandOver | None:
    return hand_overs().filter(uuid=uuid).first()


def last_number() -> int:
    return CreditHandOver.objects.count()

"""What a complaint can be begun from: a purchase or a contract that whoever complains can see."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from gongbao.office.cases.queries import Desk
from gongbao.systems.intermediary_market.complaints.evidence import Source
from gongbao.systems.intermediary_market.contracts import queries as contracts
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.models import Purchase, Terms
from gongbao.systems.intermediary_market.purchases.queries import result_is_public

_UP_TO_OPENING = frozenset(
    one.key
    for one in (
        procedure.submit, procedure.ask_corrections, procedure.resubmit, procedure.publish_notice,
        procedure.change_terms, procedure.extend, procedure.declare_outage, procedure.reopen,
    )
)  # fmt: skip
"""The steps of a purchase that tell nothing of who registered and who was selected."""


@dataclass(frozen=True, slots=True)
class Against:
    """Whom the form suggests as the party complained of, and of what: keys of options of the step `file`. `unit` is
    the key of the body, "" where it is none of the city's."""

    subject: str
    kind: str
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """`complains`: the organisation for which whoever asks would complain, None where they are of neither side."""

    source: Source
    title: str
    against: Against
    complains: Organisation | None


def find(kind: str, uuid: UUID, own: Collection[Organisation], desk: Desk | None) -> About | None:
    """The purchase or contract, where whoever acts for these organisations, and has this desk, can see it."""
    if kind == "contract":
        return _contract(uuid, own, desk)
    return _purchase(uuid, own) if kind == "purchase" else None


def _owner(owner: Organisation) -> Against:
    return Against("owner", "owner", owner.name, _unit_of(owner))


def _unit_of(owner: Organisation) -> str:
    return owner.unit.key if owner.unit is not None else ""


def _contract(uuid: UUID, own: Collection[Organisation], desk: Desk | None) -> About | None:
    found = contracts.find_contract(uuid)
    if found is None or (contracts.reader_of(found, own, desk) is None and contracts.public_page(uuid) is None):
        return None
    owner, agency = found.purchase.owner, found.registration.organisation
    source = Source(found.subject, found.case, owner=owner)
    title = found.purchase.item.name
    if owner in own:
        return About(source, title, Against("agency", "agency", agency.name), owner)
    return About(source, title, _owner(owner), agency if agency in own else None)


def _purchase(uuid: UUID, own: Collection[Organisation]) -> About | None:
    """One of which something was published; the owner, who would complain of the operator, sees its own before."""
    found = Purchase.objects.select_related("case__unit", "owner__unit", "item").filter(uuid=uuid).first()
    if found is None:
        return None
    is_public = result_is_public(found)
    source = Source(found.subject, found.case, None if is_public else _UP_TO_OPENING, found.owner)
    title = found.item.name
    if found.owner in own:
        unit = found.case.unit
        return About(source, title, Against("selection", "operator", unit.zh, unit.key), found.owner)
    if not is_public and not Terms.objects.filter(purchase=found, published_at__isnull=False).exists():
        return None
    return About(source, title, _owner(found.owner), next((one for one in own if one.is_agency), None))

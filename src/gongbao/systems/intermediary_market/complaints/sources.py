"""What a complaint can be begun from: a purchase or a contract that whoever complains can see."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from gongbao.office.cases.queries import Desk
from gongbao.systems.intermediary_market.complaints.evidence import Source
from gongbao.systems.intermediary_market.contracts import queries as contracts
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases.models import Purchase, Terms


@dataclass(frozen=True, slots=True)
class About:
    """`against` is whom the form suggests as the party complained of: its kind, and the organisation. `complains`: the
    organisation for which whoever asks would complain, None where they are of neither side."""

    source: Source
    title: str
    against_kind: str
    against: Organisation
    complains: Organisation | None


def find(kind: str, uuid: UUID, own: Collection[Organisation], desk: Desk | None) -> About | None:
    """The purchase or contract, where whoever acts for these organisations, and has this desk, can see it."""
    return {"contract": _contract, "purchase": _purchase}.get(kind, _nothing)(uuid, own, desk)


def _nothing(uuid: UUID, own: Collection[Organisation], desk: Desk | None) -> None:
    return None


def _contract(uuid: UUID, own: Collection[Organisation], desk: Desk | None) -> About | None:
    found = contracts.find_contract(uuid)
    if found is None or (contracts.reader_of(found, own, desk) is None and contracts.public_page(uuid) is None):
        return None
    owner, agency = found.purchase.owner, found.registration.organisation
    ids = {one.pk for one in own}
    source = Source(found.subject, found.case)
    title = found.purchase.item.name
    if owner.pk in ids:
        return About(source, title, "agency", agency, owner)
    complains = next((one for one in own if one.pk == agency.pk), None)
    return About(source, title, "owner", owner, complains)


def _purchase(uuid: UUID, own: Collection[Organisation], desk: Desk | None) -> About | None:
    """One whose notice was published; the owner sees its own before."""
    found = Purchase.objects.select_related("case", "owner", "item").filter(uuid=uuid).first()
    if found is None:
        return None
    is_own = any(one.pk == found.owner_id for one in own)
    if not is_own and not Terms.objects.filter(purchase=found, published_at__isnull=False).exists():
        return None
    complains = next((one for one in own if one.is_agency and one.pk != found.owner_id), None)
    return About(Source(found.subject, found.case), found.item.name, "owner", found.owner, complains)

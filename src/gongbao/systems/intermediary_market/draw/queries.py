"""The only code that reads draws for a page, a file or another part.

Until the result of the purchase is public everybody sees commitments, root, opened shares and the public value, and
nothing of who takes part, nor how many do (第三十八条第（二）项). A registrant sees its own entry once the list is
fixed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.people.models import Account
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw import proof
from gongbao.systems.intermediary_market.draw.actions import as_entry, opened_first, said_of, sealed_for
from gongbao.systems.intermediary_market.draw.draw import Missing, Party
from gongbao.systems.intermediary_market.draw.models import Draw, DrawEntry, DrawShare
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration, Way
from gongbao.systems.intermediary_market.purchases.procedure import annulled, drawing, publish_award
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Layer, Sealing
from gongbao.systems.intermediary_market.sealing.queries import custodians

PARTIES = {
    Party.OWNER: Label("项目业主", "project owner"),
    Party.OPERATOR: Label("超市运维机构", "operator of the market"),
}


class Stage(StrEnum):
    """How far a draw has come; what is said is what comes next."""

    BEGUN = "begun"
    FIXED = "fixed"
    OPEN = "open"
    VALUED = "valued"
    DRAWN = "drawn"
    SET_ASIDE = "set_aside"

    @property
    def label(self) -> Label:
        return _STAGES[self]


_STAGES = {
    Stage.BEGUN: Label("待确定名单", "the list is not fixed yet"),
    Stage.FIXED: Label("名单已定，待打开随机数", "the list is fixed; the shares are to be opened"),
    Stage.OPEN: Label("随机数已打开，待公开数值公布", "the shares are open; the public value is awaited"),
    Stage.VALUED: Label("公开数值已录入，结果待公布", "the public value is there; the result is not published yet"),
    Stage.DRAWN: Label("已抽取", "drawn"),
    Stage.SET_ASIDE: Label("已作废", "set aside"),
}


def stage_of(draw: Draw) -> Stage:
    if draw.set_aside_at:
        return Stage.SET_ASIDE
    if draw.drawn_at:
        return Stage.DRAWN
    if draw.value:
        return Stage.VALUED
    if draw.closed_at:
        return Stage.OPEN
    return Stage.FIXED if draw.fixed_at else Stage.BEGUN


def current(purchase: Purchase) -> Draw | None:
    """The draw of the purchase that counts, or will."""
    return Draw.objects.filter(purchase=purchase, set_aside_at=None).first()


def result(purchase: Purchase) -> list[Registration]:
    """Those who took part in the order in which they were drawn; [] before. For whoever may know it."""
    entries = DrawEntry.objects.filter(draw__purchase=purchase, draw__set_aside_at=None).exclude(place=None)
    return [one.registration for one in entries.select_related("registration__organisation").order_by("place")]


def is_public(draw: Draw) -> bool:
    """Whether everybody may see who took part and who was drawn: with the award notice (第二十四条), not before the
    owner lets it be published (第三十八条第（三）项), or once the result was annulled."""
    if draw.drawn_at is None:
        return False
    case = draw.purchase.case
    return case.state == annulled.key or case.events.filter(step=publish_award.key).exists()


# --- the page


@dataclass(frozen=True, slots=True)
class ShownShare:
    party: Label
    commitment: str
    committed_at: datetime
    share: str
    opened_at: datetime | None
    by_custodians: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A draw as everybody may see it. `file` is None until the result is public; `checks` are those of the file."""

    draw: Draw
    stage: Stage
    shares: list[ShownShare]
    file: proof.DrawFile | None
    checks: list[proof.Check]

    @property
    def holds(self) -> bool:
        return all(one.holds for one in self.checks)

    @property
    def drawn(self) -> list[tuple[str, str]]:
        """Credit code and name of those who took part, in the order in which they were drawn."""
        if self.file is None:
            return []
        names = {one.entry.agency: one.name for one in self.file.listed}
        return [(agency, names[agency]) for agency in self.file.order]


def purchase_of(uuid: UUID) -> Purchase:
    """A purchase whose notice was published. Raises Http404."""
    found = Purchase.objects.select_related("owner", "item", "case").filter(uuid=uuid).first()
    if found is None or not found.terms.exclude(published_at=None).exists():
        raise Http404("no such purchase")
    return found


def shown(purchase: Purchase) -> list[Shown]:
    """All draws of the purchase, the last first."""
    found = Draw.objects.filter(purchase=purchase).select_related("purchase__case").prefetch_related("shares")
    return [_shown(draw) for draw in found.order_by("-number")]


def _shown(draw: Draw) -> Shown:
    stage, public = stage_of(draw), is_public(draw)
    if stage == Stage.DRAWN and not public:
        stage = Stage.VALUED  # not even that there is a result is told before it is published
    file = proof_file(draw) if public else None
    shares = [
        ShownShare(
            PARTIES[Party(one.party)],
            one.commitment,
            one.committed_at,
            one.share,
            one.opened_at,
            one.by_custodians,
        )
        for one in draw.shares.all()
    ]
    return Shown(draw, stage, shares, file, proof.checks(file) if file else [])


# --- who may do what now


def may_commit(draw: Draw | None, party: Party) -> bool:
    return draw is None or not (draw.drawn_at or draw.shares.filter(party=party).exists())


def may_reveal(draw: Draw | None, party: Party) -> bool:
    if draw is None or not draw.fixed_at:
        return False
    shares = list(draw.shares.all())
    return len(shares) == len(PARTIES) and any(one.party == party and not one.share for one in shares)


def may_set_aside(draw: Draw | None) -> bool:
    return draw is not None and draw.drawn_at is None and draw.purchase.case.state == drawing.key


def awaits_value(draw: Draw | None) -> bool:
    return draw is not None and draw.closed_at is not None and not draw.value


def may_run(draw: Draw | None) -> bool:
    return draw is not None and bool(draw.value) and draw.drawn_at is None


def sealed_to(purchase: Purchase) -> dict[str, Any]:
    """What a browser needs to seal a share: the purchase, and the public keys of the custodians; {} without them."""
    sealing = Sealing.objects.select_related("first", "second", "reserve").filter(purchase=purchase).first()
    if sealing is None:
        return {}
    keys = [{"kid": one.kid, "jwk": one.jwk} for one in custodians(sealing)]
    return {"purchase": str(purchase.uuid), "custodians": keys}


# --- the files


def draw_of(uuid: UUID) -> Draw:
    """Raises Http404."""
    found = Draw.objects.select_related("purchase__case").filter(uuid=uuid).first()
    if found is None:
        raise Http404("no such draw")
    return found


def public_file(uuid: UUID) -> proof.DrawFile:
    """Raises Http404 until the result is public."""
    draw = draw_of(uuid)
    if not is_public(draw):
        raise Http404("this draw is not public yet")
    return proof_file(draw)


def proof_file(draw: Draw) -> proof.DrawFile:
    """All that shows that the draw was right. For whoever may know the result. Raises GongbaoError before the draw."""
    if draw.drawn_at is None or draw.fixed_at is None or draw.closed_at is None or draw.published_at is None:
        raise GongbaoError("this draw was not made yet")
    entries = sorted(draw.entries.select_related("registration__organisation"), key=lambda one: one.leaf)
    drawn = sorted(entries, key=lambda one: one.place or 0)
    return proof.DrawFile(
        purchase=str(draw.purchase.uuid),
        number=draw.number,
        is_tie=draw.purchase.way != Way.RANDOM_DRAW,
        source=draw.source,
        not_before=draw.not_before,
        root=draw.root,
        padding=draw.padding,
        fixed_at=draw.fixed_at,
        listed=tuple(_listed(one) for one in entries),
        excluded=tuple(_excluded(draw, entries)),
        shares=tuple(_share(one) for one in draw.shares.all()),
        closed_at=draw.closed_at,
        shares_root=draw.shares_root,
        value=draw.value,
        value_from=draw.value_from,
        published_at=draw.published_at,
        seed=draw.seed,
        order=tuple(one.agency for one in drawn),
        set_aside=tuple(
            proof.SetAside(one.number, one.set_aside_at, one.set_aside_reason)
            for one in Draw.objects.filter(purchase=draw.purchase, number__lt=draw.number).order_by("number")
            if one.set_aside_at
        ),
    )


def _excluded(draw: Draw, entries: Iterable[DrawEntry]) -> Iterable[proof.Excluded]:
    """Who stood aside (第二十二条) or was not admitted (第二十六条); not who was admitted and is not among equals."""
    listed = {one.registration_id for one in entries}
    for one in Registration.objects.filter(purchase=draw.purchase).select_related("organisation"):
        if one.pk not in listed and (one.excluded or one.admitted is False):
            clauses = tuple(map(str, one.excluded))
            yield proof.Excluded(one.organisation.uscc, one.organisation.name, clauses, one.reason)


def _listed(one: DrawEntry) -> proof.Listed:
    missing = Missing(one.missing) if one.missing else None
    return proof.Listed(as_entry(one), one.registration.organisation.name, one.share, missing)


def _share(one: DrawShare) -> proof.Share:
    assert one.opened_at is not None
    return proof.Share(Party(one.party), one.commitment, one.committed_at, one.share, one.opened_at, one.by_custodians)


def own_proof(draw: Draw, organisation: Organisation) -> proof.Proof | None:
    """What shows an agency that it stands in the list, and whether its share counts once they are open; None where it
    does not, or the list is not fixed."""
    entries = list(draw.entries.all())
    mine = next((one for one in entries if one.agency == organisation.uscc), None)
    if mine is None:
        return None
    entry = as_entry(mine)
    leaves = arithmetic.tree(draw.name, [as_entry(one) for one in entries], draw.padding)
    index = leaves.index(arithmetic.leaf(draw.name, entry))
    purchase, beside = str(draw.purchase.uuid), tuple(arithmetic.proof(leaves, index))
    return proof.Proof(purchase, draw.number, entry, index, beside, draw.root, _pinned(draw, entries, mine))


def _pinned(draw: Draw, entries: list[DrawEntry], mine: DrawEntry) -> proof.Pinned | None:
    if not draw.shares_root:
        return None
    leaves = arithmetic.shares_tree(draw.name, [(as_entry(one), said_of(one)) for one in entries], draw.padding)
    index = leaves.index(arithmetic.share_leaf(draw.name, as_entry(mine), said_of(mine)))
    missing = Missing(mine.missing) if mine.missing else None
    return proof.Pinned(mine.share, missing, index, tuple(arithmetic.proof(leaves, index)), draw.shares_root)


# --- withheld shares


@dataclass(frozen=True, slots=True)
class Withheld:
    """A share that this custodian can help to open now: their layer and key, and what is sealed to it."""

    share: DrawShare
    party: Label
    layer: Layer
    sealed: str
    key: CustodianKey


def _sealing(purchase: Purchase) -> Sealing | None:
    return Sealing.objects.select_related("first", "second", "reserve").filter(purchase=purchase).first()


def is_custodian(purchase: Purchase, account: Account) -> bool:
    sealing = _sealing(purchase)
    return sealing is not None and account.pk in {one.account_id for one in custodians(sealing)}


def withheld(draw: Draw, account: Account) -> list[Withheld]:
    """What a custodian of the purchase can open of the draw now; [] for everybody else."""
    sealing = _sealing(draw.purchase)
    if sealing is None or not draw.fixed_at or draw.closed_at or draw.set_aside_at:
        return []
    key = next((one for one in custodians(sealing) if one.account_id == account.pk), None)
    found = []
    for one in draw.shares.filter(share="").select_related("draw__purchase") if key else ():
        first = opened_first(one, sealing)
        # Where there are two, the second opens what the first one's key gives.
        if key is not None and first != key and (first or sealing.reserve or key == sealing.first):
            layer = Layer.SECOND if first else Layer.FIRST
            found.append(Withheld(one, PARTIES[Party(one.party)], layer, sealed_for(one, key), key))
    return found


def awaiting(account: Account) -> list[Draw]:
    """The draws of which a share waits for this custodian now, in case its party does not open it."""
    found = Draw.objects.filter(
        Q(purchase__sealing__first__account=account)
        | Q(purchase__sealing__second__account=account)
        | Q(purchase__sealing__reserve__account=account),
        purchase__case__state=drawing.key,
        fixed_at__isnull=False,
        closed_at=None,
        set_aside_at=None,
    )
    found = found.select_related("purchase__owner", "purchase__item", "purchase__case").order_by("fixed_at", "pk")
    return [one for one in found if withheld(one, account)]

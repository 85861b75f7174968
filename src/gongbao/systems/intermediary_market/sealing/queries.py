"""The only code that reads envelopes, custodians and openings for a page."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.calendar import calendar
from gongbao.office.cases.queries import situation_of
from gongbao.office.people.models import Account, Post, Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.words import tell
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.models import Registration
from gongbao.systems.intermediary_market.sealing import envelopes
from gongbao.systems.intermediary_market.sealing.envelopes import Part, Problem, PublicKey
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Envelope, Layer, Opening, Sealing

OPENED = (Part.REGISTRATION, Part.OFFER)
PARTS = {
    Part.REGISTRATION: Label("报名机构名称和资质", "names and qualifications of those who registered"),
    Part.OFFER: Label("报价和方案", "prices and proposals"),
}


# --- custodians


def custodian_keys() -> QuerySet[CustodianKey]:
    """All keys that were not ended, those of the longest standing first."""
    return CustodianKey.objects.filter(ended_at=None).select_related("account", "unit", "county").order_by("pk")


def appointed(county: Unit | None, on: date) -> QuerySet[CustodianKey]:
    """Those to which notices of that day are sealed, of the county's desk or, None, of the city's operator: their
    holders still have a post."""
    held = Post.objects.filter(Q(until=None) | Q(until__gte=on), account=OuterRef("account"), since__lte=on)
    return (
        custodian_keys()
        .filter(Exists(held), account__is_active=True, county=county)
        .exclude(appointed_at=None)
        .order_by("appointed_at", "pk")
    )


def custodians(sealing: Sealing) -> tuple[CustodianKey, ...]:
    """The keys to which the envelopes of a purchase are sealed."""
    return sealing.first, sealing.second


def public_key(key: CustodianKey) -> PublicKey:
    return PublicKey(key.kid, key.jwk)


# --- a purchase


def with_custodians() -> QuerySet[Sealing]:
    return Sealing.objects.select_related(
        "purchase__case", "purchase__owner", "first__unit", "first__account", "second__unit", "second__account"
    )


def sealing_of(purchase: UUID) -> Sealing:
    """Raises Http404 where nothing is sealed for such a purchase."""
    return _of(with_custodians(), purchase)


def open_sealing_of(purchase: UUID) -> Sealing:
    """The same with no more than handing in needs, which comes from thousands in one minute. Raises Http404."""
    return _of(Sealing.objects.select_related("purchase__case", "first", "second"), purchase)


def _of(sealings: QuerySet[Sealing], purchase: UUID) -> Sealing:
    found = sealings.filter(purchase__uuid=purchase).first()
    if found is None:
        raise Http404("nothing is sealed for such a purchase")
    return found


def takes_envelopes(sealing: Sealing, at: datetime) -> bool:
    """Whether an envelope received whole at this moment is in time, also where registration was closed meanwhile."""
    purchase = sealing.purchase
    ends = purchase.registration_ends_at
    states = (procedure.open_.key, procedure.registered.key)
    return sealing.fixed_at is None and purchase.case.state in states and ends is not None and at < ends


def gives_back(sealing: Sealing, at: datetime) -> bool:
    """Whether an envelope may be taken back: before the deadline, and while the terms are changed or registration is
    interrupted before it, when none can be handed in."""
    purchase = sealing.purchase
    if sealing.fixed_at is not None or purchase.case.over:
        return False
    if purchase.case.state in (procedure.reviewing.key, procedure.to_correct.key):
        return True
    ends = purchase.registration_ends_at
    waits = purchase.case.state == procedure.interrupted.key and ends is not None and at < ends
    return waits or takes_envelopes(sealing, at)


def to_fix(ended_by: datetime) -> list[int]:
    """Of which purchases the envelopes are not fixed, though registration ended by this moment."""
    ended = Sealing.objects.filter(
        fixed_at=None,
        purchase__registration_ends_at__lte=ended_by,
        purchase__case__state=procedure.registered.key,
    )
    return list(ended.order_by("pk").values_list("pk", flat=True))


def is_in(sealing: Sealing, digest: str) -> bool | None:
    """Whether an envelope is in the list that was fixed at the deadline; None before."""
    if sealing.fixed_at is None:
        return None
    return Envelope.objects.filter(sealing=sealing, digest=digest).exists()


# --- opening


@dataclass(frozen=True, slots=True)
class Task:
    """What a custodian has to open of a purchase; `waits` says why not yet, None where they can now.

    `due` tells by when, None where that is not fixed yet, `late` whether that is over.
    """

    sealing: Sealing
    part: Part
    layer: Layer
    waits: Label | None
    due: Label | None = None
    late: bool = False

    @property
    def label(self) -> Label:
        return PARTS[self.part]


def tasks_of(account: Account, at: datetime) -> list[Task]:
    """What waits for this custodian, or will: of each purchase whose registration is over and that is under way."""
    mine = with_custodians().filter(
        Q(first__account=account) | Q(second__account=account), purchase__registration_ends_at__lte=at
    )
    tasks = []
    for sealing in mine.filter(purchase__case__over=False).order_by("purchase__registration_ends_at", "pk"):
        done = _done(sealing)
        part = next((one for one in OPENED if (one, Layer.SECOND) not in done), None)
        layer = _layer_of(sealing, account)
        if part is not None and (part, layer) not in done:
            run = situation_of(sealing.purchase.case, calendar()).run(_CLOCKS[part])
            run = run if run is not None and run.is_open else None
            due = tell(run, at.astimezone(SHANGHAI).date()) if run is not None else None
            late = run is not None and run.overdue(at)
            tasks.append(Task(sealing, part, layer, _waits(sealing, part, layer, done, at), due, late))
    return tasks


_CLOCKS = {Part.REGISTRATION: procedure.names_opening, Part.OFFER: procedure.offers_opening}


def _layer_of(sealing: Sealing, account: Account) -> Layer:
    return Layer.FIRST if sealing.first.account_id == account.pk else Layer.SECOND


def _done(sealing: Sealing) -> set[tuple[str, int]]:
    return set(Opening.objects.filter(sealing=sealing).values_list("part", "layer"))


def _waits(sealing: Sealing, part: Part, layer: Layer, done: set[tuple[str, int]], at: datetime) -> Label | None:
    purchase = sealing.purchase
    if part is Part.REGISTRATION and purchase.case.state != procedure.registered.key:
        return Label("报名尚未截止", "registration is not closed yet")
    if part is Part.OFFER:
        if purchase.selection_at is None or at < purchase.selection_at:
            return Label("公开选取时间到达后方可打开", "it can be opened at the time of the selection")
        if purchase.case.state != procedure.checked.key:
            return Label("项目业主尚未完成核对", "the owner has not checked all who registered")  # 第二十六条
    if layer is Layer.SECOND and (part, Layer.FIRST) not in done:
        return Label("第一保管人尚未打开", "the first custodian has not opened it yet")
    return None


def turn(sealing: Sealing, part: Part, account: Account, at: datetime) -> tuple[Layer, CustodianKey]:
    """Which layer it is this account's turn to open, and with which key. Raises GongbaoError, and Http404."""
    if part not in OPENED or account.pk not in (sealing.first.account_id, sealing.second.account_id):
        raise Http404("nothing is to be opened here by this account")
    layer, done = _layer_of(sealing, account), _done(sealing)
    if (part, layer) in done:
        raise GongbaoError("this was opened already", where="keys")
    if sealing.purchase.case.over:
        raise GongbaoError("this purchase is over; nothing of it is opened any more", where="purchase")
    waits = _waits(sealing, part, layer, done, at)
    if waits is not None:
        raise GongbaoError(waits.en, where="purchase")
    return layer, sealing.first if layer is Layer.FIRST else sealing.second


def to_open(sealing: Sealing, part: Part, layer: Layer) -> dict[str, str]:
    """To the digest of each envelope what the custodian of the layer has to open of it. Raises GongbaoError.

    Offers are opened of those alone whom the owner admitted: what the others would have asked stays sealed.
    """
    return _of_layer(sealing, part, layer, _sealed(sealing, part))


def batch(sealing: Sealing, part: Part, layer: Layer, after: str, size: int) -> tuple[list[tuple[str, str]], str, int]:
    """Some of that, in the order of the digests: what is to be opened of it, the digest to go on after, and how many
    are left. Raises GongbaoError."""
    if not after:
        _refuse_altered(sealing)
    rows = _rows(sealing, part).filter(digest__gt=after)
    some = dict(rows[:size])
    return sorted(_of_layer(sealing, part, layer, some).items()), max(some, default=""), rows.count() - len(some)


def _of_layer(sealing: Sealing, part: Part, layer: Layer, sealed: dict[str, str]) -> dict[str, str]:
    if layer is Layer.FIRST:
        return sealed
    inner = _unwrapped(sealing, part, Layer.FIRST, sealing.first, sealed)
    kid, purchase = sealing.second.kid, str(sealing.purchase.uuid)
    return {
        digest: text
        for digest, text in inner.items()
        if not isinstance(text, Problem) and envelopes.is_sealed(text, part, purchase, kid)
    }


def texts(sealing: Sealing, part: Part) -> dict[str, str | Problem]:
    """To the digest of each envelope the signed content of a part, once both layers are open, or why there is none."""
    sealed = _sealed(sealing, part)
    inner = _unwrapped(sealing, part, Layer.FIRST, sealing.first, sealed)
    second = _of_layer(sealing, part, Layer.SECOND, sealed)
    opened = _unwrapped(sealing, part, Layer.SECOND, sealing.second, second)
    return {
        digest: opened.get(digest, first if isinstance(first, Problem) else Problem.MALFORMED)
        for digest, first in inner.items()
    }


def _sealed(sealing: Sealing, part: Part) -> dict[str, str]:
    """A part of the envelopes as they were handed in, held against what was fixed. Raises GongbaoError."""
    _refuse_altered(sealing)
    return dict(_rows(sealing, part))


def _rows(sealing: Sealing, part: Part) -> QuerySet[Envelope, tuple[str, str]]:
    rows = Envelope.objects.filter(sealing=sealing).order_by("digest")
    if part is Part.OFFER:
        rows = rows.filter(digest__in=_admitted(sealing))
    return rows.values_list("digest", str(part))


def _refuse_altered(sealing: Sealing) -> None:
    # One by one: each has some forty thousand characters.
    rows = Envelope.objects.filter(sealing=sealing).order_by("digest").iterator(chunk_size=100)
    digests = [envelopes.digest_of(one.registration, one.offer, one.withdrawal) for one in rows]
    if envelopes.merkle_root(digests) != sealing.root:
        raise GongbaoError(
            "the envelopes are not those that were fixed at the deadline; stop, and have the log verified",
            where="envelopes",
        )


def _admitted(sealing: Sealing) -> set[str]:
    rows = Registration.objects.filter(purchase=sealing.purchase, admitted=True, excluded=[])
    return set(rows.values_list("envelope", flat=True))


def _unwrapped(
    sealing: Sealing, part: Part, layer: Layer, key: CustodianKey, sealed: dict[str, str]
) -> dict[str, str | Problem]:
    given = Opening.objects.values_list("keys", flat=True).get(sealing=sealing, part=part, layer=layer)
    closed = Problem.FIRST_UNREADABLE if layer is Layer.FIRST else Problem.SECOND_UNREADABLE
    purchase = str(sealing.purchase.uuid)
    return {
        digest: closed if given[digest] is None else envelopes.unwrapped(text, given[digest], part, purchase, key.kid)
        for digest, text in sealed.items()
        # Whom the owner admits after the first opening is not opened any more.
        if digest in given
    }

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
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.models import Registration
from gongbao.systems.intermediary_market.sealing import envelopes
from gongbao.systems.intermediary_market.sealing.envelopes import NotOpened, Part, Problem, PublicKey
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
    """The keys to which the envelopes of a purchase are sealed: of two, or of three of whom any two open."""
    three = (sealing.first, sealing.second, sealing.reserve)
    return tuple(one for one in three if one is not None)


def public_keys(sealing: Sealing) -> list[PublicKey]:
    return [public_key(one) for one in custodians(sealing)]


def public_key(key: CustodianKey) -> PublicKey:
    return PublicKey(key.kid, key.jwk)


# --- a purchase


def with_custodians() -> QuerySet[Sealing]:
    return Sealing.objects.select_related(
        "purchase__case", "purchase__owner", "purchase__item", "first__unit", "first__account",
        "second__unit", "second__account", "reserve__unit", "reserve__account",
    )  # fmt: skip


def sealing_of(purchase: UUID) -> Sealing:
    """Raises Http404 where nothing is sealed for such a purchase."""
    return _of(with_custodians(), purchase)


def open_sealing_of(purchase: UUID) -> Sealing:
    """The same with no more than handing in needs, which comes from thousands in one minute. Raises Http404."""
    return _of(Sealing.objects.select_related("purchase__case", "first", "second", "reserve"), purchase)


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
    """What a custodian has to open of a purchase, with which key; `waits` says why not yet, None where they can now.

    `due` tells by when, None where that is not fixed yet, `late` whether that is over.
    """

    sealing: Sealing
    part: Part
    layer: Layer
    key: CustodianKey
    waits: Label | None
    due: Label | None = None
    late: bool = False

    @property
    def label(self) -> Label:
        return PARTS[self.part]


def tasks_of(account: Account, at: datetime) -> list[Task]:
    """What waits for this custodian, or will: of each purchase whose registration is over and that is under way."""
    of_account = Q(first__account=account) | Q(second__account=account) | Q(reserve__account=account)
    mine = with_custodians().filter(of_account, purchase__registration_ends_at__lte=at)
    tasks = []
    for sealing in mine.filter(purchase__case__over=False).order_by("purchase__registration_ends_at", "pk"):
        done = _done(sealing)
        part = next((one for one in OPENED if (one, Layer.SECOND) not in done), None)
        if part is None:
            continue
        layer, key = _turn(sealing, part, account, done)
        if layer is not None:
            due, late = _due(sealing, part, at)
            tasks.append(Task(sealing, part, layer, key, _waits(sealing, part, layer, done, at), due, late))
    return tasks


_CLOCKS = {Part.REGISTRATION: procedure.names_opening, Part.OFFER: procedure.offers_opening}


def _due(sealing: Sealing, part: Part, at: datetime) -> tuple[Label | None, bool]:
    run = situation_of(sealing.purchase.case, calendar()).run(_CLOCKS[part])
    if run is None or not run.is_open:
        return None, False
    return tell(run, at.astimezone(SHANGHAI).date()), run.overdue(at)


Done = dict[tuple[str, int], int]
"""The parts and layers that are open, each with the id of the key that opened it."""


def _done(sealing: Sealing) -> Done:
    rows = Opening.objects.filter(sealing=sealing).values_list("part", "layer", "key")
    return {(part, layer): key for part, layer, key in rows}


def _turn(sealing: Sealing, part: Part, account: Account, done: Done) -> tuple[Layer | None, CustodianKey]:
    """Which layer of a part this custodian opens, None where theirs is open, or two opened it without them."""
    key = next(one for one in custodians(sealing) if one.account_id == account.pk)
    if sealing.reserve is None:
        layer = Layer.FIRST if key == sealing.first else Layer.SECOND
        return (None if (part, layer) in done else layer), key
    opened_by = [done[part, one] for one in Layer if (part, one) in done]
    if key.pk in opened_by or len(opened_by) == len(Layer):
        return None, key
    return (Layer.SECOND if opened_by else Layer.FIRST), key


def _waits(sealing: Sealing, part: Part, layer: Layer, done: Done, at: datetime) -> Label | None:
    purchase = sealing.purchase
    if purchase.case.state == procedure.interrupted.key:
        return Label(f"选取因故中断（{DOCUMENT} 第二十八条）", f"the selection is interrupted ({DOCUMENT} 第二十八条)")
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
    if part not in OPENED or account.pk not in {one.account_id for one in custodians(sealing)}:
        raise Http404("nothing is to be opened here by this account")
    done = _done(sealing)
    layer, key = _turn(sealing, part, account, done)
    if layer is None:
        raise GongbaoError("this was opened already", where="keys")
    if sealing.purchase.case.over:
        raise GongbaoError("this purchase is over; nothing of it is opened any more", where="purchase")
    waits = _waits(sealing, part, layer, done, at)
    if waits is not None:
        raise GongbaoError(waits.en, where="purchase")
    return layer, key


def to_open(sealing: Sealing, part: Part, key: CustodianKey) -> dict[str, str]:
    """To the digest of each envelope what the custodian of the key has to open of it. Raises GongbaoError.

    Offers are opened of those alone whom the owner admitted: what the others would have asked stays sealed.
    """
    return _for(sealing, part, key, _sealed(sealing, part))


def batch(
    sealing: Sealing, part: Part, key: CustodianKey, after: str, size: int
) -> tuple[list[tuple[str, str]], str, int]:
    """Some of that, in the order of the digests: what is to be opened of it, the digest to go on after, and how many
    are left. Raises GongbaoError."""
    if not after:
        _refuse_altered(sealing)
    rows = _rows(sealing, part).filter(digest__gt=after)
    some = dict(rows[:size])
    return sorted(_for(sealing, part, key, some).items()), max(some, default=""), rows.count() - len(some)


def _for(sealing: Sealing, part: Part, key: CustodianKey, sealed: dict[str, str]) -> dict[str, str]:
    if sealing.reserve is not None:
        place = custodians(sealing).index(key)
        return {digest: envelopes.halves_for(text, place) for digest, text in sealed.items()}
    if key == sealing.first:
        return sealed
    inner = _unwrapped(sealing, part, Layer.FIRST, sealed)
    kid, purchase = sealing.second.kid, str(sealing.purchase.uuid)
    return {
        digest: text
        for digest, text in inner.items()
        if not isinstance(text, Problem) and envelopes.is_sealed(text, part, purchase, kid)
    }


def texts(sealing: Sealing, part: Part) -> dict[str, str | Problem]:
    """To the digest of each envelope the signed content of a part, once both layers are open, or why there is none."""
    sealed = _sealed(sealing, part)
    if sealing.reserve is not None:
        return _put_together(sealing, part, sealed)
    inner = _unwrapped(sealing, part, Layer.FIRST, sealed)
    second = _for(sealing, part, sealing.second, sealed)
    opened = _unwrapped(sealing, part, Layer.SECOND, second)
    return {
        digest: opened.get(digest, first if isinstance(first, Problem) else Problem.MALFORMED)
        for digest, first in inner.items()
    }


def _put_together(sealing: Sealing, part: Part, sealed: dict[str, str]) -> dict[str, str | Problem]:
    """The same of what any two of three open."""
    keys = {one.layer: one.key for one in Opening.objects.filter(sealing=sealing, part=part).select_related("key")}
    places = {layer: custodians(sealing).index(key) for layer, key in keys.items()}
    halves = {
        layer: _unwrapped(sealing, part, Layer(layer), _for(sealing, part, key, sealed)) for layer, key in keys.items()
    }
    found: dict[str, str | Problem] = {}
    for digest in halves[Layer.SECOND]:
        given = {places[layer]: halves[layer].get(digest, Problem.MALFORMED) for layer in Layer}
        problem = next((one for one in given.values() if isinstance(one, Problem)), None)
        try:
            found[digest] = problem or envelopes.put_together(
                sealed[digest], {place: str(one) for place, one in given.items()}, part, str(sealing.purchase.uuid)
            )
        except NotOpened as error:
            found[digest] = error.problem
    return found


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


def _unwrapped(sealing: Sealing, part: Part, layer: Layer, sealed: dict[str, str]) -> dict[str, str | Problem]:
    """To the digest of each envelope what the JWE of the layer holds, by the keys that were given for it."""
    opening = Opening.objects.select_related("key").get(sealing=sealing, part=part, layer=layer)
    given, kid, purchase = opening.keys, opening.key.kid, str(sealing.purchase.uuid)
    closed = Problem.FIRST_UNREADABLE if layer is Layer.FIRST else Problem.SECOND_UNREADABLE
    return {
        digest: closed if given[digest] is None else envelopes.unwrapped(text, given[digest], part, purchase, kid)
        for digest, text in sealed.items()
        # Whom the owner admits after the first opening is not opened any more.
        if digest in given
    }

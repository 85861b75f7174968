"""The only code that writes draws. Each act is one transaction, and how far a draw has come stands in its fields:
whoever was interrupted begins that act again, and one that is done already gives what it gave before.

The order of the acts keeps everybody from choosing once they could know the outcome (decision 0026): commitments and
the list, then the shares, and only then a public value, which nobody knew when the last share was opened. So whoever
withholds a share gains nothing, and the custodians open it instead.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import Record, digest, recorded
from gongbao.office.audit.actors import OUR_RULE, Actor
from gongbao.office.cases.models import Case
from gongbao.office.people.models import Account
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw import notices
from gongbao.systems.intermediary_market.draw.draw import Entry, Missing, Party
from gongbao.systems.intermediary_market.draw.models import Draw, DrawEntry, DrawShare, ShareOf
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.purchases.procedure import custodian, drawing, operator, owner
from gongbao.systems.intermediary_market.sealing import envelopes
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Layer, Opening, Sealing
from gongbao.systems.intermediary_market.sealing.queries import custodians, public_keys

GROUND = f"{DOCUMENT} 第十八条第一款"
LONGEST_REASON = 2000

_DIGITS = re.compile(r"[0-9a-f]{64}")
_LONGEST_VALUE, _LONGEST_FROM = 300, 500  # as the columns


# --- before the draw


def commit(purchase: Purchase, by: str, commitment: str, sealed: str, *, at: datetime, actor: Actor) -> DrawShare:
    """Keep the commitment of the owner or the operator, and the same share sealed to the custodians.

    Raises GongbaoError: where="commitment" or "sealed".
    """
    party = _party(by)
    if not _DIGITS.fullmatch(commitment):
        raise GongbaoError("a commitment is 64 hexadecimal digits in small letters", where="commitment")
    with recorded("market.draw_commit", actor=actor, ground=OUR_RULE, at=at) as record:
        draw = _current(purchase, at, record)
        known = draw.shares.filter(party=party).first()
        if known is not None and known.commitment == commitment:
            return known
        if known is not None:
            raise GongbaoError("a commitment stands already, and cannot be replaced", where="commitment")
        if DrawShare.objects.filter(commitment=commitment).exists():
            raise GongbaoError("this commitment was used before; make a new share", where="commitment")
        envelopes.check_unopened(sealed, Part.SHARE, str(purchase.uuid), *public_keys(_sealing(purchase)))
        share = DrawShare.objects.create(draw=draw, party=party, commitment=commitment, sealed=sealed, committed_at=at)
        record(draw.subject, party=party, commitment=commitment)
    return share


def prepare(purchase: Purchase, eligible: Sequence[Registration], *, at: datetime, actor: Actor) -> Draw:
    """Fix who takes part, all who are eligible or all who are equal, and publish the root of the list.

    The list cannot be changed afterwards: only a draw that is set aside (`again`) makes room for another. Raises
    GongbaoError.
    """
    with recorded("market.draw_prepare", actor=actor, ground=GROUND, at=at) as record:
        draw = _current(purchase, at, record)
        if draw.fixed_at:
            listed = set(draw.entries.values_list("registration", flat=True))
            if listed == {one.pk for one in eligible}:
                return draw
            raise GongbaoError("the list of this draw is fixed; another one needs that the draw is set aside")
        _refuse_outside_drawing(draw)
        _refuse_unfit(purchase, eligible)
        _take_from_notice(draw)  # a notice may have been changed since the first commitment
        draw.padding = token_hex(32)
        entries = [
            DrawEntry(
                draw=draw,
                registration=one,
                agency=one.organisation.uscc,
                salt=token_hex(32),
                commitment=str(one.content.get("commitment", "")),
            )
            for one in eligible
        ]
        for entry in entries:
            entry.leaf = arithmetic.leaf(draw.name, as_entry(entry))
        DrawEntry.objects.bulk_create(sorted(entries, key=lambda entry: entry.leaf))
        leaves = arithmetic.tree(draw.name, [as_entry(entry) for entry in entries], draw.padding)
        draw.root, draw.fixed_at = arithmetic.root(leaves), at
        draw.save()
        # Not how many there are: the log is read by more than those who may know it by now.
        record(draw.subject, root=draw.root)
        notices.list_fixed(draw, at)
    return draw


def as_entry(entry: DrawEntry) -> Entry:
    return Entry(entry.agency, entry.salt, entry.commitment)


def _refuse_unfit(purchase: Purchase, eligible: Sequence[Registration]) -> None:
    if not eligible:
        raise GongbaoError("nobody is there to draw among")
    if any(one.purchase_id != purchase.pk for one in eligible):
        raise GongbaoError("a registration of another purchase cannot take part")
    if len({one.pk for one in eligible}) < len(eligible):
        raise GongbaoError("a registration stands in the list twice")
    if any(one.excluded or one.admitted is not True for one in eligible):  # 第二十二条、第二十六条
        raise GongbaoError("who is excluded, or was not admitted by the owner, cannot take part")


# --- the shares


def reveal(purchase: Purchase, by: str, share: str, *, at: datetime, actor: Actor) -> DrawShare:
    """The owner or the operator opens its own share. Raises GongbaoError."""
    party = _party(by)
    with recorded("market.draw_reveal", actor=actor, ground=OUR_RULE, at=at) as record:
        draw, kept = _share_to_open(purchase, party)
        if kept.share:
            return kept
        _open(draw, kept, share, at, actor, record, by_custodians=False)
    return kept


def open_layer(
    purchase: Purchase, by: str, custodian_key: CustodianKey, key: str, *, at: datetime, actor: Actor
) -> DrawShare:
    """A custodian gives the content key of what is sealed to its key of a share that is withheld; with the second of
    them the share is open.

    Whose key it is the caller has seen to. Raises GongbaoError.
    """
    party = _party(by)
    with recorded("market.draw_open_layer", actor=actor, ground=OUR_RULE, at=at) as record:
        draw, kept = _share_to_open(purchase, party)
        sealing = _sealing(purchase)
        if kept.share or opened_first(kept, sealing) == custodian_key:
            return kept
        text = sealed_for(kept, custodian_key)
        opened = envelopes.unwrapped(text, key, Part.SHARE, str(purchase.uuid), custodian_key.kid)
        if not kept.first_key:
            kept.first_key = key
            kept.first_kid = custodian_key.kid if sealing.reserve else ""
            kept.save()
            record(draw.subject, party=party, layer=1)
        else:
            if sealing.reserve:
                opened = _put_together(kept, sealing, custodian_key, opened)
            _open(draw, kept, _share_within(opened), at, actor, record, by_custodians=True)
    return kept


def opened_first(share: DrawShare, sealing: Sealing) -> CustodianKey | None:
    """The custodian's key with which the share was opened first; None before."""
    if not share.first_key:
        return None
    return next((one for one in custodians(sealing) if one.kid == share.first_kid), sealing.first)


def sealed_for(share: DrawShare, key: CustodianKey) -> str:
    """What the custodian of the key opens of a share: the half that is theirs; or, where there are two custodians, all
    of it for the first, and for the second what the first one's key gave.

    Raises GongbaoError where it is not their turn.
    """
    purchase = share.draw.purchase
    sealing = _sealing(purchase)
    if sealing.reserve:
        return envelopes.halves_for(share.sealed, custodians(sealing).index(key))
    if key == sealing.first:
        return share.sealed
    if not share.first_key:
        raise GongbaoError("the first custodian opens before the second")
    return envelopes.unwrapped(share.sealed, share.first_key, Part.SHARE, str(purchase.uuid), sealing.first.kid)


def _put_together(share: DrawShare, sealing: Sealing, second: CustodianKey, opened: str) -> str:
    first, purchase = opened_first(share, sealing), str(share.draw.purchase.uuid)
    assert first is not None  # or this was the first
    before = envelopes.unwrapped(sealed_for(share, first), share.first_key, Part.SHARE, purchase, first.kid)
    places = custodians(sealing)
    halves = {places.index(first): before, places.index(second): opened}
    try:
        return envelopes.put_together(share.sealed, halves, Part.SHARE, purchase)
    except envelopes.NotOpened as error:
        raise GongbaoError(_USELESS) from error


def _share_within(opened: str) -> str:
    try:
        content = json.loads(opened)
        return str(content["share"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise GongbaoError(_USELESS) from error


_USELESS = "what was sealed is not the share that was committed to; this draw cannot go on, and is set aside"


def _share_to_open(purchase: Purchase, party: Party) -> tuple[Draw, DrawShare]:
    draw = _that_counts(purchase)
    _refuse_outside_drawing(draw)
    if not draw.fixed_at:
        raise GongbaoError("shares are opened once the list is fixed")
    kept = {one.party: one for one in draw.shares.all()}
    if len(kept) < 2:
        raise GongbaoError("shares are opened once both the owner and the operator have committed to theirs")
    if draw.entries.exclude(commitment="").exists() and not _offers_are_open(purchase):
        # Their shares lie with the offers. Opened later, somebody could choose whether they count.
        raise GongbaoError("shares are opened once the offers are, as those of the registrants lie in them")
    return draw, kept[party]


def _offers_are_open(purchase: Purchase) -> bool:
    return Opening.objects.filter(sealing__purchase=purchase, part=Part.OFFER, layer=Layer.SECOND).exists()


def _open(
    draw: Draw, kept: DrawShare, share: str, at: datetime, actor: Actor, record: Record, *, by_custodians: bool
) -> None:
    from gongbao.systems.intermediary_market.purchases import actions as purchases

    fits = (
        _DIGITS.fullmatch(share)
        and arithmetic.commitment(str(draw.purchase.uuid), Party(kept.party), share) == kept.commitment
    )
    if not fits:
        told = _USELESS if by_custodians else "this is not the share that was committed to"
        raise GongbaoError(told, where="share")
    kept.share, kept.opened_at, kept.by_custodians = share, at, by_custodians
    kept.save()
    record(draw.subject, party=kept.party, share=share, by_custodians=by_custodians)
    if not draw.shares.filter(share="").exists():
        draw.shares_root, draw.closed_at = _pin_shares_of_registrants(draw), at
        draw.save()
        record(draw.subject, shares_root=draw.shares_root)
        role = custodian if by_custodians else {Party.OWNER: owner, Party.OPERATOR: operator}[Party(kept.party)]
        purchases.shares_opened(draw.purchase, role, at=at, actor=actor)
    notices.share_open(draw, at)


def _pin_shares_of_registrants(draw: Draw) -> str:
    """Take what registrants sealed with their offers, and give the root of it, which is public from now on: otherwise
    whoever keeps the database could leave shares out once the public value is known, until somebody is first."""
    entries = list(draw.entries.select_related("registration"))
    for entry in entries:
        if entry.commitment:
            share = str((entry.registration.offer or {}).get("draw_share", ""))
            made = _DIGITS.fullmatch(share) and arithmetic.commitment(str(draw.purchase.uuid), Party.REGISTRANT, share)
            if made == entry.commitment:
                entry.share = share
            else:
                entry.missing = Missing.UNFIT if share else Missing.NOT_OPENED
            entry.save()
    said = [(as_entry(entry), said_of(entry)) for entry in entries]
    return arithmetic.root(arithmetic.shares_tree(draw.name, said, draw.padding))


def said_of(entry: DrawEntry) -> str:
    """What stands in the leaf of the shares."""
    return entry.share or entry.missing


# --- the public value, and the draw


def set_public_value(
    purchase: Purchase, value: str, value_from: str, published_at: datetime, *, at: datetime, actor: Actor
) -> Draw:
    """Keep the public value that the notice names: `value` as it was published at `published_at`, `value_from` where
    anybody finds it. It has to be younger than the last share. Raises GongbaoError.
    """
    value, value_from = " ".join(value.split()), " ".join(value_from.split())
    for name, given, longest in (("value", value, _LONGEST_VALUE), ("value_from", value_from, _LONGEST_FROM)):
        if not given or len(given) > longest:
            raise GongbaoError(f"this is a line of up to {longest} characters", where=name)
    with recorded("market.draw_value", actor=actor, ground=OUR_RULE, at=at) as record:
        draw = _that_counts(purchase)
        _refuse_outside_drawing(draw)
        if not draw.closed_at:
            raise GongbaoError("the public value is entered once all shares are open")
        if draw.value:
            if draw.value == value:
                return draw
            raise GongbaoError("a public value stands already, and cannot be replaced", where="value")
        if published_at > at:
            raise GongbaoError("this lies in the future", where="published_at")
        if published_at <= draw.closed_at:
            raise GongbaoError(
                "a value that was known before the last share was opened does not count; take the next one",
                where="published_at",
            )
        if draw.not_before and published_at < draw.not_before:
            raise GongbaoError("the notice names a later value", where="published_at")
        draw.value, draw.value_from, draw.published_at = value, value_from, published_at
        draw.save()
        record(draw.subject, value=value, published_at=published_at)
    return draw


def run(purchase: Purchase, *, at: datetime, actor: Actor, account: Account | None = None) -> Registration:
    """Draw, and have who stands first selected. Raises GongbaoError."""
    from gongbao.systems.intermediary_market.purchases import actions as purchases

    with recorded("market.draw", actor=actor, ground=GROUND, at=at) as record:
        draw = _that_counts(purchase)
        if draw.drawn_at:
            return draw.entries.select_related("registration").get(place=1).registration
        _refuse_outside_drawing(draw)
        if not draw.value:
            raise GongbaoError("nothing can be drawn before the public value is there")
        entries = sorted(draw.entries.select_related("registration__organisation"), key=lambda entry: entry.leaf)
        share = {one.party: one.share for one in draw.shares.all()}
        opened = [(entry.leaf, entry.share) for entry in entries if entry.share]
        draw.seed = arithmetic.seed(draw.name, draw.root, share[Party.OWNER], share[Party.OPERATOR], opened, draw.value)
        drawn = arithmetic.order(draw.seed, entries)
        for place, entry in enumerate(drawn, start=1):
            entry.place = place
        DrawEntry.objects.bulk_update(drawn, ["place"])
        draw.drawn_at = at
        draw.save()
        first = drawn[0].registration
        record(draw.subject, seed=draw.seed, first=str(first.uuid))
        purchases.drawn(purchase, first, at=at, actor=actor, account=account)
    return first


def again(purchase: Purchase, reason: str, *, at: datetime, actor: Actor) -> Draw:
    """Set aside a draw that was not made yet, and begin another; both stay to be seen, with the reason.

    One of the operator proposes it and another signs: it is what follows the step `redraw` of the purchase.

    Where the list was fixed it is that of the other draw too, with salts of its own. A draw that was made is not set
    aside: its result is annulled by a decision with its own reasons (purchases). Raises GongbaoError.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise GongbaoError(f"a reason is needed, of up to {LONGEST_REASON} characters", where="reason")
    with recorded("market.draw_again", actor=actor, ground=OUR_RULE, at=at) as record:
        draw = _that_counts(purchase)
        if draw.drawn_at:
            raise GongbaoError("the draw was made; its result can be annulled, and is not drawn again")
        draw.set_aside_at, draw.set_aside_reason = at, reason.strip()
        draw.save()
        following = _begin(purchase, draw.number + 1, at, record)
        record(draw.subject, following=following.subject, reason=digest(str(draw.uuid), draw.set_aside_reason))
        if draw.fixed_at:
            listed = [one.registration for one in draw.entries.select_related("registration__organisation")]
            following = prepare(purchase, listed, at=at, actor=actor)
        else:
            notices.begun_again(following, at)
    return following


# --- which draw


def _party(by: str) -> Party:
    if by not in ShareOf.values:
        raise GongbaoError(f"a share is of {' or '.join(ShareOf.values)}", where="party")
    return Party(by)


def _refuse_outside_drawing(draw: Draw) -> None:
    if draw.purchase.case.state != drawing.key:
        raise GongbaoError("this purchase is not at its draw")


def _found(purchase: Purchase) -> Draw | None:
    """The draw that counts, locked; acts in one purchase wait for each other. Raises GongbaoError."""
    # The case first, as the steps that lead here hold it already.
    Case.objects.select_for_update(of=("self",)).get(pk=purchase.case_id)
    locked = Purchase.objects.select_for_update(of=("self",)).select_related("case").get(pk=purchase.pk)
    if locked.case.over:
        raise GongbaoError("this purchase is over")
    draw = Draw.objects.select_for_update().filter(purchase=locked, set_aside_at=None).first()
    if draw is not None:
        draw.purchase = locked
    return draw


def _that_counts(purchase: Purchase) -> Draw:
    draw = _found(purchase)
    if draw is None:
        raise GongbaoError("there is no draw in this purchase")
    return draw


def _current(purchase: Purchase, at: datetime, record: Record) -> Draw:
    """The draw that counts; it begins with the first act."""
    return _found(purchase) or _begin(purchase, 1, at, record)


def _begin(purchase: Purchase, number: int, at: datetime, record: Record) -> Draw:
    draw = Draw(purchase=purchase, number=number, begun_at=at)
    _take_from_notice(draw)
    draw.save()
    record(draw.subject, purchase=str(purchase.uuid), number=number)
    return draw


def _take_from_notice(draw: Draw) -> None:
    """What the notice says of the draw, as it was published last."""
    terms = draw.purchase.terms.exclude(published_at=None).order_by("number").last()
    said = terms.content.get("draw") if terms else None
    if not said:
        raise GongbaoError("the notice, which names the source of the public value, is not published")
    if said["algorithm"] != arithmetic.ALGORITHM:
        raise GongbaoError(f"the notice names the algorithm {said['algorithm']}, which is not known here")
    draw.algorithm, draw.source = said["algorithm"], said["source"]
    draw.not_before = datetime.fromisoformat(said["not_before"]) if said.get("not_before") else None


def _sealing(purchase: Purchase) -> Sealing:
    sealing = Sealing.objects.select_related("first", "second", "reserve").filter(purchase=purchase).first()
    if sealing is None:
        raise GongbaoError("this purchase has no custodians yet, to whom a share could be sealed", where="sealed")
    return sealing

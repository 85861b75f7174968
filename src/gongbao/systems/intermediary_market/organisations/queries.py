"""The only code that reads who takes part in the market for a page, an export or another part.

What is secret or personal is hidden here from whoever is neither of the organisation nor handles it: `inside` says
which, and `sees_inside` finds it out.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.utils import timezone

from gongbao.gazette.masking import MASK
from gongbao.office.cases.actors import AT_DESK
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.permissions import Rule, posts_of_request
from gongbao.office.people.queries import body_of, posts_of
from gongbao.office.people.roles import Role
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, ServiceItem
from gongbao.systems.intermediary_market.competence import competent
from gongbao.systems.intermediary_market.complaints.privacy import NUMBERS
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.business_register import plain_name
from gongbao.systems.intermediary_market.organisations.models import (
    Affiliation,
    Invitation,
    Listing,
    Member,
    Mending,
    Offering,
    Organisation,
    Paper,
    Practitioner,
    Qualification,
    Review,
    SigningKey,
    in_force,
)

OWNER, AGENCY = "owner", "agency"
INVITED_DAYS = 14
"""For how long an invitation stands (our rule)."""
SECRET = re.compile(r"\[\[.*?\]\]", re.DOTALL)
"""A part of what an agency publishes that is a secret of the state or of business, or personal (第十五条)."""


def organisation(uuid: UUID | str) -> Organisation | None:
    return Organisation.objects.select_related("unit", "county").filter(uuid=uuid).first()


def organisation_of_uscc(uscc: str) -> Organisation | None:
    return Organisation.objects.filter(uscc=uscc).first()


# --- who acts for whom


def _held(on: date) -> Q:
    return Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))


def memberships(account: Account, on: date, kind: str = "") -> list[Member]:
    """The organisations that the account acts for on the day; of one kind alone with OWNER or AGENCY.

    Who has come to hold a post in the office acts for no agency any more (第三十八条第（八）项, 第三十九条第（三）项).
    Nobody acts for an organisation that was taken out, or for a body of the office that is closed.
    """
    if not account.is_active:
        return []
    found = Member.objects.filter(_held(on), account=account, organisation__removed_at=None)
    found = found.exclude(organisation__unit__closed=True)
    if kind:
        found = found.filter(**{f"organisation__is_{kind}": True})
    held = list(found.select_related("organisation", "account").order_by("id"))
    sells = [one for one in held if one.organisation.is_agency and (kind == AGENCY or not one.organisation.is_owner)]
    if sells and posts_of(account, on):
        return [one for one in held if one not in sells]
    return held


def members_of(organisation: Organisation, on: date) -> QuerySet[Member]:
    return Member.objects.filter(_held(on), organisation=organisation).select_related("account").order_by("id")


def is_member(account: Account, organisation: Organisation, on: date, kind: str = "") -> bool:
    """Whether the account may act for it on the day, as an OWNER or an AGENCY where that is asked."""
    return any(one.organisation_id == organisation.pk for one in memberships(account, on, kind))


def belongs_to(account: Account, organisation: Organisation, on: date) -> bool:
    """Whether the account is among those named to act for it, may they do so now or not: who would judge in a matter of
    their own."""
    return members_of(organisation, on).filter(account=account).exists()


# --- invitations


def _invitations(at: datetime) -> QuerySet[Invitation]:
    """Those that stand, as whoever invited sees them: whether they were declined makes no difference."""
    since = at - timedelta(days=INVITED_DAYS)
    return Invitation.objects.filter(ended_at=None, at__gt=since).select_related("organisation", "invited_by")


def invitations_of(organisation: Organisation, at: datetime) -> QuerySet[Invitation]:
    return _invitations(at).filter(organisation=organisation).order_by("id")


def invitations_to(account: Account, at: datetime) -> list[Invitation]:
    """What the account may accept: of organisations of the market, by somebody who still acts for them."""
    found = _invitations(at).filter(account=account, declined_at=None, organisation__removed_at=None).order_by("id")
    today = timezone.localdate(at)
    return [one for one in found if is_member(one.invited_by, one.organisation, today)]


# --- what waits for a second signature


def waiting_mending(organisation: Organisation) -> Mending | None:
    return Mending.objects.filter(organisation=organisation, decided_at=None).first()


def waiting_mendings() -> QuerySet[Mending]:
    """The oldest first."""
    return _mendings().filter(decided_at=None)


def mending(uuid: UUID | str) -> Mending | None:
    return _mendings().filter(uuid=uuid).first()


def _mendings() -> QuerySet[Mending]:
    return Mending.objects.select_related("organisation", "proposed_by", "decided_by", "account").order_by("id")


def acting_for(request: HttpRequest, organisation_uuid: UUID | str, kind: str = "") -> Organisation:
    """The organisation, for which whoever asks acts today. Raises Http404 where there is none or they do not."""
    for one in memberships_of_request(request, kind):
        if str(one.organisation.uuid) == str(organisation_uuid):
            return one.organisation
    raise Http404("no such organisation of yours")


def memberships_of_request(request: HttpRequest, kind: str = "") -> list[Member]:
    if not isinstance(request.user, Account):
        return []
    return memberships(request.user, timezone.localdate(), kind)


def member_of_some(kind: str = "") -> Rule:
    """For @allows: whoever acts for an organisation today, of one kind alone with OWNER or AGENCY."""

    def asks(request: HttpRequest, address: Mapping[str, Any]) -> bool:
        return bool(memberships_of_request(request, kind))

    return Rule(f"whoever acts for an {kind or 'organisation'} of the market", asks)


# --- keys


def signing_key(organisation: Organisation) -> SigningKey | None:
    """The key with which the agency signs now."""
    return SigningKey.objects.filter(organisation=organisation, ended_at=None).first()


# --- who sees what is inside


def bodies_of(request: HttpRequest) -> set[int]:
    """The ids of the bodies at whose desks whoever asks works today."""
    return {body_of(one.post.unit).pk for one in posts_of_request(request) if one.post.role in AT_DESK}


def is_auditor(request: HttpRequest) -> bool:
    return any(one.post.role == Role.AUDITOR for one in posts_of_request(request))


def operator() -> Unit | None:
    """The body that is the city's operator, who keeps the database of owners and agencies (第六条第（三）项)."""
    found = competent(Function.OPERATOR)
    return body_of(found) if found else None


def at_operator(request: HttpRequest) -> bool:
    """Whether whoever asks works at a desk of the city's operator today."""
    unit = operator()
    return unit is not None and unit.pk in bodies_of(request)


def sees_inside(request: HttpRequest, organisation: Organisation) -> bool:
    """Whether what is secret or personal of the organisation is shown: to who acts for it, to the operator, to the
    authorities of the services under which it is, and to auditors."""
    if any(one.organisation_id == organisation.pk for one in memberships_of_request(request)):
        return True
    if is_auditor(request) or at_operator(request):
        return True
    bodies = bodies_of(request)
    return bool(bodies) and Listing.objects.filter(organisation=organisation, item__authority__in=bodies).exists()


def shown(text: str, *, inside: bool) -> str:
    """What an agency publishes, as whoever reads may see it: without what is marked as secret and without numbers of
    persons, unless they see inside."""
    if inside:
        return text
    return NUMBERS.sub(MASK, SECRET.sub(MASK, text))


# --- agencies and their services


def agencies(on: date, words: str = "") -> QuerySet[Organisation]:
    """The agencies of the market by name; `services` is under how many services each is listed."""
    listed = Listing.objects.filter(in_force(on), organisation=OuterRef("pk"), item__ended_at=None)
    counted = listed.order_by().values("organisation").annotate(number=Count("pk")).values("number")
    found = Organisation.objects.filter(is_agency=True, removed_at=None).annotate(services=Subquery(counted))
    if words:
        found = found.filter(Q(name__icontains=words) | Q(uscc=words.upper()))
    return found.order_by("name", "id")


def listing(uuid: UUID | str) -> Listing | None:
    return _listings().filter(uuid=uuid).first()


def _listings() -> QuerySet[Listing]:
    return Listing.objects.select_related("organisation", "item__authority", "qualification")


def listing_of(organisation: Organisation, item: ServiceItem, on: date) -> Listing | None:
    """Under the service, the agency as it counts on the day; None where it does not stand under it."""
    return _listings().filter(in_force(on), organisation=organisation, item=item).first()


def listed_under(item: ServiceItem, on: date) -> list[Organisation]:
    """The agencies under the service, by name."""
    found = _listings().filter(in_force(on), item=item).order_by("organisation__name", "id")
    return [one.organisation for one in found]


def standing_at(item: ServiceItem, moment: datetime) -> QuerySet[Listing]:
    """The listings that counted under the service up to this moment (第十三条、第十四条): of agencies that had entered
    before it and were not taken off by then, on a qualification that still ran the moment before."""
    last = (moment - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    runs = Q(qualification=None) | Q(qualification__until=None) | Q(qualification__until__gte=last)
    return Listing.objects.filter(runs, Q(ended_at=None) | Q(ended_at__gte=moment), item=item, entered_at__lt=moment)


@dataclass(frozen=True, slots=True)
class Service:
    """What an agency publishes under a service; each text as whoever asks may see it. `counts` is whether the listing
    counts now, `lacking` whether the service asks for another qualification now."""

    listing: Listing
    version: ItemVersion | None
    service: str
    requirements: str
    time_limit: str
    fee: str
    counts: bool
    lacking: bool


def services_of(organisation: Organisation, on: date, *, inside: bool) -> list[Service]:
    """The services under which the agency counts, by code; for who sees inside, those that count no more as well."""
    found = _listings().filter(organisation=organisation, ended_at=None).order_by("item__code")
    counting = set(found.filter(in_force(on), item__ended_at=None).values_list("pk", flat=True))
    last = _last_offerings(found)
    return [
        _service(one, last[one.pk], on, inside=inside, counts=one.pk in counting)
        for one in found
        if one.pk in last and (inside or one.pk in counting)
    ]


def service_of(listing: Listing, on: date, *, inside: bool) -> Service:
    """The same for one listing."""
    counts = Listing.objects.filter(in_force(on), pk=listing.pk, item__ended_at=None).exists()
    return _service(listing, offerings(listing)[0], on, inside=inside, counts=counts)


def _service(one: Listing, text: Offering, on: date, *, inside: bool, counts: bool) -> Service:
    version = catalogue.version_on(one.item, on)
    return Service(
        one,
        version,
        service=shown(text.service, inside=inside),
        requirements=shown(text.requirements, inside=inside),
        time_limit=shown(text.time_limit, inside=inside),
        fee=shown(text.fee, inside=inside),
        counts=counts,
        lacking=version is not None and not fits(version, one.qualification, on),
    )


def offerings(listing: Listing) -> list[Offering]:
    """All that the agency published of the service, the newest first: for who sees inside."""
    return list(listing.offerings.order_by("-number"))


def _last_offerings(listings: Iterable[Listing]) -> dict[int, Offering]:
    found = Offering.objects.filter(listing__in=[one.pk for one in listings]).order_by("number")
    return {one.listing_id: one for one in found}


def fits(version: ItemVersion, held: Qualification | None, on: date) -> bool:
    """Whether the service asks for no qualification, or this one is of those it asks for and runs on the day."""
    wanted = {plain(one) for one in catalogue.accepted(version)}
    return not wanted or (held is not None and runs(held, on) and plain(held.name) in wanted)


def runs(held: Qualification, on: date) -> bool:
    return held.ended_at is None and held.since <= on and (held.until is None or held.until >= on)


def plain(text: str) -> str:
    """A name as names are compared: without spaces, wide letters and figures as narrow ones."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


# --- qualifications, practitioners, papers


def qualification(organisation: Organisation, uuid: UUID | str) -> Qualification | None:
    return Qualification.objects.filter(organisation=organisation, uuid=uuid).first()


def qualifications(organisation: Organisation) -> QuerySet[Qualification]:
    """Those that are held, by name."""
    held = Qualification.objects.filter(organisation=organisation, ended_at=None)
    return held.select_related("paper").order_by("name", "id")


def practitioner(organisation: Organisation, uuid: UUID | str) -> Practitioner | None:
    return Practitioner.objects.filter(organisation=organisation, uuid=uuid).first()


def practitioners(organisation: Organisation) -> QuerySet[Practitioner]:
    """Those who practise with it now: personal data, for who sees inside."""
    return Practitioner.objects.filter(organisation=organisation, ended_at=None).order_by("profession", "id")


def practitioners_by_profession(organisation: Organisation, on: date) -> list[tuple[str, int]]:
    """How many practise with it, by profession: for everybody."""
    running = practitioners(organisation).filter(Q(until=None) | Q(until__gte=on))
    return list(running.order_by("profession").values_list("profession").annotate(number=Count("pk")))


def ended(organisation: Organisation) -> list[Qualification | Practitioner]:
    """Qualifications and practitioners as they were before each change, the newest first: for who sees inside."""
    found: list[Any] = [
        *Qualification.objects.filter(organisation=organisation).exclude(ended_at=None),
        *Practitioner.objects.filter(organisation=organisation).exclude(ended_at=None),
    ]
    return sorted(found, key=lambda one: one.ended_at, reverse=True)


def papers(organisation: Organisation) -> QuerySet[Paper]:
    return Paper.objects.filter(organisation=organisation).order_by("-id")


def paper(organisation: Organisation, uuid: UUID | str) -> Paper | None:
    return Paper.objects.filter(organisation=organisation, uuid=uuid).first()


# --- reviews


def reviews(listing: Listing) -> QuerySet[Review]:
    return listing.reviews.select_related("unit").order_by("-id")


@dataclass(frozen=True, slots=True)
class Waits:
    """A listing, by its key, that its authority has not looked at since it was changed."""

    listing: int
    changed_at: datetime
    lacking: bool


@dataclass(frozen=True, slots=True)
class ToReview:
    """The same as it is shown. `unchecked`: no register was asked."""

    listing: Listing
    changed_at: datetime
    unchecked: bool
    lacking: bool


def to_review(authorities: Collection[int], on: date) -> list[Waits]:
    """Of the authorities' services, what waits for the review after the entry (第七条第（四）项), the oldest first.

    Of the listings nothing is read but what this takes: as_shown() has those of a page.
    """
    last_text = Offering.objects.filter(listing=OuterRef("pk")).order_by("-number").values("at")[:1]
    last_review = Review.objects.filter(listing=OuterRef("pk")).order_by("-id").values("at")[:1]
    last_paper = Paper.objects.filter(organisation=OuterRef("organisation")).order_by("-id").values("at")[:1]
    found = Listing.objects.filter(
        ended_at=None, item__authority__in=authorities, item__ended_at=None, organisation__removed_at=None
    )
    rows = found.values_list(
        "pk", "item", "qualification", "entered_at", "qualification__at",
        Subquery(last_text), Subquery(last_paper), Subquery(last_review),
    )  # fmt: skip
    lacking = _lacking(found, authorities, on)
    waiting = []
    for pk, item, qualification_of, *moments, reviewed_at in rows:
        changed = max(at for at in moments if at is not None)
        lacks = (item, qualification_of) in lacking
        if reviewed_at is None or reviewed_at < changed or lacks:
            waiting.append(Waits(pk, changed, lacks))
    return sorted(waiting, key=lambda one: one.changed_at)


def _lacking(found: QuerySet[Listing], authorities: Collection[int], on: date) -> set[tuple[int, int | None]]:
    """The services and qualifications of these listings that do not fit as the service stands on the day."""
    asking = {one.item_id: one for one in catalogue.services(on, authorities=authorities) if catalogue.accepted(one)}
    among = found.filter(item__in=asking).order_by()
    named = Qualification.objects.filter(pk__in=among.values("qualification"))
    held = {one.pk: one for one in named.only("name", "since", "until", "ended_at")}
    pairs = among.values_list("item", "qualification").distinct()
    return {(item, key) for item, key in pairs if not fits(asking[item], held.get(key), on)}


def as_shown(waiting: Sequence[Waits]) -> list[ToReview]:
    """Those of a page, in their order."""
    listings = _listings().in_bulk([one.listing for one in waiting])
    return [
        ToReview(found, one.changed_at, found.organisation.register_checked_at is None, one.lacking)
        for one in waiting
        if (found := listings.get(one.listing)) is not None
    ]


def owners_waiting() -> QuerySet[Organisation]:
    """Those who asked to buy, and whose papers the operator has to look at."""
    waiting = Organisation.objects.filter(is_owner=False, removed_at=None).exclude(owner_asked_at=None)
    return waiting.select_related("county").order_by("id")


# --- one person behind two


class Tie(StrEnum):
    """Whether one person leads or controls two organisations (第二十二条第（一）项): the business register has it of
    both, or both say so (`agreed`); or it follows from what one side alone says, which is evidence and no proof."""

    CONFIRMED = "confirmed"
    CLAIMED = "claimed"


def naming(digests: Collection[str]) -> QuerySet[Organisation]:
    """The organisations of the market that name one of these persons as their legal representative or controller."""
    persons = [one for one in digests if one]
    named = Q(legal_representative_digest__in=persons) | Q(controller_digest__in=persons)
    return Organisation.objects.filter(named, removed_at=None).order_by("id")


def _persons(one: Organisation) -> dict[str, bool]:
    """Whom it names, by digest, and whether the register confirms them."""
    found: dict[str, bool] = {}
    for digest, confirmed in (
        (one.legal_representative_digest, one.legal_representative_confirmed),
        (one.controller_digest, one.controller_confirmed),
    ):
        if digest:
            found[digest] = found.get(digest, False) or confirmed
    return found


def agreed(among: Collection[int], moment: datetime) -> set[tuple[int, int]]:
    """The pairs of these (by id, the smaller first) of which both say that one person stands behind them: each said so
    of the other by then, or both give the same person, by name and number, as their legal representative or both as
    their controller. Who is the representative of one and the controller of another is so by one side's word alone."""
    said = Affiliation.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=moment), organisation__in=among, other__in=among, at__lt=moment
    )
    pairs = set(said.values_list("organisation", "other"))
    found = {(one, other) for one, other in pairs if one < other and (other, one) in pairs}
    for office in ("legal_representative", "controller"):
        rows = Organisation.objects.filter(pk__in=among).exclude(**{f"{office}_digest": ""})
        of_person: dict[tuple[str, str], list[int]] = defaultdict(list)
        for pk, name, digest in rows.order_by("pk").values_list("pk", office, f"{office}_digest"):
            # The name as well: the register knows that of a representative, and a number alone may be lent.
            of_person[plain_name(name), digest].append(pk)
        for same in of_person.values():
            found |= set(combinations(same, 2))
    return found


def tie(one: Organisation, other: Organisation, moment: datetime) -> Tie | None:
    """Between two, at a moment; None where they have nothing to do with each other. Nobody is behind itself."""
    if agreed([one.pk, other.pk], moment):
        return Tie.CONFIRMED
    first, second = _persons(one), _persons(other)
    shared = first.keys() & second.keys()
    if any(first[person] and second[person] for person in shared):
        return Tie.CONFIRMED
    return Tie.CLAIMED if shared else None


def ties(organisation: Organisation, moment: datetime) -> list[tuple[Organisation, Tie]]:
    """With whom the organisation would be of one person: for the operator."""
    others = {one.pk: one for one in naming(_persons(organisation)).exclude(pk=organisation.pk)}
    said = affiliations(organisation).filter(other__removed_at=None)
    others |= {one.other_id: one.other for one in said}
    found = [(one, tie(organisation, one, moment)) for one in others.values()]
    return [(one, what) for one, what in found if what is not None]


def affiliations(organisation: Organisation) -> QuerySet[Affiliation]:
    """What the organisation says itself."""
    return Affiliation.objects.filter(organisation=organisation, ended_at=None).select_related("other").order_by("id")


# --- what agencies share


@dataclass(frozen=True, slots=True)
class Shared:
    """Agencies that have something in common that two agencies should not have. A question, and no proof.

    `what` is address, telephone, member (an account, a person or the telephone of one that acts for both), network
    (第三十三条第（二）项) or control (legal representative or controller, 第二十二条第（一）项).
    """

    what: str
    organisations: tuple[Organisation, ...]


def shared(among: Collection[int] | None = None) -> list[Shared]:
    """What agencies of the market have in common; of some alone (by id). Three queries."""
    there = Organisation.objects.filter(is_agency=True, removed_at=None)
    if among is not None:
        there = there.filter(pk__in=among)
    by_id = {one.pk: one for one in there.order_by("id")}
    groups: dict[tuple[str, str], set[int]] = defaultdict(set)

    def note(what: str, value: str, organisation: int) -> None:
        if value and organisation in by_id:
            groups[what, value].add(organisation)

    for one in by_id.values():
        note("address", plain(one.address), one.pk)
        note("telephone", figures(one.telephone), one.pk)
        for digest in {one.legal_representative_digest, one.controller_digest}:
            note("control", digest, one.pk)
    members = Member.objects.filter(Q(until=None) | Q(until__gte=F("since")), organisation__in=by_id)
    for held in members.values_list("organisation", "account", "person_digest", "telephone"):
        organisation, account, person, telephone = held
        note("member", f"account {account}", organisation)
        note("member", person, organisation)
        note("telephone", figures(telephone), organisation)
    networks = Organisation.objects.filter(pk__in=by_id).exclude(network_addresses=None)
    for organisation, digest in networks.values_list("pk", "network_addresses__digest"):
        note("network", digest or "", organisation)
    # The same agencies may share a thing in two ways, and are told of it once.
    found = {(what, frozenset(ids)) for (what, _value), ids in groups.items() if len(ids) > 1}
    told = [Shared(what, tuple(by_id[pk] for pk in sorted(ids))) for what, ids in found]
    return sorted(told, key=lambda one: (one.what, [each.pk for each in one.organisations]))


def figures(telephone: str) -> str:
    """The figures of a telephone number, without the code of the country."""
    found = "".join(sign for sign in unicodedata.normalize("NFKC", telephone) if sign.isdecimal())
    return found.removeprefix("0086").removeprefix("86") if len(found) > 11 else found

"""The only code that writes who takes part in the market."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import OUR_RULE, PARTY, Actor
from gongbao.office.cases import files
from gongbao.office.cases.actions import Upload
from gongbao.office.file_names import shown_name
from gongbao.office.outbox.actions import ToAccount, ToPost, send
from gongbao.office.people.actions import keep_account
from gongbao.office.people.models import Account, Unit, UnitKind
from gongbao.office.people.queries import account_exists, posts_of
from gongbao.office.people.roles import Role
from gongbao.procedures import SignOff
from gongbao.procedures.sign_off import Opinion, Verdict, check_opinion
from gongbao.systems.intermediary_market.catalogue import actions as catalogue_actions
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.competence import county_of, operator_unit
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations import business_register, queries
from gongbao.systems.intermediary_market.organisations.business_register import BusinessRegister
from gongbao.systems.intermediary_market.organisations.models import (
    Affiliation,
    Invitation,
    Listing,
    ListingEnd,
    Member,
    Mending,
    MendingKind,
    NetworkAddress,
    Offering,
    Organisation,
    OrganisationKind,
    Paper,
    PaperKind,
    Practitioner,
    Qualification,
    Review,
    ReviewOutcome,
    SigningKey,
)
from gongbao.systems.intermediary_market.purchases.procedure import operator_head
from gongbao.systems.intermediary_market.uscc import checked_uscc as checked_uscc

ENTRY = f"{DOCUMENT} 第十四条"
OWNERS = f"{DOCUMENT} 第六条第（三）项"
PUBLISHED = f"{DOCUMENT} 第十五条"
CHANGES = f"{DOCUMENT} 第十六条"
REVIEW = f"{DOCUMENT} 第七条第（四）项"
ASIDE = f"{DOCUMENT} 第二十二条第（一）项"
LONGEST_TEXT = 2000  # characters


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an organisation says of itself. The two identity numbers are not kept: their keyed digests are."""

    name: str
    kind: str
    address: str = ""
    telephone: str = ""
    legal_representative: str = ""
    legal_representative_id: str = ""
    controller: str = ""
    controller_id: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts for an organisation (业务授权人). The identity number is not kept: its keyed digest is."""

    telephone: str = ""
    identity_number: str = ""


NOBODY = Person()


# --- entering


def open_account(name: str, password: str, called: str, *, at: datetime) -> Account:
    """An account for somebody who enters the market, and who has none. Raises GongbaoError."""
    with recorded("market.open_account", actor=PARTY, ground=ENTRY, at=at):
        kept.one_at_a_time("people.keep_account")
        # Keeping an account of that name would give it another password.
        if account_exists(name):
            raise GongbaoError("there is an account of this name already", where="username")
        return keep_account(name, password=password, called=called, actor=PARTY, at=at)[0]


def enter_agency(
    uscc: str,
    particulars: Particulars,
    *,
    account: Account,
    person: Person = NOBODY,
    register: BusinessRegister | None = None,
    actor: Actor,
    at: datetime,
) -> Organisation:
    """The organisation may offer services from now on, and the account acts for it (第十三条第（一）项、第十四条).

    With a `register` it has to stand there as it is told. Under which services it comes `enter_item` says. Raises
    GongbaoError.
    """
    return _enter(uscc, particulars, account, person, register, actor, at, as_agency=True)


def enter_owner(
    uscc: str,
    particulars: Particulars,
    *,
    account: Account,
    unit: Unit | None = None,
    county: Unit | None = None,
    person: Person = NOBODY,
    register: BusinessRegister | None = None,
    actor: Actor,
    at: datetime,
) -> Organisation:
    """The organisation buys services from now on, and the account acts for it (第二条第三款).

    `unit` is the unit of the office that the owner is, if it is one; `county` that to which it belongs otherwise, None
    at the city's own level. For who brings it in without the operator see `ask_to_buy`. Raises GongbaoError.
    """
    county = county_of(unit) if unit is not None else county
    return _enter(uscc, particulars, account, person, register, actor, at, as_agency=False, unit=unit, county=county)


def ask_to_buy(
    uscc: str,
    particulars: Particulars,
    *,
    account: Account,
    county: Unit | None = None,
    person: Person = NOBODY,
    register: BusinessRegister | None = None,
    actor: Actor,
    at: datetime,
) -> Organisation:
    """The organisation wants to buy: the operator looks at its papers first, as anybody could write a notice in the
    name of a body whose code is public (our rule). `county` is where it says that it belongs, None for the city's own
    level; the operator confirms it. Raises GongbaoError."""
    return _enter(uscc, particulars, account, person, register, actor, at, as_agency=False, waits=True, county=county)


def _enter(
    uscc: str,
    told: Particulars,
    account: Account,
    person: Person,
    register: BusinessRegister | None,
    actor: Actor,
    at: datetime,
    *,
    as_agency: bool,
    waits: bool = False,
    unit: Unit | None = None,
    county: Unit | None = None,
) -> Organisation:
    code, today = checked_uscc(uscc), timezone.localdate(at)
    with recorded("market.enter", actor=actor, ground=ENTRY if as_agency else OWNERS, at=at) as record:
        kept.one_at_a_time(f"market.organisation.{code}")
        found = Organisation.objects.select_for_update(of=("self",)).filter(uscc=code).first()
        new = found is None
        if found is None:
            found = Organisation(uscc=code, entered_at=at, unit=unit)
            _set(found, told)
            if register is not None:
                _check_register(found, register, at)
        elif found.removed_at is not None:
            raise GongbaoError("this organisation was taken out of the market; ask the operator", where="uscc")
        elif not queries.belongs_to(account, found, today):
            raise GongbaoError("this organisation is in the market already; ask one who acts for it", where="uscc")
        if (found.is_agency if as_agency else found.is_owner) or (waits and found.owner_asked_at):
            raise GongbaoError("this organisation is in the market already", where="uscc")
        if as_agency:
            # An owner may have officials act for it, and then cannot sell too.
            others = [one.account for one in queries.members_of(found, today)] if found.pk else []
            for one in (account, *others):
                _refuse_official(one, today)
            found.is_agency = True
        else:
            found.county = county_of(found.unit) if found.unit is not None else _open_county(county)
            if waits:
                found.owner_asked_at = at
            else:
                found.is_owner = True
        found.save()
        checked = found.register_checked_at is not None
        record(
            found.subject,
            agency=found.is_agency,
            owner=found.is_owner,
            asks_to_buy=found.owner_asked_at is not None,
            kind=found.kind,
            county=found.county.key if found.county else "",
            checked=checked,
        )
        if not queries.belongs_to(account, found, today):
            add_member(found, account, since=today, person=person, actor=actor, at=at)
        if waits and (operator := queries.operator()) is not None:
            _tell_desk(operator, found, at)
        if new:
            _tell_claimed(found, _digests(found), at)
    return found


def _tell_desk(operator: Unit, organisation: Organisation, at: datetime) -> None:
    send(
        ToPost(operator, Role.CLERK),
        subject=Label("中介超市：项目业主申请入驻", "Services market: a project owner asks to buy"),
        text=Label("有项目业主申请入驻，请核对其材料。", "A project owner asks to buy; look at its papers."),
        about=organisation.subject,
        link=reverse("market:desk"),
        at=at,
        ground=OWNERS,
    )


def _open_county(county: Unit | None) -> Unit | None:
    """Raises GongbaoError where this is none of the counties and districts of the city."""
    if county is not None and (county.kind != UnitKind.COUNTY or county.closed):
        raise GongbaoError("this is no county or district of this city", where="county")
    return county


def place_owner(organisation: Organisation, county: Unit | None, *, actor: Actor, at: datetime) -> Organisation:
    """The operator says to which county an owner, or one who asked to buy, belongs, None for the city's own level: who
    runs what it buys from now on goes by that (第六条第（二）项). An owner is told. Raises GongbaoError."""
    with recorded("market.place_owner", actor=actor, ground=OWNERS, at=at) as record:
        found = _locked(organisation)
        if not found.is_owner and found.owner_asked_at is None:
            raise GongbaoError("this organisation does not buy in the market")
        if found.unit is not None and county_of(found.unit) != county:
            raise GongbaoError("this owner is a body of the office: its county is that of its unit", where="county")
        if found.county == _open_county(county):
            return found
        found.county = county
        found.save()
        record(found.subject, county=county.key if county else "")
        if found.is_owner:
            _tell(found, *_told_of_place(county), at=at, ground=OWNERS)
    return found


def _told_of_place(county: Unit | None) -> tuple[Label, Label]:
    zh, en = (county.zh, county.en) if county is not None else ("市本级", "the city's own level")
    return Label("项目业主的所属级别", "Where the owner belongs"), Label(
        f"所属级别：{zh}。此后提交的采购信息由该级的运维机构办理。",
        f"It belongs to: {en}. What it hands in from now on is run by the operator of that level.",
    )


def decide_on_owner(
    organisation: Organisation, *, admitted: bool, reasons: str = "", actor: Actor, at: datetime
) -> Organisation:
    """The operator looked at the papers of one who asked to buy. Who is refused is told why. Raises GongbaoError."""
    reasons = reasons.strip()
    if not admitted and not reasons:
        raise GongbaoError("say why; the organisation is told", where="reasons")
    _refuse_longer(reasons, "reasons")
    with recorded("market.decide_on_owner", actor=actor, ground=OWNERS, at=at) as record:
        found = _locked(organisation)
        if found.owner_asked_at is None or found.is_owner:
            raise GongbaoError("nobody waits for this any more")
        found.is_owner = admitted
        found.owner_asked_at = found.owner_asked_at if admitted else None
        found.save()
        record(found.subject, admitted=admitted, county=found.county.key if found.county else "")
        told = Label(
            "可以发布采购信息。" if admitted else f"未予入驻：{reasons}",
            "It may publish notices." if admitted else f"It was not admitted: {reasons}",
        )
        _tell(found, Label("项目业主入驻", "Entry as a project owner"), told, at, OWNERS)
    return found


# --- what two of the operator mend


SECOND_HAND = SignOff((operator_head,), OUR_RULE)
"""Who signs what another of the operator proposed: as where a draw is set aside (purchases/procedure.py)."""


def propose_removal(
    organisation: Organisation, reasons: str, *, account: Account, actor: Actor, at: datetime
) -> Mending:
    """One of the operator proposes to take out an organisation that is there no more, or never was. It stays until
    another signs (`decide_mending`). Raises GongbaoError.

    Whoever thinks it wrong complains (第三十八条第（一）项 forbids to keep agencies out): the log has who did it.
    """
    return _propose(organisation, MendingKind.REMOVE, None, reasons, account, actor, at)


def propose_hand_over(
    organisation: Organisation, to: Account, reasons: str, *, account: Account, actor: Actor, at: datetime
) -> Mending:
    """One of the operator proposes that the account `to` acts for an organisation that somebody else had entered, and
    nobody beside it; one that was taken out is then in the market again. Until another signs (`decide_mending`)
    nothing changes. Raises GongbaoError.
    """
    return _propose(organisation, MendingKind.HAND_OVER, to, reasons, account, actor, at)


def _propose(
    organisation: Organisation,
    kind: MendingKind,
    to: Account | None,
    reasons: str,
    account: Account,
    actor: Actor,
    at: datetime,
) -> Mending:
    reasons = reasons.strip()
    if not reasons:
        raise GongbaoError("say why; the organisation is told", where="reasons")
    _refuse_longer(reasons, "reasons")
    operator = operator_unit()
    with recorded("market.propose_mending", actor=actor, ground=OUR_RULE, at=at) as record:
        found = _locked(organisation)
        _refuse_unfit_mending(found, kind, to, account, at)
        if queries.waiting_mending(found) is not None:
            raise GongbaoError("something about this organisation waits for a second signature already")
        made = Mending(
            organisation=found, kind=kind.value, account=to, reasons=reasons, proposed_by=account, proposed_at=at
        )
        made.save()
        record(found.subject, mending=made.uuid, kind=made.kind, to=to.public_id if to else "")
        for one in dict.fromkeys(_concerned(made, at)):
            _tell_of_mending(ToAccount(one), made, _PROPOSED, at)
        _tell_of_mending(ToPost(operator, Role(SECOND_HAND.roles[0].post)), made, _WAITS, at)
    return made


def _refuse_unfit_mending(
    found: Organisation, kind: MendingKind | str, to: Account | None, account: Account, at: datetime
) -> None:
    """Whether it may be done by this account: asked when it is proposed, and again when it is signed."""
    today = timezone.localdate(at)
    if kind == MendingKind.REMOVE and found.removed_at is not None:
        raise GongbaoError("this organisation was taken out already")
    if account == to or queries.belongs_to(account, found, today):
        raise GongbaoError("whoever acts for an organisation, or would, neither proposes nor signs this")
    if to is not None:
        if not to.is_active:
            raise GongbaoError("this account is closed", where="username")
        if found.is_agency:
            _refuse_official(to, today)


def decide_mending(
    mending: Mending, verdict: Verdict, words: str = "", *, role: str, account: Account, actor: Actor, at: datetime
) -> Mending:
    """Another of the operator signs what was proposed, and then it is done, or returns it with its reason.

    `role` is the key of the role in which the account acts at the operator. Raises GongbaoError.
    """
    _refuse_longer(words, "words")
    with recorded("market.decide_mending", actor=actor, ground=OUR_RULE, at=at) as record:
        organisation, found = _locked(mending.organisation), _waiting(mending)
        opinion = Opinion(role, operator_unit().key, verdict, words.strip(), at)
        check_opinion(SECOND_HAND, opinion.unit, (), (), opinion)
        if account.pk == found.proposed_by_id:
            raise GongbaoError("you proposed this yourself; another of the operator signs or returns it")
        concerned = _concerned(found, at)
        if verdict == Verdict.SIGNED:
            _refuse_unfit_mending(organisation, found.kind, found.account, account, at)
            if found.kind == MendingKind.REMOVE:
                _remove(organisation, actor, at)
            else:
                assert found.account is not None
                _hand_over(organisation, found.account, actor, at)
        found.decided_by, found.decided_at, found.verdict, found.words = account, at, verdict.value, opinion.words
        found.save()
        record(organisation.subject, mending=found.uuid, verdict=found.verdict)
        told = _DONE if verdict == Verdict.SIGNED else _RETURNED
        for one in {found.proposed_by, *concerned}:
            _tell_of_mending(ToAccount(one), found, told, at)
    return found


def take_mending_back(mending: Mending, *, account: Account, actor: Actor, at: datetime) -> Mending:
    """Whoever proposed it takes it back; the organisation stays as it was. Raises GongbaoError."""
    with recorded("market.take_mending_back", actor=actor, ground=OUR_RULE, at=at) as record:
        organisation, found = _locked(mending.organisation), _waiting(mending)
        if account.pk != found.proposed_by_id:
            raise GongbaoError("only who proposed this takes it back")
        found.decided_by, found.decided_at, found.verdict = account, at, Mending.TAKEN_BACK
        found.save()
        record(organisation.subject, mending=found.uuid, verdict=found.verdict)
        for one in _concerned(found, at):
            _tell_of_mending(ToAccount(one), found, _RETURNED, at)
    return found


def _waiting(mending: Mending) -> Mending:
    """It, read anew within the lock of its organisation."""
    found = Mending.objects.select_related("proposed_by", "account", "organisation").get(pk=mending.pk)
    if found.decided_at is not None:
        raise GongbaoError("this was decided in the meantime; look at it again")
    return found


def _remove(found: Organisation, actor: Actor, at: datetime) -> None:
    with recorded("market.remove", actor=actor, ground=OUR_RULE, at=at) as record:
        found.removed_at = at
        found.save()
        _end_invitations(found, at)
        record(found.subject, removed=True)
        for one in Listing.objects.filter(organisation=found, ended_at=None).select_related("item__authority"):
            catalogue_actions.tell_if_few(one.item, at)


def _hand_over(found: Organisation, account: Account, actor: Actor, at: datetime) -> None:
    with recorded("market.hand_over", actor=actor, ground=OUR_RULE, at=at) as record:
        today = timezone.localdate(at)
        for member in queries.members_of(found, today):
            member.until = today - timedelta(days=1)
            member.save()
        SigningKey.objects.filter(organisation=found, ended_at=None).update(ended_at=at)
        _end_invitations(found, at)  # or whoever was sent away would come back by one of their own
        found.removed_at = None
        found.save()
        record(found.subject, handed_over=account.public_id)
        add_member(found, account, since=today, actor=actor, at=at)


_PROPOSED = (
    Label(
        "运维机构一人提出：{kind}。另一人同意后才生效；有异议的，请在此之前告知运维机构。理由：{reasons}",
        "One of the operator proposed: {kind}. It is done once another has signed; if it is wrong, tell the operator "
        "before. Reasons: {reasons}",
    ),
    "market:mine",
)
_WAITS = (
    Label("一件事项等待第二人签署：{kind}。", "Something waits for a second signature: {kind}."),
    "market:mending",
)
_DONE = (
    Label("运维机构两人已签署，现已生效：{kind}。理由：{reasons}",
          "Two of the operator have signed, and it is done: {kind}. Reasons: {reasons}"),
    "market:mine",
)  # fmt: skip
_RETURNED = (
    Label("未予签署，一切不变：{kind}。", "It was not signed, and all stays as it was: {kind}."),
    "market:mine",
)
_KINDS = {
    MendingKind.REMOVE.value: Label("将该单位移出中介超市", "take the organisation out of the market"),
    MendingKind.HAND_OVER.value: Label("变更该单位的业务授权人", "let another account act for the organisation"),
}


def _concerned(mending: Mending, at: datetime) -> list[Account]:
    """Whoever acts for the organisation, and whoever would."""
    found = [one.account for one in queries.members_of(mending.organisation, timezone.localdate(at))]
    return [*found, *([mending.account] if mending.account is not None else [])]


def _tell_of_mending(to: ToAccount | ToPost, mending: Mending, told: tuple[Label, str], at: datetime) -> None:
    """It names the organisation, and holds no personal data."""
    text, page = told
    what, name = _KINDS[mending.kind], mending.organisation.name
    send(
        to,
        subject=Label(f"中介超市：{name}", f"Services market: {name}"),
        text=Label(
            text.zh.format(kind=what.zh, reasons=mending.reasons), text.en.format(kind=what.en, reasons=mending.reasons)
        ),
        about=mending.organisation.subject,
        link=reverse(page, args=[mending.uuid] if page == "market:mending" else None),
        at=at,
        ground=OUR_RULE,
    )


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)


def _tell(organisation: Organisation, subject: Label, text: Label, at: datetime, ground: str) -> None:
    """A message to each who acts for the organisation. It holds no personal data."""
    for member in queries.members_of(organisation, timezone.localdate(at)):
        send(
            ToAccount(member.account),
            subject=Label(f"中介超市：{subject.zh}", f"Services market: {subject.en}"),
            text=text,
            about=organisation.subject,
            link=reverse("market:mine_one", args=[organisation.uuid]),
            at=at,
            ground=ground,
        )


def _refuse_longer(text: str, where: str, longest: int = LONGEST_TEXT) -> None:
    if len(text) > longest:
        raise GongbaoError(f"this is longer than {longest} characters", where=where)


def note_network_address(organisation: Organisation, address: str, *, actor: Actor, at: datetime) -> None:
    """Something was done for the organisation from the address; kept as a keyed digest, once (第三十三条第（二）项)."""
    if not address:
        return
    digest = salted_hmac("gongbao.market.network", address, algorithm="sha256").hexdigest()
    if NetworkAddress.objects.filter(organisation=organisation, digest=digest).exists():
        return
    ground = f"{DOCUMENT} 第三十三条第（二）项"
    with recorded("market.note_network_address", actor=actor, ground=ground, at=at) as record:
        locked = _locked(organisation)
        _made, new = NetworkAddress.objects.get_or_create(organisation=locked, digest=digest, defaults={"first_at": at})
        if new:
            record(locked.subject, network=True)


def person_digest(identity_number: str) -> str:
    """What tells whether two are the same person; nobody can read the number from it. "" where none is given."""
    plain = "".join(unicodedata.normalize("NFKC", identity_number).split()).upper()
    return salted_hmac("gongbao.market.person", plain, algorithm="sha256").hexdigest() if plain else ""


def _set(found: Organisation, told: Particulars) -> list[str]:
    """Put what is told into the record; the names of the fields that are others now."""
    new: dict[str, Any] = {
        name: " ".join(getattr(told, name).split())
        for name in ("name", "kind", "address", "telephone", "legal_representative", "controller")
    }
    if not new["name"]:
        raise GongbaoError("the organisation needs its name", where="name")
    if new["kind"] not in OrganisationKind.values:
        raise GongbaoError(f"the kind is one of {', '.join(OrganisationKind.values)}", where="kind")
    for person in ("legal_representative", "controller"):
        number = getattr(told, f"{person}_id")
        if number.strip():
            new[f"{person}_digest"] = person_digest(number)
    changed = [name for name, value in new.items() if getattr(found, name) != value]
    for name in changed:
        longest = getattr(Organisation._meta.get_field(name), "max_length", None)
        if longest and len(new[name]) > longest:
            raise GongbaoError(f"this is longer than {longest} characters", where=name)
        setattr(found, name, new[name])
    return changed


def change_particulars(
    organisation: Organisation,
    changes: Mapping[str, str],
    *,
    register: BusinessRegister | None = None,
    actor: Actor,
    at: datetime,
) -> Organisation:
    """Change what is given, by the names of Particulars; the rest stays (第十六条).

    With a `register` it has to stand there as it is told now. Raises GongbaoError.
    """
    names = {one.name for one in fields(Particulars)}
    for name in changes:
        if name not in names:
            raise GongbaoError(f"an organisation has no {name}", where=name)
    with recorded("market.change_particulars", actor=actor, ground=CHANGES, at=at) as record:
        found = _locked(organisation)
        now = {name: getattr(found, name, "") for name in names}
        before = _digests(found)
        told = Particulars(**{**now, **changes})
        changed = _set(found, told)
        _follow_person(found, told, changed)
        for person in PERSONS:  # what the register said of the number before says nothing of another one
            if getattr(found, f"{person}_digest") not in before:
                setattr(found, f"{person}_confirmed", False)
        if register is not None:
            _check_register(found, register, at)
        elif {"name", "legal_representative"} & set(changed):
            found.register_checked_at = None
        found.save()
        record(found.subject, changed=sorted(changed))  # that, and not what: some of it is personal
        _tell_claimed(found, _digests(found) - before, at)
    return found


PERSONS = ("legal_representative", "controller")


def _digests(found: Organisation) -> set[str]:
    return {getattr(found, f"{person}_digest") for person in PERSONS} - {""}


def _check_register(found: Organisation, register: BusinessRegister, at: datetime) -> None:
    """Whether it stands in the register as it is told, and which of its persons the register has with the number that
    was given. Raises GongbaoError."""
    entry = business_register.check(register, found.uscc, found.name, found.legal_representative)
    for person in PERSONS:
        number, told = getattr(entry, f"{person}_id"), getattr(found, f"{person}_digest")
        confirmed = bool(number) and person_digest(number) == told
        # A number lent from another's representative would have both stand aside (第二十二条第（一）项).
        if person == "legal_representative" and number and told and not confirmed:
            raise GongbaoError(
                "the business register has another identity number for this legal representative", where=f"{person}_id"
            )
        setattr(found, f"{person}_confirmed", confirmed)
    found.register_checked_at = at


_WHO_STANDS_ASIDE = Label(
    "报名同一项目时，姓名和号码一致且同为法定代表人或者同为实际控制人的，经登记信息证实的，或者双方均作说明的，双方均应回避；"
    "其他仅一方所述的，由项目业主核对。",
    "Where both register, both stand aside if they give the person, by name and number, in the same office, if the "
    "business register confirms it, or if both say so; whatever else one side says an owner looks at.",
)
"""As queries.agreed and the policy on conflicts have it."""


def _tell_claimed(found: Organisation, digests: Collection[str], at: datetime) -> None:
    """Whoever named the same person before is told at once that this organisation now does, so that nobody learns it
    from an opening. `digests` are those that it names from now on.

    The organisation itself is told of others only where they name its legal representative, and not which: or the
    numbers of persons could be tried out, to learn what they control. The operator tells it.
    """
    others = list(queries.naming(digests).exclude(pk=found.pk))
    subject = Label("同一人控制的说明", "Of one person")
    for other in others:
        told = Label(
            f"{found.name}登记的法定代表人或者实际控制人，与贵单位登记的为同一人。如属实，请在“我的单位”页面说明；"
            f"不属实的，可以告知运维机构。{_WHO_STANDS_ASIDE.zh}",
            f"{found.name} names as its legal representative or controller a person whom yours names too. If one "
            "person does stand behind both, say so among your organisations; if not, you may tell the operator. "
            f"{_WHO_STANDS_ASIDE.en}",
        )
        _tell(other, subject, told, at, ASIDE)
    if found.legal_representative_digest in digests and queries.naming({found.legal_representative_digest}).exclude(
        pk=found.pk
    ):
        told = Label(
            f"另有单位登记了与贵单位法定代表人相同的人员；是哪一单位，请向运维机构查询。{_WHO_STANDS_ASIDE.zh}",
            "Another organisation names a person who is your legal representative; the operator can tell you which. "
            f"{_WHO_STANDS_ASIDE.en}",
        )
        _tell(found, subject, told, at, ASIDE)


def say_affiliated(organisation: Organisation, other: Organisation, *, actor: Actor, at: datetime) -> Affiliation:
    """The organisation says that one person leads or controls it and the other: where the other says so too, both stand
    aside for each other (第二十二条第（一）项). The other is told. Raises GongbaoError."""
    with recorded("market.say_affiliated", actor=actor, ground=ASIDE, at=at) as record:
        locked = _locked(organisation)
        if other.pk == locked.pk or other.removed_at is not None:
            raise GongbaoError("name another organisation of the market", where="uscc")
        if Affiliation.objects.filter(organisation=locked, other=other, ended_at=None).exists():
            raise GongbaoError("this is said already", where="uscc")
        made = Affiliation(organisation=locked, other=other, at=at)
        made.save()
        record(locked.subject, other=other.uuid)
        told = Label(
            f"{locked.name}说明其与贵单位由同一人控制。属实的，请贵单位也予说明，此后双方报名同一项目的均应回避；"
            "贵单位不说明的，不产生影响。",
            f"{locked.name} says that one person stands behind it and yours. If that is so, say so too, and from then "
            "on both stand aside where both register; unless you do, it has no effect.",
        )
        _tell(other, Label("同一人控制的说明", "Of one person"), told, at, ASIDE)
    return made


def end_affiliation(organisation: Organisation, other: Organisation, *, actor: Actor, at: datetime) -> Affiliation:
    """It says so no more; registrations that ended before stay as they were. Raises GongbaoError."""
    with recorded("market.end_affiliation", actor=actor, ground=ASIDE, at=at) as record:
        locked = _locked(organisation)
        found = Affiliation.objects.filter(organisation=locked, other=other, ended_at=None).first()
        if found is None:
            raise GongbaoError("this is not said any more")
        found.ended_at = at
        found.save()
        record(locked.subject, other=other.uuid, ended=True)
    return found


def _follow_person(found: Organisation, told: Particulars, changed: Collection[str]) -> None:
    """Another person has another number: with the digest of the one before, two firms of one person would not be found
    (第二十二条第（一）项)."""
    for person in ("legal_representative", "controller"):
        if person not in changed or getattr(told, f"{person}_id").strip():
            continue
        if getattr(found, person):
            raise GongbaoError("give the identity number of this person too", where=f"{person}_id")
        setattr(found, f"{person}_digest", "")


# --- who acts for it


MOST_INVITATIONS = 20
"""How many an organisation sends while one of them stands (our rule): or somebody could be written to without end."""


def invite(organisation: Organisation, named: str, *, account: Account, actor: Actor, at: datetime) -> Invitation:
    """Ask the account of that name to act for the organisation; `account` is who asks. Raises GongbaoError.

    What comes of it is the same whether there is such an account or not, is closed, or declines: an invitation that
    waits, until it is withdrawn or its days are over. An account that is opened later under the name has no part in it.
    """
    name = Account.normalize_username(named.strip())
    _refuse_longer(name, "username", 150)
    if not name:
        raise GongbaoError("this is needed", where="username")
    with recorded("market.invite", actor=actor, ground=CHANGES, at=at) as record:
        locked, today = _locked(organisation), timezone.localdate(at)
        if any(one.account.username == name for one in queries.members_of(locked, today)):
            raise GongbaoError("this account acts for the organisation already", where="username")
        since = at - timedelta(days=queries.INVITED_DAYS)
        sent = Invitation.objects.filter(organisation=locked, at__gt=since)
        if sent.filter(named=name, ended_at=None).exists():
            raise GongbaoError("this account is invited already", where="username")
        if sent.count() >= MOST_INVITATIONS:
            raise GongbaoError(
                f"an organisation sends {MOST_INVITATIONS} invitations within {queries.INVITED_DAYS} days",
                where="username",
            )
        asked = Account.objects.filter(username=name).first()
        made = Invitation(organisation=locked, named=name, account=asked, invited_by=account, at=at)
        made.save()
        record(locked.subject, invitation=made.uuid)
        if asked is not None and asked.is_active:
            send(
                ToAccount(asked),
                subject=Label(f"中介超市：{locked.name}邀请", f"Services market: invited by {locked.name}"),
                text=Label(
                    f"该单位邀请您代其办理业务。您可以接受或者谢绝；{queries.INVITED_DAYS}日内不接受的，邀请失效。",
                    f"It asks you to act for it. You may accept or decline; after {queries.INVITED_DAYS} days it ends.",
                ),
                about=locked.subject,
                link=reverse("market:invitation", args=[made.uuid]),
                at=at,
                ground=CHANGES,
            )
    return made


def accept_invitation(
    invitation: Invitation, person: Person, *, account: Account, actor: Actor, at: datetime
) -> Member:
    """Whoever was asked acts for the organisation from now on. Raises GongbaoError."""
    with recorded("market.accept_invitation", actor=actor, ground=CHANGES, at=at) as record:
        locked = _locked(invitation.organisation)
        found = _open_to(invitation, account, at)
        told = Label("受邀账号已接受邀请，现可代为办理业务。", "An account that was invited accepted, and acts for it.")
        _tell(locked, Label("业务授权人", "Who acts for it"), told, at, CHANGES)
        member = add_member(locked, account, since=timezone.localdate(at), person=person, actor=actor, at=at)
        found.ended_at = at
        found.save()
        record(locked.subject, invitation=found.uuid, accepted=True)
    return member


def decline_invitation(invitation: Invitation, *, account: Account, actor: Actor, at: datetime) -> Invitation:
    """Whoever was asked does not want to; nobody else is told, and the invitation ends with its days."""
    with recorded("market.decline_invitation", actor=actor, ground=OUR_RULE, at=at) as record:
        _locked(invitation.organisation)
        found = _open_to(invitation, account, at)
        found.declined_at = at
        found.save()
        record(f"account:{account.public_id}", declined=found.uuid)
    return found


def _open_to(invitation: Invitation, account: Account, at: datetime) -> Invitation:
    found = next((one for one in queries.invitations_to(account, at) if one.pk == invitation.pk), None)
    if found is None:
        raise GongbaoError("this invitation stands no more")
    return found


def withdraw_invitation(invitation: Invitation, *, actor: Actor, at: datetime) -> Invitation:
    """The organisation asks no more. Raises GongbaoError."""
    with recorded("market.withdraw_invitation", actor=actor, ground=CHANGES, at=at) as record:
        locked = _locked(invitation.organisation)
        found = queries.invitations_of(locked, at).filter(pk=invitation.pk).first()
        if found is None:
            raise GongbaoError("this invitation stands no more")
        found.ended_at = at
        found.save()
        record(locked.subject, invitation=found.uuid, withdrawn=True)
    return found


def _end_invitations(organisation: Organisation, at: datetime) -> None:
    Invitation.objects.filter(organisation=organisation, ended_at=None).update(ended_at=at)


def add_member(
    organisation: Organisation,
    account: Account,
    *,
    since: date,
    person: Person = NOBODY,
    actor: Actor,
    at: datetime,
) -> Member:
    """The account acts for the organisation from the day on: whoever entered it, to whom it was handed over, or who
    accepted an invitation. Nobody is made to by another (`invite`). Raises GongbaoError."""
    telephone = " ".join(person.telephone.split())
    _refuse_longer(telephone, "telephone", 40)
    with recorded("market.add_member", actor=actor, ground=CHANGES, at=at) as record:
        locked = _locked(organisation)
        if not account.is_active:
            raise GongbaoError("this account is closed", where="account")
        if locked.is_agency:
            _refuse_official(account, since)
        if queries.belongs_to(account, locked, since):
            raise GongbaoError("this account acts for the organisation already", where="account")
        member = Member(
            account=account,
            organisation=locked,
            since=since,
            telephone=telephone,
            person_digest=person_digest(person.identity_number),
        )
        member.save()
        record(locked.subject, member=account.public_id, since=since)
    return member


def _refuse_official(account: Account, on: date) -> None:
    """Who works for the office sells nothing in its market: 第三十八条第（八）项, 第三十九条第（三）项."""
    if posts_of(account, on):
        raise GongbaoError("whoever holds a post in the office acts for no agency", where="username")


def end_member(member: Member, *, actor: Actor, at: datetime) -> Member:
    """The account acts for the organisation no more from now on. The last one stays. Raises GongbaoError."""
    with recorded("market.end_member", actor=actor, ground=CHANGES, at=at) as record:
        today = timezone.localdate(at)
        locked = Organisation.objects.select_for_update().get(pk=member.organisation_id)
        members = list(queries.members_of(locked, today))
        found = next((one for one in members if one.pk == member.pk), None)
        if found is None:
            raise GongbaoError("this account acts for the organisation no more", where="account")
        # Who holds a post, or whose account is closed, is named and may not act.
        if not any(one.pk != found.pk and queries.is_member(one.account, locked, today) for one in members):
            raise GongbaoError("nobody would act for the organisation; name another first", where="account")
        found.until = today - timedelta(days=1)
        found.save()
        record(locked.subject, member=found.account.public_id, until=found.until)
    return found


# --- keys


def register_signing_key(
    organisation: Organisation, jwk: Mapping[str, Any], *, actor: Actor, at: datetime
) -> SigningKey:
    """The agency signs with this key (a public JWK, P-256) from now on, and with none before. Raises GongbaoError."""
    public = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    if "d" in jwk:
        raise GongbaoError("this is a private key; it stays in the browser that made it", where="jwk")
    try:
        if (public["kty"], public["crv"]) != ("EC", "P-256"):
            raise ValueError
        thumbprint = ECKey.import_key({name: str(value) for name, value in public.items()}).thumbprint()
    except (JoseError, ValueError, TypeError) as error:
        raise GongbaoError("this is no public key of the curve P-256 (JWK)", where="jwk") from error
    with recorded("market.register_signing_key", actor=actor, ground=OUR_RULE, at=at) as record:
        locked = _locked(organisation)
        if not locked.is_agency:
            raise GongbaoError("only an agency signs what it seals", where="organisation")
        if SigningKey.objects.filter(thumbprint=thumbprint).exists():
            raise GongbaoError("this key was given before; make a new one", where="jwk")
        SigningKey.objects.filter(organisation=locked, ended_at=None).update(ended_at=at)
        key = SigningKey(organisation=locked, thumbprint=thumbprint, jwk=public, made_at=at)
        key.save()
        record(locked.subject, key=thumbprint)
    return key


# --- papers, qualifications, practitioners


def keep_paper(organisation: Organisation, kind: str, upload: Upload, *, actor: Actor, at: datetime) -> Paper:
    """A document that the organisation hands in. Within gongbao.office.cases.files.together(). Raises GongbaoError."""
    content_type = files.kind_of(upload.name, upload.content)
    with recorded("market.keep_paper", actor=actor, ground=ENTRY, at=at) as record:
        locked = _locked(organisation)
        uuid = uuid4()
        paper = Paper(
            uuid=uuid,
            organisation=locked,
            kind=PaperKind(kind).value,
            name=shown_name(upload.name),
            content_type=content_type,
            size=len(upload.content),
            sha256=sha256(upload.content).hexdigest(),
            at=at,
        )
        files.keep(uuid, upload.content)
        paper.save()
        record(locked.subject, paper=uuid, kind=paper.kind, size=paper.size)
    return paper


@dataclass(frozen=True, slots=True)
class Held:
    """A qualification as its certificate says."""

    name: str
    number: str
    issued_by: str
    since: date
    until: date | None = None


def add_qualification(
    organisation: Organisation,
    held: Held,
    *,
    upload: Upload | None = None,
    replaces: Qualification | None = None,
    actor: Actor,
    at: datetime,
) -> Qualification:
    """The agency holds the qualification, in place of one as it was before where that is named: 第十六条.

    What stood on the one before stands on the new one. Within gongbao.office.cases.files.together() with an upload.
    Raises GongbaoError.
    """
    if held.until is not None and held.until < held.since:
        raise GongbaoError("the last day is before the first", where="until")
    if held.until is not None and held.until < timezone.localdate(at):
        raise GongbaoError("this qualification is over", where="until")
    with recorded("market.add_qualification", actor=actor, ground=CHANGES, at=at) as record:
        locked = _locked(organisation)
        paper = keep_paper(locked, PaperKind.QUALIFICATION, upload, actor=actor, at=at) if upload else None
        before = _end(Qualification, locked, replaces, at)
        if before is not None and paper is None:
            paper = before.paper
        made = Qualification(
            organisation=locked,
            **_lines(held, "name", "number", "issued_by"),
            since=held.since,
            until=held.until,
            paper=paper,
            replaces=before,
            at=at,
        )
        _refuse_unfit_lines(made, "name", "number", "issued_by")
        made.save()
        if before is not None:
            Listing.objects.filter(qualification=before, ended_at=None).update(qualification=made)
        record(
            locked.subject,
            qualification=made.uuid,
            replaces=before.uuid if before else "",
            since=made.since,
            until=made.until,
        )
    return made


def end_qualification(qualification: Qualification, *, actor: Actor, at: datetime) -> Qualification:
    """The agency holds it no more, and stands under no service with it from now on. Raises GongbaoError."""
    with recorded("market.end_qualification", actor=actor, ground=CHANGES, at=at) as record:
        locked = Organisation.objects.select_for_update(of=("self",)).get(pk=qualification.organisation_id)
        found = _end(Qualification, locked, qualification, at)
        assert found is not None
        record(locked.subject, qualification=found.uuid, ended=True)
        for listing in Listing.objects.filter(qualification=found, ended_at=None):
            _end_listing(listing, ListingEnd.QUALIFICATION, actor, at, CHANGES)
    return found


@dataclass(frozen=True, slots=True)
class Practising:
    """A person registered to practise with an agency. `name` and `number` are personal data."""

    name: str
    profession: str
    number: str
    until: date | None = None


def add_practitioner(
    organisation: Organisation,
    person: Practising,
    *,
    replaces: Practitioner | None = None,
    actor: Actor,
    at: datetime,
) -> Practitioner:
    """The person practises with the agency, in place of what stood here before where that is named: 第十六条.

    Raises GongbaoError.
    """
    with recorded("market.add_practitioner", actor=actor, ground=CHANGES, at=at) as record:
        locked = _locked(organisation)
        before = _end(Practitioner, locked, replaces, at)
        made = Practitioner(
            organisation=locked,
            **_lines(person, "name", "profession", "number"),
            until=person.until,
            replaces=before,
            at=at,
        )
        _refuse_unfit_lines(made, "name", "profession", "number")
        made.save()
        record(locked.subject, practitioner=made.uuid, replaces=before.uuid if before else "")
    return made


def end_practitioner(practitioner: Practitioner, *, actor: Actor, at: datetime) -> Practitioner:
    """The person practises with the agency no more. Raises GongbaoError."""
    with recorded("market.end_practitioner", actor=actor, ground=CHANGES, at=at) as record:
        locked = Organisation.objects.select_for_update(of=("self",)).get(pk=practitioner.organisation_id)
        found = _end(Practitioner, locked, practitioner, at)
        assert found is not None
        record(locked.subject, practitioner=found.uuid, ended=True)
    return found


def _end(kind: Any, organisation: Organisation, one: Any, at: datetime) -> Any:
    """The record, ended; None for none."""
    if one is None:
        return None
    found = kind.objects.filter(pk=one.pk, organisation=organisation).first()
    if found is None or found.ended_at is not None:
        raise GongbaoError("this was changed in the meantime; look at it again")
    found.ended_at = at
    found.save()
    return found


def _lines(told: Any, *names: str) -> dict[str, str]:
    return {name: " ".join(getattr(told, name).split()) for name in names}


def _refuse_unfit_lines(made: models.Model, *names: str) -> None:
    for name in names:
        value = getattr(made, name)
        if not value:
            raise GongbaoError("this is needed", where=name)
        _refuse_longer(value, name, getattr(made._meta.get_field(name), "max_length", None) or LONGEST_TEXT)


# --- under a service


@dataclass(frozen=True, slots=True)
class Offered:
    """What an agency publishes of a service (第十五条). What stands between [[ and ]] is secret."""

    service: str
    requirements: str
    time_limit: str
    fee: str


def enter_item(
    organisation: Organisation,
    item: ServiceItem,
    offered: Offered,
    *,
    qualification: Qualification | None = None,
    actor: Actor,
    at: datetime,
) -> Listing:
    """The agency stands under the service from now on, if it holds what the law asks for: 第十四条.

    Nobody has to agree. Raises GongbaoError.
    """
    today = timezone.localdate(at)
    _refuse_unfit(offered)
    with recorded("market.enter_item", actor=actor, ground=ENTRY, at=at) as record:
        locked = _locked(organisation)
        if not locked.is_agency or locked.removed_at is not None:
            raise GongbaoError("only an agency of the market offers services", where="item")
        version = catalogue.version_on(item, today)
        if version is None or item.ended_at is not None:
            raise GongbaoError("this service is not offered in the market today", where="item")
        if Listing.objects.filter(organisation=locked, item=item, ended_at=None).exists():
            raise GongbaoError("the agency stands under this service already", where="item")
        held = qualification if catalogue.accepted(version) else None
        _refuse_unfit_qualification(locked, held, at)
        if not queries.fits(version, held, today):
            raise GongbaoError("the service asks for a qualification that was not shown", where="qualification")
        listing = Listing(organisation=locked, item=item, qualification=held, entered_at=at)
        listing.save()
        _publish(listing, offered, at)
        record(listing.subject, organisation=locked.uuid, item=item.uuid, version=version.number, automatic=True)
    return listing


def _refuse_unfit_qualification(organisation: Organisation, held: Qualification | None, at: datetime) -> None:
    if held is None:
        return
    if held.organisation_id != organisation.pk or not queries.runs(held, timezone.localdate(at)):
        raise GongbaoError("this qualification is not held today", where="qualification")


def _refuse_unfit(offered: Offered) -> None:
    for one in fields(Offered):
        text = getattr(offered, one.name).strip()
        if not queries.SECRET.sub("", text).strip():
            raise GongbaoError("this is published, and cannot be secret as a whole", where=one.name)
        _refuse_longer(text, one.name)
        left = queries.SECRET.sub("", text)
        if "[[" in left or "]]" in left:
            raise GongbaoError("a secret part begins with [[ and ends with ]]", where=one.name)


def _publish(listing: Listing, offered: Offered, at: datetime) -> Offering:
    number = listing.offerings.count() + 1
    texts = {one.name: getattr(offered, one.name).strip() for one in fields(Offered)}
    made = Offering(listing=listing, number=number, at=at, **texts)
    made.save()
    return made


def change_offering(
    listing: Listing,
    offered: Offered,
    *,
    qualification: Qualification | None = None,
    actor: Actor,
    at: datetime,
) -> Offering:
    """What the agency publishes of the service from now on, and what it stands on. Raises GongbaoError."""
    _refuse_unfit(offered)
    with recorded("market.change_offering", actor=actor, ground=PUBLISHED, at=at) as record:
        locked = Organisation.objects.select_for_update(of=("self",)).get(pk=listing.organisation_id)
        found = Listing.objects.filter(pk=listing.pk, ended_at=None).first()
        if found is None:
            raise GongbaoError("the agency stands under this service no more", where="item")
        _refuse_unfit_qualification(locked, qualification, at)
        version = catalogue.version_on(listing.item, timezone.localdate(at))
        if version is not None and not queries.fits(version, qualification, timezone.localdate(at)):
            raise GongbaoError("the service asks for a qualification that was not shown", where="qualification")
        found.qualification = qualification
        found.save()
        made = _publish(found, offered, at)
        record(found.subject, offering=made.number)
    return made


def leave_item(listing: Listing, *, actor: Actor, at: datetime) -> Listing:
    """The agency stands under the service no more; it may come back (第四条). Raises GongbaoError."""
    with recorded("market.leave_item", actor=actor, ground=f"{DOCUMENT} 第四条", at=at):
        Organisation.objects.select_for_update(of=("self",)).get(pk=listing.organisation_id)
        return _end_listing(listing, ListingEnd.LEFT, actor, at, f"{DOCUMENT} 第四条")


def _end_listing(listing: Listing, end: ListingEnd, actor: Actor, at: datetime, ground: str) -> Listing:
    with recorded("market.end_listing", actor=actor, ground=ground, at=at) as record:
        found = Listing.objects.select_related("item__authority").filter(pk=listing.pk, ended_at=None).first()
        if found is None:
            raise GongbaoError("the agency stands under this service no more", where="item")
        found.ended_at, found.end = at, end.value
        found.save()
        record(found.subject, end=found.end)
        catalogue_actions.tell_if_few(found.item, at)
    return found


# --- the review after the entry


def review(
    listing: Listing,
    outcome: str,
    reasons: str = "",
    *,
    mend_by: date | None = None,
    unit: Unit,
    actor: Actor,
    at: datetime,
) -> Review:
    """What the authority of the service found of an agency that stands under it already: 第七条第（四）项.

    Whoever has something to mend, or is taken off the service, is told why. Raises GongbaoError.
    """
    reasons = reasons.strip()
    if outcome not in ReviewOutcome.values:
        raise GongbaoError(f"the outcome is one of {', '.join(ReviewOutcome.values)}", where="outcome")
    if outcome != ReviewOutcome.IN_ORDER and not reasons:
        raise GongbaoError("say why; the organisation is told", where="reasons")
    _refuse_longer(reasons, "reasons")
    if outcome == ReviewOutcome.TO_MEND and (mend_by is None or mend_by <= timezone.localdate(at)):
        raise GongbaoError("say by which day, from tomorrow on", where="mend_by")
    with recorded("market.review", actor=actor, ground=REVIEW, at=at) as record:
        Organisation.objects.select_for_update(of=("self",)).get(pk=listing.organisation_id)
        found = queries.listing(listing.uuid)
        if found is None or found.ended_at is not None:
            raise GongbaoError("the agency stands under this service no more")
        if found.item.authority_id != unit.pk:
            raise GongbaoError("another authority reviews this service")
        made = Review(
            listing=found,
            unit=unit,
            outcome=outcome,
            reasons=reasons,
            mend_by=mend_by if outcome == ReviewOutcome.TO_MEND else None,
            at=at,
        )
        made.save()
        record(found.subject, outcome=outcome, mend_by=made.mend_by)
        if outcome == ReviewOutcome.ENDED:
            _end_listing(found, ListingEnd.REVIEW, actor, at, REVIEW)
        if outcome != ReviewOutcome.IN_ORDER:
            _tell(found.organisation, *_told_of(made, found), at=at, ground=REVIEW)
    return made


def _told_of(made: Review, listing: Listing) -> tuple[Label, Label]:
    code = listing.item.code
    if made.outcome == ReviewOutcome.ENDED:
        subject = Label(f"事后审查：移出事项 {code}", f"Review: taken off the service {code}")
        return subject, Label(f"理由：{made.reasons}", f"Reasons: {made.reasons}")
    subject = Label(f"事后审查：事项 {code} 需要补正", f"Review: to be mended under the service {code}")
    return subject, Label(
        f"请于{made.mend_by}前补正：{made.reasons}", f"To be mended by {made.mend_by}: {made.reasons}"
    )

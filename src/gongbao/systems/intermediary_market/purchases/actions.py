"""The only code that writes purchases. Where one stands is kept by its case (gongbao.office.cases.actions); what the
case has no room for is written here, in the same transaction and with the same log.

Who may act for an owner or an agency is checked here too, for a page may have been open for long.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid4

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical, digest
from gongbao.core.labels import Label
from gongbao.office import kept
from gongbao.office.audit.actions import Record, recorded
from gongbao.office.audit.actors import Actor, ActorKind
from gongbao.office.cases import actions as cases
from gongbao.office.cases import files
from gongbao.office.cases.actions import Upload
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.calendar import calendar
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.office.cases.queries import situation_of
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account
from gongbao.procedures import Field, Kind, Option, Refused, Role, Situation, Step
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.fields import read as read_fields
from gongbao.rules.compute import Result, compute
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, ServiceItem, Supply
from gongbao.systems.intermediary_market.competence import operating_unit
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.interpretation.queries import readings_on
from gongbao.systems.intermediary_market.organisations import queries as organisations
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import Tie
from gongbao.systems.intermediary_market.purchases import limit, notices, procedure, queries, terms
from gongbao.systems.intermediary_market.purchases.models import (
    Computed,
    Draft,
    FlagDecision,
    Fund,
    Mark,
    NotCounted,
    ProcurementLimit,
    Purchase,
    Registration,
    Terms,
    Way,
)
from gongbao.systems.intermediary_market.purchases.queries import (
    attempts_of,
    by_envelope,
    deciding,
    flags,
    handed_in,
    offered,
    price_in_words,
    project_name_of,
    published_terms,
    ranking,
    state_of,
    usable,
)
from gongbao.systems.intermediary_market.purchases.terms import TermsContent
from gongbao.systems.intermediary_market.rules import Outcome, market_conflicts, market_negotiation, market_outcome
from gongbao.systems.intermediary_market.supervision import government_prices

PROBLEMS: Mapping[str, Label] = {
    "earlier_terms": Label("按变更前的采购信息报名", "registered under terms that were changed since"),
    "unknown_terms": Label("报名所依据的采购信息未曾公布", "registered under terms that were never published"),
    "not_entered": Label("机构未入驻或者已退出", "the agency is not in the market any more"),
}
"""Why an envelope that could be read counts for nothing; the sealing has further problems of its own."""

WITHOUT_STANDING: Mapping[str, Any] = {
    "standing": False,
    "admitted": False,
    "reason": "报名截止时未归属该中介服务事项（第十三条、第十四条）",
}
"""A registration of an agency that was not under the service when registration ended. An agency is under the services
in which its qualifications place it (第十四条), and enters in minutes: who does so before the deadline is in time."""

REASON = Field("reason", Label("理由", "The reason"), Kind.TEXT, longest=1000)
_BUDGET_YEAR = Field("budget_year", Label("预算年度", "The budget year"), Kind.NUMBER)
_SOURCE = Field("source", Label("来源", "The source"), longest=200)
_AMOUNT = Field("amount", Label("金额", "The amount"), Kind.MONEY)
_OUTSIDE_PRICE = next(one for one in procedure.choose_outside.asks if one.key == "outside_price")
_UNTIL = next(one for one in procedure.hold_back.asks if one.key == "unpublished_until")
_CONFIRMS = (procedure.confirm.key, procedure.negotiate.key, procedure.choose_directly.key)
"""From which on a result may be kept back: what an owner agrees on or chooses by itself it does not confirm again."""


# --- who acts


def as_owner(account: Account) -> Acting:
    return Acting(procedure.owner, actor_of(account), account)


def as_agency(account: Account) -> Acting:
    return Acting(procedure.agency, actor_of(account), account)


def _of(organisation: Organisation, account: Account, at: datetime, kind: str = organisations.OWNER) -> None:
    if not organisations.is_member(account, organisation, at.astimezone(SHANGHAI).date(), kind):
        raise GongbaoError("you do not act for this organisation any more")


def _refuse_own(agency: Organisation, account: Account | None, at: datetime) -> None:
    """Our rule: who acts for the owner and for an agency too neither judges nor chooses that agency."""
    if account is not None and organisations.belongs_to(account, agency, at.astimezone(SHANGHAI).date()):
        raise GongbaoError("whoever acts for an agency does not judge it; another of the owner does")


def _take(
    purchase: Purchase, step: Step, given: Mapping[str, Any], acting: Acting, at: datetime, seen: int,
    uploads: Sequence[Upload] = (),
) -> CaseEvent:  # fmt: skip
    """A step of the purchase's case, for one of the own steps or for one that could be taken at the desk as well."""
    event = cases.take_step(
        purchase.case.uuid, step.key, given, acting=acting, at=at, seen=seen, uploads=uploads, own=True
    )
    purchase.case.refresh_from_db()
    return event


def _ground(step: Step) -> str:
    return procedure.purchase.cite(step.clause)


def _typed(field: Field, given: Any, at: datetime) -> Any:
    """What was typed for one field. Raises Refused in the words of the field."""
    return _all_typed([field], {field.key: given}, at).get(field.key)


def _all_typed(fields: Sequence[Field], given: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What was typed for several fields. Raises Refused in the words of each that is wrong."""
    values, problems = read_fields(fields, given, at.astimezone(SHANGHAI).date())
    if problems:
        raise Refused(problems[0].field, problems=problems)
    return values


# --- finance


def enter_limit(
    budget_year: Any, amount: Any, source: str, *, account: Account | None, actor: Actor, at: datetime
) -> ProcurementLimit:
    """Enter the procurement limit of a budget year, from its source. One entered before stays. Raises GongbaoError."""
    given = {"budget_year": budget_year, "amount": amount, "source": source}
    typed = _all_typed([_BUDGET_YEAR, _AMOUNT, _SOURCE], given, at)
    year, figure = typed["budget_year"], typed["amount"]
    this = at.astimezone(SHANGHAI).year
    if not 2022 <= year <= this + 1:
        raise GongbaoError(f"the budget year is one from 2022 to {this + 1}", where="budget_year")
    if figure <= 0:
        raise GongbaoError("a limit is more than nothing", where="amount")
    with recorded("market.enter_limit", actor=actor, ground=f"{DOCUMENT} 第三条第二款", at=at) as record:
        made = ProcurementLimit.objects.create(
            budget_year=year, amount=figure, source=typed["source"], entered_at=at, entered_by=account
        )
        record(f"procurement_limit:{year}", amount=str(figure), source=made.source)
    return made


# --- drafts: nothing that is regulated


@dataclass(frozen=True, slots=True)
class SeenDraft:
    """The draft that a form was filled in from, and the digest of what stood in it."""

    uuid: UUID
    digest: str

    @classmethod
    def of(cls, draft: Draft) -> "SeenDraft":
        return cls(draft.uuid, digest(str(draft.uuid), canonical(draft.given)))


class DraftGone(GongbaoError):
    """Whoever else acts for the owner kept the draft anew, handed it in or dropped it since the form was made."""

    def __init__(self) -> None:
        super().__init__(
            "this draft was kept anew, handed in or dropped in the meantime; sent again, what stands here is one of "
            "its own"
        )


def save_draft(
    owner: Organisation, given: Mapping[str, str], *, account: Account, at: datetime,
    draft: SeenDraft | None = None, previous: Purchase | None = None,
) -> Draft:  # fmt: skip
    """Keep what was typed of a purchase, as it was typed. Raises DraftGone and GongbaoError."""
    _of(owner, account, at)
    if len(canonical(dict(given))) > 60_000:
        raise GongbaoError("this is too long to be kept")
    with kept.action("market.save_draft"):
        row = _as_seen(owner, draft) if draft else Draft(owner=owner, previous=previous)
        row.given, row.at = dict(given), at
        row.save()
    return row


def drop_draft(owner: Organisation, draft: UUID, *, account: Account, at: datetime) -> None:
    """One that is gone stays gone: dropped twice, or handed in by somebody else meanwhile, nothing is refused."""
    _of(owner, account, at)
    with kept.action("market.drop_draft"):
        Draft.objects.filter(owner=owner, uuid=draft).delete()


def _as_seen(owner: Organisation, seen: SeenDraft) -> Draft:
    """For an act on it. Raises DraftGone."""
    kept.one_at_a_time(f"market.purchases_of.{owner.pk}")
    row = Draft.objects.filter(owner=owner, uuid=seen.uuid).first()
    if row is None or SeenDraft.of(row) != seen:
        raise DraftGone
    return row


# --- up to the notice


def submit(
    owner: Organisation,
    item: ServiceItem,
    given: Mapping[str, Any],
    *,
    account: Account,
    at: datetime,
    uploads: Sequence[Upload] = (),
    previous: Purchase | None = None,
    draft: SeenDraft | None = None,
    once: str = "",
) -> Purchase:
    """Hand in the purchase information of 第十九条, for one matter (第十七条); with `previous` as its next attempt.

    `once` is the token of the form (cases.actions.new_token): sent twice it is one purchase, and counts once against
    the limit. Raises WrongTerms, Refused, DraftGone and GongbaoError, and then nothing is kept.
    """
    _of(owner, account, at)
    day = at.astimezone(SHANGHAI).date()
    version = _version_of(item, day)
    content = _read(terms.read, given, uploads, version, owner, day)
    unit = operating_unit(owner)
    with (
        files.together(),
        recorded("market.submit_purchase", actor=actor_of(account), ground=_ground(procedure.submit), at=at) as record,
    ):
        # So that two purchases of an owner do not both find room below the limit.
        kept.one_at_a_time(f"market.purchases_of.{owner.pk}")
        begun = cases.begin(
            procedure.purchase, procedure.submit, _told(content, version, owner, 1), acting=as_owner(account),
            unit=unit, at=at, uploads=uploads, once=once, own=True,
        )  # fmt: skip
        if begun.again:
            return _handed_in(begun.case, owner, content.content)
        drafted = _as_seen(owner, draft) if draft else None
        _refuse_previous(previous, owner)
        _refuse_other_project(previous, item, content)
        within = _within_limit(owner, item, content, day, previous)
        made = Purchase(case=begun.case, owner=owner, item=version, previous=previous)
        if previous is not None:
            made.project = previous.project
        _cache(made, content)
        made.save()
        _keep_terms(made, content.content | {"annexes": _annexes(begun.case, content)}, 1, at, record)
        record(made.subject, case=str(begun.case.uuid), previous=previous.subject if previous else "")
        _keep_computed(made, within, at, record)
        if drafted is not None:
            drafted.delete()
    return made


def _handed_in(case: Case, owner: Organisation, content: Mapping[str, Any]) -> Purchase:
    """The purchase that the same form began. Raises GongbaoError where something else stands in the form by now."""
    made = Purchase.objects.filter(case=case, owner=owner).first()
    first = made.terms.order_by("number").first() if made is not None else None
    set_by_us = ("annexes", "fewest")
    if (
        made is None
        or first is None
        or any(first.content.get(key) != value for key, value in content.items() if key not in set_by_us)
    ):
        raise GongbaoError("this form was sent already; open it anew for another purchase")
    return made


def _version_of(item: ServiceItem, day: date) -> ItemVersion:
    version = catalogue.version_on(item, day) if item.ended_at is None else None
    if version is None:
        raise GongbaoError("this service is not in the catalogue", where="item")
    return version


MAY_FOLLOW = frozenset(
    one.key
    for one in (
        procedure.failed, procedure.annulled, procedure.abandoned, procedure.rerun, procedure.withdrawn,
        procedure.declined, procedure.unsigned,
    )
)  # fmt: skip


def _refuse_previous(previous: Purchase | None, owner: Organisation) -> None:
    if previous is None:
        return
    if previous.owner_id != owner.pk or state_of(previous).key not in MAY_FOLLOW:
        raise GongbaoError("the attempt before is not over, or was another owner's", where="previous")
    if Purchase.objects.filter(previous=previous).exists():
        raise GongbaoError("another attempt follows that one already", where="previous")


def _refuse_other_project(attempt: Purchase | None, item: ServiceItem, content: TermsContent) -> None:
    """The attempts of a project have one service and one name: two failures of it open negotiation (第二十三条), and a
    notice of something else that failed is none of them."""
    if attempt is None:
        return
    if attempt.item.item_id != item.pk:
        raise GongbaoError(
            f"the next attempt is for the service of the attempt before ({DOCUMENT} 第十七条、第二十三条)", where="item"
        )
    if content[terms.PROJECT_NAME.key] != project_name_of(attempt):
        raise GongbaoError(
            f"the next attempt has the project name of the attempt before ({DOCUMENT} 第十七条、第二十三条)",
            where=terms.PROJECT_NAME.key,
        )


def _within_limit(
    owner: Organisation, item: ServiceItem, content: TermsContent, day: date, attempt: Purchase | None
) -> Result | None:
    if content["fund"] != Fund.PUBLIC:
        return None
    return limit.check(owner, item, content["budget_year"], content["budget"], day, without=attempt)


def _told(content: TermsContent, version: ItemVersion, owner: Organisation, number: int) -> dict[str, Any]:
    """What the events of the case say of the terms."""
    return {
        "owner_name": owner.name,
        "project_name": content["project_name"],
        "item_name": version.name,
        "fund": content["fund"],
        "budget": content["budget"],
        "way": content["way"],
        "terms": number,
    }


def _cache(purchase: Purchase, content: TermsContent) -> None:
    purchase.fund = content["fund"]
    purchase.budget_year = content["budget_year"]
    purchase.budget = content["budget"]
    purchase.way = content["way"]


def _read(
    reads: Callable[..., TermsContent], given: Mapping[str, Any], uploads: Sequence[Upload], item: ItemVersion,
    owner: Organisation, day: date, before: Sequence[str] = (),
) -> TermsContent:  # fmt: skip
    """The terms, as `reads` reads them. Files that come now take the place of a reason why there were none."""
    comes = any(one.field == procedure.ANNEXES.key for one in uploads)
    typed = {**given, terms.NO_ANNEXES.key: ""} if comes else given
    return reads(typed, item, owner, day, files=comes or bool(before))


def _annexes(case: Case, content: TermsContent, before: Iterable[str] = ()) -> list[str]:
    """The files that the last event of the case brought; else, where the terms say that there are none, none; else
    those that there were."""
    last = case.events.order_by("-number").first()
    brought = last.values.get("annexes") if last is not None else None
    return list(brought or (() if content[terms.NO_ANNEXES.key] else before))


def _keep_terms(
    purchase: Purchase, content: dict[str, Any], number: int, at: datetime, record: Record, *, published: bool = False
) -> Terms:
    made = Terms(purchase=purchase, number=number, content=content, at=at, published_at=at if published else None)
    made.save()
    # A digest: the contact of the project is a person.
    record(purchase.subject, terms=number, content=digest(purchase.case.salt, canonical(content)), published=published)
    return made


def _keep_computed(purchase: Purchase, result: Result | None, at: datetime, record: Record) -> None:
    """Keep what a policy gave, with its version, readings and explanation: what was decided stands on it."""
    if result is None:
        return
    told = result.as_json(explain=True)
    Computed(purchase=purchase, policy=result.policy.name, at=at, result=told).save()
    record(purchase.subject, policy=result.policy.name, version=told["version"], readings=told["readings"])


def resubmit(
    purchase: Purchase,
    given: Mapping[str, Any],
    *,
    account: Account,
    at: datetime,
    seen: int,
    uploads: Sequence[Upload] = (),
) -> Terms:
    """Hand in the corrected information; the form review begins anew (第二十条第三款). Raises like submit."""
    return _new_terms(purchase, procedure.resubmit, given, {}, account, at, seen, uploads)


def change_terms(
    purchase: Purchase,
    given: Mapping[str, Any],
    reason: str,
    *,
    account: Account,
    at: datetime,
    seen: int,
    uploads: Sequence[Upload] = (),
) -> Terms:
    """Change what was published, while agencies register. It is reviewed like a new notice; published again, the days
    of registration begin anew, and what was sealed for the terms before counts no more: those who sealed it promised
    to meet other conditions (第二十一条). Raises like submit.
    """
    return _new_terms(purchase, procedure.change_terms, given, {"reason": reason}, account, at, seen, uploads)


def _new_terms(
    purchase: Purchase, step: Step, given: Mapping[str, Any], more: Mapping[str, Any], account: Account, at: datetime,
    seen: int, uploads: Sequence[Upload],
) -> Terms:  # fmt: skip
    _of(purchase.owner, account, at)
    cases.tended(purchase.case.uuid, at)  # outside: what is refused must not take back that the deadline passed
    day = at.astimezone(SHANGHAI).date()
    before = _last(purchase).content.get("annexes", [])
    content = _read(terms.read, given, uploads, purchase.item, purchase.owner, day, before)
    _refuse_supplied(purchase.item.item, day)
    _refuse_other_project(purchase if purchase.previous else None, purchase.item.item, content)
    with (
        files.together(),
        recorded(f"market.{step.key}", actor=actor_of(account), ground=_ground(step), at=at) as record,
    ):
        kept.one_at_a_time(f"market.purchases_of.{purchase.owner_id}")
        within = _within_limit(purchase.owner, purchase.item.item, content, day, purchase)
        number = _last(purchase).number + 1
        told = _told(content, purchase.item, purchase.owner, number) | dict(more)
        _take(purchase, step, told, as_owner(account), at, seen, uploads)
        _cache(purchase, content)
        purchase.save()
        kept_terms = content.content | {"annexes": _annexes(purchase.case, content, before)}
        made = _keep_terms(purchase, kept_terms, number, at, record)
        _keep_computed(purchase, within, at, record)
        if step is procedure.change_terms:
            notices.tell_agencies(
                purchase, "采购信息正在变更，暂停报名；变更后的公告发布后须重新报名",
                "its terms are being changed; registration waits, and is made anew when they are published again", at,
            )  # fmt: skip
    return made


def _last(purchase: Purchase) -> Terms:
    found = purchase.terms.order_by("-number").first()
    assert found is not None
    return found


def decide_flag(
    purchase: Purchase, key: str, stands: bool, reason: str, *, acting: Acting, at: datetime
) -> FlagDecision:
    """Decide of words at which the form review points (第五条第三款): they stand, or the owner corrects them.

    The review goes by words; that a condition has a ground in law a person says, with the reason. Decided again, what
    was decided last counts. Raises GongbaoError.
    """
    _refuse_own_review(purchase, acting, at)
    words = _typed(REASON, reason, at)
    with recorded("market.decide_flag", actor=acting.actor, ground=f"{DOCUMENT} 第五条第三款", at=at) as record:
        last = handed_in(purchase)
        _locked_at(purchase, deciding(purchase).key)
        flag = next((one for one in flags(last) if one.key == key), None)
        if last is None or flag is None:
            raise GongbaoError("the form review points at no such words; load the page again", where="flag")
        made = FlagDecision(
            terms=last, key=key, words=flag.finding.words, clauses=list(flag.finding.clauses), stands=stands,
            reason=words, at=at, account=acting.account,
        )  # fmt: skip
        made.save()
        record(purchase.subject, terms=last.number, flag=key, stands=stands, reason=digest(purchase.case.salt, words))
    return made


def _refuse_own_review(purchase: Purchase, acting: Acting, at: datetime) -> None:
    """Our rule; the operator may buy too, and then another of its clerks reviews."""
    day = at.astimezone(SHANGHAI).date()
    if acting.account is not None and organisations.belongs_to(acting.account, purchase.owner, day):
        raise GongbaoError("whoever acts for the owner does not review the form of its notice")


def publish(purchase: Purchase, *, acting: Acting, at: datetime, seen: int) -> Terms:
    """Publish the notice (第二十条第二款): now it is fixed when registration ends and an agency is selected.

    Raises Refused and GongbaoError: where there is no limit, no custodian to seal to, or something at which the form
    review points that nobody let stand.
    """
    from gongbao.systems.intermediary_market.sealing import actions as sealing

    step = procedure.publish_notice
    _refuse_own_review(purchase, acting, at)
    with recorded("market.publish_notice", actor=acting.actor, ground=_ground(step), at=at) as record:
        kept.one_at_a_time(f"market.purchases_of.{purchase.owner_id}")
        last = _last(purchase)
        if any(one.decided is None or not one.decided.stands for one in flags(last)):
            raise GongbaoError(
                f"the form review points at words of this notice: say of each why it may stand, or ask for its "
                f"correction ({DOCUMENT} 第五条第三款)",
                where="flag",
            )
        content = terms.kept(last.content)
        day = at.astimezone(SHANGHAI).date()
        within = _within_limit(purchase.owner, purchase.item.item, content, day, purchase)
        _refuse_against_price(purchase, content, day)
        _refuse_supplied(purchase.item.item, day)
        ends, selection = terms.moments(content, at, calendar())
        again = published_terms(purchase) is not None
        number = last.number + 1
        given = {"terms": number, "registration_ends_at": ends, "selection_at": selection}
        _take(purchase, step, given, acting, at, seen)
        sealing.prepare(purchase, actor=acting.actor, at=at)
        published = content.published(ends, selection).content | {terms.FEWEST.key: _fewest(content, day)}
        published |= {"annexes": last.content.get("annexes", []), "valid_from": number}
        made = _keep_terms(purchase, published, number, at, record, published=True)
        _keep_moments(purchase, ends, selection, at)
        _keep_computed(purchase, within, at, record)
        if again:
            notices.tell_agencies(
                purchase,
                "采购信息已变更，报名时间重新计算；此前的报名不再计入，须重新提交，变更内容见公告",
                "its terms were changed as the notice shows; the days begin anew, and who registered does so again",
                at,
                place="changes",
            )
        else:
            notices.tell_agencies(purchase, "发布采购公告", "a notice was published", at)
    return made


def _refuse_against_price(purchase: Purchase, content: TermsContent, day: date) -> None:
    """A government price that was fixed since the purchase was handed in (第十条): the owner has to correct it."""
    if government_prices.stands_under(purchase.item, day):
        if content["way"] == Way.LOWEST_PRICE:
            raise GongbaoError(
                f"the price of this service is set by the government, and cannot be competed on ({DOCUMENT} 第十条)"
            )
        if priced := terms.scores_price(content.criteria):
            raise GongbaoError(
                f"the price of this service is set by the government, and no criterion gives points for it: "
                f"{priced.name} ({DOCUMENT} 第十条)"
            )
    government_prices.refuse_above(purchase.item.item, content["budget"], day, "budget")


def _refuse_supplied(item: ServiceItem, day: date) -> None:
    """A service that came under agreement supply since the purchase was handed in (第十八条第二款)."""
    version = catalogue.version_on(item, day)
    if version is not None and version.supply == Supply.AGREEMENT:
        raise GongbaoError(
            f"this service is supplied by agreement, under the procurement catalogue ({DOCUMENT} 第十八条第二款)",
            where="way",
        )


def _keep_moments(purchase: Purchase, ends: datetime, selection: datetime, at: datetime) -> None:
    """Those of a notice that is published at this moment, for the first time or again."""
    purchase.registration_ends_at, purchase.selection_at = ends, selection
    purchase.published_at = purchase.published_at or at
    purchase.public_at = purchase.public_at or at
    purchase.save()


def extend(purchase: Purchase, days: Any, reason: str, *, account: Account, at: datetime, seen: int) -> Terms:
    """Extend the registration by working days, before it ends. Raises Refused and GongbaoError."""
    _of(purchase.owner, account, at)
    number = _typed(Field("days", Label("延长的工作日数", "Working days"), Kind.NUMBER), days, at)
    if not 1 <= number <= terms.MOST_DAYS:
        raise GongbaoError(f"registration is extended by 1 to {terms.MOST_DAYS} working days", where="days")
    ends = purchase.registration_ends_at
    if ends is None:
        raise GongbaoError("this notice is not published", where="days")
    last = calendar().add((ends - timedelta(days=1)).astimezone(SHANGHAI).date(), number)
    return _reset(purchase, procedure.extend, last, {"reason": reason}, as_owner(account), at, seen)


def reopen(purchase: Purchase, *, acting: Acting, at: datetime, seen: int) -> Terms:
    """After an outage that came during the registration, give it the days of the notice anew. Raises GongbaoError."""
    situation = situation_of(purchase.case, calendar())
    ended = any(one.step == procedure.close_registration.key for one in situation.events)
    current = published_terms(purchase)
    if ended or current is None:
        raise GongbaoError("registration was over before the outage: the owner starts again, or selects by itself")
    days = terms.kept(current.content)["registration_days"]
    last = calendar().add(at.astimezone(SHANGHAI).date(), days)
    return _reset(purchase, procedure.reopen, last, {}, acting, at, seen)


def _reset(
    purchase: Purchase, step: Step, last: date, more: Mapping[str, Any], acting: Acting, at: datetime, seen: int
) -> Terms:
    """New moments for terms that stay as they are: what was sealed for them counts."""
    cases.tended(purchase.case.uuid, at)  # outside: what is refused must not take back that the deadline passed
    with recorded(f"market.{step.key}", actor=acting.actor, ground=_ground(step), at=at) as record:
        current = published_terms(purchase)
        assert current is not None
        content = terms.kept(current.content)
        ends, selection = terms.moments_after(last, content["selection_days"], content["selection_time"], calendar())
        given = {"registration_ends_at": ends, "selection_at": selection, **more}
        _take(purchase, step, given, acting, at, seen)
        told = content.published(ends, selection).content
        told |= {key: current.content[key] for key in ("annexes", "valid_from")}
        made = _keep_terms(purchase, told, _last(purchase).number + 1, at, record, published=True)
        _keep_moments(purchase, ends, selection, at)
        day = last.isoformat()
        notices.tell_agencies(
            purchase, f"报名截止时间改为{day} 24:00，此前的报名继续有效",
            f"registration now ends with {day}; registrations made before stand", at, place="changes",
        )  # fmt: skip
    return made


PLAIN = {
    one.key: one
    for one in (
        procedure.withdraw_purchase, procedure.choose_rerun, procedure.confirm, procedure.refuse_result,
        procedure.hold_back, procedure.release,
    )
}  # fmt: skip
"""The steps of an owner that write nothing beside their event."""


def owner_step(
    purchase: Purchase, step: str, given: Mapping[str, Any], *, account: Account, at: datetime, seen: int
) -> CaseEvent:
    """Take one of the PLAIN steps, or `choose_outside`. Raises Refused, Overtaken and GongbaoError.

    A result may be confirmed and kept back in one act, with what `hold_back` asks for: it would be too late to ask for
    that once the operator has published the award notice.
    """
    _of(purchase.owner, account, at)
    if step == procedure.choose_outside.key:
        return _choose_outside(purchase, given, account, at, seen)
    if PLAIN[step] in (procedure.confirm, procedure.hold_back):
        _refuse_kept_back_too_long(purchase, PLAIN[step], given.get(_UNTIL.key), at)
    if PLAIN[step] is procedure.confirm:
        kept_back = {one.key: given[one.key] for one in procedure.hold_back.asks if given.get(one.key)}
        with kept.action("market.confirm"):
            event = _take(purchase, procedure.confirm, {}, as_owner(account), at, seen)
            if kept_back:
                seen = purchase.case.events_count
                event = _take(purchase, procedure.hold_back, kept_back, as_owner(account), at, seen)
        return event
    return _take(purchase, PLAIN[step], given, as_owner(account), at, seen)


def _choose_outside(
    purchase: Purchase, given: Mapping[str, Any], account: Account, at: datetime, seen: int
) -> CaseEvent:  # fmt: skip
    """After an outage the owner selects by itself (第二十八条). What is paid from public funds is what the purchase was
    for all the same: no more than its budget, and within the limit (第三条第二款)."""
    step, day = procedure.choose_outside, at.astimezone(SHANGHAI).date()
    price = _typed(_OUTSIDE_PRICE, given.get(_OUTSIDE_PRICE.key, ""), at)
    if price <= 0:
        raise GongbaoError("a price is more than nothing", where=_OUTSIDE_PRICE.key)
    public, within = purchase.fund == Fund.PUBLIC, None
    if public and price > purchase.budget:
        raise GongbaoError("the price is more than nothing and no more than the budget", where=_OUTSIDE_PRICE.key)
    with recorded("market.choose_outside", actor=actor_of(account), ground=_ground(step), at=at) as record:
        kept.one_at_a_time(f"market.purchases_of.{purchase.owner_id}")
        if public:
            item, year = purchase.item.item, purchase.budget_year
            within = limit.check(purchase.owner, item, year, price, day, without=purchase)
        event = _take(purchase, step, given, as_owner(account), at, seen)
        _keep_computed(purchase, within, at, record)
    return event


def _refuse_kept_back_too_long(purchase: Purchase, step: Step, until: Any, at: datetime) -> None:
    """See procedure.MOST_DAYS_KEPT_BACK: counted from the confirmation of that result, so that whoever releases it and
    keeps it back again wins none."""
    if not until:
        return  # with what is confirmed nothing need be kept back; else the step says that it is needed
    confirmed = at
    if step is procedure.hold_back:
        confirmed = purchase.case.events.filter(step__in=_CONFIRMS).latest("number").at
    last = confirmed.astimezone(SHANGHAI).date() + timedelta(days=procedure.MOST_DAYS_KEPT_BACK)
    if _typed(_UNTIL, until, at) > last:
        raise GongbaoError(
            f"a result is kept back for {procedure.MOST_DAYS_KEPT_BACK} days from its confirmation at most, here until "
            f"{last} ({DOCUMENT} 第二十四条)",
            where=_UNTIL.key,
        )


def operator_step(
    purchase: Purchase, step: str, given: Mapping[str, Any], *, acting: Acting, at: datetime, seen: int
) -> CaseEvent:
    """Take a step of the operator that wants no signature. Raises Refused, Overtaken and GongbaoError."""
    return _take(purchase, procedure.purchase.steps[step], given, acting, at, seen)


# --- what was sealed is opened; see sealing/actions.py


def names_opened(purchase: Purchase, opened: Sequence[Any], at: datetime, record: Record) -> None:
    """The first opening, as the second custodian did it: who registered, who has to stand aside (第二十二条), and who
    was not under the service when registration ended and so cannot be admitted (第十三条、第十四条).

    `opened` are sealing.envelopes.Opened. Called within the act of the opening, whose log `record` is.
    """
    acting = _custodian(purchase, "registration", at)
    current = published_terms(purchase)
    assert current is not None and purchase.registration_ends_at is not None
    standing = organisations.standing_at(purchase.item.item, purchase.registration_ends_at)
    under = set(standing.values_list("organisation", flat=True))
    registrations = []
    # By the digest of the envelope, in which nothing of an agency can be read: no order of names or addresses.
    for one in sorted(opened, key=lambda one: str(one.envelope)):
        problem = str(one.problem) if one.problem is not None else _not_counting(one, current, at)
        if problem:
            NotCounted(purchase=purchase, envelope=one.envelope, organisation=one.agency, problem=problem, at=at).save()
            continue
        made = Registration(
            purchase=purchase,
            organisation=one.agency,
            envelope=one.envelope,
            content=dict(one.registration),
            opened_at=at,
            **({} if one.agency.pk in under else WITHOUT_STANDING),
        )
        made.save()
        registrations.append(made)
    result = _conflicts(purchase, registrations, at)
    _exclude(purchase.owner, registrations, result)
    _keep_computed(purchase, result, at, record)
    # A digest, as the number of them is not for whoever reads the log.
    told = [[str(one.uuid), one.envelope, one.excluded, one.standing] for one in registrations]
    record(purchase.subject, registrations=digest(purchase.case.salt, canonical(told)))
    _take(purchase, procedure.open_names, {}, acting, at, purchase.case.events_count)
    notices.tell_owner(
        purchase, "报名信息已开启，请核对报名条件", "the registrations are open; check the conditions", at
    )


def _custodian(purchase: Purchase, part: str, at: datetime) -> Acting:
    """The custodian whose opening was the last of a part."""
    opening = purchase.sealing.openings.filter(part=part).select_related("key__account").order_by("-pk").first()
    assert opening is not None  # this is called within the act of it
    account = opening.key.account
    return Acting(procedure.custodian, actor_of(account), account)


def _not_counting(one: Any, current: Terms, at: datetime) -> str:
    if one.registration["terms"] < current.content.get("valid_from", 1):
        return "earlier_terms"
    if one.registration["terms"] > current.number:  # or one would hold for whatever is published later
        return "unknown_terms"
    agency = one.agency
    return "" if agency.is_agency and agency.removed_at is None else "not_entered"


def _conflicts(purchase: Purchase, registrations: Sequence[Registration], at: datetime) -> Result:
    ends = purchase.registration_ends_at
    assert ends is not None  # or nobody could have registered
    owner, by_id = purchase.owner, {one.organisation_id: one.organisation for one in registrations}
    registrants = []
    for one in registrations:
        agency = one.organisation
        tie = _tie_with_owner(owner, agency, ends)
        kinship = bool(one.content.get("kinship"))
        registrants.append(_registrant(agency, kinship, tie is Tie.CONFIRMED, tie is Tie.CLAIMED))
    facts = {
        "on": at.astimezone(SHANGHAI).date().isoformat(),
        "registrants": registrants,
        "agreed": [
            {"agency": by_id[one].uscc, "other": by_id[other].uscc}
            for one, other in sorted(organisations.agreed(by_id, ends))
        ],
    }
    return compute(market_conflicts, facts, readings=readings_on(market_conflicts, _read_as_of(purchase)))


def _registrant(agency: Organisation, kinship: bool, other_ground: bool, other_claimed: bool) -> dict[str, Any]:
    """An agency as a fact of the policy on conflicts."""
    return {
        "agency": agency.uscc,
        "legal_representative": agency.legal_representative_digest or None,
        "controller": agency.controller_digest or None,
        "representative_confirmed": agency.legal_representative_confirmed,
        "controller_confirmed": agency.controller_confirmed,
        "kinship": kinship,
        "other_ground": other_ground,
        "other_claimed": other_claimed,
    }


def _read_as_of(purchase: Purchase) -> date:
    """The day whose readings govern a selection: that of the notice. Moments that are set anew make no new notice."""
    current = published_terms(purchase)
    assert current is not None
    notice = purchase.terms.get(number=current.content.get("valid_from", current.number))
    return notice.at.astimezone(SHANGHAI).date()


def _tie_with_owner(owner: Organisation, agency: Organisation, moment: datetime) -> Tie | None:
    """Whether the agency is the owner itself, or one person leads or controls both: who would buy from itself has to
    stand aside under 第二十二条第（三）项 (our reading). What one side alone says is no more than claimed: an owner
    could keep an agency out by naming its representative as its own controller."""
    return Tie.CONFIRMED if agency.pk == owner.pk else organisations.tie(owner, agency, moment)


ONE_PERSON = "第二十二条第（一）项"
_GROUNDS = (
    ("same_person", ONE_PERSON),
    ("kinship", "第二十二条第（二）项"),
    ("other_ground", "第二十二条第（三）项"),
)


def _exclude(owner: Organisation, registrations: Sequence[Registration], result: Result) -> None:
    """Keep what the policy found: who stands aside, and of whom there is evidence for the owner to look at."""
    found = {one["agency"]: one for one in result.values["registrants"]}
    for one in registrations:
        told = found[one.organisation.uscc]
        one.excluded = [clause for name, clause in _GROUNDS if told[name]]
        if told["claimed"]:
            one.claimed = _claims(one.organisation, owner, registrations)
        if one.excluded or one.claimed:
            one.save()


def _claims(
    agency: Organisation, owner: Organisation, registrations: Sequence[Registration]
) -> list[dict[str, str | bool]]:
    """With whom the agency would be of one person, as one side says: the owner, and others that registered."""
    named = {agency.legal_representative_digest, agency.controller_digest} - {""}
    others = {one.pk: one for one in (owner, *(one.organisation for one in registrations))}  # the owner may be of them
    return [
        {"uscc": other.uscc, "name": other.name, "owner": other.pk == owner.pk}
        for other in others.values()
        if other.pk != agency.pk and named & {other.legal_representative_digest, other.controller_digest}
    ]


# --- the owner checks (第二十六条)


def judge(registration: Registration, admitted: bool, reason: str, *, account: Account, at: datetime) -> Registration:
    """Admit or reject who registered, with a reason; it may be changed until the check ends. Raises GongbaoError."""
    purchase = registration.purchase
    _of(purchase.owner, account, at)
    _refuse_own(registration.organisation, account, at)
    words = _typed(REASON, reason, at)
    with recorded("market.judge", actor=actor_of(account), ground=f"{DOCUMENT} 第二十六条", at=at) as record:
        _locked_at(purchase, procedure.checking.key)
        found = Registration.objects.select_for_update().get(pk=registration.pk)
        if found.excluded:
            raise GongbaoError("who has to stand aside can be neither admitted nor rejected", where="admitted")
        if not found.standing:
            raise GongbaoError(
                f"this agency was not under the service when registration ended, and cannot be admitted "
                f"({DOCUMENT} 第十三条、第十四条)",
                where="admitted",
            )
        found.admitted, found.reason = admitted, words
        found.save()
        record(
            purchase.subject,
            registration=str(found.uuid),
            admitted=admitted,
            reason=digest(purchase.case.salt, words),
        )
    return found


def _locked_at(purchase: Purchase, state: str) -> Case:
    case = Case.objects.select_for_update(of=("self",)).get(pk=purchase.case_id)
    if case.state != state:
        raise cases.Overtaken
    return case


def finish_check(purchase: Purchase, *, account: Account, at: datetime, seen: int) -> None:
    """End the check. With too few admitted the selection fails (第二十三条). Raises GongbaoError."""
    from gongbao.systems.intermediary_market.sealing.envelopes import Part
    from gongbao.systems.intermediary_market.sealing.notices import first_turn

    _of(purchase.owner, account, at)
    acting = as_owner(account)
    with recorded("market.finish_check", actor=acting.actor, ground=_ground(procedure.finish_check), at=at) as record:
        _locked_at(purchase, procedure.checking.key)
        registrations = by_envelope(purchase)
        if any(one.admitted is None and not one.excluded for one in registrations):
            raise GongbaoError("admit or reject everyone who registered first", where="admitted")
        admitted = sum(one.admitted is True for one in registrations)
        # Not how many: the case is read by more than those who may know it by now (第三十八条第（二）项).
        _take(purchase, procedure.finish_check, {"offers_due": _offers_due(purchase, at)}, acting, at, seen)
        result = _outcome(purchase, registrations, at, with_offers=False)
        _keep_computed(purchase, result, at, record)
        if result.values["failed"]:
            failure = "too_few" if admitted else "nobody"
            _take(purchase, procedure.fail, {"failure": failure}, acting, at, purchase.case.events_count)
        else:
            first_turn(purchase.sealing, Part.OFFER, at)


def _offers_due(purchase: Purchase, at: datetime) -> date:
    """A working day after the offers may be opened: after the selection, and after the check where that came later."""
    assert purchase.selection_at is not None  # or nobody could have registered
    return calendar().add(max(purchase.selection_at, at).astimezone(SHANGHAI).date(), 1)


# --- the second opening, and the selection


def offers_opened(purchase: Purchase, opened: Sequence[Any], at: datetime, record: Record) -> None:
    """The second opening: what those who were admitted offer. `opened` are sealing.envelopes.OpenedOffer."""
    acting = _custodian(purchase, "offer", at)
    found = {one.envelope: one for one in by_envelope(purchase)}
    for one in opened:
        registration = found[one.envelope]
        registration.offer_opened_at = at
        if one.problem is not None:
            NotCounted(
                purchase=purchase, envelope=one.envelope, organisation=registration.organisation,
                problem=str(one.problem), at=at,
            ).save()  # fmt: skip
        else:
            registration.offer = dict(one.offer)
        registration.save()
    told = [[one.envelope, one.offer] for one in found.values()]
    record(purchase.subject, offers=digest(purchase.case.salt, canonical(told)))
    _take(purchase, procedure.open_offers, {}, acting, at, purchase.case.events_count)
    notices.tell_owner(purchase, "报价已开启，请按公告的方式选取", "the offers are open; select as the notice says", at)


def mark(registration: Registration, points: Mapping[str, Any], *, account: Account, at: datetime) -> None:
    """What an offer is given for the criteria of best value, 0 to 100 points each. Raises GongbaoError."""
    purchase = registration.purchase
    _of(purchase.owner, account, at)
    _refuse_own(registration.organisation, account, at)
    current = published_terms(purchase)
    assert current is not None
    names = [one.name for one in terms.kept(current.content).criteria]
    read = {name: _points(points.get(name, ""), name) for name in names}
    with recorded("market.mark", actor=actor_of(account), ground=_ground(procedure.select), at=at) as record:
        _locked_at(purchase, procedure.selecting.key)
        registration.marks.all().delete()
        for name, given in read.items():
            Mark(registration=registration, criterion=name, points=given).save()
        record(
            purchase.subject, registration=str(registration.uuid), marks={name: str(one) for name, one in read.items()}
        )


def _points(given: Any, name: str) -> Decimal:
    try:
        found = Decimal(str(given).strip())
        if found.is_finite() and 0 <= found <= 100 and found == found.quantize(Decimal("0.01")):
            return found.quantize(Decimal("0.01"))
    except InvalidOperation:
        pass
    raise GongbaoError("points are from 0 to 100, with up to two decimals", where=name)


def settle(
    purchase: Purchase,
    *,
    acting: Acting,
    at: datetime,
    seen: int,
    chosen: Registration | None = None,
    reason: str = "",
) -> Outcome:
    """Select as the notice says: what the rule gives is the result. Among equals the draw begins (第十八条第一款).

    `chosen` and `reason` are for a direct choice, which is the owner's. Raises Refused and GongbaoError.
    """
    if acting.account is not None and acting.role == procedure.owner:
        _of(purchase.owner, acting.account, at)
    if purchase.way == Way.DIRECT and acting.role != procedure.owner:
        raise GongbaoError("the owner chooses here", where="chosen")
    with recorded("market.settle", actor=acting.actor, ground=_ground(procedure.select), at=at) as record:
        _locked_at(purchase, procedure.selecting.key)
        registrations = by_envelope(purchase)
        _refuse_unmarked(purchase, registrations)
        words = _typed(REASON, reason, at) if purchase.way == Way.DIRECT else ""
        if chosen is not None and not usable(chosen):
            raise GongbaoError("this agency was not admitted, or its offer cannot be used", where="chosen")
        if chosen is not None:
            _refuse_own(chosen.organisation, acting.account, at)
        result = _outcome(purchase, registrations, at, with_offers=True, chosen=chosen)
        _keep_computed(purchase, result, at, record)
        outcome: Outcome = result.values["outcome"]
        first = [one for one in registrations if ranking(result).get(one.organisation.uscc) == 1]
        if outcome is Outcome.CHOICE:
            raise GongbaoError("choose one of those who registered", where="chosen")
        if outcome is Outcome.FAILED:
            failure = "too_few_offers" if any(usable(one) for one in registrations) else "no_offer"
            _take(purchase, procedure.fail, {"failure": failure}, acting, at, seen)
        elif outcome is Outcome.DRAW:
            _begin_draw(purchase, first, acting, at, seen)
        else:
            _select(purchase, first[0], procedure.select, acting, at, seen, words)
    return outcome


def _refuse_unmarked(purchase: Purchase, registrations: Iterable[Registration]) -> None:
    current = published_terms(purchase)
    assert current is not None
    wanted = {one.name for one in terms.kept(current.content).criteria}
    for one in registrations:
        if wanted and usable(one) and {each.criterion for each in one.marks.all()} != wanted:
            raise GongbaoError("give points to each offer for each criterion first", where="marks")


_KINDS = {"price": "sum", "rate": "rate", "discount": "discount"}


def _outcome(
    purchase: Purchase, registrations: Sequence[Registration], at: datetime, *, with_offers: bool,
    chosen: Registration | None = None,
) -> Result:  # fmt: skip
    current = published_terms(purchase)
    assert current is not None
    content = terms.kept(current.content)
    candidates, marks = [], []
    for one in registrations:
        amount = offered(one)
        fits = usable(one) if with_offers else one.admitted is True
        candidates.append(
            {
                "agency": one.organisation.uscc,
                "excluded": bool(one.excluded),
                "admitted": fits,
                "offer": str(amount) if with_offers and amount is not None else None,
                "chosen": chosen is not None and one.pk == chosen.pk,
            }
        )
        if with_offers and fits:
            marks += [
                {"agency": one.organisation.uscc, "criterion": each.criterion, "points": str(each.points)}
                for each in one.marks.all()
            ]
    facts = {
        "way": purchase.way,
        "price_kind": _KINDS[content["price_kind"]],
        "published_minimum": str(content["fewest"] or 0),
        "on": at.astimezone(SHANGHAI).date().isoformat(),
        "candidates": candidates,
        "criteria": [{"name": one.name, "weight": f"{one.weight}%"} for one in content.criteria],
        "marks": marks,
    }
    readings = readings_on(market_outcome, _read_as_of(purchase))
    return compute(market_outcome, facts, readings=readings | {"after_abandonment": content["after_abandonment"]})


def _fewest(content: TermsContent, day: date) -> int:
    """The fewest agencies, as the notice has to say: by the reading of the day."""
    facts = {
        "way": content["way"],
        "on": day.isoformat(),
        "criteria": [{"name": one.name, "weight": f"{one.weight}%"} for one in content.criteria],
    }
    result = compute(market_outcome, facts, readings=readings_on(market_outcome, day))
    return int(result.values["minimum"])


def _select(
    purchase: Purchase, registration: Registration, step: Step, acting: Acting, at: datetime, seen: int, reason: str,
    more: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    given = {
        "selected_agency": registration.organisation.name,
        "selected_registration": str(registration.uuid),
        "selected_price": price_in_words(registration),
        "selection_reason": reason,
        **(more or {}),
    }
    purchase.selected = registration
    _take(purchase, step, given, acting, at, seen)
    purchase.save()
    if step is not procedure.negotiate:
        notices.tell_owner(
            purchase, "选取结果已产生，请在1个工作日内确认", "there is a result; confirm it within one working day", at
        )


def _begin_draw(purchase: Purchase, among: Sequence[Registration], acting: Acting, at: datetime, seen: int) -> None:
    from gongbao.systems.intermediary_market.draw import actions as draws

    _take(purchase, procedure.begin_draw, {}, acting, at, seen)
    draws.prepare(purchase, list(among), at=at, actor=acting.actor)


def shares_opened(purchase: Purchase, role: Role, *, at: datetime, actor: Actor) -> None:
    """The last share of a draw was opened, by whoever is in the role; called within that act (draw/actions.py)."""
    purchase.case.refresh_from_db()
    acting = Acting(role, actor, unit_key=actor.unit)
    _take(purchase, procedure.open_shares, {}, acting, at, purchase.case.events_count)


def drawn(
    purchase: Purchase, registration: Registration, *, at: datetime, actor: Actor, account: Account | None = None
) -> None:
    """Who was drawn is selected; called within the act of the draw (draw/actions.py). Raises GongbaoError."""
    acting = Acting(procedure.operator, actor, account, unit_key=actor.unit)
    purchase.case.refresh_from_db()
    with recorded("market.draw", actor=actor, ground=_ground(procedure.draw), at=at) as record:
        _select(purchase, registration, procedure.draw, acting, at, purchase.case.events_count, "")
        record(purchase.subject, drawn=str(registration.uuid))


# --- negotiation after two failures in a row


def negotiate(
    previous: Purchase,
    agency: Organisation,
    price: Any,
    kinship: Any,
    reason: str,
    *,
    account: Account,
    at: datetime,
) -> Purchase:
    """Select by negotiation in the market, after two notices in a row failed (第二十三条). Raises GongbaoError."""
    owner = previous.owner
    _of(owner, account, at)
    day = at.astimezone(SHANGHAI).date()
    amount = _typed(Field("price", Label("议定价格", "The price"), Kind.MONEY), price, at)
    words = _typed(REASON, reason, at)
    if not agency.is_agency or agency.removed_at is not None:
        raise GongbaoError("this agency is not in the market", where="agency")
    if organisations.listing_of(agency, previous.item.item, day) is None:  # 第十三条、第十四条, as after a notice
        raise GongbaoError("this agency does not stand under the service", where="agency")
    _refuse_own(agency, account, at)
    if amount <= 0:
        raise GongbaoError("a price is more than nothing", where="price")
    government_prices.refuse_above(previous.item.item, amount, day, "price")
    _refuse_supplied(previous.item.item, day)
    conflicts = _conflicts_of_chosen(owner, agency, kinship, at)
    acting = as_owner(account)
    with recorded("market.negotiate", actor=acting.actor, ground=_ground(procedure.negotiate), at=at) as record:
        kept.one_at_a_time(f"market.purchases_of.{owner.pk}")
        _refuse_previous(previous, owner)
        allowed = may_negotiate(previous, day)
        if not allowed.values["may_negotiate"]:
            raise GongbaoError(
                "an owner negotiates for a project from public funds whose last two notices in a row failed",
                where="previous",
            )
        budget = most_to_negotiate(previous, day)
        if amount > budget:
            raise GongbaoError(
                f"negotiation is for no more than {budget:,.2f} yuan, the smallest budget of the notices that failed "
                f"({DOCUMENT} 第二十三条)",
                where="price",
            )
        kept_terms = _last(previous).content | {"budget": str(budget)}
        content = terms.kept(kept_terms)
        # With the budget, as every purchase before its contract: see limit.py.
        within = limit.check(owner, previous.item.item, previous.budget_year, budget, day, without=previous)
        uuid = uuid4()
        told = _told(content, previous.item, owner, 1) | _told_result(agency, uuid, amount, words)
        told["way"] = Way.NEGOTIATION.value
        begun = cases.begin(
            procedure.purchase, procedure.negotiate, told, acting=acting, unit=operating_unit(owner), at=at, own=True
        )
        made = Purchase(case=begun.case, owner=owner, item=previous.item, previous=previous, project=previous.project)
        _cache(made, content)
        made.way = Way.NEGOTIATION
        made.save()
        _keep_terms(made, kept_terms | {"way": Way.NEGOTIATION.value}, 1, at, record)
        _keep_chosen(made, f"negotiated-{uuid.hex}", uuid, agency, amount, words, at)
        record(made.subject, previous=previous.subject, registration=str(uuid))
        for result in (allowed, conflicts, within):
            _keep_computed(made, result, at, record)
    return made


def _told_result(agency: Organisation, registration: UUID, amount: Decimal, words: str) -> dict[str, str]:
    return {
        "selected_agency": agency.name,
        "selected_registration": str(registration),
        "selected_price": f"{amount}元",
        "selection_reason": words,
    }


def _keep_chosen(
    purchase: Purchase, envelope: str, uuid: UUID, agency: Organisation, amount: Decimal, words: str, at: datetime
) -> None:
    """The agency of a purchase for which nobody could register."""
    registration = Registration(
        uuid=uuid, purchase=purchase, organisation=agency, envelope=envelope, content={}, opened_at=at,
        admitted=True, reason=words, offer={"price": str(amount)}, offer_opened_at=at,
    )  # fmt: skip
    registration.save()
    purchase.selected = registration
    purchase.save()


def may_negotiate(purchase: Purchase, on: date) -> Result:
    """Whether the owner may negotiate after this attempt, as the policy says; whether it may be followed at all is
    another matter (MAY_FOLLOW)."""
    facts = {"fund": purchase.fund, "on": on.isoformat(), "attempts": attempts_of(purchase)}
    return compute(market_negotiation, facts, readings=readings_on(market_negotiation, on))


def most_to_negotiate(purchase: Purchase, on: date) -> Decimal:
    """The most that may be agreed on after this attempt, where may_negotiate: the budget of what is negotiated."""
    failures = int(market_negotiation.figure_table.at(on).failures_in_a_row)  # type: ignore[attr-defined]
    most = queries.most_to_negotiate(purchase, failures)
    assert most is not None  # or it could not be negotiated
    return most


# --- a direct choice without a notice, where the document is read so


KINSHIP = Field(
    "kinship",
    Label("机构负责人与业主负责人、项目负责人有无亲属关系",
          "Is who leads the agency kin of who leads the owner or the project?"),
    Kind.CHOICE, "第二十二条第（二）项", options=(Option("no", Label("无", "no")), Option("yes", Label("有", "yes"))),
)  # fmt: skip
_PRICE = Field("price", Label("价格", "The price"), Kind.MONEY)


def choose_directly(
    owner: Organisation,
    item: ServiceItem,
    given: Mapping[str, Any],
    agency: Organisation | None,
    price: Any,
    kinship: Any,
    reason: str,
    *,
    account: Account,
    at: datetime,
    uploads: Sequence[Upload] = (),
    previous: Purchase | None = None,
    once: str = "",
) -> Purchase:
    """Choose an agency that stands under the service, without a notice, where 第十八条第一款 is read so on the day;
    with `previous` as the next attempt of its project.

    `given` has the DIRECT_FIELDS of terms.py; `once` as of `submit`. Raises like submit.
    """
    _of(owner, account, at)
    day = at.astimezone(SHANGHAI).date()
    if needs_notice(day):
        raise GongbaoError(f"a direct choice follows a notice here, as {DOCUMENT} 第十八条第一款 is read today")
    version = _version_of(item, day)
    content = _read(terms.read_direct, given, uploads, version, owner, day)
    if agency is None or organisations.listing_of(agency, item, day) is None:
        raise GongbaoError("this agency does not stand under the service", where="agency")
    _refuse_own(agency, account, at)
    amount = _typed(_PRICE, price, at)
    if not 0 < amount <= content["budget"]:
        raise GongbaoError("the price is more than nothing and no more than the budget", where="price")
    words = _typed(REASON, reason, at)
    conflicts = _conflicts_of_chosen(owner, agency, kinship, at)
    step, acting, uuid = procedure.choose_directly, as_owner(account), uuid4()
    with (
        files.together(),
        recorded("market.choose_directly", actor=acting.actor, ground=_ground(step), at=at) as record,
    ):
        kept.one_at_a_time(f"market.purchases_of.{owner.pk}")
        told = _told(content, version, owner, 1) | _told_result(agency, uuid, amount, words)
        begun = cases.begin(
            procedure.purchase, step, told, acting=acting, unit=operating_unit(owner), at=at, uploads=uploads,
            once=once, own=True,
        )  # fmt: skip
        if begun.again:
            return _handed_in(begun.case, owner, content.content)
        _refuse_previous(previous, owner)
        _refuse_other_project(previous, item, content)
        within = _within_limit(owner, item, content, day, previous)
        made = Purchase(case=begun.case, owner=owner, item=version, previous=previous)
        if previous is not None:
            made.project = previous.project
        _cache(made, content)
        made.save()
        _keep_terms(made, content.content | {"annexes": _annexes(begun.case, content)}, 1, at, record)
        _keep_chosen(made, f"direct-{uuid.hex}", uuid, agency, amount, words, at)
        record(
            made.subject,
            case=str(begun.case.uuid),
            registration=str(uuid),
            previous=previous.subject if previous else "",
        )
        for result in (conflicts, _direct(day, agency, amount), within):
            _keep_computed(made, result, at, record)
    return made


def _conflicts_of_chosen(owner: Organisation, agency: Organisation, kinship: Any, at: datetime) -> Result:
    """第二十二条 for the one agency that is chosen: by what the owner says, and by what the market knows. Raises
    GongbaoError where it has to stand aside."""
    kin = _typed(KINSHIP, kinship, at) == "yes" or _declared_kin(owner, agency)
    day = at.astimezone(SHANGHAI).date()
    # Here the owner chooses by itself, so that what one side says keeps no competitor out, and is enough to refuse.
    behind = _tie_with_owner(owner, agency, at) is not None
    facts = {"on": day.isoformat(), "registrants": [_registrant(agency, kin, behind, False)], "agreed": []}
    result = compute(market_conflicts, facts, readings=readings_on(market_conflicts, day))
    (found,) = result.values["registrants"]
    clauses = "、".join(clause for name, clause in _GROUNDS if found[name])
    if clauses:
        raise GongbaoError(f"who has to stand aside cannot be chosen ({DOCUMENT} {clauses})", where="agency")
    return result


def _declared_kin(owner: Organisation, agency: Organisation) -> bool:
    """Whether the agency declared kinship when it registered with the owner last (第二十一条): what it said itself the
    owner cannot overrule."""
    declared = Registration.objects.filter(purchase__owner=owner, organisation=agency, content__has_key="kinship")
    last = declared.order_by("opened_at", "pk").last()
    return last is not None and bool(last.content["kinship"])


def needs_notice(on: date) -> bool:
    """Whether a direct choice needs a notice, as the document is read on the day."""
    return bool(_direct(on).values["needs_notice"])


def _direct(on: date, chosen: Organisation | None = None, amount: Decimal | None = None) -> Result:
    """What the policy says of a direct choice. How many have to register (第二十三条) is asked after a notice only."""
    readings = readings_on(market_outcome, on)
    readings.pop("fewest_direct", None)
    facts: dict[str, Any] = {"way": Way.DIRECT.value, "on": on.isoformat()}
    if chosen is not None:
        facts["candidates"] = [
            {"agency": chosen.uscc, "excluded": False, "admitted": True, "offer": str(amount), "chosen": True}
        ]
    return compute(market_outcome, facts, readings=readings)


# --- a result that does not stand


def give_back(purchase: Purchase, reason: str, *, acting: Acting, at: datetime) -> None:
    """The selected agency gives the award back: the next in rank follows where the notice said so, else it ends.

    `acting` is in the role of the agency. Raises Refused and GongbaoError.
    """
    registration = purchase.selected
    if registration is None or acting.account is None:
        raise GongbaoError("nobody is selected here")
    _of(registration.organisation, acting.account, at, organisations.AGENCY)
    if purchase.contracts.filter(case__over=False).exists():
        # There the agency says on what ground (contracts/actions.py), and this follows.
        raise GongbaoError("after the notice of award, the award is given back on the page of its contract")
    acting = Acting(procedure.agency, acting.actor, acting.account, acting.for_account, acting.unit_key)
    with recorded("market.give_back", actor=acting.actor, ground=_ground(procedure.abandon), at=at) as record:
        purchase.case.refresh_from_db()
        seen, told = purchase.case.events_count, {"abandoned_because": reason}
        following = _next_in_rank(purchase)
        if following is None:
            _take(purchase, procedure.abandon, told, acting, at, seen)
        else:
            _select(purchase, following, procedure.pass_on, acting, at, seen, "", told)
        record(purchase.subject, given_back=str(registration.uuid), following=str(following.uuid) if following else "")


def _next_in_rank(purchase: Purchase) -> Registration | None:
    """Who follows where the award is given back; None where the notice does not say so, or equals would follow."""
    last = purchase.computed.filter(policy=market_outcome.name).order_by("-pk").first()
    if last is None or last.result["values"]["next_may_follow"] not in (True, "true"):
        return None
    rows = CaseEvent.objects.filter(case=purchase.case, values__has_key="selected_registration")
    before = {str(row.values["selected_registration"]) for row in rows}
    places = {one["agency"]: int(one["place"]) for one in last.result["values"]["candidates"]}
    ranked: dict[int, list[Registration]] = {}
    for one in by_envelope(purchase):
        place = places.get(one.organisation.uscc, 0)
        if place and str(one.uuid) not in before:
            ranked.setdefault(place, []).append(one)
    following = ranked[min(ranked)] if ranked else []
    return following[0] if len(following) == 1 else None


def contract_signed(purchase: Purchase, *, acting: Acting, at: datetime) -> None:
    """The contract was signed: the purchase is over. Called within that act (contracts/actions.py)."""
    _by_contract(purchase, procedure.conclude_purchase, {}, acting, at)


def not_signed(purchase: Purchase, reason: str, *, acting: Acting, at: datetime) -> None:
    """No contract is signed, and not because the agency gave the award back. Called within that act."""
    _by_contract(purchase, procedure.end_unsigned, {"reason": reason}, acting, at)


def annulled_after_signing(
    purchase: Purchase, ground: str, findings: str, reason: str, *, acting: Acting, at: datetime
) -> None:
    """A conflict was found after the contract was signed, and its award annulled by a signed decision (第二十二条): the
    purchase ends with it, and may be published again. Called within that act."""
    told = {"annulled_for": ground, "findings": findings, "annulled_because": reason}
    _by_contract(purchase, procedure.annul_signed, told, acting, at)


def _by_contract(purchase: Purchase, step: Step, given: Mapping[str, Any], acting: Acting, at: datetime) -> None:
    roles: dict[str, Role] = {one.key: one for one in step.by}
    role = roles.get(acting.role.key) or (roles["operator"] if acting.unit_key else roles["owner"])
    by = Acting(role, acting.actor, acting.account, acting.for_account, acting.unit_key)
    purchase.case.refresh_from_db()
    _take(purchase, step, given, by, at, purchase.case.events_count)


# --- what follows a step, whoever took it


_ENDS_RESULT = (
    procedure.abandon.key, procedure.annul.key, procedure.annul_signed.key, procedure.end_unsigned.key,
)  # fmt: skip
_TOLD_AGENCIES = {
    procedure.declare_outage.key: ("因不可抗力中断", "interrupted by force majeure"),  # 第二十八条
    procedure.choose_rerun.key: (
        "中断后重新组织选取，此前的报名不再计入",
        "run again after an interruption; registrations made before do not count",
    ),
    procedure.choose_outside.key: (
        "中断后由业主自主选取，本次选取结束", "the owner selects outside the market after an interruption; this is over"
    ),
    procedure.withdraw_purchase.key: ("采购已撤回，报名不再开启", "withdrawn by its owner; no registration is opened"),
}  # fmt: skip
_TELLS_OWNER = frozenset(
    step.key
    for step in procedure.purchase.steps.values()
    if step.to is not None and any(role.kind == "staff" for role in step.by)
)


def follows(case: Case, situation: Situation, event: Any, record: Record) -> None:
    """See office.cases.types.CaseType.follows. A case that is being begun has no purchase yet."""
    purchase = Purchase.objects.filter(case=case).select_related("owner", "item__item", "selected").first()
    if purchase is None:
        return
    row = case.events.select_related("account", "for_account").get(number=event.number)
    step = procedure.purchase.all_steps()[event.step]
    if event.step == procedure.issue_award.key:
        _begin_contract(purchase, row, event.at, record)
    if event.step == procedure.redraw.key:
        _draw_again(purchase, row, event.at)
    if event.step in _ENDS_RESULT:
        if event.step == procedure.annul.key:
            _annul_contract(purchase, row, event.at)
        purchase.selected = None
        purchase.save()
        record(purchase.subject, selected="")
    if event.step == procedure.escalate.key:
        notices.escalated(purchase, event.at)
    if event.step == procedure.publish_award.key:
        purchase.awarded_at = event.at
        purchase.public_at = purchase.public_at or event.at
        purchase.save()
        record(purchase.subject, awarded_at=event.at)
        notices.tell_registrants(purchase, event.at)
    if event.step in _TOLD_AGENCIES and published_terms(purchase) is not None:
        notices.tell_agencies(purchase, *_TOLD_AGENCIES[event.step], event.at)
    if event.step in _TELLS_OWNER and event.role != procedure.owner.key:
        notices.tell_owner(purchase, step.label.zh, step.label.en, event.at)


def _acting_of(row: CaseEvent, role: Role) -> Acting:
    """Whoever took the step of an event, in a role."""
    account = row.account
    assert account is not None
    stood_in = str(row.for_account.public_id) if row.for_account else ""
    actor = Actor(ActorKind.ACCOUNT, str(account.public_id), role.post, row.unit_key, stood_in)
    return Acting(role, actor, account, row.for_account, row.unit_key)


def _begin_contract(purchase: Purchase, row: CaseEvent, at: datetime, record: Record) -> None:
    from gongbao.systems.intermediary_market.contracts import actions as contracts

    registration = purchase.selected
    assert registration is not None
    offer = registration.offer or {}
    amount = Decimal(str(offer["price"])) if "price" in offer else None
    contracts.begin(purchase, registration, amount, at, record, acting=_acting_of(row, procedure.operator))
    for account in notices.accounts_of(registration.organisation, at):
        notices.tell(
            account, purchase, "中选通知书已出具，请在5个工作日内签订合同",
            "the notice of award is issued; the contract is to be signed within five working days", at,
        )  # fmt: skip


def _draw_again(purchase: Purchase, row: CaseEvent, at: datetime) -> None:
    from gongbao.systems.intermediary_market.draw import actions as draws

    reason = str(row.values["redraw_reason"])
    draws.again(purchase, reason, at=at, actor=_acting_of(row, procedure.operator).actor)


def _annul_contract(purchase: Purchase, row: CaseEvent, at: datetime) -> None:
    from gongbao.systems.intermediary_market.contracts import actions as contracts

    contracts.annul(purchase, str(row.values["annulled_because"]), acting=_acting_of(row, procedure.operator), at=at)

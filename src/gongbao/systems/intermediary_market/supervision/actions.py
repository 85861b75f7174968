"""The only code that writes government prices, price inspections, joint punishments and credit records handed over."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical
from gongbao.core.labels import Label
from gongbao.office import kept
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import Actor
from gongbao.office.cases.actors import Acting
from gongbao.office.outbox.actions import ToAccount, ToPost, send
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.queries import body_of
from gongbao.office.people.roles import Role
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.catalogue.models import Pricing, ServiceItem
from gongbao.systems.intermediary_market.competence import competences
from gongbao.systems.intermediary_market.complaints.privacy import reveals
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.organisations.queries import members_of
from gongbao.systems.intermediary_market.ratings import actions as ratings
from gongbao.systems.intermediary_market.ratings import procedure as conduct
from gongbao.systems.intermediary_market.ratings.models import Conduct
from gongbao.systems.intermediary_market.supervision import credit, government_prices, queries
from gongbao.systems.intermediary_market.supervision.credit_system import CreditSystem
from gongbao.systems.intermediary_market.supervision.models import (
    CreditHandOver,
    Finding,
    GovernmentPrice,
    JointPunishment,
    Measure,
    PriceInspection,
    Standard,
)

PRICES = f"{DOCUMENT} 第十条"
INSPECTIONS = f"{DOCUMENT} 第八条"
CREDIT = f"{DOCUMENT} 第十条"
PUNISHMENTS = f"{DOCUMENT} 第三十四条"
RAISED_FEES = "b2"  # 第三十二条第（二）项
IN_THE_MEANTIME = "something was entered in the meantime; look at it again"


def _competent(unit: Unit, function: Function, *, cities: bool = False) -> None:
    """Raises GongbaoError where the unit is of no body that has the function; with `cities` of the city's own level."""
    found = competences().filter(function=function)
    if cities:
        found = found.filter(county=None)
    if body_of(unit).pk not in {body_of(one.unit).pk for one in found}:
        raise GongbaoError("another body does this in the market")


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _text(given: Mapping[str, Any], key: str) -> str:
    return str(given.get(key) or "").strip()


def _in_order(since: date, until: date | None) -> None:
    if until is not None and until < since:
        raise GongbaoError("the last day is before the first", where="until")


# --- government prices


def enter_price(
    item: ServiceItem, given: Mapping[str, Any], *, seen: int, unit: Unit, account: Account | None, actor: Actor,
    at: datetime,
) -> GovernmentPrice:  # fmt: skip
    """Development and reform fixes the fee standard of a service, or says that it stands under government pricing no
    more; what was entered before stays.

    `given`: kind, words, document, since, and where it has them measure, figure (in digits), per, until. `seen`: how
    many were entered when the form was made. The authority of the service is told. Raises GongbaoError.
    """
    kind, measure, figure, per = _standard(given)
    since, until = given["since"], given.get("until")
    _in_order(since, until)
    words, document = _text(given, "words"), _text(given, "document")
    if not words:
        raise GongbaoError("this is needed", where="words")
    if not document:
        raise GongbaoError("this is needed", where="document")
    with recorded("market.enter_price", actor=actor, ground=PRICES, at=at) as record:
        _competent(unit, Function.COORDINATION, cities=True)
        kept.one_at_a_time("market.government_prices")
        found = ServiceItem.objects.select_related("authority").get(pk=item.pk)
        if found.ended_at is not None:
            raise GongbaoError("this service is not offered in the market today")
        number = GovernmentPrice.objects.filter(item=found).count()
        if number != seen:
            raise GongbaoError(IN_THE_MEANTIME)
        made = GovernmentPrice(
            item=found, number=number + 1, kind=kind, measure=measure, figure=figure, per=per, words=words,
            document=document, since=since, until=until, unit=unit, account=account, at=at,
        )  # fmt: skip
        made.save()
        record(
            found.subject, government_price=made.uuid, number=made.number, kind=kind, measure=measure, figure=figure,
            since=since, until=until,
        )  # fmt: skip
        _tell_authority(made, actor, at)
    return made


def _standard(given: Mapping[str, Any]) -> tuple[str, str, Decimal | None, str]:
    """Kind, measure, figure and what it is for each of. Raises GongbaoError."""
    kind, measure, per = _text(given, "kind"), _text(given, "measure"), _text(given, "per")
    typed = _text(given, "figure").replace(",", "").replace("，", "")
    if kind not in Standard.values:
        raise GongbaoError("choose one of these", where="kind")
    if kind not in government_prices.IN_FIGURES:
        if typed or measure:
            raise GongbaoError("a standard of this kind has no figure", where="figure" if typed else "measure")
        return kind, "", None, ""
    if measure not in Measure.values:
        raise GongbaoError("say what the figure is of", where="measure")
    figure = _figure(typed, 2 if measure == Measure.WHOLE else 4)
    if measure == Measure.RATE and figure > 100:
        raise GongbaoError("a rate is no more than 100 per cent", where="figure")
    if measure != Measure.WHOLE and not per:
        raise GongbaoError("say for each of what it is, or per cent of what", where="per")
    return kind, measure, figure, "" if measure == Measure.WHOLE else per


def _figure(typed: str, places: int) -> Decimal:
    whole, point, part = typed.partition(".")
    plain = typed.isascii() and whole.isdecimal() and (part.isdecimal() if point else True)
    if not plain or len(whole) > 12 or len(part) > places:
        raise GongbaoError(f"give it in digits, with up to {places} decimals", where="figure")
    if not Decimal(typed):
        raise GongbaoError("a standard is more than nothing", where="figure")
    return Decimal(typed)


def _tell_authority(price: GovernmentPrice, actor: Actor, at: datetime) -> None:
    """Whoever publishes the service is told, and what its catalogue then has to say of the pricing."""
    item, told = price.item, government_prices.figure_told(price)
    version = catalogue.version_on(item, max(price.since, _day(at)))
    name = version.name if version is not None else item.code
    wanted = Pricing.MARKET if price.kind == Standard.MARKET else Pricing.GOVERNMENT
    otherwise = version is not None and version.pricing != wanted
    send(
        ToPost(item.authority, Role.CLERK),
        subject=Label("中介服务事项收费标准", "Fee standard of a service"),
        text=Label(
            f"“{name}”（{item.code}）自{price.since}起：{told.zh}。"
            + ("请相应公布事项的定价方式。" if otherwise else ""),
            f"“{name}” ({item.code}) from {price.since} on: {told.en}."
            + (" Publish its pricing accordingly." if otherwise else ""),
        ),
        about=item.subject,
        link=reverse("market:change_item", args=[item.uuid])
        if otherwise
        else reverse("market:service", args=[item.uuid]),
        actor=actor,
        at=at,
        ground=PRICES,
    )


# --- price inspections


def inspect(
    agency: Organisation,
    given: Mapping[str, Any],
    *,
    contract: Contract | None = None,
    replaces: PriceInspection | None = None,
    unit: Unit,
    account: Account | None,
    actor: Actor,
    for_account: Account | None = None,
    at: datetime,
) -> PriceInspection:
    """Market supervision records what it found of what an agency charges, of a contract or of none in particular.

    `given`: inspected_on, finding, found, document, is_public, and for a violation measure; with `propose` it is
    proposed to the operator as conduct of `happened_on`. `replaces`: the record that is not so any more, of the same
    agency and contract. The agency is told. Raises Refused and GongbaoError.
    """
    if replaces is not None:
        agency, contract = replaces.agency, replaces.contract
    values = _inspected(given, replaces)
    with recorded("market.inspect_price", actor=actor, ground=INSPECTIONS, at=at) as record:
        _competent(unit, Function.PRICES)
        kept.one_at_a_time("market.price_inspections")
        if contract is not None and contract.registration.organisation_id != agency.pk:
            raise GongbaoError("this contract is another agency's")
        if replaces is not None and PriceInspection.objects.filter(replaces=replaces).exists():
            raise GongbaoError(IN_THE_MEANTIME)
        same = PriceInspection.objects.filter(agency=agency, contract=contract, document=values["document"])
        if replaces is None and same.filter(replaced_by=None).exists():
            raise GongbaoError("an inspection with this document is recorded already", where="document")
        made = PriceInspection(
            agency=agency, contract=contract, replaces=replaces, **values, unit=unit, account=account, at=at
        )
        if given.get("propose"):
            made.conduct = _propose(made, given, actor, account, for_account, at)
        made.save()
        record(
            made.subject, agency=agency.uuid, contract=contract.uuid if contract else None, finding=made.finding,
            public=made.is_public, replaces=replaces.uuid if replaces else None,
            conduct=made.conduct.uuid if made.conduct else None,
        )  # fmt: skip
        told = _FOUND[Finding(made.finding)]
        _tell_agency(
            agency, Label("收费检查结果", "Result of a price inspection"),
            Label(
                f"市场监管部门记录了对贵机构收费的检查结果：{told.zh}。",
                f"Market supervision recorded what it found of what your agency charges: {told.en}.",
            ),
            made.subject, reverse("market:inspection", args=[made.uuid]), actor, at, INSPECTIONS,
        )  # fmt: skip
    return made


_FOUND = {Finding.IN_ORDER: Label("符合规定", "in order"), Finding.VIOLATION: Label("存在违规", "a violation")}


def _inspected(given: Mapping[str, Any], replaces: PriceInspection | None) -> dict[str, Any]:
    """What is kept of an inspection. Raises GongbaoError."""
    finding, measure = _text(given, "finding"), _text(given, "measure")
    if finding not in Finding.values:
        raise GongbaoError("choose one of these", where="finding")
    if finding == Finding.VIOLATION and not measure:
        raise GongbaoError("say what was ordered", where="measure")
    if finding == Finding.IN_ORDER and measure:
        raise GongbaoError("where all is in order nothing is ordered", where="measure")
    for key in ("found", "document"):
        if not _text(given, key):
            raise GongbaoError("this is needed", where=key)
    if given.get("propose"):
        if finding != Finding.VIOLATION:
            raise GongbaoError("only a violation is proposed as conduct", where="propose")
        if replaces is not None and queries.proposed_before(replaces):
            raise GongbaoError("this was proposed as conduct already", where="propose")
        if given.get("happened_on") is None:
            raise GongbaoError("say when it happened", where="happened_on")
    for key in ("found", "measure"):
        if given.get("is_public") and reveals(_text(given, key), {}):
            raise GongbaoError("there is a number or address of a person in it; take it out", where=key)
    return {
        "finding": finding, "measure": measure, "found": _text(given, "found"), "document": _text(given, "document"),
        "inspected_on": given["inspected_on"], "is_public": bool(given.get("is_public")),
    }  # fmt: skip


def _propose(
    made: PriceInspection, given: Mapping[str, Any], actor: Actor, account: Account | None,
    for_account: Account | None, at: datetime,
) -> Conduct:  # fmt: skip
    """The operator looks at it and decides; the agency is heard first."""
    about = f"合同：{made.contract.purchase.item.name}。" if made.contract is not None else ""
    facts = f"市场监管部门检查（{made.document}）：{made.found}{about}处理措施：{made.measure}"
    proposed = {
        "kind": RAISED_FEES, "happened_on": given["happened_on"], "source": conduct.BY_MARKET_SUPERVISION,
        "facts": facts[:3000],
    }  # fmt: skip
    acting = Acting(conduct.market_supervision, actor, account, for_account, actor.unit)
    return ratings.propose(made.agency, proposed, acting=acting, at=at)


def _tell_agency(
    agency: Organisation, subject: Label, text: Label, about: str, link: str, actor: Actor, at: datetime, ground: str
) -> None:
    for member in members_of(agency, _day(at)):
        send(
            ToAccount(member.account), subject=subject, text=text, about=about, link=link, actor=actor, at=at,
            ground=ground,
        )  # fmt: skip


# --- joint punishments


def record_punishment(
    agency: Organisation, given: Mapping[str, Any], *, replaces: JointPunishment | None = None, unit: Unit,
    account: Account | None, actor: Actor, at: datetime,
) -> JointPunishment:  # fmt: skip
    """Development and reform records a joint punishment that another body decided on, or replaces a record of one.

    `given`: reason, decided_by, document, since, and where it has them until, excluded_by, set_aside. It bars nothing.
    The agency is told. Raises GongbaoError.
    """
    if replaces is not None:
        agency = replaces.agency
    values = {key: _text(given, key) for key in ("reason", "decided_by", "document", "excluded_by")}
    for key in ("reason", "decided_by", "document"):
        if not values[key]:
            raise GongbaoError("this is needed", where=key)
    if reveals(values["reason"], {}):
        raise GongbaoError("there is a number or address of a person in it; take it out", where="reason")
    since, until = given["since"], given.get("until")
    _in_order(since, until)
    set_aside = bool(given.get("set_aside"))
    if set_aside and replaces is None:
        raise GongbaoError("what is not recorded yet is not set aside", where="set_aside")
    with recorded("market.record_punishment", actor=actor, ground=PUNISHMENTS, at=at) as record:
        _competent(unit, Function.COORDINATION, cities=True)
        kept.one_at_a_time("market.joint_punishments")
        if replaces is not None and JointPunishment.objects.filter(replaces=replaces).exists():
            raise GongbaoError(IN_THE_MEANTIME)
        same = JointPunishment.objects.filter(agency=agency, document=values["document"], replaced_by=None)
        if replaces is None and same.exists():
            raise GongbaoError("a punishment with this document is recorded already", where="document")
        made = JointPunishment(
            agency=agency, replaces=replaces, **values, since=since, until=until, set_aside=set_aside, unit=unit,
            account=account, at=at,
        )  # fmt: skip
        made.save()
        record(
            made.subject, agency=agency.uuid, since=since, until=until, excluded=bool(made.excluded_by),
            set_aside=set_aside, replaces=replaces.uuid if replaces else None,
        )  # fmt: skip
        _tell_agency(
            agency, Label("联合惩戒记录", "Record of a joint punishment"),
            Label(
                "对贵机构的联合惩戒记录已撤销。" if set_aside else "登记了一条对贵机构的联合惩戒记录，见机构页面。",
                "A record of a joint punishment of your agency was set aside."
                if set_aside
                else "A joint punishment of your agency was recorded; it stands on its page.",
            ),
            made.subject, reverse("market:agency", args=[agency.uuid]), actor, at, PUNISHMENTS,
        )  # fmt: skip
    return made


# --- credit


def hand_over_credit(
    since: date, until: date, *, seen: int, system: CreditSystem | None, unit: Unit, account: Account | None,
    actor: Actor, at: datetime, looked_at: str = "",
) -> CreditHandOver:  # fmt: skip
    """Hand what is public record of the days over to the credit system, with what has changed of what was handed over
    before: one act, with its digest in the log.

    `seen`: the number of the last one when the form was made; `looked_at`: what tells what was looked at before
    (credit.looked_at), "" where nothing was: nothing else is handed over then. Without a `system` it is taken from its
    page. Raises GongbaoError, also where the credit system takes nothing: then nothing was handed over.
    """
    credit.refuse_days(since, until, _day(at))
    with recorded("market.hand_over_credit", actor=actor, ground=CREDIT, at=at) as record:
        _competent(unit, Function.COORDINATION, cities=True)
        kept.one_at_a_time("market.credit")
        number = CreditHandOver.objects.count()
        if number != seen:
            raise GongbaoError(IN_THE_MEANTIME)
        content = credit.package(number + 1, since, until, unit, at)
        if looked_at and looked_at != credit.looked_at(content):
            raise GongbaoError("what would be handed over is not what you looked at any more; look at it again")
        sha256 = credit.digest_of(content)
        made = CreditHandOver(
            number=number + 1,
            since=since,
            until=until,
            content=content,
            sha256=sha256,
            unit=unit,
            account=account,
            at=at,
        )
        if system is not None:
            made.system = system.name
            made.receipt = system.hand_over(made.number, canonical(content).encode(), sha256)[:200]
        made.save()
        record(
            made.subject, number=made.number, since=since, until=until, sha256=sha256, system=made.system,
            agencies=len(content["agencies"]), corrections=len(content["corrections"]),
        )  # fmt: skip
    return made

"""Selections as releases of the Open Contracting Data Standard 1.1 (https://standard.open-contracting.org/1.1/).

    package([selection, …], uri=…, notice=…, publisher=…, at=…)      # a dict, as JSON has it

Only what is public: see queries.py. Of the contact of a notice, who is a person, nothing is given here; it stands in
the notice itself, as long as that is needed.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.contracts import procedure as of_contracts
from gongbao.systems.intermediary_market.contracts.queries import Published, PublishedPart
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.publication.queries import OPEN, UNDER_WAY, WAYS, Award, Selection, Signed
from gongbao.systems.intermediary_market.purchases import procedure

PREFIX = "ocds-000000"
"""Stands for the prefix that a city registers with the standard's helpdesk; nobody has this one."""
IDENTIFIERS = "CN-USCC"
"""The unified social credit code (GB 32100-2015)."""
ITEMS = "gongbao-service-items"
CURRENCY = "CNY"

_STATUS = {
    OPEN: "active",
    UNDER_WAY: "active",
    procedure.interrupted.key: "active",
    procedure.withdrawn.key: "cancelled",
    procedure.rerun.key: "cancelled",
    procedure.outside.key: "cancelled",
    procedure.annulled.key: "cancelled",
    procedure.failed.key: "unsuccessful",
}
"""Of a tender; of every other state it is complete."""
_CRITERIA = {"best_value": "ratedCriteria", "lowest_price": "priceOnly"}


def package(
    found: Sequence[Selection], *, uri: str, notice: Callable[[UUID], str], publisher: str, at: datetime
) -> dict[str, Any]:
    """A release package. `notice` gives the address of the page of a purchase."""
    return {
        "uri": uri,
        "version": "1.1",
        "publishedDate": _moment(at),
        "publisher": {"name": publisher},
        "releases": [release(one, notice(one.purchase.uuid)) for one in found],
    }


def release(selection: Selection, notice: str) -> dict[str, Any]:
    """All that is public of a selection, in one release; `notice` is the address of its page."""
    made: dict[str, Any] = {
        "ocid": _ocid(selection.purchase.uuid),
        "id": f"{selection.purchase.uuid}-{selection.changes}",
        "date": _moment(selection.changed_at),
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "zh",
        "parties": _parties(selection),
        "buyer": _reference(selection.purchase.owner),
        "tender": _tender(selection, notice),
    }
    if _STATUS.get(selection.state) == "cancelled":
        made["tag"].append("tenderCancellation")
    if selection.award is not None:
        made["awards"] = [_award(selection, selection.award)]
        made["tag"].append("award")
    if selection.award is not None and selection.contracts:
        made["contracts"] = [_contract(one, selection.award) for one in selection.contracts]
        made["tag"].append("contract")
    if selection.previous is not None:
        made["relatedProcesses"] = [
            {
                "id": "1",
                "relationship": ["unsuccessfulProcess"],
                "scheme": "ocid",
                "identifier": _ocid(selection.previous),
            }
        ]
    return made


def _ocid(uuid: UUID) -> str:
    return f"{PREFIX}-{uuid}"


def _parties(selection: Selection) -> list[dict[str, Any]]:
    roles: dict[int, list[str]] = {selection.purchase.owner_id: ["buyer", "procuringEntity"]}
    found = {selection.purchase.owner_id: selection.purchase.owner}
    for one in selection.tenderers:
        found[one.pk] = one
        roles.setdefault(one.pk, []).append("tenderer")
    if selection.award is not None:
        found[selection.award.agency.pk] = selection.award.agency
        roles.setdefault(selection.award.agency.pk, []).append("supplier")
    return [
        {
            **_reference(one),
            "identifier": {"scheme": IDENTIFIERS, "id": one.uscc, "legalName": one.name},
            "roles": roles[key],
        }
        for key, one in found.items()
    ]


def _reference(organisation: Organisation) -> dict[str, Any]:
    return {"id": f"{IDENTIFIERS}-{organisation.uscc}", "name": organisation.name}


def _tender(selection: Selection, notice: str) -> dict[str, Any]:
    purchase, content = selection.purchase, selection.content
    way = str(content["way"])
    # Nobody could register for a negotiation, nor for a direct choice without a notice.
    unnoticed = way == "negotiation" or not content.get("registration_ends_at")
    made: dict[str, Any] = {
        "id": str(purchase.uuid),
        "title": content["project_name"],
        "description": content["work"],
        "status": _STATUS.get(selection.state, "complete"),
        "procuringEntity": _reference(purchase.owner),
        "items": [
            {
                "id": "1",
                "description": purchase.item.name,
                "classification": {
                    "scheme": ITEMS,
                    "id": purchase.item.item.code,
                    "description": purchase.item.name,
                },
            }
        ],
        "value": _value(Decimal(str(content["budget"]))),
        "procurementMethod": "limited" if unnoticed else "open",
        "procurementMethodDetails": WAYS[way].zh,
        "mainProcurementCategory": "services",
        "submissionMethod": ["electronicSubmission"],
        "documents": [
            {
                "id": "1",
                "documentType": "awardNotice" if unnoticed else "tenderNotice",
                "url": notice,
                "datePublished": _moment(selection.published_at),
                "format": "text/html",
                "language": "zh",
            }
        ],
    }
    if way in _CRITERIA:
        made["awardCriteria"] = _CRITERIA[way]
    if content.get("criteria"):
        made["awardCriteriaDetails"] = "；".join(f"{one['name']} {one['weight']}%" for one in content["criteria"])
    if not unnoticed:
        made["tenderPeriod"] = {
            "startDate": _moment(selection.published_at),
            "endDate": _moment(datetime.fromisoformat(content["registration_ends_at"])),
        }
    if content.get("qualification"):
        made["eligibilityCriteria"] = content["qualification"]
    if selection.registered is not None:
        made["numberOfTenderers"] = selection.registered.number
    if selection.tenderers:
        made["tenderers"] = [_reference(one) for one in selection.tenderers]
    return made


def _award(selection: Selection, award: Award) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": str(award.registration),
        "title": selection.content["project_name"],
        "status": "active" if award.stands else "cancelled",
        "date": _moment(_day(award.on)),
        "suppliers": [_reference(award.agency)],
    }
    if selection.state in (procedure.announced.key, procedure.suspended.key):
        made["status"] = "pending"
    if award.price is not None:
        made["value"] = _value(award.price)
    return made


_CONTRACT_STATUS = {
    of_contracts.archived.key: "terminated",
    of_contracts.ended.key: "terminated",
    of_contracts.annulled.key: "cancelled",
}
"""Of a contract; in every other state it is active. The standard calls terminated what came to its end, too."""


def _contract(signed: Signed, award: Award) -> dict[str, Any]:
    contract = signed.published
    made: dict[str, Any] = {
        "id": str(contract.uuid),
        "awardID": str(award.registration),
        "title": contract.service,
        "description": contract.scope,
        "status": _CONTRACT_STATUS.get(signed.state, "active"),
        "dateSigned": _moment(_day(contract.signed_on)),
        "period": {
            "startDate": _moment(_day(contract.signed_on)),
            "endDate": _moment(_day(contract.deliver_by)),
        },
        "value": _value(contract.amount),
    }
    if contract.amendments:
        made["amendments"] = [
            {"id": str(number), "date": _moment(_day(one.amended_on)), "description": one.change}
            for number, one in enumerate(contract.amendments, 1)
        ]
    if contract.parts:
        made["implementation"] = _implementation(contract, award)
    return made


def _implementation(contract: Published, award: Award) -> dict[str, Any]:
    """The instalments of a contract of public funds as milestones, and the payments that the agency confirmed."""
    made: dict[str, Any] = {"milestones": [_milestone(one) for one in contract.parts]}
    if contract.payments:
        made["transactions"] = [
            {
                "id": f"{contract.uuid}-{one.number}",
                "date": _moment(_day(one.on)),
                "value": _value(one.amount),
                "payer": {"name": contract.owner_name},
                "payee": _reference(award.agency),
            }
            for one in contract.payments
        ]
    return made


def _milestone(part: PublishedPart) -> dict[str, Any]:
    done = part.accepted_on is not None if part.is_delivered else part.is_settled
    made: dict[str, Any] = {
        "id": str(part.number),
        "title": part.title,
        "type": "delivery" if part.is_delivered else "financing",
        "description": f"{part.waits_for.zh}付款{part.amount}元",
        "status": "met" if done else "scheduled",
    }
    if part.due is not None:
        made["dueDate"] = _moment(_day(part.due))
    if part.accepted_on is not None:
        made["dateMet"] = _moment(_day(part.accepted_on))
    return made


def _value(amount: Decimal) -> dict[str, Any]:
    return {"amount": number(amount), "currency": CURRENCY}


def number(amount: Decimal) -> int | float:
    """An amount as JSON writes numbers. Nothing is computed with it; raises ValueError where it is not the same."""
    if amount == amount.to_integral_value():
        return int(amount)
    written = float(amount)
    if Decimal(repr(written)) != amount:
        raise ValueError(f"{amount} cannot be written as a number of JSON")
    return written


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")

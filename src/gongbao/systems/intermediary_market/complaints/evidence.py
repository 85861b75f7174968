"""What a complaint about a purchase or a contract is begun with: what had happened in it by then, and its files.

It is frozen: a list of the events with what was given in each (nothing personal), and of the files with their digests,
kept as it stood when the complaint was begun, with a digest of the whole in the log. What happens afterwards does not
stand in it, and a file that is not any more what it was is told.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from gongbao.core.hash_chain import canonical
from gongbao.office.cases.models import Case
from gongbao.office.cases.queries import situation_of
from gongbao.procedures.fields import SHANGHAI, Kind
from gongbao.systems.intermediary_market.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Source:
    """The purchase or contract that a complaint is about: what the log calls it, and its case.

    `shown`: the steps of which what was given in them may be told, None for all. Of a purchase whose result is not
    public yet nobody is told more by a complaint about it (第三十八条第（二）、（三）项). `owner` is who bought: where
    it is a body of the city it does not handle the complaint, whoever is named in it; by its county it is told who is
    competent.
    """

    about: str
    case: Case
    shown: Collection[str] | None = None
    owner: Organisation | None = None


def freeze(source: Source, at: datetime) -> dict[str, Any]:
    """The events and files of the case as they stand, as JSON knows them.

    `events`: number, step, at, on, role, values (without what is personal; null where they are withheld), sha256 of
    these. `files`: event, field, uuid, name, size, sha256. `overdue`: the clocks that were so, with their last days.
    """
    case = source.case
    situation = situation_of(case)
    return {
        "about": source.about,
        "procedure": case.procedure,
        "receipt": case.receipt,
        "state": case.state,
        "at": at.astimezone(SHANGHAI).isoformat(),
        "overdue": [{"clock": run.clock.key, "due": str(run.due)} for run in situation.overdue(at)],
        "events": events_of(case, source.shown),
        "files": files_of(case, source.shown),
    }


def events_of(case: Case, shown: Collection[str] | None = None) -> list[dict[str, Any]]:
    found = []
    for row in case.events.order_by("number"):
        event = {
            "number": row.number,
            "step": row.step,
            "at": row.at.astimezone(SHANGHAI).isoformat(),
            "on": row.on.isoformat(),
            "role": row.role,
            "values": row.values if shown is None or row.step in shown else None,
        }
        found.append(event | {"sha256": digest_of(event)})
    return found


def files_of(case: Case, shown: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The files in the order of the events in which they were given."""
    kept = {str(one.uuid): one for one in case.attachments.filter(erased=False)}
    situation = situation_of(case)
    steps = situation.procedure.all_steps()
    found = []
    for event in situation.events:
        if shown is not None and event.step not in shown:
            continue
        for field in steps[event.step].asks:
            given = event.values.get(field.key)
            if field.kind != Kind.FILES or not isinstance(given, tuple):
                continue
            for one in (kept[uuid] for uuid in given if uuid in kept):
                found.append(
                    {
                        "event": event.number,
                        "field": field.key,
                        "uuid": str(one.uuid),
                        "name": one.name,
                        "size": one.size,
                        "sha256": one.sha256,
                    }
                )
    return found


def digest_of(content: Any) -> str:
    """SHA-256 of the canonical form (gongbao.core.hash_chain): whoever holds the content can compute it."""
    return sha256(canonical(content).encode()).hexdigest()


def changed(content: dict[str, Any], case: Case) -> list[int]:
    """The numbers of the events that are not any more what they were when the evidence was frozen."""
    shown = {one["step"] for one in content["events"] if one["values"] is not None}
    now = {one["number"]: one["sha256"] for one in events_of(case, shown)}
    return [one["number"] for one in content["events"] if now.get(one["number"]) != one["sha256"]]

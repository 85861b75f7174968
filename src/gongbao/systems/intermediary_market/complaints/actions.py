"""What writes complaints beside what gongbao.office.cases.actions does: one that is begun with evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gongbao.core.hash_chain import digest
from gongbao.office.audit.actions import recorded
from gongbao.office.cases import actions as cases
from gongbao.office.cases import files
from gongbao.office.cases.actions import Begun, Upload
from gongbao.office.cases.actors import Acting
from gongbao.procedures import Refused
from gongbao.procedures.fields import SHANGHAI, Kind, read
from gongbao.systems.intermediary_market.complaints.evidence import Source, digest_of, freeze
from gongbao.systems.intermediary_market.complaints.models import Evidence
from gongbao.systems.intermediary_market.complaints.procedure import complaint, file
from gongbao.systems.intermediary_market.complaints.routing import route


def complain(
    source: Source,
    given: Mapping[str, Any],
    *,
    acting: Acting,
    at: datetime,
    uploads: Sequence[Upload] = (),
    once: str = "",
) -> Begun:
    """Begin a complaint about a purchase or contract, with what happened in it frozen as its evidence.

    `given` is what the step `file` asks for, the rest is that of cases.actions.begin. The source is locked, so that
    nothing happens in it meanwhile. Raises Refused and GongbaoError, and then nothing is kept.
    """
    values, problems = read([one for one in file.asks if one.kind != Kind.FILES], given, at.astimezone(SHANGHAI).date())
    if problems:
        raise Refused(file, problems=problems)
    owner = source.owner
    involved = [owner.unit.key] if owner is not None and owner.unit is not None else []
    county = owner.county if owner is not None else None
    routed = route(values, involved, county=county, ran_by=source.case.unit)
    ground = complaint.cite(file.clause)
    with files.together(), recorded("market.complain", actor=acting.actor, ground=ground, at=at) as record:
        case = type(source.case).objects.select_for_update().get(pk=source.case.pk)
        begun = cases.begin(
            complaint, file, given, acting=acting, unit=routed.unit, barred=routed.barred, at=at, uploads=uploads,
            once=once,
        )  # fmt: skip
        if begun.again:
            return begun
        content = freeze(replace(source, case=case), at)
        evidence = Evidence(complaint=begun.case, about=source.about, content=content, sha256=digest_of(content), at=at)
        evidence.save()
        record(
            begun.case.subject,
            about=source.about,
            events=len(content["events"]),
            files=len(content["files"]),
            evidence=digest(begun.case.salt, evidence.sha256),
        )
    return begun

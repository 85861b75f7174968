"""What is handed over to the credit system: the public record of agencies, as docs/credit-records.md describes it.

    content = package(number, since, until, unit, at)    # JSON, with texts and whole numbers alone
    digest_of(content)                                   # SHA-256 of its canonical JSON
    looked_at(content)                                   # the same without the moment, to compare with a preview

What was handed over before is read again from the hand-overs themselves: what has changed of it since (a grade, conduct
that was set aside, a punishment that was lifted) goes into the next one as a correction, whatever its days. Reads only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Q

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical
from gongbao.office.cases.models import CaseEvent
from gongbao.office.people.models import Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.ratings import procedure, queries
from gongbao.systems.intermediary_market.ratings.queries import Finding, YearGrade
from gongbao.systems.intermediary_market.supervision.models import CreditHandOver, JointPunishment

SCHEMA = "gongbao.market-credit/1"
"""What the JSON is. Another figure after the stroke where a field goes or changes its meaning."""
Facts = dict[str, Any]


def digest_of(content: Mapping[str, Any]) -> str:
    return sha256(canonical(content).encode()).hexdigest()


def looked_at(content: Mapping[str, Any]) -> str:
    """What tells whether two packages hand over the same, whenever they were made."""
    return digest_of({key: value for key, value in content.items() if key != "made_at"})


def refuse_days(since: date, until: date, today: date) -> None:
    """Days that cannot be handed over. Raises GongbaoError."""
    if until < since:
        raise GongbaoError("the last day is before the first", where="until")
    if until >= today:
        raise GongbaoError("what is handed over is of days that are over", where="until")
    if since < procedure.conduct.since:
        raise GongbaoError(f"the document is in force since {procedure.conduct.since}", where="since")


def package(number: int, since: date, until: date, unit: Unit, at: datetime) -> Facts:
    """What is handed over of these days by the unit at this moment: `agencies` with what is public of each, by code;
    `corrections` of what was handed over before."""
    known, today = _Known.before(number), at.astimezone(SHANGHAI).date()
    agencies = _agencies(since, until)
    now = _Now.of(agencies, known, today)
    told = [_agency(one, since, until, now, known, today) for one in agencies]
    before = CreditHandOver.objects.filter(number=number - 1).first()
    return {
        "schema": SCHEMA,
        "document": DOCUMENT,
        "number": number,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "made_at": at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "made_by": unit.zh,
        "previous": {"number": before.number, "sha256": before.sha256} if before else None,
        "agencies": sorted((one for one in told if one), key=lambda one: one["uscc"]),
        "corrections": _corrections(since, until, now, known, today),
    }


def _agencies(since: date, until: date) -> list[Organisation]:
    """Those that were in the market on one of the days, or of which conduct of these days or before may count."""
    begin = datetime.combine(since, time(), SHANGHAI)
    end = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    there = Q(entered_at__lt=end) & (Q(removed_at=None) | Q(removed_at__gte=begin))
    told_of = Q(conduct__case__state__in=procedure.COUNTS) | ~Q(joint_punishments=None)
    return list(Organisation.objects.filter(there | told_of, is_agency=True).distinct().order_by("pk"))


# --- as it stands now


@dataclass(frozen=True, slots=True)
class _Now:
    """What counts now of the agencies, and of all that were handed over before."""

    organisations: Mapping[str, Organisation]
    counted: Mapping[int, list[Finding]]
    decided: Mapping[int, date]
    punishments: Mapping[int, list[JointPunishment]]

    @classmethod
    def of(cls, agencies: Iterable[Organisation], known: "_Known", today: date) -> "_Now":
        found = {one.uscc: one for one in agencies}
        missing = known.names.keys() - found.keys()
        found |= {one.uscc: one for one in Organisation.objects.filter(uscc__in=missing)}
        counted = queries.counting(list(found.values()))
        cases = [one.conduct.case_id for several in counted.values() for one in several]
        events = CaseEvent.objects.filter(case__in=cases, step=procedure.verify.key)
        punishments: dict[int, list[JointPunishment]] = {}
        for row in JointPunishment.objects.filter(replaced_by=None, set_aside=False).order_by("pk"):
            punishments.setdefault(row.agency_id, []).append(row)
        return cls(found, counted, dict(events.values_list("case", "on")), punishments)

    def conduct(self, finding: Finding) -> Facts:
        assert finding.kind is not None  # as it counts
        return {
            "id": str(finding.conduct.uuid),
            "kind": finding.kind.key,
            "words": finding.kind.label.zh,
            "clause": finding.kind.clause,
            "happened_on": finding.happened_on.isoformat(),
            "decided_on": self.decided[finding.conduct.case_id].isoformat(),
            "may_change": finding.appealable,
        }

    def grade(self, agency: Organisation, year: int, today: date) -> Facts:
        return _grade(queries.grade_of(year, self.counted.get(agency.pk, ()), today))


def _grade(found: YearGrade) -> Facts:
    return {
        "year": found.year, "grade": found.grade, "times_b": found.times_b, "times_c": found.times_c,
        "so_far": found.so_far,
    }  # fmt: skip


def _punishment(row: JointPunishment) -> Facts:
    return {
        "id": str(row.uuid),
        "reason": row.reason,
        "decided_by": row.decided_by,
        "document": row.document,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "excluded_by": row.excluded_by,
    }


def _agency(agency: Organisation, since: date, until: date, now: _Now, known: "_Known", today: date) -> Facts | None:
    """What is told of one; None where there is nothing of these days."""
    counted = now.counted.get(agency.pk, [])
    years = {*queries.years_of(agency, today), *(one.happened_on.year for one in counted)}
    grades = [now.grade(agency, year, today) for year in range(since.year, until.year + 1) if year in years]
    conduct = [
        now.conduct(one)
        for one in counted
        if since <= one.happened_on <= until
        # Verified since: it belongs to days that were handed over without it.
        or (known.covers(one.happened_on) and str(one.conduct.uuid) not in known.conduct)
    ]
    punishments = [
        _punishment(one)
        for one in now.punishments.get(agency.pk, ())
        if one.since <= until and (one.until is None or one.until >= since)
    ]
    if not grades and not conduct and not punishments:
        return None
    return {
        "uscc": agency.uscc,
        "name": agency.name,
        "grades": grades,
        "conduct": sorted(conduct, key=lambda one: (one["happened_on"], one["id"])),
        "punishments": punishments,
    }


# --- what was handed over before


@dataclass(slots=True)
class _Known:
    """What the credit system knows from here, with the number of the hand-over that said it last."""

    names: dict[str, str] = field(default_factory=dict)
    grades: dict[tuple[str, int], tuple[int, Facts]] = field(default_factory=dict)
    conduct: dict[str, tuple[int, str, Facts]] = field(default_factory=dict)
    punishments: dict[str, tuple[int, str, Facts]] = field(default_factory=dict)
    days: list[tuple[date, date]] = field(default_factory=list)

    @classmethod
    def before(cls, number: int) -> "_Known":
        known = cls()
        for one in CreditHandOver.objects.filter(number__lt=number).order_by("number"):
            known.days.append((one.since, one.until))
            for agency in one.content["agencies"]:
                known.names[agency["uscc"]] = agency["name"]
                for grade in agency["grades"]:
                    known.say("grade", agency["uscc"], grade, one.number)
                for kind, key in (("conduct", "conduct"), ("punishment", "punishments")):
                    for facts in agency[key]:
                        known.say(kind, agency["uscc"], facts, one.number)
            for change in one.content["corrections"]:
                known.forget(change["of"], change["was"])
                if change["is"] is not None:
                    known.say(change["of"], change["uscc"], change["is"], one.number)
        return known

    def say(self, of: str, uscc: str, facts: Facts, number: int) -> None:
        if of == "grade":
            self.grades[uscc, facts["year"]] = (number, facts)
        else:
            self._of(of)[facts["id"]] = (number, uscc, facts)

    def forget(self, of: str, facts: Facts) -> None:
        if of != "grade":
            self._of(of).pop(facts["id"], None)

    def _of(self, of: str) -> dict[str, tuple[int, str, Facts]]:
        return self.conduct if of == "conduct" else self.punishments

    def covers(self, day: date) -> bool:
        return any(since <= day <= until for since, until in self.days)


def _corrections(since: date, until: date, now: _Now, known: _Known, today: date) -> list[Facts]:
    """What was handed over before and is not so any more."""
    found: list[Facts] = []

    def note(of: str, uscc: str, number: int, was: Facts, is_: Facts | None) -> None:
        name = now.organisations[uscc].name
        found.append(
            {"of": of, "uscc": uscc, "name": name, "handed_over_in": number, "was": was, "is": is_}
        )  # fmt: skip

    for (uscc, year), (number, was) in known.grades.items():
        current = now.grade(now.organisations[uscc], year, today)
        told_again = since.year <= year <= until.year and was["so_far"]
        if current != was and not told_again:
            note("grade", uscc, number, was, current)
    counting = {str(one.conduct.uuid): one for several in now.counted.values() for one in several}
    for id_, (number, uscc, was) in known.conduct.items():
        finding = counting.get(id_)
        facts = now.conduct(finding) if finding is not None else None
        if facts is None or any(facts[key] != was[key] for key in ("kind", "happened_on")):
            note("conduct", uscc, number, was, facts)
    for id_, (number, uscc, was) in known.punishments.items():
        last = _last_of(id_)
        facts = None if last.set_aside else _punishment(last)
        if facts != was:
            note("punishment", uscc, number, was, facts)
    return sorted(found, key=lambda one: (one["uscc"], one["of"], canonical(one["was"])))


def _last_of(uuid: str) -> JointPunishment:
    """The record that stands for it now."""
    row = JointPunishment.objects.get(uuid=uuid)
    while (after := JointPunishment.objects.filter(replaces=row).first()) is not None:
        row = after
    return row

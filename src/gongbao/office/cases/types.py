"""What a system tells of its cases. It registers a CaseType when its app is ready."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.audit.actions import Record
from gongbao.office.people.models import Unit
from gongbao.procedures import Event, Problem, Procedure, Role, Run, Situation, Step
from gongbao.procedures.fields import Value

if TYPE_CHECKING:
    from gongbao.office.cases.models import Case


def _no_summary(situation: Situation) -> Label:
    return situation.procedure.label


def _about_nothing(situation: Situation) -> str:
    return ""


def _no_values(situation: Situation, event: Event) -> Mapping[str, str | date | Label]:
    return {}


def _refuses_nothing(case: "Case", step: Step, values: Mapping[str, Value]) -> Sequence[Problem]:
    return ()


def _as_recorded(events: Sequence[Event]) -> Sequence[Event]:
    return events


def _reminds_nobody(case: "Case", run: Run, role: Role, words: Label, at: datetime) -> None: ...


def _nothing_follows(case: "Case", situation: Situation, event: Event, record: Record) -> None: ...


@dataclass(frozen=True, slots=True)
class Routed:
    """The unit that a new case goes to, and why; the keys of the units that may neither handle nor see it."""

    unit: Unit
    why: Label
    barred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseType:
    """The cases of one procedure.

    `party_name`, `party_contact`: the keys of the fields with the name of whoever brought the case, and with their
    telephone or e-mail. `summary`: one line for lists and messages, in which nothing is personal: it is asked without
    the personal values. `about`: what tells the case from others of that summary, asked in the same way and shown at
    the desk alone; "" for nothing. `route`: which unit a new case goes to, by the values of the step that begins it;
    raises GongbaoError. `open_to_all`: anybody may begin one on the site, without an account.

    `wordings`: the folder with the texts of its letters; see gongbao.office.papers.wordings. `letter_values`: what
    fills their gaps beside the values of the case, for the letter that the event made, the situation being that after
    it; see gongbao.office.cases.papers. `letter_codes`: for a letter's key what stands before 〔2026〕3号 in its
    number; where there is none, the name of the letter does. `served_at_once`: for the key of a letter that reaches
    whom it is for by being made, as one that is published does, the key of the manner of its service (MANNERS); its
    service is recorded with the step that makes it.

    `own_steps`: the keys of steps that write more than their event, so that only the system's own actions take them
    (`own=True`) and no page for cases in general offers them. `refuses`: what is wrong with the values of a step that
    only the system's own records tell, asked when it is proposed and when it happens. `follows`: what the system writes
    when a step has happened, whoever took it, the program too: within the same transaction and with its log; the
    situation is that after the event. `reminds`: tells the parties of a role that a clock tells, in these words,
    that it is soon due or overdue; whoever works at a desk the office tells itself. `not_told`: the
    keys of steps of parties and of the program of which whoever works on the case gets no message, as nothing follows
    that is theirs to do; a case that begins with one is not told as new. `page`: the address of the system's own page
    of the case, "" for none.

    `kept_until`: the first day on which what is personal in the closed case may be erased; None for no such rule.
    `reads`: the events of a case as they are said now, where an earlier version asked for other values; what is kept
    stays as it was recorded.
    """

    procedure: Procedure
    party_name: str
    party_contact: str = ""
    summary: Callable[[Situation], Label] = _no_summary
    about: Callable[[Situation], str] = _about_nothing
    route: Callable[[Mapping[str, Value]], Routed] | None = None
    open_to_all: bool = False
    wordings: Traversable | None = None
    letter_values: Callable[[Situation, Event], Mapping[str, str | date | Label]] = _no_values
    letter_codes: Mapping[str, str] = field(default_factory=dict)
    served_at_once: Mapping[str, str] = field(default_factory=dict)
    own_steps: frozenset[str] = frozenset()
    refuses: "Callable[[Case, Step, Mapping[str, Value]], Sequence[Problem]]" = _refuses_nothing
    follows: "Callable[[Case, Situation, Event, Record], None]" = _nothing_follows
    reminds: "Callable[[Case, Run, Role, Label, datetime], None]" = _reminds_nobody
    not_told: frozenset[str] = frozenset()
    page: "Callable[[Case], str]" = lambda case: ""
    kept_until: "Callable[[Case], date | None]" = lambda case: None
    reads: Callable[[Sequence[Event]], Sequence[Event]] = _as_recorded


_types: dict[str, CaseType] = {}


def register(case_type: CaseType) -> None:
    """Have cases of this type. Registering it again changes nothing; another of that key is a fault."""
    key = case_type.procedure.key
    if not case_type.procedure.is_ready:
        raise ValueError(f"{key} is not ready: end its declaration with ready()")
    if _types.setdefault(key, case_type).procedure is not case_type.procedure:
        raise ValueError(f"there is another procedure {key}")


def case_types() -> list[CaseType]:
    return list(_types.values())


def case_type(key: str) -> CaseType:
    """The type of the cases of that procedure. Raises GongbaoError."""
    if key not in _types:
        raise GongbaoError(f"there are no cases of {key} on this site; its system is not installed")
    return _types[key]

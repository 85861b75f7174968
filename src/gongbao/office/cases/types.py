"""What a system tells of its cases. It registers a CaseType when its app is ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.people.models import Unit
from gongbao.procedures import Procedure, Situation
from gongbao.procedures.fields import Value


def _no_summary(situation: Situation) -> Label:
    return situation.procedure.label


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
    telephone or e-mail. `summary`: one line for lists and messages, in which nothing is personal. `wordings`: the text
    of each letter by its key, with gaps; see gongbao.office.papers.letters. `route`: which unit a new case goes to, by
    the values of the step that begins it; raises GongbaoError. `open_to_all`: anybody may begin one on the site,
    without an account.
    """

    procedure: Procedure
    party_name: str
    party_contact: str = ""
    summary: Callable[[Situation], Label] = _no_summary
    wordings: Mapping[str, str] | None = None
    route: Callable[[Mapping[str, Value]], Routed] | None = None
    open_to_all: bool = False


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

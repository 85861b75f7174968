"""What is kept although it can be derived (the state of a case, a due day): compared, and made again where it differs.

    rebuild.register("cases.state", compare, rebuild)        # in ready() of an app

`gongbao audit rebuild --check` lists the differences; `gongbao audit rebuild` mends them, in an action.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import OUR_RULE, Actor


@dataclass(frozen=True, slots=True)
class Difference:
    """That something kept is not what is derived: of which subject ("case:UUID"), which field; no personal data."""

    subject: str
    field: str
    kept: str
    derived: str

    def __str__(self) -> str:
        return f"{self.subject} {self.field}: kept {self.kept or '(nothing)'}, derived {self.derived or '(nothing)'}"


Compare = Callable[[], Iterable[Difference]]
Rebuild = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Derived:
    """Something derived. `compare` tells the differences one by one; `rebuild` mends them and says how many it did.

    `rebuild` is called within an action and a transaction.
    """

    name: str  # like cases.state
    compare: Compare
    rebuild: Rebuild


_derived: dict[str, Derived] = {}


def register(name: str, compare: Compare, rebuild: Rebuild) -> None:
    """Have something derived compared. Registering it again changes nothing; another of that name is a fault."""
    one = Derived(name, compare, rebuild)
    if _derived.setdefault(name, one) != one:
        raise ValueError(f"something else is derived under the name {name}")


def registered() -> list[Derived]:
    """In the order in which they were registered."""
    return list(_derived.values())


def differences() -> Iterator[tuple[str, Difference]]:
    """Each difference, with the name of what it is in."""
    for one in registered():
        for difference in one.compare():
            yield one.name, difference


def rebuild_all(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Make again what differs: how many of each. What is as derived is not touched, and leaves no entry."""
    done = {}
    for one in registered():
        if next(iter(one.compare()), None) is None:
            continue
        with recorded("audit.rebuild", actor=actor, ground=OUR_RULE, at=at) as record:
            done[one.name] = one.rebuild()
            record(f"derived:{one.name}", mended=done[one.name])
    return done

"""Who acts: an account in a role of a unit, a person outside, the program itself, whoever keeps the database."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    ACCOUNT = "account"
    PARTY = "party"  # somebody without an account, who holds the secret of a case
    SYSTEM = "system"  # the worker, at a time that was set
    KEEPER = "keeper"  # the command line, on the database itself


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts.

    `id` is the public id of the account ("" for others), `role` and `unit` the keys of the role and unit in which they
    act, `for_id` the public id of the account that a substitute stands in for.
    """

    kind: ActorKind
    id: str = ""
    role: str = ""
    unit: str = ""
    for_id: str = ""


SYSTEM = Actor(ActorKind.SYSTEM)
KEEPER = Actor(ActorKind.KEEPER)
PARTY = Actor(ActorKind.PARTY)

OUR_RULE = "our rule"
"""The ground of an action that no document asks for: this program's own order."""

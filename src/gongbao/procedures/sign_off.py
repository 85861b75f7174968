"""A step that wants signatures: a proposal, the opinions on it, and who is asked next.

The roles of a SignOff sign one after the other. Units that countersign give their opinions at any time before the last
role, which sees them all. One `returned` ends the proposal: whoever made it may mend it and propose anew. The unit of a
role is that of the proposal; that of a countersignature is the unit which was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gongbao.core.labels import Label
from gongbao.procedures.declare import OUR_RULE, Role, SignOff
from gongbao.procedures.run import Obstacle, Refused

COUNTERSIGN = "countersign"
"""In place of a role: the opinion of a unit that countersigns."""


class Verdict(StrEnum):
    SIGNED = "signed"  # 同意
    OBJECTED = "objected"  # 会签单位有不同意见: said, and no veto
    RETURNED = "returned"  # 退回


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was said of a proposal: `role` is a role's key or COUNTERSIGN, `unit` the key of the unit it speaks for."""

    role: str
    unit: str
    verdict: Verdict
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked now: a role (of the unit of the proposal), or a unit that countersigns (role None)."""

    role: Role | None
    unit: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a proposal has come: who is asked now; nobody, when it is `complete` or `returned`."""

    asked: tuple[Asked, ...]
    complete: bool = False
    returned: Opinion | None = None


def progress(sign_off: SignOff, unit: str, countersigners: Sequence[str], opinions: Sequence[Opinion]) -> Progress:
    """Who is asked next for a proposal of `unit`, on which these opinions were given."""
    returned = next((one for one in opinions if one.verdict == Verdict.RETURNED), None)
    if returned is not None:
        return Progress((), returned=returned)
    said = {one.unit for one in opinions if one.role == COUNTERSIGN}
    missing = [Asked(None, one) for one in countersigners if one not in said]
    signed = {one.role for one in opinions}
    waiting = [role for role in sign_off.roles if role.key not in signed]
    if not waiting:
        return Progress((), complete=True)
    if waiting == [sign_off.roles[-1]] and missing:
        return Progress(tuple(missing))
    return Progress((Asked(waiting[0], unit), *missing))


def check_opinion(
    sign_off: SignOff, unit: str, countersigners: Sequence[str], opinions: Sequence[Opinion], new: Opinion
) -> None:
    """Raises Refused where nobody asks for this opinion now, or where it has no words and needs them."""
    here = progress(sign_off, unit, countersigners, opinions)
    key = None if new.role == COUNTERSIGN else new.role
    if not any((one.role.key if one.role else None) == key and one.unit == new.unit for one in here.asked):
        raise Refused(
            "sign_off", [Obstacle(Label("现在不由其签署意见", "it is not asked for an opinion now"), OUR_RULE)]
        )
    if new.role == COUNTERSIGN and new.verdict == Verdict.RETURNED:
        raise Refused(
            "sign_off",
            [
                Obstacle(
                    Label("会签单位提出意见，不退回", "a countersigning unit objects, and returns nothing"), OUR_RULE
                )
            ],
        )
    if new.role != COUNTERSIGN and new.verdict == Verdict.OBJECTED:
        raise Refused("sign_off", [Obstacle(Label("请同意或者退回", "sign it or return it"), OUR_RULE)])
    if new.verdict != Verdict.SIGNED and not new.words.strip():
        raise Refused("sign_off", [Obstacle(Label("请写明意见", "say why"), OUR_RULE)])


def check_countersigners(sign_off: SignOff, unit: str, countersigners: Sequence[str]) -> None:
    """Raises Refused where units are named that cannot be asked: none may be, the proposing one, or one twice."""
    wrong: Label | None = None
    if countersigners and not sign_off.countersign:
        wrong = Label("此环节不会签", "nobody countersigns this step")
    elif unit in countersigners:
        wrong = Label("承办单位不会签自己的事项", "a unit does not countersign what it proposes itself")
    elif len(set(countersigners)) != len(countersigners):
        wrong = Label("会签单位重复", "a unit is named twice")
    if wrong is not None:
        raise Refused("sign_off", [Obstacle(wrong, sign_off.clause)])

"""What a procedure is made of. See the package for what a declaration looks like.

Every part has a key (small Latin letters, figures and _), a label in Chinese and English, and the clause it stands on;
a part that no document asks for says OUR_RULE. Parts are named by the Python names they were given, so that a slip of
the pen is an error of Python's. What contradicts itself is refused by `ready`, with all contradictions at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.procedures.clocks import Clock, Period
from gongbao.procedures.fields import Field, Kind, Option

if TYPE_CHECKING:
    from gongbao.procedures.run import Situation

OUR_RULE = "our rule"
"""In place of a clause: no document asks for it, it is an order of this program or of the office that runs it."""

_OUR_RULE_LABEL = Label("本系统自定", "our rule")

SERVE = "serve"
"""The step that every procedure with letters has: a letter was served on somebody on a day."""

KEY = r"[a-z][a-z0-9_]*"


class ProcedureError(GongbaoError):
    """A procedure that is declared wrongly: for whoever writes it."""


def clause_label(clause: str) -> Label:
    """The clause as it stands in sentences of both languages: OUR_RULE has words in each."""
    return _OUR_RULE_LABEL if clause == OUR_RULE else Label(clause, clause)


@dataclass(frozen=True, slots=True)
class Role:
    """Who may take a step.

    `staff`: whoever holds `post` (a role of the office) in the unit that is the case's `unit` ("handling": the one that
    handles it; another name: one of the further units of the case). `party`: somebody the case is about or who brought
    it. `system`: the program, when a clock runs out.
    """

    key: str
    label: Label
    kind: Literal["staff", "party", "system"]
    post: str = ""
    unit: str = "handling"


SYSTEM = Role("system", Label("系统", "the system"), "system")


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can stand. `next` tells whoever waits what comes next; a `final` state ends all clocks."""

    key: str
    label: Label
    final: bool = False
    next: Label | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for a step: `test` looks at the situation and what is given for the step; `label` says it."""

    label: Label
    clause: str
    test: Callable[[Situation, dict[str, object]], bool] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SignOff:
    """A step that is proposed, and happens when all have signed, one role after the other; the last one decides.

    `countersign`: whoever proposes may name further units, each of which gives its opinion before the last signature.
    """

    roles: tuple[Role, ...]
    clause: str
    countersign: bool = False


@dataclass(frozen=True, slots=True)
class Remedy:
    """What whoever is served a letter may do against it, where, and in what time from the service."""

    key: str
    label: Label
    period: Period
    clause: str
    where: Label


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that a step makes, to be served on a party. Its words are the office's: see its template."""

    key: str
    label: Label
    to: Role
    clause: str
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What may be done. `at` no state: it begins a case; `to` None: the case stays where it is.

    `publishes`: what is given in it is made public, without what is personal. `moves`: the key of a UNIT field, to
    which the case goes over. `clause_by`: the key of a CHOICE field, see Procedure.step.
    """

    key: str
    label: Label
    clause: str
    by: tuple[Role, ...]
    at: tuple[State, ...]
    to: State | None
    asks: tuple[Field, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sign_off: SignOff | None = None
    letter: Letter | None = None
    on: str = ""
    moves: str = ""
    publishes: bool = False
    help: Label | None = None
    clause_by: str = ""

    @property
    def begins(self) -> bool:
        return not self.at

    def field(self, key: str) -> Field | None:
        return next((one for one in self.asks if one.key == key), None)


_Part = TypeVar("_Part", State, Role, Letter, Step, Clock)


class Procedure:
    """A procedure under declaration, and, once `ready` has looked at it, one that cases can run by."""

    def __init__(
        self, key: str, *, document: str, zh: str, en: str, since: date, since_clause: str, version: int = 1
    ) -> None:
        """`document` is the number of the document whose clauses are cited; `version` counts the changes that a case
        under way has to know of."""
        self.key = self._checked(key)
        self.label = Label(zh, en)
        self.document, self.since, self.since_clause, self.version = document, since, since_clause, version
        self.states: dict[str, State] = {}
        self.roles: dict[str, Role] = {SYSTEM.key: SYSTEM}
        self.letters: dict[str, Letter] = {}
        self.steps: dict[str, Step] = {}
        self.clocks: dict[str, Clock] = {}
        self.is_ready = False

    # --- parts

    def staff(self, key: str, *, zh: str, en: str, post: str = "", unit: str = "handling") -> Role:
        """Whoever holds `post` (its key, where none is named) in that unit of the case."""
        return self._add(self.roles, Role(key, Label(zh, en), "staff", post or key, unit))

    def party(self, key: str, *, zh: str, en: str) -> Role:
        return self._add(self.roles, Role(key, Label(zh, en), "party"))

    def state(self, key: str, *, zh: str, en: str, final: bool = False, next_zh: str = "", next_en: str = "") -> State:
        following = Label(next_zh, next_en) if next_zh or next_en else None
        return self._add(self.states, State(key, Label(zh, en), final, following))

    def letter(self, key: str, clause: str, *, zh: str, en: str, to: Role, remedies: Iterable[Remedy] = ()) -> Letter:
        return self._add(self.letters, Letter(key, Label(zh, en), to, clause, tuple(remedies)))

    def step(
        self,
        key: str,
        clause: str,
        *,
        zh: str,
        en: str,
        by: Iterable[Role],
        at: Iterable[State] = (),
        to: State | None = None,
        asks: Iterable[Field] = (),
        when: Iterable[Condition] = (),
        sign_off: SignOff | None = None,
        letter: Letter | None = None,
        on: str = "",
        moves: str = "",
        publishes: bool = False,
        begins: bool = False,
        help_zh: str = "",
        help_en: str = "",
        clause_by: str = "",
    ) -> Step:
        """Declare a step.

        `begins`: it begins a case; any other needs the states `at` which it may be taken. `asks`: what must be given.
        `on`: the key of a DATE field that is the day of the step, where that is not the day on which it is recorded.
        `clause_by`: the key of a CHOICE field, of this step or of one before: what is chosen there says by which clause
        the step is taken, `clause` being that for whoever has not chosen yet.
        """
        help_label = Label(help_zh, help_en) if help_zh or help_en else None
        if begins == bool(tuple(at)):
            raise ProcedureError("a step either begins a case or names the states at which it is taken", where=key)
        step = Step(
            key, Label(zh, en), clause, tuple(by), tuple(at), to, tuple(asks), tuple(when), sign_off, letter, on, moves,
            publishes, help_label, clause_by,
        )  # fmt: skip
        if key == SERVE:
            raise ProcedureError(f"the key {SERVE} is the program's own", where=key)
        return self._add(self.steps, step)

    def clock(
        self,
        key: str,
        period: Period,
        clause: str,
        *,
        zh: str,
        en: str,
        starts: Iterable[Step | Letter],
        ends: Iterable[Step] = (),
        since: str = "",
        stops: Iterable[Step] = (),
        resumes: Iterable[Step] = (),
        stop_clause: str = "",
        runs_out: Step | None = None,
        opens: Iterable[Step] = (),
        closes: Iterable[Step] = (),
        tells: Iterable[Role] = (),
        warns: int = 1,
        each: str = "",
    ) -> Clock:
        """Declare a clock: it starts with steps, or with the service of letters, and starts anew with each.

        `since`: a DATE field of the starting step from which it counts, where that is not the day of the step.
        `stops`, `resumes`: steps that stop it and let it go on, on the ground of `stop_clause`. `ends`: what it waits
        for. `runs_out`: the step that the program takes when it has run out; `opens`: steps that may only be taken
        then; `closes`: steps that may no more be taken then. `tells`: who hears of it when it runs out, or `warns`
        working days before. `each`: a field of the starting steps by which several runs go side by side, one for each
        invoice, say: a step that gives the field starts, ends or moves the run of that value, one that does not give
        it all of them.
        """
        return self._add(
            self.clocks,
            Clock(
                key,
                Label(zh, en),
                period,
                clause,
                tuple(starts),
                since,
                tuple(stops),
                tuple(resumes),
                stop_clause,
                tuple(ends),
                runs_out,
                tuple(opens),
                tuple(closes),
                tuple(tells),
                warns,
                each,
            ),
        )

    def _checked(self, key: str) -> str:
        if not re.fullmatch(KEY, key):
            raise ProcedureError(f"the key {key!r} should be small Latin letters, figures and _", where=key)
        return key

    def _add(self, parts: dict[str, _Part], part: _Part) -> _Part:
        self._checked(part.key)
        if self.is_ready:
            raise ProcedureError("the procedure is ready: nothing is added to it any more", where=part.key)
        if part.key in parts:
            raise ProcedureError(f"the key {part.key} is taken already", where=self.key)
        parts[part.key] = part
        return part

    # --- when all is declared

    def ready(self) -> Procedure:
        """Look for contradictions; itself. Raises ProcedureError with all of them."""
        from gongbao.procedures.check import contradictions

        found = contradictions(self)
        if found:
            raise ProcedureError("; ".join(found), where=self.key)
        self.is_ready = True
        return self

    @property
    def serve(self) -> Step | None:
        """The step that records the service of a letter, where there are letters: at any state, by the staff that makes
        letters, or by any where none does."""
        if not self.letters:
            return None
        staff = {role for role in self.roles.values() if role.kind == "staff"}
        sends = {role for step in self.steps.values() if step.letter for role in step.by} & staff or staff
        return Step(
            SERVE,
            Label("送达", "Serve a letter"),
            OUR_RULE,
            tuple(sorted(sends, key=lambda role: role.key)),
            tuple(self.states.values()),
            None,
            (
                Field(
                    "letter",
                    Label("文书", "Letter"),
                    Kind.CHOICE,
                    options=tuple(Option(one.key, one.label) for one in self.letters.values()),
                ),
                Field("served_on", Label("送达日期", "Served on"), Kind.DATE, past=True),
                Field("manner", Label("送达方式", "Manner of service"), Kind.CHOICE, options=MANNERS),
                Field("proof", Label("送达回证", "Proof of service"), Kind.FILES, required=False, longest=3),
            ),
            on="served_on",
        )

    def all_steps(self) -> dict[str, Step]:
        """The steps by key, that of service with them."""
        serve = self.serve
        return self.steps | ({SERVE: serve} if serve else {})

    def fields(self) -> list[Field]:
        """Every field of every step, each key once, as first declared."""
        found: dict[str, Field] = {}
        for step in self.steps.values():
            for one in step.asks:
                found.setdefault(one.key, one)
        return list(found.values())

    def cite(self, clause: str) -> str:
        """The clause with its document, as citations are written. One of another document has that before it."""
        own = " " not in clause or clause.startswith("附件")
        return f"{self.document} {clause}" if own else clause

    def clause_of(self, step: Step, values: Mapping[str, object]) -> str:
        """The clause by which the step is taken, with its document: with `clause_by` that of what the values chose."""
        field = next((one for one in self.fields() if step.clause_by and one.key == step.clause_by), None)
        options = field.options if field is not None else ()
        chosen = next((one for one in options if one.key == values.get(step.clause_by)), None)
        return self.cite(chosen.clause if chosen is not None else step.clause)

    def digest(self) -> str:
        """A digest of what is declared, apart from the words of help: cases keep that of the day they were decided."""
        from gongbao.procedures.describe import description

        told = json.dumps(_without_help(description(self)), ensure_ascii=False, sort_keys=True)
        return sha256(told.encode()).hexdigest()

    def __repr__(self) -> str:
        return f"Procedure({self.key!r})"


def _without_help(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _without_help(one) for key, one in told.items() if key != "help"}
    return [_without_help(one) for one in told] if isinstance(told, list) else told


MANNERS: tuple[Option, ...] = (
    Option("direct", Label("直接送达", "handed over")),
    Option("left", Label("留置送达", "left at the place")),
    Option("post", Label("邮寄送达", "by post")),
    Option("electronic", Label("电子送达", "electronically, with consent")),
    Option("entrusted", Label("委托送达", "by another body")),
    Option("notice", Label("公告送达", "by public notice")),
)
"""The manners of service of 民事诉讼法 第八十七条 to 第九十五条, which administrative bodies follow."""

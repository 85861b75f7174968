"""What the market finds by itself of agencies, and proposes: 第三十二条 and 第三十三条.

Each check is a function from what was read (queries.py) to what it found; nothing here reads or writes. What is found
is evidence and no proof: agencies in one house may share a network address, and a late contract may be the owner's
doing. A person decides after the agency was heard (procedure.py).

    found = shared(groups, on=day) + awards(...) + ...
    new(found, known)        those not proposed before

A clue is told from others by its check, the agency, and the thing it was found in, so that each is proposed once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from gongbao.core.hash_chain import canonical
from gongbao.rules import compute
from gongbao.systems.intermediary_market.ratings.models import Check
from gongbao.systems.intermediary_market.rules import market_unfounded_complaints

_SHARED = {"network": (Check.SHARED_NETWORK, "c2"), "telephone": (Check.SHARED_PERSON, "c3"),
           "member": (Check.SHARED_PERSON, "c3")}  # fmt: skip
"""What agencies share that a clause names, with the check and the kind of conduct; the rest is no conduct."""

_NO_FAULT = frozenset({"force_majeure", "other_party", "law"})
"""Grounds on which an award is given back that are good reasons, where they are true: told to whoever decides."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as it stands in what is found: its public id and its name."""

    uuid: str
    name: str


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that was found. `thing` tells it from others of its check and agency; `words` is Chinese, as it stands
    in the file; `content` has ids, days and codes alone."""

    thing: str
    words: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What a check proposes of an agency: the kind of conduct (procedure.KINDS), its day, and the clues to it."""

    check: Check
    agency: Agency
    kind: str
    happened_on: date
    clues: tuple[Clue, ...]

    def key(self, clue: Clue) -> str:
        return key_of(self.check, self.agency.uuid, clue.thing)

    @property
    def facts(self) -> str:
        return "\n".join(one.words for one in self.clues)


def key_of(check: Check, agency: str, thing: str) -> str:
    return sha256(canonical({"check": str(check.value), "agency": agency, "thing": thing}).encode()).hexdigest()


def new(found: Iterable[Found], known: Collection[str]) -> list[Found]:
    """What was not proposed before: clues whose keys are known are left out, and what has none left with them."""
    kept = []
    for one in found:
        clues = tuple(clue for clue in one.clues if one.key(clue) not in known)
        if clues:
            kept.append(replace(one, clues=clues))
    return kept


# --- agencies that share what two should not


@dataclass(frozen=True, slots=True)
class Group:
    """Agencies that share a thing: `what` is network, telephone, member, or another that no clause names."""

    what: str
    agencies: tuple[Agency, ...]


_WORDS = {"network": "网络地址", "telephone": "联系电话", "member": "业务授权人或者其联系方式"}


def shared(groups: Iterable[Group], *, on: date) -> list[Found]:
    """第三十三条第（二）项 and 第（三）项: of each agency, with whom it shares what."""
    clues: dict[tuple[Check, str, Agency], dict[str, Clue]] = {}
    for group in groups:
        if group.what not in _SHARED:
            continue
        check, kind = _SHARED[group.what]
        for agency in group.agencies:
            for other in group.agencies:
                if other != agency:
                    thing = f"{group.what} {other.uuid}"
                    words = f"与{other.name}使用相同的{_WORDS[group.what]}（系统比对，尚非证明）。"
                    found = clues.setdefault((check, kind, agency), {})
                    found[thing] = Clue(thing, words, {"what": group.what, "other": other.uuid})
    return [Found(check, agency, kind, on, tuple(found.values())) for (check, kind, agency), found in clues.items()]


# --- awards, contracts, services


@dataclass(frozen=True, slots=True)
class Award:
    """An award that was given back. `registration` is that of the agency, `ground` the one that it named, "" for none;
    `project` what it was for."""

    registration: str
    agency: Agency
    on: date
    project: str
    ground: str = ""


def abandoned(awards: Iterable[Award]) -> list[Found]:
    """第三十二条第（一）项: an award given back. Whether there was a reason (无故) is for a person to decide."""
    found = []
    for one in awards:
        told = "所述事由为正当理由之一，待核实" if one.ground in _NO_FAULT else "是否有正当理由待核实"
        words = f"“{one.project}”中选后于{one.on}放弃，{told}。"
        content = {"registration": one.registration, "on": one.on.isoformat(), "ground": one.ground}
        found.append(Found(Check.ABANDONED, one.agency, "b1", one.on, (Clue(one.registration, words, content),)))
    return found


@dataclass(frozen=True, slots=True)
class Overrun:
    """A contract (its public id) with a last day that was missed; `done_on` None where it is not done yet."""

    contract: str
    agency: Agency
    project: str
    due: date
    done_on: date | None


def late_contracts(overruns: Iterable[Overrun]) -> list[Found]:
    """第三十二条第（一）项: no contract within five working days. Whose doing it is remains to be found out."""
    return [_late(one, Check.LATE_CONTRACT, "b1", "签订合同") for one in overruns]


def late_services(overruns: Iterable[Overrun]) -> list[Found]:
    """第三十二条第（三）项: not delivered on the day that was agreed."""
    return [_late(one, Check.LATE_SERVICE, "b3", "交付成果") for one in overruns]


def _late(one: Overrun, check: Check, kind: str, what: str) -> Found:
    when = f"实际为{one.done_on}" if one.done_on else "至今未完成"
    words = f"“{one.project}”应于{one.due}前{what}，{when}；原因待核实。"
    content = {"contract": one.contract, "due": one.due.isoformat(), "done": str(one.done_on or "")}
    return Found(check, one.agency, kind, one.due + timedelta(days=1), (Clue(one.contract, words, content),))


# --- complaints


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint of an agency that was decided: its public id, its receipt number, when it was made; `signed_in`:
    by somebody who acts for it, with their account. Without, anybody can have typed its name."""

    uuid: str
    receipt: str
    agency: Agency
    on: date
    signed_in: bool = False


def fabricated(complaints: Iterable[Complaint]) -> list[Found]:
    """第三十三条第（九）项: a complaint that the authority found to be made up."""
    return [
        Found(
            Check.FABRICATED,
            one.agency,
            "c9",
            one.on,
            (_of_complaint(one, "经受理机关认定为捏造事实或者提供虚假材料"),),
        )
        for one in complaints
    ]


def unfounded(
    complaints: Iterable[Complaint], known: Collection[str], *, on: date, readings: Mapping[str, str] | None = None
) -> list[Found]:
    """第三十二条第（八）项: enough complaints without ground within a year, as the policy counts them.

    Those that were proposed before (their keys are `known`) count no second time.
    """
    by_agency: dict[Agency, list[Complaint]] = {}
    for one in complaints:
        if key_of(Check.UNFOUNDED, one.agency.uuid, one.uuid) not in known:
            by_agency.setdefault(one.agency, []).append(one)
    found = []
    for agency, made in by_agency.items():
        made.sort(key=lambda one: (one.on, one.uuid))
        while together := _enough(made, on, readings):
            clues = tuple(_of_complaint(one, "经受理机关认定为查无实据") for one in together)
            found.append(Found(Check.UNFOUNDED, agency, "b8", together[-1].on, clues))
            made = [one for one in made if one not in together]
    return found


def _enough(made: Sequence[Complaint], on: date, readings: Mapping[str, str] | None) -> list[Complaint]:
    """Of complaints in order of their days, the first that are too many together; [] where none are."""
    if not made:
        return []
    given = {"on": on.isoformat(), "complaints": [{"on": one.on.isoformat()} for one in made]}
    values = compute(market_unfounded_complaints, given, readings=readings).values
    if not values["too_many"]:
        return []
    fewest = int(market_unfounded_complaints.figure_table.at(on).unfounded_complaints)  # type: ignore[attr-defined]
    counted = [int(one["within_one_year"]) for one in values["complaints"]]
    last = next(i for i, number in enumerate(counted) if number >= fewest)
    # Complaints of one day count with each other: the last of that day is the last of those together.
    while last + 1 < len(made) and made[last + 1].on == made[last].on:
        last += 1
    return list(made[last + 1 - counted[last] : last + 1])


def _of_complaint(one: Complaint, outcome: str) -> Clue:
    by = "由其业务授权人登录提出" if one.signed_in else "未登录提出，是否为其所提待核实"
    words = f"{one.on}提出的投诉（编号{one.receipt}，{by}），{outcome}。"
    return Clue(one.uuid, words, {"complaint": one.uuid, "on": one.on.isoformat(), "signed_in": one.signed_in})

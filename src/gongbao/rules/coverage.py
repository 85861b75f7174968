"""clauses.yaml: each clause of a document, and what carries it or why nothing does.

    document: 许政办〔2022〕14号
    clauses:
      四（三）1: {rule: [inpatient_threshold, inpatient_aid], figure: [threshold_edge]}
      一: {none: general}
      八（五）: {none: later, note: {zh: …, en: …}}   # for which system it waits

What is named as a rule, figure, fact, check or reading must be one of a policy of the folder (a field of a record with
its list before it: visits.level), and every rule and figure must be named at the clause that it cites itself, so that
the two cannot drift apart. The same holds for the steps, clocks and letters of the folder's procedures, of which
nothing is known here: whoever asks gives them as carriers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gongbao.core.citations import normal_locator, read_number
from gongbao.rules.policy import FactSheet, Policy, PolicyError
from gongbao.rules.values import Label
from gongbao.rules.yaml_parts import YamlPart, nearest, read_yaml

CARRIERS: dict[str, Label] = {
    "rule": Label("规则", "rule"),
    "figure": Label("数额标准", "figure"),
    "fact": Label("事实", "fact"),
    "check": Label("受理条件", "check"),
    "reading": Label("理解口径", "reading"),
    "step": Label("办理环节", "step"),
    "clock": Label("办理时限", "clock"),
    "letter": Label("文书", "letter"),
    "duty": Label("任务", "duty"),
    "page": Label("页面", "page"),
}
"""The kinds of things that carry a clause."""

OF_PROCEDURES = ("step", "clock", "letter")

REASONS: dict[str, Label] = {
    "general": Label("目的、依据、原则等一般规定", "aims, grounds, principles: nothing to compute"),
    "definition": Label("用语含义", "what a word means"),
    "other_authority": Label("其他部门职责，不在此计算", "a duty of another body, not computed here"),
    "later": Label("所属系统尚未建成", "belongs to a system that is not built yet"),
    "interpretation": Label("解释权", "who interprets the document"),
    "entry_into_force": Label("施行时间和有效期", "when the document is in force"),
    "repeal": Label("废止或者替代的文件", "which documents end"),
}
"""Why nothing carries a clause."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A step, clock or letter of a procedure, and the clause that it cites; "" for none of the procedure's document."""

    kind: str
    name: str
    document: str
    clause: str


@dataclass(frozen=True, slots=True)
class ClauseEntry:
    """What clauses.yaml says of one clause: names by kind of carrier, or the reason for `none` of them ("" else)."""

    locator: str
    carried_by: dict[str, tuple[str, ...]]
    none: str
    note: Label | None
    line: int


@dataclass(frozen=True, slots=True)
class Placement:
    """A clause of the document and the entry that accounts for it.

    `how`: "named" by an entry of its own; under the entry of a clause "above"; by all the clauses "below" it, with no
    entry; or "unplaced".
    """

    locator: str
    entry: ClauseEntry | None
    how: Literal["named", "above", "below", "unplaced"]


@dataclass(frozen=True, slots=True)
class Account:
    """Every clause of a document in its order, and the entries of clauses.yaml that name none of them."""

    placements: tuple[Placement, ...]
    strangers: tuple[ClauseEntry, ...]

    @property
    def placed(self) -> list[Placement]:
        return [one for one in self.placements if one.how != "unplaced"]

    @property
    def unplaced(self) -> list[str]:
        return [one.locator for one in self.placements if one.how == "unplaced"]

    def counts(self) -> dict[str, int]:
        """How many clauses each kind of carrier, and each reason for none, accounts for.

        One that is carried by a rule and by a figure counts for both; one placed by those below it for neither.
        """
        found = dict.fromkeys([*CARRIERS, *REASONS], 0)
        for one in self.placements:
            if one.entry:
                for kind in one.entry.carried_by or [one.entry.none]:
                    found[kind] += 1
        return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """The entries of clauses.yaml by normal locator."""

    document: str
    entries: dict[str, ClauseEntry]

    def against(self, locators: Sequence[str]) -> Account:
        """Compare with the locators of the document's own clauses, in reading order.

        A clause is placed by an entry of its own; or by that of the nearest clause above, provided that no clause below
        that one is named: once some are, the entry above speaks for its own words only, so that a forgotten neighbour
        shows; or where it has clauses below and all of them are placed. Articles stand below the chapter before them.
        """
        above = _containers(locators)
        named_below = {one for key in above if key in self.entries for one in above[key]}
        entry_of = {
            key: next((self.entries[one] for one in over if one in self.entries and one not in named_below), None)
            for key, over in above.items()
        }
        entry_of |= {key: self.entries[key] for key in above if key in self.entries}
        below = {one for over in above.values() for one in over}
        # Where a clause at the end of its branch has no entry, none of those that contain it is whole.
        open_below = {one for key, over in above.items() if key not in below and not entry_of[key] for one in over}

        def placement(locator: str) -> Placement:
            key = normal_locator(locator)
            if entry := entry_of[key]:
                return Placement(locator, entry, "named" if key in self.entries else "above")
            return Placement(locator, None, "below" if key in below and key not in open_below else "unplaced")

        strangers = tuple(one for key, one in self.entries.items() if key not in above and key not in below)
        return Account(tuple(placement(one) for one in locators), strangers)


# The parts of a normal locator: one for each clause from the outermost, so that 四(三)1 is not above 四(三)12.
_WORDS = "引言|正文|结尾|通知|决定|意见|通报|公告|通告|批复|命令|令|函"
_PART = re.compile(
    rf"(?:《[^》]*》|附件\d*|专栏\d*|{_WORDS}|第[^第()]{{1,9}}?(?:条(?:之[一二三四五六七八九十]+)?|部分|[编章节款项目段])"
    r"|\([^()]*\)[项目]?|\.?\d+\)?|[〇零一二三四五六七八九十百千]+|[①-⑳]|[A-Za-z]+\)?|.)(?:\(第[^()]*处\))?"
)
_OUTER = re.compile(rf"《[^》]*》|附件\d*|{_WORDS}")
_HEADING = re.compile(r"第.*(编|部分|章|节)")
_RANK = {"编": 0, "部分": 1, "章": 2, "节": 3}


def _parts(locator: str) -> list[str]:
    # 附件1 1.1: the space is all that keeps the two numbers apart.
    return [part for piece in locator.split() for part in _PART.findall(normal_locator(piece))]


def _containers(locators: Iterable[str]) -> dict[str, list[str]]:
    """The normal locator of each clause, with those of the clauses that contain it, the nearest first."""
    found: dict[str, list[str]] = {}
    # An article is cited without its chapter; the headings that are open say in which it stands, for each annex apart.
    open_headings: dict[str, list[tuple[int, str]]] = {}
    for locator in locators:
        parts = _parts(locator)
        above = ["".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
        outer = parts[0] if _OUTER.fullmatch(parts[0]) else ""
        key = normal_locator(locator)
        headings = open_headings.setdefault(outer, [])
        if heading := _HEADING.fullmatch(parts[-1]):
            rank = _RANK[heading[1]]
            while headings and headings[-1][0] >= rank:
                headings.pop()
        if not (parts[0] == "结尾" or parts[-1] in ("引言", "正文")):
            at = len(above) - bool(outer and above)
            above[at:at] = [one for _, one in reversed(headings) if one not in above]
        if heading:
            headings.append((rank, key))
        found[key] = above
    return found


def read_clauses(path: Path, policies: Sequence[Policy], carriers: Sequence[Carrier] = ()) -> Coverage:
    """Read the clauses.yaml of a folder with these policies, and with these carriers from its procedures.

    Raises PolicyError, with file and line.
    """
    fields = read_yaml(path).fields(["document", "clauses"])
    number = read_number(fields["document"].text())
    if number is None:
        raise fields["document"].error("this is no document number; write it like 许政办〔2022〕14号")
    known = _names(policies) | {kind: {one.name for one in carriers if one.kind == kind} for kind in OF_PROCEDURES}
    entries: dict[str, ClauseEntry] = {}
    for locator, part in fields["clauses"].mapping().items():
        key = normal_locator(locator)
        if key in entries:
            raise part.error(f"{locator} stands twice, first on line {entries[key].line}")
        entries[key] = _entry(locator, part, known)
    coverage = Coverage(str(number), entries)
    for policy in policies:
        if str(read_number(policy.document)) == coverage.document:
            _check_citations(coverage, policy)
    for one in carriers:
        own = one.clause and str(read_number(one.document)) == coverage.document
        if own and (message := _missing(coverage, one.kind, one.name, one.clause)):
            raise PolicyError(message, file=str(path))
    return coverage


def _names(policies: Iterable[Policy]) -> dict[str, set[str]]:
    """What the policies declare, by kind of carrier; kinds that are declared elsewhere are left out."""
    known: dict[str, set[str]] = {kind: set() for kind in ("rule", "check", "figure", "reading", "fact")}
    for policy in policies:
        for rule in policy.rules.values():
            known["check" if rule.is_check else "rule"].add(rule.name)
        if policy.best:
            known["rule"].add(policy.best.name)
        known["figure"] |= policy.figures.declared().keys()
        known["reading"] |= policy.readings.declared().keys()
        for name, fact in policy.facts.declared().items():
            known["fact"].add(name)
            item = fact.type.item
            if item is not None and issubclass(item.python, FactSheet):
                known["fact"] |= {f"{name}.{one}" for one in item.python.declared()}
    return known


def _entry(locator: str, part: YamlPart, known: dict[str, set[str]]) -> ClauseEntry:
    fields = part.fields([], [*CARRIERS, "none", "note"])
    carried = {kind: _carriers(kind, one, known) for kind, one in fields.items() if kind in CARRIERS}
    none = fields["none"].text() if "none" in fields else ""
    if bool(none) == bool(carried):
        raise part.error(f"{locator} says what carries it, or the reason for none: one of the two")
    if none and none not in REASONS:
        raise fields["none"].error(f"{none} is no reason; take {', '.join(REASONS)}{nearest(none, REASONS)}")
    if none == "later" and "note" not in fields:
        raise part.error(f"{locator} waits for a later system; say for which in a note")
    note = fields["note"].label() if "note" in fields else None
    return ClauseEntry(locator, carried, none, note, part.line)


def _carriers(kind: str, part: YamlPart, known: dict[str, set[str]]) -> tuple[str, ...]:
    names = tuple(one.text() for one in part.items())
    for name in names:
        if kind in known and name not in known[kind]:
            of = "procedures" if kind in OF_PROCEDURES else "policies"
            raise part.error(f"{name} is no {kind} of the {of} here{nearest(name, known[kind])}")
    return names


def _check_citations(coverage: Coverage, policy: Policy) -> None:
    """That each rule and figure is named at the clause which it cites itself."""
    for rule in policy.rules.values():
        kind = "check" if rule.is_check else "rule"
        if message := _missing(coverage, kind, rule.name, rule.clause):
            raise policy.error(message, rule.line)
    if policy.best and (message := _missing(coverage, "rule", policy.best.name, policy.best.clause)):
        raise policy.error(message)
    table = policy.figure_table
    for figure in table.entries.values():
        own = not figure.document or str(read_number(figure.document)) == coverage.document
        if own and (message := _missing(coverage, "figure", figure.name, figure.clause)):
            raise PolicyError(message, file=table.file, line=figure.line)


def _missing(coverage: Coverage, kind: str, name: str, clause: str) -> str:
    entry = coverage.entries.get(normal_locator(clause))
    if entry and name in entry.carried_by.get(kind, ()):
        return ""
    return f"the {kind} {name} cites {clause}; name it there in clauses.yaml"


__all__ = ["CARRIERS", "REASONS", "Account", "Carrier", "ClauseEntry", "Coverage", "Placement", "read_clauses"]

"""The two files that show that a draw was right, and what is checked of them. No Django here, and no database.

    gongbao.draw/1         a draw that was made: the list, the shares, the public value, the order
    gongbao.draw-proof/1   for one registrant, before the draw: that it stands in the list, and then what of its share

Both are JSON; file.schema.json beside this says what of. docs/verify-a-draw.md checks the first with plain Python.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import moment
from gongbao.core.labels import Label
from gongbao.rules.facts import NotJson, parse_json
from gongbao.systems.intermediary_market.draw import draw
from gongbao.systems.intermediary_market.draw.draw import Entry, Missing, Party

FILE = "gongbao.draw/1"
PROOF = "gongbao.draw-proof/1"
LARGEST = 16 * 2**20  # bytes of a file; one of 4,096 registrants has less than 2 MiB
MOST_ENTRIES = 10_000
LONGEST_PROOF = 20  # levels
MISSING = {
    Missing.NOT_OPENED: Label("未随报价一并打开", "none was opened with the offer"),
    Missing.UNFIT: Label("与承诺不符", "what was opened does not fit the commitment"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """What the owner or the operator gave. `by_custodians` where they opened it and not the party itself."""

    party: Party
    commitment: str
    committed_at: datetime
    share: str
    opened_at: datetime
    by_custodians: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """Who took part; `share` is "" where none was opened that fits the commitment, `missing` is why it is."""

    entry: Entry
    name: str
    share: str = ""
    missing: Missing | None = None

    @property
    def said(self) -> str:
        return self.share or self.missing or ""

    @property
    def why_missing(self) -> Label | None:
        return MISSING[self.missing] if self.missing else None


@dataclass(frozen=True, slots=True)
class Excluded:
    """Who registered and did not take part; `clauses` are the grounds of 第二十二条, `reason` the owner's words."""

    agency: str
    name: str
    clauses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """An earlier draw of the same purchase, which does not count."""

    number: int
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DrawFile:
    """A draw that was made. `listed` is in the order of the leaves, `order` has the agencies as they were drawn.

    `source` and `not_before` are what the notice said of the public value: where it comes from, and the moment before
    which it does not count (None: any after the shares were opened). `shares_root` pins what `listed` has of shares; it
    is "" in files of draws that were made before there was such a root.
    """

    purchase: str
    number: int
    is_tie: bool
    source: str
    not_before: datetime | None
    root: str
    padding: str
    fixed_at: datetime
    listed: tuple[Listed, ...]
    excluded: tuple[Excluded, ...]
    shares: tuple[Share, ...]
    closed_at: datetime
    value: str
    value_from: str
    published_at: datetime
    seed: str
    order: tuple[str, ...]
    set_aside: tuple[SetAside, ...] = ()
    shares_root: str = ""

    @property
    def draw(self) -> str:
        return f"{self.purchase}/{self.number}"

    @property
    def lacks_root(self) -> bool:
        """Whether there are shares of registrants that were not pinned: a draw from before that was done."""
        return not self.shares_root and any(one.entry.commitment for one in self.listed)

    @property
    def missing(self) -> list[Listed]:
        """Those who committed to a share that does not count."""
        return [one for one in self.listed if one.entry.commitment and not one.share]

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": FILE,
            "algorithm": draw.ALGORITHM,
            "purchase": self.purchase,
            "number": self.number,
            "is_tie": self.is_tie,
            "set_aside": [{"number": one.number, "at": moment(one.at), "reason": one.reason} for one in self.set_aside],
            "source": self.source,
            "not_before": moment(self.not_before) if self.not_before else None,
            "root": self.root,
            "padding": self.padding,
            "fixed_at": moment(self.fixed_at),
            "listed": [
                {
                    "agency": one.entry.agency,
                    "name": one.name,
                    "salt": one.entry.salt,
                    "commitment": one.entry.commitment,
                    "share": one.share,
                    "missing": one.missing or "",
                }
                for one in self.listed
            ],
            "excluded": [
                {"agency": one.agency, "name": one.name, "clauses": list(one.clauses), "reason": one.reason}
                for one in self.excluded
            ],
            "shares": [
                {
                    "party": one.party.value,
                    "commitment": one.commitment,
                    "committed_at": moment(one.committed_at),
                    "share": one.share,
                    "opened_at": moment(one.opened_at),
                    "by_custodians": one.by_custodians,
                }
                for one in self.shares
            ],
            "closed_at": moment(self.closed_at),
            "shares_root": self.shares_root,
            "value": self.value,
            "value_from": self.value_from,
            "published_at": moment(self.published_at),
            "seed": self.seed,
            "order": list(self.order),
        }


@dataclass(frozen=True, slots=True)
class Pinned:
    """What was kept of a registrant's share when all were open, and where that stands in the tree of the shares."""

    share: str
    missing: Missing | None
    index: int
    beside: tuple[str, ...]
    root: str

    @property
    def why_missing(self) -> Label | None:
        return MISSING[self.missing] if self.missing else None

    def as_json(self) -> dict[str, Any]:
        return {
            "share": self.share,
            "missing": self.missing or "",
            "index": self.index,
            "beside": list(self.beside),
            "root": self.root,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What a registrant has before the draw: its entry, where its leaf stands in the tree, and what is beside it; and
    the same of its share, None before the shares are open."""

    purchase: str
    number: int
    entry: Entry
    index: int
    beside: tuple[str, ...]
    root: str
    pinned: Pinned | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": PROOF,
            "algorithm": draw.ALGORITHM,
            "purchase": self.purchase,
            "number": self.number,
            "agency": self.entry.agency,
            "salt": self.entry.salt,
            "commitment": self.entry.commitment,
            "index": self.index,
            "beside": list(self.beside),
            "root": self.root,
            "pinned": self.pinned.as_json() if self.pinned else None,
        }

    @property
    def holds(self) -> bool:
        leaf = draw.leaf(f"{self.purchase}/{self.number}", self.entry)
        return _leads_to(self.root, leaf, self.index, self.beside) and self._pinned_holds

    @property
    def _pinned_holds(self) -> bool:
        of = self.pinned
        if of is None:
            return True
        leaf = draw.share_leaf(f"{self.purchase}/{self.number}", self.entry, of.share or of.missing or "")
        return _leads_to(of.root, leaf, of.index, of.beside) and (
            draw.commitment(self.purchase, Party.REGISTRANT, of.share) == self.entry.commitment
            if of.share
            else bool(of.missing) == bool(self.entry.commitment)
        )


def _leads_to(root: str, leaf: str, index: int, beside: tuple[str, ...]) -> bool:
    return index < 1 << len(beside) and draw.root_by_proof(leaf, index, beside) == root


# --- checking


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is checked: what has to be so, and whether it is. `key` is for programs."""

    key: str
    label: Label
    holds: bool


def checks(file: DrawFile) -> list[Check]:
    """All that has to be so of a draw, in the order in which it happened."""
    entries = [one.entry for one in file.listed]
    leaves = draw.tree(file.draw, entries, file.padding)
    mine = [draw.leaf(file.draw, entry) for entry in entries]
    opened = [(at, one.share) for at, one in zip(mine, file.listed, strict=True) if one.share]
    of = {share.party: share for share in file.shares}
    both = {Party.OWNER, Party.OPERATOR} == set(of) and len(file.shares) == 2
    found = ""
    if both:
        owner, operator = of[Party.OWNER].share, of[Party.OPERATOR].share
        found = draw.seed(file.draw, file.root, owner, operator, opened, file.value)
    before = [file.fixed_at, *(share.committed_at for share in file.shares)]
    return [
        Check(
            "list",
            Label("名单与抽取前公布的树根一致", "the list is the one whose root was published before the draw"),
            mine == sorted(mine) and draw.root(leaves) == file.root,
        ),
        Check(
            "shares",
            Label("业主和运维机构打开的随机数与事先承诺一致", "owner and operator opened what they had committed to"),
            both and all(draw.commitment(file.purchase, one.party, one.share) == one.commitment for one in file.shares),
        ),
        Check(
            "registrants",
            Label("报名机构打开的随机数与随报名密封的承诺一致", "so did registrants whose shares count"),
            all(
                draw.commitment(file.purchase, Party.REGISTRANT, one.share) == one.entry.commitment
                for one in file.listed
                if one.share
            ),
        ),
        Check(
            "pinned",
            _PINNED if file.shares_root else _COMPLETE,
            _is_pinned(file),
        ),
        Check(
            "time",
            Label(
                "先承诺、定名单，后打开随机数，再后才有公开数值",
                "first commitments and list, then the shares were opened, and the public value came after",
            ),
            all(at <= share.opened_at for at in before for share in file.shares)
            and all(share.opened_at <= file.closed_at for share in file.shares)
            and file.closed_at < file.published_at
            and (file.not_before is None or file.not_before <= file.published_at),
        ),
        Check("seed", Label("种子由以上各项得出", "the seed follows from these"), found == file.seed),
        Check(
            "order",
            Label("抽取次序由种子得出", "the order follows from the seed"),
            both and tuple(draw.order(found, [entry.agency for entry in entries])) == file.order,
        ),
    ]


_PINNED = Label(
    "报名机构的随机数是否计入，与公开数值公布前已公布的树根一致",
    "which shares of registrants count is as it was pinned before the public value",
)
_COMPLETE = Label("已提交承诺的报名机构，其随机数均已计入", "every share that a registrant committed to counts")


def _is_pinned(file: DrawFile) -> bool:
    """Whether nobody left a share out, or let it count, once the public value was known.

    Files of earlier draws have no root of the shares: none may be missing there, as that could be somebody's choice.
    """
    if not file.shares_root:
        return not file.missing
    said = [(one.entry, one.said) for one in file.listed]
    told = all(bool(text) == bool(entry.commitment) for entry, text in said)
    return told and draw.root(draw.shares_tree(file.draw, said, file.padding)) == file.shares_root


# --- reading


def read(content: bytes) -> DrawFile | Proof:
    """A file as it came from anybody. Raises GongbaoError, naming the member."""
    if len(content) > LARGEST:
        raise GongbaoError(f"this is larger than any file of a draw, {LARGEST // 2**20} MiB")
    try:
        data = parse_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise GongbaoError("this is not text in UTF-8") from error
    except NotJson as wrong:
        raise GongbaoError(wrong.problem.en) from wrong
    top = _Object(data, "")
    schema = top.text("schema")
    if schema not in (FILE, PROOF):
        raise GongbaoError(f"this is a file of the kind “{schema}”; this program knows {FILE} and {PROOF}")
    if (algorithm := top.text("algorithm")) != draw.ALGORITHM:
        raise GongbaoError(f"there is no algorithm {algorithm} here, only {draw.ALGORITHM}", where="algorithm")
    return _file(top) if schema == FILE else _proof(top)


def _file(top: "_Object") -> DrawFile:
    listed = tuple(top.each("listed", _listed))
    if len({one.entry.agency for one in listed}) < len(listed):
        raise GongbaoError("an agency stands in the list twice", where="listed")
    if not listed:
        raise GongbaoError("nobody stands in the list", where="listed")
    return DrawFile(
        purchase=top.line("purchase"),
        number=top.number("number"),
        is_tie=top.yes("is_tie"),
        source=top.text("source"),
        not_before=None if top.take("not_before") is None else top.moment("not_before"),
        root=top.digits("root"),
        padding=top.digits("padding"),
        fixed_at=top.moment("fixed_at"),
        listed=listed,
        excluded=tuple(top.each("excluded", _excluded)),
        shares=tuple(top.each("shares", _share)),
        closed_at=top.moment("closed_at"),
        value=top.line("value"),
        value_from=top.text("value_from"),
        published_at=top.moment("published_at"),
        seed=top.digits("seed"),
        order=tuple(top.texts("order")),
        set_aside=tuple(top.each("set_aside", _set_aside)),
        shares_root=top.digits("shares_root", empty=True) if top.has("shares_root") else "",
    )


def _listed(one: "_Object") -> Listed:
    entry = Entry(one.line("agency"), one.digits("salt"), one.digits("commitment", empty=True))
    return Listed(
        entry, one.text("name"), one.digits("share", empty=True), _missing(one) if one.has("missing") else None
    )


def _missing(one: "_Object") -> Missing | None:
    said = one.text("missing")
    if said and said not in tuple(Missing):
        raise GongbaoError(f"this is none of {', '.join(Missing)}", where=one.place("missing"))
    return Missing(said) if said else None


def _excluded(one: "_Object") -> Excluded:
    return Excluded(one.text("agency"), one.text("name"), tuple(one.texts("clauses")), one.text("reason"))


def _share(one: "_Object") -> Share:
    party = one.text("party")
    if party not in (Party.OWNER, Party.OPERATOR):
        raise GongbaoError("shares here are of the owner and of the operator", where=one.place("party"))
    return Share(
        Party(party),
        one.digits("commitment"),
        one.moment("committed_at"),
        one.digits("share"),
        one.moment("opened_at"),
        one.yes("by_custodians"),
    )


def _set_aside(one: "_Object") -> SetAside:
    return SetAside(one.number("number"), one.moment("at"), one.text("reason"))


def _proof(top: "_Object") -> Proof:
    return Proof(
        purchase=top.line("purchase"),
        number=top.number("number"),
        entry=Entry(top.line("agency"), top.digits("salt"), top.digits("commitment", empty=True)),
        index=top.number("index"),
        beside=_beside(top),
        root=top.digits("root"),
        pinned=_pinned(top.object("pinned")) if top.has("pinned") and top.take("pinned") is not None else None,
    )


def _pinned(one: "_Object") -> Pinned:
    share, missing = one.digits("share", empty=True), _missing(one)
    return Pinned(share, missing, one.number("index"), _beside(one), one.digits("root"))


def _beside(one: "_Object") -> tuple[str, ...]:
    found = tuple(one.texts("beside"))
    if len(found) > LONGEST_PROOF or not all(map(_DIGITS.fullmatch, found)):
        place = one.place("beside")
        raise GongbaoError(f"these are not up to {LONGEST_PROOF} times 64 hexadecimal digits", where=place)
    return found


_DIGITS = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Object:
    """An object of JSON, whose members are asked for one by one; `at` is where it stands in the file."""

    value: Any
    at: str

    def __post_init__(self) -> None:
        if not isinstance(self.value, dict):
            raise GongbaoError("this is no object of JSON", where=self.at)

    def place(self, name: str) -> str:
        return f"{self.at}.{name}" if self.at else name

    def has(self, name: str) -> bool:
        """Whether it is there, where files of an earlier version lack it."""
        return name in self.value

    def object(self, name: str) -> "_Object":
        return _Object(self.take(name), self.place(name))

    def take(self, name: str) -> Any:
        if name not in self.value:
            raise GongbaoError("this is missing", where=self.place(name))
        return self.value[name]

    def text(self, name: str) -> str:
        return self._of(name, str, "a text")

    def line(self, name: str) -> str:
        found = self.text(name)
        # Half a character cannot be hashed.
        if not found or "\n" in found or any("\ud800" <= sign <= "\udfff" for sign in found):
            raise GongbaoError("this is not a text of one line", where=self.place(name))
        return found

    def digits(self, name: str, *, empty: bool = False) -> str:
        found = self.text(name)
        if not _DIGITS.fullmatch(found) and not (empty and not found):
            raise GongbaoError("these are not 64 hexadecimal digits in small letters", where=self.place(name))
        return found

    def number(self, name: str) -> int:
        found: int = self._of(name, int, "a whole number")
        if found < 0:
            raise GongbaoError("this is below zero", where=self.place(name))
        return found

    def yes(self, name: str) -> bool:
        return bool(self._of(name, bool, "true or false"))

    def moment(self, name: str) -> datetime:
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            found = None
        if found is None or found.utcoffset() is None:
            raise GongbaoError("this is no moment like 2026-03-02T01:30:00.000000Z", where=self.place(name))
        return found

    def texts(self, name: str) -> list[str]:
        found = self._list(name)
        if not all(isinstance(one, str) for one in found):
            raise GongbaoError("this is no list of texts", where=self.place(name))
        return found

    def each(self, name: str, read_one: "Callable[[_Object], Any]") -> list[Any]:
        return [read_one(_Object(one, f"{self.place(name)}[{number}]")) for number, one in enumerate(self._list(name))]

    def _list(self, name: str) -> list[Any]:
        found: list[Any] = self._of(name, list, "a list")
        if len(found) > MOST_ENTRIES:
            raise GongbaoError(f"this has more than {MOST_ENTRIES} entries", where=self.place(name))
        return found

    def _of(self, name: str, kind: type, what: str) -> Any:
        found = self.take(name)
        if type(found) is not kind:
            raise GongbaoError(f"this is not {what}", where=self.place(name))
        return found

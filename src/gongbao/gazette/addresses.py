"""Give each clause its address: a locator as a person writes it, and an eId after Akoma Ntoso's naming convention.

The grammar of both is a contract; docs/contract.md has it with examples. Both are unique in a document: a number that
is printed twice gets （第2处） and _2.
"""

from collections import Counter

from gongbao.core.numerals import int_to_chinese
from gongbao.gazette.markers import read_marker
from gongbao.gazette.model import Clause, ClauseKind, Document, Part, PartKind

ABBREVIATIONS = {
    ClauseKind.PART: "part",
    ClauseKind.CHAPTER: "chp",
    ClauseKind.SECTION: "sec",
    ClauseKind.SUBSECTION: "subsec",
    ClauseKind.ARTICLE: "art",
    ClauseKind.PARAGRAPH: "para",
    ClauseKind.SUBPARAGRAPH: "subpara",
    ClauseKind.POINT: "point",
    ClauseKind.ITEM: "item",
    ClauseKind.PREAMBLE: "preamble",
    ClauseKind.BOX: "hcontainer",
}
"""The element's abbreviation in an eId, for each kind of clause. An unnumbered paragraph outside articles is `p`."""

KIND_WORDS = ("通知", "决定", "意见", "通报", "公告", "通告", "批复", "命令", "令", "函")


def address(document: Document) -> None:
    """Set prefix, locator and eId of every part and clause of a document."""
    used: Counter[str] = Counter()
    used_eids: Counter[str] = Counter()
    principal = next(
        (part for part in document.parts if part.kind is PartKind.INSTRUMENT),
        document.parts[0] if document.parts else None,
    )
    attachments = 0
    for part in document.parts:
        if part is principal:
            part.prefix, eid = "", ""
        elif part.kind is PartKind.BODY:
            part.prefix = next((word for word in KIND_WORDS if document.title.endswith(word)), "正文")
            eid = "cover"
        else:
            attachments += 1
            part.prefix = part.label if part.kind is PartKind.ANNEX else f"《{part.title}》"
            eid = f"att_{attachments}"
        _Addresser(part, eid, used, used_eids).run()


class _Addresser:
    def __init__(self, part: Part, eid: str, used: Counter[str], used_eids: Counter[str]) -> None:
        self.part = part
        self.eid = eid
        self.used = used
        self.used_eids = used_eids
        numbers = Counter((clause.kind, clause.number) for clause in part.walk() if clause.number)
        # 第三条 stands for itself where no other chapter has one.
        self.single = {key for key, count in numbers.items() if count == 1}
        self.numbered = bool(numbers)
        kinds = Counter(kind for kind, _ in numbers)
        articles = [count for (kind, _), count in numbers.items() if kind is ClauseKind.ARTICLE]
        self.articles_restart = bool(articles) and sum(count > 1 for count in articles) * 2 > kinds[ClauseKind.ARTICLE]

    def run(self) -> None:
        alone = len(self.part.clauses) == 1 and self.part.clauses[0].kind is ClauseKind.PREAMBLE and self.part.prefix
        unnumbered = 0
        for clause in self.part.clauses:
            unnumbered += not clause.number and clause.kind is not ClauseKind.PREAMBLE
            if alone:
                self._set(clause, self.part.prefix, _below(self.eid, "preamble"), ())
            else:
                self._one(clause, "", self.eid, unnumbered, ())

    def _one(self, clause: Clause, above: str, above_eid: str, place: int, parents: tuple[Clause, ...]) -> None:
        locator, eid = self._own(clause, above, above_eid, place, parents)
        prefix = self.part.prefix
        whole = locator if above else f"{prefix}{' ' if prefix and not prefix.endswith('》') else ''}{locator}"
        self._set(clause, whole, eid, parents)

    def _set(self, clause: Clause, locator: str, eid: str, parents: tuple[Clause, ...]) -> None:
        self.used[locator] += 1
        if self.used[locator] > 1:
            locator += f"（第{self.used[locator]}处）"
        self.used_eids[eid] += 1
        if self.used_eids[eid] > 1:
            eid += f"_{self.used_eids[eid]}"
        clause.locator, clause.eid = locator, eid
        unnumbered = 0
        for child in clause.children:
            unnumbered += not child.number
            self._one(child, locator, eid, unnumbered, (*parents, clause))

    def _own(
        self, clause: Clause, above: str, above_eid: str, place: int, parents: tuple[Clause, ...]
    ) -> tuple[str, str]:
        name = ABBREVIATIONS[clause.kind]
        number = clause.number
        parent = parents[-1] if parents else None
        article = any(one.kind is ClauseKind.ARTICLE for one in parents)
        # 款 stand directly below the article, 项 below it or below a 款, 目 below a 项.
        below_article = parent is not None and parent.kind is ClauseKind.ARTICLE
        below_paragraph = article and parent is not None and parent.kind is ClauseKind.PARAGRAPH and not parent.number
        if clause.kind is ClauseKind.PREAMBLE:
            return "引言" if self.numbered else "正文", _below(above_eid, name)
        if clause.kind is ClauseKind.BOX:
            figure = number.removeprefix("专栏")
            locator = number or clause.heading
            if (clause.kind, number) not in self.single:
                locator = above + locator
            return self._prefixed(locator, above), _below(above_eid, f"{name}_{figure}" if figure else name)
        if not number:
            if below_article:
                return f"{above}第{int_to_chinese(place) if place < 10000 else place}款", _below(
                    above_eid, f"{name}_{place}"
                )
            return f"{above or '结尾'}第{place}段", _below(above_eid, f"p_{place}")
        mark = read_marker(number + " 文")  # a bare 2 is a mark only before words
        figure = str(place) if mark is None else f"{mark.number}-{mark.inserted}" if mark.inserted else str(mark.number)
        if clause.kind is ClauseKind.ARTICLE:
            if self.articles_restart:
                return above + number, _below(above_eid, f"{name}_{figure}")
            return self._prefixed(number, above), _below(self.eid, f"{name}_{figure}")
        if clause.kind in (ClauseKind.PART, ClauseKind.CHAPTER):
            alone = (clause.kind, number) in self.single
            return (self._prefixed(number, above) if alone else above + number), _below(above_eid, f"{name}_{figure}")
        if number.startswith("第"):
            return above + number, _below(above_eid, f"{name}_{figure}")
        if "." in number.rstrip("."):
            return self._prefixed(number, above), _below(above_eid, f"{name}_{figure}")
        bare = number.rstrip("、.")
        if clause.kind is ClauseKind.SUBPARAGRAPH and (below_article or below_paragraph):
            return f"{above}第{bare}项", _below(above_eid, f"{name}_{figure}")
        if clause.kind is ClauseKind.POINT and article:
            return f"{above}第{bare}目", _below(above_eid, f"{name}_{figure}")
        if above[-1:].isdecimal() and bare[:1].isdecimal():
            # 2.1 and 1 would read 2.11.
            return f"{above}第{bare}项", _below(above_eid, f"{name}_{figure}")
        return above + bare, _below(above_eid, f"{name}_{figure}")

    def _prefixed(self, locator: str, above: str) -> str:
        """A locator that needs nothing above it but the part's own prefix."""
        prefix = self.part.prefix
        return f"{prefix}{'' if prefix.endswith('》') else ' '}{locator}" if above and prefix else locator


def _below(above: str, own: str) -> str:
    return f"{above}__{own}" if above else own

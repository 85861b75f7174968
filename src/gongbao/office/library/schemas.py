"""The objects of docs/contract.md as the description of the API declares them.

The objects themselves are made by contract.py and go out as they are; tests hold what is declared here against the page
and against every answer.
"""

import datetime as dt
from typing import Literal

from gongbao.gazette.deadlines import DeadlineKind, Every, Relation, YearFrom
from gongbao.gazette.findings import FindingKind, Severity
from gongbao.gazette.indicators import Change, Comparison, TargetYear
from gongbao.gazette.model import ClauseKind, DocumentKind, PartKind, ReferenceKind
from gongbao.gazette.tables import Kind as CellType
from gongbao.office.api import Listed, Thing, Top, told
from gongbao.office.library.queries import GroundKind, Status

Scope = Literal["whole", "partial", ""]


class Annex(Thing):
    """An annex, printed or only announced."""

    label: str = told("附件1; 附件 where it has no number")
    title: str = told("its title")
    present: bool = told("whether the file prints it")


class Repeal(Thing):
    """What a document repeals."""

    number: str = told('number of the repealed document; "" where it is named by title only')
    title: str = told('title of the repealed document, without 《 》; "" where it is named by number only')
    scope: Scope = told("whether the whole document is repealed")
    provisions: list[str] = told("what is repealed of it: clauses, or one of several instruments; [] for the whole")


class Document(Top):
    """A document, as a list has it."""

    key: str = told("the name of the document in the library")
    number: str = told('the document number (文号) in its normal form; "" where none is printed')
    title: str = told("the title in one line")
    issuer: str = told("the issuing body; several are separated by a space")
    addressees: str = told("whom it is addressed to (主送机关), without the colon")
    date: dt.date | None = told("the date of the signature")
    kind: DocumentKind = told("told by the last word of the title")
    gazette: str = told('title of the issue that printed this revision; "" for a document by itself')
    in_force_from: dt.date | None = told("first day in force")
    in_force_until: dt.date | None = told("last day in force, that day included; null while no end is known")
    status: Status = told("its status on the day status_on")
    status_on: dt.date = told("the day asked for, otherwise today")
    articles: int = told("how many 条 it has, in all its parts")
    instruments: list[str] = told("titles of what the document issues (印发), in order")
    annexes: list[Annex] = told("annexes, those announced at the foot of the text and those printed, in order")
    repeals: list[Repeal] = told("what this document repeals, in reading order")
    revision: int = told("the revision that is shown, counted from 1")


class Clause(Thing):
    """A clause with all below it."""

    locator: str = told("the address of the clause in its document as a person writes it; unique in the document")
    eid: str = told("its address after Akoma Ntoso's naming convention; unique in the document")
    kind: ClauseKind = told("its level")
    number: str = told('the number as it is printed: 第三十六条, （一）, 2.1; "" for an unnumbered paragraph')
    heading: str = told("its title or run-in heading")
    own_text: str = told("its own words, without number, heading and what stands below")
    text: str = told("the clause with number, heading and all below it, a line for each paragraph")
    children: list["Clause"] = told("what stands directly below, in reading order")


class Part(Thing):
    """The covering text, an instrument or an annex."""

    kind: PartKind = told("which of these it is")
    label: str = told('附件1; "" where none is printed')
    title: str = told('title of the part; "" for a covering text')
    prefix: str = told("what stands before the locators of its clauses")
    clauses: list[Clause] = told("its clauses in reading order")


class Reference(Thing):
    """A document that is named."""

    kind: ReferenceKind = told("what is said of the document named")
    number: str = told(
        'its number in normal form, or as it stands where it has none; "" where it is named by title only'
    )
    title: str = told('its title without 《 》; "" where it is named by number only')
    scope: Scope = told('for a repeal or an amendment; "" for a citation')
    provisions: list[str] = told("the clauses or instruments of it that are meant")
    locator: str = told('the clause that names it; "" where none was found')
    eid: str = told("the eId of that clause")
    document: str | None = told("key of the document named, if it is in the library")


class Citing(Thing):
    """A document that names this one."""

    document: str = told("key of the document")
    title: str = told("its title")
    kind: ReferenceKind = told("what it says of this one")
    scope: Scope = told('for a repeal or an amendment; "" for a citation')
    provisions: list[str] = told("the clauses or instruments of this one that are meant")
    locator: str = told("the clause that names this one")
    eid: str = told("the eId of that clause")


class Revision(Thing):
    """The text of a document as one file has it."""

    revision: int = told("counted from 1")
    title: str = told("the title in that revision")
    date: dt.date | None = told("the date in that revision")
    file: str = told("name of the file it was read from")
    sha256: str = told("SHA-256 of the file, in hexadecimal")
    received_at: dt.datetime = told("when the file was read")


class WholeDocument(Document):
    """A document with all its clauses, what it refers to and what refers to it."""

    first_line: int = told("first line of the document in the raw text of its file, counted from 1")
    last_line: int = told("last line")
    parts: list[Part] = told("covering text, instruments and annexes that are printed, in order")
    references: list[Reference] = told("the documents that it names, in reading order")
    cited_by: list[Citing] = told("the documents of the library that name this one, by their date")
    revisions: list[Revision] = told("all revisions, the first first")


class CitedClause(Top, Clause):
    """A clause by itself, with its citation."""

    document: str = told("key of the document")
    title: str = told("its title")
    revision: int = told("the revision that the words are from, counted from 1")
    citation: str = told("the citation as it is best written: 许政办〔2022〕27号 第三十六条")


class Ground(Thing):
    """One thing that a status rests on."""

    kind: GroundKind = told("what is said")
    document: str = told("key of the document that says so: this one, or the one that repeals it")
    title: str = told("the title of that document")
    locator: str = told('the clause that says so; "" where the date of the document stands for it')
    eid: str = told("the eId of that clause")
    day: dt.date | None = told("for a commencement or a repeal the first day of it, for a term the last day in force")
    scope: Scope = told('for a repeal: whether all of this document is repealed; otherwise ""')
    provisions: list[str] = told("for a repeal: what of this document is repealed")


class Standing(Top):
    """The status of a document on a day and what it rests on."""

    document: str = told("key of the document")
    title: str = told("its title")
    revision: int = told("the current revision")
    on: dt.date = told("the day asked for, otherwise today")
    status: Status = told("its status on that day")
    in_force_from: dt.date | None = told("first day in force")
    in_force_until: dt.date | None = told("last day in force, that day included")
    grounds: list[Ground] = told("what the status rests on, what decides it first")


class Column(Thing):
    """A column of a table."""

    type: CellType = told("what its cells are")
    unit: str = told('the unit of its figures; "" where none is printed')


class StatedFigure(Thing):
    """A figure that a label states."""

    value: str = told("a decimal")
    unit: str = told("its unit")


class TableTotal(Thing):
    """A total that is printed."""

    label: str = told("合计")
    values: dict[str, str | None] = told("name of the column → figure, for the cells that say something")
    first_row: int = told("the first row that it sums, counted from 0")
    row_count: int = told("how many rows it sums")
    groups: list[str] = told("the group that it is the total of; [] for the whole table")
    spans: list[list[str]] = told("the columns that one printed figure may be that of together")
    line: int | None = told("its line in the file")
    moved: bool = told("whether it was printed shifted by a column")


class TableGroup(Thing):
    """A label that stands over rows."""

    label: str = told("the words of the label")
    column: str = told('the column in which it is printed as a merged cell; "" for a row of its own')
    level: int = told("0 for the widest")
    first_row: int = told("the first row below it, counted from 0")
    row_count: int = told("how many rows stand below it")
    stated: list[StatedFigure] = told("the figures that the label states")
    line: int | None = told("its line in the file")


class TableRowNote(Thing):
    """What is to be said of a row."""

    line: int | None = told("its line in the file")
    groups: list[str] = told("the labels that it stands below, the widest first")
    filled: list[str] = told("columns whose value is printed in the merged cell above")
    moved: bool = told("whether it was printed shifted by a column")
    printed: dict[str, str | None] = told("name of the column → the words as printed, where they differ from the value")
    not_of_type: list[str] = told("columns whose cell holds words that are not of the type of the column")


class Table(Top):
    """A table of a document."""

    document: str = told("key of the document")
    revision: int = told("the revision that it is of, counted from 1")
    title: str = told('its caption, or the heading it stands below; "" where there is none')
    unit: str = told('the unit that is printed for all of it: 万元; "" where none is')
    columns: list[str] = told("the names of the columns, each once; a head of several rows is A / B")
    rows: list[dict[str, str | None]] = told("a row each: name of the column → what the cell says")
    totals: list[TableTotal] = told("the totals that are printed, which are not among the rows")
    types: dict[str, Column] = told("name of the column → its type, one of cell types, and its unit")
    groups: list[TableGroup] = told("labels that stand over rows")
    row_notes: list[TableRowNote] = told("about each row, in the order of rows")
    notes: list[str] = told("remarks that are printed with the table")
    clause: str = told("eId of the clause that holds it")
    locator: str = told("locator of that clause")
    line: int = told("its first line in the file")
    last_line: int | None = told("its last line in the file")
    first_row: int = told("the place of the first of rows in the table, counted from 0")
    row_count: int = told("how many rows the table has; rows may hold fewer")


class Deadline(Thing):
    """By when."""

    kind: DeadlineKind = told("how it is told")
    relation: Relation = told("how the time bounds what is to be done")
    words: str = told("as it is printed")
    start: int = told("where the words begin in the passage that was read")
    end: int = told("where they end")
    date: dt.date | None = told("the day, of a fixed date")
    year_from: YearFrom | None = told("where the year of a fixed date comes from")
    year: int | None = told("year of a fixed date, or of an event")
    month: int | None = told("month as printed: of the year, or of the quarter (1 to 3)")
    day: int | None = told("day as printed: of the month, or of the week (1 to 7)")
    time: str = told('time of the day, 16:00; "" where none is printed')
    every: Every | None = told("how often it recurs")
    last_day: bool = told("whether the last day of the period is meant (月底)")
    next_period: bool = told("whether the next period is meant (次月)")
    number: int | None = told("how many working days, days, months, years or hours")
    least: int | None = told("the lower end of a range (12至24个月)")
    minutes: int | None = told("a number of hours in minutes, for half hours too")
    event: str = told('what it is counted from or tied to; "" where that is not said')


class Duty(Top):
    """Who must do what by when."""

    document: str = told("key of the document")
    title: str = told("its title")
    clause: str = told("locator of the clause")
    eid: str = told("eId of the clause")
    line: int = told("its line in the file")
    lead: list[str] = told("the units that do it or answer for it; [] where none is named")
    support: list[str] = told("the units that help")
    others: bool = told("whether the text adds 等: units that it does not name")
    duty: str = told("the task in the words of the document, with …… for what was left out")
    deadline: Deadline | None = told("by when; null where nothing is said")
    quote: str = told("the passage letter by letter")


class Indicator(Top):
    """A quantified target."""

    document: str = told("key of the document")
    title: str = told("its title")
    clause: str = told("locator of the clause")
    eid: str = told("eId of the clause")
    line: int = told("its line in the file")
    name: str = told("what is to reach the figure")
    comparison: Comparison = told("how")
    change: Change = told("whether the figure is a change of the quantity")
    value: str = told("a decimal, as printed")
    high: str = told('the upper end of a range; "" where there is none')
    unit: str = told('what is printed behind the figure; "" where nothing is')
    year: int | None = told("the year by whose end it is meant")
    year_from: TargetYear = told("where the year is named")
    units: list[str] = told("who answers for it")
    quote: str = told("the passage letter by letter")


class Place(Thing):
    """Words of the file that show a finding."""

    line: int = told("line of the file")
    quote: str = told("words of the manuscript")


class Finding(Top):
    """Where a document contradicts itself, or may be wrong."""

    document: str = told('number of the document, its title where it has none; "" for the issue itself')
    line: int = told("the line of the file where it is to be mended, counted from 1")
    kind: FindingKind = told("what is wrong")
    severity: Severity = told("how sure that is")
    message: str = told("what is wrong, in one sentence, in Chinese")
    message_en: str = told("the same in English")
    evidence: str = told("the words that show it; those of several places with … between them")
    places: list[Place] = told("the places that show it; the first is the one to be mended")
    clause: str = told('locator of the clause; "" where it is in none')
    eid: str = told("eId of that clause")


class Documents(Listed):
    """A page of a list."""

    items: list[Document] = told("what stands on this page, in the order of the list")


class Tables(Listed):
    """A page of a list."""

    items: list[Table] = told("what stands on this page, in the order of the list")


class Duties(Listed):
    """A page of a list."""

    items: list[Duty] = told("what stands on this page, in the order of the list")


class Indicators(Listed):
    """A page of a list."""

    items: list[Indicator] = told("what stands on this page, in the order of the list")


class Findings(Listed):
    """A page of a list."""

    items: list[Finding] = told("what stands on this page, in the order of the list")

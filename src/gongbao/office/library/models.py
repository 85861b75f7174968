"""What the library keeps. Written by actions.py only; read by queries.py for whoever shows it.

Long texts stand last in their tables, so that a look at the short columns does not read through them.
The meaning of the fields is that of `gongbao.gazette.model`, where they have the same names.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongbao.core.citations import Citation
from gongbao.gazette import model as reading
from gongbao.office.kept import KeptModel
from gongbao.office.library.keys import KEY_LENGTH

# Lengths that the reader of gazettes stays below by far; a file that does not is refused in words (see actions.py).
NUMBER_LENGTH = 100
EID_LENGTH = 500


class Source(KeptModel):
    """One file as it was received. `gazette_title` is "" for a file that is a single document."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.TextField()
    media_type = models.CharField(max_length=100)
    encoding = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField(help_text="bytes")
    gazette_title = models.TextField(blank=True, default="")
    publisher = models.TextField(blank=True, default="")
    year = models.PositiveIntegerField(null=True, blank=True)
    issue = models.PositiveIntegerField(null=True, blank=True)
    received_at = models.DateTimeField()
    stored_as = models.CharField(max_length=200, blank=True, default="", help_text="path under the folder of files")
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    notes = models.TextField(blank=True, default="", help_text="what the file holds that is not in its text; lines")
    checked_by = models.PositiveIntegerField(default=0, help_text="CHECKS that the findings in it are of")
    raw_text = models.TextField()
    text = models.TextField()

    class Meta(KeptModel.Meta):
        ordering = ["id"]
        permissions = [("add_gazette", _("May read gazettes into the library"))]

    def __str__(self) -> str:
        return self.gazette_title or self.name


class Cleaning(KeptModel):
    """One thing that cleaning altered in a source: `before` stood at offset `start` of its raw text."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="cleanings", db_index=False)
    start = models.PositiveBigIntegerField()
    line = models.PositiveIntegerField()
    reason = models.TextField()
    before = models.TextField()
    after = models.TextField()

    class Meta(KeptModel.Meta):
        ordering = ["start", "id"]
        indexes = [models.Index(fields=["source", "start"], name="cleaning_place")]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class Document(KeptModel):
    """The work itself. What may change about it stands in its revisions, of which `current` is the one that counts.

    `series`, `year` and `serial` are the number taken apart, for sorting: 许政办, 2022, 27.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    number = models.CharField(max_length=NUMBER_LENGTH, blank=True, default="", db_index=True)
    series = models.CharField(max_length=NUMBER_LENGTH, blank=True, default="")
    year = models.PositiveIntegerField(default=0)
    serial = models.PositiveIntegerField(default=0)
    current = models.OneToOneField(
        "Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="current_of"
    )

    class Meta(KeptModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.key

    @property
    def shown(self) -> "Revision":
        """The current revision; every document has one as soon as the action that made it is done."""
        assert self.current is not None
        return self.current


class Revision(KeptModel):
    """A document as one source printed it. `sequence` counts from 1; `digest` is the SHA-256 of `text`."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="revisions")
    sequence = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    date = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=20)
    gazette = models.TextField(blank=True, default="")
    first_line = models.PositiveIntegerField()
    last_line = models.PositiveIntegerField()
    in_force_from = models.DateField(null=True, blank=True)
    in_force_until = models.DateField(null=True, blank=True)
    from_clause = models.CharField(max_length=EID_LENGTH, blank=True, default="", help_text="eId")
    until_clause = models.CharField(max_length=EID_LENGTH, blank=True, default="", help_text="eId")
    articles = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    title_key = models.CharField(max_length=KEY_LENGTH, db_index=True)
    title = models.TextField()
    derived_by = models.PositiveIntegerField(default=0, help_text="DERIVATION that the rows derived from it are of")
    issuer = models.TextField(blank=True, default="")
    addressees = models.TextField(blank=True, default="")
    text = models.TextField()
    # What a visitor may search; null where the text holds no personal data.
    masked_text = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta(KeptModel.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["document", "sequence"], name="one_revision_per_sequence")]
        indexes = [
            models.Index(fields=["date"], name="revision_date"),
            models.Index(fields=["derived_by"], name="revision_derived_by"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.sequence})"


class Printing(KeptModel):
    """That a source holds a document, as which revision, and where: also when the text was known before."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="printings", db_index=False)
    order = models.PositiveIntegerField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="printings")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="printings")
    first_line = models.PositiveIntegerField()
    last_line = models.PositiveIntegerField()

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["source", "order"], name="one_printing_per_place")]

    def __str__(self) -> str:
        return f"{self.first_line}-{self.last_line}"


class ContentsLine(KeptModel):
    """A line of a source's table of contents, and the document it announces, if that was found."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="contents", db_index=False)
    order = models.PositiveIntegerField()
    page = models.PositiveIntegerField(null=True, blank=True)
    line = models.PositiveIntegerField()
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="contents_lines"
    )
    same_title = models.BooleanField(help_text="false where the document is printed under a title a little different")
    title = models.TextField()

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["source", "order"], name="one_contents_line_per_place")]

    def __str__(self) -> str:
        return self.title


class Part(KeptModel):
    """The covering text, an instrument or an annex of a revision."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="parts", db_index=False)
    order = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    line = models.PositiveIntegerField()
    title_key = models.CharField(max_length=KEY_LENGTH, db_index=True)
    label = models.TextField(blank=True, default="")
    title = models.TextField(blank=True, default="")
    prefix = models.TextField(blank=True, default="")

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["revision", "order"], name="one_part_per_place")]

    def __str__(self) -> str:
        return self.title or self.label or self.kind


class Annex(KeptModel):
    """An annex that a revision announces or holds; `present` is false where the source does not print it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="annexes", db_index=False)
    order = models.PositiveIntegerField()
    present = models.BooleanField()
    label = models.TextField(blank=True, default="")
    title = models.TextField(blank=True, default="")

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        verbose_name_plural = "annexes"
        constraints = [models.UniqueConstraint(fields=["revision", "order"], name="one_annex_per_place")]

    def __str__(self) -> str:
        return f"{self.label} {self.title}".strip()


class Clause(KeptModel):
    """A clause of a revision.

    `order` is its place in reading order in the document and `last` that of the last clause below it (its own where
    there is none), so that a clause and all below it are one stretch of the table. `depth` is 0 at the top of a part.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="clauses", db_index=False)
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="clauses", db_index=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", db_index=False
    )
    order = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    depth = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    eid = models.CharField(max_length=EID_LENGTH)
    locator_key = models.CharField(max_length=KEY_LENGTH)
    locator = models.TextField()
    number = models.TextField(blank=True, default="")
    heading = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "order"], name="one_clause_per_place"),
            models.UniqueConstraint(fields=["revision", "eid"], name="one_clause_per_eid"),
        ]
        indexes = [models.Index(fields=["revision", "locator_key"], name="clause_locator")]

    def __str__(self) -> str:
        return self.locator

    def own_words(self) -> str:
        """Number, heading and text as they are read, without what stands below."""
        return self.as_read().own_words()

    def as_read(self) -> reading.Clause:
        """The same clause as a plain value, without what stands below."""
        return reading.Clause(
            kind=reading.ClauseKind(self.kind),
            number=self.number,
            heading=self.heading,
            text=self.text,
            line=self.line,
            locator=self.locator,
            eid=self.eid,
        )

    def citation(self, document: Document) -> str:
        """As a person cites it: 许政办〔2022〕27号 第三十六条."""
        return str(Citation(document.key, self.locator))


class Reference(KeptModel):
    """That a clause of a revision names another document. Which one is derived, in queries.py: it may come later.

    `number` is in normal form. `title_key` is what the document is looked up by where there is no number, and "" where
    there is one, which says it better. `eid` is "" where no clause was found.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="references")
    clause = models.ForeignKey(
        Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="references", db_index=False
    )
    order = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    scope = models.CharField(max_length=10, blank=True, default="")
    number = models.CharField(max_length=NUMBER_LENGTH, blank=True, default="")
    title_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    eid = models.CharField(max_length=EID_LENGTH, blank=True, default="")
    title = models.TextField(blank=True, default="")
    provisions = models.JSONField(default=list, blank=True, help_text="list of strings")

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        indexes = [
            models.Index(fields=["kind"], name="reference_kind"),
            models.Index(fields=["number", "kind"], name="reference_number"),
            models.Index(fields=["title_key", "kind"], name="reference_title"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.title}"


# --- what is derived from the text of a revision: a cache, made again when the reader of gazettes learns more


class PersonalMark(KeptModel):
    """A piece of personal data in a revision (gongbao.gazette.personal.Mark): what a visitor sees masked."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="personal_marks")
    kind = models.CharField(max_length=20)
    value = models.TextField()

    class Meta(KeptModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        # Such a record may be printed in a log or an error; its value may not.
        return self.kind


class Duty(KeptModel):
    """One thing that somebody must do (gongbao.gazette.duties.Duty).

    `deadline` is gongbao.gazette.deadlines.Deadline as a dictionary; its kind, and the day of one that has a fixed
    day, stand beside it, to be sought by.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="duties", db_index=False)
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="duties", db_index=False)
    order = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    others = models.BooleanField()
    deadline_kind = models.CharField(max_length=20, blank=True, default="")
    due = models.DateField(null=True, blank=True)
    lead = models.JSONField(default=list, blank=True, help_text="list of strings")
    support = models.JSONField(default=list, blank=True, help_text="list of strings")
    deadline = models.JSONField(null=True, blank=True)
    duty = models.TextField()
    quote = models.TextField()

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        verbose_name_plural = "duties"
        constraints = [models.UniqueConstraint(fields=["revision", "order"], name="one_duty_per_place")]
        indexes = [
            # With the revision, so that rows are counted, and those of old revisions left out, without being read.
            models.Index(fields=["due", "revision"], name="duty_due"),
            models.Index(fields=["deadline_kind", "revision"], name="duty_deadline_kind"),
        ]

    def __str__(self) -> str:
        return f"duty {self.order}"


class DutyUnit(KeptModel):
    """That a unit leads, or supports, in a duty: the lists of the duty once more, to be sought by."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=KEY_LENGTH, db_index=True)
    leads = models.BooleanField()

    class Meta(KeptModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Indicator(KeptModel):
    """One quantified target (gongbao.gazette.indicators.Indicator)."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="indicators", db_index=False)
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="indicators", db_index=False)
    order = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    comparison = models.CharField(max_length=10)
    change = models.CharField(max_length=10, blank=True, default="")
    year = models.PositiveIntegerField(null=True, blank=True)
    year_from = models.CharField(max_length=10, blank=True, default="")
    value = models.CharField(max_length=40, help_text="a decimal, as printed")
    high = models.CharField(max_length=40, blank=True, default="", help_text="the upper end of a range")
    unit = models.CharField(max_length=40, blank=True, default="")
    name = models.TextField()
    units = models.JSONField(default=list, blank=True, help_text="list of strings: who answers for it")
    quote = models.TextField()
    # By what a visitor finds it; null where the name holds no personal data.
    masked_name = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["revision", "order"], name="one_indicator_per_place")]
        indexes = [models.Index(fields=["year"], name="indicator_year")]

    def __str__(self) -> str:
        return self.name


class IndicatorUnit(KeptModel):
    """That a unit answers for an indicator: the list of the indicator once more, to be sought by."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="sought_units")
    name = models.CharField(max_length=KEY_LENGTH)

    class Meta(KeptModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class DocumentTable(KeptModel):
    """A table of a revision (gongbao.gazette.tables.Table) without its rows; `order` is its place, from 0."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="tables", db_index=False)
    order = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    head = models.JSONField(help_text="gongbao.gazette.tables.pieces.plain_head")

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["revision", "order"], name="one_table_per_place")]

    def __str__(self) -> str:
        return f"table {self.order}"


class TableRows(KeptModel):
    """A piece of a table: some of its rows, so that a page of a long one is read without the others."""

    table = models.ForeignKey(DocumentTable, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    first_row = models.PositiveIntegerField()
    rows = models.JSONField(help_text="gongbao.gazette.tables.pieces.plain_rows")

    class Meta(KeptModel.Meta):
        ordering = ["first_row"]
        verbose_name_plural = "table rows"
        constraints = [models.UniqueConstraint(fields=["table", "first_row"], name="one_piece_per_place")]

    def __str__(self) -> str:
        return f"rows from {self.first_row}"


class Finding(KeptModel):
    """One thing that a check of the source tells an editor (gongbao.gazette.findings.Finding).

    `revision` is the one it stands in, null for the issue itself (its table of contents). `places` are objects with
    line and quote.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="findings", db_index=False)
    revision = models.ForeignKey(Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    clause = models.ForeignKey(
        Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="findings", db_index=False
    )
    order = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, db_index=True)
    severity = models.CharField(max_length=10)
    document = models.TextField(blank=True, default="")
    message = models.TextField()
    message_en = models.TextField()
    places = models.JSONField(default=list, blank=True)

    class Meta(KeptModel.Meta):
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["source", "order"], name="one_finding_per_place")]

    def __str__(self) -> str:
        return f"{self.kind}, line {self.line}"


class SearchEntry(KeptModel):
    """That the search index holds words of a revision (see search.py): a row of it that has no entry is not found.

    The words of a revision without personal data are one entry for all. One with personal data has two: what a visitor
    sees, and what stands there.
    """

    class Part(models.IntegerChoices):
        TITLE = 0
        TEXT = 1
        MASKED = 2
        UNMASKED = 3

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="search_entries")
    part = models.PositiveSmallIntegerField(choices=Part)

    class Meta(KeptModel.Meta):
        ordering = ["id"]
        verbose_name_plural = "search entries"

    def __str__(self) -> str:
        return f"{self.revision_id} {self.part}"


# --- feeds


class Feed(KeptModel):
    """A calendar of duties at an address that only those know who were given it, until it is revoked.

    Kept is the SHA-256 of the token in the address, not the token: who reads the database cannot use it. `unit` is
    the unit whose duties it holds; "" for all.
    """

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=KEY_LENGTH)
    unit = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(KeptModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

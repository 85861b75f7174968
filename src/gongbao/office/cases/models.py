"""What is kept of cases. Written by actions.py only."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import KeptModel, RegulatedModel
from gongbao.office.people.models import Unit


class Case(RegulatedModel):
    """A case under a procedure.

    `receipt` is what whoever brought it is given, with a secret of which only a digest is kept. `barred` are the keys
    of units that may neither handle nor see it, those below them included. `salt` goes into the digests of what is
    personal, and is emptied when that is erased.

    From `events_count` on all are caches: the events give them. `due` is the first of the last days of its clocks,
    `due_at` the moment from which it is overdue, both null while nothing runs: a time that only has to pass has a last
    day and is never overdue. `look_at` is when the worker has something to do in it; `late` are the keys of the clocks
    for which what they waited for was done too late.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt = models.CharField(max_length=20, unique=True)
    secret_digest = models.CharField(max_length=64)
    procedure = models.CharField(max_length=64)
    procedure_digest = models.CharField(max_length=64)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")
    assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    barred = models.JSONField(default=list, blank=True)
    salt = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    events_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=64)
    due = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    provisional = models.BooleanField(default=False)
    over = models.BooleanField(default=False)
    late = models.JSONField(default=list, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit", "over", "due", "id"], name="case_of_unit"),
            models.Index(fields=["assigned", "over", "due", "id"], name="case_of_account"),
            models.Index(fields=["look_at"], name="case_look_at", condition=models.Q(over=False)),
            models.Index(fields=["procedure", "unit", "opened_at"], name="case_counted"),
            models.Index(fields=["unit", "over", "closed_at"], name="case_closed"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"case:{self.uuid}"


class CaseEvent(RegulatedModel):
    """What happened in a case; see gongbao.procedures.run.Event. `values` has what is not personal.

    `account` took the step (null: the program, or a party by its secret), in the unit `unit_key`; `for_account` is whom
    it stood in for. `counter`: for a party that stood at the counter, the proof of authority that was seen.
    """

    append_only = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=64)
    at = models.DateTimeField()
    on = models.DateField()
    role = models.CharField(max_length=64)
    values = models.JSONField(default=dict)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="case_events"
    )
    for_account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_key = models.CharField(max_length=64, blank=True, default="")
    counter = models.JSONField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_event_of_a_number")]
        # What an auditor counts: how often a step was taken in a year.
        indexes = [models.Index(fields=["step", "at"], name="event_of_step")]

    def __str__(self) -> str:
        return f"{self.number} {self.step}"


class PersonalValues(RegulatedModel):
    """What is personal of what was given in an event. The row goes when it is erased."""

    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, related_name="personal")
    values = models.JSONField()

    class Meta(RegulatedModel.Meta):
        verbose_name_plural = "personal values"

    def __str__(self) -> str:
        return f"of {self.event_id}"


class Attachment(RegulatedModel):
    """A file of a case; its bytes lie under its uuid. `erased` ones have neither bytes nor name any more."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    field = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    personal = models.BooleanField(default=True)
    at = models.DateTimeField()
    erased = models.BooleanField(default=False)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)


class CaseLetter(RegulatedModel):
    """A letter that a step made, with its number: the `serial`-th of the year of its unit and kind."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, related_name="letter")
    key = models.CharField(max_length=64)
    procedure = models.CharField(max_length=64)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveIntegerField()
    serial = models.PositiveIntegerField()

    class Meta(RegulatedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "key", "unit", "year", "serial"], name="one_letter_of_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.year}-{self.serial}"


# --- signatures


class ProposalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("state of a proposal", "Being signed")
    DONE = "done", pgettext_lazy("state of a proposal", "Signed")
    RETURNED = "returned", pgettext_lazy("state of a proposal", "Returned")
    TAKEN_BACK = "taken_back", pgettext_lazy("state of a proposal", "Taken back")
    OVERTAKEN = "overtaken", pgettext_lazy("state of a proposal", "Overtaken by another step")


class Proposal(RegulatedModel):
    """A step on its way through its signatures; see gongbao.procedures.sign_off. One is open in a case at a time.

    `seen` is the number of events of the case when it was proposed. What is personal in `values` goes with the case's.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    step = models.CharField(max_length=64)
    role = models.CharField(max_length=64)
    values = models.JSONField(default=dict)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals")
    for_account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_key = models.CharField(max_length=64)
    countersigners = models.JSONField(default=list, blank=True)
    seen = models.PositiveIntegerField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    ended_at = models.DateTimeField(null=True, blank=True)
    event = models.OneToOneField(CaseEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="proposal")

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="open"), name="one_open_proposal_of_a_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.state}"


class Asked(RegulatedModel):
    """Who is asked for an opinion now: a role of a unit, or (role "") a unit that countersigns. A cache of opinions."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="asked")
    role = models.CharField(max_length=64, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta(RegulatedModel.Meta):
        indexes = [models.Index(fields=["unit", "role"], name="asked_of_unit")]

    def __str__(self) -> str:
        return f"{self.role or 'countersign'}"


class GivenOpinion(RegulatedModel):
    """An opinion on a proposal; see gongbao.procedures.sign_off.Opinion."""

    append_only = True

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="opinions")
    role = models.CharField(max_length=64)
    unit_key = models.CharField(max_length=64)
    verdict = models.CharField(max_length=10)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opinions")
    for_account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.role} {self.verdict}"


# --- the desk


class HandOver(RegulatedModel):
    """A case was given to an account (null: to nobody, so that it waits for whoever of the unit takes it)."""

    append_only = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hand_overs")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"case {self.case_id}"


class Reminder(RegulatedModel):
    """Somebody was told of a clock: before it runs out (`warning`), or that it has (`overdue`). Once for each last day.

    `started_by` is the number of the event that started the run of the clock.
    """

    append_only = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    clock = models.CharField(max_length=64)
    started_by = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=[("warning", "warning"), ("overdue", "overdue")])
    due = models.DateField()
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["case", "clock", "started_by", "kind", "due"], name="one_reminder_of_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.clock}"


class WorkingDaysNotice(RegulatedModel):
    """The days off and the weekend days worked of a year, as the office entered them from the notice that set them."""

    year = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    off = models.JSONField(help_text="days, like 2027-01-01")
    worked = models.JSONField()
    entered_at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class DeskFeed(KeptModel):
    """A calendar of what is due on the desk of an account, at an address that only those know who were given it.

    Kept is the SHA-256 of the token in the address; see library.models.Feed. An account has one that is not revoked.
    """

    digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="desk_feeds")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(KeptModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(revoked_at=None), name="one_open_feed_of_a_desk"
            )
        ]

    def __str__(self) -> str:
        return f"feed of {self.account_id}"

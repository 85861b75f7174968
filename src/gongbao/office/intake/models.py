"""What is kept of an upload. Written by actions.py only."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import KeptModel
from gongbao.office.library.models import Source


class State(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("state of an upload", "Waiting")
    READING = "reading", pgettext_lazy("state of an upload", "Being read")
    DONE = "done", pgettext_lazy("state of an upload", "Read")
    REFUSED = "refused", pgettext_lazy("state of an upload", "Not read")
    CANCELLED = "cancelled", pgettext_lazy("state of an upload", "Cancelled")


class Upload(KeptModel):
    """A file that was given over, and what became of it. Its bytes lie under its uuid until that is known.

    `result` is what docs/contract.md says of `gongbao ingest`, `error` the sentence that says why it was not read.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    step = models.CharField(max_length=20, blank=True, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="uploads")
    error = models.TextField(blank=True, default="")
    result = models.JSONField(null=True, blank=True)

    class Meta(KeptModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_over(self) -> bool:
        return self.state not in (State.WAITING, State.READING)

"""What is kept of an export. Written by actions.py only."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import KeptModel


class State(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("state of an export", "Waiting")
    MAKING = "making", pgettext_lazy("state of an export", "Being made")
    DONE = "done", pgettext_lazy("state of an export", "Made")
    CANCELLED = "cancelled", pgettext_lazy("state of an export", "Taken back")
    FAILED = "failed", pgettext_lazy("state of an export", "Not made")


class Export(KeptModel):
    """A file that somebody asked for. Its bytes lie under its uuid from the moment it is done.

    `account` is None for what everybody may see; `given` are the filters, `scope` what the account may see (kinds.py).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    given = models.JSONField(default=dict)
    scope = models.TextField(blank=True, default="")
    name = models.CharField(max_length=255)
    language = models.CharField(max_length=10)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="exports"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    percent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(KeptModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_over(self) -> bool:
        return self.state not in (State.WAITING, State.MAKING)

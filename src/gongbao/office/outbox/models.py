"""What is kept of what was told. Written by actions.py only.

A message and a letter are records: the log says that they were sent, and they stay. The address and the words of a
letter are personal data and stand in its envelope alone, which goes some days after the letter is over.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import KeptModel, RegulatedModel
from gongbao.office.people.models import Unit
from gongbao.office.people.roles import Role

LONGEST_SUBJECT = 200  # characters
LONGEST_TEXT = 20_000
LONGEST_ABOUT = 200
LONGEST_LINK = 500


class Message(RegulatedModel):
    """Words on the site, for one account or for whoever holds a role in a unit. They hold no personal data.

    `about` is the subject of the log that they are about, such as case:UUID, and `link` a path of this site or "".
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    role = models.CharField(max_length=20, choices=Role.choices, blank=True, default="")
    subject_zh = models.CharField(max_length=LONGEST_SUBJECT)
    subject_en = models.CharField(max_length=LONGEST_SUBJECT)
    text_zh = models.TextField()
    text_en = models.TextField()
    about = models.CharField(max_length=LONGEST_ABOUT, db_index=True)
    link = models.CharField(max_length=LONGEST_LINK, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="message_to_an_account_or_a_post",
                condition=models.Q(account__isnull=False, unit=None, role="")
                | models.Q(account=None, unit__isnull=False) & ~models.Q(role=""),
            )
        ]
        indexes = [models.Index(fields=["unit", "role"], name="message_post")]

    def __str__(self) -> str:
        return str(self.uuid)


class Reading(KeptModel):
    """An account has read a message. What is to a post each of its holders reads for themselves."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="readings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="readings")
    read_at = models.DateTimeField()

    class Meta(KeptModel.Meta):
        constraints = [models.UniqueConstraint(name="one_reading", fields=["message", "account"])]

    def __str__(self) -> str:
        return f"{self.message_id} by {self.account_id}"


class Channel(models.TextChoices):
    EMAIL = "email", pgettext_lazy("way of a letter", "E-mail")
    SMS = "sms", pgettext_lazy("way of a letter", "Short message")


class Outcome(models.TextChoices):
    """What became of a letter; "" as long as it is under way."""

    DELIVERED = "delivered", pgettext_lazy("outcome of a letter", "Handed over")  # to the server of the mail
    REFUSED = "refused", pgettext_lazy("outcome of a letter", "Refused")  # such an address there is not
    GIVEN_UP = "given_up", pgettext_lazy("outcome of a letter", "Given up")  # after days of trying


class Letter(RegulatedModel):
    """The record of a letter that leaves the house, without address and words.

    `unsure` counts how often the connection, or the worker, ended while the letter was being handed over: as often it
    may have arrived once more, under the same Message-ID. `code` is what the server answered to what it refused.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    about = models.CharField(max_length=LONGEST_ABOUT, db_index=True)
    created_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    unsure = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=10, blank=True, default="")

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="letter_ends_with_an_outcome",
                condition=models.Q(outcome="", ended_at=None)
                | models.Q(ended_at__isnull=False) & ~models.Q(outcome=""),
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Stage(models.TextChoices):
    """How far the delivery is. Whoever finds `handing_over` with its time over cannot know how it ended."""

    WAITING = "waiting"
    HELD = "held"
    HANDING_OVER = "handing_over"
    ENDED = "ended"


class Envelope(KeptModel):
    """Address and words of a letter, and how far its delivery is.

    `due_at` is when a worker may take it up. Whoever takes it up sets it to the end of their time and draws a `token`:
    as long as both stand, nobody else touches the letter.
    """

    letter = models.OneToOneField(Letter, primary_key=True, on_delete=models.PROTECT, related_name="envelope")
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=LONGEST_SUBJECT, blank=True)
    text = models.TextField()
    salt = models.CharField(max_length=64)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.WAITING)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    token = models.CharField(max_length=32, blank=True, default="")
    tries = models.PositiveIntegerField(default=0)
    unsure = models.PositiveIntegerField(default=0)
    message_id = models.CharField(max_length=320, blank=True, default="")

    class Meta(KeptModel.Meta):
        pass

    def __str__(self) -> str:
        return f"envelope of {self.letter_id}"

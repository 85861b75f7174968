"""What is kept of the log: its entries, and the head of their chain. Written by actions.py only."""

from django.core.validators import MinValueValidator
from django.db import models

from gongbao.core.hash_chain import START, link, moment
from gongbao.office.kept import RegulatedModel

HASH_LENGTH = 64  # of SHA-256 in hexadecimal


class Entry(RegulatedModel):
    """What was done to one subject. Numbers are 1, 2, 3 ... without a hole.

    `content` is canonical JSON (gongbao.core.hash_chain), kept as text: a database that reads JSON may write it
    otherwise. The actor columns are those of actors.Actor.
    """

    append_only = True

    number = models.PositiveBigIntegerField(primary_key=True, validators=[MinValueValidator(1)])
    at = models.DateTimeField()
    action = models.CharField(max_length=100)
    ground = models.CharField(max_length=300, help_text="the clause that the action stands on, or “our rule”")
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64, blank=True, default="")
    actor_role = models.CharField(max_length=64, blank=True, default="")
    actor_unit = models.CharField(max_length=64, blank=True, default="")
    for_id = models.CharField(max_length=64, blank=True, default="")
    subject = models.CharField(max_length=200)
    content = models.TextField()
    previous = models.CharField(max_length=HASH_LENGTH)
    hash = models.CharField(max_length=HASH_LENGTH, unique=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["number"]
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["at", "number"], name="entry_at"),
            models.Index(fields=["action", "number"], name="entry_action"),
            models.Index(fields=["subject", "number"], name="entry_subject"),
            models.Index(fields=["actor_unit", "number"], name="entry_unit"),
            models.Index(fields=["actor_unit", "action", "number"], name="entry_unit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"

    def hash_as(self, number: int) -> str:
        """The hash that the entry has to have under this number."""
        return link(
            self.previous,
            {
                "number": number,
                "at": moment(self.at),
                **{name: getattr(self, name) for name in _HASHED},
            },
        )


_HASHED = ("action", "ground", "actor_kind", "actor_id", "actor_role", "actor_unit", "for_id", "subject", "content")


class Head(RegulatedModel):
    """The end of the chain: one row (pk 1), which whoever adds an entry locks last."""

    count = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=HASH_LENGTH, default=START)

    class Meta(RegulatedModel.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_head")]

    def __str__(self) -> str:
        return f"{self.count} {self.hash}"

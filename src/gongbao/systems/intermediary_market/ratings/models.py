"""What is kept of ratings and conduct beside the cases. Written by actions.py only.

Grades, counts and means are derived, and kept nowhere.
"""

from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.cases.models import Case
from gongbao.office.kept import RegulatedModel
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.models import Organisation


def _points() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])


class Rating(RegulatedModel):
    """What an owner gave the agency of a contract after the service, once: 第二十九条.

    Each aspect has 0 to 100 points; `total` is what the policy market-rating made of them with the weights of the day,
    and `computed` what it kept of that (gongbao.result/1).
    """

    append_only = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="rating")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ratings")
    quality = _points()
    timeliness = _points()
    attitude = _points()
    fees = _points()
    conduct = _points()
    total = models.DecimalField(max_digits=5, decimal_places=2)
    computed = models.JSONField()
    words = models.TextField(blank=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"rating:{self.uuid}"


class RatingWeights(RegulatedModel):
    """From `since` on the five aspects of a rating weigh so much, in per cent, 100 together.

    `ground` is what decides it. Of those for a day the one with the latest `since` counts, of these the one entered
    last. None: parameters.yaml.
    """

    append_only = True

    since = models.DateField()
    quality = _points()
    timeliness = _points()
    attitude = _points()
    fees = _points()
    conduct = _points()
    ground = models.CharField(max_length=300)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(RegulatedModel.Meta):
        ordering = ["since", "id"]
        verbose_name_plural = "rating weights"

    def __str__(self) -> str:
        return f"{self.since}: {self.quality}/{self.timeliness}/{self.attitude}/{self.fees}/{self.conduct}"


class Conduct(RegulatedModel):
    """A case about the conduct of an agency: what is alleged, and what was found, stands in the events of the case."""

    append_only = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="market_conduct")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="conduct")

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]
        verbose_name_plural = "conduct"

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"conduct:{self.uuid}"


class Check(models.TextChoices):
    """What the market looks for by itself; see checks.py."""

    SHARED_NETWORK = "shared_network", pgettext_lazy("check of the market", "A network address shared")
    SHARED_PERSON = "shared_person", pgettext_lazy("check of the market", "A person or telephone shared")
    ABANDONED = "abandoned", pgettext_lazy("check of the market", "An award abandoned")
    LATE_CONTRACT = "late_contract", pgettext_lazy("check of the market", "A late contract")
    LATE_SERVICE = "late_service", pgettext_lazy("check of the market", "A late service")
    UNFOUNDED = "unfounded", pgettext_lazy("check of the market", "Unfounded complaints")
    FABRICATED = "fabricated", pgettext_lazy("check of the market", "A fabricated complaint")


class Clue(RegulatedModel):
    """A thing that a check found and proposed: evidence, and no proof. `key` tells it from all others, so that it is
    proposed once whatever is decided of it. `content` has ids, days and codes alone."""

    append_only = True

    conduct = models.ForeignKey(Conduct, on_delete=models.PROTECT, related_name="clues")
    check_name = models.CharField(max_length=16, choices=Check.choices)
    key = models.CharField(max_length=64, unique=True)
    content = models.JSONField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.check_name} {self.key[:8]}"


class CheckRun(RegulatedModel):
    """The checks were run: by the worker (`account` null), or by somebody on demand."""

    append_only = True

    at = models.DateTimeField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed = models.PositiveIntegerField()

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at}"

"""What is kept of prices, their supervision, and credit. Written by actions.py only."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import RegulatedModel
from gongbao.office.people.models import Unit
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.ratings.models import Conduct


class _Entered(RegulatedModel):
    """What somebody of a body entered, once; nothing of it is changed."""

    append_only = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        abstract = True


class Standard(models.TextChoices):
    """What development and reform has fixed."""

    MAXIMUM = "maximum", pgettext_lazy("fee standard", "At most")  # 最高收费标准
    FIXED = "fixed", pgettext_lazy("fee standard", "Fixed")  # 固定收费标准
    WORDS = "words", pgettext_lazy("fee standard", "As the words say")  # 收费办法见文字
    MARKET = "market", pgettext_lazy("fee standard", "Not under government pricing")  # 不属政府定价，市场调节


class Measure(models.TextChoices):
    """What the figure of a standard is of."""

    WHOLE = "whole", pgettext_lazy("measure of a fee", "yuan for the whole service")
    UNIT = "unit", pgettext_lazy("measure of a fee", "yuan for each unit")
    RATE = "rate", pgettext_lazy("measure of a fee", "per cent")


class GovernmentPrice(_Entered):
    """The fee standard of a service under government pricing (第十条), from `since` to the last day `until`.

    Of those of a service the one with the latest `since` on a day counts, of these the one entered last; where it has
    run out, none is in force. `figure` is in yuan or per cent as `measure` says, null for a standard in words alone;
    `per` is what it is for each of, or per cent of. A `MARKET` row says that the service is under it no more.
    """

    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="government_prices")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Standard.choices)
    measure = models.CharField(max_length=8, choices=Measure.choices, blank=True)
    figure = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    per = models.CharField(max_length=60, blank=True)
    words = models.TextField()
    document = models.CharField(max_length=300)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(_Entered.Meta):
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="one_government_price_of_a_number")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number}"


class Finding(models.TextChoices):
    IN_ORDER = "in_order", pgettext_lazy("finding of a price inspection", "In order")
    VIOLATION = "violation", pgettext_lazy("finding of a price inspection", "Violation")


class PriceInspection(_Entered):
    """What market supervision found of what an agency charges (第八条), of one contract or of none in particular.

    A later record replaces one that is not so any more, and both stay. `measure` is what was ordered for a violation,
    `is_public` whether everybody sees it, `conduct` the case that it was proposed in (第三十二条第（二）项), null for
    none.
    """

    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="price_inspections")
    contract = models.ForeignKey(
        Contract, null=True, blank=True, on_delete=models.PROTECT, related_name="price_inspections"
    )
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    inspected_on = models.DateField()
    finding = models.CharField(max_length=10, choices=Finding.choices)
    found = models.TextField()
    measure = models.TextField(blank=True)
    document = models.CharField(max_length=300)
    is_public = models.BooleanField(default=False)
    conduct = models.OneToOneField(
        Conduct, null=True, blank=True, on_delete=models.PROTECT, related_name="price_inspection"
    )

    class Meta(_Entered.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"price_inspection:{self.uuid}"


class JointPunishment(_Entered):
    """A joint punishment (联合惩戒, 第三十四条) that another body decided on against an agency: `since`, `until`.

    It bars nothing here. `excluded_by` is the provision by which the law keeps the agency out of such purchases, ""
    where none does: the owner sees it when it checks the conditions. A later record replaces one that is not so any
    more; one that is `set_aside` holds no more.
    """

    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="joint_punishments")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    reason = models.TextField()
    decided_by = models.CharField(max_length=100)
    document = models.CharField(max_length=300)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    excluded_by = models.CharField(max_length=200, blank=True)
    set_aside = models.BooleanField(default=False)

    class Meta(_Entered.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"joint_punishment:{self.uuid}"


class CreditHandOver(_Entered):
    """What was handed over to the credit system (第十条), for the days from `since` to `until`: whole, and as it was.

    `content` is described in docs/credit-records.md; `sha256` that of its canonical JSON, in UTF-8. `system` names the
    credit system that took it, "" where it was handed over as a file, `receipt` what that said.
    """

    number = models.PositiveIntegerField(unique=True)
    since = models.DateField()
    until = models.DateField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    system = models.CharField(max_length=40, blank=True)
    receipt = models.CharField(max_length=200, blank=True)

    class Meta(_Entered.Meta):
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"credit_hand_over:{self.uuid}"

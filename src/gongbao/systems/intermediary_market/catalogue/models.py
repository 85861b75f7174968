"""What is kept of the services. Written by actions.py only."""

from uuid import uuid4

from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import RegulatedModel
from gongbao.office.people.models import Unit


class Pricing(models.TextChoices):
    MARKET = "market", pgettext_lazy("pricing of a service", "Market price")  # 市场调节价
    GOVERNMENT = "government", pgettext_lazy("pricing of a service", "Price set by the government")  # 政府定价, 第十条


class Supply(models.TextChoices):
    OPEN = "open", pgettext_lazy("supply of a service", "Open selection")  # 公开选取
    AGREEMENT = (
        "agreement",
        pgettext_lazy("supply of a service", "Supply by agreement"),
    )  # 协议供货、定点服务, 第十八条第二款


class ServiceItem(RegulatedModel):
    """A service (中介服务事项) under the authority of its sector. What it says stands in its versions."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40, unique=True)
    authority = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"service_item:{self.uuid}"


class ItemVersion(RegulatedModel):
    """What the authority publishes of a service, from `since` until the next version: 第七条第（一）项.

    `qualification` is what the law asks an agency to hold, "" where it asks none (第十三条第（二）项); of several,
    parted by “；”, one is enough.
    """

    append_only = True

    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    since = models.DateField()
    name = models.CharField(max_length=100)
    legal_ground = models.TextField()
    qualification = models.CharField(max_length=200, blank=True)
    time_limit = models.CharField(max_length=200)
    process = models.TextField()
    conditions = models.TextField()
    fee_standard = models.TextField()
    pricing = models.CharField(max_length=12, choices=Pricing.choices, default=Pricing.MARKET)
    supply = models.CharField(max_length=12, choices=Supply.choices, default=Supply.OPEN)

    class Meta(RegulatedModel.Meta):
        ordering = ["item", "number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="one_item_version_of_a_number")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number}"


class Recommendation(RegulatedModel):
    """A body that the authority recommends for a service under which there are too few: 第十四条."""

    append_only = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="recommendations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    uscc = models.CharField(max_length=18, blank=True)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)

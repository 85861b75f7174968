"""What is kept of purchases. Written by actions.py only."""

from uuid import uuid4

from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.cases.models import Case
from gongbao.office.kept import RegulatedModel
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion
from gongbao.systems.intermediary_market.organisations.models import Organisation


class Fund(models.TextChoices):
    PUBLIC = "public", pgettext_lazy("source of funds", "Public funds")  # 财政性资金, 第三条第二款
    PRIVATE = "private", pgettext_lazy("source of funds", "Private funds")  # 社会性资金, 第三条第三款


class Way(models.TextChoices):
    """How an agency is selected: 第十八条."""

    BEST_VALUE = "best_value", pgettext_lazy("way to select", "Best value")  # 择优选取
    DIRECT = "direct", pgettext_lazy("way to select", "Direct choice")  # 直接选取
    LOWEST_PRICE = "lowest_price", pgettext_lazy("way to select", "Lowest price")  # 竞价选取
    RANDOM_DRAW = "random_draw", pgettext_lazy("way to select", "Random draw")  # 随机抽取


class Purchase(RegulatedModel):
    """One attempt of an owner to select an agency: one matter, one selection (第十七条).

    `project` is the same for all attempts of one project, `previous` the attempt before. Up to the publication of the
    notice its terms may change; each version of them is a `Terms`, the last of which counts. The moments from
    `registration_ends_at` on are caches of the last terms.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    project = models.UUIDField(default=uuid4, editable=False)
    previous = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="following")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="purchase")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="purchases")
    item = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="purchases")
    fund = models.CharField(max_length=8, choices=Fund.choices)
    budget_year = models.PositiveIntegerField()
    budget = models.DecimalField(max_digits=15, decimal_places=2)
    way = models.CharField(max_length=14, choices=Way.choices)
    registration_ends_at = models.DateTimeField(null=True, blank=True)
    selection_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "budget_year", "fund"], name="purchase_of_owner")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"purchase:{self.uuid}"


class Terms(RegulatedModel):
    """A version of what the notice says: the seven groups of contents of 第十九条, as `terms.py` describes them."""

    append_only = True

    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["purchase", "number"], name="one_terms_of_a_number")]

    def __str__(self) -> str:
        return f"{self.purchase_id} {self.number}"


class Registration(RegulatedModel):
    """An agency that registered. There is none before the first opening, at the deadline: until then there are sealed
    envelopes, in which even the name of the agency is closed (sealing/).

    `content` is what the opened envelope says beside the offer. `excluded` has the grounds of 第二十二条 on which it
    stands aside, none where it is empty; `admitted` is what the owner found (第二十六条), null before, and `reason`
    why; `offer` is what the second opening gave, null before.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="registrations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registrations")
    envelope = models.CharField(max_length=64, unique=True)  # the receipt of the envelope it came in
    content = models.JSONField()
    opened_at = models.DateTimeField()
    excluded = models.JSONField(default=list, blank=True)
    admitted = models.BooleanField(null=True, blank=True)
    reason = models.TextField(blank=True)
    offer = models.JSONField(null=True, blank=True)
    offer_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "organisation"], name="one_registration_of_an_agency")
        ]

    def __str__(self) -> str:
        return str(self.uuid)

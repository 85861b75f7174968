"""What is kept of purchases. Written by actions.py only."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.cases.models import Case
from gongbao.office.kept import KeptModel, RegulatedModel
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
    NEGOTIATION = "negotiation", pgettext_lazy("way to select", "Negotiation")  # 议价选取, 第二十三条


class Purchase(RegulatedModel):
    """One attempt of an owner to select an agency: one matter, one selection (第十七条).

    `project` is the same for all attempts of one project, `previous` the attempt before. Each version of its terms is
    a `Terms`; the last one that was published counts. From `fund` on all are caches, of the terms and of the case's
    events; `selected` is who was selected, null before and where that was given back or annulled. `published_at` is
    when its notice was published first, `awarded_at` its award notice last, `public_at` whichever was first: all three
    are null where it was not.
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
    selected = models.ForeignKey("Registration", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    awarded_at = models.DateTimeField(null=True, blank=True)
    public_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "budget_year", "fund"], name="purchase_of_owner"),
            models.Index(fields=["published_at", "id"], name="purchase_published"),
            models.Index(fields=["awarded_at", "id"], name="purchase_awarded"),
            models.Index(fields=["public_at", "id"], name="purchase_public"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"purchase:{self.uuid}"


class Terms(RegulatedModel):
    """A version of what the notice says: the seven groups of contents of 第十九条, as `terms.py` describes them.

    `published_at` is when it became the notice, null while it is reviewed.
    """

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

    `content` is what the opened envelope says beside the offer. `standing` is whether the agency was under the service
    when registration ended (第十三条、第十四条): without it nobody is admitted, and the program says so at the opening.
    `excluded` has the grounds of 第二十二条 on which it stands aside, none where it is empty; `claimed` has those with
    whom it would be of one person as one side alone says: evidence for the owner, and no proof; `admitted` is what the
    owner found (第二十六条), null before, and `reason` why; `offer` is what the second opening gave, null before.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="registrations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="registrations")
    envelope = models.CharField(max_length=64, unique=True)  # the receipt of the envelope it came in
    content = models.JSONField()
    opened_at = models.DateTimeField()
    standing = models.BooleanField(default=True)
    standing_clause = "第十三条、第十四条"
    excluded = models.JSONField(default=list, blank=True)
    claimed = models.JSONField(default=list, blank=True)  # {"uscc", "name", "owner" (bool)} each
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


class FlagDecision(RegulatedModel):
    """What the operator decided of words at which the form review points (第五条第三款, form_review.py).

    `terms` are those that were handed in; `key` tells the place and the ground (queries.Pointed.key), `words` what
    stands there. `stands` is whether they may stay, for a `reason` in law; else the owner corrects them. The row of a
    key that was made last counts.
    """

    append_only = True

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="flag_decisions")
    key = models.CharField(max_length=100)
    words = models.TextField()
    clauses = models.JSONField()
    stands = models.BooleanField()
    reason = models.TextField()
    at = models.DateTimeField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.terms_id} {self.key}"


class NotCounted(RegulatedModel):
    """An envelope that gave no registration when it was opened, and why: a key of `actions.PROBLEMS` or of the
    sealing's. `organisation` is null where nobody can tell whose it is."""

    append_only = True

    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="not_counted")
    envelope = models.CharField(max_length=64)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    problem = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.purchase_id} {self.problem}"


class Mark(RegulatedModel):
    """What the owner gave a registration for a criterion of the notice: 0 to 100 points."""

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="marks")
    criterion = models.CharField(max_length=40)
    points = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["registration", "criterion"], name="one_mark_of_a_criterion")]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.criterion}"


class Computed(RegulatedModel):
    """What a policy gave for a purchase, kept as it was decided on: values, readings, version and explanation."""

    append_only = True

    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="computed")
    policy = models.CharField(max_length=40)
    at = models.DateTimeField()
    result = models.JSONField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.purchase_id} {self.policy}"


class ProcurementLimit(RegulatedModel):
    """The procurement limit of a budget year, in yuan, as finance entered it from its source: 第三条第二款.

    The document names no figure, and there is no default. The row entered last counts; those before it stay.
    """

    append_only = True

    budget_year = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    source = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(RegulatedModel.Meta):
        ordering = ["budget_year", "id"]

    def __str__(self) -> str:
        return f"{self.budget_year}"


class Draft(KeptModel):
    """What an owner has typed of a purchase and not handed in. Nobody else sees it, and it goes with the handing in."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="drafts")
    previous = models.ForeignKey(Purchase, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    given = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta(KeptModel.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.uuid)

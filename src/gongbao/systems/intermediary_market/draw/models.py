"""What is kept of draws. Written by actions.py only."""

from uuid import uuid4

from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import RegulatedModel
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration


class Draw(RegulatedModel):
    """A draw among the registrants of a purchase, or among those who are equal. How far it has come its fields tell:

    begun -> the list is fixed (`fixed_at`, `root`) -> the shares are open (`closed_at`, `shares_root`) -> the public
    value is there (`value`) -> drawn (`drawn_at`)

    `source` and `not_before` are what the notice says of the public value. `padding` is what the leaves for nobody are
    made of, a secret until the draw is made. `shares_root` pins what the registrants opened before there is a value; it
    is "" where the shares were open before it was introduced. A draw that was set aside stays, with the reason; the one
    that follows has the next number.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    source = models.CharField(max_length=300)
    not_before = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField()
    fixed_at = models.DateTimeField(null=True, blank=True)
    root = models.CharField(max_length=64, blank=True)
    padding = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    shares_root = models.CharField(max_length=64, blank=True)
    value = models.CharField(max_length=300, blank=True)
    value_from = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_reason = models.TextField(blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["purchase", "number"]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "number"], name="one_draw_of_a_number"),
            models.UniqueConstraint(
                fields=["purchase"], condition=models.Q(set_aside_at=None), name="one_draw_that_counts"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the leaves and the seed call it."""
        return f"{self.purchase.uuid}/{self.number}"

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"draw:{self.uuid}"


class ShareOf(models.TextChoices):
    OWNER = Party.OWNER.value, pgettext_lazy("share of a draw", "Project owner")
    OPERATOR = Party.OPERATOR.value, pgettext_lazy("share of a draw", "Operator of the market")


class DrawShare(RegulatedModel):
    """The share of the owner or the operator. Those of registrants stand in the entries.

    `sealed` is the same share sealed to the custodians (sealing.envelopes, part `share`); `first_key` is the content
    key that the first of them gave to open it, `first_kid` which key of a custodian that was, "" where there is no
    reserve and it was the first custodian; `by_custodians` is whether another did so too. `share` is "" until it is
    opened by the party or by them.
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="shares")
    party = models.CharField(max_length=10, choices=ShareOf.choices)
    commitment = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    committed_at = models.DateTimeField()
    first_key = models.CharField(max_length=64, blank=True)
    first_kid = models.CharField(max_length=43, blank=True)
    share = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    by_custodians = models.BooleanField(default=False)

    class Meta(RegulatedModel.Meta):
        ordering = ["draw", "-party"]
        constraints = [models.UniqueConstraint(fields=["draw", "party"], name="one_share_of_a_party")]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.party}"


class DrawEntry(RegulatedModel):
    """A registrant in the list of a draw. `place` is where it was drawn, the first 1; `share` what it had sealed with
    its offer, "" where it had none or one that does not fit the commitment of its registration; `missing` is which of
    the two (draw.Missing), once the shares are open."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="entries")
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="draw_entries")
    agency = models.CharField(max_length=18)
    salt = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64, blank=True)
    leaf = models.CharField(max_length=64)
    share = models.CharField(max_length=64, blank=True)
    missing = models.CharField(max_length=10, blank=True)
    place = models.PositiveIntegerField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["draw", "leaf"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "registration"], name="one_entry_of_a_registration"),
            models.UniqueConstraint(fields=["draw", "place"], name="one_entry_of_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.registration_id}"

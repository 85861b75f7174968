"""What is kept of sealed envelopes. Written by actions.py only."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import KeptModel, RegulatedModel
from gongbao.office.people.models import Unit
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing.envelopes import Part


class CustodianKey(RegulatedModel):
    """The public key of a custodian: an account that together with another one opens what was sealed.

    The private key stays with the custodian. `kid` is the thumbprint of `jwk`. It is used from `appointed_at` on, when
    somebody else appointed its holder, until `ended_at`; what was sealed to it is opened with it afterwards too.
    `county` is the county to whose desk's purchases it is appointed, null for those that the city's operator runs.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="custodian_keys")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kid = models.CharField(max_length=43, unique=True)
    jwk = models.JSONField()
    made_at = models.DateTimeField()
    appointed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.kid

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"custodian_key:{self.uuid}"


class Sealing(RegulatedModel):
    """To whom the envelopes of a purchase are sealed, and what was handed in once no more can be.

    `first` opens the outer layer, `second` the inner one: two persons. Where there is a `reserve`, a third, any two of
    the three open, in whatever order (envelopes.py): the loss of one key loses nothing. `fixed_at` is when the list of
    the envelopes was fixed after the deadline, `root` the Merkle root of their digests (sorted), `count` how many there
    are.
    """

    purchase = models.OneToOneField(Purchase, on_delete=models.PROTECT, related_name="sealing")
    first = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="first_of")
    second = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="second_of")
    reserve = models.ForeignKey(
        CustodianKey, null=True, blank=True, on_delete=models.PROTECT, related_name="reserve_of"
    )
    prepared_at = models.DateTimeField()
    fixed_at = models.DateTimeField(null=True, blank=True)
    root = models.CharField(max_length=64, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="two_custodians", condition=~models.Q(first=models.F("second"))),
            models.CheckConstraint(
                name="reserve_is_a_third",
                condition=models.Q(reserve=None)
                | ~models.Q(reserve=models.F("first")) & ~models.Q(reserve=models.F("second")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.purchase_id)


class Envelope(KeptModel):
    """A sealed envelope. Not in the log, which everybody who audits reads, and with neither a moment nor a number that
    counts up: when it came would tell, beside the times of sessions, from whom (第三十八条第（二）项).

    `digest` is the agency's receipt, `withdrawal` the SHA-256 of the secret that takes it back; see envelopes.py.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    sealing = models.ForeignKey(Sealing, on_delete=models.PROTECT, related_name="envelopes")
    digest = models.CharField(max_length=64, unique=True)
    registration = models.TextField()
    offer = models.TextField()
    withdrawal = models.CharField(max_length=64)

    class Meta(KeptModel.Meta):
        ordering = ["digest"]

    def __str__(self) -> str:
        return self.digest


class Layer(models.IntegerChoices):
    FIRST = 1, pgettext_lazy("layer of a sealed envelope", "First custodian")
    SECOND = 2, pgettext_lazy("layer of a sealed envelope", "Second custodian")


class Opening(RegulatedModel):
    """A custodian opened their layer of a part, of all envelopes at once.

    `keys` has to each digest of an envelope the content key of that layer, null where the custodian could not open it:
    with both layers and the envelopes anybody who may read them can do the opening again.
    """

    append_only = True

    sealing = models.ForeignKey(Sealing, on_delete=models.PROTECT, related_name="openings")
    part = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Part])
    layer = models.PositiveSmallIntegerField(choices=Layer.choices)
    key = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="openings")
    at = models.DateTimeField()
    keys = models.JSONField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sealing", "part", "layer"], name="one_opening_of_a_layer")]

    def __str__(self) -> str:
        return f"{self.sealing_id} {self.part} {self.layer}"

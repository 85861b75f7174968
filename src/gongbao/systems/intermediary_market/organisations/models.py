"""What is kept of those who take part. Written by actions.py only."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import RegulatedModel
from gongbao.office.people.models import Unit
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem


class OrganisationKind(models.TextChoices):
    STATE_ORGAN = "state_organ", pgettext_lazy("kind of organisation", "State organ")  # 国家机关
    INSTITUTION = "institution", pgettext_lazy("kind of organisation", "Public institution")  # 事业单位
    SOCIAL = "social_organisation", pgettext_lazy("kind of organisation", "Social organisation")  # 社会组织
    ENTERPRISE = "enterprise", pgettext_lazy("kind of organisation", "Enterprise")  # 企业


class Organisation(RegulatedModel):
    """A body that buys (项目业主, 第二条第三款) or offers (中介机构, 第二条第四款) services; it may do both.

    `uscc` is its unified social credit code. `unit` is the unit of the office where the owner is a body of the city.
    `county` is the county or district of an owner, null at the city's own level: who runs what it buys goes by that
    (competence.py); of a body of the office it follows from the unit.
    `legal_representative` and `controller` are names of persons, shown to whoever handles the matter alone; the digests
    beside them tell whether two are the same person (第二十二条第（一）项) and are keyed digests of identity numbers,
    which are not kept; what is `confirmed` the business register has with that number. `entered_at` is when it entered
    the market (第十四条), `removed_at` when that ended.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    is_owner = models.BooleanField(default=False)
    is_agency = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    legal_representative = models.CharField(max_length=60, blank=True)
    legal_representative_digest = models.CharField(max_length=64, blank=True)
    legal_representative_confirmed = models.BooleanField(default=False)
    controller = models.CharField(max_length=60, blank=True)
    controller_digest = models.CharField(max_length=64, blank=True)
    controller_confirmed = models.BooleanField(default=False)
    entered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    register_checked_at = models.DateTimeField(null=True, blank=True)
    owner_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.uscc

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"organisation:{self.uuid}"


class Affiliation(RegulatedModel):
    """That an organisation says that one person leads or controls it and another (第二十二条第（一）项), from `at`
    until `ended_at`. It counts where the other says so of it, too."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    other = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "other"],
                condition=models.Q(ended_at=None),
                name="one_affiliation_with_another",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.other_id}"


class Member(RegulatedModel):
    """An account that acts for an organisation (业务授权人), from `since` on, to the day `until` where it has one.

    `telephone` is where the person is reached, `person_digest` the keyed digest of their identity number, which is not
    kept: two agencies with the same person or number are what 第三十三条第（三）项 asks about.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    person_digest = models.CharField(max_length=64, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"of {self.organisation_id}"


class Invitation(RegulatedModel):
    """That an account was asked to act for an organisation; until it accepts it has no right there (our rule).

    `named` is the name of the account as it was typed, and `account` whose it is, null where there is none: whoever
    invites sees the same in both cases. A `declined_at` is theirs alone who declined, and the invitation ends for the
    others by itself, `ended_at` being when it was accepted or withdrawn. It stands as long as `invited_by` still acts.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    named = models.CharField(max_length=150)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)


class MendingKind(models.TextChoices):
    REMOVE = "remove", pgettext_lazy("what the operator mends", "Take it out of the market")
    HAND_OVER = "hand_over", pgettext_lazy("what the operator mends", "Hand it over to another account")


class Mending(RegulatedModel):
    """That the operator takes an organisation out, or lets `account` alone act for it: one proposes, another signs.

    It waits until `decided_at`; `verdict` is signed or returned (gongbao.procedures.sign_off.Verdict), or `taken_back`
    by whoever proposed it; `words` are those of whoever returned it.
    """

    TAKEN_BACK = "taken_back"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mendings")
    kind = models.CharField(max_length=12, choices=MendingKind.choices)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reasons = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=12, blank=True)
    words = models.TextField(blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(decided_at=None), name="one_mending_that_waits"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | models.Q(verdict="taken_back")
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="mending_by_two",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class SigningKey(RegulatedModel):
    """The public key (a JWK, P-256) with which an agency signs what it seals; the private one stays in its browser."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="signing_keys")
    thumbprint = models.CharField(max_length=64, unique=True)
    jwk = models.JSONField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.thumbprint


class NetworkAddress(RegulatedModel):
    """That something was done for an organisation from a network address, of which a keyed digest is kept.

    Two agencies at one address is what 第三十三条第（二）项 asks about: a question, and no proof, as a whole house of
    offices may share one. Sealed registrations are handed in without such a trace.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="network_addresses")
    digest = models.CharField(max_length=64, db_index=True)
    first_at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "digest"], name="one_network_address_of_an_organisation")
        ]

    def __str__(self) -> str:
        return f"of {self.organisation_id}"


# --- papers, qualifications, practitioners


class PaperKind(models.TextChoices):
    LICENCE = "licence", pgettext_lazy("kind of paper", "Registration certificate")
    AUTHORITY = "authority", pgettext_lazy("kind of paper", "Authority to act")
    QUALIFICATION = "qualification", pgettext_lazy("kind of paper", "Certificate of qualification")


class Paper(RegulatedModel):
    """A document that an organisation handed in; its bytes lie with the files of the office, under its uuid."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=16, choices=PaperKind.choices)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)


class Qualification(RegulatedModel):
    """A qualification that an agency holds. One that changes is ended, and the new one replaces it (第十六条).

    `until` is the last day of it, null where it has none; `ended_at` when it was taken back or replaced here.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="qualifications")
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=100)
    issued_by = models.CharField(max_length=100)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)


class Practitioner(RegulatedModel):
    """A person registered to practise with an agency (执业人员, 第十六条). `name` and `number` are personal data.

    One that changes is ended, and the new one replaces it.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="practitioners")
    name = models.CharField(max_length=60)
    profession = models.CharField(max_length=100)
    number = models.CharField(max_length=100)
    until = models.DateField(null=True, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)


# --- under a service


class ListingEnd(models.TextChoices):
    LEFT = "left", pgettext_lazy("end of a listing", "The agency left")
    QUALIFICATION = "qualification", pgettext_lazy("end of a listing", "The qualification ended")
    REVIEW = "review", pgettext_lazy("end of a listing", "Ended by a review")  # 第七条第（四）项


class Listing(RegulatedModel):
    """An agency under a service of the catalogue (第十四条), from `entered_at` until `ended_at` where it has ended.

    `qualification` is what it stands on, null where the law asks for none.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="listings")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="listings")
    qualification = models.ForeignKey(
        Qualification, null=True, blank=True, on_delete=models.PROTECT, related_name="listings"
    )
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=16, choices=ListingEnd.choices, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "item"], condition=models.Q(ended_at=None), name="one_listing_under_a_service"
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"listing:{self.uuid}"


def in_force(on: date) -> models.Q:
    """The listings that count on the day: not ended, of an agency of the market, on a qualification that runs."""
    runs = models.Q(qualification=None) | models.Q(qualification__until=None) | models.Q(qualification__until__gte=on)
    return runs & models.Q(ended_at=None, organisation__is_agency=True, organisation__removed_at=None)


class Offering(RegulatedModel):
    """What an agency publishes of a service (第十五条); what stands between [[ and ]] is secret."""

    append_only = True

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="offerings")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    service = models.TextField()
    requirements = models.TextField()
    time_limit = models.TextField()
    fee = models.TextField()

    class Meta(RegulatedModel.Meta):
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["listing", "number"], name="one_offering_of_a_number")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.number}"


class ReviewOutcome(models.TextChoices):
    IN_ORDER = "in_order", pgettext_lazy("outcome of a review", "In order")
    TO_MEND = "to_mend", pgettext_lazy("outcome of a review", "To be mended")
    ENDED = "ended", pgettext_lazy("outcome of a review", "Taken off the service")


class Review(RegulatedModel):
    """What the authority of the service found of an agency that had entered by itself: 第七条第（四）项."""

    append_only = True

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="reviews")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=ReviewOutcome.choices)
    reasons = models.TextField(blank=True)
    mend_by = models.DateField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.outcome}"

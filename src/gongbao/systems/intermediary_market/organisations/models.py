"""What is kept of those who take part. Written by actions.py only."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import RegulatedModel
from gongbao.office.people.models import Unit


class OrganisationKind(models.TextChoices):
    STATE_ORGAN = "state_organ", pgettext_lazy("kind of organisation", "State organ")  # 国家机关
    INSTITUTION = "institution", pgettext_lazy("kind of organisation", "Public institution")  # 事业单位
    SOCIAL = "social_organisation", pgettext_lazy("kind of organisation", "Social organisation")  # 社会组织
    ENTERPRISE = "enterprise", pgettext_lazy("kind of organisation", "Enterprise")  # 企业


class Organisation(RegulatedModel):
    """A body that buys (项目业主, 第二条第三款) or offers (中介机构, 第二条第四款) services; it may do both.

    `uscc` is its unified social credit code. `unit` is the unit of the office where the owner is a body of the city.
    `legal_representative` and `controller` are names of persons, shown to whoever handles the matter alone; the digests
    beside them tell whether two are the same person (第二十二条第（一）项) and are keyed digests of identity numbers,
    which are not kept. `entered_at` is when it entered the market (第十四条), `removed_at` when a review ended that.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    is_owner = models.BooleanField(default=False)
    is_agency = models.BooleanField(default=False)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    legal_representative = models.CharField(max_length=60, blank=True)
    legal_representative_digest = models.CharField(max_length=64, blank=True)
    controller = models.CharField(max_length=60, blank=True)
    controller_digest = models.CharField(max_length=64, blank=True)
    entered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.uscc

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"organisation:{self.uuid}"


class Member(RegulatedModel):
    """An account that acts for an organisation (业务授权人), from `since` on, to the day `until` where it has one."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"of {self.organisation_id}"


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

"""Who signs in, the units of the office, who holds which post in them, and who stands in for whom."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongbao.office.kept import KeptModel, RegulatedModel
from gongbao.office.people.roles import Role


def new_session_key() -> str:
    return get_random_string(32)


class Account(AbstractUser):
    """A person who may sign in. A model of our own from the first day: it cannot be changed once sites hold data.

    `public_id` is what the log and addresses call the account. `name` is what a person is called, personal data that is
    shown to staff alone; `session_key` is drawn anew to end all sessions of the account.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60, blank=True, default="")
    session_key = models.CharField(max_length=32, default=new_session_key, editable=False)

    class Meta(AbstractUser.Meta):
        permissions = [("see_personal_data", _("May see personal data in documents"))]

    @property
    def shown_name(self) -> str:
        return self.name or self.username

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        # Django's own, and ours in it: a session holds while neither the password nor the key is another.
        return salted_hmac(
            "gongbao.people.session", f"{self.password} {self.session_key}", secret=secret, algorithm="sha256"
        ).hexdigest()


# --- units and posts


class UnitKind(models.TextChoices):
    CITY = "city", pgettext_lazy("kind of unit", "City")  # 市
    COUNTY = "county", pgettext_lazy("kind of unit", "County or district")  # 县（市、区）
    DEPARTMENT = "department", pgettext_lazy("kind of unit", "Department")  # 部门
    SECTION = "section", pgettext_lazy("kind of unit", "Section")  # 科室


KEY = RegexValidator(
    r"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\Z",
    _("A key is of small letters and figures, with hyphens between, such as market-supervision."),
)


class Unit(RegulatedModel):
    """A body of the office: the city, a department, a county or district, a section. `key` never changes."""

    key = models.CharField(max_length=64, unique=True, validators=[KEY])
    zh = models.CharField(max_length=100)
    en = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=UnitKind.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="below")
    closed = models.BooleanField(default=False)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="unit_not_its_own_parent", condition=~models.Q(parent=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.key

    def in_language(self, language: str) -> str:
        """The name: `en`, or Chinese for any other language."""
        return self.en if language == "en" else self.zh


class Post(RegulatedModel):
    """An account in a role of a unit, from the day `since` to the day `until`, both included; without end where null.

    A post that was ended before a day of it was over has an `until` before its `since`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.role} of {self.unit_id}"


class Substitute(RegulatedModel):
    """`by` stands in for `absent` in the posts of `absent`, from the day `since` to the day `until`, both included.

    Ended early, it has the day before as its `until`. `reason` is a word such as leave, not a story.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    absent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="substitutes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stands_in")
    since = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=100)

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="substitute_is_another", condition=~models.Q(absent=models.F("by"))),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


# --- signing in


class SignInTries(KeptModel):
    """How often somebody tried to sign in under one account name, or from one address, since a moment.

    Which name or address that is nobody can read from it: `digest` is a keyed digest. The row goes when the name
    signs in, or when its time is over.
    """

    digest = models.CharField(max_length=64, unique=True)
    tries = models.PositiveIntegerField()
    since = models.DateTimeField(db_index=True)

    class Meta(KeptModel.Meta):
        verbose_name_plural = "sign in tries"

    def __str__(self) -> str:
        return f"{self.tries} since {self.since}"


class SecondFactor(KeptModel):
    """What an account shows after its password: a code that changes every 30 seconds (TOTP, RFC 6238).

    `secret` is encrypted (second_factor.py). `last_step` is the step of the last code that was taken: no code is taken
    twice. Until a first code was right, `confirmed_at` is null and nobody is asked for one.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="second_factor")
    secret = models.CharField(max_length=255)
    last_step = models.PositiveBigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta(KeptModel.Meta):
        pass

    def __str__(self) -> str:
        return f"second factor of {self.account_id}"


class RecoveryCode(KeptModel):
    """A code for the day the telephone is lost, good once. Its digest is kept, and the row goes when it is used."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)

    class Meta(KeptModel.Meta):
        pass

    def __str__(self) -> str:
        return f"recovery code of {self.account_id}"


class OidcLink(RegulatedModel):
    """An account as an OpenID Connect provider knows it.

    An administrator makes it with the `subject`, or opens it for the first sign-in of the provider's `username`: then
    `subject` is "" until then, and `open_until` is the moment after which it is too late.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="oidc_links")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255, blank=True, default="")
    username = models.CharField(max_length=150, blank=True, default="")
    open_until = models.DateTimeField(null=True, blank=True)

    class Meta(RegulatedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                name="oidc_one_account_of_a_subject", fields=["issuer", "subject"], condition=~models.Q(subject="")
            ),
            models.UniqueConstraint(
                name="oidc_one_account_of_a_username", fields=["issuer", "username"], condition=models.Q(subject="")
            ),
        ]

    def __str__(self) -> str:
        return f"link of {self.account_id}"

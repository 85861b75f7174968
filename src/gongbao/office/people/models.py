"""Who signs in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongbao.office.kept import KeptModel


class Account(AbstractUser):
    """A person who may sign in. A model of our own from the first day: it cannot be changed once sites hold data."""

    class Meta(AbstractUser.Meta):
        permissions = [("see_personal_data", _("May see personal data in documents"))]


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

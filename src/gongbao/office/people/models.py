"""Who signs in."""

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _


class Account(AbstractUser):
    """A person who may sign in. A model of our own from the first day: it cannot be changed once sites hold data."""

    class Meta(AbstractUser.Meta):
        permissions = [("see_personal_data", _("May see personal data in documents"))]

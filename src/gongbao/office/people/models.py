"""Who signs in."""

from django.contrib.auth.models import AbstractUser


class Account(AbstractUser):
    """A person who may sign in. A model of our own from the first day: it cannot be changed once sites hold data."""

"""Rows of the database that are read by their keys."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet

One = TypeVar("One", bound=Model)


def in_order(found: QuerySet[One], keys: Sequence[int]) -> list[One]:
    """Those of `found` with these keys, in the order of the keys; one that is gone by now is left out."""
    rows = {one.pk: one for one in found.order_by().filter(pk__in=keys)}
    return [rows[key] for key in keys if key in rows]

"""What is kept of contracts beside their cases. Written by actions.py only."""

from uuid import uuid4

from django.db import models

from gongbao.office.cases.models import Case
from gongbao.office.kept import RegulatedModel
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration


class Contract(RegulatedModel):
    """The contract of a purchase, from the notice of award (中选通知书) on. What happens to it stands in its case.

    A purchase whose award is given back has another one where the next in rank follows. Sums, days and how it stands
    follow from the events of the case and are kept nowhere else.
    """

    append_only = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="contracts")
    registration = models.OneToOneField(Registration, on_delete=models.PROTECT, related_name="contract")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="contract")

    class Meta(RegulatedModel.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"contract:{self.uuid}"

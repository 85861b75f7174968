"""What is kept of contracts beside their cases. Written by actions.py only."""

from uuid import uuid4

from django.db import models

from gongbao.office.cases.models import Case
from gongbao.office.kept import RegulatedModel
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration


class Contract(RegulatedModel):
    """The contract of a purchase, from the notice of award (中选通知书) on. What happens to it stands in its case.

    A purchase whose award is given back has another one where the next in rank follows. Sums, days and how it stands follow from the events of the case and are kept nowhere else.
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


class Evidence(RegulatedModel):
    """What a complaint was begun with: the events and files of a purchase or contract as they stood then.

    `about` is what the log calls the purchase or contract; `content` is described in evidence.py, `sha256` is the
    digest of its canonical form (gongbao.core.hash_chain).
    """

    append_only = True

    complaint = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="market_evidence")
    about = models.CharField(max_length=60)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(RegulatedModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"of {self.complaint_id}"

"""What is kept of complaints beside their cases. Written by actions.py only."""

from django.db import models

from gongbao.office.cases.models import Case
from gongbao.office.kept import RegulatedModel


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

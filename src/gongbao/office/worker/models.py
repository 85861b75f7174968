"""When a worker was last seen. Written by actions.py only."""

from django.db import models

from gongbao.office.kept import KeptModel


class Seen(KeptModel):
    """One row, for all workers of the site together: whether any of them is at work."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta(KeptModel.Meta):
        verbose_name_plural = "seen"

    def __str__(self) -> str:
        return f"{self.at}"

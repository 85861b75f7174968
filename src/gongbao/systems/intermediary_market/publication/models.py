"""The figures of a year, kept where it takes long to work them out. Written by actions.py only."""

from django.db import models

from gongbao.office.kept import KeptModel


class YearFigures(KeptModel):
    """The figures of the selections of a year (queries.Figures, as text) as they were at a moment.

    Nothing rests on them: they follow from the events, and are worked out anew. `event` is the last one then.
    """

    year = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    event = models.BigIntegerField()
    content = models.JSONField()

    class Meta(KeptModel.Meta):
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)

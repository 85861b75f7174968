"""The only code that writes figures: the worker keeps those of large years, so that no page waits for them."""

from datetime import datetime

from gongbao.office.kept import action
from gongbao.office.worker.jobs import each
from gongbao.systems.intermediary_market.publication import queries
from gongbao.systems.intermediary_market.publication.models import YearFigures


def keep_figures(now: datetime) -> int:
    """The job of the worker: the figures of one year that are to be worked out anew; it takes some seconds."""
    return each("market.figures", queries.years_to_work_out(now)[:1], lambda year: _keep_figures(year, now))


def _keep_figures(year: int, at: datetime) -> str:
    # Before they are worked out: what happens meanwhile is something new.
    event = queries.last_event()
    content = queries.to_plain(queries.compute_figures(year, at))
    with action("market.figures"):
        YearFigures.objects.update_or_create(year=year, defaults={"at": at, "event": event, "content": content})
    return "worked out"

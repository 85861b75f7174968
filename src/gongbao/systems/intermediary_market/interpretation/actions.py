"""The only code that writes how the document is read."""

from datetime import date, datetime

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import Actor
from gongbao.office.people.models import Account
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.interpretation.models import MarketReading
from gongbao.systems.intermediary_market.interpretation.queries import choosable


def choose_reading(
    name: str, option: str, since: date, ground: str, *, account: Account | None, actor: Actor, at: datetime
) -> MarketReading:
    """Take a reading in this way from a day on, tomorrow at the earliest: what is under way is decided as it began.

    What was chosen before stays and counts for the days before. Raises GongbaoError.
    """
    found = choosable().get(name)
    if found is None or option not in found.options:
        raise GongbaoError("choose one of the readings of the list", where="choice")
    if since <= at.astimezone(SHANGHAI).date():
        raise GongbaoError("a reading holds from tomorrow on at the earliest", where="since")
    if not ground.strip():
        raise GongbaoError("say what decides it: the document, with its number", where="ground")
    with recorded("market.choose_reading", actor=actor, ground=f"{DOCUMENT} {found.clause}", at=at) as record:
        made = MarketReading.objects.create(
            name=name, option=option, since=since, ground=ground.strip(), entered_at=at, entered_by=account
        )
        record(f"market_reading:{name}", option=option, since=since.isoformat(), ground=made.ground)
    return made

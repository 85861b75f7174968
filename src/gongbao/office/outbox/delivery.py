"""The jobs of the outbox: letters are handed over, and addresses that have served are erased.

One letter goes these ways, each step a transaction of its own:

    waiting --hold--> held --begin_handing_over--> handing_over --delivered--> ended
                       |                              |
                       +-- time over: taken up again  +-- refused for the moment, or end unknown: waiting again

Until `handing_over` stands in the database nothing has left the house, so whatever happens before it the letter can be
taken up again. Between it and `ended` nobody knows, after a crash, whether the other side took the letter: SMTP has no
way to ask. It is then sent again under the same Message-ID. Two workers never hold one letter at once, for `hold` locks
its row, and whose time was over finds that out in `begin_handing_over`.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from gongbao.office import worker
from gongbao.office.outbox import actions, queries
from gongbao.office.outbox.carriers import Away, Carrier, EndUnknown, NotNow, Refused
from gongbao.office.outbox.mail import Smtp
from gongbao.office.outbox.models import Channel
from gongbao.office.outbox.sms import Sms

log = logging.getLogger("gongbao.outbox")

CARRIERS: dict[Channel, Callable[[], Carrier]] = {Channel.EMAIL: Smtp, Channel.SMS: Sms}
AT_ONCE = 50  # letters of a channel in one round
LONGEST = 20.0  # seconds after which no further letter is begun: clocks wait for the round to end


def reached(step: str) -> None:
    """Called between the steps of a delivery. Nothing happens here; the tests end the process."""


def deliver(now: datetime) -> int:
    """Hand over the letters that are due; how many were. Raises Away where another side does not answer."""
    began = time.monotonic()

    def clock() -> datetime:
        # A round takes its time, and what a worker holds is counted from when it took it.
        return now + timedelta(seconds=time.monotonic() - began)

    done, away = 0, None
    for channel, make in CARRIERS.items():
        if queries.is_set_up(channel) and (due := queries.due(channel, now, AT_ONCE)):
            try:
                done += _deliver(make(), due, clock)
            except Away as error:
                log.warning("letters wait: %s", error.reason)
                away = error
    if away and not done:
        # The job rests, and longer each time.
        raise away
    return done


def _deliver(carrier: Carrier, due: list[int], clock: Callable[[], datetime]) -> int:
    last = clock() + timedelta(seconds=LONGEST)
    away: list[Away] = []

    def still_due() -> Iterator[int]:
        for letter in due:
            if away or clock() > last:
                return
            yield letter

    def one(letter: int) -> str | None:
        try:
            return _hand_over(carrier, letter, clock)
        except Away as error:
            away.append(error)
            return None

    try:
        carrier.open()
        done = worker.each("outbox.deliver", still_due(), one)
    finally:
        carrier.close()
    if away and not done:
        raise away[0]
    return done


def _hand_over(carrier: Carrier, letter: int, clock: Callable[[], datetime]) -> str | None:
    """What became of the letter, for the log."""
    held = actions.hold(letter, clock())
    if held is None:
        return None
    reached("held")
    if not actions.begin_handing_over(held, clock()):
        return None
    reached("handing over")
    try:
        carrier.carry(held.outgoing)
    except NotNow as error:
        actions.put_back(held, clock())
        return f"refused for the moment, {error.code}"
    except Refused as error:
        actions.refused(held, clock(), error.code)
        return f"refused, {error.code}"
    except EndUnknown:
        actions.put_back(held, clock(), unsure=True)
        raise Away("the connection ended while a letter was handed over") from None
    except Away:
        actions.put_back(held, clock(), at_once=True)
        raise
    except Exception:
        # A fault of ours, with this letter alone: it waits like one that was refused for the moment.
        actions.put_back(held, clock())
        raise
    reached("handed over")
    actions.delivered(held, clock())
    reached("ended")
    return "handed over"


def erase(now: datetime) -> int:
    """Erase address and words of letters that are over; how many."""

    def one(letter: int) -> str | None:
        return "address and words erased" if actions.erase_envelope(letter, now) else None

    return worker.each("outbox.erase", queries.served(now, 500), one)

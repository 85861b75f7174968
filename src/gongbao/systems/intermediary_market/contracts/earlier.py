"""Contracts from before there were instalments: what was recorded of them, as it is said now.

Such a contract was delivered, accepted, invoiced and paid as a whole: it is read as one instalment of everything
(instalments.py). What is kept and logged stays as it was; here the values are named that are asked for today. What a
step did then by itself, and another does now, is made up for by actions.carry_over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gongbao.procedures import Event
from gongbao.procedures.fields import Value

STATES = ("delivered", "invoiced")
"""States of then that a row may still name."""
WHOLE = 1
"""The number of the one instalment."""

_OF_THE_WHOLE = frozenset({"contract_deliver", "contract_accept", "contract_refuse"})
_PAYS = frozenset({"contract_pay", "contract_pay_rest"})


@dataclass(slots=True)
class _Reading:
    """What has to be known of the events before to say what one of them means."""

    invoice: str = ""
    payments: int = 0
    ahead: Decimal = Decimal("0.00")
    """What was paid before any invoice."""

    def more(self, event: Event) -> Mapping[str, Value]:
        """The values that the event has beside those that are kept."""
        step, values = event.step, event.values
        if step in _OF_THE_WHOLE and "part" not in values:
            return {"part": WHOLE}
        if step == "contract_invoice" and "settlement" in values:
            self.invoice = str(values["invoice_number"])
            # Of a field that is asked for no more the value stands as it was kept; it counts what was paid before too.
            settlement = Decimal(str(values["settlement"]))
            return {"part": WHOLE, "invoiced": settlement - self.ahead, "last": True}
        if step == "contract_return_invoice" and "invoice_number" not in values:
            return {"invoice_number": self.invoice}
        if step in _PAYS:
            return self._payment(values)
        return {}

    def _payment(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        self.payments += 1
        if "invoice_number" in values:
            return {}
        if not self.invoice:
            paid = values["payment"]
            assert isinstance(paid, Decimal)
            self.ahead += paid
        return {"payment_number": self.payments, "invoice_number": self.invoice}


def as_now(events: Sequence[Event]) -> list[Event]:
    """The events with the values that are asked for today; those of a contract of today as they are."""
    reading, found = _Reading(), []
    for event in events:
        more = reading.more(event)
        found.append(replace(event, values={**event.values, **more}) if more else event)
    return found

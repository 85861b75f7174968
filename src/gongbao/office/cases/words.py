"""What stands in a case, in words: values, units, accounts, how near a last day is."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from gongbao.core.labels import Label
from gongbao.office.cases.models import Case
from gongbao.office.people.models import Account, Unit
from gongbao.procedures import Field, Run, Situation
from gongbao.procedures.clocks import Measure
from gongbao.procedures.fields import SHANGHAI, Kind, Value
from gongbao.procedures.words import tell_end, tell_left

_YES, _NO = Label("是", "yes"), Label("否", "no")
_STOPPED = Label("停止计算", "stopped")
_SOON = 2
"""Working days, where the clock itself warns no earlier."""


class Names:
    """The names of units and accounts that values speak of, each looked up once."""

    def __init__(self) -> None:
        self._units: dict[str, str | Label] = {}
        self._accounts: dict[str, str] = {}

    def unit(self, key: str, language: str) -> str:
        if key not in self._units:
            found = Unit.objects.filter(key=key).first()
            self._units[key] = Label(found.zh, found.en) if found else key
        name = self._units[key]
        return name if isinstance(name, str) else name.in_language(language)

    def account(self, public_id: str) -> str:
        if public_id not in self._accounts:
            found = Account.objects.filter(public_id=public_id).first()
            self._accounts[public_id] = found.shown_name if found else public_id
        return self._accounts[public_id]


def value_in_words(field: Field, value: Value, names: Names, language: str) -> str:
    """A value as a page or a paper shows it; "" for files, which are shown by their names elsewhere."""
    if field.kind == Kind.FILES:
        return ""
    if field.told is not None:
        words = field.told(value)
        return words.in_language(language) if words is not None else ""
    if isinstance(value, bool):
        return (_YES if value else _NO).in_language(language)
    if isinstance(value, datetime):
        return tell_end(value) if field.future else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:,.2f}{'元' if language.startswith('zh') else ' yuan'}"
    if isinstance(value, tuple):
        return ("、" if language.startswith("zh") else ", ").join(_option(field, one, language) for one in value)
    if field.kind == Kind.CHOICE:
        return _option(field, str(value), language)
    if field.kind == Kind.UNIT:
        return names.unit(str(value), language)
    if field.kind == Kind.ACCOUNT:
        return names.account(str(value))
    return str(value)


def _option(field: Field, key: str, language: str) -> str:
    option = field.option(key)
    return option.label.in_language(language) if option else key


@dataclass(frozen=True, slots=True)
class Light:
    """How near the first last day of a case is: `kind` is overdue, today, soon, ok or stopped, `words` says it."""

    kind: str
    words: Label
    run: Run


def light_of(case: Case, situation: Situation, now: datetime) -> Light | None:
    """None where nothing runs."""
    today = now.astimezone(SHANGHAI).date()
    waiting = [run for run in situation.open_runs if run.clock.ends or run.clock.runs_out]
    running = [run for run in waiting if run.due is not None]
    if not running:
        stopped = next((run for run in waiting if run.stopped is not None), None)
        return Light("stopped", _STOPPED, stopped) if stopped else None
    run = min(running, key=lambda one: one.ends_at or now)
    return Light(kind_of(run, now), _left(run, today), run)


def _left(run: Run, today: date) -> Label:
    """Alone it says what is left: 3 working days left."""
    words, left = tell_left(run, today), run.left(today)
    if not words.en.endswith(" left"):
        return words
    unit = f"{'working ' if run.clock.period.measure == Measure.WORKING_DAYS else ''}day{'' if left == 1 else 's'}"
    return Label(words.zh, f"{left} {unit} left")


def kind_of(run: Run, now: datetime) -> str:
    """The light of one open run of a clock."""
    today = now.astimezone(SHANGHAI).date()
    if run.due is None:
        return "stopped"
    if run.overdue(now):
        return "overdue"
    # When a time that has to pass is over, what waited for it may be done from now on.
    if run.due == today or run.is_over(now):
        return "today"
    return "soon" if run.left(today) <= max(run.clock.warns, _SOON) else "ok"

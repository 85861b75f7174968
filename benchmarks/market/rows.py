"""A market as it would stand after years: the demonstration, copied until there are so many rows.

What is copied is whole: a purchase with its case, its events, letters, terms, envelopes, registrations, draw, contract
and rating; a party with its listings, papers and persons; a case of conduct; a complaint. What is over goes back week
by week over four years, what is under way stays in this month. Names, digests and addresses are new in each copy.
Envelopes and explanations of results are cut short: no list reads them, and they would be most of the disk.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

WEEKS = 199
"""So far back what is over goes: from this month to almost four years ago. No divisor of what it is counted beside."""
PARTIES = 300
"""Copies of each party of the demonstration."""
BUSY = 30
"""One in so many purchases is of the party of the demonstration itself: its own pages are long ones."""
UNDER_WAY = 30
"""Copies of each purchase that is not over."""
_STRIDE = 1_000_000  # more than any number that the demonstration has given
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHORT = 200  # characters
_BATCH = 20_000  # rows


@dataclass
class Group:
    """Rows that are copied together. `weight` is how many of a hundred copies are of it; `over`: it may go back."""

    rows: dict[Any, list[Any]]
    over: bool
    weight: int = 1
    uuids: set[str] = field(default_factory=set)


def fill(rows: int, say: Callable[[str], None]) -> dict[str, int]:
    """Make the demonstration and copy it until there are `rows` rows (0: it alone); how many there are by table."""
    from django.db import connection, transaction

    from gongbao.office.audit import triggers

    _demonstration()
    if rows:
        _archive_one()
        maker = _Maker(connection)
        say("copying the demonstration")
        with transaction.atomic(), triggers.lifted(connection, "benchmarks.market"):
            triggers.remove(connection)
            _copy(maker, rows, say)
            maker.flush()
            triggers.install(connection)
            if connection.vendor == "postgresql":
                _set_sequences(connection, maker.models)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
    return counted()


def counted() -> dict[str, int]:
    """How many rows each table has that stands behind the market, the largest first."""
    found = {model._meta.db_table: model._default_manager.count() for model in _models()}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _models() -> list[Any]:
    from django.apps import apps

    labels = ("cases", "intermediary_market", "outbox")
    return [model for label in labels for model in apps.get_app_config(label).get_models()]


def _demonstration() -> None:
    from django.utils import timezone

    from gongbao.office.library.actions import ingest_file
    from gongbao.office.people.actions import DEMO_ACCOUNTS, keep_units, open_demo_accounts
    from gongbao.office.people.unit_files import read_units
    from gongbao.sample import GAZETTE, UNITS
    from gongbao.systems.intermediary_market.demo import open_demo

    now = timezone.now()
    ingest_file(GAZETTE)
    keep_units(read_units(UNITS), at=now)
    open_demo_accounts(dict.fromkeys(DEMO_ACCOUNTS, "an odd pass phrase"), at=now, with_posts=True)
    open_demo(now)


def _archive_one() -> None:
    """The contract that is paid is put into the archive, as almost all are after years."""
    from django.utils import timezone

    from gongbao.office.audit.actors import Actor, ActorKind
    from gongbao.office.cases import actions as cases
    from gongbao.office.cases.actors import Acting
    from gongbao.office.people.models import Account
    from gongbao.systems.intermediary_market.contracts import procedure
    from gongbao.systems.intermediary_market.contracts.models import Contract

    contract = Contract.objects.select_related("case__unit").get(case__state=procedure.paid.key)
    clerk = Account.objects.get(username="demo-operator")
    actor = Actor(ActorKind.ACCOUNT, str(clerk.public_id), procedure.clerk.post, contract.case.unit.key)
    acting = Acting(procedure.clerk, actor, clerk, unit_key=contract.case.unit.key)
    seen = contract.case.events_count
    cases.take_step(contract.case.uuid, procedure.archive.key, {}, acting=acting, at=timezone.now(), seen=seen)


# --- what is copied together


_OF_CASES = (
    ("cases.CaseEvent", "case"),
    ("cases.PersonalValues", "event__case"),
    ("cases.Attachment", "case"),
    ("cases.CaseLetter", "event__case"),
    ("cases.Proposal", "case"),
    ("cases.GivenOpinion", "proposal__case"),
    ("cases.Reminder", "case"),
)
_OF_PURCHASES = (
    ("intermediary_market.Terms", "purchase"),
    ("intermediary_market.Registration", "purchase"),
    ("intermediary_market.NotCounted", "purchase"),
    ("intermediary_market.Mark", "registration__purchase"),
    ("intermediary_market.Computed", "purchase"),
    ("intermediary_market.Sealing", "purchase"),
    ("intermediary_market.Envelope", "sealing__purchase"),
    ("intermediary_market.Opening", "sealing__purchase"),
    ("intermediary_market.Draw", "purchase"),
    ("intermediary_market.DrawShare", "draw__purchase"),
    ("intermediary_market.DrawEntry", "draw__purchase"),
    ("intermediary_market.Contract", "purchase"),
    ("intermediary_market.Rating", "contract__purchase"),
)
_OF_PARTIES = (
    ("intermediary_market.Member", "organisation"),
    ("intermediary_market.SigningKey", "organisation"),
    ("intermediary_market.NetworkAddress", "organisation"),
    ("intermediary_market.Paper", "organisation"),
    ("intermediary_market.Qualification", "organisation"),
    ("intermediary_market.Practitioner", "organisation"),
    ("intermediary_market.Listing", "organisation"),
    ("intermediary_market.Offering", "listing__organisation"),
    ("intermediary_market.Review", "listing__organisation"),
)


def _read(pairs: Iterable[tuple[str, str]], among: Sequence[Any]) -> dict[Any, list[Any]]:
    from django.apps import apps

    found = {}
    for name, path in pairs:
        model = apps.get_model(name)
        found[model] = list(model._default_manager.filter(**{f"{path}__in": among}).order_by())
    return found


def _with_cases(rows: dict[Any, list[Any]], cases: Sequence[Any]) -> Group:
    """With what stands behind these cases, and the messages about any of it."""
    from django.apps import apps

    from gongbao.office.cases.models import Case

    rows = {Case: list(cases), **_read(_OF_CASES, cases), **rows}
    subjects = [one.subject for several in rows.values() for one in several if hasattr(one, "subject")]
    message = apps.get_model("outbox.Message")
    rows[message] = list(message.objects.filter(about__in=subjects))
    uuids = {str(one.uuid) for several in rows.values() for one in several if hasattr(one, "uuid")}
    return Group(rows, all(one.over for one in cases), uuids=uuids)


def _purchases() -> list[Group]:
    """Each project with all its attempts, and their contracts."""
    from gongbao.office.cases.models import Case
    from gongbao.systems.intermediary_market.models import Purchase

    projects: dict[Any, list[Any]] = defaultdict(list)
    for one in Purchase.objects.order_by("pk"):
        projects[one.project].append(one)
    groups = []
    for several in projects.values():
        rows = {Purchase: several, **_read(_OF_PURCHASES, several)}
        ids = [one.case_id for model in rows for one in rows[model] if hasattr(one, "case_id")]
        group = _with_cases(rows, list(Case.objects.filter(pk__in=ids)))
        # Most of what was bought was delivered, paid and filed away.
        group.weight = 20 if any(one.state == "archived" for one in group.rows[Case]) else 1
        groups.append(group)
    return groups


def _of_conduct() -> list[Group]:
    from gongbao.office.cases.models import Case
    from gongbao.systems.intermediary_market.models import Clue, Conduct

    return [
        _with_cases(
            {Conduct: [one], Clue: list(Clue.objects.filter(conduct=one))}, list(Case.objects.filter(pk=one.case_id))
        )
        for one in Conduct.objects.order_by("pk")
    ]


def _complaints() -> list[Group]:
    from gongbao.office.cases.models import Case
    from gongbao.systems.intermediary_market.complaints.procedure import complaint
    from gongbao.systems.intermediary_market.models import Evidence

    return [
        _with_cases({Evidence: list(Evidence.objects.filter(complaint=one))}, [one])
        for one in Case.objects.filter(procedure=complaint.key).order_by("pk")
    ]


def _parties() -> Group:
    """All organisations in one: an account may be a member of several."""
    from gongbao.office.people.models import Account
    from gongbao.systems.intermediary_market.models import Organisation

    several = list(Organisation.objects.order_by("pk"))
    rows: dict[Any, list[Any]] = {Organisation: several, **_read(_OF_PARTIES, several)}
    rows[Account] = list(Account.objects.filter(memberships__organisation__in=several).distinct())
    return Group(rows, over=False)


def _copy(maker: "_Maker", rows: int, say: Callable[[str], None]) -> None:
    parties = _parties()
    for number in range(1, PARTIES + 1):
        maker.copy(parties, number, party=number)
    groups = _purchases()
    under_way, over = [one for one in groups if not one.over], [one for one in groups if one.over]
    for group in under_way:
        for number in range(1, UNDER_WAY + 1):
            maker.copy(group, number, party=_party(number))
    # Four cases of conduct, or complaints, on a hundred purchases.
    beside = [one for one in (*_of_conduct(), *_complaints()) if one.over]
    wheel = [one for one in over for _ in range(one.weight)]
    number = UNDER_WAY
    while maker.rows + maker.waiting < rows:
        number += 1
        group = wheel[number % len(wheel)]
        maker.copy(group, number, party=_party(number), weeks=number % WEEKS)
        if number % 25 == 0:
            maker.copy(beside[number // 25 % len(beside)], number, party=1 + number % PARTIES, weeks=number % WEEKS)
        if number % 2000 == 0:
            say(f"{maker.rows} of {rows} rows")


def _party(copy: int) -> int:
    return 0 if copy % BUSY == 0 else 1 + copy % PARTIES


# --- copying


class _Maker:
    """Copies groups of rows and writes them in large steps."""

    def __init__(self, connection: Any) -> None:
        from django.apps import apps

        from gongbao.office.people.models import Account

        parties = [apps.get_model(name) for name, _path in _OF_PARTIES]
        self.connection = connection
        self.parties = {apps.get_model("intermediary_market.Organisation"), Account, *parties}
        self.rows = sum(counted().values())
        self.waiting = 0
        self.made: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        self.models: set[Any] = set()
        self.days: dict[tuple[str, int], str] = {}

    def copy(self, group: Group, number: int, *, party: int, weeks: int = 0) -> None:
        copied = set(group.rows)
        for model, several in group.rows.items():
            for one in several:
                self.made[model].append(self._row(one, model, group, copied, number, party, weeks))
                self.waiting += 1
        if self.waiting > _BATCH:
            self.flush()

    def _row(
        self, one: Any, model: Any, group: Group, copied: set[Any], number: int, party: int, weeks: int
    ) -> tuple[Any, ...]:
        from django.db import models

        primary = one.pk + number * _STRIDE if isinstance(one.pk, int) else None
        row = []
        for column in model._meta.concrete_fields:
            value = getattr(one, column.attname)
            if value is None:
                pass
            elif column.primary_key and not column.is_relation:
                value = primary if primary is not None else _other_uuid(value, number)
            elif column.is_relation:
                value = self._related(value, column.related_model, copied, number, party)
            elif isinstance(column, models.UUIDField):
                value = _other_uuid(value, number)
            elif isinstance(column, models.DateField):  # of moments, too
                value = value - timedelta(weeks=weeks)
            elif isinstance(column, models.JSONField):
                row.append(self._json(value, group, number, weeks, cut=column.name == "result"))
                continue
            elif isinstance(column, models.TextField) and column.name in ("registration", "offer"):
                value = value[:_SHORT]
            elif isinstance(column, models.CharField):
                value = self._text(value, column, model, group, number, primary)
            elif column.name == "serial":
                value = value + number * 1000
            elif column.name == "budget_year":
                value = value - weeks // 52
            row.append(column.get_db_prep_save(value, self.connection))
        return tuple(row)

    def _related(self, value: Any, related: Any, copied: set[Any], number: int, party: int) -> Any:
        of = party if related in self.parties and related not in copied else number
        if related not in self.parties and related not in copied:
            return value
        if related._meta.label == "people.Account" and related not in copied:
            return value  # who took a step of the demonstration took it in each copy
        return value + of * _STRIDE if isinstance(value, int) else _other_uuid(value, of)

    def _text(self, value: str, column: Any, model: Any, group: Group, number: int, primary: Any) -> str:
        from stdnum.cn.uscc import calc_check_digit

        if column.name == "uscc" and model._meta.object_name == "Organisation":
            begun = f"{value[:8]}{primary // _STRIDE:06d}{value[14:17]}"
            return begun + str(calc_check_digit(begun))
        if column.name == "name" and model._meta.object_name == "Organisation":
            return f"{value}第{number}所"
        if column.name == "receipt":
            return f"M{primary:012d}"
        if column.name == "username":
            return f"{value}.copy-{number}"
        if column.name in ("about", "link"):
            return self._addressed(value, group, number)
        if (column.unique or column.name == "envelope") and len(value) >= 32:
            return f"{value[: len(value) - 8]}{number:08x}"
        return value

    def _json(self, value: Any, group: Group, number: int, weeks: int, cut: bool) -> str:
        if cut and isinstance(value, dict):
            value = {key: one for key, one in value.items() if key != "explanation"}
        text = self._addressed(json.dumps(value), group, number)
        return _DAY.sub(lambda found: self._day(found[0], weeks), text) if weeks else text

    def _addressed(self, text: str, group: Group, number: int) -> str:
        def other(found: re.Match[str]) -> str:
            return f"{found[0][:28]}{number:08x}" if found[0] in group.uuids else found[0]

        return _UUID.sub(other, text) if "-" in text else text

    def _day(self, day: str, weeks: int) -> str:
        found = self.days.get((day, weeks))
        if found is None:
            found = (date.fromisoformat(day) - timedelta(weeks=weeks)).isoformat()
            self.days[day, weeks] = found
        return found

    def flush(self) -> None:
        quote = self.connection.ops.quote_name
        for model, rows in self.made.items():
            if not rows:
                continue
            self.models.add(model)
            columns = ", ".join(quote(one.column) for one in model._meta.concrete_fields)
            table = quote(model._meta.db_table)
            with self.connection.cursor() as cursor:
                if self.connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
                else:
                    marks = ", ".join(["%s"] * len(model._meta.concrete_fields))
                    cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
            self.rows += len(rows)
        self.made.clear()
        self.waiting = 0


def _other_uuid(value: Any, number: int) -> Any:
    return type(value)(f"{value.hex[:24]}{number:08x}")


def _set_sequences(connection: Any, models: Iterable[Any]) -> None:
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)

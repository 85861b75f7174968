"""What an address asks for: f.limit=30000&r.unreferred_treatment=excluded, and beside it a second change that was kept
(a.f.… and a.r.…), what is counted (value), by what it is divided (by), over which fact it is drawn (over).

A part that cannot be meant is told, and changes nothing; the rest is answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from django.http import QueryDict

from gongbao.rules.policy import Policy
from gongbao.site.what_if import figures

FIGURE, READING, KEPT, HAS_KEPT = "f.", "r.", "a.", "a"
KEEP, DROP, SWAP = "keep", "drop", "swap"
"""What buttons do: keep the change as A, drop A, let A and B change places."""
PLAIN = ("population", "value", "by", "over")
MOST_NAMES = 400
"""Parts of an address that are looked at."""
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a policy: figures and readings by name, only those that are not as in force."""

    figures: dict[str, str] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        return (*sorted(self.figures.items()), *((READING + name, one) for name, one in sorted(self.readings.items())))

    def __bool__(self) -> bool:
        return bool(self.figures or self.readings)


@dataclass(frozen=True, slots=True)
class Asked:
    """`change` is what is tried, `kept` the one that it is set beside (None: none). `typed` has what stands in the
    fields, `wrong` what is wrong with it, by the name of the figure; `passed_over` names what means nothing."""

    change: Change = field(default_factory=Change)
    kept: Change | None = None
    population: str = ""
    value: str = ""
    by: str = ""
    over: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()

    def query(self, **other: str) -> str:
        """What stands behind the ? of its address: nothing that is as it is anyhow. Keywords set parts anew."""
        parts = list(_parts(self.change, ""))
        if self.kept is not None:
            parts += [(HAS_KEPT, "1"), *_parts(self.kept, KEPT)]
        plain = {name: getattr(self, name) for name in PLAIN} | other
        parts += [(name, value) for name, value in plain.items() if value]
        # Brackets, dots and commas may stand in a query as they are, and the address is read by people.
        return "&".join(f"{quote(name, safe='[],')}={quote(value, safe='[],')}" for name, value in parts)

    def afresh(self) -> str:
        """The same with nothing changed."""
        return replace(self, change=Change()).query()

    def kept_parts(self) -> list[tuple[str, str]]:
        """The second change, as a form carries it along."""
        return [] if self.kept is None else [(HAS_KEPT, "1"), *_parts(self.kept, KEPT)]


def _parts(change: Change, before: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{before}{FIGURE}{name}", value.removesuffix("%")) for name, value in change.figures.items())
    yield from ((f"{before}{READING}{name}", option) for name, option in change.readings.items())


def read(policy: Policy, query: QueryDict) -> Asked:
    typed: dict[str, str] = {}
    kept_typed: dict[str, str] = {}
    options: dict[str, dict[str, str]] = {"": {}, KEPT: {}}
    unknown: list[str] = []
    names = figures.sliders(policy)
    for name in list(query)[:MOST_NAMES]:
        value, before, rest = query.get(name, ""), "", name
        if name.startswith(KEPT):
            before, rest = KEPT, name[len(KEPT) :]
        if rest.startswith(FIGURE) and (figure := rest[len(FIGURE) :].replace(" ", "")) in names:
            (kept_typed if before else typed)[figure] = value
        elif rest.startswith(READING) and (reading := policy.reading_table.get(rest[len(READING) :])):
            if value not in reading.options:
                unknown.append(f"{name}={value}")
            elif value != reading.default:
                options[before][reading.name] = value
        elif name not in (*PLAIN, HAS_KEPT, KEEP, DROP, SWAP):
            unknown.append(name)
    changes, wrong = figures.read(policy, typed)
    kept, kept_wrong = figures.read(policy, kept_typed)
    unknown += [f"{KEPT}{FIGURE}{name}" for name in kept_wrong]
    plain = {name: query.get(name, "")[:SHOWN] for name in PLAIN}
    found = Asked(
        Change(changes, options[""]),
        Change(kept, options[KEPT]) if query.get(HAS_KEPT) == "1" else None,
        **plain,
        typed={name: value[: figures.LONGEST] for name, value in typed.items()},
        wrong=wrong,
        passed_over=tuple(_short(name) for name in unknown[:8]),
    )
    if KEEP in query:
        return replace(found, kept=found.change)
    if DROP in query:
        return replace(found, kept=None)
    if SWAP in query and found.kept is not None:
        return replace(found, change=found.kept, kept=found.change, typed={}, wrong={})
    return found


def _short(text: str) -> str:
    text = "".join(sign if sign.isprintable() else "�" for sign in text[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


__all__ = ["Asked", "Change", "read"]

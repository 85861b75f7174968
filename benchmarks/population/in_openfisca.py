"""OpenFisca-core: as its documentation teaches, and tuned by hand. Only ever run in the environment of the peers.

As documented: a tax and benefit system whose parameters are YAML files and whose variables have formulas, a parameter
that depends on a category picked with `parameters(period).rate[category]`, a simulation from
`SimulationBuilder.build_default_simulation` and `set_input`, amounts in yuan as float. OpenFisca keeps float as 32 bits
and has no other number with decimals.

Tuned by hand: one formula, parameters picked by `numpy.take`, nothing traced; once in float yuan, once in whole fen as
int, which OpenFisca keeps as 32 bits too, enough for 21 million yuan. It has no words for what came before among a
person's visits: their running sums are NumPy's, on visits that are in order.

A simulation keeps what it has computed, so each run has a new one, and building it is told apart.
"""

import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.model_api import YEAR, Variable, max_, min_, where
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

from benchmarks.population import data

PERIOD = str(data.YEAR)


class Category(Enum):
    extreme_hardship = "extreme hardship"
    subsistence_allowance = "subsistence allowance"
    returned_to_poverty = "returned to poverty"
    near_subsistence = "near subsistence"
    rural_at_risk = "rural, at risk"
    illness_impoverished = "impoverished by illness"
    none = "no other"


NAMES = [one.name for one in Category]

Person = build_entity("person", "persons", "a person", is_person=True)
Visit = build_entity("visit", "visits", "a visit", is_person=True)
Insured = build_entity("insured", "all_insured", "an insured", roles=[{"key": "visit", "plural": "visits"}])


def _variable(name: str, kind: Any, entity: Any, formula: Callable[..., Any] | None = None) -> type[Variable]:
    of_enum = {"possible_values": kind, "default_value": kind.none} if kind is Category else {}
    return type(
        name,
        (Variable,),
        {
            "value_type": Enum if kind is Category else kind,
            "entity": entity,
            "definition_period": YEAR,
            "label": name,
            **of_enum,
            **({"formula": formula} if formula else {}),
        },
    )


class _Engine:
    version = f"OpenFisca-core {version('openfisca-core')}"
    keeps = False
    money: type = float
    asked = "total_aid"
    policy = data.AID

    def __init__(self, folder: Path) -> None:
        self.folder, self.figures = folder, data.figures(folder, self.policy)
        self.system = self.make()

    def make(self) -> Any:
        raise NotImplementedError

    def run(self) -> Any:
        found = self.simulation.calculate(self.asked, PERIOD)
        del self.simulation
        return found

    def result(self, found: Any) -> Any:
        return found.astype(np.int64) if self.money is int else np.rint(found.astype(np.float64) * 100).astype(np.int64)

    def amount(self, fen: Any) -> Any:
        """Fen as this engine computes with them."""
        return np.asarray(fen) if self.money is int else (np.asarray(fen) / 100).astype(np.float32)

    def rate(self, hundredths: Any) -> Any:
        return np.asarray(hundredths) if self.money is int else (np.asarray(hundredths) / 100).astype(np.float32)

    def share(self, amount: Any, rate: Any) -> Any:
        return (amount * rate + 50) // 100 if self.money is int else to_fen(amount * rate)


def to_fen(yuan: Any) -> Any:
    """Half a fen up, as the rules have it; numpy.round would go to the even fen."""
    return np.floor(yuan * 100 + 0.5) / 100


class _Persons(_Engine):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        columns = data.read(folder / "persons")
        self.inputs = {
            "first": columns["first"],
            "second": np.where(columns["second"] == data.NONE, Category.none.index, columns["second"]),
            "inpatient": self.amount(columns["inpatient"]),
            "outpatient": self.amount(columns["outpatient"]),
            "referred": columns["referred"],
            "in_province": columns["in_province"],
        }

    def build(self) -> None:
        self.simulation = SimulationBuilder().build_default_simulation(self.system, len(self.inputs["first"]))
        for name, column in self.inputs.items():
            self.simulation.set_input(name, PERIOD, column)

    def inputs_of(self, system: Any) -> None:
        for name in ("first", "second"):
            system.add_variable(_variable(name, Category, Person))
        for name in ("inpatient", "outpatient"):
            system.add_variable(_variable(name, self.money, Person))
        for name in ("referred", "in_province"):
            system.add_variable(_variable(name, bool, Person))


class AsDocumented(_Persons):
    def make(self) -> Any:
        system = TaxBenefitSystem([Person])
        self.inputs_of(system)
        with tempfile.TemporaryDirectory() as name:
            self._write_parameters(Path(name))
            system.load_parameters(name)
        for which in ("first", "second"):
            for one in _rules_for(which):
                system.add_variable(one)

        def total_aid(person: Any, period: Any) -> Any:
            of_second = where(person("second", period) == Category.none, 0, person("aid_of_second", period))
            return max_(person("aid_of_first", period), of_second)

        system.add_variable(_variable("total_aid", float, Person, total_aid))
        return system

    def _write_parameters(self, folder: Path) -> None:
        for name, value in self.figures.items():
            if isinstance(value, list):
                found = {key: _dated(one / 100) for key, one in zip(NAMES, [*value, 0], strict=True)}
            else:
                found = _dated(value / 100)
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(found), encoding="utf-8")


def _dated(value: float) -> dict[str, Any]:
    return {"values": {"2022-05-01": {"value": value}}}


def _rules_for(which: str) -> list[type[Variable]]:
    """The variables of aid for the category that the variable `which` names."""

    def inpatient_aid(person: Any, period: Any, parameters: Any) -> Any:
        of, category = parameters(period), person(which, period)
        beyond = max_(person("inpatient", period) - of.threshold[category], 0)
        return to_fen(beyond * of.inpatient_rate[category])

    def outpatient_aid(person: Any, period: Any, parameters: Any) -> Any:
        return to_fen(person("outpatient", period) * parameters(period).outpatient_rate[person(which, period)])

    def limit(person: Any, period: Any, parameters: Any) -> Any:
        return parameters(period).limit[person(which, period)]

    def basic_aid(person: Any, period: Any) -> Any:
        both = person(f"inpatient_aid_of_{which}", period) + person(f"outpatient_aid_of_{which}", period)
        return min_(both, person(f"limit_of_{which}", period))

    def supplementary_aid(person: Any, period: Any, parameters: Any) -> Any:
        of, basic = parameters(period), person(f"basic_aid_of_{which}", period)
        beyond = person("inpatient", period) + person("outpatient", period) - basic - of.supplementary_line
        more = min_(to_fen(max_(beyond, 0) * of.supplementary_rate), of.supplementary_limit)
        has_more = basic >= person(f"limit_of_{which}", period)
        return where(has_more * person("referred", period) * person("in_province", period), more, 0)

    def aid(person: Any, period: Any) -> Any:
        return person(f"basic_aid_of_{which}", period) + person(f"supplementary_aid_of_{which}", period)

    rules = (inpatient_aid, outpatient_aid, limit, basic_aid, supplementary_aid, aid)
    return [_variable(f"{one.__name__}_of_{which}", float, Person, one) for one in rules]


class Tuned(_Persons):
    def make(self) -> Any:
        system = TaxBenefitSystem([Person])
        self.inputs_of(system)

        def total_aid(person: Any, period: Any) -> Any:
            names = ("inpatient", "outpatient", "referred", "in_province")
            facts = [person(name, period) for name in names]
            first, second = (np.asarray(person(name, period)) for name in ("first", "second"))
            total = self.aid(first, *facts)
            rows = np.nonzero(second != Category.none.index)[0]
            total[rows] = np.maximum(total[rows], self.aid(second[rows], *(fact[rows] for fact in facts)))
            return total

        system.add_variable(_variable("total_aid", self.money, Person, total_aid))
        return system

    def aid(self, category: Any, inpatient: Any, outpatient: Any, referred: Any, in_province: Any) -> Any:
        of = self.figures
        limit = np.take(self.amount(of["limit"]), category)
        beyond = np.maximum(inpatient - np.take(self.amount(of["threshold"]), category), 0)
        basic = self.share(beyond, np.take(self.rate(of["inpatient_rate"]), category))
        basic += self.share(outpatient, np.take(self.rate(of["outpatient_rate"]), category))
        np.minimum(basic, limit, out=basic)
        rows = np.nonzero((basic == limit) & referred & in_province)[0]
        beyond = inpatient[rows] + outpatient[rows] - basic[rows] - self.amount(of["supplementary_line"])
        more = self.share(np.maximum(beyond, 0), self.rate(of["supplementary_rate"]))
        basic[rows] += np.minimum(more, self.amount(of["supplementary_limit"]))
        return basic


class TunedInFen(Tuned):
    money = int


class Visits(_Engine):
    policy, asked = data.POOLING, "paid"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        columns = data.read(folder / "visits")
        self.person = columns.pop("person")
        self.inputs = columns | {"cost": self.amount(columns["cost"])}
        insured = data.read(folder / "insured")
        month = insured["retired_on"].astype("datetime64[D]").astype("datetime64[M]")
        from_then = (month + 1).astype("datetime64[D]").astype(np.int32)
        insured["retired_from"] = np.where(insured.pop("retired_on") == data.NONE, 2**31 - 1, from_then)
        self.insured = insured

    def build(self) -> None:
        builder = SimulationBuilder()
        builder.create_entities(self.system)
        builder.declare_person_entity("visit", np.arange(len(self.person)))
        insured = builder.declare_entity("insured", np.arange(len(self.insured["status"])))
        # Every insured has to be there: a person without visits would shift all after it.
        builder.join_with_persons(insured, self.person, np.zeros(len(self.person), np.int8))
        insured.members_entity_id = self.person
        self.simulation = builder.build(self.system)
        for name, column in (self.inputs | self.insured).items():
            self.simulation.set_input(name, PERIOD, column)

    def make(self) -> Any:
        system = TaxBenefitSystem([Visit, Insured])
        for name in ("date", "institution", "level"):
            system.add_variable(_variable(name, int, Visit))
        for name in ("designated", "settled_directly", "during_inpatient_stay", "suspended"):
            system.add_variable(_variable(name, bool, Visit))
        for name in ("status", "retired_from"):
            system.add_variable(_variable(name, int, Insured))
        system.add_variable(_variable("cost", self.money, Visit))
        of = self.figures

        def retired(visit: Any, period: Any) -> Any:
            begins = visit.insured("retired_from", period)
            return (visit.insured("status", period) == 1) | (visit("date", period) >= begins)

        def covered(visit: Any, period: Any) -> Any:
            held = visit("designated", period) & visit("settled_directly", period)
            left_out = visit("during_inpatient_stay", period) | visit("suspended", period)
            return where(held & ~left_out & (visit.insured("status", period) != 4), visit("cost", period), 0)

        def deducted(visit: Any, period: Any) -> Any:
            person = visit.simulation.populations["insured"].members_entity_id.astype(np.int64)
            key = (person * 400 + visit("date", period) % 400) * 1000 + visit("institution", period)
            order = np.argsort(key, kind="stable")
            cost = visit("covered", period)
            so_far = np.empty(len(key), np.int64 if self.money is int else np.float64)
            so_far[order] = _running(cost[order], key[order])
            most = np.take(self.amount(of["deductible"]), visit("level", period))
            return np.minimum(so_far, most) - np.minimum(so_far - cost, most)

        def share(visit: Any, period: Any) -> Any:
            rate = np.take(self.rate(of["rate"]), visit("level", period) * 2 + visit("retired", period))
            return self.share(visit("covered", period) - visit("deducted", period), rate)

        def paid(visit: Any, period: Any) -> Any:
            person = visit.simulation.populations["insured"].members_entity_id
            share, retired = visit("share", period), visit("retired", period)
            limits = self.amount([most * of["limit_share"] // 100 for most in of["limit"]])
            employed = _running(np.where(retired, 0, share), person)
            after = _running(np.where(retired, share, 0), person)
            used = np.where(retired, np.minimum(employed, limits[0]) + after, employed)
            limit = np.take(limits, retired.astype(np.int8))
            return np.minimum(used, limit) - np.minimum(used - share, limit)

        for one in (covered, deducted, share, paid):
            system.add_variable(_variable(one.__name__, self.money, Visit, one))
        system.add_variable(_variable("retired", bool, Visit, retired))
        return system


def _running(amounts: Any, groups: Any) -> Any:
    """The sum so far within each group; its rows stand together."""
    sums = np.cumsum(amounts, dtype=np.int64 if amounts.dtype.kind == "i" else np.float64)
    begins = np.concatenate([[0], np.nonzero(groups[1:] != groups[:-1])[0] + 1])
    before = np.where(begins, sums[begins - 1], 0)
    return sums - np.repeat(before, np.diff(np.append(begins, len(groups))))


class VisitsInFen(Visits):
    money = int


ENGINES = {
    "persons as documented": AsDocumented,
    "persons by hand": Tuned,
    "persons by hand, in fen": TunedInFen,
    "visits by hand": Visits,
    "visits by hand, in fen": VisitsInFen,
}

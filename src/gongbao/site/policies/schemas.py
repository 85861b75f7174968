"""The objects of gongbao.rules.describe and of a computed case, as the description of the API declares them."""

import datetime as dt
from typing import Any

from pydantic import Field

from gongbao.office.api import Error, Listed, Thing, Top, told


class Label(Thing):
    """A name in both languages."""

    zh: str = told("in Chinese")
    en: str = told("in English")


class PolicySummary(Thing):
    """A policy, as a list has it."""

    name: str = told("name of the policy, as in addresses and on the command line")
    label: Label = told("what it is called")
    about: Label = told("what it gives, and to whom")
    document: str = told("number of its document")
    in_force_from: dt.date = told("first day on which it may be applied")
    in_force_from_clause: str = told("clause that says so")
    in_force_until: dt.date | None = told("last day on which it may be applied; null while none is set")
    in_force_until_clause: str = told('clause that says so; "" where there is none')
    version: str = told("changes with its rules, figures and readings")
    rule_count: int = told("how many rules it has")


class PolicyChoice(Thing):
    """A value that a fact may have."""

    value: str = told("as it is written in a case")
    label: Label = told("what it means")


class PolicyFact(Thing):
    """What is asked of whoever brings a case."""

    name: str = told("its name in a case")
    label: Label = told("what it is called")
    help: Label | None = told("what belongs to it; null where nothing needs saying")
    clause: str = told("clause that asks for it")
    type: str = told("money, percent, decimal, integer, flag, choice, date, month, text or record")
    # Not called as it is written, which would hide the type.
    several: bool = Field(alias="list", description="whether there may be several")
    unit: Label | None = told("its unit; null where it has none")
    decimals: int | None = told("most decimals; null where it is no number, or they are not limited")
    choices: list[PolicyChoice] = told("the values there are; [] where it is no choice")
    least: str | None = told("least number; null where only the kind limits it")
    most: str | None = told("greatest number; null where none is set")
    over: str | None = told("the number that it must exceed; null where none is set")
    optional: bool = told("whether a case is complete without it")
    default: Any = told("what stands for one that is left out; null where nothing does")
    one_for_each: str = told('field of the records of which each value must come exactly once; "" where none')
    fields: list["PolicyFact"] = told("the fields of a record; [] of anything else")


class PolicyFigureValue(Thing):
    """A figure over a stretch of time."""

    since: dt.date = told("first day")
    until: dt.date | None = told("last day; null while no end is known")
    value: Any = told("the value; by key an object, of a scale a list")


class PolicyFigure(Thing):
    """A figure that the policy computes with."""

    name: str = told("its name")
    label: Label = told("what it is called")
    type: str = told("kind of value")
    keys: list[list[str]] = told("by what it differs: the values of each choice; [] where it is one value")
    scale: str | None = told("kind of scale; null where it is none")
    unit: Label | None = told("its unit; null where it has none")
    clause: str = told("clause that sets it")
    document: str = told('the document that sets it; "" for that of the policy')
    note: str = told('what else is to be known; "" where nothing')
    values: list[PolicyFigureValue] = told("its values, the oldest first")


class PolicyOption(Thing):
    """One way to read the document."""

    name: str = told("its name in a case")
    label: Label = told("the way in words")
    clause: str = told("clause that speaks for it")


class PolicyReading(Thing):
    """Where the document can be read in more than one way."""

    name: str = told("its name in a case")
    label: Label = told("what is in question")
    clause: str = told("the clause in question")
    default: str = told("the option that is taken where none is given")
    reason: Label = told("why that one")
    authority: Label = told("who may decide it")
    options: list[PolicyOption] = told("the ways there are")


class PolicyRule(Thing):
    """A rule, or a condition on which a case is taken."""

    name: str = told("its name, and that of the value it defines")
    label: Label = told("what it is called; of a condition, what is wrong where it does not hold")
    clause: str = told("clause that it carries out")
    summary: str = told("why it is as it is")
    type: str = told("kind of value")
    unit: Label | None = told("unit of the value; null where it has none")
    decimals: int | None = told("decimals to which it is rounded; null where it is not")
    records: str = told('the list of records on each of which it is; "" where it is on the case')
    for_each_choice: bool = told("whether it is computed for each of several choices, of which the best applies")
    uses_earlier: bool = told("whether it uses what it came to for earlier records")
    needs: list[str] = told("the rules it needs")
    facts: list[str] = told("the facts it reads")
    figures: list[str] = told("the figures it reads")
    readings: list[str] = told("the readings it depends on")


class PolicyCriterion(Thing):
    """A ground on which the best of several choices is taken."""

    direction: str = told("highest or lowest")
    rule: str = told("the rule whose value is compared")


class PolicyBestOf(Thing):
    """Of several choices in one case, the one that comes out best."""

    name: str = told("its name")
    label: Label = told("what it is called")
    clause: str = told("clause that says so")
    of: str = told("the fact that has the choices")
    criteria: list[PolicyCriterion] = told("the grounds, the first that differs deciding")


class PolicyReported(Thing):
    """A value of the answer."""

    name: str = told("its name in values")
    records: bool = told("whether it is a list of records")
    parts: list[str] = told("the fields and rules of each record; [] of a single value")


class WholePolicy(Top, PolicySummary):
    """All of a policy."""

    dated: str = told("the fact or rule that gives the day which governs")
    facts: list[PolicyFact] = told("what a case has")
    figures: list[PolicyFigure] = told("what it computes with")
    readings: list[PolicyReading] = told("where its document can be read in more than one way")
    rules: list[PolicyRule] = told("its rules")
    checks: list[PolicyRule] = told("what must hold for a case to be taken")
    best_of: PolicyBestOf | None = told("the choices of which the best applies; null where there are none")
    reported: list[PolicyReported] = told("the values that are reported, in order")


class Policies(Listed):
    """The policies."""

    items: list[PolicySummary] = told("the policies of this page")


class Question(Thing):
    """A fact that is missing, and needed."""

    path: str = told("where it belongs, counted from 0: visits[2].level")
    zh: str = told("what it is called in Chinese")
    en: str = told("what it is called in English")
    clause: str = told("clause that asks for it")
    rule: str = told("the rule that needs it")


class Computed(Top):
    """What a case comes to."""

    # Not called as it is written, which would hide BaseModel.schema.
    form: str = Field(alias="schema", description="gongbao.result/1")
    policy: str = told("name of the policy")
    version: str = told("version of the policy that computed it")
    date: dt.date | None = told("the day whose figures were taken; null where it is not known")
    values: dict[str, Any] = told("the values; amounts are decimal strings, null is what needs a missing fact")
    missing: list[str] = told("the facts that are missing, as paths")
    questions: list[Question] = told("the same, as they are asked for")
    readings: dict[str, str] = told("the readings that the result relies on")
    as_if: bool = told("whether it was computed outside the time in force too")
    figures: dict[str, str] = told("the figures that were changed for this once")


class CaseProblem(Thing):
    """Something in a case that cannot be meant."""

    path: str = told('where it stands, counted from 0; "" for the case as a whole')
    label: Label | None = told("what the fact is called; null where there is no such fact")
    zh: str = told("what is wrong, in Chinese")
    en: str = told("what is wrong, in English")
    code: str = told("the kind of problem, for programs")


class RefusedCase(Error):
    """Why a case was not computed."""

    problems: list[CaseProblem] = told("all that is wrong")

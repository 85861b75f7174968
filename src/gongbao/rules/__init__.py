"""Policy written once as ordinary functions, each cited; computed exactly, explained clause by clause.

A policy module imports its language from here: see `gongbao.rules.policy` for what one looks like, and
docs/write-a-policy.md for how to write one. `compute(policy, facts)` computes a case. No Django; nothing here knows a
gazette: a citation is a document number and a locator.

What is declared:

    policy.py          what a policy declares: facts, figures, readings, rules, checks, what it reports
    values.py          money, percentages, decimals, choices; types.py what an annotation of one means
    scales.py          the kinds of scale; functions.py what rules may call
    figures.py         parameters.yaml; figure_values.py the values in it
    readings.py        readings.yaml; coverage.py clauses.yaml; cases.py the worked cases; yaml_parts.py reads them all
    source.py          a rule's source -> its tree (tree.py), and what the language refuses; module.py what a policy's
                       module may hold beside its rules
    seal.py            closes a policy: types, trees and what needs what; what is declared wrongly is refused

What is given:

    facts.py           what people give -> facts, or problems in words; fact_schema.py the same as JSON Schema
    fact_tables.py     cases as rows of a worksheet or a CSV file; workbooks.py reads the cells

What it comes to:

    compute.py         one case, from what was given to values or a refusal; recompute.py a kept case, computed again
    evaluate.py        runs the rules of a case, each once; scopes are the case and its records
    generated.py       the tree -> the Python source that evaluate.py runs, over numbers as in bare.py
    bare.py            values without their class; exact.py arithmetic that loses nothing
    lost.py            which facts a value lacks; wanted.py all that are still to be asked for

Why, from the tree of a rule to a text:

    ways.py            which way a case went through a rule's branches, and what is said of that way: once for all cases
    phrases.py         the words of it: formulas and conditions with slots; shown.py a single value as people read it
    telling.py         a way -> the Python source that fills the slots: a step of the explanation, as JSON
    explain.py         the explanation of a case: has the steps told, and reads them
    render.py          the explanation -> lines of text

About a policy as a whole:

    describe.py        a policy as data; diagram.py its rules as a picture
    edges.py           where its rules flip, for worked cases and charts
    population.py      invented cases, as many as are wanted
    columns/, run/, what_if/    whole populations: computed, out of files, under other figures
"""

from gongbao.core.working_days import add_working_days, is_working_day, working_days_between
from gongbao.rules.compute import Refused, Result, compute
from gongbao.rules.functions import (
    add_months,
    as_percent,
    capped,
    count,
    first,
    first_of_next_month,
    last_day_of_month,
    last_day_of_year,
    mean,
    month_of,
    points,
    ratio,
    total,
    whole,
    whole_months,
    whole_years,
    year_of,
)
from gongbao.rules.policy import (
    FactSheet,
    FigureSheet,
    Policy,
    PolicyError,
    ReadingSheet,
    Record,
    earlier,
    fact,
    highest,
    lowest,
)
from gongbao.rules.scales import AmountByBand, Ladder, RateByBand, amount_by_band, marginal, rate_by_band
from gongbao.rules.types import Month
from gongbao.rules.values import (
    ByKey,
    Choice,
    Date,
    Decimal,
    Each,
    Flag,
    Integer,
    Label,
    Money,
    Percent,
    Places,
    Text,
    Unit,
)

__all__ = [
    "AmountByBand",
    "ByKey",
    "Choice",
    "Date",
    "Decimal",
    "Each",
    "FactSheet",
    "FigureSheet",
    "Flag",
    "Integer",
    "Label",
    "Ladder",
    "Money",
    "Month",
    "Percent",
    "Places",
    "Policy",
    "PolicyError",
    "RateByBand",
    "ReadingSheet",
    "Record",
    "Refused",
    "Result",
    "Text",
    "Unit",
    "add_months",
    "add_working_days",
    "amount_by_band",
    "as_percent",
    "capped",
    "compute",
    "count",
    "earlier",
    "fact",
    "first",
    "first_of_next_month",
    "highest",
    "is_working_day",
    "last_day_of_month",
    "last_day_of_year",
    "lowest",
    "marginal",
    "mean",
    "month_of",
    "points",
    "rate_by_band",
    "ratio",
    "total",
    "whole",
    "whole_months",
    "whole_years",
    "working_days_between",
    "year_of",
]

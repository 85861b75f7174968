"""Policy written once as ordinary functions, each cited; computed exactly, explained clause by clause.

A policy module imports its language from here: see `gongbao.rules.policy` for what one looks like, and
docs/write-a-policy.md for how to write one. `compute(policy, facts)` computes a case. No Django; nothing here knows a
gazette: a citation is a document number and a locator.

    policy.py     what a policy declares: facts, figures, readings, rules, checks, what it reports
    values.py     money, percentages, decimals, choices; scales.py the kinds of scale; functions.py what rules call
    source.py     a rule's source -> its tree (tree.py), and what the language refuses; seal.py closes a policy
    figures.py    parameters.yaml; readings.py readings.yaml; coverage.py clauses.yaml
    facts.py      what people give -> facts, or problems in words
    generated.py  the tree -> Python source of each rule, over numbers as in bare.py
    evaluate.py   runs it for a case; compute.py one case
    explain.py    why: ways.py what is said of a way through a rule, in the words of phrases.py; telling.py its source
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

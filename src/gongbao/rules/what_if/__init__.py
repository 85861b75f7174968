"""What other figures or another reading would come to for a whole population.

population = Population.of(policy, load(policy, "city.parquet"))
reform = Reform(figures={"inpatient_rate[subsistence_allowance]": "75%"})
found = compare(population, reform, by=["district", "category"])
found.outcome.total.change                          fen: an int, exact
found.as_json()                                     amounts as decimal strings
chart(policy, "inpatient_self_pay", reform, population=population)

population.py   the persons, what they can be told apart by, and what they come to
comparison.py   the sums, before and after
charts.py       a value against a fact, and where it jumps
"""

from gongbao.rules.what_if.charts import Chart, Cliff, chart, chart_facts
from gongbao.rules.what_if.comparison import Comparison, Outcome, Row, compare, heads, rows
from gongbao.rules.what_if.population import Dimension, Group, Population, Reform, value_rule, value_rules

__all__ = [
    "Chart",
    "Cliff",
    "Comparison",
    "Dimension",
    "Group",
    "Outcome",
    "Population",
    "Reform",
    "Row",
    "chart",
    "chart_facts",
    "compare",
    "heads",
    "rows",
    "value_rule",
    "value_rules",
]

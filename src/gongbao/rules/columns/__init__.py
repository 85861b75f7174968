"""The rules of a policy over a whole population at once: columns of whole numbers, equal to `compute` to the fen.

    program = program_of(policy)                       # the rules in whole numbers: nothing can overflow
    settings = program.settings(policy.figure_table)   # figures and readings, as arrays: changing one compiles nothing
    values = in_numpy.compute(program, settings, batch)
    values.of["total_aid"]                             # fen, one for each case
    values.doubtful                                    # the cases that `compute` has to decide

An amount is an int64 of a known number of decimals; a quotient stays a pair of whole numbers until a rule's declared
type rounds it. What a column cannot hold (a fact that is missing, a number beyond the range for which overflow is
excluded, a day on which the policy is not in force, a check that fails, a division by nought) makes the case doubtful:
it is never given a value here, and `compute` decides it, one by one and in words. So nothing is refused or computed
here that is not by `compute` too.

    whole.py      whole-number expressions, each with its least and greatest value
    lower.py      a rule's tree -> such expressions; what cannot be said in columns raises NotInColumns
    program.py    the rules of a policy in order, their settings, and what makes a case doubtful
    calendar.py   days as numbers: what dates need, as tables
    batch.py      the facts of many cases as arrays, and the way there and back
    in_numpy.py   the target that needs nothing else
    generated.py  the text of the compiled one, machine.py what its text is made of; in_numba.py compiles and calls it
    tally.py      what a change of figures comes to for a population
    engine.py     NumPy until the rules are compiled: for all who compute
"""

from gongbao.rules.columns.batch import Batch, Records, batch_of, value_of
from gongbao.rules.columns.lower import NotInColumns
from gongbao.rules.columns.program import Program, Settings, Values, program_of

__all__ = [
    "Batch",
    "NotInColumns",
    "Program",
    "Records",
    "Settings",
    "Values",
    "batch_of",
    "program_of",
    "value_of",
]

"""Cases: procedures that are kept, and the desk at which people work on them.

A case is the list of its events (see gongbao.procedures.run); what stands beside them in its row, its state and its
last day, is a cache that `gongbao audit rebuild --check` compares. What is personal is kept apart from the events, so
that it can be erased; the log has salted digests of it.

    types.py      what a system tells of its cases: its procedure, a line for lists, who is told what
    models.py     what is kept
    actors.py     in which roles somebody may act in a case
    actions.py    the only code that writes: begin, take a step, propose, sign, hand over, erase, fire clocks
    queries.py    the only code that reads: lists of the desk, one case as its reader may see it
    rebuild.py    the caches, compared with the events
    calendar.py   the working days: the known notices, and those that the office has entered
"""

"""What a change of a policy's figures or readings comes to for a whole population: a page with sliders and switches.

    figures.py      the sliders: every single figure of a policy, with its range, and what was typed into it
    asked.py        what an address asks for: a change, another beside it, what is looked at, in which population
    populations.py  the populations, loaded once and kept in the memory of the process
    answers.py      what it comes to, as the page shows it
    charts.py       the pictures, as SVG; tables.py the same as a table to keep
    views.py        the pages

All that is asked for stands in the address, so that a link opens it again: figures and readings, no fact of anybody.
Of a population only sums and counts are ever shown.
"""

"""A whole city by gongbao and by its peers, side by side: the same data, one process for each engine, in turn.

    data.py          persons and visits, invented, as .npy files that every process reads
    worker.py        what an engine's process does: loads, builds, computes when it is told to, saves what it came to
    in_gongbao.py    the engines of gongbao; in_duckdb.py, in_pandas.py, in_polars.py, in_openfisca.py those of others
    environment.py   the environment of pandas, Polars and OpenFisca-core, which gongbao itself never has
    side_by_side.py  runs them in turn, compares what they came to
    growth.py        from ten thousand rows to ten million, and a million rows on which gongbao's engines agree
    memory.py        how long the memory alone takes to hand over the same bytes
    report.py        the section of docs/benchmarks.md

The formulas for the others are written as someone would who knows the library: whole columns, money in whole fen where
the library has whole numbers, the two categories of a person and the two halves of a year of retirement told apart.
"""

"""Whole populations out of files and tables, and what a policy comes to for them.

loaded = load(policy, "city.parquet")       # into memory: loaded.batch, for what-if

places.py      what INPUT and OUTPUT name
sources.py     a file or table -> the rows of a work database
csv_files.py   encodings, separators and irregular rows of CSV files
cells.py       cells -> whole numbers, in SQL
staging.py     rows -> cases of whole numbers
batches.py     cases -> arrays
"""

from gongbao.rules.run.loading import Labels, LeftOut, Loaded, case_on, load
from gongbao.rules.run.running import Job, Report, run

__all__ = ["Job", "Labels", "LeftOut", "Loaded", "Report", "case_on", "load", "run"]

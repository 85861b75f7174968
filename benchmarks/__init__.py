"""How fast gongbao reads, and how fast its pages answer: `make bench`, or `python -m benchmarks --help`.

The texts are invented by a seeded generator (texts.py), so that every run measures the same. Each measurement runs in
a process of its own, so that one does not pay for the memory of another. The result is docs/benchmarks.md.
"""

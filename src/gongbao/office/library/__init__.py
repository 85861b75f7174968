"""The library: every file as it was received, the documents in it, and each document's revisions, clause by clause.

`actions.py` alone writes, `queries.py` alone reads for pages, commands and exports, and `contract.py` gives what is
read the form that docs/contract.md promises to programs.
"""

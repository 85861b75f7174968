"""A purchase, from the notice to the notice of award: 第十七条 to 第二十八条.

A purchase is one attempt to select an agency for a project. It is a case of the procedure `market_purchase`, kept by
the office like any case; what a case has no room for (terms, registrations) stands in models of its own.
"""

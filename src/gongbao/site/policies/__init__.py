"""Policies on the site: a page for each, where a case is worked out and explained, many at once, and the API.

Nothing of a case is kept, and nothing of it stands in an address that a server sees: facts come in the body of a
request, and a link that opens a case again has them behind its #, which browsers keep to themselves.
"""

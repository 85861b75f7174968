"""Registrations and offers that nobody can read, nor say from whom they are, before they are opened.

An agency seals in its browser what it hands in; each envelope can be opened by the two custodians of the purchase
together, by neither of them alone, and not by the server: 第二十一条, 第三十八条第（二）项.
"""

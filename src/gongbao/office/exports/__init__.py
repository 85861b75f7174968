"""Workbooks that take long: the worker makes them, and a page says how far each is.

    kinds.register(Kind("market.contracts", make, scope))                  # in ready() of an app
    if rows > kinds.AT_ONCE:                                               # in a view that takes GET and POST
        return views.answer(request, "market.contracts", given, name="contracts.xlsx", rows=rows)

`make` is a generator that yields how far it is in percent and ends with the bytes of the file. The worker goes on with
it for two seconds a round, in a thread aside, so that no clock waits; it may be taken back while it is made, and one
whose process ended is begun again by the next. A file is for the account that asked for it, as long as the account may
see the same, and goes after a day. What everybody may see is made once for all who ask within the hour.

    kinds.py      kinds of files, and the parts that most are made of
    actions.py    the only code that writes exports; the job of the worker
    models.py     what is kept of an export
    views.py      the offer, the page of an export, the file
"""

"""The outbox: what the office tells somebody. Messages on the site, letters by e-mail, short messages by telephone.

    send(ToPost(unit, Role.CLERK), subject=Label(...), text=Label(...), about="case:UUID", link="/cases/UUID/", at=now)

An action says so in its own transaction, and nothing leaves the house in it: a message stands on the page /messages/
as soon as the transaction ends, and the rest the worker delivers (docs/decisions/0018-outbox-and-worker.md).

    models.py       messages; letters, the record; envelopes, with the address, for as long as it is needed
    actions.py      send, and the steps of a delivery
    delivery.py     the jobs: deliver, and erase addresses that have served
    carriers.py     what a way out has to do
    mail.py sms.py  the ways out
    queries.py      the messages of an account, the letters about a case, what waits
"""

"""The log: one append-only, hash-chained list of what was done to what the office keeps.

    with recorded("cases.take_step", actor=actor, ground="许政办〔2022〕27号 第三十六条第一款", at=now) as record:
        ...                                   # write the regulated records
        record(case.subject, step="accept", number=3)

An entry says who did what, on what ground, to what: ids and salted digests, never personal data (`digest`). The entry
is written when the block ends, in its transaction; the head of the chain is the last thing that is locked.

    actors.py        who acts
    models.py        the entries and the head of the chain
    actions.py       recorded: the only way in
    triggers.py      what the database itself refuses
    queries.py       the log for a page
    chain.py         verify: what was changed, removed, inserted or moved
    checkpoints.py   the head, signed, to be kept outside the database; paper.py prints it
    rebuild.py       what is derived and kept, compared with what the log gives
"""

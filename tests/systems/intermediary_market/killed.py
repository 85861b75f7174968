"""A process that ends before a write, at each in turn, for tests that what it left can be begun again."""

from collections.abc import Callable
from typing import Any

from django.db import connection


class Killed(Exception):
    """The process ended here."""


def killed_at_each_write(act: Callable[[], Any], kept: Callable[[], Any]) -> int:
    """The act ends before each of its writes in turn, the log's among them, and is begun again until it is done: how
    many writes there were. What is `kept` is each time what it was before."""
    before, writes = kept(), 0
    while True:
        left = writes

        def end(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal left
            if sql.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE"):
                if left == 0:
                    raise Killed
                left -= 1
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(end):
                act()
            return writes
        except Killed:
            assert kept() == before
            writes += 1

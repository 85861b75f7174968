"""The form of the log."""

import logging


class OneLine(logging.Formatter):
    """Each event on one line, a traceback too: what reads a log counts lines, and nobody can forge one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        lines = (line.strip() for line in super().format(record).splitlines())
        # A terminal that shows the log must not obey what somebody wrote in an address.
        return "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode()
            for char in " | ".join(line for line in lines if line)
        )

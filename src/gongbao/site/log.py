"""The form of the log."""

import logging


class OneLine(logging.Formatter):
    """Each event on one line, a traceback too: what reads a log counts lines, and nobody can forge one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return " | ".join(line.strip() for line in super().format(record).splitlines() if line.strip())

"""The folder in which a run works, beside its output: with it, the same command goes on where it was ended.

result.parquet.work/run.json       what is run: another input, policy or setting begins anew
result.parquet.work/work.duckdb    the input as numbers, and what cases came to so far
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Mapping
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.rules.run.places import Place
from gongbao.rules.run.sources import connect

_ABOUT = "run.json"
_FORM = 1
"""Another as soon as the tables of a work database mean something else."""


class Work:
    """`connection` is the work database; `begun_anew` says what has changed since the run that was left here."""

    def __init__(
        self, target: Place, about: Mapping[str, Any], *, fresh: bool, threads: int | None, memory: str
    ) -> None:
        self.folder = target.beside.with_name(target.beside.name + ".work")
        self.begun_anew: list[str] = []
        self.goes_on = False
        about = {"form": _FORM, **about}
        before = self._before()
        if before is not None:
            changed = [name for name in about if before.get(name) != about[name]]
            self.goes_on = not changed and not fresh
            self.begun_anew = [] if fresh else changed
        if not self.goes_on:
            self._make(about)
        self.connection = connect(
            self.folder / "work.duckdb", folder=self.folder, threads=threads, memory=memory, is_shared=True
        )
        self.connection.execute("create table if not exists state (name varchar primary key, value varchar)")

    def _before(self) -> dict[str, Any] | None:
        try:
            about = self.folder.lstat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GongbaoError(f"this folder cannot be: {error.strerror}", where=str(self.folder)) from None
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
            # Whoever else may write here could have put in other results, or lead to another folder.
            raise GongbaoError(
                "a run would work in this folder, which is not your own; take it away first",
                where=str(self.folder),
            )
        try:
            found = json.loads((self.folder / _ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict) or "form" not in found:
            raise GongbaoError(
                "a run would work in this folder, which is not one of its own; take it away first",
                where=str(self.folder),
            )
        return found

    def _make(self, about: Mapping[str, Any]) -> None:
        try:
            if self.folder.exists():
                # While another run has the database open, this fails, and nothing is taken away.
                connect(self.folder / "work.duckdb", folder=self.folder, is_shared=True).close()
                shutil.rmtree(self.folder)
            # It holds what people gave, and nobody else has business in it.
            self.folder.mkdir(mode=0o700)
            draft = self.folder / f".{_ABOUT}"
            draft.write_text(json.dumps(about, ensure_ascii=False, indent=2), encoding="utf-8")
            os.replace(draft, self.folder / _ABOUT)
        except OSError as error:
            raise GongbaoError(f"this folder cannot be made: {error.strerror}", where=str(self.folder)) from None

    def get(self, name: str) -> Any:
        found = self.connection.execute("select value from state where name = ?", [name]).fetchall()
        return json.loads(found[0][0]) if found else None

    def put(self, name: str, value: Any) -> None:
        self.connection.execute("insert or replace into state values (?, ?)", [name, json.dumps(value)])

    def close(self) -> None:
        self.connection.close()

    def remove(self) -> None:
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


__all__ = ["Work"]

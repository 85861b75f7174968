"""What is derived and kept: compared, and made again in an action."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gongbao import cli
from gongbao.office.audit import rebuild
from gongbao.office.audit.actors import KEEPER
from gongbao.office.audit.models import Entry
from gongbao.office.audit.rebuild import Difference

NOW = datetime(2026, 3, 2, tzinfo=UTC)

pytestmark = pytest.mark.django_db


class Kept:
    """A value that is kept, beside the one that it is derived from."""

    def __init__(self, kept: str, derived: str) -> None:
        self.kept, self.derived = kept, derived

    def compare(self) -> Iterator[Difference]:
        if self.kept != self.derived:
            yield Difference("case:1", "state", self.kept, self.derived)

    def rebuild(self) -> int:
        self.kept = self.derived
        return 1


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(rebuild, "_derived", {})
    wrong, right = Kept("open", "decided"), Kept("open", "open")
    rebuild.register("cases.state", wrong.compare, wrong.rebuild)
    rebuild.register("cases.due", right.compare, right.rebuild)
    return wrong


def run(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        cli.run(["audit", "rebuild", *arguments])
    return ended.value.code


def test_a_difference_is_told_and_left(wrong: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--check") == 1
    assert capsys.readouterr().out == "cases.state: case:1 state: kept open, derived decided\n"
    assert run("--check", "--json") == 1
    assert json.loads(capsys.readouterr().out)["differences"][0]["is"] == "decided"
    assert wrong.kept == "open"
    assert not Entry.objects.exists()


def test_a_difference_is_mended_and_that_stands_in_the_log(wrong: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert capsys.readouterr().out == "cases.state: 1 mended\n"
    assert wrong.kept == "decided"
    entry = Entry.objects.get()
    assert (entry.action, entry.subject, entry.content) == ("audit.rebuild", "derived:cases.state", '{"mended":1}')
    assert run("--check") == 0
    assert run() == 0
    assert Entry.objects.count() == 1


def test_what_is_mended_in_vain_leaves_no_entry(wrong: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise LookupError

    monkeypatch.setattr(rebuild, "_derived", {})
    rebuild.register("cases.state", wrong.compare, fail)
    with pytest.raises(LookupError):
        rebuild.rebuild_all(actor=KEEPER, at=NOW)
    assert not Entry.objects.exists()


def test_a_name_is_registered_once(wrong: Kept) -> None:
    rebuild.register("cases.state", wrong.compare, wrong.rebuild)
    with pytest.raises(ValueError, match=r"cases\.state"):
        rebuild.register("cases.state", wrong.compare, lambda: 0)

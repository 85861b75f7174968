"""The command that checks a draw of the intermediary services market. It needs no site and no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongbao.cli.printing import EXIT_REFUSED, answer, json_option
from gongbao.core.errors import GongbaoError

if TYPE_CHECKING:
    from gongbao.systems.intermediary_market.draw.proof import Listed, Proof


def register(cli: click.Group) -> None:
    """Add the command to the `gongbao` command."""
    from gongbao.cli import DECIDING

    cli.command("verify-draw", section=DECIDING)(verify_draw)


@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@json_option
def verify_draw(file: Path, as_json: bool) -> int:
    """Check a random draw by the file that its page hands out.

    FILE is that of a draw, or a registrant's proof that it stands in the list. The exit status is 1 where something is
    not as it has to be.
    """
    from gongbao.systems.intermediary_market.draw import proof

    try:
        with click.open_file(str(file), "rb") as stream:
            given = proof.read(stream.read(proof.LARGEST + 1))
    except OSError as error:
        raise GongbaoError(f"this file cannot be read: {error.strerror}", where=str(file)) from error
    except GongbaoError as error:
        raise GongbaoError(str(error), where=str(file)) from error
    if isinstance(given, proof.Proof):
        return _tell_proof(given, as_json)
    found = proof.checks(given)
    holds = all(one.holds for one in found)
    data = {
        "holds": holds,
        "purchase": given.purchase,
        "number": given.number,
        "root": given.root,
        "shares_root": given.shares_root,
        "missing": [{"agency": one.entry.agency, "name": one.name, "why": one.missing or ""} for one in given.missing],
        "value": given.value,
        "first": given.order[0] if given.order else "",
        "checks": [{"check": one.key, "zh": one.label.zh, "en": one.label.en, "holds": one.holds} for one in found],
    }
    names = {one.entry.agency: one.name for one in given.listed}
    first = f"{given.order[0]} {names.get(given.order[0], '')}".strip() if given.order else ""
    lines = [
        f"the draw holds: of {len(given.listed)} the first is {first}" if holds else "the draw does not hold:",
        *(f"{'yes' if one.holds else 'NO '}  {one.label.en}" for one in found),
        *(_told_missing(one) for one in given.missing),
        *([_NOT_PINNED] if given.lacks_root else []),
        f"compare yourself: the root {given.root} was published before the draw,",
        *([f"the root {given.shares_root} of the shares before the public value,"] if given.shares_root else []),
        f"and “{given.value}” is what stands at {given.value_from}",
        *(f"draw {one.number} was set aside: {one.reason}" for one in given.set_aside),
    ]
    answer(as_json, data, "\n".join(lines))
    return 0 if holds else EXIT_REFUSED


_NOT_PINNED = (
    "the shares of registrants were not pinned before the public value: it is a draw from before that was done, or its "
    "page shows a root that this file lacks"
)


def _told_missing(one: Listed) -> str:
    why = f": {one.why_missing.en}" if one.why_missing else ""
    return f"{one.entry.agency} {one.name} committed to a share that does not count{why}"


def _tell_proof(given: Proof, as_json: bool) -> int:
    agency, root, holds, of = given.entry.agency, given.root, given.holds, given.pinned
    stands = "stands in the list" if holds else "is not shown to stand in the list"
    lines = [f"{agency} {stands} with the root {root}"]
    if of and not holds:
        lines.append(f"or what is said of its share does not fit the root {of.root}")
    elif of and of.share:
        lines.append(f"its share counts, with the root {of.root}")
    elif of and of.why_missing:
        lines.append(f"its share does not count, with the root {of.root}: {of.why_missing.en}")
    counts = of is not None and bool(of.share)
    data = {"holds": holds, "agency": agency, "root": root, "shares_root": of.root if of else "", "counts": counts}
    answer(as_json, data, "\n".join(lines))
    return 0 if holds else EXIT_REFUSED

"""The commands that show procedures: which there are, and what one is made of, in words, as a picture, as BPMN.

They need no database. With --json each prints the objects of docs/contract.md, otherwise the same for a person.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongbao import SCHEMA_VERSION
from gongbao.cli.printing import answer, json_option, print_json, say, table, write_file
from gongbao.cli.rules import language_option

if TYPE_CHECKING:
    from gongbao.procedures import Procedure


def register(cli: click.Group) -> None:
    """Add these commands to the `gongbao` command."""
    from gongbao.cli import DECIDING

    cli.command("procedures", section=DECIDING)(procedures)
    cli.command("procedure", section=DECIDING)(procedure)


@json_option
def procedures(as_json: bool) -> None:
    """The procedures by which cases are handled."""
    from gongbao.procedures.describe import summary
    from gongbao.systems import procedures as all_procedures

    found = [{"schema_version": SCHEMA_VERSION, **summary(one)} for one in all_procedures().values()]
    if as_json:
        print_json(found)
        return
    rows = [
        [one["key"], one["label"]["zh"], one["document"], one["in_force_from"]]
        + [str(one[count]) for count in ("state_count", "step_count", "clock_count")]
        for one in found
    ]
    say("\n".join(table(rows, ["procedure", "名称", "document", "in force", "states", "steps", "clocks"])))


def _file_option(option: str, what: str) -> Any:
    return click.option(
        option,
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        metavar="FILE",
        help=f"Write it as {what} instead; - writes to standard output.",
    )


@click.argument("key", metavar="PROCEDURE")
@_file_option("--bpmn", "BPMN 2.0 XML")
@_file_option("--svg", "a picture")
@language_option
@json_option
def procedure(key: str, bpmn: Path | None, svg: Path | None, language: str, as_json: bool) -> None:
    """What a procedure is made of: states, steps, clocks, letters, each with its clause.

    --language is that of the text, of the picture and of the names in the BPMN file.
    """
    from gongbao.procedures.bpmn import to_bpmn
    from gongbao.procedures.describe import description
    from gongbao.procedures.diagram import svg as drawn
    from gongbao.systems import procedure as find_procedure

    if [str(bpmn), str(svg), "-" if as_json else ""].count("-") > 1:
        raise click.UsageError("only one of --bpmn, --svg and --json can write to standard output")
    found = find_procedure(key)
    if bpmn:
        _write(bpmn, to_bpmn(found, language))
    if svg:
        _write(svg, drawn(found, language).encode())
    if as_json or not (bpmn or svg):
        answer(as_json, description(found), _text(found, language))


def _write(file: Path, content: bytes) -> None:
    if str(file) == "-":
        sys.stdout.buffer.write(content)
    else:
        write_file(file, content)


_TITLES = {
    "roles": ("角色", "Who"),
    "states": ("状态", "States"),
    "steps": ("环节", "Steps"),
    "clocks": ("期限", "Clocks"),
    "letters": ("文书", "Letters"),
}


def _text(procedure: Procedure, language: str) -> str:
    from gongbao.procedures import clause_label

    clause = clause_label(procedure.since_clause).in_language(language)
    lines = [
        f"{procedure.key}  {procedure.label.in_language(language)}",
        f"{procedure.document}  {procedure.since} – ({clause})  {procedure.digest()[:12]}",
    ]
    for name, rows in (
        ("roles", _roles(procedure, language)),
        ("states", _states(procedure, language)),
        ("steps", _steps(procedure, language)),
        ("clocks", _clocks(procedure, language)),
        ("letters", _letters(procedure, language)),
    ):
        if rows:
            lines += ["", _TITLES[name][language != "zh"], *(f"  {line}" for line in table(rows))]
    return "\n".join(lines)


def _roles(procedure: Procedure, language: str) -> list[list[str]]:
    kinds = {"staff": ("工作人员", "staff"), "party": ("当事人", "party"), "system": ("系统", "program")}
    taken = {role for step in procedure.steps.values() for role in step.by}
    taken |= {role for step in procedure.steps.values() if step.sign_off for role in step.sign_off.roles}
    return [
        [one.key, one.label.in_language(language), kinds[one.kind][language != "zh"]]
        for one in procedure.roles.values()
        if one in taken
    ]


def _states(procedure: Procedure, language: str) -> list[list[str]]:
    end = "终结" if language == "zh" else "the end"
    return [
        [
            one.key,
            one.label.in_language(language),
            end if one.final else one.next.in_language(language) if one.next else "",
        ]
        for one in procedure.states.values()
    ]


def _steps(procedure: Procedure, language: str) -> list[list[str]]:
    """Each step with its clause, who takes and signs it, and from where to where it leads."""
    from gongbao.procedures import clause_label

    rows = []
    for step in procedure.steps.values():
        who = ", ".join(role.key for role in step.by)
        if step.sign_off:
            who = " → ".join([who, *(role.key for role in step.sign_off.roles)])
        way = f"{', '.join(one.key for one in step.at)} → {step.to.key if step.to else '='}".strip()
        clause = clause_label(step.clause).in_language(language)
        rows.append([step.key, step.label.in_language(language), clause, who, way])
    return rows


def _clocks(procedure: Procedure, language: str) -> list[list[str]]:
    from gongbao.procedures import clause_label
    from gongbao.procedures.words import tell_clock

    return [
        [
            one.key,
            one.label.in_language(language),
            clause_label(one.clause).in_language(language),
            tell_clock(one).in_language(language),
        ]
        for one in procedure.clocks.values()
    ]


def _letters(procedure: Procedure, language: str) -> list[list[str]]:
    """Each letter with its clause and the remedies against it."""
    from gongbao.procedures import clause_label

    rows = []
    for one in procedure.letters.values():
        told = [f"{it.label.in_language(language)} {it.period.label.in_language(language)}" for it in one.remedies]
        clause = clause_label(one.clause).in_language(language)
        rows.append([one.key, one.label.in_language(language), clause, ("、" if language == "zh" else ", ").join(told)])
    return rows

"""The commands that compute: cases under a policy, what a policy is made of, what carries a document's clauses.

They need no database, but for `coverage`, which asks the library for the document's own clauses. With --json each
prints the objects of docs/contract.md, otherwise the same for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongbao.cli.printing import (
    EXIT_REFUSED,
    answer,
    json_option,
    print_json,
    print_json_line,
    say,
    table,
    with_django,
    write_file,
)
from gongbao.core.errors import GongbaoError

if TYPE_CHECKING:
    from gongbao.cli.case_files import GivenCase
    from gongbao.rules.compute import Refused, Result
    from gongbao.rules.coverage import Account, Coverage
    from gongbao.rules.facts import Problem
    from gongbao.rules.policy import Policy
    from gongbao.rules.recompute import Recomputed


def register(cli: click.Group) -> None:
    """Add these commands to the `gongbao` command."""
    from gongbao.cli import COMPUTING

    for name, command in (
        ("compute", compute),
        ("recompute", recompute),
        ("policies", policies),
        ("policy", policy),
        ("coverage", coverage),
        ("cases", cases),
    ):
        cli.command(name, section=COMPUTING)(command)


class Setting(click.ParamType[tuple[str, str]]):
    """NAME=VALUE."""

    name = "setting"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, sign, rest = str(value).partition("=")
        if not sign or not name.strip():
            self.fail(f"“{value}” is no setting; write NAME=VALUE", param, ctx)
        return name.strip(), rest.strip()


def _repeated(option: str, metavar: str, text: str) -> Callable[[Any], Any]:
    return click.option(option, type=Setting(), multiple=True, metavar=metavar, help=f"{text} May be repeated.")


reading_option = _repeated("--reading", "NAME=OPTION", "Read the document in another way than the default.")
figure_option = _repeated("--figure", "NAME[KEY]=VALUE", "Compute with another figure, for this once.")
explain_option = click.option("--explain", is_flag=True, help="Say why, clause by clause.")
language_option = click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of what is printed as text."
)


# --- computing


@click.argument("name", metavar="POLICY")
@click.argument("file", metavar="FILE")
@reading_option
@figure_option
@click.option("--as-if", is_flag=True, help="Compute a case outside the policy's time in force too.")
@explain_option
@click.option("--keep", is_flag=True, help="With --json: the facts and figures too, as a case is kept for `recompute`.")
@language_option
@json_option
def compute(
    name: str,
    file: str,
    reading: tuple[tuple[str, str], ...],
    figure: tuple[tuple[str, str], ...],
    as_if: bool,
    explain: bool,
    keep: bool,
    language: str,
    as_json: bool,
) -> int:
    """What cases come to under a policy.

    FILE is a .json file with a case or a list of them, a .jsonl file with a case on each line, or - for standard input.
    With --json each case gives one object on a line of its own, in order; a case that is refused gives an object with
    `error`, and does not stop the others: the exit status is then 1.
    """
    from gongbao.cli.case_files import read_cases
    from gongbao.rules import compute as compute_case
    from gongbao.rules.compute import Refused
    from gongbao.systems import policy as find_policy

    found = find_policy(name)
    if keep and not as_json:
        raise click.UsageError("--keep needs --json")
    refused = False
    for case in read_cases(file):
        try:
            _readable(case)
            result = compute_case(found, case.value, readings=dict(reading), figures=dict(figure), as_if=as_if)
        except Refused as error:
            refused = True
            _tell_refused(case, error, language, as_json)
            continue
        if as_json:
            print_json_line(_as_json(result, explain=explain, keep=keep))
        else:
            say(_as_text(result, case, language, explain=explain))
    return EXIT_REFUSED if refused else 0


def _readable(case: GivenCase) -> None:
    from gongbao.rules.compute import Refused

    if case.problem is not None:
        raise Refused((case.problem,))


def _tell_refused(case: GivenCase, error: Refused, language: str, as_json: bool) -> None:
    if as_json:
        problems = [_problem(one) for one in error.problems]
        print_json_line({"error": str(error), "line": case.line, "problems": problems})
        return
    for one in error.problems:
        place = f"{one.path}: " if one.path else ""
        say(f"{_line(case, language)}{place}{one.in_language(language)}", err=True)


def _problem(problem: Problem) -> dict[str, Any]:
    label = problem.label
    return {
        "path": problem.path,
        "label": {"zh": label.zh, "en": label.en} if label else None,
        "zh": problem.zh,
        "en": problem.en,
        "code": problem.code,
    }


def _line(case: GivenCase, language: str) -> str:
    if case.is_alone:
        return ""
    return f"第{case.line}行：" if language == "zh" else f"line {case.line}: "


def _as_json(result: Result, *, explain: bool, keep: bool) -> dict[str, Any]:
    from gongbao.rules.recompute import keep as kept

    out = kept(result) if keep else result.as_json()
    if explain:
        out["explanation"] = result.as_json(explain=True)["explanation"]
    return out


def _as_text(result: Result, case: GivenCase, language: str, *, explain: bool) -> str:
    from gongbao.rules.explain import explain as explanation
    from gongbao.rules.render import render_text

    lines = [_line(case, language).rstrip("：: ")] if not case.is_alone else []
    lines += list(_values(result, language))
    for question in result.questions:
        label, rule = question.label.in_language(language), question.rule.label.in_language(language)
        cited = f"{result.policy.document} {question.clause}"
        lines.append(
            f"需要：{label}（{question.path}，{cited}），用于计算{rule}"
            if language == "zh"
            else f"needed: {label} ({question.path}, {cited}), for {rule}"
        )
    for name, option in result.readings.items():
        about = result.policy.reading_table[name]
        sign = "：" if language == "zh" else ": "
        lines.append(f"{about.label.in_language(language)}{sign}{about.options[option].label.in_language(language)}")
    text = "\n".join(lines) + "\n"
    return text + ("\n" + render_text(explanation(result), language) if explain else "")


def _values(result: Result, language: str) -> Iterator[str]:
    """Each value on a line; records as a table."""
    from gongbao.rules.explain import shown
    from gongbao.rules.policy import Rule

    for name, reported in result.policy.reported.items():
        value = result.values[name]
        if isinstance(reported, Rule):
            sign = "：" if language == "zh" else ": "
            yield f"{reported.label.in_language(language)}{sign}{_shown(value, reported, language)}"
            continue
        listed = result.policy.facts.declared()[name]
        if value is None or listed.type.item is None:
            continue
        fields = listed.type.item.python.declared()
        heads, types = [], []
        for part in reported:
            about = fields[part] if isinstance(part, str) else part
            heads.append(about.label.in_language(language))
            types.append(about.type)
        rows = [
            [str(place), *(_missing(language) if one is None else shown(one, kind, language) for one, kind in pairs)]
            for place, pairs in (
                (place, zip(record.values(), types, strict=True)) for place, record in enumerate(value, start=1)
            )
        ]
        yield from table(rows, ["#", *heads])


def _shown(value: Any, rule: Any, language: str) -> str:
    from gongbao.rules.explain import shown

    return _missing(language) if value is None else shown(value, rule.type, language)


def _missing(language: str) -> str:
    return "（缺少事实）" if language == "zh" else "(a fact is missing)"


# --- computing again


@click.argument("file", metavar="FILE")
@_repeated("--fact", "PATH=VALUE", "Another fact, as visits[2].level=primary; null leaves it out.")
@reading_option
@figure_option
@explain_option
@language_option
@json_option
def recompute(
    file: str,
    fact: tuple[tuple[str, str], ...],
    reading: tuple[tuple[str, str], ...],
    figure: tuple[tuple[str, str], ...],
    explain: bool,
    language: str,
    as_json: bool,
) -> int:
    """What kept cases come to now, or would under another fact, figure or reading; it changes nothing.

    FILE holds cases as `gongbao compute --json --keep` printed them. Each value that differs is listed as a top-up or a
    claw-back, with both amounts.
    """
    from gongbao.cli.case_files import read_cases
    from gongbao.rules.compute import Refused
    from gongbao.rules.recompute import policy_of
    from gongbao.rules.recompute import recompute as again
    from gongbao.systems import policy as find_policy

    refused = False
    for case in read_cases(file):
        try:
            _readable(case)
            found = again(
                case.value,
                find_policy(policy_of(case.value)),
                facts=dict(fact),
                figures=dict(figure),
                readings=dict(reading),
                explained=explain,
            )
        except GongbaoError as error:
            refused = True
            if isinstance(error, Refused):
                _tell_refused(case, error, language, as_json)
            elif as_json:
                print_json_line({"error": str(error), "line": case.line, "problems": []})
            else:
                say(f"{_line(case, language)}{error}", err=True)
            continue
        if as_json:
            print_json_line({"line": case.line, **found.as_json()})
        else:
            say(_line(case, language) + _differences(found, language))
    return EXIT_REFUSED if refused else 0


def _differences(found: Recomputed, language: str) -> str:
    from gongbao.rules.recompute import KINDS
    from gongbao.rules.render import render_text

    out = []
    if found.version != found.version_now:
        text = (
            "政策文本或标准已变更" if language == "zh" else "the policy's rules, figures or readings have changed since"
        )
        out.append(f"{text}（{found.version} → {found.version_now}）")
    if not found.differences:
        out.append("没有差异" if language == "zh" else "no difference")
    for one in found.differences:
        label, kind = one.rule.label.in_language(language), KINDS[one.kind].in_language(language)
        unit = one.rule.type.unit
        amount = f" {one.difference} {(unit.zh if language == 'zh' else unit.en) if unit else ''}".rstrip()
        before, after = (_missing(language) if value is None else value for value in (one.before, one.after))
        out.append(f"{one.path}  {label}: {before} → {after}  {kind}{amount if one.difference else ''}")
        if one.explanation:
            out.append(render_text(one.explanation, language))
    return "\n".join(out)


# --- what policies are made of


@json_option
def policies(as_json: bool) -> None:
    """The policies that can be computed."""
    from gongbao.rules.describe import summary
    from gongbao.systems import policies as all_policies

    found = [summary(one) for one in all_policies().values()]
    if as_json:
        print_json(found)
        return
    rows = [
        [one["name"], one["label"]["zh"], one["document"], f"{one['in_force_from']} – {one['in_force_until'] or ''}"]
        for one in found
    ]
    say("\n".join(table(rows, ["policy", "名称", "document", "in force"])))


@click.argument("name", metavar="POLICY")
@click.option(
    "--diagram",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.svg",
    help="Write which rule needs which as a picture instead.",
)
@language_option
@json_option
def policy(name: str, diagram: Path | None, language: str, as_json: bool) -> None:
    """What a policy asks for, computes with and gives: facts, figures, readings, rules, each with its clause."""
    from gongbao.rules.describe import description
    from gongbao.rules.diagram import svg
    from gongbao.systems import policy as find_policy

    found = find_policy(name)
    if diagram:
        write_file(diagram, svg(found, language).encode())
        return
    data = description(found)
    answer(as_json, data, _policy_text(found, data, language))


def _policy_text(policy: Policy, data: dict[str, Any], language: str) -> str:
    from gongbao.rules.diagram import sentences

    titles = {
        "zh": ("事实", "标准", "不同理解", "受理条件", "规则及其依赖"),
        "en": ("Facts", "Figures", "Readings", "Checks", "Rules, and what each needs"),
    }[language]
    lines = [f"{policy.name}  {policy.label.in_language(language)}  {policy.document}", ""]
    about = policy.about_zh if language == "zh" else policy.about_en
    lines += [about, ""] if about else []
    lines += [titles[0], *_facts(data["facts"], language, "  "), ""]
    if data["figures"]:
        lines.append(titles[1])
        for one in data["figures"]:
            lines.append(f"  {one['name']}  {one['label'][language]}（{one['clause']}）")
            lines += [f"    {value['since']}  {_figure(value['value'])}" for value in one["values"]]
        lines.append("")
    if data["readings"]:
        lines.append(titles[2])
        for one in data["readings"]:
            lines.append(f"  {one['name']}  {one['label'][language]}（{one['clause']}）：{one['reason'][language]}")
            for option in one["options"]:
                mark = "*" if option["name"] == one["default"] else " "
                lines.append(f"   {mark} {option['name']}  {option['label'][language]}")
        lines.append("")
    if policy.checks:
        lines += [titles[3], *(f"  {one.label.in_language(language)}（{one.clause}）" for one in policy.checks), ""]
    lines += [titles[4], *(f"  {one}" for one in sentences(policy, language))]
    return "\n".join(lines)


def _facts(facts: list[dict[str, Any]], language: str, indent: str) -> Iterator[str]:
    for one in facts:
        yield f"{indent}{one['name']}  {one['label'][language]}（{one['clause']}）"
        for choice in one.get("choices") or ():
            yield f"{indent}    {choice['value']}  {choice['label'][language]}"
        yield from _facts(one.get("fields") or [], language, indent + "  ")


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_figure(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(_figure(one) for one in value)
    return str(value)


@click.argument("name", required=False, metavar="[POLICY]")
@json_option
def cases(name: str | None, as_json: bool) -> int:
    """Check the worked cases of a policy, or of all: each stands beside its policy, with what it must come to."""
    from gongbao.rules.cases import differences, read_worked_cases
    from gongbao.systems import policies as all_policies
    from gongbao.systems import policy as find_policy

    found = [find_policy(name)] if name else list(all_policies().values())
    named = {one.name: one for one in found}
    checked = [(one, differences(one, named[one.policy])) for one in read_worked_cases(found)]
    if as_json:
        print_json(
            [
                {
                    "policy": one.policy,
                    "file": one.file.name,
                    "number": one.number,
                    "title": {"zh": one.title.zh, "en": one.title.en},
                    "clause": one.clause,
                    "differences": wrong,
                }
                for one, wrong in checked
            ]
        )
    else:
        for one, wrong in checked:
            for sentence in wrong:
                say(f"{one.file.name} {one.number}  {one.title.en}: {sentence}")
        failed = sum(bool(wrong) for _, wrong in checked)
        say(f"{len(checked)} worked cases, {failed or 'none'} of them with a difference")
    return EXIT_REFUSED if any(wrong for _, wrong in checked) else 0


# --- what carries a document's clauses


@click.argument("number", required=False)
@json_option
def coverage(number: str | None, as_json: bool) -> None:
    """Each clause of a document and what carries it: a rule, a figure, a fact, or why nothing does.

    Without NUMBER, the documents that have policies, in numbers. The document's own clauses are compared where the
    library holds it.
    """
    from gongbao.core.citations import read_number
    from gongbao.rules.describe import coverage_by_clause, coverage_summary, coverages
    from gongbao.systems import policies as all_policies

    found = coverages(all_policies().values())
    if number:
        wanted = str(read_number(number) or number)
        found = [one for one in found if one.document == wanted]
        if not found:
            raise GongbaoError(f"no policy stands on “{number}”; see: gongbao coverage")
    accounts = [_account(one) for one in found]
    data = [
        coverage_summary(one, account) | ({"by_clause": coverage_by_clause(one, account)} if number else {})
        for one, account in zip(found, accounts, strict=True)
    ]
    if as_json:
        print_json(data[0] if number else data)
    else:
        say("\n\n".join(_coverage_text(one) for one in data))


def _account(coverage: Coverage) -> Account | None:
    """The comparison with the document in the library; None where the library does not hold it."""
    with_django()
    from gongbao.office.library import queries
    from gongbao.office.people.readers import KEEPER

    try:
        revision = queries.get_revision(coverage.document)
    except GongbaoError:
        return None
    return coverage.against([one.locator for one in queries.clauses(revision, KEEPER)])


def _coverage_text(data: dict[str, Any]) -> str:
    where = (
        "" if data["in_library"] else "; the library does not hold the document, so its entries stand for its clauses"
    )
    lines = [f"{data['document']}: {data['placed']} of {data['clauses']} clauses placed{where}"]
    lines += [
        f"  {one['clauses']:4}  {one['label']['en']}（{one['label']['zh']}）"
        for one in (*data["carried_by"], *data["carried_by_none"])
        if one["clauses"]
    ]
    if data["unplaced"]:
        lines.append(f"  unplaced: {'、'.join(data['unplaced'])}")
    if data["strangers"]:
        lines.append(f"  named, and no clause of the document: {'、'.join(data['strangers'])}")
    for one in data.get("by_clause", ()):
        carried = ", ".join(f"{part['kind']} {part['name']}" for part in one["carried_by"])
        none = one["none"]["label"]["en"] if one["none"] else ""
        lines.append(f"  {one['locator']}  {carried or none or one['how']}")
    return "\n".join(lines)

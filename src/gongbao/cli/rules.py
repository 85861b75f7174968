"""The commands that compute: cases under a policy, what a policy is made of, what carries a document's clauses.

They need no database, but for `coverage`, which asks the library for the document's own clauses. With --json each
prints the objects of docs/contract.md, otherwise the same for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongbao import SCHEMA_VERSION
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
    from gongbao.rules.explain import WordsOf
    from gongbao.rules.facts import Problem
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


def _each_once(
    ctx: click.Context, param: click.Parameter, given: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Which of two settings of one name was meant nobody knows."""
    names = [name for name, _ in given]
    for name in names:
        if names.count(name) > 1:
            raise click.BadParameter(f"{name} is set twice; set it once", ctx, param)
    return given


def _repeated(option: str, metavar: str, text: str) -> Callable[[Any], Any]:
    text = f"{text} May be repeated."
    return click.option(option, type=Setting(), multiple=True, metavar=metavar, help=text, callback=_each_once)


reading_option = _repeated("--reading", "NAME=OPTION", "Read the document in another way than the default.")
figure_option = _repeated("--figure", "NAME[KEY]=VALUE", "Compute with another figure, for this once.")
explain_option = click.option("--explain", is_flag=True, help="Say why, clause by clause.")
all_steps_option = click.option(
    "--all-steps", is_flag=True, help="With --explain: in full too what has no bearing on the result."
)
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
@click.option(
    "--words", is_flag=True, help="With --explain: the words of each clause too, where the library holds the document."
)
@all_steps_option
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
    words: bool,
    all_steps: bool,
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
    from gongbao.rules.compute import Refused, changed_table
    from gongbao.rules.readings import choose
    from gongbao.systems import policy as find_policy

    if keep and not as_json:
        raise click.UsageError("--keep needs --json")
    if words and not explain:
        raise click.UsageError("--words needs --explain")
    _refuse_all_steps_alone(all_steps, explain)
    words_of = _words_of_clauses() if words else None
    found = find_policy(name)
    # What would be wrong with every case is told once, before any is computed.
    try:
        choose(found.reading_table, dict(reading))
        changed_table(found, tuple(dict(figure).items()))
    except GongbaoError as error:
        raise GongbaoError(error.in_language(language)) from None
    refused = False
    for case in _cases_in(read_cases(file)):
        try:
            _readable(case)
            result = compute_case(found, case.value, readings=dict(reading), figures=dict(figure), as_if=as_if)
        except Refused as error:
            refused = True
            tell_refused(case, error, language, as_json)
            continue
        if as_json:
            print_object(_as_json(result, explain=explain, keep=keep, words=words_of))
        else:
            say(case_as_text(result, case, language, explain=explain, words=words_of, all_steps=all_steps))
    return EXIT_REFUSED if refused else 0


def _cases_in(cases: Iterator[GivenCase]) -> Iterator[GivenCase]:
    """The cases, one by one; where there is none, that is said, as silence would look like success."""
    there_is_one = False
    for case in cases:
        there_is_one = True
        yield case
    if not there_is_one:
        say("there is no case in it", err=True)


def print_object(data: dict[str, Any]) -> None:
    print_json_line({"schema_version": SCHEMA_VERSION, **data})


def _readable(case: GivenCase) -> None:
    from gongbao.rules.compute import Refused

    if case.problem is not None:
        raise Refused((case.problem,))


def tell_refused(case: GivenCase, error: Refused, language: str, as_json: bool) -> None:
    if as_json:
        problems = [_problem(one) for one in error.problems]
        print_object({"error": str(error), "line": case.line, "problems": problems})
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


def _as_json(result: Result, *, explain: bool, keep: bool, words: WordsOf | None) -> dict[str, Any]:
    from gongbao.rules.explain import explain as explanation
    from gongbao.rules.recompute import keep as kept

    out = kept(result) if keep else result.as_json()
    if explain:
        out["explanation"] = explanation(result).as_json(words=words)
    return out


def _words_of_clauses() -> WordsOf:
    """A clause's words from the library of this command, each looked up once for all cases."""
    with_django()
    from gongbao.office.library import queries
    from gongbao.office.people.readers import KEEPER

    @cache
    def words(document: str, clause: str) -> str | None:
        try:
            return queries.find_clause(queries.get_revision(document), clause, KEEPER).text or None
        except GongbaoError:
            return None

    return words


def _refuse_all_steps_alone(all_steps: bool, explain: bool) -> None:
    if all_steps and not explain:
        raise click.UsageError("--all-steps needs --explain")


def case_as_text(
    result: Result,
    case: GivenCase,
    language: str,
    *,
    explain: bool,
    words: WordsOf | None = None,
    all_steps: bool = False,
) -> str:
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
    if result.changed:
        changed = ", ".join(f"{name} = {value}" for name, value in result.changed.items())
        lines.append(f"改用的标准：{changed}" if language == "zh" else f"with other figures: {changed}")
    if result.as_if:
        lines.append("未查施行期，按最近的标准试算" if language == "zh" else "computed as if the policy were in force")
    text = "\n".join(lines) + "\n"
    if explain:
        text += "\n" + render_text(explanation(result), language, folded=all_steps, words=words)
    return text


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


def _kept(value: Any, rule: Any, language: str) -> str:
    """A value as JSON has it, for a person."""
    from gongbao.rules import exact
    from gongbao.rules.explain import shown

    kind = rule.type
    if value is None:
        return _missing(language)
    if kind.kind in ("money", "percent", "decimal"):
        value = kind.python.of(exact.exact(str(value).removesuffix("%")))
    elif kind.kind == "choice":
        value = next((one for one in kind.python if one.value == value), value)
    return shown(value, kind, language)


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
@all_steps_option
@language_option
@json_option
def recompute(
    file: str,
    fact: tuple[tuple[str, str], ...],
    reading: tuple[tuple[str, str], ...],
    figure: tuple[tuple[str, str], ...],
    explain: bool,
    all_steps: bool,
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

    _refuse_all_steps_alone(all_steps, explain)
    refused = False
    for case in _cases_in(read_cases(file)):
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
                tell_refused(case, error, language, as_json)
            elif as_json:
                print_object({"error": str(error), "line": case.line, "problems": []})
            else:
                say(f"{_line(case, language)}{error.in_language(language)}", err=True)
            continue
        if as_json:
            print_object({"line": case.line, **found.as_json()})
        else:
            say(_line(case, language) + _differences(found, language, all_steps=all_steps))
    return EXIT_REFUSED if refused else 0


def _differences(found: Recomputed, language: str, *, all_steps: bool) -> str:
    from gongbao.rules.recompute import KINDS
    from gongbao.rules.render import render_text

    out = []
    if found.version != found.version_now:
        text = (
            "政策文本或标准已变更" if language == "zh" else "the policy's rules, figures or readings have changed since"
        )
        out.append(f"{text}（{found.version} → {found.version_now}）")
    if found.changed_parameters:
        entries = found.result.case.table.entries
        labels = [entries[name].label.in_language(language) for name in found.changed_parameters]
        out.append(f"标准已不同：{'、'.join(labels)}" if language == "zh" else f"figures differ: {', '.join(labels)}")
    if not found.differences:
        out.append("没有差异" if language == "zh" else "no difference")
    for one in found.differences:
        label, kind = one.rule.label.in_language(language), KINDS[one.kind].in_language(language)
        before, after = (_kept(value, one.rule, language) for value in (one.before, one.after))
        amount = f" {_kept(one.difference, one.rule, language)}" if one.difference else ""
        sign = "：" if language == "zh" else ": "
        out.append(f"{one.path}  {label}{sign}{before} → {after}  {kind}{amount}")
        if one.explanation:
            out.append(render_text(one.explanation, language, folded=all_steps))
    return "\n".join(out)


# --- what policies are made of


@json_option
def policies(as_json: bool) -> None:
    """The policies that can be computed."""
    from gongbao.rules.describe import summary
    from gongbao.systems import policies as all_policies

    for folder in dict.fromkeys(one.file.parent for one in all_policies().values()):
        if not (folder / "clauses.yaml").is_file():
            say(
                f"gongbao: {folder / 'clauses.yaml'}: there is no such file; it says what carries each clause", err=True
            )
    found = [{"schema_version": SCHEMA_VERSION, **summary(one)} for one in all_policies().values()]
    if as_json:
        print_json(found)
        return
    rows = [[one["name"], one["label"]["zh"], one["document"], _in_force(one), str(one["rule_count"])] for one in found]
    say("\n".join(table(rows, ["policy", "名称", "document", "in force", "rules"])))


def _in_force(one: dict[str, Any]) -> str:
    return f"{one['in_force_from']} – {one['in_force_until'] or ''}".rstrip()


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
    answer(as_json, data, _policy_text(data, language))


_TITLES = {
    "facts": ("事实", "Facts"),
    "figures": ("标准", "Figures"),
    "readings": ("不同理解", "Readings"),
    "checks": ("受理条件", "Checks"),
    "rules": ("规则", "Rules"),
    "best": ("就高选择", "The best of several"),
    "reported": ("结果", "Reported"),
    "needs": ("规则之间的关系", "Which rule needs which"),
}


def _policy_text(data: dict[str, Any], language: str) -> str:
    clauses = "; ".join(filter(None, (data["in_force_from_clause"], data["in_force_until_clause"])))
    lines = [
        f"{data['name']}  {data['label'][language]}",
        f"{data['document']}  {_in_force(data)} ({clauses})  {data['version']}",
    ]
    lines += [data["about"][language]] if data["about"] else []
    best = data["best_of"]
    for name, rows in (
        ("facts", [row for one in data["facts"] for row in _fact_rows(one, language)]),
        ("figures", [row for one in data["figures"] for row in _figure_rows(one, language)]),
        ("readings", [row for one in data["readings"] for row in _reading_rows(one, language)]),
        ("checks", [_rule_row(one, language) for one in data["checks"]]),
        ("rules", [_rule_row(one, language) for one in data["rules"]]),
        ("best", [[best["name"], best["label"][language], best["clause"], _criteria(best, language)]] if best else []),
        ("reported", [[one["name"], ", ".join(one["parts"])] for one in data["reported"]]),
        ("needs", [[line] for line in _needs_tree(data, language)]),
    ):
        if rows:
            lines += ["", _TITLES[name][language != "zh"], *(f"  {line}" for line in table(rows))]
    return "\n".join(lines)


def _fact_rows(fact: dict[str, Any], language: str, above: str = "") -> Iterator[list[str]]:
    """A row for the fact, one for each of its choices, and those of the fields of a record."""
    chinese = language == "zh"
    kind = _kind(fact["type"], language)
    if fact["list"]:
        kind = f"若干{kind}" if chinese else f"list of {kind}"
    unit = f" {fact['unit'][language]}" if fact["unit"] else ""
    notes = [f"{sign} {fact[bound]}" for bound, sign in (("over", ">"), ("least", "≥"), ("most", "≤")) if fact[bound]]
    if (most := fact["decimals"]) is not None:
        notes.append(f"最多{most}位小数" if chinese else f"at most {most} decimals")
    notes += ["可不填" if chinese else "optional"] if fact["optional"] else []
    if each := fact["one_for_each"]:
        notes.append(f"每个{each}一条" if chinese else f"each {each} once")
    yield [above + fact["name"], fact["label"][language], kind + unit, fact["clause"], ", ".join(notes)]
    for one in fact["choices"]:
        yield [f"  {one['value']}", one["label"][language], "", "", ""]
    for one in fact["fields"]:
        yield from _fact_rows(one, language, f"{above}{fact['name']}[].")


_KINDS = {
    "money": "金额",
    "percent": "百分数",
    "decimal": "数",
    "integer": "整数",
    "flag": "是或否",
    "choice": "选项",
    "date": "日期",
    "month": "月份",
    "text": "文字",
    "record": "记录",
}


def _kind(kind: str, language: str) -> str:
    return _KINDS.get(kind, kind) if language == "zh" else kind


def _figure_rows(figure: dict[str, Any], language: str) -> Iterator[list[str]]:
    """A row for each value of the figure by date and key; what it is called and its citation stand in the first."""
    unit = figure["unit"][language] if figure["unit"] else ""
    about = [figure["name"], figure["label"][language], unit, f"{figure['document']} {figure['clause']}".strip()]
    for dated in figure["values"]:
        days = f"{dated['since']} – {dated['until'] or ''}".rstrip()
        for said in _figure(dated["value"]):
            yield [*about, days, said]
            about, days = [""] * len(about), ""


def _figure(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {'; '.join(_figure(one))}" for key, one in value.items()]
    if isinstance(value, list):
        return [f"{'≥' if band['included'] else '>'} {band['above']}: {band['gives']}" for band in value]
    return [str(value)]


def _reading_rows(reading: dict[str, Any], language: str) -> Iterator[list[str]]:
    """The reading, why its default is taken and who may decide it; its options, the default marked."""
    yield [reading["name"], reading["label"][language], reading["clause"]]
    for one in reading["options"]:
        mark = "*" if one["name"] == reading["default"] else " "
        yield [f"  {mark} {one['name']}", one["label"][language], one["clause"]]
    yield ["", f"* {reading['reason'][language]} ({reading['authority'][language]})", ""]


def _rule_row(rule: dict[str, Any], language: str) -> list[str]:
    unit = f" {rule['unit'][language]}" if rule["unit"] else ""
    needed = [name for kind in ("needs", "facts", "figures", "readings") for name in rule[kind]]
    on = f"{'逐条' if language == 'zh' else 'on each of '}{rule['records']}" if rule["records"] else ""
    kind = _kind(rule["type"], language)
    return [rule["name"], rule["label"][language], kind + unit, rule["clause"], on, ", ".join(needed)]


def _criteria(best: dict[str, Any], language: str) -> str:
    if language != "zh":
        return f"{best['of']}: " + ", ".join(f"{one['direction']} {one['rule']}" for one in best["criteria"])
    words = {"highest": "最高", "lowest": "最低"}
    return f"{best['of']}：" + "，".join(f"{one['rule']}{words[one['direction']]}" for one in best["criteria"])


def _needs_tree(data: dict[str, Any], language: str) -> list[str]:
    """From what no rule needs down to what each needs, told once for each rule; … stands for it after that."""
    rules = {one["name"]: one for one in (*data["rules"], *data["checks"])}
    needed = {name for one in rules.values() for name in one["needs"]}
    lines: list[str] = []
    told: set[str] = set()

    def tell(name: str, depth: int) -> None:
        rule = rules[name]
        is_told = name in told and bool(rule["needs"])
        lines.append(f"{'  ' * depth}{rule['label'][language]} [{name}] {rule['clause']}{' …' if is_told else ''}")
        if not is_told:
            told.add(name)
            for one in rule["needs"]:
                tell(one, depth + 1)

    for name in rules:
        if name not in needed:
            tell(name, 0)
    return lines


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
                    "schema_version": SCHEMA_VERSION,
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
    """Each clause of a document and what carries it: a rule, a figure, a step, a clock, or why nothing does.

    Without NUMBER, the documents that have policies or procedures, in numbers. The document's own clauses are compared
    where the library holds it.
    """
    from gongbao.core.citations import read_number
    from gongbao.rules.describe import coverage_by_clause, coverage_summary, coverages
    from gongbao.systems import carriers
    from gongbao.systems import policies as all_policies

    found = coverages(all_policies().values(), carriers())
    if number:
        wanted = str(read_number(number) or number)
        found = [one for one in found if one.document == wanted]
        if not found:
            raise GongbaoError(f"no policy and no procedure stands on “{number}”; see: gongbao coverage")
    accounts = [_account(one) for one in found]
    data = [
        {"schema_version": SCHEMA_VERSION}
        | coverage_summary(one, account)
        | ({"by_clause": coverage_by_clause(one, account)} if number else {})
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
    lines += [f"  {line}" for line in table([_clause_row(one) for one in data.get("by_clause", ())])]
    return "\n".join(lines)


_HOW = {"named": "", "above": "with the clause above it", "below": "by those below it", "unplaced": "NOT PLACED"}


def _clause_row(one: dict[str, Any]) -> list[str]:
    carried = ", ".join(f"{part['kind']} {part['name']}" for part in one["carried_by"])
    none = f"none: {one['none']['label']['en']}" if one["none"] else ""
    return [one["locator"], carried or none, _HOW[one["how"]], one["note"]["zh"] if one["note"] else ""]

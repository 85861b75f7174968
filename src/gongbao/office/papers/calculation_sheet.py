"""The calculation sheet (计算单) that a clerk staples to a decision: facts, values, and why, clause by clause.

    sheet_docx(result, "zh", made_on=date(2026, 5, 4))      a Word file to be completed
    sheet_pdf(result, "zh", made_on=date(2026, 5, 4))       the same to be printed

What is said is that of the explanation (rules/render.py), so that no paper says anything else than the page. Fonts are
named and not shipped. The same input gives the same bytes: the day is passed in.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from gongbao.core.labels import Label
from gongbao.office.papers.paper import Blanks, Block, Line, Paper, Table, listed
from gongbao.office.papers.pdf import pdf_of
from gongbao.office.papers.record_steps import on_records, on_the_case
from gongbao.office.papers.word import docx_of
from gongbao.rules.compute import Result, fact_at, version
from gongbao.rules.explain import explain, shown
from gongbao.rules.facts import Missing
from gongbao.rules.policy import Fact, FactSheet, Rule
from gongbao.rules.render import (
    Told,
    WordsOf,
    arranged,
    candidate_values,
    cited,
    heading,
    lines_of,
    origins,
    value_of,
)
from gongbao.rules.types import Type

_TEXTS = {
    "title": Label("计算单", "calculation sheet"),
    "policy": Label("政策", "policy"),
    "date": Label("标准日期", "date of the figures"),
    "made": Label("制表日期", "made on"),
    "version": Label("政策版本", "version of the policy"),
    "as_if": Label("不在施行期内，按视同施行计算", "outside the time in force; computed as if it were"),
    "facts": Label("事实", "Facts"),
    "values": Label("结果", "Result"),
    "steps": Label("计算过程", "How it was computed"),
    "item": Label("项目", "item"),
    "value": Label("数值", "value"),
    "clause": Label("依据", "clause"),
    "missing": Label("未提供", "not given"),
    "not_computed": Label("未能计算", "not computed"),
    "chosen": Label("适用", "applies"),
    "see": Label("见第{}步", "see step {}"),
    "no_bearing": Label("不影响结果", "no bearing on the result"),
    "by": Label("经办人", "Prepared by"),
    "checked": Label("复核人", "Checked by"),
    "day": Label("日期", "Date"),
}


def sheet_of(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> Paper:
    """The content of the sheet; `words` gives a clause's words, where they shall stand on it."""
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    policy = result.policy
    colon = "：" if language.startswith("zh") else ": "
    about = [
        f"{say['policy']}{colon}{policy.label.in_language(language)}  {policy.document}",
        f"{say['date']}{colon}{result.date or say['missing']}",
        f"{say['version']}{colon}{version(policy)}",
        f"{say['made']}{colon}{made_on}",
    ]
    if result.as_if:
        about.append(say["as_if"])
    title = f"{policy.label.in_language(language)}{'' if language.startswith('zh') else ': '}{say['title']}"
    blocks: list[Block] = [Line(title, size=16, face="heading", align="center", after=6), *map(Line, about)]
    for name, table in (*_facts(result, language, say), *_values(result, language, say)):
        if len(table.rows) > table.heads:
            blocks += [Line(name, size=12, face="heading", before=8, keep=True), table]
    blocks.append(Line(say["steps"], size=12, face="heading", before=8, keep=True))
    blocks += _steps(result, language, say, words)
    for place, who in enumerate(("by", "checked")):
        blocks.append(Blanks((f"{say[who]}{colon}", f"{say['day']}{colon}"), keep=place == 0))
    return Paper(title, language, tuple(blocks), day=made_on)


def _facts(result: Result, language: str, say: dict[str, str]) -> Iterator[tuple[str, Table]]:
    plain, lists = [], []
    for one in result.policy.facts.declared().values():
        value = result.case.facts[one.name]
        if one.type.is_records:
            lists.append((one, value))
        else:
            clause = cited(result.policy.document, one.clause)
            plain.append((one.label.in_language(language), _fact(one, value, language, say), clause))
    yield say["facts"], listed((say["item"], say["value"], say["clause"]), plain)
    for one, value in lists:
        assert one.type.item is not None
        sheet: type[FactSheet] = one.type.item.python
        fields = sheet.declared().values()
        records = [] if isinstance(value, Missing) else value
        rows = tuple(
            (str(place), *(_fact(field, getattr(record, field.name), language, say, bare=True) for field in fields))
            for place, record in enumerate(records, start=1)
        )
        head = ("#", *(_with_unit(field.label, field.type, language) for field in fields))
        yield one.label.in_language(language), listed(head, rows, figures=_figures(field.type for field in fields))


def _fact(fact: Fact, value: Any, language: str, say: dict[str, str], *, bare: bool = False) -> str:
    return say["missing"] if isinstance(value, Missing) else shown(value, fact.type, language, bare=bare)


def _with_unit(label: Label, kind: Type, language: str) -> str:
    """The head of a column; a percentage has its sign in each cell."""
    if kind.unit is None or kind.kind == "percent":
        return label.in_language(language)
    return f"{label.zh}（{kind.unit.zh}）" if language.startswith("zh") else f"{label.en} ({kind.unit.en})"


def _figures(kinds: Iterable[Type]) -> frozenset[int]:
    return frozenset(column for column, kind in enumerate(kinds, start=1) if kind.is_number)


def _values(result: Result, language: str, say: dict[str, str]) -> Iterator[tuple[str, Table]]:
    plain, lists = [], []
    for name, reported in result.policy.reported.items():
        value = result.values[name]
        if not isinstance(reported, Rule):
            lists.append((name, reported, value))
            continue
        text = say["not_computed"] if value is None else shown(value, reported.type, language)
        plain.append((reported.label.in_language(language), text, cited(result.policy.document, reported.clause)))
    for name, parts, records in lists:
        fact = result.policy.facts.declared()[name]
        assert fact.type.item is not None
        fields = fact.type.item.python.declared()
        about = [fields[part] if isinstance(part, str) else part for part in parts]
        rows = tuple(
            (
                str(place),
                *(
                    say["not_computed"] if value is None else shown(value, one.type, language, bare=True)
                    for one, value in zip(about, record.values(), strict=True)
                ),
            )
            for place, record in enumerate(records or (), start=1)
        )
        title = f"{say['values']}{'：' if language.startswith('zh') else ': '}{fact.label.in_language(language)}"
        head = ("#", *(_with_unit(one.label, one.type, language) for one in about))
        yield title, listed(head, rows, figures=_figures(one.type for one in about))
    yield say["values"], listed((say["item"], say["value"], say["clause"]), plain, figures=frozenset({1}))


def _line(text: str, depth: int, *, is_heading: bool = False, is_brief: bool = False, is_last: bool = False) -> Line:
    """`depth`: how deep it stands. `is_heading`: it names a step. `is_brief`: it has no bearing on the result.
    `is_last`: a table follows."""
    return Line(
        text,
        size=8.5 if is_brief else 10,
        face="heading" if is_heading else "text",
        before=4 if is_heading else 0,
        left=13 * depth,
        keep=is_heading or is_last,
    )


def _steps(result: Result, language: str, say: dict[str, str], words: WordsOf | None) -> Iterator[Block]:
    """The rules on the case as a tree, then those on its records, each with a table of all of them.

    They are numbered as they are printed: the numbers of the explanation have gaps here, where a table stands for the
    steps of many records.
    """
    explanation = explain(result)
    colon = "：" if language.startswith("zh") else ": "
    if explanation.chosen:
        chosen = explanation.chosen
        clause = cited(explanation.document, chosen.clause)
        yield _line(f"{chosen.label.in_language(language)}  {clause}", 0, is_heading=True)
        for one in chosen.candidates:
            values = candidate_values(one.values, language)
            mark = f"  ← {say['chosen']}" if one.chosen else ""
            yield _line(f"{one.choice.in_language(language)}{colon}{values}{mark}", 1)
    told_words: set[tuple[str, str]] = set()

    def tell(told: Told, depth: int) -> Iterator[Line]:
        step = told.step
        text = f"{numbers[step.number]}. {heading(step, language)}{colon}{value_of(step, language)}"
        if told.see is not None:
            yield _line(f"{text}  {say['see'].format(numbers[told.see])}", depth, is_brief=True)
            return
        if told.brief:
            yield _line(f"{text}  {say['no_bearing']}", depth, is_brief=True)
            return
        yield _line(f"{text}  {cited(explanation.document, step.clause)}", depth, is_heading=True)
        origin = full[step.number]
        for line in lines_of(origin, explanation, language):
            rests = f"  {cited(line.document, line.clause)}" if line.clause else ""
            text = asked(line.text) if line.kind == "missing" and line.text in origin.missing else line.text
            yield _line(f"{line.title}{colon}{text}{rests}", depth + 1)
        yield from words_of(step.clause, depth + 1)
        for one in told.below:
            yield from tell(one, depth + 1)

    def words_of(clause: str, depth: int) -> Iterator[Line]:
        key = (explanation.document, clause)
        if words and key not in told_words and (found := words(*key)):
            told_words.add(key)
            yield _line(found, depth, is_brief=True)

    def asked(path: str) -> str:
        named = fact_at(result.policy.facts, path).label.in_language(language)
        return f"{named}  {path}" if "[" in path else named

    full = origins(explanation)
    arrangement = arranged(explanation)
    of_case = list(on_the_case(arrangement))
    of_records = list(on_records(arrangement, explanation, language, asked))
    numbers = {one.step.number: place for place, one in enumerate((o for t in of_case for o in t.walk()), start=1)}
    first = len(numbers) + 1
    numbers |= {number: place for place, same in enumerate(of_records, start=first) for number in same.numbers}
    for told in of_case:
        yield from tell(told, 0)
    for place, same in enumerate(of_records, start=first):
        yield _line(f"{place}. {same.label}  {cited(explanation.document, same.clause)}", 0, is_heading=True)
        yield from words_of(same.clause, 1)
        for count, line in enumerate(same.above, start=1):
            rests = f"  {cited(line.document, line.clause)}" if line.clause else ""
            yield _line(f"{line.title}{colon}{line.text}{rests}", 1, is_last=count == len(same.above))
        yield same.table


def sheet_docx(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> bytes:
    """The sheet as a Word file, A4."""
    return docx_of(sheet_of(result, language, words=words, made_on=made_on))


def sheet_pdf(result: Result, language: str, *, words: WordsOf | None = None, made_on: date) -> bytes:
    """The sheet as a PDF, A4, to be printed."""
    return pdf_of(sheet_of(result, language, words=words, made_on=made_on))

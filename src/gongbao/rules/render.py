"""An explanation in words, in Chinese or English: for a terminal here, and line by line for pages and papers.

    render_text(explain(result), "zh")      the tree as text
    arranged(explanation)                   which steps are told where
    lines_of(step, explanation, "zh")       what is said of one step

Whoever shows an explanation says it with these lines: the terminal, the site and a calculation sheet never differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gongbao.core.columns import width, wrapped
from gongbao.rules.explain import Chosen, Condition, Explanation, Step, UsedFigure, WordsOf
from gongbao.rules.shown import Said
from gongbao.rules.values import Label

Kind = Literal[
    "formula", "figures", "bands", "rounding", "condition", "parameter", "reading", "fact", "missing", "words"
]

COLUMNS = 100
_INDENT = 3

_TITLES: dict[Kind, Label] = {
    "formula": Label("公式", "formula"),
    "figures": Label("代入", "in figures"),
    "bands": Label("分档", "bands"),
    "rounding": Label("取整", "rounding"),
    "condition": Label("条件", "condition"),
    "parameter": Label("标准", "parameter"),
    "reading": Label("理解", "reading"),
    "fact": Label("事实", "fact"),
    "missing": Label("缺少", "missing"),
    "words": Label("条文", "words"),
}
_HOLDS = {True: Label("成立", "holds"), False: Label("不成立", "does not hold"), None: Label("未知", "not known")}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said of a step. `clause` of `document` is what it rests on; empty where that is the step's own.

    `holds` is that of a condition. `unusual` marks a reading that is not the default.
    """

    kind: Kind
    title: str
    text: str
    document: str = ""
    clause: str = ""
    holds: bool | None = None
    unusual: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A step at its place. `see` is the number of the step that tells it in full; a `brief` one takes one line."""

    step: Step
    see: int | None
    brief: bool
    below: tuple[Told, ...]

    def walk(self) -> Iterator[Told]:
        yield self
        for one in self.below:
            yield from one.walk()


def arranged(explanation: Explanation, *, folded: bool = False) -> list[Told]:
    """The steps as they are shown: folded ones in brief, with nothing below them, unless `folded`.

    A step that was told in full below a folded one only is told in full where it comes next.
    """
    full = {one.number: one for one in explanation.walk() if one.told_in is None}
    shown: dict[int, int] = {}

    def arrange(step: Step) -> Told:
        origin = full[step.told_in or step.number]
        if origin.number in shown:
            return Told(step, shown[origin.number], True, ())
        if step.folded and not folded:
            return Told(step, None, True, ())
        shown[origin.number] = step.number
        return Told(step, None, False, tuple(arrange(one) for one in origin.steps))

    return [arrange(one) for one in explanation.steps]


def origins(explanation: Explanation) -> dict[int, Step]:
    """By the number of each step the one that has its formula and figures: itself, or where it was told first."""
    steps = list(explanation.walk())
    full = {one.number: one for one in steps}
    return {one.number: full[one.told_in] if one.told_in else one for one in steps}


def lines_of(step: Step, explanation: Explanation, language: str) -> list[Line]:
    """What is said of a step that tells itself (`told_in` is None), in the order in which it is read."""
    chinese = language.startswith("zh")
    colon = "：" if chinese else ": "
    lines = []

    def say(
        kind: Kind,
        text: str,
        document: str = "",
        clause: str = "",
        *,
        holds: bool | None = None,
        unusual: bool = False,
    ) -> None:
        lines.append(Line(kind, _TITLES[kind].in_language(language), text, document, clause, holds, unusual))

    lines += [condition_line(one, language) for one in step.conditions]
    if step.formula:
        say("formula", step.formula.in_language(language))
    if step.figures:
        say("figures", step.figures.in_language(language))
    for note in step.notes:
        say("bands", note.in_language(language))
    if step.exact:
        say("rounding", rounding(step, language))
    for used in step.parameters:
        say("parameter", _parameter(used, language), used.document, used.clause)
    for reading in step.readings:
        text = f"{reading.label.in_language(language)}{colon}{reading.option_label.in_language(language)}"
        if not reading.is_default:
            text += "（非默认）" if chinese else " (not the default)"
        say("reading", text, explanation.document, reading.clause, unusual=not reading.is_default)
    for fact in step.facts:
        say("fact", f"{fact.label.in_language(language)}{colon}{fact.value.in_language(language)}")
    for path in step.missing:
        say("missing", path)
    if step.more_missing:
        say("missing", "……" if chinese else "and others")
    return lines


def condition_line(condition: Condition, language: str, *, figures: bool = True) -> Line:
    """Whether a condition holds, with its figures where they are other than its words."""
    words, filled = condition.words.in_language(language), condition.figures.in_language(language)
    text = f"{_HOLDS[condition.holds].in_language(language)}{'：' if language.startswith('zh') else ': '}{words}"
    if figures and filled != words:
        text += f"（{filled}）" if language.startswith("zh") else f" ({filled})"
    return Line("condition", title_of("condition", language), text, holds=condition.holds)


def title_of(kind: Kind, language: str) -> str:
    return _TITLES[kind].in_language(language)


def heading(step: Step, language: str) -> str:
    """What a step is called: with the choice and the record for which it was computed."""
    of = [step.choice.in_language(language)] if step.choice else []
    of += [step.record_label.in_language(language)] if step.record_label else []
    label = step.label.in_language(language)
    if not of:
        return label
    return f"{label}（{'、'.join(of)}）" if language.startswith("zh") else f"{label} ({', '.join(of)})"


def value_of(step: Step, language: str) -> str:
    if step.value is not None:
        return step.value.in_language(language)
    return "未能计算" if language.startswith("zh") else "not computed"


def rounding(step: Step, language: str) -> str:
    """1,234.565 → 1,234.57 元, and how many decimals are kept."""
    change = f"{before_rounding(step)} → {value_of(step, language)}"
    return f"{change}{'，' if language.startswith('zh') else ', '}{kept_decimals(step, language)}"


def before_rounding(step: Step) -> str:
    percent = step.value is not None and step.value.en.endswith("%")
    return exact_number(step.exact) + ("%" if percent else "")


def kept_decimals(step: Step, language: str) -> str:
    """How a value is rounded: 四舍五入保留2位小数."""
    if language.startswith("zh"):
        return "四舍五入" + (f"保留{step.places}位小数" if step.places else "到整数")
    kept = f"{step.places} decimal{'' if step.places == 1 else 's'}" if step.places else "a whole number"
    return f"rounded to {kept}"


def exact_number(text: str) -> str:
    """A decimal, or a fraction `n/d` to six decimals with …, as it is printed: 1,234.565, −3.225806…"""
    negative, text = text.startswith("-"), text.removeprefix("-")
    if "/" in text:
        above, below = map(int, text.split("/"))
        millionths = above * 10**6 // below
        shown = f"{millionths // 10**6:,}.{millionths % 10**6:06d}…"
    else:
        whole, _, decimals = text.partition(".")
        decimals = decimals.rstrip("0")
        shown = f"{int(whole):,}" + (f".{decimals}" if decimals else "")
    return f"{'−' if negative else ''}{shown}"


def cited(document: str, clause: str) -> str:
    return f"{document} {clause}".strip()


def _parameter(used: UsedFigure, language: str) -> str:
    label, value = used.label.in_language(language), used.value.in_language(language)
    if language.startswith("zh"):
        period = f"{used.since} 至 {used.until}" if used.until else f"自 {used.since} 起"
        return f"{label}：{value}，{period}" if used.since else f"{label}：{value}"
    period = f"{used.since} to {used.until}" if used.until else f"from {used.since}"
    return f"{label}: {value}, {period}" if used.since else f"{label}: {value}"


# Text for a terminal


def render_text(
    explanation: Explanation,
    language: str,
    *,
    folded: bool = False,
    words: WordsOf | None = None,
    columns: int = COLUMNS,
) -> str:
    """The explanation as text, `columns` wide. Steps without bearing on the result take one line unless `folded`.

    `words` gives the words of a clause; each clause's are printed once, where it is cited first.
    """
    return "\n".join(_Text(explanation, language, words, columns).lines(folded)) + "\n"


class _Text:
    def __init__(self, explanation: Explanation, language: str, words: WordsOf | None, columns: int) -> None:
        self.explanation, self.language, self.words, self.columns = explanation, language, words, columns
        self.chinese = language.startswith("zh")
        self.titles = max(width(title.in_language(language)) for title in _TITLES.values())
        self.quoted: set[tuple[str, str]] = set()
        self.origins = origins(explanation)

    def lines(self, folded: bool) -> Iterator[str]:
        explanation = self.explanation
        yield f"{explanation.label.in_language(self.language)}  {explanation.document}"
        day = explanation.date or ("未知", "not known")[not self.chinese]
        yield (f"标准日期 {day}  版本 {explanation.version}", f"figures of {day}  version {explanation.version}")[
            not self.chinese
        ]
        if explanation.as_if:
            yield AS_IF.in_language(self.language)
        if explanation.chosen:
            yield ""
            yield from self.chosen(explanation.chosen)
        for one in arranged(explanation, folded=folded):
            yield ""
            yield from self.told(one, 0)

    def chosen(self, chosen: Chosen) -> Iterator[str]:
        head = chosen.label.in_language(self.language)
        yield self.between(head, cited(self.explanation.document, chosen.clause), "")
        room = max(width(one.choice.in_language(self.language)) for one in chosen.candidates)
        applies = ("← 适用", "← applies")[not self.chinese]
        for one in chosen.candidates:
            name = one.choice.in_language(self.language)
            values = candidate_values(one.values, self.language)
            yield from self.hung(name, f"{values}  {applies}" if one.chosen else values, " " * _INDENT, room)

    def told(self, told: Told, depth: int) -> Iterator[str]:
        step, indent = told.step, " " * (_INDENT * depth)
        colon = "：" if self.chinese else ": "
        head = f"{step.number}. {heading(step, self.language)}{colon}{value_of(step, self.language)}"
        if told.brief:
            if told.see is not None:
                head += f"  见第 {told.see} 步" if self.chinese else f"  see step {told.see}"
            else:
                head += f"  {NO_BEARING.in_language(self.language)}"
            yield from self.hung("", head, indent, 0)
            return
        yield self.between(head, cited(self.explanation.document, step.clause), indent)
        inner = indent + " " * _INDENT
        yield from self.quoted_words(self.explanation.document, step.clause, inner)
        last = ""
        for line in lines_of(self.origins[step.number], self.explanation, self.language):
            text = line.text
            if line.clause and (line.document, line.clause) != (self.explanation.document, step.clause):
                same = line.document == self.explanation.document
                text += self.in_brackets(line.clause if same else cited(line.document, line.clause))
            yield from self.hung("" if line.title == last else line.title, text, inner, self.titles)
            last = line.title
            if line.clause:
                yield from self.quoted_words(line.document, line.clause, inner)
        for one in told.below:
            yield from self.told(one, depth + 1)

    def quoted_words(self, document: str, clause: str, indent: str) -> Iterator[str]:
        if self.words is None or (document, clause) in self.quoted:
            return
        self.quoted.add((document, clause))
        if found := self.words(document, clause):
            yield from self.hung(_TITLES["words"].in_language(self.language), f"“{found}”", indent, self.titles)

    def in_brackets(self, text: str) -> str:
        return f"（{text}）" if self.chinese else f" ({text})"

    def between(self, left: str, right: str, indent: str) -> str:
        """Left and right on one line if there is room, otherwise the right one on a line of its own."""
        free = self.columns - width(indent) - width(left) - width(right)
        if free >= 2:
            return f"{indent}{left}{' ' * free}{right}"
        return "\n".join([*self.hung("", left, indent, 0), f"{' ' * max(0, self.columns - width(right))}{right}"])

    def hung(self, title: str, text: str, indent: str, room: int) -> Iterator[str]:
        """A title, and beside it the text in as many lines as it takes."""
        start = f"{indent}{title}{' ' * (room - width(title) + 2)}" if room else indent
        left = " " * width(start)
        for place, line in enumerate(wrapped(text, max(20, self.columns - width(start)))):
            yield f"{left if place else start}{line}"


AS_IF = Label(
    "试算：该日不在施行期内，采用最接近的标准",
    "As if: the policy is not in force on that day; the nearest figures are used",
)
NO_BEARING = Label("（对结果没有影响）", "(no bearing on the result)")


def candidate_values(values: tuple[tuple[Said, Said], ...], language: str) -> str:
    """What a choice comes to by each criterion: 补贴合计 660.00 元，自负额 0.00 元."""
    said = (f"{label.in_language(language)} {value.in_language(language)}" for label, value in values)
    return ("，" if language.startswith("zh") else ", ").join(said)


__all__ = ["Line", "Told", "WordsOf", "arranged", "lines_of", "render_text"]

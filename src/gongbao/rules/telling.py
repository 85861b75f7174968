"""What is told of a rule that went one way, as Python source that puts the step of an explanation together at once.

Written when a case first goes the way (ways.py), beside what computes the rule (generated.py):

    def told_of_net(teller, here, folded):
        teller.found.append((rule_net, here))
        value = here.r_net
        …
        here.told[rule_net] = step = {
            'number': len(teller.found),
            'rule': 'net', 'zh': '合计', 'en': 'net amount', 'clause': '第七条',
            'value': str(value),
            …
            'figures': {'zh': f'{text_of_pm25_level} + {…}', 'en': …},
            …
        }
        step['steps'] = [tell_pm25_level(teller, here, False), …]
        return step

Texts of numbers and what is said of facts are kept in their scope (t_…, n_… and d_… there), so that each is made once.
Where a fact of the case is missing, the same is written with a look at each slot: the careful form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from gongbao.rules import tree
from gongbao.rules.bare import Bands, dressed, marginal_parts, place_in
from gongbao.rules.evaluate import MissingFacts, Scope
from gongbao.rules.facts import Missing, as_json
from gongbao.rules.generated import HELPERS, Plain, Run, careful_of, compiled, form, is_rounded, names_of
from gongbao.rules.lost import Lost
from gongbao.rules.phrases import Open, Phrase, in_brackets, is_one_number, quoted_of, say_of
from gongbao.rules.policy import Fact, Record, Rule
from gongbao.rules.scales import Ladder
from gongbao.rules.shown import FLAGS, Said, in_both, number_text
from gongbao.rules.types import Type
from gongbao.rules.ways import AskedFact, Below, Way, folds, visible_in

Json = dict[str, Any]

BELOW_ALL = {"zh": "低于第一档", "en": "below the first band"}


def teller_of(rule: Rule[..., Any]) -> Callable[..., Json]:
    """The function that tells of a rule: once in full, and where it was told."""
    if rule.teller is None:
        names = names_of(rule.policy)
        with names.lock:
            names.of[f"ways_of_{rule.name}"] = rule.ways
            compiled(names, f"{rule.policy.name}, {rule.name}, telling", _entry(rule))
            rule.teller = names.of[f"tell_{rule.name}"]
    return rule.teller  # type: ignore[no-any-return]


def told_of(rule: Rule[..., Any], way: Way, *, careful: bool) -> Callable[..., Json]:
    """The function that tells of it in full where it went this way."""
    names = names_of(rule.policy)
    with names.lock:
        writer = _Telling(rule, way, careful)
        compiled(names, f"{rule.policy.name}, {writer.name}", writer.told())
        return names.of[writer.name]  # type: ignore[no-any-return]


def source_of_telling(rule: Rule[..., Any], way: Way, *, careful: bool = False) -> str:
    return _Telling(rule, way, careful).told()


def _entry(rule: Rule[..., Any]) -> str:
    name, own = rule.name, names_of(rule.policy).rule(rule)
    head = _head(rule, "begun['value']")
    again = [*_said_of_place(rule, "begun['record']", "begun['record_label']", "begun['choice']")]
    again += ["'told_in': begun['number']", "'folded': folded"]
    before = "'before_rounding': begun['before_rounding'], 'places': begun['places']"
    lines = [
        f"def tell_{name}(teller, here, folded):",
        "    if here.told is None:",
        "        teller.begin(here)",
        f"    begun = here.told.get({own})",
        "    if begun is None:",
        f"        return (ways_of_{name}.get(here.w_{name}) or teller.way({own}, here))(teller, here, folded)",
        f"    teller.found.append(({own}, here))",
    ]
    if is_rounded(rule):
        lines += ["    if 'before_rounding' in begun:"]
        lines += [f"        return {{{', '.join([*head, before, *again])}}}"]
    lines += [f"    return {{{', '.join([*head, *again])}}}"]
    return "\n".join(lines) + "\n"


def _head(rule: Rule[..., Any], value: str) -> list[str]:
    """What each step says of its rule and its value."""
    label, unit = rule.label, rule.type.unit
    out = [
        "'number': len(teller.found)",
        f"'rule': {rule.name!r}, 'zh': {label.zh!r}, 'en': {label.en!r}, 'clause': {rule.clause!r}",
        f"'value': {value}",
    ]
    if unit:
        out.append(f"'unit': {names_of(rule.policy).kept(('unit', unit), {'zh': unit.zh, 'en': unit.en}, 'unit')}")
    return out


def _said_of_place(rule: Rule[..., Any], record: str, label: str, choice: str) -> list[str]:
    """What each step says of what it was computed for."""
    out = [f"'record': {record}, 'record_label': {label}"] if rule.record else []
    return [*out, f"'choice': {choice}"] if rule.by_choice else out


class _Telling(Plain):
    """Writes what is told of a rule that went one way."""

    def __init__(self, rule: Rule[..., Any], way: Way, careful: bool) -> None:
        super().__init__(names_of(rule.policy), rule)
        self.told_way, self.careful, self.policy = way, careful, rule.policy
        self.in_generator = True  # which way a branch goes is not noted again
        self.name = self.names.new(f"told_of_{rule.name}")

    def told(self) -> str:
        rule, way = self.rule, self.told_way
        self.depth = 1
        self.line(f"teller.found.append(({self.names.rule(rule)}, here))")
        # Before anything below it is told, so that the steps are numbered in the order in which they are read.
        self.line("number = len(teller.found)")
        value, changed = self._value()
        head = [one.replace("len(teller.found)", "number") for one in _head(rule, value)]
        if changed:
            head.append("'before_rounding': exact_text(exact) if changed else '', 'places': " + str(rule.type.places))
        parameters = self._parameters()
        body = [*head, *_said_of_place(rule, "here.path", "here.label", "here.choice")]
        body.append(f"'formula': {self.names.kept(('formula', id(way)), way.formula, 'formula')}")
        figures = way.figures if way.figures is not None and way.figures.slots else None
        if figures is not None:
            body.append(f"'figures': {self._filled(figures)}")
        if way.scales:
            self.line(f"notes = [{', '.join(self._notes(one) for one in way.scales)}]")
            body.append("'notes': notes")
        body.append(f"'conditions': {self._conditions()}")
        body.append(f"'parameters': {parameters}")
        body.append(f"'readings': {self._readings()}")
        body.append(f"'facts': {self._facts()}")
        body += ["**lacking(lost)"] * self.careful
        self.line(f"here.told[{self.names.rule(rule)}] = step = {{")
        self.lines += [f"        {one}," for one in [*body, "'folded': folded", "'steps': []"]]
        self.line("}")
        if changed:
            with self.block("if not changed:"):
                self.line("del step['before_rounding'], step['places']")
        if figures is not None:
            with self.block("if step['figures'] == step['formula']:"):
                self.line("del step['figures']")
        if way.scales:
            with self.block("if not notes:"):
                self.line("del step['notes']")
        self._below()
        self.line("return step")
        head_line = f"def {self.name}(teller, here, folded):"
        return "\n".join([*self.functions, head_line, *self.lines]) + "\n"

    # The value

    def _value(self) -> tuple[str, bool]:
        """How the value is written, and whether it may be another than before it was rounded."""
        rule, kind = self.rule, self.rule.type
        own = self.names.rule(rule)
        if self.careful:
            self.line(f"value, lost = teller.asked({own}, here)")
        else:
            self.line(f"value = here.r_{rule.name}")
        may_lack = self.careful or kind.optional
        if is_rounded(rule):
            exact = f"here.x_{rule.name}"
            if may_lack:
                self.line(f"exact = {exact} if value is not None else None")
                self.line("changed = value is not None and exact.__class__ is not int and exact != value")
            else:
                self.line(f"exact = {exact}")
                # No fraction is what it was rounded to, and asking one takes long.
                can = "exact.__class__ is Fraction or " if form(rule.tree) in ("fraction", "any") else ""
                self.line(f"changed = {can}exact != value")
        if is_rounded(rule) and (kind.places or 0) <= 6:
            made = "str(value)"
        elif kind.kind in ("flag", "integer", "text"):
            return "value", False
        else:
            made = f"json_of(value, {self.names.kept(('type', rule), kind, 'type')})"
        return (f"None if value is None else {made}" if may_lack else made), is_rounded(rule)

    # Phrases

    def _filled(self, phrase: Phrase) -> str:
        """A phrase with what stands in its slots for the case."""
        if not phrase.slots:
            texts = {"zh": "".join(map(str, phrase.zh)), "en": "".join(map(str, phrase.en))}
            return self.names.kept(("phrase", id(phrase)), texts, "words")
        slots = [self._slot(one) for one in phrase.slots]
        zh, en = (
            self._joined(parts, [one[place] for one in slots]) for place, parts in enumerate((phrase.zh, phrase.en))
        )
        return f"{{'zh': {zh}, 'en': {en}}}"

    @staticmethod
    def _joined(parts: Iterable[str | Open], slots: list[str]) -> str:
        """An f-string."""
        out, waiting = [], iter(slots)
        for one in parts:
            if isinstance(one, Open):
                out.append(f"{{{next(waiting)}}}")
            else:
                quoted = one.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                out.append(quoted.replace("{", "{{").replace("}", "}}"))
        return f'f"{"".join(out)}"'

    def _slot(self, slot: Open) -> tuple[str, str]:
        """How the text of a slot is written in Chinese and in English."""
        node = slot.node
        if not self.careful and is_one_number(node) and not node.type.optional:
            text = self._number(node)
            if slot.brackets:
                key = ("bracketed", text)
                if key not in self.known:
                    name = self.known[key] = self.new("s")
                    self.line(f"{name} = f'({{{text}}})' if {text}[0] == '−' else {text}")
                text = self.known[key]
            return text, text
        said = self._said(node)
        if slot.brackets:
            said = self._named_as(("in brackets", node), f"in_brackets({said})")
        return f"{said}.zh", f"{said}.en"

    def _named_as(self, key: object, text: str) -> str:
        if key not in self.known:
            self.known[key] = self.new("s")
            self.line(f"{self.known[key]} = {text}")
        return self.known[key]

    def _number(self, node: tree.Node) -> str:
        """A variable with the text of a number."""
        if isinstance(node, tree.RuleRef):
            place, name = self.place(node.rule, node.of), node.rule.name
            self._text_function(node.rule)
            return self._named_as(("text", node.rule), f"{place}.t_{name} or text_of_{name}({place})")
        if isinstance(node, tree.FactRef | tree.FieldRef):
            place, slot = (self.case(), "Case") if isinstance(node, tree.FactRef) else ("here", node.record.__name__)
            about = (self.policy.facts if isinstance(node, tree.FactRef) else node.record).declared()[node.name]  # type: ignore[attr-defined]
            function = self._fact_text_function(slot, about)
            return self._named_as(("text", slot, node.name), f"{place}.n_{node.name} or {function}({place})")
        if isinstance(node, tree.FigureRef) and ("figure", node) in self.known:
            return self.known["figure", node]
        places, percent = node.type.places, node.type.kind == "percent"
        return self._named_as(("text", node), f"number_text({self.expression(node)}, {places}, {percent})")

    def _text_function(self, rule: Rule[..., Any]) -> None:
        name, kind = rule.name, rule.type
        if f"text_of_{name}" not in self.names.of:
            lines = [
                f"def text_of_{name}(here):",
                f"    value = here.r_{name}",
                "    if value is None:",
                f"        value = here.find({self.names.rule(rule)})",
                f"    here.t_{name} = text = number_text(value, {kind.places}, {kind.kind == 'percent'})",
                "    return text",
            ]
            compiled(self.names, f"{self.policy.name}, text of {name}", "\n".join(lines) + "\n")

    def _fact_text_function(self, slot: str, about: Fact) -> str:
        name, kind = f"text_of_{slot}_{about.name}", about.type
        if name not in self.names.of:
            made = f"number_text(here.f_{about.name}, {kind.places}, {kind.kind == 'percent'})"
            lines = [
                f"def {name}(here):",
                f"    here.n_{about.name} = text = {made}",
                "    return text",
            ]
            compiled(self.names, f"{self.policy.name}, {name}", "\n".join(lines) + "\n")
        return name

    def _said(self, node: tree.Node) -> str:
        """A variable with what is said of a value, in both languages."""
        key = ("said", node)
        if key in self.known:
            return self.known[key]
        kind = node.type
        if isinstance(node, tree.ReadingRef):
            quoted = self.names.kept(("quoted", node.name), quoted_of(self.policy, node.name), "quoted")
            return self._named_as(key, f"{quoted}[here.case.options.{node.name}]")
        if not self.careful and not kind.optional and isinstance(node, tree.FactRef | tree.FieldRef | tree.RuleRef):
            if kind.kind == "choice":
                return self._named_as(key, f"{self.expression(node)}.label")
            if kind.kind == "flag":
                return self._named_as(key, f"FLAGS[{self.expression(node)}]")
        say = self.names.kept(("say", node), say_of(self.policy, node), "say")
        if isinstance(node, tree.Aggregate) and node.source and not self.careful:
            return self._named_as(key, f"teller.of_records({self.names.name(node, 'aggregate')}, {say}, here)")
        return self._named_as(key, f"{say}(here)")

    # What stands beside the formula

    def _conditions(self) -> str:
        return f"[{', '.join(self._condition(*one) for one in self.told_way.conditions)}]"

    def _condition(self, words: dict[str, str], figures: Phrase, holds: bool | None) -> str:
        begin, end = f"{{'zh': {words['zh']!r}, 'en': {words['en']!r}, 'figures': ", f", 'holds': {holds}}}"
        if not figures.slots:
            return self.names.kept(("condition", id(figures)), {**words, "figures": words, "holds": holds}, "condition")
        if not figures.of_case:
            return f"{begin}{self._filled(figures)}{end}"
        # It is the same for all records of the case.
        key = self.names.new(f"condition_of_{self.rule.name}")
        name = self.new("condition")
        self.line(f"{name} = teller.once.get({key!r})")
        with self.block(f"if {name} is None:"):
            filled = self._filled(figures)
            self.line(f"{name} = teller.once[{key!r}] = {begin}{filled}{end}")
        return name

    def _parameters(self) -> str:
        """The parameters, which are put together once for all cases of the same figures and keys."""
        nodes = self.told_way.parameters
        if not nodes:
            return "[]"
        way = self.names.kept(("parameters", id(self.told_way)), nodes, "parameters")
        if self.careful:
            return f"teller.parameters({way}, here)[0]"
        keys = [self.expression(key) for node in nodes for key in node.keys]
        found, texts = self.new("parameters"), [self.new("s") for _ in nodes]
        self.line(f"key = (here.figures, {', '.join((repr(way), *keys))})")
        self.line(f"{found}, {', '.join(texts)} = teller.figures.get(key) or teller.parameters({way}, here, key)")
        self.known |= {("figure", node): text for node, text in zip(nodes, texts, strict=True)}
        return found

    def _readings(self) -> str:
        made = (f"teller.readings.get({one!r}) or teller.reading({one!r})" for one in self.told_way.readings)
        return f"[{', '.join(made)}]"

    def _facts(self) -> str:
        made = [self._told_fact(one) for one in self.told_way.facts]
        return f"known_of(({', '.join(made)}, ))" if self.careful and made else f"[{', '.join(made)}]"

    def _told_fact(self, asked: AskedFact) -> str:
        about = asked.about
        of = asked.record.__name__ if asked.record else "Case"
        place = "here" if asked.record or self.rule.record is None else "here.whole"
        if asked.record is None and self.rule.by_choice:
            place = f"{place}.base"
        tell = self.names.kept(("fact", of, about.name), self._fact_function(of, about, asked.record), "tell_fact")
        return f"{'' if self.careful else f'{place}.d_{about.name} or '}{tell}({place})"

    def _fact_function(self, of: str, about: Fact, record: type[Record] | None) -> Callable[[Scope], Json | None]:
        name = f"told_of_fact_{of}_{about.name}"
        if name in self.names.of:
            return self.names.of[name]  # type: ignore[no-any-return]
        kind, label, slot = about.type, about.label, f"here.f_{about.name}"
        path = f"f'{{here.path}}.{about.name}'" if record else repr(about.name)
        lines = [f"def {name}(here):", f"    if {slot}.__class__ is Missing:", "        return None"]
        if kind.is_number and not kind.optional:
            text = self._fact_text_function(of, about)
            lines.append(f"    text = here.n_{about.name} or {text}(here)")
            unit = kind.unit if kind.kind != "percent" else None
            zh, en = (f"f'{{text}} {one}'" for one in (unit.zh, unit.en)) if unit else ("text", "text")
        else:
            lines.append(f"    said = said_with_unit({slot}, {self.names.kept(('type', about), kind, 'type')})")
            zh, en = "said.zh", "said.en"
        value = f"{{'zh': {zh}, 'en': {en}}}"
        made = f"{{'path': {path}, 'zh': {label.zh!r}, 'en': {label.en!r}, 'value': {value}}}"
        lines += [f"    here.d_{about.name} = told = {made}", "    return told"]
        compiled(self.names, f"{self.policy.name}, {name}", "\n".join(lines) + "\n")
        return self.names.of[name]  # type: ignore[no-any-return]

    def _notes(self, node: tree.Call) -> str:
        """Which part of the value each band of a scale takes."""
        value, scale = node.arguments
        if self.careful:
            runs = [self.names.kept(("run", one), careful_of(self.policy, one), "run") for one in (value, scale)]
            return f"*bands_asked(here, {', '.join(runs)})"
        return f"*bands_told({self.expression(value)}, {self.expression(scale)})"

    # What is below

    def _below(self) -> None:
        """The steps of the rules that stand in the formula and its conditions, each once."""
        way = self.told_way
        needed = [one for one in way.needed if one.rules]
        bears = self._bearing() if needed else None
        for one in needed:
            for rule in one.rules:
                teller_of(rule)
        of_records = Counter(rule for one in needed if not isinstance(one.node, tree.RuleRef) for rule in one.rules)
        own = {one.node.rule for one in needed if isinstance(one.node, tree.RuleRef)}
        several = any(len(one.rules) > 1 for one in needed)
        may_repeat = several or max(of_records.values(), default=0) > 1 or any(rule in of_records for rule in own)
        entries: list[str] = []
        told: set[Rule[..., Any]] = set()
        for one in needed:
            if isinstance(one.node, tree.RuleRef):
                if one.node.rule in told:
                    continue
                told.add(one.node.rule)
            folded, shown = "False", id(one.shown)
            if bears is not None and shown not in way.asked:
                folded = f"not ({' or '.join(bears[shown])})" if bears else f"{shown} not in bears"
            entries.append(self._at_home(one, folded, may_repeat))
        if entries:
            text = f"[{', '.join(entries)}]"
            self.line(f"step['steps'] = {f'told_once(teller, {text})' if may_repeat else text}")

    def _at_home(self, below: Below, folded: str, may_repeat: bool) -> str:
        """How the steps of the rules below are told, for each scope in which these are kept; where some may come again,
        only what is to be told."""
        node, tells = below.node, [f"tell_{one.name}" for one in below.rules]
        entry = f"({tells[0]}, HOME, {folded})" if may_repeat else f"{tells[0]}(teller, HOME, {folded})"
        if isinstance(node, tree.RuleRef):
            if below.may_be_open:
                entry = f"*([{entry}] if {self.names.rule(node.rule)} in HOME.kept else ())"
            return entry.replace("HOME", self.place(node.rule, "record"))
        if isinstance(node, tree.EachRef):
            case = "here.base.case" if self.rule.by_choice and not node.rule.by_choice else "here.case"
            assert node.rule.record is not None
            homes = f"{case}.records({self.policy.list_of(node.rule.record)!r})"
        else:
            homes = f"counted_by(here, {self.names.name(node, 'aggregate')})"
        if len(tells) > 1:
            return f"*[(tell, other, {folded}) for other in {homes} for tell in ({', '.join(tells)})]"
        return f"*[{entry.replace('HOME', 'other')} for other in {homes}]"

    def _bearing(self) -> dict[int, list[str]] | None:
        """On what each node of the formula hangs, by its id: conditions of which one is to hold. None where the value
        depends on all nodes, nothing where `bears` has those on which it depends."""
        way = self.told_way
        if way.bearing is None:
            return None
        found: dict[int, list[str]] = {}
        if not self.careful and self._bears(way.shown, [], found):
            return found
        self.line(f"bears = {self.names.kept(('bearing', id(way)), way.bearing, 'bearing')}(here)")
        return {}

    def _bears(self, node: tree.Node, when: list[str], bears: dict[int, list[str]]) -> bool:
        """Write on what the value depends as it is (ways.py), `when` being on what that hangs so far; False where it is
        not written, as parts of a condition in which something folds may have no meaning."""
        parts = tuple(node.children())
        if not folds(node):
            for one in visible_in(node):
                bears.setdefault(id(one), []).append(" and ".join(when) or "True")
            return True
        bears.setdefault(id(node), []).append(" and ".join(when) or "True")
        kept = [when] * len(parts)
        which = self.new("which")
        if isinstance(node, tree.All | tree.Any_):
            if any(folds(one) for one in parts):
                return False
            settles = isinstance(node, tree.Any_)
            runs = "".join(f"{self.names.kept(('run', one), careful_of(self.policy, one), 'run')}, " for one in parts)
            asks = f"{'' if settles else 'not '}({self.expression(node)})"
            self.line(f"{which} = first_that_settles(here, {settles}, ({runs})) if {asks} else -1")
            kept = [[*when, f"{which} in (-1, {place})"] for place in range(len(parts))]
        elif isinstance(node, tree.Operation) and node.op == "*":
            left, right = (self.expression(one) for one in parts)
            self.line(f"{which} = 0 if {left} == 0 else 1 if {right} == 0 else -1")
            kept = [[*when, f"{which} != 1"], [*when, f"{which} != 0"]]
        return all(self._bears(one, hangs, bears) for one, hangs in zip(parts, kept, strict=True))


# What the source calls


def _exact_text(exact: Any) -> str:
    return str(exact) if exact.__class__ is Fraction else f"{exact:f}"


def _bands_told(value: Any, bands: Bands) -> list[Json]:
    """Which part of the value each band of a scale takes."""
    of_measure, of_product = bands.percents
    if bands.scale.__class__ is not Ladder:
        place = place_in(value, bands)
        if place is None:
            return [BELOW_ALL]
        (above, gives), sign = bands.said[place], "≤" if bands.each[place][1] else "<"
        return [_same(f"{above}{sign}{number_text(value, None, of_measure)}: {gives}")]
    out = []
    for place, part, made in marginal_parts(value, bands):
        (above, gives), sign = bands.said[place], "≥" if bands.each[place][1] else ">"
        said = number_text(made, None, of_product)
        out.append(_same(f"{sign} {above}: {number_text(part, None, of_measure)} × {gives} = {said}"))
    return out


def _bands_asked(here: Scope, value: Run, scale: Run) -> list[Json]:
    try:
        return _bands_told(value(here), scale(here))
    except MissingFacts:
        return []


def _same(text: str) -> Json:
    return {"zh": text, "en": text}


def lacking(lost: Lost | None) -> Json:
    """What a step says of what it lacks."""
    if lost is None:
        return {}
    return {"missing": sorted(lost.first), **({"more_missing": True} if lost.more else {})}


def _said_with_unit(value: Any, kind: Type) -> Said:
    return in_both(dressed(value, kind), kind)


def _told_once(teller: Any, entries: Iterable[tuple[Callable[..., Json], Scope, bool]]) -> list[Json]:
    """Each rule once for each scope."""
    seen = set()
    steps = []
    for tell, home, folded in entries:
        if (tell, home) not in seen:
            seen.add((tell, home))
            steps.append(tell(teller, home, folded))
    return steps


def _first_that_settles(here: Scope, settles: bool, parts: Iterable[Run]) -> int:
    return next(place for place, one in enumerate(parts) if one(here) is settles)


HELPERS.update(
    first_that_settles=_first_that_settles,
    FLAGS=FLAGS,
    Fraction=Fraction,
    Missing=Missing,
    bands_asked=_bands_asked,
    bands_told=_bands_told,
    exact_text=_exact_text,
    in_brackets=in_brackets,
    json_of=lambda value, kind: as_json(dressed(value, kind), kind),
    known_of=lambda facts: [one for one in facts if one is not None],
    lacking=lacking,
    number_text=number_text,
    said_with_unit=_said_with_unit,
    told_once=_told_once,
)

__all__ = ["lacking", "source_of_telling", "teller_of", "told_of"]

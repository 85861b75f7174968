"""The small typed expression tree that a rule's source becomes. Every target (explanation, columns, SQL) reads this.

Local names are gone: where a rule wrote `excess = a - b`, the tree has the expression itself, the very same object at
each place that used the name. `if`/`elif`/`else` and early returns are nested `Branch` nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongbao.rules.types import Type

if TYPE_CHECKING:
    from gongbao.rules.policy import Rule


@dataclass(eq=False, kw_only=True)
class Node:
    """`line` is the line in the policy's file, `type` the kind of value, not yet rounded.

    `run` is the node's own evaluation, kept by generated.py once it has been written; `told` what ways.py keeps.
    """

    line: int
    type: Type
    run: Any = None
    told: Any = None

    def children(self) -> Iterator[Node]:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Node))

    def walk(self) -> Iterator[Node]:
        """This node and all below it, each once."""
        seen: set[int] = set()
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            if id(node) not in seen:
                seen.add(id(node))
                yield node
                waiting += node.children()


@dataclass(eq=False, kw_only=True)
class Literal(Node):
    """A constant of the module: an amount, a number, a choice, or (type list) a tuple of choices. `name` is how the
    module calls it, "" where it stands in the rule itself."""

    value: Any
    name: str = ""


@dataclass(eq=False, kw_only=True)
class FactRef(Node):
    """A fact of the case."""

    name: str


@dataclass(eq=False, kw_only=True)
class FieldRef(Node):
    """A fact of a record: `of` is "record" for the one the rule is on, "loop" for the one a generator goes through."""

    name: str
    of: str
    record: type


@dataclass(eq=False, kw_only=True)
class RuleRef(Node):
    """Another rule's value: in the same record where both are on records, or of the one a generator goes through."""

    rule: Rule[..., Any]
    of: str = "record"


@dataclass(eq=False, kw_only=True)
class EachRef(Node):
    """A rule's values for all records, in the order of input."""

    rule: Rule[..., Any]


@dataclass(eq=False, kw_only=True)
class BestRef(Node):
    """The choice that the policy's best_of picks, or the one for which the rule is just being computed."""

    name: str


@dataclass(eq=False, kw_only=True)
class EarlierRef(Node):
    """The total of the rule's own results for the records before this one with the same values in `same`."""

    rule: Rule[..., Any]
    same: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class FigureRef(Node):
    """A figure of the date that governs; `keys` where it has a value for each key."""

    name: str
    keys: tuple[Node, ...] = ()


@dataclass(eq=False, kw_only=True)
class ReadingRef(Node):
    """Which option of a reading is chosen."""

    name: str


@dataclass(eq=False, kw_only=True)
class Operation(Node):
    """`op` is one of + - * /"""

    op: str
    left: Node
    right: Node


@dataclass(eq=False, kw_only=True)
class Negative(Node):
    item: Node


@dataclass(eq=False, kw_only=True)
class Comparison(Node):
    """`op` is one of < <= > >= == != in "not in" is "is not"; `is` compares with None only."""

    op: str
    left: Node
    right: Node


@dataclass(eq=False, kw_only=True)
class All(Node):
    """and"""

    items: tuple[Node, ...]


@dataclass(eq=False, kw_only=True)
class Any_(Node):
    """or"""

    items: tuple[Node, ...]


@dataclass(eq=False, kw_only=True)
class Not(Node):
    item: Node


@dataclass(eq=False, kw_only=True)
class Branch(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(eq=False, kw_only=True)
class Extreme(Node):
    """`which` is min or max."""

    which: str
    items: tuple[Node, ...]


@dataclass(eq=False, kw_only=True)
class Call(Node):
    """A function of gongbao.rules.functions or scales, or abs, by name."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(eq=False, kw_only=True)
class Aggregate(Node):
    """`function` is total, mean, count, any, all or first. It goes through the records of the list `source` (the name
    of a fact) and takes `item` of those for which `condition` holds; or through the values of an EachRef `source_each`,
    with `item` and `condition` None."""

    function: str
    source: str = ""
    source_each: Node | None = None
    item: Node | None = None
    condition: Node | None = None
    otherwise: Node | None = None

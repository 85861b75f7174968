"""YAML in which every scalar stays the text that was typed, and everything knows its line.

0.10 is no float here and 2022-05-01 no date: what a text means is for whoever declared it, not for YAML. A key that
stands twice is an error, as the second would silently replace the first.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from gongbao.rules.policy import PolicyError
from gongbao.rules.values import Label

# The loader written in C is some ten times quicker; where PyYAML was built without it, the other reads the same.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that refuses an unknown name: the known one that was probably meant, "" if none is near."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f"; was {near[0]} meant?" if near else ""


@dataclass(frozen=True, slots=True)
class YamlPart:
    """A value in a YAML file. `line` counts from 1, and is that of its key where it has one.

    Each reader raises PolicyError, with file and line, for a value of another shape.
    """

    file: str
    line: int
    node: yaml.Node | None

    def error(self, message: str) -> PolicyError:
        return PolicyError(message, file=self.file, line=self.line)

    def text(self) -> str:
        """A scalar that is not empty, exactly as typed, without the white space around it."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error(
                "one text belongs here, no list and no keys; write it behind the colon of its key, in quotes where it "
                "begins with [ or {"
            )
        text: str = self.node.value.strip()
        if not text:
            raise self.error("nothing stands here; write a value behind the colon")
        return text

    def items(self) -> list[YamlPart]:
        """The items of a list of at least one."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            raise self.error("a list belongs here")
        return [YamlPart(self.file, one.start_mark.line + 1, one) for one in self.node.value]

    def mapping(self) -> dict[str, YamlPart]:
        """Keys and values, in their order; an empty file has none."""
        if self.node is None:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("keys and values belong here, as `key: value`")
        found: dict[str, YamlPart] = {}
        for key, value in self.node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise PolicyError("a key is one text", file=self.file, line=line)
            if key.value in found:
                raise PolicyError(
                    f"{key.value} stands twice, first on line {found[key.value].line}", file=self.file, line=line
                )
            found[key.value] = YamlPart(self.file, line, value)
        return found

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, YamlPart]:
        """A mapping that has all `required` keys, perhaps some of `optional`, and no others."""
        found = self.mapping()
        required = list(required)
        known = [*required, *optional]
        for name, part in found.items():
            if name not in known:
                raise part.error(f"{name} is no key here, which are {', '.join(known) or 'none'}{nearest(name, known)}")
        missing = [name for name in required if name not in found]
        if missing:
            raise self.error(f"{', '.join(missing)} must be given")
        return found

    def label(self) -> Label:
        """{zh: …, en: …}"""
        return label_of(self.fields(["zh", "en"]))


def label_of(fields: dict[str, YamlPart]) -> Label:
    """The label of something that has zh and en among its keys."""
    return Label(fields["zh"].text(), fields["en"].text())


def read_yaml(path: Path) -> YamlPart:
    """The one document of a YAML file. Raises PolicyError where there is no such file or it is no YAML in UTF-8."""
    file = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return YamlPart(file, 1, yaml.compose(text, Loader=_Loader))
    except FileNotFoundError:
        raise PolicyError("there is no such file", file=file) from None
    except UnicodeDecodeError:
        raise PolicyError("the file is not in UTF-8", file=file, line=1) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError(f"this is not YAML: {error.problem}", file=file, line=line) from None
    except yaml.YAMLError as error:
        raise PolicyError(f"this is not YAML: {str(error).splitlines()[0]}", file=file, line=1) from None


def read_declared(path: Path, declared: Iterable[str], sheet: str) -> dict[str, YamlPart]:
    """What a file says of each name that a sheet declares; of the names of other sheets nothing.

    A sheet that declares none needs no file. Raises PolicyError for a name that the file does not have.
    """
    declared = list(declared)
    if not declared:
        return {}
    root = read_yaml(path)
    found = root.mapping()
    missing = [name for name in declared if name not in found]
    if missing:
        near = difflib.get_close_matches(missing[0], [name for name in found if name not in declared], 1)
        hint = f"; was {near[0]} meant? Write {missing[0]}" if near else "; add it"
        where = found[near[0]] if near else root
        raise where.error(f"{', '.join(missing)} must be given, as {sheet} declares it{hint}")
    return {name: found[name] for name in declared}


def refuse_undeclared(path: Path, declared: Iterable[str], what: str) -> None:
    """Raise PolicyError, with its line, for a name in the file that nothing declares. There need not be a file."""
    declared = set(declared)
    if not declared and not path.exists():
        return
    for name, part in read_yaml(path).mapping().items():
        if name not in declared:
            raise part.error(f"no policy declares the {what} {name}{nearest(name, declared)}")

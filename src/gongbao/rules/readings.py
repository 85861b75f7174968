"""readings.yaml: where a document can be read in more than one way, what the ways are, and which one is taken and why.

    unreferred_treatment:
      zh: 未按规定转诊的费用
      en: costs of treatment without referral
      clause: 七（三）
      default: as_is
      reason: {zh: …, en: …}         # why this one is taken
      authority: {zh: …, en: …}      # who may decide it
      options:
        as_is: {zh: …, en: …, clause: …}
        excluded: {zh: …, en: …, clause: …}

The sheet of the policy declares each as Literal["as_is", "excluded"]; both must name the same options.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.rules.policy import ReadingSheet
from gongbao.rules.values import Label
from gongbao.rules.yaml_parts import YamlPart, label_of, nearest, read_declared, refuse_undeclared


@dataclass(frozen=True, slots=True)
class Option:
    """One way to read the text, with the clause that speaks for it."""

    name: str
    label: Label
    clause: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A named ambiguity. `default` is the name of the option taken, `reason` why, `authority` who may decide it."""

    name: str
    label: Label
    clause: str
    default: str
    reason: Label
    authority: Label
    options: dict[str, Option]
    line: int


def read_readings(path: Path, sheet: type[ReadingSheet]) -> dict[str, Reading]:
    """The readings that the sheet declares; those of other sheets in the same file are left alone.

    A sheet that declares none needs no file. Raises PolicyError, with file and line.
    """
    declared = sheet.declared()
    found = read_declared(path, declared, sheet.__qualname__)
    return {name: _reading(name, part, declared[name]) for name, part in found.items()}


def check_folder(path: Path, sheets: Iterable[type[ReadingSheet]]) -> None:
    """Raise PolicyError, with its line, for a reading of the file that none of the sheets declares."""
    refuse_undeclared(path, (name for sheet in sheets for name in sheet.declared()), "reading")


def _reading(name: str, part: YamlPart, declared: tuple[str, ...]) -> Reading:
    fields = part.fields(["zh", "en", "clause", "default", "reason", "authority", "options"])
    about = fields["options"].fields(declared)
    options = {}
    for option in declared:
        within = about[option].fields(["zh", "en", "clause"])
        options[option] = Option(option, label_of(within), within["clause"].text())
    default = fields["default"].text()
    if default not in options:
        raise fields["default"].error(f"{default} is none of {', '.join(options)}{nearest(default, options)}")
    return Reading(
        name=name,
        label=label_of(fields),
        clause=fields["clause"].text(),
        default=default,
        reason=fields["reason"].label(),
        authority=fields["authority"].label(),
        options=options,
        line=part.line,
    )


class NoSuchReading(GongbaoError):
    """A reading or an option that the policy does not have."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en, zh=zh)


def choose(
    table: Mapping[str, Reading], chosen: Mapping[str, str], sheet: type[ReadingSheet] = ReadingSheet
) -> ReadingSheet:
    """The sheet with the options chosen, and the default of every other reading.

    Raises NoSuchReading for a name or an option that there is not.
    """
    for name, option in ((name[:60], option[:60]) for name, option in chosen.items()):
        if name not in table:
            known = f"it has {', '.join(table)}" if table else "it has none"
            raise NoSuchReading(
                f"该政策没有名为{name}的理解；" + (f"可用的有：{'、'.join(table)}" if table else "它没有可选的理解"),
                f"the policy has no reading {name}; {known}{nearest(name, table)}",
            )
        options = table[name].options
        if option not in options:
            raise NoSuchReading(
                f"{option}不是{name}（{table[name].label.zh}）的选项；可用的有：{'、'.join(options)}",
                f"{option} is no option of {name}; take {', '.join(options)}{nearest(option, options)}",
            )
    return sheet(**{name: chosen.get(name, reading.default) for name, reading in table.items()})


def as_dict(table: Mapping[str, Reading]) -> dict[str, Any]:
    """The readings as JSON has them, by name."""
    return {
        name: {
            "label": _plain(reading.label),
            "clause": reading.clause,
            "default": reading.default,
            "reason": _plain(reading.reason),
            "authority": _plain(reading.authority),
            "options": {
                option.name: {"label": _plain(option.label), "clause": option.clause}
                for option in reading.options.values()
            },
        }
        for name, reading in table.items()
    }


def digest(table: Mapping[str, Reading]) -> str:
    """SHA-256 of what decides a result: which readings there are, with which options and default; not of the words."""
    decisive = {name: [reading.default, sorted(reading.options)] for name, reading in table.items()}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}


__all__ = ["NoSuchReading", "Option", "Reading", "as_dict", "check_folder", "choose", "digest", "read_readings"]

"""The form of a step: a control for each field that it asks for, with what was typed and what is wrong with it.

    given, uploads = typed(step, role, request)
    ... take the step; on Refused: controls(step, role, given, refused.problems, choices)

A page shows the controls with `{% include "cases/_fields.html" %}`. Names in a form begin with PREFIX, so that no field
is taken for something else that the form holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import get_language

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases import files
from gongbao.office.cases.actions import AUTHORITY, IDENTITY, Counter, Upload
from gongbao.office.file_names import shown_name
from gongbao.office.people.models import Unit
from gongbao.office.people.queries import unit_tree
from gongbao.procedures import Field, Option, Problem, Role, Step
from gongbao.procedures.fields import Kind

PREFIX = "v-"
FEW = 6
"""So many options are shown as buttons, more as a list to choose from."""

_YES_NO = (Option("yes", Label("是", "yes")), Option("no", Label("否", "no")))


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it is shown."""

    value: str
    label: str
    chosen: bool
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """A field in a form. `shape` is line, text, date, moment, figure, amount, files, one (of a few), list, or several.

    `typed` is what stands in it; `wrong` what is wrong with that. `of_case`: what is public in it is shown to whoever
    follows the case, else to everybody.
    """

    field: Field
    name: str
    shape: str
    label: str
    help: str
    typed: str
    choices: tuple[Choice, ...]
    wrong: tuple[str, ...]
    of_case: bool = False

    @property
    def id(self) -> str:
        return f"id-{self.name}"

    @property
    def described_by(self) -> str:
        explained = self.help or self.field.clause or self.field.public or self.field.personal
        told = [f"{self.id}-help"] if explained or self.shape in ("files", "text") else []
        return " ".join(told + ([f"{self.id}-wrong"] if self.wrong else []))


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen where a field asks for a unit or an account: values with their names."""

    units: tuple[tuple[str, str], ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()


def unit_choices(without: Iterable[int] = ()) -> tuple[tuple[str, str], ...]:
    """The open units in the order of their tree, those below another moved in; without some, by id."""
    language, left_out = get_language() or "", set(without)
    return tuple(
        (one.unit.key, "\u3000" * one.depth + one.unit.in_language(language))
        for one in unit_tree()
        if not one.unit.closed and one.unit.pk not in left_out
    )


def asked_of(step: Step, role: Role) -> list[Field]:
    """The fields that somebody in the role is asked for."""
    return [one for one in step.asks if role.kind == "staff" or not one.staff]


def typed(step: Step, role: Role, request: HttpRequest) -> tuple[dict[str, Any], list[Upload]]:
    """What was given for the step, as it was typed, and the files. Raises GongbaoError where a file is too large."""
    return typed_in(asked_of(step, role), request)


def typed_in(fields: Sequence[Field], request: HttpRequest) -> tuple[dict[str, Any], list[Upload]]:
    """The same for the fields of a form that belongs to no case."""
    uploads: list[Upload] = []
    for field in fields:
        if field.kind == Kind.FILES:
            given_files = request.FILES.getlist(PREFIX + field.key)
            if len(given_files) > field.longest:
                raise GongbaoError(f"up to {field.longest} files are taken here", where=field.key)
            uploads += [_upload(field, file) for file in given_files]
    if too_large := getattr(request, "files_too_large", []):
        raise GongbaoError(f"this file is larger than {files.LARGEST >> 20} MiB", where=shown_name(too_large[0]))
    return typed_again(fields, request), uploads


def typed_again(fields: Iterable[Field], request: HttpRequest) -> dict[str, Any]:
    """What was typed, for a form that is shown again; files a browser does not keep, so that they have to be chosen
    again."""
    found: dict[str, Any] = {}
    for field in fields:
        name = PREFIX + field.key
        if field.kind == Kind.CHOICES:
            found[field.key] = request.POST.getlist(name)
        elif field.kind != Kind.FILES:
            found[field.key] = request.POST.get(name, "")
    return found


def _upload(field: Field, file: UploadedFile) -> Upload:
    if (file.size or 0) > files.LARGEST:
        raise GongbaoError(f"this file is larger than {files.LARGEST >> 20} MiB", where=shown_name(file.name or ""))
    return Upload(field.key, file.name or "", file.read())


def controls(
    step: Step,
    role: Role,
    given: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    choices: Choices | None = None,
) -> list[Control]:
    """The controls of the step's form, in the language of the page. Without `choices` any open unit may be chosen."""
    return [replace(one, of_case=True) for one in controls_of(asked_of(step, role), given, problems, choices)]


def controls_of(
    fields: Sequence[Field],
    given: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    choices: Choices | None = None,
) -> list[Control]:
    """The same for the fields of a form that belongs to no case."""
    language = get_language() or ""
    asks_for_unit = any(one.kind == Kind.UNIT for one in fields)
    offered = choices if choices is not None else Choices(units=unit_choices() if asks_for_unit else ())
    return [_control(field, (given or {}).get(field.key), problems, offered, language) for field in fields]


_SHAPES = {
    Kind.LINE: "line",
    Kind.TEXT: "text",
    Kind.DATE: "date",
    Kind.MOMENT: "moment",
    Kind.NUMBER: "figure",
    Kind.MONEY: "amount",
    Kind.FILES: "files",
    Kind.CHOICES: "several",
    Kind.UNIT: "list",
    Kind.ACCOUNT: "list",
}


def _control(field: Field, value: Any, problems: Sequence[Problem], offered: Choices, language: str) -> Control:
    options = [(one.key, one.label.in_language(language), one.clause) for one in field.options]
    if field.kind == Kind.FLAG:
        options = [(one.key, one.label.in_language(language), "") for one in _YES_NO]
    elif field.kind == Kind.UNIT:
        options = [(key, name, "") for key, name in offered.units]
    elif field.kind == Kind.ACCOUNT:
        options = [(key, name, "") for key, name in offered.accounts]
    shape = _SHAPES.get(field.kind) or ("one" if len(options) <= FEW else "list")
    chosen = set(value) if isinstance(value, (list, tuple)) else {_as_typed(value)}
    return Control(
        field,
        PREFIX + field.key,
        shape,
        field.label.in_language(language),
        field.help.in_language(language) if field.help else "",
        "" if isinstance(value, (list, tuple)) else _as_typed(value),
        tuple(Choice(key, label, key in chosen, clause) for key, label, clause in options),
        tuple(one.message.in_language(language) for one in problems if one.field == field.key),
    )


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


# --- at the counter


@dataclass(frozen=True, slots=True)
class CounterForm:
    """Which paper was seen, and what shows that somebody may act for another."""

    identity: tuple[Choice, ...]
    authority: tuple[Choice, ...]
    wrong_identity: str = ""
    wrong_authority: str = ""

    @property
    def for_another(self) -> bool:
        return any(one.chosen for one in self.authority) or bool(self.wrong_authority)


def counter_form(request: HttpRequest | None = None, wrong: GongbaoError | None = None, words: str = "") -> CounterForm:
    language = get_language() or ""
    post = request.POST if request is not None else {}

    def choices(name: str, options: Sequence[Option]) -> tuple[Choice, ...]:
        return tuple(Choice(one.key, one.label.in_language(language), one.key == post.get(name)) for one in options)

    where = wrong.where if wrong is not None else ""
    return CounterForm(
        choices("identity", IDENTITY),
        choices("authority", AUTHORITY),
        words if where == "identity" else "",
        words if where == "authority" else "",
    )


def counter_of(request: HttpRequest) -> Counter:
    """What was seen at the counter. Raises GongbaoError."""
    return Counter(request.POST.get("identity", ""), request.POST.get("authority", ""))


def bodies(without: Iterable[int]) -> list[Unit]:
    """The open bodies that may be asked to countersign."""
    left_out = set(without)
    return [
        one.unit
        for one in unit_tree()
        if not one.unit.closed and one.unit.kind != "section" and one.unit.pk not in left_out
    ]

"""Words of the page's language for what the library keeps as a key."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from gongbao.office.library.queries import NO_DEADLINE

DEADLINE_KINDS = {
    "fixed_date": pgettext_lazy("kind of deadline", "On a day"),
    "recurring": pgettext_lazy("kind of deadline", "Recurring"),
    "working_days": pgettext_lazy("kind of deadline", "Working days"),
    "calendar_days": pgettext_lazy("kind of deadline", "Calendar days"),
    "months": pgettext_lazy("kind of deadline", "Months"),
    "years": pgettext_lazy("kind of deadline", "Years"),
    "hours": pgettext_lazy("kind of deadline", "Hours"),
    "event": pgettext_lazy("kind of deadline", "With an event"),
    NO_DEADLINE: pgettext_lazy("kind of deadline", "No deadline named"),
}
COMPARISONS = {
    ">=": "≥",
    ">": ">",
    "<=": "≤",
    "<": "<",
    "=": "=",
    "about": gettext_lazy("about"),
}
CHANGES = {
    "rise": pgettext_lazy("change of a quantity", "rise"),
    "fall": pgettext_lazy("change of a quantity", "fall"),
    "": "",
}

FINDING_KINDS = {
    "sum": pgettext_lazy("kind of finding", "Sum"),
    "figure": pgettext_lazy("kind of finding", "Contradicting figures"),
    "numbering": pgettext_lazy("kind of finding", "Numbering"),
    "contents": pgettext_lazy("kind of finding", "Table of contents"),
    "name": pgettext_lazy("kind of finding", "Two spellings"),
    "bracket": pgettext_lazy("kind of finding", "Scale"),
    "deadline": pgettext_lazy("kind of finding", "Deadline"),
    "body": pgettext_lazy("kind of finding", "Body never created"),
    "repealed": pgettext_lazy("kind of finding", "Repealed document"),
    "recognition": pgettext_lazy("kind of finding", "Slip of recognition"),
}
SEVERITIES = {
    "error": pgettext_lazy("severity", "Error"),
    "warning": pgettext_lazy("severity", "Warning"),
    "note": pgettext_lazy("severity", "Note"),
}


def deadline_kind_word(kind: str) -> str:
    return str(DEADLINE_KINDS.get(kind or NO_DEADLINE, kind))


def comparison_sign(comparison: str) -> str:
    return str(COMPARISONS.get(comparison, comparison))


def change_word(change: str) -> str:
    return str(CHANGES.get(change, change))

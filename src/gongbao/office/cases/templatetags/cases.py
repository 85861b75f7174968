"""What stands in a case, in the language of the page."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from gongbao.core.labels import Label
from gongbao.office.cases.actors import AT_DESK
from gongbao.office.cases.models import Proposal
from gongbao.office.cases.words import Names
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.models import Account, Unit
from gongbao.office.people.permissions import posts_of_request
from gongbao.office.people.roles import Role
from gongbao.procedures import Procedure
from gongbao.procedures.declare import OUR_RULE, clause_label

register = template.Library()


def language() -> str:
    return get_language() or "zh-hans"


@register.filter
def told(label: Label | None) -> str:
    """A label in the language of the page; "" for none."""
    return label.in_language(language()) if label is not None else ""


@register.filter
def unit_name(unit: Unit | None) -> str:
    return unit.in_language(language()) if unit is not None else ""


@register.filter
def unit_of(key: str) -> str:
    """The name of the unit of that key."""
    return Names().unit(key, language())


@register.filter
def role_name(role: str) -> str:
    """A role of the office as it is called."""
    return str(Role(role).label) if role in Role.values else role


@register.filter
def cited(clause: str, procedure: Procedure) -> str:
    """A clause of the procedure's document, with the document."""
    return procedure.cite(clause)


@register.filter
def step_of(proposal: Proposal, procedure: Procedure) -> Label:
    """The step that was proposed."""
    return procedure.steps[proposal.step].label


@register.simple_tag(takes_context=True)
def clause(context: dict[str, Any], citation: str) -> SafeString:
    """A clause, with its document, as a link to its words where the library holds them."""
    if citation == OUR_RULE:
        return format_html('<span class="clause-link">{}</span>', clause_label(citation).in_language(language()))
    links: ClauseLinks = context["links"]
    if address := links.of(citation):
        return format_html('<a class="clause-link" href="{}" lang="zh-Hans">{}</a>', address, citation)
    return format_html('<span class="clause-link" lang="zh-Hans">{}</span>', citation)


@register.simple_tag(takes_context=True)
def desk_items(context: dict[str, Any]) -> SafeString | str:
    """The items of the masthead for the posts of whoever is signed in: the desk or the counter, the log, the people."""
    request = context.get("request")
    # An error page may be shown before anybody looked who asks.
    if not isinstance(getattr(request, "user", None), Account):
        return ""
    assert request is not None
    roles = {one.post.role for one in posts_of_request(request)}
    items = []
    if roles & {*AT_DESK, Role.AUDITOR}:
        items.append(("desk", reverse("cases:desk"), _("My desk")))
    elif Role.COUNTER in roles:
        items.append(("desk", reverse("cases:counter"), _("Counter")))
    if Role.AUDITOR in roles:
        items.append(("log", reverse("audit:log"), pgettext("of what was done", "Log")))
    if Role.ADMINISTRATOR in roles:
        items.append(("people", reverse("people"), pgettext("of the office", "People")))
    rows = [
        (address, words, "" if context.get("room") != room else "page" if request.path == address else "true")
        for room, address, words in items
    ]
    return SafeString(render_to_string("cases/_desk_items.html", {"rows": rows}).strip())

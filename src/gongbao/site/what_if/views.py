"""The pages: the sliders with what they come to, the answer to a move, and the same as a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.permissions import ANYONE, allows, in_role
from gongbao.office.people.roles import Role
from gongbao.rules.policy import Policy
from gongbao.site.policies.cases import identity
from gongbao.site.what_if import answers, asked, figures, populations, tables
from gongbao.site.what_if.asked import FIGURE, READING, Asked
from gongbao.site.what_if.populations import DEMONSTRATION, FAILED, READY, Held, registry
from gongbao.site.what_if.turns import Late, turn
from gongbao.systems import policies as all_policies

MAY_USE_KEPT = in_role(Role.SECTION_HEAD, Role.DEPUTY_HEAD, Role.HEAD, Role.AUDITOR)
"""Who may compute with the populations that were put into the home: those who decide on a change, and who check."""
MOVES = 10
"""An answer on this page is a tenth of the work of one of the API, and comes at every move: so many times as many."""
COST_OF_A_PAGE, COST_OF_A_TABLE = 4, 40  # moves


@allows(ANYONE)
@require_safe
def what_if(request: HttpRequest, name: str) -> HttpResponse:
    """The page; with what a form without script sends, it goes on to the address that a link would have."""
    policy, language = _policy(name), _language()
    wanted = _asked(policy, request.GET)
    if stop := _refused(request, policy, wanted.population):
        return stop
    address = reverse("what_if:what_if", args=[policy.name])
    query = wanted.query()
    if not wanted.wrong and not wanted.passed_over and QueryDict(query).dict() != request.GET.dict():
        return redirect(f"{address}?{query}" if query else address)
    piece, context, status = _piece(request, policy, wanted, language, COST_OF_A_PAGE)
    links = ClauseLinks()
    context |= {
        "piece": piece,
        "label": policy.label.in_language(language),
        "answer_address": reverse("what_if:answer", args=[policy.name]),
        "afresh": wanted.afresh(),
        "groups": list(_groups(policy, wanted, language, links)),
        "readings": _readings(policy, wanted, language, links),
        "selects": _selects(request, policy, wanted, context["held"], language),
        "waiting": status == 202,
    }
    # The page itself is whole, whatever its answer waits for.
    response = render(request, "what_if/what_if.html", context, status=429 if status == 429 else 200)
    return _not_kept(response, context)


@allows(ANYONE)
@require_safe
def answer(request: HttpRequest, name: str) -> HttpResponse:
    """The answer to a move, as a piece of the page; 202 while its population is brought."""
    policy, language = _policy(name), _language()
    wanted = _asked(policy, request.GET)
    if stop := _refused(request, policy, wanted.population):
        return stop
    piece, context, status = _piece(request, policy, wanted, language, 1)
    response = render(request, piece, context, status=status)
    response["X-Piece"] = "1"
    return _not_kept(response, context)


@allows(ANYONE)
@require_safe
def table(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """What the page shows, and more of it, as CSV or as a workbook."""
    policy, language = _policy(name), _language()
    if form not in tables.FORMS:
        raise Http404
    wanted = _asked(policy, request.GET)
    if stop := _refused(request, policy, wanted.population):
        return stop
    held = registry.get(policy, wanted.population or DEMONSTRATION)
    if held.state != READY:
        return redirect(f"{reverse('what_if:what_if', args=[policy.name])}?{wanted.query()}")
    try:
        with _turn(request, COST_OF_A_TABLE):
            found = answers.answer(held.ready, wanted, language, whole=True)
    except Late as late:
        response = render(request, "policies/429.html", {"room": "policies", "seconds": late.seconds}, status=429)
        response["Retry-After"] = str(late.seconds)
        return response
    except GongbaoError as error:
        context = _context(policy, wanted, held) | {"words": error.message}
        return render(request, "what_if/refused.html", context, status=422)
    kind, make = tables.FORMS[form]
    response = HttpResponse(make(policy, wanted, found, language), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{policy.name}-what-if.{form}"'
    response["Cache-Control"] = "no-store"
    return response


# --- what is asked, and by whom


def _policy(name: str) -> Policy:
    found = all_policies().get(name)
    if found is None:
        raise Http404
    return found


def _language() -> str:
    return "en" if get_language() == "en" else "zh"


def _asked(policy: Policy, query: QueryDict) -> Asked:
    return answers.settled(policy, asked.read(policy, query))


def _refused(request: HttpRequest, policy: Policy, population: str) -> HttpResponse | None:
    """What somebody gets who may not use the population; whoever may not is not told whether there is one."""
    if not population:
        return None
    if not MAY_USE_KEPT.lets(request, {}):
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
    if population not in populations.kept_names(policy):
        raise Http404
    return None


@contextmanager
def _turn(request: HttpRequest, cost: int) -> Iterator[None]:
    """Count what is asked, and wait for one's turn. Raises Late."""
    # Not at the top: the API is made of these policies.
    from gongbao.site.api import seconds_to_wait

    if wait := seconds_to_wait(request, cost, counter="what-if", times=MOVES):
        raise Late(wait)
    with turn():
        yield


# --- what is answered


def _piece(
    request: HttpRequest, policy: Policy, wanted: Asked, language: str, cost: int
) -> tuple[str, dict[str, Any], int]:
    """The piece of the page that answers, what is in it, and the status."""
    held = registry.get(policy, wanted.population or DEMONSTRATION)
    context = _context(policy, wanted, held)
    if held.state == FAILED:
        assert held.error is not None
        return "what_if/_failed.html", context | {"words": held.error.message}, 422
    if held.state != READY:
        return "what_if/_waiting.html", context, 202
    try:
        with _turn(request, cost):
            found = context["answer"] = answers.answer(held.ready, wanted, language)
    except Late as late:
        return "what_if/_late.html", context | {"seconds": late.seconds}, 429
    except GongbaoError as error:
        return "what_if/_failed.html", context | {"words": error.message}, 422
    if wanted.by and found.by_name != wanted.by:
        context["passed_over"] = (*wanted.passed_over, f"by={wanted.by}")
    return "what_if/_answer.html", context, 200


def _context(policy: Policy, wanted: Asked, held: Held) -> dict[str, Any]:
    query = wanted.query()
    behind = f"?{query}" if query else ""
    return {
        "room": "policies",
        "policy": policy,
        "held": held,
        "share": int(held.done * 100),
        "address": reverse("what_if:what_if", args=[policy.name]),
        "query": query,
        "kept_parts": wanted.kept_parts(),
        "passed_over": wanted.passed_over,
        "marks": [(identity(FIGURE + name), words) for name, words in wanted.wrong.items()],
        **{form: reverse("what_if:table", args=[policy.name, form]) + behind for form in tables.FORMS},
    }


def _not_kept(response: HttpResponse, context: dict[str, Any]) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    if "seconds" in context:
        response["Retry-After"] = str(context["seconds"])
    return response


# --- the fields


def _groups(policy: Policy, wanted: Asked, language: str, links: ClauseLinks) -> Iterator[dict[str, Any]]:
    for group in figures.groups(policy):
        entry = group.entry
        # Of a scale each slider has a unit of its own.
        unit = None if group.sliders[0].part else group.sliders[0].kind.unit or entry.unit
        dated = ""
        if len(entry.values) > 1:
            latest = entry.values[-1].since
            dated = _("Shown is the value from %(day)s on; a change holds for all days.") % {"day": latest.isoformat()}
        yield {
            "label": entry.label.in_language(language),
            "unit": figures.unit_words(unit, language),
            "clause": entry.clause,
            "url": links(entry.document or policy.document, entry.clause),
            "note": entry.note if language == "zh" else "",
            "dated": dated,
            "sliders": [_slider(one, wanted, language) for one in group.sliders],
        }


def _slider(one: figures.Slider, wanted: Asked, language: str) -> dict[str, Any]:
    wrong = wanted.wrong.get(one.name, "")
    change = wanted.change.figures.get(one.name)
    value = wanted.typed.get(one.name, "") if wrong else one.value if change is None else change.removesuffix("%")
    return {
        "name": FIGURE + one.name,
        "identity": identity(FIGURE + one.name),
        "label": one.label(language),
        "value": value,
        "at": one.value if wrong else value,
        "default": one.value,
        "low": one.low,
        "high": one.high,
        "step": one.step,
        "is_number": one.is_number,
        "changed": change is not None,
        "wrong": wrong,
        "options": one.options(value, language),
    }


def _readings(policy: Policy, wanted: Asked, language: str, links: ClauseLinks) -> list[dict[str, Any]]:
    return [
        {
            "name": READING + name,
            "label": one.label.in_language(language),
            "clause": one.clause,
            "url": links(policy.document, one.clause),
            "reason": one.reason.in_language(language),
            "authority": one.authority.in_language(language),
            "default": one.default,
            "options": [
                {
                    "name": option.name,
                    "label": option.label.in_language(language),
                    "clause": option.clause,
                    "url": links(policy.document, option.clause),
                    "is_default": option.name == one.default,
                    "chosen": wanted.change.readings.get(name, one.default) == option.name,
                }
                for option in one.options.values()
            ],
        }
        for name, one in policy.reading_table.items()
    ]


def _selects(
    request: HttpRequest, policy: Policy, wanted: Asked, held: Held, language: str
) -> Iterator[dict[str, Any]]:
    """What is looked at: the population where there are several, the value, by what it is divided, over which fact."""
    kept = populations.kept_names(policy) if MAY_USE_KEPT.lets(request, {}) else []
    if kept:
        options = [("", _("invented population")), *((name, name) for name in kept)]
        yield _select("population", _("Population"), options, wanted.population)
    for name, label, options in answers.choices(policy, wanted, held.ready, language):
        if len(options) > 1:
            yield _select(name, label, options, getattr(wanted, name))


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> dict[str, Any]:
    return {"name": name, "label": label, "options": [(value, words, value == chosen) for value, words in options]}

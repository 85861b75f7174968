"""The people of the office, for administrators: units, posts and substitutes at their unit and below; accounts.

An administrator acts for the unit of their post and all below it. Accounts belong to no unit: they are kept by those
who administer the whole city.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import Actor
from gongbao.office.library.views.common import turning
from gongbao.office.people import actions, queries
from gongbao.office.people.acting import actor_of
from gongbao.office.people.forms import NewAccountForm, NewUnitForm, PostForm, SubstituteForm, UnitForm
from gongbao.office.people.models import Account, Post, Unit, UnitKind
from gongbao.office.people.permissions import allows, in_role, posts_of_request, unit_named
from gongbao.office.people.queries import ADDS_GAZETTES, SEES_PERSONAL_DATA, UnitInTree
from gongbao.office.people.refusals import in_words
from gongbao.office.people.roles import Role
from gongbao.office.people.views.words import days, fields_wrong, post_words

PAGE_SIZE = 50
BAD_REQUEST = 400


def _whole_city(address: Mapping[str, Any]) -> Unit:
    found = queries.city()
    if found is None:
        raise Http404("there are no units")
    return found


def _unit_of_post(address: Mapping[str, Any]) -> Unit:
    found = Post.objects.select_related("unit").filter(uuid=address["uuid"]).first()
    if found is None:
        raise Http404("no such post")
    return found.unit


ADMINISTERS = in_role(Role.ADMINISTRATOR)
ADMINISTERS_UNIT = in_role(Role.ADMINISTRATOR, unit=unit_named("key"))
ADMINISTERS_POST = in_role(Role.ADMINISTRATOR, unit=_unit_of_post)
ADMINISTERS_CITY = in_role(Role.ADMINISTRATOR, unit=_whole_city)


def _actor(request: HttpRequest, unit: Unit) -> Actor:
    """Whoever asks, in the post that lets them act for the unit."""
    assert isinstance(request.user, Account)
    for one in posts_of_request(request):
        if one.post.role == Role.ADMINISTRATOR and unit.pk in queries.units_below(one.post.unit):
            return actor_of(request.user, one)
    raise AssertionError("the permission lets nobody else come here")


def _units_of(request: HttpRequest) -> set[int]:
    """The units that whoever asks administers."""
    posts = [one.post for one in posts_of_request(request) if one.post.role == Role.ADMINISTRATOR]
    return set().union(*(queries.units_below(post.unit) for post in posts))


# --- all of it


@allows(ADMINISTERS)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    today, mine = timezone.localdate(), _units_of(request)
    city = queries.city()
    counted = queries.posts_by_unit(today)
    context = {
        "room": "people",
        "tree": _nested([one for one in queries.unit_tree() if one.unit.pk in mine], counted),
        "substitutes": [_substitute(one) for one in queries.substitutes_in(mine, today)],
        "whole_city": city is not None and city.pk in mine,
    }
    return render(request, "people/people.html", context)


def _nested(flat: list[UnitInTree], counted: Mapping[int, int]) -> list[dict[str, Any]]:
    """The units, each with those below it."""
    language = get_language() or ""
    made: dict[int, dict[str, Any]] = {
        one.unit.pk: {
            "key": one.unit.key,
            "name": one.unit.in_language(language),
            "kind": UnitKind(one.unit.kind).label,
            "closed": one.unit.closed,
            "posts": counted.get(one.unit.pk, 0),
            "below": [],
        }
        for one in flat
    }
    roots: list[dict[str, Any]] = []
    for one in flat:
        above = made.get(one.unit.parent_id or 0)
        (above["below"] if above else roots).append(made[one.unit.pk])
    return roots


def _substitute(one: Any) -> dict[str, Any]:
    return {
        "uuid": one.uuid,
        "absent": one.absent,
        "by": one.by,
        "days": days(one.since, one.until),
        "reason": one.reason,
    }


# --- a unit


@allows(ADMINISTERS_UNIT)
@require_safe
def unit(request: HttpRequest, key: str) -> HttpResponse:
    return _unit_page(request, key)


def _unit_page(request: HttpRequest, key: str, refused: list[str] | None = None, at: str = "") -> HttpResponse:
    found, today, mine, language = queries.unit(key), timezone.localdate(), _units_of(request), get_language() or ""
    assert found is not None
    above = [one for one in queries.units_above(found) if one.pk in mine]
    context = {
        "room": "people",
        "unit": found,
        "name": found.in_language(language),
        "kind": UnitKind(found.kind).label,
        "above": [{"key": one.key, "name": one.in_language(language)} for one in above],
        "below": [
            {"key": one.key, "name": one.in_language(language), "closed": one.closed} for one in found.below.all()
        ],
        "posts": [post_words(one) for one in queries.posts_from(found, today)],
        "substitutes": [_substitute(one) for one in queries.substitutes_in({found.pk}, today)],
        "roles": Role.choices,
        "kinds": [one for one in UnitKind.choices if one[0] != UnitKind.CITY],
        "today": today,
        "refused": refused or [],
        "refused_at": at,
        "typed": request.POST if refused else {},
        "may_close": found.parent_id is not None,
    }
    return render(request, "people/unit.html", context, status=BAD_REQUEST if refused else 200)


def _done(
    request: HttpRequest, key: str, form: forms.Form, at: str, do: Callable[[dict[str, Any], Actor], Any]
) -> HttpResponse:
    """Does what a form of the page of a unit asks for; the page again, with why not, where it cannot be done."""
    if not form.is_valid():
        return _unit_page(request, key, fields_wrong(form), at)
    found = queries.unit(key)
    assert found is not None
    try:
        do(form.cleaned_data, _actor(request, found))
    except GongbaoError as error:
        return _unit_page(request, key, [in_words(error.message)], at)
    return redirect(reverse("unit", args=[key]))


@allows(ADMINISTERS_UNIT)
@require_POST
def change_unit(request: HttpRequest, key: str) -> HttpResponse:
    """Its names, or with `closed` whether it is closed."""
    if "closed" in request.POST:
        closed = request.POST["closed"] == "yes"
        return _done(
            request,
            key,
            forms.Form({}),
            "closed",
            lambda given, actor: actions.keep_unit(key, closed=closed, actor=actor, at=timezone.now()),
        )
    return _done(
        request,
        key,
        UnitForm(request.POST),
        "names",
        lambda given, actor: actions.keep_unit(key, **given, actor=actor, at=timezone.now()),
    )


@allows(ADMINISTERS_UNIT)
@require_POST
def new_unit(request: HttpRequest, key: str) -> HttpResponse:
    def make(given: dict[str, Any], actor: Actor) -> None:
        if queries.unit(given["key"]) is not None:
            raise GongbaoError("there is a unit of this key already", where=given["key"])
        actions.keep_unit(given.pop("key"), **given, parent=key, actor=actor, at=timezone.now())

    return _done(request, key, NewUnitForm(request.POST), "below", make)


@allows(ADMINISTERS_UNIT)
@require_POST
def give_post(request: HttpRequest, key: str) -> HttpResponse:
    def give(given: dict[str, Any], actor: Actor) -> None:
        actions.give_post(
            queries.account_named(given["account"]),
            key,
            given["role"],
            since=given["since"],
            until=given["until"],
            actor=actor,
            at=timezone.now(),
        )

    return _done(request, key, PostForm(request.POST), "posts", give)


@allows(ADMINISTERS_POST)
@require_POST
def end_post(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """At once, or with `last_day` after that day."""
    held_in = _unit_of_post({"uuid": uuid})

    def end(given: dict[str, Any], actor: Actor) -> None:
        actions.end_post(uuid, last_day=given["last_day"], actor=actor, at=timezone.now())

    return _done(request, held_in.key, LastDay(request.POST), "posts", end)


class LastDay(forms.Form):
    last_day = forms.DateField(required=False)


@allows(ADMINISTERS_UNIT)
@require_POST
def name_substitute(request: HttpRequest, key: str) -> HttpResponse:
    def name(given: dict[str, Any], actor: Actor) -> None:
        absent = queries.account_named(given["absent"])
        _refuse_foreign(absent, key)
        actions.name_substitute(
            absent,
            queries.account_named(given["by"]),
            since=given["since"],
            until=given["until"],
            reason=given["reason"],
            actor=actor,
            at=timezone.now(),
        )

    return _done(request, key, SubstituteForm(request.POST), "substitutes", name)


def _refuse_foreign(absent: Account, key: str) -> None:
    """An administrator names a substitute for whoever holds all their posts in what they administer, and for no other:
    who stands in does so in all of them."""
    found = queries.unit(key)
    assert found is not None
    units = {post.unit_id for post in queries.posts_of(absent, timezone.localdate())}
    if not units or not units <= queries.units_below(found):
        raise GongbaoError(f"{absent.username} holds no post in this unit or below it", where="absent")


@allows(ADMINISTERS_UNIT)
@require_POST
def end_substitute(request: HttpRequest, key: str, uuid: UUID) -> HttpResponse:
    found = queries.unit(key)
    assert found is not None
    held = {one.uuid for one in queries.substitutes_in(queries.units_below(found), timezone.localdate())}
    if uuid not in held:
        raise Http404("no such substitute in this unit")
    return _done(
        request,
        key,
        forms.Form({}),
        "substitutes",
        lambda given, actor: actions.end_substitute(uuid, actor=actor, at=timezone.now()),
    )


# --- accounts


@allows(ADMINISTERS_CITY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """All of them, by name; posted to, a new one, whose password is told once."""
    form = NewAccountForm(request.POST or None)
    refused: list[str] = []
    if request.method == "POST":
        if form.is_valid():
            password = secrets.token_urlsafe(12)
            try:
                if queries.account_exists(form.cleaned_data["username"]):
                    raise GongbaoError("there is an account of this name already")
                made, _created = actions.keep_account(
                    form.cleaned_data["username"],
                    password=password,
                    called=form.cleaned_data["name"],
                    actor=_actor(request, _whole_city({})),
                    at=timezone.now(),
                )
                return _account_page(request, made, password=password)
            except GongbaoError as error:
                refused = [in_words(error.message)]
        else:
            refused = fields_wrong(form)
    sought = request.GET.get("text", "").strip()[:100].replace("\x00", "")
    found = queries.accounts()
    if sought:
        found = found.filter(Q(username__icontains=sought) | Q(name__icontains=sought))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    today = timezone.localdate()
    posts = queries.posts_of_accounts([one.pk for one in page.object_list], today)
    context = {
        "room": "people",
        "page": page,
        "sought": sought,
        "accounts": [
            {"account": one, "posts": [post_words(post) for post in posts.get(one.pk, [])]} for one in page.object_list
        ],
        "refused": refused,
        "typed": request.POST if refused else {},
        **turning(page, lambda number: f"{reverse('accounts')}?{urlencode({'text': sought, 'page': number})}"),
    }
    return render(request, "people/accounts.html", context, status=BAD_REQUEST if refused else 200)


def _found(uuid: UUID) -> Account:
    found = queries.account_of(uuid)
    if found is None:
        raise Http404("no such account")
    return found


@allows(ADMINISTERS_CITY)
@never_cache
@require_safe
def account(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _account_page(request, _found(uuid))


def _account_page(
    request: HttpRequest, found: Account, *, refused: list[str] | None = None, password: str = ""
) -> HttpResponse:
    today: date = timezone.localdate()
    rights = queries.own_rights(found)
    provider = settings.GONGBAO_OIDC
    context = {
        "room": "people",
        "account": found,
        "posts": [post_words(one) for one in queries.posts_of(found, today)],
        "adds_gazettes": rights[ADDS_GAZETTES],
        "sees_personal_data": rights[SEES_PERSONAL_DATA],
        "second_factor": queries.has_second_factor(found),
        "provider": bool(provider),
        "link": queries.oidc_link_of(found, provider.issuer) if provider else None,
        "refused": refused or [],
        "password": password,
    }
    return render(request, "people/account.html", context, status=BAD_REQUEST if refused else 200)


@allows(ADMINISTERS_CITY)
@never_cache
@require_POST
def change_account(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What `do` says: a name, rights, open, close, password, end-sessions, second-factor, link, open-for, unlink."""
    found, do, at = _found(uuid), request.POST.get("do", ""), timezone.now()
    actor = _actor(request, _whole_city({}))
    password = ""
    try:
        if do == "name":
            called = request.POST.get("name", "")
            if len(called) > 60:
                raise GongbaoError(_("The name is longer than 60 characters."))
            actions.keep_account(found.username, called=called, actor=actor, at=at)
        elif do == "rights":
            actions.keep_account(
                found.username,
                adds_gazettes="adds_gazettes" in request.POST,
                sees_personal_data="sees_personal_data" in request.POST,
                actor=actor,
                at=at,
            )
        elif do in ("open", "close"):
            actions.keep_account(found.username, is_open=do == "open", actor=actor, at=at)
        elif do == "password":
            password = secrets.token_urlsafe(12)
            actions.keep_account(found.username, password=password, actor=actor, at=at)
        elif do == "end-sessions":
            actions.end_sessions(found, actor=actor, at=at)
        elif do == "second-factor":
            actions.reset_second_factor(found, actor=actor, at=at)
        elif do in ("link", "open-for", "unlink") and settings.GONGBAO_OIDC:
            issuer = settings.GONGBAO_OIDC.issuer
            if do == "link":
                actions.link(found, issuer, request.POST.get("subject", ""), actor=actor, at=at)
            elif do == "open-for":
                actions.open_for(found, issuer, request.POST.get("username", ""), actor=actor, at=at)
            else:
                actions.unlink(found, issuer, actor=actor, at=at)
        else:
            raise Http404("nothing of that kind can be done")
    except GongbaoError as error:
        return _account_page(request, found, refused=[in_words(error.message)])
    if password:
        return _account_page(request, _found(uuid), password=password)
    return redirect(reverse("account", args=[uuid]))

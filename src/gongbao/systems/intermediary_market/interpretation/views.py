"""How the document is read here, for everybody; the operator chooses."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.forms import typed_in
from gongbao.office.cases.views.common import BAD_REQUEST, account_of
from gongbao.office.people.acting import actor_of
from gongbao.office.people.permissions import ANYONE, allows, posts_of_request
from gongbao.office.people.queries import ActingPost
from gongbao.office.people.roles import Role
from gongbao.procedures import Field, Kind, Option, Problem, Refused
from gongbao.procedures.fields import read as read_fields
from gongbao.systems.intermediary_market.competence import is_operator
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.interpretation import actions, queries
from gongbao.systems.intermediary_market.purchases.views.common import base, form_context

_BY = (Role.SECTION_HEAD, Role.DEPUTY_HEAD, Role.HEAD)
_SEPARATOR = "."


def _fields() -> tuple[Field, ...]:
    options = tuple(
        Option(
            f"{name}{_SEPARATOR}{option.name}",
            Label(f"{one.label.zh}：{option.label.zh}", f"{one.label.en}: {option.label.en}"),
            option.clause,
        )
        for name, one in queries.choosable().items()
        for option in one.options.values()
    )
    return (
        Field("choice", Label("理解", "Reading"), Kind.CHOICE, options=options),
        Field("since", Label("自何日起", "From which day on"), Kind.DATE, future=True),
        Field("ground", Label("依据（文件名称和文号）", "What decides it: document and number"), longest=300),
    )


def leads_operator(request: HttpRequest) -> ActingPost | None:
    """The post in which whoever asks decides for the operator: one that leads there; None where they hold none."""
    posts = (one for one in posts_of_request(request) if one.post.role in _BY)
    return next((one for one in posts if is_operator(one.post.unit)), None)


def _in_words(error: GongbaoError) -> Problem:
    """The refusals of the action in both languages."""
    said = {
        "choice": Label("请从所列的理解中选择", error.message),
        "since": Label("最早自明日起", error.message),
        "ground": Label("请写明依据的文件和文号", error.message),
    }
    return Problem(error.where, said[error.where])


@allows(ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def readings(request: HttpRequest) -> HttpResponse:
    """The readings of the document, which of them hold today, and what was chosen from when on what ground."""
    post, fields = leads_operator(request), _fields()
    today = timezone.localdate()
    given: dict[str, Any] = {}
    error: GongbaoError | None = None
    if request.method == "POST":
        if post is None:
            raise PermissionDenied
        given, _files = typed_in(fields, request)
        values, problems = read_fields(fields, given, today)
        account = account_of(request)
        if problems:
            error = Refused("choose_reading", problems=problems)
        else:
            name, _separator, option = str(values["choice"]).partition(_SEPARATOR)
            since, ground = values["since"], str(values["ground"])
            try:
                actions.choose_reading(
                    name, option, since, ground,  # type: ignore[arg-type]
                    account=account, actor=actor_of(account, post), at=timezone.now(),
                )  # fmt: skip
            except GongbaoError as refused:
                error = Refused("choose_reading", problems=[_in_words(refused)])
            else:
                messages.success(request, _("The reading is entered."))
                return redirect("market:readings")
    context = base(
        rows=[(one, f"{DOCUMENT} {one.reading.clause}") for one in queries.chosen_on(today)],
        history=queries.history(),
        today=today,
        chooses=post is not None,
        **form_context(fields, given, error),
    )
    return render(request, "market/readings.html", context, status=BAD_REQUEST if error else 200)

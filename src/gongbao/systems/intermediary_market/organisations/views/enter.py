"""Entering the market: an account and an organisation, at once and without anybody's leave (第十三、十四条)."""

from secrets import token_urlsafe
from urllib.parse import urlencode

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import PARTY
from gongbao.office.cases import files
from gongbao.office.people.acting import actor_of
from gongbao.office.people.actions import begin_try
from gongbao.office.people.forms import too_often
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import ANYONE, allows
from gongbao.systems.intermediary_market.organisations import actions, business_register
from gongbao.systems.intermediary_market.organisations.actions import Particulars, Person
from gongbao.systems.intermediary_market.organisations.forms import (
    ACCOUNT,
    ENTER,
    Form,
    level_asked,
    level_of,
    page,
    sent,
)
from gongbao.systems.intermediary_market.organisations.models import Organisation, PaperKind
from gongbao.systems.intermediary_market.organisations.queries import AGENCY, OWNER
from gongbao.systems.intermediary_market.organisations.views.addresses import note_address


@allows(ANYONE)
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    return render(request, "market/enter.html", {"room": "market"})


@allows(ANYONE)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enter_as(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in (AGENCY, OWNER):
        raise Http404("one enters as an agency or as an owner")
    stranger = not isinstance(request.user, Account)
    asked = (*ENTER, *level_asked()) if kind == OWNER else ENTER
    fields = (*ACCOUNT, *asked) if stranger else asked
    form = Form(fields)
    wrong_password = ""
    if request.method == "POST":
        form = sent(request, fields)
        password = request.POST.get("password", "")
        wrong_password = _wrong_password(form, password) if stranger else ""
        entered = None if form.is_wrong or wrong_password else _entered(request, form, kind, password)
        if entered is not None:
            onward = reverse("market:mine_one", args=[entered.uuid])
            return redirect(f"{reverse('sign_in')}?{urlencode({'next': onward})}" if stranger else onward)
        if wrong_password and not form.is_wrong:
            form.error = _("The password has to be mended.")
    if kind == AGENCY:
        lead = _("The agency stands in the market at once. It costs nothing, and nobody has to agree.")
    else:
        lead = _("The operator looks at the papers, so that nobody buys in another's name. It costs nothing.")
    return page(
        request,
        form,
        title=_("Enter as an agency") if kind == AGENCY else _("Enter as a project owner"),
        lead=lead,
        clause="第十三条" if kind == AGENCY else "第二条",
        submit=_("Enter the market"),
        back=reverse("market:enter"),
        asks_password=stranger,
        wrong_password=wrong_password,
    )


def _wrong_password(form: Form, password: str) -> str:
    """What is wrong with the password, and with the account name, which the form then says."""
    name = form.text("username")
    if name:
        try:
            Account._meta.get_field("username").run_validators(name)
        except ValidationError as error:
            form.wrong("username", " ".join(error.messages))
    try:
        validate_password(password, Account(username=name))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _entered(request: HttpRequest, form: Form, kind: str, password: str) -> Organisation | None:
    """The organisation, entered; None where something is wrong, which the form then says."""
    now, address = timezone.now(), str(request.META.get("REMOTE_ADDR", ""))
    # Counted for the address alone: whoever enters fifty bodies in a quarter of an hour is no person.
    if wait := begin_try(f"enter {token_urlsafe(9)}", address, now):
        form.error = too_often(wait)
        return None
    told = Particulars(**{name: form.text(name) for name in Particulars.__dataclass_fields__})
    person = Person(form.text("person_telephone"), form.text("person_id"))
    try:
        with files.together(), transaction.atomic():
            if isinstance(request.user, Account):
                account, actor = request.user, actor_of(request.user)
            else:
                name, called, actor = form.text("username"), form.text("called"), PARTY
                account = actions.open_account(name, password, called, at=now)
            uscc, register = form.text("uscc"), business_register.configured()
            if kind == AGENCY:
                found = actions.enter_agency(
                    uscc, told, account=account, person=person, register=register, actor=actor, at=now
                )
            else:
                found = actions.ask_to_buy(
                    uscc, told, account=account, county=level_of(form), person=person, register=register, actor=actor,
                    at=now,
                )  # fmt: skip
            for key, paper in (("licence", PaperKind.LICENCE), ("authority", PaperKind.AUTHORITY)):
                if (upload := form.upload(key)) is not None:
                    actions.keep_paper(found, paper, upload, actor=actor, at=now)
            note_address(request, found)
    except GongbaoError as error:
        form.refuse(error)
        return None
    return found

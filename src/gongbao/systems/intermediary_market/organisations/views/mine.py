"""What an organisation has in the market, for those who act for it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases import files
from gongbao.office.cases.views.common import download
from gongbao.office.people.acting import actor_of
from gongbao.office.people.models import Account
from gongbao.office.people.permissions import SIGNED_IN, allows
from gongbao.procedures.fields import Field, Kind, Option
from gongbao.systems.intermediary_market.catalogue import queries as catalogue
from gongbao.systems.intermediary_market.organisations import actions, business_register, queries
from gongbao.systems.intermediary_market.organisations.actions import Held, Offered, Particulars, Person, Practising
from gongbao.systems.intermediary_market.organisations.forms import (
    AFFILIATION,
    INVITE,
    OFFERED,
    PAPER,
    PARTICULARS,
    PERSON,
    PRACTITIONER,
    QUALIFICATION,
    Form,
    page,
    sent,
)
from gongbao.systems.intermediary_market.organisations.models import Invitation, Listing, Member, Organisation
from gongbao.systems.intermediary_market.organisations.refusals import told
from gongbao.systems.intermediary_market.organisations.views.addresses import note_address

Do = Callable[[Form], object]


@allows(SIGNED_IN)
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    return _mine(request)


def _mine(request: HttpRequest, error: str = "") -> HttpResponse:
    context = {
        "error": error,
        "room": "market",
        "memberships": queries.memberships_of_request(request),
        "invitations": queries.invitations_to(_account(request), timezone.now()),
    }
    return render(request, "market/mine.html", context, status=404 if error else 200)


@allows(queries.member_of_some())
@never_cache
@require_safe
def one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _page_of(request, queries.acting_for(request, uuid))


def _page_of(request: HttpRequest, found: Organisation, error: str = "") -> HttpResponse:
    today = timezone.localdate()
    services = queries.services_of(found, today, inside=True)
    context = {
        "room": "market",
        "organisation": found,
        "members": queries.members_of(found, today),
        "invitations": queries.invitations_of(found, timezone.now()),
        "mending": queries.waiting_mending(found),
        "affiliations": queries.affiliations(found),
        "qualifications": [(held, queries.runs(held, today)) for held in queries.qualifications(found)],
        "practitioners": queries.practitioners(found),
        "services": [(service, queries.reviews(service.listing).first()) for service in services],
        "papers": queries.papers(found),
        "ended": queries.ended(found),
        "error": error,
    }
    return render(request, "market/mine_one.html", context, status=400 if error else 200)


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # or they would not have come here
    return request.user


def _form(
    request: HttpRequest,
    found: Organisation,
    fields: tuple[Field, ...],
    do: Do,
    *,
    title: str,
    lead: str,
    submit: str,
    clause: str = "第十六条",
    given: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of a form about the organisation; what it does is done where it was sent and nothing is wrong."""
    back = reverse("market:mine_one", args=[found.uuid])
    form = Form(fields, given=given or {})
    if request.method == "POST":
        form = sent(request, fields)
        if not form.is_wrong and _done(request, found, lambda: do(form), form):
            return redirect(back)
    return page(request, form, title=title, lead=lead, submit=submit, back=back, clause=clause)


def _done(request: HttpRequest, found: Organisation, do: Callable[[], object], form: Form | None = None) -> str | bool:
    """Whether it was done; where it was refused the form says why."""
    try:
        with files.together():
            do()
    except GongbaoError as error:
        assert form is not None
        form.refuse(error)
        return False
    note_address(request, found)
    return True


def _shown_too_late(request: HttpRequest, ended_at: datetime | None) -> bool:
    """Whether there is no form of it any more. One that was sent is answered with what was typed, and the act says that
    it ended meanwhile."""
    return ended_at is not None and request.method != "POST"


def _by_button(request: HttpRequest, found: Organisation, do: Callable[[], object]) -> HttpResponse:
    try:
        do()
    except GongbaoError as error:
        return _page_of(request, found, told(error))
    note_address(request, found)
    return redirect("market:mine_one", found.uuid)


# --- particulars, members


@allows(queries.member_of_some())
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid)
    # The identity numbers are not kept: left empty, their digests stay.
    fields = tuple(
        Field(one.key, one.label, one.kind, one.clause, one.help, required=False, personal=True, longest=one.longest)
        if one.key.endswith("_id")
        else one
        for one in PARTICULARS
    )
    given = {name: getattr(found, name, "") for name in Particulars.__dataclass_fields__}

    def do(form: Form) -> None:
        changes = {name: form.text(name) for name in Particulars.__dataclass_fields__}
        actions.change_particulars(
            found, changes, register=business_register.configured(), actor=actor_of(_account(request)),
            at=timezone.now(),
        )  # fmt: skip

    return _form(
        request, found, fields, do, given=given, title=_("Change the particulars"), submit=_("Change them"),
        lead=_("An identity number that is left empty stays as it was."),
    )  # fmt: skip


@allows(queries.member_of_some())
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask an account to act for the organisation: what is answered says nothing of whether there is such a one."""
    found = queries.acting_for(request, uuid)

    def do(form: Form) -> None:
        account = _account(request)
        actions.invite(found, form.text("username"), account=account, actor=actor_of(account), at=timezone.now())

    return _form(
        request, found, INVITE, do, title=_("Invite an account to act for it"), submit=_("Invite it"),
        lead=_(
            "Whoever accepts may do all that you may. If there is an account of this name, it finds the invitation "
            "among its messages; until it accepts it has no right here."
        ),
    )  # fmt: skip


@allows(queries.member_of_some())
@require_POST
def withdraw(request: HttpRequest, uuid: UUID, invitation: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid)
    asked = found.invitations.filter(uuid=invitation).first()
    if asked is None:
        raise Http404("no such invitation of yours")
    sent_one: Invitation = asked
    return _by_button(
        request, found,
        lambda: actions.withdraw_invitation(sent_one, actor=actor_of(_account(request)), at=timezone.now()),
    )  # fmt: skip


@allows(queries.member_of_some())
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def affiliate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say that one person leads or controls the organisation and another; the other is told."""
    found = queries.acting_for(request, uuid)

    def do(form: Form) -> None:
        other = queries.organisation_of_uscc(actions.checked_uscc(form.text("uscc")))
        if other is None:
            raise GongbaoError("no organisation of this code is in the market", where="uscc")
        actions.say_affiliated(found, other, actor=actor_of(_account(request)), at=timezone.now())

    return _form(
        request, found, AFFILIATION, do, title=_("One person behind two"), submit=_("Say so"), clause="第二十二条",
        lead=_(
            "Name an organisation which the same person leads or controls. It is told; once it says so too, both stand "
            "aside where both register."
        ),
    )  # fmt: skip


@allows(queries.member_of_some())
@require_POST
def end_affiliation(request: HttpRequest, uuid: UUID, other: UUID) -> HttpResponse:
    found, named = queries.acting_for(request, uuid), queries.organisation(other)
    if named is None:
        raise Http404("no such organisation")
    said: Organisation = named
    return _by_button(
        request, found,
        lambda: actions.end_affiliation(found, said, actor=actor_of(_account(request)), at=timezone.now()),
    )  # fmt: skip


def _asked(request: HttpRequest, uuid: UUID) -> Invitation | None:
    """The invitation of that id that whoever asks may accept now."""
    return next((one for one in queries.invitations_to(_account(request), timezone.now()) if one.uuid == uuid), None)


def _stands_no_more(request: HttpRequest) -> HttpResponse:
    """Said alike of one that was answered already, of one that ended, and of one that there never was."""
    return _mine(request, _("This invitation stands no more, or was answered already."))


@allows(SIGNED_IN)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Accept to act for an organisation, or decline (a button of its own)."""
    asked, account = _asked(request, uuid), _account(request)
    if asked is None:
        return _stands_no_more(request)
    organisation = asked.organisation
    form = Form(PERSON)
    if request.method == "POST":
        form = sent(request, PERSON)
        if not form.is_wrong:
            person = Person(form.text("person_telephone"), form.text("person_id"))

            def do() -> None:
                actions.accept_invitation(asked, person, account=account, actor=actor_of(account), at=timezone.now())

            if _done(request, organisation, do, form):
                return redirect("market:mine_one", organisation.uuid)
    return page(
        request, form, title=_("Act for %(name)s?") % {"name": organisation.name}, submit=_("Accept"),
        lead=_("It asks you to act for it in the market. Whoever acts for an organisation may do all that it may."),
        clause="第十六条", back=reverse("market:mine"), about="market/_invitation.html", invitation=asked,
    )  # fmt: skip


@allows(SIGNED_IN)
@require_POST
def decline(request: HttpRequest, uuid: UUID) -> HttpResponse:
    asked, account = _asked(request, uuid), _account(request)
    if asked is None:
        return _stands_no_more(request)
    try:
        actions.decline_invitation(asked, account=account, actor=actor_of(account), at=timezone.now())
    except GongbaoError:
        return _stands_no_more(request)
    return redirect("market:mine")


@allows(queries.member_of_some())
@require_POST
def end_member(request: HttpRequest, uuid: UUID, account: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid)
    member = queries.members_of(found, timezone.localdate()).filter(account__public_id=account).first()
    if member is None:
        return _page_of(request, found, _("This account acts for it no more."))
    ended: Member = member
    return _by_button(
        request, found, lambda: actions.end_member(ended, actor=actor_of(_account(request)), at=timezone.now())
    )


# --- qualifications and practitioners


@allows(queries.member_of_some(queries.AGENCY))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def qualification(request: HttpRequest, uuid: UUID, held: UUID | None = None) -> HttpResponse:
    """A new one, or, with `held`, what has changed of one."""
    found = queries.acting_for(request, uuid, queries.AGENCY)
    before = queries.qualification(found, held) if held else None
    if held and (before is None or _shown_too_late(request, before.ended_at)):
        raise Http404("no such qualification")
    given = (
        {name: str(getattr(before, name) or "") for name in ("name", "number", "issued_by", "since", "until")}
        if before
        else {}
    )

    def do(form: Form) -> None:
        values = form.values
        told = Held(
            form.text("name"), form.text("number"), form.text("issued_by"), values["since"], values.get("until")  # type: ignore[arg-type]
        )  # fmt: skip
        actions.add_qualification(
            found, told, upload=form.upload("paper"), replaces=before, actor=actor_of(_account(request)),
            at=timezone.now(),
        )  # fmt: skip

    return _form(
        request, found, QUALIFICATION, do, given=given,
        title=_("Change a qualification") if before else _("Add a qualification"),
        submit=_("Keep it"), lead=_("What it was before stays on record."),
    )  # fmt: skip


@allows(queries.member_of_some(queries.AGENCY))
@require_POST
def end_qualification(request: HttpRequest, uuid: UUID, held: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid, queries.AGENCY)
    before = queries.qualification(found, held)
    if before is None:
        raise Http404("no such qualification")
    return _by_button(
        request, found, lambda: actions.end_qualification(before, actor=actor_of(_account(request)), at=timezone.now())
    )


@allows(queries.member_of_some(queries.AGENCY))
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def practitioner(request: HttpRequest, uuid: UUID, person: UUID | None = None) -> HttpResponse:
    """A new one, or, with `person`, what has changed of one."""
    found = queries.acting_for(request, uuid, queries.AGENCY)
    before = queries.practitioner(found, person) if person else None
    if person and (before is None or _shown_too_late(request, before.ended_at)):
        raise Http404("no such practitioner")
    names = ("name", "profession", "number", "until")
    given = {name: str(getattr(before, name) or "") for name in names} if before else {}

    def do(form: Form) -> None:
        told = Practising(form.text("name"), form.text("profession"), form.text("number"), form.values.get("until"))  # type: ignore[arg-type]
        actions.add_practitioner(found, told, replaces=before, actor=actor_of(_account(request)), at=timezone.now())

    return _form(
        request, found, PRACTITIONER, do, given=given,
        title=_("Change a practitioner") if before else _("Add a practitioner"),
        submit=_("Keep it"), lead=_("What it was before stays on record."),
    )  # fmt: skip


@allows(queries.member_of_some(queries.AGENCY))
@require_POST
def end_practitioner(request: HttpRequest, uuid: UUID, person: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid, queries.AGENCY)
    before = queries.practitioner(found, person)
    if before is None:
        raise Http404("no such practitioner")
    return _by_button(
        request, found, lambda: actions.end_practitioner(before, actor=actor_of(_account(request)), at=timezone.now())
    )


# --- services


def _held(found: Organisation) -> Field:
    today = timezone.localdate()
    running = [one for one in queries.qualifications(found) if queries.runs(one, today)]
    options = tuple(Option(str(one.uuid), Label(*[f"{one.name} {one.number}"] * 2)) for one in running)
    return Field(
        "qualification", Label("所持资质（资格）", "Qualification held"), Kind.CHOICE, clause="第十三条",
        options=options,
        help=None if running else Label("请先添加资质（资格）", "add the qualification first"),
    )  # fmt: skip


@allows(queries.member_of_some(queries.AGENCY))
@never_cache
@require_safe
def choose_service(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The services under which the agency does not stand yet."""
    found, today = queries.acting_for(request, uuid, queries.AGENCY), timezone.localdate()
    there = {one.listing.item_id for one in queries.services_of(found, today, inside=True)}
    offered = [
        (version, catalogue.accepted(version)) for version in catalogue.services(today) if version.item_id not in there
    ]
    context = {"room": "market", "organisation": found, "offered": offered}
    return render(request, "market/choose_service.html", context)


@allows(queries.member_of_some(queries.AGENCY))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_service(request: HttpRequest, uuid: UUID, item: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid, queries.AGENCY)
    service = catalogue.item(item)
    version = catalogue.version_on(service, timezone.localdate()) if service else None
    if service is None or version is None or service.ended_at is not None:
        raise Http404("no such service")
    accepted = catalogue.accepted(version)
    fields = (_held(found), *OFFERED) if accepted else OFFERED

    def do(form: Form) -> None:
        actions.enter_item(
            found, service, _offered(form), qualification=_chosen(found, form), actor=actor_of(_account(request)),
            at=timezone.now(),
        )  # fmt: skip

    asked = _("Asked for: %(names)s") % {"names": "；".join(accepted)}
    lead = asked if accepted else _("No qualification is asked for.")
    return _form(
        request, found, fields, do, title=_("Offer: %(name)s") % {"name": version.name}, lead=lead,
        submit=_("Offer this service"), clause="第十四条",
    )  # fmt: skip


def _offered(form: Form) -> Offered:
    return Offered(**{one.key: form.text(one.key) for one in OFFERED})


def _chosen(found: Organisation, form: Form) -> Any:
    named = form.text("qualification")
    return queries.qualification(found, named) if named else None


def _listing(request: HttpRequest, found: Organisation, uuid: UUID) -> Listing:
    listing = queries.listing(uuid)
    if listing is None or listing.organisation_id != found.pk or _shown_too_late(request, listing.ended_at):
        raise Http404("no such service of yours")
    return listing


@allows(queries.member_of_some(queries.AGENCY))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_service(request: HttpRequest, uuid: UUID, listing: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid, queries.AGENCY)
    stands = _listing(request, found, listing)
    version = catalogue.version_on(stands.item, timezone.localdate())
    accepted = catalogue.accepted(version) if version else ()
    fields = (_held(found), *OFFERED) if accepted else OFFERED
    last = queries.offerings(stands)[0]
    given = {one.key: getattr(last, one.key) for one in OFFERED}
    given["qualification"] = str(stands.qualification.uuid) if stands.qualification else ""

    def do(form: Form) -> None:
        actions.change_offering(
            stands, _offered(form), qualification=_chosen(found, form), actor=actor_of(_account(request)),
            at=timezone.now(),
        )  # fmt: skip

    return _form(
        request, found, fields, do, given=given, title=_("Change what is published"), submit=_("Publish it"),
        lead=version.name if version else stands.item.code, clause="第十五条",
    )  # fmt: skip


@allows(queries.member_of_some(queries.AGENCY))
@require_POST
def leave_service(request: HttpRequest, uuid: UUID, listing: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid, queries.AGENCY)
    stands = _listing(request, found, listing)
    return _by_button(
        request, found, lambda: actions.leave_item(stands, actor=actor_of(_account(request)), at=timezone.now())
    )


# --- papers


@allows(queries.member_of_some())
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_paper(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = queries.acting_for(request, uuid)

    def do(form: Form) -> None:
        upload = form.upload("paper")
        assert upload is not None  # the form asks for it
        actions.keep_paper(found, form.text("kind"), upload, actor=actor_of(_account(request)), at=timezone.now())

    return _form(
        request, found, PAPER, do, title=_("Hand a paper in"), submit=_("Hand it in"), clause="第十三条",
        lead=_("Who reviews your services sees it; what was handed in before stays."),
    )  # fmt: skip


@allows(SIGNED_IN)
@never_cache
@require_safe
def paper(request: HttpRequest, uuid: UUID, paper: UUID) -> HttpResponse:
    """A paper, for who acts for the organisation and for who handles it."""
    found = queries.organisation(uuid)
    kept = queries.paper(found, paper) if found is not None and queries.sees_inside(request, found) else None
    if kept is None:
        raise Http404("no such paper")
    try:
        content = files.read(kept.uuid)
    except GongbaoError as error:
        raise Http404("the file is not there") from error
    return download(content, kept.content_type, kept.name)

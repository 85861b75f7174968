"""The forms of those who take part: what is asked for, and a page for each with what was typed and what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.actions import Upload
from gongbao.office.cases.forms import Control, controls_of, typed_again, typed_in
from gongbao.office.file_names import shown_name
from gongbao.office.intake import ticket
from gongbao.office.library.clause_links import ClauseLinks
from gongbao.office.people.models import Unit
from gongbao.office.people.queries import city
from gongbao.procedures.declare import OUR_RULE
from gongbao.procedures.fields import Field, Kind, Option, Problem, Value, read
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.competence import counties
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.organisations.models import OrganisationKind, PaperKind, ReviewOutcome
from gongbao.systems.intermediary_market.organisations.refusals import told

BAD_REQUEST = 400

KINDS = (
    Option(OrganisationKind.STATE_ORGAN, Label("国家机关", "state organ")),
    Option(OrganisationKind.INSTITUTION, Label("事业单位", "public institution")),
    Option(OrganisationKind.SOCIAL, Label("社会组织", "social organisation")),
    Option(OrganisationKind.ENTERPRISE, Label("企业", "enterprise")),
)
_DIGEST = Label(
    "只留存不可还原的摘要，用于判断是否同一人",
    "only a digest is kept, which tells whether two are the same person",
)
_NAME = Field("name", Label("名称", "Name"), clause="第十五条", longest=100)
_KIND = Field("kind", Label("性质", "Kind"), Kind.CHOICE, clause="第二条", options=KINDS)
_ADDRESS = Field("address", Label("地址", "Address"), clause="第十五条")
_TELEPHONE = Field(
    "telephone", Label("单位电话", "Telephone of the organisation"), clause="第十五条", longest=40,
    help=Label("对外公开", "shown to everybody"),
)  # fmt: skip
_REPRESENTATIVE = (
    Field(
        "legal_representative", Label("法定代表人", "Legal representative"), clause="第二十二条", personal=True,
        longest=60,
    ),
    Field(
        "legal_representative_id", Label("法定代表人身份证件号码", "Identity number of the legal representative"),
        clause="第二十二条", personal=True, longest=40, help=_DIGEST,
    ),
    Field(
        "controller", Label("实际控制人", "Actual controller"), clause="第二十二条", personal=True, longest=60,
        required=False, help=Label("与法定代表人相同的不填", "leave it empty where it is the legal representative"),
    ),
    Field(
        "controller_id", Label("实际控制人身份证件号码", "Identity number of the controller"), clause="第二十二条",
        personal=True, longest=40, required=False, help=_DIGEST,
    ),
)  # fmt: skip
PERSON = (
    Field(
        "person_telephone", Label("业务授权人联系电话", "Telephone of who acts for it"), clause="第三十二条第（六）项",
        personal=True, longest=40,
    ),
    Field(
        "person_id", Label("业务授权人身份证件号码", "Identity number of who acts for it"),
        clause="第三十二条第（六）项", personal=True, longest=40, help=_DIGEST,
    ),
)  # fmt: skip
USCC = Field("uscc", Label("统一社会信用代码", "Unified social credit code"), clause="第十三条", longest=40)
LEVEL = "level"
CITY_LEVEL = Label("市本级", "the city's own level")


def level_asked() -> tuple[Field, ...]:
    """Where an owner belongs: to a county or district, or to the city's own level; see `level_of`. Nothing is asked
    where the city has no counties."""
    whole, among = city(), counties()
    if whole is None or not among:
        return ()
    options = (Option(whole.key, CITY_LEVEL), *(Option(one.key, Label(one.zh, one.en)) for one in among))
    told = Label(
        "采购信息由该级的网上中介超市运维机构审查；该级未设的，由市级运维机构审查",
        "the operator of that level works on what it buys; where the level has none, the city's does",
    )
    label = Label("业主所属级别", "Where the owner belongs")
    return (Field(LEVEL, label, Kind.CHOICE, clause="第六条第（二）项", options=options, help=told),)


def level_of(form: "Form") -> Unit | None:
    """The county or district that was chosen; None for the city's own level."""
    return counties().filter(key=form.text(LEVEL)).first()


PAPERS = (
    Field("licence", Label("登记证照", "Registration certificate"), Kind.FILES, clause="第十三条", longest=1),
    Field("authority", Label("授权委托书", "Authority to act"), Kind.FILES, clause=OUR_RULE, longest=1),
)
PARTICULARS = (_NAME, _KIND, _ADDRESS, _TELEPHONE, *_REPRESENTATIVE)
ENTER = (USCC, *PARTICULARS, *PERSON, *PAPERS)
ACCOUNT = (
    Field(
        "username", Label("账号名", "Account name"), longest=150,
        help=Label("自取，登录时使用", "of your own choice, to sign in with"),
    ),
    Field(
        "called", Label("业务授权人姓名", "Name of who acts for it"), clause="第三十二条第（六）项", personal=True,
        longest=60,
    ),
)  # fmt: skip
INVITE = (Field("username", Label("账号名", "Account name"), longest=150),)

AFFILIATION = (Field("uscc", Label("统一社会信用代码", "Unified social credit code"), clause="第二十二条", longest=40),)

PAPER = (
    Field(
        "kind", Label("材料类别", "Kind of paper"), Kind.CHOICE, clause="第十三条", options=(
            Option(PaperKind.LICENCE, Label("登记证照", "registration certificate")),
            Option(PaperKind.AUTHORITY, Label("授权委托书", "authority to act")),
        ),
    ),
    Field("paper", Label("材料", "Paper"), Kind.FILES, clause="第十三条", longest=1),
)  # fmt: skip

QUALIFICATION = (
    Field(
        "name", Label("资质（资格）名称", "Name of the qualification"), clause="第十三条",
        help=Label("按服务事项要求的名称填写", "as the service that asks for it names it"),
    ),
    Field("number", Label("证书编号", "Number of the certificate"), longest=100),
    Field("issued_by", Label("发证机关", "Issued by"), longest=100),
    Field("since", Label("有效期自", "Valid from"), Kind.DATE, past=True),
    Field(
        "until", Label("有效期至", "Valid until"), Kind.DATE, future=True, required=False,
        help=Label("长期有效的不填", "leave it empty where it has no end"),
    ),
    Field("paper", Label("证书", "Certificate"), Kind.FILES, clause="第十三条", longest=1),
)  # fmt: skip
PRACTITIONER = (
    Field("name", Label("姓名", "Name"), clause="第十六条", personal=True, longest=60),
    Field("profession", Label("执业（职业）资格", "Profession"), clause="第十六条", longest=100),
    Field("number", Label("注册编号", "Registration number"), clause="第十六条", personal=True, longest=100),
    Field("until", Label("注册有效期至", "Registered until"), Kind.DATE, future=True, required=False),
)
_SECRET = Label(
    "不宜公开的内容（国家秘密、商业秘密、个人隐私）写在[[ ]]之间，不对外显示",
    "what is a secret or personal stands between [[ and ]], and is not shown to others",
)
OFFERED = tuple(
    Field(key, label, Kind.TEXT, clause="第十五条", longest=2000, help=_SECRET)
    for key, label in (
        ("service", Label("服务内容", "Service")),
        ("requirements", Label("服务要求", "Requirements")),
        ("time_limit", Label("服务时限", "Time limit")),
        ("fee", Label("收费标准", "Fee")),
    )
)
REVIEW = (
    Field(
        "outcome", Label("审查结果", "Outcome"), Kind.CHOICE, clause="第七条", options=(
            Option(ReviewOutcome.IN_ORDER, Label("符合", "in order")),
            Option(ReviewOutcome.TO_MEND, Label("需要补正", "to be mended")),
            Option(ReviewOutcome.ENDED, Label("不符合，移出该事项", "not in order: taken off the service")),
        ),
    ),
    Field(
        "reasons", Label("理由", "Reasons"), Kind.TEXT, longest=2000, required=False,
        help=Label("除“符合”外必填，将告知该机构", "needed unless it is in order; the agency is told"),
    ),
    Field("mend_by", Label("补正期限", "To be mended by"), Kind.DATE, future=True, required=False),
)  # fmt: skip
REASONS = (
    Field(
        "reasons", Label("理由", "Reasons"), Kind.TEXT, longest=2000,
        help=Label("将告知对方", "the organisation is told"),
    ),
)  # fmt: skip

HAND_OVER = (Field("username", Label("账号名", "Account name"), longest=150), *REASONS)
SIGNATURE = (
    Field(
        "verdict", Label("意见", "Verdict"), Kind.CHOICE, clause=OUR_RULE, options=(
            Option(Verdict.SIGNED, Label("同意", "sign it")),
            Option(Verdict.RETURNED, Label("退回", "return it")),
        ),
    ),
    Field(
        "words", Label("退回意见", "Why it is returned"), Kind.TEXT, longest=2000, required=False,
        help=Label("退回时必填", "needed where it is returned"),
    ),
)  # fmt: skip


@dataclass
class Form:
    """A form as it was sent: `values` as they were read, and what is wrong. `given` is what was typed."""

    fields: Sequence[Field]
    given: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    uploads: Sequence[Upload] = ()
    problems: list[Problem] = field(default_factory=list)
    error: str = ""
    files_again: bool = False

    @property
    def is_wrong(self) -> bool:
        return bool(self.problems or self.error)

    def text(self, key: str) -> str:
        return str(self.values.get(key, ""))

    def upload(self, key: str) -> Upload | None:
        return next((one for one in self.uploads if one.field == key), None)

    def wrong(self, key: str, words: str) -> None:
        self.problems.append(Problem(key, Label(words, words)))

    def refuse(self, error: GongbaoError, words: Callable[[GongbaoError], str] = told) -> None:
        """What an action said, in the `words` of its part: beside the field that it names, if there is such a one."""
        if any(one.key == error.where for one in self.fields):
            self.wrong(error.where, words(error))
        else:
            self.error = words(error)


def sent(request: HttpRequest, fields: Sequence[Field]) -> Form:
    """The form as it was sent. No error is raised: it says itself what is wrong."""
    form = Form(fields, files_again=bool(request.FILES))
    form.given = typed_again(fields, request)
    try:
        given, form.uploads = typed_in(fields, request)
    except GongbaoError as error:
        form.refuse(error)
        return form
    names: dict[str, list[str]] = {}
    for upload in form.uploads:
        names.setdefault(upload.field, []).append(shown_name(upload.name))
    form.values, problems = read(fields, given | names, timezone.localdate())
    form.problems += problems
    return form


def page(
    request: HttpRequest,
    form: Form,
    *,
    title: str,
    lead: str,
    submit: str,
    back: str,
    clause: str = "",
    room: str = "market",
    **more: Any,
) -> HttpResponse:
    """The page of the form; `back` is the address to which whoever leaves it goes."""
    shown: list[Control] = controls_of(form.fields, form.given, form.problems)
    has_files = any(one.shape == "files" for one in shown)
    context = {
        "room": room,
        "title": title,
        "lead": lead,
        "submit": submit,
        "back": back,
        "clause": f"{DOCUMENT} {clause}" if clause else "",
        "links": ClauseLinks(),
        "controls": shown,
        "has_files": has_files,
        "files_again": form.files_again and form.is_wrong,
        "wrong": [one for one in shown if one.wrong],
        "error": form.error,
        **more,
    }
    response = render(request, "market/form.html", context, status=BAD_REQUEST if form.is_wrong else 200)
    return ticket.give(response, "/market/") if has_files else response

"""What a notice says: the seven groups of contents of 第十九条, as they are asked for, checked and kept.

    terms = read(given, item, owner, today)       # raises WrongTerms, with what is wrong by field
    terms.content                                 # what Terms.content keeps, as JSON

An owner gives the length of the registration in working days, and not its last day: how long the form review takes
nobody knows beforehand, and the notice has to leave five working days from its publication on (第二十一条). The moments
are fixed, and stand in the notice, when it is published: see `moments`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.core.working_days import WorkingCalendar
from gongbao.procedures import Field, Kind, Option, Problem
from gongbao.procedures.fields import SHANGHAI, Value, to_plain
from gongbao.procedures.fields import read as read_fields
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, Supply
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.draw.draw import ALGORITHM
from gongbao.systems.intermediary_market.organisations.models import Organisation, OrganisationKind
from gongbao.systems.intermediary_market.purchases.procedure import ANNEXES, EXCLUDED, FUNDS, WAYS
from gongbao.systems.intermediary_market.supervision import government_prices

FEWEST_DAYS, MOST_DAYS = 5, 60
"""Working days of registration: no fewer than five (第二十一条); no more than sixty is our rule."""
PUBLIC_BODIES = (OrganisationKind.STATE_ORGAN, OrganisationKind.INSTITUTION)
"""行政事业单位: whose purchases are those from public funds (第三条第二款)."""
PRICE_KINDS = (
    Option("price", Label("总价（元）", "a sum, in yuan")),
    Option("rate", Label("费率（%）", "a rate, in per cent")),
    Option("discount", Label("下浮率（%）", "a discount, in per cent")),
)
AFTER_ABANDONMENT = (
    Option("new_notice", Label("重新发布公告", "a new notice"), "第十七条"),
    Option("next_in_rank", Label("按名次递补", "the next in rank follows"), "第十八条第一款"),
)
NOT_EXCLUDED = Option("none", Label("均不属于", "none of these"))
DRAW_SOURCE = "选取时间之后最先公布的一期全国性福利彩票双色球开奖号码"
"""What a notice proposes as the public value of a draw: published by others, at a time that is known, to everybody."""

_CONFLICTS = (
    "不同机构的法定代表人或者实际控制人为同一人；"
    "机构负责人与业主法定代表人或者项目负责人有亲属关系；"
    "其他依法应当回避的。"
)
_MOST_CRITERIA = 10
_CRITERION = re.compile(r"(\S.{0,38}?)[ \t:：,，]+([0-9]{1,3}(?:\.[0-9]{1,2})?)[ \t]*[%％]?")
_TELEPHONE = re.compile(r"[0-9+() -]{5,20}")
_OF_PRICES = re.compile(
    "报价|标价|价格|单价|总价|价款|低价|降价|比价|议价|费用|收费|取费|计费|费率|下浮|折扣|优惠|让利|酬金"
)
"""Words by which a criterion gives points for what is asked, in its name or in how its points are given."""


@dataclass(frozen=True, slots=True)
class Group:
    """One of the seven: its title, the clause, what is asked."""

    title: Label
    clause: str
    fields: tuple[Field, ...]


def _field(key: str, zh: str, en: str, kind: Kind = Kind.LINE, **more: Any) -> Field:
    return Field(key, Label(zh, en), kind, **more)


NO_ANNEXES = _field("no_annexes", "无附件的理由", "Why there is nothing to attach", required=False,
                    help=Label("没有附件的填写，随公告公开", "where there are none; it is published"))  # fmt: skip
FEWEST = _field("fewest", "最低机构数", "Fewest agencies", Kind.NUMBER, required=False,
                help=Label("少于此数的废标（第二十三条）", "with fewer the selection fails (第二十三条)"))  # fmt: skip
"""Nobody types it: it is how 第二十三条 is read of that way when the notice is published (actions.publish). An owner
that could set it could have every notice fail, and two failures open negotiation."""
GROUPS: tuple[Group, ...] = (
    Group(
        Label("项目", "The project"),
        "第十九条第（一）项",
        (
            _field("project_name", "项目名称", "Name of the project", longest=100),
            _field("work", "服务内容", "What is to be done", Kind.TEXT, longest=5000),
            _field("service_time", "服务时限", "Time for the service", longest=100),
            _field("budget", "预算金额（元）", "Budget (yuan)", Kind.MONEY),
            _field("fund", "资金来源", "Source of funds", Kind.CHOICE, options=FUNDS),
            _field("budget_year", "预算年度", "Budget year", Kind.NUMBER),
            Field(
                "excluded",
                Label("是否属于不适用网上中介超市的情形", "Is it something that may not be bought over the market?"),
                Kind.CHOICE,
                "第二条第六款",
                options=(NOT_EXCLUDED, *EXCLUDED),
            ),
        ),
    ),
    Group(
        Label("标的", "The subject"),
        "第十九条第（二）项",
        (
            _field("subject", "标的基本情况", "What it is about", Kind.TEXT, longest=5000),
            ANNEXES,
            NO_ANNEXES,
        ),
    ),
    Group(
        Label("资质和服务类别", "Qualification and service"),
        "第十九条第（三）项",
        (
            _field("qualification", "资质（资格）要求", "Qualification", longest=200, required=False,
                   help=Label("法律不要求资质的可不填", "nothing where the law asks for none")),
            _field("requirements", "其他报名条件", "Other conditions to register", Kind.TEXT, longest=2000,
                   required=False),
        ),
    ),
    Group(
        Label("选取方式", "The way to select"),
        "第十九条第（四）项",
        (
            _field("way", "选取方式", "Way to select", Kind.CHOICE,
                   options=tuple(one for one in WAYS if one.key != "negotiation")),
            _field("price_kind", "报价方式", "What is offered", Kind.CHOICE, options=PRICE_KINDS),
            _field("criteria", "评审因素和权重（择优选取填写）", "Criteria and weights (for best value)", Kind.TEXT,
                   longest=3000, required=False,
                   help=Label("每行一个，先写因素再写权重，合计100，分号后写评分办法，例如：服务方案 60；按完整程度",
                              "one a line, the criterion, its weight (100 in all), after a semicolon how its points "
                              "are given: Proposal 60; by how complete it is")),
            FEWEST,
            _field("after_abandonment", "中选机构放弃后", "If the award is given back", Kind.CHOICE,
                   options=AFTER_ABANDONMENT),
            _field("draw_source", "抽取所用的公开数值", "Public value of the draw", longest=200,
                   help=Label("随机抽取和并列时使用，须在选取时间之后由他人公布",
                              "for a random draw and among equals; published by others after the selection")),
        ),
    ),
    Group(
        Label("时间", "Times"),
        "第十九条第（五）项",
        (
            _field("registration_days", "报名时间（工作日）", "Registration (working days)", Kind.NUMBER,
                   help=Label("自发布公告次日起算，不少于5个工作日", "from the day after the notice; at least 5")),
            _field("selection_days", "截止后至选取（工作日）", "From its end to the selection (working days)",
                   Kind.NUMBER),
            _field("selection_time", "选取时间", "Time of day of the selection", longest=5,
                   help=Label("例如09:30", "such as 09:30")),
        ),
    ),
    Group(
        Label("回避", "Conflicts"),
        "第十九条第（六）项",
        (
            _field("conflicts", "回避情形", "Who has to stand aside", Kind.TEXT, longest=2000),
        ),
    ),
    Group(
        Label("联系人", "Contact"),
        "第十九条第（七）项",
        (
            _field("contact_name", "项目联系人", "Contact of the project", longest=40),
            _field("contact_telephone", "联系电话", "Telephone", longest=20),
        ),
    ),
)  # fmt: skip
SAID = tuple(field for group in GROUPS for field in group.fields)
"""All that a notice says, in its order."""
FIELDS = tuple(field for field in SAID if field is not FEWEST)
"""What its owner is asked."""
PROJECT_NAME = FIELDS[0]
DIRECT_GROUPS = tuple(
    replace(group, fields=tuple(field for field in group.fields if field.key != "requirements"))
    for group in GROUPS
    if group.clause[len("第十九条"):] in ("第（一）项", "第（二）项", "第（三）项", "第（七）项")
)  # fmt: skip
"""What is told of a direct choice without a notice: the groups that do not speak of a registration."""
DIRECT_FIELDS = tuple(field for group in DIRECT_GROUPS for field in group.fields)
DEFAULTS: Mapping[str, str] = {
    "excluded": "",
    "price_kind": "price",
    "after_abandonment": "new_notice",
    "draw_source": DRAW_SOURCE,
    "registration_days": "5",
    "selection_days": "2",
    "selection_time": "09:30",
    "conflicts": _CONFLICTS,
}  # fmt: skip


class WrongTerms(GongbaoError):
    """Terms that are not in order: what is wrong with each field, in both languages."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.field}: {one.message.en}" for one in problems), where=problems[0].field)

    @property
    def label(self) -> Label:
        told = [one.message for one in self.problems]
        return Label("；".join(one.zh for one in told), "; ".join(one.en for one in told))


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of best value and its weight, in per cent."""

    name: str
    weight: Decimal
    scoring: str = ""  # how its points are given, as the notice says

    @property
    def typed(self) -> str:
        """The line as it is typed, and read again."""
        return f"{self.name} {self.weight}" + (f"；{self.scoring}" if self.scoring else "")

    @property
    def plain(self) -> dict[str, str]:
        """The same as JSON."""
        return {"name": self.name, "weight": str(self.weight)} | ({"scoring": self.scoring} if self.scoring else {})


@dataclass(frozen=True, slots=True)
class TermsContent:
    """The terms as values. `content` is the same as JSON; the files stand with the case."""

    values: Mapping[str, Value]
    criteria: tuple[Criterion, ...]
    registration_ends_at: datetime | None = None
    selection_at: datetime | None = None

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)

    @property
    def content(self) -> dict[str, Any]:
        plain = to_plain({key: value for key, value in self.values.items() if key != "criteria"})
        return (
            plain
            | {
                "criteria": [one.plain for one in self.criteria],
                "registration_ends_at": self.registration_ends_at.isoformat() if self.registration_ends_at else "",
                "selection_at": self.selection_at.isoformat() if self.selection_at else "",
            }
            | ({"draw": self._draw} if self["draw_source"] else {})
        )

    @property
    def _draw(self) -> dict[str, Any]:
        not_before = {"not_before": self.selection_at.isoformat()} if self.selection_at else {}
        return {"algorithm": ALGORITHM, "source": self["draw_source"]} | not_before

    def published(self, ends: datetime, selection: datetime) -> "TermsContent":
        """The same with the moments of the notice."""
        return replace(self, registration_ends_at=ends, selection_at=selection)


def read(
    given: Mapping[str, Any], item: ItemVersion, owner: Organisation, today: date, *, files: bool
) -> TermsContent:  # fmt: skip
    """The terms, of what was typed; `files`: whether there are ANNEXES. Raises WrongTerms, with everything wrong."""
    typed = {key: value for key, value in given.items() if key != ANNEXES.key}
    values, problems = read_fields([one for one in FIELDS if one is not ANNEXES], typed, today)
    criteria = _criteria(str(values.get("criteria", "")), problems)
    terms = TermsContent(values, criteria)
    if not files and not terms[NO_ANNEXES.key]:
        problems.append(Problem(ANNEXES.key, _NEEDS_ANNEXES))
    for field, zh, en in _wrong(terms, item, owner, today):
        if field not in {one.field for one in problems}:
            problems.append(Problem(field, Label(zh, en)))
    if problems:
        order = [one.key for one in FIELDS]
        raise WrongTerms(sorted(problems, key=lambda one: order.index(one.field) if one.field in order else 99))
    return terms


_NEEDS_ANNEXES = Label(
    f"应上传标的详细参数、构成等附件，没有的在下一项说明理由（{DOCUMENT} 第十九条第（二）项）",
    f"attach the parameters and parts of the subject, or say in the next field why there is nothing to attach "
    f"({DOCUMENT} 第十九条第（二）项)",
)


def read_direct(
    given: Mapping[str, Any], item: ItemVersion, owner: Organisation, today: date, *, files: bool
) -> TermsContent:  # fmt: skip
    """The terms of a direct choice without a notice, of the DIRECT_FIELDS that were typed. Raises WrongTerms."""
    asked = {one.key for one in DIRECT_FIELDS}
    typed = {key: value for key, value in given.items() if key in asked}
    found = read({**DEFAULTS, **typed, "way": "direct", "price_kind": "price"}, item, owner, today, files=files)
    return TermsContent({key: found[key] for key in (*asked, "way", "price_kind") if key in found.values}, ())


def _criteria(text: str, problems: list[Problem]) -> tuple[Criterion, ...]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        head, _mark, scoring = line.replace(";", "；").partition("；")
        match = _CRITERION.fullmatch(head.strip())
        if match is None:
            problems.append(
                Problem(
                    "criteria",
                    Label(
                        f"“{line[:40]}”应写明因素和权重，例如：服务方案 60",
                        f"“{line[:40]}” should be like: Proposal 60",
                    ),
                )
            )
            continue
        found.append(Criterion(match[1].rstrip(" :：,，"), Decimal(match[2]), scoring.strip()))
    return tuple(found)


def criteria_of(typed: str) -> tuple[Criterion, ...]:
    """The criteria of what was typed, without the lines that are none."""
    return _criteria(typed, [])


def scores_price(criteria: Iterable[Criterion]) -> Criterion | None:
    """The first that gives points for what is asked: by its words, as "报 价" too; None where none does."""
    for one in criteria:
        if _OF_PRICES.search("".join(normalize("NFKC", f"{one.name}；{one.scoring}").split())):
            return one
    return None


_Wrong = tuple[str, str, str]


def _wrong(terms: TermsContent, item: ItemVersion, owner: Organisation, today: date) -> list[_Wrong]:
    """What is wrong beyond the single fields: the field, and the sentence in both languages."""
    found: list[_Wrong] = []
    if terms["excluded"] not in (None, "none"):
        found.append(
            (
                "excluded",
                f"这类采购不适用网上中介超市（{DOCUMENT} 第二条第六款）",
                f"this may not be bought over the market ({DOCUMENT} 第二条第六款)",
            )
        )
    if terms["fund"] == "public" and owner.kind not in PUBLIC_BODIES:
        found.append(
            (
                "fund",
                f"财政性资金项目由行政事业单位采购（{DOCUMENT} 第三条第二款）",
                f"public funds are spent by state organs and public institutions ({DOCUMENT} 第三条第二款)",
            )
        )
    year = terms["budget_year"]
    if isinstance(year, int) and not today.year - 1 <= year <= today.year + 1:
        found.append(("budget_year", "应为今年或者前后一年", "should be this year, the last or the next"))
    if terms["budget"] is not None and terms["budget"] <= 0:
        found.append(("budget", "应大于零", "should be more than nothing"))
    ceiling = government_prices.most(government_prices.in_force(item.item, today))
    if terms["budget"] is not None and ceiling is not None and terms["budget"] > ceiling:
        why = government_prices.above(ceiling)
        found.append(("budget", why.zh, why.en))
    found += _wrong_way(terms, item, today) + _wrong_times(terms)
    telephone = terms["contact_telephone"]
    if telephone and not _TELEPHONE.fullmatch(telephone):
        found.append(("contact_telephone", "应为电话号码", "should be a telephone number"))
    return found


def _wrong_way(terms: TermsContent, item: ItemVersion, today: date) -> list[_Wrong]:
    found: list[_Wrong] = []
    if item.supply == Supply.AGREEMENT:
        found.append(
            (
                "way",
                f"该事项属于协议供货、定点服务，按集中采购目录执行（{DOCUMENT} 第十八条第二款）",
                f"this service is supplied by agreement, under the procurement catalogue ({DOCUMENT} 第十八条第二款)",
            )
        )
    if terms["way"] == "lowest_price" and government_prices.stands_under(item, today):
        found.append(
            (
                "way",
                f"该事项实行政府定价，不能竞价选取（{DOCUMENT} 第十条）",
                f"the price of this service is set by the government, and cannot be competed on ({DOCUMENT} 第十条)",
            )
        )
    if (priced := scores_price(terms.criteria)) and government_prices.stands_under(item, today):
        found.append(
            (
                "criteria",
                f"该事项实行政府定价，评审因素不能对价格评分：{priced.name}（{DOCUMENT} 第十条）",
                f"the price of this service is set by the government, and no criterion gives points for it: "
                f"{priced.name} ({DOCUMENT} 第十条)",
            )
        )
    names = [one.name for one in terms.criteria]
    if terms["way"] == "best_value" and sum((one.weight for one in terms.criteria), Decimal(0)) != 100:
        found.append(("criteria", "权重合计应为100", "the weights should come to 100"))
    if terms["way"] not in (None, "best_value") and terms.criteria:
        found.append(("criteria", "仅择优选取需要填写", "for best value only"))
    if len(set(names)) < len(names) or len(names) > _MOST_CRITERIA:
        found.append(
            ("criteria", f"不能重复，最多{_MOST_CRITERIA}个", f"each once, and up to {_MOST_CRITERIA} of them")
        )
    if terms["after_abandonment"] == "next_in_rank" and terms["way"] not in (None, "best_value", "lowest_price"):
        found.append(("after_abandonment", "该选取方式没有名次", "nobody is ranked in this way to select"))
    return found


def _wrong_times(terms: TermsContent) -> list[_Wrong]:
    found: list[_Wrong] = []
    days = terms["registration_days"]
    if isinstance(days, int) and not FEWEST_DAYS <= days <= MOST_DAYS:
        found.append(
            (
                "registration_days",
                f"应为{FEWEST_DAYS}至{MOST_DAYS}个工作日（{DOCUMENT} 第二十一条）",
                f"should be {FEWEST_DAYS} to {MOST_DAYS} working days ({DOCUMENT} 第二十一条)",
            )
        )
    after = terms["selection_days"]
    if isinstance(after, int) and not 1 <= after <= 30:
        found.append(
            (
                "selection_days",
                "应为1至30个工作日，留出核对时间",
                "should be 1 to 30 working days: time to check",
            )
        )
    given = terms["selection_time"]
    if given and _time(given) is None:
        found.append(("selection_time", "应为时间，例如09:30", "should be a time such as 09:30"))
    return found


def _time(given: str) -> time | None:
    try:
        return time.fromisoformat(given) if re.fullmatch(r"[0-9]{2}:[0-9]{2}", given) else None
    except ValueError:
        return None


def moments(terms: TermsContent, published: datetime, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
    """When registration ends and when an agency is selected, for a notice published at that moment.

    The day of publication is not counted, and registration ends with the last day, at 24:00 (第二十一条).
    """
    last = calendar.add(published.astimezone(SHANGHAI).date(), terms["registration_days"])
    return moments_after(last, terms["selection_days"], terms["selection_time"], calendar)


def moments_after(last: date, days: int, at: str, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
    """The same, where `last` is the last day of registration."""
    ends = datetime.combine(last + timedelta(days=1), time(), SHANGHAI)
    hour = _time(at)
    assert hour is not None  # as it was read
    return ends, datetime.combine(calendar.add(last, days), hour, SHANGHAI)


def kept(content: Mapping[str, Any]) -> TermsContent:
    """What `content` made, as values again."""
    fields = {one.key: one for one in SAID}
    given = {key: value for key, value in content.items() if key in fields and key != "criteria"}
    values, _problems = read_fields([fields[key] for key in given], given, date.max)
    criteria = _kept_criteria(content)
    ends, selection = content.get("registration_ends_at"), content.get("selection_at")
    return TermsContent(
        values,
        criteria,
        datetime.fromisoformat(ends) if ends else None,
        datetime.fromisoformat(selection) if selection else None,
    )


def as_typed(content: Mapping[str, Any]) -> dict[str, str]:
    """What `content` made, as it would be typed: for the form of a correction, a change or a new attempt."""
    typed = {one.key: str(content[one.key]) for one in FIELDS if one.key in content and one.key != "criteria"}
    return typed | {"criteria": "\n".join(one.typed for one in _kept_criteria(content))}


def _kept_criteria(content: Mapping[str, Any]) -> tuple[Criterion, ...]:
    kept_ones = content.get("criteria", [])
    return tuple(Criterion(one["name"], Decimal(one["weight"]), one.get("scoring", "")) for one in kept_ones)

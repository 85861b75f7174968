"""The rules of 许政办〔2022〕24号: what the pooled fund pays of outpatient visits, what goes into the own account."""

from datetime import date
from typing import Literal

from gongbao.rules import (
    ByKey,
    Choice,
    Date,
    Each,
    FactSheet,
    FigureSheet,
    Flag,
    Integer,
    Money,
    Percent,
    Policy,
    ReadingSheet,
    Record,
    Text,
    capped,
    earlier,
    fact,
    first_of_next_month,
    last_day_of_year,
    total,
    year_of,
)

DOCUMENT = "许政办〔2022〕24号"
SINCE, SINCE_CLAUSE = date(2022, 7, 1), "第三十一条"


class Status(Choice):
    """How a person is insured. The figures of the flexible ones are the rates at which they pay (第五条第（二）项)."""

    ACTIVE = "active", "在职职工", "employee"
    RETIRED = "retired", "退休人员", "retired"
    FLEXIBLE_8 = "flexible_8", "灵活就业人员（8%缴费）", "flexibly employed, paying 8 %"
    FLEXIBLE_6 = "flexible_6", "灵活就业人员（6%缴费）", "flexibly employed, paying 6 %"
    FLEXIBLE_4_2 = "flexible_4_2", "灵活就业人员（4.2%缴费）", "flexibly employed, paying 4.2 %"


class Level(Choice):
    """The levels of institutions that 第十六条 tells apart."""

    PRIMARY = "primary", "乡镇卫生院、社区卫生服务中心", "township health centre or community health service centre"
    SECONDARY = "secondary", "二级及以下医疗机构", "other institution up to the second class"
    TERTIARY = "tertiary", "三级医疗机构", "institution of the third class"


class Terms(Choice):
    """Whose rates and limit apply: 第十五条 puts the flexibly employed who take part with the employees."""

    ACTIVE = "active", "在职待遇", "terms of the employed"
    RETIRED = "retired", "退休待遇", "terms of the retired"


# Outpatient pooling


class Visit(Record, ordered_by="date", dated="date"):
    """One ordinary outpatient visit. Visits count in the order of their dates, those of a day in that of the input."""

    date: Date = fact("第十三条", zh="就诊日期", en="date of the visit")
    institution: Text = fact("第十四条", zh="医疗机构名称", en="institution")
    level: Level = fact("第十六条", zh="医疗机构级别", en="level of the institution")
    in_scope_cost: Money = fact(
        "第二十条第（一）项", zh="政策范围内门诊费用", en="cost within the scope of the insurance"
    )
    designated: Flag = fact("第十二条第一款", zh="门诊统筹定点医疗机构", en="the institution is designated for pooling")
    settled_directly: Flag = fact(
        "第二十条第（二）项", zh="通过医疗保险信息系统直接结算", en="settled directly in the insurance's system"
    )
    during_inpatient_stay: Flag = fact("第二十条第（三）项", zh="在住院期间发生", en="made during a stay in hospital")
    suspended: Flag = fact("第二十条第（四）项", zh="在待遇封锁期内", en="made while benefits were suspended")


class Facts(FactSheet):
    """One person's visits in one year of insurance, which is the calendar year."""

    year: Integer = fact("第十三条", zh="参保年度", en="year of insurance", least="1900", most="2199")
    status: Status = fact("第十五条", zh="1月1日的参保身份", en="status on 1 January of the year")
    retired_on: Date | None = fact("第十七条", zh="在职转退休日期", en="date of retirement", default=None)
    visits: list[Visit] = fact("第十三条", zh="门诊就诊", en="visits")


class Figures(FigureSheet):
    deductible: ByKey[Level, Money]
    rate: ByKey[tuple[Level, Terms], Percent]
    limit: ByKey[Terms, Money]
    limit_share: Percent


class Readings(ReadingSheet):
    limit_caps: Literal["what_the_fund_pays", "the_cost_counted"]


outpatient_pooling = Policy(
    "outpatient-pooling",
    document=DOCUMENT,
    zh="职工医保门诊统筹",
    en="pooling of employees' outpatient costs",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=Facts,
    figures=Figures,
    readings=Readings,
    dated="year_end",
    about_zh="职工医保统筹基金对普通门诊费用的支付，逐次计算，年度限额内累计。",
    about_en="What the pooled fund of the employees' insurance pays of ordinary outpatient visits, visit by visit.",
)


@outpatient_pooling.check(
    "第十七条",
    zh="1月1日已退休的，不填写退休日期",
    en="whoever is retired on 1 January has no date of retirement to come",
)
def retires_once(retired_on: Date | None, status: Status) -> Flag:
    return retired_on is None or status != Status.RETIRED


@outpatient_pooling.check("第十八条", zh="就诊日期不在该参保年度", en="the visit is outside the year of insurance")
def in_the_year(visit: Visit, year: Integer) -> Flag:
    return year_of(visit.date) == year


@outpatient_pooling.rule("第十五条", zh="年度末日", en="last day of the year")
def year_end(year: Integer) -> Date:
    """The limit that is reported is that of 31 December; the figures of each visit are those of its own date."""
    return last_day_of_year(year)


@outpatient_pooling.rule("第五条第（二）项", zh="享受门诊统筹", en="takes part in the pooling")
def takes_part(status: Status) -> Flag:
    """Whoever pays 4.2 % does not, nor on retiring: 第十五条 has only those retire into it who took part before."""
    return status != Status.FLEXIBLE_4_2


@outpatient_pooling.rule("第十七条", zh="就诊时适用的待遇", en="terms at the visit")
def terms(visit: Visit, status: Status, retired_on: Date | None) -> Terms:
    """Those of the retired from the 1st of the month after retirement (次月)."""
    if status == Status.RETIRED:
        return Terms.RETIRED
    if retired_on is not None and visit.date >= first_of_next_month(retired_on):
        return Terms.RETIRED
    return Terms.ACTIVE


@outpatient_pooling.rule("第十七条", zh="年末适用的待遇", en="terms at the end of the year")
def terms_at_year_end(year_end: Date, status: Status, retired_on: Date | None) -> Terms:
    if status == Status.RETIRED:
        return Terms.RETIRED
    if retired_on is not None and year_end >= first_of_next_month(retired_on):
        return Terms.RETIRED
    return Terms.ACTIVE


@outpatient_pooling.rule("第二十条", zh="纳入统筹基金支付", en="covered by the fund")
def covered(visit: Visit, takes_part: Flag) -> Flag:
    """What is not in scope never comes here (第二十条第（一）项); its cost is not part of in_scope_cost."""
    return (
        takes_part
        and visit.designated
        and visit.settled_directly
        and not visit.during_inpatient_stay
        and not visit.suspended
    )


@outpatient_pooling.rule("第十四条", zh="起付标准负担", en="taken by the deductible")
def deductible(
    visit: Visit, covered: Flag, figures: Figures, used_today: Money = earlier("institution", "date")
) -> Money:
    """One deductible for an institution and day. A visit that costs less leaves the rest of it to that day's next."""
    if not covered:
        return Money(0)
    return capped(visit.in_scope_cost, figures.deductible[visit.level], used_today)


@outpatient_pooling.rule("第十五条", zh="就诊时的年度限额", en="limit of the year, as it was at the visit")
def limit_then(terms: Terms, figures: Figures) -> Money:
    """In 2022 half of it, as the scheme began in the middle of the year."""
    return figures.limit[terms] * figures.limit_share


@outpatient_pooling.rule("第十六条", zh="按比例支付的费用", en="cost of which a share is paid")
def cost_counted(
    visit: Visit,
    covered: Flag,
    deductible: Money,
    limit_then: Money,
    readings: Readings,
    used: Money = earlier(),
) -> Money:
    if not covered:
        return Money(0)
    beyond = visit.in_scope_cost - deductible
    if readings.limit_caps == "the_cost_counted":
        return capped(beyond, limit_then, used)
    return beyond


@outpatient_pooling.rule("第十六条", zh="统筹基金支付", en="paid by the pooled fund")
def pooled_fund_pays(
    visit: Visit,
    cost_counted: Money,
    terms: Terms,
    limit_then: Money,
    figures: Figures,
    readings: Readings,
    used: Money = earlier(),
) -> Money:
    """第十七条 counts the limit over the whole year, so what was paid before retirement is part of what is used."""
    share = cost_counted * figures.rate[visit.level, terms]
    if readings.limit_caps == "what_the_fund_pays":
        return capped(share, limit_then, used)
    return share


@outpatient_pooling.rule("第十六条", zh="个人负担", en="paid by the person")
def person_pays(visit: Visit, pooled_fund_pays: Money) -> Money:
    return visit.in_scope_cost - pooled_fund_pays


@outpatient_pooling.rule("第十五条", zh="年度最高支付限额", en="limit of the year")
def annual_limit(takes_part: Flag, terms_at_year_end: Terms, figures: Figures) -> Money:
    if not takes_part:
        return Money(0)
    return figures.limit[terms_at_year_end] * figures.limit_share


@outpatient_pooling.rule("第十五条", zh="统筹基金支付合计", en="paid by the pooled fund in all")
def pooled_fund_total(pooled_fund_pays: Each[Money]) -> Money:
    return total(pooled_fund_pays)


@outpatient_pooling.rule("第十八条", zh="限额剩余", en="left of the limit")
def limit_left(annual_limit: Money, pooled_fund_total: Money, cost_counted: Each[Money], readings: Readings) -> Money:
    """Never negative. It lapses at the end of the year (第十八条)."""
    if readings.limit_caps == "the_cost_counted":
        return max(annual_limit - total(cost_counted), Money(0))
    return max(annual_limit - pooled_fund_total, Money(0))


outpatient_pooling.pays(pooled_fund_pays, pooled_fund_total)
outpatient_pooling.values(
    annual_limit,
    pooled_fund_total,
    limit_left,
    visits=(deductible, pooled_fund_pays, person_pays),
)


# The own account


class AccountFacts(FactSheet):
    """One insured person in one month."""

    status: Status = fact("第五条", zh="参保身份", en="status")
    contribution_base: Money = fact(
        "第五条第（一）项",
        zh="本人月缴费基数",
        en="own monthly contribution base",
        help_zh="在职职工和按8%缴费的灵活就业人员填写",
        help_en="of employees, and of the flexibly employed who pay 8 %",
    )
    has_account: Flag = fact(
        "第五条第（三）项",
        zh="建有个人账户",
        en="has an own account",
        help_zh="退休人员填写",
        help_en="of the retired",
    )
    on: Date = fact("第五条第（四）项", zh="计入日期", en="date of the credit")


class AccountFigures(FigureSheet):
    account_rate: Percent
    retired_credit: Money


monthly_account_credit = Policy(
    "monthly-account-credit",
    document=DOCUMENT,
    zh="个人账户月计入",
    en="monthly credit to the own account",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=AccountFacts,
    figures=AccountFigures,
    dated="on",
    about_zh="每月计入职工医保个人账户的金额。",
    about_en="What goes into an insured person's own account each month.",
)

CREDITED_BY_BASE = (Status.ACTIVE, Status.FLEXIBLE_8)


@monthly_account_credit.rule("第五条", zh="月计入金额", en="credit of the month")
def credit(status: Status, contribution_base: Money, has_account: Flag, figures: AccountFigures) -> Money:
    """Whoever pays 6 % or 4.2 % has no account (第五条第（二）项)."""
    if status in CREDITED_BY_BASE:
        return contribution_base * figures.account_rate
    if status == Status.RETIRED and has_account:
        return figures.retired_credit
    return Money(0)


monthly_account_credit.pays(credit)
monthly_account_credit.values(credit)

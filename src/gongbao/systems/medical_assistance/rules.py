"""The rules of 许政办〔2022〕14号: aid, support for contributions, early warning, what the hospital bears."""

from datetime import date
from typing import Literal

from gongbao.rules import (
    ByKey,
    Choice,
    Date,
    FactSheet,
    FigureSheet,
    Flag,
    Money,
    Percent,
    Policy,
    ReadingSheet,
    fact,
    highest,
    lowest,
)

DOCUMENT = "许政办〔2022〕14号"
# 三（二） has the benefits of all three schemes adjusted from this day; the document names no other.
SINCE, SINCE_CLAUSE = date(2022, 5, 1), "三（二）"


class Category(Choice):
    """救助对象: the groups of people that the document names (二)."""

    EXTREME_HARDSHIP = "extreme_hardship", "特困人员", "person in extreme hardship"
    SUBSISTENCE_ALLOWANCE = "subsistence_allowance", "低保对象", "recipient of the subsistence allowance"
    RETURNED_TO_POVERTY = "returned_to_poverty", "返贫致贫人口", "person fallen (back) into poverty"
    NEAR_SUBSISTENCE = "near_subsistence", "低保边缘家庭成员", "member of a family near the subsistence allowance"
    RURAL_AT_RISK = "rural_at_risk", "农村易返贫致贫人口", "rural person at risk of poverty"
    ILLNESS_IMPOVERISHED = "illness_impoverished", "因病致贫重病患者", "seriously ill person impoverished by illness"


# Medical assistance


class Facts(FactSheet):
    """Totals of one year, of one person, after the insurance has paid and within its scope (四（二）)."""

    categories: list[Category] = fact("二", zh="救助对象类别", en="categories of the person")
    inpatient_self_pay: Money = fact(
        "四（三）1",
        zh="全年住院政策范围内自付费用",
        en="inpatient costs of the year left to the person, within the scope",
        help_zh="定点医疗机构住院，基本医疗保险和大病保险支付以后的部分",
        help_en="at designated institutions, what basic and critical illness insurance have left",
    )
    outpatient_self_pay: Money = fact(
        "四（三）2",
        zh="全年9类病种门诊政策范围内自付费用",
        en="outpatient costs of the year left to the person for the nine listed diseases, within the scope",
    )
    standard_referral: Flag = fact("四（三）4", zh="规范转诊", en="referred according to the rules")
    in_province: Flag = fact("四（三）4", zh="在省域内就医", en="treated inside the province")
    on: Date = fact("三（二）", zh="计算日期", en="date of the calculation")


class Figures(FigureSheet):
    threshold: ByKey[Category, Money]
    inpatient_rate: ByKey[Category, Percent]
    outpatient_rate: ByKey[Category, Percent]
    limit: ByKey[Category, Money]
    supplementary_line: Money
    supplementary_rate: Percent
    supplementary_limit: Money


class Readings(ReadingSheet):
    unreferred_treatment: Literal["as_is", "excluded"]


medical_assistance = Policy(
    "medical-assistance",
    document=DOCUMENT,
    zh="医疗救助",
    en="medical assistance",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=Facts,
    figures=Figures,
    readings=Readings,
    dated="on",
    about_zh="困难群众和因病致贫重病患者一年内住院和门诊自付费用的救助。",
    about_en="Aid with a year's inpatient and outpatient costs for people in hardship or impoverished by illness.",
)


@medical_assistance.rule("七（三）", zh="费用纳入救助范围", en="the treatment counts for aid")
def counts_for_aid(standard_referral: Flag, readings: Readings) -> Flag:
    """Treatment without a referral is kept out only where 七（三） is read as binding on the calculation."""
    return readings.unreferred_treatment == "as_is" or standard_referral


@medical_assistance.rule("四（三）1", zh="住院救助起付标准", en="inpatient threshold")
def inpatient_threshold(category: Category, figures: Figures) -> Money:
    return figures.threshold[category]


@medical_assistance.rule("四（三）1", zh="住院救助金额", en="inpatient aid")
def inpatient_aid(
    category: Category, inpatient_self_pay: Money, inpatient_threshold: Money, counts_for_aid: Flag, figures: Figures
) -> Money:
    """The share of what lies above the year's threshold, before the limit."""
    if not counts_for_aid or inpatient_self_pay <= inpatient_threshold:
        return Money(0)
    return (inpatient_self_pay - inpatient_threshold) * figures.inpatient_rate[category]


@medical_assistance.rule("四（三）2", zh="门诊救助金额", en="outpatient aid")
def outpatient_aid(category: Category, outpatient_self_pay: Money, counts_for_aid: Flag, figures: Figures) -> Money:
    """The share of the costs from the first fen, as there is no threshold; before the limit."""
    if not counts_for_aid:
        return Money(0)
    return outpatient_self_pay * figures.outpatient_rate[category]


@medical_assistance.rule("四（三）3", zh="基本救助金额", en="basic aid")
def basic_aid(category: Category, inpatient_aid: Money, outpatient_aid: Money, figures: Figures) -> Money:
    """Both kinds of aid share one limit for the year."""
    return min(inpatient_aid + outpatient_aid, figures.limit[category])


@medical_assistance.rule("四（三）4", zh="倾斜救助金额", en="supplementary aid")
def supplementary_aid(
    category: Category,
    inpatient_self_pay: Money,
    outpatient_self_pay: Money,
    basic_aid: Money,
    standard_referral: Flag,
    in_province: Flag,
    figures: Figures,
) -> Money:
    """Only who has reached the limit, was referred by the rules and treated inside the province, is given more."""
    if basic_aid < figures.limit[category]:
        return Money(0)
    if not (standard_referral and in_province):
        return Money(0)
    beyond = inpatient_self_pay + outpatient_self_pay - basic_aid - figures.supplementary_line
    if beyond <= Money(0):
        return Money(0)
    return min(beyond * figures.supplementary_rate, figures.supplementary_limit)


@medical_assistance.rule("四（三）", zh="救助总额", en="total aid")
def total_aid(basic_aid: Money, supplementary_aid: Money) -> Money:
    return basic_aid + supplementary_aid


@medical_assistance.rule("四（三）", zh="救助后个人负担", en="what is left to the person")
def remaining_self_pay(inpatient_self_pay: Money, outpatient_self_pay: Money, total_aid: Money) -> Money:
    return inpatient_self_pay + outpatient_self_pay - total_aid


# 四（三） has the best of several categories apply, and no aid twice. "Best" is what is paid in all; where two pay the
# same, the one that asks for less, so that the answer never depends on the order in which the categories are named.
medical_assistance.best_of(
    "category",
    "四（三）",
    highest(total_aid),
    lowest(inpatient_threshold),
    highest(inpatient_aid),
    of="categories",
    zh="就高适用的救助对象类别",
    en="the category that comes out best",
)
medical_assistance.pays(basic_aid, supplementary_aid, total_aid)
medical_assistance.values(
    inpatient_threshold, inpatient_aid, outpatient_aid, basic_aid, supplementary_aid, total_aid, remaining_self_pay
)


# Support for the contribution to the residents' insurance


class SupportFacts(FactSheet):
    """One person who joins the residents' insurance for one year."""

    categories: list[Category] = fact("三（一）", zh="困难群众类别", en="categories of the person")
    contribution: Money = fact(
        "三（一）", zh="居民基本医保年度个人缴费标准", en="the year's personal contribution to the residents' insurance"
    )
    recognised_on: Date = fact("三（一）", zh="被认定为困难群众的日期", en="day on which the hardship was recognised")
    enrolment_ends_on: Date = fact(
        "三（一）", zh="居民基本医保集中缴费期截止日期", en="last day of the general period of payment"
    )
    support_set_elsewhere: Money = fact(
        "三（一）",
        zh="乡村振兴有效衔接政策规定的资助金额",
        en="support set by the policy on rural revitalisation",
        help_zh="仅农村易返贫致贫人口需要填写；本文件不设标准",
        help_en="for a rural person at risk of poverty only; this document sets no amount",
    )
    on: Date = fact("三（二）", zh="参保缴费日期", en="day of the payment")


class SupportFigures(FigureSheet):
    support_rate: Percent


contribution_support = Policy(
    "medical-contribution-support",
    document=DOCUMENT,
    zh="居民基本医保参保资助",
    en="support for contributions to the residents' insurance",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=SupportFacts,
    figures=SupportFigures,
    dated="on",
    about_zh="困难群众参加居民基本医保个人缴费的资助。",
    about_en="Support for the personal contribution of people in hardship to the residents' medical insurance.",
)

SUPPORTED_IN_PART = (Category.SUBSISTENCE_ALLOWANCE, Category.RETURNED_TO_POVERTY)


@contribution_support.rule("三（一）", zh="全额资助", en="supported in full")
def in_full(category: Category) -> Flag:
    return category == Category.EXTREME_HARDSHIP


@contribution_support.rule("三（一）", zh="资助金额", en="support")
def support(
    category: Category,
    in_full: Flag,
    contribution: Money,
    recognised_on: Date,
    enrolment_ends_on: Date,
    support_set_elsewhere: Money,
    figures: SupportFigures,
) -> Money:
    """三（一） names who is supported; the two categories that it does not name get nothing under it."""
    if recognised_on > enrolment_ends_on:
        return Money(0)
    if in_full:
        return contribution
    if category in SUPPORTED_IN_PART:
        return contribution * figures.support_rate
    if category == Category.RURAL_AT_RISK:
        # An amount above the contribution would pay more than is owed.
        return min(support_set_elsewhere, contribution)
    return Money(0)


@contribution_support.rule("三（一）", zh="个人实缴", en="what the person pays")
def own_contribution(contribution: Money, support: Money) -> Money:
    return contribution - support


# No other category comes to more than the whole contribution, so what is set elsewhere need not be known for that one.
contribution_support.best_of(
    "category",
    "四（三）",
    highest(in_full),
    highest(support),
    of="categories",
    zh="就高适用的困难群众类别",
    en="the category that comes out best",
)
contribution_support.pays(support)
contribution_support.values(support, own_contribution)


# Early warning of heavy costs


class WarningFacts(FactSheet):
    """One person's year so far."""

    categories: list[Category] = fact("五（一）", zh="救助对象类别", en="categories of the person")
    self_pay: Money = fact(
        "五（一）",
        zh="政策范围内年度自付费用",
        en="costs of the year left to the person, within the scope",
        help_zh="基本医疗保险、大病保险支付以后，医疗救助以前",
        help_en="after basic and critical illness insurance, before any aid",
    )
    on: Date = fact("五（一）", zh="监测日期", en="day of the check")


class WarningFigures(FigureSheet):
    # 四（三）4 has the same amount; 八（五） lets that one be lowered alone, so each has a figure of its own.
    warning_line: Money


early_warning = Policy(
    "medical-early-warning",
    document=DOCUMENT,
    zh="高额医疗费用支出预警",
    en="early warning of heavy medical costs",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=WarningFacts,
    figures=WarningFigures,
    dated="on",
    about_zh="低保边缘家庭成员、农村易返贫致贫人口年度自付费用的预警。",
    about_en="A warning when a person on the edge of hardship has heavy costs in a year.",
)


@early_warning.rule("五（一）", zh="属于重点监测人群", en="one of those who are watched")
def watched(categories: list[Category]) -> Flag:
    """Who is in several categories is watched if one of them is: the clause asks for nothing else."""
    return Category.NEAR_SUBSISTENCE in categories or Category.RURAL_AT_RISK in categories


@early_warning.rule("五（一）", zh="应当预警", en="a warning is due")
def warning_due(watched: Flag, self_pay: Money, figures: WarningFigures) -> Flag:
    """超过 excludes the amount itself."""
    return watched and self_pay > figures.warning_line


early_warning.values(watched, warning_due)


# What the hospital bears


class HospitalLevel(Choice):
    """The levels of designated institutions that 七（三） tells apart."""

    PRIMARY = "primary", "基层定点医疗机构", "institution at the grass roots"
    SECONDARY = "secondary", "二级定点医疗机构", "institution of the second class"
    TERTIARY = "tertiary", "三级定点医疗机构", "institution of the third class"


class StayFacts(FactSheet):
    """One stay in hospital of a person who is entitled to aid."""

    level: HospitalLevel = fact("七（三）", zh="医疗机构级别", en="level of the institution")
    total_cost: Money = fact("七（三）", zh="当次住院医疗总费用", en="total cost of the stay")
    out_of_scope_cost: Money = fact(
        "七（三）", zh="当次超出医疗保险支付范围的费用", en="cost of the stay outside the scope of the insurance"
    )
    on: Date = fact("七（三）", zh="出院日期", en="day of discharge")


class StayFigures(FigureSheet):
    out_of_scope_share: ByKey[HospitalLevel, Percent]


hospital_bears_policy = Policy(
    "hospital-bears",
    document=DOCUMENT,
    zh="超出范围费用由定点医疗机构承担",
    en="out-of-scope costs that the hospital bears",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=StayFacts,
    figures=StayFigures,
    dated="on",
    about_zh="救助对象当次住院超出医疗保险支付范围的费用，超过规定比例的部分由定点医疗机构承担。",
    about_en="What a stay costs outside the scope of the insurance, beyond a share of its total, is the hospital's.",
)


@hospital_bears_policy.check(
    "七（三）",
    zh="超出支付范围的费用大于当次住院总费用",
    en="the cost outside the scope is more than the total cost of the stay",
)
def within_the_total(total_cost: Money, out_of_scope_cost: Money) -> Flag:
    return out_of_scope_cost <= total_cost


@hospital_bears_policy.rule("七（三）", zh="定点医疗机构承担", en="what the hospital bears")
def hospital_bears(level: HospitalLevel, total_cost: Money, out_of_scope_cost: Money, figures: StayFigures) -> Money:
    return max(out_of_scope_cost - total_cost * figures.out_of_scope_share[level], Money(0))


@hospital_bears_policy.rule("七（三）", zh="超出范围费用中个人承担", en="what the person bears of them")
def person_bears(out_of_scope_cost: Money, hospital_bears: Money) -> Money:
    return out_of_scope_cost - hospital_bears


hospital_bears_policy.pays(hospital_bears)
hospital_bears_policy.values(hospital_bears, person_bears)

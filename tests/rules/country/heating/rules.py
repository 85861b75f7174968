"""云泽市取暖补贴：one amount by a ladder, the best of several groups of persons, a reading."""

from datetime import date
from typing import Literal

from gongbao.rules import (
    ByKey,
    Choice,
    Date,
    FactSheet,
    FigureSheet,
    Flag,
    Ladder,
    Money,
    Percent,
    Policy,
    ReadingSheet,
    fact,
    highest,
    lowest,
    marginal,
)


class Group(Choice):
    ALONE = "alone", "独居老人", "old persons living alone"
    LARGE = "large", "多子女家庭", "families with many children"
    OTHER = "other", "其他居民", "other residents"


WITHOUT_OWN_SHARE = (Group.ALONE, Group.LARGE)


class Facts(FactSheet):
    groups: list[Group] = fact("第二条", zh="对象类别", en="groups")
    cost: Money = fact("第三条", zh="取暖费用", en="cost of heating")
    clean: Flag = fact("第五条", zh="使用清洁能源", en="heats with clean energy")
    on: Date = fact("第八条", zh="申请日期", en="date of application")


class Figures(FigureSheet):
    own_share: Money
    rates: Ladder[Money, Percent]
    extra: ByKey[Group, Percent]
    limit: Money


class Readings(ReadingSheet):
    limit_over: Literal["both", "basic_only"]


policy = Policy(
    "heating",
    document="云政办〔2026〕3号",
    zh="取暖补贴",
    en="heating subsidy",
    since=date(2026, 1, 1),
    since_clause="第八条",
    until=date(2028, 12, 31),
    until_clause="第八条",
    facts=Facts,
    figures=Figures,
    readings=Readings,
    dated="on",
)


@policy.rule("第四条", zh="自负额", en="own share")
def own_share(group: Group, figures: Figures) -> Money:
    if group in WITHOUT_OWN_SHARE:
        return Money(0)
    return figures.own_share


@policy.rule("第四条", zh="基本补贴", en="basic subsidy")
def basic(cost: Money, own_share: Money, figures: Figures) -> Money:
    """By parts, as the document says of each part."""
    above = cost - own_share
    return marginal(max(above, Money(0)), figures.rates)


@policy.rule("第五条", zh="清洁能源补贴", en="clean energy subsidy")
def clean_extra(group: Group, basic: Money, clean: Flag, figures: Figures) -> Money:
    if clean and basic > Money(0):
        return basic * figures.extra[group]
    return Money(0)


@policy.rule("第六条", zh="补贴合计", en="total subsidy")
def subsidy(basic: Money, clean_extra: Money, figures: Figures, readings: Readings) -> Money:
    if readings.limit_over == "both":
        return min(basic + clean_extra, figures.limit)
    return min(basic, figures.limit) + clean_extra


policy.best_of(
    "group", "第二条", highest(subsidy), lowest(own_share), of="groups", zh="适用的类别", en="group that applies"
)
policy.pays(subsidy)
policy.values(own_share, basic, clean_extra, subsidy)

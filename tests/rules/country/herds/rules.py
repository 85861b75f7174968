"""云泽市草场补偿：each village against the mean of its group, in 万元, with rates rounded before they are averaged."""

from datetime import date
from typing import Annotated

from gongbao.rules import (
    Choice,
    Decimal,
    Each,
    FactSheet,
    FigureSheet,
    Flag,
    Integer,
    Ladder,
    Month,
    Percent,
    Places,
    Policy,
    RateByBand,
    Record,
    Unit,
    as_percent,
    count,
    fact,
    last_day_of_month,
    marginal,
    mean,
    points,
    rate_by_band,
    ratio,
    total,
)
from gongbao.rules import Date as Day

Cover = Annotated[Decimal, Places(1), Unit("厘米", "cm")]
Wan = Annotated[Decimal, Places(2), Unit("万元", "× 10,000 yuan")]


class Village(Choice):
    EAST = "east", "东村", "East Village"
    WEST = "west", "西村", "West Village"
    HILL = "hill", "山村", "Hill Village"


HIGH = (Village.HILL,)


class Pasture(Record):
    village: Village = fact("第二条", zh="村", en="village")
    cover: Cover = fact("第三条", zh="草高", en="height of the grass")
    cover_last_year: Cover = fact("第三条", zh="上年草高", en="height last year", over="0")
    herds: Integer = fact("第四条", zh="牧群数", en="herds")


class Facts(FactSheet):
    month: Month = fact("第二条", zh="月份", en="month")
    pastures: list[Pasture] = fact("第二条", zh="各村", en="villages", one_for_each="village")


Centimetres = Annotated[Decimal, Unit("厘米", "cm")]
PerCentimetre = Annotated[Decimal, Unit("万元/厘米", "× 10,000 yuan/cm")]


class Figures(FigureSheet):
    per_centimetre: Ladder[Centimetres, PerCentimetre]
    by_rate: RateByBand[Decimal, Annotated[Decimal, Unit("万元/百分点", "× 10,000 yuan/point")]]


policy = Policy(
    "herds",
    document="云政办〔2026〕9号",
    zh="草场补偿",
    en="pasture compensation",
    since=date(2026, 3, 1),
    since_clause="第六条",
    facts=Facts,
    figures=Figures,
    dated="day",
)


@policy.rule("第二条", zh="当月末日", en="last day of the month")
def day(month: Month) -> Day:
    return last_day_of_month(month)


@policy.rule("第三条", zh="同组", en="is high")
def is_high(pasture: Pasture) -> Flag:
    return pasture.village in HIGH


@policy.rule("第三条", zh="改善率", en="improvement")
def improvement(pasture: Pasture) -> Percent:
    return as_percent(ratio(pasture.cover - pasture.cover_last_year, pasture.cover_last_year))


@policy.rule("第三条", zh="组平均改善率", en="mean improvement of the group")
def group_improvement(pasture: Pasture, pastures: list[Pasture], is_high: Flag) -> Percent:
    return mean(improvement(other) for other in pastures if other.village == pasture.village or not is_high)


@policy.rule("第三条", zh="草高补偿", en="compensation for height")
def for_height(pasture: Pasture, pastures: list[Pasture], figures: Figures) -> Wan:
    above = pasture.cover - mean(other.cover for other in pastures)
    if above >= Decimal(0):
        return marginal(above, figures.per_centimetre)
    return -marginal(-above, figures.per_centimetre)


@policy.rule("第四条", zh="改善补偿", en="compensation for improvement")
def for_improvement(improvement: Percent, group_improvement: Percent, figures: Figures) -> Wan:
    above = points(improvement - group_improvement)
    return rate_by_band(max(above, Decimal(0)), figures.by_rate)


@policy.rule("第四条", zh="有牧群的村", en="villages with herds")
def with_herds(pastures: list[Pasture]) -> Integer:
    return count(other for other in pastures if other.herds > 0)


@policy.rule("第五条", zh="合计", en="net")
def net(pasture: Pasture, for_height: Wan, for_improvement: Wan) -> Wan:
    return for_height + for_improvement


@policy.rule("第五条", zh="各村合计", en="net of all")
def net_of_all(net: Each[Wan]) -> Wan:
    return total(net)


policy.values(with_herds, net_of_all, pastures=("village", for_height, for_improvement, net))

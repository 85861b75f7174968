"""The rules of 许政办〔2022〕39号: five factors for each of nine counties and districts, and what the city keeps.

What a county or district receives is positive, what is deducted from it negative, throughout.
"""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from gongbao.rules import (
    Choice,
    Date,
    Decimal,
    Each,
    FactSheet,
    FigureSheet,
    Flag,
    Ladder,
    Month,
    Percent,
    Places,
    Policy,
    ReadingSheet,
    Record,
    Unit,
    as_percent,
    fact,
    last_day_of_month,
    marginal,
    mean,
    points,
    ratio,
    total,
    whole,
)

Wan: TypeAlias = Annotated[Decimal, Places(2), Unit("万元", "× 10,000 yuan")]
WanPerMicrogram: TypeAlias = Annotated[Decimal, Unit("万元/微克", "× 10,000 yuan per µg")]
WanPerPoint: TypeAlias = Annotated[Decimal, Unit("万元/百分点", "× 10,000 yuan per percentage point")]
WanPerDay: TypeAlias = Annotated[Decimal, Unit("万元/天", "× 10,000 yuan per day")]
Micrograms: TypeAlias = Annotated[Decimal, Unit("微克/立方米", "µg/m³")]
Days: TypeAlias = Annotated[Decimal, Unit("天", "days")]
# What is measured, and 考核基数 of a group. The document gives no decimals; two are what the platform's figures and
# amounts can bear.
Micrograms2: TypeAlias = Annotated[Decimal, Places(2), Unit("微克/立方米", "µg/m³")]
Days2: TypeAlias = Annotated[Decimal, Places(2), Unit("天", "days")]
# Far beyond any monthly mean; it says how large a measured number may be.
MOST = "10000"


class District(Choice):
    """The nine of 第四条; in data they go by their Chinese names."""

    WEIDU = "魏都区", "魏都区", "Weidu District"
    JIANAN = "建安区", "建安区", "Jian'an District"
    DEMONSTRATION_ZONE = "城乡一体化示范区", "城乡一体化示范区", "Urban-Rural Integration Demonstration Zone"
    DEVELOPMENT_ZONE = "经济技术开发区", "经济技术开发区", "Economic and Technological Development Zone"
    DONGCHENG = "东城区", "东城区", "Dongcheng District"
    YUZHOU = "禹州市", "禹州市", "Yuzhou City"
    CHANGGE = "长葛市", "长葛市", "Changge City"
    YANLING = "鄢陵县", "鄢陵县", "Yanling County"
    XIANGCHENG = "襄城县", "襄城县", "Xiangcheng County"


class Group(Choice):
    CENTRAL = "central", "中心城区组", "group of the central districts"
    COUNTIES = "counties", "县（市）组", "group of the counties and county-level cities"


CENTRAL_DISTRICTS = (
    District.WEIDU,
    District.JIANAN,
    District.DEMONSTRATION_ZONE,
    District.DEVELOPMENT_ZONE,
    District.DONGCHENG,
)


class UnitMonth(Record):
    """One county or district in the month; figures of the monitoring platform (第六条)."""

    unit: District = fact("第四条", zh="县（市、区）", en="county or district")
    pm25: Micrograms2 = fact("第四条第（一）项", zh="PM2.5月均浓度", en="monthly mean of PM2.5", least="0", most=MOST)
    pm25_last_year: Micrograms2 = fact(
        "第四条第（二）项",
        zh="上年同月PM2.5月均浓度",
        en="mean of PM2.5 in the month a year before",
        over="0",
        most=MOST,
    )
    pm10: Micrograms2 = fact("第四条第（三）项", zh="PM10月均浓度", en="monthly mean of PM10", least="0", most=MOST)
    pm10_last_year: Micrograms2 = fact(
        "第四条第（四）项", zh="上年同月PM10月均浓度", en="mean of PM10 in the month a year before", over="0", most=MOST
    )
    good_days: Days2 = fact("第四条第（五）项", zh="优良天数", en="good days", least="0", most="31")
    pm25_target: Micrograms2 = fact(
        "第五条", zh="PM2.5当月目标", en="target of the month for PM2.5", least="0", most=MOST
    )
    pm10_target: Micrograms2 = fact(
        "第五条", zh="PM10当月目标", en="target of the month for PM10", least="0", most=MOST
    )
    good_days_target: Days2 = fact(
        "第五条", zh="优良天数当月目标", en="target of the month for good days", least="0", most="31"
    )


class Facts(FactSheet):
    month: Month = fact("第四条", zh="月份", en="month")
    city_pays_province: Flag = fact(
        "第五条",
        zh="当月省级生态补偿金我市为支偿",
        en="the city pays compensation to the province for the month",
    )
    units: list[UnitMonth] = fact(
        "第四条", zh="九个县（市、区）", en="nine counties and districts", one_for_each="unit"
    )


class Figures(FigureSheet):
    pm25_level_from: Micrograms
    pm10_level_from: Micrograms
    pm25_above: Ladder[Micrograms, WanPerMicrogram]
    pm25_below: Ladder[Micrograms, WanPerMicrogram]
    pm25_slower: Ladder[Decimal, WanPerPoint]
    pm25_faster: Ladder[Decimal, WanPerPoint]
    pm10_above: Ladder[Micrograms, WanPerMicrogram]
    pm10_below: Ladder[Micrograms, WanPerMicrogram]
    pm10_slower: Ladder[Decimal, WanPerPoint]
    pm10_faster: Ladder[Decimal, WanPerPoint]
    fewer_good_days: WanPerDay
    more_good_days: WanPerDay


class Readings(ReadingSheet):
    first_microgram: Literal["from_zero", "nothing_below_one", "only_above_one"]
    part_of_a_day: Literal["in_proportion", "whole_days_only"]
    improvement_baseline: Literal["mean_of_rates", "rate_of_means"]
    missed_target: Literal["level_and_days", "improvement_too"]
    city_pays: Literal["each_positive_factor", "only_a_positive_net"]


air_compensation = Policy(
    "air-compensation",
    document="许政办〔2022〕39号",
    zh="城市环境空气质量生态补偿",
    en="ecological compensation for air quality",
    since=date(2022, 9, 13),
    since_clause="第九条",
    facts=Facts,
    figures=Figures,
    readings=Readings,
    dated="judged_on",
    about_zh="九个县（市、区）每月按五项因子核算的扣款与补偿。",
    about_en="What nine counties and districts receive or have deducted each month, by five factors.",
)


@air_compensation.rule("第九条", zh="月末日", en="last day of the month")
def judged_on(month: Month) -> Date:
    """A month is reckoned once it is over, so that the month in which the document came into force falls under it."""
    return last_day_of_month(month)


@air_compensation.rule("第四条", zh="所在组", en="group")
def group(unit: UnitMonth) -> Group:
    return Group.CENTRAL if unit.unit in CENTRAL_DISTRICTS else Group.COUNTIES


# PM2.5


@air_compensation.rule("第四条", zh="PM2.5月均浓度考核基数", en="baseline of PM2.5")
def pm25_baseline(unit: UnitMonth, units: list[UnitMonth]) -> Micrograms2:
    return mean(other.pm25 for other in units if group(other) == group(unit))


@air_compensation.rule("第四条第（一）项", zh="PM2.5月均浓度核算额", en="PM2.5 level, before 第五条")
def pm25_level_reckoned(unit: UnitMonth, pm25_baseline: Micrograms2, figures: Figures, readings: Readings) -> Wan:
    distance = abs(unit.pm25 - pm25_baseline)
    if readings.first_microgram == "nothing_below_one" and distance < figures.pm25_level_from:
        return Decimal(0)
    if readings.first_microgram == "only_above_one":
        uncounted = min(distance, figures.pm25_level_from)
        if unit.pm25 > pm25_baseline:
            return marginal(uncounted, figures.pm25_above) - marginal(distance, figures.pm25_above)
        return marginal(distance, figures.pm25_below) - marginal(uncounted, figures.pm25_below)
    if unit.pm25 > pm25_baseline:
        return -marginal(distance, figures.pm25_above)
    return marginal(distance, figures.pm25_below)


@air_compensation.rule("第五条", zh="PM2.5月均浓度", en="PM2.5 level")
def pm25_level(unit: UnitMonth, pm25_level_reckoned: Wan, city_pays_province: Flag, readings: Readings) -> Wan:
    if pm25_level_reckoned <= 0:
        return pm25_level_reckoned
    if unit.pm25 > unit.pm25_target:
        return Decimal(0)
    if readings.city_pays == "each_positive_factor" and city_pays_province:
        return Decimal(0)
    return pm25_level_reckoned


@air_compensation.rule("第四条第（二）项", zh="PM2.5同比改善率", en="improvement of PM2.5 on the year before")
def pm25_rate(unit: UnitMonth) -> Percent:
    return as_percent(ratio(unit.pm25_last_year - unit.pm25, unit.pm25_last_year))


@air_compensation.rule("第四条", zh="PM2.5同比改善率考核基数", en="baseline of the improvement of PM2.5")
def pm25_rate_baseline(unit: UnitMonth, units: list[UnitMonth], readings: Readings) -> Percent:
    if readings.improvement_baseline == "mean_of_rates":
        return mean(pm25_rate(other) for other in units if group(other) == group(unit))
    before = mean(other.pm25_last_year for other in units if group(other) == group(unit))
    now = mean(other.pm25 for other in units if group(other) == group(unit))
    return as_percent(ratio(before - now, before))


@air_compensation.rule("第四条第（二）项", zh="PM2.5同比改善率核算额", en="PM2.5 improvement, before 第五条")
def pm25_improvement_reckoned(pm25_rate: Percent, pm25_rate_baseline: Percent, figures: Figures) -> Wan:
    distance = points(abs(pm25_rate - pm25_rate_baseline))
    if pm25_rate < pm25_rate_baseline:
        return -marginal(distance, figures.pm25_slower)
    return marginal(distance, figures.pm25_faster)


@air_compensation.rule("第五条", zh="PM2.5同比改善率", en="PM2.5 improvement")
def pm25_improvement(
    unit: UnitMonth, pm25_improvement_reckoned: Wan, city_pays_province: Flag, readings: Readings
) -> Wan:
    if pm25_improvement_reckoned <= 0:
        return pm25_improvement_reckoned
    if readings.missed_target == "improvement_too" and unit.pm25 > unit.pm25_target:
        return Decimal(0)
    if readings.city_pays == "each_positive_factor" and city_pays_province:
        return Decimal(0)
    return pm25_improvement_reckoned


# PM10: the same as for PM2.5, at its own rates


@air_compensation.rule("第四条", zh="PM10月均浓度考核基数", en="baseline of PM10")
def pm10_baseline(unit: UnitMonth, units: list[UnitMonth]) -> Micrograms2:
    return mean(other.pm10 for other in units if group(other) == group(unit))


@air_compensation.rule("第四条第（三）项", zh="PM10月均浓度核算额", en="PM10 level, before 第五条")
def pm10_level_reckoned(unit: UnitMonth, pm10_baseline: Micrograms2, figures: Figures, readings: Readings) -> Wan:
    distance = abs(unit.pm10 - pm10_baseline)
    if readings.first_microgram == "nothing_below_one" and distance < figures.pm10_level_from:
        return Decimal(0)
    if readings.first_microgram == "only_above_one":
        uncounted = min(distance, figures.pm10_level_from)
        if unit.pm10 > pm10_baseline:
            return marginal(uncounted, figures.pm10_above) - marginal(distance, figures.pm10_above)
        return marginal(distance, figures.pm10_below) - marginal(uncounted, figures.pm10_below)
    if unit.pm10 > pm10_baseline:
        return -marginal(distance, figures.pm10_above)
    return marginal(distance, figures.pm10_below)


@air_compensation.rule("第五条", zh="PM10月均浓度", en="PM10 level")
def pm10_level(unit: UnitMonth, pm10_level_reckoned: Wan, city_pays_province: Flag, readings: Readings) -> Wan:
    if pm10_level_reckoned <= 0:
        return pm10_level_reckoned
    if unit.pm10 > unit.pm10_target:
        return Decimal(0)
    if readings.city_pays == "each_positive_factor" and city_pays_province:
        return Decimal(0)
    return pm10_level_reckoned


@air_compensation.rule("第四条第（四）项", zh="PM10同比改善率", en="improvement of PM10 on the year before")
def pm10_rate(unit: UnitMonth) -> Percent:
    return as_percent(ratio(unit.pm10_last_year - unit.pm10, unit.pm10_last_year))


@air_compensation.rule("第四条", zh="PM10同比改善率考核基数", en="baseline of the improvement of PM10")
def pm10_rate_baseline(unit: UnitMonth, units: list[UnitMonth], readings: Readings) -> Percent:
    if readings.improvement_baseline == "mean_of_rates":
        return mean(pm10_rate(other) for other in units if group(other) == group(unit))
    before = mean(other.pm10_last_year for other in units if group(other) == group(unit))
    now = mean(other.pm10 for other in units if group(other) == group(unit))
    return as_percent(ratio(before - now, before))


@air_compensation.rule("第四条第（四）项", zh="PM10同比改善率核算额", en="PM10 improvement, before 第五条")
def pm10_improvement_reckoned(pm10_rate: Percent, pm10_rate_baseline: Percent, figures: Figures) -> Wan:
    distance = points(abs(pm10_rate - pm10_rate_baseline))
    if pm10_rate < pm10_rate_baseline:
        return -marginal(distance, figures.pm10_slower)
    return marginal(distance, figures.pm10_faster)


@air_compensation.rule("第五条", zh="PM10同比改善率", en="PM10 improvement")
def pm10_improvement(
    unit: UnitMonth, pm10_improvement_reckoned: Wan, city_pays_province: Flag, readings: Readings
) -> Wan:
    if pm10_improvement_reckoned <= 0:
        return pm10_improvement_reckoned
    if readings.missed_target == "improvement_too" and unit.pm10 > unit.pm10_target:
        return Decimal(0)
    if readings.city_pays == "each_positive_factor" and city_pays_province:
        return Decimal(0)
    return pm10_improvement_reckoned


# Good days


@air_compensation.rule("第四条", zh="优良天数考核基数", en="baseline of the good days")
def good_days_baseline(unit: UnitMonth, units: list[UnitMonth]) -> Days2:
    return mean(other.good_days for other in units if group(other) == group(unit))


@air_compensation.rule("第四条第（五）项", zh="优良天数核算额", en="good days, before 第五条")
def good_days_reckoned(unit: UnitMonth, good_days_baseline: Days2, figures: Figures, readings: Readings) -> Wan:
    distance = unit.good_days - good_days_baseline
    days = whole(distance) if readings.part_of_a_day == "whole_days_only" else distance
    return days * (figures.fewer_good_days if distance < 0 else figures.more_good_days)


@air_compensation.rule("第五条", zh="优良天数", en="good days")
def good_days(unit: UnitMonth, good_days_reckoned: Wan, city_pays_province: Flag, readings: Readings) -> Wan:
    if good_days_reckoned <= 0:
        return good_days_reckoned
    if unit.good_days < unit.good_days_target:
        return Decimal(0)
    if readings.city_pays == "each_positive_factor" and city_pays_province:
        return Decimal(0)
    return good_days_reckoned


# Together


@air_compensation.rule("第七条", zh="合计", en="net amount")
def net(
    pm25_level: Wan,
    pm25_improvement: Wan,
    pm10_level: Wan,
    pm10_improvement: Wan,
    good_days: Wan,
    city_pays_province: Flag,
    readings: Readings,
) -> Wan:
    together = pm25_level + pm25_improvement + pm10_level + pm10_improvement + good_days
    if readings.city_pays == "only_a_positive_net" and city_pays_province:
        return min(together, Decimal(0))
    return together


@air_compensation.rule("第八条", zh="市级结余（负数为缺口）", en="what the city keeps, or covers when negative")
def city_balance(net: Each[Wan]) -> Wan:
    """What is deducted beyond what is paid goes to the city's fund against pollution; a gap is the city's to cover."""
    return -total(net)


air_compensation.pays(net)
air_compensation.values(
    city_balance,
    units=("unit", pm25_level, pm25_improvement, pm10_level, pm10_improvement, good_days, net),
)

"""云泽市渡船通勤补助：a yearly limit used up trip by trip, which may rise, and an own share once a day and pier."""

from datetime import date

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


class Kind(Choice):
    SMALL = "small", "小渡船", "small ferry"
    LARGE = "large", "大渡船", "large ferry"


class Trip(Record, ordered_by="date", dated="date"):
    date: Date = fact("第二条", zh="乘船日期", en="date of the trip")
    pier: Text = fact("第三条", zh="渡口", en="pier")
    kind: Kind = fact("第三条", zh="渡船类型", en="kind of ferry")
    fare: Money = fact("第二条", zh="票价", en="fare")


class Facts(FactSheet):
    year: Integer = fact("第二条", zh="年度", en="year", least="2026", most="2099")
    moved_on: Date | None = fact("第五条", zh="迁入日期", en="moved here on", default=None)
    trips: list[Trip] = fact("第二条", zh="乘船记录", en="trips")


class Figures(FigureSheet):
    daily_share: ByKey[Kind, Money]
    rate: ByKey[Kind, Percent]
    limit: ByKey[tuple[Kind, Kind], Money]
    resident_limit: Money
    guest_limit: Money


policy = Policy(
    "ferry",
    document="云政办〔2026〕5号",
    zh="渡船通勤补助",
    en="ferry allowance",
    since=date(2026, 1, 1),
    since_clause="第七条",
    facts=Facts,
    figures=Figures,
    dated="end_of_year",
)


@policy.rule("第二条", zh="年度末日", en="end of the year")
def end_of_year(year: Integer) -> Date:
    return last_day_of_year(year)


@policy.check("第二条", zh="乘船日期不在该年度", en="the trip was not in the year")
def in_the_year(trip: Trip, year: Integer) -> Flag:
    return year_of(trip.date) == year


@policy.rule("第三条", zh="自付部分", en="own share of the trip")
def own(trip: Trip, figures: Figures, taken: Money = earlier("pier", "date")) -> Money:
    """Once a day and pier, and used up over that day's trips."""
    return capped(trip.fare, limit=figures.daily_share[trip.kind], used=taken)


@policy.rule("第四条", zh="限额前补助", en="allowance before the limit")
def before_limit(trip: Trip, own: Money, figures: Figures) -> Money:
    return (trip.fare - own) * figures.rate[trip.kind]


@policy.rule("第五条", zh="当日限额", en="limit on the day")
def limit_then(trip: Trip, moved_on: Date | None, figures: Figures) -> Money:
    resident = moved_on is None
    if moved_on is not None:
        resident = trip.date >= first_of_next_month(moved_on)
    if resident:
        return figures.resident_limit
    return min(figures.guest_limit, figures.limit[trip.kind, trip.kind])


@policy.rule("第五条", zh="补助", en="allowance")
def allowance(trip: Trip, before_limit: Money, limit_then: Money, paid: Money = earlier()) -> Money:
    return capped(before_limit, limit=limit_then, used=paid)


@policy.rule("第六条", zh="全年补助", en="allowance of the year")
def allowance_total(allowance: Each[Money]) -> Money:
    return total(allowance)


policy.pays(allowance, allowance_total)
policy.values(allowance_total, trips=("pier", own, allowance))

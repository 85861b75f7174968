"""Invented months for 许政办〔2022〕39号.

All of it is made up, and no value was measured anywhere: only the names of the nine counties and districts are those of
the document. Shares are in thousandths.
"""

from datetime import date

import numpy as np

from gongbao.rules.columns import Batch
from gongbao.rules.columns.calendar import number_of
from gongbao.rules.columns.program import Int64
from gongbao.rules.population import Draws, records_of, synthetic
from gongbao.systems.air_compensation.rules import CENTRAL_DISTRICTS, District, air_compensation

UNITS = len(District)
# The days on which the months begin that there are, those of ten years from the first one in force.
MONTHS = np.array([number_of(date(2022 + (8 + n) // 12, (8 + n) % 12 + 1, 1)) for n in range(120)])
LENGTHS = np.array([number_of(date(2022 + (9 + n) // 12, (9 + n) % 12 + 1, 1)) for n in range(120)]) - MONTHS
# By calendar month, from January: PM2.5 in hundredths of a microgram, and the share of good days in per cent.
PM25 = np.array([8_200, 6_600, 5_200, 4_100, 3_300, 2_600, 2_300, 2_500, 3_200, 4_600, 6_100, 7_700])
GOOD = np.array([45, 55, 66, 72, 64, 60, 74, 80, 76, 68, 56, 47])
# What of it a unit has, in per cent; in the order of District.
OF_UNIT = np.array([104, 101, 99, 100, 102, 96, 98, 94, 97])

# Where the units of a group stand round a mean that is then a whole number, in micrograms: at it, and at a distance of
# 1 and of 5 of them, which is where the bands begin.
ROUND_THE_MEAN = np.array([0, -1, 1, -5, 5, -1, 1, -5, 5])
assert [one in CENTRAL_DISTRICTS for one in District] == [True] * 5 + [False] * 4


@synthetic(air_compensation, zh="个月（每月九个县〔市、区〕）", en="months of nine counties and districts")
def air_compensation_population(draws: Draws) -> Batch:
    """Nine counties and districts in one month: --persons counts months, and the file has nine rows for each.

    The months are those of ten years from September 2022 on, again and again. PM2.5 follows the season, from 23 µg in
    July to 82 in January, times 75 to 125 per cent for the month and 88 to 112 for the unit; PM10 is 150 to 210 per
    cent of it, and the year before had 85 to 122 per cent. 600 in 1,000 values are whole numbers, the others have two
    decimals. 60 in 1,000 months have units right at the baseline and 1 and 5 µg from it, where the bands begin; 20 have
    the same value for all nine. 110 in 1,000 targets are what was reached, the others 85 to 115 per cent of it. Good
    days follow the season; 30 in 1,000 are no whole number. In 350 of 1,000 months the city pays compensation to the
    province.
    """
    number = np.arange(draws.first, draws.first + draws.count) % len(MONTHS)
    season = (8 + number) % 12
    many = draws.count * UNITS
    case = np.repeat(np.arange(draws.count), UNITS)
    unit = np.tile(np.arange(UNITS), draws.count)

    level = PM25[season] * draws.whole("level", 75, 125) // 100
    own = level[case] * OF_UNIT[unit] * draws.whole("unit", 88, 112, many) // 10_000
    shape = draws.pick("shape", (920, 60, 20))[case]
    whole = level[case] // 100 * 100
    pm25 = np.choose(shape, [_some_whole(draws, "pm25", own), whole + ROUND_THE_MEAN[unit] * 100, whole])
    pm10 = np.choose(
        shape,
        [
            _some_whole(draws, "pm10", pm25 * draws.whole("pm10, of pm25", 150, 210, many) // 100),
            whole * 2 + ROUND_THE_MEAN[unit] * 100,
            whole * 2,
        ],
    )
    days = LENGTHS[number][case] * 100
    good_days = days * GOOD[season][case] * draws.whole("good_days", 70, 130, many) // 10_000
    good_days = np.minimum(good_days // 100 * 100, days)
    good_days = np.where(draws.chance("part of a day", 30, many), np.maximum(good_days - 50, 0), good_days)
    units = {
        "unit": unit,
        "pm25": pm25,
        "pm25_last_year": _year_before(draws, "pm25", pm25),
        "pm10": pm10,
        "pm10_last_year": _year_before(draws, "pm10", pm10),
        "good_days": good_days,
        "pm25_target": _target(draws, "pm25", pm25),
        "pm10_target": _target(draws, "pm10", pm10),
        "good_days_target": np.minimum(_target(draws, "good_days", good_days) // 100 * 100, days),
    }
    return Batch(
        draws.count,
        {"month": MONTHS[number], "city_pays_province": draws.chance("city_pays_province", 350).astype(np.int64)},
        {"units": records_of(np.full(draws.count, UNITS), units)},
    )


def _some_whole(draws: Draws, name: str, value: Int64) -> Int64:
    return np.where(draws.chance(f"{name}: whole", 600, len(value)), value // 100 * 100, value)


def _year_before(draws: Draws, name: str, value: Int64) -> Int64:
    before = value * draws.whole(f"{name}: year before", 85, 122, len(value)) // 100
    return np.maximum(_some_whole(draws, f"{name}: year before", before), 1)


def _target(draws: Draws, name: str, value: Int64) -> Int64:
    at_it = draws.chance(f"{name}: at the target", 80, len(value))
    return np.where(at_it, value, value * draws.whole(f"{name}: target", 85, 115, len(value)) // 100)

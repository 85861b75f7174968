"""Invented people for the two policies of 许政办〔2022〕24号.

All of it is made up, and none of it stands for the figures of a real city: neither how people are insured nor how often
they see a doctor or what that costs has been taken from anywhere. Only where the document prints an amount (a
deductible, a limit) some costs are put right at it. Shares are in thousandths.
"""

from datetime import date

import numpy as np

from gongbao.rules.columns import Batch
from gongbao.rules.columns.calendar import number_of
from gongbao.rules.columns.program import Int64
from gongbao.rules.population import DISTRICTS, Curve, Draws, records_of, synthetic, yuan
from gongbao.systems.outpatient_pooling.rules import Level, Status, monthly_account_credit, outpatient_pooling

STATUSES = {
    Status.ACTIVE: 560,
    Status.RETIRED: 300,
    Status.FLEXIBLE_8: 60,
    Status.FLEXIBLE_6: 50,
    Status.FLEXIBLE_4_2: 30,
}
RETIRED = list(Status).index(Status.RETIRED)
AGES = ("18-44岁", "45-59岁", "60-74岁", "75岁以上")
AGES_OF_THE_RETIRED, AGES_OF_OTHERS = (0, 80, 700, 220), (600, 390, 10, 0)
CARRIED = {"district": tuple(DISTRICTS), "age_group": AGES}

# Each district has 6, 4 and 2 institutions of the three levels, with invented names.
OF_LEVEL = (6, 4, 2)
IN_A_DISTRICT = sum(OF_LEVEL)
_CALLED = ("第{}社区卫生服务中心", "第{}医院", "第{}中心医院")
INSTITUTIONS = tuple(
    district + called.format(number)
    for district in DISTRICTS
    for called, many in zip(_CALLED, OF_LEVEL, strict=True)
    for number in range(1, many + 1)
)
LEVEL_OF = np.repeat(np.arange(len(Level)), OF_LEVEL)
"""The level of each institution within its district."""
LEVELS = (450, 350, 200)

FIRST_DAYS = np.array([number_of(date(2022, 7, 1)), number_of(date(2023, 1, 1))])
NEW_YEARS = np.array([number_of(date(2022, 1, 1)), number_of(date(2023, 1, 1))])
LAST_DAYS = np.array([number_of(date(2022, 12, 31)), number_of(date(2023, 12, 31))])
OFTEN = Curve((0, 0), (240, 0), (241, 1), (500, 4), (750, 8), (900, 17), (970, 32), (995, 62), (1000, 140))
COSTS = yuan((0, 3), (100, 25), (250, 55), (500, 120), (750, 240), (900, 480), (970, 900), (995, 2_000), (1000, 6_000))
COSTS_OF_LEVEL = np.array([55, 100, 185])
# Costs in fen: the deductible, and the visit that uses up the limit of half a year or a whole one by itself, for those
# at work and the retired at institutions of the second class.
EDGES = np.array([4_000, 140_363, 276_727, 157_846, 311_692])


def _people(draws: Draws) -> tuple[Int64, dict[str, Int64]]:
    status = draws.pick("status", [STATUSES[one] for one in Status])
    age = np.where(
        status == RETIRED,
        draws.pick("age_group of the retired", AGES_OF_THE_RETIRED),
        draws.pick("age_group", AGES_OF_OTHERS),
    )
    return status, {"district": draws.pick("district", DISTRICTS.values()), "age_group": age}


@synthetic(outpatient_pooling, zh="人", en="persons", carried=CARRIED, texts={"institution": INSTITUTIONS})
def outpatient_pooling_population(draws: Draws) -> Batch:
    """One person's visits in one year: of 1,000 persons 400 have those of 2022, from 1 July on, and 600 those of 2023.

    240 in 1,000 have no visit; of those who are not retired the half has at most 3, and 15 in 1,000 have 50 and more;
    the retired have half as many again. 25 in 1,000 of those who are not retired on 1 January retire in the year. Each
    person has an institution of the own district to which 650 in 1,000 visits go; the others go to any of the district.
    450 in 1,000 are at the grass roots, 350 of the second class, 200 of the third. 80 in 1,000 follow on a visit of the
    same day to the same institution. The higher the class, the higher the costs; 12 in 1,000 visits cost what is right
    at an edge. The fund does not cover those of institutions that are not designated (30), that are not settled
    directly (20), during a stay in hospital (12) or while benefits are suspended (8).
    """
    status, people = _people(draws)
    year = draws.pick("year", (400, 600))
    retires = draws.chance("retires", 25) & (status != RETIRED)
    retired_on = retires * draws.whole("retired_on", NEW_YEARS[year], LAST_DAYS[year])
    counts = draws.spread("visits", OFTEN) * np.where(status == RETIRED, 3, 2) // 2

    many = int(counts.sum())
    person = np.repeat(np.arange(draws.count), counts)
    day = draws.whole("date", FIRST_DAYS[year][person], LAST_DAYS[year][person], many)
    # Sorted by person and day: both in one number, of which nothing else remains to be sorted.
    day = np.sort(person << 20 | day) & 0xFFFFF
    local = _institution(draws, "own institution", draws.count)[person]
    local = np.where(draws.chance("elsewhere", 350, many), _institution(draws, "institution", many), local)
    again = draws.chance("again", 80, many)
    again[1:] &= (person[1:] == person[:-1]) & ~again[:-1]
    again[:1] = False
    follows = np.nonzero(again)[0]
    day[follows], local[follows] = day[follows - 1], local[follows - 1]
    level = LEVEL_OF[local]
    cost = draws.spread("in_scope_cost", COSTS, many) * COSTS_OF_LEVEL[level] // 100
    rows, values = draws.at_edges("edge", EDGES, 12, np.ones(many, bool))
    cost[rows] = values
    visits = {
        "date": day,
        "institution": people["district"][person] * IN_A_DISTRICT + local,
        "level": level,
        "in_scope_cost": cost,
        "designated": 1 - draws.chance("not designated", 30, many),
        "settled_directly": 1 - draws.chance("not settled directly", 20, many),
        "during_inpatient_stay": draws.chance("during_inpatient_stay", 12, many).astype(np.int64),
        "suspended": draws.chance("suspended", 8, many).astype(np.int64),
    }
    return Batch(
        draws.count,
        {
            **people,
            "year": year + 2022,
            "status": status,
            "retired_on": retired_on,
            "retired_on?": retires.astype(np.int64),
        },
        {"visits": records_of(counts, visits)},
    )


def _institution(draws: Draws, name: str, count: int) -> Int64:
    """Institutions of a district, by the shares of the levels; those of one level are as likely as one another."""
    level = draws.pick(f"{name}: level", LEVELS, count)
    first = np.concatenate([[0], np.cumsum(OF_LEVEL)])[level]
    return first + draws.whole(name, 0, np.array(OF_LEVEL)[level] - 1, count)


BASES = yuan(
    (0, 2_200), (100, 3_000), (250, 3_500), (500, 4_400), (750, 6_200), (900, 9_500), (980, 15_000), (1000, 20_000)
)
CREDITED_FROM, CREDITED_UNTIL = number_of(date(2022, 7, 1)), number_of(date(2023, 12, 31))


@synthetic(monthly_account_credit, zh="人", en="persons", carried=CARRIED)
def monthly_account_credit_population(draws: Draws) -> Batch:
    """One person in one month, credited on a day from 1 July 2022 to the end of 2023.

    The contribution base of those who are not retired is 2,200 to 20,000 yuan, of 700 in 1,000 a whole number of yuan;
    that of 30 ends so that two per cent of it is a half fen, which is rounded. The retired have none; 930 in 1,000 of
    them have an own account.
    """
    status, people = _people(draws)
    base = draws.spread("contribution_base", BASES)
    base = np.where(draws.chance("whole yuan", 700), base // 100 * 100, base)
    base = np.where(draws.chance("half a fen", 30), base // 100 * 100 + 25, base)
    has_account = np.where(
        status == RETIRED, draws.chance("has_account", 930), status < list(Status).index(Status.FLEXIBLE_6)
    )
    return Batch(
        draws.count,
        {
            **people,
            "status": status,
            "contribution_base": np.where(status == RETIRED, 0, base),
            "has_account": has_account.astype(np.int64),
            "on": draws.whole("on", CREDITED_FROM, CREDITED_UNTIL),
        },
    )

"""Invented people for the four policies of 许政办〔2022〕14号.

All of it is made up, and none of it stands for the figures of a real city: neither how many people are in a category
nor what their treatment costs has been taken from anywhere. Only where the document prints an amount (a threshold, a
limit, a line) some cases are put right at it, so that what happens there can be seen. Shares are in thousandths.
"""

from datetime import date

import numpy as np

from gongbao.rules.columns import Batch
from gongbao.rules.columns.calendar import number_of
from gongbao.rules.columns.program import Int64
from gongbao.rules.population import DISTRICTS, Draws, synthetic, yuan
from gongbao.systems.medical_assistance.rules import (
    Category,
    HospitalLevel,
    contribution_support,
    early_warning,
    hospital_bears_policy,
    medical_assistance,
)

AGES = {"0-17岁": 170, "18-44岁": 230, "45-59岁": 240, "60-74岁": 250, "75岁以上": 110}
CARRIED = {"district": tuple(DISTRICTS), "age_group": tuple(AGES)}

CATEGORIES = {
    Category.EXTREME_HARDSHIP: 90,
    Category.SUBSISTENCE_ALLOWANCE: 430,
    Category.RETURNED_TO_POVERTY: 60,
    Category.NEAR_SUBSISTENCE: 160,
    Category.RURAL_AT_RISK: 190,
    Category.ILLNESS_IMPOVERISHED: 70,
}
IN_TWO = 60
"""So many are in a second category, each of the other five as likely as another."""

# In the order of Category; costs of a category, a district and an age group in per cent of those of the curve.
WITH_A_STAY = np.array([420, 340, 300, 280, 260, 850])
WITH_OUTPATIENT_COSTS = np.array([260, 240, 230, 220, 200, 550])
COSTS_OF_CATEGORY = np.array([80, 100, 105, 120, 110, 260])
COSTS_OF_DISTRICT = np.array([108, 102, 112, 97, 94, 90])
COSTS_OF_AGE = np.array([55, 75, 105, 125, 135])

INPATIENT = yuan(
    (0, 20), (50, 300), (100, 600), (250, 1_400), (500, 3_200), (750, 7_500), (900, 16_000), (970, 32_000),
    (990, 60_000), (998, 120_000), (1000, 300_000),
)  # fmt: skip
OUTPATIENT = yuan(
    (0, 5), (100, 150), (250, 450), (500, 1_300), (750, 3_000), (900, 7_000), (970, 14_000), (995, 30_000),
    (1000, 80_000),
)  # fmt: skip

# Inpatient costs in fen at which something changes, where there are no others, by category: the threshold; the limit is
# just reached; what is left passes the line of the supplementary aid; and the limit of that aid is just reached.
EDGES = np.array(
    [
        [0, 3_333_333, 4_450_000, 6_116_666],
        [0, 4_285_714, 4_450_000, 6_116_666],
        [0, 4_285_714, 4_450_000, 6_116_666],
        [300_000, 1_838_461, 2_450_000, 4_116_666],
        [300_000, 1_838_461, 2_450_000, 4_116_666],
        [720_000, 2_258_461, 2_450_000, 4_116_666],
    ]
)
AT_AN_EDGE = 12
IN_FORCE, YEAR_LATER = number_of(date(2022, 5, 1)), number_of(date(2023, 4, 30))


def _categories(draws: Draws) -> tuple[Int64, Int64]:
    """The first category of each, and all of them as a Batch has a list of choices."""
    main = draws.pick("category", [CATEGORIES[one] for one in Category])
    second = (main + draws.whole("second category", 1, len(Category) - 1)) % len(Category)
    return main, 1 << main | draws.chance("in two", IN_TWO) * (1 << second)


def _people(draws: Draws) -> dict[str, Int64]:
    return {
        "district": draws.pick("district", DISTRICTS.values()),
        "age_group": draws.pick("age_group", AGES.values()),
    }


def _costs(amount: Int64, category: Int64, people: dict[str, Int64]) -> Int64:
    """The curve's amounts as they are in the category, the district and the age group, in whole fen."""
    by_category = amount * COSTS_OF_CATEGORY[category] // 100
    return by_category * COSTS_OF_DISTRICT[people["district"]] * COSTS_OF_AGE[people["age_group"]] // 10_000


@synthetic(medical_assistance, zh="人", en="persons", carried=CARRIED)
def medical_assistance_population(draws: Draws) -> Batch:
    """One person's totals of a year. 60 in 1,000 are in two categories.

    Whether there was a stay in hospital or outpatient costs depends on the category, and what they come to on category,
    district and age: most are small, and a few very large. Of those with a stay 12 in 1,000 have costs right at an edge
    (one fen below, at it, one above) and no outpatient costs. 880 in 1,000 were referred by the rules; of these 960
    were treated inside the province, of the others 700. The days of calculation are those of the first year in force.
    """
    people = _people(draws)
    category, categories = _categories(draws)
    has_stay = draws.chance("stay", WITH_A_STAY[category])
    inpatient = has_stay * _costs(draws.spread("inpatient", INPATIENT), category, people)
    has_visits = draws.chance("visits", WITH_OUTPATIENT_COSTS[category])
    outpatient = has_visits * _costs(draws.spread("outpatient", OUTPATIENT), category, people)
    rows, values = draws.at_edges("edge", EDGES[category], AT_AN_EDGE, has_stay)
    inpatient[rows], outpatient[rows] = values, 0
    referral = draws.chance("standard_referral", 880)
    return Batch(
        draws.count,
        {
            **people,
            "categories": categories,
            "inpatient_self_pay": inpatient,
            "outpatient_self_pay": outpatient,
            "standard_referral": referral.astype(np.int64),
            "in_province": draws.chance("in_province", np.where(referral, 960, 700)).astype(np.int64),
            "on": draws.whole("on", IN_FORCE, YEAR_LATER),
        },
    )


# Of each of two years: the contribution in fen, the first day and the last of the general period of payment.
ENROLMENTS = (
    (30_000, number_of(date(2022, 9, 1)), number_of(date(2023, 2, 28))),
    (36_000, number_of(date(2023, 9, 1)), number_of(date(2024, 2, 29))),
)
RECOGNISED_FROM = number_of(date(2019, 1, 1))


@synthetic(contribution_support, zh="人", en="persons", carried=CARRIED)
def contribution_support_population(draws: Draws) -> Batch:
    """One person who joins for the year 2023 or 2024, as many for each, at an invented contribution of 300 or 360 yuan.

    850 in 1,000 pay within the general period of payment, the others in the four months after it. 800 were recognised
    before the period, 130 within it, 30 on the day before its last, the last or the one after, and 40 in the four
    months after it. What is set elsewhere for a rural person at risk of poverty is 60 to 240 yuan, for 60 in 1,000 of
    them exactly the half of the contribution or the whole of it, one fen less or one more; for all others it is 0.
    """
    people = _people(draws)
    _, categories = _categories(draws)
    contribution, opens, ends = np.array(ENROLMENTS).T[:, draws.whole("year", 0, 1)]
    on = np.where(
        draws.chance("in time", 850), draws.whole("on", opens, ends), draws.whole("on, late", ends + 1, ends + 120)
    )
    when = draws.pick("recognised", (800, 130, 30, 40))
    recognised = np.choose(
        when,
        [
            draws.whole("recognised before", RECOGNISED_FROM, opens - 1),
            draws.whole("recognised within", opens, ends),
            ends + draws.whole("recognised at the end", -1, 1),
            draws.whole("recognised after", ends + 2, ends + 120),
        ],
    )
    rural = categories >> list(Category).index(Category.RURAL_AT_RISK) & 1 == 1
    elsewhere = rural * draws.whole("support_set_elsewhere", 600, 2_400) * 10
    rows, values = draws.at_edges("edge", np.stack([contribution // 2, contribution], axis=1), 60, rural)
    elsewhere[rows] = values
    return Batch(
        draws.count,
        {
            **people,
            "categories": categories,
            "contribution": contribution,
            "recognised_on": recognised,
            "enrolment_ends_on": ends,
            "support_set_elsewhere": elsewhere,
            "on": on,
        },
    )


WARNING_LINE = np.array([1_450_000])
CHECKED_UNTIL = number_of(date(2023, 12, 31))


@synthetic(early_warning, zh="人", en="persons", carried=CARRIED)
def early_warning_population(draws: Draws) -> Batch:
    """One person's year so far. 600 in 1,000 have costs, by category, district and age as for the aid.

    Of these 20 in 1,000 are right at the line: one fen below, at it, or one above. The days of the check are those from
    1 May 2022 to the end of 2023.
    """
    people = _people(draws)
    category, categories = _categories(draws)
    has_costs = draws.chance("costs", 600)
    self_pay = has_costs * _costs(draws.spread("self_pay", INPATIENT), category, people)
    rows, values = draws.at_edges("edge", WARNING_LINE, 20, has_costs)
    self_pay[rows] = values
    return Batch(
        draws.count,
        {
            **people,
            "categories": categories,
            "self_pay": self_pay,
            "on": draws.whole("on", IN_FORCE, CHECKED_UNTIL),
        },
    )


LEVELS = {HospitalLevel.PRIMARY: 300, HospitalLevel.SECONDARY: 450, HospitalLevel.TERTIARY: 250}
STAY = yuan(
    (0, 150), (100, 1_200), (250, 2_600), (500, 5_400), (750, 11_000), (900, 24_000), (970, 52_000), (995, 140_000),
    (1000, 600_000),
)  # fmt: skip
COSTS_OF_LEVEL = np.array([45, 90, 190])
# The share of a stay that 七（三） allows outside the scope, in hundredths of a per cent.
ALLOWED = np.array([250, 500, 1_000])


@synthetic(hospital_bears_policy, zh="次住院", en="stays in hospital", number="stay", carried=CARRIED)
def hospital_bears_population(draws: Draws) -> Batch:
    """One stay in hospital: 300 in 1,000 at the grass roots, 450 of the second class, 250 of the third.

    The higher the class, the higher the costs. 200 in 1,000 stays have nothing outside the scope; of the others most
    have less than the share that the level may have, and about one in four more. 12 in 1,000 are right at that share,
    rounded to a fen (one below, at it, one above), and 3 lie wholly outside the scope. Discharges are of 1 May 2022 to
    the end of 2023.
    """
    people = _people(draws)
    level = draws.pick("level", [LEVELS[one] for one in HospitalLevel])
    total = draws.spread("total_cost", STAY) * COSTS_OF_LEVEL[level] // 100
    share = draws.pick("outside", (200, 300, 280, 180, 40))
    # In thousandths of the share allowed: nothing, up to a half, up to the whole, up to the double, up to eight times.
    least, most = np.array([(0, 0), (1, 500), (501, 1_000), (1_001, 2_000), (2_001, 8_000)]).T[:, share]
    outside = total * ALLOWED[level] * draws.whole("outside, by how much", least, most) // 10_000_000
    everyone = np.ones(draws.count, bool)
    rows, values = draws.at_edges("edge", (total * ALLOWED[level] // 10_000)[:, None], 12, everyone)
    outside[rows] = values
    outside = np.where(draws.chance("all of it", 3), total, np.minimum(outside, total))
    return Batch(
        draws.count,
        {
            **people,
            "level": level,
            "total_cost": total,
            "out_of_scope_cost": outside,
            "on": draws.whole("on", IN_FORCE, CHECKED_UNTIL),
        },
    )

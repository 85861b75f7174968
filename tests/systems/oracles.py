"""The three policies a second time, in plain fractions, written from the documents alone.

Nothing here is shared with gongbao.rules: another number type, another rounding, other shapes. Where the two differ,
one of them misreads the document. Facts are as JSON has them; values are fractions.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

# --- 许政办〔2022〕14号 ---

THRESHOLD = {"near_subsistence": 3000, "rural_at_risk": 3000, "illness_impoverished": 7200}
INPATIENT = {"extreme_hardship": 90, "subsistence_allowance": 70, "returned_to_poverty": 70}
POOREST = ("extreme_hardship", "subsistence_allowance", "returned_to_poverty")


def rounded(value: Fraction, places: int = 2) -> Fraction:
    """To the places, a half away from zero."""
    unit = 10**places
    size = (abs(value) * unit * 2 + 1) // 2
    return Fraction(-size if value < 0 else size, unit)


def of_one_category(category: str, facts: dict[str, Any], unreferred_excluded: bool) -> dict[str, Fraction]:
    inpatient, outpatient = Fraction(facts["inpatient_self_pay"]), Fraction(facts["outpatient_self_pay"])
    threshold = Fraction(THRESHOLD.get(category, 0))
    inpatient_aid = rounded(max(inpatient - threshold, Fraction(0)) * INPATIENT.get(category, 65) / 100)
    outpatient_aid = rounded(outpatient * (50 if category in POOREST else 30) / 100)
    if unreferred_excluded and not facts["standard_referral"]:
        inpatient_aid = outpatient_aid = Fraction(0)
    limit = 30000 if category in POOREST else 10000
    basic = min(inpatient_aid + outpatient_aid, Fraction(limit))
    supplement = Fraction(0)
    if basic == limit and facts["standard_referral"] and facts["in_province"]:
        heavy = inpatient + outpatient - basic - 14500
        supplement = rounded(min(max(heavy, Fraction(0)) * Fraction(6, 10), Fraction(10000)))
    return {
        "inpatient_threshold": threshold,
        "inpatient_aid": inpatient_aid,
        "outpatient_aid": outpatient_aid,
        "basic_aid": basic,
        "supplementary_aid": supplement,
        "total_aid": basic + supplement,
        "remaining_self_pay": inpatient + outpatient - basic - supplement,
    }


def medical_assistance(facts: dict[str, Any], readings: dict[str, str] | None = None) -> dict[str, Fraction]:
    excluded = (readings or {}).get("unreferred_treatment") == "excluded"
    each = [of_one_category(one, facts, excluded) for one in facts["categories"]]
    return max(each, key=lambda one: (one["total_aid"], -one["inpatient_threshold"], one["inpatient_aid"]))


# --- 许政办〔2022〕24号 ---

SHARES = {"primary": (65, 75), "secondary": (55, 65), "tertiary": (50, 60)}


def _on_retired_terms(facts: dict[str, Any], day: date) -> bool:
    if facts["status"] == "retired":
        return True
    if not facts.get("retired_on"):
        return False
    retired_on = date.fromisoformat(facts["retired_on"])
    # From the month after: a later month of the same year, or any month of a later one.
    return (day.year, day.month) > (retired_on.year, retired_on.month)


def _limit(year: int, retired: bool) -> int:
    whole = 2000 if retired else 1500
    return whole // 2 if year == 2022 else whole


def outpatient_pooling(facts: dict[str, Any], readings: dict[str, str] | None = None) -> dict[str, Any]:
    caps_cost = (readings or {}).get("limit_caps") == "the_cost_counted"
    visits = facts["visits"]
    taken: dict[tuple[str, str], Fraction] = {}
    paid_so_far = cost_so_far = Fraction(0)
    out: list[dict[str, Fraction]] = [{}] * len(visits)
    for place in sorted(range(len(visits)), key=lambda one: visits[one]["date"]):
        visit = visits[place]
        cost = Fraction(visit["in_scope_cost"])
        deductible = pays = Fraction(0)
        refused = visit["during_inpatient_stay"] or visit["suspended"]
        if facts["status"] != "flexible_4_2" and visit["designated"] and visit["settled_directly"] and not refused:
            retired = _on_retired_terms(facts, date.fromisoformat(visit["date"]))
            limit = _limit(facts["year"], retired)
            if visit["level"] != "primary":
                key = visit["institution"], visit["date"]
                deductible = min(cost, 40 - taken.get(key, Fraction(0)))
                taken[key] = taken.get(key, Fraction(0)) + deductible
            share = Fraction(SHARES[visit["level"]][retired], 100)
            counted = cost - deductible
            if caps_cost:
                counted = min(counted, max(limit - cost_so_far, Fraction(0)))
                pays = rounded(counted * share)
            else:
                pays = min(rounded(counted * share), max(limit - paid_so_far, Fraction(0)))
            cost_so_far += counted
            paid_so_far += pays
        out[place] = {"deductible": deductible, "pooled_fund_pays": pays, "person_pays": cost - pays}
    limit = 0
    if facts["status"] != "flexible_4_2":
        limit = _limit(facts["year"], _on_retired_terms(facts, date(facts["year"], 12, 31)))
    return {
        "visits": out,
        "annual_limit": Fraction(limit),
        "pooled_fund_total": paid_so_far,
        "limit_left": max(limit - (cost_so_far if caps_cost else paid_so_far), Fraction(0)),
    }


# --- 许政办〔2022〕39号 ---

CENTRAL = ("魏都区", "建安区", "城乡一体化示范区", "经济技术开发区", "东城区")
COUNTIES = ("禹州市", "长葛市", "鄢陵县", "襄城县")


def _mean(numbers: list[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0)) / len(numbers)


def _by_bands(distance: Fraction, edge: int, first: int, beyond: int) -> Fraction:
    return distance * first if distance <= edge else edge * first + (distance - edge) * beyond


def _level_amount(better_by: Fraction, first: int, beyond: int, reading: str) -> Fraction:
    size = abs(better_by)
    amount = _by_bands(size, 5, first, beyond)
    if reading == "nothing_below_one" and size < 1:
        amount = Fraction(0)
    elif reading == "only_above_one":
        amount -= first * min(size, Fraction(1))
    return rounded(-amount if better_by < 0 else amount)


def _rate(before: Fraction, now: Fraction) -> Fraction:
    return rounded((before - now) / before * 100)


def air_compensation(facts: dict[str, Any], readings: dict[str, str] | None = None) -> dict[str, Any]:
    chosen = readings or {}
    rows = {
        one["unit"]: {name: Fraction(str(value)) for name, value in one.items() if name != "unit"}
        for one in facts["units"]
    }
    result = {}
    for names in (CENTRAL, COUNTIES):
        group = [rows[name] for name in names]
        days_base = rounded(_mean([one["good_days"] for one in group]))
        for name in names:
            row = rows[name]
            factors: dict[str, Fraction] = {}
            for what, level_rates, rate_rates in (("pm25", (10, 20), (15, 35)), ("pm10", (5, 10), (10, 20))):
                last = f"{what}_last_year"
                base = rounded(_mean([one[what] for one in group]))
                if chosen.get("improvement_baseline") == "rate_of_means":
                    rate_base = _rate(_mean([one[last] for one in group]), _mean([one[what] for one in group]))
                else:
                    rate_base = rounded(_mean([_rate(one[last], one[what]) for one in group]))
                missed = row[what] > row[f"{what}_target"]
                level = _level_amount(base - row[what], *level_rates, chosen.get("first_microgram", "from_zero"))
                ahead = _rate(row[last], row[what]) - rate_base
                gain = rounded(_by_bands(abs(ahead), 3, *rate_rates)) * (-1 if ahead < 0 else 1)
                if missed:
                    level = min(level, Fraction(0))
                    if chosen.get("missed_target") == "improvement_too":
                        gain = min(gain, Fraction(0))
                factors[f"{what}_level"], factors[f"{what}_improvement"] = level, gain
            more = row["good_days"] - days_base
            if chosen.get("part_of_a_day") == "whole_days_only":
                more = Fraction(int(more))
            days = rounded(more * 20)
            factors["good_days"] = min(days, Fraction(0)) if row["good_days"] < row["good_days_target"] else days
            by_net = chosen.get("city_pays") == "only_a_positive_net"
            if facts["city_pays_province"] and not by_net:
                factors = {key: min(value, Fraction(0)) for key, value in factors.items()}
            net = sum(factors.values(), Fraction(0))
            if facts["city_pays_province"] and by_net:
                net = min(net, Fraction(0))
            result[name] = {**factors, "net": net}
    units = [{"unit": one["unit"], **result[one["unit"]]} for one in facts["units"]]
    return {"units": units, "city_balance": -sum((one["net"] for one in result.values()), Fraction(0))}

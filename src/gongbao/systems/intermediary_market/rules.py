"""The rules of 许政办〔2022〕27号: what is computed of a purchase, of a rating, of a yearly grade.

Each policy decides one act of the market, from facts that the register has; none of them is about a population. What
pairs of registrants have to do with each other (the same person behind two of them, who is before whom) is asked of
each registrant against all: the order in which they stand in the list never matters.
"""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from gongbao.rules import (
    ByKey,
    Choice,
    Date,
    Decimal,
    Each,
    FactSheet,
    FigureSheet,
    Flag,
    Integer,
    Money,
    Percent,
    Places,
    Policy,
    ReadingSheet,
    Record,
    Text,
    Unit,
    add_months,
    count,
    fact,
    last_day_of_year,
    points,
    total,
    year_of,
)
from gongbao.systems.intermediary_market.document import DOCUMENT, SINCE, SINCE_CLAUSE

# Points of two decimals by a weight of two come to six: no rounding makes a tie.
Number: TypeAlias = Annotated[Decimal, Places(6)]
Agencies: TypeAlias = Annotated[int, Unit("家", "agencies")]
Score: TypeAlias = Annotated[Decimal, Places(2)]


class Fund(Choice):
    PUBLIC = "public", "财政性资金", "public funds"
    PRIVATE = "private", "社会性资金", "private funds"


class Way(Choice):
    BEST_VALUE = "best_value", "择优选取", "best value"
    DIRECT = "direct", "直接选取", "direct choice"
    LOWEST_PRICE = "lowest_price", "竞价选取", "lowest price"
    RANDOM_DRAW = "random_draw", "随机抽取", "random draw"


RANKED_WAYS = (Way.BEST_VALUE, Way.LOWEST_PRICE)


# The procurement limit


class Spending(Record):
    """An earlier purchase of the same owner from public funds: what its contract says, else its budget."""

    item: Text = fact("第三条第二款", zh="中介服务事项", en="service")
    budget_year: Integer = fact("第三条第二款", zh="财政年度", en="budget year", least="1900", most="2199")
    amount: Money = fact("第三条第二款", zh="金额", en="amount")


class LimitFacts(FactSheet):
    """A purchase that an owner is about to publish, or a contract that is to be amended: then `amount` is the new one.

    The limit is set by the catalogue of the year and not by the document, so it is a fact and has no value here.
    """

    fund: Fund = fact("第三条第一款", zh="资金来源", en="source of funds")
    item: Text = fact("第三条第二款", zh="中介服务事项", en="service")
    budget_year: Integer = fact("第三条第二款", zh="财政年度", en="budget year", least="1900", most="2199")
    amount: Money = fact("第三条第二款", zh="本次金额", en="amount of this purchase")
    limit: Money = fact(
        "第三条第二款",
        zh="采购限额标准",
        en="procurement limit",
        help_zh="该财政年度公布的限额，由财政部门录入",
        help_en="that of the budget year, as entered by the finance bureau",
    )
    on: Date = fact("第三条第二款", zh="日期", en="date")
    spent: list[Spending] = fact("第三条第二款", zh="此前的财政性资金采购", en="earlier purchases from public funds")


class LimitReadings(ReadingSheet):
    summed_by: Literal["owner_and_item", "owner"]


market_limit = Policy(
    "market-limit",
    document=DOCUMENT,
    zh="采购限额",
    en="procurement limit",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=LimitFacts,
    readings=LimitReadings,
    dated="on",
    about_zh="财政性资金采购在一个财政年度内累计是否不超过采购限额标准。",
    about_en="Whether purchases from public funds stay within the procurement limit over a budget year.",
)


@market_limit.rule("第三条第二款", zh="计入累计的金额", en="amount that counts")
def counted(spending: Spending, item: Text, budget_year: Integer, readings: LimitReadings) -> Money:
    if spending.budget_year != budget_year:
        return Money(0)
    if readings.summed_by == "owner_and_item" and spending.item != item:
        return Money(0)
    return spending.amount


@market_limit.rule("第三条第二款", zh="年度累计", en="total of the year")
def year_total(fund: Fund, amount: Money, counted: Each[Money]) -> Money:
    return amount + total(counted) if fund == Fund.PUBLIC else Money(0)


@market_limit.rule("第三条第二款", zh="未超过限额", en="within the limit")
def within_limit(fund: Fund, year_total: Money, limit: Money) -> Flag:
    """Exactly the limit is within it (不超过). Private funds have none, and are asked for none (第三条第三款)."""
    if fund == Fund.PRIVATE:
        return True
    return year_total <= limit


market_limit.values(year_total, within_limit, spent=("item", "amount", counted))


# Who must stand aside


class Registrant(Record):
    """An agency that registered. A person is whatever tells persons apart, the same for the same one: a digest.

    Who stands behind an agency is what it says itself, and is `confirmed` where the business register says so too: or a
    competitor could be made to stand aside by naming its representative as one's own controller.
    """

    agency: Text = fact("第二十一条", zh="中介机构", en="agency")
    legal_representative: Text | None = fact(
        "第二十二条第（一）项", zh="法定代表人", en="legal representative", default=None
    )
    controller: Text | None = fact("第二十二条第（一）项", zh="实际控制人", en="controller", default=None)
    representative_confirmed: Flag = fact(
        "第二十二条第（一）项", zh="法定代表人与登记信息一致", en="its representative is that of the register"
    )
    controller_confirmed: Flag = fact(
        "第二十二条第（一）项", zh="实际控制人与登记信息一致", en="its controller is that of the register"
    )
    kinship: Flag = fact(
        "第二十二条第（二）项",
        zh="与项目业主负责人有规定的亲属关系",
        en="kinship with the owner's representative or the head of the project",
    )
    other_ground: Flag = fact("第二十二条第（三）项", zh="其他应当回避的情形", en="another ground to stand aside")
    other_claimed: Flag = fact(
        "第二十二条第（三）项",
        zh="一方所述、未经证实的其他情形",
        en="another ground that one side tells of, and nobody confirms",
    )


class Agreed(Record):
    """Two that registered, each of which says that one person leads or controls both."""

    agency: Text = fact("第二十二条第（一）项", zh="中介机构", en="agency")
    other: Text = fact("第二十二条第（一）项", zh="另一中介机构", en="the other agency")


class ConflictFacts(FactSheet):
    on: Date = fact("第二十一条", zh="报名截止日期", en="day on which registration ended")
    registrants: list[Registrant] = fact("第二十一条", zh="报名的中介机构", en="agencies that registered")
    agreed: list[Agreed] = fact(
        "第二十二条第（一）项", zh="双方均说明由同一人控制的机构", en="agencies that both say they are of one person"
    )


class ConflictReadings(ReadingSheet):
    same_person_as: Literal["either", "the_same"]


market_conflicts = Policy(
    "market-conflicts",
    document=DOCUMENT,
    zh="回避",
    en="who must stand aside",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=ConflictFacts,
    readings=ConflictReadings,
    dated="on",
    about_zh="报名的中介机构中哪些应当回避。由同一人控制，以登记信息证实或者双方均说明（包括填报同一人任同一身份）为准；一方所述仅为线索，由项目业主核对。",
    about_en="Which of the agencies that registered must stand aside. That one person stands behind two counts where "
    "the business register confirms it, or both say so, as by giving one person in the same office; what one side says "
    "is evidence, which the owner looks at.",
)


@market_conflicts.rule(
    "第二十二条第（一）项", zh="法定代表人同时在其他机构", en="its representative stands behind another"
)
def representative_shared(registrant: Registrant, registrants: list[Registrant], readings: ConflictReadings) -> Flag:
    """How many agencies have the person by the register, the registrant itself among them."""
    person = registrant.legal_representative
    if person is None or not registrant.representative_confirmed:
        return False
    if readings.same_person_as == "the_same":
        return (
            count(one for one in registrants if one.legal_representative == person and one.representative_confirmed) > 1
        )
    return (
        count(
            one
            for one in registrants
            if (one.legal_representative == person and one.representative_confirmed)
            or (one.controller == person and one.controller_confirmed)
        )
        > 1
    )


@market_conflicts.rule("第二十二条第（一）项", zh="实际控制人也在其他机构", en="controller is behind another")
def controller_shared(registrant: Registrant, registrants: list[Registrant], readings: ConflictReadings) -> Flag:
    person = registrant.controller
    if person is None or not registrant.controller_confirmed:
        return False
    if readings.same_person_as == "the_same":
        return count(one for one in registrants if one.controller == person and one.controller_confirmed) > 1
    return (
        count(
            one
            for one in registrants
            if (one.legal_representative == person and one.representative_confirmed)
            or (one.controller == person and one.controller_confirmed)
        )
        > 1
    )


@market_conflicts.rule("第二十二条第（一）项", zh="双方均说明由同一人控制", en="both say that they are of one person")
def agreed_shared(registrant: Registrant, agreed: list[Agreed]) -> Flag:
    return count(one for one in agreed if one.agency == registrant.agency or one.other == registrant.agency) > 0


@market_conflicts.rule("第二十二条第（一）项", zh="与其他报名机构为同一人", en="one person with another registrant")
def same_person(representative_shared: Flag, controller_shared: Flag, agreed_shared: Flag) -> Flag:
    """Every one of the group: the clause has the agencies stand aside, and does not say which of them may stay."""
    return representative_shared or controller_shared or agreed_shared


@market_conflicts.rule("第二十二条", zh="应当回避", en="must stand aside")
def excluded(registrant: Registrant, same_person: Flag) -> Flag:
    return same_person or registrant.kinship or registrant.other_ground


@market_conflicts.rule(
    "第二十二条第（一）项", zh="所述法定代表人也在其他机构", en="the representative it names is named by another"
)
def representative_claimed(registrant: Registrant, registrants: list[Registrant], readings: ConflictReadings) -> Flag:
    """The same without asking whether anybody confirms it."""
    person = registrant.legal_representative
    if person is None:
        return False
    if readings.same_person_as == "the_same":
        return count(one for one in registrants if one.legal_representative == person) > 1
    return count(one for one in registrants if one.legal_representative == person or one.controller == person) > 1


@market_conflicts.rule(
    "第二十二条第（一）项", zh="所述实际控制人也在其他机构", en="the controller it names is named by another"
)
def controller_claimed(registrant: Registrant, registrants: list[Registrant], readings: ConflictReadings) -> Flag:
    person = registrant.controller
    if person is None:
        return False
    if readings.same_person_as == "the_same":
        return count(one for one in registrants if one.controller == person) > 1
    return count(one for one in registrants if one.legal_representative == person or one.controller == person) > 1


@market_conflicts.rule("第二十六条", zh="有待业主核对的线索", en="evidence that is for the owner to look at")
def claimed(registrant: Registrant, excluded: Flag, representative_claimed: Flag, controller_claimed: Flag) -> Flag:
    """What one side alone says is no proof and excludes nobody: the owner decides in the check, with a reason."""
    return not excluded and (representative_claimed or controller_claimed or registrant.other_claimed)


@market_conflicts.rule("第二十二条", zh="有机构应当回避", en="somebody must stand aside")
def somebody_excluded(excluded: Each[Flag]) -> Flag:
    return any(excluded)


market_conflicts.values(
    somebody_excluded, registrants=("agency", same_person, "kinship", "other_ground", excluded, claimed)
)


# What a selection comes to


class PriceKind(Choice):
    """In what the offers are made, as the notice says."""

    SUM = "sum", "总价", "sum"
    RATE = "rate", "费率", "rate"
    DISCOUNT = "discount", "下浮率", "discount"


class Outcome(Choice):
    SELECTED = "selected", "产生中选机构", "an agency is first"
    DRAW = "draw", "由随机抽取决定", "the draw decides among equals"
    CHOICE = "choice", "由项目业主直接选取", "the owner has to choose"
    FAILED = "failed", "废标", "failed"


class Criterion(Record):
    """A criterion of best value with its weight, as the notice published them."""

    name: Text = fact("第十九条第（四）项", zh="因素名称", en="name of the criterion")
    weight: Percent = fact("第十九条第（四）项", zh="权重", en="weight", least="0", most="100")


class Mark(Record):
    """What an agency's proposal was given for a criterion: 0 to 100 points."""

    agency: Text = fact("第十八条第一款", zh="被评机构", en="agency marked")
    criterion: Text = fact("第十八条第一款", zh="所评因素", en="criterion marked")
    points: Score = fact("第十八条第一款", zh="得分", en="points", least="0", most="100")


class Candidate(Record):
    """An agency that registered, with what the owner found of it and, once prices are open, what it offers."""

    agency: Text = fact("第二十一条", zh="中介机构", en="agency")
    excluded: Flag = fact("第二十二条", zh="应当回避", en="must stand aside")
    admitted: Flag = fact("第二十六条", zh="满足报名条件", en="meets the conditions")
    offer: Number | None = fact(
        "第十八条第一款",
        zh="报价",
        en="offer",
        help_zh="总价以元计；费率、下浮率以%计",
        help_en="a sum in yuan, a rate or discount in %",
        default=None,
        least="0",
        most="9999999999",
    )
    chosen: Flag = fact("第十八条第一款", zh="项目业主选取", en="chosen by the owner", default=False)


class OutcomeFacts(FactSheet):
    way: Way = fact("第十八条第一款", zh="选取方式", en="way to select")
    price_kind: PriceKind = fact("第十八条第一款", zh="报价方式", en="kind of offers", default=PriceKind.SUM)
    published_minimum: Integer = fact(
        "第十九条第（四）项",
        zh="公告的最低机构数",
        en="fewest agencies, as published",
        help_zh="公告未规定的填0",
        help_en="0 where the notice says nothing",
        default=0,
        most="1000",
    )
    on: Date = fact("第十九条第（五）项", zh="公开选取日期", en="day of the selection")
    candidates: list[Candidate] = fact("第二十一条", zh="报名的中介机构", en="agencies that registered")
    criteria: list[Criterion] = fact("第十九条第（四）项", zh="评审因素", en="criteria", default=())
    marks: list[Mark] = fact("第十八条第一款", zh="评分", en="marks", default=())


class OutcomeFigures(FigureSheet):
    fewest: Agencies
    fewest_for_competition: Agencies


class OutcomeReadings(ReadingSheet):
    fewest_best_value: Literal["one", "three"]
    fewest_direct: Literal["one", "three"]
    fewest_lowest_price: Literal["one", "three"]
    fewest_random_draw: Literal["one", "three"]
    direct_choice: Literal["among_registrants", "without_notice"]
    after_abandonment: Literal["new_notice", "next_in_rank"]


market_outcome = Policy(
    "market-outcome",
    document=DOCUMENT,
    zh="公开选取结果",
    en="what a selection comes to",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=OutcomeFacts,
    figures=OutcomeFigures,
    readings=OutcomeReadings,
    dated="on",
    about_zh="是否废标，哪家机构在先，哪些机构同列而由随机抽取决定。",
    about_en="Whether a selection failed, who is first, and among which equals the draw decides.",
)


@market_outcome.check("第十八条第一款", zh="直接选取只能选一家", en="the owner chooses no more than one agency")
def one_choice(candidates: list[Candidate]) -> Flag:
    return count(one for one in candidates if one.chosen) <= 1


@market_outcome.check("第十九条第（四）项", zh="各因素权重之和应为100%", en="the weights come to 100 %")
def whole_weights(way: Way, criteria: list[Criterion]) -> Flag:
    return way != Way.BEST_VALUE or total(one.weight for one in criteria) == Percent(100)


@market_outcome.rule("第二十六条", zh="可参加选取", en="takes part")
def takes_part(candidate: Candidate) -> Flag:
    return candidate.admitted and not candidate.excluded


@market_outcome.rule("第二十六条", zh="可参加选取的机构数", en="agencies that take part")
def number_taking_part(candidates: list[Candidate]) -> Integer:
    return count(one for one in candidates if takes_part(one))


@market_outcome.rule("第二十三条", zh="最低机构数", en="fewest agencies")
def minimum(way: Way, published_minimum: Integer, figures: OutcomeFigures, readings: OutcomeReadings) -> Integer:
    """The document names no number below which a selection fails; what the notice published is never undercut."""
    three = (
        (way == Way.BEST_VALUE and readings.fewest_best_value == "three")
        or (way == Way.DIRECT and readings.fewest_direct == "three")
        or (way == Way.LOWEST_PRICE and readings.fewest_lowest_price == "three")
        or (way == Way.RANDOM_DRAW and readings.fewest_random_draw == "three")
    )
    return max(published_minimum, figures.fewest_for_competition if three else figures.fewest)


@market_outcome.rule("第二十三条", zh="废标", en="failed")
def failed(number_taking_part: Integer, minimum: Integer) -> Flag:
    """Known at the first opening, before any price. A withdrawal, force majeure or abandonment is no failure."""
    return number_taking_part < minimum


@market_outcome.rule("第十八条第一款", zh="加权得分", en="weighted points")
def weighted(mark: Mark, criteria: list[Criterion]) -> Number:
    return mark.points * points(total(one.weight for one in criteria if one.name == mark.criterion)) / 100


@market_outcome.rule("第十八条第一款", zh="参与排序", en="is ranked")
def ranked(candidate: Candidate, way: Way) -> Flag:
    """For the lowest price an offer that can be read is needed; for a direct choice the owner's."""
    if candidate.excluded or not candidate.admitted:
        return False
    if way == Way.LOWEST_PRICE:
        return candidate.offer is not None
    return way != Way.DIRECT or candidate.chosen


@market_outcome.rule("第十八条第一款", zh="排序值", en="what it is ranked by")
def merit(
    candidate: Candidate, way: Way, price_kind: PriceKind, marks: list[Mark], criteria: list[Criterion]
) -> Number:
    """The greater is before: of best value the points of 100, of lowest price what is asked, below nought; a discount
    as it is. All are equal in a random draw, and in a direct choice."""
    if way == Way.BEST_VALUE:
        return total(weighted(mark, criteria) for mark in marks if mark.agency == candidate.agency)
    if way == Way.LOWEST_PRICE and candidate.offer is not None:
        return candidate.offer if price_kind == PriceKind.DISCOUNT else -candidate.offer
    return Decimal(0)


@market_outcome.rule("第十八条第一款", zh="排在其前的机构数", en="agencies before it")
def before(
    candidate: Candidate,
    candidates: list[Candidate],
    way: Way,
    price_kind: PriceKind,
    marks: list[Mark],
    criteria: list[Criterion],
) -> Integer:
    return count(
        other
        for other in candidates
        if ranked(other, way)
        and merit(other, way, price_kind, marks, criteria) > merit(candidate, way, price_kind, marks, criteria)
    )


@market_outcome.rule("第十八条第一款", zh="名次", en="place")
def place(ranked: Flag, before: Integer) -> Integer:
    """Equals have the same place; 0 is none."""
    return before + 1 if ranked else 0


@market_outcome.rule("第十八条第一款", zh="列第一（1为是）", en="first (1 for yes)")
def leads(place: Integer) -> Integer:
    return 1 if place == 1 else 0


@market_outcome.rule("第十八条第一款", zh="同列第一的机构数", en="agencies that are first")
def number_first(leads: Each[Integer]) -> Integer:
    return total(leads)


@market_outcome.rule("第十八条第一款", zh="选取结果", en="outcome")
def outcome(failed: Flag, number_first: Integer, way: Way) -> Outcome:
    """Once prices are open. Equals are left to the draw, which is then the same as for a random draw."""
    if failed:
        return Outcome.FAILED
    if number_first == 1:
        return Outcome.SELECTED
    if number_first > 1:
        return Outcome.DRAW
    return Outcome.CHOICE if way == Way.DIRECT else Outcome.FAILED


@market_outcome.rule("第十八条第一款", zh="须先发布公告", en="needs a notice")
def needs_notice(way: Way, readings: OutcomeReadings) -> Flag:
    return way != Way.DIRECT or readings.direct_choice == "among_registrants"


@market_outcome.rule("第十八条第一款", zh="放弃后可依次递补", en="the next in rank may follow one that abandons")
def next_may_follow(way: Way, readings: OutcomeReadings) -> Flag:
    """Where there is a rank, and the notice said so."""
    return readings.after_abandonment == "next_in_rank" and way in RANKED_WAYS


market_outcome.values(
    needs_notice,
    next_may_follow,
    number_taking_part,
    minimum,
    failed,
    number_first,
    outcome,
    candidates=("agency", takes_part, merit, place),
)


# Two failures in a row


class Ending(Choice):
    """How an attempt to select ended."""

    FAILED = "failed", "废标", "failed"
    SELECTED = "selected", "产生中选机构", "an agency was selected"
    WITHDRAWN = "withdrawn", "项目业主撤回", "withdrawn by the owner"
    FORCE_MAJEURE = "force_majeure", "不可抗力", "force majeure"
    ABANDONED = "abandoned", "中选机构放弃", "abandoned by the agency"


class Attempt(Record):
    number: Integer = fact("第二十三条", zh="第几次公告", en="number of the notice", least="1", most="1000")
    ending: Ending = fact("第二十三条", zh="结果", en="how it ended")


class NegotiationFacts(FactSheet):
    fund: Fund = fact("第二十三条", zh="资金来源", en="source of funds")
    on: Date = fact("第二十三条", zh="日期", en="date")
    attempts: list[Attempt] = fact("第二十三条", zh="同一项目的历次公告", en="notices of the same project")


class NegotiationFigures(FigureSheet):
    failures_in_a_row: Integer


class NegotiationReadings(ReadingSheet):
    between_failures: Literal["breaks_the_row", "passed_over"]


market_negotiation = Policy(
    "market-negotiation",
    document=DOCUMENT,
    zh="议价选取",
    en="negotiation after failures",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=NegotiationFacts,
    figures=NegotiationFigures,
    readings=NegotiationReadings,
    dated="on",
    about_zh="财政性资金项目连续废标后能否议价选取。",
    about_en="Whether the owner of a public-fund project may negotiate after failures in a row.",
)


@market_negotiation.check("第二十三条", zh="公告次序不能重复", en="no two notices have one number")
def numbered_once(attempt: Attempt, attempts: list[Attempt]) -> Flag:
    return count(other for other in attempts if other.number == attempt.number) == 1


@market_negotiation.rule("第二十三条", zh="计入连续废标（1为是）", en="counts in the row (1 for yes)")
def in_the_row(attempt: Attempt, attempts: list[Attempt], readings: NegotiationReadings) -> Integer:
    """A failure after which nothing else came; a withdrawal, force majeure or abandonment is none."""
    if attempt.ending != Ending.FAILED:
        return 0
    after = count(other for other in attempts if other.number > attempt.number and other.ending != Ending.FAILED)
    selected_after = count(
        other for other in attempts if other.number > attempt.number and other.ending == Ending.SELECTED
    )
    broken = selected_after if readings.between_failures == "passed_over" else after
    return 1 if broken == 0 else 0


@market_negotiation.rule("第二十三条", zh="连续废标次数", en="failures in a row")
def failures(in_the_row: Each[Integer]) -> Integer:
    return total(in_the_row)


@market_negotiation.rule("第二十三条", zh="可议价选取", en="may negotiate")
def may_negotiate(fund: Fund, failures: Integer, figures: NegotiationFigures) -> Flag:
    """Within the market, and with public funds only; private owners select as they like (第三条第三款)."""
    return fund == Fund.PUBLIC and failures >= figures.failures_in_a_row


market_negotiation.values(failures, may_negotiate, attempts=("number", "ending", in_the_row))


# The rating of a service


class Aspect(Choice):
    QUALITY = "quality", "服务质量", "quality"
    TIMELINESS = "timeliness", "服务时效", "timeliness"
    ATTITUDE = "attitude", "服务态度", "attitude"
    FEES = "fees", "服务收费", "fees"
    CONDUCT = "conduct", "服务规范", "professional conduct"


class RatingFacts(FactSheet):
    """What an owner gives an agency for one service: 0 to 100 for each aspect."""

    quality: Integer = fact("第二十九条", zh="服务质量", en="quality", most="100")
    timeliness: Integer = fact("第二十九条", zh="服务时效", en="timeliness", most="100")
    attitude: Integer = fact("第二十九条", zh="服务态度", en="attitude", most="100")
    fees: Integer = fact("第二十九条", zh="服务收费", en="fees", most="100")
    conduct: Integer = fact("第二十九条", zh="服务规范", en="professional conduct", most="100")
    on: Date = fact("第二十九条", zh="评价日期", en="day of the rating")


class RatingFigures(FigureSheet):
    weight: ByKey[Aspect, Percent]


market_rating = Policy(
    "market-rating",
    document=DOCUMENT,
    zh="满意度评价",
    en="rating of a service",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=RatingFacts,
    figures=RatingFigures,
    dated="on",
    about_zh="项目业主对一次服务五个方面的评价，总分100分。",
    about_en="What an owner gives one service in five aspects, of 100 points.",
)


@market_rating.check("第二十九条", zh="五个方面权重之和应为100%", en="the five weights come to 100 %")
def weights_are_whole(figures: RatingFigures) -> Flag:
    first_two = figures.weight[Aspect.QUALITY] + figures.weight[Aspect.TIMELINESS]
    others = figures.weight[Aspect.ATTITUDE] + figures.weight[Aspect.FEES] + figures.weight[Aspect.CONDUCT]
    return first_two + others == Percent(100)


@market_rating.rule("第二十九条", zh="总分", en="points")
def rating(
    quality: Integer,
    timeliness: Integer,
    attitude: Integer,
    fees: Integer,
    conduct: Integer,
    figures: RatingFigures,
) -> Score:
    """The document names five aspects and 100 points, and no weights; they are figures of our own until it does."""
    weighed = (
        quality * figures.weight[Aspect.QUALITY]
        + timeliness * figures.weight[Aspect.TIMELINESS]
        + attitude * figures.weight[Aspect.ATTITUDE]
        + fees * figures.weight[Aspect.FEES]
        + conduct * figures.weight[Aspect.CONDUCT]
    )
    return points(weighed) / 100


market_rating.values(rating)


# The grade of a year


class Conduct(Choice):
    """What counts for a grade: 第三十二条 (B) and 第三十三条 (C), in their order."""

    ABANDONED = "b1", "放弃中选结果或不按时签约", "abandoned an award, or signed late"
    RAISED_FEES = "b2", "擅自提高收费", "raised the fees"
    LATE_SERVICE = "b3", "不按约定时间完成", "was late with the service"
    POOR_SERVICE = "b4", "服务成果不符合规范被退回", "had its work returned by the sector authority"
    DID_NOT_STAND_ASIDE = "b5", "应当回避而未回避", "did not stand aside"
    NOT_REGISTERED = "b6", "联系信息未按规定实名登记", "did not register contacts under real names"
    BROKEN_PROMISE = "b7", "未履行守信承诺", "broke a promise"
    UNFOUNDED_COMPLAINTS = "b8", "一年内多次投诉查无实据", "complained again and again without ground"
    FALSE_PAPERS = "c1", "提供虚假材料、证照入驻", "entered with false papers"
    SHARED_ADDRESS = "c2", "与其他机构使用相同网络地址", "used the network address of another agency"
    SHARED_PERSON = "c3", "与其他机构授权人或联系电话相同", "shared a person or telephone with another agency"
    COLLUSION = "c4", "相互串通", "colluded"
    IMPROPER_GAIN = "c5", "谋取不正当利益", "sought improper gain"
    BRIBERY = "c6", "贿赂", "bribed"
    SUBCONTRACTED = "c7", "违规转包、分包", "passed the work on unlawfully"
    LEVERAGE = "c8", "利用服务优势干预其他机构", "used its position against other agencies"
    FABRICATED_COMPLAINT = "c9", "捏造事实投诉", "complained with made-up facts"


OF_GRADE_B = (
    Conduct.ABANDONED,
    Conduct.RAISED_FEES,
    Conduct.LATE_SERVICE,
    Conduct.POOR_SERVICE,
    Conduct.DID_NOT_STAND_ASIDE,
    Conduct.NOT_REGISTERED,
    Conduct.BROKEN_PROMISE,
    Conduct.UNFOUNDED_COMPLAINTS,
)


class Grade(Choice):
    A = "A", "A级", "A"
    B = "B", "B级", "B"
    C = "C", "C级", "C"
    B_AND_C = "BC", "B级、C级", "B and C"


class Finding(Record):
    """Conduct that was recorded in the year, and whether it was verified (经核实)."""

    conduct: Conduct = fact("第三十一条", zh="行为", en="conduct")
    verified: Flag = fact("第三十一条", zh="经核实", en="verified")


class GradeFacts(FactSheet):
    year: Integer = fact("第三十一条", zh="评价年度", en="year", least="1900", most="2199")
    findings: list[Finding] = fact("第三十一条", zh="年度内的行为记录", en="conduct recorded in the year")


market_grade = Policy(
    "market-grade",
    document=DOCUMENT,
    zh="年度综合评价",
    en="yearly grade",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=GradeFacts,
    dated="year_end",
    about_zh="中介机构一个年度的等级，以及B级、C级的次数。",
    about_en="An agency's grade of a year, with how often there was a B and a C.",
)


@market_grade.rule("第三十一条", zh="年度末日", en="last day of the year")
def year_end(year: Integer) -> Date:
    return last_day_of_year(year)


@market_grade.rule("第三十二条", zh="B级次数", en="number of B")
def times_b(findings: list[Finding]) -> Integer:
    return count(one for one in findings if one.verified and one.conduct in OF_GRADE_B)


@market_grade.rule("第三十三条", zh="C级次数", en="number of C")
def times_c(findings: list[Finding]) -> Integer:
    return count(one for one in findings if one.verified and one.conduct not in OF_GRADE_B)


@market_grade.rule("第三十四条", zh="年度等级", en="grade")
def grade(times_b: Integer, times_c: Integer) -> Grade:
    """B and C stand side by side with their counts; neither takes the place of the other. A is for who has neither."""
    if times_b > 0 and times_c > 0:
        return Grade.B_AND_C
    if times_c > 0:
        return Grade.C
    return Grade.B if times_b > 0 else Grade.A


market_grade.values(times_b, times_c, grade)


# Unfounded complaints


class Unfounded(Record):
    """A complaint of an agency that the authority found to be without ground (查无实据)."""

    on: Date = fact("第三十二条第（八）项", zh="投诉日期", en="date of the complaint")


class ComplaintFacts(FactSheet):
    on: Date = fact("第三十二条第（八）项", zh="核算日期", en="date")
    complaints: list[Unfounded] = fact("第三十二条第（八）项", zh="查无实据的投诉", en="unfounded complaints")


class ComplaintFigures(FigureSheet):
    unfounded_complaints: Integer
    months_of_complaints: Integer


class ComplaintReadings(ReadingSheet):
    one_year: Literal["rolling", "calendar"]


market_unfounded_complaints = Policy(
    "market-unfounded-complaints",
    document=DOCUMENT,
    zh="查无实据的投诉",
    en="unfounded complaints",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
    facts=ComplaintFacts,
    figures=ComplaintFigures,
    readings=ComplaintReadings,
    dated="on",
    about_zh="一个中介机构1年内查无实据的投诉是否达到3次。",
    about_en="Whether an agency complained three times within one year without ground.",
)


@market_unfounded_complaints.rule("第三十二条第（八）项", zh="截至该次一年内", en="in the year up to it")
def within_one_year(
    complaint: Unfounded, complaints: list[Unfounded], figures: ComplaintFigures, readings: ComplaintReadings
) -> Integer:
    """The day that corresponds, a year later, still lies within it (第四十二条: 内 includes)."""
    if readings.one_year == "calendar":
        return count(one for one in complaints if one.on <= complaint.on and year_of(one.on) == year_of(complaint.on))
    return count(
        one
        for one in complaints
        if one.on <= complaint.on and complaint.on <= add_months(one.on, figures.months_of_complaints)
    )


@market_unfounded_complaints.rule("第三十二条第（八）项", zh="达到次数（1为是）", en="enough (1 for yes)")
def reaching(within_one_year: Integer, figures: ComplaintFigures) -> Integer:
    """The third is included (第四十二条: 以上 includes)."""
    return 1 if within_one_year >= figures.unfounded_complaints else 0


@market_unfounded_complaints.rule("第三十二条第（八）项", zh="1年内3次以上", en="three or more in one year")
def too_many(reaching: Each[Integer]) -> Flag:
    return total(reaching) > 0


market_unfounded_complaints.values(too_many, complaints=("on", within_one_year))


# The day from which the document holds


class ForceFacts(FactSheet):
    on: Date = fact("第四十三条", zh="日期", en="date")


class ForceFigures(FigureSheet):
    thirtieth_day: Date
    day_after: Date


class ForceReadings(ReadingSheet):
    in_force_on: Literal["thirtieth_day", "day_after"]


market_in_force = Policy(
    "market-in-force",
    document=DOCUMENT,
    zh="施行日期",
    en="entry into force",
    since=date(2022, 6, 24),
    since_clause=SINCE_CLAUSE,
    facts=ForceFacts,
    figures=ForceFigures,
    readings=ForceReadings,
    dated="on",
    about_zh="本办法在某日是否施行。",
    about_en="Whether the document is in force on a day.",
)


@market_in_force.rule("第四十三条", zh="施行首日", en="first day in force")
def first_day(figures: ForceFigures, readings: ForceReadings) -> Date:
    """Thirty days after 2022-06-24, that day not counted."""
    return figures.day_after if readings.in_force_on == "day_after" else figures.thirtieth_day


@market_in_force.rule("第四十三条", zh="已施行", en="in force")
def in_force(on: Date, first_day: Date) -> Flag:
    return on >= first_day


market_in_force.values(first_day, in_force)

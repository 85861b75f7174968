"""The form review points at conditions on where an agency is from and who owns it, and leaves the others alone."""

from decimal import Decimal

import pytest

from gongbao.systems.intermediary_market.form_review import EVERYBODY, OF_AUTHORITIES, OF_PUBLIC_OWNERS, review

PLACES = ("云澜市", "青川县")

POINTED_AT = [
    ("报名机构须在本市工商注册", "local_registration", "本市工商注册"),
    ("注册地应在青川县的优先", "local_registration", "注册地应在青川县"),
    ("住所在本县的得满分", "local_registration", "住所在本县"),
    ("本地企业优先", "local_registration", "本地企业"),
    ("近一年在我市纳税的加2分", "local_registration", "我市纳税"),
    ("在本市设有分公司或者办事处", "local_branch", "本市设有分公司"),
    ("在云澜市范围内具有固定办公场所", "local_branch", "云澜市范围内具有固定办公场所"),
    ("分支机构位于本区的加5分", "local_branch", "分支机构位于本区"),
    ("近三年在本省承担过同类业绩，每项加5分", "local_record", "本省承担过同类业绩"),
    ("获得本市表彰的加3分", "local_record", "本市表彰"),
    ("入选本市备选库", "local_record", "本市备选库"),
    ("须为国有独资企业", "ownership", "国有独资企业"),
    ("民营企业不得报名", "ownership", "民营企业"),
    ("仅限央企报名", "ownership", "央企"),
    ("注册资本不少于500万元", "size", "注册资本"),
    ("注 册 资 本 不低于１００万", "size", "注 册 资 本"),
    ("上年营业收入不低于1000万元", "size", "营业收入不低于"),
    ("成立满3年", "age", "成立满3年"),
    ("机构成立五年以上", "age", "成立五年以上"),
    ("成立时间不足两年的不予评分", "age", "成立时间不足两年"),
    ("造价协会会员单位加2分", "membership", "协会会员"),
    ("曾为本单位提供服务的优先", "known_before", "曾为本单位提供服务"),
]
LEFT_ALONE = [
    "注册会计师不少于两名",
    "项目负责人应为在本市注册测绘师",
    "对国有土地使用权进行评估",
    "国有资产评估报告两份",
    "在本市行政区域内完成现场检测，近三年有同类业绩的每项加5分",
    "服务地点：青川县",
    "不得要求报名机构在本市设立分支机构",
    "不限注册地，全国机构均可报名",
    "注册资本不作要求",
    "成立项目组后一年内交付报告",
    "核对本市不动产登记资料",
    "具有测绘乙级资质",
    "经依法登记设立",
    "项目负责人从事检测工作满5年",
    "按项目业主提供的图纸施测",
    "服务方案60%，报价40%",
    "",
]


@pytest.mark.parametrize(("text", "ground", "words"), POINTED_AT)
def test_a_condition_is_pointed_at_where_it_stands(text: str, ground: str, words: str) -> None:
    found = review([("criteria[2]", text)], places=PLACES)
    assert [(one.ground.key, one.words) for one in found] == [(ground, words)]
    assert found[0].place == "criteria[2]" and text[found[0].start : found[0].end] == words


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_says_nothing_of_an_agency_is_left_alone(text: str) -> None:
    assert review([("requirements", text)], places=PLACES) == []


def test_the_name_of_a_place_matters_only_where_it_is_one_of_here() -> None:
    text = [("requirements", "在青川县设有办事处")]
    assert review(text) == [] and len(review(text, places=PLACES)) == 1


def test_several_conditions_come_in_the_order_of_the_text() -> None:
    text = "注册资本不少于100万元，成立满2年，在本市设有分公司；技术方案完整。"
    found = review([("a", text), ("b", "央企优先")])
    assert [(one.place, one.ground.key) for one in found] == [
        ("a", "size"), ("a", "age"), ("a", "local_branch"), ("b", "ownership"),
    ]  # fmt: skip


def test_the_clauses_are_those_for_whoever_sets_the_condition() -> None:
    text = [("requirements", "本地企业")]
    assert review(text)[0].clauses == (EVERYBODY, OF_PUBLIC_OWNERS)
    assert review(text, fund="private")[0].clauses == (EVERYBODY,)
    assert review(text, by="authority")[0].clauses == (EVERYBODY, OF_AUTHORITIES)


REWARDED = [
    ("本地化服务能力", "local_branch", "本地化服务"),
    ("驻地服务团队", "local_branch", "驻地服务"),
    ("与项目业主距离", "local_branch", "与项目业主距离"),
    ("纳税贡献", "local_registration", "纳税贡献"),
    ("注册地", "local_registration", "注册地"),
    ("企业性质", "ownership", "企业性质"),
    ("国有股份占比", "ownership", "国有股份"),
    ("在本市执业年限", "local_years", "本市执业年限"),
    ("本市从业满五年的得满分", "local_years", "本市从业满五年"),
    ("获本市表彰", "local_record", "本市表彰"),
    ("成立年限", "age", "成立年限"),
]
NOT_REWARDED = [
    "服务方案",
    "报价",
    "人员配备",
    "响应时间",
    "项目负责人业绩",
    "质量保证措施",
    "按时完成的承诺",
    "同类项目业绩",
]


@pytest.mark.parametrize(("text", "ground", "words"), REWARDED)
def test_a_criterion_that_rewards_where_an_agency_is_from_is_pointed_at_with_its_weight(
    text: str, ground: str, words: str
) -> None:
    found = review([("criteria.0", text)], places=PLACES, weights={"criteria.0": Decimal("12.5")})
    assert [(one.ground.key, one.words, one.weight) for one in found] == [(ground, words, Decimal("12.5"))]
    assert EVERYBODY in found[0].clauses


@pytest.mark.parametrize("text", NOT_REWARDED)
def test_what_a_criterion_may_reward_is_left_alone(text: str) -> None:
    assert review([("criteria.0", text)], places=PLACES, weights={"criteria.0": Decimal(100)}) == []


def test_a_word_that_asks_nothing_of_anybody_is_pointed_at_only_where_it_is_rewarded() -> None:
    text = [("requirements", "说明企业性质")]
    assert review(text) == [] and len(review(text, weights={"requirements": Decimal(5)})) == 1


def test_a_long_text_is_read_in_no_more_than_its_length() -> None:
    """Words that might begin a condition again and again: a search that went back for each would never end."""
    assert review([("a", "本市不要求" * 20_000)]) == []

"""What a form review points at: conditions on where an agency is from or who owns it (第五条第三款).

The review is by words and decides nothing: it shows a person the place in the text, what is wrong with it, and the
clauses. What it passes over may still be unlawful, and what it points at may have a ground in law.

    review([("requirements[0]", "供应商须在本市设有分公司")], fund="public")
    review([("criteria[0]", "本地化服务")], weights={"criteria[0]": Decimal(20)})

A criterion with a weight rewards what it names: there a word such as 企业性质 is pointed at, which asks nothing of
anybody in a requirement, and the weight stands with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from gongbao.core.labels import Label


@dataclass(frozen=True, slots=True)
class Ground:
    """A kind of condition that keeps agencies out, and why."""

    key: str
    label: Label


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition in a text: `place` names the text as it was given, `text[start:end]` is `words`; `weight` is that of
    the criterion, in per cent, None where it is none."""

    place: str
    start: int
    end: int
    words: str
    ground: Ground
    clauses: tuple[str, ...]
    weight: Decimal | None = None


LOCAL_REGISTRATION = Ground("local_registration", Label("限定注册地、纳税地", "asks for registration or taxes here"))
LOCAL_BRANCH = Ground("local_branch", Label("限定在本地设有机构、场所", "asks for a branch or premises here"))
LOCAL_RECORD = Ground(
    "local_record", Label("限定本地业绩、奖项、名录", "asks for work, awards or listings of this place")
)
LOCAL_YEARS = Ground("local_years", Label("限定在本地经营、执业的年限", "asks for years of business here"))
OWNERSHIP = Ground("ownership", Label("限定所有制或者组织形式", "asks who owns the agency"))
SIZE = Ground("size", Label("限定注册资本或者规模", "asks for registered capital or size"))
AGE = Ground("age", Label("限定成立年限", "asks how long the agency has existed"))
MEMBERSHIP = Ground("membership", Label("限定协会会员", "asks for membership of an association"))
KNOWN_BEFORE = Ground("known_before", Label("限定与采购单位的既往合作", "asks for earlier work for the owner"))

EVERYBODY = "第五条第三款"
OF_AUTHORITIES = "第三十九条第（一）项"
OF_PUBLIC_OWNERS = "第四十条第（一）项"


def _one_of(words: str) -> str:
    """Any of the words, which may be patterns themselves."""
    return f"(?:{'|'.join(words.split())})"


_REST = r"[^，,。；;！？\n]"  # a sign of the same part of a sentence
_HERE = _one_of(
    "[本我当该](?:地区|地|省|市|县区?|区|行政区域|辖区)(?:级|域|行政区域|范围)?(?:内|境内)?"
    " (?:省|市|县|区|辖区|行政区域|区域)(?:境)?内 属地 地方"
)
_YEARS = "[0-9一二两三四五六七八九十]+(?:周|整)?年"
_NO_PROFESSION = (
    "(?!会计师|造价|测绘|监理|建筑|咨询|工程|城乡|规划|安全|环保|环评|消防|资产评估|土地|税务师|结构|执业|人员)"
)
_NO_PROPERTY = "".join(f"(?<!{word})" for word in ("不动产", "产权", "土地", "林权", "房屋", "抵押"))
_REGISTERED = _one_of(f"工商注册 注册{_NO_PROFESSION} {_NO_PROPERTY}登记 住所 纳税 缴税 参保")
_AGENCY = _one_of("企业 机构 单位 公司 供应商 事务所")
_BRANCH = _one_of("分支机构 分公司 子公司 办事处 常驻机构 服务网点")
_PREMISES = "(?:固定|自有|常设)的?(?:办公|经营|服务)?(?:场所|场地|地点|机构)"
_RECORD = _one_of("业绩 类似项目经验 奖项 获奖 表彰 荣誉 奖励 备选库 入围 名录库? 推荐名单 诚信库 信用等级")
_OWNERS = _one_of("国有 国资 中央 民营 私营 外资 合资 集体")
_OWNED = _one_of("企业 公司 机构 单位 背景 性质 成分")
_FOUNDED = _one_of("成立 设立 注册 登记 开业 经营")
_US = _one_of("本单位 我单位 采购人 项目业主 业主单位 招标人")

# HERE is a word for this place, or the name of one that the caller gives.
_PATTERNS: tuple[tuple[Ground, str], ...] = (
    (LOCAL_REGISTRATION, f"HERE{_REST}{{0,12}}?{_REGISTERED}"),
    (LOCAL_REGISTRATION, f"(?:注册地|住所地?|纳税地|营业执照){_REST}{{0,8}}?HERE"),
    (LOCAL_REGISTRATION, f"(?:本地|本土|当地|属地)(?:注册)?{_AGENCY}"),
    (LOCAL_BRANCH, f"HERE{_REST}{{0,14}}?(?:{_BRANCH}|{_PREMISES})"),
    (LOCAL_BRANCH, f"(?:{_BRANCH}|办公场所){_REST}{{0,6}}?(?:在|位于|设于)HERE"),
    (LOCAL_RECORD, f"HERE{_REST}{{0,16}}?{_RECORD}"),
    (LOCAL_YEARS, f"HERE{_REST}{{0,8}}?(?:执业|从业|经营|开业|服务)(?:年限|年数|年份|年头)"),
    (
        LOCAL_YEARS,
        f"HERE{_REST}{{0,8}}?(?:执业|从业|经营|开业)(?:时间)?(?:满|超过|达到?|不少于|不低于|每满|至少){_YEARS}",
    ),
    (OWNERSHIP, f"{_OWNERS}(?:独资|控股|全资|参股)?{_OWNED}"),
    (OWNERSHIP, _one_of("国有(?:独资|控股|全资) 央企 国企 民企 外企 所有制(?:形式|性质)?")),
    (SIZE, "(?:注册|实缴|认缴)(?:资本|资金)"),
    (SIZE, "(?:净资产|资产总额|营业收入|年营业额|纳税额)(?:不少于|不低于|达到?|超过|在)"),
    (AGE, f"{_FOUNDED}(?:时间|年限)?{_REST}{{0,6}}?(?:满|不少于|不低于|超过|达到?|不足|未满|至少){_YEARS}"),
    (AGE, f"{_FOUNDED}(?:时间|年限)?{_REST}{{0,4}}?{_YEARS}及?以上"),
    (AGE, "(?:成立|设立|经营)年限"),
    (MEMBERSHIP, "(?:协会|商会|学会)的?(?:常务)?(?:会员|成员|理事)"),
    (KNOWN_BEFORE, f"[曾已]经?[为向与]{_US}{_REST}{{0,10}}?(?:合作|服务)"),
    (KNOWN_BEFORE, f"{_US}{_REST}{{0,6}}?(?:合作|服务)过"),
)
# What is rewarded where a criterion with a weight names it.
_REWARDED: tuple[tuple[Ground, str], ...] = (
    (LOCAL_REGISTRATION, "(?:注册地|住所地|纳税地|机构所在地|供应商所在地)(?:址|点)?"),
    (LOCAL_REGISTRATION, "(?:纳税|缴税)(?:额|情况|贡献|数额|总额)|(?:税收|地方财政|地方经济|地方)贡献"),
    (LOCAL_BRANCH, "(?:本地|本土|属地|驻地|当地)(?:化|性)?(?:服务|机构|团队|办公|网点|场所|经营|从业)?"),
    (
        LOCAL_BRANCH,
        "就近(?:服务|到场)?|(?:与|距)[^，,。；;]{0,10}?距离|(?:办公|经营)(?:地点|场所|地)(?:远近|距离|位置)",
    ),
    (OWNERSHIP, "(?:企业|单位|机构|公司|经济|股权|资本|产权)(?:的)?(?:性质|成分|背景)"),
    (OWNERSHIP, "国有(?:成分|股份|股权|资本)|混合所有"),
    (SIZE, "(?:企业|机构|公司)?(?:资产规模|注册资金|营业额|营业收入)"),
    (AGE, "(?:企业|机构|公司|成立|设立|开业)(?:成立)?(?:时间|年限|历史)"),
)
_Patterns = tuple[tuple[Ground, re.Pattern[str]], ...]
# What takes a condition back, before it or behind it in the same part of a sentence.
_BEFORE = re.compile(r"(?:不|禁止|严禁|无[须需]|取消)[^，,。；;]{0,6}?(?:要求|限|设|以|将|把)[^，,。；;]*$")
_BEHIND = re.compile(r"[^，,。；;]{0,8}?(?:不限|不[作做设]|均可|无要求|无[须需])")
_REACH = 40  # how far back it is looked for


def review(
    texts: Iterable[tuple[str, str]],
    *,
    by: Literal["owner", "authority"] = "owner",
    fund: Literal["public", "private"] = "public",
    places: Collection[str] = (),
    weights: Mapping[str, Decimal] | None = None,
) -> list[Finding]:
    """The conditions in texts that keep agencies of elsewhere, or of some owners, out: in order of the texts.

    Each text comes with the name of its place: a requirement, a criterion, a note on scoring. `weights` has for the
    places of criteria, and of how their points are given, the weight in per cent. `by` whom the condition is: a project
    owner's notice, or a sector authority's catalogue; `fund` matters for an owner alone. `places` are names of this
    city and of its counties.
    """
    clauses: tuple[str, ...] = (EVERYBODY,)
    if by == "authority":
        clauses += (OF_AUTHORITIES,)
    elif fund == "public":
        clauses += (OF_PUBLIC_OWNERS,)
    patterns, rewarded = _compiled(tuple(sorted(places)))
    told: list[Finding] = []
    for place, text in texts:
        weight = (weights or {}).get(place)
        if weight is None:
            told += _in(place, text, patterns, clauses)
        else:
            told += [replace(one, weight=weight) for one in _in(place, text, rewarded, clauses)]
    return told


def _in(place: str, text: str, patterns: _Patterns, clauses: tuple[str, ...]) -> list[Finding]:
    plain, at = _plain(text)
    found: dict[tuple[str, int], tuple[Ground, int, int]] = {}
    for ground, pattern in patterns:
        for match in pattern.finditer(plain):
            start, end = match.span()
            if _BEFORE.search(plain[max(0, start - _REACH) : start]) or _BEHIND.match(plain[end:]):
                continue
            known = found.get((ground.key, end))
            if known is None or start < known[1]:
                found[ground.key, end] = (ground, start, end)
    kept = _outermost(list(found.values()))
    return [
        Finding(place, at[start], at[end - 1] + 1, text[at[start] : at[end - 1] + 1], ground, clauses)
        for ground, start, end in sorted(kept, key=lambda one: one[1:])
    ]


def _outermost(found: list[tuple[Ground, int, int]]) -> list[tuple[Ground, int, int]]:
    """Of two findings of one ground, one within the other, the longer alone."""
    return [
        one
        for one in found
        if not any(
            other is not one and other[0] is one[0] and other[1] <= one[1] and one[2] <= other[2] for other in found
        )
    ]


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without blanks and in plain forms of its signs, with where each of them stood."""
    signs: list[str] = []
    at: list[int] = []
    for place, sign in enumerate(text):
        for one in unicodedata.normalize("NFKC", sign):
            # A line that ends is an end of what it says; other blanks stand for nothing.
            if one == "\n" or not one.isspace():
                signs.append(one)
                at.append(place)
    return "".join(signs), at


@lru_cache(maxsize=8)
def _compiled(places: tuple[str, ...]) -> tuple[_Patterns, _Patterns]:
    """What is looked for in any text, and what in a criterion with a weight."""
    names = "|".join(re.escape(one) for one in places if one)
    here = f"(?:{_HERE}|(?:{names})(?:境内|市内|范围内|行政区域内|内)?)" if names else _HERE
    plain = tuple((ground, re.compile(pattern.replace("HERE", here))) for ground, pattern in _PATTERNS)
    return plain, plain + tuple((ground, re.compile(pattern)) for ground, pattern in _REWARDED)

"""parameters.yaml: read exactly, by the declared types, with the line of each mistake; by date; changed; digested."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongbao.core.errors import GongbaoError
from gongbao.rules.figures import FigureTable, check_folder, read_figures
from gongbao.rules.policy import FigureSheet, PolicyError
from gongbao.rules.scales import AmountByBand, Ladder, RateByBand, marginal
from gongbao.rules.types import Month
from gongbao.rules.values import ByKey, Choice, Date, Decimal, Flag, Integer, Money, Percent, Places, Unit


class Level(Choice):
    PRIMARY = "primary", "一级", "primary"
    TERTIARY = "tertiary", "三级", "tertiary"


class Status(Choice):
    ACTIVE = "active", "在职", "active"
    RETIRED = "retired", "退休", "retired"


Concentration = Annotated[Decimal, Places(1), Unit("微克/立方米", "µg/m³")]
TenThousand = Annotated[Decimal, Places(2), Unit("万元", "10,000 yuan")]


class Figures(FigureSheet):
    limit: Money
    share: Percent
    rate: ByKey[tuple[Level, Status], Percent]
    pm25_level: AmountByBand[Concentration, TenThousand]
    months: Integer


FILE = """\
limit:
  zh: 年度限额
  en: yearly limit
  unit: 元
  clause: 三（一）
  values:
    2022-05-01: 1500
    2024-01-01: 2000.50
  until: 2025-12-31
share:
  zh: 比例
  en: share
  unit: "%"
  clause: 三（二）
  document: 云政〔2026〕1号
  note: 另行规定
  values: {2022-05-01: 0.1%}
rate:
  zh: 报销比例
  en: rate
  unit: "%"
  clause: 三（三）
  values:
    2022-05-01:
      primary: {active: 60%, retired: 70%}
      tertiary: {active: 50%, retired: 55.5%}
pm25_level:
  zh: 浓度
  en: level
  unit: 万元
  clause: 第四条
  scale: amount_by_band
  values:
    2022-05-01:
      - {above: 0, gives: 10}
      - {above: 5, word: 高于, included: false, gives: 20.25}
months:
  zh: 期限
  en: months
  unit: 个月
  clause: 五
  values: {2022-05-01: 6}
"""


def read(tmp_path: Path, text: str = FILE, sheet: type[FigureSheet] = Figures) -> FigureTable:
    path = tmp_path / "parameters.yaml"
    path.write_text(text, encoding="utf-8")
    return read_figures(path, sheet)


def refused(tmp_path: Path, before: str, after: str, sheet: type[FigureSheet] = Figures) -> tuple[int, str]:
    """Line and words of the error after one change of the file."""
    assert FILE.count(before) >= 1, before
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, FILE.replace(before, after, 1), sheet)
    assert caught.value.file.endswith("parameters.yaml")
    return caught.value.line, caught.value.message


def line_of(text: str, within: str = FILE) -> int:
    return within[: within.index(text)].count("\n") + 1


def test_values_are_exact_and_of_the_declared_type(tmp_path: Path) -> None:
    figures = read(tmp_path).at(date(2022, 5, 1))
    assert isinstance(figures, Figures)
    assert figures.limit == Money("1500")
    assert figures.share == Percent("0.1") and figures.share.exact == Decimal("0.1").exact
    assert figures.rate[Level.TERTIARY, Status.RETIRED] == Percent("55.5")
    assert len(figures.rate) == 4
    assert figures.months == 6 and type(figures.months) is int
    low, high = figures.pm25_level.bands
    assert isinstance(figures.pm25_level, AmountByBand)
    assert (low.above, low.included, low.word, low.gives) == (Decimal(0), True, "", Decimal(10))
    assert (high.above, high.included, high.word, high.gives) == (Decimal(5), False, "高于", Decimal("20.25"))


def test_an_entry_keeps_its_citation_and_where_it_stands(tmp_path: Path) -> None:
    entry = read(tmp_path).entries["share"]
    assert (entry.label.zh, entry.label.en) == ("比例", "share")
    assert (entry.clause, entry.document, entry.note) == ("三（二）", "云政〔2026〕1号", "另行规定")
    assert entry.unit == Unit("%", "%")
    assert entry.line == line_of("share:")


def test_each_value_ends_the_day_before_the_next(tmp_path: Path) -> None:
    table = read(tmp_path)
    assert table.at(date(2023, 12, 31)).limit == Money(1500)  # type: ignore[attr-defined]
    assert table.at(date(2024, 1, 1)).limit == Money("2000.5")  # type: ignore[attr-defined]
    assert table.period("limit", date(2023, 1, 1)) == (date(2022, 5, 1), date(2023, 12, 31))
    assert table.period("limit", date(2025, 12, 31)) == (date(2024, 1, 1), date(2025, 12, 31))
    assert table.period("share", date(2025, 12, 31)) == (date(2022, 5, 1), None)


def test_a_day_without_a_value_is_refused_unless_the_nearest_will_do(tmp_path: Path) -> None:
    table = read(tmp_path)
    with pytest.raises(GongbaoError, match=r"limit.*2022-04-30.*from 2022-05-01"):
        table.at(date(2022, 4, 30))
    with pytest.raises(GongbaoError, match=r"limit.*2026-01-01.*ended on 2025-12-31"):
        table.at(date(2026, 1, 1))
    assert table.at(date(2022, 4, 30), nearest=True).limit == Money(1500)  # type: ignore[attr-defined]
    assert table.at(date(2026, 1, 1), nearest=True).limit == Money("2000.5")  # type: ignore[attr-defined]
    assert table.period("limit", date(2000, 1, 1)) == (date(2022, 5, 1), date(2023, 12, 31))


def test_the_sheet_of_a_stretch_of_days_is_made_once(tmp_path: Path) -> None:
    table = read(tmp_path)
    assert table.at(date(2022, 5, 1)) is table.at(date(2023, 12, 31))
    assert table.at(date(2022, 5, 1)) is not table.at(date(2024, 1, 1))


def test_a_policy_in_force_on_days_without_a_value_is_an_error(tmp_path: Path) -> None:
    table = read(tmp_path)
    table.covers(date(2022, 5, 1), date(2025, 12, 31))
    for since, until in ((date(2022, 4, 30), date(2025, 12, 31)), (date(2022, 5, 1), None)):
        with pytest.raises(PolicyError) as caught:
            table.covers(since, until)
        assert caught.value.line == line_of("limit:")


@pytest.mark.parametrize(
    ("before", "after", "at", "words"),
    [
        ("  zh: 年度限额\n", "", "limit:", "zh must be given"),
        ("  en: yearly limit\n", "", "limit:", "en must be given"),
        ("  clause: 三（一）\n", "", "limit:", "clause must be given"),
        ("  zh: 年度限额\n", "  zh:\n", "zh: 年度限额", "nothing stands here"),
        ("  en: yearly limit\n", "  en: yearly limit\n  untill: 2025-01-01\n", "  unit: 元", "was until meant"),
        ("unit: 元", "unit: 万元", "  unit: 元", "unit of this money is 元, not 万元"),
        ("  unit: 元\n", "", "limit:", "is 元; give it"),
        ("unit: 个月", "unit: 旬", "  unit: 个月", "no known unit"),
        ("unit: 万元", "unit: 元", "  unit: 万元", "is 万元, not 元"),
        ("2022-05-01: 1500", "2022-05-01: 15oo", "2022-05-01: 1500", "15oo is no number"),
        ("2022-05-01: 1500", "2022-05-01: 1,500", "2022-05-01: 1500", "1,500 is no number"),
        ("2022-05-01: 1500", "2022-05-01: 1e3", "2022-05-01: 1500", "1e3 is no number"),
        ("2022-05-01: 1500", "2022-05-01: ５００", "2022-05-01: 1500", "is no number"),
        ("2022-05-01: 1500", "2022-05-01: .nan", "2022-05-01: 1500", "is no number"),
        ("2022-05-01: 1500", "2022-05-01: [1500]", "2022-05-01: 1500", "one text belongs here"),
        ("2000.50", "2000.505", "2024-01-01", "more than 2 decimals"),
        ("{2022-05-01: 0.1%}", "{2022-05-01: 0.1}", "values: {2022-05-01: 0.1%}", "with %"),
        ("{2022-05-01: 6}", "{2022-05-01: 6.5}", "values: {2022-05-01: 6}", "no whole number"),
        ("2024-01-01:", "2024-02-30:", "2024-01-01", "no date"),
        ("2024-01-01:", "20240101:", "2024-01-01", "no date"),
        ("2024-01-01:", "2022-05-01:", "2024-01-01", "stands twice"),
        ("2024-01-01:", "2022-04-01:", "2024-01-01", "earliest to the latest"),
        ("until: 2025-12-31", "until: 2023-12-31", "until:", "before 2024-01-01"),
        ("until: 2025-12-31", "until: null", "until:", "null is no date"),
        ("{active: 50%, retired: 55.5%}", "{active: 50%}", "      tertiary", "no value for retired"),
        ("{active: 50%, retired: 55.5%}", "{active: 50%, retird: 5%}", "      tertiary", "was retired meant"),
        ("      primary: {active: 60%, retired: 70%}\n", "", "    2022-05-01:\n      primary", "no value for primary"),
        ("  scale: amount_by_band\n", "", "pm25_level:", "write scale: amount_by_band"),
        ("scale: amount_by_band", "scale: marginal", "  scale:", "write scale: amount_by_band"),
        ("  clause: 五\n", "  clause: 五\n  scale: marginal\n", "  values: {2022-05-01: 6}", "is no scale"),
        ("word: 高于, ", "", "      - {above: 5", "word must be given"),
        ("included: false, ", "", "      - {above: 5", "included must be given"),
        (
            "included: false",
            "included: true",
            "      - {above: 5",
            "by 高于 exactly the bound lies in the band below; write included: false",
        ),
        ("word: 高于", "word: 达到", "      - {above: 5", "the band above; write included: true"),
        ("word: 高于", "word: 高如", "      - {above: 5", "no word for a bound; take 超过, 高于"),
        ("included: false", "included: no", "      - {above: 5", "neither true nor false"),
        ("above: 5,", "above: 0,", "      - {above: 5", "from low to high"),
        ("above: 5,", "above: 5.55,", "      - {above: 5", "more than 1 decimals"),
        ("months:\n", "month:\n", "months:", "was month meant"),
        ("2022-05-01: 1500", "2022-05-01: -1500", "2022-05-01: 1500", "is negative; write 1500"),
        ("{2022-05-01: 0.1%}", "{2022-05-01: -0.1%}", "values: {2022-05-01: 0.1%}", "is negative"),
        ("{2022-05-01: 6}", "{2022-05-01: -6}", "values: {2022-05-01: 6}", "is negative"),
        ("above: 0, gives: 10", "above: 1, gives: 10", "      - {above: 0", "up to 1 nothing would be given"),
        ("months:\n", "limit:\n", "months:", "limit stands twice, first on line 1"),
        ("  zh: 期限\n", "  zh: 期限\n  zh: 期\n", "  en: months", "zh stands twice"),
        ("  values: {2022-05-01: 6}", "  values: {}", "  values: {2022-05-01: 6}", "at least one value"),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, before: str, after: str, at: str, words: str) -> None:
    line, message = refused(tmp_path, before, after)
    assert words in message
    assert line == line_of(at)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [1", "not YAML"),
        (b"\xff\xfe", "UTF-8"),
        (b"a: \x07", "not YAML"),
        (b"- 1", "keys and values"),
        (b"", "limit"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "parameters.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match=words):
        read_figures(path, Figures)


def test_a_sheet_without_figures_needs_no_file(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "parameters.yaml", FigureSheet).entries == {}
    check_folder(tmp_path / "parameters.yaml", [FigureSheet])
    with pytest.raises(PolicyError, match="no such file"):
        read_figures(tmp_path / "parameters.yaml", Figures)


def test_several_policies_share_a_file_and_nothing_in_it_is_nobodys(tmp_path: Path) -> None:
    class One(FigureSheet):
        limit: Money
        share: Percent

    class Other(FigureSheet):
        share: Percent
        rate: ByKey[tuple[Level, Status], Percent]
        months: Integer

    assert list(read(tmp_path, sheet=One).entries) == ["limit", "share"]
    path = tmp_path / "parameters.yaml"
    check_folder(path, [One, Other, Figures])
    with pytest.raises(PolicyError, match="no policy declares the figure pm25_level") as caught:
        check_folder(path, [One, Other])
    assert caught.value.line == line_of("pm25_level:")


def test_dates_flags_choices_and_scales_by_key(tmp_path: Path) -> None:
    class Odd(FigureSheet):
        start: Date
        month: Month
        open: Flag
        level: Level
        ladders: ByKey[Level, Ladder[Money, Percent]]
        count: Annotated[Decimal, Places(0)]

    text = "".join(
        f"{name}: {{zh: 甲, en: a, clause: 一{more}, values: {{2022-01-01: {value}}}}}\n"
        for name, more, value in (
            ("start", "", "2022-03-01"),
            ("month", "", "2022-03"),
            ("open", "", "true"),
            ("level", "", "tertiary"),
            ("ladders", ", unit: '%', scale: marginal", "{primary: [{above: 100, word: 超过, gives: 10%}], tertiary: "
             "[{above: 0, gives: 20%}, {above: 10, word: 以上, included: true, gives: 50%}]}"),
            ("count", "", "7"),
        )
    )  # fmt: skip
    table = read(tmp_path, text, Odd)
    figures = table.at(date(2022, 1, 1))
    assert isinstance(figures, Odd)
    assert (figures.start, figures.month, figures.open) == (date(2022, 3, 1), date(2022, 3, 1), True)
    assert figures.level is Level.TERTIARY
    assert not figures.ladders[Level.PRIMARY].bands[0].included
    assert marginal(Money(30), figures.ladders[Level.TERTIARY]) == Money(12)
    changed = table.changed({"ladders[tertiary][1].gives": "100%", "open": "false", "level": "primary"})
    after = changed.at(date(2022, 1, 1))
    assert marginal(Money(30), after.ladders[Level.TERTIARY]) == Money(22)  # type: ignore[attr-defined]
    assert after.open is False and after.level is Level.PRIMARY  # type: ignore[attr-defined]
    with pytest.raises(PolicyError, match="no unit"):
        read(tmp_path, text.replace("values: {2022-01-01: 7", "unit: 元, values: {2022-01-01: 7"), Odd)
    assert table.as_dict()["ladders"]["scale"] == "marginal"
    assert table.as_dict()["ladders"]["keys"] == [["primary", "tertiary"]]


def test_a_rate_by_band_is_no_ladder(tmp_path: Path) -> None:
    class Rated(FigureSheet):
        pm25_level: RateByBand[Concentration, TenThousand]

    with pytest.raises(PolicyError, match="write scale: rate_by_band"):
        read(tmp_path, sheet=Rated)


def test_figures_are_changed_for_all_dates_and_nothing_else_is(tmp_path: Path) -> None:
    table = read(tmp_path)
    changed = table.changed(
        {"limit": "900", "rate[primary, active]": "0.755", "pm25_level[1].gives": "30", "share": "5%"}
    )
    for day in (date(2022, 5, 1), date(2024, 1, 1)):
        figures = changed.at(day)
        assert isinstance(figures, Figures)
        assert figures.limit == Money(900)
        assert figures.rate[Level.PRIMARY, Status.ACTIVE] == Percent("75.5")
        assert figures.rate[Level.PRIMARY, Status.RETIRED] == Percent("70")
        assert figures.pm25_level.bands[1].gives == Decimal(30)
        assert figures.share == Percent("5")
    assert table.at(date(2022, 5, 1)).limit == Money(1500)  # type: ignore[attr-defined]
    assert changed.digest() != table.digest()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("limt", "1", "limt is no figure; was limit meant"),
        ("rate", "75%", r"write rate\[primary,active\]"),
        ("rate[primary]", "75%", r"was rate\[primary,active\] meant|was rate\[primary,retired\] meant"),
        ("pm25_level[2].gives", "1", r"was pm25_level\[1\].gives meant"),
        ("nothing_like_it_at_all", "1", "is no figure$"),
        ("limit", "1.005", "limit: 1.005 has more than 2 decimals"),
        ("limit", "-1", "negative"),
        ("limit", "NaN", "no number"),
        ("limit", "1e400", "no number"),
        ("share", "75", "75% or a hundred times that"),
        ("share", "1", "1% or a hundred times that"),
        ("share", "x%", "no number"),
        ("pm25_level[1].above", "0", "from low to high"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_words(tmp_path: Path, name: str, value: str, words: str) -> None:
    with pytest.raises(GongbaoError, match=words):
        read(tmp_path).changed({name: value})


def test_the_digest_is_of_what_is_computed_with(tmp_path: Path) -> None:
    digest = read(tmp_path).digest()
    for same in (
        FILE.replace("yearly limit", "limit of a year"),
        FILE.replace("2000.50", '"2000.5"'),
        FILE.replace("{active: 60%, retired: 70%}", "{retired: 70.0%, active: 60%}"),
        "# a remark\n" + FILE,
    ):
        assert read(tmp_path, same).digest() == digest
    for other in (
        FILE.replace("2000.50", "2000.51"),
        FILE.replace("2024-01-01", "2024-01-02"),
        FILE.replace("until: 2025", "until: 2026"),
        FILE.replace("高于, included: false", "达到, included: true"),
    ):
        assert read(tmp_path, other).digest() != digest
    assert read(tmp_path).changed({"limit": "1500"}).digest() != digest  # the second value was another
    assert read(tmp_path).changed({"share": "0.001"}).digest() == digest


def test_as_json_has_them(tmp_path: Path) -> None:
    found = read(tmp_path).as_dict()
    assert found["limit"]["values"] == [
        {"since": "2022-05-01", "until": "2023-12-31", "value": "1500"},
        {"since": "2024-01-01", "until": "2025-12-31", "value": "2000.5"},
    ]
    assert found["limit"]["unit"] == {"zh": "元", "en": "yuan"}
    assert found["rate"]["values"][0]["value"]["tertiary,retired"] == "55.5%"
    assert found["pm25_level"]["values"][0]["value"][1] == {
        "above": "5",
        "included": False,
        "word": "高于",
        "gives": "20.25",
    }


class Limit(FigureSheet):
    limit: Money


DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))
AMOUNTS = st.decimals(0, 10**9, places=2).map(str)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.dictionaries(DAYS, AMOUNTS, min_size=1, max_size=5), days=st.lists(DAYS, min_size=1), last=st.booleans()
)
def test_the_value_of_any_day_is_the_last_that_had_begun(
    tmp_path: Path, values: dict[date, str], days: list[date], last: bool
) -> None:
    ordered = sorted(values)
    until = ordered[-1] + timedelta(30)
    dated = ", ".join(f"{day}: {values[day]}" for day in ordered)
    end = f", until: {until}" if last else ""
    text = f"limit: {{zh: 甲, en: a, unit: 元, clause: 一, values: {{{dated}}}{end}}}"
    table = read(tmp_path, text, Limit)
    for day in [*days, *ordered]:
        begun = [one for one in ordered if one <= day]
        nearest = table.at(day, nearest=True).limit  # type: ignore[attr-defined]
        assert nearest == Money(values[begun[-1] if begun else ordered[0]])
        if begun and not (last and day > until):
            assert table.at(day).limit == nearest  # type: ignore[attr-defined]
            since, ends = table.period("limit", day)
            assert since == begun[-1] and (ends is None or since <= day <= ends)
        else:
            with pytest.raises(GongbaoError):
                table.at(day)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=AMOUNTS, share=st.decimals(0, "0.9999", places=4))
def test_a_change_is_exact_and_what_json_shows_can_be_given_back(tmp_path: Path, amount: str, share: object) -> None:
    table = read(tmp_path).changed({"limit": amount, "share": str(share)})
    figures = table.at(date(2022, 5, 1))
    assert isinstance(figures, Figures)
    assert figures.limit == Money(amount)
    assert figures.share == Percent(str(share)) * 100
    shown = {name: table.as_dict()[name]["values"][0]["value"] for name in ("limit", "share")}
    assert table.changed(shown).digest() == table.digest()

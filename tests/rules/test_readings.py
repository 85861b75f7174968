"""readings.yaml: both ways with the sheet, each mistake with its line, a choice in words."""

from pathlib import Path
from typing import Literal

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules.policy import PolicyError, ReadingSheet
from gongbao.rules.readings import NoSuchReading, Reading, as_dict, check_folder, choose, digest, read_readings


class Readings(ReadingSheet):
    unreferred: Literal["as_is", "excluded"]
    rounding: Literal["per_visit", "per_year"]


FILE = """\
unreferred:
  zh: 未按规定转诊
  en: without referral
  clause: 七（三）
  default: as_is
  reason: {zh: 甲, en: a}
  authority: {zh: 市医疗保障局, en: the medical security bureau}
  options:
    excluded: {zh: 不予救助, en: no aid, clause: 七（三）}
    as_is: {zh: 照常, en: as usual, clause: 七（二）}
rounding:
  zh: 取整
  en: rounding
  clause: 四
  default: per_year
  reason: {zh: 乙, en: b}
  authority: {zh: 丙, en: c}
  options:
    per_visit: {zh: 逐次, en: each visit, clause: 四}
    per_year: {zh: 全年, en: the year, clause: 四}
"""


def read(tmp_path: Path, text: str = FILE, sheet: type[ReadingSheet] = Readings) -> dict[str, Reading]:
    path = tmp_path / "readings.yaml"
    path.write_text(text, encoding="utf-8")
    return read_readings(path, sheet)


def test_a_reading_says_what_is_taken_and_why(tmp_path: Path) -> None:
    reading = read(tmp_path)["unreferred"]
    assert (reading.label.zh, reading.label.en, reading.clause) == ("未按规定转诊", "without referral", "七（三）")
    assert (reading.default, reading.reason.en, reading.authority.zh) == ("as_is", "a", "市医疗保障局")
    assert reading.options["as_is"].clause == "七（二）"
    # The order is the sheet's: that of the form in which a person chooses.
    assert list(reading.options) == ["as_is", "excluded"]


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("  default: as_is\n", "  default: asis\n", 5, "asis is none of as_is, excluded; was as_is meant"),
        ("  default: as_is\n", "", 1, "default must be given"),
        ("  reason: {zh: 甲, en: a}", "  reason: {zh: 甲}", 6, "en must be given"),
        ("  reason: {zh: 甲, en: a}", "  reason: 甲", 6, "keys and values"),
        ("    excluded: {zh: 不予救助, en: no aid, clause: 七（三）}\n", "", 8, "excluded must be given"),
        ("    excluded:", "    exclude:", 9, "was excluded meant"),
        ("en: no aid, clause: 七（三）", "en: no aid", 9, "clause must be given"),
        ("    as_is: {", "    other: {zh: 丁, en: d, clause: 一}\n    as_is: {", 10, "other is no key here"),
        ("rounding:\n", "roundings:\n", 11, "was roundings meant"),
        ("  default: per_year\n", "  default: per_year\n  note: 戊\n", 16, "note is no key here"),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, before: str, after: str, line: int, words: str) -> None:
    assert before in FILE
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, FILE.replace(before, after, 1))
    assert words in caught.value.message
    assert caught.value.line == line


def test_files_and_sheets_of_a_folder(tmp_path: Path) -> None:
    class One(ReadingSheet):
        unreferred: Literal["excluded", "as_is"]

    path = tmp_path / "readings.yaml"
    assert read_readings(path, ReadingSheet) == {}
    check_folder(path, [ReadingSheet])
    with pytest.raises(PolicyError, match="no such file"):
        read_readings(path, Readings)
    assert list(read(tmp_path, sheet=One)) == ["unreferred"]
    check_folder(path, [One, Readings])
    with pytest.raises(PolicyError, match="no policy declares the reading rounding") as caught:
        check_folder(path, [One, ReadingSheet])
    assert caught.value.line == 11


def test_what_is_not_chosen_is_the_default(tmp_path: Path) -> None:
    table = read(tmp_path)
    sheet = choose(table, {"unreferred": "excluded"}, Readings)
    assert isinstance(sheet, Readings)
    assert (sheet.unreferred, sheet.rounding) == ("excluded", "per_year")
    assert vars(choose(table, {})) == {"unreferred": "as_is", "rounding": "per_year"}
    with pytest.raises(GongbaoError, match=r"no reading unrefered.*was unreferred meant"):
        choose(table, {"unrefered": "excluded"})
    with pytest.raises(GongbaoError, match="exclude is no option of unreferred; take as_is, excluded"):
        choose(table, {"unreferred": "exclude"})
    with pytest.raises(GongbaoError, match="it has none"):
        choose({}, {"unreferred": "excluded"})


def test_what_is_no_reading_is_told_in_both_languages(tmp_path: Path) -> None:
    for chosen, zh in (
        ({"unrefered": "excluded"}, "该政策没有名为unrefered的理解；可用的有：unreferred、rounding"),
        ({"unreferred": "exclude"}, "exclude不是unreferred（"),
    ):
        with pytest.raises(NoSuchReading) as refused:
            choose(read(tmp_path), chosen)
        assert refused.value.in_language("zh").startswith(zh)
        assert refused.value.in_language("en") == refused.value.message


def test_the_digest_is_of_options_and_defaults_and_json_has_all(tmp_path: Path) -> None:
    table = read(tmp_path)
    assert digest(read(tmp_path, FILE.replace("no aid", "none at all"))) == digest(table)
    assert digest(read(tmp_path, FILE.replace("default: as_is", "default: excluded"))) != digest(table)
    shown = as_dict(table)["unreferred"]
    assert shown["authority"] == {"zh": "市医疗保障局", "en": "the medical security bureau"}
    assert shown["options"]["excluded"] == {"label": {"zh": "不予救助", "en": "no aid"}, "clause": "七（三）"}

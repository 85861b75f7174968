"""The commands that compute, on the imaginary country and on the systems: what is read, what is told, and where."""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from gongbao import cli, systems
from gongbao.cli import case_files
from gongbao.core.errors import GongbaoError
from gongbao.gazette import read_gazette
from tests.library import made
from tests.library.test_contract_computing import check, fields_of
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds
from tests.rules.test_compute import HEATING, trip


@dataclass
class Done:
    out: str
    err: str
    code: Any

    @property
    def objects(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Gongbao = Callable[..., Done]


@pytest.fixture
def gongbao(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gongbao:
    """Runs a command line on the policies of the imaginary country."""
    country = {one.name: one for one in (heating, ferry, herds)}
    monkeypatch.setattr(systems, "policies", lambda: country)
    return _runner(monkeypatch, capsys)


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gongbao:
    """Runs a command line on the systems."""
    return _runner(monkeypatch, capsys)


def _runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gongbao:
    def run(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            cli.run([str(one) for one in arguments])
        told = capsys.readouterr()
        return Done(told.out, told.err, end.value.code)

    return run


CASE = json.dumps(HEATING).encode()
CASES = json.dumps([HEATING, HEATING], indent=1).encode()


def subsidies(done: Done) -> list[str]:
    return [one["values"]["subsidy"] for one in done.objects if "values" in one]


# --- what is read


@pytest.mark.parametrize(
    ("name", "content", "number"),
    [
        ("one.json", CASE, 1),
        ("one.json", b"\xef\xbb\xbf" + json.dumps(HEATING, indent=2).encode() + b"\n", 1),
        ("some.json", CASES, 2),
        ("none.json", b"[]", 0),
        ("some.jsonl", CASE + b"\n" + CASE, 2),
        ("some.jsonl", b"\xef\xbb\xbf" + CASE + b"\r\n\r\n  \r\n" + CASE + b"\r\n", 2),
        ("none.jsonl", b"", 0),
        ("none.jsonl", b"\xef\xbb\xbf\n", 0),
        ("-", CASE + b"\n" + CASE + b"\n", 2),
        ("-", json.dumps(HEATING, indent=2).encode(), 1),
        ("-", b"\n" + CASES + b"\n", 2),
        ("-", json.dumps([HEATING, HEATING]).encode(), 2),
        ("other.txt", CASE + b"\n" + CASE, 2),
    ],
)
def test_files_of_every_form_are_read(gongbao: Gongbao, tmp_path: Path, name: str, content: bytes, number: int) -> None:
    (tmp_path / name).write_bytes(content)
    done = gongbao("compute", "heating", name if name == "-" else tmp_path / name, "--json", stdin=content)
    assert done.code == 0
    assert subsidies(done) == ["715.19"] * number
    assert ("there is no case in it" in done.err) == (number == 0)


@pytest.mark.parametrize(
    ("name", "content", "lines", "code"),
    [
        ("a.jsonl", CASE + b"\nnonsense\n" + CASE, [2], "not_json"),
        ("a.jsonl", CASE + b"\n\n\xff\n" + CASE, [3], "not_utf8"),
        ("a.jsonl", CASE + b"\n[]\n7\n" + CASE, [2, 3], "not_an_object"),
        ("a.jsonl", CASE + b'\n{"cost": NaN}\n' + CASE, [2], "not_a_number"),
        ("a.jsonl", CASE + b'\n{"cost": 1e400}\n' + CASE, [2], "too_large"),
        ("a.jsonl", CASE + b'\n{"cost": 1, "cost": 2}\n' + CASE, [2], "given_twice"),
        ("a.jsonl", CASE + b'\n{"costs": 1}\n' + CASE, [2], "unknown_name"),
        ("-", b"nonsense\n" + CASE + b"\n" + CASE, [1], "not_json"),
        ("a.json", b"[\n" + CASE + b',\n\n{"cost": -1},\n' + CASE + b"]", [4], "negative"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_stops_nothing_else(
    gongbao: Gongbao, tmp_path: Path, name: str, content: bytes, lines: list[int], code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = gongbao("compute", "heating", name if name == "-" else tmp_path / name, "--json", stdin=content)
    assert done.code == 1
    refused = [one for one in done.objects if "error" in one]
    assert [one["line"] for one in refused] == lines
    assert {problem["code"] for one in refused for problem in one["problems"]} == {code}
    assert subsidies(done) == ["715.19"] * 2


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [(b'{"cost": 1,\n cost: 2}', 2, "not_json"), (b'{\n"cost":\n"\xff"}', 3, "not_utf8"), (b"", 1, "not_json")],
)
def test_a_document_that_is_wrong_as_a_whole_is_one_refusal(
    gongbao: Gongbao, tmp_path: Path, content: bytes, line: int, code: str
) -> None:
    (tmp_path / "a.json").write_bytes(content)
    done = gongbao("compute", "heating", tmp_path / "a.json", "--json")
    (refused,) = done.objects
    assert (done.code, refused["line"], refused["problems"][0]["code"]) == (1, line, code)


def test_a_line_beyond_all_measure_is_passed_over(
    gongbao: Gongbao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_files, "MOST_IN_A_LINE", 1000)
    (tmp_path / "a.jsonl").write_bytes(CASE + b"\n" + b"x" * 5000 + b"\n" + CASE)
    done = gongbao("compute", "heating", tmp_path / "a.jsonl", "--json")
    assert (done.code, done.objects[1]["line"], len(subsidies(done))) == (1, 2, 2)
    assert done.objects[1]["problems"][0]["code"] == "line_too_long"


def test_a_document_beyond_all_measure_is_refused(
    gongbao: Gongbao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_files, "MOST_IN_A_DOCUMENT", 100)
    (tmp_path / "a.json").write_bytes(CASES)
    done = gongbao("compute", "heating", tmp_path / "a.json", "--json")
    assert (done.code, done.out) == (1, "")
    assert "a case on each line" in done.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.json", None, "there is no such file"),
        ("", None, "this is a folder"),
        ("a.jsonl", json.dumps(HEATING).encode("utf-16"), "UTF-16; save it as UTF-8"),
        ("a.json", json.dumps(HEATING).encode("utf-16"), "UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    gongbao: Gongbao, tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = gongbao("compute", "heating", tmp_path / name, "--json")
    assert (done.code, done.out) == (1, "")
    assert told in done.err and str(tmp_path) in done.err


def test_cases_are_answered_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second case is not read before the first is answered, so that a run of any length takes the same memory."""
    read: list[int] = []

    class Slow(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            read.append(1)
            return super().readline(size)

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(Slow(CASE + b"\n" + CASE + b"\n")))
    next(case_files.read_cases("-"))
    assert len(read) == 1


# --- what is told


@pytest.mark.parametrize("option", [("--reading", "limit_over=all"), ("--figure", "limits=1"), ("--figure", "limit=x")])
def test_an_option_that_is_wrong_for_every_case_is_told_before_any(gongbao: Gongbao, option: tuple[str, str]) -> None:
    done = gongbao("compute", "heating", "-", "--json", *option, stdin=b"nonsense\n" + CASE)
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1


def test_what_is_no_setting_is_a_mistake_in_the_command_line(gongbao: Gongbao) -> None:
    assert gongbao("compute", "heating", "-", "--figure", "limit", stdin=CASE).code == 2
    assert gongbao("compute", "heating", "-", "--keep", stdin=CASE).code == 2


def test_a_setting_that_is_given_twice_is_refused(gongbao: Gongbao) -> None:
    for option, one, other in (("--reading", "limit_over=all", "limit_over=basic_only"), ("--figure", "a=1", "a=1")):
        done = gongbao("compute", "heating", "-", option, one, option, other, stdin=CASE)
        assert done.code == 2 and "is set twice" in done.err


def test_other_figures_and_readings_are_in_the_result_and_in_the_text(gongbao: Gongbao) -> None:
    options = ("--figure", "limit=100", "--reading", "limit_over=basic_only")
    (result,) = gongbao("compute", "heating", "-", "--json", *options, stdin=CASE).objects
    assert result["values"]["subsidy"] == "165.02"
    assert (result["figures"], result["readings"]) == ({"limit": "100"}, {"limit_over": "basic_only"})
    text = gongbao("compute", "heating", "-", *options, "--language", "en", stdin=CASE).out
    assert "total subsidy: 165.02 yuan" in text
    assert "limit = 100" in text and "the basic subsidy only" in text


def test_a_case_out_of_force_is_computed_where_that_is_asked_for(gongbao: Gongbao) -> None:
    early = json.dumps({**HEATING, "on": "2025-01-01"}).encode()
    refused = gongbao("compute", "heating", "-", "--json", stdin=early)
    assert refused.objects[0]["problems"][0]["code"] == "not_in_force"
    done = gongbao("compute", "heating", "-", "--json", "--as-if", stdin=early)
    assert (done.code, done.objects[0]["as_if"], subsidies(done)) == (0, True, ["715.19"])
    assert "as if" in gongbao("compute", "heating", "-", "--as-if", "--language", "en", stdin=early).out


def test_the_text_has_labels_units_records_questions_and_reasons(gongbao: Gongbao) -> None:
    facts = {"year": 2026, "trips": [trip("2026-01-01", "50"), {**trip("2026-01-02", "50"), "kind": None}]}
    done = gongbao("compute", "ferry", "-", "--explain", stdin=json.dumps(facts).encode())
    assert done.code == 0
    assert "23.00 元" in done.out and "缺少" in done.out
    assert "trips[1].kind" in done.out and "渡船类型" in done.out
    assert "第三条" in done.out and "公式" in done.out
    english = gongbao("compute", "ferry", "-", "--language", "en", stdin=json.dumps(facts).encode()).out
    assert "23.00 yuan" in english and "kind of ferry" in english and "公式" not in english


def test_a_refusal_is_told_in_the_language_asked_for_and_apart_from_the_results(gongbao: Gongbao) -> None:
    given = CASE + b'\n{"cost": -1}\n'
    done = gongbao("compute", "heating", "-", stdin=given)
    assert done.code == 1
    assert "第2行" in done.err and "取暖费用" in done.err and "取暖费用" not in done.out
    assert "line 2" in gongbao("compute", "heating", "-", "--language", "en", stdin=given).err


def test_the_explanation_is_part_of_the_object(gongbao: Gongbao) -> None:
    (result,) = gongbao("compute", "heating", "-", "--json", "--explain", stdin=CASE).objects
    (kept,) = gongbao("compute", "heating", "-", "--json", "--explain", "--keep", stdin=CASE).objects
    assert result["explanation"]["schema"].startswith("gongbao.explanation/")
    assert kept["explanation"] == result["explanation"]


def test_steps_without_bearing_are_told_in_full_where_all_are_asked_for(real: Gongbao) -> None:
    visit = {"date": "2023-02-01", "institution": "甲", "level": "primary", "in_scope_cost": "100", "designated": True}
    visit |= {"settled_directly": False, "during_inpatient_stay": False, "suspended": False}
    given = json.dumps({"year": 2023, "status": "active", "visits": [visit]}).encode()
    brief = real("compute", "outpatient-pooling", "-", "--explain", stdin=given).out
    whole = real("compute", "outpatient-pooling", "-", "--explain", "--all-steps", stdin=given).out
    assert "3. 享受门诊统筹：是  （对结果没有影响）" in brief and "（对结果没有影响）" not in whole
    assert (
        whole.index("在职职工 ≠ 灵活就业人员") < whole.index("4. 统筹基金支付") < brief.index("在职职工 ≠ 灵活就业人员")
    )
    assert real("compute", "outpatient-pooling", "-", "--all-steps", stdin=given).code == 2


@pytest.mark.django_db
def test_the_words_of_clauses_come_from_the_library(gongbao: Gongbao) -> None:
    article = "第五条 使用清洁能源的，按基本补贴加发。"
    text = (
        "云泽市人民政府办公室关于印发云泽市取暖补贴办法的通知\n云政办〔2026〕3号\n各县人民政府：\n现印发给你们。\n"
        f"云泽市人民政府办公室\n2026年1月1日\n云泽市取暖补贴办法\n第一条 制定本办法。\n{article}\n"
    )
    plain = gongbao("compute", "heating", "-", "--explain", "--words", stdin=CASE)
    assert plain.code == 0 and "条文" not in plain.out
    made.put(read_gazette(text))
    told = gongbao("compute", "heating", "-", "--explain", "--words", stdin=CASE).out
    assert told.count("按基本补贴加发") == 1
    assert gongbao("compute", "heating", "-", "--words", stdin=CASE).code == 2
    (result,) = gongbao("compute", "heating", "-", "--json", "--explain", "--words", stdin=CASE).objects
    assert list(result["explanation"]["words"]) == ["云政办〔2026〕3号 第五条"]
    assert result["explanation"]["words"]["云政办〔2026〕3号 第五条"].endswith("按基本补贴加发。")


# --- computing again


@pytest.fixture
def kept(gongbao: Gongbao, tmp_path: Path) -> Path:
    out = gongbao("compute", "heating", "-", "--json", "--keep", stdin=CASE).out
    facts = {"year": 2026, "trips": [trip("2026-01-01", "50"), trip("2026-08-01", "50")]}
    out += gongbao("compute", "ferry", "-", "--json", "--keep", stdin=json.dumps(facts).encode()).out
    (tmp_path / "kept.jsonl").write_text(out, encoding="utf-8")
    return tmp_path / "kept.jsonl"


def test_kept_cases_of_several_policies_are_computed_again(gongbao: Gongbao, kept: Path) -> None:
    done = gongbao("recompute", kept, "--json")
    assert done.code == 0
    assert [(one["line"], one["policy"], one["differences"]) for one in done.objects] == [
        (1, "heating", []),
        (2, "ferry", []),
    ]
    assert not any(one["version_changed"] or one["changed_parameters"] for one in done.objects)


def test_each_case_is_refused_by_itself(gongbao: Gongbao, kept: Path) -> None:
    """A fact that only one of the policies has; the other case is told with its line."""
    done = gongbao("recompute", kept, "--json", "--fact", "trips[1].fare=10")
    assert done.code == 1
    refused, changed = done.objects
    assert refused["line"] == 1 and "trips[1].fare" in refused["error"]
    assert [one["path"] for one in changed["differences"]] == ["trips[1].allowance", "allowance_total"]


def test_the_version_and_the_figures_that_have_changed_since_are_told(gongbao: Gongbao, kept: Path) -> None:
    first, second = (json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines())
    first["version"] = "0" * 16
    first["parameters"]["limit"][0]["value"] = "700"
    # That another value follows later makes the one that governed no other.
    second["parameters"]["resident_limit"][0]["until"] = "2026-12-31"
    kept.write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n", encoding="utf-8")
    one, other = gongbao("recompute", kept, "--json").objects
    assert (one["version_changed"], one["changed_parameters"]) == (True, ["limit"])
    assert (other["version_changed"], other["changed_parameters"]) == (False, [])
    text = gongbao("recompute", kept).out
    assert "标准已不同：最高补贴额" in text and "000000 →" in text


def test_what_was_refused_when_it_was_computed_is_no_kept_case(gongbao: Gongbao, tmp_path: Path) -> None:
    lines = gongbao("compute", "heating", "-", "--json", "--keep", stdin=b'{"cost": -1}\n' + CASE).out
    (tmp_path / "kept.jsonl").write_text(lines, encoding="utf-8")
    done = gongbao("recompute", tmp_path / "kept.jsonl", "--json")
    assert done.code == 1 and "no kept case" in done.objects[0]["error"]
    assert done.objects[1]["differences"] == []


def test_a_difference_is_told_with_both_amounts_and_why(gongbao: Gongbao, kept: Path) -> None:
    done = gongbao("recompute", kept, "--figure", "extra[alone]=12%", "--explain")
    assert "715.19 元 → 728.19 元  补发 13.00 元" in done.out and "12%" in done.out


def test_amounts_that_differ_are_written_as_everywhere(real: Gongbao, tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    file.write_text(
        real("compute", "medical-assistance", "-", "--json", "--keep", stdin=json.dumps(AID).encode()).out, "utf-8"
    )
    told = real("recompute", file, "--fact", "inpatient_self_pay=0").out
    assert "14,000.00 元 → 0.00 元  追回 −14,000.00 元" in told


@pytest.mark.parametrize(
    ("option", "zh", "en"),
    [
        (("--figure", "limt=1"), "没有名为limt的标准", "limt is no figure"),
        (("--figure", "limit=nothing"), "limit：“nothing”不能作为该标准的值；应为不小于零的数", "nothing is no number"),
        (("--reading", "nothing=all"), "该政策没有名为nothing的理解", "no reading nothing"),
        (("--fact", "nothing=1"), "没有名为nothing的事实", "there is no fact nothing"),
    ],
)
def test_what_cannot_be_changed_is_told_in_the_language_asked_for(
    gongbao: Gongbao, kept: Path, option: tuple[str, str], zh: str, en: str
) -> None:
    assert zh in gongbao("recompute", kept, *option).err
    assert en in gongbao("recompute", kept, *option, "--language", "en").err
    if option[0] != "--fact":
        assert zh in gongbao("compute", "heating", "-", *option, stdin=CASE).err


# --- what a policy is


def test_the_list_of_policies(gongbao: Gongbao) -> None:
    listed = json.loads(gongbao("policies", "--json").out)
    assert [(one["name"], one["rule_count"]) for one in listed] == [("heating", 4), ("ferry", 6), ("herds", 9)]
    assert "2026-01-01 – 2028-12-31" in gongbao("policies").out


def test_a_policy_as_text(gongbao: Gongbao) -> None:
    text = gongbao("policy", "heating", "--language", "en").out
    for words in (
        "heating subsidy",
        "云政办〔2026〕3号",
        "cost of heating",
        "families with many children",
        "2026-01-01 – 2026-12-31  200",
        "> 1000: 30%",
        "* both",
        "the clause adds up before it limits",
        "basic, clean, extra",
    ):
        assert words in text, words


def test_a_policy_in_chinese_has_no_english_but_names(real: Gongbao) -> None:
    for name in ("medical-assistance", "outpatient-pooling", "air-compensation"):
        text = real("policy", name).out
        found = re.search(r"\b(list of|optional|on each of|highest|lowest|once|money|choice|flag)\b", text)
        assert found is None, found
    assert "categories：total_aid最高" in real("policy", "medical-assistance").out


def tree(text: str) -> list[str]:
    return text.rstrip("\n").partition("Which rule needs which\n")[2].splitlines()


def test_the_tree_of_rules_tells_each_once(gongbao: Gongbao) -> None:
    assert tree(gongbao("policy", "heating", "--language", "en").out) == [
        "  total subsidy [subsidy] 第六条",
        "    clean energy subsidy [clean_extra] 第五条",
        "      basic subsidy [basic] 第四条",
        "        own share [own_share] 第四条",
        "    basic subsidy [basic] 第四条 …",
    ]


SVG = "{http://www.w3.org/2000/svg}"


def boxes(root: ET.Element) -> list[tuple[float, float, float, float]]:
    found = []
    for one in root.iter(f"{SVG}rect"):
        x, y, width, height = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + width, y + height))
    return found


def outermost(found: Iterable[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Without the inner frames of those that have two."""
    listed = list(found)
    return [
        one
        for one in listed
        if not any(o is not one and o[0] < one[0] and o[1] < one[1] and o[2] > one[2] and o[3] > one[3] for o in listed)
    ]


@pytest.mark.parametrize("name", ["heating", "ferry", "herds"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_diagram_shows_every_rule_once_and_no_two_in_one_place(
    gongbao: Gongbao, tmp_path: Path, name: str, language: str
) -> None:
    file = tmp_path / "rules.svg"
    assert gongbao("policy", name, "--diagram", file, "--language", language).code == 0
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    policy = {"heating": heating, "ferry": ferry, "herds": herds}[name]
    texts = [str(one.text) for one in root.iter(f"{SVG}text")]
    assert sorted(texts[::2]) == sorted(rule.label.in_language(language) for rule in policy.rules.values())
    found = outermost(boxes(root))
    assert len(found) == len(policy.rules)
    for one in found:
        for other in found:
            assert one is other or one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    # A head is drawn for each need; who cannot see it is told the same in words.
    heads = [one for one in root.iter(f"{SVG}path") if "l7 4" in one.attrib["d"]]
    assert len(heads) == sum(len(rule.needs) for rule in policy.rules.values())
    assert root.attrib["role"] == "img" and root.find(f"{SVG}title") is not None
    described = root.find(f"{SVG}desc")
    assert described is not None and described.text
    assert all(rule.label.in_language(language) in described.text for rule in policy.rules.values())
    assert not list(root.iter(f"{SVG}script"))


# --- on the systems


def test_every_system_is_listed_described_and_drawn(real: Gongbao, tmp_path: Path) -> None:
    names = [one["name"] for one in json.loads(real("policies", "--json").out)]
    assert {"medical-assistance", "outpatient-pooling", "air-compensation", "hospital-bears"} <= set(names)
    for name in names:
        described = json.loads(real("policy", name, "--json").out)
        assert described["facts"] and described["rules"] and described["reported"]
        assert real("policy", name).code == 0
        assert real("policy", name, "--diagram", tmp_path / f"{name}.svg").code == 0
        ET.parse(tmp_path / f"{name}.svg")


AID = {
    "categories": ["subsistence_allowance"],
    "inpatient_self_pay": "20000",
    "outpatient_self_pay": "0",
    "standard_referral": True,
    "in_province": True,
    "on": "2022-06-01",
}


def test_a_kept_decision_under_a_changed_figure(real: Gongbao, tmp_path: Path) -> None:
    """四（三）1: 70 % of what is above the threshold; at 75 % there is more to pay, at 65 % something to claim back."""
    file = tmp_path / "kept.jsonl"
    file.write_text(
        real("compute", "medical-assistance", "-", "--json", "--keep", stdin=json.dumps(AID).encode()).out, "utf-8"
    )
    before = json.loads(file.read_text("utf-8"))["values"]["total_aid"]
    for rate, kind in (("75%", "top_up"), ("65%", "claw_back")):
        changed = f"inpatient_rate[subsistence_allowance]={rate}"
        (again,) = real("recompute", file, "--json", "--explain", "--figure", changed).objects
        found = {one["path"]: one for one in again["differences"]}
        assert (found["total_aid"]["kind"], found["total_aid"]["before"]) == (kind, before)
        assert found["total_aid"]["explanation"]["steps"][0]["rule"] == "total_aid"
        # What remains with the person goes the other way, and is neither paid nor claimed.
        assert found["remaining_self_pay"]["kind"] == "changed"


@pytest.mark.django_db
def test_coverage_without_the_library_says_so(real: Gongbao) -> None:
    summaries = json.loads(real("coverage", "--json").out)
    assert {one["document"] for one in summaries} >= {"许政办〔2022〕14号", "许政办〔2022〕24号", "许政办〔2022〕39号"}
    for one in summaries:
        check(one, fields_of("coverage [NUMBER] --json"))
        assert one["placed"] == one["clauses"] > 10 and not one["in_library"]
    text = real("coverage", "许政办〔2022〕39号").out
    assert "the library does not hold the document" in text
    assert "rule" in text and "第四条" in text
    assert real("coverage", "许政办〔1999〕1号").code == 1


# A document of this number in our own words, with fewer clauses than clauses.yaml names, and one that it does not.
DRAFT = (
    "许昌市人民政府办公室关于印发办法的通知\n许政办〔2022〕39号\n各县人民政府：\n现将办法印发给你们。\n"
    "许昌市人民政府办公室\n2022年9月13日\n办法\n第一条 为了蓝天，制定本办法。\n第二条 适用于各县。\n"
    "第九十九条 本条无人承担。\n"
)


@pytest.mark.django_db
def test_coverage_is_compared_with_the_document_in_the_library(
    real: Gongbao, tmp_path: Path, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "draft.txt").write_text(DRAFT, encoding="utf-8")
    assert real("ingest", tmp_path / "draft.txt").code == 0
    found = json.loads(real("coverage", "许政办[2022]39号", "--json").out)
    by_clause = found.pop("by_clause")
    check(found, fields_of("coverage [NUMBER] --json"))
    for one in by_clause:
        check(one, fields_of("coverage [NUMBER] --json", 1))
    assert found["in_library"] and found["unplaced"] == ["第九十九条"]
    assert "第四条" in " ".join(found["strangers"])
    assert found["placed"] == found["clauses"] - 1 == len(by_clause) - 1
    how = {one["locator"]: one["how"] for one in by_clause}
    assert (how["第一条"], how["第九十九条"]) == ("named", "unplaced")
    text = real("coverage", "许政办〔2022〕39号").out
    assert "unplaced: 第九十九条" in text and "NOT PLACED" in text and "library does not hold" not in text


def test_an_unknown_policy_is_refused_naming_the_nearest(gongbao: Gongbao) -> None:
    for arguments in (("compute", "heatin", "-"), ("policy", "heatin")):
        done = gongbao(*arguments, stdin=CASE)
        assert done.code == 1 and "was heating meant" in done.err
    with pytest.raises(GongbaoError):
        systems.policy("heatin")

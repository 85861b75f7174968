"""The commands of the library as a person and a program meet them. Texts are invented."""

import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from gongbao import cli
from gongbao.cli import printing
from gongbao.office.library.models import Document, Source
from tests.library.test_queries import OPINIONS, RULES
from tests.program import gongbao, ready

Run = Callable[..., tuple[int, str, str]]

REPEAL = (
    "云岭市人民政府办公室关于废止停车办法的通知\n云岭政办〔2022〕9号\n各县人民政府：\n"
    "决定废止《云岭市停车办法》（云岭政办〔2021〕5号）。\n云岭市人民政府办公室\n2022年5月1日\n"
)


@pytest.fixture
def run(db: None, settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process; exit status, stdout and stderr."""
    settings.MEDIA_ROOT = tmp_path / "files"

    def runs(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.run([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err  # type: ignore[return-value]

    return runs


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for name, text in (("rules.txt", RULES), ("opinions.md", OPINIONS), ("repeal.txt", REPEAL)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        paths.append(tmp_path / name)
    return paths


def answer(told: tuple[int, str, str]) -> Any:
    code, out, err = told
    assert (code, err) == (0, "")
    return json.loads(out)


# --- ingest


def test_ingest_says_what_came_of_each_file(run: Run, files: list[Path]) -> None:
    told = answer(run("ingest", *files, "--json"))
    assert [(one["file"], one["status"]) for one in told] == [(str(path), "new") for path in files]
    assert [one["documents"][0]["number"] for one in told] == [
        "云岭政办〔2021〕5号",
        "云岭政〔2021〕7号",
        "云岭政办〔2022〕9号",
    ]
    again = answer(run("ingest", *files, "--json"))
    assert [one["status"] for one in again] == ["unchanged"] * 3
    assert [one["documents"][0]["status"] for one in again] == ["unchanged"] * 3


def test_ingest_for_a_person(run: Run, files: list[Path]) -> None:
    code, out, err = run("ingest", files[0])
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{files[0]}: new, 1 document"
    assert "云岭政办〔2021〕5号  云岭市人民政府办公室关于印发云岭市停车办法的通知" in out


def test_a_bad_file_does_not_keep_the_others_out(run: Run, files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    code, out, err = run("ingest", tmp_path / "missing.txt", files[0], tmp_path / "empty.txt", files[1], "--json")
    told = json.loads(out)
    assert code == 1
    assert ["error" in one for one in told] == [True, False, True, False]
    assert [set(one) for one in told if "error" in one] == [{"schema_version", "file", "error"}] * 2
    assert told[0]["file"] == str(tmp_path / "missing.txt")
    # One line for each, and it names the file.
    lines = err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"gongbao: {tmp_path / 'missing.txt'}: ")
    assert lines[1].startswith(f"gongbao: {tmp_path / 'empty.txt'}: ")
    assert Document.objects.count() == 2


def test_a_file_over_the_limit_is_refused(run: Run, files: list[Path]) -> None:
    code, out, err = run("ingest", files[0], "--limit", "100")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert not Source.objects.exists()


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_a_mistake_in_the_command_line(run: Run, files: list[Path], limit: str) -> None:
    assert run("ingest", files[0], "--limit", limit)[0] == 2


def test_a_file_name_that_is_no_text(run: Run, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.txt")
    (tmp_path / name).write_text(RULES, encoding="utf-8")
    code, out, _ = run("ingest", tmp_path / name, "--json")
    assert code == 0
    assert json.loads(out)[0]["status"] == "new"
    assert Source.objects.get().name == "??.txt"


def test_files_out_of_a_gazette_are_told_apart(run: Run, tmp_path: Path) -> None:
    issue = tmp_path / "issue.txt"
    titles = "云岭市人民政府办公室关于印发云岭市停车办法的通知\t3\n云岭市人民政府关于防汛的意见\t9\n"
    issue.write_text(f"云岭市人民政府公报\n2021年第1期\n目录\n{titles}\n{RULES}\n{OPINIONS}", encoding="utf-8")
    told = answer(run("ingest", issue, "--json"))[0]
    assert told["gazette"] == "云岭市人民政府公报2021年第1期"
    assert len(told["documents"]) == 2
    assert told["contents"] == {
        "announced": 2,
        "found": 1,
        "missing": ["云岭市人民政府关于防汛的意见"],
        "differing": [],
        "unannounced": ["云岭市人民政府关于供水的意见"],
    }


# --- asking


@pytest.fixture
def library(run: Run, files: list[Path]) -> Run:
    run("ingest", *files)
    return run


def numbers(told: list[dict[str, Any]]) -> list[str]:
    return [one["number"] for one in told]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], ["云岭政办〔2022〕9号", "云岭政〔2021〕7号", "云岭政办〔2021〕5号"]),
        (["--year", "2021"], ["云岭政〔2021〕7号", "云岭政办〔2021〕5号"]),
        (["--kind", "opinions"], ["云岭政〔2021〕7号"]),
        (["--issuer", "云岭市人民政府"], ["云岭政〔2021〕7号"]),
        (["--text", "停车"], ["云岭政办〔2022〕9号", "云岭政办〔2021〕5号"]),
        (["--status", "repealed", "--on", "2022-05-01"], ["云岭政办〔2021〕5号"]),
        (["--status", "repealed", "--on", "2022年4月30日"], []),
        (["--status", "not_yet", "--on", "2021-06-30"], ["云岭政办〔2022〕9号", "云岭政〔2021〕7号"]),
    ],
)
def test_documents(library: Run, conditions: list[str], expected: list[str]) -> None:
    assert numbers(answer(library("documents", *conditions, "--json"))) == expected


def test_documents_tell_what_they_repeal_and_how_they_stand(library: Run) -> None:
    told = {one["number"]: one for one in answer(library("documents", "--on", "2022-06-01", "--json"))}
    assert told["云岭政办〔2022〕9号"]["repeals"] == [
        {"number": "云岭政办〔2021〕5号", "title": "云岭市停车办法", "scope": "whole", "provisions": []}
    ]
    rules = told["云岭政办〔2021〕5号"]
    assert (rules["status"], rules["status_on"], rules["articles"]) == ("repealed", "2022-06-01", 12)
    assert (rules["date"], rules["in_force_from"], rules["in_force_until"]) == ("2021-05-01", "2021-05-01", None)
    assert rules["instruments"] == ["云岭市停车办法"]
    assert [annex["label"] for annex in rules["annexes"]] == ["附件1", "附件2"]


def test_a_table_stands_in_columns_whatever_the_script(library: Run) -> None:
    code, out, err = library("documents", "--on", "2022-06-01")
    assert (code, err) == (0, "3 documents; status on 2022-06-01\n")
    head, *rows = out.splitlines()
    columns = [printing.width(head[: head.index(name)]) for name in ("DATE", "STATUS", "KIND", "ARTICLES", "TITLE")]

    def from_column(row: str, column: int) -> str:
        for at in range(len(row)):
            if printing.width(row[:at]) == column:
                return row[at:]
        raise AssertionError(f"nothing begins in column {column} of {row}")

    assert [from_column(row, columns[0])[:10] for row in rows] == ["2022-05-01", "2021-07-01", "2021-05-01"]
    assert [from_column(row, columns[1]).split("  ")[0] for row in rows] == ["in force", "in force", "repealed"]
    assert [from_column(row, columns[4])[:6] for row in rows] == ["云岭市人民政"] * 3


def test_no_document_is_said_on_stderr(library: Run) -> None:
    assert library("documents", "--year", "1999") == (0, "", "no document meets these conditions\n")
    assert answer(library("documents", "--year", "1999", "--json")) == []


def test_a_clause_with_all_below_it(library: Run) -> None:
    told = answer(library("clause", "云岭政办[2021]5号 第2条", "--json"))
    assert (told["document"], told["locator"], told["eid"], told["kind"]) == (
        "云岭政办〔2021〕5号",
        "第二条",
        "art_2",
        "article",
    )
    assert told["citation"] == "云岭政办〔2021〕5号 第二条"
    assert told["text"].splitlines() == ["第二条 停车应当：", "（一）入位；", "（二）缴费：", "1.现金；", "2.转账。"]
    assert told["own_text"] == "停车应当："
    assert [child["locator"] for child in told["children"]] == ["第二条第（一）项", "第二条第（二）项"]
    below = told["children"][1]["children"]
    assert [(child["locator"], child["number"], child["text"]) for child in below] == [
        ("第二条第（二）项第1目", "1.", "1.现金；"),
        ("第二条第（二）项第2目", "2.", "2.转账。"),
    ]


def test_a_clause_for_a_person(library: Run) -> None:
    # The shell may cut the citation in two: no quotation marks are needed.
    code, out, _ = library("clause", "云岭政办〔2021〕5号", "第二条")
    assert code == 0
    assert out.splitlines() == [
        "云岭政办〔2021〕5号 第二条  (art_2)",
        "  第二条 停车应当：",
        "    （一）入位；",
        "    （二）缴费：",
        "      1.现金；",
        "      2.转账。",
    ]


def test_a_document_with_its_outline(library: Run) -> None:
    told = answer(library("document", "云岭政办〔2021〕5号", "--on", "2022-06-01", "--json"))
    assert [part["kind"] for part in told["parts"]] == ["body", "instrument", "annex", "annex"]
    assert told["parts"][1]["clauses"][0]["locator"] == "第一章"
    assert [(one["document"], one["kind"]) for one in told["cited_by"]] == [("云岭政办〔2022〕9号", "repeals")]
    repealing = answer(library("document", "云岭政办〔2022〕9号", "--json"))
    assert [one["document"] for one in repealing["references"]] == ["云岭政办〔2021〕5号"]

    _, out, _ = library("document", "云岭政办〔2021〕5号", "--on", "2022-06-01")
    lines = out.splitlines()
    assert lines[0] == "云岭市人民政府办公室关于印发云岭市停车办法的通知"
    assert "  status    repealed on 2022-06-01" in lines
    assert "附件1 任务表" in lines
    assert "    第二条 停车应当：" in lines


def test_an_older_revision(library: Run, files: list[Path]) -> None:
    files[0].write_text(RULES.replace("入位", "按位停放"), encoding="utf-8")
    assert answer(library("ingest", files[0], "--json"))[0]["status"] == "revised"
    assert "按位停放" in library("clause", "云岭政办〔2021〕5号 第二条")[1]
    old = answer(library("document", "云岭政办〔2021〕5号", "--revision", "1", "--json"))
    assert (old["revision"], [one["revision"] for one in old["revisions"]]) == (1, [1, 2])
    assert "入位；" in json.dumps(old, ensure_ascii=False)
    assert library("document", "云岭政办〔2021〕5号", "--revision", "3")[0] == 1


def test_status_with_its_ground(library: Run) -> None:
    told = answer(library("status", "云岭政办〔2021〕5号", "--on", "2022-05-01", "--json"))
    assert (told["status"], told["on"]) == ("repealed", "2022-05-01")
    first = told["grounds"][0]
    assert (first["kind"], first["document"], first["locator"], first["day"], first["scope"]) == (
        "repeal",
        "云岭政办〔2022〕9号",
        "正文",
        "2022-05-01",
        "whole",
    )
    _, out, _ = library("status", "云岭政办〔2021〕5号", "--on", "2022-04-30")
    assert out.splitlines() == [
        "云岭政办〔2021〕5号 on 2022-04-30: in force",
        "  in force from 2021-05-01: the date of the document",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["clause", "云岭政办〔2021〕5号 第九十条"], 1, "has no clause"),
        (["clause", "云岭政办〔2021〕99号 第一条"], 1, "is not in the library"),
        (["clause", "第一条"], 1, "does not begin with a document number"),
        (["document", "云岭政办〔2021〕99号"], 1, "is not in the library"),
        (["status", ""], 1, "no document is named"),
        (["documents", "--gazette", "2030年第1期"], 1, "no document has the gazette"),
        (["documents", "--on", "2022-02-30"], 2, "is no day"),
        (["documents", "--kind", "poem"], 2, "is no kind of document"),
        (["documents", "--status", "gone"], 2, "gone"),
        (["documents", "--year", "0"], 2, "--year"),
        (["clause"], 2, "CITATION"),
        (["ingest"], 2, "FILE"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_an_exit_status(
    library: Run, arguments: list[str], code: int, says: str
) -> None:
    for form in ([], ["--json"]):
        told = library(*arguments, *form)
        assert (told[0], told[1], len(told[2].splitlines())) == (code, "", 1)
        assert says in told[2]
        assert told[2].startswith("gongbao: ")


def test_the_commands_stand_in_the_help_page(run: Run) -> None:
    _, out, _ = run("--help")
    for name in ("ingest", "documents", "document", "clause", "status"):
        assert f"  {name} " in out
        assert "--json" in run(name, "--help")[1]


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("许政", 4), ("〔2022〕", 8), ("“一”", 4), ("é", 1), ("Ａ", 2)]
)
def test_width(text: str, columns: int) -> None:
    assert printing.width(text) == columns
    assert printing.width(unicodedata.normalize("NFD", text)) == columns


@pytest.mark.parametrize(
    ("text", "columns", "kept"),
    [("许政办", 6, "许政办"), ("许政办", 5, "许政…"), ("许政办", 4, "许…"), ("abc", 2, "a…")],
)
def test_cut(text: str, columns: int, kept: str) -> None:
    assert printing.cut(text, columns) == kept


def test_progress_of_long_work_stands_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr(printing.time, "monotonic", lambda: next(clock))
    progress = printing.Progress("issue.txt")
    for done in range(5):
        progress("reading", done, 5)
    progress.end()
    told = capsys.readouterr()
    assert told.out == ""
    # Every five seconds, on a clock that goes on by three.
    assert told.err.splitlines() == [f"reading issue.txt: {done} of 5 documents" for done in (1, 3)]


def test_the_first_command_of_all_makes_the_database(tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text(RULES, encoding="utf-8")
    home = tmp_path / "home"
    told = gongbao(home, "ingest", str(tmp_path / "rules.txt"), "--json")
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout)[0]["status"] == "new"
    assert gongbao(home, "clause", "云岭政办〔2021〕5号 第一条").stdout.splitlines()[1:] == [
        "  第一条 为了停车，制定本办法。"
    ]
    assert len(list((home / "files").rglob("*.txt"))) == 1


def test_a_terminal_obeys_no_gazette(tmp_path: Path) -> None:
    words = "为了管理停车，制定本条例。" * 60
    text = f"某市条例\n第一条 甲\x1b]0;x\x07乙\x9b2J。\n第二条 {words}\n"
    (tmp_path / "law.txt").write_text(text, encoding="utf-8")
    assert gongbao(ready(tmp_path / "home"), "ingest", str(tmp_path / "law.txt")).returncode == 0
    cited = "某市条例 第一条"
    for arguments in (["clause", cited], ["clause", cited, "--json"], ["clause", f"{cited}\x1b[2J"]):
        told = gongbao(tmp_path / "home", *arguments)
        assert not {"\x1b", "\x07", "\x9b"} & set(told.stdout + told.stderr)


# --- files that are written, and who they are for


@pytest.mark.parametrize("place", ["taken/x.xml", "taken/deep/x.xml", "nowhere/x.xml", "x" * 300, ""])
def test_a_place_where_no_file_can_be_is_told(run: Run, files: list[Path], tmp_path: Path, place: str) -> None:
    """Below a file, in a folder that is not there, under a name that is too long, under none."""
    run("ingest", files[0])
    (tmp_path / "taken").write_text("kept")
    target = tmp_path / place if place else ""
    code, out, err = run("export", "云岭政办〔2021〕5号", target, "--format", "akn")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "this file cannot be written: " in err
    assert (tmp_path / "taken").read_text() == "kept"
    assert not list(tmp_path.glob(".*"))


MASKED_ISSUE = """云岭市人民政府办公室
关于印发防汛工作两个办法的通知

云岭政办〔2026〕2号

各县人民政府：

《云岭市防汛方案》《祁望川工作室办法》已经市政府同意，现印发给你们。

附件：祁望川防汛责任表

云岭市人民政府办公室
2026年2月5日

云岭市防汛方案

一、到2026年底，祁望川包保责任区水位达标率达到98%以上。（责任单位：市水利局、祁望川）
二、联系人：祁望川，电话：13612340001。
《祁望川工作室暂行办法》（云岭政办〔2024〕9号）同时废止。

祁望川工作室办法

第一条　祁望川工作室应当于2026年9月30日前完成建设。
"""


def test_what_is_masked_on_the_command_line_is_what_a_visitor_may_not_see(run: Run, tmp_path: Path) -> None:
    (tmp_path / "floods.txt").write_text(MASKED_ISSUE, encoding="utf-8")
    (tmp_path / "repeal.txt").write_text(
        "云岭市人民政府办公室关于修改部分文件的通知\n云岭政办〔2026〕8号\n各县人民政府：\n"
        "决定废止《祁望川工作室办法》。\n云岭市人民政府办公室\n2026年5月1日\n",
        encoding="utf-8",
    )
    run("ingest", tmp_path / "floods.txt", tmp_path / "repeal.txt")
    number = "云岭政办〔2026〕2号"
    for command in (["documents"], ["status", number, "--on", "2027-01-01"], ["indicators"], ["document", number]):
        shown, hidden = (answer(run(*command, "--json", *more)) for more in ([], ["--masked"]))
        of_it = [
            [one for one in told if one.get("key", one.get("document")) == number] if isinstance(told, list) else told
            for told in (shown, hidden)
        ]
        assert "祁望川" in str(of_it[0]), command
        assert "祁望川" not in str(of_it[1]) and "＊＊＊" in str(of_it[1]), command
    assert len(answer(run("indicators", "--text", "望川", "--json"))) == 1
    assert answer(run("indicators", "--text", "望川", "--json", "--masked")) == []
    assert answer(run("indicators", "--unit", "祁望", "--json", "--masked")) == []

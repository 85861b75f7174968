"""docs/contract.md against what the commands print: fields, types, values, examples. All texts are invented."""

import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from gongbao import SCHEMA_VERSION, cli
from gongbao.gazette import read_gazette
from gongbao.gazette.addresses import ABBREVIATIONS
from gongbao.gazette.deadlines import DeadlineKind, Every, Relation, YearFrom
from gongbao.gazette.findings import FindingKind, Severity
from gongbao.gazette.indicators import Change, Comparison, TargetYear
from gongbao.gazette.model import ClauseKind, DocumentKind, PartKind, ReferenceKind
from gongbao.gazette.tables import Kind
from gongbao.office.library.actions import Outcome
from gongbao.office.library.queries import GroundKind, Status
from gongbao.office.people.models import UnitKind
from gongbao.office.people.roles import Role
from gongbao.site.oidc_settings import Provider
from tests.rig import ROOT

PAGE = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")

Table = list[dict[str, str]]


def sections() -> dict[str, str]:
    """The text below each heading of the page, by the heading without its marks."""
    found: dict[str, str] = {}
    name = ""
    for line in PAGE.splitlines():
        if line.startswith("#"):
            name = line.lstrip("#").strip().replace("`", "")
            found[name] = ""
        else:
            found[name] += line + "\n"
    return found


def tables(text: str) -> list[Table]:
    """The tables of a text, each row a mapping from the head of the column to the cell."""
    out: list[Table] = []
    head: list[str] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            head = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not head:
            head = cells
            out.append([])
        elif not set("".join(cells)) <= set("- "):
            out[-1].append(dict(zip(head, cells, strict=True)))
    return out


SECTIONS = sections()


def fields(section: str, table: int = 0) -> dict[str, str]:
    """Path of each field -> its type, as the table says."""
    rows = tables(SECTIONS[section])[table]
    return {next(iter(row.values())).strip("`"): row["type"] for row in rows}


def values(enumeration: str) -> list[str]:
    return [row["value"].strip("`").strip('"') for row in tables(SECTIONS[enumeration])[0]]


ENUMERATIONS: dict[str, list[str]] = {
    "outcomes": [value.value for value in Outcome],
    "statuses": list(Status.values),
    "ground kinds": [value.value for value in GroundKind],
    "reference kinds": [value.value for value in ReferenceKind],
    "part kinds": [value.value for value in PartKind],
    "document kinds": [value.value for value in DocumentKind],
    "scopes": ["whole", "partial", ""],
    "cell types": [value.value for value in Kind],
    "deadline kinds": [value.value for value in DeadlineKind],
    "deadline relations": [value.value for value in Relation],
    "year sources": [value.value for value in YearFrom],
    "periods": [value.value for value in Every],
    "comparisons": [value.value for value in Comparison],
    "changes": [value.value for value in Change],
    "target years": [value.value for value in TargetYear],
    "finding kinds": [value.value for value in FindingKind],
    "severities": [value.value for value in Severity],
    "unit kinds": list(UnitKind.values),
    "roles": list(Role.values),
}


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_enumerations(name: str) -> None:
    assert values(name) == ENUMERATIONS[name]


def test_levels_and_their_abbreviations() -> None:
    rows = tables(SECTIONS["Levels and eIds"])[0]
    told = {row["kind"].strip("`"): row["element in the eId"].strip("`") for row in rows}
    assert told == {kind.value: name for kind, name in ABBREVIATIONS.items()}
    assert set(told) == {kind.value for kind in ClauseKind}


def test_one_version_for_all_commands() -> None:
    assert f"`{SCHEMA_VERSION}` is this page" in PAGE


# --- the output, field by field


class Drift(AssertionError):
    pass


def check(value: Any, told: dict[str, str], met: set[str], path: str = "") -> None:
    """Hold an object against its table; `met` gathers the fields of which a value was seen."""
    below = {name.removeprefix(path): kind for name, kind in told.items() if name.startswith(path)}
    here = {name for name in below if not re.search(r"[.\[]", name)}
    if set(value) != here:
        raise Drift(f"at “{path}”: printed and not described {set(value) - here}, or the reverse {here - set(value)}")
    for name in here:
        _one(value[name], below[name], told, met, path + name)


def _one(value: Any, kind: str, told: dict[str, str], met: set[str], path: str) -> None:
    def wrong() -> Drift:
        return Drift(f"{path} is {value!r}, and no {kind}")

    if kind.endswith(" or null"):
        if value is None:
            return
        kind = kind.removesuffix(" or null")
    if kind.startswith("list of "):
        if not isinstance(value, list):
            raise wrong()
        kind = kind.removeprefix("list of ")
        for one in value:
            if kind == "object":
                check(one, told, met, f"{path}[].")
            elif kind == "clause":
                check(one, CLAUSE, met_in_clauses)
            else:
                _one(one, kind, told, met, path)
        if value:
            met.add(path)
        return
    if kind == "object":
        check(value, told, met, f"{path}.")
    elif kind == "object of integer":
        if not all(isinstance(key, str) and type(number) is int for key, number in value.items()):
            raise wrong()
    elif kind == "object of cell":
        if not all(isinstance(key, str) and (cell is None or type(cell) is str) for key, cell in value.items()):
            raise wrong()
    elif kind == "object of column":
        for column in value.values():
            if set(column) != {"type", "unit"} or column["type"] not in values("cell types"):
                raise wrong()
    elif kind.startswith("one of "):
        name = kind.removeprefix("one of ")
        allowed = [kind.value for kind in ClauseKind] if name == "clause kinds" else values(name)
        if value not in allowed:
            raise wrong()
    else:
        right: dict[str, Callable[[Any], Any]] = {
            "string": lambda: type(value) is str,
            "integer": lambda: type(value) is int,
            "boolean": lambda: type(value) is bool,
            "date": lambda: re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value),
            "timestamp": lambda: datetime.fromisoformat(value).tzinfo is not None,
        }
        if not right[kind]():  # type: ignore[call-arg]
            raise wrong()
    if value not in ("", {}):
        met.add(path)


CLAUSE = fields("Clauses")
met_in_clauses: set[str] = set()

# Two editions of an issue and a document by itself, in which every field has a value somewhere.
ISSUE = (
    "云岭市人民政府公报\n2021年第1期\n目录\n"
    "云岭市人民政府办公室关于印发云岭市停车办法的通知\t1\n云岭市人民政府关于防汛的意见\t9\n"
    "云岭市人民政府办公室关于供水工作通知\t10\n\n"
    "云岭市人民政府办公室关于印发云岭市停车办法的通知\n云岭政办〔2021〕5号\n各县人民政府：\n现将《云岭市停车办法》印发给你们。\n"
    "云岭市人民政府办公室\n2021年5月1日\n云岭市停车办法\n第一条 为了停车，制定本办法。\n"
    "第二条 停车应当：\n（一）入位；\n（二）缴费。\n"
    "第三条 本办法自2021年6月1日起施行，有效期3年。《云岭市旧停车办法》（云岭政办〔2011〕1号）第九条同时废止。\n"
    "附件：1. 任务表\n2. 流程图\n附件1\n任务表\n一、任务\n完成任务。\n"
    "云岭市人民政府办公室关于供水工作的通知\n云岭政办〔2021〕6号\n各县人民政府：\n"
    "请按照《云岭市停车办法》（云岭政办〔2021〕5号） and 有关规定办理。\n"
    "云岭市人民政府办公室\n2021年5月2日\n"
    "云岭市人民政府关于供电的决定\n云岭政〔2021〕7号\n各县人民政府：\n要供电。\n云岭市人民政府\n2021年5月3日\n"
)
REPEAL = (
    "云岭市人民政府办公室关于停止收费的通知\n云岭政办〔2022〕9号\n各县人民政府：\n"
    "《云岭市停车办法》（云岭政办〔2021〕5号）第二条同时废止。\n云岭市人民政府办公室\n2022年5月1日\n"
)


@pytest.fixture
def printed(db: None, settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    settings.MEDIA_ROOT = tmp_path / "files"
    texts = {
        "issue": ISSUE,
        "repeal": REPEAL,
        "edition": ISSUE.replace("要供电", "应当供电").replace("云岭政办〔2021〕6号\n", "云岭政办〔2021〕8号\n"),
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")

    def runs(*arguments: str) -> Any:
        with pytest.raises(SystemExit):
            cli.run([argument.replace("TMP", str(tmp_path)) for argument in (*arguments, "--json")])
        return json.loads(capsys.readouterr().out)

    return runs


@pytest.fixture
def ingested(printed: Callable[..., Any]) -> list[Any]:
    return printed("ingest", "TMP/issue.txt") + printed("ingest", "TMP/edition.txt", "TMP/repeal.txt", "TMP/none.txt")


def all_met(told: dict[str, str], met: set[str], never: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Every field described had a value somewhere, or the check of it was empty."""
    assert set(told) - met == set(never)


def test_ingest(ingested: list[Any]) -> None:
    met: set[str] = set()
    told = fields("gongbao ingest FILE... --json")
    for one in ingested[:3]:
        check(one, told, met)
    # Notes are of files such as PDFs with pages that have no text.
    all_met(told, met, {"notes"})
    refused, met = fields("gongbao ingest FILE... --json", 1), set()
    check(ingested[3], refused, met)
    all_met(refused, met)


def test_documents(ingested: list[Any], printed: Callable[..., Any]) -> None:
    told, met = fields("gongbao documents --json"), set[str]()
    for one in printed("documents", "--on", "2022-06-01"):
        check(one, told, met)
    all_met(told, met)


def test_search(ingested: list[Any], printed: Callable[..., Any]) -> None:
    told, met = fields("gongbao search WORDS --json"), set[str]()
    for words in ("停车", "云岭市人民政府关于供电的决定"):
        for one in printed("search", words):
            check(one, told, met)
    all_met(told, met)


def test_document(ingested: list[Any], printed: Callable[..., Any]) -> None:
    listed, more = fields("gongbao documents --json"), fields("gongbao document NUMBER --json")
    assert not set(listed) & set(more)
    met: set[str] = set()
    met_in_clauses.clear()
    for one in printed("documents"):
        check(printed("document", one["key"]), {**listed, **more}, met)
    all_met({**listed, **more}, met)
    all_met(CLAUSE, met_in_clauses)


def test_clause(ingested: list[Any], printed: Callable[..., Any]) -> None:
    told, met = {**fields("gongbao clause CITATION --json"), **CLAUSE}, set[str]()
    check(printed("clause", "云岭政办〔2021〕5号 第二条"), told, met)
    all_met(told, met, {"heading"})


def test_status(ingested: list[Any], printed: Callable[..., Any]) -> None:
    told, met = fields("gongbao status NUMBER --json"), set[str]()
    for day in ("2021-05-01", "2022-06-01", "2030-01-01"):
        check(printed("status", "云岭政办〔2021〕5号", "--on", day), told, met)
    all_met(told, met)


# A plan with units, days and targets, and a list with groups, a merged cell, totals and words in a column of figures.
PLAN = (
    "云岭市人民政府关于印发云岭市2021年重点工作方案的通知\n云岭政〔2021〕11号\n各县人民政府：\n"
    "现将《云岭市2021年重点工作方案》印发给你们。\n云岭市人民政府\n2021年1月5日\n云岭市2021年重点工作方案\n"
    "一、目标\n1. 新建口袋公园12至15个，园林业产值增长6%以上。（市园林局牵头，市财政局等配合，2021年6月30日前完成）\n"
    "2. 市水利局应于每月25日前报送进度，汛期前完成检修。\n"
    "3. 市卫生健康委应在接到报告后半小时内核查，12至24个月内完成评估，每月5日16:00前报送月报。\n"
    "二、补助\n附件\n补助表\n单位：万元\n序号\t片区\t单位名称\t补助\n一、东片，共2家，合计1200万元\t\t\t\n"
    "1\t甲路，共2家\t云岭一号园圃\t1,000\n2\t\t云岭二号园圃\t200\n小计\t\t\t1200\n二、西片\t\t\t\n3\t乙路\t云岭三号园圃\t待定\n"
    "合计\t\t\t1200\n注：按年拨付。\t\t\t\n"
)


@pytest.fixture
def planned(printed: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    printed("ingest", "TMP/plan.txt")
    return printed


def test_tables(planned: Callable[..., Any]) -> None:
    told, met = fields("gongbao tables NUMBER --json"), set[str]()
    found = planned("tables", "云岭政〔2021〕11号")
    assert len(found) == 1
    for one in found:
        check(one, told, met)
    all_met(told, met, {"totals[].spans"})


def test_duties(planned: Callable[..., Any]) -> None:
    told, met = fields("gongbao duties [NUMBER] --json"), set[str]()
    for one in planned("duties"):
        check(one, told, met)
    all_met(told, met)


def test_indicators(planned: Callable[..., Any]) -> None:
    told, met = fields("gongbao indicators [NUMBER] --json"), set[str]()
    for one in planned("indicators"):
        check(one, told, met)
    all_met(told, met)


def test_check(printed: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "wrong.txt").write_text(PLAN.replace("小计\t\t\t1200", "小计\t\t\t1250"), encoding="utf-8")
    told, met = fields("gongbao check FILE --json"), set[str]()
    found = printed("check", "TMP/wrong.txt")
    assert [one["kind"] for one in found] == ["sum"]
    for one in found:
        check(one, told, met)
    all_met(told, met)


def test_feeds(planned: Callable[..., Any]) -> None:
    opened, listed = fields("gongbao feed NAME --json"), fields("gongbao feeds --json")
    assert set(opened) - set(listed) == {"path"}
    met: set[str] = set()
    feed = planned("feed", "云岭市园林局值班室", "--unit", "园林局")
    check(feed, opened, met)
    check(planned("revoke-feed", str(feed["feed"])), listed, met)
    for one in planned("feeds"):
        check(one, listed, met)
    all_met(opened, met)


def test_accounts(printed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.GONGBAO_OIDC = Provider("https://id.example", "gongbao", "secret")
    monkeypatch.setattr("sys.stdin", io.StringIO("three calm herons\nseven quiet otters\n"))
    told, met = fields("gongbao account NAME --json"), set[str]()
    check(printed("account", "yunling", "--password-stdin", "--called", "云岭", "--provider-name", "yl"), told, met)
    check(printed("account", "other", "--password-stdin", "--provider-subject", "7f3a"), told, met)
    for one in printed("accounts"):
        check(one, told, met)
    # Nobody has signed in.
    all_met(told, met, {"last_sign_in"})


def test_people(printed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("three calm herons\nseven quiet otters\n"))
    for name in ("yan.shu", "bai.lu"):
        printed("account", name, "--password-stdin")
    units, posts, substitutes = (
        fields(f"gongbao {command} --json")
        for command in ("unit KEY", "post ACCOUNT UNIT ROLE", "substitute ABSENT BY")
    )
    met: set[str] = set()
    last = str(timezone.localdate())
    check(printed("unit", "yunling", "--zh", "云岭市", "--en", "Yunling", "--kind", "city"), units, met)
    below = ("unit", "finance", "--zh", "财政局", "--en", "Finance", "--kind", "department", "--parent", "yunling")
    check(printed(*below), units, met)
    assert [one["depth"] for one in printed("units")] == [0, 1]
    for one in printed("units"):
        check(one, units, met)
    all_met(units, met)
    check(printed("post", "yan.shu", "finance", "clerk", "--until", "2999-12-31"), posts, met)
    check(printed("post", "bai.lu", "finance", "clerk"), posts, met)
    for one in printed("posts"):
        check(one, posts, met)
    all_met(posts, met)
    check(printed("substitute", "yan.shu", "bai.lu", "--until", last, "--reason", "leave"), substitutes, met)
    for one in printed("substitutes"):
        check(one, substitutes, met)
    all_met(substitutes, met)


def test_migrate(printed: Callable[..., Any]) -> None:
    check(printed("migrate"), fields("gongbao migrate --json"), set())


def test_every_command_that_prints_json_is_described() -> None:
    import click

    commands = {name: one for name, one in cli.main.commands.items() if not isinstance(one, click.Group)}
    for group, one in cli.main.commands.items():
        if isinstance(one, click.Group):
            commands |= {f"{group} {name}": below for name, below in one.commands.items()}
    for name, command in commands.items():
        if any("--json" in parameter.opts for parameter in command.params if isinstance(parameter, click.Option)):
            assert any(heading.startswith(f"gongbao {name} ") for heading in SECTIONS), name


def test_the_worker_and_the_log(printed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("three calm herons\n"))
    printed("account", "yan.shu", "--password-stdin")
    for command in ("worker --once", "audit verify", "audit rebuild --check", "audit rebuild"):
        name = command.removesuffix(" --once")
        check(printed(*command.split()), fields(f"gongbao {name} --json"), set())
    assert len(printed("audit", "key")["public_key"]) == 64


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.pop("title"),
        lambda one: one.update(colour="red"),
        lambda one: one.update(articles="9"),
        lambda one: one.update(articles=None),
        lambda one: one.update(date="1.5.2021"),
        lambda one: one.update(kind="poem"),
        lambda one: one["annexes"][0].pop("present"),
        lambda one: one["annexes"][0].update(present="yes"),
        lambda one: one["instruments"].append(None),
        lambda one: one["repeals"][0].update(scope="much"),
    ],
)
def test_the_check_itself_sees_a_drift(
    ingested: list[Any], printed: Callable[..., Any], change: Callable[[Any], Any]
) -> None:
    one = next(one for one in printed("documents") if one["key"] == "云岭政办〔2021〕5号")
    told = fields("gongbao documents --json")
    check(one, told, set())
    change(one)
    with pytest.raises(Drift):
        check(one, told, set())


# --- the examples


def head(title: str, number: str = "1") -> str:
    return f"云岭市人民政府办公室关于印发{title}的通知\n云岭政办〔2021〕{number}号\n各县人民政府：\n"


SIGNED = "云岭市人民政府办公室\n2021年5月1日\n"
COVER = f"现印发给你们。\n{SIGNED}"
HAN = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")


def article(n: int) -> str:
    tens = ("" if n < 20 else HAN[n // 10]) + "十" if n >= 10 else ""
    return f"第{tens}{HAN[n % 10]}条"


EXAMPLES = [
    # Articles.
    f"{head('云岭市甲办法')}{COVER}云岭市甲办法\n第一章 总则\n第一节 目的\n第一条 甲。\n第二章 细则\n第一节 一般\n"
    + "".join(f"{article(n)} 内容。\n" for n in range(2, 36))
    + "第三十六条 一款。\n二款。\n",
    f"{head('云岭市乙办法')}{COVER}云岭市乙办法\n第一条 甲。\n第二条 乙。\n第三条 丙。\n"
    "第四条 丁：\n（一）子：\n1. 甲；\n2. 乙。\n（二）丑。\n",
    f"{head('云岭市丙办法')}{COVER}云岭市丙办法\n第一条 甲。\n第二条 乙。\n第三条 丙。\n"
    "第四条 一款。\n二款：\n（一）子；\n（二）丑。\n",
    "规程\n第一章 甲\n第一条 一。\n第二条 二。\n第三条 三。\n第二章 乙\n第一条 四。\n第二条 五。\n第三条 六。\n",
    # Headings and decimal numbering.
    "云岭市人民政府关于供水的意见\n云岭政〔2021〕7号\n各县人民政府：\n为做好供水，提出以下意见。\n一、甲\n二、乙\n三、丙\n四、丁\n"
    "（一）甲。\n（二）乙。\n（三）丙。\n1. 甲。\n2. 乙。\n五、戊\n（一）甲\n第一段话。\n第二段话。\n"
    "云岭市人民政府\n2021年7月1日\n",
    f"{head('云岭市应急预案')}{COVER}云岭市应急预案\n"
    "1 总则\n1.1 目的\n为了应急。\n2 组织\n2.1 机构\n设立：\n（1）甲；\n（2）乙。\n",
    f"{head('云岭市另一预案')}{COVER}云岭市另一预案\n"
    "1 总则\n1.1 目的\n为了应急。\n2 组织\n2.1 机构\n设立：\n1. 甲；\n2. 乙。\n",
    "云岭市人民政府关于名单的意见\n一、甲\n专栏1 工程\n建桥。\n",
    "云岭市人民政府关于名单的意见\n一、甲\n三、乙\n（一）子。\n三、丙\n",
    # Parts.
    "序号\t项目\t金额\n1\t路灯\t20\n合计\t\t20\n",
    f"{head('云岭市某方案和云澜市某指南')}《云岭市某方案》《云澜市某指南》已经同意，现印发给你们。\n"
    f"一、各县执行。\n二、各局执行。\n{SIGNED}"
    "云岭市某方案\n一、目标\n达到目标。\n附件：1. 任务表\n云澜市某指南\n"
    "一、办法\n照办。\n附件1\n任务表\n一、任务\n二、要求\n（一）完成。\n",
]


def test_examples_of_locators() -> None:
    """Each example of the page is the locator of a clause that the reader of gazettes makes out of some text."""
    made = {
        clause.locator: clause.eid
        for text in EXAMPLES
        for document in read_gazette(text).documents
        for clause in document.walk()
    }
    rows = tables(SECTIONS["Locators"])[0]
    examples = [locator for row in rows for cell in row.values() for locator in re.findall("`([^`]+)`", cell)]
    assert len(examples) > 15
    assert [locator for locator in examples if locator not in made] == []


def test_examples_of_eids() -> None:
    made = {clause.eid for text in EXAMPLES for document in read_gazette(text).documents for clause in document.walk()}
    made |= {clause.eid for clause in read_gazette("规定\n第十二条 甲。\n第十二条之一 乙。\n").documents[0].walk()}
    paragraph = next(text for text in tables_and_text("Levels and eIds") if text.startswith("An eId is"))
    examples = [name for name in re.findall(r"`([a-z][\w-]+)`", paragraph) if not name.endswith("__")]
    assert "art_4__subpara_1__point_1" in examples
    missing = [name for name in examples if name not in made and not any(eid.endswith(f"__{name}") for eid in made)]
    assert missing == []
    for beginning in ("cover__", "att_1__", "att_2__"):
        assert f"`{beginning}`" in paragraph
        assert any(eid.startswith(beginning) for eid in made)


def tables_and_text(section: str) -> list[str]:
    return [" ".join(block.split("\n")) for block in SECTIONS[section].split("\n\n")]


@pytest.mark.parametrize("row", tables(SECTIONS["In force"])[0], ids=lambda row: row["words"])
def test_examples_of_dates_in_force(row: dict[str, str]) -> None:
    words = "" if row["words"].startswith("(") else f"第二条 本办法{row['words']}\n"
    text = (
        "云岭市人民政府关于印发云岭市某办法的通知\n云岭政〔2022〕2号\n各县：\n现将《云岭市某办法》印发给你们。\n"
        f"云岭市人民政府\n2022年4月24日\n云岭市某办法\n第一条 为了管理，制定本办法。\n{words}"
    )
    validity = read_gazette(text).documents[0].validity
    told = [None if row[name] == "null" else row[name] for name in ("`in_force_from`", "`in_force_until`")]
    assert [day and day.isoformat() for day in (validity.from_, validity.until)] == told


def test_enumerations_are_plain_strings_in_json() -> None:
    for enumeration in (Outcome, GroundKind, ReferenceKind, PartKind, DocumentKind, ClauseKind):
        assert issubclass(enumeration, StrEnum)

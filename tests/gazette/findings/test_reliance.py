"""Repealed documents that are still relied on: planted ones, their clean twins, and what is no reliance."""

from datetime import date
from pathlib import Path

import pytest

import gongbao
from gongbao.gazette.findings import FindingKind, Severity
from gongbao.gazette.findings.reliance import reliance_on_repealed
from tests.gazette.findings.planted import issued, manuscript, marked, notice, twins

KNOWN = {
    "云澜政〔2015〕4号": date(2021, 7, 1),
    "云澜市殡葬管理办法": date(2020, 1, 1),
    "云澜市人民政府令第12号": date(2022, 6, 1),
}

NEW_RULES = issued(
    "云澜市集市管理办法",
    "云澜政办〔2023〕5号",
    "第一条 集市定点设置。\n\n第二条 本办法自印发之日起施行。《云澜市集市管理暂行办法》（云澜政办〔2017〕30号）同时废止。",
    "2023年2月1日",
)
LATER_RULES = issued(
    "云澜市渡口管理办法",
    "云澜政办〔2023〕6号",
    "第一条 渡口须经许可。\n\n第二条 本办法自2023年7月1日起施行，《云澜市渡口管理规定》（云澜政〔2012〕9号）同时废止。",
    "2023年2月2日",
)
REPEAL = notice(
    "废止一批文件",
    "云澜政〔2023〕3号",
    "经研究，决定废止下列文件：\n\n一、《云澜市砂石管理办法》（云澜政〔2010〕21号）\n\n二、《云澜市人民政府关于印发云澜市粮库管理办法的通知》（云澜政〔2011〕5号）",
    "2023年1月20日",
    "云澜市人民政府",
)
TERM = issued(
    "云澜市商贸扶持办法",
    "云澜政办〔2020〕2号",
    "第一条 扶持商贸企业。\n\n第二条 本办法自2020年1月1日起施行，有效期至2022年12月31日。",
    "2020年1月1日",
)

PLANTED = {
    "by number, from another document": NEW_RULES
    + "\n"
    + notice(
        "加强早市管理",
        "云澜政办〔2023〕8号",
        "一、早市摊位按照《云澜市集市管理暂行办法》（云澜政办〔⟨2017〕30¦2019〕31⟩号）规定设置。",
    ),
    "by title only": NEW_RULES
    + "\n"
    + notice("加强夜市管理", "云澜政办〔2023〕9号", "（一）夜市执行《云澜市集市管理⟨暂行¦⟩办法》有关标准。"),
    "by number only": REPEAL
    + "\n"
    + notice("规范采砂", "云澜政办〔2023〕10号", "1. 根据云澜政〔⟨2010〕21¦2016〕21⟩号文件要求，划定可采区。"),
    "what was issued with the repealed notice": REPEAL
    + "\n"
    + notice(
        "开展粮库检查", "云澜政办〔2023〕11号", "三、检查内容\n\n依据《云澜市粮库⟨管理¦安全⟩办法》，检查仓储条件。"
    ),
    "among several": NEW_RULES
    + "\n"
    + notice(
        "开展食品检查",
        "云澜政办〔2023〕12号",
        "根据《中华人民共和国食品安全法》《云澜市集市管理⟨暂行¦⟩办法》和《云澜市餐饮管理办法》，现通知如下：\n\n一、全面检查。",
    ),
    "its provision is applied": REPEAL
    + "\n"
    + issued(
        "云澜市矿山办法", "云澜政办〔2023〕13号", "第一条 砂石运输适用《云澜市砂石⟨管理¦运输⟩办法》第五条的规定。"
    ),
    "known from elsewhere, by number": notice(
        "加强公墓管理", "云澜政办〔2023〕14号", "2.1 收费按照《云澜市收费目录》（云澜政〔⟨2015〕4¦2015〕5⟩号）执行。"
    ),
    "known from elsewhere, by title": notice(
        "文明祭扫", "云澜政办〔2023〕15号", "（一）各乡镇要落实《云澜市⟨殡葬¦公墓⟩管理办法》。"
    ),
    "known from elsewhere, an order": marked(
        "云澜市养犬方案",
        "云澜政〔2023〕16号",
        "一、办理登记的，依照《云澜市养犬管理规定》（云澜市人民政府令第⟨12¦13⟩号）处理。",
        issuer="云澜市人民政府",
    ),
    "repealed by the document itself": issued(
        "云澜市路灯管理办法",
        "云澜政办〔2023〕17号",
        "第一条 路灯维护按照《云澜市照明管理办法》（云澜政〔⟨2013¦2014⟩〕7号）执行。\n\n第二条 本办法自印发之日起施行。"
        "《云澜市路灯管理规定》（云澜政〔2013〕7号）同时废止。",
    ),
    "its own number": issued(
        "云澜市雕塑管理办法",
        "云澜政办〔2023〕18号",
        "第一条 雕塑须备案。\n\n第二条 本办法自印发之日起施行，《云澜市雕塑管理办法》（云澜政办〔⟨2023〕18¦2016〕18⟩号）同时废止。",
    ),
    "its term is over": TERM
    + "\n"
    + notice("兑现商贸奖励", "云澜政办〔2023〕19号", "根据《云澜市商贸⟨扶持¦促进⟩办法》，决定兑现奖励资金。"),
    "its term is over, by number": TERM
    + "\n"
    + notice("申报商贸项目", "云澜政办〔2023〕20号", "申报条件参照云澜政办〔⟨2020〕2¦2021〕2⟩号文件执行。"),
    "the repeal stands behind": notice(
        "规范菜市场", "云澜政办〔2023〕21号", "摊位费按《云澜市集市管理⟨暂行¦⟩办法》规定的标准收取。"
    )
    + "\n"
    + NEW_RULES,
    "repealed on a day that is named": issued(
        "云澜市井盖办法",
        "云澜政办〔2022〕22号",
        "第一条 井盖须编号。\n\n第二条 本办法自印发之日起施行。《云澜市井盖规定》（云澜政〔2009〕2号）自2022年7月1日起废止。",
        "2022年5月1日",
    )
    + "\n"
    + notice("排查井盖", "云澜政办〔2022〕23号", "按照《云澜市井盖规定》要求逐一编号。", "2022年⟨7¦6⟩月20日"),
    "before the repeal, or after it": LATER_RULES
    + "\n"
    + notice(
        "加强渡口安全", "云澜政办〔2023〕24号", "一、渡口检查按照《云澜市渡口管理规定》执行。", "2023年⟨8¦6⟩月20日"
    ),
    "the short name": REPEAL
    + "\n"
    + issued(
        "云澜市料场方案",
        "云澜政办〔2023〕25号",
        "第一条 本市《云澜市砂石管理办法》（云澜政〔⟨2010〕21¦2020〕21⟩号，以下简称《办法》）已印发多年。\n\n第二条 料场设置按照《办法》执行。",
    ),
    "in a Markdown document": NEW_RULES
    + "\n"
    + marked(
        "青屿县赶集方案", "青政〔2023〕26号", "## 一、要求\n\n1. 严格执行《云澜市集市管理⟨暂行¦⟩办法》，不得占道。"
    ),
    "to be acted under": NEW_RULES
    + "\n"
    + notice("查处占道", "云澜政办〔2023〕27号", "违反《云澜市集市管理⟨暂行¦⟩办法》的，由城管部门查处。"),
    "in force only when the other is gone": LATER_RULES
    + "\n"
    + issued(
        "云澜市码头办法",
        "云澜政办〔2023〕28号",
        "第一条 码头管理参照《云澜市渡口管理⟨规定¦办法⟩》执行。\n\n第二条 本办法自2023年8月1日起施行。",
        "2023年3月1日",
    ),
    "the notice that issued it": REPEAL
    + "\n"
    + notice("开展粮情普查", "云澜政办〔2023〕30号", "普查按照《关于印发云澜市粮库⟨管理¦普查⟩办法的通知》执行。"),
    "a table": REPEAL
    + "\n"
    + notice(
        "公布办事依据",
        "云澜政办〔2023〕29号",
        "依据见下表：\n\n序号\t事项\t依据\n1\t采砂许可\t依据《云澜市砂石⟨管理¦许可⟩办法》办理\n2\t取水许可\t依据《云澜市取水办法》办理",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_and_its_clean_twin_is_silent(name: str) -> None:
    planted = twins(PLANTED[name])
    found = list(reliance_on_repealed(manuscript(planted.wrong, KNOWN)))
    assert [finding.kind for finding in found] == [FindingKind.REPEALED], found
    # Where the date of the document was altered, or the short name is used, the reliance stands on another line.
    if name not in ("repealed on a day that is named", "before the repeal, or after it", "the short name"):
        assert found[0].line == planted.line, found
    assert found[0].message.endswith("。")
    assert found[0].message_en.endswith(".")
    assert list(reliance_on_repealed(manuscript(planted.right, KNOWN))) == []


CLEAN = {
    "the former one": "本通知替代原《云澜市集市管理暂行办法》。",
    "history": "2017年印发的《云澜市集市管理暂行办法》实施以来，集市面貌一新，各项规定落实到位。",
    "what began under it": "2023年2月1日前已受理的申请，仍按《云澜市集市管理暂行办法》办理。",
    "it is not to be used any more": "各单位不再执行《云澜市集市管理暂行办法》的规定。",
    "it was revised": "我们对《云澜市集市管理暂行办法》进行了修订，要求更加明确。",
    "it is merely named": "《云澜市集市管理暂行办法》是我市第一部集市规章。",
    "the new one": "集市设置按照《云澜市集市管理办法》（云澜政办〔2023〕5号）执行。",
    "a later document of a title that is known to be repealed": "公墓建设按照《云澜市殡葬管理办法》（云澜政〔2022〕40号）执行。",
    "another series": "按照云澜政〔2017〕30号文件要求执行。",
    "what it has taught": "在总结《云澜市集市管理暂行办法》执行情况的基础上，提出以下要求。",
    "the law": "依据《中华人民共和国行政许可法》执行。",
    "it is repealed again": "《云澜市集市管理暂行办法》（云澜政办〔2017〕30号）自本通知印发之日起废止。",
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_may_be_right_is_not_told(name: str) -> None:
    text = NEW_RULES + "\n" + REPEAL + "\n" + notice("做好有关工作", "云澜政办〔2023〕40号", CLEAN[name])
    assert list(reliance_on_repealed(manuscript(text, KNOWN))) == []


def test_a_newer_document_of_the_same_title_is_the_one_that_is_meant() -> None:
    newer = issued(
        "云澜市摊贩办法",
        "云澜政办〔2023〕41号",
        "第一条 摊贩须登记。\n\n第二条 本办法自印发之日起施行。《云澜市摊贩办法》（云澜政办〔2014〕8号）同时废止。",
        "2023年2月1日",
    )
    text = newer + "\n" + notice("登记摊贩", "云澜政办〔2023〕42号", "按照《云澜市摊贩办法》规定登记。")
    assert list(reliance_on_repealed(manuscript(text))) == []


def test_the_rules_of_an_earlier_year_are_a_warning() -> None:
    text = (
        NEW_RULES
        + "\n"
        + notice("兑现奖励", "云澜政办〔2023〕43号", "依据云澜政办〔2017〕30号文件，兑现2022年度集市奖励。")
    )
    (finding,) = reliance_on_repealed(manuscript(text))
    assert finding.severity is Severity.WARNING
    assert "2023年2月1日" in finding.message


def test_a_term_that_is_prolonged() -> None:
    text = (
        TERM + "\n" + notice("延长扶持期限", "云澜政办〔2023〕44号", "《云澜市商贸扶持办法》规定的期限延长至2025年。")
    )
    assert list(reliance_on_repealed(manuscript(text))) == []


@pytest.mark.gazettes
def test_the_real_issues(gazettes: Path) -> None:
    found = {
        name: [
            (finding.document, finding.line, finding.severity.value)
            for finding in reliance_on_repealed(
                manuscript((gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8"))
            )
        ]
        for name in ("02", "05")
    }
    assert found == {"02": [("许政〔2022〕9号", 792, "warning")], "05": []}


def test_the_sample_is_clean() -> None:
    text = (Path(gongbao.__file__).parent / "sample" / "gazette.txt").read_text(encoding="utf-8")
    assert list(reliance_on_repealed(manuscript(text))) == []


@pytest.mark.parametrize(("law", "rightly"), [("中华人民共和国合同法", "中华人民共和国民法典"), ("物权法", "民法典")])
def test_laws_that_the_civil_code_repealed(law: str, rightly: str) -> None:
    """民法典 第一千二百六十条."""
    text = notice(
        "做好灯会摊位租用工作",
        "云澜政办〔2023〕41号",
        f"一、摊位租用依照《{law}》签订书面文书。\n\n二、各单位抓好落实。",
    )
    (finding,) = reliance_on_repealed(manuscript(text))
    assert "2021年1月1日" in finding.message
    assert not list(reliance_on_repealed(manuscript(text.replace(law, rightly))))
    assert not list(reliance_on_repealed(manuscript(text.replace("2023年3月10日", "2020年3月10日"))))


def test_what_was_granted_under_a_former_document_stays() -> None:
    text = notice(
        "修订灯会补助",
        "云澜政办〔2023〕42号",
        "一、已按云澜政办〔2019〕3号取得的补助，不再收回。\n\n二、云澜政办〔2019〕3号同时废止。",
    )
    assert not list(reliance_on_repealed(manuscript(text)))

"""Deadlines of the past and periods that run backward: planted ones, their clean twins, and what is no deadline."""

from pathlib import Path

import pytest

import gongbao
from gongbao.gazette.findings import FindingKind, Severity
from gongbao.gazette.findings.deadlines import deadlines_before_date
from tests.gazette.findings.planted import issued, manuscript, marked, notice, twins

PLANTED = {
    "by the end of a month": notice(
        "开展窨井盖排查",
        "云澜政办〔2022〕8号",
        "一、各区应于⟨2022年2月¦2022年5月⟩底前完成排查，建立台账。",
        "2022年3月10日",
    ),
    "to be reported": notice(
        "报送年度统计资料",
        "云澜政办〔2022〕9号",
        "（三）请各单位于⟨2021年12月¦2022年4月⟩底前将汇总表报送市统计局。",
        "2022年3月10日",
    ),
    "a named day": marked(
        "青屿县防汛物资更新方案",
        "青政〔2023〕3号",
        "一、加强储备。各乡镇要在⟨2023年3月9日¦2023年5月9日⟩前完成物资更新。\n\n二、加强演练。每年开展一次演练。",
    ),
    "in brackets behind a task": marked(
        "青屿县招商任务分解",
        "青政〔2023〕4号",
        "1. 建成电商产业园。（县商务局牵头，⟨2022¦2023⟩年9月底前完成）\n\n2. 引进龙头企业2家。（县招商局负责）",
    ),
    "a sentence without a modal verb": notice(
        "整治城区积水点",
        "云澜政办〔2023〕10号",
        "2.1 工程措施\n\n2023年汛前，修订应急预案；⟨2023年1月¦2023年6月⟩底前完成泵站改造。",
    ),
    "to the end of a year": notice(
        "推进老旧电梯更新",
        "云澜政〔2023〕11号",
        "三、工作目标\n\n确保⟨2022¦2024⟩年底前全面完成更新任务。",
    ),
    "without a year": notice(
        "做好清明祭扫服务",
        "云澜政办〔2023〕12号",
        "（一）各公墓须在⟨2月¦3月⟩底前完成设施检修。",
    ),
    "the year stands earlier in the sentence": notice(
        "推进数据归集",
        "云澜政办〔2023〕13号",
        "（二）⟨2022¦2023⟩年全年分两批归集数据，要在11月底前完成第二批。",
    ),
    "behind a label": notice(
        "整改督查问题",
        "云澜政办〔2023〕14号",
        "1. 违建拆除。\n\n完成时限：⟨2022¦2023⟩年12月\n\n2. 道路修复。\n\n完成时限：2023年8月",
    ),
    "a column of a table": notice(
        "下达整改任务",
        "云澜政办〔2023〕15号",
        "任务分解见下表：\n\n序号\t任务\t完成时限\n1\t修复路灯\t2023年6月底\n2\t清淤管网\t⟨2022¦2023⟩年9月底\n3\t更换井盖\t2023年10月底",
    ),
    "the end of a project before its beginning": marked(
        "青屿县重点项目计划",
        "青政〔2023〕5号",
        "项目安排见下表：\n\n| 项目 | 开工时间 | 竣工时间 | 投资（万元） |\n| --- | --- | --- | --- |\n| 东湖泵站 | 2023.04 | 2024.06 | 300 |\n"
        "| 西岭水库 | 2023.05 | ⟨2022¦2023⟩.11 | 800 |",
    ),
    "a period of days": notice(
        "组织技能竞赛",
        "云澜政办〔2023〕16号",
        "竞赛时间：2023年5月1日至⟨2023年4月¦2023年5月⟩30日。",
    ),
    "a period without the second year": notice(
        "组织网上申报",
        "云澜政办〔2022〕17号",
        "申报期为2022年5月1日至⟨3月31¦6月30⟩日，逾期不再受理。",
        "2022年3月10日",
    ),
    "a period in a heading": marked(
        "青屿县迎检方案",
        "青政〔2023〕6号",
        "## （一）动员阶段（2023年4月—2023年5月）\n\n召开动员会。\n\n## （二）实施阶段（2023年6月—⟨2022¦2023⟩年10月）\n\n开展自查。",
    ),
    "years of a plan": issued(
        "云澜市数据要素行动计划",
        "云澜政〔2023〕18号",
        "一、总体要求\n\n规划期为⟨2025—2023¦2023—2025⟩年。",
    ),
    "days of one month": notice(
        "举办招聘会", "青政办〔2023〕19号", "二、招聘会于6月⟨20日至10日¦10日至20日⟩在县体育馆举办。"
    ),
    "no such day": notice("征集意见", "云澜政办〔2023〕20号", "请于2023年⟨6月31日¦6月30日⟩前将意见反馈市司法局。"),
    "no such day in February": issued(
        "云澜市档案移交办法", "云澜政办〔2023〕21号", "第一条 移交工作于每年⟨2月30日¦2月28日⟩前完成。"
    ),
    "no leap year": notice("调整作息时间", "云澜政办〔2023〕22号", "本通知自⟨2023¦2024⟩年2月29日起执行。"),
    "a Chinese date that does not exist": notice(
        "更换证照", "青政办〔2023〕23号", "旧证照使用至十一月三十⟨一日¦日⟩止。"
    ),
    "no such month": notice("公布名录", "青政办〔2023〕24号", "名录于2023年⟨13月¦12月⟩5日公布。"),
    "a term that is over": issued(
        "云澜市停车管理办法",
        "云澜政办〔2023〕25号",
        "第一条 停车按次收费。\n\n第二条 本办法自印发之日起施行，有效期至⟨2022¦2025⟩年12月31日。",
    ),
    "a term that ends before it begins": issued(
        "云澜市夜市管理办法",
        "云澜政办〔2023〕26号",
        "第一条 夜市定点经营。\n\n第二条 本办法自2024年7月1日起施行，有效期至⟨2024年6月30¦2026年6月30⟩日。",
    ),
    "stages out of order": issued(
        "云澜市燃气整治方案",
        "云澜政办〔2023〕27号",
        "一、实施步骤\n\n（一）部署阶段（2023年4月1日—4月30日）。制定方案。\n\n（二）排查阶段（⟨2022¦2023⟩年5月—2023年8月）。逐户排查。\n\n"
        "（三）总结阶段（2023年9月）。形成报告。",
    ),
    "a stage that is over": issued(
        "云澜市消防整治方案",
        "云澜政办〔2023〕30号",
        "一、实施步骤\n\n（一）动员部署（2023年⟨1月—2¦3月—4⟩月）。印发方案。\n\n（二）全面实施（2023年5月—10月）。集中整治。",
    ),
    "a time to apply that is over": notice(
        "征集年度课题", "青政办〔2023〕31号", "一、申报时间：2023年2月5日至⟨2¦5⟩月20日。"
    ),
    "two payments": notice(
        "拨付救灾资金", "云澜政办〔2023〕32号", "一、2023年⟨1¦4⟩月底前，市财政局拨付首批资金；6月底前，拨付剩余资金。"
    ),
    "dotted dates": notice("安排巡检", "云澜政办〔2023〕28号", "巡检期：2023.06.01—2023.⟨05¦08⟩.30。"),
    "a day on which it closes": notice(
        "评选老字号", "云澜政办〔2023〕33号", "一、申报截止日期为2023年⟨1¦4⟩月20日，逾期未报的不再补报。"
    ),
    "a label that says what is lost": notice(
        "征集标识", "青政办〔2023〕34号", "来稿截止时间：2023年⟨2¦5⟩月8日，逾期将不予评选。"
    ),
    "who does it, behind the day": notice("改造校舍", "云澜政办〔2023〕35号", "2023年⟨2¦4⟩月底前各学校提交排查结果。"),
    "hospitals": issued("云澜市用药方案", "云澜政办〔2023〕36号", "一、步骤\n\n2023年⟨1¦6⟩月8日前县级医院制定目录。"),
    "towns, in a list": notice("清理沟渠", "青政办〔2023〕37号", "（一）2023年⟨2¦5⟩月底前各乡镇完成疏浚。"),
    "the signature": notice("放假安排", "青政办〔2023〕29号", "各单位安排好值班。", "2023年⟨4月31日¦4月30日⟩"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_and_its_clean_twin_is_silent(name: str) -> None:
    planted = twins(PLANTED[name])
    found = list(deadlines_before_date(manuscript(planted.wrong)))
    assert [(finding.kind, finding.line) for finding in found] == [(FindingKind.DEADLINE, planted.line)], found
    assert found[0].message.endswith("。")
    assert found[0].message_en.endswith(".")
    assert list(deadlines_before_date(manuscript(planted.right))) == []


CLEAN = {
    "how things stood": "截至2022年底，全市建成站点300个。",
    "what was done": "2022年6月底前已完成全部改造。",
    "what was done, without a word for it": "2022年，我市高位推动，12月底前完成入户调查，取得明显成效。",
    "who is entitled": "2022年12月31日前登记的企业，可以申请补助。",
    "who is entitled, with a verb of tasks": "对2022年12月31日前完成登记的企业，给予补助。",
    "what was built": "重点改造2000年底前建成的老旧小区。",
    "born before": "2005年8月31日前出生的适龄儿童应当入学。",
    "what somebody else asked for": "省政府提出的2022年底前完成整治的目标已经实现。",
    "every year": "各单位应于每年2月底前报送上年度总结。",
    "the next year": "各单位11月底前报送计划，次年1月底前报送总结。",
    "over the turn of the year": "采暖期为每年11月15日至次年3月15日。",
    "over the turn of the year, without a word": "冬季调度时段为11月15日至3月15日。",
    "a retroactive commencement": "本通知自2023年1月1日起执行，有效期至2025年12月31日。",
    "the day of the document": "请于2023年3月10日前报名，逾期不候。",
    "figures of standards": "执行GB 50378-2019、DB41/T 2022-2021和JGJ 2011年版标准。",
    "a table of what was done": "完成情况见下表：\n\n序号\t事项\t完成时间\t完成情况\n1\t修路\t2022年5月\t已完成\n2\t架桥\t2022年8月\t已完成",
    "a table of projects": "项目见下表：\n\n项目\t开工时间\t竣工时间\n东桥\t2021.05\t2022.11\n西桥\t2022.12\t2024.03",
    "a quotation": "落实“2022年底前完成清零”的要求，巩固成果。",
    "a title": "按照《云澜市2022年底前完成撤站工作方案》的分工抓好落实。",
    "the future": "确保2023年底前完成，2025年12月31日前全部达标。",
    "left undone": "应于2022年底前完成而未完成的，列入挂牌督办。",
    "a period of months": "活动时间为2023年5月至8月，每月20日至25日集中巡查。",
    "overtime": "值班时间为2023年4月29日至5月3日，3日18时交接。",
    "leap day": "活动于2024年2月29日举行，2月29日闭幕。",
    "a noun that the day belongs to": "各区要对2022年12月31日前立项的项目进行清理。",
    "the money of an earlier year": "2022年度的奖励资金，于4月底前拨付到位。",
    "done since": "编制工作于2022年11月底前启动，已全部完成。",
    "figures of what was done by then": "2020年底前建成的驿站共12座，2021年底前完成15座，2022年底前完成18座。",
    "a closing day as a condition": "对申报截止日期为2022年12月31日的项目进行复核。",
    "from a past day on": "自2022年1月1日至2022年12月31日期间缴纳的税款予以返还。",
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_may_be_right_is_not_told(name: str) -> None:
    for text in (
        notice("做好有关工作", "云澜政办〔2023〕30号", CLEAN[name]),
        issued("云澜市工作方案", "云澜政办〔2023〕31号", f"一、工作安排\n\n（一）具体内容。\n\n{CLEAN[name]}"),
    ):
        assert list(deadlines_before_date(manuscript(text))) == []


@pytest.mark.parametrize("title", ["云澜市修志历史资料", "历年绿化纪实", "云澜市修路计划完成情况", "云澜市大事记"])
def test_what_tells_of_the_past_by_its_title_asks_for_nothing(title: str) -> None:
    text = "2019年底前完成入户，2020年6月底前公布结果。"
    assert list(deadlines_before_date(manuscript(issued(title, "云澜政办〔2023〕38号", text)))) == []
    asked = issued(title, "云澜政办〔2023〕38号", "各县务必于2022年底前完成入户。")
    assert len(list(deadlines_before_date(manuscript(asked)))) == 1
    plan = issued("云澜市入户方案", "云澜政办〔2023〕38号", "2022年底前完成入户。")
    assert len(list(deadlines_before_date(manuscript(plan)))) == 1


def test_a_regulation_that_names_no_year_means_every_year() -> None:
    text = issued("云澜市预算办法", "云澜政办〔2023〕32号", "第一条 各单位应于2月底前完成编报。")
    assert list(deadlines_before_date(manuscript(text))) == []


def test_a_year_that_is_not_printed_is_a_warning_only() -> None:
    text = notice("编报预算", "云澜政办〔2023〕33号", "各单位应于2月底前完成编报。")
    assert [one.severity for one in deadlines_before_date(manuscript(text))] == [Severity.WARNING]


@pytest.mark.gazettes
def test_the_real_issues(gazettes: Path) -> None:
    found = {
        name: [
            (finding.document, finding.line, finding.severity.value)
            for finding in deadlines_before_date(
                manuscript((gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8"))
            )
        ]
        for name in ("02", "05")
    }
    assert found == {"02": [("许政办〔2022〕13号", 2224, "error")], "05": []}


def test_the_sample_is_clean() -> None:
    text = (Path(gongbao.__file__).parent / "sample" / "gazette.txt").read_text(encoding="utf-8")
    assert list(deadlines_before_date(manuscript(text))) == []

"""Bodies that were never created: planted ones, their clean twins, and those that a document may well speak of."""

import re
from pathlib import Path

import pytest

import gongbao
from gongbao.gazette.findings import FindingKind, check
from gongbao.gazette.findings.bodies import bodies_never_created
from tests.gazette.findings.planted import issued, manuscript, marked, notice, twins

PLANTED = {
    "another body than the one created": issued(
        "云澜市河道整治方案",
        "云澜政办〔2023〕8号",
        "一、组织领导\n\n成立市河道整治工作专班，由分管副市长任召集。\n\n二、工作要求\n\n各区每月25日前将进展情况报⟨领导小组¦专班⟩。",
    ),
    "an office where none is set up": issued(
        "云澜市路网提升方案",
        "云澜政办〔2023〕9号",
        "一、成立云澜市路网提升工作领导小组，统筹全市工作⟨。¦，下设办公室在市交通局。⟩\n\n二、各单位每周向领导小组办公室报送进度。",
    ),
    "a meeting that is not established": notice(
        "推进数据共享",
        "云澜政办〔2023〕10号",
        "一、强化统筹。市大数据局牵头编制清单。⟨¦建立数据共享联席会议制度。⟩\n\n二、重大事项提交联席会议审定。",
    ),
    "headquarters": notice(
        "做好迎峰度夏",
        "云澜政办〔2023〕11号",
        "（一）加强监测。⟨¦成立市电力保供指挥部。⟩\n\n（二）遇有险情，立即向指挥部报告，由指挥部统一调度。",
    ),
    "in an article": issued(
        "云澜市基金管理办法",
        "云澜政办〔2023〕12号",
        "第一条 ⟨市财政局管理基金。¦市设立基金管理领导小组。⟩\n\n第二条 年度计划由市财政局编制，报领导小组审批后实施。",
    ),
    "in a Markdown document": marked(
        "青屿县古村保护方案",
        "青政〔2023〕4号",
        "## 一、机制\n\n⟨建立巡查机制。¦组建古村保护专班。⟩\n\n## 二、调度\n\n1. 每月由专班汇总问题，形成台账。",
    ),
    "decimal numbers": issued(
        "云澜市雨雪应急预案",
        "云澜政办〔2023〕13号",
        "1 总则\n\n1.1 目的\n\n为应对雨雪，制定本预案。\n\n2 体系\n\n2.1 ⟨市应急局负责日常工作。¦市政府设立雨雪应急指挥部。⟩\n\n"
        "3 响应\n\n3.1 启动三级响应时，由市指挥部统一指挥。",
    ),
    "a panel that approves": issued(
        "云澜市质量奖办法",
        "云澜政办〔2023〕14号",
        "第一条 ⟨质量奖每两年评选一次。¦设立质量奖评审委员会。⟩\n\n第二条 候选名单提交评审委员会审定。",
    ),
    "a committee that organises": notice(
        "举办龙舟赛",
        "青政办〔2023〕15号",
        "一、⟨赛事由县文旅局承办。¦成立龙舟赛组织委员会。⟩\n\n二、各代表队于赛前三日向组委会报到。",
    ),
    "the group that coordinates": notice(
        "推进口岸通关",
        "云澜政办〔2023〕16号",
        "（一）完善设施。⟨¦成立口岸通关协调小组。⟩\n\n（二）难以解决的问题，报请协调小组研究。",
    ),
    "members only of another": issued(
        "云澜市创文方案",
        "云澜政办〔2023〕17号",
        "一、⟨市创文指挥部¦市创文领导小组⟩负责统筹。\n\n二、领导小组成员单位要各负其责。",
    ),
    "under its lead": notice(
        "开展安全检查",
        "云澜政办〔2023〕18号",
        "一、⟨压实责任¦成立安全检查工作领导小组⟩。\n\n二、各组在领导小组领导下开展检查。",
    ),
    "called in brackets at the end of a task": notice(
        "分解重点任务",
        "云澜政办〔2023〕19号",
        "1. ⟨整治窨井盖。¦组建窨井盖整治专班。⟩\n\n2. 开展督查通报，结果报专班备案。",
    ),
    "a working group": notice(
        "处置遗留问题",
        "青政办〔2023〕20号",
        "一、⟨摸清底数。¦成立遗留问题处置工作组。⟩\n\n二、处置意见由工作组审定后实施。",
    ),
    "the group that checks": issued(
        "云澜市示范村验收办法",
        "云澜政办〔2023〕21号",
        "第一条 ⟨验收每年一次。¦市农业农村局组建示范村验收小组。⟩\n\n第二条 各县将材料报送验收小组审核。",
    ),
    "the office of headquarters": issued(
        "云澜市防火方案",
        "云澜政办〔2023〕22号",
        "一、市政府成立森林防火攻坚指挥部，负责统一指挥⟨。¦，并在市林业局设办公室。⟩\n\n二、火情要立即报指挥部办公室。",
    ),
    "the office of a meeting": notice(
        "建立养老服务机制",
        "云澜政办〔2023〕23号",
        "一、建立养老服务联席会议制度⟨。¦，联席会议办公室设在市民政局。⟩\n\n二、各成员单位按季向联席会议办公室报送情况。",
    ),
    "called together": notice(
        "研究用地问题",
        "云澜政办〔2023〕24号",
        "（1）⟨市自然资源局¦用地保障联席会议⟩负责协调。\n\n（2）遇有争议，召开联席会议研究。",
    ),
    "a Markdown table beside it": marked(
        "青屿县招才方案",
        "青政〔2023〕25号",
        "一、⟨任务¦由县招才工作领导小组负责的任务⟩见下表：\n\n| 任务 | 单位 |\n| --- | --- |\n| 引才 | 县人社局 |\n\n二、年度计划经领导小组同意后印发。",
    ),
    "reports to it in an annex": issued(
        "云澜市普查方案",
        "云澜政办〔2023〕26号",
        "一、⟨市统计局组织实施。¦成立云澜市普查领导小组。⟩\n\n二、按时完成。\n\n附件：工作规则",
    )
    + "\n附件\n\n工作规则\n\n一、质量抽查结果报领导小组审核。\n",
    "experts": issued(
        "云澜市名木保护办法",
        "云澜政办〔2023〕27号",
        "第一条 ⟨名木须登记。¦市林业局成立名木鉴定专家组。⟩\n\n第二条 移植方案须提交专家组审定。",
    ),
    "a body of quite another name": issued(
        "云澜市老旧小区改造方案",
        "云澜政办〔2023〕29号",
        "一、成立云澜市⟨老旧小区改造¦招商引资⟩工作领导小组，办公室设在市住建局。\n\n二、各区方案报市招商引资工作领导小组审定。",
    ),
    "parts of headquarters": notice(
        "做好防台工作",
        "青政办〔2023〕28号",
        "一、⟨落实责任。¦由常务副县长任指挥长。⟩\n\n二、各乡镇每两小时向县指挥部报告一次。",
    ),
}

WHERE = {  # the words behind which the body is called by its kind
    "another body than the one created": "情况报",
    "an office where none is set up": "每周向",
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_and_its_clean_twin_is_silent(name: str) -> None:
    planted = twins(PLANTED[name])
    found = list(bodies_never_created(manuscript(planted.wrong)))
    assert [finding.kind for finding in found] == [FindingKind.BODY], found
    line = planted.wrong.split("\n")[found[0].line - 1]
    # The body is called on the line that is told, and not on the one where it should have been created.
    assert found[0].line > planted.line or name in WHERE, found
    assert found[0].message.split("”")[0].split("“")[1] in line
    assert found[0].message_en.endswith(".")
    assert list(bodies_never_created(manuscript(planted.right))) == []


CLEAN = {
    "a standing body with its name": "各地汛情及时报市防汛抗旱指挥部。",
    "one of the province": "重大情况报省政府安全生产委员会和省推进职能转变协调小组办公室。",
    "created in the same breath": "成立由市长任组长，有关局长参加的创园领导小组，其下设办公室，由市园林局承担。遇事报领导小组办公室。",
    "short for itself": "设立市排水应急指挥部（以下称市指挥部），由市指挥部统一指挥。",
    "its members": "组长由副市长担任。领导小组每季度召开一次会议。",
    "every unit its own": "各单位要成立工作专班，专班每周向本单位负责人报告。",
    "at every level": "各级领导小组、相关专班和属地指挥部要协调一致，向同级指挥部报告。",
    "experts for the day": "项目经专家组评审通过后实施，由市科技局组织专家组验收。",
    "its office in brackets": "成立市治超领导小组。各县每月向领导小组办公室（市交通局）报送情况。",
    "a meeting with a name": "提交市金融工作联席会议审定，由联席会议办公室督办。",
    "the daily work": "成立市集邮工作领导小组，日常工作由市邮政局承担。问题报领导小组办公室。",
    "a director of the office": "成立市征兵领导小组，市人武部部长任办公室主任。情况报领导小组办公室。",
    "a name that ends in a verb": "双报到工作领导小组负责统筹，结果报双报到工作领导小组。",
    "nobody": "各单位要加强组织领导，向社会公布办公室电话。",
    "an office of a body that stands outside": "市数字化改革领导小组负责审定项目，材料报领导小组办公室。",
    "named in the title of an annex": "材料报领导小组审定。\n\n附件：云澜市普法工作领导小组成员名单",
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_may_be_right_is_not_told(name: str) -> None:
    for text in (
        notice("做好有关工作", "云澜政办〔2023〕30号", CLEAN[name]),
        issued("云澜市工作方案", "云澜政办〔2023〕31号", f"一、工作安排\n\n（一）抓好落实。{CLEAN[name]}"),
    ):
        assert list(bodies_never_created(manuscript(text))) == []


def test_what_is_created_instead_is_named() -> None:
    (finding,) = bodies_never_created(manuscript(twins(PLANTED["another body than the one created"]).wrong))
    assert "专班" in finding.message
    assert "领导小组" in finding.message


@pytest.mark.gazettes
def test_the_real_issues(gazettes: Path) -> None:
    for name in ("02", "05"):
        text = (gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8")
        assert list(bodies_never_created(manuscript(text))) == []


def test_the_sample_is_clean() -> None:
    text = (Path(gongbao.__file__).parent / "sample" / "gazette.txt").read_text(encoding="utf-8")
    assert list(bodies_never_created(manuscript(text))) == []


CREATES = "云岭市人民政府办公室关于做好灯会筹备的通知\n云岭政办〔2026〕7号\n各县人民政府：\n一、成立云岭市灯会筹备{made}，统筹各项工作。\n二、{task}。\n云岭市人民政府办公室\n2026年3月1日\n"


@pytest.mark.parametrize(
    ("made", "task", "wrong"),
    [
        ("工作专班", "各单位每月25日前将进展报市灯会筹备指挥部", "灯会筹备指挥部"),
        ("领导小组", "重大事项由灯会筹备联席会议审定", "灯会筹备联席会议"),
        ("指挥部", "方案报云岭市灯会筹备工作领导小组审定", "灯会筹备工作领导小组"),
    ],
)
def test_a_body_of_another_kind_than_the_one_that_is_created(made: str, task: str, wrong: str) -> None:
    (finding,) = [one for one in check(CREATES.format(made=made, task=task)) if one.kind == FindingKind.BODY]
    assert finding.line == 5 and wrong in finding.message
    right = re.sub("指挥部|联席会议|(?:工作)?领导小组", made, task)
    assert not [one for one in check(CREATES.format(made=made, task=right)) if one.kind == FindingKind.BODY]


@pytest.mark.parametrize(
    ("made", "task"),
    [
        ("成立云岭市堤岸防汛指挥部，统筹全市工作。", "险情要在10分钟内报⟨市堤岸防汛委员会¦市堤岸防汛指挥部⟩"),
        ("设立旧街更新基金管理委员会。", "用款计划报⟨旧街更新基金理事会¦旧街更新基金管理委员会⟩审议"),
        ("组建古桥修缮工作专班，由市文物局局长任召集人。", "各县每旬向⟨古桥修缮领导小组¦古桥修缮工作专班⟩报送进度"),
        ("成立云岭市水库建设工作专班。", "各县每旬向⟨水库建设领导小组¦水库建设工作专班⟩报送进度"),
        ("云岭市灯会筹备领导小组由市文旅局等单位组成。", "节目单报⟨云岭市灯会筹备委员会¦云岭市灯会筹备领导小组⟩审定"),
        ("建立集市改造联席会议制度。", "争议事项提请⟨集市改造指挥部¦集市改造联席会议⟩研究"),
        ("设立云岭市港航发展理事会。", "章程报⟨云岭市港航发展管委会¦云岭市港航发展理事会⟩批准"),
        ("由市林业局牵头核实。", "补植名册报⟨专项治理指挥部¦市林业局⟩"),
        ("由市林业局牵头核实。", "完工后向⟨项目领导小组¦市林业局⟩提出验收申请"),
        ("由市林业局牵头核实。", "名次经⟨考核评审小组¦市林业局⟩审定后公布"),
        ("由市林业局牵头核实。", "各县将台账报⟨清理整治办公室¦市林业局⟩汇总"),
        ("由市林业局牵头核实。", "搬迁方案由⟨搬迁指挥部¦市林业局⟩审批"),
    ],
)
@pytest.mark.parametrize("form", ["notice", "issued", "marked"])
def test_a_body_that_differs_from_the_one_created_or_is_called_by_its_matter(made: str, task: str, form: str) -> None:
    body = f"一、{made}\n\n二、按时办理，{task}。"
    if form == "notice":
        planted = twins(notice("推进有关工作", "云岭政办〔2026〕8号", body))
    elif form == "issued":
        planted = twins(issued("云岭市有关工作方案", "云岭政办〔2026〕8号", body))
    else:
        planted = twins(marked("云岭市有关工作方案", "云岭政办〔2026〕8号", body.replace("一、", "## 一、机制\n\n", 1)))
    (finding,) = [one for one in check(planted.wrong) if one.kind == FindingKind.BODY]
    assert finding.line == planted.line
    assert not [one for one in check(planted.right) if one.kind == FindingKind.BODY]


@pytest.mark.parametrize(
    "words",
    [
        # both are created, or the other one is named beside
        "成立堤岸防汛指挥部。堤岸防汛委员会设主任一人。险情报堤岸防汛委员会。",
        # a body of another matter, or of another level
        "成立堤岸防汛指挥部。用水计划报市水资源管理委员会审定。",
        "成立堤岸防汛工作专班。各地由市县堤岸防汛指挥部统一调度。",
        "成立堤岸防汛工作专班。重大险情报省堤岸防汛指挥部。",
        # called short
        "成立云岭市堤岸防汛项目建设指挥部。方案报项目指挥部审定。",
        "成立云岭市堤岸清理整治工作专班，办公室设在市水利局。台账报整治办公室。",
        "由市水利局设立项目办公室。台账报项目办公室汇总。",
        # no body of the document's own
        "项目由项目办公室所在地的县实施。",
        "申请人向社区居民委员会报告，由业主委员会审议。",
    ],
)
def test_bodies_that_may_be_given_a_task(words: str) -> None:
    text = issued("云岭市工作方案", "云岭政办〔2026〕9号", f"一、安排\n\n（一）抓好落实。{words}")
    assert list(bodies_never_created(manuscript(text))) == []

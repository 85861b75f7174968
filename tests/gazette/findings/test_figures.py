"""Figures that contradict each other, planted in documents of an invented city, and documents in which none does."""

from pathlib import Path

import pytest

from gongbao.gazette.findings import Finding, FindingKind, Manuscript
from gongbao.gazette.findings.figures import contradicting_figures
from gongbao.gazette.read import read_gazette
from tests.gazette.findings.planted import BUSY, annexed, announced, html, pipes, tabs, twins


def found(text: str) -> list[Finding]:
    return list(contradicting_figures(Manuscript(read_gazette(text), text, {})))


FACTORIES = tabs(
    "序号|企业名称|奖励金额（万元）",
    "1|青屿机械有限公司|30",
    "2|云岭电气有限公司|20",
    "3|南湖粮油有限公司|10",
    "4|石桥乳业有限公司|10",
)
PROJECTS = tabs(
    "序号|项目名称|建设内容|总投资（万元）",
    "1|青屿湿地公园项目|栈道与绿化|4200",
    "2|云岭客运站工程|站房与广场|3600",
    "3|南湖再生水厂|日处理三万吨|8150",
)
TERM = "第一条 为规范管理，制定本办法。"


def rules(number: str, subject: str, articles: str) -> str:
    """A 办法 behind the covering text that issues it."""
    cover = announced(number, f"印发《{subject}》的通知", f"《{subject}》已经市政府同意，现印发给你们，请认真执行。")
    return f"{cover}\n{subject}\n\n{TERM}\n\n{articles.strip()}\n"


def plan(number: str, subject: str, text: str) -> str:
    cover = announced(number, f"印发{subject}的通知", f"《{subject}》已经市政府同意，现印发给你们，请认真落实。")
    return f"{cover}\n{subject}\n\n{text.strip()}\n"


PLANTED = {
    "companies of a list": annexed(
        "1", "奖励工业企业的决定", "市政府决定对青屿机械有限公司等⟨5¦4⟩家企业予以奖励。", "获奖企业名单", FACTORIES
    ),
    "an amount of a list": annexed(
        "2", "奖励工业企业的决定", "市政府决定对青屿机械有限公司等4家企业奖励⟨80¦70⟩万元。", "获奖企业名单", FACTORIES
    ),
    "projects of a list in Markdown": annexed(
        "3",
        "下达项目计划的通知",
        "现下达2023年项目计划，共安排项目⟨4¦3⟩个，总投资15950万元（见附件）。",
        "2023年项目清单",
        pipes("序号|项目名称|总投资（万元）", "1|青屿湿地公园|4200", "2|云岭客运站|3600", "3|南湖再生水厂|8150"),
        markdown=True,
    ),
    "an investment in another unit": annexed(
        "4",
        "下达项目计划的通知",
        "现下达2023年项目计划，共安排项目3个，总投资⟨1.9¦1.6⟩亿元（见附件）。",
        "2023年项目清单",
        html("序号|项目名称|总投资（万元）", "1|青屿湿地公园|4200", "2|云岭客运站|3600", "3|南湖再生水厂|8150"),
    ),
    "people of a list": annexed(
        "5",
        "表彰优秀河长的决定",
        "市政府决定对石岸等⟨6¦5⟩名优秀河长予以表彰。",
        "优秀河长名单",
        "石岸 青屿县柳河河长\n林渡 云岭县石河河长\n江湾 南湖区东渠河长\n水清 松岗乡西渠河长\n河平 白沙镇北渠河长",
    ),
    "people under a heading": annexed(
        "6",
        "表彰先进的决定",
        "市政府决定授予青屿县水利局等3个集体、林渡等⟨5¦4⟩名个人荣誉称号。",
        "先进集体和先进个人名单",
        "一、先进集体（3个）\n\n青屿县水利局\n云岭县气象局\n南湖区审计局\n\n二、先进个人（4名）\n\n林渡 云岭县水利局\n江湾 南湖区气象局\n水清 松岗乡人民政府\n河平 白沙镇人民政府",
    ),
    "a column and its total": announced(
        "7",
        "公布书屋情况的通知",
        "全市共有农家书屋⟨74¦47⟩家，阅览座位1180个。\n\n表1 农家书屋情况表\n\n"
        + tabs(
            "县区|农家书屋总数（家）|阅览座位（个）", "青屿县|20|500", "云岭县|15|380", "南湖区|12|300", "合计|47|1180"
        ),
    ),
    "a column under a head": plan(
        "8",
        "云澜市养老服务方案",
        "一、现状\n\n目前，全市共有社区养老站⟨26¦24⟩个，托养床位420张。\n\n表1 养老设施情况\n\n"
        + tabs(
            "地区|社区养老站||农村敬老院|",
            "|数量（个）|总床位（张）|数量（家）|总床位（张）",
            "青屿县|10|200|4|160",
            "云岭县|8|150|3|120",
            "南湖区|6|70|2|90",
            "全市|24|420|9|370",
        ),
    ),
    "a project in the text and in the table": annexed(
        "9",
        "加快重点项目建设的通知",
        "加快推进青屿湿地公园项目，总投资⟨4800¦4200⟩万元，年内完工。",
        "重点项目进度",
        PROJECTS,
    ),
    "a project in two clauses": plan(
        "10",
        "云澜市水利建设方案",
        "一、骨干工程\n\n松岗水库除险加固工程总投资☞1.2亿元，2023年开工。\n\n二、资金安排\n\n☞松岗水库除险加固工程总投资⟨1.5¦1.2⟩亿元，由市县共同承担。".replace(
            "☞1.2", "1.2"
        ).replace("☞松", "松"),
    ),
    "a project in the words of its own row": annexed(
        "11",
        "公布旅游项目的通知",
        "现将旅游项目公布如下。",
        "旅游项目一览",
        tabs(
            "序号|项目名称|建设内容|总投资（万元）",
            "1|石桥古镇修缮工程|修缮街巷两公里并整治河道，总投资⟨3200¦2300⟩万元|2300",
            "2|白沙温泉项目|新建客房与浴池|5100",
        ),
    ),
    "a target in the text and in a table": plan(
        "12",
        "云澜市“十四五”养老服务规划",
        "一、发展目标\n\n到2025年，社区食堂覆盖率达到⟨68¦64⟩%。\n\n表1 主要指标\n\n"
        + tabs(
            "序号|指标名称|2021年现状|2025年目标",
            "1|社区食堂覆盖率（%）|41|64",
            "2|助浴服务普及率（%）|33|52",
        ),
    ),
    "a target in two clauses": plan(
        "13",
        "云澜市2023年节能减排实施方案",
        "一、主要目标\n\n2023年，单位生产总值能耗下降3.2%，城市生活垃圾回收利用率达到38%以上。\n\n二、重点任务\n\n"
        "（一）推进垃圾分类。2023年，城市生活垃圾回收利用率达到⟨36¦38⟩%以上。\n\n（二）节约用能。推广节能灯具。",
    ),
    "a target in two documents": plan(
        "14",
        "云澜市2023年国民经济和社会发展计划",
        "一、主要目标\n\n2023年，全市规模以上工业增加值增长7%以上，社会消费品零售总额增长8%。",
    )
    + "\n"
    + plan(
        "15",
        "云澜市2023年工业经济工作方案",
        "一、总体目标\n\n2023年，规模以上工业增加值增长⟨8¦7⟩%以上。",
    ),
    "a project in two documents": plan(
        "16", "云澜市交通建设计划", "一、公路\n\n青云快速路工程总投资12.6亿元，全长18公里。"
    )
    + "\n"
    + plan("17", "云澜市重大项目推进方案", "（一）交通项目\n\n推进青云快速路工程，总投资⟨16.2¦12.6⟩亿元。"),
    "a limit in two articles": rules(
        "18",
        "云澜市人才公寓管理办法",
        "第二条 人才公寓租赁期限最长不超过5年。\n\n第三条 申请人应当提交材料。\n\n第四条 人才公寓租赁期限不得超过⟨3¦5⟩年，期满腾退。",
    ),
    "a limit in two paragraphs": plan(
        "19",
        "云澜市小额贷款贴息方案",
        "一、贴息条件\n\n单户贷款额度不超过20万元。\n\n二、贴息办法\n\n按季贴息。单户贷款额度不超过⟨30¦20⟩万元。",
    ),
    "a term of validity": rules(
        "20",
        "云澜市河道采砂管理办法",
        "第二条 河道采砂实行许可。\n\n第三条 本办法自2023年6月1日起施行，有效期5年。\n\n第四条 本办法由市水利局解释，有效期⟨3¦5⟩年。",
    ),
    "an area that must not be less": rules(
        "21",
        "云澜市社区用房配建办法",
        "第二条 社区服务用房建筑面积不得低于600平方米。\n\n第三条 验收时应当核查，社区服务用房建筑面积不得少于⟨800¦600⟩平方米。",
    ),
    "an amount beside each group": annexed(
        "22",
        "奖励创新企业的决定",
        "市政府决定对青屿县青屿机械有限公司等2家企业奖励50万元；对云岭县云岭电气有限公司等2家企业奖励⟨40¦30⟩万元。",
        "创新企业奖励名单",
        tabs(
            "序号|企业名称|奖励金额（万元）",
            "一、青屿县，共2家企业||",
            "1|青屿机械有限公司|30",
            "2|青屿纸业有限公司|20",
            "二、云岭县，共2家企业||",
            "1|云岭电气有限公司|20",
            "2|云岭陶瓷有限公司|10",
        ),
    ),
    "amounts in brackets": annexed(
        "23",
        "奖励合作社的决定",
        "市政府决定对青屿葡萄合作社等3家合作社给予奖励，共计⟨60¦50⟩万元。",
        "获奖合作社名单",
        "青屿葡萄合作社（20万元）\n云岭茶叶合作社（20万元）\n石桥蔬菜合作社（10万元）",
    ),
    "a lead-in before the table": plan(
        "24",
        "云澜市充电设施建设方案",
        "一、建设任务\n\n全市共安排充电站项目⟨6¦3⟩个，具体见下表。\n\n充电站项目清单\n\n"
        + tabs("序号|项目名称|车位（个）", "1|东关充电站|20", "2|北门充电站|16", "3|西街充电站|12"),
    ),
    "a count in the title of a table": announced("51", "公布饭店名单的通知", "现将饭店名单公布如下（见附件）。")
    + "\n附件\n\n星级饭店名单（共⟨4¦3⟩家）\n\n"
    + tabs("序号|饭店名称|星级", "1|云澜饭店|五星", "2|青屿宾馆|四星", "3|南湖酒店|四星"),
    "a target of a year in a table": plan(
        "52",
        "云澜市“十四五”林业发展规划",
        "一、目标\n\n到2025年，全市森林覆盖率达到42%，湿地保护率达到58%。\n\n二、指标\n\n"
        + tabs("序号|指标|2020年|2025年", "1|森林覆盖率（%）|39|⟨43¦42⟩", "2|湿地保护率（%）|52|58"),
    ),
    "a time within which": rules(
        "53",
        "云澜市信访办理办法",
        "第二条 承办单位应当在收到信访事项之日起15个工作日内答复。\n\n第三条 承办单位自收到信访事项之日起⟨10¦15⟩个工作日内答复信访人。",
    ),
    "a rate for each": rules(
        "54",
        "云澜市公益岗位管理办法",
        "第二条 公益性岗位补贴标准为每人每月800元。\n\n第三条 公益性岗位补贴标准为每人每月⟨1000¦800⟩元，按季发放。",
    ),
    "an amount of a covering text alone": annexed(
        "55",
        "下达专项资金的通知",
        "现下达2023年专项资金共计⟨2150¦2050⟩万元，请专款专用。",
        "专项资金分配表",
        tabs("县区|金额（万元）", "青屿县|1200", "云岭县|850", "合计|2050"),
    ),
    "an area in two paragraphs": announced(
        "56",
        "建设青屿县医院的批复",
        "青屿县医院项目总建筑面积3.5万平方米。\n\n请按青屿县医院项目总建筑面积⟨5.3¦3.5⟩万平方米办理规划手续。",
    ),
    "a price by the piece and the row of its class": rules(
        "61",
        "云澜市停车收费办法",
        "第二条 停车收费标准如下：\n\n"
        + tabs("车型|停车收费标准（元/小时）", "小型客车|4", "大型客车|9", "载货汽车|12")
        + "\n\n第三条 大型客车在公共停车场的停车收费按⟨6¦9⟩元/小时计收，不足一小时的按一小时计。",
    ),
    "money by head and month": rules(
        "62",
        "云澜市孤儿生活补助办法",
        "第二条 对集中养育儿童发放孤儿生活补助每人每月⟨1580¦1850⟩元。\n\n第三条 孤儿生活补助标准：\n\n"
        + pipes("养育方式|标准（元/人·月）", "集中养育儿童|1850", "分散养育儿童|1300"),
    ),
    "a column among several of one unit": rules(
        "63",
        "云澜市林木保险办法",
        "第二条 保险标准：\n\n"
        + html("林种|保险金额（元/亩）|保险费（元/亩）", "公益林|800|2", "商品林|1000|3")
        + "\n\n第三条 商品林每亩保险费⟨5¦3⟩元，由县财政负担。",
    ),
    "places of a list": annexed(
        "64",
        "推荐劳动标兵的通知",
        "经研究，推荐青年突击手⟨8¦6⟩名，由各单位按程序上报。",
        "名额分配表",
        tabs("类别|名额（名）", "青年突击手|6", "巾帼标兵|4"),
    ),
    "a total that is referred to": annexed(
        "65",
        "开展质量抽检的通知",
        "今年抽检面粉加工厂⟨27¦24⟩家，名单见附件。",
        "抽检工厂分布表",
        tabs("县区|工厂数（家）", "青屿县|11", "云岭县|6", "南湖区|7", "合计|24"),
    ),
    "a total in tens of thousands": annexed(
        "66",
        "下达改水任务的通知",
        "年内完成农村改水⟨2.1¦1.8⟩万户，任务分解见附件。",
        "改水任务分解表",
        tabs("县区|任务（户）", "青屿县|7200", "云岭县|6300", "南湖区|4500", "合计|18000"),
    ),
    "a duty and its penalty": rules(
        "67",
        "云澜市建筑渣土管理办法",
        "第二条 运输企业应当在渣土装车后⟨21¦12⟩小时内送达消纳场。\n\n第三条 消纳场应当建立台账。\n\n"
        "第四条 运输企业未在渣土装车后12小时内送达消纳场的，由城市管理部门责令改正。",
    ),
    "a water level": plan(
        "68",
        "云澜市防汛应急方案",
        "一、监测\n\n石河东关站水位达到⟨32.1¦31.2⟩米时，发布橙色预警。\n\n二、转移\n\n"
        "石河东关站水位达到31.2米时，发布橙色预警并组织低洼处住户转移。",
    ),
    "how many are chosen each time": rules(
        "69",
        "云澜市技能大师评选办法",
        "第二条 技能大师三年评选一次，每次评选不超过15名。\n\n第三条 评审组按得票多少提出名单，每次评选不超过⟨25¦15⟩名。",
    ),
    "the length of a line": plan(
        "70",
        "云澜市公交调整方案",
        "一、调整\n\n12路线路长度由9公里延长至14公里。\n\n二、时间\n\n自5月1日起，12路改经滨湖大道，线路长度⟨11¦14⟩公里。",
    ),
    "a condition of an article that is cited": rules(
        "71",
        "云澜市租赁补贴办法",
        "第二条 申请家庭人均年收入应当低于3万元，人均住房使用面积应当低于12平方米。\n\n第三条 补贴按季发放。\n\n"
        "第四条 受助家庭人均住房使用面积超过⟨13¦12⟩平方米的，不再符合第二条规定的面积条件，停发补贴。",
    ),
    "prizes that are listed twice": rules(
        "72",
        "云澜市科普作品评选办法",
        "第二条 每届评选设一等奖2项、二等奖6项、三等奖12项。\n\n第三条 作品由县区推荐。\n\n"
        "第四条 奖金标准：一等奖⟨4¦2⟩项，每项3万元；二等奖6项，每项1万元；三等奖12项，每项0.5万元。",
    ),
    "what carries out another document of the issue": plan(
        "73",
        "云澜市人才安居若干措施",
        "一、支持范围\n\n新引进的全日制博士生活补贴每月3000元。",
    )
    + "\n"
    + announced(
        "74",
        "印发《云澜市人才安居实施细则》的通知",
        "根据《云澜市人才安居若干措施》，制定本细则，请认真执行。\n\n新引进的全日制博士生活补贴每月⟨2000¦3000⟩元。",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted(name: str) -> None:
    both = twins(PLANTED[name])
    assert [(finding.message, finding.line) for finding in found(both.right)] == []
    findings = found(both.wrong)
    lines = [place.line for finding in findings for place in finding.places]
    assert [finding.kind for finding in findings] == [FindingKind.FIGURE], findings
    # Where two places exclude each other, either may be the wrong one; both are shown.
    assert both.line in lines, findings
    assert findings[0].message.endswith("。")
    assert findings[0].message_en.endswith(".")


CLEAN = {
    "targets of other years": plan(
        "31",
        "云澜市“十四五”健康规划",
        "一、目标\n\n到2022年，家庭医生签约率达到60%。到2025年，家庭医生签约率达到75%。\n\n二、任务\n\n到2023年，家庭医生签约率达到65%。",
    ),
    "one name for many sectors": plan(
        "32",
        "云澜市2023年投资计划",
        "一、工业\n\n2023年，完成年度投资100亿元。\n\n二、交通\n\n2023年，完成年度投资60亿元。\n\n三、水利\n\n2023年，完成年度投资20亿元。",
    ),
    "a figure that two make up": plan(
        "33", "云澜市2023年教育工作计划", "一、学前教育\n\n2023年，新建公办幼儿园12所、改扩建公办幼儿园8所。"
    )
    + "\n"
    + plan("34", "云澜市2023年重点任务方案", "一、民生\n\n2023年，新建（改扩建）小学6所、公办幼儿园20所。"),
    "a county and the city": plan(
        "35",
        "云澜市书屋建设方案",
        "一、现状\n\n全市共有农家书屋47家，其中青屿县农家书屋20家。今年新增农家书屋5家。到2025年，农家书屋达到60家。\n\n表1 农家书屋情况\n\n"
        + tabs("县区|农家书屋总数（家）", "青屿县|20", "云岭县|15", "南湖区|12", "合计|47"),
    ),
    "a rounded investment": annexed(
        "36",
        "下达项目计划的通知",
        "现下达项目计划，共安排项目3个，总投资1.6亿元（见附件）。云岭客运站工程总投资0.36亿元。",
        "2023年项目清单",
        PROJECTS,
    ),
    "what is paid to each": annexed(
        "37",
        "奖励工业企业的决定",
        "市政府决定对青屿机械有限公司等4家企业予以奖励，每家企业最高奖励30万元，共计70万元。组织200家企业参观学习，选派30名干部服务企业。",
        "获奖企业名单",
        FACTORIES,
    ),
    "rewards of several levels": rules(
        "38",
        "云澜市企业上市奖励办法",
        "第二条 对在境内上市的企业，给予一次性奖励500万元。\n\n第三条 对在境外上市的企业，给予一次性奖励300万元。\n\n第四条 对新三板挂牌的企业，奖励金额不超过100万元。\n\n"
        "第五条 对区域股权市场挂牌的企业，奖励金额不超过20万元。",
    ),
    "limits of several things": rules(
        "39",
        "云澜市行政审批办法",
        "第二条 一般项目的办理时限不超过5个工作日。\n\n第三条 重大项目的办理时限不超过10个工作日。\n\n第四条 容缺受理的，办理时限不超过3个工作日。",
    ),
    "stages of a project": plan(
        "40",
        "云澜市园区建设方案",
        "一、一期\n\n青屿产业园一期项目总投资5亿元。\n\n二、二期\n\n青屿产业园二期项目总投资8亿元，占地面积300亩。\n\n三、投资计划\n\n青屿产业园一期项目年度投资2亿元。",
    ),
    "an annex that is not printed": announced(
        "41",
        "奖励企业的决定",
        "市政府决定对青屿机械有限公司等9家企业予以奖励，共计90万元。\n\n附件：获奖企业名单",
    ),
    "a list of part of what the text counts": annexed(
        "42",
        "公布示范村的通知",
        "经评选，确定石桥镇东村等3个村为示范村。全市已累计建成示范村120个。",
        "示范村名单",
        "石桥镇东村\n白沙镇西村\n柳河镇南村",
    ),
    "at least and at most": rules(
        "43",
        "云澜市停车场管理办法",
        "第二条 停车泊位宽度不得小于2.5米。\n\n第三条 停车泊位宽度不得超过3米。",
    ),
    "prices of another kind than those of the table": rules(
        "75",
        "云澜市水价办法",
        "第二条 污水处理费标准：\n\n"
        + tabs("用水类别|标准（元/立方米）", "居民用水|0.9", "非居民用水|1.4")
        + "\n\n第三条 居民用水水资源税0.3元/立方米。居民用水和非居民用水超定额的，每立方米加收0.5元。",
    ),
    "a row of another class, and one that is raised": rules(
        "76",
        "云澜市高龄津贴办法",
        "第二条 高龄津贴标准：\n\n"
        + tabs("年龄|标准（元/人·月）", "80至89周岁|60", "90至99周岁|120")
        + "\n\n第三条 高龄津贴由每人每月50元提高到60元。90至99周岁老年人另发体检补助每人每年200元。",
    ),
    "totals of other things than the sentence says": annexed(
        "77",
        "开展检查的通知",
        "全市共有加油站60家，本次抽查名单见附件，每县不少于2家。",
        "抽查加油站名单",
        tabs("县区|加油站（家）|油罐（个）", "青屿县|4|9", "云岭县|3|8", "合计|7|17"),
    ),
    "steps of a scale, in articles": rules(
        "78",
        "云澜市工业奖励办法",
        "第二条 年产值2亿元以上且增长10%以上的，奖励20万元。\n\n第三条 年产值2亿元以上且增长15%以上的，奖励30万元。\n\n"
        "第四条 小学每班学生人数不超过45人。\n\n第五条 初中每班学生人数不超过50人。",
    ),
    "two stations, two colours": plan(
        "79",
        "云澜市防汛方案",
        "一、预警\n\n石河东关站水位达到31.2米时，发布黄色预警。\n\n二、提级\n\n石河东关站水位达到32.4米时，发布橙色预警。\n\n"
        "三、下游\n\n石河西关站水位达到29.8米时，发布黄色预警。",
    ),
    "items of two lists": rules(
        "80",
        "云澜市押运企业管理办法",
        "第二条 设立普通企业，应当具备下列条件：\n\n（一）有不低于200万元的注册资本；\n\n（二）从业人员人数不少于20人。\n\n"
        "第三条 设立押运企业，应当具备下列条件：\n\n（一）有不低于900万元的注册资本；\n\n（二）从业人员人数不少于60人。",
    ),
    "prizes of two groups": rules(
        "81",
        "云澜市书法比赛办法",
        "第二条 小学组设一等奖2名、二等奖4名、三等奖8名。\n\n第三条 初中组设一等奖3名、二等奖6名、三等奖9名。",
    ),
    "a condition that is cited beside another": rules(
        "82",
        "云澜市住房补贴办法",
        "第二条 申请家庭住房使用面积应当低于12平方米。\n\n第三条 依照《云澜市保障办法》第二条规定，住房使用面积超过15平方米的，不予受理。",
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_is_told_of_what_may_be_right(name: str) -> None:
    assert [(finding.message, finding.line) for finding in found(CLEAN[name])] == []


def test_a_busy_document() -> None:
    assert found(BUSY) == []


REAL = {
    # The share of larger companies with research in 2022, in the list of key tasks and in the plan: 60% and 50%.
    "02": [("许政〔2022〕7号", 289)],
    # 358 against the 365 of the table below it.
    "05": [("许政办〔2022〕41号", 1261)],
}


@pytest.mark.parametrize("issue", REAL)
def test_real_issues(gazettes: Path, issue: str) -> None:
    findings = found((gazettes / f"xuchang-2022-{issue}.txt").read_text(encoding="utf-8"))
    assert [(finding.document, finding.line) for finding in findings] == REAL[issue]
    assert {finding.kind for finding in findings} == {FindingKind.FIGURE}

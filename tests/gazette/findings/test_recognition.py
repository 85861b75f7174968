"""Suspected errors of recognition: planted in invented documents of several printings, and their clean twins.

A printing has a place `@`; a planted error is a pair of what stands there rightly and what stands there wrongly.
"""

from pathlib import Path

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.findings.cities import CITIES
from gongbao.gazette.findings.look_alikes import look_alikes
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript, Severity
from gongbao.gazette.findings.recognition import suspected_errors

ARTICLES = """云澜市人民政府
关于印发云澜市公共绿地认养办法的通知
云澜政〔2031〕4号

各县（市、区）人民政府，市人民政府各部门：

现将《云澜市公共绿地认养办法》印发给你们，请认真遵照执行。

云澜市人民政府
2031年3月18日

云澜市公共绿地认养办法

第一章 总 则

第一条 为了鼓励社会力量参与公共绿地养护，改善人居环境，根据有关法律、法规，结合本市实际，制定本办法。
第二条 本市城区范围内公共绿地的认养及其监督管理，适用本办法。
第三条 市园林绿化部门负责全市认养工作的指导。县（市、区）园林绿化部门履行下列职责：
（一）编制可供认养的绿地名录；
（二）组织签订认养协议；
（三）检查养护质量。
第四条 @
第五条 本办法自2031年5月1日起施行，有效期五年。
"""

SECTIONS = """# 青屿县人民政府办公室关于加强乡村图书室建设的通知

青政办〔2030〕17号

各乡镇人民政府，县直有关单位：

为了满足村民读书需求，经县政府同意，现就有关事项通知如下。

## 一、总体要求

坚持政府主导、社会参与，分两年建成覆盖所有行政村的图书室。

## 二、主要任务

（一）改善条件。每个图书室面积不小于40平方米，藏书不少于1500册。

（二）充实队伍。@

（三）开展活动。每季度至少组织一次读书活动。

1. 面向儿童的活动由学校承办。
2. 面向老人的活动由村民委员会承办。

## 三、保障措施

县财政每年安排专项资金120万元。

青屿县人民政府办公室

2030年6月11日
"""

DECIMAL = """松崖市防汛应急预案

1 总则
1.1 编制目的
规范防汛抢险工作，减少人员伤亡和财产损失。
1.2 适用范围
本预案适用于松崖市行政区域内洪涝灾害的预防和处置。
2 组织体系
2.1 指挥机构
市防汛抗旱指挥部（以下简称市防指）负责全市防汛工作的组织、协调、监督。
2.2 工作机构
@
3 监测预警
3.1 信息监测
水文、气象部门加强监测，发现险情及时报告市防指。
"""

TABLE = """临川屿市财政局关于下达农田补助资金的通知
临财农〔2029〕33号

各县（市、区）财政局：

现将补助资金下达如下。

单位\t面积（亩）\t金额（万元）\t备注
东沙县\t1200\t36\t首批
西沙县\t800\t24\t@
南沙县\t500\t15\t二批
合计\t2500\t75\t

请按照规定用途使用资金，不得截留、挪用。

临川屿市财政局
2029年9月2日
"""

PIPES = """# 石萝市城市管理局公告

为了规范早市经营，现将摊位安排公告如下。

| 早市 | 摊位数（个） | 说明 |
| --- | --- | --- |
| 河东早市 | 60 | 逢单日开市 |
| 河西早市 | 45 | @ |

经营者应当于每日9时前撤场，保持场地整洁。

石萝市城市管理局

2028年4月6日
"""

HTML = """云澜市人民政府办公室关于公布便民服务站点的通知

云澜政办〔2031〕21号

各有关单位：

<table><tr><th>站点</th><th>服务内容</th></tr>
<tr><td>东门站</td><td>代办证照</td></tr>
<tr><td>南门站</td><td>@</td></tr></table>

请各单位做好宣传。

云澜市人民政府办公室
2031年7月9日
"""

PRINTINGS = {
    "articles": ARTICLES,
    "sections": SECTIONS,
    "decimal": DECIMAL,
    "table": TABLE,
    "pipes": PIPES,
    "html": HTML,
}

# printing, what is right, what is wrong, words of the message
PLANTED = [
    # words that were translated, and others that do not belong
    ("articles", "认养人和主管部门签订协议。", "认养人 and 主管部门签订协议。", "and"),
    ("sections", "每村配备一名或两名管理员。", "每村配备一名or两名管理员。", "or"),
    ("decimal", "市防指下设办公室，承担日常工作。", "市防指下设 office 办公室，承担日常工作。", "office"),
    ("sections", "管理员由村民推选，报乡镇备案。", "管理员由村民推r选，报乡镇备案。", "“r”"),
    ("articles", "认养期满，协议自行终止。", "认养期满，协议自行终ー止。", "ー"),
    # signs
    ("decimal", "办公室设在市水利局，实行值班制度。", "办公室设在市水利局，实行值\ufffd制度。", "U+FFFD"),
    ("articles", "认养人应当爱护设施，不得占用绿地。", "认养人应当爱护设施，不得占用■绿地。", "■"),
    ("sections", "管理员每年培训一次，经费由县级承担。", "管理员每年培训一次，经费由县级承□担。", "□"),
    ("articles", "认养人应当爱护设施，不得占用绿地。", "认养人应当爱护设施，不得占?用绿地。", "“?”"),
    ("decimal", "水位超过警戒水位二分之一时启动响应。", "水位超过警戒水位\\frac{1}{2}时启动响应。", "\\frac"),
    ("sections", "管理员名册与考核结果一并存档。", "管理员名册&ldquo;与考核结果一并存档。", "&ldquo;"),
    ("pipes", "逢双日开市", "逢双日开\x02市", "U+0002"),
    # figures
    ("articles", "认养期限自2031年起算，不少于三年。", "认养期限自2O31年起算，不少于三年。", "2O31"),
    ("sections", "每名管理员每年补助10万元以内。", "每名管理员每年补助l0万元以内。", "l0"),
    ("decimal", "办公室储备沙袋500个、铁锹200把。", "办公室储备沙袋5OO个、铁锹200把。", "5OO"),
    ("table", "补助比例为15%", "补助比例为I5%", "I5"),
    ("articles", "认养面积不少于300平方米。", "认养面积不少于3０0平方米。", "全角"),
    ("decimal", "日降雨量超过3.5万立方米的，启动响应。", "日降雨量超过3.5.2万立方米的，启动响应。", "3.5.2"),
    ("sections", "三年内购书100000元。", "三年内购书1,00,000元。", "1,00,000"),
    ("table", "已拨12.5万元", "已拨12..5万元", "小数点"),
    ("articles", "认养人每年投入养护资金3.5万元。", "认养人每年投入养护资金3。5万元。", "小数点"),
    # units
    ("sections", "三年内投入购书资金80万元。", "三年内投入购书资金80万万元。", "万万"),
    ("html", "代收话费，每笔手续费2元", "代收话费，每笔手续费2元元", "元元"),
    ("decimal", "堤防完好率达到95%。", "堤防完好率达到95%%。", "%%"),
    # document numbers
    (
        "articles",
        "《云澜市绿地办法》（云澜政〔2026〕9号）同时废止。",
        "《云澜市绿地办法》（云澜政〔2026)9号）同时废止。",
        "括号",
    ),
    ("sections", "按照青政办〔2028〕6号文件执行。", "按照青政办〔20288〕6号文件执行。", "20288"),
    ("decimal", "按照松政〔2027〕12号文件执行。", "按照松政〔2027〕12文件执行。", "号"),
    ("html", "依据云澜政〔2030〕8号设立", "依据云澜政〔20308号设立", "括号"),
    ("articles", "按照云澜政〔2029〕2号文件执行。", "按照云澜政〔2O29〕2号文件执行。", "字母"),
    ("articles", "按照云澜政〔2029〕2号文件执行。", "按照云澜政〔2039〕2号文件执行。", "2039"),
    # dates
    ("sections", "管理员于2030年12月底前到位。", "管理员于2030年13月底前到位。", "13月"),
    ("articles", "认养申请于6月1日至30日受理。", "认养申请于6月1日至31日受理。", "31日"),
    ("decimal", "汛期自2027年6月起算。", "汛期自20277年6月起算。", "20277年"),
    ("pipes", "6时30分开市", "6时75分开市", "6时75分"),
    ("articles", "首批认养于2031年6月2日（星期一）开始。", "首批认养于2031年6月2日（星期三）开始。", "星期一"),
    # words set twice
    ("articles", "认养人应当保持绿地整洁。", "认养人应当应当保持绿地整洁。", "应当"),
    ("sections", "管理员负责图书的借阅和归还。", "管理员负责图书的的借阅和归还。", "“的”"),
    (
        "decimal",
        "办公室牵头汇总雨情水情，并发布预警。",
        "办公室牵头汇总雨情水情牵头汇总雨情水情，并发布预警。",
        "牵头汇总",
    ),
    ("articles", "认养协议由市园林局、市财政局会签。", "认养协议由市园林局、市园林局、市财政局会签。", "市园林局"),
    ("html", "办理老年证，免收工本费", "办理老年证办理老年证，免收工本费", "办理老年证"),
    # marks
    ("articles", "认养人可以冠名，不得设置广告。", "认养人可以冠名，，不得设置广告。", "，，"),
    ("sections", "管理员应当登记造册，按月上报。", "管理员应当登记造册，。按月上报。", "，。"),
    ("decimal", "办公室实行值班制度，节假日不间断。", "办公室实行值班制度、。节假日不间断。", "、。"),
    ("articles", "认养人退出的，应当提前一个月告知。", "认养人退出的，应当提前一个月告知，", "结尾"),
    (
        "articles",
        "认养人享有权利：（一）冠名；（二）参与评比；（三）优先续约。",
        "认养人享有权利：（一）冠名；（二）参与评比（三）优先续约。",
        "（三）",
    ),
    # brackets
    ("sections", "管理员（含兼职）每年考核一次。", "管理员（含兼职每年考核一次。", "（"),
    ("articles", "认养协议采用《绿地认养协议》文本。", "认养协议采用绿地认养协议》文本。", "》"),
    ("decimal", "办公室落实“四预”措施，做好准备。", "办公室落实“四预措施，做好准备。", "“"),
    ("sections", "管理员（含兼职）每年考核一次。", "管理员（含兼职））每年考核一次。", "）"),
    ("pipes", "逢双日开市（雨天除外）", "逢双日开市（雨天除外", "（"),
    # characters
    ("articles", "认养人应当将养护记录纳入档案。", "认养人应当将养护记录纳人档案。", "纳入"),
    ("sections", "管理员应当自己登记，不得代签。", "管理员应当自已登记，不得代签。", "自己"),
    ("decimal", "汛期结束后拨付抢险经费。", "汛期结束后拔付抢险经费。", "拨付"),
    ("table", "整治土地，验收合格", "整治士地，验收合格", "土地"),
    ("articles", "认养人未按约定养护的，协议解除。", "认养人末按约定养护的，协议解除。", "未按"),
    ("html", "受理污染投诉", "受理汗染投诉", "污染"),
    ("sections", "配备若干名志愿者协助管理。", "配备若千名志愿者协助管理。", "若干"),
    ("decimal", "灾后由民政部门治理环境、安置群众。", "灾后由民政部门冶理环境、安置群众。", "治理"),
    ("pipes", "按照分区安排摊位，候车通道除外", "按照分区安排摊位，侯车通道除外", "候车"),
    ("articles", "市园林部门对认养工作每年部署一次。", "市园林部门对认养工作每年部暑一次。", "部署"),
    ("sections", "管理员的任用须经审查，不合格的不予聘用。", "管理员的任用须经审査，不合格的不予聘用。", "査"),
    ("decimal", "办公室名单由各单位报送。", "办公室名单由各单位各单位报送。", "各单位"),
    ("articles", "认养人可以转让权利，但应当告知。", "认养人可以可转让权利，但应当告知。", "可以可"),
    ("sections", "开放时间为上午8时至12时。", "开放时间为上午28时至12时。", "28时"),
    ("sections", "管理员在读者到馆后办理借阅登记。", "管理员在读者到馆后<br>办理借阅登记。", "<br>"),
    ("sections", "管理员依法维护读者的合法权益。", "管理员依法维护读者的台法权益。", "合法权益"),
    ("table", "由生态环境部门验收", "由生杰环境部门验收", "生态环境"),
    ("decimal", "办公室鼓励社会力量参与抢险。", "办公室鼓励社会力呈参与抢险。", "社会力量"),
    ("articles", "县级规章第13条规定的绿地除外。", "县级规章第l3条规定的绿地除外。", "“13”"),
    ("pipes", "商户含30名学徒", "商户含30名名学徒", "名名"),
    ("articles", "认养按《绿地认养名录》进行。", "认养按《绿地认养名录）进行。", "不配对"),
    # letters among figures, whatever is counted
    ("sections", "全年送书下乡3000批次。", "全年送书下乡3O00批次。", "“O”"),
    ("articles", "每处绿地栽种灌木600株。", "每处绿地栽种灌木6O0株。", "“O”"),
    ("decimal", "储备编织袋20000只。", "储备编织袋200O0只。", "“O”"),
    ("decimal", "值班连续不超过18小时。", "值班连续不超过1B小时。", "“B”"),
    ("articles", "认养期满前15个工作日续签。", "认养期满前1S个工作日续签。", "“S”"),
    ("sections", "全年接待读者12万人次。", "全年接待读者12万入次。", "人次"),
    ("html", "站点年均服务900人次以上", "站点年均服务900入次以上", "人次"),
    # the end of a name of a street or a water
    ("articles", "绿地东至桐花路，西至石埠河。", "绿地东至桐花路路，西至石埠河。", "“路”"),
    ("decimal", "重点巡查青石渠以北、望月桥、水磨巷。", "重点巡查青石渠渠以北、望月桥、水磨巷。", "“渠”"),
    ("sections", "图书室设在书院大街南侧。", "图书室设在书院大街大街南侧。", "大街"),
    # the name of the city
    (
        "articles",
        "认养结果由云澜市人民政府公布，云澜市城区同步公示。",
        "认养结果由云阑市人民政府公布，云澜市城区同步公示。",
        "云澜市",
    ),
]


def _findings(text: str) -> list[Finding]:
    return list(suspected_errors(Manuscript(read_gazette(text), text, {})))


@pytest.mark.parametrize(("printing", "right", "wrong", "said"), PLANTED)
def test_a_planted_error_is_found_alone_and_its_clean_twin_tells_nothing(
    printing: str, right: str, wrong: str, said: str
) -> None:
    text = PRINTINGS[printing]
    assert [finding.message for finding in _findings(text.replace("@", right))] == []
    planted = text.replace("@", wrong)
    line = text[: text.index("@")].count("\n") + 1
    found = _findings(planted)
    assert [(finding.kind, finding.line) for finding in found] == [(FindingKind.RECOGNITION, line)], found
    assert said in found[0].message
    assert found[0].message.endswith("。") and found[0].message_en.endswith(".")
    assert found[0].evidence in " ".join(planted.split()) or found[0].evidence


def test_a_finding_names_document_and_clause() -> None:
    found = _findings(ARTICLES.replace("@", "认养人应当应当保持绿地整洁。"))
    assert [(one.document, one.locator, one.severity) for one in found] == [
        ("云澜政〔2031〕4号", "第四条", Severity.WARNING)
    ]


def test_equal_artefacts_of_a_line_are_one_finding_and_of_two_lines_two() -> None:
    text = ARTICLES.replace("@", "认养人 and 主管部门签约 and 备案。\n第四条之一 认养人 and 主管部门解约。")
    found = _findings(text)
    assert [len(one.places) for one in found] == [2, 1]


# What stands in right documents and looks like an error.
TRICKY = [
    "符合GDP核算、PM2.5监测、5G基站、AI应用和Wi-Fi覆盖要求的，优先安排App推广，支持B2B、O2O模式。",
    "按照GB/T 1.1-2020和DB41/T 1234.5-2019执行，参见第3.1.2条、附表2.1.3。",
    "资质分为A级、B类、C型，车型含4S店自有车辆、K12校车和T恤配送车，执行“N+X”机制。",
    "缴纳人、参加人、引进人才、下列人员、采购人、验收人员、先进人物和法人库一并登记。",
    "来自已建成项目的，不能自已的，月末完成、年末经核定、期末未完成的，分别处理。",
    "数千部手机、近千部图书、上千家企业，若干名干部，干旱、干扰、骨干、千方百计、千克、千瓦。",
    "饮用水水源、市市场监督管理局、公共服务服务平台、目的的确定、自由由其行使，参与与否自愿。",
    "项目建设建设用地、许可许可证、安全生产生产经营单位、标准标准化、组织实施实施方案。",
    "研究研究、一个一个解决，一村一品、一村一策，逐户逐人逐项核实，方方面面、家家户户。",
    "《关于〈云岭条例〉的说明》（以下简称《说明》）、“‘双减’政策”等提法，按“《规划》第二章”执行。",
    "得分区间为[80,90)、(90,100]，超过1,200,000元、3,500户的，按1.5倍计算，比例为3:2:1。",
    "时间为8:30—17:30，24时止；2028年2月29日、2月28日、12月31日有效，第13个月起递减。",
    "按云岭政〔2020〕3号、〔2021〕5、6、8号和国发〔85〕12号文件，以及岭办发〔2020〕15—18号文件执行。",
    "适用下列情形：（一）甲类；（二）乙类；（三）丙类。第二条第（一）项、附件（二）另行规定。",
    "1）受理；2）审查；a）初审；b）复审，分别计时。",
    "实现污染治理、整治治安、冶炼、陶冶、治金矿以外的，由管理员管理，营业员营业。",
    "排放SO2年均浓度、O3日最大8小时均值和CO2总量，按x、y两个变量计算，公式为W=m×n。",
    "学府街街道办事处、桐花路路段、望月桥桥面、南渠渠首、石埠河河道分别负责，实现路路通、街街畅。",
    "列入次年计划、计入次月考核，第2批次、3B类、4S店、5S管理、2B户型、B2O平台、3S技术各有安排。",
    "三种选择：□是 □否 □不适用。",
    "联系邮箱：fuwu@yunlan.example，网址：https://www.yunlan.example/a&b;c?x=1。",
    "会议由市政府、县政府、乡镇人民政府、村民委员会分别召开，市政府政府采购另行安排。",
    "云澜市与南岭市、云州市签订协议，云州市人民政府负责承办，云州市财政局配合。",
    "每年年底、月月有检查，三元元件、两万万平方公里的设想、千千万万群众。",
    "王某、李某、赵某某不予列入；××市、某某县、○○镇为示例。",
    "由董事会会议、委员会会议、理事会会长、代表大会会期分别确定。",
    "“一带一路”“放管服”改革；“十四五”末提高1岁，“两不愁三保障”全面实现……",
    "温度为25℃～30℃，面积2.5万㎡，误差±0.5%，浓度≤35μg/m³，≥90%达标。",
    "以及及时、并合并、应应急需要、被被征地农民保障、将军、应急、对对口单位、为为民服务。",
    "公元6000年前，近2000年来，2035年远景目标，年均增长。",
    "报名人数、纪录人类历史、引人注目、发人深省、夜深人静、更加人性化、投人所好。",
    "该项目标明用途，各项目标，事项日常办理，今日录用，人士地位，女士方可入场。",
]


@pytest.mark.parametrize("sentence", TRICKY)
@pytest.mark.parametrize("printing", ["articles", "sections", "decimal", "html"])
def test_what_may_be_right_is_not_told(sentence: str, printing: str) -> None:
    assert [one.message for one in _findings(PRINTINGS[printing].replace("@", sentence))] == []


def test_a_quotation_may_go_over_several_paragraphs() -> None:
    text = ARTICLES.replace("@", "第三条修改为：“第三条 市园林部门负责指导。\n“县园林部门负责实施。”")
    assert _findings(text) == []


def test_lists_of_names_are_not_read_for_characters() -> None:
    assert _findings("表彰名单\n\n甲单位\t王要\t李末完\t赵已任\t孙自巳\n") == []


def test_a_noughts_letter_is_a_note() -> None:
    found = _findings(ARTICLES.replace("@", "本办法于二OO三年首次发布。"))
    assert [one.severity for one in found] == [Severity.NOTE]


def test_the_table_of_look_alikes_has_no_word_that_is_right() -> None:
    right = "纳入 列入 投入 已经 自己 未经 若干 干部 土地 治理 拨付 候选 部署 责任 环境 监督 检查 组织 建设 设施 政府"
    assert [entry.wrong for _, _, entry in look_alikes(right)] == []
    assert len({entry.right for _, _, entry in look_alikes("纳人 自已 末经 若千 士地")}) == 5


def test_known_cities_are_whole_names() -> None:
    assert all(1 <= len(name) <= 5 for name in CITIES)


@pytest.mark.gazettes
def test_the_alarms_on_the_real_issues(gazettes: Path) -> None:
    alarms = {
        name: [
            (one.document, one.line)
            for one in sorted(
                _findings((gazettes / f"xuchang-2022-{name}.txt").read_text("utf-8")), key=lambda f: f.line
            )
        ]
        for name in ("02", "05")
    }
    doubled = (3528, 3530, 3544, 3546, 3556, 3679, 3681, 3683, 3697, 3707, 3709, 3715, 3717)
    assert alarms["02"] == [
        ("许政〔2022〕7号", 371),
        ("许政〔2022〕9号", 792),
        ("许政〔2022〕11号", 1311),
        ("许政〔2022〕13号", 1544),
        ("许政办〔2022〕11号", 1778),
        ("许政办〔2022〕12号", 1994),
        ("许政办〔2022〕13号", 2262),
        ("许政办〔2022〕17号", 2435),
        *(("许政办〔2022〕26号", line) for line in doubled),
    ]
    assert alarms["05"] == [
        ("许政〔2022〕40号", 843),
        ("许政办〔2022〕41号", 1437),
        ("许政办〔2022〕41号", 1443),
        ("许政办〔2022〕41号", 1457),
        ("许政办〔2022〕41号", 1749),
        ("许政办〔2022〕42号", 1916),
        ("许政办〔2022〕42号", 1926),
    ]

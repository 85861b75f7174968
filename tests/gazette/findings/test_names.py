"""One name in two spellings. All documents and all names are invented."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.findings.alike import alike, look_alike, nearly_sound_alike, sound_alike
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript
from gongbao.gazette.findings.names import names_in_two_spellings


def findings(text: str) -> list[Finding]:
    return list(names_in_two_spellings(Manuscript(read_gazette(text), text, {})))


def notice(
    body: str, *, number: str = "云澜政〔2031〕4号", title: str = "关于做好林水工作的通知", mark: str = ""
) -> str:
    return (
        f"{mark}云澜市人民政府{title}\n\n{number}\n\n各县（市、区）人民政府：\n\n"
        f"现通知如下。\n\n{body}\n\n云澜市人民政府\n\n2031年3月4日\n"
    )


TASKS = """一、抓好栽植

1. 栽植护岸林。（责任单位：市自然资源和规划局、市农业农村局、市水利局、青屿县政府）

2. 建设竹编园。（责任单位：市文化广电和旅游局、市农业农村局、市发展改革委）

3. 修缮旧窑厂。（责任单位：市住房和城乡建设局、市自然资源和规划局、市文化广电和旅游局）

二、抓好管护

（一）由市农业农村局会同市自然资源和规划局制定标准。

（二）由市住房和城乡建设局每年通报一次，市文化广电和旅游局予以宣传。"""

FIRMS = """一、名单

序号\t企业名称\t奖补（万元）
1\t云澜华晟装备有限公司\t30
2\t青屿清泉竹制品有限公司\t25
3\t白石恒远机械股份有限公司\t20

二、拨付

奖补资金按企业拨付：

企业名称\t首期\t二期
云澜华晟装备有限公司\t20\t10
青屿清泉竹制品有限公司\t15\t10
白石恒远机械股份有限公司\t12\t8

三、要求

希望云澜华晟装备有限公司、青屿清泉竹制品有限公司再接再厉。"""

PIPES = """一、学校

| 学校名称 | 名额 |
| --- | --- |
| 云澜市翰林实验小学 | 3 |
| 云澜市凤鸣中学 | 2 |
| 青屿县桃源幼儿园 | 1 |

二、分配

| 学校名称 | 经费 |
| --- | --- |
| 云澜市翰林实验小学 | 9 |
| 云澜市凤鸣中学 | 6 |
| 青屿县桃源幼儿园 | 3 |

三、附则

按期完成。"""

PLACES = """一、水源

推进青岩湖湿地修复，保护青岩湖水质，严控青岩湖周边开发。

二、道路

改造迎晖路，打通迎晖路与滨河大道的断头处；整治凤栖山公园，凤栖山公园全年开放。

三、园区

提升翠屏产业园。翠屏产业园由青屿县管理。"""

PROJECTS = """一、项目安排

序号\t项目名称\t投资（万元）
1\t澄潭水库除险加固工程\t900
2\t碧溪灌区续建配套项目\t700
3\t鹤鸣污水处理厂扩建项目\t650

二、进度

项目名称\t开工
澄潭水库除险加固工程\t3月
碧溪灌区续建配套项目\t4月
鹤鸣污水处理厂扩建项目\t5月

三、调度

澄潭水库除险加固工程按月调度。"""

TERMS = """一、定义

本办法所称护林创新券（以下简称“创新券”）由市林业局发放。竹林碳汇交易平台（以下简称碳汇平台）由市林业局管理。

二、使用

企业凭创新券购买服务，创新券不得转让。碳汇平台应当公布价格。

三、兑付

收到创新券的机构，于每季末兑付。碳汇平台按季结算。"""

CITED = """一、依据

按照《云澜市古树名木养护管理办法》（云澜政〔2029〕17号）第三条执行。

二、措施

严格落实《云澜市古树名木养护管理办法》（云澜政〔2029〕17号），做到一树一档。"""

TITLES = """一、依据

根据《云澜市运河沿线竹林生态保护专项规划》，制定本通知。

二、衔接

与《云澜市运河沿线竹林生态保护专项规划》做好衔接，并对照《云澜市渡口码头安全运行规范》检查。

三、检查

检查以《云澜市运河沿线竹林生态保护专项规划》和《云澜市渡口码头安全运行规范》为准。"""

BRAND = """一、平台

开通“渔火”一张图监管系统。各县将船只信息录入“渔火”一张图监管系统。

二、运行

（一）“渔火”一张图监管系统由市农业农村局维护。

（二）从“渔火”一张图监管系统转出的线索，三日内回复。"""

INN = """一、试点

在三个乡开办“蓝桥书屋”，每个“蓝桥书屋”配书千册。

二、验收

“蓝桥书屋”验收合格的，补助两万元。"""

WATERS = """第一条 为保护鸥栖荡，制定本规定。

第二条 鸥栖荡管护范围以界桩为准。

第三条 在鸥栖荡管护范围内不得围网。

第四条 白鹳港至云澜站货运专线由青屿县养护，白鹳港不得停放危险货物。

第五条 巡查白鹳港的船只应当登记，检查结果抄送鹭鸣洲管护所。

第六条 鹭鸣洲管护所每月巡查一次。"""

SERVICES = """一、力量

依托长空航空护林救援队和济民粮油配送中心开展保障，长空航空护林救援队驻青屿县。

二、物资

济民粮油配送中心储备大米，由长空航空护林救援队空投。青坪卫生院负责救治。

三、善后

济民粮油配送中心清点余粮；青坪卫生院回访伤员，桑园镇青坪卫生院增设床位。"""

PLANTS = """一、布局

恒石建材、绿洲再生、金穗饲料三家承担任务，恒石建材先行试产。

二、分配

| 企业 | 数量（吨） |
| --- | --- |
| 恒石建材 | 40 |
| 绿洲再生 | 25 |
| 金穗饲料 | 10 |

三、检查

对绿洲再生、金穗饲料每季检查一次。"""

OFFICES = """第一条 护林经费由市林业和草原发展局核定。

第二条 补植方案报市林业和草原发展局批准。

第三条 市林业和草原发展局每年公布名录。

第四条 支持青屿竹材新型工艺研究院开展试验，青屿竹材新型工艺研究院应当开放仪器。

第五条 青屿竹材新型工艺研究院的成果，由县政府收购。"""

SCHOOLS = """一、合并

荷湾小学并入青屿县实验小学，荷湾小学校舍改作幼儿园。

二、资产

荷湾小学图书由县教育局调配；枫林书院藏书不动，枫林书院照常开放。

三、安置

学生到枫林书院参观，由云台生态移民安置点、松涛苑统一接送。松涛苑设站牌，班车停靠松涛苑。"""

ISSUED = (
    "云澜市人民政府办公室关于印发云澜市渡口整治提升行动方案的通知\n云澜政办〔2031〕8号\n各县（市、区）人民政府：\n"
    "《云澜市渡口整治提升行动方案》已经市政府同意，现印发给你们，请认真贯彻落实。\n云澜市人民政府办公室\n2031年4月2日\n"
    "云澜市渡口整治提升行动方案\n为做好整治，制定本方案。\n一、目标\n年内完成。\n二、措施\n逐个检查。\n"
)

BOTH = (
    ISSUED + "云澜市人民政府关于加强水上安全的通知\n云澜政〔2031〕10号\n各县（市、区）人民政府：\n"
    "一、落实《云澜市渡口整治提升行动方案》（云澜政办〔2031〕8号）。\n二、按月通报。\n云澜市人民政府\n2031年5月2日\n"
)


@dataclass(frozen=True)
class Planted:
    """A clean document; the `count`th place of `old` in it becomes `new`, and that is where it is told."""

    name: str
    clean: str
    old: str
    new: str
    count: int = 1

    @property
    def at(self) -> int:
        at = -1
        for _ in range(self.count):
            at = self.clean.index(self.old, at + 1)
        return at

    @property
    def text(self) -> str:
        return self.clean[: self.at] + self.new + self.clean[self.at + len(self.old) :]

    @property
    def line(self) -> int:
        return self.clean.count("\n", 0, self.at) + 1


PLANTED = [
    Planted("a unit turned round", notice(TASKS), "市农业农村局", "市农村农业局", 2),
    Planted("a unit turned round in a sentence", notice(TASKS), "市农业农村局", "市农村农业局", 3),
    Planted("a unit lacks a character", notice(TASKS), "市自然资源和规划局", "市自然源和规划局", 2),
    Planted("a unit lacks a character in a sentence", notice(TASKS), "市文化广电和旅游局", "市文化广和旅游局", 3),
    Planted("a unit with a character too many", notice(TASKS), "市住房和城乡建设局", "市住房和城乡建建设局"),
    Planted("a unit by its sound", notice(TASKS, mark="## "), "市自然资源和规划局", "市自然资源和规化局", 3),
    Planted("和 and 与 in a unit", notice(TASKS), "市自然资源和规划局", "市自然资源与规划局", 2),
    Planted("a unit by its looks", notice(TASKS), "市文化广电和旅游局", "市文化广电和族游局", 2),
    Planted("a firm by its sound", notice(FIRMS), "华晟装备", "华昇装备", 2),
    Planted("a firm by its sound in a sentence", notice(FIRMS), "华晟装备", "华盛装备", 3),
    Planted("a firm by a homophone", notice(FIRMS), "清泉竹制品", "青泉竹制品", 2),
    Planted("a firm turned round", notice(FIRMS), "清泉竹制品", "清泉竹品制", 3),
    Planted("a firm lacks a character", notice(FIRMS), "白石恒远机械股份", "白石恒远机股份", 2),
    Planted("a firm by a far homophone", notice(FIRMS), "恒远机械", "恒源机械", 2),
    Planted("a school in a table of Markdown", notice(PIPES), "翰林实验小学", "瀚林实验小学", 2),
    Planted("another school", notice(PIPES), "凤鸣中学", "风鸣中学", 2),
    Planted("a kindergarten", notice(PIPES), "桃源幼儿园", "桃园幼儿园", 2),
    Planted("a lake in running words", notice(PLACES), "青岩湖", "清岩湖", 2),
    Planted("a lake by its second character", notice(PLACES), "青岩湖", "青盐湖", 3),
    Planted("a road", notice(PLACES), "迎晖路", "迎辉路", 2),
    Planted("a park", notice(PLACES), "凤栖山公园", "风栖山公园", 2),
    Planted("a park of industry", notice(PLACES), "翠屏产业园", "翠平产业园", 2),
    Planted("a reservoir in a table", notice(PROJECTS), "澄潭水库", "澄谭水库", 2),
    Planted("a project in a sentence", notice(PROJECTS), "除险加固工程", "除险加故工程", 3),
    Planted("a project in a table", notice(PROJECTS), "碧溪灌区", "碧西灌区", 2),
    Planted("a works", notice(PROJECTS), "鹤鸣污水处理厂", "鹤鸣污水外理厂", 2),
    Planted("a defined term", notice(TERMS), "创新券", "创新卷", 4),
    Planted("a defined term by its sound", notice(TERMS), "碳汇平台", "碳会平台", 3),
    Planted("a cited title under the same number", notice(CITED), "养护管理办法", "养护管理暂行办法", 2),
    Planted("a cited title by another word", notice(CITED), "古树名木养护", "古树名木保护", 2),
    Planted("a title by its sound", notice(TITLES), "竹林生态保护", "竹林生太保护", 3),
    Planted("a title turned round", notice(TITLES), "渡口码头安全运行", "码头渡口安全运行", 2),
    Planted("a title lacks a character", notice(TITLES), "运河沿线竹林生态", "运河沿线竹林态", 2),
    Planted(
        "what is issued has another title", ISSUED, "\n云澜市渡口整治提升行动方案\n", "\n云澜市渡口整治提升工作方案\n"
    ),
    Planted("a title against the document that bears it", BOTH, "渡口整治提升行动", "渡口整顿提升行动", 4),
    Planted("a quoted name before its words", notice(BRAND), "渔火", "鱼火", 4),
    Planted("a quoted name by its second character", notice(BRAND), "渔火", "渔伙", 3),
    Planted("a quoted name that is a whole", notice(INN), "蓝桥书屋", "兰桥书屋", 3),
    Planted("a quoted name inside", notice(INN, mark="## "), "蓝桥书屋", "蓝乔书屋", 2),
    Planted("a water in an article", notice(WATERS), "鸥栖荡", "鸥西荡", 3),
    Planted("a harbour before a line", notice(WATERS), "白鹳港", "白灌港", 3),
    Planted("a harbour at the beginning", notice(WATERS), "白鹳港", "白贯港", 2),
    Planted("an office on an island", notice(WATERS), "鹭鸣洲管护所", "鹭名洲管护所", 2),
    Planted("a team by its first character", notice(SERVICES), "长空航空护林救援队", "常空航空护林救援队", 3),
    Planted("a centre, nearly by its sound", notice(SERVICES), "济民粮油配送中心", "济明粮油配送中心", 2),
    Planted("a clinic", notice(SERVICES), "青坪卫生院", "青平卫生院", 3),
    Planted("a short firm in a table", notice(PLANTS), "绿洲再生", "绿州再生", 2),
    Planted("a short firm in a sentence", notice(PLANTS), "金穗饲料", "金岁饲料", 3),
    Planted("a short firm by its first characters", notice(PLANTS), "恒石建材", "恒实建材", 2),
    Planted("和 and 与 in a unit of running words", notice(OFFICES), "林业和草原", "林业与草原", 2),
    Planted("an institute of another sort", notice(OFFICES), "工艺研究院", "工艺研究所", 3),
    Planted("a school in running words", notice(SCHOOLS), "荷湾小学", "荷弯小学", 3),
    Planted("a college of old", notice(SCHOOLS), "枫林书院", "枫临书院", 3),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_planted(planted: Planted) -> None:
    found = findings(planted.text)
    line = planted.line + planted.old.startswith("\n")
    assert [(each.kind, each.line) for each in found] == [(FindingKind.NAME, line)], found


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_clean_twin(planted: Planted) -> None:
    assert findings(planted.clean) == []


CLEAN = {
    "first and second": notice(
        "一、名单\n\n序号\t学校\t名额\n1\t云澜市第一中学\t3\n2\t云澜市第二中学\t2\n3\t云澜市第十中学\t1\n4\t云澜市第四中学\t1\n\n"
        "二、范围\n\n东城区、西城区、南湖区、北湖区参加。"
    ),
    "usual abbreviations": notice(
        "一、分工\n\n（责任单位：市发展和改革委员会、市发展改革委、市发改委、市文化广电和旅游局、市文广旅局）\n\n二、配合\n\n"
        "（责任单位：市市场监督管理局、市市场监管局、市人力资源和社会保障局、市人力资源社会保障局、市人社局）"
    ),
    "levels of one body": notice(
        "一、分工\n\n市市场监督管理局、县市场监督管理局、国家市场监督管理总局、省农业农村厅、市农业农村局、县农业农村局、各县（市、区）农业农村局配合。\n\n"
        "二、奖励\n\n省级技术创新中心、省技术创新中心、市级技术创新中心均可申报。"
    ),
    "firms with names that are near": notice(
        "一、名单\n\n企业名称\t金额\n云澜华晟装备有限公司\t3\n云澜华丰装备有限公司\t2\n云澜华晟设备有限公司\t2\n"
        "云澜华晟装备科技有限公司\t1\n青屿东海竹业有限公司\t1\n青屿东湖竹业有限公司\t1\n\n二、要求\n\n再接再厉。"
    ),
    "villages whose names sound alike": notice(
        "一、名单\n\n村名\t户数\n李庄村\t30\n黎庄村\t20\n张楼村\t12\n章楼村\t11\n程湾村\t8\n成湾村\t7\n\n二、要求\n\n逐户落实。"
    ),
    "two roads that are often named": notice(
        "一、范围\n\n文峰路、文丰路、文峰路北段、文丰路南段。\n\n二、时间\n\n文峰路三月动工，文丰路四月动工。\n\n三、其他\n\n文峰路、文丰路同时验收。"
    ),
    "old and new documents": notice(
        "一、依据\n\n根据《云澜市古树名木养护管理办法》制定。\n\n二、废止\n\n《云澜市古树名木养护管理暂行办法》（云澜政〔2020〕3号）同时废止。"
    ),
    "a notice and what it issues bear one number": notice(
        "一、依据\n\n按照《云澜市人民政府关于印发〈云澜市渡口管理办法〉的通知》（云澜政〔2030〕7号）执行。\n\n"
        "二、衔接\n\n《云澜市渡口管理办法》（云澜政〔2030〕7号）另有规定的，从其规定。《云澜市渡口管理办法（试行）》（云澜政〔2030〕7号）附件不再执行。"
    ),
    "documents of several years": notice(
        "一、依据\n\n《云澜市2030年绿化工作要点》《云澜市2031年绿化工作要点》。\n\n二、安排\n\n《云澜市一季度普查方案》《云澜市二季度普查方案》。"
    ),
    "heads of a bureau": notice(
        "一、成员\n\n市自然资源和规划局局长任组长，市水利局局长任副组长。\n\n二、办公室\n\n设在市自然资源和规划局，市水利局配合。"
    ),
    "a term and its plain words": notice(
        "一、定义\n\n竹林管护委员会（以下简称“管委会”）设在县林业局。\n\n二、职责\n\n情况由管委汇总后上报，管委会每季开会。"
    ),
    "projects of two places": notice(
        "一、项目\n\n项目名称\t投资\n东堤加固工程\t3\n西堤加固工程\t4\n一号泵站改造项目\t5\n二号泵站改造项目\t6\n上游护岸工程\t7\n下游护岸工程\t8\n\n二、要求\n\n按期。"
    ),
    "part of a longer name": notice(
        "一、名单\n\n名称\t床位\n桃花幼儿园托育中心\t30\n青屿办小桃幼儿园托育中心\t20\n青屿县人民医院\t9\n青屿县人民医院分院\t8\n\n二、要求\n\n规范。"
    ),
    "people whose names are near": notice(
        "一、名单\n\n单位\t姓名\n县林场\t甲某清\n县林场\t甲某青\n县农场\t乙某明\n县农场\t乙某鸣\n\n二、要求\n\n再接再厉。"
    ),
    "words before a name": notice(
        "一、报批\n\n经审议后，报送市人民代表大会常务委员会，报市人民代表大会常务委员会备案。\n\n"
        "二、程序\n\n由市人民代表大会各专门委员会、市人民代表大会专门委员会初审。"
    ),
    "words that sound alike and are both right": notice(
        "一、成员\n\n市监察委员会、检察委员会派员参加。\n\n二、范围\n\n占用道路的，由道路主管部门处理；与铁路、于铁路、是道路、市道路有关的，另行规定。"
    ),
    "two words in either order": notice(
        "一、范围\n\n国家重点建设工程、国家重点工程建设均可申报。\n\n二、其他\n\n应当报上级审定。"
    ),
    "villages whose committees sound alike": notice(
        "一、补助\n\n李庄村民委员会三万元，黎庄村民委员会两万元。\n\n二、验收\n\n李庄村民委员会五月验收，李庄村民委员会负责复垦。"
    ),
    "two institutes of one trade": notice(
        "一、分工\n\n省竹业科学研究院负责选种，市竹业科学研究所负责推广。\n\n二、经费\n\n省竹业科学研究院列支，省竹业科学研究院决算。"
    ),
    "units that are joined": notice(
        "一、分工\n\n市水利局和林业局共同检查，市水利局与林业局联合通报。\n\n二、其他\n\n市水利局和林业局按月碰头。"
    ),
    "people who hold the same office": notice(
        "一、任免\n\n白民任云澜市林业站站长。白民任云澜市渡口站站长。\n\n二、兼职\n\n白明任云澜市林业站顾问。"
    ),
    "words that are known elsewhere": notice(
        "一、范围\n\n绿洲再生、金穗饲料。绿洲再生先行。\n\n二、其他\n\n绿舟再生造纸厂与绿舟造船厂不在此列，绿舟再生造纸厂另报。"
    ),
    "brands of one family": notice(
        "一、名单\n\n“东篱书屋”三处，“西篱书屋”一处，“东篱书屋”先建。\n\n二、称谓\n\n“一号渔火”“二号渔火”“一号渔火”统一挂牌。"
    ),
    "words before the same words": notice(
        "一、措施\n\n由县农业农村局认定，向农业农村部门报告。\n\n二、流程\n\n向农业农村部门备案，按县农业农村局要求办理；制定林水治理方案，指定林水治理人员，制定林水治理方案细则。"
    ),
    "issued on trial": ISSUED.replace("行动方案的通知", "行动方案（试行）的通知"),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean(name: str) -> None:
    assert findings(CLEAN[name]) == []


def test_the_rarer_spelling_is_told_and_both_are_named() -> None:
    (found,) = findings(notice(FIRMS).replace("华晟装备", "华昇装备", 1))
    assert "“云澜华昇装备有限公司”（1处）" in found.message and "“云澜华晟装备有限公司”（2处）" in found.message
    assert "华昇" in found.message_en and "华晟" in found.message_en
    assert found.places[0].quote == "云澜华昇装备有限公司"
    assert found.document == "云澜政〔2031〕4号"


def test_alike() -> None:
    assert sound_alike("清", "青") and not sound_alike("清", "清") and not sound_alike("东", "西")
    assert look_alike("未", "末") and look_alike("末", "未") and not look_alike("未", "未")
    assert nearly_sound_alike("民", "明") and nearly_sound_alike("明", "民") and not nearly_sound_alike("民", "敏")
    assert alike("晟", "昇") and not alike("甲", "龟")


def test_time_grows_with_length() -> None:
    rows = "".join(f"{k}\t云澜第{k}竹器社{k % 7}分社有限公司\t{k}\n" for k in range(1, 3000))
    assert findings(notice(f"一、名单\n\n序号\t企业\t金额\n{rows}\n二、要求\n\n好。")) == []


def test_a_text_without_words_has_none() -> None:
    assert findings("") == findings("\n \n") == []


def test_where_one_spelling_stands_inside_another_and_over_itself_all_places_are_counted() -> None:
    body = "一、事项\n\n1. 青岩湖湖湖小学、青岩湖湖湖小学招生。\n\n2. 由青岩湖湖湖小学、清岩湖湖湖小学承办。"
    assert any("（3处）" in one.message and "（1处）" in one.message for one in findings(notice(body)))


@pytest.mark.gazettes
def test_real_issues(gazettes: Path) -> None:
    told = {
        name: [(each.document, each.line, each.kind.value) for each in findings(text)]
        for name in ("02", "05")
        for text in [(gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8")]
    }
    assert told == {"02": [("许政办〔2022〕12号", 2070, "name")], "05": [("许政办〔2022〕41号", 1599, "name")]}

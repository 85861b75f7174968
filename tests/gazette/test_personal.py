"""Personal data, on invented people of an imaginary city."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.gazette import read_gazette
from gongbao.gazette.model import Document
from gongbao.gazette.personal import MASK, Mark, Masker, PersonalKind, find_personal

NAME, TELEPHONE, MAIL = PersonalKind.NAME, PersonalKind.TELEPHONE, PersonalKind.MAIL
HONOURS = "表彰2021年度云澜市先进的决定"
NOTICE = "做好甲事项的通知"


def document(title: str, body: str) -> Document:
    """A document of the imaginary city; | stands for a tab, ¦ for |."""
    head = f"云澜市人民政府\n关于{title}\n\n云澜政〔2021〕5号\n\n各县（市、区）人民政府，市人民政府各部门：\n\n"
    (found,) = read_gazette(head + body.replace("|", "\t").replace("¦", "|") + "\n").documents
    return found


def found_in(title: str, body: str) -> set[str]:
    """The values; those that are no names with their kind before them."""
    return {
        mark.value if mark.kind is NAME else f"{mark.kind}={mark.value}"
        for mark in find_personal(document(title, body))
    }


# What is listed, where, and what is personal in it.
FORMS: dict[str, tuple[str, str, str]] = {
    "one person a line": (
        HONOURS,
        "附件\n\n云澜市优秀教师名单\n\n一、优秀教师（4名）\n\n舒望舒 云澜市第一中学教师\n宁 朗 云澜市第二中学教师\n"
        "顾星河 东湾区实验小学副校长\n欧阳静姝 东湾区幼儿园教师",
        "舒望舒 宁朗 顾星河 欧阳静姝",
    ),
    "ideographic spaces, and a compound surname with one character": (
        HONOURS,
        "先进个人名单（3名）\n\n舒　朗　云澜市档案局科员\n司马　澄　云澜市图书馆馆员\n顾星河　云澜市气象局工程师",
        "舒朗 司马澄 顾星河",
    ),
    "numbered": (
        HONOURS,
        "二、先进个人（3人）\n\n1. 舒望舒 云澜市公交公司职工\n2. 宁采青（女） 云澜市中医院护士\n3.顾星河 东湾区消防站队员",
        "舒望舒 宁采青 顾星河",
    ),
    "numbered in brackets": (HONOURS, "（二）先进个人\n（1）舒望舒 某厂工人\n（2）顾星河 某厂技师", "舒望舒 顾星河"),
    "with list marks": (HONOURS, "优秀志愿者名单\n- 舒望舒 东湾区志愿者\n- 顾星河 西岭区志愿者", "舒望舒 顾星河"),
    "several a line": (
        HONOURS,
        "三、先进个人（6名）\n\n舒望舒 宁 朗 顾星河\n欧阳静姝 柏 舟 蓝采和",
        "舒望舒 宁朗 顾星河 欧阳静姝 柏舟 蓝采和",
    ),
    "several a line, between marks": (
        HONOURS,
        "优秀学生（4名）\n舒望舒、宁朗、顾星河、欧阳静姝",
        "舒望舒 宁朗 顾星河 欧阳静姝",
    ),
    "one name a line": (HONOURS, "优秀党员名单\n舒望舒\n宁 朗\n顾星河", "舒望舒 宁朗 顾星河"),
    "behind the unit": (
        HONOURS,
        "先进个人\n东湾区： 舒望舒 顾星河\n西岭区：宁朗、蓝采和",
        "舒望舒 顾星河 宁朗 蓝采和",
    ),
    "unit first": (
        HONOURS,
        "一、先进个人（3名）\n云澜市第一中学 舒望舒\n云澜市第二中学 顾星河\n东湾区实验小学 宁采青",
        "舒望舒 顾星河 宁采青",
    ),
    "by rank": (
        HONOURS,
        "获奖选手名单\n一等奖：舒望舒（云澜市技师学院）\n二等奖：顾星河（东湾区职业学校） 宁朗（云澜市技师学院）",
        "舒望舒 顾星河 宁朗",
    ),
    "in two columns": (
        HONOURS,
        "先进个人（4名）\n舒望舒 东湾区农技站站长 顾星河 西岭区农技站技术员\n宁采青 东湾区水文站职工 蓝采和 西岭区水文站职工",
        "舒望舒 顾星河 宁采青 蓝采和",
    ),
    "a group": (
        HONOURS,
        "一、见义勇为群体（1个）\n1. 舒望舒、顾星河、柏舟群体\n舒望舒 云澜市公交公司职工\n顾星河 云澜市气象局干部\n"
        "柏舟 东湾区城建局驾驶员",
        "舒望舒 顾星河 柏舟",
    ),
    "a couple under no heading": (NOTICE, "现将事迹予以公布。\n舒望舒、宁采青夫妇", "舒望舒 宁采青"),
    "residents": (
        HONOURS,
        "见义勇为个人（4名）\n舒望舒 东湾区碧波花园小区居民\n顾星河 西岭区柳溪镇上坪村三组村民\n"
        "宁采青 东湾区听雨路8号院居民\n蓝采和 云澜市居民",
        "舒望舒 顾星河 宁采青 蓝采和 address=东湾区碧波花园小区 address=西岭区柳溪镇上坪村三组 address=东湾区听雨路8号院",
    ),
    "where they work is no address": (
        HONOURS,
        "见义勇为个人（2名）\n舒望舒 东湾区碧波花园小区物业经理\n顾星河 西岭区柳溪镇上坪村党支部书记",
        "舒望舒 顾星河",
    ),
    "a surname that recognition misread": (
        HONOURS,
        "先进个人（4名）\n舒望舒 云澜市第一中学教师\n顾星河 云澜市第二中学教师\n宁采青 东湾区实验小学教师\n"
        "颀有为 东湾区实验小学教师",
        "舒望舒 顾星河 宁采青 颀有为",
    ),
    "names with a dot": (
        HONOURS,
        "优秀援建干部名单\n阿依努尔·帕尔哈提 云澜市中医院医师\n舒望舒 云澜市中医院医师",
        "阿依努尔·帕尔哈提 舒望舒",
    ),
    "rare characters": (HONOURS, "先进个人（2名）\n舒㛃 某校教师\n顾𬀩星 某校教师", "舒㛃 顾𬀩星"),
    "units and people by turns": (
        HONOURS,
        "一、先进集体（3个）\n云澜市档案局\n白云公司\n金星小学\n二、先进个人（2名）\n舒望舒 云澜市档案局科长\n"
        "顾星河 云澜市图书馆馆员\n三、先进单位（2个）\n康宁医院\n和平社区",
        "舒望舒 顾星河",
    ),
    "names that are words": (
        HONOURS,
        "先进个人（4名）\n舒望舒 某校教师\n顾星河 某校教师\n高峰 某校教师\n江山 某校教师",
        "舒望舒 顾星河 高峰 江山",
    ),
    "no heading, but the form of a list": (
        NOTICE,
        "舒望舒 云澜市第一中学教师\n顾星河 云澜市第二中学教师\n宁采青 东湾区实验小学教师",
        "舒望舒 顾星河 宁采青",
    ),
    "experts": (
        NOTICE,
        "附件\n评审专家组成员名单\n组长：舒望舒 云澜大学教授\n成员：顾星河 云澜大学讲师\n宁采青 云澜市设计院工程师",
        "舒望舒 顾星河 宁采青",
    ),
    "biographies": (
        HONOURS,
        "舒望舒，男，1970年3月生，现住东湾区碧波花园小区，云澜市公交公司驾驶员。\n顾星河，女，1981年生，护士。",
        "舒望舒 顾星河 address=东湾区碧波花园小区",
    ),
    "the formula of a decision": (
        "给予舟桥中队记功的决定",
        "市政府决定，给舟桥中队记集体二等功一次，给中队长舒望舒记个人二等功一次，对顾星河、柏舟等5名同志予以表扬。",
        "舒望舒 顾星河 柏舟",
    ),
    "a title after death": ("追授荣誉称号的决定", "市政府决定追授柏舟同志“云澜好人”荣誉称号。", "柏舟"),
    "table with a column of names": (
        NOTICE,
        "附件\n先进个人推荐表\n序号|姓名|单位|职务\n1|舒望舒|云澜市第一中学|教师\n2|宁 朗|云澜市第二中学|教师\n3|颀有为|东湾区实验小学|校长",
        "舒望舒 宁朗 颀有为",
    ),
    "table of contacts": (
        NOTICE,
        "附件1\n联系方式一览表\n单位|科室|联系人|联系电话|邮箱\n市档案局|征集科|舒望舒|5550123|zjk@yunlan.example\n"
        "|编研科|宁 朗|0399-5550456|byk_2@yunlan.example\n市图书馆|办公室|顾星河|19900001234|tsg@yunlan.example",
        "舒望舒 宁朗 顾星河 telephone=5550123 telephone=0399-5550456 telephone=19900001234 "
        "mail=zjk@yunlan.example mail=byk_2@yunlan.example mail=tsg@yunlan.example",
    ),
    "column of those answerable, with units among them": (
        NOTICE,
        "重点项目表\n序号|项目名称|负责人|总投资（万元）\n1|滨河步道|舒望舒|300\n2|市民花园|市园林局|500\n3|东风水库|顾星河、宁朗|700",
        "舒望舒 顾星河 宁朗",
    ),
    "name and number in one cell": (
        NOTICE,
        "联络员名册\n单位|联系人及电话\n市档案局|舒望舒 19900001234\n市图书馆|顾星河（0399-5550456）",
        "舒望舒 顾星河 telephone=19900001234 telephone=0399-5550456",
    ),
    "winners with their teachers": (
        HONOURS,
        "附件\n技能竞赛获奖名单\n序号|作品名称|选手姓名|指导教师|等级\n1|风力小车|舒望舒、宁朗|顾星河|一等奖\n2|平安云|蓝采和|柏 舟|二等奖",
        "舒望舒 宁朗 顾星河 蓝采和 柏舟",
    ),
    "headmasters and legal representatives": (
        NOTICE,
        "民办学校名册\n学校名称|校长|法定代表人|核定规模\n启明小学|舒望舒|顾星河|600\n育才中学|宁朗|欧阳静姝|900",
        "舒望舒 顾星河 宁朗 欧阳静姝",
    ),
    "table without a head under a heading": (
        HONOURS,
        "先进个人（3名）\n1|舒望舒|云澜市第一中学|教师\n2|宁 朗|云澜市第二中学|教师\n3|顾星河|东湾区实验小学|校长",
        "舒望舒 宁朗 顾星河",
    ),
    "table of homes": (
        NOTICE,
        "救助对象名册\n序号|姓名|身份证号|家庭住址|银行账号\n1|舒望舒|41000019800101001X|东湾区听雨路8号|6200 0000 1111 2222 333\n"
        "2|顾星河|410000800101001|西岭区上坪村|6200000011112222444",
        "舒望舒 顾星河 identity_number=41000019800101001X identity_number=410000800101001 "
        "address=东湾区听雨路8号 address=西岭区上坪村 account_number=6200000011112222333 account_number=6200000011112222444",
    ),
    "behind labels": (
        NOTICE,
        "联系人：舒望舒、宁 朗；联系电话：0399-5550123、5550456；邮箱：sws@yunlan.example。",
        "舒望舒 宁朗 telephone=0399-5550123 telephone=5550456 mail=sws@yunlan.example",
    ),
    "spaces where no name has them": (
        NOTICE,
        "联系人：慕　容听 雪\n联系人：慕容听 雨，电话：5550123。\n联络员：欧 阳 静 姝 女\n负责人：宁 朗、司马 光 启、舒 望 舒（科长）",
        "慕容听雪 慕容听雨 欧阳静姝 宁朗 司马光启 舒望舒 telephone=5550123",
    ),
    "two names with spaces, and what stands behind a name": (
        NOTICE,
        "联系人：宁 朗、顾 星\n联系人：舒望舒 女\n联系人：王 明 男，电话5550123",
        "宁朗 顾星 舒望舒 王明 telephone=5550123",
    ),
    "in a bracket at the foot": (NOTICE, "（联系人：舒望舒 电话：5550123）", "舒望舒 telephone=5550123"),
    "label without a colon": (NOTICE, "材料报市档案局（联系人舒望舒，电话5550123）。", "舒望舒 telephone=5550123"),
    "labels a line each": (NOTICE, "姓 名：宁 朗\n电 话：5550123\n", "宁朗 telephone=5550123"),
    "a name beside a mobile number": (
        NOTICE,
        "有问题请联系市档案局舒望舒主任，或顾星河（19900001234）。",
        "顾星河 telephone=19900001234",
    ),
    "a name with a title before a number": (
        NOTICE,
        "请与征集科科长舒望舒19900001234联系。",
        "舒望舒 telephone=19900001234",
    ),
    "a mobile number by itself": (NOTICE, "举报电话：199 0000 1234。", "telephone=19900001234"),
    "mail of a unit": (NOTICE, "意见请发至邮箱 yunlan.daj@gov.example.cn。", "mail=yunlan.daj@gov.example.cn"),
    "an account": (NOTICE, "户名：云澜市某协会，账号：6200 0000 1111 2222 333。", "account_number=6200000011112222333"),
    "an identity number in a sentence": (
        NOTICE,
        "申请人凭41000019800101001X办理。",
        "identity_number=41000019800101001X",
    ),
    "an identity number with its label": (
        NOTICE,
        "舒望舒，女，身份证号：410000198001010000。",
        "舒望舒 identity_number=410000198001010000",
    ),
    "numbers with country and extension": (
        NOTICE,
        "联系人：舒望舒，办公电话：+86-0399-5550123转801。",
        "舒望舒 telephone=+86-0399-5550123转801",
    ),
    "a list of numbers under people": (
        NOTICE,
        "值班人员通讯录\n舒望舒 科长 19900001234\n顾星河 科员 19900005678",
        "舒望舒 顾星河 telephone=19900001234 telephone=19900005678",
    ),
    "form with labels at the left": (
        NOTICE,
        "推荐人选登记表\n姓名|舒望舒|性别|女\n单位|云澜市第一中学|职务|教师",
        "舒望舒",
    ),
    "a person of foreign name": (
        NOTICE,
        "外国专家名册\n姓名|单位\nJohn Q. Doe|云澜大学\n舒望舒|云澜大学",
        "JohnQ.Doe 舒望舒",
    ),
    "remarks glued to names": (
        NOTICE,
        "特邀监督员名单（以姓氏笔画为序）\n宁采青（女）市政协委员\n舒望舒    律师\n顾星河（回族）云澜大学教授",
        "宁采青 舒望舒 顾星河",
    ),
    "virtues": (
        HONOURS,
        "云澜好人名单（排名不分先后）\n助人为乐：舒望舒\n见义勇为：顾星河、宁采青\n诚实守信：白云公司",
        "舒望舒 顾星河 宁采青",
    ),
    "those who completed a project": (
        HONOURS,
        "一等奖\n1.高效水泵研制\n完成单位：云澜泵业有限公司\n主要完成人：舒望舒 顾星河 宁采青\n2.平安云平台\n完成人：蓝采和、柏舟",
        "舒望舒 顾星河 宁采青 蓝采和 柏舟",
    ),
    "a duty list": (
        NOTICE,
        "一、值班安排\n带班领导：陆远帆 副市长\n值班人员：顾星河 19900001234",
        "顾星河 telephone=19900001234",
    ),
    "heads of rivers are officials, their contacts are not": (
        NOTICE,
        "河长名单\n河流|河长|职务|联系人|联系电话\n金水河|陆远帆|副市长|顾星河|5550123\n白云河|程锦书|市委常委|蓝采和|5550124",
        "顾星河 蓝采和 telephone=5550123 telephone=5550124",
    ),
    "those to be employed, and the number for complaints": (
        NOTICE,
        "拟录用人员公示\n序号|准考证号|姓名|岗位|总成绩\n1|20210001|舒望舒|教师|88.5\n2|20210002|宁 朗|教师|87\n监督电话：5550123",
        "舒望舒 宁朗",
    ),
    "a form a line each": (
        NOTICE,
        "姓名：舒望舒\n性别：女\n工作单位：云澜市第一中学\n电话：5550123\n住址：东湾区听雨路8号3单元",
        "舒望舒 telephone=5550123 address=东湾区听雨路8号3单元",
    ),
    "by county, with counts": (
        HONOURS,
        "优秀教师名单（共4名）\n东湾区（2名）\n舒望舒 顾星河\n西岭区（2名）\n宁采青 蓝采和",
        "舒望舒 顾星河 宁采青 蓝采和",
    ),
    "three characters spaced out": (
        HONOURS,
        "优秀共产党员（3名）\n舒 望 舒 东湾区\n顾 星 河 西岭区\n宁 朗 市直",
        "舒望舒 顾星河 宁朗",
    ),
    "a formula with several of each": (
        HONOURS,
        "市政府决定：授予舒望舒等10人“云澜工匠”称号；给予顾星河、柏舟两名同志通报表扬；对白云公司等3家企业予以奖励。",
        "舒望舒 顾星河 柏舟",
    ),
    "people under contacts whose names are placeholders": (
        NOTICE,
        "联系方式一览表\n单位|联系人|联系电话\n东湾区|甲示例|0399-5550123\n西岭区|乙示例|0399-5550124",
        "甲示例 乙示例 telephone=0399-5550123 telephone=0399-5550124",
    ),
    "between commas, with full stops": (
        HONOURS,
        "先进个人（3名）\n1.舒望舒，云澜市第一中学教师；\n2.顾星河，东湾区实验小学教师；\n3.宁朗，西岭区档案局科员。\n希望他们再接再厉。",
        "舒望舒 顾星河 宁朗",
    ),
    "with sex and age": (
        HONOURS,
        "先进个人\n1、舒望舒、女、42岁、某校教师\n2、宁朗、男、35岁、某厂工人",
        "舒望舒 宁朗",
    ),
    "behind the unit and the count": (
        HONOURS,
        "优秀学生名单\n云澜市第一中学（2名）舒望舒 顾星河\n云澜市第二中学（2人） 宁采青、蓝采和",
        "舒望舒 顾星河 宁采青 蓝采和",
    ),
    "units in brackets": (
        HONOURS,
        "获奖选手\n舒望舒（云澜市技师学院）、顾星河（东湾区职业学校）、宁 朗（个人）",
        "舒望舒 顾星河 宁朗",
    ),
    "a signed label": (
        NOTICE,
        "法定代表人（签字）：舒望舒\n经办人:顾星河 电话:5550123",
        "舒望舒 顾星河 telephone=5550123",
    ),
    "a Markdown table": (
        NOTICE,
        "推荐名单\n\n¦ 序号 ¦ 姓名 ¦ 单位 ¦\n¦ --- ¦ --- ¦ --- ¦\n¦ 1 ¦ 舒望舒 ¦ 云澜市第一中学 ¦\n¦ 2 ¦ 宁 朗 ¦ 云澜市第二中学 ¦",
        "舒望舒 宁朗",
    ),
    "leading marks of Markdown": (
        HONOURS,
        "## 先进个人（2名）\n\n**舒望舒** 云澜市第一中学教师\n\n- **宁 朗** 云澜市第二中学教师",
        "舒望舒 宁朗",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_personal_is_found(form: str) -> None:
    title, body, expected = FORMS[form]
    assert found_in(title, body) == set(expected.split())


# What looks like people and is none.
CLEAN: dict[str, tuple[str, str]] = {
    "enterprises": (
        HONOURS,
        "先进企业名单（4家）\n云澜金水科技有限公司\n白云实业集团\n万方 云澜市重点企业\n高远机械",
    ),
    "table of enterprises": (
        HONOURS,
        "附件\n奖励企业名单\n序号|奖励项目|企业名称|金额\n一、东湾区，共2家企业\n1|智能车间|云澜安康制药有限公司|20\n2|绿色工厂|和平陶瓷|50",
    ),
    "schools": (HONOURS, "一、先进学校（3个）\n云澜市第一中学（10万）\n金星小学（5万）\n高庄小学（5万）"),
    "places": (NOTICE, "附件\n试点村名单\n东湾区 高庄村 王集村 李寨村\n西岭区 马坡村 方店村"),
    "places a line each": (NOTICE, "试点社区名单\n平安社区\n和平社区\n白云街道\n金水区"),
    "counties of a list of people": (HONOURS, "优秀教师名单\n安阳县\n平原区\n市直\n双河市"),
    "projects": (
        NOTICE,
        "重点项目表\n序号|项目名称|建设地点|责任单位|总投资\n1|云海公园|东湾区|市园林局|300\n2|高峰水库|西岭区|市水利局|500",
    ),
    "answerable units": (
        NOTICE,
        "任务分工表\n序号|任务|责任人|联系人\n1|植树|各县（市、区）政府|市园林局\n2|清淤|市水利局主要负责人|办公室",
    ),
    "products": (NOTICE, "名优产品名单\n黄金梨 东湾区果品公司\n白酒 西岭区酒厂\n金丝枣 东湾区果品公司"),
    "peak hours": (NOTICE, "高峰期和平峰期实行不同票价。早高峰、晚高峰加密班次，时间为7时至9时。"),
    "surnames as words": (
        NOTICE,
        "万方数据、金融平台、时间安排、白天施工、高度重视、党委负责、方案实施、安全生产、文明单位、石油管道。",
    ),
    "headings": (
        NOTICE,
        "一、总体要求\n（一）高度重视\n（二）明确责任\n（三）严格管理\n二、方法步骤\n1. 宣传发动\n2. 全面实施",
    ),
    "running text": (
        NOTICE,
        "市长陆远帆主持会议，副市长程锦书出席。会议听取了汇报，要求加强领导，安排部署，落实责任。",
    ),
    "a leading group": (
        NOTICE,
        "成立云澜市灯会工作领导小组，组成人员如下：\n组 长：舒望舒 市政府市长\n副组长：顾星河 市政府副市长\n"
        "成 员：宁采青 市档案局局长\n蓝采和 市园林局局长\n柏 舟 市水利局局长\n领导小组下设办公室，办公室设在市园林局。",
    ),
    "a leading group in an annex": (
        NOTICE,
        "附件\n云澜市灯会指挥部成员名单\n指挥长：舒望舒 市政府市长\n成员：顾星河 市档案局局长\n宁采青 市园林局局长\n蓝采和 市水利局局长",
    ),
    "appointments": (
        "舒望舒等同志任免职务的通知",
        "舒望舒同志任云澜市档案局局长；\n免去顾星河同志的云澜市园林局局长职务。\n宁采青 云澜市园林局局长\n柏舟 云澜市水利局局长\n蓝采和 云澜市档案局局长",
    ),
    "a signature": (NOTICE, "市长 舒望舒\n2021年3月1日"),
    "public numbers": (
        NOTICE,
        "拨打12345热线，举报电话：0399-5550123，报警110，客服400-123-4567，服务热线：5550456。",
    ),
    "public numbers in a table": (
        NOTICE,
        "接种点一览表\n接种单位|地址|咨询电话\n东湾区医院|听雨路8号|5550123\n西岭区医院|望山路2号|5550456",
    ),
    "figures that are no telephone numbers": (
        NOTICE,
        "总投资2965000元，面积13900001234平方米，编码202100012965000，文号20210101，资金13800001111元。",
    ),
    "a credit code": (NOTICE, "统一社会信用代码：91410000000000000X，项目代码2021-410000-55-03-000123。"),
    "labels without names": (
        NOTICE,
        "（七）项目联系人姓名及电话。\n联系人和电话：另行通知。负责人：由各单位确定。联系人应当明确，电话应当畅通。",
    ),
    "labels before words with spaces": (
        NOTICE,
        "负责人：由 各单位 确定\n联系人：张 主 任\n责任人：王 局长\n负责人：高 新 区\n联系人：办 公 室\n责任人：司 法 局",
    ),
    "heads of an empty table": (NOTICE, "附件2\n项目清单（模板）\n序号|企业名称|联系人|联系电话\n"),
    "residence without a person": (NOTICE, "碧波花园小区居民可在上坪村三组领取物资。各村村民、小区居民应当配合。"),
    "merit of a unit": (
        "给予舟桥中队记功的决定",
        "市政府决定对舟桥中队等5个单位予以表彰，授予白云公司“先进单位”称号。",
    ),
    "scores and ranks": (HONOURS, "获奖名单\n一等奖（2项）\n高效水泵\n平安云平台\n二等奖（1项）\n和谐家园"),
    "streets": (NOTICE, "道路名称|起点|止点|长度\n金星路|白云路|高峰路|300\n和平路|江山街|文明街|500"),
    "posts": (
        NOTICE,
        "一、工作人员\n（一）业务人员\n高级工程师 1名\n经济师 2名\n志愿者\n安全员\n党员干部\n高度重视 认真落实",
    ),
    "handles of mail": (NOTICE, "请关注“云澜发布”@各位市民，微信号yunlan2021。"),
}


@pytest.mark.parametrize("form", CLEAN)
def test_what_is_not_personal_is_left(form: str) -> None:
    assert found_in(*CLEAN[form]) == set()


def test_what_the_title_names_is_not_personal() -> None:
    body = "市政府决定，授予舒望舒同志“云澜好人”称号，对顾星河等2名同志予以表扬。"
    assert found_in("授予舒望舒同志“云澜好人”称号的决定", body) == {"顾星河"}
    # 高峰期 of a title is not the person 高峰.
    listed = "先进个人（3名）\n舒望舒 某校教师\n顾星河 某校教师\n高峰 某校教师"
    assert found_in("表彰高峰期交通保障先进个人的决定", listed) == {"舒望舒", "顾星河", "高峰"}


def test_marks_are_in_order_and_each_is_there_once() -> None:
    marks = find_personal(document(*FORMS["table of contacts"][:2]))
    assert marks == sorted(set(marks))
    assert [mark.kind for mark in marks] == [MAIL] * 3 + [NAME] * 3 + [TELEPHONE] * 3
    assert marks[0] == Mark(MAIL, "byk_2@yunlan.example")


@pytest.mark.parametrize("form", FORMS)
def test_nothing_personal_is_left_in_any_form_of_the_text(form: str) -> None:
    title, body, _ = FORMS[form]
    raw = body.replace("|", "\t").replace("¦", "|")
    read = document(title, body)
    marks = find_personal(read)
    hide = Masker(marks)
    texts = [raw, read.text, *(clause.full_text() for clause in read.walk())]
    for text in texts:
        plain = "".join(hide(text).replace("*", "").split())
        for mark in marks:
            assert len(mark.value) == 2 or mark.value not in plain
        assert not hide.hides(hide(text))


# --- masking ------------------------------------------------------------------------------------------------------

HIDE = Masker(
    [
        Mark(NAME, "宁朗"),
        Mark(NAME, "高峰"),
        Mark(NAME, "林知夏"),
        Mark(NAME, "欧阳静姝"),
        Mark(NAME, "阿依努尔·帕尔哈提"),
        Mark(TELEPHONE, "0399-5550123"),
        Mark(TELEPHONE, "5550456"),
        Mark(TELEPHONE, "19900001234"),
        Mark(MAIL, "ab_c1@yunlan.example"),
        Mark(PersonalKind.IDENTITY, "41000019800101001X"),
        Mark(PersonalKind.ACCOUNT, "6200000011112222333"),
        Mark(PersonalKind.ADDRESS, "碧波花园小区3号楼"),
    ]
)

HIDDEN = {
    "林知夏某校教师": "＊＊＊某校教师",
    "由林知夏负责": "由＊＊＊负责",
    "林 知　夏": "＊＊＊",
    "林\u00a0知\u200b夏": "＊＊＊",
    "**林知夏** 某校": "**＊＊＊** 某校",
    "**林**知夏": "**＊＊＊**",
    "<b>林</b>知夏": "<b>＊＊＊</b>",
    "林&nbsp;&nbsp;知夏": "＊＊＊",
    "林\n知夏 某校": "＊＊＊\n 某校",
    "林知\r\n夏": "＊＊＊\r\n",
    "林\n\n— 12 —\n\n知夏 某校": "＊＊＊\n\n— 12 —\n\n 某校",
    "⽊林知夏": "⽊＊＊＊",
    "欧阳 静姝、林知夏": "＊＊＊、＊＊＊",
    "宁 朗 某校": "＊＊＊ 某校",
    "宁　朗，": "＊＊＊，",
    "1\t宁朗\t某校": "1\t＊＊＊\t某校",
    "（宁朗）": "（＊＊＊）",
    "对宁朗等3名同志": "对＊＊＊等3名同志",
    "授予宁朗同志称号": "授予＊＊＊同志称号",
    "某局局长宁朗记个人二等功": "某局局长＊＊＊记个人二等功",
    "宁朗、林知夏群体": "＊＊＊、＊＊＊群体",
    "联系人宁朗，电话": "联系人＊＊＊，电话",
    "阿依努尔•帕尔哈提": "＊＊＊",
    "阿依努尔 · 帕尔哈提": "＊＊＊",
    "5550123": "＊＊＊",
    "０３９９－５５５０１２３": "＊＊＊",
    "0399-5550123": "＊＊＊",
    "（0399）5550123": "＊＊＊",
    "(0399) 555 0123转801": "＊＊＊",
    "03995550456": "＊＊＊",
    "0399-5550456": "＊＊＊",
    "+86-399-5550456": "＊＊＊",
    "5550123、5550456/5550789": "＊＊＊、＊＊＊/5550789",
    "199 0000 1234": "＊＊＊",
    "+8619900001234": "＊＊＊",
    "电话19900001234，": "电话＊＊＊，",
    "AB_C1＠yunlan.example": "＊＊＊",
    "ab\\_c1@yunlan.example": "＊＊＊",
    "ab_c1 @yunlan.example，": "＊＊＊，",
    "410000 19800101 001x": "＊＊＊",
    "6200 0000 1111 2222 333": "＊＊＊",
    "林知夏 碧波花园小区 3 号楼居民": "＊＊＊ ＊＊＊居民",
}


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_marked_is_hidden(text: str) -> None:
    assert HIDE(text) == HIDDEN[text]
    assert HIDE.hides(text)
    assert not HIDE.hides(HIDE(text))


SHOWN = [
    "高峰期",
    "早高峰、晚高峰",
    "避开用工高峰，",
    "宁\t朗",
    "宁\n朗",
    "宁朗县",
    "南宁朗读会",
    "林\n知\n夏",
    "15550123",
    "5550123456",
    "5550123.5",
    "5550123元",
    "A5550123",
    "2021001990000123400",
    "555\t0123",
    "xab_c1@yunlan.example",
    "ab_c1@yunlan.examples",
    "410000198001010011",
    "碧波花园小区",
    "碧波花园小区3号楼北".replace("3号楼北", "13号楼"),
    "",
]


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_not_marked_stays_the_same_object(text: str) -> None:
    assert HIDE(text) is text
    assert not HIDE.hides(text)


def test_a_masker_without_marks_hides_nothing() -> None:
    text = "林知夏 0399-5550123"
    assert Masker([])(text) is text
    assert not Masker([]).hides(text)


def test_a_short_name_at_the_end_of_a_text_is_no_longer_one() -> None:
    hide = Masker([Mark(NAME, "宁朗"), Mark(NAME, "宁朗清"), Mark(NAME, "宁朗·清和")])
    assert hide("表彰宁朗") == "表彰＊＊＊"
    assert hide("宁朗清") == hide("宁朗·清和") == MASK


def test_the_mask_is_of_one_length() -> None:
    assert {HIDE("宁朗"), HIDE("欧阳静姝"), HIDE("0399-5550123"), HIDE("ab_c1@yunlan.example")} == {MASK}


@given(st.text(st.sampled_from("林知夏宁朗高峰 \t\n　0399-5550123456*（），同志等"), max_size=60))
def test_lines_and_cells_are_as_many_as_before(text: str) -> None:
    hidden = HIDE(text)
    assert hidden.count("\n") == text.count("\n")
    assert hidden.count("\t") == text.count("\t")
    assert HIDE.hides(text) == (hidden is not text)


@given(
    st.lists(
        st.sampled_from(
            [
                "舒望舒",
                "宁朗",
                "顾星河",
                "高峰",
                "某校教师",
                "一、个人（2名）",
                "联系人：",
                "5550123",
                "、",
                "，",
                "。",
                "\n",
                "\t",
            ]
        )
    )
)
def test_anything_can_be_read(words: list[str]) -> None:
    read = document(NOTICE, " ".join(words))
    hide = Masker(find_personal(read))
    assert not hide.hides(hide(read.text))

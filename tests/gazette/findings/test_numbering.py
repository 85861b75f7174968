"""Numbers that are skipped, repeated, run backwards or are referred to in vain. All documents are invented."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript
from gongbao.gazette.findings.numbering import wrong_numbering


def findings(text: str) -> list[Finding]:
    return list(wrong_numbering(Manuscript(read_gazette(text), text, {})))


def notice(body: str, *, number: str = "云澜政〔2031〕4号", title: str = "关于加强林木养护工作的通知") -> str:
    return (
        f"# 云澜市人民政府\n\n## {title}\n\n{number}\n\n各县（市、区）人民政府：\n\n"
        f"为做好养护，现通知如下。\n\n{body}\n\n云澜市人民政府\n\n2031年3月4日\n"
    )


def rules(body: str) -> str:
    return (
        "云澜市人民政府关于印发《云澜市古井保护办法》的通知\n云澜政〔2031〕9号\n各县区人民政府：\n"
        "现将《云澜市古井保护办法》印发给你们，请遵照执行。\n云澜市人民政府\n2031年6月7日\n云澜市古井保护办法\n" + body
    )


ARTICLES = """第一章 总则
第一条 为了保护古井，制定本办法。
第二条 本办法所称古井，是指百年以上的水井。
第三条 古井分为两级：
（一）县级以上名录所列的；
（二）村民共同推举的；
（三）其他有价值的。
第二章 养护
第四条 养护人应当每季巡查一次。
养护人外出的，应当委托他人。
第五条 按照第三条第二项推举的古井，由村民养护。
第六条 古井淤塞的，依照第四条第二款办理。
第三章 附则
第七条 违反本办法第六条规定的，责令改正。
第八条 本办法自印发之日起施行。
"""

SECTIONS = """一、目标任务

三年内完成普查。

二、工作措施

（一）摸清底数。逐株登记。

（二）分级管护。按树龄分级。

（三）设立标牌。统一样式。

（四）定期复查。每年一次。

三、组织保障

1. 落实经费。由财政安排。

2. 加强宣传。开设专栏。

3. 严格考核。结果通报。

四、工作要求

抓紧落实。"""

PLAN = """云澜市防汛应急预案

1 总则

1.1 编制目的

提高应对能力。

1.2 适用范围

适用于本市。

1.3 工作原则

预防为主。

2 组织体系

2.1 领导机构

2.1.1 指挥部。统一领导。

2.1.2 办公室。承担日常工作。

2.1.3 专家组。提供咨询。

2.2 工作机构

各自负责。

3 应急响应

3.1 启动条件

达到标准即启动。

3.2 响应措施

立即行动。
"""

TASKS = """一、做强产业
1. 建设竹编园。（市林业局）
2. 改造旧窑厂。（市住建局）
二、改善交通
3. 修通环湖路。（市交通局）
4. 增开班线。（市交通局）
三、惠及民生
5. 新建托育点。（市卫健委）
6. 改造老井。（市水利局）
四、保护生态
7. 栽植护岸林。（市林业局）
8. 清理河塘。（市水利局）"""

SENTENCE = """一、总体安排

要抓好四件事。一是清点存量，摸清底数；二是修补破损，保证安全；三是建立台账，逐处登记；四是公开结果，接受监督。

二、申报材料

申报时应当提交：（1）申请表；（2）现状照片；（3）权属证明；（4）养护计划。

三、经费使用

经费用于：①购置材料；②支付工资；③添置工具；④其他必要开支。

四、分步实施

第一，宣传发动；第二，自查自纠；第三，集中整治；第四，总结提高。"""

TABLE = """一、名单

表彰名单如下：

序号\t单位\t金额（万元）
1\t青屿县第一农场\t12
2\t青屿县第二农场\t9
3\t白石县林场\t7
4\t白石县苗圃\t6
5\t云澜市竹器社\t3

二、要求

再接再厉。"""

MARKDOWN_TABLE = """一、项目

| 序号 | 项目名称 | 投资（万元） |
| --- | --- | --- |
| 1 | 西堤加固 | 120 |
| 2 | 南闸改建 | 90 |
| 3 | 泵房迁建 | 70 |
| 4 | 河道清淤 | 65 |

二、要求

按期完工。"""

HTML_TABLE = """一、项目

<table><tr><td>序号</td><td>项目名称</td><td>投资（万元）</td></tr>
<tr><td>1</td><td>西堤加固</td><td>120</td></tr>
<tr><td>2</td><td>南闸改建</td><td>90</td></tr>
<tr><td>3</td><td>泵房迁建</td><td>70</td></tr>
<tr><td>4</td><td>河道清淤</td><td>65</td></tr></table>

二、要求

按期完工。"""

BOXES = """一、重点工程

分为三类。

专栏1 水源工程

新建水库。

专栏2 输水工程

铺设管道。

专栏3 节水工程

改造灌区。

二、保障措施

加强领导。"""

CAPTIONS = """一、布局

各点位置见表1，投资见表3。

表1 点位一览表

编码\t位置
A\t东岸
B\t西岸

表2 岸线一览表

编码\t长度
A\t3
B\t4

表3 投资一览表

编码\t投资
A\t30
B\t40

二、实施

按计划推进。"""

ANNEXES = (
    "云澜市人民政府办公室关于开展古树普查的通知\n云澜政办〔2031〕21号\n各县区人民政府：\n普查表格式见附件1，汇总表格式见附件3。\n"
    "附件：1.古树普查登记表\n2.古树分布图式样\n3.古树普查汇总表\n云澜市人民政府办公室\n2031年5月6日\n"
    "附件1\n古树普查登记表\n填写说明：用钢笔填写。\n附件2\n古树分布图式样\n图上应当标明方位。\n附件3\n古树普查汇总表\n由县区汇总。\n"
)

TWO = (
    "云澜市人民政府关于设立竹林保护区的通知\n云澜政〔2031〕30号\n各县区人民政府：\n现予设立。\n云澜市人民政府\n2031年1月5日\n"
    "云澜市人民政府关于疏浚运河的通知\n云澜政〔2031〕31号\n各县区人民政府：\n即日开工。\n云澜市人民政府\n2031年1月9日\n"
)

LETTERS = notice(
    "一、范围\n\n适用于下列情形：\n\nA. 新栽的树木\n\nB. 移栽的树木\n\nC. 补栽的树木\n\nD. 其他树木\n\n二、办法\n\n"
    "1）浇水要足。\n\n2）培土要实。\n\n3）支撑要牢。\n\n4）修剪要勤。"
)


@dataclass(frozen=True)
class Planted:
    """A clean document, what is altered in it, and words of the line where the finding is expected."""

    name: str
    clean: str
    old: str
    new: str
    at: str
    last: bool = False  # the last of the lines with these words

    @property
    def text(self) -> str:
        assert self.clean.count(self.old) == 1, self.name
        return self.clean.replace(self.old, self.new)

    @property
    def line(self) -> int:
        lines = [number for number, line in enumerate(self.text.split("\n"), 1) if self.at in line]
        return lines[-1] if self.last else lines[0]


PLANTED = [
    Planted("a section twice", notice(SECTIONS), "四、工作要求", "三、工作要求", "工作要求"),
    Planted("a section skipped", notice(SECTIONS), "四、工作要求", "五、工作要求", "工作要求"),
    Planted("（三） skipped", notice(SECTIONS), "（三）设立标牌。统一样式。\n\n", "", "定期复查"),
    Planted("（三） is a second （二）", notice(SECTIONS), "（三）设立", "（二）设立", "设立标牌"),
    Planted("2. is a second 1.", notice(SECTIONS), "2. 加强宣传", "1. 加强宣传", "加强宣传"),
    Planted("3. is 5.", notice(SECTIONS), "3. 严格考核", "5. 严格考核", "严格考核"),
    Planted("the first is （二）", notice(SECTIONS), "（一）摸清", "（二）摸清", "摸清底数"),
    Planted("一、 is missing", notice(SECTIONS), "一、目标任务\n\n三年内完成普查。\n\n", "", "工作措施"),
    Planted("backwards", notice(SECTIONS), "（四）定期", "（二）定期", "定期复查"),
    Planted("an article skipped", rules(ARTICLES), "第七条 违反", "第九条 违反", "第九条"),
    Planted("an article twice", rules(ARTICLES), "第五条 按照", "第四条 按照", "第四条 按照"),
    Planted(
        "an article twice without space",
        rules(ARTICLES.replace("条 ", "条")),
        "第八条本办法",
        "第七条本办法",
        "第七条本办法",
    ),
    Planted("a chapter skipped", rules(ARTICLES), "第三章 附则", "第四章 附则", "附则"),
    Planted("a chapter twice", rules(ARTICLES), "第三章 附则", "第二章 附则", "附则"),
    Planted("项 skipped", rules(ARTICLES), "（三）其他", "（四）其他", "其他有价值"),
    Planted("article beyond the last", rules(ARTICLES), "本办法第六条", "本办法第十六条", "第十六条"),
    Planted("项 that is not there", rules(ARTICLES), "第三条第二项", "第三条第五项", "第三条第五项"),
    Planted("款 that is not there", rules(ARTICLES), "第四条第二款", "第四条第三款", "第四条第三款"),
    Planted("decimal skipped", PLAN, "1.3 工作原则", "1.4 工作原则", "工作原则"),
    Planted("decimal twice", PLAN, "3.2 响应措施", "3.1 响应措施", "响应措施"),
    Planted("deep decimal skipped", PLAN, "2.1.2 办公室。承担日常工作。\n\n", "", "专家组"),
    Planted("decimal of another section", PLAN, "2.2 工作机构", "3.2 工作机构", "工作机构"),
    Planted("first level twice", PLAN, "3 应急响应", "2 应急响应", "应急响应"),
    Planted("task skipped over a heading", notice(TASKS), "5. 新建", "6. 新建", "新建托育"),
    Planted("task twice over a heading", notice(TASKS), "7. 栽植", "6. 栽植", "栽植护岸"),
    Planted("task skipped inside", notice(TASKS), "4. 增开", "14. 增开", "增开班线"),
    Planted("三是 lacking", notice(SENTENCE), "三是建立台账，逐处登记；", "", "清点存量"),
    Planted("二是 twice", notice(SENTENCE), "三是建立", "二是建立", "清点存量"),
    Planted("（3） lacking", notice(SENTENCE), "（3）权属证明；（4）", "（4）权属证明；（5）", "权属证明"),
    Planted("② lacking", notice(SENTENCE), "②支付工资；", "", "购置材料"),
    Planted("第三 twice", notice(SENTENCE), "第四，总结", "第三，总结", "总结提高"),
    Planted("row skipped", notice(TABLE), "3\t白石县林场\t7\n", "", "白石县苗圃"),
    Planted("row twice", notice(TABLE), "4\t白石县苗圃", "3\t白石县苗圃", "白石县苗圃"),
    Planted("row of Markdown", notice(MARKDOWN_TABLE), "| 3 | 泵房", "| 2 | 泵房", "泵房迁建"),
    Planted("row of HTML", notice(HTML_TABLE), "<td>4</td><td>河道", "<td>5</td><td>河道", "河道清淤"),
    Planted("box twice", notice(BOXES), "专栏3", "专栏2", "节水工程"),
    Planted("box skipped", notice(BOXES), "专栏3", "专栏4", "节水工程"),
    Planted("table skipped", notice(CAPTIONS), "表2 岸线", "表3 岸线", "岸线一览"),
    Planted("table that is not there", notice(CAPTIONS), "投资见表3", "投资见表5", "见表5"),
    Planted("announced annex skipped", ANNEXES.split("附件1\n")[0], "2.古树分布图式样\n", "", "3.古树普查汇总表"),
    Planted("announced annex twice", ANNEXES, "\n3.古树", "\n2.古树", "2.古树普查汇总表"),
    Planted("printed annex twice", ANNEXES, "附件3\n古树", "附件2\n古树", "附件2", last=True),
    Planted("annex that is not there", ANNEXES, "见附件3", "见附件4", "见附件4"),
    Planted("number of two documents", TWO, "31号", "30号", "30号", last=True),
    Planted("letters", LETTERS, "D. 其他", "E. 其他", "其他树木"),
    Planted("half brackets", LETTERS, "3）支撑", "2）支撑", "支撑要牢"),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_planted(planted: Planted) -> None:
    found = findings(planted.text)
    assert [(each.kind, each.line) for each in found] == [(FindingKind.NUMBERING, planted.line)], found


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_clean_twin(planted: Planted) -> None:
    assert findings(planted.clean) == []


CLEAN = {
    "numbering runs on and the lists begin again": notice(
        "一、产业\n\n（一）竹编\n\n1. 建园。动工。\n\n2. 招商。签约。\n\n（二）制陶\n\n1. 修窑。修好。\n\n2. 办展。办好。\n\n"
        "二、交通\n\n（三）公路\n\n1. 修路。修通。\n\n（四）水运\n\n1. 疏浚。挖深。\n\n2. 修船。修牢。"
    ),
    "an inserted article and articles that begin again": rules(
        "第一条 甲项适用。\n第二条 乙项适用。\n第二条之一 丙项适用。\n第三条 丁项适用。\n第四条 本办法自印发之日起施行。\n"
    ),
    "an excerpt": notice("三、经费\n\n由财政安排。\n\n四、考核\n\n每年一次。\n\n五、附则\n\n自印发之日起施行。"),
    "an excerpt of articles": (
        "云澜市人民政府办公室关于印发《云澜市水井条例摘登》的通知\n\n云澜政办〔2031〕9号\n\n各县人民政府：\n\n现印发给你们。\n\n"
        "云澜市人民政府办公室\n\n2031年3月4日\n\n云澜市水井条例摘登\n\n第二章 护井\n第七条 不得填井。\n第八条 井口加盖。\n"
        "第十五条 每月巡查。\n第五章 罚则\n第三十条 违反第七条的，责令复原。\n"
    ),
    "what is left out is marked": rules(
        "第一条 为了保护，制定本办法。\n第二条 适用于本市。\n……\n第九条 违反规定的，责令改正。\n第十条 自印发之日起施行。\n"
    ),
    "articles of other documents": rules(
        "第一条 根据《中华人民共和国水法》第七十八条，制定本办法。\n第二条 违反治安管理处罚法第四十九条的，依法处理。\n"
        "第三条 依照《云澜市水井条例》第二十一条、第三十条办理。\n第四条 按照该条例第二十二条第二款执行。\n"
        "第五条 本办法自印发之日起施行。\n"
    ),
    "a decision that amends": (
        "云澜市人民政府关于修改《云澜市古井保护办法》的决定\n云澜政〔2031〕11号\n各县区人民政府：\n决定作如下修改：\n"
        "一、第二十条修改为：“第二十条 养护人应当巡查。”\n二、删去第三十一条第二款。\n三、将第四十条中的“每年”改为“每季”。\n"
        "云澜市人民政府\n2031年8月8日\n"
    ),
    "two lists in one paragraph": notice(
        "一、内容\n\n宣传时：一是办讲座，二是发手册。检查时：一是看台账，二是看现场，三是听意见。\n\n二、其他\n\n"
        "对第（二）、（四）项所列的，按照（一）、（三）办理；材料包括（1）表格、（2）照片。另附（1）清单、（2）图纸、（3）说明。"
    ),
    "a list inside a list": notice(
        "一、安排\n\n（一）抓普查。一是定人员；二是定时间。\n\n1. 县级普查。\n\n（1）登记\n\n（2）拍照\n\n2. 市级复核。\n\n（1）抽查\n\n（2）通报\n\n"
        "（二）抓养护。一是浇水；二是培土；三是支撑。"
    ),
    "quantities at the beginning of a line": notice(
        "一、目标\n\n到2035年，绿化达到\n\n3.5万亩，其中新栽1.2万亩。\n\n二、投入\n\n20万元用于苗木，9万元用于人工。\n\n三、分工\n\n各负其责。"
    ),
    "rows that begin again under a group": notice(
        "一、名单\n\n序号\t单位\t金额（万元）\n一、一等奖\n1\t青屿农场\t12\n2\t白石农场\t9\n二、二等奖\n1\t青屿林场\t7\n2\t白石林场\t6\n3\t云澜苗圃\t5\n\n"
        "二、要求\n\n再接再厉。"
    ),
    "rows over a page break": notice(
        "一、名单\n\n序号\t单位\t金额\n1\t甲农场\t12\n2\t乙农场\t9\n3\t丙农场\t9\n\n序号\t单位\t金额\n4\t丁农场\t7\n5\t戊农场\t6\n6\t己农场\t6\n\n"
        "二、要求\n\n再接再厉。"
    ),
    "merged cells printed for each row": notice(
        "一、名单\n\n序号\t单位\t品种\n1\t甲农场\t竹\n1\t甲农场\t松\n2\t乙农场\t竹\n2\t乙农场\t柏\n3\t丙农场\t竹\n\n二、要求\n\n再接再厉。"
    ),
    "codes that do not count": notice(
        "一、名单\n\n编号\t单位\t品种\n103\t甲农场\t竹\n207\t乙农场\t松\n209\t丙农场\t竹\n411\t丁农场\t柏\n\n二、要求\n\n再接再厉。"
    ),
    "an announced annex is left out": ANNEXES.replace("附件2\n古树分布图式样\n图上应当标明方位。\n", ""),
    "annexes of another document": ANNEXES.replace(
        "普查表格式见附件1", "按照《青屿省古树名录》（青屿政〔2030〕3号）附件7执行"
    ),
    "one annex without a number": notice("一、名单见附件。\n\n二、请遵照执行。\n\n附件：云澜市古树名单"),
    "two instruments with annexes of their own": (
        "云澜市人民政府关于印发《云澜市古树办法》《云澜市古井办法》的通知\n云澜政〔2031〕14号\n各县区人民政府：\n"
        "现将《云澜市古树办法》《云澜市古井办法》印发给你们。\n云澜市人民政府\n2031年6月7日\n"
        "云澜市古树办法\n第一条 保护古树。\n第二条 自印发之日起施行。\n附件1\n古树登记表\n如实填写。\n附件2\n古树标牌式样\n木制。\n"
        "云澜市古井办法\n第一条 保护古井。\n第二条 自印发之日起施行。\n附件1\n古井登记表\n如实填写。\n附件2\n古井标牌式样\n石制。\n"
    ),
    "the list of tables before the tables": notice(
        "一、表格目次\n\n表1 点位一览表\n\n表2 岸线一览表\n\n二、表格\n\n表1 点位一览表\n\n编码\t位置\nA\t东岸\nB\t西岸\n\n"
        "表2 岸线一览表\n\n编码\t长度\nA\t3\nB\t4\n\n续表2 岸线一览表\n\n编码\t长度\nC\t5"
    ),
    "the first item stands on the line of its heading": notice(
        "一、措施：1.落实人员。\n\n2. 落实经费。\n\n3. 落实责任。\n\n二、要求\n\n1. 抓紧办。\n\n2. 办到底。"
    ),
    "a decimal numbering with contents": (
        "云澜市防汛应急预案\n目录\n1 总则\n1.1 编制目的\n2 组织体系\n2.1 领导机构\n"
        "1 总则\n1.1 编制目的\n提高能力。\n2 组织体系\n2.1 领导机构\n统一领导。\n雨量超过\n50.5毫米时启动。\n"
    ),
    "two documents with different numbers": TWO,
    "decrees are cited by article": notice(
        "一、依据\n\n违反土地管理法第七十七条的，依法查处。民法典第一千二百条另有规定的除外。\n\n二、时间\n\n即日起。"
    ),
    "项 without numbers are counted all the same": rules(
        "第一条 为了保护，制定本办法。\n第二条 禁止下列行为：\n向井内投放杂物；\n擅自封堵井口；\n损毁井栏。\n"
        "第三条 违反本办法第二条第三项规定的，责令改正。\n第四条 本办法自印发之日起施行。\n"
    ),
    "words about an item at the beginning of a line": rules(
        "第一条 下列人员负责巡查：\n（一）养护人；\n（二）村干部；\n（三）志愿者。\n（二）、（三）项所列人员，每季轮换一次。\n"
        "第二条 本办法自印发之日起施行。\n第三条 由市水利局解释。\n"
    ),
    "an article on the line of the one before": rules(
        "第一条 为了保护，制定本办法。\n第二条 由市水利局主管。第三条 每季巡查一次。\n第四条 自印发之日起施行。\n"
    ),
    "a text that explains another": (
        "云澜市实施《青屿省水井条例》办法\n第一条 为了实施《青屿省水井条例》，制定本办法。\n第二条 由市水利局主管。\n"
        "第三条 违反第四十一条第二款规定的，由市水利局处理。\n第四条 自印发之日起施行。\n"
    ),
    "sections of chapters": rules(
        "第一章 总则\n第一节 目的\n第一条 为了保护，制定本办法。\n第二节 范围\n第二条 适用于本市。\n第二章 养护\n第一节 日常\n"
        "第三条 每日巡查。\n第二节 大修\n第四条 三年一次。\n第三章 附则\n第五条 自印发之日起施行。\n"
    ),
}


def test_an_excerpt_still_has_no_article_twice() -> None:
    text = CLEAN["an excerpt of articles"].replace("第十五条", "第八条")
    assert [one.line for one in findings(text)] == [text[: text.index("第八条 每月")].count("\n") + 1]


@pytest.mark.parametrize("name", CLEAN)
def test_clean(name: str) -> None:
    assert findings(CLEAN[name]) == []


def test_the_message_names_both_numbers() -> None:
    (found,) = findings(notice(SECTIONS).replace("四、工作要求", "三、工作要求"))
    assert "“三、”" in found.message and "“四、”" in found.message
    assert "三、" in found.message_en and "四、" in found.message_en
    assert found.document == "云澜政〔2031〕4号"
    assert found.locator == "三（第2处）"
    assert [place.quote for place in found.places] == ["三、工作要求", "三、组织保障"]


@pytest.mark.gazettes
def test_real_issues(gazettes: Path) -> None:
    told = {
        name: [(each.document, each.line, each.kind.value) for each in findings(text)]
        for name in ("02", "05")
        for text in [(gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8")]
    }
    assert told == {"02": [("许政办〔2022〕13号", 2238, "numbering")], "05": []}

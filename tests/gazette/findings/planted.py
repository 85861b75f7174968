"""Documents with an error planted in them, written once with their clean twin: 期限为⟨2021年¦2023年⟩3月底前.

What stands before ¦ is the error, what stands behind it is right. The line on which the error is to be found is that of
the first mark, or the one that begins with ☞.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gongbao.gazette import read_gazette
from gongbao.gazette.findings import Manuscript

_CHOICE = re.compile("⟨(?P<wrong>[^¦⟩]*)¦(?P<right>[^⟩]*)⟩")


@dataclass(frozen=True, slots=True)
class Twins:
    wrong: str
    right: str
    line: int


def twins(text: str) -> Twins:
    """The two documents, and the line of the file on which the error is."""
    lines = text.lstrip("\n").split("\n")
    pointed = [number for number, line in enumerate(lines, 1) if line.startswith("☞")]
    marked = [number for number, line in enumerate(lines, 1) if _CHOICE.search(line)]
    assert marked, text
    whole = "\n".join(line.removeprefix("☞") for line in lines)
    return Twins(
        _CHOICE.sub(lambda found: found["wrong"], whole),
        _CHOICE.sub(lambda found: found["right"], whole),
        (pointed or marked)[0],
    )


def manuscript(text: str, repealed: Mapping[str, date] | None = None) -> Manuscript:
    return Manuscript(read_gazette(text), text, repealed or {})


def issued(title: str, number: str, body: str, day: str = "2023年3月10日", issuer: str = "云澜市人民政府办公室") -> str:
    """A covering notice and what it issues."""
    return (
        f"{issuer}\n关于印发《{title}》的通知\n\n{number}\n\n各区县政府，市直各单位：\n\n"
        f"现将《{title}》印发给你们，望遵照执行。\n\n{issuer}\n\n{day}\n\n{title}\n\n{body}\n"
    )


def marked(title: str, number: str, body: str, day: str = "2023年3月10日", issuer: str = "青屿县人民政府") -> str:
    """The same with Markdown headings."""
    return (
        f"# {issuer} 关于印发{title}的通知\n\n{number}\n\n各乡镇人民政府，县政府各部门：\n\n"
        f"《{title}》已由县政府审定，现予印发，望抓好落实。\n\n{issuer}\n\n{day}\n\n## {title}\n\n{body}\n"
    )


def notice(title: str, number: str, body: str, day: str = "2023年3月10日", issuer: str = "云澜市人民政府办公室") -> str:
    """A notice that issues nothing."""
    return f"{issuer}\n关于{title}的通知\n\n{number}\n\n各有关单位：\n\n{body}\n\n{issuer}\n\n{day}\n"


def announced(number: str, subject: str, body: str, *, day: str = "2023年4月12日", markdown: bool = False) -> str:
    """A document of the government of a city, its title in one line."""
    title = f"云澜市人民政府关于{subject}"
    return (
        f"{'## ' if markdown else ''}{title}\n\n云澜政〔2023〕{number}号\n\n各县（市、区）人民政府，市人民政府各部门：\n\n"
        f"{body.strip()}\n\n云澜市人民政府\n{day}\n"
    )


def annexed(number: str, subject: str, body: str, annex: str, text: str, *, markdown: bool = False) -> str:
    """A document with one annex behind the signature."""
    head = announced(number, subject, f"{body.strip()}\n\n附件：{annex}", markdown=markdown)
    return f"{head}\n{'## ' if markdown else ''}附件\n\n{annex}\n\n{text.strip()}\n"


def tabs(*rows: str) -> str:
    """A table as rows with tabs; cells stand between |."""
    return "\n".join("\t".join(row.split("|")) for row in rows)


def pipes(*rows: str) -> str:
    """A table of Markdown, the first row being its head."""
    width = rows[0].count("|") + 1
    body = [f"| {' | '.join(row.split('|'))} |" for row in rows]
    return "\n".join([body[0], f"|{' --- |' * width}", *body[1:]])


def html(*rows: str) -> str:
    """A table of HTML, a row on each line."""
    body = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split("|")) + "</tr>" for row in rows]
    return "\n".join(["<table>", *body, "</table>"])


# A document full of what may be taken for an error and is none.
BUSY = """## 云澜市人民政府 关于印发云澜市2023年重点工作方案的通知

云澜政〔2023〕88号

各县（市、区）人民政府：

《云澜市2023年重点工作方案》已经市政府同意，现印发给你们。全市共有企业1200家，市政府决定对其中20家予以表彰。

云澜市人民政府
2023年5月6日

云澜市2023年重点工作方案

一、总体要求

坚持五大发展理念，落实“三个一批”，抓好以下工作。全年共处理案件120件，其中立案80件、办结75件、移送50件。总投资10亿元，其中2023年计划投资6亿元，已完成投资5亿元。

二、重点项目（12个）

1. 产业项目

青屿产业园
云岭物流园
石桥食品厂
白沙纸厂
柳河水泥厂

2. 民生项目

南湖医院
滨湖小学
东关市场
西街公园
北门车站
松岗水厂
城南泵站

三、主要任务

（一）实施三大行动：

**农业增效。** 推广良种，发展设施农业，推进高标准农田建设。

**工业提质。** 改造老旧产线，培育骨干企业。

（二）石桥镇、白沙镇5个村开展试点，青屿县、云岭县与其他两个县跟进。符合下列三个条件之一的，优先支持：在园区内的；用工超过50人的；有研发机构的。

（三）全市社会消费品零售总额增长8%，年均增长7%以上。成本由省、市分别按50%、30%比例分担，占比分别为45%、35%。

（四）重点支持以下四类人员：高校毕业生、就业困难人员、退役军人、农民工和脱贫人口。

（五）奖励资金100万元，其中一等奖每个5万元、二等奖每个3万元。评出作品100件，其中一等奖10件、二等奖20件、三等奖30件。

四、应急响应

（一）一级响应

现场信息报送时限不超过30分钟。

（二）二级响应

现场信息报送时限不超过60分钟。

五、任务分解

（一）青屿县

2023年，新建农村公路里程达到120公里。

（二）云岭县

2023年，新建农村公路里程达到90公里。

附件：2023年任务分解表

附件

2023年任务分解表

单位：万元

任务\t责任单位\t目标\t资金\t2023年\t2024年
建设5个示范村\t青屿县\t东村\t30\t20\t10
\t云岭县\t西村\t25\t15\t10
新建3处停车场\t南湖区\t滨湖\t60\t40\t20
\t经开区\t东关\t40\t30\t10
合计\t\t\t155\t105\t50

分地区情况表

地区\t人口（万人）\t企业（家）\t产值（亿元）\t增速（%）
全市\t120.5\t600\t310.2\t7.2
市区\t60.3\t350\t200.1\t7.5
南湖区\t35.2\t200\t120.0\t7.9
滨河区\t25.1\t150\t80.1\t7.1
青屿县\t40.1\t150\t70.0\t6.8
云岭县\t20.1\t100\t40.1\t6.9

项目表

项目名称\t总投资（万元）\t中央\t省\t备注
道路改造项目\t100\t60\t40\t青屿县
道路改造项目\t200\t120\t80\t云岭县
水厂项目\t300\t100\t100\t企业自筹部分另计
桥梁项目\t150\t90\t60\t
"""

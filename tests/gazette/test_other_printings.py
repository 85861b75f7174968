"""Printings and turns of phrase met in documents of other cities. The texts are invented, the forms are real."""

from datetime import date

import pytest

from gongbao.gazette import read_gazette, rebuild
from gongbao.gazette.model import ClauseKind, Document, DocumentKind, PartKind, ReferenceKind


def read_all(text: str) -> list[Document]:
    gazette = read_gazette(text)
    assert rebuild(gazette.text, gazette.changes) == text
    return gazette.documents


def read_one(text: str) -> Document:
    documents = read_all(text)
    assert len(documents) == 1
    return documents[0]


def locators(document: Document) -> list[str]:
    return [clause.locator for clause in document.walk()]


def test_a_long_title_is_not_joined_to_the_addressees() -> None:
    document = read_one(
        "云岭市人民政府关于印发《云岭中心市区道路交通安全管理暂行规定》的通知\n\n各县（市、区）人民政府、云岭开发区管委会，市直各单位：\n"
        "《云岭中心市区道路交通安全管理暂行规定》已经研究通过，现印发给你们。\n云岭市人民政府\n二○○七年二月十二日\n"
    )
    assert document.title.endswith("的通知")
    assert document.addressees.startswith("各县（市、区）人民政府、云岭开发区")
    assert document.date == date(2007, 2, 12)


def test_half_width_punctuation_throughout() -> None:
    document = read_one(
        "青山省人民政府关于深化预算管理制度改革的实施意见\n青政发〔2014〕20号\n"
        "各市人民政府,各县(市、区)人民政府,省政府各部门:\n现代预算制度是基础.\n一、目标;\n"
    )
    assert document.addressees == "各市人民政府，各县（市、区）人民政府，省政府各部门"
    assert document.parts[0].clauses[0].text == "现代预算制度是基础。"


def test_half_width_brackets_round_a_number() -> None:
    document = read_one(
        "云岭市人民政府关于征收基金的通知\n云岭政〔2021〕2号\n各县：\n一、按云岭政〔2007〕5号执行。\n"
        "二、《云岭市基金办法》(云岭政〔2007〕51号)同时废止。\n云岭市人民政府\n2021年2月1日\n"
    )
    assert [(r.kind, r.number, r.title) for r in document.references] == [
        (ReferenceKind.CITES, "云岭政〔2007〕5号", ""),
        (ReferenceKind.REPEALS, "云岭政〔2007〕51号", "云岭市基金办法"),
    ]


@pytest.mark.parametrize("nought", ["OO", "oo", "００", "○○", "〇〇", "零零"])
def test_number_in_brackets_and_noughts_in_dates(nought: str) -> None:
    document = read_one(
        "关于印发云岭市政务公开工作实施细则的通知\n（云府发〔2003〕37号）\n市政府各部门，市直各单位：\n"
        f"现将《云岭市政务公开工作实施细则》印发给你们，请遵照执行。\n二{nought}三年十二月四日\n云岭市政务公开工作实施细则\n"
        "一、总体目标\n公开。\n"
    )
    assert document.number == "云府发〔2003〕37号"
    assert document.date == date(2003, 12, 4)
    assert [part.title for part in document.instruments] == ["云岭市政务公开工作实施细则"]
    assert locators(document)[-1] == "一"


def test_contents_inside_a_plan() -> None:
    document = read_one(
        "某市突发事件总体应急预案\n目录\n1 总则\n1.1 编制目的\n1.2 编制依据\n2 机构与职责\n1 总则\n1.1 编制目的\n"
        "为了提高应对能力，制定本预案。\n1.2 编制依据\n依据有关法律。\n2 机构与职责\n2.1 领导机构\n市委统一领导。\n"
    )
    assert locators(document) == ["引言", "1", "1.1", "1.2", "2", "2.1"]


def test_web_page_round_a_document() -> None:
    document = read_one(
        "索引号：000123-2024\n发文机构：云岭市人民政府\n发文字号：云岭政发〔2024〕7号\n成文日期：2024年3月1日\n"
        "云岭市人民政府关于加强绿化的通知\n各县人民政府：\n要植树。\n云岭市人民政府\n2024年3月1日\n"
    )
    assert (document.number, document.title) == ("云岭政发〔2024〕7号", "云岭市人民政府关于加强绿化的通知")
    assert document.date == date(2024, 3, 1)


def test_printed_red_head() -> None:
    document = read_one(
        "000123\n机密★1年\n特急\n云岭市人民政府文件\n云岭政发〔2022〕1号　　　签发人：甲某某\n云岭市人民政府\n"
        "关于2022年工作的报告\n省人民政府：\n报告如下。\n云岭市人民政府\n2022年1月5日\n"
    )
    assert (document.number, document.kind) == ("云岭政发〔2022〕1号", DocumentKind.REPORT)
    assert document.title == "云岭市人民政府关于2022年工作的报告"


def test_two_documents_without_numbers() -> None:
    documents = read_all(
        "云岭市教育局关于做好2023年招生工作的通知\n各县教育局：\n一、要公平。\n云岭市教育局\n2023年5月1日\n"
        "云岭市教育局关于做好2023年中考工作的通知\n各县教育局：\n一、要安全。\n云岭市教育局\n2023年5月8日\n"
    )
    assert [(d.title[9:], d.date) for d in documents] == [
        ("好2023年招生工作的通知", date(2023, 5, 1)),
        ("好2023年中考工作的通知", date(2023, 5, 8)),
    ]


def test_title_over_two_lines_without_a_number() -> None:
    document = read_one(
        "云岭市公安局\n关于禁止燃放烟花爆竹的通告\n\n为保障安全，通告如下。\n云岭市公安局\n2023年1月1日\n"
    )
    assert (document.title, document.kind) == ("云岭市公安局关于禁止燃放烟花爆竹的通告", DocumentKind.PUBLIC_NOTICE)
    assert document.issuer == "云岭市公安局"


def test_decision_of_a_congress() -> None:
    document = read_one(
        "云岭市人民代表大会常务委员会\n关于接受甲某某辞职请求的决定\n（2023年5月31日云岭市第十五届人大常委会第七次会议通过）\n"
        "会议决定，接受辞职的请求。\n"
    )
    assert document.title == "云岭市人民代表大会常务委员会关于接受甲某某辞职请求的决定"
    assert document.date == date(2023, 5, 31)


def test_several_issuers() -> None:
    document = read_one(
        "云岭市财政局 云岭市人力资源和社会保障局 国家税务总局云岭市税务局\n关于印发《云岭市资金办法》的通知\n"
        "云财社〔2023〕18号\n各县财政局：\n现将《云岭市资金办法》印发给你们。\n云岭市财政局\n2023年6月8日\n云岭市资金办法\n第一条 甲。\n"
    )
    assert document.issuer == "云岭市财政局 云岭市人力资源和社会保障局 国家税务总局云岭市税务局"
    assert document.title == f"{document.issuer} 关于印发《云岭市资金办法》的通知"
    assert [part.title for part in document.instruments] == ["云岭市资金办法"]


def test_foot_of_a_printed_document_is_no_instrument() -> None:
    document = read_one(
        "云岭市人民政府办公室关于做好值班的通知\n云岭政办〔2022〕5号\n各县：\n一、要值班。\n云岭市人民政府办公室\n2022年7月8日\n"
        "（联系人：甲某某，电话：010-0000-0000）\n抄送：市委办公室。\n云岭市人民政府办公室　　　2022年7月8日印发\n"
    )
    assert [part.kind for part in document.parts] == [PartKind.BODY]
    assert "一" in locators(document)


def test_chapter_whose_name_begins_with_a_particle() -> None:
    document = read_one(
        "某条例\n第一章  总则\n第一条  甲。\n第二章  中医医疗机构\n第二条  乙。\n第三章  所有权\n第三条  丙。\n"
    )
    assert [c.number for c in document.walk() if c.kind is ClauseKind.CHAPTER] == ["第一章", "第二章", "第三章"]


def test_articles_without_a_space_that_begin_like_a_citation() -> None:
    document = read_one(
        "某条例\n第一条为了甲。\n第二条中小企业应当合格。\n第三条规定权限的机关是乙。\n第四条和解协议有效。\n"
    )
    assert document.article_count == 4


def test_wrapped_lines_that_end_with_a_stop() -> None:
    paragraph = "国家鼓励单位和个人采用先进科学技术和管理办法来提高工程质量水平；"
    lines = [f"　　{paragraph[:30]}", f"{paragraph[30:]}鼓励金融机构开展质量保险以分担风险"[:32] + "；", "各县要落实。"]
    text = (
        "某条例\n　　第一条 为了工程质量安全，保护人民的生命和财产，维护社会稳\n定，制定本条例。\n"
        + "\n".join(lines * 6)
        + "\n"
    )
    document = read_one(text)
    assert document.article_count == 1
    assert all("\n" not in clause.text for clause in document.walk())


@pytest.mark.parametrize(
    ("words", "begin", "until"),
    [
        ("本办法于2022年5月1日起施行。", date(2022, 5, 1), None),
        ("本办法从2022年5月1日起执行。", date(2022, 5, 1), None),
        ("本办法的施行日期为2022年5月1日。", date(2022, 5, 1), None),
        ("本办法有效期为2022年5月1日至2025年4月30日。", date(2022, 5, 1), date(2025, 4, 30)),
        ("合同有效期3年。本办法自2022年5月1日起施行。", date(2022, 5, 1), None),
        ("许可证有效期至2023年6月30日。本办法自2022年5月1日起施行。", date(2022, 5, 1), None),
    ],
)
def test_in_force(words: str, begin: date, until: date | None) -> None:
    document = read_one(f"云岭市停车办法\n（2022年4月1日公布）\n第一条 甲。\n第二条 {words}\n")
    assert (document.validity.from_, document.validity.until) == (begin, until)


def test_an_older_document_of_the_same_title_is_repealed() -> None:
    document = read_one(
        "云岭市停车管理办法\n第一条 甲。\n第二条 本办法自2022年5月1日起施行。原《云岭市停车管理办法》（云岭政〔2015〕3号）同时废止。\n"
    )
    assert [(r.kind, r.number) for r in document.references] == [(ReferenceKind.REPEALS, "云岭政〔2015〕3号")]
    document = read_one("云岭市停车管理办法\n第一条 甲。\n第二条 2015年印发的《云岭市停车管理办法》同时废止。\n")
    assert [(r.kind, r.title) for r in document.references] == [(ReferenceKind.REPEALS, "云岭市停车管理办法")]


def test_what_is_cited_before_a_repeal_is_not_repealed() -> None:
    document = read_one(
        "云岭市停车办法\n第一条 《国家改革决定》（国发〔2014〕45号）另有规定的从其规定，《甲办法》即行废止。\n"
    )
    assert [(r.kind, r.title) for r in document.references] == [
        (ReferenceKind.CITES, "国家改革决定"),
        (ReferenceKind.REPEALS, "甲办法"),
    ]


@pytest.mark.parametrize(
    "listing",
    [
        "市政府决定，废止下列规范性文件：\n1.《甲通知》（云岭政发〔2005〕11号）\n2.《乙办法》（云岭政〔2003〕5号）\n",
        "一、废止以下2件规范性文件\n1.《甲通知》（云岭政发〔2005〕11号）\n2.《乙办法》（云岭政〔2003〕5号）\n",
        "市政府决定对下列文件予以废止：\n（一）《甲通知》（云岭政发〔2005〕11号）；\n（二）《乙办法》（云岭政〔2003〕5号）。\n",
    ],
)
def test_lists_of_repeals(listing: str) -> None:
    document = read_one(
        f"云岭市人民政府关于废止部分规范性文件的决定\n云岭政发〔2020〕9号\n{listing}云岭市人民政府\n2020年12月1日\n"
    )
    assert [(r.kind, r.number, r.scope) for r in document.references] == [
        (ReferenceKind.REPEALS, "云岭政发〔2005〕11号", "whole"),
        (ReferenceKind.REPEALS, "云岭政〔2003〕5号", "whole"),
    ]


def test_table_of_contents_with_numbers_and_bracketed_pages() -> None:
    gazette = read_gazette(
        "云岭市人民政府公报\n2023\n第4期\n（总第88期）\n目录\n市政府文件\n云岭市人民政府关于甲事项的通知（云岭政〔2023〕3号）…………（3）\n"
        "人事任免\n云岭市人民政府关于乙同志任职的通知（云岭政任〔2023〕2号）…………（5）\n"
        "云岭市人民政府关于甲事项的通知\n云岭政〔2023〕3号\n各县：\n一、甲。\n云岭市人民政府\n2023年4月2日\n"
        "云岭市人民政府关于乙同志任职的通知\n云岭政任〔2023〕2号\n各县：\n任命乙同志。\n云岭市人民政府\n2023年4月3日\n2023年4月大事记\n4月1日，开会。\n"
    )
    assert gazette.title == "云岭市人民政府公报2023年第4期"
    assert [(entry.page, entry.document) for entry in gazette.contents] == [(3, 0), (5, 1)]
    assert [document.number for document in gazette.documents] == ["云岭政〔2023〕3号", "云岭政任〔2023〕2号", ""]
    assert gazette.documents[2].title == "2023年4月大事记"


def test_running_heads_without_a_masthead() -> None:
    document = read_one(
        "云岭市人民政府关于甲事项的通知\n云岭政〔2023〕3号\n各县：\n一、总体要求\n要认真落实各项工作要求。\n二、任务\n各部门要依照职责加强管理。\n"
        "2023年第4期 云岭市人民政府公报 15\n三、保障\n各部门要加强组织领导工作。\n市政府文件　　　　云岭市人民政府公报　2023·4\n"
        "各县要配合做好各项保障工作。\n"
    )
    assert locators(document) == ["一", "二", "三", "三第1段", "三第2段"]


def test_a_page_number_alone_between_sentences() -> None:
    document = read_one(
        "关于甲事项的通知\n一、各部门要依照职责加强管理，落实责任。\n\n4\n\n二、各部门要加强组织领导，明确分工。\n"
    )
    assert locators(document) == ["一", "二"]


def test_tables_of_markdown_and_html() -> None:
    document = read_one("清单\n| 序号 | 名称 |\n|---|---|\n| 1 | 甲 |\n<table><tr><td>2</td><td>乙</td></tr></table>\n")
    assert [line for clause in document.walk() for line in clause.text.split("\n")] == ["序号\t名称", "1\t甲", "2\t乙"]


ONE_LINE = [
    (
        "云岭市突发地质灾害应急预案1总则1.1编制目的为做好防治工作，制定本预案。1.2编制依据依据有关法律。2组织体系2.1指挥机构市政府设立指挥部。"
        "2.2职责分工各部门各负其责。3附则3.1解释本预案由市政府负责解释。",
        ["1", "1.1", "1.2", "2", "2.1", "2.2", "3", "3.1"],
    ),
    (
        "云岭市人民政府令第12号《云岭市停车场管理办法》已经市政府常务会议通过，现予公布。市长甲某某2022年3月10日云岭市停车场管理办法"
        "第一章总则第一条为了停车，制定本办法。第二条本办法适用于本市。第四条市公安局负责管理工作。第二章附则第五条本办法自2022年5月1日起施行。",
        ["第一章", "第一条", "第二条", "第四条", "第二章", "第五条"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), ONE_LINE)
def test_one_line(text: str, expected: list[str]) -> None:
    document = read_one(text)
    found = locators(document)
    assert [each for each in expected if each in found] == expected
    assert not any("附则" in clause.text for clause in document.walk() if clause.kind is ClauseKind.ARTICLE)


def test_order_on_one_line_has_its_date_and_instrument() -> None:
    document = read_one(ONE_LINE[1][0])
    assert document.number == "云岭市人民政府令第12号"
    assert document.title == "云岭市停车场管理办法"
    assert document.date == date(2022, 3, 10)
    assert document.validity.from_ == date(2022, 5, 1)


def test_a_government_without_its_people() -> None:
    document = read_one("云岭市政府关于甲的通知\n云岭政〔2021〕1号\n各县政府：\n一、甲。\n云岭市政府\n2021年1月2日\n")
    assert (document.issuer, document.addressees, document.date) == ("云岭市政府", "各县政府", date(2021, 1, 2))
    assert locators(document) == ["一"]

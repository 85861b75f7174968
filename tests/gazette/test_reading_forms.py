"""Documents of other cities, in other forms: every text here is invented."""

from datetime import date

import pytest

from gongbao.gazette import read_gazette, rebuild
from gongbao.gazette.model import ClauseKind, Document, DocumentKind, PartKind, ReferenceKind


def read_one(text: str) -> Document:
    gazette = read_gazette(text)
    assert rebuild(gazette.text, gazette.changes) == text
    assert len(gazette.documents) == 1
    return gazette.documents[0]


def words(document: Document) -> dict[str, str]:
    return {clause.locator: clause.full_text() for clause in document.walk()}


def test_no_line_breaks() -> None:
    document = read_one(
        "云岭市人民政府办公室关于印发云岭市养犬管理办法的通知云岭政办〔2021〕3号各县（市、区）人民政府，市政府各部门："
        "《云岭市养犬管理办法》已经市政府同意，现印发给你们，请遵照办理。云岭市人民政府办公室2021年3月4日"
        "云岭市养犬管理办法第一章总则第一条为加强养犬管理，制定本办法。第二条本办法适用于本市城区。第三条市公安局负责"
        "养犬登记，其他部门依照第十条规定各负其责。第二章登记第四条养犬人应当具备下列条件：（一）有固定住所；（二）依照"
        "本办法第二条规定居住。第五条每户限养一只。第三章附则第六条本办法自2021年5月1日起施行，有效期5年。"
        "云岭政办〔2015〕9号同时废止。"
    )
    assert document.number == "云岭政办〔2021〕3号"
    assert document.title == "云岭市人民政府办公室关于印发云岭市养犬管理办法的通知"
    assert document.addressees == "各县（市、区）人民政府，市政府各部门"
    assert document.date == date(2021, 3, 4)
    assert [part.title for part in document.instruments] == ["云岭市养犬管理办法"]
    assert document.article_count == 6
    assert words(document)["第四条第（二）项"] == "（二）依照本办法第二条规定居住。"
    assert words(document)["第三条"].endswith("其他部门依照第十条规定各负其责。")
    assert (document.validity.from_, document.validity.until) == (date(2021, 5, 1), date(2026, 5, 1))
    assert [(r.number, r.kind) for r in document.references] == [("云岭政办〔2015〕9号", ReferenceKind.REPEALS)]


def test_no_line_breaks_and_no_articles() -> None:
    document = read_one(
        "云岭市人民政府关于加强冬季供水的意见云岭政〔2020〕15号各县人民政府：为做好冬季供水，现提出以下意见：一、总体要求"
        "坚持民生优先。二、主要任务（一）检修管网。排查隐患，11月底前完成。（二）储备物资。1. 储备水泵；2. 储备水管。"
        "三、保障措施。各县要加强领导。云岭市人民政府2020年9月30日"
    )
    assert document.number == "云岭政〔2020〕15号"
    assert document.date == date(2020, 9, 30)
    assert list(words(document)) == ["引言", "一", "二", "二（一）", "二（二）", "二（二）1", "二（二）2", "三"]


def test_all_one_table() -> None:
    document = read_one("序号\t项目\t金额（万元）\n1\t路灯\t20\n\n2\t桥梁\t300\n合计\t\t320\n")
    assert document.number == ""
    assert [(clause.locator, clause.text.count("\n")) for clause in document.walk()] == [("正文", 3)]


def test_chapters_that_hold_numbered_headings() -> None:
    document = read_one(
        "青川市人民政府\n关于促进旅游发展的若干意见\n青政〔2020〕8号\n\n各县人民政府，市直各部门：\n"
        "为促进旅游发展，提出如下意见。\n\n第一章 总体要求\n一、指导思想\n坚持绿色发展。\n二、基本原则\n（一）政府引导。\n"
        "（二）市场主导。\n第二章 重点任务\n一、建设景区\n1. 提升道路；\n2. 提升厕所。\n二、培育市场\n第三章 附则\n"
        "一、本意见自印发之日起施行。\n\n青川市人民政府\n2020年6月1日\n"
    )
    assert document.kind is DocumentKind.OPINIONS
    assert list(words(document)) == [
        "引言",
        "第一章",
        "第一章一",
        "第一章二",
        "第一章二（一）",
        "第一章二（二）",
        "第二章",
        "第二章一",
        "第二章一1",
        "第二章一2",
        "第二章二",
        "第三章",
        "第三章一",
    ]
    assert document.validity.from_clause == "chp_3__sec_1"


def test_chapters_that_go_on_counting() -> None:
    document = read_one(
        "青川市停车管理办法\n第一章 总则\n第一条 为了停车，制定本办法。\n第二章 收费\n第二条 白天收费。\n第三条 夜间免费。\n"
    )
    assert [clause.locator for clause in document.walk()] == ["第一章", "第一条", "第二章", "第二条", "第三条"]
    assert [clause.eid for clause in document.walk()] == ["chp_1", "art_1", "chp_2", "art_2", "art_3"]


def test_articles_that_begin_again_in_each_chapter() -> None:
    document = read_one("规程\n第一章 甲\n第一条 一。\n第二条 二。\n第二章 乙\n第一条 三。\n第二条 四。\n")
    assert [clause.locator for clause in document.walk()][1:3] == ["第一章第一条", "第一章第二条"]
    assert [clause.eid for clause in document.walk()][4:] == ["chp_2__art_1", "chp_2__art_2"]


def test_numbering_that_jumps_and_repeats() -> None:
    document = read_one(
        "关于加强停车管理的通知\n\n一、总体要求\n要加强管理。\n三、工作措施\n（一）摸底。\n（四）整改。\n3. 验收。\n7. 通报。\n"
        "三、要求\n2.5亿元资金要用好。\n第五条规定的情形除外。\n"
    )
    assert [clause.locator for clause in document.walk()] == [
        "一",
        "三",
        "三（一）",
        "三（四）",
        "三（四）3",
        "三（四）7",
        "三（第2处）",
        "三（第2处）第1段",
        "三（第2处）第2段",
    ]


def test_part_chapter_section_article_paragraph_item() -> None:
    document = read_one(
        "青川市条例\n第一编 总则\n第一章 一般规定\n第一节 目的\n第一条 一款。\n二款，有下列情形之一的：\n（一）甲：\n1. 子；\n2. 丑；\n"
        "（二）乙。\n三款。\n第一条之一 增加的一条。\n第二节 原则\n第二条 本条例所称①，是指甲。\n第二编 分则\n第一章 罚则\n第三条 罚款。\n"
    )
    assert list(words(document)) == [
        "第一编",
        "第一编第一章",
        "第一编第一章第一节",
        "第一条",
        "第一条第一款",
        "第一条第二款",
        "第一条第二款第（一）项",
        "第一条第二款第（一）项第1目",
        "第一条第二款第（一）项第2目",
        "第一条第二款第（二）项",
        "第一条第三款",
        "第一条之一",
        "第一编第一章第二节",
        "第二条",
        "第二编",
        "第二编第一章",
        "第三条",
    ]
    eids = [clause.eid for clause in document.walk()]
    assert "art_1__para_2__subpara_1__point_2" in eids
    assert "art_1-1" in eids


def test_lists_nested_against_the_usual_order() -> None:
    document = read_one(
        "通则\n1. 总则\n（一）目的。\n（二）范围。\n2. 分则\n（一）甲。\n①子。\n②丑。\n（二）乙。\n3. 附则\n"
    )
    assert [clause.locator for clause in document.walk()] == [
        "1",
        "1（一）",
        "1（二）",
        "2",
        "2（一）",
        "2（一）①",
        "2（一）②",
        "2（二）",
        "3",
    ]


def test_order_of_a_government() -> None:
    document = read_one(
        "云岭市人民政府令\n第12号\n《云岭市户外广告管理规定》已经2021年2月3日市政府第5次常务会议审议通过，现予公布，"
        "自2021年4月1日起施行。\n市长 甲某某\n2021年2月10日\n云岭市户外广告管理规定\n第一条 为了加强管理，制定本规定。\n"
    )
    assert document.number == "云岭市人民政府令第12号"
    assert document.title == "云岭市户外广告管理规定"
    assert (document.kind, document.issuer) == (DocumentKind.ORDER, "云岭市人民政府")
    assert (document.date, document.validity.from_) == (date(2021, 2, 10), date(2021, 4, 1))


def test_number_above_the_title_and_a_date_in_chinese() -> None:
    document = read_one(
        "云岭市人民政府文件\n\n云岭政〔2021〕7号\n\n云岭市人民政府\n关于命名文明单位的决定\n\n各县（市、区）人民政府：\n\n"
        "经研究，决定命名甲单位为文明单位。\n\n云岭市人民政府\n二〇二一年七月一日\n"
    )
    assert document.title == "云岭市人民政府关于命名文明单位的决定"
    assert (document.number, document.date) == ("云岭政〔2021〕7号", date(2021, 7, 1))


def test_lines_broken_at_a_fixed_width() -> None:
    document = read_one(
        "　　　　　云岭市人民政府办公室关于做好防汛工作的通知\n　　　　　　　　云岭政办〔2021〕11号\n"
        "各县（市、区）人民政府，市政府各部门：\n"
        "　　为切实做好今年防汛工作，保障人民群众生命财产安全，现就有关\n事项通知如下：\n"
        "　　一、高度重视。各地各部门要充分认识防汛工作的重要性和紧迫性\n，克服麻痹思想，压实工作责任，确保各项措施落实到位，切实维护人\n"
        "民群众生命财产安全。\n"
        "　　二、加强值守。要严格执行二十四小时值班制度，主要负责同志要\n在岗带班，遇有重大险情要在1小时内报告市防汛抗旱指挥部，同时组\n"
        "织力量抢险救援。\n"
        "　　三、强化督查。市政府督查室要会同有关部门定期开展督促检查，\n对工作不力的要通报批评，造成严重后果的要依法依规严肃追究责任。\n"
        "云岭市人民政府办公室\n2021年6月2日\n"
    )
    assert document.date == date(2021, 6, 2)
    assert [clause.locator for clause in document.walk()] == ["引言", "一", "二", "三"]
    assert "重要性和紧迫性，克服麻痹思想" in words(document)["一"]
    assert "同时组织力量抢险救援。" in words(document)["二"]


def test_one_number_on_two_documents() -> None:
    gazette = read_gazette(
        "云岭市人民政府关于甲事项的通知\n云岭政〔2021〕1号\n各县：\n内容甲。\n"
        "云岭市人民政府关于乙事项的通知\n云岭政〔2021〕1号\n各县：\n内容乙。\n"
    )
    assert [document.title[-6:] for document in gazette.documents] == ["甲事项的通知"[-6:], "乙事项的通知"[-6:]]


def test_a_number_that_is_only_cited_begins_no_document() -> None:
    document = read_one(
        "云岭市人民政府关于开展清理的通知\n云岭政〔2021〕2号\n各县：\n下列文件继续有效：\n云岭政〔2019〕5号\n云岭政〔2019〕6号\n"
        "请遵照执行。\n云岭市人民政府\n2021年2月1日\n"
    )
    assert document.number == "云岭政〔2021〕2号"
    assert {r.number for r in document.references} == {"云岭政〔2019〕5号", "云岭政〔2019〕6号"}


def test_law_without_a_number() -> None:
    document = read_one(
        "# 云岭市义务植树条例\n\n（2021年3月12日云岭市第八届人民代表大会常务委员会第三次会议通过）\n\n## 第一章 总则\n\n"
        "第一条 为了推动植树，制定本条例。\n第二条 十八周岁以上的公民每年植树三棵以上。\n"
    )
    assert (document.title, document.kind) == ("云岭市义务植树条例", DocumentKind.OTHER)
    assert document.date == date(2021, 3, 12)
    assert document.article_count == 2


def test_several_instruments_and_annexes() -> None:
    document = read_one(
        "云岭市人民政府办公室关于印发云岭市甲方案和云岭市乙指南的通知\n云岭政办〔2021〕5号\n各县：\n"
        "《云岭市甲方案》《云岭市乙指南》已经市政府同意，现印发给你们。\n云岭市人民政府办公室\n2021年5月5日\n"
        "云岭市甲方案\n一、目标\n达到目标。\n二、措施\n采取措施。\n附件：1. 任务表\n2. 流程图\n"
        "云岭市乙指南\n一、办法\n照办。\n附件1\n任务表\n一、任务\n完成任务。\n"
    )
    assert [(part.kind, part.title) for part in document.parts[1:]] == [
        (PartKind.INSTRUMENT, "云岭市甲方案"),
        (PartKind.INSTRUMENT, "云岭市乙指南"),
        (PartKind.ANNEX, "任务表"),
    ]
    assert [clause.locator for clause in document.walk()] == [
        "通知",
        "一",
        "二",
        "结尾第1段",
        "《云岭市乙指南》一",
        "附件1 一",
    ]
    assert [(annex.label, annex.title, annex.present) for annex in document.announced_annexes] == [
        ("附件1", "任务表", True),
        ("附件2", "流程图", False),
    ]


@pytest.mark.parametrize(
    ("words", "begin", "until"),
    [
        ("本办法自2021年5月1日起施行。", date(2021, 5, 1), None),
        ("本办法自二〇二一年五月一日起施行，有效期至2023年4月30日。", date(2021, 5, 1), date(2023, 4, 30)),
        ("本办法自印发之日起施行，有效期三年。", date(2021, 2, 28), date(2024, 2, 28)),
        ("本办法自公布之日起30日后施行。", date(2021, 3, 30), None),
        ("本办法自印发之日三十日后施行。", date(2021, 3, 30), None),
        ("本办法自发布之日起实施，试行期2年。", date(2021, 2, 28), date(2023, 2, 28)),
        ("本办法自2021年8月31日起试行6个月。", date(2021, 8, 31), date(2022, 2, 28)),
        ("《云岭市价格条例》自2019年1月1日起施行，各县要认真学习。", date(2021, 2, 28), None),
        ("自本通知印发之日起停止执行。", date(2021, 2, 28), None),
    ],
)
def test_in_force(words: str, begin: date, until: date | None) -> None:
    document = read_one(
        f"云岭市人民政府关于印发云岭市某办法的通知\n云岭政〔2021〕2号\n各县：\n现将《云岭市某办法》印发给你们。\n"
        f"云岭市人民政府\n2021年2月28日\n云岭市某办法\n第一条 为了管理，制定本办法。\n第二条 {words}\n"
    )
    assert (document.validity.from_, document.validity.until) == (begin, until)


@pytest.mark.parametrize(
    ("words", "repeals"),
    [
        ("《甲办法》（云岭政〔2011〕1号）同时废止。", [("云岭政〔2011〕1号", "甲办法", "whole", ())]),
        ("云岭政〔2011〕1号文件废止。", [("云岭政〔2011〕1号", "", "whole", ())]),
        (
            "《甲办法》（云岭政〔2011〕1号）、《乙办法》（云岭政〔2012〕2号）同时废止。",
            [("云岭政〔2011〕1号", "甲办法", "whole", ()), ("云岭政〔2012〕2号", "乙办法", "whole", ())],
        ),
        (
            "决定废止《甲办法》（2005年政府令第8号）和《乙规定》（2005年政府令第10号）。",
            [("2005年政府令第8号", "甲办法", "whole", ()), ("2005年政府令第10号", "乙规定", "whole", ())],
        ),
        (
            "《关于印发四个文件的通知》（云岭政〔2017〕2号）中《丙办法（试行）》同时废止。",
            [("云岭政〔2017〕2号", "关于印发四个文件的通知", "partial", ("丙办法（试行）",))],
        ),
        (
            "《甲办法》（云岭政〔2011〕1号）第九条、第十条第二款同时废止。",
            [("云岭政〔2011〕1号", "甲办法", "partial", ("第九条", "第十条第二款"))],
        ),
        ("按照《甲办法》（云岭政〔2011〕1号）做好规范性文件的修订、废止工作。", []),
        ("根据《立法法》，《甲办法》同时废止。", [("", "甲办法", "whole", ())]),
        ("依照《甲办法》的规定，逾期未办的，许可自行失效。", []),
    ],
)
def test_repeals(words: str, repeals: list[tuple[str, str, str, tuple[str, ...]]]) -> None:
    document = read_one(
        f"云岭市人民政府关于清理的通知\n云岭政〔2021〕2号\n各县：\n{words}\n云岭市人民政府\n2021年2月28日\n"
    )
    found = [r for r in document.references if r.kind is ReferenceKind.REPEALS]
    assert [(r.number, r.title, r.scope, r.provisions) for r in found] == repeals


def test_amendment() -> None:
    document = read_one(
        "云岭市人民政府关于修改《云岭市甲办法》的决定\n云岭政〔2021〕2号\n一、将《云岭市甲办法》（云岭政〔2011〕1号）第三条修改为："
        "“第三条 收费每次5元。”\n云岭市人民政府\n2021年2月28日\n"
    )
    amended = [r for r in document.references if r.kind is ReferenceKind.AMENDS]
    assert [(r.number, r.scope, r.provisions) for r in amended] == [("云岭政〔2011〕1号", "partial", ("第三条",))]


def test_empty_text() -> None:
    assert read_gazette("").documents == []
    assert read_gazette(" \n\n ").documents == []


def test_kind_of_a_clause_below_an_article() -> None:
    document = read_one("办法\n第一条 有下列情形的：\n1. 甲；\n2. 乙。\n第二条 附则。\n")
    assert [(c.locator, c.kind) for c in document.walk()][1] == ("第一条第1项", ClauseKind.SUBPARAGRAPH)


def test_words_of_a_clause() -> None:
    document = read_one("办法\n第一条 有下列情形的：\n（一）甲；\n（二）乙。\n前款规定除外。\n第二条 附则。\n")
    assert words(document)["第一条"] == "第一条 有下列情形的：\n（一）甲；\n（二）乙。\n前款规定除外。"
    assert words(document)["第一条第一款"] == "有下列情形的：\n（一）甲；\n（二）乙。"


def test_items_of_inserted_and_repeated_articles() -> None:
    document = read_one(
        "办法\n第一条 甲。\n第二条 乙。\n第二条之一 丙。\n丁：\n（一）戊；\n（二）己。\n第二条 庚。\n辛：\n（一）壬：\n癸。\n（二）子。\n"
    )
    found = list(words(document))
    assert "第二条之一第二款第（一）项" in found
    assert "第二条（第2处）第二款第（二）项" in found


def test_a_figure_behind_a_number() -> None:
    document = read_one("办法\n一、甲\n1. 60周岁以上的免费。\n2. 3人以上同行的优惠。\n")
    assert words(document)["一1"] == "1. 60周岁以上的免费。"
    assert words(document)["一"].split("\n")[2] == "2. 3人以上同行的优惠。"

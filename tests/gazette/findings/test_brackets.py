"""Scales whose brackets leave a hole or overlap: planted ones, their clean twins, and what is no such scale."""

from pathlib import Path

import pytest

import gongbao
from gongbao.gazette.findings import FindingKind, Severity
from gongbao.gazette.findings.brackets import holes_and_overlaps
from tests.gazette.findings.planted import issued, manuscript, marked, notice, twins

PLANTED = {
    "hole in a sentence": issued(
        "云澜市企业技改奖补办法",
        "云澜政办〔2023〕8号",
        "第一条 为鼓励技术改造，制定本办法。\n\n第二条 年度设备投入不足100万元的，奖补5万元；"
        "⟨150¦100⟩万元（含）至500万元（不含）的，奖补10万元；500万元（含）以上的，奖补20万元。",
    ),
    "overlap in a sentence": issued(
        "云澜市楼宇经济扶持办法",
        "云澜政办〔2023〕9号",
        "第一条 对年销售收入不足500万元的企业，奖励3万元；500万元以上不足1000万元的企业，奖励6万元；"
        "⟨800¦1000⟩万元以上的企业，奖励10万元。",
    ),
    "overlap in items": marked(
        "青屿县民宿奖补细则",
        "青政〔2023〕4号",
        "一、奖补标准\n\n（一）按客房数分档：\n\n1. 客房数5—10间的，奖补2万元；\n\n2. 客房数⟨10¦11⟩—20间的，奖补5万元；\n\n"
        "3. 客房数21间以上的，奖补9万元。",
    ),
    "money whose brackets leave a yuan out": issued(
        "云澜市物业补助办法",
        "云澜政办〔2023〕10号",
        "第一条 按下列标准补助：\n\n（一）投资额1—100万元的，补助2万元；\n\n"
        "（二）投资额⟨101¦100⟩—500万元的，补助5万元；\n\n（三）投资额500万元以上的，补助9万元。",
    ),
    "points": notice(
        "做好年度考核工作",
        "云澜政办〔2023〕11号",
        "一、等次。90分以上为优秀，80—89分为良好，⟨60—75¦60—79⟩分为合格，60分以下为不合格。",
    ),
    "points in brackets behind the grade": notice(
        "开展星级评定",
        "云澜政办〔2023〕12号",
        "（一）结果分为优秀（90分及以上）、良好（80分—89分）、合格（60分—79分）、不合格（⟨65¦60⟩分以下）四档。",
    ),
    "years of service": issued(
        "青屿县职工疗养办法",
        "青政办〔2023〕3号",
        "第一条 职工工作已满1年不满10年的，疗养5天；已满⟨12¦10⟩年不满20年的，疗养10天；已满20年的，疗养15天。",
    ),
    "both by the document's own words": issued(
        "云澜市见习补贴办法",
        "云澜政办〔2023〕13号",
        "第一条 见习人数10人以下的，补贴1万元；10人以上50人以下的，补贴3万元；50人以上的，补贴5万元。\n\n"
        "第二条 本办法所称“以上”包括本数，“以下”⟨也包括¦不包括⟩本数。",
    ),
    "neither": issued(
        "云澜市工程审批规定",
        "云澜政办〔2023〕14号",
        "第一条 项目总投资低于1000万元的，由主管部门审批；⟨高¦不低⟩于1000万元的，由市政府审批。",
    ),
    "both hold the bound in so many words": issued(
        "青屿县纳税奖励办法",
        "青政办〔2023〕5号",
        "第一条 企业年纳税额在10万元（含）以下的，奖励1万元；10万元（⟨含¦不含⟩）至50万元（含）的，奖励3万元；超过50万元的，奖励5万元。",
    ),
    "a column of a table": issued(
        "云澜市绿色工厂奖补办法",
        "云澜政办〔2023〕15号",
        "第一条 奖补标准见下表：\n\n年产值（万元）\t奖补（万元）\n0-100\t1\n100-500\t3\n⟨600¦500⟩-1000\t5\n1000以上\t8",
    ),
    "a Markdown table of marginal rates": marked(
        "青屿县水资源费计征办法",
        "青政〔2023〕6号",
        "第一条 费率见下表：\n\n| 级数 | 全年应缴费额 | 费率（%） |\n| --- | --- | --- |\n| 1 | 不超过36000元 | 3 |\n"
        "| 2 | 超过36000元至144000元的部分 | 10 |\n| 3 | 超过⟨134000¦144000⟩元至300000元的部分 | 20 |\n| 4 | 超过300000元的部分 | 25 |",
    ),
    "an HTML table": marked(
        "青屿县养老机构补助办法",
        "青政〔2023〕7号",
        "第一条 补助标准见下表：\n\n<table>\n<tr><td>档次</td><td>床位</td><td>补助（元）</td></tr>\n<tr><td>一</td><td>10—49张</td><td>1000</td></tr>\n"
        "<tr><td>二</td><td>50—99张</td><td>2000</td></tr>\n<tr><td>三</td><td>⟨90¦100⟩—199张</td><td>3000</td></tr>\n"
        "<tr><td>四</td><td>200张以上</td><td>4000</td></tr>\n</table>",
    ),
    "a difference that begins too late": issued(
        "云澜市断面水质补偿办法",
        "云澜政办〔2023〕16号",
        "第一条 当月断面浓度优于考核目标⟨0.5¦0⟩—2毫克（含）的，按1万元/毫克补偿；优于2毫克以上的部分，按2万元/毫克补偿。",
    ),
    "a difference over several items": notice(
        "实施扬尘量化问责",
        "云澜政〔2023〕17号",
        "三、扣款标准\n\n（一）降尘量高于全市均值⟨1¦0⟩—3吨（含）的，每吨扣款2万元；\n\n（二）降尘量高于全市均值3吨以上的部分，每吨扣款4万元。",
    ),
    "two brackets with amounts": notice(
        "兑现节电奖励",
        "云澜政办〔2023〕18号",
        "1. 节电量同比提升5%（含）—10%（不含）的，奖励5万元；同比提升⟨12%¦10%⟩（含）以上的，奖励10万元。",
    ),
    "Chinese numerals": issued(
        "云澜市培训补贴办法",
        "云澜政办〔2023〕19号",
        "第一条 年培训人数五十人以下的，补助一万元；⟨一百¦五十⟩人以上二百人以下的，补助三万元；二百人以上的，补助五万元。\n\n"
        "第二条 本办法所称以上包括本数，以下不包括本数。",
    ),
    "from the highest down": notice(
        "开展进度考评",
        "云澜政办〔2023〕20号",
        "2.1 计分办法\n\n完成率达到95%以上的得10分；完成率85%—95%的得8分；完成率⟨70%—80%¦70%—85%⟩的得5分；完成率低于70%的不得分。",
    ),
    "signs of comparison": issued(
        "云澜市项目分类办法",
        "云澜政办〔2023〕21号",
        "第一条 100万元≤投资额<500万元的为小型；⟨600¦500⟩万元≤投资额<1000万元的为中型；投资额≥1000万元的为大型。",
    ),
    "floor areas": notice(
        "发放租房补贴",
        "青政办〔2023〕22号",
        "（1）租房面积50—100平方米，补贴2000元；面积⟨90¦100⟩—150平方米，补贴3000元；面积150平方米以上，补贴4000元。",
    ),
    "articles beside each other": issued(
        "云澜市首次突破奖励办法",
        "云澜政办〔2023〕23号",
        "一次性奖励如下：\n\n1.首次突破1亿元（含）不满5亿元的，奖励10万元。\n\n2.首次突破⟨6¦5⟩亿元（含）不满10亿元的，奖励30万元。\n\n"
        "3.首次突破10亿元（含）以上的，奖励50万元。",
    ),
    "minutes": notice(
        "严明会议纪律",
        "青政办〔2023〕24号",
        "迟到30分钟以内的，扣1分；超过⟨60¦30⟩分钟不超过120分钟的，扣2分；超过120分钟的，扣5分。",
    ),
    "people": issued(
        "云澜市乡镇运转补助办法",
        "云澜政办〔2023〕25号",
        "第一条 户籍人口不足5万人的乡镇，补助10万元；5万人以上不足10万人的乡镇，补助20万元；⟨8¦10⟩万人以上的乡镇，补助30万元。",
    ),
    "ages": notice(
        "发放高龄津贴",
        "青政办〔2023〕26号",
        "津贴标准：80—89周岁每月50元；90—99周岁每月100元；⟨101¦100⟩周岁以上每月300元。",
    ),
    "heads of columns": issued(
        "云澜市仓储补助办法",
        "云澜政办〔2023〕27号",
        "第一条 补助标准见下表：\n\n类别\t100平方米以下\t⟨200¦100⟩—500平方米\t500—1000平方米\n冷库\t1\t3\t5\n常温库\t2\t4\t6",
    ),
    "a scale that else begins behind the last end": issued(
        "云澜市信用扣分办法",
        "云澜政办〔2023〕29号",
        "第一条 标准见下表：\n\n逾期天数\t扣分\n1—30天\t1\n31—60天\t2\n⟨60¦61⟩—90天\t3\n91天以上\t5",
    ),
    "levels of an emergency": issued(
        "云澜市坍塌应急预案",
        "云澜政办〔2023〕30号",
        "一、重大事故：造成10人以上30人以下死亡；较大事故：造成3人以上⟨9¦10⟩人以下死亡；一般事故：造成3人以下死亡。\n\n"
        "二、本预案所称“以上”包括本数，“以下”不包括本数。",
    ),
    "wages in parts": notice(
        "调整缴费比例",
        "青政办〔2023〕31号",
        "月工资3000元（含）以下的部分，按5%缴纳；3000元至8000元（含）的部分，按8%缴纳；⟨9000¦8000⟩元以上的部分，按10%缴纳。",
    ),
    "counted things that share a bound": issued(
        "青屿县合作社奖补办法",
        "青政办〔2023〕28号",
        "第一条 带动农户20—50户的，奖补1万元；⟨50¦51⟩—100户的，奖补3万元；101户以上的，奖补5万元。",
    ),
    "a change that begins at one": issued(
        "云澜市噪声补偿办法",
        "云澜政办〔2023〕31号",
        "第一条 夜间噪声上升的，按下列标准扣减：\n\n（一）上升⟨1—5分贝¦5分贝以下⟩的，扣减3万元；\n\n"
        "（二）上升超过5分贝、10分贝以下的，扣减8万元；\n\n（三）上升超过10分贝的，扣减15万元。",
    ),
    "brackets that end before their bound": issued(
        "云澜市仓储补助办法",
        "云澜政办〔2023〕32号",
        "第一条 按仓储面积补助：\n\n（一）仓储面积1万平方米（含）至3万平方米的，补助20万元；\n\n"
        "（二）仓储面积3万平方米（含）至6万平方米的，补助50万元；\n\n"
        "（三）仓储面积⟨超过6万平方米¦6万平方米（含）以上⟩的，补助90万元。",
    ),
    "a hole in paragraphs with 至": notice(
        "古树补偿",
        "云澜政办〔2023〕33号",
        "一、标准\n\n树高不足5米的，每株200元；\n\n树高5米至8米（不含）的，每株500元；\n\n"
        "树高⟨9¦8⟩米至12米（不含）的，每株900元；\n\n树高12米以上的，每株1500元。",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_and_its_clean_twin_is_silent(name: str) -> None:
    planted = twins(PLANTED[name])
    found = list(holes_and_overlaps(manuscript(planted.wrong)))
    assert [finding.kind for finding in found] == [FindingKind.BRACKET], found
    assert planted.line in [place.line for place in found[0].places] or "本数" in planted.wrong, found
    assert found[0].message.endswith("。")
    assert found[0].message_en.endswith(".")
    assert list(holes_and_overlaps(manuscript(planted.right))) == []


@pytest.mark.parametrize(
    "words",
    [
        "一、骨干医师年龄⟨35¦38⟩周岁以下的补贴9万元，38周岁以上、48周岁以下的补贴6万元。",
        "一、种植面积⟨80¦60⟩亩以下的奖励2万元，60亩以上、200亩以下的奖励5万元。",
        "一、管线长度大于80米、小于等于⟨240¦200⟩米的，每米收30元；大于200米、小于等于900米的，每米收20元；大于900米的，每米收10元。",
        "一、水深大于等于2米、小于⟨4¦5⟩米的，每日巡查1次；大于等于5米、小于9米的，每日巡查2次；大于等于9米的，每日巡查4次。",
    ],
)
def test_brackets_before_the_amount_and_bounds_in_words(words: str) -> None:
    planted = twins(notice("发放补助", "云澜政办〔2023〕41号", words + "\n\n二、以上含本数，以下不含本数。"))
    found = list(holes_and_overlaps(manuscript(planted.wrong)))
    assert [one.line for one in found] == [planted.line]
    assert list(holes_and_overlaps(manuscript(planted.right))) == []


CLEAN = {
    "those who ride free are no scale": "第一条 6岁以下儿童、65岁以上老年人免费乘车。",
    "fines": "第一条 违反规定的，处1万元以上3万元以下罚款；情节严重的，处5万元以上10万元以下罚款；特别严重的，处20万元以上50万元以下罚款。",
    "a ladder of least figures": "第一条 出口额增幅超20%的奖励15万元，增幅超40%的奖励25万元，增幅超60%的奖励40万元。",
    "two measures": "第一条 从业人员300人以上且营业收入2000万元以上的为中型企业；从业人员20人及以上且营业收入300万元及以上的为小型企业；"
    "从业人员不足20人或者营业收入不足300万元的为微型企业。",
    "targets": "一、主要目标\n\n新建3—5个示范点，培育10—15家龙头企业，打造20—30个品牌，建设40—60个站点。",
    "two thresholds with a middle that needs nothing": "第一条 投资额1000万元以上的项目须经市政府批准；投资额500万元以下的项目实行备案。",
    "whole things": "第一条 用工人数1—10人的，补贴1万元；11—50人的，补贴3万元；51人以上的，补贴5万元。",
    "a table with its bounds": "第一条 标准见下表：\n\n年产值（万元）\t补助（万元）\n0（含）-100（不含）\t1\n100（含）-500（不含）\t3\n500（含）以上\t8",
    "money that shares a bound with nothing said": "第一条 年纳税额10—50万元的，奖励1万元；50—100万元的，奖励3万元；100万元以上的，奖励5万元。",
    "the rest of a marginal scale": "第一条 用电量在50千瓦时以下的，每千瓦时0.5元；超过50千瓦时不超过200千瓦时的部分，每千瓦时0.6元；超过200千瓦时的部分，每千瓦时0.8元。",
    "groups of their own": "第一条 小班20—25人，中班28—30人，大班35—40人。",
    "days of a month": "一、时间安排。申报时间为3月1日至3月31日，评审时间为4月5日至4月20日，公示5—7天。",
    "conditions": "第一条 年龄在18周岁以上、60周岁以下，注册资本100万元以上、500万元以下的，可以申请。",
    "a table of targets": "第一条 指标见下表：\n\n指标\t2023年目标\t2025年目标\n绿化率\t35%以上\t40%以上\n达标率\t≥90%\t≥95%\n失业率\t5%以内\t5.5%以内",
    "the word of grades": "第一条 60分以上为合格，60分以下为不合格。",
    "amounts that are granted": "第一条 一般的奖励1万元以下；突出的奖励5万元以上10万元以下；特别突出的奖励20万元以上30万元以下。",
    "one decimal place": "第一条 平均分3.0—3.9分的为三级，4.0—4.4分的为四级，4.5分以上的为五级。",
    "years of a plan": "一、2021—2023年为起步期，2024—2025年为提升期，2026—2030年为巩固期。",
    "a deadband that is said": "第一条 单价浮动在5%以内的不予调整；超过5%的部分，据实调整。",
    "levels of an emergency": "第一条 同时停水的社区3个以上6个以下的，启动三级响应；6个以上12个以下的，启动二级响应；12个以上的，"
    "启动一级响应。\n\n第二条 本预案所称“以上”含本数，“以下”不含本数。",
    "percent bands in whole percent": "第一条 完成率90%以上的得10分，80%—89%的得8分，60%—79%的得5分，60%以下的不得分。",
    "rain": "第一条 24小时降雨量50—99.9毫米为暴雨，100—249.9毫米为大暴雨，250毫米以上为特大暴雨。",
    "deaths, injuries and losses": "第一条 重大事故，指造成10人以上30人以下死亡，或者50人以上100人以下重伤，或者5000万元以上1亿元以下损失的；"
    "较大事故，指造成3人以上10人以下死亡，或者10人以上50人以下重伤，或者1000万元以上5000万元以下损失的。\n\n"
    "第二条 本预案所称“以上”包括本数，所称“以下”不包括本数。",
    "months of stages": "第一条 安排见下表：\n\n阶段\t时间\n一\t3—5月\n二\t7—8月\n三\t10—12月",
    "brackets of unlike things": "第一条 城市人口50万以上的设市级中心，乡镇人口3万—5万人的设乡级站，村庄人口1000—2000人的设村级点。",
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_may_be_right_is_not_told(name: str) -> None:
    text = issued("云澜市综合管理办法", "云澜政办〔2023〕30号", CLEAN[name])
    assert list(holes_and_overlaps(manuscript(text))) == []


def test_what_the_law_says_of_above_and_below_is_a_note_where_the_document_is_silent() -> None:
    body = "第一条 年产值500万元以下的，奖励1万元；500万元以上的，奖励2万元。"
    (finding,) = holes_and_overlaps(manuscript(issued("云澜市奖励办法", "云澜政办〔2023〕31号", body)))
    assert finding.severity is Severity.NOTE
    assert "500万元" in finding.message
    said = body + "\n\n第二条 本办法所称“以上”含本数，“以下”不含本数。"
    assert list(holes_and_overlaps(manuscript(issued("云澜市奖励办法", "云澜政办〔2023〕31号", said)))) == []


@pytest.mark.gazettes
def test_the_real_issues(gazettes: Path) -> None:
    found = {
        name: [
            (finding.document, finding.line, finding.severity.value)
            for finding in holes_and_overlaps(
                manuscript((gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8"))
            )
        ]
        for name in ("02", "05")
    }
    assert found["02"] == []
    assert sorted(found["05"]) == [
        ("许政办〔2022〕39号", 1100, "warning"),
        ("许政办〔2022〕39号", 1102, "warning"),
        ("许政办〔2022〕39号", 1112, "warning"),
        ("许政办〔2022〕39号", 1114, "warning"),
        ("许政办〔2022〕42号", 1841, "note"),
    ]


def test_the_sample_is_clean() -> None:
    text = (Path(gongbao.__file__).parent / "sample" / "gazette.txt").read_text(encoding="utf-8")
    assert list(holes_and_overlaps(manuscript(text))) == []

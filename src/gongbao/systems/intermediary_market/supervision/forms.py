"""What is asked for of a government price, a price inspection, a joint punishment, and a hand-over."""

from gongbao.core.labels import Label
from gongbao.procedures.declare import OUR_RULE
from gongbao.procedures.fields import Field, Kind, Option
from gongbao.systems.intermediary_market.supervision.models import Finding, Measure, Standard

_LONGEST = 2000

PRICE = (
    Field("kind", Label("标准种类", "Kind of standard"), Kind.CHOICE, "第十条", options=(
        Option(Standard.MAXIMUM, Label("最高标准", "a maximum")),
        Option(Standard.FIXED, Label("固定标准", "a fixed price")),
        Option(Standard.WORDS, Label("仅以文字规定", "in words alone")),
        Option(Standard.MARKET, Label("不属政府定价（市场调节）", "not under government pricing (market price)")),
    )),
    Field("words", Label("收费标准文字", "The standard in words"), Kind.TEXT, "第十条", longest=_LONGEST),
    Field("measure", Label("金额的计量", "What the figure is of"), Kind.CHOICE, "第十条", required=False, options=(
        Option(Measure.WHOLE, Label("全部服务（元）", "yuan for the whole service")),
        Option(Measure.UNIT, Label("每单位（元）", "yuan for each unit")),
        Option(Measure.RATE, Label("费率（%）", "per cent")),
    ), help=Label("最高标准和固定标准填写", "for a maximum and for a fixed price")),
    Field("figure", Label("数额", "Figure"), clause="第十条", required=False, longest=20,
          help=Label("只填数字，例如8000或0.35", "in digits alone, such as 8000 or 0.35")),
    Field("per", Label("单位或计费基数", "Unit, or what it is per cent of"), clause="第十条", required=False,
          longest=60, help=Label("例如平方米、工程造价；全部服务的不填",
                                 "such as square metre; nothing for the whole service")),
    Field("document", Label("依据文件（名称和文号）", "Document it rests on, with its number"), clause="第十条",
          longest=300),
    Field("since", Label("执行起始日", "In force from"), Kind.DATE, "第十条"),
    Field("until", Label("执行截止日", "In force until"), Kind.DATE, "第十条", required=False,
          help=Label("没有截止日的不填", "leave it empty where it has no end")),
)  # fmt: skip

_USCC = Field("uscc", Label("机构的统一社会信用代码", "Unified social credit code of the agency"), longest=18)
INSPECTION = (
    Field("inspected_on", Label("检查日期", "Inspected on"), Kind.DATE, "第八条", past=True),
    Field("finding", Label("检查结论", "Finding"), Kind.CHOICE, "第八条", options=(
        Option(Finding.IN_ORDER, Label("符合规定", "in order")),
        Option(Finding.VIOLATION, Label("存在违规", "a violation")),
    )),
    Field("found", Label("查明的情况", "What was found"), Kind.TEXT, "第八条", longest=_LONGEST,
          help=Label("不写个人信息", "nothing of persons")),
    Field("measure", Label("处理措施", "What was ordered"), Kind.TEXT, "第八条", required=False, longest=_LONGEST,
          help=Label("存在违规的填写", "for a violation")),
    Field("document", Label("文书名称和文号", "Document, with its number"), clause="第八条", longest=300),
    Field("is_public", Label("公布结果（违规的，在处理决定生效后公布）",
                             "Publish it (a violation once its decision is final)"), Kind.FLAG, OUR_RULE,
          required=False),
    Field("propose", Label("作为擅自提高收费的线索提交建设管理运维机构", "Propose it to the operator as raising fees"),
          Kind.FLAG, "第三十二条第（二）项", required=False,
          help=Label("听取机构意见并由人认定后才计入年度评价",
                     "it counts for the yearly grade only once the agency was heard and a person has decided")),
    Field("happened_on", Label("行为发生日期", "The conduct happened on"), Kind.DATE, "第三十四条", required=False,
          past=True, help=Label("提交线索的填写", "where it is proposed")),
)  # fmt: skip
INSPECTION_OF_AGENCY = (_USCC, *INSPECTION)

PUNISHMENT = (
    Field("reason", Label("事由", "Reason"), Kind.TEXT, "第三十四条", longest=_LONGEST,
          help=Label("在机构页面公布，不写个人信息", "shown on the page of the agency: nothing of persons")),
    Field("decided_by", Label("作出决定的机关", "Decided by"), clause="第三十四条", longest=100),
    Field("document", Label("文书名称和文号", "Document, with its number"), clause="第三十四条", longest=300),
    Field("since", Label("惩戒起始日", "From"), Kind.DATE, "第三十四条"),
    Field("until", Label("惩戒截止日", "Until"), Kind.DATE, "第三十四条", required=False,
          help=Label("没有截止日的不填", "leave it empty where it has no end")),
    Field("excluded_by", Label("依法不得参加的规定", "Provision by which the law keeps it out"), clause="第三十四条",
          required=False, help=Label("法律、法规规定不得参加此类采购的填写条款；业主核对报名条件时可见，系统不自动排除",
                                     "where the law keeps it out of such purchases; the owner sees it when it checks "
                                     "the conditions, and nothing is barred by itself")),
)  # fmt: skip
PUNISHMENT_OF_AGENCY = (_USCC, *PUNISHMENT)
SET_ASIDE = Field(
    "set_aside", Label("该记录不再成立（撤销、提前解除）", "The record stands no more (set aside, or lifted)"),
    Kind.FLAG, "第三十四条", required=False,
)  # fmt: skip
PUNISHMENT_CHANGED = (*PUNISHMENT, SET_ASIDE)

HAND_OVER = (
    Field("since", Label("移交期间的首日", "First day"), Kind.DATE, "第十条"),
    Field("until", Label("移交期间的末日", "Last day"), Kind.DATE, "第十条", past=True),
)

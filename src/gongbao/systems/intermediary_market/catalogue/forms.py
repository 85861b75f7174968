"""What is asked for of a service, and of a recommendation."""

from gongbao.core.labels import Label
from gongbao.procedures.declare import OUR_RULE
from gongbao.procedures.fields import Field, Kind, Option
from gongbao.systems.intermediary_market.catalogue.actions import LONGEST_TEXT
from gongbao.systems.intermediary_market.catalogue.workbook import HEADS, VALUES

_CLAUSE = "第七条"


def _options(name: str) -> tuple[Option, ...]:
    return tuple(Option(key, label) for key, label in VALUES[name].items())


CODE = Field("code", HEADS["code"], clause=OUR_RULE, longest=40)
SINCE = Field("since", Label("自何日起公布", "Published from"), Kind.DATE, clause=OUR_RULE, future=True)
CONTENT = (
    Field("name", HEADS["name"], clause=_CLAUSE, longest=100),
    Field("legal_ground", HEADS["legal_ground"], Kind.TEXT, clause=_CLAUSE, longest=LONGEST_TEXT),
    Field(
        "qualification", HEADS["qualification"], clause=_CLAUSE, required=False, help=Label(
            "依法不需要资质（资格）的不填；具备其一即可的用“；”分开",
            "leave it empty where the law asks for none; of several, parted by “；”, one is enough",
        ),
    ),
    Field("time_limit", HEADS["time_limit"], clause=_CLAUSE),
    Field("process", HEADS["process"], Kind.TEXT, clause=_CLAUSE, longest=LONGEST_TEXT),
    Field("conditions", HEADS["conditions"], Kind.TEXT, clause=_CLAUSE, longest=LONGEST_TEXT),
    Field("fee_standard", HEADS["fee_standard"], Kind.TEXT, clause=_CLAUSE, longest=LONGEST_TEXT),
    Field("pricing", HEADS["pricing"], Kind.CHOICE, clause="第十条", options=_options("pricing")),
    Field("supply", HEADS["supply"], Kind.CHOICE, clause="第十八条", options=_options("supply")),
)  # fmt: skip
NEW = (CODE, *CONTENT, SINCE)
CHANGE = (*CONTENT, SINCE)
IMPORT = (
    Field("workbook", Label("工作簿（.xlsx）", "Workbook (.xlsx)"), Kind.FILES, clause=_CLAUSE, longest=1),
    SINCE,
)
RECOMMEND = (
    Field("name", Label("推荐机构名称", "Whom you recommend"), clause="第十四条", longest=100),
    Field("uscc", Label("统一社会信用代码", "Unified social credit code"), required=False, longest=40),
    Field("reason", Label("推荐理由", "Why"), Kind.TEXT, clause="第十四条", longest=LONGEST_TEXT),
)

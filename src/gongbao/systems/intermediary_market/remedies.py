"""What a party may do against a decision, by the laws of the country: the decisions of the market are under them."""

from gongbao.core.labels import Label
from gongbao.procedures import Remedy, days, months

reconsideration = Remedy(
    "reconsideration", Label("行政复议", "administrative reconsideration"), days(60), "行政复议法 第二十条",
    Label("有管辖权的行政复议机关", "the competent body of administrative reconsideration"),
)  # fmt: skip
lawsuit = Remedy(
    "lawsuit", Label("行政诉讼", "administrative lawsuit"), months(6), "行政诉讼法 第四十六条",
    Label("有管辖权的人民法院", "the competent people's court"),
)  # fmt: skip

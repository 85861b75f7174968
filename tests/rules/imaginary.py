"""The facts of two policies of an imaginary city: a household's subsidy, and amounts of its districts."""

from typing import Annotated

from gongbao.rules.policy import FactSheet, Record, fact
from gongbao.rules.types import Month
from gongbao.rules.values import Choice, Date, Decimal, Flag, Integer, Money, Percent, Places, Text, Unit


class Group(Choice):
    PENSIONER = "pensioner", "老年人", "pensioner"
    STUDENT = "student", "学生", "student"
    FAMILY = "family", "多子女家庭", "large family"


class District(Choice):
    EAST = "east", "东岭区", "East Ridge"
    WEST = "west", "西岭区", "West Ridge"
    LAKE = "lake", "镜湖县", "Mirror Lake"


class Delivery(Record, ordered_by="date", dated="date"):
    date: Date = fact("第四条", zh="送货日期", en="date of delivery")
    cost: Money = fact("第四条", zh="货款", en="cost")
    certified: Flag = fact("第四条", zh="合格产品", en="certified", default=True)


class Heating(FactSheet):
    on: Date = fact("第九条", zh="申请日期", en="date of application")
    groups: list[Group] = fact("第三条", zh="人员类别", en="groups")
    cost: Money = fact("第三条", zh="取暖费用", en="cost of heating")
    rent: Money = fact("第三条", zh="房租", en="rent", over="0", most="5000")
    balance: Money = fact("第三条", zh="账户余额", en="balance", least="-500", default=Money("0"))
    share: Percent = fact("第三条", zh="自付比例", en="own share", most="100")
    rooms: Integer = fact(
        "第三条", zh="房间数", en="rooms", most="20", help_zh="不含厨房", help_en="Without the kitchen."
    )
    cold: Annotated[Decimal, Places(1), Unit("℃", "°C")] = fact("第三条", zh="室外温度", en="outside temperature")
    exact: Decimal = fact("第三条", zh="面积系数", en="factor of area", over="0")
    owner: Flag = fact("第三条", zh="自有住房", en="own home")
    moved_on: Date | None = fact("第三条", zh="迁入日期", en="date of moving in", default=None)
    address: Text = fact("第三条", zh="住址", en="address")
    deliveries: list[Delivery] = fact("第四条", zh="购煤", en="deliveries of coal")


class Share(Record):
    district: District = fact("第五条", zh="县（区）", en="district")
    days: Annotated[Decimal, Places(2), Unit("天", "days")] = fact("第五条", zh="优良天数", en="good days", least="0")
    paid: Money = fact("第五条", zh="已缴", en="paid")


class Air(FactSheet):
    month: Month = fact("第六条", zh="月份", en="month")
    paid: Flag = fact("第七条", zh="市级已缴", en="paid by the city")
    shares: list[Share] = fact("第五条", zh="各县（区）", en="districts", one_for_each="district")

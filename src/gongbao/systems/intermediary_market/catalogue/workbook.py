"""The catalogue as a workbook (.xlsx): what is exported can be changed and given back.

The first row has the heads, in either language, the rows below it one service each.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import Sheet, SheetColumn, to_workbook
from gongbao.rules.workbooks import Limits, Workbook
from gongbao.systems.intermediary_market.catalogue.actions import MOST_ITEMS, ItemContent, ItemRow
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, Pricing, Supply

HEADS: dict[str, Label] = {
    "code": Label("事项编码", "Code"),
    "name": Label("事项名称", "Name"),
    "legal_ground": Label("设立依据", "Legal ground"),
    "qualification": Label("资质（资格）要求", "Qualification"),
    "time_limit": Label("办理时限", "Time limit"),
    "process": Label("工作流程", "Process"),
    "conditions": Label("申报条件", "Conditions"),
    "fee_standard": Label("收费标准", "Fee standard"),
    "pricing": Label("定价方式", "Pricing"),
    "supply": Label("采购方式", "Supply"),
}
VALUES: dict[str, dict[str, Label]] = {
    "pricing": {
        Pricing.MARKET: Label("市场调节价", "Market price"),
        Pricing.GOVERNMENT: Label("政府定价", "Price set by the government"),
    },
    "supply": {
        Supply.OPEN: Label("公开选取", "Open selection"),
        Supply.AGREEMENT: Label("协议供货、定点服务", "Supply by agreement"),
    },
}
LARGEST = 8 * 1024 * 1024  # bytes
_LIMITS = Limits(unpacked=64 * 1024 * 1024, elements=2_000_000, shared_characters=16 * 1024 * 1024)


def export(versions: Iterable[ItemVersion], language: str, made_at: datetime) -> bytes:
    """The services as they stand, each in a row."""

    def told(version: ItemVersion, name: str) -> str:
        value: str = version.item.code if name == "code" else getattr(version, name)
        return VALUES[name][value].in_language(language) if name in VALUES else value

    title = Label("中介服务事项清单", "Catalogue of services").in_language(language)
    sheet = Sheet(
        title=title,
        columns=[SheetColumn(label.in_language(language), Kind.TEXT) for label in HEADS.values()],
        rows=[[told(version, name) for name in HEADS] for version in versions],
    )
    return to_workbook([sheet], title=title, made_at=made_at)


def read(content: bytes) -> list[ItemRow]:
    """The services of the first sheet. Raises GongbaoError, naming the row."""
    rows = _rows(content)
    if not rows:
        raise GongbaoError("there is nothing in this workbook")
    first = min(rows)
    heads = {head: name for name, label in HEADS.items() for head in (label.zh, label.en.casefold(), name)}
    named = {column: heads.get(text.casefold(), "") for column, text in rows.pop(first).items()}
    if missing := [label.zh for name, label in HEADS.items() if name not in named.values()]:
        raise GongbaoError(f"the first row lacks {'、'.join(missing)}")
    return [
        _row(str(number), {name: cells.get(column, "") for column, name in named.items() if name})
        for number, cells in sorted(rows.items())
    ]


def _row(place: str, told: dict[str, str]) -> ItemRow:
    for name, values in VALUES.items():
        known = {words: key for key, label in values.items() for words in (label.zh, label.en.casefold(), key)}
        told[name] = known.get(told[name].casefold(), told[name])
    return ItemRow(place, told.pop("code"), ItemContent(**told))


def _rows(content: bytes) -> dict[int, dict[int, str]]:
    """The cells of each row that has any, as text without what stands around it."""
    if len(content) > LARGEST:
        raise GongbaoError(f"this workbook is larger than {LARGEST >> 20} MiB")
    found: dict[int, dict[int, str]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for row, column, given in Workbook(package, _LIMITS).cells():
                if row > MOST_ITEMS + 20 or column > 100:
                    raise GongbaoError(f"a file has up to {MOST_ITEMS} services")
                value = given.value
                if isinstance(value, (datetime, date)):
                    value = value.isoformat()
                text = str(value).strip() if value is not None else ""
                if text:
                    found.setdefault(row, {})[column] = text
    except GongbaoError:
        raise
    except Exception as error:
        # A file can be broken in more ways than zipfile, expat and dates have names for.
        raise GongbaoError("this is no workbook (.xlsx) that can be read") from error
    return found

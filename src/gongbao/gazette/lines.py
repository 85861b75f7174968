"""A line of a cleaned text, and what a line may be: addressees, a signature, a date, a title, a list of annexes."""

import re
import unicodedata
from dataclasses import dataclass

from gongbao.core.numerals import CHINESE_NUMERAL

HAN = "\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the cleaned text. `number` is its line in the raw text, `heading` the level of its Markdown heading."""

    text: str
    number: int
    heading: int = 0
    bold: bool = False
    blank_before: bool = False


# 各县（市、区）人民政府，市人民政府各部门：
ADDRESSEES = re.compile(
    rf"^(?:各|有关|市|省|县|区|[{HAN}]{{2,12}}(?:省|市|县|区|局|委|办|院|厅|部|公司|政府|委员会)).{{0,300}}[：:]$"
)
_PLACE_OF_ADDRESSEES = re.compile("政府|各|局|委|厅|部|院|会|公司|单位|办|集团|学校|机关|街道|乡|镇")
TITLE_END = re.compile(
    r"(?:通知|决定|意见|通报|公告|通告|批复|决议|命令|令|函|纪要|报告|请示|议案|公报|通函)(?:（[^（）]{1,12}）)?$"
)
SIGNATURE = re.compile(rf"[{HAN}（）]{{2,40}}(?:政府|办公室|办公厅|委员会|局|厅|部|院|会|指挥部|公司)$")
DATE_LINE = re.compile(rf"(?:19|20)\d{{2}} ?年 ?\d{{1,2}} ?月(?: ?\d{{1,2}} ?日)?$|[{CHINESE_NUMERAL}]{{4}}年")
ANNEX_LIST = re.compile(r"^附\s?(?:件|表|录)\s*[:：]\s*(?P<first>\S.*)$")
ANNEX_ITEM = re.compile(r"^(?P<number>\d{1,2})\s?[.．、]\s*(?P<title>[^。]+)$")
CONTENTS = re.compile(r"^目\s*[录次]$")


def is_addressees(text: str) -> bool:
    """各县人民政府： and the like; not 现将有关事项通知如下：, which speaks of nobody."""
    return bool(
        ADDRESSEES.match(text)
        and _PLACE_OF_ADDRESSEES.search(text)
        and not re.search("如下|下列|以下|包括|条件|情形|的.|并报|由|应当|给予|备案|规定|按照|根据|[。；]", text)
    )


def annex_titles(lines: list[Line], at: int) -> tuple[list[tuple[str, str]], int]:
    """The list of annexes that begins at line `at`: (number, title) of each, and the line behind the list.

    A title may go on on the next line, where the next number follows that. Nothing begins at `at`: ([], at).
    """
    found = ANNEX_LIST.match(lines[at].text.strip())
    if found is None:
        return [], at
    first = ANNEX_ITEM.match(found["first"])
    if first is None:
        return [("", found["first"])], at + 1
    titles = [(first["number"], first["title"])]
    k = at + 1
    while k < len(lines) and len(titles) < 100:
        item = ANNEX_ITEM.match(lines[k].text.strip())
        if item is not None and int(item["number"]) == len(titles) + 1:
            titles.append((item["number"], item["title"]))
        else:
            behind = ANNEX_ITEM.match(lines[k + 1].text.strip()) if k + 1 < len(lines) else None
            wrapped = behind is not None and int(behind["number"]) == len(titles) + 1 and len(lines[k].text) < 40
            if item is not None or not wrapped or "。" in lines[k].text:
                break
            titles[-1] = (titles[-1][0], titles[-1][1] + lines[k].text.strip())
        k += 1
    return titles, k


def is_foot(text: str) -> bool:
    """抄送：…, 某办公室2022年7月8日印发, （联系人：…）: what stands below a signature and is no clause."""
    words = re.sub(r"\s", "", text)
    return len(words) < 200 and bool(re.match(r"^(?:抄送|主办|督办|主送|印送|（?联系人|（此件|.{2,40}日印发$)", words))


def is_title(text: str) -> bool:
    """…关于…的通知: the line ends a title."""
    return "关于" in text and len(text) <= 160 and bool(TITLE_END.search(text)) and not re.search("[。；]", text)


def signature(words: str) -> str:
    """A line without white space, punctuation and marks, by which it is found again whatever cleaning altered."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", re.sub(r"<[^<>\n]{1,80}>|&nbsp;", "", words)))

"""Slips of recognition in words: set twice, foreign, or with a character that looks like the right one."""

import re
from collections import Counter
from collections.abc import Iterator

from gongbao.gazette.findings.look_alikes import look_alikes, variants
from gongbao.gazette.findings.model import Severity, shortened
from gongbao.gazette.findings.shown_text import Hit, Paragraph, ShownText, matches
from gongbao.gazette.lines import HAN
from gongbao.gazette.markers import read_marker
from gongbao.gazette.model import Reason

# A character set twice, and what stands before or behind it where that is right.
_TWICE = {
    "的": ("目打有标", "士确"),
    "或": ("", ""),
    "由": ("自理缘事", ""),
    "被": ("棉", "征拆告害保"),
    "从": ("服听顺盲跟侍", "容"),
    "于": ("", ""),
    "与": ("参赋给授相付", ""),
    "并": ("合兼归吞一", ""),
    "将": ("即", "军领士"),
    "应": ("相对适反效供响感回呼", "急用对收届邀聘变"),
    "且": ("", ""),
    "其": ("", ""),
    "该": ("应", ""),
    "及": ("", "时格"),
    "不": ("", ""),
    "是": ("但可于还只就都若总凡正不要算也则便倒", "非否"),
    "在": ("存现所潜实内外正旨意健好", "线校职岗编场建途座"),
    "须": ("", ""),
    "按": ("", "摩"),
}
_TWICE_PATTERN = re.compile("([的或由被从于与并将应且须按其该及不是在])\\1")
_PAIR_WORDS = (
    "应当 应该 必须 可以 不得 予以 进行 实施 开展 加强 推进 推动 加快 提高 提升 完善 建立 健全 负责 严格 以及 "
    "或者 并且 而且 按照 根据 依据 对于 关于 由于 因为 通过 经过 以下 有关 相关 其他 依法 及时 全面 积极 认真 "
    "切实 充分 继续 同时 鼓励 支持 落实 确保 坚持 促进 强化 优化 制定 不断 本市 各级 我市 全市 规范 明确 深入 "
    "加大 增强 构建 打造 统筹 完成 实现 达到 取得 符合 结合 围绕 参照 遵守 遵循 保证 贯彻 执行 列入 纳入 给予 "
    "享受 承担 履行 行使 违反 造成 采取 采用 属于 位于 用于 自觉 主动 主要 重要 重点 人民 国家 提供 接受 收到 "
    "进一步 各部门 各单位 本办法 本规定 本方案 有针对性 市政府 县政府 具有 具备 包括 下列 上述 所有 全部 部分 "
    "尚未 已经 正在 将要 不能 不予 不会 没有 仍然 如果 因此 所以 但是 尤其 特别 例如"
)
# Where the second of the pair begins another word: 实施实施方案, 重点重点项目 may stand, 人民人民 may not.
_PAIR_MAY_STAND = {
    "市政府": "办",
    "县政府": "办",
    "根据": "地",
    "实施": "方细办意条",
    "推进": "会机工",
    "规范": "性化文",
    "执行": "局法力人员机程款",
    "国家": "级",
    "保证": "金人书责",
    "支持": "率者",
    "负责": "人制同",
    "完成": "率情",
    "相关": "性",
    "重点": "项工领区企",
    "强化": "木",
    "提升": "机",
    "符合": "性",
    "全部": "门",
    "部分": "别项",
    "通过": "率",
    "优化": "营",
    "参照": "物",
    "主动": "脉",
}
_PAIR_PATTERN = re.compile(rf"({'|'.join(_PAIR_WORDS.split())})\1")
# 认养人认养人; not 申请人申请人民法院, 委员会委员会议, 一步步一步步.
_THREE_TWICE = re.compile(
    rf"((?!一|多少|有|的)[{HAN}](?!的)[{HAN}](?![的会部组局室所院处委团队级类年月日号一二三四五六七八九十])[{HAN}])\1(?!民)"
)
_OTHERS_TWICE = re.compile(
    r"市市人民政府|县县人民政府|局局(?=[，。；、）负牵])|厅厅(?=[，。；、）负牵])|自自(?=\d|发布|公布|印发|施行)|可以可(?!以)"
    "|对对(?=[认各市县本企项申其])"
)
# 南至学府街街，: the last character of a street or water behind its name. Not 学府街街道, 路路通.
_PLACE_TWICE = re.compile(
    rf"(?<=[{HAN}]{{2}})(?P<last>街|路|巷|桥|河|渠|港|大道|大街|胡同|水库)(?P=last)"
    r"(?=[，。；、）]|$|[东西南北][侧段]|以[东西南北]|交叉口)"
)
_GRAM = 4
_FARTHEST = 300


def words_twice(text: ShownText) -> Iterator[Hit]:
    """A word, a phrase or a clause that is set twice, one right behind the other."""

    def hit(start: int, end: int, words: str) -> Hit:
        return text.hit(
            start,
            end,
            Severity.WARNING,
            f"词句重复：“{shortened(words)}”连写了两次。",
            f"“{shortened(words)}” is set twice, one behind the other.",
        )

    for paragraph, found in matches(text, _TWICE_PATTERN):
        behind, before = _TWICE[found[1]]
        words = paragraph.text
        last, following = words[found.start() - 1 : found.start()], words[found.end() : found.end() + 1]
        if not last or last in behind + found[1] or (following and following in before + found[1]):
            continue
        if found[1] == "应" and following != "当":
            continue
        if found[1] in "不是在" and paragraph.row:
            continue
        if found[1] == "将" and last not in "，；。、":
            continue
        yield hit(paragraph.start + found.start(), paragraph.start + found.end(), found[1])
    for paragraph, found in matches(text, _PAIR_PATTERN):
        following = paragraph.text[found.end() : found.end() + 1]
        if following and following in _PAIR_MAY_STAND.get(found[1], ""):
            continue
        yield hit(paragraph.start + found.start(), paragraph.start + found.end(), found[1])
    for paragraph, found in matches(text, _THREE_TWICE):
        yield hit(paragraph.start + found.start(), paragraph.start + found.end(), found[1])
    for paragraph, found in matches(text, _OTHERS_TWICE):
        yield hit(paragraph.start + found.start(), paragraph.start + found.end(), found[0])
    for paragraph, found in matches(text, _PLACE_TWICE):
        if paragraph.text[found.start() - 1] != paragraph.text[found.start() - 2]:  # 街街巷巷
            yield hit(paragraph.start + found.start(), paragraph.start + found.end(), found["last"])
    for paragraph in text.paragraphs:
        for start, middle in _repeats(paragraph.text):
            end = 2 * middle - start
            yield hit(paragraph.start + start, paragraph.start + end, paragraph.text[start:middle].strip("，、；。："))
        if not paragraph.row:
            for start, end, name in _listed_twice(paragraph.text):
                yield hit(paragraph.start + start, paragraph.start + end, name)
    for one, two in zip(text.paragraphs, text.paragraphs[1:], strict=False):
        words = _without_mark(one.text)
        if len(words) >= 15 and re.search("[，。；]", words) and words == _without_mark(two.text) and not one.row:
            yield text.hit(
                two.start,
                two.start + len(two.text),
                Severity.WARNING,
                f"本段与上一段文字相同：“{shortened(words[:30])}”。",
                f"This paragraph repeats the one before it: “{shortened(words[:30])}”.",
            )


def _without_mark(words: str) -> str:
    words = words.strip()
    mark = read_marker(words)
    return words[mark.end :].strip() if mark else words


_BOUNDARY = frozenset("，。；：、！？“”《》（）〈〉〔〕 \t")


def _repeats(words: str) -> Iterator[tuple[int, int]]:
    """Phrases of four characters or more with themselves right behind: where the first and the second begin."""
    seen: dict[str, int] = {}
    done = 0
    for at in range(len(words) - _GRAM + 1):
        gram = words[at : at + _GRAM]
        before = seen.get(gram)
        seen[gram] = at
        if before is None or before < done or not _GRAM <= at - before <= _FARTHEST:
            continue
        phrase = words[before:at]
        if words.startswith(phrase, at) and _is_phrase(phrase):
            start = _aligned(words, before, at)
            if start is not None:
                yield start, start + at - before
            done = at + len(phrase)


def _is_phrase(phrase: str) -> bool:
    han = re.findall(f"[{HAN}]", phrase)
    # 一个单位一个单位地 is how one says one after the other.
    return "\t" not in phrase and len(han) >= 4 and len(set(han)) >= 3 and not phrase.startswith("一")


def _aligned(words: str, first: int, second: int) -> int | None:
    """Where a phrase of several parts begins so that it is whole parts that come twice; None where it is not.

    甲规划、城市乙规划、城市丙 repeats 规划、城市, which is nothing; a phrase without marks begins where it was found.
    """
    length = second - first
    if not _BOUNDARY.intersection(words[first:second]):
        return first
    for start in range(first, min(first + length, len(words) - 2 * length + 1)):
        if words[start : start + length] != words[start + length : start + 2 * length]:
            return None
        end = start + 2 * length
        opens = start == 0 or words[start - 1] in _BOUNDARY
        if opens and (end == len(words) or words[end - 1] in _BOUNDARY or words[end] in _BOUNDARY):
            return start
    return None


_LEAD = re.compile(r"(?:[由和及与报经含括如商请向对或将]|会同)$")
_LEFT_NAME = re.compile(rf"[{HAN}]+$")
_RIGHT_NAME = re.compile(rf"[{HAN}]+")


def _listed_twice(words: str) -> Iterator[tuple[int, int, str]]:
    """甲局、甲局: the same entry twice, one behind the other."""
    for found in re.finditer("[、]", words):
        left = _LEFT_NAME.search(words[max(0, found.start() - 24) : found.start()])
        right = _RIGHT_NAME.match(words[found.end() : found.end() + 24])
        if left is None or right is None:
            continue
        name = re.split("等|和|及|以及|按|根据|分别|要(?!素)|应当|负责", right[0])[0]
        if len(name) < 3 or not left[0].endswith(name):
            continue
        rest = left[0][: -len(name)]
        if not rest or _LEAD.search(rest):
            yield found.start() - len(name), found.end() + len(name), name


# --- stray words, letters and signs -----------------------------------------------------------------------------------

_FUNCTION_WORDS = (
    "and or the of to in for with by on at as is are be from this that will can not but if then than its "
    "their has have was were which who whom into also all any may shall must"
)

_LATIN = re.compile(rf"(?<=[{HAN}，、。；：”》）]) ?(?P<word>[A-Za-z]+) ?(?=[{HAN}，、。；：“《（])")
_LATIN_WORDS = (
    "app apps wifi logo web email blog vlog log ppt pdf doc docx xls xlsx jpg png zip rar mp https http www "
    "html xml json km kg mm cm nm ml mg ug kw kwh mw hz khz mhz ghz db ph pm am bp rpm ppm ppb vs etc max min "
    "sin cos tan ln lg lim kpa mpa pa mol lux lx bit byte kb mb gb tb iphone ipad ios android java python "
    "linux windows citespace spp sp var subsp et al cfu pcr mrna dna rna covid emba mba phd ceo dn php sql "
    "api sdk url uri ip id vip offline online call bug hub lab live show style pos bar spa mall park home "
    "city smart cloud data link meter"
)
_LOWER_OK = frozenset(_LATIN_WORDS.split())
_LETTER = re.compile(rf"(?<=[{HAN}])(?P<letter>[a-z])(?=[{HAN}])")
_LETTER_BEFORE = "第为设按取值数即是以量维酶肽链型群组区号点线项层级类图表式甲乙或和与及、"
_LETTER_BEHIND = "值个次级类轴米年项型级组区号表点为是表分坐方倍元阶维代段层克升"
_FOREIGN = re.compile(rf"(?<=[{HAN}])[\u3041-\u30fa\u30fc\u0400-\u04ff\uac00-\ud7af](?=[{HAN}])")
_CONTROL = re.compile(
    "[\ufffd\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff]+|锟斤拷|烫烫烫|â€[\x80-\xbf™œ]?|Ã[\x80-\xbf©¨]"
)
_SIGN = re.compile(rf"(?<=[{HAN}])(?P<sign>[■◆◇▼▽☆※#^`|\\§¤¦¬¿¡†‡▪▫►◄♦♠♣♥]|\?|\$(?!\d))(?=[{HAN}])")
_BOX = re.compile(rf"(?<=[{HAN}，。、])□+(?=[{HAN}，。、])")
_TEX = re.compile(r"\\[A-Za-z]{2,}|\\[_%&#]|\$\$|_\{|\^\{")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#x[0-9A-Fa-f]{2,6})[;；]")
_TAG = re.compile(
    r"</?(?:html|body|head|center|h[1-6]|img|a|hr|br|td|tr|th|table|thead|tbody|del|ins|small|big|pre|code|section|nbsp)(?:\s[^<>\n]{0,80})?/?>",
    re.I,
)


def strays(text: ShownText) -> Iterator[Hit]:
    """Foreign words, single letters and signs between Chinese characters, and what is left of TeX and HTML."""

    def hit(paragraph: Paragraph, start: int, end: int, severity: Severity, zh: str, en: str) -> Hit:
        return text.hit(paragraph.start + start, paragraph.start + end, severity, zh, en)

    used = Counter(found[0] for found in re.finditer(r"(?<![A-Za-z])[a-z](?![A-Za-z])", text.cleaned))
    for paragraph, found in matches(text, _LATIN, rows=False):
        word = found["word"]
        function = word.lower() in _FUNCTION_WORDS.split() and (word.islower() or word.istitle()) and len(word) > 1
        # Between two words, not in a list of names: 工作workstation培育.
        inner = re.match(f"[{HAN}]", paragraph.text[found.start() - 1 : found.start()]) and re.match(
            f"[{HAN}]", paragraph.text[found.end() : found.end() + 1]
        )
        if not inner or not (function or (len(word) >= 4 and word.islower() and word not in _LOWER_OK)):
            continue
        yield hit(
            paragraph,
            *found.span("word"),
            Severity.WARNING,
            f"中文词语之间夹有外文“{word}”。",
            f"The foreign word “{word}” stands between Chinese words.",
        )
    for paragraph, found in matches(text, _LETTER, rows=False):
        letter, words = found["letter"], paragraph.text
        # e and i are brands (i政务), the others may be variables where they come again.
        if (
            letter in "eivx"
            or used[letter] > 1
            or words[found.start() - 1] in _LETTER_BEFORE
            or words[found.end()] in _LETTER_BEHIND
        ):
            continue
        yield hit(
            paragraph,
            *found.span(),
            Severity.WARNING,
            f"汉字之间夹有字母“{letter}”。",
            f"The letter “{letter}” stands between Chinese characters.",
        )
    for paragraph, found in matches(text, _FOREIGN, rows=False):
        if found[0] == "の":
            continue
        yield hit(
            paragraph,
            *found.span(),
            Severity.WARNING,
            f"汉字之间夹有非汉字字符“{found[0]}”。",
            f"“{found[0]}”, which is no Chinese character, stands between Chinese ones.",
        )
    for paragraph, found in matches(text, _CONTROL):
        shown = " ".join(
            f"U+{ord(char):04X}" for char in dict.fromkeys(found[0]) if not char.isprintable() or char == "\ufffd"
        )
        shown = shown or found[0]
        yield hit(
            paragraph,
            *found.span(),
            Severity.ERROR,
            f"有无法显示的字符（{shown}）。",
            f"A character that cannot be shown ({shown}).",
        )
    for paragraph, found in matches(text, _SIGN, rows=False):
        sign = found["sign"]
        often = _near(paragraph.text, found.start()).count(sign)
        if often > 2 or (sign == "#" and often > 1):
            continue  # a list of its own kind; #话题#
        yield hit(
            paragraph,
            *found.span(),
            Severity.WARNING,
            f"汉字之间夹有符号“{sign}”。",
            f"The sign “{sign}” stands between Chinese characters.",
        )
    for paragraph, found in matches(text, _BOX, rows=False):
        # □ is a box to tick in forms, where it comes several times or with spaces.
        near = _near(paragraph.text, found.start())
        if near.count("□") != len(found[0]) or len(found[0]) > 3 or not re.search("[，。；]", near):
            continue
        yield hit(
            paragraph,
            *found.span(),
            Severity.WARNING,
            "“□”处疑缺字。",
            "A character seems to be missing where “□” stands.",
        )
    for pattern, zh, en in (
        (_TEX, "有排版命令的残留“{0}”。", "A leftover of TeX, “{0}”."),
        (_ENTITY, "有网页代码的残留“{0}”。", "A leftover of HTML, “{0}”."),
        (_TAG, "有网页代码的残留“{0}”。", "A leftover of HTML, “{0}”."),
    ):
        seen: set[int] = set()
        for paragraph, found in matches(text, pattern):
            if paragraph.start in seen or re.search(
                r"https?://\S*$", paragraph.text[max(0, found.start() - 120) : found.start()]
            ):
                continue  # one formula is one finding
            seen.add(paragraph.start)
            yield hit(paragraph, *found.span(), Severity.WARNING, zh.format(found[0]), en.format(found[0]))
    yield from _markup(text)


def _near(words: str, at: int) -> str:
    """The words round a place: a line may be endless, and is not read anew for each of its signs."""
    return words[max(0, at - 400) : at + 400]


_BACKSLASH = re.compile(r"\\[A-Za-z]{2,}")
_LONGEST = 5000
_ONE_TAG = re.compile(r"</?[A-Za-z]{1,6}\s?/?>")


def _markup(text: ShownText) -> Iterator[Hit]:
    """Markup that cleaning took out of the middle of a sentence; beside tables and formulas it is as it should be."""
    for change in text.gazette.changes:
        reasons = change.reason.split("; ")
        if Reason.ENTITY in reasons:
            found = re.search("&[a-z]+;", change.before)
        elif Reason.TAG in reasons:
            found = _ONE_TAG.search(change.before)
        elif Reason.NOTATION in reasons:
            found = _BACKSLASH.search(change.before)
        else:
            continue
        if found is None:
            continue
        start, end = change.start + found.start(), change.start + found.end()
        line = text.manuscript.raw_lines[text.line(start) - 1]
        if len(line) > _LONGEST:
            continue
        if Reason.NOTATION in reasons:
            told = "$" not in line
        else:
            around = text.raw[start - 1 : start] + text.raw[end : end + 1]
            told = (
                re.fullmatch(f"[{HAN}]{{2}}", around) is not None
                and len(line) > 12
                and line.count(found[0]) == 1
                and not re.search(r"[|\t]|<t[dhr]", line)
                and len(re.findall("<[/a-zA-Z]", line)) == (Reason.TAG in reasons)
            )
        if told:
            yield Hit(
                start, end, Severity.NOTE, f"有排版代码的残留“{found[0]}”。", f"A leftover of markup, “{found[0]}”."
            )


# --- characters -----------------------------------------------------------------------------------------------------


def characters(text: ShownText) -> Iterator[Hit]:
    """Characters that were taken for others that look like them."""
    for paragraph in text.paragraphs:
        names = _is_list_of_names(paragraph.text)
        for start, end, entry in look_alikes(paragraph.text):
            if names and end - start > 1:
                continue
            yield text.hit(
                paragraph.start + start,
                paragraph.start + end,
                Severity.WARNING,
                f"“{entry.wrong}”疑为“{entry.right}”之误。",
                f"“{entry.wrong}” is likely meant to be “{entry.right}”.",
            )
        if names:
            continue
        for found in _DIGIT_WORD.finditer(paragraph.text):
            wrong = found[0]
            right = wrong.translate(_DIGIT_WORDS)
            yield text.hit(
                paragraph.start + found.start(),
                paragraph.start + found.end(),
                Severity.WARNING,
                f"“{wrong}”疑为“{right}”之误。",
                f"“{wrong}” is likely meant to be “{right}”.",
            )
    for at, wrong, right in variants(text.cleaned):
        yield text.hit(
            at,
            at + 1,
            Severity.WARNING,
            f"“{wrong}”不是规范的简化字，疑为“{right}”。",
            f"“{wrong}” is no simplified form; “{right}” is likely meant.",
        )


_DIGIT_WORD = re.compile(
    r"\d曰|\d夭(?![折亡])|\d[万亿]无(?=[，。；、）]|以[上下内]|$)|\d忆(?=[元吨])|(?<=\d{4})午(?=\d{1,2}月|底|度|末|初)|(?<=\d月)\d{1,2}[目口](?![标的前录])"
    r"|(?<=年)\d{1,2}目(?=\d{1,2}日)|(?<![第\d])\d{1,2}(?:个工作)?目内|\d方元"
)
_DIGIT_WORDS = str.maketrans("曰夭无忆午目口方", "日天元亿年日日万")


def _is_list_of_names(words: str) -> bool:
    tokens = [token for token in re.split(r"[\s、]+", words.strip()) if token]
    short = sum(bool(re.fullmatch(f"[{HAN}]{{2,3}}", token)) for token in tokens)
    return len(tokens) >= 4 and short * 10 >= len(tokens) * 7

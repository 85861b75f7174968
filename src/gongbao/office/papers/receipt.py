"""The receipt of what was handed in, at a counter or over the net, and how to ask where the case stands.

    receipt_docx(Receipt(…), "zh")      receipt_pdf(…)

Number and secret stand on it in words; the address, which is printed as a code as well, has nothing of either person or
secret in it: an address is kept in logs and histories.
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import unquote, urlsplit

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.papers.paper import (
    Authority,
    Blanks,
    Block,
    Cell,
    Code,
    Line,
    Listed,
    Paper,
    Row,
    Table,
    colon,
    day_in_words,
    enclosed_table,
    local_day,
    moment_in_words,
    required,
    section,
)
from gongbao.office.papers.pdf import pdf_of
from gongbao.office.papers.word import docx_of

_TEXTS = {
    "title": Label("收件回执", "Receipt"),
    "number": Label("回执编号", "Receipt number"),
    "secret": Label("查询密码", "Secret"),
    "keep": Label(
        "查询时需要同时输入回执编号和查询密码。密码只在本回执上出现一次，本机关不另行保存原文，"
        "遗失后无法找回；请妥善保管，不要告诉他人，也不要拍照转发。",
        "To ask where the case stands you need both the receipt number and the secret. The secret stands on this "
        "receipt alone; we do not keep it in readable form and cannot find it again. Keep it safe, tell it nobody and "
        "pass on no picture of it.",
    ),
    "matter": Label("事项", "Matter"),
    "from": Label("提交人", "Handed in by"),
    "for": Label("代理（代表）", "On behalf of"),
    "proof": Label("已核验的代理凭证", "Proof of authority seen"),
    "at": Label("收件时间", "Received at"),
    "by": Label("收件人", "Received by"),
    "counter": Label("收件窗口", "Counter"),
    "files": Label("收到的材料", "Papers received"),
    "none": Label("未提交材料。", "No papers were handed in."),
    "number_of": Label("共{}件。", "Papers in all: {}."),
    "next": Label("下一步", "What comes next"),
    "until": Label("最迟于", "No later than"),
    "look": Label("查询办理进度", "Where the case stands"),
    "scan": Label(
        "扫描二维码，或者在浏览器中打开下列地址，输入回执编号和查询密码：",
        "Scan the code, or open this address, and enter the receipt number and the secret:",
    ),
    "code": Label("查询页面地址的二维码", "QR code of the page's address"),
    "checks": Label("收件不表示受理。", "That papers were received does not mean that the case was accepted."),
    "sign_from": Label("提交人签名", "Signature of whoever hands in"),
    "sign_by": Label("收件人签名（盖收件章）", "Signature and stamp of the counter"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """`counter` "" and `by` "": handed in over the net, where nobody signs. `behalf_of`: for whom somebody acts, and
    then `proof`, the authority that was seen. `told`: what else was stated, as (label, value). `next_by`: by when."""

    authority: Authority
    number: str
    secret: str
    matter: str
    at: datetime
    next: str
    address: str
    next_by: date | None = None
    handed_in_by: str = ""
    behalf_of: str = ""
    proof: str = ""
    counter: str = ""
    by: str = ""
    told: tuple[tuple[str, str], ...] = ()
    papers: tuple[Listed, ...] = ()


def receipt_docx(receipt: Receipt, language: str) -> bytes:
    """The receipt as a Word file. Raises GongbaoError where it lacks what it cannot do without, or the address tells
    what it must not."""
    return docx_of(receipt_paper(receipt, language))


def receipt_pdf(receipt: Receipt, language: str) -> bytes:
    """The receipt as a PDF, to be printed. Raises GongbaoError as `receipt_docx` does."""
    return pdf_of(receipt_paper(receipt, language))


def receipt_paper(receipt: Receipt, language: str) -> Paper:
    """The content of the receipt."""
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    mark = colon(language)
    _check(receipt)
    blocks: list[Block] = [
        Line(receipt.authority.name, size=14, face="heading", align="center", leading=22, after=0, keep=True),
        Line(say["title"], size=20, face="title", align="center", leading=30, after=8, keep=True),
        Table(
            (2, 5, 2, 5),
            (
                Row(
                    (
                        Cell(say["number"], label=True),
                        Cell(receipt.number),
                        Cell(say["secret"], label=True),
                        Cell(receipt.secret),
                    ),
                    height=12,
                ),
            ),
            size=13,
        ),
        Line(say["keep"], size=9, before=4, after=8, align="both"),
        _facts(receipt, language, say),
        section(say["files"]),
    ]
    if receipt.papers:
        blocks += [
            enclosed_table(receipt.papers, language),
            Line(say["number_of"].format(len(receipt.papers)), before=2),
        ]
    else:
        blocks.append(Line(say["none"]))
    blocks.append(section(say["next"]))
    until = f"{say['until']}{mark}{day_in_words(receipt.next_by, language)}" if receipt.next_by else ""
    blocks += [Line(one) for one in (receipt.next, until, say["checks"]) if one]
    blocks += [
        section(say["look"]),
        Code(receipt.address, (Line(say["scan"]), Line(receipt.address)), say["code"]),
    ]
    reached = [one for one in (receipt.authority.telephone, receipt.authority.address, receipt.authority.hours) if one]
    if reached:
        blocks.append(Line(("；" if language.startswith("zh") else "; ").join(reached), size=9, before=6))
    if receipt.counter or receipt.by:
        blocks.append(Blanks((f"{say['sign_from']}{mark}", f"{say['sign_by']}{mark}")))
    return Paper(
        say["title"],
        language,
        tuple(blocks),
        running=f"{say['title']}{mark}{receipt.number}",
        day=local_day(receipt.at),
    )


def _facts(receipt: Receipt, language: str, say: dict[str, str]) -> Table:
    pairs = [
        (say["matter"], receipt.matter),
        (say["from"], receipt.handed_in_by),
        (say["for"], receipt.behalf_of),
        (say["proof"], receipt.proof),
        *receipt.told,
        (say["at"], moment_in_words(receipt.at, language)),
        (say["counter"], receipt.counter),
        (say["by"], receipt.by),
    ]
    return Table((3, 11), tuple(Row((Cell(label, label=True), Cell(value))) for label, value in pairs if value.strip()))


def _check(receipt: Receipt) -> None:
    required(receipt.authority.name, "the name of the authority")
    required(receipt.number, "the receipt number")
    required(receipt.secret, "the secret")
    required(receipt.next, "what comes next")
    if receipt.behalf_of.strip() and not receipt.proof.strip():
        raise GongbaoError("somebody acts for another, and no proof of authority is named", where="proof")
    parts = urlsplit(receipt.address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise GongbaoError("the address of the page should begin with https://", where="address")
    told = unquote(receipt.address.partition(parts.netloc)[2])
    names = [one.strip() for one in (receipt.handed_in_by, receipt.behalf_of)]
    # A name of one or two letters is found in any address.
    if receipt.secret.strip() in told or any(one in told for one in names if len(one) > (3 if one.isascii() else 1)):
        raise GongbaoError("no secret and no name may stand in the address of the page", where="address")

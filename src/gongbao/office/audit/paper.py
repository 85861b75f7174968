"""A checkpoint on paper, in both languages: what is compared by eye, and what is typed in again if it has to be."""

from datetime import datetime

from gongbao.core.labels import Label
from gongbao.office.audit.checkpoints import Checkpoint
from gongbao.office.papers.paper import Blanks, Line, Paper, listed, moment_in_words
from gongbao.office.papers.pdf import pdf_of

_TITLE = Label("日志校验点", "Checkpoint of the log")
_TEXTS = {
    "site": Label("站点", "site"),
    "count": Label("条目数", "number of entries"),
    "hash": Label("末条的哈希值（SHA-256）", "hash of the last entry (SHA-256)"),
    "at": Label("时间", "moment"),
    "public_key": Label("公钥（Ed25519）", "public key (Ed25519)"),
    "signature": Label("签名", "signature"),
}
_WHY = Label(
    "请将本页存放在数据库管理人员接触不到之处。日后用 gongbao audit verify 核对："
    "条目数内的任何改动、删除、插入或移动都会使哈希值不同。",
    "Keep this page where the keepers of the database cannot get at it. It is compared later with what gongbao audit "
    "verify says: whatever is changed, removed, inserted or moved within this number of entries makes another hash.",
)
_HANDED_OVER = Label("移交人", "handed over by")
_RECEIVED = Label("接收人", "received by")
_GROUP = 8  # signs of a hash that an eye takes in at once


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Lines for a person; hashes in groups, so that they can be compared by eye."""
    lines = [f"{_TITLE.zh} / {_TITLE.en}", ""]
    for label, value in _rows(checkpoint):
        lines += [label, f"    {value}"]
    return "\n".join([*lines, "", _WHY.zh, _WHY.en, ""])


def checkpoint_pdf(checkpoint: Checkpoint) -> bytes:
    """One page, A4. The same checkpoint gives the same bytes."""
    return pdf_of(
        Paper(
            title=f"{_TITLE.zh} {_TITLE.en}",
            language="zh",
            day=checkpoint.day,
            blocks=(
                Line(_TITLE.zh, size=20, face="title", align="center", after=4),
                Line(_TITLE.en, size=12, align="center", after=14),
                listed(("", ""), _rows(checkpoint), shares=(2, 5), size=10.5),
                Line(_WHY.zh, before=14, after=4),
                Line(_WHY.en, after=10),
                Blanks(tuple(f"{one.zh} / {one.en}" for one in (_HANDED_OVER, _RECEIVED))),
            ),
        )
    )


def _rows(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    values = {
        "site": checkpoint.site,
        "count": str(checkpoint.count),
        "hash": _grouped(checkpoint.hash),
        "at": f"{moment_in_words(datetime.fromisoformat(checkpoint.at), 'zh')}（{checkpoint.at}）",
        "public_key": _grouped(checkpoint.public_key),
        "signature": _grouped(checkpoint.signature),
    }
    return [(f"{label.zh} / {label.en}", values[name]) for name, label in _TEXTS.items()]


def _grouped(value: str) -> str:
    return " ".join(value[start : start + _GROUP] for start in range(0, len(value), _GROUP))

"""Who is told what a draw waits for. Registrants are not written to by name: the log tells who gets a message, and who
registered is not public yet (第三十八条第（二）项). So every agency under the service hears that proofs can be had."""

from datetime import datetime

from gongbao.office.outbox.actions import ToPost
from gongbao.office.people.roles import Role
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.draw.models import Draw
from gongbao.systems.intermediary_market.purchases.notices import accounts_of, tell, tell_agencies
from gongbao.systems.intermediary_market.sealing.queries import custodians, sealing_of


def _tell_party(draw: Draw, party: Party, zh: str, en: str, at: datetime) -> None:
    if party == Party.OPERATOR:
        tell(ToPost(draw.purchase.case.unit, Role.CLERK), draw.purchase, zh, en, at, "draw")
        return
    for account in accounts_of(draw.purchase.owner, at):
        tell(account, draw.purchase, zh, en, at, "draw")


def list_fixed(draw: Draw, at: datetime) -> None:
    """Both parties are to open their shares; who stands in the list gets its proof on the page of the draw."""
    committed = set(draw.shares.values_list("party", flat=True))
    for party in (Party.OWNER, Party.OPERATOR):
        if party in committed:
            zh, en = "抽取名单已确定，请打开本方随机数", "the list of the draw is fixed; open your share"
        else:
            zh, en = "抽取名单已确定，请提交本方随机数承诺", "the list of the draw is fixed; commit to your share"
        _tell_party(draw, party, zh, en, at)
    tell_agencies(
        draw.purchase, "抽取名单已确定，在名单内的机构可下载本机构的证明",
        "the list of the draw is fixed; who stands in it can fetch its proof", at, "draw",
    )  # fmt: skip


def share_open(draw: Draw, at: datetime) -> None:
    """After a share was opened: the other party is awaited, and its custodians, should it not open; or the value is."""
    if draw.closed_at:
        zh, en = "随机数已全部打开，请录入公告载明的公开数值", "all shares are open; enter the public value"
        _tell_party(draw, Party.OPERATOR, zh, en, at)
        # While no public value is there yet: a share that is missing can still be complained of.
        tell_agencies(
            draw.purchase, "随机数已全部打开，在名单内的机构可下载新的证明，核对本机构的随机数是否计入",
            "all shares are open; who stands in the list can fetch its proof anew and see whether its share counts", at,
            "draw",
        )  # fmt: skip
        return
    for one in draw.shares.filter(share=""):
        _tell_party(
            draw, Party(one.party), "对方随机数已打开，请打开本方随机数", "the other share is open; open yours", at
        )
    for key in custodians(sealing_of(draw.purchase.uuid)):
        tell(
            key.account, draw.purchase, "一方随机数尚未打开，逾期不打开的由保管人打开",
            "a share of the draw is not open yet; if its party does not open it, the custodians do", at, "draw",
        )  # fmt: skip


def begun_again(draw: Draw, at: datetime) -> None:
    """A draw was set aside: both parties commit anew."""
    for party in (Party.OWNER, Party.OPERATOR):
        _tell_party(draw, party, "抽取已作废并重新开始，请重新提交随机数承诺", "the draw begins again; commit anew", at)

"""Purchases that show the market: invented, in the imaginary city of the sample, one or more at each state.

For a site on this machine alone; see gongbao.site.server.open_demo_accounts. Nothing is made where there is a purchase
already. The keys of the agencies are drawn here, used for the past, and forgotten: whoever plays on makes their own, in
a browser. Those of the custodians are kept in files (sealing/demo.py), so that what is sealed can be opened.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

from gongbao.core.working_days import CHINA
from gongbao.office import kept
from gongbao.office.audit.actors import KEEPER, Actor, ActorKind
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actors import Acting
from gongbao.office.people.acting import actor_of
from gongbao.office.people.actions import DEMO_ACCOUNTS, give_post
from gongbao.office.people.models import Account, Unit
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.competence import county_of, operator_unit
from gongbao.systems.intermediary_market.draw import actions as draws
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.interpretation.actions import choose_reading
from gongbao.systems.intermediary_market.organisations.actions import register_signing_key
from gongbao.systems.intermediary_market.organisations.demo import COUNTY_DESK
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases import actions, procedure, queries, terms
from gongbao.systems.intermediary_market.purchases.models import Purchase, Way
from gongbao.systems.intermediary_market.sealing import actions as sealing
from gongbao.systems.intermediary_market.sealing import demo as files
from gongbao.systems.intermediary_market.sealing import envelopes
from gongbao.systems.intermediary_market.sealing import queries as sealed_queries
from gongbao.systems.intermediary_market.sealing.envelopes import Part

CUSTODIANS = ("demo-custodian", "demo-custodian-2", "demo-county-custodian", "demo-county-custodian-2")
_LIMIT, _SOURCE = "1000000", "云澜市集中采购目录及采购限额标准（演示）"


@dataclass(frozen=True, slots=True)
class _Purchase:
    """An invented purchase, handed in so many working days before today, and played up to a state.

    `bids` are agencies, by number, with what they ask in yuan; `end` is the step that ends it, with what is given.
    """

    ago: int
    to: str
    name: str
    item: str = "ZJ-02"
    owner: int = 0
    way: str = "lowest_price"
    bids: tuple[tuple[int, str], ...] = ((0, "42000"), (3, "39800"))
    end: tuple[str, Mapping[str, Any]] = ("", {})
    more: Mapping[str, str] = field(default_factory=dict)
    follows: str = ""


_OUTAGE = {"outage": "network", "outage_note": "机房光缆被挖断，平台中断服务。"}
_PURCHASES = (
    # Notices of award, the oldest first: what became of their contracts is played by contracts/demo.py.
    _Purchase(48, "awarded", "教师周转房造价咨询"),
    _Purchase(44, "awarded", "体育馆修缮工程造价咨询"),
    _Purchase(43, "awarded", "食堂改造节能报告编制", "FG-01", bids=((0, "26000"), (3, "24500"))),
    _Purchase(36, "awarded", "实训楼工程造价咨询", way="random_draw"),
    _Purchase(34, "awarded", "园区管网工程造价咨询", owner=1, way="best_value",
              more={"criteria": "服务方案 60\n报价 40"}),
    _Purchase(32, "awarded", "厂房扩建节能报告编制", "FG-01", owner=2, way="direct", bids=((3, "18000"), (0, "17500"))),
    _Purchase(30, "awarded", "操场翻新工程造价咨询", bids=((4, "9800"),)),
    _Purchase(29, "awarded", "厂区围墙工程造价咨询", owner=2),
    _Purchase(28, "awarded", "园区道路测绘", "ZR-01", owner=1, bids=((1, "33000"),)),
    _Purchase(27, "awarded", "园区公厕工程造价咨询", owner=1),
    _Purchase(24, "awarded", "宿舍楼施工图审查", "ZJ-01", bids=((4, "21000"),)),
    _Purchase(16, "awarded", "图书馆工程造价咨询"),
    # Under way.
    _Purchase(0, "reviewing", "校门改造工程造价咨询"),
    _Purchase(1, "reviewing", "园区绿化工程造价咨询", owner=1,
              more={"requirements": "须在本市设有分公司，注册资本不少于五百万元"}),
    _Purchase(3, "to_correct", "锅炉房改造节能报告编制", "FG-01"),
    _Purchase(1, "open", "实验楼工程造价咨询", bids=()),
    _Purchase(2, "open", "园区环境影响报告表编制", "ST-01", owner=1, way="best_value", bids=((5, "56000"),),
              more={"criteria": "服务方案 50\n人员配备 20\n报价 30"}),
    _Purchase(3, "open", "仓库改造工程造价咨询", owner=2, way="random_draw", bids=()),
    _Purchase(3, "interrupted", "教学楼加固工程造价咨询", bids=(), end=("declare_outage", _OUTAGE)),
    _Purchase(7, "registered", "园区供热节能报告编制", "FG-01", owner=1, more={"selection_days": "10"}),
    # One of those who registered is not under the service, and cannot be admitted.
    _Purchase(8, "checking", "运动场照明工程造价咨询", bids=((0, "42000"), (3, "39800"), (2, "35000")),
              more={"selection_days": "12"}),
    # The offers of the first wait for their time, those of the second for the custodians.
    _Purchase(8, "checked", "档案室改造工程造价咨询", more={"selection_days": "12"}),
    _Purchase(7, "checked", "校史馆布展工程造价咨询"),
    _Purchase(9, "selecting", "厂区雨污分流工程造价咨询", owner=2, way="best_value",
              more={"criteria": "服务方案 60\n报价 40"}),
    _Purchase(9, "drawing", "园区消防工程造价咨询", owner=1, way="random_draw"),
    _Purchase(9, "selected", "报告厅装修工程造价咨询"),
    _Purchase(10, "confirmed", "校园围墙工程造价咨询"),
    _Purchase(11, "unpublished", "园区监控工程造价咨询", owner=1),
    _Purchase(10, "announced", "厨房设备用房造价咨询"),
    _Purchase(13, "suspended", "园区停车楼造价咨询", owner=1, end=(
        "suspend_award", {"suspended_for": "supervision", "ordered_by": "云澜市财政局",
                          "order_number": "暂停采购活动通知书 演示第1号",
                          "suspension_reason": "对中选机构资质提出异议，需要核实。"})),
    # Of a county, at its own desk.
    _Purchase(0, "reviewing", "操场排水改造工程造价咨询", owner=3),
    _Purchase(2, "open", "教室照明改造工程造价咨询", owner=3),
    _Purchase(9, "selected", "食堂扩建工程造价咨询", owner=3),
    # Ended.
    _Purchase(12, "declined", "涉密机房测评", bids=(), end=(
        "decline_purchase", {"ground": "secrecy", "reason": "采购内容涉及国家安全秘密，应另行采购。"})),
    _Purchase(14, "withdrawn", "风雨操场工程造价咨询", bids=()),
    _Purchase(21, "outside", "水泵房抢修工程造价咨询", bids=(), end=("declare_outage", _OUTAGE)),
    _Purchase(20, "rerun", "连廊工程造价咨询", bids=(), end=("declare_outage", _OUTAGE)),
    _Purchase(22, "abandoned", "园区展厅工程造价咨询", owner=1),
    _Purchase(26, "annulled", "综合楼工程造价咨询", end=("annul", {
        "annulled_for": "kinship", "findings": "经核实，中选机构实际控制人与项目负责人为近姻亲。",
        "annulled_because": "应当回避而未回避，选取结果不应维持。"})),
    _Purchase(33, "failed", "地下管线探测", "ZR-01", bids=()),
    _Purchase(22, "failed", "地下管线探测", "ZR-01", bids=(), follows="地下管线探测"),
    _Purchase(10, "negotiated", "地下管线探测", "ZR-01", follows="地下管线探测"),
    # Chosen without a notice, on the days on which 第十八条第一款 was read so.
    _Purchase(20, "failed", "车棚改造工程造价咨询", bids=()),
    _Purchase(9, "chosen", "车棚改造工程造价咨询", follows="车棚改造工程造价咨询"),
)  # fmt: skip


def open_demo(now: datetime) -> int:
    """Make the purchases, in the names of the demo accounts: how many there are new."""
    if Purchase.objects.exists() or not Organisation.objects.filter(is_owner=True).exists():
        return 0
    play = _Play(now)
    # In one transaction: quicker, and whoever ends the program meanwhile has all of them at the next start.
    with kept.action("market.demo"):
        play.prepare()
        made = [one for one in _PURCHASES if play.purchase(one)]
        play.end()
    return len(made)


class _Play:
    """What plays the purchases: the accounts, the keys, and the time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.owners = list(Organisation.objects.filter(is_owner=True).order_by("pk"))
        self.agencies = list(Organisation.objects.filter(is_agency=True).order_by("pk"))
        self.rsa = {name: RSAKey.generate_key(envelopes.SMALLEST_KEY) for name in CUSTODIANS}
        self.signing: dict[str, ECKey] = {}
        self.shares: dict[tuple[Purchase, Party], str] = {}
        self.made: dict[str, Purchase] = {}
        self.operator = operator_unit()

    # --- before and after

    def prepare(self) -> None:
        since = self.day(60)
        year = self.now.astimezone(SHANGHAI).year
        for one in {year, self.day(60).year}:
            actions.enter_limit(one, _LIMIT, _SOURCE, account=None, actor=KEEPER, at=since)
        for option, entered, holds in (("without_notice", 15, 10), ("among_registrants", 9, 8)):
            choose_reading(
                "direct_choice", option, self.day(holds).astimezone(SHANGHAI).date(), "云澜市政务函〔演示〕1号",
                account=None, actor=KEEPER, at=self.day(entered),
            )  # fmt: skip
        for name in CUSTODIANS:
            self.appoint(name, since)
        for agency in self.agencies:
            self.signing[agency.uscc] = ECKey.generate_key("P-256")
            jwk = self.signing[agency.uscc].as_dict(private=False)
            register_signing_key(agency, jwk, actor=KEEPER, at=max(since, agency.entered_at))

    def appoint(self, name: str, since: datetime) -> None:
        """A custodian held the post already when the key was made; the demo's own accounts hold theirs since today."""
        account, post = Account.objects.get(username=name), DEMO_ACCOUNTS[name][1]
        assert post is not None
        unit, first = Unit.objects.get(key=post[0]), since.astimezone(SHANGHAI).date()
        yesterday = self.now.astimezone(SHANGHAI).date() - timedelta(days=1)
        give_post(account, unit.key, post[1], since=first, until=yesterday, actor=KEEPER, at=since)
        key = sealing.register_custodian_key(
            account, unit, self.rsa[name].as_dict(private=False), actor=actor_of(account), at=since
        )
        county = county_of(unit)
        head = self.acting("demo-operator-head") if county is None else self.acting("demo-county-head")
        assert head.account is not None
        sealing.appoint_custodian(key.uuid, by=head.account, county=county, actor=head.actor, at=since)

    def end(self) -> None:
        """What is needed to go on: the custodians' key files, and the shares of draws that are not held yet."""
        kept = {f"{name}.jwe": files.key_file(key) for name, key in self.rsa.items()}
        for (made, party), share in self.shares.items():
            content = {"purchase": str(made.uuid), "party": str(party), "share": share}
            kept[f"share-{made.case.receipt}-{party}.json"] = json.dumps(content, indent=2)
        files.keep(kept)

    # --- time and people

    def day(self, ago: int, hour: int = 9) -> datetime:
        """So many working days ago, in the morning; never after now."""
        day = self.now.astimezone(SHANGHAI).date()
        while ago > 0 or not CHINA.is_working_day(day):
            day -= timedelta(days=1)
            ago -= CHINA.is_working_day(day)
        return min(datetime.combine(day, time(hour, 30), SHANGHAI), self.now)

    def after(self, moment: datetime, days: int, hour: int = 9) -> datetime:
        day = CHINA.add(moment.astimezone(SHANGHAI).date(), days)
        return min(datetime.combine(day, time(hour), SHANGHAI), self.now)

    def acting(self, name: str = "demo-operator") -> Acting:
        """The clerk of an operator, or its head; they did their work before they got their posts, today."""
        account = Account.objects.get(username=name)
        role = procedure.operator_head if name.endswith("-head") else procedure.operator
        unit = COUNTY_DESK if name.startswith("demo-county") else self.operator.key
        actor = Actor(ActorKind.ACCOUNT, str(account.public_id), role.post, unit)
        return Acting(role, actor, account, unit_key=unit)

    def clerk_of(self, made: Purchase) -> Acting:
        """The clerk of the unit that runs the purchase."""
        return self.acting("demo-operator" if made.case.unit == self.operator else "demo-county")

    def account(self, organisation: Organisation) -> Account:
        return organisation.members.order_by("pk")[0].account

    # --- one purchase

    def purchase(self, one: _Purchase) -> bool:
        """Whether it could be made: its service may not be there."""
        item = ServiceItem.objects.filter(code=one.item).first()
        if item is None:
            return False
        owner, handed_in = self.owners[one.owner], self.day(one.ago)
        account = self.account(owner)
        previous = again(self.made[one.follows]) if one.follows else None
        if one.to in ("negotiated", "chosen"):
            assert previous is not None
            if one.to == "negotiated":
                made = actions.negotiate(
                    previous, self.agencies[1], "30000", "no", "两次公告均无机构报名，与其议定。", account=account,
                    at=handed_in,
                )  # fmt: skip
            else:
                made = actions.choose_directly(
                    owner, item, self.terms(one, owner, handed_in), self.agencies[3], "38000", "no",
                    "首次公告无机构报名，该机构承担过同类项目。", account=account, at=handed_in, previous=previous,
                    uploads=_annexes(one),
                )  # fmt: skip
            self.desk(made, "publish_award", self.after(handed_in, 1))
            return True
        given = self.terms(one, owner, handed_in)
        made = actions.submit(
            owner, item, given, account=account, at=handed_in, previous=previous, uploads=_annexes(one)
        )
        self.made[one.name] = made
        self.up_to_notice(one, again(made), handed_in, account)
        return True

    def terms(self, one: _Purchase, owner: Organisation, at: datetime) -> dict[str, str]:
        public = owner.kind in terms.PUBLIC_BODIES
        return {
            **terms.DEFAULTS,
            "project_name": one.name,
            "work": f"{one.name}，按现行标准编制，提交纸质和电子成果。",
            "service_time": "合同签订后二十个工作日",
            "budget": "60000",
            "fund": "public" if public else "private",
            "budget_year": str(at.astimezone(SHANGHAI).year),
            "excluded": "none",
            "subject": "建设内容和规模见附件，现场可踏勘。",
            "way": one.way,
            "selection_days": "1",
            "contact_name": "商陆",
            "contact_telephone": "0999-5500012",
            **one.more,
        }

    def up_to_notice(self, one: _Purchase, made: Purchase, at: datetime, account: Account) -> None:
        if one.to == "reviewing":
            return
        if one.to == "to_correct":
            self.desk(made, "ask_corrections", self.after(at, 1), corrections="补充锅炉台数和容量\n补充现状能耗")
            return
        if one.to == "declined":
            self.signed(made, one.end[0], self.after(at, 1), one.end[1])
            return
        published = min(at + timedelta(hours=2), self.now)
        actions.publish(made, acting=self.clerk_of(made), at=published, seen=seen(made))
        made = again(made)
        if one.end[0] == "declare_outage":
            when = self.after(at, 2, 14)
            self.desk(made, "declare_outage", when, **one.end[1], outage_since=self.after(at, 2, 8))
            if one.to == "rerun":
                self.owner(made, "choose_rerun", self.after(at, 3))
            elif one.to == "outside":
                self.owner(made, "choose_outside", self.after(at, 3), outside_agency="云岭造价事务所",
                           outside_price="30000", outside_reason="询价三家后选定。")  # fmt: skip
            return
        if one.to == "withdrawn":
            self.owner(made, "withdraw_purchase", self.after(at, 3), reason="项目暂缓实施。")
            return
        if one.way == Way.RANDOM_DRAW:
            self.commit(made, published)
        self.seal(made, one)
        if one.to == "open":
            return
        self.up_to_result(one, made)

    def seal(self, made: Purchase, one: _Purchase) -> None:
        assert made.registration_ends_at is not None
        current = queries.published_terms(made)
        assert current is not None
        when = min(made.registration_ends_at - timedelta(hours=9), self.now)
        for number, price in one.bids:
            agency = self.agencies[number]
            key, purchase = self.signing[agency.uscc], str(made.uuid)
            offer = envelopes.signed(
                {"part": "offer", "purchase": purchase, "agency": agency.uscc, "price": price,
                 "proposal": "配备项目负责人一名、专业人员三名，按期交付。", "draw_share": ""}, key,
            )  # fmt: skip
            registration = envelopes.signed(
                {"part": "registration", "purchase": purchase, "terms": current.number, "agency": agency.uscc,
                 "name": agency.name, "qualification": "", "promise": True, "no_conflict": True, "kinship": False,
                 "commitment": "", "offer": envelopes.digest_of_offer(offer), "sealed_at": when.isoformat()}, key,
            )  # fmt: skip
            envelope = {
                "registration": self.sealed(made, registration, Part.REGISTRATION),
                "offer": self.sealed(made, offer, Part.OFFER),
                "withdrawal": sha256(token_hex(16).encode()).hexdigest(),
            }
            sealing.hand_in(made.uuid, envelope, at=when)

    def sealed(self, made: Purchase, text: str, part: Part) -> str:
        of = sealed_queries.sealing_of(made.uuid)
        return envelopes.seal(text, part, str(made.uuid), *sealed_queries.public_keys(of))

    def open(self, made: Purchase, part: Part, at: datetime) -> Purchase:
        """Both custodians open their layers, as their browsers do."""
        of = sealed_queries.sealing_of(made.uuid)
        for key in (of.first, of.second):
            of = sealed_queries.sealing_of(made.uuid)
            private = self.rsa[key.account.username]
            keys = {
                digest: _content_key(text, private) for digest, text in sealed_queries.to_open(of, part, key).items()
            }
            sealing.open_layer(made.uuid, part, keys, account=key.account, actor=actor_of(key.account), at=at)
        return again(made)

    def up_to_result(self, one: _Purchase, made: Purchase) -> None:
        ends, selection = made.registration_ends_at, made.selection_at
        assert ends is not None and selection is not None
        cases.tended(made.case.uuid, ends)
        sealing.fix(sealed_queries.sealing_of(made.uuid), at=min(ends + sealing.GRACE, self.now))
        made = again(made)
        if one.to == "registered":
            return
        morning = self.after(ends - timedelta(minutes=1), 1, 9)
        made = self.open(made, Part.REGISTRATION, morning)
        if one.to == "checking":
            return
        account = self.account(made.owner)
        for registration in made.registrations.filter(standing=True).order_by("envelope"):
            actions.judge(registration, True, "营业执照、资质和人员证明齐全。", account=account, at=morning)
        actions.finish_check(made, account=account, at=morning, seen=seen(made))
        made = again(made)
        if one.to in ("checked", "failed"):
            return
        made = self.open(made, Part.OFFER, selection)
        if one.to == "selecting":
            return
        self.select(one, made, selection + timedelta(minutes=30))

    def select(self, one: _Purchase, made: Purchase, at: datetime) -> None:
        account = self.account(made.owner)
        found = queries.by_envelope(made)
        for place, registration in enumerate(found):
            if one.way == Way.BEST_VALUE:
                points = {"服务方案": str(80 + 5 * place), "报价": str(90 - 3 * place)}
                actions.mark(registration, points, account=account, at=at)
        direct = {"chosen": found[0], "reason": "类似项目经验较多，人员到位。"} if one.way == Way.DIRECT else {}
        actions.settle(made, acting=actions.as_owner(account), at=at, seen=seen(made), **direct)  # type: ignore[arg-type]
        made = again(made)
        if one.to == "drawing":
            return
        if made.case.state == procedure.drawing.key:
            self.draw(made, at)
            made = again(made)
        if one.to == "selected":
            return
        made = self.owner(made, "confirm", min(at + timedelta(hours=4), self.now))
        if one.to == "confirmed":
            return
        if one.to == "unpublished":
            until = CHINA.add(self.now.astimezone(SHANGHAI).date(), 10)
            self.owner(made, "hold_back", min(at + timedelta(hours=5), self.now), unpublished_until=until,
                       unpublished_ground="所涉地块尚在征收协商，提前公开影响公共利益。")  # fmt: skip
            return
        made = self.desk(made, "publish_award", self.after(at, 1))
        self.end_of(one, made, self.after(at, 1))

    def end_of(self, one: _Purchase, made: Purchase, announced: datetime) -> None:
        if one.to == "abandoned":
            assert made.selected is not None
            agency = actions.as_agency(self.account(made.selected.organisation))
            actions.give_back(made, "项目负责人离职，无法按期履约。", acting=agency, at=self.after(announced, 2))
        if one.to in ("awarded", "annulled"):
            self.desk(made, "issue_award", self.after(announced, 6))
        if one.end[0]:
            self.signed(made, one.end[0], self.after(announced, 8 if one.to == "annulled" else 2), one.end[1])

    # --- the draw

    def commit(self, made: Purchase, at: datetime) -> None:
        """The shares of owner and operator, sealed to the custodians too."""
        for party, actor in self.parties(made):
            share = self.shares[made, party] = token_hex(32)
            commitment = arithmetic.commitment(str(made.uuid), party, share)
            text = json.dumps({"party": str(party), "share": share})
            draws.commit(made, party, commitment, self.sealed(made, text, Part.SHARE), at=at, actor=actor)

    def parties(self, made: Purchase) -> tuple[tuple[Party, Actor], ...]:
        owner = actor_of(self.account(made.owner))
        return (Party.OWNER, owner), (Party.OPERATOR, self.acting().actor)

    def draw(self, made: Purchase, at: datetime) -> None:
        for party, actor in self.parties(made):
            draws.reveal(made, party, self.shares.pop((made, party)), at=at, actor=actor)
        later = at + timedelta(hours=2)
        operator = self.acting().actor
        draws.set_public_value(
            made,
            "红球03 08 14 21 27 30 蓝球11",
            "演示：虚构的开奖公告",
            later - timedelta(minutes=5),
            at=later,
            actor=operator,
        )
        draws.run(made, at=later, actor=operator)

    # --- steps

    def desk(self, made: Purchase, step: str, at: datetime, **given: Any) -> Purchase:
        actions.operator_step(made, step, given, acting=self.clerk_of(made), at=at, seen=seen(made))
        return again(made)

    def owner(self, made: Purchase, step: str, at: datetime, **given: Any) -> Purchase:
        actions.owner_step(made, step, given, account=self.account(made.owner), at=at, seen=seen(made))
        return again(made)

    def signed(self, made: Purchase, step: str, at: datetime, given: Mapping[str, Any]) -> None:
        proposal = cases.propose(made.case.uuid, step, given, acting=self.acting(), at=at, seen=seen(made))
        head = self.acting("demo-operator-head")
        assert head.account is not None
        cases.give_opinion(
            proposal.uuid, acting_role=head.role.key, unit_key=self.operator.key, verdict=Verdict.SIGNED,
            words="同意。", actor=head.actor, account=head.account, for_account=None, at=at,
        )  # fmt: skip


def _annexes(one: _Purchase) -> list[cases.Upload]:
    text = f"{one.name}（演示）\n建设规模、结构形式和工作内容一览。\n"
    return [cases.Upload(procedure.ANNEXES.key, "规模和参数.txt", text.encode())]


def again(made: Purchase) -> Purchase:
    """The purchase as it stands now."""
    found = queries.purchase(made.uuid)
    assert found is not None
    return found


def seen(made: Purchase) -> int:
    made.case.refresh_from_db()
    return made.case.events_count


def _content_key(text: str, key: RSAKey) -> str:
    """The key of a sealed part, as its custodian's browser unwraps it."""
    wrapped = envelopes._decoded(text.split(".")[1])
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    private = key.private_key
    assert private is not None
    return envelopes._encoded(private.decrypt(wrapped, oaep))

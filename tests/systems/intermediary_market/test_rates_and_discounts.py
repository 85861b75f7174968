"""Whole selections by the lowest price where agencies ask a rate, or give a discount: from the notice to the contract.

A rate and a discount are in per cent. The lower rate and the higher discount are before; equals are drawn among. What
is bought then has a sum in yuan only in its contract, which the procurement limit is asked about (第三条第二款).
"""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from docx import Document

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.cases import papers
from gongbao.office.cases.actions import Upload
from gongbao.office.cases.actors import Acting
from gongbao.office.cases.queries import letters_of, situation_of
from gongbao.office.people.acting import actor_of
from gongbao.systems.intermediary_market.contracts import actions as contracts
from gongbao.systems.intermediary_market.contracts import procedure as of_contracts
from gongbao.systems.intermediary_market.draw import actions as draws
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw import queries as drawn
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.publication import ocds
from gongbao.systems.intermediary_market.publication import queries as publication
from gongbao.systems.intermediary_market.purchases import limit, queries
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.systems.intermediary_market.awarded import SIGNING
from tests.systems.intermediary_market.buying import ENDS, SELECTION, Market, again, at, buying_market
from tests.systems.intermediary_market.custodians import seal_part
from tests.systems.intermediary_market.test_purchase_pages import on, page, signed_in

pytestmark = pytest.mark.one_database

KINDS = [
    # what is asked, by whom it is won, and how that is told
    ("rate", ("1.2", "0.85", "3"), 1, "费率0.85%", "rate of 0.85%"),
    ("discount", ("20", "35.5", "5"), 1, "下浮率35.5%", "discount of 35.5%"),
]


@pytest.fixture
def market(db: None) -> Market:
    return buying_market()


def selected(market: Market, kind: str, asked: Sequence[str]) -> Purchase:
    numbers = range(len(asked))
    return market.settle(market.selecting(numbers, asked, price_kind=kind))


def letter(made: Purchase, key: str, language: str) -> str:
    """The words of a letter, as its Word file has them."""
    situation = situation_of(made.case)
    shown = next(one for one in letters_of(made.case, situation) if one.letter.key == key)
    content = papers.LETTERS["docx"](papers.letter_of(made.case, situation, shown, language))
    return "\n".join(one.text for one in Document(BytesIO(content)).paragraphs)


@pytest.mark.parametrize(("kind", "asked", "first", "zh", "en"), KINDS)
def test_from_the_notice_to_the_contract(
    market: Market, monkeypatch: pytest.MonkeyPatch, kind: str, asked: Sequence[str], first: int, zh: str, en: str
) -> None:
    made = selected(market, kind, asked)
    assert made.selected is not None and made.selected.organisation == market.parties.agencies[first]
    assert [queries.usable(one) for one in queries.by_envelope(made)] == [True] * 3  # the budget bounds no per cent
    on(monkeypatch, SELECTION.isoformat())
    client = signed_in(market.account)
    assert zh in page(client, "owner_purchase", made.uuid)
    made = market.desk(market.owner_step(made, "confirm"), "publish_award")
    text = page(Client(), "notice", made.uuid)
    assert text.count(zh) >= 2  # the award, and the list of who registered
    assert all(queries.price_in_words(one) in text for one in queries.by_envelope(made))
    english = Client().get(f"/market/notices/{made.uuid}/", headers={"accept-language": "en"}).content.decode()
    assert en in english and zh not in english
    assert zh in letter(made, "award_notice", "zh-hans") and en in letter(made, "award_notice", "en")
    told = publication.selection(made.uuid)
    assert told is not None and told.award is not None
    assert "value" not in ocds._award(told, told.award)  # it is no sum of money
    assert limit.spent(market.owner, 2026)[0]["amount"] == "80000.00"  # the budget, until a contract has a sum

    made = market.desk(made, "issue_award", at("2026-03-19 09:00"))
    assert zh in letter(made, "notice_of_award", "zh-hans")
    contract = made.contracts.get()
    account = market.parties.account_of(market.parties.agencies[first])
    acting = Acting(of_contracts.contract.roles["agency"], actor_of(account), account)
    when = at("2026-03-20 10:00")
    given = {**SIGNING, "signed_on": when.date(), "deliver_by": "2026-04-30"}

    def sign(amount: str) -> None:
        contract.case.refresh_from_db()
        contracts.take(
            contract.uuid, "contract_sign", given | {"amount": amount}, acting=acting, at=when,
            seen=contract.case.events_count, uploads=[Upload("contract_files", "合同.pdf", b"%PDF-1.4 invented")],
        )  # fmt: skip

    with pytest.raises(GongbaoError, match=r"procurement limit is 300,000\.00"):
        sign("300000.01")
    sign("71000")
    assert again(made).case.state == "concluded"
    assert limit.spent(market.owner, 2026)[0]["amount"] == "71000.00"


@pytest.mark.parametrize(("kind", "asked"), [("rate", ("1.2", "1.20", "3")), ("discount", ("35", "35.00", "5"))])
def test_equals_are_drawn_among_and_the_draw_can_be_checked(market: Market, kind: str, asked: Sequence[str]) -> None:
    made = selected(market, kind, asked)
    assert made.case.state == "drawing"
    draw = drawn.current(made)
    assert draw is not None
    equals = {one.registration.organisation for one in draw.entries.select_related("registration__organisation")}
    assert equals == set(market.parties.agencies[:2])
    shares = {Party.OWNER: "0a" * 32, Party.OPERATOR: "0b" * 32}
    for party, share in shares.items():
        committed = arithmetic.commitment(str(made.uuid), party, share)
        text = seal_part(made.sealing, f'{{"part": "share", "share": "{share}"}}', "share")  # type: ignore[arg-type]
        draws.commit(made, party, committed, text, at=SELECTION, actor=KEEPER)
    for party, share in shares.items():
        draws.reveal(made, party, share, at=SELECTION + timedelta(hours=1), actor=KEEPER)
    later = SELECTION + timedelta(hours=12)
    draws.set_public_value(made, "03 07 12", "第2026030期公告", later, at=later, actor=KEEPER)
    draws.run(made, at=later, actor=KEEPER)
    made = again(made)
    assert made.case.state == "selected" and made.selected is not None
    assert made.selected.organisation in equals
    made = market.desk(market.owner_step(made, "confirm", later), "publish_award", later)
    shown = drawn.shown(made)[0]
    assert shown.file is not None and shown.holds and shown.drawn[0][0] == made.selected.organisation.uscc


@pytest.mark.parametrize("kind", ["rate", "discount"])
def test_an_offer_of_another_kind_is_none(market: Market, kind: str) -> None:
    made = market.published(price_kind=kind)
    market.register(made, [0], ["2"])
    market.register(made, [1], ["1"])
    made = market.open(market.checked(market.open(market.close(made), Part.REGISTRATION, ENDS)), Part.OFFER, SELECTION)
    other = Registration.objects.get(organisation=market.parties.agencies[1])
    with recorded("tests.other_kind", actor=KEEPER, ground=OUR_RULE, at=SELECTION) as record:
        other.offer = {"price": "1"}
        other.save()
        record(made.subject)
    made = market.settle(made)
    assert made.selected is not None and made.selected.organisation == market.parties.agencies[0]

"""What the office is told of the cases of purchases."""

from importlib.resources import files

from django.urls import NoReverseMatch, reverse

from gongbao.core.labels import Label
from gongbao.office.cases.models import Case
from gongbao.office.cases.types import CaseType
from gongbao.procedures import Situation
from gongbao.systems.intermediary_market.purchases.actions import follows
from gongbao.systems.intermediary_market.purchases.notices import reminds
from gongbao.systems.intermediary_market.purchases.procedure import (
    OWN_STEPS,
    begin_draw,
    close_registration,
    conclude_purchase,
    draw,
    finish_check,
    open_names,
    open_shares,
    purchase,
    select,
)
from gongbao.systems.intermediary_market.purchases.suspension import refuses
from gongbao.systems.intermediary_market.retention import files_kept_until


def _summary(situation: Situation) -> Label:
    name = str(situation.values.get("project_name", ""))
    return Label(name, name) if name else purchase.label


def _page(case: Case) -> str:
    try:
        return reverse("market:purchase_at_desk", args=[case.purchase.uuid])
    except (NoReverseMatch, AttributeError):
        return ""


# After these it is the custodians, the owner or the agency that has to do something, and they are told; of a draw the
# operator is told what is its own (draw/notices.py).
NOT_TOLD = frozenset(
    step.key
    for step in (
        close_registration, open_names, finish_check, select, begin_draw, open_shares, draw, conclude_purchase,
    )
)  # fmt: skip

CASE_TYPE = CaseType(
    purchase,
    party_name="owner_name",
    summary=_summary,
    about=lambda situation: str(situation.values.get("owner_name", "")),
    wordings=files("gongbao.systems.intermediary_market.purchases").joinpath("wordings"),
    letter_codes={
        "corrections": "采补",
        "declined_letter": "采不发",
        "award_notice": "中选公",
        "notice_of_award": "中选通",
        "annulment": "采撤",
    },
    # 第二十四条: the award notice is made by its publication. OUR_RULE: the notice of award lies ready on the site for
    # owner and agency from its issue on, who are told so; that is its electronic service.
    served_at_once={"award_notice": "notice", "notice_of_award": "electronic"},
    own_steps=OWN_STEPS,
    refuses=refuses,
    follows=follows,
    reminds=reminds,
    not_told=NOT_TOLD,
    page=_page,
    kept_until=files_kept_until,
)

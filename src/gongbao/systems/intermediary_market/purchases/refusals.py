"""Why something about a purchase was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import refusals
from gongbao.office.sentences import Sentences
from gongbao.systems.intermediary_market.purchases.terms import WrongTerms
from gongbao.systems.intermediary_market.sealing import refusals as sealing

_KNOWN = Sentences(
    (
        _("you do not act for this organisation any more"),
        _("the budget year is one from %(first)s to %(last)s"),
        _("the terms are not changed or corrected where the purchase stands"),
        _(
            "this draft was kept anew, handed in or dropped in the meantime; sent again, what stands here is one of "
            "its own"
        ),
        _("a limit is more than nothing"),
        _("a price is more than nothing"),
        _("this is too long to be kept"),
        _("whoever acts for an agency does not judge it; another of the owner does"),
        _("whoever acts for the owner does not review the form of its notice"),
        _("say whether the words stand"),
        _("the form review points at no such words; load the page again"),
        _(
            "the form review points at words of this notice: say of each why it may stand, or ask for its correction "
            "(%(clause)s)"
        ),
        _("this service is not in the catalogue"),
        _("this form was sent already; open it anew for another purchase"),
        _("the attempt before is not over, or was another owner's"),
        _("another attempt follows that one already"),
        _("the next attempt is for the service of the attempt before (%(clause)s)"),
        _("the next attempt has the project name of the attempt before (%(clause)s)"),
        _("negotiation is for no more than %(most)s yuan, the smallest budget of the notices that failed (%(clause)s)"),
        _(
            "the finance bureau has not entered the procurement limit of %(year)s; until it has, no purchase from "
            "public funds is published (%(clause)s)"
        ),
        _(
            "with this purchase the owner would spend %(total)s yuan in %(year)s; the procurement limit is %(limit)s "
            "yuan (%(clause)s)"
        ),
        _("the price of this service is set by the government, and cannot be competed on (%(clause)s)"),
        _(
            "the price of this service is set by the government, and no criterion gives points for it: %(name)s "
            "(%(clause)s)"
        ),
        _("the price of this service is set by the government, at %(most)s yuan at most (%(clause)s)"),
        _("registration is extended by 1 to %(most)s working days"),
        _("this notice is not published"),
        _("registration was over before the outage: the owner starts again, or selects by itself"),
        _("who has to stand aside can be neither admitted nor rejected"),
        _("this agency was not under the service when registration ended, and cannot be admitted (%(clause)s)"),
        _("admit or reject everyone who registered first"),
        _("points are from 0 to 100, with up to two decimals"),
        _("the owner chooses here"),
        _("this agency was not admitted, or its offer cannot be used"),
        _("choose one of those who registered"),
        _("give points to each offer for each criterion first"),
        _("this agency is not in the market"),
        _("this service is supplied by agreement, under the procurement catalogue (%(clause)s)"),
        _("the price is more than nothing and no more than the budget"),
        _("an owner negotiates for a project from public funds whose last two notices in a row failed"),
        _("a direct choice follows a notice here, as %(clause)s is read today"),
        _("this agency does not stand under the service"),
        _("who has to stand aside cannot be chosen (%(clause)s)"),
        _("nobody is selected here"),
        _("a result is kept back for %(days)s days from its confirmation at most, here until %(last)s (%(clause)s)"),
        _("after the notice of award, the award is given back on the page of its contract"),
        _("nobody is named who runs the market here; tell whoever runs this site"),
    )
)


def in_words(error: GongbaoError) -> str:
    """The error in the language of the page; one that is not known stays as it is."""
    if isinstance(error, WrongTerms):
        return error.label.in_language(get_language() or "")
    return sealing.in_words(_KNOWN.in_words(refusals.told(error)))

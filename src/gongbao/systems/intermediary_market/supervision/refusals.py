"""Why something about prices or credit was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import gettext_lazy as _

from gongbao.core.errors import GongbaoError
from gongbao.office.sentences import Sentences
from gongbao.systems.intermediary_market.organisations import refusals
from gongbao.systems.intermediary_market.ratings import refusals as of_ratings

SENTENCES = (
    _("another body does this in the market"),
    _("something was entered in the meantime; look at it again"),
    _("the last day is before the first"),
    _("choose one of these"),
    _("this is needed"),
    _("a standard of this kind has no figure"),
    _("say what the figure is of"),
    _("say for each of what it is, or per cent of what"),
    _("give it in digits, with up to %(places)s decimals"),
    _("a standard is more than nothing"),
    _("a rate is no more than 100 per cent"),
    _("this contract is another agency's"),
    _("an inspection with this document is recorded already"),
    _("say what was ordered"),
    _("where all is in order nothing is ordered"),
    _("only a violation is proposed as conduct"),
    _("this was proposed as conduct already"),
    _("say when it happened"),
    _("there is a number or address of a person in it; take it out"),
    _("what is not recorded yet is not set aside"),
    _("a punishment with this document is recorded already"),
    _("what is handed over is of days that are over"),
    _("what would be handed over is not what you looked at any more; look at it again"),
    _("the document is in force since %(day)s"),
    _("the credit system takes nothing now; tell whoever runs this site"),
)
_KNOWN = Sentences(SENTENCES)


def told(error: GongbaoError) -> str:
    """The error in the language of the page; one that is not known stays as it is."""
    if (words := _KNOWN.in_words(error.message)) != error.message:
        return words
    if (words := refusals.told(error)) != error.message:
        return words
    return of_ratings.told(error)

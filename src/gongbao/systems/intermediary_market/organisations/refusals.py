"""Why something about those who take part, or about services, was refused, in the language of the page."""

from django.utils.translation import gettext_lazy as _

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import refusals as of_cases
from gongbao.office.people import refusals as of_people
from gongbao.office.sentences import Sentences

_SENTENCES = (
    _("this is no unified social credit code: it has 18 figures and letters, the last of which is a check"),
    _("there is an account of this name already"),
    _("this organisation was taken out of the market; ask the operator"),
    _("this organisation is in the market already; ask one who acts for it"),
    _("this organisation is in the market already"),
    _("nobody waits for this any more"),
    _("this organisation does not buy in the market"),
    _("this is no county or district of this city"),
    _("this owner is a body of the office: its county is that of its unit"),
    _("this organisation was taken out already"),
    _("say why; the organisation is told"),
    _("this is longer than %(number)s characters"),
    _("the organisation needs its name"),
    _("give the identity number of this person too"),
    _("this account is closed"),
    _("whoever holds a post in the office acts for no agency"),
    _("this account acts for the organisation already"),
    _("this account acts for the organisation no more"),
    _("nobody would act for the organisation; name another first"),
    _("this account is invited already"),
    _("an organisation sends %(number)s invitations within %(days)s days"),
    _("this invitation stands no more"),
    _("something about this organisation waits for a second signature already"),
    _("whoever acts for an organisation, or would, neither proposes nor signs this"),
    _("you proposed this yourself; another of the operator signs or returns it"),
    _("this was decided in the meantime; look at it again"),
    _("only who proposed this takes it back"),
    _("the business register has no body of this code"),
    _("the business register has another name for this code"),
    _("the business register says that this body is active no more"),
    _("the business register has another legal representative for this code"),
    _("the business register has another identity number for this legal representative"),
    _("no organisation of this code is in the market"),
    _("name another organisation of the market"),
    _("this is said already"),
    _("this is not said any more"),
    _("the business register cannot be read now; tell whoever runs this site"),
    _("the last day is before the first"),
    _("this qualification is over"),
    _("this was changed in the meantime; look at it again"),
    _("this is needed"),
    _("this service is not offered in the market today"),
    _("the agency stands under this service already"),
    _("the agency stands under this service no more"),
    _("the service asks for a qualification that was not shown"),
    _("this qualification is not held today"),
    _("this is published, and cannot be secret as a whole"),
    _("a secret part begins with [[ and ends with ]]"),
    _("say by which day, from tomorrow on"),
    _("another authority reviews this service"),
    _("a code is of letters, figures, points and hyphens, up to 40"),
    _("what is published is not changed for days that are over"),
    _("this has to be told of a service"),
    _("another authority publishes this service"),
    _("there is a service of this code already"),
    _("this service is offered no more; give another code"),
    _("development and reform does not have this service under government pricing (%(clause)s)"),
    _("development and reform has fixed the price of this service: it is set by the government (%(clause)s)"),
    _("a file has up to %(number)s services"),
    _("this code stands in row %(place)s already"),
    _("name whom you recommend, in up to 100 characters"),
    _("say why, in up to %(number)s characters"),
    _("there is nothing in this workbook"),
    _("the first row lacks %(heads)s"),
    _("this workbook is larger than %(size)s MiB"),
    _("this is no workbook (.xlsx) that can be read"),
)

_KNOWN = Sentences(_SENTENCES)


def told(error: GongbaoError) -> str:
    """An error in the language of the page, without the place where it is."""
    for in_words in (_KNOWN.in_words, of_people.in_words):
        if (words := in_words(error.message)) != error.message:
            return words
    return of_cases.told(error)

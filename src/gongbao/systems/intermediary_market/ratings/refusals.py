"""Why something about ratings or conduct was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import gettext_lazy as _

from gongbao.core.errors import GongbaoError
from gongbao.office.cases import refusals
from gongbao.office.sentences import Sentences

_KNOWN = Sentences(
    (
        _("there is no such contract of yours"),
        _("a service is rated after it was accepted"),
        _("this service was rated already"),
        _("no unit is named that runs the market; tell whoever runs this site"),
        _("there is no such case of yours"),
        _("your unit runs no purchase of this number in which this agency takes part"),
    )
)


def told(error: GongbaoError) -> str:
    """The error in the language of the page; one that is not known stays as it is."""
    return _KNOWN.in_words(refusals.told(error))

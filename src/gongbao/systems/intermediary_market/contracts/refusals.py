"""Why something about a contract was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import gettext_lazy as _

from gongbao.core.errors import GongbaoError
from gongbao.office.sentences import Sentences
from gongbao.systems.intermediary_market.purchases import refusals

_KNOWN = Sentences(
    (
        _("there is no such contract"),
        _("no payment of this contract is overdue"),
        _("this step follows from another by itself"),
    )
)


def in_words(error: GongbaoError) -> str:
    """The error in the language of the page; one that is not known stays as it is."""
    return _KNOWN.in_words(refusals.in_words(error))

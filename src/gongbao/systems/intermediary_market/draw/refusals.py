"""Why something about a draw was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import gettext_lazy as _

from gongbao.office.sentences import Sentences
from gongbao.systems.intermediary_market.sealing import refusals as sealing

_SENTENCES = (
    _("a commitment is 64 hexadecimal digits in small letters"),
    _("a commitment stands already, and cannot be replaced"),
    _("this commitment was used before; make a new share"),
    _("the list of this draw is fixed; another one needs that the draw is set aside"),
    _("nobody is there to draw among"),
    _("a registration of another purchase cannot take part"),
    _("a registration stands in the list twice"),
    _("who is excluded, or was not admitted by the owner, cannot take part"),
    _("the first custodian opens before the second"),
    _("what was sealed is not the share that was committed to; this draw cannot go on, and is set aside"),
    _("this is not the share that was committed to"),
    _("shares are opened once the list is fixed"),
    _("shares are opened once both the owner and the operator have committed to theirs"),
    _("shares are opened once the offers are, as those of the registrants lie in them"),
    _("this is a line of up to %(number)s characters"),
    _("the public value is entered once all shares are open"),
    _("a public value stands already, and cannot be replaced"),
    _("this is no moment; write it like 2026-03-02 15:00"),
    _("this lies in the future"),
    _("a value that was known before the last share was opened does not count; take the next one"),
    _("the notice names a later value"),
    _("nothing can be drawn before the public value is there"),
    _("a reason is needed, of up to %(number)s characters"),
    _("there is no draw in this purchase"),
    _("this purchase is not at its draw"),
    _("this purchase is over"),
    _("the draw was made; its result can be annulled, and is not drawn again"),
    _("the notice, which names the source of the public value, is not published"),
    _("the notice names the algorithm %(name)s, which is not known here"),
    _("this purchase has no custodians yet, to whom a share could be sealed"),
    _("this is not the key of the envelope"),
)

_KNOWN = Sentences(_SENTENCES)


def in_words(sentence: str) -> str:
    """The sentence in the language of the page; one that is not known stays as it is."""
    return _KNOWN.in_words(sealing.in_words(sentence))

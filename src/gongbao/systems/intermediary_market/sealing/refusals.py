"""Why something sealed was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import gettext_lazy as _

from gongbao.office.sentences import Sentences

_SENTENCES = (
    _("this is no public RSA key in the form of a JWK"),
    _("this is a private key: it must never leave the custodian; make a new one"),
    _("this key has %(bits)s bits; it must have %(least)s to %(most)s and the exponent %(exponent)s"),
    _("this key is registered already; make one of your own"),
    _("this is no public key of the curve P-256 (JWK)"),
    _("this is a private key; it stays in the browser that made it"),
    _("this key was given before; make a new one"),
    _("there is no such key, or it was ended"),
    _("nobody appoints themselves: the other person does"),
    _("this key is appointed for another operator; make one for each"),
    _("no notice can be published before two custodians are appointed, who open what is sealed"),
    _("registration for this purchase is not open"),
    _("this is no envelope"),
    _("this was not sealed for this purchase and its custodians"),
    _("this has not the length of a sealed envelope"),
    _("this is no digest of the secret that takes an envelope back"),
    _("no more envelopes are taken for this purchase; tell the operator"),
    _("the envelopes of this purchase were counted meanwhile; this one is not kept"),
    _("there is no envelope of this receipt and secret"),
    _("registration is not over yet"),
    _("registration is not closed yet"),
    _("the selection is interrupted (%(clause)s)"),
    _("it can be opened at the time of the selection"),
    _("the owner has not checked all who registered"),
    _("the first custodian has not opened it yet"),
    _("this was opened already"),
    _("this purchase is over; nothing of it is opened any more"),
    _("these are not the keys of the envelopes that wait; load the page again"),
    _("the key of envelope %(digest)s does not open it; nothing was kept"),
    _("the envelopes are not those that were fixed at the deadline; stop, and have the log verified"),
)

_KNOWN = Sentences(_SENTENCES)


def in_words(sentence: str) -> str:
    """The sentence in the language of the page; one that is not known stays as it is."""
    return _KNOWN.in_words(sentence)

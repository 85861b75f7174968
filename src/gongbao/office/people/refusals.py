"""Why something about people was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import gettext_lazy as _

from gongbao.office.sentences import Sentences

_SENTENCES = (
    _("A key is of small letters and figures, with hyphens between, such as market-supervision."),
    _("a name that begins with %(prefix)s is for accounts that show the program; take another"),
    _("this is the last administrator of the city; give the post to another first"),
    _("a new unit needs a Chinese and an English name and a kind"),
    _("only a city stands below no other unit; name its parent"),
    _("the unit above it, %(unit)s, is closed"),
    _("there is no unit %(unit)s that it could stand below"),
    _("%(unit)s is closed; nothing is put below it"),
    _("%(unit)s below it is still open"),
    _("posts are held in it, or will be; end them first"),
    _("there is a unit of this key already"),
    _("there is no account %(account)s"),
    _("there is an account of this name already"),
    _("the last day, %(until)s, is before the first, %(since)s"),
    _("the unit %(unit)s is closed"),
    _("the account %(account)s is closed"),
    _("%(account)s holds this post already, from %(since)s"),
    _("an auditor holds no other post, and %(account)s is %(role)s of %(unit)s"),
    _("an auditor reads everything; who administers the whole city names them"),
    _("a post does not end in the past; what was done in it was done"),
    _("the post ends on %(until)s already"),
    _("the last day, %(until)s, is over"),
    _("nobody stands in for longer than a year; give the post to another"),
    _("nobody stands in for themselves"),
    _("%(account)s holds no post on these days"),
    _("%(account)s is an auditor and stands in for nobody"),
    _("%(account)s is in no unit of yours; an administrator can name them"),
    _("%(account)s holds no post in this unit or below it"),
    _("somebody stands in already from %(since)s to %(until)s; end that first"),
    _("that ended on %(until)s already"),
    _("the account %(account)s has no second factor"),
    _("an account is linked to this subject already"),
    _("another account is open for this name"),
    _("the account %(account)s is not linked"),
)


_KNOWN = Sentences(_SENTENCES)


def in_words(sentence: str) -> str:
    """The sentence in the language of the page; one that is not known stays as it is."""
    return _KNOWN.in_words(sentence)

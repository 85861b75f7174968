"""Why something about a case was refused, in the language of the page. The actions know no languages."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gongbao.core.errors import GongbaoError
from gongbao.office.sentences import Sentences
from gongbao.procedures import Refused

_SENTENCES = (
    _("something happened in this case in the meantime; look at it again"),
    _("say which paper showed who stands there"),
    _("say what shows that they may act for the other"),
    _("at the counter, say which paper showed who stands there"),
    _("the unit %(unit)s is closed"),
    _("the unit %(unit)s may not handle this case"),
    _("this unit may neither handle nor see the case"),
    _("this step is taken on the system's own page of the case"),
    _("there is no such case"),
    _("this case is closed"),
    _("this form is not whole; open it again"),
    _("this form was sent already; its receipt was printed then"),
    _("no file is asked for here"),
    _("what is personal in this case was erased: nothing is added to it any more"),
    _("this case has %(number)s events, and takes only one that ends it"),
    _("the step %(step)s wants no signature; take it"),
    _("only an account proposes a step"),
    _("a unit that should countersign is not there"),
    _("a unit that should countersign may not see the case"),
    _("there is no such proposal"),
    _("there is no such proposal of yours"),
    _("this case is not closed: what is personal in it is still needed"),
    _("what is personal in this case is kept until %(day)s"),
    _("up to %(number)s files are taken here"),
    _("this file is empty"),
    _("this file is larger than %(size)s MiB"),
    _("this kind of file is not taken; give PDF, PNG, JPEG, .docx, .xlsx, .zip or text"),
    _("the file cannot be kept: %(reason)s"),
    _("there is too little room for files on this site now; send it without them, or later"),
    _("the file is not there; tell whoever runs this site"),
    _("the days of %(year)s are known to the program"),
    _("enter the notice of %(year)s first"),
    _("a year has four figures"),
    _("a year has days off"),
    _("%(day)s is no day of %(year)s"),
    _("%(day)s is no weekend day: only those are made working days"),
    _("%(day)s cannot be both off and worked"),
    _("“%(given)s” is no range of days"),
    _("“%(given)s” is no day; write it like 2027-01-01"),
    _("nothing says yet which unit handles this"),
    _("no authority is named that may handle this complaint; tell whoever runs this site"),
    _("there are no cases of %(procedure)s on this site; its system is not installed"),
    _("the letter cannot be written: nothing is given for %(gaps)s"),
    _("the wording has no place for %(places)s: add a line for it"),
    _("nobody is told to whom this letter goes: what is personal in the case was erased"),
)


_KNOWN = Sentences(_SENTENCES)


def in_words(sentence: str) -> str:
    """The sentence in the language of the page; one that is not known stays as it is."""
    return _KNOWN.in_words(sentence)


def told(error: GongbaoError) -> str:
    """An error in the language of the page, without the place where it is."""
    if isinstance(error, Refused):
        return error.label.in_language(get_language() or "")
    return in_words(error.message)

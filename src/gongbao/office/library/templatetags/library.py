"""Words for what the library keeps as a key, and dates as people write them, in the language of the page."""

import re
from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy

from gongbao.office.library.queries import Status
from gongbao.office.library.search import Piece
from gongbao.office.library.words import change_word, comparison_sign

register = template.Library()
register.filter("change_name", change_word)
register.filter("comparison_name", comparison_sign)

KINDS = {
    "resolution": pgettext_lazy("kind of document", "Resolution"),
    "decision": pgettext_lazy("kind of document", "Decision"),
    "order": pgettext_lazy("kind of document", "Order"),
    "communique": pgettext_lazy("kind of document", "Communiqué"),
    "announcement": pgettext_lazy("kind of document", "Announcement"),
    "public_notice": pgettext_lazy("kind of document", "Public notice"),
    "opinions": pgettext_lazy("kind of document", "Opinions"),
    "notice": pgettext_lazy("kind of document", "Notice"),
    "circular": pgettext_lazy("kind of document", "Circular"),
    "report": pgettext_lazy("kind of document", "Report"),
    "request": pgettext_lazy("kind of document", "Request for instructions"),
    "reply": pgettext_lazy("kind of document", "Reply"),
    "proposal": pgettext_lazy("kind of document", "Proposal"),
    "letter": pgettext_lazy("kind of document", "Letter"),
    "minutes": pgettext_lazy("kind of document", "Minutes"),
    "other": pgettext_lazy("kind of document", "Other"),
}
PARTS = {
    "body": pgettext_lazy("part of a document", "Covering text"),
    "instrument": pgettext_lazy("part of a document", "Instrument"),
    "annex": pgettext_lazy("part of a document", "Annex"),
}
# Why cleaning changed something: the keys are those of gongbao.gazette.model.Reason.
REASONS = {
    "bracket": pgettext_lazy("reason of a change", "bracket"),
    "date_torn_over_lines": pgettext_lazy("reason of a change", "date torn over lines"),
    "decimal_number": pgettext_lazy("reason of a change", "decimal number"),
    "document_number": pgettext_lazy("reason of a change", "document number"),
    "doubled_character": pgettext_lazy("reason of a change", "doubled character"),
    "entity": pgettext_lazy("reason of a change", "web notation of a character"),
    "full_width": pgettext_lazy("reason of a change", "full-width character"),
    "invisible_character": pgettext_lazy("reason of a change", "invisible character"),
    "items_on_one_line": pgettext_lazy("reason of a change", "items on one line"),
    "line_end": pgettext_lazy("reason of a change", "line end"),
    "line_width": pgettext_lazy("reason of a change", "lines of fixed width"),
    "mark": pgettext_lazy("reason of a change", "formatting mark"),
    "no_line_breaks": pgettext_lazy("reason of a change", "text without line breaks"),
    "notation": pgettext_lazy("reason of a change", "notation of a unit or formula"),
    "nought": pgettext_lazy("reason of a change", "form of the nought"),
    "page_break": pgettext_lazy("reason of a change", "sentence split by a page break"),
    "page_number": pgettext_lazy("reason of a change", "page number"),
    "punctuation": pgettext_lazy("reason of a change", "punctuation"),
    "radical": pgettext_lazy("reason of a change", "radical in place of a character"),
    "running_head": pgettext_lazy("reason of a change", "running head"),
    "separator_row": pgettext_lazy("reason of a change", "separator row of a table"),
    "signature_torn_over_lines": pgettext_lazy("reason of a change", "signature torn over lines"),
    "space": pgettext_lazy("reason of a change", "space"),
    "spaced_out": pgettext_lazy("reason of a change", "letters spaced out"),
    "stray_foreign_word": pgettext_lazy("reason of a change", "stray foreign word"),
    "table_row": pgettext_lazy("reason of a change", "row of a table"),
    "tag": pgettext_lazy("reason of a change", "tag"),
}


@register.filter
def kind_name(key: str) -> str:
    return str(KINDS.get(key, key))


@register.simple_tag
def status_word(status: str, issued: date | None, on: date) -> str:
    """The word for a status on a day; before its own date a document is not there yet, in force or not."""
    if status == Status.NOT_YET and issued and issued > on:
        return gettext("Not yet issued")
    return str(Status(status).label)


@register.filter
def part_name(key: str) -> str:
    return str(PARTS.get(key, key))


@register.filter
def reason_words(reasons: str) -> str:
    """ "page break; space" in words of the page's language."""
    between = pgettext("between reasons", "; ")
    return between.join(str(REASONS.get(reason, reason)) for reason in reasons.split("; "))


@register.filter
def whole_issue(name: str) -> SafeString:
    """The name of a gazette, whose issue is not broken over two lines."""
    return mark_safe(re.sub(r"(?:\d{4}年)?第\d+期", r'<span class="unbroken">\g<0></span>', escape(name)))


@register.filter
def with_quotations(message: str) -> SafeString:
    """A message in the language of the page, each “quotation” in it marked with the language it is in."""
    chinese_page = get_language() != "en"

    def marked(found: "re.Match[str]") -> str:
        chinese = bool(re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", found[0]))
        if chinese == chinese_page:
            return found[0]
        return f'<span lang="{"zh-Hans" if chinese else "en"}">{found[0]}</span>'

    return mark_safe(
        re.sub("“[^“”]*”|《[^《》]*》|[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", marked, escape(message))
    )


@register.filter
def day(value: date | None) -> str:
    """2022年6月24日 or 24 June 2022; "" for none."""
    return date_format(value, pgettext("format of a date", "j F Y")) if value else ""


@register.simple_tag
def zh() -> SafeString:
    """The attribute that says a piece of a page in another language is Chinese; nothing in a page that is Chinese."""
    return mark_safe(' lang="zh-Hans"') if get_language() == "en" else mark_safe("")


@register.filter
def pieces(passage: Iterable[Piece]) -> SafeString:
    """A passage with what was looked for marked."""
    return mark_safe(
        "".join(format_html("<mark>{}</mark>", one.text) if one.hit else escape(one.text) for one in passage)
    )


@register.filter
def shown(text: str) -> SafeString:
    """A piece of raw text with its white space to be seen: ↵ for the end of a line, · for a space, → for a tab."""
    if not text:
        return format_html('<span class="soft small">{}</span>', gettext("nothing"))
    if not text.strip():
        return mark_safe(escape(text.replace("\t", "→").replace("\n", "↵").replace(" ", "␣").replace("\u3000", "□")))
    return mark_safe(escape(text).replace("\n", "↵\n").replace("\t", "→\t"))

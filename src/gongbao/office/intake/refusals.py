"""The sentences in which the reader of files says why it refuses one, or what it left out, in the page's language.

The reader knows no languages: its sentences are English, and are told apart here, piece by piece.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from gongbao.office.sentences import Sentences

_PIECES = (
    _("this file is empty"),
    _("this file is empty: there is nothing but white space in it"),
    _("this file is larger than the limit of %(size)s"),
    _("split it, or raise the limit"),
    _("split it, and give the parts one by one"),
    _("this file is too large for the memory there is"),
    _("this is a picture"),
    _("run text recognition (OCR) on it and give its text"),
    _("this is a picture, sound or film"),
    _("it holds no text"),
    _("this is a packed file"),
    _("unpack it and give the documents inside"),
    _("this is an RTF file"),
    _("open it in the program it belongs to and save the text as .docx or as a text file in UTF-8"),
    _("open it in an editor, choose its encoding there, and save it as UTF-8"),
    _("this is a PostScript file"),
    _("print it to a PDF and give that"),
    _("this is a program, not a document"),
    _("this is a database, not a document"),
    _("this is a CAJ file"),
    _("this is a file of an old office program"),
    _("this is a Word or Excel file protected with a password"),
    _("save a copy without one and try again"),
    _("this is an old Word document (.doc, .wps)"),
    _("open it in Word or WPS and save it as .docx"),
    _("this is an old spreadsheet (.xls)"),
    _("this is an old presentation (.ppt)"),
    _("this text is in UTF-32"),
    _("this text is in an encoding of the ISO-2022 family"),
    _("this is not a text but some binary file"),
    _(
        "this text is not in UTF-8, UTF-16 or GB18030 (it may be in Big5, Shift-JIS, a Western encoding...), "
        "or not Chinese"
    ),
    _("characters of this text were lost when it was converted before (each stands as \ufffd now)"),
    _("convert it again from the original"),
    _("this text is in %(encoding)s but damaged: there are bytes that are no characters"),
    _("this text is in %(encoding)s but damaged, first in line %(line)s: there are bytes that are no characters"),
    _("copy or download it again, or mend that line"),
    _("this is a web page (HTML)"),
    _("open it in a browser and save or copy its text as UTF-8"),
    _("this is an XML file"),
    _("this is a saved web page or a mail (.mht, .eml)"),
    _("this Word document is damaged and cannot be opened"),
    _("open it in Word or WPS, save it again as .docx, and try that"),
    _("this zip file holds more than %(number)s files and is not a Word document"),
    _("this begins like a zip file (.docx, .xlsx, .zip) but is damaged or cut off"),
    _("copy or download it again"),
    _("this zip file is encrypted with a password"),
    _("remove the password and try again"),
    _("this zip file holds names that point outside it and is not read"),
    _("this zip file holds two parts of one name, so that it is not certain which one is the document"),
    _("open it in Word or WPS and save it again as .docx"),
    _("unpacked, this document is larger than the limit of %(size)s"),
    _("a part of this document unpacks to more than %(number)s times its size, as a zip bomb does"),
    _("it is not read"),
    _("this is a spreadsheet (.xlsx), not a document"),
    _("this is a presentation (.pptx), not a document"),
    _("this is an OFD file"),
    _("open it in an OFD reader and export it as a PDF with its text, or as .docx"),
    _("this is an OpenDocument file (.odt, .ods)"),
    _("this is an electronic book (.epub)"),
    _("this is a Java program, not a document"),
    _("this is a zip file, not a document"),
    _("this document declares XML entities, which Word never does and which can draw in other files"),
    _("this document has more than %(number)s elements in one part"),
    _("split it into several documents"),
    _("the text of this document is longer than the limit"),
    _("tables or text boxes of this document lie more than %(number)s deep in each other"),
    _("parts of a paragraph of this document lie more than %(number)s deep in each other"),
    _("this document holds only pictures"),
    _("run text recognition on it first"),
    _("run text recognition (OCR) on it first"),
    _("this PDF is protected with a password"),
    _("this PDF is damaged or cut off"),
    _("the text of this PDF is longer than the limit"),
    _("this PDF holds only pictures of pages, no text"),
    _("this PDF shows characters but does not say which they are, so its text cannot be taken out"),
    _("this PDF is damaged, or made so that it cannot be read within bounds of time and memory"),
    _("print it to a new PDF and try that"),
    _("the program that reads PDFs could not be started: %(reason)s"),
    _("no document was found in it"),
    _("the document number in line %(line)s is longer than %(number)s characters"),
    _("the numbering in line %(line)s is nested too deep to be cited"),
    _("the clause in line %(line)s has no address of its own"),
    _("the database does not take what is in it: %(reason)s"),
    _("the file cannot be kept: %(reason)s"),
    _("too many files are waiting to be read"),
    _("try again when some of them are done"),
    _("reading this file ended the program three times, so it is not tried again"),
    _("reading this file met a fault of the program"),
    _("tell whoever runs this site"),
    _("the file was lost before it was read"),
    _("give it again"),
    _("Pages without text were left out (pictures, or damaged): %(pages)s."),
    _("Pictures and drawings without text were left out: %(number)s."),
    _("Formulas were written in one line each: %(number)s."),
    _("Documents embedded in this one were left out: %(number)s."),
)


_READ = Sentences(_PIECES)


def in_words(sentence: str) -> str:
    """The sentence in the language of the page; a piece that is not known stays as it is."""
    return pgettext("between pieces of an error", "; ").join(_READ.in_words(piece) for piece in sentence.split("; "))

"""Reads a PDF from standard input and writes its text as JSON to standard output.

Run as a program of its own by gongbao.gazette.pdf, never imported by it: PDFium is a large C++ library, and a hostile
file that makes it crash, hang or fill the memory takes only this process with it. It imports nothing of gongbao.

Arguments: the number of characters allowed, bytes of memory, seconds of processor time.
Output: {"error": "" | "password" | "broken" | "long", "pages": ["..."], "pictures": [numbers of pages without text]}.
"""

import json
import sys

import pypdfium2

_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD
_UNKNOWN_SECURITY = 5  # FPDF_ERR_SECURITY


def _confine(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    bounds = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # the answer goes through a pipe; nothing is written to a file
        (resource.RLIMIT_NOFILE, 64),
    )
    for kind, bound in bounds:
        try:
            hard = resource.getrlimit(kind)[1]
            bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
            resource.setrlimit(kind, (bound, hard))
        except (ValueError, OSError):  # the system does not know this bound
            continue


def read(data: bytes, limit: int) -> dict[str, object]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (_WRONG_PASSWORD, _UNKNOWN_SECURITY)
        return {"error": "password" if locked else "broken", "pages": [], "pictures": []}
    pages: list[str] = []
    pictures: list[int] = []
    room = limit
    for place in range(len(document)):
        try:
            page = document[place]
            textpage = page.get_textpage()
            text = textpage.get_text_bounded(errors="replace")
            if not text.strip() and next(page.get_objects(max_depth=2), None) is not None:
                pictures.append(place + 1)
            textpage.close()
            page.close()
        except pypdfium2.PdfiumError:
            # A page that cannot be read is told; the others are kept.
            text = ""
            pictures.append(place + 1)
        # A hundred million empty pages are long, too.
        room -= len(text) + 1
        if room < 0:
            return {"error": "long", "pages": [], "pictures": []}
        pages.append(text)
    return {"error": "", "pages": pages, "pictures": pictures}


if __name__ == "__main__":
    characters, memory, seconds = (int(argument) for argument in sys.argv[1:4])
    _confine(memory, seconds)
    json.dump(read(sys.stdin.buffer.read(), characters), sys.stdout)

"""The text layer of a PDF, page by page, in lines as they are laid out.

PDFium reads it, in a process of its own (pdf_worker.py): it is not safe in threads, and a hostile file can bring it
down. Starting that process costs about a tenth of a second for each file.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

from gongbao.gazette.source import UnreadableFile

MEMORY = 2 * 1024**3
"""Bytes of address space the reading process may take (where the system can bound it)."""

SECONDS = 300
"""Of processor time. A page of a gazette takes some milliseconds."""

_WORKER = Path(__file__).with_name("pdf_worker.py")

_UNKNOWN = re.compile(r"[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

_RECOGNISE = "run text recognition (OCR) on it first"
_ERRORS = {
    "password": "this PDF is protected with a password; save a copy without one and try again",
    "broken": "this PDF is damaged or cut off; copy or download it again",
    "long": "the text of this PDF is longer than the limit; split it, or raise the limit",
}


class _Answer(TypedDict):
    error: str
    pages: list[str]
    pictures: list[int]  # numbers of pages without text


def read_pdf(data: bytes, limit: int) -> tuple[str, tuple[str, ...]]:
    """The text of a PDF of these bytes, at most `limit` characters, and which pages gave none, in sentences."""
    answer = _run(data, limit)
    if answer["error"]:
        raise UnreadableFile(_ERRORS[answer["error"]])
    pages = [_tidy(page) for page in answer["pages"]]
    pictures = answer["pictures"]
    text = "\n\f".join(pages)
    seen = sum(len(word) for page in pages for word in page.split())
    if not seen:
        if not pages:
            raise UnreadableFile(_ERRORS["broken"])
        raise UnreadableFile(f"this PDF holds only pictures of pages, no text; {_RECOGNISE}")
    if 5 * len(_UNKNOWN.findall(text)) > seen:
        raise UnreadableFile(
            f"this PDF shows characters but does not say which they are, so its text cannot be taken out; {_RECOGNISE}"
        )
    if not pictures:
        return text, ()
    listed = ", ".join(map(str, pictures[:20])) + (", ..." if len(pictures) > 20 else "")
    return text, (f"Pages without text were left out (pictures, or damaged): {listed}.",)


def _tidy(page: str) -> str:
    text = page.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    # PDFium joins two lines where a hyphen ends the first, and leaves a mark in place of both hyphen and line break.
    text = re.sub(r"(?<=\S)[\x02\ufffe](?=\S)", "-\n", text)
    return _CONTROL.sub("\ufffd", text)


def _environment() -> dict[str, str]:
    """What a hostile file may see of ours: no secret key, no address of a database."""
    needed = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP")
    return {"LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"} | {
        name: os.environ[name] for name in needed if name in os.environ
    }


def _run(data: bytes, limit: int) -> _Answer:
    command = [sys.executable, "-I", str(_WORKER), str(limit), str(MEMORY), str(SECONDS)]
    try:
        # Twice the processor time: a machine may be busy, but a process that only waits is lost.
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=2 * SECONDS, check=False, env=_environment(), cwd=os.sep
        )
        if done.returncode == 0:
            answer: _Answer = json.loads(done.stdout)
            return answer
    except subprocess.TimeoutExpired:
        pass
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"the program that reads PDFs could not be started: {error}") from error
    raise UnreadableFile(
        "this PDF is damaged, or made so that it cannot be read within bounds of time and memory; "
        "print it to a new PDF and try that"
    )

"""Reading a gazette: from the text of an issue to documents, clauses, references and dates in force.

    from gongbao.gazette import read_file, read_gazette
    gazette = read_gazette(read_file("issue.txt").text)
    for document in gazette.documents:
        print(document.number, document.title)

Each step is a function from value to value, in a module of its own: files (bytes to text), clean (every change
recorded), cut (into documents and parts), outline (clauses), addresses (locators and eIds), references, validity.
`model` has the values. Nothing here imports Django or touches a database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gongbao.gazette.source import SourceText, UnreadableFile

if TYPE_CHECKING:
    from gongbao.gazette.edits import rebuild
    from gongbao.gazette.files import read_bytes, read_file
    from gongbao.gazette.read import read_gazette
else:
    # Reading is hundreds of patterns, and most that is done with a library reads nothing: it is loaded when asked for.
    _WHERE = {"rebuild": "edits", "read_bytes": "files", "read_file": "files", "read_gazette": "read"}

    def __getattr__(name: str) -> Any:
        if name not in _WHERE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


__all__ = ["SourceText", "UnreadableFile", "read_bytes", "read_file", "read_gazette", "rebuild"]

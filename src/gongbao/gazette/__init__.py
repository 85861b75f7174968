"""Reading a gazette: from the text of an issue to documents, clauses, references and dates in force.

    from gongbao.gazette import read_file, read_gazette
    gazette = read_gazette(read_file("issue.txt").text)
    for document in gazette.documents:
        print(document.number, document.title)

Each step is a function from value to value, in a module of its own: files (bytes to text), clean (every change
recorded), cut (into documents and parts), outline (clauses), addresses (locators and eIds), references, validity.
`model` has the values. Nothing here imports Django or touches a database.
"""

from gongbao.gazette.edits import rebuild
from gongbao.gazette.files import read_bytes, read_file
from gongbao.gazette.read import read_gazette
from gongbao.gazette.source import SourceText, UnreadableFile

__all__ = ["SourceText", "UnreadableFile", "read_bytes", "read_file", "read_gazette", "rebuild"]

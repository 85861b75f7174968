"""The names that browsers give of files."""

NAME_LENGTH = 255


def shown_name(name: str) -> str:
    """The name a browser gives, without folders, and without what a page or a terminal would obey; "?" for none."""
    name = name.replace("\\", "/").rpartition("/")[2].encode(errors="replace").decode()
    shown = "".join(char if char.isprintable() else "?" for char in name).strip()
    if len(shown) > NAME_LENGTH:
        stem, dot, ending = shown.rpartition(".")
        tail = dot + ending if dot and len(ending) <= 10 else ""
        shown = (stem or shown)[: NAME_LENGTH - len(tail)] + tail
    return shown or "?"

"""A page as a test looks at it: its elements with the language each stands in."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# Attributes that a person reads or hears.
SAID = ("alt", "aria-label", "placeholder", "title", "data-told")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    language: str
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)

    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.walk()
            if (not tag or element.tag == tag)
            and all(value in element.attributes.get(name, "").split() for name, value in wanted.items())
        ]

    def one(self, tag: str = "", **attributes: str) -> "Element":
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("", {}, "")

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        assert len(attributes) == len(attrs), f"<{tag}> has an attribute twice: {attrs}"
        element = Element(tag, attributes, attributes.get("lang", self.at.language), self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag):
        assert tag == self.at.tag, f"</{tag}> ends <{self.at.tag}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def read(response) -> Element:
    """The page; fails where its elements do not nest."""
    reader = _Reader()
    reader.feed(response.content.decode() if hasattr(response, "content") else response)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is not ended"
    return reader.root


def said(page: Element):
    """(words, language, element) of everything on the page that is read or heard."""
    for element in page.walk():
        if element.tag in ("script", "style"):
            continue
        for child in element.children:
            if isinstance(child, str) and child.strip():
                yield child.strip(), element.language, element
        for name in SAID:
            if element.attributes.get(name, "").strip():
                yield element.attributes[name], element.language, element

"""Every word of the interface is there in both languages."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template.base import Lexer, TokenType

import gongbao

ROOT = Path(gongbao.__file__).parent
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
HAN = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# Which argument is the message, and which the context.
CALLS = {"gettext": (0, None), "_": (0, None), "ngettext": (0, None), "pgettext": (1, 0), "npgettext": (1, 0)}
CALLS |= {f"{name}_lazy": places for name, places in CALLS.items() if name != "_"}

Key = tuple[str, str]


def from_python(path: Path) -> set[Key]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in CALLS:
            message, context = CALLS[name]
            words = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
            # `_` is also a name for what is not used.
            if len(words) > message and isinstance(words[message], str):
                found.add((words[context] if context is not None else "", words[message]))
            else:
                assert name == "_", f"{path}:{node.lineno}: a message that is not plain text"
    return found


TRANSLATE = re.compile(r"""translate\s+(?P<q>["'])(?P<words>.*?)(?P=q)(?P<rest>.*)""", re.DOTALL)
CONTEXT = re.compile(r"""context\s+(["'])(.*?)\1""")


def from_template(path: Path) -> set[Key]:
    found = set()
    block: list[str] | None = None
    context = ""
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            if word == "translate":
                match = TRANSLATE.fullmatch(token.contents)
                assert match, f"{path}: {token.contents}"
                named = CONTEXT.search(match["rest"])
                found.add((named[2] if named else "", match["words"]))
                continue
            if word == "blocktranslate":
                named = CONTEXT.search(token.contents)
                block, context = [], named[2] if named else ""
                continue
            if word in ("plural", "endblocktranslate") and block is not None:
                if word == "endblocktranslate" and block == ["<plural>"]:
                    raise AssertionError(f"{path}: an empty plural")
                if block[:1] != ["<plural>"]:
                    found.add((context, "".join(block)))
                block = ["<plural>"] if word == "plural" else None
                continue
            assert word not in ("trans", "blocktrans"), f"{path}: {token.contents}: one spelling is enough"
        if block is not None:
            block.append(f"%({token.contents})s" if token.token_type == TokenType.VAR else token.contents)
    return found


def messages() -> dict[Key, str]:
    """Every message of the code with one file where it stands."""
    out: dict[Key, str] = {}
    for path in sorted(ROOT.rglob("*.py")):
        out |= dict.fromkeys(from_python(path), str(path.relative_to(ROOT)))
    for path in sorted(ROOT.rglob("templates/**/*.html")):
        out |= dict.fromkeys(from_template(path), str(path.relative_to(ROOT)))
    return out


@pytest.fixture(scope="module")
def catalogue():
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def translations(catalogue) -> dict[Key, str]:
    out = {}
    for message in catalogue:
        if message.id:
            plain = message.id[0] if isinstance(message.id, tuple) else message.id
            string = message.string if isinstance(message.string, str) else "".join(message.string)
            out[message.context or "", plain] = string
    return out


def test_the_messages_are_found_at_all():
    found = messages()
    for known in (("", "Documents"), ("kind of document", "Notice"), ("", "nothing"), ("", "%(number)s document")):
        assert known in found


def test_every_message_has_a_chinese_translation_and_no_translation_is_left_over(catalogue):
    there = translations(catalogue)
    wanted = messages()
    lacking = {key: place for key, place in wanted.items() if not there.get(key, "").strip()}
    assert not lacking
    assert not set(there) - set(wanted)
    assert not catalogue.obsolete


def test_no_translation_is_fuzzy(catalogue):
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    assert "fuzzy" not in PO.read_text(encoding="utf-8")


def test_a_translation_has_the_places_for_values_that_the_message_has(catalogue):
    for key, string in translations(catalogue).items():
        assert sorted(re.findall(r"%\(\w+\)[sd]", key[1])) == sorted(re.findall(r"%\(\w+\)[sd]", string)), key


def test_the_messages_are_english():
    assert not [key for key in messages() if HAN.search(key[1])]


def test_the_templates_hold_no_chinese_but_the_name_and_the_switch():
    for path in ROOT.rglob("templates/**/*.html"):
        words = set(re.findall("[\u4e00-\u9fff]+", path.read_text(encoding="utf-8")))
        assert words <= ({"公报", "中文"} if path.name == "base.html" else set()), path

"""Addresses that nobody types: long ones, control characters, what looks like a citation without end."""

import logging

import pytest
from django.test import Client

from gongbao.site.log import OneLine

LONG = ["一" * 9000, "第(" * 9000, "《" * 9000, "第一条" * 9000, "1." * 9000, "(" * 9000]


@pytest.mark.django_db
@pytest.mark.parametrize("piece", LONG, ids=lambda piece: piece[:3])
def test_a_long_address_is_not_found_at_once(sample: object, client: Client, piece: str) -> None:
    """Each of these took a minute where a pattern was quadratic."""
    assert client.get(f"/documents/云政办〔2026〕1号/{piece}/").status_code == 404
    assert client.get(f"/documents/{piece}/").status_code == 404
    assert client.get("/documents/", {"text": piece}).status_code in (200, 400)


def test_the_log_obeys_nobody() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "GET /%s", ("\x1b]0;title\x07\u202e\u009b",), None)
    line = OneLine().format(record)
    assert line.isprintable()
    assert "\\x1b" in line

"""The sample gazette in the library, and a reader of pages."""

from pathlib import Path

import pytest

import gongbao

SAMPLE = Path(gongbao.__file__).parent / "sample" / "gazette.txt"


@pytest.fixture
def sample(db):
    """The sample gazette, ingested."""
    # The models cannot be imported before Django is ready, and this file is read before that.
    from gongbao.office.library import actions

    return actions.ingest_file(SAMPLE)


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"
    return client

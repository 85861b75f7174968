"""The sample gazette in the library, and a reader of pages."""

import pytest


@pytest.fixture
def sample(db):
    """The sample gazette, ingested."""
    # The models cannot be imported before Django is ready, and this file is read before that.
    from tests.library.made import put_sample

    return put_sample()


@pytest.fixture(autouse=True)
def nobody_is_counted_out(settings):
    """A test asks for more in a minute than an address may; those of the limit set their own."""
    settings.GONGBAO_API_LIMIT = 100_000


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"
    return client

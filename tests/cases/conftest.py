"""The imaginary office, in the database of a test."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cases.office import Office


@pytest.fixture
def office(db: None) -> "Office":
    # Models can be imported only when the apps are ready, and this file is read before.
    from tests.cases.office import open_office

    return open_office()

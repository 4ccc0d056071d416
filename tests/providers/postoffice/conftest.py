"""What the tests of this room share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.providers.postoffice.office import Office, create_office
from tests.providers.postoffice.places import IN_MEMORY


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A post office with mailboxes of ann and bob."""
    office = create_office(tmp_path / "office", "NET", "PO1")
    office.add_mailbox("ann", "Ann Alm", exist_ok=False)
    office.add_mailbox("bob", "Bob Berg", exist_ok=False)
    return office

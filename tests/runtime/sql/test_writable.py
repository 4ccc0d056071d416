"""Files that may not be written, and the reason that is told."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import msgcore
from msgcore.errors import StoreError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="users and modes are those of POSIX")

_NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        msgcore.open_store(f"sqlite:///{folder / 'mail.db'}").close()
        folder.chmod(0o755)
        yield folder


@contextmanager
def as_nobody() -> Generator[None]:
    """Root may write everything: for a while it is somebody else."""
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    os.setresuid(_NOBODY, _NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def refused(place: Path) -> str:
    with pytest.raises(StoreError) as told:
        msgcore.open_store(f"sqlite:///{place / 'mail.db'}")
    return str(told.value)


def test_a_file_of_another_user_is_told_with_both(place: Path) -> None:
    (place / "mail.db").chmod(0o644)
    place.chmod(0o777)
    with as_nobody():
        assert refused(place) == (
            f"{place / 'mail.db'}: the file may not be written: it is user root's, its mode is -rw-r--r--, and this is"
            " user nobody (read_only=True opens it to be read)"
        )


def test_a_file_of_ones_own_is_told_with_the_command_that_helps(place: Path) -> None:
    for one in (place / "mail.db", place):
        os.chown(one, _NOBODY, -1)
    (place / "mail.db").chmod(0o444)
    with as_nobody():
        assert f"its mode is -r--r--r--; chmod u+w {place / 'mail.db'} changes that" in refused(place)


def test_a_folder_that_may_not_be_written_is_told(place: Path) -> None:
    os.chown(place / "mail.db", _NOBODY, -1)
    with as_nobody():
        assert f"mail.db: the folder {place} may not be written: it is user root's" in refused(place)


def test_what_cannot_be_read_either_proposes_no_reading(place: Path) -> None:
    (place / "mail.db").chmod(0o600)
    place.chmod(0o777)
    with as_nobody():
        assert "read_only" not in refused(place)


def test_what_is_refused_can_be_read_as_it_says(place: Path) -> None:
    (place / "mail.db").chmod(0o644)
    with as_nobody(), msgcore.open_store(f"sqlite:///{place / 'mail.db'}", read_only=True) as store:
        assert list(store.inbox.messages()) == []

"""What tnefparse reads in the same streams; where it differs stands here, with the reason."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from msgcore.codecs import tnef
from msgcore.model.attachment import Attachment
from tests.codecs.tnef.streams import each_file
from tests.requirements import unavailable

try:
    from tnefparse import TNEF as _TNEF  # type: ignore[import-untyped]  # it has no types
except ImportError:
    unavailable("tnefparse is not installed; it is in the extra `interop`")

TNEF: Any = _TNEF

OBJECT = "it gives compound files without their trailing NULs, and leaves the interface in front of some"
MESSAGE = "it gives the octets of a message in a message"
NO_NAME = "it makes up a name"
DIFFERENT = {
    ("IPM-DistList", "octets"): MESSAGE,
    ("MAPI_OBJECT", "octets"): OBJECT,
    ("MAPI_ATTACH_DATA_OBJ", "octets"): OBJECT,
    ("duplicate_filename", "octets"): OBJECT,
    ("minimal_attachment", "names"): NO_NAME,
}


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """It logs what it does not know as errors."""
    caplog.set_level(logging.CRITICAL + 1)


@each_file
def test_attachments_are_those_that_it_finds(path: Path) -> None:
    octets = path.read_bytes()
    ours, theirs = tnef.read(octets).attachments, TNEF(octets).attachments
    found = {
        "count": len(ours) == len(theirs),
        "names": [one.filename or _display_name(one) for one in ours] == [one.long_filename() for one in theirs],
        "octets": [one.data for one in ours] == [bytes(one.data or b"") for one in theirs],
    }

    assert {what for what, is_same in found.items() if not is_same} == {
        what for name, what in DIFFERENT if name == path.stem
    }


def _display_name(attachment: Attachment) -> str | None:
    inner = attachment.message
    return None if inner is None else "Untitled Attachment"


@each_file
def test_the_text_body_is_the_one_that_it_finds(path: Path) -> None:
    """Where it finds one: of RTF it gives the RTF alone. It cuts one off (bad_checksum), and takes line ends away."""
    text = TNEF(path.read_bytes()).body

    ours = (tnef.read(path.read_bytes()).text or "").split()

    assert " ".join(ours).startswith(" ".join(str(text or "").rstrip("\0").split()))

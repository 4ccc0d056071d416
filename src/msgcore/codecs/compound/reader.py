"""Reading a compound file: its directory is walked once, its streams are read when they are asked for."""

from __future__ import annotations

from msgcore.base.findings import Strictness
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.compound.directory import read_directory
from msgcore.codecs.compound.header import read_header
from msgcore.codecs.compound.layout import SIGNATURE
from msgcore.codecs.compound.rules import Departures
from msgcore.codecs.compound.sectors import Sectors
from msgcore.codecs.compound.storage import Storage

__all__ = ["is_compound", "read_compound"]


def is_compound(octets: bytes) -> bool:
    """Say whether octets begin as a compound file does."""
    return octets.startswith(SIGNATURE)


def read_compound(octets: bytes, limits: Limits = USUAL_LIMITS, strictness: Strictness = Strictness.LENIENT) -> Storage:
    """Read the root of a compound file ([MS-CFB], versions 3 and 4).

    Of a damaged file that is given which can be reached, and ``findings`` of any of its storages say what was wrong.
    Time and memory grow with the file, whatever sizes it claims.

    Raises:
        MalformedMessage: there is no header or no root; or strict, and something is wrong.
        LimitExceeded: the file is larger than ``limits.total_octets``.
    """
    limits.check_total(len(octets))
    departures = Departures(strictness)
    header = read_header(octets, departures)
    return read_directory(Sectors(octets, header, departures), header.version)

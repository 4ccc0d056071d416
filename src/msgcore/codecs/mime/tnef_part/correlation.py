"""Whether a TNEF stream belongs to the message that it stands in ([MS-OXCMAIL] section 2.1.3.2.26).

A program that knows nothing of TNEF forwards the part with a message of its own. So the sender writes one value into
the header and into the stream, and only where both are there and equal the stream's properties are the message's.

Equal means the same octets, case and angle brackets included, after this: the field is unfolded; NULs at the key's end
go, since some servers end it as a string of C; white space around either goes. A field that is there twice says
nothing, for nobody knows who added the other one; nor does an empty one.
"""

from __future__ import annotations

from msgcore.codecs.mime.tree.header_block import HeaderBlock

__all__ = ["CORRELATOR", "is_correlated"]

CORRELATOR = b"x-ms-tnef-correlator"
"""The field's name."""

_WHITE_SPACE = b" \t\r\n"


def is_correlated(header: HeaderBlock, key: bytes | None) -> bool:
    """Say whether a stream with this PidTagTnefCorrelationKey belongs to the message with this header."""
    values = header.raw_all(CORRELATOR)
    if len(values) != 1 or not key:
        return False
    given = values[0].replace(b"\r\n", b"").replace(b"\n", b"").strip(_WHITE_SPACE)
    return bool(given) and given == key.rstrip(b"\0").strip(_WHITE_SPACE)

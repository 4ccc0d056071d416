"""One-off entry ids: an address that stands in no address book, as an entry id ([MS-OXCDATA] section 2.2.5.1)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from msgcore.base.octets import OctetReader, OctetWriter
from msgcore.errors import MalformedMessage

__all__ = ["OneOffEntryId", "flat_entry_list", "read_flat_entry_list"]

_PROVIDER = bytes.fromhex("812b1fa4bea310199d6e00dd010f5402")
_VERSION = 0
# The texts are Unicode, the address is not looked up, and it takes MIME without TNEF (MAPI_ONE_OFF_NO_RICH_INFO).
_UNICODE, _NO_LOOKUP, _MIME_ONLY = 0x8000, 0x1000, 0x0001


@attrs.frozen
class OneOffEntryId:
    """An address with its name, in a form that needs no look-up; ``bytes()`` gives the octets.

    ``takes_rich_form``: whoever has the address reads TNEF.
    """

    display_name: str
    address_type: str
    email_address: str
    takes_rich_form: bool = False

    def __bytes__(self) -> bytes:
        flags = _UNICODE | _NO_LOOKUP | (0 if self.takes_rich_form else _MIME_ONLY)
        writer = OctetWriter().u32(0).put(_PROVIDER).u16(_VERSION).u16(flags)
        for text in (self.display_name, self.address_type, self.email_address):
            writer.put(text.replace("\0", " ").encode("utf-16-le", "replace")).u16(0)
        return writer.octets()

    @classmethod
    def parse(cls, octets: bytes) -> OneOffEntryId:
        """Read one; texts that are not Unicode are read as windows-1252.

        Raises:
            MalformedMessage: it is no one-off entry id, or is cut short.
        """
        reader = OctetReader(octets)
        reader.u32()
        if reader.take(len(_PROVIDER)) != _PROVIDER:
            raise MalformedMessage(f"entry id {octets.hex()[:80]} is no one-off entry id")
        reader.u16()
        flags = reader.u16()
        width, codec = (2, "utf-16-le") if flags & _UNICODE else (1, "cp1252")
        name, kind, address = (reader.until_nul(width).decode(codec, "replace") for _ in range(3))
        return cls(name, kind, address, takes_rich_form=not flags & _MIME_ONLY)


def flat_entry_list(entry_ids: Iterable[bytes]) -> bytes:
    """Put entry ids into one value, each with its size and padded to four octets ([MS-OXCDATA] section 2.3.3)."""
    entries = [OctetWriter().u32(len(one)).put(one).put(bytes(-len(one) % 4)).octets() for one in entry_ids]
    joined = b"".join(entries)
    return OctetWriter().u32(len(entries)).u32(len(joined)).put(joined).octets()


def read_flat_entry_list(octets: bytes) -> tuple[bytes, ...]:
    """Read what :func:`flat_entry_list` makes; the padding behind the last entry may be missing.

    Raises:
        MalformedMessage: it is cut short.
    """
    reader = OctetReader(octets)
    count = reader.u32()
    entries = OctetReader(reader.take(reader.u32()))
    found: list[bytes] = []
    for _ in range(count):
        found.append(entries.take(entries.u32()))
        entries.take(min(-len(found[-1]) % 4, entries.left))
    return tuple(found)

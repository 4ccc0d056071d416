"""An embedded message as a file of its own: its storage as it is, and what it shares with the others of its file."""

from __future__ import annotations

from typing import TypeVar

from msgcore.codecs.compound import Storage, copy_of, write_compound
from msgcore.codecs.msg.layout import CLASS_ID, EMBEDDED_HEADER, MESSAGE_HEADER, NAMES, PROPERTIES

__all__ = ["own_file"]

T = TypeVar("T")


def own_file(storage: Storage, names: Storage | None) -> bytes:
    """Write the file of a message that is embedded in another, with the map of names that both share.

    Nothing of it is decoded; its properties get the longer header of a file ([MS-OXMSG] section 2.4.1.1).
    """
    root = copy_of(storage)
    root.clsid = CLASS_ID
    octets = storage.stream(PROPERTIES) or b""
    header = octets[:EMBEDDED_HEADER].ljust(MESSAGE_HEADER, b"\0")
    _put(root.streams, PROPERTIES, header + octets[EMBEDDED_HEADER:])
    if names is not None:
        _put(root.storages, NAMES, copy_of(names))
    return write_compound(root)


def _put(children: dict[str, T], name: str, child: T) -> None:
    """Put a child in the place of one whose name differs in capitals at most."""
    for spelled in [one for one in children if one.lower() == name]:
        del children[spelled]
    children[name] = child

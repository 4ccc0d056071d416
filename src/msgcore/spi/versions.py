"""Which version of a message is changed: what somebody else has saved meanwhile is not overwritten.

A store that knows versions gives each message that it loads a change key, PidTagChangeKey ([MS-OXCFXICS] section
2.2.1.2.7): its own uid and what names the version, an XID (section 2.2.2.2). Marks such as the read flag, and the
folder, are no part of the version.
"""

from __future__ import annotations

from msgcore.errors import ObjectChanged
from msgcore.model.message import Message
from msgcore.props.table import PidTagChangeKey

__all__ = ["change_key", "check_version", "version_of"]

_UID_OCTETS = 16


def change_key(uid: bytes, version: int) -> bytes:
    """Name a version, from 0 to 2**64 - 1, of a message of the store that has this uid."""
    return uid + version.to_bytes(8, "big")


def version_of(message: Message) -> bytes | None:
    """Give the change key of the version that a message was made of; ``None`` or empty for none."""
    return message.get(PidTagChangeKey)


def check_version(wanted: bytes | None, stored: bytes) -> None:
    """Go on if ``stored`` is the version that is to be changed; whatever is, if none of this store's is ``wanted``.

    Raises:
        ObjectChanged: it is another one.
    """
    if wanted is not None and wanted != stored and wanted[:_UID_OCTETS] == stored[:_UID_OCTETS]:
        raise ObjectChanged("the message was changed since it was loaded, and is left as it is: open it again")

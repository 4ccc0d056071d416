"""An IMAP server, and who logs in to it."""

from __future__ import annotations

import attrs

from msgcore.wire.account import MailServer
from msgcore.wire.imap.quirks import Quirk

__all__ = ["ImapServer"]


@attrs.frozen
class ImapServer(MailServer):
    """An IMAP server.

    With ``compress`` the connection is compressed where the server can do so (RFC 4978). ``quirks`` are what the caller
    knows of the server, and go before what msgcore knows.
    """

    compress: bool = attrs.field(default=False, kw_only=True)
    quirks: tuple[Quirk, ...] = attrs.field(default=(), kw_only=True)

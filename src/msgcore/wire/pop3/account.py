"""A POP3 server, and who logs in to it."""

from __future__ import annotations

import attrs

from msgcore.wire.account import MailServer

__all__ = ["Pop3Server"]


@attrs.frozen
class Pop3Server(MailServer):
    """A POP3 server.

    With ``apop`` a password that nothing else protects is not said, but its digest (RFC 1939 section 7). With ``utf8``
    a server that can do so gives messages with headers in UTF-8, and so other octets than without (RFC 6856).
    """

    apop: bool = attrs.field(default=False, kw_only=True)
    utf8: bool = attrs.field(default=False, kw_only=True)

"""Asking a server for its mailboxes, with the numbers of each."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.errors import CommandRefused, ServiceBusy
from msgcore.providers.imap.folder_tree import Listed, Listing
from msgcore.wire.imap.mailboxes import Mailbox
from msgcore.wire.imap.responses import NamespaceEntry, StatusData
from msgcore.wire.imap.session import ImapSession

__all__ = ["list_mailboxes", "status_items"]


def status_items(session: ImapSession) -> tuple[str, ...]:
    """Say what is asked of each mailbox."""
    items = ("MESSAGES", "UNSEEN", "UIDVALIDITY")
    return (*items, "MAILBOXID") if session.capabilities.has("OBJECTID") else items


async def list_mailboxes(
    session: ImapSession, personal: NamespaceEntry | None, known: Mapping[bytes, StatusData]
) -> Listing:
    """List all mailboxes with their numbers, in one round trip where the server has LIST-STATUS.

    ``personal`` is where the user's own begin, if that is known: it stays. ``known`` are the numbers that mailboxes had
    before, by name: one that does not say them now has not become another.

    Raises:
        CommandRefused: the server lists nothing.
        ServiceBusy: it does not list now, or does not say the numbers of a mailbox of which none are known.
    """
    if personal is None:
        personal = next(iter((await session.namespaces()).personal), NamespaceEntry(b"", ""))
    items = status_items(session)
    found = [Listed(one.entry, await _status(session, one, items, known)) for one in await session.list(status=items)]
    return Listing(found, personal)


async def _status(
    session: ImapSession, mailbox: Mailbox, items: tuple[str, ...], known: Mapping[bytes, StatusData]
) -> StatusData | None:
    """Ask again where the listing left a mailbox's numbers out."""
    entry = mailbox.entry
    if mailbox.status is not None or entry.has("\\Noselect") or entry.has("\\NonExistent"):
        return mailbox.status
    try:
        return await session.status(entry.raw_name, items)
    except CommandRefused:
        return known.get(entry.raw_name)
    except ServiceBusy:
        if entry.raw_name not in known:
            raise
        return known[entry.raw_name]

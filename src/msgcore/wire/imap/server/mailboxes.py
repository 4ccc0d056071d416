"""What a client asks of its account besides LIST: making, naming and subscribing mailboxes, and APPEND."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.wire.imap.responses import NamespaceEntry
from msgcore.wire.imap.server.answer import Answer, bad, ok
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.handler import AppendedLetter, ServedAccount, asked
from msgcore.wire.imap.server.settings import ServerSettings
from msgcore.wire.imap.server.write_data import string
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Mailboxes"]


class Mailboxes:
    """Methods are named by their commands (RFC 9051 section 6.3); they raise :class:`Refusal`."""

    def __init__(self, account: ServedAccount, settings: ServerSettings) -> None:
        self._account = account
        self._offers = settings.offers

    async def create(self, arguments: Arguments) -> Answer:
        raw_name = arguments.astring()
        special_use = ""
        if arguments.has(b" (USE ("):
            if "CREATE-SPECIAL-USE" not in self._offers:
                raise bad("CREATE-SPECIAL-USE is not offered")
            arguments.need(b"\\")
            special_use = "\\" + arguments.atom().decode("latin-1")
            arguments.need(b"))")
        arguments.end()
        mailbox_id = await asked(self._account.create(raw_name, special_use))
        return ok("made", code=f"MAILBOXID ({mailbox_id})" if "OBJECTID" in self._offers else "")

    async def delete(self, arguments: Arguments) -> Answer:
        raw_name = arguments.astring()
        arguments.end()
        await asked(self._account.delete(raw_name))
        return ok("deleted")

    async def rename(self, arguments: Arguments) -> Answer:
        raw_name = arguments.astring()
        arguments.space()
        new_raw_name = arguments.astring()
        arguments.end()
        await asked(self._account.rename(raw_name, new_raw_name))
        return ok("renamed")

    async def subscribe(self, arguments: Arguments) -> Answer:
        return await self._subscribe(arguments, is_subscribed=True)

    async def unsubscribe(self, arguments: Arguments) -> Answer:
        return await self._subscribe(arguments, is_subscribed=False)

    async def _subscribe(self, arguments: Arguments, *, is_subscribed: bool) -> Answer:
        raw_name = arguments.astring()
        arguments.end()
        await asked(self._account.subscribe(raw_name, is_subscribed=is_subscribed))
        return ok("noted")

    async def namespace(self, arguments: Arguments) -> Answer:
        arguments.end()
        spaces = self._account.namespace
        said = b" ".join(map(_namespace, (spaces.personal, spaces.others, spaces.shared)))
        return ok("told", b"* NAMESPACE %b\r\n" % said)

    async def append(self, arguments: Arguments) -> Answer:
        raw_name = arguments.astring()
        letters = [_take_letter(arguments)]
        while not arguments.is_at_end:
            if "MULTIAPPEND" not in self._offers:
                raise bad("MULTIAPPEND is not offered")
            letters.append(_take_letter(arguments))
        taken = await asked(self._account.append(raw_name, letters))
        uids = bytes(UidSet.of(taken.uids)).decode()
        return ok("appended", code=f"APPENDUID {taken.uid_validity} {uids}" if "UIDPLUS" in self._offers else "")


def _take_letter(arguments: Arguments) -> AppendedLetter:
    arguments.space()
    flags = frozenset[str]()
    if arguments.is_next(b"("):
        flags = arguments.flags()
        arguments.space()
    moment = None
    if arguments.is_next(b'"'):
        moment = arguments.date_time()
        arguments.space()
    return AppendedLetter(arguments.literal(), flags, moment)


def _namespace(entries: Sequence[NamespaceEntry]) -> bytes:
    if not entries:
        return b"NIL"
    said = [
        b"(%b %b)" % (string(one.prefix), string(one.delimiter.encode()) if one.delimiter else b"NIL")
        for one in entries
    ]
    return b"(%b)" % b"".join(said)

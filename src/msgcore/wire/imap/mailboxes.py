"""Mailboxes: listed, counted, made, renamed and deleted (RFC 9051 section 6.3, RFC 5258, RFC 5819, RFC 6154)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import attrs

from msgcore.errors import CapabilityMissing, CommandRefused, ConnectionLost, TimedOut, TlsFailed, UsageError
from msgcore.wire.imap.command import Argument, Atom, Command, flag
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.names import encode_utf7
from msgcore.wire.imap.responses import ListEntry, Namespace, NamespaceEntry, Response, StatusData
from msgcore.wire.imap.session_base import SessionBase

__all__ = ["Mailbox", "MailboxCommands"]

_IN_FLIGHT = 100
_INBOX = b"INBOX"

# What STATUS can be asked only where the server has an extension.
_NEEDED = {
    "APPENDLIMIT": "APPENDLIMIT",
    "HIGHESTMODSEQ": "CONDSTORE",
    "MAILBOXID": "OBJECTID",
    "SIZE": "STATUS=SIZE",
}


@attrs.frozen
class Mailbox:
    """A mailbox as LIST gives it, and its numbers where they were asked for and the server gave them."""

    entry: ListEntry
    status: StatusData | None = None


_Mailboxes = list[Mailbox]  # in the class the name is its method's


class MailboxCommands(SessionBase):
    """Commands for which no mailbox needs to be selected."""

    _lists_plainly: bool = False
    told_namespaces: Namespace | None = None
    """What the server has said at the login; asked for again when that has been given once."""

    def encode_name(self, text: str) -> bytes:
        """Write a mailbox's name as this server takes it: in modified UTF-7, or in UTF-8."""
        if not self.conversation.is_utf8:
            return encode_utf7(text)
        try:
            return text.encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"{text!r} holds half a character (a lone surrogate)") from error

    async def noop(self) -> None:
        """Have the server say what is new."""
        await self.ask(Command(b"NOOP"))

    async def logout(self) -> None:
        """End the session in order; a server that is gone already is no error. Then every call raises ``Closed``."""
        if self.conversation.is_leaving:
            return
        async with self.turn():
            self.conversation.is_leaving = True
            try:
                await self.conversation.run(Command(b"LOGOUT"))
                await self.stream.close()
            except (ConnectionLost, TimedOut, TlsFailed):
                self.abort()

    async def namespaces(self) -> Namespace:
        """Say where whose mailboxes are; where the server does not say, all are the user's own."""
        told, self.told_namespaces = self.told_namespaces, None
        if told is not None:
            return told
        async with self.turn():
            if self.capabilities.has("NAMESPACE"):
                (answer,) = await self.conversation.run(Command(b"NAMESPACE"))
                found = [one for one in answer.data if isinstance(one, Namespace)]
                if answer.status.is_ok and found:
                    return found[-1]
            (answer,) = await self.conversation.run(Command(b"LIST", b"", b""))
            entries = [one for one in answer.check().data if isinstance(one, ListEntry)]
            return Namespace((NamespaceEntry(b"", entries[0].delimiter if entries else ""),))

    async def list(
        self,
        pattern: bytes = b"*",
        *,
        reference: bytes = b"",
        status: Sequence[str] = (),
        is_subscribed: bool = False,
    ) -> _Mailboxes:
        """List mailboxes, each once, with their roles and children where the server says them.

        With ``status`` the numbers of those that can be selected are asked for, too, as :meth:`status` does. A pattern
        has ``*`` for anything and ``%`` for anything within one level.

        Raises:
            CommandRefused, ServiceBusy: the server does not list them.
        """
        async with self.turn():
            items = self._status_items(status)
            is_plain = self._lists_plainly or self.behaviour.plain_list
            if not is_plain and self.capabilities.has("LIST-EXTENDED"):
                mailboxes = await self._list_extended(pattern, reference, items, is_subscribed)
                if mailboxes is not None:
                    return mailboxes
                self._lists_plainly = True
            return await self._list_plainly(pattern, reference, items, is_subscribed)

    async def _list_extended(
        self, pattern: bytes, reference: bytes, items: Sequence[str], is_subscribed: bool
    ) -> _Mailboxes | None:
        """List with options; ``None`` where the server does not do so as it should."""
        has_status = self.capabilities.has("LIST-STATUS")
        options: list[Atom | tuple[Atom, ...]] = [Atom(b"CHILDREN"), Atom(b"SUBSCRIBED")]
        if self.capabilities.has("SPECIAL-USE"):
            options.append(Atom(b"SPECIAL-USE"))
        if items and has_status:
            options += [Atom(b"STATUS"), _atoms(items)]
        selection = ((Atom(b"SUBSCRIBED"),),) if is_subscribed else ()
        command = Command(b"LIST", *selection, reference, pattern, Atom(b"RETURN"), tuple(options))
        (answer,) = await self.conversation.run(command)
        entries = _entries(answer.data)
        if answer.status.word == "BAD" or (
            _wants_inbox(pattern, reference) and not is_subscribed and not _has_inbox(entries)
        ):
            return None
        answer.check()
        if items and not has_status:
            return await self._with_status(entries, items)
        return _joined(entries, answer.data)

    async def _list_plainly(
        self, pattern: bytes, reference: bytes, items: Sequence[str], is_subscribed: bool
    ) -> _Mailboxes:
        (answer,) = await self.conversation.run(Command(b"LSUB" if is_subscribed else b"LIST", reference, pattern))
        entries = _entries(answer.check().data)
        return await self._with_status(entries, items) if items else _joined(entries, ())

    async def _with_status(self, entries: Sequence[ListEntry], items: Sequence[str]) -> _Mailboxes:
        """Ask for the numbers, many commands in a flight; a mailbox of which the server says none has none."""
        names = [one.raw_name for one in entries if not (one.has("\\Noselect") or one.has("\\NonExistent"))]
        said: list[Response] = []
        for start in range(0, len(names), _IN_FLIGHT):
            commands = [Command(b"STATUS", name, _atoms(items)) for name in names[start : start + _IN_FLIGHT]]
            for answer in await self.conversation.run(*commands):
                said += answer.data
        return _joined(entries, said)

    async def status(self, raw_name: bytes, items: Sequence[str]) -> StatusData:
        """Ask for the numbers of a mailbox; what the server cannot say is left out.

        Raises:
            CommandRefused, ServiceBusy: the server does not say, perhaps because there is no such mailbox.
        """
        items = self._status_items(items) or ("MESSAGES",)
        answer = await self.ask(Command(b"STATUS", raw_name, _atoms(items)))
        found = [one for one in answer.data if isinstance(one, StatusData)]
        named = [one for one in found if _key(one.raw_name) == _key(raw_name)]
        return (named or found or [StatusData(raw_name)])[-1]

    def _status_items(self, items: Sequence[str]) -> tuple[str, ...]:
        named = (item.upper() for item in items)
        return tuple(item for item in named if item not in _NEEDED or self.capabilities.has(_NEEDED[item]))

    async def create(self, raw_name: bytes, special_use: str = "") -> str | None:
        """Make a mailbox, and give its id where the server gives it; ``special_use`` is a role such as ``\\Sent``.

        Raises:
            CapabilityMissing: the server gives no roles.
            CommandRefused, ServiceBusy: it makes none.
        """
        arguments: list[Argument] = []
        if special_use:
            if not self.capabilities.has("CREATE-SPECIAL-USE"):
                raise CapabilityMissing(f"{self.name}: the server gives no mailbox a role (CREATE-SPECIAL-USE)")
            arguments.append((Atom(b"USE"), (flag(special_use),)))
        answer = await self.ask(Command(b"CREATE", raw_name, *arguments))
        return _mailbox_id(answer)

    async def delete(self, raw_name: bytes) -> None:
        """Delete a mailbox with all its messages; those below it stay."""
        async with self.turn():
            (answer,) = await self.conversation.run(Command(b"DELETE", raw_name))
            answer.check()
            if self.selected is not None and self.selected.raw_name == raw_name:
                self.selected = None

    async def rename(self, raw_name: bytes, new_raw_name: bytes) -> None:
        """Rename a mailbox, and those below it; of the inbox the messages are moved."""
        async with self.turn():
            (answer,) = await self.conversation.run(Command(b"RENAME", raw_name, new_raw_name))
            answer.check()
            if self.selected is None or _key(raw_name) == _INBOX:
                return
            if self.selected.raw_name == raw_name:
                self.selected.raw_name = new_raw_name
            elif self.selected.raw_name.startswith(raw_name):
                self.selected = None  # it may be below, and have another name now

    async def subscribe(self, raw_name: bytes) -> None:
        await self.ask(Command(b"SUBSCRIBE", raw_name))

    async def unsubscribe(self, raw_name: bytes) -> None:
        with contextlib.suppress(CommandRefused):  # it was not subscribed
            await self.ask(Command(b"UNSUBSCRIBE", raw_name))


def _atoms(words: Sequence[str]) -> tuple[Atom, ...]:
    return tuple(flag(word) for word in words)


def _key(raw_name: bytes) -> bytes:
    """INBOX is the same in any letter case, and no other name is."""
    return _INBOX if raw_name.upper() == _INBOX else raw_name


def _entries(data: Sequence[Response]) -> list[ListEntry]:
    """Give each mailbox once; where a server says one twice, with all that it says of it."""
    entries = [one for one in data if isinstance(one, ListEntry)]
    attributes: dict[bytes, dict[str, None]] = {}
    for one in entries:
        attributes.setdefault(one.raw_name, {}).update(dict.fromkeys(one.attributes))
    last = {one.raw_name: one for one in entries}
    return [attrs.evolve(last[name], attributes=tuple(said)) for name, said in attributes.items()]


def _joined(entries: Sequence[ListEntry], data: Sequence[Response]) -> list[Mailbox]:
    numbers = {_key(one.raw_name): one for one in data if isinstance(one, StatusData)}
    return [Mailbox(one, numbers.get(_key(one.raw_name))) for one in entries]


def _wants_inbox(pattern: bytes, reference: bytes) -> bool:
    return not reference and pattern in {b"*", b"%"}


def _has_inbox(entries: Sequence[ListEntry]) -> bool:
    return any(_key(one.raw_name) == _INBOX for one in entries)


def _mailbox_id(answer: Answer) -> str | None:
    code = answer.status.code
    if code is None or code.name != "MAILBOXID":
        return None
    return code.text.decode("latin-1").strip().strip("()") or None

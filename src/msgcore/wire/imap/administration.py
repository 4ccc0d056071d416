"""Quotas, access rights and annotations of mailboxes (RFC 9208, RFC 4314, RFC 5464), and what is enabled (RFC 5161)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from msgcore.errors import CapabilityMissing, UsageError
from msgcore.wire.imap.command import Argument, Atom, Command, Literal
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.quirks import Behaviour
from msgcore.wire.imap.responses import Acl, Enabled, Metadata, MyRights, Quota
from msgcore.wire.imap.session_base import SessionBase

__all__ = ["AdministrationCommands", "enabled_by"]

_RIGHTS = re.compile(r"[+-]?[a-z0-9]*")
_UTF8 = frozenset({"IMAP4REV2", "UTF8=ACCEPT", "UTF8=ONLY"})
_DEPTHS = ("0", "1", "infinity")


def enabled_by(answer: Answer, asked: Set[str], behaviour: Behaviour) -> frozenset[str]:
    """Give what a server has enabled of what it was asked to."""
    told = [one for one in answer.data if isinstance(one, Enabled)]
    if not told and behaviour.silent_enable:
        return frozenset(asked)
    return frozenset(name.upper() for one in told for name in one.names)


class AdministrationCommands(SessionBase):
    """Each raises ``CapabilityMissing`` where the server has no such command.

    ``CommandRefused`` and ``ServiceBusy`` are its no.
    """

    async def quota(self, raw_name: bytes) -> tuple[Quota, ...]:
        """Say how much may be in a mailbox, and how much is, by the roots that it belongs to."""
        self._need("QUOTA")
        answer = await self.ask(Command(b"GETQUOTAROOT", raw_name))
        return tuple(one for one in answer.data if isinstance(one, Quota))

    async def acl(self, raw_name: bytes) -> Mapping[str, str]:
        """Say who has which rights on a mailbox."""
        self._need("ACL")
        answer = await self.ask(Command(b"GETACL", raw_name))
        found = [one for one in answer.data if isinstance(one, Acl)]
        return found[-1].rights if found else {}

    async def my_rights(self, raw_name: bytes) -> str:
        """Say which rights the user has on a mailbox."""
        self._need("ACL")
        answer = await self.ask(Command(b"MYRIGHTS", raw_name))
        found = [one for one in answer.data if isinstance(one, MyRights)]
        return found[-1].rights if found else ""

    async def set_acl(self, raw_name: bytes, identifier: str, rights: str) -> None:
        """Give somebody rights: these, or these more (``+``) or fewer (``-``); with ``""`` none at all."""
        self._need("ACL")
        if not _RIGHTS.fullmatch(rights):
            raise UsageError(f"{rights!r} are no rights")
        if rights:
            await self.ask(Command(b"SETACL", raw_name, identifier, rights))
        else:
            await self.ask(Command(b"DELETEACL", raw_name, identifier))

    async def metadata(
        self, raw_name: bytes, entries: Sequence[str], *, depth: str = "0"
    ) -> Mapping[str, bytes | None]:
        """Give annotations of a mailbox, or for ``b""`` of the server, and with ``depth`` those below them.

        ``depth`` is ``0``, ``1`` or ``infinity``.
        """
        self._need_metadata(raw_name)
        if depth not in _DEPTHS:
            raise UsageError(f"{depth!r} is no depth")
        options = () if depth == "0" else ((Atom(b"DEPTH"), Atom(depth.encode())),)
        answer = await self.ask(Command(b"GETMETADATA", *options, raw_name, tuple(entries)))
        found: dict[str, bytes | None] = {}
        for one in answer.data:
            if isinstance(one, Metadata):
                found.update(one.entries)
        return found

    async def set_metadata(self, raw_name: bytes, entries: Mapping[str, bytes | None]) -> None:
        """Set annotations; ``None`` takes one away."""
        self._need_metadata(raw_name)
        values: list[Argument] = []
        for name, value in entries.items():
            values += [name, Atom(b"NIL") if value is None else Literal(value, is_binary=b"\0" in value)]
        await self.ask(Command(b"SETMETADATA", raw_name, tuple(values)))

    async def enable(self, *names: str) -> frozenset[str]:
        """Have the server use extensions that change what it says; give those that it does.

        Raises:
            UsageError: a mailbox is selected; then it is too late (RFC 5161 section 3.1).
            CapabilityMissing: the server has no ENABLE.
            CommandRefused, ServiceBusy: it does not do so.
        """
        asked = frozenset(name.upper() for name in names)
        self._need("ENABLE")
        async with self.turn():
            if self.selected is not None:
                raise UsageError(f"{self.name}: a mailbox is selected: it is too late for ENABLE")
            (answer,) = await self.conversation.run(
                Command(b"ENABLE", *(Atom(name.encode()) for name in sorted(asked)))
            )
            answer.check()
            enabled = enabled_by(answer, asked, self.behaviour)
            self.take_enabled(enabled)
            return enabled

    def take_enabled(self, names: frozenset[str]) -> None:
        """Know that the server uses these extensions from now on."""
        self.enabled |= names
        if self.enabled & _UTF8 or self.capabilities.is_rev2_only:
            self.conversation.is_utf8 = True

    def _need(self, capability: str) -> None:
        if not self.capabilities.has(capability):
            raise CapabilityMissing(f"{self.name}: the server has no {capability}")

    def _need_metadata(self, raw_name: bytes) -> None:
        if raw_name or not self.capabilities.has("METADATA-SERVER"):
            self._need("METADATA")

"""Changing what is in a mailbox: flags, copies, moves, and what is gone for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgcore.errors import CapabilityMissing, ProtocolBroken, UsageError
from msgcore.wire.imap.command import Argument, Atom, Command, flag
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.in_lines import in_lines
from msgcore.wire.imap.names import encode_utf7
from msgcore.wire.imap.responses import Code, Fetch, Status
from msgcore.wire.imap.session_base import SessionBase
from msgcore.wire.imap.uid_codes import CopyUid, read_copy_uid, read_lowest_done, read_modified
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["How", "StoreCommands"]

How = Literal["+FLAGS", "-FLAGS", "FLAGS", "+X-GM-LABELS", "-X-GM-LABELS", "X-GM-LABELS"]

_DELETED = flag(r"\Deleted")


class StoreCommands(SessionBase):
    """Storing, copying, moving and expunging, as commands of a session; all in the mailbox that is selected.

    Messages that are not there (any more) are passed over, as the server does. Of a set that does not fit in a line
    some may be done when another command of it is refused.
    """

    async def store(
        self, uids: UidSet, flags: Sequence[str], *, how: How, unchanged_since: int | None = None
    ) -> UidSet:
        """Set, add or take away flags or Gmail's labels, and give the messages that were not changed.

        These are the ones that somebody has changed after the modification sequence ``unchanged_since``
        (RFC 7162 section 3.1.3). The new flags are not told.

        Raises:
            CommandRefused, ServiceBusy: the server does not do it.
            CapabilityMissing: it does not keep modification sequences, or has no labels.
        """
        extension = "X-GM-EXT-1" if how.endswith("LABELS") else None
        for needed in filter(None, (extension, None if unchanged_since is None else "CONDSTORE")):
            if not self.capabilities.has(needed):
                raise CapabilityMissing(f"{self.name}: the server has no {needed}, which STORE needs here")
        said: Argument = tuple(_label(one) if extension else flag(one) for one in flags)
        modifier: list[Argument] = [] if unchanged_since is None else [(Atom(b"UNCHANGEDSINCE"), unchanged_since)]
        item = Atom(f"{how}.SILENT".encode())
        room = sum(len(one) + 3 for one in flags)
        async with self.turn():
            answers = await self._in_sets(uids, b"UID STORE", (*modifier, item, said), room)
        try:
            modified = [read_modified(answer.status.code) for answer in answers]
        except ProtocolBroken as error:
            raise self.conversation.broken(f"UID STORE: MODIFIED: {error}") from error
        for answer, some in zip(answers, modified, strict=True):
            if not some:
                answer.check()
        return UidSet(tuple(pair for some in modified for pair in some.ranges))

    async def expunge(self, uids: UidSet) -> None:
        """Remove those of the messages that are marked with ``\\Deleted``.

        A server without UIDPLUS can only remove all that are marked: the others have their marks taken off meanwhile.
        What somebody marks in that moment is removed, too.

        Raises:
            CommandRefused, ServiceBusy: the server does not do it.
        """
        async with self.turn():
            await self._expunge(uids)

    async def copy(self, uids: UidSet, raw_name: bytes) -> CopyUid | None:
        """Copy messages, and say where the copies are, if the server does.

        Raises:
            CommandRefused: the server does not do it; with the code TRYCREATE there is no such mailbox.
            ServiceBusy: it may do so another time.
        """
        async with self.turn():
            return await self._copy(uids, raw_name)

    async def move(self, uids: UidSet, raw_name: bytes, moved: list[CopyUid] | None = None) -> CopyUid | None:
        """Move messages, and say where they are, if the server does.

        A server may refuse a move when it has moved some, and say where these are (RFC 6851 sections 3.3, 4.3): that
        is added to ``moved``. One without MOVE copies and then removes them: when that ends early, messages are in
        both mailboxes. Raises as :meth:`copy` does.
        """
        async with self.turn():
            if self.capabilities.has("MOVE"):
                answers = await self._in_sets(uids, b"UID MOVE", (raw_name,), len(raw_name))
                before = _where(uids, answers)
                if moved is not None and before is not None and not all(one.status.is_ok for one in answers):
                    moved.append(before)
                return _copied(uids, answers)
            copied = await self._copy(uids, raw_name)
            marked = await self._in_sets(uids, b"UID STORE", (Atom(b"+FLAGS.SILENT"), (_DELETED,)))
            _check(marked)
            await self._expunge(uids)
            return copied

    async def _copy(self, uids: UidSet, raw_name: bytes) -> CopyUid | None:
        return _copied(uids, await self._in_sets(uids, b"UID COPY", (raw_name,), len(raw_name)))

    async def _expunge(self, uids: UidSet) -> None:
        if self.capabilities.has("UIDPLUS"):
            _check(await self._in_sets(uids, b"UID EXPUNGE", ()))
            return
        others = (await self._marked()).without(uids)
        mark = (Atom(b"+FLAGS.SILENT"), (_DELETED,))
        _check(await self._in_sets(others, b"UID STORE", (Atom(b"-FLAGS.SILENT"), (_DELETED,))))
        answer = await self._expunge_marked()
        marked = await self._in_sets(others, b"UID STORE", mark)
        _check([answer, *marked])

    async def _expunge_marked(self) -> Answer:
        below = MAX_UID + 1
        while True:
            (answer,) = await self.conversation.run(Command(b"EXPUNGE"))
            before, below = below, read_lowest_done(answer.status.code)
            if not answer.status.is_ok or not 1 < below < before:
                return answer

    async def _marked(self) -> UidSet:
        """Find what is marked with ``\\Deleted``: all of it, also where the server looks at so many at a time."""
        found, below = UidSet(), MAX_UID + 1
        while below > 1:
            among: Sequence[Argument] = [] if below > MAX_UID else [Atom(b"UID"), UidSet(((1, below - 1),))]
            answer = await self.conversation.ask(Command(b"UID SEARCH", *among, Atom(b"DELETED")))
            found = UidSet.union(found, answer.found)
            before, below = below, read_lowest_done(answer.status.code)
            if below >= before:
                raise self.conversation.broken(f"UID SEARCH: MESSAGELIMIT stays at {below}")
        return found

    async def _in_sets(self, uids: UidSet, name: bytes, arguments: Sequence[Argument], octets: int = 0) -> list[Answer]:
        """Say one command for each part of a set that fits in a line, in one flight."""
        if self.selected is None:
            raise UsageError(f"{self.name}: no mailbox is selected")
        sets = in_lines(self, uids, octets)
        answers = await self.conversation.run(*(Command(name, some, *arguments) for some in sets))
        for answer in answers:  # flags that somebody changed, and modification sequences
            self.conversation.unasked += [one for one in answer.data if isinstance(one, Fetch)]
        return answers


def _label(text: str) -> Argument:
    return flag(text) if text.startswith("\\") else encode_utf7(text)


def _check(answers: Sequence[Answer]) -> None:
    for answer in answers:
        answer.check()


def _copied(uids: UidSet, answers: Sequence[Answer]) -> CopyUid | None:
    _check(answers)
    return _where(uids, answers)


def _where(uids: UidSet, answers: Sequence[Answer]) -> CopyUid | None:
    codes: list[Code | None] = []
    for answer in answers:
        codes += [one.code for one in answer.data if isinstance(one, Status)]
        codes.append(answer.status.code)
    copied = read_copy_uid(codes)
    is_other = copied is not None and copied.source.without(uids)
    return None if is_other else copied

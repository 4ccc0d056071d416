"""A mailbox as one session sees it: numbers from 1 on, which change only when the client is told."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from msgcore.wire.imap.server.answer import bad
from msgcore.wire.imap.server.handler import ServedMailbox, ServedMessage
from msgcore.wire.imap.server.write_data import flag_list
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["View"]


class View:
    """``uids`` are by number, 1 at index 0; ``messages`` what the mailbox held when it was last looked at."""

    def __init__(self, mailbox: ServedMailbox) -> None:
        self._mailbox = mailbox
        self._uid_validity = mailbox.uid_validity
        self.messages: Mapping[int, ServedMessage] = mailbox.messages()
        self.uids = list(self.messages)
        self._told_of = self.messages
        self._has_gone = False
        self._told = {uid: message.flags for uid, message in self.messages.items()}

    @property
    def last_uid(self) -> int:
        return self.uids[-1] if self.uids else 0

    def look(self) -> None:
        """See the messages as they are now, with nothing told.

        When UIDVALIDITY has changed there are none, until the client has heard of it.
        """
        self.messages = self._mailbox.messages() if self._mailbox.uid_validity == self._uid_validity else {}

    def note_told(self, uid: int) -> None:
        """Take it that the client knows the flags of a message."""
        message = self.messages.get(uid)
        if message is not None:
            self._told[uid] = message.flags

    def chosen(self, numbers: UidSet, *, is_uid: bool) -> Sequence[tuple[int, int]]:
        """Give number and unique id of the messages of a set, each once, rising.

        Raises:
            Refusal: there is no message of one of the numbers. Unique ids may be unknown.
        """
        found = {place: None for first, last in numbers.ranges for place in self._places(first, last, is_uid=is_uid)}
        return [(place + 1, self.uids[place]) for place in sorted(found)]

    def _places(self, first: int, last: int, *, is_uid: bool) -> range:
        if is_uid:
            return range(bisect_left(self.uids, first), bisect_right(self.uids, last))
        if last > len(self.uids):
            raise bad("there is no message of this number")
        return range(first - 1, last)

    def changes(self, *, may_expunge: bool, with_uids: bool, with_modseq: bool) -> list[bytes]:
        """Look, and say what is otherwise than the client has heard.

        Numbers must not change while it may be about to name some: then not ``may_expunge`` (RFC 9051 section 7.5.1).
        """
        self.look()
        if self.messages is self._told_of and not (may_expunge and self._has_gone):
            return []
        gone = [uid for uid in self.uids if uid not in self.messages]
        said = list(self._expunged(gone, with_uids=with_uids)) if may_expunge else []
        if may_expunge and self._mailbox.uid_validity != self._uid_validity:
            self._uid_validity = self._mailbox.uid_validity
            said.append(b"* OK [UIDVALIDITY %d] another one\r\n" % self._uid_validity)
            self.look()
        said += self._arrived()
        self._told_of, self._has_gone = self.messages, bool(gone) and not may_expunge
        return [*said, *self._changed(with_uids=with_uids, with_modseq=with_modseq)]

    def _expunged(self, gone: Sequence[int], *, with_uids: bool) -> Iterator[bytes]:
        if gone and with_uids:
            yield b"* VANISHED %b\r\n" % bytes(UidSet.of(gone))
        for uid in reversed(gone):
            place = bisect_left(self.uids, uid)
            del self.uids[place]
            self._told.pop(uid, None)
            if not with_uids:
                yield b"* %d EXPUNGE\r\n" % (place + 1)

    def _arrived(self) -> list[bytes]:
        last = self.last_uid
        new = [uid for uid in self.messages if uid > last]
        if not new:
            return []
        self.uids += new
        self._told |= {uid: self.messages[uid].flags for uid in new}
        return [b"* %d EXISTS\r\n" % len(self.uids)]

    def _changed(self, *, with_uids: bool, with_modseq: bool) -> Iterator[bytes]:
        for place, uid in enumerate(self.uids):
            message = self.messages.get(uid)
            if message is None or message.flags is self._told[uid] or message.flags == self._told[uid]:
                continue
            self._told[uid] = message.flags
            id_of = b"UID %d " % uid if with_uids else b""
            modseq = b" MODSEQ (%d)" % message.modseq if with_modseq else b""
            yield b"* %d FETCH (%bFLAGS %b%b)\r\n" % (place + 1, id_of, flag_list(message.flags), modseq)

"""Mailboxes in memory, as an IMAP server has them: names, unique ids, flags, dates, octets, and what has changed.

*Theory of operation.* A message is a value; what changes it puts another value of the same unique id in its place, with
the mailbox's next mod-sequence. Everything is done under one lock of the account, so that sessions, and tests on other
threads, see whole changes only.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

import attrs

from msgcore.base.status import StatusResponse
from msgcore.errors import CommandRefused, QuotaReached, UsageError
from msgcore.testing.mail_structure import MailContent
from msgcore.wire.imap.responses import Namespace, NamespaceEntry
from msgcore.wire.imap.server.handler import AppendedLetter, ServedEntry, Taken
from msgcore.wire.imap.structure import BodyPart, Envelope

__all__ = ["INBOX", "MemoryAccount", "MemoryMail", "MemoryMailbox"]

INBOX = b"INBOX"
_SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
_SPELLED = {flag.lower(): flag for flag in _SYSTEM_FLAGS}


def _now() -> datetime:
    return datetime.now(UTC)


@attrs.frozen
class MemoryMail:
    """A message in a mailbox: a :class:`~msgcore.wire.imap.server.handler.ServedMessage`."""

    uid: int
    content: MailContent = attrs.field(repr=False, eq=False)
    flags: frozenset[str]
    internal_date: datetime
    modseq: int
    email_id: str

    @property
    def octets(self) -> bytes:
        return self.content.octets

    @property
    def envelope(self) -> Envelope:
        return self.content.envelope

    @property
    def structure(self) -> BodyPart:
        return self.content.structure

    @property
    def sent(self) -> date | None:
        return self.content.sent

    def section(self, numbers: tuple[int, ...], what: str) -> bytes | None:
        return self.content.section(numbers, what)

    def decoded(self, numbers: tuple[int, ...]) -> bytes | None:
        return self.content.decoded(numbers)

    def fields(self, name: str) -> Sequence[str]:
        return self.content.fields(name)

    @property
    def header_text(self) -> str:
        return self.content.header_text

    @property
    def body_text(self) -> str:
        return self.content.body_text


class MemoryMailbox:
    """One mailbox: a :class:`~msgcore.wire.imap.server.handler.ServedMailbox`. May be used from any thread."""

    def __init__(self, account: MemoryAccount, raw_name: bytes, uid_validity: int, attributes: Iterable[str]) -> None:
        self.raw_name = raw_name
        self.uid_validity = uid_validity
        self.attributes = tuple(attributes)
        self.is_read_only = False
        self.mailbox_id = f"F{uid_validity}"
        self.permanent_flags: tuple[str, ...] = (*_SYSTEM_FLAGS, "\\*")
        self.uid_next = 1
        self.highest_modseq = 1
        self._account = account
        self._mails: dict[int, MemoryMail] = {}
        self._gone: dict[int, int] = {}
        self._shown: Mapping[int, MemoryMail] | None = None

    @property
    def can_select(self) -> bool:
        return "\\noselect" not in {one.lower() for one in self.attributes}

    def messages(self) -> Mapping[int, MemoryMail]:
        with self._account.guard:
            if self._shown is None:
                self._shown = dict(self._mails)
            return self._shown

    def vanished_since(self, modseq: int) -> Sequence[int]:
        with self._account.guard:
            return sorted(uid for uid, at in self._gone.items() if at > modseq)

    def put(
        self, octets: bytes, flags: Iterable[str] = (), internal_date: datetime | None = None, *, uid: int | None = None
    ) -> int:
        """Put a message into it, and give its unique id, which is the next one or a later one."""
        with self._account.guard:
            if uid is not None and uid < self.uid_next:
                raise UsageError(f"unique id {uid} was passed already: the next one is {self.uid_next}")
            self.uid_next = self.uid_next if uid is None else uid
            return self.add(MailContent(octets), frozenset(flags), internal_date or self._account.now())

    def add(self, content: MailContent, flags: frozenset[str], internal_date: datetime) -> int:
        """Put content into it under the next unique id; the caller holds the guard."""
        uid, self.uid_next = self.uid_next, self.uid_next + 1
        email_id = "M" + hashlib.sha256(content.octets).hexdigest()[:20]
        self._set(MemoryMail(uid, content, _spelled(flags), internal_date, self._next_modseq(), email_id))
        return uid

    def _next_modseq(self) -> int:
        self.highest_modseq += 1
        return self.highest_modseq

    def _set(self, mail: MemoryMail) -> None:
        self._mails[mail.uid] = mail
        self._shown = None

    def set_flags(self, uids: Iterable[int], how: str, flags: Iterable[str]) -> None:
        """Change flags as another client does; ``how`` is FLAGS, +FLAGS or -FLAGS."""
        given = _spelled(frozenset(flags))
        with self._account.guard:
            for mail in [self._mails[uid] for uid in uids if uid in self._mails]:
                changed = {"FLAGS": given, "+FLAGS": mail.flags | given, "-FLAGS": mail.flags - given}[how]
                if changed != mail.flags:
                    self._set(attrs.evolve(mail, flags=changed, modseq=self._next_modseq()))

    def remove(self, uids: Iterable[int]) -> None:
        """Take messages out, as another client does."""
        with self._account.guard:
            self.drop(uids)

    def drop(self, uids: Iterable[int]) -> None:
        """Take messages out; the caller holds the guard."""
        there = [uid for uid in uids if uid in self._mails]
        modseq = self._next_modseq() if there else 0
        for uid in there:
            del self._mails[uid]
            self._gone[uid] = modseq
        self._shown = None

    def renew(self, uid_validity: int | None = None) -> None:
        """Change UIDVALIDITY, to the next one or to this one: the unique ids then begin at 1 again."""
        with self._account.guard:
            mails = list(self._mails.values())
            self.uid_validity = self._account.next_uid_validity() if uid_validity is None else uid_validity
            self.uid_next, self.highest_modseq = 1, 1
            self._mails.clear()
            self._gone.clear()
            for mail in mails:
                self.add(mail.content, mail.flags, mail.internal_date)

    async def store(self, uids: Sequence[int], how: str, flags: frozenset[str]) -> None:
        if "\\*" not in self.permanent_flags:
            allowed = {flag.lower() for flag in self.permanent_flags}
            flags = frozenset(flag for flag in flags if flag.lower() in allowed)
        self.set_flags(uids, how, flags)

    async def expunge(self, uids: Sequence[int]) -> None:
        self.remove(uids)

    async def copy(self, uids: Sequence[int], raw_name: bytes, *, is_move: bool) -> Taken:
        with self._account.guard:
            target = self._account.writable(raw_name)
            mails = [self._mails[uid] for uid in uids if uid in self._mails]
            self._account.keep_quota(sum(len(mail.octets) for mail in mails) * (not is_move))
            taken = tuple(target.add(mail.content, mail.flags, mail.internal_date) for mail in mails)
            if is_move:
                self.drop(uids)
            return Taken(target.uid_validity, taken)


class MemoryAccount:
    """One user's mailboxes: a :class:`~msgcore.wire.imap.server.handler.ServedAccount`. May be used from any thread.

    INBOX is there from the start. ``prefix`` is that of the personal namespace, such as ``b"INBOX."``.
    """

    def __init__(
        self,
        delimiter: str = "/",
        *,
        prefix: bytes = b"",
        quota_octets: int | None = None,
        max_mailboxes: int = 10_000,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.delimiter = delimiter
        self.namespace = Namespace((NamespaceEntry(prefix, delimiter),))
        self.quota_octets = quota_octets
        self.max_mailboxes = max_mailboxes
        self.now = now
        self.guard = threading.RLock()
        self._prefix = prefix
        self._last_uid_validity = 1_000
        self._mailboxes: dict[bytes, MemoryMailbox] = {}
        self._subscribed_names: set[bytes] = set()
        self.add(INBOX)

    # For tests

    def add(self, raw_name: bytes, *attributes: str, is_subscribed: bool = True) -> MemoryMailbox:
        """Make a mailbox, with attributes such as ``\\Sent`` or ``\\Noselect``."""
        with self.guard:
            mailbox = self._make(_inbox_or(raw_name), attributes)
            if is_subscribed:
                self._subscribed_names.add(mailbox.raw_name)
            return mailbox

    def mailbox(self, raw_name: bytes = INBOX) -> MemoryMailbox:
        """Give a mailbox.

        Raises:
            UsageError: there is none of this name.
        """
        with self.guard:
            found = self._mailboxes.get(_inbox_or(raw_name))
        if found is None:
            raise UsageError(f"{raw_name!r} is no mailbox here")
        return found

    @property
    def names(self) -> tuple[bytes, ...]:
        """The names of all mailboxes, sorted."""
        with self.guard:
            return tuple(sorted(self._mailboxes))

    def next_uid_validity(self) -> int:
        self._last_uid_validity += 1
        return self._last_uid_validity

    # For mailboxes; the caller holds the guard

    def writable(self, raw_name: bytes) -> MemoryMailbox:
        mailbox = self._mailboxes.get(_inbox_or(raw_name))
        if mailbox is None or not mailbox.can_select:
            raise _no("there is no such mailbox", "TRYCREATE")
        if mailbox.is_read_only:
            raise _no("the mailbox is only for reading", "NOPERM")
        return mailbox

    def keep_quota(self, more_octets: int) -> None:
        if self.quota_octets is None:
            return
        used = sum(len(mail.octets) for mailbox in self._mailboxes.values() for mail in mailbox.messages().values())
        if used + more_octets > self.quota_octets:
            raise QuotaReached("the account is full")

    def _make(self, raw_name: bytes, attributes: Iterable[str]) -> MemoryMailbox:
        mailbox = MemoryMailbox(self, raw_name, self.next_uid_validity(), attributes)
        self._mailboxes[raw_name] = mailbox
        return mailbox

    # What a session asks

    def entries(self) -> Sequence[ServedEntry]:
        with self.guard:
            there = [
                ServedEntry(one.raw_name, one.attributes, one.raw_name in self._subscribed_names)
                for one in self._mailboxes.values()
            ]
            lost = self._subscribed_names - self._mailboxes.keys()
            return [*there, *(ServedEntry(name, is_subscribed=True, exists=False) for name in sorted(lost))]

    async def open(self, raw_name: bytes) -> MemoryMailbox:
        with self.guard:
            mailbox = self._mailboxes.get(_inbox_or(raw_name))
            if mailbox is None or not mailbox.can_select:
                raise _no("there is no such mailbox", "NONEXISTENT")
            return mailbox

    async def create(self, raw_name: bytes, special_use: str) -> str:
        with self.guard:
            name = _inbox_or(raw_name)
            if self.delimiter:  # RFC 9051 section 6.3.4: one at the end only says that there will be others below
                name = name.removesuffix(self.delimiter.encode())
            self._check_new(name)
            return self._make(name, (special_use,) if special_use else ()).mailbox_id

    def _check_new(self, name: bytes) -> None:
        if name in self._mailboxes:
            raise _no("there is one already", "ALREADYEXISTS")
        if not name or not name.startswith(self._prefix) or any(not level for level in self._levels(name)):
            raise _no("a mailbox cannot be called that", "CANNOT")
        if b"*" in name or b"%" in name or any(octet < 0x20 or octet == 0x7F for octet in name):
            raise _no("a mailbox cannot be called that", "CANNOT")
        if len(self._mailboxes) >= self.max_mailboxes:
            raise _no("too many mailboxes", "LIMIT")

    def _levels(self, name: bytes) -> Sequence[bytes]:
        return name.split(self.delimiter.encode()) if self.delimiter else [name]

    async def delete(self, raw_name: bytes) -> None:
        with self.guard:
            name = _inbox_or(raw_name)
            if name == INBOX:
                raise _no("INBOX stays", "CANNOT")
            mailbox = self._existing(name)
            if not self._below(name):
                del self._mailboxes[name]
            elif mailbox.can_select:  # RFC 9051 section 6.3.5: the name stays, as a level of the hierarchy
                self._make(name, ("\\Noselect",))
            else:
                raise _no("there are mailboxes below", "HASCHILDREN")
            mailbox.drop(list(mailbox.messages()))

    def _existing(self, name: bytes) -> MemoryMailbox:
        if name not in self._mailboxes:
            raise _no("there is no such mailbox", "NONEXISTENT")
        return self._mailboxes[name]

    def _below(self, name: bytes) -> Sequence[MemoryMailbox]:
        start = name + self.delimiter.encode()
        return [one for one in self._mailboxes.values() if self.delimiter and one.raw_name.startswith(start)]

    async def rename(self, raw_name: bytes, new_raw_name: bytes) -> None:
        with self.guard:
            name, new_name = _inbox_or(raw_name), _inbox_or(new_raw_name)
            mailbox = self._existing(name)
            self._check_new(new_name)
            if self.delimiter and new_name.startswith(name + self.delimiter.encode()) and name != INBOX:
                raise _no("it cannot lie within itself", "CANNOT")
            if name == INBOX:  # RFC 9051 section 6.3.6: its messages move, and it stays
                target = self._make(new_name, ())
                for mail in mailbox.messages().values():
                    target.add(mail.content, mail.flags, mail.internal_date)
                mailbox.drop(list(mailbox.messages()))
                return
            for one in [mailbox, *self._below(name)]:
                del self._mailboxes[one.raw_name]
                one.raw_name = new_name + one.raw_name[len(name) :]
                self._mailboxes[one.raw_name] = one

    async def subscribe(self, raw_name: bytes, *, is_subscribed: bool) -> None:
        with self.guard:
            name = _inbox_or(raw_name)
            if is_subscribed:
                self._existing(name)
                self._subscribed_names.add(name)
            else:
                self._subscribed_names.discard(name)

    async def append(self, raw_name: bytes, letters: Sequence[AppendedLetter]) -> Taken:
        with self.guard:
            mailbox = self.writable(raw_name)
            self.keep_quota(sum(len(letter.octets) for letter in letters))
            uids = tuple(
                mailbox.add(MailContent(one.octets), one.flags, one.internal_date or self.now()) for one in letters
            )
            return Taken(mailbox.uid_validity, uids)

    async def close(self) -> None:
        """Nothing is kept for a session."""


def _no(text: str, code: str) -> CommandRefused:
    return CommandRefused(StatusResponse("NO", text, code))


def _inbox_or(raw_name: bytes) -> bytes:
    return INBOX if raw_name.upper() == INBOX else raw_name


def _spelled(flags: Iterable[str]) -> frozenset[str]:
    """Write system flags as they are written usually; they are the same in any case."""
    return frozenset(_SPELLED.get(flag.lower(), flag) for flag in flags)

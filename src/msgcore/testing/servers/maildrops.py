"""Maildrops in memory, with what is odd about real ones on demand."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.times import Clock
from msgcore.errors import CommandRefused, LoginTooSoon, MaildropInUse, UsageError

__all__ = ["Maildrops", "OpenMaildrop", "Pop3Quirks"]


@attrs.frozen
class Pop3Quirks:
    """What a server does otherwise than it should, or than is usual; all of it is seen on real ones."""

    is_unstuffed: bool = False
    """Dots at the start of lines are not doubled."""
    ends_lines_with_lf: bool = False
    size_error: int = 0
    """How many octets more than it has each message is said to have."""
    ids_are_numbers: bool = False
    """A unique id is the message's number in the session."""
    looks_empty: bool = False
    """Sessions that begin now see no message."""
    deletes_retrieved: bool = False
    """QUIT deletes also what was retrieved, unless RSET was said after that."""
    login_delay_seconds: int | None = None
    quota_octets: int | None = None
    """After so many octets in one session nothing more is given."""


@attrs.frozen(eq=False)
class _Stored:
    unique_id: bytes
    octets: bytes = attrs.field(repr=False)


class Maildrops:
    """The maildrops of some users. Methods may be called from any thread."""

    def __init__(self, users: Sequence[str], clock: Clock) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._stored: dict[str, list[_Stored]] = {user: [] for user in users}
        self._put: Counter[str] = Counter()
        self._holders: dict[str, object] = {}
        self._last_login: dict[str, float] = {}

    def put(self, user: str, octets: bytes, unique_id: bytes | None = None) -> bytes:
        with self._guard:
            stored = self._of(user)
            self._put[user] += 1
            stored.append(_Stored(b"%08d" % self._put[user] if unique_id is None else unique_id, octets))
            return stored[-1].unique_id

    def remove(self, user: str, unique_id: bytes) -> None:
        with self._guard:
            stored = self._of(user)
            stored[:] = [one for one in stored if one.unique_id != unique_id]

    def contents(self, user: str) -> tuple[tuple[bytes, bytes], ...]:
        with self._guard:
            return tuple((one.unique_id, one.octets) for one in self._of(user))

    def _of(self, user: str) -> list[_Stored]:
        if user not in self._stored:
            raise UsageError(f"{user!r} is no user here; there are {', '.join(self._stored)}")
        return self._stored[user]

    @contextmanager
    def lock(self, user: str) -> Generator[None, None, None]:
        holder = object()
        self._hold(user, holder)
        try:
            yield
        finally:
            self.release(user, holder)

    def open(self, user: str, quirks: Pop3Quirks) -> OpenMaildrop:
        """Open a maildrop for one session.

        Raises:
            MaildropInUse: another one has it, or a test has locked it.
            LoginTooSoon: the delay between logins has not passed.
        """
        holder = object()
        self._hold(user, holder)
        try:
            self._keep_delay(user, quirks.login_delay_seconds)
        except LoginTooSoon:
            self.release(user, holder)
            raise
        with self._guard:
            stored = [] if quirks.looks_empty else list(self._of(user))
        return OpenMaildrop(self, user, holder, stored, quirks)

    def _hold(self, user: str, holder: object) -> None:
        with self._guard:
            self._of(user)
            if self._holders.setdefault(user, holder) is not holder:
                raise MaildropInUse(f"the maildrop of {user} is open")

    def release(self, user: str, holder: object) -> None:
        with self._guard:
            if self._holders.get(user) is holder:
                del self._holders[user]

    def _keep_delay(self, user: str, seconds: int | None) -> None:
        now = self._clock.monotonic()
        last = self._last_login.get(user)
        if seconds is not None and last is not None and now < last + seconds:
            raise LoginTooSoon(f"{user} has logged in {now - last:.0f} seconds ago", last + seconds - now)
        self._last_login[user] = now

    def delete(self, user: str, deleted: Sequence[_Stored]) -> None:
        gone = set(deleted)
        with self._guard:
            stored = self._of(user)
            stored[:] = [one for one in stored if one not in gone]


class OpenMaildrop:
    """A maildrop as one session sees it: a :class:`~msgcore.wire.pop3.server.ServedMaildrop`."""

    def __init__(
        self,
        maildrops: Maildrops,
        user: str,
        holder: object,
        stored: Sequence[_Stored],
        quirks: Pop3Quirks,
    ) -> None:
        self._maildrops = maildrops
        self._user = user
        self._holder = holder
        self._stored = stored
        self._quirks = quirks
        self._retrieved: set[int] = set()
        self._given_octets = 0

    @property
    def sizes(self) -> Sequence[int]:
        return [len(one.octets) + self._quirks.size_error for one in self._stored]

    @property
    def unique_ids(self) -> Sequence[bytes]:
        if self._quirks.ids_are_numbers:
            return [b"%d" % number for number in range(1, len(self._stored) + 1)]
        return [one.unique_id for one in self._stored]

    async def octets(self, number: int) -> bytes:
        octets = self._stored[number - 1].octets
        quota = self._quirks.quota_octets
        if quota is not None and self._given_octets + len(octets) > quota:
            raise CommandRefused(StatusResponse("-ERR", "Download exceed the limit of today"))
        self._given_octets += len(octets)
        return octets

    def note_retrieved(self, number: int) -> None:
        self._retrieved.add(number)

    def forget_retrieved(self) -> None:
        self._retrieved.clear()

    async def commit(self, numbers: Sequence[int]) -> None:
        also = self._retrieved if self._quirks.deletes_retrieved else set[int]()
        self._maildrops.delete(self._user, [self._stored[number - 1] for number in {*numbers, *also}])

    async def close(self) -> None:
        self._maildrops.release(self._user, self._holder)

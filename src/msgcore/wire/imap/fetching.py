"""Fetching many messages: commands go ahead of the answers, which are taken in bulk.

*Theory of operation.* What is asked for is split into commands that a server takes in one line, of so many messages
that waiting for those in flight is no burden. A few are in flight, so that the server works while the caller does; but
of bodies one command only, until the first have told how large they are. Whoever uses the session for something else
meanwhile has what is in flight *gathered* first, into the buffer of the fetch; the rest is asked for when the caller
wants more, unless another mailbox has been selected by then. What is more than may be kept is asked for again.

What came whole is given before an error is: the refusal of a command, or the end of the connection.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import attrs

from msgcore.errors import CapabilityMissing, MsgcoreError, UsageError
from msgcore.wire.imap.command import Argument, Atom, Command
from msgcore.wire.imap.fetch_lines import FetchLines
from msgcore.wire.imap.flight import Pending
from msgcore.wire.imap.in_lines import in_lines
from msgcore.wire.imap.items import extension_of, item_atoms, without_binary
from msgcore.wire.imap.refusal import refused
from msgcore.wire.imap.responses import Code, Expunge, Fetch, Response, Status, Vanished
from msgcore.wire.imap.session_base import SessionBase
from msgcore.wire.imap.uid_codes import read_lowest_done
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["FetchCommands", "Fetching", "Until"]

_IN_FLIGHT = 3
_MESSAGES = 2_000
_MOST_RANGES = 1_000_000
_SLACK = 1.25
_BODIES = 30  # as long as their sizes are not known
_NEWS_OCTETS = 100  # of a line that tells of flags, about
_COMMAND_OCTETS = 4 * 1024 * 1024
_ALL = UidSet(((1, MAX_UID),))


@attrs.frozen
class Until:
    """When it is enough: after so many octets of bodies, messages or seconds, but never before the first message."""

    octets: int = 4 * 1024 * 1024
    messages: int = 500
    seconds: float = 2.0


_UNTIL = Until()
_TO_THE_END = Until(2**62, 2**62)


@attrs.frozen
class _Asked:
    """What is asked of which messages; ``uids`` are ``None`` for all."""

    uids: UidSet | None
    items: Sequence[str]
    modifiers: tuple[Argument, ...] = ()

    @property
    def is_heavy(self) -> bool:
        return any("[" in item or item.upper() in {"RFC822", "RFC822.TEXT"} for item in self.items)

    def sets(self, session: SessionBase, messages: int | None) -> list[UidSet | None]:
        """Split what is asked for into what goes into a command each, of so many messages at most."""
        if self.uids is None:
            return [None]
        count = messages or _BODIES
        return [*in_lines(session, self.uids, sum(map(len, self.items)), count)]

    def command(self, uids: UidSet | None) -> Command:
        said = Atom(b"1:*") if uids is None else uids
        return Command(b"UID FETCH", said, item_atoms(self.items), *([self.modifiers] if self.modifiers else []))


class Fetching:
    """A fetch on its way; see above."""

    def __init__(self, session: SessionBase, asked: _Asked) -> None:
        self._vanished: list[tuple[int, int]] = []
        self._session = session
        self._mailbox = session.selected
        self._asked = asked
        self._lines = FetchLines(asked.uids, [item.upper() for item in asked.items])
        self._is_binary = any(item.upper().startswith("BINARY") for item in asked.items)
        self._count = None if asked.is_heavy else _MESSAGES
        self._sets = deque(asked.sets(session, self._count))
        self._flight: deque[Pending] = deque()
        self._buffer: deque[Fetch] = deque()
        self._buffer_octets = 0
        self._end: MsgcoreError | None = None

    @property
    def vanished(self) -> UidSet:
        """The messages that are gone, as far as this has been told."""
        return UidSet(tuple(self._vanished))

    async def begin(self) -> None:
        """Ask for the first messages, within a turn."""
        await self._ask()

    async def next(self, until: Until = _UNTIL) -> list[Fetch]:
        """Give what has come, at least one message; none at the end.

        They come in the server's order, which need not be that of the set: some work on several commands at once.

        Raises:
            CommandRefused, ServiceBusy: the server does not give the rest.
            ConnectionLost, TimedOut, ProtocolBroken: the session is over.
            UsageError: another mailbox was selected before all was asked for.
        """
        if self._wants_more(until):
            async with self._session.turn(self):
                await self._collect(until)
        given = self._taken(until)
        if not given and self._end is not None:
            raise self._end
        return given

    async def rest(self) -> list[Fetch]:
        """Give all that is still to come; raises as :meth:`next` does."""
        found: list[Fetch] = []
        conversation = self._session.conversation
        while given := await self.next(_TO_THE_END):
            found += given
            if len(found) > conversation.limits.kept_responses:
                raise conversation.broken(f"more than {conversation.limits.kept_responses} messages")
        return found

    async def gather(self) -> None:
        """Hear all that is in flight, and keep it, but for bodies that are too much: these are to come again.

        More messages than a session may keep end it; that is only to be had where all were asked for at once.
        """
        conversation = self._session.conversation
        dropped: list[int] = []
        while self._flight:
            await self._hear(None)
            while self._buffer_octets > conversation.limits.kept_octets:
                last = self._buffer.pop()
                self._buffer_octets -= _octets_of(last)
                dropped += filter(None, (last.uid,))
            messages = len(self._buffer) + len(dropped)
            if messages > conversation.limits.kept_responses:
                self._fail(conversation.broken(f"more than {messages} messages were in flight"))
        if dropped and self._end is None:
            again = UidSet.of(dropped)
            self._lines.forget(again)
            self._ask_for(again)

    def stop(self) -> None:
        """Ask for no more."""
        self._sets.clear()

    def _wants_more(self, until: Until) -> bool:
        is_more = self._end is None and bool(self._flight or self._sets)
        return is_more and len(self._buffer) < until.messages and self._buffer_octets < until.octets

    async def _collect(self, until: Until) -> None:
        clock = self._session.runtime
        end = clock.monotonic() + until.seconds
        while self._wants_more(until):
            await self._ask()
            seconds = max(0.0, end - clock.monotonic()) if self._buffer else None
            if seconds == 0 or (self._flight and not await self._hear(seconds)):
                break

    async def _ask(self) -> None:
        """Fill the window up."""
        most = 1 if self._count is None else _IN_FLIGHT
        count = min(len(self._sets), most - len(self._flight))
        if count <= 0:
            return
        if self._session.selected is not self._mailbox:
            self._fail(UsageError(f"{self._session.name}: another mailbox was selected before all was fetched"))
            return
        commands = [self._asked.command(self._sets.popleft()) for _ in range(count)]
        self._session.unfinished = self
        try:
            self._flight += await self._session.conversation.send(*commands, take=self._take, take_rows=self._take_rows)
        except MsgcoreError as error:
            self._fail(error)
        else:
            self._settle()

    async def _hear(self, seconds: float | None) -> bool:
        try:
            has_come = await self._session.conversation.hear(seconds)
        except MsgcoreError as error:
            self._fail(error)
            return False
        self._settle()
        return has_come

    def _fail(self, error: MsgcoreError) -> None:
        """End with what came whole."""
        self._lines.seal_if_whole()
        self._lines.left.clear()
        self._keep()
        self._flight.clear()
        self._sets.clear()
        self._session.unfinished = None
        self._end = self._end or error

    def _take_rows(self, rows: Sequence[Fetch]) -> None:
        self._lines.take(rows)
        if self._lines.left:
            self._hand_on()

    def _take(self, response: Response) -> bool:
        if type(response) is Fetch:
            self._take_rows([response])
        elif isinstance(response, Vanished) and response.is_earlier:
            self._vanished += response.uids.ranges
            if len(self._vanished) > _MOST_RANGES:
                raise self._session.conversation.broken(f"more than {_MOST_RANGES} ranges of what vanished")
        elif isinstance(response, Expunge | Vanished):
            self._seal()  # the next message may have the same number
            self._session.conversation.keep_unasked(response)
        else:
            return False
        return True

    def _seal(self) -> None:
        self._lines.seal()
        self._hand_on()

    def _hand_on(self) -> None:
        """Leave to the session what does not belong to this fetch: the news in it, not what came again."""
        left = self._lines.left[:]
        self._lines.left.clear()
        for one in left:
            news = Fetch(one.number, one.uid, one.flags, modseq=one.modseq)
            self._session.conversation.keep_unasked(news, _NEWS_OCTETS + sum(map(len, one.flags or ())))

    def _settle(self) -> None:
        """See which commands have ended, and keep what has come."""
        while self._flight and (status := self._flight[0].status) is not None:
            self._flight.popleft()
            self._seal()
            self._take_end(status)
        self._keep()
        if not self._flight:
            self._session.unfinished = None

    def _keep(self) -> None:
        messages = self._lines.messages
        octets = sum([_octets_of(one) for one in messages if one.sections])
        if messages and self._count is None:
            self._fit(octets // len(messages))
        self._buffer_octets += octets
        self._buffer += messages
        messages.clear()

    def _fit(self, octets: int) -> None:
        """Ask from now on for as many messages at a time as are no burden, going by those that came first."""
        self._count = max(1, min(_MESSAGES, _COMMAND_OCTETS // (octets + 1)))
        left = UidSet.union(*(one for one in self._sets if one is not None))
        if left:
            self._sets = deque(attrs.evolve(self._asked, uids=left).sets(self._session, self._count))

    def _take_end(self, status: Status) -> None:
        code = Code("") if status.code is None else status.code
        if lowest := read_lowest_done(code):
            # The server gives so many at a time, from the last one down (RFC 9738 section 3.1).
            self._ask_for(_below(self._asked.uids or _ALL, lowest))
        elif status.is_ok:
            return
        elif code.name == "UNKNOWN-CTE" and self._is_binary:
            self._ask_encoded()
        else:
            self._sets.clear()
            self._end = self._end or refused(f"{self._session.name}: UID FETCH", status)

    def _ask_encoded(self) -> None:
        """Ask for all that is left as it is encoded, unless that has been done."""
        items = without_binary(self._asked.items)
        if items == list(self._asked.items):
            return
        self._asked = attrs.evolve(self._asked, items=items)
        self._sets.clear()
        self._ask_for(self._asked.uids or _ALL)

    def _ask_for(self, uids: UidSet) -> None:
        left = self._lines.without_given(uids)
        if left:
            self._sets.extend(attrs.evolve(self._asked, uids=left).sets(self._session, self._count))

    def _taken(self, until: Until) -> list[Fetch]:
        if len(self._buffer) <= until.messages and self._buffer_octets <= until.octets * _SLACK:
            everything = list(self._buffer)
            self._buffer.clear()
            self._buffer_octets = 0
            return everything
        given: list[Fetch] = []
        octets = 0
        while self._buffer and (not given or (len(given) < until.messages and octets < until.octets)):
            given.append(one := self._buffer.popleft())
            if one.sections:
                octets += _octets_of(one)
        self._buffer_octets -= octets
        return given


class FetchCommands(SessionBase):
    """Fetching, as commands of a session."""

    async def fetch(
        self,
        uids: UidSet | None,
        items: Sequence[str],
        *,
        changed_since: int | None = None,
        with_vanished: bool = False,
    ) -> Fetching:
        """Ask for items of messages, or of all for ``None``; the unique id always comes with them.

        A set is asked for in parts. All are asked for at once, and who does something else meanwhile waits for all.
        ``changed_since`` is a modification sequence (RFC 7162 section 3.1.4.1). A server that has a part in an encoding
        that it does not know gives it encoded: ``BODY[1]`` comes where ``BINARY[1]`` was asked for.

        Raises:
            UsageError: no mailbox is selected, or an item is none.
            CapabilityMissing: the server has no such items, or does not keep modification sequences.
        """
        if self.selected is None:
            raise UsageError(f"{self.name}: no mailbox is selected")
        self._need_extensions(items, changed_since is not None, with_vanished)
        modifiers: tuple[Argument, ...] = ()
        if changed_since is not None:
            modifiers = (Atom(b"CHANGEDSINCE"), changed_since, *([Atom(b"VANISHED")] if with_vanished else []))
        fetching = Fetching(self, _Asked(uids, items, modifiers))
        async with self.turn(fetching):
            await fetching.begin()
        return fetching

    async def fetch_all(
        self, uids: UidSet | None, items: Sequence[str], *, changed_since: int | None = None
    ) -> list[Fetch]:
        """Fetch, and give all messages at once; raises as :meth:`fetch` and :meth:`Fetching.next` do."""
        return await (await self.fetch(uids, items, changed_since=changed_since)).rest()

    def _need_extensions(self, items: Sequence[str], by_modseq: bool, with_vanished: bool) -> None:
        needed = {extension: item for item in items if (extension := extension_of(item)) is not None}
        if by_modseq:
            needed["CONDSTORE"] = "CHANGEDSINCE"
        if with_vanished:
            needed["QRESYNC"] = "VANISHED"
        for extension, item in needed.items():
            if not self.capabilities.has(extension):
                raise CapabilityMissing(f"{self.name}: the server has no {extension}, which {item} needs")


def _octets_of(fetch: Fetch) -> int:
    return sum(map(len, filter(None, fetch.sections.values())))


def _below(uids: UidSet, uid: int) -> UidSet:
    return UidSet(tuple((first, min(last, uid - 1)) for first, last in uids.ranges if first < uid))

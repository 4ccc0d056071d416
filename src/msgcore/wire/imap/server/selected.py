"""The selected state of a session: what a client asks of the mailbox that it has open (RFC 9051 section 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from msgcore.errors import UsageError
from msgcore.wire.imap.order import sorted_by
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.server.answer import Answer, bad, no, ok
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.fetch import FetchItem, item_of, take_items
from msgcore.wire.imap.server.handler import ServedMailbox, Taken, asked
from msgcore.wire.imap.server.search import Searched, SearchKeys
from msgcore.wire.imap.server.terms import Terms
from msgcore.wire.imap.server.view import View
from msgcore.wire.imap.server.write_data import flag_list
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Selected"]

_SEEN = "\\Seen"
_DELETED = "\\deleted"


class Selected:
    """A mailbox that a session has open. Methods are named by their commands; they raise :class:`Refusal`.

    What they answer does not tell yet what has changed: that is :meth:`changes`.
    """

    def __init__(
        self, mailbox: ServedMailbox, terms: Terms, now: Callable[[], datetime], *, is_read_only: bool
    ) -> None:
        self.mailbox = mailbox
        self.is_read_only = is_read_only or mailbox.is_read_only
        self.view = View(mailbox)
        self._terms = terms
        self._now = now

    def changes(self, *, may_expunge: bool = True) -> list[bytes]:
        terms = self._terms
        return self.view.changes(may_expunge=may_expunge, with_uids=terms.with_uids, with_modseq=terms.with_modseq)

    # FETCH

    async def fetch(self, arguments: Arguments, *, is_uid: bool) -> Answer:
        numbers = self._take_numbers(arguments, is_uid=is_uid)
        chosen = self.view.chosen(numbers, is_uid=is_uid)
        arguments.space()
        items = take_items(arguments, self._terms.offers)
        since, with_vanished = self._take_since(arguments, is_uid=is_uid)
        arguments.end()
        if is_uid:
            items = _with_first(items, "UID")
        if since is not None:
            items = _with_last(items, "MODSEQ")
        if any(item.name == "MODSEQ" for item in items):
            self._terms.enable_condstore()
        vanished = self._vanished(since, numbers) if since is not None and with_vanished else []
        self.view.look()
        now_seen = await self._see(chosen, items)
        messages = self.view.messages
        found = [pair for pair in chosen if pair[1] in messages and (since is None or messages[pair[1]].modseq > since)]
        lines = [self._fetched(number, uid, items, now_seen) for number, uid in found]
        code = "" if since is not None or len(found) == len(chosen) else "EXPUNGEISSUED"
        return ok("fetched", *vanished, *lines, code=code)

    def _take_since(self, arguments: Arguments, *, is_uid: bool) -> tuple[int | None, bool]:
        if not arguments.has(b" ("):
            return None, False
        if "CONDSTORE" not in self._terms.offers:
            raise bad("CONDSTORE is not offered")
        arguments.need(b"CHANGEDSINCE ")
        since = arguments.number()
        with_vanished = arguments.has(b" VANISHED")
        arguments.need(b")")
        if with_vanished and not (is_uid and self._terms.with_uids):
            raise bad("VANISHED is for UID FETCH after ENABLE QRESYNC")
        self._terms.enable_condstore()
        return since, with_vanished

    def _vanished(self, since: int, numbers: UidSet) -> list[bytes]:
        last = self.view.last_uid  # ``*`` is this one, and says nothing of those that were behind it
        gone = [uid for uid in self.mailbox.vanished_since(since) if uid in numbers or uid > last]
        return [b"* VANISHED (EARLIER) %b\r\n" % bytes(UidSet.of(gone))] if gone else []

    async def _see(self, chosen: Sequence[tuple[int, int]], items: Sequence[FetchItem]) -> frozenset[int]:
        """Set \\Seen where what is asked for does that, and give the unique ids of the messages that had it not."""
        if self.is_read_only or not any(item.sets_seen for item in items):
            return frozenset()
        messages = self.view.messages
        unseen = [uid for _, uid in chosen if uid in messages and _SEEN not in messages[uid].flags]
        if unseen:
            await asked(self.mailbox.store(unseen, "+FLAGS", frozenset({_SEEN})))
            self.view.look()
        return frozenset(unseen)

    def _fetched(self, number: int, uid: int, items: Sequence[FetchItem], now_seen: frozenset[int]) -> bytes:
        if uid in now_seen:
            items = _with_last(items, "FLAGS")
        if any(item.name == "FLAGS" for item in items):
            self.view.note_told(uid)
        message = self.view.messages[uid]
        return b"* %d FETCH (%b)\r\n" % (number, b" ".join([item.write(message) for item in items]))

    # SEARCH

    async def search(self, arguments: Arguments, tag: bytes, *, is_uid: bool) -> Answer:
        returns = _take_returns(arguments, self._terms)
        keys = self._keys(arguments)
        found = self._searched(keys.take())
        if keys.needs_modseq:
            self._terms.enable_condstore()
        modseq = max([one.message.modseq for one in found], default=0) if keys.needs_modseq else 0
        numbers = [one.message.uid if is_uid else one.number for one in found]
        return ok("searched", _found(numbers, returns, tag, modseq, is_uid=is_uid))

    async def sort(self, arguments: Arguments, *, is_uid: bool) -> Answer:
        """Answer SORT (RFC 5256), in the order that msgcore's own client has where a server knows none."""
        order = arguments.words()
        arguments.space()
        keys = self._keys(arguments)
        keys.take_charset()
        found = self._searched(keys.take())
        numbers = {one.message.uid: one.number for one in found}
        try:
            uids = sorted_by(order, [_as_fetched(one) for one in found])
        except UsageError as error:
            raise bad(str(error)) from error
        said = b"".join([b" %d" % (uid if is_uid else numbers[uid]) for uid in uids])
        return ok("sorted", b"* SORT%b\r\n" % said)

    def _keys(self, arguments: Arguments) -> SearchKeys:
        return SearchKeys(arguments, self._terms.offers, len(self.view.uids), self.view.last_uid, self._now())

    def _searched(self, test: Callable[[Searched], bool]) -> Sequence[Searched]:
        self.view.look()
        messages = self.view.messages
        there = (Searched(number, messages[uid]) for number, uid in enumerate(self.view.uids, 1) if uid in messages)
        return [one for one in there if test(one)]

    # STORE

    async def store(self, arguments: Arguments, *, is_uid: bool) -> Answer:
        chosen = self._take_chosen(arguments, is_uid=is_uid)
        arguments.space()
        unchanged_since = self._take_unchanged_since(arguments)
        how = arguments.atom().decode("latin-1").upper()
        arguments.space()
        flags = arguments.flags()
        arguments.end()
        if how.removesuffix(".SILENT") not in {"FLAGS", "+FLAGS", "-FLAGS"} or "\\Recent" in flags:
            raise bad("no such change")
        self._need_writable()
        self.view.look()
        there = [(number, uid) for number, uid in chosen if uid in self.view.messages]
        modified = [
            one for one in there if unchanged_since is not None and self.view.messages[one[1]].modseq > unchanged_since
        ]
        changed = [one for one in there if one not in modified]
        await asked(self.mailbox.store([uid for _, uid in changed], how.removesuffix(".SILENT"), flags))
        self.view.look()
        lines = self._stored(changed, is_uid=is_uid, is_silent=how.endswith(".SILENT"))
        names = UidSet.of(uid if is_uid else number for number, uid in modified)
        return ok("stored", *lines, code=f"MODIFIED {bytes(names).decode()}" if modified else "")

    def _take_unchanged_since(self, arguments: Arguments) -> int | None:
        if not arguments.has(b"("):
            return None
        if "CONDSTORE" not in self._terms.offers:
            raise bad("CONDSTORE is not offered")
        arguments.need(b"UNCHANGEDSINCE ")
        since = arguments.number()
        arguments.need(b") ")
        self._terms.enable_condstore()
        return since

    def _stored(self, changed: Sequence[tuple[int, int]], *, is_uid: bool, is_silent: bool) -> list[bytes]:
        with_modseq = self._terms.with_modseq
        lines: list[bytes] = []
        for number, uid in changed:
            self.view.note_told(uid)
            message = self.view.messages.get(uid)
            if message is None or (is_silent and not with_modseq):
                continue
            said = [b"UID %d" % uid] if is_uid or self._terms.with_uids else []
            said += [] if is_silent else [b"FLAGS " + flag_list(message.flags)]
            said += [b"MODSEQ (%d)" % message.modseq] if with_modseq else []
            lines.append(b"* %d FETCH (%b)\r\n" % (number, b" ".join(said)))
        return lines

    # COPY, MOVE, EXPUNGE

    async def copy(self, arguments: Arguments, *, is_uid: bool) -> Answer:
        code = await self._transfer(arguments, is_uid=is_uid, is_move=False)
        return ok("copied", code=code)

    async def move(self, arguments: Arguments, *, is_uid: bool) -> Answer:
        self._need_writable()
        code = await self._transfer(arguments, is_uid=is_uid, is_move=True)
        told = [b"* OK [%b] moved\r\n" % code.encode()] if code else []
        return ok("moved", *told, *self.changes())

    async def _transfer(self, arguments: Arguments, *, is_uid: bool, is_move: bool) -> str:
        chosen = self._take_chosen(arguments, is_uid=is_uid)
        arguments.space()
        raw_name = arguments.astring()
        arguments.end()
        self.view.look()
        uids = [uid for _, uid in chosen if uid in self.view.messages]
        if len(uids) < len(chosen):
            raise no("some of these messages are gone", "EXPUNGEISSUED")
        taken = await asked(self.mailbox.copy(uids, raw_name, is_move=is_move))
        return _copy_uid(uids, taken) if uids and "UIDPLUS" in self._terms.offers else ""

    async def expunge(self, arguments: Arguments, *, is_uid: bool) -> Answer:
        chosen = self._take_chosen(arguments, is_uid=True) if is_uid else None
        arguments.end()
        self._need_writable()
        await self.expunge_deleted(None if chosen is None else {uid for _, uid in chosen})
        lines = self.changes()
        code = f"HIGHESTMODSEQ {self.mailbox.highest_modseq}" if self._terms.with_uids else ""
        return ok("expunged", *lines, code=code)

    async def expunge_deleted(self, among: set[int] | None = None) -> None:
        """Take out what is marked, of these or of all."""
        self.view.look()
        marked = [
            uid
            for uid, message in self.view.messages.items()
            if (among is None or uid in among) and _DELETED in {flag.lower() for flag in message.flags}
        ]
        if marked:
            await asked(self.mailbox.expunge(marked))

    def _need_writable(self) -> None:
        if self.is_read_only:
            raise no("the mailbox is only for reading", "READ-ONLY")

    def _take_chosen(self, arguments: Arguments, *, is_uid: bool) -> Sequence[tuple[int, int]]:
        return self.view.chosen(self._take_numbers(arguments, is_uid=is_uid), is_uid=is_uid)

    def _take_numbers(self, arguments: Arguments, *, is_uid: bool) -> UidSet:
        return arguments.numbers(self.view.last_uid if is_uid else len(self.view.uids))


def _with_first(items: Sequence[FetchItem], name: str) -> list[FetchItem]:
    return [item_of(name), *(item for item in items if item.name != name)]


def _with_last(items: Sequence[FetchItem], name: str) -> list[FetchItem]:
    return [*(item for item in items if item.name != name), item_of(name)]


def _as_fetched(one: Searched) -> Fetch:
    message = one.message
    return Fetch(
        one.number,
        message.uid,
        size_octets=len(message.octets),
        internal_date=message.internal_date,
        envelope=message.envelope,
    )


def _copy_uid(uids: Sequence[int], taken: Taken) -> str:
    return f"COPYUID {taken.uid_validity} {bytes(UidSet.of(uids)).decode()} {bytes(UidSet.of(taken.uids)).decode()}"


def _take_returns(arguments: Arguments, terms: Terms) -> frozenset[str] | None:
    """Take RETURN and its options (RFC 9051 section 6.4.4): ``None`` is an answer of the old form."""
    if not arguments.has_word(b"RETURN"):
        return frozenset({"ALL"}) if "IMAP4REV2" in terms.enabled else None
    arguments.space()
    options = frozenset(arguments.words() or ["ALL"])
    arguments.space()
    if "ESEARCH" not in terms.offers or not options <= {"MIN", "MAX", "ALL", "COUNT"}:
        raise bad("no such option of SEARCH")
    return options


def _found(numbers: Sequence[int], returns: frozenset[str] | None, tag: bytes, modseq: int, *, is_uid: bool) -> bytes:
    if returns is None:
        said = b"".join([b" %d" % number for number in numbers])
        return b"* SEARCH%b%b\r\n" % (said, b" (MODSEQ %d)" % modseq if numbers and modseq else b"")
    said = b'* ESEARCH (TAG "%b")%b' % (tag, b" UID" if is_uid else b"")
    if numbers:
        said += b" MIN %d" % numbers[0] if "MIN" in returns else b""
        said += b" MAX %d" % numbers[-1] if "MAX" in returns else b""
        said += b" ALL %b" % bytes(UidSet.of(numbers)) if "ALL" in returns else b""
    said += b" COUNT %d" % len(numbers) if "COUNT" in returns else b""
    return said + (b" MODSEQ %d\r\n" % modseq if numbers and modseq else b"\r\n")

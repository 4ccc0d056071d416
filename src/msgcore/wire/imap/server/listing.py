"""LIST, LSUB and STATUS: which mailboxes there are, and how much lies in them (RFC 9051 sections 6.3.9 to 6.3.11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from msgcore.wire.imap.server.answer import Answer, Refusal, bad, no, ok
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.handler import ServedAccount, ServedEntry, ServedMailbox, asked
from msgcore.wire.imap.server.settings import ServerSettings
from msgcore.wire.imap.server.write_data import astring, string

__all__ = ["Listing"]

_ITEMS = frozenset({"MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "RECENT"})
_ITEMS_OF = {
    "SIZE": "STATUS=SIZE", "DELETED": "IMAP4REV2", "HIGHESTMODSEQ": "CONDSTORE", "APPENDLIMIT": "APPENDLIMIT",
    "MAILBOXID": "OBJECTID",
}  # fmt: skip
_SELECTIONS = frozenset({"SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"})
_PATTERNS = 100
_PATTERN_OCTETS = 1_000
_FEW_PIECES = 5  # of two wildcards
_UNSELECTABLE = frozenset({"\\noselect", "\\nonexistent"})


@attrs.frozen
class _Asked:
    """What LIST is asked for; ``returns`` are words, ``items`` those of STATUS."""

    patterns: tuple[bytes, ...]
    selections: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()
    items: tuple[str, ...] = ()


class Listing:
    """Methods are named by their commands; they raise :class:`Refusal`."""

    def __init__(self, account: ServedAccount, settings: ServerSettings) -> None:
        self._account = account
        self._settings = settings

    async def list(self, arguments: Arguments) -> Answer:
        want = self._take(arguments)
        if want.patterns == (b"",):
            return ok("listed", b'* LIST (\\Noselect) %b ""\r\n' % self._delimiter())
        entries = self._entries()
        parents = self._parents(entries)
        lines: list[bytes] = []
        for entry in self._selected(entries, want):
            lines.append(self._line(b"LIST", entry, parents, shows_subscribed=self._shows_subscribed(want)))
            if want.items and not _UNSELECTABLE & {one.lower() for one in entry.attributes} and entry.exists:
                lines += await self._status_if_open(entry.raw_name, want.items)
        return ok("listed", *lines)

    async def lsub(self, arguments: Arguments) -> Answer:
        reference = arguments.astring()
        arguments.space()
        want = _Asked((reference + arguments.pattern(),))
        arguments.end()
        entries = [entry for entry in self._entries() if entry.is_subscribed]
        found = self._selected(entries, want)
        return ok("listed", *[self._line(b"LSUB", one, frozenset(), shows_subscribed=False) for one in found])

    async def status(self, arguments: Arguments) -> Answer:
        raw_name = arguments.astring()
        arguments.space()
        items = self._checked(arguments.words())
        arguments.end()
        return ok("told", self._status_line(raw_name, await asked(self._account.open(raw_name)), items))

    # The form of LIST

    def _take(self, arguments: Arguments) -> _Asked:
        is_extended = "LIST-EXTENDED" in self._settings.offers
        selections = frozenset[str]()
        if arguments.is_next(b"("):
            selections = frozenset(arguments.words())
            arguments.space()
            allowed = _SELECTIONS if is_extended else frozenset({"SPECIAL-USE"})
            if not selections <= allowed:
                raise bad("no such selection")
        reference = arguments.astring()
        arguments.space()
        patterns = self._take_patterns(arguments, is_extended=is_extended)
        returns, items = self._take_returns(arguments) if arguments.has(b" ") else (frozenset[str](), ())
        arguments.end()
        joined = tuple(reference + pattern if pattern else b"" for pattern in patterns)
        return _Asked(joined, selections, returns, items)

    def _take_patterns(self, arguments: Arguments, *, is_extended: bool) -> Sequence[bytes]:
        if not arguments.has(b"("):
            return [arguments.pattern()]
        found = [arguments.pattern()]
        while not arguments.has(b")"):
            arguments.space()
            found.append(arguments.pattern())
        if not is_extended or len(found) > _PATTERNS:
            raise bad("too many patterns")
        return found

    def _take_returns(self, arguments: Arguments) -> tuple[frozenset[str], tuple[str, ...]]:
        if not arguments.has_word(b"RETURN"):
            raise bad("need RETURN")
        arguments.need(b" (")
        returns: set[str] = set()
        items: tuple[str, ...] = ()
        while not arguments.has(b")"):
            if returns:
                arguments.space()
            returns.add(arguments.word())
            if "STATUS" in returns and not items:
                arguments.space()
                items = self._checked(arguments.words())
        offers = self._settings.offers
        allowed = {"SUBSCRIBED", "CHILDREN"} if "LIST-EXTENDED" in offers else set[str]()
        allowed |= {"SPECIAL-USE"} & offers | ({"STATUS"} if "LIST-STATUS" in offers else set[str]())
        if not returns <= allowed:
            raise bad("no such option of LIST")
        return frozenset(returns), items

    @staticmethod
    def _shows_subscribed(want: _Asked) -> bool:
        return "SUBSCRIBED" in want.returns | want.selections

    # What is found

    def _entries(self) -> Sequence[ServedEntry]:
        """Give all entries, and the levels of the hierarchy that are none."""
        entries = self._account.entries()
        missing = self._parents(entries) - {entry.raw_name for entry in entries if entry.exists}
        implied = [ServedEntry(name, ("\\Noselect",)) for name in missing]
        return sorted([*entries, *implied], key=lambda entry: (entry.raw_name != b"INBOX", entry.raw_name))

    def _parents(self, entries: Sequence[ServedEntry]) -> frozenset[bytes]:
        """Name the levels of the hierarchy below which there is a mailbox."""
        delimiter = self._account.delimiter.encode()
        return frozenset(above for one in entries if one.exists for above in _levels_above(one.raw_name, delimiter))

    def _selected(self, entries: Sequence[ServedEntry], want: _Asked) -> Iterator[ServedEntry]:
        matchers = [_matcher(pattern, self._account.delimiter.encode()) for pattern in want.patterns]
        for entry in entries:
            if not any(is_match(_folded(entry.raw_name)) for is_match in matchers):
                continue
            if "SUBSCRIBED" in want.selections and not entry.is_subscribed:
                continue
            if "SPECIAL-USE" in want.selections and not _special_uses(entry):
                continue
            yield entry

    def _line(self, verb: bytes, entry: ServedEntry, parents: frozenset[bytes], *, shows_subscribed: bool) -> bytes:
        shown = list(entry.attributes)
        if "SPECIAL-USE" not in self._settings.offers:
            shown = [one for one in shown if one not in _special_uses(entry)]
        if verb == b"LIST" and "CHILDREN" in self._settings.offers:
            shown.append("\\HasChildren" if entry.raw_name in parents else "\\HasNoChildren")
        if shows_subscribed and entry.is_subscribed:
            shown.append("\\Subscribed")
        if not entry.exists and verb == b"LIST":
            shown.append("\\NonExistent")
        attributes = " ".join(shown).encode("latin-1")
        return b"* %b (%b) %b %b\r\n" % (verb, attributes, self._delimiter(), astring(entry.raw_name))

    def _delimiter(self) -> bytes:
        delimiter = self._account.delimiter
        return string(delimiter.encode()) if delimiter else b"NIL"

    # Numbers

    def _checked(self, items: Sequence[str]) -> tuple[str, ...]:
        offers = self._settings.offers
        for item in items:
            if item not in _ITEMS and _ITEMS_OF.get(item) not in offers:
                raise bad(f"no such item: {item}")
        if not items:
            raise bad("need an item")
        return tuple(items)

    async def _status_if_open(self, raw_name: bytes, items: Sequence[str]) -> Sequence[bytes]:
        try:
            return [self._status_line(raw_name, await asked(self._account.open(raw_name)), items)]
        except Refusal:  # RFC 5819 section 2: then only LIST is said
            return []

    def _status_line(self, raw_name: bytes, mailbox: ServedMailbox, items: Sequence[str]) -> bytes:
        messages = mailbox.messages().values()
        numbers: Mapping[str, object] = {
            "MESSAGES": len(messages),
            "UIDNEXT": mailbox.uid_next,
            "UIDVALIDITY": mailbox.uid_validity,
            "RECENT": 0,
            "HIGHESTMODSEQ": mailbox.highest_modseq,
            "APPENDLIMIT": self._settings.max_append_octets,
            "MAILBOXID": f"({mailbox.mailbox_id})",
        }
        counted = {
            "UNSEEN": lambda: sum("\\Seen" not in one.flags for one in messages),
            "DELETED": lambda: sum("\\Deleted" in one.flags for one in messages),
            "SIZE": lambda: sum(len(one.octets) for one in messages),
        }
        said = [f"{item} {counted[item]() if item in counted else numbers[item]}" for item in items]
        return b"* STATUS %b (%b)\r\n" % (astring(raw_name), " ".join(said).encode())


def _levels_above(name: bytes, delimiter: bytes) -> Iterator[bytes]:
    if not delimiter:
        return
    levels = name.split(delimiter)
    for count in range(1, len(levels)):
        yield delimiter.join(levels[:count])


def _special_uses(entry: ServedEntry) -> list[str]:
    return [one for one in entry.attributes if one.lower() not in {"\\noselect", "\\noinferiors", "\\nonexistent"}]


def _folded(raw_name: bytes) -> bytes:
    """INBOX is of any case (RFC 9051 section 5.1)."""
    return b"INBOX" + raw_name[5:] if raw_name[:5].upper() == b"INBOX" else raw_name


def _matcher(pattern: bytes, delimiter: bytes) -> Callable[[bytes], bool]:
    if len(pattern) > _PATTERN_OCTETS:
        raise no("this pattern is too long", "LIMIT")
    # Wildcards that stand together are one.
    collapsed = re.sub(rb"[*%]*\*[*%]*", b"*", re.sub(rb"%+", b"%", _folded(pattern)))
    pieces = re.split(rb"([*%])", collapsed)
    if len(pieces) > _FEW_PIECES:
        return lambda name: _is_match(collapsed, name, delimiter)
    some = b"[^%b]*" % re.escape(delimiter) if delimiter else b".*"
    wildcards = {b"*": b".*", b"%": some}
    expression = re.compile(b"".join([wildcards.get(one) or re.escape(one) for one in pieces]), re.DOTALL)
    return lambda name: expression.fullmatch(name) is not None


def _is_match(pattern: bytes, name: bytes, delimiter: bytes) -> bool:
    """Compare in a time of their lengths' product, where a regular expression could take for ever."""

    def closed(places: set[int]) -> set[int]:
        return places | {place + 1 for place in places if pattern[place : place + 1] in {b"*", b"%"}}

    places = closed({0})
    for one in (name[at : at + 1] for at in range(len(name))):
        stay = {place for place in places if _takes(pattern[place : place + 1], one, delimiter)}
        places = closed(stay | {place + 1 for place in places if pattern[place : place + 1] == one not in {b"*", b"%"}})
    return len(pattern) in places


def _takes(wildcard: bytes, octet: bytes, delimiter: bytes) -> bool:
    return wildcard == b"*" or (wildcard == b"%" and octet != delimiter)

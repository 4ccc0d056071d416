"""SEARCH, SORT, ESEARCH, THREAD and VANISHED (RFC 9051 section 7.3, RFC 5256, RFC 7162, RFC 9394)."""

from __future__ import annotations

import re

from msgcore.errors import ProtocolBroken
from msgcore.wire.imap.lexer import Lexer, NotUnderstood
from msgcore.wire.imap.parse.numbers import number, uid
from msgcore.wire.imap.responses import SearchResult, ThreadData, ThreadNode, Value, Vanished
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["extended_search", "search", "thread", "vanished"]

_NUMBERS = re.compile(rb"[\d \t]*+")
_MODSEQ = re.compile(rb"\([ \t]*MODSEQ[ \t]+(\d{1,20})[ \t]*\)[ \t]*", re.IGNORECASE)
_THREAD = re.compile(rb"[ \t]*+(?:([1-9]\d{0,9})|([()]))")


def search(rest: bytes) -> SearchResult:
    """Read what follows SEARCH or SORT."""
    found = _NUMBERS.match(rest)
    assert found is not None
    modseq = None
    if found.end() < len(rest):
        last = _MODSEQ.fullmatch(rest, found.end())
        if last is None:
            raise NotUnderstood(f"{rest[found.end() : found.end() + 20]!r} is no message number")
        modseq = int(last[1])
    digits = found[0].split()
    if max(map(len, digits), default=0) > len(str(MAX_UID)):
        raise NotUnderstood("a message number of too many digits")
    numbers = tuple(map(int, digits))
    if numbers and not (min(numbers) > 0 and max(numbers) <= MAX_UID):
        raise NotUnderstood(f"{max(numbers) if min(numbers) else 0} is no message number")
    return SearchResult(numbers=numbers, modseq=modseq)


def extended_search(lexer: Lexer) -> SearchResult:
    """Read what follows ESEARCH; items that are not known are skipped."""
    tag = b""
    if lexer.skip(b"("):
        lexer.word()
        tag = lexer.octets()
        if not lexer.skip(b")"):
            raise NotUnderstood("more than a tag")
    values = lexer.values()
    is_uid = bool(values) and isinstance(values[0], bytes) and values[0].upper() == b"UID"
    values = values[1:] if is_uid else values
    items = {
        key.upper(): value for key, value in zip(values[::2], values[1::2], strict=False) if isinstance(key, bytes)
    }
    partial = items.get(b"PARTIAL")
    return SearchResult(
        tag,
        is_uid,
        ids=_ids(items[b"ALL"]) if b"ALL" in items else None,
        count=_number(items.get(b"COUNT")),
        least=None if items.get(b"MIN") is None else uid(items[b"MIN"]),
        most=None if items.get(b"MAX") is None else uid(items[b"MAX"]),
        modseq=_number(items.get(b"MODSEQ")),
        partial=_ids(partial[1]) if isinstance(partial, tuple) and len(partial) == 2 else None,
    )


def vanished(lexer: Lexer) -> Vanished:
    """Read what follows VANISHED."""
    is_earlier = lexer.skip(b"(")
    if is_earlier and (lexer.word().upper() != b"EARLIER" or not lexer.skip(b")")):
        raise NotUnderstood("something else than EARLIER")
    return Vanished(_ids(lexer.value()), is_earlier)


def thread(rest: bytes) -> ThreadData:
    """Read what follows THREAD; threads may be of any depth.

    In ``(3 6 (4 23)(44 7 96))`` 6 answers 3, and two threads answer 6; in ``((1)(2))`` two answer what is not there.
    """
    # Each open list: the chain of numbers that it began with, and what follows the last of these.
    open_lists: list[tuple[list[int], list[ThreadNode]]] = []
    threads: list[ThreadNode] = []
    place = 0
    rest = rest.rstrip()
    while place < len(rest):
        found = _THREAD.match(rest, place)
        if found is None or (found[2] != b"(" and not open_lists):
            raise NotUnderstood(f"{rest[place : place + 20]!r} is no thread")
        place = found.end()
        if found[2] == b"(":
            open_lists.append(([], []))
        elif found[2] is None:
            chain, children = open_lists[-1]
            if children:
                raise NotUnderstood("a number behind a thread")
            chain.append(uid(found[1]))
        else:
            chain, children = open_lists.pop()
            made = _chain(chain, tuple(children))
            (open_lists[-1][1] if open_lists else threads).append(made)
    if open_lists:
        raise NotUnderstood("a thread that is not closed")
    return ThreadData(tuple(threads))


def _chain(numbers: list[int], children: tuple[ThreadNode, ...]) -> ThreadNode:
    if not numbers:
        return ThreadNode(None, children)
    for one in reversed(numbers):
        children = (ThreadNode(one, children),)
    return children[0]


def _ids(value: Value) -> UidSet:
    if value is None or value in {b"", ()}:
        return UidSet()
    if not isinstance(value, bytes):
        raise NotUnderstood("a list in place of a set of numbers")
    try:
        return UidSet.parse(value)
    except ProtocolBroken as error:
        raise NotUnderstood(str(error)) from error


def _number(value: Value) -> int | None:
    return None if value is None else number(value)

"""How a contents table is read: what the server answers, what rows decide, and the commands that are said."""

from __future__ import annotations

from collections.abc import Iterator

from msgcore.providers.imap.columns import Level, Need, asked_of_rows, needs_of
from msgcore.providers.imap.sorting import words_for_sort
from msgcore.providers.imap.translate import Selection, bytes_of
from msgcore.spi.store import TablePlan, TableQuery
from msgcore.wire.imap.capabilities import Capabilities
from msgcore.wire.imap.criteria import SearchCriteria

__all__ = ["explain_table"]

_ADVICE = (
    "each message has to be fetched; the server answers conditions on read, flags, sizes, days of arrival and entry "
    "ids, and finds words in subject, people, bodies and names of attachments"
)
_BY_SERVER = (
    "the server compares text by its own rules: a message that has a word in another spelling, with accents say, may "
    "not be found"
)
_LONGEST_STEP = 500


def explain_table(
    query: TableQuery, selection: Selection, capabilities: Capabilities, *, are_in_order: bool
) -> TablePlan:
    """Say how a table's rows would be read from a server that can do this.

    ``are_in_order``: the instance keys of the folder's messages rise with their unique ids.
    """
    words = words_for_sort(query.sort_order, capabilities, are_in_order=are_in_order)
    asked = asked_of_rows(selection.residual)
    sorted_by = frozenset(key.tag for key in query.sort_order)
    steps = [_finding(words, selection, capabilities)]
    if query.sort_order and words is None:
        steps += _fetching(needs_of(asked | sorted_by), "of all that are found")
    else:
        steps += _fetching(needs_of(asked), "row by row until the page is full")
    steps += _fetching(needs_of(frozenset(query.columns)), "of the page")
    is_slow = selection.preselected is None and selection.translated is None
    advice = _ADVICE if is_slow and needs_of(asked).level is Level.WHOLE else ""
    if selection.is_by_server:
        advice = _BY_SERVER
    return TablePlan(
        selection.translated,
        selection.preselected,
        selection.residual,
        _order(query, words, are_in_order=are_in_order),
        tuple(steps),
        advice,
    )


def _order(query: TableQuery, words: tuple[str, ...] | None, *, are_in_order: bool) -> str:
    if not query.sort_order:
        return "by unique id" if are_in_order else "by entry id"
    if words is None:
        return "sorted in memory"
    is_from_row = query.origin is not None
    return f"sorted by the server{', or in memory when the row that it begins at is gone' if is_from_row else ''}"


def _finding(words: tuple[str, ...] | None, selection: Selection, capabilities: Capabilities) -> str:
    criteria = selection.criteria or SearchCriteria()
    returns = " RETURN (ALL)" if capabilities.has("ESEARCH") else ""
    said = _said(criteria)
    return f"UID SEARCH{returns} {said}" if words is None else f"UID SORT ({' '.join(words)}) UTF-8 {said}"


def _said(criteria: SearchCriteria) -> str:
    text = " ".join(bytes_of(criteria).decode("utf-8", "replace").split())
    return text if len(text) <= _LONGEST_STEP else f"{text[:_LONGEST_STEP]}…"


def _fetching(need: Need, which: str) -> Iterator[str]:
    if need.items:
        yield f"UID FETCH ({' '.join(need.items)}) {which}"
    if need.level is Level.STRUCTURE:
        yield f"UID FETCH (BODY.PEEK[…]) {which}, the texts that may hold files"
    if need.level is Level.WHOLE:
        yield f"UID FETCH (BODY.PEEK[]) {which}"

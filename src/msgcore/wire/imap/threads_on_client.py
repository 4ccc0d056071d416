"""The threads of RFC 5256 for servers that make none: ORDEREDSUBJECT, and REFERENCES."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby

from msgcore.wire.imap.order import sent_at, thread_subject
from msgcore.wire.imap.responses import Fetch, ThreadData, ThreadNode

__all__ = ["THREAD_ITEMS", "ordered_subject", "references"]

THREAD_ITEMS = ("ENVELOPE", "INTERNALDATE", "BODY.PEEK[HEADER.FIELDS (REFERENCES)]")
"""What has to be known of the messages."""

_MESSAGE_ID = re.compile(rb"<[^<>\s]{1,1000}>")
_MOST_REFERENCES = 1_000


class _Node:
    """A message, or the place of one that is not there, among others. Its parent and its children say so, too."""

    def __init__(self, fetch: Fetch | None = None) -> None:
        self.fetch = fetch
        self.parent: _Node | None = None
        self.children: list[_Node] = []

    @cached_property
    def date(self) -> tuple[datetime, int]:
        """The sent date; of a place that is empty, the first child's, which have been sorted."""
        fetch = self._first
        return sent_at(fetch), fetch.uid or 0

    @cached_property
    def subject(self) -> tuple[str, bool]:
        envelope = self._first.envelope
        return thread_subject(None if envelope is None else envelope.subject)

    @property
    def _first(self) -> Fetch:
        node = self
        while node.fetch is None:
            node = node.children[0]
        return node.fetch

    def adopt(self, child: _Node) -> None:
        child.leave()
        self.hang(child)

    def hang(self, child: _Node) -> None:
        """Take in what hangs nowhere."""
        child.parent = self
        self.children.append(child)

    def leave(self) -> None:
        if self.parent is not None:
            self.parent.children.remove(self)
            self.parent = None

    def is_below(self, other: _Node) -> bool:
        node: _Node | None = self
        while node is not None:
            if node is other:
                return True
            node = node.parent
        return False


def ordered_subject(messages: Sequence[Fetch]) -> ThreadData:
    """Make threads of messages with the same base subject: the first sent, and all others as answers to it."""
    nodes = sorted((_Node(one) for one in messages), key=lambda node: (node.subject[0], node.date))
    threads = [list(same) for _, same in groupby(nodes, key=lambda node: node.subject[0])]
    for first, *answers in threads:
        for one in answers:
            first.adopt(one)
    return _data(sorted((first for first, *_ in threads), key=lambda node: node.date))


def references(messages: Sequence[Fetch]) -> ThreadData:
    """Make threads of what messages refer to, and then of those with the same base subject."""
    root = _linked(sorted(messages, key=lambda one: one.uid or 0))
    _prune(root)
    _sort(root)
    _join_subjects(root)
    _sort(root)
    return _data(root.children)


def _linked(messages: Sequence[Fetch]) -> _Node:
    """Hang every message below what it refers to last, step 1 and 2; what has no parent is below the root."""
    by_id: dict[bytes, _Node] = {}
    nodes: list[_Node] = []
    for message in messages:
        own, earlier = _ids(message)
        node = by_id.setdefault(own, _Node()) if own else _Node()
        if node.fetch is not None:  # an id that another message has: it is taken for none
            node = _Node()
        node.fetch = message
        nodes.append(node)
        parent: _Node | None = None
        for one in earlier:
            place = by_id.setdefault(one, _Node())
            if parent is not None and place.parent is None and not parent.is_below(place):
                parent.adopt(place)
            parent = place
        node.leave()  # what others have said of its parent was a guess
        if parent is not None and not parent.is_below(node):
            parent.adopt(node)
    root = _Node()
    for node in dict.fromkeys([*by_id.values(), *nodes]):
        if node.parent is None:
            root.adopt(node)
    return root


def _ids(message: Fetch) -> tuple[bytes, list[bytes]]:
    """Give a message's own id, and those that it refers to."""
    envelope = message.envelope
    own = None if envelope is None else _MESSAGE_ID.search(envelope.message_id or b"")
    fields = next((octets for name, octets in message.sections.items() if "REFERENCES" in name and octets), b"")
    earlier = _MESSAGE_ID.findall(fields)[-_MOST_REFERENCES:]
    if not earlier and envelope is not None:
        earlier = _MESSAGE_ID.findall(envelope.in_reply_to or b"")[:1]
    return (own[0] if own else b""), earlier


def _prune(root: _Node) -> None:
    """Take out empty places, step 3; one that holds several threads together at the top stays."""
    for node in _from_below(root):
        children, node.children = node.children, []
        for child in children:
            stays = child.fetch is not None or (node is root and len(child.children) > 1)
            for one in [child] if stays else child.children:
                node.hang(one)


def _sort(root: _Node) -> None:
    for node in _from_below(root):
        node.__dict__.pop("date", None)
        node.children.sort(key=lambda child: child.date)


def _join_subjects(root: _Node) -> None:
    """Put threads of the same subject together, step 5."""
    threads = dict.fromkeys(root.children)
    by_subject: dict[str, _Node] = {}
    for node in root.children:
        subject, is_answer = node.subject
        known = by_subject.get(subject) if subject else None
        if known is None or (known.fetch is not None and (node.fetch is None or (known.subject[1] and not is_answer))):
            by_subject[subject] = node
    for node in root.children:
        subject, is_answer = node.subject
        known = by_subject[subject]
        if not subject or known is node or node.parent is not root:
            continue
        if known.fetch is None and node.fetch is None:
            for child in node.children:
                known.hang(child)
        elif known.fetch is None or (is_answer and not known.subject[1]):
            known.hang(node)
        else:
            both = _Node()
            both.hang(known)
            both.hang(node)
            del threads[known]
            threads[both] = None
            by_subject[subject] = both
        del threads[node]
    root.children = list(threads)


def _from_below(root: _Node) -> Iterator[_Node]:
    """Give all nodes, children before their parents; threads may be of any depth."""
    order = [root]
    for node in order:
        order += node.children
    return reversed(order)


def _data(threads: Sequence[_Node]) -> ThreadData:
    made: dict[int, ThreadNode] = {}
    root = _Node()
    root.children = list(threads)
    for node in _from_below(root):
        children = tuple(made[id(child)] for child in node.children)
        made[id(node)] = ThreadNode(None if node.fetch is None else node.fetch.uid, children)
    return ThreadData(made[id(root)].children)

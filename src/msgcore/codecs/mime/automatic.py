"""Whether a program or a list sent a message, by its header: then an answer that nobody asked for helps nobody."""

from __future__ import annotations

from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.model.message import Message, check_message

__all__ = ["is_automatic"]

_LIST_FIELDS = ("List-Id", "List-Post", "List-Unsubscribe")
_BULK = frozenset({"bulk", "list", "junk"})


def is_automatic(message: Message) -> bool:
    """Say whether a program or a list sent a message, so that no program answers it.

    Its header says so by Auto-Submitted (RFC 3834), Precedence, List-Id (RFC 2919), List-Post or List-Unsubscribe (RFC
    2369).
    """
    check_message(message)
    headers = message.headers
    submitted = without_comments(headers.get("Auto-Submitted") or "no").partition(";")[0].strip().lower()
    precedence = (headers.get("Precedence") or "").strip().lower()
    is_of_list = any(headers.get(name) is not None for name in _LIST_FIELDS)
    return submitted != "no" or precedence in _BULK or is_of_list

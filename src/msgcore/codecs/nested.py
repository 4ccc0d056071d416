"""Writing a message with the messages in it, however deep they nest, without recursion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgcore.errors import UsageError
from msgcore.model.message import Message

__all__ = ["messages_in", "write_nested"]

T = TypeVar("T")


def messages_in(message: Message) -> list[Message]:
    """Give the attached messages."""
    return [inner for attachment in message.attachments if (inner := attachment.message) is not None]


def write_nested(
    message: Message,
    write: Callable[[Message, Callable[[Message], T]], T],
    inner_of: Callable[[Message], Sequence[Message]] = messages_in,
) -> T:
    """Write the innermost messages first: ``write`` is given what was made of each message in its own.

    ``inner_of`` gives those that have to be written, too.

    Raises:
        UsageError: a message is attached to itself.
    """
    done: dict[int, T] = {}
    started: set[int] = set()
    waiting = [message]
    while waiting:
        one = waiting[-1]
        if id(one) in done:
            waiting.pop()
            continue
        missing = [inner for inner in inner_of(one) if id(inner) not in done]
        if not missing:
            waiting.pop()
            done[id(one)] = write(one, lambda inner: done[id(inner)])
        elif id(one) in started:
            raise UsageError("a message is attached to itself")
        else:
            started.add(id(one))
            waiting.extend(missing)
    return done[id(message)]

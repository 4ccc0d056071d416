"""Messages inside messages, written without recursion."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from msgcore.codecs.nested import write_nested
from msgcore.errors import UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message


def depth_of(message: Message, depth: Callable[[Message], int]) -> int:
    return 1 + max((depth(one.message) for one in message.attachments if one.message is not None), default=0)


def test_any_depth_is_written() -> None:
    message = Message()
    for _ in range(5_000):
        message = Message(attachments=[Attachment(message)])

    assert write_nested(message, depth_of) == 5_001


def test_a_message_that_stands_twice_is_written_once() -> None:
    inner, written = Message(), list[Message]()

    def write(message: Message, _of: Callable[[Message], int]) -> int:
        written.append(message)
        return 0

    write_nested(Message(attachments=[Attachment(inner), Attachment(inner)]), write)

    assert len(written) == 2


def test_a_message_inside_itself_is_refused() -> None:
    message = Message()
    message.attachments = (Attachment(message),)

    with pytest.raises(UsageError, match="attached to itself"):
        write_nested(message, depth_of)

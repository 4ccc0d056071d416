"""Flags and keywords as message flags, message status and categories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model.message import Message
from msgcore.props.table import PidTagMessageFlags
from msgcore.providers.imap.flags import categories_in, flags_of, message_flags_in, status_flags, status_in
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus
from msgcore.wire.imap.command import flag

statuses = st.integers(0, 2**32 - 1)


@given(statuses)
def test_a_status_comes_back_from_its_flags(status: int) -> None:
    assert status_in(status_flags(status)) == status


@given(statuses)
def test_flags_are_compared_without_case(status: int) -> None:
    assert status_in(one.upper() for one in status_flags(status)) == status


@given(statuses)
def test_every_flag_can_be_written(status: int) -> None:
    assert [flag(one).octets.decode() for one in status_flags(status)] == list(status_flags(status))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (MessageStatus.TAGGED, "\\Flagged"),
        (MessageStatus.ANSWERED, "\\Answered"),
        (MessageStatus.DELETE_MARKED, "\\Deleted"),
        (MessageStatus.HIDDEN, "$msgcore-status-4"),
        (0x80000000, "$msgcore-status-80000000"),
    ],
)
def test_a_status_that_imap_has_is_its_flag(status: int, expected: str) -> None:
    assert status_flags(status) == (expected,)


@pytest.mark.parametrize(
    ("incoming", "expected"),
    [
        (Incoming(Message()), ()),
        (Incoming(Message(), is_read=True), ("\\Seen",)),
        (Incoming(Message(), is_unsent=True), ("\\Draft",)),
        (Incoming(Message(), status=MessageStatus.TAGGED), ("\\Flagged",)),
    ],
)
def test_a_message_is_appended_with_its_flags(incoming: Incoming, expected: tuple[str, ...]) -> None:
    assert flags_of(incoming) == expected


@given(st.integers(0, 0x3FF))
def test_the_flags_that_an_application_set_come_back(bits: int) -> None:
    message = Message()
    message[PidTagMessageFlags] = bits
    settable = MessageFlag.READ | MessageFlag.UNSENT | MessageFlag.FROM_ME | MessageFlag.RESEND
    assert message_flags_in(flags_of(Incoming(message))) == bits & settable


def test_categories_are_the_keywords_of_a_person() -> None:
    flags = ("\\Seen", "$Forwarded", "$msgcore-status-4", "NonJunk", "Work", "röd")
    assert categories_in(flags) == ("Work", "röd")

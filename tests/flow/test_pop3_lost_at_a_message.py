"""A server, or a scanner in front of it, that cannot give one message, and ends the session whenever it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from msgcore.testing.servers.maildrops import Pop3Quirks
from tests.flow.maildrops import LOGIN, USER, letter, loopback, subjects_of
from tests.flow.modes import Api


@pytest.mark.parametrize("size_error", [0, 10], ids=["sizes are right", "sizes are too large"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_all_other_messages_come_and_go(api: Api, tmp_path: Path, number: int, size_error: int) -> None:
    """A message that is shorter than it was listed is in doubt until the next answer, which is the one that breaks."""
    others = {"1", "2", "3"} - {str(number)}
    with loopback() as server, api.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
        server.quirks = Pop3Quirks(size_error=size_error)
        for subject in ("1", "2", "3"):
            server.put(USER, letter(subject))
        server.cut(at="RETR", about=str(number), is_done=False)
        report = api.receive(server.url, store, **LOGIN)

        assert subjects_of(octets for _, octets in server.maildrop(USER)) == [str(number)]
        assert [fault.number for fault in report.faults] == [number]
        assert {item.subject for item in store.inbox.messages()} == others


@pytest.mark.parametrize(
    "size_error", [-10, 0, 10], ids=["sizes are too small", "sizes are right", "sizes are too large"]
)
@pytest.mark.parametrize("subject", ["1", "2", "3"])
def test_a_message_with_a_dot_that_is_not_stuffed_stays_alone(
    api: Api, tmp_path: Path, subject: str, size_error: int
) -> None:
    """It seems to end at the dot, and the rest of it is no answer (RFC 1939 section 3)."""
    others = {"1", "2", "3"} - {subject}
    with loopback() as server, api.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
        server.quirks = Pop3Quirks(is_unstuffed=True, size_error=size_error)
        for one in ("1", "2", "3"):
            body = b"Hello\r\n.\r\nthere\r\n" if one == subject else b"Hello\r\n"
            server.put(USER, f"Subject: {one}\r\n\r\n".encode() + body)
        report = api.receive(server.url, store, **LOGIN)

        assert subjects_of(octets for _, octets in server.maildrop(USER)) == [subject]
        assert [fault.number for fault in report.faults] == [int(subject)]
        assert {item.subject for item in store.inbox.messages()} == others

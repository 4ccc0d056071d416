"""A server, or a scanner in front of it, that hangs up in the middle of one message, whenever it is asked for."""

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

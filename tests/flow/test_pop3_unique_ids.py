"""Whatever a server calls its messages: each is stored once, and known again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.flow.maildrops import LOGIN, USER, letter, loopback
from tests.flow.modes import Api

CASES: dict[str, Sequence[bytes]] = {
    "paths": (b"../../etc/passwd", b"..", b"/"),
    "SQL": (b"');DROP_TABLE_journal;--", b"'", b'"'),
    "no ASCII": (b"\xff\xfe", "ä".encode(), "ä".encode("latin-1")),
    "letter case": (b"a", b"A", b"\xc3\xa4"),
    "numbers": (b"1", b"01", b"001"),
    "one for all": (b"x", b"x", b"x"),
    "longer than allowed": (b"x" * 71, b"x" * 72, b"x" * 1_000),
    "one too long to keep": (b"x" * 1_001, b"x", b"y"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_message_is_stored_once_whatever_its_unique_id_is(api: Api, tmp_path: Path, case: str) -> None:
    with loopback() as server, api.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
        for number, unique_id in enumerate(CASES[case]):
            server.put(USER, letter(f"{number}"), unique_id)
        for _ in range(3):
            api.receive(server.url, store, leave_on_server=True, **LOGIN)

        assert sorted(item.subject for item in store.inbox.messages()) == ["0", "1", "2"]

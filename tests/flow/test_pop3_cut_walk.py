"""The connection is cut after every octet of a retrieval: each message is stored once, and only stored ones go.

Of three letters the policy leaves a copy of the small one and removes the two large ones. The first session is cut; the
second is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import msgcore
from msgcore import RetrievalReport
from msgcore.errors import MsgcoreError
from tests.flow.cutting_proxy import CuttingProxy
from tests.flow.maildrops import (
    LARGE,
    LOGIN,
    POLICY,
    DovecotMaildrop,
    LoopbackMaildrop,
    Maildrop,
    letter,
    loopback,
    subjects_of,
)
from tests.flow.modes import Api
from tests.servers import Dovecot

LETTERS = (letter("large one", LARGE), letter("small"), letter("large two", LARGE))


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("empty") / "mail.db"
    msgcore.open_store(f"sqlite:///{path}").close()
    return path.read_bytes()


@pytest.fixture
def maildrop(request: pytest.FixtureRequest, server: str) -> Iterator[Maildrop]:
    if server == "dovecot":
        dovecot: Dovecot = request.getfixturevalue("dovecot")
        yield DovecotMaildrop(dovecot)
        return
    with loopback() as ours:
        yield LoopbackMaildrop(ours)


class Walk:
    """What is the same for every cut: a maildrop behind a proxy, and stores that begin empty."""

    def __init__(self, api: Api, maildrop: Maildrop, proxy: CuttingProxy, empty_store: bytes, folder: Path) -> None:
        self._api = api
        self._maildrop = maildrop
        self._proxy = proxy
        self._empty_store = empty_store
        self._path = folder / "mail.db"

    def over(self, step: int) -> dict[str, str]:
        """Cut after every ``step`` octets of both directions, and say where something is wrong."""
        self._start(None, None)
        found = {"uncut": self._after_the_cut()}
        sent, heard = self._proxy.sent, self._proxy.heard
        found["twice"] = self._after_the_next()
        cuts: list[tuple[str, int | None, int | None]] = [
            (f"sent {limit}", limit, None) for limit in range(0, sent, step)
        ]
        cuts += [(f"heard {limit}", None, limit) for limit in range(0, heard, step)]
        for where, limit_sent, limit_heard in cuts:
            self._start(limit_sent, limit_heard)
            found[where] = self._after_the_cut() or self._after_the_next()
        return {where: wrong for where, wrong in found.items() if wrong}

    def _start(self, limit_sent: int | None, limit_heard: int | None) -> None:
        self._maildrop.empty()
        self._maildrop.put(LETTERS)
        for file in self._path.parent.glob(f"{self._path.name}*"):
            file.unlink()
        self._path.write_bytes(self._empty_store)
        self._proxy.limit_sent, self._proxy.limit_heard = limit_sent, limit_heard
        self._proxy.resets = bool(((limit_sent or 0) + (limit_heard or 0)) % 2)

    def _after_the_cut(self) -> str:
        """Retrieve, and say what is wrong then, or nothing."""
        report, stored = self._retrieve()
        waiting = subjects_of(self._maildrop.waiting())
        if lost := {"large one", "small", "large two"} - {*stored, *waiting}:
            return f"lost: {lost}"
        if "small" not in waiting:
            return "removed, where the policy leaves it"
        if report is not None and not report.removed <= 3 - len(waiting) <= report.removed + report.unsure:
            return f"{3 - len(waiting)} are removed, and the report says: {report}"
        return ""

    def _after_the_next(self) -> str:
        """Retrieve without a cut, and say what is wrong then, or nothing."""
        self._proxy.limit_sent = self._proxy.limit_heard = None
        report, stored = self._retrieve()
        if report is None or report.error is not None:
            return f"the next session fails: {report}"
        if sorted(stored) != ["large one", "large two", "small"]:
            return f"stored at the end: {stored}"
        waiting = subjects_of(self._maildrop.waiting())
        return "" if waiting == ["small"] else f"waiting at the end: {waiting}"

    def _retrieve(self) -> tuple[RetrievalReport | None, list[str]]:
        """Give the report, if there was a session, and what is in the store then."""
        with self._api.open_store(f"sqlite:///{self._path}") as store:
            report: RetrievalReport | None
            try:
                report = self._api.receive(
                    f"pop3://127.0.0.1:{self._proxy.port}", store, check=False, **LOGIN, **POLICY
                )
            except MsgcoreError:
                report = None
            return report, [item.subject for item in store.inbox.messages()]


@pytest.fixture
def walk(api: Api, maildrop: Maildrop, empty_store: bytes, tmp_path: Path) -> Iterator[Walk]:
    with CuttingProxy(maildrop.port) as proxy:
        yield Walk(api, maildrop, proxy, empty_store, tmp_path)


@pytest.mark.parametrize(
    ("server", "step"),
    [
        ("loopback", 67),
        pytest.param("loopback", 1, marks=pytest.mark.soak),
        pytest.param("dovecot", 7, marks=[pytest.mark.soak, pytest.mark.interop]),
    ],
)
def test_wherever_a_session_is_cut_each_message_is_stored_once_and_the_policy_kept(walk: Walk, step: int) -> None:
    """``step`` octets are between two cuts; over Dovecot the session is in TLS."""
    assert walk.over(step) == {}

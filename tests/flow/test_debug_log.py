"""A program that logs all at DEBUG writes nobody's mail into its log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import msgcore
from msgcore import Message, Secret
from msgcore.testing.servers import LoopbackImapServer, LoopbackPop3Server, LoopbackSmtpServer

_MESSAGE = Message(from_="a@a.test", to="b@b.test", subject="TOPSECRET", text="card 4111")


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records)


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_sending(caplog: pytest.LogCaptureFixture) -> None:
    with LoopbackSmtpServer() as server:
        msgcore.send(_MESSAGE, via=server.url)
    logged = _logged(caplog)
    assert ("MAIL FROM:<a@a.test>" in logged, "TOPSECRET" in logged, "4111" in logged) == (True, False, False)


def test_retrieving(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with LoopbackPop3Server({"ann": "pw"}) as server:
        server.put("ann", b"Subject: TOPSECRET\r\n\r\ncard 4111\r\n")
        with msgcore.open_store(f"sqlite:///{tmp_path}/mail.db") as store:
            msgcore.receive(server.url, into=store, user="ann", password=Secret("pw"), allow_cleartext_login=True)
            assert store.inbox.messages()[0].subject == "TOPSECRET"
    logged = _logged(caplog)
    assert ("RETR 1" in logged, "TOPSECRET" in logged, "4111" in logged) == (True, False, False)


def test_a_store_at_a_server(caplog: pytest.LogCaptureFixture) -> None:
    with (
        LoopbackImapServer({"ann": "pw"}) as server,
        msgcore.open_store(server.url, user="ann", password=Secret("pw"), allow_cleartext_login=True) as store,
    ):
        store.inbox.save_all([_MESSAGE, _MESSAGE])
        assert [(one.load().text or "").strip() for one in store.inbox.messages()] == ["card 4111"] * 2
    logged = _logged(caplog)
    assert (" APPEND " in logged, "TOPSECRET" in logged, "4111" in logged) == (True, False, False)

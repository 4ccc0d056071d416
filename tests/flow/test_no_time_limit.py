"""``math.inf`` is no time limit, wherever a call takes ``timeout_seconds``."""

from __future__ import annotations

import math
from pathlib import Path

import msgcore
from msgcore import Accepted, Message
from msgcore.testing.servers import LoopbackSmtpServer


def test_sending() -> None:
    message = Message(from_="a@a.test", to="b@b.test", subject="Hello")
    with LoopbackSmtpServer() as server:
        outcomes = msgcore.send(message, via=server.url, timeout_seconds=math.inf)
        assert isinstance(outcomes["b@b.test"], Accepted)
        with msgcore.open_transport(server.url, timeout_seconds=math.inf) as transport:
            assert isinstance(transport.send(message)["b@b.test"], Accepted)


def test_a_store(tmp_path: Path) -> None:
    with msgcore.open_store(f"sqlite:///{tmp_path}/mail.db", timeout_seconds=math.inf) as store:
        store.inbox.save(Message(subject="Hello"), timeout_seconds=math.inf)
        (item,) = store.search('subject:contains("Hello")', timeout_seconds=math.inf)
        assert item.load(timeout_seconds=math.inf).subject == "Hello"
        assert store.check(timeout_seconds=math.inf) == ()

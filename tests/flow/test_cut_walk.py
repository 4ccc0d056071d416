"""The connection is cut after every octet, in both directions: no outcome claims what is not so on the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from msgcore import Message
from msgcore.errors import MsgcoreError
from msgcore.model.outcome import Certainty
from tests.flow.cutting_proxy import CuttingProxy
from tests.flow.modes import Api
from tests.servers import SmtpSink

pytestmark = pytest.mark.interop

THREE = ("a@sink.test", "b@sink.test", "c@sink.test")
STEP = 7  # of the octets, in an ordinary run; the walk over each one is a soak test


@pytest.fixture
def proxy(smtp_sink: SmtpSink) -> Iterator[CuttingProxy]:
    with CuttingProxy(smtp_sink.port) as proxy:
        yield proxy


def certainties(api: Api, proxy: CuttingProxy, subject: str) -> set[Certainty]:
    """Send to three recipients, and give what was told of them."""
    message = Message(from_="ann@a.test", to=THREE, subject=subject, text="Hello")
    try:
        outcomes = api.send(message, via=f"smtp://127.0.0.1:{proxy.port}", check=False)
    except MsgcoreError:  # before there was a session
        return {Certainty.NOT_SENT}
    return {outcome.certainty for outcome in outcomes.values()}


def walk(api: Api, proxy: CuttingProxy, sink: SmtpSink, word: str, step: int) -> None:
    told = {f"{word}-whole": certainties(api, proxy, f"{word}-whole")}
    sent, heard = proxy.sent, proxy.heard
    for is_sent, size in ((True, sent), (False, heard)):
        for limit in range(0, size + 1, step):
            proxy.limit_sent, proxy.limit_heard = (limit, None) if is_sent else (None, limit)
            proxy.resets = bool(limit % 2)
            subject = f"{word}-{'sent' if is_sent else 'heard'}-{limit}"
            told[subject] = certainties(api, proxy, subject)
    proxy.limit_sent = proxy.limit_heard = None
    certainties(api, proxy, f"{word}-last")
    sink.wait_for_message(f"{word}-last".encode())
    took = [one.octets for one in sink.messages()]
    for subject, given in told.items():
        is_there = any(f"Subject: {subject}\r\n".encode() in octets for octets in took)
        assert given <= {Certainty.UNKNOWN, Certainty.SENT if is_there else Certainty.NOT_SENT}, subject
    assert told[f"{word}-whole"] == {Certainty.SENT}


def test_the_outcome_is_true_wherever_the_connection_is_cut(
    api: Api, proxy: CuttingProxy, smtp_sink: SmtpSink, word: str
) -> None:
    walk(api, proxy, smtp_sink, word, STEP)


@pytest.mark.soak
def test_the_outcome_is_true_after_every_octet(api: Api, proxy: CuttingProxy, smtp_sink: SmtpSink, word: str) -> None:
    walk(api, proxy, smtp_sink, word, 1)

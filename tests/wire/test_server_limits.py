"""What a server's session puts up with: time, commands, and a service that closes."""

import attrs
import pytest

from msgcore.base.status import Reply
from msgcore.errors import UsageError
from msgcore.model import Envelope, Recipient
from msgcore.runtime import BlockingRuntime, run
from msgcore.wire.smtp.server import ServerSettings, serve_session
from tests.wire.test_server import HELLO, SETTINGS, TO_BOB, Keeper, Talker, codes


def heard(client: Talker, settings: ServerSettings = SETTINGS) -> list[bytes]:
    """Give the codes that the client hears, with the greeting's."""
    run(serve_session(client, Keeper(), settings))
    assert client.is_closed
    return [line[:3] for line in bytes(client.heard).splitlines() if line[3:4] != b"-"]


def test_a_client_within_its_time_is_served() -> None:
    assert heard(Talker(b"NOOP\r\n", b"QUIT\r\n", seconds_a_part=299.0)) == [b"220", b"250", b"221"]


def test_a_client_that_says_nothing_is_cut() -> None:
    assert heard(Talker(b"NOOP\r\n", b"QUIT\r\n", seconds_a_part=301.0)) == [b"220"]


def test_a_command_in_drips_gains_no_time() -> None:
    drips = [b"NOOP\r\n"[n : n + 1] for n in range(6)]

    assert heard(Talker(*drips, b"QUIT\r\n", seconds_a_part=100.0)) == [b"220"]


def test_a_message_has_its_own_time() -> None:
    """So slow a client is let go, unless there is no least rate."""
    client = Talker(TO_BOB + b"DATA\r\n", *[b"x\r\n"] * 5, b".\r\n", b"QUIT\r\n", seconds_a_part=290.0)

    assert heard(client, attrs.evolve(SETTINGS, min_data_octets_per_second=0))[-2:] == [b"250", b"221"]


def test_a_message_in_drips_is_cut() -> None:
    client = Talker(TO_BOB + b"DATA\r\n", *[b"x\r\n"] * 7, b".\r\n", seconds_a_part=290.0)

    assert heard(client)[-1] == b"354"


def test_a_session_is_cut_however_busy_it_is() -> None:
    message = [b"MAIL FROM:<>\r\nRCPT TO:<bob@b.test>\r\nDATA\r\n", b".\r\n"]
    client = Talker(HELLO, *message * 100, seconds_a_part=200.0)

    assert heard(client).count(b"354") == 35  # in four hours


def test_too_many_commands_end_the_session() -> None:
    settings = attrs.evolve(SETTINGS, max_commands=3)

    assert codes(HELLO + b"MAIL FROM:<>\r\n" + b"RCPT TO:<bob@b.test>\r\n" * 9, settings=settings) == [
        "250",
        "250",
        "250",
        "250",
        "421",
    ]


def test_a_service_that_closes_greets_nobody() -> None:
    client, closing = Talker(HELLO), BlockingRuntime().event()
    closing.set()
    run(serve_session(client, Keeper(), SETTINGS, closing=closing))

    assert client.heard == b"421 4.3.2 mx.b.test closes\r\n"


def test_a_service_that_closes_ends_sessions_at_their_next_command() -> None:
    closing = BlockingRuntime().event()

    class Closing(Keeper):
        async def data(self, envelope: Envelope, octets: bytes) -> Reply:
            closing.set()
            return await super().data(envelope, octets)

    client = Talker(TO_BOB + b"DATA\r\n", b".\r\n", b"NOOP\r\n", b"NOOP\r\n")
    run(serve_session(client, Closing(), SETTINGS, closing=closing))

    assert [line[:3] for line in client.heard.splitlines()][-2:] == [b"250", b"421"]


def test_a_service_that_closes_lets_a_transaction_come_to_its_end() -> None:
    closing = BlockingRuntime().event()

    class Closing(Keeper):
        async def rcpt(self, recipient: Recipient) -> Reply:
            closing.set()
            return await super().rcpt(recipient)

    client = Talker(TO_BOB + b"RCPT TO:<cid@b.test>\r\nDATA\r\n", b".\r\n")
    run(serve_session(client, Closing(), SETTINGS, closing=closing))

    assert [line[:3] for line in client.heard.splitlines()][-5:] == [b"250", b"250", b"354", b"250", b"421"]


@pytest.mark.parametrize("keyword", ["TURN", "size", ""])
def test_an_extension_that_is_not_known_cannot_be_offered(keyword: str) -> None:
    with pytest.raises(UsageError):
        ServerSettings("mx.b.test", offers=frozenset({"SIZE", keyword}))

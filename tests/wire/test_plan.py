"""What goes over the wire, and what is refused before anything does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InjectionRefused, InvalidAddress, UsageError
from msgcore.model import Accepted, Address, Envelope, Outcome, Recipient, Refused
from msgcore.runtime import TlsFacts, run
from msgcore.testing.scripted import ScriptedStream
from msgcore.wire.smtp import transmit
from tests.wire.transfers import (
    FULL,
    LETTER,
    THREE,
    by_address,
    envelope,
    extensions_of,
    send,
    server,
)


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"\r\n", b".\r\n", b"\xc3\xa9"]), max_size=12).map(b"".join))
def test_any_message_arrives_octet_for_octet_but_for_the_last_line_end(octets: bytes) -> None:
    fake = server()

    send(fake, octets=octets)
    assert fake.took == [(THREE, octets if not octets or octets.endswith(b"\r\n") else octets + b"\r\n")]


@pytest.mark.parametrize(
    "octets",
    [
        b"a\n.\nb",
        b"a\n.\r\nb",
        b"a\r.\rb",
        b"a\r.\r\nb",
        b"a\r\n.\nb",
        b"a\r\n.\rb",
        b"a\r\n\0.\r\n",
        b"a\r",
        b"\na",
        b"a\r\r\n",
        b"a\n\r",
    ],
)
def test_what_could_pass_for_the_end_of_data_is_never_sent(octets: bytes) -> None:
    stream = ScriptedStream(server())

    with pytest.raises(UsageError, match="wire writer"):
        send(server(), octets=octets, stream=stream)
    assert stream.written == b""


@pytest.mark.parametrize("bad", ["\r\n", "\n", "\0"])
@pytest.mark.parametrize("is_sender", [True, False])
def test_a_line_end_in_an_address_is_refused_before_anything_is_sent(bad: str, is_sender: bool) -> None:
    evil = f'"x{bad}RCPT TO:<e"@x.test'
    given = envelope("a@x.test", sender=evil) if is_sender else envelope("a@x.test", evil)
    stream = ScriptedStream(server())

    with pytest.raises(InjectionRefused):
        run(transmit(stream, given, LETTER, extensions_of(FULL)))
    assert stream.written == b""


def test_a_recipient_that_cannot_be_said_harms_no_other() -> None:
    transaction = send(server(), to=("a@x.test", "b b@x.test"))

    assert by_address(transaction) == {"a@x.test": Accepted(250, "2.0.0"), "b b@x.test": Refused(553, "5.1.3")}


def test_a_sender_that_cannot_be_said_is_refused() -> None:
    with pytest.raises(InvalidAddress):
        run(transmit(ScriptedStream(server()), envelope("a@x.test", sender="a b@x"), LETTER, extensions_of(FULL)))


def test_a_recipient_of_another_type_is_misuse() -> None:
    fax = Envelope(None, (Recipient(Address("FAX", "+46 70")),))

    with pytest.raises(UsageError):
        run(transmit(ScriptedStream(server()), fax, LETTER, extensions_of(FULL)))


def test_the_null_sender_is_said_as_such() -> None:
    fake = server()

    run(transmit(ScriptedStream(fake), envelope("a@x.test", sender=None), LETTER, extensions_of(())))
    assert fake.commands[0] == "MAIL FROM:<>"


@pytest.mark.parametrize(
    ("octets", "extensions", "outcome"),
    [
        (LETTER * 100, ("SIZE 1000",), Refused(552, "5.3.4")),
        (b"\r\n\xe9\r\n", (), Refused(554, "5.6.3")),
    ],
)
def test_what_the_server_cannot_take_is_refused_before_anything_is_sent(
    octets: bytes, extensions: tuple[str, ...], outcome: Outcome
) -> None:
    stream = ScriptedStream(server())
    transaction = send(server(), extensions, octets=octets, stream=stream)

    assert (by_address(transaction), bytes(stream.written)) == (dict.fromkeys(THREE, outcome), b"")
    assert transaction.is_usable


@pytest.mark.parametrize(
    ("octets", "to", "mail"),
    [
        (LETTER, "a@x.test", "MAIL FROM:<ann@a.test> SIZE=21"),
        (b"\r\n\xe9\r\n", "a@x.test", "MAIL FROM:<ann@a.test> SIZE=5 BODY=8BITMIME"),
        (b"X: \xc3\xa9\r\n\r\n", "a@x.test", "MAIL FROM:<ann@a.test> SIZE=9 BODY=8BITMIME SMTPUTF8"),
        (b"X: \xe9\r\n\r\n", "a@x.test", "MAIL FROM:<ann@a.test> SIZE=8 BODY=8BITMIME"),
        (LETTER, "é@x.test", "MAIL FROM:<ann@a.test> SIZE=21 SMTPUTF8"),
        (LETTER, "a@é.test", "MAIL FROM:<ann@a.test> SIZE=21"),
    ],
)
def test_mail_carries_the_parameters_that_the_message_needs(octets: bytes, to: str, mail: str) -> None:
    fake = server()

    send(fake, to=(to,), octets=octets)
    assert fake.commands[0] == mail


def test_only_the_recipient_that_needs_utf8_is_refused_without_it() -> None:
    transaction = send(server(), ("8BITMIME",), to=("a@x.test", "é@x.test", "a@é.test"))

    assert by_address(transaction) == {
        "a@x.test": Accepted(250, "2.0.0"),
        "é@x.test": Refused(553, "5.6.7"),
        "a@é.test": Accepted(250, "2.0.0"),
    }


def test_a_sender_that_needs_utf8_is_refused_for_all_without_it() -> None:
    transaction = run(
        transmit(ScriptedStream(server()), envelope("a@x.test", sender="é@a.test"), LETTER, extensions_of(()))
    )

    assert by_address(transaction) == {"a@x.test": Refused(550, "5.6.7")}


def test_a_certificate_that_was_not_verified_is_noted() -> None:
    fake = server()
    transaction = send(fake, stream=ScriptedStream(fake, tls=TlsFacts("TLSv1.3", "", False)))

    assert {outcome.note for outcome in transaction.outcomes.values()} == {"the certificate was not verified"}


def test_an_envelope_without_recipients_says_nothing() -> None:
    stream = ScriptedStream(server())
    transaction = send(server(), to=(), stream=stream)

    assert (bytes(stream.written), transaction.is_usable) == (b"", True)

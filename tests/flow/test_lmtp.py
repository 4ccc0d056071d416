"""Delivery to a real Dovecot over LMTP: a yes means that it is in the mailbox, for each recipient by itself."""

from __future__ import annotations

import pytest

from msgcore import Deferred, Delivered, Message, Refused
from msgcore.errors import UsageError
from tests.flow.modes import Api
from tests.servers import Authority, Dovecot, wait_until

pytestmark = pytest.mark.interop


def letter(word: str, *to: str) -> Message:
    return Message(from_="ann@a.test", to=to, subject=word, text="Hello\n.\nthere\n")


def in_mailbox(dovecot: Dovecot, user: str, word: str) -> bytes:
    def find() -> bytes | None:
        files = (file.read_bytes() for file in dovecot.maildir(user).glob("new/*"))
        return next((octets for octets in files if word.encode() in octets), None)

    return wait_until(find, f"message {word} in the Maildir of {user}")


def test_each_recipient_has_an_outcome_of_its_own(api: Api, dovecot: Dovecot, word: str) -> None:
    message = letter(word, "alice@example.test", "nobody@example.test", "bob@example.test")

    outcomes = api.send(message, via=f"lmtp://localhost:{dovecot.lmtp}", check=False)

    assert {one.email_address: outcome for one, outcome in outcomes.items()} == {
        "alice@example.test": Delivered(250, "2.0.0"),
        "nobody@example.test": Refused(550, "5.1.1"),
        "bob@example.test": Delivered(250, "2.0.0"),
    }


def test_the_message_is_in_the_mailbox_as_it_was_written(api: Api, dovecot: Dovecot, word: str) -> None:
    api.send(letter(word, "bob@example.test"), via=f"lmtp://localhost:{dovecot.lmtp}")

    assert b"\n\nHello\n.\nthere\n" in in_mailbox(dovecot, "bob", word)


def test_a_unix_socket_takes_mail_as_a_port_does(api: Api, dovecot: Dovecot, word: str) -> None:
    message = letter(word, "nobody@example.test", "bob@example.test")

    outcomes = api.send(message, via=f"lmtp+unix://{dovecot.lmtp_socket}?connections=1", check=False)

    assert list(outcomes.values()) == [Refused(550, "5.1.1"), Delivered(250, "2.0.0")]
    assert outcomes["bob@example.test"].note == ""
    assert b"\n\nHello\n.\nthere\n" in in_mailbox(dovecot, "bob", word)


def test_tls_can_be_required(api: Api, dovecot: Dovecot, authority: Authority, word: str) -> None:
    via = f"lmtp+starttls://localhost:{dovecot.lmtp}"

    outcomes = api.send(letter(word, "bob@example.test"), via=via, ca_file=authority.ca_file)

    assert (outcomes["bob@example.test"], outcomes["bob@example.test"].note) == (Delivered(250, "2.0.0"), "")


def test_several_messages_one_behind_the_other(api: Api, dovecot: Dovecot, word: str) -> None:
    people = [("alice@example.test",), ("nobody@example.test",), ("bob@example.test", "alice@example.test")]
    with api.open_transport(f"lmtp://localhost:{dovecot.lmtp}") as transport:
        told = transport.send_all([letter(f"{word}-{number}", *to) for number, to in enumerate(people)])

    assert [[type(one) for one in outcomes.values()] for outcomes in told] == [
        [Delivered],
        [Refused],
        [Delivered, Delivered],
    ]


def test_a_mailbox_that_cannot_be_written_now_defers_its_recipient_only(api: Api, dovecot: Dovecot, word: str) -> None:
    api.send(letter(word, "alice@example.test"), via=f"lmtp://localhost:{dovecot.lmtp}")
    in_mailbox(dovecot, "alice", word)
    folder, aside = dovecot.maildir("alice"), dovecot.maildir("alice").with_name("aside")
    folder.rename(aside)
    folder.write_bytes(b"no folder")
    try:
        message = letter(f"{word}-again", "alice@example.test", "bob@example.test")
        outcomes = api.send(message, via=f"lmtp://localhost:{dovecot.lmtp}", check=False)
    finally:
        folder.unlink()
        aside.rename(folder)

    assert {one.email_address: type(outcome) for one, outcome in outcomes.items()} == {
        "alice@example.test": Deferred,
        "bob@example.test": Delivered,
    }


def test_a_scheme_that_there_is_not_is_refused(api: Api, dovecot: Dovecot, word: str) -> None:
    with pytest.raises(UsageError, match="lmtps"):
        api.send(letter(word, "bob@example.test"), via=f"lmtps://localhost:{dovecot.lmtp}")

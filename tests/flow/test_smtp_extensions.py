"""What real servers offer, in use: Postfix with all that it has, and Dovecot's submission service."""

from __future__ import annotations

import re
from typing import Any

import pytest

import msgcore
from msgcore import Accepted, DeliveryRequest, Message, Notify, Refused, ReturnedContent
from msgcore.errors import AuthenticationRefused, TlsRequired
from tests.flow.modes import Api
from tests.servers import Authority, Dovecot, Postfix, SmtpSink, wait_until

pytestmark = pytest.mark.interop


@pytest.fixture
def submission(postfix: Postfix, authority: Authority, password: str) -> dict[str, Any]:
    return {
        "url": f"smtp+starttls://localhost:{postfix.submission}",
        "user": "alice",
        "password": password,
        "ca_file": authority.ca_file,
    }


@pytest.fixture
def dovecot_submission(dovecot: Dovecot, authority: Authority, password: str) -> dict[str, Any]:
    return {
        "url": f"smtp+starttls://localhost:{dovecot.submission}",
        "user": "alice",
        "password": password,
        "ca_file": authority.ca_file,
    }


def letter(word: str, to: str = "bob@example.test", **given: Any) -> Message:
    values: dict[str, Any] = {"from_": "alice@example.test", "to": to, "subject": word, "text": "Hello\n", **given}
    return Message(**values)


def test_a_notification_of_success_comes_with_what_was_asked(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    request = DeliveryRequest(notify=Notify.SUCCESS, envelope_id=f"{word}+=x", returned_content=ReturnedContent.HEADERS)
    with api.open_transport(**submission) as transport:
        transport.send(letter(word), request=request)

    report = msgcore.read_message(postfix.wait_for_message("alice", f"{word}+=x".encode()))
    assert report.message_class == "REPORT.IPM.Note.DR"


def test_never_means_no_notification_of_failure(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    with api.open_transport(**submission) as transport:
        never = letter(word, "nobody@dovecot.test", message_id=f"<{word}.never@example.test>")
        transport.send(never, request=DeliveryRequest(notify=Notify.NEVER))
        transport.send(letter(word, "nobody@dovecot.test", message_id=f"<{word}.asked@example.test>"))

    postfix.wait_for_message("alice", f"{word}.asked".encode())
    log = wait_until(lambda: _bounced(postfix, f"{word}.never"), "the bounce of the first message")
    assert (bool(log), [one for one in postfix.messages("alice") if f"{word}.never".encode() in one]) == (True, [])


def _bounced(postfix: Postfix, message_id: str) -> re.Match[str] | None:
    found = re.search(rf"(\w+): message-id=<{message_id}@", postfix.log_text)
    return found and re.search(rf"{found[1]}: removed", postfix.log_text)


@pytest.mark.parametrize("server", ["postfix", "dovecot"])
def test_several_messages_one_behind_the_other_arrive(
    api: Api,
    submission: dict[str, Any],
    dovecot_submission: dict[str, Any],
    smtp_sink: SmtpSink,
    word: str,
    server: str,
) -> None:
    messages = [letter(f"{word}-{number}", "x@sink.test", text=f"{number}\n.\n") for number in range(5)]
    with api.open_transport(**(submission if server == "postfix" else dovecot_submission)) as transport:
        told = transport.send_all(messages)

    assert [outcomes.all_accepted for outcomes in told] == [True] * 5
    for number in range(5):
        assert smtp_sink.wait_for_message(f"{word}-{number}".encode()).octets.endswith(b"%d\r\n.\r\n" % number)


def test_a_refused_message_among_others_harms_none(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    people = ["bob@example.test", "nobody@example.test", "alice@example.test"]
    with api.open_transport(**submission) as transport:
        told = transport.send_all([letter(f"{word}-{to}", to) for to in people])

    assert [next(iter(outcomes.values())) for outcomes in told] == [
        Accepted(250, "2.0.0"),
        Refused(550, "5.1.1"),
        Accepted(250, "2.0.0"),
    ]


def test_a_large_message_arrives(api: Api, submission: dict[str, Any], smtp_sink: SmtpSink, word: str) -> None:
    text = "".join(f"{number:08}\n" for number in range(200_000))
    with api.open_transport(**submission) as transport:
        transport.send(letter(word, "x@sink.test", text=text))

    octets = smtp_sink.wait_for_message(word.encode()).octets
    assert octets.endswith(text.replace("\n", "\r\n").encode())


def test_dovecot_takes_a_message_in_one_flight(
    api: Api, dovecot_submission: dict[str, Any], smtp_sink: SmtpSink, word: str
) -> None:
    with api.open_transport(**dovecot_submission) as transport:
        outcomes = transport.send(letter(word, "x@sink.test", text="one\n.\n..\n"))

    assert outcomes.all_accepted
    assert smtp_sink.wait_for_message(word.encode()).octets.endswith(b"\r\n\r\none\r\n.\r\n..\r\n")


def test_scram_is_chosen_where_it_is_offered(
    api: Api, dovecot_submission: dict[str, Any], dovecot: Dovecot, word: str
) -> None:
    with api.open_transport(**dovecot_submission) as transport:
        transport.send(letter(word, "x@sink.test"))

    assert "method=SCRAM-SHA-256" in dovecot.log_file.read_text()


def test_a_wrong_password_is_refused(api: Api, dovecot_submission: dict[str, Any], word: str) -> None:
    dovecot_submission["password"] = msgcore.Secret("wrong")
    with api.open_transport(**dovecot_submission) as transport, pytest.raises(AuthenticationRefused):
        transport.send(letter(word, "x@sink.test"))


def test_require_tls_is_refused_where_it_is_not_offered(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    with api.open_transport(**submission) as transport:
        outcomes = transport.send(letter(word), request=DeliveryRequest(require_tls=True), check=False)

    assert outcomes["bob@example.test"] == Refused(None, "5.7.30")


def test_an_international_address_goes_to_a_server_that_takes_it(
    api: Api, submission: dict[str, Any], smtp_sink: SmtpSink, postfix: Postfix, word: str
) -> None:
    with api.open_transport(**submission) as transport:
        outcomes = transport.send(letter(word, "bob@example.test", from_="älice@example.test"), check=False)

    assert outcomes["bob@example.test"] == Accepted(250, "2.0.0")
    assert "älice@example.test".encode() in postfix.wait_for_message("bob", word.encode())


def test_a_password_never_goes_without_tls(api: Api, smtp_sink: SmtpSink, password: str, word: str) -> None:
    via = f"smtp://localhost:{smtp_sink.port}"
    with api.open_transport(via, user="alice", password=password) as transport, pytest.raises(TlsRequired):
        transport.send(letter(word, "x@sink.test"))

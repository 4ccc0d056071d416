"""Without a profile: ``send`` and ``open_transport`` to a real Postfix, and what lands in the Maildir."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

import msgcore
from msgcore import Accepted, Attachment, Deferred, Message, Refused
from msgcore.errors import InvalidAddress, NotAccepted, UsageError
from tests.flow.modes import Api
from tests.flow.peers import Peer
from tests.servers import Authority, Postfix, SmtpSink, wait_until

pytestmark = pytest.mark.interop


@pytest.fixture
def submission(postfix: Postfix, authority: Authority, password: str) -> dict[str, Any]:
    """How alice submits: STARTTLS against the test authority, then AUTH."""
    return {
        "via": f"smtp+starttls://localhost:{postfix.submission}",
        "user": "alice",
        "password": password,
        "ca_file": authority.ca_file,
    }


def letter(word: str, **given: Any) -> Message:
    values: dict[str, Any] = {"from_": "Alice <alice@example.test>", "to": "bob@example.test", "text": "Hello"}
    values.update({"subject": word, **given})
    return Message(**values)


def parsed(octets: bytes) -> EmailMessage:
    """Read a message with the standard library, to have another opinion."""
    return email.message_from_bytes(octets, policy=email.policy.default)


def text_of(octets: bytes) -> str:
    body = parsed(octets).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")  # the canonical line end, where the text went in base64


def arrived(postfix: Postfix, word: str, user: str = "bob") -> bytes:
    return postfix.wait_for_message(user, word.encode())


# How it gets there


def test_submission_with_starttls_and_auth_is_accepted(api: Api, submission: dict[str, Any], word: str) -> None:
    outcomes = api.send(letter(word), **submission)

    assert outcomes["bob@example.test"] == Accepted(250, "2.0.0")


def test_submission_is_made_as_the_authenticated_user_over_tls(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    message = letter(word, message_id=f"<{word}@example.test>")

    api.send(message, **submission)

    queue_id = wait_for_log(postfix, rf"(\w+): message-id=<{word}@example\.test>")[1]
    client = wait_for_log(postfix, rf"{queue_id}: client=.*")[0]
    assert "sasl_method=SCRAM-SHA-256, sasl_username=alice" in client


def test_implicit_tls_delivers(api: Api, postfix: Postfix, authority: Authority, password: str, word: str) -> None:
    via = f"smtps://localhost:{postfix.smtps}"

    api.send(letter(word), via=via, user="alice", password=password, ca_file=authority.ca_file)

    assert text_of(arrived(postfix, word)).rstrip() == "Hello"


def test_the_plain_port_delivers_over_an_offered_upgrade(
    api: Api, postfix: Postfix, authority: Authority, word: str
) -> None:
    outcomes = api.send(letter(word), via=f"smtp://localhost:{postfix.smtp}", ca_file=authority.ca_file)

    assert (outcomes["bob@example.test"].note, b"with ESMTPS" in arrived(postfix, word)) == ("", True)


def test_an_offered_upgrade_with_an_untrusted_certificate_is_noted(api: Api, postfix: Postfix, word: str) -> None:
    outcomes = api.send(letter(word), via=f"smtp://localhost:{postfix.smtp}")

    assert "certificate was not verified" in outcomes["bob@example.test"].note


def test_a_server_without_tls_gets_the_message_in_clear(api: Api, smtp_sink: SmtpSink, word: str) -> None:
    api.send(letter(word, to="x@sink.test"), via=f"smtp://localhost:{smtp_sink.port}")

    assert smtp_sink.wait_for_message(word.encode()).recipients == ("x@sink.test",)


def test_several_messages_share_one_connection(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    before = len(re.findall(r"smtpd\[\d+\]: connect from", postfix.log_text))
    url = submission.pop("via")

    with api.open_transport(url, **submission) as transport:
        for number in range(3):
            transport.send(letter(word, message_id=f"<{word}.{number}@example.test>"))

    for number in range(3):
        wait_for_log(postfix, rf"message-id=<{word}\.{number}@example\.test>")
    after = len(re.findall(r"smtpd\[\d+\]: connect from", postfix.log_text))
    assert after - before == 1


def test_threads_or_tasks_share_a_transport(api: Api, word: str) -> None:
    with Peer() as peer, api.open_transport(peer.url, connections=1) as transport:
        api.send_side_by_side(transport, [letter(word, text=f"{number}") for number in range(8)])

    assert (sorted(peer.bodies), peer.connection_count) == ([b"%d\r\n" % number for number in range(8)], 1)


def test_a_connection_goes_on_after_a_transaction_that_came_to_nothing(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    url = submission.pop("via")
    with api.open_transport(url, **submission) as transport:
        transport.send(letter(word, to="nobody@example.test"), check=False)
        outcomes = transport.send(letter(word))

    assert outcomes.all_accepted


def test_a_connection_that_dies_before_it_takes_up_a_message_is_replaced(api: Api, word: str) -> None:
    with Peer() as peer, api.open_transport(peer.url) as transport:
        transport.send(letter(word, text="first"))
        peer.tear_once = "MAIL"
        transport.send(letter(word, text="second"))

    assert (peer.bodies, peer.connection_count) == ([b"first\r\n", b"second\r\n"], 2)


def test_the_session_ends_with_quit(api: Api, word: str) -> None:
    with Peer() as peer:
        api.send(letter(word), via=peer.url)

    assert peer.commands[-1] == "QUIT"


# Recipients


def test_each_recipient_has_an_outcome_of_its_own(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    message = letter(word, to=["bob@example.test", "nobody@example.test", "carol@tempfail.test"])

    outcomes = api.send(message, check=False, **submission)

    assert {recipient.email_address: outcome for recipient, outcome in outcomes.items()} == {
        "bob@example.test": Accepted(250, "2.0.0"),
        "nobody@example.test": Refused(550, "5.1.1"),
        "carol@tempfail.test": Deferred(451, "4.7.1"),
    }


def test_the_accepted_recipient_gets_the_message_although_others_did_not(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    message = letter(word, to=["nobody@example.test", "carol@tempfail.test"], cc="bob@example.test")

    api.send(message, check=False, **submission)

    assert text_of(arrived(postfix, word)).rstrip() == "Hello"


def test_not_accepted_carries_the_outcomes(api: Api, submission: dict[str, Any], postfix: Postfix, word: str) -> None:
    message = letter(word, to=["bob@example.test", "nobody@example.test", "carol@tempfail.test"])

    with pytest.raises(NotAccepted) as caught:
        api.send(message, **submission)

    outcomes = caught.value.outcomes
    assert [[recipient.email_address for recipient in some] for some in (outcomes.refused, outcomes.deferred)] == [
        ["nobody@example.test"],
        ["carol@tempfail.test"],
    ]


def test_not_accepted_names_whom_and_why(api: Api, submission: dict[str, Any], word: str) -> None:
    with pytest.raises(NotAccepted, match=r"nobody@example\.test: refused 550 5\.1\.1 .*User unknown"):
        api.send(letter(word, to="nobody@example.test"), **submission)


def test_blind_recipients_get_the_message(api: Api, submission: dict[str, Any], postfix: Postfix, word: str) -> None:
    api.send(letter(word, to="x@sink.test", bcc="bob@example.test"), **submission)

    assert word.encode() in arrived(postfix, word)


def test_blind_recipients_are_named_nowhere_in_the_message(
    api: Api, submission: dict[str, Any], smtp_sink: SmtpSink, word: str
) -> None:
    api.send(letter(word, to="x@sink.test", bcc=["Hidden <blind@sink.test>"]), **submission)

    octets = smtp_sink.wait_for_message(word.encode()).octets.lower()
    assert (b"blind@" in octets, b"hidden" in octets, b"\nbcc" in octets) == (False, False, False)


def test_a_bcc_field_of_a_message_that_was_read_is_taken_out(
    api: Api, submission: dict[str, Any], smtp_sink: SmtpSink, word: str
) -> None:
    octets = f"From: alice@example.test\r\nTo: x@sink.test\r\nBcc: blind@sink.test\r\nSubject: {word}\r\n\r\nHello\r\n"

    api.send(msgcore.read_message(octets.encode()), **submission)

    assert b"blind@" not in smtp_sink.wait_for_message(word.encode()).octets


def test_a_recipient_named_twice_gets_the_message_once(api: Api, word: str) -> None:
    with Peer() as peer:
        api.send(letter(word, to=["x@sink.test", "X <x@sink.test>"], cc="x@sink.test"), via=peer.url)

    assert [message.recipients for message in peer.messages] == [("x@sink.test",)]


def test_a_bare_name_is_refused_before_anything_is_sent(api: Api, word: str) -> None:
    with Peer() as peer, pytest.raises(InvalidAddress, match="Bob"):
        api.send(letter(word, to="Bob"), via=peer.url)

    assert peer.connection_count == 0


def test_a_recipient_of_another_address_type_is_refused_before_anything_is_sent(api: Api, word: str) -> None:
    with Peer() as peer, pytest.raises(UsageError, match="takes SMTP only"):
        api.send(letter(word, to=["x@sink.test", "FAX:+46 8 1234"]), via=peer.url)

    assert peer.connection_count == 0


# What arrives


def test_message_id_is_set(api: Api, submission: dict[str, Any], postfix: Postfix, word: str) -> None:
    api.send(letter(word), **submission)

    assert re.fullmatch(r"<[^@<>\s]+@example\.test>", parsed(arrived(postfix, word))["Message-ID"])


def test_date_is_set(api: Api, submission: dict[str, Any], postfix: Postfix, word: str) -> None:
    api.send(letter(word), **submission)

    message = parsed(arrived(postfix, word))
    sent, received = message["Date"].datetime, parsedate_to_datetime(message["Received"].rpartition(";")[2])
    assert abs((received - sent).total_seconds()) < 60


def test_the_message_given_stays_as_it_is(api: Api, word: str) -> None:
    message = letter(word)
    with Peer() as peer:
        api.send(message, via=peer.url)

    assert (message.message_id, message.date) == (None, None)


def test_a_message_that_was_read_arrives_octet_for_octet(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    octets = (
        f"From: alice@example.test\r\nTo: bob@example.test\r\nSUBJECT:   {word}\r\n"
        f"Message-Id: <{word}@example.test>\r\nDate: 1 Jan 2024 00:00 +0000\r\nX-Odd:a\r\n\tb\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "Grüße  \r\n.\r\n..\r\n.dot\r\n\r\n\t\r\nFrom the end\r\n\r\n"
    ).encode()

    api.send(msgcore.read_message(octets), **submission)

    assert arrived(postfix, word).endswith(octets.replace(b"\r\n", b"\n"))


@pytest.mark.parametrize(
    "text",
    [
        "one\n.\ntwo\n..\n.three\n",
        "Grüße aus Ångström\n",
        "long " * 1_000 + "\n",
        "ü" * 3_000 + "\n",
        "  leading and trailing  \n\n\nFrom here\n",
    ],
    ids=["dots", "8-bit", "a long line", "a long line of 8-bit text", "blanks"],
)
def test_the_text_arrives_as_it_was_written(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str, text: str
) -> None:
    api.send(letter(word, text=text), **submission)

    assert text_of(arrived(postfix, word)) == text


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_every_line_ends_with_crlf_on_the_wire(api: Api, word: str, end: str) -> None:
    with Peer() as peer:
        api.send(letter(word, text=f"one{end}two{end}"), via=peer.url)

    assert peer.bodies == [b"one\r\ntwo\r\n"]


def test_no_bare_cr_or_lf_leaves(api: Api, word: str) -> None:
    octets = f"From: a@b.test\nTo: x@sink.test\nSubject: {word}\n\none\rtwo\nthree\r\n".encode()
    with Peer() as peer:
        api.send(msgcore.read_message(octets), via=peer.url)

    assert re.search(rb"\r(?!\n)|(?<!\r)\n", peer.messages[0].octets) is None


def test_no_line_on_the_wire_is_longer_than_998_octets(api: Api, word: str) -> None:
    with Peer() as peer:
        api.send(letter(word, text="y" * 5_000, html="<p>" + "z" * 5_000, subject="s" * 2_000), via=peer.url)

    assert max(map(len, peer.messages[0].octets.split(b"\r\n"))) <= 998


def test_a_server_without_8bitmime_gets_7_bit_octets(api: Api, word: str) -> None:
    with Peer(replies={"EHLO": "250 peer.test"}) as peer:
        api.send(letter(word, text="Grüße"), via=peer.url)

    octets = peer.messages[0].octets
    assert (octets.isascii(), text_of(octets).rstrip()) == (True, "Grüße")


def test_subject_and_names_in_utf_8_arrive(api: Api, submission: dict[str, Any], postfix: Postfix, word: str) -> None:
    message = letter(
        word,
        from_="Åsa Öberg <alice@example.test>",
        to='"Žofie, 日本" <bob@example.test>',
        subject=f"Grüße 🌉 {word}",
    )

    api.send(message, **submission)

    received = parsed(postfix.wait_for_message("bob", word.encode()))
    shown = (received["Subject"], received["From"].addresses[0].display_name, received["To"].addresses[0].display_name)
    assert shown == (f"Grüße 🌉 {word}", "Åsa Öberg", "Žofie, 日本")


def test_an_attachment_of_two_megabytes_from_a_path_arrives(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str, tmp_path: Path
) -> None:
    file = tmp_path / "Müll.bin"
    file.write_bytes(bytes(range(256)) * 8_192)

    api.send(letter(word, attachments=[file]), **submission)

    (attachment,) = parsed(arrived(postfix, word)).iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("Müll.bin", file.read_bytes())


def test_text_html_and_an_inline_picture_arrive_as_a_tree(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    picture = Attachment(b"\x89PNG\r\n\x1a\n", filename="p.png", content_id="p", is_inline=True)
    message = letter(word, html='<img src="cid:p">', attachments=[picture, Attachment(b"a,b\r\n", filename="a.csv")])

    api.send(message, **submission)

    tree = [part.get_content_type() for part in parsed(arrived(postfix, word)).walk()]
    assert tree == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/csv",
    ]


def test_an_attached_message_arrives_with_its_own_subject(
    api: Api, submission: dict[str, Any], postfix: Postfix, word: str
) -> None:
    api.send(letter(word, attachments=[letter("the inner one")]), **submission)

    (attachment,) = parsed(arrived(postfix, word)).iter_attachments()
    assert attachment.get_content()["Subject"] == "the inner one"


def test_what_leaves_reads_as_what_was_composed(api: Api, word: str) -> None:
    message = letter(
        word,
        cc="Žofie <z@sink.test>",
        text="Grüße\n",
        html="<p>Grüße\n",
        message_id=f"<{word}@a.test>",
        date=datetime(2024, 1, 1, tzinfo=UTC),
        attachments=[b"\0\1\2", letter("inner")],
        importance=2,
    )
    with Peer() as peer:
        api.send(message, via=peer.url)

    assert msgcore.compare(message, msgcore.read_message(peer.messages[0].octets)) == ()


def wait_for_log(postfix: Postfix, pattern: str) -> re.Match[str]:
    """Wait for a line of Postfix's log."""
    return wait_until(lambda: re.search(pattern, postfix.log_text), f"line like {pattern} in the log of Postfix")

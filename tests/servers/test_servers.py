"""Each server of the tests does what its fixture promises, seen by the clients of the standard library."""

import imaplib
import poplib
import smtplib
import ssl
from email.message import EmailMessage

import pytest

from tests.servers import PASSWORDS, Authority, Dovecot, Postfix, Postgresql, SmtpSink

pytestmark = pytest.mark.interop


def letter(subject: str, to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "alice@example.test"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Hello\n.\n")
    return message


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_submission_after_starttls_and_auth_lands_in_the_maildir(
    postfix: Postfix, authority: Authority, mechanism: str
) -> None:
    with smtplib.SMTP(postfix.host, postfix.submission) as client:
        client.starttls(context=authority.client_context())
        client.ehlo()
        client.user, client.password = "alice", PASSWORDS["alice"]
        client.auth(mechanism, client.auth_plain if mechanism == "PLAIN" else client.auth_login)
        client.send_message(letter(f"submitted with {mechanism}", "bob@example.test"))

    assert b"\n\nHello\n.\n" in postfix.wait_for_message("bob", f"submitted with {mechanism}".encode())


def test_submission_is_refused_before_starttls_and_before_auth(postfix: Postfix, authority: Authority) -> None:
    with smtplib.SMTP(postfix.host, postfix.submission) as client:
        before_tls = client.docmd("MAIL", "FROM:<alice@example.test>")
        client.starttls(context=authority.client_context())
        client.ehlo()
        client.mail("alice@example.test")
        before_auth = client.rcpt("bob@example.test")

    assert (before_tls[0], before_auth[0]) == (530, 554)


def test_a_wrong_password_is_refused(postfix: Postfix, authority: Authority) -> None:
    with smtplib.SMTP_SSL(postfix.host, postfix.smtps, context=authority.client_context()) as client:
        client.ehlo()
        client.user, client.password = "alice", "wrong"
        with pytest.raises(smtplib.SMTPAuthenticationError, match="535"):
            client.auth("PLAIN", client.auth_plain)


def test_smtps_relays_to_the_sink_octet_for_octet(postfix: Postfix, authority: Authority, smtp_sink: SmtpSink) -> None:
    sent = b"Subject: through smtps\r\n\r\nHello\r\n.\r\n..\r\n\r\n"
    with smtplib.SMTP_SSL("127.0.0.1", postfix.smtps, context=authority.client_context()) as client:
        client.login("bob@example.test", PASSWORDS["bob"])
        client.sendmail("bob@example.test", ["x@sink.test", "y@sink.test"], sent, ["BODY=8BITMIME"])

    message = smtp_sink.wait_for_message(b"through smtps")
    assert message.octets.endswith(sent[sent.index(b"\r\n\r\n") :])
    assert message.sender == "bob@example.test"
    assert message.recipients == ("x@sink.test", "y@sink.test")


def test_the_sink_keeps_the_octets_of_a_message(smtp_sink: SmtpSink) -> None:
    sent = b"Subject: straight to the sink\r\n\r\nHello\r\n.\r\n\r\n"
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client:
        client.sendmail("", ["x@sink.test"], sent)

    message = smtp_sink.wait_for_message(b"straight to the sink")
    assert (message.sender, message.recipients, message.octets) == ("", ("x@sink.test",), sent)


@pytest.mark.parametrize(
    ("recipient", "code", "status"),
    [
        ("alice@example.test", 250, b"2.1.5"),
        ("nobody@example.test", 550, b"5.1.1"),
        ("carol@tempfail.test", 451, b"4.7.1"),
        ("anyone@sink.test", 250, b"2.1.5"),
        ("dave@elsewhere.test", 550, b"5.1.2"),
    ],
)
def test_postfix_answers_rcpt(postfix: Postfix, recipient: str, code: int, status: bytes) -> None:
    with smtplib.SMTP(postfix.host, postfix.smtp) as client:
        client.ehlo()
        client.mail("alice@example.test")
        reply = client.rcpt(recipient)

    assert (reply[0], reply[1].split()[0]) == (code, status)


def test_postfix_reports_what_it_cannot_deliver(postfix: Postfix) -> None:
    with smtplib.SMTP(postfix.host, postfix.smtp) as client:
        client.send_message(letter("to nowhere", "nobody@dovecot.test"))

    assert b"Status: 5.1.1" in postfix.wait_for_message("alice", b"to nowhere")


def test_postfix_keeps_its_ports_when_it_is_stopped_and_started(postfix: Postfix) -> None:
    postfix.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", postfix.smtp)
    postfix.start()
    with smtplib.SMTP(postfix.host, postfix.smtp) as client:
        assert client.noop()[0] == 250


@pytest.mark.parametrize("user", ["alice", "alice@example.test"])
def test_imap_login_over_tls(dovecot: Dovecot, authority: Authority, user: str) -> None:
    with imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps, ssl_context=authority.client_context()) as client:
        client.login(user, PASSWORDS["alice"])
        assert client.select()[0] == "OK"


def test_what_lmtp_delivers_is_read_with_imap_and_pop3(dovecot: Dovecot, authority: Authority) -> None:
    with smtplib.LMTP(dovecot.host, dovecot.lmtp) as client:
        client.send_message(letter("over lmtp", "bob@example.test"))
    with imaplib.IMAP4(dovecot.host, dovecot.imap) as client:
        client.starttls(authority.client_context())
        client.login("bob", PASSWORDS["bob"])
        client.select(readonly=True)
        found = client.search(None, "SUBJECT", '"over lmtp"')
    pop3 = poplib.POP3_SSL(dovecot.host, dovecot.pop3s, context=authority.client_context())
    pop3.user("bob")
    pop3.pass_(PASSWORDS["bob"])
    lines = pop3.retr(int(found[1][0]))[1]
    pop3.quit()

    assert b"Subject: over lmtp" in lines
    assert any(dovecot.maildir("bob").glob("*/*"))


def test_a_client_that_does_not_know_the_authority_refuses_its_certificate(dovecot: Dovecot) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps, ssl_context=ssl.create_default_context())


def test_postgresql_answers(postgresql: Postgresql) -> None:
    assert postgresql.psql("select 1") == "1"

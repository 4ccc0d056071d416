"""The loopback IMAP server as the standard library's client sees it, which has nothing in common with it."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator

import pytest

from msgcore.runtime.abc import TlsServerSettings
from msgcore.testing.servers import BARE_IMAP, USUAL_IMAP_EXTENSIONS, LoopbackImapServer
from tests.servers import Authority

USERS = {"ann": "pa ss"}
LETTER = b"From: Ann <ann@a.test>\r\nSubject: one\r\n\r\nHello\r\n"


@pytest.fixture(params=[USUAL_IMAP_EXTENSIONS, BARE_IMAP | {"LOGIN"}], ids=["usual", "bare"])
def server(request: pytest.FixtureRequest) -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer(USERS, extensions=request.param) as server:
        server.put("ann", LETTER)
        yield server


@pytest.fixture
def client(server: LoopbackImapServer) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4("127.0.0.1", server.port, timeout=30) as client:
        client.login("ann", "pa ss")
        client.select()
        yield client


def test_a_message_is_fetched(client: imaplib.IMAP4) -> None:
    assert client.uid("FETCH", "1", "(BODY.PEEK[])") == ("OK", [(b"1 (UID 1 BODY[] {47}", LETTER), b")"])


def test_a_message_is_appended(client: imaplib.IMAP4, server: LoopbackImapServer) -> None:
    client.append("INBOX", "(\\Seen)", '"05-Feb-2001 01:02:03 +0000"', LETTER)

    [_, mail] = server.mailbox("ann").messages().values()
    assert (mail.octets, mail.flags, mail.internal_date.year) == (LETTER, frozenset({"\\Seen"}), 2001)


def test_messages_are_searched(client: imaplib.IMAP4) -> None:
    assert client.search(None, "SUBJECT", '"one"') == ("OK", [b"1"])


def test_flags_are_stored(client: imaplib.IMAP4) -> None:
    assert client.store("1", "+FLAGS", "(\\Flagged)") == ("OK", [b"1 (FLAGS (\\Flagged))"])


def test_a_message_is_copied_and_taken_out(client: imaplib.IMAP4, server: LoopbackImapServer) -> None:
    client.create("Other")
    client.copy("1", "Other")
    client.store("1", "+FLAGS", "\\Deleted")
    client.expunge()

    assert [len(server.mailbox("ann", name).messages()) for name in (b"INBOX", b"Other")] == [0, 1]


def test_mailboxes_are_made_renamed_and_deleted(client: imaplib.IMAP4, server: LoopbackImapServer) -> None:
    client.create("a")
    client.create("b")
    client.rename("a", '"c d"')
    client.delete("b")

    assert server.account("ann").names == (b"INBOX", b"c d")


def test_subscriptions_are_kept(client: imaplib.IMAP4) -> None:
    client.create("a")
    client.subscribe("a")

    assert client.lsub()[1] == [b'() "/" INBOX', b'() "/" a']


def test_the_numbers_of_a_mailbox_are_told(client: imaplib.IMAP4) -> None:
    assert client.status("INBOX", "(MESSAGES UNSEEN)") == ("OK", [b"INBOX (MESSAGES 1 UNSEEN 1)"])


def test_a_client_hears_of_a_message_that_others_bring(client: imaplib.IMAP4, server: LoopbackImapServer) -> None:
    server.put("ann", LETTER)
    client.noop()

    assert client.response("EXISTS")[1][-1] == b"2"


def test_a_wrong_password_is_refused(server: LoopbackImapServer) -> None:
    with (
        imaplib.IMAP4("127.0.0.1", server.port, timeout=30) as client,
        pytest.raises(imaplib.IMAP4.error, match="wrong"),
    ):
        client.login("ann", "x")


def test_a_user_proves_who_it_is_by_cram_md5(server: LoopbackImapServer) -> None:
    with imaplib.IMAP4("127.0.0.1", server.port, timeout=30) as client:
        assert client.login_cram_md5("ann", "pa ss")[0] == "OK"


@pytest.mark.parametrize("is_from_first_octet", [False, True])
def test_a_session_goes_on_in_tls(authority: Authority, is_from_first_octet: bool) -> None:
    tls = TlsServerSettings(authority.server.certificate, authority.server.key)
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    with LoopbackImapServer(USERS, tls=tls, from_first_octet=is_from_first_octet) as server:
        client: imaplib.IMAP4
        if is_from_first_octet:
            client = imaplib.IMAP4_SSL("localhost", server.port, ssl_context=context, timeout=30)
        else:
            client = imaplib.IMAP4("localhost", server.port, timeout=30)
            client.starttls(context)
        with client:
            assert client.login("ann", "pa ss")[0] == "OK"

"""What FETCH gives of messages."""

from __future__ import annotations

import pytest

from msgcore.testing.memory_mailboxes import MemoryAccount
from tests.wire.imap.server.talk import FORWARD, LETTER, SETTINGS, account_with, ask, data, hear

HEADER = LETTER[: LETTER.index(b"Hello")]


@pytest.fixture
def account() -> MemoryAccount:
    return account_with(LETTER, FORWARD)


def fetched(account: MemoryAccount, command: bytes) -> bytes:
    """Give what is said, in one piece, without the tagged line."""
    return b"\r\n".join(ask(account, command)[:-1])


@pytest.mark.parametrize(
    "items, expected",
    [
        (b"FLAGS", b"FLAGS ()"),
        (b"FAST", b'FLAGS () INTERNALDATE " 1-Jan-2030 12:00:00 +0000" RFC822.SIZE 126'),
        (b"UID", b"UID 1"),
        (b"(UID UID)", b"UID 1"),
        (b"MODSEQ", b"MODSEQ (2)"),
        (b"BODY", b'BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 7 1)'),
        (b"BODYSTRUCTURE", b'BODYSTRUCTURE ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 7 1 NIL NIL NIL NIL)'),
        (
            b"ENVELOPE",
            b'ENVELOPE ("Mon, 31 Dec 2029 23:00:00 -0500" "one" (("Ann" NIL "ann" "a.test")) '
            b'(("Ann" NIL "ann" "a.test")) (("Ann" NIL "ann" "a.test")) ((NIL NIL "bob" "b.test")) NIL NIL NIL '
            b'"<1@a.test>")',
        ),
        (b"BODY.PEEK[]", b"BODY[] {126}\r\n" + LETTER),
        (b"RFC822.HEADER", b"RFC822.HEADER {119}\r\n" + HEADER),
        (b"BODY.PEEK[HEADER]", b"BODY[HEADER] {119}\r\n" + HEADER),
        (b"BODY.PEEK[TEXT]", b"BODY[TEXT] {7}\r\nHello\r\n"),
        (b"BODY.PEEK[1]", b"BODY[1] {7}\r\nHello\r\n"),
        (b"BODY.PEEK[2]", b"BODY[2] NIL"),
        (b"BODY.PEEK[1.1]", b"BODY[1.1] NIL"),
        (b"BODY.PEEK[TEXT]<1.3>", b"BODY[TEXT]<1> {3}\r\nell"),
        (b"BODY.PEEK[TEXT]<9.3>", b"BODY[TEXT]<9> {0}\r\n"),
        (b"body.peek[header.fields (SUBJECT x)]", b"BODY[HEADER.FIELDS (SUBJECT x)] {16}\r\nSubject: one\r\n\r\n"),
        (
            b"BODY.PEEK[HEADER.FIELDS.NOT (From To Date Message-ID)]",
            b"BODY[HEADER.FIELDS.NOT (From To Date Message-ID)] {16}\r\nSubject: one\r\n\r\n",
        ),
        (b"BINARY.SIZE[1]", b"BINARY.SIZE[1] 7"),
        (b"BINARY.PEEK[1]", b"BINARY[1] {7}\r\nHello\r\n"),
    ],
)  # fmt: skip
def test_an_item_is_given(account: MemoryAccount, items: bytes, expected: bytes) -> None:
    assert fetched(account, b"FETCH 1 " + items) == b"* 1 FETCH (%b)" % expected


@pytest.mark.parametrize(
    "section, expected",
    [
        (b"1", b"first"), (b"1.MIME", b"\r\n"), (b"2.MIME", b"Content-Type: message/rfc822\r\n\r\n"), (b"2", LETTER),
        (b"2.HEADER", HEADER), (b"2.TEXT", b"Hello\r\n"), (b"2.1", b"Hello\r\n"),
        (b"2.HEADER.FIELDS (Subject)", b"Subject: one\r\n\r\n"),
    ],
)  # fmt: skip
def test_a_part_of_a_part_is_given(account: MemoryAccount, section: bytes, expected: bytes) -> None:
    assert fetched(account, b"FETCH 2 BODY.PEEK[%b]" % section) == b"* 2 FETCH (BODY[%b] {%d}\r\n%b)" % (
        section, len(expected), expected,
    )  # fmt: skip


@pytest.mark.parametrize(
    "items",
    [b"", b"()", b"NOPE", b"BODY[MIME]", b"BODY[0]", b"BODY[1.NOPE]", b"BODY[", b"BODY[]<0.0>", b"BODY[]<1>",
     b"BINARY[HEADER]", b"(FLAGS", b"FLAGS)", b"BODY[HEADER.FIELDS ()]", b"BODY[HEADER.FIELDS]"],
)  # fmt: skip
def test_what_is_no_item_is_refused(account: MemoryAccount, items: bytes) -> None:
    assert ask(account, b"FETCH 1 " + items)[-1].split()[1] == b"BAD"


def test_reading_a_message_marks_it_as_seen(account: MemoryAccount) -> None:
    assert ask(account, b"FETCH 1 BODY[TEXT]<0.1>")[1] == b"H FLAGS (\\Seen))"


def test_peeking_marks_nothing(account: MemoryAccount) -> None:
    ask(account, b"FETCH 1 BODY.PEEK[]")

    assert account.mailbox().messages()[1].flags == frozenset()


def test_reading_what_is_open_for_reading_marks_nothing(account: MemoryAccount) -> None:
    ask(account, b"EXAMINE INBOX", b"FETCH 1 BODY[]")

    assert account.mailbox().messages()[1].flags == frozenset()


@pytest.mark.parametrize(
    "messages, expected", [(b"1:*", [1, 2]), (b"*", [2]), (b"2,1,2", [1, 2]), (b"*:1", [1, 2]), (b"2:1", [1, 2])]
)
def test_a_set_names_each_message_once(account: MemoryAccount, messages: bytes, expected: list[int]) -> None:
    lines = data(ask(account, b"FETCH %b UID" % messages))

    assert [int(line.split()[1]) for line in lines] == expected


@pytest.mark.parametrize("messages, expected", [(b"1:99", 2), (b"99:*", 1), (b"99", 0), (b"4294967295:*", 1)])
def test_unique_ids_may_be_unknown(account: MemoryAccount, messages: bytes, expected: int) -> None:
    assert len(data(ask(account, b"UID FETCH %b FLAGS" % messages))) == expected


def test_a_fetch_by_unique_ids_says_them(account: MemoryAccount) -> None:
    assert data(ask(account, b"UID FETCH 2 FLAGS")) == [b"* 2 FETCH (UID 2 FLAGS ())"]


def test_only_what_has_changed_since_is_given(account: MemoryAccount) -> None:
    assert data(ask(account, b"UID FETCH 1:* FLAGS (CHANGEDSINCE 2)")) == [b"* 2 FETCH (UID 2 FLAGS () MODSEQ (3))"]


@pytest.mark.parametrize(
    "uids, expected", [(b"1:*", [b"* VANISHED (EARLIER) 1"]), (b"1", [b"* VANISHED (EARLIER) 1"]), (b"2:*", [])]
)
def test_what_is_gone_since_is_told_when_it_is_asked_for(
    account: MemoryAccount, uids: bytes, expected: list[bytes]
) -> None:
    account.mailbox().remove([1])

    told = ask(account, b"ENABLE QRESYNC", b"UID FETCH %b FLAGS (CHANGEDSINCE 3 VANISHED)" % uids)

    assert data(told) == expected


def test_an_empty_mailbox_has_no_last_message() -> None:
    heard = hear(
        b'l LOGIN ann "pa ss"\r\ns SELECT INBOX\r\n1 FETCH * FLAGS\r\n', account=account_with(), settings=SETTINGS
    )

    assert heard[-1] == b"1 OK fetched"

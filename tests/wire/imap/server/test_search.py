"""Which messages SEARCH finds, and how it says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from msgcore.testing.memory_mailboxes import MemoryAccount
from tests.wire.imap.server.talk import FORWARD, LETTER, account_with, ask, data

THIRD = (
    b"From: =?utf-8?q?B=C3=B3b?= <bob@(x)b.test>\r\nSubject: =?utf-8?b?w7xiZXI=?=\r\nX-A: yes\r\n"
    b"Date: 1 Jan 2030 01:00 +1400\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nU3RyYcOfZQ==\r\n"
)


@pytest.fixture(scope="module")
def account() -> MemoryAccount:
    account = account_with(LETTER, FORWARD)
    inbox = account.mailbox()
    inbox.put(THIRD, ["\\Seen", "\\Flagged", "kw"], datetime(2029, 6, 1, tzinfo=UTC), uid=7)
    return account


@pytest.mark.parametrize(
    "keys, expected",
    [
        ("ALL", "1 2 3"), ("2", "2"), ("2:*", "2 3"), ("*", "3"), ("UID 7", "3"), ("UID 3:6", ""), ("UID 100:*", "3"),
        ("SEEN", "3"), ("UNSEEN", "1 2"), ("FLAGGED", "3"), ("UNFLAGGED", "1 2"), ("DELETED", ""),
        ("UNDELETED", "1 2 3"),
        ("ANSWERED", ""), ("DRAFT", ""), ("UNDRAFT", "1 2 3"), ("RECENT", ""), ("NEW", ""), ("OLD", "1 2 3"),
        ("KEYWORD KW", "3"), ("UNKEYWORD kw", "1 2"), ("NOT SEEN", "1 2"), ("OR 1 SEEN", "1 3"), ("1 SEEN", ""),
        ("NOT (OR 1 SEEN)", "2"), ("(1)", "1"), ("SUBJECT one", "1"), ("SUBJECT ONE", "1"), ('SUBJECT ""', "1 2 3"),
        ("FROM ann", "1"), ("FROM bob@b.test", "3"), ("TO bob", "1"), ("CC x", ""), ("BCC x", ""),
        ("HEADER X-A yes", "3"), ('HEADER X-A ""', "3"), ("HEADER Message-ID 1@a", "1"), ("BODY hello", "1 2"),
        ("BODY first", "2"), ("TEXT two", "2"), ("TEXT yes", "3"), ("LARGER 200", "2 3"), ("SMALLER 200", "1"),
        ("SINCE 1-Jan-2030", "1 2"), ("BEFORE 1-Jan-2030", "3"), ("ON 1-Jan-2030", "1 2"),
        ("SENTON 31-Dec-2029", "1"), ("SENTSINCE 1-Jan-2030", "3"), ('SENTBEFORE "1-Jan-2030"', "1"),
        ("YOUNGER 60", "1 2"), ("OLDER 86400", "3"), ("CHARSET US-ASCII SUBJECT one", "1"), ("EMAILID Mx", ""),
    ],
)  # fmt: skip
def test_keys_find_messages(account: MemoryAccount, keys: str, expected: str) -> None:
    assert data(ask(account, b"SEARCH " + keys.encode())) == [f"* SEARCH {expected}".rstrip().encode()]


@pytest.mark.parametrize(
    "keys, expected", [("SUBJECT ÜBER", "3"), ("BODY straße", "3"), ("FROM bób", "3"), ("BODY strasse", "3")]
)
def test_text_is_found_in_any_case_and_encoding(account: MemoryAccount, keys: str, expected: str) -> None:
    key, _, text = keys.partition(" ")
    octets = text.encode()

    found = ask(account, b"SEARCH CHARSET UTF-8 %b {%d+}\r\n%b" % (key.encode(), len(octets), octets))

    assert data(found) == [f"* SEARCH {expected}".encode()]


@pytest.mark.parametrize(
    "command, expected",
    [
        (b"SEARCH RETURN () ALL", b'* ESEARCH (TAG "1") ALL 1:3'),
        (b"UID SEARCH RETURN (MIN MAX COUNT ALL) ALL", b'* ESEARCH (TAG "1") UID MIN 1 MAX 7 ALL 1:2,7 COUNT 3'),
        (b"UID SEARCH RETURN (COUNT MIN) DELETED", b'* ESEARCH (TAG "1") UID COUNT 0'),
        (b"UID SEARCH SEEN", b"* SEARCH 7"),
        (b"UID SORT (SIZE) UTF-8 ALL", b"* SORT 1 7 2"),
        (b"SORT (REVERSE ARRIVAL SUBJECT) US-ASCII UNSEEN", b"* SORT 1 2"),
        (b"SEARCH MODSEQ 4", b"* SEARCH 3 (MODSEQ 4)"),
        (b"SEARCH RETURN (COUNT) MODSEQ 4", b'* ESEARCH (TAG "1") COUNT 1 MODSEQ 4'),
    ],
)
def test_a_result_has_the_form_that_is_asked_for(account: MemoryAccount, command: bytes, expected: bytes) -> None:
    assert data(ask(account, command)) == [expected]


@pytest.mark.parametrize("command", [b"SORT () UTF-8 ALL", b"SORT (NOPE) UTF-8 ALL"])
def test_what_is_no_order_is_refused(account: MemoryAccount, command: bytes) -> None:
    assert ask(account, command)[-1].split()[1] == b"BAD"


@pytest.mark.parametrize(
    "keys",
    [b"", b"NOPE", b"OR 1", b"NOT", b"(1", b"1)", b"SUBJECT", b"ON 32-Jan-2030", b"LARGER x", b"9999999999", b"0",
     b"RETURN (SAVE) ALL", b"1 ", b"CHARSET UTF-8 SUBJECT {1+}\r\n\xff", b"(" * 99 + b"1" + b")" * 99],
)  # fmt: skip
def test_what_is_no_search_is_refused(account: MemoryAccount, keys: bytes) -> None:
    assert ask(account, b"SEARCH " + keys)[-1].split()[1] == b"BAD"


def test_an_unknown_charset_is_refused_with_those_that_are_known(account: MemoryAccount) -> None:
    assert ask(account, b"SEARCH CHARSET X-NO ALL") == [
        b"1 NO [BADCHARSET (US-ASCII UTF-8 ISO-8859-1)] no such charset"
    ]

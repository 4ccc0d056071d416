"""An IMAP session by the server's side: each command once, by what is said to it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.testing.memory_mailboxes import MemoryAccount
from tests.wire.imap.server.talk import BARE, FORWARD, LETTER, SETTINGS, account_with, ask, data

UIDS = b"UID FETCH 1:* (UID)"


@pytest.fixture
def account() -> MemoryAccount:
    account = account_with(LETTER, FORWARD)
    account.add(b"Sent", "\\Sent")
    account.add(b"work/2029", is_subscribed=False)
    return account


@pytest.mark.parametrize(
    "command, expected",
    [
        (b"NOOP", [b"1 OK done"]),
        (b"CHECK", [b"1 OK done"]),
        (b"ID NIL", [b"* ID NIL", b"1 OK told"]),
        (b"ENABLE CONDSTORE X-NO", [b"* ENABLED CONDSTORE", b"1 OK enabled"]),
        (b"NAMESPACE", [b'* NAMESPACE (("" "/")) NIL NIL', b"1 OK told"]),
        (b"LOGOUT", [b"* BYE imap.b.test closes", b"1 OK done"]),
        (b'LIST "" ""', [b'* LIST (\\Noselect) "/" ""', b"1 OK listed"]),
        (b'LIST "" inbox', [b'* LIST (\\HasNoChildren) "/" INBOX', b"1 OK listed"]),
        (b'LIST work/ %', [b'* LIST (\\HasNoChildren) "/" work/2029', b"1 OK listed"]),
        (b'LSUB "" S*', [b'* LSUB (\\Sent) "/" Sent', b"1 OK listed"]),
        (
            b'LIST (SPECIAL-USE) "" * RETURN (STATUS (MESSAGES))',
            [b'* LIST (\\Sent \\HasNoChildren) "/" Sent', b"* STATUS Sent (MESSAGES 0)", b"1 OK listed"],
        ),
        (
            b'LIST (SUBSCRIBED) "" (S% w%)',
            [b'* LIST (\\Sent \\HasNoChildren \\Subscribed) "/" Sent', b"1 OK listed"],
        ),
        (
            b"STATUS INBOX (MESSAGES UNSEEN UIDNEXT UIDVALIDITY SIZE HIGHESTMODSEQ DELETED)",
            [
                b"* STATUS INBOX (MESSAGES 2 UNSEEN 2 UIDNEXT 3 UIDVALIDITY 1001 SIZE 390 HIGHESTMODSEQ 3 DELETED 0)",
                b"1 OK told",
            ],
        ),
        (b"CREATE a", [b"1 OK [MAILBOXID (F1004)] made"]),
        (b"CREATE a (USE (\\Archive))", [b"1 OK [MAILBOXID (F1004)] made"]),
        (b"CREATE Sent", [b"1 NO [ALREADYEXISTS] there is one already"]),
        (b"CREATE a//b", [b"1 NO [CANNOT] a mailbox cannot be called that"]),
        (b"DELETE Sent", [b"1 OK deleted"]),
        (b"DELETE INBOX", [b"1 NO [CANNOT] INBOX stays"]),
        (b"DELETE no", [b"1 NO [NONEXISTENT] there is no such mailbox"]),
        (b"RENAME Sent Gone", [b"1 OK renamed"]),
        (b"SUBSCRIBE work/2029", [b"1 OK noted"]),
        (b"UNSUBSCRIBE Sent", [b"1 OK noted"]),
        (b"COPY 1 no", [b"1 NO [TRYCREATE] there is no such mailbox"]),
        (b"COPY 1:2 Sent", [b"1 OK [COPYUID 1002 1:2 1:2] copied"]),
        (b"UID COPY 9 Sent", [b"1 OK copied"]),
        (b"UID MOVE 1 Sent", [b"* OK [COPYUID 1002 1 1] moved", b"* 1 EXPUNGE", b"1 OK moved"]),
        (b"CLOSE", [b"1 OK closed"]),
        (b"UNSELECT", [b"1 OK closed"]),
        (b"EXPUNGE", [b"1 OK expunged"]),
        (b"FETCH 3 FLAGS", [b"1 BAD there is no message of this number"]),
        (b"UID FETCH 9 FLAGS", [b"1 OK fetched"]),
        (b"STORE 1 +FLAGS (\\Seen x)", [b"* 1 FETCH (FLAGS (\\Seen x))", b"1 OK stored"]),
        (b"UID STORE 2 FLAGS \\seen", [b"* 2 FETCH (UID 2 FLAGS (\\Seen))", b"1 OK stored"]),
        (b"STORE 1 +FLAGS.SILENT (\\Seen)", [b"1 OK stored"]),
        (b"APPEND Sent {3+}\r\nabc", [b"1 OK [APPENDUID 1002 1] appended"]),
        (b"APPEND Sent {1+}\r\na {1+}\r\nb", [b"1 OK [APPENDUID 1002 1:2] appended"]),
        (b"APPEND INBOX {1+}\r\na", [b"* 3 EXISTS", b"1 OK [APPENDUID 1001 3] appended"]),
        (b"NOPE", [b"1 BAD no such command here and now"]),
        (b"LOGIN ann x", [b"1 BAD no such command here and now"]),
        (b"NOOP x", [b"1 BAD too much: x"]),
    ],
)  # fmt: skip
def test_a_command_is_answered(account: MemoryAccount, command: bytes, expected: list[bytes]) -> None:
    assert ask(account, command) == expected


@pytest.mark.parametrize(
    "command",
    [
        b"ID NIL", b"ENABLE CONDSTORE", b"NAMESPACE", b"UNSELECT", b"MOVE 1 INBOX", b"UID EXPUNGE 1", b"IDLE",
        b"SEARCH RETURN () ALL", b'LIST (SUBSCRIBED) "" *', b'LIST "" * RETURN (STATUS (MESSAGES))', b"FETCH 1 MODSEQ",
        b"STATUS INBOX (SIZE)", b"FETCH 1 (FLAGS) (CHANGEDSINCE 1)", b"APPEND INBOX {1}\r\nx {1}\r\ny",
        b"CREATE a (USE (\\Sent))", b"SEARCH YOUNGER 1", b"FETCH 1 EMAILID", b"FETCH 1 BINARY[1]",
        b"STORE 1 (UNCHANGEDSINCE 1) FLAGS x", b"SEARCH MODSEQ 1", b"SORT (SIZE) UTF-8 ALL", b"COMPRESS DEFLATE",
    ],
)  # fmt: skip
def test_a_bare_server_knows_no_extension(account: MemoryAccount, command: bytes) -> None:
    assert ask(account, command, settings=BARE)[-1].split()[1] == b"BAD"


def test_a_bare_server_says_no_codes_of_extensions(account: MemoryAccount) -> None:
    assert ask(account, b"COPY 1 Sent", settings=BARE) == [b"1 OK copied"]


def test_opening_says_what_a_mailbox_is(account: MemoryAccount) -> None:
    assert ask(account, b"EXAMINE INBOX", is_open=False) == [
        b"* FLAGS (\\Answered \\Deleted \\Draft \\Flagged \\Seen)",
        b"* 2 EXISTS",
        b"* 0 RECENT",
        b"* OK [PERMANENTFLAGS ()] these stay",
        b"* OK [UIDNEXT 3] the next one",
        b"* OK [UIDVALIDITY 1001] as before",
        b"* OK [HIGHESTMODSEQ 3] so far",
        b"* OK [MAILBOXID (F1001)] for good",
        b"1 OK [READ-ONLY] opened",
    ]


def test_a_mailbox_that_cannot_be_opened_leaves_none_open(account: MemoryAccount) -> None:
    assert ask(account, b"SELECT no", b"FETCH 1 FLAGS") == [b"2 BAD no such command here and now"]


@pytest.mark.parametrize("command", [b"STORE 1 FLAGS x", b"EXPUNGE", b"MOVE 1 Sent"])
def test_what_is_open_for_reading_stays_as_it_is(account: MemoryAccount, command: bytes) -> None:
    assert ask(account, b"EXAMINE INBOX", command) == [b"2 NO [READ-ONLY] the mailbox is only for reading"]


def test_expunge_takes_out_what_is_marked(account: MemoryAccount) -> None:
    assert ask(account, b"STORE 1 FLAGS.SILENT \\Deleted", b"EXPUNGE") == [b"* 1 EXPUNGE", b"2 OK expunged"]


def test_expunge_by_unique_ids_leaves_what_others_have_marked(account: MemoryAccount) -> None:
    ask(account, b"STORE 1:2 FLAGS.SILENT \\Deleted", b"UID EXPUNGE 2")

    assert list(account.mailbox().messages()) == [1]


def test_close_takes_out_what_is_marked(account: MemoryAccount) -> None:
    ask(account, b"STORE 1 FLAGS.SILENT \\Deleted", b"CLOSE")

    assert list(account.mailbox().messages()) == [2]


def test_unselect_takes_nothing_out(account: MemoryAccount) -> None:
    ask(account, b"STORE 1 FLAGS.SILENT \\Deleted", b"UNSELECT")

    assert list(account.mailbox().messages()) == [1, 2]


def test_an_append_keeps_flags_date_and_octets(account: MemoryAccount) -> None:
    ask(account, b'APPEND Sent (\\seen k) "05-Feb-2001 01:02:03 +0100" {4+}\r\na\0\r\n')

    [mail] = account.mailbox(b"Sent").messages().values()
    assert (mail.flags, mail.internal_date.isoformat(), mail.octets) == (
        frozenset({"\\Seen", "k"}), "2001-02-05T00:02:03+00:00", b"a\0\r\n",
    )  # fmt: skip


def test_an_append_to_what_is_not_there_is_refused(account: MemoryAccount) -> None:
    assert ask(account, b"APPEND no {1+}\r\nx") == [b"1 NO [TRYCREATE] there is no such mailbox"]


def test_several_appended_letters_are_taken_all_or_none() -> None:
    account = account_with(quota_octets=5)

    assert ask(account, b"APPEND INBOX {3+}\r\nabc {3+}\r\ndef") == [b"1 NO [OVERQUOTA] there is no room for it"]


def test_a_store_leaves_what_has_changed_since(account: MemoryAccount) -> None:
    assert ask(account, b"STORE 1:2 (UNCHANGEDSINCE 2) +FLAGS (x)") == [
        b"* 1 FETCH (FLAGS (x) MODSEQ (4))", b"1 OK [MODIFIED 2] stored",
    ]  # fmt: skip


def test_the_hierarchy_shows_levels_that_are_no_mailboxes(account: MemoryAccount) -> None:
    assert data(ask(account, b'LIST "" w%'))[0] == b'* LIST (\\Noselect \\HasChildren) "/" work'


def test_a_mailbox_with_others_below_becomes_a_level(account: MemoryAccount) -> None:
    account.add(b"work")

    assert data(ask(account, b"DELETE work", b'LIST "" w%')) == [b'* LIST (\\Noselect \\HasChildren) "/" work']


def test_a_mailbox_takes_those_below_to_its_new_name(account: MemoryAccount) -> None:
    account.add(b"work")
    ask(account, b"RENAME work play")

    assert account.names == (b"INBOX", b"Sent", b"play", b"play/2029")


def test_inbox_is_renamed_by_moving_its_messages(account: MemoryAccount) -> None:
    ask(account, b"RENAME INBOX old")

    assert [len(account.mailbox(name).messages()) for name in (b"INBOX", b"old")] == [0, 2]


def test_a_subscription_outlives_its_mailbox(account: MemoryAccount) -> None:
    assert data(ask(account, b"DELETE Sent", b'LSUB "" S*')) == [b'* LSUB () "/" Sent']


def test_a_name_goes_back_and_forth_as_a_literal() -> None:
    account = account_with()

    assert data(ask(account, b'CREATE {7+}\r\na"b\\c d', b'LIST "" a*')) == [
        b'* LIST (\\HasNoChildren) "/" "a\\"b\\\\c d"'
    ]


PIECES = st.lists(st.sampled_from([b"a", b"b", b"/", b"%", b"*"]), min_size=1, max_size=9).map(b"".join)
NAMES = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)


@given(PIECES, NAMES)
def test_patterns_match_as_they_should(pattern: bytes, name: str) -> None:
    """``*`` is anything, ``%`` anything within a level (RFC 9051 section 6.3.9)."""
    account = account_with(delimiter="/")
    account.add(name.encode())
    expression = pattern.decode().replace("*", ".*").replace("%", "[^/]*")

    listed = [line.split()[-1].decode() for line in data(ask(account, b'LIST "" ' + pattern))]

    assert (name in listed) is (re.fullmatch(expression, name) is not None)


def test_a_server_without_hierarchy_says_so() -> None:
    account = account_with(delimiter="")

    assert data(ask(account, b'LIST "" %')) == [b"* LIST (\\HasNoChildren) NIL INBOX"]


def test_qresync_tells_what_was_missed(account: MemoryAccount) -> None:
    inbox = account.mailbox()
    inbox.remove([1])
    inbox.set_flags([2], "+FLAGS", ["x"])

    told = ask(account, b"ENABLE QRESYNC", b"SELECT INBOX (QRESYNC (1001 3 1:2))", is_open=False)

    assert told[-3:-1] == [b"* VANISHED (EARLIER) 1", b"* 1 FETCH (UID 2 FLAGS (x) MODSEQ (5))"]


def test_qresync_tells_nothing_of_another_validity(account: MemoryAccount) -> None:
    account.mailbox().remove([1])

    told = ask(account, b"ENABLE QRESYNC", b"SELECT INBOX (QRESYNC (9 3 1:2))", is_open=False)

    assert not [line for line in told if b"VANISHED" in line]


@pytest.mark.parametrize(
    "name, is_said", [("SASL-IR", False), ("UIDPLUS", True), ("STARTTLS", False), ("AUTH=PLAIN", False)]
)
def test_capabilities_after_a_login(account: MemoryAccount, name: str, is_said: bool) -> None:
    [line] = data(ask(account, b"CAPABILITY", settings=SETTINGS))

    assert (name.encode() in line.split()) is is_said

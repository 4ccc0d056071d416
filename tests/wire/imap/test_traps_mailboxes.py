"""Mailboxes, what was found, and what an account has, in the ways that servers write them."""

from __future__ import annotations

import pytest

from msgcore.wire.imap.responses import (
    Acl,
    CapabilityData,
    Enabled,
    Exists,
    Expunge,
    FlagsData,
    IdData,
    ListEntry,
    Metadata,
    MyRights,
    Namespace,
    NamespaceEntry,
    Quota,
    QuotaRoot,
    Recent,
    Response,
    SearchResult,
    StatusData,
    ThreadData,
    ThreadNode,
    UnknownData,
    Vanished,
)
from msgcore.wire.imap.uid_set import UidSet
from tests.wire.imap.reading import one


def listed(raw_name: bytes, name: str | None = None) -> ListEntry:
    return ListEntry(raw_name, raw_name.decode() if name is None else name, "/", ("\\HasNoChildren",))


@pytest.mark.parametrize(
    ("rest", "entry"),
    [
        (b'(\\HasNoChildren) "/" foo', listed(b"foo")),
        (b'(\\HasNoChildren) "/" NIL', listed(b"NIL")),
        (b'(\\HasNoChildren) "/" a\tb c', listed(b"a\tb c")),
        (b'(\\HasNoChildren) "/" Public Folders/a (b)', listed(b"Public Folders/a (b)")),
        (b'(\\HasNoChildren) "/" "a\\\\b\\"c"', listed(b'a\\b"c')),
        (b'(\\HasNoChildren) "/" {4}\r\na\r\nb', listed(b"a\r\nb")),
        (b'(\\HasNoChildren) "/" "../../etc"', listed(b"../../etc")),
        (b'(\\HasNoChildren) "/" ' + b"x" * 10_000, listed(b"x" * 10_000)),
        (b'(\\HasNoChildren) "/" Entw&APw-rfe', listed(b"Entw&APw-rfe", "Entwürfe")),
        (b'(\\HasNoChildren) "/" "R&-D"', listed(b"R&-D", "R&D")),
        (b'(\\HasNoChildren) "/" "R&D"', listed(b"R&D")),
        (b'(\\HasNoChildren) "/" "&AGE-"', listed(b"&AGE-")),
        (b'(\\HasNoChildren) "/" "&2Dw-"', listed(b"&2Dw-")),
        (b'(\\HasNoChildren) "/" "Entw\xc3\xbcrfe"', listed(b"Entw\xc3\xbcrfe", "Entwürfe")),
        (b'(\\HasNoChildren) "/" "Entw\xfcrfe"', listed(b"Entw\xfcrfe", "Entwürfe")),
        (b"() NIL INBOX", ListEntry(b"INBOX", "INBOX", "", ())),
        (b'NIL "." INBOX', ListEntry(b"INBOX", "INBOX", ".", ())),
        (b'() "\\\\" INBOX', ListEntry(b"INBOX", "INBOX", "\\", ())),
        (b'(\\A \\B) "/" ""', ListEntry(b"", "", "/", ("\\A", "\\B"))),
        (b'() "/" foo ("CHILDINFO" ("SUBSCRIBED"))', ListEntry(b"foo", "foo", "/", (), ("SUBSCRIBED",))),
        (b'() "/" "foo" (OLDNAME ("bar") X (1))', ListEntry(b"foo", "foo", "/", (), (), b"bar")),
    ],
)
def test_a_mailbox_is_listed(rest: bytes, entry: ListEntry) -> None:
    assert one(b"* LIST " + rest + b"\r\n") == entry


def test_what_is_subscribed_says_so() -> None:
    assert one(b'* LSUB () "/" foo\r\n') == ListEntry(b"foo", "foo", "/", (), is_subscription=True)


@pytest.mark.parametrize(
    ("octets", "data"),
    [
        (b"foo (MESSAGES 3 UNSEEN 1)", StatusData(b"foo", 3, 1)),
        (b'"foo" (messages 3)', StatusData(b"foo", 3)),
        (b"{3}\r\nfoo (UIDNEXT 4 UIDVALIDITY 5 RECENT 0)", StatusData(b"foo", uid_next=4, uid_validity=5, recent=0)),
        (b"Public Folders/a b (MESSAGES 3)", StatusData(b"Public Folders/a b", 3)),
        (b"foo ()", StatusData(b"foo")),
        (b"foo (MESSAGES NIL SIZE 5000000000)", StatusData(b"foo", size_octets=5_000_000_000)),
        (b"foo (HIGHESTMODSEQ 0 UIDVALIDITY 0)", StatusData(b"foo", highest_modseq=0, uid_validity=0)),
        (
            b"foo (UIDNEXT -1 MAILBOXID (F1) X (1))",
            StatusData(b"foo", mailbox_id="F1", other={"UIDNEXT": b"-1", "X": (b"1",)}),
        ),
        (
            b"foo (APPENDLIMIT 7 DELETED 1 DELETED-STORAGE 9)",
            StatusData(b"foo", append_limit=7, deleted=1, deleted_storage_octets=9),
        ),
    ],
)
def test_the_numbers_of_a_mailbox_are_read(octets: bytes, data: StatusData) -> None:
    assert one(b"* STATUS " + octets + b"\r\n") == data


def thread(number: int | None, *children: ThreadNode) -> ThreadNode:
    return ThreadNode(number, children)


@pytest.mark.parametrize(
    ("octets", "response"),
    [
        (b"* SEARCH 3 1 2", SearchResult(numbers=(3, 1, 2))),
        (b"* SEARCH  3  1 ", SearchResult(numbers=(3, 1))),
        (b"* SEARCH 4294967295 (MODSEQ 9)", SearchResult(numbers=(4294967295,), modseq=9)),
        (b"* SORT 3 1 2", SearchResult(numbers=(3, 1, 2))),
        (b"* ESEARCH", SearchResult()),
        (b'* ESEARCH (TAG "A1")', SearchResult(b"A1")),
        (b"* ESEARCH (TAG A1) UID COUNT 0", SearchResult(b"A1", True, count=0)),
        (b"* ESEARCH ALL 1:3,5", SearchResult(ids=UidSet(((1, 3), (5, 5))))),
        (
            b"* ESEARCH UID MIN 2 MAX 7 ALL 1:4294967295 MODSEQ 5",
            SearchResult(b"", True, ids=UidSet(((1, 4294967295),)), least=2, most=7, modseq=5),
        ),
        (
            b'* ESEARCH (TAG "A1") UID PARTIAL (1:100 2:4) X-NEW (a b)',
            SearchResult(b"A1", True, partial=UidSet(((2, 4),))),
        ),
        (b'* ESEARCH (TAG "A1") UID PARTIAL (-1:-100 NIL)', SearchResult(b"A1", True, partial=UidSet())),
        (b"* VANISHED 1:3", Vanished(UidSet(((1, 3),)))),
        (b"* VANISHED (EARLIER) 4294967295", Vanished(UidSet(((4294967295, 4294967295),)), True)),
        (
            b"* THREAD (2)(3 6 (4 23)(44 7 96))",
            ThreadData((thread(2), thread(3, thread(6, thread(4, thread(23)), thread(44, thread(7, thread(96))))))),
        ),
        (b"* THREAD ((1)(2))", ThreadData((thread(None, thread(1), thread(2)),))),
        (b"* THREAD", ThreadData(())),
        (b"* EXISTS 3", UnknownData(b"* EXISTS 3")),
        (b"* 4294967295 EXISTS", Exists(4294967295)),
        (b"* 0 RECENT", Recent(0)),
        (b"* 999999999 EXPUNGE", Expunge(999999999)),
        (b"* FLAGS (\\Seen a NIL)", FlagsData(("\\Seen", "a", "NIL"))),
        (b"* CAPABILITY IMAP4rev1 idle IDLE LITERAL +", CapabilityData(("IMAP4REV1", "IDLE", "LITERAL+"))),
        (b"* ENABLED", Enabled(())),
        (b"* ENABLED Condstore", Enabled(("CONDSTORE",))),
        (
            b'* NAMESPACE (("" "/")("#x" NIL "X-P" ("a"))) NIL ((Public/ "/"))',
            Namespace((NamespaceEntry(b"", "/"), NamespaceEntry(b"#x", "")), (), (NamespaceEntry(b"Public/", "/"),)),
        ),
        (b"* NAMESPACE NIL NIL NIL", Namespace()),
        (b'* ID ("Name" "Dovecot" "x" NIL {1}\r\ny {2}\r\n\xc3\xbc)', IdData({"name": "Dovecot", "x": "", "y": "ü"})),
        (b"* ID NIL", IdData({})),
        (b'* QUOTA "" (storage 10 512)', Quota(b"", {"STORAGE": (10, 512)})),
        (b"* QUOTA (STORAGE 10 9223372036854775808)", Quota(b"", {"STORAGE": (10, 2**63)})),
        (b'* QUOTA "" ()', Quota(b"", {})),
        (b'* QUOTAROOT INBOX "" b', QuotaRoot(b"INBOX", (b"", b"b"))),
        (b"* QUOTAROOT NIL", QuotaRoot(b"NIL", ())),
        (b"* ACL INBOX Fred lrs -Ann k", Acl(b"INBOX", {"Fred": "lrs", "-Ann": "k"})),
        (b"* MYRIGHTS INBOX lrs", MyRights(b"INBOX", "lrs")),
        (
            b'* METADATA "" (/shared/comment {2}\r\nab /private/x NIL)',
            Metadata(b"", {"/shared/comment": b"ab", "/private/x": None}),
        ),
    ],
)
def test_data_is_read(octets: bytes, response: Response) -> None:
    assert one(octets + b"\r\n") == response


@pytest.mark.parametrize(
    "octets",
    [
        b"* SEARCH 1 0 2",
        b"* SEARCH -1",
        b"* SEARCH 4294967296",
        b"* SEARCH one",
        b"* SEARCH 1%b" % (b"0" * 100_000),
        b"* ESEARCH UID ALL 1:*",
        b"* ESEARCH UID MIN 0",
        b"* ESEARCH (TAG A1",
        b"* VANISHED 0",
        b"* VANISHED",
        b"* THREAD 1",
        b"* THREAD (1",
        b"* THREAD (1))",
        b"* THREAD (0)",
        b"* 0 EXPUNGE",
        b"* 4294967296 EXISTS",
        b"* LIST",
        b"* LIST () NIL",
        b'* STATUS "foo" 3',
        b"* QUOTA a (STORAGE 1)",
        b"* NAMESPACE (x)",
        b"* METADATA INBOX /shared/comment",
        b"* ID (a)",
    ],
)
def test_data_that_makes_no_sense_is_given_as_it_was_sent(octets: bytes) -> None:
    found = one(octets + b"\r\n")

    assert isinstance(found, UnknownData) and (found.octets, bool(found.defect)) == (octets, True)


def test_150000_numbers_are_found() -> None:
    numbers = range(4_000_000_000, 4_000_150_000)

    assert one(b"* SEARCH " + b" ".join(b"%d" % number for number in numbers) + b"\r\n") == SearchResult(
        numbers=tuple(numbers)
    )


def test_10000_keywords_are_read() -> None:
    keywords = [f"$keyword{number}" for number in range(10_000)]

    assert one(f"* FLAGS ({' '.join(keywords)})\r\n".encode()) == FlagsData(tuple(keywords))

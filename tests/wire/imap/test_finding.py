"""SEARCH, SORT and THREAD, and what takes their place."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.errors import CapabilityMissing, CommandRefused, ProtocolBroken, ServiceBusy, TooComplex, UsageError
from msgcore.wire.imap.criteria import SearchCriteria, all_of, key, not_, or_, saved, uids
from msgcore.wire.imap.quirks import Quirk
from msgcore.wire.imap.responses import SearchResult, ThreadData, ThreadNode
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet
from tests.wire.imap.message_peer import MessagePeer, in_session

SEEN = key("SEEN")
UMLAUT = key("SUBJECT", "ä")
FOUND = b"* SEARCH 9 2 3 17\r\nTAG OK\r\n"


def searched(
    peer: MessagePeer,
    criteria: SearchCriteria = SEEN,
    returns: Sequence[str] = ("ALL",),
    quirks: tuple[Quirk, ...] = (),
) -> SearchResult:
    async def use(session: ImapSession) -> SearchResult:
        return await session.search(criteria, returns=returns)

    return in_session(peer, use, quirks=quirks)


@pytest.mark.parametrize(
    "answer",
    [
        FOUND,
        b"* SEARCH 9 2\r\n* SEARCH 3 17 2\r\nTAG OK\r\n",
        b'* ESEARCH (TAG "TAG") UID ALL 2:3,9,17\r\nTAG OK\r\n',
        b"* ESEARCH UID ALL 2:3,9,17\r\nTAG OK\r\n",
        b"* ESEARCH ALL 2:3,9,17\r\nTAG OK\r\n",
    ],
)
@pytest.mark.parametrize("capabilities", [(), ("ESEARCH",)])
def test_what_is_found_is_known_whatever_the_form_of_the_answer(answer: bytes, capabilities: Sequence[str]) -> None:
    """Some servers answer with SEARCH where ESEARCH was asked for."""
    peer = MessagePeer({b"UID SEARCH": answer}, capabilities=capabilities)

    assert searched(peer).ids == UidSet(((2, 3), (9, 9), (17, 17)))


@pytest.mark.parametrize("answer", [b"", b"* SEARCH\r\n", b'* ESEARCH (TAG "TAG") UID\r\n'])
def test_nothing_found_is_an_empty_set(answer: bytes) -> None:
    assert searched(MessagePeer({b"UID SEARCH": answer + b"TAG OK\r\n"})).ids == UidSet()


def test_ids_of_everything_stay_a_range() -> None:
    peer = MessagePeer({b"UID SEARCH": b"* ESEARCH UID ALL 1:4294967295\r\nTAG OK\r\n"})

    assert searched(peer).ids == UidSet(((1, 2**32 - 1),))


@pytest.mark.parametrize(
    "answer", [b"* SEARCH 1 0\r\n", b"* SEARCH 1 4294967296\r\n", b"* SEARCH 1 -1\r\n", b"* SEARCH x\r\n"]
)
def test_an_answer_that_makes_no_sense_is_not_taken_for_nothing(answer: bytes) -> None:
    with pytest.raises(ProtocolBroken, match="UID SEARCH"):
        searched(MessagePeer({b"UID SEARCH": answer + b"TAG OK\r\n"}))


EVERYTHING = b"* ESEARCH UID ALL 1:4294967295\r\nTAG OK\r\n"


def test_places_among_everything_are_counted_without_going_through_it() -> None:
    found = searched(MessagePeer({b"UID SEARCH": EVERYTHING}), returns=["PARTIAL -1:-10"])

    assert found.partial == UidSet(((2**32 - 10, 2**32 - 1),))


def test_everything_twice_is_one_range() -> None:
    peer = MessagePeer({b"UID SEARCH": EVERYTHING}, capabilities=("ESEARCH",))

    assert searched(peer, uids(UidSet.of(range(1, 9_999, 2)))).ids == UidSet(((1, 2**32 - 1),))
    assert len(peer.commands) > 1


def test_ids_rise_whatever_the_order_of_the_answer() -> None:
    peer = MessagePeer({b"UID SEARCH": b"* ESEARCH UID ALL 9,1:3,2\r\nTAG OK\r\n"})

    assert searched(peer).ids == UidSet(((1, 3), (9, 9)))


def test_an_answer_to_another_search_is_not_taken_for_this_ones() -> None:
    with pytest.raises(ProtocolBroken, match="another search"):
        searched(MessagePeer({b"UID SEARCH": b'* ESEARCH (TAG "A1") UID ALL 7\r\nTAG OK\r\n'}))


def test_returns_are_asked_for_by_name() -> None:
    peer = MessagePeer({b"UID SEARCH RETURN (MIN MAX COUNT) SEEN": b"* ESEARCH UID MIN 2 MAX 17 COUNT 4\r\nTAG OK\r\n"})

    found = searched(peer, returns=["min", "max", "count"])
    assert (found.least, found.most, found.count, found.ids) == (2, 17, 4, None)


@pytest.mark.parametrize("capabilities", [(), ("ESEARCH",)])
def test_without_esearch_the_returns_are_counted_here(capabilities: Sequence[str]) -> None:
    found = searched(MessagePeer({b"UID SEARCH": FOUND}, capabilities=capabilities), returns=["MIN", "MAX", "COUNT"])

    assert (found.least, found.most, found.count, found.ids) == (2, 17, 4, None)


@pytest.mark.parametrize(
    ("partial", "uids"),
    [("1:2", [2, 3]), ("3:3", [9]), ("3:9", [9, 17]), ("5:9", []), ("-1:-2", [9, 17]), ("-4:-9", [2]), ("-5:-9", [])],
)
def test_without_partial_the_places_are_counted_here(partial: str, uids: list[int]) -> None:
    found = searched(MessagePeer({b"UID SEARCH SEEN": FOUND}, capabilities=()), returns=[f"PARTIAL {partial}"])

    assert found.partial == UidSet.of(uids)


def test_a_server_with_partial_is_asked_for_it() -> None:
    answer = b"* ESEARCH UID PARTIAL (-1:-2 9,17)\r\nTAG OK\r\n"
    peer = MessagePeer({b"UID SEARCH RETURN (PARTIAL -1:-2)": answer}, capabilities=("ESEARCH", "PARTIAL"))

    assert searched(peer, returns=["PARTIAL -1:-2"]).partial == UidSet.of([9, 17])


def test_what_was_found_is_searched_again() -> None:
    peer = MessagePeer({b"UID SEARCH RETURN (ALL) $ SEEN": FOUND}, capabilities=("ESEARCH", "SEARCHRES"))

    async def use(session: ImapSession) -> SearchResult:
        await session.search(SEEN, returns=["SAVE"])
        return await session.search(all_of(saved(), SEEN))

    assert in_session(peer, use).ids == UidSet.of([2, 3, 9, 17])
    assert peer.commands[0] == b"UID SEARCH RETURN (SAVE) SEEN"


@pytest.mark.parametrize(
    ("criteria", "returns", "extension"),
    [
        (SEEN, ["SAVE"], "SEARCHRES"),
        (saved(), ["ALL"], "SEARCHRES"),
        (key("X-GM-RAW", "x"), ["ALL"], "X-GM-EXT-1"),
        (key("OLDER", 5), ["ALL"], "WITHIN"),
    ],
)
def test_what_a_server_cannot_do_is_not_asked_of_it(
    criteria: SearchCriteria, returns: Sequence[str], extension: str
) -> None:
    peer = MessagePeer()

    with pytest.raises(CapabilityMissing, match=extension):
        searched(peer, criteria, returns)
    assert peer.commands == []


@pytest.mark.parametrize("returned", ["", "ALL)", "PARTIAL 0:1", "PARTIAL 1:-1", "EVERYTHING"])
def test_there_are_no_other_returns(returned: str) -> None:
    with pytest.raises(UsageError, match="is nothing that a search returns"):
        searched(MessagePeer(), returns=[returned])


@settings(max_examples=20)
@given(st.sets(st.integers(1, 2**32 - 1), min_size=50, max_size=100))
def test_a_long_set_is_searched_in_several_lines(among: set[int]) -> None:
    def answer(command: bytes) -> bytes | None:
        found = re.fullmatch(rb"UID SEARCH RETURN \(ALL\) UID (\S+) SEEN", command)
        odd = [uid for uid in UidSet.parse(found[1]) if uid % 2] if found else []
        return b"* SEARCH" + b"".join(b" %d" % uid for uid in odd) + b"\r\nTAG OK\r\n"

    criteria = all_of(uids(UidSet.of(among)), SEEN)
    found = searched(MessagePeer(answer), criteria, quirks=(Quirk("short", greeting="ready", max_command_octets=400),))
    assert set(found.ids or ()) == {uid for uid in among if uid % 2}


# Text that is not ASCII


def test_what_cannot_be_split_and_is_too_long_is_not_said() -> None:
    scattered = UidSet.of(range(1, 20_000, 2))
    peer = MessagePeer({b"UID SEARCH": FOUND})

    with pytest.raises(TooComplex, match="8000 can be said in a command"):
        searched(peer, or_(uids(scattered), SEEN))
    assert peer.commands == []


def test_what_is_not_in_a_long_set_is_searched_in_several_lines() -> None:
    peer = MessagePeer({b"UID SEARCH": b"* SEARCH 2\r\nTAG OK\r\n"})

    assert searched(peer, not_(uids(UidSet.of(range(1, 5_000, 2))))).ids == UidSet(((2, 2),))
    assert max(map(len, peer.commands)) <= 8_000 < sum(map(len, peer.commands))


def test_with_long_text_there_is_less_room_for_ids() -> None:
    peer = MessagePeer(capabilities=("LITERAL+",))

    searched(peer, all_of(uids(UidSet.of(range(1, 40_000, 2))), key("SUBJECT", "x" * 900), key("BODY", "y" * 900)))
    assert max(map(len, peer.commands)) <= 8_000


def test_other_text_is_said_in_utf_8() -> None:
    peer = MessagePeer({b"UID SEARCH": FOUND}, capabilities=("LITERAL+",))

    searched(peer, UMLAUT)
    assert peer.commands == ["UID SEARCH CHARSET UTF-8 SUBJECT {2+}\r\nä".encode()]


@pytest.mark.parametrize("refusal", [b"NO [BADCHARSET (US-ASCII)] no", b"BAD CHARSET?", b"NO no"])
def test_a_server_that_refuses_a_charset_is_asked_without_one_from_then_on(refusal: bytes) -> None:
    answers = {b"UID SEARCH CHARSET": b"TAG %b\r\n" % refusal, b"UID SEARCH SUBJECT": FOUND}
    peer = MessagePeer(answers, capabilities=("LITERAL+",))

    async def use(session: ImapSession) -> list[UidSet | None]:
        return [(await session.search(UMLAUT)).ids for _ in range(2)]

    assert in_session(peer, use) == [UidSet.of([2, 3, 9, 17])] * 2
    assert [command.split()[2] for command in peer.commands] == [b"CHARSET", b"SUBJECT", b"SUBJECT"]


def test_a_server_that_is_busy_has_not_refused_the_charset() -> None:
    """Asked without one it might find nothing, and nobody would know why."""
    peer = MessagePeer({b"UID SEARCH CHARSET": b"TAG NO [UNAVAILABLE] later\r\n"}, capabilities=("LITERAL+",))

    with pytest.raises(ServiceBusy):
        searched(peer, UMLAUT)
    assert len(peer.commands) == 1


def test_one_that_refuses_both_says_why() -> None:
    peer = MessagePeer(
        {b"UID SEARCH CHARSET": b"TAG NO [BADCHARSET] 1\r\n", b"UID SEARCH": b"TAG BAD 2\r\n"}, capabilities=()
    )

    with pytest.raises(CommandRefused, match=r"UID SEARCH: NO \[BADCHARSET\] 1"):
        searched(peer, UMLAUT)


def test_one_that_is_known_to_refuse_is_not_tried() -> None:
    """Yahoo."""
    peer = MessagePeer({b"UID SEARCH": FOUND})

    searched(peer, UMLAUT, quirks=(Quirk("y", greeting="ready", refuses_charset=True),))
    assert peer.commands[0].startswith(b"UID SEARCH RETURN (ALL) SUBJECT")


# Order and threads


def sort(peer: MessagePeer, *keys: str, criteria: SearchCriteria = SEEN) -> tuple[int, ...]:
    async def use(session: ImapSession) -> tuple[int, ...]:
        return await session.sort(keys, criteria)

    return in_session(peer, use)


def test_the_order_is_the_servers() -> None:
    peer = MessagePeer(
        {b"UID SORT (REVERSE DATE SUBJECT) US-ASCII SEEN": b"* SORT 5 2 9\r\nTAG OK\r\n"}, capabilities=("SORT",)
    )

    assert sort(peer, "REVERSE DATE", "SUBJECT") == (5, 2, 9)


def test_a_set_without_an_order_is_no_answer_to_sort() -> None:
    with pytest.raises(ProtocolBroken, match="no order"):
        sort(MessagePeer({b"UID SORT": EVERYTHING}, capabilities=("SORT",)), "DATE")


def test_other_text_is_sorted_in_utf_8() -> None:
    peer = MessagePeer(capabilities=("SORT", "LITERAL+"))

    sort(peer, "SIZE", criteria=UMLAUT)
    assert peer.commands == ["UID SORT (SIZE) UTF-8 SUBJECT {2+}\r\nä".encode()]


@pytest.mark.parametrize("keys", [(), ("REVERSE",), ("SUBJECT REVERSE",), ("REVERSE REVERSE SIZE",), ("SIZE)",)])
def test_there_is_no_other_order(keys: Sequence[str]) -> None:
    with pytest.raises(UsageError, match="sort by"):
        sort(MessagePeer(capabilities=("SORT",)), *keys)


ENVELOPES = (
    b'* 1 FETCH (UID 2 RFC822.SIZE 30 INTERNALDATE " 1-Jan-2024 10:00:00 +0000" ENVELOPE ('
    b'"Mon, 1 Jan 2024 10:00:00 +0200" "Re: b" (("Z" NIL "zoe" "x")) NIL NIL NIL NIL NIL NIL "<2@x>"))\r\n'
    b'* 2 FETCH (UID 3 RFC822.SIZE 10 INTERNALDATE " 3-Jan-2024 10:00:00 +0000" ENVELOPE ('
    b'"Mon, 1 Jan 2024 09:30:00 +0000" "a" (("A" NIL "ann" "x")) NIL NIL NIL NIL NIL NIL "<3@x>"))\r\n'
    b'* 3 FETCH (UID 9 RFC822.SIZE 10 INTERNALDATE " 2-Jan-2024 10:00:00 +0000" ENVELOPE (NIL'
    b' "=?utf-8?q?B?=" (("Y" NIL "bob" "x")) NIL NIL NIL NIL NIL NIL "<9@x>"))\r\n'
    b"TAG OK\r\n"
)


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("SIZE", (3, 9, 2)),
        ("REVERSE SIZE", (2, 3, 9)),
        ("ARRIVAL", (2, 9, 3)),
        ("DATE", (2, 3, 9)),
        ("FROM", (3, 9, 2)),
        ("SUBJECT", (3, 2, 9)),
        ("DISPLAYFROM", (3, 9, 2)),
        ("SIZE REVERSE ARRIVAL", (3, 9, 2)),
    ],
)
def test_without_sort_the_order_is_made_here(key: str, order: tuple[int, ...]) -> None:
    answers = {b"UID SEARCH": b"* SEARCH 2 3 9\r\nTAG OK\r\n", b"UID FETCH 2:3,9 ": ENVELOPES}

    assert sort(MessagePeer(answers, capabilities=()), key) == order


def test_threads_are_the_servers() -> None:
    answer = b"* THREAD (2)(3 6 (4 23)(44 7 96))\r\nTAG OK\r\n"
    peer = MessagePeer({b"UID THREAD REFERENCES US-ASCII SEEN": answer}, capabilities=("THREAD=REFERENCES",))

    async def use(session: ImapSession) -> ThreadData:
        return await session.thread("references", SEEN)

    assert len(in_session(peer, use).threads) == 2


def test_without_thread_they_are_made_here() -> None:
    answers = {b"UID SEARCH": b"* SEARCH 2 3 9\r\nTAG OK\r\n", b"UID FETCH 2:3,9 ": ENVELOPES}

    async def use(session: ImapSession) -> ThreadData:
        return await session.thread("ORDEREDSUBJECT", SEEN)

    threads = in_session(MessagePeer(answers, capabilities=()), use)
    assert threads == ThreadData((ThreadNode(2, (ThreadNode(9),)), ThreadNode(3)))


def test_threads_that_nobody_can_make_are_missing() -> None:
    async def use(session: ImapSession) -> ThreadData:
        return await session.thread("REFS", SEEN)

    with pytest.raises(CapabilityMissing, match="THREAD=REFS"):
        in_session(MessagePeer(), use)


LIMITED = {
    b"UID SEARCH RETURN (ALL) SEEN": b"* ESEARCH UID ALL 8:9\r\nTAG OK [MESSAGELIMIT 2 8] partial\r\n",
    b"UID SEARCH RETURN (ALL) UID 1:7 SEEN": b"* ESEARCH UID ALL 3,7\r\nTAG OK [MESSAGELIMIT 2 3] partial\r\n",
    b"UID SEARCH RETURN (ALL) UID 1:2 SEEN": b"TAG OK\r\n",
}


def test_a_search_that_stops_at_a_limit_of_messages_is_gone_on_below(  # RFC 9738 section 3.1
) -> None:
    assert searched(MessagePeer(LIMITED)).ids == UidSet(((3, 3), (7, 9)))


@pytest.mark.parametrize("capabilities", [(), ("ESEARCH", "PARTIAL")])
def test_what_is_returned_of_a_search_is_of_all_of_it_whatever_the_limit(capabilities: Sequence[str]) -> None:
    def answer(command: bytes) -> bytes:
        if b"UID 1:7" in command:
            return b"* SEARCH 2 3\r\nTAG OK\r\n"
        if b"RETURN (MIN" in command:
            return b"* ESEARCH UID MIN 8 MAX 9 COUNT 2\r\nTAG OK [MESSAGELIMIT 2 8] partial\r\n"
        return b"* SEARCH 8 9\r\nTAG OK [MESSAGELIMIT 2 8] partial\r\n"

    found = searched(MessagePeer(answer, capabilities=capabilities), returns=["MIN", "MAX", "COUNT"])
    assert (found.least, found.most, found.count) == (2, 9, 4)


def test_what_only_a_part_was_searched_for_is_not_saved() -> None:
    peer = MessagePeer(
        {b"UID SEARCH RETURN (SAVE)": b"TAG OK [MESSAGELIMIT 2 8]\r\n"}, capabilities=("ESEARCH", "SEARCHRES")
    )

    with pytest.raises(CapabilityMissing, match="MESSAGELIMIT 2 8"):
        searched(peer, returns=["SAVE"])


@pytest.mark.parametrize("code", [b"MESSAGELIMIT 2 8", b"MESSAGELIMIT 2 9"])
def test_a_limit_that_never_ends_ends_the_session(code: bytes) -> None:
    peer = MessagePeer({b"UID SEARCH": b"* SEARCH 8 9\r\nTAG OK [" + code + b"] partial\r\n"})

    with pytest.raises(ProtocolBroken, match="MESSAGELIMIT"):
        searched(peer)


def test_what_is_sorted_or_threaded_in_part_is_done_here() -> None:
    """The parts of an order cannot be put together."""
    rows = b"".join(
        b'* %d FETCH (UID %d INTERNALDATE "01-Feb-2024 00:00:00 +0000" RFC822.SIZE %d ENVELOPE '
        b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n" % (uid, uid, 100 - uid)
        for uid in (7, 8, 9)
    )

    def answer(command: bytes) -> bytes:
        if command.startswith((b"UID SORT", b"UID THREAD")):
            return b"* SORT 9 8\r\n* THREAD (9)(8)\r\nTAG OK [MESSAGELIMIT 2 8] partial\r\n"
        if command.startswith(b"UID FETCH"):
            return rows + b"TAG OK\r\n"
        return b"* SEARCH 7\r\nTAG OK\r\n" if b"1:7" in command else b"* SEARCH 8 9\r\nTAG OK [MESSAGELIMIT 2 8]\r\n"

    async def use(session: ImapSession) -> tuple[tuple[int, ...], int]:
        in_order = await session.sort(["SIZE"], SEEN)
        return in_order, len((await session.thread("ORDEREDSUBJECT", SEEN)).threads)

    peer = MessagePeer(answer, capabilities=("SORT", "THREAD=ORDEREDSUBJECT"))
    assert in_session(peer, use)[0] == (9, 8, 7)
    assert sum(one.startswith(b"UID FETCH") for one in peer.commands) == 2

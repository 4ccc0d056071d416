"""Fetching: windows of commands, messages in several lines, refusals and lost connections."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs
import pytest

from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    ConnectionLost,
    MsgcoreError,
    ProtocolBroken,
    TimedOut,
    UsageError,
)
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, drip
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap.fetching import Until
from msgcore.wire.imap.quirks import Quirk
from msgcore.wire.imap.responses import Expunge, Fetch, Vanished
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet
from tests.wire.imap.message_peer import CLOSES, USUAL, MessagePeer, in_session

each_mode = pytest.mark.parametrize("mode", Mode)

BODY = ["BODY.PEEK[]"]


def body(uid: int) -> bytes:
    return b"Subject: %d\r\n\r\n" % uid + b"x" * uid


def line(number: int, uid: int) -> bytes:
    octets = body(uid)
    return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (number, uid, len(octets), octets)


def mailbox(command: bytes) -> bytes | None:
    """Answer as a mailbox does in which every message up to 1,000 is there."""
    found = re.match(rb"UID FETCH ([\d:,*]+) \(UID BODY\.PEEK\[\]\)", command)
    if found is None:
        return None
    asked = UidSet.parse(found[1].replace(b"*", b"1000"))
    return b"".join(line(uid, uid) for uid in asked if uid <= 1_000) + b"TAG OK done\r\n"


def bodies_of(fetches: Sequence[Fetch]) -> dict[int | None, bytes | None]:
    return {fetch.uid: fetch.sections["BODY[]"] for fetch in fetches}


def fetched(
    peer: MessagePeer, uids: UidSet | None, items: Sequence[str] = BODY, *, quirks: tuple[Quirk, ...] = ()
) -> list[Fetch]:
    async def use(session: ImapSession) -> list[Fetch]:
        return await session.fetch_all(uids, items)

    return in_session(peer, use, quirks=quirks)


@each_mode
@EACH_CUT
def test_all_that_is_asked_for_comes_whole_however_it_is_cut(mode: Mode, cut: Cut) -> None:
    async def use(session: ImapSession) -> list[Fetch]:
        return await session.fetch_all(UidSet.of(range(1, 31)), BODY)

    given = in_session(MessagePeer(mailbox), use, mode=mode, cut=cut)
    assert bodies_of(given) == {uid: body(uid) for uid in range(1, 31)}


def test_a_long_set_is_asked_for_in_several_lines() -> None:
    peer = MessagePeer(mailbox)
    uids = UidSet.of(range(1, 1_001))

    assert bodies_of(fetched(peer, uids)) == {uid: body(uid) for uid in uids}
    assert [command.split()[2] for command in peer.commands] == [b"1:30", b"31:1000"]


def test_of_large_messages_few_are_asked_for_at_a_time() -> None:
    def answer(command: bytes) -> bytes | None:
        found = re.match(rb"UID FETCH (\S+) ", command)
        large = b"BODY[] {500000}\r\n" + b"x" * 500_000
        uids = UidSet.parse(found[1]) if found else ()
        return b"".join(b"* %d FETCH (UID %d %b)\r\n" % (uid, uid, large) for uid in uids) + b"TAG OK\r\n"

    peer = MessagePeer(answer)
    fetched(peer, UidSet.of(range(1, 111)))
    assert [command.split()[2] for command in peer.commands[1:4]] == [b"31:38", b"39:46", b"47:54"]


def test_no_line_is_longer_than_the_server_takes() -> None:
    peer = MessagePeer(mailbox)
    quirk = Quirk("short", greeting="ready", max_command_octets=500)

    given = fetched(peer, UidSet.of(range(1, 1_000, 2)), quirks=(quirk,))
    assert len(given) == 500
    assert max(map(len, peer.commands)) <= 500


def test_all_messages_are_asked_for_at_once() -> None:
    peer = MessagePeer(mailbox)

    assert len(fetched(peer, None)) == 1_000
    assert peer.commands == [b"UID FETCH 1:* (UID BODY.PEEK[])"]


def test_nothing_is_asked_of_no_messages() -> None:
    peer = MessagePeer(mailbox)

    assert fetched(peer, UidSet()) == []
    assert peer.commands == []


def test_what_is_given_at_once_has_a_bound() -> None:
    async def use(session: ImapSession) -> list[int]:
        fetching = await session.fetch(UidSet.of(range(1, 11)), BODY)
        counts: list[int] = []
        while given := await fetching.next(Until(messages=4)):
            counts.append(len(given))
        return counts

    assert in_session(MessagePeer(mailbox), use) == [4, 4, 2]


def test_a_bound_in_octets_gives_one_message_at_least() -> None:
    async def use(session: ImapSession) -> list[int]:
        fetching = await session.fetch(UidSet.of([100, 500, 900]), BODY)
        return [len(await fetching.next(Until(octets=1))) for _ in range(4)]

    assert in_session(MessagePeer(mailbox), use) == [1, 1, 1, 0]


@pytest.mark.parametrize("code", [b"", b"[UNAVAILABLE] "])
def test_what_came_before_a_refusal_is_given_first(code: bytes) -> None:
    peer = MessagePeer({b"UID FETCH": line(1, 1) + line(2, 2) + b"TAG NO %bdisk\r\n" % code})

    async def use(session: ImapSession) -> list[Fetch]:
        fetching = await session.fetch(UidSet.of([1, 2, 3]), BODY)
        given = await fetching.next()
        with pytest.raises(MsgcoreError, match="UID FETCH: NO"):
            await fetching.next()
        await session.noop()
        return given

    assert bodies_of(in_session(peer, use)) == {1: body(1), 2: body(2)}


def test_a_refusal_ends_the_asking() -> None:
    peer = MessagePeer({b"UID FETCH 1:30 ": line(1, 1) + b"TAG NO [LIMIT] no\r\n", b"UID FETCH 31": b"TAG OK\r\n"})

    with pytest.raises(MsgcoreError, match=r"NO \[LIMIT\] no"):
        fetched(peer, UidSet.of(range(1, 2_001)))
    assert len(peer.commands) == 1


@EACH_CUT
@pytest.mark.parametrize("whole", [0, 1, 2])
def test_what_came_whole_before_the_connection_broke_is_given_first(whole: int, cut: Cut) -> None:
    lines = b"".join(line(uid, uid) for uid in range(1, whole + 2))
    peer = MessagePeer({b"UID FETCH": lines[:-5] + CLOSES})

    async def use(session: ImapSession) -> list[Fetch]:
        fetching = await session.fetch(UidSet.of([1, 2, 3]), BODY)
        given: list[Fetch] = []
        with pytest.raises(ConnectionLost):
            while True:
                given += await fetching.next()
        return given

    assert bodies_of(in_session(peer, use, cut=cut)) == {uid: body(uid) for uid in range(1, whole + 1)}


def test_of_a_literal_that_is_shorter_than_announced_nothing_is_given() -> None:
    """The rest might come yet, so the deadline ends it, and the session with it."""
    short = b"* 2 FETCH (UID 2 BODY[] {100}\r\nabc)\r\nTAG OK done\r\n"
    given: list[Fetch] = []

    async def use(session: ImapSession) -> None:
        fetching = await session.fetch(UidSet.of([1, 2]), BODY)
        with pytest.raises(TimedOut):
            while True:
                given.extend(await fetching.next())
        await session.noop()

    with pytest.raises(ConnectionLost):
        in_session(MessagePeer({b"UID FETCH": line(1, 1) + short}), use)
    assert bodies_of(given) == {1: body(1)}


def test_a_message_of_which_something_is_missing_is_not_given() -> None:
    peer = MessagePeer({b"UID FETCH": line(1, 1) + b"* 2 FETCH (UID 2 FLAGS ())\r\n" + CLOSES})

    async def use(session: ImapSession) -> list[int | None]:
        fetching = await session.fetch(None, ["BODY.PEEK[]", "FLAGS"])
        given = [one.uid for one in await fetching.next()]
        with pytest.raises(ConnectionLost):
            await fetching.next()
        return given

    assert in_session(peer, use) == [1]


# What servers say besides


def test_lines_of_one_message_are_put_together() -> None:
    lines = (
        b"* 1 FETCH (UID 5 RFC822.SIZE 7)\r\n* 1 FETCH (FLAGS (\\Seen) BODY[1] {2}\r\nhi)\r\n"
        b"* 2 FETCH (RFC822.SIZE 8)\r\n* 2 FETCH (UID 6 BODY[1] NIL)\r\nTAG OK\r\n"
    )
    given = fetched(MessagePeer({b"UID FETCH": lines}), None, ["RFC822.SIZE", "BODY.PEEK[1]"])

    assert [(one.uid, one.size_octets, one.flags, one.sections) for one in given] == [
        (5, 7, ("\\Seen",), {"BODY[1]": b"hi"}),
        (6, 8, None, {"BODY[1]": None}),
    ]


def test_news_of_other_messages_is_the_sessions() -> None:
    news = b"* 3 FETCH (UID 3 FLAGS (\\Seen))\r\n* 8 FETCH (FLAGS (\\Answered))\r\n"
    peer = MessagePeer({b"UID FETCH": line(1, 1) + news + line(3, 3) + b"TAG OK\r\n"})

    async def use(session: ImapSession) -> tuple[dict[int | None, bytes | None], list[object]]:
        given = await session.fetch_all(UidSet.of([1, 3]), BODY)
        return bodies_of(given), [one for one in session.unasked() if isinstance(one, Fetch)]

    assert in_session(peer, use) == (
        {1: body(1), 3: body(3)},
        [Fetch(3, uid=3, flags=("\\Seen",)), Fetch(8, flags=("\\Answered",))],
    )


@pytest.mark.parametrize(
    ("lines", "uids"),
    [
        (line(1, 1) + line(2, 999), [1]),
        (line(1, 1) + line(1, 1) + line(2, 2), [1, 2]),
        (line(1, 1) + line(2, 2) + line(1, 1), [1, 2]),
        (line(3, 3) + line(2, 2) + line(1, 1), [3, 2, 1]),
        (b"* 1 FETCH (BODY[] {1}\r\nx)\r\n" + line(2, 2), [2]),
        (b"* 2 FETCH (BODY[] {1}\r\nx)\r\n* 1 FETCH (UID 1)\r\n" + line(3, 3), [3]),
        (b"", []),
    ],
)
def test_messages_come_once_and_under_their_own_ids_only(lines: bytes, uids: list[int]) -> None:
    given = fetched(MessagePeer({b"UID FETCH": lines + b"TAG OK\r\n"}), UidSet.of([1, 2, 3]))

    assert [one.uid for one in given] == uids


def test_a_body_is_never_given_to_the_message_that_came_after_an_expunge() -> None:
    lines = b"* 2 FETCH (UID 2 BODY[] {1}\r\nx)\r\n* 2 EXPUNGE\r\n* 2 FETCH (BODY[] {1}\r\ny)\r\nTAG OK\r\n"

    async def use(session: ImapSession) -> tuple[dict[int | None, bytes | None], bool]:
        given = await session.fetch_all(UidSet.of([2, 3]), BODY)
        return bodies_of(given), Expunge(2) in session.unasked()

    assert in_session(MessagePeer({b"UID FETCH": lines}), use) == ({2: b"x"}, True)


def test_flags_alone_are_what_was_asked_for_when_they_were() -> None:
    peer = MessagePeer({b"UID FETCH": b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\nTAG OK\r\n"})

    assert fetched(peer, None, ["FLAGS"]) == [Fetch(1, uid=1, flags=("\\Seen",))]


def test_what_a_server_gives_of_no_message_is_nothing() -> None:
    assert fetched(MessagePeer({b"UID FETCH": b"TAG OK nothing\r\n"}), UidSet.of([7])) == []


def test_a_limit_of_messages_a_command_is_gone_on_below(  # RFC 9738 section 3.1
) -> None:
    peer = MessagePeer(
        {
            b"UID FETCH 1:* ": line(9, 9) + line(8, 8) + b"TAG OK [MESSAGELIMIT 2 8] partial\r\n",
            b"UID FETCH 1:7 ": line(7, 7) + line(6, 6) + b"TAG OK [MESSAGELIMIT 2 6] partial\r\n",
            b"UID FETCH 1:5 ": line(5, 5) + b"TAG OK done\r\n",
        }
    )

    assert [one.uid for one in fetched(peer, None)] == [9, 8, 7, 6, 5]


def test_parts_in_an_unknown_encoding_come_encoded() -> None:
    peer = MessagePeer(
        {
            b"UID FETCH 1:3 (UID BINARY.PEEK[1])": b"* 1 FETCH (UID 1 BINARY[1] ~{1}\r\na)\r\n* 2 FETCH (UID 2)\r\n"
            b"TAG NO [UNKNOWN-CTE] what?\r\n",
            b"UID FETCH 2:3 (UID BODY.PEEK[1])": b'* 2 FETCH (UID 2 BODY[1] "b")\r\n'
            b'* 3 FETCH (UID 3 BODY[1] "c")\r\nTAG OK\r\n',
        },
        capabilities=("BINARY",),
    )

    assert [one.sections for one in fetched(peer, UidSet.of([1, 2, 3]), ["BINARY.PEEK[1]"])] == [
        {"BINARY[1]": b"a"},
        {"BODY[1]": b"b"},
        {"BODY[1]": b"c"},
    ]


def test_that_holds_for_all_commands_in_flight() -> None:
    def answer(command: bytes) -> bytes | None:
        found = re.fullmatch(rb"UID FETCH (\S+) \(UID (BINARY|BODY)\.PEEK\[1\]\)", command)
        assert found is not None
        uids = UidSet.parse(found[1])
        if found[2] == b"BINARY" and 131 in uids:
            return b"TAG NO [UNKNOWN-CTE] what?\r\n"
        return b"".join(b'* %d FETCH (UID %d %b[1] "x")\r\n' % (uid, uid, found[2]) for uid in uids) + b"TAG OK\r\n"

    few = Quirk("few", greeting="ready", max_messages=100)
    peer = MessagePeer(answer, capabilities=("BINARY",))
    given = fetched(peer, UidSet.of(range(1, 1_001)), ["BINARY.PEEK[1]"], quirks=(few,))
    assert {one.uid: list(one.sections) for one in given} == {
        uid: ["BINARY[1]" if uid < 131 or 231 <= uid <= 330 else "BODY[1]"] for uid in range(1, 1_001)
    }


# Other use of the session meanwhile


def test_what_is_in_flight_is_kept_while_the_session_does_something_else() -> None:
    async def use(session: ImapSession) -> dict[int | None, bytes | None]:
        fetching = await session.fetch(UidSet.of(range(1, 901)), BODY)
        given: list[Fetch] = []
        while some := await fetching.next(Until(messages=100)):
            await session.noop()
            given += some
        return bodies_of(given)

    assert in_session(MessagePeer(mailbox), use) == {uid: body(uid) for uid in range(1, 901)}


def test_two_fetches_take_turns() -> None:
    async def use(session: ImapSession) -> list[int | None]:
        one, other = await session.fetch(UidSet.of([1, 2]), BODY), await session.fetch(UidSet.of([3, 4]), BODY)
        until = Until(messages=1)
        return [(await each.next(until))[0].uid for each in (one, other, one, other)]

    assert in_session(MessagePeer(mailbox), use) == [1, 3, 2, 4]


def test_no_message_comes_from_another_mailbox() -> None:
    async def use(session: ImapSession) -> list[int | None]:
        fetching = await session.fetch(UidSet.of(range(1, 1_001)), BODY)
        await session.select(b"Other")
        given: list[int | None] = []
        with pytest.raises(UsageError, match="another mailbox was selected"):
            while True:
                given += [one.uid for one in await fetching.next()]
        return given

    assert in_session(MessagePeer(mailbox), use) == list(range(1, 31))


def test_who_stops_gets_what_is_in_flight_and_no_more() -> None:
    peer = MessagePeer(mailbox)

    async def use(session: ImapSession) -> int:
        fetching = await session.fetch(UidSet.of(range(1, 1_001)), BODY)
        fetching.stop()
        return len(await fetching.rest())

    assert (in_session(peer, use), len(peer.commands)) == (30, 1)


# What is asked for


def test_what_vanished_is_told_where_it_was_asked_for() -> None:
    peer = MessagePeer(
        {b"UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 5 VANISHED)": b"* VANISHED (EARLIER) 2:3\r\nTAG OK\r\n"},
        capabilities=("QRESYNC", "ENABLE"),
    )

    async def use(session: ImapSession) -> UidSet:
        fetching = await session.fetch(None, ["FLAGS"], changed_since=5, with_vanished=True)
        await fetching.rest()
        return fetching.vanished

    assert in_session(peer, use) == UidSet(((2, 3),))


def test_what_vanishes_just_now_is_the_sessions() -> None:
    async def use(session: ImapSession) -> bool:
        await session.fetch_all(None, BODY)
        return Vanished(UidSet(((2, 2),))) in session.unasked()

    assert in_session(MessagePeer({b"UID FETCH": b"* VANISHED 2\r\nTAG OK\r\n"}), use)


@pytest.mark.parametrize(
    ("item", "extension"),
    [
        ("PREVIEW (LAZY)", "PREVIEW"),
        ("SAVEDATE", "SAVEDATE"),
        ("EMAILID", "OBJECTID"),
        ("X-GM-LABELS", "X-GM-EXT-1"),
        ("BINARY.SIZE[1]", "BINARY"),
    ],
)
def test_items_of_extensions_need_them(item: str, extension: str) -> None:
    with pytest.raises(CapabilityMissing, match=f"the server has no {re.escape(extension)}, which {re.escape(item)}"):
        fetched(MessagePeer(mailbox), None, [item])


@pytest.mark.parametrize("item", ["", "FLAGS)", "FLAGS BODY[]", "BODY[]\r\nA1 LOGOUT", "BODY[{3}]x", "BODY[1]<0.1>{1}"])
def test_an_item_cannot_be_anything_else(item: str) -> None:
    with pytest.raises(UsageError, match="is nothing that FETCH has"):
        fetched(MessagePeer(mailbox), None, [item])


def test_a_mailbox_has_to_be_selected() -> None:
    async def use(session: ImapSession) -> None:
        await session.unselect()
        await session.fetch(None, BODY)

    with pytest.raises(UsageError, match="no mailbox is selected"):
        in_session(MessagePeer(capabilities=(*USUAL, "UNSELECT")), use)


def test_a_command_that_is_refused_is_named() -> None:
    with pytest.raises(CommandRefused, match=r"^imap imap.a.test:143: UID FETCH: BAD what\?$"):
        fetched(MessagePeer({b"UID FETCH": b"TAG BAD what?\r\n"}), None)


@pytest.mark.parametrize("uids", [None, UidSet.of(range(1, 101))])
def test_of_bodies_only_so_many_octets_are_gathered_and_the_rest_comes_again(uids: UidSet | None) -> None:
    peer = MessagePeer(mailbox)

    async def use(session: ImapSession) -> dict[int | None, bytes | None]:
        session.conversation.limits = attrs.evolve(session.conversation.limits, kept_octets=1_000)
        fetching = await session.fetch(uids, BODY)
        given: list[Fetch] = []
        while some := await fetching.next(Until(messages=10)):
            await session.noop()
            given += some
        assert len(given) == len({one.uid for one in given})
        return bodies_of(given)

    last = 1_000 if uids is None else 100
    assert in_session(peer, use, cut=drip(1_000)) == {uid: body(uid) for uid in range(1, last + 1)}


def test_more_messages_than_are_kept_are_not_given_at_once() -> None:
    async def use(session: ImapSession) -> None:
        session.conversation.limits = attrs.evolve(session.conversation.limits, kept_responses=999)
        await session.fetch_all(None, BODY)

    with pytest.raises(ProtocolBroken, match="more than 999 messages"):
        in_session(MessagePeer(mailbox), use)


def test_so_has_their_number() -> None:
    def answer(command: bytes) -> bytes | None:
        if not command.startswith(b"UID FETCH"):
            return None
        return b"".join(b"* %d FETCH (UID %d FLAGS ())\r\n" % (uid, uid) for uid in range(1, 1_000)) + b"TAG OK\r\n"

    async def use(session: ImapSession) -> None:
        session.conversation.limits = attrs.evolve(session.conversation.limits, kept_responses=100)
        fetching = await session.fetch(None, ["FLAGS"])
        with pytest.raises(ConnectionLost):
            await session.noop()
        with pytest.raises(ProtocolBroken, match="messages"):
            while await fetching.next():
                pass

    in_session(MessagePeer(answer), use, cut=drip(1_000))


def test_news_among_many_octets_are_no_more_than_they_are() -> None:
    def answer(command: bytes) -> bytes | None:
        found = re.match(rb"UID FETCH (\S+) ", command)
        uids = UidSet.parse(found[1]) if found else ()
        noisy = b"%b* 7 EXISTS\r\n* 0 RECENT\r\n"
        return b"".join(noisy % line(uid, uid) for uid in uids) + b"TAG OK\r\n"

    async def use(session: ImapSession) -> int:
        session.conversation.limits = attrs.evolve(session.conversation.limits, unasked_octets=10_000)
        return len(await session.fetch_all(UidSet.of(range(1, 201)), BODY))

    assert in_session(MessagePeer(answer), use) == 200


def test_a_fetch_that_was_gathered_is_given_after_the_session_has_ended() -> None:
    async def use(session: ImapSession) -> dict[int | None, bytes | None]:
        fetching = await session.fetch(UidSet.of([1, 2]), BODY)
        await session.noop()
        session.abort()
        return bodies_of(await fetching.rest())

    assert in_session(MessagePeer(mailbox), use) == {1: body(1), 2: body(2)}

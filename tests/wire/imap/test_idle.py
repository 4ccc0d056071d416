"""Waiting for news: IDLE and NOTIFY."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from msgcore.errors import CommandRefused, ConnectionLost, InjectionRefused, ProtocolBroken, TimedOut
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedRuntime, whole
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap import Limits, Watched, open_session
from msgcore.wire.imap.responses import Exists, Expunge, Fetch, Response, StatusData
from tests.wire.imap.imap_peer import SERVER, ImapPeer, Said

each_mode = pytest.mark.parametrize("mode", Mode)


def idling(*said: Said) -> ImapPeer:
    return ImapPeer(answers={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1 IDLE NOTIFY] hi", "IDLE": said})


def news(
    peer: ImapPeer, *, seconds: float = 600, mode: Mode = Mode.BLOCKING, cut: Cut = whole, deadline: float = 3_600
) -> tuple[list[Response], float]:
    """Idle, and give what came and how long that took, by the clock of the runtime."""
    runtime = ScriptedRuntime([peer], faults=Faults(cut=cut))

    async def main() -> tuple[list[Response], float]:
        session = await open_session(runtime, SERVER, runtime.deadline(30))
        session.stream.deadline = runtime.deadline(deadline)
        start = runtime.monotonic()
        given = await session.idle(seconds)
        await session.noop()
        return given, runtime.monotonic() - start

    return mode.drive(runtime.call(main()))


@each_mode
@EACH_CUT
def test_news_end_the_wait_and_done_is_said(mode: Mode, cut: Cut) -> None:
    peer = idling("+ idling\r\n* 4 EXISTS", "{tag} OK done")

    given, _ = news(peer, mode=mode, cut=cut)
    assert given == [Exists(4)]
    assert peer.commands == ["IDLE", "DONE", "NOOP"]


def test_without_news_the_wait_ends_in_time() -> None:
    peer = idling("+ idling", "{tag} OK done")

    assert news(peer, seconds=60) == ([], 60)
    assert peer.commands == ["IDLE", "DONE", "NOOP"]


def test_news_before_the_go_ahead_are_news() -> None:
    given, _ = news(idling(b"* 4 EXISTS\r\n+ idling\r\n", "{tag} OK done"))

    assert given == [Exists(4)]


def test_news_that_nobody_has_taken_are_given_at_once() -> None:
    peer = ImapPeer(answers={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi", "NOOP": "* 4 EXISTS"})
    runtime = ScriptedRuntime([peer])

    async def main() -> list[Response]:
        session = await open_session(runtime, SERVER, runtime.deadline(30))
        await session.noop()
        return await session.idle(600)

    assert Mode.BLOCKING.drive(runtime.call(main())) == [Exists(4)]
    assert peer.commands == ["NOOP"]


def test_a_sign_of_life_is_no_news() -> None:
    peer = idling(b"+ idling\r\n* OK Still here\r\n", "{tag} OK done")

    assert news(peer, seconds=60)[1] == 60


def test_the_wait_ends_before_a_server_would_end_the_session() -> None:
    assert news(idling("+ idling", "{tag} OK done"), seconds=7_200)[1] == 28 * 60


@pytest.mark.parametrize(
    ("said", "seconds"), [(b"", 30), ((b"+ idling\r\n", b"* 1 EXISTS\r\n"), 90)], ids=["no go-ahead", "DONE ignored"]
)
def test_a_server_that_does_not_answer_is_gone_after_half_a_minute(said: Said | Sequence[Said], seconds: float) -> None:
    """Security I20."""
    peer = ImapPeer(answers={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi", "IDLE": said})
    runtime = ScriptedRuntime([peer])

    async def main() -> float:
        session = await open_session(runtime, SERVER, runtime.deadline(30))
        start = runtime.monotonic()
        session.stream.deadline = runtime.deadline(3_600)
        with pytest.raises(TimedOut):
            await session.idle(60)
        return runtime.monotonic() - start

    assert Mode.BLOCKING.drive(runtime.call(main())) == seconds


@pytest.mark.parametrize(("deadline", "seconds"), [(100, 95), (4, 2)])
def test_the_wait_ends_before_the_deadline_and_the_session_goes_on(deadline: float, seconds: float) -> None:
    peer = idling("+ idling", "{tag} OK done")

    assert news(peer, deadline=deadline) == ([], seconds)
    assert peer.commands == ["IDLE", "DONE", "NOOP"]


def test_a_dead_peer_is_found_out_at_the_deadline() -> None:
    with pytest.raises(TimedOut):
        news(idling(b"+ idling\r\n", b""), deadline=100)


def test_a_server_that_ends_the_session_says_why() -> None:
    with pytest.raises(ConnectionLost, match="BYE idle for too long"):
        news(idling(b"+ idling\r\n* BYE idle for too long\r\n"))


def test_a_server_that_is_gone_without_a_word_is_lost() -> None:
    """Yandex ends so."""
    with pytest.raises(ConnectionLost, match="closed the connection"):
        news(idling("+ idling", None))


def test_a_flood_of_counts_is_one() -> None:
    flood = b"".join(b"* %d EXISTS\r\n* 0 RECENT\r\n" % count for count in range(500))

    given, _ = news(idling(b"+ idling\r\n" + flood, "{tag} OK done"))
    assert given[-2] == Exists(499)


def test_a_flood_without_end_breaks_the_connection() -> None:
    runtime = ScriptedRuntime([idling(b"+ idling\r\n", b"* 1 EXPUNGE\r\n" * 1_000)])

    async def main() -> None:
        session = await open_session(runtime, SERVER, runtime.deadline(30))
        session.conversation.limits = Limits(unasked_responses=999)
        await session.idle(1)

    with pytest.raises(ProtocolBroken, match="what nobody asked for"):
        Mode.BLOCKING.drive(runtime.call(main()))


def test_idle_that_is_refused_leaves_the_session_good() -> None:
    peer = idling("{tag} BAD not now")
    runtime = ScriptedRuntime([peer])

    async def main() -> None:
        session = await open_session(runtime, SERVER, runtime.deadline(30))
        with pytest.raises(CommandRefused):
            await session.idle(60)
        await session.noop()

    Mode.BLOCKING.drive(runtime.call(main()))
    assert peer.commands == ["IDLE", "NOOP"]


def test_a_server_may_end_idle_by_itself() -> None:
    assert news(idling(b"+ idling\r\n* 1 EXPUNGE\r\n{tag} OK enough\r\n"))[0] == [Expunge(1)]


# NOTIFY


def notified(peer: ImapPeer, *watched: Watched, tells_status: bool = False) -> list[Response]:
    runtime = ScriptedRuntime([peer])

    async def main() -> list[Response]:
        session = await open_session(runtime, SERVER, runtime.deadline(30))
        await session.notify(*watched, tells_status=tells_status)
        return session.unasked()

    return Mode.BLOCKING.drive(runtime.call(main()))


def test_notify_says_what_to_watch() -> None:
    peer = idling()

    notified(
        peer,
        Watched("selected", items=("UID", "FLAGS")),
        Watched("mailboxes", ("MessageNew",), (b"a", b"b c")),
        Watched("personal", ()),
        tells_status=True,
    )
    assert peer.commands == [
        "NOTIFY SET STATUS (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange))"
        ' (mailboxes ("a" "b c") (MessageNew)) (personal NONE)'
    ]


def test_notify_with_nothing_ends_it() -> None:
    peer = idling()

    notified(peer)
    assert peer.commands == ["NOTIFY NONE"]


def test_what_notify_tells_is_given() -> None:
    said = '* STATUS "b" (MESSAGES 2)\r\n* 1 FETCH (UID 7 FLAGS ())'
    peer = ImapPeer(answers={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1 NOTIFY] hi", "NOTIFY": said})

    assert notified(peer, Watched("personal")) == [StatusData(b"b", messages=2), Fetch(1, uid=7, flags=())]


@pytest.mark.parametrize(
    "watched", [Watched("a\r\nb"), Watched("mailboxes", raw_names=(b"a\n",)), Watched("personal", ("a\r",))]
)
def test_no_argument_of_notify_becomes_a_command(watched: Watched) -> None:
    peer = idling()

    with pytest.raises(InjectionRefused):
        notified(peer, watched)
    assert peer.commands == []

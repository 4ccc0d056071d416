"""A session after its login: listing, deletion, and its end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence

import pytest

from msgcore.base.status import StatusResponse
from msgcore.errors import (
    CommandRefused,
    ConnectionLost,
    MsgcoreError,
    ProtocolBroken,
    ServiceBusy,
    TimedOut,
)
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, by_line
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.pop3 import Listing, Pop3Session, Until
from tests.wire.pop3.maildrop_peer import MaildropPeer, in_session

ONE, TWO = b"Subject: 1\r\n\r\n.one\r\n", b"Subject: 2\r\n\r\ntwo\r\n"
IN_LOCK_STEP = ("TOP", "UIDL", "USER")

each_mode = pytest.mark.parametrize("mode", Mode)


async def listed(session: Pop3Session) -> Listing:
    return await session.listing()


# Listing


@each_mode
@EACH_CUT
def test_what_waits_is_listed_with_sizes_and_unique_ids(mode: Mode, cut: Cut) -> None:
    assert in_session(MaildropPeer(ONE, TWO), listed, mode=mode, cut=cut) == Listing(
        (1, 2), (len(ONE), len(TWO)), (b"id1", b"id2")
    )


def test_the_lists_are_asked_for_in_one_flight() -> None:
    peer = MaildropPeer(ONE)

    in_session(peer, listed)
    assert peer.flights[-1] == 3


@pytest.mark.parametrize("capabilities", [None, ("USER",), ("TOP", "PIPELINING")])
def test_a_server_without_uidl_gives_no_unique_ids(capabilities: Sequence[str] | None) -> None:
    peer = MaildropPeer(ONE, capabilities=capabilities, answers={"UIDL": "-ERR what?"})

    assert in_session(peer, listed).unique_ids is None


def test_uidl_is_tried_where_capa_is_silent() -> None:
    assert in_session(MaildropPeer(ONE, capabilities=None), listed).unique_ids == (b"id1",)


def test_unique_ids_that_are_not_to_be_had_now_are_no_reason_to_do_without() -> None:
    """Else all that is left on the server would count as new."""
    with pytest.raises(ServiceBusy, match=r"UIDL: -ERR \[SYS/TEMP\] later"):
        in_session(MaildropPeer(ONE, answers={"UIDL": "-ERR [SYS/TEMP] later"}), listed)


def test_nor_are_those_of_a_server_that_says_that_it_has_them() -> None:
    with pytest.raises(CommandRefused, match=r"^pop3 pop.a.test:110: UIDL: -ERR internal error$"):
        in_session(MaildropPeer(ONE, answers={"UIDL": "-ERR internal error"}), listed)


def test_a_server_need_not_name_nothing() -> None:
    assert in_session(MaildropPeer(answers={"UIDL": "-ERR no messages"}), listed).numbers == ()


def test_unique_ids_of_some_messages_only_are_for_another_time() -> None:
    async def use(session: Pop3Session) -> None:
        with pytest.raises(ServiceBusy, match=r"^pop3 pop.a.test:110: UIDL: no unique id is given to message 2$"):
            await session.listing()
        await session.noop()

    in_session(MaildropPeer(ONE, TWO, answers={"UIDL": b"+OK\r\n1 a\r\n.\r\n"}), use)


def test_an_empty_maildrop_that_is_not_listed_is_empty() -> None:
    assert in_session(MaildropPeer(answers={"LIST": "-ERR no messages"}), listed).numbers == ()


def test_a_maildrop_that_is_not_listed_is_refused() -> None:
    with pytest.raises(CommandRefused, match="no list"):
        in_session(MaildropPeer(ONE, answers={"LIST": "-ERR no list"}), listed)


@pytest.mark.parametrize("stat", ["+OK -1 -1", "+OK 99999999999999999999 1", "+OK", "-ERR what?"])
def test_what_stat_says_is_advice(stat: str) -> None:
    assert in_session(MaildropPeer(ONE, answers={"STAT": stat}), listed).numbers == (1,)


def test_a_list_of_something_else_breaks_the_protocol() -> None:
    with pytest.raises(ProtocolBroken, match=r"pop3 pop.a.test:110: LIST: 'Subject:' is no message number"):
        in_session(MaildropPeer(answers={"LIST": b"+OK\r\nSubject: x\r\n.\r\n"}), listed)


# Deletion and the end


def test_deletions_go_in_one_flight_and_the_refused_are_told() -> None:
    async def use(session: Pop3Session) -> list[tuple[int, StatusResponse]]:
        return await session.delete([1, 2, 3])

    peer = MaildropPeer(ONE, TWO, TWO, answers={"DELE 2": "-ERR locked"})
    assert (in_session(peer, use), peer.flights[-1]) == ([(2, StatusResponse("-ERR", "locked"))], 3)


async def quits(session: Pop3Session) -> None:
    await session.quit()


async def deletes_and_quits(session: Pop3Session) -> None:
    await session.delete([1])
    await session.quit()


@each_mode
def test_who_deleted_nothing_takes_the_marks_off_before_the_end(mode: Mode) -> None:
    """Some servers mark what was retrieved by themselves."""
    peer = MaildropPeer(ONE)

    in_session(peer, quits, mode=mode)
    assert (peer.commands[-2:], peer.flights[-1]) == (["RSET", "QUIT"], 2)


def test_in_lock_step_rset_is_answered_before_quit() -> None:
    peer = MaildropPeer(ONE, capabilities=IN_LOCK_STEP, answers={"RSET": "-ERR what?"})

    in_session(peer, quits)
    assert (peer.commands[-2:], peer.flights[-1]) == (["RSET", "QUIT"], 1)


def test_who_deleted_something_does_not_take_it_back() -> None:
    peer = MaildropPeer(ONE)

    in_session(peer, deletes_and_quits)
    assert "RSET" not in peer.verbs


def test_who_took_it_back_has_deleted_nothing() -> None:
    async def use(session: Pop3Session) -> None:
        await session.delete([1])
        await session.reset()
        await session.quit()

    peer = MaildropPeer(ONE)
    in_session(peer, use)
    assert peer.verbs[-4:] == ["DELE", "RSET", "RSET", "QUIT"]


def test_who_leaves_takes_back_what_was_deleted() -> None:
    async def use(session: Pop3Session) -> None:
        await session.delete([1])
        await session.leave()

    peer = MaildropPeer(ONE)
    in_session(peer, use)
    assert (peer.verbs[-4:], peer.is_closed) == (["DELE", "RSET", "RSET", "QUIT"], True)


def test_who_cannot_take_it_back_does_not_quit() -> None:
    async def use(session: Pop3Session) -> None:
        await session.delete([1])
        with pytest.raises(CommandRefused, match=r"^pop3 pop.a.test:110: RSET: -ERR no$"):
            await session.leave()

    peer = MaildropPeer(ONE, answers={"RSET": "-ERR no"})
    in_session(peer, use)
    assert "QUIT" not in peer.verbs


def test_a_session_is_idle_when_nothing_is_in_flight() -> None:
    async def use(session: Pop3Session) -> list[bool]:
        await session.retrieve([1, 2], Until(messages=1))
        before = session.is_idle
        await session.noop()
        return [before, session.is_idle]

    assert in_session(MaildropPeer(ONE, TWO), use) == [False, True]


@pytest.mark.parametrize(
    ("answer", "error"),
    [("-ERR some were not deleted", CommandRefused), (None, ConnectionLost), (b"+O", TimedOut), ("?", ProtocolBroken)],
)
@pytest.mark.parametrize("use", [quits, deletes_and_quits])
def test_an_end_that_the_server_does_not_confirm_is_not_one(
    use: Callable[[Pop3Session], Coroutine[object, object, None]], answer: str | bytes | None, error: type[MsgcoreError]
) -> None:
    """Security P09: then nobody knows what was deleted."""
    with pytest.raises(error):
        in_session(MaildropPeer(ONE, answers={"QUIT": answer}), use)


def test_the_end_waits_for_what_is_in_flight() -> None:
    async def use(session: Pop3Session) -> None:
        await session.retrieve([1, 2], Until(messages=1))
        await session.quit()

    peer = MaildropPeer(ONE, TWO)
    in_session(peer, use)
    assert peer.is_closed


def test_a_server_that_ended_the_session_is_heard() -> None:
    async def use(session: Pop3Session) -> None:
        await session.noop()
        with pytest.raises(ConnectionLost, match="the server ended the session: -ERR Disconnected for inactivity"):
            await session.noop()

    in_session(MaildropPeer(answers={"NOOP": b"+OK\r\n-ERR Disconnected for inactivity\r\n"}), use, cut=by_line)

"""Commands in flight, the router, literals that wait, and servers that break the rules."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import (
    CommandRefused,
    ConnectionLost,
    InjectionRefused,
    MsgcoreError,
    ProtocolBroken,
    ServiceBusy,
    TimedOut,
)
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, ScriptedStream, whole
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap import Answer, Chunks, Command, Conversation, Limits, Literal
from msgcore.wire.imap.responses import Exists, Expunge, Fetch, ListEntry, Response, SearchResult, Status, StatusData
from tests.wire.imap.imap_peer import ImapPeer, Said, in_conversation

each_mode = pytest.mark.parametrize("mode", Mode)

SECRET = "correct-horse"


def said(peer: ImapPeer, *commands: Command, cut: Cut = whole, free_octets: int = -1) -> list[Answer]:
    async def use(conversation: Conversation) -> list[Answer]:
        return await conversation.run(*commands)

    return in_conversation(peer, use, free_octets=free_octets, cut=cut)


def broken(peer: ImapPeer, *commands: Command, free_octets: int = -1) -> ProtocolBroken:
    with pytest.raises(ProtocolBroken) as caught:
        said(peer, *commands, free_octets=free_octets)
    return caught.value


def answering(**answers: Said | Sequence[Said]) -> ImapPeer:
    return ImapPeer(answers=answers)


# Flights


@each_mode
@EACH_CUT
def test_commands_go_out_together_and_each_gets_its_answer(mode: Mode, cut: Cut) -> None:
    peer = answering(STATUS='* STATUS "a" (MESSAGES 1)', LIST=b'* LIST () "/" b\r\n{tag} NO not\r\n')

    async def use(conversation: Conversation) -> list[Answer]:
        return await conversation.run(Command(b"STATUS", "a"), Command(b"LIST", "", "*"), Command(b"NOOP"))

    answers = in_conversation(peer, use, mode=mode, cut=cut)
    assert [answer.status.word for answer in answers] == ["OK", "NO", "OK"]
    assert [len(answer.data) for answer in answers] == [1, 1, 0]
    assert peer.flights == [3]


def test_answers_may_come_in_another_order() -> None:
    peer = answering(A=b"", B=b"A2 OK b\r\nA1 NO a\r\n")

    assert [one.status.text for one in said(peer, Command(b"A"), Command(b"B"))] == ["a", "b"]


def test_data_goes_to_the_command_that_asks_for_its_kind() -> None:
    both = b'* SEARCH 2\r\n* STATUS "a" (MESSAGES 1)\r\n* SEARCH 3\r\nA1 OK\r\nA2 OK\r\n'
    peer = ImapPeer(answers={"STATUS": b"", "UID SEARCH": both})

    status, search = said(peer, Command(b"STATUS", "a"), Command(b"UID SEARCH", "x"))
    assert status.data == [StatusData(b"a", messages=1)]
    assert [one.numbers for one in search.data if isinstance(one, SearchResult)] == [(2,), (3,)]


def test_a_plain_search_answers_one_that_asked_for_esearch() -> None:
    peer = ImapPeer(answers={"UID SEARCH": "* SEARCH 4 5"})

    (answer,) = said(peer, Command(b"UID SEARCH", "x"))
    assert answer.data == [SearchResult(numbers=(4, 5))]


@EACH_CUT
def test_what_nobody_asked_for_is_kept_for_the_session(cut: Cut) -> None:
    peer = answering(STATUS='* 7 EXISTS\r\n* 3 EXPUNGE\r\n* STATUS "a" (MESSAGES 1)\r\n* 9 FETCH (FLAGS ())')

    async def use(conversation: Conversation) -> list[Response]:
        await conversation.run(Command(b"STATUS", "a"))
        return conversation.take_unasked()

    assert in_conversation(peer, use, cut=cut) == [Exists(7), Expunge(3), Fetch(9, flags=())]


def test_data_is_offered_to_the_flight_first() -> None:
    """Flags of other messages inside a fetch are not the fetch's."""
    peer = ImapPeer(answers={"UID FETCH": "* 1 FETCH (UID 5 FLAGS ())\r\n* 2 FETCH (FLAGS ())"})

    async def use(conversation: Conversation) -> tuple[list[Response], list[Response]]:
        taken: list[Response] = []

        def take(response: Response) -> bool:
            is_asked = isinstance(response, Fetch) and response.uid == 5
            taken.extend([response] if is_asked else [])
            return is_asked

        (answer,) = await conversation.run(Command(b"UID FETCH", 5, "FLAGS"), take=take)
        return taken, answer.data

    assert in_conversation(peer, use) == ([Fetch(1, uid=5, flags=())], [Fetch(2, flags=())])


def test_copyuid_in_an_untagged_ok_is_part_of_the_answer_to_move() -> None:
    """RFC 6851 section 4.3."""
    peer = ImapPeer(answers={"UID MOVE": "* OK [COPYUID 1 2 3] moved\r\n* 2 EXPUNGE"})

    (answer,) = said(peer, Command(b"UID MOVE", 2, "b"))
    assert [one.code.name for one in answer.data if isinstance(one, Status) and one.code] == ["COPYUID"]


# Refusals


@pytest.mark.parametrize("word", ["NO", "BAD"])
def test_a_refusal_is_an_answer_and_the_connection_goes_on(word: str) -> None:
    peer = answering(CREATE=f"{{tag}} {word} [CANNOT] no such name")

    async def use(conversation: Conversation) -> tuple[str, bool]:
        (answer,) = await conversation.run(Command(b"CREATE", "a"))
        (again,) = await conversation.run(Command(b"NOOP"))
        with pytest.raises(CommandRefused) as caught:
            answer.check()
        return str(caught.value), again.status.is_ok

    assert in_conversation(peer, use) == (f"imap imap.a.test:143: CREATE: {word} [CANNOT] no such name", True)


@pytest.mark.parametrize(
    ("text", "error", "seconds"),
    [
        ("NO [UNAVAILABLE] later", ServiceBusy, None),
        ("NO [INUSE] locked", ServiceBusy, None),
        ("NO [LIMIT] too much", CommandRefused, None),
        ("NO [ALERT] Too many simultaneous connections. (Failure)", ServiceBusy, None),
        ("NO Account exceeded command or bandwidth limits.", ServiceBusy, None),
        ("BAD Request is throttled. Suggested Backoff Time: 1500 milliseconds", ServiceBusy, 1.5),
        ("NO [NONEXISTENT] server busy", CommandRefused, None),
        ("NO no", CommandRefused, None),
        ("BAD [CLIENTBUG] what?", CommandRefused, None),
    ],
)
def test_a_refusal_says_whether_it_may_go_another_time(
    text: str, error: type[MsgcoreError], seconds: float | None
) -> None:
    (answer,) = said(answering(NOOP=f"{{tag}} {text}"), Command(b"NOOP"))

    with pytest.raises(error) as caught:
        answer.check()
    assert getattr(caught.value, "retry_after_seconds", None) == seconds


# Literals that wait


LETTER = Command(b"APPEND", "a", Literal(b"x\r\nA9 DELETE a\r\n"))


@each_mode
@EACH_CUT
def test_a_literal_waits_for_the_go_ahead(mode: Mode, cut: Cut) -> None:
    peer = ImapPeer()

    async def use(conversation: Conversation) -> list[Answer]:
        return await conversation.run(Command(b"NOOP"), LETTER)

    assert [one.status.word for one in in_conversation(peer, use, mode=mode, cut=cut)] == ["OK", "OK"]
    assert peer.commands == ["NOOP", 'APPEND "a" {16}\r\nx\r\nA9 DELETE a']


@pytest.mark.parametrize("word", ["NO", "BAD"])
def test_a_literal_that_is_refused_is_not_said(word: str) -> None:
    """Security I16: its text must not run as commands."""
    peer = answering(literal=f"{{tag}} {word} [TRYCREATE] no")

    async def use(conversation: Conversation) -> list[str]:
        (answer,) = await conversation.run(LETTER)
        (again,) = await conversation.run(Command(b"NOOP"))
        return [answer.status.word, again.status.word]

    assert in_conversation(peer, use) == [word, "OK"]
    assert peer.commands == ["NOOP"]


def test_a_literal_that_is_granted_before_it_was_said_breaks_the_connection() -> None:
    broken(answering(literal="{tag} OK fine"), LETTER)


def test_a_literal_without_any_answer_ends_at_the_deadline() -> None:
    with pytest.raises(TimedOut):
        said(answering(literal=b"* 1 EXISTS\r\n"), LETTER)


def test_a_go_ahead_before_the_literal_was_announced_sends_none() -> None:
    """Security I07."""
    peer = answering(NOOP="+ early\r\n{tag} OK", literal="{tag} NO")

    assert [one.status.word for one in said(peer, Command(b"NOOP"), LETTER)] == ["OK", "NO"]
    assert peer.commands == ["NOOP"]


def test_a_go_ahead_that_came_unasked_sends_no_literal() -> None:
    peer = answering(greeting=b"* OK hi\r\n+ go\r\n", literal="{tag} NO")

    assert [one.status.word for one in said(peer, LETTER)] == ["NO"]
    assert peer.commands == []


def test_go_aheads_without_end_break_the_connection() -> None:
    broken(answering(NOOP=b"+ go\r\n" * 1_000), Command(b"NOOP"))


def test_with_literal_plus_nothing_waits() -> None:
    peer = ImapPeer()

    said(peer, LETTER, Command(b"NOOP"), free_octets=4_096)
    assert (peer.verbs, peer.flights) == (["APPEND", "NOOP"], [2])


def test_two_literals_wait_for_two_go_aheads() -> None:
    peer = ImapPeer()

    said(peer, Command(b"LOGIN", "\u00e4nn", Secret("p\u00e4ss")))
    assert peer.commands == ["LOGIN {4}\r\n\u00c3\u00a4nn {5}\r\np\u00c3\u00a4ss"]


@pytest.mark.parametrize("parts", [[b"ab"], [b"ab", b"cd"]], ids=["short", "long"])
def test_a_literal_of_another_size_than_announced_ends_the_connection(parts: list[bytes]) -> None:
    async def use(conversation: Conversation) -> bool:
        with pytest.raises(ProtocolBroken) as caught:
            await conversation.run(Command(b"APPEND", "a", Literal(Chunks(parts, 3))))
        assert isinstance(conversation.stream, ScriptedStream)
        return caught.value.is_local and conversation.stream.is_closed

    assert in_conversation(ImapPeer(), use, free_octets=100)


def test_what_cannot_be_written_leaves_the_connection_as_it_was() -> None:
    peer = ImapPeer()

    async def use(conversation: Conversation) -> list[Answer]:
        with pytest.raises(InjectionRefused):
            await conversation.run(Command(b"NOOP"), Command(b"CREATE", "a\r\nA2 DELETE b"))
        return await conversation.run(Command(b"NOOP"))

    in_conversation(peer, use)
    assert peer.commands == ["NOOP"]


# Broken servers


@pytest.mark.parametrize(
    "octets",
    [
        b"A2 OK wrong\r\n",
        b"{tag} OK\r\n{tag} OK\r\n",
        b"B1 OK\r\n",
    ],
    ids=["wrong tag", "two answers", "another's tag"],
)
def test_an_answer_to_no_command_breaks_the_connection(octets: bytes) -> None:
    """Security I06."""
    assert "an answer to a command that nobody gave" in str(broken(answering(NOOP=octets), Command(b"NOOP")))


@EACH_CUT
def test_an_answer_behind_the_greeting_answers_nothing(cut: Cut) -> None:
    with pytest.raises(ProtocolBroken):
        said(answering(greeting=b"* OK hi\r\nA1 OK injected\r\n"), Command(b"NOOP"), cut=cut)


@EACH_CUT
@pytest.mark.parametrize("octets", [b"* BYE going down\r\n", b"* 1 FETCH (UID 1 FLAGS ())\r\n* BYE going down\r\n"])
def test_bye_in_the_middle_is_a_lost_connection_that_says_why(octets: bytes, cut: Cut) -> None:
    """Security I08."""
    with pytest.raises(ConnectionLost, match="ended the session: BYE going down"):
        said(ImapPeer(answers={"UID FETCH": octets}), Command(b"UID FETCH", 1, "FLAGS"), cut=cut)


def test_what_came_whole_before_the_end_is_kept() -> None:
    octets = b"* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 FLA"
    taken: list[Response] = []

    def take(response: Response) -> bool:
        taken.append(response)
        return True

    async def use(conversation: Conversation) -> None:
        await conversation.run(Command(b"UID FETCH", 1, "FLAGS"), take=take)

    with pytest.raises(TimedOut):
        in_conversation(ImapPeer(answers={"UID FETCH": octets}), use)
    assert taken == [Fetch(1, uid=1, flags=())]


def test_a_server_that_has_said_bye_is_asked_nothing_more() -> None:
    peer = answering(NOOP="* BYE idle for too long\r\n{tag} OK")

    async def use(conversation: Conversation) -> None:
        await conversation.run(Command(b"NOOP"))
        await conversation.run(Command(b"NOOP"))

    with pytest.raises(ConnectionLost, match="idle for too long"):
        in_conversation(peer, use)
    assert peer.commands == ["NOOP"]


def test_a_server_that_is_unavailable_may_say_so_without_a_tag() -> None:
    """Exchange."""
    with pytest.raises(ServiceBusy):
        said(answering(NOOP=b"Server Unavailable. 15\r\n"), Command(b"NOOP"))


@pytest.mark.parametrize("line", [b"NOOP completed.\r\n", b"* WHATEVER (a b) c\r\n", b"\r\n", b"\0\0\r\n"])
def test_lines_that_say_nothing_are_passed_over(line: bytes) -> None:
    """Exchange 2003 says some endings twice."""
    (answer,) = said(answering(NOOP=line + b"{tag} OK\r\n" + line), Command(b"NOOP"))
    assert answer.status.is_ok


def test_a_connection_that_ends_is_lost() -> None:
    with pytest.raises(ConnectionLost):
        said(answering(NOOP=None), Command(b"NOOP"))


@pytest.mark.parametrize(
    ("limits", "line"),
    [
        (Limits(kept_responses=10), b'* LIST () "/" a\r\n'),
        (Limits(kept_octets=100), b'* LIST () "/" a\r\n'),
        (Limits(unasked_responses=10), b"* 1 EXPUNGE\r\n"),
        (Limits(unasked_octets=100), b"* OK [ALERT] text\r\n"),
    ],
)
def test_an_answer_without_end_breaks_the_connection(limits: Limits, line: bytes) -> None:
    async def use(conversation: Conversation) -> None:
        conversation.limits = limits
        await conversation.run(Command(b"LIST", "", "*"))

    with pytest.raises(ProtocolBroken):
        in_conversation(answering(LIST=line * 20), use)


def test_counts_that_follow_each_other_are_one() -> None:
    peer = answering(NOOP=b"".join(b"* %d EXISTS\r\n" % count for count in range(1_000)) + b"{tag} OK\r\n")

    async def use(conversation: Conversation) -> list[Response]:
        await conversation.run(Command(b"NOOP"))
        return conversation.take_unasked()

    assert in_conversation(peer, use) == [Exists(999)]


# Secrets


@pytest.mark.parametrize("echo", [f"NO you said {SECRET}", f"BAD [X {SECRET}] what?", f"NO {{5}} {SECRET}"])
def test_a_secret_that_the_server_sends_back_is_hidden(echo: str) -> None:
    async def use(conversation: Conversation) -> str:
        conversation.secrets = [Secret(SECRET)]
        (answer,) = await conversation.run(Command(b"NOOP"))
        with pytest.raises(CommandRefused) as caught:
            answer.check()
        return str(caught.value)

    shown = in_conversation(answering(NOOP=f"{{tag}} {echo}"), use)
    assert (SECRET in shown, "***" in shown) == (False, True)


def test_a_secret_shows_in_no_transcript() -> None:
    async def use(conversation: Conversation) -> bytes:
        await conversation.run(Command(b"LOGIN", "ann", Secret(SECRET)))
        assert isinstance(conversation.stream, ScriptedStream)
        return bytes(conversation.stream.shown)

    assert in_conversation(ImapPeer(), use) == b'A1 LOGIN "ann" ***\r\n'


# Large


def test_many_mailboxes_are_an_answer_of_many_lines() -> None:
    peer = answering(LIST=b"".join(b'* LIST () "/" a%d\r\n' % number for number in range(5_000)) + b"{tag} OK\r\n")

    (answer,) = said(peer, Command(b"LIST", "", "*"))
    assert [one.raw_name for one in answer.data[-1:] if isinstance(one, ListEntry)] == [b"a4999"]
    assert attrs.asdict(answer.status)["word"] == "OK"

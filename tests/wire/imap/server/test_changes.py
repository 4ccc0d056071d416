"""What a client is told of changes that others make, and when its message numbers change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.testing.memory_mailboxes import MemoryMailbox
from msgcore.wire.imap.server import Answer
from msgcore.wire.imap.server.turn import Turn
from tests.wire.imap.server.talk import FORWARD, LETTER, LOGIN, account_with, data, hear, meanwhile

OPEN = LOGIN + b"s SELECT INBOX\r\n"


def _replace(inbox: MemoryMailbox) -> None:
    inbox.remove([1])
    inbox.put(LETTER)


CHANGES: list[tuple[Callable[[MemoryMailbox], object], list[bytes]]] = [
    (lambda inbox: inbox.put(LETTER), [b"* 3 EXISTS"]),
    (lambda inbox: inbox.remove([1]), [b"* 1 EXPUNGE"]),
    (lambda inbox: inbox.remove([1, 2]), [b"* 2 EXPUNGE", b"* 1 EXPUNGE"]),
    (lambda inbox: inbox.set_flags([2], "+FLAGS", ["x"]), [b"* 2 FETCH (FLAGS (x))"]),
    (lambda inbox: inbox.set_flags([2], "+FLAGS", []), []),
    (_replace, [b"* 1 EXPUNGE", b"* 2 EXISTS"]),
]


def told(command: bytes, act: Callable[[MemoryMailbox], object], stage: str, ahead: bytes = b"") -> list[bytes]:
    """Give what is said to a command, ahead of which somebody else does something to the mailbox."""
    account = account_with(LETTER, FORWARD)
    around = meanwhile(stage, lambda: act(account.mailbox()))
    heard = hear(OPEN + ahead + b"1 " + command + b"\r\n", account=account, around=around)
    start = max(place for place, line in enumerate(heard) if line.startswith((b"s OK", b"e OK")))
    return heard[start + 1 :]


@pytest.mark.parametrize("act, expected", CHANGES)
def test_a_change_is_told(act: Callable[[MemoryMailbox], object], expected: list[bytes]) -> None:
    assert data(told(b"NOOP", act, "NOOP")) == expected


@pytest.mark.parametrize("command", [b"FETCH 1 UID", b"STORE 1 FLAGS.SILENT x", b"SEARCH ALL"])
def test_numbers_stay_while_a_command_names_some(command: bytes) -> None:
    stage = command.split()[0].decode()

    assert not [line for line in told(command, lambda inbox: inbox.remove([2]), stage) if b"EXPUNGE" in line.split()]


def test_a_message_that_is_gone_is_not_fetched() -> None:
    assert told(b"FETCH 1:2 UID", lambda inbox: inbox.remove([1]), "FETCH") == [
        b"* 2 FETCH (UID 2)", b"1 OK [EXPUNGEISSUED] fetched",
    ]  # fmt: skip


def test_a_fetch_by_unique_ids_tells_what_is_gone() -> None:
    assert told(b"UID FETCH 1:2 UID", lambda inbox: inbox.remove([1]), "UID FETCH")[1] == b"* 1 EXPUNGE"


def test_flags_that_were_fetched_are_not_told_again() -> None:
    lines = told(b"FETCH 2 FLAGS", lambda inbox: inbox.set_flags([2], "+FLAGS", ["x"]), "FETCH")

    assert data(lines) == [b"* 2 FETCH (FLAGS (x))"]


def test_changes_are_told_with_their_modseq_when_that_is_enabled() -> None:
    lines = told(b"NOOP", lambda inbox: inbox.set_flags([2], "+FLAGS", ["x"]), "NOOP", b"e ENABLE CONDSTORE\r\n")

    assert data(lines) == [b"* 2 FETCH (FLAGS (x) MODSEQ (4))"]


def test_another_validity_is_told() -> None:
    assert data(told(b"NOOP", lambda inbox: inbox.renew(7), "NOOP")) == [
        b"* 2 EXPUNGE", b"* 1 EXPUNGE", b"* OK [UIDVALIDITY 7] another one", b"* 2 EXISTS",
    ]  # fmt: skip


def test_after_a_change_of_validity_nothing_is_fetched_by_old_unique_ids() -> None:
    lines = told(b"UID FETCH 1 FLAGS", lambda inbox: inbox.renew(7), "UID FETCH")

    assert [line for line in lines if b"FETCH (" in line] == []


def test_what_is_gone_is_told_by_unique_id_when_that_is_enabled() -> None:
    lines = told(b"NOOP", lambda inbox: inbox.remove([1, 2]), "NOOP", b"e ENABLE QRESYNC\r\n")

    assert data(lines) == [b"* VANISHED 1:2"]


@given(st.lists(st.tuples(st.sampled_from(["put", "remove", "flag", "NOOP", "FETCH 1:* FLAGS"]), st.integers(1, 9))))
def test_a_client_that_follows_what_is_told_has_what_is_there(steps: list[tuple[str, int]]) -> None:
    """It goes only by EXISTS, EXPUNGE and FETCH; it may not know the flags of what has arrived (None)."""
    account = account_with(LETTER)
    inbox = account.mailbox()
    script = iter(steps)

    def act() -> None:
        for what, uid in script:
            match what:
                case "put":
                    inbox.put(LETTER)
                case "remove":
                    inbox.remove([uid])
                case "flag":
                    inbox.set_flags([uid], "+FLAGS", [f"k{uid}"])
                case _:
                    return

    said = [what.encode() for what, _ in steps if what.isupper() or " " in what]
    commands = b"".join(b"x %b\r\n" % command for command in [*said, b"NOOP"])
    followed = _Follower()

    async def around(turn: Turn) -> Answer:
        if turn.stage in {"NOOP", "FETCH"}:
            act()
        return await turn.carry_out()

    followed.read(hear(OPEN + commands, account=account, around=around))

    true = [mail.flags for mail in inbox.messages().values()]
    assert [have if known is None else known for known, have in zip(followed.flags, true, strict=True)] == true


class _Follower:
    def __init__(self) -> None:
        self.flags: list[frozenset[str] | None] = []

    def read(self, lines: list[bytes]) -> None:
        for words in [line.decode().split(" ", 3) for line in lines if line.startswith(b"* ")]:
            if words[2:3] == ["EXISTS"]:
                self.flags += [None] * (int(words[1]) - len(self.flags))
            elif words[2:3] == ["EXPUNGE"]:
                del self.flags[int(words[1]) - 1]
            elif words[2:3] == ["FETCH"]:
                flags = words[3].removeprefix("(FLAGS (").partition(")")[0].split()
                self.flags[int(words[1]) - 1] = frozenset(flags)

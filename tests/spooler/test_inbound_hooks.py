"""Hooks that see what comes in: nothing gets past one that fails, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import ConnectionLost, CutShort
from msgcore.model import Message, Refused
from msgcore.spi.hooks import Hold, HookAnswer, Processed
from msgcore.testing.modes import Mode
from tests.spooler.incoming_desk import LEAVE, Desk, letter

Act = Callable[[Message], HookAnswer]


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def desk(request: pytest.FixtureRequest) -> Desk:
    desk = Desk(request.param)
    desk.maildrop.put(letter("one"))
    desk.maildrop.put(letter("two"))
    return desk


class Hook:
    """Does what it is told with the letter "one", and lets every other pass."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self.saw: list[str] = []

    async def process_inbound(self, message: Message, deadline: Deadline) -> HookAnswer:
        self.saw.append(message.subject or "")
        return self._act(message) if message.subject == "one" else None


def renamed(message: Message) -> HookAnswer:
    message.subject = "scanned"
    return Processed(message)


def raising(error: Exception) -> Act:
    def act(_: Message) -> HookAnswer:
        raise error

    return act


def stored(desk: Desk) -> list[str]:
    return sorted(mime.read(octets).subject or "" for octets in desk.stored())


def test_what_a_hook_makes_of_a_message_is_stored(desk: Desk) -> None:
    desk.retrieve(hooks=[Hook(renamed)])

    assert (stored(desk), list(desk.maildrop.waiting())) == (["scanned", "two"], [])


def test_a_message_that_was_changed_is_known_again(desk: Desk) -> None:
    """It is left at the server: the journal knows it by what came, not by what was made of it."""
    hook = Hook(renamed)
    desk.retrieve(LEAVE, hooks=[hook])
    report = desk.retrieve(LEAVE, hooks=[hook])

    assert (report.stored, len(hook.saw), stored(desk)) == (0, 2, ["scanned", "two"])


FAULTS: list[tuple[Act, str]] = [
    (lambda _: Hold("not for you"), "Hook: not for you"),
    (lambda _: Refused(text="a virus"), "Hook: a virus"),
    (raising(ZeroDivisionError("boom")), "ZeroDivisionError: boom"),
    (raising(ConnectionLost("the scanner is away")), "Hook: the scanner is away"),
    (raising(CutShort("it hangs")), "it hangs"),
    (lambda _: cast(HookAnswer, "ok"), "need Processed, Hold, Refused or None"),
]


@pytest.mark.parametrize(("act", "reason"), FAULTS)
def test_what_a_hook_holds_or_fails_at_stays_at_the_server(desk: Desk, act: Act, reason: str) -> None:
    report = desk.retrieve(hooks=[Hook(act)])

    assert (stored(desk), len(list(desk.maildrop.waiting())), len(report.faults)) == (["two"], 1, 1)
    assert reason in report.faults[0].text


def test_what_was_held_comes_in_once_the_hook_lets_it(desk: Desk) -> None:
    desk.retrieve(hooks=[Hook(lambda _: Hold("wait"))])
    desk.retrieve(hooks=[Hook(renamed)])

    assert (stored(desk), list(desk.maildrop.waiting())) == (["scanned", "two"], [])

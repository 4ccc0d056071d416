"""A retrieving plug-in that gives nonsense, or what it gives too late."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, CutShort, MsgcoreError, OperationCancelled, PluginBroken
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.guarded_retrieval import GuardedMaildrop, GuardedRetriever
from msgcore.spi.origin import UNIQUE_ID_OCTETS
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import Maildrop, RetrievalPolicy, Retrieved, Waiting
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import ScriptedRuntime

PATIENCE_SECONDS = 30.0
GONE = ConnectionLost("gone")
ODD: Any = None


class Says:
    """A maildrop whose every method gives the same."""

    def __init__(self, given: object) -> None:
        self.given = given

    def list(self, deadline: Deadline) -> object:
        return self.given

    def headers(self, waiting: object, deadline: Deadline) -> object:
        return self.given

    retrieve = delete = headers


def given_by(given: object, method: str) -> object:
    """Ask for message 1, and give the answer as a session has it."""
    runtime = ScriptedRuntime()
    says = Says(given)
    maildrop = GuardedMaildrop(Plugin("mine", says, runtime), says)
    arguments = () if method == "list" else ([Waiting(1)],)
    return runtime.run(getattr(maildrop, method)(*arguments, NEVER))


@pytest.mark.parametrize(
    ("listed", "need"),
    [
        ([Waiting(ODD)], "numbers, from 1 on"),
        ([Waiting(ODD), Waiting(ODD)], "numbers, from 1 on"),
        ([Waiting(True)], "numbers, from 1 on"),
        ([Waiting(0)], "numbers, from 1 on"),
        ([Waiting(1), Waiting(1)], "numbers that rise"),
        ([Waiting(1, ODD)], "a unique_id of bytes"),
        ([Waiting(1, "id")], "a unique_id of bytes"),  # type: ignore[arg-type]  # the test
        ([Waiting(1, b"x" * (UNIQUE_ID_OCTETS + 1))], "a unique_id of bytes, at most"),
        ([Waiting(1, b"", ODD)], "sizes that are integers"),
        ([Waiting(1, b"", -2)], "sizes that are integers"),
        ([Waiting(1, b"", 1 << 63)], "sizes that are integers"),
        ([*map(Waiting, range(1, 5_000)), Waiting(1)], "numbers that rise"),
    ],
)
def test_nonsense_in_a_list_is_told_by_the_name_of_the_method(listed: object, need: str) -> None:
    with pytest.raises(PluginBroken, match=rf"^mine: .*Says\.list gave .*; need {need}"):
        given_by(listed, "list")


@pytest.mark.parametrize("method", ["headers", "retrieve", "delete"])
@pytest.mark.parametrize(
    ("given", "need"),
    [
        (Retrieved([1]), "numbers"),  # type: ignore[arg-type]  # the test
        (Retrieved(1, ODD), "octets that are bytes"),
        (Retrieved(1, "octets"), "octets that are bytes"),  # type: ignore[arg-type]  # the test
        (Retrieved(1, bytearray(b"octets")), "octets that are bytes"),  # type: ignore[arg-type]  # the test
        (Retrieved(1, b"", "no"), "errors of msgcore"),  # type: ignore[arg-type]  # the test
        (Retrieved(1, b"", ValueError("no")), "errors of msgcore"),  # type: ignore[arg-type]  # the test
    ],
)
def test_nonsense_in_place_of_a_message_is_told_by_the_name_of_the_method(
    method: str, given: object, need: str
) -> None:
    with pytest.raises(PluginBroken, match=rf"^mine: .*Says\..* gave .*; need {need}"):
        given_by([given], method)


def test_what_is_no_maildrop_is_a_fault() -> None:
    runtime = ScriptedRuntime()
    plugin = Plugin("mine", object(), runtime)
    maildrop = GuardedMaildrop(plugin, 5)

    with pytest.raises(PluginBroken, match=r"^mine: .*AttributeError: 'int' object has no attribute 'list'"):
        runtime.run(maildrop.list(NEVER))
    assert isinstance(plugin.fault, PluginBroken)


def test_a_message_that_was_not_deleted_needs_an_error() -> None:
    with pytest.raises(PluginBroken, match="need the error that each of them met"):
        given_by([Retrieved(1)], "delete")


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("list", []),
        ("list", [Waiting(1), Waiting(7, b"id", 1 << 40)]),
        ("headers", [Retrieved(1, b"A: b\r\n\r\n")]),
        ("retrieve", [Retrieved(1, error=GONE)]),
        ("delete", []),
        ("delete", [Retrieved(1, error=GONE)]),
    ],
)
def test_what_keeps_to_the_contract_is_given_as_it_is(method: str, given: object) -> None:
    assert given_by(given, method) == given


class SaysAndCloses(Says):
    def close(self) -> None: ...


class SaysAndFailsToClose(Says):
    def close(self) -> None:
        raise ConnectionLost("reset")


@pytest.mark.parametrize("mode", Mode)
def test_an_end_that_fails_leaves_the_fault_of_a_session(mode: Mode) -> None:
    async def main(runtime: Runtime) -> MsgcoreError | None:
        says = SaysAndFailsToClose([Waiting(1), Waiting(1)])
        plugin = Plugin("mine", says, runtime)
        maildrop = GuardedMaildrop(plugin, says)
        with pytest.raises(PluginBroken):
            await maildrop.list(NEVER)
        with pytest.raises(ConnectionLost):
            await maildrop.close(NEVER)
        return plugin.fault

    assert isinstance(mode.run(main), PluginBroken)


@pytest.mark.parametrize("mode", Mode)
def test_the_fault_of_a_session_outlasts_its_end_and_not_the_next_one(mode: Mode) -> None:
    async def main(runtime: Runtime) -> list[bool]:
        says = SaysAndCloses([Waiting(1), Waiting(1)])
        plugin = Plugin("mine", says, runtime)
        maildrop = GuardedMaildrop(plugin, says)
        with pytest.raises(PluginBroken):
            await maildrop.list(NEVER)
        await maildrop.close(NEVER)
        is_shown = [plugin.fault is not None]
        says.given = [Waiting(1)]
        await maildrop.list(NEVER)
        await maildrop.close(NEVER)
        return [*is_shown, plugin.fault is not None]

    assert mode.run(main) == [True, False]


class Closing:
    """A maildrop; ``has_closed`` is set when it is closed."""

    def __init__(self) -> None:
        self.has_closed = threading.Event()

    def close(self) -> object:
        self.has_closed.set()
        return None


class ClosingLater(Closing):
    def close(self) -> Awaitable[None]:
        return self._close()

    async def _close(self) -> None:
        self.has_closed.set()


class Broken(Closing):
    def close(self) -> object:
        self.has_closed.set()
        raise ZeroDivisionError("boom")


class Late:
    """A provider that opens its maildrop when it is told to, whatever the deadline."""

    account = "late"
    retrieval = RetrievalPolicy()

    def __init__(self, maildrop: Closing) -> None:
        self.maildrop: Any = maildrop
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def open_maildrop(self, deadline: Deadline) -> Maildrop:
        self.has_begun.set()
        self.may_end.wait(PATIENCE_SECONDS)
        maildrop: Maildrop = self.maildrop
        return maildrop


def opened_too_late(mode: Mode, maildrop: Closing) -> bool:
    """Open a maildrop past the deadline; say whether it was closed."""

    async def main(runtime: Runtime) -> bool:
        late = Late(maildrop)
        with pytest.raises(CutShort):
            await GuardedRetriever(Plugin("mine", late, runtime), late).open_maildrop(runtime.deadline(0.05))
        late.may_end.set()
        return await runtime.in_thread(lambda: maildrop.has_closed.wait(PATIENCE_SECONDS))

    return mode.run(main)


EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


@EACH_MODE
@pytest.mark.parametrize("make", [Closing, ClosingLater])
def test_a_maildrop_that_comes_too_late_is_closed(mode: Mode, make: Callable[[], Closing]) -> None:
    assert opened_too_late(mode, make())


def test_a_maildrop_that_comes_too_late_and_cannot_be_closed_is_told_of() -> None:
    is_told = threading.Event()

    class Telling(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "mine: what came too late could not be undone: boom":
                is_told.set()

    handler = Telling()
    logging.getLogger("msgcore.plugins").addHandler(handler)
    try:
        assert opened_too_late(Mode.BLOCKING, Broken())
        assert is_told.wait(PATIENCE_SECONDS)
    finally:
        logging.getLogger("msgcore.plugins").removeHandler(handler)


@EACH_MODE
def test_a_maildrop_of_a_call_that_was_cancelled_is_closed(mode: Mode) -> None:
    late = Late(Closing())

    async def main(runtime: Runtime) -> None:
        def cancel() -> None:
            late.has_begun.wait(PATIENCE_SECONDS)
            runtime.cancel()
            late.may_end.set()

        threading.Thread(target=cancel).start()
        await GuardedRetriever(Plugin("mine", late, runtime), late).open_maildrop(runtime.deadline(PATIENCE_SECONDS))

    with pytest.raises(OperationCancelled):
        mode.run(main)
    assert late.maildrop.has_closed.wait(PATIENCE_SECONDS)

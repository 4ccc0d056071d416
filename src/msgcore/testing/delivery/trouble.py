"""Tests of a far end that says nothing, breaks the connection, or is not there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import ClassVar, Self

from msgcore.base.times import Deadline
from msgcore.errors import CutShort, MsgcoreError, OperationCancelled, TimedOut, TryAgain
from msgcore.runtime.abc import Runtime
from msgcore.testing.conformance import needs
from msgcore.testing.delivery.letters import Told
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.delivery.suite import DeliverySuite, F
from msgcore.testing.far_ends import Held, Taken
from msgcore.testing.modes import Mode, call

__all__ = ["TroubleTests", "cancel_when_held"]


class TroubleTests(DeliverySuite[F]):
    """Deadlines, cancelling, and lost connections."""

    deadline_seconds: ClassVar[float] = 0.3
    """How long a call may take in the tests of deadlines; connecting fits into it."""

    cancel_seconds: ClassVar[float] = 5.0
    """How long a call may go on once it is cancelled; msgcore itself waits for a plain ``def`` for a moment."""

    @needs("hold")
    def test_the_deadline_is_kept_when_the_far_end_says_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            config, letter = self.config_for(far_end), self.letter(far_end, "bob", "cia")
            with far_end.hold():

                async def story(opened: Opened) -> tuple[Told, MsgcoreError | None]:
                    return await opened.try_to_send(letter, self.deadline_seconds), opened.plugin.fault

                told, fault = self.at_work(mode, config, story)
            assert not isinstance(fault, CutShort), str(fault)
            assert told.error is None or _is_in_time(told.error), repr(told.error)

    @needs("hold")
    def test_what_is_told_at_the_deadline_is_no_lie(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            config, letter = self.config_for(far_end), self.letter(far_end, "bob", "cia")
            with far_end.hold():
                told = self.try_to_send(mode, config, letter, self.deadline_seconds)
            if not isinstance(told.error, CutShort):  # of that one msgcore says itself that nobody knows
                assert told.contradictions(far_end.taken()) == []

    @needs("hold")
    def test_cancelling_ends_the_call(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            config, letter = self.config_for(far_end), self.letter(far_end, "bob")
            with far_end.hold() as held:

                async def story(opened: Opened) -> bool:
                    end = opened.runtime.deadline(self.cancel_seconds)
                    cancel_when_held(held, opened.runtime, self.ample_seconds)
                    await opened.try_to_send(letter, self.cancel_seconds)
                    return end.is_past

                is_late = self.at_work(mode, config, story)
                assert held.wait(0), "the far end has held nobody"
            assert not is_late, "it went on until its deadline"

    def test_what_is_told_when_time_is_up_after_the_first_recipient_is_no_lie(self, mode: Mode) -> None:
        """From then on nothing is raised: whoever has the message has an outcome, and the others are deferred."""
        with self.far_end() as far_end, _LeapingClock(far_end.taken, self.ample_seconds) as clock:
            config, letter = self.config_for(far_end), self.letter(far_end, "bob", "cia", "dan")

            async def story(opened: Opened) -> Told:
                return await opened.try_to_send(letter, deadline=Deadline.after(self.ample_seconds, clock))

            told = self.at_work(mode, config, story)
            if not isinstance(told.error, CutShort):  # of that one msgcore says itself that nobody knows
                assert told.contradictions(far_end.taken()) == []

    @needs("lose")
    def test_what_may_have_been_taken_is_told_as_unknown(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.lose()
            told = self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob"))
            assert told.contradictions(far_end.taken()) == []
            assert told.by_address == {far_end.address("bob"): "Unknown"}, "no answer came: nobody knows"

    @needs("lose")
    def test_what_is_told_of_several_whose_answers_were_lost_is_no_lie(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.lose()
            told = self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob", "cia"))
            assert told.contradictions(far_end.taken()) == []

    @needs("down_after")
    def test_what_is_told_when_the_far_end_goes_down_after_the_first_recipient_is_no_lie(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.down_after(1)
            told = self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob", "cia", "dan"))
            assert told.contradictions(far_end.taken()) == []

    @needs("lose")
    def test_what_may_have_been_taken_is_not_sent_again(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.lose()
            self.try_to_send(mode, self.config_for(far_end), self.letter(far_end, "bob"))
            assert far_end.attempts(far_end.address("bob")) == 1

    @needs("down")
    def test_a_far_end_that_is_down_means_later(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            config, letter = self.config_for(far_end), self.letter(far_end, "bob", "cia")
            with far_end.down():
                told = self.try_to_send(mode, config, letter)
            _see_that_it_means_later(told)

    @needs("down")
    def test_a_far_end_that_goes_down_between_letters_means_later(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            first, second = self.letter(far_end, "bob"), self.letter(far_end, "bob")
            down = far_end.down()

            async def story(opened: Opened) -> Told:
                await opened.send(first)
                await opened.runtime.in_thread(down.__enter__)
                try:
                    return await opened.try_to_send(second)
                finally:
                    await opened.runtime.in_thread(lambda: down.__exit__(None, None, None))

            _see_that_it_means_later(self.at_work(mode, self.config_for(far_end), story))

    @needs("down")
    def test_it_works_again_once_the_far_end_is_back(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            first, second, third = (self.letter(far_end, "bob") for _ in range(3))
            down = far_end.down()

            async def story(opened: Opened) -> None:
                await opened.send(first)
                await opened.runtime.in_thread(down.__enter__)
                try:
                    await opened.try_to_send(second)
                finally:
                    await opened.runtime.in_thread(lambda: down.__exit__(None, None, None))
                await opened.send(third)

            self.at_work(mode, self.config_for(far_end), story)
            assert third.copies(far_end.taken()) == {far_end.address("bob"): 1}

    @needs("down")
    def test_making_it_reaches_for_nothing(self, mode: Mode) -> None:
        """A constructor does no I/O: a session makes its services before it knows which of them are needed."""
        with self.far_end() as far_end:
            config = self.config_for(far_end)

            async def main(runtime: Runtime) -> None:
                await self.make(config, runtime).close()

            with far_end.down():
                call(mode.runtime(), main)


class _LeapingClock:
    """A clock that leaps ahead once something has been taken: a deadline on it passes between two recipients.

    A far end may block where it is asked, so that a thread does it: whoever looks at this clock may be an event loop.
    """

    def __init__(self, taken: Callable[[], Sequence[Taken]], leap_seconds: float) -> None:
        self._taken = taken
        self._leap_seconds = leap_seconds
        self._asks = ThreadPoolExecutor(1, thread_name_prefix="asks the far end")
        self._has_leapt = False
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._asks.shutdown()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        with self._guard:
            if not self._has_leapt:
                self._has_leapt = bool(self._asks.submit(self._taken).result())
        return time.monotonic() + (self._leap_seconds if self._has_leapt else 0.0)


def cancel_when_held(held: Held, runtime: Runtime, seconds: float) -> None:
    """Cancel from another thread, once the far end lets somebody wait, if it does so in time."""

    def cancel() -> None:
        if held.wait(seconds):
            runtime.cancel()

    threading.Thread(target=cancel, name="cancels", daemon=True).start()


def _is_in_time(error: Exception) -> bool:
    return isinstance(error, TimedOut) and not isinstance(error, CutShort)


def _see_that_it_means_later(told: Told) -> None:
    if told.error is None:
        assert set(told.by_address.values()) == {"Deferred"}, repr(told)
    else:
        assert isinstance(told.error, TryAgain), repr(told.error)
        assert not isinstance(told.error, CutShort | OperationCancelled), repr(told.error)

"""Tests of closing, of what comes after it, and of keeping off the event loop."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from msgcore.errors import UsageError
from msgcore.testing.delivery.letters import Letter, Told
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.delivery.suite import DeliverySuite, F
from msgcore.testing.loopwatch import watch_loop
from msgcore.testing.modes import Mode

__all__ = ["LifeTests"]


class LifeTests(DeliverySuite[F]):
    """From the first letter to after the last."""

    def test_closing_twice_is_harmless(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")

            async def story(opened: Opened) -> None:
                await opened.send(letter)
                await opened.close()
                await opened.close()

            self.at_work(mode, self.config_for(far_end), story)
            assert letter.copies(far_end.taken()).total() == 1

    def test_closing_before_the_first_letter_is_harmless(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.at_work(mode, self.config_for(far_end), lambda opened: opened.close())
            assert list(far_end.taken()) == []

    def test_sending_after_close_raises_usage_error(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            first, second = self.letter(far_end, "bob"), self.letter(far_end, "bob")
            told = self.at_work(mode, self.config_for(far_end), _sent_after_close(first, second))
            assert isinstance(told.error, UsageError), repr(told)

    def test_sending_after_close_sends_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            first, second = self.letter(far_end, "bob"), self.letter(far_end, "bob")
            self.at_work(mode, self.config_for(far_end), _sent_after_close(first, second))
            assert second.copies(far_end.taken()) == {}

    def test_a_second_one_works_after_the_first_was_closed(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            config = self.config_for(far_end)
            letters = [self.letter(far_end, "bob") for _ in range(2)]
            told = [self.try_to_send(mode, config, letter) for letter in letters]
            assert [one.copies(far_end.taken()).total() for one in letters] == [1, 1], repr(told)

    def test_nothing_blocks_the_event_loop(self) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", "cia")
            with watch_loop() as seen:
                self.send(Mode.ASYNCIO, far_end, letter)
            assert [str(one) for one in seen] == []


def _sent_after_close(first: Letter, second: Letter) -> Callable[[Opened], Coroutine[Any, Any, Told]]:
    async def story(opened: Opened) -> Told:
        await opened.send(first)
        await opened.close()
        return await opened.try_to_send(second)

    return story

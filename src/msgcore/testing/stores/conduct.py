"""How a store behaves as a guest in somebody's program: deadlines, its end, the event loop, secrets."""

from __future__ import annotations

import logging

import pytest

from msgcore.errors import MsgcoreError, PluginBroken, TimedOut
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.service import SupportsClose
from msgcore.testing.conformance import needs
from msgcore.testing.loopwatch import watch_loop
from msgcore.testing.modes import gather
from msgcore.testing.secrecy import forms_in, shown_by
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.uses import Scene, answers, uses_of_everything

__all__ = ["Conduct"]

LETTER = Message(subject="hello", text="Hello", attachments=[b"data"])


async def answers_too_late(desk: StoreDesk, scene: Scene) -> dict[str, MsgcoreError | None]:
    """Make every call with a deadline that has passed when it reaches the store."""
    return await answers(uses_of_everything(desk.past_its_deadlines(), scene, desk.runtime.deadline(0)))


class Conduct(StoreSuite):
    def test_every_method_does_what_it_is_asked(self, run: Run) -> None:
        """The other facts here are about the same calls; this one says that none of them is refused for itself."""

        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            scene = await Scene.set_up(desk)
            return await answers(uses_of_everything(desk.store, scene, desk.runtime.deadline(600)))

        answered = run(story, LETTER)
        assert answered == dict.fromkeys(answered)

    # Deadlines.

    def test_a_call_whose_deadline_is_past_raises_timed_out(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            return await answers_too_late(desk, await Scene.set_up(desk))

        wrong = {name: error for name, error in run(story, LETTER).items() if not isinstance(error, TimedOut)}
        assert wrong == {}

    def test_a_call_whose_deadline_is_past_changes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            scene = await Scene.set_up(desk)
            before = await desk.all_there_is()
            await answers_too_late(desk, scene)
            return before, await desk.all_there_is()

        before, after = run(story, LETTER)
        assert after == before

    # Its end.

    @needs("close")
    def test_a_call_after_the_end_raises_an_error_of_msgcore(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            scene = await Scene.set_up(desk)
            await desk.plugin.close()
            return await answers(uses_of_everything(desk.past_its_end(), scene, desk.runtime.deadline(600)))

        answered = run(story, LETTER)
        assert {
            name: error for name, error in answered.items() if error is None or isinstance(error, PluginBroken)
        } == {}

    @needs("close")
    def test_a_call_after_the_end_changes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            scene = await Scene.set_up(desk)
            before = await desk.all_there_is()
            await desk.plugin.close()
            await answers(uses_of_everything(desk.past_its_end(), scene, desk.runtime.deadline(600)))
            await desk.reopen()
            return before, await desk.all_there_is()

        before, after = run(story, LETTER)
        assert after == before

    @needs("close")
    def test_closing_twice_is_closing_once(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            service = desk.plugin.target
            assert isinstance(service, SupportsClose)
            await desk.plugin.call(service.close, deadline=desk.runtime.deadline(60))
            await desk.reopen()  # closes it again
            return await desk.subjects()

        assert run(story, LETTER) == ["hello"]

    def test_a_logon_that_ends_leaves_another_one_working(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            other = await desk.beside()
            await other.close()
            return await desk.subjects()

        assert run(story, LETTER) == ["hello"]

    # Company.

    def test_calls_side_by_side_all_come_to_their_end(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            found: list[str] = []

            async def load() -> None:
                found.append((await desk.load(desk.ids[0])).subject)

            await gather(desk.runtime, *(load() for _ in range(12)))
            return found

        assert run(story, LETTER) == ["hello"] * 12

    @needs(Capability.CREATE)
    def test_messages_saved_side_by_side_are_all_kept(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            await gather(desk.runtime, *(desk.save_one(Message(subject=str(number))) for number in range(12)))
            return len(set(await desk.subjects()))

        assert run(story) == 12

    def test_nothing_blocks_the_event_loop(self, run_on_loop: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            scene = await Scene.set_up(desk)
            await answers(uses_of_everything(desk.store, scene, NEVER))
            await desk.reopen()

        with watch_loop() as seen:
            run_on_loop(story, LETTER)
        assert [str(one) for one in seen] == []

    # Secrets.

    @needs("secret")
    def test_neither_the_configuration_nor_the_store_shows_a_secret(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            return "\n".join(shown_by(one) for one in (desk.config, desk.plugin.target, desk.provider))

        assert forms_in(run(story), self.secret) == []

    @needs("secret")
    def test_no_error_shows_a_secret(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            scene = await Scene.set_up(desk)
            late = await answers_too_late(desk, scene)
            await desk.plugin.close()
            closed = await answers(uses_of_everything(desk.past_its_end(), scene, desk.runtime.deadline(600)))
            return "\n".join(shown_by(error) for error in (*late.values(), *closed.values()))

        assert forms_in(run(story, LETTER), self.secret) == []

    @needs("secret")
    def test_no_log_shows_a_secret(self, run: Run, caplog: pytest.LogCaptureFixture) -> None:
        async def story(desk: StoreDesk) -> None:
            scene = await Scene.set_up(desk)
            await answers(uses_of_everything(desk.store, scene, NEVER))

        with caplog.at_level(logging.DEBUG):
            run(story, LETTER)
        assert forms_in(caplog.text, self.secret) == []

"""A store that is looked after: in good order whatever was done, compacted without loss, backed up as it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from msgcore.errors import NotSupported, ObjectDeleted, UsageError
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.uses import Scene, answers, uses_of_everything

__all__ = ["Maintaining"]

C = Capability
WITH_FILE = Message(subject="hello", text="Hello", attachments=[b"data"])
YEARS = timedelta(days=3_000)
"""Longer than any store keeps what was deleted."""


class Maintaining(StoreSuite):
    @needs(C.MAINTENANCE)
    def test_a_store_has_no_fault_whatever_was_done(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            scene = await Scene.set_up(desk)
            await answers(uses_of_everything(desk.store, scene, desk.runtime.deadline(600)))
            return list(await desk.store.check(NEVER))

        assert run(story, WITH_FILE, OTHER) == []

    @needs(C.MAINTENANCE, C.DELETE)
    def test_compacting_changes_nothing_that_is_seen(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], tuple[list[object], list[object]]]:
            await desk.store.delete(desk.ids[:1], NEVER)
            before = await desk.all_there_is()
            await desk.store.compact(NEVER)
            return before, await desk.now_and_at_the_next_logon(desk.all_there_is)

        before, after = run(story, OLD, NEW, OTHER)
        assert after == (before, before)

    @needs(C.MAINTENANCE, C.RECOVERY, C.DELETE)
    def test_what_was_deleted_years_ago_is_gone_for_good_with_compacting(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            await desk.store.delete(desk.ids, NEVER)
            desk.clock.move(YEARS)
            await desk.store.compact(NEVER)
            with pytest.raises(ObjectDeleted):
                await desk.store.restore(desk.ids, NEVER)

        run(story, OLD)

    @needs(C.MAINTENANCE, C.DELETE)
    def test_a_backup_is_the_store_of_its_moment(self, run: Run, tmp_path: Path) -> None:
        """Where ``config_of_backup`` says that there is none, it is refused."""
        path = tmp_path / "backup"
        config = self.config_of_backup(path)

        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            before = await desk.all_there_is()
            if config is None:
                with pytest.raises(NotSupported):
                    await desk.store.backup(path, NEVER)
                return before, before
            await desk.store.backup(path, NEVER)
            await desk.store.delete(desk.ids[:1], NEVER)
            return before, await (await desk.another(config)).all_there_is()

        before, saved = run(story, OLD, NEW)
        assert saved == before

    @needs(C.MAINTENANCE)
    def test_a_backup_goes_to_no_file_that_is_there(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "backup"
        path.write_bytes(b"mine")

        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await desk.store.backup(path, NEVER)

        run(story, OLD)
        assert path.read_bytes() == b"mine"

"""Stores that are looked after with one fault each, and one without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.spi.capability import Capability
from msgcore.spi.recovery import Fault
from msgcore.spi.store import EVERY_ROW, SpecialFolder
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.testing.stores.maintaining import Maintaining
from tests.testing.faulty_stores import SoundService, store_fault


class Maintained(MemoryStore):
    """A store in memory that is looked after; the path of a backup names another store in memory."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return super().capabilities | {Capability.MAINTENANCE}

    def check(self, deadline: Deadline) -> Sequence[Fault]:
        self._state(deadline)
        return []

    def backup(self, path: Path, deadline: Deadline) -> None:
        self._state(deadline)
        try:
            path.touch(exist_ok=False)
        except FileExistsError as error:
            raise UsageError(f"{path}: is there already") from error
        SoundService.memories[str(path)] = self.copied()

    def copied(self) -> StoreMemory:
        saved = StoreMemory(self.display_name)
        saved.uid = self.uid
        with saved.change() as state:
            for name, value in attrs.asdict(self._memory.state.copy(), recurse=False).items():
                setattr(state, name, value)
        return saved

    def compact(self, deadline: Deadline) -> None:
        self.purge_before(self._clock.now() - timedelta(days=14), deadline)


class MaintainedService(SoundService):
    """No fault, either."""

    store_class = Maintained


@store_fault(Maintaining, "a_store_has_no_fault_whatever_was_done")
class CriesWolf(Maintained):
    def check(self, deadline: Deadline) -> Sequence[Fault]:
        inbox = self.special_folders(deadline)[SpecialFolder.INBOX]
        return [Fault("inbox", "has messages")] if self.count(inbox, EVERY_ROW, deadline) else []


@store_fault(Maintaining, "compacting_changes_nothing_that_is_seen")
class CompactsWhatMayComeBack(Maintained):
    def compact(self, deadline: Deadline) -> None:
        self.purge_before(self._clock.now() + timedelta(days=1), deadline)


@store_fault(Maintaining, "what_was_deleted_years_ago_is_gone_for_good_with_compacting")
class KeepsForEver(Maintained):
    def compact(self, deadline: Deadline) -> None:
        self._state(deadline)


@store_fault(Maintaining, "a_backup_is_the_store_of_its_moment")
class BackupThatGoesOn(Maintained):
    def copied(self) -> StoreMemory:
        return self._memory


@store_fault(Maintaining, "a_backup_is_the_store_of_its_moment")
class BackupOfHalf(Maintained):
    def copied(self) -> StoreMemory:
        saved = super().copied()
        with saved.change() as state:
            for number in list(state.messages)[1:]:
                state.drop(number)
        return saved


@store_fault(Maintaining, "a_backup_goes_to_no_file_that_is_there")
class BackupOverAFile(Maintained):
    def backup(self, path: Path, deadline: Deadline) -> None:
        path.unlink(missing_ok=True)
        super().backup(path, deadline)

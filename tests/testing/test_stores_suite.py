"""The suite for stores: what passes it, and what it finds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.model import Message
from msgcore.props.table import PidTagEntryId
from msgcore.providers.internal.service import PersonalFoldersConfig, PersonalFoldersService
from msgcore.runtime import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import Incoming, SpecialFolder, TableQuery
from msgcore.testing.memory_store import MemoryStore, MemoryStoreConfig, MemoryStoreService, StoreMemory
from msgcore.testing.stores import StoreConformance
from msgcore.testing.stores.maintaining import Maintaining
from tests.conftest import SOAK
from tests.testing import (
    faulty_changes,
    faulty_folders,
    faulty_journals,
    faulty_keeping,
    faulty_loading,
    faulty_maintenance,
    faulty_searches,
    faulty_telling,
)
from tests.testing.faulty_stores import FAULTS
from tests.testing.planted import Verdict, verdicts

# All that a store may be able to do.
EVERY_ABILITY = frozenset(Capability) - {
    Capability.BATCHES,
    Capability.IDENTITY,
    Capability.FLUSH,
    Capability.TRACKING,
    Capability.PREVIEW,
    Capability.CONFIG_CHANGES,
    Capability.PROVIDER_UIDS,
    Capability.ENTRIES,
    Capability.MEMBERS,
    Capability.SENT_MAIL,
    Capability.FOLDER_NOTIFY,
    Capability.BULK_LOAD,  # of a file, messages are loaded as soon one by one
}


class TestInternalStore(StoreConformance):
    service_class = PersonalFoldersService
    capabilities = EVERY_ABILITY
    examples = 10

    def config(self, place: Path) -> PersonalFoldersConfig:
        return PersonalFoldersConfig(place / "mail.db")

    def config_of_backup(self, path: Path) -> PersonalFoldersConfig:
        return PersonalFoldersConfig(path)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory, where the system has room for files there: these tests would mostly wait for the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


class TestMemoryStoreForReading(StoreConformance):
    """A store that can only be read: messages come into it behind its back."""

    service_class = MemoryStoreService
    capabilities = frozenset(
        {Capability.GROUPS, Capability.NOTIFY, Capability.CHANGES, Capability.STREAMS, Capability.BULK_LOAD}
    )
    home = SpecialFolder.SENT_ITEMS
    examples = 5

    def config(self, place: Path) -> MemoryStoreConfig:
        return MemoryStoreConfig(f"memory://{place}", read_only=True)

    def fill(self, place: Path, messages: Sequence[Message]) -> None:
        name = self.config(place).name
        store = MemoryStore(MemoryStoreService.memories.setdefault(name, StoreMemory()))
        folder = store.special_folders(NEVER)[self.home]
        store.save(folder, [Incoming(message) for message in messages], NEVER)

    def take_away(self, place: Path, number: int) -> None:
        store = MemoryStore(MemoryStoreService.memories[self.config(place).name])
        rows = store.query(store.special_folders(NEVER)[self.home], TableQuery((PidTagEntryId,)), NEVER)
        numbers = sorted(EntryId.parse(row[PidTagEntryId]).number for row in rows)
        store.purge([EntryId(store.uid, ObjectKind.MESSAGE, numbers[number])], NEVER)


# What hypothesis finds by chance adds nothing to the tests of one fact each, and takes its time.
DRAWN = frozenset(
    {
        "test_a_search_shows_whatever_happens",
        "test_journals_say_what_was_noted_and_stored_and_deleted",
        "test_any_properties_of_a_folder_are_kept_with_value_and_type",
        "test_any_search_finds_the_messages_that_match",
        "test_pieces_of_any_attachment_are_its_data",
        "test_whoever_follows_the_changes_has_what_the_store_has",
        "test_a_message_that_was_read_comes_back_octet_for_octet",
        "test_a_restriction_leaves_the_rows_that_match_leaves",
        "test_a_row_says_what_the_loaded_message_says",
        "test_any_message_comes_back_as_it_was_given",
        "test_any_properties_come_back_with_value_and_type",
        "test_groups_are_those_of_the_loaded_messages",
        "test_pages_from_any_place_are_those_of_the_whole",
        "test_rows_come_in_the_order_that_the_keys_say",
    }
)


FOUND_BY_CHANCE = [
    ("RestrictionMisread", "test_a_restriction_leaves_the_rows_that_match_leaves"),
    ("UnsortedTable", "test_rows_come_in_the_order_that_the_keys_say"),
    ("OriginForgotten", "test_pages_from_any_place_are_those_of_the_whole"),
    ("LostBcc", "test_any_message_comes_back_as_it_was_given"),
    ("SearchIsOfItsMoment", "test_a_search_shows_whatever_happens"),
    ("SearchFindsEverySection", "test_a_search_shows_whatever_happens"),
    ("TextsOnly", "test_any_properties_of_a_folder_are_kept_with_value_and_type"),
    ("SearchMisread", "test_any_search_finds_the_messages_that_match"),
    ("StreamsWithoutAnEnd", "test_pieces_of_any_attachment_are_its_data"),
    ("UnstoredByNoting", "test_journals_say_what_was_noted_and_stored_and_deleted"),
    ("NothingIsCreated", "test_whoever_follows_the_changes_has_what_the_store_has"),
]


# Of the examples that hypothesis draws always the same, and no shorter one for a failure that is to be.
HEAD = """
from hypothesis import Phase, settings
from msgcore.spi.capability import Capability
from msgcore.testing.stores import StoreConformance
from msgcore.testing.stores.identity import Identity
from msgcore.testing.stores.moves import Moves
from msgcore.testing.stores.maintaining import Maintaining
from tests.testing import faulty_changes, faulty_folders, faulty_journals
from tests.testing import faulty_keeping, faulty_loading, faulty_maintenance, faulty_searches, faulty_telling
from tests.testing.drawers import NumberedByPlace
from tests.testing.faulty_stores import FAULTS, StoreOfTests

settings.register_profile("planted", derandomize=True, phases=[Phase.generate])
settings.load_profile("planted")

class TestSound(StoreOfTests, StoreConformance): ...

class TestForgotten(StoreOfTests, Identity, Moves):
    capabilities = StoreOfTests.capabilities - {Capability.DELETE}

class TestNumberedByPlace(NumberedByPlace): ...

class TestMaintained(StoreOfTests, Maintaining):
    service_class = faulty_maintenance.MaintainedService
    capabilities = StoreOfTests.capabilities | {Capability.MAINTENANCE}
"""
PLANTED = """
class Test{name}(StoreOfTests, FAULTS["{name}"].part):
    service_class = FAULTS["{name}"].service_class
    capabilities = StoreOfTests.capabilities | ({{Capability.MAINTENANCE}} if {is_maintained} else set())
"""
# A class has no test in whose place it puts nothing.
UNDRAWN = "    {test} = None\n"


# With the stores in these modules; the planted tests import them, too.
FAULTY = (
    faulty_changes,
    faulty_folders,
    faulty_journals,
    faulty_keeping,
    faulty_loading,
    faulty_maintenance,
    faulty_searches,
    faulty_telling,
)


def _planted(name: str) -> str:
    """Plant a fault among its tests of one fact each, and those drawn ones that have to find it."""
    left = sorted(DRAWN - {test for one, test in FOUND_BY_CHANCE if one == name})
    planted = PLANTED.format(name=name, is_maintained=FAULTS[name].part is Maintaining)
    return planted + "".join(UNDRAWN.format(test=test) for test in left)


# Each fault takes a run of its part of the suite: a third of them in every run, all of them in the long one.
NOW = frozenset(list(FAULTS)[:: 1 if SOAK else 6])


def _case(name: str, *more: str) -> object:
    return pytest.param(name, *more, marks=() if name in NOW else pytest.mark.soak)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    """What the suite says of the sound store in both modes, and of each one with a fault in one of them."""
    text = HEAD + "".join(_planted(name) for name in FAULTS if name in NOW)
    return verdicts(text, tmp_path_factory.mktemp("planted"), "-k", "TestSound or TestMaintained or not blocking")


@pytest.mark.parametrize("name", [_case(name) for name in FAULTS])
def test_the_suite_finds_the_fault_and_names_it(name: str, found: Mapping[str, Verdict]) -> None:
    assert sorted(found[f"Test{name}"].failed - DRAWN) == sorted(FAULTS[name].found_by)


@pytest.mark.parametrize(("name", "test"), [_case(*pair) for pair in FOUND_BY_CHANCE])
def test_what_is_drawn_finds_the_fault_too(name: str, test: str, found: Mapping[str, Verdict]) -> None:
    assert test in found[f"Test{name}"].failed


def test_a_store_without_a_fault_passes_whole(found: Mapping[str, Verdict]) -> None:
    assert (sorted(found["TestSound"].failed), len(found["TestSound"].passed) > 300) == ([], True)


def test_a_store_that_is_looked_after_without_a_fault_passes(found: Mapping[str, Verdict]) -> None:
    assert (sorted(found["TestMaintained"].failed), len(found["TestMaintained"].passed)) == ([], 5)


def test_an_ability_that_is_not_declared_is_found(found: Mapping[str, Verdict]) -> None:
    assert sorted(found["TestForgotten"].failed) == ["test_the_store_can_do_what_is_declared"]


def test_a_store_that_numbers_messages_by_their_places_and_has_one_uid_for_all_is_found(
    found: Mapping[str, Verdict],
) -> None:
    assert found["TestNumberedByPlace"].failed == {
        "test_entry_ids_of_the_others_stay_when_a_message_goes",
        "test_another_store_of_the_service_has_another_uid",
    }


def test_tests_of_what_is_not_declared_are_not_there(found: Mapping[str, Verdict]) -> None:
    there = found["TestForgotten"].passed
    assert "test_a_deleted_message_is_in_no_table" not in there
    assert "test_a_moved_message_keeps_its_entry_id" in there

"""Stores with one fault each in how they load several messages together."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model import Message
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.stores.loading import Loading
from tests.testing.faulty_stores import store_fault


@store_fault(
    Loading,
    "a_message_that_is_named_twice_is_given_twice",
    "messages_are_given_in_the_order_asked_for",
    "messages_of_two_folders_are_given_in_the_order_asked_for",
    "what_is_no_message_is_refused_at_its_turn",
)
class LoadsInItsOwnOrder(MemoryStore):
    def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        return super().load_many(sorted(entry_ids, key=lambda one: one.number), load_limit_octets, deadline)


@store_fault(
    Loading, "a_message_that_is_gone_does_not_end_the_rest", "the_message_of_another_store_does_not_end_the_rest"
)
class EndsAtWhatIsGone(MemoryStore):
    def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        return [self.load(one, load_limit_octets, deadline) for one in entry_ids[:1]]


@store_fault(Loading, "of_messages_above_the_load_limit_attachments_are_not_loaded")
class LoadsEverything(MemoryStore):
    def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        return super().load_many(entry_ids, 1 << 40, deadline)

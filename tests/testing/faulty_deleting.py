"""Retrievers with one fault each in deleting, and the tests that have to find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost
from msgcore.runtime import NEVER
from msgcore.spi.retrieval import Retrieved, Waiting
from tests.testing.honest_retrievers import HonestMaildrop, HonestRetriever
from tests.testing.post_offices import Broken

__all__ = ["DELETING_FAULTS"]

T = TypeVar("T")


class DeletesAtOnce(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def remove(self, number: int) -> Retrieved | None:
            kept = super().remove(number)
            self.visit.commit()
            return kept


class DeletesAtClose(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def close(self) -> None:
            if not self.is_closed:
                await self.commit(NEVER)


class DeletesTheNextOne(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def remove(self, number: int) -> Retrieved | None:
            self.visit.deleted.add(min(number + 1, len(self.visit.listed)))
            return super().remove(number)


class CommitsNothing(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def commit(self, deadline: Deadline) -> None:
            await self.ask(self.visit.check, deadline)
            await self.close()


class CommitsAll(HonestRetriever):
    """It deletes what it lists when it has nothing to delete."""

    class maildrop_class(HonestMaildrop):
        async def commit(self, deadline: Deadline) -> None:
            if not self.visit.deleted:
                self.visit.deleted = set(range(1, len(self.visit.listed) + 1))
            await super().commit(deadline)


class TellsTheDeletedAsKept(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def delete(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            await super().delete(waiting, deadline)
            return [Retrieved(one.number, error=ConnectionLost("it was not")) for one in waiting]


class DeletesTwenty(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def remove(self, number: int) -> Retrieved | None:
            return super().remove(number) if len(self.visit.deleted) < 20 else None


class RemembersDeletions(HonestRetriever):
    """What was to be deleted is deleted by the next session that commits."""

    marks: ClassVar[dict[str, set[bytes]]] = {}

    class maildrop_class(HonestMaildrop):
        @property
        def marks(self) -> set[bytes]:
            return RemembersDeletions.marks.setdefault(self.visit.office.name, set())

        def remove(self, number: int) -> Retrieved | None:
            self.marks.add(self.visit.listed[number - 1].unique_id)
            return super().remove(number)

        async def commit(self, deadline: Deadline) -> None:
            for number, one in enumerate(self.visit.listed, start=1):
                if one.unique_id in self.marks:
                    self.visit.deleted.add(number)
            await super().commit(deadline)


class NothingToDeleteEndsTheSession(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def remove(self, number: int) -> Retrieved | None:
            kept = super().remove(number)
            if kept is not None:
                raise Broken("there is no such message")
            return kept


class NoCommitOfNothing(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def commit(self, deadline: Deadline) -> None:
            if not self.visit.listed:
                raise ConnectionLost("there is nothing to commit")
            await super().commit(deadline)


_EXACTLY = {
    "test_closing_after_commit_is_harmless",
    "test_deleting_one_that_is_gone_harms_no_other",
    "test_unique_ids_stay_when_other_messages_come_and_go",
    "test_what_is_left_is_listed_in_the_next_session",
    "test_what_was_deleted_and_committed_is_gone_and_nothing_else",
    "test_what_was_retrieved_and_deleted_is_gone_and_nothing_else",
}
_NOT_COMMITTED = {
    "test_a_call_after_close_deletes_nothing",
    "test_a_call_after_the_deadline_deletes_nothing",
    "test_a_lost_session_deletes_nothing",
    "test_closing_twice_is_harmless",
    "test_what_was_not_committed_is_not_deleted",
    "test_what_was_not_committed_is_not_deleted_by_the_next_session",
}

DELETING_FAULTS: Mapping[type[object], set[str]] = {
    DeletesAtOnce: _NOT_COMMITTED,
    DeletesAtClose: {
        *_NOT_COMMITTED,
        "test_a_new_session_works_after_one_was_lost",
        "test_closing_after_a_lost_connection_is_harmless",
    },
    DeletesTheNextOne: _EXACTLY,
    CommitsNothing: {
        *_EXACTLY,
        "test_without_a_deadline_it_retrieves_and_deletes",
        "test_many_messages_are_deleted",
        "test_what_was_not_committed_is_not_deleted_by_the_next_session",
    },
    CommitsAll: {"test_committing_without_deleting_deletes_nothing"},
    TellsTheDeletedAsKept: {"test_what_was_deleted_is_told_as_such"},
    DeletesTwenty: {"test_many_messages_are_deleted"},
    RemembersDeletions: {"test_what_was_not_committed_is_not_deleted_by_the_next_session"},
    NothingToDeleteEndsTheSession: {"test_deleting_one_that_is_gone_harms_no_other"},
    NoCommitOfNothing: {"test_an_empty_maildrop_is_committed"},
}

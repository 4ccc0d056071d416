"""Retrievers with one fault each in trouble, with secrets, and when they are closed, and the tests to find it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import AuthenticationRefused, Closed, ConnectionLost, MaildropInUse, SetupError, TimedOut
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.retrieval import Retrieved, Waiting
from tests.testing.honest_retrievers import HonestMaildrop, HonestRetriever, log
from tests.testing.post_offices import Broken, PostOfficeConfig, Visit

__all__ = ["SESSION_FAULTS"]

T = TypeVar("T")


class IgnoresTheDeadline(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def ask(self, work: Callable[[], T], deadline: Deadline) -> T:
            return await super().ask(work, NEVER)


class IgnoresTheDeadlineWhenOpening(HonestRetriever):
    async def open_maildrop(self, deadline: Deadline) -> HonestMaildrop:
        return await super().open_maildrop(NEVER)


class CountsTheSeconds(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def ask(self, work: Callable[[], T], deadline: Deadline) -> T:
            int(deadline.remaining_seconds())
            return await super().ask(work, deadline)


class EmptiesItWhenLate(HonestRetriever):
    """It takes silence for yes."""

    async def open_maildrop(self, deadline: Deadline) -> HonestMaildrop:
        try:
            return await super().open_maildrop(deadline)
        except TimedOut:
            self.office.items.clear()
            raise


class IgnoresCancelling(HonestRetriever):
    async def open_maildrop(self, deadline: Deadline) -> HonestMaildrop:
        with self.runtime.shielded():
            return await super().open_maildrop(deadline)


class LostAsGone(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            try:
                return await super().retrieve(waiting, deadline)
            except ConnectionLost as error:
                return [Retrieved(one.number, error=error) for one in waiting]


class LostAsCommitted(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def commit(self, deadline: Deadline) -> None:
            try:
                await super().commit(deadline)
            except ConnectionLost:
                self.is_closed = True


class LosesHeart(HonestRetriever):
    """Once it could not open the maildrop, it never tries again."""

    has_failed = False

    def begin(self) -> Visit:
        if self.has_failed:
            raise Broken("it was out of reach before")
        try:
            return super().begin()
        except Broken:
            self.has_failed = True
            raise


class CannotBeginAgain(HonestRetriever):
    """It goes on with the connection that it has, also when that is lost."""

    visit: Visit | None = None

    def begin(self) -> Visit:
        fresh = super().begin()
        if self.visit is not None and self.visit.is_lost:
            return self.visit
        self.visit = fresh
        return fresh


class DownAsSetUp(HonestRetriever):
    async def open_maildrop(self, deadline: Deadline) -> HonestMaildrop:
        try:
            return await super().open_maildrop(deadline)
        except ConnectionLost as error:
            raise SetupError(str(error)) from error


class ReachesWhenMade(HonestRetriever):
    def __init__(self, config: PostOfficeConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.begin()


class InUseAsLost(HonestRetriever):
    def check(self) -> None:
        try:
            super().check()
        except MaildropInUse as error:
            raise ConnectionLost(str(error)) from error


class InUseForGood(HonestRetriever):
    was_in_use = False

    def check(self) -> None:
        if self.was_in_use:
            raise MaildropInUse("it was in use before")
        try:
            super().check()
        except MaildropInUse:
            self.was_in_use = True
            raise


class WrongTokenAsLost(HonestRetriever):
    def check(self) -> None:
        try:
            super().check()
        except AuthenticationRefused as error:
            raise ConnectionLost(str(error)) from error


class SecretInRepr(HonestRetriever):
    def __repr__(self) -> str:
        return f"SecretInRepr({self.config.name!r}, {self.config.token.reveal()!r})"


class SecretInTheLog(HonestRetriever):
    def begin(self) -> Visit:
        log.debug("Authorization: Bearer %s", self.config.token.reveal())
        return super().begin()


class SecretInTheError(HonestRetriever):
    def check(self) -> None:
        try:
            super().check()
        except AuthenticationRefused as error:
            raise AuthenticationRefused(f"no such token: {self.config.token.reveal()}") from error


class SecretInTheCause(HonestRetriever):
    def begin(self) -> Visit:
        try:
            return super().begin()
        except Broken:
            raise Broken("out of reach") from OSError(f"https://{self.config.token.reveal()}@office.test")


class FailsToCloseTwice(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        closings = 0

        async def close(self) -> None:
            self.closings += 1
            assert self.closings == 1
            await super().close()


class FailsToCloseWhatWasCommitted(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def close(self) -> None:
            if self.is_committed:
                raise ConnectionLost("the session has ended")
            await super().close()


class FailsToCloseWhatWasLost(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def close(self) -> None:
            if not self.is_closed:
                await self.ask(self.visit.check, NEVER)
            await super().close()


class WorksAfterClose(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def close(self) -> None:
            return


class RaisesWhatItLikesAfterClose(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def ask(self, work: Callable[[], T], deadline: Deadline) -> T:
            try:
                return await super().ask(work, deadline)
            except Closed as error:
                raise RuntimeError(str(error)) from error


class EmptiesWhatItNeverOpened(HonestRetriever):
    last: Visit | None = None

    def begin(self) -> Visit:
        self.last = super().begin()
        return self.last

    async def close(self) -> None:
        if self.last is None:
            self.office.items.clear()


class OneInALife(HonestRetriever):
    """What it opens is its class's, not its own."""

    opened: ClassVar[dict[str, HonestRetriever]] = {}

    def begin(self) -> Visit:
        if self.opened.setdefault(self.config.name, self) is not self:
            raise Broken("another was here before")
        return super().begin()


class OneSessionInALife(HonestRetriever):
    sessions = 0

    def begin(self) -> Visit:
        self.sessions += 1
        if self.sessions > 2:
            raise Broken("that was enough")
        return super().begin()


class SeesWhatWasThereAtFirst(HonestRetriever):
    seen: frozenset[bytes] | None = None

    def begin(self) -> Visit:
        visit = super().begin()
        if self.seen is None:
            self.seen = frozenset(one.unique_id for one in visit.listed)
        visit.listed = [one for one in visit.listed if one.unique_id in self.seen]
        return visit


class BlocksTheLoop(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def list(self, deadline: Deadline) -> Sequence[Waiting]:
            time.sleep(0.001)  # noqa: ASYNC251  # the fault
            return await super().list(deadline)


_EXACTLY = {
    "test_closing_after_commit_is_harmless",
    "test_deleting_one_that_is_gone_harms_no_other",
    "test_unique_ids_stay_when_other_messages_come_and_go",
    "test_what_is_left_is_listed_in_the_next_session",
    "test_what_was_deleted_and_committed_is_gone_and_nothing_else",
    "test_what_was_retrieved_and_deleted_is_gone_and_nothing_else",
}

SESSION_FAULTS: Mapping[type[object], set[str]] = {
    IgnoresTheDeadline: {
        "test_a_call_after_the_deadline_deletes_nothing",
        "test_a_call_after_the_deadline_raises_timed_out",
    },
    CountsTheSeconds: {"test_without_a_deadline_it_retrieves_and_deletes"},
    IgnoresTheDeadlineWhenOpening: {
        "test_opening_after_the_deadline_raises_timed_out",
        "test_the_deadline_is_kept_when_the_far_end_says_nothing",
    },
    EmptiesItWhenLate: {"test_nothing_is_deleted_when_the_far_end_says_nothing"},
    IgnoresCancelling: {"test_cancelling_ends_the_call"},
    LostAsGone: {"test_a_lost_connection_is_told_as_such"},
    LostAsCommitted: {"test_a_commit_that_was_not_answered_raises"},
    LosesHeart: {"test_it_works_again_once_the_far_end_is_back"},
    CannotBeginAgain: {"test_a_new_session_works_after_one_was_lost"},
    DownAsSetUp: {"test_a_far_end_that_is_down_means_later"},
    ReachesWhenMade: {"test_a_far_end_that_is_down_means_later", "test_making_it_reaches_for_nothing"},
    InUseAsLost: {"test_a_maildrop_that_another_has_open_is_in_use"},
    InUseForGood: {"test_it_works_again_once_the_other_is_gone"},
    WrongTokenAsLost: {"test_wrong_credentials_raise_authentication_refused"},
    SecretInRepr: {"test_nothing_that_is_opened_shows_the_secret"},
    SecretInTheLog: {"test_no_log_shows_the_secret"},
    SecretInTheError: {"test_the_error_for_wrong_credentials_does_not_show_them"},
    SecretInTheCause: {"test_the_error_for_a_far_end_that_is_down_shows_no_secret"},
    FailsToCloseTwice: {
        "test_a_call_after_close_deletes_nothing",
        "test_a_call_after_close_raises_an_error_of_msgcore",
        "test_closing_after_a_lost_connection_is_harmless",
        "test_closing_after_commit_is_harmless",
        "test_closing_twice_is_harmless",
    },
    FailsToCloseWhatWasCommitted: {
        *_EXACTLY,
        "test_without_a_deadline_it_retrieves_and_deletes",
        "test_a_unique_id_is_not_given_again",
        "test_an_empty_maildrop_is_committed",
        "test_committing_without_deleting_deletes_nothing",
        "test_many_messages_are_deleted",
        "test_nothing_blocks_the_event_loop",
        "test_what_was_deleted_is_told_as_such",
        "test_what_was_not_committed_is_not_deleted_by_the_next_session",
    },
    FailsToCloseWhatWasLost: {
        "test_a_lost_session_deletes_nothing",
        "test_a_new_session_works_after_one_was_lost",
        "test_closing_after_a_lost_connection_is_harmless",
    },
    WorksAfterClose: {"test_a_call_after_close_deletes_nothing", "test_a_call_after_close_raises_an_error_of_msgcore"},
    RaisesWhatItLikesAfterClose: {"test_a_call_after_close_raises_an_error_of_msgcore"},
    EmptiesWhatItNeverOpened: {
        "test_closing_it_before_the_first_session_is_harmless",
        "test_nothing_is_deleted_when_the_far_end_says_nothing",
    },
    OneInALife: {
        "test_a_second_one_works_after_the_first_was_closed",
        "test_a_unique_id_is_not_given_again",
        "test_any_message_is_given_octet_for_octet",
        "test_unique_ids_are_the_same_in_the_next_session",
        "test_unique_ids_stay_when_other_messages_come_and_go",
        "test_what_is_left_is_listed_in_the_next_session",
        "test_what_was_not_committed_is_not_deleted_by_the_next_session",
    },
    OneSessionInALife: {"test_sessions_work_one_after_the_other"},
    SeesWhatWasThereAtFirst: {"test_a_session_sees_what_came_since_the_last"},
    BlocksTheLoop: {"test_nothing_blocks_the_event_loop"},
}

"""Mailboxes in memory: what a test sees and does beside the sessions of a server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.testing.memory_mailboxes import MemoryAccount

LETTER = b"Subject: x\r\n\r\nx\r\n"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_a_unique_id_is_not_used_again() -> None:
    inbox = MemoryAccount().mailbox()
    last = inbox.put(LETTER)
    inbox.remove([last])

    assert inbox.put(LETTER) == last + 1


def test_a_message_may_have_a_later_unique_id() -> None:
    inbox = MemoryAccount().mailbox()

    assert [inbox.put(LETTER, uid=4_000_000_000), inbox.put(LETTER)] == [4_000_000_000, 4_000_000_001]


def test_a_unique_id_that_was_passed_is_refused() -> None:
    inbox = MemoryAccount().mailbox()
    inbox.put(LETTER, uid=5)

    with pytest.raises(UsageError, match="unique id 5 was passed"):
        inbox.put(LETTER, uid=5)


def test_system_flags_are_the_same_in_any_case() -> None:
    inbox = MemoryAccount().mailbox()
    uid = inbox.put(LETTER, ["\\SEEN", "Kw"])

    assert inbox.messages()[uid].flags == frozenset({"\\Seen", "Kw"})


def test_a_message_that_comes_without_a_date_has_that_of_its_coming() -> None:
    inbox = MemoryAccount(now=lambda: NOON).mailbox()
    uid = inbox.put(LETTER)

    assert inbox.messages()[uid].internal_date == NOON


def test_another_validity_begins_with_new_unique_ids() -> None:
    inbox = MemoryAccount().mailbox()
    before = inbox.uid_validity
    inbox.put(LETTER, uid=9)
    inbox.renew()

    assert (inbox.uid_validity > before, list(inbox.messages())) == (True, [1])


def test_inbox_has_its_name_in_any_case() -> None:
    account = MemoryAccount()

    assert account.mailbox(b"inBox") is account.mailbox()


def test_what_is_no_mailbox_is_refused() -> None:
    with pytest.raises(UsageError, match="b'no' is no mailbox here"):
        MemoryAccount().mailbox(b"no")


def test_what_was_given_does_not_change() -> None:
    inbox = MemoryAccount().mailbox()
    before = inbox.messages()
    inbox.put(LETTER)

    assert len(before) == 0


STEPS = st.tuples(st.sampled_from(["put", "remove", "+FLAGS", "-FLAGS", "FLAGS"]), st.integers(1, 5))


@given(st.lists(STEPS), st.lists(STEPS))
def test_whoever_knows_a_modseq_learns_all_that_came_after_it(
    first: list[tuple[str, int]], then: list[tuple[str, int]]
) -> None:
    """RFC 7162: what was there, without what is gone since, and with what has a higher modseq, is what is there."""
    inbox = MemoryAccount().mailbox()

    def act(steps: list[tuple[str, int]]) -> None:
        for what, uid in steps:
            if what == "put":
                inbox.put(LETTER)
            elif what == "remove":
                inbox.remove([uid])
            else:
                inbox.set_flags([uid], what, ["x"])

    act(first)
    known, modseq = {uid: mail.flags for uid, mail in inbox.messages().items()}, inbox.highest_modseq
    act(then)
    for uid in inbox.vanished_since(modseq):
        known.pop(uid, None)
    known |= {uid: mail.flags for uid, mail in inbox.messages().items() if mail.modseq > modseq}

    assert known == {uid: mail.flags for uid, mail in inbox.messages().items()}

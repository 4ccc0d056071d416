"""Tokens of changes, when departures are forgotten and stores restored between the pages of a round."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import InvalidToken
from msgcore.model import Message
from msgcore.providers.internal.changes import forget_departures
from msgcore.runtime import NEVER
from msgcore.spi.changes import Changes
from msgcore.spi.store import MessageStatus
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box


def page(box: Box, token: bytes | None, folder: EntryId | None = None, limit: int = 5) -> Changes:
    return box.run(box.store.changes_since(folder, token, limit, NEVER))


def pages(box: Box, token: bytes | None, folder: EntryId | None = None) -> Iterator[Changes]:
    """Give the pages of a round; what happens between two of them is the caller's affair."""
    has_more = True
    while has_more:
        given = page(box, token, folder)
        token, has_more = given.token, given.has_more
        yield given


def now(box: Box) -> bytes:
    *_, last = pages(box, None)
    return last.token


def letters(box: Box, count: int) -> list[EntryId]:
    return box.save(*(Message(subject=f"letter {number}") for number in range(count)))


def forget(box: Box, most: int) -> None:
    """Forget departures as ``compact`` does, who leaves more of them."""
    ((mailbox,),) = box.sql("select id from mailbox")
    box.transact(lambda connection: forget_departures(connection, mailbox, most))


def test_a_status_that_a_message_has_already_is_no_change(either_box: Box) -> None:
    ids = letters(either_box, 3)
    give = partial(either_box.store.set_message_status, mask=MessageStatus.TAGGED, deadline=NEVER)
    either_box.run(give(ids[:1], MessageStatus.TAGGED))
    token = now(either_box)
    either_box.run(give(ids[2:], MessageStatus(0)))
    either_box.run(give(ids, MessageStatus.TAGGED))
    assert [one.entry_id for one in page(either_box, token).changes] == ids[1:]


def test_what_changed_in_many_folders_is_given_in_one_order(either_box: Box) -> None:
    box = either_box
    folders = [box.run(box.store.create_folder(box.inbox, name, NEVER)) for name in "abc"]
    token, ids = now(box), letters(box, 18)
    for number, one in enumerate(ids):
        box.run(box.store.move([one], folders[number % 3], NEVER))
    given = [one for some in pages(box, token) for one in some.changes]
    assert [(one.entry_id, one.folder) for one in given] == [
        (one, folders[number % 3]) for number, one in enumerate(ids)
    ]


@pytest.mark.parametrize("scope", ["store", "folder"])
def test_a_round_from_before_everything_goes_on_when_departures_were_forgotten_before_it(box: Box, scope: str) -> None:
    ids = letters(box, 20)
    box.run(box.store.delete(ids[10:], NEVER))
    forget(box, 2)
    given = [
        one.entry_id for some in pages(box, None, box.inbox if scope == "folder" else None) for one in some.changes
    ]
    assert [one for one in given if one in ids] == ids[:10]


def test_a_round_ends_when_departures_are_forgotten_that_came_after_it_began(box: Box) -> None:
    ids = letters(box, 20)
    token = page(box, None).token
    box.run(box.store.delete(ids[10:], NEVER))
    forget(box, 2)
    with pytest.raises(InvalidToken, match="forgotten"):
        page(box, token)


def test_a_token_from_before_what_is_forgotten_is_refused(box: Box) -> None:
    ids = letters(box, 20)
    token = now(box)
    box.run(box.store.delete(ids[10:], NEVER))
    forget(box, 2)
    with pytest.raises(InvalidToken, match="forgotten"):
        page(box, token)


def test_a_token_holds_when_only_departures_from_before_it_are_forgotten(box: Box) -> None:
    ids = letters(box, 20)
    box.run(box.store.delete(ids[10:], NEVER))
    token = now(box)
    box.run(box.store.delete(ids[:2], NEVER))
    forget(box, 2)
    assert [one.entry_id for one in page(box, token).changes] == ids[:2]


def test_a_round_that_began_after_the_backup_ends_with_it(mode: Mode, box: Box, tmp_path: Path) -> None:
    """What departed after the backup was made was not given, and is there in it."""
    ids = letters(box, 20)
    box.run(box.store.backup(tmp_path / "copy.db", NEVER))
    box.run(box.store.purge(ids[:5], NEVER))
    token = page(box, None).token
    box.close()
    shutil.copy(tmp_path / "copy.db", tmp_path / "restored.db")
    with Box(mode, tmp_path / "restored.db") as restored, pytest.raises(InvalidToken, match="restored"):
        page(restored, token)

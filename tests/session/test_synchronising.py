"""A replica that is kept up to date with what has changed since a token."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from msgcore import ChangeKind, Changes, Message
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import InvalidToken, UsageError
from tests.session.desk import Desk

Ask = Callable[..., Changes]


class Replica:
    """The subject and read flag of every message, by entry id, brought up to date by changes alone."""

    def __init__(self, store: MessageStore, ask: Ask) -> None:
        self.messages: dict[bytes, tuple[str, bool]] = {}
        self._store = store
        self._ask = ask
        self._token: bytes | None = None

    def update(self, limit: int = 1_000) -> None:
        has_more = True
        while has_more:
            found = self._ask(self._token, limit=limit)
            for change in found.changes:
                entry_id = bytes(change.entry_id)
                if change.kind is ChangeKind.DELETED:
                    self.messages.pop(entry_id, None)
                else:
                    self.messages[entry_id] = self._store.load_message(entry_id).subject, change.is_read
            self._token, has_more = found.token, found.has_more


def contents(folder: Folder) -> dict[bytes, tuple[str, bool]]:
    return {item.entry_id: (item.subject, item.is_read) for item in folder.messages()}


@pytest.mark.parametrize("limit", [1, 2, 1_000])
def test_a_replica_of_a_folder_is_what_the_folder_is(store: MessageStore, limit: int) -> None:
    replica = Replica(store, store.inbox.changes_since)
    first, second, third = [store.inbox.save(Message(subject=name)) for name in "abc"]
    replica.update(limit)
    store.delete(first)
    store.drafts.move_here([second])
    with store.open_message(third) as opened:
        opened.message.subject = "changed"
        opened.save_changes()
        opened.set_read_flag()
    store.inbox.save(Message(subject="new"))
    replica.update(limit)

    assert replica.messages == contents(store.inbox)


def test_what_was_restored_is_in_the_replica_again(store: MessageStore) -> None:
    replica = Replica(store, store.inbox.changes_since)
    entry_id = store.inbox.save(Message(subject="a"))
    replica.update()
    store.delete(entry_id)
    replica.update()
    store.restore(entry_id)
    replica.update()

    assert replica.messages == {entry_id: ("a", False)}


def test_each_state_is_given_once(store: MessageStore) -> None:
    store.inbox.save(Message(subject="a"))
    token = store.inbox.changes_since().token

    assert tuple(store.inbox.changes_since(token).changes) == ()


def test_the_changes_of_a_store_say_what_moved(store: MessageStore) -> None:
    entry_id = store.inbox.save(Message(subject="a"))
    token = store.changes_since().token
    store.drafts.move_here([entry_id])
    (change,) = store.changes_since(token).changes

    assert (change.kind, bytes(change.folder)) == (ChangeKind.MOVED, store.drafts.entry_id)


def test_the_changes_of_a_store_have_its_folders(store: MessageStore) -> None:
    token = store.changes_since().token
    folder = store.inbox.create_folder("Projects")

    assert [(one.kind, bytes(one.entry_id)) for one in store.changes_since(token).changes] == [
        (ChangeKind.CREATED, folder.entry_id)
    ]


def test_a_token_of_another_folder_is_refused(store: MessageStore) -> None:
    token = store.inbox.changes_since().token

    with pytest.raises(InvalidToken):
        store.drafts.changes_since(token)


def test_a_token_stays_good_when_the_store_is_opened_again(desk: Desk) -> None:
    url = f"sqlite:///{desk.mailbox()['path']}"
    with desk.open_store(url) as store:
        token = store.inbox.changes_since().token
    with desk.open_store(url) as store:
        entry_id = store.inbox.save(Message(subject="a"))

        assert [bytes(one.entry_id) for one in store.inbox.changes_since(token).changes] == [entry_id]


def test_a_token_is_octets(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="need a token"):
        store.inbox.changes_since("token")  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_no_changes_is_refused(store: MessageStore, limit: int) -> None:
    with pytest.raises(UsageError, match="a limit of"):
        store.changes_since(limit=limit)

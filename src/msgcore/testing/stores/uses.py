"""Every method of a store as data, so that a fact about all of them is tested of all that are declared."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted
from msgcore.props.table import PidTagSubject
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import EVERY_ROW, Incoming, OutgoingItem, OutgoingState, TableQuery
from msgcore.testing.stores.desk import EVERYTHING, LETTER, StoreDesk

__all__ = [
    "Scene",
    "answers",
    "uses_of_a_folder",
    "uses_of_a_message",
    "uses_of_a_submission",
    "uses_of_everything",
    "uses_of_several_messages",
]

Use = Callable[[], Coroutine[Any, Any, object]]
Uses = Mapping[str, Use]
"""Calls by the name of the method; each is made when it is called."""


def _declared(store: GuardedStore, uses: Mapping[str, tuple[Capability | None, Use]]) -> dict[str, Use]:
    return {name: use for name, (ability, use) in uses.items() if ability is None or store.can(ability)}


def uses_of_a_message(store: GuardedStore, one: EntryId, to: EntryId, deadline: Deadline) -> Uses:
    """Use a message in every way that a store without a queue may have; ``to`` is where it is moved."""
    return _declared(
        store,
        {
            "load": (None, lambda: store.load(one, EVERYTHING, deadline)),
            "row": (None, lambda: store.row(one, (PidTagSubject,), deadline)),
            "save_changes": (Capability.MODIFY, lambda: store.save_changes(one, Message(subject="changed"), deadline)),
            **_several(store, [one], to, deadline),
        },
    )


def uses_of_several_messages(store: GuardedStore, ids: Sequence[EntryId], to: EntryId, deadline: Deadline) -> Uses:
    """Use several messages in one call."""
    return _declared(store, _several(store, ids, to, deadline))


def _several(
    store: GuardedStore, ids: Sequence[EntryId], to: EntryId, deadline: Deadline
) -> dict[str, tuple[Capability | None, Use]]:
    return {
        "set_read_flag": (Capability.READ_FLAGS, lambda: store.set_read_flag(ids, True, deadline)),
        "copy": (Capability.MOVE, lambda: store.copy(ids, to, deadline)),
        "move": (Capability.MOVE, lambda: store.move(ids, to, deadline)),
        "delete": (Capability.DELETE, lambda: store.delete(ids, deadline)),
    }


def uses_of_a_submission(store: GuardedStore, one: EntryId, deadline: Deadline) -> Uses:
    """Use a message as what it is in the outgoing queue."""
    queue = Capability.OUTGOING_QUEUE
    return _declared(
        store,
        {
            "submission": (queue, lambda: store.submission(one, deadline)),
            "retry": (queue, lambda: store.retry(one, deadline)),
            "abort": (queue, lambda: store.abort(one, deadline)),
        },
    )


def uses_of_a_folder(store: GuardedStore, folder: EntryId, message: EntryId | None, deadline: Deadline) -> Uses:
    """Use a folder in every way; a ``message`` is moved and copied into it."""
    query = TableQuery((PidTagSubject,))
    several = [] if message is None else [message]
    return _declared(
        store,
        {
            "folder": (None, lambda: store.folder(folder, deadline)),
            "folders": (None, lambda: store.folders(folder, deadline)),
            "query": (None, lambda: store.query(folder, query, deadline)),
            "count": (None, lambda: store.count(folder, EVERY_ROW, deadline)),
            "save": (Capability.CREATE, lambda: store.save(folder, [Incoming(Message(subject="new"))], deadline)),
            "copy into": (Capability.MOVE, lambda: store.copy(several, folder, deadline)),
            "move into": (Capability.MOVE, lambda: store.move(several, folder, deadline)),
            "create_folder": (Capability.FOLDERS, lambda: store.create_folder(folder, "new", deadline)),
            "delete_folder": (Capability.FOLDERS, lambda: store.delete_folder(folder, deadline)),
        },
    )


@attrs.frozen
class Scene:
    """A store in which every method has something to do."""

    message: EntryId
    folder: EntryId
    locked: OutgoingItem | None = None
    ready: OutgoingItem | None = None

    @classmethod
    async def set_up(cls, desk: StoreDesk) -> Scene:
        """Make a folder and two submissions, where the store can, beside the first message that is there."""
        deadline = desk.runtime.deadline(None)
        folder = desk.elsewhere
        if desk.can(Capability.FOLDERS):
            folder = await desk.store.create_folder(desk.home, "made", deadline)
        if not desk.can(Capability.OUTGOING_QUEUE):
            return cls(desk.ids[0], folder)
        await desk.submit(LETTER, "locked")
        locked = await desk.locked()
        return cls(desk.ids[0], folder, locked, await desk.submit(LETTER, "ready"))


def uses_of_everything(store: GuardedStore, scene: Scene, deadline: Deadline) -> Uses:
    """Use every method that is declared, in an order in which all of them can do what they are asked for."""
    uses: dict[str, Use] = {"special_folders": lambda: store.special_folders(deadline)}
    if scene.locked is not None and scene.ready is not None:
        sent, report = attrs.evolve(scene.locked, state=OutgoingState.SENT), [Incoming(Message(subject="report"))]
        sent = attrs.evolve(sent, outcomes=dict.fromkeys(sent.outcomes, Accepted(250)))
        uses |= {
            "submit": lambda: store.submit(LETTER, "another", deadline),
            "outgoing": lambda: store.outgoing(deadline),
            "make_due": lambda: store.make_due(deadline),
            "settle": lambda: store.settle(sent, report, deadline),
            **uses_of_a_submission(store, scene.ready.entry_id, deadline),
            "lock_due": lambda: store.lock_due(600, deadline),
        }
    uses |= uses_of_a_folder(store, scene.folder, None, deadline)
    uses |= uses_of_a_message(store, scene.message, scene.folder, deadline)
    last = "delete_folder"
    return {name: use for name, use in uses.items() if name != last} | {
        name: use for name, use in uses.items() if name == last
    }


async def answers(uses: Uses) -> dict[str, MsgcoreError | None]:
    """Make all calls, one after another, and give the error of each; ``None`` for one that did what it was asked."""
    found: dict[str, MsgcoreError | None] = {}
    for name, use in uses.items():
        try:
            await use()
        except MsgcoreError as error:
            found[name] = error
        else:
            found[name] = None
    return found

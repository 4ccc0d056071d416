"""Every method of a store as data, so that a fact about all of them is tested of all that are declared."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted
from msgcore.props.key import PropertyKey
from msgcore.props.table import PidTagComment, PidTagSubject
from msgcore.props.tags import PS_PUBLIC_STRINGS
from msgcore.spi.capability import Capability
from msgcore.spi.folders import Search
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import Origin
from msgcore.spi.outgoing import Preprocessed
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import EVERY_ROW, Incoming, MessageStatus, SpecialFolder, TableQuery
from msgcore.testing.stores.desk import ACCOUNT, EVERYTHING, LETTER, StoreDesk

__all__ = [
    "Scene",
    "answers",
    "uses_of_a_folder",
    "uses_of_a_message",
    "uses_of_a_submission",
    "uses_of_everything",
    "uses_of_several_messages",
    "uses_of_what_is_kept",
]

Use = Callable[[], Coroutine[Any, Any, object]]
Uses = Mapping[str, Use]
"""Calls by the name of the method; each is made when it is called."""


def _declared(store: GuardedStore, uses: Mapping[str, tuple[Capability | None, Use]]) -> dict[str, Use]:
    return {name: use for name, (ability, use) in uses.items() if ability is None or store.can(ability)}


def uses_of_a_message(store: GuardedStore, one: EntryId, to: EntryId, deadline: Deadline, mark: bytes = b"") -> Uses:
    """Use a message in every way that a store without a queue may have; ``to`` is where it is moved.

    ``mark`` is that of its attachment, if it has one.
    """
    return _declared(
        store,
        {
            "load": (None, lambda: store.load(one, EVERYTHING, deadline)),
            "row": (None, lambda: store.row(one, (PidTagSubject,), deadline)),
            "save_changes": (Capability.MODIFY, lambda: store.save_changes(one, Message(subject="changed"), deadline)),
            "attachment_facts": (Capability.STREAMS, lambda: store.attachment_facts(one, 0, deadline)),
            "attachment_octets": (Capability.STREAMS, lambda: store.attachment_octets(one, 0, mark, 0, 9, deadline)),
            **_several(store, [one], to, deadline),
        },
    )


def uses_of_several_messages(store: GuardedStore, ids: Sequence[EntryId], to: EntryId, deadline: Deadline) -> Uses:
    """Use several messages in one call."""
    return _declared(store, _several(store, ids, to, deadline))


def _several(
    store: GuardedStore, ids: Sequence[EntryId], to: EntryId, deadline: Deadline
) -> dict[str, tuple[Capability | None, Use]]:
    tagged = MessageStatus.TAGGED
    return {
        "set_read_flag": (Capability.READ_FLAGS, lambda: store.set_read_flag(ids, True, deadline)),
        "set_message_status": (
            Capability.MESSAGE_STATUS,
            lambda: store.set_message_status(ids, tagged, tagged, deadline),
        ),
        "copy": (Capability.MOVE, lambda: store.copy(ids, to, deadline)),
        "move": (Capability.MOVE, lambda: store.move(ids, to, deadline)),
        "delete": (Capability.DELETE, lambda: store.delete(ids, deadline)),
    }


def uses_of_what_is_kept(store: GuardedStore, ids: Sequence[EntryId], deadline: Deadline) -> Uses:
    """Use messages in every way that one may be used in after it was deleted, with the chance to be restored."""
    return _declared(
        store,
        {
            "clear_receipts": (Capability.RECEIPTS, lambda: store.clear_receipts(ids, deadline)),
            "restore": (Capability.RECOVERY, lambda: store.restore(ids, deadline)),
            "purge": (Capability.RECOVERY, lambda: store.purge(ids, deadline)),
        },
    )


def uses_of_a_submission(store: GuardedStore, one: EntryId, deadline: Deadline) -> Uses:
    """Use a message as what it is in the outgoing queue."""
    queue = Capability.OUTGOING_QUEUE
    return _declared(
        store,
        {
            "submission": (queue, lambda: store.submission(one, deadline)),
            "note_outcomes": (queue, lambda: store.note_outcomes(one, {}, deadline)),
            "retry": (queue, lambda: store.retry(one, deadline)),
            "abort": (queue, lambda: store.abort(one, deadline)),
        },
    )


def uses_of_a_folder(
    store: GuardedStore, folder: EntryId, message: EntryId | None, beside: EntryId, deadline: Deadline
) -> Uses:
    """Use a folder in every way; a ``message`` is moved and copied into it, and ``beside`` it is room for others."""
    query, new = TableQuery((PidTagSubject,)), [Incoming(Message(subject="new"))]
    several = [] if message is None else [message]
    comment: dict[PropertyKey, object] = {PidTagComment: "new"}
    changes, properties = Capability.CHANGES, Capability.FOLDER_PROPERTIES
    search, receive, associated = Capability.SEARCH_FOLDERS, Capability.RECEIVE_FOLDERS, Capability.ASSOCIATED
    everything = Search(PidTagSubject.exists(), (folder,))
    return _declared(
        store,
        {
            "folder": (None, lambda: store.folder(folder, deadline)),
            "folders": (None, lambda: store.folders(folder, deadline)),
            "query": (None, lambda: store.query(folder, query, deadline)),
            "count": (None, lambda: store.count(folder, EVERY_ROW, deadline)),
            "groups": (Capability.GROUPS, lambda: store.groups(folder, EVERY_ROW, deadline)),
            "explain": (Capability.EXPLAIN, lambda: store.explain(folder, query, deadline)),
            "changes_since": (changes, lambda: store.changes_since(folder, None, 9, deadline)),
            "folder_properties": (properties, lambda: store.folder_properties(folder, deadline)),
            "set_folder_properties": (properties, lambda: store.set_folder_properties(folder, comment, deadline)),
            "save": (Capability.CREATE, lambda: store.save(folder, new, deadline)),
            "save_associated": (associated, lambda: store.save_associated(folder, new, deadline)),
            "copy into": (Capability.MOVE, lambda: store.copy(several, folder, deadline)),
            "move into": (Capability.MOVE, lambda: store.move(several, folder, deadline)),
            "create_folder": (Capability.FOLDERS, lambda: store.create_folder(folder, "new", deadline)),
            **_name(store, folder, deadline),
            "search in": (search, lambda: store.create_search_folder(beside, "over", everything, deadline)),
            "search below": (search, lambda: store.create_search_folder(folder, "inside", everything, deadline)),
            "set_receive_folder": (receive, lambda: store.set_receive_folder("IPM.New", folder, deadline)),
            **_hierarchy(store, folder, beside, deadline),
            "delete_folder": (Capability.FOLDERS, lambda: store.delete_folder(folder, deadline)),
        },
    )


def _name(store: GuardedStore, folder: EntryId, deadline: Deadline) -> dict[str, tuple[Capability | None, Use]]:
    """Find the folder by name that a store has made which can."""
    if not store.can(Capability.FOLDERS):
        return {}
    return {"folder_named": (Capability.FOLDER_NAMES, lambda: store.folder_named(folder, "new", deadline))}


def _hierarchy(
    store: GuardedStore, folder: EntryId, beside: EntryId, deadline: Deadline
) -> dict[str, tuple[Capability | None, Use]]:
    hierarchy = Capability.HIERARCHY
    return {
        "copy_folder": (hierarchy, lambda: store.copy_folder(folder, beside, "copied", deadline)),
        "move_folder": (hierarchy, lambda: store.move_folder(folder, beside, "moved", deadline)),
        "empty_folder": (hierarchy, lambda: store.empty_folder(folder, deadline)),
    }


@attrs.frozen
class Scene:
    """A store in which every method has something to do: a message, a folder that is searched, and submissions."""

    home: EntryId
    message: EntryId
    folder: EntryId
    found: EntryId | None = None
    locked: OutgoingItem | None = None
    ready: OutgoingItem | None = None
    mark: bytes = b""

    @classmethod
    async def set_up(cls, desk: StoreDesk) -> Scene:
        """Make folders and two submissions, where the store can, beside the first message that is there."""
        deadline = desk.runtime.deadline(None)
        scene = cls(desk.home, desk.ids[0], desk.elsewhere)
        if desk.can(Capability.STREAMS):
            facts = await desk.store.attachment_facts(scene.message, 0, deadline)
            scene = attrs.evolve(scene, mark=facts.mark)
        if desk.can(Capability.FOLDERS):
            scene = attrs.evolve(scene, folder=await desk.make_folder("made", desk.home))
        if desk.can(Capability.SEARCH_FOLDERS):
            found = await desk.store.create_search_folder(
                desk.special[SpecialFolder.ROOT], "found", _search(scene), deadline
            )
            scene = attrs.evolve(scene, found=found)
        if not desk.can(Capability.OUTGOING_QUEUE):
            return scene
        await desk.submit(LETTER, "locked")
        locked = await desk.locked()
        return attrs.evolve(scene, locked=locked, ready=await desk.submit(LETTER, "ready"))


def _search(scene: Scene) -> Search:
    return Search(PidTagSubject.exists(), (scene.folder,))


def uses_of_everything(store: GuardedStore, scene: Scene, deadline: Deadline) -> Uses:
    """Use every method that is declared, in an order in which all of them can do what they are asked for.

    The first message has an attachment.
    """
    uses: dict[str, Use] = {"special_folders": lambda: store.special_folders(deadline)}
    if scene.locked is not None and scene.ready is not None:
        locked = scene.locked
        sent, report = attrs.evolve(scene.locked, state=OutgoingState.SENT), [Incoming(Message(subject="report"))]
        sent = attrs.evolve(sent, outcomes=dict.fromkeys(sent.outcomes, Accepted(250)))
        uses |= {
            "submit": lambda: store.submit(LETTER, "another", deadline),
            "outgoing": lambda: store.outgoing(deadline),
            "find_submissions": lambda: store.find_submissions("ready", "", deadline),
            "make_due": lambda: store.make_due(deadline),
            "keep_preprocessed": lambda: store.keep_preprocessed(locked, Preprocessed(LETTER), report, deadline),
            "settle": lambda: store.settle(sent, report, deadline),
            **uses_of_a_submission(store, scene.ready.entry_id, deadline),
            "lock_due": lambda: store.lock_due(600, deadline),
        }
    uses |= _uses_of_no_object(store, deadline)
    if scene.found is not None:
        uses |= _uses_of_a_search_folder(store, scene.found, _search(scene), deadline)
    of_the_folder = dict(uses_of_a_folder(store, scene.folder, None, scene.home, deadline))
    last = {name: of_the_folder.pop(name) for name in _LAST if name in of_the_folder}
    of_the_message = dict(uses_of_a_message(store, scene.message, scene.folder, deadline, scene.mark))
    bulk = (Capability.BULK_LOAD, lambda: store.load_many([scene.message], EVERYTHING, deadline))
    uses |= _declared(store, {"load_many": bulk})
    # Behind what reads its attachment, which its change takes away.
    changed = {name: of_the_message.pop(name) for name in ("save_changes", "delete") if name in of_the_message}
    kept = uses_of_what_is_kept(store, [scene.message], deadline)
    return uses | of_the_folder | of_the_message | changed | dict(kept) | last


_LAST = ("empty_folder", "delete_folder")


def _uses_of_no_object(store: GuardedStore, deadline: Deadline) -> Uses:
    """Use what the store itself can."""
    new, receive = [Incoming(Message(subject="new"))], Capability.RECEIVE_FOLDERS
    return _declared(
        store,
        {
            "changes of all": (Capability.CHANGES, lambda: store.changes_since(None, None, 9, deadline)),
            "receive_folder": (receive, lambda: store.receive_folder("IPM.Note", deadline)),
            "receive_folders": (receive, lambda: store.receive_folders(deadline)),
            "deliver": (receive, lambda: store.deliver(new, deadline)),
            "owed_receipts": (Capability.RECEIPTS, lambda: store.owed_receipts(deadline)),
            "purge_before": (Capability.RECOVERY, lambda: store.purge_before(_LONG_AGO, deadline)),
            "property_ids": (Capability.NAMED_PROPERTIES, lambda: store.property_ids([_NAME], True, deadline)),
            "property_names": (Capability.NAMED_PROPERTIES, lambda: store.property_names([0x8000], deadline)),
            "check": (Capability.MAINTENANCE, lambda: store.check(deadline)),
            "note": (Capability.JOURNAL, lambda: store.note([JournalEntry(_ORIGIN, _LONG_AGO)], deadline)),
            "journal": (Capability.JOURNAL, lambda: store.journal(ACCOUNT, None, 9, deadline)),
            "forget": (Capability.JOURNAL, lambda: store.forget(ACCOUNT, [(b"another", b"")], deadline)),
            "keeps_sent_mail": (Capability.SENT_MAIL, lambda: store.keeps_sent_mail(deadline)),
        },
    )


_ORIGIN = Origin(ACCOUNT, b"one", b"")
_LONG_AGO = datetime(2001, 2, 3, tzinfo=UTC)
_NAME = (PS_PUBLIC_STRINGS, "Keywords")


def _uses_of_a_search_folder(store: GuardedStore, found: EntryId, search: Search, deadline: Deadline) -> Uses:
    return {
        "search_criteria": lambda: store.search_criteria(found, deadline),
        "set_search_criteria": lambda: store.set_search_criteria(found, search, deadline),
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

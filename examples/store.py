"""A store: a search folder, a replica that follows every change, deleted mail that comes back. Makes its files here."""

from contextlib import suppress
from pathlib import Path

import msgcore
from msgcore import Change, ChangeKind, Folder, Message
from msgcore.errors import NotFound
from msgcore.props import PidTagEntryId, PidTagSubject

for name in ("store.db", "backup.db"):
    Path(name).unlink(missing_ok=True)


class Replica:
    """The subjects of a folder's messages by entry id, kept up to date by what has changed."""

    def __init__(self, folder: Folder) -> None:
        self.subjects: dict[bytes, str] = {}
        self._folder = folder
        self._token: bytes | None = None

    def update(self, store: msgcore.MessageStore) -> None:
        has_more = True
        while has_more:
            found = self._folder.changes_since(self._token, limit=100)
            for change in found.changes:
                self._apply(store, change)
            self._token, has_more = found.token, found.has_more

    def _apply(self, store: msgcore.MessageStore, change: Change) -> None:
        entry_id = bytes(change.entry_id)
        if change.kind is ChangeKind.DELETED:
            self.subjects.pop(entry_id, None)
        elif change.kind is not ChangeKind.READ_STATE and not change.is_associated:
            with suppress(NotFound):  # gone since: the next changes say so
                self.subjects[entry_id] = store.load_message(entry_id).subject


with msgcore.open_store("sqlite:///store.db") as store:
    replica = Replica(store.inbox)
    reports = store.finder.create_search_folder("Reports", PidTagSubject.contains("report", ignore_case=True))
    letters = [Message(subject=subject, text="Hello") for subject in ("Report 1", "Lunch", "Report 2", "Dinner")]
    report, lunch, *_ = store.inbox.save_all(letters)
    replica.update(store)
    print("replica:", sorted(replica.subjects.values()))
    print("search folder:", sorted(item.subject for item in reports.messages()))

    # Others go on working: the replica asks for what has changed, not for everything.
    store.drafts.move_here([lunch])
    store.delete(report)
    store.inbox.save(Message(subject="Report 3"))
    replica.update(store)
    print("replica:", sorted(replica.subjects.values()))
    print("search folder:", sorted(item.subject for item in reports.messages()))

    # What was deleted comes back, to the replica and the search folder, too.
    for row in store.inbox.deleted_table([PidTagEntryId, PidTagSubject]):
        print("restored:", row[PidTagSubject])
        store.restore(row[PidTagEntryId])
    replica.update(store)
    print("replica:", sorted(replica.subjects.values()))

    store.backup(Path("backup.db"))
    print("faults:", list(store.check()))

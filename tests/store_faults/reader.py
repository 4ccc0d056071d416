"""A process that follows a store by its changes: ``python -m tests.store_faults.reader URL FOLDER``.

Prints ``ready`` and follows the store, and a folder in the inbox, until its standard input ends; then once more, and
says what it found: ``store`` and ``folder`` when what it followed is what the tables show, ``told`` when its listener
has heard of everything that came into the folder and is there, ``twice`` for each change that was given twice.
"""

from __future__ import annotations

import random
import selectors
import sys

import attrs

import msgcore
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.blocking.table import Table
from msgcore.errors import MsgcoreError
from msgcore.props.table import PidTagInstanceKey
from msgcore.session.tables.events import TableEventKind
from tests.store_faults.ledger import Mirror, folders_of, rows_of

_PAUSE_SECONDS = 0.01
_HEAR_SECONDS = 20.0


@attrs.define
class Heard:
    """The rows of a table, as its listener tells of them."""

    folder: Folder
    table: Table
    keys: set[bytes] = attrs.field(factory=set[bytes])

    def hear(self, timeout_seconds: float) -> bool:
        """Take what was told, and say whether there was something."""
        events = self.table.next_events(timeout_seconds=timeout_seconds)
        for event in events:
            match event.kind:
                case TableEventKind.RELOAD:
                    self.keys = self.shown()
                case TableEventKind.ROW_DELETED:
                    self.keys.discard(event.instance_key)
                case _:
                    self.keys.add(event.instance_key)
        return bool(events)

    def shown(self) -> set[bytes]:
        return {row[PidTagInstanceKey] for row in rows_of(self.folder.contents_table([PidTagInstanceKey]))}


def main(url: str, name: str) -> None:
    with msgcore.open_store(url) as store:
        folder = store.inbox.open_folder(name)
        with folder.contents_table([PidTagInstanceKey]) as table:
            table.advise()
            heard = Heard(folder, table)
            heard.keys = heard.shown()
            print("ready", flush=True)
            try:
                _follow(store, folder, heard)
            except MsgcoreError as error:
                print(f"{type(error).__name__}: {error}", flush=True)


def _follow(store: MessageStore, folder: Folder, heard: Heard) -> None:
    of_store, of_folder = Mirror(), Mirror()
    chance = random.Random()
    with selectors.DefaultSelector() as ends:
        ends.register(sys.stdin, selectors.EVENT_READ)
        while not ends.select(_PAUSE_SECONDS):
            of_store.follow(store, chance.choice([2, 20, 1_000]))
            of_folder.follow(folder, chance.choice([2, 20, 1_000]))
            heard.hear(0)
    of_store.follow(store, 7)
    of_folder.follow(folder, 7)
    print("store" if of_store.is_state_of(folders_of(store)) else "store: another state", flush=True)
    print("folder" if of_folder.is_state_of([folder]) else "folder: another state", flush=True)
    for one in (*of_store.doubles, *of_folder.doubles):
        print(f"twice: {one.hex()}", flush=True)
    while heard.shown() != heard.keys and heard.hear(_HEAR_SECONDS):
        pass
    print("told" if heard.shown() == heard.keys else "not told", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

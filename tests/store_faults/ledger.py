"""What was done to a store, as data: each deed's effect on its state, and what a store says its state is."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import attrs

import msgcore
from msgcore.base.ids import ObjectKind
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.blocking.table import Table
from msgcore.props.row import Row
from msgcore.props.table import PidTagEntryId, PidTagMessageFlags, PidTagSubject
from msgcore.spi.changes import ChangeKind
from msgcore.spi.store import FolderFacts, MessageFlag

__all__ = [
    "LARGE",
    "Deed",
    "Letter",
    "Mirror",
    "State",
    "damaged_of",
    "folders_of",
    "letters_of",
    "octets_of",
    "parse",
    "possible",
    "rows_of",
    "tree_of",
]

LARGE = "large"
_COLUMNS = (PidTagEntryId, PidTagSubject, PidTagMessageFlags)


@attrs.frozen
class Letter:
    """A message of a store, as far as deeds change it."""

    folder: str
    subject: str
    is_read: bool = False
    is_deleted: bool = False


State = Mapping[str, Letter]
"""Letters by names that the deeds give them."""


@attrs.frozen
class Deed:
    """One call that writes: what is done with letters of these names."""

    kind: str
    names: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    folder: str = ""
    sources: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    subjects: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    is_read: bool = False

    def line(self) -> str:
        return json.dumps(attrs.asdict(self))

    def apply(self, state: State) -> State:
        """Give the state after it; names that are there already are not made again."""
        after = dict(state)
        match self.kind:
            case "save" | "save keyed" | "import":
                for name, subject in zip(self.names, self.subjects, strict=True):
                    after.setdefault(name, Letter(self.folder, subject))
            case "copy":
                for name, source in zip(self.names, self.sources, strict=True):
                    after[name] = attrs.evolve(state[source], folder=self.folder)
            case "purge":
                for name in self.names:
                    del after[name]
            case "delete folder":
                after = {name: letter for name, letter in state.items() if letter.folder != self.folder}
            case _:
                for name, letter in self._changed(state):
                    after[name] = letter
        return after

    def _changed(self, state: State) -> Iterator[tuple[str, Letter]]:
        for number, name in enumerate(self.names):
            letter = state[name]
            match self.kind:
                case "change":
                    yield name, attrs.evolve(letter, subject=self.subjects[number])
                case "move":
                    yield name, attrs.evolve(letter, folder=self.folder)
                case "delete" | "restore":
                    yield name, attrs.evolve(letter, is_deleted=self.kind == "delete")
                case "read":
                    yield name, attrs.evolve(letter, is_read=self.is_read)
                case _:
                    raise ValueError(f"no such deed: {self.kind}")


def octets_of(subject: str) -> bytes:
    """Give the message of that subject; one that says so is kept in pieces."""
    chance = random.Random(subject)
    head = f"From: ann@a.test\r\nTo: bob@b.test\r\nSubject: {subject}\r\nMessage-ID: <{chance.random()}@a.test>\r\n"
    words = " ".join(str(chance.randint(0, 999)) for _ in range(chance.randint(0, 300)))
    if LARGE not in subject:
        return f"{head}\r\n{words}\r\n".encode()
    lines = "\r\n".join(chance.randbytes(36).hex() for _ in range(5_000))
    return (
        f'{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        f"--x\r\n\r\n{words}\r\n--x\r\nContent-Type: application/x-data\r\n"
        f'Content-Disposition: attachment; filename="data"\r\n\r\n{lines}\r\n--x--\r\n'
    ).encode()


# What a process said


def parse(lines: Iterable[str]) -> tuple[list[tuple[Deed, str]], Deed | None]:
    """Read what a process printed: each deed with how it ended, and the one that it did not end."""
    ended: list[tuple[Deed, str]] = []
    begun: Deed | None = None
    for line in lines:
        if line.startswith("{"):
            begun = Deed(**json.loads(line))
        elif begun is not None:
            ended.append((begun, line.strip()))
            begun = None
    return ended, begun


def possible(ended: Iterable[tuple[Deed, str]], begun: Deed | None) -> list[State]:
    """Give the states that the store may be in, the one with what was acknowledged only first.

    A deed that was not ended, or that ended with an error and had none behind it that wrote, is done or not: what it
    wrote may lie on the disk, whole, until something else is written there.
    """
    state: State = {}
    doubtful: list[Deed] = []
    for deed, how in ended:
        if how == "done":
            after = deed.apply(state)
            doubtful = doubtful if after == state else []
            state = after
        else:
            doubtful.append(deed)
    doubtful += [] if begun is None else [begun]
    return [state, *(deed.apply(state) for deed in doubtful)]


# What a store says


def tree_of(folder: Folder) -> Iterator[tuple[FolderFacts, Folder]]:
    """Give every folder below one."""
    for facts in folder.folders():
        below = folder.open_folder(facts.name)
        yield facts, below
        yield from tree_of(below)


def letters_of(store: MessageStore, beginning: str = "") -> Counter[Letter]:
    """Count the letters of a store whose subjects begin so, deleted ones too."""
    found: Counter[Letter] = Counter()
    for facts, folder in tree_of(store.root):
        if facts.is_search:
            continue
        for is_deleted, table in ((False, folder.contents_table(_COLUMNS)), (True, folder.deleted_table(_COLUMNS))):
            for row in rows_of(table):
                if row[PidTagSubject].startswith(beginning):
                    is_read = bool(row[PidTagMessageFlags] & MessageFlag.READ)
                    found[Letter(facts.name, row[PidTagSubject], is_read, is_deleted)] += 1
    return found


def folders_of(store: MessageStore) -> list[Folder]:
    """List the folders that hold messages."""
    return [folder for facts, folder in tree_of(store.root) if not facts.is_search]


def rows_of(table: Table) -> Iterator[Row]:
    with table:
        while rows := table.query_rows(1_000):
            yield from rows


def damaged_of(store: MessageStore, beginning: str) -> list[str]:
    """Name the letters whose octets are not those of their subjects."""
    damaged: list[str] = []
    for facts, folder in tree_of(store.root):
        for item in () if facts.is_search else folder.messages():
            if item.subject.startswith(beginning):
                octets = msgcore.write_message(item.load(), form="mime")
                damaged += [] if octets == octets_of(item.subject) else [item.subject]
    return damaged


@attrs.define
class Mirror:
    """Follows a store, or one folder, by its changes alone: where each message is, and whether it is read."""

    token: bytes | None = None
    messages: dict[bytes, tuple[bytes, bool]] = attrs.field(factory=dict[bytes, tuple[bytes, bool]])
    numbers: dict[bytes, int] = attrs.field(factory=dict[bytes, int])
    doubles: list[bytes] = attrs.field(factory=list[bytes])

    def follow(self, of: MessageStore | Folder, limit: int = 1_000) -> None:
        """Take all that has changed, page by page; what comes twice in one state is noted."""
        has_more = True
        while has_more:
            found = of.changes_since(self.token, limit=limit)
            seen: dict[bytes, ChangeKind] = {}
            for change in found.changes:
                if change.entry_id.kind != ObjectKind.MESSAGE:
                    continue
                entry_id = bytes(change.entry_id)
                # One that moved and changed comes as both, in one page and with one number.
                is_pair = seen.get(entry_id) is ChangeKind.MOVED and change.kind is ChangeKind.CHANGED
                if self.numbers.get(entry_id) == change.number and not is_pair:
                    self.doubles.append(entry_id)
                seen[entry_id] = change.kind
                self.numbers[entry_id] = change.number
                if change.kind is ChangeKind.DELETED:
                    self.messages.pop(entry_id, None)
                else:
                    self.messages[entry_id] = (bytes(change.folder), change.is_read)
            self.token, has_more = found.token, found.has_more

    def is_state_of(self, folders: Iterable[Folder]) -> bool:
        """Say whether it has those messages of these folders that their tables show, and no others."""
        known = {bytes(folder.entry_id): folder for folder in folders}
        shown = {
            row[PidTagEntryId]: (entry_id, bool(row[PidTagMessageFlags] & MessageFlag.READ))
            for entry_id, folder in known.items()
            for row in rows_of(folder.contents_table(_COLUMNS))
        }
        followed = {one: (folder, is_read) for one, (folder, is_read) in self.messages.items() if folder in known}
        return shown == followed

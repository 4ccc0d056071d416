"""A mix of everything that writes, in an order of chance; each deed is said before it is done and after."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from msgcore import mime
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import MsgcoreError
from msgcore.props.table import PidTagSubject
from msgcore.spi.store import Incoming
from tests.store_faults.ledger import LARGE, Deed, Letter, State, octets_of

__all__ = ["Mix"]

_KINDS = {
    "save": 6,
    "save keyed": 2,
    "import": 1,
    "change": 3,
    "move": 3,
    "copy": 2,
    "delete": 3,
    "restore": 2,
    "purge": 2,
    "read": 3,
    "delete folder": 1,
}

_MOST = 300
"""With more letters some are purged before others come."""


@attrs.define
class Mix:
    """Writes to letters of its own, whose subjects begin with ``name``, and tells ``say`` of each deed.

    A deed that fails changes nothing, as far as it can see; the mix goes on.
    """

    name: str
    store: MessageStore
    chance: random.Random
    say: Callable[[str], None]
    state: State = attrs.field(factory=dict[str, Letter])
    _ids: dict[str, bytes] = attrs.field(factory=dict[str, bytes])
    _folders: dict[str, Folder] = attrs.field(factory=dict[str, Folder])
    _count: int = 0

    def begin(self) -> None:
        """Make the folders, and a search folder over them all."""
        self._make_folders()
        where = PidTagSubject.contains(f"{self.name}-")
        self.store.finder.create_search_folder(f"{self.name} found", where, [self.store.inbox])

    def _make_folders(self) -> None:
        for name in self._names():
            if name not in self._folders:
                self._folders[name] = self.store.inbox.create_folder(name)

    def _names(self) -> tuple[str, str]:
        return f"{self.name} a", f"{self.name} b"

    def step(self) -> str:
        """Do one deed, and give how it ended: ``done``, or the name of its error."""
        deed = None
        while deed is None:
            kind = self.chance.choices(list(_KINDS), list(_KINDS.values()))[0]
            deed = self._deed(kind if len(self.state) < _MOST else "purge")
        self.say(deed.line())
        try:
            self._make_folders()
            self._ids.update(self._do(deed))
        except MsgcoreError as error:
            how = f"{type(error).__name__}: {error}"
        else:
            how = "done"
            self.state = deed.apply(self.state)
        self.say(how)
        return how

    # Choosing

    def _deed(self, kind: str) -> Deed | None:
        """Make a deed of that kind, if there is something to do it with."""
        folder = self.chance.choice(self._names())
        match kind:
            case "save" | "save keyed" | "import":
                return self._new(kind, folder)
            case "delete folder":
                return Deed(kind, (), self._names()[1])
            case "restore":
                names = self._some([True])
                return Deed(kind, names) if names else None
            case _:
                names = self._some([False, True] if kind == "purge" else [False])
                return self._with(kind, names, folder) if names else None

    def _new(self, kind: str, folder: str) -> Deed:
        keyed = [name for name in self.state if ".key" in name]
        if kind == "save keyed" and keyed and self.chance.random() < 0.5:  # it is delivered already
            name = self.chance.choice(keyed)
            return Deed(kind, [name], folder, subjects=[self.state[name].subject])
        count = 1 if kind == "save keyed" else self.chance.choice([1, 1, 2, 5])
        names = [self._new_name(".key" if kind == "save keyed" else "") for _ in range(count)]
        return Deed(kind, names, folder, subjects=[self._subject(name) for name in names])

    def _with(self, kind: str, names: Sequence[str], folder: str) -> Deed:
        match kind:
            case "change":
                name = names[0]
                return Deed(kind, [name], subjects=[self._subject(self._new_name())])
            case "copy":
                return Deed(kind, [self._new_name() for _ in names], folder, sources=names)
            case _:
                count = 1 if kind == "read" else len(names)
                return Deed(kind, names[:count], folder, is_read=self.chance.random() < 0.7)

    def _new_name(self, mark: str = "") -> str:
        self._count += 1
        return f"{self.name}-{self._count}{mark}"

    def _subject(self, name: str) -> str:
        return f"{name} {LARGE}" if self.chance.random() < 0.1 else name

    def _some(self, is_deleted: list[bool]) -> list[str]:
        names = [name for name, letter in self.state.items() if letter.is_deleted in is_deleted]
        return self.chance.sample(names, min(len(names), self.chance.randint(1, 4)))

    # Doing

    def _do(self, deed: Deed) -> dict[str, bytes]:
        """Do it, and give the entry ids of new letters."""
        ids = [self._ids[name] for name in deed.names if name in self._ids]
        match deed.kind:
            case "save":
                made = self._folders[deed.folder].save_all([mime.read(octets_of(one)) for one in deed.subjects])
                return dict(zip(deed.names, made, strict=True))
            case "save keyed":
                made = self._folders[deed.folder].save_all([_keyed(deed.names[0], deed.subjects[0])])
                return dict(zip(deed.names, made, strict=True))
            case "import":
                return self._import(deed)
            case "change":
                with self.store.open_message(ids[0]) as stored:
                    stored.message = mime.read(octets_of(deed.subjects[0]))
                    stored.save_changes()
            case "move":
                self._folders[deed.folder].move_here(ids)
            case "copy":
                sources = [self._ids[name] for name in deed.sources]
                return dict(zip(deed.names, self._folders[deed.folder].copy_here(sources), strict=True))
            case "delete":
                self.store.delete(*ids)
            case "restore":
                self.store.restore(*ids)
            case "purge":
                self.store.purge(*ids)
            case "delete folder":
                self._folders[deed.folder].delete()
                del self._folders[deed.folder]
            case _:
                with self.store.open_message(ids[0]) as stored:
                    stored.set_read_flag(deed.is_read)
        return {}

    def _import(self, deed: Deed) -> dict[str, bytes]:
        """Import them from files; they are one batch."""
        folder = self._folders[deed.folder]
        with tempfile.TemporaryDirectory() as place:
            for number, subject in enumerate(deed.subjects):
                Path(place, f"{number}.eml").write_bytes(octets_of(subject))
            folder.import_archive(Path(place))
        found = {item.subject: item.entry_id for item in folder.messages()}
        return {name: found[subject] for name, subject in zip(deed.names, deed.subjects, strict=True)}


def _keyed(name: str, subject: str) -> Incoming:
    return Incoming(mime.read(octets_of(subject)), delivery_key=name.encode())

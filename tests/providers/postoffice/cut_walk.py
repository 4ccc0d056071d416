"""Does something in a post office again and again, killed at one step after the other, or on a full disk, and looks.

``python -m tests.providers.postoffice.cut_walk FOLDER STRIDE`` prints what it found wrong. A stride of 1 is every step;
a longer one takes every story from a step of its own on.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import attrs

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound, StoreFull
from msgcore.model import Accepted, Deferred, Delivered
from msgcore.providers.postoffice.office import create_office, open_office
from msgcore.providers.postoffice.store import PostOfficeStore
from msgcore.runtime.abc import NEVER
from msgcore.spi.outgoing import Preprocessed
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import Incoming, SpecialFolder
from tests.providers.postoffice.boxes import deliver, folders_of, letter, logged_on, shown
from tests.providers.postoffice.dying import die_before, fail_at, run_in_child

LEASE_SECONDS = 600.0
_WAS_FULL = 71
_PLACES = ("Inbox", "Archive", "Outbox", "Sent Items")

Look = dict[str, list[str]]
Interrupt = Callable[[Callable[[], object], int], bool]


@attrs.frozen
class Scene:
    """What there is before: two letters in bob's inbox, an empty folder, and a submission that is locked."""

    path: Path
    letters: tuple[EntryId, ...]
    locked: OutgoingItem

    @classmethod
    def make(cls, path: Path) -> Scene:
        office = create_office(path, "NET", "PO1")
        for name in ("ann", "bob"):
            office.add_mailbox(name, "", exist_ok=False)
        store = logged_on(path)
        special = store.special_folders(NEVER)
        letters = store.save(special[SpecialFolder.INBOX], [Incoming(letter(one)) for one in ("one", "two")], NEVER)
        store.create_folder(special[SpecialFolder.IPM_SUBTREE], "Archive", NEVER)
        store.submit(letter("sent"), "t0", NEVER)
        locked = store.lock_due(LEASE_SECONDS, NEVER)
        assert locked is not None
        return cls(path, tuple(letters), locked)

    def at(self, path: Path) -> Scene:
        shutil.copytree(self.path, path)
        return attrs.evolve(self, path=path)

    @property
    def store(self) -> PostOfficeStore:
        return logged_on(self.path)


def deliver_to(scene: Scene, transfer_id: str, subject: str, *names: str) -> None:
    for outcome in deliver(scene.path, transfer_id, subject, names).values():
        if isinstance(outcome, Deferred):
            raise StoreFull(outcome.text)
        assert isinstance(outcome, Delivered), outcome


def deliver_one(scene: Scene) -> None:
    deliver_to(scene, "t1", "new", "bob", "ann")


def move(scene: Scene) -> None:
    store = scene.store
    store.move(scene.letters, folders_of(store)["Archive"], NEVER)


def delete(scene: Scene) -> None:
    try:
        scene.store.delete(scene.letters, NEVER)
    except NotFound:
        assert shown(scene.store, "Inbox") == {"Inbox": []}


def save(scene: Scene) -> None:
    store = scene.store
    new = [Incoming(letter(one), delivery_key=one.encode()) for one in ("three", "four")]
    store.save(folders_of(store)["Archive"], new, NEVER)


def copy(scene: Scene) -> None:
    store = scene.store
    if shown(store, "Archive") == {"Archive": []}:
        store.copy(scene.letters, folders_of(store)["Archive"], NEVER)


def change(scene: Scene) -> None:
    scene.store.save_changes(scene.letters[0], letter("changed"), NEVER)


def submit(scene: Scene) -> None:
    scene.store.submit(letter("next"), "t2", NEVER)


def settle(scene: Scene) -> None:
    outcomes = dict.fromkeys(scene.locked.outcomes, Accepted(250))
    item = attrs.evolve(scene.locked, state=OutgoingState.SENT, outcomes=outcomes)
    assert scene.store.settle(item, [Incoming(letter("report"), delivery_key=b"report")], NEVER)


def preprocess(scene: Scene) -> None:
    made = Preprocessed(letter("signed"), letter("stamped"))
    reports = [Incoming(letter("report"), delivery_key=b"report")]
    item = scene.store.keep_preprocessed(scene.locked, made, reports, NEVER)
    assert item is not None and item.preprocessed is not None
    assert scene.store.load(item.preprocessed, 1 << 30, NEVER).subject == "signed"


def rename_folder(scene: Scene) -> None:
    store = scene.store
    folders = folders_of(store)
    if "Archive" in folders:
        store.move_folder(folders["Archive"], folders["Inbox"], "Old", NEVER)


def add_mailbox(scene: Scene) -> None:
    open_office(scene.path).add_mailbox("cia", "", exist_ok=True)
    deliver_to(scene, "t3", "welcome", "cia")


def look(scene: Scene) -> Look:
    store = scene.store
    folders = folders_of(store)
    is_renamed = "Archive" not in folders
    found = shown(store, *(one for one in _PLACES if one in folders))
    if is_renamed and store.folder(folders["Old"], NEVER).parent_id == folders["Inbox"]:
        found["Archive"] = ["moved"]
    cia = open_office(scene.path).mailbox("cia")
    return {**found, "ann": shown(logged_on(scene.path, "ann"), "Inbox")["Inbox"]} | (
        {"cia": shown(logged_on(scene.path, "cia"), "Inbox")["Inbox"]} if cia is not None else {}
    )


BEFORE: Look = {"Inbox": ["one", "two"], "Archive": [], "Outbox": ["sent"], "Sent Items": [], "ann": []}


def _after(**changed: list[str]) -> Look:
    return BEFORE | {name.replace("_", " "): subjects for name, subjects in changed.items()}


# What is done, and all that may be seen after it was killed somewhere; the last is what is there once it is done.
STORIES: Mapping[Callable[[Scene], None], list[Look]] = {
    deliver_one: [
        BEFORE,
        _after(Inbox=["new", "one", "two"]),
        _after(ann=["new"]),  # there was no room for one of them
        _after(Inbox=["new", "one", "two"], ann=["new"]),
    ],
    move: [BEFORE, _after(Inbox=[], Archive=["one", "two"])],
    delete: [BEFORE, _after(Inbox=[])],
    save: [BEFORE, _after(Archive=["four", "three"])],
    copy: [BEFORE, _after(Archive=["one", "two"])],
    change: [BEFORE, _after(Inbox=["changed", "two"])],
    submit: [BEFORE, _after(Outbox=["next", "sent"])],
    settle: [BEFORE, _after(Inbox=["one", "report", "two"], Outbox=[], Sent_Items=["sent"])],
    preprocess: [BEFORE, _after(Inbox=["one", "report", "two"], Outbox=["stamped"])],
    rename_folder: [BEFORE, _after(Archive=["moved"])],
    add_mailbox: [BEFORE, _after(cia=[]), _after(cia=["welcome"])],
}


def killed(work: Callable[[], object], step: int) -> bool:
    """Do it in a process that is killed before a step, and say whether it was."""

    def dying() -> None:
        die_before(step)
        work()

    _, status = os.waitpid(run_in_child(dying), 0)
    assert os.WIFSIGNALED(status) or status == 0, "it failed by itself"
    return os.WIFSIGNALED(status)


def failed(work: Callable[[], object], step: int) -> bool:
    """Do it in a process that finds the disk full at a step, and say whether it was told so."""

    def failing() -> None:
        fail_at(step)
        try:
            work()
        except StoreFull:
            os._exit(_WAS_FULL)

    _, status = os.waitpid(run_in_child(failing), 0)
    assert os.waitstatus_to_exitcode(status) in {0, _WAS_FULL}, "it failed by itself"
    return status != 0


def check(story: Callable[[Scene], None], scene: Scene, step: int, interrupt: Interrupt) -> bool:
    """Do a story that is interrupted at a step, look, do it again, and look; say whether it was interrupted."""
    expected = STORIES[story]
    was_interrupted = interrupt(partial(story, scene), step)
    seen = look(scene)
    if seen not in (expected if was_interrupted else expected[-1:]):
        print(f"{story.__name__} {interrupt.__name__} at step {step}: {seen}")
    story(scene)
    again = look(scene)
    if again != expected[-1]:
        print(f"{story.__name__} {interrupt.__name__} at step {step} and done again: {again}")
    shutil.rmtree(scene.path)
    return was_interrupted


def walk(folder: Path, stride: int) -> None:
    first = Scene.make(folder / "first")
    assert look(first) == BEFORE, look(first)
    for number, story in enumerate(STORIES):
        step = 1 + number % stride
        while check(story, first.at(folder / f"{story.__name__}-{step}"), step, killed):
            check(story, first.at(folder / f"{story.__name__}-{step}"), step, failed)
            step += stride


if __name__ == "__main__":
    walk(Path(sys.argv[1]), int(sys.argv[2]))

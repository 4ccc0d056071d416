"""Several processes deliver, move and read in one post office at once, and are killed again and again meanwhile.

``python -m tests.providers.postoffice.crowd FOLDER SEED LETTERS KILLS`` prints what it found wrong.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound
from msgcore.model import Delivered
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.providers.postoffice.office import create_office
from msgcore.providers.postoffice.store import PostOfficeStore
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import SpecialFolder, TableQuery
from tests.providers.postoffice.boxes import deliver, folders_of, letter, logged_on, shown, whole
from tests.providers.postoffice.dying import die_before, run_in_child

_PLACES = ("Inbox", "Archive")
_DELIVERERS = 2
_FEWEST_STEPS, _MOST_STEPS = 40, 250
_PAGE = TableQuery((PidTagEntryId, PidTagSubject), count=20)


class Crowd:
    """The processes on the post office at ``path``; each begins again from its start when it was killed."""

    def __init__(self, path: Path, letters: int) -> None:
        self._path = path
        self._letters = letters
        self._end = path.parent / "end"

    def deliver(self, number: int) -> None:
        """Deliver all letters of one deliverer, those again that may have been delivered before."""
        for letter_number in range(self._letters):
            name = f"letter {number}.{letter_number}"
            outcomes = deliver(self._path, name, name)
            assert [type(one) for one in outcomes.values()] == [Delivered], outcomes

    def move(self, seed: int) -> None:
        """Move letters to and fro, several at a time, mark them, and change some."""
        dice, store = random.Random(seed), logged_on(self._path)
        folders = folders_of(store)
        while not self._end.exists():
            source, target = dice.sample(_PLACES, 2)
            rows = store.query(folders[source], _PAGE, NEVER)
            chosen = dice.sample(rows, min(len(rows), dice.randint(1, 3)))
            ids = [EntryId.parse(row[PidTagEntryId]) for row in chosen]
            store.set_read_flag(ids, dice.random() < 0.5, NEVER)
            store.move(ids, folders[target], NEVER)
            for row in chosen[:1]:
                store.save_changes(EntryId.parse(row[PidTagEntryId]), letter(row[PidTagSubject]), NEVER)

    def read(self, _seed: int) -> None:
        """Look at both folders, all the time: everything that is seen is whole, and nothing is in one folder twice."""
        store = logged_on(self._path)
        folders = folders_of(store)
        while not self._end.exists():
            for name in _PLACES:
                rows = store.query(folders[name], TableQuery((PidTagEntryId, PidTagSubject)), NEVER)
                twice = [one for one, count in Counter(row[PidTagSubject] for row in rows).items() if count > 1]
                assert not twice, f"twice in {name}: {twice}"
                for row in rows[:10]:
                    self._see(store, EntryId.parse(row[PidTagEntryId]))

    def _see(self, store: PostOfficeStore, entry_id: EntryId) -> None:
        try:
            whole(store.load(entry_id, 1 << 30, NEVER))
        except NotFound as error:  # nothing is ever deleted here
            raise AssertionError(f"a message was lost: {error}") from error

    def let_go_home(self) -> None:
        self._end.touch()


def run(path: Path, seed: int, letters: int, kills: int) -> list[str]:
    """Let them all work, and give what is wrong in the end."""
    office = create_office(path / "office", "NET", "PO1")
    office.add_mailbox("bob", "", exist_ok=False)
    store = logged_on(office.path)
    store.create_folder(store.special_folders(NEVER)[SpecialFolder.IPM_SUBTREE], "Archive", NEVER)
    crowd, dice = Crowd(office.path, letters), random.Random(seed)
    jobs: list[Callable[[], None]] = [
        *(lambda number=number: crowd.deliver(number) for number in range(_DELIVERERS)),
        *(lambda number=number: crowd.move(seed + number) for number in range(2)),
        lambda: crowd.read(seed),
    ]
    left = dict.fromkeys(range(len(jobs)), kills)
    working = {_start(jobs[number], dice, left[number]): number for number in left}
    wrong: list[str] = []
    while working:
        child, status = os.wait()
        number = working.pop(child)
        if os.WIFSIGNALED(status):
            left[number] -= 1
            working[_start(jobs[number], dice, left[number])] = number
        elif status:
            wrong.append(f"job {number} failed by itself")
            crowd.let_go_home()
        if not any(one < _DELIVERERS for one in working.values()):
            crowd.let_go_home()
    return wrong + _wrong_in(office.path, letters)


def _start(job: Callable[[], None], dice: random.Random, kills: int) -> int:
    steps = dice.randint(_FEWEST_STEPS, _MOST_STEPS)

    def work() -> None:
        if kills > 0:
            die_before(steps)
        job()

    return run_in_child(work)


def _wrong_in(path: Path, letters: int) -> list[str]:
    """See that every letter is there, once."""
    found = [subject for subjects in shown(logged_on(path), *_PLACES).values() for subject in subjects]
    expected = [f"letter {number}.{one}" for number in range(_DELIVERERS) for one in range(letters)]
    counts = Counter(found)
    lost = [f"lost: {one}" for one in expected if not counts[one]]
    return lost + [f"there {count} times: {one}" for one, count in counts.items() if count > 1]


if __name__ == "__main__":
    for line in run(Path(sys.argv[1]), *map(int, sys.argv[2:])):
        print(line)

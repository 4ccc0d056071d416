"""What it costs to keep mail: python -m benchmarks.store [--quick | --large] [--folder FOLDER]

Letters of 9.4 KB (mails.py) are put into stores that grow to 20,000 of them (``--quick``: 2,000), in batches and one by
one, each durable when the call returns; then the stores are asked. Every round puts the same messages into each store
in turn; ratios are medians over rounds. The limits: a table of blobs without any index, and octets appended to a file.
See peers/keepers.py for what the others do and do not do. ``--large`` compares a store of 1,000,000 messages of 1.6 KB
(table_store.py) with hand-written SQLite, and takes both from the folder when they are there from an earlier run.
"""

from __future__ import annotations

import argparse
import itertools
import mailbox
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import attrs

import msgcore
from msgcore.blocking.store import MessageStore
from msgcore.codecs import mime
from msgcore.props import PidTagMessageDeliveryTime, PidTagSubject
from msgcore.spi.store import Incoming

from .harness import Goals, Result, compare_cases, results_of, speed_table
from .mails import small_mails
from .peers.keepers import (
    AppendedOctets,
    BareBlobs,
    HandwrittenStore,
    Keeper,
    MaildirStore,
    MboxStore,
    NotmuchStore,
    with_email,
    with_msgcore,
)
from .peers.own_queue import postgresql_server
from .results import NotHere, Row, Table, print_each
from .table_store import FREQUENT, RARE, filled_store, letters

BATCH = 1_000
BLOBS, LIMIT, OURS = "limit: bare blobs in SQLite", "limit: append and fdatasync", "msgcore"
ON_POSTGRES = "msgcore on PostgreSQL"
GOALS: Mapping[str, Goals] = {
    "in batches": {"hand-written, email": (1.0, 0.8), "notmuch": (15, 12), BLOBS: (0.3, 0.22)},
    "one by one": {"hand-written, email": (0.8, 0.65), LIMIT: (0.37, 0.28)},
}
"""How many times as fast as each peer msgcore should be: the goal, and what every run must hold."""


@attrs.frozen
class Size:
    """How many letters are put into the stores, how many of them one by one, and how many, how often, from an mbox."""

    letters: int
    singles: int
    imported: int
    imports: int


FULL, QUICK = Size(20_000, 200, 20_000, 3), Size(2_000, 20, 300, 1)


class OurStore:
    """msgcore's own store, through its public API."""

    def __init__(self, store: MessageStore) -> None:
        self.store = store

    def save_all(self, mails: Sequence[bytes]) -> None:
        self.store.inbox.save_all([Incoming(mime.read(one)) for one in mails])

    def save(self, mail: bytes) -> None:
        self.store.inbox.save(mime.read(mail))

    def close(self) -> None:
        self.store.close()


def keepers(folder: Path, postgres: str) -> dict[str, Keeper]:
    """Give all stores that are here; ``postgres`` is the URL of an empty database, or nothing."""
    found: dict[str, Keeper] = {
        LIMIT: AppendedOctets(folder / "octets"),
        BLOBS: BareBlobs(folder / "blobs.db"),
        OURS: OurStore(msgcore.open_store(f"sqlite:///{folder / 'msgcore.db'}")),
        "hand-written, email": HandwrittenStore(folder / "email.db", with_email),
        "hand-written, msgcore's reader": HandwrittenStore(folder / "reader.db", with_msgcore),
        "mailbox.Maildir": MaildirStore(folder / "maildir"),
        "mailbox.mbox": MboxStore(folder / "mbox"),
    }
    if postgres:
        found[ON_POSTGRES] = OurStore(msgcore.open_store(postgres))
    if NotmuchStore.is_there():
        found["notmuch"] = NotmuchStore(folder / "notmuch")
    return found


def rounds_of(
    stores: Mapping[str, Keeper],
    batches: Sequence[Sequence[bytes]],
    limit: str,
    save: Callable[[Keeper, Sequence[bytes]], int],
) -> list[Result]:
    """Give each batch to every store in turn; ``save`` says how many of it were saved."""
    taken: dict[str, list[float]] = {name: [] for name in stores}
    counts: dict[str, int] = {}
    for batch in batches:
        for name, store in stores.items():
            start = time.perf_counter()
            counts[name] = save(store, batch)
            taken[name].append(time.perf_counter() - start)
    return results_of(taken, limit, counts)


def all_at_once(store: Keeper, mails: Sequence[bytes]) -> int:
    store.save_all(mails)
    return len(mails)


def singly(count: int) -> Callable[[Keeper, Sequence[bytes]], int]:
    def one_by_one(store: Keeper, mails: Sequence[bytes]) -> int:
        own = count // 10 if isinstance(store, NotmuchStore) else count
        for one in mails[:own]:
            store.save(one)
        return own

    return one_by_one


def mails_of(count: int) -> list[bytes]:
    """Make letters, in one of a thousand of which there is a rare word, and a frequent one in seven of ten."""
    found = small_mails(count)
    for number, octets in enumerate(found):
        words = [FREQUENT] * (number % 10 < 7) + [RARE] * (number % 1_000 == 0)
        found[number] = octets.replace(b"\nSubject: ", f"\nSubject: {' '.join(words)} ".encode(), 1)
    return found


def octets_on_disk(path: Path) -> int:
    if path.is_dir():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.stat().st_size if path.exists() else 0


def sizes_of(folder: Path, mails: Sequence[bytes]) -> Table:
    own = sum(map(len, mails))
    names = {"msgcore": "msgcore.db", "hand-written, email": "email.db", "mailbox.Maildir": "maildir"}
    names |= {"mailbox.mbox": "mbox", "notmuch": "notmuch"}
    here = {name: folder / path for name, path in names.items() if (folder / path).exists()}
    rows = tuple(Row(name, (octets_on_disk(path) / 1e6, octets_on_disk(path) / own)) for name, path in here.items())
    return Table("On the disk", ("MB", "of the mail's own size"), rows, f"mail of {own / 1e6:.1f} MB")


Question = tuple[str, Callable[[], object], Callable[[], object]]
"""What is asked, of msgcore, and of hand-written SQL."""


def ask(title: str, cases: Sequence[Question]) -> Table:
    rows: list[Row] = []
    for name, ours, peer in cases:
        own, his = compare_cases({OURS: ours, "limit": peer}, "limit")
        rows.append(Row(f"{OURS}, {name}", (own.each * 1e3, his.each * 1e3, own.share)))
    return Table(title, ("ms", "hand-written, ms", "of hand-written"), tuple(rows))


def questions(store: MessageStore, peer: HandwrittenStore) -> Table:
    """Ask both the same."""
    inbox = store.inbox
    token = inbox.changes_since(limit=1_000_000).token
    number = peer.last_change()
    some = [item.entry_id for item in inbox.messages(newest_first=True, limit=100)]
    for one in some:
        with store.open_message(one) as stored:
            stored.set_read_flag()
    peer.touch(range(1, len(some) + 1))
    assert len(inbox.changes_since(token).changes) == len(peer.changes_since(number)) == len(some)
    rare, frequent = PidTagSubject.has_phrase(RARE), PidTagSubject.has_phrase(FREQUENT)
    assert inbox.count(frequent) == peer.count_word(f"subject:{FREQUENT}")
    newest = (PidTagMessageDeliveryTime.descending(),)
    return ask(
        "Questions",
        [
            ("folder counts", inbox.facts, peer.counts),
            ("count a rare word", lambda: inbox.count(rare), lambda: peer.count_word(f"subject:{RARE}")),
            ("count a frequent word", lambda: inbox.count(frequent), lambda: peer.count_word(f"subject:{FREQUENT}")),
            (
                "50 newest with a rare word",
                lambda: inbox.contents_table(restriction=rare, sort_order=newest).query_rows(50),
                lambda: peer.newest_with_word(f"subject:{RARE}", 50),
            ),
            ("100 changes since", lambda: inbox.changes_since(token), lambda: peer.changes_since(number)),
        ],
    )


def import_mbox(folder: Path, mails: Sequence[bytes], rounds: int) -> Table:
    """Import an mbox into msgcore, and read and save it by hand."""
    path = folder / "import.mbox"
    box = mailbox.mbox(path)
    for one in mails:
        box.add(one)
    box.close()
    numbers = itertools.count()

    def ours() -> None:
        with msgcore.open_store(f"sqlite:///{folder / f'import{next(numbers)}.db'}") as store:
            store.inbox.import_archive(path)

    def peer() -> None:
        store = HandwrittenStore(folder / f"import{next(numbers)}.db", with_email)
        archive = mailbox.mbox(path)
        keys = archive.keys()
        for start in range(0, len(keys), BATCH):
            store.save_all([archive.get_bytes(key) for key in keys[start : start + BATCH]])
        store.close()

    peer_name = "limit: mailbox.mbox into hand-written SQLite"
    results = compare_cases({peer_name: peer, OURS: ours}, peer_name, rounds, count=len(mails))
    return speed_table("Import of an mbox", results, "messages", about=f"{len(mails):,} messages")


def small(folder: Path, size: Size, postgres: str, missing: Mapping[str, str]) -> Iterator[Table]:
    folder.mkdir(parents=True, exist_ok=True)
    mails = mails_of(size.letters)
    batches = [mails[start : start + BATCH] for start in range(0, size.letters, BATCH)]
    stores = keepers(folder, postgres)
    results = rounds_of(stores, batches, BLOBS, all_at_once)
    yield told("in batches", results, f"{size.letters:,} letters, {BATCH:,} at a time", missing)
    yield sizes_of(folder, mails)
    results = rounds_of(stores, _others(mails[: BATCH * 7], b"again"), LIMIT, singly(size.singles))
    yield told("one by one", results, f"{size.singles} a round", missing)
    ours, peer = stores[OURS], stores["hand-written, email"]
    assert isinstance(ours, OurStore) and isinstance(peer, HandwrittenStore)
    yield questions(ours.store, peer)
    yield rare_word(stores)
    for store in stores.values():
        store.close()
    yield import_mbox(folder, mails[: size.imported], size.imports)


def told(name: str, results: Sequence[Result], about: str, missing: Mapping[str, str]) -> Table:
    goals = {OURS: GOALS[name]}
    return speed_table(name, results, "messages", about=about, goals=goals, missing=missing)


def rare_word(stores: Mapping[str, Keeper]) -> Table:
    """Time those once that are slow."""
    slow = {name: one for name, one in stores.items() if isinstance(one, MaildirStore | NotmuchStore)}
    rows: list[Row] = []
    for name, store in slow.items():
        start = time.perf_counter()
        store.count_word(RARE)
        rows.append(Row(name, ((time.perf_counter() - start) * 1e3,)))
    return Table("A rare word, counted by others", ("ms",), tuple(rows))


def _others(mails: Sequence[bytes], mark: bytes) -> list[list[bytes]]:
    """Make batches of messages that no store has: contents that are there already would be saved faster."""
    fresh = [b"X-Mark: " + mark + b"\r\n" + one for one in mails]
    return [fresh[start : start + BATCH] for start in range(0, len(fresh), BATCH)]


def large(folder: Path) -> Iterator[Table]:
    count = 1_000_000
    path = filled_store(folder, count)
    handwritten = folder / "handwritten-1000000.db"
    is_new = not handwritten.exists()
    peer = HandwrittenStore(handwritten, with_msgcore)
    if is_new:
        for start in range(0, count, BATCH):
            peer.save_all([one.octets for one in letters(count, start)])
    with msgcore.open_store(f"sqlite:///{path}") as store:
        stores: dict[str, Keeper] = {OURS: OurStore(store), "hand-written, msgcore's reader": peer}
        stores = {LIMIT: AppendedOctets(folder / "octets"), BLOBS: BareBlobs(folder / "blobs.db"), **stores}
        mails = [one.octets for start in range(0, 7 * BATCH, BATCH) for one in letters(count, start)]
        results = rounds_of(stores, _others(mails, b"new"), BLOBS, all_at_once)
        yield told("in batches", results, f"beside {count:,}", {})
        results = rounds_of(stores, _others(mails, b"other"), LIMIT, singly(FULL.singles))
        yield told("one by one", results, f"beside {count:,}", {})
        yield questions(store, peer)
    peer.close()


def measure(is_quick: bool) -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as folder:
        yield from in_folder(Path(folder), is_quick)


def in_folder(folder: Path, is_quick: bool) -> Iterator[Table]:
    missing = {} if NotmuchStore.is_there() else {"notmuch": "apt-get install notmuch"}
    with ExitStack() as stack:
        try:
            postgres = f"postgresql://postgres@127.0.0.1:{stack.enter_context(postgresql_server())}/postgres"
        except NotHere as error:
            postgres = ""
            missing[ON_POSTGRES] = str(error)
        yield from small(folder, QUICK if is_quick else FULL, postgres, missing)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true")
    size.add_argument("--large", action="store_true")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        print_each(large(folder) if given.large else in_folder(folder, given.quick))


if __name__ == "__main__":
    main()

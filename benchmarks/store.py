"""What it costs to keep mail: python benchmarks/store.py [--quick] [--large] [--folder FOLDER] [--postgres URL]

Letters of 9.4 KB (mails.py) are put into stores that grow to 20,000 of them (``--quick``: 4,000), in batches and one by
one, each durable when the call returns; then the stores are asked. Every round puts the same messages into each store
in turn; ratios are medians over rounds. The limits: a table of blobs without any index, and octets appended to a file.
See peers/keepers.py for what the others do and do not do. ``--large`` compares a store of 1,000,000 messages of 1.6 KB
(table_store.py) with hand-written SQLite, and takes both from the folder when they are there from an earlier run.
"""

from __future__ import annotations

import argparse
import itertools
import mailbox
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
from harness import compare_cases
from mails import small_mails
from peers.keepers import (
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
from table_store import FREQUENT, RARE, filled_store, letters

import msgcore
from msgcore.blocking.store import MessageStore
from msgcore.codecs import mime
from msgcore.props import PidTagMessageDeliveryTime, PidTagSubject
from msgcore.spi.store import Incoming

BATCH = 1_000
SINGLES = 200
BLOBS, LIMIT, OURS = "limit: bare blobs in SQLite", "limit: append and fdatasync", "msgcore"
GOALS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "in batches": {"hand-written, email": (1.0, 0.8), "notmuch": (15, 12), BLOBS: (0.3, 0.22)},
    "one by one": {"hand-written, email": (0.8, 0.65), LIMIT: (0.37, 0.28)},
}
"""How many times as fast as each peer msgcore should be: the goal, and what every run must hold."""


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


@attrs.frozen
class Timing:
    """Seconds for a number of messages, by round."""

    seconds: list[float]
    count: int

    @property
    def each(self) -> float:
        return statistics.median(self.seconds) / self.count


def keepers(folder: Path, postgres: str) -> dict[str, Keeper]:
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
        found["msgcore on PostgreSQL"] = OurStore(msgcore.open_store(postgres))
    if NotmuchStore.is_there():
        found["notmuch"] = NotmuchStore(folder / "notmuch")
    return found


def rounds_of(
    stores: Mapping[str, Keeper], batches: Sequence[Sequence[bytes]], save: Callable[[Keeper, Sequence[bytes]], int]
) -> dict[str, Timing]:
    """Give each batch to every store in turn; ``save`` says how many of it were saved."""
    taken: dict[str, Timing] = {}
    for batch in batches:
        for name, store in stores.items():
            start = time.perf_counter()
            count = save(store, batch)
            seconds = time.perf_counter() - start
            taken.setdefault(name, Timing([], count)).seconds.append(seconds)
    return taken


def all_at_once(store: Keeper, mails: Sequence[bytes]) -> int:
    store.save_all(mails)
    return len(mails)


def one_by_one(store: Keeper, mails: Sequence[bytes]) -> int:
    count = SINGLES // 10 if isinstance(store, NotmuchStore) else SINGLES
    for one in mails[:count]:
        store.save(one)
    return count


def print_rounds(title: str, taken: Mapping[str, Timing]) -> None:
    print(f"\n### {title}\n")
    print("| store | us a message | messages/s | msgcore is … times as fast | goal, floor |")
    print("| --- | ---: | ---: | ---: | ---: |")
    goals = GOALS[title]
    ours = taken[OURS]
    for name, timing in taken.items():
        pairs = zip(timing.seconds, ours.seconds, strict=True)
        ratio = statistics.median(his / timing.count / (own / ours.count) for his, own in pairs)
        goal = "{}, {}".format(*goals[name]) if name in goals else ""
        print(f"| {name} | {timing.each * 1e6:,.0f} | {1 / timing.each:,.0f} | {ratio:.2f} | {goal} |")


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


def print_sizes(folder: Path, mails: Sequence[bytes]) -> None:
    own = sum(map(len, mails))
    print(f"\nOn the disk, of the mail's own {own / 1e6:.1f} MB:", end=" ")
    names = ("msgcore.db", "email.db", "maildir", "mbox", "notmuch")
    print(", ".join(f"{name} {octets_on_disk(folder / name) / own:.2f}" for name in names))


def print_questions(title: str, cases: Sequence[tuple[str, Callable[[], object], Callable[[], object]]]) -> None:
    print(f"\n### {title}\n")
    print("| question | ms | hand-written ms | of hand-written |")
    print("| --- | ---: | ---: | ---: |")
    for name, ours, peer in cases:
        own, his = compare_cases({OURS: ours, "peer": peer}, "peer")
        print(f"| {name} | {own.seconds * 1e3:.3f} | {his.seconds * 1e3:.3f} | {own.of_limit:.2f} |")


def questions(store: MessageStore, peer: HandwrittenStore) -> None:
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
    print_questions(
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


def import_mbox(folder: Path, mails: Sequence[bytes]) -> None:
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

    own, _ = compare_cases({OURS: ours, "peer": peer}, "peer", rounds=3)
    print(
        f"\nImport of an mbox of {len(mails):,}: {len(mails) / own.seconds:,.0f} messages/s,"
        f" {own.of_limit:.2f} times as fast as mailbox.mbox into hand-written SQLite"
    )


def small(folder: Path, count: int, postgres: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mails = mails_of(count)
    batches = [mails[start : start + BATCH] for start in range(0, count, BATCH)]
    stores = keepers(folder, postgres)
    print_rounds("in batches", rounds_of(stores, batches, all_at_once))
    print_sizes(folder, mails)
    print_rounds("one by one", rounds_of(stores, _others(mails[: BATCH * 7], b"again"), one_by_one))
    ours, peer = stores[OURS], stores["hand-written, email"]
    assert isinstance(ours, OurStore) and isinstance(peer, HandwrittenStore)
    questions(ours.store, peer)
    slow = {name: one for name, one in stores.items() if isinstance(one, MaildirStore | NotmuchStore)}
    for name, store in slow.items():
        start = time.perf_counter()
        store.count_word(RARE)
        print(f"\n{name}: a rare word counted in {(time.perf_counter() - start) * 1e3:,.0f} ms")
    for store in stores.values():
        store.close()
    import_mbox(folder, mails)


def _others(mails: Sequence[bytes], mark: bytes) -> list[list[bytes]]:
    """Make batches of messages that no store has: contents that are there already would be saved faster."""
    fresh = [b"X-Mark: " + mark + b"\r\n" + one for one in mails]
    return [fresh[start : start + BATCH] for start in range(0, len(fresh), BATCH)]


def large(folder: Path) -> None:
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
        print_rounds("in batches", rounds_of(stores, _others(mails, b"new"), all_at_once))
        print_rounds("one by one", rounds_of(stores, _others(mails, b"other"), one_by_one))
        questions(store, peer)
    peer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--postgres", default="", help="the URL of an empty database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if given.large:
            large(folder)
        else:
            small(folder, 4_000 if given.quick else 20_000, given.postgres)


if __name__ == "__main__":
    main()

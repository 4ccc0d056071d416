"""Disks that are full, shares that are away, files that are damaged, and clocks that differ."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import attrs
import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import ConnectionLost, StoreCorrupt, StoreFull
from msgcore.model import Deferred, Delivered, Message, Outcome
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.providers.postoffice import share
from msgcore.providers.postoffice.delivery import Offices
from msgcore.providers.postoffice.names import Entry, new_name
from msgcore.providers.postoffice.office import Office, create_office, open_office
from msgcore.providers.postoffice.plans import Plan
from msgcore.providers.postoffice.store import PostOfficeStore
from msgcore.runtime.abc import NEVER
from msgcore.runtime.host import boot_id, holder_name
from msgcore.spi.outgoing import Preprocessed
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import Incoming, SpecialFolder, TableQuery
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode
from tests.providers.postoffice.boxes import RUNTIME, deliver, folders_of, letter, logged_on, recipient, shown

LEASE_SECONDS = 600.0


def outcome(path: Path, transfer_id: str, subject: str) -> Outcome:
    return deliver(path, transfer_id, subject)[recipient("bob")]


# A full disk.


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")  # a container that may not
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_on_a_full_disk_mail_is_deferred_and_arrives_once_when_there_is_room(disk: Path) -> None:
    path = create_office(disk / "office", "NET", "PO1").path
    open_office(path).add_mailbox("bob", "", exist_ok=False)
    outcome(path, "t1", "before")
    room = os.statvfs(disk)
    (disk / "film").write_bytes(b"x" * (room.f_bavail * room.f_frsize))

    deferred = [outcome(path, "t2", "after") for _ in range(2)]
    with pytest.raises(StoreFull):
        store = logged_on(path)
        store.save(folders_of(store)["Drafts"], [Incoming(letter(str(n))) for n in range(3)], NEVER)
    assert [(type(one), str(one.enhanced)) for one in deferred] == [(Deferred, "4.3.1")] * 2
    assert shown(logged_on_full(path), "Inbox", "Drafts") == {"Inbox": ["before"], "Drafts": []}

    (disk / "film").unlink()
    assert [type(outcome(path, "t2", "after")) for _ in range(2)] == [Delivered] * 2
    assert shown(logged_on(path), "Inbox") == {"Inbox": ["after", "before"]}
    mailbox = open_office(path).mailbox("bob")
    assert mailbox is not None
    assert list((mailbox.place / "tmp").iterdir()) == []


def logged_on_full(path: Path) -> PostOfficeStore:
    """Read what a full disk has: whoever is logged on already needs no room for that."""
    office = open_office(path)
    mailbox = office.mailbox("bob")
    assert mailbox is not None
    return PostOfficeStore(mailbox, RUNTIME)


def test_who_may_only_read_is_logged_on_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome(office.path, "t1", "good")

    def refused(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(share, "write_file", refused)
    assert shown(logged_on(office.path), "Inbox") == {"Inbox": ["good"]}


# A share that is away.


def test_while_the_share_is_away_every_call_says_so_and_afterwards_all_is_there(office: Office) -> None:
    outcome(office.path, "t1", "before")
    store = logged_on(office.path)
    folders = folders_of(store)
    away = office.path.rename(office.path.with_name("away"))
    for call in (
        lambda: store.special_folders(NEVER) and store.folders(folders["Top of Information Store"], NEVER),
        lambda: store.save(folders["Inbox"], [Incoming(letter("lost"))], NEVER),
        lambda: shown(store, "Inbox"),
        lambda: outcome(office.path, "t2", "after"),
    ):
        with pytest.raises(ConnectionLost, match="share"):
            call()
    away.rename(office.path)
    assert type(outcome(office.path, "t2", "after")) is Delivered
    assert shown(store, "Inbox") == {"Inbox": ["after", "before"]}


def test_who_may_be_in_a_post_office_that_is_away_is_deferred(office: Office, tmp_path: Path) -> None:
    offices = Offices(office.path, [str(tmp_path / "nowhere")])
    dan = attrs.evolve(recipient("dan"), address=attrs.evolve(recipient("dan").address, email_address="NET/PO2/dan"))
    found = offices.deliver([dan], "t1", lambda: pytest.fail("there is nobody to encode it for"), NEVER)
    assert [(type(one), str(one.enhanced)) for one in found.values()] == [(Deferred, "4.4.1")]


@pytest.mark.parametrize(("times", "kind"), [(1, Delivered), (9, Deferred)])
def test_mail_to_a_mailbox_whose_handle_is_stale_is_not_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch, times: int, kind: type[Outcome]
) -> None:
    """A client of NFS may still have the one that was there before; the next look is a new one."""
    stale = iter(range(times))

    def opened(path: Path, mode: str) -> IO[bytes]:
        if path.name == "mailbox.json" and next(stale, None) is not None:
            raise OSError(errno.ESTALE, "Stale file handle")
        return open(path, mode)  # noqa: PTH123  # the other one is replaced

    monkeypatch.setattr(Path, "open", opened)
    assert type(outcome(office.path, "t1", "welcome")) is kind


# Damage.


def message_file(office: Office) -> Path:
    """Give the file of the one message in bob's inbox."""
    mailbox = office.mailbox("bob")
    assert mailbox is not None
    (found,) = mailbox.place.glob("root/**/f.inbox/m.*")
    return found


DAMAGED = {
    "empty": b"",
    "blank": b"\n",
    "no facts": b"{}\n",
    "deep": b"[" * 5_000,
    "of another form": b'{"form":"exe"}\nMZ',
    "no text": b"\xff\n",
}


@pytest.mark.parametrize("octets", DAMAGED.values(), ids=DAMAGED)
def test_a_message_file_with_anything_in_it_is_damaged_and_harms_no_other(office: Office, octets: bytes) -> None:
    outcome(office.path, "t1", "good")
    path = message_file(office)
    entry = Entry.parse(path.name)
    assert entry is not None
    path.with_name(attrs.evolve(entry, id=1, tag=new_name()).name).write_bytes(octets)
    store = logged_on(office.path)
    with pytest.raises(StoreCorrupt):
        store.load(EntryId(store.uid, ObjectKind.MESSAGE, 1), 1 << 30, NEVER)
    rows = store.query(folders_of(store)["Inbox"], TableQuery((PidTagSubject,)), NEVER)
    assert [row.get(PidTagSubject) for row in rows] == [None, "good"]


def test_a_message_that_was_cut_short_is_damaged(office: Office) -> None:
    outcome(office.path, "t1", "good")
    path = message_file(office)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StoreCorrupt, match="octets of a message of"):
        load_all(office)


def test_of_messages_loaded_together_those_before_a_damaged_one_are_given(office: Office) -> None:
    """Who is told of damage takes it for the first one's."""
    store = logged_on(office.path)
    ids = store.save(folders_of(store)["Drafts"], [Incoming(letter(one)) for one in "abc"], NEVER)
    mailbox = open_office(office.path).mailbox("bob")
    assert mailbox is not None
    (damaged,) = [one for one in mailbox.place.glob("root/**/m.*") if b"Subject: b" in one.read_bytes()]
    damaged.write_bytes(damaged.read_bytes()[:-10])

    found = store.load_many(ids, 1 << 30, NEVER)
    with pytest.raises(StoreCorrupt):
        store.load_many(ids[1:], 1 << 30, NEVER)
    assert [one.subject for one in found if isinstance(one, Message)] == ["a"]


def load_all(office: Office) -> None:
    """Load all that is in bob's inbox."""
    store = logged_on(office.path)
    for row in store.query(folders_of(store)["Inbox"], TableQuery((PidTagEntryId,)), NEVER):
        store.load(EntryId.parse(row[PidTagEntryId]), 1 << 30, NEVER)


@pytest.mark.parametrize("said", ["", "{}", '{"first":null,"steps":[["rename","../../x","root/y"]]}'])
def test_a_plan_that_msgcore_did_not_write_is_not_carried_out(office: Office, said: str) -> None:
    mailbox = office.mailbox("bob")
    assert mailbox is not None
    (mailbox.place / "plans" / new_name()).write_text(said)
    with pytest.raises(StoreCorrupt, match="plan"):
        logged_on(office.path)


def test_a_damaged_record_of_a_submission_holds_up_no_other(office: Office) -> None:
    store = logged_on(office.path)
    for one in ("t1", "t2"):
        store.submit(letter(one), one, NEVER)
    mailbox = office.mailbox("bob")
    assert mailbox is not None
    for record in (mailbox.place / "submissions").iterdir():
        if '"t1"' in record.read_text():
            record.write_bytes(b"{")
    again = logged_on(office.path)
    assert [one.transfer_id for one in again.outgoing(NEVER)] == ["t2"]
    locked = again.lock_due(LEASE_SECONDS, NEVER)
    assert locked is not None
    assert locked.transfer_id == "t2"


def test_a_plan_that_somebody_else_carried_out_counts_when_the_message_has_gone_on_since(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = logged_on(office.path), logged_on(office.path)
    store.submit(letter("sent"), "t1", NEVER)
    item = store.lock_due(LEASE_SECONDS, NEVER)
    assert item is not None
    carry_out = Plan.carry_out

    def late(plan: Plan) -> bool:
        monkeypatch.undo()
        other.note_outcomes(item.entry_id, {}, NEVER)
        return carry_out(plan)

    monkeypatch.setattr(Plan, "carry_out", late)
    copy = Preprocessed(sent_copy=letter("copy"))
    assert store.keep_preprocessed(item, copy, [Incoming(letter("report"))], NEVER) is not None
    assert shown(logged_on(office.path), "Inbox", "Outbox") == {"Inbox": ["report"], "Outbox": ["copy"]}


def test_files_that_others_put_there_are_left_alone(office: Office) -> None:
    outcome(office.path, "t1", "good")
    folder = message_file(office).parent
    for name in ("Thumbs.db", ".nfs0001", "m.1", "m.x.y.z", "f.", "i.x"):
        (folder / name).write_bytes(b"")
    assert shown(logged_on(office.path), "Inbox") == {"Inbox": ["good"]}
    assert len(list(folder.iterdir())) == 7


# Locks of other machines.


def locked(office: Office, holder: str) -> tuple[PostOfficeStore, ManualClock, OutgoingItem]:
    """Give a submission that somebody else has locked, and a store whose clock is a year ahead of that one's."""
    clock = ManualClock(datetime.now(UTC) + timedelta(days=366))
    store = logged_on(office.path)
    store.submit(letter("sent"), "t1", NEVER)
    item = store.lock_due(LEASE_SECONDS, NEVER)
    assert item is not None
    mailbox = office.mailbox("bob")
    assert mailbox is not None
    (record,) = (mailbox.place / "submissions").iterdir()
    record.write_text(record.read_text().replace(holder_name(), holder))
    return PostOfficeStore(mailbox, runtime_on(Mode.BLOCKING, clock)), clock, item


def test_the_lock_of_another_machine_holds_for_its_lease_whatever_the_clocks_say(office: Office) -> None:
    store, clock, item = locked(office, "another-boot/ns/1/1")
    assert store.lock_due(LEASE_SECONDS, NEVER) is None
    clock.move(LEASE_SECONDS - 1)
    assert store.lock_due(LEASE_SECONDS, NEVER) is None
    clock.move(2)
    taken = store.lock_due(LEASE_SECONDS, NEVER)
    assert taken is not None
    assert taken.token > item.token


def test_the_lock_of_another_machine_ends_with_its_lease_by_the_clock_of_the_share(office: Office) -> None:
    """A session that has just begun has not watched it for so long."""
    store, _, _ = locked(office, "another-boot/ns/1/1")
    mailbox = office.mailbox("bob")
    assert mailbox is not None
    (record,) = (mailbox.place / "submissions").iterdir()
    before = record.read_text()
    record.write_text(before.replace("600.0", "0.0"))
    assert store.lock_due(LEASE_SECONDS, NEVER) is not None


def test_the_lock_of_a_process_that_ended_on_this_machine_is_free(office: Office) -> None:
    store, _, _ = locked(office, f"{boot_id()}/{holder_name().split('/')[1]}/1/0")
    assert store.lock_due(LEASE_SECONDS, NEVER) is not None


# Tidying up.


def test_the_mail_of_a_mailbox_whose_removal_did_not_end_goes_in_the_end(office: Office) -> None:
    mailbox = office.mailbox("ann")
    assert mailbox is not None
    left, young = (office.path / "tmp" / name for name in ("0123456789abcdef", "fedcba9876543210"))
    mailbox.place.rename(left)  # and there the machine died
    young.mkdir()
    yesterday = datetime.now(UTC).timestamp() - 25 * 3600
    os.utime(left, (yesterday, yesterday))

    logged_on(office.path)
    assert [path.exists() for path in (left, young)] == [False, True]


def test_what_was_left_a_day_ago_goes_and_nothing_else(office: Office) -> None:
    store = logged_on(office.path)
    [draft] = store.save(folders_of(store)["Drafts"], [Incoming(letter("draft"))], NEVER)
    store.save_changes(draft, letter("changed"), NEVER)
    store.submit(letter("sent"), "t1", NEVER)
    mailbox = office.mailbox("bob")
    assert mailbox is not None
    left = [mailbox.place / kind / "0123456789abcdef" for kind in ("tmp", "contents", "submissions")]
    for path in left:
        path.write_bytes(b"left")
    yesterday = datetime.now(UTC).timestamp() - 25 * 3600
    for path in mailbox.place.glob("*/*"):
        os.utime(path, (yesterday, yesterday))

    again = logged_on(office.path)
    assert [path for path in left if path.exists()] == []
    assert shown(again, "Drafts", "Outbox") == {"Drafts": ["changed"], "Outbox": ["sent"]}
    assert [one.transfer_id for one in again.outgoing(NEVER)] == ["t1"]
    assert again.special_folders(NEVER)[SpecialFolder.INBOX] == store.special_folders(NEVER)[SpecialFolder.INBOX]

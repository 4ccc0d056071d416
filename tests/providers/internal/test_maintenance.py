"""Checking a store, copying it, and giving back what nothing needs."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from msgcore.base.ids import EntryId
from msgcore.base.octets import Limits
from msgcore.base.times import Deadline
from msgcore.codecs import read_message
from msgcore.errors import InvalidToken, LimitExceeded, ObjectDeleted, TimedOut, UsageError
from msgcore.model import Message
from msgcore.props.table import PidTagBody, PidTagSubject
from msgcore.providers.internal import records
from msgcore.providers.internal.word_upkeep import begin_anew, end_anew
from msgcore.runtime import NEVER
from msgcore.spi.changes import ChangeKind
from msgcore.spi.folders import Search
from msgcore.spi.recovery import Fault
from msgcore.spi.store import SpecialFolder
from msgcore.testing.modes import Mode
from tests.examples.pages import blocks_of
from tests.providers.internal.box import Box
from tests.providers.internal.conftest import new_place
from tests.servers import Postgresql

WORDS = [f"word{number}" for number in range(50)]


def faults(box: Box) -> list[Fault]:
    return list(box.run(box.store.check(NEVER)))


def busy(box: Box) -> None:
    """Do some of everything."""
    made = box.folder("made")
    ids = box.save(*(Message(subject=f"letter {number}", text=" ".join(WORDS)) for number in range(6)))
    search = Search(PidTagSubject.contains("letter"), (box.inbox,))
    box.run(box.store.create_search_folder(box.special[SpecialFolder.FINDER], "letters", search, NEVER))
    box.run(box.store.set_read_flag(ids[:2], True, NEVER))
    box.run(box.store.move(ids[1:3], made, NEVER))
    box.run(box.store.copy(ids[:2], made, NEVER))
    box.run(box.store.delete(ids[4:], NEVER))
    box.run(box.store.restore(ids[5:], NEVER))
    box.run(box.store.save_changes(ids[0], Message(subject="changed"), NEVER))
    box.submit(Message(from_="ann@a.test", to="bob@b.test", subject="out"))


def test_a_store_in_use_has_no_fault(either_box: Box) -> None:
    busy(either_box)
    assert faults(either_box) == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("update folder set message_count = 7 where role = 'inbox'", "the number of its messages is wrong"),
        ("update folder set unread_count = 7 where role = 'inbox'", "the number of its unread messages is wrong"),
        ("delete from search_link", "its counts are not those of its links"),
        ("update message set change_number = 1 where subject = 'changed'", "its change numbers are not in their order"),
        (
            "update message set change_number = 1000000 where subject = 'changed'",
            "it has a change number that the mailbox never gave",
        ),
        (
            "update message set section = 1 where id = (select min(message_id) from search_link)",
            "it shows a message that is deleted, associated or another mailbox's",
        ),
        ("delete from search_link", "it does not show what its search finds"),
        ("update folder set search = '{' where search is not null", "the search of a folder is damaged"),
        (
            "update gone set number = number + 1000000",
            "something departed by it, and the mailbox never gave its number",
        ),
        (
            "update gone set number = (select change_number from message where subject = 'changed')"
            " where number = (select min(number) from gone)",
            "a message has its number, and something else that has departed",
        ),
        (
            "update gone set number = (select change_number from folder where role = 'inbox')"
            " where number = (select min(number) from gone)",
            "a folder has its number, and something that has departed",
        ),
        (
            "update folder set change_number = (select change_number from message where subject = 'changed')"
            " where name = 'made'",
            "two objects have its number",
        ),
        ("update folder set role = null where role = 'drafts'", "a special folder is missing"),
        ("delete from receive_folder where class_key = x''", "it has no receive folder for all classes"),
        (
            "update receive_folder set folder_id = (select id from folder where search is not null)",
            "it receives messages, and is a search folder or another mailbox's",
        ),
        ("update message set section = 1 where subject = 'changed'", "whether it is deleted or associated is said in"),
        ("update message set flags = flags & ~4 where subject = 'out'", "it is submitted and not marked so"),
        ("update message set overlay = '[[' where subject = 'changed'", "the overlay of a message is damaged"),
        (
            "insert into content (hash, form, size_octets, packing, octets) values (x'00', 'mime', 0, 0, x'')",
            "no message has it",
        ),
        ("insert into message_words (message_words) values ('delete-all')", "a word of it does not find it"),
        ("update words_index set unicode_version = '1.0'", "made by Unicode 1.0"),
    ],
)
def test_a_broken_invariant_is_found(box: Box, damage: str, found: str) -> None:
    busy(box)
    box.sql(damage)
    assert [fault for fault in faults(box) if found in fault.text] != []


def test_octets_that_are_not_what_they_were_are_found(box: Box) -> None:
    box.save(Message(subject="a", text="what it was"))
    box.sql("update content set octets = cast(replace(cast(octets as text), 'what', 'that') as blob)")
    assert "content" in {fault.where.partition(" ")[0] for fault in faults(box)}


def test_an_index_that_was_lost_is_made_anew_by_compact(box: Box) -> None:
    (one,) = box.save(Message(subject="a", text="quicksilver"))
    box.sql("insert into message_words (message_words) values ('delete-all')")
    box.sql("update words_index set unicode_version = '1.0'")
    box.run(box.store.compact(NEVER))
    assert faults(box) == []
    assert box.ids(PidTagSubject.has_words("a")) == [one]


def worn(box: Box) -> list[EntryId]:
    """Save messages, and let the index be one that is made anew."""
    ids = box.save(*(Message(subject=f"letter {number}", text="quicksilver") for number in range(300)))
    box.sql("update words_index set unicode_version = '1.0'")
    return ids


def test_what_comes_and_goes_while_the_index_is_made_anew_is_in_it_or_not(either_box: Box) -> None:
    """The clock of a compact() is looked at between its transactions."""
    box = either_box
    ids = worn(box)
    came: list[EntryId] = []

    class Meddling(Deadline):
        def check(self, doing: str) -> None:
            if "words" in doing and not came:
                came.extend(box.save(Message(subject="new", text="quicksilver")))
                box.run(box.store.purge(ids[:2], NEVER))
                box.run(box.store.save_changes(ids[2], Message(subject="letter 2", text="mercury"), NEVER))

    box.run(box.store.compact(Meddling()))
    assert (faults(box), box.ids(PidTagBody.has_words("quicksilver"))) == ([], ids[3:] + came)
    assert box.ids(PidTagBody.has_words("mercury")) == ids[2:3]


def test_an_index_is_not_wrong_while_it_is_made_anew(either_box: Box) -> None:
    box = either_box
    ids = worn(box)
    found: list[list[EntryId]] = []

    class Looking(Deadline):
        def check(self, doing: str) -> None:
            if "words" in doing and len(found) < 3:
                found.append(box.ids(PidTagBody.has_words("quicksilver")))

    box.run(box.store.compact(Looking()))
    assert found == [ids, ids, ids]


def test_an_index_that_was_not_made_anew_in_time_is_as_it_was(either_box: Box) -> None:
    box = either_box
    ids = worn(box)

    class Late(Deadline):
        def check(self, doing: str) -> None:
            if "words" in doing:
                raise TimedOut(doing)

    with pytest.raises(TimedOut):
        box.run(box.store.compact(Late()))
    assert box.ids(PidTagBody.has_words("quicksilver")) == ids
    box.run(box.store.compact(NEVER))
    assert (faults(box), box.ids(PidTagBody.has_words("quicksilver"))) == ([], ids)


def test_of_two_that_make_the_index_anew_at_once_one_does(box: Box) -> None:
    ids = worn(box)
    begun: list[str] = []
    with Box(Mode.BLOCKING, box.place) as other:

        class Both(Deadline):
            def check(self, doing: str) -> None:
                if "words" in doing and not begun:
                    begun.append("the other")
                    other.transact(lambda c: end_anew(c, begin_anew(c), 0, NEVER))

        box.run(box.store.compact(Both()))
    assert (faults(box), box.ids(PidTagBody.has_words("quicksilver"))) == ([], ids)
    assert box.sql("select count(*) from sqlite_schema where name like 'words_anew%'") == [(0,)]


def test_another_process_finds_words_in_an_index_that_was_made_anew(box: Box) -> None:
    ids = worn(box)
    reader = sqlite3.connect(box.path)
    sql = "select count(*) from message_words where message_words match 'quicksilver'"
    assert reader.execute(sql).fetchall() == [(len(ids),)]
    box.run(box.store.purge(ids[:1], NEVER))
    box.run(box.store.compact(NEVER))
    assert reader.execute(sql).fetchall() == [(len(ids) - 1,)]
    reader.close()


def test_many_that_were_deleted_long_ago_are_all_ended(either_box: Box) -> None:
    box = either_box
    ids = box.save(*(Message(subject="old") for _ in range(2_100)))
    box.run(box.store.delete(ids, NEVER))
    box.clock.move(timedelta(days=1))
    assert (box.run(box.store.purge_before(box.runtime.now(), NEVER)), faults(box)) == (2_100, [])


def test_compact_ends_what_was_deleted_long_ago_and_nothing_else(box: Box) -> None:
    old, young, kept = box.save(Message(subject="old"), Message(subject="young"), Message(subject="kept"))
    box.run(box.store.delete([old], NEVER))
    box.clock.move(timedelta(days=15))
    box.run(box.store.delete([young], NEVER))
    box.run(box.store.compact(NEVER))

    with pytest.raises(ObjectDeleted):
        box.run(box.store.restore([old], NEVER))
    box.run(box.store.restore([young], NEVER))
    assert {box.load(one).subject for one in (young, kept)} == {"young", "kept"}


def test_of_what_was_purged_nothing_is_left_in_the_file_after_compact(box: Box) -> None:
    secret, changed, kept = box.save(*(Message(subject=f"{word}er", text=word) for word in ("quick", "slow", "even")))
    box.run(box.store.save_changes(changed, Message(text="faster"), NEVER))
    box.run(box.store.purge([secret], NEVER))
    box.run(box.store.compact(NEVER))

    octets = b"".join(path.read_bytes() for path in box.path.parent.iterdir())
    assert [word in octets for word in (b"quick", b"slow", b"faster", b"even")] == [False, False, True, True]
    assert (box.ids(PidTagSubject.has_words("evener")), faults(box)) == ([kept], [])


def test_a_backup_goes_to_a_new_file(box: Box, tmp_path: Path) -> None:
    path = tmp_path / "there.db"
    path.write_bytes(b"mine")
    with pytest.raises(UsageError):
        box.run(box.store.backup(path, NEVER))
    assert path.read_bytes() == b"mine"


def test_a_backup_is_the_store_of_that_moment(mode: Mode, box: Box, tmp_path: Path) -> None:
    busy(box)
    before = box.subjects()
    box.run(box.store.backup(tmp_path / "copy.db", NEVER))
    box.save(Message(subject="later"))
    with Box(mode, tmp_path / "copy.db") as copy:
        assert (copy.subjects(), faults(copy)) == (before, [])


def test_who_synchronises_with_a_store_that_was_restored_is_told(mode: Mode, box: Box, tmp_path: Path) -> None:
    box.save(Message(subject="kept"))
    early = box.run(box.store.changes_since(None, None, 10, NEVER)).token
    box.run(box.store.backup(tmp_path / "copy.db", NEVER))
    (lost,) = box.save(Message(subject="lost"))
    late = box.run(box.store.changes_since(None, None, 10, NEVER)).token
    box.close()
    shutil.copy(tmp_path / "copy.db", tmp_path / "restored.db")
    with Box(mode, tmp_path / "restored.db") as restored:
        (new,) = restored.save(Message(subject="new"))
        found = restored.run(restored.store.changes_since(None, early, 10, NEVER)).changes
        assert [(change.kind, change.entry_id) for change in found] == [(ChangeKind.CREATED, new)]
        with pytest.raises(InvalidToken, match="restored"):
            restored.run(restored.store.changes_since(None, late, 10, NEVER))
        assert new != lost


def test_what_is_too_large_for_its_attachments_is_found_by_its_text_before_and_after_compacting(
    either_box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(octets: bytes, form: str | None = None) -> Message:
        if len(octets) > 100_000:
            raise LimitExceeded("larger than what can be read")
        return read_message(octets, form)

    monkeypatch.setattr(records, "USUAL_LIMITS", Limits(total_octets=100_000), raising=False)
    monkeypatch.setattr(records, "read_message", read)
    box = either_box
    wanted = [box.save_one(Message(text="a zebra", attachments=[bytes(400_000)]))]
    for _ in range(2):
        assert [box.ids(PidTagBody.has_words("zebra")), box.ids(PidTagBody.contains("zebr"))] == [wanted, wanted]
        box.transact(lambda connection: connection.run("update words_index set unicode_version = '1.0'"))
        box.run(box.store.compact(NEVER))
    assert faults(box) == []


@pytest.mark.interop
def test_a_store_on_a_server_that_was_set_back_gives_no_number_again_once_it_is_told(postgresql: Postgresql) -> None:
    place = new_place(postgresql)
    told = blocks_of("postgresql", "sql")[1].text.replace("athena", place.namespace)
    with Box(Mode.BLOCKING, place) as box:
        box.save_one(Message(subject="kept"))
        last = ", ".join(f"(select last_value from {place.namespace}.{name}_id_seq)" for name in ("message", "folder"))
        number, message, folder = postgresql.psql(f"select change_number, {last} from {place.namespace}.mailbox").split(
            "|"
        )
        lost = box.save_one(Message(subject="lost"))
        token = box.run(box.store.changes_since(None, None, 1_000, NEVER)).token
    postgresql.psql(
        f"set search_path = {place.namespace}; delete from message where id > {message};"
        f" update mailbox set change_number = {number}; update folder set message_count = 1, unread_count = 1"
        f" where message_count = 2; delete from content where id not in (select content_id from message);"
        f" select setval('message_id_seq', {message}), setval('folder_id_seq', {folder})"
    )
    postgresql.psql(told)
    with Box(Mode.BLOCKING, place) as box:
        box.save(*(Message(subject=f"new {count}") for count in range(3)))
        with pytest.raises(ObjectDeleted):
            box.load(lost)
        with pytest.raises(InvalidToken, match="restored from a backup"):
            box.run(box.store.changes_since(None, token, 1_000, NEVER))
        assert faults(box) == []

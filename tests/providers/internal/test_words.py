"""The full-text index: it has the words that the reference has, as long as some message has them."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.errors import StoreFull
from msgcore.model import Attachment, Message
from msgcore.props.table import PidTagSenderEmailAddress
from msgcore.props.words import words
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.words import MOST_CHARACTERS, searchable
from msgcore.runtime import NEVER, Database
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box
from tests.providers.internal.index import check_index, found, rows_of_index
from tests.providers.internal.test_sharing import SAVES_WITHOUT_END, command

# The words of the tokenizer and ours

_PIECES = st.one_of(
    st.characters(),
    st.characters(max_codepoint=0x7F),
    st.sampled_from(
        ["a" * 130, "é" * 130, "A" * 255, "ก" * 3, " ", "_", "e\u0301", "\u0345", "\u0338", "\0", "\xa0", "ß"]
    ),
    st.text(st.characters(min_codepoint=0x300, max_codepoint=0x36F)),
)
texts = st.lists(_PIECES, max_size=30).map("".join)


def tokens(text: str) -> list[str]:
    """Give what FTS5 makes of a text, in order, with the tokenizer of the schema."""
    with closing(sqlite3.connect(":memory:")) as raw:
        (create,) = [part for part in STORE_SCHEMA.migrations[0].split(";") if "using fts5" in part]
        raw.execute(create)
        raw.execute("create virtual table token using fts5vocab (message_words, 'instance')")
        raw.execute("insert into message_words (rowid, body) values (1, ?)", (text,))
        return [term for (term,) in raw.execute("select term from token order by offset")]


@given(texts)
@example("=\u0338a")
@example("x\u0345 \u0345")
@example("\u1026\u1025")
@example("x\u034fy \u034f")
@example("in plain words “quoted” and ＦＵＬＬ " + "a" * 300)
@example("a" * 255 + "b" + " for the rest there is ASCII, and there is é" * 3)
def test_the_index_has_the_words_of_the_folded_text(text: str) -> None:
    assert tokens(searchable(text)) == words(fold(text, ignore_non_space=True))


# What stands in it

LETTER = Message(
    from_="Ann Smith <ann@a.test>",
    sender="secretary@a.test",
    to="Bob <bob@b.test>",
    cc="carol@c.test",
    bcc="Zoë <zoe@z.test>",
    subject="Größe of the year",
    text="The quick brown fox",
    attachments=[Attachment(b"x", filename="Report 2026.pdf"), Message(subject="inside", text="hidden")],
)


@pytest.mark.parametrize(
    ("column", "phrase"),
    [
        ("subject", "grosse of the"),
        ("body", "quick brown"),
        ("people", "ann smith"),
        ("people", "secretary a test"),
        ("people", "bob b test"),
        ("people", "carol"),
        ("people", "zoe"),
        ("files", "report 2026 pdf"),
    ],
)
def test_a_message_is_found_by(box: Box, column: str, phrase: str) -> None:
    entry_id = box.save_one(LETTER)

    assert found(box, column, phrase) == {entry_id}


@pytest.mark.parametrize(
    ("column", "phrase"),
    [
        ("body", "hidden"),
        ("subject", "inside"),
        ("people", "ann secretary"),
        ("people", "bob carol"),
    ],
)
def test_a_message_is_not_found_by(box: Box, column: str, phrase: str) -> None:
    box.save_one(LETTER)

    assert found(box, column, phrase) == set()


def test_a_message_with_html_alone_is_found_by_its_text(box: Box) -> None:
    entry_id = box.save_one(Message(html="<p>quick <b>brown</b></p>"))

    assert (found(box, "body", "quick brown"), found(box, "body", "b")) == ({entry_id}, set())


@pytest.mark.parametrize(("characters", "is_indexed"), [(MOST_CHARACTERS - 2, True), (MOST_CHARACTERS + 1, False)])
def test_a_message_with_more_text_than_is_indexed_has_no_row(box: Box, characters: int, is_indexed: bool) -> None:
    box.save_one(Message(text="word " * (characters // 5) + "x" * (characters % 5)))

    assert box.sql("select words_id is not null from message") == [(is_indexed,)]


def test_messages_of_one_content_share_a_row(box: Box) -> None:
    ids = box.save(Message(text="shared"), Message(text="shared"))

    assert (found(box, "body", "shared"), rows_of_index(box)) == (set(ids), 1)


def test_a_later_message_of_known_content_shares_its_row(box: Box) -> None:
    ids = box.save(Message(text="shared")) + box.save(Message(text="shared"))

    assert (found(box, "body", "shared"), rows_of_index(box)) == (set(ids), 1)


def letter(sender: str = "") -> Message:
    """Make a message whose octets do not carry the sender, so that it lies over them."""
    message = Message(from_="ann@a.test", text="t")
    if sender:
        message[PidTagSenderEmailAddress] = sender
    return message


def test_what_lies_over_the_content_has_a_row_of_its_own(box: Box) -> None:
    plain, odd = box.save(letter(), letter("odd"))

    assert (found(box, "people", "ann"), found(box, "people", "odd")) == ({plain, odd}, {odd})


def test_content_that_was_known_with_an_overlay_only_gets_its_row_with_the_first_message_without(box: Box) -> None:
    odd, even, plain = box.save_one(letter("odd")), box.save_one(letter("even")), box.save_one(letter())

    assert (found(box, "people", "even"), found(box, "body", "t"), rows_of_index(box)) == (
        {even},
        {odd, even, plain},
        3,
    )


# As long as it is there


Leave = Callable[[Box, EntryId], None]


def rename(box: Box, entry_id: EntryId) -> None:
    message = box.load(entry_id)
    message.subject = "new"
    message.text = "u"
    box.run(box.store.save_changes(entry_id, message, NEVER))


def forget(box: Box, entry_id: EntryId) -> None:
    box.run(box.store.delete([entry_id], NEVER))


def forget_with_folder(box: Box, entry_id: EntryId) -> None:
    folder = box.folder("gone soon")
    box.run(box.store.move([entry_id], folder, NEVER))
    box.run(box.store.delete_folder(folder, NEVER))


@pytest.mark.parametrize("leave", [forget, forget_with_folder, rename])
def test_words_leave_with_the_message_that_had_them(box: Box, leave: Leave) -> None:
    leave(box, box.save_one(Message(subject="old")))

    assert found(box, "subject", "old") == set()
    check_index(box)


@pytest.mark.parametrize("message", [letter(), letter("odd")], ids=["shared", "own"])
@pytest.mark.parametrize("leave", [forget, forget_with_folder, rename])
def test_words_stay_as_long_as_some_message_has_them(box: Box, leave: Leave, message: Message) -> None:
    first = box.save_one(message)
    (copy,) = box.run(box.store.copy([first], box.inbox, NEVER))
    leave(box, first)

    assert found(box, "body", "t") == {copy}
    check_index(box)


def test_a_submission_is_found(box: Box) -> None:
    item = box.submit(Message(from_="a@a.test", to="b@b.test", subject="outbound"))

    assert found(box, "subject", "outbound") == {item.entry_id}


def test_a_report_is_found(box: Box) -> None:
    box.submit(Message(from_="a@a.test", to="b@b.test"))
    item = box.lock()
    assert item is not None
    box.run(box.store.settle(item, [Incoming(Message(subject="undeliverable"))], NEVER))

    assert len(found(box, "subject", "undeliverable")) == 1


# Faults


def test_words_are_not_there_before_the_transaction_has_ended(box: Box) -> None:
    writer = sqlite3.connect(box.path, isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("insert into message_words (rowid, body) values (1, 'early')")

    assert box.sql("select count(*) from message_words where message_words match 'early'") == [(0,)]
    writer.execute("rollback")
    writer.close()


def test_a_full_disk_leaves_neither_messages_nor_words(box: Box) -> None:
    kept = box.save_one(Message(subject="kept"))
    database = Database.open(box.path, STORE_SCHEMA, create=False)
    most = "pragma max_page_count = "
    box.run(database.write(box.runtime, lambda c: c.rows(f"{most}{c.value('pragma page_count')}")))
    with pytest.raises(StoreFull):
        box.save(*(Message(subject=f"lost {number}", text="x" * 20_000) for number in range(50)))
    box.run(database.write(box.runtime, lambda c: c.rows(f"{most}{2**30}")))
    box.run(database.close(box.runtime))

    assert (found(box, "subject", "kept"), found(box, "subject", "lost")) == ({kept}, set())
    check_index(box)


def test_a_kill_leaves_each_message_with_its_words(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    with subprocess.Popen(command(SAVES_WITHOUT_END, path), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(10):
            child.stdout.readline()
        child.kill()
        child.stdout.read()

    with Box(Mode.BLOCKING, path) as box:
        check_index(box)
        assert [found(box, "subject", subject) for subject in box.subjects()] == [{one} for one in box.ids()]


def test_two_processes_that_save_the_same_at_once_make_one_row(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    program = 'for _ in range(30):\n    save("the same", "the same")\n'
    children = [subprocess.Popen(command(program, path)) for _ in range(2)]
    assert [child.wait(120) for child in children] == [0, 0]

    with Box(Mode.BLOCKING, path) as box:
        check_index(box)
        assert (len(found(box, "subject", "same")), rows_of_index(box)) == (120, 1)


def test_a_moved_message_is_found(box: Box) -> None:
    entry_id = box.save_one(Message(subject="moved"))
    box.run(box.store.move([entry_id], box.special[SpecialFolder.DRAFTS], NEVER))

    assert found(box, "subject", "moved") == {entry_id}

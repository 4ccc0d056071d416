"""The full-text index: it has the words that the reference has, as long as some message has them."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.errors import StoreFull
from msgcore.model import Attachment, Message
from msgcore.props.match import match
from msgcore.props.table import (
    PidTagBody,
    PidTagEntryId,
    PidTagSearchAttachments,
    PidTagSenderEmailAddress,
    PidTagSubject,
)
from msgcore.props.words import words
from msgcore.providers.internal import words as words_of_store
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.words import MOST_CHARACTERS, searchable, tokens
from msgcore.runtime import NEVER, Database, Engine
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.spi.texts import register_text_source
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


def tokens_of_fts5(text: str) -> list[str]:
    """Give what FTS5 makes of a text, in order, with the tokenizer of the schema."""
    with closing(sqlite3.connect(":memory:")) as raw:
        (create,) = [part for part in STORE_SCHEMA.scripts(Engine.SQLITE)[0].split(";") if "using fts5" in part]
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
    expected = words(fold(text, ignore_non_space=True))

    assert (tokens_of_fts5(searchable(text)), tokens(searchable(text))) == (expected, expected)


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
def test_a_message_is_found_by(either_box: Box, column: str, phrase: str) -> None:
    entry_id = either_box.save_one(LETTER)

    assert found(either_box, column, phrase) == {entry_id}


@pytest.mark.parametrize(
    ("column", "phrase"),
    [
        ("body", "hidden"),
        ("subject", "inside"),
        ("people", "ann secretary"),
        ("people", "bob carol"),
    ],
)
def test_a_message_is_not_found_by(either_box: Box, column: str, phrase: str) -> None:
    either_box.save_one(LETTER)

    assert found(either_box, column, phrase) == set()


def test_a_message_with_html_alone_is_found_by_its_text(either_box: Box) -> None:
    entry_id = either_box.save_one(Message(html="<p>quick <b>brown</b></p>"))

    assert (found(either_box, "body", "quick brown"), found(either_box, "body", "b")) == ({entry_id}, set())


@pytest.mark.parametrize(("more", "is_indexed"), [(-2, True), (1, False)])
@pytest.mark.parametrize("most", [65_536, pytest.param(MOST_CHARACTERS, marks=pytest.mark.soak)])
def test_a_message_with_more_text_than_is_indexed_has_no_row(
    file_shelf: Box, most: int, more: int, is_indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words_of_store, "MOST_CHARACTERS", most)
    characters = most + more
    before = rows_of_index(file_shelf)
    number = file_shelf.save_one(Message(text="word " * (characters // 5) + "x" * (characters % 5))).number
    [(said,)] = file_shelf.sql("select is_indexed from message where id = ?", number)

    assert (bool(said), rows_of_index(file_shelf) - before) == (is_indexed, int(is_indexed))


def test_html_does_not_count_beside_a_text_of_its_own(file_shelf: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_of_store, "MOST_CHARACTERS", 1_000)
    html = "<p>long</p>" * 100
    beside = file_shelf.save_one(Message(text="beside", html=html))
    file_shelf.save_one(Message(html=html))

    assert (found(file_shelf, "body", "beside"), found(file_shelf, "body", "long")) == ({beside}, set())


@pytest.mark.parametrize(("count", "is_indexed"), [(104_857, True), (104_858, False)])
def test_a_message_with_more_words_than_postgresql_indexes_is_found_by_its_text(
    server_shelf: Box, count: int, is_indexed: bool
) -> None:
    """Ten octets each, with the letter of the column: as many as a tsvector takes, and one more."""
    folder = server_shelf.folder(f"of {count}")
    entry_id = server_shelf.save_one(Message(text=" ".join(f"{number:09}" for number in range(count))), folder)
    last = PidTagBody.has_words(f"{count - 1:09}")

    assert (server_shelf.ids(last, folder=folder), bool(found(server_shelf, "body", f"{count - 1:09}"))) == (
        [entry_id],
        is_indexed,
    )


def test_messages_of_one_content_share_a_row(either_box: Box) -> None:
    ids = either_box.save(Message(text="shared"), Message(text="shared"))

    assert (found(either_box, "body", "shared"), rows_of_index(either_box)) == (set(ids), 1)


def test_a_later_message_of_known_content_shares_its_row(either_box: Box) -> None:
    ids = either_box.save(Message(text="shared")) + either_box.save(Message(text="shared"))

    assert (found(either_box, "body", "shared"), rows_of_index(either_box)) == (set(ids), 1)


def letter(sender: str = "") -> Message:
    """Make a message whose octets do not carry the sender, so that it lies over them."""
    message = Message(from_="ann@a.test", text="t")
    if sender:
        message[PidTagSenderEmailAddress] = sender
    return message


def test_what_lies_over_the_content_has_a_row_of_its_own(either_box: Box) -> None:
    plain, odd = either_box.save(letter(), letter("odd"))

    assert (found(either_box, "people", "ann"), found(either_box, "people", "odd")) == ({plain, odd}, {odd})


def test_content_that_was_known_with_an_overlay_only_gets_its_row_with_the_first_message_without(box: Box) -> None:
    odd, even, plain = box.save_one(letter("odd")), box.save_one(letter("even")), box.save_one(letter())

    assert (found(box, "people", "even"), found(box, "body", "t"), rows_of_index(box)) == (
        {even},
        {odd, even, plain},
        3,
    )


# The text of attachments


@pytest.fixture
def reads_text() -> Iterator[None]:
    register_text_source("text/plain", bytes.decode)
    yield
    register_text_source("text/plain", None)


def files(*texts: str) -> Message:
    return Message(attachments=[Attachment(text.encode(), content_type="text/plain") for text in texts])


@pytest.mark.usefixtures("reads_text")
def test_a_message_is_found_by_the_text_of_its_attachments(either_box: Box) -> None:
    entry_id = either_box.save_one(files("the quick", "Größe fox"))
    either_box.save_one(files("quick the"))

    assert either_box.ids(PidTagSearchAttachments.has_phrase("the quick")) == [entry_id]
    assert either_box.ids(PidTagSearchAttachments.has_words("grosse fo")) == [entry_id]


@pytest.mark.usefixtures("reads_text")
def test_the_text_of_attachments_is_not_in_the_body(either_box: Box) -> None:
    either_box.save_one(files("quick"))

    assert either_box.ids(PidTagBody.has_words("quick") | PidTagSubject.has_words("quick")) == []


@pytest.mark.usefixtures("reads_text")
def test_a_row_has_the_text_of_its_attachments(box: Box) -> None:
    entry_id = box.save_one(files("the quick", "fox"))

    assert box.value(entry_id, PidTagSearchAttachments) == "the quick\n\nfox"


@pytest.mark.usefixtures("reads_text")
@pytest.mark.parametrize("wanted", ["the quick", "quick fox", "fox the", "qui", "quick fo"])
def test_the_index_and_the_row_agree_on_the_text_of_attachments(box: Box, wanted: str) -> None:
    box.save(files("the quick", "fox"), files("fox", "the quick"), files("quick fox-the"), files())
    restriction = PidTagSearchAttachments.has_words(wanted)
    by_index = box.ids(restriction)
    rows = box.query(columns=(PidTagEntryId, PidTagSearchAttachments))

    assert by_index == [EntryId.parse(row[PidTagEntryId]) for row in rows if match(restriction, row)]


def test_what_a_hook_raises_loses_no_message(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    register_text_source("text/plain", lambda _: str(1 // 0))
    entry_id = box.save_one(files("quick"))
    register_text_source("text/plain", None)

    assert (box.ids(), box.value(entry_id, PidTagSearchAttachments)) == ([entry_id], None)
    assert "no text of attachment None (text/plain): ZeroDivisionError" in caplog.text


# As long as it is there


Leave = Callable[[Box, EntryId], None]


def rename(box: Box, entry_id: EntryId) -> None:
    message = box.load(entry_id)
    message.subject = "new"
    message.text = "u"
    box.run(box.store.save_changes(entry_id, message, NEVER))


def forget(box: Box, entry_id: EntryId) -> None:
    box.run(box.store.purge([entry_id], NEVER))


def forget_with_folder(box: Box, entry_id: EntryId) -> None:
    folder = box.folder("gone soon")
    box.run(box.store.move([entry_id], folder, NEVER))
    box.run(box.store.delete_folder(folder, NEVER))


@pytest.mark.parametrize("leave", [forget, forget_with_folder, rename])
def test_words_leave_with_the_message_that_had_them(either_box: Box, leave: Leave) -> None:
    leave(either_box, either_box.save_one(Message(subject="old")))

    assert found(either_box, "subject", "old") == set()
    check_index(either_box)


@pytest.mark.parametrize("message", [letter(), letter("odd")], ids=["shared", "own"])
@pytest.mark.parametrize("leave", [forget, forget_with_folder, rename])
def test_words_stay_as_long_as_some_message_has_them(either_box: Box, leave: Leave, message: Message) -> None:
    first = either_box.save_one(message)
    (copy,) = either_box.run(either_box.store.copy([first], either_box.inbox, NEVER))
    leave(either_box, first)

    assert found(either_box, "body", "t") == {copy}
    check_index(either_box)


def test_a_submission_is_found(either_box: Box) -> None:
    item = either_box.submit(Message(from_="a@a.test", to="b@b.test", subject="outbound"))

    assert found(either_box, "subject", "outbound") == {item.entry_id}


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
    with subprocess.Popen(command(SAVES_WITHOUT_END, f"sqlite:///{path}"), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(10)]
        child.kill()
        child.stdout.read()

    assert all(lines)
    with Box(Mode.BLOCKING, path) as box:
        check_index(box)
        assert [found(box, "subject", subject) for subject in box.subjects()] == [{one} for one in box.ids()]


def test_two_processes_that_save_the_same_at_once_make_one_row(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    program = 'for _ in range(30):\n    save("the same", "the same")\n'
    children = [subprocess.Popen(command(program, f"sqlite:///{path}")) for _ in range(2)]
    assert [child.wait(120) for child in children] == [0, 0]

    with Box(Mode.BLOCKING, path) as box:
        check_index(box)
        assert (len(found(box, "subject", "same")), rows_of_index(box)) == (120, 1)


def test_a_moved_message_is_found(either_box: Box) -> None:
    entry_id = either_box.save_one(Message(subject="moved"))
    either_box.run(either_box.store.move([entry_id], either_box.special[SpecialFolder.DRAFTS], NEVER))

    assert found(either_box, "subject", "moved") == {entry_id}

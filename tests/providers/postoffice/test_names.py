"""The names of files: they say all that changes, and hold on every file system."""

from __future__ import annotations

import re

import attrs
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import fold
from msgcore.providers.postoffice.names import Entry, FolderMark, file_name_of, new_id, new_name
from msgcore.spi.store import MessageFlag, MessageStatus

BITS = st.integers(0, (1 << 32) - 1)
FILES = st.just("0") | st.builds(new_name)
ENTRIES = st.builds(
    Entry,
    id=st.builds(new_id),
    content=FILES,
    submission=FILES,
    flags=BITS.map(MessageFlag),
    status=BITS.map(MessageStatus),
)
NAMES = st.text(max_size=200) | st.sampled_from(["Inbox", "INBOX", ".", "..", "a/b", "aux", "ß", "SS", "x" * 500])


@given(ENTRIES)
def test_a_name_says_what_it_was_made_of_and_fits_everywhere(entry: Entry) -> None:
    assert Entry.parse(entry.name) == entry
    assert re.fullmatch("[a-z0-9.]{1,100}", entry.name)


@given(st.text(max_size=90) | st.from_regex(r"m\.[0-9a-f.]*", fullmatch=True))
def test_any_other_name_is_no_message(name: str) -> None:
    entry = Entry.parse(name)
    assert entry is None or Entry.parse(entry.name) == entry


@given(NAMES, NAMES)
def test_names_that_differ_in_case_only_are_one_file_and_others_are_two(one: str, other: str) -> None:
    assert (file_name_of(one) == file_name_of(other)) is (fold(one) == fold(other))
    assert re.fullmatch("[a-z0-9_%-]{0,200}", file_name_of(one))


def test_no_name_is_that_of_a_device_of_windows() -> None:
    names = [file_name_of(one) for one in ("AUX", "nul", "com1", "com10")]
    assert names == ["%61ux", "%6eul", "%63om1", "com10"]


def test_a_folder_says_which_it_is() -> None:
    mark = FolderMark(new_id()).next()
    assert [FolderMark.parse(one) for one in (mark.name, "i.", "x")] == [mark, None, None]


def test_no_two_messages_have_the_same_version() -> None:
    entries = [Entry(new_id()) for _ in range(3)]
    changed = [attrs.evolve(one, content=new_name()) for one in entries]

    assert len({one.version for one in (*entries, *changed)}) == 6
    assert attrs.evolve(entries[0], tag=new_name(), flags=MessageFlag.READ).version == entries[0].version

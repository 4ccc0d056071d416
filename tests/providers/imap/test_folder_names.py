"""What a folder at an IMAP server may be called."""

from __future__ import annotations

import pytest

from msgcore.base.status import StatusResponse
from msgcore.errors import CommandRefused, UsageError
from msgcore.providers.imap.folder_names import (
    check_free,
    check_name,
    folder_of_name,
    raw_name_in,
    taken_for_no_name,
)
from tests.providers.imap.listings import listed, there, tree_of


@pytest.mark.parametrize(
    "name", ["", " ", "\t", "a\rb", "a\nb", "a\0b", "a\x7fb", "a\x85b", "a\u2028b", "\ud800", "a/b", "/"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name, "/")


@pytest.mark.parametrize("name", ["a.b", "Entwürfe", "日本語", "a b", '"a"', "a\\b", "{3}", "&", "*%"])
def test_what_people_call_folders_is_taken(name: str) -> None:
    assert check_name(name, "/") == name


@pytest.mark.parametrize("name", ["work", "WORK", "Work"])
def test_a_folder_is_found_by_name_without_case(name: str) -> None:
    tree = tree_of(listed("Work"), listed("a/Work"))

    assert folder_of_name(tree, tree.folders[1], name) == there(tree, "Work")


def test_a_name_that_another_folder_has_is_refused() -> None:
    tree = tree_of(listed("Work"))
    with pytest.raises(UsageError, match="'Work' already"):
        check_free(tree, tree.folders[1], "work")


def test_the_name_of_the_folder_itself_is_free_in_another_case() -> None:
    tree = tree_of(listed("Work"))

    check_free(tree, tree.folders[1], "WORK", besides=there(tree, "Work"))


def test_a_mailbox_in_another_one_has_its_name_in_front() -> None:
    tree = tree_of(listed("a.b", delimiter="."), delimiter=".")

    assert raw_name_in(tree, there(tree, "a > b"), b"c") == b"a.b.c"


def test_a_mailbox_below_the_subtree_begins_with_the_prefix_of_the_users_own() -> None:
    tree = tree_of(listed("INBOX", delimiter="."), prefix=b"INBOX.", delimiter=".")

    assert raw_name_in(tree, tree.folders[1], b"a") == b"INBOX.a"


@pytest.mark.parametrize("delimiter", ["", "."], ids=["no hierarchy", "all is in the inbox"])
def test_no_folder_is_made_where_none_can_be(delimiter: str) -> None:
    tree = tree_of(listed("INBOX", delimiter=delimiter), prefix=b"INBOX.", delimiter=".")
    with pytest.raises(UsageError, match="no folder can be in 'INBOX'"):
        raw_name_in(tree, there(tree, "INBOX"), b"a")


def test_no_folder_is_made_beside_the_subtree() -> None:
    tree = tree_of()
    with pytest.raises(UsageError, match="below the subtree"):
        raw_name_in(tree, tree.folders[0], b"a")


@pytest.mark.parametrize(
    ("text", "code", "is_the_name"),
    [
        ("no", "CANNOT", True),
        ("Invalid mailbox name", "", True),
        ("Character not allowed in mailbox name: '/'", "", True),
        ("Command Argument Error. 11: invalid", "", True),
        ("not here", "NOPERM", False),
        ("Invalid user", "NOPERM", False),
        ("Permission denied", "", False),
        ("no room", "OVERQUOTA", False),
    ],
)
def test_what_a_server_says_tells_whether_a_name_is_none(text: str, code: str, is_the_name: bool) -> None:
    assert taken_for_no_name(CommandRefused(StatusResponse("NO", text, code))) is is_the_name

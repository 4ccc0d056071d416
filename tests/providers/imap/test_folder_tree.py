"""Folders out of what servers list."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import fold
from msgcore.providers.imap.folder_tree import Listed, canonical
from msgcore.providers.imap.ids import IPM_SUBTREE, ROOT
from msgcore.spi.store import SpecialFolder
from tests.providers.imap.listings import listed, listings, paths, there, tree_of


def test_the_root_and_the_subtree_are_no_mailboxes() -> None:
    root, subtree = tree_of().folders

    assert [(one.number, one.raw_name, one.can_select, one.role) for one in (root, subtree)] == [
        (ROOT, None, False, SpecialFolder.ROOT),
        (IPM_SUBTREE, None, False, SpecialFolder.IPM_SUBTREE),
    ]
    assert subtree.parent_id == root.entry_id


def test_levels_are_folders_in_folders() -> None:
    assert paths(tree_of(listed("a/b/c"), listed("a"), listed("a/b"), listed("d"))) == [
        "a",
        "d",
        "a > b",
        "a > b > c",
    ]


def test_the_other_delimiter_parts_levels_too() -> None:
    tree = tree_of(listed("a.b", delimiter="."), listed("a", delimiter="."), delimiter=".")

    assert paths(tree) == ["a", "a > b"]


def test_without_a_delimiter_there_are_no_levels() -> None:
    assert paths(tree_of(listed("a/b", delimiter=""), delimiter="")) == ["a/b"]


def test_a_level_that_is_not_listed_is_a_folder_without_messages() -> None:
    tree = tree_of(listed("a/b"))

    assert paths(tree) == ["a", "a > b"]
    assert (there(tree, "a").can_select, there(tree, "a").raw_name) == (False, b"a")


@pytest.mark.parametrize("attribute", ["\\Noselect", "\\NOSELECT"])
def test_a_mailbox_that_cannot_be_selected_is_a_folder_without_messages(attribute: str) -> None:
    tree = tree_of(attrs.evolve(listed("a"), entry=listed("a", attribute).entry))

    assert (there(tree, "a").can_select, there(tree, "a").messages) == (False, 0)


def test_what_does_not_exist_is_no_folder_unless_one_is_in_it() -> None:
    """A name that somebody still subscribes to is listed, too (RFC 5258 section 3)."""
    assert paths(tree_of(listed("gone", "\\NonExistent"), listed("a", "\\NonExistent"), listed("a/b"))) == [
        "a",
        "a > b",
    ]


def test_the_counts_are_those_of_the_listing() -> None:
    folder = there(tree_of(listed("a", messages=7, unseen=3)), "a")

    assert (folder.messages, folder.unseen) == (7, 3)


@pytest.mark.parametrize("spelt", ["INBOX", "inbox", "Inbox"])
def test_the_inbox_is_the_same_folder_in_any_case(spelt: str) -> None:
    inbox = there(tree_of(listed(spelt)), spelt)

    assert (inbox.role, inbox.number) == (SpecialFolder.INBOX, there(tree_of(listed("INBOX")), "INBOX").number)


def test_the_inbox_is_selected_as_the_server_spells_it() -> None:
    assert there(tree_of(listed("Inbox")), "Inbox").raw_name == b"Inbox"


def test_a_folder_in_the_inbox_is_there_whatever_the_case_of_the_inbox() -> None:
    assert paths(tree_of(listed("INBOX"), listed("Inbox/a"))) == ["INBOX", "INBOX > a"]


def test_only_the_inbox_is_the_same_in_any_case() -> None:
    assert paths(tree_of(listed("work", validity=1), listed("Work", validity=2))) == ["work", "Work (2)"]


def test_the_prefix_of_the_users_own_mailboxes_is_taken_off() -> None:
    tree = tree_of(
        listed("INBOX", delimiter="."),
        listed("INBOX.Sent", delimiter="."),
        listed("INBOX.a.b", delimiter="."),
        prefix=b"INBOX.",
        delimiter=".",
    )

    assert paths(tree) == ["a", "INBOX", "Sent", "a > b"]
    assert there(tree, "a > b").raw_name == b"INBOX.a.b"


def test_the_place_where_the_users_own_mailboxes_begin_is_none_of_them() -> None:
    tree = tree_of(listed("~mail", "\\Noselect"), listed("~mail/a"), listed("INBOX"), prefix=b"~mail/")

    assert paths(tree) == ["a", "INBOX"]


def test_mailboxes_of_others_have_levels_of_their_own() -> None:
    tree = tree_of(
        listed("INBOX", delimiter="."),
        listed("INBOX.a", delimiter="."),
        listed("shared.bob", delimiter="."),
        prefix=b"INBOX.",
        delimiter=".",
    )

    assert paths(tree) == ["a", "INBOX", "shared", "shared > bob"]


def test_names_are_decoded_for_people() -> None:
    assert paths(tree_of(listed("Entw&APw-rfe"), listed("R&AOk-sum&AOk-s/&ZeVnLIqe-"))) == [
        "Entwürfe",
        "Résumés",
        "Résumés > 日本語",
    ]


def test_what_cannot_be_shown_is_shown_as_a_mark_or_said_to_have_no_name() -> None:
    assert paths(tree_of(listed("a\x07b"), listed(" "))) == ["(no name)", "a\ufffdb"]


def test_the_older_of_two_names_that_look_the_same_is_shown_as_it_is() -> None:
    tree = tree_of(listed("a", validity=9), listed("A", validity=3), listed("A (2)", validity=5))

    assert [(one.name, one.raw_name) for one in tree.folders[2:]] == [("A", b"A"), ("A (2)", b"A (2)"), ("a (3)", b"a")]


def test_folders_are_in_the_order_of_their_names_without_case() -> None:
    assert paths(tree_of(listed("b"), listed("C"), listed("a"), listed("é"), listed("D"))) == ["a", "b", "C", "D", "é"]


def test_a_mailbox_of_so_many_levels_that_no_person_made_them_is_listed() -> None:
    tree = tree_of(listed("/".join(["a"] * 5_000)))

    assert len(tree.folders) == 102


@pytest.mark.parametrize("container", ["INBOX", "[Gmail]"])
def test_the_usual_names_count_in_the_inbox_and_below_what_holds_no_messages(container: str) -> None:
    above = listed(container) if container == "INBOX" else listed(container, "\\Noselect")
    tree = tree_of(above, listed(f"{container}/Trash"))

    assert there(tree, f"{container} > Trash").role is SpecialFolder.DELETED_ITEMS


def test_the_usual_names_do_not_count_in_any_other_folder() -> None:
    assert there(tree_of(listed("Work"), listed("Work/Trash")), "Work > Trash").role is None


def test_what_cannot_hold_messages_has_no_role() -> None:
    assert there(tree_of(listed("Sent", "\\Noselect", "\\Sent")), "Sent").role is None


@pytest.mark.parametrize(
    ("raw_name", "delimiter", "compared"),
    [
        (b"inbox", "/", b"INBOX"),
        (b"iNbOx/a/B", "/", b"INBOX/a/B"),
        (b"inboxes", "/", b"inboxes"),
        (b"a/", "/", b"a"),
        (b"a.b", "/", b"a.b"),
        (b"inbox/a", "", b"inbox/a"),
    ],
)
def test_names_are_compared_with_the_inbox_in_capitals(raw_name: bytes, delimiter: str, compared: bytes) -> None:
    assert canonical(raw_name, delimiter) == compared


# Whatever is listed.


@given(listings())
def test_every_folder_lies_in_one_that_stands_before_it(those: Sequence[Listed]) -> None:
    seen: set[object] = {None}
    for folder in tree_of(*those).folders:
        assert folder.parent_id in seen
        seen.add(folder.entry_id)


@given(listings())
def test_every_mailbox_that_exists_is_a_folder(those: Sequence[Listed]) -> None:
    there = [one.entry for one in those if not one.entry.has("\\NonExistent")]
    compared = {canonical(one.raw_name, "/") for one in there} - {b""}

    assert compared <= {canonical(one.raw_name, "/") for one in tree_of(*those).folders if one.raw_name is not None}


@given(listings())
def test_names_in_one_folder_are_unique_without_case_and_in_order(those: Sequence[Listed]) -> None:
    for inside in tree_of(*those).inside.values():
        names = [fold(one.name) for one in inside]
        assert names == sorted(set(names))


@given(listings())
def test_no_two_folders_have_the_same_number_tag_or_role(those: Sequence[Listed]) -> None:
    folders = tree_of(*those).folders
    selectable = [one for one in folders if one.can_select]
    roles = [one.role for one in folders if one.role is not None]

    assert len({one.number for one in folders}) == len(folders)
    assert len({one.tag for one in selectable}) == len(selectable)
    assert len(set(roles)) == len(roles)


@given(listings(), st.data())
def test_the_tree_does_not_depend_on_the_order_of_the_listing(those: Sequence[Listed], data: st.DataObject) -> None:
    once = {one.entry.raw_name.upper(): one for one in those}.values()

    assert tree_of(*data.draw(st.permutations(list(once)))) == tree_of(*once)


@given(listings())
def test_below_a_folder_are_it_and_those_that_lie_in_it(those: Sequence[Listed]) -> None:
    tree = tree_of(*those)

    assert len(tree.below(tree.folders[0])) == len(tree.folders)

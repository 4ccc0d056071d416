"""Roles of mailboxes: as the server says, else by the names that clients give them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.providers.imap.ids import Identity
from msgcore.providers.imap.special_folders import Candidate, role_of_attributes, role_of_name, roles_of
from msgcore.spi.store import SpecialFolder

SENT, TRASH = SpecialFolder.SENT_ITEMS, SpecialFolder.DELETED_ITEMS
DRAFTS, JUNK = SpecialFolder.DRAFTS, SpecialFolder.JUNK_EMAIL


@pytest.mark.parametrize(
    ("attributes", "role"),
    [
        (["\\Sent"], SENT),
        (["\\HasNoChildren", "\\TRASH"], TRASH),
        (["\\drafts"], DRAFTS),
        (["\\Junk"], JUNK),
        (["\\Spam"], JUNK),
        (["\\All", "\\Archive", "\\Flagged", "\\Important"], None),
        ([], None),
    ],
)
def test_a_server_says_the_role_by_an_attribute_in_any_case(
    attributes: Sequence[str], role: SpecialFolder | None
) -> None:
    assert role_of_attributes(attributes) is role


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Sent", SENT),
        ("SENT ITEMS", SENT),
        ("Sent-Items", SENT),
        ("Sent_Messages", SENT),
        ("Gesendete Objekte", SENT),
        ("E\u0301le\u0301ments envoye\u0301s", SENT),
        ("Elements envoyes", SENT),
        ("Отправленные", SENT),
        ("送信済みメール", SENT),
        ("보낸 편지함", SENT),
        ("已发送", SENT),
        ("Trash", TRASH),
        ("Papierkorb", TRASH),
        ("Deleted Messages", TRASH),
        ("Удалённые", TRASH),
        ("ゴミ箱", TRASH),
        ("Drafts", DRAFTS),
        ("entwürfe", DRAFTS),
        ("Черновики", DRAFTS),
        ("下書き", DRAFTS),
        ("Junk E-mail", JUNK),
        ("Spam", JUNK),
        ("Courrier indésirable", JUNK),
        ("迷惑メール", JUNK),
        ("Work", None),
        ("Sent to Bob", None),
        ("", None),
        ("...", None),
    ],
)
def test_a_role_is_known_by_the_usual_names_without_case_blanks_and_marks(
    name: str, role: SpecialFolder | None
) -> None:
    assert role_of_name(name) is role


def test_what_the_server_says_goes_before_what_a_mailbox_is_called() -> None:
    named, said = Identity(1, b"Sent"), Identity(2, b"Elsewhere")

    assert roles_of([Candidate(named, "Sent", (), 1), Candidate(said, "Elsewhere", ("\\Sent",), 1)]) == {said: SENT}


def test_of_several_the_outermost_has_the_role() -> None:
    outer, inner = Identity(9, b"Sent"), Identity(1, b"a/Sent")

    found = roles_of([Candidate(inner, "Sent", ("\\Sent",), 2), Candidate(outer, "Sent", ("\\Sent",), 1)])

    assert found == {outer: SENT}


def test_of_several_at_one_level_the_oldest_has_the_role() -> None:
    older, younger = Identity(1, b"Sent Messages"), Identity(2, b"Sent")

    found = roles_of([Candidate(younger, "Sent", (), 1), Candidate(older, "Sent Messages", (), 1)])

    assert found == {older: SENT}


def test_a_name_counts_only_where_people_have_the_usual_ones() -> None:
    assert roles_of([Candidate(Identity(1, b"Customers/Bin"), "Bin", (), 2, is_on_top=False)]) == {}


candidates = st.builds(
    Candidate,
    st.builds(Identity, st.integers(0, 9), st.binary(max_size=3)),
    st.sampled_from(["Sent", "Trash", "Drafts", "Junk", "Other"]),
    st.sampled_from([(), ("\\Sent",), ("\\Trash", "\\Junk"), ("\\HasChildren",)]),
    st.integers(1, 3),
    is_on_top=st.booleans(),
)


@given(st.lists(candidates, max_size=8, unique_by=lambda one: one.identity), st.data())
def test_roles_do_not_depend_on_the_order_of_the_listing(those: list[Candidate], data: st.DataObject) -> None:
    assert roles_of(data.draw(st.permutations(those))) == roles_of(those)


@given(st.lists(candidates, max_size=8, unique_by=lambda one: one.identity))
def test_no_role_is_given_twice(those: list[Candidate]) -> None:
    roles = list(roles_of(those).values())

    assert len(roles) == len(set(roles))

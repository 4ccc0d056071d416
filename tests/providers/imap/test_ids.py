"""Numbers of folders and tags of their messages: stable, unlike each other, and never those of another."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from hypothesis import given
from hypothesis import strategies as st

from msgcore.providers.imap.ids import (
    IPM_SUBTREE,
    ROOT,
    Identity,
    Numbers,
    message_number,
    numbers_of,
    split_number,
)

FEW_BITS = 5

identities = st.builds(Identity, st.integers(0, 3), st.binary(max_size=2), st.sampled_from(["", "", "F1", "F2", "F3"]))
# No more than there are tags of so few bits.
several = st.lists(identities, max_size=6, unique=True)


@given(several)
def test_no_two_mailboxes_have_the_same_number_however_few_there_are(those: Sequence[Identity]) -> None:
    found = numbers_of(those, bits=FEW_BITS)

    assert len({numbers.folder for numbers in found.values()}) == len(those)


@given(several)
def test_no_two_mailboxes_have_the_same_tag_however_few_there_are(those: Sequence[Identity]) -> None:
    found = numbers_of(those, bits=FEW_BITS)

    assert len({numbers.tag for numbers in found.values()}) == len(those)


@given(several)
def test_no_mailbox_has_the_number_of_the_root_or_of_the_subtree_or_none(those: Sequence[Identity]) -> None:
    found = numbers_of(those, bits=FEW_BITS)

    assert {numbers.folder for numbers in found.values()}.isdisjoint({0, ROOT, IPM_SUBTREE})
    assert 0 not in {numbers.tag for numbers in found.values()}


@given(several, st.randoms(use_true_random=False))
def test_numbers_do_not_depend_on_the_order_of_the_listing(those: list[Identity], random: st.DrawFn) -> None:
    shuffled = sorted(those, key=lambda _: random.random())  # type: ignore[attr-defined]  # a random.Random

    assert numbers_of(shuffled, bits=FEW_BITS) == numbers_of(those, bits=FEW_BITS)


@given(several, st.binary(max_size=2))
def test_a_younger_mailbox_never_takes_the_number_of_an_older_one(those: Sequence[Identity], name: bytes) -> None:
    younger = Identity(99, name)
    before = numbers_of(those, bits=FEW_BITS)

    after = numbers_of([*those, younger], bits=FEW_BITS)

    assert {one: after[one] for one in those} == before


@given(several, several)
def test_kept_numbers_are_kept_and_nobody_elses(renamed: Sequence[Identity], others: Sequence[Identity]) -> None:
    before = numbers_of(renamed, bits=FEW_BITS)
    kept = {attrs.evolve(one, uid_validity=50 + one.uid_validity): numbers for one, numbers in before.items()}

    after = numbers_of([*kept, *others], kept, bits=FEW_BITS + 1)

    assert {one: after[one] for one in kept} == kept
    assert len({numbers.folder for numbers in after.values()}) == len({*kept, *others})


def test_two_that_would_keep_the_same_number_get_two() -> None:
    """A server without UIDVALIDITY: a folder was renamed, and another one made under the name that it had."""
    old, new = Identity(0, b"old"), Identity(0, b"new")
    kept = Numbers(77, 7)

    found = numbers_of([old, new], {old: kept, new: kept})

    assert len({numbers.folder for numbers in found.values()}) == 2


def test_the_numbers_of_a_mailbox_are_what_they_were_in_every_release() -> None:
    """Applications keep entry ids."""
    assert numbers_of([Identity(1234567890, b"Work")]) == {
        Identity(1234567890, b"Work"): Numbers(folder=1065316036870923021, tag=767588036),
    }


def test_another_uidvalidity_makes_another_folder_and_another_tag() -> None:
    first, second = numbers_of([Identity(1, b"Work")]).values(), numbers_of([Identity(2, b"Work")]).values()

    assert {(one.folder, one.tag) for one in first} & {(one.folder, one.tag) for one in second} == set()


def test_a_mailbox_with_an_object_id_stays_the_same_folder_under_another_name() -> None:
    [before] = numbers_of([Identity(1, b"Work", "F1")]).values()
    [after] = numbers_of([Identity(1, b"Play", "F1")]).values()

    assert after == before


def test_a_mailbox_with_an_object_id_has_another_tag_after_its_messages_were_numbered_anew() -> None:
    [before] = numbers_of([Identity(1, b"Work", "F1")]).values()
    [after] = numbers_of([Identity(2, b"Work", "F1")]).values()

    assert (after.folder == before.folder, after.tag == before.tag) == (True, False)


@given(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_a_messages_number_is_its_tag_and_its_unique_id(tag: int, uid: int) -> None:
    assert split_number(message_number(tag, uid)) == (tag, uid)


@given(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
def test_a_messages_number_fits_into_an_entry_id(tag: int, uid: int) -> None:
    assert message_number(tag, uid).bit_length() <= 64

"""Computed properties and their owners."""

from __future__ import annotations

import pytest

from msgcore.props import PidTagBody, PidTagSubject
from msgcore.props.computed import COMPUTED, FLAGS_BEFORE_FIRST_SAVE, Computed, Owner, keys_of, owner_of
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagConversationIndex,
    PidTagEntryId,
    PidTagMemberEntryId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSize,
    PidTagMessageSizeExtended,
    PidTagNormalizedSubject,
    PidTagSubjectPrefix,
)


@pytest.mark.parametrize(
    ("tag", "owner"),
    [
        (PidTagEntryId, Owner.STORE),
        (PidTagMessageFlags, Owner.STORE),
        (PidTagMessageSize, Owner.STORE),
        (PidTagMessageSizeExtended, Owner.STORE),
        (PidTagNormalizedSubject, Owner.STORE),
        (PidTagMessageDeliveryTime, Owner.TRANSPORT),
        (PidTagConversationIndex, Owner.CLIENT),
        (PidTagSubjectPrefix, None),
        (PidTagSubject, None),
        (PidTagMemberEntryId, None),  # has the id of PidTagEntryId, in rows of another kind
        (PidTagBody, None),
    ],
)
def test_who_works_a_property_out(tag: PropertyKey, owner: Owner | None) -> None:
    assert owner_of(tag) is owner


def test_each_property_has_one_owner() -> None:
    assert sum(len(keys_of(owner)) for owner in Owner) == len({one.tag.bag_key for one in COMPUTED})


@pytest.mark.parametrize("one", COMPUTED, ids=lambda one: one.tag.label)
def test_each_says_where_it_is_specified(one: Computed) -> None:
    assert one.source == "MAPI" or one.source.startswith("[MS-OX")


def test_a_client_sets_read_unsent_from_me_and_resend_before_the_first_save() -> None:
    assert FLAGS_BEFORE_FIRST_SAVE == 0xA9

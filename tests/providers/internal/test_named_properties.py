"""Ids of named properties: a map of each store's own, with a quota."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import LimitExceeded
from msgcore.model import Message
from msgcore.props.key import PropertyName
from msgcore.props.tags import PS_INTERNET_HEADERS, PS_PUBLIC_STRINGS, NamedProperty
from msgcore.props.types import PropertyType
from msgcore.providers.internal.named_properties import FIRST_ID, make_ids
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.runtime import NEVER, BlockingRuntime, Connection, Database
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box

KEYWORDS: PropertyName = (PS_PUBLIC_STRINGS, "Keywords")
SECOND: PropertyName = (PS_PUBLIC_STRINGS, 0x8005)


def ids(box: Box, *names: PropertyName, create: bool = True) -> list[int | None]:
    return list(box.run(box.store.property_ids(names, create, NEVER)))


def test_ids_start_where_those_of_tagged_properties_end(box: Box) -> None:
    assert ids(box, KEYWORDS, SECOND) == [0x8000, 0x8001]


def test_a_name_keeps_its_id(box: Box) -> None:
    ids(box, KEYWORDS)
    ids(box, SECOND)

    assert ids(box, SECOND, KEYWORDS) == [0x8001, 0x8000]


def test_a_name_without_an_id_gets_none_unless_asked(box: Box) -> None:
    ids(box, KEYWORDS)

    assert ids(box, SECOND, KEYWORDS, create=False) == [None, 0x8000]


def test_a_name_that_comes_twice_has_one_id(box: Box) -> None:
    assert ids(box, SECOND, SECOND) == [0x8000, 0x8000]


def test_a_lid_and_a_name_of_the_same_digits_are_two(either_box: Box) -> None:
    assert ids(either_box, (PS_PUBLIC_STRINGS, 5), (PS_PUBLIC_STRINGS, "5")) == [0x8000, 0x8001]


def test_ids_name_what_they_were_made_for(either_box: Box) -> None:
    ids(either_box, KEYWORDS, SECOND)
    names_of = either_box.store.property_names([0x8001, 0x9000, 0x8000], NEVER)

    assert list(either_box.run(names_of)) == [SECOND, None, KEYWORDS]


def test_the_map_outlives_the_store(mode: Mode, box: Box) -> None:
    ids(box, KEYWORDS)
    with Box(mode, box.path) as again:
        assert ids(again, SECOND, KEYWORDS) == [0x8001, 0x8000]


def test_a_name_may_hold_what_no_text_of_a_database_does(either_box: Box) -> None:
    name: PropertyName = (PS_PUBLIC_STRINGS, "a\0b")

    assert ids(either_box, name, name) == [0x8000, 0x8000]


def test_a_named_property_that_a_message_keeps_has_an_id(box: Box) -> None:
    message = Message(subject="a")
    message[NamedProperty[str](PS_PUBLIC_STRINGS, "Project", PropertyType.UNICODE)] = "athena"
    box.save_one(message)

    assert ids(box, (PS_PUBLIC_STRINGS, "Project"), SECOND, create=False) == [0x8000, None]


def test_one_that_a_changed_message_keeps_has_an_id(box: Box) -> None:
    entry_id = box.save_one(Message(subject="a"))
    message = Message(subject="a")
    message[NamedProperty[int](*SECOND, PropertyType.LONG)] = 1
    box.run(box.store.save_changes(entry_id, message, NEVER))

    assert ids(box, SECOND, create=False) == [0x8000]


def test_header_fields_need_no_ids(box: Box) -> None:
    box.save_one(Message(subject="a", headers=[("X-Own", "1")]))

    assert ids(box, (PS_INTERNET_HEADERS, "x-own"), create=False) == [None]


names = st.tuples(
    st.sampled_from([PS_PUBLIC_STRINGS, PS_INTERNET_HEADERS, UUID(int=7)]),
    st.integers(0, 2**32 - 1) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)


@given(st.lists(names, max_size=20))
def test_every_name_comes_back(
    empty_mailbox: bytes, tmp_path_factory: pytest.TempPathFactory, wanted: list[PropertyName]
) -> None:
    path = tmp_path_factory.mktemp("names") / "mail.db"
    path.write_bytes(empty_mailbox)
    with Box(Mode.BLOCKING, path) as box:
        made = [number for number in ids(box, *wanted) if number is not None]

        assert list(box.run(box.store.property_names(made, NEVER))) == wanted


def test_past_the_quota_no_name_of_the_call_gets_an_id(tmp_path: Path) -> None:
    runtime = BlockingRuntime()
    database = Database.open(tmp_path / "mail.db", STORE_SCHEMA, create=True)

    def make(*names: PropertyName) -> list[int]:
        return runtime.run(database.write(runtime, lambda c: make_ids(c, 1, names, most=2)))

    def add_mailbox(connection: Connection) -> None:
        connection.run(
            "insert into mailbox (id, uid, epoch, name, name_key, display_name)"
            " values (1, x'00', x'00', 'ann', x'01', 'Ann')"
        )

    runtime.run(database.write(runtime, add_mailbox))
    make(KEYWORDS)
    with pytest.raises(LimitExceeded, match="the store takes 2 named properties"):
        make(SECOND, (PS_PUBLIC_STRINGS, "third"))

    assert make(KEYWORDS, (PS_PUBLIC_STRINGS, "third")) == [FIRST_ID, FIRST_ID + 1]
    runtime.run(database.close(runtime))

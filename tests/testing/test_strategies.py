"""The strategies of values give what their docstrings say: all of it, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.model import Address, RecipientKind
from msgcore.model.address import check_smtp_address
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import (
    Accepted,
    Deferred,
    Delivered,
    Outcome,
    Pending,
    Refused,
    Unknown,
    outcome_fields,
    outcome_of_fields,
)
from msgcore.props.bag import PropBag
from msgcore.props.restriction import Restriction
from msgcore.props.tags import NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing import strategies
from msgcore.testing.strategies import KEPT_TYPES
from tests.testing.samples import sample, smallest

# What strategies draw is seen in many draws only.
pytestmark = pytest.mark.soak


def test_without_hypothesis_the_import_names_the_extra() -> None:
    script = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "try: import msgcore.testing.strategies\n"
        "except ImportError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "MissingExtra msgcore.testing.strategies needs an extra: pip install 'msgcore[test]'\n"


# Properties

Pair = tuple[Property[object], object]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return sample(strategies.properties(), 600)


@pytest.mark.parametrize("kind", KEPT_TYPES, ids=lambda kind: kind.name)
def test_properties_of_every_type_that_is_kept_appear(pairs: list[Pair], kind: PropertyType) -> None:
    assert kind in {tag.value_type for tag, _ in pairs}


KEYS: dict[str, Callable[[Property[object]], bool]] = {
    "tagged": lambda tag: isinstance(tag, PropertyTag),
    "LID": lambda tag: isinstance(tag, NamedProperty) and isinstance(tag.lid_or_name, int),
    "string": lambda tag: isinstance(tag, NamedProperty) and isinstance(tag.lid_or_name, str),
}


@pytest.mark.parametrize("key", KEYS)
def test_tagged_properties_and_both_kinds_of_named_ones_appear(pairs: list[Pair], key: str) -> None:
    assert any(KEYS[key](tag) for tag, _ in pairs)


@given(strategies.properties())
def test_a_bag_gives_the_value_of_a_property_back_as_it_was(pair: Pair) -> None:
    tag, value = pair
    bag = PropBag()
    bag[tag] = value

    assert (bag[tag], type(bag[tag])) == (value, type(value))


@given(st.data())
def test_a_restriction_is_a_value_too(data: st.DataObject) -> None:
    assert isinstance(data.draw(strategies.values(PropertyType.RESTRICTION)), Restriction)


@pytest.mark.parametrize("kind", [PropertyType.NULL, PropertyType.OBJECT])
def test_a_type_without_a_value_of_its_own_is_refused(kind: PropertyType) -> None:
    with pytest.raises(UsageError, match=kind.name):
        strategies.values(kind)


@given(strategies.properties(kinds=[PropertyType.LONG]))
def test_properties_are_of_the_types_that_were_asked_for(pair: Pair) -> None:
    assert pair[0].value_type is PropertyType.LONG


def test_bags_of_none_one_and_several_properties_appear() -> None:
    sizes = {len(bag) for bag in sample(strategies.bags(), 100)}

    assert {0, 1} < sizes <= set(range(9))


# Addresses


@given(strategies.smtp_addresses())
def test_an_smtp_address_may_stand_in_a_command(address: Address) -> None:
    assert check_smtp_address(address.email_address) == address.email_address


@given(strategies.smtp_addresses(ascii_only=True))
def test_an_ascii_address_is_ascii(address: Address) -> None:
    assert address.email_address.isascii()


ADDRESSES: dict[str, Callable[[Address], object]] = {
    "SMTP": lambda address: address.address_type == "SMTP",
    "another type": lambda address: address.address_type == "X400",
    "a bare name": lambda address: not address.is_resolved,
    "a quoted local part": lambda address: address.email_address.startswith('"'),
    "a domain literal": lambda address: address.domain.startswith("["),
    "SMTPUTF8": lambda address: address.domain == "例え.test",
    "no name": lambda address: not address.display_name,
    "a name with a comma": lambda address: "," in address.display_name,
    "a name too long for a line": lambda address: len(address.display_name) > 998,
}


@pytest.fixture(scope="module")
def addresses() -> list[Address]:
    return sample(strategies.addresses(), 600)


@pytest.mark.parametrize("kind", ADDRESSES)
def test_addresses_of_every_kind_appear(addresses: list[Address], kind: str) -> None:
    assert any(ADDRESSES[kind](address) for address in addresses)


def test_recipients_of_every_role_but_the_originator_appear() -> None:
    assert {recipient.kind for recipient in sample(strategies.recipients(), 50)} == {
        RecipientKind.TO,
        RecipientKind.CC,
        RecipientKind.BCC,
    }


@given(strategies.envelopes())
def test_no_address_is_twice_in_an_envelope(envelope: Envelope) -> None:
    seen = [recipient.address.typed.casefold() for recipient in envelope.recipients]

    assert len(seen) == len(set(seen)) >= 1


def test_the_null_return_path_appears() -> None:
    assert None in {envelope.sender for envelope in sample(strategies.envelopes(), 50)}


@given(strategies.envelopes(strategies.typed_addresses("SMS")))
def test_an_envelope_is_to_the_addresses_that_were_given(envelope: Envelope) -> None:
    assert {recipient.address_type for recipient in envelope.recipients} == {"SMS"}


def test_outcomes_of_every_kind_appear() -> None:
    kinds = {type(outcome) for outcome in sample(strategies.outcomes(), 100)}

    assert kinds == {Accepted, Delivered, Deferred, Refused, Unknown, Pending}


@given(strategies.outcomes())
def test_outcomes_survive_as_plain_values(outcome: Outcome) -> None:
    assert outcome_fields(outcome_of_fields(*outcome_fields(outcome))) == outcome_fields(outcome)


@given(strategies.outcomes())
def test_code_and_status_of_an_outcome_are_of_one_class(outcome: Outcome) -> None:
    if outcome.code is not None and outcome.enhanced is not None:
        assert outcome.code // 100 == outcome.enhanced.klass


# Octets in pieces

SOME = bytes(range(20))


@given(st.data(), st.binary(max_size=30))
def test_chunks_join_to_the_octets(data: st.DataObject, octets: bytes) -> None:
    assert b"".join(data.draw(strategies.cuts_of(octets))) == octets


@given(st.data(), st.binary(max_size=30))
def test_no_chunk_is_empty(data: st.DataObject, octets: bytes) -> None:
    assert b"" not in data.draw(strategies.cuts_of(octets))


def test_octets_come_in_one_chunk_and_in_one_for_each() -> None:
    assert {1, 2, 3, 4, 20} <= {len(chunks) for chunks in sample(strategies.cuts_of(SOME))}


def test_chunks_shrink_towards_one() -> None:
    assert smallest(strategies.cuts_of(SOME)) == [SOME]


def test_every_place_to_cut_at_appears() -> None:
    assert set(sample(strategies.places_in(SOME))) == set(range(21))

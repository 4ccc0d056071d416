"""Abilities: by methods, or by declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import PluginBroken
from msgcore.model import Address, Envelope, Message, Outcome, Recipient
from msgcore.spi.capability import Capability, capabilities_of


class Plain:
    address_types: Sequence[str] = ("SMS",)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return {}


class Able(Plain):
    identity: Address | None = None

    def flush(self, deadline: Deadline) -> None:
        pass


class Masked(Able):
    capabilities = frozenset({Capability.IDENTITY})


class Boasting(Plain):
    capabilities = frozenset({Capability.FLUSH})


class Nonsense(Plain):
    capabilities = "flush"


def test_what_has_no_methods_has_no_abilities() -> None:
    assert capabilities_of(Plain()) == frozenset()


def test_methods_are_abilities() -> None:
    assert capabilities_of(Able()) == {Capability.IDENTITY, Capability.FLUSH}


def test_a_declaration_takes_abilities_away() -> None:
    assert capabilities_of(Masked()) == {Capability.IDENTITY}


def test_a_declaration_gives_none() -> None:
    with pytest.raises(PluginBroken, match=r"Boasting: declares Capability\.FLUSH, and is no SupportsFlush"):
        capabilities_of(Boasting())


def test_a_declaration_that_is_none_is_told() -> None:
    with pytest.raises(PluginBroken, match="capabilities is 'flush'"):
        capabilities_of(Nonsense())

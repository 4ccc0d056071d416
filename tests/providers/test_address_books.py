"""The organisation's address book keeps the contract."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgcore
from msgcore.model.address import Address
from msgcore.providers.organization.service import OrganizationConfig, OrganizationService
from msgcore.spi.capability import Capability
from msgcore.spi.url import DatabaseUrl
from msgcore.testing.addressbooks import AddressBookConformance


class TestOrganizationBook(AddressBookConformance):
    service_class = OrganizationService
    capabilities = frozenset({Capability.ENTRIES, Capability.MEMBERS})

    def config(self, place: Path) -> object:
        return OrganizationConfig(DatabaseUrl(place / "office.db"), "m1")

    def fill(self, place: Path, people: Sequence[Address]) -> None:
        with msgcore.open_organization(f"sqlite:///{place / 'office.db'}", create=True) as office:
            for number, one in enumerate(people):
                office.add_mailbox(f"m{number}", addresses=one, display_name=one.display_name)

    def fill_list(self, place: Path, address: Address, members: Sequence[Address]) -> None:
        with msgcore.open_organization(f"sqlite:///{place / 'office.db'}") as office:
            office.add_list("choir", addresses=address, members=members, display_name=address.display_name)

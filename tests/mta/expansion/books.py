"""Directories of these tests: mailboxes, lists and redirects in a dict, and any graph of them."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.model import Address, Recipient
from msgcore.model.delivery import Notify
from msgcore.mta.directory import EX, DirectoryEntry, DirectoryObject, DistributionList, Redirect, without_tag
from msgcore.mta.expansion import Expansion, ExpansionLimits, expand
from msgcore.runtime import NEVER
from msgcore.runtime.blocking import run

__all__ = ["BOB", "Book", "FastBook", "a_list", "address", "alias", "books", "mailbox", "names", "path_of", "recipient"]

LETTERS = "abcdef"


def address(text: str) -> Address:
    """``ann`` is in a.test, ``ann@b.test`` elsewhere, ``EX:ann`` a distinguished name."""
    if text.startswith("EX:"):
        return Address(EX, f"/o=a/cn=recipients/cn={text[3:]}")
    return Address("SMTP", text if "@" in text else f"{text}@a.test")


BOB = address("bob@b.test")
"""The sender."""


def mailbox(name: str) -> DirectoryEntry:
    return DirectoryEntry(address(f"EX:{name}"), name)


def a_list(name: str, *members: str, owner: str = "", only_from: Sequence[str] = ()) -> DistributionList:
    who = address(owner) if owner else None
    return DistributionList(address(f"EX:{name}"), tuple(map(address, members)), who, tuple(only_from))


def alias(name: str, *targets: str, keeps: str = "") -> Redirect:
    return Redirect(address(name), tuple(map(address, targets)), mailbox(keeps) if keeps else None)


def recipient(text: str, notify: Notify | None = None, original: str = "") -> Recipient:
    return Recipient(address(text), notify=notify, original=address(original) if original else None)


@attrs.define
class Book:
    """A directory that finds one address at a time, and remembers what it was asked for."""

    entries: dict[str, DirectoryObject]
    asked: list[Address] = attrs.field(factory=list[Address])

    @classmethod
    def of(cls, **entries: DirectoryObject) -> Book:
        """Give each object the address of its keyword in a.test; mailboxes and lists have distinguished names, too."""
        found: dict[str, DirectoryObject] = {}
        for name, entry in entries.items():
            found[address(name).typed] = entry
            if isinstance(entry, Redirect):
                if entry.keeps is not None:
                    found[entry.keeps.address.typed] = entry.keeps
            else:
                found[entry.address.typed] = entry
        return cls(found)

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        self.asked.append(address)
        base = without_tag(address, "+") or address
        return self._exactly(address) or self._exactly(base)

    def _exactly(self, address: Address) -> DirectoryObject | None:
        kind, text = address.address_type, address.email_address
        return self.entries.get(f"{kind}:{text.lower()}")

    def expand(
        self, one: Recipient | str, sender: Address | None = BOB, limits: ExpansionLimits | None = None
    ) -> Expansion:
        root = recipient(one) if isinstance(one, str) else one
        return run(expand(root, sender, self, NEVER, limits or ExpansionLimits()))


class FastBook(Book):
    """One that finds many at once."""

    async def look_up_many(self, addresses: Sequence[Address], deadline: Deadline) -> Sequence[DirectoryObject | None]:
        return [await self.look_up(one, deadline) for one in addresses]


def names(recipients: Sequence[Recipient]) -> list[str]:
    """Give recipients as :func:`address` reads them."""
    return [_name(one.address) for one in recipients]


def _name(one: Address) -> str:
    if one.address_type == EX:
        return "EX:" + one.email_address.rpartition("=")[2]
    return one.email_address.removesuffix("@a.test")


def path_of(expansion: Expansion) -> dict[str, list[str]]:
    """Give who gets the message under which return path, by owner; the message's own is empty."""
    found = {"": names(expansion.recipients)} if expansion.recipients else {}
    for group in expansion.under_owner:
        found.setdefault(_name(group.owner), []).extend(names(group.recipients))
    return found


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Draw any directory, with loops, diamonds, empty lists, and owners here and there."""
    lists = draw(st.integers(1, 6))
    redirects = draw(st.integers(0, 4))
    anybody = st.sampled_from(
        [f"m{n}" for n in range(4)]
        + [f"M{n}" for n in range(2)]
        + ["m1+tag", "EX:m2"]
        + [f"l{n}" for n in range(lists)]
        + [f"EX:l{n}" for n in range(lists)]
        + [f"r{n}" for n in range(redirects)]
        + [f"x{n}@b.test" for n in range(3)]
    )
    members = st.lists(anybody, max_size=5)
    entries: dict[str, DirectoryObject] = {f"m{n}": mailbox(f"m{n}") for n in range(4)}
    for n in range(lists):
        entries[f"l{n}"] = a_list(f"l{n}", *draw(members), owner=draw(st.sampled_from(["", "", "boss", f"l{n}-owner"])))
    for n in range(redirects):
        keeps = draw(st.sampled_from(["", "", f"k{n}"]))
        entries[f"r{n}"] = alias(f"r{n}", *draw(st.lists(anybody, min_size=1, max_size=3)), keeps=keeps)
    return Book.of(**entries)

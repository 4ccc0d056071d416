"""Names to addresses, and personal distribution lists to their members, as MAPI's ResolveNames and ExpandRecips.

What is an address already stays as it is. A name is looked for in the address books in their order, and the first that
has an entry of just that name decides. If none has, the name may be the beginning of another (``an al`` is Ann Alm):
then it has to fit one entry only, of all address books together, so that nobody gets what was meant for a namesake in
the next. When several entries fit equally well nobody is chosen.

A personal list is expanded, with the lists in it; each of its members is there once. The list of an organisation has
an address, and is expanded by whoever delivers to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Protocol, cast

import attrs

from msgcore.base.ids import provider_uid_of
from msgcore.base.times import Deadline
from msgcore.errors import AmbiguousName, LimitExceeded, MalformedMessage, NotFound, UnresolvedName
from msgcore.model.address import MAPIPDL, Address
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagEntryId
from msgcore.spi.addressbook import AddressBookEntry, NameMatch, NamePattern

__all__ = ["Book", "NameResolver", "Reached", "Standing", "is_address", "is_plain", "once"]

_MOST_NAMED = 10
_MOST_MEMBERS = 100_000


class Book(Protocol):
    """What resolving needs of an address book."""

    @property
    def name(self) -> str: ...

    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[AddressBookEntry]: ...

    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]: ...

    async def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[AddressBookEntry]: ...


_Found = tuple[Book, AddressBookEntry]

_NOBODY: Mapping[bytes, Sequence[Book]] = {}


@attrs.frozen
class Reached:
    """An address that gets the message, and the lists by way of which it does, the outermost first.

    ``entry_id`` is by what a transport of the session knows it; empty where none does.
    """

    address: Address
    lists: tuple[str, ...] = ()
    entry_id: bytes = b""

    def as_recipient(self, given: Recipient) -> Recipient:
        """Give a recipient of this address, with what was asked for the one that was given."""
        recipient = attrs.evolve(_without_entry_id(given), address=self.address)
        if not self.entry_id:
            return recipient
        return attrs.evolve(recipient, properties=(*recipient.properties, (PidTagEntryId, self.entry_id)))


@attrs.frozen
class Standing:
    """Whom a recipient stands for: itself, the entry of a name, or the members of a personal list.

    ``loops`` has the way to each list that is inside itself: the names of the lists, that one first and last.
    """

    recipient: Recipient
    entry: AddressBookEntry
    reached: tuple[Reached, ...]
    loops: tuple[tuple[str, ...], ...] = ()

    @property
    def is_list(self) -> bool:
        return self.entry.is_personal_list


def is_address(recipient: Recipient) -> bool:
    """Whether it has an address: the message goes there."""
    return recipient.address_type not in {"", MAPIPDL}


def is_plain(recipient: Recipient) -> bool:
    """Whether nobody has to be asked about it."""
    return is_address(recipient) and recipient.get(PidTagEntryId) is None


def once(standings: Iterable[Standing]) -> list[Recipient]:
    """Give all who get the message.

    What was given as an address stays. Who is there by that is not there again by a name, nor by a list who is there by
    either, or by a list before it: so nobody who is named in Bcc is shown by a list in To.
    """
    given = [*standings]
    there = {one.recipient.address.search_key for one in given if is_address(one.recipient)}
    found: dict[int, list[Recipient]] = {}
    for number, standing in sorted(enumerate(given), key=lambda one: one[1].is_list):
        if is_address(standing.recipient):
            found[number] = [standing.recipient]
            continue
        new = [one for one in standing.reached if one.address.search_key not in there]
        there |= {one.address.search_key for one in new}
        found[number] = [_recipient(standing, one) for one in new]
    return [one for number in range(len(given)) for one in found[number]]


def _recipient(standing: Standing, reached: Reached) -> Recipient:
    """Give a recipient with what was asked for the one that stands for it; what a row says of a list is nobody's."""
    given = standing.recipient
    return reached.as_recipient(attrs.evolve(given, properties=()) if standing.is_list else given)


class NameResolver:
    """Resolves the recipients of one message, and asks for no name twice.

    ``named_by`` has the uids of the session's transports, each with the address books of its service: whom one of them
    has named is that transport's recipient. An entry id that came with a recipient may be from anywhere: it is believed
    when the address book gives it to that address. (Where there is none, it is the transport's to know its own.)
    """

    def __init__(self, books: Sequence[Book], named_by: Mapping[bytes, Sequence[Book]] = _NOBODY) -> None:
        self._books = books
        self._named_by = named_by
        self._found: dict[str, _Found] = {}

    async def standing(self, recipient: Recipient, deadline: Deadline) -> Standing:
        """Say whom a recipient stands for.

        Raises:
            UnresolvedName: nobody knows the name; or a list, or one inside it, is gone.
            AmbiguousName: several have it.
            LimitExceeded: a list has more members than anybody writes to.
            MsgcoreError: an address book cannot be asked; the name is not guessed elsewhere.
        """
        if is_address(recipient):
            if not await self._is_believed(recipient, deadline):
                recipient = _without_entry_id(recipient)
            entry_id = cast("bytes", recipient.get(PidTagEntryId, b""))
            reached = Reached(recipient.address, entry_id=entry_id)
            return Standing(recipient, AddressBookEntry(recipient.address), (reached,))
        address = _of_entry_id(recipient)
        if address is not None:
            return Standing(recipient, AddressBookEntry(address), (Reached(address),))
        if recipient.address_type == MAPIPDL:
            book, entry = await self._list_of_name(recipient.email_address, deadline)
        else:
            book, entry = await self._of_name(recipient.address.display_name, deadline)
        if not entry.is_personal_list:
            return Standing(recipient, entry, (self._reached(entry, ()),))
        members, loops = await self._expanded(book, entry, deadline)
        return Standing(recipient, entry, members, loops)

    async def entry(self, name: str, deadline: Deadline) -> AddressBookEntry:
        """Find the one entry that a name stands for; raises as :meth:`standing` does."""
        return (await self._of_name(name, deadline))[1]

    async def entries(self, name: str, limit: int, deadline: Deadline) -> list[AddressBookEntry]:
        """Give the entries of all address books that a name begins, each address once."""
        found: dict[bytes, AddressBookEntry] = {}
        for book in self._books:
            for one in await book.find_entries(name, limit, deadline):
                found.setdefault(one.address.search_key, one)
        return [*found.values()][:limit]

    async def _of_name(self, name: str, deadline: Deadline) -> _Found:
        if name not in self._found:
            self._found[name] = await self._look_up(name, deadline)
        return self._found[name]

    async def _look_up(self, name: str, deadline: Deadline) -> _Found:
        pattern = NamePattern(name)
        begun: dict[bytes, _Found] = {}
        for book in self._books:
            found = {one.address.search_key: (book, one) for one in reversed(await book.resolve_name(name, deadline))}
            exact = [(book, one) for _, one in found.values() if pattern.match(one.names) is NameMatch.EXACT]
            if exact:
                return _only(name, exact)
            begun = found | begun
        if not begun:
            raise UnresolvedName(
                name, f"{name!r} is no address, and no address book of this profile knows the name; give the address"
            )
        return _only(name, [*begun.values()])

    async def _list_of_name(self, name: str, deadline: Deadline) -> _Found:
        """Find a personal list, which has just this name: nobody else gets what was meant for one that is gone."""
        pattern = NamePattern(name)
        for book in self._books:
            found = await book.resolve_name(name, deadline)
            lists = [one for one in found if one.is_personal_list and pattern.match(one.names) is NameMatch.EXACT]
            if lists:
                return _only(name, [(book, one) for one in lists])
        raise UnresolvedName(name, f"no address book of this profile has a personal list {name!r} (any more)")

    async def _is_believed(self, recipient: Recipient, deadline: Deadline) -> bool:
        octets = cast("bytes | None", recipient.get(PidTagEntryId))
        books = () if octets is None else self._named_by.get(provider_uid_of(octets), ())
        names = {recipient.display_name, recipient.email_address.partition("@")[0]}
        for book, name in product(books, sorted(names)):
            for entry in await book.resolve_name(name, deadline):
                if (entry.entry_id, entry.address.search_key) == (octets, recipient.address.search_key):
                    return True
        return not books

    def _reached(self, entry: AddressBookEntry, above: Sequence[AddressBookEntry]) -> Reached:
        is_known = provider_uid_of(entry.entry_id) in self._named_by
        return Reached(entry.address, tuple(_name(each) for each in above), entry.entry_id if is_known else b"")

    async def _expanded(
        self, book: Book, entry: AddressBookEntry, deadline: Deadline
    ) -> tuple[tuple[Reached, ...], tuple[tuple[str, ...], ...]]:
        reached: dict[bytes, Reached] = {}
        loops: list[tuple[str, ...]] = []
        expanded: set[bytes] = set()
        waiting: list[tuple[AddressBookEntry, tuple[AddressBookEntry, ...]]] = [(entry, ())]
        while waiting:
            one, above = waiting.pop()
            if not one.is_personal_list:
                reached.setdefault(one.address.search_key, self._reached(one, above))
                if len(reached) > _MOST_MEMBERS:
                    raise LimitExceeded(f"list {_name(entry)!r}: more than {_MOST_MEMBERS:,} members")
                continue
            keys = [_key(each) for each in above]
            if _key(one) in keys:
                loops.append(tuple(_name(each) for each in (*above[keys.index(_key(one)) :], one)))
            elif _key(one) not in expanded:
                expanded.add(_key(one))
                members = await _members(book, one, above, deadline)
                waiting += [(member, (*above, one)) for member in reversed(members)]
        return tuple(reached.values()), tuple(loops)


def _only(name: str, found: Sequence[_Found]) -> _Found:
    if len(found) == 1:
        return found[0]
    entries = sorted((entry for _, entry in found), key=str)
    named = ", ".join(str(one) for one in entries[:_MOST_NAMED])
    more = f" and {len(entries) - _MOST_NAMED} more" if len(entries) > _MOST_NAMED else ""
    problem = f"{name!r} may be any of {named}{more}; give the address, or more of the name"
    raise AmbiguousName(name, [one.address for one in entries], problem)


def _without_entry_id(recipient: Recipient) -> Recipient:
    if not recipient.properties:
        return recipient
    return attrs.evolve(recipient, properties=[one for one in recipient.properties if one[0] != PidTagEntryId])


def _of_entry_id(recipient: Recipient) -> Address | None:
    """Read the address that a row without one has as a one-off entry id: it needs no look-up."""
    octets = cast("bytes | None", recipient.get(PidTagEntryId))
    if recipient.address.is_resolved or octets is None:
        return None
    try:
        found = Address.of_entry_id(octets)
    except MalformedMessage:
        return None
    return found if found.is_resolved and found.address_type != MAPIPDL else None


async def _members(
    book: Book, one: AddressBookEntry, above: Sequence[AddressBookEntry], deadline: Deadline
) -> Sequence[AddressBookEntry]:
    try:
        return await book.list_members(one, deadline)
    except NotFound as error:
        place = f"list {_name(above[-1])!r} has a member that is a list, and gone: " if above else ""
        raise UnresolvedName(_name(one), f"{place}{error}; take it out") from error


def _key(entry: AddressBookEntry) -> bytes:
    return entry.entry_id or entry.address.search_key


def _name(entry: AddressBookEntry) -> str:
    return entry.display_name

"""The services of a profile in its file: MAPI's service administration.

A change is checked as a whole before anything is written, and leaves the rest of the file as it is, comments and layout
too. What somebody else has changed since the file was read is not written over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import cast

from msgcore.base.nearest import there_are
from msgcore.errors import MsgcoreError, ProfileError, UsageError
from msgcore.profile.draft import Draft
from msgcore.profile.files import locked, read_private, write_private
from msgcore.profile.paths import absolute
from msgcore.profile.profile import check_profile
from msgcore.spi.hooks import gives_hooks
from msgcore.spi.registry import service

__all__ = ["ServiceAdmin", "with_hook_mark"]

_ORDER = "transport_order"
_ELSEWHERE = {
    "service": "delete it, and create another",
    "name": "use rename",
    "default_store": "use set_default_store",
    "primary_identity": "use set_primary_identity",
}


class ServiceAdmin:
    """Administers the services of one profile, as it was read when this was made, and with its own changes.

    Every change raises:

    - ``ProfileChanged`` when another program or an editor has changed the file meanwhile: make a new ServiceAdmin;
    - ``ProfileError`` when the profile would be wrong, or is written in a way that cannot be changed in place;
    - ``NotSupported`` when a service cannot do what its settings say, and ``StoreError`` when the file is not written.

    In each case nothing is written.
    """

    def __init__(self, file: Path) -> None:
        """Use :meth:`ProfileAdmin.services`."""
        self._file = file
        self._text = read_private(file)
        Draft(self._text, file)

    @property
    def names(self) -> tuple[str, ...]:
        """The services by name, as they are listed."""
        return tuple(str(name) for name in Draft(self._text, self._file).names)

    def create(self, service: Mapping[str, object]) -> None:
        """Add a service behind the others, as :meth:`ProfileAdmin.create` writes it."""

        def add(draft: Draft) -> int:
            draft.add(absolute(with_hook_mark(service)))
            return len(draft.tables) - 1

        self._change(add)

    def configure(self, name: str, values: Mapping[str, object]) -> None:
        """Change settings of a service; ``None`` takes one away, so that it has its default.

        Raises:
            UsageError: a key has a method of its own, which the message names.
        """
        for key in values:
            if key in _ELSEWHERE:
                raise UsageError(f"{key}: is not configured: {_ELSEWHERE[key]}")

        def change(draft: Draft) -> int:
            number = self._number(draft, name)
            made = absolute({**draft.tables[number], **values})
            for key in values:
                draft.set(number, key, made[key])
            return number

        self._change(change)

    def rename(self, name: str, new_name: str) -> None:
        """Give a service another name, also where the transport order and other services name it.

        Messages that wait in the outbox for it know it by the old name, and are given to a transport anew.
        """

        def change(draft: Draft) -> int:
            number = self._number(draft, name)
            draft.set(number, "name", new_name)
            for other, table in enumerate(draft.tables):
                if table.get("deliver_to") == name:
                    draft.set(other, "deliver_to", new_name)
            self._set_order(draft, [new_name if one == name else one for one in self._order(draft)])
            return number

        self._change(change)

    def delete(self, name: str) -> None:
        """Take a service out of the profile; its store stays. Comments before and behind its keys stay, too."""

        def change(draft: Draft) -> None:
            number = self._number(draft, name)
            for table, other in zip(draft.tables, draft.names, strict=True):
                if table.get("deliver_to") == name and other != name:
                    raise ProfileError(
                        f"{other} delivers to {name}: change that first", file=self._file, key="deliver_to"
                    )
            draft.remove(number)
            self._set_order(draft, [one for one in self._order(draft) if one != name])

        self._change(change)

    def set_transport_order(self, names: Iterable[str]) -> None:
        """Let the transports of these services go first, in this order; with no names, as services are listed."""
        if isinstance(names, str):
            raise UsageError(f"need a list of names, got {names!r}")
        order = list(names)
        self._change(lambda draft: self._set_order(draft, order))

    def set_primary_identity(self, name: str | None) -> None:
        """Let mail without From come from this service's address; ``None``: the first service's that has one."""
        self._flag("primary_identity", name)

    def set_default_store(self, name: str | None) -> None:
        """Make this service's store the default one; ``None``: the first store that has an outbox."""
        self._flag("default_store", name)

    def set_spooler(self, values: Mapping[str, object] | None) -> None:
        """Say how long mail that could not be sent is tried, as in ``{"lifetime": "5d"}``; ``None``: as is usual."""
        self._change(lambda draft: draft.set(None, "spooler", values or None))

    def _flag(self, flag: str, name: str | None) -> None:
        def change(draft: Draft) -> None:
            chosen = None if name is None else self._number(draft, name)
            for number in range(len(draft.tables)):
                if number == chosen:
                    draft.set(number, flag, True)
                else:
                    draft.set(number, flag, None)

        self._change(change)

    def _change(self, change: Callable[[Draft], int | None]) -> None:
        draft = Draft(self._text, self._file)
        touched = change(draft)
        profile = check_profile(draft.checked(), self._file)
        if touched is not None:
            profile.services[touched].found()
        with locked(self._file.parent):
            write_private(self._file, draft.text, instead_of=self._text)
        self._text = draft.text

    def _number(self, draft: Draft, name: str) -> int:
        try:
            return draft.names.index(name)
        except ValueError:
            there = there_are(name, map(str, draft.names))
            raise ProfileError(f"no service is called {name!r}; {there}", file=self._file) from None

    def _order(self, draft: Draft) -> list[object]:
        found = draft.data.get(_ORDER, [])
        return list(cast("list[object]", found)) if isinstance(found, list) else []

    def _set_order(self, draft: Draft, order: list[object] | list[str]) -> None:
        if order != self._order(draft):
            draft.set(None, _ORDER, order or None)


def with_hook_mark(table: Mapping[str, object]) -> Mapping[str, object]:
    """Note in the table of a service that it is a hook, if its class says so and the table nothing."""
    try:
        is_hook = gives_hooks(service(str(table.get("service"))))
    except MsgcoreError:  # who checks the table tells of it
        is_hook = False
    return {**table, "hook": True} if is_hook and "hook" not in table else table

"""A retrieving provider as sessions use it: called as a plug-in is, and what it gives is checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar, cast

from msgcore.base.text import one_line
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, PluginBroken
from msgcore.spi.answer import Answer
from msgcore.spi.new_file import NewFile
from msgcore.spi.origin import ACCOUNT_CHARACTERS, UNIQUE_ID_OCTETS
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, RetrievingProvider, SupportsStreaming, Waiting

__all__ = ["GuardedMaildrop", "GuardedRetriever"]

T = TypeVar("T")
Fault = tuple[object, str]

_LONG = 1_000


class GuardedRetriever:
    """One way of a plug-in to retrieve mail."""

    def __init__(self, plugin: Plugin, provider: RetrievingProvider) -> None:
        """Read what it says of itself.

        Raises:
            PluginBroken: that is nonsense.
        """
        self.name = plugin.name
        self._plugin = plugin
        self._provider = provider
        self.account = plugin.attribute(lambda: provider.account)
        if not isinstance(cast(object, self.account), str) or not 0 < len(self.account) <= ACCOUNT_CHARACTERS:
            raise PluginBroken(f"{plugin.name}: account is {self.account!r}; need a name")
        self.policy = plugin.attribute(lambda: provider.retrieval)
        if not isinstance(cast(object, self.policy), RetrievalPolicy):
            raise PluginBroken(f"{plugin.name}: retrieval is {self.policy!r}; need a RetrievalPolicy")
        self.slow: dict[bytes, None] = {}
        """What messages are known by that the server did not give in time: they come last, and take turns."""

    async def open_maildrop(self, deadline: Deadline) -> GuardedMaildrop:
        """Open a session with the server; raises as the provider's own method does."""
        method = self._provider.open_maildrop
        given = await self._plugin.call(method, deadline, deadline=deadline, undo=_close)
        if given is None:
            raise self._plugin.nonsense(method, given, "a Maildrop")
        return GuardedMaildrop(self._plugin, given)


class GuardedMaildrop:
    """One session of it with its server.

    Raises (from every method):
        PluginBroken: it raised what is no error of msgcore, or gave what is no answer.
        CutShort: it did not end by the deadline.
        MsgcoreError: what it raised itself.
    """

    def __init__(self, plugin: Plugin, maildrop: object) -> None:
        """Use :meth:`GuardedRetriever.open_maildrop`."""
        self._plugin = plugin
        self._maildrop: Any = maildrop

    async def list(self, deadline: Deadline) -> Sequence[Waiting]:
        method = self._method("list")
        found = self._plugin.sequence(Waiting, method, await self._plugin.call(method, deadline, deadline=deadline))
        await self._check(method, found, _fault_of_listed, deadline)
        return found

    async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return await self._first_of(self._method("headers"), waiting, deadline)

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return await self._first_of(self._method("retrieve"), waiting, deadline)

    async def retrieve_to(self, waiting: Waiting, path: Path, deadline: Deadline) -> int:
        """Write a message into a new file, which is gone when this raises; give its size.

        A maildrop that does not stream has the message in memory meanwhile.
        """
        if self._plugin.attribute(lambda: isinstance(self._maildrop, SupportsStreaming)):
            method = self._method("retrieve_to")
            octets = await self._plugin.call(method, waiting, path, deadline, deadline=deadline)
            if type(octets) is not int or octets < 0:
                raise self._plugin.nonsense(method, octets, "a size in octets")
            return octets
        (found,) = await self.retrieve([waiting], deadline)
        if found.error is not None:
            raise found.error
        await self._plugin.runtime.in_thread(partial(_write, path, found.octets), deadline)
        return len(found.octets)

    async def delete(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        method = self._method("delete")
        given = await self._plugin.call(method, waiting, deadline, deadline=deadline)
        found = self._plugin.sequence(Retrieved, method, given)
        await self._check(method, found, _fault_of_retrieved, deadline)
        if not {one.number for one in found} <= {one.number for one in waiting}:
            raise self._plugin.nonsense(method, found, "those of what was asked for that were not deleted")
        unexplained = next((one for one in found if one.error is None), None)
        if unexplained is not None:
            raise self._plugin.nonsense(method, unexplained, "the error that each of them met")
        return found

    async def commit(self, deadline: Deadline) -> None:
        await self._plugin.call(self._method("commit"), deadline, deadline=deadline)

    async def close(self, deadline: Deadline) -> None:
        """End the session. No end of it mends a fault that it met."""
        fault = self._plugin.fault
        try:
            await self._plugin.call(self._method("close"), deadline=deadline)
        finally:
            self._plugin.fault = self._plugin.fault or fault

    def _method(self, name: str) -> Callable[..., Answer[object]]:
        try:
            return cast("Callable[..., Answer[object]]", self._plugin.attribute(lambda: getattr(self._maildrop, name)))
        except PluginBroken as error:  # it is no maildrop
            self._plugin.fault = error
            raise

    async def _first_of(
        self, method: Callable[..., Answer[object]], waiting: Sequence[Waiting], deadline: Deadline
    ) -> Sequence[Retrieved]:
        given = await self._plugin.call(method, waiting, deadline, deadline=deadline)
        found = self._plugin.sequence(Retrieved, method, given)
        await self._check(method, found, _fault_of_retrieved, deadline)
        asked = [one.number for one in waiting[: len(found)]]
        if (waiting and not found) or [one.number for one in found] != asked:
            numbers = one_line(repr([one.number for one in found[:5]]))
            raise self._plugin.nonsense(method, numbers, "what was asked for, from its beginning on, in that order")
        return found

    async def _check(
        self,
        method: Callable[..., object],
        found: Sequence[T],
        fault_of: Callable[[Sequence[T]], Fault | None],
        deadline: Deadline,
    ) -> None:
        if len(found) > _LONG:  # it would hold up a loop
            fault = await self._plugin.runtime.in_thread(lambda: fault_of(found), deadline)
        else:
            fault = fault_of(found)
        if fault is not None:
            raise self._plugin.nonsense(method, *fault)


def _fault_of_listed(found: Sequence[Waiting]) -> Fault | None:
    """Find the first nonsense, and say what is needed in its place."""
    for one in found:
        if type(one.number) is not int or one.number < 1:
            return one, "numbers, from 1 on"
        if type(one.unique_id) is not bytes or len(one.unique_id) > UNIQUE_ID_OCTETS:
            return one, f"a unique_id of bytes, at most {UNIQUE_ID_OCTETS} of them"
        if type(one.size_octets) is not int or not -1 <= one.size_octets < 1 << 63:
            return one, "sizes that are integers of 63 bits, or -1"
    return next(((other, "numbers that rise") for one, other in pairwise(found) if one.number >= other.number), None)


def _fault_of_retrieved(found: Sequence[Retrieved]) -> Fault | None:
    for one in found:
        if type(one.number) is not int:
            return one, "numbers"
        if type(one.octets) is not bytes:
            return type(one.octets), "octets that are bytes"
        if one.error is not None and not isinstance(cast(object, one.error), MsgcoreError):
            return one, "errors of msgcore"
    return None


def _close(maildrop: object) -> object:
    return cast(Any, maildrop).close()


def _write(path: Path, octets: bytes) -> None:
    file = NewFile(path)
    try:
        file.write(octets)
        file.keep()
    except BaseException:
        file.discard()
        raise

"""Questions to DNS about one message, counted: whoever sends it can make them as many as he likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgcore.base.times import Deadline
from msgcore.errors import InvalidAddress, TryAgain
from msgcore.runtime.dns import DnsAnswer, DnsKind

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver  # it loads much

__all__ = ["Lookups"]


class Lookups:
    """Asks a resolver up to ``most`` questions before a deadline; a question that was asked is free."""

    def __init__(self, resolver: Resolver, most: int, deadline: Deadline) -> None:
        self._resolver = resolver
        self._left = most
        self._deadline = deadline
        self._known: dict[tuple[str, DnsKind], DnsAnswer] = {}

    async def ask(self, name: str, kind: DnsKind) -> DnsAnswer:
        """Ask for records; a name that is none has none.

        Raises:
            TryAgain: nobody can tell now, or there were too many questions.
        """
        known = self._known.get((name, kind))
        if known is None:
            if not self._left:
                raise TryAgain("too many questions about one message")
            self._left -= 1
            known = self._known[name, kind] = await self._asked(name, kind)
        return known

    async def _asked(self, name: str, kind: DnsKind) -> DnsAnswer:
        try:
            return await self._resolver.ask(name, kind, self._deadline)
        except InvalidAddress:
            return DnsAnswer(name, kind, (), False, False, name, 0)

    async def texts(self, name: str) -> tuple[bytes, ...]:
        """Give the text records of a name; raises as :meth:`ask` does."""
        answer = await self.ask(name, DnsKind.TXT)
        return tuple(record for record in answer.records if isinstance(record, bytes))

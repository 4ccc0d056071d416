"""Links to hosts, one for each way of securing them, as many as were needed lately."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager

import attrs

from msgcore.errors import MsgcoreError
from msgcore.mta.nexthop.mx import Target
from msgcore.mta.nexthop.policy import TlsDemand
from msgcore.runtime.abc import Background, Runtime
from msgcore.wire.smtp.link import SmtpLink

__all__ = ["LinkKey", "Links"]

_MOST = 500

LinkKey = tuple[Target, TlsDemand]
"""Who is reached, and how that is secured: what one domain asks for never serves another that asks for less or more."""


@attrs.define(eq=False)
class _Kept:
    link: SmtpLink
    users: int = 0
    used_at: float = 0.0


class Links:
    """Links made by ``make``, forgotten once nobody used them for ``idle_seconds``, the oldest when there are many."""

    def __init__(self, runtime: Runtime, make: Callable[[LinkKey], SmtpLink], idle_seconds: float) -> None:
        self._runtime = runtime
        self._make = make
        self._idle_seconds = idle_seconds
        self._kept: OrderedDict[LinkKey, _Kept] = OrderedDict()
        self._closing: list[Background] = []

    def __len__(self) -> int:
        return len(self._kept)

    @contextmanager
    def link(self, key: LinkKey) -> Generator[SmtpLink]:
        """Use a link, which is not forgotten meanwhile."""
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = _Kept(self._make(key))
        kept.users += 1
        try:
            yield kept.link
        finally:
            kept.users -= 1
            kept.used_at = self._runtime.monotonic()
            if self._kept.get(key) is kept:
                self._kept.move_to_end(key)
            self._forget()

    def _forget(self) -> None:
        """Say goodbye, in the background, to hosts to which nothing goes any more."""
        before = self._runtime.monotonic() - self._idle_seconds
        for key, kept in list(self._kept.items()):
            if kept.used_at >= before and len(self._kept) <= _MOST:
                break
            if not kept.users and self._kept.pop(key, None) is kept:
                self._closing.append(self._runtime.in_background(_quietly(kept.link)))
        self._closing = self._closing[-_MOST:]

    async def close(self) -> None:
        """Say goodbye to all hosts, at the same time, and wait a little for those who are sending."""
        kept, self._kept = list(self._kept.values()), OrderedDict()
        closing, self._closing = self._closing, []
        async with self._runtime.group() as group:
            for one in kept:
                group.start(one.link.close())
            for goodbye in closing:
                group.start(goodbye.wait())


async def _quietly(link: SmtpLink) -> None:
    with contextlib.suppress(MsgcoreError):
        await link.close()

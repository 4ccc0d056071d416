"""Workgroup post offices for blocking code."""

from __future__ import annotations

from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.spi.post_office import PostOffice as _PostOffice
from msgcore.spi.post_office import PostOfficeMailbox

__all__ = ["PostOffice"]


@twin_of(_PostOffice)
class PostOffice(Closing):
    """:class:`msgcore.spi.post_office.PostOffice` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _PostOffice) -> None:
        """Use :func:`msgcore.open_post_office`."""
        self._runtime = runtime
        self._inner = inner

    @property
    def network(self) -> str:
        return self._inner.network

    @property
    def name(self) -> str:
        return self._inner.name

    def add_mailbox(
        self,
        name: str,
        *,
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> PostOfficeMailbox:
        return self._runtime.run(
            self._inner.add_mailbox(name, display_name=display_name, exist_ok=exist_ok, timeout_seconds=timeout_seconds)
        )

    def mailboxes(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[PostOfficeMailbox, ...]:
        return self._runtime.run(self._inner.mailboxes(timeout_seconds=timeout_seconds))

    def remove_mailbox(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.remove_mailbox(name, timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

"""Maildrops by URL for blocking code."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.model.message import Message
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import maildrop as _maildrop
from msgcore.spi.retrieval import Waiting

__all__ = ["Maildrop"]


@twin_of(_maildrop.Maildrop)
class Maildrop(Closing):
    """:class:`msgcore.session.maildrop.Maildrop` for blocking code.

    Leaving its context deletes at the server what :meth:`delete` marked; when an exception leaves it, nothing is.
    """

    def __init__(self, runtime: BlockingRuntime, inner: _maildrop.Maildrop) -> None:
        """Use :func:`msgcore.open_maildrop`."""
        self._runtime = runtime
        self._inner = inner

    def list(self, *, timeout_seconds: float | None = None) -> tuple[Waiting, ...]:
        return self._runtime.run(self._inner.list(timeout_seconds=timeout_seconds))

    def headers(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> Message:
        return self._runtime.run(self._inner.headers(waiting, timeout_seconds=timeout_seconds))

    def retrieve(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> Message:
        return self._runtime.run(self._inner.retrieve(waiting, timeout_seconds=timeout_seconds))

    def retrieve_octets(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> bytes:
        return self._runtime.run(self._inner.retrieve_octets(waiting, timeout_seconds=timeout_seconds))

    def retrieve_to(self, waiting: Waiting, path: Path | str, *, timeout_seconds: float | None = None) -> int:
        return self._runtime.run(self._inner.retrieve_to(waiting, path, timeout_seconds=timeout_seconds))

    def delete(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> None:
        self._runtime.run(self._inner.delete(waiting, timeout_seconds=timeout_seconds))

    def commit(self, *, timeout_seconds: float | None = None) -> None:
        self._runtime.run(self._inner.commit(timeout_seconds=timeout_seconds))

    def cancel(self) -> None:
        self._inner.cancel()

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runtime.run(self._inner.__aexit__(kind, error, trace))

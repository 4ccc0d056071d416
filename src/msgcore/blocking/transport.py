"""Transports by URL for blocking code."""

from __future__ import annotations

from types import TracebackType

from msgcore.model.message import Message
from msgcore.model.outcome import Outcomes
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import direct as _direct

__all__ = ["Transport"]


class Transport:
    """:class:`msgcore.session.direct.Transport` for blocking code; leaving its context closes its connections."""

    def __init__(self, runtime: BlockingRuntime, inner: _direct.Transport) -> None:
        """Use :func:`msgcore.open_transport`."""
        self._runtime = runtime
        self._inner = inner

    def send(self, message: Message, *, check: bool = True, timeout_seconds: float | None = None) -> Outcomes:
        return self._runtime.run(self._inner.send(message, check=check, timeout_seconds=timeout_seconds))

    def cancel(self) -> None:
        self._inner.cancel()

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""Transports by URL for blocking code."""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.message import Correspondent, Message
from msgcore.model.outcome import Outcomes
from msgcore.model.recipient import RecipientsLike
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import direct as _direct

__all__ = ["Transport"]


@twin_of(_direct.Transport)
class Transport(Closing):
    """:class:`msgcore.session.direct.Transport` for blocking code; leaving its context closes its connections."""

    def __init__(self, runtime: BlockingRuntime, inner: _direct.Transport) -> None:
        """Use :func:`msgcore.open_transport`."""
        self._runtime = runtime
        self._inner = inner

    def send(
        self,
        message: Message,
        *,
        return_path: Correspondent | None = None,
        recipients: RecipientsLike | None = None,
        request: DeliveryRequest = NO_REQUEST,
        check: bool = True,
        timeout_seconds: float | None = None,
    ) -> Outcomes:
        return self._runtime.run(
            self._inner.send(
                message,
                return_path=return_path,
                recipients=recipients,
                request=request,
                check=check,
                timeout_seconds=timeout_seconds,
            )
        )

    def send_all(
        self,
        messages: Iterable[Message],
        *,
        return_path: Correspondent | None = None,
        recipients: RecipientsLike | None = None,
        request: DeliveryRequest = NO_REQUEST,
        timeout_seconds: float | None = None,
    ) -> list[Outcomes]:
        return self._runtime.run(
            self._inner.send_all(
                messages,
                return_path=return_path,
                recipients=recipients,
                request=request,
                timeout_seconds=timeout_seconds,
            )
        )

    def cancel(self) -> None:
        self._inner.cancel()

    def close(self) -> None:
        self._runtime.run(self._inner.close())

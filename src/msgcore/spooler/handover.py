"""Handing a message to one transport, and checking what the transport says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled, PluginBroken
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Runtime
from msgcore.spi.call import call
from msgcore.spi.transport import TransportProvider

__all__ = ["HandedOver", "hand_over"]

_KINDS = (Accepted, Delivered, Deferred, Refused, Unknown, Pending)

Submit = Callable[..., Awaitable[Mapping[Recipient, Outcome]] | Mapping[Recipient, Outcome]]


@attrs.frozen
class HandedOver:
    """An outcome for each recipient; and the cancellation that came while a plain ``def`` was at work, if one did."""

    outcomes: dict[Recipient, Outcome]
    cancelled: OperationCancelled | None = None


async def hand_over(
    runtime: Runtime, name: str, provider: TransportProvider, envelope: Envelope, message: Message, deadline: Deadline
) -> HandedOver:
    """Submit to the transport ``name`` and give an outcome for each recipient of the envelope.

    A recipient that the transport says nothing about is deferred; one that it says nonsense about is unknown.

    Raises:
        PluginBroken: it raised what is no error of msgcore, or gave no mapping.
        MsgcoreError: what it raised itself.
    """
    said: list[Mapping[Recipient, Outcome]] = []
    cancelled: OperationCancelled | None = None
    try:
        found = await call(runtime, _remembered(provider.submit, said), envelope, message, deadline, deadline=deadline)
    except OperationCancelled as error:
        if not said:
            raise
        found, cancelled = said[0], error  # the plain def came to its end before the cancellation was looked at
    if not isinstance(cast(object, found), Mapping):
        raise PluginBroken(f"{name}: submit gave {type(found).__name__}, not a mapping of recipients to outcomes")
    outcomes = {recipient: _outcome(name, found.get(recipient)) for recipient in envelope.recipients}
    return HandedOver(outcomes, cancelled)


def _remembered(submit: Submit, said: list[Mapping[Recipient, Outcome]]) -> Submit:
    """Keep what a plain ``def`` returns, whatever becomes of the wait for it."""
    if iscoroutinefunction(submit):
        return submit

    @wraps(submit)
    def remembering(*arguments: Any) -> Any:
        found = cast("Mapping[Recipient, Outcome]", submit(*arguments))
        said.append(found)
        return found

    return remembering


def _outcome(name: str, found: object) -> Outcome:
    """Give one of the six kinds, whatever class of its own a plug-in has."""
    if found is None:
        return Deferred(text=f"{name} gave no outcome for this recipient", stage="submit")
    kind = next((kind for kind in _KINDS if isinstance(found, kind)), None)
    if kind is None or not isinstance(found, Outcome):
        return Unknown(text=f"{name} gave {type(found).__name__} for this recipient, no outcome", stage="submit")
    return found if type(found) is kind else kind(found.code, found.enhanced, found.text, found.stage, found.note)

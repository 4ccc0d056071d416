"""The hook contract: plug-ins that all mail passes, to encrypt, sign, scan or mark it.

A hook is a service of the profile, or is passed in code. Outbound ones see each submission once, before any transport
does; inbound ones each message that was retrieved from a maildrop, before the store does. They act in the order of the
profile, each on what the one before has made; what they are given is a copy of their own.

No mail goes past a hook that failed: what was to go out is held with the reason (or waits, where the hook raises one of
the errors that say "try again"), and what was to come in stays at its server.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, cast, runtime_checkable

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import PluginBroken
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Refused
from msgcore.model.recipient import Recipient
from msgcore.spi.answer import Answer

__all__ = ["Hold", "HookAnswer", "InboundHook", "OutboundHook", "Processed", "gives_hooks"]

_NOBODY: Mapping[Recipient, Refused] = MappingProxyType({})


@attrs.frozen
class Processed:
    """What a hook has made of a message; ``message`` is ``None`` where that stays as it is.

    Of mail that goes out: whom it does not go to, and why; and whether the sender's copy in Sent Items is to show what
    was changed, which else stays what the sender wrote.

    Raises:
        PluginBroken: ``message`` is none, or ``refused`` has other outcomes.
    """

    message: Message | None = None
    refused: Mapping[Recipient, Refused] = _NOBODY
    in_sent_copy: bool = False

    def __attrs_post_init__(self) -> None:
        if not isinstance(cast(object, self.message), Message | None):
            raise PluginBroken(f"Processed: need a Message or None, got {type(self.message).__name__}")
        for recipient, outcome in self.refused.items():
            if not isinstance(cast(object, recipient), Recipient) or not isinstance(cast(object, outcome), Refused):
                raise PluginBroken(f"Processed: refused needs a Refused for a Recipient, got {outcome!r:.100}")


@attrs.frozen
class Hold:
    """The message goes nowhere until a person has seen to it: out of the outbox, or from its server into the store."""

    reason: str


HookAnswer = Processed | Hold | Refused | None
"""``None``: it stays as it is. ``Refused``: it goes to nobody (of mail that goes out)."""


def gives_hooks(service_class: object) -> bool:
    """Whether services of a class are hooks, for all that can be seen before one is made.

    One that gives its hooks by ``providers()`` says so itself: ``provides_hooks = True`` on the class.
    """
    methods = ("process_outbound", "process_inbound")
    return bool(getattr(service_class, "provides_hooks", any(hasattr(service_class, name) for name in methods)))


@runtime_checkable
class OutboundHook(Protocol):
    """Sees what goes out."""

    def process_outbound(self, envelope: Envelope, message: Message, deadline: Deadline) -> Answer[HookAnswer]:
        """Say what becomes of a submission; the envelope has those that it still goes to.

        Who is named in the message may be changed with it; whom it goes to may only become fewer.
        """
        ...


@runtime_checkable
class InboundHook(Protocol):
    """Sees what comes in."""

    def process_inbound(self, message: Message, deadline: Deadline) -> Answer[HookAnswer]:
        """Say what becomes of a message that was retrieved; what is refused is held: nothing that came is lost."""
        ...

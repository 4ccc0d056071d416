"""The gateway contract: what an MTA delivers through, one next hop a call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol, cast, runtime_checkable

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import PluginBroken
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.spi.answer import Answer

__all__ = ["Content", "Gateway", "SupportsForms", "content_forms_of"]


@attrs.frozen
class Content:
    """A message as the MTA keeps it: octets in their form, ``"mime"`` or ``"tnef"``, without Bcc.

    The form is what whoever took the message in says of it. It is never guessed from the octets: what is said in TNEF
    is trusted, and a mail may begin with any octets.
    """

    octets: bytes = attrs.field(repr=lambda octets: f"<{len(octets)} octets>")
    form: str = "mime"


class Gateway(Protocol):
    """Delivers to one kind of system. ``deliver`` may be plain ``def`` or ``async def``."""

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Answer[Mapping[Recipient, Outcome]]:
        """Hand the content over for the envelope's recipients, all of one ``next_hop``, with an outcome for each.

        One try, under the rules of :meth:`~msgcore.spi.transport.TransportProvider.submit`. ``UsageError`` says that
        this message can never be delivered, and refuses it.
        """
        ...


@runtime_checkable
class SupportsForms(Protocol):
    """A gateway that takes content in other forms than MIME, too; any other is given MIME."""

    @property
    def content_forms(self) -> Collection[str]:
        """The forms that ``deliver`` takes; MIME is always one of them."""
        ...


def content_forms_of(gateway: object) -> frozenset[str]:
    """Say in which forms a gateway takes content.

    Raises:
        PluginBroken: what it declares is no set of names.
    """
    if not isinstance(gateway, SupportsForms):
        return frozenset({"mime"})
    declared: object = gateway.content_forms
    if not isinstance(declared, tuple | list | set | frozenset) or not all(
        isinstance(one, str) for one in cast("Collection[object]", declared)
    ):
        raise PluginBroken(f"{type(gateway).__qualname__}: content_forms is {declared!r}; need a set of names")
    return frozenset({"mime", *cast("Collection[str]", declared)})

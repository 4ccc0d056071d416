"""The gateway contract: what an MTA delivers through, one next hop a call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, cast, runtime_checkable

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import PluginBroken
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.spi.answer import Answer

__all__ = [
    "CONTENT_PROFILES",
    "Content",
    "Gateway",
    "SupportsBatches",
    "SupportsForms",
    "SupportsProfile",
    "Tell",
    "content_forms_of",
    "content_profile_of",
]

CONTENT_PROFILES = ("mime", "plain", "text", "tnef")
"""In which form a message leaves: as a mail, as one with a text for its only body, as a text without files, as TNEF."""


@attrs.frozen
class Content:
    """A message as the MTA keeps it: octets in their form, ``"mime"`` or ``"tnef"``, without Bcc.

    The form is what whoever took the message in says of it. It is never guessed from the octets: what is said in TNEF
    is trusted, and a mail may begin with any octets.
    """

    octets: bytes = attrs.field(repr=lambda octets: f"<{len(octets)} octets>")
    form: str = "mime"
    is_ours: bool = attrs.field(default=True, kw_only=True)
    """Whether it is known whose it is: only that is signed in the name of a domain of ours."""


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


@runtime_checkable
class SupportsProfile(Protocol):
    """A gateway that leads out of the organisation, where not everybody reads everything."""

    @property
    def content_profile(self) -> str:
        """The form for recipients who ask for no other, one of :data:`CONTENT_PROFILES`.

        Those who ask for another get a copy, and a call of ``deliver``, of their own. Content of form ``"tnef"`` comes
        only if ``content_forms`` has it; plain forms come as MIME. A gateway without this takes messages as they are
        kept, whatever recipients ask for.
        """
        ...


def content_forms_of(gateway: object) -> frozenset[str]:
    """Say in which forms a gateway takes content.

    Raises:
        PluginBroken: what it declares is no set of names.
    """
    declared: object = getattr(gateway, "content_forms", ())
    if not isinstance(declared, tuple | list | set | frozenset) or not all(
        isinstance(one, str) for one in cast("Collection[object]", declared)
    ):
        raise PluginBroken(f"{type(gateway).__qualname__}: content_forms is {declared!r}; need a set of names")
    return frozenset({"mime", *cast("Collection[str]", declared)})


def content_profile_of(gateway: object) -> str | None:
    """Say in which form a gateway's recipients get messages, or ``None`` when it takes them as they are kept.

    Raises:
        PluginBroken: what it declares is no profile.
    """
    declared: object = getattr(gateway, "content_profile", None)
    if declared is None:
        return None
    if declared not in CONTENT_PROFILES:
        raise PluginBroken(
            f"{type(gateway).__qualname__}: content_profile is {declared!r}; there are {', '.join(CONTENT_PROFILES)}"
        )
    return declared


Tell = Callable[[int, Mapping[Recipient, Outcome]], None]
"""Called with the number of a message in its batch, from 0, and what became of its recipients."""


@runtime_checkable
class SupportsBatches(Protocol):
    """A gateway that sends several messages one behind the other, which costs far less than one by one.

    Only an ``async def`` is asked for several.
    """

    def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> Answer[None]:
        """Deliver messages to one next hop as ``deliver`` would, in their order, and ``tell`` of each at once.

        What it does not tell of, it has not begun; so raising says that of all that were not told of. What is the fault
        of one message is told as its outcome, and not raised.
        """
        ...

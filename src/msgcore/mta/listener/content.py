"""Content checks: what sees a message behind its final dot and before it is taken (a before-queue content filter).

Checks act one behind the other, each on what the one before has left. The first that refuses or defers is the answer to
the client, who still has the message: nobody has to be told by a report. No mail goes past a check that fails: what it
raises, gives as nonsense, or is too late with, defers the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import PluginBroken
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Refused
from msgcore.runtime.abc import Runtime
from msgcore.spi.answer import Answer
from msgcore.wire.smtp.server import Client

__all__ = ["ArrivingMail", "ContentAnswer", "ContentCheck", "ContentCheckFunction", "Marked", "NamedContentCheck"]

_NAME = re.compile(r"[!-9;-~]+")
_VALUE = re.compile(r"[ -~\t]*")
_LONGEST_LINE = 998  # RFC 5322 section 2.1.1
_VERDICT = re.compile(r"[a-z]+=[a-z]+")

_NO_FIELDS: Mapping[str, str] = MappingProxyType({})

# A second one would be another message to some readers (RFC 5322 section 3.6, RFC 2045).
_SAID_ONCE = {
    "date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject",
    "mime-version", "content-type", "content-transfer-encoding", "content-id", "content-disposition",
}  # fmt: skip

# The topmost Received is ours, a return path is the envelope's (RFC 5321 section 4.4), and Bcc is looked for before.
_NOT_THEIRS = {"received", "return-path", "resent-bcc"}

# What the listener finds itself: routes, reports and seals rely on it.
_OUR_VERDICTS = {"origin", "sender", "spf", "dkim", "dmarc", "arc", "policy"}


@attrs.frozen
class ArrivingMail:
    """A message that a client has sent, and that is taken unless somebody says no.

    ``octets`` are those that go into the queue: with our Received field in front, and Authentication-Results above it
    where the message was looked at; only a Bcc field is still there. ``service`` is the listener's (``smtp``,
    ``submission``, …). ``verdicts`` are what was found (:mod:`msgcore.mta.trust.verdicts`), and what checks before this
    one have added.
    """

    envelope: Envelope
    octets: bytes = attrs.field(repr=False)
    client: Client
    service: str
    verdicts: frozenset[str]


def _fields(given: Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(cast(object, given), Mapping):
        raise PluginBroken(f"Marked: fields: need a mapping such as {{'X-Spam-Flag': 'YES'}}, got {given!r:.100}")
    fields = cast("dict[object, object]", dict(given))
    for name, value in fields.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.lower() in _SAID_ONCE | _NOT_THEIRS:
            raise PluginBroken(f"Marked: field {name!r:.100}: need the name of one that may be added: 'X-Spam-Flag'")
        if not isinstance(value, str) or not _VALUE.fullmatch(value) or len(name) + 2 + len(value) > _LONGEST_LINE:
            raise PluginBroken(f"Marked: {name}: {value!r:.100}: need printable ASCII that has room in a line")
    return MappingProxyType(cast("dict[str, str]", fields))


def _verdicts(given: Iterable[str]) -> frozenset[str]:
    if isinstance(given, str) or not isinstance(cast(object, given), Iterable):
        raise PluginBroken(f"Marked: verdicts: need a sequence such as ['spam=yes'], got {given!r:.100}")
    found = cast("tuple[object, ...]", tuple(given))
    for one in found:
        if not isinstance(one, str) or not _VERDICT.fullmatch(one):
            raise PluginBroken(f"Marked: verdict {one!r:.100}: need a name and a result, such as 'spam=yes'")
        if one.partition("=")[0] in _OUR_VERDICTS:
            raise PluginBroken(f"Marked: verdict {one!r}: the listener says that itself")
    return cast("frozenset[str]", frozenset(found))


@attrs.frozen
class Marked:
    """The message is taken, with ``fields`` on top of its header and ``verdicts`` for routes and tracking.

    A field's value is one line of ASCII. Fields that came with the message stay; the topmost of a name is ours, so add
    it always, also where it says no. Nobody can forge a verdict.

    Raises:
        PluginBroken: a name, value or verdict is none; a field may be there only once, as Subject, or is no check's,
            as Received; the verdict is one that the listener finds itself, as ``spf=pass``.
    """

    fields: Mapping[str, str] = attrs.field(default=_NO_FIELDS, converter=_fields)
    verdicts: frozenset[str] = attrs.field(default=frozenset(), converter=_verdicts)


ContentAnswer: TypeAlias = Marked | Refused | Deferred | None
"""``None``: the message is taken as it is. ``Refused`` and ``Deferred`` are told to the client.

Without a code they are 550 5.7.1 and 451 4.7.1. A code is 5yz of what is refused and 4yz of what is deferred.
"""

ContentCheckFunction: TypeAlias = Callable[[ArrivingMail, Deadline], Answer[ContentAnswer]]
"""A function that is a content check; ``def`` or ``async def``."""


@runtime_checkable
class ContentCheck(Protocol):
    """Looks at what is in a message. It is called for several messages at a time, a plain ``def`` in threads."""

    def check_content(self, mail: ArrivingMail, deadline: Deadline) -> Answer[ContentAnswer]:
        """Say what becomes of a message.

        Raises:
            Exception: nobody can tell now; the message is deferred (451 4.7.1), and the log says why.
        """
        ...


@attrs.frozen
class NamedContentCheck:
    """A content check that an entry point names, and its settings: the listener makes it, opens and closes it."""

    name: str
    check_class: Callable[[Any, Runtime], object]
    config: object

"""Connectors: address spaces, the gateway that serves them, and what it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast, get_args

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address
from msgcore.mta.routing.schedule import Schedule
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["Connector", "ContentProfile", "option_advice"]

ContentProfile = Literal["as it is", "mime", "plain", "text", "tnef"]
"""What a message is made into for those who ask for nothing else: what the gateway says; MIME; MIME whose only body is
text; that without files; TNEF."""

_LOWEST, _HIGHEST = -9, 9  # RFC 6710
_VERDICT = re.compile(r"[a-z]+=[a-z]+")


_KINDS: tuple[tuple[str, tuple[type, ...], str], ...] = (
    ("name", (str,), "text"),
    ("gateway", (str,), "the name of a gateway"),
    ("is_enabled", (bool,), "True or False"),
    ("max_size_octets", (int, type(None)), "a number of octets"),
    ("weight", (int,), "1 to 1000"),
    ("leads_to", (str,), "the name of a site or node"),
    ("site", (str,), "the name of a site"),
    ("schedule", (Schedule, type(None)), "a Schedule, such as Schedule(['Mon-Fri 22:00-06:00'])"),
    ("max_tries", (int, type(None)), "a number"),
    ("retry_shortest_seconds", (int, float, type(None)), "seconds"),
    ("retry_longest_seconds", (int, float, type(None)), "seconds"),
    ("max_recipients", (int, type(None)), "a number"),
    ("max_sessions", (int, type(None)), "a number"),
)


def _frozen(options: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(options))


def _no_options() -> Mapping[str, str]:
    return {}


def option_advice(value: object) -> str:
    """Say what to write in place of a value that is no text: what :func:`msgcore.spi.config.option_values` reads."""
    if value is None:
        return "; leave it out for what counts without it"
    if isinstance(value, Secret):
        return "; write where the secret lies, such as 'env:NAME'"
    if isinstance(value, bool) or (isinstance(value, list | tuple) and all(map(_is_text, cast("list[object]", value)))):
        return f"; write {json.dumps(value)!r}"
    return f"; write {str(value)!r}" if isinstance(value, int | float | Path) else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _spaces(spaces: Iterable[AddressSpace]) -> tuple[AddressSpace, ...]:
    if not isinstance(cast(object, spaces), Iterable):
        raise UsageError("spaces: need a sequence of them; write [AddressSpace(…)]")
    return tuple(spaces)


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    if isinstance(texts, str):
        raise UsageError(f"need a sequence of texts; write [{texts!r}]")
    return tuple(texts)


def _keywords(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(name.upper() for name in _texts(names))


def _verdicts(verdicts: Iterable[str]) -> frozenset[str]:
    return frozenset(one.lower() for one in _texts(verdicts))


def _range(priorities: Iterable[int]) -> tuple[int, ...]:
    given = cast(object, priorities)
    found = tuple(cast("Iterable[object]", given)) if isinstance(given, Iterable) else (given,)
    if not all(isinstance(one, int) for one in found):
        raise UsageError(f"priorities {priorities!r}: need the lowest and the highest, of -9 to 9")
    return cast("tuple[int, ...]", found)


@attrs.frozen
class Connector:
    """A way out: ``gateway`` (the name of its entry point) with ``options`` serves the addresses of ``spaces``.

    What has its default restricts nothing. ``weight`` shares out mail among connectors that are equal in all else.
    ``only_from`` keeps the connector for senders whose SMTP address matches one of the patterns; the null sender of
    reports matches none.

    Raises:
        UsageError: a field has a value that means nothing; the message names it.
    """

    name: str
    gateway: str
    spaces: tuple[AddressSpace, ...] = attrs.field(converter=_spaces)
    options: Mapping[str, str] = attrs.field(converter=_frozen, factory=_no_options, hash=False)
    is_enabled: bool = True
    max_size_octets: int | None = None
    only_from: tuple[str, ...] = attrs.field(converter=_texts, default=())
    weight: int = 1

    never_from: tuple[str, ...] = attrs.field(converter=_texts, default=(), kw_only=True)
    """Patterns of senders whose mail it does not take, also where ``only_from`` has them."""
    message_classes: tuple[str, ...] = attrs.field(converter=_texts, default=(), kw_only=True)
    """The message classes it takes, each with all below it: ``IPM.Note`` takes ``IPM.Note.SMIME``. Empty: all."""
    priorities: tuple[int, ...] = attrs.field(converter=_range, default=(_LOWEST, _HIGHEST), kw_only=True)
    """The lowest and the highest priority it takes (RFC 6710: -9 to 9, 0 is normal)."""
    capabilities: frozenset[str] | None = attrs.field(converter=_keywords, default=None, kw_only=True)
    """What is known to work on the whole way (REQUIRETLS, SMTPUTF8, 8BITMIME, DELIVERBY, DSN, …).

    A message that needs anything else goes another way. ``None``: not known before the other side says it, so that
    nothing is dropped for it here.
    """
    needs_verdicts: frozenset[str] = attrs.field(converter=_verdicts, default=frozenset(), kw_only=True)
    """Verdicts that a message must all have, such as ``dmarc=pass``; one of which nothing was found has none."""
    refuses_verdicts: frozenset[str] = attrs.field(converter=_verdicts, default=frozenset(), kw_only=True)
    """Verdicts of which a message must have none, such as ``policy=quarantine`` or ``origin=outside``."""
    leads_to: str = attrs.field(default="", kw_only=True)
    """The site or node at its other end: what has been there already does not go that way."""
    site: str = attrs.field(default="", kw_only=True)
    """The site it stands in; among equals one of the own site wins. Empty: it is as near from everywhere."""
    schedule: Schedule | None = attrs.field(default=None, kw_only=True)
    """When it is open; ``None``: always."""
    max_tries: int | None = attrs.field(default=None, kw_only=True)
    """How often it may fail to open for one recipient's copy; then it is no way for that copy any more."""
    retry_shortest_seconds: float | None = attrs.field(default=None, kw_only=True)
    """How long it is left in peace after it failed to open, and how long a recipient waits that was deferred at first.

    From there waits double up to ``retry_longest_seconds``. ``None``: as the MTA is set.
    """
    retry_longest_seconds: float | None = attrs.field(default=None, kw_only=True)
    max_recipients: int | None = attrs.field(default=None, kw_only=True)
    """The most recipients of one copy; a message for more is split."""
    max_sessions: int | None = attrs.field(default=None, kw_only=True)
    """The most deliveries at one time to one next hop. ``None``: as the MTA is set."""
    content: ContentProfile = attrs.field(default="as it is", kw_only=True)
    """What messages are made into before they go this way."""

    _senders: tuple[AddressSpace, ...] = attrs.field(init=False, repr=False, eq=False)
    _never_senders: tuple[AddressSpace, ...] = attrs.field(init=False, repr=False, eq=False)
    _classes: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        self._check_kinds()
        if not self.name or self.name != self.name.strip():
            raise UsageError(f"connector {self.name!r}: need a name without white space around it")
        refuse_line_ends(self.name, "connector")
        if not self.gateway:
            raise UsageError(f"connector {self.name!r}: need the name of a gateway")
        if not self.spaces:
            raise UsageError(f"connector {self.name!r}: need an address space, or nothing is ever routed to it")
        self._check_numbers()
        for field in ("needs_verdicts", "refuses_verdicts"):
            for verdict in getattr(self, field):
                if not _VERDICT.fullmatch(verdict):
                    self._refuse(field, verdict, "a name and a result, such as 'dmarc=pass'")
        if self.content not in get_args(ContentProfile):
            self._refuse("content", self.content, " or ".join(map(repr, get_args(ContentProfile))))
        object.__setattr__(self, "_senders", tuple(AddressSpace(SMTP, pattern) for pattern in self.only_from))
        object.__setattr__(self, "_never_senders", tuple(AddressSpace(SMTP, pattern) for pattern in self.never_from))
        classes = tuple(f"{name.lower().rstrip('.')}." for name in self.message_classes)
        if "." in classes:
            self._refuse("message_classes", "", "the name of a class")
        object.__setattr__(self, "_classes", classes)

    def _check_kinds(self) -> None:
        """Refuse what no type checker would let pass: a table that was stored with it could not be read again."""
        for field, kinds, need in _KINDS:
            value = getattr(self, field)
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                self._refuse(field, value, need)
        for key, value in cast("Mapping[object, object]", self.options).items():
            if not isinstance(key, str) or not isinstance(value, str):
                self._refuse(f"option {key}", value, f"text{option_advice(value)}")
        if not all(isinstance(space, AddressSpace) for space in cast("tuple[object, ...]", self.spaces)):
            self._refuse("spaces", list(self.spaces), "address spaces, such as AddressSpace('SMTP', '*')")

    def _check_numbers(self) -> None:
        if self.max_size_octets is not None and self.max_size_octets < 0:
            self._refuse("max_size_octets", self.max_size_octets, "0 or more")
        if not 1 <= self.weight <= 1_000:
            self._refuse("weight", self.weight, "1 to 1000")
        for field in ("max_tries", "max_recipients", "max_sessions"):
            number: int | None = getattr(self, field)
            if number is not None and number < 1:
                self._refuse(field, number, "1 or more")
        priorities = self.priorities
        if len(priorities) != 2 or not _LOWEST <= priorities[0] <= priorities[1] <= _HIGHEST:
            self._refuse("priorities", list(priorities), "the lowest and the highest, of -9 to 9")
        shortest, longest = self.retry_shortest_seconds, self.retry_longest_seconds
        if shortest is not None and shortest <= 0:
            self._refuse("retry_shortest_seconds", shortest, "more than 0")
        if longest is not None and longest < (shortest or 1):
            self._refuse("retry_longest_seconds", longest, f"{shortest or 1:g} or more")

    def _refuse(self, field: str, value: object, need: str) -> None:
        raise UsageError(f"connector {self.name!r}: {field} {value!r}: need {need}")

    def takes_size(self, size_octets: int) -> bool:
        return self.max_size_octets is None or size_octets <= self.max_size_octets

    def takes_sender(self, sender: Address | None) -> bool:
        """Say whether ``only_from`` and ``never_from`` let a sender through; ``None`` is the null sender of reports."""
        if not self._senders and not self._never_senders:
            return True
        if sender is None or sender.address_type != SMTP:
            return not self._senders
        address = sender.email_address
        if any(space.matches(address) for space in self._never_senders):
            return False
        return not self._senders or any(space.matches(address) for space in self._senders)

    def takes_class(self, message_class: str) -> bool:
        """Say whether it takes this class, or one that it is below."""
        return not self._classes or f"{message_class.lower()}.".startswith(self._classes)

    def takes_priority(self, priority: int) -> bool:
        return self.priorities[0] <= priority <= self.priorities[1]

    def lacks(self, needs: frozenset[str]) -> frozenset[str]:
        """Give those of the needs that it cannot promise."""
        return frozenset() if self.capabilities is None else needs - self.capabilities

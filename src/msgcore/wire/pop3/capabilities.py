"""What a POP3 server says it can do (RFC 2449)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from msgcore.base.text import one_line
from msgcore.errors import ProtocolBroken

__all__ = ["CAPABILITY_OCTETS", "NEVER", "Capabilities", "Never"]

CAPABILITY_OCTETS = 64 * 1024
"""The longest list of capabilities that is read."""

_LINES = 500
_DAY_SECONDS = 86_400


class Never(enum.Enum):
    """The type of ``NEVER``."""

    NEVER = "never"


NEVER: Final = Never.NEVER
"""Messages do not expire."""


def _frozen(parameters: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(parameters))


@attrs.frozen
class Capabilities:
    """The capabilities of a server, in upper case, each with its parameters as text.

    ``is_told`` is false where the server has no CAPA: then it may be able to do more than this.
    """

    parameters: Mapping[str, str] = attrs.field(converter=_frozen, default=MappingProxyType({}), hash=False)
    is_told: bool = False

    @classmethod
    def of_body(cls, body: bytes) -> Capabilities:
        """Read what CAPA gives; of one that stands twice the parameters are put together.

        Raises:
            ProtocolBroken: it has more than 500 lines.
        """
        lines = body.decode("utf-8", "replace").splitlines()
        if len(lines) > _LINES:
            raise ProtocolBroken.remote(f"{len(lines)} capabilities")
        parameters: dict[str, str] = {}
        for line in lines:
            name, _, rest = one_line(line).replace("\t", " ").partition(" ")
            known = parameters.get(name.upper(), "")
            parameters[name.upper()] = f"{known} {rest.strip()}".strip()
        parameters.pop("", None)
        return cls(parameters, is_told=True)

    def offers(self, name: str) -> bool:
        return name in self.parameters

    @property
    def can_pipeline(self) -> bool:
        return self.offers("PIPELINING")

    @property
    def has_top(self) -> bool:
        return self.offers("TOP")

    @property
    def has_uidl(self) -> bool:
        return self.offers("UIDL")

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms, in upper case (RFC 5034)."""
        return tuple(dict.fromkeys(self.parameters.get("SASL", "").upper().split()))

    @property
    def login_delay_seconds(self) -> int | None:
        """How long the server wants to have between two logins, if it says so: at most a day."""
        seconds = _number(self.parameters.get("LOGIN-DELAY", ""))
        return None if seconds is None else min(seconds, _DAY_SECONDS)

    @property
    def expire_days(self) -> int | Literal[Never.NEVER] | None:
        """After how many days the server deletes what was read: with 0 it may do so when the session ends."""
        text = self.parameters.get("EXPIRE", "")
        return NEVER if text.upper().startswith("NEVER") else _number(text)

    @property
    def implementation(self) -> str:
        """The name that the software gives itself, or ``""``."""
        return self.parameters.get("IMPLEMENTATION", "")


def _number(text: str) -> int | None:
    """Read the number that stands before ``USER``, or alone."""
    first = text.partition(" ")[0]
    return int(first) if first.isascii() and first.isdecimal() and len(first) < 10 else None

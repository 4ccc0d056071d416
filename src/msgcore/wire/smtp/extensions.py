"""What a server says it can do (RFC 5321 section 4.1.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from msgcore.base.status import Reply

__all__ = ["Extensions"]


def _frozen(parameters: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(parameters))


@attrs.frozen
class Extensions:
    """The keywords of an EHLO reply, upper-case, each with its parameters as text; none after HELO.

    ``is_lmtp``: they answer LHLO, and every recipient gets a reply of its own to the data (RFC 2033).
    """

    server_name: str = ""
    parameters: Mapping[str, str] = attrs.field(converter=_frozen, default=MappingProxyType({}), hash=False)
    is_lmtp: bool = False

    @classmethod
    def of_reply(cls, reply: Reply, *, is_lmtp: bool = False) -> Extensions:
        """Read the reply to EHLO; keywords in any case, and the old ``AUTH=LOGIN`` form beside the new one."""
        name, *lines = reply.lines
        parameters: dict[str, str] = {}
        for line in lines:
            keyword, _, rest = line.strip().replace("\t", " ").partition(" ")
            if keyword.upper().startswith("AUTH="):
                keyword, rest = "AUTH", f"{keyword[5:]} {rest}"
            known = parameters.get(keyword.upper(), "")
            parameters[keyword.upper()] = f"{known} {rest}".strip()
        parameters.pop("", None)
        return cls(name.partition(" ")[0], parameters, is_lmtp)

    def offers(self, keyword: str) -> bool:
        return keyword in self.parameters

    @property
    def size_octets(self) -> int | None:
        """The largest message that the server takes, or ``None`` when it does not say (RFC 1870)."""
        size = self.parameters.get("SIZE")
        if not size:
            return None
        return int(size) if size.isascii() and size.isdecimal() and len(size) < 20 and int(size) else None

    @property
    def least_seconds(self) -> int:
        """In how short a time the server agrees to deliver or return, 0 when it does not say (RFC 2852 section 3)."""
        least = self.parameters.get("DELIVERBY", "").partition(",")[0]
        return int(least) if least.isascii() and least.isdecimal() and len(least) < 10 else 0

    @property
    def auth_mechanisms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.parameters.get("AUTH", "").upper().split()))

    def without(self, *keywords: str) -> Extensions:
        """Leave out what is not to be used here, though it is offered."""
        return attrs.evolve(self, parameters={k: v for k, v in self.parameters.items() if k not in keywords})

"""The Received field of a message that comes in (RFC 5321 section 4.4): nothing that a client says breaks it."""

from __future__ import annotations

import functools
import ipaddress
import re
from datetime import datetime
from email.utils import format_datetime

from msgcore.base.text import one_line
from msgcore.wire.smtp.server import Client

__all__ = ["arrival_clause", "client_name", "received_field"]

_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
_IN_COMMENT = re.compile(r"[()\\]")


def client_name(client: Client) -> str:
    """Name a client as a trace field does: what it calls itself, and its address; ``mx.a.test ([192.0.2.1])``.

    A name that is no host name stands in a comment, so that it can pass for nothing else (RFC 5321 section 4.1.4).
    """
    literal = _literal(client.address)
    if _is_host(client.name):
        return f"{client.name} ({literal})" if literal else client.name
    said = f" (hello {_IN_COMMENT.sub(_quoted, client.name)})" if client.name else ""
    return f"{literal or 'unknown'}{said}"


def arrival_clause(client: Client, host: str, protocol: str, *, shows_client: bool = True) -> str:
    """Write the front of a Received field, which is the same for all mail of a session.

    Of a client that is not shown, nothing stands there but that it was one.
    """
    tls, name = client.tls, client_name(client) if shows_client else "client"
    secured = "" if tls is None else f" ({one_line(tls.version, 20)} {one_line(tls.cipher, 60)})"
    return f"Received: from {name}\r\n\tby {host} (msgcore) with {protocol}{secured} id "


def received_field(arrival: str, queue_id: str, recipient: str, now: datetime) -> bytes:
    """Write the Received field of a message that came in as ``arrival`` says.

    ``recipient`` is named only where there is no other one who would learn of it; else it is empty.
    """
    whom = f"\r\n\tfor <{recipient}>; " if recipient else ";\r\n\t"
    return f"{arrival}{queue_id}{whom}{_date(now.replace(microsecond=0))}\r\n".encode()


_date = functools.lru_cache(maxsize=8)(format_datetime)


def _is_host(name: str) -> bool:
    if name.startswith("[") and name.endswith("]"):
        literal = name[1:-1]
        is_v6 = literal[:5].lower() == "ipv6:"
        address = _parsed(literal[5:] if is_v6 else literal)
        return address is not None and address.version == (6 if is_v6 else 4)
    return _DOMAIN.fullmatch(name) is not None


def _literal(address: str) -> str:
    """Write an address as RFC 5321 section 4.1.3 does, without the zone that means something on this machine only."""
    parsed = _parsed(address.partition("%")[0])
    if parsed is None:
        return ""
    return f"[IPv6:{parsed}]" if parsed.version == 6 else f"[{parsed}]"


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return None if "%" in address else parsed


def _quoted(found: re.Match[str]) -> str:
    return f"\\{found[0]}"

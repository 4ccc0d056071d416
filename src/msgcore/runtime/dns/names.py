"""Names as people and profiles write them, turned into what name servers understand."""

from __future__ import annotations

import ipaddress
import unicodedata

from msgcore.errors import InvalidAddress, UsageError

__all__ = ["a_labels", "place_of"]

_MOST_OCTETS = 253
_MOST_LABEL_OCTETS = 63
_PORT = 53

# IDNA 2003, which Python has, makes other letters of these; IDNA 2008 keeps them: two names, perhaps of two owners.
_KEPT_BY_IDNA_2008 = frozenset("\u00df\u03c2")

# IDNA 2008 has rules for where these may stand; without those, two names would look the same.
_JOINERS = frozenset("\u200c\u200d")

# RFC 3490 section 3.1: what else separates labels.
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))


def a_labels(name: str) -> str:
    """Write a name in lower case ASCII, international labels as A-labels (RFC 5890), without the last dot.

    Any printable ASCII character may stand in a label: names of TXT records go past what hosts may be called.

    Raises:
        InvalidAddress: no name server can be asked for this.
    """
    labels = name.translate(_DOTS).removesuffix(".").split(".")
    try:
        written = ".".join(_a_label(label) for label in labels)
    except UnicodeError as error:
        raise InvalidAddress(f"{name!r}: no domain name: {error}") from error
    if len(written) > _MOST_OCTETS:
        raise InvalidAddress(f"{name!r}: no domain name: {len(written)} octets are more than {_MOST_OCTETS}")
    return written


def _a_label(label: str) -> str:
    written = label.lower() if label.isascii() else _international(label)
    if not 0 < len(written) <= _MOST_LABEL_OCTETS:
        raise UnicodeError(f"a label of {len(written)} octets")
    if not all("!" <= character <= "~" for character in written):
        raise UnicodeError("a space or control character")
    return written


def _international(label: str) -> str:
    if not _JOINERS.isdisjoint(label):
        raise UnicodeError("a joiner, which is not seen")
    if _KEPT_BY_IDNA_2008.isdisjoint(label):
        return label.encode("idna").decode("ascii").lower()
    kept = unicodedata.normalize("NFC", label.lower())
    return f"xn--{kept.encode('punycode').decode('ascii')}"


def place_of(server: str) -> tuple[str, int]:
    """Read a name server's address and port.

    Raises:
        UsageError: it is no address.
    """
    host, port = server, str(_PORT)
    if server.startswith("["):
        host, end, port = server[1:].partition("]")
        host = host if end else server
        port = port.removeprefix(":") or str(_PORT)
    elif server.count(":") == 1:
        host, _, port = server.partition(":")
    try:
        address = str(ipaddress.ip_address(host))
        number = int(port)
    except ValueError as error:
        raise UsageError(f"{server!r}: a name server is an address, perhaps with a port: {error}") from error
    if not 0 < number < 65_536:
        raise UsageError(f"{server!r}: no port has the number {number}")
    return address, number

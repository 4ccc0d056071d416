"""Header fields as an IMAP server reads them for ENVELOPE: octets, not decoded (RFC 9051 section 7.5.2, RFC 5322)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgcore.wire.imap.structure import Envelope, ImapAddress

__all__ = ["read_envelope", "read_fields", "read_imap_addresses", "unfolded"]

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\n]*\n?)(?:[ \t][^\n]*\n?)*)")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_TOKEN = re.compile(
    rb'"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<special>[<>,:;@.])|(?P<blank>[ \t\r\n]+)|(?P<open>\()|'
    rb"(?P<domain>\[[^\]]*\]?)|(?P<atom>[^\s()<>,:;@.\"\[]+)|(?P<other>.)",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MAX_ADDRESSES = 10_000

_Token = tuple[str, bytes]


def unfolded(value: bytes) -> bytes:
    return _FOLD.sub(b"", value).strip(b" \t\r\n")


def read_fields(header: bytes) -> list[tuple[bytes, bytes]]:
    """Give the fields of a header: the name in lower case, and the value unfolded."""
    fields: list[tuple[bytes, bytes]] = []
    place = 0
    while place < len(header):
        found = _FIELD.match(header, place)
        if found is None:  # what is no field goes by line
            end = header.find(b"\n", place) + 1
            place = end or len(header)
            continue
        fields.append((found[1].lower(), unfolded(found[2])))
        place = found.end()
    return fields


def read_envelope(header: bytes) -> Envelope:
    values: dict[bytes, bytes] = {}
    for name, value in read_fields(header):
        values.setdefault(name, value)
    from_ = read_imap_addresses(values.get(b"from", b""))
    return Envelope(
        values.get(b"date"),
        values.get(b"subject"),
        from_,
        # RFC 9051: where these are missing or empty, they are as From.
        read_imap_addresses(values.get(b"sender", b"")) or from_,
        read_imap_addresses(values.get(b"reply-to", b"")) or from_,
        read_imap_addresses(values.get(b"to", b"")),
        read_imap_addresses(values.get(b"cc", b"")),
        read_imap_addresses(values.get(b"bcc", b"")),
        values.get(b"in-reply-to"),
        values.get(b"message-id"),
    )


def read_imap_addresses(value: bytes) -> tuple[ImapAddress, ...]:
    """Read a list of addresses; a group is opened and closed by addresses without a host."""
    found: list[ImapAddress] = []
    words: list[_Token] = []
    is_in_group = is_in_angle = False
    for token in _tokens(value):
        if len(found) > _MAX_ADDRESSES:
            break
        match token:
            case ("special", b"<"):
                is_in_angle = True
                words.append(token)
            case ("special", b">"):
                is_in_angle = False
                words.append(token)
            case ("special", b":") if not is_in_group and not is_in_angle:
                found.append(ImapAddress(None, _phrase(words), None))
                words, is_in_group = [], True
            case ("special", b"," | b";") if not is_in_angle:
                found += _one(words)
                words = []
                if token[1] == b";" and is_in_group:
                    found.append(ImapAddress(None, None, None))
                    is_in_group = False
            case _:
                words.append(token)
    found += _one(words)
    if is_in_group:
        found.append(ImapAddress(None, None, None))
    return tuple(found)


def _tokens(value: bytes) -> Iterator[_Token]:
    place = 0
    while place < len(value):
        found = _TOKEN.match(value, place)
        assert found is not None and found.lastgroup is not None, "anything is a token"
        place = found.end()
        if found.lastgroup == "open":
            place, comment = _comment(value, place)
            yield "comment", comment
        else:
            yield found.lastgroup, _ESCAPED.sub(rb"\1", found[found.lastgroup])


def _comment(value: bytes, place: int) -> tuple[int, bytes]:
    start, depth = place, 1
    while place < len(value) and depth:
        one = value[place : place + 1]
        place += 2 if one == b"\\" else 1
        depth += (one == b"(") - (one == b")")
    return place, _ESCAPED.sub(rb"\1", value[start : place - 1 if not depth else place])


def _one(words: Sequence[_Token]) -> list[ImapAddress]:
    said = [word for word in words if word[0] not in {"blank", "comment"}]
    if not said:
        return []
    if ("special", b"<") not in said:
        comments = [text for kind, text in words if kind == "comment"]
        return [_addr_spec(said, comments[-1] if comments else None)]
    open_at = words.index(("special", b"<"))
    inside = [word for word in words[open_at + 1 :] if word[0] not in {"blank", "comment"} and word[1] != b">"]
    return [_addr_spec(inside, _phrase(words[:open_at]) or None)]


def _addr_spec(words: Sequence[_Token], name: bytes | None) -> ImapAddress:
    route: bytes | None = None
    if words and words[0] == ("special", b"@") and ("special", b":") in words:
        end = words.index(("special", b":"))
        route = _joined(words[:end])
        words = words[end + 1 :]
    at = next((place for place in range(len(words) - 1, -1, -1) if words[place] == ("special", b"@")), None)
    if at is None:
        return ImapAddress(name, _joined(words), b"", route)
    return ImapAddress(name, _joined(words[:at]), _joined(words[at + 1 :]), route)


def _joined(words: Sequence[_Token]) -> bytes:
    return b"".join(text for _, text in words)


def _phrase(words: Sequence[_Token]) -> bytes:
    text = b"".join(b" " if kind == "blank" else text for kind, text in words if kind != "comment")
    return b" ".join(text.split())

"""MTA-STS as text and as values (RFC 8461): the record in DNS, the policy, and which hosts a policy names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from msgcore.errors import MalformedMessage

__all__ = ["POLICY_PATH", "StsMode", "StsPolicy", "is_named", "policy_host", "policy_id", "read_policy"]

StsMode = Literal["enforce", "testing", "none"]

_MODES: Mapping[str, StsMode] = {"enforce": "enforce", "testing": "testing", "none": "none"}

POLICY_PATH = "/.well-known/mta-sts.txt"
_LONGEST_AGE_SECONDS = 31_557_600
_FIELD = re.compile(r"[ \t]*([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*=[ \t]*([!-:<>-~]+)[ \t]*")
# The end of a line is stripped, not matched: that would take time in the square of its blanks.
_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*+:[ \t]*+([^\x00-\x08\x0a-\x1f\x7f]*+)")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_HOST_PATTERN = re.compile(r"(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
_MOST_PATTERNS = 1_000


@attrs.frozen
class StsPolicy:
    """What a domain says of the hosts that take its mail; ``hosts`` are names, or ``*.`` and a name, in lower case."""

    mode: StsMode
    max_age_seconds: int
    hosts: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The policy as its lines (RFC 8460 section 4.4 wants them in a report)."""
        hosts = (f"mx: {host}" for host in self.hosts)
        return "version: STSv1", f"mode: {self.mode}", *hosts, f"max_age: {self.max_age_seconds}"


def policy_host(domain: str) -> str:
    return f"mta-sts.{domain}"


def policy_id(records: Sequence[bytes]) -> str | None:
    """Give the id of the policy that TXT records of ``_mta-sts.DOMAIN`` promise; ``None`` for no promise.

    Several records that begin as one are none (RFC 8461 section 3.1).
    """
    ours = [one for one in records if re.match(rb"v[ \t]*=[ \t]*STSv1[ \t]*(?:;|$)", one)]
    if len(ours) != 1 or not ours[0].isascii():
        return None
    fields = [_FIELD.fullmatch(part) for part in ours[0].decode("ascii").rstrip(" \t").removesuffix(";").split(";")]
    ids = [field[2] for field in fields if field is not None and field[1] == "id"]
    return ids[0] if None not in fields and len(ids) == 1 and _ID.fullmatch(ids[0]) else None


def read_policy(octets: bytes) -> StsPolicy:
    """Read a policy (RFC 8461 section 3.2); of a key that comes twice the first counts, and unknown ones say nothing.

    Raises:
        MalformedMessage: it is none; the message says why.
    """
    values: dict[str, list[str]] = {}
    for line in octets.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        found = _LINE.fullmatch(line.strip(" \t"))
        if found is not None:
            values.setdefault(found[1], []).append(found[2])
        elif line.strip():
            raise MalformedMessage(f"MTA-STS policy: {line[:80]!r} is no line of one")
    if values.get("version", [""])[0] != "STSv1":
        raise MalformedMessage("MTA-STS policy: it does not say version: STSv1")
    said = values.get("mode", [""])[0]
    mode = _MODES.get(said)
    if mode is None:
        raise MalformedMessage(f"MTA-STS policy: mode {said[:80]!r}: need {', '.join(_MODES)}")
    return StsPolicy(mode, _age(values.get("max_age", [""])[0]), _hosts(values.get("mx", []), mode))


def _age(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise MalformedMessage(f"MTA-STS policy: max_age {text[:80]!r}: need a number of seconds")
    return min(int(text), _LONGEST_AGE_SECONDS)


def _hosts(patterns: Sequence[str], mode: str) -> tuple[str, ...]:
    hosts = tuple(dict.fromkeys(pattern.lower().rstrip(".") for pattern in patterns))
    wrong = [host for host in hosts if not _HOST_PATTERN.fullmatch(host)]
    if wrong:
        raise MalformedMessage(f"MTA-STS policy: mx {wrong[0][:80]!r} is no name of hosts")
    if len(hosts) > _MOST_PATTERNS or (not hosts and mode != "none"):
        raise MalformedMessage(f"MTA-STS policy: {len(hosts)} mx: need 1 to {_MOST_PATTERNS:,}")
    return hosts


def is_named(host: str, policy: StsPolicy) -> bool:
    """Say whether a policy names a host; ``*`` stands for one label, the first (RFC 8461 section 4.1)."""
    host = host.lower().rstrip(".")
    _, _, behind = host.partition(".")
    return host in policy.hosts or (bool(behind) and f"*.{behind}" in policy.hosts)

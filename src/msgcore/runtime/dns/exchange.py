"""One question to the name servers, one after the other, until one of them has an answer to it.

Theory of operation: dnspython's asyncio side speaks with one server; blocking callers borrow the loop that they share.
A question goes by UDP from a port of its own, with a random id and its letters in random case (which the answer must
repeat), so that nobody who does not see it can answer; what does not fit, or does not match, is asked again by TCP. A
server that is silent, or says that it cannot, is no answer: the next one is asked. Who answered last is asked first.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from typing import Any, cast

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.flags
import dns.inet
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from msgcore.base.times import Deadline
from msgcore.errors import ResolverFailed, TimedOut
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns.names import place_of
from msgcore.runtime.dns.records import DnsSettings

__all__ = ["Exchange"]

# What passes every path without fragments, which can be forged (RFC 9715).
_UDP_OCTETS = 1_232

_ANSWERS = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN})
# How servers refuse EDNS that do not know it (RFC 6891 section 7).
_NO_EDNS = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS})


class _Unusable(Exception):
    """A server answered, and it is no answer; the text says what."""


class Exchange:
    """Asks; keeps nothing but who answered last.

    ``wants_signatures`` asks for the records of DNSSEC, and for what a server's own validation would hold back.
    """

    def __init__(self, runtime: Runtime, settings: DnsSettings, *, wants_signatures: bool) -> None:
        self._runtime = runtime
        self._settings = settings
        self._wants_signatures = wants_signatures
        self._servers: tuple[tuple[str, int], ...] = ()
        self._first = 0

    async def ask(self, name: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: Deadline) -> dns.message.Message:
        """Give the first answer that is one: there are such records, or there are none.

        Raises:
            ResolverFailed: none was, within the attempts of the settings; the message says who said what.
            TimedOut: the deadline passed.
        """
        said: dict[str, str] = {}
        servers = await self._find_servers(deadline)
        for _ in range(self._settings.attempts):
            first = self._first
            for place in range(first, first + len(servers)):
                server = servers[place % len(servers)]
                try:
                    answer = await self._ask_one(server, name, kind, deadline)
                except TimedOut as error:
                    raise TimedOut(f"{_asked(name, kind, said)}: the deadline has passed") from error
                except (_Unusable, dns.exception.DNSException, OSError, EOFError) as error:
                    said[_written(server)] = _told(error)
                else:
                    self._first = place % len(servers)
                    return answer
        raise ResolverFailed(_asked(name, kind, said))

    async def _find_servers(self, deadline: Deadline) -> tuple[tuple[str, int], ...]:
        if not self._servers:
            named = self._settings.name_servers or await self._runtime.in_thread(_of_the_system, deadline)
            self._servers = tuple(place_of(server) for server in named)
        return self._servers

    async def _ask_one(
        self, server: tuple[str, int], name: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: Deadline
    ) -> dns.message.Message:
        seconds = min(self._settings.attempt_seconds, deadline.remaining_seconds())
        question = self._question(name, kind)
        answer = await self._runtime.on_loop(lambda _: _ask(question, server, seconds), deadline)
        if answer.rcode() in _NO_EDNS and not self._wants_signatures:
            question = self._question(name, kind)
            question.use_edns(False)
            answer = await self._runtime.on_loop(lambda _: _ask(question, server, seconds), deadline)
        _check(answer)
        return answer

    def _question(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.QueryMessage:
        flags = dns.flags.RD
        if self._wants_signatures:
            flags |= dns.flags.CD  # RFC 6840 section 5.9
        elif self._settings.trusts_ad:
            flags |= dns.flags.AD  # RFC 6840 section 5.7
        return dns.message.make_query(
            _in_any_case(name),
            kind,
            use_edns=0,
            payload=_UDP_OCTETS,
            want_dnssec=self._wants_signatures,
            flags=flags,
        )


def _asked(name: dns.name.Name, kind: dns.rdatatype.RdataType, said: Mapping[str, str]) -> str:
    question = f"{dns.rdatatype.to_text(kind)} of {name}"
    return ": ".join([question, "; ".join(f"{server}: {what}" for server, what in said.items())]) if said else question


def _of_the_system() -> tuple[str, ...]:
    try:
        found = dns.resolver.Resolver().nameservers
    except dns.resolver.NoResolverConfiguration as error:
        raise ResolverFailed(f"the system names no name server: {error}") from error
    return tuple(f"[{server}]" if ":" in server else server for server in found if isinstance(server, str))


async def _ask(question: dns.message.QueryMessage, server: tuple[str, int], seconds: float) -> dns.message.Message:
    answer = await _by_udp(question, server, seconds)
    if answer is None or not _repeats(question, answer):
        host, port = server
        answer = await dns.asyncquery.tcp(question, host, seconds, port)
    return answer


async def _by_udp(
    question: dns.message.QueryMessage, server: tuple[str, int], seconds: float
) -> dns.message.Message | None:
    """Give the answer, or ``None`` when it is too long."""
    host, port = server
    family = dns.inet.af_for_address(host)
    backend = dns.asyncbackend.get_backend("asyncio")
    # Connected, so that the system drops what others send, and tells at once when nobody listens there.
    opened: Any = await cast(Any, backend).make_socket(family, socket.SOCK_DGRAM, 0, None, server)
    async with opened:
        try:
            return await dns.asyncquery.udp(
                question,
                host,
                seconds,
                port,
                ignore_unexpected=True,
                raise_on_truncation=True,
                sock=opened,
                ignore_errors=True,
            )
        except dns.message.Truncated:
            return None


def _in_any_case(name: dns.name.Name) -> dns.name.Name:
    """Write a name's letters large or small at random (draft-vixie-dnsext-dns0x20)."""
    return dns.name.Name([_shuffled(label) for label in name.labels])


def _shuffled(label: bytes) -> bytes:
    bits = secrets.randbits(len(label)) if label else 0
    return bytes(
        octet ^ 0x20 if bits >> place & 1 and chr(octet).isalpha() and octet < 0x80 else octet
        for place, octet in enumerate(label)
    )


def _repeats(question: dns.message.Message, answer: dns.message.Message) -> bool:
    # A server that failed need not repeat it.
    return not answer.question or [asked.name.labels for asked in question.question] == [
        asked.name.labels for asked in answer.question
    ]


def _check(answer: dns.message.Message) -> None:
    """Go on when this is an answer.

    Raises:
        _Unusable: it is not.
    """
    code = answer.rcode()
    if code not in _ANSWERS:
        raise _Unusable(dns.rcode.to_text(code))
    if answer.flags & dns.flags.TC:
        raise _Unusable("it is cut short, by TCP, too")
    if _is_referral(answer):
        raise _Unusable("it does not resolve, and knows nothing of the name itself")


def _is_referral(answer: dns.message.Message) -> bool:
    """Say whether a server only points at others, which one that resolves never does."""
    kinds = {rrset.rdtype for rrset in answer.authority}
    return (
        answer.rcode() == dns.rcode.NOERROR
        and not answer.flags & dns.flags.AA
        and not answer.answer
        and dns.rdatatype.NS in kinds
        and dns.rdatatype.SOA not in kinds
    )


def _written(server: tuple[str, int]) -> str:
    host, port = server
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _told(error: Exception) -> str:
    if isinstance(error, dns.exception.Timeout):
        return "no answer"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error) or type(error).__name__

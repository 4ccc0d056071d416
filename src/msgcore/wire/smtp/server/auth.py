"""AUTH by the server's side (RFC 4954)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from pathlib import Path

from msgcore.errors import AuthenticationRefused, MalformedMessage, MsgcoreError, NotSupported
from msgcore.runtime.abc import TlsFacts
from msgcore.wire.sasl import ChannelBinding, Exchange, server_end_point
from msgcore.wire.smtp.server.commands import Refusal
from msgcore.wire.smtp.server.line import ClientLine
from msgcore.wire.smtp.server.settings import ServerSettings, offered_mechanisms

__all__ = ["prove_user"]

_CHALLENGES = 8
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]++)-----END")


async def prove_user(line: ClientLine, settings: ServerSettings, argument: str) -> str:
    """Hold one exchange, and give the user that it proves.

    Raises:
        Refusal: nobody is proved.
    """
    mechanism, _, initial = argument.partition(" ")
    exchange = _begin(settings, mechanism.upper(), line.stream.tls)
    response = _decoded("" if initial == "=" else initial) if initial else None
    for _ in range(_CHALLENGES):
        challenge = _step(exchange, response)
        if challenge is None:
            return exchange.user
        line.put_octets(b"334 " + b64encode(challenge) + b"\r\n")
        response = await _response(line)
    raise Refusal(535, "5.7.8", "too many challenges")


def _begin(settings: ServerSettings, mechanism: str, tls: TlsFacts | None) -> Exchange:
    authenticator = settings.authenticator
    assert authenticator is not None, "AUTH was offered"
    if mechanism not in offered_mechanisms(authenticator, tls):
        if mechanism in authenticator.mechanisms(is_private=True):
            raise Refusal(538, "5.7.11", "only over TLS")
        raise Refusal(504, "5.5.4", "no such mechanism")
    try:
        binding = None if tls is None or not mechanism.endswith("-PLUS") else _binding(settings, tls)
        return authenticator.begin(mechanism, binding)
    except NotSupported:
        raise Refusal(504, "5.5.4", "no such mechanism") from None


def _binding(settings: ServerSettings, tls: TlsFacts) -> ChannelBinding | None:
    if tls.exporter:
        return ChannelBinding("tls-exporter", tls.exporter)
    return None if settings.tls is None else server_end_point(_first_certificate(settings.tls.certificate_file))


def _first_certificate(pem_file: Path) -> bytes:
    """Give the server's own certificate, which stands before those of its authorities, as DER."""
    found = _PEM.search(pem_file.read_bytes())
    return b"" if found is None else b64decode(found[1])


def _step(exchange: Exchange, response: bytes | None) -> bytes | None:
    try:
        return exchange.step(response)
    except AuthenticationRefused:
        raise Refusal(535, "5.7.8", "wrong user or password") from None
    except MalformedMessage:
        raise Refusal(501, "5.5.2", "this is no message of the mechanism") from None
    except MsgcoreError:
        raise Refusal(454, "4.7.0", "nobody can tell now; try again later") from None


async def _response(line: ClientLine) -> bytes:
    said = await line.next_line(is_exchange=True)
    if said is None:
        line.is_over = True
        raise Refusal(500, "5.5.6", "line too long")
    text = said.decode("latin-1").rstrip("\r\n")
    if text == "*":
        raise Refusal(501, "5.7.0", "cancelled")
    return _decoded(text)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(501, "5.5.2", "this is not base64") from None

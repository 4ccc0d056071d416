"""The server's side of SCRAM (RFC 5802, RFC 7677)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable

import attrs

from msgcore.errors import AuthenticationRefused, MalformedMessage
from msgcore.wire.sasl.binding import ChannelBinding
from msgcore.wire.sasl.exchanges import text_of
from msgcore.wire.sasl.saslprep import prepared
from msgcore.wire.sasl.scram_keys import (
    Verifier,
    attributes_of,
    exclusive_or,
    from_base64,
    hash_of,
    signature,
    to_base64,
)

__all__ = ["ScramExchange"]

# gs2-header, then client-first-message-bare (RFC 5802 section 7); a reserved "m=" does not fit, and is refused.
_FIRST = re.compile(
    r"((?:(n|y)|p=([A-Za-z0-9.-]++)),(?:a=([^,\0]++))?,)(n=([^,\0]++),r=([!-+\--~]++)(?:,[A-Za-z]=[^,\0]++|(?!))*+)"
)
_BAD_ESCAPE = re.compile("=(?!2C|3D)")


@attrs.define
class ScramExchange:
    """SCRAM; ``verifier_of`` gives one for unknown users, too, that no proof fits.

    ``binding`` is given when the -PLUS forms were offered, whichever form the client chose.
    """

    _mechanism: str
    _verifier_of: Callable[[str], Verifier]
    _binding: ChannelBinding | None
    _server_nonce: str = attrs.field(factory=lambda: secrets.token_urlsafe(18))
    _claimed: str = attrs.field(default="", init=False)
    _verifier: Verifier | None = attrs.field(default=None, init=False)
    _nonce: str = attrs.field(default="", init=False)
    _bound: bytes = attrs.field(default=b"", init=False)
    _said: str = attrs.field(default="", init=False)
    _is_proved: bool = attrs.field(default=False, init=False)
    user: str = attrs.field(default="", init=False)

    def step(self, response: bytes | None) -> bytes | None:
        if self._is_proved:
            self._end(response)
            return None
        if response is None:
            return b""
        message = text_of(response, self._mechanism)
        return self._first(message) if self._verifier is None else self._final(message, self._verifier)

    def _first(self, message: str) -> bytes:
        found = _FIRST.fullmatch(message)
        if found is None:
            raise self._nonsense()
        header, flag, kind, authorization_id, bare, name, client_nonce = found.groups()
        self._bound = header.encode() + self._bound_data(flag, kind)
        self._claimed = self._unescaped(name)
        if authorization_id is not None and self._unescaped(authorization_id) != self._claimed:
            raise AuthenticationRefused(f"{self._mechanism}: nobody acts for another here")
        verifier = self._verifier = self._verifier_of(self._claimed)
        self._nonce = client_nonce + self._server_nonce
        answer = f"r={self._nonce},s={to_base64(verifier.salt)},i={verifier.iterations}"
        self._said = f"{bare},{answer}"
        return answer.encode()

    def _bound_data(self, flag: str | None, kind: str | None) -> bytes:
        if (kind is not None) != self._mechanism.endswith("-PLUS"):
            raise self._nonsense()
        if flag == "y" and self._binding is not None:
            raise AuthenticationRefused(f"{self._mechanism}: somebody hid the -PLUS form from the client")
        if kind is None:
            return b""
        if self._binding is None or self._binding.kind != kind:
            raise AuthenticationRefused(f"{self._mechanism}: no channel binding of kind {kind}")
        return self._binding.data

    def _final(self, message: str, verifier: Verifier) -> bytes:
        bare, comma, last = message.rpartition(",p=")
        try:
            fields = attributes_of(bare)
            bound, proof = from_base64(fields[0][1]), from_base64(last)
        except ValueError:
            raise self._nonsense() from None
        if not comma or [name for name, _ in fields[:2]] != ["c", "r"]:
            raise self._nonsense()
        auth_message = f"{self._said},{bare}".encode()
        is_right = self._proves(verifier, proof, auth_message)
        if not is_right or bound != self._bound or fields[1][1] != self._nonce:
            raise AuthenticationRefused(f"{self._mechanism}: the proof is wrong")
        self._is_proved = True
        algorithm = hash_of(self._mechanism)
        return b"v=" + to_base64(signature(algorithm, verifier.server_key, auth_message)).encode()

    def _proves(self, verifier: Verifier, proof: bytes, auth_message: bytes) -> bool:
        algorithm = hash_of(self._mechanism)
        if len(proof) != len(verifier.stored_key):
            raise self._nonsense()
        client_key = exclusive_or(proof, signature(algorithm, verifier.stored_key, auth_message))
        return hmac.compare_digest(hashlib.new(algorithm, client_key).digest(), verifier.stored_key)

    def _end(self, response: bytes | None) -> None:
        if response:
            raise self._nonsense()
        self.user = prepared(self._claimed)

    def _unescaped(self, name: str) -> str:
        if _BAD_ESCAPE.search(name):
            raise self._nonsense()
        return name.replace("=2C", ",").replace("=3D", "=")

    def _nonsense(self) -> MalformedMessage:
        return MalformedMessage(f"{self._mechanism}: not a message of this mechanism")

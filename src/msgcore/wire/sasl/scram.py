"""SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither says it.

Theory of operation: the client's first message, the server's, and the client's last one without its proof are the
*auth message*, which both sides sign. The server's signature comes last; before it the server is not believed.
"""

from __future__ import annotations

import hmac
import re
import secrets

import attrs

from msgcore.base.text import Secret, one_line
from msgcore.errors import AuthenticationRefused
from msgcore.wire.sasl.binding import ChannelBinding
from msgcore.wire.sasl.saslprep import prepared
from msgcore.wire.sasl.scram_keys import (
    attributes_of,
    client_proof,
    from_base64,
    hash_of,
    salted_password,
    signature,
    to_base64,
)

__all__ = ["Scram"]

# RFC 7677 section 4 asks for 4096 or more: fewer let who plays the server try guesses cheaply. The most that servers
# ask for is some 600,000; a million take less than a second of the processor.
_FEWEST, _MOST = 4096, 1_000_000
_COUNT = re.compile("[1-9][0-9]{0,9}")


@attrs.define
class Scram:
    """One of the SCRAM family, by ``name``; a -PLUS form needs the channel ``binding``.

    Give the binding to the other forms, too: the server then learns that it was not seen to offer -PLUS.
    """

    name: str
    user: str
    password: Secret
    authorization_id: str = ""
    binding: ChannelBinding | None = attrs.field(default=None, repr=False)
    nonce: str = attrs.field(factory=lambda: secrets.token_urlsafe(18), repr=False)
    reveals_password: bool = attrs.field(default=False, init=False)
    is_done: bool = attrs.field(default=False, init=False)
    _expected: bytes | None = attrs.field(default=None, init=False, repr=False)

    def first(self) -> bytes | None:
        return (self._header + self._first_bare).encode()

    def answer(self, challenge: bytes) -> bytes:
        try:
            fields = attributes_of(challenge.decode())
        except ValueError:
            raise self._refused("the server says what is no message of SCRAM") from None
        if fields[0][0] == "e":
            raise self._refused(f"the server says {one_line(fields[0][1], 100)}")
        if self._expected is None:
            return self._prove(challenge, fields)
        return self._verify(fields)

    @property
    def _header(self) -> str:
        """Write the gs2-header (RFC 5802 section 6): ``y`` says that this side could bind."""
        flag = "n" if self.binding is None else "y"
        if self.name.endswith("-PLUS") and self.binding is not None:
            flag = f"p={self.binding.kind}"
        return f"{flag},{f'a={_escaped(self.authorization_id)}' if self.authorization_id else ''},"

    @property
    def _first_bare(self) -> str:
        return f"n={_escaped(prepared(self.user))},r={self.nonce}"

    def _prove(self, challenge: bytes, fields: list[tuple[str, str]]) -> bytes:
        nonce, salt, iterations = self._read_first(fields)
        bound = self._header.encode()
        if self.name.endswith("-PLUS") and self.binding is not None:
            bound += self.binding.data
        last = f"c={to_base64(bound)},r={nonce}".encode()
        auth_message = b",".join((self._first_bare.encode(), challenge, last))
        return last + b",p=" + self._proof(salt, iterations, auth_message)

    def _read_first(self, fields: list[tuple[str, str]]) -> tuple[str, bytes, int]:
        if [name for name, _ in fields[:3]] != ["r", "s", "i"]:
            raise self._refused("the server's first message lacks nonce, salt or iterations")
        nonce, salt, iterations = (value for _, value in fields[:3])
        if not nonce.startswith(self.nonce) or nonce == self.nonce:
            raise self._refused("the server changed the nonce")
        if not _COUNT.fullmatch(iterations) or not _FEWEST <= int(iterations) <= _MOST:
            raise self._refused(f"the server wants {iterations[:20]} iterations; {_FEWEST} to {_MOST} are done")
        try:
            return nonce, from_base64(salt), int(iterations)
        except ValueError:
            raise self._refused("the server's salt is not base64") from None

    def _proof(self, salt: bytes, iterations: int, auth_message: bytes) -> bytes:
        algorithm = hash_of(self.name)
        salted = salted_password(algorithm, self.password.reveal(), salt, iterations)
        server_key = signature(algorithm, salted, b"Server Key")
        self._expected = signature(algorithm, server_key, auth_message)
        return to_base64(client_proof(algorithm, salted, auth_message)).encode()

    def _verify(self, fields: list[tuple[str, str]]) -> bytes:
        if self.is_done or fields[0][0] != "v" or self._expected is None:
            raise self._refused("the server's signature is missing")
        try:
            signed = from_base64(fields[0][1])
        except ValueError:
            signed = b""
        if not hmac.compare_digest(signed, self._expected):
            raise self._refused("the server's signature is wrong: it does not know the password")
        self.is_done = True
        return b""

    def _refused(self, why: str) -> AuthenticationRefused:
        return AuthenticationRefused(f"{self.name}: {why}")


def _escaped(name: str) -> str:
    return name.replace("=", "=3D").replace(",", "=2C")

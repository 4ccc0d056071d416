"""SASL by the server's side: what a protocol asks of who knows the users, and a table of users that answers."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from msgcore.base.text import Secret
from msgcore.errors import NotSupported
from msgcore.wire.sasl.binding import ChannelBinding
from msgcore.wire.sasl.exchanges import (
    BearerExchange,
    CramMd5Exchange,
    ExternalExchange,
    LoginExchange,
    PlainExchange,
)
from msgcore.wire.sasl.saslprep import prepared
from msgcore.wire.sasl.scram_exchange import ScramExchange
from msgcore.wire.sasl.scram_keys import SCRAM_HASHES, Verifier, hash_of, make_verifier

__all__ = ["Authenticator", "AwaitedExchange", "Exchange", "Passwords"]

_ITERATIONS = 4096


class Exchange(Protocol):
    """One exchange of one mechanism, by the server's side."""

    def step(self, response: bytes | None) -> bytes | None:
        """Take what the client said, ``None`` first where it sent no initial response; give the next challenge.

        ``None`` given: the user has proved who it is.

        Raises:
            AuthenticationRefused: the proof is wrong; the exchange is over.
            MalformedMessage: this is no message of the mechanism; the exchange is over.
        """
        ...

    @property
    def user(self) -> str:
        """Who it is, once that is proved; empty before."""
        ...


@runtime_checkable
class AwaitedExchange(Protocol):
    """An exchange whose steps ask elsewhere, such as in a database."""

    async def answer(self, response: bytes | None) -> bytes | None:
        """Do what :meth:`Exchange.step` does, with its errors."""
        ...

    @property
    def claimed(self) -> str:
        """Who the client says it is; empty before it has said so."""
        ...

    @property
    def user(self) -> str: ...


class Authenticator(Protocol):
    """Who knows the users of a server. One object serves all its sessions."""

    def mechanisms(self, *, is_private: bool) -> Sequence[str]:
        """Name what to offer; the session lets a client begin nothing else."""
        ...

    def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange | AwaitedExchange:
        """Begin an exchange, in TLS with its channel binding.

        Raises:
            NotSupported: there is no such mechanism here.
        """
        ...


class Passwords:
    """Users in a table; wrong users take as long as wrong passwords.

    ``tokens`` says whose each bearer token is, ``external`` who has proved itself where TLS asks for a certificate.
    With ``binds`` the -PLUS forms of SCRAM are offered in TLS, which needs a session that gives its channel binding.
    """

    def __init__(
        self,
        passwords: Mapping[str, Secret],
        *,
        tokens: Mapping[str, str] | None = None,
        external: str | None = None,
        binds: bool = False,
    ) -> None:
        self._key = secrets.token_bytes(32)
        self._passwords = {prepared(user): password for user, password in passwords.items()}
        self._owners = {self._digest(token): owner for token, owner in (tokens or {}).items()}
        self._external = external
        self._binds = binds
        self._verifiers = {
            (algorithm, user): make_verifier(algorithm, password.reveal(), self._salt(user), _ITERATIONS)
            for algorithm in SCRAM_HASHES.values()
            for user, password in self._passwords.items()
        }

    def mechanisms(self, *, is_private: bool) -> Sequence[str]:
        with_password = [*SCRAM_HASHES, "CRAM-MD5"]
        if is_private:
            plus = [f"{name}-PLUS" for name in SCRAM_HASHES] if self._binds else []
            with_password = [*plus, *with_password, "PLAIN", "LOGIN"]
        with_token = ["OAUTHBEARER", "XOAUTH2"] if is_private and self._owners else []
        with_certificate = ["EXTERNAL"] if is_private and self._external is not None else []
        return (*(with_password if self._passwords else ()), *with_token, *with_certificate)

    def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange:
        name = mechanism.upper()
        if name not in self.mechanisms(is_private=True):
            raise NotSupported(f"no mechanism {name}")
        match name:
            case "PLAIN":
                return PlainExchange(self._check)
            case "LOGIN":
                return LoginExchange(self._check)
            case "CRAM-MD5":
                return CramMd5Exchange(self._cram_md5)
            case "OAUTHBEARER" | "XOAUTH2":
                return BearerExchange(name, lambda token: self._owners.get(self._digest(token)))
            case "EXTERNAL":
                return ExternalExchange(self._external or "")
            case _:
                return self._begin_scram(name, binding if self._binds else None)

    def _begin_scram(self, name: str, binding: ChannelBinding | None) -> ScramExchange:
        if binding is None and name.endswith("-PLUS"):
            raise NotSupported(f"no channel binding for {name}")
        return ScramExchange(name, lambda user: self._verifier(hash_of(name), user), binding)

    def _check(self, user: str, password: str) -> bool:
        known = self._password(user)
        return hmac.compare_digest(self._digest(prepared(known)), self._digest(prepared(password)))

    def _cram_md5(self, user: str, challenge: bytes) -> str:
        return hmac.digest(self._password(user).encode(), challenge, "md5").hex()

    def _password(self, user: str) -> str:
        """Give the password; of an unknown user, one that nobody can know."""
        known = self._passwords.get(prepared(user))
        return self._digest(user).hex() if known is None else known.reveal()

    def _verifier(self, algorithm: str, user: str) -> Verifier:
        name = prepared(user)
        # RFC 5802 section 9.1: an unknown user gets a salt, too, and the same one each time.
        no_key = hmac.digest(self._key, name.encode(), algorithm)
        stranger = Verifier(self._salt(name), _ITERATIONS, no_key, no_key)
        return self._verifiers.get((algorithm, name), stranger)

    def _salt(self, user: str) -> bytes:
        return self._digest(f"salt of {user}")[:16]

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")

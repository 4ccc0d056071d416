"""Users by the SCRAM keys that are kept of them (RFC 5802), in a directory that has no password.

PLAIN and LOGIN are checked against the same keys. Who is not known is asked the same and waits as long: his keys are
made of his name and of a secret that outlives the process, so that his salt is always the same (RFC 5802 section 9.1).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence

import attrs

from msgcore.errors import NotSupported
from msgcore.runtime.abc import Runtime
from msgcore.wire.sasl.binding import ChannelBinding
from msgcore.wire.sasl.exchanges import LoginExchange, PlainExchange
from msgcore.wire.sasl.saslprep import prepared
from msgcore.wire.sasl.scram_exchange import ScramExchange
from msgcore.wire.sasl.scram_keys import Verifier, hash_of, make_verifier
from msgcore.wire.sasl.server import Exchange

__all__ = ["STORED_MECHANISM", "KeyedUsers", "StoredUser", "new_keys", "stranger"]

STORED_MECHANISM = "SCRAM-SHA-256"
"""Whose keys are kept."""

_PLUS = f"{STORED_MECHANISM}-PLUS"
_HASH = hash_of(STORED_MECHANISM)
# Eight times the least of RFC 7677 section 4; a login in PLAIN costs a server some ten milliseconds of a core.
_ITERATIONS = 32_768
_SALT_OCTETS = 16


@attrs.frozen
class StoredUser:
    """Somebody by the name that the directory has for him, empty for a stranger, and the keys of his password."""

    name: str
    keys: Verifier


def new_keys(password: str) -> Verifier:
    """Make the keys of a password, with a salt of their own. Takes some ten milliseconds."""
    return make_verifier(_HASH, password, secrets.token_bytes(_SALT_OCTETS), _ITERATIONS)


def stranger(secret: bytes, name: bytes) -> StoredUser:
    """Give what a name is answered with that is nobody's: always the same, and no password fits it.

    ``name`` is in the form in which names are compared: were there several, they would tell him from who is known.
    """
    salt = hmac.digest(secret, b"salt of " + name, _HASH)
    no_key = hmac.digest(secret, b"key of " + name, _HASH)
    return StoredUser("", Verifier(salt[:_SALT_OCTETS], _ITERATIONS, no_key, no_key))


class KeyedUsers:
    """An authenticator over such users; ``find`` gives one for every name, is called in a thread and may block."""

    def __init__(self, runtime: Runtime, find: Callable[[str], StoredUser]) -> None:
        self._runtime = runtime
        self._find = find

    def mechanisms(self, *, is_private: bool) -> Sequence[str]:
        return (_PLUS, STORED_MECHANISM, "PLAIN", "LOGIN") if is_private else (STORED_MECHANISM,)

    def begin(self, mechanism: str, binding: ChannelBinding | None) -> KeyedExchange:
        asked = _Asked(self._find)
        return KeyedExchange(self._runtime, _exchange_of(mechanism.upper(), binding, asked), asked)


def _exchange_of(name: str, binding: ChannelBinding | None, asked: _Asked) -> Exchange:
    match name:
        case "PLAIN":
            return PlainExchange(asked.has_password)
        case "LOGIN":
            return LoginExchange(asked.has_password)
        case "SCRAM-SHA-256" | "SCRAM-SHA-256-PLUS" if binding is not None or name == STORED_MECHANISM:
            return ScramExchange(name, asked.keys_of, binding)
        case _:
            raise NotSupported(f"no mechanism {name}")


@attrs.define
class _Asked:
    """Whom one exchange is about."""

    _find: Callable[[str], StoredUser]
    claimed: str = attrs.field(default="", init=False)
    user: StoredUser | None = attrs.field(default=None, init=False)

    def keys_of(self, name: str) -> Verifier:
        self.claimed = prepared(name)
        self.user = self._find(self.claimed)
        return self.user.keys

    def has_password(self, name: str, password: str) -> bool:
        keys = self.keys_of(name)
        made = make_verifier(_HASH, password, keys.salt, keys.iterations)
        return hmac.compare_digest(made.stored_key, keys.stored_key)


class KeyedExchange:
    """An exchange whose steps ask a directory and count iterations, both in a thread."""

    def __init__(self, runtime: Runtime, inner: Exchange, asked: _Asked) -> None:
        self._runtime = runtime
        self._inner = inner
        self._asked = asked

    async def answer(self, response: bytes | None) -> bytes | None:
        return await self._runtime.in_thread(lambda: self._inner.step(response))

    @property
    def claimed(self) -> str:
        return self._asked.claimed

    @property
    def user(self) -> str:
        found = self._asked.user
        return found.name if found is not None and self._inner.user else ""

"""How users prove who they are to a loopback server."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence

from msgcore.wire.sasl import ChannelBinding, Exchange, Passwords

__all__ = ["ApopDigests", "InClear"]


class InClear:
    """Offers every mechanism in clear, too: this is a test."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords

    def mechanisms(self, *, is_private: bool) -> Sequence[str]:
        return self._passwords.mechanisms(is_private=True)

    def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange:
        return self._passwords.begin(mechanism, binding)


class ApopDigests:
    """What users answer to a stamp (RFC 1939 section 7); of a stranger, what nobody can."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users = dict(users)
        self._of_strangers = secrets.token_hex(16)

    def __call__(self, user: str, stamp: str) -> str:
        known = self._users.get(user, self._of_strangers)
        return hashlib.md5(f"{stamp}{known}".encode(), usedforsecurity=False).hexdigest()

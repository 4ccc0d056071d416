"""The mechanisms that say an OAuth access token."""

from __future__ import annotations

import attrs

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused

__all__ = ["OAuthBearer", "XOAuth2"]


@attrs.define
class OAuthBearer:
    """OAUTHBEARER (RFC 7628)."""

    user: str
    token: Secret
    name: str = attrs.field(default="OAUTHBEARER", init=False)
    reveals_password: bool = attrs.field(default=True, init=False)
    is_done: bool = attrs.field(default=True, init=False)

    def first(self) -> bytes | None:
        name = self.user.replace("=", "=3D").replace(",", "=2C")
        header = f"n,a={name}," if name else "n,,"
        return f"{header}\x01auth=Bearer {self.token.reveal()}\x01\x01".encode()

    def answer(self, challenge: bytes) -> bytes:
        _refuse_second_error(self.name, self.is_done)
        self.is_done = False
        return b"\x01"


@attrs.define
class XOAuth2:
    """XOAUTH2, which Google and Microsoft used before RFC 7628."""

    user: str
    token: Secret
    name: str = attrs.field(default="XOAUTH2", init=False)
    reveals_password: bool = attrs.field(default=True, init=False)
    is_done: bool = attrs.field(default=True, init=False)

    def first(self) -> bytes | None:
        return f"user={self.user}\x01auth=Bearer {self.token.reveal()}\x01\x01".encode()

    def answer(self, challenge: bytes) -> bytes:
        _refuse_second_error(self.name, self.is_done)
        self.is_done = False
        return b""


def _refuse_second_error(name: str, is_first: bool) -> None:
    # A challenge is the error, in JSON (RFC 7628 section 3.2.2); the refusal comes once it is answered.
    if not is_first:
        raise AuthenticationRefused(f"{name}: the server asks again")

"""CRAM-MD5 (RFC 2195): a digest of the password and a challenge."""

from __future__ import annotations

import hmac

import attrs

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused

__all__ = ["CramMd5"]


@attrs.define
class CramMd5:
    """CRAM-MD5: hides the password from who listens, but lets them try guesses; for connections in clear."""

    user: str
    password: Secret
    name: str = attrs.field(default="CRAM-MD5", init=False)
    reveals_password: bool = attrs.field(default=False, init=False)
    is_done: bool = attrs.field(default=False, init=False)

    def first(self) -> bytes | None:
        return None

    def answer(self, challenge: bytes) -> bytes:
        if self.is_done or not challenge:
            raise AuthenticationRefused("CRAM-MD5: need one challenge")
        self.is_done = True
        digest = hmac.digest(self.password.reveal().encode(), challenge, "md5")
        return f"{self.user} {digest.hex()}".encode()

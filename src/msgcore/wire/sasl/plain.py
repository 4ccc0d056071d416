"""The mechanisms that say the password as it is."""

from __future__ import annotations

import attrs

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused

__all__ = ["Login", "Plain"]


@attrs.define
class Plain:
    """PLAIN (RFC 4616)."""

    user: str
    password: Secret
    authorization_id: str = ""
    name: str = attrs.field(default="PLAIN", init=False)
    reveals_password: bool = attrs.field(default=True, init=False)
    is_done: bool = attrs.field(default=True, init=False)
    _is_asked_again: bool = attrs.field(default=False, init=False)

    def first(self) -> bytes | None:
        return f"{self.authorization_id}\0{self.user}\0{self.password.reveal()}".encode()

    def answer(self, challenge: bytes) -> bytes:
        """Say it again, once, to a server that passes an initial response by and asks for it."""
        if challenge or self._is_asked_again:
            raise AuthenticationRefused("PLAIN: the server asks again")
        self._is_asked_again = True
        return self.first() or b""


@attrs.define
class Login:
    """LOGIN (draft-murchison-sasl-login): the user, then the password, whatever the prompts say."""

    user: str
    password: Secret
    name: str = attrs.field(default="LOGIN", init=False)
    reveals_password: bool = attrs.field(default=True, init=False)
    is_done: bool = attrs.field(default=False, init=False)
    _answered: int = attrs.field(default=0, init=False)

    def first(self) -> bytes | None:
        return None

    def answer(self, challenge: bytes) -> bytes:
        self._answered += 1
        match self._answered:
            case 1:
                return self.user.encode()
            case 2:
                self.is_done = True
                return self.password.reveal().encode()
            case _:
                raise AuthenticationRefused("LOGIN: the server asks a third time")

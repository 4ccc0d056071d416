"""EXTERNAL (RFC 4422 appendix A): the client's certificate has proved who it is."""

from __future__ import annotations

import attrs

from msgcore.errors import AuthenticationRefused

__all__ = ["External"]


@attrs.define
class External:
    """EXTERNAL; an empty ``authorization_id`` leaves it to the server to know whose certificate it is."""

    authorization_id: str = ""
    name: str = attrs.field(default="EXTERNAL", init=False)
    reveals_password: bool = attrs.field(default=False, init=False)
    is_done: bool = attrs.field(default=True, init=False)

    def first(self) -> bytes | None:
        return self.authorization_id.encode()

    def answer(self, challenge: bytes) -> bytes:
        raise AuthenticationRefused("EXTERNAL: the server asks again")

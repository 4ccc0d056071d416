"""SASL mechanisms (RFC 4422) as small state objects: what to answer to each challenge, and nothing of any protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.errors import AuthenticationRefused, TlsRequired

__all__ = ["Login", "Mechanism", "Plain", "choose_mechanism"]


class Mechanism(Protocol):
    """One exchange of one mechanism; an object serves for one attempt."""

    @property
    def name(self) -> str: ...

    @property
    def reveals_password(self) -> bool:
        """Whether who listens learns the password."""
        ...

    def first(self) -> bytes | None:
        """Give the initial response, or ``None`` where the server speaks first."""
        ...

    def answer(self, challenge: bytes) -> bytes:
        """Answer a challenge.

        Raises:
            AuthenticationRefused: this mechanism has nothing more to say, or the challenge is wrong.
        """
        ...


@attrs.define
class Plain:
    """PLAIN (RFC 4616)."""

    user: str
    password: Secret
    name: str = attrs.field(default="PLAIN", init=False)
    reveals_password: bool = attrs.field(default=True, init=False)

    def first(self) -> bytes | None:
        return f"\0{self.user}\0{self.password.reveal()}".encode()

    def answer(self, challenge: bytes) -> bytes:
        raise AuthenticationRefused("PLAIN: the server asks again")


@attrs.define
class Login:
    """LOGIN (draft-murchison-sasl-login): the user, then the password, whatever the prompts say."""

    user: str
    password: Secret
    name: str = attrs.field(default="LOGIN", init=False)
    reveals_password: bool = attrs.field(default=True, init=False)
    _answers: list[bytes] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._answers = [self.user.encode(), self.password.reveal().encode()]

    def first(self) -> bytes | None:
        return None

    def answer(self, challenge: bytes) -> bytes:
        if not self._answers:
            raise AuthenticationRefused("LOGIN: the server asks a third time")
        return self._answers.pop(0)


def choose_mechanism(
    offered: Iterable[str], user: str, password: Secret, *, is_private: bool, allow_cleartext: bool = False
) -> Mechanism:
    """Choose the best mechanism that the server offers and the connection allows.

    Raises:
        InjectionRefused: user or password holds CR, LF or NUL.
        TlsRequired: the connection is in clear, and what is offered would reveal the password.
        AuthenticationRefused: nothing that msgcore speaks is offered.
    """
    refuse_line_ends(user, "user")
    refuse_line_ends(password.reveal(), "password")
    names = {name.upper() for name in offered}
    known: tuple[Mechanism, ...] = (Plain(user, password), Login(user, password))
    usable = [mechanism for mechanism in known if mechanism.name in names]
    if not usable:
        raise AuthenticationRefused(f"no mechanism in common; offered: {' '.join(sorted(names)) or 'none'}")
    for mechanism in usable:
        if is_private or allow_cleartext or not mechanism.reveals_password:
            return mechanism
    raise TlsRequired(f"AUTH {usable[0].name} would send the password in clear; TLS is required with a user")

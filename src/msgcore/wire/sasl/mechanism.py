"""What a SASL mechanism is (RFC 4422), by the client's side, and who logs in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.errors import InjectionRefused, UsageError

__all__ = ["Credentials", "Mechanism", "MechanismFactory"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_TOKEN = re.compile(r"[^!-~]")


def _check_name(_: Credentials, field: attrs.Attribute[str], name: str) -> None:
    found = _CONTROL.search(name)
    if found is not None:
        raise InjectionRefused(f"{field.name}: holds {found[0]!r} at {found.start()}")
    _check_unicode(field.name, name)


def _check_password(_: Credentials, field: attrs.Attribute[Secret | None], password: Secret | None) -> None:
    if password is not None:
        refuse_line_ends(password.reveal(), field.name)
        _check_unicode(field.name, password.reveal())


def _check_token(_: Credentials, field: attrs.Attribute[Secret | None], token: Secret | None) -> None:
    if token is not None and (not token.reveal() or _NOT_IN_TOKEN.search(token.reveal())):
        raise InjectionRefused(f"{field.name}: need printable ASCII without spaces")


def _check_unicode(name: str, text: str) -> None:
    # UnicodeEncodeError would carry the text, which may be the password.
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise UsageError(f"{name}: holds half a character (a lone surrogate)")


@attrs.frozen
class Credentials:
    """Who logs in: as ``user`` by ``password`` or by an OAuth access ``token``, or by the client's certificate alone.

    ``authorization_id`` is whom the user acts for, when that is another.

    Raises:
        InjectionRefused: a field holds CR, LF or NUL, or a control character that its mechanisms do not carry.
    """

    user: str = attrs.field(default="", validator=_check_name)
    password: Secret | None = attrs.field(default=None, validator=_check_password)
    token: Secret | None = attrs.field(default=None, validator=_check_token)
    authorization_id: str = attrs.field(default="", validator=_check_name)


class Mechanism(Protocol):
    """One exchange of one mechanism; an object serves for one attempt."""

    @property
    def name(self) -> str: ...

    @property
    def reveals_password(self) -> bool:
        """Whether who listens learns the password or token."""
        ...

    @property
    def is_done(self) -> bool:
        """Whether the server may say yes now: a mechanism in which the server proves itself waits for that."""
        ...

    def first(self) -> bytes | None:
        """Give the initial response, or ``None`` where the server speaks first; the same when it is asked again."""
        ...

    def answer(self, challenge: bytes) -> bytes:
        """Answer a challenge.

        Raises:
            AuthenticationRefused: this mechanism has nothing more to say, or the challenge is wrong.
        """
        ...


MechanismFactory = Callable[[Credentials], Mechanism]
"""Makes a mechanism of the user's own, for one attempt."""

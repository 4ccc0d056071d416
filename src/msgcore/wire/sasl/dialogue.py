"""An exchange in base64, as SMTP, IMAP and POP3 carry it (RFC 4954, RFC 9051, RFC 5034)."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode

import attrs

from msgcore.errors import AuthenticationRefused
from msgcore.wire.sasl.mechanism import Mechanism
from msgcore.wire.sasl.plain import Login

__all__ = ["Dialogue"]

_CHALLENGES = 8
_CHALLENGE_OCTETS = 12_288  # what RFC 4954 section 4 finds to be enough


@attrs.define
class Dialogue:
    """What to say for ``mechanism``, in base64 without a line end; an object serves for one exchange."""

    mechanism: Mechanism
    _answered: int = attrs.field(default=0, init=False)
    _is_first_due: bool = attrs.field(default=False, init=False)
    _is_first_said: bool = attrs.field(default=False, init=False)

    @property
    def was_challenged(self) -> bool:
        return self._answered > 0

    @property
    def is_said(self) -> bool:
        """Whether the client has said all that the mechanism asks of it."""
        return self.mechanism.is_done and (self._is_first_said or self.was_challenged)

    def initial(self, room_octets: int) -> bytes | None:
        """Give the initial response for the command's line, ``=`` for an empty one; ``None`` where there is none.

        One of more than ``room_octets`` is kept for the first challenge.
        """
        first = self.mechanism.first()
        if first is None:
            return None
        said = b64encode(first) or b"="
        self._is_first_due = len(said) > room_octets
        self._is_first_said = not self._is_first_due
        return said if self._is_first_said else None

    def answer(self, challenge: str) -> bytes:
        """Answer a challenge.

        Raises:
            AuthenticationRefused: it is wrong, or one too many; the exchange has to be cancelled (``*``).
        """
        self._answered += 1
        if self._answered > _CHALLENGES:
            raise AuthenticationRefused(f"more than {_CHALLENGES} challenges")
        if self._is_first_due:
            self._is_first_due = False
            return b64encode(self.mechanism.first() or b"")
        # Some servers' prompts are no base64, and they say nothing that LOGIN needs.
        is_prompt = isinstance(self.mechanism, Login) and len(challenge) <= _CHALLENGE_OCTETS
        return b64encode(self.mechanism.answer(b"" if is_prompt else _decoded(challenge)))


def _decoded(challenge: str) -> bytes:
    if len(challenge) > _CHALLENGE_OCTETS:
        raise AuthenticationRefused(f"a challenge of more than {_CHALLENGE_OCTETS} octets")
    try:
        return b64decode(challenge, validate=True)
    except (binascii.Error, ValueError):
        raise AuthenticationRefused("a challenge that is not base64") from None

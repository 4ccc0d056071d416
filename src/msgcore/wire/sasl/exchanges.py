"""The server's side of the mechanisms that say a password, a token or a digest in one or two steps."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable

import attrs

from msgcore.errors import AuthenticationRefused, MalformedMessage
from msgcore.wire.sasl.saslprep import prepared

__all__ = ["BearerExchange", "CramMd5Exchange", "ExternalExchange", "LoginExchange", "PlainExchange", "text_of"]

Check = Callable[[str, str], bool]
"""Whether this is the password of this user."""

_BEARER = re.compile(r"auth=bearer ([!-~]++)", re.IGNORECASE)


def text_of(response: bytes, mechanism: str) -> str:
    try:
        return response.decode()
    except UnicodeDecodeError:
        raise MalformedMessage(f"{mechanism}: not UTF-8") from None


def _new_challenge() -> bytes:
    return f"<{secrets.token_hex(16)}@msgcore>".encode()


def _refuse_unless(is_right: bool, mechanism: str) -> None:
    if not is_right:
        raise AuthenticationRefused(f"{mechanism}: the credentials are wrong")


@attrs.define
class PlainExchange:
    """PLAIN (RFC 4616); nobody acts for another."""

    _check: Check
    user: str = attrs.field(default="", init=False)

    def step(self, response: bytes | None) -> bytes | None:
        if response is None:
            return b""
        parts = text_of(response, "PLAIN").split("\0")
        if len(parts) != 3 or not parts[1]:
            raise MalformedMessage("PLAIN: need authorization id, user and password with NUL between them")
        authorization_id, user, password = parts
        _refuse_unless(self._check(user, password) and authorization_id in {"", user}, "PLAIN")
        self.user = prepared(user)
        return None


@attrs.define
class LoginExchange:
    """LOGIN (draft-murchison-sasl-login); an initial response is the user, as some clients send it."""

    _check: Check
    _claimed: str | None = attrs.field(default=None, init=False)
    user: str = attrs.field(default="", init=False)

    def step(self, response: bytes | None) -> bytes | None:
        if response is None:
            return b"Username:"
        if self._claimed is None:
            self._claimed = text_of(response, "LOGIN")
            return b"Password:"
        _refuse_unless(self._check(self._claimed, text_of(response, "LOGIN")), "LOGIN")
        self.user = prepared(self._claimed)
        return None


@attrs.define
class CramMd5Exchange:
    """CRAM-MD5 (RFC 2195); ``digest_of`` gives what a user answers to a challenge."""

    _digest_of: Callable[[str, bytes], str]
    _challenge: bytes = attrs.field(factory=_new_challenge, init=False)
    _is_asked: bool = attrs.field(default=False, init=False)
    user: str = attrs.field(default="", init=False)

    def step(self, response: bytes | None) -> bytes | None:
        if response is None:
            self._is_asked = True
            return self._challenge
        user, space, digest = text_of(response, "CRAM-MD5").rpartition(" ")
        if not self._is_asked or not space:
            raise MalformedMessage("CRAM-MD5: need user and digest, in answer to the challenge")
        expected = self._digest_of(user, self._challenge)
        _refuse_unless(hmac.compare_digest(expected.encode(), digest.encode()), "CRAM-MD5")
        self.user = prepared(user)
        return None


@attrs.define
class BearerExchange:
    """XOAUTH2 and OAUTHBEARER (RFC 7628); ``owner_of`` says whose token it is, if anybody's."""

    _mechanism: str
    _owner_of: Callable[[str], str | None]
    _is_refused: bool = attrs.field(default=False, init=False)
    user: str = attrs.field(default="", init=False)

    def step(self, response: bytes | None) -> bytes | None:
        _refuse_unless(not self._is_refused, self._mechanism)
        if response is None:
            return b""
        owner = self._owner(text_of(response, self._mechanism).split("\x01"))
        if owner is not None:
            self.user = owner
            return None
        # RFC 7628 section 3.2.3: the client hears why, answers, and only then is refused.
        self._is_refused = True
        return json.dumps({"status": "invalid_token", "schemes": "bearer"}).encode()

    def _owner(self, fields: list[str]) -> str | None:
        tokens = [found[1] for found in map(_BEARER.fullmatch, fields) if found is not None]
        claimed = self._claimed(fields[0])
        if len(tokens) != 1 or claimed is None or fields[-2:] != ["", ""]:
            raise MalformedMessage(f"{self._mechanism}: need a user and one bearer token")
        owner = self._owner_of(tokens[0])
        return owner if claimed in {"", owner} else None

    def _claimed(self, head: str) -> str | None:
        if self._mechanism == "XOAUTH2":
            return head.removeprefix("user=") if head.startswith("user=") else None
        found = re.fullmatch(r"[ny],(?:a=([^,]++))?,", head)
        return None if found is None else (found[1] or "").replace("=2C", ",").replace("=3D", "=")


@attrs.define
class ExternalExchange:
    """EXTERNAL (RFC 4422 appendix A): TLS has proved who it is."""

    _proved: str
    user: str = attrs.field(default="", init=False)

    def step(self, response: bytes | None) -> bytes | None:
        if response is None:
            return b""
        _refuse_unless(text_of(response, "EXTERNAL") in {"", self._proved}, "EXTERNAL")
        self.user = self._proved
        return None

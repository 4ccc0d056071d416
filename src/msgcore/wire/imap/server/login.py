"""The ways to say who one is: LOGIN and AUTHENTICATE (RFC 9051 sections 6.2.2 and 6.2.3, RFC 4959, RFC 5530)."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from msgcore.wire.imap.server.answer import bad, no
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.settings import ServerSettings
from msgcore.wire.sasl import NotProved, WhyNot, check_plain, hold_exchange
from msgcore.wire.server_line import ServerLine

__all__ = ["prove_password", "prove_user"]

_CODES = {
    WhyNot.WRONG: "AUTHENTICATIONFAILED",
    WhyNot.ONLY_OVER_TLS: "PRIVACYREQUIRED",
    WhyNot.NOT_NOW: "UNAVAILABLE",
}
_BAD = frozenset({WhyNot.CANCELLED, WhyNot.NO_BASE64, WhyNot.TOO_LONG})


async def prove_password(settings: ServerSettings, arguments: Arguments) -> str:
    """Give the user whose password LOGIN says.

    Raises:
        Refusal: it is nobody's.
    """
    user = arguments.astring()
    arguments.space()
    password = arguments.astring()
    arguments.end()
    assert settings.authenticator is not None, "LOGIN is served"
    with _refusing():
        given = user.decode("utf-8", "replace"), password.decode("utf-8", "replace")
        return await check_plain(settings.authenticator, *given)


async def prove_user(line: ServerLine, settings: ServerSettings, argument: str) -> str:
    """Hold one exchange, and give the user that it proves.

    Raises:
        Refusal: nobody is proved.
    """
    if " " in argument and "SASL-IR" not in settings.offers:
        raise bad("wait for the go-ahead")
    with _refusing():
        return (await hold_exchange(line, settings, argument, b"+ ")).user


@contextlib.contextmanager
def _refusing() -> Generator[None, None, None]:
    try:
        yield
    except NotProved as error:
        refuse = bad if error.why in _BAD else no
        raise refuse(error.why.value, _CODES.get(error.why, "")) from None

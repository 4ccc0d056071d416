"""The ways to say who one is: USER and PASS, APOP (RFC 1939 section 7), and AUTH (RFC 5034)."""

from __future__ import annotations

import contextlib
import hmac
import secrets
from collections.abc import Generator

from msgcore.wire.pop3.server.answer import Refusal
from msgcore.wire.pop3.server.settings import ServerSettings
from msgcore.wire.sasl import NotProved, WhyNot, check_plain, hold_exchange
from msgcore.wire.server_line import ServerLine

__all__ = ["check_apop", "check_password", "new_stamp", "prove_user"]

_CODES = {
    WhyNot.WRONG: "AUTH",
    WhyNot.INCOMPLETE: "AUTH",
    WhyNot.TOO_MANY: "AUTH",
    WhyNot.NOT_NOW: "SYS/TEMP",
}


def new_stamp(host_name: str) -> str:
    return f"<{secrets.token_hex(16)}@{host_name}>"


async def check_password(settings: ServerSettings, user: str, password: str) -> str:
    """Give the user whose password it is.

    Raises:
        Refusal: it is nobody's.
    """
    assert settings.authenticator is not None, "USER is served"
    with _refusing():
        return await check_plain(settings.authenticator, user, password)


def check_apop(settings: ServerSettings, stamp: str, argument: str) -> str:
    user, space, digest = argument.strip().rpartition(" ")
    if not space:
        raise Refusal("need a user and a digest")
    assert settings.apop_digest is not None, "APOP is served"
    if not hmac.compare_digest(settings.apop_digest(user, stamp).encode(), digest.lower().encode()):
        raise Refusal("wrong user or password", "AUTH")
    return user


async def prove_user(line: ServerLine, settings: ServerSettings, argument: str) -> str:
    """Hold one exchange, and give the user that it proves.

    Raises:
        Refusal: nobody is proved.
    """
    with _refusing():
        return (await hold_exchange(line, settings, argument, b"+ ")).user


@contextlib.contextmanager
def _refusing() -> Generator[None, None, None]:
    try:
        yield
    except NotProved as error:
        raise Refusal(error.why.value, _CODES.get(error.why, "")) from None

"""AUTH by the server's side (RFC 4954)."""

from __future__ import annotations

from msgcore.base.status import Reply
from msgcore.wire.sasl import NotProved, WhyNot, hold_exchange
from msgcore.wire.smtp.server.commands import Refusal
from msgcore.wire.smtp.server.guard import Guard
from msgcore.wire.smtp.server.line import ClientLine
from msgcore.wire.smtp.server.settings import ServerSettings

__all__ = ["prove_user"]

_CODES = {
    WhyNot.NO_SUCH_MECHANISM: (504, "5.5.4"),
    WhyNot.ONLY_OVER_TLS: (538, "5.7.11"),
    WhyNot.WRONG: (535, "5.7.8"),
    WhyNot.NO_MESSAGE: (501, "5.5.2"),
    WhyNot.NO_BASE64: (501, "5.5.2"),
    WhyNot.TOO_LONG: (500, "5.5.6"),
    WhyNot.TOO_MANY: (535, "5.7.8"),
    WhyNot.CANCELLED: (501, "5.7.0"),
    WhyNot.NOT_NOW: (454, "4.7.0"),
}


async def prove_user(line: ClientLine, settings: ServerSettings, guard: Guard | None, argument: str) -> str | Reply:
    """Hold one exchange, and give the user that it proves, or the reply of who watches the session.

    Raises:
        Refusal: nobody is proved.
    """
    if guard is not None and (refusal := guard.before_login()) is not None:
        return refusal
    may_log_in = None if guard is None else guard.may_log_in
    try:
        proof = await hold_exchange(line, settings, argument, b"334 ", may_log_in)
    except NotProved as error:
        is_wrong = error.why is WhyNot.WRONG
        if guard is not None and is_wrong and (refusal := await guard.after_login(error.claimed, is_proved=False)):
            return refusal
        raise Refusal(*_CODES[error.why], error.why.value) from None
    if guard is not None and (refusal := await guard.after_login(proof.claimed, is_proved=True)) is not None:
        return refusal
    return proof.user

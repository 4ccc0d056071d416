"""Errors: they go from one process to another with all that they say, and are found where they are looked for."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import msgcore
from msgcore import Address, Outcomes, Recipient, Refused, errors
from msgcore.base.status import Reply

ANN = Address("SMTP", "ann@a.test")


class Hanging(errors.ConnectionLost):
    """As a plug-in makes its own."""

    def __init__(self, text: str, port: int) -> None:
        super().__init__(text)
        self.port = port


@pytest.mark.parametrize(
    "error",
    [
        errors.StoreFull("no space"),
        errors.TimedOut("connect: the deadline has passed"),
        Hanging("nobody answers", 25),
        errors.AmbiguousName("ann", [ANN], "two are called so"),
        errors.UnresolvedName("ann", "nobody is called so"),
        errors.MissingExtra("cli", "the command line"),
        errors.ConfigError("url", "is missing"),
        errors.RestrictionSyntax("is no text", 7),
        errors.MalformedMessage("no colon", 3, "header-colon", "RFC 5322"),
        errors.PropertyNotFound("PidTagBody"),
        errors.ProfileChanged("is newer", file=Path("a.toml"), line=3, key="url"),
        errors.SecretMissing("env:PW", "there is none", key="password", service="smtp"),
        errors.MaildropInUse("in use", 5.0),
        errors.CommandRefused(Reply(550, ("5.1.1 no",)), "RCPT"),
        errors.ProtocolBroken.local("said twice"),
        errors.NotAccepted(Outcomes({Recipient(ANN): Refused(550, "5.1.1")})),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_in_another_process(error: errors.MsgcoreError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(again), str(again), again.args) == (type(error), str(error), error.args)
        assert repr(vars(again)) == repr(vars(error))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("TimedOut", "'TimedOut'; it is msgcore.errors.TimedOut"),
        ("PidTagSubject", "it is msgcore.props.PidTagSubject"),
        ("RouteTable", "it is msgcore.mta.RouteTable"),
        ("Nothing", "has no attribute 'Nothing'$"),
        ("nothing", "has no attribute 'nothing'$"),
    ],
)
def test_a_name_that_stands_elsewhere_is_told_where(name: str, hint: str) -> None:
    with pytest.raises(AttributeError, match=hint):
        getattr(msgcore, name)


def test_the_errors_that_programs_tell_apart_are_names_at_the_top() -> None:
    assert (msgcore.NotAccepted, msgcore.TryAgain) == (errors.NotAccepted, errors.TryAgain)

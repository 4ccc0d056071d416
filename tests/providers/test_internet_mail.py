"""The message service ``internet-mail``: one account for both ways of the mail."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import ConfigError, UsageError
from msgcore.model.address import Address
from msgcore.providers.internet_mail import InternetMailConfig, InternetMailService
from msgcore.providers.pop3 import Pop3Retriever, Pop3Settings
from msgcore.providers.smtp import SmtpTransport
from msgcore.runtime.abc import Runtime
from msgcore.spi.config import build_config
from msgcore.spi.retrieval import RetrievalPolicy, RetrievingProvider
from msgcore.spi.settings import settings_of
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.transport import TransportProvider
from msgcore.spi.url import ServiceUrl
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import ScriptedRuntime
from msgcore.testing.servers import LoopbackPop3Server

ACCOUNT: dict[str, object] = {
    "email": "ann@a.test", "smtp": "smtps://out.a.test", "user": "ann", "password": "correct horse",
}  # fmt: skip
POP3 = "pop3s://in.a.test"


def config(**values: object) -> InternetMailConfig:
    made = build_config(InternetMailConfig, {**ACCOUNT, **values}, folder=Path("/"), secret=Secret)
    assert isinstance(made, InternetMailConfig)
    return made


def service(**values: object) -> InternetMailService:
    return InternetMailService(config(**values), ScriptedRuntime())


def test_the_settings_are_those_of_both_servers() -> None:
    both = {*attrs.fields_dict(SmtpAccount), *attrs.fields_dict(Pop3Settings)}

    assert settings_of(InternetMailConfig).keys() == both | {"email", "smtp", "pop3"}


def test_without_pop3_it_is_a_transport_alone() -> None:
    provided = service().providers()

    assert [(isinstance(one, TransportProvider), isinstance(one, RetrievingProvider)) for one in provided] == [
        (True, False)
    ]


def test_with_pop3_mail_is_retrieved_too() -> None:
    provided = service(pop3=POP3).providers()

    assert [(isinstance(one, TransportProvider), isinstance(one, RetrievingProvider)) for one in provided] == [
        (True, False),
        (False, True),
    ]


def test_one_login_serves_for_both_servers() -> None:
    made = config(pop3=POP3, ca_file="ca.pem")
    maildrop = made.maildrop()

    assert maildrop is not None
    assert [(one.endpoint.host, one.user, one.password, one.ca_file) for one in (made.server(), maildrop)] == [
        ("out.a.test", "ann", Secret("correct horse"), Path("/ca.pem")),
        ("in.a.test", "ann", Secret("correct horse"), Path("/ca.pem")),
    ]


def test_the_policy_is_that_of_the_account() -> None:
    [retriever] = [
        one
        for one in service(pop3=POP3, leave_on_server=True, keep_at_most=5).providers()
        if isinstance(one, RetrievingProvider)
    ]

    assert retriever.retrieval == RetrievalPolicy(leave_on_server=True, keep_at_most=5)


def test_the_transport_submits_for_the_address_of_the_account() -> None:
    [transport] = [one for one in service().providers() if isinstance(one, SmtpTransport)]

    assert transport.identity == Address("SMTP", "ann@a.test")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"leave_on_server": True, "utf8": True}, "pop3: is missing.*leave_on_server, utf8"),
        ({"deliver_to": "archive"}, "pop3: is missing.*deliver_to"),
        ({"pop3": POP3, "remove_when_deleted": True}, "remove_when_deleted goes with leave_on_server"),
        ({"pop3": POP3, "user": None, "password": None}, "user: is missing"),
        ({"pop3": "imaps://in.a.test"}, "pop3: .*need a URL with one of the schemes pop3"),
        ({"email": "Ann"}, "need an address"),
    ],
    ids=str,
)
def test_what_does_not_go_together_is_refused_at_the_start(values: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        config(**values)


def test_in_python_it_is_refused_too() -> None:
    with pytest.raises(UsageError, match="pop3: is missing"):
        InternetMailConfig(email="ann@a.test", smtp=ServiceUrl.parse("smtp://out.a.test"), headers_only=True)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_closing_it_ends_the_session_that_is_open(mode: Mode) -> None:
    with LoopbackPop3Server({"ann": "correct horse"}) as server:
        made = config(pop3=server.url, allow_cleartext_login=True)

        async def main(runtime: Runtime) -> None:
            opened = InternetMailService(made, runtime)
            _, retriever = opened.providers()
            assert isinstance(retriever, Pop3Retriever)
            await retriever.open_maildrop(runtime.deadline(30))
            await opened.close()

        mode.run(main)
        assert server.sessions[0][-1] == "QUIT"

"""The settings of the service ``pop3``: which there are, where each goes, and which are refused."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import ConfigError, UsageError
from msgcore.providers.internet_mail import InternetMailConfig, InternetMailService
from msgcore.providers.pop3 import Pop3Config, Pop3Retriever, Pop3Service
from msgcore.runtime.abc import Endpoint, NetworkPath, Proxy, Security
from msgcore.spi.account import Account
from msgcore.spi.config import build_config, url_values
from msgcore.spi.registry import service
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.settings import settings_of
from msgcore.testing.scripted import ScriptedRuntime
from msgcore.testing.secrecy import forms_in, shown_by
from msgcore.wire.pop3 import Pop3Server
from msgcore.wire.sasl import Plain

POLICY = list(attrs.fields_dict(RetrievalPolicy))
LOGIN: dict[str, object] = {"user": "ann", "password": "correct horse"}


def config(url: object = "pop3s://mail.a.test", **values: object) -> Pop3Config:
    assert isinstance(url, str)
    given = {**url_values(Pop3Config, url), **LOGIN, **values}
    made = build_config(Pop3Config, given, folder=Path("/"), secret=Secret)
    assert isinstance(made, Pop3Config)
    return made


def server(**values: object) -> Pop3Server:
    return config(**values).server()


@pytest.mark.parametrize("name", ["pop3", "pop3s"])
def test_the_service_is_found_by_name_and_by_scheme(name: str) -> None:
    assert service(name) is Pop3Service


def test_the_settings_are_those_of_an_account_those_of_the_policy_and_four_more() -> None:
    of_account = set(attrs.fields_dict(Account))

    assert settings_of(Pop3Config).keys() == of_account | set(POLICY) | {"url", "apop", "utf8", "account"}


@pytest.mark.parametrize("name", POLICY)
def test_a_setting_of_the_policy_is_declared_as_the_policy_declares_it(name: str) -> None:
    assert settings_of(Pop3Config)[name] == settings_of(RetrievalPolicy)[name]


def test_every_setting_says_what_it_is_for() -> None:
    assert [one.name for one in settings_of(Pop3Config).values() if not one.text] == []


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("pop3://mail.a.test", 110, Security.OPPORTUNISTIC),
        ("pop3+starttls://mail.a.test", 110, Security.STARTTLS),
        ("pop3s://mail.a.test", 995, Security.IMPLICIT),
        ("pop3s://mail.a.test:9950", 9950, Security.IMPLICIT),
    ],
)
def test_the_url_names_the_server_and_its_security(url: str, port: int, security: Security) -> None:
    made = config(url).server()

    assert (made.endpoint, made.security) == (Endpoint("mail.a.test", port, "pop3"), security)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("user", "bob", "bob"),
        ("password", "correct horse", Secret("correct horse")),
        ("token", "battery staple", Secret("battery staple")),
        ("mechanism", Plain, Plain),
        ("ca_file", "ca.pem", Path("/ca.pem")),
        ("certificate_file", "ann.pem", Path("/ann.pem")),
        ("key_file", "ann.key", Path("/ann.key")),
        ("allow_cleartext_login", True, True),
        ("apop", True, True),
        ("utf8", True, True),
    ],
)
def test_a_setting_of_the_account_reaches_the_server(key: str, value: object, expected: object) -> None:
    assert attrs.asdict(server(**{key: value}), recurse=False)[key] == expected


def test_the_way_to_the_server_is_made_of_three_settings() -> None:
    made = server(source_address="192.0.2.1", proxy="socks5://ann@proxy.a.test:1080", proxy_password="battery staple")

    assert made.path == NetworkPath("192.0.2.1", Proxy("socks5", "proxy.a.test", 1080, "ann", Secret("battery staple")))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("remove_after_days", 14),
        ("remove_when_deleted", True),
        ("remove_larger_than", 1_000_000),
        ("keep_at_most", 100),
        ("headers_only", True),
        ("skip_larger_than", 50_000),
        ("session_octets", 10_000_000),
        ("deliver_to", "archive"),
    ],
)
def test_a_setting_of_the_policy_reaches_the_policy(key: str, value: object) -> None:
    policy = config(leave_on_server=True, **{key: value}).policy

    assert attrs.asdict(policy) == {**attrs.asdict(RetrievalPolicy(leave_on_server=True)), key: value}


def test_the_policy_may_stand_in_the_url() -> None:
    made = config("pop3s://mail.a.test?leave_on_server=true&remove_after_days=14&utf8=true")

    assert (made.policy, made.utf8) == (RetrievalPolicy(leave_on_server=True, remove_after_days=14), True)


@pytest.mark.parametrize("query", ["apop=true", "allow_cleartext_login=true", "password=x", "deliver_to=x"])
def test_what_makes_a_login_less_safe_may_not_stand_in_the_url(query: str) -> None:
    with pytest.raises(UsageError):
        url_values(Pop3Config, f"pop3s://mail.a.test?{query}")


def test_the_user_may_stand_in_the_url() -> None:
    assert config("pop3s://bob@mail.a.test", user=None).server().user == "bob"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"user": None}, "user and password"),
        ({"password": None}, "user and password"),
        ({"user": None, "password": None}, "user: is missing"),
        ({"remove_after_days": 5}, "remove_after_days goes with leave_on_server"),
        ({"session_octets": -1}, "session_octets: need 1 or more"),
        ({"account": ""}, "account: need 1 to 495 characters, got 0"),
        ({"account": "x" * 496}, "account: need 1 to 495 characters, got 496"),
        ({"keep_at_most": "5"}, "keep_at_most: need int, got str"),
        ({"url": "smtp://mail.a.test"}, "need a URL with one of the schemes pop3"),
        ({"proxy": "ftp://proxy.a.test"}, "proxy"),
        ({"ehlo_name": "x"}, "ehlo_name: no such key"),
    ],
    ids=str,
)
def test_what_does_not_go_together_is_refused_at_the_start(values: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        config(**values)


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("pop3s://mail.a.test", "pop3:ann@mail.a.test"),
        ("pop3://MAIL.a.test", "pop3:ann@mail.a.test"),
        ("pop3+starttls://mail.a.test", "pop3:ann@mail.a.test"),
        ("pop3://localhost:1110", "pop3:ann@localhost:1110"),
        ("pop3://localhost:1111", "pop3:ann@localhost:1111"),
    ],
)
def test_an_account_has_one_name_whatever_security_and_another_behind_a_port_of_its_own(url: str, account: str) -> None:
    assert Pop3Service(config(url), ScriptedRuntime()).account == account


def test_an_account_keeps_the_name_that_it_is_given() -> None:
    made = config("pop3s://new.a.test", account="ann@old.a.test")

    assert (
        Pop3Service(made, ScriptedRuntime()).account
        == Pop3Service(config("pop3s://old.a.test"), ScriptedRuntime()).account
    )


def test_an_account_of_both_ways_keeps_the_name_that_it_is_given() -> None:
    values = {"email": "ann@a.test", "smtp": "smtps://a.test", "pop3": "pop3s://a.test", "account": "ann@old", **LOGIN}
    made = build_config(InternetMailConfig, values, folder=Path("/"), secret=Secret)
    _, retriever = InternetMailService(made, ScriptedRuntime()).providers()

    assert isinstance(retriever, Pop3Retriever)
    assert retriever.account == "pop3:ann@old"


def test_neither_the_configuration_nor_the_service_shows_a_secret() -> None:
    made = config(proxy="socks5://ann@proxy.a.test:1080", proxy_password="battery staple")
    shown = shown_by(made) + shown_by(Pop3Service(made, ScriptedRuntime())) + shown_by(made.server())

    assert [*forms_in(shown, "correct horse"), *forms_in(shown, "battery staple")] == []

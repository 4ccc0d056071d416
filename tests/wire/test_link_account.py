"""The settings that transports and gateways of SMTP have in common."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import ConfigError, UsageError
from msgcore.mta.gateways.smtp import SmtpGatewayConfig
from msgcore.providers.internet_mail import InternetMailConfig
from msgcore.providers.smtp import SmtpConfig
from msgcore.runtime.abc import NetworkPath, Proxy
from msgcore.runtime.pool import PoolLimits
from msgcore.spi.config import build_config, url_values
from msgcore.spi.settings import settings_of
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.url import ServiceUrl

URL = ServiceUrl.parse("smtp://mail.a.test")


@pytest.mark.parametrize("config", [SmtpConfig, InternetMailConfig, SmtpGatewayConfig])
def test_transports_and_gateways_take_the_same_settings(config: type[SmtpAccount]) -> None:
    assert {field.name for field in attrs.fields(SmtpAccount)} <= settings_of(config).keys()


def test_the_limits_of_the_pool_are_settings() -> None:
    account = SmtpAccount(connections=2, messages_per_connection=3, idle_seconds=4.5, messages_per_minute=60)

    assert account.pool_limits == PoolLimits(2, 3, 4.5, 60)


def test_limits_may_stand_in_the_url() -> None:
    values = url_values(SmtpConfig, "smtp://mail.a.test?connections=2&idle_seconds=4.5&messages_per_minute=60")

    assert values == {
        "url": "smtp://mail.a.test",
        "connections": 2,
        "idle_seconds": 4.5,
        "messages_per_minute": 60,
    }


def test_the_way_to_the_server_is_a_setting() -> None:
    account = SmtpAccount(
        source_address="192.0.2.1", proxy="socks5://ann@proxy.a.test:1080", proxy_password=Secret("geheim")
    )

    assert account.server_at(URL).path == NetworkPath(
        "192.0.2.1", Proxy("socks5", "proxy.a.test", 1080, "ann", Secret("geheim"))
    )


@pytest.mark.parametrize(
    ("account", "complaint"),
    [
        (SmtpAccount(proxy="socks5://proxy.a.test:1080"), "proxy"),
        (SmtpAccount(source_address="192.0.2.1"), "source_address"),
        (SmtpAccount(ca_file=Path("ca.pem")), "no TLS"),
        (SmtpAccount(certificate_file=Path("ann.pem"), key_file=Path("ann.key")), "no TLS"),
    ],
)
def test_nothing_of_the_network_goes_with_a_unix_socket(account: SmtpAccount, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        account.server_at(ServiceUrl.parse("lmtp+unix:///run/lmtp", ("lmtp",)))


def test_a_user_may_log_in_by_the_certificate_alone() -> None:
    account = SmtpAccount(user="ann", certificate_file=Path("ann.pem"))

    assert account.server_at(URL).user == "ann"


def test_an_url_with_lmtp_is_known() -> None:
    assert SmtpAccount().server_at(ServiceUrl.parse("lmtp://mail.a.test", ("lmtp",))).is_lmtp


@pytest.mark.parametrize(
    "values",
    [
        {"user": "ann"},
        {"password": "env:X"},
        {"token": "env:X"},
        {"proxy": "socks5://ann:geheim@proxy.a.test:1080"},
        {"proxy": "socks5://ann@proxy.a.test:1080"},
        {"proxy": "socks5://proxy.a.test:1080", "proxy_password": "env:X"},
        {"proxy_password": "env:X"},
        {"proxy": "ftp://proxy.a.test:1080"},
        {"source_address": "mail.a.test"},
        {"connections": 0},
        {"messages_per_connection": 0},
        {"messages_per_minute": 0},
        {"idle_seconds": -1.0},
    ],
    ids=str,
)
def test_what_does_not_go_together_is_refused_at_the_start(values: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        build_config(
            SmtpGatewayConfig, {"relay": "smtp://mail.a.test", **values}, folder=Path("/"), secret=lambda _: Secret("x")
        )

"""The settings of the service ``imap``: which there are, where each goes, and which are refused."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import ConfigError, UsageError
from msgcore.providers.imap import ImapConfig, ImapService
from msgcore.runtime.abc import Endpoint, Security
from msgcore.spi.account import Account
from msgcore.spi.config import build_config, url_values
from msgcore.spi.registry import service
from msgcore.spi.settings import settings_of
from msgcore.testing.scripted import ScriptedRuntime
from msgcore.testing.secrecy import forms_in, shown_by

LOGIN: dict[str, object] = {"user": "ann", "password": "correct horse"}


def config(url: str = "imaps://mail.a.test", **values: object) -> ImapConfig:
    given = {**url_values(ImapConfig, url), **LOGIN, **values}
    made = build_config(ImapConfig, given, folder=Path("/"), secret=Secret)
    assert isinstance(made, ImapConfig)
    return made


@pytest.mark.parametrize("name", ["imap", "imaps"])
def test_the_service_is_found_by_name_and_by_scheme(name: str) -> None:
    assert service(name) is ImapService


def test_the_settings_are_those_of_an_account_and_six_more() -> None:
    more = {"url", "connections", "compress", "display_name", "read_only", "keeps_sent_mail"}

    assert settings_of(ImapConfig).keys() == set(attrs.fields_dict(Account)) | more


def test_every_setting_says_what_it_is_for() -> None:
    assert [one.name for one in settings_of(ImapConfig).values() if not one.text] == []


def test_what_makes_a_connection_less_safe_stands_in_no_url() -> None:
    in_url = {one.name for one in settings_of(ImapConfig).values() if one.in_url}

    assert in_url == {"connections", "compress", "display_name", "read_only", "source_address"}


def test_the_server_is_the_one_of_the_url_with_all_that_is_said_of_the_account() -> None:
    server = config("imap+starttls://mail.a.test", compress=True).server()

    assert (server.endpoint, server.security, server.user, server.compress) == (
        Endpoint("mail.a.test", 143, "imap"),
        Security.STARTTLS,
        "ann",
        True,
    )


def test_four_connections_at_a_time_are_made_when_nothing_else_is_said() -> None:
    assert config().connections == 4


@pytest.mark.parametrize("connections", [0, -1])
def test_less_than_one_connection_is_refused(connections: int) -> None:
    with pytest.raises((UsageError, ConfigError), match="connections"):
        config(connections=connections)


@pytest.mark.parametrize(
    "without", [{"user": None, "password": None}, {"password": None}], ids=["nobody", "no password"]
)
def test_who_logs_in_has_to_be_said(without: dict[str, object]) -> None:
    given = {name: value for name, value in {**LOGIN, **without}.items() if value is not None}
    with pytest.raises((UsageError, ConfigError)):
        build_config(
            ImapConfig, {**url_values(ImapConfig, "imaps://mail.a.test"), **given}, folder=Path("/"), secret=Secret
        )


@pytest.mark.parametrize(
    "url", ["imap://mail.a.test", "imap+starttls://Mail.A.test", "imaps://mail.a.test?compress=true"]
)
def test_the_store_is_the_same_whatever_kind_of_tls_is_used(url: str) -> None:
    assert config(url).uid == config().uid


@pytest.mark.parametrize(
    ("url", "user"),
    [("imaps://mail.a.test:9993", "ann"), ("imaps://mail.b.test", "ann"), ("imaps://mail.a.test", "bob")],
)
def test_another_server_or_user_is_another_store(url: str, user: str) -> None:
    assert config(url, user=user).uid != config().uid


def test_a_stores_uid_is_what_it_was_in_every_release() -> None:
    """Applications keep entry ids."""
    assert config().uid.hex() == "6cda669a8cec1277ece1a2a1d762192b"


def test_people_see_the_account_unless_a_name_is_given() -> None:
    assert (config().title, config(display_name="Work").title) == ("ann@mail.a.test", "Work")


def test_the_password_shows_nowhere() -> None:
    made = config()

    shown = shown_by(made) + shown_by(ImapService(made, ScriptedRuntime())) + shown_by(made.server())

    assert forms_in(shown, "correct horse") == []

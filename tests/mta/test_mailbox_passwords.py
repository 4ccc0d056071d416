"""The passwords of mailboxes: what is kept of them, and who logs in by them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

import msgcore
from msgcore.base.text import Secret
from msgcore.blocking.organization import Organization
from msgcore.errors import AuthenticationRefused, NotFound, NotSupported, SecretMissing, UsageError
from msgcore.mta.listener import Users
from msgcore.providers.organization.office import open_office
from msgcore.providers.organization.passwords import DirectoryUsers
from msgcore.runtime import NEVER, BlockingRuntime, run
from msgcore.spi.url import Access, DatabaseUrl
from msgcore.wire.sasl import (
    AwaitedExchange,
    ChannelBinding,
    Exchange,
    KeyedUsers,
    Login,
    Mechanism,
    Plain,
    Scram,
    StoredUser,
    new_keys,
)
from tests.mta.homes import Home
from tests.mta.places import ENGINES

on_both_engines = pytest.mark.parametrize("home", ENGINES, indirect=True)

SESAME = Secret("open sesame")
BINDING = ChannelBinding("tls-exporter", b"of this connection")


class Says(Protocol):
    """Makes what a client says, for a user and a password."""

    def __call__(self, user: str, password: Secret) -> Mechanism: ...


MECHANISMS: dict[str, Says] = {
    "SCRAM-SHA-256": lambda user, password: Scram("SCRAM-SHA-256", user, password),
    "SCRAM-SHA-256-PLUS": lambda user, password: Scram("SCRAM-SHA-256-PLUS", user, password, binding=BINDING),
    "PLAIN": Plain,
    "LOGIN": Login,
}


@contextmanager
def opened(home: Home) -> Generator[tuple[Organization, Users]]:
    """Give an organisation in which Ann has a password and Bob has none, and its users."""
    runtime = BlockingRuntime()
    with msgcore.open_organization(home.url, create=True) as organization:
        organization.add_mailbox("ann", addresses="SMTP:Ann@a.test", exist_ok=True)
        organization.add_mailbox("bob", addresses="SMTP:bob@a.test", exist_ok=True)
        organization.set_password("ann", SESAME)
        where = DatabaseUrl.parse(home.url, home.folder)
        office = runtime.run(open_office(runtime, where, Access(), create=False, deadline=NEVER))
        yield organization, DirectoryUsers(office.directory)
        runtime.run(office.close())


def log_in(users: Users, client: Mechanism) -> str:
    exchange = users.authenticator.begin(client.name, BINDING if client.name.endswith("-PLUS") else None)
    return run(_hold(exchange, client))


async def _hold(exchange: Exchange | AwaitedExchange, client: Mechanism) -> str:
    assert isinstance(exchange, AwaitedExchange)
    said = client.first()
    while (challenge := await exchange.answer(said)) is not None:
        said = client.answer(challenge)
    return exchange.user


@on_both_engines
def test_a_user_logs_in_as_his_mailbox_or_its_address(home: Home) -> None:
    with opened(home) as (_, users):
        for says in MECHANISMS.values():
            assert {log_in(users, says(name, SESAME)) for name in ("ann", "ANN", "ann@A.test")} == {"ann"}


@on_both_engines
def test_nobody_else_logs_in(home: Home) -> None:
    with opened(home) as (_, users):
        for says in MECHANISMS.values():
            for name, password in (("ann", Secret("no")), ("bob", SESAME), ("eve", SESAME), ("eve", Secret(""))):
                with pytest.raises(AuthenticationRefused):
                    log_in(users, says(name, password))


@on_both_engines
def test_what_nobody_is_called_is_a_stranger(home: Home) -> None:
    with opened(home) as (_, users):
        for name in ("", "\0", "@", "x" * 5_000, "\ufffe", "' or 1 = 1 --", "ann\r\n"):
            with pytest.raises(AuthenticationRefused):
                log_in(users, Login(name, SESAME))


def test_a_new_password_takes_the_place_of_the_old_one(home: Home) -> None:
    with opened(home) as (organization, users):
        organization.set_password("Ann", Secret("new"))
        assert log_in(users, Plain("ann", Secret("new"))) == "ann"
        with pytest.raises(AuthenticationRefused):
            log_in(users, Plain("ann", SESAME))


def test_without_a_password_nobody_logs_in(home: Home) -> None:
    with opened(home) as (organization, users):
        organization.remove_password("ann")
        with pytest.raises(AuthenticationRefused):
            log_in(users, Plain("ann", SESAME))


def test_a_password_is_given_by_reference_too(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOBS_PASSWORD", "hunter2")
    with opened(home) as (organization, users):
        organization.set_password("bob", "env:BOBS_PASSWORD")
        assert log_in(users, Plain("bob", Secret("hunter2"))) == "bob"
        with pytest.raises(SecretMissing):
            organization.set_password("bob", "env:NOBODYS_PASSWORD")
        with pytest.raises(UsageError) as refusal:
            organization.set_password("bob", "hunter2")
        assert "hunter2" not in str(refusal.value)


def test_a_password_needs_a_mailbox_and_a_character(home: Home) -> None:
    with opened(home) as (organization, _):
        with pytest.raises(NotFound):
            organization.set_password("eve", SESAME)
        with pytest.raises(NotFound):
            organization.remove_password("eve")
        with pytest.raises(UsageError):
            organization.set_password("ann", Secret(""))


def test_a_password_is_nowhere_in_the_database(home: Home) -> None:
    with opened(home):
        pass
    assert not any(b"sesame" in file.read_bytes() for file in Path(home.folder).iterdir())


def challenge_to(users: Users, name: str) -> tuple[str, str]:
    """Give the salt and the count of iterations with which somebody is asked for a proof."""
    exchange = users.authenticator.begin("SCRAM-SHA-256", None)
    assert isinstance(exchange, AwaitedExchange)
    said = run(exchange.answer(f"n,,n={name},r=abc".encode()))
    assert said is not None
    _, salt, iterations = said.decode().split(",")
    return salt, iterations


@on_both_engines
def test_who_is_not_known_is_asked_as_everybody_else(home: Home) -> None:
    """RFC 5802 section 9.1: with a salt of his own, the same one each time, also after a restart."""
    strangers = ("bob", "eve", "mallory")
    with opened(home) as (_, users):
        before = [challenge_to(users, name) for name in strangers]
    with opened(home) as (_, users):
        after = [challenge_to(users, name) for name in ("ann", *strangers)]
    assert after[1:] == before
    assert len({salt for salt, _ in after}) == 4
    assert len({(len(salt), count) for salt, count in after}) == 1


@pytest.mark.parametrize("name", ["ann", "Ann@a.test", "eve", "Eve@a.test", "eve@b\u00fccher.test"])
def test_who_is_known_and_who_is_not_is_the_same_however_his_name_is_written(home: Home, name: str) -> None:
    with opened(home) as (_, users):
        written = [
            name,
            name.upper(),
            name.replace("b\u00fccher", "xn--bcher-kva"),
            f"{name}." if "@" in name else name,
        ]
        assert len({challenge_to(users, one) for one in written}) == 1


def test_whose_an_address_is(home: Home) -> None:
    with opened(home) as (organization, users):
        organization.add_redirect("bob@a.test", to="x@c.test")
        organization.add_redirect("ann+boss@a.test", to="bob@a.test")
        organization.add_list("all", addresses="ann+all@a.test", members=["bob@a.test"])
        addresses = ("ann@a.test", "ann+news@a.test", "bob@a.test", "eve@a.test", "ann+boss@a.test", "Ann+All@a.test")
        owners = [run(users.owner_of(msgcore.Address("SMTP", one), NEVER)) for one in addresses]
    assert owners == ["ann", "ann", "bob", "", "", ""]


def test_a_directory_of_the_version_before_gets_passwords(home: Home) -> None:
    with msgcore.open_organization(home.url, create=True) as organization:
        organization.add_mailbox("ann")
    for sql in (
        "drop table mailbox_keys",
        "drop table directory_secret",
        "update msgcore_schema set version = 1 where name = 'directory'",
    ):
        home.run(sql)

    with opened(home) as (_, users):
        assert log_in(users, Plain("ann", SESAME)) == "ann"


@pytest.mark.parametrize("name", ["CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS", ""])
def test_what_needs_other_keys_or_a_binding_is_not_begun(name: str) -> None:
    find: Callable[[str], StoredUser] = lambda claimed: StoredUser(claimed, new_keys("x"))  # noqa: E731
    with pytest.raises(NotSupported):
        KeyedUsers(BlockingRuntime(), find).begin(name, None)

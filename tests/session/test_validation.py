"""The dry run of a profile: against real servers, and with every kind of fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

import msgcore
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    NotSupported,
    PluginBroken,
    ProfileError,
    SecretMissing,
    SetupError,
    StoreError,
    TlsFailed,
)
from msgcore.profile import Profile, ProfileAdmin
from msgcore.runtime.abc import Runtime
from msgcore.session.validation import ProfileReport, ValidationStage, validate_profile
from msgcore.spi.registry import register_service
from msgcore.testing.memory_maildrop import register_memory_maildrops
from msgcore.testing.modes import Mode
from tests.servers import PASSWORDS, Authority, Dovecot, Postfix, Postgresql

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
NOWHERE = "127.0.0.1:9"
"""A port that nobody listens on."""

Services = list[dict[str, Any]]


@pytest.fixture
def services(
    postfix: Postfix, dovecot: Dovecot, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Services:
    """Alice at Postfix and Dovecot, by POP3 and by IMAP, and personal folders that are not there yet."""
    monkeypatch.setenv("MSGCORE_TEST_PASSWORD", PASSWORDS["alice"])
    account = {
        "email": "alice@example.test",
        "smtp": f"smtp+starttls://localhost:{postfix.submission}",
        "user": "alice",
        "password": "env:MSGCORE_TEST_PASSWORD",
        "ca_file": str(authority.ca_file),
    }
    return [
        {"service": "internet-mail", **account, "pop3": f"pop3+starttls://localhost:{dovecot.pop3}"},
        {"service": "imap-mail", **account, "imap": f"imaps://localhost:{dovecot.imaps}"},
        {"service": "personal-folders", "path": str(tmp_path / "archive.db")},
    ]


def validated(mode: Mode, services: Services, **options: Any) -> ProfileReport:
    profile = Profile.of("work", services)
    return mode.run(lambda runtime: validate_profile(profile, runtime, **options))


def seen(report: ProfileReport) -> list[list[tuple[ValidationStage, str, type[Exception]]]]:
    return [[(fault.stage, fault.part, type(fault.error)) for fault in one.faults] for one in report.services]


LOGON, CONFIGURATION = ValidationStage.LOGON, ValidationStage.CONFIGURATION


@pytest.mark.interop
@EACH_MODE
def test_what_works_works_and_nothing_is_made_or_taken(
    mode: Mode, services: Services, dovecot: Dovecot, tmp_path: Path
) -> None:
    dovecot.empty("alice")
    dovecot.put("alice", [b"Subject: stays\r\n\r\n"])
    before = dovecot.waiting("alice"), sorted(dovecot.maildir("alice").parent.iterdir())

    report = validated(mode, services)

    assert str(report) == (
        "profile 'work': works\n"
        "  internet-mail (internet-mail): works\n"
        "  imap-mail (imap-mail): works\n"
        "  personal-folders (personal-folders): works"
    )
    assert (dovecot.waiting("alice"), sorted(dovecot.maildir("alice").parent.iterdir())) == before
    dovecot.empty("alice")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.interop
@EACH_MODE
def test_a_wrong_password_is_told_of_every_server(
    mode: Mode, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSGCORE_TEST_PASSWORD", "wrong")

    report = validated(mode, services)

    assert seen(report) == [
        [(LOGON, "retrieval", AuthenticationRefused), (LOGON, "transport", AuthenticationRefused)],
        [(LOGON, "store", AuthenticationRefused), (LOGON, "transport", AuthenticationRefused)],
        [],
    ]
    assert "check user and password" in report.services[0].faults[0].fix


@pytest.mark.interop
@EACH_MODE
def test_one_server_that_is_not_there_or_not_trusted_leaves_the_others(mode: Mode, services: Services) -> None:
    services[0]["smtp"] = f"smtps://{NOWHERE}"
    del services[1]["ca_file"]

    report = validated(mode, services[:2])

    assert seen(report) == [
        [(LOGON, "transport", ConnectionLost)],
        [(LOGON, "store", TlsFailed), (LOGON, "transport", TlsFailed)],
    ]
    assert [
        "check host and port" in report.services[0].faults[0].fix,
        "ca_file" in report.services[1].faults[0].fix,
    ] == [
        True,
        True,
    ]


@pytest.mark.interop
@EACH_MODE
def test_a_function_gives_the_password(mode: Mode, services: Services) -> None:
    services[0]["password"] = "callable:alice"

    asked = validated(mode, services[::2], secrets={"alice": lambda: PASSWORDS["alice"]})
    missing = validated(mode, services[::2])

    assert (asked.is_ok, seen(missing)) == (True, [[(CONFIGURATION, "", SecretMissing)], []])


# Without servers

BROKEN = """\
colour = 1
transport_order = ["nobody"]
[[services]]
service = "personal-folders"
paht = "a.db"
[[services]]
service = "no-such-service"
[[services]]
service = "personal-folders"
name = "good"
path = "good.db"
[[services]]
service = "smtp"
url = "smtps://{nowhere}"
user = "ann"
password = "env:MSGCORE_NO_SUCH"
[[services]]
service = "pop3"
url = "pop3s://{nowhere}"
deliver_to = "cellar"
"""


@EACH_MODE
def test_every_fault_of_a_file_is_told_with_its_line_and_the_rest_is_tried(mode: Mode, tmp_path: Path) -> None:
    file = tmp_path / "work.toml"
    file.write_text(BROKEN.format(nowhere=NOWHERE))
    file.chmod(0o600)

    report = mode.run(lambda runtime: validate_profile("work", runtime, admin=ProfileAdmin(tmp_path)))

    keys = [
        [fault.error.key for fault in one.faults if isinstance(fault.error, ProfileError)] for one in report.services
    ]
    lines = [(fault.line, fault.key) for fault in report.faults]
    assert (keys, lines) == (
        [["paht"], ["service"], [], [], ["deliver_to"]],
        [(1, "colour"), (2, "transport_order")],
    )
    assert [type(fault.error) for fault in report.services[3].faults] == [SecretMissing]
    assert f"{file}:5: paht: no such key; did you mean path?" in str(report)


def test_a_profile_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"work\.toml: there is no such profile"):
        msgcore.validate_profile("work", admin=ProfileAdmin(tmp_path))


def test_without_a_name_it_is_the_default_profile(tmp_path: Path) -> None:
    admin = ProfileAdmin(tmp_path)
    admin.create("home", [])
    assert msgcore.validate_profile(admin=admin).name == "home"


@EACH_MODE
def test_a_mailbox_is_looked_for_and_its_database_stays_as_it_is(mode: Mode, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'athena.db'}"
    with msgcore.open_organization(url, create=True) as organization:
        organization.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
    missing = f"sqlite:///{tmp_path / 'none.db'}"
    services = [
        {"service": "organization", "name": "1", "url": url, "mailbox": "ann"},
        {"service": "organization", "name": "2", "url": url, "mailbox": "bob"},
        {"service": "organization", "name": "3", "url": missing, "mailbox": "ann"},
        {"service": "personal-folders", "name": "4", "path": str(tmp_path / "athena.db")},
        {"service": "personal-folders", "name": "5", "path": str(tmp_path / "no" / "folder.db")},
    ]

    report = validated(mode, services)

    assert seen(report) == [
        [],
        [(LOGON, "", SetupError)],
        [(LOGON, "", SetupError)],
        [],
        [(LOGON, "", StoreError)],
    ]
    assert not (tmp_path / "none.db").exists()


@pytest.mark.interop
def test_a_schema_of_a_server_is_looked_for_and_not_made(postgresql: Postgresql) -> None:
    url = f"{postgresql.url}?namespace=validated"
    mailbox = {"service": "postgresql", "url": url}
    organization = {"service": "organization", "url": url, "mailbox": "ann"}

    before = validated(Mode.BLOCKING, [mailbox, organization])
    schemas = postgresql.psql("select count(*) from pg_namespace where nspname = 'validated'")
    msgcore.open_store(url).close()
    after = validated(Mode.BLOCKING, [mailbox])

    assert (seen(before), schemas.strip(), seen(after)) == ([[], [(LOGON, "", SetupError)]], "0", [[]])


@attrs.frozen
class NoConfig:
    pass


class Plugin:
    """A transport of somebody's, which validates itself as its class says."""

    config_type = NoConfig
    address_types = ("X",)

    def __init__(self, config: NoConfig, runtime: Runtime) -> None:
        pass

    def submit(self, envelope: object, message: object, deadline: Deadline) -> dict[Any, Any]:
        raise AssertionError("a dry run sends nothing")


class Bursting(Plugin):
    def validate_state(self, deadline: Deadline) -> None:
        raise ZeroDivisionError("validate")


class LoggedOn(Plugin):
    def logon(self, deadline: Deadline) -> None:
        raise NotSupported("not today")


class Valid(LoggedOn):
    async def validate_state(self, deadline: Deadline) -> None:
        """Is fine, though its logon would fail: it is not called."""


@EACH_MODE
def test_a_plug_in_is_asked_if_it_can_say_and_else_logged_on(mode: Mode) -> None:
    for name, service in {"bursting": Bursting, "logged-on": LoggedOn, "valid": Valid, "plain": Plugin}.items():
        register_service(name, service)

    report = validated(mode, [{"service": name} for name in ("bursting", "logged-on", "valid", "plain")])

    assert seen(report) == [[(LOGON, "transport", PluginBroken)], [(LOGON, "", NotSupported)], [], []]
    assert "ZeroDivisionError: validate" in str(report)


class Several(Valid):
    """Has its providers by logon, and not before."""

    inner: Plugin | None = None

    def providers(self) -> list[object]:
        assert self.inner is not None
        return [self.inner]


def test_that_a_plug_in_has_no_providers_before_its_logon_is_no_fault() -> None:
    register_service("several", Several)

    assert validated(Mode.BLOCKING, [{"service": "several"}]).is_ok


# Together


def mail(tmp_path: Path, **more: object) -> dict[str, Any]:
    return {"service": "personal-folders", "path": str(tmp_path / "mail.db"), **more}


def office(tmp_path: Path, **more: object) -> dict[str, Any]:
    with msgcore.open_post_office(tmp_path / "share", network="NET", name="PO1", create=True) as made:
        made.add_mailbox("ann")
    return {"service": "post-office", "path": str(tmp_path / "share"), "mailbox": "ann", **more}


class Watcher:
    """A hook of incoming mail."""

    config_type = NoConfig

    def __init__(self, config: NoConfig, runtime: Runtime) -> None:
        pass

    def process_inbound(self, message: object, deadline: Deadline) -> None:
        """Lets all pass."""


SENDING = {"service": "plain"}
DROP = {"service": "maildrop", "url": "maildrop://ann"}


At = Callable[[Path], list[dict[str, Any]]]


def test_of_a_share_that_is_away_nobody_says_to_check_a_host(tmp_path: Path) -> None:
    service = office(tmp_path)
    (tmp_path / "share").rename(tmp_path / "away")
    [fault] = validated(Mode.BLOCKING, [service]).services[0].faults

    assert (type(fault.error), fault.fix) == (ConnectionLost, "")
    assert str(fault).endswith("share: is not there: is its share? (ConnectionLost)")


TOGETHER: list[tuple[At, list[list[str]], list[str]]] = [
    (lambda _: [SENDING], [[]], ["outbox, which submit needs: add personal-folders"]),
    (lambda path: [SENDING, mail(path)], [[], []], []),
    (lambda path: [SENDING | {"default_store": True}, mail(path)], [["default_store"], []], []),
    (lambda path: [office(path), mail(path, primary_identity=True)], [[], []], []),  # not there yet: who knows
    (lambda path: [office(path), SENDING | {"primary_identity": True}], [[], ["primary_identity"]], []),
    (lambda path: [office(path), SENDING | {"hook": True}], [[], ["hook"]], []),
    (lambda path: [office(path), {"service": "watcher"}], [[], ["service"]], []),
    (lambda path: [office(path), DROP], [[], ["deliver_to"]], []),
    (lambda path: [mail(path), DROP, office(path)], [[], [], []], []),
]


@EACH_MODE
@pytest.mark.parametrize(
    ("services", "keys", "whole"),
    TOGETHER,
    ids=[
        "no outbox",
        "all there",
        "default store",
        "yet to be made",
        "no address",
        "no hook",
        "nothing to see",
        "no journal",
        "a journal",
    ],
)
def test_what_is_missing_only_when_services_are_seen_together_is_told(
    mode: Mode, services: At, keys: list[list[str]], whole: list[str], tmp_path: Path
) -> None:
    register_service("plain", Plugin)
    register_service("watcher", Watcher)
    register_memory_maildrops()

    report = validated(mode, services(tmp_path))

    keys_found = [[getattr(fault.error, "key", "") for fault in one.faults] for one in report.services]
    assert (keys_found, report.is_ok) == (keys, not any(keys) and not whole), str(report)
    assert len(report.faults) == len(whole)
    assert all(text in str(fault) for text, fault in zip(whole, report.faults, strict=True))

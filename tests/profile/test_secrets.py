"""Secrets of a profile: where they lie, what is said when they are missing, and that they are looked up anew."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import msgcore
from msgcore import Secret
from msgcore.base.text import ReferredSecret
from msgcore.errors import ProfileError, SecretMissing, UsageError
from msgcore.profile import Profile, ProfileAdmin
from msgcore.props.table import PidTagStatusString
from msgcore.spi.registry import register_service
from tests.profile.accounts import ACCOUNT, VaultService
from tests.shared import REPOSITORY


def config_of(password: object, *, key: str = "password", **secrets: Any) -> Any:
    return Profile.of("work", [{**ACCOUNT, key: password}]).with_secrets(secrets).services[0].config()


def written(file: Path, octets: bytes = b"geheim\n", mode: int = 0o600) -> Path:
    file.write_bytes(octets)
    file.chmod(mode)
    return file


# Callables


def test_a_password_may_be_given_by_a_function() -> None:
    assert config_of(lambda: "pw").password() == "pw"


def test_what_a_file_calls_callable_is_given_at_logon() -> None:
    assert config_of("callable:gmail", key="token", gmail=lambda: "t").token() == "t"
    assert config_of("callable:gmail", key="token", gmail=Secret("t")).token == Secret("t")


def test_where_a_secret_itself_is_needed_the_function_is_called() -> None:
    register_service("vault", VaultService)
    vault = Profile.of("work", [{"service": "vault", "key": "callable:k"}])

    assert vault.with_secrets({"k": lambda: Secret("open")}).services[0].config().key == Secret("open")


async def _coroutine() -> str:
    return "open"


def _raise() -> str:
    raise OSError("https://vault.test/?key=geheim")


@pytest.mark.parametrize(
    ("giver", "problem"),
    [
        (lambda: 5, "callable:k: the function that gives it gave int; need text"),
        (_coroutine, "callable:k: the function that gives it has to be a plain one"),
        (_raise, "vault: key: callable:k: the function that gives it raised OSError$"),
        ("geheim", "callable:k: need a function or a Secret in secrets, got str"),
    ],
)
def test_a_function_that_gives_none_is_named(giver: Any, problem: str) -> None:
    register_service("vault", VaultService)
    entry = Profile.of("work", [{"service": "vault", "key": "callable:k"}]).with_secrets({"k": giver}).services[0]
    with pytest.raises((UsageError, SecretMissing), match=problem) as caught:
        entry.config()
    assert "geheim" not in str(caught.value)


# Missing ones


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("env:MSGCORE_NO_SUCH", "the environment has no variable MSGCORE_NO_SUCH; set it for this program"),
        ("callable:gmail", "nobody gives it; log on with secrets={'gmail': …}"),
    ],
)
def test_a_missing_secret_names_service_key_and_what_to_do(reference: str, problem: str) -> None:
    with pytest.raises(SecretMissing) as caught:
        config_of(reference)
    error = caught.value
    assert (error.service, error.key, error.reference, error.problem) == ("ann", "password", reference, problem)
    assert str(error) == f"ann: password: {reference}: {problem}"


@pytest.mark.parametrize("octets", [b"geheim\xff", b"x" * 70_000])
def test_a_file_that_holds_no_secret_shows_nothing_of_it(tmp_path: Path, octets: bytes) -> None:
    written(tmp_path / "pw", octets)
    with pytest.raises(SecretMissing, match="pw") as caught:
        config_of(f"file:{tmp_path / 'pw'}")
    assert (caught.value.__cause__, "geheim" in str(caught.value)) == (None, False)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_of_our_own_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path / "pw", mode=mode)
    with pytest.raises(SecretMissing, match="pw can be read by others; chmod 600 it"):
        config_of(f"file:{file}")


def test_a_file_that_somebody_else_has_opened_to_us_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "pw", mode=0o444)
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    assert config_of(f"file:{file}").password.reveal() == "geheim"


def test_a_missing_secret_leaves_the_other_services_working(tmp_path: Path) -> None:
    folders = {"service": "personal-folders", "path": str(tmp_path / "a.db")}
    profile = Profile.of("work", [{**ACCOUNT, "password": "env:MSGCORE_NO_SUCH"}, folders])
    with msgcore.logon(profile) as session:
        texts = [row[PidTagStatusString] for row in session.status_table().query_rows(9)]

    problem = "the environment has no variable MSGCORE_NO_SUCH; set it for this program"
    assert texts[:2] == [f"ann: password: env:MSGCORE_NO_SUCH: {problem}", "AVAILABLE"]


@pytest.mark.parametrize(
    "reference", ["hunter2", "env:", "vault:x", "keyring:x", "keyring:/x", "keyring:x/", "env:a\0b"]
)
def test_what_is_no_reference_is_refused_before_anything_is_opened(reference: str) -> None:
    with pytest.raises(ProfileError, match=r"password: .*reference|keyring:SERVICE/USER") as caught:
        config_of(reference)
    assert "hunter2" not in str(caught.value)


def test_a_function_or_a_secret_cannot_stand_in_a_file(tmp_path: Path) -> None:
    admin = ProfileAdmin(tmp_path)
    for value, problem in ((Secret("hunter2"), "env:NAME"), (lambda: "pw", "callable:NAME, and log on with secrets=")):
        with pytest.raises(ProfileError, match=problem):
            admin.create("work", [{**ACCOUNT, "password": value}])
    assert admin.names() == ()


# Again


def test_a_secret_is_looked_up_anew_and_as_it_was_where_it_is_gone(tmp_path: Path) -> None:
    file = written(tmp_path / "pw", b"old\n")
    secret = config_of(f"file:{file}").password
    assert isinstance(secret, ReferredSecret)

    file.write_text("new\n")
    new = secret.again()
    file.unlink()

    assert [one.reveal() for one in (secret, new, secret.again())] == ["old", "new", "old"]


# The keyring


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Any]:
    """The keyring library, with its backend that keeps a file."""
    library = pytest.importorskip("keyring", reason="the extra `keyring` is not installed")
    files = pytest.importorskip("keyrings.alt.file", reason="the peer keyrings.alt is not installed")
    before = library.get_keyring()
    backend = files.PlaintextKeyring()
    backend.file_path = str(tmp_path / "keyring.cfg")
    library.set_keyring(backend)
    yield library
    library.set_keyring(before)


@pytest.mark.parametrize("service", ["mail.a.test", "imaps://mail.a.test"])
def test_a_secret_of_a_keyring_is_found_by_service_and_user(keyring: Any, service: str) -> None:
    keyring.set_password(service, "ann", "hunter2")
    assert config_of(f"keyring:{service}/ann").password == Secret("hunter2")


def test_a_secret_that_a_keyring_has_not_is_missing(keyring: Any) -> None:
    with pytest.raises(SecretMissing, match=r"no such entry; make it: keyring set mail\.a\.test ann"):
        config_of("keyring:mail.a.test/ann")


def test_a_machine_without_a_keyring_is_told_so(keyring: Any) -> None:
    fail: Any = pytest.importorskip("keyring.backends.fail")
    keyring.set_keyring(fail.Keyring())
    with pytest.raises(SecretMissing, match="the keyring cannot be used: NoKeyringError"):
        config_of("keyring:mail.a.test/ann")


def test_without_the_extra_the_line_that_installs_it_is_told() -> None:
    program = (
        "import sys; sys.modules['keyring'] = None\n"
        "from pathlib import Path\n"
        "from msgcore.spi.secrets import resolve_secret\n"
        "try:\n    resolve_secret('keyring:a/b', Path())\nexcept ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "keyring:a/b needs an extra: pip install 'msgcore[keyring]'\n"

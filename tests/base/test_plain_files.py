"""Files of settings: what is none is refused at once, wherever it lies."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from msgcore.base.plain_files import check_plain, open_plain
from msgcore.errors import (
    ConfigurationError,
    MsgcoreError,
    ProfileError,
    SecretMissing,
    SetupError,
    TlsFailed,
    UsageError,
)
from msgcore.mta import load_routes
from msgcore.mta.configuration import load_configuration
from msgcore.profile.files import read_private
from msgcore.runtime.abc import TlsSettings
from msgcore.runtime.dns.anchors import trust_anchors
from msgcore.runtime.tls_contexts import client_context
from msgcore.spi.secrets import resolve_secret

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no named pipes")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe that nobody writes to: whoever opens it as a file waits for good."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    return tmp_path / "pipe"


def test_a_file_is_opened_and_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100_000)
    (tmp_path / "link").symlink_to(file)
    for path in (file, tmp_path / "link"):
        check_plain(path)
        with open_plain(path) as opened:
            assert (opened.read(), os.get_blocking(opened.fileno())) == (b"x" * 100_000, True)


def test_what_is_not_there_is_told_as_ever(tmp_path: Path) -> None:
    for look in (open_plain, check_plain):
        with pytest.raises(FileNotFoundError):
            look(tmp_path / "none")


def test_pipes_devices_and_sockets_are_no_files(pipe: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        for path in (pipe, Path("/dev/null"), tmp_path / "socket", tmp_path):
            for look in (open_plain, check_plain):
                with pytest.raises(OSError, match=r"no regular file|directory|No such device"):
                    look(path)


def certificates(path: Path) -> object:
    return client_context(TlsSettings(ca_file=path))


def secret(path: Path) -> str:
    return resolve_secret(f"file:{path}", Path()).reveal()


def host_name(path: Path) -> str:
    return load_configuration(path).node.host_name


def names_of_routes(path: Path) -> list[str]:
    return [one.name for one in load_routes(path).connectors]


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (load_configuration, ConfigurationError),
        (load_routes, UsageError),
        (read_private, ProfileError),
        (trust_anchors, SetupError),
        (certificates, TlsFailed),
        (secret, SecretMissing),
    ],
)
def test_a_pipe_in_place_of_settings_is_refused_and_holds_nobody(
    pipe: Path, read: Callable[[Path], object], kind: type[MsgcoreError]
) -> None:
    with pytest.raises(kind, match=r"no regular file|nobody writes to it"):
        read(pipe)


CONFIGURATION = b'organization.url = "sqlite:///a.db"\nnode.host_name = "a.test"\n'
ROUTES = b'[[connectors]]\nname = "out"\ngateway = "smtp"\nspaces = [{ type = "SMTP", pattern = "*" }]\n'


@pytest.mark.parametrize(
    ("read", "octets", "found"),
    [
        (secret, b"sesame\n", "sesame"),
        (host_name, CONFIGURATION, "a.test"),
        (names_of_routes, ROUTES, ["out"]),
    ],
)
def test_what_is_read_once_may_come_through_a_pipe(
    pipe: Path, read: Callable[[Path], object], octets: bytes, found: object
) -> None:
    """As of ``<(…)`` in a shell."""
    descriptor = os.open(pipe, os.O_RDWR)  # holds the octets until somebody reads
    os.write(descriptor, octets)
    reading = os.open(pipe, os.O_RDONLY)
    os.close(descriptor)
    assert stat.S_ISFIFO(os.fstat(reading).st_mode)
    assert read(Path(f"/dev/fd/{reading}")) == found
    os.close(reading)

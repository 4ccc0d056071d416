"""Service and database URLs."""

from __future__ import annotations

from pathlib import Path

import pytest

from msgcore.errors import NotSupported, UsageError
from msgcore.runtime.abc import Security
from msgcore.spi.url import DatabaseUrl, ServiceUrl


@pytest.mark.parametrize(
    ("text", "protocol", "host", "port", "security"),
    [
        ("smtp://localhost:2525", "smtp", "localhost", 2525, Security.OPPORTUNISTIC),
        ("smtp://mail.a.test", "smtp", "mail.a.test", 25, Security.OPPORTUNISTIC),
        ("smtp+starttls://mail.a.test", "smtp", "mail.a.test", 587, Security.STARTTLS),
        ("smtps://mail.a.test", "smtp", "mail.a.test", 465, Security.IMPLICIT),
        ("smtps://[2001:db8::1]:4650/", "smtp", "2001:db8::1", 4650, Security.IMPLICIT),
    ],
)
def test_a_url_says_where_and_how_it_is_secured(
    text: str, protocol: str, host: str, port: int, security: Security
) -> None:
    url = ServiceUrl.parse(text)
    assert (url.protocol, url.host, url.port, url.security) == (protocol, host, port, security)
    assert ServiceUrl.parse(str(url)) == url


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("smtp://ann:hunter2@mail.a.test", "password"),
        ("imaps://ann:hunter2@mail.a.test", "password"),
        ("smtp+tls://ann:hunter2@mail.a.test", "password"),
        ("ann:hunter2@mail.a.test", "schemes"),
        ("smtp://ann:hunter2@[::1", "IPv6"),
        ("smtp://[::1", "IPv6"),
        ("smtp://mail.a.test?verify=no", "nothing may follow"),
        ("smtp://mail.a.test/path", "nothing may follow"),
        ("http://mail.a.test", "schemes"),
        ("imaps://mail.a.test", "schemes"),
        ("smtp://", "no host"),
        ("smtp://mail.a.test:99999", "range"),
        ("mail.a.test", "schemes"),
    ],
)
def test_a_bad_url_is_refused_with_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as caught:
        ServiceUrl.parse(text)
    assert "hunter2" not in str(caught.value)


def test_a_database_url_is_relative_or_absolute_as_in_sqlalchemy(tmp_path: Path) -> None:
    assert DatabaseUrl.parse("sqlite:///mail.db", tmp_path).path == tmp_path / "mail.db"
    assert DatabaseUrl.parse("sqlite:////var/mail.db", tmp_path).path == Path("/var/mail.db")
    assert DatabaseUrl.parse(str(DatabaseUrl(tmp_path / "x")), Path("/")).path == tmp_path / "x"


def test_what_is_to_come_is_not_supported_by_name(tmp_path: Path) -> None:
    with pytest.raises(NotSupported, match="PostgreSQL"):
        DatabaseUrl.parse("postgresql://localhost/mail", tmp_path)

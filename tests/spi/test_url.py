"""Service and database URLs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InjectionRefused, UsageError
from msgcore.runtime.abc import Security
from msgcore.spi.url import DatabaseUrl, PostgresPlace, ServiceUrl


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


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("lmtp+unix:///run/dovecot/lmtp", "/run/dovecot/lmtp"),
        ("LMTP+UNIX:///run/my%20mail/l%3Fm%40p", "/run/my mail/l?m@p"),
    ],
)
def test_a_url_of_a_unix_socket_names_its_path(text: str, path: str) -> None:
    url = ServiceUrl.parse(text, ("smtp", "lmtp"))

    assert url == ServiceUrl("lmtp", path, 0, Security.OPPORTUNISTIC)
    assert str(url.endpoint) == f"lmtp {path}"
    assert ServiceUrl.parse(str(url), ("lmtp",)) == url


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("lmtp+unix://run/dovecot/lmtp", "absolute path"),
        ("lmtp+unix://ann@/run/lmtp", "absolute path"),
        ("lmtp+unix://ann:hunter2@/run/lmtp", "password"),
        ("lmtp+unix:run/lmtp", "absolute path"),
        ("lmtp+unix:///", "absolute path"),
        ("lmtp+unix:///run/", "absolute path"),
        ("lmtp+unix:///run/lmtp?x=y", "nothing may follow"),
        ("lmtp+unix:///run/lmtp#y", "nothing may follow"),
        ("smtp+unix:///run/smtp", "schemes"),
    ],
)
def test_a_url_of_a_unix_socket_has_a_path_and_nothing_else(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as caught:
        ServiceUrl.parse(text, ("smtp", "lmtp"))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("escaped", ["%00", "%0d%0a"])
def test_no_line_end_gets_into_the_path_of_a_unix_socket(escaped: str) -> None:
    with pytest.raises(InjectionRefused):
        ServiceUrl.parse(f"lmtp+unix:///run/l{escaped}", ("lmtp",))


def test_a_database_url_is_relative_or_absolute_as_in_sqlalchemy(tmp_path: Path) -> None:
    assert DatabaseUrl.parse("sqlite:///mail.db", tmp_path).place == tmp_path / "mail.db"
    assert DatabaseUrl.parse("sqlite:////var/mail.db", tmp_path).place == Path("/var/mail.db")
    assert DatabaseUrl.parse(str(DatabaseUrl(tmp_path / "x")), Path("/")).place == tmp_path / "x"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("postgresql://db.a.test/mail", PostgresPlace("db.a.test", 5432, "mail")),
        ("postgres://DB.a.test/mail", PostgresPlace("db.a.test", 5432, "mail")),
        ("PostgreSQL://ann@db.a.test:5433/mail", PostgresPlace("db.a.test", 5433, "mail", "ann")),
        ("postgresql://[2001:db8::1]:5433/mail", PostgresPlace("2001:db8::1", 5433, "mail")),
        ("postgresql://h/mail?namespace=athena", PostgresPlace("h", 5432, "mail", namespace="athena")),
        ("postgresql://a%40b@h/my%2Fdb%3F", PostgresPlace("h", 5432, "my/db?", "a@b")),
        ("postgresql:///mail?host=/run/Pg%20SQL", PostgresPlace("/run/Pg SQL", 5432, "mail")),
        ("postgresql://ann@:5433/mail?host=/run&namespace=x", PostgresPlace("/run", 5433, "mail", "ann", "x")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_postgresql_url_names_server_user_database_and_schema(text: str, place: PostgresPlace) -> None:
    assert DatabaseUrl.parse(text, Path()).place == place


_NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1)


@given(
    host=st.sampled_from(["h", "db.a.test", "::1", "/run/x", "/run/a b&c=d?e#f"]),
    port=st.integers(1, 65_535),
    dbname=_NAMES,
    user=st.none() | _NAMES,
    namespace=st.sampled_from(["msgcore", "x"]),
)
def test_a_postgresql_url_is_read_as_it_is_written(
    host: str, port: int, dbname: str, user: str | None, namespace: str
) -> None:
    url = DatabaseUrl(PostgresPlace(host, port, dbname, user, namespace))

    assert DatabaseUrl.parse(str(url), Path()) == url


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("postgresql://ann:hunter2@h/mail", "a password does not belong"),
        ("postgresql://ann:@h/mail", "a password does not belong"),
        ("postgresql://h/mail?password=hunter2", "password may not stand in a URL"),
        ("postgresql://h/mail?sslmode=disable", "sslmode may not stand in a URL"),
        ("postgresql://h/mail?sslmode=verify-full", "sslmode may not stand in a URL"),
        ("postgresql://h/mail?hostaddr=10.0.0.1", "hostaddr may not stand in a URL"),
        ("postgresql://h/mail?namespace=a&namespace=b", "namespace stands twice"),
        ("postgresql://h/mail?namespace=Mail", "a namespace is of"),
        ("postgresql://h/mail?namespace=", "a namespace is of"),
        ("postgresql://h/mail?namespace=pg_temp", "a namespace is of"),
        ("postgresql://h/mail?namespace=a%3Bdrop", "a namespace is of"),
        (f"postgresql://h/mail?namespace={'a' * 64}", "a namespace is of"),
        ("postgresql://h", "need the name of a database"),
        ("postgresql://h/", "need the name of a database"),
        ("postgresql://h/mail/more", "need the name of a database"),
        ("postgresql://h/mail#more", "need the name of a database"),
        ("postgresql:///mail", "need one host"),
        ("postgresql://h/mail?host=/run", "need one host"),
        ("postgresql:///mail?host=run", "absolute path"),
        ("postgresql://a,b/mail", "is no host"),
        ("postgresql://%2Frun/mail", "is no host"),
        ("postgresql://h:99999/mail", "range"),
        ("postgresql://[::1/mail", "IPv6"),
        ("postgresql:mail", "need sqlite:///PATH or postgresql://"),
        ("mysql://h/mail", "need sqlite:///PATH or postgresql://"),
        ("sqlite://mail.db", "need sqlite:///PATH or postgresql://"),
        ("sqlite:///:memory:", "a store is a file"),
        ("sqlite:///mail.db?mode=ro", "a sqlite URL takes no settings"),
    ],
)
def test_a_bad_database_url_is_refused_with_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as caught:
        DatabaseUrl.parse(text, Path())
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["postgresql://h/a%00b", "postgresql://a%0Ab@h/mail", "postgresql:///m?host=/a%0Db"])
def test_what_could_end_a_line_stands_in_no_part_of_a_database_url(text: str) -> None:
    with pytest.raises(InjectionRefused):
        DatabaseUrl.parse(text, Path())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sqlite:////var/athena.db", "athena"),
        ("postgresql://h/mail", "mail"),
        ("postgresql://h/mail?namespace=athena", "athena"),
    ],
)
def test_what_is_kept_in_a_database_is_named_after_it(text: str, name: str) -> None:
    assert DatabaseUrl.parse(text, Path()).name == name

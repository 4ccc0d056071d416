"""A server that is not this machine itself is reached over TLS only, and only when its certificate is good."""

from __future__ import annotations

from collections.abc import Generator

import attrs
import pytest

from msgcore.errors import TlsFailed
from msgcore.runtime import Connection
from tests.runtime.sql.places import Place, new_target
from tests.servers import Authority, Postgresql

pytestmark = pytest.mark.interop

# It is this machine, but not by a name that says so: as far as anybody can tell, it is another.
HOST = "LOCALHOST"


@pytest.fixture(scope="module")
def secure_server(authority: Authority) -> Generator[Postgresql]:
    with Postgresql(key_pair=authority.server) as server:
        yield server


def encrypted(connection: Connection) -> object:
    return connection.value("select count(*) from pg_stat_ssl where pid = pg_backend_pid() and ssl")


def test_a_server_whose_certificate_is_good_is_used_over_tls(secure_server: Postgresql, authority: Authority) -> None:
    place = Place(attrs.evolve(new_target(secure_server), host=HOST, ca_file=authority.ca_file))
    assert place.read(place.open(), encrypted) == 1
    place.close()


def test_a_server_whose_certificate_is_for_another_name_is_refused(authority: Authority) -> None:
    with Postgresql(key_pair=authority.issue("db.example")) as server:
        place = Place(attrs.evolve(new_target(server), host=HOST, ca_file=authority.ca_file))
        with pytest.raises(TlsFailed, match=r"db\.example"):
            place.open()


def test_a_server_whose_authority_is_unknown_is_refused(secure_server: Postgresql) -> None:
    with pytest.raises(TlsFailed, match="verify failed"):
        Place(attrs.evolve(new_target(secure_server), host=HOST)).open()


def test_the_environment_does_not_switch_verification_off(
    secure_server: Postgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    with pytest.raises(TlsFailed):
        Place(attrs.evolve(new_target(secure_server), host=HOST)).open()

"""What servers offer by SASL, and that the binding of the connection reaches every exchange, whatever the protocol."""

from __future__ import annotations

import ssl
from base64 import b64encode

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.runtime import Runtime, TlsFacts, run
from msgcore.runtime.abc import Endpoint, Security, TlsServerSettings
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackPop3Server
from msgcore.wire.pop3 import Pop3Server, open_session
from msgcore.wire.pop3.server import serve_session as serve_pop3
from msgcore.wire.sasl import ChannelBinding, Exchange, Passwords, offered_mechanisms, own_binding, server_end_point
from msgcore.wire.smtp.server import serve_session as serve_smtp
from tests.servers.authority import Authority
from tests.wire.pop3 import test_server as pop3
from tests.wire.test_server import HELLO, SETTINGS, TLS, Keeper, Talker

USERS = Passwords({"ann": Secret("sesame")}, external="ann", binds=True)
EXPORTER = attrs.evolve(TLS, exporter=b"32 octets")
WITH_CERTIFICATE = attrs.evolve(TLS, certificate=b"the client's")


def offered(tls: TlsFacts | None) -> list[str]:
    return offered_mechanisms(attrs.evolve(SETTINGS, authenticator=USERS), tls)


@pytest.fixture
def certified(authority: Authority) -> TlsServerSettings:
    return TlsServerSettings(authority.server.certificate, authority.server.key)


@pytest.mark.parametrize(
    ("name", "tls", "is_offered"),
    [
        ("EXTERNAL", None, False),
        ("EXTERNAL", TLS, False),
        ("EXTERNAL", WITH_CERTIFICATE, True),
        ("SCRAM-SHA-256-PLUS", None, False),
        ("SCRAM-SHA-256-PLUS", TLS, False),
        ("SCRAM-SHA-256-PLUS", WITH_CERTIFICATE, False),
        ("SCRAM-SHA-256-PLUS", EXPORTER, True),
        ("SCRAM-SHA-256", TLS, True),
        ("SCRAM-SHA-256", None, True),
    ],
)
def test_what_needs_more_than_tls_is_offered_where_that_is(name: str, tls: TlsFacts | None, is_offered: bool) -> None:
    assert (name in offered(tls)) is is_offered


def test_without_users_nothing_is_offered() -> None:
    assert offered_mechanisms(SETTINGS, EXPORTER) == []


def test_the_servers_own_certificate_binds_in_tls(authority: Authority) -> None:
    shown = ssl.PEM_cert_to_DER_cert(authority.server.certificate.read_text())

    assert "SCRAM-SHA-256-PLUS" in offered(attrs.evolve(TLS, own_certificate=shown))
    assert own_binding(attrs.evolve(TLS, own_certificate=shown)) == server_end_point(shown)


# A client that knows bindings and was offered none says so ("y"): where some were, somebody hid them on the way.


@pytest.mark.parametrize(
    ("tls", "flag", "answer"),
    [(EXPORTER, b"y", b"535"), (EXPORTER, b"n", b"334"), (TLS, b"y", b"334")],
)
def test_smtp_refuses_who_was_not_shown_that_it_binds(tls: TlsFacts, flag: bytes, answer: bytes) -> None:
    client = Talker(HELLO + b"AUTH SCRAM-SHA-256 " + b64encode(flag + b",,n=ann,r=abc") + b"\r\n", tls=tls)
    run(serve_smtp(client, Keeper(), attrs.evolve(SETTINGS, authenticator=USERS)))

    assert client.heard.splitlines()[-1][:3] == answer


@pytest.mark.parametrize(
    ("tls", "flag", "answer"),
    [(EXPORTER, b"y", b"-ERR"), (EXPORTER, b"n", b"+"), (TLS, b"y", b"+")],
)
def test_pop3_refuses_who_was_not_shown_that_it_binds(tls: TlsFacts, flag: bytes, answer: bytes) -> None:
    client = Talker(b"AUTH SCRAM-SHA-256 " + b64encode(flag + b",,n=ann,r=abc") + b"\r\n", tls=tls)
    run(serve_pop3(client, pop3.Keeper(), attrs.evolve(pop3.SETTINGS, authenticator=USERS)))

    assert client.heard.splitlines()[-1].split()[0] == answer


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("security", [Security.IMPLICIT, Security.STARTTLS])
def test_in_real_tls_a_pop3_login_is_bound_to_the_connection(
    mode: Mode, security: Security, authority: Authority, certified: TlsServerSettings
) -> None:
    begun: list[tuple[str, str]] = []

    class Remembering(Passwords):
        def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange:
            begun.append((mechanism, "" if binding is None else binding.kind))
            return super().begin(mechanism, binding)

    users = Remembering({"ann": Secret("sesame")}, binds=True)

    async def main(runtime: Runtime) -> None:
        endpoint = Endpoint("localhost", server.port, "pop3")
        account = Pop3Server(endpoint, security, "ann", Secret("sesame"), authority.ca_file)
        await (await open_session(runtime, account, runtime.deadline(10))).quit()

    with LoopbackPop3Server(
        {"ann": ""}, authenticator=users, tls=certified, from_first_octet=security is Security.IMPLICIT
    ) as server:
        mode.run(main)
    assert begun == [("SCRAM-SHA-512-PLUS", "tls-server-end-point")]

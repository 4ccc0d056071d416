"""The machines that the pages speak of: ``mail.a.test`` and its kin, on this machine, with certificates that are good.

So a page says what its reader has to say, and its blocks run as they stand. Whoever looks one of the names up finds a
loopback server; it is started by that. Ann's password is ``secret`` everywhere, and two messages wait for her.
"""

from __future__ import annotations

import atexit
import os
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from msgcore import Secret
from msgcore.blocking.node import Node
from msgcore.runtime import TlsServerSettings
from msgcore.testing.servers import LoopbackImapServer, LoopbackPop3Server, LoopbackSmtpServer
from msgcore.testing.servers.loopback import LoopbackServer
from msgcore.wire.sasl import Passwords

__all__ = ["NAMES", "enter"]

NAMES = ("mail.a.test", "imap.a.test", "smtp.a.test", "db.a.test", "mx.partner.test")
SILENT = "out.a.test"
PASSWORDS = ("MAIL_PASSWORD", "MAIL_PW", "DB_PW", "A_PW", "PW")

_USERS = {"ann": "secret", "ann@a.test": "secret"}
_TOKENS = {"ya29.token": "ann@a.test"}
_WAITING = {
    "Lunch": b"From: Eve <eve@e.test>\r\nTo: ann@a.test\r\nSubject: Lunch\r\n\r\nAt noon?\r\n",
    "Report": b"From: Bob <bob@b.test>\r\nTo: ann@a.test\r\nSubject: Report\r\n\r\nAll is well.\r\n",
}


def enter(authority: str, certificate: str, key: str, postgresql_port: str = "") -> None:
    """Make this process one of that world."""
    os.environ["MSGCORE_PROFILES"] = str(Path("profiles").absolute())
    os.environ.update({"SSL_CERT_FILE": authority} | dict.fromkeys(PASSWORDS, "secret"))
    _find(_Machines(TlsServerSettings(Path(certificate), Path(key))))
    _listen_where_it_may()
    _end_waits()
    if postgresql_port:
        _find_postgresql(postgresql_port)


class _Machines:
    def __init__(self, tls: TlsServerSettings) -> None:
        self._tls = tls

    @cache  # noqa: B019 - lives as long as the process
    def port(self, named: int) -> int:
        """Start what is found at a port by the rules, and say where it really is."""
        server = self._server(named)
        server.start()
        atexit.register(server.stop)
        return server.port

    def _server(self, port: int) -> LoopbackServer[Any]:
        in_tls = port in {465, 993, 995}
        match port:
            case 993 | 143:
                imap = LoopbackImapServer(_USERS, tls=self._tls, from_first_octet=in_tls)
                for octets in _WAITING.values():
                    imap.put("ann", octets)
                return imap
            case 995 | 110:
                pop3 = LoopbackPop3Server(_USERS, tls=self._tls, from_first_octet=in_tls)
                for octets in _WAITING.values():
                    pop3.put("ann", octets)
                return pop3
            case _:
                passwords = Passwords({user: Secret(text) for user, text in _USERS.items()}, tokens=_TOKENS)
                return LoopbackSmtpServer(
                    authenticator=passwords, tls=self._tls, from_first_octet=in_tls, is_lmtp=port == 24
                )


def _find(machines: _Machines) -> None:
    look_up: Callable[..., Any] = socket.getaddrinfo

    def getaddrinfo(host: str | None, port: int, *rest: Any, **more: Any) -> Any:
        if host in NAMES:
            return look_up("127.0.0.1", machines.port(port), *rest, **more)
        if host == SILENT:
            return look_up("127.0.0.1", 9, *rest, **more)
        return look_up(host, port, *rest, **more)

    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment] # it is that for its callers


def _listen_where_it_may() -> None:
    """Take any port for one that only root may have, or that this machine uses."""
    bind: Callable[..., None] = socket.socket.bind

    def bind_somewhere(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[1] < 1024:
            address = (address[0], 0, *address[2:])
        bind(self, address)

    socket.socket.bind = bind_somewhere  # type: ignore[method-assign,assignment] # it is that for its callers


def _end_waits() -> None:
    """End at once what waits for the end of a service."""

    def wait(self: Node, *, timeout_seconds: float | None = None) -> None: ...

    Node.wait = wait  # type: ignore[method-assign] # it is that for its callers


def _find_postgresql(port: str) -> None:
    from msgcore.runtime.sql import postgres_connect

    parameters: Callable[..., dict[str, Any]] = vars(postgres_connect)["_parameters"]

    def found(*arguments: Any) -> dict[str, Any]:
        return parameters(*arguments) | {"hostaddr": "127.0.0.1", "port": int(port), "sslmode": "disable"}

    setattr(postgres_connect, "_parameters", found)  # noqa: B010 - it is private, and replaced

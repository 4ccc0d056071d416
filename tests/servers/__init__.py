"""Real servers for the tests, each in a folder of its own under /tmp and on free ports of 127.0.0.1."""

from tests.servers.authority import Authority, KeyPair
from tests.servers.dovecot import ANYBODY, SPECIAL_USE, Dovecot
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgresql
from tests.servers.server import PASSWORDS, Server, wait_until
from tests.servers.sink import SmtpSink, SunkMessage

__all__ = [
    "ANYBODY",
    "PASSWORDS",
    "SPECIAL_USE",
    "Authority",
    "Dovecot",
    "KeyPair",
    "Postfix",
    "Postgresql",
    "Server",
    "SmtpSink",
    "SunkMessage",
    "wait_until",
]

"""Dovecot with letters in its maildrops, as the tests run it, without TLS."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from tests.servers import Authority, Dovecot, SmtpSink

from ..results import NotHere
from .senders import find_program

__all__ = ["mailboxes", "maildrops"]


@contextmanager
def maildrops(letters: Mapping[str, Iterable[bytes]]) -> Generator[int]:
    """Run Dovecot with these letters for each user, and give its port for POP3."""
    with _dovecot(letters) as dovecot:
        yield dovecot.pop3


@contextmanager
def mailboxes(letters: Mapping[str, Iterable[bytes]]) -> Generator[int]:
    """Run it, and give its port for IMAP."""
    with _dovecot(letters) as dovecot:
        yield dovecot.imap


@contextmanager
def _dovecot(letters: Mapping[str, Iterable[bytes]]) -> Generator[Dovecot]:
    if find_program("dovecot") is None:
        raise NotHere("Dovecot; apt-get install dovecot-imapd dovecot-pop3d")
    settings = ("ssl = no", "auth_mechanisms = plain login")
    with Authority() as authority, SmtpSink() as sink, Dovecot(authority, sink, *settings) as dovecot:
        for user, own in letters.items():
            dovecot.put(user, own)
        yield dovecot

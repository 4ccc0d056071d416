"""Dovecot with letters in its maildrops, as the tests run it, without TLS."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # where the tests are

from tests.servers import Authority, Dovecot, SmtpSink

__all__ = ["maildrops"]


@contextmanager
def maildrops(letters: Mapping[str, Iterable[bytes]]) -> Generator[int]:
    """Run Dovecot with these letters for each user, and give its port for POP3."""
    settings = ("ssl = no", "auth_mechanisms = plain login")
    with Authority() as authority, SmtpSink() as sink, Dovecot(authority, sink, *settings) as dovecot:
        for user, own in letters.items():
            dovecot.put(user, own)
        yield dovecot.pop3

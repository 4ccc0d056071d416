"""Clients that send to MTAs as fast as they are answered, and the account of what they were promised."""

from __future__ import annotations

import itertools
import smtplib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.mta.mail_sink import Taken
from tests.mta.reports import rfc3464

__all__ = ["Load", "differences", "letter_of", "recipient_of", "sender_of", "wrong_reports"]

_SECONDS = 60.0
_KINDS = ("good", "bad")


def sender_of(number: int) -> str:
    return f"ann.{number}@home.test"


def recipient_of(kind: str, number: int) -> str:
    """Give an address that a sink takes, refuses or defers: ``good``, ``bad`` or ``later``."""
    return f"{kind}.{number}@c.test"


def letter_of(number: int) -> str:
    return f"From: {sender_of(number)}\r\nMessage-ID: <{number}@client.test>\r\n\r\nHello\r\n"


class Load:
    """A client for each port, until the ``with`` block ends; messages have a good recipient and a bad one each."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._numbers = itertools.count()
        self._guard = threading.Lock()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._send_on, args=(port,)) for port in ports]
        self.acknowledged: set[int] = set()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(_SECONDS)
            assert not thread.is_alive(), "a client got no answer"

    def _send_on(self, port: int) -> None:
        while not self._is_over.is_set():  # who hears no too often is sent away
            with suppress(OSError), smtplib.SMTP("127.0.0.1", port, "client.test", timeout=_SECONDS) as client:
                while not self._is_over.is_set():
                    self._send_one(client)

    def _send_one(self, client: smtplib.SMTP) -> None:
        with self._guard:
            number = next(self._numbers)
        with suppress(smtplib.SMTPResponseException):  # not now
            client.sendmail(sender_of(number), [recipient_of(kind, number) for kind in _KINDS], letter_of(number))
            with self._guard:
                self.acknowledged.add(number)


def differences(what: str, found: Counter[str], expected: Counter[str]) -> list[str]:
    different = sorted(one for one in {*found, *expected} if found[one] != expected[one])
    return [f"{one} {what} {found[one]} times, not {expected[one]}" for one in different]


def wrong_reports(taken: Iterable[Taken], refused: Iterable[str]) -> list[str]:
    """Name what is wrong with reports: the sender of each refused recipient gets one, which is valid; nobody else."""
    reports = {one.message_id: one for one in taken if one.is_report}
    about = Counter(named for report in reports.values() for named in _about(report))
    expected = Counter(f"{one} to {sender_of(int(one.partition('@')[0].partition('.')[2]))}" for one in refused)
    return [
        *(f"{one}: {fault}" for one, report in reports.items() for fault in rfc3464.faults(report.octets)),
        *differences("was reported", about, expected),
    ]


def _about(report: Taken) -> Iterator[str]:
    for group in rfc3464.groups(report.octets)[1:]:
        yield f"{group['final-recipient'].partition(';')[2].strip()} to {','.join(report.recipients)}"

"""A post office in memory: a far end with a maildrop that can do all that the suite for retrievers tests with."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import ClassVar, Self, TypeVar

import attrs

from msgcore.base.text import Secret

__all__ = ["TOKEN", "Broken", "Item", "PostOffice", "PostOfficeConfig", "Visit"]

T = TypeVar("T")

TOKEN = "correct horse/battery+staple"

_numbers = itertools.count(1)


@attrs.frozen
class PostOfficeConfig:
    """``name`` finds the office in :attr:`PostOffice.open`."""

    name: str
    token: Secret


@attrs.frozen
class Item:
    """What lies in the maildrop."""

    unique_id: bytes
    octets: bytes


class Broken(Exception):
    """The connection broke, or there was none."""


class PostOffice:
    """One maildrop, which one person at a time may have open."""

    open: ClassVar[dict[str, PostOffice]] = {}

    def __init__(self) -> None:
        self.name = f"office {next(_numbers)}"
        self.guard = threading.Lock()
        self.items: list[Item] = []
        self.lost: set[bytes] = set()
        self.is_locked = False
        self.is_down = False
        self.token = TOKEN
        self.epoch = 0
        self._waiting: list[Callable[[], None]] = []
        self._held: threading.Event | None = None

    def __enter__(self) -> Self:
        PostOffice.open[self.name] = self
        return self

    def __exit__(self, *_: object) -> None:
        del PostOffice.open[self.name]

    def ask(self, work: Callable[[], T]) -> Future[T]:
        """Have something done; that may be long in coming."""
        answer: Future[T] = Future()

        def do() -> None:
            try:
                with self.guard:
                    found = work()
            except Broken as error:
                answer.set_exception(error)
            else:
                answer.set_result(found)

        with self.guard:
            held = self._held
            if held is not None:
                self._waiting.append(do)
                held.set()
                return answer
        do()
        return answer

    # What the suite asks.

    def put(self, *messages: bytes) -> None:
        with self.guard:
            self.items += [Item(b"id%d" % next(_numbers), octets) for octets in messages]

    def waiting(self) -> list[bytes]:
        with self.guard:
            return [one.octets for one in self.items]

    def take_away(self, place: int) -> None:
        with self.guard:
            self.lost.add(self.items[place].unique_id)

    @contextmanager
    def hold(self) -> Generator[threading.Event]:
        self._held = held = threading.Event()
        try:
            yield held
        finally:
            with self.guard:
                self._held = None
            for do in self._waiting:
                do()

    def lose(self) -> None:
        self.epoch += 1

    @contextmanager
    def down(self) -> Generator[None]:
        self.is_down = True
        try:
            yield
        finally:
            self.is_down = False

    @contextmanager
    def lock(self) -> Generator[None]:
        self.is_locked = True
        try:
            yield
        finally:
            self.is_locked = False

    def refuse_credentials(self) -> None:
        self.token = "another"


class Visit:
    """Somebody at the office: what is numbered for them, what they have read, and what is to be deleted."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        self.listed = list(office.items)
        self.read: set[int] = set()
        self.deleted: set[int] = set()
        self._epoch = office.epoch

    @property
    def is_lost(self) -> bool:
        return self._epoch != self.office.epoch

    def check(self) -> None:
        if self.office.is_down or self.is_lost:
            raise Broken("the office is closed")

    def item(self, number: int) -> Item | None:
        """Give what has a number, from 1 on; ``None`` when it is gone."""
        self.check()
        found = self.listed[number - 1]
        return None if number in self.deleted or found.unique_id in self.office.lost else found

    def commit(self) -> None:
        self.check()
        gone = {self.listed[number - 1].unique_id for number in self.deleted}
        self.office.items = [one for one in self.office.items if one.unique_id not in gone]

"""An operator of short messages in memory: a far end that can do all that the suites test with."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import ClassVar, Self

import attrs

from msgcore.base.text import Secret
from msgcore.testing.far_ends import Taken

__all__ = ["TOKEN", "Lost", "Operator", "OperatorConfig", "Request"]

TOKEN = "correct horse/battery+staple"

_numbers = itertools.count(1)


@attrs.frozen
class OperatorConfig:
    """``name`` finds the operator in :attr:`Operator.open`."""

    name: str
    token: Secret


@attrs.frozen
class Request:
    """What the operator is asked to take; the same ``key`` is taken once."""

    address: str
    octets: bytes
    key: str


class Lost(Exception):
    """The connection broke; ``is_refused`` when there was none."""

    def __init__(self, *, is_refused: bool = False) -> None:
        super().__init__("refused" if is_refused else "broken")
        self.is_refused = is_refused


class Operator:
    """Answers each request with 250, 450 or 550, or 401 to a wrong token."""

    open: ClassVar[dict[str, Operator]] = {}
    is_idempotent = True

    def __init__(self) -> None:
        self.name = f"operator {next(_numbers)}"
        self._guard = threading.Lock()
        self._codes: dict[str, int] = {}
        self._requests: list[Request] = []
        self._attempts: Counter[str] = Counter()
        self._waiting: list[tuple[Request, Future[int]]] = []
        self._held: threading.Event | None = None
        self._is_down = False
        self._loses = False
        self._left = -1
        self._token = TOKEN

    def __enter__(self) -> Self:
        Operator.open[self.name] = self
        return self

    def __exit__(self, *_: object) -> None:
        del Operator.open[self.name]

    # What a transport asks.

    def check_up(self) -> None:
        if self._is_down:
            raise Lost(is_refused=True)

    def check_token(self, token: Secret) -> bool:
        return token.reveal() == self._token

    def ask(self, request: Request) -> Future[int]:
        """Give the answer, which may be long in coming."""
        self.check_up()
        answer: Future[int] = Future()
        with self._guard:
            self._attempts[request.address] += 1
            if self._held is not None:
                self._waiting.append((request, answer))
                self._held.set()
                return answer
        self._answer(request, answer)
        return answer

    def _answer(self, request: Request, answer: Future[int]) -> None:
        code = self._codes.get(request.address, 250)
        with self._guard:
            if code == 250 and request.key not in {one.key for one in self._requests}:
                self._requests.append(request)
                self._left -= 1
                self._is_down |= self._left == 0
        if self._loses:
            answer.set_exception(Lost())
        else:
            answer.set_result(code)

    # What the suites ask.

    def address(self, name: str) -> str:
        return f"SMS:{name}"

    def taken(self) -> list[Taken]:
        return [Taken((one.address,), one.octets.decode()) for one in self._requests]

    def attempts(self, address: str) -> int:
        return self._attempts[address]

    def octets(self) -> list[bytes]:
        return [one.octets for one in self._requests]

    def refuse(self, address: str) -> None:
        self._codes[address] = 550

    def defer(self, address: str) -> None:
        self._codes[address] = 450

    def lose(self) -> None:
        self._loses = True

    def down_after(self, messages: int) -> None:
        self._left = messages

    def refuse_credentials(self) -> None:
        self._token = "another"

    @contextmanager
    def hold(self) -> Generator[threading.Event]:
        self._held = threading.Event()
        try:
            yield self._held
        finally:
            with self._guard:
                self._held = None
            for request, answer in self._waiting:
                self._answer(request, answer)

    @contextmanager
    def down(self) -> Generator[None]:
        self._is_down = True
        try:
            yield
        finally:
            self._is_down = False

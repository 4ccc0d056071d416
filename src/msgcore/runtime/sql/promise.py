"""A future that an interrupted caller (Ctrl-C) does not leave locked, so that whoever completes it waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["Promise"]

T = TypeVar("T")


class _Condition(threading.Condition):
    """A condition that ``with`` takes and gives back as whole steps.

    Those of the standard library are Python code, which may be interrupted just when the lock is taken. Here ``with``
    finds the methods of the lock itself, which are not.
    """

    def __init__(self) -> None:
        self._own_lock = threading.RLock()
        super().__init__(self._own_lock)

    @property
    def __enter__(self) -> Callable[[], bool]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._own_lock.__enter__

    @property
    def __exit__(self) -> Callable[..., None]:  # pyright: ignore[reportIncompatibleMethodOverride]  # noqa: PLE0302
        return self._own_lock.__exit__


class Promise(Future[T]):
    """A :class:`concurrent.futures.Future` with such a condition."""

    def __init__(self) -> None:
        super().__init__()
        self._condition = _Condition()

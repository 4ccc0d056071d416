"""What is opened by ``await`` or by ``async with``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

__all__ = ["DEFAULT_TIMEOUT_SECONDS", "Closable", "Closing", "Opening"]

DEFAULT_TIMEOUT_SECONDS = 60.0


class Closable(Protocol):
    async def close(self) -> None: ...


class Closing:
    """An async context manager that closes itself."""

    async def close(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


T_co = TypeVar("T_co", bound=Closable, covariant=True)


class Opening(Generic[T_co]):
    """An object that is being opened: ``await`` it and close it later, or enter it with ``async with``."""

    __slots__ = ("_opened", "_start")

    def __init__(self, start: Callable[[], Coroutine[Any, Any, T_co]]) -> None:
        self._start = start
        self._opened: T_co | None = None

    async def open(self) -> T_co:
        """Open it; whoever calls closes it."""
        return await self._start()

    if not TYPE_CHECKING:  # to a type checker there is no such attribute, and it shall say so

        def __getattr__(self, name: str) -> None:
            raise AttributeError(
                f"'Opening' object has no attribute {name!r}: nothing is open yet; await it, or enter it by async with",
                name=name,
                obj=self,
            )

    def __await__(self) -> Generator[Any, Any, T_co]:
        return self._start().__await__()

    async def __aenter__(self) -> T_co:
        self._opened = await self._start()
        return self._opened

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is not None:
            await self._opened.close()

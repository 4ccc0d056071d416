"""Nodes for blocking code."""

from __future__ import annotations

from typing import Self

from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.mta.node import Node as _Node
from msgcore.runtime.blocking import BlockingRuntime

__all__ = ["Node"]


@twin_of(_Node)
class Node(Closing):
    """:class:`msgcore.mta.node.Node` for blocking code: it works on the loop thread of the process."""

    def __init__(self, runtime: BlockingRuntime, inner: _Node) -> None:
        """Use :meth:`msgcore.Organization.working`."""
        self._runtime = runtime
        self._inner = inner

    @property
    def ports(self) -> tuple[int, ...]:
        return self._inner.ports

    def start(self, *, timeout_seconds: float | None = 60.0) -> None:
        self._runtime.run(self._inner.start(timeout_seconds=timeout_seconds))

    def wait(self, *, timeout_seconds: float | None = None) -> None:
        self._runtime.run(self._inner.wait(timeout_seconds=timeout_seconds))

    def stop_accepting(self, *, timeout_seconds: float | None = 60.0) -> None:
        self._runtime.run(self._inner.stop_accepting(timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __enter__(self) -> Self:
        self.start()
        return self

"""Items of a folder for blocking code."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from msgcore.blocking.twin import twin_of
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.props.row import Row
from msgcore.props.tags import Property
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import item as _item
from msgcore.session.access import LOAD_LIMIT_OCTETS
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.spi.store import MessageStatus

__all__ = ["Item"]

T = TypeVar("T")


@twin_of(_item.Item)
class Item:
    """:class:`msgcore.session.item.Item` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _item.Item) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def row(self) -> Row:
        return self._inner.row

    @property
    def entry_id(self) -> bytes:
        return self._inner.entry_id

    @property
    def subject(self) -> str:
        return self._inner.subject

    @property
    def from_(self) -> Address | None:
        return self._inner.from_

    @property
    def received_at(self) -> datetime:
        return self._inner.received_at

    @property
    def size_octets(self) -> int:
        return self._inner.size_octets

    @property
    def is_read(self) -> bool:
        return self._inner.is_read

    @property
    def status(self) -> MessageStatus:
        return self._inner.status

    @property
    def has_attachments(self) -> bool:
        return self._inner.has_attachments

    @property
    def message_class(self) -> str:
        return self._inner.message_class

    __iter__ = None  # or Python would go through numbers from 0 on

    def __getitem__(self, tag: Property[T]) -> T:
        return self._inner[tag]

    def load(
        self, load_limit_octets: int = LOAD_LIMIT_OCTETS, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Message:
        return self._runtime.run(self._inner.load(load_limit_octets, timeout_seconds=timeout_seconds))

    def __repr__(self) -> str:
        return repr(self._inner)

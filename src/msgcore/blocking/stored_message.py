"""Open messages for blocking code."""

from __future__ import annotations

from typing import BinaryIO

from msgcore.blocking.attachment_file import attachment_file
from msgcore.blocking.closing import Closing
from msgcore.blocking.table import Table
from msgcore.blocking.twin import twin_of
from msgcore.model.message import Message
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import stored_message as _stored_message
from msgcore.session.access import FolderLike, Submission
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.read_flags import ReadReceipt
from msgcore.spi.store import MessageStatus

__all__ = ["StoredMessage"]


@twin_of(_stored_message.StoredMessage)
class StoredMessage(Closing):
    """:class:`msgcore.session.stored_message.StoredMessage` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _stored_message.StoredMessage) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def message(self) -> Message:
        return self._inner.message

    @message.setter
    def message(self, value: Message) -> None:
        self._inner.message = value

    @property
    def entry_id(self) -> bytes:
        return self._inner.entry_id

    def save_changes(self, *, force: bool = False, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.save_changes(force=force, timeout_seconds=timeout_seconds))

    def set_read_flag(
        self,
        is_read: bool = True,
        *,
        receipt: ReadReceipt = ReadReceipt.SEND,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self._runtime.run(self._inner.set_read_flag(is_read, receipt=receipt, timeout_seconds=timeout_seconds))

    def set_status(
        self, status: MessageStatus, mask: MessageStatus, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.set_status(status, mask, timeout_seconds=timeout_seconds))

    def move_to(self, folder: FolderLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.move_to(folder, timeout_seconds=timeout_seconds))

    def copy_to(self, folder: FolderLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> bytes:
        return self._runtime.run(self._inner.copy_to(folder, timeout_seconds=timeout_seconds))

    def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.delete(timeout_seconds=timeout_seconds))

    def open_attachment(self, number: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> BinaryIO:
        opening = self._inner.open_attachment(number, timeout_seconds=timeout_seconds)
        return attachment_file(self._runtime, self._runtime.run(opening.open()))

    def embedded(self, number: int) -> Message:
        return self._inner.embedded(number)

    def recipient_table(self) -> Table:
        return Table(self._runtime, self._inner.recipient_table())

    def attachment_table(self) -> Table:
        return Table(self._runtime, self._inner.attachment_table())

    def submit(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Submission:
        return self._runtime.run(self._inner.submit(timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __repr__(self) -> str:
        return repr(self._inner)

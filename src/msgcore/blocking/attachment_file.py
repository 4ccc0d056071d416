"""The content of an attachment as a file that blocking code reads."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session.attachment_stream import PIECE_OCTETS, AttachmentStream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["attachment_file"]


def attachment_file(runtime: BlockingRuntime, stream: AttachmentStream) -> BinaryIO:
    """Make a file of a stream: buffered, seekable, for reading. A read that raises leaves it where it was."""
    return cast(BinaryIO, _AttachmentFile(runtime, stream))


class _AttachmentFile(io.BufferedIOBase):
    """The stream has a buffer of its own, a piece; ``io.BufferedReader`` would lose octets when a read raises."""

    def __init__(self, runtime: BlockingRuntime, stream: AttachmentStream) -> None:
        self._runtime = runtime
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._runtime.run(self._stream.read(-1 if size is None else size))

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(PIECE_OCTETS if size < 0 else size)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        into = memoryview(buffer).cast("B")
        octets = self.read(len(into))
        into[: len(octets)] = octets
        return len(octets)

    readinto1 = readinto

    def peek(self, size: int = 0, /) -> bytes:
        """Give octets from here on, and stay; ``readline`` looks for the end of its line in them."""
        place = self.tell()
        try:
            return self.read(max(size, _LINE_OCTETS))
        finally:
            self.seek(place)

    def readline(self, size: int | None = -1, /) -> bytes:
        with self._back_on_error():
            return super().readline(size)

    def readlines(self, hint: int | None = -1, /) -> list[bytes]:
        with self._back_on_error():
            return super().readlines(-1 if hint is None else hint)

    @contextmanager
    def _back_on_error(self) -> Generator[None]:
        place = self.tell()
        try:
            yield
        except BaseException:
            self.seek(place)
            raise

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        if not self.closed:
            self._runtime.run(self._stream.close())
        super().close()


_LINE_OCTETS = 8 * 1024

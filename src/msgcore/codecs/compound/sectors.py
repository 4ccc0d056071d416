"""The octets of streams: in sectors of the file, or in mini sectors of the mini stream ([MS-CFB] sections 2.3, 2.4)."""

from __future__ import annotations

from msgcore.codecs.compound.chains import ChainTable
from msgcore.codecs.compound.header import Header, read_fat
from msgcore.codecs.compound.layout import ENTRY_OCTETS, MINI_SHIFT, MINI_STREAM_CUTOFF, NO_ENTRY
from msgcore.codecs.compound.numbers import numbers_of
from msgcore.codecs.compound.rules import Departures

__all__ = ["Sectors"]


class Sectors:
    """The sectors of one file; its mini stream is looked for when a stream asks for it."""

    def __init__(self, octets: bytes, header: Header, departures: Departures) -> None:
        self.departures = departures
        self._header = header
        self._fat = ChainTable(
            octets, 1 << header.sector_shift, header.sector_shift, read_fat(octets, header, departures)
        )
        self._mini: ChainTable | None = None
        self._mini_start, self._mini_octets = NO_ENTRY, 0
        self.directory, self._directory_runs, problem = self._fat.read_whole(header.directory_start)
        if problem:
            departures.note(48, "directory-chain", f"the directory: {problem}")
        self._fat.give_back()

    def place_mini_stream(self, start: int, size_octets: int) -> None:
        """Say where the root entry has the mini stream."""
        self._mini_start, self._mini_octets = start, size_octets

    def note(self, number: int, rule: str, text: str) -> None:
        """Note a departure in directory entry ``number``."""
        if not self.departures.is_full:
            self.departures.note(self._entry_offset(number), rule, text)

    def _entry_offset(self, number: int) -> int:
        """Say at which octet of the file a directory entry stands."""
        shift = self._header.sector_shift
        sector, inside = divmod(number * ENTRY_OCTETS, 1 << shift)
        for begin, end in self._directory_runs:
            if sector < end - begin:
                return ((begin + sector + 1) << shift) + inside
            sector -= end - begin
        return 0

    def read(self, start: int, size_octets: int, number: int, *, is_first: bool) -> bytes | None:
        """Read the stream of directory entry ``number``; what is not there is cut off and noted.

        Streams that share sectors are given until as many were given as there are, then refused (``None``), so that a
        small file cannot say much more than its size; a stream that was given is given again (``is_first`` is false).
        """
        if not size_octets:
            return b""
        chains = self._mini_chains() if size_octets < MINI_STREAM_CUTOFF else self._fat
        left = chains.steps_left
        if is_first and left < 0:
            self.note(number, "streams-overlap", "all sectors are other streams'")
            return None
        octets, problem = chains.read(start, size_octets)
        if not is_first:
            chains.steps_left = left
        if problem:
            text = f"{len(octets)} of {size_octets} octets: {problem}"
            self.note(number, "stream-chain", text)
        return octets

    def _mini_chains(self) -> ChainTable:
        if self._mini is None:
            self._mini = self._read_mini_stream()
        return self._mini

    def _read_mini_stream(self) -> ChainTable:
        octets, problem = self._fat.read(self._mini_start, self._mini_octets) if self._mini_octets else (b"", "")
        if problem:
            text = f"{len(octets)} of {self._mini_octets} octets: {problem}"
            self.note(0, "mini-stream-chain", text)
        mini_fat, _, problem = self._fat.read_whole(self._header.mini_fat_start)
        if problem:
            self.departures.note(60, "mini-fat-chain", f"the mini FAT: {problem}")
        return ChainTable(octets, 0, MINI_SHIFT, numbers_of(mini_fat))

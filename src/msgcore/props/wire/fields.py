"""The fields that values are made of, taken from one buffer with its offset in every error."""

from __future__ import annotations

import struct

from msgcore.base.findings import Finding
from msgcore.base.octets import USUAL_LIMITS, Limits, OctetReader
from msgcore.base.text import decoder_of_code_page
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.props.types import PropertyType
from msgcore.props.wire.forms import FIXED, Fixed, WireForm

__all__ = ["MOST_VALUES", "FieldReader", "char_width"]

MOST_VALUES = 100_000  # of one multiple-valued property
_U32 = struct.Struct("<I")
_SOURCES = {
    WireForm.ROP: "[MS-OXCDATA] section 2.11",
    WireForm.EXTENDED: "[MS-OXCDATA] section 2.11",
    WireForm.TNEF: "[MS-OXTNEF] section 2.1.3.4",
    WireForm.MSG: "[MS-OXMSG] section 2.4",
}


def char_width(kind: PropertyType) -> int:
    """Say how many octets the terminator of a text type takes."""
    return 2 if kind is PropertyType.UNICODE else 1


class FieldReader(OctetReader):
    """Read the fields of values in one form. What is tolerated goes to ``findings``, with its offset."""

    __slots__ = ("_codec", "_fixed", "findings", "form")

    position: int

    def __init__(
        self,
        octets: bytes,
        form: WireForm,
        *,
        code_page: int = 1252,
        limits: Limits = USUAL_LIMITS,
        position: int = 0,
    ) -> None:
        limits.check_total(len(octets))
        super().__init__(octets, position)
        self.form = form
        self.findings: list[Finding] = []
        self._fixed = FIXED[form]
        self._codec = decoder_of_code_page(code_page)

    def take(self, count: int) -> bytes:
        start = self.position
        end = start + count
        if not start <= end <= len(self._octets):
            raise self.broken(f"need {count} octets, {self.left} are left")
        self.position = end
        return self._octets[start:end]

    def u32(self) -> int:
        try:
            (number,) = _U32.unpack_from(self._octets, self.position)
        except struct.error as error:
            raise self.broken(f"need 4 octets, {self.left} are left") from error
        self.position += 4
        return int(number)

    def until_nul(self, width: int = 1) -> bytes:
        try:
            return super().until_nul(width)
        except MalformedMessage as error:
            raise self.broken("text without a NUL") from error

    def broken(self, problem: str, rule: str = "value-malformed") -> MalformedMessage:
        """Make the error that says what is wrong where the reader stands."""
        return MalformedMessage(
            f"octet {self.position}: {problem}", offset=self.position, rule=rule, source=_SOURCES[self.form]
        )

    def note(self, rule: str, text: str) -> None:
        self.findings.append(Finding(self.position, rule, text, _SOURCES[self.form]))

    def one(self, fixed: Fixed) -> object:
        """Read one value of fixed width."""
        layout = fixed.layout
        try:
            (number,) = layout.unpack_from(self._octets, self.position)
        except struct.error as error:
            raise self.broken(f"need {layout.size} octets, {self.left} are left") from error
        found: object = number
        if fixed.from_wire is not None:
            try:
                found = fixed.from_wire(number)
            except (ValueError, OverflowError) as error:
                raise self.broken(f"{number!r} is out of range") from error
        self.position += layout.size
        return found

    def several(self, fixed: Fixed, count: int) -> tuple[object, ...]:
        """Read values of fixed width that stand side by side."""
        layout, convert = fixed.layout, fixed.from_wire
        size = layout.size * count
        if size > self.left:
            raise self.broken(f"{count} values need {size} octets, {self.left} are left")
        found = layout.iter_unpack(memoryview(self._octets)[self.position : self.position + size])
        try:
            made = tuple(number for (number,) in found) if convert is None else tuple(convert(one) for (one,) in found)
        except (ValueError, OverflowError) as error:
            raise self.broken(f"one of {count} values is out of range") from error
        self.position += size
        return made

    def count(self, width: int, least_octets: int = 1) -> int:
        """Read how many elements follow, each of at least ``least_octets``.

        Raises:
            LimitExceeded: they are more than a hundred thousand.
        """
        counted = self.u32() if width == 4 else self.u16()
        if self.bounded(counted) * least_octets > self.left:
            raise self.broken(f"{counted} elements of {least_octets} octets or more, {self.left} octets are left")
        return counted

    def bounded(self, count: int) -> int:
        """Give the count of a property's values back.

        Raises:
            LimitExceeded: they are more than a hundred thousand.
        """
        if count > MOST_VALUES:
            raise LimitExceeded(f"{count} values; the limit is {MOST_VALUES}")
        return count

    def text(self, octets: bytes, kind: PropertyType) -> str:
        """Decode text without its terminator; what is no text becomes U+FFFD and a finding."""
        if kind is PropertyType.UNICODE:
            if len(octets) % 2:
                self.note("text-cut", "an odd octet at the end of UTF-16")
                octets = octets[:-1]
            return octets.decode("utf-16-le", "surrogatepass")
        try:
            return octets.decode(self._codec)
        except UnicodeError:
            self.note("text-undecodable", f"octets that are no {self._codec}")
            return octets.decode(self._codec, "replace")

    def terminated(self, octets: bytes, kind: PropertyType) -> str:
        """Decode text whose size is given, and which must end with one NUL."""
        width = char_width(kind)
        if len(octets) % width == 0 and octets.endswith(bytes(width)):
            return self.text(octets[:-width], kind)
        self.note("text-unterminated", "text without the NUL at its end")
        return self.text(octets, kind)

    def pad(self, size: int) -> None:
        """Step over what fills ``size`` octets up to a multiple of four; the end of the buffer may cut it."""
        padding = -size % 4
        if padding > self.left:
            self.note("padding-cut", f"{padding} octets of padding, {self.left} are left")
            padding = self.left
        self.position += padding

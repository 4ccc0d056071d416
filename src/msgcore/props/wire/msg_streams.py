"""The streams of .msg files that hold several values of variable width ([MS-OXMSG] section 2.1.4.2).

There is a length stream, named by the property's tag, and one stream for each value, its name with a number behind.
Lengths are 32 bits, those of octets with 32 reserved ones behind; each text ends with a NUL, which its length counts.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import cast

from msgcore.errors import MalformedMessage, NotSupported
from msgcore.props.types import PropertyType
from msgcore.props.values import check_kind
from msgcore.props.wire.fields import FieldReader, char_width
from msgcore.props.wire.forms import WireForm
from msgcore.props.wire.writing import encode_value

__all__ = ["IN_STREAMS", "decode_streams", "encode_streams", "slot_of_stream"]

_SLOT = struct.Struct("<II")
IN_STREAMS = frozenset({PropertyType.MV_UNICODE, PropertyType.MV_STRING8, PropertyType.MV_BINARY})
"""The types each of whose values stands in a stream of its own."""


def encode_streams(kind: PropertyType, values: object, *, code_page: int = 1252) -> tuple[bytes, tuple[bytes, ...]]:
    """Write the values of PT_MV_UNICODE, PT_MV_STRING8 or PT_MV_BINARY: the length stream, and one stream each.

    Raises:
        NotSupported: it is another type, or the code page cannot say a text.
        UsageError: the values are none of the type.
    """
    _refuse_others(kind)
    checked = cast("tuple[object, ...]", check_kind(kind, values))
    element = kind.element
    end = b"" if element is PropertyType.BINARY else bytes(char_width(element))
    streams = tuple(encode_value(element, one, WireForm.MSG, code_page=code_page) + end for one in checked)
    layout = _length_layout(kind)
    return b"".join(layout.pack(len(stream)) for stream in streams), streams


def decode_streams(
    kind: PropertyType, lengths: bytes, streams: Sequence[bytes], *, code_page: int = 1252
) -> tuple[object, ...]:
    """Read what :func:`encode_streams` writes; the streams decide where the length stream disagrees about a length.

    Raises:
        MalformedMessage: there are more or fewer streams than lengths, or the type has none.
    """
    layout = _length_layout(kind)
    if kind not in IN_STREAMS or len(lengths) != layout.size * len(streams):
        raise MalformedMessage(
            f"{len(streams)} streams of {kind.name} with {len(lengths)} octets of lengths",
            rule="streams-counted",
            source="[MS-OXMSG] section 2.1.4.2",
        )
    return tuple(_value(kind.element, stream, code_page) for stream in streams)


def slot_of_stream(kind: PropertyType, stream: bytes) -> bytes:
    """Write the slot of a property that stands in ``stream``: its size, a terminator counted that is not there.

    For several values of variable width ``stream`` is the length stream ([MS-OXMSG] section 2.4.2.2).
    """
    end = char_width(kind) if kind in {PropertyType.UNICODE, PropertyType.STRING8} else 0
    return _SLOT.pack(len(stream) + end, 0)


def _value(element: PropertyType, stream: bytes, code_page: int) -> object:
    if element is PropertyType.BINARY:
        return stream
    return FieldReader(stream, WireForm.MSG, code_page=code_page).terminated(stream, element)


def _length_layout(kind: PropertyType) -> struct.Struct:
    return struct.Struct("<I4x" if kind is PropertyType.MV_BINARY else "<I")


def _refuse_others(kind: PropertyType) -> None:
    if kind not in IN_STREAMS:
        raise NotSupported(f"values of type {kind.name} do not stand in several streams")

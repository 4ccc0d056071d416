"""Compressed RTF, read ([MS-OXRTFCP] section 3.1).

The dictionary of the specification is a ring of 4096 octets, and positions in it are absolute. Here it is a window: the
last octets of the output itself. Before the first output stand 4096 octets, the part of the ring that was never written
(spaces) and the preload, so that a reference to any position of the ring is a distance back, of 1 to 4095; the distance
0 ends the text. The octet at index ``i`` of the window has the ring's position ``i + 207``, modulo 4096, and the window
is shortened by multiples of 4096 only, which keeps that true.

A control octet says of the next eight tokens which are references. What it says is compiled beforehand, for each of the
256: how the tokens lie behind it, runs of literals as one.
"""

from __future__ import annotations

import struct
from io import BytesIO

import attrs

from msgcore.base.findings import Finding
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.rtf.given import given_octets
from msgcore.codecs.rtf.header import COMPRESSED, HEADER_OCTETS, PRELOAD, STORED, WINDOW, Header, checksum
from msgcore.errors import LimitExceeded

__all__ = ["check_compressed", "decompress"]

_MASK = WINDOW - 1
_EMITTED_AT = 16 * WINDOW
_LONGEST_STEP = 1 + 8 * 2
_SOURCE = "[MS-OXRTFCP] 2.1"


def _compiled(control: int) -> struct.Struct:
    runs = "".join("H" if control >> bit & 1 else "s" for bit in range(8)).split("H")
    return struct.Struct(">" + "H".join(f"{len(run)}s" if run else "" for run in runs))


_STEPS = tuple(_compiled(control) for control in range(256))
_UNPACK = tuple(step.unpack_from for step in _STEPS)
_SIZES = tuple(1 + step.size for step in _STEPS)


@attrs.frozen
class _Decoded:
    """``end`` is the offset behind the last token that was read; ``is_ended``: that was the end mark."""

    rtf: bytes
    end: int
    is_ended: bool


def decompress(octets: bytes, limits: Limits = USUAL_LIMITS) -> bytes:
    """Decompress RTF (the value of PidTagRtfCompressed), as far as it goes.

    A wrong CRC, sizes that lie, a missing end mark and a reference that is cut are tolerated;
    :func:`check_compressed` tells them. At most 8.5 times the input comes out.

    Raises:
        MalformedMessage: there is no header, or it is of another kind.
        LimitExceeded: more than ``limits.total_octets`` go in or come out.
    """
    octets = given_octets(octets)
    return _decoded(Header.read(octets), octets, limits).rtf


def check_compressed(octets: bytes, limits: Limits = USUAL_LIMITS) -> tuple[Finding, ...]:
    """Tell what :func:`decompress` tolerates in these octets; it raises what that raises."""
    octets = given_octets(octets)
    header = Header.read(octets)
    decoded = _decoded(header, octets, limits)
    findings: list[Finding] = []

    def note(offset: int, rule: str, text: str) -> None:
        findings.append(Finding(offset, rule, text, _SOURCE))

    here = len(octets) - HEADER_OCTETS
    if header.contents_octets > here or header.contents_octets < decoded.end - HEADER_OCTETS:
        note(0, "rtf-compressed-size", f"{header.contents_octets} octets are announced, {here} are there")
    if header.raw_octets != len(decoded.rtf):
        note(4, "rtf-raw-size", f"{header.raw_octets} octets are announced, {len(decoded.rtf)} came out")
    if header.crc != _crc(header, octets):
        note(12, "rtf-crc", "the checksum is another")
    if not decoded.is_ended:
        rule, text = ("rtf-cut", "half a reference") if decoded.end < len(octets) else ("rtf-no-end", "no end mark")
        note(decoded.end, rule, text)
    return tuple(findings)


def _crc(header: Header, octets: bytes) -> int:
    if header.kind == STORED:
        return 0
    announced = max(header.contents_octets, 0)
    return checksum(memoryview(octets)[HEADER_OCTETS : HEADER_OCTETS + announced])


def _decoded(header: Header, octets: bytes, limits: Limits) -> _Decoded:
    limits.check_total(len(octets))
    if header.kind == COMPRESSED:
        return _expanded(octets, limits.total_octets)
    end = min(len(octets), HEADER_OCTETS + header.raw_octets)
    return _Decoded(octets[HEADER_OCTETS:end], end, is_ended=True)


def _expanded(octets: bytes, most: int) -> _Decoded:
    output = BytesIO()
    window = bytearray(b" " * (WINDOW - len(PRELOAD)) + PRELOAD)
    at, place = WINDOW, HEADER_OCTETS
    last = len(octets) - _LONGEST_STEP
    while place <= last:
        control, before = octets[place], at
        for token in _UNPACK[control](octets, place + 1):
            if token.__class__ is bytes:
                window += token
                at += len(token)
                continue
            back = at + len(PRELOAD) - (token >> 4) & _MASK
            if not back:
                last = -1
                break
            length = (token & 15) + 2
            if length <= back:
                window += window[at - back : at - back + length]
            else:
                window += (window[at - back :] * (length // back + 1))[:length]
            at += length
        if last < 0:  # the end mark: this step is read again, token by token
            del window[before:]
            break
        place += _SIZES[control]
        if at >= _EMITTED_AT:
            at = _emit(window, output, most)
    place, is_ended = _last_steps(octets, place, window)
    output.write(memoryview(window)[WINDOW:])
    _check(output, most)
    return _Decoded(output.getvalue(), place, is_ended)


def _emit(window: bytearray, output: BytesIO, most: int) -> int:
    """Move what the window does not need to the output; what is new begins at index 4096 of it, before and after."""
    ready = (len(window) - WINDOW) // WINDOW * WINDOW
    output.write(memoryview(window)[WINDOW : WINDOW + ready])
    del window[:ready]
    _check(output, most)
    return len(window)


def _check(output: BytesIO, most: int) -> None:
    if output.tell() > most:
        raise LimitExceeded(f"compressed RTF: more than {most} octets come out")


def _last_steps(octets: bytes, place: int, window: bytearray) -> tuple[int, bool]:
    """Read the tokens of the last control octets, where fewer may follow than they announce."""
    while place < len(octets):
        control = octets[place]
        place += 1
        for bit in range(8):
            if not control >> bit & 1:
                window += octets[place : place + 1]
                place = min(place + 1, len(octets))
                continue
            if place + 2 > len(octets):
                return place, False
            token = octets[place] << 8 | octets[place + 1]
            place += 2
            back = len(window) + len(PRELOAD) - (token >> 4) & _MASK
            if not back:
                return place, True
            for _ in range((token & 15) + 2):
                window.append(window[-back])
    return place, False

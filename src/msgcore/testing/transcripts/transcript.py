"""A recorded conversation, as a value and as a text that people read and edit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from msgcore.errors import UsageError
from msgcore.runtime.transcript import Direction, TranscriptLine

__all__ = ["Transcript", "lines_of"]

_LINE = re.compile(r"(C:|S:|TLS:) ?(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)?", re.DOTALL)
_LETTERS = {"\\": b"\\", "r": b"\r", "n": b"\n", "t": b"\t"}
_SHOWN = {"\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\"}


def _turns(lines: Iterable[TranscriptLine]) -> tuple[TranscriptLine, ...]:
    """Join what one side said in a row: into how many reads it came is no part of a conversation."""
    turns: list[TranscriptLine] = []
    for line in lines:
        if line.direction is Direction.TLS:
            turns.append(line)
        elif turns and turns[-1].direction is line.direction:
            turns[-1] = TranscriptLine(line.direction, turns[-1].octets + line.octets)
        elif line.octets:
            turns.append(line)
    return tuple(turns)


@attrs.frozen
class Transcript:
    r"""Who said what, in order; ``turns`` holds what each side said until the other one spoke.

    As a text each line is a line of the protocol, without its CR LF::

        # What stands behind a number sign is for people, and so are blank lines and what a line is indented by.
        S: 220 mx.b.test ESMTP
        C: STARTTLS
        S: 220 go ahead
        TLS: TLSv1.3 TLS_AES_256_GCM_SHA384
        C: AUTH PLAIN ***
        S: 235 welcome\
        S: \r\n

    ``\r``, ``\n``, ``\t``, ``\\`` and ``\xff`` are single octets; everything else is UTF-8. A backslash at the end of a
    line says that no CR LF stands there. A secret is what its transcript shows: ``***``.
    """

    turns: tuple[TranscriptLine, ...] = attrs.field(converter=_turns)

    @classmethod
    def parse(cls, text: str) -> Transcript:
        """Read what ``str()`` gives.

        Raises:
            UsageError: a line is none; the message gives its number.
        """
        lines: list[TranscriptLine] = []
        for number, text_line in enumerate(text.split("\n"), 1):
            line = text_line.strip(" \t\r")
            if line and not line.startswith("#"):
                lines.append(_parse_line(line, number))
        return cls(lines)

    def __str__(self) -> str:
        return "".join(f"{line}\n" for turn in self.turns for line in lines_of(turn))


def lines_of(turn: TranscriptLine) -> Iterator[str]:
    """Give the lines of one turn as the text has them."""
    name = turn.direction.value
    if turn.direction is Direction.TLS:
        yield f"{name} {_show(turn.octets)}".rstrip()
        return
    *lines, rest = turn.octets.split(b"\r\n")
    yield from (f"{name} {_show(line)}".rstrip() for line in lines)
    if rest:
        yield f"{name} {_show(rest)}\\"


def _show(octets: bytes) -> str:
    shown = "".join(map(_show_character, octets.decode("utf-8", "surrogateescape")))
    # Editors take spaces at the ends of lines away.
    return shown[:-1] + "\\x20" if shown.endswith(" ") else shown


def _show_character(character: str) -> str:
    if character in _SHOWN:
        return _SHOWN[character]
    if character.isprintable():
        return character
    return "".join(f"\\x{octet:02x}" for octet in character.encode("utf-8", "surrogateescape"))


def _parse_line(line: str, number: int) -> TranscriptLine:
    found = _LINE.fullmatch(line)
    if found is None:
        raise UsageError(f"transcript line {number}: need 'C: ', 'S: ', 'TLS: ' or '# ' in front of {line[:40]!r}")
    direction = Direction(found[1])
    octets, is_whole = _parse_text(found[2], number)
    if is_whole and direction is not Direction.TLS:
        octets += b"\r\n"
    return TranscriptLine(direction, octets)


def _parse_text(text: str, number: int) -> tuple[bytes, bool]:
    """Give the octets of a line, and whether CR LF stands at its end."""
    octets = bytearray()
    start = 0
    for escape in _ESCAPE.finditer(text):
        octets += text[start : escape.start()].encode()
        start = escape.end()
        said: str | None = escape[1]
        if said is None:
            return bytes(octets), False
        if said in _LETTERS:
            octets += _LETTERS[said]
        elif len(said) == 3:
            octets.append(int(said[1:], 16))
        else:
            raise UsageError(f"transcript line {number}: {escape[0]!r} is no escape; a backslash is written twice")
    octets += text[start:].encode()
    return bytes(octets), True

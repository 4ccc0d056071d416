"""A document while it is read: what came out so far, and the state that groups restore.

Text and octets gather undecoded, as Latin-1, and are decoded when the codec changes, so that a character of two octets
may lie across tokens.
"""

from __future__ import annotations

import re

from msgcore.codecs.rtf.code_pages import WINDOWS

__all__ = ["Document"]

_DEEPEST = 1_000  # groups that keep a state of their own; those within share the last
_MANY = 10_000
_GOES_ON = re.compile(r"[\\{}]")


class Document:
    r"""``source`` is the RTF as Latin-1; ``run`` is what came out and is not decoded yet.

    ``hidden``, the codec and ``fallbacks`` (how many follow ``\u``) are the group's; ``closing`` comes out at its end.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.run: list[str] = []
        self.hidden = False
        self.fallbacks = 1
        self.closing = ""
        self.fonts: dict[int, str] = {}
        self.default_font = 0
        self.default_codec = WINDOWS
        self._codec = WINDOWS
        self._gathered: list[str] = []
        self._parts: list[str] = []
        self._decoded: list[str] = []
        self._groups: list[tuple[bool, str, int, str]] = []
        self._beyond = 0
        self._has_halves = False
        self._has_stray_brace = False

    def result(self) -> str:
        self._flush()
        text = "".join([*self._parts, *self._decoded])
        if self._has_halves:
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    def emit(self, said: str) -> None:
        """Take characters, unless they are hidden."""
        if self.hidden:
            return
        if said.isascii():
            self.run.append(said)
        else:
            self._flush()
            self._decoded.append(said)

    def emit_octets(self, octets: bytes) -> None:
        if not self.hidden:
            self.run.append(octets.decode("latin-1"))

    def emit_unit(self, unit: int) -> None:
        r"""Take a UTF-16 unit of ``\u``: as the signed number of 16 bits that it is, or greater as some write it."""
        code = unit + 0x10000 if unit < 0 else unit
        self._has_halves |= 0xD800 <= code < 0xE000 and not self.hidden
        self.emit(chr(code) if 0 <= code < 0x110000 else "\ufffd")

    def emit_by_default_codec(self, text: str) -> None:
        """Take text of the source that is in the document's code page, whatever the font is."""
        if text.isascii() or self._codec == self.default_codec:
            if not self.hidden:
                self.run.append(text)
        else:
            self.emit(_decoded(text, self.default_codec))

    def gather(self) -> None:
        """Join what came out, so that many small pieces do not fill the memory; the last stays by itself."""
        if len(self.run) + len(self._decoded) < _MANY:
            return
        self._parts.append("".join(self._decoded))
        self._decoded.clear()
        self._gathered.append("".join(self.run[:-1]))
        del self.run[:-1]

    def _flush(self) -> None:
        if self.run:
            text = "".join([*self._gathered, *self.run])
            self._gathered.clear()
            self.run.clear()
            self._decoded.append(_decoded(text, self._codec))

    def use_codec(self, codec: str) -> None:
        if codec != self._codec:
            self._flush()
            self._codec = codec

    def use_font(self, font: int) -> None:
        self.use_codec(self.fonts.get(font) or self.default_codec)

    def use_default_font_behind(self) -> None:
        """Let the text behind the open group begin in the default font."""
        if self._groups:
            hidden, _, fallbacks, closing = self._groups.pop()
            codec = self.fonts.get(self.default_font) or self.default_codec
            self._groups.append((hidden, codec, fallbacks, closing))

    def open_group(self) -> None:
        if len(self._groups) < _DEEPEST:
            self._groups.append((self.hidden, self._codec, self.fallbacks, self.closing))
            self.closing = ""
        else:
            self._beyond += 1

    def close_group(self, end: int) -> int | None:
        """Close a group. The last one ends the document, unless a brace too many closed it: then RTF goes on behind."""
        if self._beyond:
            self._beyond -= 1
            return None
        if not self._groups:
            return None
        self.emit(self.closing)
        self.hidden, codec, self.fallbacks, self.closing = self._groups.pop()
        self.use_codec(codec)
        if self._groups or self._has_stray_brace:
            return None
        self._has_stray_brace = _GOES_ON.search(self.source, end) is not None
        return None if self._has_stray_brace else len(self.source)


def _decoded(text: str, codec: str) -> str:
    return text if text.isascii() else text.encode("latin-1").decode(codec, "replace")

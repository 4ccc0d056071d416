"""Names for files on disk, made of names that came from outside."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["extension_of", "safe_name", "short_name"]

_UNNAMED = "attachment"
_MOST_OCTETS = 255
_LONGEST_READ = 10_000
_LONGEST_EXTENSION = 32

_RESERVED = frozenset('<>:"|?*')
# The joiners that scripts and emoji need; every other format character is invisible or turns the reading direction.
_JOINERS = frozenset("\u200c\u200d")
_PATH_PARTS = re.compile(r"[/\\]")
_EDGES = " .\u200c\u200d"
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$|clock\$) *(?:\.|\Z)",
    re.IGNORECASE,
)
_NOT_SHORT = re.compile(r"[^A-Za-z0-9!#$%&'()@^_`{}~-]")


def safe_name(filename: str) -> str:
    """Make a name that a file in a folder of one's own can have on any system.

    Gone are folders, control characters, characters that turn the reading direction, and dots and spaces at both ends;
    what Windows reserves becomes ``_``. The result has 1 to 255 octets in UTF-8, and keeps its extension when it has to
    be cut. It says nothing about what the file holds, and two names may become the same.
    """
    parts = [part for part in _PATH_PARTS.split(filename[-_LONGEST_READ:]) if part.strip(_EDGES)]
    composed = unicodedata.normalize("NFC", parts[-1] if parts else "")
    kept = unicodedata.normalize("NFC", "".join([_kept(character) for character in composed])).strip(_EDGES)
    if _DEVICE.match(kept):
        kept = f"_{kept}"
    return _cut(kept) or _UNNAMED


def _kept(character: str) -> str:
    if character in _RESERVED:
        return "_"
    match unicodedata.category(character):
        case "Cf":
            return character if character in _JOINERS else ""
        case "Cc" | "Cs" | "Co" | "Cn":
            return ""
        case "Zs" | "Zl" | "Zp":
            return " "
        case _:
            return character


def _cut(name: str) -> str:
    if len(name.encode()) <= _MOST_OCTETS:
        return name
    extension = extension_of(name)
    if len(extension.encode()) > _LONGEST_EXTENSION:
        extension = ""
    stem = name[: len(name) - len(extension)].encode()[: _MOST_OCTETS - len(extension.encode())]
    return stem.decode("utf-8", "ignore").rstrip(_EDGES) + extension


def extension_of(filename: str) -> str:
    """Give the extension with its dot, as it stands; empty when there is none."""
    stem, dot, extension = filename.rpartition(".")
    return f".{extension}" if dot and stem and extension else ""


def short_name(filename: str) -> str:
    """Make a name of eight characters and an extension of three, as old systems have them (``REPORT~1.DOC``)."""
    name = safe_name(filename)
    extension = extension_of(name)
    stem = name[: len(name) - len(extension)]
    short_stem, short_extension = _NOT_SHORT.sub("", stem), _NOT_SHORT.sub("", extension[1:])[:3]
    if len(stem) > 8 or short_stem != stem or short_extension != extension[1:]:
        short_stem = f"{short_stem[:6] or 'FILE'}~1".upper()
        short_extension = short_extension.upper()
    return f"{short_stem}.{short_extension}" if short_extension else short_stem

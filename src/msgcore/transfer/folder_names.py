"""Names of folders as names of files, and back."""

from __future__ import annotations

import binascii
import re

__all__ = ["maildir_name", "names_of_maildir", "safe_name", "shown_name"]

_MODIFIED_UTF_7 = re.compile(r"&([A-Za-z0-9+,]*)-")
# A dot divides the names of a Maildir++, a slash those of a path.
_NOT_PLAIN = re.compile(r"[^ -~]+|[./]+")
# What some system does not have in a file's name; a percent sign introduces it. See Microsoft's "Naming files".
# And the names by which a Maildir is known.
_UNSAFE = re.compile(
    r'[%<>:"/\\|?*\x00-\x1f\x7f]|^\.|[. ]$|^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)).|^(?=(?:cur|new|tmp)$).',
    re.IGNORECASE,
)
_WRITTEN = re.compile("%([0-9A-F]{2})")


# Maildir++


def maildir_name(names: tuple[str, ...]) -> str:
    """Write the path of a folder as one name, each part in modified UTF-7; no names are the Maildir itself."""
    return "".join("." + _encoded(name) for name in names)


def names_of_maildir(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Read the path of a folder; programs other than those of Maildir++ nest the folders."""
    names: list[str] = []
    for part in parts:
        names.extend(name for name in part.split(".") if name) if part.startswith(".") else names.append(part)
    return tuple(_decoded(name) for name in names)


def _encoded(name: str) -> str:
    """Encode in modified UTF-7 (RFC 3501 section 5.1.3), and so what divides names, too."""
    return _NOT_PLAIN.sub(_encoded_run, name.replace("&", "&-"))


def _encoded_run(run: re.Match[str]) -> str:
    octets = run[0].encode("utf-16-be", "surrogatepass")
    return "&" + binascii.b2a_base64(octets, newline=False).decode().rstrip("=").replace("/", ",") + "-"


def _decoded(name: str) -> str:
    """Decode modified UTF-7; a name that is none stays as it is."""
    try:
        return _MODIFIED_UTF_7.sub(_decoded_run, name)
    except (binascii.Error, UnicodeDecodeError):
        return name


def _decoded_run(run: re.Match[str]) -> str:
    text = run[1].replace(",", "/")
    if not text:
        return "&"
    return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("utf-16-be")


# Folders of files


def safe_name(name: str) -> str:
    """Write a folder's name so that every system takes it: what is not safe as ``%`` and two hexadecimal digits."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", name)


def shown_name(name: str) -> str:
    """Read a folder's name; only what :func:`safe_name` would have written so is decoded."""
    shown = _WRITTEN.sub(lambda found: chr(int(found[1], 16)), name)
    return shown if safe_name(shown) == name else name

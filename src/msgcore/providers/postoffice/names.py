"""The names of files: what a name says needs no other file, and a change of it is one rename."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Self

import attrs

from msgcore.base.text import fold
from msgcore.errors import UsageError
from msgcore.spi.store import MessageFlag, MessageStatus

__all__ = ["Entry", "FolderMark", "check_name", "file_name_of", "is_new_name", "new_id", "new_name"]

_ID, _NAME, _BITS = "([0-9a-f]{16})", "([0-9a-f]{16}|0)", "([0-9a-f]{1,8})"
_ENTRY = re.compile(rf"m\.{_ID}\.{_ID}\.{_NAME}\.{_NAME}\.{_BITS}\.{_BITS}")
_NEW = re.compile("[0-9a-f]{16}")
_FOLDER_MARK = re.compile(rf"i\.{_ID}\.{_BITS}\.{_ID}")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
# Windows has devices of these names in every folder.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_LONGEST_PLAIN = 120
_LONGEST_NAME = 64
_OF_THE_ORIGINAL = MessageFlag.SUBMIT | MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING
_CONTROL = re.compile(r"[\x00-\x1f\x7f/\ud800-\udfff]")


def new_id() -> int:
    """Make the number of a message or folder, which no other has; more than zero."""
    return secrets.randbits(62) | 1 << 62


def new_name() -> str:
    """Make a name that nothing ever had."""
    return secrets.token_hex(8)


def is_new_name(name: str) -> bool:
    """Say whether it may be one of those, and not a file that a system or somebody else has put there."""
    return _NEW.fullmatch(name) is not None


@attrs.frozen
class Entry:
    """One message in its folder: all that changes about it stands in the name of its file.

    ``tag`` is new with each change, so that a name is never used twice, and renaming it is to compare and swap.
    ``content`` names the file beside that has the message since it was changed; ``"0"``: it is in the entry's own.
    ``submission`` names the record of its submission; ``"0"``: it has none.
    """

    id: int
    tag: str = attrs.field(factory=new_name)
    content: str = "0"
    submission: str = "0"
    flags: MessageFlag = attrs.field(default=MessageFlag(0))
    status: MessageStatus = attrs.field(default=MessageStatus(0))

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Read a file's name; ``None``: it is no message's."""
        found = _ENTRY.fullmatch(name)
        if found is None:
            return None
        number, tag, content, submission, flags, status = found.groups()
        return cls(
            int(number, 16), tag, content, submission, MessageFlag(int(flags, 16)), MessageStatus(int(status, 16))
        )

    @property
    def version(self) -> int:
        """The number of what the message says: another one each time that it is changed."""
        return int(self.content, 16) or self.id

    @property
    def name(self) -> str:
        return f"m.{self.id:016x}.{self.tag}.{self.content}.{self.submission}.{self.flags:x}.{self.status:x}"

    def copied(self) -> Entry:
        """Make what a copy is, with its content in its own file: nothing of how the original arrived, or is sent."""
        return Entry(new_id(), flags=self.flags & ~_OF_THE_ORIGINAL, status=self.status)

    @property
    def is_read(self) -> bool:
        return MessageFlag.READ in self.flags

    @property
    def is_hidden(self) -> bool:
        """Whether people do not see it: it is kept by programs ([MS-OXCMSG] calls it associated)."""
        return MessageFlag.ASSOCIATED in self.flags

    @property
    def is_submitted(self) -> bool:
        return MessageFlag.SUBMIT in self.flags

    @property
    def content_key(self) -> tuple[int, str]:
        """What names its content, which never changes."""
        return self.id, self.content


@attrs.frozen(order=True)
class FolderMark:
    """The file that says which folder a folder is, and has its name. A new name is a new mark; the last one counts."""

    id: int
    count: int = 1
    tag: str = attrs.field(factory=new_name)

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Read a file's name; ``None``: it is no folder's mark."""
        found = _FOLDER_MARK.fullmatch(name)
        return None if found is None else cls(int(found.group(1), 16), int(found.group(2), 16), found.group(3))

    @property
    def name(self) -> str:
        return f"i.{self.id:016x}.{self.count:x}.{self.tag}"

    def next(self) -> FolderMark:
        """Make the mark of a new name."""
        return FolderMark(self.id, self.count + 1)


def file_name_of(name: str) -> str:
    """Make a file name of what people call something: the same for names that differ in case only, and no others."""
    octets = fold(name).encode("utf-8", "surrogatepass")
    plain = "".join(chr(one) if one in _PLAIN else f"%{one:02x}" for one in octets)
    if plain in _DEVICES:
        return f"%{octets[0]:02x}{plain[1:]}"
    if len(plain) <= _LONGEST_PLAIN:
        return plain
    return f"{plain[:_LONGEST_PLAIN]}%{hashlib.sha256(octets).hexdigest()[:32]}"


def check_name(name: str, what: str) -> str:
    """Give a part of an address back: a network, a post office or a mailbox.

    Raises:
        UsageError: it is none.
    """
    if not name.strip() or len(name) > _LONGEST_NAME or _CONTROL.search(name):
        raise UsageError(f"{what} {name!r}: need 1 to {_LONGEST_NAME} characters, and no / among them")
    return name

"""Importance and sensitivity."""

from __future__ import annotations

import enum
from typing import NoReturn

from msgcore.errors import UsageError

__all__ = ["Importance", "Sensitivity"]


def _none_of(kind: type[enum.Enum], value: object) -> UsageError:
    names = ", ".join(f"{kind.__name__}.{level.name}" for level in kind)
    return UsageError(f"{value!r} is no {kind.__name__}: need one of {names}")


class Importance(enum.IntEnum):
    """PidTagImportance ([MS-OXCMSG] section 2.2.1.11)."""

    LOW = 0
    NORMAL = 1
    HIGH = 2

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise _none_of(cls, value)


class Sensitivity(enum.IntEnum):
    """PidTagSensitivity ([MS-OXCMSG] section 2.2.1.13)."""

    NORMAL = 0
    PERSONAL = 1
    PRIVATE = 2
    CONFIDENTIAL = 3

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise _none_of(cls, value)

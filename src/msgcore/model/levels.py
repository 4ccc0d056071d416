"""Importance and sensitivity."""

from __future__ import annotations

import enum

__all__ = ["Importance", "Sensitivity"]


class Importance(enum.IntEnum):
    """PidTagImportance ([MS-OXCMSG] section 2.2.1.11)."""

    LOW = 0
    NORMAL = 1
    HIGH = 2


class Sensitivity(enum.IntEnum):
    """PidTagSensitivity ([MS-OXCMSG] section 2.2.1.13)."""

    NORMAL = 0
    PERSONAL = 1
    PRIVATE = 2
    CONFIDENTIAL = 3

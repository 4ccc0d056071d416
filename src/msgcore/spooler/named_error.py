"""What a service or hook met, told with its name."""

from __future__ import annotations

from msgcore.errors import MsgcoreError
from msgcore.spi.outcomes import MOST_CHARACTERS

__all__ = ["named_error"]


def named_error(name: str, error: MsgcoreError) -> str:
    """Give the text of an error with the name in front, unless it begins with that; what is too long is cut."""
    text = str(error)[:MOST_CHARACTERS]
    return text if text.startswith(f"{name}:") else f"{name}: {text}"

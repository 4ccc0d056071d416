"""How one property of a message that was read is got, and when it counts as said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from msgcore.codecs.mime.tree.view import MimeView
from msgcore.props.tags import Property

__all__ = ["ALWAYS", "Read", "Reader"]

Read = Callable[[MimeView], object | None]

ALWAYS = (b"",)
"""Said whenever there is a value."""


@attrs.frozen
class Reader:
    """How one property is read.

    ``said_by`` are the header fields one of which says it; ``None``: it only follows, but where ``said_when`` holds.
    """

    tag: Property[Any]
    read: Read
    said_by: tuple[bytes, ...] | None = None
    said_when: Callable[[MimeView], bool] | None = None

    def is_said(self, view: MimeView) -> bool:
        """Whether the message may say it: there is still to see whether it has a value."""
        if self.said_by is None:
            return self.said_when is not None and self.said_when(view)
        raw = view.header.raw
        return self.said_by is ALWAYS or any(raw(name) is not None for name in self.said_by)

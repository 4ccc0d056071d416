"""What a mailbox of a database may be called."""

from __future__ import annotations

from msgcore.base.text import fold, refuse_line_ends
from msgcore.errors import UsageError

__all__ = ["check_mailbox_names"]

_MOST_OCTETS = 2_000  # what an index of PostgreSQL takes is 2,704 octets a row


def check_mailbox_names(name: str, display_name: str) -> None:
    """Go on if a mailbox may be called so.

    Raises:
        UsageError: the name is empty or too long.
        InjectionRefused: one of them holds CR, LF or NUL.
    """
    if not refuse_line_ends(name, "mailbox name").strip():
        raise UsageError("a mailbox needs a name")
    if len(fold(name).encode("utf-8", "surrogatepass")) > _MOST_OCTETS:
        raise UsageError(f"a mailbox's name of {len(name):,} characters is too long")
    refuse_line_ends(display_name, "display name")

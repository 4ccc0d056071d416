"""The exit status that an error ends a command with; docs/command-line.md lists them."""

from __future__ import annotations

from msgcore.errors import MissingExtra, MsgcoreError, NotSupported, SetupError, StoreError, TryAgain, UsageError

__all__ = ["status_of"]


def status_of(error: MsgcoreError) -> int:
    """Say 2 for a wrong call, 3 where trying again may help, 4 where something has to change first, else 1."""
    match error:
        case MissingExtra() | SetupError():
            return 4
        case TryAgain():
            return 3
        case NotSupported(__cause__=MsgcoreError() as cause):  # of a profile whose store could not be opened
            return status_of(cause)
        case UsageError():
            return 2
        case StoreError():  # damaged, full, or not to be written: never the "no" of a search
            return 4
        case _:
            return 1

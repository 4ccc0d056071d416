"""A mailbox whose outgoing queue the spooler works off."""

from tests.providers.internal.conftest import box, empty_mailbox, file_shelf, mode

__all__ = ["box", "empty_mailbox", "file_shelf", "mode"]

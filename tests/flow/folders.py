"""What stands in the folders of a session, by subject; and profiles of one account."""

from __future__ import annotations

from pathlib import Path

from msgcore import Message, mime
from msgcore.blocking.session import Session
from msgcore.blocking.store import Folder
from msgcore.model.report import DeliveryReport

__all__ = ["account", "only_report", "personal_folders", "subjects"]


def subjects(folder: Folder) -> list[str]:
    return [item.subject for item in folder.messages()]


def only_report(session: Session) -> tuple[Message, DeliveryReport]:
    """Load the one message of the inbox, which has to be a delivery report."""
    (item,) = session.inbox.messages()
    message = item.load()
    report = mime.read_delivery_report(message)
    assert report is not None, f"{item.message_class}: {item.subject}"
    return message, report


def account(
    url: str, *, name: str = "internet-mail", email: str = "alice@example.test", **more: str
) -> dict[str, object]:
    """The table of an ``internet-mail`` service."""
    return {"service": "internet-mail", "name": name, "email": email, "smtp": url, **more}


def personal_folders(folder: Path) -> dict[str, object]:
    return {"service": "personal-folders", "path": str(folder / "archive.db")}

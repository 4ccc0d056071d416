"""Post offices as the tests of this room fill and look at them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgcore.base.ids import EntryId
from msgcore.model import Address, Message, Outcome, Recipient
from msgcore.props.table import PidTagEntryId
from msgcore.providers.postoffice.delivery import Offices
from msgcore.providers.postoffice.message_file import prepare
from msgcore.providers.postoffice.office import open_office
from msgcore.providers.postoffice.store import PostOfficeStore
from msgcore.runtime import NEVER, BlockingRuntime
from msgcore.spi.store import Incoming, SpecialFolder, TableQuery

__all__ = ["RUNTIME", "body_of", "deliver", "folders_of", "letter", "logged_on", "recipient", "shown", "whole"]

RUNTIME = BlockingRuntime()


def body_of(subject: str) -> str:
    """Give the text that a message of that subject has, so that half of one is known for what it is."""
    return f"This is {subject}. " * 40 + "The end."


def letter(subject: str) -> Message:
    return Message(from_="MS:NET/PO1/ann", to="MS:NET/PO1/bob", subject=subject, text=body_of(subject))


def recipient(name: str) -> Recipient:
    return Recipient(Address("MS", f"NET/PO1/{name}"))


def deliver(path: Path, transfer_id: str, subject: str, names: Sequence[str] = ("bob",)) -> dict[Recipient, Outcome]:
    """Deliver a letter as transport and gateway do."""
    prepared = prepare(Incoming(letter(subject)), RUNTIME.now())
    return Offices(path, ()).deliver([recipient(one) for one in names], transfer_id, lambda: prepared, NEVER)


def logged_on(path: Path, name: str = "bob") -> PostOfficeStore:
    """Open a mailbox, as a new session does."""
    office = open_office(path)
    mailbox = office.mailbox(name)
    assert mailbox is not None
    store = PostOfficeStore(mailbox, RUNTIME)
    store.open(NEVER)
    return store


def folders_of(store: PostOfficeStore) -> dict[str, EntryId]:
    """Give all folders by name."""
    found: dict[str, EntryId] = {}
    waiting = [store.special_folders(NEVER)[SpecialFolder.ROOT]]
    for folder in waiting:
        for one in store.folders(folder, NEVER):
            found[one.name] = one.entry_id
            waiting.append(one.entry_id)
    return found


def whole(message: Message) -> str:
    """Give the subject of a message that is all there."""
    assert (message.text or "").strip() == body_of(message.subject), f"half a message: {message.subject!r}"
    return message.subject


def shown(store: PostOfficeStore, *names: str) -> dict[str, list[str]]:
    """Give the subjects in folders, in alphabetical order; every message is looked at, whether it is whole."""
    folders = folders_of(store)
    found: dict[str, list[str]] = {}
    for name in names:
        rows = store.query(folders[name], TableQuery((PidTagEntryId,)), NEVER)
        messages = [store.load(EntryId.parse(row[PidTagEntryId]), 1 << 30, NEVER) for row in rows]
        found[name] = sorted(whole(one) for one in messages)
    return found

"""Where a copy of what is sent goes: into the store of the account that it is sent from, if that has one."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.model.message import Message
from msgcore.props.table import PidTagDeleteAfterSubmit, PidTagSentMailEntryId
from msgcore.session.services import OpenService
from msgcore.spi.capability import Capability
from msgcore.spi.store import SpecialFolder

__all__ = ["is_to_be_filed", "mark_sent_mail"]


def mark_sent_mail(message: Message, services: Sequence[OpenService]) -> None:
    """Note on a message that is submitted where its copy goes, unless it says so itself."""
    if is_to_be_filed(message):
        return
    for opened in services:
        identity, sender = opened.identity, message.from_
        if identity is not None and sender is not None and identity.search_key == sender.search_key:
            folder = _sent_items_of(opened)
            if folder is not None:
                message[PidTagSentMailEntryId] = bytes(folder)
            return


def _sent_items_of(opened: OpenService) -> EntryId | None:
    """Find where an account keeps its sent mail; a store that could not be asked stands for its folder."""
    for store in opened.stores:
        folder = store.special_folders.get(SpecialFolder.SENT_ITEMS)
        if folder is not None and store.provider.can(Capability.SENT_MAIL):
            return folder
    for away in opened.stores_away:
        if away.can(Capability.SENT_MAIL):
            return EntryId(away.uid, ObjectKind.STORE, 0)
    return None


def is_to_be_filed(message: Message) -> bool:
    """Whether the message says that its copy is not for the default store's Sent Items."""
    return PidTagSentMailEntryId in message or message.get(PidTagDeleteAfterSubmit, False)

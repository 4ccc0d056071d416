"""Filing what was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound, ObjectChanged
from msgcore.model import Message
from msgcore.props.table import PidTagDeleteAfterSubmit, PidTagSentMailEntryId
from msgcore.runtime import NEVER
from msgcore.spi.store import SpecialFolder
from msgcore.spooler.filing import file_sent_mail, is_late
from tests.providers.internal.box import Box
from tests.spooler.desk import LETTER, send, submitted
from tests.spooler.transports import MemoryTransport, guarded


def test_what_waited_in_the_outbox_for_a_month_is_filed_where_it_is_named(box: Box) -> None:
    message = LETTER.copy()
    message[PidTagDeleteAfterSubmit] = True
    item = submitted(box, message)
    box.clock.move(timedelta(days=31))
    send(box, MemoryTransport())
    assert is_late(item, box.runtime.now())
    queue, sent_items = guarded(box.store, box.runtime), box.special[SpecialFolder.SENT_ITEMS]

    for _ in range(2):  # one that is gone is filed
        assert box.run(file_sent_mail(box.runtime, queue, sent_items, {}, {}, NEVER, [item.entry_id]))

    with pytest.raises(NotFound):
        box.run(box.store.load(item.entry_id, 1 << 20, NEVER))


def test_what_is_not_marked_stays(box: Box) -> None:
    item = submitted(box)
    send(box, MemoryTransport())
    queue, sent_items = guarded(box.store, box.runtime), box.special[SpecialFolder.SENT_ITEMS]

    assert box.run(file_sent_mail(box.runtime, queue, sent_items, {}, {}, NEVER, [item.entry_id]))
    assert box.run(box.store.load(item.entry_id, 1 << 20, NEVER)).subject == "letter"


def test_one_that_somebody_changes_just_now_holds_up_no_other(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    queue, sent_items = guarded(box.store, box.runtime), box.special[SpecialFolder.SENT_ITEMS]
    gone = box.folder("gone")
    box.run(box.store.delete_folder(gone, NEVER))
    filed, deleted = LETTER.copy(), LETTER.copy()
    filed[PidTagSentMailEntryId] = bytes(gone)
    deleted[PidTagDeleteAfterSubmit] = True
    items = [submitted(box, filed), submitted(box, deleted)]
    send(box, MemoryTransport())
    save_changes = box.store.save_changes

    async def is_changed_meanwhile(entry_id: EntryId, message: Message, *args: Any) -> None:
        raise ObjectChanged("somebody was faster")

    def file() -> bool:
        return box.run(file_sent_mail(box.runtime, queue, sent_items, {box.store.uid: queue}, {}, NEVER))

    monkeypatch.setattr(box.store, "save_changes", is_changed_meanwhile)
    assert (file(), box.ids(folder=sent_items)) == (False, [items[0].entry_id])
    monkeypatch.setattr(box.store, "save_changes", save_changes)
    assert (file(), box.ids(folder=sent_items), file()) == (True, [items[0].entry_id], True)


def test_what_somebody_else_has_filed_meanwhile_is_filed(
    box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was told to stay in Sent Items, where it is no more."""
    queue, sent_items = guarded(box.store, box.runtime), box.special[SpecialFolder.SENT_ITEMS]
    message = LETTER.copy()
    message[PidTagDeleteAfterSubmit] = True
    submitted(box, message)
    send(box, MemoryTransport())
    delete = box.store.delete

    async def delete_twice(*arguments: Any) -> None:
        await delete(*arguments)
        await delete(*arguments)

    monkeypatch.setattr(box.store, "delete", delete_twice)
    caplog.clear()

    assert box.run(file_sent_mail(box.runtime, queue, sent_items, {}, {}, NEVER))
    assert caplog.messages == []

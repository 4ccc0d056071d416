"""Filing what was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from msgcore.errors import NotFound
from msgcore.props.table import PidTagDeleteAfterSubmit
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

"""Receipts that are owed."""

from __future__ import annotations

from msgcore.codecs import mime
from msgcore.model import Address
from msgcore.runtime import NEVER
from msgcore.spooler.receipts import answer_receipt
from tests.providers.internal.box import Box
from tests.spooler.transports import guarded

ASKING = (
    b"Return-Path: <eve@e.test>\r\nFrom: eve@e.test\r\nTo: ann@a.test\r\nSubject: read me\r\n"
    b"Message-ID: <ask@e.test>\r\nDisposition-Notification-To: eve@e.test\r\n\r\nHello\r\n"
)


def test_who_is_killed_before_the_note_that_a_receipt_was_sent_does_not_send_another(box: Box) -> None:
    entry_id = box.save_one(mime.read(ASKING))
    box.run(box.store.set_read_flag([entry_id], True, NEVER))
    [owed] = box.run(box.store.owed_receipts(NEVER))
    store, ann = guarded(box.store, box.runtime), Address("SMTP", "ann@a.test")
    for _ in range(2):
        assert box.run(answer_receipt(store, store, owed, [ann], box.runtime.now(), NEVER))

    assert len(box.run(box.store.outgoing(NEVER))) == 1

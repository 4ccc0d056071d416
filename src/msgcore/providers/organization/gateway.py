"""Delivery inside: the gateway of the connector ``mailboxes``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import attrs

from msgcore.base.times import Deadline
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.mta.trace import traced_message
from msgcore.providers.internal.mailboxes import Mailbox
from msgcore.providers.internal.numbers import lock_mailbox
from msgcore.providers.internal.prepare import Prepared, prepare
from msgcore.providers.internal.receive_folders import place_by_class
from msgcore.providers.internal.writing import insert_messages
from msgcore.providers.organization.directory import Directory
from msgcore.runtime import Connection
from msgcore.spi.gateway import Content
from msgcore.spi.store import Incoming

__all__ = ["MailboxGateway"]


class MailboxGateway:
    """Delivers inside: into the mailboxes of this database, each message once for each of them, in one transaction.

    ``host`` is how this MTA is called in trace fields.
    """

    content_forms = frozenset({"mime", "tnef"})

    def __init__(self, directory: Directory, host: str) -> None:
        self._directory = directory
        self._host = host

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        directory = self._directory
        now = directory.runtime.now()

        def ready() -> Prepared:
            message = traced_message(content, envelope.sender, self._host, envelope.transfer_id, now)
            return prepare(Incoming(message, received_at=now), now)

        prepared = await directory.runtime.in_thread(ready, deadline)

        def work(connection: Connection) -> dict[Recipient, Outcome]:
            found = {one: directory.find(connection, one.address) for one in envelope.recipients}
            mailboxes = {mailbox.id: mailbox for mailbox in found.values() if mailbox is not None}
            # Before anybody looks for what was delivered already.
            there = {number for number in sorted(mailboxes) if lock_mailbox(connection, number)}
            insert_messages(
                connection,
                [_placed(connection, mailboxes[number], prepared, envelope.transfer_id) for number in sorted(there)],
            )
            return {
                one: _outcome(None if mailbox is None or mailbox.id not in there else mailbox)
                for one, mailbox in found.items()
            }

        return await directory.write(work, deadline)


def _placed(connection: Connection, mailbox: Mailbox, prepared: Prepared, transfer_id: str) -> tuple[int, Prepared]:
    """Say in which folder of a mailbox a message goes; a second delivery of the same transfer is none."""
    key = hashlib.sha256(transfer_id.encode() + mailbox.uid).digest()
    (placed,) = place_by_class(connection, mailbox.id, [attrs.evolve(prepared, delivery_key=key)])
    return placed


def _outcome(mailbox: Mailbox | None) -> Outcome:
    if mailbox is None:
        return Refused(550, "5.1.1", "no such mailbox in the organisation", "delivery")
    return Delivered(250, "2.1.5", f"in the mailbox of {mailbox.display_name}", "delivery")

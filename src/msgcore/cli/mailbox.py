"""Importing mail of one's own, with a progress bar."""

from __future__ import annotations

from msgcore.blocking.store import MessageStore
from msgcore.cli.paper import Paper
from msgcore.codecs import mime
from msgcore.props.table import PidTagMessageDeliveryTime
from msgcore.spi.store import Incoming
from msgcore.transfer import Archive

__all__ = ["import_mail"]

_BATCH = 200


def import_mail(paper: Paper, store: MessageStore, archive: Archive) -> int:
    """Save every message of an archive into the inbox, in batches, and say how many there were.

    Raises:
        LimitExceeded: a message is too large.
    """
    count = 0
    batch: list[Incoming] = []
    with paper.progress("importing", archive.total_octets) as progress:
        for imported in archive:
            message = mime.read(imported.octets)
            # What the message says goes before the archive: a copied file has the time of its copying.
            received_at = message.get(PidTagMessageDeliveryTime) or message.date or imported.received_at
            batch.append(Incoming(message, imported.is_read, received_at=received_at))
            if len(batch) == _BATCH:
                store.inbox.save_all(batch)
                count += len(batch)
                batch.clear()
                progress(imported.position_octets)
        if batch:
            store.inbox.save_all(batch)
            count += len(batch)
        progress(archive.total_octets)
    paper.say(f"imported {count} messages, each on the disk")
    return count

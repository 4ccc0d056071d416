"""Importing mail of one's own, with a progress bar."""

from __future__ import annotations

from pathlib import Path

from msgcore.blocking.store import MessageStore
from msgcore.cli.paper import Paper
from msgcore.codecs import mime
from msgcore.props.table import PidTagMessageDeliveryTime
from msgcore.spi.store import Incoming
from msgcore.transfer import open_archive

__all__ = ["import_mail"]

_BATCH = 200


def import_mail(paper: Paper, store: MessageStore, path: Path) -> int:
    """Save every message of an .eml file, mbox or Maildir into the inbox, in batches, and say how many there were.

    Raises:
        NotFound: there is nothing at ``path``.
        MalformedMessage: it is none of the three.
        LimitExceeded: a message is too large.
    """
    archive = open_archive(path)
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

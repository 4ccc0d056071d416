"""Messages that were retrieved, read, and known again where they came before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import attrs

from msgcore.base.octets import Limits
from msgcore.codecs import mime
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.props.table import PidTagInternetMessageId, PidTagMessageDeliveryTime
from msgcore.spi.journal import JournalEntry
from msgcore.spooler.retrieval.fingerprint import fingerprint_of_message, header_of, read_header
from msgcore.spooler.retrieval.matching import agree
from msgcore.spooler.retrieval.plan import Known
from msgcore.spooler.retrieval.visit import Visit

__all__ = ["Letter", "known_again", "read_letters", "received_at"]

_ALL_OCTETS = 1 << 40
# What a server gives is taken as large as it is: the limit is the provider's.
_LIMITS = Limits(total_octets=_ALL_OCTETS)
_FIRST_MAIL = datetime(1982, 8, 13, tzinfo=UTC)  # the date of RFC 821 and 822


@attrs.frozen
class Letter:
    """A message that was retrieved, and where it stands in the listing: at several places, if it was given twice.

    ``fingerprint`` is what it is stored by: the hash of its header, or that of the ``whole`` where the header tells
    nothing, or is another message's, too. Where there is nothing to compare it with, ``whole`` is empty.
    """

    places: list[int]
    octets: bytes = attrs.field(repr=False)
    unique_id: bytes
    fingerprint: bytes
    whole: bytes
    changeable_octets: int
    message: Message


def read_letters(visit: Visit, batch: Sequence[tuple[int, bytes]]) -> list[Letter]:
    """Read messages, each once."""
    letters: dict[tuple[bytes, bytes], Letter] = {}
    for place, octets in batch:
        letter = _letter(visit, place, octets)
        letters.setdefault((letter.unique_id, letter.whole), attrs.evolve(letter, places=[])).places.append(place)
    return list(letters.values())


def _letter(visit: Visit, place: int, octets: bytes) -> Letter:
    lots, unique_id, header = visit.lots, visit.listing[place].unique_id, read_header(octets)
    is_told_by_header = bool(unique_id) and not header.is_blank
    is_compared = unique_id in lots.twins or unique_id in lots.known
    whole = b"" if is_told_by_header and not is_compared else fingerprint_of_message(octets)
    fingerprint = header.fingerprint if is_told_by_header else whole
    return Letter([place], octets, unique_id, fingerprint, whole, header.changeable_octets, mime.read(octets, _LIMITS))


def received_at(message: Message, now: datetime) -> datetime:
    """Say when the topmost Received field was written, or now, when there is none that can be true."""
    said = message.get(PidTagMessageDeliveryTime, now)
    return said if _FIRST_MAIL <= said <= now else now


async def known_again(visit: Visit, letter: Letter) -> Known | None:
    """Find what was stored that this message is; ``None``: it is new, whatever its header says.

    It is the same when all of it is; or the header and the size, unless the listing has its unique id twice; or the
    body, and the header or at least the message id: some filters write something else into the header each time.
    """
    known: Mapping[bytes, Known] = visit.lots.known.get(letter.unique_id, {})
    if letter.whole in known or not letter.unique_id:
        return known.get(letter.whole)
    alike = known.get(letter.fingerprint)
    agrees = None
    if alike is not None:
        agrees = agree(alike.entry, visit.size(letter.places[0]), letter.changeable_octets)
        if agrees and letter.unique_id not in visit.lots.twins:
            return alike
    for one in known.values():
        is_same = one.whole == letter.whole if one.whole else await _has_its_body(visit, letter, one.entry)
        if is_same or (is_same is None and one is alike and agrees is None):
            return one
    return None


async def _has_its_body(visit: Visit, letter: Letter, entry: JournalEntry) -> bool | None:
    """Compare a message with a stored one, whose header or message id it has; ``None``: that was deleted since."""
    order = visit.order
    message_id = letter.message.get(PidTagInternetMessageId, "")
    has_its_header = entry.origin.fingerprint == letter.fingerprint
    if entry.stored is None or not (has_its_header or message_id):
        return False
    try:
        stored = await order.store.load(entry.stored, _ALL_OCTETS, order.deadline)
    except NotFound:
        return None
    if not has_its_header and stored.get(PidTagInternetMessageId, "") != message_id:
        return False
    return await order.runtime.in_thread(
        lambda: _body(mime.write(stored)) in {_body(letter.octets), _body(mime.write(letter.message))}
    )


def _body(octets: bytes) -> bytes:
    return octets[len(header_of(octets)) :]

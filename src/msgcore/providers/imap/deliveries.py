"""Deliveries that were made before, found by the field that is put in front of a message with a delivery's key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgcore.providers.imap.columns import WHOLE_HEADER
from msgcore.providers.imap.flags import COPIED
from msgcore.providers.imap.front import DELIVERY_FIELD, read_front
from msgcore.providers.imap.there import find
from msgcore.wire.imap.criteria import SearchCriteria, all_of, header, key, not_, or_
from msgcore.wire.imap.session import ImapSession

__all__ = ["find_deliveries"]

_KEYS_AT_ONCE = 40  # some 4,000 octets of a command
_SLACK = timedelta(days=35)  # who delivers again may take another moment for the time of arrival


async def find_deliveries(session: ImapSession, wanted: Sequence[str], earliest: datetime | None) -> dict[str, int]:
    """Find messages by their delivery's key, as text, in the mailbox that is selected; give their unique ids.

    Of several with one key it is the first.
    A copy of a message is not the message that was delivered; nor is one that has the field anywhere but in front,
    where nobody who sends a letter can put it. ``earliest`` is the time of arrival that they have at least, if that is
    known: servers look through all headers for a field of ours, and a month of them is soon done.
    """
    since = [] if earliest is None else _since(earliest)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        some = wanted[start : start + _KEYS_AT_ONCE]
        criteria = all_of(or_(*(header(DELIVERY_FIELD, one) for one in some)), not_(key("KEYWORD", COPIED)), *since)
        uids = await find(session, criteria)
        if not uids:
            continue
        for fetch in await session.fetch_all(uids, [WHOLE_HEADER]):
            for header_octets in filter(None, fetch.sections.values()):
                text = read_front(header_octets).delivery
                if text in some and fetch.uid is not None:
                    found[text] = min(fetch.uid, found.get(text, fetch.uid))
    return found


def _since(earliest: datetime) -> list[SearchCriteria]:
    try:
        return [key("SINCE", earliest.date() - _SLACK)]
    except OverflowError:
        return []

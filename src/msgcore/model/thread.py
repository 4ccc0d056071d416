"""What ties an answer to its message: subject, references, and the conversation index."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from msgcore.base.text import one_line
from msgcore.base.times import filetime_from_datetime
from msgcore.model.message import Message
from msgcore.model.message_ids import message_ids
from msgcore.props.table import (
    PidTagConversationIndex,
    PidTagConversationTopic,
    PidTagInReplyToId,
    PidTagInternetReferences,
)

__all__ = ["base_subject", "continue_conversation", "next_index", "references_to"]

# What mail programs of many languages put before the subject of a reply or a forwarded message.
_PREFIXES = (
    "re|res|rif|aw|antw|antwort|sv|vs|odp|ynt|rv|vá|atb|bls|回复|回覆|答复|答覆|返信|отв|на"
    "|fw|fwd|wg|tr|rv|vl|doorst|ilt|i̇lt|trs|továbbítás|转发|轉寄|轉發|転送|пер|прд"
)
# These are words, too: only behind another prefix they are one.
_WORDS = "r|i|ref|ha|vb|enc|pd|hl"
_NUMBER = r"(?:\[[0-9]{1,4}\]|\([0-9]{1,4}\)|\^[0-9]{1,4}|\*[0-9]{1,4})?"
_PREFIX = re.compile(rf"\s*+(?:{_PREFIXES})\s?{_NUMBER}\s?[:：]\s*+", re.IGNORECASE)
_NEXT_PREFIX = re.compile(rf"\s*+(?:{_PREFIXES}|{_WORDS})\s?{_NUMBER}\s?[:：]\s*+", re.IGNORECASE)
_MOST_REFERENCES = 40
_LONGEST_SUBJECT = 900


def base_subject(subject: str) -> str:
    """Give a subject without the prefixes of replies and forwarded messages, however many there are, on one line."""
    at = 0
    found = _PREFIX.match(subject)
    while found is not None:
        at = found.end()
        found = _NEXT_PREFIX.match(subject, at)
    return one_line(subject[at:], _LONGEST_SUBJECT)


def references_to(message: Message) -> list[str]:
    """List what a reply to ``message`` refers to, the message itself last (RFC 5322 section 3.6.4).

    Of a long thread the first id and the last ones are kept.
    """
    earlier = message_ids(message.get(PidTagInternetReferences, ""))
    if not earlier:
        answered = message_ids(message.get(PidTagInReplyToId, ""))
        earlier = answered if len(answered) == 1 else []
    own = message_ids(message.message_id or "")[:1]
    found = [*(one for one in earlier if one not in own), *own]
    return found if len(found) <= _MOST_REFERENCES else [found[0], *found[1 - _MOST_REFERENCES :]]


def continue_conversation(answer: Message, message: Message, now: datetime) -> None:
    """Let ``answer`` belong to the conversation of ``message``, when that says which it is."""
    index = message.get(PidTagConversationIndex)
    topic = one_line(message.get(PidTagConversationTopic, ""), _LONGEST_SUBJECT)
    following = None if index is None else next_index(index, now)
    if following is not None:
        answer[PidTagConversationIndex] = following
        topic = topic or base_subject(message.subject)
    if topic:
        answer[PidTagConversationTopic] = topic


_HEADER_OCTETS = 22
_LEVEL_OCTETS = 5
_MOST_LEVELS = 200


def next_index(index: bytes, now: datetime) -> bytes | None:
    """Append the response level of an answer made ``now`` ([MS-OXOMSG] section 2.2.1.3); ``None``: no index this is.

    A level is one bit that tells the unit, 31 bits of time since the header's, and eight bits in which answers of the
    same moment differ.
    """
    levels, rest = divmod(len(index) - _HEADER_OCTETS, _LEVEL_OCTETS)
    if rest or not 0 <= levels < _MOST_LEVELS or index[0] != 1:
        return None
    since = max(0, filetime_from_datetime(now) - _time_of(index))
    # Within 2**49 units of 100 ns (1.7 years) the low 18 bits are left out, later the low 23.
    delta = since >> 18 if since < 1 << 49 else 0x8000_0000 | (since >> 23 & 0x7FFF_FFFF)
    return index + delta.to_bytes(4, "big") + bytes([secrets.randbits(4) << 4])


def _time_of(index: bytes) -> int:
    """Read the header's time, a FILETIME.

    By the specification five octets follow the reserved 0x01. Outlook writes one octet more of the time, of which the
    reserved one is the first: every FILETIME of 1829 to 2057 begins with 0x01.
    """
    if index[1] == 1:
        return int.from_bytes(index[1:6], "big") << 24
    return int.from_bytes(index[:6], "big") << 16

"""One message of a TNEF stream, decoded as it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.base.octets import Limits
from msgcore.base.text import decoder_of_code_page
from msgcore.codecs.objects.notes import Note, ignore
from msgcore.codecs.objects.source import ObjectSource
from msgcore.codecs.tnef.attributes import IID_MESSAGE, SIGNATURE, Attribute, Level
from msgcore.codecs.tnef.legacy import ATTRIBUTES, OlderProperties, code_page_of, owner_of
from msgcore.codecs.tnef.property_list import Entry, ListBag, PropertyList, content_of, find_properties, words_of
from msgcore.codecs.tnef.stream import Found, attributes_of
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.key import BagKey
from msgcore.props.table import (
    PidTagAttachDataBinary,
    PidTagAttachMethod,
    PidTagMessageAttachments,
    PidTagMessageClass,
    PidTagMessageRecipients,
)
from msgcore.props.wire import ValueReader, WireForm

__all__ = ["Reading", "TnefObject"]

_DEFAULT_CODE_PAGE = 1252
_MOST_ROWS = 30_000  # of which each takes fifty times its least octets, when it is looked at
_CONTENT = PidTagAttachDataBinary.bag_key
_TABLES = frozenset({PidTagMessageRecipients.bag_key, PidTagMessageAttachments.bag_key})


@attrs.frozen
class Reading:
    """What all messages of one stream have in common."""

    limits: Limits
    note: Note


class TnefObject:
    """A message whose stream stands in ``whole`` from ``start`` to ``end``, inside ``depth`` others.

    Raises:
        MalformedMessage: it does not begin with the signature.
    """

    form = "tnef"

    def __init__(self, whole: bytes, reading: Reading, start: int, end: int, depth: int = 0) -> None:
        self.whole = whole
        self.start, self.end = start, end
        self.depth = depth
        self.reading = reading
        found = attributes_of(whole, start, end, reading.limits, reading.note)
        self.attributes: Sequence[Found] = found
        self.code_page = next(
            (code_page_of(whole[one.start : one.end]) for one in found if one.attribute == Attribute.OEM_CODEPAGE),
            _DEFAULT_CODE_PAGE,
        )
        self._codec = decoder_of_code_page(self.code_page)
        self._reader = ValueReader(whole, WireForm.TNEF, code_page=self.code_page, limits=reading.limits)
        self._properties: PropBag | None = None
        self._rows: tuple[PropBag, ...] | None = None
        self._attachments: tuple[Attachment, ...] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as octets, which are read again there."""
        return _read_again, (self.octets, self.reading.limits)

    @property
    def octets(self) -> bytes:
        return self.whole[self.start : self.end]

    @property
    def properties(self) -> PropBag:
        if self._properties is None:
            own = [one for one in self.attributes if one.level == Level.MESSAGE]
            bag = self._properties = self._bag_of(own, Attribute.MESSAGE_PROPERTIES, _TABLES)
            owner = [one for one in own if one.attribute == Attribute.OWNER]
            if owner:
                bag.older.put(owner, owner_of(bag.get(PidTagMessageClass, "")))
        return self._properties

    def rows(self) -> Sequence[PropBag]:
        if self._rows is None:
            tables = [one for one in self.attributes if one.attribute == Attribute.RECIPIENT_TABLE]
            self._rows = tuple(row for table in tables[:1] for row in self._rows_of(table))
        return self._rows

    def attachments(self) -> Sequence[Attachment]:
        if self._attachments is None:
            self._attachments = tuple(map(self._attachment, self._groups()))
        return self._attachments

    def _bag_of(self, found: Sequence[Found], lists: Attribute, skipped: frozenset[BagKey]) -> ListBag:
        """Make the bag of one object: its list of properties first, then what older attributes say beside it."""
        note, listed = self.reading.note, PropertyList()
        for one in found:
            if one.attribute == lists:
                find_properties(self.whole, one.start, one.end, listed, self.reading.limits, note)
        older = OlderProperties(self.whole, self._codec, note)
        older.put(found, ATTRIBUTES)
        return ListBag(self.whole, listed, self._reader, note, skipped, older)

    def _rows_of(self, table: Found) -> Sequence[PropBag]:
        note, limits = self.reading.note, self.reading.limits
        most = min(limits.addresses, _MOST_ROWS)
        count = int.from_bytes(self.whole[table.start : table.start + 4], "little")
        rows: list[PropBag] = []
        at = table.start + 4
        words = words_of(self.whole, at, table.end)
        while len(rows) < count and at < table.end:
            if len(rows) == most:
                note(at, "limit-addresses", f"more than {most} recipients")
                return rows
            listed = PropertyList()
            after = find_properties(self.whole, at, table.end, listed, limits, note, words)
            words, at = words[(after - at) // 4 :], after
            rows.append(ListBag(self.whole, listed, self._reader, note))
        if len(rows) < count:
            note(table.start, "tnef-list-cut", f"{count} recipients, {len(rows)} are there")
        return rows

    # Attachments

    def _groups(self) -> Sequence[list[Found]]:
        """Part the attributes of attachments; one that comes before any attAttachRendData begins the first."""
        groups: list[list[Found]] = []
        for one in self.attributes:
            if one.level != Level.ATTACHMENT:
                continue
            if one.attribute == Attribute.ATTACH_REND_DATA or not groups:
                if len(groups) == self.reading.limits.parts:
                    self.reading.note(one.header, "limit-parts", f"more than {len(groups)} attachments")
                    break
                groups.append([])
            groups[-1].append(one)
        return groups

    def _attachment(self, group: list[Found]) -> Attachment:
        bag = self._bag_of(group, Attribute.ATTACHMENT, frozenset({_CONTENT}))
        content, message = self._content(group, bag)
        start, end = content
        whole = self.whole
        return Attachment.lazy(bytes if message is not None else lambda: whole[start:end], bag, message)

    def _content(self, group: list[Found], bag: ListBag) -> tuple[tuple[int, int], Message | None]:
        """Find the content of an attachment: where its octets are, or the message that it is."""
        found = next((one for one in group if one.attribute == Attribute.ATTACH_DATA), None)
        where = (0, 0) if found is None else (found.start, found.end)
        if bag.left_out is not None:
            return self._of_property(bag.left_out, where, bag)
        return where, self._embedded(where, bag)

    def _of_property(
        self, entry: Entry, where: tuple[int, int], bag: ListBag
    ) -> tuple[tuple[int, int], Message | None]:
        found = content_of(self.whole, entry)
        if found is None:
            return where, None
        interface, start, end = found
        message = self._message((start, end)) if interface == IID_MESSAGE else self._embedded((start, end), bag)
        return (start, end), message

    def _embedded(self, where: tuple[int, int], bag: ListBag) -> Message | None:
        if bag.get(PidTagAttachMethod) != AttachMethod.EMBEDDED_MESSAGE:
            return None
        return self._message(where)

    def _message(self, where: tuple[int, int]) -> Message | None:
        start, end = where
        if not self.whole.startswith(SIGNATURE, start):
            return None
        if self.depth + 1 >= self.reading.limits.nesting:
            self.reading.note(start, "limit-nesting", f"messages nested deeper than {self.depth + 1}")
            return None
        return Message.from_source(ObjectSource(TnefObject(self.whole, self.reading, start, end, self.depth + 1)))


def _read_again(octets: bytes, limits: Limits) -> TnefObject:
    return TnefObject(octets, Reading(limits, ignore), 0, len(octets))

"""What a part of a message, or all of it, says of properties: pure, and the same as the loaded message says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.errors import LimitExceeded, MsgcoreError, NotLoaded
from msgcore.model.message import Message
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagHasAttachments,
    PidTagMessageClass,
    PidTagMessageRecipients,
    PidTagMessageSizeExtended,
)
from msgcore.props.tags import Property
from msgcore.props.types import PropertyType
from msgcore.props.values import PropertyError, PropertyErrorCode
from msgcore.providers.imap.columns import ARRIVALS, Level, need_of
from msgcore.providers.imap.content import message_of
from msgcore.providers.imap.front import FRONT_FIELDS, NO_FRONT, Front, read_front
from msgcore.providers.imap.outline import attachments_in, is_trusted, parts_of, texts_to_see
from msgcore.providers.imap.partial_load import Loaded
from msgcore.providers.imap.record import placed_record
from msgcore.spi.kept import DEFAULTS
from msgcore.spi.limited import limit_attachments
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.structure import BodyPart

__all__ = ["Reading", "fitting", "read_part", "read_whole"]

Get = Callable[[PropertyKey], object]

_HEADER = "BODY[HEADER"
_WHOLE_HEADER = "BODY[HEADER]"
_FRONT = f"{FRONT_FIELDS[0]}:".lower().encode()
_RECORDED = ARRIVALS | {PidTagMessageSizeExtended.bag_key}
_NOWHERE = EntryId(bytes(16), ObjectKind.MESSAGE, 0)
_DEFAULTS: dict[PropertyKey, object] = {}
_DEFAULTS.update(DEFAULTS.items())
_DEFAULT_KEYS = frozenset(tag.bag_key for tag in DEFAULTS)
_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})


@attrs.define
class Reading:
    """What a part of a message says, and what it leaves open.

    ``values`` are by property; ``None``: there is none. ``has_front``: the whole header is to be seen first. ``texts``
    are the sections on which it depends whether there are attachments in ``structure``. ``left`` are the properties for
    which the whole message is needed.
    """

    values: dict[PropertyKey, object] = attrs.field(factory=dict[PropertyKey, object])
    has_front: bool = False
    texts: tuple[str, ...] = ()
    structure: BodyPart | None = None
    left: list[PropertyKey] = attrs.field(factory=list[PropertyKey])


def read_part(fetch: Fetch, tags: Iterable[PropertyKey]) -> Reading:
    """Read properties from what was fetched for them."""
    tags = list(tags)
    name, header = _header_in(fetch)
    if header is None:
        return _without_header(fetch, tags)
    if name != _WHOLE_HEADER and header[: len(_FRONT)].lower() == _FRONT:
        return Reading(has_front=True)
    front = read_front(header)
    if front.patch is not None:  # what is in front of it says that lines end in another way
        return Reading(left=tags)
    return _Parts(fetch, header, front).read(tags)


def read_whole(loaded: Loaded, limit_octets: int, tags: Iterable[PropertyKey]) -> dict[PropertyKey, object]:
    """Read properties from the whole message, of which large attachments may be left out."""
    try:
        message = loaded.message()
        if loaded.left_out:
            message = limit_attachments(message, limit_octets, loaded.left_out)
    except MsgcoreError as error:
        return dict.fromkeys(tags, _in_place_of_value(error))
    record = placed_record(_NOWHERE, _NOWHERE, loaded.internal_date, loaded.size_octets)
    return {tag: _value_of(message, record, tag) for tag in tags}


def fitting(record: Mapping[PropertyKey, object], tag: PropertyKey) -> object:
    """Find a property in a record: as it is asked for, or as an integer of another width."""
    found = record.get(tag)
    if found is None and tag.value_type in _INTEGERS:
        twins = (one for one in record if one.bag_key == tag.bag_key and one.value_type in _INTEGERS)
        return next((record[one] for one in twins), None)
    return found


def _value_of(message: Message, record: Mapping[PropertyKey, object], tag: PropertyKey) -> object:
    if tag.bag_key in _RECORDED:
        return fitting(record, tag)
    if tag == PidTagHasAttachments:
        return any(not attachment.is_inline for attachment in message.attachments)
    return _said_by(lambda one: message.get(_property(one)), tag)


class _Parts:
    """The header, or some fields of it, and perhaps the structure."""

    def __init__(self, fetch: Fetch, header: bytes, front: Front) -> None:
        self._fetch = fetch
        own = header[front.size_octets :]
        self._root = root = parse(own)
        if front.overlay:
            message = message_of(own, front)
            self._get: Get = lambda tag: message.get(_property(tag))
        else:
            self._get = _getter(MimeSource(root))
        self._overlay = frozenset[BagKey](tag.bag_key for tag, _ in front.overlay)
        self._front = front
        self._is_trusted: bool | None = None

    def read(self, tags: Iterable[PropertyKey]) -> Reading:
        found = Reading(structure=self._fetch.structure)
        record: Mapping[PropertyKey, object] | None = None
        for tag in tags:
            key = tag.bag_key
            level = need_of(tag).level
            if key in _RECORDED:
                record = record or _record(self._fetch, self._front)
                found.values[tag] = fitting(record, tag)
            elif tag == PidTagHasAttachments:
                self._look_for_attachments(found)
            elif level < Level.STRUCTURE or (level is Level.STRUCTURE and self._is_told(key)):
                found.values[tag] = _said_by(self._get, tag)
            else:
                found.left.append(tag)
        return found

    def _look_for_attachments(self, found: Reading) -> None:
        structure = self._fetch.structure
        texts = None if structure is None or not self._trusts(structure) else texts_to_see(structure)
        if structure is None or texts is None:
            found.left.append(PidTagHasAttachments)
            return
        found.texts = texts
        if not found.texts:
            found.values[PidTagHasAttachments] = attachments_in(structure)

    def _is_told(self, key: BagKey) -> bool:
        """Say whether the bodies have no part in a property that is said by the kinds of the parts."""
        if key in self._overlay:
            return True
        structure = self._fetch.structure
        if structure is None or not self._trusts(structure) or self._root.media_type == "multipart/report":
            return False
        is_class = key == PidTagMessageClass.bag_key
        return not is_class or all(part.content_type != "text/calendar" for part in parts_of(structure))

    def _trusts(self, structure: BodyPart) -> bool:
        if self._is_trusted is None:
            self._is_trusted = _fits(structure, self._root) and is_trusted(structure)
        return self._is_trusted


def _fits(structure: BodyPart, root: Entity) -> bool:
    """Say whether the server has read the kind of the whole message as we do."""
    if structure.content_type != root.media_type:
        return False
    boundary = structure.parameters.get("boundary", b"").decode("latin-1")
    return not root.is_multipart or boundary == root.content_type.get("boundary")


def _header_in(fetch: Fetch) -> tuple[str, bytes | None]:
    for name, octets in fetch.sections.items():
        if name.startswith(_HEADER):
            return name, octets
    return "", None


def _without_header(fetch: Fetch, tags: Iterable[PropertyKey]) -> Reading:
    """Read what needs no header; a header that did not come leaves all else open."""
    record = _record(fetch, NO_FRONT)
    found = Reading()
    for tag in tags:
        if need_of(tag).level is Level.ARRIVAL:
            found.values[tag] = fitting(record, tag)
        else:
            found.left.append(tag)
    return found


def _record(fetch: Fetch, front: Front) -> Mapping[PropertyKey, object]:
    return placed_record(_NOWHERE, _NOWHERE, fetch.internal_date, front.own_size(fetch.size_octets or 0))


def _getter(source: MimeSource) -> Get:
    """Read as :func:`.content.message_of` reads a message without an overlay."""

    def get(tag: PropertyKey) -> object:
        if tag.bag_key == PidTagMessageRecipients.bag_key and tag.value_type is PidTagMessageRecipients.value_type:
            return tuple(source.recipients())
        value = source.value(tag)
        if value is not None or tag.bag_key not in _DEFAULT_KEYS:
            return value
        return fitting(_DEFAULTS, tag)

    return get


def _said_by(get: Get, tag: PropertyKey) -> object:
    try:
        return get(tag)
    except MsgcoreError as error:
        return _in_place_of_value(error)


def _in_place_of_value(error: MsgcoreError) -> PropertyError:
    is_large = isinstance(error, NotLoaded | LimitExceeded)
    code = PropertyErrorCode.NOT_ENOUGH_MEMORY if is_large else PropertyErrorCode.NO_ACCESS
    return PropertyError(code, str(error))


def _property(tag: PropertyKey) -> Property[Any]:
    return cast("Property[Any]", tag)

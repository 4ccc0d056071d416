"""Why what was written differs from the message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import cast

import attrs

from msgcore.codecs import rtf
from msgcore.codecs.compound import Storage, is_compound, read_compound
from msgcore.codecs.convert.loss import LossReason
from msgcore.codecs.convert.wording import value_in_words
from msgcore.codecs.mime.reports.in_properties import tells_of_rows
from msgcore.codecs.mime.smime_part import SMIME_CLASSES
from msgcore.codecs.msg.writer import unwritable as unwritable_in_msg
from msgcore.codecs.tnef.writing_properties import unwritable as unwritable_in_tnef
from msgcore.errors import MsgcoreError
from msgcore.model.compare import Difference
from msgcore.model.defaults import MEANT, MEANT_IN_ROW, MEANT_OF_FILE
from msgcore.model.message import Message
from msgcore.model.recipient import RecipientKind
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAddressType,
    PidTagAttachDataBinary,
    PidTagAttachMethod,
    PidTagBody,
    PidTagEmailAddress,
    PidTagHtml,
    PidTagMessageClass,
    PidTagOriginalMessageClass,
    PidTagRtfCompressed,
    PidTagSearchKey,
)
from msgcore.props.tags import PS_INTERNET_HEADERS
from msgcore.props.types import PropertyType

__all__ = ["Place", "reason_of"]

Reason = tuple[LossReason, str]

_ATTACHMENTS, _RECIPIENTS, _SIGNED = "attachments", "recipients", "multipart/signed"


@attrs.frozen
class Place:
    """A message, what it reads as where it was written, and the form in which it was."""

    message: Message
    written: Message
    form: str

    @property
    def is_signed_anew(self) -> bool:
        """Whether what was signed in the clear is one attachment here, and its own parts there."""
        return _is_one_signed(self.message) is not _is_one_signed(self.written)

    @property
    def is_told_anew(self) -> bool:
        """Whether the recipients are those that a report tells of here, and those that it goes to there."""
        return tells_of_rows(self.message) is not tells_of_rows(self.written)

    @property
    def form_name(self) -> str:
        return {"mime": "MIME", "tnef": "TNEF"}.get(self.form, f"a .{self.form} file")


def _is_one_signed(message: Message) -> bool:
    return [one.content_type for one in message.attachments] == [_SIGNED]


def reason_of(difference: Difference, place: Place) -> Reason:
    """Say why there is a difference, and in a sentence what it is."""
    tag, right = difference.tag, difference.right
    if difference.where.startswith(_ATTACHMENTS) and place.is_signed_anew:
        return LossReason.CHANGED, "what was signed is one attachment in Outlook's forms, and in MIME its parts are"
    if difference.where.startswith(_RECIPIENTS) and place.is_told_anew:
        return LossReason.CHANGED, "the recipients of a report are those that it tells of in Outlook's forms"
    if tag is None:
        return _of_place(difference, place)
    if tag.bag_key == PidTagAttachDataBinary.bag_key and difference.where.endswith(".data"):
        return _of_content(difference)
    if difference.left is None:
        return LossReason.ADDED, f"{place.form_name} says it: {value_in_words(right)}"
    if tag.bag_key == PidTagMessageClass.bag_key and difference.left == place.written.get(PidTagOriginalMessageClass):
        return LossReason.CHANGED, f"{_became(difference)}: it follows from a calendar, which is kept as a file"
    known = _KNOWN_IN_MIME.get(tag.bag_key) if place.form == "mime" else None
    if known is not None:
        return known(difference, place)
    if right is None or right == _DEFAULTS.get(tag.bag_key):
        return _unsaid(tag, difference, place)
    return LossReason.CHANGED, _became(difference)


def _became(difference: Difference) -> str:
    left, right = difference.left, difference.right
    change = f"{value_in_words(left)} became {value_in_words(right)}"
    if isinstance(left, datetime) and left.replace(microsecond=0) == right:
        return f"{change}: whole seconds only"
    if isinstance(left, bytes) and isinstance(right, bytes) and len(left) == len(right):
        return f"{len(left)} octets became others"
    return change


_DEFAULTS: dict[BagKey, object] = {**MEANT, **MEANT_IN_ROW, **MEANT_OF_FILE}


def _unsaid(tag: PropertyKey, difference: Difference, place: Place) -> Reason:
    value, read_as = difference.left, difference.right
    if tag.value_type is PropertyType.OBJECT:
        return LossReason.OBJECT, "an object is no property of a message in this form"
    if place.form == "mime":
        shown = f"MIME has no field for it ({value_in_words(value)})"
        return LossReason.NO_FIELD, shown if read_as is None else f"{shown}, and reads as {value_in_words(read_as)}"
    why = (unwritable_in_tnef if place.form == "tnef" else unwritable_in_msg)(tag, value)
    return LossReason.NO_TYPE, why or f"{place.form_name} does not keep it ({value_in_words(value)})"


# What is no property


def _of_place(difference: Difference, place: Place) -> Reason:
    left, right = difference.left, difference.right
    if isinstance(left, list) and isinstance(right, list):
        return LossReason.CHANGED, _of_people(cast("list[object]", left), cast("list[object]", right), place)
    if difference.where.endswith(".message"):
        made = "is read as an attached message" if right else "is kept as a file"
        return LossReason.CHANGED, f"its content {made}"
    return LossReason.CHANGED, f"{left} became {right}"


def _of_people(left: list[object], right: list[object], place: Place) -> str:
    one, other = Counter(map(_person, left)), Counter(map(_person, right))
    lost, added = list((one - other).elements()), list((other - one).elements())
    if lost and added:
        return f"{', '.join(lost)} became {', '.join(added)}"
    if lost:
        return f"{place.form_name} does not keep {', '.join(lost)}"
    return f"{', '.join(added)} is there as well" if added else "the order is another"


def _person(one: object) -> str:
    """Put a person's address and name, behind the role if it has one, into words."""
    *roles, address, name = cast("tuple[object, ...]", one)
    role = "".join(f"{RecipientKind(cast(int, kind)).name.title()} " for kind in roles)
    return f"{role}{name} [{address}]" if name and not str(address).endswith(f":{name}") else f"{role}{address}"


# What is known of single properties


def _of_content(difference: Difference) -> Reason:
    left, right = difference.left, difference.right
    if right == b"":
        return LossReason.CHANGED, f"{value_in_words(left)} are read as an attached message"
    if isinstance(left, bytes) and isinstance(right, bytes) and _are_same_storage(left, right):
        return LossReason.OBJECT, "its compound file is written anew, with the same streams in it"
    return LossReason.CHANGED, _became(difference)


def _are_same_storage(left: bytes, right: bytes) -> bool:
    if not is_compound(left) or not is_compound(right):
        return False
    try:
        return _streams(left) == _streams(right)
    except MsgcoreError:
        return False


def _streams(octets: bytes) -> dict[tuple[str, ...], bytes]:
    """Read every stream of a compound file, by its path."""
    found: dict[tuple[str, ...], bytes] = {}
    waiting: list[tuple[tuple[str, ...], Storage]] = [((), read_compound(octets))]
    for path, storage in waiting:
        found.update(((*path, name), stream.octets()) for name, stream in storage.streams().items())
        waiting += [((*path, name), inner) for name, inner in storage.storages().items()]
    return found


def _rtf(difference: Difference, place: Place) -> Reason:
    kind = _kind_of_rtf(difference.left)
    written = place.written
    if kind is rtf.RtfKind.HTML and written.said(PidTagHtml) is not None:
        return LossReason.NO_FIELD, "MIME has no RTF; the HTML in it is kept"
    if kind is rtf.RtfKind.TEXT and written.said(PidTagBody) is not None:
        return LossReason.NO_FIELD, "MIME has no RTF; the text in it is kept"
    if written.said(PidTagHtml) is None and written.said(PidTagBody) is None:
        return LossReason.NO_FIELD, "MIME has no RTF, and there is no other body"
    return LossReason.FORMATTING, "MIME has no RTF: another body is kept, what only RTF says is not"


def _kind_of_rtf(value: object) -> rtf.RtfKind:
    try:
        return rtf.kind_of(rtf.decompress(value)) if isinstance(value, bytes) else rtf.RtfKind.NONE
    except MsgcoreError:
        return rtf.RtfKind.NONE


def _class(difference: Difference, place: Place) -> Reason:
    if str(difference.left).lower().startswith(SMIME_CLASSES):
        why = "MIME says it by an attachment that is all of what is signed or encrypted, and there is none"
        return LossReason.CHANGED, f"{_became(difference)}: {why}"
    return _unsaid(PidTagMessageClass, difference, place)


def _method(_difference: Difference, _place: Place) -> Reason:
    return LossReason.OBJECT, "MIME has no objects of OLE and no references to files; the octets are kept as a file"


def _address(difference: Difference, _place: Place) -> Reason:
    return LossReason.CHANGED, f"MIME has addresses of the Internet only: {_became(difference)}"


def _key(_difference: Difference, _place: Place) -> Reason:
    return LossReason.COMPUTED, "the store that keeps the message makes its own"


def _of_octets(_difference: Difference, _place: Place) -> Reason:
    return LossReason.CHANGED, "the field tells of octets that are written anew"


_KNOWN_IN_MIME: dict[BagKey, Callable[[Difference, Place], Reason]] = {
    PidTagMessageClass.bag_key: _class,
    PidTagRtfCompressed.bag_key: _rtf,
    PidTagAttachMethod.bag_key: _method,
    PidTagAddressType.bag_key: _address,
    PidTagEmailAddress.bag_key: _address,
    PidTagSearchKey.bag_key: _key,
    **{
        (PS_INTERNET_HEADERS, name): _of_octets
        for name in ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")
    },
}

"""Restrictions as SEARCH keys (RFC 9051 section 6.4.4), for a restriction that has been checked.

Each part of a conjunction is answered exactly by the server, or left to be evaluated on rows: then a key that such rows
satisfy, if there is one, narrows them down. Alternatives are asked for only when the server can narrow down each of
them, and the opposite only of what it answers exactly. Of bodies and attachments the server alone knows what they say:
conditions on their text are narrowed down by its own rules (:mod:`msgcore.providers.imap.server_text`), which may miss
what is spelled in another way, with accents say; all others so that no message is missed.

Exact are flags, keywords of ours and entry ids. Times of arrival are narrowed down by the day, with a day more on
either side, because servers compare the date alone, in a zone of their own; sizes by that on the server; categories by
keywords and their field. Text of fields is narrowed down by the runs of ASCII letters and digits in what is looked for,
and by nothing where diacritics or width do not count. A message that we appended may say something else than its
fields on the server (:mod:`msgcore.providers.imap.front`), and is then always among the rows.

What can be missed: the server looks for text by itself, so a message is not found where only this library sees that
its text has the run. That is: where case folding makes an ASCII letter of another character (``ß``, for which no run
holds an ``s``, is provided for; a ligature, the Kelvin sign and the long s are found by servers that decompose text, as
RFC 5051 has it, and by no others); and where a charset, a damaged encoded word or a damaged structure is read by this
library alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import attrs

from msgcore.props.match import matcher
from msgcore.props.restriction import (
    And,
    Annotation,
    Bitmask,
    Comparison,
    Content,
    Exists,
    Not,
    Or,
    Relation,
    Restriction,
    Size,
)
from msgcore.props.table import (
    PidNameKeywords,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagRead,
    PidTagRecordKey,
)
from msgcore.props.types import PropertyType
from msgcore.providers.imap.columns import ARRIVALS
from msgcore.providers.imap.conditions import (
    EVERY,
    arrived,
    flagged,
    has_category,
    has_field,
    has_id,
    has_text,
    one_of_two,
    or_other,
    sized,
)
from msgcore.providers.imap.server_text import ServerText, looks_inside
from msgcore.wire.imap.command import ANY_LITERAL, Command, write_command
from msgcore.wire.imap.criteria import SearchCriteria, all_of, key, not_, or_, uids
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Selection", "Translator", "bytes_of"]

_MAX_DEPTH = 12
_OTHER_OCTETS = 300  # of a command beside its keys

_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})
_ENTRY_IDS = frozenset(tag.bag_key for tag in (PidTagEntryId, PidTagInstanceKey, PidTagRecordKey))
_ALWAYS_THERE = frozenset(
    {
        *((one, PropertyType.BINARY) for one in _ENTRY_IDS),
        (PidTagDisplayTo.bag_key, PropertyType.UNICODE),
        (PidTagDisplayCc.bag_key, PropertyType.UNICODE),
        *(
            (tag.bag_key, kind)
            for tag in (PidTagMessageFlags, PidTagMessageStatus, PidTagMessageSizeExtended)
            for kind in _INTEGERS
        ),
    }
)


@attrs.frozen
class Where:
    """Keys, and the restriction that they stand for; ``is_by_server``: as the server compares text."""

    criteria: SearchCriteria
    means: Restriction
    is_by_server: bool = False

    @property
    def size_octets(self) -> int:
        """How long it is in a command."""
        return len(bytes_of(self.criteria))


@attrs.frozen
class Selection:
    """The messages that a restriction may leave: those that the server finds; of them, those that satisfy the residual.

    Without ``criteria`` the server is asked for nothing. ``is_by_server``: it compares some text by its own rules.
    """

    criteria: SearchCriteria | None = None
    translated: Restriction | None = None
    preselected: Restriction | None = None
    residual: Restriction | None = None
    is_by_server: bool = False


def bytes_of(criteria: SearchCriteria) -> bytes:
    """Write keys as they stand in a command."""
    pieces = write_command(Command(b"SEARCH", *criteria.arguments), b"", ANY_LITERAL)
    octets = b"".join(piece.octets for piece in pieces if isinstance(piece.octets, bytes))
    return octets.removeprefix(b" SEARCH ").removesuffix(b"\r\n")


class Translator:
    """Translates for one folder.

    ``uid_of`` gives the unique id in the folder that an entry id names, if it does. ``finds_parts_of_words``: text is
    found in the middle of a word, as the RFC has it, so that fields can be asked for it. ``knows_utf8``: words that are
    not ASCII can be said. A command is no longer than ``max_octets``; what would make it so is left to the rows.
    """

    def __init__(
        self,
        uid_of: Callable[[bytes], int | None],
        *,
        finds_parts_of_words: bool = True,
        knows_utf8: bool = True,
        max_octets: int = 8_000,
    ) -> None:
        self._uid_of = uid_of
        self._finds_text = finds_parts_of_words
        self._server_text = ServerText(self._beside_text, knows_utf8=knows_utf8)
        self._max_octets = max_octets - _OTHER_OCTETS

    def translate(self, restriction: Restriction | None) -> Selection:
        """Translate as much as SEARCH can answer exactly, and narrow down the rest."""
        if restriction is None:
            return Selection()
        exact: list[Where] = []
        narrowing: list[Where] = []
        residual: list[Restriction] = []
        free = self._max_octets
        for part in restriction.parts if isinstance(restriction, And) else (restriction,):
            where = self._exact(part)
            if where is None or where.size_octets > free:
                residual.append(part)
                where = self._necessary(part)
                found = narrowing
            else:
                found = exact
            if where is not None and where.size_octets <= free:
                found.append(where)
                free -= where.size_octets
        every = [*exact, *narrowing]
        return Selection(
            all_of(*(where.criteria for where in every)) if every else None,
            _conjunction([where.means for where in exact]),
            _conjunction([where.means for where in narrowing]),
            _conjunction(residual),
            any(where.is_by_server for where in narrowing),
        )

    def _exact(self, restriction: Restriction, depth: int = 0) -> Where | None:
        """Give keys that find a message where the restriction holds, and no other."""
        if depth > _MAX_DEPTH:
            return None
        match restriction:
            case And():
                return _joined(And, [self._exact(part, depth + 1) for part in restriction.parts])
            case Or():
                found = self._is_in(restriction)
                return found or _joined(Or, [self._exact(part, depth + 1) for part in restriction.parts])
            case Not():
                part = self._exact(restriction.part, depth + 1)
                return part and Where(not_(part.criteria), restriction)
            case Annotation():
                part = self._exact(restriction.part, depth + 1)
                return part and attrs.evolve(part, means=restriction)
            case Comparison() | Exists() | Bitmask() | Size():
                return _where(self._leaf(restriction), restriction)
            case _:
                return None

    def _necessary(self, restriction: Restriction, depth: int = 0) -> Where | None:
        """Give keys that find every message where the restriction holds, as far as the server sees that it does."""
        found = self._certain(restriction, depth)
        if found is not None or not looks_inside(restriction):
            return found
        criteria = self._server_text.narrowed(restriction)
        return None if criteria is None else Where(or_other(criteria), restriction, is_by_server=True)

    def _beside_text(self, restriction: Restriction) -> SearchCriteria | None:
        found = self._certain(restriction)
        return None if found is None else found.criteria

    def _certain(self, restriction: Restriction, depth: int = 0) -> Where | None:
        """Give keys that find every message where the restriction holds, and perhaps others."""
        exact = self._exact(restriction, depth)
        if exact is not None or depth > _MAX_DEPTH:
            return exact
        match restriction:
            case And():
                parts = [self._necessary(part, depth + 1) for part in restriction.parts]
                return _joined(And, [part for part in parts if part is not None]) if any(parts) else None
            case Or():
                return _joined(Or, [self._necessary(part, depth + 1) for part in restriction.parts])
            case Annotation():
                return self._necessary(restriction.part, depth + 1)
            case Content():
                return _where(self._text(restriction), restriction)
            case Comparison():
                return _where(self._compared(restriction), restriction)
            case Exists():
                return _where(has_field(restriction.tag), restriction)
            case _:
                return None

    def _leaf(self, restriction: Comparison | Exists | Bitmask | Size) -> SearchCriteria | None:
        """Translate what the server answers exactly."""
        tag = restriction.tag
        if isinstance(restriction, Exists) and (tag.bag_key, tag.value_type) in _ALWAYS_THERE:
            return EVERY
        if tag.bag_key == PidTagRead.bag_key and tag.value_type is PropertyType.BOOLEAN:
            holds = matcher(restriction)
            return one_of_two(key("SEEN"), holds(_Sample(True)), holds(_Sample(False)))
        if isinstance(restriction, Bitmask) and tag.value_type in _INTEGERS:
            return flagged(tag, restriction.mask, is_set=restriction.is_set)
        if isinstance(restriction, Comparison) and _is_entry_id(restriction):
            found = self._among([restriction.value])
            return {Relation.EQ: found, Relation.NE: not_(found)}.get(restriction.relation)
        return None

    def _is_in(self, restriction: Or) -> Where | None:
        """Translate alternatives that are all entry ids, however many."""
        values: list[object] = []
        for part in restriction.parts:
            if not isinstance(part, Comparison) or part.relation is not Relation.EQ or not _is_entry_id(part):
                return None
            values.append(part.value)
        return Where(self._among(values), restriction) if values else None

    def _among(self, entry_ids: Iterable[object]) -> SearchCriteria:
        found = [self._uid_of(one) for one in entry_ids if isinstance(one, bytes)]
        return uids(UidSet.of(uid for uid in found if uid is not None))

    def _text(self, restriction: Content) -> SearchCriteria | None:
        value = restriction.value
        if restriction.ignore_non_space or restriction.is_loose or not isinstance(value, str):
            return None
        return has_text(restriction.tag, value, ignore_case=restriction.ignore_case) if self._finds_text else None

    def _compared(self, restriction: Comparison) -> SearchCriteria | None:
        tag, value = restriction.tag, restriction.value
        if tag.bag_key in ARRIVALS and isinstance(value, datetime) and tag.value_type is PropertyType.SYSTIME:
            return arrived(restriction.relation, value)
        if tag.bag_key == PidTagMessageSizeExtended.bag_key and tag.value_type in _INTEGERS:
            return sized(restriction.relation, value)
        if restriction.relation is not Relation.EQ or not isinstance(value, str):
            return None
        if tag.bag_key == PidNameKeywords.bag_key and tag.value_type is PropertyType.MV_UNICODE:
            return has_category(value)
        if not self._finds_text:
            return None
        return has_id(tag, value) or has_text(tag, value, ignore_case=False)


@attrs.frozen
class _Sample:
    value: object

    def get(self, _tag: object, /) -> object:
        return self.value


def _where(criteria: SearchCriteria | None, means: Restriction) -> Where | None:
    return None if criteria is None else Where(criteria, means)


def _is_entry_id(restriction: Comparison) -> bool:
    return restriction.tag.bag_key in _ENTRY_IDS and restriction.tag.value_type is PropertyType.BINARY


def _conjunction(parts: Sequence[Restriction]) -> Restriction | None:
    return parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else None


def _joined(kind: type[And] | type[Or], parts: Sequence[Where | None]) -> Where | None:
    there = [part for part in parts if part is not None]
    if len(there) < len(parts):
        return None
    joined = all_of if kind is And else or_
    means = kind(tuple(part.means for part in there))
    return Where(joined(*(part.criteria for part in there)), means, any(part.is_by_server for part in there))

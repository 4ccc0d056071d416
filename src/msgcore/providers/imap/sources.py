"""The properties of messages as a table looks at them: fetched in bulk, no more than is asked for, and each once.

*Theory of operation.* What does not change is read from what :mod:`.columns` says that it needs, by the code that reads
whole messages, and kept in the cache. A message of which the fields and the structure leave something open goes on to
the next round:

1. the fields that are asked for, with the structure where it says something;
2. the whole header, where something of ours stands in front of the message: in a choice of fields nobody can tell
   whether it really is at the front;
3. the texts on which it depends whether there are attachments;
4. the whole message, or all of it but its large attachments.

A message that is gone by then has no source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

import attrs

from msgcore.base.ids import EntryId
from msgcore.errors import NotFound
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.row import Row
from msgcore.props.table import PidNameKeywords, PidTagChangeKey, PidTagHasAttachments, PidTagMessageFlags
from msgcore.props.types import PropertyType
from msgcore.props.values import PropertyError, PropertyErrorCode
from msgcore.providers.imap.columns import Level, Need, is_about_place, is_of_flags, need_of, needs_of
from msgcore.providers.imap.content import LARGE_OCTETS
from msgcore.providers.imap.folder_tree import Folder
from msgcore.providers.imap.front import read_front
from msgcore.providers.imap.header_cache import HeaderCache
from msgcore.providers.imap.outline import attachments_in
from msgcore.providers.imap.partial_load import Loaded, load
from msgcore.providers.imap.reading import Reading, fitting, read_part, read_whole
from msgcore.providers.imap.record import flagged_record, keywords_with, placed_record
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.structure import BodyPart
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Reader", "Source"]

_WHOLE = ("INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]")
_NOT_FOUND = PropertyError(PropertyErrorCode.NOT_FOUND)
_LIGHT_BATCH, _HEAVY_BATCH = 10_000, 200

Values = Mapping[PropertyKey, object]


@attrs.frozen(eq=False)
class Source:
    """What was asked of one message."""

    uid: int
    values: Values

    def get(self, tag: PropertyKey, /) -> object:
        """Give a value; ``None`` also where it cannot be read."""
        value = self.values.get(tag)
        return None if isinstance(value, PropertyError) else value

    def row(self, columns: tuple[PropertyKey, ...]) -> Row:
        values: dict[BagKey, object] = {}
        for tag in columns:
            value = self.values.get(tag)
            values[tag.bag_key] = _NOT_FOUND if value is None else value
        return Row(columns, values)


class Reader:
    """Reads messages of the mailbox that is selected.

    ``entry_id`` names one, and ``change_key`` its version, by its unique id.
    """

    def __init__(
        self,
        session: ImapSession,
        folder: Folder,
        cache: HeaderCache,
        entry_id: Callable[[int], EntryId],
        change_key: Callable[[int], bytes],
    ) -> None:
        self._session = session
        self._folder = folder
        self._cache = cache
        self._entry_id = entry_id
        self._change_key = change_key

    async def sources(self, uids: Sequence[int], tags: Iterable[PropertyKey]) -> list[Source]:
        """Give what these messages say of some properties, in the same order, without those that are gone.

        Raises:
            MsgcoreError: what fetching raises.
        """
        asked = frozenset(tags)
        kept = frozenset(one for tag in asked for one in _kept_for(tag))
        has_flags = any(map(is_of_flags, asked))
        look = _Look(self._session, self._folder, self._cache, kept, has_flags=has_flags)
        await look.fetch(uids)
        if asked == kept and not has_flags:
            return [Source(uid, look.found[uid]) for uid in uids if uid in look.found]
        return [Source(uid, self._values(uid, asked, look)) for uid in uids if uid in look.found]

    @staticmethod
    def batch(tags: Iterable[PropertyKey]) -> int:
        """Say of how many messages some properties may be held at a time."""
        return _LIGHT_BATCH if needs_of(frozenset(tags)).level < Level.WHOLE else _HEAVY_BATCH

    def _values(self, uid: int, asked: Iterable[PropertyKey], look: _Look) -> Values:
        found = look.found[uid]
        values: dict[PropertyKey, object] = {}
        place: Values | None = None
        flags: Values | None = None
        for tag in asked:
            if tag in found and not is_of_flags(tag):
                values[tag] = found[tag]
            elif tag.bag_key == PidTagChangeKey.bag_key:
                values[tag] = fitting({PidTagChangeKey: self._change_key(uid)}, tag)
            elif is_about_place(tag):
                place = place or placed_record(self._entry_id(uid), self._folder.entry_id, None, 0)
                values[tag] = fitting(place, tag)
            elif tag.bag_key == PidNameKeywords.bag_key:
                values[tag] = _categories(tag, found.get(PidNameKeywords), look.flags.get(uid, ()))
            else:
                flags = flags or _flagged(look.flags.get(uid, ()), found)
                values[tag] = _of_flags(flags, tag, found)
        return values


def _kept_for(tag: PropertyKey) -> tuple[PropertyKey, ...]:
    """Say of what that never changes a property is made."""
    if tag.bag_key in _WITH_ATTACHMENTS:
        return (PidTagHasAttachments,)
    if tag.bag_key == PidNameKeywords.bag_key:
        return (PidNameKeywords,)
    return () if is_about_place(tag) or is_of_flags(tag) else (tag,)


_WITH_ATTACHMENTS = frozenset({PidTagHasAttachments.bag_key, PidTagMessageFlags.bag_key})


def _flagged(flags: Sequence[str], found: Values) -> Values:
    return flagged_record(flags, has_attachments=found.get(PidTagHasAttachments) is True)


def _of_flags(record: Values, tag: PropertyKey, found: Values) -> object:
    error = found.get(PidTagHasAttachments) if tag.bag_key in _WITH_ATTACHMENTS else None
    return error if isinstance(error, PropertyError) else fitting(record, tag)


def _categories(tag: PropertyKey, said: object, flags: Sequence[str]) -> object:
    if isinstance(said, PropertyError):
        return said
    if tag.value_type is not PidNameKeywords.value_type:
        return None
    own: tuple[str, ...] = cast("tuple[str, ...]", said) if isinstance(said, tuple) else ()
    return keywords_with(own, flags) or None


class _Look:
    """One look at some messages: what was ``found`` of each that is there, and its flags."""

    def __init__(
        self,
        session: ImapSession,
        folder: Folder,
        cache: HeaderCache,
        kept: frozenset[PropertyKey],
        *,
        has_flags: bool,
    ) -> None:
        self._session = session
        self._folder = folder
        self._cache = cache
        self._kept = kept
        self._has_flags = has_flags
        self.found: dict[int, Values] = {}
        self.flags: dict[int, tuple[str, ...]] = {}

    async def fetch(self, uids: Sequence[int]) -> None:
        groups: defaultdict[tuple[PropertyKey, ...], list[int]] = defaultdict(list)
        tag = self._folder.tag
        for uid in uids:
            known = self._cache.known(tag, uid)
            missing = [one for one in self._kept if one not in known]
            if missing or self._has_flags:
                groups[tuple(missing)].append(uid)
            else:
                self.found[uid] = known
        for absent, some in groups.items():
            await self._fetch_missing(some, frozenset(absent))

    async def _fetch_missing(self, uids: Sequence[int], missing: frozenset[PropertyKey]) -> None:
        need = needs_of(missing) | Need(has_flags=self._has_flags)
        if not need.items:
            for uid in uids:
                self._settle(uid, {})
            return
        fronted, texts, left = await self._round(uids, need, missing)
        if fronted:
            _, more_texts, more_left = await self._round(fronted, need.of_every_field, missing)
            texts += more_texts
            left |= more_left
        await self._see_texts(texts)
        await self._see_whole(left)

    async def _round(
        self, uids: Sequence[int], need: Need, missing: frozenset[PropertyKey]
    ) -> tuple[list[int], list[tuple[int, Reading]], dict[int, tuple[int, list[PropertyKey]]]]:
        """Fetch and read what is needed; give those with a front, with texts to see, and with something left."""
        fronted: list[int] = []
        texts: list[tuple[int, Reading]] = []
        left: dict[int, tuple[int, list[PropertyKey]]] = {}
        fetching = await self._session.fetch(UidSet.of(uids), need.items)
        while some := await fetching.next():
            for fetch in some:
                uid = fetch.uid or 0
                if fetch.flags is not None:
                    self.flags[uid] = fetch.flags
                reading = read_part(fetch, missing) if missing else Reading()
                if reading.has_front:
                    fronted.append(uid)
                    continue
                self._settle(uid, reading.values)
                if reading.texts:
                    texts.append((uid, reading))
                if reading.left:
                    left[uid] = (fetch.size_octets or 0, reading.left)
        return fronted, texts, left

    async def _see_texts(self, waiting: Iterable[tuple[int, Reading]]) -> None:
        """See whether texts hold files, or show what else would be attachments."""
        by_sections: defaultdict[tuple[str, ...], dict[int, BodyPart]] = defaultdict(dict)
        for uid, reading in waiting:
            if reading.structure is not None:
                by_sections[reading.texts][uid] = reading.structure
        for sections, structures in by_sections.items():
            items = [f"BODY.PEEK[{section}]" for section in sections]
            fetching = await self._session.fetch(UidSet.of(structures), items)
            while some := await fetching.next():
                for fetch in some:
                    structure = structures.get(fetch.uid or 0)
                    if structure is not None:
                        bodies = {one: fetch.sections.get(f"BODY[{one}]") or b"" for one in sections}
                        self._settle(fetch.uid or 0, {PidTagHasAttachments: attachments_in(structure, bodies)})

    async def _see_whole(self, waiting: Mapping[int, tuple[int, list[PropertyKey]]]) -> None:
        small = [uid for uid, (size, _) in waiting.items() if size <= LARGE_OCTETS]
        if small:
            fetching = await self._session.fetch(UidSet.of(small), _WHOLE)
            while some := await fetching.next():
                for fetch in some:
                    if (fetch.uid or 0) in waiting:
                        self._settle(
                            fetch.uid or 0, read_whole(_loaded(fetch), LARGE_OCTETS, waiting[fetch.uid or 0][1])
                        )
        for uid in waiting.keys() - set(small):
            try:
                loaded = await load(self._session, self._folder, uid, LARGE_OCTETS)
            except NotFound:
                self.found.pop(uid, None)
            else:
                self._settle(uid, read_whole(loaded, LARGE_OCTETS, waiting[uid][1]))

    def _settle(self, uid: int, values: Values) -> None:
        """Note what was found of a message."""
        tag = self._folder.tag
        found = self.found.get(uid)
        if found is None:
            known = self._cache.known(tag, uid)
            found = {one: known[one] for one in self._kept if one in known}
        self.found[uid] = {**found, **values}
        lasting = {one: value for one, value in values.items() if _lasts(one, value)}
        if lasting:
            self._cache.keep(tag, uid, lasting)


def _lasts(tag: PropertyKey, value: object) -> bool:
    """Say whether a value is kept: it is small, and nothing hinders reading it."""
    is_small = need_of(tag).level < Level.WHOLE and tag.value_type is not PropertyType.OBJECT
    return is_small and not isinstance(value, PropertyError)


def _loaded(fetch: Fetch) -> Loaded:
    octets = next(iter(fetch.sections.values()), None) or b""
    front = read_front(octets)
    size = front.own_size(len(octets) if fetch.size_octets is None else fetch.size_octets)
    return Loaded(front.own(octets), front, (), fetch.internal_date, size)

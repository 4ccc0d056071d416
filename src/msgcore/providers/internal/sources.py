"""The rows of a contents table as they come from the database: what is selected, and the properties made of it.

Only the columns that somebody asks for are selected. A message is decoded only for a property that has no column, and
let go at once. The text of attachments (PidTagSearchAttachments) is a property of rows alone: it is what the functions
for their content types say now, while conditions on its words find what these said when the message was saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import LimitExceeded, MsgcoreError, NotLoaded
from msgcore.model.message import Message
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.row import Place, Row, RowLayout, RowSet
from msgcore.props.table import PidTagSearchAttachments
from msgcore.props.tags import Property
from msgcore.props.values import PropertyError, PropertyErrorCode
from msgcore.providers.internal.columns import Columns, column_of, columns_of_store
from msgcore.providers.internal.records import load_message, read_content
from msgcore.runtime import Connection, Engine
from msgcore.spi.texts import MOST_SECONDS, attachment_text

__all__ = ["Layout", "Source", "layout_of", "light_source", "rows_of"]


@attrs.frozen
class Layout:
    """What is selected for some columns, the id first, and what the rows are made of.

    ``places`` says where each column's name stands in what was selected. ``uncolumned`` are the properties that the
    message itself has to say; their values come behind.
    """

    sql: str
    columns: Columns
    places: Mapping[str, int]
    row: RowLayout
    uncolumned: tuple[PropertyKey, ...]


@lru_cache(maxsize=256)
def layout_of(uid: bytes, asked: tuple[PropertyKey, ...], engine: Engine, *, is_whole: bool = False) -> Layout:
    """Lay out rows of the columns that are asked for; ``is_whole`` selects all others, too."""
    columns = columns_of_store(uid)
    known = {tag: column for tag in asked if (column := column_of(tag, columns)) is not None}
    others = columns.values() if is_whole else ()
    names = dict.fromkeys(["id", *(column.name for column in (*known.values(), *others))])
    places = {name: at for at, name in enumerate(names)}
    of_row: dict[BagKey, Place] = {tag.bag_key: (places[one.name], one.reading(engine)) for tag, one in known.items()}
    uncolumned = tuple(tag for tag in asked if tag not in known)
    for at, tag in enumerate(uncolumned, len(names)):
        of_row[tag.bag_key] = (at, None)
    return Layout(", ".join(names), columns, places, RowLayout(asked, of_row), uncolumned)


class Source:
    """The properties of one row while it is looked at.

    Raises (from each method):
        TimedOut: the message had to be read, and the deadline has passed.
    """

    __slots__ = ("_connection", "_deadline", "_layout", "_message", "_raw", "_said")

    def __init__(self, connection: Connection, layout: Layout, raw: tuple[Any, ...], deadline: Deadline) -> None:
        self._connection = connection
        self._layout = layout
        self._raw = raw
        self._deadline = deadline
        self._message: Message | PropertyError | None = None
        self._said: dict[PropertyKey, object] = {}

    @property
    def number(self) -> int:
        return int(self._raw[0])

    def get(self, tag: PropertyKey, /) -> object:
        """Give a value; ``None`` also where the message cannot be read."""
        value = self._value(tag)
        return None if isinstance(value, PropertyError) else value

    def row(self) -> Row:
        return RowSet(self._layout.row, [self.raw])[0]

    @property
    def raw(self) -> tuple[Any, ...]:
        """What a row is made of."""
        return (*self._raw, *(self._value(tag) for tag in self._layout.uncolumned))

    def _value(self, tag: PropertyKey) -> object:
        column = column_of(tag, self._layout.columns)
        if column is not None:
            value = self._raw[self._layout.places[column.name]]
            return None if value is None else column.from_sql(value)
        if tag not in self._said:  # a text that is made of HTML takes long
            self._said[tag] = self._said_by_message(tag)
        return self._said[tag]

    def _said_by_message(self, tag: PropertyKey) -> object:
        if self._message is None:
            self._message = self._load()
        if isinstance(self._message, PropertyError):
            return self._message
        if tag == PidTagSearchAttachments:
            return attachment_text(self._message.attachments, self._deadline.sooner(MOST_SECONDS)) or None
        try:
            return self._message.get(cast("Property[object]", tag))
        except MsgcoreError as error:
            return _in_place_of_value(error)

    def _load(self) -> Message | PropertyError:
        self._deadline.check("reading messages")
        content = read_content(self._connection, self.number)
        try:
            return load_message(content, {})
        except MsgcoreError as error:
            return _in_place_of_value(error)


def _in_place_of_value(error: MsgcoreError) -> PropertyError:
    is_large = isinstance(error, NotLoaded | LimitExceeded)
    code = PropertyErrorCode.NOT_ENOUGH_MEMORY if is_large else PropertyErrorCode.NO_ACCESS
    return PropertyError(code, str(error))


@attrs.frozen
class _Values:
    values: dict[BagKey, object]

    def get(self, tag: PropertyKey, /) -> object:
        return self.values.get(tag.bag_key)


def light_source(source: Source, tags: Sequence[PropertyKey]) -> _Values:
    """Give a source of a few properties only, so that the message need not be held."""
    return _Values({tag.bag_key: source.get(tag) for tag in tags})


def rows_of(connection: Connection, layout: Layout, found: Sequence[tuple[Any, ...]], deadline: Deadline) -> RowSet:
    """Make rows of what was selected.

    Raises:
        TimedOut: the deadline passed before all messages were read that have to be.
    """
    if layout.uncolumned:
        found = [Source(connection, layout, raw, deadline).raw for raw in found]
    return RowSet(layout.row, found)

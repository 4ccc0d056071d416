"""Search folders: what they search for, and which messages are in them.

A search folder has a link to each message that it shows, and counts of them. Whatever changes a message, in the same
transaction, says so to :func:`update_searches`, which asks each search whether it finds the message now. Searches are
asked of the message itself, not of the tables: the full text of a word that many messages have would be read anew for
each message that comes. What fills a search folder from the tables is :mod:`.search_filling`.

A search that cannot be asked stops nobody's mail: it has a regular expression, and RE2 is not installed here, or it is
damaged. Its folder is left as it is, and where it can be, its search is marked as behind: whoever can ask it fills the
folder anew before it is looked at, and nobody else looks at it.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache

import attrs

from msgcore.errors import MissingExtra, MsgcoreError, StoreCorrupt
from msgcore.props.data_form import restriction_from_data, restriction_to_data
from msgcore.props.match import PropertySource, matcher
from msgcore.props.restriction import Restriction
from msgcore.providers.internal.folder_tree import folders_above
from msgcore.providers.internal.sources import Source, layout_of
from msgcore.providers.internal.standing import Section, Tally
from msgcore.runtime import NEVER, Connection
from msgcore.spi.store import MessageFlag

__all__ = [
    "KeptSearch",
    "SearchFolder",
    "count_links",
    "is_behind",
    "read_search",
    "searches_of",
    "unlink_folder",
    "update_searches",
    "write_search",
]

_log = logging.getLogger("msgcore.providers.internal")

_AT_ONCE = 250
_BEHIND = '{"is_behind":true,'
_UNREAD = f"(flags & {int(MessageFlag.READ)}) = 0"
_FACTS = "id, folder_id, section, flags, change_number > arrived_number and change_number > content_number"


def _matcher_of(search: KeptSearch) -> Callable[[PropertySource], bool]:
    return matcher(search.restriction)


@attrs.frozen
class KeptSearch:
    """What a search folder shows: messages of the folders in ``scope``, by number, that satisfy the restriction."""

    restriction: Restriction
    scope: tuple[int, ...]
    is_recursive: bool
    finds: Callable[[PropertySource], bool] = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_matcher_of, takes_self=True)
    )

    def holds(self, above: Sequence[int]) -> bool:
        """Say whether a folder is in the scope; ``above`` are the folder, the one that it is in, and so on."""
        return not set(self.scope).isdisjoint(above if self.is_recursive else above[:1])


@attrs.frozen
class SearchFolder:
    """A search folder's number, and its search."""

    number: int
    search: KeptSearch


def write_search(search: KeptSearch) -> str:
    """Write a search as JSON."""
    data = {
        "where": restriction_to_data(search.restriction),
        "scope": search.scope,
        "is_recursive": search.is_recursive,
    }
    return json.dumps(data, separators=(",", ":"))


@lru_cache(maxsize=4_096)
def read_search(text: str) -> KeptSearch:
    """Read what :func:`write_search` wrote.

    Raises:
        StoreCorrupt: it did not write this.
        MissingExtra: the search has a regular expression, and RE2 is not installed here.
    """
    try:
        data = json.loads(text)
        return KeptSearch(restriction_from_data(data["where"]), tuple(data["scope"]), data["is_recursive"])
    except MissingExtra:
        raise
    except (ValueError, TypeError, LookupError, MsgcoreError) as error:
        raise StoreCorrupt(f"the search of a folder is damaged: {type(error).__name__}: {error}") from error


def is_behind(text: str) -> bool:
    """Say whether messages came or went while the search could not be asked."""
    return text.startswith(_BEHIND)


def searches_of(connection: Connection, mailbox: int) -> list[SearchFolder]:
    """Read the searches of a mailbox, for who changes messages; those that cannot be read stay behind."""
    found: list[SearchFolder] = []
    for number, name, text in connection.rows(
        "select id, name, search from folder where mailbox_id = ? and search is not null order by id", (mailbox,)
    ):
        try:
            found.append(SearchFolder(number, read_search(text)))
        except MissingExtra as error:
            if not is_behind(text):
                _log.warning("search folder %r is left as it is until it can be asked: %s", name, error)
                connection.run("update folder set search = ? where id = ?", (_BEHIND + text[1:], number))
        except StoreCorrupt as error:
            _log.warning("search folder %r is left as it is: %s", name, error)
    return found


def _has_searches(connection: Connection, mailbox: int) -> bool:
    sql = "select 1 from folder where mailbox_id = ? and search is not null limit 1"
    return connection.value(sql, (mailbox,)) is not None


def update_searches(
    connection: Connection,
    mailbox: int,
    numbers: Sequence[int],
    *,
    are_gone: bool = False,
    are_flipped: bool | None = None,
) -> None:
    """Bring the search folders of a mailbox up to date with messages that came, changed, moved or went.

    What goes for good says so with ``are_gone`` while it is still there. ``are_flipped`` says whether the read flag of
    each has just changed; where nobody says so and it may have, search folders that show one are counted anew.
    """
    if not numbers or not _has_searches(connection, mailbox):
        return
    # No search is asked of what has gone: that goes also where one cannot be read.
    searches = [] if are_gone else searches_of(connection, mailbox)
    uid: bytes = connection.value("select uid from mailbox where id = ?", (mailbox,))
    update = _Update(connection, uid, searches, are_gone=are_gone, are_flipped=are_flipped)
    for start in range(0, len(numbers), _AT_ONCE):
        update.look_at(numbers[start : start + _AT_ONCE])
    update.tally.write(connection)
    for folder in sorted(update.unsure):
        count_links(connection, folder)


class _Update:
    """Compares the links of messages with what the searches find.

    ``unsure`` are the search folders whose unread messages have to be counted anew: a read flag may have changed.
    """

    def __init__(
        self,
        connection: Connection,
        uid: bytes,
        searches: Sequence[SearchFolder],
        *,
        are_gone: bool,
        are_flipped: bool | None,
    ) -> None:
        self._connection = connection
        self._are_gone = are_gone
        self._are_flipped = are_flipped
        self._layout = layout_of(uid, (), connection.engine, is_whole=True)
        self._searches = searches
        self._holding: dict[int, list[SearchFolder]] = {}
        self.tally = Tally()
        self.unsure: set[int] = set()

    def look_at(self, numbers: Sequence[int]) -> None:
        """Look at some messages."""
        marks = ", ".join("?" * len(numbers))
        links: defaultdict[int, set[int]] = defaultdict(set)
        for folder, number in self._connection.rows(
            f"select folder_id, message_id from search_link where message_id in ({marks})", numbers
        ):
            links[number].add(folder)
        sql = f"select {_FACTS}, {self._layout.sql} from message where id in ({marks})"
        came: list[tuple[int, int]] = []
        went: list[tuple[int, int]] = []
        for number, folder, section, flags, is_flagged, *raw in self._connection.rows(sql, numbers):
            is_there = section == Section.MESSAGES and not self._are_gone
            source = Source(self._connection, self._layout, tuple(raw), NEVER)
            found = set(self._finding(folder, source)) if is_there else set[int]()
            linked = links[number]
            came += [(search, number) for search in found - linked]
            went += [(search, number) for search in linked - found]
            self._count(linked, flags ^ MessageFlag.READ if self._are_flipped else flags, -1)
            self._count(found, flags, 1)
            if is_there and is_flagged and self._are_flipped is None:
                self.unsure |= found | linked
        self._connection.run_many("delete from search_link where folder_id = ? and message_id = ?", sorted(went))
        self._connection.run_many("insert into search_link (folder_id, message_id) values (?, ?)", sorted(came))

    def _finding(self, folder: int, source: Source) -> Iterable[int]:
        """Give the searches that find a message."""
        if folder not in self._holding:
            above = folders_above(self._connection, folder)
            self._holding[folder] = [one for one in self._searches if one.search.holds(above)]
        return (one.number for one in self._holding[folder] if one.search.finds(source))

    def _count(self, searches: Collection[int], flags: int, sign: int) -> None:
        for search in searches:
            self.tally.add(search, Section.MESSAGES, flags, sign)


def unlink_folder(connection: Connection, mailbox: int, folder: int) -> None:
    """Take all messages of a folder out of the search folders of its mailbox."""
    if not _has_searches(connection, mailbox):
        return
    counts = connection.rows(
        f"select search_link.folder_id, count(*), count(*) filter (where {_UNREAD}) from message"
        " join search_link on message_id = id where message.folder_id = ? group by search_link.folder_id",
        (folder,),
    )
    if counts:
        connection.run(
            "delete from search_link where message_id in (select id from message where folder_id = ?)", (folder,)
        )
        connection.run_many(
            "update folder set message_count = message_count - ?, unread_count = unread_count - ? where id = ?",
            [(count, unread, search) for search, count, unread in counts],
        )


def count_links(connection: Connection, folder: int) -> None:
    """Count the messages of a search folder anew."""
    connection.run(
        "update folder set (message_count, unread_count) ="
        f" (select count(*), count(*) filter (where {_UNREAD}) from search_link join message on id = message_id"
        " where search_link.folder_id = ?) where id = ?",
        (folder, folder),
    )

"""The invariants of a mailbox, as queries for what breaks them: the SQL of one read transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import StoreCorrupt
from msgcore.providers.internal.content_reader import verify_content
from msgcore.providers.internal.journal import journals_of_no_message
from msgcore.providers.internal.search_filling import verify_search
from msgcore.providers.internal.standing import Section
from msgcore.providers.internal.word_upkeep import made_by_other_unicode, unfindable
from msgcore.runtime import Connection
from msgcore.spi.overlay import overlay_from_json
from msgcore.spi.recovery import Fault
from msgcore.spi.store import MessageFlag, SpecialFolder

__all__ = ["find_faults"]

_CHUNK = 1_000

_OF_MAILBOX = "from message join folder on folder.id = folder_id where mailbox_id = ?"
_SEEN = f"section = {int(Section.MESSAGES)}"
_UNREAD = f"flags & {int(MessageFlag.READ)} = 0"
_MARKED = f"flags & {int(MessageFlag.ASSOCIATED)}"
_LINKED = "from search_link join message on message.id = message_id where search_link.folder_id = folder.id"
_KEPT = f"from message where folder_id = folder.id and {_SEEN}"


@attrs.frozen
class _Rule:
    """``sql`` gives the numbers of what breaks it; each of its parameters is the mailbox."""

    what: str
    text: str
    sql: str


_RULES = (
    _Rule(
        "folder",
        "the number of its messages is wrong",
        f"select id from folder where mailbox_id = ? and search is null and message_count <> (select count(*) {_KEPT})",
    ),
    _Rule(
        "folder",
        "the number of its unread messages is wrong",
        "select id from folder where mailbox_id = ? and search is null"
        f" and unread_count <> (select count(*) {_KEPT} and {_UNREAD})",
    ),
    _Rule(
        "search folder",
        "its counts are not those of its links",
        "select id from folder where mailbox_id = ? and search is not null"
        f" and (message_count <> (select count(*) {_LINKED})"
        f" or unread_count <> (select count(*) {_LINKED} and {_UNREAD}))",
    ),
    _Rule(
        "search folder",
        "it shows a message that is deleted, associated or another mailbox's",
        "select distinct folder.id from folder join search_link on search_link.folder_id = folder.id"
        " join message on message.id = message_id join folder as kept on kept.id = message.folder_id"
        f" where folder.mailbox_id = ? and (not {_SEEN} or kept.mailbox_id <> folder.mailbox_id"
        " or folder.search is null)",
    ),
    _Rule(
        "mailbox",
        "a special folder is missing",
        "select id from mailbox where id = ? and (select count(*) from folder where mailbox_id = mailbox.id"
        f" and role in ({', '.join(repr(role.value) for role in SpecialFolder)})) <> {len(SpecialFolder)}",
    ),
    _Rule(
        "mailbox",
        "it has no receive folder for all classes that have no other",
        "select id from mailbox where id = ? and not exists (select 1 from receive_folder"
        " where mailbox_id = mailbox.id and length(class_key) = 0)",
    ),
    _Rule(
        "folder",
        "it receives messages, and is a search folder or another mailbox's",
        "select folder.id from folder join receive_folder on folder_id = folder.id"
        " where receive_folder.mailbox_id = ? and (search is not null or"
        " folder.mailbox_id <> receive_folder.mailbox_id)",
    ),
    _Rule(
        "folder",
        "it is not below the root",
        "with recursive below (id) as (select id from folder where parent_id is null union"
        " select folder.id from folder join below on folder.parent_id = below.id)"
        " select id from folder where mailbox_id = ? and id not in (select id from below)",
    ),
    _Rule(
        "folder",
        "its parent is another mailbox's",
        "select folder.id from folder join folder as parent on parent.id = folder.parent_id"
        " where folder.mailbox_id = ? and parent.mailbox_id <> folder.mailbox_id",
    ),
    _Rule(
        "folder",
        "it has a change number that the mailbox never gave",
        "select folder.id from folder join mailbox on mailbox.id = mailbox_id where mailbox.id = ?"
        " and (created_number > folder.change_number or folder.change_number > mailbox.change_number)",
    ),
    _Rule(
        "message",
        "its change numbers are not in their order",
        f"select message.id {_OF_MAILBOX} and (message.created_number > arrived_number"
        " or arrived_number > message.change_number or content_number > message.change_number)",
    ),
    _Rule(
        "message",
        "it has a change number that the mailbox never gave",
        "select message.id from message join folder on folder.id = folder_id join mailbox on mailbox.id = mailbox_id"
        " where mailbox.id = ? and message.change_number > mailbox.change_number",
    ),
    _Rule(
        "change",
        "two objects have its number",
        f"select number from (select message.change_number as number {_OF_MAILBOX}"
        " union all select change_number from folder where mailbox_id = ?) as given group by number"
        " having count(*) > 1",
    ),
    _Rule(
        "change",
        "a message has its number, and something else that has departed",
        "select gone.number from message join folder on folder.id = message.folder_id join gone on"
        " gone.mailbox_id = folder.mailbox_id and gone.number = message.change_number where folder.mailbox_id = ?"
        " and (is_folder <> 0 or object_id <> message.id)",
    ),
    _Rule(
        "change",
        "a folder has its number, and something that has departed",
        "select gone.number from folder join gone on gone.mailbox_id = folder.mailbox_id"
        " and gone.number = folder.change_number where folder.mailbox_id = ?",
    ),
    _Rule(
        "change",
        "something departed by it, and the mailbox never gave its number",
        "select number from gone join mailbox on mailbox.id = gone.mailbox_id where mailbox.id = ?"
        " and number > change_number",
    ),
    _Rule(
        "message",
        "whether it is deleted or associated is said in two ways",
        f"select message.id {_OF_MAILBOX} and ((section = {int(Section.DELETED)}) <> (deleted_time is not null)"
        f" or (section = {int(Section.ASSOCIATED)} and {_MARKED} = 0) or ({_SEEN} and {_MARKED} <> 0))",
    ),
    _Rule(
        "message",
        "its folder is a search folder",
        f"select message.id {_OF_MAILBOX} and search is not null",
    ),
    _Rule(
        "message",
        "its content is missing",
        f"select message.id {_OF_MAILBOX} and not exists (select 1 from content where content.id = content_id)",
    ),
    _Rule(
        "message",
        "it is submitted and not marked so, or marked and not submitted",
        f"select message.id {_OF_MAILBOX} and (flags & {int(MessageFlag.SUBMIT)} <> 0) <> exists (select 1"
        " from submission where message_id = message.id and state in ('ready', 'held'))",
    ),
    _Rule(
        "journal",
        "an entry names a message of another mailbox",
        "select distinct journal.id from journal join journal_entry on journal_id = journal.id"
        " join message on message.id = message_id join folder on folder.id = folder_id"
        " where journal.mailbox_id = ? and folder.mailbox_id <> journal.mailbox_id",
    ),
    _Rule("content", "no message has it", "select id from content where id not in (select content_id from message)"),
)


def find_faults(connection: Connection, mailbox: int, deadline: Deadline) -> Iterator[Fault]:
    """Give every invariant of a mailbox, and of what it shares with others of the database, that does not hold.

    Raises:
        TimedOut: the deadline passed while messages were read.
    """
    for rule in _RULES:
        for (number,) in connection.rows(rule.sql, (mailbox,) * rule.sql.count("?")):
            yield Fault(f"{rule.what} {number}", rule.text)
    for number in journals_of_no_message(connection, mailbox):
        yield Fault(f"journal {number}", "an entry names a message that never was")
    other = made_by_other_unicode(connection)
    if other is not None:
        yield Fault("words", f"made by Unicode {other}, and now others are asked for; compact() makes them anew")
    else:  # searches for words would find others, too
        yield from _each(
            connection,
            "folder",
            "id",
            deadline,
            lambda number: verify_search(connection, mailbox, number, deadline),
            f"search is not null and mailbox_id = {mailbox}",
        )
    yield from _each(connection, "content", "id", deadline, lambda number: verify_content(connection, number))
    yield from _each(
        connection,
        "message",
        "id",
        deadline,
        lambda number: _read_overlay(connection, number),
        f"overlay is not null and folder_id in (select id from folder where mailbox_id = {mailbox})",
    )
    for number in unfindable(connection, deadline):
        yield Fault(f"message {number}", "a word of it does not find it")


def _read_overlay(connection: Connection, number: int) -> None:
    overlay_from_json(connection.value("select overlay from message where id = ?", (number,)))


def _each(
    connection: Connection,
    table: str,
    key: str,
    deadline: Deadline,
    look: Callable[[int], None],
    where: str = "id = id",
) -> Iterator[Fault]:
    """Look at each row of a table, some at a time."""
    last = 0
    sql = f"select {key} from {table} where {where} and {key} > ? order by {key} limit ?"
    while rows := connection.rows(sql, (last, _CHUNK)):
        for (number,) in rows:
            deadline.check("checking the store")
            try:
                look(number)
            except StoreCorrupt as error:
                yield Fault(f"{table} {number}", str(error))
        last = rows[-1][0]

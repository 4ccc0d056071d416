"""What has changed since a token: the SQL of one transaction, on a connection that is handed in.

A token is three change numbers: ``base``, which kinds are relative to, ``reached``, up to which all was given, and
``began``: what had departed by then is nothing to whoever asks, and so may have been forgotten. They are equal but
between the pages of one round, whose base stays; so an object that changes again meanwhile is given again, and never as
one that was there before the round. A round from before everything has the base 0, and begins now: what departed before
was never given.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Iterator

import attrs

from msgcore.base.ids import EntryId, ObjectKind, new_uid
from msgcore.errors import InvalidToken
from msgcore.providers.internal.dialect import leave_gap
from msgcore.providers.internal.numbers import mailbox_removed
from msgcore.providers.internal.standing import Section
from msgcore.runtime import Connection, Engine
from msgcore.spi.changes import Change, ChangeKind, Changes
from msgcore.spi.store import MessageFlag

__all__ = ["Scope", "begin_epoch", "changes_since", "forget_departures", "token_of_now"]

_TOKEN = struct.Struct(">16s16sqqqq")
_ANY_NUMBER = 2**63 - 1

_CHANGED = (
    "select change_number, id, folder_id, flags, created_number, arrived_number, content_number from message"
    f" where {{}} and section <> {int(Section.DELETED)} and change_number > ? order by change_number limit ?"
)
# SQLite leaves a folder when it has enough of it; PostgreSQL would look at all messages of all mailboxes.
_CHANGED_IN_EACH = (
    f"select changed.* from folder cross join lateral ({_CHANGED.format('folder_id = folder.id')}) as changed"
    " where folder.mailbox_id = ? order by changed.change_number limit ?"
)
# Nobody heard of what came after what he knows, and went.
_GONE = (
    "select number, object_id, folder_id, is_folder, is_associated from gone"
    " where {} and number > ? and {} <= ? order by number limit ?"
)
_FOLDERS = (
    "select change_number, id, parent_id, created_number from folder"
    " where mailbox_id = ? and parent_id is not null and change_number > ? order by change_number limit ?"
)


@attrs.frozen
class Scope:
    """A mailbox, or one folder of it, by number; and the uid of the entry ids."""

    uid: bytes
    mailbox: int
    folder: int | None = None

    @property
    def within(self) -> int:
        return self.mailbox if self.folder is None else self.folder

    @property
    def of_messages(self) -> str:
        """The condition on messages, whose value is :attr:`within`."""
        if self.folder is None:
            return "folder_id in (select id from folder where mailbox_id = ?)"
        return "folder_id = ?"

    def message(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.MESSAGE, number)

    def folder_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.FOLDER, number)


@attrs.frozen
class _Token:
    epoch: bytes
    base: int
    reached: int
    began: int

    @property
    def seen(self) -> int:
        """The last change that a state which was given may be of."""
        return max(self.reached, self.began)

    def octets(self, scope: Scope) -> bytes:
        return _TOKEN.pack(scope.uid, self.epoch, scope.folder or 0, self.base, self.reached, self.began)

    @classmethod
    def parse(cls, token: bytes, scope: Scope) -> _Token:
        if len(token) != _TOKEN.size:
            raise InvalidToken("that is no token of changes")
        uid, epoch, folder, base, reached, began = _TOKEN.unpack(token)
        if uid != scope.uid or folder != (scope.folder or 0):
            raise InvalidToken("the token is another store's or folder's")
        return cls(epoch, base, reached, began)


@attrs.frozen
class _Mailbox:
    """What a mailbox says of its numbers."""

    epoch: bytes
    epoch_number: int
    last: int
    forgotten: int

    @classmethod
    def read(cls, connection: Connection, scope: Scope) -> _Mailbox:
        sql = "select epoch, epoch_number, change_number, forgotten_number from mailbox where id = ?"
        row = connection.row(sql, (scope.mailbox,))
        if row is None:
            raise mailbox_removed()
        return cls(*row)

    @property
    def token_of_now(self) -> _Token:
        return _Token(self.epoch, self.last, self.last, self.last)

    @property
    def token_of_nothing(self) -> _Token:
        return _Token(self.epoch, 0, 0, self.last)

    def check(self, token: _Token) -> None:
        if token.seen > (self.last if token.epoch == self.epoch else self.epoch_number):
            raise InvalidToken("the token is of a time that this store never saw: it was restored from a backup")
        if token.seen < self.forgotten:
            raise InvalidToken("deletions since the token are forgotten; ask without one for all that is there")


def changes_since(
    connection: Connection, scope: Scope, token: bytes | None, limit: int, *, tells_unseen: bool = False
) -> Changes:
    """Give what changed in the scope since a token: at most ``limit`` changes, or the two of one message.

    ``tells_unseen`` gives what came and went since then as ``DELETED``: it may have been seen in between.

    Raises:
        InvalidToken: it is another store's or folder's, or deletions since it are forgotten.
        ObjectDeleted: the mailbox was removed.
    """
    mailbox = _Mailbox.read(connection, scope)
    asked = mailbox.token_of_nothing if token is None else _Token.parse(token, scope)
    mailbox.check(asked)
    found: list[Change] = []
    for changes in _in_order(connection, scope, asked, limit + 1, tells_unseen=tells_unseen):
        if found and len(found) + len(changes) > limit:
            reached = attrs.evolve(asked, epoch=mailbox.epoch, reached=found[-1].number)
            return Changes(found, reached.octets(scope), has_more=True)
        found += changes
    return Changes(found, mailbox.token_of_now.octets(scope))


def token_of_now(connection: Connection, scope: Scope) -> bytes:
    """Give the token that nothing has changed since."""
    return _Mailbox.read(connection, scope).token_of_now.octets(scope)


def begin_epoch(connection: Connection) -> None:
    """Make the mailboxes of a copy others than those that it was copied from: their numbers will mean other changes.

    Entry ids go on where those of the original will not come soon.
    """
    for (number,) in connection.rows("select id from mailbox"):
        connection.run("update mailbox set epoch = ?, epoch_number = change_number where id = ?", (new_uid(), number))
    leave_gap(connection, ("folder", "message"))


def forget_departures(connection: Connection, mailbox: int, most: int) -> None:
    """Forget all departures but the last ``most``: tokens from before these are good no more."""
    last = connection.value(
        "select number from gone where mailbox_id = ? order by number desc limit 1 offset ?", (mailbox, most)
    )
    if last is not None:
        connection.run("update mailbox set forgotten_number = ? where id = ?", (last, mailbox))
        connection.run("delete from gone where mailbox_id = ? and number <= ?", (mailbox, last))


def _in_order(
    connection: Connection, scope: Scope, asked: _Token, limit: int, *, tells_unseen: bool
) -> Iterator[list[Change]]:
    """Give the changes of each object in the order of numbers, at least the first ``limit`` of them."""
    newest = _ANY_NUMBER if tells_unseen else asked.reached
    sources = [_messages(connection, scope, asked, limit), _departures(connection, scope, asked, newest, limit)]
    if scope.folder is None:
        sources.append(_folders(connection, scope, asked, limit))
    return heapq.merge(*sources, key=lambda changes: changes[0].number)


def _messages(connection: Connection, scope: Scope, asked: _Token, limit: int) -> Iterator[list[Change]]:
    if scope.folder is None and connection.engine is Engine.POSTGRES:
        rows = connection.rows(_CHANGED_IN_EACH, (asked.reached, limit, scope.mailbox, limit))
    else:
        rows = connection.rows(_CHANGED.format(scope.of_messages), (scope.within, asked.reached, limit))
    for row in rows:
        number, one, folder, flags, created, arrived, content = row
        is_new = (created if scope.folder is None else arrived) > asked.base
        kinds: list[ChangeKind] = []
        if is_new:
            kinds.append(ChangeKind.CREATED)
        elif arrived > asked.base:
            kinds.append(ChangeKind.MOVED)
        if not is_new and content > asked.base:
            kinds.append(ChangeKind.CHANGED)
        where = (scope.message(one), scope.folder_id(folder), number)
        said = (bool(flags & MessageFlag.READ), bool(flags & MessageFlag.ASSOCIATED))
        yield [Change(kind, *where, *said) for kind in kinds or [ChangeKind.READ_STATE]]


def _departures(connection: Connection, scope: Scope, asked: _Token, newest: int, limit: int) -> Iterator[list[Change]]:
    if scope.folder is None:
        sql = _GONE.format("mailbox_id = ? and is_move = 0", "created_number")
    else:
        sql = _GONE.format("folder_id = ? and is_folder = 0", "arrived_number")
    for row in connection.rows(sql, (scope.within, asked.reached, newest, limit)):
        number, one, folder, is_folder, is_associated = row
        entry_id = scope.folder_id(one) if is_folder else scope.message(one)
        where = scope.folder_id(folder)
        yield [Change(ChangeKind.DELETED, entry_id, where, number, is_associated=bool(is_associated))]


def _folders(connection: Connection, scope: Scope, asked: _Token, limit: int) -> Iterator[list[Change]]:
    for number, one, parent, created in connection.rows(_FOLDERS, (scope.mailbox, asked.reached, limit)):
        kind = ChangeKind.CREATED if created > asked.base else ChangeKind.CHANGED
        yield [Change(kind, scope.folder_id(one), scope.folder_id(parent), number)]

"""Changing what waits in the queue: what a person holds, releases, tries again, redirects or deletes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from msgcore.base.batches import batches
from msgcore.base.times import filetime_from_datetime
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.changes import Change, ChangeKind, is_for_leased, redirected_to
from msgcore.mta.queue.columns import MESSAGE, SELECT_WAITING, read_message, read_waiting, storable
from msgcore.mta.queue.contents import drop_contents, lock_messages, marks
from msgcore.mta.queue.contract import QueuedMessage, State, WaitingRecipient, Where
from msgcore.mta.queue.events import NewEvent, add_events
from msgcore.mta.queue.finishing import successors_of
from msgcore.mta.queue.restrict import selector
from msgcore.mta.queue.taking_in import add_recipients
from msgcore.runtime import Connection, SqlValue
from msgcore.wire.domain import typed_key

__all__ = ["Page", "change_all", "change_page"]

_AT_ONCE = 1_000

# Who waits and was never claimed (token 0) is held back by his sender, and stays so.
_FROM = {
    ChangeKind.HOLD: (State.WAITING, State.READY),
    ChangeKind.RELEASE: (State.HELD, State.DEAD),
    ChangeKind.RETRY: (State.WAITING,),
    ChangeKind.REDIRECT: (State.WAITING, State.READY, State.HELD, State.DEAD),
    ChangeKind.DELETE: (State.WAITING, State.READY, State.HELD, State.DEAD),
}


def change_all(connection: Connection, change: Change, moment: datetime) -> int | None:
    """Change everybody in one statement, where that can be done; ``None`` where it cannot.

    The events of a million recipients that are tried again would say nothing.
    """
    if change.kind is not ChangeKind.RETRY:
        return None
    _forget_links(connection)
    now = filetime_from_datetime(moment)
    return connection.run(
        "update mta_recipient set state = 1, due_at = ?, reason = '' where state = 0 and token > 0", (now,)
    )


def _forget_links(connection: Connection) -> None:
    """Have hops tried that were down: whoever asks for a retry wants to know."""
    connection.run("delete from mta_link")


@attrs.frozen
class Page:
    """What was changed of some recipients, and behind which one the next page begins; ``None`` for the end.

    ``passed_over`` counts those that a worker has.
    """

    changed: int
    passed_over: int
    after: int | None


def change_page(connection: Connection, change: Change, where: Where, after: int, moment: datetime) -> Page:
    """Change those of some recipients that match."""
    now, states = filetime_from_datetime(moment), _FROM[change.kind]
    if is_for_leased(change):
        states += (State.LEASED,)
    rows = connection.rows(
        f"{SELECT_WAITING} where state in ({marks(states)}) and number > ? order by number limit ?",
        (*map(int, states), after, _AT_ONCE),
    )
    is_wanted = selector(where)
    wanted = [one for one in map(read_waiting, rows) if is_wanted(one)]
    messages = _messages(connection, wanted)
    # Those that somebody works at are not waited for.
    concerned = {messages[one.transfer_id].id for one in wanted if one.state is not State.LEASED}
    lock_messages(connection, concerned)
    if change.to is not None:
        wanted = _led_to(connection, change.to, wanted, messages)
    changed = [one for one in wanted if one.state is not State.LEASED and _change(connection, change, one, now)]
    if change.kind is ChangeKind.RETRY and changed:
        _forget_links(connection)
    if change.to is not None:
        successors = _successors(change.to, changed)
        redirected = [(messages[one], successor) for one, successor in successors.items()]
        add_recipients(
            connection, [(one.id, successors_of(one, (to,), moment, one.held_until)) for one, to in redirected]
        )
    text = change.reason if change.to is None else f"to {change.to.address.typed}: {change.reason}".removesuffix(": ")
    add_events(
        connection,
        [NewEvent(change.event, messages[one.transfer_id].id, one.number, text=text) for one in changed],
        now,
    )
    if change.kind in {ChangeKind.REDIRECT, ChangeKind.DELETE}:
        drop_contents(connection, concerned)
    last = read_waiting(rows[-1]).number if len(rows) == _AT_ONCE else None
    return Page(len(changed), len(wanted) - len(changed) if is_for_leased(change) else 0, last)


def _led_to(
    connection: Connection, to: Recipient, wanted: Sequence[WaitingRecipient], messages: Mapping[str, QueuedMessage]
) -> list[WaitingRecipient]:
    """Keep those whose message gets to ``to`` when it takes their place.

    Nobody takes his own place, and a message that ``to`` was refused already, or that was redirected from there, does
    not go to it again.
    """
    place = typed_key(to.address)
    ids = [one.id for one in messages.values()]
    is_over = {
        transfer_id
        for (transfer_id,) in connection.rows(
            "select transfer_id from mta_recipient join mta_message on mta_message.id = mta_message_id"
            f" where mta_message_id in ({marks(ids)}) and address_type = ?"
            " and address_key = ? and state = 5 and (outcome = 'refused' or stage = 'queue')",
            (*ids, *place),
        )
    }
    return [one for one in wanted if typed_key(one.recipient.address) != place and one.transfer_id not in is_over]


def _successors(to: Recipient, changed: Sequence[WaitingRecipient]) -> dict[str, Recipient]:
    """Give who takes the place of recipients, by transfer id: it has their wishes (RFC 3461 section 5.2.7.2)."""
    by_message: dict[str, list[Recipient]] = {}
    for one in changed:
        by_message.setdefault(one.transfer_id, []).append(one.recipient)
    return {transfer_id: redirected_to(to, those) for transfer_id, those in by_message.items()}


def _change(connection: Connection, change: Change, one: WaitingRecipient, now: int) -> bool:
    """Change one recipient, unless a worker has taken it meanwhile."""
    states = _FROM[change.kind]
    statement = f"update mta_recipient set {_SETS[change.kind]} where number = ? and state in ({marks(states)})"
    values: tuple[SqlValue, ...]
    match change.kind:
        case ChangeKind.HOLD:
            values = (storable(change.reason),)
        case ChangeKind.RELEASE:
            values = (now, now)
        case ChangeKind.RETRY:
            statement += " and token > 0"
            values = (now,)
        case ChangeKind.REDIRECT | ChangeKind.DELETE:
            whom = "" if change.to is None else f" to {change.to.address.typed}"
            values = (storable(f"{change.kind.value}{whom}: {change.reason}".removesuffix(": ")), now)
    return bool(connection.run(statement, (*values, one.number, *map(int, states))))


_SETS = {
    ChangeKind.HOLD: "state = 3, reason = ?",
    ChangeKind.RELEASE: (
        "state = case when token = 0 and due_at > ? then 0 else 1 end, reason = '', crashes = 0,"
        " due_at = case when token = 0 then due_at else ? end"
    ),
    ChangeKind.RETRY: "state = 1, reason = '', due_at = ?",
    ChangeKind.REDIRECT: "state = 5, outcome = 'accepted', stage = 'queue', reply = ?, ended_at = ?",
    ChangeKind.DELETE: "state = 5, outcome = 'refused', stage = 'queue', reply = ?, ended_at = ?",
}


def _messages(connection: Connection, changed: Sequence[WaitingRecipient]) -> dict[str, QueuedMessage]:
    """Give the messages of recipients by transfer id."""
    found: dict[str, QueuedMessage] = {}
    ids = list(dict.fromkeys(one.transfer_id for one in changed))
    for some in batches(ids, _AT_ONCE):
        for row in connection.rows(f"select {MESSAGE} from mta_message where transfer_id in ({marks(some)})", some):
            message = read_message(row)
            found[message.transfer_id] = message
    return found

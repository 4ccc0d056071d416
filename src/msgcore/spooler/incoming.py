"""Retrieving mail from a server's maildrop into a store."""

from __future__ import annotations

from msgcore.base.times import Deadline
from msgcore.errors import (
    ConnectionLost,
    MsgcoreError,
    NotSupported,
    OperationCancelled,
    ProtocolBroken,
    ServiceBusy,
    SetupError,
    TimedOut,
    UsageError,
)
from msgcore.runtime.abc import Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_retrieval import GuardedMaildrop, GuardedRetriever
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spooler.retrieval.gate import OPEN_GATE, Gate
from msgcore.spooler.retrieval.opening import open_patiently
from msgcore.spooler.retrieval.policy import Task
from msgcore.spooler.retrieval.report import RetrievalFault, RetrievalProgress, RetrievalReport
from msgcore.spooler.retrieval.session import work_through
from msgcore.spooler.retrieval.tally import Tally
from msgcore.spooler.retrieval.visit import OnProgress, Order

__all__ = [
    "OPEN_GATE",
    "Gate",
    "OnProgress",
    "RetrievalFault",
    "RetrievalProgress",
    "RetrievalReport",
    "Task",
    "retrieve",
]


async def retrieve(
    runtime: Runtime,
    store: GuardedStore,
    retriever: GuardedRetriever,
    deadline: Deadline,
    *,
    task: Task = Task.RECEIVE,
    on_progress: OnProgress | None = None,
    gate: Gate = OPEN_GATE,
    maildrop: GuardedMaildrop | None = None,
) -> RetrievalReport:
    """Retrieve what the retriever's policy says, or do another task, and tell what was done.

    No message is stored twice, and none is deleted at the server that is not stored or was not marked for it. What
    server, network, store and deadline do is the report's ``error``; the next call goes on from there. A connection
    that is lost is opened again as long as each session has stored something, and no more than was listed at first; a
    message at which, or at whose header, it is lost, or the protocol broken, twice is a fault, and is passed over. One
    that did not come in half of the time comes last. The connection is opened once more for a message that was put off,
    for it could have taken the time in which others are deleted. Mail passes the ``gate`` on its way into the store. A
    ``maildrop`` that is open already is the first session.

    Raises:
        NotSupported: the store keeps no journal, or takes no mail.
        UsageError: it was closed meanwhile.
        OperationCancelled: cancel() was called; what was stored by then is stored.
    """
    if not store.can(Capability.JOURNAL):
        raise NotSupported(f"{store.display_name}: this store keeps no journal of what was retrieved into it")
    tally = Tally(retriever.name, retriever.slow)
    order = Order(runtime, store, retriever.account, retriever.policy, task, deadline, on_progress, tally, gate)
    if gate.closed and task is not Task.REFRESH:
        return tally.report(SetupError(gate.closed))
    try:
        with runtime.as_one_call():
            await _until_done(order, retriever, maildrop)
    except (OperationCancelled, UsageError):
        raise
    except MsgcoreError as error:
        return tally.report(error)
    return tally.report(None)


async def _until_done(order: Order, retriever: GuardedRetriever, first: GuardedMaildrop | None) -> None:
    tally = order.tally
    while True:
        try:
            maildrop = first or await open_patiently(order.runtime, retriever, order.deadline)
        except ServiceBusy:
            if tally.may_put_off:
                raise
            return  # what was put off waits for the next call
        first = None
        try:
            is_put_off = await work_through(order, maildrop)
        except (ConnectionLost, ProtocolBroken, TimedOut) as error:
            is_over = not isinstance(error, ConnectionLost) and not tally.lost_at
            if is_over or not tally.may_go_on():
                raise
            continue
        if not is_put_off or not tally.may_put_off:
            return
        tally.may_put_off = False

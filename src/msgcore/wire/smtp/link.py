"""A client's way to one SMTP server: a pool of sessions, shared by threads and tasks.

A session that died while it was idle is replaced once, and only when the server had not yet been given anything to
take: so a message is never sent twice by this module. The first time that a session is used again, and whenever it was
idle for a while, the server has to show that it is still there before it is given a message.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.times import Deadline
from msgcore.errors import CapabilityMissing, CommandRefused, MsgcoreError, OperationCancelled
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Certainty, Outcomes, Refused, outcome_of_reply
from msgcore.model.wire_form import WireForm
from msgcore.runtime.abc import Runtime
from msgcore.runtime.pool import Lease, Pool, PoolLimits
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.host_memory import HostMemory
from msgcore.wire.smtp.plan import Plan, make_plan, refused_plan
from msgcore.wire.smtp.session import SmtpServer, SmtpSession, open_session
from msgcore.wire.smtp.transmit import Transaction, is_nothing_sent, transmit, transmit_all

__all__ = ["SmtpLink", "SmtpServer"]

Render = Callable[[Extensions], WireForm]
Tell = Callable[[int, Outcomes], object]
Opened = Callable[[SmtpSession], object]
_Due = Callable[[], Deadline]

_CLOSE_SECONDS = 8.0
_CONVERSION = EnhancedStatus(5, 6, 3)


class SmtpLink:
    """Sessions with one server, as many at a time as ``limits`` allow.

    ``memory`` is of what servers failed to do; several links may share one.
    """

    def __init__(
        self,
        runtime: Runtime,
        server: SmtpServer,
        limits: PoolLimits = PoolLimits(),  # noqa: B008  # frozen
        memory: HostMemory | None = None,
    ) -> None:
        self._runtime = runtime
        self._server = server
        self._limits = limits
        self._memory = memory or HostMemory(runtime)
        self._pool = Pool(runtime, self._open, limits, str(server.endpoint), means_full=_means_full)

    async def transmit(
        self,
        envelope: Envelope,
        render: Render,
        deadline: Deadline,
        *,
        is_quick: bool = False,
        opened: Opened = lambda _: None,
    ) -> Outcomes:
        """Send one message; ``render`` writes it for what the server takes, in a thread unless it ``is_quick``.

        Where it raises ``CapabilityMissing``, the message is refused. ``opened`` is called with a session that was
        opened for this message, before anything is sent.

        Raises:
            NameNotResolved, ConnectionLost, TimedOut: no session could be opened; the message names the server.
            TlsRequired, TlsFailed, StarttlsInjection: the connection cannot be secured as it has to be.
            AuthenticationRefused: the credentials are refused.
            ServiceBusy: the server asks for patience.
            Closed: :meth:`close` was called.
        """
        try:
            with await self._pool.lease(deadline) as lease:
                if lease.is_fresh:
                    opened(lease.connection)
                return await self._transmit(lease, envelope, render, deadline, is_quick=is_quick)
        except CommandRefused as error:
            return Outcomes(dict.fromkeys(envelope.recipients, outcome_of_reply(_said(error), "greeting")))

    async def check(self, deadline: Deadline) -> None:
        """Open a session, which stays for the first message; raises as :meth:`transmit` does.

        Raises:
            CommandRefused: the server wants no session.
        """
        with await self._pool.lease(deadline) as lease:
            lease.is_usable = True

    async def transmit_all(
        self,
        batch: Sequence[tuple[Envelope, Render]],
        deadline: Deadline,
        tell: Tell = lambda _, __: None,
        *,
        letter_seconds: float = math.inf,
        opened: Opened = lambda _: None,
    ) -> list[Outcomes]:
        """Send small messages one behind the other over one session, and give what became of each, in their order.

        Where fewer come back than were given, the rest was not begun. They are written where they are sent, between two
        waits: on an event loop, a large one is for :meth:`transmit`. ``tell`` is called with the number of each, from
        0, and what became of it, as soon as that is final, amid the conversation: it does not raise. ``opened`` is
        called as :meth:`transmit` does. ``letter_seconds`` is how long it may take to open a session, and then each
        message.

        Raises:
            As :meth:`transmit` does; nothing was sent.
        """

        def due() -> Deadline:
            return deadline.sooner(letter_seconds)

        try:
            with await self._pool.lease(deadline, open_seconds=letter_seconds) as lease:
                if lease.is_fresh:
                    opened(lease.connection)
                return await self._transmit_all(lease, batch, due, tell)
        except CommandRefused as error:
            [(envelope, _), *_] = batch
            outcomes = Outcomes(dict.fromkeys(envelope.recipients, outcome_of_reply(_said(error), "greeting")))
            tell(0, outcomes)
            return [outcomes]

    async def close(self) -> None:
        """Say goodbye to the server, and wait a little for those who are sending; nothing is sent after that."""
        await self._pool.close(self._runtime.deadline(_CLOSE_SECONDS))

    async def _open(self, deadline: Deadline) -> SmtpSession:
        session = await open_session(self._runtime, self._server, deadline)
        session.extensions = session.extensions.without(*self._memory.failed_at(self._server.endpoint))
        return session

    async def _transmit(
        self, lease: Lease[SmtpSession], envelope: Envelope, render: Render, deadline: Deadline, *, is_quick: bool
    ) -> Outcomes:
        transaction = await self._use(lease, envelope, render, deadline, is_quick=is_quick)
        if (not lease.is_fresh and _died_idle(transaction)) or _is_worth_another(transaction):
            try:
                await lease.reopen(deadline)
            except OperationCancelled:
                raise
            except MsgcoreError:
                if _died_idle(transaction):
                    raise
                return transaction.outcomes  # what the server said stands
            transaction = await self._use(lease, envelope, render, deadline, is_quick=is_quick)
        while transaction.left_over and lease.is_usable:
            transaction = await self._send_on(lease, envelope, render, deadline, transaction, is_quick=is_quick)
        return transaction.outcomes

    async def _send_on(
        self,
        lease: Lease[SmtpSession],
        envelope: Envelope,
        render: Render,
        deadline: Deadline,
        before: Transaction,
        *,
        is_quick: bool = False,
    ) -> Transaction:
        """Send to those, too, who were too many for the transaction before; give what has become of everybody."""
        others = attrs.evolve(envelope, recipients=before.left_over)
        try:
            await lease.use_again(deadline)
            transaction = await self._use(lease, others, render, deadline, is_quick=is_quick)
        except MsgcoreError:
            return before._replace(left_over=())
        return transaction._replace(outcomes=Outcomes({**before.outcomes, **transaction.outcomes}))

    async def _use(
        self,
        lease: Lease[SmtpSession],
        envelope: Envelope,
        render: Render,
        deadline: Deadline,
        *,
        is_quick: bool = False,
    ) -> Transaction:
        session = lease.connection
        session.stream.deadline = deadline
        lease.is_usable = True
        try:
            if is_quick:
                octets, is_text = render(session.extensions)
            else:
                octets, is_text = await self._runtime.in_thread(lambda: render(session.extensions), deadline)
        except CapabilityMissing as error:
            refused = _not_convertible(error, session.note)
            return Transaction(Outcomes(dict.fromkeys(envelope.recipients, refused)), is_usable=True)
        lease.is_usable = False
        transaction = await transmit(
            session.stream,
            envelope,
            octets,
            session.extensions,
            is_proven=_is_proven(lease),
            is_text=is_text,
            note=session.note,
        )
        self._used(lease, transaction)
        if transaction.failed_extensions:
            self._memory.remember(self._server.endpoint, transaction.failed_extensions)
            session.extensions = session.extensions.without(*transaction.failed_extensions)
        return transaction

    def _used(self, lease: Lease[SmtpSession], transaction: Transaction) -> None:
        session = lease.connection
        lease.is_usable = transaction.is_usable
        session.has_lasted = not lease.is_fresh
        if transaction.has_chunked:
            session.has_chunked = True

    async def _transmit_all(
        self, lease: Lease[SmtpSession], batch: Sequence[tuple[Envelope, Render]], due: _Due, tell: Tell
    ) -> list[Outcomes]:
        told: dict[int, Outcomes] = {}

        def settle(number: int, outcomes: Outcomes) -> None:
            told[number] = outcomes
            tell(number, outcomes)

        begun: list[Transaction | None] = []
        try:
            await self._use_all(lease, batch, due, settle, begun)
            if not lease.is_fresh and _died_idle(begun[0]):
                begun.clear()
                await lease.reopen(due())
                await self._use_all(lease, batch, due, settle, begun)
            if len(begun) > 1 and _died_idle(begun[-1]):
                begun.pop()  # it came behind the end of the session, and is as good as not begun
            await self._try_again(lease, batch, begun, due)
            lease.uses += len(begun) - 1
            for number, transaction in enumerate(begun):
                if transaction is not None and not transaction.left_over:
                    settle(number, transaction.outcomes)
            await self._send_on_all(lease, batch, due, begun)
        finally:  # who has a message is told of, also when this is cut in the middle
            for number, transaction in enumerate(begun):
                if transaction is not None and number not in told and _is_taken(transaction):
                    settle(number, transaction.outcomes)
        return [told[number] for number in range(len(begun))]

    async def _send_on_all(
        self,
        lease: Lease[SmtpSession],
        batch: Sequence[tuple[Envelope, Render]],
        due: _Due,
        begun: list[Transaction | None],
    ) -> None:
        for number, one in enumerate(batch[: len(begun)]):
            deadline = due()
            while (transaction := begun[number]) is not None and transaction.left_over and lease.is_usable:
                begun[number] = await self._send_on(lease, *one, deadline, transaction)

    async def _try_again(
        self,
        lease: Lease[SmtpSession],
        batch: Sequence[tuple[Envelope, Render]],
        transactions: list[Transaction | None],
        due: _Due,
    ) -> None:
        """Send what failed by an extension again, without it; what is told of the others stands, whatever comes."""
        for number, transaction in enumerate(transactions):
            if transaction is None or not _may_go_again(transaction):
                continue
            try:
                if not lease.is_usable:
                    await lease.reopen(due())
                transactions[number] = await self._use(lease, *batch[number], due())
            except MsgcoreError:
                return

    async def _use_all(
        self,
        lease: Lease[SmtpSession],
        batch: Sequence[tuple[Envelope, Render]],
        due: _Due,
        settle: Tell,
        begun: list[Transaction | None],
    ) -> None:
        """Send as many as the session takes; ``begun`` gets those not settled yet, and ``None`` for each that is."""
        session = lease.connection
        session.stream.deadline = due()
        lease.is_usable = True
        most = 1 if self._limits.uses_per_minute else max(1, 1 + self._limits.uses_per_connection - lease.uses)
        plans = _plans(batch[:most], session, is_proven=_is_proven(lease))
        first = next(plans)
        lease.is_usable = False

        def tell(transaction: Transaction) -> None:
            self._used(lease, transaction)
            if transaction.failed_extensions and not transaction.is_usable:
                self._memory.remember(self._server.endpoint, transaction.failed_extensions)  # for the next session
            is_usual = transaction.is_usable and not transaction.failed_extensions and not transaction.left_over
            if not is_usual and (_died_idle(transaction) or _may_go_again(transaction) or transaction.left_over):
                begun.append(transaction)
            else:
                settle(len(begun), transaction.outcomes)
                begun.append(None)

        try:
            await transmit_all(session.stream, itertools.chain([first], plans), tell, session.note, due)
        except OperationCancelled:
            if not begun:
                raise


def _said(error: CommandRefused) -> Reply:
    assert isinstance(error.reply, Reply)
    return error.reply


def _is_proven(lease: Lease[SmtpSession]) -> bool:
    """Whether the server is there for sure, and knows BDAT."""
    session = lease.connection
    return session.has_chunked and (lease.is_fresh or session.has_lasted)


def _plans(batch: Sequence[tuple[Envelope, Render]], session: SmtpSession, *, is_proven: bool) -> Iterator[Plan]:
    """Write the messages up to one behind the first that cannot be written: it is told of when it is the first."""
    for number, (envelope, render) in enumerate(batch):
        try:
            octets, is_text = render(session.extensions)
            may_go_at_once = session.has_chunked if number else is_proven
            plan = make_plan(envelope, octets, session.extensions, is_proven=may_go_at_once, is_text=is_text)
        except CapabilityMissing as error:
            plan = refused_plan(envelope, _not_convertible(error))
        except Exception:  # whatever it is, those on their way are not to be lost by it
            if not number:
                raise
            return
        yield plan


def _not_convertible(error: CapabilityMissing, note: str = "") -> Refused:
    """What the server lacks for a message today it will lack tomorrow (RFC 6531 section 3.5)."""
    return Refused(None, _CONVERSION, str(error), "DATA", note)


def _means_full(error: MsgcoreError) -> bool:
    return isinstance(error, CommandRefused) and not error.is_permanent


def _died_idle(transaction: Transaction | None) -> bool:
    """Say whether a connection was dead before the server had taken up the transaction (RFC 5321 section 3.8)."""
    return transaction is not None and not (transaction.is_usable or transaction.is_begun)


def _is_taken(transaction: Transaction) -> bool:
    """Say whether the server has the message for anybody."""
    return any(outcome.certainty is Certainty.SENT for outcome in transaction.outcomes.values())


def _may_go_again(transaction: Transaction) -> bool:
    """Say whether a message failed because the server does not know what it offers."""
    return bool(transaction.failed_extensions) and is_nothing_sent(transaction)


def _is_worth_another(transaction: Transaction) -> bool:
    """Say whether the session ended because the server does not know what it offers."""
    return not transaction.is_usable and _may_go_again(transaction)

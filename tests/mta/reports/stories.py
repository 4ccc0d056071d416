"""A message in a queue, and what became of its recipients: as examples, and as hypothesis draws them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs
from hypothesis import strategies as st

from msgcore.base.status import EnhancedStatus
from msgcore.model import Accepted, Address, Deferred, Delivered, Outcome, Recipient, Refused, Unknown
from msgcore.model.delivery import DeliveryRequest, Notify, ReturnedContent
from msgcore.model.report import ReportAction
from msgcore.mta.queue.contract import NewReport, QueuedMessage, QueuedRecipient, Settlement
from msgcore.mta.reports.about import reports_about
from msgcore.mta.reports.settings import ReportSettings
from msgcore.spi.gateway import Content
from msgcore.testing.queues import ANN, NOON
from msgcore.testing.strategies import smtp_addresses

BOB = Address("SMTP", "bob@b.test", "Bob Berg")
LETTER = b"From: ann@a.test\r\nSubject: hello\r\nMessage-ID: <1@a.test>\r\n\r\nhello\r\n"
NOBODY = Refused(550, "5.1.1", "nobody here", "RCPT")
BUSY = Deferred(451, "4.2.1", "busy")
HOST = "mta.a.test"
POSTMASTER = Address("SMTP", "postmaster@a.test")
SETTINGS = ReportSettings(HOST, POSTMASTER)
LATE = NOON + timedelta(hours=4)

MESSAGE = QueuedMessage(
    b"1" * 16, "t1", ANN, len(LETTER), NOON, NOON + timedelta(days=5), "<1@a.test>", "hello", "IPM.Note"
)
REPORT = attrs.evolve(MESSAGE, sender=None, message_class="REPORT.IPM.Note.NDR")


def asking(**wishes: object) -> QueuedMessage:
    return attrs.evolve(MESSAGE, request=DeliveryRequest(**wishes))  # type: ignore[arg-type]  # wishes of a sender


def settled(
    *outcomes: Outcome,
    to: Address = BOB,
    notify: Notify | None = None,
    original: Address | None = None,
    told: Iterable[str] = (),
    next_hop: str = "mx.b.test",
    successors: tuple[Recipient, ...] = (),
    is_try: bool = True,
    tries: int = 0,
) -> list[Settlement]:
    recipient = Recipient(to, notify=notify, original=original)
    return [
        Settlement(
            QueuedRecipient(number, recipient, tries, tries + 1, told=frozenset(told)),
            outcome,
            NOON,
            next_hop=next_hop,
            successors=successors,
            is_try=is_try,
        )
        for number, outcome in enumerate(outcomes, 1)
    ]


def reports(
    settlements: Iterable[Settlement],
    message: QueuedMessage = MESSAGE,
    *,
    octets: bytes = LETTER,
    now: datetime = NOON,
    settings: ReportSettings = SETTINGS,
) -> tuple[NewReport, ...]:
    return reports_about(message, Content(octets), list(settlements), now, settings)


def kinds(found: Iterable[NewReport]) -> list[str]:
    return [one.kind for one in found]


def octets_of(found: tuple[NewReport, ...]) -> bytes:
    [report] = found
    return report.accept.content.octets


# Anything.

hostile_texts = st.text(st.characters(codec=None), max_size=100)
plain_texts = st.text("abcdefgh ,()ößя", max_size=60).map(lambda text: " ".join(text.split()))
notifies = st.none() | st.sampled_from([Notify(bits) for bits in range(8)])
statuses = st.none() | st.builds(EnhancedStatus, st.sampled_from([2, 4, 5]), st.integers(0, 9), st.integers(0, 30))


def outcomes(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Outcome]:
    kinds_of_outcome = st.sampled_from([Accepted, Delivered, Deferred, Refused, Unknown])
    notes = st.sampled_from(["", "not offered, so not asked for: DSN"])

    def outcome(kind: type[Outcome], code: int | None, status: EnhancedStatus | None, text: str, note: str) -> Outcome:
        return kind(code, status, text, "DATA", note)

    return st.builds(
        outcome,
        kinds_of_outcome,
        st.none() | st.sampled_from([250, 451, 550]),
        statuses,
        texts,
        notes,
    )


recipient_addresses = (
    smtp_addresses()
    | st.just(Address("SMTP", "bøb@b.test"))
    | st.builds(Address, st.sampled_from(["FAX", "X400", "EX"]), st.just("c=SE;s=Berg"))
)
senders = st.sampled_from(
    [
        None,
        ANN,
        Address("SMTP", "å@a.test"),
        Address("FAX", "+46 8 1"),
        Address("SMTP", f"MAILER-DAEMON@{HOST}"),
        Address("SMTP", ""),
    ]
)
requests = st.builds(
    DeliveryRequest,
    notify=notifies,
    envelope_id=st.sampled_from(["", "QQ314159", "a+3D b", "x" * 100]),
    returned_content=st.none() | st.sampled_from(ReturnedContent),
    within_seconds=st.none() | st.integers(1, 90_000),
    only_tell_when_late=st.booleans(),
    hold_seconds=st.none() | st.integers(1, 90_000),
)


def _queued(sender: Address | None, kind: str, request: DeliveryRequest, received_from: str) -> QueuedMessage:
    return attrs.evolve(MESSAGE, sender=sender, message_class=kind, request=request, received_from=received_from)


queued_messages = st.builds(
    _queued,
    senders,
    st.sampled_from(["IPM.Note", "IPM.Note", "REPORT.IPM.Note.NDR", "REPORT.IPM.Note.NDR.Postmaster"]),
    requests,
    st.sampled_from(["", "mx.c.test ([192.0.2.1])"]),
)
moments = st.integers(0, 200_000).map(lambda seconds: NOON + timedelta(seconds=seconds))
_kinds_told = st.frozensets(st.sampled_from([action.value for action in ReportAction]), max_size=2)


@st.composite
def crowds(draw: st.DrawFn, texts: st.SearchStrategy[str] = hostile_texts) -> list[Settlement]:
    """What became of a few recipients of one message."""
    drawn = st.lists(st.tuples(recipient_addresses, notifies, outcomes(texts), _kinds_told), min_size=1, max_size=5)
    found: list[Settlement] = []
    for number, (address, notify, outcome, told) in enumerate(draw(drawn), 1):
        original = draw(st.none() | recipient_addresses)
        members = draw(st.sampled_from([0, 0, 0, 1, 2]))
        recipient = Recipient(address, notify=notify, original=original)
        queued = QueuedRecipient(number, recipient, 0, 1, told=told)
        successors = tuple(Recipient(Address("SMTP", f"member{one}@c.test")) for one in range(members))
        hop = draw(st.sampled_from(["", "mx.b.test", "smtp+starttls://out.a.test:587", "lmtp://[::1]:24", "smtp://["]))
        is_try = draw(st.booleans())
        found.append(Settlement(queued, outcome, NOON, next_hop=hop, successors=successors, is_try=is_try))
    return found

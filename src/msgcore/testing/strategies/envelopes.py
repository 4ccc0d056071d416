"""What a transport is given, and what it says of each recipient."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.base.status import EnhancedStatus
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.testing.strategies.addresses import recipients, smtp_addresses
from msgcore.testing.strategies.texts import header_texts

__all__ = ["envelopes", "outcomes"]


def envelopes(of: SearchStrategy[Address] | None = None) -> SearchStrategy[Envelope]:
    """Envelopes of one to five recipients, no address twice; some have the null return path.

    ``of`` gives the recipients' addresses (:func:`smtp_addresses`); the sender is an SMTP address always.
    """
    several = st.lists(
        recipients(smtp_addresses() if of is None else of),
        min_size=1,
        max_size=5,
        unique_by=lambda recipient: recipient.address.typed.casefold(),
    )
    transfer_ids = st.integers(0, 2**64).map(lambda number: f"{number:x}")
    return st.builds(Envelope, st.none() | smtp_addresses(), several.map(tuple), transfer_ids)


_KINDS: tuple[tuple[type[Outcome], int | None], ...] = (
    (Accepted, 2),
    (Delivered, 2),
    (Deferred, 4),
    (Refused, 5),
    (Unknown, None),
    (Pending, None),
)


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """Outcomes of each of the six kinds, with texts of any characters that a line can hold.

    Code and enhanced status fit the kind: 2yz, 4yz or 5yz, or none when no server spoke; ``Unknown`` and ``Pending``
    have none.
    """
    kind, digit = draw(st.sampled_from(_KINDS))
    code = status = None
    if digit is not None:
        code = draw(st.none() | st.integers(100 * digit, 100 * digit + 59))
        status = draw(st.none() | st.builds(EnhancedStatus, st.just(digit), st.integers(0, 7), st.integers(0, 99)))
    stages = st.sampled_from(["", "connect", "rcpt", "data"])
    return kind(code, status, draw(header_texts()), draw(stages), draw(st.just("") | header_texts()))

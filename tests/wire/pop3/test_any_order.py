"""Whatever a session is asked, in whatever order: every answer is to what was asked."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.errors import CommandRefused
from msgcore.testing.scripted import Cut, by_line, by_octet, whole
from msgcore.wire.pop3 import Listing, Pop3Session, Until
from tests.wire.pop3.maildrop_peer import MaildropPeer, in_session, octets_of


def many(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\n.%b\r\n" % (n, b"x" * n) for n in range(1, count + 1)]


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["retrieve", "tops", "retrieve_to", "listing", "delete", "noop"]),
        st.lists(st.integers(1, 12), min_size=1, max_size=12),
        st.builds(Until, octets=st.integers(0, 300), messages=st.integers(0, 5)),
    ),
    max_size=8,
)


async def answers_of(session: Pop3Session, what: str, numbers: Sequence[int], until: Until) -> object:
    match what:
        case "retrieve" | "tops":
            ask = session.retrieve if what == "retrieve" else session.tops
            drained = await ask(numbers, until)
            return [one.number for one in drained], octets_of(drained)
        case "retrieve_to":
            pieces: list[bytes] = []
            with contextlib.suppress(CommandRefused):
                await session.retrieve_to(numbers[0], pieces.append)
            return b"".join(pieces)
        case "listing":
            return await session.listing()
        case "delete":
            return await session.delete(numbers)
        case _:
            await session.noop()
            return None


def expected_of(messages: Sequence[bytes], what: str, numbers: Sequence[int], given: object) -> object:
    """Say what a call has to give, when it gives as much as it did."""
    whole_messages = dict(enumerate(messages, 1))
    match what:
        case "retrieve" | "tops":
            so_many, _ = cast(tuple[list[int], list[bytes | None]], given)
            asked = numbers[: max(1, len(so_many))]
            end = b"\r\n\r\n" if what == "tops" else b""
            found = [whole_messages.get(number) for number in asked]
            headers = [one and one.partition(end)[0] + end if end else one for one in found]
            return asked, headers
        case "retrieve_to":
            return whole_messages.get(numbers[0], b"")
        case "listing":
            ids = tuple(b"id%d" % number for number in whole_messages)
            return Listing(tuple(whole_messages), tuple(map(len, messages)), ids)
        case "delete":
            return []
        case _:
            return None


@settings(max_examples=50)
@given(CALLS, st.integers(0, 10), st.sampled_from([whole, by_octet, by_line]), st.booleans())
def test_every_answer_is_to_what_was_asked_whatever_was_asked_before(
    calls: list[tuple[str, list[int], Until]], count: int, cut: Cut, can_pipeline: bool
) -> None:
    messages = many(count)

    async def use(session: Pop3Session) -> None:
        for what, numbers, until in calls:
            given = await answers_of(session, what, numbers, until)
            assert given == expected_of(messages, what, numbers, given)
        await session.quit()

    capabilities = ("TOP", "UIDL", "USER", *(["PIPELINING"] if can_pipeline else []))
    in_session(MaildropPeer(*messages, capabilities=capabilities), use, cut=cut)

"""What the design promises to type checkers: this file is checked by mypy and pyright, and runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import assert_type

import msgcore
from msgcore import (
    Address,
    Attachment,
    Message,
    Outcome,
    Outcomes,
    Recipient,
    RemoteHeader,
    RetrievalReport,
    Waiting,
)
from msgcore.blocking.session import Session
from msgcore.blocking.store import Item
from msgcore.props import (
    PidNameKeywords,
    PidTagAttachLongFilename,
    PidTagClientSubmitTime,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagMessageDeliveryTime,
    PidTagMessageSize,
    PidTagSubject,
    PropertyTag,
    Restriction,
    Row,
    match,
)


def test_a_tag_knows_the_type_of_its_value() -> None:
    message = Message(subject="Hi", to="bob@b.test", date=datetime(2026, 1, 1, tzinfo=UTC))
    assert_type(message[PidTagSubject], str)
    assert_type(message.get(PidTagSubject), str | None)
    assert_type(message.get(PidTagSubject, 5), str | int)
    assert_type(message[PidTagClientSubmitTime], datetime)
    assert_type(message.recipients, tuple[Recipient, ...])
    assert_type(message.attachments, tuple[Attachment, ...])
    assert_type(message.from_, Address | None)
    assert message[PidTagSubject] == "Hi"


def nothing_of(*_: object) -> None: ...


def give_what_is_not_its_type(message: Message, attachment: Attachment) -> None:
    """Never called: each line is an error to mypy, which says so of a comment that ignores none."""
    message[PidTagSubject] = 3  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    message["Subject"] = "a"  # type: ignore[index]  # pyright: ignore[reportArgumentType]
    message[PidTagMessageSize] = "3"  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    attachment[PidTagAttachLongFilename] = b"a"  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    nothing_of(
        PidTagMessageSize > "3",  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
        PidTagSubject < PidTagMessageSize,  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
        PidTagSubject.equals(3),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        PidTagSubject.is_in([3]),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    )


def test_a_property_of_several_values_is_compared_with_one_of_them_or_all() -> None:
    message = Message()
    message[PidNameKeywords] = ("red",)
    found = [PidNameKeywords.equals("red"), PidNameKeywords.equals(("red", "blue")), PidNameKeywords.is_in(["red"])]
    assert_type(found, list[Restriction])
    assert_type([PidTagEntryId, PidTagEntryId], list[PropertyTag[bytes]])
    assert match(found[0] & ~found[1], message)


def test_restrictions_and_rows_are_typed(tmp_path: Path) -> None:
    restriction = PidTagSubject.contains("report", ignore_case=True) & (PidTagMessageSize > 10)
    assert_type(restriction, Restriction)
    with msgcore.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
        store.inbox.save(Message(subject="The report", text="x" * 100))
        table = store.inbox.contents_table(
            columns=[PidTagEntryId, PidTagSubject, PidTagMessageDeliveryTime, PidTagHasAttachments],
            restriction=restriction,
            sort_order=[PidTagMessageDeliveryTime.descending()],
        )
        rows = table.query_rows(50)
        assert_type(rows, tuple[Row, ...])
        assert_type(rows[0][PidTagEntryId], bytes)
        assert_type(rows[0][PidTagHasAttachments], bool)
        items = store.inbox.messages(where=restriction, newest_first=True, limit=50)
        assert_type(items, tuple[Item, ...])
        assert_type(items[0].load(), Message)
        assert [item.subject for item in items] == ["The report"]


def send_and_ask(session: Session, message: Message) -> None:
    """Never called: what a session gives is for the type checkers."""
    submission = session.submit(message)
    session.flush_queues(timeout_seconds=60)
    outcomes = session.outcomes(submission)
    assert_type(outcomes, Outcomes)
    assert_type(outcomes["bob@b.test"], Outcome)


def receive_and_look(session: Session) -> None:
    """Never called, either."""
    assert_type(session.receive("work", on_progress=print), tuple[RetrievalReport, ...])
    remote = session.remote_headers()
    assert_type(remote.process(), RetrievalReport)
    assert_type(remote.list(), tuple[RemoteHeader, ...])
    with msgcore.open_maildrop("pop3s://mail.a.test", user="ann", password="env:PW") as maildrop:
        assert_type(maildrop.list(), tuple[Waiting, ...])
        assert_type(maildrop.retrieve(maildrop.list()[0]), Message)


async def the_same_in_asyncio() -> None:
    """Never called: the twins give the same types."""
    async with msgcore.aio.logon("work") as session:
        submission = await session.submit(Message(to="bob@b.test"))
        assert_type(await session.outcomes(submission), Outcomes)
        assert_type((await session.inbox.messages(limit=1))[0].subject, str)
    async with msgcore.aio.open_transport("smtp://localhost") as transport:
        assert_type(await transport.send(Message(to="bob@b.test"), check=False), Outcomes)
    async with msgcore.aio.open_maildrop("pop3s://mail.a.test") as maildrop:
        assert_type(await maildrop.list(), tuple[Waiting, ...])

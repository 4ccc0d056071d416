"""The demonstration: one message's whole way, on the embedded default, with a real SMTP server on loopback."""

from __future__ import annotations

import struct
import tempfile
import zlib
from contextlib import ExitStack
from pathlib import Path

import msgcore
from msgcore import Attachment, Message
from msgcore.blocking.session import Session
from msgcore.blocking.store import MessageStore
from msgcore.cli.paper import Paper
from msgcore.codecs import mime
from msgcore.model.outcome import Accepted, Delivered, Outcomes
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.props import (
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageSize,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.transfer import Archive, ImportOptions, open_archive

__all__ = ["show"]

BOB = "Bob Berg <bob@athena.test>"
CAROL = "Carol Cole <carol@partner.test>"
DAVE = "Dave Dunn <dave@nowhere.test>"

_BATCH = 200


def show(mail: Path | None = None, folder: Path | None = None) -> None:
    """Show it all; ``mail`` is imported into a store of its own at the end.

    Raises:
        MsgcoreError: something went wrong, and what.
    """
    paper = Paper()
    archive = None if mail is None else open_archive(mail)
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="msgcore-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        paper.title("msgcore: a message's whole way")
        outside = stack.enter_context(LoopbackSmtpServer("mx.partner.test"))
        _organize(paper, folder, outside)
        with _logon(paper, folder, "ann") as ann, _logon(None, folder, "bob") as bob:
            message = _compose(paper)
            _preview(paper, folder, ann, message)
            outcomes = _send(paper, ann, message)
            _look_inside(paper, bob)
            _look_outside(paper, outside)
            _look_at_report(paper, ann, outcomes)
        if archive is not None:
            paper.step(8, f"Your own mail: {mail}")
            with msgcore.open_store(f"sqlite:///{folder / 'imported.db'}") as store:
                _import(paper, store, archive)
                _query(paper, store)
        else:
            paper.say()
            paper.say("Now with mail of your own:  python -m msgcore demo --mail PATH   (.eml, .msg, mbox or Maildir)")


def _organize(paper: Paper, folder: Path, outside: LoopbackSmtpServer) -> None:
    paper.step(1, "An organisation in one SQLite file: two mailboxes and a table of routes")
    database = folder / "athena.db"
    is_new = not database.exists()
    with msgcore.open_organization(f"sqlite:///{database}", create=True) as organization:
        if is_new:
            organization.add_mailbox("ann", addresses=["SMTP:ann@athena.test"], display_name="Ann Alm")
            organization.add_mailbox("bob", addresses=["SMTP:bob@athena.test"], display_name="Bob Berg")
        organization.set_routes(
            RouteTable(
                [
                    Connector(
                        "partner-line",
                        gateway="smtp",
                        spaces=[AddressSpace("SMTP", "*@partner.test", cost=10)],
                        options={"relay": outside.url},
                    ),
                    Connector(
                        "partner-backup",
                        gateway="smtp",
                        spaces=[AddressSpace("SMTP", "*@partner.test", cost=50)],
                        options={"relay": outside.url},
                    ),
                ]
            )
        )
        rows = [(one.name, one.display_name, str(one.addresses[0].typed)) for one in organization.mailboxes()]
    paper.table(("mailbox", "name", "address"), rows)
    paper.say(f"in {database}; the outside world is an SMTP server at {outside.url}")


def _logon(paper: Paper | None, folder: Path, name: str) -> Session:
    admin = msgcore.ProfileAdmin(folder / "profiles")
    service = {"service": "organization", "url": f"sqlite:///{folder / 'athena.db'}", "mailbox": name}
    file = admin.create(name, services=[service], replace=True)
    if paper is not None:
        paper.step(2, "A profile: a named list of message services, in a TOML file that only its owner reads")
        paper.say(file.read_text().strip())
    return msgcore.logon(name, admin=admin)


def _compose(paper: Paper) -> Message:
    paper.step(3, "A message: text, HTML with an inline picture, an attachment, three recipients")
    message = Message(
        to=[BOB, CAROL],
        cc=[DAVE],
        subject="The bridge at Øresund",
        text="Dear all,\n\nthe drawing is in the mail; the figures are attached.\n\nAnn",
        html='<p>Dear all,</p><p>the drawing: <img src="cid:bridge" alt="bridge"></p><p>Ann</p>',
        attachments=[
            Attachment(_picture(), filename="bridge.png", content_id="bridge", is_inline=True),
            Attachment(b"span,metres\nmain,490\nside,141\n", filename="figures.csv", content_type="text/csv"),
        ],
    )
    paper.table(
        ("attachment", "type", "octets", "kind"),
        [
            (one.filename or "", one.content_type, str(one.size_octets), "inline" if one.is_inline else "attached")
            for one in message.attachments
        ],
    )
    return message


def _preview(paper: Paper, folder: Path, ann: Session, message: Message) -> None:
    paper.step(4, "Before it is sent: who would take it to each recipient, and why")
    rows = [
        (str(check.recipient.address.email_address), check.service or "-", check.connector or "nobody")
        for check in ann.check_recipients(message)
    ]
    paper.table(("recipient", "service", "connector"), rows)
    with msgcore.open_organization(f"sqlite:///{folder / 'athena.db'}") as organization:
        for recipient in message.recipients:
            paper.say()
            decision = organization.route(recipient.address, size_octets=len(mime.write(message)))
            if decision.recipient != recipient.address:
                paper.say(f"{recipient.address.typed} is a mailbox here:")
            paper.say(decision.explain())


def _send(paper: Paper, ann: Session, message: Message) -> Outcomes:
    paper.step(5, "Submitted through the profile, then sent: one outcome for each recipient")
    submission = ann.submit(message)
    paper.say(f"in the outbox as {submission.message_id}, safe on the disk")
    ann.flush_queues(timeout_seconds=60)
    outcomes = ann.outcomes(submission)
    paper.table(
        ("recipient", "outcome", "what was said"),
        [
            (
                recipient.email_address,
                type(outcome).__name__,
                " ".join(str(part) for part in (outcome.code, outcome.enhanced, outcome.text) if part)
                + (f" ({outcome.note})" if outcome.note else ""),
            )
            for recipient, outcome in outcomes.items()
        ],
    )
    return outcomes


def _look_inside(paper: Paper, bob: Session) -> None:
    paper.step(6, "Bob's inbox, as a MAPI table")
    table = bob.inbox.contents_table(
        columns=[
            PidTagEntryId,
            PidTagSubject,
            PidTagSentRepresentingName,
            PidTagMessageSize,
            PidTagHasAttachments,
            PidTagMessageDeliveryTime,
        ],
        restriction=PidTagSubject.contains("BRIDGE", ignore_case=True) & (PidTagMessageSize > 100),
        sort_order=[PidTagMessageDeliveryTime.descending()],
    )
    rows = table.query_rows(10)
    paper.table(
        ("from", "octets", "attached", "subject"),
        [
            (
                row[PidTagSentRepresentingName],
                str(row[PidTagMessageSize]),
                "yes" if row[PidTagHasAttachments] else "no",
                row[PidTagSubject],
            )
            for row in rows
        ],
    )
    letter = bob.load_message(rows[0][PidTagEntryId])
    for attachment in letter.attachments:
        paper.say(f"{attachment.filename}: {len(attachment.data)} octets, {attachment.content_type}")
    with bob.open_message(rows[0][PidTagEntryId]) as stored:
        stored.set_read_flag()


def _look_outside(paper: Paper, outside: LoopbackSmtpServer) -> None:
    received = outside.received[-1]
    letter = mime.read(received.octets)
    paper.say()
    recipients = ", ".join(recipient.email_address for recipient in received.envelope.recipients)
    paper.say(f"And outside, mx.partner.test took {len(received.octets)} octets for {recipients}: {letter.subject!r}")


def _look_at_report(paper: Paper, ann: Session, outcomes: Outcomes) -> None:
    paper.step(7, "Ann's inbox: the report about whom nobody could reach")
    for item in ann.inbox.messages(where=PidTagMessageClass.starts_with("REPORT."), newest_first=True, limit=1):
        paper.say(f"{item.message_class}: {item.subject}")
        report = mime.read_delivery_report(item.load())
        for recipient in report.recipients if report else ():
            paper.say(f"{recipient.address}: {recipient.action.value}, {recipient.status}: {recipient.diagnostic}")
    reached = sum(isinstance(outcome, Accepted | Delivered) for outcome in outcomes.values())
    paper.say()
    paper.say(paper.good(f"{reached} of {len(outcomes)} recipients have it, and Ann knows about the other one."))


def _import(paper: Paper, store: MessageStore, archive: Archive) -> None:
    with paper.progress("importing") as progress:
        done = store.inbox.import_archive(archive, ImportOptions(batch=_BATCH, progress=progress))
    paper.say(f"imported {done.messages} messages, each on the disk")


def _query(paper: Paper, store: MessageStore) -> None:
    total = store.inbox.count()
    with_attachments = store.inbox.count(PidTagHasAttachments.equals(True))
    paper.say(f"{total} messages, {with_attachments} with attachments; the newest:")
    rows = store.inbox.messages(newest_first=True, limit=10)
    paper.table(
        ("received", "octets", "from", "subject"),
        [
            (
                f"{item.received_at:%Y-%m-%d %H:%M}",
                str(item.size_octets),
                (str(item.from_.display_name or item.from_.email_address) if item.from_ else "-")[:28],
                item.subject,
            )
            for item in rows
        ],
    )
    if not rows:
        return
    word = max((word for item in rows for word in item.subject.split()), key=len, default="")
    if word:
        found = store.inbox.count(PidTagSubject.contains(word, ignore_case=True))
        paper.say(f"PidTagSubject.contains({word!r}, ignore_case=True): {found} messages")


def _picture() -> bytes:
    """Draw a small PNG: two pylons and a deck over water."""
    width, height = 48, 24
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            is_pylon = x in {14, 33} and 3 <= y <= 18
            is_deck = y == 14
            is_water = y > 18
            rows += b"\x20\x30\x60" if is_pylon or is_deck else b"\x60\xa0\xe0" if is_water else b"\xf4\xf6\xfa"
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )

"""Commands about a message in a file: convert, check; and how a message is shown."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import msgcore
from msgcore import Attachment, Message
from msgcore.base.findings import Finding
from msgcore.cli.opening import STORE_START
from msgcore.cli.out import print_json, print_table, say, shown_value
from msgcore.cli.reading import is_stdin, name_of, octets_of
from msgcore.codecs import form_of_octets, mime, msg, tnef
from msgcore.errors import MalformedMessage

__all__ = ["AsJson", "add_message_commands", "print_message", "read_file"]

AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]

_ONE = "The message, in any form; - reads standard input."

_CHECKS = {"mime": mime.check, "msg": msg.check, "tnef": tnef.check}

# Files are kept with the line ends of their system, and nothing of the message is lost by that.
_NO_DAMAGE = frozenset({"line-end-lf"})


class Form(StrEnum):
    MIME = "mime"
    MSG = "msg"
    TNEF = "tnef"


def add_message_commands(app: typer.Typer) -> None:
    app.command()(convert)
    app.command()(check)


def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_ONE)],
    to: Annotated[Form, typer.Option("--to", help="The form to write.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to; by default standard output.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a message in another form (MIME, .msg, TNEF), and say what that lost, and why.

    The status is 1 if the input breaks the rules of its form by more than the ends of its lines: `check` lists where.
    """
    message, octets, form = read_file(file)
    findings = _CHECKS[form](octets)
    done = msgcore.convert(message, to=to.value)
    if out is None:
        sys.stdout.buffer.write(done.octets)
        sys.stdout.flush()
    else:
        out.write_bytes(done.octets)
    if as_json and out is not None:
        losses = [str(loss) for loss in done.losses]
        print_json({"octets": len(done.octets), "findings": len(findings), "losses": losses})
    else:
        for loss in done.losses:
            say(f"lost: {loss}", to=sys.stderr)
        if findings:
            count = f"{len(findings):,} finding" + ("s" if len(findings) > 1 else "")
            again = "-" if is_stdin(file) else shlex.quote(str(file))
            say(f"{count} in the input: msgcore check {again} lists them", to=sys.stderr)
    if any(one.rule not in _NO_DAMAGE for one in findings):
        raise typer.Exit(1)


def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Messages, in any form; - reads one.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Check messages against the rules of their form. The status is 1 if anything was found."""
    rows = [
        {"file": name_of(file), "offset": one.offset, "rule": one.rule, "text": one.text, "source": one.source}
        for file in files
        for one in _findings_in(file)
    ]
    if rows or as_json:
        print_table(("file", "offset", "rule", "text", "source"), rows, as_json=as_json)
    if rows:
        raise typer.Exit(1)


def _findings_in(file: Path) -> Sequence[Finding]:
    octets = octets_of(file)
    form = form_of_octets(octets)
    if not octets or octets.startswith(STORE_START):
        return (Finding(0, "no-message", "is no message: no header field is found in it"),)
    return _CHECKS[form](octets)


def read_file(file: Path) -> tuple[Message, bytes, str]:
    """Read a file that is to be a message, and give its octets and their form, too.

    Raises:
        MalformedMessage: it is none.
    """
    octets = octets_of(file)
    message, form = msgcore.read_message(octets), form_of_octets(octets)
    if octets.startswith(STORE_START) or (form == "mime" and not message.headers):
        raise MalformedMessage(f"{name_of(file)} is no message: no header field is found in it")
    return message, octets, form


def print_message(message: Message, *, as_json: bool, source: bool) -> None:
    """Print a message for people, for programs, or its octets."""
    if source:
        sys.stdout.buffer.write(msgcore.write_message(message))
        sys.stdout.flush()
        return
    fields: dict[str, object] = {
        "from": None if message.from_ is None else str(message.from_),
        "to": [str(one) for one in message.to],
        "cc": [str(one) for one in message.cc],
        "bcc": [str(one) for one in message.bcc],
        "date": message.date,
        "subject": message.subject,
        "message_id": message.message_id,
        "message_class": message.message_class,
        "attachments": [_attachment_fields(one) for one in message.attachments],
    }
    if as_json:
        print_json(fields | {"text": message.text, "html": message.html})
        return
    for name in ("from", "to", "cc", "bcc", "date", "subject"):
        if shown := shown_value(fields[name]):
            say(f"{name.capitalize()}: {shown}")
    for attachment in message.attachments:
        attached = attachment.message
        name = attachment.filename or (attached is not None and attached.subject) or attachment.content_type
        say(f"Attachment: {name} ({attachment.size_octets:,} octets)")
    say()
    say(message.text or msgcore.preview(message, 2_000))


def _attachment_fields(attachment: Attachment) -> Mapping[str, object]:
    fields = {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size": attachment.size_octets,
    }
    return fields if attachment.message is None else {**fields, "subject": attachment.message.subject}

"""Commands about a message in a file: convert, check; and how a message is shown."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import msgcore
from msgcore import Message
from msgcore.cli.out import print_json, print_table, say, shown_value
from msgcore.codecs import form_of_octets, mime, msg, tnef

__all__ = ["AsJson", "add_message_commands", "print_message"]

AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]

_CHECKS = {"mime": mime.check, "msg": msg.check, "tnef": tnef.check}


class Form(StrEnum):
    MIME = "mime"
    MSG = "msg"
    TNEF = "tnef"


def add_message_commands(app: typer.Typer) -> None:
    app.command()(convert)
    app.command()(check)


def convert(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The message, in any form.")
    ],
    to: Annotated[Form, typer.Option("--to", help="The form to write.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to; by default standard output.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a message in another form (MIME, .msg, TNEF), and say what that lost, and why."""
    done = msgcore.convert(file.read_bytes(), to=to.value)
    if out is None:
        sys.stdout.buffer.write(done.octets)
        sys.stdout.flush()
    else:
        out.write_bytes(done.octets)
    if as_json and out is not None:
        print_json({"octets": len(done.octets), "losses": [str(loss) for loss in done.losses]})
        return
    for loss in done.losses:
        typer.echo(f"lost: {loss}", err=True)


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Messages, in any form.")
    ],
    as_json: AsJson = False,
) -> None:
    """Check messages against the rules of their form. The status is 1 if anything was found."""
    rows = [
        {"file": str(file), "offset": one.offset, "rule": one.rule, "text": one.text, "source": one.source}
        for file in files
        for octets in [file.read_bytes()]
        for one in _CHECKS[form_of_octets(octets)](octets)
    ]
    if rows or as_json:
        print_table(("file", "offset", "rule", "text", "source"), rows, as_json=as_json)
    if rows:
        raise typer.Exit(1)


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
        "date": message.date,
        "subject": message.subject,
        "message_id": message.message_id,
        "message_class": message.message_class,
        "attachments": [
            {"filename": one.filename, "content_type": one.content_type, "size": one.size_octets}
            for one in message.attachments
        ],
    }
    if as_json:
        print_json(fields | {"text": message.text, "html": message.html})
        return
    for name in ("from", "to", "cc", "date", "subject"):
        if shown := shown_value(fields[name]):
            say(f"{name.capitalize()}: {shown}")
    for attachment in message.attachments:
        say(f"Attachment: {attachment.filename or attachment.content_type} ({attachment.size_octets:,} octets)")
    say()
    say(message.text or msgcore.preview(message, 2_000))

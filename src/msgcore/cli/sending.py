"""The command that sends one message."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import msgcore
from msgcore import Attachment, Message, Outcomes
from msgcore.cli.messages import AsJson, read_file
from msgcore.cli.opening import Login, admin_of
from msgcore.cli.out import print_table, say
from msgcore.cli.places import CaFile, CleartextLogin, Password, Profiles, User
from msgcore.cli.reading import check_seconds, text_of
from msgcore.cli.wording import in_commands
from msgcore.errors import MsgcoreError, UsageError

__all__ = ["send"]

_WAITS = 3

Addresses = Annotated[list[str], typer.Option(metavar="ADDRESS", help="May be given several times.")]


def send(
    to: Addresses = [],  # noqa: B006  # typer copies it
    subject: Annotated[str, typer.Option(metavar="TEXT", help="The subject.")] = "",
    text: Annotated[str, typer.Option(metavar="TEXT", help="The text; - reads standard input.")] = "-",
    sender: Annotated[str | None, typer.Option("--from", metavar="ADDRESS", help="By default the profile's.")] = None,
    cc: Addresses = [],  # noqa: B006
    bcc: Addresses = [],  # noqa: B006
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A file with the HTML body.")
    ] = None,
    attach: Annotated[
        list[Path],
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A file; may be given several times."),
    ] = [],  # noqa: B006
    whole: Annotated[
        Path | None,
        typer.Option(
            "--message",
            metavar="FILE",
            help="Send this message (.eml, .msg; - reads it) as it is, to those whom it names, or with --via to --to.",
        ),
    ] = None,
    via: Annotated[str | None, typer.Option(metavar="URL", help="Send over this server, without a profile.")] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Submit by this profile; by default the default one.")
    ] = None,
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="For all of it.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Send a message, and say for each recipient what became of it.

    The status is 0 if all were accepted, 3 if trying again may help some, and 1 otherwise. By a profile, the message
    stays in the outbox until the spooler has sent it: then there is no need to give the command again. What else the
    profile's accounts met is told beside.
    """
    if via is not None and profile is not None:
        raise UsageError("give --via or --profile, not both")
    check_seconds("--timeout", timeout)
    others: list[str] | None = None
    if whole is not None:
        if sender or cc or bcc or subject or text != "-" or html or attach or (to and via is None):
            raise UsageError("--message: the file says it all; only --to stands beside it, and that with --via")
        message = read_file(whole)[0]
        others = to or None
    elif not to:
        raise UsageError("--to says who is to get it; or --message FILE, a message that says so itself")
    else:
        message = Message(
            from_=sender,
            to=to,
            cc=cc,
            bcc=bcc,
            subject=subject,
            text=text_of(None) if text == "-" else text,
            html=None if html is None else text_of(html),
            attachments=[Attachment(path.read_bytes(), filename=path.name) for path in attach],
        )
    met: MsgcoreError | None = None
    if via is not None:
        login = Login(user, password, ca_file, allow_cleartext_login).options()
        outcomes = msgcore.send(message, via=via, recipients=others, check=False, timeout_seconds=timeout, **login)
    else:
        with msgcore.logon(profile, admin=admin_of(profiles)) as session:
            submission = session.submit(message)
            try:
                session.flush_queues(timeout_seconds=timeout)
            except MsgcoreError as error:  # maybe of an account that retrieves; the message is in the outbox, or sent
                met = error
            except KeyboardInterrupt:
                say("msgcore: the message stays submitted: whatever sends by this profile next takes it", to=sys.stderr)
                raise
            outcomes = session.outcomes(submission)
    print_table(
        ("recipient", "outcome", "code", "text"),
        [
            {
                "recipient": str(recipient.address),
                "outcome": type(outcome).__name__.lower(),
                "code": outcome.code,
                "text": outcome.text,
            }
            for recipient, outcome in outcomes.items()
        ],
        as_json=as_json,
    )
    status = _status(outcomes)
    if met is not None and status == _WAITS:
        raise met
    if met is not None:
        say(f"msgcore: {in_commands(met)}", to=sys.stderr)
    raise typer.Exit(status)


def _status(outcomes: Outcomes) -> int:
    left = outcomes.not_accepted
    if not left:
        return 0
    return 1 if any(outcome.is_final for outcome in left.values()) else _WAITS

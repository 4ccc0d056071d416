"""Commands about the queue of an organisation, and what happened to mail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

import msgcore
from msgcore.cli.messages import AsJson
from msgcore.cli.out import print_json, print_table, say
from msgcore.errors import UsageError
from msgcore.mta import Change

__all__ = ["OfficeUrl", "PasswordOption", "queue_commands", "track"]

queue_commands = typer.Typer(help="Look at the queue of an organisation, and change it.", no_args_is_help=True)

OfficeUrl = Annotated[str, typer.Argument(metavar="URL", help="The organisation, such as sqlite:///athena.db.")]
PasswordOption = Annotated[
    str | None, typer.Option("--password", metavar="REFERENCE", help="The database user's: env:NAME or file:PATH.")
]
Where = Annotated[
    str | None,
    typer.Option(
        metavar="RESTRICTION",
        help="""Only what this holds of, such as 'state = "held" and recipient:contains("@b.test")'.""",
    ),
]
All = Annotated[bool, typer.Option("--all", help="Everything that waits.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="What to note.")]

_COLUMNS = ("recipient", "state", "tries", "due", "next_hop", "subject", "outcome")


@queue_commands.command("list")
def list_queue(
    url: OfficeUrl,
    where: Where = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 100,
    password: PasswordOption = None,
    as_json: AsJson = False,
) -> None:
    """List who waits, why, and until when."""
    with msgcore.open_organization(url, password=password) as office:
        waiting = office.queued(limit=limit, where=where)
    rows = [
        {
            "recipient": str(one.recipient.address),
            "state": one.state,
            "tries": one.tries,
            "due": one.due_at,
            "next_hop": one.next_hop,
            "subject": one.subject,
            "outcome": one.reason or one.outcome.text,
            "sender": None if one.sender is None else str(one.sender),
            "transfer_id": one.transfer_id,
            "message_id": one.message_id,
            "size": one.size_octets,
            "accepted": one.accepted_at,
        }
        for one in waiting
    ]
    print_table(_COLUMNS, rows, as_json=as_json)


@queue_commands.command()
def depth(url: OfficeUrl, password: PasswordOption = None, as_json: AsJson = False) -> None:
    """Count the recipients by state."""
    with msgcore.open_organization(url, password=password) as office:
        found = office.queue_depth()
    counts = {state.name.lower(): count for state, count in found.recipients.items()}
    if as_json:
        print_json({"recipients": counts, "oldest_due": found.oldest_due_at})
        return
    print_table(("state", "recipients"), [{"state": name, "recipients": n} for name, n in counts.items()])
    if found.oldest_due_at is not None:
        say(f"due since {found.oldest_due_at.astimezone():%Y-%m-%d %H:%M:%S}")


@queue_commands.command()
def tls(
    url: OfficeUrl,
    domain: Annotated[str, typer.Option(help="Only sessions with the hosts of this domain.")] = "",
    limit: Annotated[int, typer.Option(min=1)] = 100,
    password: PasswordOption = None,
    as_json: AsJson = False,
) -> None:
    """Tell how TLS with other domains' hosts went, of the days that are not reported yet."""
    with msgcore.open_organization(url, password=password) as office:
        counted = office.tls_sessions(domain=domain, limit=limit)
    rows = [
        {
            "day": one.day.isoformat(),
            "domain": one.result.policy.domain,
            "policy": one.result.policy.kind,
            "result": one.result.result or "successful",
            "host": one.result.host,
            "sessions": one.sessions,
            "address": one.result.address,
            "reason": one.result.reason,
        }
        for one in counted
    ]
    print_table(("day", "domain", "policy", "result", "host", "sessions"), rows, as_json=as_json)


@queue_commands.command()
def hold(
    url: OfficeUrl, where: Where = None, every: All = False, reason: Why = "", password: PasswordOption = None
) -> None:
    """Keep mail back until it is released."""
    _change(url, Change.hold(reason), where, every, password)


@queue_commands.command()
def release(url: OfficeUrl, where: Where = None, every: All = False, password: PasswordOption = None) -> None:
    """Let go what is held, and dead letters."""
    _change(url, Change.release(), where, every, password)


@queue_commands.command()
def retry(url: OfficeUrl, where: Where = None, every: All = False, password: PasswordOption = None) -> None:
    """Make those due now that wait for their next try."""
    _change(url, Change.retry(), where, every, password)


@queue_commands.command()
def redirect(
    url: OfficeUrl,
    to: Annotated[str, typer.Option(metavar="ADDRESS", help="Who gets it instead.")],
    where: Where = None,
    every: All = False,
    reason: Why = "",
    password: PasswordOption = None,
) -> None:
    """Send mail to somebody else instead."""
    _change(url, Change.redirect(to, reason), where, every, password)


@queue_commands.command()
def delete(
    url: OfficeUrl, where: Where = None, every: All = False, reason: Why = "", password: PasswordOption = None
) -> None:
    """End mail without a report to anybody."""
    _change(url, Change.delete(reason), where, every, password)


def _change(url: str, change: Change, where: str | None, every: bool, password: str | None) -> None:
    if (where is None) is not every:
        raise UsageError("give --where, or --all for everything that waits")
    with msgcore.open_organization(url, password=password) as office:
        changed = office.change_queue(change, where=where)
    say(f"{changed:,} recipients")
    if changed.passed_over:
        say(f"{changed.passed_over:,} left alone: a worker has them just now")


def track(
    url: OfficeUrl,
    message_id: Annotated[str, typer.Option(metavar="ID", help="The Message-ID.")] = "",
    transfer_id: Annotated[str, typer.Option(metavar="ID", help="The id in the queue.")] = "",
    address: Annotated[str, typer.Option(metavar="ADDRESS", help="The recipient.")] = "",
    sender: Annotated[str, typer.Option(metavar="ADDRESS", help="Who sent it.")] = "",
    since: Annotated[datetime | None, typer.Option(metavar="TIME", help="Not what was before; local time.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 1_000,
    password: PasswordOption = None,
    as_json: AsJson = False,
) -> None:
    """Tell what happened to a message, or to an address's or a sender's mail. The status is 1 if there is none."""
    with msgcore.open_organization(url, password=password) as office:
        events = office.track(
            message_id=message_id,
            transfer_id=transfer_id,
            address=address,
            sender=sender,
            since=None if since is None else since.astimezone(),
            limit=limit,
        )
    rows = [
        {
            "at": one.at,
            "event": one.kind.value,
            "sender": one.sender,
            "recipient": one.address,
            "connector": one.connector,
            "next_hop": one.next_hop,
            "text": one.text,
            "message_id": one.message_id,
            "transfer_id": one.transfer_id,
        }
        for one in events
    ]
    if rows or as_json:
        print_table(("at", "event", "recipient", "connector", "text", "transfer_id"), rows, as_json=as_json)
    if not rows:
        raise typer.Exit(1)

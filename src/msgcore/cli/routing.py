"""Commands about tables of routes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

import msgcore
from msgcore.base.times import local_time
from msgcore.cli.messages import AsJson
from msgcore.cli.out import print_json, print_table, say
from msgcore.cli.queues import PasswordOption
from msgcore.cli.reading import text_of
from msgcore.errors import UsageError
from msgcore.model.address import parse_address
from msgcore.mta import (
    MessageFacts,
    RouteTable,
    check_table,
    compare_tables,
    draw_mermaid,
    draw_svg,
    load_routes,
    simulate,
)
from msgcore.mta.routing.decision import Decision

__all__ = ["route_commands"]

route_commands = typer.Typer(help="Explain, check, compare and simulate tables of routes.", no_args_is_help=True)

TableName = Annotated[str, typer.Argument(metavar="TABLE", help="A TOML file, or the URL of an organisation.")]
Size = Annotated[int, typer.Option(min=0, metavar="OCTETS", help="The size of the message.")]
At = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="When, by the schedules: such as 2030-01-31T22:30, in local time, or with a zone. "
        "Without it every schedule that has windows is open.",
    ),
]


@route_commands.command()
def explain(
    table: TableName,
    recipient: Annotated[
        str, typer.Argument(metavar="RECIPIENT", help="Such as bob@b.test, SMTP:bob@b.test or FAX:+4670.")
    ],
    sender: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Who sends it.")] = None,
    size: Size = 0,
    at: At = None,
    password: PasswordOption = None,
    as_json: AsJson = False,
) -> None:
    """Say which way mail for a recipient goes, and why not another. The status is 1 if there is none."""
    if "://" in table:
        if at is not None:
            raise UsageError(
                "--at is for a table in a file: an organisation's URL is asked about mail that is sent now"
            )
        with msgcore.open_organization(table, password=password) as office:
            decision = office.route(recipient, size_octets=size, sender=sender)
    else:
        facts = MessageFacts(size, None if sender is None else parse_address(sender))
        decision = load_routes(table).route(parse_address(recipient), facts, now=_moment(at))
    if as_json:
        print_json(_data(decision))
    else:
        say(decision.explain())
    if decision.connector is None:
        raise typer.Exit(1)


@route_commands.command()
def check(table: TableName, password: PasswordOption = None, as_json: AsJson = False) -> None:
    """Find what of a table can never be, leads back, or is not installed. The status is 1 if there are errors."""
    findings = check_table(_table(table, password))
    rows = [{"severity": one.severity, "finding": str(one).partition(": ")[2]} for one in findings]
    if rows or as_json:
        print_table(("severity", "finding"), rows, as_json=as_json)
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(1)


@route_commands.command()
def compare(before: TableName, after: TableName, password: PasswordOption = None, as_json: AsJson = False) -> None:
    """Say how two tables differ. The status is 1 if they do."""
    changes = [str(change) for change in compare_tables(_table(before, password), _table(after, password))]
    if as_json:
        print_json(changes)
    else:
        for change in changes:
            say(change)
    if changes:
        raise typer.Exit(1)


@route_commands.command("simulate")
def simulate_routes(
    before: TableName,
    after: TableName,
    sample: Annotated[
        Path | None,
        typer.Argument(
            exists=True, dir_okay=False, help="Lines of a recipient, and perhaps a size; or standard input."
        ),
    ] = None,
    at: At = None,
    password: PasswordOption = None,
    as_json: AsJson = False,
) -> None:
    """Route a sample of mail by two tables: who takes how much, and which recipients go another way."""
    lines = text_of(sample)
    done = simulate(_table(before, password), _table(after, password), _sample(lines), now=_moment(at))
    if not as_json:
        say(str(done))
        return
    shares = [{"connector": one.connector, "before": one.before, "after": one.after} for one in done.shares]
    moved = [
        {"recipient": str(one.recipient), "before": one.before.connector, "after": one.after.connector}
        for one in done.moved
    ]
    print_json({"recipients": done.recipients, "shares": shares, "moved": moved})


@route_commands.command()
def draw(
    table: TableName,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="An .svg file; any other gets a Mermaid flowchart.")
    ],
    password: PasswordOption = None,
) -> None:
    """Draw a table."""
    drawing = draw_svg if out.suffix == ".svg" else draw_mermaid
    out.write_text(drawing(_table(table, password)), encoding="utf-8")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at {text!r}: need a time such as 2030-01-31T22:30") from None
    return local_time(moment)


def _table(name: str, password: str | None) -> RouteTable:
    if "://" not in name:
        return load_routes(name)
    with contextlib.closing(msgcore.open_organization(name, password=password)) as office:
        return office.routes()


def _sample(text: str) -> Iterator[tuple[str, MessageFacts]]:
    for number, line in enumerate(text.splitlines(), 1):
        recipient, _, size = line.strip().partition(" ")
        if recipient:
            if size and not size.strip().isdecimal():
                raise UsageError(f"line {number}: {line!r}: need a recipient, and perhaps a size in octets")
            yield recipient, MessageFacts(int(size or 0))


def _data(decision: Decision) -> dict[str, object]:
    return {
        "recipient": str(decision.recipient),
        "connector": decision.connector,
        "gateway": decision.gateway,
        "explanation": decision.explain(),
    }

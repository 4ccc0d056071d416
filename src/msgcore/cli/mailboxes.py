"""Commands about the mailboxes of an organisation."""

from __future__ import annotations

from typing import Annotated

import typer

import msgcore
from msgcore.base.text import Secret
from msgcore.cli.messages import AsJson
from msgcore.cli.out import print_table, say
from msgcore.cli.queues import OfficeUrl, PasswordOption

__all__ = ["mailbox_commands"]

mailbox_commands = typer.Typer(help="Make, list and remove the mailboxes of an organisation.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the mailbox.")]


@mailbox_commands.command()
def add(
    url: OfficeUrl,
    name: Name,
    addresses: Annotated[list[str], typer.Option("--address", metavar="ADDRESS", help="The first is the primary one.")],
    display_name: Annotated[str, typer.Option(metavar="TEXT", help="The name that people see.")] = "",
    create: Annotated[bool, typer.Option("--create", help="Make the organisation, if it is not there.")] = False,
    password: PasswordOption = None,
) -> None:
    """Make a mailbox."""
    with msgcore.open_organization(url, password=password, create=create) as office:
        office.add_mailbox(name, addresses=addresses, display_name=display_name)


@mailbox_commands.command("list")
def list_mailboxes(url: OfficeUrl, password: PasswordOption = None, as_json: AsJson = False) -> None:
    """List the mailboxes, with their addresses."""
    with msgcore.open_organization(url, password=password) as office:
        found = office.mailboxes()
    rows = [
        {"name": one.name, "display_name": one.display_name, "addresses": [address.typed for address in one.addresses]}
        for one in found
    ]
    print_table(("name", "display_name", "addresses"), rows, as_json=as_json)


@mailbox_commands.command()
def remove(url: OfficeUrl, name: Name, password: PasswordOption = None) -> None:
    """Remove a mailbox with all mail in it, for good."""
    with msgcore.open_organization(url, password=password) as office:
        office.remove_mailbox(name)
    say(f"{name}: is removed, with its mail")


@mailbox_commands.command("password")
def set_password(
    url: OfficeUrl,
    name: Name,
    new: Annotated[
        str | None,
        typer.Option(
            "--new", metavar="REFERENCE", help="Where the new one is: env:NAME or file:PATH; else it is asked."
        ),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away: nobody logs in any more.")] = False,
    password: PasswordOption = None,
) -> None:
    """Set the password by which a mailbox's user logs in at listeners."""
    with msgcore.open_organization(url, password=password) as office:
        if remove:
            office.remove_password(name)
        else:
            office.set_password(
                name, new or Secret(typer.prompt("New password", hide_input=True, confirmation_prompt=True))
            )
    say(f"{name}: {'has no password now' if remove else 'has a new password'}")

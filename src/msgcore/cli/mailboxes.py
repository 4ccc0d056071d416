"""Commands about the mailboxes of an organisation."""

from __future__ import annotations

from typing import Annotated

import typer

import msgcore
from msgcore.cli.messages import AsJson
from msgcore.cli.out import print_table, say
from msgcore.cli.queues import OfficeUrl, PasswordOption
from msgcore.cli.reading import ask_secret, is_meant
from msgcore.errors import NotFound
from msgcore.mta.expansion.given import own_addresses
from msgcore.spi.mailbox_names import check_mailbox_names

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
    # What is wrong leaves no empty organisation behind.
    own_addresses(addresses, "a mailbox", name)
    check_mailbox_names(name, display_name)
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
def remove(
    url: OfficeUrl,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; only at a terminal it is asked.")] = False,
    password: PasswordOption = None,
) -> None:
    """Remove a mailbox with all mail in it, for good."""
    if not yes and not is_meant(f"Remove mailbox {name} with all mail in it, for good?"):
        say("nothing is removed")
        raise typer.Exit(1)
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
            if new is None and name not in {one.name for one in office.mailboxes()}:
                raise NotFound(f"there is no mailbox {name!r}")
            office.set_password(name, new or ask_secret("New password", instead="--new env:NAME or --new file:PATH"))
    say(f"{name}: {'has no password now' if remove else 'has a new password'}")

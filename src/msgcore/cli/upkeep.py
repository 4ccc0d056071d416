"""Commands that look after a store: what is deleted, whether it is whole, a copy of it, and its room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from msgcore.cli.messages import AsJson
from msgcore.cli.opening import Login, opened
from msgcore.cli.out import print_table, say
from msgcore.cli.places import CaFile, CleartextLogin, Password, Profiles, StoreName, User
from msgcore.cli.reading import check_seconds, is_meant, is_stdin
from msgcore.errors import NotFound, UsageError
from msgcore.spi.capability import Capability

__all__ = ["delete_mail", "store_commands"]

store_commands = typer.Typer(help="Check, back up and compact a store.", no_args_is_help=True)

Timeout = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="For all of it.")]

_SECONDS = 3_600.0
_BATCH = 1_000


def delete_mail(
    store: StoreName,
    where: Annotated[str, typer.Argument(metavar="RESTRICTION", help="Such as 'received < 2020-01-01'.")],
    for_good: Annotated[
        bool,
        typer.Option(
            "--for-good", help="Not to be restored, as over IMAP always; `store compact` then leaves nothing of it."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; only at a terminal it is asked.")] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="For the search, and for each 1,000 that go.")
    ] = _SECONDS,
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
) -> None:
    """Delete what a search of all folders finds. The status is 1 if nothing was."""
    check_seconds("--timeout", timeout)
    with opened(store, Login(user, password, ca_file, allow_cleartext_login, profiles)) as there:
        found = [item.entry_id for item in there.search(where, timeout_seconds=timeout)]
        can_restore = there.ring()[1].provider.can(Capability.RECOVERY)
        way = " for good" if for_good or not can_restore else ""
        count = 0

        def delete(some: Sequence[bytes]) -> None:
            take = there.purge if for_good and can_restore else there.delete
            take(*some, timeout_seconds=timeout)

        if found and (yes or is_meant(f"Delete {len(found):,} messages{way}?")):
            batches = (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))
            count = sum(_those_there(delete, batch) for batch in batches)
    say(f"{count:,} deleted{way}" if count else "nothing is deleted")
    if not count:
        raise typer.Exit(1)


def _those_there(delete: Callable[[Sequence[bytes]], None], found: Sequence[bytes]) -> int:
    """Delete messages, all or none, of those that are still there; give how many."""
    try:
        delete(found)
    except NotFound:
        if len(found) == 1:  # somebody else has deleted it meanwhile
            return 0
        half = len(found) // 2
        return _those_there(delete, found[:half]) + _those_there(delete, found[half:])
    return len(found)


@store_commands.command()
def check(
    store: StoreName,
    timeout: Timeout = _SECONDS,
    password: Password = None,
    profiles: Profiles = None,
    as_json: AsJson = False,
) -> None:
    """Verify that everything in a store is whole. The status is 1 if something is not."""
    check_seconds("--timeout", timeout)
    with opened(store, Login(password=password, profiles=profiles)) as there:
        faults = there.check(timeout_seconds=timeout)
    if faults or as_json:
        print_table(("where", "text"), [{"where": one.where, "text": one.text} for one in faults], as_json=as_json)
    else:
        say("no faults")
    if faults:
        raise typer.Exit(1)


@store_commands.command()
def backup(
    store: StoreName,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The new file.")],
    timeout: Timeout = _SECONDS,
    profiles: Profiles = None,
) -> None:
    """Write a store in a file, as it is at one moment, into a new file; it may be used meanwhile."""
    check_seconds("--timeout", timeout)
    if is_stdin(to):
        raise UsageError("--to -: need a file")
    with opened(store, Login(profiles=profiles)) as there:
        there.backup(to, timeout_seconds=timeout)
    say(f"{to}: {to.stat().st_size:,} octets")


@store_commands.command()
def compact(
    store: StoreName, timeout: Timeout = _SECONDS, password: Password = None, profiles: Profiles = None
) -> None:
    """Give back room, and let go for good of what was deleted more than 14 days ago."""
    check_seconds("--timeout", timeout)
    with opened(store, Login(password=password, profiles=profiles)) as there:
        there.compact(timeout_seconds=timeout)
    say(f"{store}: is compact")

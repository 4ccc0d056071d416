"""Commands about profiles."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

import msgcore
from msgcore.cli.messages import AsJson
from msgcore.cli.opening import admin_of
from msgcore.cli.out import print_json, print_table, say
from msgcore.cli.places import Profiles
from msgcore.cli.wording import in_commands
from msgcore.errors import ConfigError, ProfileError, UsageError
from msgcore.spi.config import option_values
from msgcore.spi.registry import service

__all__ = ["profile_commands"]

_FLAGS = ("default_store", "primary_identity", "hook")

profile_commands = typer.Typer(help="Make, list and try profiles.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the profile.")]
NewName = Annotated[str, typer.Argument(metavar="NEW_NAME", help="The new name.")]


@profile_commands.command()
def create(
    name: Name,
    services: Annotated[
        list[str],
        typer.Argument(metavar="SERVICE [KEY=VALUE]", help="Each service, and behind it its settings."),
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of one of this name.")] = False,
    profiles: Profiles = None,
) -> None:
    """Make a profile. `msgcore services` lists what there is, with every setting.

    msgcore profile create work personal-folders path=mail.db smtp url=smtps://smtp.a.test user=ann password=env:PW
    """
    say(f"{admin_of(profiles).create(name, list(_entries(services)), replace=replace)}")


@profile_commands.command("list")
def list_profiles(profiles: Profiles = None, as_json: AsJson = False) -> None:
    """List the profiles, with their services and what is wrong with each."""
    admin = admin_of(profiles)
    rows: list[dict[str, object]] = []
    for name in admin.names():
        services, faults = _examined(admin, name)
        rows.append({"name": name, "default": name == admin.default, "services": services, "faults": faults})
    print_table(("name", "default", "services", "faults"), rows, as_json=as_json)


def _examined(admin: msgcore.ProfileAdmin, name: str) -> tuple[list[str], list[str]]:
    """Name a profile's services and faults; one that cannot be read is a fault, too, and hides no other profile."""
    try:
        profile, faults = admin.examine(name)
    except (ProfileError, UsageError) as error:
        return [], [in_commands(error)]
    return [one.name for one in profile.services], [in_commands(fault) for fault in faults]


@profile_commands.command("test")
def try_profile(name: Name, profiles: Profiles = None, as_json: AsJson = False) -> None:
    """Log on to every service of a profile for a trial: nothing is sent or changed. The status is 1 if one fails."""
    report = msgcore.validate_profile(name, admin=admin_of(profiles))
    if as_json:
        services = [
            {"name": one.name, "service": one.service, "faults": [in_commands(fault) for fault in one.faults]}
            for one in report.services
        ]
        print_json({"name": report.name, "faults": [in_commands(one) for one in report.faults], "services": services})
    else:
        say(in_commands(report))
    if not report.is_ok:
        raise typer.Exit(1)


@profile_commands.command()
def copy(name: Name, new_name: NewName, profiles: Profiles = None) -> None:
    """Copy a profile; the copy means the same stores and accounts."""
    say(f"{admin_of(profiles).copy(name, new_name)}")


@profile_commands.command()
def rename(name: Name, new_name: NewName, profiles: Profiles = None) -> None:
    """Give a profile another name."""
    say(f"{admin_of(profiles).rename(name, new_name)}")


@profile_commands.command()
def delete(name: Name, profiles: Profiles = None) -> None:
    """Delete a profile; its stores stay."""
    admin_of(profiles).delete(name)


@profile_commands.command("export")
def export_profile(name: Name, profiles: Profiles = None) -> None:
    """Write a profile for another machine to standard output, and to standard error what has to be there."""
    exported = admin_of(profiles).export_profile(name)
    print(exported.text, end="")
    say(f"{exported}", to=sys.stderr)


@profile_commands.command("import")
def import_profile(
    name: Name,
    file: Annotated[typer.FileText, typer.Argument(metavar="FILE", help="What export wrote; - reads standard input.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of one of this name.")] = False,
    profiles: Profiles = None,
) -> None:
    """Write a profile that was exported, and say what it needs here. The status is 1 if some of that is missing."""
    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name}: is no text: {error}") from error
    if not text.strip():
        raise UsageError(f"{file.name}: is empty: what export should have written is not there")
    done = admin_of(profiles).import_profile(name, text, replace=replace)
    say(f"{done.file}\n{done}")
    if done.missing:
        raise typer.Exit(1)


@profile_commands.command("default")
def set_default(name: Name, profiles: Profiles = None) -> None:
    """Make a profile the one that is taken where none is named."""
    admin_of(profiles).set_default(name)


def _flag(key: str, value: str) -> bool:
    if value not in {"true", "false"}:
        raise UsageError(f"{key}={value}: need true or false")
    return value == "true"


def _entries(words: list[str]) -> Iterator[dict[str, object]]:
    """Read services and their settings as they stand one behind the other.

    Raises:
        UsageError: a service or a setting is not known, or a setting stands before the first service.
    """
    given: list[tuple[str, dict[str, str]]] = []
    for word in words:
        key, has_value, value = word.partition("=")
        if not has_value:
            given.append((word, {}))
        elif not given:
            raise UsageError(f"{word}: need the name of a service before its settings")
        else:
            given[-1][1][key] = value
    for kind, settings in given:
        flags = {key: _flag(key, settings.pop(key)) for key in _FLAGS if key in settings}
        name = {"name": settings.pop("name")} if "name" in settings else {}
        try:
            values = option_values(service(kind).config_type, settings)
        except ConfigError as error:
            raise ConfigError(error.key, f"{kind}: {error.problem}") from error
        yield {"service": kind, **name, **flags, **values}

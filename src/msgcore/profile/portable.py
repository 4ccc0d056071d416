"""Taking a profile to another machine: its text, and what that machine has to provide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from msgcore.errors import MsgcoreError
from msgcore.profile.draft import Draft
from msgcore.profile.paths import path_of, settings_in, with_path
from msgcore.profile.profile import Profile, check_profile, check_services
from msgcore.spi.secrets import resolve_secret

__all__ = ["Needed", "ProfileExport", "ProfileImport", "export_of", "import_of"]


@attrs.frozen
class Needed:
    """What a service takes from its machine: the secret or the file that ``value`` names; ``problem``: what is wrong
    with it there, empty when it is there or nobody has looked.
    """

    service: str
    key: str
    value: str
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.service}: {self.key}: {self.value}" + (f": {self.problem}" if self.problem else "")


@attrs.frozen
class ProfileExport:
    """A profile as text, and what the other machine has to provide: ``secrets`` by their references, and files by
    ``paths`` outside the folder of profiles, which are as they were.
    """

    name: str
    text: str = attrs.field(repr=False)
    secrets: tuple[Needed, ...]
    paths: tuple[Needed, ...]

    def __str__(self) -> str:
        return _shown(f"profile {self.name!r} needs", self.secrets, self.paths)


@attrs.frozen
class ProfileImport:
    """A profile that was written to ``file``, and what it needs of this machine, each with its ``problem`` if any."""

    name: str
    file: Path
    secrets: tuple[Needed, ...]
    paths: tuple[Needed, ...]

    @property
    def missing(self) -> tuple[Needed, ...]:
        """What is not there yet."""
        return tuple(one for one in (*self.secrets, *self.paths) if one.problem)

    def __str__(self) -> str:
        return _shown(f"profile {self.name!r} needs, and has not got yet", self.missing)


def _shown(title: str, *needed: tuple[Needed, ...]) -> str:
    lines = [f"  {one}" for some in needed for one in some]
    return "\n".join([f"{title}:", *(lines or ["  nothing"])])


def export_of(name: str, file: Path, text: str) -> ProfileExport:
    """Export the profile that ``text`` in ``file`` is: paths in its folder become relative, all else is as it is,
    comments too.
    """
    draft = Draft(text, file)
    check_services(check_profile(draft.located, file))
    folder = file.parent.absolute()
    for number, table in enumerate(draft.tables):
        for key, setting in settings_in(table).items():
            path = path_of(setting, table.get(key))
            if path is None or not path.is_relative_to(folder):
                continue
            relative = path.relative_to(folder)
            if not str(relative).startswith("~"):  # which would be somebody's home
                draft.set(number, key, with_path(setting, relative))
    told = check_profile(draft.checked(), file)
    return ProfileExport(
        name,
        draft.text,
        tuple(_secrets(told)),
        tuple(one for one, path in _paths(told) if path.is_absolute()),
    )


def import_of(name: str, file: Path, text: str) -> ProfileImport:
    """Check what is to be written to a file, and look what it needs and whether that is here."""
    profile = check_services(check_profile(Draft(text, file).checked(), file))
    folder = file.parent

    def look(needed: Needed) -> Needed:
        try:
            resolve_secret(needed.value, folder)
        except MsgcoreError as error:
            return attrs.evolve(needed, problem=getattr(error, "problem", str(error)))
        return needed

    def look_at(needed: Needed, path: Path) -> Needed:
        return needed if (folder / path).exists() else attrs.evolve(needed, problem="is not there")

    return ProfileImport(
        name,
        file,
        tuple(look(one) for one in _secrets(profile)),
        tuple(look_at(one, path) for one, path in _paths(profile)),
    )


def _secrets(profile: Profile) -> Iterator[Needed]:
    for entry in profile.services:
        settings = settings_in({"service": entry.service})
        for key, value in entry.values.items():
            if key in settings and settings[key].is_secret:
                yield Needed(entry.name, key, str(value))


def _paths(profile: Profile) -> Iterator[tuple[Needed, Path]]:
    for entry in profile.services:
        settings = settings_in({"service": entry.service})
        for key, value in entry.values.items():
            if key in settings and not settings[key].is_secret:
                path = path_of(settings[key], value)
                if path is not None:
                    yield Needed(entry.name, key, str(value)), path

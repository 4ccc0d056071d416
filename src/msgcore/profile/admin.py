"""Making, listing and deleting profiles: MAPI's profile administration over a folder of TOML files."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgcore.errors import ProfileError, StoreError, UsageError
from msgcore.profile.profile import Profile, check_services, read_profile
from msgcore.profile.toml import write_profile_text
from msgcore.spi.registry import service

__all__ = ["ProfileAdmin", "default_folder"]

_NAME = re.compile(r"[^\x00-\x1f/\\:]{1,64}")
_RELATIVE_SQLITE = re.compile(r"sqlite:///(?!/)(.+)")


def default_folder() -> Path:
    """Say where profiles lie: the folder of ``MSGCORE_PROFILES``, or the user's configuration folder of the system."""
    given = os.environ.get("MSGCORE_PROFILES")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", Path.home() / "AppData/Roaming"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "msgcore/profiles"


class ProfileAdmin:
    """Administers the profiles of one folder, one TOML file each, readable by their owner only."""

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()

    def create(self, name: str, services: Iterable[Mapping[str, object]], *, replace: bool = False) -> Path:
        """Write a profile and give its file; relative paths become absolute, from the current folder.

        Raises:
            ProfileError: a service or key is unknown or a value is bad; nothing is written then.
            UsageError: the name is none, or is taken and not to be replaced.
            NotSupported: a service is not in this version.
        """
        file = self._file(name)
        given = [dict(table) for table in services]
        check_services(given, Path.cwd())
        tables = [_absolute(table) for table in given]
        if file.exists() and not replace:
            raise UsageError(f"profile {name!r} exists already: {file}")
        self._write(file, write_profile_text({}, tables))
        return file

    def profile(self, name: str) -> Profile:
        """Read and check a profile; raises as :func:`~msgcore.profile.profile.read_profile` does."""
        return read_profile(self._file(name))

    def names(self) -> tuple[str, ...]:
        """List the profiles by name."""
        return tuple(sorted(file.stem for file in self.folder.glob("*.toml")))

    def delete(self, name: str) -> None:
        """Delete a profile; its stores stay.

        Raises:
            ProfileError: there is none of that name.
        """
        file = self._file(name)
        try:
            file.unlink()
        except FileNotFoundError as error:
            raise ProfileError("there is no such profile", file=file) from error

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name != name.strip() or name.startswith("."):
            raise UsageError(f"{name!r}: a profile's name has 1 to 64 characters, none of / \\ : or control characters")
        return self.folder / f"{name}.toml"

    def _write(self, file: Path, text: str) -> None:
        """Write through a temporary file (mode 0600 from its first octet) and rename it."""
        temporary = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".new")
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(text.encode())
                opened.flush()
                os.fsync(opened.fileno())
            Path(temporary).replace(file)
        except OSError as error:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)
            raise StoreError(f"{file}: {error.strerror}") from error


def _absolute(table: dict[str, object]) -> dict[str, object]:
    """Make paths and file URLs of one service table absolute."""
    path_keys = _path_keys(table.get("service"))
    here = Path.cwd()
    for key, value in table.items():
        if key in path_keys and isinstance(value, str | Path):
            table[key] = str(here / Path(value).expanduser())
        elif isinstance(value, str) and (relative := _RELATIVE_SQLITE.fullmatch(value)):
            table[key] = f"sqlite:///{here / relative[1]}"
        elif isinstance(value, str) and value.startswith("file:"):
            table[key] = f"file:{here / Path(value.removeprefix('file:')).expanduser()}"
    return table


def _path_keys(name: object) -> frozenset[str]:
    """Find which keys of a service are paths, from the types of its configuration."""
    if not isinstance(name, str):
        return frozenset()
    try:
        hints = typing.get_type_hints(service(name).config_type)
    except UsageError:
        return frozenset()  # check_services names the unknown service
    return frozenset(key for key, hint in hints.items() if hint is Path or Path in typing.get_args(hint))

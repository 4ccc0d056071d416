"""Making, listing, changing and deleting profiles: MAPI's profile administration over a folder of TOML files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgcore.base.nearest import there_are
from msgcore.errors import ProfileError, StoreError, UsageError
from msgcore.profile.files import locked, read_private, write_private
from msgcore.profile.paths import absolute
from msgcore.profile.portable import ProfileExport, ProfileImport, export_of, import_of
from msgcore.profile.profile import Profile, check_profile, check_services, examine_profile, read_profile, tables_of
from msgcore.profile.services import ServiceAdmin, with_hook_mark
from msgcore.profile.toml import write_profile_text

__all__ = ["ProfileAdmin", "default_folder"]

_NAME = re.compile(r"[^\x00-\x1f/\\:]{1,64}")
_DEFAULT = ".default"


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
    """Administers the profiles of one folder, one TOML file each, readable by their owner only.

    Calls block for as long as a small file takes. Programs that change profiles at the same time take turns. A session
    keeps what it logged on with: a profile that is in use may be changed, renamed and deleted all the same.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = (Path(folder) if folder is not None else default_folder()).absolute()

    def create(self, name: str, services: Iterable[Mapping[str, object]], *, replace: bool = False) -> Path:
        """Write a profile and give its file; relative paths become absolute, from the current folder.

        A service whose class is one of hooks is marked (``hook = true``): no mail goes past it where it is not there.

        Raises:
            ProfileError: a service or key is unknown or a value is bad; nothing is written then.
            UsageError: the name is none, or is taken and not to be replaced.
            NotSupported: a service cannot do what its settings say.
            StoreError: it cannot be written.
        """
        file = self._file(name)
        given = tables_of(services)
        check_services(check_profile({"services": given}, Path.cwd() / file.name))
        text = write_profile_text({}, [absolute(with_hook_mark(table)) for table in given])
        self._write_new(file, text, replace=replace)
        return file

    def profile(self, name: str | None = None) -> Profile:
        """Read and check a profile, or the default one; raises as :func:`~msgcore.profile.profile.read_profile`.

        Raises:
            ProfileError: there is none, or something is wrong with it; with file, line and key.
        """
        return read_profile(self._there(self._or_default(name)))

    def examine(self, name: str | None = None) -> tuple[Profile, tuple[ProfileError, ...]]:
        """Read a profile that may have faults, and give all of them.

        Raises:
            ProfileError: there is none, or it is no TOML of ``[[services]]`` tables.
        """
        return examine_profile(self._there(self._or_default(name)))

    def names(self) -> tuple[str, ...]:
        """List the profiles by name."""
        # Editors and systems leave files of their own beside others, under names that begin with a dot.
        return tuple(sorted(file.stem for file in self.folder.glob("*.toml") if not file.name.startswith(".")))

    @property
    def default(self) -> str | None:
        """The default profile: the one that was set, or the only one that there is.

        Raises:
            ProfileError: what was set cannot be read.
        """
        file = self.folder / _DEFAULT
        if file.exists():
            return read_private(file).strip()
        names = self.names()
        return names[0] if len(names) == 1 else None

    def set_default(self, name: str | None) -> None:
        """Make a profile the one that ``logon()`` without a name uses; ``None``: none.

        Raises:
            ProfileError: there is none of that name.
        """
        with locked(self.folder):
            if name is not None:
                self._there(name)
            self._set_default(name)

    def copy(self, name: str, new_name: str) -> Path:
        """Copy a profile, comments and all, and give the new file. The copy means the same stores and accounts.

        Raises:
            ProfileError: there is none of that name.
            UsageError: the new name is none, or taken.
        """
        new_file = self._file(new_name)
        self._write_new(new_file, read_private(self._there(name)))
        return new_file

    def rename(self, name: str, new_name: str) -> Path:
        """Give a profile another name, under which it stays the default one if it was, and give its file.

        Raises:
            ProfileError: there is none of that name.
            UsageError: the new name is none, or taken.
            StoreError: the file system refuses it.
        """
        new_file = self._file(new_name)
        with locked(self.folder):
            file = self._there(name)
            is_default = self._set() == name
            self._check_free(new_file)
            try:
                file.rename(new_file)
            except OSError as error:
                raise StoreError(f"{file}: {error.strerror}") from error
            if is_default:
                self._set_default(new_name)
        return new_file

    def delete(self, name: str) -> None:
        """Delete a profile; its stores stay.

        Raises:
            ProfileError: there is none of that name.
            StoreError: the file system refuses it.
        """
        with locked(self.folder):
            file = self._there(name)
            if self._set() == name:
                self._set_default(None)
            try:
                file.unlink()
            except OSError as error:
                raise StoreError(f"{file}: {error.strerror}") from error

    def services(self, name: str) -> ServiceAdmin:
        """Administer the services of a profile: MAPI's service administration.

        Raises:
            ProfileError: there is none of that name, or it is no TOML.
        """
        return ServiceAdmin(self._there(name))

    def export_profile(self, name: str) -> ProfileExport:
        """Give a profile as text for another machine, and what has to be provided there.

        Raises:
            ProfileError: there is none, something is wrong with it, or a service is not installed: what of it is secret
                is not known then.
        """
        file = self._there(name)
        return export_of(name, file, read_private(file))

    def import_profile(self, name: str, exported: str | ProfileExport, *, replace: bool = False) -> ProfileImport:
        """Write a profile that was exported and say what is missing here. Its paths are taken from this folder.

        Raises:
            ProfileError: it is no profile, a service is not installed, or something is wrong with it; nothing is
                written then.
            UsageError: the name is none, or is taken and not to be replaced.
            NotSupported: a service cannot do what its settings say.
        """
        file = self._file(name)
        text = exported.text if isinstance(exported, ProfileExport) else exported
        done = import_of(name, file, text)
        self._write_new(file, text, replace=replace)
        return done

    def _or_default(self, name: str | None) -> str:
        found = name if name is not None else self.default
        if found is None:
            names = ", ".join(self.names())
            there = f"there are {names}: name one, or set_default(...)" if names else "there is no profile at all"
            raise ProfileError(f"no default profile is set; {there}", file=self.folder)
        if name is None and not _is_name(found):
            raise ProfileError(f"{found[:64]!r} is no profile's name: set_default(...)", file=self.folder / _DEFAULT)
        return found

    def _file(self, name: str) -> Path:
        if not _is_name(name):
            raise UsageError(f"{name!r}: a profile's name has 1 to 64 characters, none of / \\ : or control characters")
        return self.folder / f"{name}.toml"

    def _there(self, name: str) -> Path:
        file = self._file(name)
        if not _may_be_there(file):
            there = f"; {there_are(name, names)}" if (names := self.names()) else ""
            raise ProfileError(f"there is no such profile{there}", file=file)
        return file

    def _check_free(self, file: Path) -> None:
        if os.path.lexists(file):
            raise UsageError(f"profile {file.stem!r} exists already: {file}")

    def _write_new(self, file: Path, text: str, *, replace: bool = False) -> None:
        with locked(self.folder):
            if not replace:
                self._check_free(file)
            write_private(file, text)

    def _set(self) -> str | None:
        return self.default if (self.folder / _DEFAULT).exists() else None

    def _set_default(self, name: str | None) -> None:
        file = self.folder / _DEFAULT
        if name is None:
            file.unlink(missing_ok=True)
        else:
            write_private(file, f"{name}\n")


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name == name.strip() and not name.startswith(".")


def _may_be_there(file: Path) -> bool:
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        pass  # of which whoever opens it tells
    return True

"""Archives of several kinds in one folder, as backups and mail programs leave them: read as one."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import suppress
from pathlib import Path

import attrs

from msgcore.errors import NotFound, TimedOut, UsageError
from msgcore.transfer.archive import Archive, ArchivedMessage, Skipped
from msgcore.transfer.eml import is_message_name
from msgcore.transfer.files import folders_below, reading_errors, refuse_link
from msgcore.transfer.folder_names import shown_name
from msgcore.transfer.framing import is_separator

__all__ = ["MixedFolder", "Part", "mbox_files", "mbox_names"]

# Enough for a separator and the field behind it.
_LOOK = 2_000


@attrs.frozen
class Part:
    """An archive in the folder, and the names of the folder that its messages are in."""

    archive: Archive
    names: tuple[str, ...] = ()


class MixedFolder(Archive):
    """The archives in and below a folder, one after the other; what one of them is wrong with ends no other."""

    def __init__(self, path: Path, parts: Sequence[Part], unreadable: Sequence[UsageError] = ()) -> None:
        self.path = path
        self._parts = tuple(parts)
        self._unreadable = tuple(unreadable)

    @property
    def total_octets(self) -> int:
        return sum(_octets_of(part.archive) for part in self._parts)

    def entries(self) -> Generator[ArchivedMessage | Skipped]:
        # Each part that walks the folder tells what it could not look into.
        told = {str(error) for error in self._unreadable}
        yield from (Skipped(str(self.path), error) for error in self._unreadable)
        before = 0
        for part in self._parts:
            last = 0
            for entry in _held_entries(part.archive, is_found=part.archive.path != self.path):
                if isinstance(entry, Skipped):
                    if str(entry.error) not in told:
                        yield entry
                    continue
                last = entry.position_octets
                yield attrs.evolve(
                    entry, folder=(*part.names, *entry.folder), position_octets=before + last, where=_where(part, entry)
                )
            before += last


def _octets_of(archive: Archive) -> int:
    with suppress(NotFound, UsageError):  # reading it tells
        return archive.total_octets
    return 0


def _held_entries(archive: Archive, *, is_found: bool) -> Generator[ArchivedMessage | Skipped]:
    """Read one archive, kept from change meanwhile: of many only one is held at a time."""
    try:
        if is_found:  # a while ago
            refuse_link(archive.path)
        held = archive.hold()
        if held is None:
            error = TimedOut(f"{archive.path}: another program has locked it; import it again later")
            yield Skipped(str(archive.path), error)
            return
        try:
            yield from held.entries()
        finally:
            held.close()
    except (NotFound, UsageError) as error:
        yield Skipped(str(archive.path), error)


def _where(part: Part, entry: ArchivedMessage) -> str:
    return entry.where or f"{part.archive.path}: before octet {entry.position_octets}"


def mbox_files(folder: Path, besides: Collection[Path], unreadable: Callable[[UsageError], object]) -> list[Path]:
    """Give the mbox files in and below a folder, but not in those of ``besides``; tell what cannot be looked into."""
    found: list[Path] = []
    for parent, children, names in folders_below(folder, unreadable):
        children[:] = sorted(child for child in children if parent / child not in besides)
        for path in sorted(parent / name for name in names if not is_message_name(Path(name))):
            try:
                if _is_mbox(path):
                    found.append(path)
            except NotFound:  # gone meanwhile
                continue
            except UsageError as error:
                unreadable(error)
    return found


def _is_mbox(path: Path) -> bool:
    with reading_errors(path):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) and path.suffix.lower() == ".mbox":
            refuse_link(path)
        if not stat.S_ISREG(mode):
            return False
    with reading_errors(path), path.open("rb") as file:
        return is_separator(file.read(_LOOK), 0)


def mbox_names(folder: Path, path: Path) -> tuple[str, ...]:
    """Give the names of the folder that an mbox is; Thunderbird keeps the folders below ``X`` in ``X.sbd``."""
    *parents, name = path.relative_to(folder).parts
    return (*(shown_name(one.removesuffix(".sbd")) for one in parents), shown_name(name.removesuffix(".mbox")))

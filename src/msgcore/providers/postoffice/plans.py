"""Several renames as one: a plan is written down first, and whoever comes by finishes it.

A plan is a file in the folder ``plans`` of a mailbox: a list of steps, each of which can take effect once only, because
it renames a file whose name is never used again. So it does no harm when two carry out a plan at the same moment, and
nothing is left half done when who began it is killed: the next one who reads or writes in the mailbox finishes it.

A plan may hang on its *first* rename: if that cannot be made any more, because somebody else changed the file, the plan
is void. Whether it was made is seen by the new name, which is there until the plan has ended: who wants to change a
file looks at the plans after it has seen the file's name, and before it renames the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import attrs

from msgcore.errors import ObjectDeleted, StoreCorrupt
from msgcore.providers.postoffice.names import is_new_name, new_name
from msgcore.providers.postoffice.share import (
    bring_to_disk,
    carry_folder,
    names_in,
    publish_folder,
    read_file,
    remove,
    rename,
    write_file,
)

__all__ = ["Arrive", "Carry", "Plan", "Plans", "Publish", "Rename", "Step", "make"]


@attrs.frozen
class Rename:
    """Give a file of the mailbox a new name."""

    source: Path
    target: Path


@attrs.frozen
class Publish:
    """Give a folder of the mailbox a name, if nobody has taken that."""

    source: Path
    target: Path


@attrs.frozen
class Arrive:
    """Move the message that waits in a folder of the deliveries, if it does, to the folder where it belongs."""

    source: Path
    target: Path


@attrs.frozen
class Carry:
    """Give the folder that has ``mark`` in it another place, if nobody has that."""

    source: Path
    target: Path
    mark: str


Step = Rename | Publish | Arrive | Carry
_PAIRS: dict[str, type[Rename | Publish | Arrive]] = {"rename": Rename, "publish": Publish, "arrive": Arrive}


@attrs.frozen
class Plan:
    """What has been written down."""

    path: Path
    steps: tuple[Step, ...]
    first: Rename | None

    def carry_out(self) -> bool:
        """Make all the steps; false when ``first`` could not be made, and nothing was.

        An error of the disk leaves the plan to whoever comes next.

        Raises:
            ObjectDeleted: a folder that something should come into is gone; the other steps are made.
        """
        bring_to_disk(self.path.parent)
        try:
            is_made = make(self.steps, self.first) or self._was_made()
        except ObjectDeleted:
            remove(self.path)
            raise
        remove(self.path)
        return is_made

    def _was_made(self) -> bool:
        """Say whether somebody has carried it out, and the first file has gone on since: what was new is not new."""
        drafts = [one.source for one in self.steps if one.source.parent.name == "tmp"]
        return any(not os.path.lexists(draft) for draft in drafts)


class Plans:
    """The plans of the mailbox at ``place``; paths in plans are below it."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._folder = place / "plans"

    def write(self, steps: Sequence[Step], first: Rename | None = None) -> Plan:
        """Write a plan down. Until this returns nobody has seen it; from then on anybody may carry it out."""
        path = self._folder / new_name()
        draft = self._place / "tmp" / path.name
        write_file(draft, self._to_json(steps, first))
        rename(draft, path)
        return Plan(path, tuple(steps), first)

    def finish(self) -> bool:
        """Carry out what others have begun, and say whether there was anything."""
        found = [name for name in names_in(self._folder) if is_new_name(name)]
        for name in found:
            octets = read_file(self._folder / name)
            if octets is not None:
                with suppress(ObjectDeleted):  # whoever began it is told of that
                    self._read(self._folder / name, octets).carry_out()
        return bool(found)

    def _to_json(self, steps: Sequence[Step], first: Rename | None) -> bytes:
        written = [self._written(one) for one in steps]
        return json.dumps({"first": None if first is None else self._written(first), "steps": written}).encode()

    def _written(self, step: Step) -> list[str]:
        paths = [path.relative_to(self._place).as_posix() for path in (step.source, step.target)]
        return [type(step).__name__.lower(), *paths, *([step.mark] if isinstance(step, Carry) else [])]

    def _read(self, path: Path, octets: bytes) -> Plan:
        try:
            said = json.loads(octets)
            steps = tuple(self._step(one) for one in said["steps"])
            first = None if said["first"] is None else self._step(said["first"])
            if not isinstance(first, Rename | None):
                raise ValueError("begins with no rename")
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise StoreCorrupt(f"{path}: is no plan: {error}") from error
        return Plan(path, steps, first)

    def _step(self, said: Any) -> Step:
        kind, source, target, *rest = said
        if kind == "carry":
            return Carry(self._path(source), self._path(target), self._path(*rest).name)
        return _PAIRS[kind](self._path(source), self._path(target), *rest)

    def _path(self, said: str) -> Path:
        path = PurePosixPath(said)
        if path.is_absolute() or ".." in path.parts or "\\" in said or ":" in said:
            raise ValueError(f"{said!r} is not below the mailbox")
        return self._place / path


def make(steps: Sequence[Step], first: Rename | None = None) -> bool:
    """Make steps that have not been made yet, as :meth:`Plan.carry_out` does."""
    if first is not None and not _is_made(first):
        return False
    gone: Path | None = None
    for step in steps:
        try:
            _make_step(step)
        except FileNotFoundError:
            gone = step.target
    made: Sequence[Step] = steps if first is None else [first, *steps]
    bring_to_disk(*(folder for step in made for folder in _changed(step) if folder.name != "tmp"))
    if gone is not None:
        raise ObjectDeleted(f"folder {gone.parent.name} is deleted")
    return True


def _is_made(first: Rename) -> bool:
    try:
        return rename(first.source, first.target)
    except FileNotFoundError:  # the folder that it should come into is gone
        return False


def _make_step(step: Step) -> None:
    match step:
        case Rename(source, target):
            rename(source, target)
        case Publish(source, target):
            publish_folder(source, target)
        case Carry(source, target, mark):
            carry_folder(source, target, mark)
        case Arrive(source, target):
            for name in names_in(source):
                if name.startswith("m."):
                    rename(source / name, target / name)


def _changed(step: Step) -> tuple[Path, Path]:
    match step:
        case Arrive(source, target):
            return target, source
        case _:
            return step.target.parent, step.source.parent

"""Mail in files, brought into a folder and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from msgcore.errors import UsageError
from msgcore.session.folders.base import FolderPart
from msgcore.transfer import (
    Archive,
    ArchiveWriter,
    ExportOptions,
    ExportResult,
    ImportOptions,
    ImportResult,
    export_folder,
    import_archive,
    open_archive,
)

__all__ = ["TRANSFER_TIMEOUT_SECONDS", "FolderArchives"]

TRANSFER_TIMEOUT_SECONDS = 3_600.0
"""For a whole archive. What was done when it passes stays, and the same call goes on behind it."""


class FolderArchives(FolderPart):
    """Import archives, and export to them; each call may be made again, and does what is left to do."""

    async def import_archive(
        self,
        archive: Path | Archive,
        options: ImportOptions | None = None,
        *,
        timeout_seconds: float = TRANSFER_TIMEOUT_SECONDS,
    ) -> ImportResult:
        """Save the messages of an archive here, and those of its folders in folders below, each message once.

        Of a ``Path`` the kind of archive is recognised: mbox, Maildir, .eml file or folder. An mbox that another
        program has locked is waited for.

        Raises:
            NotFound, MalformedMessage, NotSupported, UsageError: there is no archive, or none that can be read.
            LimitExceeded: a message is too large; what stands before it is saved.
            TimedOut: it was not done in time; what was saved stays, and the next import goes on behind it.
        """
        runtime, deadline = self._store.runtime, self._store.deadline(timeout_seconds)
        if isinstance(cast(object, archive), str):
            raise UsageError(f"import_archive: need a Path or an archive, got a str; write Path({archive!r})")
        if isinstance(archive, Path):
            path = archive
            archive = await runtime.in_thread(lambda: open_archive(path), deadline)
        asked = options or ImportOptions()
        return await import_archive(runtime, self._store.provider, self._id, archive, asked, deadline)

    async def export_to(
        self,
        writer: ArchiveWriter,
        options: ExportOptions | None = None,
        *,
        timeout_seconds: float = TRANSFER_TIMEOUT_SECONDS,
    ) -> ExportResult:
        """Write the folder's messages into an archive; those that are in it already are not written again.

        ``MboxWriter``, ``MaildirWriter`` and ``EmlWriter`` of :mod:`msgcore.transfer` make one, or add to one.

        Raises:
            StoreFull: the archive's disk is full; the archive has whole messages only, and the next export goes on.
            TimedOut: it was not done in time; the same.
            LimitExceeded: a message is larger than the options allow.
            NotSupported: the archive cannot have one of the folders below; nothing is written.
            UsageError: another export is using the writer, or its file is there and is no mbox; the same.
        """
        if isinstance(cast(object, writer), str | Path):
            raise UsageError(
                f"export_to: need a writer, got a path; write MboxWriter(Path({str(writer)!r})), or another"
            )
        deadline = self._store.deadline(timeout_seconds)
        asked = options or ExportOptions()
        return await export_folder(self._store.runtime, self._store.provider, self._id, writer, asked, deadline)

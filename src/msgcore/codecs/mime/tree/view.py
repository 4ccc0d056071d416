"""What a message that was read consists of, decoded when it is asked for: people, bodies, attachments."""

from __future__ import annotations

from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.tree.bodies import HtmlBody, UuFile, files_in
from msgcore.codecs.mime.tree.contents import Contents, contents_of, starts_with_attachment
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.codecs.mime.tree.shown import is_hidden, may_be_hidden
from msgcore.model.address import Address
from msgcore.model.recipient import Recipient, RecipientKind

__all__ = ["MimeView"]

_KINDS = ((b"to", RecipientKind.TO), (b"cc", RecipientKind.CC), (b"bcc", RecipientKind.BCC))


class MimeView:
    """The lazy view of one message; it never changes."""

    __slots__ = ("_contents", "_files", "_html", "_people", "_recipients", "header", "root")

    def __init__(self, root: Entity) -> None:
        self.root = root
        self.header: HeaderBlock = root.header
        self._contents: Contents | None = None
        self._files: list[UuFile] | None = None
        self._html: HtmlBody | None = None
        self._people: dict[bytes, tuple[Address, ...]] = {}
        self._recipients: tuple[Recipient, ...] | None = None

    @property
    def octets(self) -> bytes:
        root = self.root
        whole = root.reading.octets
        return whole if root.start == 0 and root.end == len(whole) else root.octets

    @property
    def contents(self) -> Contents:
        if self._contents is None:
            self._contents = contents_of(self.root)
        return self._contents

    @property
    def html_body(self) -> HtmlBody:
        if self._html is None:
            self._html = HtmlBody(self.contents.html)
        return self._html

    @property
    def has_attachments(self) -> bool:
        """Whether there is an attachment that the body does not show."""
        if self._contents is None and starts_with_attachment(self.root):
            return True
        contents = self._contents or self.contents
        for part in contents.attachments:
            if not may_be_hidden(part) or not is_hidden(part, self.html_body):
                return True
        return bool(self.files_in_text)

    @property
    def files_in_text(self) -> list[UuFile]:
        """The files that stand uuencoded in the plain text body."""
        if self._files is None:
            self._files = [file for entity in self.contents.texts for file in files_in(entity)]
        return self._files

    def recipients(self) -> tuple[Recipient, ...]:
        if self._recipients is None:
            self._recipients = tuple(
                [Recipient(address, kind) for name, kind in _KINDS for address in self.addresses(name)]
            )
        return self._recipients

    def addresses(self, name: bytes) -> tuple[Address, ...]:
        """Read the addresses of every field called ``name``."""
        known = self._people.get(name)
        if known is None:
            values = self.header.raw_all(name)
            known = self._people[name] = self._read_addresses(values) if values else ()
        return known

    def _read_addresses(self, values: list[bytes]) -> tuple[Address, ...]:
        header = self.header
        limit = self.root.reading.limits.addresses
        if len(values) == 1:
            return tuple(read_addresses(values[0], header.note, limit))
        found: list[Address] = []
        for raw in values:
            found += read_addresses(raw, header.note, limit - len(found))
            if len(found) >= limit:
                break
        return tuple(found)

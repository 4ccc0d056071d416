"""A message that was read from TNEF or a .msg file, as the model asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, cast

from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.codecs.objects.bodies import html_in, text_in_rtf
from msgcore.codecs.objects.following import FOLLOWING, FORM_SAYS
from msgcore.codecs.objects.people import address_of, recipient_of_row, reply_addresses
from msgcore.model.address import SMTP, Address, read_mailboxes
from msgcore.model.attachment import Attachment
from msgcore.model.body import UTF_8
from msgcore.model.headers import Header, Headers
from msgcore.model.message import Message
from msgcore.model.people import FROM, SENDER, Person
from msgcore.model.recipient import Recipient
from msgcore.props.bag import PropBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagReplyRecipientEntries,
    PidTagReplyRecipientNames,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty, Property

__all__ = ["MessageObject", "ObjectSource", "read_all"]

M = TypeVar("M", bound="MessageObject")

_ABSENT = object()


class MessageObject(Protocol):
    """What a reader of such a form gives: everything lazily, and the same objects each time."""

    @property
    def form(self) -> str:
        """``"tnef"`` or ``"msg"``."""
        ...

    @property
    def octets(self) -> bytes:
        """The message as it was read; of one inside another, as a file of its own."""
        ...

    @property
    def properties(self) -> PropBag:
        """Every property but recipients and attachments, as the form has them; nothing in it changes."""
        ...

    def rows(self) -> Sequence[PropBag]:
        """Give the rows of the recipient table."""
        ...

    def attachments(self) -> Sequence[Attachment]: ...


class ObjectSource:
    """The source of a :class:`Message`; what only follows from its properties has a value, but is not said."""

    __slots__ = ("_cache", "_headers", "_recipients", "_tags", "content")

    def __init__(self, content: MessageObject) -> None:
        self.content = content
        self._cache: dict[BagKey, object] = {}
        self._headers: Headers | None = None
        self._recipients: tuple[Recipient, ...] | None = None
        self._tags: tuple[PropertyKey, ...] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as what was read, without what was made of it."""
        return ObjectSource, (self.content,)

    @property
    def form(self) -> str:
        return self.content.form

    @property
    def octets(self) -> bytes:
        return self.content.octets

    def value(self, tag: PropertyKey) -> object | None:
        found = self.content.properties.get(cast("Property[object]", tag))
        if found is not None:
            return found
        key = tag.bag_key
        reader = _DERIVED.get(key)
        if reader is None or reader[0].value_type is not tag.value_type:
            return None
        found = self._cache.get(key, _ABSENT)
        if found is _ABSENT:
            found = self._cache[key] = reader[1](self)
        return found

    def tags(self) -> Sequence[PropertyKey]:
        if self._tags is None:
            hidden = self._not_said()
            self._tags = tuple(tag for tag in self.content.properties.tags() if tag.bag_key not in hidden)
        return self._tags

    def _not_said(self) -> set[BagKey]:
        """Name the properties whose value is just what follows from the others."""
        properties, message = self.content.properties, Message.from_source(self)
        # Where only a Sender is named, it is From that follows.
        kept = () if any(tag in properties for tag in FROM) else SENDER
        of_form = FORM_SAYS.get(self.form, ())
        return {tag.bag_key for tag, value in of_form if properties.get(cast("Property[object]", tag)) == value} | {
            one.tag.bag_key
            for one in FOLLOWING
            if one.tag in properties
            and one.tag not in kept
            and properties[cast("Property[object]", one.tag)] == one.work_out(message)
        }

    def headers(self) -> Headers:
        """Give the fields that the message came with, and behind them those set on it that are not among them."""
        if self._headers is None:
            text = self.content.properties.get(PidTagTransportMessageHeaders)
            came = () if text is None else _parsed(text)
            names = {field.name.lower() for field in came}
            own = (field for field in self._own_headers() if field.name.lower() not in names)
            self._headers = Headers((*came, *own))
        return self._headers

    def _own_headers(self) -> Sequence[Header]:
        return [
            Header(tag.label if tag.label.lower() == tag.lid_or_name else str(tag.lid_or_name), value)
            for tag, value in self.content.properties.items()
            if isinstance(tag, NamedProperty) and tag.property_set == PS_INTERNET_HEADERS and isinstance(value, str)
        ]

    def from_(self) -> Address | None:
        return self._correspondent(FROM) or self._correspondent(SENDER)

    def sender(self) -> Address | None:
        return self._correspondent(SENDER) or self._correspondent(FROM)

    def _correspondent(self, tags: Person) -> Address | None:
        get = self.content.properties.get
        name, kind, email, smtp = (get(tag) for tag in tags)
        return address_of(name, kind, email, smtp)

    def addresses_of(self, field_name: str) -> Sequence[Address]:
        wanted = field_name.lower()
        if wanted in _KINDS:
            return [one.address for one in self.recipients() if one.kind.name.lower() == wanted]
        own = {"from": self.from_, "sender": self.sender}.get(wanted)
        if own is not None:
            found = own()
            return () if found is None else (found,)
        if wanted == "reply-to":
            return self.reply_to()
        mailboxes = [one for text in self.headers().get_all(wanted) for one in read_mailboxes(text) if one.addr_spec]
        return [Address(SMTP, one.addr_spec, one.phrase) for one in mailboxes]

    def recipients(self) -> Sequence[Recipient]:
        if self._recipients is None:
            # To, Cc, Bcc: as MIME has them, whatever the order of the rows.
            found = map(recipient_of_row, self.content.rows())
            self._recipients = tuple(sorted(found, key=lambda one: one.kind))
        return self._recipients

    def reply_to(self) -> Sequence[Address]:
        get = self.content.properties.get
        return reply_addresses(get(PidTagReplyRecipientEntries), get(PidTagReplyRecipientNames))

    def attachments(self) -> Sequence[Attachment]:
        return self.content.attachments()


def read_all(content: M) -> list[M]:
    """Read every property of a message and of its rows and attachments, and give the messages in it."""
    content.properties.tags()
    for row in content.rows():
        row.tags()
    inner: list[M] = []
    for attachment in content.attachments():
        attachment.properties.tags()
        source = None if attachment.message is None else attachment.message.source
        if isinstance(source, ObjectSource) and isinstance(source.content, type(content)):
            inner.append(source.content)
    return inner


def _parsed(text: str) -> Sequence[Header]:
    octets = text.encode("utf-8", "replace")
    return HeaderBlock(octets.rstrip(b"\r\n") + b"\r\n").headers()


_KINDS = frozenset({"to", "cc", "bcc"})


Derive = Callable[[ObjectSource], object | None]


def _following(work_out: Callable[[Message], object | None]) -> Derive:
    return lambda source: work_out(Message.from_source(source))


def _raw(tag: Property[str]) -> Derive:
    """Read a property of the Sender in place of one of From, where nothing of From is there."""

    def read(source: ObjectSource) -> object | None:
        properties = source.content.properties
        return None if any(one in properties for one in FROM) else properties.get(tag)

    return read


def _html(source: ObjectSource) -> object | None:
    return html_in(source.content.properties)


def _code_page(source: ObjectSource) -> int | None:
    return None if source.value(PidTagHtml) is None else UTF_8


def _text(source: ObjectSource) -> str | None:
    """Give the text of a message that has RTF and no other body."""
    return None if source.value(PidTagHtml) is not None else text_in_rtf(source.content.properties)


_DERIVED: dict[BagKey, tuple[PropertyKey, Derive]] = {
    # Where only a Sender is named, it stands for whom the message represents.
    **{one.bag_key: (one, _raw(other)) for one, other in zip(FROM, SENDER, strict=True)},
    **{one.tag.bag_key: (one.tag, _following(one.work_out)) for one in FOLLOWING},
    PidTagHtml.bag_key: (PidTagHtml, _html),
    PidTagInternetCodepage.bag_key: (PidTagInternetCodepage, _code_page),
    PidTagBody.bag_key: (PidTagBody, _text),
}

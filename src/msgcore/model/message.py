"""The detached message: properties, recipients, attachments and header fields, in memory, without I/O.

A message that was read keeps a :class:`MessageSource`, which decodes a property when it is asked for. What the
application sets lies over it, so that a codec can tell what changed and write the rest octet for octet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast, overload

from msgcore.base.text import refuse_line_ends
from msgcore.errors import InvalidAddress, PropertyNotFound, UsageError
from msgcore.model.address import SMTP, Address, parse_address, read_mailboxes
from msgcore.model.attachment import Attachment
from msgcore.model.body import UTF_8, html_from_octets, text_from_html
from msgcore.model.headers import Header, Headers, HeadersLike, own_headers
from msgcore.model.levels import Importance, Sensitivity
from msgcore.model.message_ids import in_angles
from msgcore.model.people import FROM, SENDER, Person
from msgcore.model.recipient import Recipient, RecipientKind, RecipientsLike, parse_recipients
from msgcore.model.source import MessageSource
from msgcore.props.bag import UNTOUCHED, PropBag
from msgcore.props.key import PropertyKey, check_key
from msgcore.props.table import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagHtml,
    PidTagImportance,
    PidTagInReplyToId,
    PidTagInternetCodepage,
    PidTagInternetMessageId,
    PidTagInternetReferences,
    PidTagMessageAttachments,
    PidTagMessageClass,
    PidTagMessageRecipients,
    PidTagMessageSizeExtended,
    PidTagSensitivity,
    PidTagSubject,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty, Property, TakesValue
from msgcore.props.types import PropertyType

__all__ = ["Message", "check_message"]

T = TypeVar("T")
D = TypeVar("D")

AttachmentLike = bytes | bytearray | memoryview | Path | Attachment
"""What an attachment is made of: octets, a file, or the attachment itself."""
Correspondent = str | Address
"""One address: RFC 5322 text, ``TYPE:value``, ``Name [TYPE:value]``, or the address itself."""


class Message:
    """A message as a value: every argument is a property underneath.

    ``to``, ``cc``, ``bcc`` and ``reply_to`` take RFC 5322 text, ``TYPE:value``, ``Name [TYPE:value]``, bare names, or
    several of them. ``attachments`` takes octets, a ``Path``, an ``Attachment`` or a ``Message``. ``sender`` is the
    Sender field, ``from_`` when not given.

    Raises:
        InvalidAddress: an address is not one.
        InjectionRefused: a text that becomes a header field holds CR, LF or NUL.
        UsageError: an attachment or header field is none.
    """

    __slots__ = ("_attachments", "_headers", "_layer", "_recipients", "_reply_to", "_source")

    # Python would go through numbers from 0 on, as of a list: for bytes(), list() and "for".
    __iter__ = None

    def __init__(
        self,
        *,
        from_: Correspondent | None = None,
        sender: Correspondent | None = None,
        to: RecipientsLike = (),
        cc: RecipientsLike = (),
        bcc: RecipientsLike = (),
        reply_to: RecipientsLike = (),
        subject: str | None = None,
        text: str | None = None,
        html: str | None = None,
        attachments: Iterable[AttachmentLike | Message] = (),
        headers: HeadersLike = (),
        importance: Importance | int | None = None,
        sensitivity: Sensitivity | int | None = None,
        message_class: str = "IPM.Note",
        message_id: str | None = None,
        date: datetime | None = None,
        in_reply_to: str | None = None,
        references: str | Iterable[str] | None = None,
    ) -> None:
        bag = PropBag()
        self._layer: PropBag | None = bag
        self._source: MessageSource | None = None
        self._recipients: tuple[Recipient, ...] | None = (
            *parse_recipients(to, RecipientKind.TO),
            *parse_recipients(cc, RecipientKind.CC),
            *parse_recipients(bcc, RecipientKind.BCC),
        )
        self._reply_to: tuple[Address, ...] | None = tuple(
            [recipient.address for recipient in parse_recipients(reply_to, RecipientKind.TO)]
        )
        self._attachments: tuple[Attachment, ...] | None = _as_attachments(attachments)
        self._headers: tuple[Header, ...] = own_headers(headers)
        bag[PidTagMessageClass] = message_class
        if from_ is not None:
            self.from_ = from_
        if sender is not None:
            self.sender = sender
        if subject is not None:
            self.subject = subject
        if text is not None:
            bag[PidTagBody] = text
        if html is not None:
            self.html = html
        if importance is not None:
            bag[PidTagImportance] = Importance(importance)
        if sensitivity is not None:
            bag[PidTagSensitivity] = Sensitivity(sensitivity)
        if message_id is not None:
            self.message_id = message_id
        if date is not None:
            self.date = date
        if in_reply_to is not None:
            bag[PidTagInReplyToId] = in_angles(refuse_line_ends(in_reply_to, "in_reply_to"))
        if references is not None:
            ids = (references,) if isinstance(references, str) else references
            joined = " ".join([in_angles(refuse_line_ends(one, "references")) for one in ids])
            bag[PidTagInternetReferences] = joined

    @classmethod
    def from_source(cls, source: MessageSource) -> Message:
        """Make the message that a codec or store has read; nothing is decoded yet."""
        message = cls.__new__(cls)
        message._layer = None
        message._source = source
        message._recipients = None
        message._reply_to = None
        message._attachments = None
        message._headers = ()
        return message

    # Properties

    def __getitem__(self, tag: Property[T]) -> T:
        value = self.get(tag)
        if value is None:
            raise PropertyNotFound(tag.label)
        return value

    def __setitem__(self, tag: TakesValue[T], value: T) -> None:
        known: Any = tag
        try:
            if isinstance(value, str) and _is_header_text(known):
                refuse_line_ends(value, known.label)
            self._bag[known] = value
        except AttributeError:
            check_key(tag)
            raise

    def __delitem__(self, tag: Property[Any]) -> None:
        if tag not in self:
            raise PropertyNotFound(tag.label)
        self._bag.discard(tag)

    def __contains__(self, tag: Property[Any]) -> bool:
        return self.get(tag) is not None

    @overload
    def get(self, tag: Property[T]) -> T | None: ...
    @overload
    def get(self, tag: Property[T], default: D) -> T | D: ...
    def get(self, tag: Property[Any], default: object = None) -> object:
        """Give the property's value, or ``default`` when the message has none.

        ``PidTagMessageRecipients`` and ``PidTagMessageAttachments`` give recipients and attachments, as rows of tables;
        ``PidTagBody`` of a message that has only an HTML body is made from that.
        """
        value = self.said(tag)
        if value is not None:
            return value
        value = self._following(tag) if tag.bag_key in _FOLLOWING else None
        return default if value is None else value

    def said(self, tag: Property[T]) -> T | None:
        """Give the value that the message itself has; ``None`` also for what would only follow from something else."""
        layer, source = self._layer, self._source
        try:
            if layer is None and source is not None:  # as with most messages that are read
                return source.value(tag)  # type: ignore[return-value]  # as its tag says; a cast costs a call
            if source is None and layer is not None and not self._headers:  # as with most that are composed
                return layer.get(tag)
            value = UNTOUCHED if layer is None else layer.over(tag)
            if value is UNTOUCHED:
                value = self._own_header(tag) if source is None else source.value(tag)
        except AttributeError:
            check_key(tag)
            raise
        return value  # type: ignore[return-value]  # as above

    def tags(self) -> tuple[PropertyKey, ...]:
        """The properties that the message has, those of its source first."""
        bag = self._bag
        if self._source is None:
            return bag.tags()
        return (*[tag for tag in self._source.tags() if not bag.was_changed(tag)], *bag.tags())

    @property
    def properties_set(self) -> PropBag:
        """What was set or deleted since the message was made or read: the layer over its source."""
        return self._bag

    @property
    def _bag(self) -> PropBag:
        # Made when it is first needed: most messages that are read are only read.
        if self._layer is None:
            self._layer = PropBag()
        return self._layer

    @property
    def source(self) -> MessageSource | None:
        """What a codec or store has read, which decodes a property when it is asked for; ``None``: it was composed."""
        return self._source

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from what was read; a composed message always counts as changed."""
        if self._source is None or self._headers or self._reply_to is not None:
            return True
        if self._layer is not None and self._layer.is_changed:
            return True
        if self._recipients is None and self._attachments is None:  # a property that asks another costs as much again
            return False
        return self.has_changed_content

    @property
    def has_changed_content(self) -> bool:
        """Whether recipients or attachments were replaced, or an attachment changed in place."""
        return self._recipients is not None or (
            self._attachments is not None and any(attachment.is_changed for attachment in self._attachments)
        )

    # The short way

    @property
    def subject(self) -> str:
        """The subject, empty when there is none."""
        return self.said(PidTagSubject) or ""

    @subject.setter
    def subject(self, value: str) -> None:
        self[PidTagSubject] = value

    @property
    def from_(self) -> Address | None:
        """The From field: whom the message represents."""
        if self._source is not None and (self._layer is None or self._layer.is_empty):
            return _named(self._source.from_())
        return self._correspondent(FROM)

    @from_.setter
    def from_(self, value: Correspondent) -> None:
        source = self._source
        if source is not None and source.sender() == source.from_():
            bag = self._bag
            if not any(tag in bag for tag in SENDER):
                # No sender is said, it follows: from the new one now.
                for tag in SENDER:
                    bag.discard(tag)
        self._set_correspondent(FROM, value)

    @property
    def sender(self) -> Address | None:
        """The Sender field: who sent it; From when there is none."""
        if self._source is not None and (self._layer is None or self._layer.is_empty):
            return _named(self._source.sender()) or self.from_
        return self._correspondent(SENDER) or self.from_

    @sender.setter
    def sender(self, value: Correspondent) -> None:
        self._set_correspondent(SENDER, value)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """To, Cc and Bcc, in that order as given; assign a new tuple to change them."""
        if self._recipients is None:
            source = self._source
            assert source is not None
            return tuple(source.recipients())
        return self._recipients

    @recipients.setter
    def recipients(self, value: Iterable[Recipient]) -> None:
        given = tuple(value)
        for one in given:
            if not isinstance(cast(object, one), Recipient) or not isinstance(cast(object, one.address), Address):
                raise UsageError(f"recipients: need Recipient(Address(…)), got {one!r}")
        self._recipients = given

    def _addresses(self, kind: RecipientKind, field_name: str) -> tuple[Address, ...]:
        if self._recipients is None and self._source is not None:
            return tuple(self._source.addresses_of(field_name))
        return tuple([recipient.address for recipient in self.recipients if recipient.kind is kind])

    def _set_addresses(self, kind: RecipientKind, value: RecipientsLike) -> None:
        others = [recipient for recipient in self.recipients if recipient.kind is not kind]
        self.recipients = sorted([*others, *parse_recipients(value, kind)], key=lambda recipient: recipient.kind)

    @property
    def to(self) -> tuple[Address, ...]:
        """The To recipients; assign whatever ``Message(to=…)`` takes. ``cc`` and ``bcc`` are alike."""
        return self._addresses(RecipientKind.TO, "To")

    @to.setter
    def to(self, value: RecipientsLike) -> None:
        self._set_addresses(RecipientKind.TO, value)

    @property
    def cc(self) -> tuple[Address, ...]:
        return self._addresses(RecipientKind.CC, "Cc")

    @cc.setter
    def cc(self, value: RecipientsLike) -> None:
        self._set_addresses(RecipientKind.CC, value)

    @property
    def bcc(self) -> tuple[Address, ...]:
        return self._addresses(RecipientKind.BCC, "Bcc")

    @bcc.setter
    def bcc(self, value: RecipientsLike) -> None:
        self._set_addresses(RecipientKind.BCC, value)

    @property
    def reply_to(self) -> tuple[Address, ...]:
        """Where replies should go; empty means to From."""
        if self._reply_to is not None:
            return self._reply_to
        return tuple(cast(MessageSource, self._source).reply_to())

    @reply_to.setter
    def reply_to(self, value: RecipientsLike) -> None:
        self._reply_to = tuple(recipient.address for recipient in parse_recipients(value, RecipientKind.TO))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attachments, inline ones too; assign a new tuple to change them."""
        if self._attachments is None:
            # Kept, so that a change inside one of them is seen.
            assert self._source is not None
            self._attachments = tuple(self._source.attachments())
        return self._attachments

    @attachments.setter
    def attachments(self, value: Iterable[AttachmentLike | Message]) -> None:
        self._attachments = _as_attachments(value)
        self._recipients = self.recipients

    @property
    def text(self) -> str | None:
        """The plain text body; made from the HTML body when there is only that."""
        return self.get(PidTagBody)

    @text.setter
    def text(self, value: str) -> None:
        self[PidTagBody] = value

    @property
    def html(self) -> str | None:
        """The HTML body, decoded by its code page."""
        octets = self.said(PidTagHtml)
        if octets is None:
            return None
        code_page = self.said(PidTagInternetCodepage)
        return html_from_octets(octets, UTF_8 if code_page is None else code_page)

    @html.setter
    def html(self, value: str) -> None:
        if not isinstance(cast(object, value), str):
            raise UsageError(f"html: need text, got {type(value).__name__}")
        self[PidTagHtml] = value.encode("utf-8", "replace")
        self[PidTagInternetCodepage] = UTF_8

    @property
    def headers(self) -> Headers:
        """All header fields in order as received; of a composed message those that the application added."""
        return Headers(self._headers) if self._source is None else self._source.headers()

    def addresses_of(self, field_name: str) -> tuple[Address, ...]:
        """Read the addresses of every header field of that name; none comes from an encoded word."""
        if self._source is not None:
            return tuple(self._source.addresses_of(field_name))
        texts = Headers(self._headers).get_all(field_name)
        mailboxes = [mailbox for text in texts for mailbox in read_mailboxes(text) if mailbox.addr_spec]
        return tuple(Address(SMTP, mailbox.addr_spec, mailbox.phrase) for mailbox in mailboxes)

    @property
    def own_headers(self) -> tuple[Header, ...]:
        """The fields that the application added."""
        return self._headers

    def add_headers(self, headers: HeadersLike) -> None:
        """Add fields behind those that are there.

        Raises:
            UsageError, InjectionRefused: as the constructor does.
        """
        self._headers = (*self._headers, *own_headers(headers))

    @property
    def message_id(self) -> str | None:
        """The Message-ID in angle brackets, which one that is set without them gets; submit and send set it."""
        return self.said(PidTagInternetMessageId)

    @message_id.setter
    def message_id(self, value: str) -> None:
        self[PidTagInternetMessageId] = in_angles(refuse_line_ends(value, "message_id"))

    @property
    def date(self) -> datetime | None:
        """When it was submitted, aware; submit and send set it."""
        return self.said(PidTagClientSubmitTime)

    @date.setter
    def date(self, value: datetime) -> None:
        self[PidTagClientSubmitTime] = value

    @property
    def message_class(self) -> str:
        """What kind of thing it is ([MS-OXCMSG] section 2.2.1.3); ``IPM.Note`` when it does not say."""
        return self.get(PidTagMessageClass, "IPM.Note")

    @message_class.setter
    def message_class(self, value: str) -> None:
        self[PidTagMessageClass] = value

    @property
    def importance(self) -> Importance:
        """The importance; a number that means none is read as normal."""
        value = self.get(PidTagImportance, Importance.NORMAL)
        return Importance(value) if value in set(Importance) else Importance.NORMAL

    @importance.setter
    def importance(self, value: Importance | int) -> None:
        self[PidTagImportance] = Importance(value)

    @property
    def sensitivity(self) -> Sensitivity:
        """The sensitivity; a number that means none is read as normal."""
        value = self.get(PidTagSensitivity, Sensitivity.NORMAL)
        return Sensitivity(value) if value in set(Sensitivity) else Sensitivity.NORMAL

    @sensitivity.setter
    def sensitivity(self, value: Sensitivity | int) -> None:
        self[PidTagSensitivity] = Sensitivity(value)

    @property
    def size_octets(self) -> int:
        """The octets as read or stored; of a composed message what its parts hold before encoding."""
        known = self.get(PidTagMessageSizeExtended)
        if known is not None:
            return known
        if self._source is not None and not self.is_changed:
            return len(self._source.octets)
        bodies = len((self.said(PidTagBody) or "").encode("utf-8", "replace")) + len(self.get(PidTagHtml) or b"")
        return bodies + sum(attachment.size_octets for attachment in self.attachments)

    def copy(self) -> Message:
        """Make another message that says the same; what is set on one does not show on the other."""
        twin = Message.__new__(Message)
        twin._layer = None if self._layer is None else self._layer.copy()
        twin._recipients = self._recipients
        twin._reply_to = self._reply_to
        twin._headers = self._headers
        twin._attachments = self._attachments
        # A source gives the same attachments each time, and they can be changed in place.
        source = self._source
        own = twin._source = None if source is None else _copied(source)
        if self._attachments:
            read = () if source is None or own is None else zip(source.attachments(), own.attachments(), strict=True)
            # What is as it was read stays so, and a codec sees that.
            others = {id(one): other for one, other in read if not one.is_changed}
            twin._attachments = tuple([others.get(id(one)) or one.copy() for one in self._attachments])
        return twin

    __copy__ = copy

    def __deepcopy__(self, memo: object) -> Message:
        return self.copy()

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process; one that was read, as what was read with what was set since."""
        attachments, source = self._attachments, self._source
        if attachments is not None and source is not None:
            read = source.attachments()
            if len(read) == len(attachments) and not any(
                one is not other or one.is_changed for one, other in zip(attachments, read, strict=True)
            ):
                attachments = None  # the source has them again where it is read
        state = (self._layer, source, self._recipients, self._reply_to, attachments, self._headers)
        return Message._made_again, state

    @classmethod
    def _made_again(
        cls,
        layer: PropBag | None,
        source: MessageSource | None,
        recipients: tuple[Recipient, ...] | None,
        reply_to: tuple[Address, ...] | None,
        attachments: tuple[Attachment, ...] | None,
        headers: tuple[Header, ...],
    ) -> Message:
        message = cls.__new__(cls)
        message._layer, message._source, message._headers = layer, source, headers
        message._recipients, message._reply_to, message._attachments = recipients, reply_to, attachments
        return message

    def load_files(self) -> None:
        """Read the files behind ``Path`` attachments, at any depth. Blocks.

        Raises:
            UsageError: a file cannot be read any more.
        """
        waiting: list[Message] = [self]
        while waiting:
            for attachment in waiting.pop().attachments:
                attachment.load()
                if attachment.message is not None:
                    waiting.append(attachment.message)

    def __repr__(self) -> str:
        return f"<Message {self.subject!r} from {self.from_}>"

    def _following(self, tag: Property[Any]) -> object:
        if tag.value_type is PropertyType.UNICODE and tag.bag_key == PidTagBody.bag_key:
            html = self.html
            return None if html is None else text_from_html(html)
        if tag.value_type is not PropertyType.OBJECT:
            return None
        return self.recipients if tag.bag_key == PidTagMessageRecipients.bag_key else self.attachments

    def _own_header(self, tag: PropertyKey) -> str | None:
        if not isinstance(tag, NamedProperty) or tag.property_set != PS_INTERNET_HEADERS:
            return None
        return Headers(self._headers).get(str(tag.lid_or_name))

    def _correspondent(self, tags: Person) -> Address | None:
        name, kind, address, smtp = tags
        address_type, email_address = self.get(kind), self.get(address)
        if address_type != SMTP and (reachable := self.get(smtp)):
            # As Exchange writes people of its own: what others reach them by.
            return Address(SMTP, reachable, self.get(name, ""))
        if not address_type or email_address is None:
            return None
        return Address(address_type, email_address, self.get(name, ""))

    def _set_correspondent(self, tags: Person, value: Correspondent) -> None:
        given = parse_address(value) if isinstance(value, str) else value
        if not isinstance(cast(object, given), Address):
            raise UsageError(f"a sender: need an address, as text or an Address, got {type(given).__name__}")
        if not given.is_resolved:
            raise InvalidAddress(f"{value!r}: a sender needs an address, not only a name")
        name, kind, address, smtp = tags
        values = given.display_name or given.email_address, given.address_type, given.email_address
        bag = self._bag
        for tag, text in zip((name, kind, address), values, strict=True):
            if given is value and isinstance(cast(object, text), str):  # else it was parsed, or the bag refuses it
                refuse_line_ends(text, tag.label)
            bag[tag] = text
        if given.address_type == SMTP:
            bag[smtp] = given.email_address
        else:
            bag.discard(smtp)


def check_message(given: object, what: str = "") -> None:
    """Raise ``UsageError`` unless it is a message; ``what`` names the call."""
    if not isinstance(given, Message):
        kind = type(given).__name__
        remedy = "its load() gives one" if hasattr(given, "load") else "msgcore.read_message makes one of octets"
        raise UsageError(f"{what}{': ' if what else ''}need a Message, got {kind}; {remedy}")


def as_attachment(given: AttachmentLike | Message) -> Attachment:
    """Make an attachment of what an application gave.

    Raises:
        UsageError: it is a str, or a ``Path`` that is no readable file.
    """
    if isinstance(given, Attachment):
        return given
    return Attachment(given)


def _as_attachments(given: Iterable[AttachmentLike | Message]) -> tuple[Attachment, ...]:
    if type(given) not in {tuple, list} and (
        not isinstance(cast(object, given), Iterable) or isinstance(given, bytes | bytearray | memoryview | str)
    ):
        raise UsageError(f"attachments: need a sequence, such as [Path('report.pdf')], got {type(given).__name__}")
    return tuple([as_attachment(one) for one in given])


def _copied(source: MessageSource) -> MessageSource:
    """Make a deep copy; ``deepcopy`` itself takes longer than most sources do."""
    of_its_own: Callable[[dict[int, object]], MessageSource] | None = getattr(source, "__deepcopy__", None)
    return deepcopy(source) if of_its_own is None else of_its_own({})


def _named(address: Address | None) -> Address | None:
    """Give an address with a name, as the properties of a correspondent have it; a name alone is no correspondent."""
    if address is None or not address.address_type:
        return None
    return (
        address if address.display_name else Address(address.address_type, address.email_address, address.email_address)
    )


def _is_header_text(tag: PropertyKey) -> bool:
    return tag.bag_key in _HEADER_TEXTS or (isinstance(tag, NamedProperty) and tag.property_set == PS_INTERNET_HEADERS)


_FOLLOWING = frozenset(tag.bag_key for tag in (PidTagBody, PidTagMessageRecipients, PidTagMessageAttachments))
_HEADER_TEXTS = frozenset(
    tag.bag_key
    for tag in (
        PidTagSubject,
        PidTagInternetMessageId,
        PidTagInReplyToId,
        PidTagInternetReferences,
        *FROM,
        *SENDER,
    )
)

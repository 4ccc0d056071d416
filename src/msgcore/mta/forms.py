"""The forms of a queued message: as it was taken in, and what is made of it for those who take something else.

A message is kept as MIME or as TNEF. A gateway for a system of its own kind takes it as it is kept. One that leads out
has a *profile*, the form for those who ask for nothing; a recipient may ask for another (what the sender's address book
says of them: [MS-OXOABK] sections 2.2.3.18 and 2.2.3.19), and then there are two copies, each for some recipients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.records import record
from msgcore.base.text import one_line
from msgcore.codecs import mime, read_message
from msgcore.codecs.mime.source import MimeSource
from msgcore.errors import MsgcoreError, UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagHtml, PidTagRtfCompressed, PidTagSendInternetEncoding, PidTagSendRichInfo
from msgcore.spi.gateway import Content, content_forms_of, content_profile_of

__all__ = ["ContentForms", "Copy", "quoted_header"]

_ENCODING_PREFERENCE = 0x0002_0000
_ENCODING_MIME = 0x0004_0000
_BODY_ENCODING_HTML = 0x0008_0000 | 0x0010_0000  # alone, or beside text

# A mail goes as it is by these, to all who ask for nothing else.
_AS_MIME = frozenset({"as it is", "mime", "tnef"})

# What MIME says here stays: in other words it would not be what was signed, encrypted or reported.
_SEALED = ("multipart/signed", "multipart/encrypted", "multipart/report")


@record
class Copy:
    """Who of a message's recipients get it in one form: one call of the gateway."""

    form: str
    recipients: tuple[Recipient, ...]


class ContentForms:
    """One message for gateways of every kind; each form is made once, when the first of them needs it.

    Two threads that need one at the same moment may both make it; that is all the harm.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self._made: dict[str, Content] = {content.form: content}
        self._message: Message | None = None

    def copies(self, recipients: Sequence[Recipient], gateway: object, profile: str = "as it is") -> tuple[Copy, ...]:
        """Part recipients by the form that they get through a gateway, the first form first; takes time for TNEF.

        ``profile`` is the connector's; ``"as it is"`` leaves it to the gateway.

        Raises:
            PluginBroken: what the gateway declares is no set of forms, or no profile.
            MalformedMessage, LimitExceeded: the content cannot be read.
        """
        kept = self._content.form
        if profile == "as it is":
            profile = content_profile_of(gateway) or profile
        if kept == "mime" and profile in _AS_MIME and not any(one.properties for one in recipients):
            return (Copy("mime", tuple(recipients)),)
        forms = content_forms_of(gateway)
        if profile == "as it is":
            return (Copy(kept if kept in forms else "mime", tuple(recipients)),)
        can_be_rich = kept == "tnef" and "tnef" in forms
        rows = self._rows(profile)
        parted: dict[str, list[Recipient]] = {}
        for one in recipients:
            form = _form_for(one if one.properties else rows.get(_key(one), one), profile)
            if form == "plain" != profile and self._is_signed:
                form = "mime"
            if form == "tnef" and not (can_be_rich and (profile == "tnef" or mime.needs_tnef(self._read()))):
                form = "mime"
            parted.setdefault(form, []).append(one)
        return tuple(Copy(form, tuple(those)) for form, those in parted.items())

    def make(self, form: str) -> Content:
        """Make the content in a form; takes time for a large one.

        Raises:
            UsageError: as ``mime.write`` does; this message can never be MIME. Or nothing is made into this form.
            MalformedMessage, LimitExceeded: the content cannot be read.
        """
        made = self._made.get(form)
        if made is None:
            made = self._made[form] = self._content_in(form)
        return made

    @property
    def _is_signed(self) -> bool:
        """Whether it bears signatures of hosts, which nobody but the connector sets aside."""
        return self._content.form == "mime" and mime.is_signed(self._content.octets)

    def _read(self) -> Message:
        if self._message is None:
            self._message = read_message(self._content.octets, form=self._content.form)
        return self._message

    def _rows(self, profile: str) -> Mapping[tuple[str, str], Recipient]:
        """Give the rows of the message that say more than an address, where that counts; MIME has none."""
        if self._content.form == "mime" or profile not in {"mime", "tnef"}:
            return {}
        return {_key(one): one for one in reversed(self._read().recipients) if one.properties}

    def _content_in(self, form: str) -> Content:
        if form == "mime":
            return attrs.evolve(self._content, octets=mime.write(self._read(), bcc=False), form="mime")
        if form not in {"plain", "text"}:
            raise UsageError(f"{form!r}: messages are made into mime, plain or text")
        message = read_message(self._content.octets, form=self._content.form)
        if self._content.form == "mime" and _stays(message, form):
            return self._content
        _make_plain(message, keeps_files=form == "plain")
        written = mime.without_signatures(mime.write(message, bcc=False, tnef=False))
        return attrs.evolve(self._content, octets=written, form="mime")


def _form_for(row: Recipient, profile: str) -> str:
    """Say which form a recipient is known to want; behind a gateway for plain text nobody can read anything else."""
    if profile in {"plain", "text"}:
        return profile
    if mime.takes_rich_form(row):
        return "tnef"
    encoding = row.get(PidTagSendInternetEncoding)
    if isinstance(encoding, int) and encoding & _ENCODING_PREFERENCE:
        return "mime" if encoding & _ENCODING_MIME and encoding & _BODY_ENCODING_HTML else "plain"
    return "mime" if row.get(PidTagSendRichInfo) is False else profile


def _key(recipient: Recipient) -> tuple[str, str]:
    return recipient.address_type, recipient.email_address.casefold()


def _stays(message: Message, form: str) -> bool:
    """Say whether a mail is of a plain form already, or has to stay as it is."""
    source = message.source
    assert isinstance(source, MimeSource)
    if source.root.media_type in _SEALED:
        return True
    return message.get(PidTagHtml) is None and (form == "plain" or not message.attachments)


def _make_plain(message: Message, *, keeps_files: bool) -> None:
    """Leave of the bodies the text, and of the attachments all, or a line that names them."""
    text = message.text or ""
    if not keeps_files and message.attachments:
        named = ", ".join(_name_of(one) for one in message.attachments)
        text = f"{text.rstrip()}\n\n[Not in this copy: {named}]\n".lstrip()
        message.attachments = ()
    for body in (PidTagHtml, PidTagRtfCompressed):
        if body in message:
            del message[body]
    message.text = text


def _name_of(attachment: Attachment) -> str:
    inner = attachment.message
    name = attachment.filename if inner is None else inner.subject
    return one_line(name or "") or "a file without a name"


def quoted_header(content: Content) -> bytes | None:
    """Give octets with the header of a message, for a report to quote; ``None`` when it cannot be written as one."""
    if content.form == "mime":
        return content.octets
    try:
        message = read_message(content.octets, form=content.form)
        message.attachments = ()
        return mime.write(message, bcc=False)
    except MsgcoreError:
        # Whoever sent it has to be told all the same.
        return None

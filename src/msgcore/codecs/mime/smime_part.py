"""The body of a message that is S/MIME by its class: one attachment is all of it ([MS-OXOSMIME] section 2.1.3).

Outlook's forms keep what was signed in the clear as an attachment that holds a whole multipart/signed, with its
Content-Type before it, and what is encrypted, or signed and wrapped, as an attachment that is the CMS object. In MIME
either one is the body itself, to the last octet: inside a multipart/mixed no program would decrypt or verify it.
"""

from __future__ import annotations

import re

from msgcore.codecs.mime.body_parts import Part, attachment_part, encoding_field, media_type_of
from msgcore.codecs.mime.mapping.content_class import SMIME_TYPES, is_smime_type
from msgcore.codecs.mime.syntax.transfer import Domain, domain_of
from msgcore.codecs.mime.tree.editing import NO_LIMITS, crlf_field, kept_fields
from msgcore.codecs.mime.tree.entity import parse
from msgcore.codecs.mime.write_form import WriteForm
from msgcore.model.attachment import Attachment

__all__ = ["SMIME_CLASSES", "is_signed_type", "signed_part", "smime_part"]

SMIME_CLASSES = "ipm.note.smime"
_SIGNED = "multipart/signed"
_KIND = re.compile(r";\s*smime-type\s*=\s*\"?([A-Za-z-]{1,40})\b", re.IGNORECASE)


def is_signed_type(content_type: str) -> bool:
    """Say whether content of this type may be a whole multipart/signed, whose octets go out as they are."""
    return content_type.lower().startswith(_SIGNED)


def signed_part(attachment: Attachment) -> Part | None:
    """Give the multipart/signed that an attachment holds, or ``None`` when it holds none.

    Raises:
        NotLoaded: the content is larger than the load limit of where it comes from.
    """
    if attachment.message is not None or not is_signed_type(attachment.content_type):
        return None
    data = attachment.data
    root = parse(data, NO_LIMITS)
    if root.media_type != _SIGNED or not root.children:
        return None
    others = {name: None for name in root.header.names() if name != b"content-type"}
    fields = b"".join(crlf_field(one) for one in kept_fields(root, others) if one)
    body = data[root.body_start :]
    domain = domain_of(body)
    if domain > Domain.SEVEN_BIT:
        fields += encoding_field(domain.label)
    return Part(fields, (body,), domain)


def smime_part(attachment: Attachment, form: WriteForm, content_type: str = "") -> Part | None:
    """Give the CMS object that an attachment is, or ``None`` when it is none; raises as ``attachment_part`` does.

    ``content_type`` is what the message came with: it says what kind of CMS object it is, which the attachment does not
    ([MS-OXOSMIME] section 2.1.3.2).
    """
    if attachment.message is not None or not is_smime_type(media_type_of(attachment), attachment.filename):
        return None
    kind = _KIND.search(content_type) if media_type_of(attachment) in SMIME_TYPES else None
    defaults = None if kind is None else {"smime-type": kind[1]}
    return attachment_part(attachment, form, is_shown=False, defaults=defaults)

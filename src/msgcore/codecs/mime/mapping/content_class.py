"""Message classes that the content says: Content-Class ([MS-OXCMAIL] 2.1.3.2.2 and 2.2.3.2.15), calendars, S/MIME."""

from __future__ import annotations

from msgcore.codecs.mime.mapping.calendar_class import class_of_calendar
from msgcore.codecs.mime.tree.entity import Entity

__all__ = [
    "SMIME_TYPES",
    "class_of_content",
    "class_of_content_class",
    "content_class_of",
    "form_name_of",
    "is_smime_type",
]

SMIME_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})

_CLASSES = {
    "fax": "IPM.Note.Microsoft.Fax",
    "fax-ca": "IPM.Note.Microsoft.Fax.CA",
    "missedcall": "IPM.Note.Microsoft.Missed.Voice",
    "voice-uc": "IPM.Note.Microsoft.Conversation.Voice",
    "voice-ca": "IPM.Note.Microsoft.Voicemail.UM.CA",
    "voice": "IPM.Note.Microsoft.Voicemail.UM",
}
_CONTENT_CLASSES = {name.lower(): content_class for content_class, name in _CLASSES.items()}
_CUSTOM, _CUSTOM_CLASS = "urn:content-class:custom.", "IPM.Note.Custom."
_FORM, _OLD_FORM, _FORM_CLASS = "InfoPathForm.", "InfoPath.", "IPM.InfoPathForm."
_LONGEST = 255  # of a message class ([MS-OXCMSG] section 2.2.1.3)


def class_of_content(root: Entity) -> str | None:
    """Derive the class of a message that is no report and not signed; ``None``: it is a plain ``IPM.Note``."""
    content_class = root.header.text(b"content-class")
    found = None if content_class is None else class_of_content_class(content_class)
    if found is not None:
        return found
    if is_smime_type(root.media_type, root.filename):
        return "IPM.Note.SMIME"
    return class_of_calendar(root)


def class_of_content_class(content_class: str) -> str | None:
    """Give the message class that a Content-Class stands for; ``None``: it stands for none.

    Whether the content is such a message (a fax with its picture, say) is not looked at.
    """
    value = content_class.strip()
    known = _CLASSES.get(value.lower())
    if known is not None:
        return known
    form = _form(value)
    if form is not None:
        return f"{_FORM_CLASS}{form[0]}"[:_LONGEST]
    rest = _behind(value, _CUSTOM)
    return f"{_CUSTOM_CLASS}{rest}"[:_LONGEST] if rest else None


def form_name_of(content_class: str) -> str | None:
    """Give the InfoPath form's name that a Content-Class ends with (PidLidInfoPathFormName)."""
    form = _form(content_class.strip())
    return None if form is None else form[1] or None


def content_class_of(message_class: str, form_name: str | None = None) -> str | None:
    """Give the Content-Class to write for a message class; ``None``: there is none for it."""
    known = _CONTENT_CLASSES.get(message_class.lower())
    if known is not None:
        return known
    custom = _behind(message_class, _CUSTOM_CLASS)
    if custom:
        return f"{_CUSTOM}{custom}"
    form = _behind(message_class, _FORM_CLASS).partition(".")[0]
    return f"{_FORM}{form}.{form_name}" if form and form_name else None


def _form(value: str) -> tuple[str, str] | None:
    """Split ``InfoPathForm.identifier.name`` into the identifier and the name."""
    rest = _behind(value, _FORM) or _behind(value, _OLD_FORM)
    identifier, _, name = rest.partition(".")
    return (identifier, name) if identifier else None


def _behind(value: str, prefix: str) -> str:
    return value[len(prefix) :] if value.lower().startswith(prefix.lower()) else ""


def is_smime_type(media_type: str, filename: str | None) -> bool:
    """Whether content is S/MIME, if need be under a type that says less ([MS-OXOSMIME], RFC 8551)."""
    is_octets = media_type == "application/octet-stream"
    return media_type in SMIME_TYPES or (is_octets and (filename or "").lower().endswith((".p7m", ".p7z")))

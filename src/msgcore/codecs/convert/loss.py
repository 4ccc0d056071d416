"""One thing that a form did not carry, and why."""

from __future__ import annotations

import enum

import attrs

from msgcore.codecs.convert.wording import name_of
from msgcore.props.key import PropertyKey

__all__ = ["Loss", "LossReason"]


class LossReason(enum.Enum):
    """Why a form does not carry something as it was."""

    NO_FIELD = "no field"
    """MIME has no field for the property, or for this value of it."""
    NO_TYPE = "no type"
    """The form has no values of this type, or cannot say this one."""
    CHANGED = "changed"
    """The form says it in other words, such as a time without fractions of a second."""
    ADDED = "added"
    """The form says what the message did not."""
    FORMATTING = "formatting"
    """Another body is kept, and what only RTF says is not."""
    OBJECT = "object"
    """An OLE object or another thing of Outlook's, kept as the octets of a file or written anew."""
    COMPUTED = "computed"
    """A store or server works it out, and each its own."""
    ENVELOPE = "envelope"
    """It is for the transport or for an organisation's own servers, and goes into no message."""
    REPEATED = "repeated"
    """A header field with the name of another one."""


@attrs.frozen
class Loss:
    """One thing that was not carried as it was: where it stands, the property if it is one, and why.

    ``where`` is as :func:`msgcore.compare` has it. ``str()`` is a line for people, with the property's documented name.
    """

    where: str
    reason: LossReason
    text: str
    tag: PropertyKey | None = None

    def __str__(self) -> str:
        where = self.where
        if self.tag is not None and where.endswith(self.tag.label):
            where = where.removesuffix(self.tag.label) + name_of(self.tag)
        return f"{where}: {self.text}"

"""What goes with a submission into an outgoing queue, beside its message."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import attrs

from msgcore.errors import UsageError
from msgcore.model.message import Message

__all__ = ["USUAL_TERMS", "Preprocessed", "SubmitTerms"]


def _is_aware_or_none(_: SubmitTerms, attribute: attrs.Attribute[datetime | None], moment: datetime | None) -> None:
    if moment is not None and (not isinstance(cast(object, moment), datetime) or moment.tzinfo is None):
        raise UsageError(f"{attribute.name}: need an aware datetime, got {moment!r}")


@attrs.frozen(kw_only=True)
class SubmitTerms:
    """When a submission may be sent, and what is done when nobody knows whether it was.

    ``not_before``: no try is made earlier. ``expires_at``: none is made from then on. ``at_least_once``: a recipient
    whose outcome is unknown is sent to again, and may get the message twice; else a person decides.

    Raises:
        UsageError: a time is no aware datetime.
    """

    not_before: datetime | None = attrs.field(default=None, validator=_is_aware_or_none)
    expires_at: datetime | None = attrs.field(default=None, validator=_is_aware_or_none)
    at_least_once: bool = False

    def due_at(self, moment: datetime) -> datetime:
        """Give the moment, or when the submission may be sent if that is later."""
        return moment if self.not_before is None else max(moment, self.not_before)


USUAL_TERMS = SubmitTerms()


@attrs.frozen
class Preprocessed:
    """What hooks made of a submission, once and for all its tries.

    ``message`` is what goes out (``None``: the one in the outbox). ``sent_copy`` takes the place of the one in the
    outbox, and so of the one in Sent Items (``None``: that stays what its sender wrote).
    """

    message: Message | None = None
    sent_copy: Message | None = None

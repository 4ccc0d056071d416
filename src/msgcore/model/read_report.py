"""Read and non-read reports as values (RFC 8098; REPORT.IPM.Note.IPNRN and .IPNNRN in MAPI)."""

from __future__ import annotations

import enum

import attrs

from msgcore.model.address import Address

__all__ = ["ActionMode", "DispositionType", "ReadReport", "SendingMode", "read_report_class"]


class DispositionType(enum.Enum):
    """What happened to the message (RFC 8098 section 3.2.6.2); denied and failed are of RFC 2298."""

    DISPLAYED = "displayed"
    DISPATCHED = "dispatched"
    PROCESSED = "processed"
    DELETED = "deleted"
    DENIED = "denied"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The report does not say it, or says it in a word that no standard has."""


_READ = frozenset({DispositionType.DISPLAYED, DispositionType.DISPATCHED, DispositionType.PROCESSED})


class ActionMode(enum.Enum):
    """Whether a person did it or a program, a rule or a filter (RFC 8098 section 3.2.6.1)."""

    MANUAL = "manual-action"
    AUTOMATIC = "automatic-action"


class SendingMode(enum.Enum):
    """Whether a person was asked before the report was sent (RFC 8098 section 3.2.6.1)."""

    MANUAL = "MDN-sent-manually"
    AUTOMATIC = "MDN-sent-automatically"


@attrs.frozen
class ReadReport:
    """What one recipient's mail program tells the sender about one message (RFC 8098 section 3.2).

    ``modifiers`` are in lower case (``error``); ``errors``, ``failures`` and ``warnings`` are texts for people.
    ``correlation_key`` is the search key of the message ([MS-OXCMAIL], X-MSExch-Correlation-Key).
    """

    final_recipient: Address
    disposition_type: DispositionType = DispositionType.DISPLAYED
    original_message_id: str | None = None
    original_subject: str = ""
    original_recipient: Address | None = None
    action_mode: ActionMode = ActionMode.MANUAL
    sending_mode: SendingMode = SendingMode.MANUAL
    modifiers: tuple[str, ...] = ()
    reporting_ua: str = ""
    mdn_gateway: str = ""
    errors: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    correlation_key: bytes = b""

    @property
    def was_read(self) -> bool:
        """Whether a person or a program has had the message before it."""
        return self.disposition_type in _READ

    @property
    def message_class(self) -> str:
        return read_report_class(self.disposition_type)


def read_report_class(disposition_type: DispositionType) -> str:
    """Name the message class of a report ([MS-OXCMAIL] section 2.2.3.7): one that does not say it was read says no."""
    return f"REPORT.IPM.Note.{'IPNRN' if disposition_type in _READ else 'IPNNRN'}"

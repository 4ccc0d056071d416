"""What a message, a recipient's row or an attached file means that does not say it.

Outlook writes many properties with a value that says what their absence does. Those that it writes by itself are here,
by the section that describes them. An empty text is like none everywhere, and not named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgcore.model.levels import Importance, Sensitivity
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidLidAgingDontAgeMe,
    PidLidAppointmentAuxiliaryFlags,
    PidLidAppointmentColor,
    PidLidAppointmentCounterProposal,
    PidLidAppointmentNotAllowPropose,
    PidLidAppointmentProposalNumber,
    PidLidAppointmentProposedDuration,
    PidLidAppointmentSequence,
    PidLidAppointmentStateFlags,
    PidLidAppointmentSubType,
    PidLidConferencingType,
    PidLidFExceptionalAttendees,
    PidLidFInvited,
    PidLidPrivate,
    PidLidRecurrenceType,
    PidLidRecurring,
    PidLidReminderDelta,
    PidLidReminderSet,
    PidLidResponseStatus,
    PidLidSendMeetingAsIcal,
    PidLidSideEffects,
    PidLidTaskMode,
    PidTagAlternateRecipientAllowed,
    PidTagAttachEncoding,
    PidTagAttachmentContactPhoto,
    PidTagAttachmentFlags,
    PidTagAttachmentLinkId,
    PidTagDeleteAfterSubmit,
    PidTagExceptionEndTime,
    PidTagExceptionStartTime,
    PidTagIconIndex,
    PidTagImportance,
    PidTagMessageClass,
    PidTagOriginatorDeliveryReportRequested,
    PidTagReadReceiptRequested,
    PidTagRecipientFlags,
    PidTagRecipientReassignmentProhibited,
    PidTagRecipientResourceState,
    PidTagRecipientTrackStatus,
    PidTagRenderingPosition,
    PidTagSendInternetEncoding,
    PidTagSendRichInfo,
    PidTagSensitivity,
)

__all__ = ["MEANT", "MEANT_IN_ROW", "MEANT_OF_FILE"]

Defaults = Mapping[BagKey, object]


def _by_key(defaults: Mapping[PropertyKey, object]) -> Defaults:
    return {tag.bag_key: value for tag, value in defaults.items()}


MEANT = _by_key(
    {
        PidTagMessageClass: "IPM.Note",
        PidTagImportance: int(Importance.NORMAL),
        PidTagSensitivity: int(Sensitivity.NORMAL),
        # [MS-OXOMSG] section 2.2: nothing is asked for, the icon is that of the class.
        PidTagReadReceiptRequested: False,
        PidTagOriginatorDeliveryReportRequested: False,
        PidTagDeleteAfterSubmit: False,
        PidTagRecipientReassignmentProhibited: False,
        PidTagIconIndex: -1,
        # [MS-OXCMSG] section 2.2.1. Nobody can forbid in a mail of the Internet that it is forwarded.
        PidTagAlternateRecipientAllowed: True,
        PidLidPrivate: False,
        PidLidAgingDontAgeMe: False,
        PidLidSideEffects: 0,
        # [MS-OXORMDR] section 2.2.1 and [MS-OXOTASK] section 2.2.3: no reminder, no task that was given to somebody.
        PidLidReminderSet: False,
        PidLidReminderDelta: 0,
        PidLidTaskMode: 0,
        # [MS-OXOCAL] section 2.2.1: an appointment of one's own, once, for some hours.
        PidLidAppointmentAuxiliaryFlags: 0,
        PidLidAppointmentColor: 0,
        PidLidAppointmentCounterProposal: False,
        PidLidAppointmentNotAllowPropose: False,
        PidLidAppointmentProposalNumber: 0,
        PidLidAppointmentProposedDuration: 0,
        PidLidAppointmentSequence: 0,
        PidLidAppointmentStateFlags: 0,
        PidLidAppointmentSubType: False,
        PidLidConferencingType: 0,
        PidLidFExceptionalAttendees: False,
        PidLidFInvited: False,
        PidLidRecurrenceType: 0,
        PidLidRecurring: False,
        PidLidResponseStatus: 0,
        PidLidSendMeetingAsIcal: False,
    }
)
"""What a message means that does not say it."""

MEANT_IN_ROW = _by_key(
    {
        # [MS-OXOCAL] section 2.2.4.10: nobody answered. "Sendable" says something in the list of those who are not.
        PidTagRecipientFlags: 1,
        PidTagRecipientTrackStatus: 0,
        # Described nowhere; rows of Outlook's files have this one.
        PidTagRecipientResourceState: 0,
        # [MS-OXOABK] section 2.2.3: no TNEF, and MIME as the sender's program thinks best.
        PidTagSendRichInfo: False,
        PidTagSendInternetEncoding: 0,
    }
)
"""What the row of a recipient means that does not say it."""

_NEVER = datetime(4501, 1, 1, tzinfo=UTC)

MEANT_OF_FILE = _by_key(
    {
        # [MS-OXCMSG] section 2.2.2
        PidTagRenderingPosition: -1,
        PidTagAttachEncoding: b"",
        PidTagAttachmentFlags: 0,
        PidTagAttachmentLinkId: 0,
        PidTagAttachmentContactPhoto: False,
        # [MS-OXOCAL] section 2.2.10.1: no exception of a series.
        PidTagExceptionStartTime: _NEVER,
        PidTagExceptionEndTime: _NEVER,
    }
)
"""What an attachment means that does not say it."""

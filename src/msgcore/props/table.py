"""Every documented property: written by tools/generate_property_table.py, not by hand."""

# ruff: noqa: E501

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgcore.props.restriction import Restriction
from msgcore.props.tags import NamedProperty, PropertyTag
from msgcore.props.types import (
    PT_BINARY,
    PT_BOOLEAN,
    PT_CLSID,
    PT_DOUBLE,
    PT_I8,
    PT_LONG,
    PT_MV_BINARY,
    PT_MV_CLSID,
    PT_MV_LONG,
    PT_MV_SYSTIME,
    PT_MV_UNICODE,
    PT_NULL,
    PT_OBJECT,
    PT_RESTRICTION,
    PT_RULE_ACTION,
    PT_SERVER_ID,
    PT_SHORT,
    PT_SYSTIME,
    PT_UNICODE,
)

# fmt: off
ALIASES: dict[str, tuple[str, ...]] = {
    'PR_7BIT_DISPLAY_NAME': ('PR_EMS_AB_DISPLAY_NAME_PRINTABLE',),
    'PR_BEEPER_TELEPHONE_NUMBER': ('PR_PAGER_TELEPHONE_NUMBER',),
    'PR_BUSINESS2_TELEPHONE_NUMBER_A_MV': ('PR_BUSINESS2_TELEPHONE_NUMBER_MV',),
    'PR_BUSINESS_ADDRESS_CITY': ('PR_LOCALITY',),
    'PR_BUSINESS_ADDRESS_COUNTRY': ('PR_COUNTRY',),
    'PR_BUSINESS_ADDRESS_LOCALITY': ('PR_LOCALITY',),
    'PR_BUSINESS_ADDRESS_POSTAL_CODE': ('PR_POSTAL_CODE',),
    'PR_BUSINESS_ADDRESS_POST_OFFICE_BOX': ('PR_POST_OFFICE_BOX',),
    'PR_BUSINESS_ADDRESS_STATE_OR_PROVINCE': ('PR_STATE_OR_PROVINCE',),
    'PR_BUSINESS_ADDRESS_STREET': ('PR_STREET_ADDRESS',),
    'PR_CELLULAR_TELEPHONE_NUMBER': ('PR_MOBILE_TELEPHONE_NUMBER',),
    'PR_EMS_AB_DISPLAY_TYPE_EX': ('PR_DISPLAY_TYPE_EX',),
    'PR_EMS_AB_DOS_ENTRYID': ('PR_EMS_AB_CONTAINERID',),
    'PR_EMS_AB_IS_ORGANIZATIONAL': ('PR_EMS_AB_HAB_IS_HIERARCHICAL_GROUP',),
    'PR_EMS_AB_MANAGER': ('PR_EMS_AB_MANAGER_T',),
    'PR_EMS_AB_MANAGER_O': ('PR_EMS_AB_MANAGER',),
    'PR_EMS_AB_MEMBER_O': ('PR_EMS_AB_MEMBER',),
    'PR_EMS_AB_OBJ_DIST_NAME_T': ('PR_EMS_AB_OBJ_DIST_NAME',),
    'PR_EMS_AB_PUBLIC_DELEGATES_O': ('PR_EMS_AB_PUBLIC_DELEGATES',),
    'PR_EMS_AB_REPORTS_O': ('PR_EMS_AB_REPORTS',),
    'PR_EMS_AB_SENIORITY_INDEX': ('PR_EMS_AB_HAB_SENIORITY_INDEX',),
    'PR_ENTRYID': ('PR_MEMBER_ENTRYID',),
    'PR_EXTENDED_RULE_ACTIONS': ('PR_EXTENDED_RULE_MSG_ACTIONS',),
    'PR_EXTENDED_RULE_CONDITION': ('PR_EXTENDED_RULE_MSG_CONDITION',),
    'PR_HOME2_TELEPHONE_NUMBER_A_MV': ('PR_HOME2_TELEPHONE_NUMBER_MV',),
    'PR_MEMBER_ENTRYID': ('PR_ENTRYID',),
    'PR_MTS_ID': ('PR_MESSAGE_SUBMISSION_ID',),
    'PR_MTS_REPORT_ID': ('PR_MESSAGE_SUBMISSION_ID',),
    'PR_NORMAL_MESSAGE_SIZE_EXTENDED': ('PR_NORMAL_MESSAGE_SIZE',),
    'PR_OAB_CONTAINER_GUID': ('PR_SENDER_TELEPHONE_NUMBER',),
    'PR_OFFICE2_TELEPHONE_NUMBER': ('PR_BUSINESS2_TELEPHONE_NUMBER',),
    'PR_OFFICE_TELEPHONE_NUMBER': ('PR_BUSINESS_TELEPHONE_NUMBER',),
    'PR_PREFERRED_BY_NAME': ('PR_REFERRED_BY_NAME',),
    'PR_PRIMARY_SEND_ACCOUNT': ('PR_PRIMARY_SEND_ACCT',),
    'PR_PRIMARY_SEND_ACCT': ('PR_PRIMARY_SEND_ACCOUNT',),
    'PR_PROFILE_ABP_ALLOW_RECONNECT': ('PR_RIGHTS',),
    'PR_PROFILE_HOME_SERVER_DN': ('PR_CONTAB_STORE_NAME',),
    'PR_PROFILE_SERVER_FULL_VERSION': ('PR_ADDRESS_BOOK_ENTRYID',),
    'PR_REFERRED_BY_NAME': ('PR_PREFERRED_BY_NAME',),
    'PidTagAbChooseDirectoryAutomatically': ('PR_AB_CHOOSE_DIRECTORY_AUTOMATICALLY',),
    'PidTagEmsAbProxyAddresses': ('PR_EMS_AB_PROXY_ADDRESSES',),
    'PidTagFolderWebviewinfo': ('PR_FOLDER_WEBVIEWINFO',),
    'PidTagReplVersionhistory': ('PR_REPL_VERSIONHISTORY',),
    'PidTagRuleMsgName': ('PR_RULE_MSG_NAME',),
    'PidTagRuleMsgProvider': ('PR_RULE_MSG_PROVIDER',),
    'PidTagTtyTddPhoneNumber': ('PR_TTYTDD_PHONE_NUMBER',),
    'PidTagUrlCompName': ('PR_URL_COMP_NAME',),
}

_PSETID_Address = UUID("00062004-0000-0000-c000-000000000046")
_PSETID_Appointment = UUID("00062002-0000-0000-c000-000000000046")
_PSETID_Attachment = UUID("96357f7f-59e1-47d0-99a7-46515c183b54")
_PSETID_CalendarAssistant = UUID("11000e07-b51b-40d6-af21-caa85edab1d0")
_PSETID_Common = UUID("00062008-0000-0000-c000-000000000046")
_PSETID_Log = UUID("0006200a-0000-0000-c000-000000000046")
_PSETID_Meeting = UUID("6ed8da90-450b-101b-98da-00aa003f1305")
_PSETID_Note = UUID("0006200e-0000-0000-c000-000000000046")
_PSETID_PostRss = UUID("00062041-0000-0000-c000-000000000046")
_PSETID_Remote = UUID("00062014-0000-0000-c000-000000000046")
_PSETID_Report = UUID("00062013-0000-0000-c000-000000000046")
_PSETID_Sharing = UUID("00062040-0000-0000-c000-000000000046")
_PSETID_Task = UUID("00062003-0000-0000-c000-000000000046")
_PSETID_UnifiedMessaging = UUID("4442858e-a9e3-4e80-b900-317a210cc15b")
_PSETID_XmlExtractedEntities = UUID("23239608-685d-4732-9c55-4c95cb4e8e33")
_PS_INTERNET_HEADERS = UUID("00020386-0000-0000-c000-000000000046")
_PS_PUBLIC_STRINGS = UUID("00020329-0000-0000-c000-000000000046")

PidTagNull: PropertyTag[None] = PropertyTag(0x0000, PT_NULL, "PidTagNull", "PR_NULL", "common")
PidTagAcknowledgementMode: PropertyTag[int] = PropertyTag(0x0001, PT_LONG, "PidTagAcknowledgementMode", "PR_ACKNOWLEDGEMENT_MODE", "message")
PidTagTemplateData: PropertyTag[bytes] = PropertyTag(0x0001, PT_BINARY, "PidTagTemplateData", "PR_EMS_TEMPLATE_BLOB", "address-book")
PidTagAlternateRecipientAllowed: PropertyTag[bool] = PropertyTag(0x0002, PT_BOOLEAN, "PidTagAlternateRecipientAllowed", "PR_ALTERNATE_RECIPIENT_ALLOWED", "message")
PidTagAuthorizingUsers: PropertyTag[bytes] = PropertyTag(0x0003, PT_BINARY, "PidTagAuthorizingUsers", "PR_AUTHORIZING_USERS", "message")
PidTagAutoForwardComment: PropertyTag[str] = PropertyTag(0x0004, PT_UNICODE, "PidTagAutoForwardComment", "PR_AUTO_FORWARD_COMMENT", "message")
PidTagScriptData: PropertyTag[bytes] = PropertyTag(0x0004, PT_BINARY, "PidTagScriptData", "PR_EMS_SCRIPT_BLOB", "address-book")
PidTagAutoForwarded: PropertyTag[bool] = PropertyTag(0x0005, PT_BOOLEAN, "PidTagAutoForwarded", "PR_AUTO_FORWARDED", "message")
PidTagContentConfidentialityAlgorithmId: PropertyTag[bytes] = PropertyTag(0x0006, PT_BINARY, "PidTagContentConfidentialityAlgorithmId", "PR_CONTENT_CONFIDENTIALITY_ALGORITHM_ID", "message")
PidTagContentCorrelator: PropertyTag[bytes] = PropertyTag(0x0007, PT_BINARY, "PidTagContentCorrelator", "PR_CONTENT_CORRELATOR", "message")
PidTagContentIdentifier: PropertyTag[str] = PropertyTag(0x0008, PT_UNICODE, "PidTagContentIdentifier", "PR_CONTENT_IDENTIFIER", "message")
PidTagContentLength: PropertyTag[int] = PropertyTag(0x0009, PT_LONG, "PidTagContentLength", "PR_CONTENT_LENGTH", "message")
PidTagContentReturnRequested: PropertyTag[bool] = PropertyTag(0x000A, PT_BOOLEAN, "PidTagContentReturnRequested", "PR_CONTENT_RETURN_REQUESTED", "message")
PidTagConversationKey: PropertyTag[bytes] = PropertyTag(0x000B, PT_BINARY, "PidTagConversationKey", "PR_CONVERSATION_KEY", "message")
PidTagConversionEits: PropertyTag[bytes] = PropertyTag(0x000C, PT_BINARY, "PidTagConversionEits", "PR_CONVERSION_EITS", "message")
PidTagConversionWithLossProhibited: PropertyTag[bool] = PropertyTag(0x000D, PT_BOOLEAN, "PidTagConversionWithLossProhibited", "PR_CONVERSION_WITH_LOSS_PROHIBITED", "message")
PidTagConvertedEits: PropertyTag[bytes] = PropertyTag(0x000E, PT_BINARY, "PidTagConvertedEits", "PR_CONVERTED_EITS", "message")
PidTagDeferredDeliveryTime: PropertyTag[datetime] = PropertyTag(0x000F, PT_SYSTIME, "PidTagDeferredDeliveryTime", "PR_DEFERRED_DELIVERY_TIME", "transport")
PidTagDeliverTime: PropertyTag[datetime] = PropertyTag(0x0010, PT_SYSTIME, "PidTagDeliverTime", "PR_DELIVER_TIME", "report")
PidTagDiscardReason: PropertyTag[int] = PropertyTag(0x0011, PT_LONG, "PidTagDiscardReason", "PR_DISCARD_REASON", "report")
PidTagDisclosureOfRecipients: PropertyTag[bool] = PropertyTag(0x0012, PT_BOOLEAN, "PidTagDisclosureOfRecipients", "PR_DISCLOSURE_OF_RECIPIENTS", "message")
PidTagDistributionListExpansionHistory: PropertyTag[bytes] = PropertyTag(0x0013, PT_BINARY, "PidTagDistributionListExpansionHistory", "PR_DL_EXPANSION_HISTORY", "message")
PidTagDistributionListExpansionProhibited: PropertyTag[bool] = PropertyTag(0x0014, PT_BOOLEAN, "PidTagDistributionListExpansionProhibited", "PR_DL_EXPANSION_PROHIBITED", "message")
PidTagExpiryTime: PropertyTag[datetime] = PropertyTag(0x0015, PT_SYSTIME, "PidTagExpiryTime", "PR_EXPIRY_TIME", "message")
PidTagImplicitConversionProhibited: PropertyTag[bool] = PropertyTag(0x0016, PT_BOOLEAN, "PidTagImplicitConversionProhibited", "PR_IMPLICIT_CONVERSION_PROHIBITED", "message")
PidTagImportance: PropertyTag[int] = PropertyTag(0x0017, PT_LONG, "PidTagImportance", "PR_IMPORTANCE", "message")
PidTagIpmId: PropertyTag[bytes] = PropertyTag(0x0018, PT_BINARY, "PidTagIpmId", "PR_IPM_ID", "message")
PidTagLatestDeliveryTime: PropertyTag[datetime] = PropertyTag(0x0019, PT_SYSTIME, "PidTagLatestDeliveryTime", "PR_LATEST_DELIVERY_TIME", "message")
PidTagMessageClass: PropertyTag[str] = PropertyTag(0x001A, PT_UNICODE, "PidTagMessageClass", "PR_MESSAGE_CLASS", "message")
PidTagMessageDeliveryId: PropertyTag[bytes] = PropertyTag(0x001B, PT_BINARY, "PidTagMessageDeliveryId", "PR_MESSAGE_DELIVERY_ID", "message")
PidTagMessageSecurityLabel: PropertyTag[bytes] = PropertyTag(0x001E, PT_BINARY, "PidTagMessageSecurityLabel", "PR_MESSAGE_SECURITY_LABEL", "message")
PidTagObsoletedMessageIds: PropertyTag[bytes] = PropertyTag(0x001F, PT_BINARY, "PidTagObsoletedMessageIds", "PR_OBSOLETED_IPMS", "message")
PidTagOriginallyIntendedRecipientName: PropertyTag[bytes] = PropertyTag(0x0020, PT_BINARY, "PidTagOriginallyIntendedRecipientName", "PR_ORIGINALLY_INTENDED_RECIPIENT_NAME", "message")
PidTagOriginalEits: PropertyTag[bytes] = PropertyTag(0x0021, PT_BINARY, "PidTagOriginalEits", "PR_ORIGINAL_EITS", "message")
PidTagOriginatorCertificate: PropertyTag[bytes] = PropertyTag(0x0022, PT_BINARY, "PidTagOriginatorCertificate", "PR_ORIGINATOR_CERTIFICATE", "mime")
PidTagOriginatorDeliveryReportRequested: PropertyTag[bool] = PropertyTag(0x0023, PT_BOOLEAN, "PidTagOriginatorDeliveryReportRequested", "PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED", "report")
PidTagOriginatorReturnAddress: PropertyTag[bytes] = PropertyTag(0x0024, PT_BINARY, "PidTagOriginatorReturnAddress", "PR_ORIGINATOR_RETURN_ADDRESS", "mime")
PidTagParentKey: PropertyTag[bytes] = PropertyTag(0x0025, PT_BINARY, "PidTagParentKey", "PR_PARENT_KEY", "message")
PidTagPriority: PropertyTag[int] = PropertyTag(0x0026, PT_LONG, "PidTagPriority", "PR_PRIORITY", "message")
PidTagOriginCheck: PropertyTag[bytes] = PropertyTag(0x0027, PT_BINARY, "PidTagOriginCheck", "PR_ORIGIN_CHECK", "message")
PidTagProofOfSubmissionRequested: PropertyTag[bool] = PropertyTag(0x0028, PT_BOOLEAN, "PidTagProofOfSubmissionRequested", "PR_PROOF_OF_SUBMISSION_REQUESTED", "message")
PidTagReadReceiptRequested: PropertyTag[bool] = PropertyTag(0x0029, PT_BOOLEAN, "PidTagReadReceiptRequested", "PR_READ_RECEIPT_REQUESTED", "report")
PidTagReceiptTime: PropertyTag[datetime] = PropertyTag(0x002A, PT_SYSTIME, "PidTagReceiptTime", "PR_RECEIPT_TIME", "message")
PidTagRecipientReassignmentProhibited: PropertyTag[bool] = PropertyTag(0x002B, PT_BOOLEAN, "PidTagRecipientReassignmentProhibited", "PR_RECIPIENT_REASSIGNMENT_PROHIBITED", "message")
PidTagRedirectionHistory: PropertyTag[bytes] = PropertyTag(0x002C, PT_BINARY, "PidTagRedirectionHistory", "PR_REDIRECTION_HISTORY", "message")
PidTagRelatedMessageIds: PropertyTag[bytes] = PropertyTag(0x002D, PT_BINARY, "PidTagRelatedMessageIds", "PR_RELATED_IPMS", "message")
PidTagOriginalSensitivity: PropertyTag[int] = PropertyTag(0x002E, PT_LONG, "PidTagOriginalSensitivity", "PR_ORIGINAL_SENSITIVITY", "message")
PidTagLanguages: PropertyTag[str] = PropertyTag(0x002F, PT_UNICODE, "PidTagLanguages", "PR_LANGUAGES", "message")
PidTagReplyTime: PropertyTag[datetime] = PropertyTag(0x0030, PT_SYSTIME, "PidTagReplyTime", "PR_REPLY_TIME", "message")
PidTagReportTag: PropertyTag[bytes] = PropertyTag(0x0031, PT_BINARY, "PidTagReportTag", "PR_REPORT_TAG", "report")
PidTagReportTime: PropertyTag[datetime] = PropertyTag(0x0032, PT_SYSTIME, "PidTagReportTime", "PR_REPORT_TIME", "report")
PidTagReturnedMessageid: PropertyTag[bool] = PropertyTag(0x0033, PT_BOOLEAN, "PidTagReturnedMessageid", "PR_RETURNED_IPM", "report")
PidTagSecurity: PropertyTag[int] = PropertyTag(0x0034, PT_LONG, "PidTagSecurity", "PR_SECURITY", "message")
PidTagIncompleteCopy: PropertyTag[bool] = PropertyTag(0x0035, PT_BOOLEAN, "PidTagIncompleteCopy", "PR_INCOMPLETE_COPY", "message")
PidTagSensitivity: PropertyTag[int] = PropertyTag(0x0036, PT_LONG, "PidTagSensitivity", "PR_SENSITIVITY", "message")
PidTagSubject: PropertyTag[str] = PropertyTag(0x0037, PT_UNICODE, "PidTagSubject", "PR_SUBJECT", "message")
PidTagSubjectMessageId: PropertyTag[bytes] = PropertyTag(0x0038, PT_BINARY, "PidTagSubjectMessageId", "PR_SUBJECT_IPM", "message")
PidTagClientSubmitTime: PropertyTag[datetime] = PropertyTag(0x0039, PT_SYSTIME, "PidTagClientSubmitTime", "PR_CLIENT_SUBMIT_TIME", "message")
PidTagReportName: PropertyTag[str] = PropertyTag(0x003A, PT_UNICODE, "PidTagReportName", "PR_REPORT_NAME", "report")
PidTagSentRepresentingSearchKey: PropertyTag[bytes] = PropertyTag(0x003B, PT_BINARY, "PidTagSentRepresentingSearchKey", "PR_SENT_REPRESENTING_SEARCH_KEY", "message")
PidTagX400ContentType: PropertyTag[bytes] = PropertyTag(0x003C, PT_BINARY, "PidTagX400ContentType", "PR_X400_CONTENT_TYPE", "message")
PidTagSubjectPrefix: PropertyTag[str] = PropertyTag(0x003D, PT_UNICODE, "PidTagSubjectPrefix", "PR_SUBJECT_PREFIX", "message")
PidTagNonReceiptReason: PropertyTag[int] = PropertyTag(0x003E, PT_LONG, "PidTagNonReceiptReason", "PR_NON_RECEIPT_REASON", "report")
PidTagReceivedByEntryId: PropertyTag[bytes] = PropertyTag(0x003F, PT_BINARY, "PidTagReceivedByEntryId", "PR_RECEIVED_BY_ENTRYID", "message")
PidTagReceivedByName: PropertyTag[str] = PropertyTag(0x0040, PT_UNICODE, "PidTagReceivedByName", "PR_RECEIVED_BY_NAME", "message")
PidTagSentRepresentingEntryId: PropertyTag[bytes] = PropertyTag(0x0041, PT_BINARY, "PidTagSentRepresentingEntryId", "PR_SENT_REPRESENTING_ENTRYID", "message")
PidTagSentRepresentingName: PropertyTag[str] = PropertyTag(0x0042, PT_UNICODE, "PidTagSentRepresentingName", "PR_SENT_REPRESENTING_NAME", "message")
PidTagReceivedRepresentingEntryId: PropertyTag[bytes] = PropertyTag(0x0043, PT_BINARY, "PidTagReceivedRepresentingEntryId", "PR_RCVD_REPRESENTING_ENTRYID", "message")
PidTagReceivedRepresentingName: PropertyTag[str] = PropertyTag(0x0044, PT_UNICODE, "PidTagReceivedRepresentingName", "PR_RCVD_REPRESENTING_NAME", "message")
PidTagReportEntryId: PropertyTag[bytes] = PropertyTag(0x0045, PT_BINARY, "PidTagReportEntryId", "PR_REPORT_ENTRYID", "report")
PidTagReadReceiptEntryId: PropertyTag[bytes] = PropertyTag(0x0046, PT_BINARY, "PidTagReadReceiptEntryId", "PR_READ_RECEIPT_ENTRYID", "report")
PidTagMessageSubmissionId: PropertyTag[bytes] = PropertyTag(0x0047, PT_BINARY, "PidTagMessageSubmissionId", "PR_MESSAGE_SUBMISSION_ID", "transport")
PidTagProviderSubmitTime: PropertyTag[datetime] = PropertyTag(0x0048, PT_SYSTIME, "PidTagProviderSubmitTime", "PR_PROVIDER_SUBMIT_TIME", "transport")
PidTagOriginalSubject: PropertyTag[str] = PropertyTag(0x0049, PT_UNICODE, "PidTagOriginalSubject", "PR_ORIGINAL_SUBJECT", "message")
PidTagDiscVal: PropertyTag[bool] = PropertyTag(0x004A, PT_BOOLEAN, "PidTagDiscVal", "PR_DISC_VAL", "message")
PidTagOriginalMessageClass: PropertyTag[str] = PropertyTag(0x004B, PT_UNICODE, "PidTagOriginalMessageClass", "PR_ORIG_MESSAGE_CLASS", "message")
PidTagOriginalAuthorEntryId: PropertyTag[bytes] = PropertyTag(0x004C, PT_BINARY, "PidTagOriginalAuthorEntryId", "PR_ORIGINAL_AUTHOR_ENTRYID", "message")
PidTagOriginalAuthorName: PropertyTag[str] = PropertyTag(0x004D, PT_UNICODE, "PidTagOriginalAuthorName", "PR_ORIGINAL_AUTHOR_NAME", "message")
PidTagOriginalSubmitTime: PropertyTag[datetime] = PropertyTag(0x004E, PT_SYSTIME, "PidTagOriginalSubmitTime", "PR_ORIGINAL_SUBMIT_TIME", "message")
PidTagReplyRecipientEntries: PropertyTag[bytes] = PropertyTag(0x004F, PT_BINARY, "PidTagReplyRecipientEntries", "PR_REPLY_RECIPIENT_ENTRIES", "message")
PidTagReplyRecipientNames: PropertyTag[str] = PropertyTag(0x0050, PT_UNICODE, "PidTagReplyRecipientNames", "PR_REPLY_RECIPIENT_NAMES", "message")
PidTagReceivedBySearchKey: PropertyTag[bytes] = PropertyTag(0x0051, PT_BINARY, "PidTagReceivedBySearchKey", "PR_RECEIVED_BY_SEARCH_KEY", "message")
PidTagReceivedRepresentingSearchKey: PropertyTag[bytes] = PropertyTag(0x0052, PT_BINARY, "PidTagReceivedRepresentingSearchKey", "PR_RCVD_REPRESENTING_SEARCH_KEY", "message")
PidTagReadReceiptSearchKey: PropertyTag[bytes] = PropertyTag(0x0053, PT_BINARY, "PidTagReadReceiptSearchKey", "PR_READ_RECEIPT_SEARCH_KEY", "report")
PidTagReportSearchKey: PropertyTag[bytes] = PropertyTag(0x0054, PT_BINARY, "PidTagReportSearchKey", "PR_REPORT_SEARCH_KEY", "report")
PidTagOriginalDeliveryTime: PropertyTag[datetime] = PropertyTag(0x0055, PT_SYSTIME, "PidTagOriginalDeliveryTime", "PR_ORIGINAL_DELIVERY_TIME", "message")
PidTagOriginalAuthorSearchKey: PropertyTag[bytes] = PropertyTag(0x0056, PT_BINARY, "PidTagOriginalAuthorSearchKey", "PR_ORIGINAL_AUTHOR_SEARCH_KEY", "message")
PidTagMessageToMe: PropertyTag[bool] = PropertyTag(0x0057, PT_BOOLEAN, "PidTagMessageToMe", "PR_MESSAGE_TO_ME", "message")
PidTagMessageCcMe: PropertyTag[bool] = PropertyTag(0x0058, PT_BOOLEAN, "PidTagMessageCcMe", "PR_MESSAGE_CC_ME", "message")
PidTagMessageRecipientMe: PropertyTag[bool] = PropertyTag(0x0059, PT_BOOLEAN, "PidTagMessageRecipientMe", "PR_MESSAGE_RECIP_ME", "message")
PidTagOriginalSenderName: PropertyTag[str] = PropertyTag(0x005A, PT_UNICODE, "PidTagOriginalSenderName", "PR_ORIGINAL_SENDER_NAME", "message")
PidTagOriginalSenderEntryId: PropertyTag[bytes] = PropertyTag(0x005B, PT_BINARY, "PidTagOriginalSenderEntryId", "PR_ORIGINAL_SENDER_ENTRYID", "message")
PidTagOriginalSenderSearchKey: PropertyTag[bytes] = PropertyTag(0x005C, PT_BINARY, "PidTagOriginalSenderSearchKey", "PR_ORIGINAL_SENDER_SEARCH_KEY", "message")
PidTagOriginalSentRepresentingName: PropertyTag[str] = PropertyTag(0x005D, PT_UNICODE, "PidTagOriginalSentRepresentingName", "PR_ORIGINAL_SENT_REPRESENTING_NAME", "message")
PidTagOriginalSentRepresentingEntryId: PropertyTag[bytes] = PropertyTag(0x005E, PT_BINARY, "PidTagOriginalSentRepresentingEntryId", "PR_ORIGINAL_SENT_REPRESENTING_ENTRYID", "message")
PidTagOriginalSentRepresentingSearchKey: PropertyTag[bytes] = PropertyTag(0x005F, PT_BINARY, "PidTagOriginalSentRepresentingSearchKey", "PR_ORIGINAL_SENT_REPRESENTING_SEARCH_KEY", "message")
PidTagStartDate: PropertyTag[datetime] = PropertyTag(0x0060, PT_SYSTIME, "PidTagStartDate", "PR_START_DATE", "message")
PidTagEndDate: PropertyTag[datetime] = PropertyTag(0x0061, PT_SYSTIME, "PidTagEndDate", "PR_END_DATE", "message")
PidTagOwnerAppointmentId: PropertyTag[int] = PropertyTag(0x0062, PT_LONG, "PidTagOwnerAppointmentId", "PR_OWNER_APPT_ID", "calendar")
PidTagResponseRequested: PropertyTag[bool] = PropertyTag(0x0063, PT_BOOLEAN, "PidTagResponseRequested", "PR_RESPONSE_REQUESTED", "message")
PidTagSentRepresentingAddressType: PropertyTag[str] = PropertyTag(0x0064, PT_UNICODE, "PidTagSentRepresentingAddressType", "PR_SENT_REPRESENTING_ADDRTYPE", "message")
PidTagSentRepresentingEmailAddress: PropertyTag[str] = PropertyTag(0x0065, PT_UNICODE, "PidTagSentRepresentingEmailAddress", "PR_SENT_REPRESENTING_EMAIL_ADDRESS", "message")
PidTagOriginalSenderAddressType: PropertyTag[str] = PropertyTag(0x0066, PT_UNICODE, "PidTagOriginalSenderAddressType", "PR_ORIGINAL_SENDER_ADDRTYPE", "message")
PidTagOriginalSenderEmailAddress: PropertyTag[str] = PropertyTag(0x0067, PT_UNICODE, "PidTagOriginalSenderEmailAddress", "PR_ORIGINAL_SENDER_EMAIL_ADDRESS", "message")
PidTagOriginalSentRepresentingAddressType: PropertyTag[str] = PropertyTag(0x0068, PT_UNICODE, "PidTagOriginalSentRepresentingAddressType", "PR_ORIGINAL_SENT_REPRESENTING_ADDRTYPE", "message")
PidTagOriginalSentRepresentingEmailAddress: PropertyTag[str] = PropertyTag(0x0069, PT_UNICODE, "PidTagOriginalSentRepresentingEmailAddress", "PR_ORIGINAL_SENT_REPRESENTING_EMAIL_ADDRESS", "message")
PidTagConversationTopic: PropertyTag[str] = PropertyTag(0x0070, PT_UNICODE, "PidTagConversationTopic", "PR_CONVERSATION_TOPIC", "message")
PidTagConversationIndex: PropertyTag[bytes] = PropertyTag(0x0071, PT_BINARY, "PidTagConversationIndex", "PR_CONVERSATION_INDEX", "message")
PidTagOriginalDisplayBcc: PropertyTag[str] = PropertyTag(0x0072, PT_UNICODE, "PidTagOriginalDisplayBcc", "PR_ORIGINAL_DISPLAY_BCC", "message")
PidTagOriginalDisplayCc: PropertyTag[str] = PropertyTag(0x0073, PT_UNICODE, "PidTagOriginalDisplayCc", "PR_ORIGINAL_DISPLAY_CC", "message")
PidTagOriginalDisplayTo: PropertyTag[str] = PropertyTag(0x0074, PT_UNICODE, "PidTagOriginalDisplayTo", "PR_ORIGINAL_DISPLAY_TO", "message")
PidTagReceivedByAddressType: PropertyTag[str] = PropertyTag(0x0075, PT_UNICODE, "PidTagReceivedByAddressType", "PR_RECEIVED_BY_ADDRTYPE", "message")
PidTagReceivedByEmailAddress: PropertyTag[str] = PropertyTag(0x0076, PT_UNICODE, "PidTagReceivedByEmailAddress", "PR_RECEIVED_BY_EMAIL_ADDRESS", "message")
PidTagReceivedRepresentingAddressType: PropertyTag[str] = PropertyTag(0x0077, PT_UNICODE, "PidTagReceivedRepresentingAddressType", "PR_RCVD_REPRESENTING_ADDRTYPE", "message")
PidTagReceivedRepresentingEmailAddress: PropertyTag[str] = PropertyTag(0x0078, PT_UNICODE, "PidTagReceivedRepresentingEmailAddress", "PR_RCVD_REPRESENTING_EMAIL_ADDRESS", "message")
PidTagOriginalAuthorAddressType: PropertyTag[str] = PropertyTag(0x0079, PT_UNICODE, "PidTagOriginalAuthorAddressType", "PR_ORIGINAL_AUTHOR_ADDRTYPE", "message")
PidTagOriginalAuthorEmailAddress: PropertyTag[str] = PropertyTag(0x007A, PT_UNICODE, "PidTagOriginalAuthorEmailAddress", "PR_ORIGINAL_AUTHOR_EMAIL_ADDRESS", "message")
PidTagOriginallyIntendedRecipAddrtype: PropertyTag[str] = PropertyTag(0x007B, PT_UNICODE, "PidTagOriginallyIntendedRecipAddrtype", "PR_ORIGINALLY_INTENDED_RECIP_ADDRTYPE", "message")
PidTagOriginallyIntendedRecipEmailAddress: PropertyTag[str] = PropertyTag(0x007C, PT_UNICODE, "PidTagOriginallyIntendedRecipEmailAddress", "PR_ORIGINALLY_INTENDED_RECIP_EMAIL_ADDRESS", "message")
PidTagTransportMessageHeaders: PropertyTag[str] = PropertyTag(0x007D, PT_UNICODE, "PidTagTransportMessageHeaders", "PR_TRANSPORT_MESSAGE_HEADERS", "message")
PidTagDelegation: PropertyTag[bytes] = PropertyTag(0x007E, PT_BINARY, "PidTagDelegation", "PR_DELEGATION", "message")
PidTagTnefCorrelationKey: PropertyTag[bytes] = PropertyTag(0x007F, PT_BINARY, "PidTagTnefCorrelationKey", "PR_TNEF_CORRELATION_KEY", "message")
PidTagReportDisposition: PropertyTag[str] = PropertyTag(0x0080, PT_UNICODE, "PidTagReportDisposition", "PR_REPORT_DISPOSITION", "report")
PidTagReportDispositionMode: PropertyTag[str] = PropertyTag(0x0081, PT_UNICODE, "PidTagReportDispositionMode", "PR_REPORT_DISPOSITION_MODE", "report")
PidTagReportOriginalSender: PropertyTag[str] = PropertyTag(0x0082, PT_UNICODE, "PidTagReportOriginalSender", "PR_REPORT_ORIGINAL_SENDER", "report")
PidTagReportDispositionToNames: PropertyTag[tuple[str, ...]] = PropertyTag(0x0083, PT_MV_UNICODE, "PidTagReportDispositionToNames", "PR_REPORT_DISPOSITION_TO_NAMES", "report")
PidTagReportDispositionToEmailAddresses: PropertyTag[tuple[str, ...]] = PropertyTag(0x0084, PT_MV_UNICODE, "PidTagReportDispositionToEmailAddresses", "PR_REPORT_DISPOSITION_TO_EMAIL_ADDRESSES", "report")
PidTagReportDispositionOptions: PropertyTag[str] = PropertyTag(0x0085, PT_UNICODE, "PidTagReportDispositionOptions", "PR_REPORT_DISPOSITION_OPTIONS", "report")
PR_SECURITY_PROFILES: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x0355, PT_MV_BINARY, "PR_SECURITY_PROFILES", "PR_SECURITY_PROFILES", "message")
PidTagSpamTrustedSenders: PropertyTag[str] = PropertyTag(0x0418, PT_UNICODE, "PidTagSpamTrustedSenders", "PR_SPAM_TRUSTED_SENDERS", "spam")
PidTagSpamTrustedRecipients: PropertyTag[str] = PropertyTag(0x0419, PT_UNICODE, "PidTagSpamTrustedRecipients", "PR_SPAM_TRUSTED_RECIPIENTS", "spam")
PidTagSpamJunkSenders: PropertyTag[str] = PropertyTag(0x041A, PT_UNICODE, "PidTagSpamJunkSenders", "PR_SPAM_JUNK_SENDERS", "spam")
PidTagSpamThreshold: PropertyTag[int] = PropertyTag(0x041B, PT_LONG, "PidTagSpamThreshold", "PR_SPAM_THRESHOLD", "spam")
PidTagAddressBookRoomCapacity: PropertyTag[int] = PropertyTag(0x0807, PT_LONG, "PidTagAddressBookRoomCapacity", "PR_EMS_AB_ROOM_CAPACITY", "address-book")
PidTagAddressBookRoomDescription: PropertyTag[str] = PropertyTag(0x0809, PT_UNICODE, "PidTagAddressBookRoomDescription", "PR_EMS_AB_ROOM_DESCRIPTION", "address-book")
PidTagContentIntegrityCheck: PropertyTag[bytes] = PropertyTag(0x0C00, PT_BINARY, "PidTagContentIntegrityCheck", "PR_CONTENT_INTEGRITY_CHECK", "recipient")
PidTagExplicitConversion: PropertyTag[int] = PropertyTag(0x0C01, PT_LONG, "PidTagExplicitConversion", "PR_EXPLICIT_CONVERSION", "recipient")
PidTagIpmReturnRequested: PropertyTag[bool] = PropertyTag(0x0C02, PT_BOOLEAN, "PidTagIpmReturnRequested", "PR_IPM_RETURN_REQUESTED", "recipient")
PidTagMessageToken: PropertyTag[bytes] = PropertyTag(0x0C03, PT_BINARY, "PidTagMessageToken", "PR_MESSAGE_TOKEN", "security")
PidTagNonDeliveryReportReasonCode: PropertyTag[int] = PropertyTag(0x0C04, PT_LONG, "PidTagNonDeliveryReportReasonCode", "PR_NDR_REASON_CODE", "report")
PidTagNonDeliveryReportDiagCode: PropertyTag[int] = PropertyTag(0x0C05, PT_LONG, "PidTagNonDeliveryReportDiagCode", "PR_NDR_DIAG_CODE", "report")
PidTagNonReceiptNotificationRequested: PropertyTag[bool] = PropertyTag(0x0C06, PT_BOOLEAN, "PidTagNonReceiptNotificationRequested", "PR_NON_RECEIPT_NOTIFICATION_REQUESTED", "report")
PidTagDeliveryPoint: PropertyTag[int] = PropertyTag(0x0C07, PT_LONG, "PidTagDeliveryPoint", "PR_DELIVERY_POINT", "recipient")
PidTagOriginatorNonDeliveryReportRequested: PropertyTag[bool] = PropertyTag(0x0C08, PT_BOOLEAN, "PidTagOriginatorNonDeliveryReportRequested", "PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED", "report")
PidTagOriginatorRequestedAlternateRecipient: PropertyTag[bytes] = PropertyTag(0x0C09, PT_BINARY, "PidTagOriginatorRequestedAlternateRecipient", "PR_ORIGINATOR_REQUESTED_ALTERNATE_RECIPIENT", "mime")
PidTagPhysicalDeliveryBureauFaxDelivery: PropertyTag[bool] = PropertyTag(0x0C0A, PT_BOOLEAN, "PidTagPhysicalDeliveryBureauFaxDelivery", "PR_PHYSICAL_DELIVERY_BUREAU_FAX_DELIVERY", "recipient")
PidTagPhysicalDeliveryMode: PropertyTag[int] = PropertyTag(0x0C0B, PT_LONG, "PidTagPhysicalDeliveryMode", "PR_PHYSICAL_DELIVERY_MODE", "recipient")
PidTagPhysicalDeliveryReportRequest: PropertyTag[int] = PropertyTag(0x0C0C, PT_LONG, "PidTagPhysicalDeliveryReportRequest", "PR_PHYSICAL_DELIVERY_REPORT_REQUEST", "recipient")
PidTagPhysicalForwardingAddress: PropertyTag[bytes] = PropertyTag(0x0C0D, PT_BINARY, "PidTagPhysicalForwardingAddress", "PR_PHYSICAL_FORWARDING_ADDRESS", "recipient")
PidTagPhysicalForwardingAddressRequested: PropertyTag[bool] = PropertyTag(0x0C0E, PT_BOOLEAN, "PidTagPhysicalForwardingAddressRequested", "PR_PHYSICAL_FORWARDING_ADDRESS_REQUESTED", "recipient")
PidTagPhysicalForwardingProhibited: PropertyTag[bool] = PropertyTag(0x0C0F, PT_BOOLEAN, "PidTagPhysicalForwardingProhibited", "PR_PHYSICAL_FORWARDING_PROHIBITED", "recipient")
PidTagPhysicalRenditionAttributes: PropertyTag[bytes] = PropertyTag(0x0C10, PT_BINARY, "PidTagPhysicalRenditionAttributes", "PR_PHYSICAL_RENDITION_ATTRIBUTES", "recipient")
PidTagProofOfDelivery: PropertyTag[bytes] = PropertyTag(0x0C11, PT_BINARY, "PidTagProofOfDelivery", "PR_PROOF_OF_DELIVERY", "recipient")
PidTagProofOfDeliveryRequested: PropertyTag[bool] = PropertyTag(0x0C12, PT_BOOLEAN, "PidTagProofOfDeliveryRequested", "PR_PROOF_OF_DELIVERY_REQUESTED", "recipient")
PidTagRecipientCertificate: PropertyTag[bytes] = PropertyTag(0x0C13, PT_BINARY, "PidTagRecipientCertificate", "PR_RECIPIENT_CERTIFICATE", "recipient")
PidTagRecipientNumberForAdvice: PropertyTag[str] = PropertyTag(0x0C14, PT_UNICODE, "PidTagRecipientNumberForAdvice", "PR_RECIPIENT_NUMBER_FOR_ADVICE", "recipient")
PidTagRecipientType: PropertyTag[int] = PropertyTag(0x0C15, PT_LONG, "PidTagRecipientType", "PR_RECIPIENT_TYPE", "recipient")
PidTagRegisteredMailType: PropertyTag[int] = PropertyTag(0x0C16, PT_LONG, "PidTagRegisteredMailType", "PR_REGISTERED_MAIL_TYPE", "recipient")
PidTagReplyRequested: PropertyTag[bool] = PropertyTag(0x0C17, PT_BOOLEAN, "PidTagReplyRequested", "PR_REPLY_REQUESTED", "message")
PidTagRequestedDeliveryMethod: PropertyTag[int] = PropertyTag(0x0C18, PT_LONG, "PidTagRequestedDeliveryMethod", "PR_REQUESTED_DELIVERY_METHOD", "recipient")
PidTagSenderEntryId: PropertyTag[bytes] = PropertyTag(0x0C19, PT_BINARY, "PidTagSenderEntryId", "PR_SENDER_ENTRYID", "message")
PidTagSenderName: PropertyTag[str] = PropertyTag(0x0C1A, PT_UNICODE, "PidTagSenderName", "PR_SENDER_NAME", "message")
PidTagSupplementaryInfo: PropertyTag[str] = PropertyTag(0x0C1B, PT_UNICODE, "PidTagSupplementaryInfo", "PR_SUPPLEMENTARY_INFO", "recipient")
PidTagTypeOfX400User: PropertyTag[int] = PropertyTag(0x0C1C, PT_LONG, "PidTagTypeOfX400User", "PR_TYPE_OF_MTS_USER", "recipient")
PidTagSenderSearchKey: PropertyTag[bytes] = PropertyTag(0x0C1D, PT_BINARY, "PidTagSenderSearchKey", "PR_SENDER_SEARCH_KEY", "message")
PidTagSenderAddressType: PropertyTag[str] = PropertyTag(0x0C1E, PT_UNICODE, "PidTagSenderAddressType", "PR_SENDER_ADDRTYPE", "message")
PidTagSenderEmailAddress: PropertyTag[str] = PropertyTag(0x0C1F, PT_UNICODE, "PidTagSenderEmailAddress", "PR_SENDER_EMAIL_ADDRESS", "message")
PidTagNonDeliveryReportStatusCode: PropertyTag[int] = PropertyTag(0x0C20, PT_LONG, "PidTagNonDeliveryReportStatusCode", "PR_NDR_STATUS_CODE", "report")
PidTagRemoteMessageTransferAgent: PropertyTag[str] = PropertyTag(0x0C21, PT_UNICODE, "PidTagRemoteMessageTransferAgent", "PR_DSN_REMOTE_MTA", "report")
PidTagCurrentVersion: PropertyTag[int] = PropertyTag(0x0E00, PT_I8, "PidTagCurrentVersion", "PR_CURRENT_VERSION", "message")
PidTagDeleteAfterSubmit: PropertyTag[bool] = PropertyTag(0x0E01, PT_BOOLEAN, "PidTagDeleteAfterSubmit", "PR_DELETE_AFTER_SUBMIT", "message")
PidTagDisplayBcc: PropertyTag[str] = PropertyTag(0x0E02, PT_UNICODE, "PidTagDisplayBcc", "PR_DISPLAY_BCC", "message")
PidTagDisplayCc: PropertyTag[str] = PropertyTag(0x0E03, PT_UNICODE, "PidTagDisplayCc", "PR_DISPLAY_CC", "message")
PidTagDisplayTo: PropertyTag[str] = PropertyTag(0x0E04, PT_UNICODE, "PidTagDisplayTo", "PR_DISPLAY_TO", "message")
PidTagParentDisplay: PropertyTag[str] = PropertyTag(0x0E05, PT_UNICODE, "PidTagParentDisplay", "PR_PARENT_DISPLAY", "message")
PidTagMessageDeliveryTime: PropertyTag[datetime] = PropertyTag(0x0E06, PT_SYSTIME, "PidTagMessageDeliveryTime", "PR_MESSAGE_DELIVERY_TIME", "message")
PidTagMessageFlags: PropertyTag[int] = PropertyTag(0x0E07, PT_LONG, "PidTagMessageFlags", "PR_MESSAGE_FLAGS", "message")
PidTagMessageSize: PropertyTag[int] = PropertyTag(0x0E08, PT_LONG, "PidTagMessageSize", "PR_MESSAGE_SIZE", "message")
PidTagMessageSizeExtended: PropertyTag[int] = PropertyTag(0x0E08, PT_I8, "PidTagMessageSizeExtended", "PR_MESSAGE_SIZE_EXTENDED", "message")
PidTagParentEntryId: PropertyTag[bytes] = PropertyTag(0x0E09, PT_BINARY, "PidTagParentEntryId", "PR_PARENT_ENTRYID", "message")
PidTagSentMailEntryId: PropertyTag[bytes] = PropertyTag(0x0E0A, PT_BINARY, "PidTagSentMailEntryId", "PR_SENTMAIL_ENTRYID", "message")
PidTagCorrelate: PropertyTag[bool] = PropertyTag(0x0E0C, PT_BOOLEAN, "PidTagCorrelate", "PR_CORRELATE", "message")
PidTagCorrelateMtsid: PropertyTag[bytes] = PropertyTag(0x0E0D, PT_BINARY, "PidTagCorrelateMtsid", "PR_CORRELATE_MTSID", "message")
PidTagDiscreteValues: PropertyTag[bool] = PropertyTag(0x0E0E, PT_BOOLEAN, "PidTagDiscreteValues", "PR_DISCRETE_VALUES", "message")
PidTagResponsibility: PropertyTag[bool] = PropertyTag(0x0E0F, PT_BOOLEAN, "PidTagResponsibility", "PR_RESPONSIBILITY", "transport")
PidTagSpoolerStatus: PropertyTag[int] = PropertyTag(0x0E10, PT_LONG, "PidTagSpoolerStatus", "PR_SPOOLER_STATUS", "transport")
PidTagTransportStatus: PropertyTag[int] = PropertyTag(0x0E11, PT_LONG, "PidTagTransportStatus", "PR_TRANSPORT_STATUS", "transport")
PidTagMessageRecipients: PropertyTag[object] = PropertyTag(0x0E12, PT_OBJECT, "PidTagMessageRecipients", "PR_MESSAGE_RECIPIENTS", "message")
PidTagMessageAttachments: PropertyTag[object] = PropertyTag(0x0E13, PT_OBJECT, "PidTagMessageAttachments", "PR_MESSAGE_ATTACHMENTS", "attachment")
PidTagSubmitFlags: PropertyTag[int] = PropertyTag(0x0E14, PT_LONG, "PidTagSubmitFlags", "PR_SUBMIT_FLAGS", "transport")
PidTagRecipientStatus: PropertyTag[int] = PropertyTag(0x0E15, PT_LONG, "PidTagRecipientStatus", "PR_RECIPIENT_STATUS", "recipient")
PidTagTransportKey: PropertyTag[int] = PropertyTag(0x0E16, PT_LONG, "PidTagTransportKey", "PR_TRANSPORT_KEY", "transport")
PidTagMessageStatus: PropertyTag[int] = PropertyTag(0x0E17, PT_LONG, "PidTagMessageStatus", "PR_MSG_STATUS", "message")
PidTagMessageDownloadTime: PropertyTag[int] = PropertyTag(0x0E18, PT_LONG, "PidTagMessageDownloadTime", "PR_MESSAGE_DOWNLOAD_TIME", "message")
PidTagCreationVersion: PropertyTag[int] = PropertyTag(0x0E19, PT_I8, "PidTagCreationVersion", "PR_CREATION_VERSION", "message")
PidTagModifyVersion: PropertyTag[int] = PropertyTag(0x0E1A, PT_I8, "PidTagModifyVersion", "PR_MODIFY_VERSION", "message")
PidTagHasAttachments: PropertyTag[bool] = PropertyTag(0x0E1B, PT_BOOLEAN, "PidTagHasAttachments", "PR_HASATTACH", "attachment")
PidTagBodyCrc: PropertyTag[int] = PropertyTag(0x0E1C, PT_LONG, "PidTagBodyCrc", "PR_BODY_CRC", "message")
PidTagNormalizedSubject: PropertyTag[str] = PropertyTag(0x0E1D, PT_UNICODE, "PidTagNormalizedSubject", "PR_NORMALIZED_SUBJECT", "message")
PidTagRtfInSync: PropertyTag[bool] = PropertyTag(0x0E1F, PT_BOOLEAN, "PidTagRtfInSync", "PR_RTF_IN_SYNC", "message")
PidTagAttachSize: PropertyTag[int] = PropertyTag(0x0E20, PT_LONG, "PidTagAttachSize", "PR_ATTACH_SIZE", "attachment")
PidTagAttachNumber: PropertyTag[int] = PropertyTag(0x0E21, PT_LONG, "PidTagAttachNumber", "PR_ATTACH_NUM", "attachment")
PidTagPreprocess: PropertyTag[bool] = PropertyTag(0x0E22, PT_BOOLEAN, "PidTagPreprocess", "PR_PREPROCESS", "transport")
PidTagInternetArticleNumber: PropertyTag[int] = PropertyTag(0x0E23, PT_LONG, "PidTagInternetArticleNumber", "PR_INTERNET_ARTICLE_NUMBER", "mime")
PR_NEWSGROUP_NAME: PropertyTag[str] = PropertyTag(0x0E24, PT_UNICODE, "PR_NEWSGROUP_NAME", "PR_NEWSGROUP_NAME", "message")
PidTagOriginatingMtaCertificate: PropertyTag[bytes] = PropertyTag(0x0E25, PT_BINARY, "PidTagOriginatingMtaCertificate", "PR_ORIGINATING_MTA_CERTIFICATE", "message")
PidTagProofOfSubmission: PropertyTag[bytes] = PropertyTag(0x0E26, PT_BINARY, "PidTagProofOfSubmission", "PR_PROOF_OF_SUBMISSION", "message")
PidTagSecurityDescriptor: PropertyTag[bytes] = PropertyTag(0x0E27, PT_BINARY, "PidTagSecurityDescriptor", "PR_NT_SECURITY_DESCRIPTOR", "access-control")
PidTagPrimarySendAccount: PropertyTag[str] = PropertyTag(0x0E28, PT_UNICODE, "PidTagPrimarySendAccount", "PR_PRIMARY_SEND_ACCOUNT", "transport")
PidTagPrimarySendAcct: PropertyTag[str] = PropertyTag(0x0E28, PT_UNICODE, "PidTagPrimarySendAcct", "PR_PRIMARY_SEND_ACCT", "transport")
PidTagNextSendAcct: PropertyTag[str] = PropertyTag(0x0E29, PT_UNICODE, "PidTagNextSendAcct", "PR_NEXT_SEND_ACCT", "transport")
PidTagExchangeRemoteHeader: PropertyTag[bool] = PropertyTag(0x0E2A, PT_BOOLEAN, "PidTagExchangeRemoteHeader", "PR_EXCHANGE_REMOTE_HEADER", "message")
PidTagToDoItemFlags: PropertyTag[int] = PropertyTag(0x0E2B, PT_LONG, "PidTagToDoItemFlags", "PR_TODO_ITEM_FLAGS", "message")
PidTagSwappedToDoStore: PropertyTag[bytes] = PropertyTag(0x0E2C, PT_BINARY, "PidTagSwappedToDoStore", "PR_SWAPPED_TODO_STORE", "message")
PidTagSwappedToDoData: PropertyTag[bytes] = PropertyTag(0x0E2D, PT_BINARY, "PidTagSwappedToDoData", "PR_SWAPPED_TODO_DATA", "message")
PR_POPIMAP_UID: PropertyTag[int] = PropertyTag(0x0E2F, PT_LONG, "PR_POPIMAP_UID", "PR_POPIMAP_UID", "message")
PidTagReplItemId: PropertyTag[int] = PropertyTag(0x0E30, PT_LONG, "PidTagReplItemId", "PR_REPL_ITEMID", "message")
PidTagReplChangenum: PropertyTag[int] = PropertyTag(0x0E33, PT_I8, "PidTagReplChangenum", "PR_REPL_CHANGENUM", "message")
PidTagReplVersionHistory: PropertyTag[bytes] = PropertyTag(0x0E34, PT_BINARY, "PidTagReplVersionHistory", "PR_REPL_VERSIONHISTORY", "message")
PidTagReplFlags: PropertyTag[int] = PropertyTag(0x0E38, PT_LONG, "PidTagReplFlags", "PR_REPL_FLAGS", "message")
PidTagReplCopiedfromVersionhistory: PropertyTag[bytes] = PropertyTag(0x0E3C, PT_BINARY, "PidTagReplCopiedfromVersionhistory", "PR_REPL_COPIEDFROM_VERSIONHISTORY", "message")
PidTagReplCopiedfromItemid: PropertyTag[bytes] = PropertyTag(0x0E3D, PT_BINARY, "PidTagReplCopiedfromItemid", "PR_REPL_COPIEDFROM_ITEMID", "message")
PR_SENDER_SID: PropertyTag[bytes] = PropertyTag(0x0E4D, PT_BINARY, "PR_SENDER_SID", "PR_SENDER_SID", "message")
PR_SENT_REPRESENTING_SID: PropertyTag[bytes] = PropertyTag(0x0E4E, PT_BINARY, "PR_SENT_REPRESENTING_SID", "PR_SENT_REPRESENTING_SID", "message")
PR_ORIGINAL_SENDER_SID: PropertyTag[bytes] = PropertyTag(0x0E4F, PT_BINARY, "PR_ORIGINAL_SENDER_SID", "PR_ORIGINAL_SENDER_SID", "message")
PR_ORIGINAL_SENT_REPRESENTING_SID: PropertyTag[bytes] = PropertyTag(0x0E50, PT_BINARY, "PR_ORIGINAL_SENT_REPRESENTING_SID", "PR_ORIGINAL_SENT_REPRESENTING_SID", "message")
PR_READ_RECEIPT_SID: PropertyTag[bytes] = PropertyTag(0x0E51, PT_BINARY, "PR_READ_RECEIPT_SID", "PR_READ_RECEIPT_SID", "report")
PR_REPORT_SID: PropertyTag[bytes] = PropertyTag(0x0E52, PT_BINARY, "PR_REPORT_SID", "PR_REPORT_SID", "report")
PR_ORIGINATOR_SID: PropertyTag[bytes] = PropertyTag(0x0E53, PT_BINARY, "PR_ORIGINATOR_SID", "PR_ORIGINATOR_SID", "message")
PR_REPORT_DESTINATION_SID: PropertyTag[bytes] = PropertyTag(0x0E54, PT_BINARY, "PR_REPORT_DESTINATION_SID", "PR_REPORT_DESTINATION_SID", "report")
PR_ORIGINAL_AUTHOR_SID: PropertyTag[bytes] = PropertyTag(0x0E55, PT_BINARY, "PR_ORIGINAL_AUTHOR_SID", "PR_ORIGINAL_AUTHOR_SID", "message")
PR_RECEIVED_BY_SID: PropertyTag[bytes] = PropertyTag(0x0E56, PT_BINARY, "PR_RECEIVED_BY_SID", "PR_RECEIVED_BY_SID", "message")
PR_RCVD_REPRESENTING_SID: PropertyTag[bytes] = PropertyTag(0x0E57, PT_BINARY, "PR_RCVD_REPRESENTING_SID", "PR_RCVD_REPRESENTING_SID", "message")
PR_CREATOR_SID: PropertyTag[bytes] = PropertyTag(0x0E58, PT_BINARY, "PR_CREATOR_SID", "PR_CREATOR_SID", "message")
PR_LAST_MODIFIER_SID: PropertyTag[bytes] = PropertyTag(0x0E59, PT_BINARY, "PR_LAST_MODIFIER_SID", "PR_LAST_MODIFIER_SID", "message")
PR_CATALOG: PropertyTag[bytes] = PropertyTag(0x0E5B, PT_BINARY, "PR_CATALOG", "PR_CATALOG", "message")
PR_CI_SEARCH_ENABLED: PropertyTag[bool] = PropertyTag(0x0E5C, PT_BOOLEAN, "PR_CI_SEARCH_ENABLED", "PR_CI_SEARCH_ENABLED", "search")
PR_CI_NOTIFICATION_ENABLED: PropertyTag[bool] = PropertyTag(0x0E5D, PT_BOOLEAN, "PR_CI_NOTIFICATION_ENABLED", "PR_CI_NOTIFICATION_ENABLED", "search")
PR_MAX_INDICES: PropertyTag[int] = PropertyTag(0x0E5E, PT_LONG, "PR_MAX_INDICES", "PR_MAX_INDICES", "message")
PR_SOURCE_FID: PropertyTag[int] = PropertyTag(0x0E5F, PT_I8, "PR_SOURCE_FID", "PR_SOURCE_FID", "message")
PidTagUrlCompNameSet: PropertyTag[bool] = PropertyTag(0x0E62, PT_BOOLEAN, "PidTagUrlCompNameSet", "", "message")
PR_MAX_CACHED_VIEWS: PropertyTag[int] = PropertyTag(0x0E68, PT_LONG, "PR_MAX_CACHED_VIEWS", "PR_MAX_CACHED_VIEWS", "message")
PidTagRead: PropertyTag[bool] = PropertyTag(0x0E69, PT_BOOLEAN, "PidTagRead", "PR_READ", "message")
PidTagSecurityDescriptorAsXml: PropertyTag[str] = PropertyTag(0x0E6A, PT_UNICODE, "PidTagSecurityDescriptorAsXml", "PR_NT_SECURITY_DESCRIPTOR_AS_XML", "access-control")
PR_ADMIN_SECURITY_DESCRIPTOR_AS_XML: PropertyTag[str] = PropertyTag(0x0E6B, PT_UNICODE, "PR_ADMIN_SECURITY_DESCRIPTOR_AS_XML", "PR_ADMIN_SECURITY_DESCRIPTOR_AS_XML", "message")
PR_CREATOR_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E6C, PT_UNICODE, "PR_CREATOR_SID_AS_XML", "PR_CREATOR_SID_AS_XML", "message")
PR_LAST_MODIFIER_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E6D, PT_UNICODE, "PR_LAST_MODIFIER_SID_AS_XML", "PR_LAST_MODIFIER_SID_AS_XML", "message")
PR_SENDER_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E6E, PT_UNICODE, "PR_SENDER_SID_AS_XML", "PR_SENDER_SID_AS_XML", "message")
PR_SENT_REPRESENTING_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E6F, PT_UNICODE, "PR_SENT_REPRESENTING_SID_AS_XML", "PR_SENT_REPRESENTING_SID_AS_XML", "message")
PR_ORIGINAL_SENDER_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E70, PT_UNICODE, "PR_ORIGINAL_SENDER_SID_AS_XML", "PR_ORIGINAL_SENDER_SID_AS_XML", "message")
PR_ORIGINAL_SENT_REPRESENTING_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E71, PT_UNICODE, "PR_ORIGINAL_SENT_REPRESENTING_SID_AS_XML", "PR_ORIGINAL_SENT_REPRESENTING_SID_AS_XML", "message")
PR_READ_RECEIPT_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E72, PT_UNICODE, "PR_READ_RECEIPT_SID_AS_XML", "PR_READ_RECEIPT_SID_AS_XML", "report")
PR_REPORT_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E73, PT_UNICODE, "PR_REPORT_SID_AS_XML", "PR_REPORT_SID_AS_XML", "report")
PR_ORIGINATOR_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E74, PT_UNICODE, "PR_ORIGINATOR_SID_AS_XML", "PR_ORIGINATOR_SID_AS_XML", "message")
PR_REPORT_DESTINATION_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E75, PT_UNICODE, "PR_REPORT_DESTINATION_SID_AS_XML", "PR_REPORT_DESTINATION_SID_AS_XML", "report")
PR_ORIGINAL_AUTHOR_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E76, PT_UNICODE, "PR_ORIGINAL_AUTHOR_SID_AS_XML", "PR_ORIGINAL_AUTHOR_SID_AS_XML", "message")
PR_RECEIVED_BY_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E77, PT_UNICODE, "PR_RECEIVED_BY_SID_AS_XML", "PR_RECEIVED_BY_SID_AS_XML", "message")
PR_RCVD_REPRESENTING_SID_AS_XML: PropertyTag[str] = PropertyTag(0x0E78, PT_UNICODE, "PR_RCVD_REPRESENTING_SID_AS_XML", "PR_RCVD_REPRESENTING_SID_AS_XML", "message")
PidTagTrustSender: PropertyTag[int] = PropertyTag(0x0E79, PT_LONG, "PidTagTrustSender", "PR_TRUST_SENDER", "message")
PR_MERGE_MIDSET_DELETED: PropertyTag[bytes] = PropertyTag(0x0E7A, PT_BINARY, "PR_MERGE_MIDSET_DELETED", "PR_MERGE_MIDSET_DELETED", "message")
PR_RESERVE_RANGE_OF_IDS: PropertyTag[bytes] = PropertyTag(0x0E7B, PT_BINARY, "PR_RESERVE_RANGE_OF_IDS", "PR_RESERVE_RANGE_OF_IDS", "message")
PR_NON_XMT_SECURITY_ROLE_1_AS_XML: PropertyTag[str] = PropertyTag(0x0E7C, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_1_AS_XML", "PR_NON_XMT_SECURITY_ROLE_1_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_1: PropertyTag[bytes] = PropertyTag(0x0E7C, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_1", "PR_NON_XMT_SECURITY_ROLE_1", "message")
PR_NON_XMT_SECURITY_ROLE_2_AS_XML: PropertyTag[str] = PropertyTag(0x0E7D, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_2_AS_XML", "PR_NON_XMT_SECURITY_ROLE_2_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_2: PropertyTag[bytes] = PropertyTag(0x0E7D, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_2", "PR_NON_XMT_SECURITY_ROLE_2", "message")
PR_NON_XMT_SECURITY_ROLE_3_AS_XML: PropertyTag[str] = PropertyTag(0x0E7E, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_3_AS_XML", "PR_NON_XMT_SECURITY_ROLE_3_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_3: PropertyTag[bytes] = PropertyTag(0x0E7E, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_3", "PR_NON_XMT_SECURITY_ROLE_3", "message")
PR_NON_XMT_SECURITY_ROLE_4_AS_XML: PropertyTag[str] = PropertyTag(0x0E7F, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_4_AS_XML", "PR_NON_XMT_SECURITY_ROLE_4_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_4: PropertyTag[bytes] = PropertyTag(0x0E7F, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_4", "PR_NON_XMT_SECURITY_ROLE_4", "message")
PR_NON_XMT_SECURITY_ROLE_5_AS_XML: PropertyTag[str] = PropertyTag(0x0E80, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_5_AS_XML", "PR_NON_XMT_SECURITY_ROLE_5_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_5: PropertyTag[bytes] = PropertyTag(0x0E80, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_5", "PR_NON_XMT_SECURITY_ROLE_5", "message")
PR_NON_XMT_SECURITY_ROLE_6_AS_XML: PropertyTag[str] = PropertyTag(0x0E81, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_6_AS_XML", "PR_NON_XMT_SECURITY_ROLE_6_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_6: PropertyTag[bytes] = PropertyTag(0x0E81, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_6", "PR_NON_XMT_SECURITY_ROLE_6", "message")
PR_NON_XMT_SECURITY_ROLE_7_AS_XML: PropertyTag[str] = PropertyTag(0x0E82, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_7_AS_XML", "PR_NON_XMT_SECURITY_ROLE_7_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_7: PropertyTag[bytes] = PropertyTag(0x0E82, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_7", "PR_NON_XMT_SECURITY_ROLE_7", "message")
PR_NON_XMT_SECURITY_ROLE_8_AS_XML: PropertyTag[str] = PropertyTag(0x0E83, PT_UNICODE, "PR_NON_XMT_SECURITY_ROLE_8_AS_XML", "PR_NON_XMT_SECURITY_ROLE_8_AS_XML", "message")
PR_NON_XMT_SECURITY_ROLE_8: PropertyTag[bytes] = PropertyTag(0x0E83, PT_BINARY, "PR_NON_XMT_SECURITY_ROLE_8", "PR_NON_XMT_SECURITY_ROLE_8", "message")
PidTagExchangeNTSecurityDescriptor: PropertyTag[bytes] = PropertyTag(0x0E84, PT_BINARY, "PidTagExchangeNTSecurityDescriptor", "PR_DAV_TRANSFER_SECURITY_DESCRIPTOR", "calendar")
PR_ANTIVIRUS_VENDOR: PropertyTag[str] = PropertyTag(0x0E85, PT_UNICODE, "PR_ANTIVIRUS_VENDOR", "PR_ANTIVIRUS_VENDOR", "message")
PR_ANTIVIRUS_VERSION: PropertyTag[int] = PropertyTag(0x0E86, PT_LONG, "PR_ANTIVIRUS_VERSION", "PR_ANTIVIRUS_VERSION", "message")
PR_ANTIVIRUS_SCAN_STATUS: PropertyTag[int] = PropertyTag(0x0E87, PT_LONG, "PR_ANTIVIRUS_SCAN_STATUS", "PR_ANTIVIRUS_SCAN_STATUS", "message")
PR_ANTIVIRUS_SCAN_INFO: PropertyTag[str] = PropertyTag(0x0E88, PT_UNICODE, "PR_ANTIVIRUS_SCAN_INFO", "PR_ANTIVIRUS_SCAN_INFO", "message")
PR_ADDR_TO: PropertyTag[str] = PropertyTag(0x0E97, PT_UNICODE, "PR_ADDR_TO", "PR_ADDR_TO", "message")
PR_ADDR_CC: PropertyTag[str] = PropertyTag(0x0E98, PT_UNICODE, "PR_ADDR_CC", "PR_ADDR_CC", "message")
PidTagExtendedRuleMessageActions: PropertyTag[bytes] = PropertyTag(0x0E99, PT_BINARY, "PidTagExtendedRuleMessageActions", "PR_EXTENDED_RULE_MSG_ACTIONS", "rules")
PidTagExtendedRuleMessageCondition: PropertyTag[bytes] = PropertyTag(0x0E9A, PT_BINARY, "PidTagExtendedRuleMessageCondition", "PR_EXTENDED_RULE_MSG_CONDITION", "rules")
PidTagExtendedRuleSizeLimit: PropertyTag[int] = PropertyTag(0x0E9B, PT_LONG, "PidTagExtendedRuleSizeLimit", "PR_EXTENDED_RULE_SIZE_LIMIT", "rules")
PidTagTnefUnprocessedProps: PropertyTag[bytes] = PropertyTag(0x0E9C, PT_BINARY, "PidTagTnefUnprocessedProps", "PR_TNEF_UNPROCESSED_PROPS", "message")
PidTagAssociatedSharingProvider: PropertyTag[UUID] = PropertyTag(0x0EA0, PT_CLSID, "PidTagAssociatedSharingProvider", "PR_ASSOCIATED_SHARING_PROVIDER", "pst")
PidTagProviderItemId: PropertyTag[bytes] = PropertyTag(0x0EA3, PT_BINARY, "PidTagProviderItemId", "PR_PROVIDER_ITEMID", "message")
PidTagProviderParentItemId: PropertyTag[bytes] = PropertyTag(0x0EA4, PT_BINARY, "PidTagProviderParentItemId", "PR_PROVIDER_PARENT_ITEMID", "message")
PidTagSearchAttachments: PropertyTag[str] = PropertyTag(0x0EA5, PT_UNICODE, "PidTagSearchAttachments", "PR_SEARCH_ATTACHMENTS", "search")
PidTagSearchRecipientEmailTo: PropertyTag[str] = PropertyTag(0x0EA6, PT_UNICODE, "PidTagSearchRecipientEmailTo", "PR_SEARCH_RECIP_EMAIL_TO", "search")
PidTagSearchRecipientEmailCc: PropertyTag[str] = PropertyTag(0x0EA7, PT_UNICODE, "PidTagSearchRecipientEmailCc", "PR_SEARCH_RECIP_EMAIL_CC", "search")
PidTagSearchRecipientEmailBcc: PropertyTag[str] = PropertyTag(0x0EA8, PT_UNICODE, "PidTagSearchRecipientEmailBcc", "PR_SEARCH_RECIP_EMAIL_BCC", "message")
PR_SEARCH_ALL_INDEXED_PROPS: PropertyTag[str] = PropertyTag(0x0EAF, PT_UNICODE, "PR_SEARCH_ALL_INDEXED_PROPS", "PR_SEARCH_ALL_INDEXED_PROPS", "message")
PR_FREEBUSY_NT_SECURITY_DESCRIPTOR: PropertyTag[bytes] = PropertyTag(0x0F00, PT_BINARY, "PR_FREEBUSY_NT_SECURITY_DESCRIPTOR", "PR_FREEBUSY_NT_SECURITY_DESCRIPTOR", "free-busy")
PidTagConversationThreadId: PropertyTag[bytes] = PropertyTag(0x0F03, PT_BINARY, "PidTagConversationThreadId", "PR_CONVERSATION_THREAD_ID", "message")
PidTagAccess: PropertyTag[int] = PropertyTag(0x0FF4, PT_LONG, "PidTagAccess", "PR_ACCESS", "access-control")
PidTagRowType: PropertyTag[int] = PropertyTag(0x0FF5, PT_LONG, "PidTagRowType", "PR_ROW_TYPE", "table")
PidTagInstanceKey: PropertyTag[bytes] = PropertyTag(0x0FF6, PT_BINARY, "PidTagInstanceKey", "PR_INSTANCE_KEY", "common")
PidTagAccessLevel: PropertyTag[int] = PropertyTag(0x0FF7, PT_LONG, "PidTagAccessLevel", "PR_ACCESS_LEVEL", "access-control")
PidTagMappingSignature: PropertyTag[bytes] = PropertyTag(0x0FF8, PT_BINARY, "PidTagMappingSignature", "PR_MAPPING_SIGNATURE", "common")
PidTagRecordKey: PropertyTag[bytes] = PropertyTag(0x0FF9, PT_BINARY, "PidTagRecordKey", "PR_RECORD_KEY", "common")
PidTagStoreRecordKey: PropertyTag[bytes] = PropertyTag(0x0FFA, PT_BINARY, "PidTagStoreRecordKey", "PR_STORE_RECORD_KEY", "common")
PidTagStoreEntryId: PropertyTag[bytes] = PropertyTag(0x0FFB, PT_BINARY, "PidTagStoreEntryId", "PR_STORE_ENTRYID", "common")
PidTagMiniIcon: PropertyTag[bytes] = PropertyTag(0x0FFC, PT_BINARY, "PidTagMiniIcon", "PR_MINI_ICON", "message")
PidTagIcon: PropertyTag[bytes] = PropertyTag(0x0FFD, PT_BINARY, "PidTagIcon", "PR_ICON", "message")
PidTagObjectType: PropertyTag[int] = PropertyTag(0x0FFE, PT_LONG, "PidTagObjectType", "PR_OBJECT_TYPE", "common")
PidTagEntryId: PropertyTag[bytes] = PropertyTag(0x0FFF, PT_BINARY, "PidTagEntryId", "PR_ENTRYID", "common")
PidTagMemberEntryId: PropertyTag[bytes] = PropertyTag(0x0FFF, PT_BINARY, "PidTagMemberEntryId", "PR_MEMBER_ENTRYID", "access-control")
PidTagBody: PropertyTag[str] = PropertyTag(0x1000, PT_UNICODE, "PidTagBody", "PR_BODY", "message")
PidTagReportText: PropertyTag[str] = PropertyTag(0x1001, PT_UNICODE, "PidTagReportText", "PR_REPORT_TEXT", "report")
PidTagOriginatorAndDistributionListExpansionHistory: PropertyTag[bytes] = PropertyTag(0x1002, PT_BINARY, "PidTagOriginatorAndDistributionListExpansionHistory", "PR_ORIGINATOR_AND_DL_EXPANSION_HISTORY", "mime")
PidTagReportingDistributionListName: PropertyTag[bytes] = PropertyTag(0x1003, PT_BINARY, "PidTagReportingDistributionListName", "PR_REPORTING_DL_NAME", "report")
PidTagReportingMessageTransferAgentCertificate: PropertyTag[bytes] = PropertyTag(0x1004, PT_BINARY, "PidTagReportingMessageTransferAgentCertificate", "PR_REPORTING_MTA_CERTIFICATE", "report")
PidTagRtfSyncBodyCrc: PropertyTag[int] = PropertyTag(0x1006, PT_LONG, "PidTagRtfSyncBodyCrc", "PR_RTF_SYNC_BODY_CRC", "message")
PidTagRtfSyncBodyCount: PropertyTag[int] = PropertyTag(0x1007, PT_LONG, "PidTagRtfSyncBodyCount", "PR_RTF_SYNC_BODY_COUNT", "message")
PidTagRtfSyncBodyTag: PropertyTag[str] = PropertyTag(0x1008, PT_UNICODE, "PidTagRtfSyncBodyTag", "PR_RTF_SYNC_BODY_TAG", "message")
PidTagRtfCompressed: PropertyTag[bytes] = PropertyTag(0x1009, PT_BINARY, "PidTagRtfCompressed", "PR_RTF_COMPRESSED", "message")
PidTagRtfSyncPrefixCount: PropertyTag[int] = PropertyTag(0x1010, PT_LONG, "PidTagRtfSyncPrefixCount", "PR_RTF_SYNC_PREFIX_COUNT", "message")
PidTagRtfSyncTrailingCount: PropertyTag[int] = PropertyTag(0x1011, PT_LONG, "PidTagRtfSyncTrailingCount", "PR_RTF_SYNC_TRAILING_COUNT", "message")
PidTagOriginallyIntendedRecipEntryId: PropertyTag[bytes] = PropertyTag(0x1012, PT_BINARY, "PidTagOriginallyIntendedRecipEntryId", "PR_ORIGINALLY_INTENDED_RECIP_ENTRYID", "message")
PidTagBodyHtml: PropertyTag[str] = PropertyTag(0x1013, PT_UNICODE, "PidTagBodyHtml", "PR_BODY_HTML", "message")
PidTagHtml: PropertyTag[bytes] = PropertyTag(0x1013, PT_BINARY, "PidTagHtml", "PR_HTML", "message")
PidTagBodyContentLocation: PropertyTag[str] = PropertyTag(0x1014, PT_UNICODE, "PidTagBodyContentLocation", "PR_BODY_CONTENT_LOCATION", "mime")
PidTagBodyContentId: PropertyTag[str] = PropertyTag(0x1015, PT_UNICODE, "PidTagBodyContentId", "PR_BODY_CONTENT_ID", "message")
PidTagNativeBody: PropertyTag[int] = PropertyTag(0x1016, PT_LONG, "PidTagNativeBody", "PR_NATIVE_BODY_INFO", "message")
PidTagInternetApproved: PropertyTag[str] = PropertyTag(0x1030, PT_UNICODE, "PidTagInternetApproved", "PR_INTERNET_APPROVED", "mime")
PidTagInternetControl: PropertyTag[str] = PropertyTag(0x1031, PT_UNICODE, "PidTagInternetControl", "PR_INTERNET_CONTROL", "mime")
PidTagInternetDistribution: PropertyTag[str] = PropertyTag(0x1032, PT_UNICODE, "PidTagInternetDistribution", "PR_INTERNET_DISTRIBUTION", "mime")
PidTagInternetFollowupTo: PropertyTag[str] = PropertyTag(0x1033, PT_UNICODE, "PidTagInternetFollowupTo", "PR_INTERNET_FOLLOWUP_TO", "mime")
PidTagInternetLines: PropertyTag[int] = PropertyTag(0x1034, PT_LONG, "PidTagInternetLines", "PR_INTERNET_LINES", "mime")
PidTagInternetMessageId: PropertyTag[str] = PropertyTag(0x1035, PT_UNICODE, "PidTagInternetMessageId", "PR_INTERNET_MESSAGE_ID", "mime")
PR_INTERNET_NEWSGROUPS: PropertyTag[str] = PropertyTag(0x1036, PT_UNICODE, "PR_INTERNET_NEWSGROUPS", "PR_INTERNET_NEWSGROUPS", "mime")
PidTagInternetOrganization: PropertyTag[str] = PropertyTag(0x1037, PT_UNICODE, "PidTagInternetOrganization", "PR_INTERNET_ORGANIZATION", "mime")
PidTagInternetNntpPath: PropertyTag[str] = PropertyTag(0x1038, PT_UNICODE, "PidTagInternetNntpPath", "PR_INTERNET_NNTP_PATH", "mime")
PidTagInternetReferences: PropertyTag[str] = PropertyTag(0x1039, PT_UNICODE, "PidTagInternetReferences", "PR_INTERNET_REFERENCES", "mime")
PR_SUPERSEDES: PropertyTag[str] = PropertyTag(0x103A, PT_UNICODE, "PR_SUPERSEDES", "PR_SUPERSEDES", "message")
PR_POST_FOLDER_ENTRIES: PropertyTag[bytes] = PropertyTag(0x103B, PT_BINARY, "PR_POST_FOLDER_ENTRIES", "PR_POST_FOLDER_ENTRIES", "message")
PR_POST_FOLDER_NAMES: PropertyTag[str] = PropertyTag(0x103C, PT_UNICODE, "PR_POST_FOLDER_NAMES", "PR_POST_FOLDER_NAMES", "message")
PR_POST_REPLY_FOLDER_ENTRIES: PropertyTag[bytes] = PropertyTag(0x103D, PT_BINARY, "PR_POST_REPLY_FOLDER_ENTRIES", "PR_POST_REPLY_FOLDER_ENTRIES", "message")
PR_POST_REPLY_FOLDER_NAMES: PropertyTag[str] = PropertyTag(0x103E, PT_UNICODE, "PR_POST_REPLY_FOLDER_NAMES", "PR_POST_REPLY_FOLDER_NAMES", "message")
PR_POST_REPLY_DENIED: PropertyTag[bool] = PropertyTag(0x103F, PT_BOOLEAN, "PR_POST_REPLY_DENIED", "PR_POST_REPLY_DENIED", "message")
PR_NNTP_XREF: PropertyTag[str] = PropertyTag(0x1040, PT_UNICODE, "PR_NNTP_XREF", "PR_NNTP_XREF", "message")
PR_INTERNET_PRECEDENCE: PropertyTag[str] = PropertyTag(0x1041, PT_UNICODE, "PR_INTERNET_PRECEDENCE", "PR_INTERNET_PRECEDENCE", "mime")
PidTagInReplyToId: PropertyTag[str] = PropertyTag(0x1042, PT_UNICODE, "PidTagInReplyToId", "PR_IN_REPLY_TO_ID", "message")
PidTagListHelp: PropertyTag[str] = PropertyTag(0x1043, PT_UNICODE, "PidTagListHelp", "PR_LIST_HELP", "message")
PidTagListSubscribe: PropertyTag[str] = PropertyTag(0x1044, PT_UNICODE, "PidTagListSubscribe", "PR_LIST_SUBSCRIBE", "message")
PidTagListUnsubscribe: PropertyTag[str] = PropertyTag(0x1045, PT_UNICODE, "PidTagListUnsubscribe", "PR_LIST_UNSUBSCRIBE", "message")
PidTagOriginalMessageId: PropertyTag[str] = PropertyTag(0x1046, PT_UNICODE, "PidTagOriginalMessageId", "", "message")
PidTagInternetReturnPath: PropertyTag[str] = PropertyTag(0x1046, PT_UNICODE, "PidTagInternetReturnPath", "PR_INTERNET_RETURN_PATH", "mime")
PidTagIconIndex: PropertyTag[int] = PropertyTag(0x1080, PT_LONG, "PidTagIconIndex", "PR_ICON_INDEX", "message")
PidTagLastVerbExecuted: PropertyTag[int] = PropertyTag(0x1081, PT_LONG, "PidTagLastVerbExecuted", "PR_LAST_VERB_EXECUTED", "history")
PidTagLastVerbExecutionTime: PropertyTag[datetime] = PropertyTag(0x1082, PT_SYSTIME, "PidTagLastVerbExecutionTime", "PR_LAST_VERB_EXECUTION_TIME", "history")
PidTagFlagStatus: PropertyTag[int] = PropertyTag(0x1090, PT_LONG, "PidTagFlagStatus", "PR_FLAG_STATUS", "message")
PidTagFlagCompleteTime: PropertyTag[datetime] = PropertyTag(0x1091, PT_SYSTIME, "PidTagFlagCompleteTime", "PR_FLAG_COMPLETE_TIME", "message")
PidTagFollowupIcon: PropertyTag[int] = PropertyTag(0x1095, PT_LONG, "PidTagFollowupIcon", "PR_FOLLOWUP_ICON", "message")
PidTagBlockStatus: PropertyTag[int] = PropertyTag(0x1096, PT_LONG, "PidTagBlockStatus", "PR_BLOCK_STATUS", "security")
PidTagItemTemporaryflags: PropertyTag[int] = PropertyTag(0x1097, PT_LONG, "PidTagItemTemporaryflags", "PR_ITEM_TMPFLAGS", "message")
PidTagConflictItems: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x1098, PT_MV_BINARY, "PidTagConflictItems", "PR_CONFLICT_ITEMS", "sync")
PidTagICalendarStartTime: PropertyTag[datetime] = PropertyTag(0x10C3, PT_SYSTIME, "PidTagICalendarStartTime", "", "calendar")
PidTagICalendarEndTime: PropertyTag[datetime] = PropertyTag(0x10C4, PT_SYSTIME, "PidTagICalendarEndTime", "", "calendar")
PidTagCdoRecurrenceid: PropertyTag[datetime] = PropertyTag(0x10C5, PT_SYSTIME, "PidTagCdoRecurrenceid", "PR_CDO_RECURRENCEID", "message")
PidTagICalendarReminderNextTime: PropertyTag[datetime] = PropertyTag(0x10CA, PT_SYSTIME, "PidTagICalendarReminderNextTime", "", "calendar")
PidTagImapCachedMsgsize: PropertyTag[bytes] = PropertyTag(0x10F0, PT_BINARY, "PidTagImapCachedMsgsize", "", "message")
PR_OWA_URL: PropertyTag[str] = PropertyTag(0x10F1, PT_UNICODE, "PR_OWA_URL", "PR_OWA_URL", "message")
PR_DISABLE_FULL_FIDELITY: PropertyTag[bool] = PropertyTag(0x10F2, PT_BOOLEAN, "PR_DISABLE_FULL_FIDELITY", "PR_DISABLE_FULL_FIDELITY", "message")
PidTagUrlComponentName: PropertyTag[str] = PropertyTag(0x10F3, PT_UNICODE, "PidTagUrlComponentName", "PR_URL_COMP_NAME", "message")
PidTagAttributeHidden: PropertyTag[bool] = PropertyTag(0x10F4, PT_BOOLEAN, "PidTagAttributeHidden", "PR_ATTR_HIDDEN", "access-control")
PR_ATTR_SYSTEM: PropertyTag[bool] = PropertyTag(0x10F5, PT_BOOLEAN, "PR_ATTR_SYSTEM", "PR_ATTR_SYSTEM", "message")
PidTagAttributeReadOnly: PropertyTag[bool] = PropertyTag(0x10F6, PT_BOOLEAN, "PidTagAttributeReadOnly", "PR_ATTR_READONLY", "access-control")
PR_P1_CONTENT: PropertyTag[bytes] = PropertyTag(0x1100, PT_BINARY, "PR_P1_CONTENT", "PR_P1_CONTENT", "message")
PR_P1_CONTENT_TYPE: PropertyTag[bytes] = PropertyTag(0x1101, PT_BINARY, "PR_P1_CONTENT_TYPE", "PR_P1_CONTENT_TYPE", "message")
PidTagRowid: PropertyTag[int] = PropertyTag(0x3000, PT_LONG, "PidTagRowid", "PR_ROWID", "common")
PidTagDisplayName: PropertyTag[str] = PropertyTag(0x3001, PT_UNICODE, "PidTagDisplayName", "PR_DISPLAY_NAME", "common")
PidTagAddressType: PropertyTag[str] = PropertyTag(0x3002, PT_UNICODE, "PidTagAddressType", "PR_ADDRTYPE", "common")
PidTagEmailAddress: PropertyTag[str] = PropertyTag(0x3003, PT_UNICODE, "PidTagEmailAddress", "PR_EMAIL_ADDRESS", "common")
PidTagComment: PropertyTag[str] = PropertyTag(0x3004, PT_UNICODE, "PidTagComment", "PR_COMMENT", "common")
PidTagDepth: PropertyTag[int] = PropertyTag(0x3005, PT_LONG, "PidTagDepth", "PR_DEPTH", "table")
PidTagProviderDisplay: PropertyTag[str] = PropertyTag(0x3006, PT_UNICODE, "PidTagProviderDisplay", "PR_PROVIDER_DISPLAY", "common")
PidTagCreationTime: PropertyTag[datetime] = PropertyTag(0x3007, PT_SYSTIME, "PidTagCreationTime", "PR_CREATION_TIME", "common")
PidTagLastModificationTime: PropertyTag[datetime] = PropertyTag(0x3008, PT_SYSTIME, "PidTagLastModificationTime", "PR_LAST_MODIFICATION_TIME", "common")
PidTagResourceFlags: PropertyTag[int] = PropertyTag(0x3009, PT_LONG, "PidTagResourceFlags", "PR_RESOURCE_FLAGS", "common")
PidTagProviderDllName: PropertyTag[str] = PropertyTag(0x300A, PT_UNICODE, "PidTagProviderDllName", "PR_PROVIDER_DLL_NAME", "common")
PidTagSearchKey: PropertyTag[bytes] = PropertyTag(0x300B, PT_BINARY, "PidTagSearchKey", "PR_SEARCH_KEY", "common")
PidTagProviderUid: PropertyTag[bytes] = PropertyTag(0x300C, PT_BINARY, "PidTagProviderUid", "PR_PROVIDER_UID", "common")
PidTagProviderOrdinal: PropertyTag[int] = PropertyTag(0x300D, PT_LONG, "PidTagProviderOrdinal", "PR_PROVIDER_ORDINAL", "common")
PR_PUID: PropertyTag[str] = PropertyTag(0x300E, PT_UNICODE, "PR_PUID", "PR_PUID", "common")
PidTagOriginalMessageEntryId: PropertyTag[bytes] = PropertyTag(0x300F, PT_BINARY, "PidTagOriginalMessageEntryId", "PR_ORIG_ENTRYID", "common")
PidTagTargetEntryId: PropertyTag[bytes] = PropertyTag(0x3010, PT_BINARY, "PidTagTargetEntryId", "PR_TARGET_ENTRYID", "common")
PidTagConversationId: PropertyTag[bytes] = PropertyTag(0x3013, PT_BINARY, "PidTagConversationId", "PR_CONVERSATION_ID", "message")
PidTagConversationIndexTracking: PropertyTag[bool] = PropertyTag(0x3016, PT_BOOLEAN, "PidTagConversationIndexTracking", "PR_CONVERSATION_INDEX_TRACKING", "message")
PidTagArchiveTag: PropertyTag[bytes] = PropertyTag(0x3018, PT_BINARY, "PidTagArchiveTag", "PR_ARCHIVE_TAG", "archive")
PidTagPolicyTag: PropertyTag[bytes] = PropertyTag(0x3019, PT_BINARY, "PidTagPolicyTag", "PR_POLICY_TAG", "archive")
PidTagRetentionPeriod: PropertyTag[int] = PropertyTag(0x301A, PT_LONG, "PidTagRetentionPeriod", "PR_RETENTION_PERIOD", "archive")
PidTagStartDateEtc: PropertyTag[bytes] = PropertyTag(0x301B, PT_BINARY, "PidTagStartDateEtc", "PR_START_DATE_ETC", "archive")
PidTagRetentionDate: PropertyTag[datetime] = PropertyTag(0x301C, PT_SYSTIME, "PidTagRetentionDate", "PR_RETENTION_DATE", "archive")
PidTagRetentionFlags: PropertyTag[int] = PropertyTag(0x301D, PT_LONG, "PidTagRetentionFlags", "PR_RETENTION_FLAGS", "archive")
PidTagArchivePeriod: PropertyTag[int] = PropertyTag(0x301E, PT_LONG, "PidTagArchivePeriod", "PR_ARCHIVE_PERIOD", "archive")
PidTagArchiveDate: PropertyTag[datetime] = PropertyTag(0x301F, PT_SYSTIME, "PidTagArchiveDate", "PR_ARCHIVE_DATE", "archive")
PR_SORT_POSITION: PropertyTag[bytes] = PropertyTag(0x3020, PT_BINARY, "PR_SORT_POSITION", "PR_SORT_POSITION", "common")
PR_SORT_PARENTID: PropertyTag[bytes] = PropertyTag(0x3021, PT_BINARY, "PR_SORT_PARENTID", "PR_SORT_PARENTID", "common")
PidTagFormVersion: PropertyTag[str] = PropertyTag(0x3301, PT_UNICODE, "PidTagFormVersion", "PR_FORM_VERSION", "form")
PidTagFormClassId: PropertyTag[UUID] = PropertyTag(0x3302, PT_CLSID, "PidTagFormClassId", "PR_FORM_CLSID", "form")
PidTagFormContactName: PropertyTag[str] = PropertyTag(0x3303, PT_UNICODE, "PidTagFormContactName", "PR_FORM_CONTACT_NAME", "form")
PidTagFormCategory: PropertyTag[str] = PropertyTag(0x3304, PT_UNICODE, "PidTagFormCategory", "PR_FORM_CATEGORY", "form")
PidTagFormCategorySub: PropertyTag[str] = PropertyTag(0x3305, PT_UNICODE, "PidTagFormCategorySub", "PR_FORM_CATEGORY_SUB", "form")
PidTagFormHostMap: PropertyTag[tuple[int, ...]] = PropertyTag(0x3306, PT_MV_LONG, "PidTagFormHostMap", "PR_FORM_HOST_MAP", "form")
PidTagFormHidden: PropertyTag[bool] = PropertyTag(0x3307, PT_BOOLEAN, "PidTagFormHidden", "PR_FORM_HIDDEN", "form")
PidTagFormDesignerName: PropertyTag[str] = PropertyTag(0x3308, PT_UNICODE, "PidTagFormDesignerName", "PR_FORM_DESIGNER_NAME", "form")
PidTagFormDesignerGuid: PropertyTag[UUID] = PropertyTag(0x3309, PT_CLSID, "PidTagFormDesignerGuid", "PR_FORM_DESIGNER_GUID", "form")
PidTagFormMessageBehavior: PropertyTag[int] = PropertyTag(0x330A, PT_LONG, "PidTagFormMessageBehavior", "PR_FORM_MESSAGE_BEHAVIOR", "form")
PidTagDefaultStore: PropertyTag[bool] = PropertyTag(0x3400, PT_BOOLEAN, "PidTagDefaultStore", "PR_DEFAULT_STORE", "store")
PidTagStoreSupportMask: PropertyTag[int] = PropertyTag(0x340D, PT_LONG, "PidTagStoreSupportMask", "PR_STORE_SUPPORT_MASK", "common")
PidTagStoreState: PropertyTag[int] = PropertyTag(0x340E, PT_LONG, "PidTagStoreState", "PR_STORE_STATE", "store")
PidTagStoreUnicodeMask: PropertyTag[int] = PropertyTag(0x340F, PT_LONG, "PidTagStoreUnicodeMask", "PR_STORE_UNICODE_MASK", "store")
PidTagIpmSubtreeSearchKey: PropertyTag[bytes] = PropertyTag(0x3410, PT_BINARY, "PidTagIpmSubtreeSearchKey", "PR_IPM_SUBTREE_SEARCH_KEY", "store")
PidTagIpmOutboxSearchKey: PropertyTag[bytes] = PropertyTag(0x3411, PT_BINARY, "PidTagIpmOutboxSearchKey", "PR_IPM_OUTBOX_SEARCH_KEY", "store")
PidTagIpmWastebasketSearchKey: PropertyTag[bytes] = PropertyTag(0x3412, PT_BINARY, "PidTagIpmWastebasketSearchKey", "PR_IPM_WASTEBASKET_SEARCH_KEY", "store")
PidTagIpmSentMailSearchKey: PropertyTag[bytes] = PropertyTag(0x3413, PT_BINARY, "PidTagIpmSentMailSearchKey", "PR_IPM_SENTMAIL_SEARCH_KEY", "store")
PidTagStoreProvider: PropertyTag[bytes] = PropertyTag(0x3414, PT_BINARY, "PidTagStoreProvider", "PR_MDB_PROVIDER", "store")
PidTagReceiveFolderSettings: PropertyTag[object] = PropertyTag(0x3415, PT_OBJECT, "PidTagReceiveFolderSettings", "PR_RECEIVE_FOLDER_SETTINGS", "store")
PidTagProviderIcon: PropertyTag[str] = PropertyTag(0x3417, PT_UNICODE, "PidTagProviderIcon", "PR_PROVIDER_ICON", "store")
PidTagProviderDisplayName: PropertyTag[str] = PropertyTag(0x3418, PT_UNICODE, "PidTagProviderDisplayName", "PR_PROVIDER_DISPLAY_NAME", "store")
PidTagSearchOwnerId: PropertyTag[int] = PropertyTag(0x3419, PT_LONG, "PidTagSearchOwnerId", "PR_SEARCH_OWNER_ID", "store")
PR_QUOTA_WARNING: PropertyTag[int] = PropertyTag(0x341A, PT_LONG, "PR_QUOTA_WARNING", "PR_QUOTA_WARNING", "store")
PR_QUOTA_SEND: PropertyTag[int] = PropertyTag(0x341B, PT_LONG, "PR_QUOTA_SEND", "PR_QUOTA_SEND", "store")
PR_QUOTA_RECEIVE: PropertyTag[int] = PropertyTag(0x341C, PT_LONG, "PR_QUOTA_RECEIVE", "PR_QUOTA_RECEIVE", "store")
PidTagServerTypeDisplayName: PropertyTag[str] = PropertyTag(0x341D, PT_UNICODE, "PidTagServerTypeDisplayName", "PR_SERVER_TYPE_DISPLAY_NAME", "store")
PidTagServerConnectedIcon: PropertyTag[bytes] = PropertyTag(0x341E, PT_BINARY, "PidTagServerConnectedIcon", "PR_SERVER_CONNECTED_ICON", "store")
PidTagServerAccountIcon: PropertyTag[bytes] = PropertyTag(0x341F, PT_BINARY, "PidTagServerAccountIcon", "PR_SERVER_ACCOUNT_ICON", "store")
PR_LEGACY_FOLDERTREE_BEHAVIOR: PropertyTag[bool] = PropertyTag(0x3420, PT_BOOLEAN, "PR_LEGACY_FOLDERTREE_BEHAVIOR", "PR_LEGACY_FOLDERTREE_BEHAVIOR", "store")
PidTagValidFolderMask: PropertyTag[int] = PropertyTag(0x35DF, PT_LONG, "PidTagValidFolderMask", "PR_VALID_FOLDER_MASK", "store")
PidTagIpmSubtreeEntryId: PropertyTag[bytes] = PropertyTag(0x35E0, PT_BINARY, "PidTagIpmSubtreeEntryId", "PR_IPM_SUBTREE_ENTRYID", "store")
PidTagIpmOutboxEntryId: PropertyTag[bytes] = PropertyTag(0x35E2, PT_BINARY, "PidTagIpmOutboxEntryId", "PR_IPM_OUTBOX_ENTRYID", "store")
PidTagIpmWastebasketEntryId: PropertyTag[bytes] = PropertyTag(0x35E3, PT_BINARY, "PidTagIpmWastebasketEntryId", "PR_IPM_WASTEBASKET_ENTRYID", "store")
PidTagIpmSentMailEntryId: PropertyTag[bytes] = PropertyTag(0x35E4, PT_BINARY, "PidTagIpmSentMailEntryId", "PR_IPM_SENTMAIL_ENTRYID", "store")
PidTagViewsEntryId: PropertyTag[bytes] = PropertyTag(0x35E5, PT_BINARY, "PidTagViewsEntryId", "PR_VIEWS_ENTRYID", "store")
PidTagCommonViewsEntryId: PropertyTag[bytes] = PropertyTag(0x35E6, PT_BINARY, "PidTagCommonViewsEntryId", "PR_COMMON_VIEWS_ENTRYID", "configuration")
PidTagFinderEntryId: PropertyTag[bytes] = PropertyTag(0x35E7, PT_BINARY, "PidTagFinderEntryId", "PR_FINDER_ENTRYID", "store")
PidTagIpmSharingEntryId: PropertyTag[bytes] = PropertyTag(0x35EF, PT_BINARY, "PidTagIpmSharingEntryId", "", "store")
PidTagAdminDataEntryId: PropertyTag[bytes] = PropertyTag(0x35FD, PT_BINARY, "PidTagAdminDataEntryId", "", "store")
PidTagIpmArchiveEntryId: PropertyTag[bytes] = PropertyTag(0x35FF, PT_BINARY, "PidTagIpmArchiveEntryId", "PR_IPM_ARCHIVE_ENTRYID", "store")
PidTagContainerFlags: PropertyTag[int] = PropertyTag(0x3600, PT_LONG, "PidTagContainerFlags", "PR_CONTAINER_FLAGS", "address-book")
PidTagFolderType: PropertyTag[int] = PropertyTag(0x3601, PT_LONG, "PidTagFolderType", "PR_FOLDER_TYPE", "folder")
PidTagContentCount: PropertyTag[int] = PropertyTag(0x3602, PT_LONG, "PidTagContentCount", "PR_CONTENT_COUNT", "folder")
PidTagContentUnreadCount: PropertyTag[int] = PropertyTag(0x3603, PT_LONG, "PidTagContentUnreadCount", "PR_CONTENT_UNREAD", "folder")
PidTagCreateTemplates: PropertyTag[object] = PropertyTag(0x3604, PT_OBJECT, "PidTagCreateTemplates", "PR_CREATE_TEMPLATES", "address-book")
PidTagDetailsTable: PropertyTag[object] = PropertyTag(0x3605, PT_OBJECT, "PidTagDetailsTable", "PR_DETAILS_TABLE", "address-book")
PidTagSearch: PropertyTag[object] = PropertyTag(0x3607, PT_OBJECT, "PidTagSearch", "PR_SEARCH", "address-book")
PidTagSelectable: PropertyTag[bool] = PropertyTag(0x3609, PT_BOOLEAN, "PidTagSelectable", "PR_SELECTABLE", "folder")
PidTagSubfolders: PropertyTag[bool] = PropertyTag(0x360A, PT_BOOLEAN, "PidTagSubfolders", "PR_SUBFOLDERS", "folder")
PidTagStatus: PropertyTag[int] = PropertyTag(0x360B, PT_LONG, "PidTagStatus", "PR_STATUS", "folder")
PidTagAnr: PropertyTag[str] = PropertyTag(0x360C, PT_UNICODE, "PidTagAnr", "PR_ANR", "address-book")
PidTagContentSortOrder: PropertyTag[tuple[int, ...]] = PropertyTag(0x360D, PT_MV_LONG, "PidTagContentSortOrder", "PR_CONTENTS_SORT_ORDER", "folder")
PidTagContainerHierarchy: PropertyTag[object] = PropertyTag(0x360E, PT_OBJECT, "PidTagContainerHierarchy", "PR_CONTAINER_HIERARCHY", "folder")
PidTagContainerContents: PropertyTag[object] = PropertyTag(0x360F, PT_OBJECT, "PidTagContainerContents", "PR_CONTAINER_CONTENTS", "folder")
PidTagFolderAssociatedContents: PropertyTag[object] = PropertyTag(0x3610, PT_OBJECT, "PidTagFolderAssociatedContents", "PR_FOLDER_ASSOCIATED_CONTENTS", "folder")
PidTagDefCreateDl: PropertyTag[bytes] = PropertyTag(0x3611, PT_BINARY, "PidTagDefCreateDl", "PR_DEF_CREATE_DL", "address-book")
PidTagDefCreateMailuser: PropertyTag[bytes] = PropertyTag(0x3612, PT_BINARY, "PidTagDefCreateMailuser", "PR_DEF_CREATE_MAILUSER", "address-book")
PidTagContainerClass: PropertyTag[str] = PropertyTag(0x3613, PT_UNICODE, "PidTagContainerClass", "PR_CONTAINER_CLASS", "folder")
PidTagContainerModifyVersion: PropertyTag[int] = PropertyTag(0x3614, PT_I8, "PidTagContainerModifyVersion", "PR_CONTAINER_MODIFY_VERSION", "folder")
PidTagAbProviderId: PropertyTag[bytes] = PropertyTag(0x3615, PT_BINARY, "PidTagAbProviderId", "PR_AB_PROVIDER_ID", "address-book")
PidTagDefaultViewEntryId: PropertyTag[bytes] = PropertyTag(0x3616, PT_BINARY, "PidTagDefaultViewEntryId", "PR_DEFAULT_VIEW_ENTRYID", "folder")
PidTagAssociatedContentCount: PropertyTag[int] = PropertyTag(0x3617, PT_LONG, "PidTagAssociatedContentCount", "PR_ASSOC_CONTENT_COUNT", "folder")
PidTagIpmAppointmentEntryId: PropertyTag[bytes] = PropertyTag(0x36D0, PT_BINARY, "PidTagIpmAppointmentEntryId", "PR_IPM_APPOINTMENT_ENTRYID", "folder")
PidTagIpmContactEntryId: PropertyTag[bytes] = PropertyTag(0x36D1, PT_BINARY, "PidTagIpmContactEntryId", "PR_IPM_CONTACT_ENTRYID", "folder")
PidTagIpmJournalEntryId: PropertyTag[bytes] = PropertyTag(0x36D2, PT_BINARY, "PidTagIpmJournalEntryId", "PR_IPM_JOURNAL_ENTRYID", "folder")
PidTagIpmNoteEntryId: PropertyTag[bytes] = PropertyTag(0x36D3, PT_BINARY, "PidTagIpmNoteEntryId", "PR_IPM_NOTE_ENTRYID", "folder")
PidTagIpmTaskEntryId: PropertyTag[bytes] = PropertyTag(0x36D4, PT_BINARY, "PidTagIpmTaskEntryId", "PR_IPM_TASK_ENTRYID", "folder")
PidTagRemindersOnlineEntryId: PropertyTag[bytes] = PropertyTag(0x36D5, PT_BINARY, "PidTagRemindersOnlineEntryId", "PR_REM_ONLINE_ENTRYID", "folder")
PidTagRemindersOfflineEntryId: PropertyTag[bytes] = PropertyTag(0x36D6, PT_BINARY, "PidTagRemindersOfflineEntryId", "PR_REM_OFFLINE_ENTRYID", "folder")
PidTagIpmDraftsEntryId: PropertyTag[bytes] = PropertyTag(0x36D7, PT_BINARY, "PidTagIpmDraftsEntryId", "PR_IPM_DRAFTS_ENTRYID", "folder")
PidTagAdditionalRenEntryIds: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x36D8, PT_MV_BINARY, "PidTagAdditionalRenEntryIds", "PR_ADDITIONAL_REN_ENTRYIDS", "folder")
PidTagAdditionalRenEntryIdsEx: PropertyTag[bytes] = PropertyTag(0x36D9, PT_BINARY, "PidTagAdditionalRenEntryIdsEx", "PR_ADDITIONAL_REN_ENTRYIDS_EX", "folder")
PidTagExtendedFolderFlags: PropertyTag[bytes] = PropertyTag(0x36DA, PT_BINARY, "PidTagExtendedFolderFlags", "PR_EXTENDED_FOLDER_FLAGS", "folder")
PidTagFolderWebViewInfo: PropertyTag[bytes] = PropertyTag(0x36DF, PT_BINARY, "PidTagFolderWebViewInfo", "PR_FOLDER_WEBVIEWINFO", "folder")
PidTagOrdinalMost: PropertyTag[int] = PropertyTag(0x36E2, PT_LONG, "PidTagOrdinalMost", "PR_ORDINAL_MOST", "task")
PidTagUserFields: PropertyTag[bytes] = PropertyTag(0x36E3, PT_BINARY, "PidTagUserFields", "PR_USERFIELDS", "folder")
PidTagFreeBusyEntryIds: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x36E4, PT_MV_BINARY, "PidTagFreeBusyEntryIds", "PR_FREEBUSY_ENTRYIDS", "free-busy")
PidTagDefaultPostMessageClass: PropertyTag[str] = PropertyTag(0x36E5, PT_UNICODE, "PidTagDefaultPostMessageClass", "PR_DEF_POST_MSGCLASS", "folder")
PR_DEF_POST_DISPLAYNAME: PropertyTag[str] = PropertyTag(0x36E6, PT_UNICODE, "PR_DEF_POST_DISPLAYNAME", "PR_DEF_POST_DISPLAYNAME", "folder")
PidTagGenerateExchangeViews: PropertyTag[bool] = PropertyTag(0x36E9, PT_BOOLEAN, "PidTagGenerateExchangeViews", "PR_GENERATE_EXCHANGE_VIEWS", "folder")
PidTagAgingPeriod: PropertyTag[int] = PropertyTag(0x36EC, PT_LONG, "PidTagAgingPeriod", "PR_AGING_PERIOD", "folder")
PidTagAgingGranularity: PropertyTag[int] = PropertyTag(0x36EE, PT_LONG, "PidTagAgingGranularity", "PR_AGING_GRANULARITY", "folder")
PidTagAttachmentX400Parameters: PropertyTag[bytes] = PropertyTag(0x3700, PT_BINARY, "PidTagAttachmentX400Parameters", "PR_ATTACHMENT_X400_PARAMETERS", "attachment")
PidTagAttachDataObject: PropertyTag[object] = PropertyTag(0x3701, PT_OBJECT, "PidTagAttachDataObject", "PR_ATTACH_DATA_OBJ", "attachment")
PidTagAttachDataBinary: PropertyTag[bytes] = PropertyTag(0x3701, PT_BINARY, "PidTagAttachDataBinary", "PR_ATTACH_DATA_BIN", "attachment")
PidTagAttachEncoding: PropertyTag[bytes] = PropertyTag(0x3702, PT_BINARY, "PidTagAttachEncoding", "PR_ATTACH_ENCODING", "attachment")
PidTagAttachExtension: PropertyTag[str] = PropertyTag(0x3703, PT_UNICODE, "PidTagAttachExtension", "PR_ATTACH_EXTENSION", "attachment")
PidTagAttachFilename: PropertyTag[str] = PropertyTag(0x3704, PT_UNICODE, "PidTagAttachFilename", "PR_ATTACH_FILENAME", "attachment")
PidTagAttachMethod: PropertyTag[int] = PropertyTag(0x3705, PT_LONG, "PidTagAttachMethod", "PR_ATTACH_METHOD", "attachment")
PidTagAttachLongFilename: PropertyTag[str] = PropertyTag(0x3707, PT_UNICODE, "PidTagAttachLongFilename", "PR_ATTACH_LONG_FILENAME", "attachment")
PidTagAttachPathname: PropertyTag[str] = PropertyTag(0x3708, PT_UNICODE, "PidTagAttachPathname", "PR_ATTACH_PATHNAME", "attachment")
PidTagAttachRendering: PropertyTag[bytes] = PropertyTag(0x3709, PT_BINARY, "PidTagAttachRendering", "PR_ATTACH_RENDERING", "attachment")
PidTagAttachTag: PropertyTag[bytes] = PropertyTag(0x370A, PT_BINARY, "PidTagAttachTag", "PR_ATTACH_TAG", "attachment")
PidTagRenderingPosition: PropertyTag[int] = PropertyTag(0x370B, PT_LONG, "PidTagRenderingPosition", "PR_RENDERING_POSITION", "attachment")
PidTagAttachTransportName: PropertyTag[str] = PropertyTag(0x370C, PT_UNICODE, "PidTagAttachTransportName", "PR_ATTACH_TRANSPORT_NAME", "attachment")
PidTagAttachLongPathname: PropertyTag[str] = PropertyTag(0x370D, PT_UNICODE, "PidTagAttachLongPathname", "PR_ATTACH_LONG_PATHNAME", "attachment")
PidTagAttachMimeTag: PropertyTag[str] = PropertyTag(0x370E, PT_UNICODE, "PidTagAttachMimeTag", "PR_ATTACH_MIME_TAG", "attachment")
PidTagAttachAdditionalInformation: PropertyTag[bytes] = PropertyTag(0x370F, PT_BINARY, "PidTagAttachAdditionalInformation", "PR_ATTACH_ADDITIONAL_INFO", "attachment")
PidTagAttachMimeSequence: PropertyTag[int] = PropertyTag(0x3710, PT_LONG, "PidTagAttachMimeSequence", "PR_ATTACH_MIME_SEQUENCE", "attachment")
PidTagAttachContentBase: PropertyTag[str] = PropertyTag(0x3711, PT_UNICODE, "PidTagAttachContentBase", "PR_ATTACH_CONTENT_BASE", "attachment")
PidTagAttachContentId: PropertyTag[str] = PropertyTag(0x3712, PT_UNICODE, "PidTagAttachContentId", "PR_ATTACH_CONTENT_ID", "attachment")
PidTagAttachContentLocation: PropertyTag[str] = PropertyTag(0x3713, PT_UNICODE, "PidTagAttachContentLocation", "PR_ATTACH_CONTENT_LOCATION", "attachment")
PidTagAttachFlags: PropertyTag[int] = PropertyTag(0x3714, PT_LONG, "PidTagAttachFlags", "PR_ATTACH_FLAGS", "attachment")
PidTagAttachPayloadProviderGuidString: PropertyTag[str] = PropertyTag(0x3719, PT_UNICODE, "PidTagAttachPayloadProviderGuidString", "PR_ATTACH_PAYLOAD_PROV_GUID_STR", "attachment")
PidTagAttachPayloadClass: PropertyTag[str] = PropertyTag(0x371A, PT_UNICODE, "PidTagAttachPayloadClass", "PR_ATTACH_PAYLOAD_CLASS", "attachment")
PidTagTextAttachmentCharset: PropertyTag[str] = PropertyTag(0x371B, PT_UNICODE, "PidTagTextAttachmentCharset", "", "attachment")
PR_LOCK_BRANCH_ID: PropertyTag[int] = PropertyTag(0x3800, PT_I8, "PR_LOCK_BRANCH_ID", "PR_LOCK_BRANCH_ID", "attachment")
PR_LOCK_RESOURCE_FID: PropertyTag[int] = PropertyTag(0x3801, PT_I8, "PR_LOCK_RESOURCE_FID", "PR_LOCK_RESOURCE_FID", "attachment")
PR_LOCK_RESOURCE_DID: PropertyTag[int] = PropertyTag(0x3802, PT_I8, "PR_LOCK_RESOURCE_DID", "PR_LOCK_RESOURCE_DID", "attachment")
PR_LOCK_RESOURCE_VID: PropertyTag[int] = PropertyTag(0x3803, PT_I8, "PR_LOCK_RESOURCE_VID", "PR_LOCK_RESOURCE_VID", "attachment")
PR_LOCK_ENLISTMENT_CONTEXT: PropertyTag[bytes] = PropertyTag(0x3804, PT_BINARY, "PR_LOCK_ENLISTMENT_CONTEXT", "PR_LOCK_ENLISTMENT_CONTEXT", "attachment")
PR_LOCK_TYPE: PropertyTag[int] = PropertyTag(0x3805, PT_SHORT, "PR_LOCK_TYPE", "PR_LOCK_TYPE", "attachment")
PR_LOCK_SCOPE: PropertyTag[int] = PropertyTag(0x3806, PT_SHORT, "PR_LOCK_SCOPE", "PR_LOCK_SCOPE", "attachment")
PR_LOCK_TRANSIENT_ID: PropertyTag[bytes] = PropertyTag(0x3807, PT_BINARY, "PR_LOCK_TRANSIENT_ID", "PR_LOCK_TRANSIENT_ID", "attachment")
PR_LOCK_DEPTH: PropertyTag[int] = PropertyTag(0x3808, PT_LONG, "PR_LOCK_DEPTH", "PR_LOCK_DEPTH", "attachment")
PR_LOCK_TIMEOUT: PropertyTag[int] = PropertyTag(0x3809, PT_LONG, "PR_LOCK_TIMEOUT", "PR_LOCK_TIMEOUT", "attachment")
PR_LOCK_EXPIRY_TIME: PropertyTag[datetime] = PropertyTag(0x380A, PT_SYSTIME, "PR_LOCK_EXPIRY_TIME", "PR_LOCK_EXPIRY_TIME", "attachment")
PR_LOCK_GLID: PropertyTag[bytes] = PropertyTag(0x380B, PT_BINARY, "PR_LOCK_GLID", "PR_LOCK_GLID", "attachment")
PR_LOCK_NULL_URL: PropertyTag[str] = PropertyTag(0x380C, PT_UNICODE, "PR_LOCK_NULL_URL", "PR_LOCK_NULL_URL", "attachment")
PR_SYNCEVENT_SUPPRESS_GUID: PropertyTag[bytes] = PropertyTag(0x3880, PT_BINARY, "PR_SYNCEVENT_SUPPRESS_GUID", "PR_SYNCEVENT_SUPPRESS_GUID", "attachment")
PidTagDisplayType: PropertyTag[int] = PropertyTag(0x3900, PT_LONG, "PidTagDisplayType", "PR_DISPLAY_TYPE", "address-book")
PidTagTemplateid: PropertyTag[bytes] = PropertyTag(0x3902, PT_BINARY, "PidTagTemplateid", "PR_TEMPLATEID", "address-book")
PidTagPrimaryCapability: PropertyTag[bytes] = PropertyTag(0x3904, PT_BINARY, "PidTagPrimaryCapability", "PR_PRIMARY_CAPABILITY", "address-book")
PidTagDisplayTypeEx: PropertyTag[int] = PropertyTag(0x3905, PT_LONG, "PidTagDisplayTypeEx", "PR_DISPLAY_TYPE_EX", "address-book")
PidTagSmtpAddress: PropertyTag[str] = PropertyTag(0x39FE, PT_UNICODE, "PidTagSmtpAddress", "PR_SMTP_ADDRESS", "address-book")
PidTag7BitDisplayName: PropertyTag[str] = PropertyTag(0x39FF, PT_UNICODE, "PidTag7BitDisplayName", "PR_7BIT_DISPLAY_NAME", "address-book")
PidTagAddressBookDisplayNamePrintable: PropertyTag[str] = PropertyTag(0x39FF, PT_UNICODE, "PidTagAddressBookDisplayNamePrintable", "PR_EMS_AB_DISPLAY_NAME_PRINTABLE", "address-book")
PidTagAccount: PropertyTag[str] = PropertyTag(0x3A00, PT_UNICODE, "PidTagAccount", "PR_ACCOUNT", "mail-user")
PidTagAlternateRecipient: PropertyTag[bytes] = PropertyTag(0x3A01, PT_BINARY, "PidTagAlternateRecipient", "PR_ALTERNATE_RECIPIENT", "mail-user")
PidTagCallbackTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A02, PT_UNICODE, "PidTagCallbackTelephoneNumber", "PR_CALLBACK_TELEPHONE_NUMBER", "mail-user")
PidTagConversionProhibited: PropertyTag[bool] = PropertyTag(0x3A03, PT_BOOLEAN, "PidTagConversionProhibited", "PR_CONVERSION_PROHIBITED", "mail-user")
PR_DISCLOSE_RECIPIENTS: PropertyTag[bool] = PropertyTag(0x3A04, PT_BOOLEAN, "PR_DISCLOSE_RECIPIENTS", "PR_DISCLOSE_RECIPIENTS", "mail-user")
PidTagGeneration: PropertyTag[str] = PropertyTag(0x3A05, PT_UNICODE, "PidTagGeneration", "PR_GENERATION", "mail-user")
PidTagGivenName: PropertyTag[str] = PropertyTag(0x3A06, PT_UNICODE, "PidTagGivenName", "PR_GIVEN_NAME", "mail-user")
PidTagGovernmentIdNumber: PropertyTag[str] = PropertyTag(0x3A07, PT_UNICODE, "PidTagGovernmentIdNumber", "PR_GOVERNMENT_ID_NUMBER", "mail-user")
PidTagBusinessTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A08, PT_UNICODE, "PidTagBusinessTelephoneNumber", "PR_BUSINESS_TELEPHONE_NUMBER", "mail-user")
PidTagHomeTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A09, PT_UNICODE, "PidTagHomeTelephoneNumber", "PR_HOME_TELEPHONE_NUMBER", "mail-user")
PidTagInitials: PropertyTag[str] = PropertyTag(0x3A0A, PT_UNICODE, "PidTagInitials", "PR_INITIALS", "mail-user")
PidTagKeyword: PropertyTag[str] = PropertyTag(0x3A0B, PT_UNICODE, "PidTagKeyword", "PR_KEYWORD", "mail-user")
PidTagLanguage: PropertyTag[str] = PropertyTag(0x3A0C, PT_UNICODE, "PidTagLanguage", "PR_LANGUAGE", "mail-user")
PidTagLocation: PropertyTag[str] = PropertyTag(0x3A0D, PT_UNICODE, "PidTagLocation", "PR_LOCATION", "mail-user")
PidTagMailPermission: PropertyTag[bool] = PropertyTag(0x3A0E, PT_BOOLEAN, "PidTagMailPermission", "PR_MAIL_PERMISSION", "mail-user")
PidTagMessageHandlingSystemCommonName: PropertyTag[str] = PropertyTag(0x3A0F, PT_UNICODE, "PidTagMessageHandlingSystemCommonName", "PR_MHS_COMMON_NAME", "mail-user")
PidTagOrganizationalIdNumber: PropertyTag[str] = PropertyTag(0x3A10, PT_UNICODE, "PidTagOrganizationalIdNumber", "PR_ORGANIZATIONAL_ID_NUMBER", "mail-user")
PidTagSurname: PropertyTag[str] = PropertyTag(0x3A11, PT_UNICODE, "PidTagSurname", "PR_SURNAME", "mail-user")
PidTagOriginalEntryId: PropertyTag[bytes] = PropertyTag(0x3A12, PT_BINARY, "PidTagOriginalEntryId", "PR_ORIGINAL_ENTRYID", "mail-user")
PidTagOriginalDisplayName: PropertyTag[str] = PropertyTag(0x3A13, PT_UNICODE, "PidTagOriginalDisplayName", "PR_ORIGINAL_DISPLAY_NAME", "mail-user")
PidTagOriginalSearchKey: PropertyTag[bytes] = PropertyTag(0x3A14, PT_BINARY, "PidTagOriginalSearchKey", "PR_ORIGINAL_SEARCH_KEY", "mail-user")
PidTagPostalAddress: PropertyTag[str] = PropertyTag(0x3A15, PT_UNICODE, "PidTagPostalAddress", "PR_POSTAL_ADDRESS", "mail-user")
PidTagCompanyName: PropertyTag[str] = PropertyTag(0x3A16, PT_UNICODE, "PidTagCompanyName", "PR_COMPANY_NAME", "mail-user")
PidTagTitle: PropertyTag[str] = PropertyTag(0x3A17, PT_UNICODE, "PidTagTitle", "PR_TITLE", "mail-user")
PidTagDepartmentName: PropertyTag[str] = PropertyTag(0x3A18, PT_UNICODE, "PidTagDepartmentName", "PR_DEPARTMENT_NAME", "mail-user")
PidTagOfficeLocation: PropertyTag[str] = PropertyTag(0x3A19, PT_UNICODE, "PidTagOfficeLocation", "PR_OFFICE_LOCATION", "mail-user")
PidTagPrimaryTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A1A, PT_UNICODE, "PidTagPrimaryTelephoneNumber", "PR_PRIMARY_TELEPHONE_NUMBER", "mail-user")
PidTagBusiness2TelephoneNumber: PropertyTag[str] = PropertyTag(0x3A1B, PT_UNICODE, "PidTagBusiness2TelephoneNumber", "PR_BUSINESS2_TELEPHONE_NUMBER", "mail-user")
PidTagBusiness2TelephoneNumbers: PropertyTag[tuple[str, ...]] = PropertyTag(0x3A1B, PT_MV_UNICODE, "PidTagBusiness2TelephoneNumbers", "PR_BUSINESS2_TELEPHONE_NUMBER_MV", "mail-user")
PidTagMobileTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A1C, PT_UNICODE, "PidTagMobileTelephoneNumber", "PR_MOBILE_TELEPHONE_NUMBER", "mail-user")
PidTagRadioTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A1D, PT_UNICODE, "PidTagRadioTelephoneNumber", "PR_RADIO_TELEPHONE_NUMBER", "mail-user")
PidTagCarTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A1E, PT_UNICODE, "PidTagCarTelephoneNumber", "PR_CAR_TELEPHONE_NUMBER", "mail-user")
PidTagOtherTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A1F, PT_UNICODE, "PidTagOtherTelephoneNumber", "PR_OTHER_TELEPHONE_NUMBER", "mail-user")
PidTagTransmittableDisplayName: PropertyTag[str] = PropertyTag(0x3A20, PT_UNICODE, "PidTagTransmittableDisplayName", "PR_TRANSMITABLE_DISPLAY_NAME", "mail-user")
PidTagPagerTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A21, PT_UNICODE, "PidTagPagerTelephoneNumber", "PR_PAGER_TELEPHONE_NUMBER", "mail-user")
PidTagUserCertificate: PropertyTag[bytes] = PropertyTag(0x3A22, PT_BINARY, "PidTagUserCertificate", "PR_USER_CERTIFICATE", "mail-user")
PidTagPrimaryFaxNumber: PropertyTag[str] = PropertyTag(0x3A23, PT_UNICODE, "PidTagPrimaryFaxNumber", "PR_PRIMARY_FAX_NUMBER", "mail-user")
PidTagBusinessFaxNumber: PropertyTag[str] = PropertyTag(0x3A24, PT_UNICODE, "PidTagBusinessFaxNumber", "PR_BUSINESS_FAX_NUMBER", "mail-user")
PidTagHomeFaxNumber: PropertyTag[str] = PropertyTag(0x3A25, PT_UNICODE, "PidTagHomeFaxNumber", "PR_HOME_FAX_NUMBER", "mail-user")
PidTagCountry: PropertyTag[str] = PropertyTag(0x3A26, PT_UNICODE, "PidTagCountry", "PR_COUNTRY", "mail-user")
PidTagLocality: PropertyTag[str] = PropertyTag(0x3A27, PT_UNICODE, "PidTagLocality", "PR_LOCALITY", "mail-user")
PidTagStateOrProvince: PropertyTag[str] = PropertyTag(0x3A28, PT_UNICODE, "PidTagStateOrProvince", "PR_STATE_OR_PROVINCE", "mail-user")
PidTagStreetAddress: PropertyTag[str] = PropertyTag(0x3A29, PT_UNICODE, "PidTagStreetAddress", "PR_STREET_ADDRESS", "mail-user")
PidTagPostalCode: PropertyTag[str] = PropertyTag(0x3A2A, PT_UNICODE, "PidTagPostalCode", "PR_POSTAL_CODE", "mail-user")
PidTagPostOfficeBox: PropertyTag[str] = PropertyTag(0x3A2B, PT_UNICODE, "PidTagPostOfficeBox", "PR_POST_OFFICE_BOX", "mail-user")
PidTagTelexNumber: PropertyTag[str] = PropertyTag(0x3A2C, PT_UNICODE, "PidTagTelexNumber", "PR_TELEX_NUMBER", "mail-user")
PidTagIsdnNumber: PropertyTag[str] = PropertyTag(0x3A2D, PT_UNICODE, "PidTagIsdnNumber", "PR_ISDN_NUMBER", "mail-user")
PidTagAssistantTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A2E, PT_UNICODE, "PidTagAssistantTelephoneNumber", "PR_ASSISTANT_TELEPHONE_NUMBER", "mail-user")
PidTagHome2TelephoneNumber: PropertyTag[str] = PropertyTag(0x3A2F, PT_UNICODE, "PidTagHome2TelephoneNumber", "PR_HOME2_TELEPHONE_NUMBER", "mail-user")
PidTagHome2TelephoneNumbers: PropertyTag[tuple[str, ...]] = PropertyTag(0x3A2F, PT_MV_UNICODE, "PidTagHome2TelephoneNumbers", "PR_HOME2_TELEPHONE_NUMBER_MV", "mail-user")
PidTagAssistant: PropertyTag[str] = PropertyTag(0x3A30, PT_UNICODE, "PidTagAssistant", "PR_ASSISTANT", "mail-user")
PidTagSendRichInfo: PropertyTag[bool] = PropertyTag(0x3A40, PT_BOOLEAN, "PidTagSendRichInfo", "PR_SEND_RICH_INFO", "mail-user")
PidTagWeddingAnniversary: PropertyTag[datetime] = PropertyTag(0x3A41, PT_SYSTIME, "PidTagWeddingAnniversary", "PR_WEDDING_ANNIVERSARY", "mail-user")
PidTagBirthday: PropertyTag[datetime] = PropertyTag(0x3A42, PT_SYSTIME, "PidTagBirthday", "PR_BIRTHDAY", "mail-user")
PidTagHobbies: PropertyTag[str] = PropertyTag(0x3A43, PT_UNICODE, "PidTagHobbies", "PR_HOBBIES", "mail-user")
PidTagMiddleName: PropertyTag[str] = PropertyTag(0x3A44, PT_UNICODE, "PidTagMiddleName", "PR_MIDDLE_NAME", "mail-user")
PidTagDisplayNamePrefix: PropertyTag[str] = PropertyTag(0x3A45, PT_UNICODE, "PidTagDisplayNamePrefix", "PR_DISPLAY_NAME_PREFIX", "mail-user")
PidTagProfession: PropertyTag[str] = PropertyTag(0x3A46, PT_UNICODE, "PidTagProfession", "PR_PROFESSION", "mail-user")
PidTagPreferredByName: PropertyTag[str] = PropertyTag(0x3A47, PT_UNICODE, "PidTagPreferredByName", "PR_PREFERRED_BY_NAME", "mail-user")
PidTagReferredByName: PropertyTag[str] = PropertyTag(0x3A47, PT_UNICODE, "PidTagReferredByName", "PR_REFERRED_BY_NAME", "mail-user")
PidTagSpouseName: PropertyTag[str] = PropertyTag(0x3A48, PT_UNICODE, "PidTagSpouseName", "PR_SPOUSE_NAME", "mail-user")
PidTagComputerNetworkName: PropertyTag[str] = PropertyTag(0x3A49, PT_UNICODE, "PidTagComputerNetworkName", "PR_COMPUTER_NETWORK_NAME", "mail-user")
PidTagCustomerId: PropertyTag[str] = PropertyTag(0x3A4A, PT_UNICODE, "PidTagCustomerId", "PR_CUSTOMER_ID", "mail-user")
PidTagTelecommunicationsDeviceForDeafTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A4B, PT_UNICODE, "PidTagTelecommunicationsDeviceForDeafTelephoneNumber", "PR_TTYTDD_PHONE_NUMBER", "mail-user")
PidTagFtpSite: PropertyTag[str] = PropertyTag(0x3A4C, PT_UNICODE, "PidTagFtpSite", "PR_FTP_SITE", "mail-user")
PidTagGender: PropertyTag[int] = PropertyTag(0x3A4D, PT_SHORT, "PidTagGender", "PR_GENDER", "mail-user")
PidTagManagerName: PropertyTag[str] = PropertyTag(0x3A4E, PT_UNICODE, "PidTagManagerName", "PR_MANAGER_NAME", "mail-user")
PidTagNickname: PropertyTag[str] = PropertyTag(0x3A4F, PT_UNICODE, "PidTagNickname", "PR_NICKNAME", "mail-user")
PidTagPersonalHomePage: PropertyTag[str] = PropertyTag(0x3A50, PT_UNICODE, "PidTagPersonalHomePage", "PR_PERSONAL_HOME_PAGE", "mail-user")
PidTagBusinessHomePage: PropertyTag[str] = PropertyTag(0x3A51, PT_UNICODE, "PidTagBusinessHomePage", "PR_BUSINESS_HOME_PAGE", "mail-user")
PidTagContactVersion: PropertyTag[UUID] = PropertyTag(0x3A52, PT_CLSID, "PidTagContactVersion", "PR_CONTACT_VERSION", "mail-user")
PR_CONTACT_ENTRYIDS: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x3A53, PT_MV_BINARY, "PR_CONTACT_ENTRYIDS", "PR_CONTACT_ENTRYIDS", "mail-user")
PidTagContactAddressTypes: PropertyTag[tuple[str, ...]] = PropertyTag(0x3A54, PT_MV_UNICODE, "PidTagContactAddressTypes", "PR_CONTACT_ADDRTYPES", "mail-user")
PR_CONTACT_DEFAULT_ADDRESS_INDEX: PropertyTag[int] = PropertyTag(0x3A55, PT_LONG, "PR_CONTACT_DEFAULT_ADDRESS_INDEX", "PR_CONTACT_DEFAULT_ADDRESS_INDEX", "mail-user")
PR_CONTACT_EMAIL_ADDRESSES: PropertyTag[tuple[str, ...]] = PropertyTag(0x3A56, PT_MV_UNICODE, "PR_CONTACT_EMAIL_ADDRESSES", "PR_CONTACT_EMAIL_ADDRESSES", "mail-user")
PidTagCompanyMainTelephoneNumber: PropertyTag[str] = PropertyTag(0x3A57, PT_UNICODE, "PidTagCompanyMainTelephoneNumber", "PR_COMPANY_MAIN_PHONE_NUMBER", "mail-user")
PidTagChildrensNames: PropertyTag[tuple[str, ...]] = PropertyTag(0x3A58, PT_MV_UNICODE, "PidTagChildrensNames", "PR_CHILDRENS_NAMES", "mail-user")
PidTagHomeAddressCity: PropertyTag[str] = PropertyTag(0x3A59, PT_UNICODE, "PidTagHomeAddressCity", "PR_HOME_ADDRESS_CITY", "mail-user")
PidTagHomeAddressCountry: PropertyTag[str] = PropertyTag(0x3A5A, PT_UNICODE, "PidTagHomeAddressCountry", "PR_HOME_ADDRESS_COUNTRY", "mail-user")
PidTagHomeAddressPostalCode: PropertyTag[str] = PropertyTag(0x3A5B, PT_UNICODE, "PidTagHomeAddressPostalCode", "PR_HOME_ADDRESS_POSTAL_CODE", "mail-user")
PidTagHomeAddressStateOrProvince: PropertyTag[str] = PropertyTag(0x3A5C, PT_UNICODE, "PidTagHomeAddressStateOrProvince", "PR_HOME_ADDRESS_STATE_OR_PROVINCE", "mail-user")
PidTagHomeAddressStreet: PropertyTag[str] = PropertyTag(0x3A5D, PT_UNICODE, "PidTagHomeAddressStreet", "PR_HOME_ADDRESS_STREET", "mail-user")
PidTagHomeAddressPostOfficeBox: PropertyTag[str] = PropertyTag(0x3A5E, PT_UNICODE, "PidTagHomeAddressPostOfficeBox", "PR_HOME_ADDRESS_POST_OFFICE_BOX", "mail-user")
PidTagOtherAddressCity: PropertyTag[str] = PropertyTag(0x3A5F, PT_UNICODE, "PidTagOtherAddressCity", "PR_OTHER_ADDRESS_CITY", "mail-user")
PidTagOtherAddressCountry: PropertyTag[str] = PropertyTag(0x3A60, PT_UNICODE, "PidTagOtherAddressCountry", "PR_OTHER_ADDRESS_COUNTRY", "mail-user")
PidTagOtherAddressPostalCode: PropertyTag[str] = PropertyTag(0x3A61, PT_UNICODE, "PidTagOtherAddressPostalCode", "PR_OTHER_ADDRESS_POSTAL_CODE", "mail-user")
PidTagOtherAddressStateOrProvince: PropertyTag[str] = PropertyTag(0x3A62, PT_UNICODE, "PidTagOtherAddressStateOrProvince", "PR_OTHER_ADDRESS_STATE_OR_PROVINCE", "mail-user")
PidTagOtherAddressStreet: PropertyTag[str] = PropertyTag(0x3A63, PT_UNICODE, "PidTagOtherAddressStreet", "PR_OTHER_ADDRESS_STREET", "mail-user")
PidTagOtherAddressPostOfficeBox: PropertyTag[str] = PropertyTag(0x3A64, PT_UNICODE, "PidTagOtherAddressPostOfficeBox", "PR_OTHER_ADDRESS_POST_OFFICE_BOX", "mail-user")
PidTagUserX509Certificate: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x3A70, PT_MV_BINARY, "PidTagUserX509Certificate", "PR_USER_X509_CERTIFICATE", "mail-user")
PidTagSendInternetEncoding: PropertyTag[int] = PropertyTag(0x3A71, PT_LONG, "PidTagSendInternetEncoding", "PR_SEND_INTERNET_ENCODING", "mail-user")
PidTagStoreProviders: PropertyTag[bytes] = PropertyTag(0x3D00, PT_BINARY, "PidTagStoreProviders", "PR_STORE_PROVIDERS", "profile")
PidTagAbProviders: PropertyTag[bytes] = PropertyTag(0x3D01, PT_BINARY, "PidTagAbProviders", "PR_AB_PROVIDERS", "profile")
PidTagTransportProviders: PropertyTag[bytes] = PropertyTag(0x3D02, PT_BINARY, "PidTagTransportProviders", "PR_TRANSPORT_PROVIDERS", "profile")
PidTagDefaultProfile: PropertyTag[bool] = PropertyTag(0x3D04, PT_BOOLEAN, "PidTagDefaultProfile", "PR_DEFAULT_PROFILE", "profile")
PidTagAbSearchPath: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x3D05, PT_MV_BINARY, "PidTagAbSearchPath", "PR_AB_SEARCH_PATH", "profile")
PidTagAbDefaultDir: PropertyTag[bytes] = PropertyTag(0x3D06, PT_BINARY, "PidTagAbDefaultDir", "PR_AB_DEFAULT_DIR", "profile")
PidTagAbDefaultPab: PropertyTag[bytes] = PropertyTag(0x3D07, PT_BINARY, "PidTagAbDefaultPab", "PR_AB_DEFAULT_PAB", "profile")
PidTagFilteringHooks: PropertyTag[bytes] = PropertyTag(0x3D08, PT_BINARY, "PidTagFilteringHooks", "PR_FILTERING_HOOKS", "profile")
PidTagServiceName: PropertyTag[str] = PropertyTag(0x3D09, PT_UNICODE, "PidTagServiceName", "PR_SERVICE_NAME", "profile")
PidTagServiceDllName: PropertyTag[str] = PropertyTag(0x3D0A, PT_UNICODE, "PidTagServiceDllName", "PR_SERVICE_DLL_NAME", "profile")
PidTagServiceEntryName: PropertyTag[str] = PropertyTag(0x3D0B, PT_UNICODE, "PidTagServiceEntryName", "PR_SERVICE_ENTRY_NAME", "profile")
PidTagServiceUid: PropertyTag[bytes] = PropertyTag(0x3D0C, PT_BINARY, "PidTagServiceUid", "PR_SERVICE_UID", "profile")
PidTagServiceExtraUids: PropertyTag[bytes] = PropertyTag(0x3D0D, PT_BINARY, "PidTagServiceExtraUids", "PR_SERVICE_EXTRA_UIDS", "profile")
PidTagServices: PropertyTag[bytes] = PropertyTag(0x3D0E, PT_BINARY, "PidTagServices", "PR_SERVICES", "profile")
PidTagServiceSupportFiles: PropertyTag[tuple[str, ...]] = PropertyTag(0x3D0F, PT_MV_UNICODE, "PidTagServiceSupportFiles", "PR_SERVICE_SUPPORT_FILES", "profile")
PidTagServiceDeleteFiles: PropertyTag[tuple[str, ...]] = PropertyTag(0x3D10, PT_MV_UNICODE, "PidTagServiceDeleteFiles", "PR_SERVICE_DELETE_FILES", "profile")
PidTagAbSearchPathUpdate: PropertyTag[bytes] = PropertyTag(0x3D11, PT_BINARY, "PidTagAbSearchPathUpdate", "PR_AB_SEARCH_PATH_UPDATE", "profile")
PidTagProfileName: PropertyTag[str] = PropertyTag(0x3D12, PT_UNICODE, "PidTagProfileName", "PR_PROFILE_NAME", "profile")
PidTagServiceInstallId: PropertyTag[str] = PropertyTag(0x3D13, PT_UNICODE, "PidTagServiceInstallId", "PR_SERVICE_INSTALL_ID", "profile")
PidTagExchangeProfileSectionId: PropertyTag[bytes] = PropertyTag(0x3D15, PT_BINARY, "PidTagExchangeProfileSectionId", "PR_EMSMDB_SECTION_UID", "profile")
PidTagAbSearchPathCustomization: PropertyTag[int] = PropertyTag(0x3D1B, PT_LONG, "PidTagAbSearchPathCustomization", "PR_AB_SEARCH_PATH_CUSTOMIZATION", "profile")
PidTagAddressBookChooseDirectoryAutomatically: PropertyTag[bool] = PropertyTag(0x3D1C, PT_BOOLEAN, "PidTagAddressBookChooseDirectoryAutomatically", "PR_AB_CHOOSE_DIRECTORY_AUTOMATICALLY", "profile")
PR_ADMIN_SECURITY_DESCRIPTOR: PropertyTag[bytes] = PropertyTag(0x3D21, PT_BINARY, "PR_ADMIN_SECURITY_DESCRIPTOR", "PR_ADMIN_SECURITY_DESCRIPTOR", "profile")
PR_WIN32_SECURITY_DESCRIPTOR: PropertyTag[bytes] = PropertyTag(0x3D22, PT_BINARY, "PR_WIN32_SECURITY_DESCRIPTOR", "PR_WIN32_SECURITY_DESCRIPTOR", "profile")
PR_NON_WIN32_ACL: PropertyTag[bool] = PropertyTag(0x3D23, PT_BOOLEAN, "PR_NON_WIN32_ACL", "PR_NON_WIN32_ACL", "profile")
PR_ITEM_LEVEL_ACL: PropertyTag[bool] = PropertyTag(0x3D24, PT_BOOLEAN, "PR_ITEM_LEVEL_ACL", "PR_ITEM_LEVEL_ACL", "profile")
PR_XMT_SECURITY_ROLE_1_AS_XML: PropertyTag[str] = PropertyTag(0x3D25, PT_UNICODE, "PR_XMT_SECURITY_ROLE_1_AS_XML", "PR_XMT_SECURITY_ROLE_1_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_1: PropertyTag[bytes] = PropertyTag(0x3D25, PT_BINARY, "PR_XMT_SECURITY_ROLE_1", "PR_XMT_SECURITY_ROLE_1", "profile")
PR_XMT_SECURITY_ROLE_2_AS_XML: PropertyTag[str] = PropertyTag(0x3D26, PT_UNICODE, "PR_XMT_SECURITY_ROLE_2_AS_XML", "PR_XMT_SECURITY_ROLE_2_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_2: PropertyTag[bytes] = PropertyTag(0x3D26, PT_BINARY, "PR_XMT_SECURITY_ROLE_2", "PR_XMT_SECURITY_ROLE_2", "profile")
PR_XMT_SECURITY_ROLE_3_AS_XML: PropertyTag[str] = PropertyTag(0x3D27, PT_UNICODE, "PR_XMT_SECURITY_ROLE_3_AS_XML", "PR_XMT_SECURITY_ROLE_3_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_3: PropertyTag[bytes] = PropertyTag(0x3D27, PT_BINARY, "PR_XMT_SECURITY_ROLE_3", "PR_XMT_SECURITY_ROLE_3", "profile")
PR_XMT_SECURITY_ROLE_4_AS_XML: PropertyTag[str] = PropertyTag(0x3D28, PT_UNICODE, "PR_XMT_SECURITY_ROLE_4_AS_XML", "PR_XMT_SECURITY_ROLE_4_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_4: PropertyTag[bytes] = PropertyTag(0x3D28, PT_BINARY, "PR_XMT_SECURITY_ROLE_4", "PR_XMT_SECURITY_ROLE_4", "profile")
PR_XMT_SECURITY_ROLE_5_AS_XML: PropertyTag[str] = PropertyTag(0x3D29, PT_UNICODE, "PR_XMT_SECURITY_ROLE_5_AS_XML", "PR_XMT_SECURITY_ROLE_5_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_5: PropertyTag[bytes] = PropertyTag(0x3D29, PT_BINARY, "PR_XMT_SECURITY_ROLE_5", "PR_XMT_SECURITY_ROLE_5", "profile")
PR_XMT_SECURITY_ROLE_6_AS_XML: PropertyTag[str] = PropertyTag(0x3D2A, PT_UNICODE, "PR_XMT_SECURITY_ROLE_6_AS_XML", "PR_XMT_SECURITY_ROLE_6_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_6: PropertyTag[bytes] = PropertyTag(0x3D2A, PT_BINARY, "PR_XMT_SECURITY_ROLE_6", "PR_XMT_SECURITY_ROLE_6", "profile")
PR_XMT_SECURITY_ROLE_7_AS_XML: PropertyTag[str] = PropertyTag(0x3D2B, PT_UNICODE, "PR_XMT_SECURITY_ROLE_7_AS_XML", "PR_XMT_SECURITY_ROLE_7_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_7: PropertyTag[bytes] = PropertyTag(0x3D2B, PT_BINARY, "PR_XMT_SECURITY_ROLE_7", "PR_XMT_SECURITY_ROLE_7", "profile")
PR_XMT_SECURITY_ROLE_8_AS_XML: PropertyTag[str] = PropertyTag(0x3D2C, PT_UNICODE, "PR_XMT_SECURITY_ROLE_8_AS_XML", "PR_XMT_SECURITY_ROLE_8_AS_XML", "profile")
PR_XMT_SECURITY_ROLE_8: PropertyTag[bytes] = PropertyTag(0x3D2C, PT_BINARY, "PR_XMT_SECURITY_ROLE_8", "PR_XMT_SECURITY_ROLE_8", "profile")
PidTagIdentityDisplay: PropertyTag[str] = PropertyTag(0x3E00, PT_UNICODE, "PidTagIdentityDisplay", "PR_IDENTITY_DISPLAY", "status")
PidTagIdentityEntryId: PropertyTag[bytes] = PropertyTag(0x3E01, PT_BINARY, "PidTagIdentityEntryId", "PR_IDENTITY_ENTRYID", "status")
PidTagResourceMethods: PropertyTag[int] = PropertyTag(0x3E02, PT_LONG, "PidTagResourceMethods", "PR_RESOURCE_METHODS", "status")
PidTagResourceType: PropertyTag[int] = PropertyTag(0x3E03, PT_LONG, "PidTagResourceType", "PR_RESOURCE_TYPE", "status")
PidTagStatusCode: PropertyTag[int] = PropertyTag(0x3E04, PT_LONG, "PidTagStatusCode", "PR_STATUS_CODE", "status")
PidTagIdentitySearchKey: PropertyTag[bytes] = PropertyTag(0x3E05, PT_BINARY, "PidTagIdentitySearchKey", "PR_IDENTITY_SEARCH_KEY", "status")
PidTagOwnStoreEntryId: PropertyTag[bytes] = PropertyTag(0x3E06, PT_BINARY, "PidTagOwnStoreEntryId", "PR_OWN_STORE_ENTRYID", "status")
PidTagResourcePath: PropertyTag[str] = PropertyTag(0x3E07, PT_UNICODE, "PidTagResourcePath", "PR_RESOURCE_PATH", "status")
PidTagStatusString: PropertyTag[str] = PropertyTag(0x3E08, PT_UNICODE, "PidTagStatusString", "PR_STATUS_STRING", "status")
PidTagX400DeferredDeliveryCancel: PropertyTag[bool] = PropertyTag(0x3E09, PT_BOOLEAN, "PidTagX400DeferredDeliveryCancel", "PR_X400_DEFERRED_DELIVERY_CANCEL", "status")
PidTagHeaderFolderEntryId: PropertyTag[bytes] = PropertyTag(0x3E0A, PT_BINARY, "PidTagHeaderFolderEntryId", "PR_HEADER_FOLDER_ENTRYID", "status")
PidTagRemoteProgress: PropertyTag[int] = PropertyTag(0x3E0B, PT_LONG, "PidTagRemoteProgress", "PR_REMOTE_PROGRESS", "status")
PidTagRemoteProgressText: PropertyTag[str] = PropertyTag(0x3E0C, PT_UNICODE, "PidTagRemoteProgressText", "PR_REMOTE_PROGRESS_TEXT", "status")
PidTagRemoteValidateOk: PropertyTag[bool] = PropertyTag(0x3E0D, PT_BOOLEAN, "PidTagRemoteValidateOk", "PR_REMOTE_VALIDATE_OK", "status")
PidTagControlFlags: PropertyTag[int] = PropertyTag(0x3F00, PT_LONG, "PidTagControlFlags", "PR_CONTROL_FLAGS", "table")
PidTagControlStructure: PropertyTag[bytes] = PropertyTag(0x3F01, PT_BINARY, "PidTagControlStructure", "PR_CONTROL_STRUCTURE", "table")
PidTagControlType: PropertyTag[int] = PropertyTag(0x3F02, PT_LONG, "PidTagControlType", "PR_CONTROL_TYPE", "table")
PidTagDeltaX: PropertyTag[int] = PropertyTag(0x3F03, PT_LONG, "PidTagDeltaX", "PR_DELTAX", "table")
PidTagDeltaY: PropertyTag[int] = PropertyTag(0x3F04, PT_LONG, "PidTagDeltaY", "PR_DELTAY", "table")
PidTagXCoordinate: PropertyTag[int] = PropertyTag(0x3F05, PT_LONG, "PidTagXCoordinate", "PR_XPOS", "table")
PidTagYCoordinate: PropertyTag[int] = PropertyTag(0x3F06, PT_LONG, "PidTagYCoordinate", "PR_YPOS", "table")
PidTagControlId: PropertyTag[bytes] = PropertyTag(0x3F07, PT_BINARY, "PidTagControlId", "PR_CONTROL_ID", "table")
PidTagInitialDetailsPane: PropertyTag[int] = PropertyTag(0x3F08, PT_LONG, "PidTagInitialDetailsPane", "PR_INITIAL_DETAILS_PANE", "table")
PidTagTemporaryDefaultDocument: PropertyTag[str] = PropertyTag(0x3F20, PT_UNICODE, "PidTagTemporaryDefaultDocument", "", "table")
PR_PREVIEW_UNREAD: PropertyTag[str] = PropertyTag(0x3FD8, PT_UNICODE, "PR_PREVIEW_UNREAD", "PR_PREVIEW_UNREAD", "message")
PR_PREVIEW: PropertyTag[str] = PropertyTag(0x3FD9, PT_UNICODE, "PR_PREVIEW", "PR_PREVIEW", "message")
PR_ABSTRACT: PropertyTag[str] = PropertyTag(0x3FDA, PT_UNICODE, "PR_ABSTRACT", "PR_ABSTRACT", "message")
PR_DL_REPORT_FLAGS: PropertyTag[int] = PropertyTag(0x3FDB, PT_LONG, "PR_DL_REPORT_FLAGS", "PR_DL_REPORT_FLAGS", "message")
PR_BILATERAL_INFO: PropertyTag[bytes] = PropertyTag(0x3FDC, PT_BINARY, "PR_BILATERAL_INFO", "PR_BILATERAL_INFO", "message")
PR_MSG_BODY_ID: PropertyTag[int] = PropertyTag(0x3FDD, PT_LONG, "PR_MSG_BODY_ID", "PR_MSG_BODY_ID", "message")
PidTagInternetCodepage: PropertyTag[int] = PropertyTag(0x3FDE, PT_LONG, "PidTagInternetCodepage", "PR_INTERNET_CPID", "message")
PidTagAutoResponseSuppress: PropertyTag[int] = PropertyTag(0x3FDF, PT_LONG, "PidTagAutoResponseSuppress", "PR_AUTO_RESPONSE_SUPPRESS", "message")
PidTagAccessControlListTable: PropertyTag[object] = PropertyTag(0x3FE0, PT_OBJECT, "PidTagAccessControlListTable", "PR_ACL_TABLE", "access-control")
PidTagAccessControlListData: PropertyTag[bytes] = PropertyTag(0x3FE0, PT_BINARY, "PidTagAccessControlListData", "PR_ACL_DATA", "access-control")
PidTagRulesTable: PropertyTag[object] = PropertyTag(0x3FE1, PT_OBJECT, "PidTagRulesTable", "PR_RULES_TABLE", "rules")
PidTagRulesData: PropertyTag[bytes] = PropertyTag(0x3FE1, PT_BINARY, "PidTagRulesData", "PR_RULES_DATA", "rules")
PR_FOLDER_DESIGN_FLAGS: PropertyTag[int] = PropertyTag(0x3FE2, PT_LONG, "PR_FOLDER_DESIGN_FLAGS", "PR_FOLDER_DESIGN_FLAGS", "folder")
PidTagDelegatedByRule: PropertyTag[bool] = PropertyTag(0x3FE3, PT_BOOLEAN, "PidTagDelegatedByRule", "PR_DELEGATED_BY_RULE", "message")
PR_DESIGN_IN_PROGRESS: PropertyTag[bool] = PropertyTag(0x3FE4, PT_BOOLEAN, "PR_DESIGN_IN_PROGRESS", "PR_DESIGN_IN_PROGRESS", "message")
PR_SECURE_ORIGINATION: PropertyTag[bool] = PropertyTag(0x3FE5, PT_BOOLEAN, "PR_SECURE_ORIGINATION", "PR_SECURE_ORIGINATION", "message")
PR_PUBLISH_IN_ADDRESS_BOOK: PropertyTag[bool] = PropertyTag(0x3FE6, PT_BOOLEAN, "PR_PUBLISH_IN_ADDRESS_BOOK", "PR_PUBLISH_IN_ADDRESS_BOOK", "message")
PidTagResolveMethod: PropertyTag[int] = PropertyTag(0x3FE7, PT_LONG, "PidTagResolveMethod", "PR_RESOLVE_METHOD", "message")
PR_ADDRESS_BOOK_DISPLAY_NAME: PropertyTag[str] = PropertyTag(0x3FE8, PT_UNICODE, "PR_ADDRESS_BOOK_DISPLAY_NAME", "PR_ADDRESS_BOOK_DISPLAY_NAME", "message")
PR_EFORMS_LOCALE_ID: PropertyTag[int] = PropertyTag(0x3FE9, PT_LONG, "PR_EFORMS_LOCALE_ID", "PR_EFORMS_LOCALE_ID", "message")
PidTagHasDeferredActionMessages: PropertyTag[bool] = PropertyTag(0x3FEA, PT_BOOLEAN, "PidTagHasDeferredActionMessages", "PR_HAS_DAMS", "rules")
PidTagDeferredSendNumber: PropertyTag[int] = PropertyTag(0x3FEB, PT_LONG, "PidTagDeferredSendNumber", "PR_DEFERRED_SEND_NUMBER", "transport")
PidTagDeferredSendUnits: PropertyTag[int] = PropertyTag(0x3FEC, PT_LONG, "PidTagDeferredSendUnits", "PR_DEFERRED_SEND_UNITS", "transport")
PidTagExpiryNumber: PropertyTag[int] = PropertyTag(0x3FED, PT_LONG, "PidTagExpiryNumber", "PR_EXPIRY_NUMBER", "message")
PidTagExpiryUnits: PropertyTag[int] = PropertyTag(0x3FEE, PT_LONG, "PidTagExpiryUnits", "PR_EXPIRY_UNITS", "message")
PidTagDeferredSendTime: PropertyTag[datetime] = PropertyTag(0x3FEF, PT_SYSTIME, "PidTagDeferredSendTime", "PR_DEFERRED_SEND_TIME", "transport")
PidTagConflictEntryId: PropertyTag[bytes] = PropertyTag(0x3FF0, PT_BINARY, "PidTagConflictEntryId", "PR_CONFLICT_ENTRYID", "sync")
PidTagMessageLocaleId: PropertyTag[int] = PropertyTag(0x3FF1, PT_LONG, "PidTagMessageLocaleId", "PR_MESSAGE_LOCALE_ID", "message")
PR_RULE_TRIGGER_HISTORY: PropertyTag[bytes] = PropertyTag(0x3FF2, PT_BINARY, "PR_RULE_TRIGGER_HISTORY", "PR_RULE_TRIGGER_HISTORY", "rules")
PR_MOVE_TO_STORE_ENTRYID: PropertyTag[bytes] = PropertyTag(0x3FF3, PT_BINARY, "PR_MOVE_TO_STORE_ENTRYID", "PR_MOVE_TO_STORE_ENTRYID", "message")
PR_MOVE_TO_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x3FF4, PT_BINARY, "PR_MOVE_TO_FOLDER_ENTRYID", "PR_MOVE_TO_FOLDER_ENTRYID", "message")
PR_STORAGE_QUOTA_LIMIT: PropertyTag[int] = PropertyTag(0x3FF5, PT_LONG, "PR_STORAGE_QUOTA_LIMIT", "PR_STORAGE_QUOTA_LIMIT", "message")
PR_EXCESS_STORAGE_USED: PropertyTag[int] = PropertyTag(0x3FF6, PT_LONG, "PR_EXCESS_STORAGE_USED", "PR_EXCESS_STORAGE_USED", "message")
PR_SVR_GENERATING_QUOTA_MSG: PropertyTag[str] = PropertyTag(0x3FF7, PT_UNICODE, "PR_SVR_GENERATING_QUOTA_MSG", "PR_SVR_GENERATING_QUOTA_MSG", "message")
PidTagCreatorName: PropertyTag[str] = PropertyTag(0x3FF8, PT_UNICODE, "PidTagCreatorName", "PR_CREATOR_NAME", "message")
PidTagCreatorEntryId: PropertyTag[bytes] = PropertyTag(0x3FF9, PT_BINARY, "PidTagCreatorEntryId", "PR_CREATOR_ENTRYID", "message")
PidTagLastModifierName: PropertyTag[str] = PropertyTag(0x3FFA, PT_UNICODE, "PidTagLastModifierName", "PR_LAST_MODIFIER_NAME", "message")
PidTagLastModifierEntryId: PropertyTag[bytes] = PropertyTag(0x3FFB, PT_BINARY, "PidTagLastModifierEntryId", "PR_LAST_MODIFIER_ENTRYID", "message")
PR_REPLY_RECIPIENT_SMTP_PROXIES: PropertyTag[str] = PropertyTag(0x3FFC, PT_UNICODE, "PR_REPLY_RECIPIENT_SMTP_PROXIES", "PR_REPLY_RECIPIENT_SMTP_PROXIES", "message")
PidTagMessageCodepage: PropertyTag[int] = PropertyTag(0x3FFD, PT_LONG, "PidTagMessageCodepage", "PR_MESSAGE_CODEPAGE", "message")
PR_EXTENDED_ACL_DATA: PropertyTag[bytes] = PropertyTag(0x3FFE, PT_BINARY, "PR_EXTENDED_ACL_DATA", "PR_EXTENDED_ACL_DATA", "message")
PidTagNewAttach: PropertyTag[int] = PropertyTag(0x4000, PT_LONG, "PidTagNewAttach", "", "sync")
PidTagStartEmbed: PropertyTag[int] = PropertyTag(0x4001, PT_LONG, "PidTagStartEmbed", "", "sync")
PidTagEndEmbed: PropertyTag[int] = PropertyTag(0x4002, PT_LONG, "PidTagEndEmbed", "", "sync")
PidTagStartRecip: PropertyTag[int] = PropertyTag(0x4003, PT_LONG, "PidTagStartRecip", "", "sync")
PidTagEndToRecip: PropertyTag[int] = PropertyTag(0x4004, PT_LONG, "PidTagEndToRecip", "", "sync")
PidTagStartTopFld: PropertyTag[int] = PropertyTag(0x4009, PT_LONG, "PidTagStartTopFld", "", "sync")
PidTagStartSubFld: PropertyTag[int] = PropertyTag(0x400A, PT_LONG, "PidTagStartSubFld", "", "sync")
PidTagEndFolder: PropertyTag[int] = PropertyTag(0x400B, PT_LONG, "PidTagEndFolder", "", "sync")
PidTagStartMessage: PropertyTag[int] = PropertyTag(0x400C, PT_LONG, "PidTagStartMessage", "", "sync")
PidTagEndMessage: PropertyTag[int] = PropertyTag(0x400D, PT_LONG, "PidTagEndMessage", "", "sync")
PidTagEndAttach: PropertyTag[int] = PropertyTag(0x400E, PT_LONG, "PidTagEndAttach", "", "sync")
PidTagEcWarning: PropertyTag[int] = PropertyTag(0x400F, PT_LONG, "PidTagEcWarning", "", "sync")
PidTagStartFAIMsg: PropertyTag[int] = PropertyTag(0x4010, PT_LONG, "PidTagStartFAIMsg", "", "sync")
PidTagNewFXFolder: PropertyTag[bytes] = PropertyTag(0x4011, PT_BINARY, "PidTagNewFXFolder", "", "sync")
PidTagIncrSyncChg: PropertyTag[int] = PropertyTag(0x4012, PT_LONG, "PidTagIncrSyncChg", "", "sync")
PidTagIncrSyncDel: PropertyTag[int] = PropertyTag(0x4013, PT_LONG, "PidTagIncrSyncDel", "", "sync")
PidTagIncrSyncEnd: PropertyTag[int] = PropertyTag(0x4014, PT_LONG, "PidTagIncrSyncEnd", "", "sync")
PidTagIncrSyncMessage: PropertyTag[int] = PropertyTag(0x4015, PT_LONG, "PidTagIncrSyncMessage", "", "sync")
PidTagFXDelProp: PropertyTag[int] = PropertyTag(0x4016, PT_LONG, "PidTagFXDelProp", "", "sync")
PidTagIdsetGiven: PropertyTag[int] = PropertyTag(0x4017, PT_LONG, "PidTagIdsetGiven", "", "sync")
PidTagFXErrorInfo: PropertyTag[int] = PropertyTag(0x4018, PT_LONG, "PidTagFXErrorInfo", "", "sync")
PidTagSenderFlags: PropertyTag[int] = PropertyTag(0x4019, PT_LONG, "PidTagSenderFlags", "", "message")
PidTagSentRepresentingFlags: PropertyTag[int] = PropertyTag(0x401A, PT_LONG, "PidTagSentRepresentingFlags", "PR_SENT_REPRESENTING_FLAGS", "message")
PidTagReceivedByFlags: PropertyTag[int] = PropertyTag(0x401B, PT_LONG, "PidTagReceivedByFlags", "", "message")
PidTagReceivedRepresentingFlags: PropertyTag[int] = PropertyTag(0x401C, PT_LONG, "PidTagReceivedRepresentingFlags", "", "message")
PidTagIdsetSoftDeleted: PropertyTag[bytes] = PropertyTag(0x4021, PT_BINARY, "PidTagIdsetSoftDeleted", "", "sync")
PidTagCreatorAddressType: PropertyTag[str] = PropertyTag(0x4022, PT_UNICODE, "PidTagCreatorAddressType", "", "message")
PidTagCreatorEmailAddress: PropertyTag[str] = PropertyTag(0x4023, PT_UNICODE, "PidTagCreatorEmailAddress", "", "message")
PidTagReadReceiptAddressType: PropertyTag[str] = PropertyTag(0x4029, PT_UNICODE, "PidTagReadReceiptAddressType", "", "report")
PidTagReadReceiptEmailAddress: PropertyTag[str] = PropertyTag(0x402A, PT_UNICODE, "PidTagReadReceiptEmailAddress", "", "report")
PidTagReadReceiptName: PropertyTag[str] = PropertyTag(0x402B, PT_UNICODE, "PidTagReadReceiptName", "", "report")
PidTagIdsetRead: PropertyTag[bytes] = PropertyTag(0x402D, PT_BINARY, "PidTagIdsetRead", "", "sync")
PidTagIdsetUnread: PropertyTag[bytes] = PropertyTag(0x402E, PT_BINARY, "PidTagIdsetUnread", "", "sync")
PidTagIncrSyncRead: PropertyTag[int] = PropertyTag(0x402F, PT_LONG, "PidTagIncrSyncRead", "", "sync")
PidTagSenderSimpleDisplayName: PropertyTag[str] = PropertyTag(0x4030, PT_UNICODE, "PidTagSenderSimpleDisplayName", "", "message")
PidTagSentRepresentingSimpleDisplayName: PropertyTag[str] = PropertyTag(0x4031, PT_UNICODE, "PidTagSentRepresentingSimpleDisplayName", "", "message")
PidTagCreatorSimpleDisplayName: PropertyTag[str] = PropertyTag(0x4038, PT_UNICODE, "PidTagCreatorSimpleDisplayName", "", "message")
PidTagLastModifierSimpleDisplayName: PropertyTag[str] = PropertyTag(0x4039, PT_UNICODE, "PidTagLastModifierSimpleDisplayName", "", "message")
PidTagIncrSyncStateBegin: PropertyTag[int] = PropertyTag(0x403A, PT_LONG, "PidTagIncrSyncStateBegin", "", "sync")
PidTagIncrSyncStateEnd: PropertyTag[int] = PropertyTag(0x403B, PT_LONG, "PidTagIncrSyncStateEnd", "", "sync")
PidTagOrgEmailAddress: PropertyTag[str] = PropertyTag(0x403E, PT_UNICODE, "PidTagOrgEmailAddress", "PR_ORG_EMAIL_ADDRESS", "transport")
PidTagIncrSyncProgressMode: PropertyTag[bool] = PropertyTag(0x4074, PT_BOOLEAN, "PidTagIncrSyncProgressMode", "", "sync")
PidTagIncrSyncProgressPerMsg: PropertyTag[bool] = PropertyTag(0x4075, PT_BOOLEAN, "PidTagIncrSyncProgressPerMsg", "", "sync")
PidTagContentFilterSpamConfidenceLevel: PropertyTag[int] = PropertyTag(0x4076, PT_LONG, "PidTagContentFilterSpamConfidenceLevel", "PR_CONTENT_FILTER_SCL", "security")
PidTagSenderIdStatus: PropertyTag[int] = PropertyTag(0x4079, PT_LONG, "PidTagSenderIdStatus", "PR_SENDER_ID_STATUS", "message")
PidTagIncrementalSyncMessagePartial: PropertyTag[int] = PropertyTag(0x407A, PT_LONG, "PidTagIncrementalSyncMessagePartial", "", "sync")
PidTagIncrSyncGroupInfo: PropertyTag[bytes] = PropertyTag(0x407B, PT_BINARY, "PidTagIncrSyncGroupInfo", "", "sync")
PidTagIncrSyncGroupId: PropertyTag[int] = PropertyTag(0x407C, PT_LONG, "PidTagIncrSyncGroupId", "", "sync")
PidTagIncrSyncChgPartial: PropertyTag[int] = PropertyTag(0x407D, PT_LONG, "PidTagIncrSyncChgPartial", "", "sync")
PidTagHierRev: PropertyTag[datetime] = PropertyTag(0x4082, PT_SYSTIME, "PidTagHierRev", "PR_HIER_REV", "folder")
PidTagPurportedSenderDomain: PropertyTag[str] = PropertyTag(0x4083, PT_UNICODE, "PidTagPurportedSenderDomain", "PR_PURPORTED_SENDER_DOMAIN", "transport")
PidTagContentFilterPhishingConfidenceLevel: PropertyTag[int] = PropertyTag(0x4084, PT_LONG, "PidTagContentFilterPhishingConfidenceLevel", "PR_CONTENT_FILTER_PCL", "security")
PidTagInternetMailOverrideFormat: PropertyTag[int] = PropertyTag(0x5902, PT_LONG, "PidTagInternetMailOverrideFormat", "PR_INETMAIL_OVERRIDE_FORMAT", "mime")
PidTagMessageEditorFormat: PropertyTag[int] = PropertyTag(0x5909, PT_LONG, "PidTagMessageEditorFormat", "PR_MSG_EDITOR_FORMAT", "recipient")
PidTagSenderSmtpAddress: PropertyTag[str] = PropertyTag(0x5D01, PT_UNICODE, "PidTagSenderSmtpAddress", "PR_SENDER_SMTP_ADDRESS", "message")
PidTagSentRepresentingSmtpAddress: PropertyTag[str] = PropertyTag(0x5D02, PT_UNICODE, "PidTagSentRepresentingSmtpAddress", "PR_SENT_REPRESENTING_SMTP_ADDRESS", "message")
PidTagReadReceiptSmtpAddress: PropertyTag[str] = PropertyTag(0x5D05, PT_UNICODE, "PidTagReadReceiptSmtpAddress", "", "report")
PidTagReceivedBySmtpAddress: PropertyTag[str] = PropertyTag(0x5D07, PT_UNICODE, "PidTagReceivedBySmtpAddress", "PR_RECEIVED_BY_SMTP_ADDRESS", "message")
PidTagReceivedRepresentingSmtpAddress: PropertyTag[str] = PropertyTag(0x5D08, PT_UNICODE, "PidTagReceivedRepresentingSmtpAddress", "", "message")
PidTagRecipientResourceState: PropertyTag[int] = PropertyTag(0x5FDE, PT_LONG, "PidTagRecipientResourceState", "PR_RECIPIENT_RESOURCESTATE", "recipient")
PidTagRecipientOrder: PropertyTag[int] = PropertyTag(0x5FDF, PT_LONG, "PidTagRecipientOrder", "PR_RECIPIENT_ORDER", "recipient")
PidTagRecipientProposed: PropertyTag[bool] = PropertyTag(0x5FE1, PT_BOOLEAN, "PidTagRecipientProposed", "PR_RECIPIENT_PROPOSED", "recipient")
PidTagRecipientProposedStartTime: PropertyTag[datetime] = PropertyTag(0x5FE3, PT_SYSTIME, "PidTagRecipientProposedStartTime", "PR_RECIPIENT_PROPOSEDSTARTTIME", "recipient")
PidTagRecipientProposedEndTime: PropertyTag[datetime] = PropertyTag(0x5FE4, PT_SYSTIME, "PidTagRecipientProposedEndTime", "PR_RECIPIENT_PROPOSEDENDTIME", "recipient")
PidTagRecipientDisplayName: PropertyTag[str] = PropertyTag(0x5FF6, PT_UNICODE, "PidTagRecipientDisplayName", "PR_RECIPIENT_DISPLAY_NAME", "recipient")
PidTagRecipientEntryId: PropertyTag[bytes] = PropertyTag(0x5FF7, PT_BINARY, "PidTagRecipientEntryId", "PR_RECIPIENT_ENTRYID", "recipient")
PidTagRecipientTrackStatusTime: PropertyTag[datetime] = PropertyTag(0x5FFB, PT_SYSTIME, "PidTagRecipientTrackStatusTime", "PR_RECIPIENT_TRACKSTATUS_TIME", "recipient")
PidTagRecipientFlags: PropertyTag[int] = PropertyTag(0x5FFD, PT_LONG, "PidTagRecipientFlags", "PR_RECIPIENT_FLAGS", "recipient")
PidTagRecipientTrackStatus: PropertyTag[int] = PropertyTag(0x5FFF, PT_LONG, "PidTagRecipientTrackStatus", "PR_RECIPIENT_TRACKSTATUS", "recipient")
PR_DOTSTUFF_STATE: PropertyTag[int] = PropertyTag(0x6001, PT_LONG, "PR_DOTSTUFF_STATE", "PR_DOTSTUFF_STATE", "client-defined")
PR_NICK_NAME: PropertyTag[str] = PropertyTag(0x6001, PT_UNICODE, "PR_NICK_NAME", "PR_NICK_NAME", "client-defined")
PR_DROPDOWN_DISPLAY_NAME: PropertyTag[str] = PropertyTag(0x6003, PT_UNICODE, "PR_DROPDOWN_DISPLAY_NAME", "PR_DROPDOWN_DISPLAY_NAME", "client-defined")
PR_NICK_NAME_WEIGHT: PropertyTag[int] = PropertyTag(0x6004, PT_LONG, "PR_NICK_NAME_WEIGHT", "PR_NICK_NAME_WEIGHT", "client-defined")
PidTagJunkIncludeContacts: PropertyTag[int] = PropertyTag(0x6100, PT_LONG, "PidTagJunkIncludeContacts", "PR_JUNK_INCLUDE_CONTACTS", "spam")
PidTagJunkThreshold: PropertyTag[int] = PropertyTag(0x6101, PT_LONG, "PidTagJunkThreshold", "PR_JUNK_THRESHOLD", "spam")
PidTagJunkPermanentlyDelete: PropertyTag[int] = PropertyTag(0x6102, PT_LONG, "PidTagJunkPermanentlyDelete", "PR_JUNK_PERMANENTLY_DELETE", "spam")
PidTagJunkAddRecipientsToSafeSendersList: PropertyTag[int] = PropertyTag(0x6103, PT_LONG, "PidTagJunkAddRecipientsToSafeSendersList", "PR_JUNK_ADD_RECIPS_TO_SSL", "spam")
PidTagJunkPhishingEnableLinks: PropertyTag[bool] = PropertyTag(0x6107, PT_BOOLEAN, "PidTagJunkPhishingEnableLinks", "PR_JUNK_PHISHING_ENABLE_LINKS", "spam")
PidTagMimeSkeleton: PropertyTag[bytes] = PropertyTag(0x64F0, PT_BINARY, "PidTagMimeSkeleton", "", "mime")
PR_RULE_SERVER_RULE_ID: PropertyTag[int] = PropertyTag(0x65A0, PT_I8, "PR_RULE_SERVER_RULE_ID", "PR_RULE_SERVER_RULE_ID", "rules")
PR_FORCE_CLIENT_REFRESH: PropertyTag[bool] = PropertyTag(0x65A1, PT_BOOLEAN, "PR_FORCE_CLIENT_REFRESH", "PR_FORCE_CLIENT_REFRESH", "client-defined")
PidTagReplyTemplateId: PropertyTag[bytes] = PropertyTag(0x65C2, PT_BINARY, "PidTagReplyTemplateId", "PR_REPLY_TEMPLATE_ID", "rules")
PidTagSecureSubmitFlags: PropertyTag[int] = PropertyTag(0x65C6, PT_LONG, "PidTagSecureSubmitFlags", "PR_SECURE_SUBMIT_FLAGS", "client-defined")
PR_PROFILE_ALTERNATE_STORE_TYPE: PropertyTag[str] = PropertyTag(0x65D0, PT_UNICODE, "PR_PROFILE_ALTERNATE_STORE_TYPE", "PR_PROFILE_ALTERNATE_STORE_TYPE", "profile")
PidTagSourceKey: PropertyTag[bytes] = PropertyTag(0x65E0, PT_BINARY, "PidTagSourceKey", "PR_SOURCE_KEY", "sync")
PidTagParentSourceKey: PropertyTag[bytes] = PropertyTag(0x65E1, PT_BINARY, "PidTagParentSourceKey", "PR_PARENT_SOURCE_KEY", "client-defined")
PidTagChangeKey: PropertyTag[bytes] = PropertyTag(0x65E2, PT_BINARY, "PidTagChangeKey", "PR_CHANGE_KEY", "history")
PidTagPredecessorChangeList: PropertyTag[bytes] = PropertyTag(0x65E3, PT_BINARY, "PidTagPredecessorChangeList", "PR_PREDECESSOR_CHANGE_LIST", "sync")
PR_SYNCHRONIZE_FLAGS: PropertyTag[int] = PropertyTag(0x65E4, PT_LONG, "PR_SYNCHRONIZE_FLAGS", "PR_SYNCHRONIZE_FLAGS", "client-defined")
PR_AUTO_ADD_NEW_SUBS: PropertyTag[bool] = PropertyTag(0x65E5, PT_BOOLEAN, "PR_AUTO_ADD_NEW_SUBS", "PR_AUTO_ADD_NEW_SUBS", "client-defined")
PR_NEW_SUBS_GET_AUTO_ADD: PropertyTag[bool] = PropertyTag(0x65E6, PT_BOOLEAN, "PR_NEW_SUBS_GET_AUTO_ADD", "PR_NEW_SUBS_GET_AUTO_ADD", "client-defined")
PR_MESSAGE_SITE_NAME: PropertyTag[str] = PropertyTag(0x65E7, PT_UNICODE, "PR_MESSAGE_SITE_NAME", "PR_MESSAGE_SITE_NAME", "client-defined")
PR_MESSAGE_PROCESSED: PropertyTag[bool] = PropertyTag(0x65E8, PT_BOOLEAN, "PR_MESSAGE_PROCESSED", "PR_MESSAGE_PROCESSED", "client-defined")
PidTagRuleMessageState: PropertyTag[int] = PropertyTag(0x65E9, PT_LONG, "PidTagRuleMessageState", "PR_RULE_MSG_STATE", "rules")
PidTagRuleMessageUserFlags: PropertyTag[int] = PropertyTag(0x65EA, PT_LONG, "PidTagRuleMessageUserFlags", "PR_RULE_MSG_USER_FLAGS", "rules")
PidTagRuleMessageProvider: PropertyTag[str] = PropertyTag(0x65EB, PT_UNICODE, "PidTagRuleMessageProvider", "PR_RULE_MSG_PROVIDER", "rules")
PidTagRuleMessageName: PropertyTag[str] = PropertyTag(0x65EC, PT_UNICODE, "PidTagRuleMessageName", "PR_RULE_MSG_NAME", "rules")
PidTagRuleMessageLevel: PropertyTag[int] = PropertyTag(0x65ED, PT_LONG, "PidTagRuleMessageLevel", "PR_RULE_MSG_LEVEL", "rules")
PidTagRuleMessageProviderData: PropertyTag[bytes] = PropertyTag(0x65EE, PT_BINARY, "PidTagRuleMessageProviderData", "PR_RULE_MSG_PROVIDER_DATA", "rules")
PidTagRuleMsgActions: PropertyTag[bytes] = PropertyTag(0x65EF, PT_BINARY, "PidTagRuleMsgActions", "PR_RULE_MSG_ACTIONS", "rules")
PidTagRuleMsgCondition: PropertyTag[bytes] = PropertyTag(0x65F0, PT_BINARY, "PidTagRuleMsgCondition", "PR_RULE_MSG_CONDITION", "rules")
PidTagRuleMessageSequence: PropertyTag[int] = PropertyTag(0x65F3, PT_LONG, "PidTagRuleMessageSequence", "PR_RULE_MSG_SEQUENCE", "rules")
PR_PREVENT_MSG_CREATE: PropertyTag[bool] = PropertyTag(0x65F4, PT_BOOLEAN, "PR_PREVENT_MSG_CREATE", "PR_PREVENT_MSG_CREATE", "client-defined")
PR_IMAP_INTERNAL_DATE: PropertyTag[datetime] = PropertyTag(0x65F5, PT_SYSTIME, "PR_IMAP_INTERNAL_DATE", "PR_IMAP_INTERNAL_DATE", "client-defined")
PidTagStoreEntryIdEmsmdbV1: PropertyTag[bytes] = PropertyTag(0x65F6, PT_BINARY, "PidTagStoreEntryIdEmsmdbV1", "PR_STORE_ENTRYID_EMSMDB_V1", "client-defined")
PR_PROFILE_VERSION: PropertyTag[int] = PropertyTag(0x6600, PT_LONG, "PR_PROFILE_VERSION", "PR_PROFILE_VERSION", "profile")
PR_PROFILE_CONFIG_FLAGS: PropertyTag[int] = PropertyTag(0x6601, PT_LONG, "PR_PROFILE_CONFIG_FLAGS", "PR_PROFILE_CONFIG_FLAGS", "profile")
PidTagContactAddressBookUid: PropertyTag[bytes] = PropertyTag(0x6601, PT_BINARY, "PidTagContactAddressBookUid", "PR_CONTAB_UID", "provider-defined")
PidTagContactAddressBookSortFlag: PropertyTag[bool] = PropertyTag(0x6602, PT_BOOLEAN, "PidTagContactAddressBookSortFlag", "PR_CONTAB_SORT_FLAG", "provider-defined")
PR_PROFILE_HOME_SERVER: PropertyTag[str] = PropertyTag(0x6602, PT_UNICODE, "PR_PROFILE_HOME_SERVER", "PR_PROFILE_HOME_SERVER", "profile")
PR_PROFILE_USER: PropertyTag[str] = PropertyTag(0x6603, PT_UNICODE, "PR_PROFILE_USER", "PR_PROFILE_USER", "profile")
PR_PROFILE_CONNECT_FLAGS: PropertyTag[int] = PropertyTag(0x6604, PT_LONG, "PR_PROFILE_CONNECT_FLAGS", "PR_PROFILE_CONNECT_FLAGS", "profile")
PR_PROFILE_TRANSPORT_FLAGS: PropertyTag[int] = PropertyTag(0x6605, PT_LONG, "PR_PROFILE_TRANSPORT_FLAGS", "PR_PROFILE_TRANSPORT_FLAGS", "profile")
PR_PROFILE_UI_STATE: PropertyTag[int] = PropertyTag(0x6606, PT_LONG, "PR_PROFILE_UI_STATE", "PR_PROFILE_UI_STATE", "profile")
PR_PROFILE_UNRESOLVED_NAME: PropertyTag[str] = PropertyTag(0x6607, PT_UNICODE, "PR_PROFILE_UNRESOLVED_NAME", "PR_PROFILE_UNRESOLVED_NAME", "profile")
PR_PROFILE_UNRESOLVED_SERVER: PropertyTag[str] = PropertyTag(0x6608, PT_UNICODE, "PR_PROFILE_UNRESOLVED_SERVER", "PR_PROFILE_UNRESOLVED_SERVER", "profile")
PR_PROFILE_OPEN_FLAGS: PropertyTag[int] = PropertyTag(0x6609, PT_LONG, "PR_PROFILE_OPEN_FLAGS", "PR_PROFILE_OPEN_FLAGS", "profile")
PR_PROFILE_BINDING_ORDER: PropertyTag[str] = PropertyTag(0x6609, PT_UNICODE, "PR_PROFILE_BINDING_ORDER", "PR_PROFILE_BINDING_ORDER", "profile")
PidTagProfileType: PropertyTag[int] = PropertyTag(0x660A, PT_LONG, "PidTagProfileType", "PR_PROFILE_TYPE", "profile")
PR_PROFILE_MAILBOX: PropertyTag[str] = PropertyTag(0x660B, PT_UNICODE, "PR_PROFILE_MAILBOX", "PR_PROFILE_MAILBOX", "profile")
PR_PROFILE_SERVER: PropertyTag[str] = PropertyTag(0x660C, PT_UNICODE, "PR_PROFILE_SERVER", "PR_PROFILE_SERVER", "profile")
PR_PROFILE_MAX_RESTRICT: PropertyTag[int] = PropertyTag(0x660D, PT_LONG, "PR_PROFILE_MAX_RESTRICT", "PR_PROFILE_MAX_RESTRICT", "profile")
PR_PROFILE_AB_FILES_PATH: PropertyTag[str] = PropertyTag(0x660E, PT_UNICODE, "PR_PROFILE_AB_FILES_PATH", "PR_PROFILE_AB_FILES_PATH", "profile")
PR_PROFILE_FAVFLD_DISPLAY_NAME: PropertyTag[str] = PropertyTag(0x660F, PT_UNICODE, "PR_PROFILE_FAVFLD_DISPLAY_NAME", "PR_PROFILE_FAVFLD_DISPLAY_NAME", "profile")
PR_PROFILE_OFFLINE_STORE_PATH: PropertyTag[str] = PropertyTag(0x6610, PT_UNICODE, "PR_PROFILE_OFFLINE_STORE_PATH", "PR_PROFILE_OFFLINE_STORE_PATH", "profile")
PidTagContactAddressBookFolderEntryId: PropertyTag[bytes] = PropertyTag(0x6610, PT_BINARY, "PidTagContactAddressBookFolderEntryId", "PR_CONTAB_FOLDER_ENTRYID", "provider-defined")
PidTagContactAddressBookStoreSupportMask: PropertyTag[int] = PropertyTag(0x6611, PT_LONG, "PidTagContactAddressBookStoreSupportMask", "PR_CONTAB_STORE_SUPPORT_MASK", "provider-defined")
PR_PROFILE_OFFLINE_INFO: PropertyTag[bytes] = PropertyTag(0x6611, PT_BINARY, "PR_PROFILE_OFFLINE_INFO", "PR_PROFILE_OFFLINE_INFO", "profile")
PidTagContactAddressBookStoreName: PropertyTag[str] = PropertyTag(0x6612, PT_UNICODE, "PidTagContactAddressBookStoreName", "PR_CONTAB_STORE_NAME", "provider-defined")
PidTagContactAddressBookFolderName: PropertyTag[str] = PropertyTag(0x6613, PT_UNICODE, "PidTagContactAddressBookFolderName", "PR_CONTAB_FOLDER_NAME", "provider-defined")
PR_PROFILE_HOME_SERVER_ADDRS: PropertyTag[tuple[str, ...]] = PropertyTag(0x6613, PT_MV_UNICODE, "PR_PROFILE_HOME_SERVER_ADDRS", "PR_PROFILE_HOME_SERVER_ADDRS", "profile")
PidTagContactAddressBookMultipleAddressFlag: PropertyTag[bool] = PropertyTag(0x6614, PT_BOOLEAN, "PidTagContactAddressBookMultipleAddressFlag", "PR_CONTAB_MULTI_ADDR_FLAG", "provider-defined")
PR_PROFILE_SERVER_DN: PropertyTag[str] = PropertyTag(0x6614, PT_UNICODE, "PR_PROFILE_SERVER_DN", "PR_PROFILE_SERVER_DN", "profile")
PR_PROFILE_FAVFLD_COMMENT: PropertyTag[str] = PropertyTag(0x6615, PT_UNICODE, "PR_PROFILE_FAVFLD_COMMENT", "PR_PROFILE_FAVFLD_COMMENT", "profile")
PR_PROFILE_ALLPUB_DISPLAY_NAME: PropertyTag[str] = PropertyTag(0x6616, PT_UNICODE, "PR_PROFILE_ALLPUB_DISPLAY_NAME", "PR_PROFILE_ALLPUB_DISPLAY_NAME", "profile")
PR_PROFILE_ALLPUB_COMMENT: PropertyTag[str] = PropertyTag(0x6617, PT_UNICODE, "PR_PROFILE_ALLPUB_COMMENT", "PR_PROFILE_ALLPUB_COMMENT", "profile")
PR_DISABLE_WINSOCK: PropertyTag[int] = PropertyTag(0x6618, PT_LONG, "PR_DISABLE_WINSOCK", "PR_DISABLE_WINSOCK", "provider-defined")
PR_IN_TRANSIT: PropertyTag[bool] = PropertyTag(0x6618, PT_BOOLEAN, "PR_IN_TRANSIT", "PR_IN_TRANSIT", "provider-defined")
PR_PROFILE_AUTH_PACKAGE: PropertyTag[int] = PropertyTag(0x6619, PT_LONG, "PR_PROFILE_AUTH_PACKAGE", "PR_PROFILE_AUTH_PACKAGE", "profile")
PidTagUserEntryId: PropertyTag[bytes] = PropertyTag(0x6619, PT_BINARY, "PidTagUserEntryId", "PR_USER_ENTRYID", "provider-defined")
PR_PROFILE_RECONNECT_INTERVAL: PropertyTag[int] = PropertyTag(0x661A, PT_LONG, "PR_PROFILE_RECONNECT_INTERVAL", "PR_PROFILE_RECONNECT_INTERVAL", "profile")
PR_USER_NAME: PropertyTag[str] = PropertyTag(0x661A, PT_UNICODE, "PR_USER_NAME", "PR_USER_NAME", "provider-defined")
PidTagProfileServerVersion: PropertyTag[int] = PropertyTag(0x661B, PT_LONG, "PidTagProfileServerVersion", "PR_PROFILE_SERVER_VERSION", "profile")
PidTagMailboxOwnerEntryId: PropertyTag[bytes] = PropertyTag(0x661B, PT_BINARY, "PidTagMailboxOwnerEntryId", "PR_MAILBOX_OWNER_ENTRYID", "provider-defined")
PidTagMailboxOwnerName: PropertyTag[str] = PropertyTag(0x661C, PT_UNICODE, "PidTagMailboxOwnerName", "PR_MAILBOX_OWNER_NAME", "provider-defined")
PidTagPstBestBodyProptag: PropertyTag[int] = PropertyTag(0x661D, PT_LONG, "PidTagPstBestBodyProptag", "PR_PST_BEST_BODY_PROPTAG", "pst")
PidTagOutOfOfficeState: PropertyTag[bool] = PropertyTag(0x661D, PT_BOOLEAN, "PidTagOutOfOfficeState", "PR_OOF_STATE", "provider-defined")
PR_SCHEDULE_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x661E, PT_BINARY, "PR_SCHEDULE_FOLDER_ENTRYID", "PR_SCHEDULE_FOLDER_ENTRYID", "provider-defined")
PR_IPM_DAF_ENTRYID: PropertyTag[bytes] = PropertyTag(0x661F, PT_BINARY, "PR_IPM_DAF_ENTRYID", "PR_IPM_DAF_ENTRYID", "folder")
PidTagNonIpmSubtreeEntryId: PropertyTag[bytes] = PropertyTag(0x6620, PT_BINARY, "PidTagNonIpmSubtreeEntryId", "PR_NON_IPM_SUBTREE_ENTRYID", "provider-defined")
PidTagContactAddressBookFolderEntryIds: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x6620, PT_MV_BINARY, "PidTagContactAddressBookFolderEntryIds", "PR_CONTAB_FOLDER_ENTRYIDS", "provider-defined")
PR_EFORMS_REGISTRY_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6621, PT_BINARY, "PR_EFORMS_REGISTRY_ENTRYID", "PR_EFORMS_REGISTRY_ENTRYID", "provider-defined")
PidTagContactAddressBookStoreSupportMasks: PropertyTag[tuple[int, ...]] = PropertyTag(0x6621, PT_MV_LONG, "PidTagContactAddressBookStoreSupportMasks", "PR_CONTAB_STORE_SUPPORT_MASKS", "provider-defined")
PR_PROFILE_RPC_PROXY_SERVER: PropertyTag[str] = PropertyTag(0x6622, PT_UNICODE, "PR_PROFILE_RPC_PROXY_SERVER", "PR_PROFILE_RPC_PROXY_SERVER", "profile")
PidTagRpcOverHttpProxyServer: PropertyTag[str] = PropertyTag(0x6622, PT_UNICODE, "PidTagRpcOverHttpProxyServer", "PR_ROH_PROXY_SERVER", "profile")
PidTagSchedulePlusFreeBusyEntryId: PropertyTag[bytes] = PropertyTag(0x6622, PT_BINARY, "PidTagSchedulePlusFreeBusyEntryId", "PR_SPLUS_FREE_BUSY_ENTRYID", "provider-defined")
PidTagContactAddressBookStoreNames: PropertyTag[tuple[str, ...]] = PropertyTag(0x6622, PT_MV_UNICODE, "PidTagContactAddressBookStoreNames", "PR_CONTAB_STORE_NAMES", "provider-defined")
PR_PROFILE_RPC_PROXY_SERVER_FLAGS: PropertyTag[int] = PropertyTag(0x6623, PT_LONG, "PR_PROFILE_RPC_PROXY_SERVER_FLAGS", "PR_PROFILE_RPC_PROXY_SERVER_FLAGS", "profile")
PidTagRpcOverHttpFlags: PropertyTag[int] = PropertyTag(0x6623, PT_LONG, "PidTagRpcOverHttpFlags", "PR_ROH_FLAGS", "profile")
PR_OFFLINE_ADDRBOOK_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6623, PT_BINARY, "PR_OFFLINE_ADDRBOOK_ENTRYID", "PR_OFFLINE_ADDRBOOK_ENTRYID", "provider-defined")
PidTagContactAddressBookFolderNames: PropertyTag[tuple[str, ...]] = PropertyTag(0x6623, PT_MV_UNICODE, "PidTagContactAddressBookFolderNames", "PR_CONTAB_FOLDER_NAMES", "provider-defined")
PR_EFORMS_FOR_LOCALE_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6624, PT_BINARY, "PR_EFORMS_FOR_LOCALE_ENTRYID", "PR_EFORMS_FOR_LOCALE_ENTRYID", "provider-defined")
PidTagContactAddressBookDisplayNames: PropertyTag[tuple[str, ...]] = PropertyTag(0x6624, PT_MV_UNICODE, "PidTagContactAddressBookDisplayNames", "PR_CONTAB_DISPLAY_NAMES", "provider-defined")
PidTagRpcOverHttpProxyPrincipalName: PropertyTag[str] = PropertyTag(0x6625, PT_UNICODE, "PidTagRpcOverHttpProxyPrincipalName", "PR_ROH_PROXY_PRINCIPAL_NAME", "profile")
PR_FREE_BUSY_FOR_LOCAL_SITE_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6625, PT_BINARY, "PR_FREE_BUSY_FOR_LOCAL_SITE_ENTRYID", "PR_FREE_BUSY_FOR_LOCAL_SITE_ENTRYID", "provider-defined")
PidTagContactAddressBookMultipleAddressFlags: PropertyTag[tuple[int, ...]] = PropertyTag(0x6625, PT_MV_LONG, "PidTagContactAddressBookMultipleAddressFlags", "PR_CONTAB_MULTI_ADDR_FLAGS", "provider-defined")
PR_ADDRBOOK_FOR_LOCAL_SITE_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6626, PT_BINARY, "PR_ADDRBOOK_FOR_LOCAL_SITE_ENTRYID", "PR_ADDRBOOK_FOR_LOCAL_SITE_ENTRYID", "provider-defined")
PidTagContactAddressBookStoreEntryIds: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x6626, PT_MV_BINARY, "PidTagContactAddressBookStoreEntryIds", "PR_CONTAB_STORE_ENTRYIDS", "provider-defined")
PR_PROFILE_RPC_PROXY_SERVER_AUTH_PACKAGE: PropertyTag[int] = PropertyTag(0x6627, PT_LONG, "PR_PROFILE_RPC_PROXY_SERVER_AUTH_PACKAGE", "PR_PROFILE_RPC_PROXY_SERVER_AUTH_PACKAGE", "profile")
PidTagRpcOverHttpProxyAuthScheme: PropertyTag[int] = PropertyTag(0x6627, PT_LONG, "PidTagRpcOverHttpProxyAuthScheme", "PR_ROH_PROXY_AUTH_SCHEME", "profile")
PR_OFFLINE_MESSAGE_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6627, PT_BINARY, "PR_OFFLINE_MESSAGE_ENTRYID", "PR_OFFLINE_MESSAGE_ENTRYID", "provider-defined")
PR_GW_MTSIN_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6628, PT_BINARY, "PR_GW_MTSIN_ENTRYID", "PR_GW_MTSIN_ENTRYID", "provider-defined")
PR_GW_MTSOUT_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6629, PT_BINARY, "PR_GW_MTSOUT_ENTRYID", "PR_GW_MTSOUT_ENTRYID", "provider-defined")
PR_TRANSFER_ENABLED: PropertyTag[bool] = PropertyTag(0x662A, PT_BOOLEAN, "PR_TRANSFER_ENABLED", "PR_TRANSFER_ENABLED", "provider-defined")
PidTagProfileHomeServerFQDN: PropertyTag[str] = PropertyTag(0x662A, PT_UNICODE, "PidTagProfileHomeServerFQDN", "PR_PROFILE_HOME_SERVER_FQDN", "profile")
PR_HIERARCHY_SYNCHRONIZER: PropertyTag[object] = PropertyTag(0x662C, PT_OBJECT, "PR_HIERARCHY_SYNCHRONIZER", "PR_HIERARCHY_SYNCHRONIZER", "provider-defined")
PR_CONTENTS_SYNCHRONIZER: PropertyTag[object] = PropertyTag(0x662D, PT_OBJECT, "PR_CONTENTS_SYNCHRONIZER", "PR_CONTENTS_SYNCHRONIZER", "provider-defined")
PR_COLLECTOR: PropertyTag[object] = PropertyTag(0x662E, PT_OBJECT, "PR_COLLECTOR", "PR_COLLECTOR", "provider-defined")
PR_FAST_TRANSFER: PropertyTag[object] = PropertyTag(0x662F, PT_OBJECT, "PR_FAST_TRANSFER", "PR_FAST_TRANSFER", "provider-defined")
PR_IPM_FAVORITES_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6630, PT_BINARY, "PR_IPM_FAVORITES_ENTRYID", "PR_IPM_FAVORITES_ENTRYID", "folder")
PR_IPM_PUBLIC_FOLDERS_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6631, PT_BINARY, "PR_IPM_PUBLIC_FOLDERS_ENTRYID", "PR_IPM_PUBLIC_FOLDERS_ENTRYID", "folder")
PR_STORE_OFFLINE: PropertyTag[bool] = PropertyTag(0x6632, PT_BOOLEAN, "PR_STORE_OFFLINE", "PR_STORE_OFFLINE", "provider-defined")
PidTagPstLrNoRestrictions: PropertyTag[bool] = PropertyTag(0x6633, PT_BOOLEAN, "PidTagPstLrNoRestrictions", "PR_PST_LRNORESTRICTIONS", "pst")
PR_HIERARCHY_SERVER: PropertyTag[str] = PropertyTag(0x6633, PT_UNICODE, "PR_HIERARCHY_SERVER", "PR_HIERARCHY_SERVER", "provider-defined")
PR_CHANGE_ADVISOR: PropertyTag[object] = PropertyTag(0x6634, PT_OBJECT, "PR_CHANGE_ADVISOR", "PR_CHANGE_ADVISOR", "provider-defined")
PidTagProfileOabCountAttemptedFulldn: PropertyTag[int] = PropertyTag(0x6635, PT_LONG, "PidTagProfileOabCountAttemptedFulldn", "PR_PROFILE_OAB_COUNT_ATTEMPTED_FULLDN", "profile")
PidTagPstHiddenCount: PropertyTag[int] = PropertyTag(0x6635, PT_LONG, "PidTagPstHiddenCount", "PR_PST_HIDDEN_COUNT", "pst")
PR_FAVORITES_DEFAULT_NAME: PropertyTag[str] = PropertyTag(0x6635, PT_UNICODE, "PR_FAVORITES_DEFAULT_NAME", "PR_FAVORITES_DEFAULT_NAME", "provider-defined")
PidTagProfileOabCountAttemptedIncrdn: PropertyTag[int] = PropertyTag(0x6636, PT_LONG, "PidTagProfileOabCountAttemptedIncrdn", "PR_PROFILE_OAB_COUNT_ATTEMPTED_INCRDN", "profile")
PidTagPstHiddenUnread: PropertyTag[int] = PropertyTag(0x6636, PT_LONG, "PidTagPstHiddenUnread", "PR_PST_HIDDEN_UNREAD", "pst")
PR_SYS_CONFIG_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6636, PT_BINARY, "PR_SYS_CONFIG_FOLDER_ENTRYID", "PR_SYS_CONFIG_FOLDER_ENTRYID", "provider-defined")
PR_CHANGE_NOTIFICATION_GUID: PropertyTag[UUID] = PropertyTag(0x6637, PT_CLSID, "PR_CHANGE_NOTIFICATION_GUID", "PR_CHANGE_NOTIFICATION_GUID", "provider-defined")
PR_FOLDER_CHILD_COUNT: PropertyTag[int] = PropertyTag(0x6638, PT_LONG, "PR_FOLDER_CHILD_COUNT", "PR_FOLDER_CHILD_COUNT", "folder")
PidTagSerializedReplidGuidMap: PropertyTag[bytes] = PropertyTag(0x6638, PT_BINARY, "PidTagSerializedReplidGuidMap", "", "provider-defined")
PidTagRights: PropertyTag[int] = PropertyTag(0x6639, PT_LONG, "PidTagRights", "PR_RIGHTS", "provider-defined")
PR_PROFILE_ABP_MTHREAD_TIMEOUT_SECS: PropertyTag[int] = PropertyTag(0x663A, PT_LONG, "PR_PROFILE_ABP_MTHREAD_TIMEOUT_SECS", "PR_PROFILE_ABP_MTHREAD_TIMEOUT_SECS", "profile")
PidTagHasRules: PropertyTag[bool] = PropertyTag(0x663A, PT_BOOLEAN, "PidTagHasRules", "PR_HAS_RULES", "provider-defined")
PidTagAddressBookEntryId: PropertyTag[bytes] = PropertyTag(0x663B, PT_BINARY, "PidTagAddressBookEntryId", "PR_ADDRESS_BOOK_ENTRYID", "provider-defined")
PidTagProfileServerFullVersion: PropertyTag[bytes] = PropertyTag(0x663B, PT_BINARY, "PidTagProfileServerFullVersion", "PR_PROFILE_SERVER_FULL_VERSION", "profile")
PR_PUBLIC_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x663C, PT_BINARY, "PR_PUBLIC_FOLDER_ENTRYID", "PR_PUBLIC_FOLDER_ENTRYID", "provider-defined")
PR_OFFLINE_FLAGS: PropertyTag[int] = PropertyTag(0x663D, PT_LONG, "PR_OFFLINE_FLAGS", "PR_OFFLINE_FLAGS", "provider-defined")
PidTagHierarchyChangeNumber: PropertyTag[int] = PropertyTag(0x663E, PT_LONG, "PidTagHierarchyChangeNumber", "PR_HIERARCHY_CHANGE_NUM", "provider-defined")
PR_HAS_MODERATOR_RULES: PropertyTag[bool] = PropertyTag(0x663F, PT_BOOLEAN, "PR_HAS_MODERATOR_RULES", "PR_HAS_MODERATOR_RULES", "provider-defined")
PidTagDeletedMessageCount: PropertyTag[int] = PropertyTag(0x6640, PT_LONG, "PidTagDeletedMessageCount", "PR_DELETED_MSG_COUNT", "provider-defined")
PR_DELETED_FOLDER_COUNT: PropertyTag[int] = PropertyTag(0x6641, PT_LONG, "PR_DELETED_FOLDER_COUNT", "PR_DELETED_FOLDER_COUNT", "provider-defined")
PR_PROFILE_USER_SMTP_EMAIL_ADDRESS: PropertyTag[str] = PropertyTag(0x6641, PT_UNICODE, "PR_PROFILE_USER_SMTP_EMAIL_ADDRESS", "PR_PROFILE_USER_SMTP_EMAIL_ADDRESS", "profile")
PR_OLDEST_DELETED_ON: PropertyTag[datetime] = PropertyTag(0x6642, PT_SYSTIME, "PR_OLDEST_DELETED_ON", "PR_OLDEST_DELETED_ON", "provider-defined")
PidTagDeletedAssociatedMessageCount: PropertyTag[int] = PropertyTag(0x6643, PT_LONG, "PidTagDeletedAssociatedMessageCount", "PR_DELETED_ASSOC_MSG_COUNT", "provider-defined")
PR_REPLICA_SERVER: PropertyTag[str] = PropertyTag(0x6644, PT_UNICODE, "PR_REPLICA_SERVER", "PR_REPLICA_SERVER", "provider-defined")
PidTagClientActions: PropertyTag[bytes] = PropertyTag(0x6645, PT_BINARY, "PidTagClientActions", "PR_CLIENT_ACTIONS", "rules")
PidTagDamOriginalEntryId: PropertyTag[bytes] = PropertyTag(0x6646, PT_BINARY, "PidTagDamOriginalEntryId", "PR_DAM_ORIGINAL_ENTRYID", "rules")
PidTagDamBackPatched: PropertyTag[bool] = PropertyTag(0x6647, PT_BOOLEAN, "PidTagDamBackPatched", "PR_DAM_BACK_PATCHED", "rules")
PidTagRuleError: PropertyTag[int] = PropertyTag(0x6648, PT_LONG, "PidTagRuleError", "PR_RULE_ERROR", "rules")
PidTagRuleActionType: PropertyTag[int] = PropertyTag(0x6649, PT_LONG, "PidTagRuleActionType", "PR_RULE_ACTION_TYPE", "rules")
PidTagHasNamedProperties: PropertyTag[bool] = PropertyTag(0x664A, PT_BOOLEAN, "PidTagHasNamedProperties", "PR_HAS_NAMED_PROPERTIES", "provider-defined")
PR_REPLICA_VERSION: PropertyTag[int] = PropertyTag(0x664B, PT_I8, "PR_REPLICA_VERSION", "PR_REPLICA_VERSION", "provider-defined")
PR_FID_MID: PropertyTag[bytes] = PropertyTag(0x664C, PT_BINARY, "PR_FID_MID", "PR_FID_MID", "provider-defined")
PR_FID_VID: PropertyTag[bytes] = PropertyTag(0x664C, PT_BINARY, "PR_FID_VID", "PR_FID_VID", "provider-defined")
PR_ORIGIN_ID: PropertyTag[bytes] = PropertyTag(0x664D, PT_BINARY, "PR_ORIGIN_ID", "PR_ORIGIN_ID", "provider-defined")
PR_SYNCEVENT_FIRED: PropertyTag[bool] = PropertyTag(0x664F, PT_BOOLEAN, "PR_SYNCEVENT_FIRED", "PR_SYNCEVENT_FIRED", "provider-defined")
PidTagRuleActionNumber: PropertyTag[int] = PropertyTag(0x6650, PT_LONG, "PidTagRuleActionNumber", "PR_RULE_ACTION_NUMBER", "rules")
PidTagRuleFolderEntryId: PropertyTag[bytes] = PropertyTag(0x6651, PT_BINARY, "PidTagRuleFolderEntryId", "PR_RULE_FOLDER_ENTRYID", "rules")
PR_ACTIVE_USER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6652, PT_BINARY, "PR_ACTIVE_USER_ENTRYID", "PR_ACTIVE_USER_ENTRYID", "provider-defined")
PR_X400_ENVELOPE_TYPE: PropertyTag[int] = PropertyTag(0x6653, PT_LONG, "PR_X400_ENVELOPE_TYPE", "PR_X400_ENVELOPE_TYPE", "provider-defined")
PR_MSG_FOLD_TIME: PropertyTag[datetime] = PropertyTag(0x6654, PT_SYSTIME, "PR_MSG_FOLD_TIME", "PR_MSG_FOLD_TIME", "provider-defined")
PR_ICS_CHANGE_KEY: PropertyTag[bytes] = PropertyTag(0x6655, PT_BINARY, "PR_ICS_CHANGE_KEY", "PR_ICS_CHANGE_KEY", "provider-defined")
PR_GW_ADMIN_OPERATIONS: PropertyTag[int] = PropertyTag(0x6658, PT_LONG, "PR_GW_ADMIN_OPERATIONS", "PR_GW_ADMIN_OPERATIONS", "provider-defined")
PR_INTERNET_CONTENT: PropertyTag[bytes] = PropertyTag(0x6659, PT_BINARY, "PR_INTERNET_CONTENT", "PR_INTERNET_CONTENT", "provider-defined")
PR_ORIGINATOR_NAME: PropertyTag[str] = PropertyTag(0x665B, PT_UNICODE, "PR_ORIGINATOR_NAME", "PR_ORIGINATOR_NAME", "provider-defined")
PR_ORIGINATOR_ADDR: PropertyTag[str] = PropertyTag(0x665C, PT_UNICODE, "PR_ORIGINATOR_ADDR", "PR_ORIGINATOR_ADDR", "provider-defined")
PR_ORIGINATOR_ADDRTYPE: PropertyTag[str] = PropertyTag(0x665D, PT_UNICODE, "PR_ORIGINATOR_ADDRTYPE", "PR_ORIGINATOR_ADDRTYPE", "provider-defined")
PR_PROFILE_EXCHANGE_CONSUMER_ACCOUNT: PropertyTag[bool] = PropertyTag(0x665E, PT_BOOLEAN, "PR_PROFILE_EXCHANGE_CONSUMER_ACCOUNT", "PR_PROFILE_EXCHANGE_CONSUMER_ACCOUNT", "profile")
PR_ORIGINATOR_ENTRYID: PropertyTag[bytes] = PropertyTag(0x665E, PT_BINARY, "PR_ORIGINATOR_ENTRYID", "PR_ORIGINATOR_ENTRYID", "provider-defined")
PR_ARRIVAL_TIME: PropertyTag[datetime] = PropertyTag(0x665F, PT_SYSTIME, "PR_ARRIVAL_TIME", "PR_ARRIVAL_TIME", "provider-defined")
PR_TRACE_INFO: PropertyTag[bytes] = PropertyTag(0x6660, PT_BINARY, "PR_TRACE_INFO", "PR_TRACE_INFO", "provider-defined")
PR_SUBJECT_TRACE_INFO: PropertyTag[bytes] = PropertyTag(0x6661, PT_BINARY, "PR_SUBJECT_TRACE_INFO", "PR_SUBJECT_TRACE_INFO", "provider-defined")
PidTagRecipientNumber: PropertyTag[int] = PropertyTag(0x6662, PT_LONG, "PidTagRecipientNumber", "PR_RECIPIENT_NUMBER", "provider-defined")
PR_MTS_SUBJECT_ID: PropertyTag[bytes] = PropertyTag(0x6663, PT_BINARY, "PR_MTS_SUBJECT_ID", "PR_MTS_SUBJECT_ID", "provider-defined")
PR_REPORT_DESTINATION_NAME: PropertyTag[str] = PropertyTag(0x6664, PT_UNICODE, "PR_REPORT_DESTINATION_NAME", "PR_REPORT_DESTINATION_NAME", "report")
PR_REPORT_DESTINATION_ENTRYID: PropertyTag[bytes] = PropertyTag(0x6665, PT_BINARY, "PR_REPORT_DESTINATION_ENTRYID", "PR_REPORT_DESTINATION_ENTRYID", "report")
PR_CONTENT_SEARCH_KEY: PropertyTag[bytes] = PropertyTag(0x6666, PT_BINARY, "PR_CONTENT_SEARCH_KEY", "PR_CONTENT_SEARCH_KEY", "provider-defined")
PR_FOREIGN_ID: PropertyTag[bytes] = PropertyTag(0x6667, PT_BINARY, "PR_FOREIGN_ID", "PR_FOREIGN_ID", "provider-defined")
PR_FOREIGN_REPORT_ID: PropertyTag[bytes] = PropertyTag(0x6668, PT_BINARY, "PR_FOREIGN_REPORT_ID", "PR_FOREIGN_REPORT_ID", "provider-defined")
PR_FOREIGN_SUBJECT_ID: PropertyTag[bytes] = PropertyTag(0x6669, PT_BINARY, "PR_FOREIGN_SUBJECT_ID", "PR_FOREIGN_SUBJECT_ID", "provider-defined")
PidTagProhibitReceiveQuota: PropertyTag[int] = PropertyTag(0x666A, PT_LONG, "PidTagProhibitReceiveQuota", "PR_PROHIBIT_RECEIVE_QUOTA", "provider-defined")
PR_INTERNAL_TRACE_INFO: PropertyTag[bytes] = PropertyTag(0x666A, PT_BINARY, "PR_INTERNAL_TRACE_INFO", "PR_INTERNAL_TRACE_INFO", "provider-defined")
PR_PROMOTE_PROP_ID_LIST: PropertyTag[bytes] = PropertyTag(0x666B, PT_BINARY, "PR_PROMOTE_PROP_ID_LIST", "PR_PROMOTE_PROP_ID_LIST", "provider-defined")
PidTagInConflict: PropertyTag[bool] = PropertyTag(0x666C, PT_BOOLEAN, "PidTagInConflict", "PR_IN_CONFLICT", "provider-defined")
PidTagMaximumSubmitMessageSize: PropertyTag[int] = PropertyTag(0x666D, PT_LONG, "PidTagMaximumSubmitMessageSize", "PR_MAX_SUBMIT_MESSAGE_SIZE", "provider-defined")
PidTagProhibitSendQuota: PropertyTag[int] = PropertyTag(0x666E, PT_LONG, "PidTagProhibitSendQuota", "PR_PROHIBIT_SEND_QUOTA", "provider-defined")
PidTagLongTermEntryIdFromTable: PropertyTag[bytes] = PropertyTag(0x6670, PT_BINARY, "PidTagLongTermEntryIdFromTable", "PR_LONGTERM_ENTRYID_FROM_TABLE", "table")
PidTagMemberId: PropertyTag[int] = PropertyTag(0x6671, PT_I8, "PidTagMemberId", "PR_MEMBER_ID", "access-control")
PidTagShortTermEntryIdFromObject: PropertyTag[bytes] = PropertyTag(0x6671, PT_BINARY, "PidTagShortTermEntryIdFromObject", "PR_SHORTTERM_PARENT_ENTRYID_FROM_OBJECT", "provider-defined")
PidTagMemberName: PropertyTag[str] = PropertyTag(0x6672, PT_UNICODE, "PidTagMemberName", "PR_MEMBER_NAME", "access-control")
PidTagShortTermParentEntryIdFromObject: PropertyTag[bytes] = PropertyTag(0x6672, PT_BINARY, "PidTagShortTermParentEntryIdFromObject", "PR_SHORTTERM_ENTRYID_FROM_OBJECT", "provider-defined")
PidTagMemberRights: PropertyTag[int] = PropertyTag(0x6673, PT_LONG, "PidTagMemberRights", "PR_MEMBER_RIGHTS", "access-control")
PidTagRuleId: PropertyTag[int] = PropertyTag(0x6674, PT_I8, "PidTagRuleId", "PR_RULE_ID", "rules")
PidTagRuleIds: PropertyTag[bytes] = PropertyTag(0x6675, PT_BINARY, "PidTagRuleIds", "PR_RULE_IDS", "rules")
PidTagRuleSequence: PropertyTag[int] = PropertyTag(0x6676, PT_LONG, "PidTagRuleSequence", "PR_RULE_SEQUENCE", "rules")
PidTagRuleState: PropertyTag[int] = PropertyTag(0x6677, PT_LONG, "PidTagRuleState", "PR_RULE_STATE", "rules")
PidTagRuleUserFlags: PropertyTag[int] = PropertyTag(0x6678, PT_LONG, "PidTagRuleUserFlags", "PR_RULE_USER_FLAGS", "rules")
PidTagRuleCondition: PropertyTag[Restriction] = PropertyTag(0x6679, PT_RESTRICTION, "PidTagRuleCondition", "PR_RULE_CONDITION", "rules")
PR_EVENTS_ROOT_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x667A, PT_BINARY, "PR_EVENTS_ROOT_FOLDER_ENTRYID", "PR_EVENTS_ROOT_FOLDER_ENTRYID", "provider-defined")
PR_PROFILE_MOAB: PropertyTag[str] = PropertyTag(0x667B, PT_UNICODE, "PR_PROFILE_MOAB", "PR_PROFILE_MOAB", "profile")
PR_PROFILE_MOAB_GUID: PropertyTag[str] = PropertyTag(0x667C, PT_UNICODE, "PR_PROFILE_MOAB_GUID", "PR_PROFILE_MOAB_GUID", "profile")
PR_PROFILE_MOAB_SEQ: PropertyTag[int] = PropertyTag(0x667D, PT_LONG, "PR_PROFILE_MOAB_SEQ", "PR_PROFILE_MOAB_SEQ", "profile")
PR_GET_PROPS_EXCLUDE_PROP_ID_LIST: PropertyTag[bytes] = PropertyTag(0x667E, PT_BINARY, "PR_GET_PROPS_EXCLUDE_PROP_ID_LIST", "PR_GET_PROPS_EXCLUDE_PROP_ID_LIST", "provider-defined")
PR_IMPLIED_RESTRICTIONS: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x667F, PT_MV_BINARY, "PR_IMPLIED_RESTRICTIONS", "PR_IMPLIED_RESTRICTIONS", "provider-defined")
PidTagRuleActions: PropertyTag[bytes] = PropertyTag(0x6680, PT_RULE_ACTION, "PidTagRuleActions", "PR_RULE_ACTIONS", "rules")
PidTagRuleProvider: PropertyTag[str] = PropertyTag(0x6681, PT_UNICODE, "PidTagRuleProvider", "PR_RULE_PROVIDER", "rules")
PidTagRuleName: PropertyTag[str] = PropertyTag(0x6682, PT_UNICODE, "PidTagRuleName", "PR_RULE_NAME", "rules")
PidTagRuleLevel: PropertyTag[int] = PropertyTag(0x6683, PT_LONG, "PidTagRuleLevel", "PR_RULE_LEVEL", "rules")
PidTagRuleProviderData: PropertyTag[bytes] = PropertyTag(0x6684, PT_BINARY, "PidTagRuleProviderData", "PR_RULE_PROVIDER_DATA", "rules")
PR_LAST_FULL_BACKUP: PropertyTag[datetime] = PropertyTag(0x6685, PT_SYSTIME, "PR_LAST_FULL_BACKUP", "PR_LAST_FULL_BACKUP", "provider-defined")
PR_PROFILE_ADDR_INFO: PropertyTag[bytes] = PropertyTag(0x6687, PT_BINARY, "PR_PROFILE_ADDR_INFO", "PR_PROFILE_ADDR_INFO", "profile")
PR_PROFILE_OPTIONS_DATA: PropertyTag[bytes] = PropertyTag(0x6689, PT_BINARY, "PR_PROFILE_OPTIONS_DATA", "PR_PROFILE_OPTIONS_DATA", "profile")
PR_NNTP_ARTICLE_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x668A, PT_BINARY, "PR_NNTP_ARTICLE_FOLDER_ENTRYID", "PR_NNTP_ARTICLE_FOLDER_ENTRYID", "provider-defined")
PR_NNTP_CONTROL_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x668B, PT_BINARY, "PR_NNTP_CONTROL_FOLDER_ENTRYID", "PR_NNTP_CONTROL_FOLDER_ENTRYID", "provider-defined")
PR_NEWSGROUP_ROOT_FOLDER_ENTRYID: PropertyTag[bytes] = PropertyTag(0x668C, PT_BINARY, "PR_NEWSGROUP_ROOT_FOLDER_ENTRYID", "PR_NEWSGROUP_ROOT_FOLDER_ENTRYID", "provider-defined")
PR_RULE_VERSION: PropertyTag[int] = PropertyTag(0x668D, PT_SHORT, "PR_RULE_VERSION", "PR_RULE_VERSION", "rules")
PR_INBOUND_NEWSFEED_DN: PropertyTag[str] = PropertyTag(0x668D, PT_UNICODE, "PR_INBOUND_NEWSFEED_DN", "PR_INBOUND_NEWSFEED_DN", "provider-defined")
PR_OUTBOUND_NEWSFEED_DN: PropertyTag[str] = PropertyTag(0x668E, PT_UNICODE, "PR_OUTBOUND_NEWSFEED_DN", "PR_OUTBOUND_NEWSFEED_DN", "provider-defined")
PidTagDeletedOn: PropertyTag[datetime] = PropertyTag(0x668F, PT_SYSTIME, "PidTagDeletedOn", "PR_DELETED_ON", "provider-defined")
PR_REPLICATION_STYLE: PropertyTag[int] = PropertyTag(0x6690, PT_LONG, "PR_REPLICATION_STYLE", "PR_REPLICATION_STYLE", "provider-defined")
PR_REPLICATION_SCHEDULE: PropertyTag[bytes] = PropertyTag(0x6691, PT_BINARY, "PR_REPLICATION_SCHEDULE", "PR_REPLICATION_SCHEDULE", "provider-defined")
PR_REPLICATION_MESSAGE_PRIORITY: PropertyTag[int] = PropertyTag(0x6692, PT_LONG, "PR_REPLICATION_MESSAGE_PRIORITY", "PR_REPLICATION_MESSAGE_PRIORITY", "provider-defined")
PR_OVERALL_MSG_AGE_LIMIT: PropertyTag[int] = PropertyTag(0x6693, PT_LONG, "PR_OVERALL_MSG_AGE_LIMIT", "PR_OVERALL_MSG_AGE_LIMIT", "provider-defined")
PR_REPLICATION_ALWAYS_INTERVAL: PropertyTag[int] = PropertyTag(0x6694, PT_LONG, "PR_REPLICATION_ALWAYS_INTERVAL", "PR_REPLICATION_ALWAYS_INTERVAL", "provider-defined")
PR_REPLICATION_MSG_SIZE: PropertyTag[int] = PropertyTag(0x6695, PT_LONG, "PR_REPLICATION_MSG_SIZE", "PR_REPLICATION_MSG_SIZE", "provider-defined")
PR_IS_NEWSGROUP_ANCHOR: PropertyTag[bool] = PropertyTag(0x6696, PT_BOOLEAN, "PR_IS_NEWSGROUP_ANCHOR", "PR_IS_NEWSGROUP_ANCHOR", "provider-defined")
PR_IS_NEWSGROUP: PropertyTag[bool] = PropertyTag(0x6697, PT_BOOLEAN, "PR_IS_NEWSGROUP", "PR_IS_NEWSGROUP", "provider-defined")
PR_REPLICA_LIST: PropertyTag[bytes] = PropertyTag(0x6698, PT_BINARY, "PR_REPLICA_LIST", "PR_REPLICA_LIST", "provider-defined")
PR_OVERALL_AGE_LIMIT: PropertyTag[int] = PropertyTag(0x6699, PT_LONG, "PR_OVERALL_AGE_LIMIT", "PR_OVERALL_AGE_LIMIT", "provider-defined")
PR_INTERNET_CHARSET: PropertyTag[str] = PropertyTag(0x669A, PT_UNICODE, "PR_INTERNET_CHARSET", "PR_INTERNET_CHARSET", "provider-defined")
PidTagDeletedMessageSizeExtended: PropertyTag[int] = PropertyTag(0x669B, PT_I8, "PidTagDeletedMessageSizeExtended", "PR_DELETED_MESSAGE_SIZE_EXTENDED", "provider-defined")
PidTagDeletedNormalMessageSizeExtended: PropertyTag[int] = PropertyTag(0x669C, PT_I8, "PidTagDeletedNormalMessageSizeExtended", "PR_DELETED_NORMAL_MESSAGE_SIZE_EXTENDED", "provider-defined")
PidTagDeletedAssociatedMessageSizeExtended: PropertyTag[int] = PropertyTag(0x669D, PT_I8, "PidTagDeletedAssociatedMessageSizeExtended", "PR_DELETED_ASSOC_MESSAGE_SIZE_EXTENDED", "provider-defined")
PR_SECURE_IN_SITE: PropertyTag[bool] = PropertyTag(0x669E, PT_BOOLEAN, "PR_SECURE_IN_SITE", "PR_SECURE_IN_SITE", "provider-defined")
PR_NT_USER_NAME: PropertyTag[str] = PropertyTag(0x66A0, PT_UNICODE, "PR_NT_USER_NAME", "PR_NT_USER_NAME", "provider-defined")
PidTagLocaleId: PropertyTag[int] = PropertyTag(0x66A1, PT_LONG, "PidTagLocaleId", "PR_LOCALE_ID", "provider-defined")
PR_PROFILE_AUTH_PASSWORD: PropertyTag[bytes] = PropertyTag(0x66A1, PT_BINARY, "PR_PROFILE_AUTH_PASSWORD", "PR_PROFILE_AUTH_PASSWORD", "profile")
PR_LAST_LOGON_TIME: PropertyTag[datetime] = PropertyTag(0x66A2, PT_SYSTIME, "PR_LAST_LOGON_TIME", "PR_LAST_LOGON_TIME", "provider-defined")
PR_LAST_LOGOFF_TIME: PropertyTag[datetime] = PropertyTag(0x66A3, PT_SYSTIME, "PR_LAST_LOGOFF_TIME", "PR_LAST_LOGOFF_TIME", "provider-defined")
PR_STORAGE_LIMIT_INFORMATION: PropertyTag[int] = PropertyTag(0x66A4, PT_LONG, "PR_STORAGE_LIMIT_INFORMATION", "PR_STORAGE_LIMIT_INFORMATION", "provider-defined")
PR_INTERNET_MDNS: PropertyTag[bool] = PropertyTag(0x66A5, PT_BOOLEAN, "PR_INTERNET_MDNS", "PR_INTERNET_MDNS", "provider-defined")
PR_NEWSGROUP_COMPONENT: PropertyTag[str] = PropertyTag(0x66A5, PT_UNICODE, "PR_NEWSGROUP_COMPONENT", "PR_NEWSGROUP_COMPONENT", "provider-defined")
PR_NEWSFEED_INFO: PropertyTag[bytes] = PropertyTag(0x66A6, PT_BINARY, "PR_NEWSFEED_INFO", "PR_NEWSFEED_INFO", "provider-defined")
PR_INTERNET_NEWSGROUP_NAME: PropertyTag[str] = PropertyTag(0x66A7, PT_UNICODE, "PR_INTERNET_NEWSGROUP_NAME", "PR_INTERNET_NEWSGROUP_NAME", "provider-defined")
PidTagFolderFlags: PropertyTag[int] = PropertyTag(0x66A8, PT_LONG, "PidTagFolderFlags", "PR_FOLDER_FLAGS", "folder")
PR_LAST_ACCESS_TIME: PropertyTag[datetime] = PropertyTag(0x66A9, PT_SYSTIME, "PR_LAST_ACCESS_TIME", "PR_LAST_ACCESS_TIME", "provider-defined")
PR_RESTRICTION_COUNT: PropertyTag[int] = PropertyTag(0x66AA, PT_LONG, "PR_RESTRICTION_COUNT", "PR_RESTRICTION_COUNT", "provider-defined")
PR_CATEG_COUNT: PropertyTag[int] = PropertyTag(0x66AB, PT_LONG, "PR_CATEG_COUNT", "PR_CATEG_COUNT", "provider-defined")
PR_CACHED_COLUMN_COUNT: PropertyTag[int] = PropertyTag(0x66AC, PT_LONG, "PR_CACHED_COLUMN_COUNT", "PR_CACHED_COLUMN_COUNT", "provider-defined")
PR_NORMAL_MSG_W_ATTACH_COUNT: PropertyTag[int] = PropertyTag(0x66AD, PT_LONG, "PR_NORMAL_MSG_W_ATTACH_COUNT", "PR_NORMAL_MSG_W_ATTACH_COUNT", "provider-defined")
PR_ASSOC_MSG_W_ATTACH_COUNT: PropertyTag[int] = PropertyTag(0x66AE, PT_LONG, "PR_ASSOC_MSG_W_ATTACH_COUNT", "PR_ASSOC_MSG_W_ATTACH_COUNT", "provider-defined")
PR_RECIPIENT_ON_NORMAL_MSG_COUNT: PropertyTag[int] = PropertyTag(0x66AF, PT_LONG, "PR_RECIPIENT_ON_NORMAL_MSG_COUNT", "PR_RECIPIENT_ON_NORMAL_MSG_COUNT", "provider-defined")
PR_RECIPIENT_ON_ASSOC_MSG_COUNT: PropertyTag[int] = PropertyTag(0x66B0, PT_LONG, "PR_RECIPIENT_ON_ASSOC_MSG_COUNT", "PR_RECIPIENT_ON_ASSOC_MSG_COUNT", "provider-defined")
PR_ATTACH_ON_NORMAL_MSG_COUNT: PropertyTag[int] = PropertyTag(0x66B1, PT_LONG, "PR_ATTACH_ON_NORMAL_MSG_COUNT", "PR_ATTACH_ON_NORMAL_MSG_COUNT", "attachment")
PR_ATTACH_ON_ASSOC_MSG_COUNT: PropertyTag[int] = PropertyTag(0x66B2, PT_LONG, "PR_ATTACH_ON_ASSOC_MSG_COUNT", "PR_ATTACH_ON_ASSOC_MSG_COUNT", "attachment")
PidTagNormalMessageSize: PropertyTag[int] = PropertyTag(0x66B3, PT_LONG, "PidTagNormalMessageSize", "PR_NORMAL_MESSAGE_SIZE", "provider-defined")
PR_NORMAL_MESSAGE_SIZE_EXTENDED: PropertyTag[int] = PropertyTag(0x66B3, PT_I8, "PR_NORMAL_MESSAGE_SIZE_EXTENDED", "PR_NORMAL_MESSAGE_SIZE_EXTENDED", "provider-defined")
PR_ASSOC_MESSAGE_SIZE: PropertyTag[int] = PropertyTag(0x66B4, PT_LONG, "PR_ASSOC_MESSAGE_SIZE", "PR_ASSOC_MESSAGE_SIZE", "provider-defined")
PR_ASSOC_MESSAGE_SIZE_EXTENDED: PropertyTag[int] = PropertyTag(0x66B4, PT_I8, "PR_ASSOC_MESSAGE_SIZE_EXTENDED", "PR_ASSOC_MESSAGE_SIZE_EXTENDED", "provider-defined")
PR_FOLDER_PATHNAME: PropertyTag[str] = PropertyTag(0x66B5, PT_UNICODE, "PR_FOLDER_PATHNAME", "PR_FOLDER_PATHNAME", "folder")
PR_OWNER_COUNT: PropertyTag[int] = PropertyTag(0x66B6, PT_LONG, "PR_OWNER_COUNT", "PR_OWNER_COUNT", "provider-defined")
PR_CONTACT_COUNT: PropertyTag[int] = PropertyTag(0x66B7, PT_LONG, "PR_CONTACT_COUNT", "PR_CONTACT_COUNT", "provider-defined")
PidTagCodePageId: PropertyTag[int] = PropertyTag(0x66C3, PT_LONG, "PidTagCodePageId", "PR_CODE_PAGE_ID", "profile")
PR_RETENTION_AGE_LIMIT: PropertyTag[int] = PropertyTag(0x66C4, PT_LONG, "PR_RETENTION_AGE_LIMIT", "PR_RETENTION_AGE_LIMIT", "provider-defined")
PR_DISABLE_PERUSER_READ: PropertyTag[bool] = PropertyTag(0x66C5, PT_BOOLEAN, "PR_DISABLE_PERUSER_READ", "PR_DISABLE_PERUSER_READ", "provider-defined")
PidTagLatestPstEnsure: PropertyTag[int] = PropertyTag(0x66FA, PT_LONG, "PidTagLatestPstEnsure", "PR_LATEST_PST_ENSURE", "provider-defined")
PidTagWizardNoPstPage: PropertyTag[bool] = PropertyTag(0x6700, PT_BOOLEAN, "PidTagWizardNoPstPage", "PR_WIZARD_NO_PST_PAGE", "provider-defined")
PidTagPstPath: PropertyTag[str] = PropertyTag(0x6700, PT_UNICODE, "PidTagPstPath", "PR_PST_PATH", "pst")
PidTagPstRememberPassword: PropertyTag[bool] = PropertyTag(0x6701, PT_BOOLEAN, "PidTagPstRememberPassword", "PR_PST_REMEMBER_PW", "pst")
PidTagWizardNoPabPage: PropertyTag[bool] = PropertyTag(0x6701, PT_BOOLEAN, "PidTagWizardNoPabPage", "PR_WIZARD_NO_PAB_PAGE", "provider-defined")
PR_OST_ENCRYPTION: PropertyTag[int] = PropertyTag(0x6702, PT_LONG, "PR_OST_ENCRYPTION", "PR_OST_ENCRYPTION", "provider-defined")
PR_PST_ENCRYPTION: PropertyTag[int] = PropertyTag(0x6702, PT_LONG, "PR_PST_ENCRYPTION", "PR_PST_ENCRYPTION", "pst")
PidTagPstPasswordSzOld: PropertyTag[str] = PropertyTag(0x6703, PT_UNICODE, "PidTagPstPasswordSzOld", "PR_PST_PW_SZ_OLD", "pst")
PidTagAddressBookManageDistributionList: PropertyTag[object] = PropertyTag(0x6704, PT_OBJECT, "PidTagAddressBookManageDistributionList", "PR_EMS_AB_MANAGE_DL", "address-book")
PidTagPstPasswordSzNew: PropertyTag[str] = PropertyTag(0x6704, PT_UNICODE, "PidTagPstPasswordSzNew", "PR_PST_PW_SZ_NEW", "pst")
PidTagSortLocaleId: PropertyTag[int] = PropertyTag(0x6705, PT_LONG, "PidTagSortLocaleId", "PR_SORT_LOCALE_ID", "provider-defined")
PidTagPstIpmsubTreeDescendant: PropertyTag[bool] = PropertyTag(0x6705, PT_BOOLEAN, "PidTagPstIpmsubTreeDescendant", "PR_PST_IPMSUBTREE_DESCENDANT", "pst")
PidTagUrlName: PropertyTag[str] = PropertyTag(0x6707, PT_UNICODE, "PidTagUrlName", "PR_URL_NAME", "provider-defined")
PidTagSubfolder: PropertyTag[bool] = PropertyTag(0x6708, PT_BOOLEAN, "PidTagSubfolder", "PR_SUBFOLDER", "provider-defined")
PidTagLocalCommitTime: PropertyTag[datetime] = PropertyTag(0x6709, PT_SYSTIME, "PidTagLocalCommitTime", "PR_LOCAL_COMMIT_TIME", "server")
PidTagLocalCommitTimeMax: PropertyTag[datetime] = PropertyTag(0x670A, PT_SYSTIME, "PidTagLocalCommitTimeMax", "PR_LOCAL_COMMIT_TIME_MAX", "server")
PidTagDeletedCountTotal: PropertyTag[int] = PropertyTag(0x670B, PT_LONG, "PidTagDeletedCountTotal", "PR_DELETED_COUNT_TOTAL", "server")
PR_AUTO_RESET: PropertyTag[tuple[UUID, ...]] = PropertyTag(0x670C, PT_MV_CLSID, "PR_AUTO_RESET", "PR_AUTO_RESET", "provider-defined")
PR_PARENT_URL_NAME: PropertyTag[str] = PropertyTag(0x670D, PT_UNICODE, "PR_PARENT_URL_NAME", "PR_PARENT_URL_NAME", "provider-defined")
PidTagFlatUrlName: PropertyTag[str] = PropertyTag(0x670E, PT_UNICODE, "PidTagFlatUrlName", "PR_FLAT_URL_NAME", "provider-defined")
PR_SRC_URL_NAME: PropertyTag[str] = PropertyTag(0x670F, PT_UNICODE, "PR_SRC_URL_NAME", "PR_SRC_URL_NAME", "provider-defined")
PR_RANK: PropertyTag[int] = PropertyTag(0x6712, PT_LONG, "PR_RANK", "PR_RANK", "provider-defined")
PidTagPublicFolderAdministrativeDescription: PropertyTag[str] = PropertyTag(0x671C, PT_UNICODE, "PidTagPublicFolderAdministrativeDescription", "", "provider-defined")
PidTagPublicFolderProxy: PropertyTag[bytes] = PropertyTag(0x671D, PT_BINARY, "PidTagPublicFolderProxy", "PR_PF_PROXY", "provider-defined")
PR_QUOTA_WARNING_THRESHOLD: PropertyTag[int] = PropertyTag(0x6721, PT_LONG, "PR_QUOTA_WARNING_THRESHOLD", "PR_QUOTA_WARNING_THRESHOLD", "provider-defined")
PR_PF_OVER_HARD_QUOTA_LIMIT: PropertyTag[int] = PropertyTag(0x6721, PT_I8, "PR_PF_OVER_HARD_QUOTA_LIMIT", "PR_PF_OVER_HARD_QUOTA_LIMIT", "provider-defined")
PR_QUOTA_SEND_THRESHOLD: PropertyTag[int] = PropertyTag(0x6722, PT_LONG, "PR_QUOTA_SEND_THRESHOLD", "PR_QUOTA_SEND_THRESHOLD", "provider-defined")
PR_PF_MSG_SIZE_LIMIT: PropertyTag[int] = PropertyTag(0x6722, PT_I8, "PR_PF_MSG_SIZE_LIMIT", "PR_PF_MSG_SIZE_LIMIT", "provider-defined")
PR_QUOTA_RECEIVE_THRESHOLD: PropertyTag[int] = PropertyTag(0x6723, PT_LONG, "PR_QUOTA_RECEIVE_THRESHOLD", "PR_QUOTA_RECEIVE_THRESHOLD", "provider-defined")
PR_PF_DISALLOW_MDB_WIDE_EXPIRY: PropertyTag[bool] = PropertyTag(0x6723, PT_BOOLEAN, "PR_PF_DISALLOW_MDB_WIDE_EXPIRY", "PR_PF_DISALLOW_MDB_WIDE_EXPIRY", "provider-defined")
PidTagSentMailSvrEID: PropertyTag[bytes] = PropertyTag(0x6740, PT_SERVER_ID, "PidTagSentMailSvrEID", "", "provider-defined")
PidTagDeferredActionMessageOriginalEntryId: PropertyTag[bytes] = PropertyTag(0x6741, PT_SERVER_ID, "PidTagDeferredActionMessageOriginalEntryId", "PR_DAM_ORIG_MSG_SVREID", "rules")
PR_MIME_SIZE: PropertyTag[int] = PropertyTag(0x6746, PT_LONG, "PR_MIME_SIZE", "PR_MIME_SIZE", "provider-defined")
PR_MIME_SIZE_EXTENDED: PropertyTag[int] = PropertyTag(0x6746, PT_I8, "PR_MIME_SIZE_EXTENDED", "PR_MIME_SIZE_EXTENDED", "provider-defined")
PR_FILE_SIZE: PropertyTag[int] = PropertyTag(0x6747, PT_LONG, "PR_FILE_SIZE", "PR_FILE_SIZE", "provider-defined")
PR_FILE_SIZE_EXTENDED: PropertyTag[int] = PropertyTag(0x6747, PT_I8, "PR_FILE_SIZE_EXTENDED", "PR_FILE_SIZE_EXTENDED", "provider-defined")
PidTagFolderId: PropertyTag[int] = PropertyTag(0x6748, PT_I8, "PidTagFolderId", "", "provider-defined")
PidTagParentFolderId: PropertyTag[int] = PropertyTag(0x6749, PT_I8, "PidTagParentFolderId", "", "provider-defined")
PidTagMid: PropertyTag[int] = PropertyTag(0x674A, PT_I8, "PidTagMid", "", "provider-defined")
PidTagInstID: PropertyTag[int] = PropertyTag(0x674D, PT_I8, "PidTagInstID", "", "provider-defined")
PidTagInstanceNum: PropertyTag[int] = PropertyTag(0x674E, PT_LONG, "PidTagInstanceNum", "", "provider-defined")
PidTagAddressBookMessageId: PropertyTag[int] = PropertyTag(0x674F, PT_I8, "PidTagAddressBookMessageId", "", "provider-defined")
PidTagPstConfigurationFlags: PropertyTag[int] = PropertyTag(0x6770, PT_LONG, "PidTagPstConfigurationFlags", "PR_PST_CONFIG_FLAGS", "pst")
PidTagPstPathHint: PropertyTag[str] = PropertyTag(0x6771, PT_UNICODE, "PidTagPstPathHint", "PR_PST_PATH_HINT", "pst")
PidTagPstSubTreeContainer: PropertyTag[int] = PropertyTag(0x6772, PT_LONG, "PidTagPstSubTreeContainer", "PR_PST_SUBTREE_CONTAINER", "pst")
PR_CONVERSION_STATE: PropertyTag[int] = PropertyTag(0x6778, PT_LONG, "PR_CONVERSION_STATE", "PR_CONVERSION_STATE", "provider-defined")
PidTagSetReceiveCount: PropertyTag[int] = PropertyTag(0x6780, PT_LONG, "PidTagSetReceiveCount", "", "provider-defined")
PR_CREATOR_TOKEN: PropertyTag[bytes] = PropertyTag(0x6783, PT_BINARY, "PR_CREATOR_TOKEN", "PR_CREATOR_TOKEN", "message")
PR_USER_SID: PropertyTag[bytes] = PropertyTag(0x6783, PT_BINARY, "PR_USER_SID", "PR_USER_SID", "provider-defined")
PidTagIdsetExpired: PropertyTag[bytes] = PropertyTag(0x6793, PT_BINARY, "PidTagIdsetExpired", "", "sync")
PidTagCnsetSeen: PropertyTag[bytes] = PropertyTag(0x6796, PT_BINARY, "PidTagCnsetSeen", "", "sync")
PidTagChangeNumber: PropertyTag[int] = PropertyTag(0x67A4, PT_I8, "PidTagChangeNumber", "", "sync")
PidTagAssociated: PropertyTag[bool] = PropertyTag(0x67AA, PT_BOOLEAN, "PidTagAssociated", "PR_ASSOCIATED", "sync")
PidTagCnsetRead: PropertyTag[bytes] = PropertyTag(0x67D2, PT_BINARY, "PidTagCnsetRead", "", "sync")
PidTagCnsetSeenFAI: PropertyTag[bytes] = PropertyTag(0x67DA, PT_BINARY, "PidTagCnsetSeenFAI", "", "sync")
PidTagIdsetDeleted: PropertyTag[bytes] = PropertyTag(0x67E5, PT_BINARY, "PidTagIdsetDeleted", "", "sync")
PR_PROFILE_SECURE_MAILBOX: PropertyTag[bytes] = PropertyTag(0x67F0, PT_BINARY, "PR_PROFILE_SECURE_MAILBOX", "PR_PROFILE_SECURE_MAILBOX", "profile")
PidTagLtpParentNid: PropertyTag[int] = PropertyTag(0x67F1, PT_LONG, "PidTagLtpParentNid", "PR_LTP_PARENT_NID", "provider-defined")
PidTagLtpRowId: PropertyTag[int] = PropertyTag(0x67F2, PT_LONG, "PidTagLtpRowId", "PR_LTP_ROW_ID", "provider-defined")
PidTagLtpRowVer: PropertyTag[int] = PropertyTag(0x67F3, PT_LONG, "PidTagLtpRowVer", "PR_LTP_ROW_VER", "provider-defined")
PidTagAutoConfigurationUserPassword: PropertyTag[str] = PropertyTag(0x67FC, PT_UNICODE, "PidTagAutoConfigurationUserPassword", "PR_AUTOCFG_USER_PASSWORD", "profile")
PidTagAutoConfigurationUserEmail: PropertyTag[str] = PropertyTag(0x67FD, PT_UNICODE, "PidTagAutoConfigurationUserEmail", "PR_AUTOCFG_USER_EMAIL", "profile")
PidTagAutoConfigurationUserName: PropertyTag[str] = PropertyTag(0x67FE, PT_UNICODE, "PidTagAutoConfigurationUserName", "PR_AUTOCFG_USER_NAME", "profile")
PidTagPstPassword: PropertyTag[int] = PropertyTag(0x67FF, PT_LONG, "PidTagPstPassword", "PR_PST_PASSWORD", "pst")
PidTagOfflineAddressBookName: PropertyTag[str] = PropertyTag(0x6800, PT_UNICODE, "PidTagOfflineAddressBookName", "PR_OAB_NAME", "offline-address-book")
PidTagVoiceMessageDuration: PropertyTag[int] = PropertyTag(0x6801, PT_LONG, "PidTagVoiceMessageDuration", "", "unified-messaging")
PidTagOfflineAddressBookSequence: PropertyTag[int] = PropertyTag(0x6801, PT_LONG, "PidTagOfflineAddressBookSequence", "PR_OAB_SEQUENCE", "offline-address-book")
PidTagOfflineAddressBookContainerGuid: PropertyTag[str] = PropertyTag(0x6802, PT_UNICODE, "PidTagOfflineAddressBookContainerGuid", "PR_OAB_CONTAINER_GUID", "offline-address-book")
PidTagSenderTelephoneNumber: PropertyTag[str] = PropertyTag(0x6802, PT_UNICODE, "PidTagSenderTelephoneNumber", "PR_SENDER_TELEPHONE_NUMBER", "message")
PidTagRwRulesStream: PropertyTag[bytes] = PropertyTag(0x6802, PT_BINARY, "PidTagRwRulesStream", "PR_RW_RULES_STREAM", "message-class")
PidTagOfflineAddressBookMessageClass: PropertyTag[int] = PropertyTag(0x6803, PT_LONG, "PidTagOfflineAddressBookMessageClass", "PR_OAB_MESSAGE_CLASS", "offline-address-book")
PidTagSendOutlookRecallReport: PropertyTag[bool] = PropertyTag(0x6803, PT_BOOLEAN, "PidTagSendOutlookRecallReport", "PR_SEND_RECALL_REPORT", "message-class")
PidTagVoiceMessageSenderName: PropertyTag[str] = PropertyTag(0x6803, PT_UNICODE, "PidTagVoiceMessageSenderName", "", "unified-messaging")
PidTagFaxNumberOfPages: PropertyTag[int] = PropertyTag(0x6804, PT_LONG, "PidTagFaxNumberOfPages", "", "unified-messaging")
PidTagOfflineAddressBookDistinguishedName: PropertyTag[str] = PropertyTag(0x6804, PT_UNICODE, "PidTagOfflineAddressBookDistinguishedName", "PR_OAB_DN", "offline-address-book")
PidTagVoiceMessageAttachmentOrder: PropertyTag[str] = PropertyTag(0x6805, PT_UNICODE, "PidTagVoiceMessageAttachmentOrder", "", "unified-messaging")
PidTagOfflineAddressBookTruncatedProperties: PropertyTag[tuple[int, ...]] = PropertyTag(0x6805, PT_MV_LONG, "PidTagOfflineAddressBookTruncatedProperties", "PR_OAB_TRUNCATED_PROPS", "offline-address-book")
PidTagCallId: PropertyTag[str] = PropertyTag(0x6806, PT_UNICODE, "PidTagCallId", "", "unified-messaging")
PR_OAB_SHA_HASH: PropertyTag[bytes] = PropertyTag(0x6806, PT_BINARY, "PR_OAB_SHA_HASH", "PR_OAB_SHA_HASH", "offline-address-book")
PR_OAB_LANGID: PropertyTag[int] = PropertyTag(0x6807, PT_LONG, "PR_OAB_LANGID", "PR_OAB_LANGID", "offline-address-book")
PR_OAB_FILETYPE: PropertyTag[int] = PropertyTag(0x6808, PT_LONG, "PR_OAB_FILETYPE", "PR_OAB_FILETYPE", "offline-address-book")
PR_OAB_COMPRESSED_SIZE: PropertyTag[int] = PropertyTag(0x6809, PT_LONG, "PR_OAB_COMPRESSED_SIZE", "PR_OAB_COMPRESSED_SIZE", "offline-address-book")
PR_OAB_FILE_SIZE: PropertyTag[int] = PropertyTag(0x680A, PT_LONG, "PR_OAB_FILE_SIZE", "PR_OAB_FILE_SIZE", "offline-address-book")
PidTagUserOofSettingsItemId: PropertyTag[bytes] = PropertyTag(0x6814, PT_BINARY, "PidTagUserOofSettingsItemId", "", "message-class")
PidTagReportingMessageTransferAgent: PropertyTag[str] = PropertyTag(0x6820, PT_UNICODE, "PidTagReportingMessageTransferAgent", "", "report")
PidTagMapiFormComposeCommand: PropertyTag[str] = PropertyTag(0x682F, PT_UNICODE, "PidTagMapiFormComposeCommand", "PR_MAPIFORM_COMPOSECOMMAND", "message-class")
PidTagSearchFolderLastUsed: PropertyTag[int] = PropertyTag(0x6834, PT_LONG, "PidTagSearchFolderLastUsed", "PR_WB_SF_LAST_USED", "search")
PidTagSearchFolderExpiration: PropertyTag[int] = PropertyTag(0x683A, PT_LONG, "PidTagSearchFolderExpiration", "PR_WB_SF_EXPIRATION", "search")
PidTagScheduleInfoResourceType: PropertyTag[int] = PropertyTag(0x6841, PT_LONG, "PidTagScheduleInfoResourceType", "PR_SCHDINFO_RESOURCE_TYPE", "free-busy")
PidTagSearchFolderTemplateId: PropertyTag[int] = PropertyTag(0x6841, PT_LONG, "PidTagSearchFolderTemplateId", "PR_WB_SF_TEMPLATE_ID", "search")
PidTagScheduleInfoDelegatorWantsCopy: PropertyTag[bool] = PropertyTag(0x6842, PT_BOOLEAN, "PidTagScheduleInfoDelegatorWantsCopy", "PR_SCHDINFO_BOSS_WANTS_COPY", "free-busy")
PidTagWlinkGroupHeaderID: PropertyTag[bytes] = PropertyTag(0x6842, PT_BINARY, "PidTagWlinkGroupHeaderID", "", "configuration")
PidTagSearchFolderId: PropertyTag[bytes] = PropertyTag(0x6842, PT_BINARY, "PidTagSearchFolderId", "PR_WB_SF_ID", "search")
PidTagScheduleInfoDontMailDelegates: PropertyTag[bool] = PropertyTag(0x6843, PT_BOOLEAN, "PidTagScheduleInfoDontMailDelegates", "PR_SCHDINFO_DONT_MAIL_DELEGATES", "free-busy")
PidTagSearchFolderRecreateInfo: PropertyTag[bytes] = PropertyTag(0x6844, PT_BINARY, "PidTagSearchFolderRecreateInfo", "PR_WB_SF_RECREATE_INFO", "search")
PidTagScheduleInfoDelegateNames: PropertyTag[tuple[str, ...]] = PropertyTag(0x6844, PT_MV_UNICODE, "PidTagScheduleInfoDelegateNames", "PR_SCHDINFO_DELEGATE_NAMES", "free-busy")
PidTagSearchFolderDefinition: PropertyTag[bytes] = PropertyTag(0x6845, PT_BINARY, "PidTagSearchFolderDefinition", "PR_WB_SF_DEFINITION", "search")
PidTagScheduleInfoDelegateEntryIds: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x6845, PT_MV_BINARY, "PidTagScheduleInfoDelegateEntryIds", "PR_SCHDINFO_DELEGATE_ENTRYIDS", "free-busy")
PidTagSearchFolderStorageType: PropertyTag[int] = PropertyTag(0x6846, PT_LONG, "PidTagSearchFolderStorageType", "PR_WB_SF_STORAGE_TYPE", "search")
PidTagGatewayNeedsToRefresh: PropertyTag[bool] = PropertyTag(0x6846, PT_BOOLEAN, "PidTagGatewayNeedsToRefresh", "PR_GATEWAY_NEEDS_TO_REFRESH", "message-class")
PidTagWlinkSaveStamp: PropertyTag[int] = PropertyTag(0x6847, PT_LONG, "PidTagWlinkSaveStamp", "", "configuration")
PidTagFreeBusyPublishStart: PropertyTag[int] = PropertyTag(0x6847, PT_LONG, "PidTagFreeBusyPublishStart", "PR_FREEBUSY_PUBLISH_START", "free-busy")
PidTagSearchFolderTag: PropertyTag[int] = PropertyTag(0x6847, PT_LONG, "PidTagSearchFolderTag", "PR_WB_SF_TAG", "search")
PidTagFreeBusyPublishEnd: PropertyTag[int] = PropertyTag(0x6848, PT_LONG, "PidTagFreeBusyPublishEnd", "PR_FREEBUSY_PUBLISH_END", "free-busy")
PidTagSearchFolderEfpFlags: PropertyTag[int] = PropertyTag(0x6848, PT_LONG, "PidTagSearchFolderEfpFlags", "PR_WB_SF_EFP_FLAGS", "search")
PidTagWlinkType: PropertyTag[int] = PropertyTag(0x6849, PT_LONG, "PidTagWlinkType", "PR_WLINK_TYPE", "configuration")
PidTagFreeBusyMessageEmailAddress: PropertyTag[str] = PropertyTag(0x6849, PT_UNICODE, "PidTagFreeBusyMessageEmailAddress", "PR_FREEBUSY_EMA", "free-busy")
PidTagWlinkFlags: PropertyTag[int] = PropertyTag(0x684A, PT_LONG, "PidTagWlinkFlags", "PR_WLINK_FLAGS", "configuration")
PidTagScheduleInfoDelegateNamesW: PropertyTag[tuple[str, ...]] = PropertyTag(0x684A, PT_MV_UNICODE, "PidTagScheduleInfoDelegateNamesW", "PR_SCHDINFO_DELEGATE_NAMES_W", "free-busy")
PidTagScheduleInfoDelegatorWantsInfo: PropertyTag[bool] = PropertyTag(0x684B, PT_BOOLEAN, "PidTagScheduleInfoDelegatorWantsInfo", "PR_SCHDINFO_BOSS_WANTS_INFO", "free-busy")
PidTagWlinkOrdinal: PropertyTag[bytes] = PropertyTag(0x684B, PT_BINARY, "PidTagWlinkOrdinal", "PR_WLINK_ORDINAL", "configuration")
PidTagWlinkEntryId: PropertyTag[bytes] = PropertyTag(0x684C, PT_BINARY, "PidTagWlinkEntryId", "PR_WLINK_ENTRYID", "configuration")
PidTagWlinkRecordKey: PropertyTag[bytes] = PropertyTag(0x684D, PT_BINARY, "PidTagWlinkRecordKey", "PR_WLINK_RECKEY", "configuration")
PidTagWlinkStoreEntryId: PropertyTag[bytes] = PropertyTag(0x684E, PT_BINARY, "PidTagWlinkStoreEntryId", "PR_WLINK_STORE_ENTRYID", "configuration")
PidTagWlinkFolderType: PropertyTag[bytes] = PropertyTag(0x684F, PT_BINARY, "PidTagWlinkFolderType", "PR_WLINK_FOLDER_TYPE", "configuration")
PidTagScheduleInfoMonthsMerged: PropertyTag[tuple[int, ...]] = PropertyTag(0x684F, PT_MV_LONG, "PidTagScheduleInfoMonthsMerged", "PR_SCHDINFO_MONTHS_MERGED", "free-busy")
PidTagWlinkGroupClsid: PropertyTag[bytes] = PropertyTag(0x6850, PT_BINARY, "PidTagWlinkGroupClsid", "PR_WLINK_GROUP_CLSID", "configuration")
PidTagScheduleInfoFreeBusyMerged: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x6850, PT_MV_BINARY, "PidTagScheduleInfoFreeBusyMerged", "PR_SCHDINFO_FREEBUSY_MERGED", "free-busy")
PidTagWlinkGroupName: PropertyTag[str] = PropertyTag(0x6851, PT_UNICODE, "PidTagWlinkGroupName", "PR_WLINK_GROUP_NAME", "configuration")
PidTagScheduleInfoMonthsTentative: PropertyTag[tuple[int, ...]] = PropertyTag(0x6851, PT_MV_LONG, "PidTagScheduleInfoMonthsTentative", "PR_SCHDINFO_MONTHS_TENTATIVE", "free-busy")
PidTagWlinkSection: PropertyTag[int] = PropertyTag(0x6852, PT_LONG, "PidTagWlinkSection", "PR_WLINK_SECTION", "configuration")
PidTagScheduleInfoFreeBusyTentative: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x6852, PT_MV_BINARY, "PidTagScheduleInfoFreeBusyTentative", "PR_SCHDINFO_FREEBUSY_TENTATIVE", "free-busy")
PidTagWlinkCalendarColor: PropertyTag[int] = PropertyTag(0x6853, PT_LONG, "PidTagWlinkCalendarColor", "PR_WLINK_CALENDAR_COLOR", "configuration")
PidTagScheduleInfoMonthsBusy: PropertyTag[tuple[int, ...]] = PropertyTag(0x6853, PT_MV_LONG, "PidTagScheduleInfoMonthsBusy", "PR_SCHDINFO_MONTHS_BUSY", "free-busy")
PidTagWlinkAddressBookEID: PropertyTag[bytes] = PropertyTag(0x6854, PT_BINARY, "PidTagWlinkAddressBookEID", "PR_WLINK_ABEID", "configuration")
PidTagScheduleInfoFreeBusyBusy: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x6854, PT_MV_BINARY, "PidTagScheduleInfoFreeBusyBusy", "PR_SCHDINFO_FREEBUSY_BUSY", "free-busy")
PR_AGING_DELETE_ITEMS: PropertyTag[bool] = PropertyTag(0x6855, PT_BOOLEAN, "PR_AGING_DELETE_ITEMS", "PR_AGING_DELETE_ITEMS", "message-class")
PidTagScheduleInfoMonthsAway: PropertyTag[tuple[int, ...]] = PropertyTag(0x6855, PT_MV_LONG, "PidTagScheduleInfoMonthsAway", "PR_SCHDINFO_MONTHS_OOF", "free-busy")
PidTagScheduleInfoFreeBusyAway: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x6856, PT_MV_BINARY, "PidTagScheduleInfoFreeBusyAway", "PR_SCHDINFO_FREEBUSY_OOF", "free-busy")
PR_AGING_AGE_FOLDER: PropertyTag[bool] = PropertyTag(0x6857, PT_BOOLEAN, "PR_AGING_AGE_FOLDER", "PR_AGING_AGE_FOLDER", "message-class")
PR_AGING_FILE_NAME_AFTER9: PropertyTag[str] = PropertyTag(0x6859, PT_UNICODE, "PR_AGING_FILE_NAME_AFTER9", "PR_AGING_FILE_NAME_AFTER9", "message-class")
PR_AGING_DEFAULT: PropertyTag[int] = PropertyTag(0x685E, PT_LONG, "PR_AGING_DEFAULT", "PR_AGING_DEFAULT", "message-class")
PidTagFreeBusyRangeTimestamp: PropertyTag[datetime] = PropertyTag(0x6868, PT_SYSTIME, "PidTagFreeBusyRangeTimestamp", "PR_FREEBUSY_RANGE_TIMESTAMP", "free-busy")
PidTagFreeBusyCountMonths: PropertyTag[int] = PropertyTag(0x6869, PT_LONG, "PidTagFreeBusyCountMonths", "PR_FREEBUSY_COUNT_MONTHS", "free-busy")
PidTagScheduleInfoAppointmentTombstone: PropertyTag[bytes] = PropertyTag(0x686A, PT_BINARY, "PidTagScheduleInfoAppointmentTombstone", "PR_SCHDINFO_APPT_TOMBSTONE", "free-busy")
PidTagDelegateFlags: PropertyTag[tuple[int, ...]] = PropertyTag(0x686B, PT_MV_LONG, "PidTagDelegateFlags", "PR_DELEGATE_FLAGS", "message-class")
PidTagScheduleInfoFreeBusy: PropertyTag[bytes] = PropertyTag(0x686C, PT_BINARY, "PidTagScheduleInfoFreeBusy", "PR_SCHDINFO_FREEBUSY", "free-busy")
PidTagScheduleInfoAutoAcceptAppointments: PropertyTag[bool] = PropertyTag(0x686D, PT_BOOLEAN, "PidTagScheduleInfoAutoAcceptAppointments", "PR_SCHDINFO_AUTO_ACCEPT_APPTS", "free-busy")
PidTagScheduleInfoDisallowRecurringAppts: PropertyTag[bool] = PropertyTag(0x686E, PT_BOOLEAN, "PidTagScheduleInfoDisallowRecurringAppts", "PR_SCHDINFO_DISALLOW_RECURRING_APPTS", "free-busy")
PidTagScheduleInfoDisallowOverlappingAppts: PropertyTag[bool] = PropertyTag(0x686F, PT_BOOLEAN, "PidTagScheduleInfoDisallowOverlappingAppts", "PR_SCHDINFO_DISALLOW_OVERLAPPING_APPTS", "free-busy")
PidTagWlinkClientID: PropertyTag[bytes] = PropertyTag(0x6890, PT_BINARY, "PidTagWlinkClientID", "PR_WLINK_CLIENTID", "configuration")
PidTagWlinkAddressBookStoreEID: PropertyTag[bytes] = PropertyTag(0x6891, PT_BINARY, "PidTagWlinkAddressBookStoreEID", "PR_WLINK_AB_EXSTOREEID", "configuration")
PidTagWlinkROGroupType: PropertyTag[int] = PropertyTag(0x6892, PT_LONG, "PidTagWlinkROGroupType", "PR_WLINK_RO_GROUP_TYPE", "configuration")
PidTagNonDeliveryReportFromEntryId: PropertyTag[bytes] = PropertyTag(0x6904, PT_BINARY, "PidTagNonDeliveryReportFromEntryId", "PR_NDR_FROM_ENTRYID", "report")
PidTagNonDeliveryReportFromName: PropertyTag[str] = PropertyTag(0x6905, PT_UNICODE, "PidTagNonDeliveryReportFromName", "PR_NDR_FROM_NAME", "report")
PidTagNonDeliveryReportFromSearchKey: PropertyTag[bytes] = PropertyTag(0x6906, PT_BINARY, "PidTagNonDeliveryReportFromSearchKey", "PR_NDR_FROM_SEARCH_KEY", "report")
PR_SECURITY_FLAGS: PropertyTag[int] = PropertyTag(0x6E01, PT_LONG, "PR_SECURITY_FLAGS", "PR_SECURITY_FLAGS", "message-class")
PidTagViewDescriptorBinary: PropertyTag[bytes] = PropertyTag(0x7001, PT_BINARY, "PidTagViewDescriptorBinary", "PR_VD_BINARY", "message-class")
PidTagViewDescriptorStrings: PropertyTag[str] = PropertyTag(0x7002, PT_UNICODE, "PidTagViewDescriptorStrings", "PR_VD_STRINGS", "message-class")
PidTagViewDescriptorFlags: PropertyTag[int] = PropertyTag(0x7003, PT_LONG, "PidTagViewDescriptorFlags", "PR_VD_FLAGS", "message-class")
PidTagViewDescriptorLinkTo: PropertyTag[bytes] = PropertyTag(0x7004, PT_BINARY, "PidTagViewDescriptorLinkTo", "PR_VD_LINK_TO", "message-class")
PidTagViewDescriptorViewFolder: PropertyTag[bytes] = PropertyTag(0x7005, PT_BINARY, "PidTagViewDescriptorViewFolder", "PR_VD_VIEW_FOLDER", "message-class")
PidTagViewDescriptorName: PropertyTag[str] = PropertyTag(0x7006, PT_UNICODE, "PidTagViewDescriptorName", "PR_VD_NAME", "message-class")
PidTagViewDescriptorVersion: PropertyTag[int] = PropertyTag(0x7007, PT_LONG, "PidTagViewDescriptorVersion", "PR_VD_VERSION", "message-class")
PR_OST_OSTID: PropertyTag[bytes] = PropertyTag(0x7C04, PT_BINARY, "PR_OST_OSTID", "PR_OST_OSTID", "message-class")
PR_OFFLINE_FOLDER: PropertyTag[int] = PropertyTag(0x7C05, PT_LONG, "PR_OFFLINE_FOLDER", "PR_OFFLINE_FOLDER", "message-class")
PidTagRoamingDatatypes: PropertyTag[int] = PropertyTag(0x7C06, PT_LONG, "PidTagRoamingDatatypes", "PR_ROAMING_DATATYPES", "configuration")
PidTagRoamingDictionary: PropertyTag[bytes] = PropertyTag(0x7C07, PT_BINARY, "PidTagRoamingDictionary", "PR_ROAMING_DICTIONARY", "configuration")
PidTagRoamingXmlStream: PropertyTag[bytes] = PropertyTag(0x7C08, PT_BINARY, "PidTagRoamingXmlStream", "PR_ROAMING_XMLSTREAM", "configuration")
PidTagRoamingBinary: PropertyTag[bytes] = PropertyTag(0x7C09, PT_BINARY, "PidTagRoamingBinary", "PR_ROAMING_BINARYSTREAM", "configuration")
PR_STORE_SLOWLINK: PropertyTag[bool] = PropertyTag(0x7C0A, PT_BOOLEAN, "PR_STORE_SLOWLINK", "PR_STORE_SLOWLINK", "message-class")
PidTagOscSyncEnabled: PropertyTag[bool] = PropertyTag(0x7C24, PT_BOOLEAN, "PidTagOscSyncEnabled", "PR_OSC_SYNC_ENABLEDONSERVER", "message-class")
PR_FORCE_USE_ENTRYID_SERVER: PropertyTag[bool] = PropertyTag(0x7CFE, PT_BOOLEAN, "PR_FORCE_USE_ENTRYID_SERVER", "PR_FORCE_USE_ENTRYID_SERVER", "message-class")
PR_PROFILE_MDB_DN: PropertyTag[str] = PropertyTag(0x7CFF, PT_UNICODE, "PR_PROFILE_MDB_DN", "PR_PROFILE_MDB_DN", "profile")
PidTagProcessed: PropertyTag[bool] = PropertyTag(0x7D01, PT_BOOLEAN, "PidTagProcessed", "PR_PROCESSED", "calendar")
PR_FAV_PARENT_SOURCE_KEY: PropertyTag[bytes] = PropertyTag(0x7D02, PT_BINARY, "PR_FAV_PARENT_SOURCE_KEY", "PR_FAV_PARENT_SOURCE_KEY", "message-class")
PidTagExceptionReplaceTime: PropertyTag[datetime] = PropertyTag(0x7FF9, PT_SYSTIME, "PidTagExceptionReplaceTime", "PR_EXCEPTION_REPLACETIME", "message-class")
PidTagAttachmentLinkId: PropertyTag[int] = PropertyTag(0x7FFA, PT_LONG, "PidTagAttachmentLinkId", "PR_ATTACHMENT_LINKID", "attachment")
PidTagExceptionStartTime: PropertyTag[datetime] = PropertyTag(0x7FFB, PT_SYSTIME, "PidTagExceptionStartTime", "PR_EXCEPTION_STARTTIME", "message-class")
PidTagExceptionEndTime: PropertyTag[datetime] = PropertyTag(0x7FFC, PT_SYSTIME, "PidTagExceptionEndTime", "PR_EXCEPTION_ENDTIME", "message-class")
PidTagAttachmentFlags: PropertyTag[int] = PropertyTag(0x7FFD, PT_LONG, "PidTagAttachmentFlags", "PR_ATTACHMENT_FLAGS", "attachment")
PidTagAttachmentHidden: PropertyTag[bool] = PropertyTag(0x7FFE, PT_BOOLEAN, "PidTagAttachmentHidden", "PR_ATTACHMENT_HIDDEN", "attachment")
PidTagAttachmentContactPhoto: PropertyTag[bool] = PropertyTag(0x7FFF, PT_BOOLEAN, "PidTagAttachmentContactPhoto", "PR_ATTACHMENT_CONTACTPHOTO", "attachment")
PR_EMS_AB_DISPLAY_NAME_OVERRIDE: PropertyTag[bool] = PropertyTag(0x8001, PT_BOOLEAN, "PR_EMS_AB_DISPLAY_NAME_OVERRIDE", "PR_EMS_AB_DISPLAY_NAME_OVERRIDE", "address-book")
PR_EMS_AB_CA_CERTIFICATE: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8003, PT_MV_BINARY, "PR_EMS_AB_CA_CERTIFICATE", "PR_EMS_AB_CA_CERTIFICATE", "address-book")
PidTagAddressBookFolderPathname: PropertyTag[str] = PropertyTag(0x8004, PT_UNICODE, "PidTagAddressBookFolderPathname", "PR_EMS_AB_FOLDER_PATHNAME", "address-book")
PidTagAddressBookManager: PropertyTag[object] = PropertyTag(0x8005, PT_OBJECT, "PidTagAddressBookManager", "PR_EMS_AB_MANAGER", "address-book")
PidTagAddressBookManagerDistinguishedName: PropertyTag[str] = PropertyTag(0x8005, PT_UNICODE, "PidTagAddressBookManagerDistinguishedName", "PR_EMS_AB_MANAGER_T", "address-book")
PidTagAddressBookHomeMessageDatabase: PropertyTag[str] = PropertyTag(0x8006, PT_UNICODE, "PidTagAddressBookHomeMessageDatabase", "PR_EMS_AB_HOME_MDB", "address-book")
PR_TCV_CONST_LONG_ONE: PropertyTag[int] = PropertyTag(0x8008, PT_LONG, "PR_TCV_CONST_LONG_ONE", "PR_TCV_CONST_LONG_ONE", "address-book")
PidTagAddressBookIsMemberOfDistributionList: PropertyTag[str] = PropertyTag(0x8008, PT_UNICODE, "PidTagAddressBookIsMemberOfDistributionList", "PR_EMS_AB_IS_MEMBER_OF_DL", "address-book")
PidTagAddressBookMember: PropertyTag[object] = PropertyTag(0x8009, PT_OBJECT, "PidTagAddressBookMember", "PR_EMS_AB_MEMBER", "address-book")
PR_EMS_AB_AUTOREPLY_MESSAGE: PropertyTag[str] = PropertyTag(0x800A, PT_UNICODE, "PR_EMS_AB_AUTOREPLY_MESSAGE", "PR_EMS_AB_AUTOREPLY_MESSAGE", "address-book")
PR_EMS_AB_AUTOREPLY: PropertyTag[bool] = PropertyTag(0x800B, PT_BOOLEAN, "PR_EMS_AB_AUTOREPLY", "PR_EMS_AB_AUTOREPLY", "address-book")
PidTagAddressBookOwner: PropertyTag[object] = PropertyTag(0x800C, PT_OBJECT, "PidTagAddressBookOwner", "PR_EMS_AB_OWNER_O", "address-book")
PidTagAddressBookReports: PropertyTag[object] = PropertyTag(0x800E, PT_OBJECT, "PidTagAddressBookReports", "PR_EMS_AB_REPORTS", "address-book")
PidTagAddressBookProxyAddresses: PropertyTag[tuple[str, ...]] = PropertyTag(0x800F, PT_MV_UNICODE, "PidTagAddressBookProxyAddresses", "PR_EMS_AB_PROXY_ADDRESSES", "address-book")
PR_EMS_AB_HELP_DATA32: PropertyTag[bytes] = PropertyTag(0x8010, PT_BINARY, "PR_EMS_AB_HELP_DATA32", "PR_EMS_AB_HELP_DATA32", "address-book")
PidTagAddressBookTargetAddress: PropertyTag[str] = PropertyTag(0x8011, PT_UNICODE, "PidTagAddressBookTargetAddress", "PR_EMS_AB_TARGET_ADDRESS", "address-book")
PR_EMS_AB_TELEPHONE_NUMBER: PropertyTag[tuple[str, ...]] = PropertyTag(0x8012, PT_MV_UNICODE, "PR_EMS_AB_TELEPHONE_NUMBER", "PR_EMS_AB_TELEPHONE_NUMBER", "address-book")
PR_EMS_AB_NT_SECURITY_DESCRIPTOR: PropertyTag[bytes] = PropertyTag(0x8013, PT_BINARY, "PR_EMS_AB_NT_SECURITY_DESCRIPTOR", "PR_EMS_AB_NT_SECURITY_DESCRIPTOR", "address-book")
PidTagAddressBookPublicDelegates: PropertyTag[object] = PropertyTag(0x8015, PT_OBJECT, "PidTagAddressBookPublicDelegates", "PR_EMS_AB_PUBLIC_DELEGATES", "address-book")
PR_EMS_AB_CERTIFICATE_REVOCATION_LIST: PropertyTag[bytes] = PropertyTag(0x8016, PT_BINARY, "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST", "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST", "address-book")
PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE: PropertyTag[bytes] = PropertyTag(0x8017, PT_BINARY, "PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE", "PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE", "address-book")
PR_EMS_AB_ADDRESS_SYNTAX: PropertyTag[bytes] = PropertyTag(0x8018, PT_BINARY, "PR_EMS_AB_ADDRESS_SYNTAX", "PR_EMS_AB_ADDRESS_SYNTAX", "address-book")
PR_EMS_AB_BUSINESS_ROLES: PropertyTag[bytes] = PropertyTag(0x8023, PT_BINARY, "PR_EMS_AB_BUSINESS_ROLES", "PR_EMS_AB_BUSINESS_ROLES", "address-book")
PidTagAddressBookOwnerBackLink: PropertyTag[object] = PropertyTag(0x8024, PT_OBJECT, "PidTagAddressBookOwnerBackLink", "PR_EMS_AB_OWNER_BL_O", "address-book")
PR_EMS_AB_CROSS_CERTIFICATE_PAIR: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8025, PT_MV_BINARY, "PR_EMS_AB_CROSS_CERTIFICATE_PAIR", "PR_EMS_AB_CROSS_CERTIFICATE_PAIR", "address-book")
PR_EMS_AB_AUTHORITY_REVOCATION_LIST: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8026, PT_MV_BINARY, "PR_EMS_AB_AUTHORITY_REVOCATION_LIST", "PR_EMS_AB_AUTHORITY_REVOCATION_LIST", "address-book")
PR_EMS_AB_ASSOC_NT_ACCOUNT: PropertyTag[bytes] = PropertyTag(0x8027, PT_BINARY, "PR_EMS_AB_ASSOC_NT_ACCOUNT", "PR_EMS_AB_ASSOC_NT_ACCOUNT", "address-book")
PR_EMS_AB_EXPIRATION_TIME: PropertyTag[datetime] = PropertyTag(0x8028, PT_SYSTIME, "PR_EMS_AB_EXPIRATION_TIME", "PR_EMS_AB_EXPIRATION_TIME", "address-book")
PR_EMS_AB_USN_CHANGED: PropertyTag[int] = PropertyTag(0x8029, PT_LONG, "PR_EMS_AB_USN_CHANGED", "PR_EMS_AB_USN_CHANGED", "address-book")
PidTagAddressBookExtensionAttribute1: PropertyTag[str] = PropertyTag(0x802D, PT_UNICODE, "PidTagAddressBookExtensionAttribute1", "PR_EMS_AB_EXTENSION_ATTRIBUTE_1", "address-book")
PidTagAddressBookExtensionAttribute2: PropertyTag[str] = PropertyTag(0x802E, PT_UNICODE, "PidTagAddressBookExtensionAttribute2", "PR_EMS_AB_EXTENSION_ATTRIBUTE_2", "address-book")
PidTagAddressBookExtensionAttribute3: PropertyTag[str] = PropertyTag(0x802F, PT_UNICODE, "PidTagAddressBookExtensionAttribute3", "PR_EMS_AB_EXTENSION_ATTRIBUTE_3", "address-book")
PidTagAddressBookExtensionAttribute4: PropertyTag[str] = PropertyTag(0x8030, PT_UNICODE, "PidTagAddressBookExtensionAttribute4", "PR_EMS_AB_EXTENSION_ATTRIBUTE_4", "address-book")
PidTagAddressBookExtensionAttribute5: PropertyTag[str] = PropertyTag(0x8031, PT_UNICODE, "PidTagAddressBookExtensionAttribute5", "PR_EMS_AB_EXTENSION_ATTRIBUTE_5", "address-book")
PidTagAddressBookExtensionAttribute6: PropertyTag[str] = PropertyTag(0x8032, PT_UNICODE, "PidTagAddressBookExtensionAttribute6", "PR_EMS_AB_EXTENSION_ATTRIBUTE_6", "address-book")
PidTagAddressBookExtensionAttribute7: PropertyTag[str] = PropertyTag(0x8033, PT_UNICODE, "PidTagAddressBookExtensionAttribute7", "PR_EMS_AB_EXTENSION_ATTRIBUTE_7", "address-book")
PidTagAddressBookExtensionAttribute8: PropertyTag[str] = PropertyTag(0x8034, PT_UNICODE, "PidTagAddressBookExtensionAttribute8", "PR_EMS_AB_EXTENSION_ATTRIBUTE_8", "address-book")
PidTagAddressBookExtensionAttribute9: PropertyTag[str] = PropertyTag(0x8035, PT_UNICODE, "PidTagAddressBookExtensionAttribute9", "PR_EMS_AB_EXTENSION_ATTRIBUTE_9", "address-book")
PidTagAddressBookExtensionAttribute10: PropertyTag[str] = PropertyTag(0x8036, PT_UNICODE, "PidTagAddressBookExtensionAttribute10", "PR_EMS_AB_EXTENSION_ATTRIBUTE_10", "address-book")
PR_EMS_AB_SECURITY_PROTOCOL: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8037, PT_MV_BINARY, "PR_EMS_AB_SECURITY_PROTOCOL", "PR_EMS_AB_SECURITY_PROTOCOL", "address-book")
PR_EMS_AB_HELP_DATA16: PropertyTag[bytes] = PropertyTag(0x803A, PT_BINARY, "PR_EMS_AB_HELP_DATA16", "PR_EMS_AB_HELP_DATA16", "address-book")
PR_EMS_AB_HELP_FILE_NAME: PropertyTag[str] = PropertyTag(0x803B, PT_UNICODE, "PR_EMS_AB_HELP_FILE_NAME", "PR_EMS_AB_HELP_FILE_NAME", "address-book")
PidTagAddressBookObjectDistinguishedName: PropertyTag[str] = PropertyTag(0x803C, PT_UNICODE, "PidTagAddressBookObjectDistinguishedName", "PR_EMS_AB_OBJ_DIST_NAME", "address-book")
PR_EMS_AB_ENCRYPT_ALG_SELECTED_OTHER: PropertyTag[str] = PropertyTag(0x803D, PT_UNICODE, "PR_EMS_AB_ENCRYPT_ALG_SELECTED_OTHER", "PR_EMS_AB_ENCRYPT_ALG_SELECTED_OTHER", "address-book")
PR_EMS_AB_AUTOREPLY_SUBJECT: PropertyTag[str] = PropertyTag(0x803E, PT_UNICODE, "PR_EMS_AB_AUTOREPLY_SUBJECT", "PR_EMS_AB_AUTOREPLY_SUBJECT", "address-book")
PR_EMS_AB_ENCRYPT_ALG_LIST_NA: PropertyTag[tuple[str, ...]] = PropertyTag(0x8040, PT_MV_UNICODE, "PR_EMS_AB_ENCRYPT_ALG_LIST_NA", "PR_EMS_AB_ENCRYPT_ALG_LIST_NA", "address-book")
PR_EMS_AB_ENCRYPT_ALG_LIST_OTHER: PropertyTag[tuple[str, ...]] = PropertyTag(0x8041, PT_MV_UNICODE, "PR_EMS_AB_ENCRYPT_ALG_LIST_OTHER", "PR_EMS_AB_ENCRYPT_ALG_LIST_OTHER", "address-book")
PR_EMS_AB_IMPORTED_FROM: PropertyTag[str] = PropertyTag(0x8042, PT_UNICODE, "PR_EMS_AB_IMPORTED_FROM", "PR_EMS_AB_IMPORTED_FROM", "address-book")
PR_EMS_AB_ENCRYPT_ALG_SELECTED_NA: PropertyTag[str] = PropertyTag(0x8043, PT_UNICODE, "PR_EMS_AB_ENCRYPT_ALG_SELECTED_NA", "PR_EMS_AB_ENCRYPT_ALG_SELECTED_NA", "address-book")
PR_EMS_AB_ACCESS_CATEGORY: PropertyTag[int] = PropertyTag(0x8044, PT_LONG, "PR_EMS_AB_ACCESS_CATEGORY", "PR_EMS_AB_ACCESS_CATEGORY", "address-book")
PR_EMS_AB_ACTIVATION_SCHEDULE: PropertyTag[bytes] = PropertyTag(0x8045, PT_BINARY, "PR_EMS_AB_ACTIVATION_SCHEDULE", "PR_EMS_AB_ACTIVATION_SCHEDULE", "address-book")
PR_EMS_AB_ACTIVATION_STYLE: PropertyTag[int] = PropertyTag(0x8046, PT_LONG, "PR_EMS_AB_ACTIVATION_STYLE", "PR_EMS_AB_ACTIVATION_STYLE", "address-book")
PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE_MSDOS: PropertyTag[bytes] = PropertyTag(0x8047, PT_BINARY, "PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE_MSDOS", "PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE_MSDOS", "address-book")
PR_EMS_AB_ADDRESS_TYPE: PropertyTag[str] = PropertyTag(0x8048, PT_UNICODE, "PR_EMS_AB_ADDRESS_TYPE", "PR_EMS_AB_ADDRESS_TYPE", "address-book")
PR_EMS_AB_ADMD: PropertyTag[str] = PropertyTag(0x8049, PT_UNICODE, "PR_EMS_AB_ADMD", "PR_EMS_AB_ADMD", "address-book")
PR_EMS_AB_ADMIN_DESCRIPTION: PropertyTag[str] = PropertyTag(0x804A, PT_UNICODE, "PR_EMS_AB_ADMIN_DESCRIPTION", "PR_EMS_AB_ADMIN_DESCRIPTION", "address-book")
PR_EMS_AB_ADMIN_DISPLAY_NAME: PropertyTag[str] = PropertyTag(0x804B, PT_UNICODE, "PR_EMS_AB_ADMIN_DISPLAY_NAME", "PR_EMS_AB_ADMIN_DISPLAY_NAME", "address-book")
PR_EMS_AB_ADMIN_EXTENSION_DLL: PropertyTag[str] = PropertyTag(0x804C, PT_UNICODE, "PR_EMS_AB_ADMIN_EXTENSION_DLL", "PR_EMS_AB_ADMIN_EXTENSION_DLL", "address-book")
PR_EMS_AB_ANCESTOR_ID: PropertyTag[bytes] = PropertyTag(0x8050, PT_BINARY, "PR_EMS_AB_ANCESTOR_ID", "PR_EMS_AB_ANCESTOR_ID", "address-book")
PR_EMS_AB_ASSOCIATION_LIFETIME: PropertyTag[int] = PropertyTag(0x8052, PT_LONG, "PR_EMS_AB_ASSOCIATION_LIFETIME", "PR_EMS_AB_ASSOCIATION_LIFETIME", "address-book")
PR_EMS_AB_AUTHORIZED_DOMAIN: PropertyTag[str] = PropertyTag(0x8054, PT_UNICODE, "PR_EMS_AB_AUTHORIZED_DOMAIN", "PR_EMS_AB_AUTHORIZED_DOMAIN", "address-book")
PR_EMS_AB_AUTHORIZED_PASSWORD: PropertyTag[bytes] = PropertyTag(0x8055, PT_BINARY, "PR_EMS_AB_AUTHORIZED_PASSWORD", "PR_EMS_AB_AUTHORIZED_PASSWORD", "address-book")
PR_EMS_AB_AUTHORIZED_USER: PropertyTag[str] = PropertyTag(0x8056, PT_UNICODE, "PR_EMS_AB_AUTHORIZED_USER", "PR_EMS_AB_AUTHORIZED_USER", "address-book")
PR_EMS_AB_BUSINESS_CATEGORY: PropertyTag[tuple[str, ...]] = PropertyTag(0x8057, PT_MV_UNICODE, "PR_EMS_AB_BUSINESS_CATEGORY", "PR_EMS_AB_BUSINESS_CATEGORY", "address-book")
PR_EMS_AB_CAN_PRESERVE_DNS: PropertyTag[bool] = PropertyTag(0x8060, PT_BOOLEAN, "PR_EMS_AB_CAN_PRESERVE_DNS", "PR_EMS_AB_CAN_PRESERVE_DNS", "address-book")
PR_EMS_AB_CLOCK_ALERT_OFFSET: PropertyTag[int] = PropertyTag(0x8061, PT_LONG, "PR_EMS_AB_CLOCK_ALERT_OFFSET", "PR_EMS_AB_CLOCK_ALERT_OFFSET", "address-book")
PR_EMS_AB_CLOCK_ALERT_REPAIR: PropertyTag[bool] = PropertyTag(0x8062, PT_BOOLEAN, "PR_EMS_AB_CLOCK_ALERT_REPAIR", "PR_EMS_AB_CLOCK_ALERT_REPAIR", "address-book")
PR_EMS_AB_CLOCK_WARNING_OFFSET: PropertyTag[int] = PropertyTag(0x8063, PT_LONG, "PR_EMS_AB_CLOCK_WARNING_OFFSET", "PR_EMS_AB_CLOCK_WARNING_OFFSET", "address-book")
PR_EMS_AB_CLOCK_WARNING_REPAIR: PropertyTag[bool] = PropertyTag(0x8064, PT_BOOLEAN, "PR_EMS_AB_CLOCK_WARNING_REPAIR", "PR_EMS_AB_CLOCK_WARNING_REPAIR", "address-book")
PR_EMS_AB_COMPUTER_NAME: PropertyTag[str] = PropertyTag(0x8065, PT_UNICODE, "PR_EMS_AB_COMPUTER_NAME", "PR_EMS_AB_COMPUTER_NAME", "address-book")
PR_EMS_AB_CONNECTED_DOMAINS: PropertyTag[tuple[str, ...]] = PropertyTag(0x8066, PT_MV_UNICODE, "PR_EMS_AB_CONNECTED_DOMAINS", "PR_EMS_AB_CONNECTED_DOMAINS", "address-book")
PR_EMS_AB_CONTAINER_INFO: PropertyTag[int] = PropertyTag(0x8067, PT_LONG, "PR_EMS_AB_CONTAINER_INFO", "PR_EMS_AB_CONTAINER_INFO", "address-book")
PR_EMS_AB_COST: PropertyTag[int] = PropertyTag(0x8068, PT_LONG, "PR_EMS_AB_COST", "PR_EMS_AB_COST", "address-book")
PR_EMS_AB_COUNTRY_NAME: PropertyTag[str] = PropertyTag(0x8069, PT_UNICODE, "PR_EMS_AB_COUNTRY_NAME", "PR_EMS_AB_COUNTRY_NAME", "address-book")
PidTagAddressBookDeliveryContentLength: PropertyTag[int] = PropertyTag(0x806A, PT_LONG, "PidTagAddressBookDeliveryContentLength", "PR_EMS_AB_DELIV_CONT_LENGTH", "address-book")
PR_EMS_AB_DELIV_EITS: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x806B, PT_MV_BINARY, "PR_EMS_AB_DELIV_EITS", "PR_EMS_AB_DELIV_EITS", "address-book")
PR_EMS_AB_DELIV_EXT_CONT_TYPES: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x806C, PT_MV_BINARY, "PR_EMS_AB_DELIV_EXT_CONT_TYPES", "PR_EMS_AB_DELIV_EXT_CONT_TYPES", "address-book")
PR_EMS_AB_DELIVER_AND_REDIRECT: PropertyTag[bool] = PropertyTag(0x806D, PT_BOOLEAN, "PR_EMS_AB_DELIVER_AND_REDIRECT", "PR_EMS_AB_DELIVER_AND_REDIRECT", "address-book")
PR_EMS_AB_DELIVERY_MECHANISM: PropertyTag[int] = PropertyTag(0x806E, PT_LONG, "PR_EMS_AB_DELIVERY_MECHANISM", "PR_EMS_AB_DELIVERY_MECHANISM", "address-book")
PR_EMS_AB_DESCRIPTION: PropertyTag[tuple[str, ...]] = PropertyTag(0x806F, PT_MV_UNICODE, "PR_EMS_AB_DESCRIPTION", "PR_EMS_AB_DESCRIPTION", "address-book")
PR_EMS_AB_DESTINATION_INDICATOR: PropertyTag[tuple[str, ...]] = PropertyTag(0x8070, PT_MV_UNICODE, "PR_EMS_AB_DESTINATION_INDICATOR", "PR_EMS_AB_DESTINATION_INDICATOR", "address-book")
PR_EMS_AB_DIAGNOSTIC_REG_KEY: PropertyTag[str] = PropertyTag(0x8071, PT_UNICODE, "PR_EMS_AB_DIAGNOSTIC_REG_KEY", "PR_EMS_AB_DIAGNOSTIC_REG_KEY", "address-book")
PidTagAddressBookDistributionListMemberSubmitAccepted: PropertyTag[object] = PropertyTag(0x8073, PT_OBJECT, "PidTagAddressBookDistributionListMemberSubmitAccepted", "PR_EMS_AB_DL_MEM_SUBMIT_PERMS_BL_O", "address-book")
PR_EMS_AB_DL_MEMBER_RULE: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8074, PT_MV_BINARY, "PR_EMS_AB_DL_MEMBER_RULE", "PR_EMS_AB_DL_MEMBER_RULE", "address-book")
PR_EMS_AB_DOMAIN_NAME: PropertyTag[str] = PropertyTag(0x8076, PT_UNICODE, "PR_EMS_AB_DOMAIN_NAME", "PR_EMS_AB_DOMAIN_NAME", "address-book")
PR_EMS_AB_DSA_SIGNATURE: PropertyTag[bytes] = PropertyTag(0x8077, PT_BINARY, "PR_EMS_AB_DSA_SIGNATURE", "PR_EMS_AB_DSA_SIGNATURE", "address-book")
PR_EMS_AB_DXA_ADMIN_COPY: PropertyTag[bool] = PropertyTag(0x8078, PT_BOOLEAN, "PR_EMS_AB_DXA_ADMIN_COPY", "PR_EMS_AB_DXA_ADMIN_COPY", "address-book")
PR_EMS_AB_DXA_ADMIN_FORWARD: PropertyTag[bool] = PropertyTag(0x8079, PT_BOOLEAN, "PR_EMS_AB_DXA_ADMIN_FORWARD", "PR_EMS_AB_DXA_ADMIN_FORWARD", "address-book")
PR_EMS_AB_DXA_ADMIN_UPDATE: PropertyTag[int] = PropertyTag(0x807A, PT_LONG, "PR_EMS_AB_DXA_ADMIN_UPDATE", "PR_EMS_AB_DXA_ADMIN_UPDATE", "address-book")
PR_EMS_AB_DXA_APPEND_REQCN: PropertyTag[bool] = PropertyTag(0x807B, PT_BOOLEAN, "PR_EMS_AB_DXA_APPEND_REQCN", "PR_EMS_AB_DXA_APPEND_REQCN", "address-book")
PR_EMS_AB_DXA_CONF_REQ_TIME: PropertyTag[datetime] = PropertyTag(0x807D, PT_SYSTIME, "PR_EMS_AB_DXA_CONF_REQ_TIME", "PR_EMS_AB_DXA_CONF_REQ_TIME", "address-book")
PR_EMS_AB_DXA_CONF_SEQ: PropertyTag[str] = PropertyTag(0x807E, PT_UNICODE, "PR_EMS_AB_DXA_CONF_SEQ", "PR_EMS_AB_DXA_CONF_SEQ", "address-book")
PR_EMS_AB_DXA_CONF_SEQ_USN: PropertyTag[int] = PropertyTag(0x807F, PT_LONG, "PR_EMS_AB_DXA_CONF_SEQ_USN", "PR_EMS_AB_DXA_CONF_SEQ_USN", "address-book")
PR_EMS_AB_DXA_EXCHANGE_OPTIONS: PropertyTag[int] = PropertyTag(0x8080, PT_LONG, "PR_EMS_AB_DXA_EXCHANGE_OPTIONS", "PR_EMS_AB_DXA_EXCHANGE_OPTIONS", "address-book")
PR_EMS_AB_DXA_EXPORT_NOW: PropertyTag[bool] = PropertyTag(0x8081, PT_BOOLEAN, "PR_EMS_AB_DXA_EXPORT_NOW", "PR_EMS_AB_DXA_EXPORT_NOW", "address-book")
PR_EMS_AB_DXA_FLAGS: PropertyTag[int] = PropertyTag(0x8082, PT_LONG, "PR_EMS_AB_DXA_FLAGS", "PR_EMS_AB_DXA_FLAGS", "address-book")
PR_EMS_AB_DXA_IMP_SEQ: PropertyTag[str] = PropertyTag(0x8083, PT_UNICODE, "PR_EMS_AB_DXA_IMP_SEQ", "PR_EMS_AB_DXA_IMP_SEQ", "address-book")
PR_EMS_AB_DXA_IMP_SEQ_TIME: PropertyTag[datetime] = PropertyTag(0x8084, PT_SYSTIME, "PR_EMS_AB_DXA_IMP_SEQ_TIME", "PR_EMS_AB_DXA_IMP_SEQ_TIME", "address-book")
PR_EMS_AB_DXA_IMP_SEQ_USN: PropertyTag[int] = PropertyTag(0x8085, PT_LONG, "PR_EMS_AB_DXA_IMP_SEQ_USN", "PR_EMS_AB_DXA_IMP_SEQ_USN", "address-book")
PR_EMS_AB_DXA_IMPORT_NOW: PropertyTag[bool] = PropertyTag(0x8086, PT_BOOLEAN, "PR_EMS_AB_DXA_IMPORT_NOW", "PR_EMS_AB_DXA_IMPORT_NOW", "address-book")
PR_EMS_AB_DXA_IN_TEMPLATE_MAP: PropertyTag[tuple[str, ...]] = PropertyTag(0x8087, PT_MV_UNICODE, "PR_EMS_AB_DXA_IN_TEMPLATE_MAP", "PR_EMS_AB_DXA_IN_TEMPLATE_MAP", "address-book")
PR_EMS_AB_DXA_LOGGING_LEVEL: PropertyTag[int] = PropertyTag(0x8089, PT_LONG, "PR_EMS_AB_DXA_LOGGING_LEVEL", "PR_EMS_AB_DXA_LOGGING_LEVEL", "address-book")
PR_EMS_AB_DXA_NATIVE_ADDRESS_TYPE: PropertyTag[str] = PropertyTag(0x808A, PT_UNICODE, "PR_EMS_AB_DXA_NATIVE_ADDRESS_TYPE", "PR_EMS_AB_DXA_NATIVE_ADDRESS_TYPE", "address-book")
PR_EMS_AB_DXA_OUT_TEMPLATE_MAP: PropertyTag[tuple[str, ...]] = PropertyTag(0x808B, PT_MV_UNICODE, "PR_EMS_AB_DXA_OUT_TEMPLATE_MAP", "PR_EMS_AB_DXA_OUT_TEMPLATE_MAP", "address-book")
PR_EMS_AB_DXA_PASSWORD: PropertyTag[str] = PropertyTag(0x808C, PT_UNICODE, "PR_EMS_AB_DXA_PASSWORD", "PR_EMS_AB_DXA_PASSWORD", "address-book")
PR_EMS_AB_DXA_PREV_EXCHANGE_OPTIONS: PropertyTag[int] = PropertyTag(0x808D, PT_LONG, "PR_EMS_AB_DXA_PREV_EXCHANGE_OPTIONS", "PR_EMS_AB_DXA_PREV_EXCHANGE_OPTIONS", "address-book")
PR_EMS_AB_DXA_PREV_EXPORT_NATIVE_ONLY: PropertyTag[bool] = PropertyTag(0x808E, PT_BOOLEAN, "PR_EMS_AB_DXA_PREV_EXPORT_NATIVE_ONLY", "PR_EMS_AB_DXA_PREV_EXPORT_NATIVE_ONLY", "address-book")
PR_EMS_AB_DXA_PREV_IN_EXCHANGE_SENSITIVITY: PropertyTag[int] = PropertyTag(0x808F, PT_LONG, "PR_EMS_AB_DXA_PREV_IN_EXCHANGE_SENSITIVITY", "PR_EMS_AB_DXA_PREV_IN_EXCHANGE_SENSITIVITY", "address-book")
PR_EMS_AB_DXA_PREV_REPLICATION_SENSITIVITY: PropertyTag[int] = PropertyTag(0x8091, PT_LONG, "PR_EMS_AB_DXA_PREV_REPLICATION_SENSITIVITY", "PR_EMS_AB_DXA_PREV_REPLICATION_SENSITIVITY", "address-book")
PR_EMS_AB_DXA_PREV_TEMPLATE_OPTIONS: PropertyTag[int] = PropertyTag(0x8092, PT_LONG, "PR_EMS_AB_DXA_PREV_TEMPLATE_OPTIONS", "PR_EMS_AB_DXA_PREV_TEMPLATE_OPTIONS", "address-book")
PR_EMS_AB_DXA_PREV_TYPES: PropertyTag[int] = PropertyTag(0x8093, PT_LONG, "PR_EMS_AB_DXA_PREV_TYPES", "PR_EMS_AB_DXA_PREV_TYPES", "address-book")
PR_EMS_AB_DXA_RECIPIENT_CP: PropertyTag[str] = PropertyTag(0x8094, PT_UNICODE, "PR_EMS_AB_DXA_RECIPIENT_CP", "PR_EMS_AB_DXA_RECIPIENT_CP", "address-book")
PR_EMS_AB_DXA_REQ_SEQ: PropertyTag[str] = PropertyTag(0x8096, PT_UNICODE, "PR_EMS_AB_DXA_REQ_SEQ", "PR_EMS_AB_DXA_REQ_SEQ", "address-book")
PR_EMS_AB_DXA_REQ_SEQ_TIME: PropertyTag[datetime] = PropertyTag(0x8097, PT_SYSTIME, "PR_EMS_AB_DXA_REQ_SEQ_TIME", "PR_EMS_AB_DXA_REQ_SEQ_TIME", "address-book")
PR_EMS_AB_DXA_REQ_SEQ_USN: PropertyTag[int] = PropertyTag(0x8098, PT_LONG, "PR_EMS_AB_DXA_REQ_SEQ_USN", "PR_EMS_AB_DXA_REQ_SEQ_USN", "address-book")
PR_EMS_AB_DXA_REQNAME: PropertyTag[str] = PropertyTag(0x8099, PT_UNICODE, "PR_EMS_AB_DXA_REQNAME", "PR_EMS_AB_DXA_REQNAME", "address-book")
PR_EMS_AB_DXA_SVR_SEQ: PropertyTag[str] = PropertyTag(0x809A, PT_UNICODE, "PR_EMS_AB_DXA_SVR_SEQ", "PR_EMS_AB_DXA_SVR_SEQ", "address-book")
PR_EMS_AB_DXA_SVR_SEQ_TIME: PropertyTag[datetime] = PropertyTag(0x809B, PT_SYSTIME, "PR_EMS_AB_DXA_SVR_SEQ_TIME", "PR_EMS_AB_DXA_SVR_SEQ_TIME", "address-book")
PR_EMS_AB_DXA_SVR_SEQ_USN: PropertyTag[int] = PropertyTag(0x809C, PT_LONG, "PR_EMS_AB_DXA_SVR_SEQ_USN", "PR_EMS_AB_DXA_SVR_SEQ_USN", "address-book")
PR_EMS_AB_DXA_TASK: PropertyTag[int] = PropertyTag(0x809D, PT_LONG, "PR_EMS_AB_DXA_TASK", "PR_EMS_AB_DXA_TASK", "address-book")
PR_EMS_AB_DXA_TEMPLATE_OPTIONS: PropertyTag[int] = PropertyTag(0x809E, PT_LONG, "PR_EMS_AB_DXA_TEMPLATE_OPTIONS", "PR_EMS_AB_DXA_TEMPLATE_OPTIONS", "address-book")
PR_EMS_AB_DXA_TEMPLATE_TIMESTAMP: PropertyTag[datetime] = PropertyTag(0x809F, PT_SYSTIME, "PR_EMS_AB_DXA_TEMPLATE_TIMESTAMP", "PR_EMS_AB_DXA_TEMPLATE_TIMESTAMP", "address-book")
PR_EMS_AB_DXA_TYPES: PropertyTag[int] = PropertyTag(0x80A0, PT_LONG, "PR_EMS_AB_DXA_TYPES", "PR_EMS_AB_DXA_TYPES", "address-book")
PR_EMS_AB_ENCAPSULATION_METHOD: PropertyTag[int] = PropertyTag(0x80A2, PT_LONG, "PR_EMS_AB_ENCAPSULATION_METHOD", "PR_EMS_AB_ENCAPSULATION_METHOD", "address-book")
PR_EMS_AB_ENCRYPT: PropertyTag[bool] = PropertyTag(0x80A3, PT_BOOLEAN, "PR_EMS_AB_ENCRYPT", "PR_EMS_AB_ENCRYPT", "address-book")
PR_EMS_AB_EXPAND_DLS_LOCALLY: PropertyTag[bool] = PropertyTag(0x80A4, PT_BOOLEAN, "PR_EMS_AB_EXPAND_DLS_LOCALLY", "PR_EMS_AB_EXPAND_DLS_LOCALLY", "address-book")
PR_EMS_AB_EXPORT_CUSTOM_RECIPIENTS: PropertyTag[bool] = PropertyTag(0x80A6, PT_BOOLEAN, "PR_EMS_AB_EXPORT_CUSTOM_RECIPIENTS", "PR_EMS_AB_EXPORT_CUSTOM_RECIPIENTS", "address-book")
PR_EMS_AB_EXTENDED_CHARS_ALLOWED: PropertyTag[bool] = PropertyTag(0x80A7, PT_BOOLEAN, "PR_EMS_AB_EXTENDED_CHARS_ALLOWED", "PR_EMS_AB_EXTENDED_CHARS_ALLOWED", "address-book")
PR_EMS_AB_EXTENSION_DATA: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x80A8, PT_MV_BINARY, "PR_EMS_AB_EXTENSION_DATA", "PR_EMS_AB_EXTENSION_DATA", "address-book")
PR_EMS_AB_EXTENSION_NAME: PropertyTag[tuple[str, ...]] = PropertyTag(0x80A9, PT_MV_UNICODE, "PR_EMS_AB_EXTENSION_NAME", "PR_EMS_AB_EXTENSION_NAME", "address-book")
PR_EMS_AB_EXTENSION_NAME_INHERITED: PropertyTag[tuple[str, ...]] = PropertyTag(0x80AA, PT_MV_UNICODE, "PR_EMS_AB_EXTENSION_NAME_INHERITED", "PR_EMS_AB_EXTENSION_NAME_INHERITED", "address-book")
PR_EMS_AB_FACSIMILE_TELEPHONE_NUMBER: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x80AB, PT_MV_BINARY, "PR_EMS_AB_FACSIMILE_TELEPHONE_NUMBER", "PR_EMS_AB_FACSIMILE_TELEPHONE_NUMBER", "address-book")
PR_EMS_AB_FILE_VERSION: PropertyTag[bytes] = PropertyTag(0x80AC, PT_BINARY, "PR_EMS_AB_FILE_VERSION", "PR_EMS_AB_FILE_VERSION", "address-book")
PR_EMS_AB_FILTER_LOCAL_ADDRESSES: PropertyTag[bool] = PropertyTag(0x80AD, PT_BOOLEAN, "PR_EMS_AB_FILTER_LOCAL_ADDRESSES", "PR_EMS_AB_FILTER_LOCAL_ADDRESSES", "address-book")
PR_EMS_AB_GARBAGE_COLL_PERIOD: PropertyTag[int] = PropertyTag(0x80AF, PT_LONG, "PR_EMS_AB_GARBAGE_COLL_PERIOD", "PR_EMS_AB_GARBAGE_COLL_PERIOD", "address-book")
PR_EMS_AB_GATEWAY_LOCAL_CRED: PropertyTag[str] = PropertyTag(0x80B0, PT_UNICODE, "PR_EMS_AB_GATEWAY_LOCAL_CRED", "PR_EMS_AB_GATEWAY_LOCAL_CRED", "address-book")
PR_EMS_AB_GATEWAY_LOCAL_DESIG: PropertyTag[str] = PropertyTag(0x80B1, PT_UNICODE, "PR_EMS_AB_GATEWAY_LOCAL_DESIG", "PR_EMS_AB_GATEWAY_LOCAL_DESIG", "address-book")
PR_EMS_AB_GATEWAY_PROXY: PropertyTag[tuple[str, ...]] = PropertyTag(0x80B2, PT_MV_UNICODE, "PR_EMS_AB_GATEWAY_PROXY", "PR_EMS_AB_GATEWAY_PROXY", "address-book")
PR_EMS_AB_GATEWAY_ROUTING_TREE: PropertyTag[bytes] = PropertyTag(0x80B3, PT_BINARY, "PR_EMS_AB_GATEWAY_ROUTING_TREE", "PR_EMS_AB_GATEWAY_ROUTING_TREE", "address-book")
PR_EMS_AB_GWART_LAST_MODIFIED: PropertyTag[datetime] = PropertyTag(0x80B4, PT_SYSTIME, "PR_EMS_AB_GWART_LAST_MODIFIED", "PR_EMS_AB_GWART_LAST_MODIFIED", "address-book")
PR_EMS_AB_HEURISTICS: PropertyTag[int] = PropertyTag(0x80B7, PT_LONG, "PR_EMS_AB_HEURISTICS", "PR_EMS_AB_HEURISTICS", "address-book")
PR_EMS_AB_HIDE_DL_MEMBERSHIP: PropertyTag[bool] = PropertyTag(0x80B8, PT_BOOLEAN, "PR_EMS_AB_HIDE_DL_MEMBERSHIP", "PR_EMS_AB_HIDE_DL_MEMBERSHIP", "address-book")
PR_EMS_AB_HIDE_FROM_ADDRESS_BOOK: PropertyTag[bool] = PropertyTag(0x80B9, PT_BOOLEAN, "PR_EMS_AB_HIDE_FROM_ADDRESS_BOOK", "PR_EMS_AB_HIDE_FROM_ADDRESS_BOOK", "address-book")
PR_EMS_AB_IMPORT_SENSITIVITY: PropertyTag[int] = PropertyTag(0x80BB, PT_LONG, "PR_EMS_AB_IMPORT_SENSITIVITY", "PR_EMS_AB_IMPORT_SENSITIVITY", "address-book")
PR_EMS_AB_INSTANCE_TYPE: PropertyTag[int] = PropertyTag(0x80BD, PT_LONG, "PR_EMS_AB_INSTANCE_TYPE", "PR_EMS_AB_INSTANCE_TYPE", "address-book")
PR_EMS_AB_INTERNATIONAL_ISDN_NUMBER: PropertyTag[tuple[str, ...]] = PropertyTag(0x80BE, PT_MV_UNICODE, "PR_EMS_AB_INTERNATIONAL_ISDN_NUMBER", "PR_EMS_AB_INTERNATIONAL_ISDN_NUMBER", "address-book")
PR_EMS_AB_INVOCATION_ID: PropertyTag[bytes] = PropertyTag(0x80BF, PT_BINARY, "PR_EMS_AB_INVOCATION_ID", "PR_EMS_AB_INVOCATION_ID", "address-book")
PR_EMS_AB_IS_DELETED: PropertyTag[bool] = PropertyTag(0x80C0, PT_BOOLEAN, "PR_EMS_AB_IS_DELETED", "PR_EMS_AB_IS_DELETED", "address-book")
PR_EMS_AB_IS_SINGLE_VALUED: PropertyTag[bool] = PropertyTag(0x80C1, PT_BOOLEAN, "PR_EMS_AB_IS_SINGLE_VALUED", "PR_EMS_AB_IS_SINGLE_VALUED", "address-book")
PR_EMS_AB_KCC_STATUS: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x80C2, PT_MV_BINARY, "PR_EMS_AB_KCC_STATUS", "PR_EMS_AB_KCC_STATUS", "address-book")
PR_EMS_AB_KNOWLEDGE_INFORMATION: PropertyTag[tuple[str, ...]] = PropertyTag(0x80C3, PT_MV_UNICODE, "PR_EMS_AB_KNOWLEDGE_INFORMATION", "PR_EMS_AB_KNOWLEDGE_INFORMATION", "address-book")
PR_EMS_AB_LINE_WRAP: PropertyTag[int] = PropertyTag(0x80C4, PT_LONG, "PR_EMS_AB_LINE_WRAP", "PR_EMS_AB_LINE_WRAP", "address-book")
PR_EMS_AB_LINK_ID: PropertyTag[int] = PropertyTag(0x80C5, PT_LONG, "PR_EMS_AB_LINK_ID", "PR_EMS_AB_LINK_ID", "address-book")
PR_EMS_AB_LOCAL_BRIDGE_HEAD: PropertyTag[str] = PropertyTag(0x80C6, PT_UNICODE, "PR_EMS_AB_LOCAL_BRIDGE_HEAD", "PR_EMS_AB_LOCAL_BRIDGE_HEAD", "address-book")
PR_EMS_AB_LOCAL_BRIDGE_HEAD_ADDRESS: PropertyTag[str] = PropertyTag(0x80C7, PT_UNICODE, "PR_EMS_AB_LOCAL_BRIDGE_HEAD_ADDRESS", "PR_EMS_AB_LOCAL_BRIDGE_HEAD_ADDRESS", "address-book")
PR_EMS_AB_LOCAL_INITIAL_TURN: PropertyTag[bool] = PropertyTag(0x80C8, PT_BOOLEAN, "PR_EMS_AB_LOCAL_INITIAL_TURN", "PR_EMS_AB_LOCAL_INITIAL_TURN", "address-book")
PR_EMS_AB_LOG_FILENAME: PropertyTag[str] = PropertyTag(0x80CA, PT_UNICODE, "PR_EMS_AB_LOG_FILENAME", "PR_EMS_AB_LOG_FILENAME", "address-book")
PR_EMS_AB_LOG_ROLLOVER_INTERVAL: PropertyTag[int] = PropertyTag(0x80CB, PT_LONG, "PR_EMS_AB_LOG_ROLLOVER_INTERVAL", "PR_EMS_AB_LOG_ROLLOVER_INTERVAL", "address-book")
PR_EMS_AB_MAINTAIN_AUTOREPLY_HISTORY: PropertyTag[bool] = PropertyTag(0x80CC, PT_BOOLEAN, "PR_EMS_AB_MAINTAIN_AUTOREPLY_HISTORY", "PR_EMS_AB_MAINTAIN_AUTOREPLY_HISTORY", "address-book")
PR_EMS_AB_MAPI_DISPLAY_TYPE: PropertyTag[int] = PropertyTag(0x80CD, PT_LONG, "PR_EMS_AB_MAPI_DISPLAY_TYPE", "PR_EMS_AB_MAPI_DISPLAY_TYPE", "address-book")
PR_EMS_AB_MAPI_ID: PropertyTag[int] = PropertyTag(0x80CE, PT_LONG, "PR_EMS_AB_MAPI_ID", "PR_EMS_AB_MAPI_ID", "address-book")
PR_EMS_AB_MDB_BACKOFF_INTERVAL: PropertyTag[int] = PropertyTag(0x80CF, PT_LONG, "PR_EMS_AB_MDB_BACKOFF_INTERVAL", "PR_EMS_AB_MDB_BACKOFF_INTERVAL", "address-book")
PR_EMS_AB_MDB_MSG_TIME_OUT_PERIOD: PropertyTag[int] = PropertyTag(0x80D0, PT_LONG, "PR_EMS_AB_MDB_MSG_TIME_OUT_PERIOD", "PR_EMS_AB_MDB_MSG_TIME_OUT_PERIOD", "address-book")
PR_EMS_AB_MDB_OVER_QUOTA_LIMIT: PropertyTag[int] = PropertyTag(0x80D1, PT_LONG, "PR_EMS_AB_MDB_OVER_QUOTA_LIMIT", "PR_EMS_AB_MDB_OVER_QUOTA_LIMIT", "address-book")
PR_EMS_AB_MDB_STORAGE_QUOTA: PropertyTag[int] = PropertyTag(0x80D2, PT_LONG, "PR_EMS_AB_MDB_STORAGE_QUOTA", "PR_EMS_AB_MDB_STORAGE_QUOTA", "address-book")
PR_EMS_AB_MDB_UNREAD_LIMIT: PropertyTag[int] = PropertyTag(0x80D3, PT_LONG, "PR_EMS_AB_MDB_UNREAD_LIMIT", "PR_EMS_AB_MDB_UNREAD_LIMIT", "address-book")
PR_EMS_AB_MDB_USE_DEFAULTS: PropertyTag[bool] = PropertyTag(0x80D4, PT_BOOLEAN, "PR_EMS_AB_MDB_USE_DEFAULTS", "PR_EMS_AB_MDB_USE_DEFAULTS", "address-book")
PR_EMS_AB_MESSAGE_TRACKING_ENABLED: PropertyTag[bool] = PropertyTag(0x80D5, PT_BOOLEAN, "PR_EMS_AB_MESSAGE_TRACKING_ENABLED", "PR_EMS_AB_MESSAGE_TRACKING_ENABLED", "address-book")
PR_EMS_AB_MONITOR_CLOCK: PropertyTag[bool] = PropertyTag(0x80D6, PT_BOOLEAN, "PR_EMS_AB_MONITOR_CLOCK", "PR_EMS_AB_MONITOR_CLOCK", "address-book")
PR_EMS_AB_MONITOR_SERVERS: PropertyTag[bool] = PropertyTag(0x80D7, PT_BOOLEAN, "PR_EMS_AB_MONITOR_SERVERS", "PR_EMS_AB_MONITOR_SERVERS", "address-book")
PR_EMS_AB_MONITOR_SERVICES: PropertyTag[bool] = PropertyTag(0x80D8, PT_BOOLEAN, "PR_EMS_AB_MONITOR_SERVICES", "PR_EMS_AB_MONITOR_SERVICES", "address-book")
PR_EMS_AB_MONITORED_SERVICES: PropertyTag[tuple[str, ...]] = PropertyTag(0x80DB, PT_MV_UNICODE, "PR_EMS_AB_MONITORED_SERVICES", "PR_EMS_AB_MONITORED_SERVICES", "address-book")
PR_EMS_AB_MONITORING_ALERT_DELAY: PropertyTag[int] = PropertyTag(0x80DC, PT_LONG, "PR_EMS_AB_MONITORING_ALERT_DELAY", "PR_EMS_AB_MONITORING_ALERT_DELAY", "address-book")
PR_EMS_AB_MONITORING_ALERT_UNITS: PropertyTag[int] = PropertyTag(0x80DD, PT_LONG, "PR_EMS_AB_MONITORING_ALERT_UNITS", "PR_EMS_AB_MONITORING_ALERT_UNITS", "address-book")
PR_EMS_AB_MONITORING_AVAILABILITY_STYLE: PropertyTag[int] = PropertyTag(0x80DE, PT_LONG, "PR_EMS_AB_MONITORING_AVAILABILITY_STYLE", "PR_EMS_AB_MONITORING_AVAILABILITY_STYLE", "address-book")
PR_EMS_AB_MONITORING_AVAILABILITY_WINDOW: PropertyTag[bytes] = PropertyTag(0x80DF, PT_BINARY, "PR_EMS_AB_MONITORING_AVAILABILITY_WINDOW", "PR_EMS_AB_MONITORING_AVAILABILITY_WINDOW", "address-book")
PR_EMS_AB_MONITORING_ESCALATION_PROCEDURE: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x80E2, PT_MV_BINARY, "PR_EMS_AB_MONITORING_ESCALATION_PROCEDURE", "PR_EMS_AB_MONITORING_ESCALATION_PROCEDURE", "address-book")
PR_EMS_AB_MONITORING_HOTSITE_POLL_INTERVAL: PropertyTag[int] = PropertyTag(0x80E3, PT_LONG, "PR_EMS_AB_MONITORING_HOTSITE_POLL_INTERVAL", "PR_EMS_AB_MONITORING_HOTSITE_POLL_INTERVAL", "address-book")
PR_EMS_AB_MONITORING_HOTSITE_POLL_UNITS: PropertyTag[int] = PropertyTag(0x80E4, PT_LONG, "PR_EMS_AB_MONITORING_HOTSITE_POLL_UNITS", "PR_EMS_AB_MONITORING_HOTSITE_POLL_UNITS", "address-book")
PR_EMS_AB_MONITORING_MAIL_UPDATE_INTERVAL: PropertyTag[int] = PropertyTag(0x80E5, PT_LONG, "PR_EMS_AB_MONITORING_MAIL_UPDATE_INTERVAL", "PR_EMS_AB_MONITORING_MAIL_UPDATE_INTERVAL", "address-book")
PR_EMS_AB_MONITORING_MAIL_UPDATE_UNITS: PropertyTag[int] = PropertyTag(0x80E6, PT_LONG, "PR_EMS_AB_MONITORING_MAIL_UPDATE_UNITS", "PR_EMS_AB_MONITORING_MAIL_UPDATE_UNITS", "address-book")
PR_EMS_AB_MONITORING_NORMAL_POLL_INTERVAL: PropertyTag[int] = PropertyTag(0x80E7, PT_LONG, "PR_EMS_AB_MONITORING_NORMAL_POLL_INTERVAL", "PR_EMS_AB_MONITORING_NORMAL_POLL_INTERVAL", "address-book")
PR_EMS_AB_MONITORING_NORMAL_POLL_UNITS: PropertyTag[int] = PropertyTag(0x80E8, PT_LONG, "PR_EMS_AB_MONITORING_NORMAL_POLL_UNITS", "PR_EMS_AB_MONITORING_NORMAL_POLL_UNITS", "address-book")
PR_EMS_AB_MONITORING_RPC_UPDATE_INTERVAL: PropertyTag[int] = PropertyTag(0x80EB, PT_LONG, "PR_EMS_AB_MONITORING_RPC_UPDATE_INTERVAL", "PR_EMS_AB_MONITORING_RPC_UPDATE_INTERVAL", "address-book")
PR_EMS_AB_MONITORING_RPC_UPDATE_UNITS: PropertyTag[int] = PropertyTag(0x80EC, PT_LONG, "PR_EMS_AB_MONITORING_RPC_UPDATE_UNITS", "PR_EMS_AB_MONITORING_RPC_UPDATE_UNITS", "address-book")
PR_EMS_AB_MONITORING_WARNING_DELAY: PropertyTag[int] = PropertyTag(0x80ED, PT_LONG, "PR_EMS_AB_MONITORING_WARNING_DELAY", "PR_EMS_AB_MONITORING_WARNING_DELAY", "address-book")
PR_EMS_AB_MONITORING_WARNING_UNITS: PropertyTag[int] = PropertyTag(0x80EE, PT_LONG, "PR_EMS_AB_MONITORING_WARNING_UNITS", "PR_EMS_AB_MONITORING_WARNING_UNITS", "address-book")
PR_EMS_AB_MTA_LOCAL_CRED: PropertyTag[str] = PropertyTag(0x80EF, PT_UNICODE, "PR_EMS_AB_MTA_LOCAL_CRED", "PR_EMS_AB_MTA_LOCAL_CRED", "address-book")
PR_EMS_AB_MTA_LOCAL_DESIG: PropertyTag[str] = PropertyTag(0x80F0, PT_UNICODE, "PR_EMS_AB_MTA_LOCAL_DESIG", "PR_EMS_AB_MTA_LOCAL_DESIG", "address-book")
PR_EMS_AB_N_ADDRESS: PropertyTag[bytes] = PropertyTag(0x80F1, PT_BINARY, "PR_EMS_AB_N_ADDRESS", "PR_EMS_AB_N_ADDRESS", "address-book")
PR_EMS_AB_N_ADDRESS_TYPE: PropertyTag[int] = PropertyTag(0x80F2, PT_LONG, "PR_EMS_AB_N_ADDRESS_TYPE", "PR_EMS_AB_N_ADDRESS_TYPE", "address-book")
PR_EMS_AB_NT_MACHINE_NAME: PropertyTag[str] = PropertyTag(0x80F3, PT_UNICODE, "PR_EMS_AB_NT_MACHINE_NAME", "PR_EMS_AB_NT_MACHINE_NAME", "address-book")
PR_EMS_AB_NUM_OF_OPEN_RETRIES: PropertyTag[int] = PropertyTag(0x80F4, PT_LONG, "PR_EMS_AB_NUM_OF_OPEN_RETRIES", "PR_EMS_AB_NUM_OF_OPEN_RETRIES", "address-book")
PR_EMS_AB_NUM_OF_TRANSFER_RETRIES: PropertyTag[int] = PropertyTag(0x80F5, PT_LONG, "PR_EMS_AB_NUM_OF_TRANSFER_RETRIES", "PR_EMS_AB_NUM_OF_TRANSFER_RETRIES", "address-book")
PR_EMS_AB_OBJECT_CLASS_CATEGORY: PropertyTag[int] = PropertyTag(0x80F6, PT_LONG, "PR_EMS_AB_OBJECT_CLASS_CATEGORY", "PR_EMS_AB_OBJECT_CLASS_CATEGORY", "address-book")
PR_EMS_AB_OBJECT_VERSION: PropertyTag[int] = PropertyTag(0x80F7, PT_LONG, "PR_EMS_AB_OBJECT_VERSION", "PR_EMS_AB_OBJECT_VERSION", "address-book")
PR_EMS_AB_OFF_LINE_AB_SCHEDULE: PropertyTag[bytes] = PropertyTag(0x80F9, PT_BINARY, "PR_EMS_AB_OFF_LINE_AB_SCHEDULE", "PR_EMS_AB_OFF_LINE_AB_SCHEDULE", "address-book")
PR_EMS_AB_OFF_LINE_AB_STYLE: PropertyTag[int] = PropertyTag(0x80FB, PT_LONG, "PR_EMS_AB_OFF_LINE_AB_STYLE", "PR_EMS_AB_OFF_LINE_AB_STYLE", "address-book")
PR_EMS_AB_OID_TYPE: PropertyTag[int] = PropertyTag(0x80FC, PT_LONG, "PR_EMS_AB_OID_TYPE", "PR_EMS_AB_OID_TYPE", "address-book")
PR_EMS_AB_OM_OBJECT_CLASS: PropertyTag[bytes] = PropertyTag(0x80FD, PT_BINARY, "PR_EMS_AB_OM_OBJECT_CLASS", "PR_EMS_AB_OM_OBJECT_CLASS", "address-book")
PR_EMS_AB_OM_SYNTAX: PropertyTag[int] = PropertyTag(0x80FE, PT_LONG, "PR_EMS_AB_OM_SYNTAX", "PR_EMS_AB_OM_SYNTAX", "address-book")
PR_EMS_AB_OOF_REPLY_TO_ORIGINATOR: PropertyTag[bool] = PropertyTag(0x80FF, PT_BOOLEAN, "PR_EMS_AB_OOF_REPLY_TO_ORIGINATOR", "PR_EMS_AB_OOF_REPLY_TO_ORIGINATOR", "address-book")
PR_EMS_AB_OPEN_RETRY_INTERVAL: PropertyTag[int] = PropertyTag(0x8100, PT_LONG, "PR_EMS_AB_OPEN_RETRY_INTERVAL", "PR_EMS_AB_OPEN_RETRY_INTERVAL", "address-book")
PR_EMS_AB_ORGANIZATION_NAME: PropertyTag[tuple[str, ...]] = PropertyTag(0x8101, PT_MV_UNICODE, "PR_EMS_AB_ORGANIZATION_NAME", "PR_EMS_AB_ORGANIZATION_NAME", "address-book")
PR_EMS_AB_ORGANIZATIONAL_UNIT_NAME: PropertyTag[tuple[str, ...]] = PropertyTag(0x8102, PT_MV_UNICODE, "PR_EMS_AB_ORGANIZATIONAL_UNIT_NAME", "PR_EMS_AB_ORGANIZATIONAL_UNIT_NAME", "address-book")
PR_EMS_AB_ORIGINAL_DISPLAY_TABLE: PropertyTag[bytes] = PropertyTag(0x8103, PT_BINARY, "PR_EMS_AB_ORIGINAL_DISPLAY_TABLE", "PR_EMS_AB_ORIGINAL_DISPLAY_TABLE", "address-book")
PR_EMS_AB_ORIGINAL_DISPLAY_TABLE_MSDOS: PropertyTag[bytes] = PropertyTag(0x8104, PT_BINARY, "PR_EMS_AB_ORIGINAL_DISPLAY_TABLE_MSDOS", "PR_EMS_AB_ORIGINAL_DISPLAY_TABLE_MSDOS", "address-book")
PR_EMS_AB_P_SELECTOR: PropertyTag[bytes] = PropertyTag(0x8106, PT_BINARY, "PR_EMS_AB_P_SELECTOR", "PR_EMS_AB_P_SELECTOR", "address-book")
PR_EMS_AB_P_SELECTOR_INBOUND: PropertyTag[bytes] = PropertyTag(0x8107, PT_BINARY, "PR_EMS_AB_P_SELECTOR_INBOUND", "PR_EMS_AB_P_SELECTOR_INBOUND", "address-book")
PR_EMS_AB_PER_MSG_DIALOG_DISPLAY_TABLE: PropertyTag[bytes] = PropertyTag(0x8108, PT_BINARY, "PR_EMS_AB_PER_MSG_DIALOG_DISPLAY_TABLE", "PR_EMS_AB_PER_MSG_DIALOG_DISPLAY_TABLE", "address-book")
PR_EMS_AB_PER_RECIP_DIALOG_DISPLAY_TABLE: PropertyTag[bytes] = PropertyTag(0x8109, PT_BINARY, "PR_EMS_AB_PER_RECIP_DIALOG_DISPLAY_TABLE", "PR_EMS_AB_PER_RECIP_DIALOG_DISPLAY_TABLE", "address-book")
PR_EMS_AB_PERIOD_REP_SYNC_TIMES: PropertyTag[bytes] = PropertyTag(0x810A, PT_BINARY, "PR_EMS_AB_PERIOD_REP_SYNC_TIMES", "PR_EMS_AB_PERIOD_REP_SYNC_TIMES", "address-book")
PR_EMS_AB_PERIOD_REPL_STAGGER: PropertyTag[int] = PropertyTag(0x810B, PT_LONG, "PR_EMS_AB_PERIOD_REPL_STAGGER", "PR_EMS_AB_PERIOD_REPL_STAGGER", "address-book")
PR_EMS_AB_POSTAL_ADDRESS: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x810C, PT_MV_BINARY, "PR_EMS_AB_POSTAL_ADDRESS", "PR_EMS_AB_POSTAL_ADDRESS", "address-book")
PR_EMS_AB_PREFERRED_DELIVERY_METHOD: PropertyTag[tuple[int, ...]] = PropertyTag(0x810D, PT_MV_LONG, "PR_EMS_AB_PREFERRED_DELIVERY_METHOD", "PR_EMS_AB_PREFERRED_DELIVERY_METHOD", "address-book")
PR_EMS_AB_PRMD: PropertyTag[str] = PropertyTag(0x810E, PT_UNICODE, "PR_EMS_AB_PRMD", "PR_EMS_AB_PRMD", "address-book")
PR_EMS_AB_PROXY_GENERATOR_DLL: PropertyTag[str] = PropertyTag(0x810F, PT_UNICODE, "PR_EMS_AB_PROXY_GENERATOR_DLL", "PR_EMS_AB_PROXY_GENERATOR_DLL", "address-book")
PR_EMS_AB_QUOTA_NOTIFICATION_SCHEDULE: PropertyTag[bytes] = PropertyTag(0x8111, PT_BINARY, "PR_EMS_AB_QUOTA_NOTIFICATION_SCHEDULE", "PR_EMS_AB_QUOTA_NOTIFICATION_SCHEDULE", "address-book")
PR_EMS_AB_QUOTA_NOTIFICATION_STYLE: PropertyTag[int] = PropertyTag(0x8112, PT_LONG, "PR_EMS_AB_QUOTA_NOTIFICATION_STYLE", "PR_EMS_AB_QUOTA_NOTIFICATION_STYLE", "address-book")
PR_EMS_AB_RANGE_LOWER: PropertyTag[int] = PropertyTag(0x8113, PT_LONG, "PR_EMS_AB_RANGE_LOWER", "PR_EMS_AB_RANGE_LOWER", "address-book")
PR_EMS_AB_RANGE_UPPER: PropertyTag[int] = PropertyTag(0x8114, PT_LONG, "PR_EMS_AB_RANGE_UPPER", "PR_EMS_AB_RANGE_UPPER", "address-book")
PR_EMS_AB_RAS_CALLBACK_NUMBER: PropertyTag[str] = PropertyTag(0x8115, PT_UNICODE, "PR_EMS_AB_RAS_CALLBACK_NUMBER", "PR_EMS_AB_RAS_CALLBACK_NUMBER", "address-book")
PR_EMS_AB_RAS_PHONE_NUMBER: PropertyTag[str] = PropertyTag(0x8116, PT_UNICODE, "PR_EMS_AB_RAS_PHONE_NUMBER", "PR_EMS_AB_RAS_PHONE_NUMBER", "address-book")
PR_EMS_AB_RAS_PHONEBOOK_ENTRY_NAME: PropertyTag[str] = PropertyTag(0x8117, PT_UNICODE, "PR_EMS_AB_RAS_PHONEBOOK_ENTRY_NAME", "PR_EMS_AB_RAS_PHONEBOOK_ENTRY_NAME", "address-book")
PR_EMS_AB_RAS_REMOTE_SRVR_NAME: PropertyTag[str] = PropertyTag(0x8118, PT_UNICODE, "PR_EMS_AB_RAS_REMOTE_SRVR_NAME", "PR_EMS_AB_RAS_REMOTE_SRVR_NAME", "address-book")
PR_EMS_AB_REGISTERED_ADDRESS: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8119, PT_MV_BINARY, "PR_EMS_AB_REGISTERED_ADDRESS", "PR_EMS_AB_REGISTERED_ADDRESS", "address-book")
PR_EMS_AB_REMOTE_BRIDGE_HEAD: PropertyTag[str] = PropertyTag(0x811A, PT_UNICODE, "PR_EMS_AB_REMOTE_BRIDGE_HEAD", "PR_EMS_AB_REMOTE_BRIDGE_HEAD", "address-book")
PR_EMS_AB_REMOTE_BRIDGE_HEAD_ADDRESS: PropertyTag[str] = PropertyTag(0x811B, PT_UNICODE, "PR_EMS_AB_REMOTE_BRIDGE_HEAD_ADDRESS", "PR_EMS_AB_REMOTE_BRIDGE_HEAD_ADDRESS", "address-book")
PR_EMS_AB_REPLICATION_SENSITIVITY: PropertyTag[int] = PropertyTag(0x811E, PT_LONG, "PR_EMS_AB_REPLICATION_SENSITIVITY", "PR_EMS_AB_REPLICATION_SENSITIVITY", "address-book")
PR_EMS_AB_REPLICATION_STAGGER: PropertyTag[int] = PropertyTag(0x811F, PT_LONG, "PR_EMS_AB_REPLICATION_STAGGER", "PR_EMS_AB_REPLICATION_STAGGER", "address-book")
PR_EMS_AB_REPORT_TO_ORIGINATOR: PropertyTag[bool] = PropertyTag(0x8120, PT_BOOLEAN, "PR_EMS_AB_REPORT_TO_ORIGINATOR", "PR_EMS_AB_REPORT_TO_ORIGINATOR", "address-book")
PR_EMS_AB_REPORT_TO_OWNER: PropertyTag[bool] = PropertyTag(0x8121, PT_BOOLEAN, "PR_EMS_AB_REPORT_TO_OWNER", "PR_EMS_AB_REPORT_TO_OWNER", "address-book")
PR_EMS_AB_REQ_SEQ: PropertyTag[int] = PropertyTag(0x8122, PT_LONG, "PR_EMS_AB_REQ_SEQ", "PR_EMS_AB_REQ_SEQ", "address-book")
PR_EMS_AB_ROUTING_LIST: PropertyTag[tuple[str, ...]] = PropertyTag(0x8126, PT_MV_UNICODE, "PR_EMS_AB_ROUTING_LIST", "PR_EMS_AB_ROUTING_LIST", "address-book")
PR_EMS_AB_RTS_CHECKPOINT_SIZE: PropertyTag[int] = PropertyTag(0x8127, PT_LONG, "PR_EMS_AB_RTS_CHECKPOINT_SIZE", "PR_EMS_AB_RTS_CHECKPOINT_SIZE", "address-book")
PR_EMS_AB_RTS_RECOVERY_TIMEOUT: PropertyTag[int] = PropertyTag(0x8128, PT_LONG, "PR_EMS_AB_RTS_RECOVERY_TIMEOUT", "PR_EMS_AB_RTS_RECOVERY_TIMEOUT", "address-book")
PR_EMS_AB_RTS_WINDOW_SIZE: PropertyTag[int] = PropertyTag(0x8129, PT_LONG, "PR_EMS_AB_RTS_WINDOW_SIZE", "PR_EMS_AB_RTS_WINDOW_SIZE", "address-book")
PR_EMS_AB_S_SELECTOR: PropertyTag[bytes] = PropertyTag(0x812B, PT_BINARY, "PR_EMS_AB_S_SELECTOR", "PR_EMS_AB_S_SELECTOR", "address-book")
PR_EMS_AB_S_SELECTOR_INBOUND: PropertyTag[bytes] = PropertyTag(0x812C, PT_BINARY, "PR_EMS_AB_S_SELECTOR_INBOUND", "PR_EMS_AB_S_SELECTOR_INBOUND", "address-book")
PR_EMS_AB_SEARCH_FLAGS: PropertyTag[int] = PropertyTag(0x812D, PT_LONG, "PR_EMS_AB_SEARCH_FLAGS", "PR_EMS_AB_SEARCH_FLAGS", "address-book")
PR_EMS_AB_SEARCH_GUIDE: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x812E, PT_MV_BINARY, "PR_EMS_AB_SEARCH_GUIDE", "PR_EMS_AB_SEARCH_GUIDE", "address-book")
PR_EMS_AB_SERIAL_NUMBER: PropertyTag[tuple[str, ...]] = PropertyTag(0x8130, PT_MV_UNICODE, "PR_EMS_AB_SERIAL_NUMBER", "PR_EMS_AB_SERIAL_NUMBER", "address-book")
PR_EMS_AB_SERVICE_ACTION_FIRST: PropertyTag[int] = PropertyTag(0x8131, PT_LONG, "PR_EMS_AB_SERVICE_ACTION_FIRST", "PR_EMS_AB_SERVICE_ACTION_FIRST", "address-book")
PR_EMS_AB_SERVICE_ACTION_OTHER: PropertyTag[int] = PropertyTag(0x8132, PT_LONG, "PR_EMS_AB_SERVICE_ACTION_OTHER", "PR_EMS_AB_SERVICE_ACTION_OTHER", "address-book")
PR_EMS_AB_SERVICE_ACTION_SECOND: PropertyTag[int] = PropertyTag(0x8133, PT_LONG, "PR_EMS_AB_SERVICE_ACTION_SECOND", "PR_EMS_AB_SERVICE_ACTION_SECOND", "address-book")
PR_EMS_AB_SERVICE_RESTART_DELAY: PropertyTag[int] = PropertyTag(0x8134, PT_LONG, "PR_EMS_AB_SERVICE_RESTART_DELAY", "PR_EMS_AB_SERVICE_RESTART_DELAY", "address-book")
PR_EMS_AB_SERVICE_RESTART_MESSAGE: PropertyTag[str] = PropertyTag(0x8135, PT_UNICODE, "PR_EMS_AB_SERVICE_RESTART_MESSAGE", "PR_EMS_AB_SERVICE_RESTART_MESSAGE", "address-book")
PR_EMS_AB_SESSION_DISCONNECT_TIMER: PropertyTag[int] = PropertyTag(0x8136, PT_LONG, "PR_EMS_AB_SESSION_DISCONNECT_TIMER", "PR_EMS_AB_SESSION_DISCONNECT_TIMER", "address-book")
PR_EMS_AB_SITE_AFFINITY: PropertyTag[tuple[str, ...]] = PropertyTag(0x8137, PT_MV_UNICODE, "PR_EMS_AB_SITE_AFFINITY", "PR_EMS_AB_SITE_AFFINITY", "address-book")
PR_EMS_AB_SITE_PROXY_SPACE: PropertyTag[tuple[str, ...]] = PropertyTag(0x8138, PT_MV_UNICODE, "PR_EMS_AB_SITE_PROXY_SPACE", "PR_EMS_AB_SITE_PROXY_SPACE", "address-book")
PR_EMS_AB_SPACE_LAST_COMPUTED: PropertyTag[datetime] = PropertyTag(0x8139, PT_SYSTIME, "PR_EMS_AB_SPACE_LAST_COMPUTED", "PR_EMS_AB_SPACE_LAST_COMPUTED", "address-book")
PR_EMS_AB_STREET_ADDRESS: PropertyTag[str] = PropertyTag(0x813A, PT_UNICODE, "PR_EMS_AB_STREET_ADDRESS", "PR_EMS_AB_STREET_ADDRESS", "address-book")
PR_EMS_AB_SUBMISSION_CONT_LENGTH: PropertyTag[int] = PropertyTag(0x813C, PT_LONG, "PR_EMS_AB_SUBMISSION_CONT_LENGTH", "PR_EMS_AB_SUBMISSION_CONT_LENGTH", "address-book")
PR_EMS_AB_SUPPORTED_APPLICATION_CONTEXT: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x813D, PT_MV_BINARY, "PR_EMS_AB_SUPPORTED_APPLICATION_CONTEXT", "PR_EMS_AB_SUPPORTED_APPLICATION_CONTEXT", "address-book")
PR_EMS_AB_T_SELECTOR: PropertyTag[bytes] = PropertyTag(0x8140, PT_BINARY, "PR_EMS_AB_T_SELECTOR", "PR_EMS_AB_T_SELECTOR", "address-book")
PR_EMS_AB_T_SELECTOR_INBOUND: PropertyTag[bytes] = PropertyTag(0x8141, PT_BINARY, "PR_EMS_AB_T_SELECTOR_INBOUND", "PR_EMS_AB_T_SELECTOR_INBOUND", "address-book")
PR_EMS_AB_TARGET_MTAS: PropertyTag[tuple[str, ...]] = PropertyTag(0x8142, PT_MV_UNICODE, "PR_EMS_AB_TARGET_MTAS", "PR_EMS_AB_TARGET_MTAS", "address-book")
PR_EMS_AB_TELETEX_TERMINAL_IDENTIFIER: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8143, PT_MV_BINARY, "PR_EMS_AB_TELETEX_TERMINAL_IDENTIFIER", "PR_EMS_AB_TELETEX_TERMINAL_IDENTIFIER", "address-book")
PR_EMS_AB_TEMP_ASSOC_THRESHOLD: PropertyTag[int] = PropertyTag(0x8144, PT_LONG, "PR_EMS_AB_TEMP_ASSOC_THRESHOLD", "PR_EMS_AB_TEMP_ASSOC_THRESHOLD", "address-book")
PR_EMS_AB_TOMBSTONE_LIFETIME: PropertyTag[int] = PropertyTag(0x8145, PT_LONG, "PR_EMS_AB_TOMBSTONE_LIFETIME", "PR_EMS_AB_TOMBSTONE_LIFETIME", "address-book")
PR_EMS_AB_TRACKING_LOG_PATH_NAME: PropertyTag[str] = PropertyTag(0x8146, PT_UNICODE, "PR_EMS_AB_TRACKING_LOG_PATH_NAME", "PR_EMS_AB_TRACKING_LOG_PATH_NAME", "address-book")
PR_EMS_AB_TRANS_RETRY_MINS: PropertyTag[int] = PropertyTag(0x8147, PT_LONG, "PR_EMS_AB_TRANS_RETRY_MINS", "PR_EMS_AB_TRANS_RETRY_MINS", "address-book")
PR_EMS_AB_TRANS_TIMEOUT_MINS: PropertyTag[int] = PropertyTag(0x8148, PT_LONG, "PR_EMS_AB_TRANS_TIMEOUT_MINS", "PR_EMS_AB_TRANS_TIMEOUT_MINS", "address-book")
PR_EMS_AB_TRANSFER_RETRY_INTERVAL: PropertyTag[int] = PropertyTag(0x8149, PT_LONG, "PR_EMS_AB_TRANSFER_RETRY_INTERVAL", "PR_EMS_AB_TRANSFER_RETRY_INTERVAL", "address-book")
PR_EMS_AB_TRANSFER_TIMEOUT_NON_URGENT: PropertyTag[int] = PropertyTag(0x814A, PT_LONG, "PR_EMS_AB_TRANSFER_TIMEOUT_NON_URGENT", "PR_EMS_AB_TRANSFER_TIMEOUT_NON_URGENT", "address-book")
PR_EMS_AB_TRANSFER_TIMEOUT_NORMAL: PropertyTag[int] = PropertyTag(0x814B, PT_LONG, "PR_EMS_AB_TRANSFER_TIMEOUT_NORMAL", "PR_EMS_AB_TRANSFER_TIMEOUT_NORMAL", "address-book")
PR_EMS_AB_TRANSFER_TIMEOUT_URGENT: PropertyTag[int] = PropertyTag(0x814C, PT_LONG, "PR_EMS_AB_TRANSFER_TIMEOUT_URGENT", "PR_EMS_AB_TRANSFER_TIMEOUT_URGENT", "address-book")
PR_EMS_AB_TRANSLATION_TABLE_USED: PropertyTag[int] = PropertyTag(0x814D, PT_LONG, "PR_EMS_AB_TRANSLATION_TABLE_USED", "PR_EMS_AB_TRANSLATION_TABLE_USED", "address-book")
PR_EMS_AB_TRANSPORT_EXPEDITED_DATA: PropertyTag[bool] = PropertyTag(0x814E, PT_BOOLEAN, "PR_EMS_AB_TRANSPORT_EXPEDITED_DATA", "PR_EMS_AB_TRANSPORT_EXPEDITED_DATA", "address-book")
PR_EMS_AB_TRUST_LEVEL: PropertyTag[int] = PropertyTag(0x814F, PT_LONG, "PR_EMS_AB_TRUST_LEVEL", "PR_EMS_AB_TRUST_LEVEL", "address-book")
PR_EMS_AB_TURN_REQUEST_THRESHOLD: PropertyTag[int] = PropertyTag(0x8150, PT_LONG, "PR_EMS_AB_TURN_REQUEST_THRESHOLD", "PR_EMS_AB_TURN_REQUEST_THRESHOLD", "address-book")
PR_EMS_AB_TWO_WAY_ALTERNATE_FACILITY: PropertyTag[bool] = PropertyTag(0x8151, PT_BOOLEAN, "PR_EMS_AB_TWO_WAY_ALTERNATE_FACILITY", "PR_EMS_AB_TWO_WAY_ALTERNATE_FACILITY", "address-book")
PR_EMS_AB_USER_PASSWORD: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8153, PT_MV_BINARY, "PR_EMS_AB_USER_PASSWORD", "PR_EMS_AB_USER_PASSWORD", "address-book")
PR_EMS_AB_USN_CREATED: PropertyTag[int] = PropertyTag(0x8154, PT_LONG, "PR_EMS_AB_USN_CREATED", "PR_EMS_AB_USN_CREATED", "address-book")
PR_EMS_AB_USN_DSA_LAST_OBJ_REMOVED: PropertyTag[int] = PropertyTag(0x8155, PT_LONG, "PR_EMS_AB_USN_DSA_LAST_OBJ_REMOVED", "PR_EMS_AB_USN_DSA_LAST_OBJ_REMOVED", "address-book")
PR_EMS_AB_USN_LAST_OBJ_REM: PropertyTag[int] = PropertyTag(0x8156, PT_LONG, "PR_EMS_AB_USN_LAST_OBJ_REM", "PR_EMS_AB_USN_LAST_OBJ_REM", "address-book")
PR_EMS_AB_USN_SOURCE: PropertyTag[int] = PropertyTag(0x8157, PT_LONG, "PR_EMS_AB_USN_SOURCE", "PR_EMS_AB_USN_SOURCE", "address-book")
PR_EMS_AB_X121_ADDRESS: PropertyTag[tuple[str, ...]] = PropertyTag(0x8158, PT_MV_UNICODE, "PR_EMS_AB_X121_ADDRESS", "PR_EMS_AB_X121_ADDRESS", "address-book")
PR_EMS_AB_X25_CALL_USER_DATA_INCOMING: PropertyTag[bytes] = PropertyTag(0x8159, PT_BINARY, "PR_EMS_AB_X25_CALL_USER_DATA_INCOMING", "PR_EMS_AB_X25_CALL_USER_DATA_INCOMING", "address-book")
PR_EMS_AB_X25_CALL_USER_DATA_OUTGOING: PropertyTag[bytes] = PropertyTag(0x815A, PT_BINARY, "PR_EMS_AB_X25_CALL_USER_DATA_OUTGOING", "PR_EMS_AB_X25_CALL_USER_DATA_OUTGOING", "address-book")
PR_EMS_AB_X25_FACILITIES_DATA_INCOMING: PropertyTag[bytes] = PropertyTag(0x815B, PT_BINARY, "PR_EMS_AB_X25_FACILITIES_DATA_INCOMING", "PR_EMS_AB_X25_FACILITIES_DATA_INCOMING", "address-book")
PR_EMS_AB_X25_FACILITIES_DATA_OUTGOING: PropertyTag[bytes] = PropertyTag(0x815C, PT_BINARY, "PR_EMS_AB_X25_FACILITIES_DATA_OUTGOING", "PR_EMS_AB_X25_FACILITIES_DATA_OUTGOING", "address-book")
PR_EMS_AB_X25_LEASED_LINE_PORT: PropertyTag[bytes] = PropertyTag(0x815D, PT_BINARY, "PR_EMS_AB_X25_LEASED_LINE_PORT", "PR_EMS_AB_X25_LEASED_LINE_PORT", "address-book")
PR_EMS_AB_X25_LEASED_OR_SWITCHED: PropertyTag[bool] = PropertyTag(0x815E, PT_BOOLEAN, "PR_EMS_AB_X25_LEASED_OR_SWITCHED", "PR_EMS_AB_X25_LEASED_OR_SWITCHED", "address-book")
PR_EMS_AB_X25_REMOTE_MTA_PHONE: PropertyTag[str] = PropertyTag(0x815F, PT_UNICODE, "PR_EMS_AB_X25_REMOTE_MTA_PHONE", "PR_EMS_AB_X25_REMOTE_MTA_PHONE", "address-book")
PR_EMS_AB_X400_ATTACHMENT_TYPE: PropertyTag[bytes] = PropertyTag(0x8160, PT_BINARY, "PR_EMS_AB_X400_ATTACHMENT_TYPE", "PR_EMS_AB_X400_ATTACHMENT_TYPE", "address-book")
PR_EMS_AB_X400_SELECTOR_SYNTAX: PropertyTag[int] = PropertyTag(0x8161, PT_LONG, "PR_EMS_AB_X400_SELECTOR_SYNTAX", "PR_EMS_AB_X400_SELECTOR_SYNTAX", "address-book")
PR_EMS_AB_X500_ACCESS_CONTROL_LIST: PropertyTag[bytes] = PropertyTag(0x8162, PT_BINARY, "PR_EMS_AB_X500_ACCESS_CONTROL_LIST", "PR_EMS_AB_X500_ACCESS_CONTROL_LIST", "address-book")
PR_EMS_AB_XMIT_TIMEOUT_NON_URGENT: PropertyTag[int] = PropertyTag(0x8163, PT_LONG, "PR_EMS_AB_XMIT_TIMEOUT_NON_URGENT", "PR_EMS_AB_XMIT_TIMEOUT_NON_URGENT", "address-book")
PR_EMS_AB_XMIT_TIMEOUT_NORMAL: PropertyTag[int] = PropertyTag(0x8164, PT_LONG, "PR_EMS_AB_XMIT_TIMEOUT_NORMAL", "PR_EMS_AB_XMIT_TIMEOUT_NORMAL", "address-book")
PR_EMS_AB_XMIT_TIMEOUT_URGENT: PropertyTag[int] = PropertyTag(0x8165, PT_LONG, "PR_EMS_AB_XMIT_TIMEOUT_URGENT", "PR_EMS_AB_XMIT_TIMEOUT_URGENT", "address-book")
PR_EMS_AB_SITE_FOLDER_GUID: PropertyTag[bytes] = PropertyTag(0x8166, PT_BINARY, "PR_EMS_AB_SITE_FOLDER_GUID", "PR_EMS_AB_SITE_FOLDER_GUID", "address-book")
PR_EMS_AB_REPLICATION_MAIL_MSG_SIZE: PropertyTag[int] = PropertyTag(0x8168, PT_LONG, "PR_EMS_AB_REPLICATION_MAIL_MSG_SIZE", "PR_EMS_AB_REPLICATION_MAIL_MSG_SIZE", "address-book")
PR_EMS_AB_MAXIMUM_OBJECT_ID: PropertyTag[bytes] = PropertyTag(0x8169, PT_BINARY, "PR_EMS_AB_MAXIMUM_OBJECT_ID", "PR_EMS_AB_MAXIMUM_OBJECT_ID", "address-book")
PidTagAddressBookNetworkAddress: PropertyTag[tuple[str, ...]] = PropertyTag(0x8170, PT_MV_UNICODE, "PidTagAddressBookNetworkAddress", "PR_EMS_AB_NETWORK_ADDRESS", "address-book")
PR_EMS_AB_LDAP_DISPLAY_NAME: PropertyTag[tuple[str, ...]] = PropertyTag(0x8171, PT_MV_UNICODE, "PR_EMS_AB_LDAP_DISPLAY_NAME", "PR_EMS_AB_LDAP_DISPLAY_NAME", "address-book")
PR_EMS_AB_SCHEMA_FLAGS: PropertyTag[int] = PropertyTag(0x8173, PT_LONG, "PR_EMS_AB_SCHEMA_FLAGS", "PR_EMS_AB_SCHEMA_FLAGS", "address-book")
PR_EMS_AB_WWW_HOME_PAGE: PropertyTag[str] = PropertyTag(0x8175, PT_UNICODE, "PR_EMS_AB_WWW_HOME_PAGE", "PR_EMS_AB_WWW_HOME_PAGE", "address-book")
PR_EMS_AB_NNTP_CONTENT_FORMAT: PropertyTag[str] = PropertyTag(0x8176, PT_UNICODE, "PR_EMS_AB_NNTP_CONTENT_FORMAT", "PR_EMS_AB_NNTP_CONTENT_FORMAT", "address-book")
PR_EMS_AB_POP_CONTENT_FORMAT: PropertyTag[str] = PropertyTag(0x8177, PT_UNICODE, "PR_EMS_AB_POP_CONTENT_FORMAT", "PR_EMS_AB_POP_CONTENT_FORMAT", "address-book")
PR_EMS_AB_LANGUAGE: PropertyTag[int] = PropertyTag(0x8178, PT_LONG, "PR_EMS_AB_LANGUAGE", "PR_EMS_AB_LANGUAGE", "address-book")
PR_EMS_AB_POP_CHARACTER_SET: PropertyTag[str] = PropertyTag(0x8179, PT_UNICODE, "PR_EMS_AB_POP_CHARACTER_SET", "PR_EMS_AB_POP_CHARACTER_SET", "address-book")
PR_EMS_AB_USN_INTERSITE: PropertyTag[int] = PropertyTag(0x817A, PT_LONG, "PR_EMS_AB_USN_INTERSITE", "PR_EMS_AB_USN_INTERSITE", "address-book")
PR_EMS_AB_SUB_SITE: PropertyTag[str] = PropertyTag(0x817B, PT_UNICODE, "PR_EMS_AB_SUB_SITE", "PR_EMS_AB_SUB_SITE", "address-book")
PR_EMS_AB_SCHEMA_VERSION: PropertyTag[tuple[int, ...]] = PropertyTag(0x817C, PT_MV_LONG, "PR_EMS_AB_SCHEMA_VERSION", "PR_EMS_AB_SCHEMA_VERSION", "address-book")
PR_EMS_AB_NNTP_CHARACTER_SET: PropertyTag[str] = PropertyTag(0x817D, PT_UNICODE, "PR_EMS_AB_NNTP_CHARACTER_SET", "PR_EMS_AB_NNTP_CHARACTER_SET", "address-book")
PR_EMS_AB_USE_SERVER_VALUES: PropertyTag[bool] = PropertyTag(0x817E, PT_BOOLEAN, "PR_EMS_AB_USE_SERVER_VALUES", "PR_EMS_AB_USE_SERVER_VALUES", "address-book")
PR_EMS_AB_ENABLED_PROTOCOLS: PropertyTag[int] = PropertyTag(0x817F, PT_LONG, "PR_EMS_AB_ENABLED_PROTOCOLS", "PR_EMS_AB_ENABLED_PROTOCOLS", "address-book")
PR_EMS_AB_CONNECTION_LIST_FILTER: PropertyTag[bytes] = PropertyTag(0x8180, PT_BINARY, "PR_EMS_AB_CONNECTION_LIST_FILTER", "PR_EMS_AB_CONNECTION_LIST_FILTER", "address-book")
PR_EMS_AB_AVAILABLE_AUTHORIZATION_PACKAGES: PropertyTag[tuple[str, ...]] = PropertyTag(0x8181, PT_MV_UNICODE, "PR_EMS_AB_AVAILABLE_AUTHORIZATION_PACKAGES", "PR_EMS_AB_AVAILABLE_AUTHORIZATION_PACKAGES", "address-book")
PR_EMS_AB_CHARACTER_SET_LIST: PropertyTag[tuple[str, ...]] = PropertyTag(0x8182, PT_MV_UNICODE, "PR_EMS_AB_CHARACTER_SET_LIST", "PR_EMS_AB_CHARACTER_SET_LIST", "address-book")
PR_EMS_AB_USE_SITE_VALUES: PropertyTag[bool] = PropertyTag(0x8183, PT_BOOLEAN, "PR_EMS_AB_USE_SITE_VALUES", "PR_EMS_AB_USE_SITE_VALUES", "address-book")
PR_EMS_AB_ENABLED_AUTHORIZATION_PACKAGES: PropertyTag[tuple[str, ...]] = PropertyTag(0x8184, PT_MV_UNICODE, "PR_EMS_AB_ENABLED_AUTHORIZATION_PACKAGES", "PR_EMS_AB_ENABLED_AUTHORIZATION_PACKAGES", "address-book")
PR_EMS_AB_CHARACTER_SET: PropertyTag[str] = PropertyTag(0x8185, PT_UNICODE, "PR_EMS_AB_CHARACTER_SET", "PR_EMS_AB_CHARACTER_SET", "address-book")
PR_EMS_AB_CONTENT_TYPE: PropertyTag[int] = PropertyTag(0x8186, PT_LONG, "PR_EMS_AB_CONTENT_TYPE", "PR_EMS_AB_CONTENT_TYPE", "address-book")
PR_EMS_AB_ANONYMOUS_ACCESS: PropertyTag[bool] = PropertyTag(0x8187, PT_BOOLEAN, "PR_EMS_AB_ANONYMOUS_ACCESS", "PR_EMS_AB_ANONYMOUS_ACCESS", "address-book")
PR_EMS_AB_CONTROL_MSG_FOLDER_ID: PropertyTag[bytes] = PropertyTag(0x8188, PT_BINARY, "PR_EMS_AB_CONTROL_MSG_FOLDER_ID", "PR_EMS_AB_CONTROL_MSG_FOLDER_ID", "address-book")
PR_EMS_AB_USENET_SITE_NAME: PropertyTag[str] = PropertyTag(0x8189, PT_UNICODE, "PR_EMS_AB_USENET_SITE_NAME", "PR_EMS_AB_USENET_SITE_NAME", "address-book")
PR_EMS_AB_CONTROL_MSG_RULES: PropertyTag[bytes] = PropertyTag(0x818A, PT_BINARY, "PR_EMS_AB_CONTROL_MSG_RULES", "PR_EMS_AB_CONTROL_MSG_RULES", "address-book")
PR_EMS_AB_AVAILABLE_DISTRIBUTIONS: PropertyTag[str] = PropertyTag(0x818B, PT_UNICODE, "PR_EMS_AB_AVAILABLE_DISTRIBUTIONS", "PR_EMS_AB_AVAILABLE_DISTRIBUTIONS", "address-book")
PR_EMS_AB_OUTBOUND_HOST: PropertyTag[bytes] = PropertyTag(0x818D, PT_BINARY, "PR_EMS_AB_OUTBOUND_HOST", "PR_EMS_AB_OUTBOUND_HOST", "address-book")
PR_EMS_AB_INBOUND_HOST: PropertyTag[tuple[str, ...]] = PropertyTag(0x818E, PT_MV_UNICODE, "PR_EMS_AB_INBOUND_HOST", "PR_EMS_AB_INBOUND_HOST", "address-book")
PR_EMS_AB_OUTGOING_MSG_SIZE_LIMIT: PropertyTag[int] = PropertyTag(0x818F, PT_LONG, "PR_EMS_AB_OUTGOING_MSG_SIZE_LIMIT", "PR_EMS_AB_OUTGOING_MSG_SIZE_LIMIT", "address-book")
PR_EMS_AB_INCOMING_MSG_SIZE_LIMIT: PropertyTag[int] = PropertyTag(0x8190, PT_LONG, "PR_EMS_AB_INCOMING_MSG_SIZE_LIMIT", "PR_EMS_AB_INCOMING_MSG_SIZE_LIMIT", "address-book")
PR_EMS_AB_SEND_TNEF: PropertyTag[bool] = PropertyTag(0x8191, PT_BOOLEAN, "PR_EMS_AB_SEND_TNEF", "PR_EMS_AB_SEND_TNEF", "address-book")
PR_EMS_AB_AUTHORIZED_PASSWORD_CONFIRM: PropertyTag[bytes] = PropertyTag(0x8192, PT_BINARY, "PR_EMS_AB_AUTHORIZED_PASSWORD_CONFIRM", "PR_EMS_AB_AUTHORIZED_PASSWORD_CONFIRM", "address-book")
PR_EMS_AB_INBOUND_NEWSFEED: PropertyTag[str] = PropertyTag(0x8193, PT_UNICODE, "PR_EMS_AB_INBOUND_NEWSFEED", "PR_EMS_AB_INBOUND_NEWSFEED", "address-book")
PR_EMS_AB_NEWSFEED_TYPE: PropertyTag[int] = PropertyTag(0x8194, PT_LONG, "PR_EMS_AB_NEWSFEED_TYPE", "PR_EMS_AB_NEWSFEED_TYPE", "address-book")
PR_EMS_AB_OUTBOUND_NEWSFEED: PropertyTag[str] = PropertyTag(0x8195, PT_UNICODE, "PR_EMS_AB_OUTBOUND_NEWSFEED", "PR_EMS_AB_OUTBOUND_NEWSFEED", "address-book")
PR_EMS_AB_NEWSGROUP_LIST: PropertyTag[bytes] = PropertyTag(0x8196, PT_BINARY, "PR_EMS_AB_NEWSGROUP_LIST", "PR_EMS_AB_NEWSGROUP_LIST", "address-book")
PR_EMS_AB_NNTP_DISTRIBUTIONS: PropertyTag[tuple[str, ...]] = PropertyTag(0x8197, PT_MV_UNICODE, "PR_EMS_AB_NNTP_DISTRIBUTIONS", "PR_EMS_AB_NNTP_DISTRIBUTIONS", "address-book")
PR_EMS_AB_NEWSGROUP: PropertyTag[str] = PropertyTag(0x8198, PT_UNICODE, "PR_EMS_AB_NEWSGROUP", "PR_EMS_AB_NEWSGROUP", "address-book")
PR_EMS_AB_MODERATOR: PropertyTag[str] = PropertyTag(0x8199, PT_UNICODE, "PR_EMS_AB_MODERATOR", "PR_EMS_AB_MODERATOR", "address-book")
PR_EMS_AB_AUTHENTICATION_TO_USE: PropertyTag[str] = PropertyTag(0x819A, PT_UNICODE, "PR_EMS_AB_AUTHENTICATION_TO_USE", "PR_EMS_AB_AUTHENTICATION_TO_USE", "address-book")
PR_EMS_AB_HTTP_PUB_GAL: PropertyTag[bool] = PropertyTag(0x819B, PT_BOOLEAN, "PR_EMS_AB_HTTP_PUB_GAL", "PR_EMS_AB_HTTP_PUB_GAL", "address-book")
PR_EMS_AB_HTTP_PUB_GAL_LIMIT: PropertyTag[int] = PropertyTag(0x819C, PT_LONG, "PR_EMS_AB_HTTP_PUB_GAL_LIMIT", "PR_EMS_AB_HTTP_PUB_GAL_LIMIT", "address-book")
PR_EMS_AB_HTTP_PUB_PF: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x819E, PT_MV_BINARY, "PR_EMS_AB_HTTP_PUB_PF", "PR_EMS_AB_HTTP_PUB_PF", "address-book")
PR_EMS_AB_X500_RDN: PropertyTag[str] = PropertyTag(0x81A1, PT_UNICODE, "PR_EMS_AB_X500_RDN", "PR_EMS_AB_X500_RDN", "address-book")
PR_EMS_AB_X500_NC: PropertyTag[str] = PropertyTag(0x81A2, PT_UNICODE, "PR_EMS_AB_X500_NC", "PR_EMS_AB_X500_NC", "address-book")
PR_EMS_AB_REFERRAL_LIST: PropertyTag[tuple[str, ...]] = PropertyTag(0x81A3, PT_MV_UNICODE, "PR_EMS_AB_REFERRAL_LIST", "PR_EMS_AB_REFERRAL_LIST", "address-book")
PR_EMS_AB_NNTP_DISTRIBUTIONS_FLAG: PropertyTag[bool] = PropertyTag(0x81A4, PT_BOOLEAN, "PR_EMS_AB_NNTP_DISTRIBUTIONS_FLAG", "PR_EMS_AB_NNTP_DISTRIBUTIONS_FLAG", "address-book")
PR_EMS_AB_ENABLED_PROTOCOL_CFG: PropertyTag[bool] = PropertyTag(0x81A8, PT_BOOLEAN, "PR_EMS_AB_ENABLED_PROTOCOL_CFG", "PR_EMS_AB_ENABLED_PROTOCOL_CFG", "address-book")
PR_EMS_AB_HTTP_PUB_AB_ATTRIBUTES: PropertyTag[tuple[str, ...]] = PropertyTag(0x81A9, PT_MV_UNICODE, "PR_EMS_AB_HTTP_PUB_AB_ATTRIBUTES", "PR_EMS_AB_HTTP_PUB_AB_ATTRIBUTES", "address-book")
PR_EMS_AB_HTTP_SERVERS: PropertyTag[tuple[str, ...]] = PropertyTag(0x81AB, PT_MV_UNICODE, "PR_EMS_AB_HTTP_SERVERS", "PR_EMS_AB_HTTP_SERVERS", "address-book")
PR_EMS_AB_MODERATED: PropertyTag[bool] = PropertyTag(0x81AC, PT_BOOLEAN, "PR_EMS_AB_MODERATED", "PR_EMS_AB_MODERATED", "address-book")
PR_EMS_AB_RAS_ACCOUNT: PropertyTag[str] = PropertyTag(0x81AD, PT_UNICODE, "PR_EMS_AB_RAS_ACCOUNT", "PR_EMS_AB_RAS_ACCOUNT", "address-book")
PR_EMS_AB_RAS_PASSWORD: PropertyTag[bytes] = PropertyTag(0x81AE, PT_BINARY, "PR_EMS_AB_RAS_PASSWORD", "PR_EMS_AB_RAS_PASSWORD", "address-book")
PR_EMS_AB_INCOMING_PASSWORD: PropertyTag[bytes] = PropertyTag(0x81AF, PT_BINARY, "PR_EMS_AB_INCOMING_PASSWORD", "PR_EMS_AB_INCOMING_PASSWORD", "address-book")
PR_EMS_AB_OUTBOUND_HOST_TYPE: PropertyTag[bool] = PropertyTag(0x81B0, PT_BOOLEAN, "PR_EMS_AB_OUTBOUND_HOST_TYPE", "PR_EMS_AB_OUTBOUND_HOST_TYPE", "address-book")
PR_EMS_AB_PROXY_GENERATION_ENABLED: PropertyTag[bool] = PropertyTag(0x81B1, PT_BOOLEAN, "PR_EMS_AB_PROXY_GENERATION_ENABLED", "PR_EMS_AB_PROXY_GENERATION_ENABLED", "address-book")
PR_EMS_AB_ROOT_NEWSGROUPS_FOLDER_ID: PropertyTag[bytes] = PropertyTag(0x81B2, PT_BINARY, "PR_EMS_AB_ROOT_NEWSGROUPS_FOLDER_ID", "PR_EMS_AB_ROOT_NEWSGROUPS_FOLDER_ID", "address-book")
PR_EMS_AB_CONNECTION_TYPE: PropertyTag[bool] = PropertyTag(0x81B3, PT_BOOLEAN, "PR_EMS_AB_CONNECTION_TYPE", "PR_EMS_AB_CONNECTION_TYPE", "address-book")
PR_EMS_AB_CONNECTION_LIST_FILTER_TYPE: PropertyTag[int] = PropertyTag(0x81B4, PT_LONG, "PR_EMS_AB_CONNECTION_LIST_FILTER_TYPE", "PR_EMS_AB_CONNECTION_LIST_FILTER_TYPE", "address-book")
PR_EMS_AB_PORT_NUMBER: PropertyTag[int] = PropertyTag(0x81B5, PT_LONG, "PR_EMS_AB_PORT_NUMBER", "PR_EMS_AB_PORT_NUMBER", "address-book")
PR_EMS_AB_PROTOCOL_SETTINGS: PropertyTag[tuple[str, ...]] = PropertyTag(0x81B6, PT_MV_UNICODE, "PR_EMS_AB_PROTOCOL_SETTINGS", "PR_EMS_AB_PROTOCOL_SETTINGS", "address-book")
PR_EMS_AB_GROUP_BY_ATTR_1: PropertyTag[str] = PropertyTag(0x81B7, PT_UNICODE, "PR_EMS_AB_GROUP_BY_ATTR_1", "PR_EMS_AB_GROUP_BY_ATTR_1", "address-book")
PR_EMS_AB_GROUP_BY_ATTR_2: PropertyTag[str] = PropertyTag(0x81B8, PT_UNICODE, "PR_EMS_AB_GROUP_BY_ATTR_2", "PR_EMS_AB_GROUP_BY_ATTR_2", "address-book")
PR_EMS_AB_GROUP_BY_ATTR_3: PropertyTag[str] = PropertyTag(0x81B9, PT_UNICODE, "PR_EMS_AB_GROUP_BY_ATTR_3", "PR_EMS_AB_GROUP_BY_ATTR_3", "address-book")
PR_EMS_AB_GROUP_BY_ATTR_4: PropertyTag[str] = PropertyTag(0x81BA, PT_UNICODE, "PR_EMS_AB_GROUP_BY_ATTR_4", "PR_EMS_AB_GROUP_BY_ATTR_4", "address-book")
PR_EMS_AB_VIEW_SITE: PropertyTag[str] = PropertyTag(0x81BE, PT_UNICODE, "PR_EMS_AB_VIEW_SITE", "PR_EMS_AB_VIEW_SITE", "address-book")
PR_EMS_AB_VIEW_CONTAINER_1: PropertyTag[str] = PropertyTag(0x81BF, PT_UNICODE, "PR_EMS_AB_VIEW_CONTAINER_1", "PR_EMS_AB_VIEW_CONTAINER_1", "address-book")
PR_EMS_AB_VIEW_CONTAINER_2: PropertyTag[str] = PropertyTag(0x81C0, PT_UNICODE, "PR_EMS_AB_VIEW_CONTAINER_2", "PR_EMS_AB_VIEW_CONTAINER_2", "address-book")
PR_EMS_AB_VIEW_CONTAINER_3: PropertyTag[str] = PropertyTag(0x81C1, PT_UNICODE, "PR_EMS_AB_VIEW_CONTAINER_3", "PR_EMS_AB_VIEW_CONTAINER_3", "address-book")
PR_EMS_AB_PROMO_EXPIRATION: PropertyTag[datetime] = PropertyTag(0x81C2, PT_SYSTIME, "PR_EMS_AB_PROMO_EXPIRATION", "PR_EMS_AB_PROMO_EXPIRATION", "address-book")
PR_EMS_AB_DISABLED_GATEWAY_PROXY: PropertyTag[tuple[str, ...]] = PropertyTag(0x81C3, PT_MV_UNICODE, "PR_EMS_AB_DISABLED_GATEWAY_PROXY", "PR_EMS_AB_DISABLED_GATEWAY_PROXY", "address-book")
PR_EMS_AB_COMPROMISED_KEY_LIST: PropertyTag[bytes] = PropertyTag(0x81C4, PT_BINARY, "PR_EMS_AB_COMPROMISED_KEY_LIST", "PR_EMS_AB_COMPROMISED_KEY_LIST", "address-book")
PR_EMS_AB_OVERRIDE_NNTP_CONTENT_FORMAT: PropertyTag[bool] = PropertyTag(0x81C6, PT_BOOLEAN, "PR_EMS_AB_OVERRIDE_NNTP_CONTENT_FORMAT", "PR_EMS_AB_OVERRIDE_NNTP_CONTENT_FORMAT", "address-book")
PR_EMS_AB_VIEW_FLAGS: PropertyTag[int] = PropertyTag(0x8C18, PT_LONG, "PR_EMS_AB_VIEW_FLAGS", "PR_EMS_AB_VIEW_FLAGS", "address-book")
PR_EMS_AB_GROUP_BY_ATTR_VALUE_STR: PropertyTag[str] = PropertyTag(0x8C19, PT_UNICODE, "PR_EMS_AB_GROUP_BY_ATTR_VALUE_STR", "PR_EMS_AB_GROUP_BY_ATTR_VALUE_STR", "address-book")
PR_EMS_AB_VIEW_DEFINITION: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C1B, PT_MV_BINARY, "PR_EMS_AB_VIEW_DEFINITION", "PR_EMS_AB_VIEW_DEFINITION", "address-book")
PR_EMS_AB_MIME_TYPES: PropertyTag[bytes] = PropertyTag(0x8C1C, PT_BINARY, "PR_EMS_AB_MIME_TYPES", "PR_EMS_AB_MIME_TYPES", "address-book")
PR_EMS_AB_LDAP_SEARCH_CFG: PropertyTag[int] = PropertyTag(0x8C1D, PT_LONG, "PR_EMS_AB_LDAP_SEARCH_CFG", "PR_EMS_AB_LDAP_SEARCH_CFG", "address-book")
PR_EMS_AB_INBOUND_NEWSFEED_TYPE: PropertyTag[bool] = PropertyTag(0x8C1F, PT_BOOLEAN, "PR_EMS_AB_INBOUND_NEWSFEED_TYPE", "PR_EMS_AB_INBOUND_NEWSFEED_TYPE", "address-book")
PR_EMS_AB_INBOUND_ACCEPT_ALL: PropertyTag[bool] = PropertyTag(0x8C20, PT_BOOLEAN, "PR_EMS_AB_INBOUND_ACCEPT_ALL", "PR_EMS_AB_INBOUND_ACCEPT_ALL", "address-book")
PR_EMS_AB_ENABLED: PropertyTag[bool] = PropertyTag(0x8C21, PT_BOOLEAN, "PR_EMS_AB_ENABLED", "PR_EMS_AB_ENABLED", "address-book")
PR_EMS_AB_PRESERVE_INTERNET_CONTENT: PropertyTag[bool] = PropertyTag(0x8C22, PT_BOOLEAN, "PR_EMS_AB_PRESERVE_INTERNET_CONTENT", "PR_EMS_AB_PRESERVE_INTERNET_CONTENT", "address-book")
PR_EMS_AB_DISABLE_DEFERRED_COMMIT: PropertyTag[bool] = PropertyTag(0x8C23, PT_BOOLEAN, "PR_EMS_AB_DISABLE_DEFERRED_COMMIT", "PR_EMS_AB_DISABLE_DEFERRED_COMMIT", "address-book")
PR_EMS_AB_CLIENT_ACCESS_ENABLED: PropertyTag[bool] = PropertyTag(0x8C24, PT_BOOLEAN, "PR_EMS_AB_CLIENT_ACCESS_ENABLED", "PR_EMS_AB_CLIENT_ACCESS_ENABLED", "address-book")
PR_EMS_AB_REQUIRE_SSL: PropertyTag[bool] = PropertyTag(0x8C25, PT_BOOLEAN, "PR_EMS_AB_REQUIRE_SSL", "PR_EMS_AB_REQUIRE_SSL", "address-book")
PR_EMS_AB_ANONYMOUS_ACCOUNT: PropertyTag[str] = PropertyTag(0x8C26, PT_UNICODE, "PR_EMS_AB_ANONYMOUS_ACCOUNT", "PR_EMS_AB_ANONYMOUS_ACCOUNT", "address-book")
PR_EMS_AB_CERTIFICATE_CHAIN_V3: PropertyTag[bytes] = PropertyTag(0x8C27, PT_BINARY, "PR_EMS_AB_CERTIFICATE_CHAIN_V3", "PR_EMS_AB_CERTIFICATE_CHAIN_V3", "address-book")
PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V3: PropertyTag[bytes] = PropertyTag(0x8C28, PT_BINARY, "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V3", "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V3", "address-book")
PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V1: PropertyTag[bytes] = PropertyTag(0x8C29, PT_BINARY, "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V1", "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V1", "address-book")
PR_EMS_AB_CROSS_CERTIFICATE_CRL: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C30, PT_MV_BINARY, "PR_EMS_AB_CROSS_CERTIFICATE_CRL", "PR_EMS_AB_CROSS_CERTIFICATE_CRL", "address-book")
PR_EMS_AB_SEND_EMAIL_MESSAGE: PropertyTag[bool] = PropertyTag(0x8C31, PT_BOOLEAN, "PR_EMS_AB_SEND_EMAIL_MESSAGE", "PR_EMS_AB_SEND_EMAIL_MESSAGE", "address-book")
PR_EMS_AB_ENABLE_COMPATIBILITY: PropertyTag[bool] = PropertyTag(0x8C32, PT_BOOLEAN, "PR_EMS_AB_ENABLE_COMPATIBILITY", "PR_EMS_AB_ENABLE_COMPATIBILITY", "address-book")
PR_EMS_AB_SMIME_ALG_LIST_NA: PropertyTag[tuple[str, ...]] = PropertyTag(0x8C33, PT_MV_UNICODE, "PR_EMS_AB_SMIME_ALG_LIST_NA", "PR_EMS_AB_SMIME_ALG_LIST_NA", "address-book")
PR_EMS_AB_SMIME_ALG_LIST_OTHER: PropertyTag[tuple[str, ...]] = PropertyTag(0x8C34, PT_MV_UNICODE, "PR_EMS_AB_SMIME_ALG_LIST_OTHER", "PR_EMS_AB_SMIME_ALG_LIST_OTHER", "address-book")
PR_EMS_AB_SMIME_ALG_SELECTED_NA: PropertyTag[str] = PropertyTag(0x8C35, PT_UNICODE, "PR_EMS_AB_SMIME_ALG_SELECTED_NA", "PR_EMS_AB_SMIME_ALG_SELECTED_NA", "address-book")
PR_EMS_AB_SMIME_ALG_SELECTED_OTHER: PropertyTag[str] = PropertyTag(0x8C36, PT_UNICODE, "PR_EMS_AB_SMIME_ALG_SELECTED_OTHER", "PR_EMS_AB_SMIME_ALG_SELECTED_OTHER", "address-book")
PR_EMS_AB_DEFAULT_MESSAGE_FORMAT: PropertyTag[bool] = PropertyTag(0x8C37, PT_BOOLEAN, "PR_EMS_AB_DEFAULT_MESSAGE_FORMAT", "PR_EMS_AB_DEFAULT_MESSAGE_FORMAT", "address-book")
PR_EMS_AB_TYPE: PropertyTag[str] = PropertyTag(0x8C38, PT_UNICODE, "PR_EMS_AB_TYPE", "PR_EMS_AB_TYPE", "address-book")
PR_EMS_AB_DO_OAB_VERSION: PropertyTag[int] = PropertyTag(0x8C3A, PT_LONG, "PR_EMS_AB_DO_OAB_VERSION", "PR_EMS_AB_DO_OAB_VERSION", "address-book")
PR_EMS_AB_VOICE_MAIL_SYSTEM_GUID: PropertyTag[bytes] = PropertyTag(0x8C3B, PT_BINARY, "PR_EMS_AB_VOICE_MAIL_SYSTEM_GUID", "PR_EMS_AB_VOICE_MAIL_SYSTEM_GUID", "address-book")
PR_EMS_AB_VOICE_MAIL_USER_ID: PropertyTag[str] = PropertyTag(0x8C3C, PT_UNICODE, "PR_EMS_AB_VOICE_MAIL_USER_ID", "PR_EMS_AB_VOICE_MAIL_USER_ID", "address-book")
PR_EMS_AB_VOICE_MAIL_PASSWORD: PropertyTag[str] = PropertyTag(0x8C3D, PT_UNICODE, "PR_EMS_AB_VOICE_MAIL_PASSWORD", "PR_EMS_AB_VOICE_MAIL_PASSWORD", "address-book")
PR_EMS_AB_VOICE_MAIL_RECORDED_NAME: PropertyTag[bytes] = PropertyTag(0x8C3E, PT_BINARY, "PR_EMS_AB_VOICE_MAIL_RECORDED_NAME", "PR_EMS_AB_VOICE_MAIL_RECORDED_NAME", "address-book")
PR_EMS_AB_VOICE_MAIL_GREETINGS: PropertyTag[tuple[str, ...]] = PropertyTag(0x8C3F, PT_MV_UNICODE, "PR_EMS_AB_VOICE_MAIL_GREETINGS", "PR_EMS_AB_VOICE_MAIL_GREETINGS", "address-book")
PR_EMS_AB_VOICE_MAIL_FLAGS: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C40, PT_MV_BINARY, "PR_EMS_AB_VOICE_MAIL_FLAGS", "PR_EMS_AB_VOICE_MAIL_FLAGS", "address-book")
PR_EMS_AB_VOICE_MAIL_VOLUME: PropertyTag[int] = PropertyTag(0x8C41, PT_LONG, "PR_EMS_AB_VOICE_MAIL_VOLUME", "PR_EMS_AB_VOICE_MAIL_VOLUME", "address-book")
PR_EMS_AB_VOICE_MAIL_SPEED: PropertyTag[int] = PropertyTag(0x8C42, PT_LONG, "PR_EMS_AB_VOICE_MAIL_SPEED", "PR_EMS_AB_VOICE_MAIL_SPEED", "address-book")
PR_EMS_AB_VOICE_MAIL_RECORDING_LENGTH: PropertyTag[tuple[int, ...]] = PropertyTag(0x8C43, PT_MV_LONG, "PR_EMS_AB_VOICE_MAIL_RECORDING_LENGTH", "PR_EMS_AB_VOICE_MAIL_RECORDING_LENGTH", "address-book")
PR_EMS_AB_DISPLAY_NAME_SUFFIX: PropertyTag[str] = PropertyTag(0x8C44, PT_UNICODE, "PR_EMS_AB_DISPLAY_NAME_SUFFIX", "PR_EMS_AB_DISPLAY_NAME_SUFFIX", "address-book")
PR_EMS_AB_ATTRIBUTE_CERTIFICATE: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C45, PT_MV_BINARY, "PR_EMS_AB_ATTRIBUTE_CERTIFICATE", "PR_EMS_AB_ATTRIBUTE_CERTIFICATE", "address-book")
PR_EMS_AB_DELTA_REVOCATION_LIST: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C46, PT_MV_BINARY, "PR_EMS_AB_DELTA_REVOCATION_LIST", "PR_EMS_AB_DELTA_REVOCATION_LIST", "address-book")
PR_EMS_AB_SECURITY_POLICY: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C47, PT_MV_BINARY, "PR_EMS_AB_SECURITY_POLICY", "PR_EMS_AB_SECURITY_POLICY", "address-book")
PR_EMS_AB_SUPPORT_SMIME_SIGNATURES: PropertyTag[bool] = PropertyTag(0x8C48, PT_BOOLEAN, "PR_EMS_AB_SUPPORT_SMIME_SIGNATURES", "PR_EMS_AB_SUPPORT_SMIME_SIGNATURES", "address-book")
PR_EMS_AB_DELEGATE_USER: PropertyTag[bool] = PropertyTag(0x8C49, PT_BOOLEAN, "PR_EMS_AB_DELEGATE_USER", "PR_EMS_AB_DELEGATE_USER", "address-book")
PR_EMS_AB_LIST_PUBLIC_FOLDERS: PropertyTag[bool] = PropertyTag(0x8C50, PT_BOOLEAN, "PR_EMS_AB_LIST_PUBLIC_FOLDERS", "PR_EMS_AB_LIST_PUBLIC_FOLDERS", "address-book")
PR_EMS_AB_LABELEDURI: PropertyTag[str] = PropertyTag(0x8C51, PT_UNICODE, "PR_EMS_AB_LABELEDURI", "PR_EMS_AB_LABELEDURI", "address-book")
PR_EMS_AB_RETURN_EXACT_MSG_SIZE: PropertyTag[bool] = PropertyTag(0x8C52, PT_BOOLEAN, "PR_EMS_AB_RETURN_EXACT_MSG_SIZE", "PR_EMS_AB_RETURN_EXACT_MSG_SIZE", "address-book")
PR_EMS_AB_GENERATION_QUALIFIER: PropertyTag[str] = PropertyTag(0x8C53, PT_UNICODE, "PR_EMS_AB_GENERATION_QUALIFIER", "PR_EMS_AB_GENERATION_QUALIFIER", "address-book")
PR_EMS_AB_HOUSE_IDENTIFIER: PropertyTag[str] = PropertyTag(0x8C54, PT_UNICODE, "PR_EMS_AB_HOUSE_IDENTIFIER", "PR_EMS_AB_HOUSE_IDENTIFIER", "address-book")
PR_EMS_AB_SUPPORTED_ALGORITHMS: PropertyTag[bytes] = PropertyTag(0x8C55, PT_BINARY, "PR_EMS_AB_SUPPORTED_ALGORITHMS", "PR_EMS_AB_SUPPORTED_ALGORITHMS", "address-book")
PR_EMS_AB_DMD_NAME: PropertyTag[str] = PropertyTag(0x8C56, PT_UNICODE, "PR_EMS_AB_DMD_NAME", "PR_EMS_AB_DMD_NAME", "address-book")
PidTagAddressBookExtensionAttribute11: PropertyTag[str] = PropertyTag(0x8C57, PT_UNICODE, "PidTagAddressBookExtensionAttribute11", "PR_EMS_AB_EXTENSION_ATTRIBUTE_11", "address-book")
PidTagAddressBookExtensionAttribute12: PropertyTag[str] = PropertyTag(0x8C58, PT_UNICODE, "PidTagAddressBookExtensionAttribute12", "PR_EMS_AB_EXTENSION_ATTRIBUTE_12", "address-book")
PidTagAddressBookExtensionAttribute13: PropertyTag[str] = PropertyTag(0x8C59, PT_UNICODE, "PidTagAddressBookExtensionAttribute13", "PR_EMS_AB_EXTENSION_ATTRIBUTE_13", "address-book")
PidTagAddressBookExtensionAttribute14: PropertyTag[str] = PropertyTag(0x8C60, PT_UNICODE, "PidTagAddressBookExtensionAttribute14", "PR_EMS_AB_EXTENSION_ATTRIBUTE_14", "address-book")
PidTagAddressBookExtensionAttribute15: PropertyTag[str] = PropertyTag(0x8C61, PT_UNICODE, "PidTagAddressBookExtensionAttribute15", "PR_EMS_AB_EXTENSION_ATTRIBUTE_15", "address-book")
PR_EMS_AB_REPLICATED_OBJECT_VERSION: PropertyTag[int] = PropertyTag(0x8C62, PT_LONG, "PR_EMS_AB_REPLICATED_OBJECT_VERSION", "PR_EMS_AB_REPLICATED_OBJECT_VERSION", "address-book")
PR_EMS_AB_MAIL_DROP: PropertyTag[str] = PropertyTag(0x8C63, PT_UNICODE, "PR_EMS_AB_MAIL_DROP", "PR_EMS_AB_MAIL_DROP", "address-book")
PR_EMS_AB_FORWARDING_ADDRESS: PropertyTag[str] = PropertyTag(0x8C64, PT_UNICODE, "PR_EMS_AB_FORWARDING_ADDRESS", "PR_EMS_AB_FORWARDING_ADDRESS", "address-book")
PR_EMS_AB_FORM_DATA: PropertyTag[bytes] = PropertyTag(0x8C65, PT_BINARY, "PR_EMS_AB_FORM_DATA", "PR_EMS_AB_FORM_DATA", "address-book")
PR_EMS_AB_OWA_SERVER: PropertyTag[str] = PropertyTag(0x8C66, PT_UNICODE, "PR_EMS_AB_OWA_SERVER", "PR_EMS_AB_OWA_SERVER", "address-book")
PR_EMS_AB_EMPLOYEE_NUMBER: PropertyTag[str] = PropertyTag(0x8C67, PT_UNICODE, "PR_EMS_AB_EMPLOYEE_NUMBER", "PR_EMS_AB_EMPLOYEE_NUMBER", "address-book")
PR_EMS_AB_TELEPHONE_PERSONAL_PAGER: PropertyTag[str] = PropertyTag(0x8C68, PT_UNICODE, "PR_EMS_AB_TELEPHONE_PERSONAL_PAGER", "PR_EMS_AB_TELEPHONE_PERSONAL_PAGER", "address-book")
PR_EMS_AB_EMPLOYEE_TYPE: PropertyTag[str] = PropertyTag(0x8C69, PT_UNICODE, "PR_EMS_AB_EMPLOYEE_TYPE", "PR_EMS_AB_EMPLOYEE_TYPE", "address-book")
PidTagAddressBookX509Certificate: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C6A, PT_MV_BINARY, "PidTagAddressBookX509Certificate", "PR_EMS_AB_X509_CERT", "address-book")
PR_EMS_AB_PERSONAL_TITLE: PropertyTag[str] = PropertyTag(0x8C6B, PT_UNICODE, "PR_EMS_AB_PERSONAL_TITLE", "PR_EMS_AB_PERSONAL_TITLE", "address-book")
PR_EMS_AB_LANGUAGE_ISO639: PropertyTag[str] = PropertyTag(0x8C6C, PT_UNICODE, "PR_EMS_AB_LANGUAGE_ISO639", "PR_EMS_AB_LANGUAGE_ISO639", "address-book")
PidTagAddressBookObjectGuid: PropertyTag[bytes] = PropertyTag(0x8C6D, PT_BINARY, "PidTagAddressBookObjectGuid", "PR_EMS_AB_OBJECT_GUID", "address-book")
PR_EMS_AB_REPLICATION_SIGNATURE: PropertyTag[bytes] = PropertyTag(0x8C6E, PT_BINARY, "PR_EMS_AB_REPLICATION_SIGNATURE", "PR_EMS_AB_REPLICATION_SIGNATURE", "address-book")
PR_EMS_AB_UNMERGED_ATTRIBUTES: PropertyTag[tuple[bytes, ...]] = PropertyTag(0x8C6F, PT_MV_BINARY, "PR_EMS_AB_UNMERGED_ATTRIBUTES", "PR_EMS_AB_UNMERGED_ATTRIBUTES", "address-book")
PR_EMS_AB_ADC_GLOBAL_NAMES: PropertyTag[tuple[str, ...]] = PropertyTag(0x8C70, PT_MV_UNICODE, "PR_EMS_AB_ADC_GLOBAL_NAMES", "PR_EMS_AB_ADC_GLOBAL_NAMES", "address-book")
PidTagAddressBookPhoneticGivenName: PropertyTag[str] = PropertyTag(0x8C8E, PT_UNICODE, "PidTagAddressBookPhoneticGivenName", "PR_EMS_AB_PHONETIC_GIVEN_NAME", "address-book")
PidTagAddressBookPhoneticSurname: PropertyTag[str] = PropertyTag(0x8C8F, PT_UNICODE, "PidTagAddressBookPhoneticSurname", "PR_EMS_AB_PHONETIC_SURNAME", "address-book")
PidTagAddressBookPhoneticDepartmentName: PropertyTag[str] = PropertyTag(0x8C90, PT_UNICODE, "PidTagAddressBookPhoneticDepartmentName", "PR_EMS_AB_PHONETIC_DEPARTMENT_NAME", "address-book")
PidTagAddressBookPhoneticCompanyName: PropertyTag[str] = PropertyTag(0x8C91, PT_UNICODE, "PidTagAddressBookPhoneticCompanyName", "PR_EMS_AB_PHONETIC_COMPANY_NAME", "address-book")
PidTagAddressBookPhoneticDisplayName: PropertyTag[str] = PropertyTag(0x8C92, PT_UNICODE, "PidTagAddressBookPhoneticDisplayName", "PR_EMS_AB_PHONETIC_DISPLAY_NAME", "address-book")
PidTagAddressBookDisplayTypeExtended: PropertyTag[int] = PropertyTag(0x8C93, PT_LONG, "PidTagAddressBookDisplayTypeExtended", "PR_EMS_AB_DISPLAY_TYPE_EX", "address-book")
PidTagAddressBookHierarchicalShowInDepartments: PropertyTag[object] = PropertyTag(0x8C94, PT_OBJECT, "PidTagAddressBookHierarchicalShowInDepartments", "PR_EMS_AB_HAB_SHOW_IN_DEPARTMENTS", "address-book")
PidTagAddressBookRoomContainers: PropertyTag[tuple[str, ...]] = PropertyTag(0x8C96, PT_MV_UNICODE, "PidTagAddressBookRoomContainers", "PR_EMS_AB_ROOM_CONTAINERS", "address-book")
PidTagAddressBookHierarchicalDepartmentMembers: PropertyTag[object] = PropertyTag(0x8C97, PT_OBJECT, "PidTagAddressBookHierarchicalDepartmentMembers", "PR_EMS_AB_HAB_DEPARTMENT_MEMBERS", "address-book")
PidTagAddressBookHierarchicalRootDepartment: PropertyTag[str] = PropertyTag(0x8C98, PT_UNICODE, "PidTagAddressBookHierarchicalRootDepartment", "PR_EMS_AB_HAB_ROOT_DEPARTMENT", "address-book")
PidTagAddressBookHierarchicalParentDepartment: PropertyTag[object] = PropertyTag(0x8C99, PT_OBJECT, "PidTagAddressBookHierarchicalParentDepartment", "PR_EMS_AB_HAB_PARENT_DEPARTMENT", "address-book")
PidTagAddressBookHierarchicalChildDepartments: PropertyTag[object] = PropertyTag(0x8C9A, PT_OBJECT, "PidTagAddressBookHierarchicalChildDepartments", "PR_EMS_AB_HAB_CHILD_DEPARTMENTS", "address-book")
PidTagThumbnailPhoto: PropertyTag[bytes] = PropertyTag(0x8C9E, PT_BINARY, "PidTagThumbnailPhoto", "PR_EMS_AB_THUMBNAIL_PHOTO", "address-book")
PidTagAddressBookSeniorityIndex: PropertyTag[int] = PropertyTag(0x8CA0, PT_LONG, "PidTagAddressBookSeniorityIndex", "PR_EMS_AB_HAB_SENIORITY_INDEX", "address-book")
PidTagAddressBookOrganizationalUnitRootDistinguishedName: PropertyTag[str] = PropertyTag(0x8CA8, PT_UNICODE, "PidTagAddressBookOrganizationalUnitRootDistinguishedName", "PR_EMS_AB_ORG_UNIT_ROOT_DN", "address-book")
PidTagAddressBookSenderHintTranslations: PropertyTag[tuple[str, ...]] = PropertyTag(0x8CAC, PT_MV_UNICODE, "PidTagAddressBookSenderHintTranslations", "PR_EMS_AB_DL_SENDER_HINT_TRANSLATIONS", "address-book")
PidTagAddressBookModerationEnabled: PropertyTag[bool] = PropertyTag(0x8CB5, PT_BOOLEAN, "PidTagAddressBookModerationEnabled", "PR_EMS_AB_ENABLE_MODERATION", "address-book")
PidTagSpokenName: PropertyTag[bytes] = PropertyTag(0x8CC2, PT_BINARY, "PidTagSpokenName", "PR_EMS_AB_UM_SPOKEN_NAME", "address-book")
PidTagAddressBookAuthorizedSenders: PropertyTag[object] = PropertyTag(0x8CD8, PT_OBJECT, "PidTagAddressBookAuthorizedSenders", "PR_EMS_AB_AUTH_ORIG", "address-book")
PidTagAddressBookUnauthorizedSenders: PropertyTag[object] = PropertyTag(0x8CD9, PT_OBJECT, "PidTagAddressBookUnauthorizedSenders", "PR_EMS_AB_UNAUTH_ORIG", "address-book")
PidTagAddressBookDistributionListMemberSubmitRejected: PropertyTag[object] = PropertyTag(0x8CDA, PT_OBJECT, "PidTagAddressBookDistributionListMemberSubmitRejected", "PR_EMS_AB_DL_MEM_SUBMIT_PERMS", "address-book")
PidTagAddressBookDistributionListRejectMessagesFromDLMembers: PropertyTag[object] = PropertyTag(0x8CDB, PT_OBJECT, "PidTagAddressBookDistributionListRejectMessagesFromDLMembers", "PR_EMS_AB_DL_MEM_REJECT_PERMS", "address-book")
PidTagAddressBookHierarchicalIsHierarchicalGroup: PropertyTag[bool] = PropertyTag(0x8CDD, PT_BOOLEAN, "PidTagAddressBookHierarchicalIsHierarchicalGroup", "PR_EMS_AB_HAB_IS_HIERARCHICAL_GROUP", "address-book")
PidTagAddressBookDistributionListMemberCount: PropertyTag[int] = PropertyTag(0x8CE2, PT_LONG, "PidTagAddressBookDistributionListMemberCount", "PR_EMS_AB_DL_TOTAL_MEMBER_COUNT", "address-book")
PidTagAddressBookDistributionListExternalMemberCount: PropertyTag[int] = PropertyTag(0x8CE3, PT_LONG, "PidTagAddressBookDistributionListExternalMemberCount", "PR_EMS_AB_DL_EXTERNAL_MEMBER_COUNT", "address-book")
PR_EMS_AB_OTHER_RECIPS: PropertyTag[object] = PropertyTag(0xF000, PT_OBJECT, "PR_EMS_AB_OTHER_RECIPS", "PR_EMS_AB_OTHER_RECIPS", "address-book")
PR_EMS_AB_CHILD_RDNS: PropertyTag[tuple[str, ...]] = PropertyTag(0xFFF8, PT_MV_UNICODE, "PR_EMS_AB_CHILD_RDNS", "PR_EMS_AB_CHILD_RDNS", "address-book")
PR_EMS_AB_HIERARCHY_PATH: PropertyTag[str] = PropertyTag(0xFFF9, PT_UNICODE, "PR_EMS_AB_HIERARCHY_PATH", "PR_EMS_AB_HIERARCHY_PATH", "address-book")
PR_EMS_AB_OBJECT_OID: PropertyTag[bytes] = PropertyTag(0xFFFA, PT_BINARY, "PR_EMS_AB_OBJECT_OID", "PR_EMS_AB_OBJECT_OID", "address-book")
PidTagAddressBookIsMaster: PropertyTag[bool] = PropertyTag(0xFFFB, PT_BOOLEAN, "PidTagAddressBookIsMaster", "PR_EMS_AB_IS_MASTER", "address-book")
PidTagAddressBookParentEntryId: PropertyTag[bytes] = PropertyTag(0xFFFC, PT_BINARY, "PidTagAddressBookParentEntryId", "PR_EMS_AB_PARENT_ENTRYID", "address-book")
PidTagAddressBookContainerId: PropertyTag[int] = PropertyTag(0xFFFD, PT_LONG, "PidTagAddressBookContainerId", "PR_EMS_AB_CONTAINERID", "address-book")
PidTagEmsAbServer: PropertyTag[str] = PropertyTag(0xFFFE, PT_UNICODE, "PidTagEmsAbServer", "PR_EMS_AB_SERVER", "address-book")
PidLidFileUnder: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8005, PT_UNICODE, "PidLidFileUnder")
PidLidFileUnderId: NamedProperty[int] = NamedProperty(_PSETID_Address, 0x8006, PT_LONG, "PidLidFileUnderId")
PidLidContactItemData: NamedProperty[tuple[int, ...]] = NamedProperty(_PSETID_Address, 0x8007, PT_MV_LONG, "PidLidContactItemData")
PidLidDepartment: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8010, PT_UNICODE, "PidLidDepartment")
PidLidHasPicture: NamedProperty[bool] = NamedProperty(_PSETID_Address, 0x8015, PT_BOOLEAN, "PidLidHasPicture")
PidLidHomeAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x801A, PT_UNICODE, "PidLidHomeAddress")
PidLidWorkAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x801B, PT_UNICODE, "PidLidWorkAddress")
PidLidOtherAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x801C, PT_UNICODE, "PidLidOtherAddress")
PidLidPostalAddressId: NamedProperty[int] = NamedProperty(_PSETID_Address, 0x8022, PT_LONG, "PidLidPostalAddressId")
PidLidContactCharacterSet: NamedProperty[int] = NamedProperty(_PSETID_Address, 0x8023, PT_LONG, "PidLidContactCharacterSet")
PidLidAutoLog: NamedProperty[bool] = NamedProperty(_PSETID_Address, 0x8025, PT_BOOLEAN, "PidLidAutoLog")
PidLidFileUnderList: NamedProperty[tuple[int, ...]] = NamedProperty(_PSETID_Address, 0x8026, PT_MV_LONG, "PidLidFileUnderList")
PidLidAddressBookProviderEmailList: NamedProperty[tuple[int, ...]] = NamedProperty(_PSETID_Address, 0x8028, PT_MV_LONG, "PidLidAddressBookProviderEmailList")
PidLidAddressBookProviderArrayType: NamedProperty[int] = NamedProperty(_PSETID_Address, 0x8029, PT_LONG, "PidLidAddressBookProviderArrayType")
PidLidHtml: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x802B, PT_UNICODE, "PidLidHtml")
PidLidYomiFirstName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x802C, PT_UNICODE, "PidLidYomiFirstName")
PidLidYomiLastName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x802D, PT_UNICODE, "PidLidYomiLastName")
PidLidYomiCompanyName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x802E, PT_UNICODE, "PidLidYomiCompanyName")
PidLidBusinessCardDisplayDefinition: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x8040, PT_BINARY, "PidLidBusinessCardDisplayDefinition")
PidLidBusinessCardCardPicture: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x8041, PT_BINARY, "PidLidBusinessCardCardPicture")
PidLidWorkAddressStreet: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8045, PT_UNICODE, "PidLidWorkAddressStreet")
PidLidWorkAddressCity: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8046, PT_UNICODE, "PidLidWorkAddressCity")
PidLidWorkAddressState: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8047, PT_UNICODE, "PidLidWorkAddressState")
PidLidWorkAddressPostalCode: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8048, PT_UNICODE, "PidLidWorkAddressPostalCode")
PidLidWorkAddressCountry: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8049, PT_UNICODE, "PidLidWorkAddressCountry")
PidLidWorkAddressPostOfficeBox: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x804A, PT_UNICODE, "PidLidWorkAddressPostOfficeBox")
PidLidDistributionListChecksum: NamedProperty[int] = NamedProperty(_PSETID_Address, 0x804C, PT_LONG, "PidLidDistributionListChecksum")
PidLidBirthdayEventEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x804D, PT_BINARY, "PidLidBirthdayEventEntryId")
PidLidAnniversaryEventEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x804E, PT_BINARY, "PidLidAnniversaryEventEntryId")
PidLidContactUserField1: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x804F, PT_UNICODE, "PidLidContactUserField1")
PidLidContactUserField2: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8050, PT_UNICODE, "PidLidContactUserField2")
PidLidContactUserField3: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8051, PT_UNICODE, "PidLidContactUserField3")
PidLidContactUserField4: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8052, PT_UNICODE, "PidLidContactUserField4")
PidLidDistributionListName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8053, PT_UNICODE, "PidLidDistributionListName")
PidLidDistributionListOneOffMembers: NamedProperty[tuple[bytes, ...]] = NamedProperty(_PSETID_Address, 0x8054, PT_MV_BINARY, "PidLidDistributionListOneOffMembers")
PidLidDistributionListMembers: NamedProperty[tuple[bytes, ...]] = NamedProperty(_PSETID_Address, 0x8055, PT_MV_BINARY, "PidLidDistributionListMembers")
PidLidInstantMessagingAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8062, PT_UNICODE, "PidLidInstantMessagingAddress")
PidLidDistributionListStream: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x8064, PT_BINARY, "PidLidDistributionListStream")
PidLidEmail1DisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8080, PT_UNICODE, "PidLidEmail1DisplayName")
PidLidEmail1AddressType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8082, PT_UNICODE, "PidLidEmail1AddressType")
PidLidEmail1EmailAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8083, PT_UNICODE, "PidLidEmail1EmailAddress")
PidLidEmail1OriginalDisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8084, PT_UNICODE, "PidLidEmail1OriginalDisplayName")
PidLidEmail1OriginalEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x8085, PT_BINARY, "PidLidEmail1OriginalEntryId")
PidLidEmail1EmailType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8087, PT_UNICODE, "PidLidEmail1EmailType")
PidLidEmail2DisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8090, PT_UNICODE, "PidLidEmail2DisplayName")
PidLidEmail2AddressType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8092, PT_UNICODE, "PidLidEmail2AddressType")
PidLidEmail2EmailAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8093, PT_UNICODE, "PidLidEmail2EmailAddress")
PidLidEmail2OriginalDisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8094, PT_UNICODE, "PidLidEmail2OriginalDisplayName")
PidLidEmail2OriginalEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x8095, PT_BINARY, "PidLidEmail2OriginalEntryId")
PidLidEmail2EmailType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x8097, PT_UNICODE, "PidLidEmail2EmailType")
PidLidEmail3DisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80A0, PT_UNICODE, "PidLidEmail3DisplayName")
PidLidEmail3AddressType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80A2, PT_UNICODE, "PidLidEmail3AddressType")
PidLidEmail3EmailAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80A3, PT_UNICODE, "PidLidEmail3EmailAddress")
PidLidEmail3OriginalDisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80A4, PT_UNICODE, "PidLidEmail3OriginalDisplayName")
PidLidEmail3OriginalEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80A5, PT_BINARY, "PidLidEmail3OriginalEntryId")
PidLidEmail3EmailType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80A7, PT_UNICODE, "PidLidEmail3EmailType")
PidLidFax1DisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80B0, PT_UNICODE, "PidLidFax1DisplayName")
PidLidFax1EntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80B1, PT_BINARY, "PidLidFax1EntryId")
PidLidFax1AddressType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80B2, PT_UNICODE, "PidLidFax1AddressType")
PidLidFax1EmailAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80B3, PT_UNICODE, "PidLidFax1EmailAddress")
PidLidFax1OriginalDisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80B4, PT_UNICODE, "PidLidFax1OriginalDisplayName")
PidLidFax1OriginalEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80B5, PT_BINARY, "PidLidFax1OriginalEntryId")
PidLidFax1RichTextFormat: NamedProperty[bool] = NamedProperty(_PSETID_Address, 0x80B6, PT_BOOLEAN, "PidLidFax1RichTextFormat")
PidLidFax1EmailType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80B7, PT_UNICODE, "PidLidFax1EmailType")
PidLidFax2DisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80C0, PT_UNICODE, "PidLidFax2DisplayName")
PidLidFax2EntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80C1, PT_BINARY, "PidLidFax2EntryId")
PidLidFax2AddressType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80C2, PT_UNICODE, "PidLidFax2AddressType")
PidLidFax2EmailAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80C3, PT_UNICODE, "PidLidFax2EmailAddress")
PidLidFax2OriginalDisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80C4, PT_UNICODE, "PidLidFax2OriginalDisplayName")
PidLidFax2OriginalEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80C5, PT_BINARY, "PidLidFax2OriginalEntryId")
PidLidFax2RichTextFormat: NamedProperty[bool] = NamedProperty(_PSETID_Address, 0x80C6, PT_BOOLEAN, "PidLidFax2RichTextFormat")
PidLidFax2EmailType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80C7, PT_UNICODE, "PidLidFax2EmailType")
PidLidFax3DisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80D0, PT_UNICODE, "PidLidFax3DisplayName")
PidLidFax3EntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80D1, PT_BINARY, "PidLidFax3EntryId")
PidLidFax3AddressType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80D2, PT_UNICODE, "PidLidFax3AddressType")
PidLidFax3EmailAddress: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80D3, PT_UNICODE, "PidLidFax3EmailAddress")
PidLidFax3OriginalDisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80D4, PT_UNICODE, "PidLidFax3OriginalDisplayName")
PidLidFax3OriginalEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80D5, PT_BINARY, "PidLidFax3OriginalEntryId")
PidLidFax3RichTextFormat: NamedProperty[bool] = NamedProperty(_PSETID_Address, 0x80D6, PT_BOOLEAN, "PidLidFax3RichTextFormat")
PidLidFax3EmailType: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80D7, PT_UNICODE, "PidLidFax3EmailType")
PidLidFreeBusyLocation: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80D8, PT_UNICODE, "PidLidFreeBusyLocation")
PidLidUserX509Certificate: NamedProperty[tuple[bytes, ...]] = NamedProperty(_PSETID_Address, 0x80D9, PT_MV_BINARY, "PidLidUserX509Certificate")
PidLidHomeAddressCountryCode: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80DA, PT_UNICODE, "PidLidHomeAddressCountryCode")
PidLidWorkAddressCountryCode: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80DB, PT_UNICODE, "PidLidWorkAddressCountryCode")
PidLidOtherAddressCountryCode: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80DC, PT_UNICODE, "PidLidOtherAddressCountryCode")
PidLidAddressCountryCode: NamedProperty[str] = NamedProperty(_PSETID_Address, 0x80DD, PT_UNICODE, "PidLidAddressCountryCode")
PidLidBirthdayLocal: NamedProperty[datetime] = NamedProperty(_PSETID_Address, 0x80DE, PT_SYSTIME, "PidLidBirthdayLocal")
PidLidWeddingAnniversaryLocal: NamedProperty[datetime] = NamedProperty(_PSETID_Address, 0x80DF, PT_SYSTIME, "PidLidWeddingAnniversaryLocal")
PidLidIsContactLinked: NamedProperty[bool] = NamedProperty(_PSETID_Address, 0x80E0, PT_BOOLEAN, "PidLidIsContactLinked")
PidLidContactLinkedGlobalAddressListEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, 0x80E2, PT_BINARY, "PidLidContactLinkedGlobalAddressListEntryId")
PidLidContactLinkSMTPAddressCache: NamedProperty[tuple[str, ...]] = NamedProperty(_PSETID_Address, 0x80E3, PT_MV_UNICODE, "PidLidContactLinkSMTPAddressCache")
PidLidContactLinkLinkRejectHistory: NamedProperty[tuple[bytes, ...]] = NamedProperty(_PSETID_Address, 0x80E5, PT_MV_BINARY, "PidLidContactLinkLinkRejectHistory")
PidLidContactLinkGlobalAddressListLinkState: NamedProperty[int] = NamedProperty(_PSETID_Address, 0x80E6, PT_LONG, "PidLidContactLinkGlobalAddressListLinkState")
PidLidContactLinkGlobalAddressListLinkId: NamedProperty[UUID] = NamedProperty(_PSETID_Address, 0x80E8, PT_CLSID, "PidLidContactLinkGlobalAddressListLinkId")
PidNameBirthdayContactAttributionDisplayName: NamedProperty[str] = NamedProperty(_PSETID_Address, "BirthdayContactAttributionDisplayName", PT_UNICODE, "PidNameBirthdayContactAttributionDisplayName")
PidNameBirthdayContactEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Address, "BirthdayContactEntryId", PT_BINARY, "PidNameBirthdayContactEntryId")
PidNameBirthdayContactPersonGuid: NamedProperty[bytes] = NamedProperty(_PSETID_Address, "BirthdayContactPersonGuid", PT_BINARY, "PidNameBirthdayContactPersonGuid")
PidNameIsBirthdayContactWritable: NamedProperty[bool] = NamedProperty(_PSETID_Address, "IsBirthdayContactWritable", PT_BOOLEAN, "PidNameIsBirthdayContactWritable")
PidLidSendMeetingAsIcal: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8200, PT_BOOLEAN, "PidLidSendMeetingAsIcal")
PidLidAppointmentSequence: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8201, PT_LONG, "PidLidAppointmentSequence")
PidLidAppointmentSequenceTime: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8202, PT_SYSTIME, "PidLidAppointmentSequenceTime")
PidLidAppointmentLastSequence: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8203, PT_LONG, "PidLidAppointmentLastSequence")
PidLidChangeHighlight: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8204, PT_LONG, "PidLidChangeHighlight")
PidLidBusyStatus: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8205, PT_LONG, "PidLidBusyStatus")
PidLidFExceptionalBody: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8206, PT_BOOLEAN, "PidLidFExceptionalBody")
PidLidAppointmentAuxiliaryFlags: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8207, PT_LONG, "PidLidAppointmentAuxiliaryFlags")
PidLidLocation: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8208, PT_UNICODE, "PidLidLocation")
PidLidMeetingWorkspaceUrl: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8209, PT_UNICODE, "PidLidMeetingWorkspaceUrl")
PidLidForwardInstance: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x820A, PT_BOOLEAN, "PidLidForwardInstance")
PidLidLinkedTaskItems: NamedProperty[tuple[bytes, ...]] = NamedProperty(_PSETID_Appointment, 0x820C, PT_MV_BINARY, "PidLidLinkedTaskItems")
PidLidAppointmentStartWhole: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x820D, PT_SYSTIME, "PidLidAppointmentStartWhole")
PidLidAppointmentEndWhole: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x820E, PT_SYSTIME, "PidLidAppointmentEndWhole")
PidLidAppointmentStartTime: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x820F, PT_SYSTIME, "PidLidAppointmentStartTime")
PidLidAppointmentEndTime: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8210, PT_SYSTIME, "PidLidAppointmentEndTime")
PidLidAppointmentEndDate: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8211, PT_SYSTIME, "PidLidAppointmentEndDate")
PidLidAppointmentStartDate: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8212, PT_SYSTIME, "PidLidAppointmentStartDate")
PidLidAppointmentDuration: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8213, PT_LONG, "PidLidAppointmentDuration")
PidLidAppointmentColor: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8214, PT_LONG, "PidLidAppointmentColor")
PidLidAppointmentSubType: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8215, PT_BOOLEAN, "PidLidAppointmentSubType")
PidLidAppointmentRecur: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x8216, PT_BINARY, "PidLidAppointmentRecur")
PidLidAppointmentStateFlags: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8217, PT_LONG, "PidLidAppointmentStateFlags")
PidLidResponseStatus: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8218, PT_LONG, "PidLidResponseStatus")
PidLidAppointmentReplyTime: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8220, PT_SYSTIME, "PidLidAppointmentReplyTime")
PidLidRecurring: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8223, PT_BOOLEAN, "PidLidRecurring")
PidLidIntendedBusyStatus: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8224, PT_LONG, "PidLidIntendedBusyStatus")
PidLidAppointmentUpdateTime: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8226, PT_SYSTIME, "PidLidAppointmentUpdateTime")
PidLidExceptionReplaceTime: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8228, PT_SYSTIME, "PidLidExceptionReplaceTime")
PidLidFInvited: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8229, PT_BOOLEAN, "PidLidFInvited")
PidLidFExceptionalAttendees: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x822B, PT_BOOLEAN, "PidLidFExceptionalAttendees")
PidLidOwnerName: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x822E, PT_UNICODE, "PidLidOwnerName")
PidLidFOthersAppointment: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x822F, PT_BOOLEAN, "PidLidFOthersAppointment")
PidLidAppointmentReplyName: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8230, PT_UNICODE, "PidLidAppointmentReplyName")
PidLidRecurrenceType: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8231, PT_LONG, "PidLidRecurrenceType")
PidLidRecurrencePattern: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8232, PT_UNICODE, "PidLidRecurrencePattern")
PidLidTimeZoneStruct: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x8233, PT_BINARY, "PidLidTimeZoneStruct")
PidLidTimeZoneDescription: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8234, PT_UNICODE, "PidLidTimeZoneDescription")
PidLidClipStart: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8235, PT_SYSTIME, "PidLidClipStart")
PidLidClipEnd: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8236, PT_SYSTIME, "PidLidClipEnd")
PidLidOriginalStoreEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x8237, PT_BINARY, "PidLidOriginalStoreEntryId")
PidLidAllAttendeesString: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8238, PT_UNICODE, "PidLidAllAttendeesString")
PidLidAutoFillLocation: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x823A, PT_BOOLEAN, "PidLidAutoFillLocation")
PidLidToAttendeesString: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x823B, PT_UNICODE, "PidLidToAttendeesString")
PidLidCcAttendeesString: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x823C, PT_UNICODE, "PidLidCcAttendeesString")
PidLidConferencingCheck: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8240, PT_BOOLEAN, "PidLidConferencingCheck")
PidLidConferencingType: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8241, PT_LONG, "PidLidConferencingType")
PidLidDirectory: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8242, PT_UNICODE, "PidLidDirectory")
PidLidOrganizerAlias: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8243, PT_UNICODE, "PidLidOrganizerAlias")
PidLidAutoStartCheck: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8244, PT_BOOLEAN, "PidLidAutoStartCheck")
PidLidAutoStartWhen: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8245, PT_LONG, "PidLidAutoStartWhen")
PidLidAllowExternalCheck: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8246, PT_BOOLEAN, "PidLidAllowExternalCheck")
PidLidCollaborateDoc: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8247, PT_UNICODE, "PidLidCollaborateDoc")
PidLidNetShowUrl: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8248, PT_UNICODE, "PidLidNetShowUrl")
PidLidOnlinePassword: NamedProperty[str] = NamedProperty(_PSETID_Appointment, 0x8249, PT_UNICODE, "PidLidOnlinePassword")
PidLidAppointmentProposedStartWhole: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8250, PT_SYSTIME, "PidLidAppointmentProposedStartWhole")
PidLidAppointmentProposedEndWhole: NamedProperty[datetime] = NamedProperty(_PSETID_Appointment, 0x8251, PT_SYSTIME, "PidLidAppointmentProposedEndWhole")
PidLidAppointmentProposedDuration: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8256, PT_LONG, "PidLidAppointmentProposedDuration")
PidLidAppointmentCounterProposal: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x8257, PT_BOOLEAN, "PidLidAppointmentCounterProposal")
PidLidAppointmentProposalNumber: NamedProperty[int] = NamedProperty(_PSETID_Appointment, 0x8259, PT_LONG, "PidLidAppointmentProposalNumber")
PidLidAppointmentNotAllowPropose: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x825A, PT_BOOLEAN, "PidLidAppointmentNotAllowPropose")
PidLidAppointmentUnsendableRecipients: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x825D, PT_BINARY, "PidLidAppointmentUnsendableRecipients")
PidLidAppointmentTimeZoneDefinitionStartDisplay: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x825E, PT_BINARY, "PidLidAppointmentTimeZoneDefinitionStartDisplay")
PidLidAppointmentTimeZoneDefinitionEndDisplay: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x825F, PT_BINARY, "PidLidAppointmentTimeZoneDefinitionEndDisplay")
PidLidAppointmentTimeZoneDefinitionRecur: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x8260, PT_BINARY, "PidLidAppointmentTimeZoneDefinitionRecur")
PidLidForwardNotificationRecipients: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x8261, PT_BINARY, "PidLidForwardNotificationRecipients")
PidLidInboundICalStream: NamedProperty[bytes] = NamedProperty(_PSETID_Appointment, 0x827A, PT_BINARY, "PidLidInboundICalStream")
PidLidSingleBodyICal: NamedProperty[bool] = NamedProperty(_PSETID_Appointment, 0x827B, PT_BOOLEAN, "PidLidSingleBodyICal")
PidNameAttachmentMacContentType: NamedProperty[str] = NamedProperty(_PSETID_Attachment, "AttachmentMacContentType", PT_UNICODE, "PidNameAttachmentMacContentType")
PidNameAttachmentMacInfo: NamedProperty[bytes] = NamedProperty(_PSETID_Attachment, "AttachmentMacInfo", PT_BINARY, "PidNameAttachmentMacInfo")
PidNameAttachmentOriginalPermissionType: NamedProperty[int] = NamedProperty(_PSETID_Attachment, "AttachmentOriginalPermissionType", PT_LONG, "PidNameAttachmentOriginalPermissionType")
PidNameAttachmentPermissionType: NamedProperty[int] = NamedProperty(_PSETID_Attachment, "AttachmentPermissionType", PT_LONG, "PidNameAttachmentPermissionType")
PidNameAttachmentProviderType: NamedProperty[str] = NamedProperty(_PSETID_Attachment, "AttachmentProviderType", PT_UNICODE, "PidNameAttachmentProviderType")
PidLidClientIntent: NamedProperty[int] = NamedProperty(_PSETID_CalendarAssistant, 0x0015, PT_LONG, "PidLidClientIntent")
PidLidServerProcessed: NamedProperty[bool] = NamedProperty(_PSETID_CalendarAssistant, 0x85CC, PT_BOOLEAN, "PidLidServerProcessed")
PidLidServerProcessingActions: NamedProperty[int] = NamedProperty(_PSETID_CalendarAssistant, 0x85CD, PT_LONG, "PidLidServerProcessingActions")
PidLidDayOfMonth: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x1000, PT_LONG, "PidLidDayOfMonth")
PidLidICalendarDayOfWeekMask: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x1001, PT_LONG, "PidLidICalendarDayOfWeekMask")
PidLidOccurrences: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x1005, PT_LONG, "PidLidOccurrences")
PidLidMonthOfYear: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x1006, PT_LONG, "PidLidMonthOfYear")
PidLidNoEndDateFlag: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x100B, PT_BOOLEAN, "PidLidNoEndDateFlag")
PidLidRecurrenceDuration: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x100D, PT_LONG, "PidLidRecurrenceDuration")
PidLidPromptSendUpdate: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x8045, PT_BOOLEAN, "PidLidPromptSendUpdate")
PidLidReminderDelta: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8501, PT_LONG, "PidLidReminderDelta")
PidLidReminderTime: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x8502, PT_SYSTIME, "PidLidReminderTime")
PidLidReminderSet: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x8503, PT_BOOLEAN, "PidLidReminderSet")
PidLidReminderTimeTime: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x8504, PT_SYSTIME, "PidLidReminderTimeTime")
PidLidReminderTimeDate: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x8505, PT_SYSTIME, "PidLidReminderTimeDate")
PidLidPrivate: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x8506, PT_BOOLEAN, "PidLidPrivate")
PidLidAgingDontAgeMe: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x850E, PT_BOOLEAN, "PidLidAgingDontAgeMe")
PidLidFormStorage: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x850F, PT_BINARY, "PidLidFormStorage")
PidLidSideEffects: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8510, PT_LONG, "PidLidSideEffects")
PidLidRemoteStatus: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8511, PT_LONG, "PidLidRemoteStatus")
PidLidPageDirStream: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x8513, PT_BINARY, "PidLidPageDirStream")
PidLidSmartNoAttach: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x8514, PT_BOOLEAN, "PidLidSmartNoAttach")
PidLidCommonStart: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x8516, PT_SYSTIME, "PidLidCommonStart")
PidLidCommonEnd: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x8517, PT_SYSTIME, "PidLidCommonEnd")
PidLidTaskMode: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8518, PT_LONG, "PidLidTaskMode")
PidLidTaskGlobalId: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x8519, PT_BINARY, "PidLidTaskGlobalId")
PidLidAutoProcessState: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x851A, PT_LONG, "PidLidAutoProcessState")
PidLidFormPropStream: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x851B, PT_BINARY, "PidLidFormPropStream")
PidLidReminderOverride: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x851C, PT_BOOLEAN, "PidLidReminderOverride")
PidLidReminderType: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x851D, PT_LONG, "PidLidReminderType")
PidLidReminderPlaySound: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x851E, PT_BOOLEAN, "PidLidReminderPlaySound")
PidLidReminderFileParameter: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x851F, PT_UNICODE, "PidLidReminderFileParameter")
PidLidVerbStream: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x8520, PT_BINARY, "PidLidVerbStream")
PidLidVerbResponse: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8524, PT_UNICODE, "PidLidVerbResponse")
PidLidFlagRequest: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8530, PT_UNICODE, "PidLidFlagRequest")
PidLidMileage: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8534, PT_UNICODE, "PidLidMileage")
PidLidBilling: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8535, PT_UNICODE, "PidLidBilling")
PidLidNonSendableTo: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8536, PT_UNICODE, "PidLidNonSendableTo")
PidLidNonSendableCc: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8537, PT_UNICODE, "PidLidNonSendableCc")
PidLidNonSendableBcc: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8538, PT_UNICODE, "PidLidNonSendableBcc")
PidLidCompanies: NamedProperty[tuple[str, ...]] = NamedProperty(_PSETID_Common, 0x8539, PT_MV_UNICODE, "PidLidCompanies")
PidLidContacts: NamedProperty[tuple[str, ...]] = NamedProperty(_PSETID_Common, 0x853A, PT_MV_UNICODE, "PidLidContacts")
PidLidPropertyDefinitionStream: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x8540, PT_BINARY, "PidLidPropertyDefinitionStream")
PidLidScriptStream: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x8541, PT_BINARY, "PidLidScriptStream")
PidLidNonSendToTrackStatus: NamedProperty[tuple[int, ...]] = NamedProperty(_PSETID_Common, 0x8543, PT_MV_LONG, "PidLidNonSendToTrackStatus")
PidLidNonSendCcTrackStatus: NamedProperty[tuple[int, ...]] = NamedProperty(_PSETID_Common, 0x8544, PT_MV_LONG, "PidLidNonSendCcTrackStatus")
PidLidNonSendBccTrackStatus: NamedProperty[tuple[int, ...]] = NamedProperty(_PSETID_Common, 0x8545, PT_MV_LONG, "PidLidNonSendBccTrackStatus")
PidLidRecallTime: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x8549, PT_SYSTIME, "PidLidRecallTime")
PidLidCurrentVersion: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8552, PT_LONG, "PidLidCurrentVersion")
PidLidCurrentVersionName: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8554, PT_UNICODE, "PidLidCurrentVersionName")
PidLidReminderSignalTime: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x8560, PT_SYSTIME, "PidLidReminderSignalTime")
PidLidImapDeleted: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8570, PT_LONG, "PidLidImapDeleted")
PidLidHeaderItem: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8578, PT_LONG, "PidLidHeaderItem")
PidLidInternetAccountName: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8580, PT_UNICODE, "PidLidInternetAccountName")
PidLidInternetAccountStamp: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8581, PT_UNICODE, "PidLidInternetAccountStamp")
PidLidUseTnef: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x8582, PT_BOOLEAN, "PidLidUseTnef")
PidLidContactLinkSearchKey: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x8584, PT_BINARY, "PidLidContactLinkSearchKey")
PidLidContactLinkEntry: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x8585, PT_BINARY, "PidLidContactLinkEntry")
PidLidContactLinkName: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x8586, PT_UNICODE, "PidLidContactLinkName")
PidLidImageAttachmentsCompressionLevel: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x8593, PT_LONG, "PidLidImageAttachmentsCompressionLevel")
PidLidIsInterpersonalFax: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x859B, PT_BOOLEAN, "PidLidIsInterpersonalFax")
PidLidSpamOriginalFolder: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x859C, PT_BINARY, "PidLidSpamOriginalFolder")
PidLidToDoOrdinalDate: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x85A0, PT_SYSTIME, "PidLidToDoOrdinalDate")
PidLidToDoSubOrdinal: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x85A1, PT_UNICODE, "PidLidToDoSubOrdinal")
PidLidToDoTitle: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x85A4, PT_UNICODE, "PidLidToDoTitle")
PidLidFShouldTNEF: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x85A5, PT_BOOLEAN, "PidLidFShouldTNEF")
PidLidInfoPathFormName: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x85B1, PT_UNICODE, "PidLidInfoPathFormName")
PidLidClassified: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x85B5, PT_BOOLEAN, "PidLidClassified")
PidLidClassification: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x85B6, PT_UNICODE, "PidLidClassification")
PidLidClassificationDescription: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x85B7, PT_UNICODE, "PidLidClassificationDescription")
PidLidClassificationGuid: NamedProperty[str] = NamedProperty(_PSETID_Common, 0x85B8, PT_UNICODE, "PidLidClassificationGuid")
PidLidOfflineStatus: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x85B9, PT_LONG, "PidLidOfflineStatus")
PidLidClassificationKeep: NamedProperty[bool] = NamedProperty(_PSETID_Common, 0x85BA, PT_BOOLEAN, "PidLidClassificationKeep")
PidLidReferenceEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x85BD, PT_BINARY, "PidLidReferenceEntryId")
PidLidValidFlagStringProof: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x85BF, PT_SYSTIME, "PidLidValidFlagStringProof")
PidLidFlagString: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x85C0, PT_LONG, "PidLidFlagString")
PidLidConversationActionMoveFolderEid: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x85C6, PT_BINARY, "PidLidConversationActionMoveFolderEid")
PidLidConversationActionMoveStoreEid: NamedProperty[bytes] = NamedProperty(_PSETID_Common, 0x85C7, PT_BINARY, "PidLidConversationActionMoveStoreEid")
PidLidConversationActionMaxDeliveryTime: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x85C8, PT_SYSTIME, "PidLidConversationActionMaxDeliveryTime")
PidLidConversationProcessed: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x85C9, PT_LONG, "PidLidConversationProcessed")
PidLidConversationActionLastAppliedTime: NamedProperty[datetime] = NamedProperty(_PSETID_Common, 0x85CA, PT_SYSTIME, "PidLidConversationActionLastAppliedTime")
PidLidConversationActionVersion: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x85CB, PT_LONG, "PidLidConversationActionVersion")
PidLidPendingStateForSiteMailboxDocument: NamedProperty[int] = NamedProperty(_PSETID_Common, 0x85E0, PT_LONG, "PidLidPendingStateForSiteMailboxDocument")
PidLidLogType: NamedProperty[str] = NamedProperty(_PSETID_Log, 0x8700, PT_UNICODE, "PidLidLogType")
PidLidLogStart: NamedProperty[datetime] = NamedProperty(_PSETID_Log, 0x8706, PT_SYSTIME, "PidLidLogStart")
PidLidLogDuration: NamedProperty[int] = NamedProperty(_PSETID_Log, 0x8707, PT_LONG, "PidLidLogDuration")
PidLidLogEnd: NamedProperty[datetime] = NamedProperty(_PSETID_Log, 0x8708, PT_SYSTIME, "PidLidLogEnd")
PidLidLogFlags: NamedProperty[int] = NamedProperty(_PSETID_Log, 0x870C, PT_LONG, "PidLidLogFlags")
PidLidLogDocumentPrinted: NamedProperty[bool] = NamedProperty(_PSETID_Log, 0x870E, PT_BOOLEAN, "PidLidLogDocumentPrinted")
PidLidLogDocumentSaved: NamedProperty[bool] = NamedProperty(_PSETID_Log, 0x870F, PT_BOOLEAN, "PidLidLogDocumentSaved")
PidLidLogDocumentRouted: NamedProperty[bool] = NamedProperty(_PSETID_Log, 0x8710, PT_BOOLEAN, "PidLidLogDocumentRouted")
PidLidLogDocumentPosted: NamedProperty[bool] = NamedProperty(_PSETID_Log, 0x8711, PT_BOOLEAN, "PidLidLogDocumentPosted")
PidLidLogTypeDesc: NamedProperty[str] = NamedProperty(_PSETID_Log, 0x8712, PT_UNICODE, "PidLidLogTypeDesc")
PidLidAttendeeCriticalChange: NamedProperty[datetime] = NamedProperty(_PSETID_Meeting, 0x0001, PT_SYSTIME, "PidLidAttendeeCriticalChange")
PidLidWhere: NamedProperty[str] = NamedProperty(_PSETID_Meeting, 0x0002, PT_UNICODE, "PidLidWhere")
PidLidGlobalObjectId: NamedProperty[bytes] = NamedProperty(_PSETID_Meeting, 0x0003, PT_BINARY, "PidLidGlobalObjectId")
PidLidIsSilent: NamedProperty[bool] = NamedProperty(_PSETID_Meeting, 0x0004, PT_BOOLEAN, "PidLidIsSilent")
PidLidIsRecurring: NamedProperty[bool] = NamedProperty(_PSETID_Meeting, 0x0005, PT_BOOLEAN, "PidLidIsRecurring")
PidLidRequiredAttendees: NamedProperty[str] = NamedProperty(_PSETID_Meeting, 0x0006, PT_UNICODE, "PidLidRequiredAttendees")
PidLidOptionalAttendees: NamedProperty[str] = NamedProperty(_PSETID_Meeting, 0x0007, PT_UNICODE, "PidLidOptionalAttendees")
PidLidResourceAttendees: NamedProperty[str] = NamedProperty(_PSETID_Meeting, 0x0008, PT_UNICODE, "PidLidResourceAttendees")
PidLidDelegateMail: NamedProperty[bool] = NamedProperty(_PSETID_Meeting, 0x0009, PT_BOOLEAN, "PidLidDelegateMail")
PidLidIsException: NamedProperty[bool] = NamedProperty(_PSETID_Meeting, 0x000A, PT_BOOLEAN, "PidLidIsException")
PidLidSingleInvite: NamedProperty[bool] = NamedProperty(_PSETID_Meeting, 0x000B, PT_BOOLEAN, "PidLidSingleInvite")
PidLidTimeZone: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x000C, PT_LONG, "PidLidTimeZone")
PidLidStartRecurrenceDate: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x000D, PT_LONG, "PidLidStartRecurrenceDate")
PidLidStartRecurrenceTime: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x000E, PT_LONG, "PidLidStartRecurrenceTime")
PidLidEndRecurrenceDate: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x000F, PT_LONG, "PidLidEndRecurrenceDate")
PidLidEndRecurrenceTime: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0010, PT_LONG, "PidLidEndRecurrenceTime")
PidLidDayInterval: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0011, PT_SHORT, "PidLidDayInterval")
PidLidWeekInterval: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0012, PT_SHORT, "PidLidWeekInterval")
PidLidMonthInterval: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0013, PT_SHORT, "PidLidMonthInterval")
PidLidYearInterval: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0014, PT_SHORT, "PidLidYearInterval")
PidLidMonthOfYearMask: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0017, PT_LONG, "PidLidMonthOfYearMask")
PidLidOldRecurrenceType: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0018, PT_SHORT, "PidLidOldRecurrenceType")
PidLidOwnerCriticalChange: NamedProperty[datetime] = NamedProperty(_PSETID_Meeting, 0x001A, PT_SYSTIME, "PidLidOwnerCriticalChange")
PidLidCalendarType: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x001C, PT_LONG, "PidLidCalendarType")
PidLidAllAttendeesList: NamedProperty[str] = NamedProperty(_PSETID_Meeting, 0x001D, PT_UNICODE, "PidLidAllAttendeesList")
PidLidCleanGlobalObjectId: NamedProperty[bytes] = NamedProperty(_PSETID_Meeting, 0x0023, PT_BINARY, "PidLidCleanGlobalObjectId")
PidLidAppointmentMessageClass: NamedProperty[str] = NamedProperty(_PSETID_Meeting, 0x0024, PT_UNICODE, "PidLidAppointmentMessageClass")
PidLidMeetingType: NamedProperty[int] = NamedProperty(_PSETID_Meeting, 0x0026, PT_LONG, "PidLidMeetingType")
PidLidOldLocation: NamedProperty[str] = NamedProperty(_PSETID_Meeting, 0x0028, PT_UNICODE, "PidLidOldLocation")
PidLidOldWhenStartWhole: NamedProperty[datetime] = NamedProperty(_PSETID_Meeting, 0x0029, PT_SYSTIME, "PidLidOldWhenStartWhole")
PidLidOldWhenEndWhole: NamedProperty[datetime] = NamedProperty(_PSETID_Meeting, 0x002A, PT_SYSTIME, "PidLidOldWhenEndWhole")
PidLidNoteColor: NamedProperty[int] = NamedProperty(_PSETID_Note, 0x8B00, PT_LONG, "PidLidNoteColor")
PidLidNoteWidth: NamedProperty[int] = NamedProperty(_PSETID_Note, 0x8B02, PT_LONG, "PidLidNoteWidth")
PidLidNoteHeight: NamedProperty[int] = NamedProperty(_PSETID_Note, 0x8B03, PT_LONG, "PidLidNoteHeight")
PidLidNoteX: NamedProperty[int] = NamedProperty(_PSETID_Note, 0x8B04, PT_LONG, "PidLidNoteX")
PidLidNoteY: NamedProperty[int] = NamedProperty(_PSETID_Note, 0x8B05, PT_LONG, "PidLidNoteY")
PidLidPostRssChannelLink: NamedProperty[str] = NamedProperty(_PSETID_PostRss, 0x8900, PT_UNICODE, "PidLidPostRssChannelLink")
PidLidPostRssItemLink: NamedProperty[str] = NamedProperty(_PSETID_PostRss, 0x8901, PT_UNICODE, "PidLidPostRssItemLink")
PidLidPostRssItemHash: NamedProperty[int] = NamedProperty(_PSETID_PostRss, 0x8902, PT_LONG, "PidLidPostRssItemHash")
PidLidPostRssItemGuid: NamedProperty[str] = NamedProperty(_PSETID_PostRss, 0x8903, PT_UNICODE, "PidLidPostRssItemGuid")
PidLidPostRssChannel: NamedProperty[str] = NamedProperty(_PSETID_PostRss, 0x8904, PT_UNICODE, "PidLidPostRssChannel")
PidLidPostRssItemXml: NamedProperty[str] = NamedProperty(_PSETID_PostRss, 0x8905, PT_UNICODE, "PidLidPostRssItemXml")
PidLidPostRssSubscription: NamedProperty[str] = NamedProperty(_PSETID_PostRss, 0x8906, PT_UNICODE, "PidLidPostRssSubscription")
PidLidRemoteEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Remote, 0x8F01, PT_BINARY, "PidLidRemoteEntryId")
PidLidRemoteMessageClass: NamedProperty[str] = NamedProperty(_PSETID_Remote, 0x8F02, PT_UNICODE, "PidLidRemoteMessageClass")
PidLidRemoteTransport: NamedProperty[str] = NamedProperty(_PSETID_Remote, 0x8F03, PT_UNICODE, "PidLidRemoteTransport")
PidLidRemoteTransferTime: NamedProperty[int] = NamedProperty(_PSETID_Remote, 0x8F04, PT_LONG, "PidLidRemoteTransferTime")
PidLidRemoteTransferSize: NamedProperty[int] = NamedProperty(_PSETID_Remote, 0x8F05, PT_LONG, "PidLidRemoteTransferSize")
PidLidRemoteSearchKey: NamedProperty[bytes] = NamedProperty(_PSETID_Remote, 0x8F06, PT_BINARY, "PidLidRemoteSearchKey")
PidLidRemoteAttachment: NamedProperty[bool] = NamedProperty(_PSETID_Remote, 0x8F07, PT_BOOLEAN, "PidLidRemoteAttachment")
PidLidResendTime: NamedProperty[datetime] = NamedProperty(_PSETID_Report, 0x8D00, PT_SYSTIME, "PidLidResendTime")
PidLidSharingStatus: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A00, PT_LONG, "PidLidSharingStatus")
PidLidSharingProviderGuid: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A01, PT_BINARY, "PidLidSharingProviderGuid")
PidLidSharingProviderName: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A02, PT_UNICODE, "PidLidSharingProviderName")
PidLidSharingProviderUrl: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A03, PT_UNICODE, "PidLidSharingProviderUrl")
PidLidSharingRemotePath: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A04, PT_UNICODE, "PidLidSharingRemotePath")
PidLidSharingRemoteName: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A05, PT_UNICODE, "PidLidSharingRemoteName")
PidLidSharingRemoteUid: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A06, PT_UNICODE, "PidLidSharingRemoteUid")
PidLidSharingInitiatorName: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A07, PT_UNICODE, "PidLidSharingInitiatorName")
PidLidSharingInitiatorSmtp: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A08, PT_UNICODE, "PidLidSharingInitiatorSmtp")
PidLidSharingInitiatorEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A09, PT_BINARY, "PidLidSharingInitiatorEntryId")
PidLidSharingFlags: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A0A, PT_LONG, "PidLidSharingFlags")
PidLidSharingProviderExtension: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A0B, PT_UNICODE, "PidLidSharingProviderExtension")
PidLidSharingRemoteUser: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A0C, PT_UNICODE, "PidLidSharingRemoteUser")
PidLidSharingRemotePass: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A0D, PT_UNICODE, "PidLidSharingRemotePass")
PidLidSharingLocalPath: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A0E, PT_UNICODE, "PidLidSharingLocalPath")
PidLidSharingLocalName: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A0F, PT_UNICODE, "PidLidSharingLocalName")
PidLidSharingLocalUid: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A10, PT_UNICODE, "PidLidSharingLocalUid")
PidLidSharingFilter: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A13, PT_BINARY, "PidLidSharingFilter")
PidLidSharingLocalType: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A14, PT_UNICODE, "PidLidSharingLocalType")
PidLidSharingFolderEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A15, PT_BINARY, "PidLidSharingFolderEntryId")
PidLidSharingCapabilities: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A17, PT_LONG, "PidLidSharingCapabilities")
PidLidSharingFlavor: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A18, PT_LONG, "PidLidSharingFlavor")
PidLidSharingAnonymity: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A19, PT_LONG, "PidLidSharingAnonymity")
PidLidSharingReciprocation: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A1A, PT_LONG, "PidLidSharingReciprocation")
PidLidSharingPermissions: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A1B, PT_LONG, "PidLidSharingPermissions")
PidLidSharingInstanceGuid: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A1C, PT_BINARY, "PidLidSharingInstanceGuid")
PidLidSharingRemoteType: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A1D, PT_UNICODE, "PidLidSharingRemoteType")
PidLidSharingParticipants: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A1E, PT_UNICODE, "PidLidSharingParticipants")
PidLidSharingLastSyncTime: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A1F, PT_SYSTIME, "PidLidSharingLastSyncTime")
PidLidSharingExtensionXml: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A21, PT_UNICODE, "PidLidSharingExtensionXml")
PidLidSharingRemoteLastModificationTime: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A22, PT_SYSTIME, "PidLidSharingRemoteLastModificationTime")
PidLidSharingLocalLastModificationTime: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A23, PT_SYSTIME, "PidLidSharingLocalLastModificationTime")
PidLidSharingConfigurationUrl: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A24, PT_UNICODE, "PidLidSharingConfigurationUrl")
PidLidSharingStart: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A25, PT_SYSTIME, "PidLidSharingStart")
PidLidSharingStop: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A26, PT_SYSTIME, "PidLidSharingStop")
PidLidSharingResponseType: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A27, PT_LONG, "PidLidSharingResponseType")
PidLidSharingResponseTime: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A28, PT_SYSTIME, "PidLidSharingResponseTime")
PidLidSharingOriginalMessageEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A29, PT_BINARY, "PidLidSharingOriginalMessageEntryId")
PidLidSharingSyncInterval: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A2A, PT_LONG, "PidLidSharingSyncInterval")
PidLidSharingDetail: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A2B, PT_LONG, "PidLidSharingDetail")
PidLidSharingTimeToLive: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A2C, PT_LONG, "PidLidSharingTimeToLive")
PidLidSharingBindingEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A2D, PT_BINARY, "PidLidSharingBindingEntryId")
PidLidSharingIndexEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A2E, PT_BINARY, "PidLidSharingIndexEntryId")
PidLidSharingRemoteComment: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A2F, PT_UNICODE, "PidLidSharingRemoteComment")
PidLidSharingWorkingHoursStart: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A40, PT_SYSTIME, "PidLidSharingWorkingHoursStart")
PidLidSharingWorkingHoursEnd: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A41, PT_SYSTIME, "PidLidSharingWorkingHoursEnd")
PidLidSharingWorkingHoursDays: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A42, PT_LONG, "PidLidSharingWorkingHoursDays")
PidLidSharingWorkingHoursTimeZone: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A43, PT_BINARY, "PidLidSharingWorkingHoursTimeZone")
PidLidSharingDataRangeStart: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A44, PT_SYSTIME, "PidLidSharingDataRangeStart")
PidLidSharingDataRangeEnd: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A45, PT_SYSTIME, "PidLidSharingDataRangeEnd")
PidLidSharingRangeStart: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A46, PT_LONG, "PidLidSharingRangeStart")
PidLidSharingRangeEnd: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A47, PT_LONG, "PidLidSharingRangeEnd")
PidLidSharingRemoteStoreUid: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A48, PT_UNICODE, "PidLidSharingRemoteStoreUid")
PidLidSharingLocalStoreUid: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A49, PT_UNICODE, "PidLidSharingLocalStoreUid")
PidLidSharingRemoteByteSize: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A4B, PT_LONG, "PidLidSharingRemoteByteSize")
PidLidSharingRemoteCrc: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A4C, PT_LONG, "PidLidSharingRemoteCrc")
PidLidSharingLocalComment: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A4D, PT_UNICODE, "PidLidSharingLocalComment")
PidLidSharingRoamLog: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A4E, PT_LONG, "PidLidSharingRoamLog")
PidLidSharingRemoteMessageCount: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A4F, PT_LONG, "PidLidSharingRemoteMessageCount")
PidLidSharingBrowseUrl: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A51, PT_UNICODE, "PidLidSharingBrowseUrl")
PidLidSharingLastAutoSyncTime: NamedProperty[datetime] = NamedProperty(_PSETID_Sharing, 0x8A55, PT_SYSTIME, "PidLidSharingLastAutoSyncTime")
PidLidSharingTimeToLiveAuto: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A56, PT_LONG, "PidLidSharingTimeToLiveAuto")
PidLidSharingRemoteVersion: NamedProperty[str] = NamedProperty(_PSETID_Sharing, 0x8A5B, PT_UNICODE, "PidLidSharingRemoteVersion")
PidLidSharingParentBindingEntryId: NamedProperty[bytes] = NamedProperty(_PSETID_Sharing, 0x8A5C, PT_BINARY, "PidLidSharingParentBindingEntryId")
PidLidSharingSyncFlags: NamedProperty[int] = NamedProperty(_PSETID_Sharing, 0x8A60, PT_LONG, "PidLidSharingSyncFlags")
PidLidTaskStatus: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8101, PT_LONG, "PidLidTaskStatus")
PidLidPercentComplete: NamedProperty[float] = NamedProperty(_PSETID_Task, 0x8102, PT_DOUBLE, "PidLidPercentComplete")
PidLidTeamTask: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x8103, PT_BOOLEAN, "PidLidTeamTask")
PidLidTaskStartDate: NamedProperty[datetime] = NamedProperty(_PSETID_Task, 0x8104, PT_SYSTIME, "PidLidTaskStartDate")
PidLidTaskDueDate: NamedProperty[datetime] = NamedProperty(_PSETID_Task, 0x8105, PT_SYSTIME, "PidLidTaskDueDate")
PidLidTaskResetReminder: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x8107, PT_BOOLEAN, "PidLidTaskResetReminder")
PidLidTaskAccepted: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x8108, PT_BOOLEAN, "PidLidTaskAccepted")
PidLidTaskDeadOccurrence: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x8109, PT_BOOLEAN, "PidLidTaskDeadOccurrence")
PidLidTaskDateCompleted: NamedProperty[datetime] = NamedProperty(_PSETID_Task, 0x810F, PT_SYSTIME, "PidLidTaskDateCompleted")
PidLidTaskActualEffort: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8110, PT_LONG, "PidLidTaskActualEffort")
PidLidTaskEstimatedEffort: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8111, PT_LONG, "PidLidTaskEstimatedEffort")
PidLidTaskVersion: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8112, PT_LONG, "PidLidTaskVersion")
PidLidTaskState: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8113, PT_LONG, "PidLidTaskState")
PidLidTaskLastUpdate: NamedProperty[datetime] = NamedProperty(_PSETID_Task, 0x8115, PT_SYSTIME, "PidLidTaskLastUpdate")
PidLidTaskRecurrence: NamedProperty[bytes] = NamedProperty(_PSETID_Task, 0x8116, PT_BINARY, "PidLidTaskRecurrence")
PidLidTaskAssigners: NamedProperty[bytes] = NamedProperty(_PSETID_Task, 0x8117, PT_BINARY, "PidLidTaskAssigners")
PidLidTaskStatusOnComplete: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x8119, PT_BOOLEAN, "PidLidTaskStatusOnComplete")
PidLidTaskHistory: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x811A, PT_LONG, "PidLidTaskHistory")
PidLidTaskUpdates: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x811B, PT_BOOLEAN, "PidLidTaskUpdates")
PidLidTaskComplete: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x811C, PT_BOOLEAN, "PidLidTaskComplete")
PidLidTaskFCreator: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x811E, PT_BOOLEAN, "PidLidTaskFCreator")
PidLidTaskOwner: NamedProperty[str] = NamedProperty(_PSETID_Task, 0x811F, PT_UNICODE, "PidLidTaskOwner")
PidLidTaskMultipleRecipients: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8120, PT_LONG, "PidLidTaskMultipleRecipients")
PidLidTaskAssigner: NamedProperty[str] = NamedProperty(_PSETID_Task, 0x8121, PT_UNICODE, "PidLidTaskAssigner")
PidLidTaskLastUser: NamedProperty[str] = NamedProperty(_PSETID_Task, 0x8122, PT_UNICODE, "PidLidTaskLastUser")
PidLidTaskOrdinal: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8123, PT_LONG, "PidLidTaskOrdinal")
PidLidTaskNoCompute: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x8124, PT_BOOLEAN, "PidLidTaskNoCompute")
PidLidTaskLastDelegate: NamedProperty[str] = NamedProperty(_PSETID_Task, 0x8125, PT_UNICODE, "PidLidTaskLastDelegate")
PidLidTaskFRecurring: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x8126, PT_BOOLEAN, "PidLidTaskFRecurring")
PidLidTaskRole: NamedProperty[str] = NamedProperty(_PSETID_Task, 0x8127, PT_UNICODE, "PidLidTaskRole")
PidLidTaskOwnership: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8129, PT_LONG, "PidLidTaskOwnership")
PidLidTaskAcceptanceState: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x812A, PT_LONG, "PidLidTaskAcceptanceState")
PidLidTaskFFixOffline: NamedProperty[bool] = NamedProperty(_PSETID_Task, 0x812C, PT_BOOLEAN, "PidLidTaskFFixOffline")
PidLidTaskCustomFlags: NamedProperty[int] = NamedProperty(_PSETID_Task, 0x8139, PT_LONG, "PidLidTaskCustomFlags")
PidNameAutomaticSpeechRecognitionData: NamedProperty[bytes] = NamedProperty(_PSETID_UnifiedMessaging, "AsrData", PT_BINARY, "PidNameAutomaticSpeechRecognitionData")
PidNameAudioNotes: NamedProperty[str] = NamedProperty(_PSETID_UnifiedMessaging, "UMAudioNotes", PT_UNICODE, "PidNameAudioNotes")
PidNameExtractedAddresses: NamedProperty[str] = NamedProperty(_PSETID_XmlExtractedEntities, "XmlExtractedAddresses", PT_UNICODE, "PidNameExtractedAddresses")
PidNameExtractedContacts: NamedProperty[str] = NamedProperty(_PSETID_XmlExtractedEntities, "XmlExtractedContacts", PT_UNICODE, "PidNameExtractedContacts")
PidNameExtractedEmails: NamedProperty[str] = NamedProperty(_PSETID_XmlExtractedEntities, "XmlExtractedEmails", PT_UNICODE, "PidNameExtractedEmails")
PidNameExtractedMeetings: NamedProperty[str] = NamedProperty(_PSETID_XmlExtractedEntities, "XmlExtractedMeetings", PT_UNICODE, "PidNameExtractedMeetings")
PidNameExtractedPhones: NamedProperty[str] = NamedProperty(_PSETID_XmlExtractedEntities, "XmlExtractedPhones", PT_UNICODE, "PidNameExtractedPhones")
PidNameExtractedTasks: NamedProperty[str] = NamedProperty(_PSETID_XmlExtractedEntities, "XmlExtractedTasks", PT_UNICODE, "PidNameExtractedTasks")
PidNameExtractedUrls: NamedProperty[str] = NamedProperty(_PSETID_XmlExtractedEntities, "XmlExtractedUrls", PT_UNICODE, "PidNameExtractedUrls")
PidNameAcceptLanguage: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "accept-language", PT_UNICODE, "PidNameAcceptLanguage")
PidNameContentBase: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "content-base", PT_UNICODE, "PidNameContentBase")
PidNameContentClass: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "content-class", PT_UNICODE, "PidNameContentClass")
PidNameContentTransferEncoding: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "content-transfer-encoding", PT_UNICODE, "PidNameContentTransferEncoding")
PidNameContentType: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "content-type", PT_UNICODE, "PidNameContentType")
PidNameFrom: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "from", PT_UNICODE, "PidNameFrom")
PidNameMSIPLabels: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "msip_labels", PT_UNICODE, "PidNameMSIPLabels")
PidNameInternetSubject: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "subject", PT_UNICODE, "PidNameInternetSubject")
PidNameXVoiceMessageAttachmentOrder: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-attachmentorder", PT_UNICODE, "PidNameXVoiceMessageAttachmentOrder")
PidNameXCallId: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-callid", PT_UNICODE, "PidNameXCallId")
PidNameXSenderTelephoneNumber: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-callingtelephonenumber", PT_UNICODE, "PidNameXSenderTelephoneNumber")
PidNameXFaxNumberOfPages: NamedProperty[int] = NamedProperty(_PS_INTERNET_HEADERS, "x-faxnumberofpages", PT_SHORT, "PidNameXFaxNumberOfPages")
PidNameXRequireProtectedPlayOnPhone: NamedProperty[bool] = NamedProperty(_PS_INTERNET_HEADERS, "x-requireprotectedplayonphone", PT_BOOLEAN, "PidNameXRequireProtectedPlayOnPhone")
PidNameXSharingBrowseUrl: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-browse-url", PT_UNICODE, "PidNameXSharingBrowseUrl")
PidNameXSharingCapabilities: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-capabilities", PT_UNICODE, "PidNameXSharingCapabilities")
PidNameXSharingConfigUrl: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-config-url", PT_UNICODE, "PidNameXSharingConfigUrl")
PidNameXSharingExendedCaps: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-exended-caps", PT_UNICODE, "PidNameXSharingExendedCaps")
PidNameXSharingFlavor: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-flavor", PT_UNICODE, "PidNameXSharingFlavor")
PidNameXSharingInstanceGuid: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-instance-guid", PT_UNICODE, "PidNameXSharingInstanceGuid")
PidNameXSharingLocalType: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-local-type", PT_UNICODE, "PidNameXSharingLocalType")
PidNameXSharingProviderGuid: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-provider-guid", PT_UNICODE, "PidNameXSharingProviderGuid")
PidNameXSharingProviderName: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-provider-name", PT_UNICODE, "PidNameXSharingProviderName")
PidNameXSharingProviderUrl: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-provider-url", PT_UNICODE, "PidNameXSharingProviderUrl")
PidNameXSharingRemoteName: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-remote-name", PT_UNICODE, "PidNameXSharingRemoteName")
PidNameXSharingRemotePath: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-remote-path", PT_UNICODE, "PidNameXSharingRemotePath")
PidNameXSharingRemoteStoreUid: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-remote-store-uid", PT_UNICODE, "PidNameXSharingRemoteStoreUid")
PidNameXSharingRemoteType: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-remote-type", PT_UNICODE, "PidNameXSharingRemoteType")
PidNameXSharingRemoteUid: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-sharing-remote-uid", PT_UNICODE, "PidNameXSharingRemoteUid")
PidNameXVoiceMessageDuration: NamedProperty[int] = NamedProperty(_PS_INTERNET_HEADERS, "x-voicemessageduration", PT_SHORT, "PidNameXVoiceMessageDuration")
PidNameXVoiceMessageSenderName: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "x-voicemessagesendername", PT_UNICODE, "PidNameXVoiceMessageSenderName")
PidNameCrossReference: NamedProperty[str] = NamedProperty(_PS_INTERNET_HEADERS, "xref", PT_UNICODE, "PidNameCrossReference")
PidLidCategories: NamedProperty[tuple[str, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, 0x9000, PT_MV_UNICODE, "PidLidCategories")
PidNameApplicationName: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "AppName", PT_UNICODE, "PidNameApplicationName")
PidNameAuthor: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Author", PT_UNICODE, "PidNameAuthor")
PidNameByteCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "ByteCount", PT_LONG, "PidNameByteCount")
PidNameCategory: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Category", PT_UNICODE, "PidNameCategory")
PidNameCharacterCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "CharCount", PT_LONG, "PidNameCharacterCount")
PidNameComments: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Comments", PT_UNICODE, "PidNameComments")
PidNameCompany: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Company", PT_UNICODE, "PidNameCompany")
PidNameCreateDateTimeReadOnly: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "CreateDtmRo", PT_SYSTIME, "PidNameCreateDateTimeReadOnly")
PidNameDavId: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "DAV:id", PT_UNICODE, "PidNameDavId")
PidNameDavIsCollection: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "DAV:iscollection", PT_BOOLEAN, "PidNameDavIsCollection")
PidNameDavIsStructuredDocument: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "DAV:isstructureddocument", PT_BOOLEAN, "PidNameDavIsStructuredDocument")
PidNameDavParentName: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "DAV:parentname", PT_UNICODE, "PidNameDavParentName")
PidNameDavUid: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "DAV:uid", PT_UNICODE, "PidNameDavUid")
PidNameDocumentParts: NamedProperty[tuple[str, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "DocParts", PT_MV_UNICODE, "PidNameDocumentParts")
PidNameMeetingDoNotForward: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "DoNotForward", PT_BOOLEAN, "PidNameMeetingDoNotForward")
PidNameRightsManagementLicense: NamedProperty[tuple[bytes, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "DRMLicense", PT_MV_BINARY, "PidNameRightsManagementLicense")
PidNameEditTime: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "EditTime", PT_UNICODE, "PidNameEditTime")
PidNameHeadingPairs: NamedProperty[bytes] = NamedProperty(_PS_PUBLIC_STRINGS, "HeadingPairs", PT_BINARY, "PidNameHeadingPairs")
PidNameHiddenCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "HiddenCount", PT_LONG, "PidNameHiddenCount")
PidNameExchangeIntendedBusyStatus: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/exchange/intendedbusystatus", PT_UNICODE, "PidNameExchangeIntendedBusyStatus")
PidNameExchangeJunkEmailMoveStamp: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/exchange/junkemailmovestamp", PT_LONG, "PidNameExchangeJunkEmailMoveStamp")
PidNameExchangeModifyExceptionStructure: NamedProperty[bytes] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/exchange/modifyexceptionstruct", PT_BINARY, "PidNameExchangeModifyExceptionStructure")
PidNameExchangeNoModifyExceptions: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/exchange/nomodifyexceptions", PT_BOOLEAN, "PidNameExchangeNoModifyExceptions")
PidNameExchangePatternEnd: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/exchange/patternend", PT_SYSTIME, "PidNameExchangePatternEnd")
PidNameExchangePatternStart: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/exchange/patternstart", PT_SYSTIME, "PidNameExchangePatternStart")
PidNameExchangeReminderInterval: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/exchange/reminderinterval", PT_LONG, "PidNameExchangeReminderInterval")
PidNamePhishingStamp: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "http://schemas.microsoft.com/outlook/phishingstamp", PT_LONG, "PidNamePhishingStamp")
PidNameKeywords: NamedProperty[tuple[str, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "Keywords", PT_MV_UNICODE, "PidNameKeywords")
PidNameLastAuthor: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "LastAuthor", PT_UNICODE, "PidNameLastAuthor")
PidNameLastPrinted: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "LastPrinted", PT_SYSTIME, "PidNameLastPrinted")
PidNameLastSaveDateTime: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "LastSaveDtm", PT_SYSTIME, "PidNameLastSaveDateTime")
PidNameLineCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "LineCount", PT_LONG, "PidNameLineCount")
PidNameLinksDirty: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "LinksDirty", PT_BOOLEAN, "PidNameLinksDirty")
PidNameManager: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Manager", PT_UNICODE, "PidNameManager")
PidNameMultimediaClipCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "MMClipCount", PT_LONG, "PidNameMultimediaClipCount")
PidNameNoteCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "NoteCount", PT_LONG, "PidNameNoteCount")
PidNameOMSAccountGuid: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "OMSAccountGuid", PT_UNICODE, "PidNameOMSAccountGuid")
PidNameOMSMobileModel: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "OMSMobileModel", PT_UNICODE, "PidNameOMSMobileModel")
PidNameOMSScheduleTime: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "OMSScheduleTime", PT_SYSTIME, "PidNameOMSScheduleTime")
PidNameOMSServiceType: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "OMSServiceType", PT_LONG, "PidNameOMSServiceType")
PidNameOMSSourceType: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "OMSSourceType", PT_LONG, "PidNameOMSSourceType")
PidNamePageCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "PageCount", PT_LONG, "PidNamePageCount")
PidNameParagraphCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "ParCount", PT_LONG, "PidNameParagraphCount")
PidNamePresentationFormat: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "PresFormat", PT_UNICODE, "PidNamePresentationFormat")
PidNameQuarantineOriginalSender: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "quarantine-original-sender", PT_UNICODE, "PidNameQuarantineOriginalSender")
PidNameRevisionNumber: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "RevNumber", PT_UNICODE, "PidNameRevisionNumber")
PidNameScale: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "Scale", PT_BOOLEAN, "PidNameScale")
PidNameSecurity: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "Security", PT_LONG, "PidNameSecurity")
PidNameSlideCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "SlideCount", PT_LONG, "PidNameSlideCount")
PidNameSubject: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Subject", PT_UNICODE, "PidNameSubject")
PidNameTemplate: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Template", PT_UNICODE, "PidNameTemplate")
PidNameThumbnail: NamedProperty[bytes] = NamedProperty(_PS_PUBLIC_STRINGS, "Thumbnail", PT_BINARY, "PidNameThumbnail")
PidNameTitle: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "Title", PT_UNICODE, "PidNameTitle")
PidNameExchDatabaseSchema: NamedProperty[tuple[str, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas-microsoft-com:exch-data:baseschema", PT_MV_UNICODE, "PidNameExchDatabaseSchema")
PidNameExchDataExpectedContentClass: NamedProperty[tuple[str, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas-microsoft-com:exch-data:expected-content-class", PT_MV_UNICODE, "PidNameExchDataExpectedContentClass")
PidNameExchDataSchemaCollectionReference: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas-microsoft-com:exch-data:schema-collection-ref", PT_UNICODE, "PidNameExchDataSchemaCollectionReference")
PidNameCalendarAttendeeRole: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:attendeerole", PT_LONG, "PidNameCalendarAttendeeRole")
PidNameCalendarBusystatus: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:busystatus", PT_UNICODE, "PidNameCalendarBusystatus")
PidNameCalendarContact: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:contact", PT_UNICODE, "PidNameCalendarContact")
PidNameCalendarContactUrl: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:contacturl", PT_UNICODE, "PidNameCalendarContactUrl")
PidNameCalendarCreated: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:created", PT_SYSTIME, "PidNameCalendarCreated")
PidNameCalendarDescriptionUrl: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:descriptionurl", PT_UNICODE, "PidNameCalendarDescriptionUrl")
PidNameCalendarDuration: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:duration", PT_LONG, "PidNameCalendarDuration")
PidNameCalendarExceptionDate: NamedProperty[tuple[datetime, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:exdate", PT_MV_SYSTIME, "PidNameCalendarExceptionDate")
PidNameCalendarExceptionRule: NamedProperty[tuple[str, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:exrule", PT_MV_UNICODE, "PidNameCalendarExceptionRule")
PidNameCalendarGeoLatitude: NamedProperty[float] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:geolatitude", PT_DOUBLE, "PidNameCalendarGeoLatitude")
PidNameCalendarGeoLongitude: NamedProperty[float] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:geolongitude", PT_DOUBLE, "PidNameCalendarGeoLongitude")
PidNameCalendarInstanceType: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:instancetype", PT_LONG, "PidNameCalendarInstanceType")
PidNameCalendarIsOrganizer: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:isorganizer", PT_BOOLEAN, "PidNameCalendarIsOrganizer")
PidNameCalendarLastModified: NamedProperty[datetime] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:lastmodified", PT_SYSTIME, "PidNameCalendarLastModified")
PidNameCalendarLocationUrl: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:locationurl", PT_UNICODE, "PidNameCalendarLocationUrl")
PidNameCalendarMeetingStatus: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:meetingstatus", PT_UNICODE, "PidNameCalendarMeetingStatus")
PidNameCalendarMethod: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:method", PT_UNICODE, "PidNameCalendarMethod")
PidNameCalendarProductId: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:prodid", PT_UNICODE, "PidNameCalendarProductId")
PidNameICalendarRecurrenceDate: NamedProperty[tuple[datetime, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:rdate", PT_MV_SYSTIME, "PidNameICalendarRecurrenceDate")
PidNameCalendarRecurrenceIdRange: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:recurrenceidrange", PT_UNICODE, "PidNameCalendarRecurrenceIdRange")
PidNameCalendarReminderOffset: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:reminderoffset", PT_LONG, "PidNameCalendarReminderOffset")
PidNameCalendarResources: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:resources", PT_UNICODE, "PidNameCalendarResources")
PidNameICalendarRecurrenceRule: NamedProperty[tuple[str, ...]] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:rrule", PT_MV_UNICODE, "PidNameICalendarRecurrenceRule")
PidNameCalendarRsvp: NamedProperty[bool] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:rsvp", PT_BOOLEAN, "PidNameCalendarRsvp")
PidNameCalendarSequence: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:sequence", PT_LONG, "PidNameCalendarSequence")
PidNameCalendarTimeZone: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:timezone", PT_UNICODE, "PidNameCalendarTimeZone")
PidNameCalendarTimeZoneId: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:timezoneid", PT_LONG, "PidNameCalendarTimeZoneId")
PidNameCalendarTransparent: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:transparent", PT_UNICODE, "PidNameCalendarTransparent")
PidNameCalendarUid: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:uid", PT_UNICODE, "PidNameCalendarUid")
PidNameCalendarVersion: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:calendar:version", PT_UNICODE, "PidNameCalendarVersion")
PidNameHttpmailCalendar: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:httpmail:calendar", PT_UNICODE, "PidNameHttpmailCalendar")
PidNameHttpmailHtmlDescription: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:httpmail:htmldescription", PT_UNICODE, "PidNameHttpmailHtmlDescription")
PidNameHttpmailSendMessage: NamedProperty[str] = NamedProperty(_PS_PUBLIC_STRINGS, "urn:schemas:httpmail:sendmsg", PT_UNICODE, "PidNameHttpmailSendMessage")
PidNameWordCount: NamedProperty[int] = NamedProperty(_PS_PUBLIC_STRINGS, "WordCount", PT_LONG, "PidNameWordCount")

__all__ = [
    "PR_ABSTRACT",
    "PR_ACTIVE_USER_ENTRYID",
    "PR_ADDRBOOK_FOR_LOCAL_SITE_ENTRYID",
    "PR_ADDRESS_BOOK_DISPLAY_NAME",
    "PR_ADDR_CC",
    "PR_ADDR_TO",
    "PR_ADMIN_SECURITY_DESCRIPTOR",
    "PR_ADMIN_SECURITY_DESCRIPTOR_AS_XML",
    "PR_AGING_AGE_FOLDER",
    "PR_AGING_DEFAULT",
    "PR_AGING_DELETE_ITEMS",
    "PR_AGING_FILE_NAME_AFTER9",
    "PR_ANTIVIRUS_SCAN_INFO",
    "PR_ANTIVIRUS_SCAN_STATUS",
    "PR_ANTIVIRUS_VENDOR",
    "PR_ANTIVIRUS_VERSION",
    "PR_ARRIVAL_TIME",
    "PR_ASSOC_MESSAGE_SIZE",
    "PR_ASSOC_MESSAGE_SIZE_EXTENDED",
    "PR_ASSOC_MSG_W_ATTACH_COUNT",
    "PR_ATTACH_ON_ASSOC_MSG_COUNT",
    "PR_ATTACH_ON_NORMAL_MSG_COUNT",
    "PR_ATTR_SYSTEM",
    "PR_AUTO_ADD_NEW_SUBS",
    "PR_AUTO_RESET",
    "PR_BILATERAL_INFO",
    "PR_CACHED_COLUMN_COUNT",
    "PR_CATALOG",
    "PR_CATEG_COUNT",
    "PR_CHANGE_ADVISOR",
    "PR_CHANGE_NOTIFICATION_GUID",
    "PR_CI_NOTIFICATION_ENABLED",
    "PR_CI_SEARCH_ENABLED",
    "PR_COLLECTOR",
    "PR_CONTACT_COUNT",
    "PR_CONTACT_DEFAULT_ADDRESS_INDEX",
    "PR_CONTACT_EMAIL_ADDRESSES",
    "PR_CONTACT_ENTRYIDS",
    "PR_CONTENTS_SYNCHRONIZER",
    "PR_CONTENT_SEARCH_KEY",
    "PR_CONVERSION_STATE",
    "PR_CREATOR_SID",
    "PR_CREATOR_SID_AS_XML",
    "PR_CREATOR_TOKEN",
    "PR_DEF_POST_DISPLAYNAME",
    "PR_DELETED_FOLDER_COUNT",
    "PR_DESIGN_IN_PROGRESS",
    "PR_DISABLE_FULL_FIDELITY",
    "PR_DISABLE_PERUSER_READ",
    "PR_DISABLE_WINSOCK",
    "PR_DISCLOSE_RECIPIENTS",
    "PR_DL_REPORT_FLAGS",
    "PR_DOTSTUFF_STATE",
    "PR_DROPDOWN_DISPLAY_NAME",
    "PR_EFORMS_FOR_LOCALE_ENTRYID",
    "PR_EFORMS_LOCALE_ID",
    "PR_EFORMS_REGISTRY_ENTRYID",
    "PR_EMS_AB_ACCESS_CATEGORY",
    "PR_EMS_AB_ACTIVATION_SCHEDULE",
    "PR_EMS_AB_ACTIVATION_STYLE",
    "PR_EMS_AB_ADC_GLOBAL_NAMES",
    "PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE",
    "PR_EMS_AB_ADDRESS_ENTRY_DISPLAY_TABLE_MSDOS",
    "PR_EMS_AB_ADDRESS_SYNTAX",
    "PR_EMS_AB_ADDRESS_TYPE",
    "PR_EMS_AB_ADMD",
    "PR_EMS_AB_ADMIN_DESCRIPTION",
    "PR_EMS_AB_ADMIN_DISPLAY_NAME",
    "PR_EMS_AB_ADMIN_EXTENSION_DLL",
    "PR_EMS_AB_ANCESTOR_ID",
    "PR_EMS_AB_ANONYMOUS_ACCESS",
    "PR_EMS_AB_ANONYMOUS_ACCOUNT",
    "PR_EMS_AB_ASSOCIATION_LIFETIME",
    "PR_EMS_AB_ASSOC_NT_ACCOUNT",
    "PR_EMS_AB_ATTRIBUTE_CERTIFICATE",
    "PR_EMS_AB_AUTHENTICATION_TO_USE",
    "PR_EMS_AB_AUTHORITY_REVOCATION_LIST",
    "PR_EMS_AB_AUTHORIZED_DOMAIN",
    "PR_EMS_AB_AUTHORIZED_PASSWORD",
    "PR_EMS_AB_AUTHORIZED_PASSWORD_CONFIRM",
    "PR_EMS_AB_AUTHORIZED_USER",
    "PR_EMS_AB_AUTOREPLY",
    "PR_EMS_AB_AUTOREPLY_MESSAGE",
    "PR_EMS_AB_AUTOREPLY_SUBJECT",
    "PR_EMS_AB_AVAILABLE_AUTHORIZATION_PACKAGES",
    "PR_EMS_AB_AVAILABLE_DISTRIBUTIONS",
    "PR_EMS_AB_BUSINESS_CATEGORY",
    "PR_EMS_AB_BUSINESS_ROLES",
    "PR_EMS_AB_CAN_PRESERVE_DNS",
    "PR_EMS_AB_CA_CERTIFICATE",
    "PR_EMS_AB_CERTIFICATE_CHAIN_V3",
    "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST",
    "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V1",
    "PR_EMS_AB_CERTIFICATE_REVOCATION_LIST_V3",
    "PR_EMS_AB_CHARACTER_SET",
    "PR_EMS_AB_CHARACTER_SET_LIST",
    "PR_EMS_AB_CHILD_RDNS",
    "PR_EMS_AB_CLIENT_ACCESS_ENABLED",
    "PR_EMS_AB_CLOCK_ALERT_OFFSET",
    "PR_EMS_AB_CLOCK_ALERT_REPAIR",
    "PR_EMS_AB_CLOCK_WARNING_OFFSET",
    "PR_EMS_AB_CLOCK_WARNING_REPAIR",
    "PR_EMS_AB_COMPROMISED_KEY_LIST",
    "PR_EMS_AB_COMPUTER_NAME",
    "PR_EMS_AB_CONNECTED_DOMAINS",
    "PR_EMS_AB_CONNECTION_LIST_FILTER",
    "PR_EMS_AB_CONNECTION_LIST_FILTER_TYPE",
    "PR_EMS_AB_CONNECTION_TYPE",
    "PR_EMS_AB_CONTAINER_INFO",
    "PR_EMS_AB_CONTENT_TYPE",
    "PR_EMS_AB_CONTROL_MSG_FOLDER_ID",
    "PR_EMS_AB_CONTROL_MSG_RULES",
    "PR_EMS_AB_COST",
    "PR_EMS_AB_COUNTRY_NAME",
    "PR_EMS_AB_CROSS_CERTIFICATE_CRL",
    "PR_EMS_AB_CROSS_CERTIFICATE_PAIR",
    "PR_EMS_AB_DEFAULT_MESSAGE_FORMAT",
    "PR_EMS_AB_DELEGATE_USER",
    "PR_EMS_AB_DELIVERY_MECHANISM",
    "PR_EMS_AB_DELIVER_AND_REDIRECT",
    "PR_EMS_AB_DELIV_EITS",
    "PR_EMS_AB_DELIV_EXT_CONT_TYPES",
    "PR_EMS_AB_DELTA_REVOCATION_LIST",
    "PR_EMS_AB_DESCRIPTION",
    "PR_EMS_AB_DESTINATION_INDICATOR",
    "PR_EMS_AB_DIAGNOSTIC_REG_KEY",
    "PR_EMS_AB_DISABLED_GATEWAY_PROXY",
    "PR_EMS_AB_DISABLE_DEFERRED_COMMIT",
    "PR_EMS_AB_DISPLAY_NAME_OVERRIDE",
    "PR_EMS_AB_DISPLAY_NAME_SUFFIX",
    "PR_EMS_AB_DL_MEMBER_RULE",
    "PR_EMS_AB_DMD_NAME",
    "PR_EMS_AB_DOMAIN_NAME",
    "PR_EMS_AB_DO_OAB_VERSION",
    "PR_EMS_AB_DSA_SIGNATURE",
    "PR_EMS_AB_DXA_ADMIN_COPY",
    "PR_EMS_AB_DXA_ADMIN_FORWARD",
    "PR_EMS_AB_DXA_ADMIN_UPDATE",
    "PR_EMS_AB_DXA_APPEND_REQCN",
    "PR_EMS_AB_DXA_CONF_REQ_TIME",
    "PR_EMS_AB_DXA_CONF_SEQ",
    "PR_EMS_AB_DXA_CONF_SEQ_USN",
    "PR_EMS_AB_DXA_EXCHANGE_OPTIONS",
    "PR_EMS_AB_DXA_EXPORT_NOW",
    "PR_EMS_AB_DXA_FLAGS",
    "PR_EMS_AB_DXA_IMPORT_NOW",
    "PR_EMS_AB_DXA_IMP_SEQ",
    "PR_EMS_AB_DXA_IMP_SEQ_TIME",
    "PR_EMS_AB_DXA_IMP_SEQ_USN",
    "PR_EMS_AB_DXA_IN_TEMPLATE_MAP",
    "PR_EMS_AB_DXA_LOGGING_LEVEL",
    "PR_EMS_AB_DXA_NATIVE_ADDRESS_TYPE",
    "PR_EMS_AB_DXA_OUT_TEMPLATE_MAP",
    "PR_EMS_AB_DXA_PASSWORD",
    "PR_EMS_AB_DXA_PREV_EXCHANGE_OPTIONS",
    "PR_EMS_AB_DXA_PREV_EXPORT_NATIVE_ONLY",
    "PR_EMS_AB_DXA_PREV_IN_EXCHANGE_SENSITIVITY",
    "PR_EMS_AB_DXA_PREV_REPLICATION_SENSITIVITY",
    "PR_EMS_AB_DXA_PREV_TEMPLATE_OPTIONS",
    "PR_EMS_AB_DXA_PREV_TYPES",
    "PR_EMS_AB_DXA_RECIPIENT_CP",
    "PR_EMS_AB_DXA_REQNAME",
    "PR_EMS_AB_DXA_REQ_SEQ",
    "PR_EMS_AB_DXA_REQ_SEQ_TIME",
    "PR_EMS_AB_DXA_REQ_SEQ_USN",
    "PR_EMS_AB_DXA_SVR_SEQ",
    "PR_EMS_AB_DXA_SVR_SEQ_TIME",
    "PR_EMS_AB_DXA_SVR_SEQ_USN",
    "PR_EMS_AB_DXA_TASK",
    "PR_EMS_AB_DXA_TEMPLATE_OPTIONS",
    "PR_EMS_AB_DXA_TEMPLATE_TIMESTAMP",
    "PR_EMS_AB_DXA_TYPES",
    "PR_EMS_AB_EMPLOYEE_NUMBER",
    "PR_EMS_AB_EMPLOYEE_TYPE",
    "PR_EMS_AB_ENABLED",
    "PR_EMS_AB_ENABLED_AUTHORIZATION_PACKAGES",
    "PR_EMS_AB_ENABLED_PROTOCOLS",
    "PR_EMS_AB_ENABLED_PROTOCOL_CFG",
    "PR_EMS_AB_ENABLE_COMPATIBILITY",
    "PR_EMS_AB_ENCAPSULATION_METHOD",
    "PR_EMS_AB_ENCRYPT",
    "PR_EMS_AB_ENCRYPT_ALG_LIST_NA",
    "PR_EMS_AB_ENCRYPT_ALG_LIST_OTHER",
    "PR_EMS_AB_ENCRYPT_ALG_SELECTED_NA",
    "PR_EMS_AB_ENCRYPT_ALG_SELECTED_OTHER",
    "PR_EMS_AB_EXPAND_DLS_LOCALLY",
    "PR_EMS_AB_EXPIRATION_TIME",
    "PR_EMS_AB_EXPORT_CUSTOM_RECIPIENTS",
    "PR_EMS_AB_EXTENDED_CHARS_ALLOWED",
    "PR_EMS_AB_EXTENSION_DATA",
    "PR_EMS_AB_EXTENSION_NAME",
    "PR_EMS_AB_EXTENSION_NAME_INHERITED",
    "PR_EMS_AB_FACSIMILE_TELEPHONE_NUMBER",
    "PR_EMS_AB_FILE_VERSION",
    "PR_EMS_AB_FILTER_LOCAL_ADDRESSES",
    "PR_EMS_AB_FORM_DATA",
    "PR_EMS_AB_FORWARDING_ADDRESS",
    "PR_EMS_AB_GARBAGE_COLL_PERIOD",
    "PR_EMS_AB_GATEWAY_LOCAL_CRED",
    "PR_EMS_AB_GATEWAY_LOCAL_DESIG",
    "PR_EMS_AB_GATEWAY_PROXY",
    "PR_EMS_AB_GATEWAY_ROUTING_TREE",
    "PR_EMS_AB_GENERATION_QUALIFIER",
    "PR_EMS_AB_GROUP_BY_ATTR_1",
    "PR_EMS_AB_GROUP_BY_ATTR_2",
    "PR_EMS_AB_GROUP_BY_ATTR_3",
    "PR_EMS_AB_GROUP_BY_ATTR_4",
    "PR_EMS_AB_GROUP_BY_ATTR_VALUE_STR",
    "PR_EMS_AB_GWART_LAST_MODIFIED",
    "PR_EMS_AB_HELP_DATA16",
    "PR_EMS_AB_HELP_DATA32",
    "PR_EMS_AB_HELP_FILE_NAME",
    "PR_EMS_AB_HEURISTICS",
    "PR_EMS_AB_HIDE_DL_MEMBERSHIP",
    "PR_EMS_AB_HIDE_FROM_ADDRESS_BOOK",
    "PR_EMS_AB_HIERARCHY_PATH",
    "PR_EMS_AB_HOUSE_IDENTIFIER",
    "PR_EMS_AB_HTTP_PUB_AB_ATTRIBUTES",
    "PR_EMS_AB_HTTP_PUB_GAL",
    "PR_EMS_AB_HTTP_PUB_GAL_LIMIT",
    "PR_EMS_AB_HTTP_PUB_PF",
    "PR_EMS_AB_HTTP_SERVERS",
    "PR_EMS_AB_IMPORTED_FROM",
    "PR_EMS_AB_IMPORT_SENSITIVITY",
    "PR_EMS_AB_INBOUND_ACCEPT_ALL",
    "PR_EMS_AB_INBOUND_HOST",
    "PR_EMS_AB_INBOUND_NEWSFEED",
    "PR_EMS_AB_INBOUND_NEWSFEED_TYPE",
    "PR_EMS_AB_INCOMING_MSG_SIZE_LIMIT",
    "PR_EMS_AB_INCOMING_PASSWORD",
    "PR_EMS_AB_INSTANCE_TYPE",
    "PR_EMS_AB_INTERNATIONAL_ISDN_NUMBER",
    "PR_EMS_AB_INVOCATION_ID",
    "PR_EMS_AB_IS_DELETED",
    "PR_EMS_AB_IS_SINGLE_VALUED",
    "PR_EMS_AB_KCC_STATUS",
    "PR_EMS_AB_KNOWLEDGE_INFORMATION",
    "PR_EMS_AB_LABELEDURI",
    "PR_EMS_AB_LANGUAGE",
    "PR_EMS_AB_LANGUAGE_ISO639",
    "PR_EMS_AB_LDAP_DISPLAY_NAME",
    "PR_EMS_AB_LDAP_SEARCH_CFG",
    "PR_EMS_AB_LINE_WRAP",
    "PR_EMS_AB_LINK_ID",
    "PR_EMS_AB_LIST_PUBLIC_FOLDERS",
    "PR_EMS_AB_LOCAL_BRIDGE_HEAD",
    "PR_EMS_AB_LOCAL_BRIDGE_HEAD_ADDRESS",
    "PR_EMS_AB_LOCAL_INITIAL_TURN",
    "PR_EMS_AB_LOG_FILENAME",
    "PR_EMS_AB_LOG_ROLLOVER_INTERVAL",
    "PR_EMS_AB_MAIL_DROP",
    "PR_EMS_AB_MAINTAIN_AUTOREPLY_HISTORY",
    "PR_EMS_AB_MAPI_DISPLAY_TYPE",
    "PR_EMS_AB_MAPI_ID",
    "PR_EMS_AB_MAXIMUM_OBJECT_ID",
    "PR_EMS_AB_MDB_BACKOFF_INTERVAL",
    "PR_EMS_AB_MDB_MSG_TIME_OUT_PERIOD",
    "PR_EMS_AB_MDB_OVER_QUOTA_LIMIT",
    "PR_EMS_AB_MDB_STORAGE_QUOTA",
    "PR_EMS_AB_MDB_UNREAD_LIMIT",
    "PR_EMS_AB_MDB_USE_DEFAULTS",
    "PR_EMS_AB_MESSAGE_TRACKING_ENABLED",
    "PR_EMS_AB_MIME_TYPES",
    "PR_EMS_AB_MODERATED",
    "PR_EMS_AB_MODERATOR",
    "PR_EMS_AB_MONITORED_SERVICES",
    "PR_EMS_AB_MONITORING_ALERT_DELAY",
    "PR_EMS_AB_MONITORING_ALERT_UNITS",
    "PR_EMS_AB_MONITORING_AVAILABILITY_STYLE",
    "PR_EMS_AB_MONITORING_AVAILABILITY_WINDOW",
    "PR_EMS_AB_MONITORING_ESCALATION_PROCEDURE",
    "PR_EMS_AB_MONITORING_HOTSITE_POLL_INTERVAL",
    "PR_EMS_AB_MONITORING_HOTSITE_POLL_UNITS",
    "PR_EMS_AB_MONITORING_MAIL_UPDATE_INTERVAL",
    "PR_EMS_AB_MONITORING_MAIL_UPDATE_UNITS",
    "PR_EMS_AB_MONITORING_NORMAL_POLL_INTERVAL",
    "PR_EMS_AB_MONITORING_NORMAL_POLL_UNITS",
    "PR_EMS_AB_MONITORING_RPC_UPDATE_INTERVAL",
    "PR_EMS_AB_MONITORING_RPC_UPDATE_UNITS",
    "PR_EMS_AB_MONITORING_WARNING_DELAY",
    "PR_EMS_AB_MONITORING_WARNING_UNITS",
    "PR_EMS_AB_MONITOR_CLOCK",
    "PR_EMS_AB_MONITOR_SERVERS",
    "PR_EMS_AB_MONITOR_SERVICES",
    "PR_EMS_AB_MTA_LOCAL_CRED",
    "PR_EMS_AB_MTA_LOCAL_DESIG",
    "PR_EMS_AB_NEWSFEED_TYPE",
    "PR_EMS_AB_NEWSGROUP",
    "PR_EMS_AB_NEWSGROUP_LIST",
    "PR_EMS_AB_NNTP_CHARACTER_SET",
    "PR_EMS_AB_NNTP_CONTENT_FORMAT",
    "PR_EMS_AB_NNTP_DISTRIBUTIONS",
    "PR_EMS_AB_NNTP_DISTRIBUTIONS_FLAG",
    "PR_EMS_AB_NT_MACHINE_NAME",
    "PR_EMS_AB_NT_SECURITY_DESCRIPTOR",
    "PR_EMS_AB_NUM_OF_OPEN_RETRIES",
    "PR_EMS_AB_NUM_OF_TRANSFER_RETRIES",
    "PR_EMS_AB_N_ADDRESS",
    "PR_EMS_AB_N_ADDRESS_TYPE",
    "PR_EMS_AB_OBJECT_CLASS_CATEGORY",
    "PR_EMS_AB_OBJECT_OID",
    "PR_EMS_AB_OBJECT_VERSION",
    "PR_EMS_AB_OFF_LINE_AB_SCHEDULE",
    "PR_EMS_AB_OFF_LINE_AB_STYLE",
    "PR_EMS_AB_OID_TYPE",
    "PR_EMS_AB_OM_OBJECT_CLASS",
    "PR_EMS_AB_OM_SYNTAX",
    "PR_EMS_AB_OOF_REPLY_TO_ORIGINATOR",
    "PR_EMS_AB_OPEN_RETRY_INTERVAL",
    "PR_EMS_AB_ORGANIZATIONAL_UNIT_NAME",
    "PR_EMS_AB_ORGANIZATION_NAME",
    "PR_EMS_AB_ORIGINAL_DISPLAY_TABLE",
    "PR_EMS_AB_ORIGINAL_DISPLAY_TABLE_MSDOS",
    "PR_EMS_AB_OTHER_RECIPS",
    "PR_EMS_AB_OUTBOUND_HOST",
    "PR_EMS_AB_OUTBOUND_HOST_TYPE",
    "PR_EMS_AB_OUTBOUND_NEWSFEED",
    "PR_EMS_AB_OUTGOING_MSG_SIZE_LIMIT",
    "PR_EMS_AB_OVERRIDE_NNTP_CONTENT_FORMAT",
    "PR_EMS_AB_OWA_SERVER",
    "PR_EMS_AB_PERIOD_REPL_STAGGER",
    "PR_EMS_AB_PERIOD_REP_SYNC_TIMES",
    "PR_EMS_AB_PERSONAL_TITLE",
    "PR_EMS_AB_PER_MSG_DIALOG_DISPLAY_TABLE",
    "PR_EMS_AB_PER_RECIP_DIALOG_DISPLAY_TABLE",
    "PR_EMS_AB_POP_CHARACTER_SET",
    "PR_EMS_AB_POP_CONTENT_FORMAT",
    "PR_EMS_AB_PORT_NUMBER",
    "PR_EMS_AB_POSTAL_ADDRESS",
    "PR_EMS_AB_PREFERRED_DELIVERY_METHOD",
    "PR_EMS_AB_PRESERVE_INTERNET_CONTENT",
    "PR_EMS_AB_PRMD",
    "PR_EMS_AB_PROMO_EXPIRATION",
    "PR_EMS_AB_PROTOCOL_SETTINGS",
    "PR_EMS_AB_PROXY_GENERATION_ENABLED",
    "PR_EMS_AB_PROXY_GENERATOR_DLL",
    "PR_EMS_AB_P_SELECTOR",
    "PR_EMS_AB_P_SELECTOR_INBOUND",
    "PR_EMS_AB_QUOTA_NOTIFICATION_SCHEDULE",
    "PR_EMS_AB_QUOTA_NOTIFICATION_STYLE",
    "PR_EMS_AB_RANGE_LOWER",
    "PR_EMS_AB_RANGE_UPPER",
    "PR_EMS_AB_RAS_ACCOUNT",
    "PR_EMS_AB_RAS_CALLBACK_NUMBER",
    "PR_EMS_AB_RAS_PASSWORD",
    "PR_EMS_AB_RAS_PHONEBOOK_ENTRY_NAME",
    "PR_EMS_AB_RAS_PHONE_NUMBER",
    "PR_EMS_AB_RAS_REMOTE_SRVR_NAME",
    "PR_EMS_AB_REFERRAL_LIST",
    "PR_EMS_AB_REGISTERED_ADDRESS",
    "PR_EMS_AB_REMOTE_BRIDGE_HEAD",
    "PR_EMS_AB_REMOTE_BRIDGE_HEAD_ADDRESS",
    "PR_EMS_AB_REPLICATED_OBJECT_VERSION",
    "PR_EMS_AB_REPLICATION_MAIL_MSG_SIZE",
    "PR_EMS_AB_REPLICATION_SENSITIVITY",
    "PR_EMS_AB_REPLICATION_SIGNATURE",
    "PR_EMS_AB_REPLICATION_STAGGER",
    "PR_EMS_AB_REPORT_TO_ORIGINATOR",
    "PR_EMS_AB_REPORT_TO_OWNER",
    "PR_EMS_AB_REQUIRE_SSL",
    "PR_EMS_AB_REQ_SEQ",
    "PR_EMS_AB_RETURN_EXACT_MSG_SIZE",
    "PR_EMS_AB_ROOT_NEWSGROUPS_FOLDER_ID",
    "PR_EMS_AB_ROUTING_LIST",
    "PR_EMS_AB_RTS_CHECKPOINT_SIZE",
    "PR_EMS_AB_RTS_RECOVERY_TIMEOUT",
    "PR_EMS_AB_RTS_WINDOW_SIZE",
    "PR_EMS_AB_SCHEMA_FLAGS",
    "PR_EMS_AB_SCHEMA_VERSION",
    "PR_EMS_AB_SEARCH_FLAGS",
    "PR_EMS_AB_SEARCH_GUIDE",
    "PR_EMS_AB_SECURITY_POLICY",
    "PR_EMS_AB_SECURITY_PROTOCOL",
    "PR_EMS_AB_SEND_EMAIL_MESSAGE",
    "PR_EMS_AB_SEND_TNEF",
    "PR_EMS_AB_SERIAL_NUMBER",
    "PR_EMS_AB_SERVICE_ACTION_FIRST",
    "PR_EMS_AB_SERVICE_ACTION_OTHER",
    "PR_EMS_AB_SERVICE_ACTION_SECOND",
    "PR_EMS_AB_SERVICE_RESTART_DELAY",
    "PR_EMS_AB_SERVICE_RESTART_MESSAGE",
    "PR_EMS_AB_SESSION_DISCONNECT_TIMER",
    "PR_EMS_AB_SITE_AFFINITY",
    "PR_EMS_AB_SITE_FOLDER_GUID",
    "PR_EMS_AB_SITE_PROXY_SPACE",
    "PR_EMS_AB_SMIME_ALG_LIST_NA",
    "PR_EMS_AB_SMIME_ALG_LIST_OTHER",
    "PR_EMS_AB_SMIME_ALG_SELECTED_NA",
    "PR_EMS_AB_SMIME_ALG_SELECTED_OTHER",
    "PR_EMS_AB_SPACE_LAST_COMPUTED",
    "PR_EMS_AB_STREET_ADDRESS",
    "PR_EMS_AB_SUBMISSION_CONT_LENGTH",
    "PR_EMS_AB_SUB_SITE",
    "PR_EMS_AB_SUPPORTED_ALGORITHMS",
    "PR_EMS_AB_SUPPORTED_APPLICATION_CONTEXT",
    "PR_EMS_AB_SUPPORT_SMIME_SIGNATURES",
    "PR_EMS_AB_S_SELECTOR",
    "PR_EMS_AB_S_SELECTOR_INBOUND",
    "PR_EMS_AB_TARGET_MTAS",
    "PR_EMS_AB_TELEPHONE_NUMBER",
    "PR_EMS_AB_TELEPHONE_PERSONAL_PAGER",
    "PR_EMS_AB_TELETEX_TERMINAL_IDENTIFIER",
    "PR_EMS_AB_TEMP_ASSOC_THRESHOLD",
    "PR_EMS_AB_TOMBSTONE_LIFETIME",
    "PR_EMS_AB_TRACKING_LOG_PATH_NAME",
    "PR_EMS_AB_TRANSFER_RETRY_INTERVAL",
    "PR_EMS_AB_TRANSFER_TIMEOUT_NON_URGENT",
    "PR_EMS_AB_TRANSFER_TIMEOUT_NORMAL",
    "PR_EMS_AB_TRANSFER_TIMEOUT_URGENT",
    "PR_EMS_AB_TRANSLATION_TABLE_USED",
    "PR_EMS_AB_TRANSPORT_EXPEDITED_DATA",
    "PR_EMS_AB_TRANS_RETRY_MINS",
    "PR_EMS_AB_TRANS_TIMEOUT_MINS",
    "PR_EMS_AB_TRUST_LEVEL",
    "PR_EMS_AB_TURN_REQUEST_THRESHOLD",
    "PR_EMS_AB_TWO_WAY_ALTERNATE_FACILITY",
    "PR_EMS_AB_TYPE",
    "PR_EMS_AB_T_SELECTOR",
    "PR_EMS_AB_T_SELECTOR_INBOUND",
    "PR_EMS_AB_UNMERGED_ATTRIBUTES",
    "PR_EMS_AB_USENET_SITE_NAME",
    "PR_EMS_AB_USER_PASSWORD",
    "PR_EMS_AB_USE_SERVER_VALUES",
    "PR_EMS_AB_USE_SITE_VALUES",
    "PR_EMS_AB_USN_CHANGED",
    "PR_EMS_AB_USN_CREATED",
    "PR_EMS_AB_USN_DSA_LAST_OBJ_REMOVED",
    "PR_EMS_AB_USN_INTERSITE",
    "PR_EMS_AB_USN_LAST_OBJ_REM",
    "PR_EMS_AB_USN_SOURCE",
    "PR_EMS_AB_VIEW_CONTAINER_1",
    "PR_EMS_AB_VIEW_CONTAINER_2",
    "PR_EMS_AB_VIEW_CONTAINER_3",
    "PR_EMS_AB_VIEW_DEFINITION",
    "PR_EMS_AB_VIEW_FLAGS",
    "PR_EMS_AB_VIEW_SITE",
    "PR_EMS_AB_VOICE_MAIL_FLAGS",
    "PR_EMS_AB_VOICE_MAIL_GREETINGS",
    "PR_EMS_AB_VOICE_MAIL_PASSWORD",
    "PR_EMS_AB_VOICE_MAIL_RECORDED_NAME",
    "PR_EMS_AB_VOICE_MAIL_RECORDING_LENGTH",
    "PR_EMS_AB_VOICE_MAIL_SPEED",
    "PR_EMS_AB_VOICE_MAIL_SYSTEM_GUID",
    "PR_EMS_AB_VOICE_MAIL_USER_ID",
    "PR_EMS_AB_VOICE_MAIL_VOLUME",
    "PR_EMS_AB_WWW_HOME_PAGE",
    "PR_EMS_AB_X25_CALL_USER_DATA_INCOMING",
    "PR_EMS_AB_X25_CALL_USER_DATA_OUTGOING",
    "PR_EMS_AB_X25_FACILITIES_DATA_INCOMING",
    "PR_EMS_AB_X25_FACILITIES_DATA_OUTGOING",
    "PR_EMS_AB_X25_LEASED_LINE_PORT",
    "PR_EMS_AB_X25_LEASED_OR_SWITCHED",
    "PR_EMS_AB_X25_REMOTE_MTA_PHONE",
    "PR_EMS_AB_X121_ADDRESS",
    "PR_EMS_AB_X400_ATTACHMENT_TYPE",
    "PR_EMS_AB_X400_SELECTOR_SYNTAX",
    "PR_EMS_AB_X500_ACCESS_CONTROL_LIST",
    "PR_EMS_AB_X500_NC",
    "PR_EMS_AB_X500_RDN",
    "PR_EMS_AB_XMIT_TIMEOUT_NON_URGENT",
    "PR_EMS_AB_XMIT_TIMEOUT_NORMAL",
    "PR_EMS_AB_XMIT_TIMEOUT_URGENT",
    "PR_EVENTS_ROOT_FOLDER_ENTRYID",
    "PR_EXCESS_STORAGE_USED",
    "PR_EXTENDED_ACL_DATA",
    "PR_FAST_TRANSFER",
    "PR_FAVORITES_DEFAULT_NAME",
    "PR_FAV_PARENT_SOURCE_KEY",
    "PR_FID_MID",
    "PR_FID_VID",
    "PR_FILE_SIZE",
    "PR_FILE_SIZE_EXTENDED",
    "PR_FOLDER_CHILD_COUNT",
    "PR_FOLDER_DESIGN_FLAGS",
    "PR_FOLDER_PATHNAME",
    "PR_FORCE_CLIENT_REFRESH",
    "PR_FORCE_USE_ENTRYID_SERVER",
    "PR_FOREIGN_ID",
    "PR_FOREIGN_REPORT_ID",
    "PR_FOREIGN_SUBJECT_ID",
    "PR_FREEBUSY_NT_SECURITY_DESCRIPTOR",
    "PR_FREE_BUSY_FOR_LOCAL_SITE_ENTRYID",
    "PR_GET_PROPS_EXCLUDE_PROP_ID_LIST",
    "PR_GW_ADMIN_OPERATIONS",
    "PR_GW_MTSIN_ENTRYID",
    "PR_GW_MTSOUT_ENTRYID",
    "PR_HAS_MODERATOR_RULES",
    "PR_HIERARCHY_SERVER",
    "PR_HIERARCHY_SYNCHRONIZER",
    "PR_ICS_CHANGE_KEY",
    "PR_IMAP_INTERNAL_DATE",
    "PR_IMPLIED_RESTRICTIONS",
    "PR_INBOUND_NEWSFEED_DN",
    "PR_INTERNAL_TRACE_INFO",
    "PR_INTERNET_CHARSET",
    "PR_INTERNET_CONTENT",
    "PR_INTERNET_MDNS",
    "PR_INTERNET_NEWSGROUPS",
    "PR_INTERNET_NEWSGROUP_NAME",
    "PR_INTERNET_PRECEDENCE",
    "PR_IN_TRANSIT",
    "PR_IPM_DAF_ENTRYID",
    "PR_IPM_FAVORITES_ENTRYID",
    "PR_IPM_PUBLIC_FOLDERS_ENTRYID",
    "PR_IS_NEWSGROUP",
    "PR_IS_NEWSGROUP_ANCHOR",
    "PR_ITEM_LEVEL_ACL",
    "PR_LAST_ACCESS_TIME",
    "PR_LAST_FULL_BACKUP",
    "PR_LAST_LOGOFF_TIME",
    "PR_LAST_LOGON_TIME",
    "PR_LAST_MODIFIER_SID",
    "PR_LAST_MODIFIER_SID_AS_XML",
    "PR_LEGACY_FOLDERTREE_BEHAVIOR",
    "PR_LOCK_BRANCH_ID",
    "PR_LOCK_DEPTH",
    "PR_LOCK_ENLISTMENT_CONTEXT",
    "PR_LOCK_EXPIRY_TIME",
    "PR_LOCK_GLID",
    "PR_LOCK_NULL_URL",
    "PR_LOCK_RESOURCE_DID",
    "PR_LOCK_RESOURCE_FID",
    "PR_LOCK_RESOURCE_VID",
    "PR_LOCK_SCOPE",
    "PR_LOCK_TIMEOUT",
    "PR_LOCK_TRANSIENT_ID",
    "PR_LOCK_TYPE",
    "PR_MAX_CACHED_VIEWS",
    "PR_MAX_INDICES",
    "PR_MERGE_MIDSET_DELETED",
    "PR_MESSAGE_PROCESSED",
    "PR_MESSAGE_SITE_NAME",
    "PR_MIME_SIZE",
    "PR_MIME_SIZE_EXTENDED",
    "PR_MOVE_TO_FOLDER_ENTRYID",
    "PR_MOVE_TO_STORE_ENTRYID",
    "PR_MSG_BODY_ID",
    "PR_MSG_FOLD_TIME",
    "PR_MTS_SUBJECT_ID",
    "PR_NEWSFEED_INFO",
    "PR_NEWSGROUP_COMPONENT",
    "PR_NEWSGROUP_NAME",
    "PR_NEWSGROUP_ROOT_FOLDER_ENTRYID",
    "PR_NEW_SUBS_GET_AUTO_ADD",
    "PR_NICK_NAME",
    "PR_NICK_NAME_WEIGHT",
    "PR_NNTP_ARTICLE_FOLDER_ENTRYID",
    "PR_NNTP_CONTROL_FOLDER_ENTRYID",
    "PR_NNTP_XREF",
    "PR_NON_WIN32_ACL",
    "PR_NON_XMT_SECURITY_ROLE_1",
    "PR_NON_XMT_SECURITY_ROLE_1_AS_XML",
    "PR_NON_XMT_SECURITY_ROLE_2",
    "PR_NON_XMT_SECURITY_ROLE_2_AS_XML",
    "PR_NON_XMT_SECURITY_ROLE_3",
    "PR_NON_XMT_SECURITY_ROLE_3_AS_XML",
    "PR_NON_XMT_SECURITY_ROLE_4",
    "PR_NON_XMT_SECURITY_ROLE_4_AS_XML",
    "PR_NON_XMT_SECURITY_ROLE_5",
    "PR_NON_XMT_SECURITY_ROLE_5_AS_XML",
    "PR_NON_XMT_SECURITY_ROLE_6",
    "PR_NON_XMT_SECURITY_ROLE_6_AS_XML",
    "PR_NON_XMT_SECURITY_ROLE_7",
    "PR_NON_XMT_SECURITY_ROLE_7_AS_XML",
    "PR_NON_XMT_SECURITY_ROLE_8",
    "PR_NON_XMT_SECURITY_ROLE_8_AS_XML",
    "PR_NORMAL_MESSAGE_SIZE_EXTENDED",
    "PR_NORMAL_MSG_W_ATTACH_COUNT",
    "PR_NT_USER_NAME",
    "PR_OAB_COMPRESSED_SIZE",
    "PR_OAB_FILETYPE",
    "PR_OAB_FILE_SIZE",
    "PR_OAB_LANGID",
    "PR_OAB_SHA_HASH",
    "PR_OFFLINE_ADDRBOOK_ENTRYID",
    "PR_OFFLINE_FLAGS",
    "PR_OFFLINE_FOLDER",
    "PR_OFFLINE_MESSAGE_ENTRYID",
    "PR_OLDEST_DELETED_ON",
    "PR_ORIGINAL_AUTHOR_SID",
    "PR_ORIGINAL_AUTHOR_SID_AS_XML",
    "PR_ORIGINAL_SENDER_SID",
    "PR_ORIGINAL_SENDER_SID_AS_XML",
    "PR_ORIGINAL_SENT_REPRESENTING_SID",
    "PR_ORIGINAL_SENT_REPRESENTING_SID_AS_XML",
    "PR_ORIGINATOR_ADDR",
    "PR_ORIGINATOR_ADDRTYPE",
    "PR_ORIGINATOR_ENTRYID",
    "PR_ORIGINATOR_NAME",
    "PR_ORIGINATOR_SID",
    "PR_ORIGINATOR_SID_AS_XML",
    "PR_ORIGIN_ID",
    "PR_OST_ENCRYPTION",
    "PR_OST_OSTID",
    "PR_OUTBOUND_NEWSFEED_DN",
    "PR_OVERALL_AGE_LIMIT",
    "PR_OVERALL_MSG_AGE_LIMIT",
    "PR_OWA_URL",
    "PR_OWNER_COUNT",
    "PR_P1_CONTENT",
    "PR_P1_CONTENT_TYPE",
    "PR_PARENT_URL_NAME",
    "PR_PF_DISALLOW_MDB_WIDE_EXPIRY",
    "PR_PF_MSG_SIZE_LIMIT",
    "PR_PF_OVER_HARD_QUOTA_LIMIT",
    "PR_POPIMAP_UID",
    "PR_POST_FOLDER_ENTRIES",
    "PR_POST_FOLDER_NAMES",
    "PR_POST_REPLY_DENIED",
    "PR_POST_REPLY_FOLDER_ENTRIES",
    "PR_POST_REPLY_FOLDER_NAMES",
    "PR_PREVENT_MSG_CREATE",
    "PR_PREVIEW",
    "PR_PREVIEW_UNREAD",
    "PR_PROFILE_ABP_MTHREAD_TIMEOUT_SECS",
    "PR_PROFILE_AB_FILES_PATH",
    "PR_PROFILE_ADDR_INFO",
    "PR_PROFILE_ALLPUB_COMMENT",
    "PR_PROFILE_ALLPUB_DISPLAY_NAME",
    "PR_PROFILE_ALTERNATE_STORE_TYPE",
    "PR_PROFILE_AUTH_PACKAGE",
    "PR_PROFILE_AUTH_PASSWORD",
    "PR_PROFILE_BINDING_ORDER",
    "PR_PROFILE_CONFIG_FLAGS",
    "PR_PROFILE_CONNECT_FLAGS",
    "PR_PROFILE_EXCHANGE_CONSUMER_ACCOUNT",
    "PR_PROFILE_FAVFLD_COMMENT",
    "PR_PROFILE_FAVFLD_DISPLAY_NAME",
    "PR_PROFILE_HOME_SERVER",
    "PR_PROFILE_HOME_SERVER_ADDRS",
    "PR_PROFILE_MAILBOX",
    "PR_PROFILE_MAX_RESTRICT",
    "PR_PROFILE_MDB_DN",
    "PR_PROFILE_MOAB",
    "PR_PROFILE_MOAB_GUID",
    "PR_PROFILE_MOAB_SEQ",
    "PR_PROFILE_OFFLINE_INFO",
    "PR_PROFILE_OFFLINE_STORE_PATH",
    "PR_PROFILE_OPEN_FLAGS",
    "PR_PROFILE_OPTIONS_DATA",
    "PR_PROFILE_RECONNECT_INTERVAL",
    "PR_PROFILE_RPC_PROXY_SERVER",
    "PR_PROFILE_RPC_PROXY_SERVER_AUTH_PACKAGE",
    "PR_PROFILE_RPC_PROXY_SERVER_FLAGS",
    "PR_PROFILE_SECURE_MAILBOX",
    "PR_PROFILE_SERVER",
    "PR_PROFILE_SERVER_DN",
    "PR_PROFILE_TRANSPORT_FLAGS",
    "PR_PROFILE_UI_STATE",
    "PR_PROFILE_UNRESOLVED_NAME",
    "PR_PROFILE_UNRESOLVED_SERVER",
    "PR_PROFILE_USER",
    "PR_PROFILE_USER_SMTP_EMAIL_ADDRESS",
    "PR_PROFILE_VERSION",
    "PR_PROMOTE_PROP_ID_LIST",
    "PR_PST_ENCRYPTION",
    "PR_PUBLIC_FOLDER_ENTRYID",
    "PR_PUBLISH_IN_ADDRESS_BOOK",
    "PR_PUID",
    "PR_QUOTA_RECEIVE",
    "PR_QUOTA_RECEIVE_THRESHOLD",
    "PR_QUOTA_SEND",
    "PR_QUOTA_SEND_THRESHOLD",
    "PR_QUOTA_WARNING",
    "PR_QUOTA_WARNING_THRESHOLD",
    "PR_RANK",
    "PR_RCVD_REPRESENTING_SID",
    "PR_RCVD_REPRESENTING_SID_AS_XML",
    "PR_READ_RECEIPT_SID",
    "PR_READ_RECEIPT_SID_AS_XML",
    "PR_RECEIVED_BY_SID",
    "PR_RECEIVED_BY_SID_AS_XML",
    "PR_RECIPIENT_ON_ASSOC_MSG_COUNT",
    "PR_RECIPIENT_ON_NORMAL_MSG_COUNT",
    "PR_REPLICATION_ALWAYS_INTERVAL",
    "PR_REPLICATION_MESSAGE_PRIORITY",
    "PR_REPLICATION_MSG_SIZE",
    "PR_REPLICATION_SCHEDULE",
    "PR_REPLICATION_STYLE",
    "PR_REPLICA_LIST",
    "PR_REPLICA_SERVER",
    "PR_REPLICA_VERSION",
    "PR_REPLY_RECIPIENT_SMTP_PROXIES",
    "PR_REPORT_DESTINATION_ENTRYID",
    "PR_REPORT_DESTINATION_NAME",
    "PR_REPORT_DESTINATION_SID",
    "PR_REPORT_DESTINATION_SID_AS_XML",
    "PR_REPORT_SID",
    "PR_REPORT_SID_AS_XML",
    "PR_RESERVE_RANGE_OF_IDS",
    "PR_RESTRICTION_COUNT",
    "PR_RETENTION_AGE_LIMIT",
    "PR_RULE_SERVER_RULE_ID",
    "PR_RULE_TRIGGER_HISTORY",
    "PR_RULE_VERSION",
    "PR_SCHEDULE_FOLDER_ENTRYID",
    "PR_SEARCH_ALL_INDEXED_PROPS",
    "PR_SECURE_IN_SITE",
    "PR_SECURE_ORIGINATION",
    "PR_SECURITY_FLAGS",
    "PR_SECURITY_PROFILES",
    "PR_SENDER_SID",
    "PR_SENDER_SID_AS_XML",
    "PR_SENT_REPRESENTING_SID",
    "PR_SENT_REPRESENTING_SID_AS_XML",
    "PR_SORT_PARENTID",
    "PR_SORT_POSITION",
    "PR_SOURCE_FID",
    "PR_SRC_URL_NAME",
    "PR_STORAGE_LIMIT_INFORMATION",
    "PR_STORAGE_QUOTA_LIMIT",
    "PR_STORE_OFFLINE",
    "PR_STORE_SLOWLINK",
    "PR_SUBJECT_TRACE_INFO",
    "PR_SUPERSEDES",
    "PR_SVR_GENERATING_QUOTA_MSG",
    "PR_SYNCEVENT_FIRED",
    "PR_SYNCEVENT_SUPPRESS_GUID",
    "PR_SYNCHRONIZE_FLAGS",
    "PR_SYS_CONFIG_FOLDER_ENTRYID",
    "PR_TCV_CONST_LONG_ONE",
    "PR_TRACE_INFO",
    "PR_TRANSFER_ENABLED",
    "PR_USER_NAME",
    "PR_USER_SID",
    "PR_WIN32_SECURITY_DESCRIPTOR",
    "PR_X400_ENVELOPE_TYPE",
    "PR_XMT_SECURITY_ROLE_1",
    "PR_XMT_SECURITY_ROLE_1_AS_XML",
    "PR_XMT_SECURITY_ROLE_2",
    "PR_XMT_SECURITY_ROLE_2_AS_XML",
    "PR_XMT_SECURITY_ROLE_3",
    "PR_XMT_SECURITY_ROLE_3_AS_XML",
    "PR_XMT_SECURITY_ROLE_4",
    "PR_XMT_SECURITY_ROLE_4_AS_XML",
    "PR_XMT_SECURITY_ROLE_5",
    "PR_XMT_SECURITY_ROLE_5_AS_XML",
    "PR_XMT_SECURITY_ROLE_6",
    "PR_XMT_SECURITY_ROLE_6_AS_XML",
    "PR_XMT_SECURITY_ROLE_7",
    "PR_XMT_SECURITY_ROLE_7_AS_XML",
    "PR_XMT_SECURITY_ROLE_8",
    "PR_XMT_SECURITY_ROLE_8_AS_XML",
    "PidLidAddressBookProviderArrayType",
    "PidLidAddressBookProviderEmailList",
    "PidLidAddressCountryCode",
    "PidLidAgingDontAgeMe",
    "PidLidAllAttendeesList",
    "PidLidAllAttendeesString",
    "PidLidAllowExternalCheck",
    "PidLidAnniversaryEventEntryId",
    "PidLidAppointmentAuxiliaryFlags",
    "PidLidAppointmentColor",
    "PidLidAppointmentCounterProposal",
    "PidLidAppointmentDuration",
    "PidLidAppointmentEndDate",
    "PidLidAppointmentEndTime",
    "PidLidAppointmentEndWhole",
    "PidLidAppointmentLastSequence",
    "PidLidAppointmentMessageClass",
    "PidLidAppointmentNotAllowPropose",
    "PidLidAppointmentProposalNumber",
    "PidLidAppointmentProposedDuration",
    "PidLidAppointmentProposedEndWhole",
    "PidLidAppointmentProposedStartWhole",
    "PidLidAppointmentRecur",
    "PidLidAppointmentReplyName",
    "PidLidAppointmentReplyTime",
    "PidLidAppointmentSequence",
    "PidLidAppointmentSequenceTime",
    "PidLidAppointmentStartDate",
    "PidLidAppointmentStartTime",
    "PidLidAppointmentStartWhole",
    "PidLidAppointmentStateFlags",
    "PidLidAppointmentSubType",
    "PidLidAppointmentTimeZoneDefinitionEndDisplay",
    "PidLidAppointmentTimeZoneDefinitionRecur",
    "PidLidAppointmentTimeZoneDefinitionStartDisplay",
    "PidLidAppointmentUnsendableRecipients",
    "PidLidAppointmentUpdateTime",
    "PidLidAttendeeCriticalChange",
    "PidLidAutoFillLocation",
    "PidLidAutoLog",
    "PidLidAutoProcessState",
    "PidLidAutoStartCheck",
    "PidLidAutoStartWhen",
    "PidLidBilling",
    "PidLidBirthdayEventEntryId",
    "PidLidBirthdayLocal",
    "PidLidBusinessCardCardPicture",
    "PidLidBusinessCardDisplayDefinition",
    "PidLidBusyStatus",
    "PidLidCalendarType",
    "PidLidCategories",
    "PidLidCcAttendeesString",
    "PidLidChangeHighlight",
    "PidLidClassification",
    "PidLidClassificationDescription",
    "PidLidClassificationGuid",
    "PidLidClassificationKeep",
    "PidLidClassified",
    "PidLidCleanGlobalObjectId",
    "PidLidClientIntent",
    "PidLidClipEnd",
    "PidLidClipStart",
    "PidLidCollaborateDoc",
    "PidLidCommonEnd",
    "PidLidCommonStart",
    "PidLidCompanies",
    "PidLidConferencingCheck",
    "PidLidConferencingType",
    "PidLidContactCharacterSet",
    "PidLidContactItemData",
    "PidLidContactLinkEntry",
    "PidLidContactLinkGlobalAddressListLinkId",
    "PidLidContactLinkGlobalAddressListLinkState",
    "PidLidContactLinkLinkRejectHistory",
    "PidLidContactLinkName",
    "PidLidContactLinkSMTPAddressCache",
    "PidLidContactLinkSearchKey",
    "PidLidContactLinkedGlobalAddressListEntryId",
    "PidLidContactUserField1",
    "PidLidContactUserField2",
    "PidLidContactUserField3",
    "PidLidContactUserField4",
    "PidLidContacts",
    "PidLidConversationActionLastAppliedTime",
    "PidLidConversationActionMaxDeliveryTime",
    "PidLidConversationActionMoveFolderEid",
    "PidLidConversationActionMoveStoreEid",
    "PidLidConversationActionVersion",
    "PidLidConversationProcessed",
    "PidLidCurrentVersion",
    "PidLidCurrentVersionName",
    "PidLidDayInterval",
    "PidLidDayOfMonth",
    "PidLidDelegateMail",
    "PidLidDepartment",
    "PidLidDirectory",
    "PidLidDistributionListChecksum",
    "PidLidDistributionListMembers",
    "PidLidDistributionListName",
    "PidLidDistributionListOneOffMembers",
    "PidLidDistributionListStream",
    "PidLidEmail1AddressType",
    "PidLidEmail1DisplayName",
    "PidLidEmail1EmailAddress",
    "PidLidEmail1EmailType",
    "PidLidEmail1OriginalDisplayName",
    "PidLidEmail1OriginalEntryId",
    "PidLidEmail2AddressType",
    "PidLidEmail2DisplayName",
    "PidLidEmail2EmailAddress",
    "PidLidEmail2EmailType",
    "PidLidEmail2OriginalDisplayName",
    "PidLidEmail2OriginalEntryId",
    "PidLidEmail3AddressType",
    "PidLidEmail3DisplayName",
    "PidLidEmail3EmailAddress",
    "PidLidEmail3EmailType",
    "PidLidEmail3OriginalDisplayName",
    "PidLidEmail3OriginalEntryId",
    "PidLidEndRecurrenceDate",
    "PidLidEndRecurrenceTime",
    "PidLidExceptionReplaceTime",
    "PidLidFExceptionalAttendees",
    "PidLidFExceptionalBody",
    "PidLidFInvited",
    "PidLidFOthersAppointment",
    "PidLidFShouldTNEF",
    "PidLidFax1AddressType",
    "PidLidFax1DisplayName",
    "PidLidFax1EmailAddress",
    "PidLidFax1EmailType",
    "PidLidFax1EntryId",
    "PidLidFax1OriginalDisplayName",
    "PidLidFax1OriginalEntryId",
    "PidLidFax1RichTextFormat",
    "PidLidFax2AddressType",
    "PidLidFax2DisplayName",
    "PidLidFax2EmailAddress",
    "PidLidFax2EmailType",
    "PidLidFax2EntryId",
    "PidLidFax2OriginalDisplayName",
    "PidLidFax2OriginalEntryId",
    "PidLidFax2RichTextFormat",
    "PidLidFax3AddressType",
    "PidLidFax3DisplayName",
    "PidLidFax3EmailAddress",
    "PidLidFax3EmailType",
    "PidLidFax3EntryId",
    "PidLidFax3OriginalDisplayName",
    "PidLidFax3OriginalEntryId",
    "PidLidFax3RichTextFormat",
    "PidLidFileUnder",
    "PidLidFileUnderId",
    "PidLidFileUnderList",
    "PidLidFlagRequest",
    "PidLidFlagString",
    "PidLidFormPropStream",
    "PidLidFormStorage",
    "PidLidForwardInstance",
    "PidLidForwardNotificationRecipients",
    "PidLidFreeBusyLocation",
    "PidLidGlobalObjectId",
    "PidLidHasPicture",
    "PidLidHeaderItem",
    "PidLidHomeAddress",
    "PidLidHomeAddressCountryCode",
    "PidLidHtml",
    "PidLidICalendarDayOfWeekMask",
    "PidLidImageAttachmentsCompressionLevel",
    "PidLidImapDeleted",
    "PidLidInboundICalStream",
    "PidLidInfoPathFormName",
    "PidLidInstantMessagingAddress",
    "PidLidIntendedBusyStatus",
    "PidLidInternetAccountName",
    "PidLidInternetAccountStamp",
    "PidLidIsContactLinked",
    "PidLidIsException",
    "PidLidIsInterpersonalFax",
    "PidLidIsRecurring",
    "PidLidIsSilent",
    "PidLidLinkedTaskItems",
    "PidLidLocation",
    "PidLidLogDocumentPosted",
    "PidLidLogDocumentPrinted",
    "PidLidLogDocumentRouted",
    "PidLidLogDocumentSaved",
    "PidLidLogDuration",
    "PidLidLogEnd",
    "PidLidLogFlags",
    "PidLidLogStart",
    "PidLidLogType",
    "PidLidLogTypeDesc",
    "PidLidMeetingType",
    "PidLidMeetingWorkspaceUrl",
    "PidLidMileage",
    "PidLidMonthInterval",
    "PidLidMonthOfYear",
    "PidLidMonthOfYearMask",
    "PidLidNetShowUrl",
    "PidLidNoEndDateFlag",
    "PidLidNonSendBccTrackStatus",
    "PidLidNonSendCcTrackStatus",
    "PidLidNonSendToTrackStatus",
    "PidLidNonSendableBcc",
    "PidLidNonSendableCc",
    "PidLidNonSendableTo",
    "PidLidNoteColor",
    "PidLidNoteHeight",
    "PidLidNoteWidth",
    "PidLidNoteX",
    "PidLidNoteY",
    "PidLidOccurrences",
    "PidLidOfflineStatus",
    "PidLidOldLocation",
    "PidLidOldRecurrenceType",
    "PidLidOldWhenEndWhole",
    "PidLidOldWhenStartWhole",
    "PidLidOnlinePassword",
    "PidLidOptionalAttendees",
    "PidLidOrganizerAlias",
    "PidLidOriginalStoreEntryId",
    "PidLidOtherAddress",
    "PidLidOtherAddressCountryCode",
    "PidLidOwnerCriticalChange",
    "PidLidOwnerName",
    "PidLidPageDirStream",
    "PidLidPendingStateForSiteMailboxDocument",
    "PidLidPercentComplete",
    "PidLidPostRssChannel",
    "PidLidPostRssChannelLink",
    "PidLidPostRssItemGuid",
    "PidLidPostRssItemHash",
    "PidLidPostRssItemLink",
    "PidLidPostRssItemXml",
    "PidLidPostRssSubscription",
    "PidLidPostalAddressId",
    "PidLidPrivate",
    "PidLidPromptSendUpdate",
    "PidLidPropertyDefinitionStream",
    "PidLidRecallTime",
    "PidLidRecurrenceDuration",
    "PidLidRecurrencePattern",
    "PidLidRecurrenceType",
    "PidLidRecurring",
    "PidLidReferenceEntryId",
    "PidLidReminderDelta",
    "PidLidReminderFileParameter",
    "PidLidReminderOverride",
    "PidLidReminderPlaySound",
    "PidLidReminderSet",
    "PidLidReminderSignalTime",
    "PidLidReminderTime",
    "PidLidReminderTimeDate",
    "PidLidReminderTimeTime",
    "PidLidReminderType",
    "PidLidRemoteAttachment",
    "PidLidRemoteEntryId",
    "PidLidRemoteMessageClass",
    "PidLidRemoteSearchKey",
    "PidLidRemoteStatus",
    "PidLidRemoteTransferSize",
    "PidLidRemoteTransferTime",
    "PidLidRemoteTransport",
    "PidLidRequiredAttendees",
    "PidLidResendTime",
    "PidLidResourceAttendees",
    "PidLidResponseStatus",
    "PidLidScriptStream",
    "PidLidSendMeetingAsIcal",
    "PidLidServerProcessed",
    "PidLidServerProcessingActions",
    "PidLidSharingAnonymity",
    "PidLidSharingBindingEntryId",
    "PidLidSharingBrowseUrl",
    "PidLidSharingCapabilities",
    "PidLidSharingConfigurationUrl",
    "PidLidSharingDataRangeEnd",
    "PidLidSharingDataRangeStart",
    "PidLidSharingDetail",
    "PidLidSharingExtensionXml",
    "PidLidSharingFilter",
    "PidLidSharingFlags",
    "PidLidSharingFlavor",
    "PidLidSharingFolderEntryId",
    "PidLidSharingIndexEntryId",
    "PidLidSharingInitiatorEntryId",
    "PidLidSharingInitiatorName",
    "PidLidSharingInitiatorSmtp",
    "PidLidSharingInstanceGuid",
    "PidLidSharingLastAutoSyncTime",
    "PidLidSharingLastSyncTime",
    "PidLidSharingLocalComment",
    "PidLidSharingLocalLastModificationTime",
    "PidLidSharingLocalName",
    "PidLidSharingLocalPath",
    "PidLidSharingLocalStoreUid",
    "PidLidSharingLocalType",
    "PidLidSharingLocalUid",
    "PidLidSharingOriginalMessageEntryId",
    "PidLidSharingParentBindingEntryId",
    "PidLidSharingParticipants",
    "PidLidSharingPermissions",
    "PidLidSharingProviderExtension",
    "PidLidSharingProviderGuid",
    "PidLidSharingProviderName",
    "PidLidSharingProviderUrl",
    "PidLidSharingRangeEnd",
    "PidLidSharingRangeStart",
    "PidLidSharingReciprocation",
    "PidLidSharingRemoteByteSize",
    "PidLidSharingRemoteComment",
    "PidLidSharingRemoteCrc",
    "PidLidSharingRemoteLastModificationTime",
    "PidLidSharingRemoteMessageCount",
    "PidLidSharingRemoteName",
    "PidLidSharingRemotePass",
    "PidLidSharingRemotePath",
    "PidLidSharingRemoteStoreUid",
    "PidLidSharingRemoteType",
    "PidLidSharingRemoteUid",
    "PidLidSharingRemoteUser",
    "PidLidSharingRemoteVersion",
    "PidLidSharingResponseTime",
    "PidLidSharingResponseType",
    "PidLidSharingRoamLog",
    "PidLidSharingStart",
    "PidLidSharingStatus",
    "PidLidSharingStop",
    "PidLidSharingSyncFlags",
    "PidLidSharingSyncInterval",
    "PidLidSharingTimeToLive",
    "PidLidSharingTimeToLiveAuto",
    "PidLidSharingWorkingHoursDays",
    "PidLidSharingWorkingHoursEnd",
    "PidLidSharingWorkingHoursStart",
    "PidLidSharingWorkingHoursTimeZone",
    "PidLidSideEffects",
    "PidLidSingleBodyICal",
    "PidLidSingleInvite",
    "PidLidSmartNoAttach",
    "PidLidSpamOriginalFolder",
    "PidLidStartRecurrenceDate",
    "PidLidStartRecurrenceTime",
    "PidLidTaskAcceptanceState",
    "PidLidTaskAccepted",
    "PidLidTaskActualEffort",
    "PidLidTaskAssigner",
    "PidLidTaskAssigners",
    "PidLidTaskComplete",
    "PidLidTaskCustomFlags",
    "PidLidTaskDateCompleted",
    "PidLidTaskDeadOccurrence",
    "PidLidTaskDueDate",
    "PidLidTaskEstimatedEffort",
    "PidLidTaskFCreator",
    "PidLidTaskFFixOffline",
    "PidLidTaskFRecurring",
    "PidLidTaskGlobalId",
    "PidLidTaskHistory",
    "PidLidTaskLastDelegate",
    "PidLidTaskLastUpdate",
    "PidLidTaskLastUser",
    "PidLidTaskMode",
    "PidLidTaskMultipleRecipients",
    "PidLidTaskNoCompute",
    "PidLidTaskOrdinal",
    "PidLidTaskOwner",
    "PidLidTaskOwnership",
    "PidLidTaskRecurrence",
    "PidLidTaskResetReminder",
    "PidLidTaskRole",
    "PidLidTaskStartDate",
    "PidLidTaskState",
    "PidLidTaskStatus",
    "PidLidTaskStatusOnComplete",
    "PidLidTaskUpdates",
    "PidLidTaskVersion",
    "PidLidTeamTask",
    "PidLidTimeZone",
    "PidLidTimeZoneDescription",
    "PidLidTimeZoneStruct",
    "PidLidToAttendeesString",
    "PidLidToDoOrdinalDate",
    "PidLidToDoSubOrdinal",
    "PidLidToDoTitle",
    "PidLidUseTnef",
    "PidLidUserX509Certificate",
    "PidLidValidFlagStringProof",
    "PidLidVerbResponse",
    "PidLidVerbStream",
    "PidLidWeddingAnniversaryLocal",
    "PidLidWeekInterval",
    "PidLidWhere",
    "PidLidWorkAddress",
    "PidLidWorkAddressCity",
    "PidLidWorkAddressCountry",
    "PidLidWorkAddressCountryCode",
    "PidLidWorkAddressPostOfficeBox",
    "PidLidWorkAddressPostalCode",
    "PidLidWorkAddressState",
    "PidLidWorkAddressStreet",
    "PidLidYearInterval",
    "PidLidYomiCompanyName",
    "PidLidYomiFirstName",
    "PidLidYomiLastName",
    "PidNameAcceptLanguage",
    "PidNameApplicationName",
    "PidNameAttachmentMacContentType",
    "PidNameAttachmentMacInfo",
    "PidNameAttachmentOriginalPermissionType",
    "PidNameAttachmentPermissionType",
    "PidNameAttachmentProviderType",
    "PidNameAudioNotes",
    "PidNameAuthor",
    "PidNameAutomaticSpeechRecognitionData",
    "PidNameBirthdayContactAttributionDisplayName",
    "PidNameBirthdayContactEntryId",
    "PidNameBirthdayContactPersonGuid",
    "PidNameByteCount",
    "PidNameCalendarAttendeeRole",
    "PidNameCalendarBusystatus",
    "PidNameCalendarContact",
    "PidNameCalendarContactUrl",
    "PidNameCalendarCreated",
    "PidNameCalendarDescriptionUrl",
    "PidNameCalendarDuration",
    "PidNameCalendarExceptionDate",
    "PidNameCalendarExceptionRule",
    "PidNameCalendarGeoLatitude",
    "PidNameCalendarGeoLongitude",
    "PidNameCalendarInstanceType",
    "PidNameCalendarIsOrganizer",
    "PidNameCalendarLastModified",
    "PidNameCalendarLocationUrl",
    "PidNameCalendarMeetingStatus",
    "PidNameCalendarMethod",
    "PidNameCalendarProductId",
    "PidNameCalendarRecurrenceIdRange",
    "PidNameCalendarReminderOffset",
    "PidNameCalendarResources",
    "PidNameCalendarRsvp",
    "PidNameCalendarSequence",
    "PidNameCalendarTimeZone",
    "PidNameCalendarTimeZoneId",
    "PidNameCalendarTransparent",
    "PidNameCalendarUid",
    "PidNameCalendarVersion",
    "PidNameCategory",
    "PidNameCharacterCount",
    "PidNameComments",
    "PidNameCompany",
    "PidNameContentBase",
    "PidNameContentClass",
    "PidNameContentTransferEncoding",
    "PidNameContentType",
    "PidNameCreateDateTimeReadOnly",
    "PidNameCrossReference",
    "PidNameDavId",
    "PidNameDavIsCollection",
    "PidNameDavIsStructuredDocument",
    "PidNameDavParentName",
    "PidNameDavUid",
    "PidNameDocumentParts",
    "PidNameEditTime",
    "PidNameExchDataExpectedContentClass",
    "PidNameExchDataSchemaCollectionReference",
    "PidNameExchDatabaseSchema",
    "PidNameExchangeIntendedBusyStatus",
    "PidNameExchangeJunkEmailMoveStamp",
    "PidNameExchangeModifyExceptionStructure",
    "PidNameExchangeNoModifyExceptions",
    "PidNameExchangePatternEnd",
    "PidNameExchangePatternStart",
    "PidNameExchangeReminderInterval",
    "PidNameExtractedAddresses",
    "PidNameExtractedContacts",
    "PidNameExtractedEmails",
    "PidNameExtractedMeetings",
    "PidNameExtractedPhones",
    "PidNameExtractedTasks",
    "PidNameExtractedUrls",
    "PidNameFrom",
    "PidNameHeadingPairs",
    "PidNameHiddenCount",
    "PidNameHttpmailCalendar",
    "PidNameHttpmailHtmlDescription",
    "PidNameHttpmailSendMessage",
    "PidNameICalendarRecurrenceDate",
    "PidNameICalendarRecurrenceRule",
    "PidNameInternetSubject",
    "PidNameIsBirthdayContactWritable",
    "PidNameKeywords",
    "PidNameLastAuthor",
    "PidNameLastPrinted",
    "PidNameLastSaveDateTime",
    "PidNameLineCount",
    "PidNameLinksDirty",
    "PidNameMSIPLabels",
    "PidNameManager",
    "PidNameMeetingDoNotForward",
    "PidNameMultimediaClipCount",
    "PidNameNoteCount",
    "PidNameOMSAccountGuid",
    "PidNameOMSMobileModel",
    "PidNameOMSScheduleTime",
    "PidNameOMSServiceType",
    "PidNameOMSSourceType",
    "PidNamePageCount",
    "PidNameParagraphCount",
    "PidNamePhishingStamp",
    "PidNamePresentationFormat",
    "PidNameQuarantineOriginalSender",
    "PidNameRevisionNumber",
    "PidNameRightsManagementLicense",
    "PidNameScale",
    "PidNameSecurity",
    "PidNameSlideCount",
    "PidNameSubject",
    "PidNameTemplate",
    "PidNameThumbnail",
    "PidNameTitle",
    "PidNameWordCount",
    "PidNameXCallId",
    "PidNameXFaxNumberOfPages",
    "PidNameXRequireProtectedPlayOnPhone",
    "PidNameXSenderTelephoneNumber",
    "PidNameXSharingBrowseUrl",
    "PidNameXSharingCapabilities",
    "PidNameXSharingConfigUrl",
    "PidNameXSharingExendedCaps",
    "PidNameXSharingFlavor",
    "PidNameXSharingInstanceGuid",
    "PidNameXSharingLocalType",
    "PidNameXSharingProviderGuid",
    "PidNameXSharingProviderName",
    "PidNameXSharingProviderUrl",
    "PidNameXSharingRemoteName",
    "PidNameXSharingRemotePath",
    "PidNameXSharingRemoteStoreUid",
    "PidNameXSharingRemoteType",
    "PidNameXSharingRemoteUid",
    "PidNameXVoiceMessageAttachmentOrder",
    "PidNameXVoiceMessageDuration",
    "PidNameXVoiceMessageSenderName",
    "PidTag7BitDisplayName",
    "PidTagAbDefaultDir",
    "PidTagAbDefaultPab",
    "PidTagAbProviderId",
    "PidTagAbProviders",
    "PidTagAbSearchPath",
    "PidTagAbSearchPathCustomization",
    "PidTagAbSearchPathUpdate",
    "PidTagAccess",
    "PidTagAccessControlListData",
    "PidTagAccessControlListTable",
    "PidTagAccessLevel",
    "PidTagAccount",
    "PidTagAcknowledgementMode",
    "PidTagAdditionalRenEntryIds",
    "PidTagAdditionalRenEntryIdsEx",
    "PidTagAddressBookAuthorizedSenders",
    "PidTagAddressBookChooseDirectoryAutomatically",
    "PidTagAddressBookContainerId",
    "PidTagAddressBookDeliveryContentLength",
    "PidTagAddressBookDisplayNamePrintable",
    "PidTagAddressBookDisplayTypeExtended",
    "PidTagAddressBookDistributionListExternalMemberCount",
    "PidTagAddressBookDistributionListMemberCount",
    "PidTagAddressBookDistributionListMemberSubmitAccepted",
    "PidTagAddressBookDistributionListMemberSubmitRejected",
    "PidTagAddressBookDistributionListRejectMessagesFromDLMembers",
    "PidTagAddressBookEntryId",
    "PidTagAddressBookExtensionAttribute1",
    "PidTagAddressBookExtensionAttribute2",
    "PidTagAddressBookExtensionAttribute3",
    "PidTagAddressBookExtensionAttribute4",
    "PidTagAddressBookExtensionAttribute5",
    "PidTagAddressBookExtensionAttribute6",
    "PidTagAddressBookExtensionAttribute7",
    "PidTagAddressBookExtensionAttribute8",
    "PidTagAddressBookExtensionAttribute9",
    "PidTagAddressBookExtensionAttribute10",
    "PidTagAddressBookExtensionAttribute11",
    "PidTagAddressBookExtensionAttribute12",
    "PidTagAddressBookExtensionAttribute13",
    "PidTagAddressBookExtensionAttribute14",
    "PidTagAddressBookExtensionAttribute15",
    "PidTagAddressBookFolderPathname",
    "PidTagAddressBookHierarchicalChildDepartments",
    "PidTagAddressBookHierarchicalDepartmentMembers",
    "PidTagAddressBookHierarchicalIsHierarchicalGroup",
    "PidTagAddressBookHierarchicalParentDepartment",
    "PidTagAddressBookHierarchicalRootDepartment",
    "PidTagAddressBookHierarchicalShowInDepartments",
    "PidTagAddressBookHomeMessageDatabase",
    "PidTagAddressBookIsMaster",
    "PidTagAddressBookIsMemberOfDistributionList",
    "PidTagAddressBookManageDistributionList",
    "PidTagAddressBookManager",
    "PidTagAddressBookManagerDistinguishedName",
    "PidTagAddressBookMember",
    "PidTagAddressBookMessageId",
    "PidTagAddressBookModerationEnabled",
    "PidTagAddressBookNetworkAddress",
    "PidTagAddressBookObjectDistinguishedName",
    "PidTagAddressBookObjectGuid",
    "PidTagAddressBookOrganizationalUnitRootDistinguishedName",
    "PidTagAddressBookOwner",
    "PidTagAddressBookOwnerBackLink",
    "PidTagAddressBookParentEntryId",
    "PidTagAddressBookPhoneticCompanyName",
    "PidTagAddressBookPhoneticDepartmentName",
    "PidTagAddressBookPhoneticDisplayName",
    "PidTagAddressBookPhoneticGivenName",
    "PidTagAddressBookPhoneticSurname",
    "PidTagAddressBookProxyAddresses",
    "PidTagAddressBookPublicDelegates",
    "PidTagAddressBookReports",
    "PidTagAddressBookRoomCapacity",
    "PidTagAddressBookRoomContainers",
    "PidTagAddressBookRoomDescription",
    "PidTagAddressBookSenderHintTranslations",
    "PidTagAddressBookSeniorityIndex",
    "PidTagAddressBookTargetAddress",
    "PidTagAddressBookUnauthorizedSenders",
    "PidTagAddressBookX509Certificate",
    "PidTagAddressType",
    "PidTagAdminDataEntryId",
    "PidTagAgingGranularity",
    "PidTagAgingPeriod",
    "PidTagAlternateRecipient",
    "PidTagAlternateRecipientAllowed",
    "PidTagAnr",
    "PidTagArchiveDate",
    "PidTagArchivePeriod",
    "PidTagArchiveTag",
    "PidTagAssistant",
    "PidTagAssistantTelephoneNumber",
    "PidTagAssociated",
    "PidTagAssociatedContentCount",
    "PidTagAssociatedSharingProvider",
    "PidTagAttachAdditionalInformation",
    "PidTagAttachContentBase",
    "PidTagAttachContentId",
    "PidTagAttachContentLocation",
    "PidTagAttachDataBinary",
    "PidTagAttachDataObject",
    "PidTagAttachEncoding",
    "PidTagAttachExtension",
    "PidTagAttachFilename",
    "PidTagAttachFlags",
    "PidTagAttachLongFilename",
    "PidTagAttachLongPathname",
    "PidTagAttachMethod",
    "PidTagAttachMimeSequence",
    "PidTagAttachMimeTag",
    "PidTagAttachNumber",
    "PidTagAttachPathname",
    "PidTagAttachPayloadClass",
    "PidTagAttachPayloadProviderGuidString",
    "PidTagAttachRendering",
    "PidTagAttachSize",
    "PidTagAttachTag",
    "PidTagAttachTransportName",
    "PidTagAttachmentContactPhoto",
    "PidTagAttachmentFlags",
    "PidTagAttachmentHidden",
    "PidTagAttachmentLinkId",
    "PidTagAttachmentX400Parameters",
    "PidTagAttributeHidden",
    "PidTagAttributeReadOnly",
    "PidTagAuthorizingUsers",
    "PidTagAutoConfigurationUserEmail",
    "PidTagAutoConfigurationUserName",
    "PidTagAutoConfigurationUserPassword",
    "PidTagAutoForwardComment",
    "PidTagAutoForwarded",
    "PidTagAutoResponseSuppress",
    "PidTagBirthday",
    "PidTagBlockStatus",
    "PidTagBody",
    "PidTagBodyContentId",
    "PidTagBodyContentLocation",
    "PidTagBodyCrc",
    "PidTagBodyHtml",
    "PidTagBusiness2TelephoneNumber",
    "PidTagBusiness2TelephoneNumbers",
    "PidTagBusinessFaxNumber",
    "PidTagBusinessHomePage",
    "PidTagBusinessTelephoneNumber",
    "PidTagCallId",
    "PidTagCallbackTelephoneNumber",
    "PidTagCarTelephoneNumber",
    "PidTagCdoRecurrenceid",
    "PidTagChangeKey",
    "PidTagChangeNumber",
    "PidTagChildrensNames",
    "PidTagClientActions",
    "PidTagClientSubmitTime",
    "PidTagCnsetRead",
    "PidTagCnsetSeen",
    "PidTagCnsetSeenFAI",
    "PidTagCodePageId",
    "PidTagComment",
    "PidTagCommonViewsEntryId",
    "PidTagCompanyMainTelephoneNumber",
    "PidTagCompanyName",
    "PidTagComputerNetworkName",
    "PidTagConflictEntryId",
    "PidTagConflictItems",
    "PidTagContactAddressBookDisplayNames",
    "PidTagContactAddressBookFolderEntryId",
    "PidTagContactAddressBookFolderEntryIds",
    "PidTagContactAddressBookFolderName",
    "PidTagContactAddressBookFolderNames",
    "PidTagContactAddressBookMultipleAddressFlag",
    "PidTagContactAddressBookMultipleAddressFlags",
    "PidTagContactAddressBookSortFlag",
    "PidTagContactAddressBookStoreEntryIds",
    "PidTagContactAddressBookStoreName",
    "PidTagContactAddressBookStoreNames",
    "PidTagContactAddressBookStoreSupportMask",
    "PidTagContactAddressBookStoreSupportMasks",
    "PidTagContactAddressBookUid",
    "PidTagContactAddressTypes",
    "PidTagContactVersion",
    "PidTagContainerClass",
    "PidTagContainerContents",
    "PidTagContainerFlags",
    "PidTagContainerHierarchy",
    "PidTagContainerModifyVersion",
    "PidTagContentConfidentialityAlgorithmId",
    "PidTagContentCorrelator",
    "PidTagContentCount",
    "PidTagContentFilterPhishingConfidenceLevel",
    "PidTagContentFilterSpamConfidenceLevel",
    "PidTagContentIdentifier",
    "PidTagContentIntegrityCheck",
    "PidTagContentLength",
    "PidTagContentReturnRequested",
    "PidTagContentSortOrder",
    "PidTagContentUnreadCount",
    "PidTagControlFlags",
    "PidTagControlId",
    "PidTagControlStructure",
    "PidTagControlType",
    "PidTagConversationId",
    "PidTagConversationIndex",
    "PidTagConversationIndexTracking",
    "PidTagConversationKey",
    "PidTagConversationThreadId",
    "PidTagConversationTopic",
    "PidTagConversionEits",
    "PidTagConversionProhibited",
    "PidTagConversionWithLossProhibited",
    "PidTagConvertedEits",
    "PidTagCorrelate",
    "PidTagCorrelateMtsid",
    "PidTagCountry",
    "PidTagCreateTemplates",
    "PidTagCreationTime",
    "PidTagCreationVersion",
    "PidTagCreatorAddressType",
    "PidTagCreatorEmailAddress",
    "PidTagCreatorEntryId",
    "PidTagCreatorName",
    "PidTagCreatorSimpleDisplayName",
    "PidTagCurrentVersion",
    "PidTagCustomerId",
    "PidTagDamBackPatched",
    "PidTagDamOriginalEntryId",
    "PidTagDefCreateDl",
    "PidTagDefCreateMailuser",
    "PidTagDefaultPostMessageClass",
    "PidTagDefaultProfile",
    "PidTagDefaultStore",
    "PidTagDefaultViewEntryId",
    "PidTagDeferredActionMessageOriginalEntryId",
    "PidTagDeferredDeliveryTime",
    "PidTagDeferredSendNumber",
    "PidTagDeferredSendTime",
    "PidTagDeferredSendUnits",
    "PidTagDelegateFlags",
    "PidTagDelegatedByRule",
    "PidTagDelegation",
    "PidTagDeleteAfterSubmit",
    "PidTagDeletedAssociatedMessageCount",
    "PidTagDeletedAssociatedMessageSizeExtended",
    "PidTagDeletedCountTotal",
    "PidTagDeletedMessageCount",
    "PidTagDeletedMessageSizeExtended",
    "PidTagDeletedNormalMessageSizeExtended",
    "PidTagDeletedOn",
    "PidTagDeliverTime",
    "PidTagDeliveryPoint",
    "PidTagDeltaX",
    "PidTagDeltaY",
    "PidTagDepartmentName",
    "PidTagDepth",
    "PidTagDetailsTable",
    "PidTagDiscVal",
    "PidTagDiscardReason",
    "PidTagDisclosureOfRecipients",
    "PidTagDiscreteValues",
    "PidTagDisplayBcc",
    "PidTagDisplayCc",
    "PidTagDisplayName",
    "PidTagDisplayNamePrefix",
    "PidTagDisplayTo",
    "PidTagDisplayType",
    "PidTagDisplayTypeEx",
    "PidTagDistributionListExpansionHistory",
    "PidTagDistributionListExpansionProhibited",
    "PidTagEcWarning",
    "PidTagEmailAddress",
    "PidTagEmsAbServer",
    "PidTagEndAttach",
    "PidTagEndDate",
    "PidTagEndEmbed",
    "PidTagEndFolder",
    "PidTagEndMessage",
    "PidTagEndToRecip",
    "PidTagEntryId",
    "PidTagExceptionEndTime",
    "PidTagExceptionReplaceTime",
    "PidTagExceptionStartTime",
    "PidTagExchangeNTSecurityDescriptor",
    "PidTagExchangeProfileSectionId",
    "PidTagExchangeRemoteHeader",
    "PidTagExpiryNumber",
    "PidTagExpiryTime",
    "PidTagExpiryUnits",
    "PidTagExplicitConversion",
    "PidTagExtendedFolderFlags",
    "PidTagExtendedRuleMessageActions",
    "PidTagExtendedRuleMessageCondition",
    "PidTagExtendedRuleSizeLimit",
    "PidTagFXDelProp",
    "PidTagFXErrorInfo",
    "PidTagFaxNumberOfPages",
    "PidTagFilteringHooks",
    "PidTagFinderEntryId",
    "PidTagFlagCompleteTime",
    "PidTagFlagStatus",
    "PidTagFlatUrlName",
    "PidTagFolderAssociatedContents",
    "PidTagFolderFlags",
    "PidTagFolderId",
    "PidTagFolderType",
    "PidTagFolderWebViewInfo",
    "PidTagFollowupIcon",
    "PidTagFormCategory",
    "PidTagFormCategorySub",
    "PidTagFormClassId",
    "PidTagFormContactName",
    "PidTagFormDesignerGuid",
    "PidTagFormDesignerName",
    "PidTagFormHidden",
    "PidTagFormHostMap",
    "PidTagFormMessageBehavior",
    "PidTagFormVersion",
    "PidTagFreeBusyCountMonths",
    "PidTagFreeBusyEntryIds",
    "PidTagFreeBusyMessageEmailAddress",
    "PidTagFreeBusyPublishEnd",
    "PidTagFreeBusyPublishStart",
    "PidTagFreeBusyRangeTimestamp",
    "PidTagFtpSite",
    "PidTagGatewayNeedsToRefresh",
    "PidTagGender",
    "PidTagGenerateExchangeViews",
    "PidTagGeneration",
    "PidTagGivenName",
    "PidTagGovernmentIdNumber",
    "PidTagHasAttachments",
    "PidTagHasDeferredActionMessages",
    "PidTagHasNamedProperties",
    "PidTagHasRules",
    "PidTagHeaderFolderEntryId",
    "PidTagHierRev",
    "PidTagHierarchyChangeNumber",
    "PidTagHobbies",
    "PidTagHome2TelephoneNumber",
    "PidTagHome2TelephoneNumbers",
    "PidTagHomeAddressCity",
    "PidTagHomeAddressCountry",
    "PidTagHomeAddressPostOfficeBox",
    "PidTagHomeAddressPostalCode",
    "PidTagHomeAddressStateOrProvince",
    "PidTagHomeAddressStreet",
    "PidTagHomeFaxNumber",
    "PidTagHomeTelephoneNumber",
    "PidTagHtml",
    "PidTagICalendarEndTime",
    "PidTagICalendarReminderNextTime",
    "PidTagICalendarStartTime",
    "PidTagIcon",
    "PidTagIconIndex",
    "PidTagIdentityDisplay",
    "PidTagIdentityEntryId",
    "PidTagIdentitySearchKey",
    "PidTagIdsetDeleted",
    "PidTagIdsetExpired",
    "PidTagIdsetGiven",
    "PidTagIdsetRead",
    "PidTagIdsetSoftDeleted",
    "PidTagIdsetUnread",
    "PidTagImapCachedMsgsize",
    "PidTagImplicitConversionProhibited",
    "PidTagImportance",
    "PidTagInConflict",
    "PidTagInReplyToId",
    "PidTagIncompleteCopy",
    "PidTagIncrSyncChg",
    "PidTagIncrSyncChgPartial",
    "PidTagIncrSyncDel",
    "PidTagIncrSyncEnd",
    "PidTagIncrSyncGroupId",
    "PidTagIncrSyncGroupInfo",
    "PidTagIncrSyncMessage",
    "PidTagIncrSyncProgressMode",
    "PidTagIncrSyncProgressPerMsg",
    "PidTagIncrSyncRead",
    "PidTagIncrSyncStateBegin",
    "PidTagIncrSyncStateEnd",
    "PidTagIncrementalSyncMessagePartial",
    "PidTagInitialDetailsPane",
    "PidTagInitials",
    "PidTagInstID",
    "PidTagInstanceKey",
    "PidTagInstanceNum",
    "PidTagInternetApproved",
    "PidTagInternetArticleNumber",
    "PidTagInternetCodepage",
    "PidTagInternetControl",
    "PidTagInternetDistribution",
    "PidTagInternetFollowupTo",
    "PidTagInternetLines",
    "PidTagInternetMailOverrideFormat",
    "PidTagInternetMessageId",
    "PidTagInternetNntpPath",
    "PidTagInternetOrganization",
    "PidTagInternetReferences",
    "PidTagInternetReturnPath",
    "PidTagIpmAppointmentEntryId",
    "PidTagIpmArchiveEntryId",
    "PidTagIpmContactEntryId",
    "PidTagIpmDraftsEntryId",
    "PidTagIpmId",
    "PidTagIpmJournalEntryId",
    "PidTagIpmNoteEntryId",
    "PidTagIpmOutboxEntryId",
    "PidTagIpmOutboxSearchKey",
    "PidTagIpmReturnRequested",
    "PidTagIpmSentMailEntryId",
    "PidTagIpmSentMailSearchKey",
    "PidTagIpmSharingEntryId",
    "PidTagIpmSubtreeEntryId",
    "PidTagIpmSubtreeSearchKey",
    "PidTagIpmTaskEntryId",
    "PidTagIpmWastebasketEntryId",
    "PidTagIpmWastebasketSearchKey",
    "PidTagIsdnNumber",
    "PidTagItemTemporaryflags",
    "PidTagJunkAddRecipientsToSafeSendersList",
    "PidTagJunkIncludeContacts",
    "PidTagJunkPermanentlyDelete",
    "PidTagJunkPhishingEnableLinks",
    "PidTagJunkThreshold",
    "PidTagKeyword",
    "PidTagLanguage",
    "PidTagLanguages",
    "PidTagLastModificationTime",
    "PidTagLastModifierEntryId",
    "PidTagLastModifierName",
    "PidTagLastModifierSimpleDisplayName",
    "PidTagLastVerbExecuted",
    "PidTagLastVerbExecutionTime",
    "PidTagLatestDeliveryTime",
    "PidTagLatestPstEnsure",
    "PidTagListHelp",
    "PidTagListSubscribe",
    "PidTagListUnsubscribe",
    "PidTagLocalCommitTime",
    "PidTagLocalCommitTimeMax",
    "PidTagLocaleId",
    "PidTagLocality",
    "PidTagLocation",
    "PidTagLongTermEntryIdFromTable",
    "PidTagLtpParentNid",
    "PidTagLtpRowId",
    "PidTagLtpRowVer",
    "PidTagMailPermission",
    "PidTagMailboxOwnerEntryId",
    "PidTagMailboxOwnerName",
    "PidTagManagerName",
    "PidTagMapiFormComposeCommand",
    "PidTagMappingSignature",
    "PidTagMaximumSubmitMessageSize",
    "PidTagMemberEntryId",
    "PidTagMemberId",
    "PidTagMemberName",
    "PidTagMemberRights",
    "PidTagMessageAttachments",
    "PidTagMessageCcMe",
    "PidTagMessageClass",
    "PidTagMessageCodepage",
    "PidTagMessageDeliveryId",
    "PidTagMessageDeliveryTime",
    "PidTagMessageDownloadTime",
    "PidTagMessageEditorFormat",
    "PidTagMessageFlags",
    "PidTagMessageHandlingSystemCommonName",
    "PidTagMessageLocaleId",
    "PidTagMessageRecipientMe",
    "PidTagMessageRecipients",
    "PidTagMessageSecurityLabel",
    "PidTagMessageSize",
    "PidTagMessageSizeExtended",
    "PidTagMessageStatus",
    "PidTagMessageSubmissionId",
    "PidTagMessageToMe",
    "PidTagMessageToken",
    "PidTagMid",
    "PidTagMiddleName",
    "PidTagMimeSkeleton",
    "PidTagMiniIcon",
    "PidTagMobileTelephoneNumber",
    "PidTagModifyVersion",
    "PidTagNativeBody",
    "PidTagNewAttach",
    "PidTagNewFXFolder",
    "PidTagNextSendAcct",
    "PidTagNickname",
    "PidTagNonDeliveryReportDiagCode",
    "PidTagNonDeliveryReportFromEntryId",
    "PidTagNonDeliveryReportFromName",
    "PidTagNonDeliveryReportFromSearchKey",
    "PidTagNonDeliveryReportReasonCode",
    "PidTagNonDeliveryReportStatusCode",
    "PidTagNonIpmSubtreeEntryId",
    "PidTagNonReceiptNotificationRequested",
    "PidTagNonReceiptReason",
    "PidTagNormalMessageSize",
    "PidTagNormalizedSubject",
    "PidTagNull",
    "PidTagObjectType",
    "PidTagObsoletedMessageIds",
    "PidTagOfficeLocation",
    "PidTagOfflineAddressBookContainerGuid",
    "PidTagOfflineAddressBookDistinguishedName",
    "PidTagOfflineAddressBookMessageClass",
    "PidTagOfflineAddressBookName",
    "PidTagOfflineAddressBookSequence",
    "PidTagOfflineAddressBookTruncatedProperties",
    "PidTagOrdinalMost",
    "PidTagOrgEmailAddress",
    "PidTagOrganizationalIdNumber",
    "PidTagOriginCheck",
    "PidTagOriginalAuthorAddressType",
    "PidTagOriginalAuthorEmailAddress",
    "PidTagOriginalAuthorEntryId",
    "PidTagOriginalAuthorName",
    "PidTagOriginalAuthorSearchKey",
    "PidTagOriginalDeliveryTime",
    "PidTagOriginalDisplayBcc",
    "PidTagOriginalDisplayCc",
    "PidTagOriginalDisplayName",
    "PidTagOriginalDisplayTo",
    "PidTagOriginalEits",
    "PidTagOriginalEntryId",
    "PidTagOriginalMessageClass",
    "PidTagOriginalMessageEntryId",
    "PidTagOriginalMessageId",
    "PidTagOriginalSearchKey",
    "PidTagOriginalSenderAddressType",
    "PidTagOriginalSenderEmailAddress",
    "PidTagOriginalSenderEntryId",
    "PidTagOriginalSenderName",
    "PidTagOriginalSenderSearchKey",
    "PidTagOriginalSensitivity",
    "PidTagOriginalSentRepresentingAddressType",
    "PidTagOriginalSentRepresentingEmailAddress",
    "PidTagOriginalSentRepresentingEntryId",
    "PidTagOriginalSentRepresentingName",
    "PidTagOriginalSentRepresentingSearchKey",
    "PidTagOriginalSubject",
    "PidTagOriginalSubmitTime",
    "PidTagOriginallyIntendedRecipAddrtype",
    "PidTagOriginallyIntendedRecipEmailAddress",
    "PidTagOriginallyIntendedRecipEntryId",
    "PidTagOriginallyIntendedRecipientName",
    "PidTagOriginatingMtaCertificate",
    "PidTagOriginatorAndDistributionListExpansionHistory",
    "PidTagOriginatorCertificate",
    "PidTagOriginatorDeliveryReportRequested",
    "PidTagOriginatorNonDeliveryReportRequested",
    "PidTagOriginatorRequestedAlternateRecipient",
    "PidTagOriginatorReturnAddress",
    "PidTagOscSyncEnabled",
    "PidTagOtherAddressCity",
    "PidTagOtherAddressCountry",
    "PidTagOtherAddressPostOfficeBox",
    "PidTagOtherAddressPostalCode",
    "PidTagOtherAddressStateOrProvince",
    "PidTagOtherAddressStreet",
    "PidTagOtherTelephoneNumber",
    "PidTagOutOfOfficeState",
    "PidTagOwnStoreEntryId",
    "PidTagOwnerAppointmentId",
    "PidTagPagerTelephoneNumber",
    "PidTagParentDisplay",
    "PidTagParentEntryId",
    "PidTagParentFolderId",
    "PidTagParentKey",
    "PidTagParentSourceKey",
    "PidTagPersonalHomePage",
    "PidTagPhysicalDeliveryBureauFaxDelivery",
    "PidTagPhysicalDeliveryMode",
    "PidTagPhysicalDeliveryReportRequest",
    "PidTagPhysicalForwardingAddress",
    "PidTagPhysicalForwardingAddressRequested",
    "PidTagPhysicalForwardingProhibited",
    "PidTagPhysicalRenditionAttributes",
    "PidTagPolicyTag",
    "PidTagPostOfficeBox",
    "PidTagPostalAddress",
    "PidTagPostalCode",
    "PidTagPredecessorChangeList",
    "PidTagPreferredByName",
    "PidTagPreprocess",
    "PidTagPrimaryCapability",
    "PidTagPrimaryFaxNumber",
    "PidTagPrimarySendAccount",
    "PidTagPrimarySendAcct",
    "PidTagPrimaryTelephoneNumber",
    "PidTagPriority",
    "PidTagProcessed",
    "PidTagProfession",
    "PidTagProfileHomeServerFQDN",
    "PidTagProfileName",
    "PidTagProfileOabCountAttemptedFulldn",
    "PidTagProfileOabCountAttemptedIncrdn",
    "PidTagProfileServerFullVersion",
    "PidTagProfileServerVersion",
    "PidTagProfileType",
    "PidTagProhibitReceiveQuota",
    "PidTagProhibitSendQuota",
    "PidTagProofOfDelivery",
    "PidTagProofOfDeliveryRequested",
    "PidTagProofOfSubmission",
    "PidTagProofOfSubmissionRequested",
    "PidTagProviderDisplay",
    "PidTagProviderDisplayName",
    "PidTagProviderDllName",
    "PidTagProviderIcon",
    "PidTagProviderItemId",
    "PidTagProviderOrdinal",
    "PidTagProviderParentItemId",
    "PidTagProviderSubmitTime",
    "PidTagProviderUid",
    "PidTagPstBestBodyProptag",
    "PidTagPstConfigurationFlags",
    "PidTagPstHiddenCount",
    "PidTagPstHiddenUnread",
    "PidTagPstIpmsubTreeDescendant",
    "PidTagPstLrNoRestrictions",
    "PidTagPstPassword",
    "PidTagPstPasswordSzNew",
    "PidTagPstPasswordSzOld",
    "PidTagPstPath",
    "PidTagPstPathHint",
    "PidTagPstRememberPassword",
    "PidTagPstSubTreeContainer",
    "PidTagPublicFolderAdministrativeDescription",
    "PidTagPublicFolderProxy",
    "PidTagPurportedSenderDomain",
    "PidTagRadioTelephoneNumber",
    "PidTagRead",
    "PidTagReadReceiptAddressType",
    "PidTagReadReceiptEmailAddress",
    "PidTagReadReceiptEntryId",
    "PidTagReadReceiptName",
    "PidTagReadReceiptRequested",
    "PidTagReadReceiptSearchKey",
    "PidTagReadReceiptSmtpAddress",
    "PidTagReceiptTime",
    "PidTagReceiveFolderSettings",
    "PidTagReceivedByAddressType",
    "PidTagReceivedByEmailAddress",
    "PidTagReceivedByEntryId",
    "PidTagReceivedByFlags",
    "PidTagReceivedByName",
    "PidTagReceivedBySearchKey",
    "PidTagReceivedBySmtpAddress",
    "PidTagReceivedRepresentingAddressType",
    "PidTagReceivedRepresentingEmailAddress",
    "PidTagReceivedRepresentingEntryId",
    "PidTagReceivedRepresentingFlags",
    "PidTagReceivedRepresentingName",
    "PidTagReceivedRepresentingSearchKey",
    "PidTagReceivedRepresentingSmtpAddress",
    "PidTagRecipientCertificate",
    "PidTagRecipientDisplayName",
    "PidTagRecipientEntryId",
    "PidTagRecipientFlags",
    "PidTagRecipientNumber",
    "PidTagRecipientNumberForAdvice",
    "PidTagRecipientOrder",
    "PidTagRecipientProposed",
    "PidTagRecipientProposedEndTime",
    "PidTagRecipientProposedStartTime",
    "PidTagRecipientReassignmentProhibited",
    "PidTagRecipientResourceState",
    "PidTagRecipientStatus",
    "PidTagRecipientTrackStatus",
    "PidTagRecipientTrackStatusTime",
    "PidTagRecipientType",
    "PidTagRecordKey",
    "PidTagRedirectionHistory",
    "PidTagReferredByName",
    "PidTagRegisteredMailType",
    "PidTagRelatedMessageIds",
    "PidTagRemindersOfflineEntryId",
    "PidTagRemindersOnlineEntryId",
    "PidTagRemoteMessageTransferAgent",
    "PidTagRemoteProgress",
    "PidTagRemoteProgressText",
    "PidTagRemoteValidateOk",
    "PidTagRenderingPosition",
    "PidTagReplChangenum",
    "PidTagReplCopiedfromItemid",
    "PidTagReplCopiedfromVersionhistory",
    "PidTagReplFlags",
    "PidTagReplItemId",
    "PidTagReplVersionHistory",
    "PidTagReplyRecipientEntries",
    "PidTagReplyRecipientNames",
    "PidTagReplyRequested",
    "PidTagReplyTemplateId",
    "PidTagReplyTime",
    "PidTagReportDisposition",
    "PidTagReportDispositionMode",
    "PidTagReportDispositionOptions",
    "PidTagReportDispositionToEmailAddresses",
    "PidTagReportDispositionToNames",
    "PidTagReportEntryId",
    "PidTagReportName",
    "PidTagReportOriginalSender",
    "PidTagReportSearchKey",
    "PidTagReportTag",
    "PidTagReportText",
    "PidTagReportTime",
    "PidTagReportingDistributionListName",
    "PidTagReportingMessageTransferAgent",
    "PidTagReportingMessageTransferAgentCertificate",
    "PidTagRequestedDeliveryMethod",
    "PidTagResolveMethod",
    "PidTagResourceFlags",
    "PidTagResourceMethods",
    "PidTagResourcePath",
    "PidTagResourceType",
    "PidTagResponseRequested",
    "PidTagResponsibility",
    "PidTagRetentionDate",
    "PidTagRetentionFlags",
    "PidTagRetentionPeriod",
    "PidTagReturnedMessageid",
    "PidTagRights",
    "PidTagRoamingBinary",
    "PidTagRoamingDatatypes",
    "PidTagRoamingDictionary",
    "PidTagRoamingXmlStream",
    "PidTagRowType",
    "PidTagRowid",
    "PidTagRpcOverHttpFlags",
    "PidTagRpcOverHttpProxyAuthScheme",
    "PidTagRpcOverHttpProxyPrincipalName",
    "PidTagRpcOverHttpProxyServer",
    "PidTagRtfCompressed",
    "PidTagRtfInSync",
    "PidTagRtfSyncBodyCount",
    "PidTagRtfSyncBodyCrc",
    "PidTagRtfSyncBodyTag",
    "PidTagRtfSyncPrefixCount",
    "PidTagRtfSyncTrailingCount",
    "PidTagRuleActionNumber",
    "PidTagRuleActionType",
    "PidTagRuleActions",
    "PidTagRuleCondition",
    "PidTagRuleError",
    "PidTagRuleFolderEntryId",
    "PidTagRuleId",
    "PidTagRuleIds",
    "PidTagRuleLevel",
    "PidTagRuleMessageLevel",
    "PidTagRuleMessageName",
    "PidTagRuleMessageProvider",
    "PidTagRuleMessageProviderData",
    "PidTagRuleMessageSequence",
    "PidTagRuleMessageState",
    "PidTagRuleMessageUserFlags",
    "PidTagRuleMsgActions",
    "PidTagRuleMsgCondition",
    "PidTagRuleName",
    "PidTagRuleProvider",
    "PidTagRuleProviderData",
    "PidTagRuleSequence",
    "PidTagRuleState",
    "PidTagRuleUserFlags",
    "PidTagRulesData",
    "PidTagRulesTable",
    "PidTagRwRulesStream",
    "PidTagScheduleInfoAppointmentTombstone",
    "PidTagScheduleInfoAutoAcceptAppointments",
    "PidTagScheduleInfoDelegateEntryIds",
    "PidTagScheduleInfoDelegateNames",
    "PidTagScheduleInfoDelegateNamesW",
    "PidTagScheduleInfoDelegatorWantsCopy",
    "PidTagScheduleInfoDelegatorWantsInfo",
    "PidTagScheduleInfoDisallowOverlappingAppts",
    "PidTagScheduleInfoDisallowRecurringAppts",
    "PidTagScheduleInfoDontMailDelegates",
    "PidTagScheduleInfoFreeBusy",
    "PidTagScheduleInfoFreeBusyAway",
    "PidTagScheduleInfoFreeBusyBusy",
    "PidTagScheduleInfoFreeBusyMerged",
    "PidTagScheduleInfoFreeBusyTentative",
    "PidTagScheduleInfoMonthsAway",
    "PidTagScheduleInfoMonthsBusy",
    "PidTagScheduleInfoMonthsMerged",
    "PidTagScheduleInfoMonthsTentative",
    "PidTagScheduleInfoResourceType",
    "PidTagSchedulePlusFreeBusyEntryId",
    "PidTagScriptData",
    "PidTagSearch",
    "PidTagSearchAttachments",
    "PidTagSearchFolderDefinition",
    "PidTagSearchFolderEfpFlags",
    "PidTagSearchFolderExpiration",
    "PidTagSearchFolderId",
    "PidTagSearchFolderLastUsed",
    "PidTagSearchFolderRecreateInfo",
    "PidTagSearchFolderStorageType",
    "PidTagSearchFolderTag",
    "PidTagSearchFolderTemplateId",
    "PidTagSearchKey",
    "PidTagSearchOwnerId",
    "PidTagSearchRecipientEmailBcc",
    "PidTagSearchRecipientEmailCc",
    "PidTagSearchRecipientEmailTo",
    "PidTagSecureSubmitFlags",
    "PidTagSecurity",
    "PidTagSecurityDescriptor",
    "PidTagSecurityDescriptorAsXml",
    "PidTagSelectable",
    "PidTagSendInternetEncoding",
    "PidTagSendOutlookRecallReport",
    "PidTagSendRichInfo",
    "PidTagSenderAddressType",
    "PidTagSenderEmailAddress",
    "PidTagSenderEntryId",
    "PidTagSenderFlags",
    "PidTagSenderIdStatus",
    "PidTagSenderName",
    "PidTagSenderSearchKey",
    "PidTagSenderSimpleDisplayName",
    "PidTagSenderSmtpAddress",
    "PidTagSenderTelephoneNumber",
    "PidTagSensitivity",
    "PidTagSentMailEntryId",
    "PidTagSentMailSvrEID",
    "PidTagSentRepresentingAddressType",
    "PidTagSentRepresentingEmailAddress",
    "PidTagSentRepresentingEntryId",
    "PidTagSentRepresentingFlags",
    "PidTagSentRepresentingName",
    "PidTagSentRepresentingSearchKey",
    "PidTagSentRepresentingSimpleDisplayName",
    "PidTagSentRepresentingSmtpAddress",
    "PidTagSerializedReplidGuidMap",
    "PidTagServerAccountIcon",
    "PidTagServerConnectedIcon",
    "PidTagServerTypeDisplayName",
    "PidTagServiceDeleteFiles",
    "PidTagServiceDllName",
    "PidTagServiceEntryName",
    "PidTagServiceExtraUids",
    "PidTagServiceInstallId",
    "PidTagServiceName",
    "PidTagServiceSupportFiles",
    "PidTagServiceUid",
    "PidTagServices",
    "PidTagSetReceiveCount",
    "PidTagShortTermEntryIdFromObject",
    "PidTagShortTermParentEntryIdFromObject",
    "PidTagSmtpAddress",
    "PidTagSortLocaleId",
    "PidTagSourceKey",
    "PidTagSpamJunkSenders",
    "PidTagSpamThreshold",
    "PidTagSpamTrustedRecipients",
    "PidTagSpamTrustedSenders",
    "PidTagSpokenName",
    "PidTagSpoolerStatus",
    "PidTagSpouseName",
    "PidTagStartDate",
    "PidTagStartDateEtc",
    "PidTagStartEmbed",
    "PidTagStartFAIMsg",
    "PidTagStartMessage",
    "PidTagStartRecip",
    "PidTagStartSubFld",
    "PidTagStartTopFld",
    "PidTagStateOrProvince",
    "PidTagStatus",
    "PidTagStatusCode",
    "PidTagStatusString",
    "PidTagStoreEntryId",
    "PidTagStoreEntryIdEmsmdbV1",
    "PidTagStoreProvider",
    "PidTagStoreProviders",
    "PidTagStoreRecordKey",
    "PidTagStoreState",
    "PidTagStoreSupportMask",
    "PidTagStoreUnicodeMask",
    "PidTagStreetAddress",
    "PidTagSubfolder",
    "PidTagSubfolders",
    "PidTagSubject",
    "PidTagSubjectMessageId",
    "PidTagSubjectPrefix",
    "PidTagSubmitFlags",
    "PidTagSupplementaryInfo",
    "PidTagSurname",
    "PidTagSwappedToDoData",
    "PidTagSwappedToDoStore",
    "PidTagTargetEntryId",
    "PidTagTelecommunicationsDeviceForDeafTelephoneNumber",
    "PidTagTelexNumber",
    "PidTagTemplateData",
    "PidTagTemplateid",
    "PidTagTemporaryDefaultDocument",
    "PidTagTextAttachmentCharset",
    "PidTagThumbnailPhoto",
    "PidTagTitle",
    "PidTagTnefCorrelationKey",
    "PidTagTnefUnprocessedProps",
    "PidTagToDoItemFlags",
    "PidTagTransmittableDisplayName",
    "PidTagTransportKey",
    "PidTagTransportMessageHeaders",
    "PidTagTransportProviders",
    "PidTagTransportStatus",
    "PidTagTrustSender",
    "PidTagTypeOfX400User",
    "PidTagUrlCompNameSet",
    "PidTagUrlComponentName",
    "PidTagUrlName",
    "PidTagUserCertificate",
    "PidTagUserEntryId",
    "PidTagUserFields",
    "PidTagUserOofSettingsItemId",
    "PidTagUserX509Certificate",
    "PidTagValidFolderMask",
    "PidTagViewDescriptorBinary",
    "PidTagViewDescriptorFlags",
    "PidTagViewDescriptorLinkTo",
    "PidTagViewDescriptorName",
    "PidTagViewDescriptorStrings",
    "PidTagViewDescriptorVersion",
    "PidTagViewDescriptorViewFolder",
    "PidTagViewsEntryId",
    "PidTagVoiceMessageAttachmentOrder",
    "PidTagVoiceMessageDuration",
    "PidTagVoiceMessageSenderName",
    "PidTagWeddingAnniversary",
    "PidTagWizardNoPabPage",
    "PidTagWizardNoPstPage",
    "PidTagWlinkAddressBookEID",
    "PidTagWlinkAddressBookStoreEID",
    "PidTagWlinkCalendarColor",
    "PidTagWlinkClientID",
    "PidTagWlinkEntryId",
    "PidTagWlinkFlags",
    "PidTagWlinkFolderType",
    "PidTagWlinkGroupClsid",
    "PidTagWlinkGroupHeaderID",
    "PidTagWlinkGroupName",
    "PidTagWlinkOrdinal",
    "PidTagWlinkROGroupType",
    "PidTagWlinkRecordKey",
    "PidTagWlinkSaveStamp",
    "PidTagWlinkSection",
    "PidTagWlinkStoreEntryId",
    "PidTagWlinkType",
    "PidTagX400ContentType",
    "PidTagX400DeferredDeliveryCancel",
    "PidTagXCoordinate",
    "PidTagYCoordinate",
]

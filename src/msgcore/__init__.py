"""msgcore: one typed, MAPI-style API to compose, store, send, receive, convert and route messages.

Names load on first use (PEP 562): importing the package loads no provider, TLS, database or event loop.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from msgcore import aio, errors, mta, props
    from msgcore.base.findings import Strictness
    from msgcore.base.octets import Limits
    from msgcore.base.text import Secret
    from msgcore.blocking.address_book import AddressBook
    from msgcore.blocking.folder import Folder
    from msgcore.blocking.item import Item
    from msgcore.blocking.maildrop import Maildrop
    from msgcore.blocking.notifications import SessionNotifications
    from msgcore.blocking.opening import (
        logon,
        open_maildrop,
        open_post_office,
        open_store,
        open_transport,
        receive,
        send,
        validate_profile,
    )
    from msgcore.blocking.organization import Organization, open_organization
    from msgcore.blocking.post_office import PostOffice
    from msgcore.blocking.probing import probe
    from msgcore.blocking.remote_headers import RemoteHeaders
    from msgcore.blocking.session import Session
    from msgcore.blocking.store import MessageStore
    from msgcore.blocking.stored_message import StoredMessage
    from msgcore.blocking.table import Table
    from msgcore.blocking.transport import Transport
    from msgcore.codecs import mime, msg, read_message, rtf, tnef, write_message
    from msgcore.codecs.convert import Converted, Loss, LossReason, convert
    from msgcore.errors import MsgcoreError, NotAccepted, SetupError, TryAgain, UsageError
    from msgcore.model import (
        Accepted,
        Address,
        Attachment,
        Certainty,
        Deferred,
        Delivered,
        DeliveryRequest,
        Difference,
        Importance,
        Message,
        Notify,
        Outcome,
        Outcomes,
        Pending,
        Recipient,
        RecipientKind,
        Refused,
        ReturnedContent,
        Sensitivity,
        Unknown,
        compare,
    )
    from msgcore.model.preview import preview
    from msgcore.model.reply import forward, reply
    from msgcore.model.safe_html import SafeHtml, safe_html
    from msgcore.profile import Profile, ProfileAdmin, ProfileExport, ProfileImport, ServiceAdmin
    from msgcore.session.access import Submission
    from msgcore.session.notices.notification import Notification, NotificationKind
    from msgcore.session.probe import ProbeReport, Verdict
    from msgcore.session.read_flags import ReadReceipt
    from msgcore.session.remote_headers import RemoteHeader
    from msgcore.session.services import ResourceFlag, ResourceMethod, ResourceType, ServiceState
    from msgcore.session.sessions.recipients import RecipientCheck
    from msgcore.session.tables.events import TableEvent, TableEventKind
    from msgcore.session.tables.gap import Bookmark, Position
    from msgcore.session.validation import ProfileReport, ServiceFault, ServiceReport, ValidationStage
    from msgcore.spi.addressbook import AddressBookEntry
    from msgcore.spi.changes import Change, ChangeKind, Changes
    from msgcore.spi.folders import ReceiveFolder, Search
    from msgcore.spi.message_state import OwedReceipt
    from msgcore.spi.recovery import Fault
    from msgcore.spi.registry import register_content_check, register_gateway, register_service
    from msgcore.spi.retrieval import Waiting
    from msgcore.spi.store import FolderFacts, Incoming, MessageFlag, MessageStatus, SpecialFolder
    from msgcore.spooler.retrieval.report import RetrievalFault, RetrievalProgress, RetrievalReport

__version__: str

__all__ = [
    "Accepted",
    "Address",
    "AddressBook",
    "AddressBookEntry",
    "Attachment",
    "Bookmark",
    "Certainty",
    "Change",
    "ChangeKind",
    "Changes",
    "Converted",
    "Deferred",
    "Delivered",
    "DeliveryRequest",
    "Difference",
    "Fault",
    "Folder",
    "FolderFacts",
    "Importance",
    "Incoming",
    "Item",
    "Limits",
    "Loss",
    "LossReason",
    "Maildrop",
    "Message",
    "MessageFlag",
    "MessageStatus",
    "MessageStore",
    "MsgcoreError",
    "NotAccepted",
    "Notification",
    "NotificationKind",
    "Notify",
    "Organization",
    "Outcome",
    "Outcomes",
    "OwedReceipt",
    "Pending",
    "Position",
    "PostOffice",
    "ProbeReport",
    "Profile",
    "ProfileAdmin",
    "ProfileExport",
    "ProfileImport",
    "ProfileReport",
    "ReadReceipt",
    "ReceiveFolder",
    "Recipient",
    "RecipientCheck",
    "RecipientKind",
    "Refused",
    "RemoteHeader",
    "RemoteHeaders",
    "ResourceFlag",
    "ResourceMethod",
    "ResourceType",
    "RetrievalFault",
    "RetrievalProgress",
    "RetrievalReport",
    "ReturnedContent",
    "SafeHtml",
    "Search",
    "Secret",
    "Sensitivity",
    "ServiceAdmin",
    "ServiceFault",
    "ServiceReport",
    "ServiceState",
    "Session",
    "SessionNotifications",
    "SetupError",
    "SpecialFolder",
    "StoredMessage",
    "Strictness",
    "Submission",
    "Table",
    "TableEvent",
    "TableEventKind",
    "Transport",
    "TryAgain",
    "Unknown",
    "UsageError",
    "ValidationStage",
    "Verdict",
    "Waiting",
    "aio",
    "compare",
    "convert",
    "errors",
    "forward",
    "logon",
    "mime",
    "msg",
    "mta",
    "open_maildrop",
    "open_organization",
    "open_post_office",
    "open_store",
    "open_transport",
    "preview",
    "probe",
    "props",
    "read_message",
    "receive",
    "register_content_check",
    "register_gateway",
    "register_service",
    "reply",
    "rtf",
    "safe_html",
    "send",
    "tnef",
    "validate_profile",
    "write_message",
]

_OPENING = (
    "logon",
    "open_maildrop",
    "open_post_office",
    "open_store",
    "open_transport",
    "receive",
    "send",
    "validate_profile",
)
_MODEL = (
    "Accepted",
    "Address",
    "Attachment",
    "Certainty",
    "Deferred",
    "Delivered",
    "DeliveryRequest",
    "Difference",
    "Importance",
    "Message",
    "Notify",
    "Outcome",
    "Outcomes",
    "Pending",
    "Recipient",
    "RecipientKind",
    "Refused",
    "ReturnedContent",
    "Sensitivity",
    "Unknown",
    "compare",
)
_PROFILE = ("Profile", "ProfileAdmin", "ProfileExport", "ProfileImport", "ServiceAdmin")
_VALIDATION = ("ProfileReport", "ServiceFault", "ServiceReport", "ValidationStage")
_ERRORS = ("MsgcoreError", "NotAccepted", "SetupError", "TryAgain", "UsageError")
_CONVERSION = ("Converted", "Loss", "LossReason", "convert")
_CHANGES = ("Change", "ChangeKind", "Changes")
_NOTIFICATION = ("Notification", "NotificationKind")
_STATUS = ("ResourceFlag", "ResourceMethod", "ResourceType", "ServiceState")
_REPORT = ("RetrievalFault", "RetrievalProgress", "RetrievalReport")
_STORE = ("FolderFacts", "Incoming", "MessageFlag", "MessageStatus", "SpecialFolder")
_WHERE = {
    **dict.fromkeys(_OPENING, "msgcore.blocking.opening"),
    **dict.fromkeys(_MODEL, "msgcore.model"),
    **dict.fromkeys(_CHANGES, "msgcore.spi.changes"),
    **dict.fromkeys(_STORE, "msgcore.spi.store"),
    **dict.fromkeys(_NOTIFICATION, "msgcore.session.notices.notification"),
    **dict.fromkeys(_STATUS, "msgcore.session.services"),
    **dict.fromkeys(_REPORT, "msgcore.spooler.retrieval.report"),
    "AddressBook": "msgcore.blocking.address_book",
    "AddressBookEntry": "msgcore.spi.addressbook",
    "Folder": "msgcore.blocking.folder",
    "Item": "msgcore.blocking.item",
    "Maildrop": "msgcore.blocking.maildrop",
    "MessageStore": "msgcore.blocking.store",
    "StoredMessage": "msgcore.blocking.stored_message",
    "Table": "msgcore.blocking.table",
    "RemoteHeader": "msgcore.session.remote_headers",
    "RemoteHeaders": "msgcore.blocking.remote_headers",
    "ReadReceipt": "msgcore.session.read_flags",
    "ReceiveFolder": "msgcore.spi.folders",
    "Search": "msgcore.spi.folders",
    "OwedReceipt": "msgcore.spi.message_state",
    "Fault": "msgcore.spi.recovery",
    "Waiting": "msgcore.spi.retrieval",
    "SafeHtml": "msgcore.model.safe_html",
    "safe_html": "msgcore.model.safe_html",
    "preview": "msgcore.model.preview",
    "forward": "msgcore.model.reply",
    "reply": "msgcore.model.reply",
    "Organization": "msgcore.blocking.organization",
    "open_organization": "msgcore.blocking.organization",
    "probe": "msgcore.blocking.probing",
    "PostOffice": "msgcore.blocking.post_office",
    "Session": "msgcore.blocking.session",
    "SessionNotifications": "msgcore.blocking.notifications",
    "Transport": "msgcore.blocking.transport",
    "Limits": "msgcore.base.octets",
    "Secret": "msgcore.base.text",
    "Strictness": "msgcore.base.findings",
    "ProbeReport": "msgcore.session.probe",
    "RecipientCheck": "msgcore.session.sessions.recipients",
    "Submission": "msgcore.session.access",
    "Verdict": "msgcore.session.probe",
    "Bookmark": "msgcore.session.tables.gap",
    "Position": "msgcore.session.tables.gap",
    "TableEvent": "msgcore.session.tables.events",
    "TableEventKind": "msgcore.session.tables.events",
    **dict.fromkeys(_PROFILE, "msgcore.profile"),
    **dict.fromkeys(_VALIDATION, "msgcore.session.validation"),
    **dict.fromkeys(_ERRORS, "msgcore.errors"),
    **dict.fromkeys(_CONVERSION, "msgcore.codecs.convert"),
    "read_message": "msgcore.codecs",
    "write_message": "msgcore.codecs",
    "register_content_check": "msgcore.spi.registry",
    "register_gateway": "msgcore.spi.registry",
    "register_service": "msgcore.spi.registry",
}
_MODULES = {
    "aio": "msgcore.aio",
    "errors": "msgcore.errors",
    "mime": "msgcore.codecs.mime",
    "msg": "msgcore.codecs.msg",
    "mta": "msgcore.mta",
    "props": "msgcore.props",
    "rtf": "msgcore.codecs.rtf",
    "tnef": "msgcore.codecs.tnef",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        value: object = importlib.import_module(_MODULES[name])
    elif name == "__version__":
        from importlib.metadata import version

        value = version("msgcore")
    elif name in _WHERE:
        value = getattr(importlib.import_module(_WHERE[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_elsewhere(name)}")
    globals()[name] = value
    return value


def _elsewhere(name: str) -> str:
    """Say which module has a name that is looked for here."""
    if name[:1].isupper():
        for module in ("errors", "props", "mta"):
            if hasattr(importlib.import_module(_MODULES[module]), name):
                return f"; it is {__name__}.{module}.{name}"
    return ""


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

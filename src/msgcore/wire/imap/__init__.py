"""IMAP4rev1 and rev2 (RFC 3501, RFC 9051) with their extensions, by the client's and by the server's side."""

from msgcore.wire.imap.account import ImapServer
from msgcore.wire.imap.appending import Letter
from msgcore.wire.imap.capabilities import Capabilities
from msgcore.wire.imap.command import Atom, Chunks, Command, Literal, flag
from msgcore.wire.imap.conversation import Conversation
from msgcore.wire.imap.criteria import SearchCriteria, all_of, header, key, not_, or_, saved, uids
from msgcore.wire.imap.fetching import Fetching, Until
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.idling import Watched
from msgcore.wire.imap.limits import Limits
from msgcore.wire.imap.login import greet
from msgcore.wire.imap.mailboxes import Mailbox
from msgcore.wire.imap.quirks import QUIRKS, Behaviour, Quirk
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.selected import Known, Selected
from msgcore.wire.imap.session import ImapSession, open_session
from msgcore.wire.imap.structure import BodyPart, Envelope, ImapAddress
from msgcore.wire.imap.uid_codes import AppendUid, CopyUid
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = [
    "MAX_UID",
    "QUIRKS",
    "Answer",
    "AppendUid",
    "Atom",
    "Behaviour",
    "BodyPart",
    "Capabilities",
    "Chunks",
    "Command",
    "Conversation",
    "CopyUid",
    "Envelope",
    "Fetch",
    "Fetching",
    "ImapAddress",
    "ImapServer",
    "ImapSession",
    "Known",
    "Letter",
    "Limits",
    "Literal",
    "Mailbox",
    "Quirk",
    "SearchCriteria",
    "Selected",
    "UidSet",
    "Until",
    "Watched",
    "all_of",
    "flag",
    "greet",
    "header",
    "key",
    "not_",
    "open_session",
    "or_",
    "saved",
    "uids",
]

"""Whether a program or a list sent a message, by its header: then an answer that nobody asked for helps nobody."""

from __future__ import annotations

import re

from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.model.message import Message, check_message
from msgcore.props.table import PidTagAutoResponseSuppress

__all__ = ["is_automatic"]

_LIST_FIELDS = ("List-Id", "List-Post", "List-Unsubscribe")
_BULK = frozenset({"bulk", "list", "junk"})
_AUTO_REPLY = 0x20
# As it is said, or as some servers write it.
_NULL_PATH = re.compile(r"\s*<\s*(?:MAILER-DAEMON\b[^>]*)?>\s*\Z", re.IGNORECASE)
_REPORT = re.compile(r"\s*multipart/report\b", re.IGNORECASE)


def is_automatic(message: Message) -> bool:
    """Say whether a program or a list sent a message, or asks for no answer of one, so that no program answers it.

    Its header says so by Auto-Submitted (RFC 3834), Precedence, List-Id (RFC 2919), List-Post or List-Unsubscribe (RFC
    2369), or X-Auto-Response-Suppress ([MS-OXCMAIL] section 2.1.3.2.20). A report is automatic, and so is what came
    with the null return path or from MAILER-DAEMON.
    """
    check_message(message)
    headers = message.headers
    submitted = without_comments(headers.get("Auto-Submitted") or "no").partition(";")[0].strip().lower()
    precedence = (headers.get("Precedence") or "").strip().lower()
    is_of_list = any(headers.get(name) is not None for name in _LIST_FIELDS)
    wants_none = bool(message.get(PidTagAutoResponseSuppress, 0) & _AUTO_REPLY)
    return submitted != "no" or precedence in _BULK or is_of_list or wants_none or _is_of_mail_system(message)


def _is_of_mail_system(message: Message) -> bool:
    if message.message_class.upper().startswith("REPORT.") or _REPORT.match(message.headers.get("Content-Type") or ""):
        return True
    sender = message.from_
    is_daemon = sender is not None and sender.email_address.partition("@")[0].lower() == "mailer-daemon"
    return is_daemon or _NULL_PATH.match(message.headers.get("Return-Path") or "") is not None

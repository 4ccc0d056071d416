"""What Outlook's forms have otherwise than Internet mail, on purpose."""

from __future__ import annotations

import re

from msgcore.model.compare import Difference
from msgcore.model.message import Message


def is_signed(message: Message) -> bool:
    return message.message_class == "IPM.Note.SMIME.MultipartSigned"


def is_of_outlook(difference: Difference, message: Message) -> bool:
    """Whether Outlook's forms have it otherwise.

    What was signed is one attachment, rows are whom a report is of, and a calendar is a file with a name.
    """
    where = difference.where
    while (step := re.match(r"attachments\[(\d+)\]\.(?=attachments|recipients)", where)) is not None:
        inner = message.attachments[int(step[1])].message
        assert inner is not None
        message, where = inner, where[step.end() :]
    if where.startswith("recipients"):
        return message.message_class.startswith("REPORT.")
    if message.message_class.startswith(("IPM.Appointment", "IPM.Schedule.Meeting.")):
        return "MessageClass" in where or where.endswith((".filename", ".PidTagDisplayName"))
    return is_signed(message) and where.startswith("attachments")

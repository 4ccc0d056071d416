""".msg files ([MS-OXMSG]): messages as Outlook saves them."""

from msgcore.codecs.msg.reader import check as check
from msgcore.codecs.msg.reader import read as read
from msgcore.codecs.msg.writer import write as write
from msgcore.codecs.msg.writer import write_chunks as write_chunks

__all__ = ["check", "read", "write", "write_chunks"]

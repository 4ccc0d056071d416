"""TNEF ([MS-OXTNEF]): the native form of a MAPI message, as it stands in ``winmail.dat``."""

from msgcore.codecs.tnef.attributes import is_tnef as is_tnef
from msgcore.codecs.tnef.reader import check as check
from msgcore.codecs.tnef.reader import read as read
from msgcore.codecs.tnef.writer import write as write
from msgcore.codecs.tnef.writer import write_chunks as write_chunks

__all__ = ["check", "is_tnef", "read", "write", "write_chunks"]

"""Compound files ([MS-CFB]): storages and streams in one file, read and written.

:func:`read_compound` gives the root :class:`Storage` of octets; :func:`write_compound` makes octets of a
:class:`NewStorage`, and :func:`copy_of` makes the second from the first.
"""

from msgcore.codecs.compound.new_storage import NewStorage as NewStorage
from msgcore.codecs.compound.new_storage import copy_of as copy_of
from msgcore.codecs.compound.reader import is_compound as is_compound
from msgcore.codecs.compound.reader import read_compound as read_compound
from msgcore.codecs.compound.storage import Storage as Storage
from msgcore.codecs.compound.storage import Stream as Stream
from msgcore.codecs.compound.writer import write_compound as write_compound
from msgcore.codecs.compound.writer import write_compound_chunks as write_compound_chunks

"""In which form a message is written: for storage, or for what the next hop takes."""

from __future__ import annotations

import attrs

from msgcore.codecs.mime.syntax.transfer import Domain

__all__ = ["STORAGE", "WriteForm"]


@attrs.frozen
class WriteForm:
    """What the writer may use; the default is the storage form, which every program reads.

    ``domain`` is the widest that a body may have without being encoded. ``utf8`` lets text stand in header fields as
    it is (RFC 6532); addresses that are not ASCII always do, they have no other form. ``flowed`` writes plain text
    that was composed as format=flowed (RFC 3676). Without ``bcc`` no field tells of blind recipients. With ``tnef`` the
    whole message stands in a TNEF stream, beside a plain text.
    """

    bcc: bool = True
    domain: Domain = Domain.SEVEN_BIT
    utf8: bool = False
    flowed: bool = False
    tnef: bool = False


STORAGE = WriteForm()

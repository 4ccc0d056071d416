"""What an answer says of one name: its aliases, the records at their end, or that there are none. Nothing is checked.

What a name server says of other names than those that the question leads to is never looked at.
"""

from __future__ import annotations

from typing import Any, cast

import attrs
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.ANY.TLSA import TLSA
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from msgcore.errors import ResolverFailed
from msgcore.runtime.dns.records import DnsRecord, MxRecord
from msgcore.runtime.tlsa import TlsaRecord

__all__ = ["MOST_ALIASES", "Finding", "find", "name_text", "records_of", "rrset_of", "written"]

MOST_ALIASES = 12
"""How many aliases one question is followed through."""

# RFC 2308 section 5: longer would let a typing error of a zone's keeper last too long.
_LONGEST_NEGATIVE_SECONDS = 3 * 3_600


@attrs.frozen
class Finding:
    """What a message says of a name.

    ``aliases`` lead, one after the other, from the name that was asked for to ``name``. ``rrset`` is what is there, or
    ``None``: then ``exists`` and ``is_whole`` tell "no such name" and "nothing of this kind" from "ask for that one".
    """

    name: dns.name.Name
    aliases: tuple[dns.rrset.RRset, ...]
    rrset: dns.rrset.RRset | None
    exists: bool
    is_whole: bool
    ttl_seconds: int


def find(message: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Finding:
    """Follow a name through the aliases of one message.

    Raises:
        ResolverFailed: they lead in a circle, or too far.
    """
    aliases: list[dns.rrset.RRset] = []
    seen = {name}
    while (rrset := rrset_of(message.answer, name, kind)) is None:
        alias = rrset_of(message.answer, name, dns.rdatatype.CNAME)
        if alias is None:
            break
        aliases.append(alias)
        name = _target_of(alias)
        if name in seen or len(aliases) > MOST_ALIASES:
            raise ResolverFailed(f"{name}: aliases (CNAME) lead in a circle, or too far")
        seen.add(name)
    exists = rrset is not None or message.rcode() != dns.rcode.NXDOMAIN
    negative_ttl = None if rrset is not None else _negative_ttl(message, name)
    is_whole = rrset is not None or not exists or not aliases or negative_ttl is not None
    seconds = [alias.ttl for alias in aliases]
    if rrset is not None:
        seconds.append(rrset.ttl)
    elif is_whole:
        seconds.append(negative_ttl or 0)
    return Finding(name, tuple(aliases), rrset, exists, is_whole, min(seconds))


def rrset_of(
    section: list[dns.rrset.RRset], name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> dns.rrset.RRset | None:
    for rrset in section:
        if rrset.rdtype == kind and rrset.rdclass == dns.rdataclass.IN and rrset.name == name:
            return rrset
    return None


def records_of(rrset: dns.rrset.RRset | None) -> list[dns.rdata.Rdata]:
    """Give the records of a set, which dnspython does not annotate; those of none are none."""
    return list(cast(Any, rrset or ()))


def _target_of(alias: dns.rrset.RRset) -> dns.name.Name:
    record = records_of(alias)[0]
    if len(alias) != 1 or not isinstance(record, CNAME):
        raise ResolverFailed(f"{alias.name}: {len(alias)} aliases (CNAME) at one name")
    return record.target


def _negative_ttl(message: dns.message.Message, name: dns.name.Name) -> int | None:
    """Say how long it may be believed that there is nothing (RFC 2308 section 5), if a zone of the name says so."""
    for rrset in message.authority:
        record = records_of(rrset)[0]
        if isinstance(record, SOA) and name.is_subdomain(rrset.name):
            return min(rrset.ttl, record.minimum, _LONGEST_NEGATIVE_SECONDS)
    return None


def written(record: dns.rdata.Rdata) -> DnsRecord:
    """Turn a record of one of the kinds that are asked for into the value that callers get."""
    match record:
        case A() | AAAA():
            return str(record.address)
        case MX():
            return MxRecord(record.preference, name_text(record.exchange))
        case PTR() | CNAME():
            return name_text(record.target)
        case TXT():
            return b"".join(record.strings)
        case TLSA():
            return TlsaRecord(record.usage, record.selector, record.mtype, record.cert)
        case _:
            raise AssertionError(f"{record!r} was not asked for")


def name_text(name: dns.name.Name) -> str:
    """Write a name in lower case, without the last dot; the root is empty."""
    return name.canonicalize().to_text(omit_final_dot=True).removesuffix(".")

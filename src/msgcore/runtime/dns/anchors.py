"""Whom the validation of DNSSEC believes without proof: the keys at the top."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import dns.dnssec
import dns.exception
import dns.name
import dns.zonefile
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from msgcore.base.plain_files import open_plain
from msgcore.errors import SetupError
from msgcore.runtime.dns.answers import records_of

__all__ = ["trust_anchors"]

# IANA's root-anchors.xml: the keys of 2017 and of 2024.
_ROOT = """
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
"""


def trust_anchors(file: Path | None) -> Mapping[dns.name.Name, tuple[DS, ...]]:
    """Give the anchors of each zone, from a file of DS or DNSKEY records; ``None``: the root's.

    Raises:
        SetupError: the file cannot be read, or holds anything else, or nothing.
    """
    try:
        text = _ROOT if file is None else _read(file)
        rrsets = dns.zonefile.read_rrsets(text, rdclass=None, default_ttl=0)
        anchors = {rrset.name: [_ds(rrset.name, record) for record in records_of(rrset)] for rrset in rrsets}
    except (OSError, ValueError, dns.exception.DNSException) as error:
        raise SetupError(f"{file}: no trust anchors: {error}") from error
    if not anchors:
        raise SetupError(f"{file}: no trust anchors: it holds no record")
    return {name: tuple(records) for name, records in anchors.items()}


def _read(file: Path) -> str:
    with open_plain(file) as opened:
        return "\n".join(opened.read().decode().splitlines())


def _ds(name: dns.name.Name, record: object) -> DS:
    if isinstance(record, DNSKEY):
        return dns.dnssec.make_ds(name, record, "SHA256")
    if not isinstance(record, DS):
        raise ValueError(f"{record} is neither DS nor DNSKEY")
    return record

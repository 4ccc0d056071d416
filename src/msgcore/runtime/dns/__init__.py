"""The domain name system: questions to name servers, the answers kept, and what DNSSEC says of them.

The resolver loads on first use (PEP 562), and dnspython with it; settings and answers are plain values.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from msgcore.runtime.dns.records import DnsAnswer, DnsKind, DnsSettings, MxRecord
from msgcore.runtime.tlsa import TlsaRecord

if TYPE_CHECKING:
    from msgcore.runtime.dns.resolver import Resolver

__all__ = ["DnsAnswer", "DnsKind", "DnsSettings", "MxRecord", "Resolver", "TlsaRecord"]


def __getattr__(name: str) -> object:
    if name != "Resolver":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = importlib.import_module(f"{__name__}.resolver").Resolver
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""What a session is held under: what the server offers, and what the client has switched on."""

from __future__ import annotations

import attrs

__all__ = ["Terms"]


@attrs.define
class Terms:
    offers: frozenset[str]
    enabled: set[str] = attrs.field(factory=set[str])

    @property
    def with_modseq(self) -> bool:
        """Whether changes of flags are told with MODSEQ (RFC 7162 section 3.1)."""
        return bool(self.enabled & {"CONDSTORE", "QRESYNC"})

    @property
    def with_uids(self) -> bool:
        """Whether VANISHED stands for EXPUNGE (RFC 7162 section 3.2.10)."""
        return "QRESYNC" in self.enabled

    def enable_condstore(self) -> None:
        """Do as RFC 7162 section 3.1 has it: some commands switch CONDSTORE on."""
        if "CONDSTORE" in self.offers:
            self.enabled.add("CONDSTORE")

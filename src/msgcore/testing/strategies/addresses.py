"""Addresses and recipients."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.model.address import SMTP, Address
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.testing.strategies.texts import header_texts, long_header_texts

__all__ = ["addresses", "bare_names", "recipients", "smtp_addresses", "typed_addresses"]

_KINDS = (SMTP, "FAX", "X400", "MS", "X-OWN")
_ATOM = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
_DOTTED = st.lists(_ATOM, min_size=1, max_size=3).map(".".join)
_QUOTED = st.text('ab ,;:<>@()[]."\\', max_size=10).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
_DOMAIN = st.sampled_from(["a.test", "b.c.test", "xn--nda.test", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
_FOREIGN_LOCAL = st.sampled_from(["ö", "あ.い", "b"])
_FOREIGN_DOMAIN = st.sampled_from(["ö.test", "例え.test"])


def smtp_addresses(*, ascii_only: bool = False) -> SearchStrategy[Address]:
    """SMTP addresses that may stand in an SMTP command, with or without a display name of any characters.

    Local parts are atoms, dotted atoms and quoted strings; domains are names and literals; unless ``ascii_only``
    either may need SMTPUTF8 (RFC 6531).
    """
    plain = st.tuples(_DOTTED | _QUOTED, _DOMAIN)
    parts = plain if ascii_only else st.one_of(plain, st.tuples(_FOREIGN_LOCAL, _DOMAIN | _FOREIGN_DOMAIN))
    return st.builds(Address, st.just(SMTP), parts.map("@".join), st.just("") | long_header_texts())


def typed_addresses(*kinds: str) -> SearchStrategy[Address]:
    """Resolved addresses of the types in ``kinds`` (SMTP, FAX, X400, MS and X-OWN), names and values of any characters.

    Among them are SMTP addresses that break the rules, as messages that were read have them; so these are for stores
    and codecs, :func:`smtp_addresses` are for transports.
    """
    broken = st.builds(
        Address, st.sampled_from(kinds or _KINDS), header_texts().filter(bool), st.just("") | long_header_texts()
    )
    return broken if kinds and SMTP not in kinds else smtp_addresses() | broken


def bare_names() -> SearchStrategy[Address]:
    """Names that have still to be resolved; none is empty or all white space."""
    return st.builds(Address, st.just(""), st.just(""), long_header_texts().filter(lambda name: bool(name.strip())))


def addresses() -> SearchStrategy[Address]:
    """Addresses of every kind: :func:`typed_addresses` and :func:`bare_names`."""
    return typed_addresses() | bare_names()


def recipients(of: SearchStrategy[Address] | None = None) -> SearchStrategy[Recipient]:
    """Recipients as To, Cc or Bcc, never as originator; ``of`` gives their addresses (:func:`addresses`)."""
    kinds = st.sampled_from([RecipientKind.TO, RecipientKind.CC, RecipientKind.BCC])
    return st.builds(Recipient, addresses() if of is None else of, kinds)

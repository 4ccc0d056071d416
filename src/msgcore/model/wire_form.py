"""A message as it goes to a next hop."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["WireForm"]


class WireForm(NamedTuple):
    """Octets, and whether they are known to be lines that end with CR LF, without NUL and any other CR or LF.

    What is not known is looked for before anything is sent.
    """

    octets: bytes
    is_text: bool = False

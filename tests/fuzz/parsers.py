"""Every parser of octets from outside, with the errors that it may raise and the seeds that are changed."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fuzz.codecs import CODECS
from tests.fuzz.conversations import CONVERSATIONS
from tests.fuzz.parser import Parser
from tests.fuzz.texts import TEXTS

__all__ = ["PARSERS"]

PARSERS: Mapping[str, Parser] = {**CODECS, **CONVERSATIONS, **TEXTS}

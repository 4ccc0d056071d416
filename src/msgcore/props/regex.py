"""Regular expressions that take time linear in the text, whatever the pattern (RE2; the extra ``regex``)."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

from msgcore.errors import MissingExtra, TooComplex

__all__ = ["MAX_PATTERN_CHARACTERS", "compile_pattern"]

MAX_PATTERN_CHARACTERS = 10_000
_MEMORY_OCTETS = 2 * 1024 * 1024  # for one pattern and what is remembered while it runs
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Give a function that says whether the pattern is found in a text. Half of a surrogate pair counts as U+FFFD.

    Raises:
        TooComplex: RE2 does not take the pattern; the text says why.
        MissingExtra: RE2 is not installed.
    """
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise TooComplex(f"a pattern of {len(pattern)} characters: no more than {MAX_PATTERN_CHARACTERS} are taken")
    try:
        engine: Any = importlib.import_module("re2")
    except ImportError as error:
        raise MissingExtra("regex", "a regular expression in a restriction") from error
    options = engine.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY_OCTETS
    try:
        search: Callable[[bytes], object] = engine.compile(_octets(pattern), options).search
    except engine.error as error:
        raise TooComplex(f"pattern {pattern[:100]!r}: {_reason(error)}") from error
    return lambda text: search(_octets(text)) is not None


def _octets(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALF_PAIR.sub("\ufffd", text).encode()


def _reason(error: Exception) -> str:
    reason: object = error.args[0]
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)

"""All oracles, compared."""

from __future__ import annotations

from pathlib import Path

from tests.codecs.mime.agreement import imaptest, mime4j, stalwart_messages, stalwart_tables, stdlib_email
from tests.codecs.mime.agreement.comparison import Comparison

__all__ = ["ORACLES", "compare_all"]

ORACLES = (stalwart_messages, stalwart_tables, mime4j, imaptest, stdlib_email)


def compare_all(corpus: Path) -> list[Comparison]:
    return [comparison for oracle in ORACLES for comparison in oracle.compare(corpus)]

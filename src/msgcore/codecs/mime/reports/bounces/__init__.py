"""Bounces of servers that do not follow RFC 3464, recognised by rules kept as data."""

from msgcore.codecs.mime.reports.bounces.reading import read_bounce

__all__ = ["read_bounce"]

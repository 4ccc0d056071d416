"""Messages for archives: octets of every kind, and what archives say of them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from msgcore.transfer import ArchivedMessage

__all__ = ["archived", "composed", "letters"]

_LINES = st.sampled_from(
    [
        b"From ",
        b"From here on",
        b"From ann@a.test Fri Jan  2 03:04:05 2026",
        b">From x",
        b">>From x",
        b"Subject: x",
        b"Content-Length: 3",
        b"content-length:999999",
        b"Status: RO",
        b"",
        b"\r",
        b"x\r",
        b"\xe9\xff\x00",
        b"text",
    ]
)


def letters() -> st.SearchStrategy[bytes]:
    """Octets: lines that mean something in an mbox, with or without a line end behind the last; or any octets."""
    lines = st.lists(_LINES, max_size=12).map(b"\n".join)
    return lines | lines.map(lambda octets: octets + b"\n") | st.binary(max_size=40)


def composed() -> st.SearchStrategy[bytes]:
    """Messages as programs write them: fields, a blank line, a body of lines; with either line end."""
    body = st.lists(_LINES, max_size=8).map(lambda lines: b"".join(line + b"\n" for line in lines))
    parts = st.tuples(st.sampled_from([b"Subject: x\n", b"From: a@b.test\nTo: c@d.test\n"]), body)
    return parts.map(b"\n".join).flatmap(lambda one: st.sampled_from([one, one.replace(b"\n", b"\r\n")]))


def archived(octets: st.SearchStrategy[bytes]) -> st.SearchStrategy[ArchivedMessage]:
    """Messages with a time of delivery in whole seconds, or none."""
    times = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
    return st.builds(
        ArchivedMessage, octets, received_at=st.none() | times.map(lambda moment: moment.replace(microsecond=0))
    )

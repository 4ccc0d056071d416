"""MIME that breaks the rules, and any octets that may come as a message."""

from __future__ import annotations

import re

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.testing.strategies.mime_trees import MimeTree, mime_trees

__all__ = ["damaged_mime", "mail_octets"]

_ENDS = [b"\r\n", b"\n", b"\r"]
_NO_FIELDS = [b"From a@b Mon Jan 1", b"", b" folded", b"no field", b": no name", b"\xff", b"\0"]
_FIELDS = [
    b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Type: multipart/mixed",
    b'Content-Type: multipart/digest; boundary=""',
    b"Content-Type: multipart/signed; boundary=b; boundary=c",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    b"Content-Type: message/rfc822",
    b"Content-Type: message/delivery-status",
    b"Content-Type: text/html; charset=x-unknown",
    b"Content-Type: text/plain; charset=x-unknown; charset=utf-8",
    b"Content-Type: text/plain; charset=utf-16",
    b"Content-Type: text",
    b"Content-Type:",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Transfer-Encoding: x-uuencode",
    b"Content-Transfer-Encoding: rot13",
    b"Content-Disposition: attachment; filename*0*=utf-8''%c3; filename*1*=%a5",
    b'Content-Disposition: attachment; filename="a',
    b"Subject: =?utf-8?q?a_=C3=A5?=",
    b"Subject : \xff",
    b'To: "a" <b@c>, (d',
    b"Date: Tue, 99 Jul 2003 10:52:37 +9999",
    b"Received: x; 1 Jul 2003 10:52:37",
    b"Bcc: c@d",
    b"Final-Recipient: rfc822; a@b",
    b"Action: failed",
]
_CONTENTS = [
    b"",
    b"--b",
    b"--b--",
    b"--",
    b"AAAA=",
    b"AA==AAAA",
    b"a=x",
    b"begin 644 a",
    b"\0",
    b"\xff",
    b"x" * 1_200,
]

_LINE_ENDS = st.sampled_from(_ENDS)
_LINE_ENDS_OF_A_MESSAGE = _LINE_ENDS.map(st.just) | st.just(_LINE_ENDS)
_TARGETS: dict[str, re.Pattern[bytes]] = {
    "any line": re.compile(b""),
    "delimiter": re.compile(rb"--"),
    "field": re.compile(rb"[!-9;-~]+:"),
    "parameter": re.compile(rb".*(?:charset|boundary|filename)", re.IGNORECASE),
    "blank line": re.compile(rb"\Z"),
    "quoted-printable": re.compile(rb".*=[0-9A-F]{2}"),
    "base64": re.compile(rb"(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/=]{4}\Z"),
}
_TARGET_NAMES = st.sampled_from([*_TARGETS, "first line"])
_MESS = st.one_of(st.sampled_from(_NO_FIELDS), st.sampled_from(_FIELDS), st.sampled_from(_CONTENTS))
_MESS_AT = {
    "first line": st.sampled_from(_NO_FIELDS),
    "field": st.sampled_from(_FIELDS),
    "parameter": st.sampled_from(_FIELDS),
    "quoted-printable": st.sampled_from(_CONTENTS),
    "base64": st.sampled_from(_CONTENTS),
}
_ACCIDENTS = st.sampled_from(["doubled", "lost", "replaced", "preceded", "bitten", "spilled", "lengthened"])
_COUNTS = st.integers(1, 4)
_SPILLS = st.binary(min_size=1, max_size=4)
_TAILS = st.sampled_from([b"--", b" ", b"\t;", b'"', b"=", b"("])


def damaged_mime(depth: int = 3) -> SearchStrategy[bytes]:
    """Octets of a right MIME message after one to four accidents, so that it shrinks to a small tree.

    Delimiters lost or doubled, base64 cut short, fields lost, doubled, and mixed up with others, no blank line behind a
    header, mbox separators, NUL and octets that fit no charset, long lines, an end in mid-air, line ends of several
    kinds. An accident may do no harm, so some messages are still right.
    """
    return mime_trees(depth).flatmap(_damaged)


@st.composite
def _damaged(draw: st.DrawFn, tree: MimeTree) -> bytes:
    lines = tree.octets.split(tree.line_end)
    for _ in range(draw(_COUNTS)):
        target = draw(_TARGET_NAMES)
        at = _draw_place(draw, target, lines)
        lines[at : at + 1] = _draw_accident(draw, lines[at], _MESS_AT.get(target, _MESS))
        lines = lines or [b""]
    if draw(st.booleans()):
        lines = lines[: draw(st.integers(1, len(lines)))]
    ends = draw(_LINE_ENDS_OF_A_MESSAGE)
    return b"".join(part for line in lines[:-1] for part in (line, draw(ends))) + lines[-1]


def _draw_place(draw: st.DrawFn, target: str, lines: list[bytes]) -> int:
    """Draw the number of a line to hit: one of the target's kind, if there is one."""
    if target == "first line":
        return 0
    numbers = [number for number, line in enumerate(lines) if _TARGETS[target].match(line)]
    return draw(st.sampled_from(numbers or range(len(lines))))


def _draw_accident(draw: st.DrawFn, line: bytes, mess: SearchStrategy[bytes]) -> list[bytes]:
    """Draw the lines that stand in the place of ``line`` after an accident, which may bring in others."""
    match draw(_ACCIDENTS):
        case "doubled":
            return [line, line]
        case "lost":
            return []
        case "replaced":
            return [draw(mess)]
        case "preceded":
            return [draw(mess), line]
        case "bitten":
            at, size = draw(st.integers(0, len(line))), draw(st.integers(1, 3))
            return [line[:at] + line[at + size :]]
        case "spilled":
            at = draw(st.integers(0, len(line)))
            return [line[:at] + draw(_SPILLS) + line[at:]]
        case _:
            return [line + draw(_TAILS)]


def mail_octets(depth: int = 3) -> SearchStrategy[bytes]:
    """Any octets that may come as a message: damaged MIME, right MIME, lines of mail in any order, and any octets."""
    lines = st.lists(st.tuples(_MESS, st.sampled_from([b"\r\n", *_ENDS])).map(b"".join), max_size=25).map(b"".join)
    return st.one_of(
        st.binary(max_size=400), lines, mime_trees(depth).map(lambda tree: tree.octets), damaged_mime(depth)
    )

"""Header fields of MIME trees, written in any of the ways that the RFCs allow; line ends are LF here.

These are plain functions that draw, and the strategies are made once: a tree has many fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["draw_field", "draw_filename", "draw_other_fields", "draw_parameter"]

_NOT_IN_TOKENS = frozenset(b' \t()<>@,;:\\"/[]?=')
_YES_OR_NO = st.booleans()
_CASES: SearchStrategy[Callable[[bytes], bytes]] = st.sampled_from([bytes, bytes.lower, bytes.upper])
_GAPS_BEFORE_VALUE = st.sampled_from([b" ", b"", b"\n "])
_GAPS = st.sampled_from([b" ", b"", b"\n ", b"\n\t "])

_OTHER_FIELDS = st.lists(
    st.sampled_from(
        [
            b"Subject: Hi\n",
            b"From: Ann <ann@a.test>\n",
            b'To: "Bob, B." <bob@b.test>,\n\tc@d.test\n',
            b"Date: Tue, 1 Jul 2003 10:52:37 +0200\n",
            b"Message-ID: <1@a.test>\n",
            b"Comments: =?utf-8?q?=C3=A5?=\n =?utf-8?b?w6U=?=\n",
            b"Received: from a.test by b.test;\n Tue, 1 Jul 2003 10:52:37 +0200 (CEST)\n",
            b"X-Empty:\n",
            b"X-Long: " + b"x" * 300 + b"\n",
        ]
    ),
    max_size=4,
    unique=True,
)


def draw_other_fields(draw: st.DrawFn) -> bytes:
    """Draw fields of a message beside the Content fields, each at most once; often none."""
    return b"".join(draw(_OTHER_FIELDS))


def draw_field(draw: st.DrawFn, name: bytes, tokens: Sequence[bytes]) -> bytes:
    """Write a value and its parameters: the name in any case, between any two of them a fold, a space, or nothing."""
    field = draw(_CASES)(name) + b":" + draw(_GAPS_BEFORE_VALUE) + tokens[0]
    for token in tokens[1:]:
        field += b";" + draw(_GAPS) + token
    return field + b"\n"


def draw_parameter(draw: st.DrawFn, name: bytes, value: bytes) -> bytes:
    """Write a parameter: as it is where its value is a token, or in quotes."""
    is_token = bool(value) and not _NOT_IN_TOKENS & set(value)
    if is_token and draw(_YES_OR_NO):
        return draw(_CASES)(name) + b"=" + value
    return name + b'="' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def draw_filename(draw: st.DrawFn, filename: str) -> list[bytes]:
    """Write a file name: plain, extended, or in two pieces (RFC 2231 sections 3 and 4)."""
    in_pieces = draw(_YES_OR_NO)
    if filename.isascii() and draw(_YES_OR_NO):
        if not in_pieces:
            return [draw_parameter(draw, b"filename", filename.encode())]
        cut = draw(st.integers(0, len(filename)))
        pieces = [filename[:cut].encode(), filename[cut:].encode()]
        return [draw_parameter(draw, b"filename*%d" % number, piece) for number, piece in enumerate(pieces)]
    extended = quote(filename, safe="").encode()
    if not in_pieces:
        return [b"filename*=utf-8''" + extended]
    # Anywhere but inside an escape.
    cut = draw(st.sampled_from([at for at in range(len(extended)) if b"%" not in extended[max(0, at - 2) : at]]))
    return [b"filename*0*=utf-8''" + extended[:cut], b"filename*1*=" + extended[cut:]]

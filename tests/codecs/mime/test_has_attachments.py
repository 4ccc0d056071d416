"""Whether there are attachments, which a large message says by the header of a part without the rest being read."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.props import PidTagHasAttachments

_LARGE = b"A" * 70 + b"\r\n"
_HEADERS = (
    b"Content-Type: text/plain\r\n\r\n",
    b"Content-Type: text/html\r\n\r\n",
    b"\r\n",
    b"Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\n",
    b"Content-Type: image/png\r\n\r\n",
    b"Content-Type: image/png\r\nContent-ID: <a>\r\nContent-Disposition: inline\r\n\r\n",
    b"Content-Type: image/png\r\nContent-ID:\r\n\r\n",
    b"Content-Type: image/png\r\nContent-Location: a.png\r\n\r\n",
    b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n",
    b"Content-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n",
    b"Content-Type: multipart/related; boundary=none\r\n\r\n",
    b"Content-Type: image/png\r\njunk\r\n\r\n",
    b"Content-Type: image/png\r\n",
)
_HTML = b"Content-Type: text/html\r\n\r\n"
_PARTS = st.tuples(st.sampled_from(_HEADERS), st.sampled_from([0, 1, 230])).map(lambda p: p[0] + _LARGE * p[1])


def _message(parts: list[bytes], kind: bytes = b"mixed") -> bytes:
    header = b"MIME-Version: 1.0\r\nContent-Type: multipart/%b; boundary=b\r\n\r\n" % kind
    return header + b"".join(b"--b\r\n%b\r\n" % part for part in parts) + b"--b--\r\n"


@given(st.lists(_PARTS, max_size=4), st.sampled_from([b"mixed", b"alternative", b"digest"]))
def test_a_large_message_has_attachments_where_one_is_not_inline(parts: list[bytes], kind: bytes) -> None:
    message = mime.read(_message(parts, kind) + _LARGE * 1_000)

    assert message.get(PidTagHasAttachments) == any(not one.is_inline for one in message.attachments)


@pytest.mark.parametrize(("number", "has_attachments"), [(0, True), (4, True), (5, False)])
def test_a_large_part_counts_as_a_small_one_does(number: int, has_attachments: bool) -> None:
    message = mime.read(_message([_HTML + b"text", _HEADERS[number] + _LARGE * 1_000]))

    assert message.get(PidTagHasAttachments) is has_attachments


@pytest.mark.parametrize("size_octets", range(16_200, 16_400))
def test_a_part_is_judged_by_its_whole_header(size_octets: int) -> None:
    """What says that the part is shown may stand behind the octets that are looked at first."""
    message = mime.read(_message([_HTML + b"A" * size_octets, _HEADERS[5] + _LARGE * 1_000]))

    assert message.get(PidTagHasAttachments) is False


def test_a_message_is_freed_with_its_last_name_also_when_its_attachments_were_read() -> None:
    """One that waits for the collector would keep its octets: many large letters at a time."""
    octets = _message([b"Content-Type: text/html\r\n\r\n<img src='cid:a'>", _HEADERS[5], _HEADERS[8], _HEADERS[3]])
    gc.collect()
    gc.disable()
    try:
        message = mime.read(octets)
        assert [(one.is_inline, len(one.data)) for one in message.attachments] == [(True, 0), (False, 0), (False, 0)]
        del message
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_without_html_a_picture_that_is_marked_as_inline_is_a_file() -> None:
    """Telephones send photographs so: no body shows it, so that a list of attachments has to."""
    message = mime.read(_message([b"\r\ntext", _HEADERS[5] + b"PNG"]))

    assert (message.get(PidTagHasAttachments), [one.is_inline for one in message.attachments]) == (True, [False])

"""Pictures that the HTML shows by their Content-Location (RFC 2557, [MS-OXCMAIL] section 2.1.3.4)."""

from __future__ import annotations

import pytest

import msgcore
from msgcore.codecs import mime
from msgcore.model import Message
from msgcore.props import PidTagAttachContentLocation, PidTagAttachFlags, PidTagHasAttachments

_GIF = b"GIF89a\x01\x00\x01\x00"
_DATA = "data:image/gif;base64,R0lGODlhAQABAA=="


def _page(html: str, location: str = "http://a.test/dot.gif") -> Message:
    return mime.read(
        b"From: ann@a.test\r\nSubject: News\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n%b\r\n"
        b"--b\r\nContent-Type: image/gif; name=dot.gif\r\nContent-Location: %b\r\nContent-Transfer-Encoding: base64\r\n"
        b"\r\nR0lGODlhAQABAA==\r\n--b--\r\n" % (html.encode(), location.encode())
    )


_SHOWN = [
    '<img src="http://a.test/dot.gif">',
    "<IMG alt=x SRC = 'http://a.test/dot.gif'>",
    "<img src=http://a.test/dot.gif>",
    '<img src="http&#58;//a.test/dot.gif">',
    '<table background="http://a.test/dot.gif"></table>',
    "<p style='background: url(http://a.test/dot.gif)'>",
]


@pytest.mark.parametrize("html", _SHOWN)
def test_what_the_html_shows_by_its_location_is_no_file(html: str) -> None:
    message = _page(html)

    assert [(one.is_inline, one.get(PidTagAttachFlags)) for one in message.attachments] == [(True, 4)]
    assert message.get(PidTagHasAttachments) is False


@pytest.mark.parametrize("html", ['<img src="http://a.test/other.gif">', '<a href="http://a.test/dot.gif">dot</a>', ""])
def test_what_the_html_does_not_show_is_a_file(html: str) -> None:
    message = _page(html)

    assert [one.is_inline for one in message.attachments] == [False]
    assert message.get(PidTagHasAttachments) is True


@pytest.mark.parametrize("location", ["", " ", "=?utf-8?q?_?="])
def test_a_location_that_names_nothing_is_shown_by_nothing(location: str) -> None:
    message = _page("<img src=''>", location)
    composed = Message(html="<img src=''>", attachments=[b"a", b"b"])
    composed.attachments[0][PidTagAttachContentLocation] = location and " "
    composed.attachments[1][PidTagAttachContentLocation] = "http://a.test/dot.gif"

    assert [one.is_inline for one in message.attachments] == [False]
    assert b"multipart/related" not in mime.write(composed)


def test_a_folded_location_is_one_address() -> None:
    message = _page('<img src="http://a.test/dot.gif">', "http://a.test/\r\n dot.gif")

    assert message.attachments[0].is_inline


def test_a_message_that_is_composed_anew_keeps_its_pictures() -> None:
    message = _page(_SHOWN[0])
    message.text = "News"

    octets = mime.write(message)
    again = mime.read(octets)

    assert octets.count(b"multipart/related") == 1
    assert b"multipart/mixed" not in octets
    assert [(one.is_inline, one[PidTagAttachContentLocation], one.data) for one in again.attachments] == [
        (True, "http://a.test/dot.gif", _GIF)
    ]


def test_safe_html_shows_them() -> None:
    shown = msgcore.safe_html(_page(_SHOWN[0]))

    assert (shown.html, shown.blocked_pictures) == (f'<img src="{_DATA}">', 0)


def test_safe_html_still_shows_nothing_from_elsewhere() -> None:
    shown = msgcore.safe_html(_page('<img src="http://a.test/dot.gif?who=me">'))

    assert (shown.html, shown.blocked_pictures) == ("<img>", 1)


def test_the_pictures_of_a_quote_go_along() -> None:
    message = _page(_SHOWN[0])

    assert [one.data for one in msgcore.reply(message).attachments] == [_GIF]
    assert [one.data for one in msgcore.forward(message).attachments] == [_GIF]

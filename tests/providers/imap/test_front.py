"""The fields in front of a message that we append."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.providers.imap.front import NO_FRONT, Front, delivery_text, read_front, write_front
from msgcore.providers.imap.line_ends import is_clean, with_crlf
from msgcore.testing.strategies import cuts_of, mail_octets
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=5_000 if SOAK else 60)
KEY = delivery_text(b"key")
OVERLAY = '[[26625,3,-5],[26626,31,"' + "x" * 3_000 + '"]]'

messages = mail_octets() | st.sampled_from([b"", b" folded\r\n", b"\r\n", b"X-Msgcore: 14\r\nSubject: x\r\n\r\n"])


def in_front(octets: bytes, delivery: str = "", overlay: str | None = None) -> bytes:
    clean, patch = with_crlf(octets)
    return write_front(clean, delivery, overlay, patch) + clean


@EXAMPLES
@given(messages, st.sampled_from(["", KEY]), st.sampled_from([None, OVERLAY]))
@example(in_front(b"a\nb", KEY), "", None)
def test_a_message_comes_back_octet_for_octet(octets: bytes, delivery: str, overlay: str | None) -> None:
    """Also one that has such fields itself: somebody saved it as the server gave it."""
    written = in_front(octets, delivery, overlay)
    assert read_front(written).own(written) == octets


@EXAMPLES
@given(messages)
def test_what_is_written_is_kept_by_every_server(octets: bytes) -> None:
    written = in_front(octets, KEY, OVERLAY)
    assert written
    assert is_clean(written)


@EXAMPLES
@given(messages)
def test_a_server_says_the_size_of_the_message_with_its_front(octets: bytes) -> None:
    written = in_front(octets, KEY)
    assert read_front(written).own_size(len(written)) == len(octets)


def test_nothing_is_put_in_front_of_a_message_that_says_all_itself() -> None:
    assert write_front(b"Subject: x\r\n\r\ntext") == b""


def test_a_message_without_octets_gets_a_front() -> None:
    """No server takes one."""
    assert write_front(b"") == b"X-Msgcore: 15\r\n"


def test_the_front_says_the_delivery() -> None:
    assert read_front(in_front(b"Subject: x\r\n\r\n", KEY)).delivery == KEY


def test_the_front_says_the_properties() -> None:
    tags = [tag.bag_key for tag, _ in read_front(in_front(b"Subject: x\r\n\r\n", "", OVERLAY)).overlay]
    assert tags == [26625, 26626]


def test_lines_of_the_front_are_as_short_as_mail_has_them() -> None:
    """RFC 5322 section 2.1.1."""
    lines = in_front(b"a\nb\r\n", KEY, OVERLAY).split(b"\r\n")
    assert max(map(len, lines)) <= 998


def test_fields_below_others_are_no_front() -> None:
    """Who delivers a letter puts trace fields above whatever its sender wrote (RFC 5321 section 4.4)."""
    assert read_front(b"Received: from x\r\n" + in_front(b"Subject: x\r\n\r\n", KEY)) == NO_FRONT


@EXAMPLES
@given(st.data())
def test_a_front_that_was_cut_is_a_part_of_the_message(data: st.DataObject) -> None:
    written = write_front(b"a", KEY, OVERLAY)
    first, *_ = data.draw(cuts_of(written).filter(lambda cuts: 0 < len(cuts[0]) < len(written)))
    assert read_front(first) == NO_FRONT


@pytest.mark.parametrize(
    "octets",
    [
        b"X-Msgcore: 5\r\n",
        b"X-Msgcore: 999999999\r\n",
        b"X-Msgcore: 40\r\nX-Msgcore-Properties: %%%%%%%%\r\n",
        b"X-Msgcore: 23\r\nSubject\r\n",
        b"X-Msgcore: 49\r\nX-Msgcore-Properties: e30=xxxxxxxx\r\n",
        b"X-Msgcore: 42\r\nX-Msgcore-Octets: AAAAAAAA\r\n",
    ],
)
def test_a_damaged_front_is_a_part_of_the_message(octets: bytes) -> None:
    assert read_front(octets) == NO_FRONT


@EXAMPLES
@given(st.binary(max_size=200).map(lambda octets: b"X-Msgcore: %d\r\n" % (len(octets) + 15) + octets))
def test_nothing_in_front_raises(octets: bytes) -> None:
    assert isinstance(read_front(octets), Front)


def test_keys_of_deliveries_are_not_parts_of_each_other() -> None:
    """A server looks for a part of the field."""
    assert {len(delivery_text(key)) for key in (b"", b"k", b"key")} == {64}

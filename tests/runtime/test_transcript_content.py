"""What a log shows of the protocols of mail: what is content never."""

from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.runtime.transcript_content import content_filter

_SMTP = [
    ("S", b"220 mx\r\n"),
    ("C", b"EHLO a\r\n"),
    ("S", b"250-mx\r\n250 CHUNKING\r\n"),
    ("C", b"MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n"),
    ("S", b"250 ok\r\n250 ok\r\n354 go\r\n"),
    ("C", b"Subject: secret\r\n\r\n..secret\r\n250 secret\r\n.\r\nMAIL FROM:<c@a.test>\r\n"),
    ("S", b"250 taken\r\n250 ok\r\n"),
    ("C", b"BDAT 20\r\nsecret\r\n.\r\nsecret\r\n!BDAT 8 LAST\r\nsecret\r\nQUIT\r\n"),
    ("S", b"250 ok\r\n250 taken\r\n221 bye\r\n"),
]
_POP3 = [
    ("S", b"+OK hi\r\n"),
    ("C", b"AUTH XOAUTH2\r\n"),
    ("S", b"+ \r\n"),
    ("C", b"***\r\n"),
    ("S", b"+OK in\r\n"),
    ("C", b"LIST\r\nRETR 1\r\nRETR 2\r\nTOP 3 0\r\nNOOP\r\n"),
    ("S", b"+OK\r\n1 77\r\n.\r\n+OK\r\nSubject: secret\r\n\r\n+OK secret\r\n..\r\n.\r\n-ERR gone\r\n"),
    ("S", b"+OK\r\nSubject: secret\r\n\r\n.\r\n+OK\r\n"),
]
_IMAP = [
    ("S", b"* OK hi\r\n"),
    ("C", b"A1 UID FETCH 1:2 (UID BODY.PEEK[])\r\n"),
    ("S", b'* 1 FETCH (UID 7 BODY[] {17}\r\nSubject: secret\r\n FLAGS () BODY[TEXT] "secret \\" {9}")\r\n'),
    ("S", b'* 2 FETCH (BODY[HEADER] ~{6}\r\nsecret BODY[TEXT] {6}\r\nsecret X "secret")\r\nA1 OK done\r\n'),
]
_ALL = {"smtp": _SMTP, "lmtp": _SMTP, "pop3s": _POP3, "imap": _IMAP}


def _shown(service: str, said: list[tuple[str, bytes]]) -> bytes:
    shown = content_filter(service)
    assert shown is not None
    return b"".join(shown.sent(octets) if side == "C" else shown.received(octets) for side, octets in said)


def _cut(said: list[tuple[str, bytes]], sizes: st.DataObject) -> list[tuple[str, bytes]]:
    cut: list[tuple[str, bytes]] = []
    for side, octets in said:
        at = 0
        while at < len(octets):
            size = sizes.draw(st.integers(1, len(octets)))
            cut.append((side, octets[at : at + size]))
            at += size
    return cut


@pytest.mark.parametrize("service", _ALL)
def test_commands_and_replies_are_shown_and_content_is_counted(service: str) -> None:
    shown = _shown(service, _ALL[service])
    assert b"secret" not in shown
    outside = b"".join(octets for _, octets in _ALL[service])
    for line in [b"MAIL FROM:<c@a.test>", b"221 bye", b"BDAT 8 LAST", b"-ERR gone", b"1 77", b"A1 OK done", b"UID 7"]:
        assert (line in shown) == (line in outside), line


def test_what_a_server_of_smtp_is_told() -> None:
    assert _shown("smtp", _SMTP[3:6]).decode().splitlines()[-4:] == [
        "354 go",
        "… 41 octets",
        ".",
        "MAIL FROM:<c@a.test>",
    ]


@settings(max_examples=40)
@given(st.sampled_from(sorted(_ALL)), st.data())
def test_no_cut_shows_content_or_loses_a_line(service: str, sizes: st.DataObject) -> None:
    whole, cut = _shown(service, _ALL[service]), _shown(service, _cut(_ALL[service], sizes))
    assert _uncounted(cut) == _uncounted(whole)


def _uncounted(shown: bytes) -> bytes:
    return re.sub("… [0-9]+ octets( of a line)?\r\n".encode(), b"", shown)


def test_a_refused_data_hides_nothing() -> None:
    said = [("C", b"DATA\r\n"), ("S", b"554 no\r\n"), ("C", b"RSET\r\n")]
    assert _shown("smtp", said) == b"DATA\r\n554 no\r\nRSET\r\n"


def test_part_of_a_line_shows_how_long_it_is() -> None:
    assert _shown("smtp", [("S", b"220 m")]).decode() == "… 5 octets of a line\r\n"


def test_what_is_compressed_is_counted() -> None:
    compressed = zlib.compress(b"* 1 FETCH (BODY[] {6}\r\nsecret)\r\n")
    said = [("C", b"A1 COMPRESS DEFLATE\r\n"), ("S", b"A1 OK go\r\n"), ("S", compressed)]
    assert _shown("imap", said).decode().endswith(f"A1 OK go\r\n… {len(compressed)} octets, compressed")


def test_another_protocol_says_itself_what_is_shown() -> None:
    assert content_filter("pager") is None
    assert content_filter("smtp mx.b.test:25 through socks5 proxy") is not None

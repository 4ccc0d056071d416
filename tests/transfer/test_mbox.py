"""Mbox files: where messages start, quoting, flags, and the corpus."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.octets import Limits
from msgcore.codecs import mime
from msgcore.errors import LimitExceeded, NotFound
from msgcore.transfer import ArchivedMessage, Mbox, MboxVariant, Skipped, framing

SEPARATOR = b"From ann@a.test Fri Jan  2 03:04:05 2026\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def messages_of(
    folder: Path, octets: bytes, limits: Limits | None = None, variant: MboxVariant | None = None
) -> list[ArchivedMessage]:
    path = folder / "box"
    path.write_bytes(octets)
    return list(Mbox(path, limits, variant=variant))


def octets_of(folder: Path, octets: bytes) -> list[bytes]:
    return [message.octets for message in messages_of(folder, octets)]


def test_messages_come_without_separator_and_closing_blank_line(folder: Path) -> None:
    box = SEPARATOR + b"Subject: 1\n\none\n\n" + SEPARATOR + b"Subject: 2\n\ntwo\n\n"

    assert octets_of(folder, box) == [b"Subject: 1\n\none\n", b"Subject: 2\n\ntwo\n"]


def test_crlf_line_ends_stay(folder: Path) -> None:
    box = (SEPARATOR + b"Subject: 1\n\none\n\n" + SEPARATOR + b"Subject: 2\n\ntwo\n\n").replace(b"\n", b"\r\n")

    assert octets_of(folder, box) == [b"Subject: 1\r\n\r\none\r\n", b"Subject: 2\r\n\r\ntwo\r\n"]


def test_one_mark_of_quoting_is_taken_off(folder: Path) -> None:
    assert octets_of(folder, SEPARATOR + b"A: b\n\n>From x\n>>From y\n> From z\n") == [
        b"A: b\n\nFrom x\n>From y\n> From z\n"
    ]


UNQUOTED = [
    (MboxVariant.MBOXO, b"A: b\n\nFrom x\n>>From y\n"),
    (MboxVariant.MBOXRD, b"A: b\n\nFrom x\n>From y\n"),
    (MboxVariant.MBOXCL, b"A: b\n\nFrom x\n>From y\n"),
    (MboxVariant.MBOXCL2, b"A: b\n\n>From x\n>>From y\n"),
]


@pytest.mark.parametrize(("variant", "octets"), UNQUOTED)
def test_a_variant_that_is_named_says_what_is_quoting(folder: Path, variant: MboxVariant, octets: bytes) -> None:
    (message,) = messages_of(folder, SEPARATOR + b"A: b\n\n>From x\n>>From y\n\n", variant=variant)

    assert message.octets == octets


def test_in_a_variant_that_quotes_every_from_line_starts_a_message(folder: Path) -> None:
    box = SEPARATOR + b"A: b\n\nx\nFrom here on it is another\n\nC: d\n"

    assert len(messages_of(folder, box, variant=MboxVariant.MBOXRD)) == 2


def lengthy(length: int, body: bytes = b"one\n" + SEPARATOR + b"x: y\n") -> bytes:
    return SEPARATOR + b"Subject: 1\nContent-Length: %d\n\n" % length + body + b"\n"


NEXT = SEPARATOR + b"Subject: 2\n\n"


def test_a_content_length_that_ends_at_a_separator_is_believed(folder: Path) -> None:
    assert octets_of(folder, lengthy(4 + len(SEPARATOR) + 5) + NEXT)[1:] == [b"Subject: 2\n\n"]


def test_a_content_length_that_ends_at_the_end_of_the_file_is_believed(folder: Path) -> None:
    assert len(octets_of(folder, lengthy(4 + len(SEPARATOR) + 5))) == 1


@pytest.mark.parametrize("length", [0, 3, 5, 17, 100, 10**14])
def test_a_content_length_that_lies_is_not_believed(folder: Path, length: int) -> None:
    assert len(octets_of(folder, lengthy(length, b"one\n\n" + NEXT))) == 2


def test_a_content_length_may_count_the_closing_line(folder: Path) -> None:
    assert len(octets_of(folder, lengthy(4 + len(SEPARATOR) + 5 + 1) + NEXT)) == 2


def test_a_message_that_ends_where_it_says_is_not_unquoted(folder: Path) -> None:
    (message,) = messages_of(folder, lengthy(8, b">From x\n"))

    assert message.octets.endswith(b"\n\n>From x\n")


BODIES = [
    b"From here on it is text\n",
    b"\nFrom here on it is text\n",
    b"\nFrom 10:30 on\n",
    b"text\nFrom 10:30 to 11:00\nit rains\n",
]


@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_a_line_of_text_that_nobody_quoted_starts_no_message(folder: Path, body: bytes) -> None:
    box = SEPARATOR + b"A: b\n\nx\n" + body + b"end\n"
    expected = 2 if body == BODIES[2] else 1  # a time of day behind a blank line is taken for a separator

    assert len(octets_of(folder, box)) == expected


SEPARATORS = [
    b"From - Fri Jan 02 03:04:05 2026\n",
    b"From MAILER-DAEMON Fri Jan  2 03:04:05 2026\n",
    b"From ann@a.test Fri, 2 Jan 2026 03:04:05 +0000\n",
    b"From ann@a.test  Fri Jan  2 04:04:05 2026 +0100\n",
    b"From ann@a.test Fri Jan  2 03:04:05 UTC 2026\n",
]


@pytest.mark.parametrize("separator", SEPARATORS, ids=repr)
def test_the_date_of_the_separator_is_when_it_was_received(folder: Path, separator: bytes) -> None:
    (message,) = messages_of(folder, separator + b"A: b\n\n")

    assert message.received_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_separator_without_a_date_says_nothing(folder: Path) -> None:
    (message,) = messages_of(folder, b"From ann@a.test\nA: b\n\n")

    assert message.received_at is None


FLAGS = [
    (b"Status: RO\n", "is_read"),
    (b"Status: O\nX-Status: A\n", "is_answered"),
    (b"X-Status: F\n", "is_flagged"),
    (b"X-Status: D\n", "is_deleted"),
    (b"X-Status: T\n", "is_draft"),
    (b"X-Mozilla-Status: 0001\n", "is_read"),
    (b"X-Mozilla-Status: 0004\n", "is_flagged"),
    (b"X-Mozilla-Status: 0008\n", "is_deleted"),
    (b"X-Mozilla-Status: nonsense\n", ""),
    (b"Subject: RAFDT\n", ""),
]


@pytest.mark.parametrize(("fields", "flag"), FLAGS)
def test_flags_come_from_the_status_fields(folder: Path, fields: bytes, flag: str) -> None:
    (message,) = messages_of(folder, SEPARATOR + fields + b"\nbody\n")
    names = ("is_read", "is_answered", "is_flagged", "is_deleted", "is_draft")

    assert [name for name in names if getattr(message, name)] == [flag][: bool(flag)]


def test_the_folder_data_of_old_programs_are_no_message(folder: Path) -> None:
    data = SEPARATOR + b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\nx\n\n"

    assert octets_of(folder, data + SEPARATOR + b"A: b\n\n1\n") == [b"A: b\n\n1\n"]


def test_positions_end_at_the_size_of_the_file(folder: Path) -> None:
    box = (SEPARATOR + b"A: b\n\nbody\n\n") * 3
    archive = messages_of(folder, box)

    assert [m.position_octets for m in archive] == [len(box) // 3, len(box) // 3 * 2, len(box)]


def test_an_empty_file_has_no_messages(folder: Path) -> None:
    assert octets_of(folder, b"") == []


def test_a_message_across_chunks_is_whole(folder: Path) -> None:
    big = b"A: b\n\n" + b"x" * 70 * 1024 * 30 + b"\n"
    box = SEPARATOR + big + b"\n" + SEPARATOR + b"C: d\n\n"

    assert octets_of(folder, box) == [big, b"C: d\n\n"]


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=20))
def test_every_message_is_found_wherever_the_chunks_are_cut(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    """Sizes around the look-ahead, in a file of more than one chunk."""
    letters = [b"N: %d\n\n" % number + b"x" * size + b"\n" for number, size in enumerate(sizes)]
    filler = b"F: f\n\n" + b"y" * (1024 * 1024 - 5_000) + b"\n"
    box = b"".join(SEPARATOR + letter + b"\n" for letter in [filler, *letters])

    assert octets_of(tmp_path_factory.mktemp("box"), box) == [filler, *letters]


class Counting:
    """A pattern that notes how many octets it was asked to go through."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self._pattern = pattern
        self.octets = 0

    def search(self, octets: bytes, start: int, end: int) -> re.Match[bytes] | None:
        found = self._pattern.search(octets, start, end)
        self.octets += (end if found is None else found.end()) - start
        return found


@pytest.mark.parametrize("tail", [b"", b"\n", b"Content-Length: 1\n\n"])
def test_headers_without_an_end_are_gone_through_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tail: bytes
) -> None:
    patterns = {name: Counting(vars(framing)[name]) for name in ("_HEADER_END", "_LENGTH")}
    for name, pattern in patterns.items():
        monkeypatch.setattr(framing, name, pattern)
    octets = b"From a Thu Jan  1 00:00:00 1970\nX: y\n" * 1_000 + tail
    (folder / "box").write_bytes(octets)

    assert len(list(Mbox(folder / "box"))) == 1_000
    assert max(pattern.octets for pattern in patterns.values()) < 2 * len(octets)


def test_a_message_over_the_limit_is_named_with_file_and_offset(folder: Path) -> None:
    box = SEPARATOR + b"A: b\n\n\n" + SEPARATOR + b"A: b\n\n" + b"x" * 2_000

    with pytest.raises(LimitExceeded, match=r"box: the message at octet 48 is larger than 1000 octets"):
        messages_of(folder, box, Limits(total_octets=1_000))


def test_behind_a_message_over_the_limit_the_reading_goes_on(folder: Path) -> None:
    big = b"A: b\n\n" + b"x" * 3_000_000 + b"\n" + b"From here\n" * 100_000
    path = folder / "box"
    path.write_bytes(b"".join(SEPARATOR + letter + b"\n" for letter in (b"N: 1\n\n", big, b"N: 2\n\n")))
    entries = list(Mbox(path, Limits(total_octets=1_000)).entries())

    assert [one.where if isinstance(one, Skipped) else one.octets for one in entries] == [
        b"N: 1\n\n",
        f"{path}: the message at octet {len(SEPARATOR) + 7}",
        b"N: 2\n\n",
    ]


def test_behind_a_message_that_states_a_length_over_the_limit_the_reading_goes_on(folder: Path) -> None:
    big = (b"x" * 50 + b"\n" + SEPARATOR + b"x: y\n") * 30_000
    path = folder / "box"
    path.write_bytes(lengthy(len(big), big) + NEXT)
    entries = list(Mbox(path, Limits(total_octets=1_000)).entries())

    assert [isinstance(one, Skipped) for one in entries] == [True, False]


def test_a_file_that_is_gone_is_named(folder: Path) -> None:
    with pytest.raises(NotFound, match="gone"):
        list(Mbox(folder / "gone"))


# Corpus


def test_the_messages_of_an_mbox_are_those_that_were_split_out_of_it(corpus: Path) -> None:
    folder = corpus / "mbox" / "james-mime4j"
    subjects = [mime.read(message.octets).subject for message in Mbox(folder / "mbox.rlug")]

    assert subjects == [mime.read((folder / f"mbox.rlug-{n}").read_bytes()).subject for n in range(5)]


@pytest.mark.parametrize(("name", "count"), [("mbox-0", 37), ("mbox-1", 1)])
def test_sisimai_mboxes_have_as_many_messages_as_they_should(corpus: Path, name: str, count: int) -> None:
    assert len(list(Mbox(corpus / "mbox" / "sisimai" / name))) == count


def test_every_mbox_of_dovecot_is_read_to_its_end(corpus: Path) -> None:
    for path in (corpus / "mbox" / "dovecot-imaptest").rglob("*.mbox"):
        messages = list(Mbox(path))
        assert len(messages) == path.read_bytes().count(b"\nFrom ") + 1, path.name
        assert messages[-1].position_octets == path.stat().st_size, path.name

"""The untagged answers that Dovecot's imaptest expects are understood, and say what they show."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from msgcore.wire.imap.responses import Fetch, SearchResult, ThreadData, ThreadNode, UnknownData
from msgcore.wire.imap.structure import BodyPart, Envelope, ImapAddress
from tests.wire.imap.reading import one, read

FOLDER = "mbox/dovecot-imaptest"
LITERAL = re.compile(rb"\{\{\{\r\n(.*?)\}\}\}", re.DOTALL)


ANYBODY = (ImapAddress(None, b"user", b"domain"),)


@attrs.frozen
class Expected:
    script: str
    octets: bytes


def expected(folder: Path) -> list[Expected]:
    """Give the answers in all scripts, with literals as a server sends them; variables are tags and unique ids only."""
    return [
        Expected(path.name, answer)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix != ".mbox" and not path.name.startswith("COPYING")
        for answer in answers(path.read_bytes())
    ]


def answers(script: bytes) -> list[bytes]:
    filled = re.sub(rb"\$uid(\d)", rb"\1", script.replace(b"$tag", b'"A1"'))
    with_literals = LITERAL.sub(_literal, re.sub(rb"\r?\n", b"\r\n", filled))
    found: list[bytes] = []
    place = 0
    for start in re.finditer(rb"^\* ", with_literals, re.MULTILINE):
        if start.start() < place:
            continue
        place = _end(with_literals, start.start())
        octets = with_literals[start.start() : place]
        if b"$" not in octets:
            found.append(octets)
    return found


def _literal(found: re.Match[bytes]) -> bytes:
    return b"{%d}\r\n%b" % (len(found[1]), found[1])


def _end(octets: bytes, place: int) -> int:
    while True:
        end = octets.find(b"\r\n", place) + 2
        if end < 2:
            return len(octets)
        literal = re.search(rb"\{(\d+)\}\r\n\Z", octets[place:end])
        if literal is None:
            return end
        place = end + int(literal[1])


@pytest.fixture(scope="module")
def every_answer(corpus: Path) -> list[Expected]:
    return expected(corpus / FOLDER)


def test_every_answer_is_understood(every_answer: list[Expected]) -> None:
    wrong = [
        (answer.script, response)
        for answer in every_answer
        for response in read(answer.octets)
        if isinstance(response, UnknownData) or (isinstance(response, Fetch) and response.defects)
    ]

    assert (len(every_answer), wrong) == (291, [])


def test_every_number_that_was_found_is_given(every_answer: list[Expected]) -> None:
    found = [(answer.octets, one(answer.octets)) for answer in every_answer]
    shown = [
        (tuple(map(int, re.findall(rb"\d+", octets))), response.numbers)
        for octets, response in found
        if isinstance(response, SearchResult) and response.numbers is not None
    ]

    assert (len(shown) > 100, [pair for pair in shown if pair[0] != pair[1]]) == (True, [])


def test_every_thread_is_written_back_as_it_was(every_answer: list[Expected]) -> None:
    found = [(answer.octets, one(answer.octets)) for answer in every_answer]
    threads = [(octets, written(response)) for octets, response in found if isinstance(response, ThreadData)]

    assert (len(threads) > 10, [(sent, ours) for sent, ours in threads if sent.strip().upper() != ours.strip()]) == (
        True,
        [],
    )


def written(data: ThreadData) -> bytes:
    """Write threads as servers do."""
    return b"* THREAD " + b"".join(_in_parentheses(thread) for thread in data.threads)


def _in_parentheses(node: ThreadNode) -> bytes:
    return b"(" + _thread(node) + b")"


def _thread(node: ThreadNode) -> bytes:
    number = b"" if node.number is None else b"%d" % node.number
    if len(node.children) == 1:
        return number + b" " + _thread(node.children[0])
    if not node.children:
        return number
    return (number + b" " if number else b"") + b"".join(_in_parentheses(child) for child in node.children)


def of_script(every_answer: list[Expected], script: str) -> list[Fetch]:
    found = [one(answer.octets) for answer in every_answer if answer.script == script]
    return [response for response in found if isinstance(response, Fetch)]


def test_envelopes_say_what_they_show(every_answer: list[Expected]) -> None:
    first, second, *_ = of_script(every_answer, "fetch-envelope")

    def one_address(name: bytes, local: bytes) -> tuple[ImapAddress, ...]:
        return (ImapAddress(name, local + b"user", local + b"domain.org"),)

    assert (first.envelope, second.envelope) == (
        Envelope(
            b"Thu, 15 Feb 2007 01:02:03 +0200",
            b"subject header",
            one_address(b"From Real", b"from"),
            one_address(b"Sender Real", b"sender"),
            one_address(b"ReplyTo Real", b"replyto"),
            one_address(b"To Real", b"to"),
            one_address(b"Cc Real", b"cc"),
            one_address(b"Bcc Real", b"bcc"),
            b"<reply@to.id>",
            b"<msg@id>",
        ),
        Envelope(b"Thu, 15 Feb 2007 01:02:03 +0200", None, ANYBODY, ANYBODY, ANYBODY),
    )


def test_a_structure_says_what_it_shows(every_answer: list[Expected]) -> None:
    (found,) = of_script(every_answer, "fetch-bodystructure")

    assert found.structure == BodyPart(
        "",
        "multipart",
        "mixed",
        parts=(BodyPart("1", "text", "x-myown", {"charset": b"us-ascii"}, size_octets=7, lines=1),),
    )

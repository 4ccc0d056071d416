"""Whatever the order in which a server answers, and whatever it says in between, each command gets its own answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Faults, ScriptedStream, drip
from msgcore.wire.imap import Answer, Command, Conversation
from msgcore.wire.imap.responses import StatusData

_NEWS = [
    b"* 5 EXISTS\r\n",
    b"* 1 EXPUNGE\r\n",
    b"* 2 FETCH (FLAGS (\\Seen))\r\n",
    b"* OK still here\r\n",
    b"* NO [ALERT] full\r\n",
    b"* SEARCH 1 2\r\n",
    b"* CAPABILITY IMAP4rev1\r\n",
    b'* LIST () "/" {4}\r\nA1 O\r\n',
    b"* X-NEWS (A2 OK (done))\r\n",
]


class Says:
    """A peer that says this when it has heard something."""

    is_closed = False

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def greet(self) -> bytes:
        return b"* OK hello\r\n"

    def react(self, octets: bytes) -> bytes:
        return self._octets


@given(st.data(), st.integers(1, 8), st.integers(1, 40))
def test_every_command_gets_its_answer(data: st.DataObject, count: int, octets_a_read: int) -> None:
    words = data.draw(st.lists(st.sampled_from(["OK", "NO", "BAD"]), min_size=count, max_size=count))
    order = data.draw(st.permutations(range(count)))
    said = bytearray()
    for number in order:
        said += b"".join(data.draw(st.lists(st.sampled_from(_NEWS), max_size=3)))
        said += b"* STATUS %d (MESSAGES %d)\r\n" % (number, number)
        said += b"A%d %b number %d\r\n" % (number + 1, words[number].encode(), number)

    async def main() -> list[Answer]:
        conversation = Conversation(ScriptedStream(Says(bytes(said)), Faults(cut=drip(octets_a_read))))
        await conversation.hear_greeting()
        return await conversation.run(*(Command(b"STATUS", str(number)) for number in range(count)))

    answers = Mode.BLOCKING.drive(main())
    numbers = sorted(one.messages or 0 for answer in answers for one in answer.data if isinstance(one, StatusData))
    assert [(one.status.word, one.status.text) for one in answers] == [
        (word, f"number {number}") for number, word in enumerate(words)
    ]
    assert numbers == list(range(count))

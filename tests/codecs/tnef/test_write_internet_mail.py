"""Real Internet messages as TNEF: they say the same, and nothing of what is written breaks a rule."""

from __future__ import annotations

import re
from pathlib import Path

from msgcore.codecs import mime, tnef
from msgcore.codecs.tnef.writer import compose
from msgcore.model.compare import Difference, compare
from msgcore.model.message import Message
from tests.codecs.mime.corpus_files import each_corpus_message, messages_in


def is_signed(message: Message) -> bool:
    return message.message_class == "IPM.Note.SMIME.MultipartSigned"


def is_of_outlook(difference: Difference, message: Message) -> bool:
    """Whether Outlook's forms have it otherwise: one attachment is what was signed, and rows are whom a report is of."""
    where = difference.where
    while (step := re.match(r"attachments\[(\d+)\]\.(?=attachments|recipients)", where)) is not None:
        inner = message.attachments[int(step[1])].message
        assert inner is not None
        message, where = inner, where[step.end() :]
    if where.startswith("recipients"):
        return message.message_class.startswith("REPORT.")
    return is_signed(message) and where.startswith("attachments")


@each_corpus_message()
def test_a_real_message_says_the_same(folder: Path) -> None:
    for path in messages_in(folder):
        message = mime.read(path.read_bytes())
        octets = tnef.write(message)
        read = tnef.read(octets)

        assert [one.where for one in compare(read, message) if not is_of_outlook(one, message)] == [], path.name
        if is_signed(message):
            as_sent = mime.read(mime.normalise_line_ends(message.source.octets if message.source else b""))
            assert compare(mime.read(mime.write(read)), as_sent) == (), path.name
        assert tnef.check(octets) == (), path.name
        assert b"".join(compose(read)) == octets, path.name

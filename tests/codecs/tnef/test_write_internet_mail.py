"""Real Internet messages as TNEF: they say the same, and nothing of what is written breaks a rule."""

from __future__ import annotations

from pathlib import Path

from msgcore.codecs import mime, tnef
from msgcore.codecs.tnef.writer import compose
from msgcore.model.compare import compare
from tests.codecs.mime.corpus_files import each_corpus_message, messages_in


@each_corpus_message()
def test_a_real_message_says_the_same(folder: Path) -> None:
    for path in messages_in(folder):
        message = mime.read(path.read_bytes())
        octets = tnef.write(message)
        read = tnef.read(octets)

        assert compare(read, message) == (), path.name
        assert tnef.check(octets) == (), path.name
        assert b"".join(compose(read)) == octets, path.name

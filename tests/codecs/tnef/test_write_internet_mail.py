"""Real Internet messages as TNEF: they say the same, and nothing of what is written breaks a rule."""

from __future__ import annotations

from pathlib import Path

from msgcore.codecs import mime, tnef
from msgcore.codecs.tnef.writer import compose
from msgcore.model.compare import compare
from tests.codecs.mime.corpus_files import each_corpus_message, messages_in
from tests.codecs.objects.outlooks_own import is_of_outlook, is_signed


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

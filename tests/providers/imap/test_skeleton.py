"""Large messages put together from their parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.transfer import decode_content
from msgcore.model.message import Message
from msgcore.providers.imap.partial_load import fetch_beginning
from msgcore.providers.imap.skeleton import Skeleton, fetch_skeleton
from msgcore.runtime.abc import NEVER
from msgcore.spi.limited import AttachmentPath
from msgcore.testing.modes import Mode
from msgcore.testing.strategies import composed_messages, mail_octets
from msgcore.wire.imap.session import ImapSession
from tests.codecs.mime.corpus_files import corpus_messages
from tests.conftest import SOAK
from tests.providers.imap.account import Desk, story_at
from tests.servers import Authority, Dovecot

AT_A_SERVER = settings(
    max_examples=300 if SOAK else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


PARTS_IN_THE_HEADER = (
    b"Content-Type: multipart/mixed; boundary=b\r\nX-Empty:\r\n \r\n--\r\n"
    b"--b\r\nContent-Type: image/png\r\n\r\n1\r\n--b\r\nContent-Type: image/png\r\n\r\n2\r\n--b--\r\n"
)
"""A server may look for the end of the header behind the first boundary, as no blank line is ahead of it."""

NO_PARTS = (
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: image/png\r\n\r\n1\r\n"
    b"--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n --b\r\ntext\r\n--a--\r\n"
)


OTHER_DELIMITERS = (
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: image/png\r\n\r\n1\r\n"
    b"--a0\r\nContent-Type: image/png\r\n\r\n2\r\n--a--\r\n"
)
"""A server may take what only begins as the delimiter for it (RFC 2046 section 5.1.1 wants that)."""

CRLF = re.compile(rb"\r?\n|\r")


def is_small(path: Path) -> bool:
    return path.stat().st_size < 100_000


def shape(message: Message, path: AttachmentPath = ()) -> list[object]:
    """Say what a message is, but for the contents of its attachments."""
    found: list[object] = [path, message.subject, message.text, message.html, message.from_]
    for number, one in enumerate(message.attachments):
        found.append((number, one.filename, one.content_type, one.content_id, one.is_inline, one.message is not None))
        if one.message is not None:
            found += shape(one.message, (*path, number))
    return found


def content_at(message: Message, path: AttachmentPath) -> bytes:
    first, *rest = path
    attachment = message.attachments[first]
    if not rest:
        return attachment.data
    assert attachment.message is not None
    return content_at(attachment.message, tuple(rest))


Found = tuple[Skeleton, dict[AttachmentPath, bytes]]


async def taken_apart(desk: Desk, uid: int, session: ImapSession) -> Found | None:
    folder = await desk.directory.folder(desk.inbox, NEVER)
    beginning = await fetch_beginning(session, folder, uid)
    skeleton = await fetch_skeleton(session, folder, uid, beginning.octets, large_octets=1)
    if skeleton is None:
        return None
    bodies: dict[AttachmentPath, bytes] = {}
    for path, part in skeleton.left_out.items():
        pieces: list[bytes] = []
        await session.fetch_to(uid, part.section, pieces.append)
        bodies[path] = decode_content(b"".join(pieces), part.encoding)
    return skeleton, bodies


def check_taken_apart(dovecot: Dovecot, authority: Authority, messages: Sequence[Message], *, least: int = 0) -> None:
    """See that messages read from their parts as they do whole, if they are taken apart, as so many are at least."""

    async def story(desk: Desk) -> list[Found | None]:
        ids = await desk.save(*messages)
        places = await desk.directory.places(ids, NEVER)
        return [await desk.session(partial(taken_apart, desk, one.uid)) for one in places]

    found = story_at(dovecot, authority, Mode.BLOCKING, story)
    for message, one in zip(messages, found, strict=True):
        if one is not None:
            skeleton, bodies = one
            assert list(mime.read(skeleton.octets).headers) == list(message.headers)
            assert shape(mime.read(skeleton.octets)) == shape(message), mime.write(message)
            assert bodies == {path: content_at(message, path) for path in bodies}
    assert len([one for one in found if one is not None]) >= least


@pytest.mark.interop
def test_a_message_from_its_parts_reads_as_the_whole(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    """Any message, and each attachment in it, wherever the server says that it is."""

    @AT_A_SERVER
    @given(st.lists(mail_octets() | composed_messages().map(mime.write), max_size=15))
    @example([PARTS_IN_THE_HEADER, NO_PARTS, OTHER_DELIMITERS])
    def reads_as_the_whole(letters: list[bytes]) -> None:
        check_taken_apart(dovecot_of_anybody, authority, [mime.read(octets) for octets in letters])

    reads_as_the_whole()


@pytest.mark.interop
def test_real_messages_from_their_parts_read_as_the_whole(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    # Where lines end otherwise, they are fetched whole.
    messages = [mime.read(CRLF.sub(b"\r\n", path.read_bytes())) for path in corpus_messages() if is_small(path)]
    with_attachments = [one for one in messages if one.attachments and one.attachments[0].filename]
    check_taken_apart(dovecot_of_anybody, authority, with_attachments, least=len(with_attachments) // 2)

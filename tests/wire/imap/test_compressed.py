"""A connection that is compressed."""

from __future__ import annotations

import zlib

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import ProtocolBroken
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedStream, by_line, by_octet, whole
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap import ImapSession
from msgcore.wire.imap.compressed import CompressedStream
from tests.wire.imap.imap_peer import SERVER, ImapPeer, in_session

each_mode = pytest.mark.parametrize("mode", Mode)


class Compressing:
    """A peer that compresses from its answer to COMPRESS on."""

    def __init__(self, peer: ImapPeer) -> None:
        self._peer = peer
        self._deflate = zlib.compressobj(wbits=-15)
        self._inflate = zlib.decompressobj(-15)
        self._is_on = False

    @property
    def is_closed(self) -> bool:
        return self._peer.is_closed

    def greet(self) -> bytes:
        return self._peer.greet()

    def react(self, octets: bytes) -> bytes:
        said = self._peer.react(self._inflate.decompress(octets) if self._is_on else octets)
        if self._is_on:
            return self._deflate.compress(said) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self._is_on = "COMPRESS" in self._peer.verbs
        return said


@each_mode
@EACH_CUT
def test_both_sides_go_on_compressed(mode: Mode, cut: Cut) -> None:
    peer = ImapPeer(
        capabilities=["IMAP4rev1", "COMPRESS=DEFLATE"],
        answers={"NOOP": b"".join(b"* %d EXPUNGE\r\n" % number for number in range(1, 1_001)) + b"{tag} OK\r\n"},
    )

    async def use(session: ImapSession) -> int:
        await session.noop()
        return len(session.unasked())

    server = attrs.evolve(SERVER, compress=True)
    assert in_session(Compressing(peer), use, server=server, mode=mode, cut=cut) == 1_000
    assert peer.verbs == ["CAPABILITY", "LOGIN", "CAPABILITY", "COMPRESS", "CAPABILITY", "NOOP"]


def test_a_server_that_refuses_goes_on_as_before() -> None:
    peer = ImapPeer(
        capabilities=["IMAP4rev1", "COMPRESS=DEFLATE"], answers={"COMPRESS": "{tag} NO [COMPRESSIONACTIVE]"}
    )

    async def use(session: ImapSession) -> None:
        await session.noop()

    in_session(peer, use, server=attrs.evolve(SERVER, compress=True))
    assert peer.verbs[-2:] == ["COMPRESS", "NOOP"]


@pytest.mark.parametrize(
    ("capabilities", "compress"), [(["IMAP4rev1", "COMPRESS=DEFLATE"], False), (["IMAP4rev1"], True)]
)
def test_nothing_is_compressed_unless_both_want_it(capabilities: list[str], compress: bool) -> None:
    peer = ImapPeer(capabilities=capabilities)

    async def use(session: ImapSession) -> None:
        await session.noop()

    in_session(peer, use, server=attrs.evolve(SERVER, compress=compress))
    assert "COMPRESS" not in peer.verbs


class Says:
    """A peer that says this, and what is ``left`` when it hears something."""

    is_closed = False

    def __init__(self, octets: bytes, left: bytes = b"") -> None:
        self._octets = octets
        self._left = left

    def greet(self) -> bytes:
        return self._octets

    def react(self, octets: bytes) -> bytes:
        return self._left


def read_all(octets: bytes, size: int, cut: Cut = whole, mode: Mode = Mode.BLOCKING) -> list[bytes]:
    """Read so many octets, piece by piece."""

    async def main() -> list[bytes]:
        stream = CompressedStream(ScriptedStream(Says(octets), Faults(cut=cut)))
        pieces: list[bytes] = []
        while sum(map(len, pieces)) < size:
            pieces.append(await stream.read())
        return pieces

    return mode.drive(main())


def deflated(*parts: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return b"".join(deflate.compress(part) + deflate.flush(zlib.Z_SYNC_FLUSH) for part in parts)


@given(st.lists(st.binary(min_size=1), min_size=1), st.sampled_from([whole, by_line, by_octet]))
def test_what_was_said_is_read_whatever_way_it_is_cut(parts: list[bytes], cut: Cut) -> None:
    said = b"".join(parts)

    assert b"".join(read_all(deflated(*parts), len(said), cut)) == said


def test_little_that_becomes_much_is_read_in_pieces() -> None:
    size = 64 * 1024 * 1024

    assert max(map(len, read_all(deflated(bytes(size)), size))) <= 256 * 1024


def test_what_is_not_compressed_as_agreed_breaks_the_connection() -> None:
    with pytest.raises(ProtocolBroken):
        read_all(b"* OK not compressed\r\n", 10_000)


@EACH_CUT
@pytest.mark.parametrize("behind", [b"", b"more"])
def test_where_the_compressed_octets_end_so_does_the_connection(behind: bytes, cut: Cut) -> None:
    """Dovecot ends them when it says BYE."""
    ended = Says(zlib.compress(b"x" * 100, wbits=-15) + behind)
    ended.is_closed = True

    async def main() -> bytes:
        stream = CompressedStream(ScriptedStream(ended, Faults(cut=cut)))
        said = b""
        while octets := await stream.read():
            said += octets
        return said

    assert Mode.BLOCKING.drive(main()) == b"x" * 100


def test_a_wait_that_brings_nothing_leaves_the_stream_usable() -> None:
    octets = deflated(b"abc")

    async def main() -> tuple[bytes | None, bytes]:
        stream = CompressedStream(ScriptedStream(Says(octets[:1], octets[1:])))
        nothing = await stream.read_within(1)
        await stream.write(b"go on")
        return nothing, await stream.read()

    assert Mode.BLOCKING.drive(main()) == (None, b"abc")

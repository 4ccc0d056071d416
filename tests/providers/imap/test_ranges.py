"""Attachments read in ranges, at servers and with bodies of every kind."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.codecs.mime.syntax.transfer import decode_content
from msgcore.errors import ConnectionLost, NotLoaded, ObjectDeleted, StoreError
from msgcore.props.table import PidTagEntryId
from msgcore.providers.imap import ImapConfig
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import SpecialFolder, TableQuery
from msgcore.spi.url import ServiceUrl
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.imap_quirks import ImapQuirks
from tests.conftest import SOAK
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell
from tests.providers.imap.breaking_proxy import BreakingProxy

EXAMPLES = settings(max_examples=300 if SOAK else 10, phases=[Phase.explicit, Phase.reuse, Phase.generate])
DATA = random.Random(1).randbytes(1_500_000)


def in_lines(data: bytes, line_octets: int = 76, end: bytes = b"\r\n") -> bytes:
    text = base64.b64encode(data)
    return b"\r\n".join(text[start : start + line_octets] for start in range(0, len(text), line_octets)) + end


def with_body(body: bytes, encoding: str = "base64", behind: bytes = b"") -> bytes:
    """Write a message with one attachment, of that body."""
    return (
        b"Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\ntext\r\n"
        b"--b\r\nContent-Type: application/x-own\r\nContent-Transfer-Encoding: %s\r\n\r\n%s\r\n%s--b--\r\n"
        % (encoding.encode(), body, behind)
    )


EVEN = in_lines(DATA)
SPLIT = EVEN[:780_000] + EVEN[780_000:780_020] + b"\r\n" + EVEN[780_020:]
"""A line in the middle is in two: it has the size of an even one of one octet more, or so."""
LONGER = EVEN[:780_000] + b"\r\n" * 39 + EVEN[780_000:]
"""Blank lines of the length of a line are in the middle: it is shorter than it looks."""


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield server


def through(proxy: BreakingProxy, server: LoopbackImapServer) -> ImapConfig:
    return attrs.evolve(at_loopback(server), url=ServiceUrl.parse(f"imap://127.0.0.1:{proxy.port}", ("imap",)))


async def the_only(store: Probe) -> EntryId:
    inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
    [row] = await store.query(inbox, TableQuery((PidTagEntryId,)), NEVER)
    return EntryId.parse(row[PidTagEntryId])


async def whole(store: Probe, entry_id: EntryId, piece_octets: int = 300_000) -> bytes:
    """Read an attachment to its end; who finds it to be another one opens it again, once."""
    try:
        return await read_to_the_end(store, entry_id, piece_octets)
    except StoreError:
        return await read_to_the_end(store, entry_id, piece_octets)


async def read_to_the_end(store: Probe, entry_id: EntryId, piece_octets: int) -> bytes:
    facts = await store.attachment_facts(entry_id, 0, NEVER)
    found, piece = b"", b"-"
    while piece:
        piece = await store.attachment_octets(entry_id, 0, facts.mark, len(found), piece_octets, NEVER)
        found += piece
    assert len(found) == facts.size_octets
    return found


def test_any_reads_of_any_attachment_give_what_load_gives(server: LoopbackImapServer) -> None:
    """Whatever lines it has, and however it is encoded."""
    places = st.lists(st.tuples(st.integers(0, 1_600_000), st.integers(0, 300_000)), max_size=5)

    @EXAMPLES
    @given(
        st.integers(1_200_000, 1_500_000),
        st.sampled_from([4, 60, 64, 76, 996]),
        st.integers(0, 3),
        st.sampled_from(["base64", "8bit"]),
        places,
    )
    def give_what_load_gives(
        size_octets: int, line_octets: int, ends: int, encoding: str, reads: list[tuple[int, int]]
    ) -> None:
        body = in_lines(DATA[:size_octets], line_octets, b"\r\n" * ends)
        mailbox = server.mailbox("ann")
        mailbox.remove(list(mailbox.messages()))
        server.put("ann", with_body(body, encoding))

        async def story(store: Probe) -> tuple[bytes, int, list[bytes]]:
            one = await the_only(store)
            data = (await store.load(one, 1 << 40, NEVER)).attachments[0].data
            facts = await store.attachment_facts(one, 0, NEVER)
            return (
                data,
                facts.size_octets,
                [await store.attachment_octets(one, 0, facts.mark, start, count, NEVER) for start, count in reads],
            )

        data, said_octets, found = tell(at_loopback(server), story)
        assert said_octets == len(data)
        assert found == [data[start : start + count] for start, count in reads]

    give_what_load_gives()


@pytest.mark.parametrize("body", [SPLIT, LONGER, EVEN.replace(b"\r\n", b"\r\n ", 1)], ids=["split", "longer", "blank"])
def test_uneven_lines_are_read_as_they_are_when_the_message_is(server: LoopbackImapServer, body: bytes) -> None:
    server.put("ann", with_body(body))

    async def story(store: Probe) -> bytes:
        return await whole(store, await the_only(store))

    assert tell(at_loopback(server), story) == decode_content(body, "base64")


def test_who_opened_what_is_shorter_than_it_looked_is_told(server: LoopbackImapServer) -> None:
    server.put("ann", with_body(LONGER))

    async def story(store: Probe) -> None:
        one = await the_only(store)
        facts = await store.attachment_facts(one, 0, NEVER)
        with pytest.raises(StoreError, match="open it again"):
            await store.attachment_octets(one, 0, facts.mark, 0, facts.size_octets, NEVER)

    tell(at_loopback(server), story)


def test_the_first_octets_are_given_before_the_rest_is_fetched(server: LoopbackImapServer) -> None:
    server.put("ann", with_body(EVEN))

    async def story(store: Probe) -> bytes:
        one = await the_only(store)
        facts = await store.attachment_facts(one, 0, NEVER)
        return await store.attachment_octets(one, 0, facts.mark, 0, 250_000, NEVER)

    with BreakingProxy(server.port, lambda: 500_000) as proxy:
        assert tell(through(proxy, server), story) == DATA[:250_000]
    assert proxy.broken == 0


def test_what_was_cut_goes_on_where_it_ended_by_the_next_call(server: LoopbackImapServer) -> None:
    server.put("ann", with_body(EVEN))

    async def story(store: Probe) -> tuple[bytes, int]:
        one = await the_only(store)
        facts = await store.attachment_facts(one, 0, NEVER)
        for tries in range(1, 10):
            try:
                return await store.attachment_octets(one, 0, facts.mark, 0, facts.size_octets, NEVER), tries
            except ConnectionLost:
                continue
        raise AssertionError("it never came to its end")

    with BreakingProxy(server.port, lambda: 500_000) as proxy:
        data, tries = tell(through(proxy, server), story)
    assert data == DATA
    assert tries > 1


def test_a_download_that_was_cut_goes_on_where_it_ended_by_the_next_call(server: LoopbackImapServer) -> None:
    """What is quoted-printable is not read in ranges."""
    body = b"a line of text, which is not encoded at all\r\n" * 30_000
    server.put("ann", with_body(body, "quoted-printable"))

    async def story(store: Probe) -> tuple[bytes, int]:
        one = await the_only(store)
        for tries in range(1, 10):
            try:
                return await whole(store, one), tries
            except ConnectionLost:
                continue
        raise AssertionError("it never came to its end")

    with BreakingProxy(server.port, lambda: 500_000) as proxy:
        data, tries = tell(through(proxy, server), story)
    assert data == body
    assert tries > 1


def test_a_server_that_gives_all_for_a_range_gives_the_attachment(server: LoopbackImapServer) -> None:
    server.put("ann", with_body(EVEN))
    server.quirks = ImapQuirks(gives_whole_for_partial=True)

    async def story(store: Probe) -> bytes:
        return await whole(store, await the_only(store))

    assert tell(at_loopback(server), story) == DATA


@pytest.mark.parametrize("error", [-70_000, -2_000, -3, 2, 900, 1_025, 5_000, 9_000_000])
def test_a_server_that_says_wrong_sizes_gives_the_attachment(server: LoopbackImapServer, error: int) -> None:
    behind = b"--b\r\nContent-Type: application/x-other\r\n\r\nother\r\n"
    server.put("ann", with_body(EVEN, behind=behind))
    server.quirks = ImapQuirks(body_size_error=error)

    async def story(store: Probe) -> tuple[bytes, list[object]]:
        one = await the_only(store)
        data = await whole(store, one)
        message = await store.load(one, 100_000, NEVER)
        with pytest.raises(NotLoaded) as caught:
            _ = message.attachments[0].data
        assert "open_attachment" in str(caught.value)
        return data, [message.text, [one.content_type for one in message.attachments]]

    assert tell(at_loopback(server), story) == (DATA, ["text", ["application/x-own", "application/x-other"]])


def test_what_another_client_deletes_meanwhile_is_gone(server: LoopbackImapServer) -> None:
    uid = server.put("ann", with_body(EVEN))

    async def story(store: Probe) -> None:
        one = await the_only(store)
        facts = await store.attachment_facts(one, 0, NEVER)
        await store.attachment_octets(one, 0, facts.mark, 0, 9, NEVER)
        server.mailbox("ann").remove([uid])
        with pytest.raises(ObjectDeleted):
            await store.attachment_octets(one, 0, facts.mark, 9_000, 9, NEVER)

    tell(at_loopback(server), story)


def test_a_mail_that_is_an_attachment_to_its_end_is_loaded_without_it(server: LoopbackImapServer) -> None:
    header = b"Subject: a picture\r\nContent-Type: image/png; name=it.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    server.put("ann", header + EVEN)

    async def story(store: Probe) -> tuple[bytes, list[str | None]]:
        one = await the_only(store)
        message = await store.load(one, 100_000, NEVER)
        with pytest.raises(NotLoaded):
            _ = message.attachments[0].data
        return await whole(store, one), [attachment.filename for attachment in message.attachments]

    assert tell(at_loopback(server), story) == (DATA, ["it.png"])

"""A message comes back from a server as it was saved."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from msgcore.codecs import mime, tnef
from msgcore.model.address import Address
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.props.table import PidTagSubject
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.providers.imap.content import Prepared, message_of, prepare
from msgcore.providers.imap.line_ends import is_clean
from msgcore.spi.store import Incoming
from msgcore.testing.modes import Mode
from msgcore.testing.strategies import composed_messages, mail_octets, properties
from tests.conftest import SOAK
from tests.providers.imap.account import Desk, story_at
from tests.servers import Authority, Dovecot

EXAMPLES = settings(max_examples=5_000 if SOAK else 60)
AT_A_SERVER = settings(
    max_examples=300 if SOAK else 4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
STORE = bytes(16)


def prepared(message: Message) -> bytes:
    octets = prepare(Incoming(message), STORE).octets()
    assert isinstance(octets, bytes)
    return octets


@EXAMPLES
@given(composed_messages())
def test_a_composed_message_comes_back_the_same(message: Message) -> None:
    assert compare(message, message_of(prepared(message))) == ()


@EXAMPLES
@given(composed_messages())
def test_a_message_from_tnef_becomes_mime_and_says_the_same(message: Message) -> None:
    """But for the messages in it, whose properties have no place beside MIME."""
    given_message = tnef.read(tnef.write(message))

    kept = message_of(prepared(given_message))

    assert kept.source is not None and kept.source.form == "mime"
    assert [one.where for one in compare(given_message, kept) if not one.where.startswith("attachments[")] == []


@EXAMPLES
@given(mail_octets())
def test_a_message_that_was_read_comes_back_octet_for_octet(octets: bytes) -> None:
    assert mime.write(message_of(prepared(mime.read(octets)))) == octets


@EXAMPLES
@given(st.lists(properties(), max_size=8))
@example([(PropertyTag(0x6800, PropertyType.UNICODE, "Own"), "\ud800\udcff")])
def test_properties_come_back_with_value_and_type(given_properties: list[tuple[Property[object], object]]) -> None:
    message = Message()
    for tag, value in given_properties:
        message[tag] = value
    assert compare(message, message_of(prepared(message))) == ()


@EXAMPLES
@given(mail_octets() | composed_messages().map(mime.write))
def test_what_is_appended_is_kept_by_every_server(octets: bytes) -> None:
    appended = prepared(mime.read(octets))
    assert appended
    assert is_clean(appended)


@EXAMPLES
@given(composed_messages())
def test_the_size_is_known_before(message: Message) -> None:
    one = prepare(Incoming(message), STORE)
    assert one.size_octets == len(prepared(message))


def test_an_ordinary_letter_is_appended_as_it_is() -> None:
    message = Message(from_="ann@a.test", to="bob@b.test", subject="Hi", text="Hello")
    assert prepared(message) == mime.write(message)


def test_a_property_that_was_deleted_stays_deleted() -> None:
    message = mime.read(b"Subject: x\r\n\r\ntext")
    del message[PidTagSubject]
    assert PidTagSubject not in message_of(prepared(message))


def test_the_same_delivery_to_another_store_is_another_one() -> None:
    incoming = Incoming(Message(), delivery_key=b"k")
    here, there = (prepare(incoming, uid).delivery for uid in (STORE, bytes(15) + b"\1"))
    assert here != there


def test_recipients_of_other_types_come_back() -> None:
    message = Message(to=[Address("FAX", "+46 8 1", "Fax"), Address("X400", "/c=us/s=bob")])
    assert compare(message, message_of(prepared(message))) == ()


def test_a_message_knows_its_message_id_before_it_is_saved() -> None:
    one: Prepared = prepare(Incoming(Message(message_id="<1@a.test>")), STORE)
    assert one.message_id == "<1@a.test>"


# At a server.


@pytest.mark.interop
@pytest.mark.parametrize("storage", ["dovecot_of_anybody", "dovecot_sdbox"])
@pytest.mark.parametrize("mode", Mode)
def test_messages_come_back_from_a_server(
    request: pytest.FixtureRequest, authority: Authority, storage: str, mode: Mode
) -> None:
    """Several at a time: what a server does to one is not to be seen in the next."""
    server: Dovecot = request.getfixturevalue(storage)

    @AT_A_SERVER
    @given(st.lists(mail_octets() | st.sampled_from([b"", b"a", b"\n", b"a\0b\rc\nd\r\r\n", b" x\r\n"]), max_size=12))
    @example(
        [b"", b"\0", b"Subject: x\n\ntext\n", b"X-Msgcore: 15\r\n", b"From x Mon Jan\n\n", b"a: b\r\n\r\n.\r\n..\r\n"]
    )
    def come_back(given_octets: list[bytes]) -> None:
        async def story(desk: Desk) -> list[bytes]:
            ids = await desk.save(*(mime.read(octets) for octets in given_octets))
            return [mime.write(await desk.load(one)) for one in ids]

        assert story_at(server, authority, mode, story) == given_octets

    come_back()

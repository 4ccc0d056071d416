"""A message comes back as it was given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.errors import NotLoaded
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.compare import Difference, compare
from msgcore.model.message import Message
from msgcore.model.recipient import RecipientKind
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.spi.capability import Capability
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.strategies import composed_messages, mail_octets, properties

__all__ = ["Contents"]

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)
NUMBER: PropertyTag[int] = PropertyTag(0x6801, PropertyType.LONG, "Number")
WORDS: PropertyTag[tuple[str, ...]] = PropertyTag(0x6803, PropertyType.MV_UNICODE, "Words")

DAY = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
INSIDE = Message(
    subject="inside", from_="eve@e.test", text="inner", attachments=[Attachment(b"\0\xff", filename="å.bin")]
)
PICTURE = Attachment(b"GIF89a", content_type="image/gif", content_id="p@x", is_inline=True)
LARGE = Message(subject="large", text="body", attachments=[Attachment(b"x" * 5_000, filename="a.bin")])

MESSAGES = {
    "empty": Message(),
    "plain text": Message(from_="Ann <ann@a.test>", to="bob@b.test", subject="Hi", text="Hello\nBob", date=DAY),
    "other scripts": Message(from_="Åsa <asa@a.test>", subject="Ärende åäö 中文 😀", text="Grüße, 世界"),
    "html": Message(subject="h", text="plain", html="<p>see <img src='cid:p@x'>", attachments=[PICTURE]),
    "attachments": Message(
        subject="a", attachments=[Attachment(bytes(range(256)) * 9, filename="all octets.bin"), b"", b"no name"]
    ),
    "a message in a message": Message(subject="outer", text="see inside", attachments=[INSIDE]),
    "people": Message(
        from_="ann@a.test",
        sender="Secretary <secretary@a.test>",
        to=["Bob <bob@b.test>", "b@b.test"],
        cc="Cia <cia@c.test>",
        bcc="Dan <dan@d.test>",
        reply_to="replies@a.test",
    ),
    "addresses of other types": Message(to=[Address("FAX", "+46 8 1", "Fax"), Address("X400", "/c=us/s=bob")]),
    "levels and ids": Message(
        subject="l",
        importance=2,
        sensitivity=3,
        message_id="<1@a.test>",
        in_reply_to="<0@a.test>",
        references="<9@a.test> <0@a.test>",
        headers=[("X-Own", "value")],
    ),
}


async def came_back(desk: StoreDesk) -> Message:
    [entry_id] = desk.ids
    return await desk.load(entry_id)


class Contents(StoreSuite):
    @pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
    def test_a_message_comes_back_as_it_was_given(self, run: Run, message: Message) -> None:
        assert compare(message, run(came_back, message)) == ()

    def test_any_message_comes_back_as_it_was_given(self, run: Run) -> None:
        @self.draws
        @given(composed_messages())
        def comes_back(message: Message) -> None:
            assert compare(message, run(came_back, message)) == ()

        comes_back()

    def test_bcc_recipients_come_back(self, run: Run) -> None:
        people = run(came_back, MESSAGES["people"]).recipients
        assert [one.email_address for one in people if one.kind is RecipientKind.BCC] == ["dan@d.test"]

    def test_a_message_is_the_same_at_the_next_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Message:
            await desk.reopen()
            return await came_back(desk)

        message = MESSAGES["a message in a message"]
        assert compare(message, run(story, message)) == ()

    def test_a_message_of_several_comes_back_itself(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> set[tuple[str, str]]:
            found = [await desk.load(one) for one in desk.ids]
            return {(one.subject, (one.text or "").strip()) for one in found}

        given_messages = [Message(subject=text, text=text * 3) for text in ("a", "b", "c")]
        assert run(story, *given_messages) == {("a", "aaa"), ("b", "bbb"), ("c", "ccc")}

    @needs(Capability.CREATE)
    def test_a_message_that_was_read_comes_back_octet_for_octet(self, run: Run) -> None:
        """Right or damaged: a signature covers octets, and what cannot be understood must not be lost."""

        @self.draws
        @given(mail_octets())
        def comes_back(octets: bytes) -> None:
            assert mime.write(run(came_back, mime.read(octets))) == octets

        comes_back()

    @needs(Capability.CREATE)
    @pytest.mark.parametrize(
        ("tag", "value"),
        [(COLOUR, "röd"), (COLOUR, ""), (NUMBER, -5), (WORDS, ("a", "", "c"))],
        ids=["named", "empty", "number", "several values"],
    )
    def test_a_property_without_a_field_comes_back(self, run: Run, tag: Property[object], value: object) -> None:
        message = Message(subject="s")
        message[tag] = value
        assert run(came_back, message).get(tag) == value

    @needs(Capability.CREATE)
    def test_any_properties_come_back_with_value_and_type(self, run: Run) -> None:
        @self.draws
        @given(st.lists(properties(), max_size=8))
        def come_back(given_properties: list[tuple[Property[object], object]]) -> None:
            message = Message()
            for tag, value in given_properties:
                message[tag] = value
            assert compare(message, run(came_back, message)) == ()

        come_back()

    # The load limit.

    def test_an_attachment_above_the_load_limit_raises_not_loaded(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            message = await desk.load(desk.ids[0], 1_000)
            with pytest.raises(NotLoaded):
                _ = message.attachments[0].data

        run(story, LARGE)

    def test_a_message_above_the_load_limit_has_the_rest(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[str, str, int]:
            message = await desk.load(desk.ids[0], 1_000)
            return message.subject, (message.text or "").strip(), len(message.attachments)

        assert run(story, LARGE) == ("large", "body", 1)

    def test_a_message_within_the_load_limit_has_its_attachments(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bytes:
            return (await desk.load(desk.ids[0], 100_000)).attachments[0].data

        assert run(story, LARGE) == b"x" * 5_000

    # Whose message it is.

    @needs(Capability.CREATE)
    def test_saving_does_not_change_the_message_that_was_given(self, run: Run) -> None:
        message = MESSAGES["people"].copy()
        tags = set(message.tags())
        run(came_back, message)
        assert (compare(message, MESSAGES["people"]), set(message.tags()) ^ tags) == ((), set())

    @needs(Capability.CREATE)
    def test_what_the_caller_does_to_the_message_after_saving_changes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[Difference, ...]:
            message = MESSAGES["people"].copy()
            entry_id = await desk.save_one(message)
            message.subject, message.text, message.attachments, message.recipients = "x", "x", [b"x"], ()
            message[COLOUR] = "red"
            return compare(MESSAGES["people"], await desk.load(entry_id))

        assert run(story) == ()

    def test_what_the_caller_does_to_a_loaded_message_changes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[Difference, ...]:
            message = await came_back(desk)
            message.subject, message.text, message.attachments, message.recipients = "x", "x", [b"x"], ()
            return compare(MESSAGES["people"], await came_back(desk))

        assert run(story, MESSAGES["people"]) == ()

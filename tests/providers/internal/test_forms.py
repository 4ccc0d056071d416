"""Messages that came as TNEF or .msg are kept in that form, and are messages like all others."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from msgcore.codecs import mime, msg, tnef
from msgcore.errors import NotLoaded
from msgcore.model import Attachment, Message, Recipient
from msgcore.model.address import parse_address
from msgcore.model.attachment import AttachMethod
from msgcore.model.compare import compare
from msgcore.props.restriction import Restriction
from msgcore.props.table import (
    PidLidLocation,
    PidNameKeywords,
    PidTagAttachEncoding,
    PidTagAttachFlags,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagBody,
    PidTagMessageClass,
    PidTagRecipientTrackStatus,
    PidTagRenderingPosition,
    PidTagRtfCompressed,
    PidTagSubject,
)
from msgcore.runtime import NEVER
from msgcore.spi.store import SpecialFolder
from tests.providers.internal.box import Box

FORMS = {"tnef": tnef, "msg": msg}
forms = pytest.mark.parametrize("codec", FORMS.values(), ids=FORMS)


def letter() -> Message:
    message = Message(
        from_="Ann <ann@a.test>",
        to="Bob <bob@b.test>",
        subject="Re: oranges",
        text="about apples",
        message_class="IPM.Appointment",
        attachments=[Attachment(b"x" * 100, filename="pears.txt"), Message(subject="inner", text="inside")],
    )
    message[PidLidLocation] = "hall"
    message.recipients = (Recipient(parse_address("bob@b.test"), properties=((PidTagRecipientTrackStatus, 3),)),)
    return message


def in_form(codec: ModuleType, message: Message | None = None) -> Message:
    read: Callable[[bytes], Message] = codec.read
    return read(codec.write(message or letter()))


def source_of(message: Message) -> tuple[str, bytes]:
    assert message.source is not None
    return message.source.form, message.source.octets


@forms
def test_it_comes_back_octet_for_octet_in_its_form(either_box: Box, codec: ModuleType) -> None:
    given = in_form(codec)

    loaded = either_box.load(either_box.save_one(given))

    assert (source_of(loaded), compare(given, loaded)) == (source_of(given), ())


@forms
def test_what_is_set_over_it_lies_over_its_octets(either_box: Box, codec: ModuleType) -> None:
    given = in_form(codec)
    given[PidNameKeywords] = ("red",)

    loaded = either_box.load(either_box.save_one(given))

    assert (source_of(loaded), loaded.get(PidNameKeywords)) == (source_of(given), ("red",))


@forms
def test_what_is_deleted_from_it_stays_deleted(either_box: Box, codec: ModuleType) -> None:
    given = in_form(codec)
    del given[PidLidLocation]

    assert PidLidLocation not in either_box.load(either_box.save_one(given))


@forms
@pytest.mark.parametrize("change", ["subject", "text", "recipients", "attachments", "header"])
def test_changed_in_what_it_says_it_is_written_anew_in_its_form(
    either_box: Box, codec: ModuleType, change: str
) -> None:
    given = in_form(codec)
    match change:
        case "subject":
            given.subject = "Re: lemons"
        case "text":
            given.text = "about lemons"
        case "recipients":
            given.to = "carol@c.test"
        case "attachments":
            given.attachments = [b"lemon"]
        case _:
            given.add_headers({"X-Fruit": "lemon"})
    form, octets = source_of(given)
    wanted = codec.read(codec.write(given))

    loaded = either_box.load(either_box.save_one(given))

    assert source_of(loaded)[0] == form and source_of(loaded)[1] != octets
    assert compare(wanted, loaded) == ()


@forms
def test_a_message_in_a_folder_can_be_changed(either_box: Box, codec: ModuleType) -> None:
    entry_id = either_box.save_one(in_form(codec))
    message = either_box.load(entry_id)
    message.text = "about plums"
    either_box.run(either_box.store.save_changes(entry_id, message, NEVER))

    loaded = either_box.load(entry_id)
    assert FORMS[source_of(loaded)[0]] is codec
    assert (loaded.text, loaded.get(PidLidLocation)) == ("about plums", "hall")


def test_a_mail_that_begins_as_tnef_does_is_a_mail(either_box: Box) -> None:
    """Else anybody could send properties that are trusted."""
    octets = tnef.write(letter())
    as_mail, as_tnef = either_box.save(mime.read(octets), tnef.read(octets))

    assert [source_of(either_box.load(one)) for one in (as_mail, as_tnef)] == [("mime", octets), ("tnef", octets)]


def test_equal_messages_share_one_content(either_box: Box) -> None:
    either_box.save(in_form(tnef), in_form(tnef))

    assert either_box.sql("select form from content") == [("tnef",)]


@forms
@pytest.mark.parametrize(
    "restriction",
    [
        PidTagSubject.contains("ORANGE", ignore_case=True),
        PidTagBody.contains("apples"),
        PidTagMessageClass.equals("IPM.Appointment"),
        PidLidLocation.equals("hall"),
        PidTagBody.has_words("about APPL"),
    ],
    ids=str,
)
def test_it_is_found(either_box: Box, codec: ModuleType, restriction: Restriction) -> None:
    either_box.save_one(Message(subject="another", text="other"))
    entry_id = either_box.save_one(in_form(codec))

    assert either_box.ids(restriction) == [entry_id]


@forms
def test_its_columns_are_its_own(either_box: Box, codec: ModuleType) -> None:
    entry_id = either_box.save_one(in_form(codec))

    assert [either_box.value(entry_id, tag) for tag in (PidTagSubject, PidTagMessageClass, PidLidLocation)] == [
        "Re: oranges",
        "IPM.Appointment",
        "hall",
    ]


@forms
def test_an_attachment_is_streamed(either_box: Box, codec: ModuleType) -> None:
    store = either_box.store
    entry_id = either_box.save_one(in_form(codec))

    facts = either_box.run(store.attachment_facts(entry_id, 0, NEVER))
    part = either_box.run(store.attachment_octets(entry_id, 0, facts.mark, 90, 20, NEVER))
    assert (facts.size_octets, part) == (100, b"x" * 10)


@forms
def test_a_large_one_is_loaded_without_its_attachments(either_box: Box, codec: ModuleType) -> None:
    large = letter()
    large.attachments = [bytes(2 << 20)]
    entry_id = either_box.save_one(in_form(codec, large))

    loaded = either_box.load(entry_id, 1_000)
    assert (loaded.subject, loaded.get(PidLidLocation)) == ("Re: oranges", "hall")
    with pytest.raises(NotLoaded):
        loaded.attachments[0].data  # noqa: B018  # the access is the test
    assert either_box.load(entry_id).attachments[0].data == bytes(2 << 20)


@forms
def test_a_copy_is_the_same(either_box: Box, codec: ModuleType) -> None:
    entry_id = either_box.save_one(in_form(codec))
    (copied,) = either_box.run(
        either_box.store.copy([entry_id], either_box.special[SpecialFolder.DELETED_ITEMS], NEVER)
    )

    assert source_of(either_box.load(copied)) == source_of(either_box.load(entry_id))


@forms
def test_it_can_be_exported_as_mail(either_box: Box, codec: ModuleType) -> None:
    loaded = either_box.load(either_box.save_one(in_form(codec)))

    read = mime.read(mime.write(loaded))
    assert (read.subject, str(read.text).rstrip(), read.attachments[0].data) == (
        "Re: oranges",
        "about apples",
        b"x" * 100,
    )


# Composed


def composed(kind: str) -> Message:
    message = Message(subject="x", text="y", attachments=[Attachment(b"z", filename="z.bin")])
    match kind:
        case "storage":
            message.attachments[0][PidTagAttachMethod] = AttachMethod.STORAGE
        case "row":
            message.recipients = letter().recipients
        case "embedded":
            inner = Message(subject="inner")
            inner[PidLidLocation] = "room"
            message.attachments = [inner]
        case "hidden":
            message.attachments[0][PidTagAttachmentHidden] = True
        case "rendered":
            message.attachments[0][PidTagRenderingPosition] = 5
        case "Macintosh":
            message.attachments[0][PidTagAttachEncoding] = bytes.fromhex("2a864886f714030b01")
        case "invisible":
            message.attachments[0][PidTagAttachFlags] = 1
        case "shown":
            message.html = '<img src="cid:a">'
            message.attachments = [Attachment(b"z", filename="z.png", content_id="a", is_inline=True)]
        case "rtf":
            message[PidTagRtfCompressed] = b"\0" * 20
        case _:
            message[PidLidLocation] = "hall"
    return message


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        *((kind, "tnef") for kind in ("storage", "row", "embedded", "hidden", "rendered", "Macintosh", "invisible")),
        *((kind, "mime") for kind in ("shown", "rtf", "named")),
    ],
)
def test_what_is_composed_is_kept_in_a_form_that_keeps_all_of_it(either_box: Box, kind: str, form: str) -> None:
    given = composed(kind)

    loaded = either_box.load(either_box.save_one(given))

    assert (source_of(loaded)[0], compare(given, loaded)) == (form, ())
    assert [(one.get(PidTagAttachMethod), one.is_inline) for one in loaded.attachments] == [
        (one.get(PidTagAttachMethod), one.is_inline) for one in given.attachments
    ]

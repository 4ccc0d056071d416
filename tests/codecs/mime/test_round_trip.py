"""Properties of reading and writing that hold for every message and for any octets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.address_writing import address_field
from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.rebuild import rebuild
from msgcore.model import Address, Attachment, Message, compare
from msgcore.testing.strategies import composed_messages, long_header_texts, mail_octets, typed_addresses


@given(composed_messages())
def test_a_composed_message_reads_back_the_same(message: Message) -> None:
    assert compare(mime.read(mime.write(message)), message) == ()


@given(composed_messages())
def test_a_composed_message_has_only_crlf_and_lines_within_998_octets(message: Message) -> None:
    lines = mime.write(message).split(b"\r\n")

    assert [line for line in lines if len(line) > 998 or b"\r" in line or b"\n" in line or b"\0" in line] == []


@given(composed_messages())
def test_the_pieces_join_to_what_write_gives(message: Message) -> None:
    assert b"".join(mime.write_chunks(message)) == mime.write(message)


@given(composed_messages())
def test_writing_the_same_message_twice_gives_the_same_octets(message: Message) -> None:
    assert mime.write(message) == mime.write(message)


@given(composed_messages())
def test_a_message_survives_the_wire(message: Message) -> None:
    """But for Bcc; and what the storage form has in 8 bits (addresses) the hop takes."""
    arrived = mime.read(mime.write_for_wire(message, allow_8bit=True, allow_utf8=True))
    message.recipients = [*(r for r in message.recipients if r.kind != 3)]

    assert [d for d in compare(arrived, message) if "attachments[" not in d.where] == []


@given(mail_octets())
def test_any_octets_read_without_an_exception(octets: bytes) -> None:
    read_all(mime.read(octets))


@given(mail_octets())
def test_any_octets_are_written_back_as_they_were(octets: bytes) -> None:
    assert mime.write(mime.read(octets)) == octets


@given(mail_octets())
def test_any_octets_have_the_same_tree_when_rebuilt(octets: bytes) -> None:
    root = parse(octets)

    assert tree(parse(rebuild(root))) == tree(root)


@given(mail_octets())
def test_check_takes_any_octets(octets: bytes) -> None:
    assert all(0 <= finding.offset <= len(octets) for finding in mime.check(octets))


@given(mail_octets())
def test_a_changed_subject_changes_nothing_else(octets: bytes) -> None:
    message = mime.read(octets)
    message.subject = "new"

    changed = mime.read(mime.write(message))

    assert (changed.subject, changed.text, len(changed.attachments)) == (
        "new",
        mime.read(octets).text,
        len(mime.read(octets).attachments),
    )


@given(mail_octets())
def test_whatever_was_read_can_be_composed_anew(octets: bytes) -> None:
    message = mime.read(octets)
    message.text = "new text"

    assert mime.read(mime.write(message)).text == "new text\n"


@given(st.lists(typed_addresses(), max_size=4))
def test_addresses_read_back_from_their_field(addresses: list[Address]) -> None:
    field = address_field("To", addresses) or b"To:"

    assert [(a.typed, a.display_name or a.email_address) for a in read_addresses(field[3:])] == [
        (a.typed, a.display_name or a.email_address) for a in addresses
    ]


@given(long_header_texts())
def test_a_file_name_of_any_characters_reads_back(filename: str) -> None:
    message = mime.read(mime.write(Message(attachments=[Attachment(b"x", filename=filename)])))

    assert message.attachments[0].filename == filename


def read_all(message: Message) -> None:
    """Ask for everything that a message has."""
    for tag in message.tags():
        message.get(tag)  # type: ignore[call-overload]  # the keys of a bag carry no value type
    shown = (message.headers, message.text, message.html, message.recipients, message.reply_to, message.from_)
    assert len(shown) == 6
    assert repr(message)
    for attachment in message.attachments:
        assert repr(attachment)
        assert attachment.size_octets >= 0
        assert isinstance(attachment.data, bytes)
    assert compare(message, message) == ()
    mime.read_delivery_report(message)


def tree(root: Entity) -> list[tuple[int, str, dict[str, str], bytes | None]]:
    """A tree as values: depth, type, parameters, decoded content of the leaves."""
    return [
        (e.depth, e.media_type, dict(e.content_type.parameters), None if e.children else e.content) for e in root.walk()
    ]

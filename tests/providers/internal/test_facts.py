"""What saving reads of a message in one go is what its properties say."""

from __future__ import annotations

from hypothesis import example, given

from msgcore.codecs import mime
from msgcore.model.message import Message
from msgcore.props.table import PidTagImportance, PidTagRead
from msgcore.providers.internal.facts import facts_of
from msgcore.testing import strategies


@given(strategies.mail_octets())
@example(
    b"From: Ann <a@a.test>\r\nSender: b@b.test\r\nTo: c@c.test, Bob\r\nBcc: d@d.test (D)\r\nImportance: high\r\n\r\n"
)
@example(b"From: Ann\r\nDisposition-Notification-To: a@a.test\r\nSensitivity: private\r\n\r\n")
@example(b"Sender: a@a.test\r\nX-MS-TNEF-Correlator: <x>\r\n\r\n")
def test_facts_are_those_of_the_properties(octets: bytes) -> None:
    by_properties = mime.read(octets)
    by_properties.properties_set.preset(PidTagRead, True)  # which makes no difference but that it is there

    one, other = facts_of(mime.read(octets)), facts_of(by_properties)

    assert one == other
    assert list(one.people) == list(other.people)


def test_what_lies_over_the_octets_counts() -> None:
    message = mime.read(b"Importance: low\r\n\r\n")
    message.properties_set.preset(PidTagImportance, 2)

    assert facts_of(message).importance == 2


def test_a_composed_message_has_facts_too() -> None:
    facts = facts_of(Message(from_="Ann <a@a.test>", to="b@b.test", subject="s"))

    assert (facts.from_name, facts.from_type, facts.subject) == ("Ann", "SMTP", "s")
    assert set(facts.people) == {"Ann", "a@a.test", "", "b@b.test"}

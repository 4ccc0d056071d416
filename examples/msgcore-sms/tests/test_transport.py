"""What the operator says, and what becomes of a recipient."""

from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

import msgcore
from msgcore import Accepted, Address, Deferred, Message, Outcome, Recipient, Refused
from msgcore.errors import AuthenticationRefused, SetupError, TimedOut, TlsFailed
from msgcore.runtime import BlockingRuntime
from msgcore.spi import Deadline, Envelope, Secret

from loopback_operator import LoopbackOperator, ShortMessage
from msgcore_sms import SmsConfig, SmsTransport

CERTIFICATE = Path(__file__).with_name("operator.pem")
BOB = "SMS:+46701234567"
CIA = "SMS:+46707654321"


@pytest.fixture
def operator() -> Generator[LoopbackOperator]:
    with LoopbackOperator() as operator:
        yield operator


@pytest.fixture
def secure_operator() -> Generator[LoopbackOperator]:
    with LoopbackOperator(CERTIFICATE) as operator:
        yield operator


def send(
    operator: LoopbackOperator, *to: str, text: str = "Call me", query: str = "", ca_file: Path | None = None
) -> list[Outcome]:
    """Send as a program does that knows only the URL; give the outcomes in the order of the recipients."""
    message = Message(from_="ann@a.test", to=to, subject="The subject", text=text)
    via = f"sms+{operator.url}?sender=Athena{query}"
    return list(msgcore.send(message, via=via, token=Secret(operator.token), ca_file=ca_file, check=False).values())


def test_a_url_opens_the_transport(operator: LoopbackOperator) -> None:
    send(operator, BOB)
    [message] = operator.messages
    assert (message.to, message.sender, message.text) == ("+46701234567", "Athena", "Call me")


def test_a_url_may_end_with_a_slash(operator: LoopbackOperator) -> None:
    with msgcore.open_transport(f"sms+{operator.url}/?sender=Athena", token=Secret(operator.token)) as transport:
        outcomes = transport.send(Message(from_="ann@a.test", to=BOB, text="Call me"))
    assert outcomes.all_accepted


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Accepted),
        (202, Accepted),
        (302, Deferred),
        (400, Refused),
        (404, Refused),
        (408, Deferred),
        (409, Deferred),
        (422, Refused),
        (429, Deferred),
        (500, Deferred),
        (503, Deferred),
    ],
)
def test_a_status_is_an_outcome(operator: LoopbackOperator, status: int, kind: type[Outcome]) -> None:
    operator.say(BOB, status)
    [outcome] = send(operator, BOB)
    assert type(outcome) is kind


def test_the_outcome_has_the_words_of_the_status(operator: LoopbackOperator) -> None:
    operator.say(BOB, 429)
    [outcome] = send(operator, BOB)
    assert outcome.text == "the operator says 429 Too Many Requests"


@pytest.mark.parametrize(
    "number",
    ["0701234567", "+0701234567", "+46 70 123", "+46701", "+4670123456789012", "+4670123456\N{FULLWIDTH DIGIT TWO}"],
)
def test_what_is_no_number_is_refused(operator: LoopbackOperator, number: str) -> None:
    assert [type(one) for one in send(operator, f"SMS:{number}")] == [Refused]
    assert operator.messages == []


def test_a_text_of_the_longest_length_is_sent(operator: LoopbackOperator) -> None:
    assert [type(one) for one in send(operator, BOB, text="é" * 1_600)] == [Accepted]


def test_a_longer_text_is_refused_and_not_cut(operator: LoopbackOperator) -> None:
    [outcome] = send(operator, BOB, text="é" * 1_601)
    assert (type(outcome), operator.messages) == (Refused, [])


def test_the_longest_length_may_stand_in_the_url(operator: LoopbackOperator) -> None:
    [outcome] = send(operator, BOB, text="too long", query="&max_characters=7")
    assert outcome.text == "8 characters; a short message has 7 at most"


def test_without_a_text_the_subject_is_sent(operator: LoopbackOperator) -> None:
    send(operator, BOB, text=" \n")
    assert [one.text for one in operator.messages] == ["The subject"]


def test_each_recipient_has_a_key_of_its_own(operator: LoopbackOperator) -> None:
    send(operator, BOB, CIA)
    first, second = (one.key for one in operator.messages)
    assert first != second


def test_two_messages_of_the_same_words_both_arrive(operator: LoopbackOperator) -> None:
    send(operator, BOB)
    send(operator, BOB)
    assert len(operator.messages) == 2


def submit(operator: LoopbackOperator, address: Address, deadline: Deadline) -> Mapping[Recipient, Outcome]:
    """Call the transport itself, as a session does."""
    transport = SmsTransport(SmsConfig(operator.url, Secret(operator.token), "Athena"), BlockingRuntime())
    return transport.submit(Envelope(None, (Recipient(address),)), Message(text="Call me"), deadline)


def test_an_address_of_another_type_is_refused(operator: LoopbackOperator) -> None:
    [outcome] = submit(operator, Address("FAX", "+46701234567"), Deadline()).values()
    assert outcome == Refused(enhanced="5.1.3")


def test_a_call_without_a_deadline_ends(operator: LoopbackOperator) -> None:
    [outcome] = submit(operator, Address("SMS", "+46701234567"), Deadline()).values()
    assert outcome == Accepted()


def test_nothing_is_sent_past_the_deadline(operator: LoopbackOperator) -> None:
    with pytest.raises(TimedOut):
        submit(operator, Address("SMS", "+46701234567"), Deadline.after(0))
    assert operator.attempts(BOB) == 0


class ChangesItsMind(LoopbackOperator):
    """Takes one message, and knows the token no more."""

    def answer(self, authorization: str | None, message: ShortMessage) -> int | None:
        status = super().answer(authorization, message)
        self.refuse_credentials()
        return status


def test_an_error_does_not_hide_who_has_the_message() -> None:
    with ChangesItsMind() as operator:
        assert [type(one) for one in send(operator, BOB, CIA)] == [Accepted, Deferred]


def test_a_wrong_token_is_an_error(operator: LoopbackOperator) -> None:
    operator.refuse_credentials()
    with pytest.raises(AuthenticationRefused, match="401 Unauthorized"):
        send(operator, BOB)


def test_https_works_with_the_authority_of_the_configuration(secure_operator: LoopbackOperator) -> None:
    assert [type(one) for one in send(secure_operator, BOB, ca_file=CERTIFICATE)] == [Accepted]


def test_a_certificate_of_an_unknown_authority_is_not_trusted(secure_operator: LoopbackOperator) -> None:
    with pytest.raises(TlsFailed, match="self-signed certificate"):
        send(secure_operator, BOB)


def test_a_ca_file_that_is_not_there_is_named(secure_operator: LoopbackOperator, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"absent\.pem"):
        send(secure_operator, BOB, ca_file=tmp_path / "absent.pem")

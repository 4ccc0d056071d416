"""What a sender asks of the servers on the way, as MAIL and RCPT say it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.model import Accepted, Address, Envelope, Outcome, Recipient, Refused
from msgcore.model.delivery import DeliveryRequest, Notify, ReturnedContent
from msgcore.runtime import run
from msgcore.testing.scripted import ScriptedStream
from msgcore.wire.smtp import Transaction, transmit
from msgcore.wire.smtp.plan import make_plan
from msgcore.wire.smtp.xtext import xtext
from tests.wire.fake_server import FakeServer
from tests.wire.transfers import LETTER, by_address, extensions_of, server

OFFERED = ("PIPELINING", "SMTPUTF8", "DSN", "DELIVERBY", "MT-PRIORITY", "REQUIRETLS", "FUTURERELEASE 86400 2030-01-01")
ANN, BOB = Address("SMTP", "ann@a.test"), Address("SMTP", "bob@b.test")


def ask(
    request: DeliveryRequest,
    recipient: Recipient | None = None,
    extensions: tuple[str, ...] = OFFERED,
    fake: FakeServer | None = None,
) -> tuple[list[str], Transaction]:
    """Send, and give the first two commands with the transaction."""
    fake = fake or server()
    asked = Envelope(ANN, (recipient or Recipient(BOB),), request=request)
    transaction = run(transmit(ScriptedStream(fake), asked, LETTER, extensions_of(extensions)))
    return fake.commands[:2], transaction


@pytest.mark.parametrize(
    ("request_", "parameters"),
    [
        (DeliveryRequest(), ""),
        (DeliveryRequest(envelope_id="a+b=c d"), " ENVID=a+2Bb+3Dc+20d"),
        (DeliveryRequest(returned_content=ReturnedContent.HEADERS), " RET=HDRS"),
        (DeliveryRequest(returned_content=ReturnedContent.FULL), " RET=FULL"),
        (DeliveryRequest(within_seconds=120), " BY=120;R"),
        (DeliveryRequest(within_seconds=120, only_tell_when_late=True), " BY=120;N"),
        (DeliveryRequest(priority=-3), " MT-PRIORITY=-3"),
        (DeliveryRequest(require_tls=True), " REQUIRETLS"),
        (DeliveryRequest(hold_seconds=60), " HOLDFOR=60"),
        (
            DeliveryRequest(hold_until=datetime(2026, 12, 1, 8, tzinfo=timezone(timedelta(hours=2)))),
            " HOLDUNTIL=2026-12-01T06:00:00Z",
        ),
    ],
)
def test_mail_says_what_is_asked(request_: DeliveryRequest, parameters: str) -> None:
    assert ask(request_)[0][0] == f"MAIL FROM:<ann@a.test>{parameters}"


@pytest.mark.parametrize(
    ("recipient", "parameters"),
    [
        (Recipient(BOB, notify=Notify.NEVER), " NOTIFY=NEVER"),
        (Recipient(BOB, notify=Notify.SUCCESS | Notify.DELAY), " NOTIFY=SUCCESS,DELAY"),
        (Recipient(BOB, original=Address("SMTP", "b+x@b.test")), " ORCPT=rfc822;b+2Bx@b.test"),
        (Recipient(BOB, original=Address("X400", "/G=Bob/C=SE/")), " ORCPT=x400;/G+3DBob/C+3DSE/"),
        (Recipient(BOB, original=Address("X400", "/G=J\u00f6/")), " ORCPT=x400;/G+3DJ+C3+B6/"),
        (Recipient(BOB, original=Address("SMTP", "x" * 493 + "@b.test")), ""),
        (Recipient(BOB, original=Address("X400\r\nRSET", "/G=Bob/")), ""),
        (Recipient(BOB, original=Address("X400 NOTIFY=NEVER", "/G=Bob/")), ""),
        (Recipient(BOB, original=Address("F\u00c4X", "12")), ""),
    ],
)
def test_rcpt_says_what_is_asked(recipient: Recipient, parameters: str) -> None:
    assert ask(DeliveryRequest(), recipient)[0][1] == f"RCPT TO:<bob@b.test>{parameters}"


WIDE = Address("SMTP", "jö+x@b.test")


@pytest.mark.parametrize(
    ("extensions", "parameters"),
    [
        (OFFERED, b" ORCPT=utf-8;j\xc3\xb6\\x{2B}x@b.test"),
        (("DSN",), b" ORCPT=utf-8;j\\x{F6}\\x{2B}x@b.test"),
    ],
)
def test_an_international_original_is_said_in_its_own_type(extensions: tuple[str, ...], parameters: bytes) -> None:
    """RFC 6533 section 3."""
    to = Recipient(Address("SMTP", "bob@b.test"), original=WIDE)
    sender = Address("SMTP", "änn@a.test") if "SMTPUTF8" in extensions else ANN
    plan = make_plan(Envelope(sender, (to,)), LETTER, extensions_of(extensions))

    assert [*plan.rcpts] == [b"RCPT TO:<bob@b.test>" + parameters + b"\r\n"]


@pytest.mark.parametrize(("own", "said"), [(None, "DELAY"), (Notify.NEVER, "NEVER")])
def test_what_the_request_says_goes_for_recipients_that_say_nothing(own: Notify | None, said: str) -> None:
    commands, _ = ask(DeliveryRequest(notify=Notify.DELAY), Recipient(BOB, notify=own))

    assert commands[1] == f"RCPT TO:<bob@b.test> NOTIFY={said}"


@given(st.text())
def test_xtext_is_printable_and_reads_back(text: str) -> None:
    written = xtext(text)
    pieces = written.split(b"+")
    read = pieces[0] + b"".join(bytes.fromhex(one[:2].decode()) + one[2:] for one in pieces[1:])

    assert (read, all(0x21 <= octet <= 0x7E for octet in written)) == (text.encode("utf-8", "replace"), True)


NOTHING = ("PIPELINING",)


@pytest.mark.parametrize(
    ("request_", "outcome"),
    [
        (DeliveryRequest(require_tls=True), Refused(None, "5.7.30")),
        (DeliveryRequest(within_seconds=60), Refused(None, "5.4.7")),
        (DeliveryRequest(hold_seconds=60), Refused(None, "5.3.3")),
    ],
)
def test_nothing_goes_to_a_server_that_cannot_keep_what_is_insisted_on(
    request_: DeliveryRequest, outcome: Outcome
) -> None:
    commands, transaction = ask(request_, extensions=NOTHING)

    assert (commands, by_address(transaction)) == ([], {"bob@b.test": outcome})


@pytest.mark.parametrize(
    ("offered", "only_told", "is_sent"),
    [
        ("DELIVERBY 60", False, True),
        ("DELIVERBY 61", False, False),
        ("DELIVERBY 61,new", False, False),
        ("DELIVERBY 61", True, True),
        ("DELIVERBY soon", False, True),
    ],
)
def test_nothing_goes_to_a_server_that_cannot_deliver_in_time(offered: str, only_told: bool, is_sent: bool) -> None:
    """RFC 2852 section 3: of what has to be returned when it is late the server takes nothing shorter."""
    request = DeliveryRequest(within_seconds=60, only_tell_when_late=only_told)
    commands, transaction = ask(request, extensions=("PIPELINING", offered))

    outcome = transaction.outcomes["bob@b.test"]
    assert (bool(commands), type(outcome)) == ((True, Accepted) if is_sent else (False, Refused))
    assert is_sent or str(outcome.enhanced) == "5.4.7"


@pytest.mark.parametrize(
    ("request_", "missing"),
    [
        (DeliveryRequest(notify=Notify.SUCCESS, envelope_id="x"), "DSN"),
        (DeliveryRequest(priority=1), "MT-PRIORITY"),
        (DeliveryRequest(within_seconds=60, only_tell_when_late=True), "DELIVERBY"),
    ],
)
def test_a_wish_that_the_server_does_not_know_is_noted_and_not_said(request_: DeliveryRequest, missing: str) -> None:
    commands, transaction = ask(request_, extensions=NOTHING)

    assert commands[0] == "MAIL FROM:<ann@a.test>"
    assert transaction.outcomes["bob@b.test"].note == f"not offered, so not asked for: {missing}"


class TakesNoParameters(FakeServer):
    def greet(self) -> bytes:
        return b""

    def _command(self) -> str | None:
        is_asking = b"=" in self._received.partition(b"\r\n")[0]
        self.answering({"MAIL": "555 5.5.4 what"} if is_asking else {"MAIL": "250 ok"})
        self.answering({"DATA": "354 go"} if self._is_in_transaction else {"DATA": "503 no"})
        return super()._command()


def test_what_a_server_offers_and_does_not_understand_is_left_out_the_second_time() -> None:
    _, transaction = ask(DeliveryRequest(envelope_id="x"), fake=TakesNoParameters())

    assert (by_address(transaction), transaction.failed_extensions) == (
        {"bob@b.test": Accepted(250, "2.0.0")},
        frozenset({"DSN"}),
    )


def test_what_a_server_refuses_anyway_is_not_held_against_an_extension() -> None:
    _, transaction = ask(
        DeliveryRequest(envelope_id="x"), fake=server({"MAIL": "501 5.1.7 bad sender", "DATA": "503 no"})
    )

    assert (by_address(transaction), transaction.failed_extensions) == (
        {"bob@b.test": Refused(501, "5.1.7")},
        frozenset(),
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"envelope_id": "a\r\nb"},
        {"envelope_id": "x" * 101},
        {"within_seconds": 0},
        {"priority": 10},
        {"hold_seconds": 0},
        {"hold_until": datetime(2026, 1, 1)},
        {"hold_seconds": 5, "hold_until": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_request_out_of_range_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        DeliveryRequest(**bad)  # type: ignore[arg-type]

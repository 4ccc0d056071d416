"""The parameters of MAIL and RCPT, as the handler is told of them, and each wrong one."""

from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import Reply
from msgcore.base.text import Secret
from msgcore.model import Address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest, Notify, ReturnedContent
from msgcore.model.recipient import Recipient
from msgcore.wire.sasl import Passwords
from msgcore.wire.smtp.server import EVERY_EXTENSION, Client, MailFacts
from msgcore.wire.smtp.server.turn import Turn
from msgcore.wire.smtp.xtext import xtext
from tests.wire.test_server import HELLO, SETTINGS, TLS, Keeper, codes, lines

EVERYTHING = attrs.evolve(SETTINGS, offers=EVERY_EXTENSION)


def request(parameters: bytes) -> DeliveryRequest:
    keeper = Keeper()
    replies = lines(HELLO + b"MAIL FROM:<> " + parameters + b"\r\n", keeper=keeper, settings=EVERYTHING, tls=TLS)
    assert keeper.facts, replies[-1]
    return keeper.facts[0].request


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (b"SIZE=1", NO_REQUEST),
        (b"RET=HDRS", DeliveryRequest(returned_content=ReturnedContent.HEADERS)),
        (b"ret=full", DeliveryRequest(returned_content=ReturnedContent.FULL)),
        (b"ENVID=a+2Bb+20c", DeliveryRequest(envelope_id="a+b c")),
        (b"BY=120;R", DeliveryRequest(within_seconds=120)),
        (b"BY=+120;nT", DeliveryRequest(within_seconds=120, only_tell_when_late=True)),
        (b"BY=-5;N", NO_REQUEST),
        (b"MT-PRIORITY=-9", DeliveryRequest(priority=-9)),
        (b"MT-PRIORITY=3", DeliveryRequest(priority=3)),
        (b"REQUIRETLS", DeliveryRequest(require_tls=True)),
        (b"HOLDFOR=60", DeliveryRequest(hold_seconds=60)),
        (b"HOLDUNTIL=2030-01-02T00:00:00Z", DeliveryRequest(hold_until=datetime(2030, 1, 2, tzinfo=UTC))),
        (b"HOLDUNTIL=2030-01-02T02:00:00+02:00", DeliveryRequest(hold_until=datetime(2030, 1, 2, tzinfo=UTC))),
        (
            b"RET=FULL ENVID=q BY=9;R MT-PRIORITY=1",
            DeliveryRequest(returned_content=ReturnedContent.FULL, envelope_id="q", within_seconds=9, priority=1),
        ),
    ],
)
def test_what_mail_asks_for_is_typed(parameters: bytes, expected: DeliveryRequest) -> None:
    assert request(parameters) == expected


@pytest.mark.parametrize(
    "parameter",
    [
        "RET", "RET=ALL", "ENVID", "ENVID=a+2", "ENVID=a+2b", "ENVID=a+0D+0A", "ENVID=a+00", "ENVID=+C3+A9",
        f"ENVID={'x' * 101}", "BY=0;R", "BY=-1;R", "BY=1", "BY=1;X", f"BY={'9' * 10};R", "MT-PRIORITY=10",
        "MT-PRIORITY=+1", "MT-PRIORITY=x", "REQUIRETLS=1", "HOLDFOR=0", "HOLDFOR=2592001", "HOLDFOR=x",
        "HOLDUNTIL=2030-01-02", "HOLDUNTIL=2030-13-02T00:00:00Z", "HOLDUNTIL=2031-01-02T00:00:00Z",
        "HOLDUNTIL=2030-01-02T00:00:00", "HOLDFOR=1 HOLDUNTIL=2030-01-02T00:00:00Z", "BODY", "BODY=9BIT",
        "SMTPUTF8=1", "SIZE", f"SIZE={'9' * 21}", "RET=FULL RET=FULL",
    ],
)  # fmt: skip
def test_a_wrong_value_in_mail_is_refused(parameter: str) -> None:
    said = HELLO + f"MAIL FROM:<> {parameter}\r\n".encode()

    assert lines(said, settings=EVERYTHING, tls=TLS)[-1][:9] == "501 5.5.4"


@pytest.mark.parametrize(
    ("left_out", "parameter"),
    [
        ("SIZE", b"SIZE=1"),
        ("8BITMIME", b"BODY=8BITMIME"),
        ("SMTPUTF8", b"SMTPUTF8"),
        ("DSN", b"RET=FULL"),
        ("DSN", b"ENVID=x"),
        ("DELIVERBY", b"BY=1;R"),
        ("MT-PRIORITY", b"MT-PRIORITY=1"),
        ("REQUIRETLS", b"REQUIRETLS"),
        ("FUTURERELEASE", b"HOLDFOR=1"),
    ],
)
def test_what_was_not_offered_is_not_known(left_out: str, parameter: bytes) -> None:
    settings = attrs.evolve(SETTINGS, offers=EVERY_EXTENSION - {left_out})

    assert codes(HELLO + b"MAIL FROM:<> " + parameter + b"\r\n", settings=settings, tls=TLS)[-1] == "555"


def test_requiretls_needs_tls() -> None:
    assert codes(HELLO + b"MAIL FROM:<> REQUIRETLS\r\n", settings=EVERYTHING)[-1] == "555"


@pytest.mark.parametrize("left_out", [frozenset[str](), frozenset({"SIZE", "DSN"}), EVERY_EXTENSION])
def test_ehlo_offers_what_the_settings_say(left_out: frozenset[str]) -> None:
    settings = attrs.evolve(SETTINGS, offers=EVERY_EXTENSION - left_out)
    told: list[str] = []

    async def around(turn: Turn) -> Reply:
        reply = await turn.carry_out()
        if turn.stage == "EHLO":
            told.extend(line.partition(" ")[0] for line in reply.lines[1:])
        return reply

    codes(HELLO, settings=settings, around=around, tls=TLS)
    assert set(told) == EVERY_EXTENSION - left_out


def test_futurerelease_tells_how_long() -> None:
    settings = attrs.evolve(SETTINGS, offers=frozenset({"FUTURERELEASE"}), max_hold_seconds=86_400)

    assert lines(HELLO, settings=settings)[-1] == "250 FUTURERELEASE 86400 2030-01-02T12:00:00Z"


def recipient(parameters: bytes, *, mail: bytes = b"SMTPUTF8") -> Recipient:
    keeper = Keeper()
    said = HELLO + b"MAIL FROM:<> " + mail + b"\r\nRCPT TO:<bob@b.test> " + parameters + b"\r\nDATA\r\n"
    replies = lines(said, b".\r\n", keeper=keeper, settings=EVERYTHING)
    assert keeper.messages, replies[-1]
    return keeper.messages[0][0].recipients[0]


@pytest.mark.parametrize(
    ("value", "notify"),
    [
        (b"NEVER", Notify.NEVER),
        (b"success", Notify.SUCCESS),
        (b"SUCCESS,FAILURE,DELAY", Notify.SUCCESS | Notify.FAILURE | Notify.DELAY),
    ],
)
def test_when_to_notify_reaches_the_envelope(value: bytes, notify: Notify) -> None:
    assert recipient(b"NOTIFY=" + value).notify == notify


def test_without_notify_the_servers_decide() -> None:
    assert recipient(b"ORCPT=rfc822;a@a.test").notify is None


@pytest.mark.parametrize(
    ("value", "original"),
    [
        (b"rfc822;Bob+2Bx@b.test", "SMTP:Bob+x@b.test"),
        (b"RFC822;bob+40b.test", "SMTP:bob@b.test"),
        (b"utf-8;+C3+A9@b.test", "SMTP:\u00e9@b.test"),
        (b"utf-8;\\x{E9}@b.test", "SMTP:\u00e9@b.test"),
        ("utf-8;\u00e9@b.test".encode(), "SMTP:\u00e9@b.test"),
        (b"x400;/G+3DBob/C+3DSE/", "X400:/G=Bob/C=SE/"),
    ],
)
def test_whom_it_was_for_reaches_the_envelope(value: bytes, original: str) -> None:
    found = recipient(b"ORCPT=" + value).original

    assert found is not None and found.typed == original


@pytest.mark.parametrize(
    "parameter",
    [
        "NOTIFY", "NOTIFY=NEVER,SUCCESS", "NOTIFY=SUCCESS,SUCCESS", "NOTIFY=ALWAYS", "NOTIFY=,", "ORCPT", "ORCPT=bob",
        "ORCPT=;bob", "ORCPT=rfc822;", "ORCPT=rfc822;a+0D+0ARCPT", "ORCPT=rfc822;a+00",
        "ORCPT=rfc822;a+2", "ORCPT=rfc822;+C3",
        "ORCPT=utf-8;\\x{0A}", "ORCPT=utf-8;\\x{D800}", "ORCPT=" + "x" * 40 + ";a",
        f"ORCPT=rfc822;{'x' * 501}",
    ],
)  # fmt: skip
def test_a_wrong_value_in_rcpt_is_refused(parameter: str) -> None:
    said = HELLO + f"MAIL FROM:<>\r\nRCPT TO:<bob@b.test> {parameter}\r\n".encode()

    assert codes(said, settings=EVERYTHING)[-1] == "501"


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_the_client_s_xtext_is_understood(text: str) -> None:
    found = recipient(b"ORCPT=utf-8;" + xtext(text)).original

    assert found == Address("SMTP", text)


@pytest.mark.parametrize("value", [b"<>", b"ann@a.test", b"e+3Dmc2@a.test"])
def test_who_submitted_it_elsewhere_changes_nothing(value: bytes) -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Passwords({"ann": Secret("x")}))

    assert codes(HELLO + b"MAIL FROM:<> AUTH=" + value + b"\r\n", settings=settings)[-1] == "250"


@pytest.mark.parametrize(
    ("facts", "protocol"),
    [
        (MailFacts(Client("a", hello="HELO")), "SMTP"),
        (MailFacts(Client("a", hello="EHLO")), "ESMTP"),
        (MailFacts(Client("a", hello="EHLO", tls=TLS)), "ESMTPS"),
        (MailFacts(Client("a", hello="EHLO", user="ann")), "ESMTPA"),
        (MailFacts(Client("a", hello="EHLO", tls=TLS, user="ann")), "ESMTPSA"),
        (MailFacts(Client("a", hello="EHLO", tls=TLS), is_utf8=True), "UTF8SMTPS"),
        (MailFacts(Client("a", hello="LHLO")), "LMTP"),
        (MailFacts(Client("a", hello="LHLO"), is_utf8=True), "UTF8LMTP"),
    ],
)
def test_the_protocol_has_its_registered_name(facts: MailFacts, protocol: str) -> None:
    assert facts.protocol == protocol

"""AUTH (RFC 4954) and STARTTLS (RFC 3207) by the server's side."""

from base64 import b64encode
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, StoreBusy
from msgcore.runtime import run
from msgcore.wire.sasl import ChannelBinding, Exchange, Passwords
from msgcore.wire.smtp.server import serve_session
from tests.wire.test_server import HELLO, SETTINGS, TLS, TLS_SETTINGS, TO_BOB, Keeper, Talker, codes, lines

LOGINS = attrs.evolve(SETTINGS, authenticator=Passwords({"ann": Secret("pa ss")}))
UPGRADES = attrs.evolve(LOGINS, tls=TLS_SETTINGS)
RIGHT = b64encode(b"\0ann\0pa ss")
WRONG = b64encode(b"\0ann\0no")
STARTTLS = b"STARTTLS\r\n"


@attrs.define
class Asking:
    """A mechanism that asks so many times, and takes every answer."""

    questions: int
    user: str = "ann"
    responses: list[bytes | None] = attrs.field(factory=list[bytes | None])

    def step(self, response: bytes | None) -> bytes | None:
        self.responses.append(response)
        self.questions -= 1
        return None if self.questions < 0 else b"?" * 1_000


@attrs.frozen
class Only:
    """An authenticator of one exchange, or of an error."""

    exchange: Exchange | None = None

    def mechanisms(self, *, is_private: bool) -> Sequence[str]:
        return ("ASK",)

    def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange:
        if self.exchange is None:
            raise AuthenticationRefused("never begun")
        return self.exchange


def test_auth_is_offered_as_the_connection_allows() -> None:
    clear, private = lines(HELLO, settings=LOGINS)[0], lines(HELLO, settings=LOGINS, tls=TLS)[0]

    assert ("PLAIN" in clear.split(), "PLAIN" in private.split()) == (False, True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"AUTH PLAIN " + RIGHT + b"\r\n", "235 2.7.0"),
        (b"auth plain " + RIGHT + b"\r\n", "235 2.7.0"),
        (b"AUTH PLAIN\r\n" + RIGHT + b"\r\n", "235 2.7.0"),
        (b"AUTH LOGIN\r\n" + b64encode(b"ann") + b"\r\n" + b64encode(b"pa ss") + b"\r\n", "235 2.7.0"),
        (b"AUTH PLAIN " + WRONG + b"\r\n", "535 5.7.8"),
        (b"AUTH PLAIN " + b64encode(b"\0bob\0pa ss") + b"\r\n", "535 5.7.8"),
        (b"AUTH PLAIN " + b64encode(b"nonsense") + b"\r\n", "501 5.5.2"),
        (b"AUTH PLAIN =\r\n", "501 5.5.2"),
        (b"AUTH PLAIN ****\r\n", "501 5.5.2"),
        (b"AUTH PLAIN \xc3\xa9\r\n", "501 5.5.2"),
        (b"AUTH PLAIN\r\n*\r\n", "501 5.7.0"),
        (b"AUTH PLAIN\r\nx\r\n", "501 5.5.2"),
        (b"AUTH PLAIN\r\n\0\r\n", "501 5.5.2"),
        (b"AUTH GSSAPI\r\n", "504 5.5.4"),
        (b"AUTH\r\n", "504 5.5.4"),
        (b"AUTH PLAIN " + RIGHT + b"\r\nAUTH PLAIN " + RIGHT + b"\r\n", "503 5.5.1"),
        (b"MAIL FROM:<>\r\nAUTH PLAIN " + RIGHT + b"\r\n", "503 5.5.1"),
    ],
)
def test_each_login_has_its_reply(said: bytes, expected: str) -> None:
    assert lines(HELLO + said, settings=LOGINS, tls=TLS)[-1][:9] == expected


@pytest.mark.parametrize("hello", [b"", b"HELO x\r\n"])
def test_nobody_logs_in_without_an_offer(hello: bytes) -> None:
    assert codes(hello + b"AUTH PLAIN " + RIGHT + b"\r\n", settings=LOGINS, tls=TLS)[-1] == "502"


def test_a_password_in_clear_is_not_asked_for() -> None:
    assert lines(HELLO + b"AUTH PLAIN " + RIGHT + b"\r\n", settings=LOGINS)[-1] == "538 5.7.11 only over TLS"


def test_the_handler_knows_who_has_logged_in() -> None:
    keeper = Keeper()
    codes(HELLO + b"AUTH PLAIN " + RIGHT + b"\r\nMAIL FROM:<>\r\n", keeper=keeper, settings=LOGINS, tls=TLS)

    assert keeper.facts[0].client.user == "ann"


def test_a_second_hello_leaves_the_user() -> None:
    keeper = Keeper()
    said = HELLO + b"AUTH PLAIN " + RIGHT + b"\r\n" + HELLO + b"MAIL FROM:<>\r\n"
    codes(said, keeper=keeper, settings=LOGINS, tls=TLS)

    assert keeper.facts[0].client.user == "ann"


def test_the_fourth_refused_login_ends_the_session() -> None:
    said = HELLO + (b"AUTH PLAIN " + WRONG + b"\r\n") * 9

    assert codes(said, settings=LOGINS, tls=TLS) == ["250", "535", "535", "535", "535", "421"]


@given(st.integers(1, 9))
def test_a_login_is_the_same_at_every_cut(size: int) -> None:
    said = HELLO + b"AUTH LOGIN\r\n" + b64encode(b"ann") + b"\r\n" + b64encode(b"pa ss") + b"\r\nNOOP\r\n"
    parts = [said[n : n + size] for n in range(0, len(said), size)]

    assert codes(*parts, settings=LOGINS, tls=TLS) == ["250", "334", "334", "235", "250"]


def test_a_long_challenge_is_said_whole() -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Asking(1)))

    assert lines(HELLO + b"AUTH ASK\r\n=\r\n", settings=settings)[1] == f"334 {b64encode(b'?' * 1_000).decode()}"


def test_an_empty_initial_response_is_told_from_none() -> None:
    empty, none = Asking(0), Asking(0)
    codes(HELLO + b"AUTH ASK =\r\n", settings=attrs.evolve(SETTINGS, authenticator=Only(empty)))
    codes(HELLO + b"AUTH ASK\r\n", settings=attrs.evolve(SETTINGS, authenticator=Only(none)))

    assert (empty.responses, none.responses) == ([b""], [None])


@pytest.mark.parametrize("is_initial", [True, False])
def test_a_token_of_nine_thousand_octets_is_understood(is_initial: bool) -> None:
    asking = Asking(0 if is_initial else 1)
    said = b"AUTH ASK %b\r\n" if is_initial else b"AUTH ASK\r\n%b\r\n"
    codes(HELLO + said % b64encode(b"t" * 9_000), settings=attrs.evolve(SETTINGS, authenticator=Only(asking)))

    assert asking.responses[-1] == b"t" * 9_000


@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_a_response_without_end_ends_the_session(end: bytes) -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Asking(1)))

    assert codes(HELLO + b"AUTH ASK\r\n" + b"x" * 13_000 + end, settings=settings) == ["250", "334", "500"]


def test_challenges_without_end_are_refused() -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Asking(1_000)))

    assert codes(HELLO + b"AUTH ASK\r\n" + b"\r\n" * 8, settings=settings)[-2:] == ["334", "535"]


def test_an_error_of_the_authenticator_is_no_refusal() -> None:
    class Busy(Asking):
        def step(self, response: bytes | None) -> bytes | None:
            raise StoreBusy("secret path")

    settings = attrs.evolve(SETTINGS, authenticator=Only(Busy(0)))

    assert lines(HELLO + b"AUTH ASK\r\n", settings=settings)[-1].startswith("454 4.7.0 nobody can tell")


def test_starttls_is_offered_in_clear_only() -> None:
    told = [codes(HELLO + b"STARTTLS x\r\n", settings=UPGRADES, tls=tls)[-1] for tls in (None, TLS)]

    assert told == ["501", "502"]


def test_in_tls_everything_begins_again() -> None:
    assert codes(HELLO + STARTTLS, b"MAIL FROM:<>\r\n", settings=UPGRADES) == ["250", "220", "503"]


def test_the_handler_knows_of_tls_and_of_nothing_said_before() -> None:
    keeper = Keeper()
    codes(HELLO + STARTTLS, b"EHLO secret.a.test\r\nMAIL FROM:<>\r\n", keeper=keeper, settings=UPGRADES)

    assert (keeper.facts[0].client.name, keeper.facts[0].client.tls) == ("secret.a.test", TLS)


def test_an_envelope_in_clear_is_forgotten() -> None:
    assert codes(TO_BOB + STARTTLS, HELLO + b"DATA\r\n", settings=UPGRADES)[-1] == "503"


def test_a_user_in_clear_is_forgotten() -> None:
    keeper = Keeper()
    settings = attrs.evolve(UPGRADES, authenticator=Only(Asking(0)))
    codes(HELLO + b"AUTH ASK\r\n" + STARTTLS, HELLO + b"MAIL FROM:<>\r\n", keeper=keeper, settings=settings)

    assert keeper.facts[0].client.user == ""


@pytest.mark.parametrize("behind", [b"N", b"RSET\r\n", b"\x16\x03\x01"])
def test_octets_behind_starttls_end_the_session(behind: bytes) -> None:
    keeper = Keeper()
    client = Talker(HELLO + STARTTLS + behind, HELLO + b"MAIL FROM:<>\r\n")
    run(serve_session(client, keeper, UPGRADES))

    assert (client.tls, keeper.facts) == (None, [])


def test_tls_is_offered_where_there_is_a_certificate() -> None:
    assert codes(HELLO + STARTTLS, settings=LOGINS)[-1] == "502"

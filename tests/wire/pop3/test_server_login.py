"""USER and PASS, APOP, AUTH (RFC 5034) and STLS (RFC 2595) by the server's side."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, StoreBusy
from msgcore.runtime import run
from msgcore.wire.pop3.server import ServerSettings, serve_session
from msgcore.wire.sasl import ChannelBinding, Exchange, Passwords
from tests.wire.pop3.test_server import LOGIN, SETTINGS, Keeper, heard
from tests.wire.test_server import TLS, TLS_SETTINGS, Talker

RIGHT = b64encode(b"\0ann\0pa ss")
WRONG = b64encode(b"\0ann\0no")
UPGRADES = attrs.evolve(SETTINGS, tls=TLS_SETTINGS)


def apop_digest(user: str, stamp: str) -> str:
    return hashlib.md5(f"{stamp}pa ss".encode()).hexdigest() if user == "ann" else "nobody's"


STAMPS = attrs.evolve(SETTINGS, apop_digest=apop_digest)


@attrs.define
class Asking:
    """A mechanism that asks so many times, and takes every answer."""

    questions: int
    user: str = "ann"
    responses: list[bytes | None] = attrs.field(factory=list[bytes | None])

    def step(self, response: bytes | None) -> bytes | None:
        self.responses.append(response)
        self.questions -= 1
        return None if self.questions < 0 else b"?" * 500


@attrs.frozen
class Only:
    """An authenticator of one exchange, which is called by this name."""

    exchange: Exchange
    name: str = "ASK"

    def mechanisms(self, *, is_private: bool) -> Sequence[str]:
        return (self.name,)

    def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange:
        return self.exchange


@attrs.frozen
class Busy:
    """An exchange that nobody can decide."""

    user: str = ""

    def step(self, response: bytes | None) -> bytes | None:
        raise StoreBusy("somebody writes")


def answers(said: bytes, settings: ServerSettings = SETTINGS, *, is_private: bool = True) -> list[str]:
    return heard(said, settings=settings, is_private=is_private).decode().splitlines()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (LOGIN, "+OK welcome"),
        (b"user ann\r\npass pa ss\r\n", "+OK welcome"),
        (b"USER  ann \r\nPASS pa ss\r\n", "+OK welcome"),
        (b"USER ann\r\nPASS  pa ss\r\n", "-ERR [AUTH] wrong user or password"),
        (b"USER ann\r\nPASS no\r\n", "-ERR [AUTH] wrong user or password"),
        (b"USER bob\r\nPASS pa ss\r\n", "-ERR [AUTH] wrong user or password"),
        (b"USER\r\nPASS pa ss\r\n", "-ERR [AUTH] need a user and a password"),
        (b"PASS pa ss\r\n", "-ERR first say USER"),
        (b"USER ann\r\nPASS no\r\nPASS pa ss\r\n", "-ERR first say USER"),
        (b"AUTH PLAIN " + RIGHT + b"\r\n", "+OK welcome"),
        (b"auth plain " + RIGHT + b"\r\n", "+OK welcome"),
        (b"AUTH PLAIN\r\n" + RIGHT + b"\r\n", "+OK welcome"),
        (b"AUTH LOGIN\r\n" + b64encode(b"ann") + b"\r\n" + b64encode(b"pa ss") + b"\r\n", "+OK welcome"),
        (b"AUTH PLAIN " + WRONG + b"\r\n", "-ERR [AUTH] wrong user or password"),
        (b"AUTH PLAIN " + b64encode(b"nonsense") + b"\r\n", "-ERR this is no message of the mechanism"),
        (b"AUTH PLAIN =\r\n", "-ERR this is no message of the mechanism"),
        (b"AUTH PLAIN ****\r\n", "-ERR this is not base64"),
        (b"AUTH PLAIN\r\n*\r\n", "-ERR cancelled"),
        (b"AUTH PLAIN\r\n\xff\r\n", "-ERR this is not base64"),
        (b"AUTH GSSAPI\r\n", "-ERR no such mechanism"),
        (b"AUTH\r\n", "-ERR no such mechanism"),
        (LOGIN + b"AUTH PLAIN " + RIGHT + b"\r\n", "-ERR no such command here and now"),
        (b"APOP ann x\r\n", "-ERR no such command here and now"),
    ],
)
def test_each_login_has_its_answer(said: bytes, answer: str) -> None:
    assert answers(said)[-1] == answer


@pytest.mark.parametrize("said", [LOGIN, b"AUTH PLAIN\r\n" + RIGHT + b"\r\n"])
def test_who_has_logged_in_gets_their_own_maildrop(said: bytes) -> None:
    keeper = Keeper()
    heard(said, keeper=keeper)

    assert keeper.story[0] == "opened by ann"


@pytest.mark.parametrize("said", [b"USER ann\r\nPASS no\r\n", b"AUTH PLAIN " + WRONG + b"\r\n", b"USER ann\r\n"])
def test_who_has_not_gets_none(said: bytes) -> None:
    keeper = Keeper()
    heard(said, keeper=keeper)

    assert keeper.story == []


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (LOGIN, "-ERR no such command here and now"),
        (b"AUTH PLAIN " + RIGHT + b"\r\n", "-ERR only over TLS"),
    ],
)
def test_a_password_in_clear_is_not_asked_for(said: bytes, answer: str) -> None:
    assert answers(said, is_private=False)[-1] == answer


def test_the_fourth_refused_login_ends_the_session() -> None:
    assert answers(b"USER ann\r\nPASS no\r\n" * 9).count("-ERR [AUTH] wrong user or password") == 4


def test_refused_logins_of_every_kind_count() -> None:
    said = b"USER ann\r\nPASS no\r\nAPOP ann no\r\nAUTH PLAIN " + WRONG + b"\r\n"

    assert answers(said * 9, STAMPS).count("-ERR [AUTH] wrong user or password") == 4


@given(st.integers(1, 9))
def test_an_exchange_is_the_same_at_every_cut(size: int) -> None:
    said = b"AUTH LOGIN\r\n" + b64encode(b"ann") + b"\r\n" + b64encode(b"pa ss") + b"\r\nNOOP\r\n"
    parts = [said[start : start + size] for start in range(0, len(said), size)]

    assert heard(*parts) == heard(said)


@pytest.mark.parametrize(("initial", "responses"), [(b"", [None]), (b" =", [b""])])
def test_an_empty_initial_response_is_told_from_none(initial: bytes, responses: list[bytes | None]) -> None:
    asking = Asking(0)
    answers(b"AUTH ASK" + initial + b"\r\n", attrs.evolve(SETTINGS, authenticator=Only(asking)))

    assert asking.responses == responses


def test_a_long_challenge_is_said_whole() -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Asking(1)))

    assert answers(b"AUTH ASK\r\nAAAA\r\n", settings)[0] == f"+ {b64encode(b'?' * 500).decode()}"


@pytest.mark.parametrize("said", [b"AUTH ASK %b\r\n", b"AUTH ASK\r\n%b\r\n"])
def test_a_token_of_nine_thousand_octets_is_understood(said: bytes) -> None:
    asking = Asking(said.count(b"\r\n") - 1)
    answers(said % b64encode(b"t" * 9_000), attrs.evolve(SETTINGS, authenticator=Only(asking)))

    assert asking.responses[-1] == b"t" * 9_000


@pytest.mark.parametrize("end", [b"", b"\r\nNOOP\r\n"])
def test_a_response_that_is_too_long_ends_the_session(end: bytes) -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Asking(1)))

    assert answers(b"AUTH ASK\r\n" + b"x" * 13_000 + end, settings)[-1] == "-ERR line too long"


def test_an_exchange_has_an_end() -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Asking(99)))

    assert answers(b"AUTH ASK\r\n" + b"AAAA\r\n" * 8, settings)[-1] == "-ERR [AUTH] too many challenges"


def test_who_knows_the_users_may_be_busy() -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Busy()))

    assert answers(b"AUTH ASK\r\n", settings) == ["-ERR [SYS/TEMP] nobody can tell now; try again later"]


def test_a_plain_that_asks_on_takes_no_password() -> None:
    settings = attrs.evolve(SETTINGS, authenticator=Only(Asking(1), "PLAIN"))

    assert answers(LOGIN, settings)[-1] == "-ERR [AUTH] wrong user or password"


def test_without_users_nobody_logs_in() -> None:
    assert answers(LOGIN, attrs.evolve(SETTINGS, authenticator=None))[-1] == "-ERR no such command here and now"


# APOP.


class Stamped(Talker):
    """A client that answers the stamp of the greeting as ``user``, with a digest made of this password."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__(b"to come")
        self._user = user
        self._password = password

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        if not self.heard:
            stamp = octets.split()[-1].decode()
            digest = hashlib.md5(f"{stamp}{self._password}".encode()).hexdigest()
            self._parts[0] = f"APOP {self._user} {digest}\r\n".encode()
        await super().write(octets, shown_as)


@pytest.mark.parametrize(
    ("user", "password", "answer"),
    [("ann", "pa ss", b"+OK welcome"), ("ann", "no", b"-ERR [AUTH] wrong user or password")],
)
def test_a_stamp_is_answered(user: str, password: str, answer: bytes) -> None:
    client = Stamped(user, password)
    run(serve_session(client, Keeper(), STAMPS))

    assert client.heard.splitlines()[1] == answer


@pytest.mark.parametrize("argument", [b"", b" ann", b" \xc3\xa5 x"])
def test_no_digest_is_no_login(argument: bytes) -> None:
    assert answers(b"APOP" + argument + b"\r\n", STAMPS)[-1].startswith("-ERR")


def test_each_session_has_a_stamp_of_its_own() -> None:
    first, second = Talker(), Talker()
    for client in (first, second):
        run(serve_session(client, Keeper(), STAMPS))

    assert first.heard != second.heard


# STLS.


def test_tls_starts_behind_the_answer() -> None:
    assert answers(b"STLS\r\n", UPGRADES, is_private=False) == ["+OK go ahead"]


def test_a_login_goes_in_tls_after_the_upgrade() -> None:
    client = Talker(b"STLS\r\n", LOGIN)
    run(serve_session(client, Keeper(), UPGRADES))

    assert client.heard.splitlines()[-1] == b"+OK welcome"


def test_octets_in_clear_behind_stls_end_the_session() -> None:
    client = Talker(b"STLS\r\nUSER ann\r\n", LOGIN)
    run(serve_session(client, Keeper(), UPGRADES))

    assert client.heard.splitlines()[1:] == [b"-ERR octets ahead of the answer to STLS"]


def test_a_user_named_in_clear_is_forgotten_in_tls() -> None:
    settings = attrs.evolve(UPGRADES, authenticator=_Everywhere(Passwords({"ann": Secret("pa ss")})))
    client = Talker(b"USER ann\r\n", b"STLS\r\n", b"PASS pa ss\r\n")
    run(serve_session(client, Keeper(), settings))

    assert client.heard.splitlines()[-1] == b"-ERR first say USER"


@pytest.mark.parametrize("is_private", [True, False])
def test_there_is_one_upgrade_and_only_where_it_is_offered(is_private: bool) -> None:
    settings = UPGRADES if is_private else SETTINGS

    assert answers(b"STLS\r\n", settings, is_private=is_private) == ["-ERR no such command here and now"]


@attrs.frozen
class _Everywhere:
    """Offers in clear what ``passwords`` offers in TLS."""

    passwords: Passwords

    def mechanisms(self, *, is_private: bool) -> Sequence[str]:
        return self.passwords.mechanisms(is_private=True)

    def begin(self, mechanism: str, binding: ChannelBinding | None) -> Exchange:
        return self.passwords.begin(mechanism, binding)


def test_a_maildrop_that_is_refused_is_no_refused_login() -> None:
    client = Talker(LOGIN * 5, tls=TLS)
    run(serve_session(client, Keeper(open=StoreBusy("x")), SETTINGS))

    assert client.heard.count(b"[SYS/TEMP]") == 5


def test_a_user_without_a_maildrop_is_told_so() -> None:
    client = Talker(LOGIN, tls=TLS)
    run(serve_session(client, Keeper(open=AuthenticationRefused("x")), SETTINGS))

    assert client.heard.endswith(b"-ERR [AUTH] wrong user or password\r\n")

"""Clients against servers, and both against whoever lies."""

from __future__ import annotations

import contextlib
import re
import traceback
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, MalformedMessage, MsgcoreError, NotSupported
from msgcore.testing.secrecy import forms_in, shown_by
from msgcore.wire.sasl import (
    ChannelBinding,
    CramMd5,
    Credentials,
    Exchange,
    External,
    Login,
    Mechanism,
    OAuthBearer,
    Passwords,
    Plain,
    Scram,
    XOAuth2,
    choose_mechanism,
)
from msgcore.wire.sasl.saslprep import prepared

BINDING = ChannelBinding("tls-exporter", b"exported")
SCRAM = ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]
PASSWORD_MECHANISMS = [*SCRAM, *(f"{name}-PLUS" for name in SCRAM), "PLAIN", "LOGIN", "CRAM-MD5"]
TOKEN_MECHANISMS = ["OAUTHBEARER", "XOAUTH2"]

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=12) | st.sampled_from(
    ["a,b=c", "=2C", "=", ",", "n=a,r=b", "pässwörd", "пароль", "密码", "🔑", " ", "\u00ad", "\u00aa", "ａｎｎ"]
)
TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
few = settings(max_examples=40, deadline=None)


def converse(mechanism: Mechanism, exchange: Exchange) -> str:
    """Let both speak until the server is content; give who it thinks it is."""
    said = mechanism.first()
    while (challenge := exchange.step(said)) is not None:
        said = mechanism.answer(challenge)
    if not mechanism.is_done:
        raise AuthenticationRefused("the client does not believe it")
    return exchange.user


def made(name: str, credentials: Credentials) -> Mechanism:
    return choose_mechanism([name], credentials, is_private=True, binding=BINDING)


@few
@given(st.sampled_from(PASSWORD_MECHANISMS), TEXTS, TEXTS)
def test_the_right_password_says_who_it_is(name: str, user: str, password: str) -> None:
    server = Passwords({user: Secret(password)}, binds=name.endswith("-PLUS"))

    said = converse(made(name, Credentials(user, Secret(password))), server.begin(name, BINDING))
    assert said == prepared(user)


@few
@given(st.sampled_from(PASSWORD_MECHANISMS), TEXTS, TEXTS, TEXTS)
def test_a_wrong_password_is_refused(name: str, user: str, password: str, wrong: str) -> None:
    right = f"{password}x" if prepared(password) == prepared(wrong) else password
    server = Passwords({user: Secret(right)}, binds=name.endswith("-PLUS"))

    with pytest.raises(AuthenticationRefused):
        converse(made(name, Credentials(user, Secret(wrong))), server.begin(name, BINDING))


@pytest.mark.parametrize("name", PASSWORD_MECHANISMS)
def test_an_unknown_user_is_refused(name: str) -> None:
    server = Passwords({"ann": Secret("sesame")}, binds=True)

    with pytest.raises(AuthenticationRefused):
        converse(made(name, Credentials("eve", Secret("sesame"))), server.begin(name, BINDING))


@pytest.mark.parametrize("name", SCRAM)
def test_an_unknown_user_gets_the_same_salt_each_time(name: str) -> None:
    server = Passwords({"ann": Secret("sesame")})
    said = [server.begin(name, None).step(b"n,,n=eve,r=nonce") or b"" for _ in range(2)]

    first, second = (challenge.split(b",")[1:] for challenge in said)
    assert (first, first[1]) == (second, b"i=4096")


@few
@given(st.sampled_from(TOKEN_MECHANISMS), TEXTS, TOKENS)
def test_a_token_says_whose_it_is(name: str, user: str, token: str) -> None:
    server = Passwords({}, tokens={token: user})

    assert converse(made(name, Credentials(user, token=Secret(token))), server.begin(name, None)) == user


@few
@given(st.sampled_from(TOKEN_MECHANISMS), TEXTS, TOKENS)
def test_an_unknown_token_is_refused(name: str, user: str, token: str) -> None:
    server = Passwords({}, tokens={f"{token}x": user})

    with pytest.raises(AuthenticationRefused, match="wrong"):
        converse(made(name, Credentials(user, token=Secret(token))), server.begin(name, None))


@pytest.mark.parametrize("name", TOKEN_MECHANISMS)
def test_a_token_of_somebody_else_is_refused(name: str) -> None:
    server = Passwords({}, tokens={"tok": "ann"})

    with pytest.raises(AuthenticationRefused):
        converse(made(name, Credentials("eve", token=Secret("tok"))), server.begin(name, None))


@pytest.mark.parametrize("name", [*SCRAM, "PLAIN"])
def test_nobody_acts_for_another(name: str) -> None:
    credentials = Credentials("ann", Secret("sesame"), authorization_id="root")

    with pytest.raises(AuthenticationRefused):
        converse(made(name, credentials), Passwords({"ann": Secret("sesame")}).begin(name, None))


@pytest.mark.parametrize("identity", ["", "ann"])
def test_a_certificate_says_who_it_is(identity: str) -> None:
    assert converse(External(identity), Passwords({}, external="ann").begin("EXTERNAL", None)) == "ann"


def test_a_certificate_of_somebody_else_is_refused() -> None:
    with pytest.raises(AuthenticationRefused):
        converse(External("root"), Passwords({}, external="ann").begin("EXTERNAL", None))


@pytest.mark.parametrize(
    ("server", "is_private", "expected"),
    [
        (Passwords({"a": Secret("p")}), False, "SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5"),
        (Passwords({"a": Secret("p")}), True, "SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN"),
        (Passwords({}, tokens={"t": "a"}), False, ""),
        (Passwords({}, tokens={"t": "a"}, external="b"), True, "OAUTHBEARER XOAUTH2 EXTERNAL"),
    ],
)
def test_a_server_offers_what_the_connection_allows(server: Passwords, is_private: bool, expected: str) -> None:
    assert " ".join(server.mechanisms(is_private=is_private)) == expected


@pytest.mark.parametrize("name", ["GSSAPI", "SCRAM-SHA-256-PLUS", "EXTERNAL", "XOAUTH2", ""])
def test_what_is_not_offered_does_not_begin(name: str) -> None:
    with pytest.raises(NotSupported):
        Passwords({"a": Secret("p")}).begin(name, BINDING)


def test_a_bound_mechanism_needs_a_binding() -> None:
    with pytest.raises(NotSupported):
        Passwords({"a": Secret("p")}, binds=True).begin("SCRAM-SHA-256-PLUS", None)


# Who stands between client and server


def test_a_relayed_exchange_is_refused() -> None:
    """The client's connection ends at somebody else, who has another one to the server."""
    client = Scram("SCRAM-SHA-256-PLUS", "ann", Secret("sesame"), binding=ChannelBinding("tls-exporter", b"another"))
    server = Passwords({"ann": Secret("sesame")}, binds=True).begin("SCRAM-SHA-256-PLUS", BINDING)

    with pytest.raises(AuthenticationRefused):
        converse(client, server)


def test_a_client_that_was_not_shown_the_bound_forms_is_refused() -> None:
    client = Scram("SCRAM-SHA-256", "ann", Secret("sesame"), binding=BINDING)
    server = Passwords({"ann": Secret("sesame")}, binds=True).begin("SCRAM-SHA-256", BINDING)

    with pytest.raises(AuthenticationRefused, match="hid"):
        converse(client, server)


def test_a_server_that_does_not_bind_takes_a_client_that_could() -> None:
    client = Scram("SCRAM-SHA-256", "ann", Secret("sesame"), binding=BINDING)

    assert converse(client, Passwords({"ann": Secret("sesame")}).begin("SCRAM-SHA-256", BINDING)) == "ann"


def test_a_binding_of_another_kind_is_refused() -> None:
    client = Scram("SCRAM-SHA-1-PLUS", "ann", Secret("sesame"), binding=ChannelBinding("tls-unique", b"exported"))

    with pytest.raises(AuthenticationRefused, match="tls-unique"):
        converse(client, Passwords({"ann": Secret("sesame")}, binds=True).begin("SCRAM-SHA-1-PLUS", BINDING))


# Servers that lie


def scram(nonce: str = "client") -> Scram:
    return Scram("SCRAM-SHA-256", "ann", Secret("sesame"), nonce=nonce)


SALT = "W22ZaJ0SNY7soEsUEjb6gQ=="


@pytest.mark.parametrize(
    ("challenge", "why"),
    [
        (f"r=clientx,s={SALT},i=2147483647", "iterations"),
        (f"r=clientx,s={SALT},i=1000001", "iterations"),
        (f"r=clientx,s={SALT},i=4095", "iterations"),
        (f"r=clientx,s={SALT},i=1", "iterations"),
        (f"r=clientx,s={SALT},i=0", "iterations"),
        (f"r=clientx,s={SALT},i=-4096", "iterations"),
        (f"r=clientx,s={SALT},i=04096", "iterations"),
        (f"r=clientx,s={SALT},i=4٠96", "iterations"),
        (f"r=clientx,s={SALT},i={'9' * 5_000}", "iterations"),
        (f"r=client,s={SALT},i=4096", "nonce"),
        (f"r=other,s={SALT},i=4096", "nonce"),
        ("r=clientx,s=%%%,i=4096", "base64"),
        ("r=clientx,i=4096", "lacks"),
        (f"s={SALT},r=clientx,i=4096", "lacks"),
        (f"m=x,r=clientx,s={SALT},i=4096", "lacks"),
        (f"r=clientx,s={SALT}", "lacks"),
        ("r=", "no message"),
        ("", "no message"),
        ("hello", "no message"),
        ("\0", "no message"),
        ("v=cm1GOXBxVjhTN3N1QW9aV2phNGRKUkZrc0tRPQ==", "lacks"),
        ("e=unknown-user", "unknown-user"),
    ],
)
def test_a_first_message_that_is_wrong_gets_no_proof(challenge: str, why: str) -> None:
    with pytest.raises(AuthenticationRefused, match=why):
        scram().answer(challenge.encode())


def test_octets_that_are_no_text_get_no_proof() -> None:
    with pytest.raises(AuthenticationRefused, match="no message"):
        scram().answer(b"r=\xff")


@pytest.mark.parametrize(
    ("challenge", "why"),
    [
        ("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "wrong"),
        ("v=AAAA", "wrong"),
        ("v=%", "wrong"),
        ("x=AAAA", "missing"),
        ("", "no message"),
        ("e=invalid-proof", "invalid-proof"),
        (f"r=clientxy,s={SALT},i=4096", "missing"),
    ],
)
def test_a_signature_that_is_wrong_is_not_believed(challenge: str, why: str) -> None:
    mechanism = scram()
    mechanism.answer(f"r=clientx,s={SALT},i=4096".encode())

    with pytest.raises(AuthenticationRefused, match=why):
        mechanism.answer(challenge.encode())
    assert not mechanism.is_done


def test_before_its_signature_the_server_is_not_believed() -> None:
    mechanism = scram()
    mechanism.first()
    mechanism.answer(f"r=clientx,s={SALT},i=4096".encode())

    assert not mechanism.is_done


MAKERS: list[Callable[[], Mechanism]] = [
    lambda: Plain("ann", Secret("correct horse")),
    lambda: Login("ann", Secret("correct horse")),
    lambda: CramMd5("ann", Secret("correct horse")),
    lambda: Scram("SCRAM-SHA-1", "ann", Secret("correct horse")),
    lambda: OAuthBearer("ann", Secret("correct-horse")),
    lambda: XOAuth2("ann", Secret("correct-horse")),
    lambda: External("ann"),
]
each_maker = pytest.mark.parametrize("make", MAKERS, ids=[make().name for make in MAKERS])


@each_maker
@given(st.lists(st.binary(max_size=60), min_size=4, max_size=4))
def test_no_challenge_makes_a_client_fail_otherwise_or_go_on_for_ever(
    make: Callable[[], Mechanism], challenges: list[bytes]
) -> None:
    mechanism = make()

    with pytest.raises(AuthenticationRefused):
        for challenge in challenges:
            mechanism.answer(challenge)


@each_maker
def test_a_mechanism_shows_no_secret(make: Callable[[], Mechanism]) -> None:
    mechanism = make()
    mechanism.first()
    try:
        mechanism.answer(f"r={getattr(mechanism, 'nonce', '')}x,s={SALT},i=4096".encode())
        mechanism.answer(b"v=AAAA")
        mechanism.answer(b"")
    except AuthenticationRefused as error:
        shown = shown_by(mechanism) + "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
        assert [form for secret in ("correct horse", "correct-horse") for form in forms_in(shown, secret)] == []
    else:
        pytest.fail("need a refusal to look at")


# Clients that lie


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("PLAIN", b""),
        ("PLAIN", b"ann\0sesame"),
        ("PLAIN", b"\0\0sesame"),
        ("PLAIN", b"\0ann\0sesame\0"),
        ("PLAIN", b"\0ann\0\xff"),
        ("LOGIN", b"\xff"),
        ("CRAM-MD5", b"ann 00"),
        ("OAUTHBEARER", b""),
        ("OAUTHBEARER", b"n,a=ann,\x01auth=Bearer tok\x01"),
        ("OAUTHBEARER", b"n,a=ann,\x01auth=Bearer tok\x01auth=Bearer tok\x01\x01"),
        ("OAUTHBEARER", b"p=x,a=ann,\x01auth=Bearer tok\x01\x01"),
        ("XOAUTH2", b"auth=Bearer tok\x01\x01"),
        ("SCRAM-SHA-256", b""),
        ("SCRAM-SHA-256", b"n,,n=ann"),
        ("SCRAM-SHA-256", b"n,,m=x,n=ann,r=x"),
        ("SCRAM-SHA-256", b"n,,n=a=nn,r=x"),
        ("SCRAM-SHA-256", b"n,,n=,r=x"),
        ("SCRAM-SHA-256", b"x,,n=ann,r=x"),
        ("SCRAM-SHA-256", b"p=tls-exporter,,n=ann,r=x"),
        ("SCRAM-SHA-256-PLUS", b"n,,n=ann,r=x"),
        ("SCRAM-SHA-256-PLUS", b"y,,n=ann,r=x"),
    ],
)
def test_what_is_no_message_of_the_mechanism_is_nonsense(name: str, said: bytes) -> None:
    server = Passwords({"ann": Secret("sesame")}, tokens={"tok": "ann"}, binds=True)

    with pytest.raises(MalformedMessage, match=name):
        server.begin(name, BINDING).step(said)


@pytest.mark.parametrize(("part", "instead"), [(b"r=", b"r=x"), (b"c=biws", b"c=eSws"), (b"p=.{8}", b"p=AAAAAAAA")])
def test_a_last_message_that_was_changed_is_refused(part: bytes, instead: bytes) -> None:
    mechanism = scram()
    exchange = Passwords({"ann": Secret("sesame")}).begin("SCRAM-SHA-256", None)
    last = mechanism.answer(exchange.step(mechanism.first()) or b"")

    with pytest.raises(AuthenticationRefused):
        exchange.step(re.sub(part, instead, last))
    assert exchange.user == ""


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b".*", b""),
        (b",p=.*", b""),
        (b",p=.*", b",p=AAAA"),
        (b",p=.*", b",p=%"),
        (b"(c=biws),(r=[^,]*),", rb"\2,\1,"),
        (b"c=biws,", b""),
    ],
)
def test_a_last_message_that_is_none_is_nonsense(part: bytes, instead: bytes) -> None:
    mechanism = scram()
    exchange = Passwords({"ann": Secret("sesame")}).begin("SCRAM-SHA-256", None)
    last = mechanism.answer(exchange.step(mechanism.first()) or b"")

    with pytest.raises(MalformedMessage):
        exchange.step(re.sub(part, instead, last))


SERVER = Passwords({"ann": Secret("sesame")}, tokens={"tok": "ann"}, binds=True)


@given(
    st.sampled_from([*PASSWORD_MECHANISMS, *TOKEN_MECHANISMS]),
    st.lists(st.none() | st.binary(max_size=60), min_size=6, max_size=6),
)
def test_no_client_makes_a_server_fail_otherwise(name: str, responses: list[bytes | None]) -> None:
    exchange = SERVER.begin(name, BINDING)

    with contextlib.suppress(AuthenticationRefused, MalformedMessage):
        for response in responses:
            exchange.step(response)
    assert exchange.user == ""


@pytest.mark.parametrize("name", [*PASSWORD_MECHANISMS, *TOKEN_MECHANISMS])
def test_a_server_shows_no_secret(name: str) -> None:
    server = Passwords({"ann": Secret("correct horse")}, tokens={"correct-horse": "ann"}, binds=True)
    exchange = server.begin(name, BINDING)
    try:
        converse(made(name, Credentials("ann", Secret("incorrect"), Secret("incorrect"))), exchange)
    except MsgcoreError as error:
        shown = shown_by(server) + shown_by(exchange) + shown_by(error)
        assert [form for secret in ("correct horse", "correct-horse") for form in forms_in(shown, secret)] == []
    else:
        pytest.fail("need a refusal to look at")

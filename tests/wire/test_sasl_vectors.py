"""The mechanisms against the examples of their RFCs."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Protocol

import pytest

from msgcore.base.text import Secret
from msgcore.wire.sasl import (
    CramMd5,
    Credentials,
    External,
    Login,
    OAuthBearer,
    Passwords,
    Plain,
    Scram,
    XOAuth2,
)
from msgcore.wire.sasl.saslprep import prepared
from msgcore.wire.sasl.scram_exchange import ScramExchange
from msgcore.wire.sasl.scram_keys import Verifier, make_verifier

TOKEN = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="


@pytest.mark.parametrize(
    ("mechanism", "expected"),
    [
        (Plain("tim", Secret("tanstaaftanstaaf")), b"\0tim\0tanstaaftanstaaf"),
        (Plain("Kurt", Secret("xipj3plmq"), "Ursel"), b"Ursel\0Kurt\0xipj3plmq"),
        (Plain("ann", Secret("pässword")), "\0ann\0pässword".encode()),
    ],
)
def test_plain_is_said_as_in_rfc_4616(mechanism: Plain, expected: bytes) -> None:
    assert mechanism.first() == expected


def test_cram_md5_answers_as_in_rfc_2195() -> None:
    mechanism = CramMd5("tim", Secret("tanstaaftanstaaf"))

    answer = mechanism.answer(b"<1896.697170952@postoffice.reston.mci.net>")
    assert answer == b"tim b913a602c7eda7a495b4e6e7334d3890"


def test_login_says_user_then_password_whatever_is_asked() -> None:
    login = Login("ann", Secret("pässword"))

    assert [login.first(), login.answer(b"Username:\0"), login.answer(b"?")] == [None, b"ann", "pässword".encode()]


def test_oauthbearer_is_said_as_in_rfc_7628() -> None:
    mechanism = OAuthBearer("user@example.com", Secret(TOKEN))

    assert mechanism.first() == f"n,a=user@example.com,\x01auth=Bearer {TOKEN}\x01\x01".encode()


def test_a_comma_in_the_user_is_escaped_in_oauthbearer() -> None:
    assert OAuthBearer("a=b,c", Secret("t")).first() == b"n,a=a=3Db=2Cc,\x01auth=Bearer t\x01\x01"


def test_the_example_of_rfc_7628_is_understood() -> None:
    said = b64decode(
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52"
        "YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )
    exchange = Passwords({}, tokens={TOKEN: "user@example.com"}).begin("OAUTHBEARER", None)

    assert (exchange.step(said), exchange.user) == (None, "user@example.com")


def test_xoauth2_is_said_as_google_shows_it() -> None:
    mechanism = XOAuth2("someuser@example.com", Secret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"))

    assert b64encode(mechanism.first() or b"") == (
        b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0"
        b"Q2cBAQ=="
    )


@pytest.mark.parametrize(
    ("mechanism", "answer"), [(OAuthBearer("a", Secret("t")), b"\x01"), (XOAuth2("a", Secret("t")), b"")]
)
def test_the_error_of_a_token_is_answered_so_that_the_refusal_comes(
    mechanism: OAuthBearer | XOAuth2, answer: bytes
) -> None:
    assert mechanism.answer(b'{"status":"401"}') == answer


@pytest.mark.parametrize("identity", ["", "fred@example.com"])
def test_external_says_only_whom_it_acts_for(identity: str) -> None:
    assert External(identity).first() == identity.encode()


class Vector(Protocol):
    name: str
    nonce: str
    server_nonce: str
    salt: str
    proof: str
    signature: str


class Rfc5802:
    name = "SCRAM-SHA-1"
    nonce = "fyko+d2lbbFgONRv9qkxdawL"
    server_nonce = "3rfcNHYJY1ZVvWVs7j"
    salt = "QSXCR+Q6sek8bf92"
    proof = "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
    signature = "rmF9pqV8S7suAoZWja4dJRkFsKQ="


class Rfc7677:
    name = "SCRAM-SHA-256"
    nonce = "rOprNGfwEbeRWgbNEkqO"
    server_nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    salt = "W22ZaJ0SNY7soEsUEjb6gQ=="
    proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    signature = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


each_scram = pytest.mark.parametrize("vector", [Rfc5802, Rfc7677], ids=["RFC 5802", "RFC 7677"])


@each_scram
def test_scram_is_said_as_in_its_rfc(vector: type[Vector]) -> None:
    mechanism = Scram(vector.name, "user", Secret("pencil"), nonce=vector.nonce)
    nonce = vector.nonce + vector.server_nonce

    said = [mechanism.first(), mechanism.answer(f"r={nonce},s={vector.salt},i=4096".encode())]
    assert said == [f"n,,n=user,r={vector.nonce}".encode(), f"c=biws,r={nonce},p={vector.proof}".encode()]


@each_scram
def test_scram_believes_the_signature_of_its_rfc(vector: type[Vector]) -> None:
    mechanism = Scram(vector.name, "user", Secret("pencil"), nonce=vector.nonce)
    mechanism.answer(f"r={vector.nonce}{vector.server_nonce},s={vector.salt},i=4096".encode())

    assert (mechanism.answer(f"v={vector.signature}".encode()), mechanism.is_done) == (b"", True)


@each_scram
def test_scram_is_served_as_in_its_rfc(vector: type[Vector]) -> None:
    algorithm = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}[vector.name]
    verifier = make_verifier(algorithm, "pencil", b64decode(vector.salt), 4096)
    exchange = ScramExchange(vector.name, lambda _: verifier, None, vector.server_nonce)
    nonce = vector.nonce + vector.server_nonce

    said = [
        exchange.step(f"n,,n=user,r={vector.nonce}".encode()),
        exchange.step(f"c=biws,r={nonce},p={vector.proof}".encode()),
        exchange.step(b""),
    ]
    assert said == [f"r={nonce},s={vector.salt},i=4096".encode(), f"v={vector.signature}".encode(), None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        # What SASLprep refuses stays as it is.
        ("\u0007", "\u0007"),
        ("\u0627\u0031", "\u0627\u0031"),
        ("\u00aa\U0001f600", "\u00aa\U0001f600"),
        ("\u00ad", "\u00ad"),
    ],
)
def test_names_and_passwords_are_prepared_as_in_rfc_4013(text: str, expected: str) -> None:
    assert prepared(text) == expected


def test_a_verifier_shows_no_key() -> None:
    assert repr(Verifier(b"salt", 4096, b"stored", b"server")) == "Verifier(iterations=4096)"


def test_credentials_show_no_secret() -> None:
    shown = repr(Credentials("ann", Secret("correct horse"), Secret("battery-staple")))

    assert shown == "Credentials(user='ann', password=Secret('***'), token=Secret('***'), authorization_id='')"

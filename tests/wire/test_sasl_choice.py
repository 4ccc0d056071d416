"""Which mechanism is chosen, and whose credentials are taken at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused, InjectionRefused, TlsRequired, UsageError
from msgcore.wire.sasl import ChannelBinding, Credentials, MechanismFactory, Plain, choose_mechanism

WITH_PASSWORD = Credentials("ann", Secret("sesame"))
WITH_TOKEN = Credentials("ann", token=Secret("t"))
WITH_BOTH = Credentials("ann", Secret("sesame"), Secret("t"))
FOR_ANOTHER = Credentials("ann", Secret("sesame"), authorization_id="bob")
NEITHER = Credentials("ann")
BINDING = ChannelBinding("tls-server-end-point", b"certificate")

SCRAM = ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"]
PLUS = [f"{name}-PLUS" for name in SCRAM]
# The weakest first: what is offered has an order that means nothing.
ALL = ["EXTERNAL", "PLAIN", "LOGIN", "CRAM-MD5", *reversed(SCRAM), *reversed(PLUS), "XOAUTH2", "OAUTHBEARER"]


def order(
    credentials: Credentials,
    *,
    is_private: bool,
    allow_cleartext: bool = False,
    binding: ChannelBinding | None = None,
    own: Sequence[MechanismFactory] = (),
) -> list[str]:
    """Give the names in the order in which they are chosen, each time without those before."""
    offered, chosen = list(ALL), list[str]()
    while True:
        try:
            mechanism = choose_mechanism(
                offered,
                credentials,
                is_private=is_private,
                allow_cleartext=allow_cleartext,
                binding=binding,
                own=own,
            )
        except (AuthenticationRefused, TlsRequired):
            return chosen
        chosen.append(mechanism.name)
        offered.remove(mechanism.name)


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (WITH_PASSWORD, [*SCRAM, "PLAIN", "LOGIN", "CRAM-MD5"]),
        (WITH_TOKEN, ["OAUTHBEARER", "XOAUTH2"]),
        (WITH_BOTH, ["OAUTHBEARER", "XOAUTH2", *SCRAM, "PLAIN", "LOGIN", "CRAM-MD5"]),
        (FOR_ANOTHER, [*SCRAM, "PLAIN"]),
        (NEITHER, ["EXTERNAL"]),
    ],
)
def test_in_tls_the_strongest_goes_first(credentials: Credentials, expected: list[str]) -> None:
    assert order(credentials, is_private=True) == expected


def test_with_a_channel_binding_the_bound_forms_go_first() -> None:
    assert order(WITH_PASSWORD, is_private=True, binding=BINDING)[:6] == PLUS + SCRAM


@pytest.mark.parametrize(
    ("credentials", "expected"), [(WITH_PASSWORD, [*SCRAM, "CRAM-MD5"]), (WITH_TOKEN, []), (NEITHER, ["EXTERNAL"])]
)
def test_in_clear_nothing_reveals_the_secret(credentials: Credentials, expected: list[str]) -> None:
    assert order(credentials, is_private=False) == expected


def test_where_clear_text_is_allowed_what_hides_the_password_goes_first() -> None:
    names = order(WITH_PASSWORD, is_private=False, allow_cleartext=True)

    assert names == [*SCRAM, "CRAM-MD5", "PLAIN", "LOGIN"]


@pytest.mark.parametrize("offered", [["PLAIN", "LOGIN"], ["OAUTHBEARER"], ["XOAUTH2", "X"]])
def test_a_secret_that_would_be_revealed_needs_tls(offered: list[str]) -> None:
    with pytest.raises(TlsRequired):
        choose_mechanism(offered, WITH_BOTH, is_private=False)


def test_names_are_compared_without_case() -> None:
    assert choose_mechanism(["gssapi", "scram-sha-256"], WITH_PASSWORD, is_private=True).name == "SCRAM-SHA-256"


def test_a_server_without_a_login_is_told_to_have_none() -> None:
    with pytest.raises(AuthenticationRefused, match="the server offers no way to log in"):
        choose_mechanism([], WITH_PASSWORD, is_private=True)


@pytest.mark.parametrize("offered", [["GSSAPI", "NTLM"], ["SCRAM-SHA-256-PLUS"], ["EXTERNAL"], ["XOAUTH2"]])
def test_without_a_mechanism_in_common_nobody_is_authenticated(offered: list[str]) -> None:
    with pytest.raises(AuthenticationRefused, match="no mechanism in common"):
        choose_mechanism(offered, WITH_PASSWORD, is_private=True)


def test_a_mechanism_of_the_users_own_goes_first() -> None:
    def make(credentials: Credentials) -> Plain:
        mechanism = Plain(credentials.user, credentials.password or Secret(""))
        mechanism.name = "CRAM-MD5"
        return mechanism

    chosen = choose_mechanism(ALL, WITH_PASSWORD, is_private=True, own=[make])
    assert isinstance(chosen, Plain)


@pytest.mark.parametrize(
    ("offered", "binding", "header"),
    [
        (["SCRAM-SHA-256"], None, b"n,,"),
        (["SCRAM-SHA-256"], BINDING, b"y,,"),
        (["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"], BINDING, b"p=tls-server-end-point,,"),
    ],
)
def test_scram_tells_the_server_what_it_saw_offered(
    offered: list[str], binding: ChannelBinding | None, header: bytes
) -> None:
    """So that the server hears of it when somebody took the -PLUS forms out of its offer (RFC 5802 section 6)."""
    mechanism = choose_mechanism(offered, WITH_PASSWORD, is_private=True, binding=binding)

    assert (mechanism.first() or b"").partition(b"n=ann")[0] == header


def test_who_acts_for_another_says_so_in_scram() -> None:
    credentials = Credentials("ann", Secret("sesame"), authorization_id="b,b")
    mechanism = choose_mechanism(["SCRAM-SHA-256"], credentials, is_private=True)

    assert (mechanism.first() or b"").startswith(b"n,a=b=2Cb,n=ann,r=")


@pytest.mark.parametrize(
    ("user", "password", "token", "authorization_id"),
    [
        ("a\0b", "p", "t", ""),
        ("a\r\nb", "p", "t", ""),
        ("a\x01auth=Bearer x", "p", "t", ""),
        ("a", "p\0q", "t", ""),
        ("a", "p\n", "t", ""),
        ("a", "p", "t\x01", ""),
        ("a", "p", "t t", ""),
        ("a", "p", "tö", ""),
        ("a", "p", "", ""),
        ("a", "p", "t", "b\0"),
    ],
)
def test_credentials_that_would_say_more_than_themselves_are_refused(
    user: str, password: str, token: str, authorization_id: str
) -> None:
    with pytest.raises(InjectionRefused):
        Credentials(user, Secret(password), Secret(token), authorization_id)


@pytest.mark.parametrize(("user", "password"), [("a\udc80", "p"), ("a", "p\udc80")])
def test_half_a_character_is_refused_before_it_is_encoded(user: str, password: str) -> None:
    with pytest.raises(UsageError, match="surrogate"):
        Credentials(user, Secret(password))

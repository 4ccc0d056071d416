"""SCRAM against another implementation of it, by either side."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused
from msgcore.wire.sasl import ChannelBinding, Passwords, Scram
from msgcore.wire.sasl.saslprep import prepared
from tests.requirements import unavailable

# `scramp` brings no types.
try:
    import scramp as _scramp  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
except ImportError:
    unavailable("scramp is not installed")
scramp = cast("Any", _scramp)

BINDING = ChannelBinding("tls-server-end-point", b"certificate")
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=12)
each_form = pytest.mark.parametrize("name", ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"])


def is_prepared(text: str) -> bool:
    """Say whether scramp takes it; where SASLprep refuses, scramp does, too."""
    try:
        return bool(scramp.utils.saslprep(text))
    except scramp.ScramException:
        return False


@given(NAMES)
@example("\u0627\u0031\u0628")
def test_both_implementations_prepare_alike(text: str) -> None:
    if is_prepared(text):
        assert prepared(text) == scramp.utils.saslprep(text)
    else:
        assert prepared(text) == text


@each_form
@pytest.mark.parametrize("plus", ["", "-PLUS"])
def test_another_server_believes_this_client(name: str, plus: str) -> None:
    other = scramp.ScramMechanism(name)
    verifier = other.make_auth_info("pä=ss,word")
    server = scramp.ScramMechanism(name + plus).make_server(
        {"a=n,n": verifier}.get,
        channel_binding=(BINDING.kind, BINDING.data) if plus else None,
    )
    mechanism = Scram(name + plus, "a=n,n", Secret("pä=ss,word"), binding=BINDING if plus else None)

    server.set_client_first((mechanism.first() or b"").decode())
    server.set_client_final(mechanism.answer(server.get_server_first().encode()).decode())
    mechanism.answer(server.get_server_final().encode())
    assert mechanism.is_done


@each_form
@pytest.mark.parametrize("plus", ["", "-PLUS"])
def test_another_client_is_believed_by_this_server(name: str, plus: str) -> None:
    exchange = Passwords({"a=n,n": Secret("pä=ss,word")}, binds=bool(plus)).begin(name + plus, BINDING)
    client = scramp.ScramClient(
        [name + plus], "a=n,n", "pä=ss,word", channel_binding=(BINDING.kind, BINDING.data) if plus else None
    )

    client.set_server_first((exchange.step(client.get_client_first().encode()) or b"").decode())
    client.set_server_final((exchange.step(client.get_client_final().encode()) or b"").decode())
    assert (exchange.step(b""), exchange.user) == (None, "a=n,n")


@each_form
def test_another_client_with_a_wrong_password_is_refused(name: str) -> None:
    exchange = Passwords({"ann": Secret("sesame")}).begin(name, None)
    client = scramp.ScramClient([name], "ann", "sesam")
    client.set_server_first((exchange.step(client.get_client_first().encode()) or b"").decode())

    with pytest.raises(AuthenticationRefused):
        exchange.step(client.get_client_final().encode())

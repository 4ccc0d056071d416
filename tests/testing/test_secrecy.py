"""Looking for secrets."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import ConnectionLost, UsageError
from msgcore.testing.secrecy import forms_in, shown_by

SECRETS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=8, max_size=30)


@given(SECRETS, st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_found_in_any_text(secret: str, before: str, after: str) -> None:
    assert forms_in(before + secret + after, secret)


@given(SECRETS, st.binary(max_size=20), st.binary(max_size=20))
def test_a_secret_is_found_in_base64_wherever_it_stands(secret: str, before: bytes, after: bytes) -> None:
    """As in ``Authorization: Basic`` and in ``AUTH PLAIN``."""
    assert forms_in(b64encode(before + secret.encode() + after).decode(), secret)


@given(SECRETS)
def test_a_secret_is_found_in_a_url(secret: str) -> None:
    assert forms_in(f"https://ann:{quote(secret, safe='')}@operator.test/", secret)


def test_a_secret_that_does_not_show_is_not_found() -> None:
    assert forms_in(repr(Secret("correct horse")), "correct horse") == []


def test_a_short_secret_is_no_secret_to_look_for() -> None:
    with pytest.raises(UsageError, match="8 characters"):
        forms_in("text", "short")


def test_an_error_shows_its_cause() -> None:
    try:
        try:
            raise OSError("correct horse")
        except OSError as cause:
            raise ConnectionLost("gone") from cause
    except ConnectionLost as error:
        assert forms_in(shown_by(error), "correct horse") == ["correct horse"]

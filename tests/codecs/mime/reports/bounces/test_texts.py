"""Texts of bounces, cut into what is noticed and what came back."""

from __future__ import annotations

import pytest

from msgcore.codecs.mime.reports.bounces.texts import first_header


@pytest.mark.parametrize("field", ["Subject: Hi", "Subject:", "Message-ID: <1@a.test>"])
def test_the_header_of_what_came_back_is_known_by_a_field_of_it(field: str) -> None:
    found = first_header(f"It could not be delivered.\n\nReceived: by mx.a.test\n{field}\nX-Other: y\n\nHello")

    assert found is not None
    assert found.raw(b"x-other") == b"y"


def test_a_text_without_a_header_has_none() -> None:
    assert first_header("It could not be delivered.\n\nSorry.") is None

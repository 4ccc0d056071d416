"""Organizational domains."""

from __future__ import annotations

import pytest

from msgcore.mta.trust.suffixes import organizational_domain


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("mail.example.com", "example.com"),
        ("example.com", "example.com"),
        ("com", "com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("x.www.ck", "www.ck"),
        ("x.a.b.ck", "a.b.ck"),
        ("mail.xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("x.a.unlisted", "a.unlisted"),
        ("b.unlisted", "b.unlisted"),
    ],
)
def test_the_organization_is_one_label_below_the_longest_public_suffix(domain: str, expected: str) -> None:
    assert organizational_domain(domain) == expected

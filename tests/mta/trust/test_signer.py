"""Signing: others believe it, nothing that was there changes, and nobody is vouched for who is not ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from msgcore.base.text import Secret
from msgcore.errors import SecretMissing, SetupError, UsageError
from msgcore.model import Address
from msgcore.mta.trust.keys import generate_key, read_private_key
from msgcore.mta.trust.settings import DkimKey, TrustSettings
from msgcore.mta.trust.signer import Signer
from tests.mta.trust.letters import (
    ANN,
    DKIMPY,
    LETTER,
    NOW,
    asks,
    bodies,
    headers,
    key,
    record,
    run,
    signer,
    texts_of_dkimpy,
    verified,
)
from tests.mta.trust.rfc8463 import ED25519_SEED, RECORDS, SIGNED, TIME


@given(headers, bodies)
def test_what_is_signed_here_is_right_for_another_implementation(header: bytes, body: bytes) -> None:
    octets = header + b"From: Ann <ann@a.test>\r\n\r\n" + body

    signed = signer("rsa").sign(octets, ANN)

    assert signed.endswith(octets)
    assert signed != octets
    assert DKIMPY.verify(signed, dnsfunc=texts_of_dkimpy)


@given(headers, bodies)
def test_both_algorithms_sign_side_by_side_and_both_are_right(header: bytes, body: bytes) -> None:
    octets = header + b"From: Ann <ann@a.test>\r\n\r\n" + body

    signed = signer("rsa", "ed25519").sign(octets, ANN)

    assert [(one.result, one.algorithm) for one in verified(signed)] == [
        ("pass", "rsa-sha256"),
        ("pass", "ed25519-sha256"),
    ]


def test_what_bears_a_signature_of_a_key_gets_no_second_one_of_it() -> None:
    once = signer("rsa").sign(LETTER, ANN)

    assert signer("rsa").sign(once, ANN) == once
    assert signer("rsa", "ed25519").sign(once, ANN).endswith(once)


def test_lines_of_a_signature_are_not_long() -> None:
    signed = signer("rsa", "ed25519").sign(LETTER, ANN)

    assert max(map(len, signed.removesuffix(LETTER).split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("author", "sender"),
    [
        (b"ann@else.test", ANN),
        (b"ann@a.test, bob@a.test", ANN),
        (b"Ann", ANN),
        (b"ann@nota.test", ANN),
        (b"ann@a.test", Address("SMTP", "eve@evil.test")),
    ],
)
def test_mail_of_others_and_through_others_is_not_vouched_for(author: bytes, sender: Address) -> None:
    octets = LETTER.replace(b"Ann <ann@a.test>", author)

    assert signer().sign(octets, sender) == octets


def test_a_message_with_two_from_fields_is_not_signed() -> None:
    octets = b"From: eve@evil.test\r\n" + LETTER

    assert signer().sign(octets, ANN) == octets


@pytest.mark.parametrize("author", [b"ann@A.TEST", b"=?utf-8?q?x?= <ann@deep.below.a.test>"])
def test_a_domain_speaks_for_itself_and_those_below_it(author: bytes) -> None:
    octets = LETTER.replace(b"Ann <ann@a.test>", author)

    assert b" d=a.test;" in signer().sign(octets, Address("SMTP", "ann@mail.a.test"))


def test_reports_are_signed_though_they_have_no_return_path() -> None:
    assert signer().sign(LETTER, None) != LETTER


def test_no_field_that_was_signed_can_be_added_or_doubled() -> None:
    signed = signer().sign(LETTER, ANN)

    for field in (b"From: eve@evil.test\r\n", b"Subject: another\r\n", b"Reply-To: eve@evil.test\r\n"):
        assert [one.is_pass for one in verified(field + signed)] == [False]


def test_the_example_of_rfc_8463_can_be_verified_and_its_key_signs() -> None:
    own = Signer([DkimKey("football.example.com", "brisbane", Secret(ED25519_SEED))], lambda: NOW, Path())
    letter = SIGNED[SIGNED.index(b"From:") :]

    signed = own.sign(letter, None)

    assert [one.result for one in verified(SIGNED, RECORDS, TIME)] == ["pass", "pass"]
    assert [one.result for one in verified(signed, RECORDS)] == ["pass"]


def test_a_key_comes_from_a_file_and_is_checked_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "mail.pem").write_text(key()[0])
    (tmp_path / "mail.pem").chmod(0o600)

    signer = Signer([DkimKey("a.test", "rsa", "file:mail.pem")], lambda: NOW, tmp_path)

    assert signer.domains == {"a.test"}
    assert run(signer.check(asks())) == ()
    with pytest.raises(SecretMissing, match=r"other\.pem"):
        Signer([DkimKey("a.test", "s", "file:other.pem")], lambda: NOW, tmp_path)


def test_a_key_that_is_published_otherwise_is_found_before_any_mail_is_signed() -> None:
    nothing, other = (
        run(signer("rsa").check(asks(known))) for known in ({}, {"rsa._domainkey.a.test": record("ed25519")})
    )

    assert [str(one).partition(";")[0] for one in (*nothing, *other)] == [
        "rsa._domainkey.a.test: no key is published",
        "rsa._domainkey.a.test: another key is published",
    ]


@pytest.mark.parametrize("text", ["", "bm8ga2V5", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_what_is_no_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(SetupError, match=r"^s\._domainkey\.a\.test: ") as caught:
        read_private_key(Secret(text), "s._domainkey.a.test")

    assert not text or text not in str(caught.value)


def test_settings_say_what_they_cannot_be() -> None:
    with pytest.raises(UsageError, match="selector"):
        DkimKey("a.test", "", "file:x")
    with pytest.raises(UsageError, match="reference"):
        DkimKey("a.test", "s", "-----BEGIN")
    with pytest.raises(UsageError, match="need 'file:PATH'"):
        DkimKey("a.test", "s", Path("k.pem"))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="on_dmarc_fail"):
        TrustSettings(on_dmarc_fail="bounce")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="write"):
        TrustSettings(DkimKey("a.test", "s", "env:KEY"))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="bits"):
        generate_key("rsa", bits=512)

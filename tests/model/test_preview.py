"""The first words of a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore import Message, mime, preview


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hi Bob,\n\n  how   are\tyou?\n", "Hi Bob, how are you?"),
        ("", ""),
        ("\n \n", ""),
        ("Hello\n-- \nAnn\nAthena Inc.", "Hello"),
        ("> a quote\nYes.\n> another\nNo.", "Yes. No."),
        ("> nothing but\n> a quote", ""),
        ("Yes.\n\nOn Mon, 5 Jan 2026 at 10:00 +0100, Ann wrote:\n> Well?", "Yes."),
        ("Yes.\n\nOn Mon, 5 Jan 2026 at 10:00, Ann Example\n<ann@a.test>\nwrote:\n\n> Well?", "Yes."),
        ("Ja.\n\nAm 05.01.2026 um 10:00 schrieb Ann:\n> Und?", "Ja."),
        ("Oui.\n\nLe 5 janv. 2026 à 10:00, Ann a écrit :\n> Alors ?", "Oui."),
        ("My answers:\n> one\nyes\n> two\nno", "My answers: yes no"),
        ("FYI\n\n-----Original Message-----\nFrom: Ann\nSubject: x\n\nBody", "FYI"),
        ("Thanks\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nBody", "Thanks"),
        ("Danke\n\nVon: Ann\nGesendet: Montag\nAn: Bob\n\nText", "Danke"),
        ("---------- Forwarded message ----------\nFrom: Ann\nDate: x\nSubject: y\n\nThe body", "The body"),
        ("From: here\nto there", "From: here to there"),
    ],
)
def test_the_words_of_the_sender_are_shown(text: str, shown: str) -> None:
    assert preview(Message(text=text)) == shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<title>no</title><p>See <a href='https://x.test'>this</a><p>now", "See this now"),
        ("<div style='display:none'>no</div>&zwnj;&nbsp;&zwnj;&nbsp;&#847; Sale", "Sale"),
        ("Yes<div>On Mon, 5 Jan 2026, Ann wrote:<blockquote>Well?</blockquote></div>", "Yes"),
    ],
)
def test_html_is_read_when_there_is_no_text(html: str, shown: str) -> None:
    assert preview(Message(text=" ", html=html)) == shown


@pytest.mark.parametrize(
    ("limit", "shown"),
    [
        (100, "The quick brown fox"),
        (19, "The quick brown fox"),
        (18, "The quick brown"),
        (9, "The quick"),
        (8, "The"),
        (2, "Th"),
        (0, ""),
    ],
)
def test_it_is_cut_behind_a_word(limit: int, shown: str) -> None:
    assert preview(Message(text="The quick brown fox"), limit) == shown


def test_255_characters_are_the_most() -> None:
    assert len(preview(Message(text="abcd " * 100))) == 254


def test_an_encrypted_text_has_no_preview() -> None:
    assert preview(Message(text="-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----")) == ""


def test_a_signed_text_is_shown_without_its_signature() -> None:
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe words\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"
    )
    assert preview(Message(text=text)) == "The words"


def test_an_encrypted_message_has_no_preview() -> None:
    octets = b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\r\nMIIB\r\n"
    assert preview(mime.read(octets)) == ""


def test_the_part_that_is_signed_is_shown() -> None:
    octets = (
        b"Content-Type: multipart/signed; boundary=b; protocol=application/pkcs7-signature\r\n\r\n"
        b"--b\r\n\r\nThe words\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nMIIB\r\n--b--\r\n"
    )
    assert preview(mime.read(octets)) == "The words"


_LINES = ["> ", ">", "-- ", "---", "On 2026", "wrote:", "From: a", "\n", "\n\n", "_" * 30, " ", "word", "é", "\u200b"]


@given(st.lists(st.sampled_from(_LINES) | st.text(max_size=5), max_size=60).map("".join), st.integers(0, 50))
def test_it_is_one_line_within_the_limit(text: str, limit: int) -> None:
    shown = preview(Message(text=text), limit)
    assert len(shown) <= limit
    assert "\n" not in shown

"""What a person types into a search box."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Attachment, Message
from msgcore.props import match, search
from msgcore.props.check import check_restriction

LETTER = Message(
    from_="Zoë Ångström <zoe@a.test>",
    to=["Bob Smith <bob@b.test>"],
    cc="carol@c.test",
    subject="Quarterly report",
    html="<p>See you for <b>lunch</b> next week, 東京都",
    attachments=[Attachment(b"x", filename="budget-2026.pdf")],
)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("report", True),
        ("REP", True),
        ("eport", False),
        ("report lunch", True),
        ("lunch report", True),
        ("report dinner", False),
        ('"next week"', True),
        ('"week next"', False),
        ('"next wee"', False),
        ('"next week', True),
        ("next-week", True),
        ("zoe angstrom", True),
        ("zoe@a.test", True),
        ("smith", True),
        ("carol@c", True),
        ("budget", True),
        ("京都", True),
        ("report -lunch", False),
        ("report -dinner", True),
        ('report -"week next"', True),
        ("-dinner", True),
        ("-report", False),
        ("", True),
        ('  !!! - " ', True),
        ("re-port", False),
    ],
)
def test_a_text_finds_the_letter(text: str, is_found: bool) -> None:
    assert match(search(text), LETTER) is is_found


@given(st.text(max_size=40) | st.lists(st.sampled_from(['"', "-", " ", "a", "é", "東", "\0", "*", "OR"])).map("".join))
def test_whatever_is_typed_has_a_meaning(text: str) -> None:
    check_restriction(search(text))

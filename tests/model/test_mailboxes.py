"""The lenient reader of address lists: what no RFC allows, and what it costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InvalidAddress
from msgcore.model.address import parse_addresses
from msgcore.model.mailboxes import read_mailboxes

BROKEN: list[tuple[str, list[tuple[str, str]]]] = [
    ('"Bob <bob@b.test>, c@d.test', [("Bob", "bob@b.test"), ("", "c@d.test")]),  # a quote without an end
    ("Bob (x <bob@b.test>, c@d.test", [("Bob x", "bob@b.test"), ("", "c@d.test")]),  # a comment without one
    ("Bob [x <bob@b.test>, c@d.test", [("Bob [x", "bob@b.test"), ("", "c@d.test")]),
    ("Bob <bob@b.test", [("Bob", "bob@b.test")]),
    ("bob@b.test>", [("", "bob@b.test")]),
    ("<<bob@b.test>>", [("", "bob@b.test")]),
    ("a@b.test; c@d.test", [("", "a@b.test"), ("", "c@d.test")]),  # as Outlook shows a list
    ("a@b.test c@d.test", [("", "a@b.test"), ("", "c@d.test")]),
    ("Bob bob@b.test", [("Bob", "bob@b.test")]),
    ("<mailto:bob@b.test>", [("", "bob@b.test")]),
    ("<http://b.test/list>", [("", "http://b.test/list")]),
    ("Bob <@a.test,@c.test:bob@b.test>", [("Bob", "bob@b.test")]),
    ("A: B: c@d.test;;, e@f.test", [("", "c@d.test"), ("", "e@f.test")]),  # a group in a group
    ("undisclosed-recipients:", []),
    ("[list] Bob <bob@b.test>", [("[list] Bob", "bob@b.test")]),
    (",,;;<>", [("", "")]),
]


@pytest.mark.parametrize(("text", "expected"), BROKEN)
def test_broken_lists_give_the_addresses_that_are_there(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.phrase, one.addr_spec) for one in read_mailboxes(text)] == expected


@pytest.mark.parametrize("text", ["a@b.test c@d.test", "Bob bob@b.test"])
def test_what_is_read_leniently_from_mail_is_refused_from_an_application(text: str) -> None:
    with pytest.raises(InvalidAddress):
        parse_addresses(text)


def test_past_the_limit_no_mailbox_is_given() -> None:
    assert len(list(read_mailboxes("a@b.test " * 10, limit=3))) == 3


@given(st.text('"<>()[]@,;:.\\ ab\n', max_size=80))
def test_any_text_is_a_list(text: str) -> None:
    assert all(one.addr_spec == "" or not one.addr_spec.isspace() for one in read_mailboxes(text))

"""Addresses and the readers of address text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InjectionRefused, InvalidAddress
from msgcore.model.address import Address, check_smtp_address, parse_addresses, read_mailboxes

letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"])
names = st.text(letters, min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bob@b.test", [("SMTP", "bob@b.test", "")]),
        ("Bob <bob@b.test>", [("SMTP", "bob@b.test", "Bob")]),
        ('"Berg, Bob" <bob@b.test>, ann@a.test', [("SMTP", "bob@b.test", "Berg, Bob"), ("SMTP", "ann@a.test", "")]),
        ("bob@b.test (Bob Berg)", [("SMTP", "bob@b.test", "Bob Berg")]),
        ("Friends: a@b.test, Bob <c@d.test>;", [("SMTP", "a@b.test", ""), ("SMTP", "c@d.test", "Bob")]),
        ("<@x.test,@y.test:bob@b.test>", [("SMTP", "bob@b.test", "")]),
        ('"odd \\"one\\""@b.test', [("SMTP", '"odd \\"one\\""@b.test', "")]),
        ("FAX:+46 70 123", [("FAX", "+46 70 123", "")]),
        ("X400:c=SE;a= ;p=Athena;s=Berg", [("X400", "c=SE;a= ;p=Athena;s=Berg", "")]),
        ("Bob [FAX:+4670]", [("FAX", "+4670", "Bob")]),
        ("bob@[IPv6:2001:db8::1]", [("SMTP", "bob@[IPv6:2001:db8::1]", "")]),
        ("bob@b.test, FAX:+4670, Carol", [("SMTP", "bob@b.test", ""), ("FAX", "+4670", ""), ("", "", "Carol")]),
        ("SMTP:bob@b.test", [("SMTP", "bob@b.test", "")]),
        ("Bob Berg", [("", "", "Bob Berg")]),
        ("böb@bücher.test", [("SMTP", "böb@bücher.test", "")]),
        ("bob@[192.0.2.1]", [("SMTP", "bob@[192.0.2.1]", "")]),
        ("", []),
        ("undisclosed-recipients:;", []),
    ],
)
def test_the_text_forms(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(a.address_type, a.email_address, a.display_name) for a in parse_addresses(text)]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "bob@",
        "@b.test",
        "a b@c@d.test",
        "bob@b..test",
        "bob@-b.test",
        "bob@b.test>",
        "SMTP:not-an-address",
        "bob@exa mple.test",
        "x" * 256 + "@b.test",
        "bob@" + "x" * 256,
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        check_smtp_address(text.removeprefix("SMTP:"))


def test_a_local_part_may_be_as_long_as_those_in_use() -> None:
    """RFC 5321 section 4.5.3.1 calls for 64 octets, and lets clients try more: VERP and SRS do."""
    address = "all-bounces+firstname.familyname=department.subsidiary.company.test@list.test"

    assert list(parse_addresses(address)) == [Address("SMTP", address)]


@pytest.mark.parametrize(
    "text", ["ann@a b.test", "Bob bob@b.test", "bob@b.test Bob", "alice@a.test)bob@b.test", "a@b.test c@d.test"]
)
def test_words_beside_a_bare_address_are_refused(text: str) -> None:
    """Whatever such text means, it must not silently mean a shorter address."""
    with pytest.raises(InvalidAddress):
        parse_addresses(text)


@pytest.mark.parametrize("text", ["bob@b.test\r\nBcc: eve@e.test", "Bob\n <bob@b.test>", "bob\0@b.test"])
def test_line_ends_never_enter_an_address(text: str) -> None:
    with pytest.raises(InjectionRefused):
        parse_addresses(text)


@given(st.text(max_size=200))
def test_no_text_crashes_the_lenient_reader(text: str) -> None:
    list(read_mailboxes(text))


@given(names)
def test_a_display_name_survives_its_text(name: str) -> None:
    address = Address("SMTP", "bob@b.test", name)
    (found,) = parse_addresses(str(address))
    assert found == address
    assert found.display_name == name


def test_a_hostile_list_is_read_in_one_pass() -> None:
    """A quadratic or recursive reader does not come back from these."""
    for hostile in ("(" * 200_000, '"' * 200_001, "<" * 200_000, "a," * 100_000, ":" * 200_000, "@" * 200_000):
        assert len(list(read_mailboxes(hostile, limit=1_000))) <= 1_000


def test_equality_is_type_and_address() -> None:
    assert Address("SMTP", "bob@b.test", "Bob") == Address("SMTP", "bob@b.test")
    assert Address("SMTP", "x") != Address("FAX", "x")


@pytest.mark.parametrize("text", ["sms:+46", "sms:bob", "drop:lower", "Bob <bob@b.test>, sms:+46", "friends: a@b.test"])
def test_a_type_in_small_letters_is_refused_and_not_dropped(text: str) -> None:
    """`sms:bob` must not become a message to Bob."""
    with pytest.raises(InvalidAddress, match="capitals"):
        parse_addresses(text)


def test_a_blank_behind_the_type_does_not_matter() -> None:
    assert parse_addresses("SMS: +46") == (Address("SMS", "+46"),)


@pytest.mark.parametrize("text", ["FAX:+46701, bob@b.test", "FAX:+46701, SMS:+46702"])
def test_a_list_behind_a_typed_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress, match="list"):
        parse_addresses(text)


def test_a_type_alone_is_no_address() -> None:
    with pytest.raises(InvalidAddress, match="FAX:"):
        parse_addresses("FAX:")

"""Extensions, paths, domains and lines: the small parts of conversations."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import Reply
from msgcore.errors import InjectionRefused, InvalidAddress, ProtocolBroken
from msgcore.model import Address
from msgcore.wire.domain import ascii_domain, typed_key
from msgcore.wire.lines import take_line
from msgcore.wire.smtp import Extensions
from msgcore.wire.smtp.path import check_path, wire_path


def offered(*lines: str) -> Extensions:
    return Extensions.of_reply(Reply(250, ("mx.b.test at your service", *lines)))


@pytest.mark.parametrize(
    ("line", "size"),
    [("SIZE 1000", 1000), ("size 1000", 1000), ("SIZE", None), ("SIZE 0", None), ("SIZE x", None), ("SIZE ²", None)],
)
def test_the_size_is_what_the_server_says(line: str, size: int | None) -> None:
    assert offered(line).size_octets == size


@pytest.mark.parametrize(
    ("lines", "mechanisms"),
    [
        (["AUTH PLAIN LOGIN"], ("PLAIN", "LOGIN")),
        (["auth plain"], ("PLAIN",)),
        (["AUTH=LOGIN PLAIN"], ("LOGIN", "PLAIN")),
        (["AUTH PLAIN", "AUTH=LOGIN"], ("PLAIN", "LOGIN")),
        (["AUTH"], ()),
        ([], ()),
    ],
)
def test_the_mechanisms_are_those_of_both_forms(lines: list[str], mechanisms: tuple[str, ...]) -> None:
    assert offered(*lines).auth_mechanisms == mechanisms


def test_an_extension_can_be_left_out() -> None:
    assert not offered("PIPELINING", "SIZE 9").without("PIPELINING").offers("PIPELINING")


def test_the_server_name_is_the_first_word() -> None:
    assert offered().server_name == "mx.b.test"


@pytest.mark.parametrize(
    "address",
    [
        "bob@b.test",
        "a..b@b.test",
        "a.@b.test",
        '"a b"@b.test',
        '"a\\"b"@b.test',
        "bob@[192.0.2.1]",
        "bob@xn--a.test",
        "all-bounces+firstname.familyname=department.subsidiary.company.test@list.test",
        "x" * 255 + "@b.test",
    ],
)
def test_an_address_that_the_field_uses_passes(address: str) -> None:
    assert wire_path(Address("SMTP", address), utf8=False) == f"<{address}>".encode()


@pytest.mark.parametrize(
    "address",
    [
        "bob",
        "@b.test",
        "bob@",
        "a b@b.test",
        "a>b@b.test",
        "<bob@b.test>",
        "bob@b.test>",
        "bob@b test",
        'a"b@b.test',
        '"a"b"@b.test',
        "bob@b.test SIZE=1",
        "x" * 256 + "@b.test",
        "bob@" + "b" * 256,
        "a\u2028b@b.test",
        "a\x85b@b.test",
        "a\ud800@b.test",
        "a\x1b@b.test",
        "bob@[a]b]",
    ],
)
def test_an_address_that_would_break_the_command_is_refused(address: str) -> None:
    with pytest.raises(InvalidAddress):
        check_path(address)


@pytest.mark.parametrize("bad", ["\r", "\n", "\0"])
def test_a_line_end_in_an_address_is_an_injection(bad: str) -> None:
    with pytest.raises(InjectionRefused):
        check_path(f'"a{bad}b"@b.test')


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_path_is_one_line_without_a_second_bracket(local: str, domain: str) -> None:
    try:
        path = wire_path(Address("SMTP", f"{local}@{domain}"), utf8=True)
    except InvalidAddress:
        return
    except InjectionRefused:
        return
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", path)
    assert re.fullmatch(rb"<[^<>\x00-\x20\x7f]+>", bare)


def test_octets_of_a_character_are_no_line_end() -> None:
    assert wire_path(Address("SMTP", "\u010d\u010a@b.test"), utf8=True) == b"<\xc4\x8d\xc4\x8a@b.test>"


def test_a_domain_goes_as_a_labels_without_utf8() -> None:
    assert wire_path(Address("SMTP", "bob@Bücher.test"), utf8=False) == b"<bob@xn--bcher-kva.test>"


def test_a_local_part_that_needs_utf8_is_refused_without_it() -> None:
    with pytest.raises(InvalidAddress):
        wire_path(Address("SMTP", "böb@b.test"), utf8=False)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("B.Test", "b.test"),
        ("bücher.test", "xn--bcher-kva.test"),
        ("BU\u0308CHER.test", "xn--bcher-kva.test"),
        ("faß.test", "xn--fa-hia.test"),
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("Ü" * 256, "ü" * 256),
    ],
)
def test_a_domain_has_one_form_in_ascii(domain: str, expected: str) -> None:
    assert ascii_domain(domain) == expected


def test_addresses_of_one_place_have_one_key_and_those_of_two_types_have_two() -> None:
    same = {typed_key(Address("SMTP", text)) for text in ("Bob@Bücher.test", "bob@xn--bcher-kva.TEST.")}

    assert same == {("SMTP", "bob@xn--bcher-kva.test")}
    assert typed_key(Address("EX", "Bob")) != typed_key(Address("MS", "Bob"))


@given(
    st.lists(st.binary(max_size=9).map(lambda octets: octets.replace(b"\n", b"")), max_size=5), st.binary(max_size=5)
)
def test_lines_are_taken_one_by_one_and_the_rest_stays(lines: list[bytes], rest: bytes) -> None:
    rest = rest.replace(b"\n", b"")
    buffer = bytearray(b"".join(line + b"\n" for line in lines) + rest)

    taken = [take_line(buffer, 100) for _ in lines]
    assert (taken, take_line(buffer, 100), bytes(buffer)) == ([line + b"\n" for line in lines], None, rest)


@pytest.mark.parametrize("octets", [b"x" * 11, b"x" * 10 + b"\n"])
def test_a_line_past_the_limit_breaks_the_protocol(octets: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        take_line(bytearray(octets), 10)

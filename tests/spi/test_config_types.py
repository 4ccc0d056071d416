"""Configurations of more than plain values: tables in tables, lists of them, choices, time spans, addresses."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.base.times import parse_duration
from msgcore.errors import ConfigError, UsageError
from msgcore.model import Address
from msgcore.spi.config import build_config


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Key:
    selector: str
    file: Path | None = None


@attrs.frozen
class Inner:
    wait: timedelta = timedelta(minutes=5)
    notice: timedelta | None = timedelta(hours=4)


@attrs.frozen
class Outer:
    inner: Inner = attrs.field(factory=Inner)
    keys: tuple[Key, ...] = ()
    by_domain: Mapping[str, Key] = attrs.field(factory=dict[str, Key])
    colour: Colour = Colour.RED
    mode: Literal["a", "b"] = "a"
    postmaster: Address | None = None
    others: frozenset[Address] = frozenset()


FOLDER = Path("/etc/x")


def build(**values: object) -> Any:
    return build_config(Outer, values, folder=FOLDER, secret=Secret)


def test_tables_stand_in_tables_lists_and_mappings() -> None:
    built = build(
        inner={"wait": "90s", "notice": "never"},
        keys=[{"selector": "s", "file": "k.pem"}],
        by_domain={"a.test": {"selector": "t"}},
        colour="blue",
        mode="b",
        postmaster="SMTP:pm@a.test",
        others=["SMTP:x@a.test"],
    )

    pm, other = Address("SMTP", "pm@a.test"), frozenset({Address("SMTP", "x@a.test")})
    inner, keys, by_domain = Inner(timedelta(seconds=90), None), (Key("s", FOLDER / "k.pem"),), {"a.test": Key("t")}
    assert built == Outer(inner, keys, by_domain, Colour.BLUE, "b", pm, other)


@pytest.mark.parametrize(
    ("values", "key", "says"),
    [
        ({"inner": {"weight": 1}}, "inner.weight", "no such key"),
        ({"inner": {"wait": "never"}}, "inner.wait", "no time span"),
        ({"inner": {"wait": 5}}, "inner.wait", "need a time span such as"),
        ({"inner": 7}, "inner", "need a table of wait, notice, got int"),
        ({"keys": [{"selector": "s"}, {}]}, "keys[1].selector", "has to be given"),
        ({"keys": {"selector": "s"}}, "keys", "need a list"),
        ({"by_domain": {"a.test": {"selector": 1}}}, "by_domain.a.test.selector", "need str, got int"),
        ({"colour": "green"}, "colour", "'green' is none of red, blue"),
        ({"mode": ["a"]}, "mode", "is none of a, b"),
        ({"postmaster": "SMTP:"}, "postmaster", "SMTP"),
        ({"postmaster": "postmaster"}, "postmaster", "need an address"),
        ({"others": ["SMTP:x@a.test", 7]}, "others[1]", "need str, got int"),
    ],
)
def test_what_is_wrong_is_named_by_the_way_to_it(values: dict[str, object], key: str, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        build(**values)

    assert raised.value.key == key
    assert says in raised.value.problem


def test_what_is_given_is_no_key_and_what_stands_beside_is_told_of() -> None:
    with pytest.raises(ConfigError, match="mode: no such key; did you mean modes"):
        build_config(Outer, {"mode": "a"}, folder=FOLDER, secret=Secret, given={"mode": "b"}, others=["modes"])


@given(st.integers(0, 10**6), st.sampled_from([("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]))
def test_a_time_span_is_a_number_and_a_unit(number: int, unit: tuple[str, int]) -> None:
    assert parse_duration(f"{number}{unit[0]}") == timedelta(seconds=number * unit[1])


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "-5s", "5S", "5min", "٣s", "1.5h", "9999999999d"])
def test_what_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_duration(text)

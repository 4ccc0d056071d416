"""Configurations that are declared once, and made of plain values, of a URL, or of options that are text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import ConfigError, PluginBroken, UsageError
from msgcore.spi.config import build_config, option_values, url_values
from msgcore.spi.settings import setting, settings_of


def _even(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value % 2:
        raise ValueError(f"{attribute.name}: {value} is odd")


@attrs.frozen
class Config:
    url: str = attrs.field(metadata=setting("where"))
    token: Secret | None = attrs.field(default=None, metadata=setting("who", in_url=True))
    sender: str = attrs.field(default="", metadata=setting("from whom", in_url=True))
    parts: int = attrs.field(default=2, validator=_even, metadata=setting("how many", in_url=True))
    wait: float = attrs.field(default=1.5, metadata=setting("how long", in_url=True))
    loud: bool = attrs.field(default=False, metadata=setting("how loud", in_url=True))
    regions: tuple[str, ...] = attrs.field(default=(), metadata=setting("which", in_url=True))
    folder: Path | None = attrs.field(default=None, metadata=setting("place"))
    risk: bool = attrs.field(default=False, metadata=setting("never in a URL"))


def made(values: dict[str, Any]) -> Config:
    config: Config = build_config(Config, values, folder=Path("/base"), secret=Secret)
    return config


def test_the_fields_are_listed_with_what_they_say() -> None:
    found = [(one.name, one.kind, one.text, one.is_required, one.in_url) for one in settings_of(Config).values()]
    assert found[:3] == [
        ("url", "str", "where", True, False),
        ("token", "Secret", "who", False, False),
        ("sender", "str", "from whom", False, True),
    ]


def test_a_url_sets_the_fields_that_may_stand_in_one() -> None:
    url = "sms+https://api.test/v1?sender=Athena+%C3%85&parts=4&wait=2&loud=true&regions=se&regions=no"
    assert made(url_values(Config, url)) == Config(
        "sms+https://api.test/v1", None, "Athena Å", 4, 2.0, True, ("se", "no")
    )


@given(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_what_a_url_says_is_what_the_same_values_make(sender: str, number: int, wait: float, loud: bool) -> None:
    from urllib.parse import urlencode

    values = {"sender": sender, "parts": number * 2, "wait": wait}
    query = urlencode({**values, "loud": str(loud).lower()}, errors="surrogatepass")
    assert made(url_values(Config, f"sms://x?{query}")) == made({"url": "sms://x", **values, "loud": loud})


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("risk=true", "risk: may not stand in a URL; there may sender, parts, wait, loud, regions"),
        ("token=hunter2", "token: may not stand in a URL"),
        ("url=x", "url: may not"),
        ("nonsense=1", "nonsense: may not"),
        ("parts=two", "parts: need int, got 'two'"),
        ("wait=", "wait: need float"),
        ("loud=yes", "loud: need true or false"),
        ("sender=a&sender=b", "sender: stands twice"),
        ("parts=3", "parts: 3 is odd"),
    ],
)
def test_a_url_that_says_wrong_things_is_refused(query: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(url_values(Config, f"sms://x?{query}"))
    assert complaint in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_password_in_a_url_is_refused_and_not_shown() -> None:
    with pytest.raises(UsageError, match="password") as caught:
        url_values(Config, "sms://ann:hunter2@api.test")
    assert "hunter2" not in str(caught.value)


@attrs.frozen
class WithoutUrl:
    path: Path


def test_a_service_without_a_url_is_not_opened_by_one() -> None:
    with pytest.raises(UsageError, match="not opened by URL"):
        url_values(WithoutUrl, "folders://x")


def test_options_are_text_and_become_what_the_fields_are() -> None:
    options = {"url": "x", "parts": "4", "wait": "2", "loud": "true", "regions": "se no", "folder": "f"}
    assert made(option_values(Config, options)) == Config("x", None, "", 4, 2.0, True, ("se", "no"), Path("/base/f"))


@attrs.frozen
class WithBadHint:
    value: NoSuchType  # type: ignore[name-defined]  # pyright: ignore[reportUndefinedVariable]  # noqa: F821  # what is tested


class NoAttrs:
    pass


@attrs.frozen
class Exploding:
    value: int = 0

    def __attrs_post_init__(self) -> None:
        raise ZeroDivisionError("boom")


@pytest.mark.parametrize("config_type", [WithBadHint, NoAttrs, Exploding])
def test_a_configuration_that_is_none_is_named(config_type: type[object]) -> None:
    with pytest.raises(PluginBroken, match=config_type.__name__):
        build_config(config_type, {}, folder=Path(), secret=Secret)


def _values(**values: Any) -> Callable[[], Config]:
    return lambda: made({"url": "x", **values})


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (_values(parts="4"), "parts: need int, got str"),
        (_values(parts=True), "parts: need int, got bool"),
        (_values(regions="se"), "regions: need a list"),
        (_values(colour=1), "colour: no such key; there are url, token"),
        (_values(part=4), "part: no such key; did you mean parts? There are url, token"),
        (_values(folder="a\0b"), "folder: a path holds no NUL"),
        (_values(parts=3), "parts: 3 is odd"),
        (lambda: made({}), "url: has to be given"),
    ],
)
def test_a_wrong_value_names_its_key(make: Callable[[], Config], complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make()
    assert complaint in str(caught.value)

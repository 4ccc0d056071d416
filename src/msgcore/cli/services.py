"""What is installed: services, gateways and content checks, with the settings that each takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgcore.errors import MsgcoreError
from msgcore.spi.registry import (
    content_check,
    content_check_names,
    gateway,
    gateway_names,
    service,
    service_names,
)
from msgcore.spi.settings import Setting, settings_of

__all__ = ["describe"]


def describe(name: str | None = None) -> Iterator[str]:
    """Give the lines about one of them, or about all; of all, ``pop3s`` is only told to be ``pop3``."""
    for title, names, find in (
        ("service", service_names(), service),
        ("gateway", gateway_names(), gateway),
        ("content check", content_check_names(), content_check),
    ):
        for one in names:
            if name in {None, one}:
                plain = one.removesuffix("s")
                if name is None and plain != one and plain in names and _are_the_same(plain, one, find):
                    yield from (f"{title} {one}", f"    the same as {plain}")
                else:
                    yield from _lines(title, one, find)


def _are_the_same(name: str, other: str, find: Callable[[str], Any]) -> bool:
    try:
        return find(name) is find(other)
    except MsgcoreError:
        return False


def _lines(title: str, name: str, find: Callable[[str], Any]) -> Iterator[str]:
    yield f"{title} {name}"
    try:
        config_type = find(name).config_type
        settings = settings_of(config_type)
    except MsgcoreError as error:
        yield f"    cannot be loaded: {error}"
        return
    yield f"    {(config_type.__doc__ or '').strip().splitlines()[0] if config_type.__doc__ else ''}".rstrip()
    for setting in sorted(settings.values(), key=lambda one: not one.is_required):
        in_url = setting.in_url and "url" in settings
        yield f"    {setting.name:22} {_kind(setting):12} {setting.text}{_rest(setting, in_url)}"


def _kind(setting: Setting) -> str:
    return "secret" if setting.is_secret else setting.kind


def _rest(setting: Setting, in_url: bool) -> str:
    facts = ["has to be given"] if setting.is_required else []
    if not setting.is_required and setting.default not in {None, ()}:
        facts.append(f"default {setting.default!r}")
    if in_url:
        facts.append("also in the URL")
    return f" ({'; '.join(facts)})" if facts else ""

"""Services without a profile: the one that a URL names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, UsageError
from msgcore.runtime.abc import Runtime
from msgcore.spi.config import build_config, url_values
from msgcore.spi.plugin import Plugin
from msgcore.spi.registry import service
from msgcore.spi.secrets import resolve_secret
from msgcore.spi.settings import settings_of
from msgcore.spi.url import DatabaseUrl, shown_url

__all__ = ["open_by_url", "refuse_store", "scheme_of"]

T = TypeVar("T")


def scheme_of(url: str, example: str = "smtps://mail.a.test or sqlite:///mail.db") -> str:
    """Give the name of the service that a URL names; what is none is told with an example.

    Raises:
        UsageError: it is no URL.
    """
    if not isinstance(cast(object, url), str):
        raise UsageError(f"need a URL as text, got {type(url).__name__}: write sqlite:///PATH for a file")
    scheme, colon, _ = url.partition("://")
    if not colon:
        raise UsageError(f"{shown_url(url)!r} is no URL: write, for example, {example}")
    return scheme.lower().partition("+")[0]


def refuse_store(url: str, what: str, method: str) -> None:
    """Refuse a store's URL where it is to be ``what``, which has ``method``: before a file is made or a user asked for.

    Raises:
        NotSupported: that is what it names, as far as its class tells.
    """
    service_class = service(scheme_of(url))
    place = settings_of(service_class.config_type).get("url")
    is_database = place is not None and place.hint is DatabaseUrl
    is_store = hasattr(service_class, "save") and not any(hasattr(service_class, one) for one in (method, "providers"))
    if is_database or is_store:
        raise NotSupported(f"{scheme_of(url)}: is no {what}, but a message store, which open_store opens")


async def open_by_url(
    url: str,
    options: Mapping[str, object],
    runtime: Runtime,
    deadline: Deadline,
    make: Callable[[Plugin], Awaitable[T]],
) -> T:
    """Open the service that a URL names and make of it what the caller asked for; it is closed when that fails.

    An option that is ``None`` was not given.
    """
    folder = Path.cwd()
    name = scheme_of(url)
    service_class = service(name)
    given = {key: value for key, value in options.items() if value is not None}
    config = build_config(
        service_class.config_type,
        {**url_values(service_class.config_type, url), **given},
        folder=folder,
        secret=lambda reference: resolve_secret(reference, folder),
        others=["timeout_seconds"],
    )
    plugin = Plugin.make(name, service_class, config, runtime)
    with runtime.as_one_call():
        await plugin.logon(deadline)
        try:
            return await make(plugin)
        except BaseException:
            await plugin.close_and_log()
            raise

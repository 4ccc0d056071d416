"""Finding services and gateways."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import attrs
import pytest

from msgcore.errors import NotSupported, PluginBroken, SuspendedError, UsageError
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Runtime
from msgcore.spi import registry
from msgcore.spi.call import call


@attrs.frozen
class Config:
    number: int


class Service:
    config_type = Config

    def __init__(self, config: Config, runtime: Runtime) -> None:
        self.config = config


def test_what_is_registered_by_call_is_found_first() -> None:
    registry.register_service("a-test-service", Service)
    assert registry.service("a-test-service") is Service
    assert "a-test-service" in registry.service_names()


def test_the_services_of_the_package_are_found_by_entry_point() -> None:
    assert {"smtp", "internet-mail", "personal-folders", "organization"} <= set(registry.service_names())
    assert registry.service("internet-mail").config_type.__name__ == "InternetMailConfig"


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UsageError, match="personal-folders"):
        registry.service("no-such-service")


@pytest.mark.parametrize("name", ["imap-mail", "imaps", "pop3s", "postgresql", "post-office"])
def test_a_room_to_come_is_not_supported_by_name(name: str) -> None:
    with pytest.raises(NotSupported, match=name):
        registry.service(name)


def test_a_plug_in_that_raises_is_named() -> None:
    def explode() -> int:
        raise ZeroDivisionError("boom")

    runtime = BlockingRuntime()
    with pytest.raises(PluginBroken, match=r"test_registry.*explode.*ZeroDivisionError: boom"):
        runtime.run(call(runtime, explode))


def test_plain_and_async_methods_are_called_alike() -> None:
    def plain(number: int) -> int:
        return number + 1

    async def coroutine(number: int) -> int:
        return number + 1

    runtime = BlockingRuntime()
    assert runtime.run(call(runtime, plain, 1)) == 2
    assert runtime.run(call(runtime, coroutine, 1)) == 2


def test_a_plain_method_may_give_something_to_await() -> None:
    async def later() -> int:
        return 2

    def plain() -> Awaitable[int]:
        return later()

    runtime = BlockingRuntime()
    assert runtime.run(call(runtime, plain)) == 2


class OnALoop:
    runs_on = "asyncio"

    async def wait(self) -> str:
        await asyncio.sleep(0)
        return "waited"


def test_a_plug_in_that_runs_on_asyncio_is_given_a_loop_in_both_modes() -> None:
    blocking = BlockingRuntime()
    assert blocking.run(call(blocking, OnALoop().wait)) == "waited"
    assert asyncio.run(call(AsyncioRuntime(), OnALoop().wait)) == "waited"


class WithoutALoop:
    async def wait(self) -> None:
        await asyncio.sleep(0)


def test_a_plug_in_that_awaits_a_foreign_loop_in_blocking_mode_is_told_so() -> None:
    runtime = BlockingRuntime()
    with pytest.raises(SuspendedError):
        runtime.run(call(runtime, WithoutALoop().wait))

"""A server that is stopped at once and started again, or whose connections are cut, under load."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest

from tests.servers import Postgresql
from tests.store_faults.conftest import server_url
from tests.store_faults.dropping_proxy import DroppingProxy
from tests.store_faults.ledger import parse
from tests.store_faults.processes import Child, command
from tests.store_faults.verdict import problems_of

pytestmark = pytest.mark.interop

_WRITERS = ("w0", "w1")
_TYPED = ("ConnectionLost: ", "StoreBusy: ", "TimedOut: ", "CommitUnknown: ")


def wrong_under(url: str, times: int, harm: Callable[[random.Random], None], through: str = "") -> list[str]:
    """Have two processes write, do harm to them some times, and name everything that is wrong afterwards."""
    chance = random.Random(times)
    with ExitStack() as stack:
        writers = [
            stack.enter_context(closing(Child(command("child", through or url, name, name, "endless"))))
            for name in _WRITERS
        ]
        done = 0
        for _ in range(times):
            done += chance.randint(1, 20)
            for writer in writers:
                writer.wait_for("done", done)
            harm(chance)
        for writer in writers:
            writer.wait_for("done", done + 5)
            writer.close()
    wrong: list[str] = []
    for name, writer in zip(_WRITERS, writers, strict=True):
        wrong += [how for _, how in parse(writer.lines)[0] if how != "done" and not how.startswith(_TYPED)]
        wrong += problems_of(url, name, writer.lines)
    return wrong


def test_the_server_of_these_tests_is_durable(durable: Postgresql) -> None:
    settings = ("fsync", "full_page_writes", "synchronous_commit")
    assert [durable.psql(f"show {name}") for name in settings] == ["on", "on", "on"]


@pytest.mark.parametrize("times", [1, pytest.param(30, marks=pytest.mark.soak)])
def test_a_server_that_is_stopped_at_once_loses_nothing_that_was_acknowledged(durable: Postgresql, times: int) -> None:
    def crash(_: random.Random) -> None:
        durable.stop_at_once()
        durable.start()

    assert wrong_under(server_url(durable), times, crash) == []


@pytest.mark.soak
@pytest.mark.parametrize("times", [100])
def test_a_backend_that_is_ended_in_the_middle_harms_nobody(durable: Postgresql, times: int) -> None:
    def end_backends(_: random.Random) -> None:
        durable.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid()"
        )

    assert wrong_under(server_url(durable), times, end_backends) == []


@pytest.mark.parametrize("times", [1, pytest.param(100, marks=pytest.mark.soak)])
def test_a_connection_that_is_cut_at_any_moment_harms_nobody(durable: Postgresql, times: int) -> None:
    url = server_url(durable)
    with DroppingProxy(durable.port) as proxy:
        through = url.replace(f":{durable.port}/", f":{proxy.port}/")
        assert wrong_under(url, times, lambda _: proxy.drop(), through) == []

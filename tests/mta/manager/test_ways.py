"""The gateways of a table's connectors: who closes them, and when."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost
from msgcore.model import Deferred, Delivered, Envelope, Outcome, Recipient
from msgcore.mta import AddressSpace, Connector
from msgcore.mta.manager.ways import Way, Ways, outcome_of_error
from msgcore.runtime import Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.modes import Mode
from tests.mta.office import NoOptions, installed


def test_while_a_gateway_closes_others_are_asked_for(tmp_path: Path) -> None:
    """A delivery to a new connector begins while the gateways of the old table say good-bye."""

    class Slow:
        config_type = NoOptions

        def __init__(self, config: NoOptions, runtime: Runtime) -> None: ...

        async def deliver(
            self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
        ) -> Mapping[Recipient, Outcome]:
            return dict.fromkeys(envelope.recipients, Delivered(250))

        async def close(self) -> None:
            made.extend(asked[0].way(one) for one in (new, second))

    name = installed(Slow)
    first, second, new = (Connector(one, name, [AddressSpace("SMTP", "*")], {"relay": one}) for one in "abc")
    asked: list[Ways] = []
    made: list[Way] = []

    async def story(runtime: Runtime) -> bool:
        ways = Ways(runtime, {}, tmp_path, Secret)
        asked.append(ways)
        old = [ways.way(one) for one in (first, second)]
        await ways.keep([])
        return any(one is closed for one in made for closed in old)

    assert not Mode.ASYNCIO.run(story)
    assert {one.connector.name for one in made} == {"b", "c"}


def test_a_gateway_in_use_stays_open_however_often_the_table_changes(tmp_path: Path) -> None:
    """A delivery takes minutes, and whoever mends a table changes it again and again."""
    closed: list[str] = []

    class Closing:
        config_type = NoOptions

        def __init__(self, config: NoOptions, runtime: Runtime) -> None:
            self._relay = config.relay

        async def deliver(
            self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
        ) -> Mapping[Recipient, Outcome]:
            return dict.fromkeys(envelope.recipients, Delivered(250))

        async def close(self) -> None:
            closed.append(self._relay)

    name = installed(Closing)
    old, new = (Connector("out", name, [AddressSpace("SMTP", "*")], {"relay": relay}) for relay in ("old", "new"))

    async def story(runtime: Runtime) -> list[list[str]]:
        ways = Ways(runtime, {}, tmp_path, Secret)
        with ways.way(old).used(), ways.way(new).used():
            await ways.keep([new])
            in_use = list(closed)
        await ways.keep([new])
        behind = list(closed)
        await ways.close()
        return [in_use, behind, list(closed)]

    assert Mode.ASYNCIO.run(story) == [[], ["old"], ["old", "new"]]


def test_a_gateway_of_an_old_table_that_cannot_be_closed_ends_no_node(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A new table comes into force, and mail goes on, whatever bug the plug-in of the old one has."""

    class Stuck:
        config_type = NoOptions

        def __init__(self, config: NoOptions, runtime: Runtime) -> None: ...

        async def deliver(
            self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
        ) -> Mapping[Recipient, Outcome]:
            return dict.fromkeys(envelope.recipients, Delivered(250))

        def close(self) -> None:
            raise OSError("disk gone")

    name = installed(Stuck)
    old, new = (Connector("out", name, [AddressSpace("SMTP", "*")], {"relay": relay}) for relay in ("old", "new"))

    async def story(runtime: Runtime) -> None:
        ways = Ways(runtime, {}, tmp_path, Secret)
        ways.way(old)
        ways.way(new)
        await ways.keep([new])
        await ways.keep([])

    Mode.ASYNCIO.run(story)
    assert caplog.text.count("Stuck.close: OSError: disk gone") == 2


def test_a_text_of_an_error_that_is_too_long_is_cut() -> None:
    outcome = outcome_of_error(ConnectionLost("x" * 1_000_000))

    assert (type(outcome), len(outcome.text)) == (Deferred, 10_000)

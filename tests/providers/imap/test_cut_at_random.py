"""Several tasks or threads on one store while connections are cut at random: every call ends, and ends right."""

from __future__ import annotations

import random
from collections import Counter

import attrs
import pytest

from msgcore.errors import ConnectionLost, TimedOut
from msgcore.providers.imap import ImapConfig
from msgcore.providers.imap.directory import Folder
from msgcore.runtime.abc import NEVER
from msgcore.spi.url import ServiceUrl
from msgcore.testing.modes import Mode, gather
from msgcore.wire.imap.appending import Letter
from msgcore.wire.imap.session import ImapSession
from tests.conftest import SOAK
from tests.providers.imap.accounts import SUBTREE, Probe, new_user, on_dovecot, tell
from tests.providers.imap.breaking_proxy import BreakingProxy
from tests.servers import Authority, Dovecot

pytestmark = [pytest.mark.interop, pytest.mark.parametrize("mode", Mode)]

WORKERS = 6
CALLS = 60 if SOAK else 12
FOLDERS = ("a", "b", "c", "d")
LETTERS = 5
SHORTEST, LONGEST = 1_000, 20_000


async def fill(store: Probe, folder: Folder) -> None:
    raw_name = folder.raw_name
    assert raw_name is not None

    async def work(session: ImapSession) -> None:
        for number in range(LETTERS):
            await session.append(raw_name, [Letter(b"Subject: %s %d\r\n\r\nx\r\n" % (raw_name, number))])

    await store.work(None, work)


async def subjects(store: Probe, folder: Folder, *, is_read_only: bool) -> list[bytes]:
    async def work(session: ImapSession) -> list[bytes]:
        fetched = await session.fetch_all(None, ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
        return [octets or b"" for one in fetched for octets in one.sections.values()]

    return await store.work(folder, work, is_read_only=is_read_only)


@attrs.define
class Chance:
    """How long connections last: drawn from a seed, or for ever."""

    random: random.Random
    is_on: bool = True

    def budget(self) -> int | None:
        return self.random.randint(SHORTEST, LONGEST) if self.is_on else None


@pytest.fixture(params=["maildir", "sdbox"])
def dovecot(request: pytest.FixtureRequest) -> Dovecot:
    server = request.getfixturevalue("dovecot_of_anybody" if request.param == "maildir" else "dovecot_sdbox")
    assert isinstance(server, Dovecot)
    return server


@pytest.fixture
def config(dovecot: Dovecot, authority: Authority) -> ImapConfig:
    """The account of somebody who has some folders with letters that say which folder they are in."""
    config = on_dovecot(dovecot, authority, new_user())

    async def story(store: Probe) -> None:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        for name in FOLDERS:
            await store.create_folder(subtree, name, NEVER)
        for name, folder in (await store.by_name()).items():
            if name in FOLDERS:
                await fill(store, folder)

    tell(config, story)
    return config


def through(proxy: BreakingProxy, config: ImapConfig) -> ImapConfig:
    return attrs.evolve(config, url=ServiceUrl.parse(f"imaps://localhost:{proxy.port}", ("imap",)))


def expected(name: str) -> list[bytes]:
    return [b"Subject: %s %d\r\n\r\n" % (name.encode(), number) for number in range(LETTERS)]


@attrs.define
class Worker:
    """Looks into folders at random, and counts how its calls end."""

    store: Probe
    random: random.Random
    ends: Counter[str]
    wrong: list[object]

    async def run(self) -> None:
        for _ in range(CALLS):
            name = self.random.choice(FOLDERS)
            try:
                found = await self.look(name)
            except (ConnectionLost, TimedOut) as error:
                self.ends[type(error).__name__] += 1
            else:
                self.ends["answers"] += 1
                if found != expected(name):
                    self.wrong.append((name, found))

    async def look(self, name: str) -> list[bytes]:
        folder = (await self.store.by_name())[name]
        return await subjects(self.store, folder, is_read_only=self.random.random() < 0.7)


@pytest.mark.parametrize("seed", range(5 if SOAK else 1))
def test_every_call_ends_in_its_answer_or_a_typed_error_and_the_pool_heals(
    dovecot: Dovecot, config: ImapConfig, mode: Mode, seed: int
) -> None:
    chance = Chance(random.Random(seed))
    ends: Counter[str] = Counter()
    wrong: list[object] = []

    async def story(store: Probe) -> list[list[bytes]]:
        workers = [Worker(store, random.Random(f"{seed} {number}"), ends, wrong) for number in range(WORKERS)]
        await gather(store.runtime, *(worker.run() for worker in workers))
        chance.is_on = False
        # What is open may still break: then each call takes a new one, which does not.
        return [await subjects(store, (await store.by_name())[name], is_read_only=True) for name in FOLDERS]

    with BreakingProxy(dovecot.imaps, chance.budget) as proxy:
        healed = tell(through(proxy, config), story, mode)

    assert wrong == []
    assert sum(ends.values()) == WORKERS * CALLS
    assert healed == [expected(name) for name in FOLDERS]
    assert proxy.broken > 0
    assert ends["answers"] > 0

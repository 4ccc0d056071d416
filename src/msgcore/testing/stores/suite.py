"""How the suite for stores is told what it tests, and how it runs a story at a store."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.strategies import SearchStrategy

from msgcore.model.message import Message
from msgcore.props.check import parts_of
from msgcore.props.restriction import AmbiguousName, AnyRow, Comparison, Content, Restriction, SubTable
from msgcore.props.table import PidTagBody
from msgcore.runtime.abc import Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.service import ServiceClass, SupportsClose
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.conformance import Ability, Conformance, unsaid
from msgcore.testing.modes import Mode, call
from msgcore.testing.stores.desk import Opening, StoreDesk
from msgcore.testing.strategies import MESSAGE_TAGS, restrictions

__all__ = ["Run", "StoreSuite", "is_of_folded_bodies"]

T = TypeVar("T")


class Run(Protocol):
    def __call__(self, story: Callable[[StoreDesk], Awaitable[T]], *messages: Message | Incoming) -> T:
        """Run a story at a store of its own, in which these messages are."""
        ...


class StoreSuite(Conformance):
    """What a project says of its store."""

    service_class: ClassVar[type[object]]
    """The message service that is the store, or provides it and no other store."""

    home: ClassVar[SpecialFolder] = SpecialFolder.INBOX
    """The folder that tests work in; every store has a ``ROOT`` and an ``IPM_SUBTREE``, if it has no inbox."""

    examples: ClassVar[int] = 20
    """How many examples hypothesis draws for a test; each has a store of its own."""

    server_finds_text: ClassVar[bool] = False
    """Whether a server compares the text of bodies and attachments, by its own rules.

    What these are of text that is not ASCII, where case or diacritics do not matter, is then its own affair: hypothesis
    does not draw such restrictions.
    """

    def config(self, place: Path) -> object:
        """Give the configuration of the store that is kept at ``place``, an empty folder to begin with.

        The same place is the same store: it is logged on to again, and twice at once. A server's store may use
        ``str(place)`` as the name of an account.
        """
        raise NotImplementedError(f"{type(self).__qualname__} has to say how its store is configured")

    def fill(self, place: Path, messages: Sequence[Message]) -> None:
        """Put messages into the store at ``place``, which is not open: for a store that cannot save them itself."""
        raise NotImplementedError(f"{type(self).__qualname__} has to say how messages come into its store")

    def take_away(self, place: Path, number: int) -> None:
        """Let one of the messages that were given to ``fill`` go, counted from 0, as its owner may at any time.

        Only for a store that cannot delete messages itself; without it, what becomes of the others is not tested.
        """
        raise NotImplementedError(f"{type(self).__qualname__} has no way to take messages out of its store")

    def config_of_backup(self, path: Path) -> object | None:
        """Give the configuration of the store that ``backup`` writes to ``path``; ``None``: it has another way."""
        return None

    @classmethod
    def abilities(cls) -> frozenset[Ability]:
        can_close = isinstance(getattr(cls, "service_class", None), SupportsClose)
        can_take_away = cls.take_away.__module__ != __name__  # it is the one of a project
        more = {"close": can_close, "take_away": can_take_away}
        return super().abilities().union(ability for ability, is_there in more.items() if is_there)

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        return [
            *super()._left_out(),
            *unsaid(cls, service_class="the class that the entry point names"),
        ]

    @pytest.fixture
    def run(self, mode: Mode, tmp_path: Path) -> Run:
        return self._runner(mode, tmp_path)

    @pytest.fixture
    def run_on_loop(self, tmp_path: Path) -> Run:
        return self._runner(Mode.ASYNCIO, tmp_path)

    def _runner(self, mode: Mode, folder: Path) -> Run:
        numbers = itertools.count(1)

        def run(story: Callable[[StoreDesk], Awaitable[T]], *messages: Message | Incoming) -> T:
            place = folder / f"store{next(numbers)}"
            place.mkdir()
            incoming = [one if isinstance(one, Incoming) else Incoming(one) for one in messages]
            clock, config = ManualClock(), self.config(place)
            if incoming and Capability.CREATE not in self.capabilities:
                self.fill(place, [one.message for one in incoming])

            async def main(runtime: Runtime) -> T:
                desk = StoreDesk(Opening(cast(ServiceClass, self.service_class), config, self.home, runtime, clock))
                try:
                    await desk.open()
                    saves = Capability.CREATE in self.capabilities
                    desk.take_away = partial(self.take_away, place)
                    desk.ids = await (desk.save(*incoming) if saves else desk.find())
                    return await story(desk)
                finally:
                    await desk.close()

            return call(runtime_on(mode, clock), main)

        return run

    def restrictions(self) -> SearchStrategy[Restriction]:
        """Give restrictions over ``MESSAGE_TAGS`` that the store has to answer exactly."""
        drawn = restrictions(MESSAGE_TAGS)
        return drawn.filter(lambda one: not is_of_folded_bodies(one)) if self.server_finds_text else drawn

    @property
    def draws(self) -> settings:
        """How hypothesis draws; how long a store takes is not the suite's affair."""
        return settings(max_examples=self.examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def is_of_folded_bodies(restriction: Restriction) -> bool:
    """Say whether it asks for text in bodies or attachments, and for some text without case or diacritics."""
    is_inside = is_folded = False
    waiting = [restriction]
    while waiting:
        one = waiting.pop()
        match one:
            case AnyRow(table=SubTable.ATTACHMENTS):
                is_inside = True
            case AmbiguousName():
                is_folded = True
            case Comparison():
                is_inside |= one.tag == PidTagBody
            case Content():
                is_inside |= one.tag == PidTagBody
                is_folded |= one.ignore_case or one.ignore_non_space or one.is_loose
            case _:
                pass
        waiting += parts_of(one)
    return is_inside and is_folded

"""What every conformance suite is made of.

A suite is a class of tests. A project derives a class of its own from it in its pytest, and says in class attributes
and one or two methods what is tested::

    class TestMyStore(StoreConformance):
        service_class = MyService
        capabilities = frozenset({Capability.CREATE, Capability.DELETE})

        def config(self, place: Path) -> MyConfig:
            return MyConfig(path=place / "mail")

A test that needs an ability is in the derived class only when that is declared: nothing is skipped. One test compares
what is declared with what the plug-in can do, so that no ability is forgotten. Every test runs for blocking and for
asyncio callers.

Raises:
    MissingExtra: pytest or hypothesis is not installed; they come with the extra ``test``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from importlib.util import find_spec
from typing import ClassVar, TypeVar

import attrs

from msgcore.errors import MissingExtra
from msgcore.session.services import providers_of
from msgcore.spi.capability import Capability
from msgcore.spi.plugin import Plugin
from msgcore.spi.settings import settings_of
from msgcore.testing.modes import Mode

if find_spec("pytest") is None or find_spec("hypothesis") is None:
    raise MissingExtra("test", "msgcore.testing.conformance")

import pytest

__all__ = [
    "Ability",
    "Conformance",
    "lacking",
    "needs",
    "see_that_it_can_be_configured",
    "see_that_there_is_one",
    "unsaid",
]

Test = TypeVar("Test", bound=Callable[..., object])

Ability = Capability | str
"""What a test may need: an ability of a plug-in, or the name of something that its far end can do."""

_NEEDS = "_msgcore_needs"


def needs(*abilities: Ability) -> Callable[[Test], Test]:
    """Mark a test that stands in a derived class only when all these are declared."""

    def mark(test: Test) -> Test:
        setattr(test, _NEEDS, frozenset(abilities))
        return test

    return mark


def unsaid(suite: type, **attributes: str) -> list[str]:
    """Say which of these attributes a class of tests leaves out; the values tell what each is."""
    return [
        f"{suite.__qualname__} has to say {name} = …: {what}"
        for name, what in attributes.items()
        if getattr(suite, name, None) is None
    ]


def lacking(suite: type, contract: type, *methods: str) -> list[str]:
    """Say which methods the ``far_end_class`` of a class of tests lacks."""
    far_end_class = getattr(suite, "far_end_class", None)
    missing = [name for name in methods if far_end_class is not None and not hasattr(far_end_class, name)]
    of_all = f"every far end has them: {contract.__module__}.{contract.__qualname__}"
    return [f"{far_end_class.__qualname__} has no {', '.join(missing)}; {of_all}"] if far_end_class and missing else []


def see_that_it_can_be_configured(plugin_class: type[object]) -> None:
    """Look at the ``config_type`` as a profile or connector does."""
    config_type = getattr(plugin_class, "config_type", None)
    assert config_type is not None, f"{plugin_class.__qualname__} has no config_type: no profile and no URL can open it"
    assert attrs.has(config_type), f"{plugin_class.__qualname__}.config_type is {config_type!r}; need an attrs class"
    settings_of(config_type)


def see_that_there_is_one(found: Sequence[object], plugin: Plugin, what: str, *members: str) -> None:
    """See that one of a service's providers keeps a contract; if none does, say what each of them lacks."""
    lacks = [
        f"{type(one).__qualname__} has no {', '.join(name for name in members if not hasattr(one, name))}"
        for one in providers_of(plugin)
    ]
    assert found, f"{plugin.name} provides no {what}: {'; '.join(lacks) or 'providers() gives nothing'}"


class Conformance:
    """The base of the suites."""

    capabilities: ClassVar[AbstractSet[Capability]] = frozenset()
    """What the plug-in can do beyond what its contract asks of all."""

    secret: ClassVar[str] = ""
    """A password that the configuration holds, for the suite to look for where it must not show."""

    ample_seconds: ClassVar[float] = 30.0
    """How long a call may take where a test is about something else: shorter, a plug-in that hangs fails sooner."""

    @classmethod
    def abilities(cls) -> frozenset[Ability]:
        """Give all that tests may need and that is declared."""
        return frozenset({*cls.capabilities, *(("secret",) if cls.secret else ())})

    _marked: ClassVar[Mapping[str, object]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        inherited: list[Mapping[str, object]] = [getattr(base, "_marked", {}) for base in reversed(cls.__bases__)]
        own = {name: test for name, test in vars(cls).items() if hasattr(test, _NEEDS)}
        # Kept apart from the attributes: a base that lacks an ability must not lose the test for those derived from it.
        # What a class puts in the place of a test, if only None, stays.
        marked = {name: test for tests in inherited for name, test in tests.items() if name not in vars(cls)} | own
        cls._marked = marked
        able = cls.abilities()
        for name, test in marked.items():
            setattr(cls, name, test if getattr(test, _NEEDS) <= able else None)

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        """Say in a sentence each what the class has to say and does not."""
        return ()

    @pytest.fixture(autouse=True)
    def _is_complete(self) -> None:
        """Let each test of a class that is not complete say so, and nothing else."""
        left_out = "\n".join(self._left_out())
        if left_out:
            pytest.fail(left_out, pytrace=False)

    @pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
    def mode(self, request: pytest.FixtureRequest) -> Mode:
        mode = request.param
        assert isinstance(mode, Mode)
        return mode

"""What suites are made of: tests that stand in a class only when what they need is declared."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from msgcore.spi.capability import Capability
from msgcore.testing.addressbooks import AddressBookConformance
from msgcore.testing.conformance import Conformance, needs
from msgcore.testing.content_checks import ContentCheckConformance
from msgcore.testing.gateways import GatewayConformance
from msgcore.testing.retrievers import RetrieverConformance
from msgcore.testing.stores import StoreConformance
from msgcore.testing.transports import TransportConformance


class Suite(Conformance):
    def test_of_all(self) -> None: ...

    @needs(Capability.MOVE)
    def test_moving(self) -> None: ...

    @needs(Capability.MOVE, "refuse")
    def test_moving_what_is_refused(self) -> None: ...

    @needs("secret")
    def test_secrets(self) -> None: ...


def names_in(suite: type) -> set[str]:
    return {name for name in dir(suite) if name.startswith("test_") and callable(getattr(suite, name))}


def test_a_class_that_declares_nothing_has_the_tests_that_need_nothing() -> None:
    class Small(Suite): ...

    assert names_in(Small) == {"test_of_all"}


def test_a_class_that_declares_an_ability_has_its_tests() -> None:
    class Moving(Suite):
        capabilities = frozenset({Capability.MOVE})

    assert names_in(Moving) == {"test_of_all", "test_moving"}


def test_a_test_that_needs_several_abilities_needs_all_of_them() -> None:
    class Both(Suite):
        capabilities = frozenset({Capability.MOVE})

        @classmethod
        def abilities(cls) -> frozenset[Capability | str]:
            return super().abilities() | {"refuse"}

    assert "test_moving_what_is_refused" in names_in(Both)


def test_a_secret_that_is_named_is_looked_for() -> None:
    class Guarded(Suite):
        secret = "swordfish"

    assert names_in(Guarded) == {"test_of_all", "test_secrets"}


def test_a_class_derived_from_one_that_declares_less_has_its_own_tests() -> None:
    class Small(Suite): ...

    class Moving(Small):
        capabilities = frozenset({Capability.MOVE})

    assert names_in(Moving) == {"test_of_all", "test_moving"}


def test_a_class_derived_from_one_that_declares_more_has_its_own_tests() -> None:
    class Moving(Suite):
        capabilities = frozenset({Capability.MOVE})

    class Small(Moving):
        capabilities = frozenset[Capability]()

    assert names_in(Small) == {"test_of_all"}


def test_a_class_may_put_a_test_of_its_own_in_the_place_of_one() -> None:
    def own(self: object) -> None: ...

    class Own(Suite):
        capabilities = frozenset({Capability.MOVE})
        test_moving = own

    assert Own.test_moving is own


def test_what_stands_in_the_place_of_a_test_stands_there_in_derived_classes_too() -> None:
    def own(self: object) -> None: ...

    class Own(Suite):
        test_moving = own

    class Moving(Own):
        capabilities = frozenset({Capability.MOVE})

    assert Moving.test_moving is own


def test_a_class_may_leave_a_test_out() -> None:
    class Without(Suite):
        capabilities = frozenset({Capability.MOVE})
        test_moving = None  # type: ignore[assignment]  # as Python's own data model does it with __hash__

    assert names_in(Without) == {"test_of_all"}


class HalfAFarEnd:
    def address(self, name: str) -> str:
        return name


def tells(suite: type[Conformance]) -> str:
    """Give what each test of a class fails with."""
    left_out: Callable[[], Sequence[str]] = getattr(suite, "_left_out")  # noqa: B009  # what the fixture asks
    return "\n".join(left_out())


def test_a_class_that_says_too_little_is_told_what_it_has_to_say() -> None:
    class Unfinished(TransportConformance[Any]): ...

    first, second = tells(Unfinished).splitlines()
    assert "Unfinished has to say service_class = …: " in first
    assert "Unfinished has to say far_end_class = …: " in second


def test_a_far_end_that_cannot_do_what_all_do_is_told_what_it_lacks() -> None:
    class Unfinished(TransportConformance[Any]):
        service_class = object
        far_end_class = HalfAFarEnd

    assert tells(Unfinished) == (
        "HalfAFarEnd has no __enter__, __exit__, taken, attempts; "
        "every far end has them: msgcore.testing.far_ends.FarEnd"
    )


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        (GatewayConformance, ["gateway_class", "far_end_class"]),
        (RetrieverConformance, ["service_class", "far_end_class"]),
        (StoreConformance, ["service_class"]),
        (AddressBookConformance, ["service_class"]),
        (ContentCheckConformance, ["check_class"]),
    ],
)
def test_every_suite_says_what_it_has_to_be_told(suite: type[Conformance], said: list[str]) -> None:
    assert [line.split()[4] for line in tells(suite).splitlines()] == said


def test_importing_msgcore_testing_loads_neither_pytest_nor_hypothesis() -> None:
    heavy = "('pytest', 'hypothesis', 'asyncio')"
    script = f"import sys, msgcore.testing; print([one for one in {heavy} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("missing", ["pytest", "hypothesis"])
def test_where_an_extra_is_missing_its_name_is_told(missing: str) -> None:
    modules = [
        "conformance",
        "addressbooks",
        "content_checks",
        "gateways",
        "queues",
        "retrievers",
        "stores",
        "transports",
    ]
    script = f"""
import importlib, sys
sys.modules[{missing!r}] = None
from msgcore.errors import MissingExtra
for module in {modules!r}:
    try:
        importlib.import_module("msgcore.testing." + module)
    except MissingExtra as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert [line.count("msgcore[test]") for line in done.stdout.splitlines()] == [1] * len(modules)

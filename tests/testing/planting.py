"""Text of a module of tests that runs a suite on each of several plug-ins: some without a fault, some with one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from types import ModuleType

from msgcore.testing.modes import Mode

__all__ = ["planted_suites"]

_HELD = "test_what_is_told_at_the_deadline_is_no_lie"
_CANCELLED = "test_cancelling_ends_the_call"


def planted_suites(
    module: ModuleType,
    plugin: str,
    controls: Iterable[str],
    faults: Mapping[type[object], set[str]],
    suite_of: Callable[[type[object]], str],
) -> str:
    """Write ``Test…`` classes: one for each control, in both modes, and one for each fault, in one mode: that which its
    ``found_in`` names, or the modes in turn.

    ``plugin`` names the attribute of a suite that says what is tested; ``controls`` and suites are those of ``module``.
    """
    lines = ["import pytest", "from msgcore.testing.modes import Mode", f"import {module.__name__} as made"]
    lines += [f"from {fault.__module__} import {fault.__name__}" for fault in faults]
    for control in controls:
        lines += [f"class Test{control}(made.{control}):", "    deadline_seconds = 0.02"]
    for (fault, found_by), in_turn in zip(faults.items(), cycle(Mode), strict=False):
        lines += [
            f"class Test{fault.__name__}(made.{suite_of(fault)}):",
            f"    {plugin} = {fault.__name__}",
            # Long enough to be held, where that decides; long enough to go on, where that is the fault.
            f"    deadline_seconds = {0.4 if _HELD in found_by else 0.02}",
            f"    cancel_seconds = {0.5 if _CANCELLED in found_by else 10}",
            "    @pytest.fixture",
            f"    def mode(self): return {getattr(fault, 'found_in', in_turn)}",
        ]
    return "\n".join(lines)

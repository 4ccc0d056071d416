"""Running a conformance suite on plug-ins with planted faults, in a pytest of its own, and reading what it found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import attrs

from tests.shared import REPOSITORY

__all__ = ["Verdict", "verdicts"]


@attrs.frozen
class Verdict:
    """What became of one class of tests, by name without parameters; a test that failed in one mode has failed."""

    passed: frozenset[str]
    failed: frozenset[str]


def verdicts(module: str, folder: Path, *options: str) -> Mapping[str, Verdict]:
    """Run a module of tests, given as its text, and give the verdict on each class in it."""
    file, results = folder / "test_planted.py", folder / "results.xml"
    file.write_text(module)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(REPOSITORY / "pyproject.toml")]
    command += [f"--junitxml={results}", f"--basetemp={folder / 'places'}", "--tb=native", *options, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False, timeout=600)
    assert done.returncode in {0, 1}, done.stdout[-5_000:] + done.stderr[-5_000:]
    outcomes: dict[str, dict[str, bool]] = {}
    for case in ElementTree.parse(results).iter("testcase"):
        of_class = outcomes.setdefault(case.attrib["classname"].rpartition(".")[2], {})
        name = case.attrib["name"].partition("[")[0]
        of_class[name] = of_class.get(name, True) and case.find("failure") is None and case.find("error") is None
    return {
        name: Verdict(
            frozenset(test for test, is_good in tests.items() if is_good),
            frozenset(test for test, is_good in tests.items() if not is_good),
        )
        for name, tests in outcomes.items()
    }

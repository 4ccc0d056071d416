"""Hostile IMAP servers: each session ends as it should, within bounds of CPU time and memory of a child process.

The bound of the security reference is 2 s + 0.4 s per MB and 64 MB + 8 times the input, with slack for slow machines.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack

import pytest

from tests.hostile.imap_cases import CASES, Report
from tests.hostile.imap_server import ScriptedImapServer
from tests.shared import REPOSITORY

_SLACK = 4
_MEGABYTE = 1_000_000

Sessions = Mapping[str, tuple[Report, ScriptedImapServer]]

EACH_CASE = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module")
def sessions() -> Sessions:
    """Hold every session, in one child process; give what came of each, and its server."""
    with ExitStack() as stack:
        servers = [stack.enter_context(ScriptedImapServer(case.answers)) for case in CASES.values()]
        child = subprocess.run(
            [sys.executable, "-m", "tests.hostile.imap_cases", *(str(server.port) for server in servers)],
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
    assert child.returncode == 0, child.stderr[-2_000:]
    told = [Report(**json.loads(line)) for line in child.stdout.splitlines()]
    return dict(zip(CASES, zip(told, servers, strict=True), strict=True))


@EACH_CASE
def test_a_session_ends_as_it_should(sessions: Sessions, name: str) -> None:
    report, _ = sessions[name]

    assert report.end == CASES[name].end, report.text


@EACH_CASE
def test_a_session_ends_within_its_bounds(sessions: Sessions, name: str) -> None:
    report, server = sessions[name]

    assert report.cpu_seconds < _SLACK * (2 + 0.4 * server.said_octets / _MEGABYTE)
    assert report.growth_octets < 64 * _MEGABYTE + 12 * server.said_octets


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.given])
def test_what_is_whole_is_given(sessions: Sessions, name: str) -> None:
    report, _ = sessions[name]
    expected = CASES[name].given

    assert {field: getattr(report, field) for field in expected} == expected

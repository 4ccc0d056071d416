"""Real servers and shared folders as fixtures, soak tests on request, and server logs beside failures."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import shared
from tests.servers import ANYBODY, SPECIAL_USE, Authority, Dovecot, Postfix, Postgresql, Server, SmtpSink

SOAK = os.environ.get("MSGCORE_SOAK") == "1"

# Modules that take long begin first, so that no worker is left alone with one of them at the end.
_LONG = (
    "tests/examples/",
    "tests/store_faults/",
    "tests/hostile/",
    "tests/testing/",
    "tests/cli/",
    "_machine.py",
    "_killed.py",
)

# Deadlines are off because nothing is timed in tests. The usual examples are the same each time, so that a change fails
# by what it changes; who looks for more draws others each time.
hypothesis.settings.register_profile("modest", deadline=None, max_examples=15, derandomize=True)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=10_000)
# For who asks only whether a test fails.
hypothesis.settings.register_profile(
    "unshrunk", deadline=None, max_examples=15, phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate)
)
hypothesis.settings.load_profile("soak" if SOAK else "modest")

# Finding the tests makes much and throws nothing away.
gc.disable()


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave soak tests out, without a skip that nobody could act on, unless ``MSGCORE_SOAK=1``; begin with long ones.

    With it every test of a module that looks at ``SOAK``, to draw more examples or to go more rounds, is one, too.
    """
    if SOAK:
        for item in items:
            if isinstance(item, pytest.Function) and hasattr(item.module, "SOAK"):
                item.add_marker("soak")
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: not any(part in item.nodeid for part in _LONG))


def pytest_collection_finish() -> None:
    """Keep the tests, of which there are many, out of the garbage collector's way."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Print the logs of the servers that a failed test used."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        servers = [value for value in item.funcargs.values() if isinstance(value, Server)]
        logs = [(f"{type(server).__name__} log", server.log_tail()) for server in servers]
        report.sections.extend((title, log) for title, log in logs if log)
    return report


@pytest.fixture(scope="session")
def corpus() -> Path:
    return shared.corpus()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    return shared.shared_data()


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    with Authority() as authority:
        yield authority


@pytest.fixture(scope="session")
def dovecot(authority: Authority, smtp_sink: SmtpSink) -> Iterator[Dovecot]:
    with Dovecot(authority, smtp_sink) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_of_anybody(authority: Authority, smtp_sink: SmtpSink) -> Iterator[Dovecot]:
    """A Dovecot over Maildir (hierarchy separator ``.``) at which everybody logs in, with one password."""
    with Dovecot(authority, smtp_sink, SPECIAL_USE, anybody=ANYBODY) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_sdbox(authority: Authority, smtp_sink: SmtpSink) -> Iterator[Dovecot]:
    """The same over sdbox, whose hierarchy separator is ``/``."""
    with Dovecot(authority, smtp_sink, SPECIAL_USE, anybody=ANYBODY, storage="sdbox") as server:
        yield server


@pytest.fixture(scope="session")
def smtp_sink() -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        yield server


@pytest.fixture(scope="session")
def postfix(authority: Authority, dovecot: Dovecot, smtp_sink: SmtpSink) -> Iterator[Postfix]:
    with Postfix(authority, dovecot, smtp_sink) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    with Postgresql() as server:
        yield server

"""Two processes that write and two that read, on one store at once."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest

from tests.store_faults.conftest import NewUrl
from tests.store_faults.ledger import parse
from tests.store_faults.processes import Child, command
from tests.store_faults.verdict import problems_of

_WRITERS = ("w0", "w1")
_SAYS_WELL = ["ready", "store", "folder", "told"]


@pytest.mark.parametrize("seconds", [1, pytest.param(300, marks=pytest.mark.soak)])
def test_nobody_meets_a_lock_and_readers_miss_no_change(new_url: NewUrl, seconds: int) -> None:
    """The writers are ended as processes are, in the middle; what they were told holds, too."""
    url = new_url()
    with ExitStack() as stack:
        writers = [
            stack.enter_context(closing(Child(command("child", url, name, name, "endless")))) for name in _WRITERS
        ]
        for writer in writers:
            writer.wait_for("ready")
        readers = [stack.enter_context(closing(Child(command("reader", url, f"{name} a")))) for name in _WRITERS]
        for reader in readers:
            reader.wait_for("ready")
        writers[0].let_run(seconds)
        for writer in writers:
            writer.close()
        failed = [how for writer in writers for _, how in parse(writer.lines)[0] if how != "done"]
        problems = [problems_of(url, name, writer.lines) for name, writer in zip(_WRITERS, writers, strict=True)]
        said = [reader.end() for reader in readers]
    assert (failed, problems, said) == ([], [[], []], [_SAYS_WELL, _SAYS_WELL])

"""Applications that retrieve, and are killed or meet a full disk.

``python -m tests.flow.pop3_child MODE URL STORE`` reads numbers of seconds, a line each. For each it starts a process
that retrieves from the maildrop at URL into STORE, kills it with SIGKILL when it has not ended by then, and prints the
status that it ended with: 0, or -9. With ``once`` behind STORE it retrieves by itself, and prints the type of the error
that ended it; with ``measured`` it prints how many messages were stored, and by how many octets its memory grew.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import traceback

from msgcore import RetrievalReport
from msgcore.errors import MsgcoreError
from msgcore.providers import internal, pop3
from tests.flow.maildrops import LOGIN, POLICY
from tests.flow.modes import Api, Mode
from tests.hostile.memory import peak_octets, reset_peak

WHOLE_SECONDS = 1_200.0
LOADED = (internal, pop3)
"""What a call would load by itself; here it is loaded before the first fork, so that a kill strikes at work."""


def retrieve(mode: Mode, url: str, store: str) -> RetrievalReport:
    with Api(mode) as api, api.open_store(store) as opened:
        return api.receive(url, opened, check=False, timeout_seconds=WHOLE_SECONDS, **LOGIN, **POLICY)


def killed_after(seconds: float, mode: Mode, url: str, store: str) -> int:
    """Retrieve in a process of its own, for so long at most, and give its exit status."""
    its_end, held_open = os.pipe()
    process = os.fork()
    if not process:
        os.close(its_end)
        try:
            retrieve(mode, url, store)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(held_open)
    select.select([its_end], [], [], seconds)
    os.close(its_end)
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def measured(mode: Mode, url: str, store: str) -> None:
    before = reset_peak()
    stored = retrieve(mode, url, store).stored
    print(stored, peak_octets() - before)


def once(mode: Mode, url: str, store: str) -> None:
    try:
        error = retrieve(mode, url, store).error
    except MsgcoreError as met:
        error = met
    print(type(error).__name__)


def main(mode: str, url: str, store: str, how: str = "") -> None:
    if how:
        {"once": once, "measured": measured}[how](Mode(mode), url, store)
        return
    for line in sys.stdin:
        print(killed_after(float(line), Mode(mode), url, store), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

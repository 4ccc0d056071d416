"""Applications that are killed: ``python -m tests.flow.child PORT`` forks one for each line of JSON that it reads.

Each starts in a few milliseconds because everything is loaded already. The line is ``[MODE, PROFILES, COUNT, THEN,
TO...]``. The application connects to PORT of 127.0.0.1, says its process id, logs on to the profile "work", submits
COUNT messages one by one and says the Message-ID of each when ``submit`` has returned. Then it flushes, or with
``wait`` does nothing, until somebody ends it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from msgcore import Message, ProfileAdmin
from msgcore.mta.gateways import smtp
from msgcore.providers import internal, internet_mail, organization
from msgcore.runtime.sql import sqlite_file
from tests.flow.modes import Api, Mode

LOADED = (internal, internet_mail, organization, smtp, sqlite_file)
"""What a call would load by itself; here it is loaded before the first fork."""


def live(control: socket.socket, mode: str, profiles: str, count: str, then: str, *to: str) -> None:
    _say(control, str(os.getpid()))
    with Api(Mode(mode)) as api, api.logon("work", ProfileAdmin(Path(profiles))) as session:
        for number in range(int(count)):
            submission = session.submit(_letter(number, to))
            _say(control, submission.message_id)
            if then == "flush each":
                session.flush_queues()
        if then == "flush":
            session.flush_queues()
        control.recv(1)


def _say(control: socket.socket, line: str) -> None:
    control.sendall(f"{line}\n".encode())


def _letter(number: int, to: Sequence[str]) -> Message:
    return Message(to=to, subject=f"number {number}", text=f"{number}")


def main(port: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                live(socket.create_connection(("127.0.0.1", port)), *json.loads(line))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))

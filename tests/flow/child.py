"""An application that is killed: ``python -m tests.flow.child MODE PROFILES COUNT flush|wait TO...``.

Logs on to the profile "work", submits COUNT messages one by one and prints the Message-ID of each when ``submit`` has
returned. Then it flushes, or with ``wait`` does nothing, until somebody ends it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from msgcore import Message, ProfileAdmin
from tests.flow.modes import Api, Mode


def main(mode: str, profiles: str, count: str, then: str, *to: str) -> None:
    with Api(Mode(mode)) as api, api.logon("work", ProfileAdmin(Path(profiles))) as session:
        for number in range(int(count)):
            submission = session.submit(_letter(number, to))
            print(submission.message_id, flush=True)
            if then == "flush each":
                session.flush_queues()
        if then == "flush":
            session.flush_queues()
        sys.stdin.read()


def _letter(number: int, to: Sequence[str]) -> Message:
    return Message(to=to, subject=f"number {number}", text=f"{number}")


if __name__ == "__main__":
    main(*sys.argv[1:])

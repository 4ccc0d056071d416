"""One MTA after another at the same queue, each killed at a step, and what clients and the sink saw of it.

The rules, whatever is killed and when: what a client got a 250 for, and what stood in the queue when the MTA died,
gets to each recipient or into exactly one report; nothing else gets anywhere. A message comes again exactly as often as
an MTA died between its dot and the commit that writes it down. Each message has recipients and a sender of its own, so
that an address names a delivery, or a report.
"""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

from msgcore.mta.queue.contract import State
from tests.mta.load import differences, letter_of, recipient_of, sender_of, wrong_reports
from tests.mta.mail_sink import SINK_STEPS, MailSink
from tests.mta.mortal import STEPS as OWN_STEPS
from tests.mta.nursery import Mortal, Nursery
from tests.mta.places import Target, in_queue

__all__ = ["AFTER_250", "STEPS", "CrashStory", "Death"]

AFTER_250 = "client, after its 250"
STEPS = (*OWN_STEPS, AFTER_250, *SINK_STEPS)

_SECONDS = 60.0
_ENDED = int(State.ENDED)
_EVERYBODY = "select address, state from mta_recipient order by number"


@attrs.frozen
class Death:
    """What was found of an MTA that was killed: what the sink had and the queue did not know of."""

    unwritten: frozenset[str]
    queued: frozenset[str]


@attrs.define
class _Fuse:
    """Kills whoever it is told to, once a step is passed often enough."""

    step: str = ""
    left: int = 0
    process_id: int | None = None
    """Whom it kills; nobody when only the session is to end."""
    _guard: threading.Lock = attrs.field(factory=threading.Lock)

    def reach(self, step: str) -> bool:
        with self._guard:
            if step == self.step:
                self.left -= 1
                if self.left == 0 and self.process_id is not None:
                    os.kill(self.process_id, signal.SIGKILL)
            return self.step != step or self.left != 0


class CrashStory:
    """Clients, MTAs that die, and a sink; ``target`` is where the queue is.

    ``kinds`` of recipients has each message: the sink takes ``good``, refuses ``bad``, and defers ``later`` once.
    Without the latter one message is on one way at a time, as a report follows its message.
    """

    def __init__(self, nursery: Nursery, target: Target, folder: Path, kinds: Sequence[str] = ("good", "bad")) -> None:
        self._nursery = nursery
        self._target = target
        self._folder = folder
        self._kinds = kinds
        self._fuse = _Fuse()
        self._sink = MailSink(self._fuse.reach)
        self._numbers = 0
        self._acknowledged: set[int] = set()
        self._deaths: list[Death] = []
        self._known_taken: Counter[str] = Counter()
        self._stack = ExitStack()
        self._mortal: Mortal

    def __enter__(self) -> Self:
        self._stack.enter_context(self._sink)
        self._be_born()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._mortal.leave()
        self._stack.close()

    def kill_at(self, step: str, count: int = 1, messages: int = 1, clients: int = 1) -> Death:
        """Have messages sent while the MTA dies at a step, or at rest when it never comes to it. Another follows."""
        if step in OWN_STEPS:
            self._mortal.mark(step, count)
        else:
            self._fuse.process_id = self._mortal.process_id
            self._fuse.step, self._fuse.left = step, count
        self._send(messages, clients)
        if self._mortal.drain():
            self._mortal.kill()
        self._mortal.wait_for_death()
        self._fuse.step = ""
        self._sink.wait_until_quiet()
        death = self._look_back()
        self._deaths.append(death)
        self._be_born()
        return death

    def cut_at(self, step: str) -> frozenset[str]:
        """Have a message sent whose session with the sink is cut at a step, and give the recipients it repeats."""
        self._fuse.process_id = None
        self._fuse.step, self._fuse.left = step, 1
        self._send(1, 1)
        self.rest()
        self._fuse.step = ""
        taken = self._taken()
        new, self._known_taken = taken - self._known_taken, taken
        repeated = frozenset(one for one, times in new.items() if times > 1)
        self._deaths.append(Death(repeated, frozenset()))
        return repeated

    def rest(self) -> None:
        """Let the MTA do what there is to do."""
        assert self._mortal.drain(), self._nursery.complaints()

    def end(self) -> list[str]:
        """Let the MTA do the rest and stop, and name everything that breaks the rules."""
        self.rest()
        self._mortal.stop()
        rows = self._rows()
        wrong = [f"not ended: {address}" for address, state in rows if state != _ENDED]
        queued = {address for address, _ in rows}
        refused = [one for one in queued if one.startswith("bad")]
        return [*wrong, *self._wrong_deliveries(queued), *wrong_reports(self._sink.taken, refused)]

    def _be_born(self) -> None:
        self._mortal = self._nursery.bear(self._target, self._folder, self._sink.port)

    def _send(self, messages: int, clients: int) -> None:
        numbers = [self._numbers + one for one in range(messages)]
        self._numbers += messages
        threads = [threading.Thread(target=self._send_some, args=(numbers[one::clients],)) for one in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_SECONDS)
            assert not thread.is_alive(), "a client got no answer"

    def _send_some(self, numbers: list[int]) -> None:
        with (
            suppress(OSError, smtplib.SMTPException),
            smtplib.SMTP("127.0.0.1", self._mortal.port, "client.test", timeout=_SECONDS) as client,
        ):
            for number in numbers:
                client.sendmail(sender_of(number), self._recipients(number), letter_of(number))
                self._acknowledged.add(number)
                self._fuse.reach(AFTER_250)

    def _recipients(self, number: int) -> list[str]:
        return [recipient_of(kind, number) for kind in self._kinds]

    # What was found

    def _rows(self) -> list[tuple[str, int]]:
        """Read the queue without touching it: what a dead MTA left to be recovered is another MTA's work."""
        if not isinstance(self._target, Path):
            return [(address, state) for address, state in in_queue(self._target, lambda c: c.rows(_EVERYBODY))]
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            for path in self._target.parent.glob(f"{self._target.name}*"):
                if not path.name.endswith("-shm"):
                    shutil.copy(path, folder)
            with closing(sqlite3.connect(Path(folder) / self._target.name)) as connection:
                return connection.execute(_EVERYBODY).fetchall()

    def _taken(self) -> Counter[str]:
        return Counter(to for one in self._sink.taken for to in one.recipients)

    def _look_back(self) -> Death:
        rows = self._rows()
        ended = {address for address, state in rows if state == _ENDED}
        taken = self._taken()
        new, self._known_taken = taken - self._known_taken, taken
        return Death(frozenset(set(new) - ended), frozenset(address for address, _ in rows))

    def _wrong_deliveries(self, queued: set[str]) -> list[str]:
        """Compare the sink's deliveries with the queue's recipients, and with who was acknowledged."""
        promised = {to for number in self._acknowledged for to in self._recipients(number)}
        kept = {one for death in self._deaths for one in death.queued}
        again = Counter(one for death in self._deaths for one in death.unwritten)
        expected = Counter({one: 1 + again[one] for one in queued if not one.startswith("bad")})
        return [
            *(f"lost: {one}" for one in (promised | kept) - queued),
            *differences("came", self._taken(), expected),
        ]

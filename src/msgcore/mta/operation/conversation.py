"""What the first process and its workers say to each other: requests and answers, as JSON, one a line."""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from typing import Any, cast

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, MsgcoreError, SetupError
from msgcore.runtime.abc import Runtime
from msgcore.runtime.child import Child, Parent

__all__ = ["Answers", "Asked", "Asking", "answer_all"]

Asked = Mapping[str, Any]
Answers = Callable[[str, Asked], Awaitable[object]]
"""Does what is asked and gives what JSON can hold; what it raises of msgcore's is told as a text."""


class Asking:
    """One end asks; several questions may be open."""

    def __init__(self, runtime: Runtime, child: Child) -> None:
        self._runtime = runtime
        self._child = child
        self._numbers = itertools.count()
        self._open: dict[int, Future[Any]] = {}

    async def ask(self, what: str, deadline: Deadline, **arguments: object) -> Any:
        """Ask, and wait for the answer.

        Raises:
            SetupError: it could not be done; the text is the other's.
            ConnectionLost: the other one has ended.
            TimedOut: there is no answer.
        """
        number = next(self._numbers)
        answer = self._open[number] = Future()
        try:
            line = json.dumps({"number": number, "what": what, **arguments}).encode()
            # Its pipe may be full, when its event loop does not turn.
            await self._runtime.bounded(self._child.say(line), deadline)
            return await self._runtime.wait(answer, deadline)
        finally:
            self._open.pop(number, None)

    async def hear(self) -> None:
        """Take answers until the other one has ended; then nobody gets one any more."""
        while (line := await self._child.hear()) is not None:
            said = json.loads(line)
            answer = self._open.pop(said["number"], None)
            if answer is None:
                continue
            if "error" in said:
                answer.set_exception(SetupError(said["error"]))
            else:
                answer.set_result(said["answer"])
        while self._open:
            _, answer = self._open.popitem()
            answer.set_exception(ConnectionLost("the worker has ended"))


async def answer_all(parent: Parent, answers: Answers) -> None:
    """Answer what the parent asks, one thing after the other, until it says no more."""
    while (line := await parent.hear()) is not None:
        asked = cast(Asked, json.loads(line))
        try:
            said: dict[str, object] = {"answer": await answers(asked["what"], asked)}
        except MsgcoreError as error:
            said = {"error": f"{error}"}
        await parent.say(json.dumps({"number": asked["number"], **said}).encode())

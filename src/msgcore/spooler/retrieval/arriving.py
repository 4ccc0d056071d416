"""What mail passes between its server and the store: the hooks of the profile; and reports, tied to what they tell of.

A message that a hook holds, or fails at, stays at the server, and is a fault of the retrieval: the next one shows it to
the hooks again. So nothing is lost, and nothing comes in unseen.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.errors import MsgcoreError, OperationCancelled
from msgcore.model.message import Message
from msgcore.model.outcome import Refused
from msgcore.spi.hooks import Hold, Processed
from msgcore.spooler.named_error import named_error
from msgcore.spooler.retrieval.letters import Letter
from msgcore.spooler.retrieval.visit import Visit
from msgcore.spooler.tying import tie_report

__all__ = ["arrive"]

_HOOK_SECONDS = 60.0


async def arrive(visit: Visit, letters: Sequence[Letter]) -> list[Letter]:
    """Give what may be stored, as the hooks have made it; the rest waits at the server.

    One at which a hook hangs holds up no other: whoever sends it would else shut the maildrop.
    """
    gate, arrived = visit.order.gate, list[Letter]()
    for letter in letters:
        # What was seen has to be stored yet, in the time that is left.
        has_time = not gate.hooks or visit.has_time()
        seen = await _seen(visit, letter) if has_time else "the hooks have not come to it yet"
        if isinstance(seen, str):
            for place in letter.places:
                visit.give_up(place, seen)
            continue
        if gate.queue is not None:
            await tie_report(gate.queue, seen, visit.order.deadline)
        arrived.append(letter if seen is letter.message else attrs.evolve(letter, message=seen))
    return arrived


async def _seen(visit: Visit, letter: Letter) -> Message | str:
    """Show a message to each hook in turn; give what they made of it, or why it goes no further."""
    now = letter.message
    for hook in visit.order.gate.hooks:
        try:
            answer = await hook.process_inbound(now, visit.order.deadline.sooner(_HOOK_SECONDS))
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            return named_error(hook.name, error)
        match answer:
            case Hold(reason):
                return f"{hook.name}: {reason}"
            case Refused():
                return f"{hook.name}: {answer.text}"
            case Processed(message=Message() as message):
                now = message
            case _:
                pass
    return now

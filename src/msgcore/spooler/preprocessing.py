"""Letting the hooks of a profile see what goes out, once for each submission.

What they made of it, and whom they refused, is kept in one transaction before any transport is asked. A process that
is killed before that lets the hooks see the submission again; after it, never. No message goes past a hook that fails:
it is held with the reason, or waits where the hook asks for another try.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import CutShort, MsgcoreError, NotFound, OperationCancelled, StoreCorrupt, TryAgain
from msgcore.model.message import Message
from msgcore.model.outcome import Deferred, Refused
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagDeleteAfterSubmit, PidTagSentMailEntryId
from msgcore.props.tags import Property
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.hooks import Hold, Processed
from msgcore.spi.outgoing import Preprocessed
from msgcore.spi.store import NO_LOAD_LIMIT
from msgcore.spooler.attempt import Attempt
from msgcore.spooler.envelope import envelope_of
from msgcore.spooler.named_error import named_error
from msgcore.spooler.reports import non_delivery_reports

__all__ = ["Preprocessing", "preprocess"]

_HOOK_SECONDS = 60.0
_STAGE = "hook"
_KEPT: tuple[Property[Any], ...] = (PidTagSentMailEntryId, PidTagDeleteAfterSubmit)


@attrs.define
class Preprocessing:
    """The hooks, and what they need; ``within`` is for all submissions of a round together."""

    runtime: Runtime
    store: GuardedStore
    hooks: Sequence[GuardedHook]
    within: Deadline
    has_hung: bool = False
    """Whether a hook did not end in time: then it is not asked about the others of the round, too."""
    has_begun: bool = False
    """Whether an earlier submission of the round had a part of the time."""

    def is_to_blame(self) -> bool:
        """Whether a hook that was cut short had its time: else the round was over, and the hook may be as it should."""
        return not (self.has_begun and self.within.is_past)


async def preprocess(step: Preprocessing, attempts: Sequence[Attempt]) -> None:
    """Let the hooks see what they have not seen yet. What they do not come to is as it was."""
    for attempt in attempts:
        if not attempt.is_to_be_preprocessed:
            continue
        if step.has_hung or step.within.is_past:
            attempt.wait(Deferred(text="the hooks have not come to it yet", stage=_STAGE))
            continue
        try:
            message = await step.store.load(attempt.item.entry_id, NO_LOAD_LIMIT, step.within)
            seen = await _seen(step, attempt, message)
            step.has_begun = True
            if seen is not None and attempt.dealt:
                await _keep(step, attempt, message, seen)
        except OperationCancelled:
            raise
        except NotFound:  # deleted since it was locked, and the lock with it
            attempt.is_settled = True
        except StoreCorrupt as error:
            _hold(attempt, f"the message cannot be read: {error}")
        except MsgcoreError as error:
            attempt.wait(Deferred(text=str(error), stage="store"))


async def _seen(step: Preprocessing, attempt: Attempt, message: Message) -> Preprocessed | None:
    """Show a submission to each hook in turn; ``None`` when one of them lets it go no further."""
    now, copy = message, None
    for hook in step.hooks:
        envelope = envelope_of(attempt.item, attempt.open_ones, now)
        try:
            answer = await hook.process_outbound(envelope, now, step.within.sooner(_HOOK_SECONDS))
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            text = named_error(hook.name, error)
            step.has_hung = isinstance(error, CutShort)
            if isinstance(error, TryAgain) and not (step.has_hung and step.is_to_blame()):
                attempt.wait(Deferred(text=text, stage=_STAGE))
            else:
                _hold(attempt, text)
            return None
        match answer:
            case Hold(reason):
                _hold(attempt, f"{hook.name}: {reason}")
                return None
            case Refused():
                attempt.refuse(dict.fromkeys(attempt.open_ones, answer))
            case Processed():
                attempt.refuse(_those_open(attempt, answer))
                now = now if answer.message is None else _completed(answer.message, now)
                copy = now if answer.message is not None and answer.in_sent_copy else copy
            case None:
                pass
        if not attempt.open_ones:
            return None
    return Preprocessed(None if now is message or now is copy else now, copy)


def _completed(made: Message, before: Message) -> Message:
    """Give what a hook may have made anew what nothing leaves without, and where its copy goes."""
    if made.from_ is None and before.from_ is not None:
        made.from_ = before.from_
    if made.date is None and before.date is not None:
        made.date = before.date
    if made.message_id is None and before.message_id is not None:
        made.message_id = before.message_id
    for tag in _KEPT:
        if tag in before and tag not in made:
            made[tag] = before[tag]
    return made


def _those_open(attempt: Attempt, answer: Processed) -> dict[Recipient, Refused]:
    return {one: answer.refused[one] for one in attempt.open_ones if one in answer.refused}


def _hold(attempt: Attempt, reason: str) -> None:
    attempt.hold(attempt.open_ones, reason, _STAGE)
    attempt.dealt = {}


async def _keep(step: Preprocessing, attempt: Attempt, message: Message, seen: Preprocessed) -> None:
    """Write down what the hooks made of it, with the reports about those that they refused."""
    item = attrs.evolve(attempt.item, outcomes=attempt.outcomes)
    reports = non_delivery_reports(attempt.item, item.outcomes, message, step.runtime.now())
    kept = await step.store.keep_preprocessed(item, seen, reports, step.within)
    if kept is None:  # somebody else has the lock by now
        attempt.is_settled = True
        return
    attempt.item, attempt.outcomes = kept, dict(kept.outcomes)

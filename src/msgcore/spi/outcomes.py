"""Checking what a transport or gateway says became of its recipients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.model.outcome import Accepted, Deferred, Delivered, NotMe, Outcome, Outcomes, Pending, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.spi.plugin import Plugin

__all__ = ["MOST_CHARACTERS", "checked_outcomes", "has_its_fields", "with_short_texts"]

MOST_CHARACTERS = 10_000
"""So much is kept of each text of an outcome, and of an error that stands for one: it is written into queues."""

_KINDS: tuple[type[Outcome], ...] = (Accepted, Delivered, Deferred, Refused, Unknown, Pending)
_FIELDS = "an outcome whose code is an int of 32 bits or None, and whose texts are str"
_KINDS_OF_ONE: tuple[type[Outcome], ...] = (NotMe, *_KINDS)


def checked_outcomes(
    plugin: Plugin, method: object, given: object, recipients: Iterable[Recipient], *, may_pass_on: bool = False
) -> dict[Recipient, Outcome]:
    """Give an outcome for each recipient.

    One that nothing, or nonsense, was said about is unknown: it may have been sent to. ``may_pass_on``: who is asked is
    one of several, and may leave a recipient to the others.

    Raises:
        PluginBroken: there is no mapping at all.
    """
    # A plain dictionary is looked at in a third of the time.
    found = plugin.mapping(Recipient, method, dict(given.items()) if type(given) is Outcomes else given)
    kinds = _KINDS_OF_ONE if may_pass_on else _KINDS
    return {recipient: _outcome(plugin, method, found.get(recipient), kinds) for recipient in recipients}


def _outcome(plugin: Plugin, method: object, found: object, kinds: Sequence[type[Outcome]]) -> Outcome:
    """Give one of the six kinds, whatever class of its own a plug-in has."""
    kind = next((kind for kind in kinds if isinstance(found, kind)), None)
    if kind is None or not isinstance(found, Outcome):
        return Unknown(text=str(plugin.nonsense(method, found, "an outcome for each recipient")), stage="submit")
    if not has_its_fields(found):
        return Unknown(text=str(plugin.nonsense(method, found, _FIELDS)), stage="submit")
    if type(found) is kind:
        return with_short_texts(found)
    return with_short_texts(kind(found.code, found.enhanced, found.text, found.stage, found.note))


def with_short_texts(outcome: Outcome) -> Outcome:
    """Give the same outcome, the texts of which are cut where they are longer than any server's reply."""
    texts = (outcome.text, outcome.stage, outcome.note, outcome.remote_mta)
    if sum(map(len, texts)) <= MOST_CHARACTERS:
        return outcome
    text, stage, note, remote_mta = (one[:MOST_CHARACTERS] for one in texts)
    return attrs.evolve(outcome, text=text, stage=stage, note=note, remote_mta=remote_mta)


def has_its_fields(outcome: Outcome) -> bool:
    """Say whether what an outcome holds can be kept in a queue: Python lets anything be given for it."""
    code = cast(object, outcome.code)
    return (
        (code is None or (isinstance(code, int) and abs(code) < 1 << 31))
        and isinstance(cast(object, outcome.enhanced), EnhancedStatus | None)
        and isinstance(cast(object, outcome.text), str)
        and isinstance(cast(object, outcome.stage), str)
        and isinstance(cast(object, outcome.note), str)
        and isinstance(cast(object, outcome.remote_mta), str)
    )

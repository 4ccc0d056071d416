"""Checking what a transport or gateway says became of its recipients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.spi.plugin import Plugin

__all__ = ["checked_outcomes"]

_KINDS = (Accepted, Delivered, Deferred, Refused, Unknown, Pending)


def checked_outcomes(
    plugin: Plugin, method: object, given: object, recipients: Iterable[Recipient]
) -> dict[Recipient, Outcome]:
    """Give an outcome for each recipient.

    One that nothing was said about is deferred; one that nonsense was said about is unknown.

    Raises:
        PluginBroken: there is no mapping at all.
    """
    found = plugin.mapping(Recipient, method, given)
    return {recipient: _outcome(plugin, method, found.get(recipient)) for recipient in recipients}


def _outcome(plugin: Plugin, method: object, found: object) -> Outcome:
    """Give one of the six kinds, whatever class of its own a plug-in has."""
    if found is None:
        return Deferred(text=f"{plugin.name} gave no outcome for this recipient", stage="submit")
    if type(found) in _KINDS:
        return cast(Outcome, found)
    kind = next((kind for kind in _KINDS if isinstance(found, kind)), None)
    if kind is None or not isinstance(found, Outcome):
        return Unknown(text=str(plugin.nonsense(method, found, "an outcome for each recipient")), stage="submit")
    return kind(found.code, found.enhanced, found.text, found.stage, found.note)

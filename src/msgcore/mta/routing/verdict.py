"""Verdicts: what becomes of a candidate."""

from __future__ import annotations

import enum

__all__ = ["Verdict"]


class Verdict(enum.Enum):
    """Why a candidate was taken or dropped, in the order in which the rules apply."""

    DISABLED = "disabled"
    OUT_OF_SCOPE = "out of scope"
    TOO_BIG = "too big"
    CLASS_NOT_TAKEN = "not for this message class"
    PRIORITY_NOT_TAKEN = "not for this priority"
    SENDER_NOT_ALLOWED = "not for this sender"
    FOUND_OTHERWISE = "not for what was found of the message"
    LACKS_CAPABILITY = "lacks what the message needs"
    CAME_THIS_WAY = "the message came this way"
    BEEN_THERE = "the message has been there"
    LESS_SPECIFIC = "less specific"
    LEFT_OUT = "left out of this try"
    TRIED_ENOUGH = "tried as often as it may be"
    NOT_OPEN = "not open"
    TRIED_MORE = "tried more often"
    LINK_DOWN = "link is down"
    COSTS_MORE = "costs more"
    FARTHER = "of another site"
    NOT_DRAWN = "equal, and not drawn"
    CHOSEN = "chosen"

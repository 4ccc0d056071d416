"""Which messages a folder of a store in memory has: of a search folder, what the search finds when it is looked at."""

from __future__ import annotations

from msgcore.props.match import matcher
from msgcore.spi.store import Contents
from msgcore.testing.memory.records import State
from msgcore.testing.memory.values import KeptMessage, KeptSearch

__all__ = ["messages_in"]


def messages_in(
    state: State, uid: bytes, folder: int, contents: Contents = Contents.MESSAGES
) -> dict[int, KeptMessage]:
    """Give the messages of a folder by number, the one saved first in front."""
    kept = state.folders.get(folder)
    if kept is not None and kept.search is not None:
        return _found(state, uid, kept.search) if contents is Contents.MESSAGES else {}
    return {one.number: one for one in state.messages.values() if one.folder == folder and one.contents is contents}


def _found(state: State, uid: bytes, search: KeptSearch) -> dict[int, KeptMessage]:
    matches = matcher(search.restriction)
    scope = {one for one in search.scope if one in state.folders}
    if search.is_recursive:
        scope = {below for one in scope for below in state.tree(one)}
    return {
        one.number: one
        for one in state.messages.values()
        if one.folder in scope and one.contents is Contents.MESSAGES and matches(one.message(uid))
    }
